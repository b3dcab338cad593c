#!/bin/sh
# Rules of a package that has the file.
set -eu
root=${FARDEL_ROOT:-}
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  mkdir -p "$root/etc/moves.d"
  echo "of @NAME@ @VERSION@" >"$root/etc/moves.d/conf"
  ;;
unconfigure) rm -f "$root/etc/moves.d/conf" ;;
esac
