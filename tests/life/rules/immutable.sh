#!/bin/sh
# Rules that make files of their pack such that even root cannot remove them as they are.
set -eu
case $1 in
unpack)
  mkdir "$3/deep"
  echo text >"$3/deep/file"
  ;;
configure) chattr +i "$2/deep/file" "$2/deep" ;;
esac
