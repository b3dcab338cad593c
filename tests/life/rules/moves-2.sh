#!/bin/sh
# Rules of a package that does not have the file.
set -eu
root=${FARDEL_ROOT:-}
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  mkdir -p "$root/etc/moves.d"
  echo "of @NAME@ @VERSION@" >"$root/etc/moves.d/@NAME@"
  ;;
unconfigure) : ;;
esac
