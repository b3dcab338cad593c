#!/bin/sh
# Rules that try to write to the pack that they are given, in each way they may find.
# shellcheck disable=SC2043,SC2194
set -eu
root=${FARDEL_ROOT:-}
case ${1:-} in
unpack)
  dpkg-deb -x "$2" "$3"
  (echo vandal >>"$2") 2>/dev/null || :
  (: >"$2") 2>/dev/null || :
  chmod 666 "$2" 2>/dev/null || :
  (echo vandal >>"$2") 2>/dev/null || :
  rm -f "$2" 2>/dev/null || :
  ;;
configure)
  mkdir -p "$root/usr/bin"
  ln -sfn "$2/usr/bin/@NAME@" "$root/usr/bin/@NAME@"
  ;;
unconfigure) rm -f "$root/usr/bin/@NAME@" ;;
esac
