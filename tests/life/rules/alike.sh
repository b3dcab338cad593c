#!/bin/sh
# Rules that make a file, a link and a folder just as other packages make them.
set -eu
root=${FARDEL_ROOT:-}
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  mkdir -p "$root/etc/alike.d"
  echo alike >"$root/etc/alike.d/conf"
  ln -sf conf "$root/etc/alike.d/link"
  ;;
unconfigure) : ;;
esac
