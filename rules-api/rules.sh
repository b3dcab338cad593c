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
#	folders         prints the folders that are made for this package alone, one a line, the inner ones first
#	download FILE   without it, that phase fails
#	unpack PACK DIR without it: rules_unpack
#	configure DIR   called when the links stand
#	unconfigure DIR called before they go; to end there (rules_in_use) leaves all as it is
# What configure makes by rules_X, unconfigure takes back by rules_no_X; both may be done again. Names that begin with rules_
# are this library's.

rules_root=${FARDEL_ROOT:-}
rules_newline='
'

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

# All of a pack, by the system's programs.
rules_take_apart() {
  case $(rules_kind "$1") in
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
}

# Of paths on stdin, those that are wanted: two lines each, the path, and what it becomes. $rules_globs: a line each, + or -
# and the glob.
rules_choose() {
  # shellcheck disable=SC2016
  RULES_STRIP=$1 RULES_GLOBS=$rules_globs LC_ALL=C awk '
    function plain(c) {
      if (c == "^" || c == "\\" || c == "[") return "\\" c
      return index(".*+?(){}$|", c) ? "[" c "]" : c
    }
    function regex(g,    r, i, j, c, set) {
      for (i = 1; i <= length(g); i++) {
        c = substr(g, i, 1)
        if (substr(g, i, 3) == "**/") { r = r "(.*/)?"; i += 2 }
        else if (substr(g, i, 2) == "**") { r = r ".*"; i++ }
        else if (c == "*") r = r "[^/]*"
        else if (c == "?") r = r "[^/]"
        else if (c == "[" && (j = index(substr(g, i + 2), "]"))) {
          set = substr(g, i + 1, j)
          sub(/^!/, "^/", set)
          r = r "[" set "]"
          i += j + 1
        } else {
          if (c == "\\") c = substr(g, ++i, 1)
          r = r plain(c)
        }
      }
      return "^" r "$"
    }
    # That path, or a folder that it is in.
    function matches(path, r) {
      while (path !~ r && path ~ /\//) sub(/\/[^\/]*$/, "", path)
      return path ~ r
    }
    BEGIN {
      count = split(ENVIRON["RULES_GLOBS"], lines, "\n")
      for (i = 1; i <= count; i++) {
        if (lines[i] == "") continue
        n++
        sign[n] = substr(lines[i], 1, 1)
        glob[n] = substr(lines[i], 2)
        re[n] = regex(glob[n])
        only = only || sign[n] == "+"
      }
    }
    {
      path = substr($0, 3)
      for (i = 0; i < ENVIRON["RULES_STRIP"] && path != ""; i++) if (!sub(/^[^\/]*\//, "", path)) path = ""
      if (path == "") next
      take = !only
      for (i = 1; i <= n; i++)
        if (sign[i] == "+" && matches(path, re[i])) { take = 1; used[i] = 1 }
      for (i = 1; i <= n; i++)
        if (sign[i] == "-" && matches(path, re[i])) take = 0
      if (take) { print; print path }
    }
    END {
      for (i = 1; i <= n; i++)
        if (sign[i] == "+" && !used[i]) { print glob[i] ": nothing in the pack matches" >"/dev/stderr"; exit 1 }
    }'
}

# rules_pick FROM DIR OPTION…: what these options of rules_unpack leave of FROM, into DIR.
rules_pick() {
  rules_from=$1 rules_dir=$2 rules_strip=0 rules_globs=
  shift 2
  while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || rules_fail "rules_unpack: $1: it is no option, or lacks its value"
    case $1:$2 in
    --strip:*[!0-9]* | --strip:) rules_fail "rules_unpack: --strip $2: a number is wanted" ;;
    --strip:*) rules_strip=$2 ;;
    --include:*) rules_globs="$rules_globs+$2$rules_newline" ;;
    --exclude:*) rules_globs="$rules_globs-$2$rules_newline" ;;
    *) rules_fail "rules_unpack: $1: there is no such option" ;;
    esac
    shift 2
  done
  [ -z "$(find "$rules_from" -name "*$rules_newline*")" ] || rules_fail "the pack has names with line breaks"
  rules_lines=$(cd "$rules_from" && find . ! -name . | LC_ALL=C sort | rules_choose "$rules_strip") ||
    rules_fail "the pack is not laid out as these rules have it"
  while IFS= read -r rules_path && IFS= read -r rules_end; do
    case $rules_end in
    */*) mkdir -p "$rules_dir/${rules_end%/*}" ;;
    esac
    if [ -d "$rules_from/$rules_path" ] && [ ! -L "$rules_from/$rules_path" ]; then
      mkdir -p "$rules_dir/$rules_end"
    else
      mv -f "$rules_from/$rules_path" "$rules_dir/$rules_end"
    fi || rules_fail "$rules_end: cannot be unpacked"
  done <<LINES
$rules_lines
LINES
}

# rules_unpack PACK DIR [--strip N] [--include GLOB]… [--exclude GLOB]…: a .deb (no script of it is run), a tar, a zip or an
# AppImage (nothing of it is run either), told by its bytes, into DIR. The options are fardel-unpack's. Everybody may read
# what comes out, and only its owner write.
rules_unpack() {
  rules_pack=$1 rules_to=$2
  shift 2
  if [ "$(rules_kind "$rules_pack")" != appimage ] && command -v fardel-unpack >/dev/null; then
    fardel-unpack "$@" "$rules_pack" "$rules_to" || rules_fail "${rules_pack##*/}: cannot be unpacked"
    return
  fi
  if [ $# -eq 0 ]; then
    rules_take_apart "$rules_pack" "$rules_to"
  else
    mkdir "$rules_to/.rules-whole"
    rules_take_apart "$rules_pack" "$rules_to/.rules-whole"
    chmod -R u+rwX "$rules_to/.rules-whole"
    rules_pick "$rules_to/.rules-whole" "$rules_to" "$@"
    rm -rf "${rules_to:?}/.rules-whole"
  fi
  chmod -R u+rwX,go+rX,go-w "$rules_to"
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

# The folders of `folders`, if they are empty.
rules_no_folders() {
  ! rules_has folders || folders | while read -r rules_path; do
    rmdir "$rules_root$rules_path" 2>/dev/null || :
  done
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
  rules_no_folders
}

# --- Files ------------------------------------------------------------------------------------------------------

# rules_file PATH [MODE] <TEXT: the file holds that, all of it or what it held before. Its mode is 644, or stays as it is. A
# file that is there is replaced, a link that leads somewhere is not.
rules_file() {
  rules_at=$rules_root$1 rules_new=$rules_root$1.rules-new
  if [ -L "$rules_at" ]; then
    [ ! -e "$rules_at" ] || rules_fail "$1 is a link: name the file that it leads to"
    rm -f "$rules_at"
  fi
  [ ! -d "$rules_at" ] || rules_fail "$1 is a folder"
  mkdir -p "${rules_at%/*}" || rules_fail "$1: cannot be written"
  rules_mode=${2:-$(stat -c %a "$rules_at" 2>/dev/null || echo 644)}
  rm -f "$rules_new"
  [ ! -e "$rules_at" ] || cp -p "$rules_at" "$rules_new" || rules_fail "$1: cannot be written"
  { cat >"$rules_new" && chmod "$rules_mode" "$rules_new"; } || rules_fail "$1: cannot be written"
  # What is as it should be stays, with its time.
  if cmp -s "$rules_new" "$rules_at" && [ "$(stat -c %a "$rules_at")" = "${rules_mode#0}" ]; then
    rm "$rules_new"
  else
    mv -f "$rules_new" "$rules_at" || rules_fail "$1: cannot be written"
  fi
}

# rules_no_file PATH…: they are gone.
rules_no_file() {
  for rules_path; do
    rm -f "$rules_root$rules_path" || rules_fail "$rules_path: cannot be removed"
  done
}

# $rules_text is the file's, $rules_is whether it is there.
rules_read() {
  rules_text='' rules_is=''
  [ -e "$rules_root$1" ] || return 0
  rules_is=yes
  { rules_text=$(cat "$rules_root$1" && echo x); } 2>/dev/null || rules_fail "$1: cannot be read"
  rules_text=${rules_text%x}
  printf %s "$rules_text" | cmp -s - "$rules_root$1" || rules_fail "$1: is no text"
}

rules_write() { printf %s "$rules_text" | rules_file "$1" || exit 1; }

# rules_swap FIND BY: BY for each FIND in $rules_text. FIND is not empty.
rules_swap() {
  rules_rest=$rules_text rules_text=
  while :; do
    case $rules_rest in
    *"$1"*) ;;
    *) break ;;
    esac
    rules_text=$rules_text${rules_rest%%"$1"*}$2
    rules_rest=${rules_rest#*"$1"}
  done
  rules_text=$rules_text$rules_rest
}

