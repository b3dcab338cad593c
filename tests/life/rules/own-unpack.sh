#!/bin/sh
# Rules that use fardel's own extractor, by its name.
set -eu
case $1 in
unpack) fardel-unpack "$2" "$3" ;;
configure)
  mkdir -p "${FARDEL_ROOT:-}/usr/bin"
  ln -sfn "$2/usr/bin/@NAME@" "${FARDEL_ROOT:-}/usr/bin/@NAME@"
  ;;
unconfigure) rm -f "${FARDEL_ROOT:-}/usr/bin/@NAME@" ;;
esac
