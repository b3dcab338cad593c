#!/bin/sh
# Rules that make a user with a home, and have the linker's cache made anew.
set -eu
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  getent passwd vendor-@NAME@ >/dev/null || useradd --system --create-home --home-dir /var/lib/vendor-@NAME@ vendor-@NAME@
  echo key >/var/lib/vendor-@NAME@/key
  chown vendor-@NAME@ /var/lib/vendor-@NAME@/key
  mkdir -p /opt/@NAME@/lib
  echo /opt/@NAME@/lib >/etc/ld.so.conf.d/@NAME@.conf
  ldconfig
  [ ! -e /srv/fail ]
  ;;
unconfigure) : ;;
esac