rules_has_text() {
  case $1 in
  *"$2"*) return 0 ;;
  esac
  return 1
}

# rules_line PATH LINE: the file has that line, at its end, once. A file that is not there is made; whether the last line has
# an end stays as it is, so that taking it back is exact.
rules_line() {
  case $2 in
  '' | *"$rules_newline"*) rules_fail "rules_line $1: one line is wanted" ;;
  esac
  rules_read "$1"
  ! rules_has_text "$rules_newline$rules_text$rules_newline" "$rules_newline$2$rules_newline" || return 0
  case $rules_is$rules_text in
  '' | *"$rules_newline") rules_text=$rules_text$2$rules_newline ;;
  yes) rules_text=$2 ;;
  *) rules_text=$rules_text$rules_newline$2 ;;
  esac
  rules_write "$1"
}

# rules_no_line PATH LINE: it has it no longer. A file that nothing else was in is gone.
rules_no_line() {
  rules_read "$1"
  rules_whole=$rules_text
  rules_text=$rules_newline$rules_text
  while rules_has_text "$rules_text" "$rules_newline$2$rules_newline"; do
    rules_swap "$rules_newline$2$rules_newline" "$rules_newline"
  done
  rules_text=${rules_text%"$rules_newline$2"}
  rules_text=${rules_text#"$rules_newline"}
  [ "$rules_text" != "$rules_whole" ] || return 0
  if [ "$rules_whole" = "$2$rules_newline" ]; then rules_no_file "$1"; else rules_write "$1"; fi
}

# Whether in $rules_text FIND has become BY already.
rules_replaced() {
  rules_has_text "$rules_text" "$2" || return 1
  rules_has_text "$rules_text" "$1" || return 0
  rules_has_text "$2" "$1" || return 1
  rules_before=$rules_text
  rules_swap "$2" "$1"
  rules_swap "$1" "$2"
  [ "$rules_text" = "$rules_before" ] && return 0
  rules_text=$rules_before
  return 1
}

# rules_replace PATH FIND BY: BY for each FIND in a file; both may have line breaks. It ends with 1 where the file has neither,
# and where rules_no_replace could not tell the way back, as BY is in it beforehand.
rules_replace() {
  { [ -n "$2" ] && [ -n "$3" ]; } || rules_fail "rules_replace $1: a text is wanted, and another"
  rules_read "$1"
  [ -n "$rules_is" ] || rules_fail "$1: there is no such file"
  ! rules_replaced "$2" "$3" || return 0
  rules_has_text "$rules_text" "$2" || rules_fail "$1: there is no $2 in it"
  rules_before=$rules_text
  rules_swap "$2" "$3"
  rules_after=$rules_text
  rules_swap "$3" "$2"
  [ "$rules_text" = "$rules_before" ] ||
    rules_fail "$1: there is already a $3 in it: it could not be told from what becomes of $2"
  rules_text=$rules_after
  rules_write "$1"
}

# rules_no_replace PATH FIND BY: the same in the other direction.
rules_no_replace() {
  rules_read "$1"
  rules_has_text "$rules_text" "$3" || return 0
  ! rules_has_text "$2" "$3" || ! rules_has_text "$rules_text" "$2" || return 0
  rules_swap "$3" "$2"
  rules_write "$1"
}

# --- Menu entries and types of files ----------------------------------------------------------------------------

# A file's name for what others read: $2 says what it is.
rules_file_name() {
  case $1 in
  '' | .* | -* | *[!A-Za-z0-9._+-]*) rules_fail "$2: $1: letters, digits and ._+- make a name" ;;
  esac
}

