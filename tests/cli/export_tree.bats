#!/usr/bin/env bats
# repo export-tree: a wagon's tree as luet keeps it.
# shellcheck disable=SC2154 # output, stderr: bats sets them

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  mkdir -p "$ROOT/etc/fardel/repos.d"
  printf '%s\n' 'name: main' 'type: disk' 'format: luet' "urls: [$VENDOR/wagon]" 'enable: true' >"$ROOT/etc/fardel/repos.d/main.yml"
  TREE=$WORK/tree
}
teardown() { finish; }

PACKAGES='[
  {"name": "app-x/hello", "version": "1.0", "files": {"usr/bin/hello": "x"}, "requires": ["sys-libs/c >=2"], "finalize": {"install": ["echo hi"]}},
  {"name": "app-x/hello", "version": "1.1+2", "files": {"usr/bin/hello": "y"}, "description": "It: says \"hello\" # and more\nin lines"},
  {"name": "sys-libs/c", "version": "2.1", "provides": ["virtual/libc 0"]}]'
wagon() { "$LIB/wagon.py" "$VENDOR/wagon" revision="$1" "${@:2}" <<<"$PACKAGES"; }

@test "the newer layout: each file of the tree is as it came, and those that luet makes say the same" {
  wagon 5
  fardel -qq repo update
  run --separate-stderr -0 fardel --plain repo export-tree main "$TREE"
  [[ $output == main$'\t'3$'\t'"$TREE" ]]
  cmp "$VENDOR/wagon/repository.yaml" "$TREE/repository.yaml"
  mkdir "$WORK/there"
  tar -C "$WORK/there" -xf "$VENDOR/wagon/tree-v2.tar.zst"
  rm -- "$WORK/there/provides.yaml"
  (cd "$WORK/there" && find . -type f | while read -r file; do cmp "$file" "$TREE/treefs/$file"; done)
  [[ $(cd "$TREE/treefs" && find . -name finalize.yaml) == ./app-x/hello/1.0/finalize.yaml ]]
  [[ $(find "$TREE" -type f | wc -l) == $((3 * 3 + 1 + 3)) ]]
  [[ $(stat -c '%a' "$TREE" "$TREE/treefs/app-x/hello/1.0" "$TREE/treefs/app-x/hello/1.0/metadata.json" | paste -sd ' ') == '755 755 644' ]]
  grep -q '^index:$' "$TREE/metafs/repository.meta.yaml"
  [[ $(grep -c '^- {' "$TREE/metafs/repository.meta.yaml") == 3 ]]
  sed -n 's/^- //p' "$TREE/metafs/repository.meta.yaml" | jq -e . >/dev/null
  jq -S . "$TREE/treefs/app-x/hello/1.1+2/metadata.json" >"$WORK/one"
  jq -S . "$TREE/treefs/app-x/hello/1.1+2/metadata.yaml" | cmp - "$WORK/one"
  grep -qx '  virtual/libc:' "$TREE/treefs/provides.yaml"
  [[ $(sed -n 's/^  - //p' "$TREE/treefs/provides.yaml" | jq -r '"\(.category)/\(.name) \(.version)"') == 'sys-libs/c 2.1' ]]
}

@test "the older layout gives the same tree" {
  wagon 5
  fardel -qq repo update
  fardel -qq repo export-tree main "$WORK/newer"
  rm -r -- "$VENDOR/wagon"
  wagon 6 layout=v1
  fardel -qq repo update
  fardel -qq repo export-tree main "$TREE"
  for tree in "$WORK/newer" "$TREE"; do
    find "$tree/treefs" -name metadata.json | LC_ALL=C sort | while read -r file; do jq -S . "$file"; done >"$tree.json"
    find "$tree" -name 'metadata.*' -delete
    rm -- "$tree/repository.yaml" "$tree/metafs/repository.meta.yaml"
  done
  cmp "$WORK/newer.json" "$TREE.json"
  diff -r "$WORK/newer" "$TREE"
}

@test "a list of files that begin with a slash is told without, in both layouts" {
  PACKAGES='[{"name": "a/b", "version": "1", "listed": ["usr/b", "//etc/b"]}, {"name": "a/c", "version": "1", "listed": ["usr/c"]}]'
  for layout in v2 v1; do
    rm -rf -- "$VENDOR/wagon" "$TREE"
    wagon "${#layout}${layout#v}" layout=$layout date=1700000000
    fardel -qq repo update --allow-older
    fardel -qq repo export-tree main "$TREE"
    [[ $(jq -c .files "$TREE/treefs/a/b/1/metadata.json") == '["usr/b","etc/b"]' ]]
    [[ $(jq -r .path "$TREE/treefs/a/b/1/metadata.json") == */b-a-1.package.tar.zst && $(jq -r .runtime.name "$TREE/treefs/a/b/1/metadata.json") == b ]]
    [[ $(fardel files --available a/b) == $'/etc/b\n/usr/b' || $(fardel files --available a/b) == $'/usr/b\n/etc/b' ]]
  done
  run ! grep -r '"/etc/b\|//etc' "$TREE"
}

@test "a folder that has anything else in it stays as it is" {
  wagon 5
  fardel -qq repo update
  mkdir -p "$TREE"
  echo mine >"$TREE/notes"
  run --separate-stderr -11 fardel repo export-tree main "$TREE"
  [[ $stderr == *'is no tree of luet'*'notes is in it'* && $(ls -A "$TREE") == notes ]]
  rm -- "$TREE/notes"
  fardel -qq repo export-tree main "$TREE"
  fardel -qq repo export-tree main "$TREE"
  ln -s "$TREE" "$WORK/link"
  run --separate-stderr -1 fardel repo export-tree main "$WORK/link"
  [[ -L $WORK/link ]]
}

@test "where luet has it; what was there goes, and a failure leaves it" {
  wagon 5
  fardel -qq repo update
  run --separate-stderr -1 fardel repo export-tree main
  [[ $stderr == *'luet.config is not set'*'export-tree main DIR'* ]]
  printf '[luet]\nconfig = "/etc/luet/luet.yaml"\n' >"$ROOT/etc/fardel/fardel.toml"
  mkdir -p "$ROOT/etc/luet"
  printf 'system:\n  database_path: /var/luet/\n' >"$ROOT/etc/luet/luet.yaml"
  fardel -qq repo export-tree main
  [[ -e $ROOT/var/luet/repos/main/treefs/sys-libs/c/2.1/definition.yaml ]]
  PACKAGES='[{"name": "sys-libs/c", "version": "2.2"}]' wagon 6
  fardel -qq repo update
  fardel -qq repo export-tree main
  [[ $(find "$ROOT/var/luet/repos" -name definition.yaml) == "$ROOT/var/luet/repos/main/treefs/sys-libs/c/2.2/definition.yaml" ]]
  [[ $(ls -A "$ROOT/var/luet/repos") == main ]]
  run --separate-stderr -3 fardel repo export-tree nosuch
  printf 'name: ours\ntype: disk\nurls: [/x]\n' >"$ROOT/etc/fardel/repos.d/ours.yml"
  run --separate-stderr -1 fardel repo export-tree ours "$TREE"
  [[ $stderr == *'no wagon of luet'* ]]
  rm -r -- "$ROOT/var/luet" "$ROOT/etc/luet"
}
