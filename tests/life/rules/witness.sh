#!/bin/sh
# Rules that say what they were given.
set -eu
root=${FARDEL_ROOT:-}
[ -x ./rules ] && [ -e ./upstream_pack_url ] && echo "cwd ok"
case $PATH in
/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin|/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/*/fardel) echo "PATH ok" ;;
esac
# What the caller's environment may not bring in.
case ${LANG:-}/${HOME:-}/${TMPDIR:-} in
C.UTF-8/?*/?*) [ "$HOME" != "$TMPDIR" ] || [ -d "$HOME" ] && echo "environment ok" ;;
esac
case ${1:-} in
unpack)
  [ -z "$(ls -A "$3")" ] && echo "unpack folder empty"
  dpkg-deb -x "$2" "$3"
  ;;
configure)
  case $2 in
  /*/upstream) [ -d "$2/usr" ] && echo "configure argument ok" ;;
  esac
  mkdir -p "$root/usr/bin"
  ln -sfn "$2/usr/bin/@NAME@" "$root/usr/bin/@NAME@"
  ;;
unconfigure) rm -f "$root/usr/bin/@NAME@" ;;
esac