# $rules_text as the value of a key; of a list, where \; is a semicolon, if $1 is given.
rules_value() {
  rules_swap \\ \\\\
  [ -z "${1:-}" ] || rules_swap '\\;' '\;'
  rules_swap "$rules_newline" '\n'
  rules_swap "$(printf '\t')" '\t'
  rules_swap "$(printf '\r')" '\r'
  case $rules_text in
  ' '*) rules_text=\\s${rules_text# } ;;
  esac
  rules_text=$(printf %s "$rules_text" | LC_ALL=C tr -d '\000-\037\177')
}

# $rules_text as a word of Exec: a lone %f and the like is the menu's, any other % is one.
rules_word() {
  case $rules_text in
  %[fFuUick]) return 0 ;;
  esac
  rules_swap % %%
  case $rules_text in
  '' | *[!A-Za-z0-9@%+=:,./_-]*) ;;
  *) return 0 ;;
  esac
  rules_swap \\ \\\\
  rules_swap '"' '\"'
  # shellcheck disable=SC2016
  rules_swap '$' '\$'
  # shellcheck disable=SC2016
  rules_swap '`' '\`'
  rules_text=\"$rules_text\"
}

# One line of an entry.
rules_key() {
  rules_name=${1%%=*} rules_text=${1#*=}
  case $rules_name in
  "$1" | '' | *[!]A-Za-z0-9@_.[-]*) rules_fail "rules_entry: $1: it is no KEY=VALUE, and a program's words stand behind --" ;;
  Type | Version | Exec) rules_fail "rules_entry: $rules_name is written by itself" ;;
  Categories | MimeType | Keywords | OnlyShowIn | NotShowIn | Implements)
    rules_value list
    rules_text=${rules_text%;}\;
    ;;
  *) rules_value ;;
  esac
  rules_lines=$rules_lines$rules_name=$rules_text$rules_newline
}

