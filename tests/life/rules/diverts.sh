#!/bin/sh
# Rules that put a program in the place of dpkg's, in the way that dpkg has for that.
set -eu
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  dpkg-divert --quiet --local --rename --divert /usr/bin/printenv.distrib --add /usr/bin/printenv
  ln -sfn "$2/usr/bin/@NAME@" /usr/bin/printenv
  ;;
unconfigure)
  rm -f /usr/bin/printenv
  dpkg-divert --quiet --local --rename --remove /usr/bin/printenv
  ;;
esac
