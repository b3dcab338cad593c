#!/bin/sh
# Rules that empty a file of their own installation when they configure.
set -eu
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure) : >"$2/usr/share/doc/@NAME@/README" ;;
esac
