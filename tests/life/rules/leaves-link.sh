#!/bin/sh
# Rules that make links to what the pack does not have, and forget one of them.
set -eu
root=${FARDEL_ROOT:-}
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  ln -sfn "$2/opt/vendor/@NAME@" "$root/usr/bin/@NAME@-launcher"
  ln -sfn "$2/usr/bin/@NAME@" "$root/usr/bin/@NAME@"
  ln -sfn ../../nowhere/@NAME@ "$root/etc/@NAME@.link"
  # A link in the place of the admin's own.
  ln -sfn "$2/usr/bin/@NAME@" "$root/etc/own-link"
  [ ! -e "$root/srv/fail" ]
  ;;
unconfigure) rm -f "$root/usr/bin/@NAME@" ;;
esac
