# shellcheck shell=sh disable=SC2154
# Whether a puavo-pkg of its own is there, which looks after what is in its layout.
others_tool() {
  [ -x "$root/usr/sbin/puavo-pkg" ] && [ "$(readlink -f "$root/usr/sbin/puavo-pkg")" != "$root/usr/bin/fardel" ]
}

# What fardel has installed, by the links that it keeps: a blank before each name.
installed() {
  set -- "$root"/var/lib/fardel/installed/*
  others_tool || set -- "$@" "$root"/var/lib/puavo-pkg/installed/*
  for link; do
    [ ! -L "$link" ] || printf ' %s' "${link##*/}"
  done
}
