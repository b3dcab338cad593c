#!/usr/bin/env bats
# Wagons of luet's: both layouts, from folders and by nginx; when they are read, and what is then offered.
# shellcheck disable=SC2154 # output, stderr: bats sets them

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  FILES=$ROOT/etc/fardel/repos.d
  STATE=$ROOT/var/lib/fardel
  mkdir -p "$FILES"
}
teardown() { finish; }

# What a wagon has: an ordinary package, two versions of one, a hidden one, one that provides, one without files.
PACKAGES='[
  {"name": "app-x/hello", "version": "1.0", "files": {"usr/bin/hello": {"text": "#!/bin/sh\n", "mode": "0755"}},
   "requires": ["sys-libs/c >=2"], "description": "Says hello\nand no more", "license": "GPL-2.0-only", "uri": ["https://hello.example/"],
   "labels": {"desktop": "yes"}, "finalize": {"install": ["echo hello"]}},
  {"name": "app-x/hello", "version": "1.1+2", "files": {"usr/bin/hello": {"text": "#!/bin/sh\n", "mode": "0755"}}, "requires": ["sys-libs/c >=2"]},
  {"name": "sys-libs/c", "version": "2.1", "files": {"usr/lib/c": "c"}, "provides": ["virtual/libc 0"]},
  {"name": "app-x/secret", "version": "1", "hidden": true},
  {"name": "meta/all", "version": "0", "requires": ["app-x/hello", "sys-libs/c"]}]'

# wagon REVISION [KEY=VALUE…]: VENDOR/wagon, of PACKAGES.
wagon() { "$LIB/wagon.py" "$VENDOR/wagon" revision="$1" "${@:2}" <<<"$PACKAGES"; }