# rules_entry ID KEY=VALUE… -- PROGRAM [WORD…]: /usr/share/applications/ID.desktop. Values are texts as they are, lists have
# a ; between their items (and \; in one); the words of the program are quoted as that format needs it.
#	rules_entry acme "Name=Acme Draw" Icon=acme "Categories=Graphics;2DGraphics" -- /opt/acme/draw %F
rules_entry() {
  rules_id=$1 rules_lines='' rules_exec=''
  rules_file_name "$1" rules_entry
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    rules_key "$1"
    shift
  done
  rules_has_text "$rules_newline$rules_lines" "${rules_newline}Name=" || rules_fail "rules_entry $rules_id: Name= is wanted"
  [ $# -gt 1 ] || rules_fail "rules_entry $rules_id: -- and a program are wanted"
  shift
  for rules_text; do
    rules_word
    rules_exec="$rules_exec${rules_exec:+ }$rules_text"
  done
  rules_text=$rules_exec
  rules_value
  printf '[Desktop Entry]\nType=Application\nVersion=1.0\n%sExec=%s\n' "$rules_lines" "$rules_text" |
    rules_file "/usr/share/applications/$rules_id.desktop" || exit 1
}

# rules_no_entry ID: it is gone.
rules_no_entry() { rules_no_file "/usr/share/applications/$1.desktop"; }

# $rules_text as a text of XML.
rules_xml() {
  rules_swap "$rules_newline" ' '
  rules_swap '&' '&amp;'
  rules_swap '<' '&lt;'
  rules_swap '>' '&gt;'
  rules_swap '"' '&quot;'
  rules_text=$(printf %s "$rules_text" | LC_ALL=C tr -d '\000-\037\177')
}

# rules_types NAME: has the types of files (usr/share/mime/packages) read anew when these rules have ended.
rules_types() {
  rules_mark=$rules_root/var/lib/puavo-pkg/.update_mime_database
  [ ! -d "${rules_mark%/*}" ] || grep -qsx "$1" "$rules_mark" || echo "$1" >>"$rules_mark"
}

# rules_mime NAME TYPE COMMENT [GLOB…]: a type of files, in /usr/share/mime/packages/NAME.xml, and whose names have it.
#	rules_mime acme application/x-acme-drawing "Drawing of Acme" "*.acme"
rules_mime() {
  rules_id=$1
  rules_file_name "$1" rules_mime
  case $2 in
  /* | */ | */*/* | *[!A-Za-z0-9/.+_-]*) rules_fail "rules_mime $1: $2: no type as application/x-foo" ;;
  */*) ;;
  *) rules_fail "rules_mime $1: $2: no type as application/x-foo" ;;
  esac
  rules_text=$3
  rules_xml
  rules_lines="  <mime-type type=\"$2\">$rules_newline    <comment>$rules_text</comment>$rules_newline"
  shift 3
  for rules_text; do
    rules_xml
    rules_lines="$rules_lines    <glob pattern=\"$rules_text\"/>$rules_newline"
  done
  printf '%s\n' '<?xml version="1.0" encoding="UTF-8"?>' \
    '<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">' \
    "$rules_lines  </mime-type>" '</mime-info>' | rules_file "/usr/share/mime/packages/$rules_id.xml" || exit 1
  rules_types "$rules_id"
}

