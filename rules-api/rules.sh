# shellcheck shell=sh
# rules.sh, of version 1 of the contract (CONTRACT.md): what the rules of installers repeat, in POSIX sh. Copy it beside
# `rules`, so that the installer needs nothing but itself:
#
#	#!/bin/sh
#	set -eu
#	. ./rules.sh
#
#	links() {
#	  rules_program opt/zoom/ZoomLauncher zoom
#	  rules_desktop usr/share/applications/Zoom.desktop
#	  rules_icon 256 usr/share/pixmaps/Zoom.png
#	  echo /opt/zoom opt/zoom
#	}
#	unpack() { rules_unpack "$1" "$2"; rules_need "$2/opt/zoom/ZoomLauncher"; }
#
#	rules_main "$@"
#
# Rules define of these what they need; the functions of the phases are called with the phase's arguments:
#	links           prints lines `PATH END`: the link PATH is to lead to END in what was unpacked
#	folders         prints the folders that are made for these links alone, one a line, the inner ones first
#	download FILE   without it, that phase fails
#	unpack PACK DIR without it: rules_unpack
#	configure DIR   called when the links stand
#	unconfigure DIR called before they go; to end there (rules_in_use) leaves all as it is
# Names that begin with rules_ are this library's.

rules_root=${FARDEL_ROOT:-}

# --- How a phase ends ---------------------------------------------------------------------------------------

# rules_fail TEXT: it failed (1).
rules_fail() {
  echo "$*" >&2
  exit 1
}

# rules_network TEXT: the network failed, it may work later (2). Of download.
rules_network() {
  echo "$*" >&2
  exit 2
}

# rules_in_use TEXT: the application is running, nothing is to be changed (4). Whether it is, pgrep says, which `rules`
# itself must name:
#	unconfigure() { ! pgrep -x zoom >/dev/null || rules_in_use "Zoom is running: close it first"; }
rules_in_use() {
  echo "$*" >&2
  exit 4
}

# rules_tool NAME [PACKAGE]: ends with 1 where that program is missing.
rules_tool() {
  command -v "$1" >/dev/null || rules_fail "$1 is missing: install ${2:-$1}, then try again"
}

# --- download -----------------------------------------------------------------------------------------------

# rules_fetch URL FILE [SHA256]: fetches it; 2: it could not be had, 1: it cannot be written, or is another.
rules_fetch() {
  rules_tool wget
  rules_status=0
  wget -q -T 60 -t 3 -O "$2" "$1" || rules_status=$?
  case $rules_status in
  0) ;;
  3) rules_fail "$1: cannot be written" ;;
  *) rules_network "$1: cannot be fetched (wget ended with $rules_status)" ;;
  esac
  [ -z "${3:-}" ] || echo "$3  $2" | sha256sum -c - >/dev/null 2>&1 ||
    rules_fail "$1: is not what it was: its sha256 is not $3"
}

# --- unpack -------------------------------------------------------------------------------------------------

# rules_kind PACK: prints deb, zip, appimage or tar (or what else it may be), by the bytes.
rules_kind() {
  rules_head=$(od -An -v -t x1 -N 11 "$1" | tr -d ' \n')
  case $rules_head in
  213c617263683e0a*) echo deb ;;
  504b0304* | 504b0506*) echo zip ;;
  7f454c46????????414902) echo appimage ;;
  *) echo tar ;;
  esac
}

# The first byte behind an ELF program, the last part of which is its table of sections: there an AppImage's
# file system begins.
rules_elf_end() {
  case $(od -An -t u1 -j 4 -N 1 "$1" | tr -d ' ') in
  1) set -- "$1" 32 u4 4 46 ;;
  *) set -- "$1" 40 u8 8 58 ;;
  esac
  rules_table=$(od -An -t "$3" -j "$2" -N "$4" "$1" | tr -d ' ')
  rules_size=$(od -An -t u2 -j "$5" -N 2 "$1" | tr -d ' ')
  rules_count=$(od -An -t u2 -j "$(($5 + 2))" -N 2 "$1" | tr -d ' ')
  echo $((rules_table + rules_size * rules_count))
}

# rules_unpack PACK DIR: a .deb (no script of it is run), a tar, a zip or an AppImage (nothing of it is run either), told
# by its bytes, into DIR. Everybody may read what comes out, and only its owner write.
rules_unpack() {
  rules_is=$(rules_kind "$1")
  if [ "$rules_is" != appimage ] && command -v fardel-unpack >/dev/null; then
    fardel-unpack "$1" "$2" || rules_fail "${1##*/}: cannot be unpacked"
    return
  fi
  case $rules_is in
  deb) dpkg-deb -x "$1" "$2" ;;
  zip)
    rules_tool unzip
    unzip -q "$1" -d "$2"
    ;;
  appimage)
    rules_tool unsquashfs squashfs-tools
    unsquashfs -quiet -no-progress -no-xattrs -force -dest "$2" -offset "$(rules_elf_end "$1")" "$1"
    ;;
  tar) tar -xf "$1" -C "$2" --no-same-owner ;;
  esac || rules_fail "${1##*/}: cannot be unpacked"
  chmod -R u+rwX,go+rX,go-w "$2"
}

