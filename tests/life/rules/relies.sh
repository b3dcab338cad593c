#!/bin/sh
# Rules whose second version relies on what the first one has made, and does not make it.
set -eu
root=${FARDEL_ROOT:-}
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  # shellcheck disable=SC2050
  [ "@VERSION@" != 1 ] || echo "made by 1" >"$root/srv/first"
  cat "$root/srv/first"
  ln -sfn "$2/usr/bin/@NAME@" "$root/usr/bin/@NAME@"
  ;;
unconfigure) rm -f "$root/usr/bin/@NAME@" ;;
esac
