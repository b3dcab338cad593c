# shellcheck shell=sh disable=SC2154
# Whether a puavo-pkg of its own is there, which looks after what is in its layout.
others_tool() {
  [ -x "$root/usr/sbin/puavo-pkg" ] && [ "$(readlink -f "$root/usr/sbin/puavo-pkg")" != "$root/usr/bin/fardel" ]
}

# What fardel has installed, by the links that it keeps: a blank before each name.
installed() {
  for link in "$root"/var/lib/fardel/installed/*; do
    [ -L "$link" ] || continue
    case $(readlink "$link") in
    */var/lib/fardel/packages/*) ;;
    *) ! others_tool || continue ;;
    esac
    printf ' %s' "${link##*/}"
  done
}
