#!/bin/sh
# Rules that try what download and unpack may not do; they fail where one of it works.
set -u
may() { echo "$FARDEL_PHASE may $1" >&2; exit 1; }
check() {
  [ "$(id -u)" != 0 ] || may "be root"
  grep -q '^NoNewPrivs:[[:space:]]*1' /proc/self/status || may "gain privileges"
  grep -q '^Seccomp:[[:space:]]*2' /proc/self/status || may "make all system calls"
  grep -q '^CapEff:[[:space:]]*0*$' /proc/self/status || may "use capabilities"
  (: >/etc/hello.stray) 2>/dev/null && may "write to /etc"
  (: >stray) 2>/dev/null && may "write to the installer's own folder"
  cat /etc/shadow >/dev/null 2>&1 && may "read what only root may"
  cat /var/lib/fardel/state.db >/dev/null 2>&1 && may "read fardel's state"
  ls /var/lib/fardel/stage >/dev/null 2>&1 && may "look around in the stage"
  unshare -r true 2>/dev/null && may "make namespaces"
  set -- /proc/[0-9]*
  [ $# -lt 12 ] || may "see other processes"
  echo text >"$HOME/x" || exit 1
  echo text >"$TMPDIR/x" || exit 1
  echo text >"/tmp/x" || exit 1
}
case $1 in
download)
  check
  wget -q -O "$2" "@SERVER@/@PACK@"
  ;;
unpack)
  check
  wget -q -T 2 -t 1 -O /dev/null "@SERVER@/@PACK@" && may "reach the network"
  dpkg-deb -x "$2" "$3"
  ;;
esac
