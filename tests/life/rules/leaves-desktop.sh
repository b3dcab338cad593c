#!/bin/sh
# Rules whose unconfigure deletes a .desktop file of another name than the one that was made.
set -eu
root=${FARDEL_ROOT:-}
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  mkdir -p "$root/usr/share/applications" "$root/var/lib/puavo-pkg"
  sed "s/^Name=.*/Name=The vendor's @NAME@/" "$2/usr/share/applications/@NAME@.desktop" \
    >"$root/usr/share/applications/vendor-@NAME@.desktop"
  for size in 16x16 48x48 256x256; do
    mkdir -p "$root/opt/icons/hicolor/$size/apps"
    ln -sfn "$2/usr/share/icon.png" "$root/opt/icons/hicolor/$size/apps/@NAME@.png"
  done
  [ ! -e "$root/srv/fail" ]
  ;;
unconfigure) rm -f "$root/usr/share/applications/@NAME@.desktop" ;;
esac
