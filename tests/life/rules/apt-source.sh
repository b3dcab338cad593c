#!/bin/sh
# Rules that bring an apt source along.
set -eu
root=${FARDEL_ROOT:-}
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  mkdir -p "$root/etc/apt/sources.list.d"
  echo "deb http://127.0.0.1:1/ stable main" >"$root/etc/apt/sources.list.d/@NAME@.list"
  ;;
esac
