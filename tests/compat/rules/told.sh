#!/bin/sh
# Rules that tell what they are told.
set -eu
case $1 in
unpack)
  [ -s "$2" ] && [ -d "$3" ] && [ "$(basename "$3")" = upstream.tmp ]
  {
    echo "$# arguments, as $(id -u)"
    [ "$(ls -A "$3")" != told.new ] || echo "it is empty"
  } >"$3/told.new"
  mv "$3/told.new" "$3/told"
  ;;
configure) echo "configure $2 ($#) in $(pwd) as $(id -u)" ;;
unconfigure) [ -d "$2" ] ;;
esac
