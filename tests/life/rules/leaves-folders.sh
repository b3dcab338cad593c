#!/bin/sh
# Rules that make folders and never take them away, and change those that they find.
set -eu
root=${FARDEL_ROOT:-}
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  mkdir -p "$root/opt/@NAME@/a/b/c" "$root/opt/@NAME@/empty" "$root/etc/@NAME@.d"
  echo made >"$root/opt/@NAME@/a/b/c/file"
  chmod 700 "$root/opt/found"
  echo more >"$root/opt/found/more"
  # A folder becomes a link, and a file a folder.
  [ -L "$root/opt/folder" ] || rm -r "$root/opt/folder"
  ln -sfn /opt/@NAME@ "$root/opt/folder"
  rm -rf "$root/opt/plain"
  mkdir "$root/opt/plain"
  [ ! -e "$root/srv/fail" ]
  ;;
unconfigure) rm -f "$root/opt/found/more" ;;
esac
