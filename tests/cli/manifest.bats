#!/usr/bin/env bats
# What the other tests compare by: tests/lib/manifest.py.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  mkdir -p "$ROOT/opt/seen"
  echo one >"$ROOT/opt/seen/file"
  ln -s file "$ROOT/opt/seen/link"
  before=$(manifest)
}

teardown() {
  rm -rf -- "$ROOT/opt/seen" "$ROOT/opt/other"
  finish
}

# differs LINE…: so many lines, in this order, are new or gone, each like its pattern.
differs() {
  local line
  while IFS= read -r line; do
    # shellcheck disable=SC2053
    [[ $line == $1 ]] || { echo "$line is not like ${1:-(nothing)}"; return 1; }
    shift
  done < <(diff <(echo "$before") <(manifest) | grep "^[<>]" | LC_ALL=C sort)
  [[ $# == 0 ]] || { echo "without $1"; return 1; }
}

@test "manifest: nothing has changed" {
  differs
  touch "$ROOT/srv/own"
  differs
}

@test "manifest: a new file, a folder, a link, another name, one that is gone" {
  mkdir "$ROOT/opt/other"
  ln -s nowhere "$ROOT/opt/other/link"
  differs '> d 755 * ./opt/other -> ' '> l 777 * ./opt/other/link -> nowhere'
  rm -r "$ROOT/opt/other" "$ROOT/opt/seen/link"
  differs '< l 777 * ./opt/seen/link -> file'
}

@test "manifest: content of the same length and time, rights, an attribute" {
  touch -r "$ROOT/opt/seen/file" "$WORK/time"
  echo two >"$ROOT/opt/seen/file"
  touch -r "$WORK/time" "$ROOT/opt/seen/file"
  differs '< *  ./opt/seen/file' '> *  ./opt/seen/file'
  echo one >"$ROOT/opt/seen/file"
  touch -r "$WORK/time" "$ROOT/opt/seen/file"
  chmod 600 "$ROOT/opt/seen/file"
  differs '< f 644 * ./opt/seen/file' '> f 600 * ./opt/seen/file'
  chmod 644 "$ROOT/opt/seen/file"
  python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.seen", b"x")' "$ROOT/opt/seen/file" || skip "no attributes here"
  differs '> x user.seen=78 ./opt/seen/file'
}

@test "manifest: of the machine's, only what is other" {
  skip_unless mount
  [[ $before != *' ./etc -> '* && $before != *' ./etc/passwd'* ]]
  chmod 700 "$ROOT/mnt"
  differs '> d 700 * ./mnt -> '
  chmod 755 "$ROOT/mnt"
  differs
  rm "$ROOT/etc/passwd"
  differs '> c 0 0 0 ./etc/passwd -> '
  cp -p /.host/etc/passwd "$ROOT/etc"
  differs '> f *./etc/passwd'
}