# use URL… [-- LINE…]: the repository main is there, and lines of its file.
use() {
  local urls=() type=http
  while (($#)) && [[ $1 != -- ]]; do
    [[ $1 != /* ]] || type=disk
    urls+=("$1")
    shift
  done
  printf '%s\n' 'name: main' "type: $type" 'enable: true' 'format: luet' 'urls:' >"$FILES/main.yml"
  printf -- '- %s\n' "${urls[@]}" >>"$FILES/main.yml"
  (($# < 2)) || printf '%s\n' "${@:2}" >>"$FILES/main.yml"
  chmod 600 "$FILES/main.yml"
}

revision() { fardel repo list --json | jq '.repositories[] | select(.name == "main") | .revision'; }
has() { versions_of "$1" | grep -q .; }
# versions_of NAME: all that are offered of it.
versions_of() { fardel search --json "${1//\// }" | jq -r --arg name "$1" '.packages[] | select(.name == $name) | .version' | sort; }
times() { find "$STATE" "$ROOT/var/cache/fardel" -printf '%p %s %T@\n' | grep -v -- '-shm ' | LC_ALL=C sort; }
# rows TABLE: of the index in force.
rows() { python3 -c 'import sqlite3, sys; print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(f"SELECT count(*) FROM {sys.argv[2]}").fetchone()[0])' "$STATE"/repos/main/*.db "$1"; }
logged() { [[ $(cat "$ACCESS_LOG") == "$1" ]]; }
asked() { [[ $(requests "$2") == "$1" ]]; }

@test "both layouts, in each compression: what they offer is the same" {
  use "$VENDOR/wagon"
  local number=0
  for layout in v2 v1 both; do
    for compression in zstd gzip none; do
      rm -rf -- "$VENDOR/wagon"
      wagon $((++number)) layout=$layout compression=$compression
      run --separate-stderr -0 fardel --plain repo update
      [[ $output == main$'\t'*updated ]]
      [[ $stderr != *'cannot be used'* && $stderr != *signed* ]]
      [[ $(revision) == "$number" ]]
      fardel files --available app-x/hello >"$WORK/files.$number"
      grep -qx /usr/bin/hello "$WORK/files.$number"
      cmp "$WORK/files.1" "$WORK/files.$number"
      fardel search --json hello | jq -S . >"$WORK/found.$number"
      jq -e '.packages | length > 0' "$WORK/found.$number"
      cmp "$WORK/found.1" "$WORK/found.$number"
    done
  done
}

@test "what is offered: search, show, files; hidden ones are not found, their texts are kept" {
  wagon 1
  use "$VENDOR/wagon"
  fardel -qq repo update
  run --separate-stderr -0 fardel search --json says hello
  [[ $(jq -r '.packages[].name' <<<"$output") == app-x/hello ]]
  run --separate-stderr -0 fardel files --available sys-libs/c
  [[ $output == /usr/lib/c ]]
}

@test "what repository.yaml says of itself decides nothing here: neither its name nor its urls, type, priority, auth, enable or filenames' folders" {
  wagon 1
  sed -i -e 's|^name: .*|name: ../../../evil|' -e 's|^type: .*|type: docker|' -e 's|^priority: .*|priority: -5|' -e 's|^enable: .*|enable: false|' \
    -e 's|http://localhost:8000|http://127.0.0.1:9/elsewhere|' "$VENDOR/wagon/repository.yaml"
  printf 'auth: {token: s3cret}\nverify: true\ntreepath: /evil\nmetapath: /evil\ncached: false\n' >>"$VENDOR/wagon/repository.yaml"
  serve "$VENDOR" "access_log $WORK/heard.log heard;"
  use "$URL/wagon"
  fardel -qq repo update
  fardel repo list --json | jq -e '.repositories | length == 1 and .[0].name == "main" and .[0].priority == 9999 and .[0].state == "enabled" and .[0].type == "http"'
  has app-x/hello
  fardel -qq download sys-libs/c
  [[ $(sort -u "$WORK/heard.log") == '[-]' ]]
  [[ $(ls "$STATE/repos") == main && ! -e $ROOT/evil && ! -e $ROOT/var/evil && ! -e $ROOT/var/lib/evil && -z $(find "$ROOT" -name '*evil*' -not -path "$VENDOR/*" 2>/dev/null) ]]
}

@test "one that is disabled is updated where it is named; a folder without definition.yaml is no package" {
  wagon 1
  use "$VENDOR/wagon"
  sed -i 's/^enable: true/enable: false/' "$FILES/main.yml"
  run --separate-stderr -0 fardel --plain repo update
  [[ $output == '' ]]
  run --separate-stderr -0 fardel --plain repo update main
  [[ $output == main$'\t'*updated && $(revision) == 1 ]]
  sed -i 's/^enable: false/enable: true/' "$FILES/main.yml"
  PACKAGES='[{"name": "a/b", "version": "1", "without": ["definition.yaml"]}, {"name": "a/c", "version": "1", "use_flags": ["x", "-y"], "buildtimestamp": "1700000000"}]' wagon 2
  fardel -qq repo update
  run ! has a/b
  has a/c
}

@test "unchanged: one conditional request, nothing is written; a server without ETags: repository.yaml alone" {
  serve "$VENDOR"
  wagon 1
  use "$URL/wagon"
  fardel -qq repo update
  before=$(times)
  for _ in 1 2; do
    forget_requests
    run --separate-stderr -0 fardel --plain repo update
    [[ $output == main$'\t'1$'\t'1$'\t'0$'\t'0$'\t'1$'\t'*$'\t'unchanged ]]
    wait_for logged '/wagon/repository.yaml 304'
  done
  [[ $(times) == "$before" ]]
  serve "$VENDOR" 'etag off; if_modified_since off;'
  use "$URL/wagon"
  forget_requests
  run --separate-stderr -0 fardel --plain repo update
  [[ $output == *unchanged ]]
  wait_for logged '/wagon/repository.yaml 200'
  [[ $(times) == "$before" ]]
}

@test "a newer revision with the same tree: nothing is fetched but repository.yaml" {
  serve "$VENDOR"
  wagon 1
  use "$URL/wagon"
  fardel -qq repo update
  wagon 2
  forget_requests
  run --separate-stderr -0 fardel --plain repo update
  [[ $(revision) == 2 ]]
  wait_for logged '/wagon/repository.yaml 200'
  # As luet-build does it without --reset-revision: the time alone is newer.
  wagon 2 date=1700009999
  run --separate-stderr -0 fardel --plain repo update
  [[ $(fardel repo list --json | jq '.repositories[0].revision') == 2 ]]
}

@test "what changed is in force, what went is gone; other leaves stay" {
  wagon 1 made=300
  use "$VENDOR/wagon"
  fardel -qq repo update
  PACKAGES='[{"name": "sys-libs/c", "version": "2.2"}]' wagon 2 made=300
  run --separate-stderr -0 fardel --plain repo update
  # hello in two versions, secret, all: gone; c: another
  [[ $output == main$'\t'1$'\t'2$'\t'5$'\t'* ]]
  run ! has app-x/hello
  [[ $(versions_of sys-libs/c) == 2.2 ]]
  # What stood beside the leaves went with them.
  [[ $(rows package) == 301 && $(rows texts) == 301 ]]
  # Of one that is empty nothing is left.
  PACKAGES='[]' wagon 3
  fardel -qq repo update
  [[ $(rows package) == 0 && $(rows texts) == 0 && $(rows leaf) == 0 ]]
}

@test "never backwards: an older one and another under the same revision are refused; --allow-older takes it and counts from there" {
  wagon 9 date=1700000000
  use "$VENDOR/wagon"
  fardel -qq repo update
  wagon 3 date=1600000000
  run --separate-stderr -5 fardel repo update
  [[ $stderr == *'revision 3 '*'is older than revision 9'*'--allow-older'* ]]
  [[ $(revision) == 9 ]]
  PACKAGES='[]' wagon 9 date=1700000000
  run --separate-stderr -5 fardel repo update
  [[ $stderr == *'other documents'* ]]
  has app-x/hello
  wagon 3 date=1600000000
  run --separate-stderr -0 fardel repo update --allow-older
  [[ $(revision) == 3 && $stderr == *'main: revision 3 is in force, though 9 was seen (--allow-older)'* ]]
  [[ $(fardel history --plain) == *'repo update --allow-older'$'\t''main: revision 3 is in force, though 9 was seen'* ]]
  wagon 4 date=1600000001
  run --separate-stderr -0 fardel repo update
  [[ $(revision) == 4 && $stderr != *'was seen'* ]]
  # Other documents under the same number and date; and it is told once.
  PACKAGES='[]' wagon 4 date=1600000001
  run --separate-stderr -0 fardel repo update --allow-older
  [[ $stderr == *'main: revision 4 is in force, and is another than was seen (--allow-older)'* ]]
  run --separate-stderr -0 fardel repo update --allow-older
  [[ $stderr != *'was seen'* && $(fardel history --plain | wc -l) == 2 ]]
}

@test "one from the future is refused; no number that was seen once keeps all others away" {
  wagon 9007199254740991 date="$(($(date +%s) + 90000))"
  use "$VENDOR/wagon"
  run --separate-stderr -5 fardel repo update
  [[ $stderr == *'repository.yaml: its last_update, '*' is yet to come'*'It is 20'*'date'* ]]
  wagon 9007199254740991 date=1700000000
  fardel -qq repo update
  wagon 10 date=1700604800
  run --separate-stderr -5 fardel repo update
  [[ $stderr == *'older than revision 9007199254740991'* ]]
  wagon 10 date=1700604801
  fardel -qq repo update
  [[ $(revision) == 10 ]]
}

@test "checksums: without one of the tree it is refused, unless the file allows it; of a package, that one is left out" {
  wagon 1 sums=no
  use "$VENDOR/wagon"
  run --separate-stderr -5 fardel repo update
  [[ $stderr == *'no checksum of tree-v2.tar.zst'*'allow_unchecked: true'* ]]
  use "$VENDOR/wagon" -- 'allow_unchecked: true'
  fardel -qq repo update
  [[ $(revision) == 1 ]]
  use "$VENDOR/wagon"
  PACKAGES='[{"name": "a/b", "version": "1", "sum": ""}, {"name": "a/c", "version": "1"}]' wagon 2
  run --separate-stderr -0 fardel repo update
  [[ $stderr == *'1 of its packages cannot be used'*'a/b/1: it has no checksum'* ]]
  run ! has a/b
  has a/c
  use "$VENDOR/wagon" -- 'allow_unchecked: true'
  fardel -qq repo update --force
  has a/b
}

@test "a key: the minisig beside repository.yaml must be by it" {
  wagon 1 key="$WORK/key.pub"
  use "$VENDOR/wagon" -- "key: $(cat "$WORK/key.pub")"
  fardel -qq repo update
  [[ $(revision) == 1 ]]
  wagon 2 # unsigned: the signature is the one of before
  run --separate-stderr -5 fardel repo update
  [[ $stderr == *repository.yaml* && $stderr == *sign* ]]
  rm -- "$VENDOR/wagon/repository.yaml.minisig"
  run --separate-stderr fardel repo update
  ((status == 5 || status == 2))
  [[ $(revision) == 1 ]]
  wagon 3 key="$WORK/key.pub"
  fardel -qq repo update
  [[ $(revision) == 3 ]]
  # What was taken unsigned says nothing once there is a key.
  use "$VENDOR/wagon"
  wagon 4
  fardel -qq repo update
  use "$VENDOR/wagon" -- "key: $(cat "$WORK/key.pub")"
  run --separate-stderr fardel search hello
  [[ $stderr == *'its keys are others'* ]]
  run --separate-stderr fardel repo update
  ((status == 5))
}

@test "mirrors: one that is down, lies, serves a damaged tree or a page is passed over" {
  serve "$VENDOR"
  wagon 1
  cp -r -- "$VENDOR/wagon" "$VENDOR/good"
  printf 'damaged' | dd of="$VENDOR/wagon/tree-v2.tar.zst" conv=notrunc status=none
  use "$URL/wagon" "$URL/good"
  fardel -qq repo update
  [[ $(revision) == 1 ]]
  use http://127.0.0.1:9/x "$URL/nosuch" "$URL/good"
  fardel -qq --set fetch.retries=0 repo update --force
  printf '<!DOCTYPE html><html><body>Log in</body></html>\n' >"$VENDOR/wagon/repository.yaml"
  use "$URL/wagon" "$URL/good"
  fardel -qq repo update --force
  use "$URL/wagon"
  run --separate-stderr -5 fardel repo update
  [[ $stderr == *'it is a web page, no YAML'*'ask who runs the wagon'* ]]
  has app-x/hello
}

@test "a tree that is whole, but another than repository.yaml names: refused, of both layouts; a mirror that has the right one is asked" {
  "$LIB/wagon.py" "$WORK/evil" layout=both <<<'[{"name": "a/evil", "version": "1"}]'
  number=0
  for file in tree-v2.tar.zst tree.tar.zst repository.meta.yaml.tar.zst; do
    layout=v1
    [[ $file != tree-v2* ]] || layout=v2
    rm -rf -- "$VENDOR/wagon" "$VENDOR/good"
    wagon $((++number)) layout=$layout
    cp -r -- "$VENDOR/wagon" "$VENDOR/good"
    cp -- "$WORK/evil/$file" "$VENDOR/wagon/$file"
    use "$VENDOR/wagon"
    run --separate-stderr -5 fardel repo update --force
    [[ $stderr == *"$file: checksum mismatch"*'ask who runs the wagon'* ]]
    run ! has a/evil
    use "$VENDOR/wagon" "$VENDOR/good"
    fardel -qq repo update --force
    [[ $(revision) == "$number" ]]
    run ! has a/evil
    has app-x/hello
  done
}

@test "repo add --format luet: a wagon without luet" {
  serve "$VENDOR"
  wagon 1
  fardel -qq repo add wagon "$URL/wagon" --format luet
  grep -qx 'format: luet' "$FILES/wagon.yml"
  run ! grep require_signature "$FILES/wagon.yml"
  fardel -qq repo update wagon
  has app-x/hello
  fardel -qq repo add signed "$URL/wagon" -f luet --key RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3
  run --separate-stderr -2 fardel --set fetch.retries=0 repo update signed
  [[ $stderr == *repository.yaml.minisig* ]]
}

@test "by http:// from elsewhere, and unsigned: each update warns" {
  serve "$VENDOR"
  wagon 1
  use "$URL/wagon"
  run --separate-stderr -0 fardel repo update
  [[ $stderr != *'nobody has signed'* ]]
  use http://wagon.example/wagon
  run --separate-stderr fardel --set fetch.retries=0 --set fetch.connect_timeout=1 repo update
  ((status != 0))
  [[ $stderr == *'comes by http:// and nobody has signed it'* ]]
}

@test "a repository that becomes another format begins anew" {
  wagon 7
  use "$VENDOR/wagon"
  fardel -qq repo update
  mkdir "$VENDOR/ours"
  key=$("$LIB/publish" "$VENDOR/ours" 1 made=3)
  printf '%s\n' 'name: main' 'type: disk' 'enable: true' "key: $key" "urls: [$VENDOR/ours]" >"$FILES/main.yml"
  run --separate-stderr fardel search hello
  [[ $stderr == *'another format'* ]]
  fardel -qq repo update
  [[ $(revision) == 1 ]]
  use "$VENDOR/wagon"
  wagon 2
  fardel -qq repo update
  [[ $(revision) == 2 ]]
  has app-x/hello
}

@test "a mirror that fails is not tried again while there is another; the last one is, as often as is configured" {
  serve "$VENDOR" "location /bad/ { return 503; } location /worse/ { return 503; }"
  wagon 1
  use "$URL/bad" "$URL/wagon"
  fardel -qq --set fetch.retries=2 --set fetch.retry_delay=0 repo update
  wait_for grep -q '^/wagon/repository.yaml 200' "$ACCESS_LOG"
  [[ $(requests /bad/repository.yaml) == 1 ]]
  forget_requests
  use "$URL/bad" "$URL/worse"
  run --separate-stderr -2 fardel --set fetch.retries=2 --set fetch.retry_delay=0 repo update
  [[ $stderr == *503* ]]
  wait_for asked 3 /worse/repository.yaml
  [[ $(requests /bad/repository.yaml) == 1 && $(requests /worse/repository.yaml) == 3 ]]
}
