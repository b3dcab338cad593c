#!/bin/sh
# Rules that do not let a running program be taken away.
set -eu
root=${FARDEL_ROOT:-}
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure) ln -sfn "$2/usr/bin/@NAME@" "$root/usr/bin/@NAME@" ;;
unconfigure)
  if pgrep -x vendor-@NAME@ >/dev/null || pidof other-@NAME@ >/dev/null; then
    echo "it runs: $(pgrep -l vendor-@NAME@) $(pgrep -fc "vendor-@NAME@ 6[0]")" >&2
    exit 4
  fi
  rm -f "$root/usr/bin/@NAME@"
  ;;
esac
