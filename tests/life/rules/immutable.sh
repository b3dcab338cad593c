#!/bin/sh
# Rules whose pack brings a file that even root cannot remove as it is.
set -eu
case $1 in
unpack)
  mkdir "$3/deep"
  echo text >"$3/deep/file"
  chattr +i "$3/deep/file" "$3/deep"
  exit 1
  ;;
esac
