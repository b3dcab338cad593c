#!/bin/sh
# Rules that add a file to their own folder while they unpack.
set -eu
case $1 in
unpack) echo made >made ;;
configure) cp made "${FARDEL_ROOT:-}/etc/hello.made" ;;
unconfigure) rm -f "${FARDEL_ROOT:-}/etc/hello.made" ;;
esac
