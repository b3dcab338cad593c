#!/bin/sh
# Rules that change a system in every way that rules can: what tests/crash lays out as its ground is replaced, given away, deleted,
# and becomes something else. Their unconfigure takes away the links and the line that is one of many, and leaves the rest.
set -eu
root=${FARDEL_ROOT:-}
ground=$root/var/lib/ground
far=$root/usr/lib/ground

# What a link, a folder or a file becomes, made anew.
become() {
  rm -rf "$2"
  case $1 in
  link) ln -s "@NAME@ @VERSION@" "$2" ;;
  file) echo "of @VERSION@" >"$2" ;;
  folder) mkdir "$2"; echo "of @VERSION@" >"$2/file" ;;
  esac
}

# What was there.
change() {
  echo "written by @VERSION@" >"$ground/written"
  echo "renamed by @VERSION@" >"$ground/.renamed"
  mv "$ground/.renamed" "$ground/renamed"
  chmod 600 "$ground/attributes"
  chown 1:1 "$ground/attributes" "$ground/linked"
  chmod 2770 "$ground/folder"
  rm -rf "$ground/deleted" "$ground/deleted-tree"
  grep -q "by @VERSION@" "$ground/pair-1" || echo "by @VERSION@" >>"$ground/pair-1"
  become link "$ground/folder-to-link"
  become file "$ground/folder-to-file"
  become folder "$ground/link-to-folder"
  become folder "$ground/file-to-folder"
  echo "written by @VERSION@" >"$far/written"
  become link "$far/folder-to-link"
}

# What is new.
add() {
  mkdir -p "$ground/new/deep/deeper" "$ground/kept" "$far/new"
  chmod 3755 "$ground/new/deep"
  echo "one of @VERSION@" >"$ground/new/one"
  ln -f "$ground/new/one" "$ground/new/deep/two"
  : >"$ground/new/empty"
  echo odd >"$ground/new/odd
name"
  echo secret >"$ground/new/secret"
  chmod 000 "$ground/new/secret"
  [ -p "$ground/new/fifo" ] || mkfifo -m 620 "$ground/new/fifo"
  cp -a "$ground/marked" "$ground/new/marked"
  echo program >"$ground/new/capable"
  setcap cap_net_raw+ep "$ground/new/capable"
  [ -e "$ground/kept/key" ] || echo "made once, by @VERSION@" >"$ground/kept/key"
  echo "@VERSION@" >"$far/new/version"
  # Nothing but folders and links, which a commit takes over.
  mkdir -p "$ground/links/deep/none" "$far/links"
  chmod 2750 "$ground/links/deep"
  ln -sfn "@VERSION@" "$ground/links/one"
  ln -sfn ../one "$ground/links/deep/two"
  ln -sfn "@VERSION@" "$far/links/one"
}

# What one version does, and another does not, or otherwise.
differ() {
  # shellcheck disable=SC2194
  case @VERSION@ in
  0) become folder "$ground/new/turns"; become link "$ground/new/turns-too" ;;
  1)
    become link "$ground/new/turns"
    become folder "$ground/new/turns-too"
    rm -f "$ground/deleted-by-1"
    echo 1 >"$ground/changed-by-1"
    mkdir -p "$ground/only-1/deep"
    echo 1 >"$ground/only-1/deep/file"
    ;;
  *) become file "$ground/new/turns"; become file "$ground/new/turns-too" ;;
  esac
}

echo "@NAME@ @VERSION@: $1"
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  mkdir -p "$root/usr/share/applications"
  ln -sfn "$2/usr/bin/@NAME@" "$root/usr/bin/@NAME@"
  ln -sfn "$2/usr/share/applications/@NAME@.desktop" "$root/usr/share/applications/@NAME@.desktop"
  echo "version = @VERSION@" >"$root/etc/@NAME@.conf"
  grep -q '^@NAME@:' "$root/etc/passwd" || echo '@NAME@:x:999:999::/nonexistent:/usr/sbin/nologin' >>"$root/etc/passwd"
  change
  add
  differ
  systemctl daemon-reload
  ;;
unconfigure)
  rm -f "$root/usr/bin/@NAME@" "$root/usr/share/applications/@NAME@.desktop"
  sed -i '/^@NAME@:/d' "$root/etc/passwd"
  systemctl daemon-reload
  ;;
esac
