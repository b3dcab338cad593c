#!/bin/sh
# Rules that say much.
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  printf '  blanks before and after  \n\n\ttab\033[1m\n'
  awk 'BEGIN { for (i = 0; i < 20000; i++) print "line", i }'
  printf 'and no end'
  ;;
unconfigure) awk 'BEGIN { for (i = 0; i < 20000; i++) print "gone", i }' ;;
esac