# rules_need FILE…: ends with 1 if one of these programs is not there: the vendor may have changed how the pack is laid out.
rules_need() {
  for rules_file; do
    { [ -f "$rules_file" ] && [ -x "$rules_file" ]; } ||
      rules_fail "the pack has no program ${rules_file##*/} where it was: these rules do not fit it"
  done
}

# --- Lines for `links` ---------------------------------------------------------------------------------------

# rules_program END [NAME]: /usr/bin/NAME
rules_program() { echo "/usr/bin/${2:-${1##*/}} $1"; }

# rules_desktop END [NAME]: /usr/share/applications/NAME.desktop
rules_desktop() {
  rules_name=${2:-${1##*/}}
  echo "/usr/share/applications/${rules_name%.desktop}.desktop $1"
}

# rules_icon SIZE END [NAME]: /usr/share/icons/hicolor/SIZExSIZE/apps/NAME.png; SIZE may be `scalable`, for an .svg.
rules_icon() {
  rules_name=${3:-${2##*/}}
  case $1 in
  scalable) rules_size=$1 ;;
  *) rules_size=${1}x$1 ;;
  esac
  echo "/usr/share/icons/hicolor/$rules_size/apps/${rules_name%.*}.${2##*.} $2"
}

# --- configure and unconfigure ------------------------------------------------------------------------------

# A function of the rules', not a program of that name.
rules_has() { [ "$(command -v "$1")" = "$1" ]; }

# rules_own DIR PATH: it is a link that leads into this package: this version of it, or another.
rules_own() {
  [ -L "$2" ] || return 1
  rules_above=${1%/*/*}
  case $(readlink "$2") in
  "${rules_above:-$1}"/*) return 0 ;;
  esac
  return 1
}

# rules_link DIR: makes the links; may be done again. What stands in the way, but for links of the package's own and such that
# lead to nothing, is somebody's: it ends with 1. Where the pack has no END, the link is left out, which is said.
rules_link() {
  rules_lines=$(links)
  while read -r rules_path rules_end; do
    [ -n "$rules_path" ] || continue
    rules_at=$rules_root$rules_path
    if [ ! -e "$1/$rules_end" ]; then
      echo "the pack has no $rules_end: no $rules_path is made" >&2
      continue
    fi
    if [ -e "$rules_at" ] && ! rules_own "$1" "$rules_at"; then
      rules_fail "$rules_path is there, and not this package's: move it out of the way"
    fi
    [ ! -L "$rules_at" ] || [ "$(readlink "$rules_at")" != "$1/$rules_end" ] || continue
    mkdir -p "${rules_at%/*}"
    ln -fns "$1/$rules_end" "$rules_at"
  done <<LINES
$rules_lines
LINES
}

# rules_unlink DIR: takes the links away that lead into this package, and the folders of `folders`, if they are empty.
rules_unlink() {
  rules_lines=$(links)
  while read -r rules_path rules_end; do
    if rules_own "$1" "$rules_root$rules_path"; then
      rm -f "$rules_root$rules_path"
    fi
  done <<LINES
$rules_lines
LINES
  ! rules_has folders || folders | while read -r rules_path; do
    rmdir "$rules_root$rules_path" 2>/dev/null || :
  done
}

# rules_types NAME: has the types of files (usr/share/mime/packages) read anew when these rules have ended.
rules_types() {
  rules_mark=$rules_root/var/lib/puavo-pkg/.update_mime_database
  [ ! -d "${rules_mark%/*}" ] || grep -qsx "$1" "$rules_mark" || echo "$1" >>"$rules_mark"
}

# --- The phases ---------------------------------------------------------------------------------------------

rules_configure() {
  ! rules_has links || rules_link "$1"
  ! rules_has configure || configure "$1"
}

rules_unconfigure() {
  ! rules_has unconfigure || unconfigure "$1"
  ! rules_has links || rules_unlink "$1"
}

rules_arguments() { [ "$1" -gt "$2" ] || rules_fail "rules $3: $2 arguments are wanted: $4"; }

# rules_main "$@": the last line of rules. Phases that are not known are none of theirs.
rules_main() {
  set -eu
  case ${1:-} in
  download)
    rules_arguments $# 1 download FILE
    rules_has download || rules_fail "these rules fetch nothing: there has to be an upstream_pack_url"
    download "$2"
    ;;
  unpack)
    rules_arguments $# 2 unpack "PACK DIR"
    if rules_has unpack; then unpack "$2" "$3"; else rules_unpack "$2" "$3"; fi
    ;;
  configure | unconfigure)
    rules_arguments $# 1 "$1" DIR
    "rules_$1" "$2"
    ;;
  esac
}
