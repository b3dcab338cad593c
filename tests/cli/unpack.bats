#!/usr/bin/env bats
# fardel-unpack: the same as what dpkg-deb, tar and unzip make of real packs; its options.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  cd "$WORK" || return
}

teardown() {
  finish
}

unpack() { "$FARDEL_BUILD/libexec/fardel/fardel-unpack" "$@"; }

# What a vendor ships, with all that is usual: sizes, modes, links, times, names.
vendor_tree() {
  mkdir -p "$1"/opt/app/{bin,lib,empty,'odd name'} "$1/usr/bin"
  head -c 700000 /dev/urandom >"$1/opt/app/lib/libapp.so"
  head -c 700000 /dev/zero >"$1/opt/app/lib/zeros"
  truncate -s 3M "$1/opt/app/lib/holes"
  printf 'x' >>"$1/opt/app/lib/holes"
  : >"$1/opt/app/lib/nothing"
  printf '#!/bin/sh\n' >"$1/opt/app/bin/app"
  printf 'ä\n' >"$1/opt/app/odd name/ä b"
  chmod 755 "$1/opt/app/bin/app"
  chmod 640 "$1/opt/app/lib/zeros"
  chmod 4755 "$1/opt/app/lib/nothing"
  chmod 775 "$1/opt/app/empty"
  ln "$1/opt/app/bin/app" "$1/opt/app/bin/again"
  ln -s ../../opt/app/bin/app "$1/usr/bin/app"
  ln -s /etc/app.conf "$1/opt/app/conf"
  ln -s libapp.so "$1/opt/app/lib/libapp.so.1"
  touch -d '2020-02-02 02:02:02' "$1/opt/app/lib/zeros"
}

# types, modes without what is taken away, links, times of files, sums.
listing() {
  local type mode time path link
  (
    cd "$1" || exit
    find . -mindepth 1 -printf '%y\t%m\t%Ts\t%P\t%l\n' | LC_ALL=C sort -t $'\t' -k 4 |
      while IFS=$'\t' read -r type mode time path link; do
        [[ $type == l ]] && mode=0
        [[ $type == f ]] || time=0
        printf '%s %o %s %s -> %s\n' "$type" "$((0$mode & 0755))" "$time" "$path" "$link"
      done
    find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  )
}

# same PACK CMD…: what CMD has unpacked into `theirs` is what we unpack.
same() {
  local pack=$1
  shift
  rm -rf ours theirs
  mkdir ours theirs
  "$@"
  unpack "$pack" ours
  listing theirs >theirs.list
  listing ours >ours.list
  diff -u theirs.list ours.list
  [[ -z $(find ours -perm /7022 ! -type l) ]]
  rm -rf ours theirs
}