# rules_no_mime NAME: it is gone.
rules_no_mime() {
  rules_no_file "/usr/share/mime/packages/$1.xml"
  rules_types "$1"
}

# --- Units, alternatives, users -------------------------------------------------------------------------------

# What is about files is done in any root; systemd is asked where it runs.
rules_systemctl() {
  case $1 in
  enable | disable)
    rules_tool systemctl systemd
    systemctl ${rules_root:+"--root=$rules_root"} "$@" >&2
    ;;
  *) [ -n "$rules_root" ] || [ ! -d /run/systemd/system ] || systemctl "$@" ;;
  esac || rules_fail "systemctl $* failed"
}

rules_unit_name() {
  rules_file_name "${1%%@*}" rules_unit
  case $1 in
  *[!A-Za-z0-9._@:+-]*) ;;
  *.service | *.socket | *.timer | *.path | *.mount | *.target) return ;;
  esac
  rules_fail "rules_unit: $1: no name of a unit, as hello.service"
}

# rules_unit NAME [enable] [start|restart] <TEXT: a unit of systemd's, in /usr/lib/systemd/system.
#	rules_unit acmed.service enable start <"$1/lib/acmed.service"
rules_unit() {
  rules_unit_name "$1"
  rules_id=$1
  shift
  for rules_verb; do
    case $rules_verb in
    enable | start | restart) ;;
    *) rules_fail "rules_unit $rules_id: $rules_verb: enable, start and restart are what there is" ;;
    esac
  done
  rules_file "/usr/lib/systemd/system/$rules_id"
  rules_systemctl daemon-reload
  for rules_verb; do
    rules_systemctl "$rules_verb" "$rules_id"
  done
}

# rules_no_unit NAME: it is stopped, disabled and gone.
rules_no_unit() {
  rules_unit_name "$1"
  [ -e "$rules_root/usr/lib/systemd/system/$1" ] || return 0
  rules_systemctl stop "$1"
  rules_systemctl disable "$1"
  rules_no_file "/usr/lib/systemd/system/$1"
  rules_systemctl daemon-reload
}

rules_alternatives() {
  rules_tool update-alternatives dpkg
  update-alternatives ${rules_root:+--root "$rules_root"} "$@" >&2 || rules_fail "update-alternatives $* failed"
}

# rules_alternative LINK NAME PATH PRIORITY: PATH is one of the programs that LINK may stand for.
#	rules_alternative /usr/bin/java java "$1/bin/java" 2100
rules_alternative() { rules_alternatives --install "$@"; }

# rules_no_alternative NAME PATH: it is none of them.
rules_no_alternative() { rules_alternatives --remove "$@"; }

rules_user_name() {
  case $1 in
  '' | -* | [0-9]* | *[!A-Za-z0-9_-]*) rules_fail "rules_user: $1: no name of a user" ;;
  esac
}

rules_has_user() { grep -qs "^$1:" "$rules_root/etc/passwd"; }

# rules_user NAME [HOME [COMMENT]]: a user that a program runs as, with a group of that name, who cannot log in. One that is
# there stays as they are. HOME is not made.
rules_user() {
  rules_user_name "$1"
  ! rules_has_user "$1" || return 0
  rules_tool useradd passwd
  useradd ${rules_root:+--prefix "$rules_root"} --system --user-group --no-create-home --home-dir "${2:-/nonexistent}" \
    --shell /usr/sbin/nologin ${3:+--comment "$3"} "$1" || rules_fail "the user $1 cannot be made"
}

# rules_no_user NAME: they are gone. Leave it out where they may own files that stay.
rules_no_user() {
  rules_user_name "$1"
  rules_has_user "$1" || return 0
  rules_tool userdel passwd
  userdel ${rules_root:+--prefix "$rules_root"} "$1" || rules_fail "the user $1 cannot be removed"
}

# --- The phases ---------------------------------------------------------------------------------------------

rules_configure() {
  ! rules_has links || rules_link "$1"
  ! rules_has configure || configure "$1"
}

rules_unconfigure() {
  ! rules_has unconfigure || unconfigure "$1"
  if rules_has links; then rules_unlink "$1"; else rules_no_folders; fi
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
