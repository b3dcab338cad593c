#!/bin/sh
# Rules as packagers write them for a type of file of their own: a line for the tool that calls
# update-mime-database, at a path that is spelled out.
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
  echo /usr/share/mime >>/var/lib/puavo-pkg/.update_mime_database
  ;;
unconfigure)
  rm -f "/usr/bin/@NAME@" "/usr/share/mime/packages/@NAME@.xml"
  echo /usr/share/mime >>/var/lib/puavo-pkg/.update_mime_database
  ;;
esac
