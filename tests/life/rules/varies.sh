#!/bin/sh
# Rules whose configure makes what the admin lists.
set -eu
root=${FARDEL_ROOT:-}
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  mkdir -p "$root/etc/@NAME@.d"
  while read -r name; do echo made >"$root/etc/@NAME@.d/$name"; done <"$root/srv/wanted"
  ;;
unconfigure) : ;;
esac
