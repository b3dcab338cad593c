#!/bin/sh
# Rules that bring a type of file, and leave it to others to have the database made anew.
set -eu
case ${1:-} in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  mkdir -p /usr/bin /usr/share/mime/packages
  ln -sfn "$2/usr/bin/@NAME@" "/usr/bin/@NAME@"
  cat <<END >"/usr/share/mime/packages/@NAME@.xml"
<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="application/x-@NAME@"><glob pattern="*.@NAME@"/></mime-type>
</mime-info>
END
  ;;
unconfigure)
  rm -f "/usr/bin/@NAME@" "/usr/share/mime/packages/@NAME@.xml"
  ;;
esac
