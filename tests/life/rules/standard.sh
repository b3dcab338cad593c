#!/bin/sh
# The rules of a well-behaved package; tests/lib/make says what the words in capitals stand for.
# shellcheck disable=SC2043,SC2194
set -eu
root=${FARDEL_ROOT:-}
phase=${1:-}

# Halfway through its phase: waits while the test keeps the gate shut, then ends as the test wants.
halfway() {
  gate=$root/srv/gates/$phase
  if [ -e "$gate" ]; then
    # The name after the script is what the test looks for among the processes. In a stage a file that goes is seen for ever;
    # that it is empty is seen at once.
    # shellcheck disable=SC2016
    sh -c 'while [ -s "$1" ]; do sleep 0.05; done' "gate-$phase-@TOKEN@" "$gate"
  fi
  for pair in @OUTCOMES@; do
    case $pair in
    "$phase="*) echo "@NAME@ @VERSION@: $phase ends with ${pair#*=}" >&2; exit "${pair#*=}" ;;
    esac
  done
}

echo "@NAME@ @VERSION@: $phase"
case $phase in
download)
  halfway
  wget -q -O "$2" "@SERVER@/@PACK@"
  ;;
unpack)
  case @KIND@ in
  deb) dpkg-deb -x "$2" "$3" ;;
  tar) tar -xzf "$2" -C "$3" ;;
  zip) unzip -q "$2" -d "$3" ;;
  esac
  halfway
  ;;
configure)
  mkdir -p "$root/usr/bin" "$root/usr/share/applications"
  ln -sfn "$2/usr/bin/@NAME@" "$root/usr/bin/@NAME@"
  halfway
  ln -sfn "$2/usr/share/applications/@NAME@.desktop" "$root/usr/share/applications/@NAME@.desktop"
  echo "version = @VERSION@" >"$root/etc/@NAME@.conf"
  ;;
unconfigure)
  rm -f "$root/usr/bin/@NAME@"
  halfway
  rm -f "$root/usr/share/applications/@NAME@.desktop" "$root/etc/@NAME@.conf"
  ;;
esac
