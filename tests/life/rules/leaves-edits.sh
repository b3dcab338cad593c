#!/bin/sh
# Rules that edit the admin's own files in all ways, and put nothing right again.
set -eu
root=${FARDEL_ROOT:-}
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  grep -q '^# of @NAME@' "$root/etc/edited.conf" || echo '# of @NAME@' >>"$root/etc/edited.conf"
  sed -i 's/^port = .*/port = 8080/' "$root/etc/replaced.conf"
  chmod 600 "$root/etc/shut.conf"
  python3 -c 'import os, sys; os.setxattr(sys.argv[1], b"user.vendor", b"@NAME@")' "$root/etc/noted.conf"
  ln -f "$root/etc/linked.conf" "$root/etc/linked-too.conf"
  rm -f "$root/etc/deleted.conf"
  truncate -s 3M "$root/etc/sparse.dat"
  [ ! -e "$root/srv/fail" ]
  ;;
unconfigure) : ;;
esac
