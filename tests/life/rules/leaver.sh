#!/bin/sh
# Rules that leave things behind in each way that real ones do: their unconfigure takes away one link.
set -eu
root=${FARDEL_ROOT:-}
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  ln -sfn "$2/usr/bin/@NAME@" "$root/usr/bin/@NAME@"
  ln -sfn "$2/usr/bin/@NAME@" "$root/usr/bin/@NAME@-too"
  mkdir -p "$root/usr/share/applications" "$root/etc/@NAME@.d/deep"
  sed 's/^Name=.*/Name=@NAME@ @VERSION@/' "$2/usr/share/applications/@NAME@.desktop" \
    >"$root/usr/share/applications/vendor-@NAME@.desktop"
  echo "version = @VERSION@" >"$root/etc/@NAME@.d/deep/conf"
  # A key that is made once.
  [ -e "$root/etc/@NAME@.d/key" ] || head -c 16 /dev/urandom >"$root/etc/@NAME@.d/key"
  # shellcheck disable=SC2050
  [ "@VERSION@" != 1 ] || echo "of 1 alone" >"$root/etc/@NAME@.d/first"
  [ ! -e "$root/etc/settings" ] || echo "setting of @NAME@" >"$root/etc/settings"
  rm -f "$root/etc/not-wanted"
  ;;
unconfigure) rm -f "$root/usr/bin/@NAME@" ;;
esac
