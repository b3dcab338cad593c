#!/bin/sh
# Rules by which things become something else: a folder a link or a file, a link or a file a folder. Their unconfigure leaves that.
set -eu
place=${FARDEL_ROOT:-}/srv/turns
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  ln -sfn "$2/usr/bin/@NAME@" "${FARDEL_ROOT:-}/usr/bin/@NAME@"
  for name in folder-to-file folder-to-link file-to-folder link-to-folder; do
    rm -rf "${place:?}/$name"
    case $name in
    *-folder) mkdir -p "$place/$name/deep"; echo "@VERSION@" >"$place/$name/deep/file" ;;
    *-file) echo "@VERSION@" >"$place/$name" ;;
    *-link) ln -s "@VERSION@" "$place/$name" ;;
    esac
  done
  # shellcheck disable=SC2050
  [ "@VERSION@" != 1 ] || echo "of 1 alone" >"$place/first"
  ;;
unconfigure) ;;
esac