# cut_off PACK: refused wherever it is cut off.
cut_off() {
  local size at
  size=$(stat -c %s "$1")
  for at in 1 2 $((size / 7)) $((size / 2)) $((size * 6 / 7)) $((size - 100)) $((size - 9)) $((size - 2)); do # the very last byte may only be padding
    head -c "$at" "$1" >short
    rm -rf ours
    mkdir ours
    run --separate-stderr -1 unpack short ours
    [[ $stderr == 'fardel-unpack: short: '* && ${#stderr_lines[@]} == 1 ]]
  done
}

@test "unpack: a .deb of each compression, as dpkg-deb does" {
  local kind
  vendor_tree tree
  mkdir tree/DEBIAN
  printf 'Package: app\nVersion: 1\nArchitecture: all\nMaintainer: N <n@example.org>\nDescription: d\n' \
    >tree/DEBIAN/control
  for kind in gzip xz zstd none; do
    dpkg-deb --root-owner-group "-Z$kind" -b tree app.deb >/dev/null
    same app.deb dpkg-deb -x app.deb theirs
    cut_off app.deb
  done
}

@test "unpack: a .deb of data.tar.bz2, as dpkg-deb does" {
  command -v bzip2 >/dev/null || skip "needs bzip2"
  vendor_tree tree
  mkdir tree/DEBIAN
  printf 'Package: app\nVersion: 1\nArchitecture: all\nMaintainer: N <n@example.org>\nDescription: d\n' \
    >tree/DEBIAN/control
  dpkg-deb --root-owner-group -Znone -b tree plain.deb >/dev/null
  ar x plain.deb
  bzip2 data.tar
  ar rc app.deb debian-binary control.tar data.tar.bz2
  same app.deb dpkg-deb -x app.deb theirs
}

@test "unpack: real .debs, as dpkg-deb does" {
  local debs
  mapfile -t debs < <(find /var/cache/apt/archives -name '*.deb' -size -8000k 2>/dev/null | sort | head -n 3)
  ((${#debs[@]})) || skip "there are none in apt's cache"
  for deb in "${debs[@]}"; do
    same "$deb" dpkg-deb -x "$deb" theirs
  done
}

@test "unpack: a tar of each compression and format, as tar does; no name is asked" {
  local kind format
  vendor_tree tree
  for format in gnu posix ustar; do
    tar -C tree --sort=name "--format=$format" -cf plain .
    same plain tar -C theirs -xpf plain
  done
  for format in gnu posix; do
    tar -C tree --sparse "--format=$format" -cf sparse .
    same sparse tar -C theirs -xpf sparse
    [[ $(stat -c %s sparse) -lt 3000000 ]]
  done
  # More pieces than a header has room for.
  for ((i = 0; i < 60; i++)); do
    printf 'x' | dd of=tree/opt/app/lib/holes bs=1 seek=$((i * 50000)) conv=notrunc status=none
  done
  tar -C tree --sparse --format=gnu -cf sparse .
  same sparse tar -C theirs -xpf sparse
  for kind in gzip xz zstd bzip2 'xz --format=lzma'; do
    command -v "${kind%% *}" >/dev/null || continue
    $kind -c <plain >packed
    same packed tar -C theirs -xpf plain
    cut_off packed
  done
}

@test "unpack: a zip, as unzip does" {
  vendor_tree tree
  rm tree/opt/app/bin/again
  (cd tree && zip -qry ../app.zip .)
  same app.zip unzip -q app.zip -d theirs
  cut_off app.zip
}

@test "unpack --strip" {
  vendor_tree tree
  tar -C tree -cf pack ./opt
  mkdir out
  unpack --strip 2 pack out
  [[ -x out/bin/app && out/bin/app -ef out/bin/again && -L out/conf && -d out/empty && ! -e out/opt ]]
  rm -rf out
  mkdir out
  unpack --strip=4 pack out
  [[ -z $(ls -A out) ]]
}

@test "unpack --include, --exclude: globs for paths after --strip" {
  vendor_tree tree
  tar -C tree -czf pack opt usr
  mkdir out
  unpack --include 'opt/app/lib' --include '**/bin/a*' --exclude '**/zeros' pack out
  run -0 find out -type f
  [[ $output != *zeros* && $output == *libapp.so* && $output == *bin/app* && ! -e out/opt/app/empty ]]
  [[ -L out/usr/bin/app && -L out/opt/app/lib/libapp.so.1 ]]
  rm -rf out
  mkdir out
  unpack --strip 2 --include '*' --exclude 'lib/*.so' pack out
  [[ -f out/lib/zeros && ! -e out/lib/libapp.so && -L out/lib/libapp.so.1 ]]
}

@test "unpack: an --include that matches nothing fails" {
  vendor_tree tree
  tar -C tree -cf pack opt
  mkdir out
  run --separate-stderr -1 unpack --include opt --include 'opt/ap' pack out
  [[ $stderr == "fardel-unpack: pack: nothing in it matches --include opt/ap" ]]
}

@test "unpack: rights that are taken away are counted in one line" {
  vendor_tree tree
  tar -C tree -cf pack opt
  mkdir out
  run --separate-stderr -0 unpack pack out
  [[ -z $output && ${#stderr_lines[@]} == 1 && $stderr == *'2 members'* ]]
}

@test "unpack: --help, and what is no way to call it" {
  run --separate-stderr -0 unpack --help
  [[ $output == 'Usage: fardel-unpack'* && -z $stderr ]]
  run --separate-stderr -64 unpack
  [[ -n $stderr ]]
  run -64 unpack one
  run -64 unpack one two three
  run -64 unpack --strip x one two
  run -64 unpack --strip -1 one two
  run -64 unpack --nonsense one two
}

@test "unpack: PACK is a file, DIR a folder that is there" {
  vendor_tree tree
  tar -C tree -cf pack opt
  mkdir out
  run --separate-stderr -1 unpack nothing out
  [[ $stderr == 'fardel-unpack: nothing: '*'No such file'* ]]
  run -1 unpack out out
  run --separate-stderr -1 unpack pack nowhere
  [[ $stderr == *nowhere* && ! -e nowhere ]]
  run -1 unpack pack pack
  mkfifo pipe
  run -1 timeout 5 "$FARDEL_BUILD/libexec/fardel/fardel-unpack" pipe out
}

@test "unpack: a limit of the size of files is an error, no crash" {
  vendor_tree tree
  tar -C tree -czf pack opt
  mkdir out
  limited() {
    ulimit -f 100
    unpack pack out
  }
  run --separate-stderr -1 limited
  [[ $stderr == 'fardel-unpack: pack: '*'File too large'* && ${#stderr_lines[@]} == 1 ]]
}

@test "unpack: --list prints what would come out, and - is its stdin" {
  vendor_tree tree
  tar -C tree -czf pack.tar.gz opt usr
  unpack --list pack.tar.gz >listed
  mkdir out
  unpack - out <pack.tar.gz
  (cd out && find . -mindepth 1 -printf '%P\n') | LC_ALL=C sort >unpacked
  LC_ALL=C sort listed | diff - unpacked
  unpack --strip 2 --include bin --list - <pack.tar.gz >listed
  [[ $(LC_ALL=C sort listed | tr '\n' ' ') == "bin bin/again bin/app " ]]
  mkfifo pipe
  (cat pack.tar.gz >pipe &)
  run -1 unpack - out <pipe
  [[ $output == *'is no file'* ]]
}
