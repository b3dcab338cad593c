#!/bin/sh
# Rules that make a file, in a folder, that other packages make as well.
set -eu
root=${FARDEL_ROOT:-}
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  mkdir -p "$root/etc/shared.d"
  echo "of @NAME@" >"$root/etc/shared.d/conf"
  ;;
unconfigure) : ;;
esac
