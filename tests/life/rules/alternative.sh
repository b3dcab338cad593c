#!/bin/sh
# Rules that register an alternative, as a browser's do; it has the version as its priority.
set -eu
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure) update-alternatives --install /usr/bin/hello-any hello-any "$2/usr/bin/@NAME@" "@VERSION@" ;;
unconfigure) update-alternatives --remove hello-any "$2/usr/bin/@NAME@" ;;
esac
