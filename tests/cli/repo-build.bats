#!/usr/bin/env bats
# repo build: a folder of installers as a signed repository.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  cd "$WORK" || return
  R=$WORK/main
  mkdir -p "$R"
  fardel -qq repo key --no-password -o a >/dev/null
}

teardown() {
  cd /
  finish
}

# package NAME VERSION [LINE…]: an installer of format 3, as R/pool/NAME-VERSION.tar.gz; LINEs are added to its manifest.
package() {
  local name=$1 version=$2
  shift 2
  mkdir -p "src/$name" "$R/pool"
  printf 'function configure(upstream)\n  fs.write("/etc/hello-%s", "%s")\nend\n' "$name" "$version" >"src/$name/rules.lua"
  {
    printf 'format = 3\nname = "%s"\nversion = "%s"\nsummary = "The %s of tests"\n' "$name" "$version" "$name"
    printf '%s\n' "$@"
    printf '[[pack]]\nurl = "https://cdn.example/%s.deb"\nsize = 5\nsha256 = "%064d"\n' "$name" 7
  } >"src/$name/manifest.toml"
  fardel -qq build -o "src" "src/$name" >/dev/null
  mv "src/$name.tar.gz" "$R/pool/$name-$version.tar.gz"
}

# Files are believed to be the same by their times when they are two seconds old.
settle() { sleep 3.1; }

build() { fardel repo build "$R" --key a.key "$@"; }
tree() { "$LIB/repository-tree" "$R"; }
head_says() { jq -e "$1" "$R/repository.json" >/dev/null; }
# What is published, and which files they are: a file that was written again is another one.
state() { (cd "$R" && find repository.json index -path 'index/.build.db*' -prune -o -type f -printf '%p %i %T@ %s\n' | sort); }

@test "repo build: each installer below the folder is offered, wherever it stands; what is signed holds" {
  package zoom 1
  package zoom 2 'description = "Video"' 'homepage = "https://zoom.example/"' 'license = "MIT"' 'architectures = ["amd64"]' \
    'depends = ["runtime (>= 3)"]'
  package runtime 3
  mkdir -p "$R/deep/er" "$R/.hidden" "$R/index/leaf" "$R/web"
  mv "$R/pool/runtime-3.tar.gz" "$R/deep/er/"
  for passed in .hidden index web; do cp "$R/pool/zoom-1.tar.gz" "$R/$passed/other.tar.gz"; done
  echo text >"$R/README"
  cp "$(make_installer hello 4)" "$R/hello.tar.gz"
  run --separate-stderr -0 build --json
  [[ $(jq -c '.built[0] | [.name, .revision, .packages, .read, .published]' <<<"$output") == '["main",1,4,4,true]' ]]
  run -0 tree
  [[ $(sort <<<"$output") == 'hello 4 hello.tar.gz
runtime 3 deep/er/runtime-3.tar.gz
zoom 1 pool/zoom-1.tar.gz
zoom 2 pool/zoom-2.tar.gz' ]]
  run -0 zstd -dcq "$R"/index/leaf/*
  jq -se '.[] | select(.name == "zoom" and .version == "2") | .summary == "The zoom of tests" and .description == "Video" and
    .homepage == "https://zoom.example/" and .licence == "MIT" and .architectures == ["amd64"] and .depends == ["runtime (>= 3)"] and
    .packs[0].size == 5 and .format == 3' <<<"$output"
  id=$(fardel show --json "$R/pool/zoom-2.tar.gz" | jq -r '.packages[0].id // .id')
  jq -se --arg id "$id" '.[] | select(.name == "zoom" and .version == "2") | .id == $id' <<<"$output"
  head_says '.name == "main" and .revision == 1 and .root == 1 and .packages == 4 and .expires - .time == 30 * 86400'
}

@test "repo build: minisign verifies what was published" {
  type -P minisign >/dev/null || skip "minisign is not here"
  package zoom 1
  build
  sum=$(sha256sum <"$R/repository.json")
  minisign -Vm "$R/repository.json" -x "$R/index/signature/${sum%% *}.minisig" -P "$(sed -n 2p a.pub)"
  minisign -Vm "$R/index/root/1.json" -P "$(sed -n 2p a.pub)"
}

@test "repo build: where nothing has changed nothing is read, and nothing written" {
  package zoom 1
  package tool 1
  settle
  build
  before=$(state)
  run --separate-stderr -0 build --json
  [[ $(jq -c '.built[0] | [.revision, .packages, .read, .files, .published]' <<<"$output") == '[1,2,0,0,false]' ]]
  [[ $(state) == "$before" ]]
}

@test "repo build: only what has changed is written" {
  local i
  for i in {1..60}; do package "p$i" 1; done
  settle
  build
  head_says '.tree.leaves == 8 and (.tree.nodes | length) == 2'
  before=$(state)
  package p7 2
  run --separate-stderr -0 build --json
  [[ $(jq -c '.built[0] | [.revision, .packages, .read, .changed_leaves, .published]' <<<"$output") == '[2,61,1,1,true]' ]]
  tree
  # A leaf, its node, the head, its signature, and the whole index, of which an eighth has changed.
  run -1 diff <(echo "$before") <(state)
  [[ $(grep -c '^>' <<<"$output") == 5 && $(grep -c '^<' <<<"$output") == 1 && $output == *'< repository.json'* ]]
  # Another file of the same content is read, and changes nothing.
  touch "$R/pool/p8-1.tar.gz"
  run --separate-stderr -0 build --json
  [[ $(jq -c '.built[0] | [.revision, .read, .published]' <<<"$output") == '[2,2,false]' ]]
}

@test "repo build: the whole index is made anew when much has changed since, not before" {
  make_repository 3000
  whole=$(jq -c .whole "$R/repository.json")
  make_repository 3000 5
  head_says '.revision == 2 and .whole.revision == 1'
  [[ $(jq -c .whole "$R/repository.json") == "$whole" ]]
  # shellcheck disable=SC2046
  make_repository 3000 $(seq 100 140)
  head_says '.revision == 3 and .whole.revision == 3'
  NO_INSTALLERS=1 tree >/dev/null
}

# make_repository COUNT [CHANGED…]: of packages that nobody has written.
make_repository() { "$FARDEL_BUILD/tests/repository" "$R" "$WORK/a.key" "$@" >/dev/null; }

@test "repo build: what is removed is offered no more; a package may come back" {
  package zoom 1
  package tool 1
  build
  mv "$R/pool/tool-1.tar.gz" .
  build
  run -0 tree
  [[ $output == 'zoom 1 pool/zoom-1.tar.gz' ]]
  mv tool-1.tar.gz "$R/"
  build
  run -0 tree
  [[ $(sort <<<"$output") == 'tool 1 tool-1.tar.gz
zoom 1 pool/zoom-1.tar.gz' ]]
  rm -r "$R/pool" "$R/tool-1.tar.gz"
  build
  run -0 tree
  [[ $output == '' ]]
  head_says '.revision == 4 and .packages == 0'
}

@test "repo build: the same folder gives the same index" {
  local i
  for i in {1..30}; do package "p$i" 1; done
  package p3 2
  build
  cp -r "$R/pool" other-pool
  mkdir -p other
  mv other-pool other/pool
  fardel repo build other --key a.key --name main
  for part in leaf node whole; do
    [[ $(ls "$R/index/$part") == "$(ls "other/index/$part")" ]]
  done
  [[ $(jq -cS '.tree, .whole' "$R/repository.json") == "$(jq -cS '.tree, .whole' other/repository.json)" ]]
  # Without its memory of the last time, too.
  rm "$R"/index/.build.db*
  before=$(ls -i "$R/index/leaf" "$R/index/node")
  run --separate-stderr -0 build --json
  [[ $(jq -c '.built[0] | [.read, .packages]' <<<"$output") == '[31,31]' ]]
  [[ $(ls -i "$R/index/leaf" "$R/index/node") == "$before" ]]
  tree >/dev/null
}

@test "repo build: two installers of one name and version are an error that names both" {
  package zoom 1
  build
  before=$(state)
  cp "$R/pool/zoom-1.tar.gz" "$R/again.tar.gz"
  run --separate-stderr -11 build
  [[ $stderr == *"again.tar.gz and pool/zoom-1.tar.gz are both zoom 1"* ]]
  run --separate-stderr -11 build --keep-going
  [[ $(state) == "$before" ]]
  rm "$R/again.tar.gz"
  package zoom 1.0
  package zoom 1.00
  run --separate-stderr -11 build
  [[ $stderr == *"pool/zoom-1.0.tar.gz and pool/zoom-1.00.tar.gz are both zoom 1.0"* ||
    $stderr == *"pool/zoom-1.00.tar.gz and pool/zoom-1.0.tar.gz are both zoom 1.0"* ]]
}

@test "repo build: a broken installer is named, and nothing is published; --keep-going leaves it out" {
  package zoom 1
  build
  package tool 1
  before=$(state)
  echo "no archive" >"$R/broken.tar.gz"
  run --separate-stderr -1 build
  [[ $stderr == *"broken.tar.gz: "* && $stderr == *"--keep-going"* ]]
  ln -s /etc/passwd "$R/link.tar.gz"
  mkfifo "$R/fifo.tar.zst"
  cp "$R/pool/zoom-1.tar.gz" "$R/with blank.tar.gz"
  run --separate-stderr -1 build
  [[ $stderr == *"4 installers cannot be offered"* && $stderr == *"link.tar.gz: is not a file"* && $stderr == *"fifo.tar.zst: is not a file"* &&
    $stderr == *"with blank.tar.gz: its path has other characters"* ]]
  [[ $(state) == "$before" ]]
  run --separate-stderr -6 build --keep-going
  [[ $stderr == *"left out: broken.tar.gz: "* && $stderr == *"4 of 6 installers were left out"* ]]
  run -0 tree
  [[ $(sort <<<"$output") == 'tool 1 pool/tool-1.tar.gz
zoom 1 pool/zoom-1.tar.gz' ]]
}

@test "repo build: one that breaks is not offered as it was" {
  package zoom 1
  package tool 1
  settle
  build
  echo "no archive" >"$R/pool/zoom-1.tar.gz"
  run -1 build
  run -6 build --keep-going
  run -0 tree
  [[ $output == 'tool 1 pool/tool-1.tar.gz' ]]
}

@test "repo build: paths that it makes are those of a preview beside it" {
  serve "$VENDOR"
  cp "$(make_installer hello 1)" "$R/hello.tar.gz"
  fardel preview --json "$R/hello.tar.gz" >preview.json || skip "no previews here"
  cp preview.json "$R/hello.tar.gz.changes.json"
  settle
  build
  run -0 zstd -dcq "$R"/index/leaf/*
  jq -e '.files | index("/usr/share/applications/hello.desktop")' <<<"$output"
  [[ $(jq -c '.files | sort' <<<"$output") == "$(jq -c '[.previews[0].changes.changes[] |
    select(.own != true and (.after.type == "file" or .after.type == "link")).path] | sort' preview.json)" ]]
  run --separate-stderr -0 build --json
  [[ $(jq -c '.built[0].read' <<<"$output") == 0 ]]
  rm "$R/hello.tar.gz.changes.json"
  build
  head_says '.revision == 2'
  # Of another installer's preview nothing is believed.
  cp "$(make_installer hello 2)" "$R/hello.tar.gz"
  cp preview.json "$R/hello.tar.gz.changes.json"
  run --separate-stderr -1 build
  [[ $stderr == *"hello.tar.gz.changes.json: "* ]]
}

@test "repo build: files that no tree needs go when they have been of no use for so long" {
  package zoom 1
  build
  old=$(cd "$R" && echo index/leaf/* index/node/* index/whole/* index/signature/*)
  package zoom 2
  build
  for file in $old; do [[ -e $R/$file ]]; done
  run -0 build --keep 0
  for file in $old; do [[ ! -e $R/$file ]]; done
  [[ -e $R/index/root/1.json && -e $R/index/root/1.json.minisig ]]
  tree
}

@test "repo build: it is signed again when half of its life has gone" {
  package zoom 1
  settle
  build --expires 2
  build --expires 2
  head_says '.revision == 1'
  # Two days of life that are half gone for one who wants nine.
  run --separate-stderr -0 build --expires 9 --json
  [[ $(jq -c '.built[0] | [.revision, .read, .files, .published]' <<<"$output") == '[2,0,0,true]' ]]
  head_says '.expires - .time == 9 * 86400'
}

@test "repo build: its name is its clients', and stays" {
  package zoom 1
  run --separate-stderr -64 build --name ../x
  [[ $stderr == *"'../x' is not a repository's name"* ]]
  build --name vendors
  head_says '.name == "vendors"'
  run --separate-stderr -64 build --name other
  [[ $stderr == *"the repository is called vendors"* ]]
  build
  run --separate-stderr -64 fardel repo build "$R"
  [[ $stderr == *"which key is to sign?"* ]]
}

@test "repo build: a root key of its own is asked for once; a key that nobody believes does not sign" {
  fardel -qq repo key --no-password -o root >/dev/null
  package zoom 1
  build --root-key root.key
  jq -e --arg root "$(sed -n 2p root.pub)" --arg a "$(sed -n 2p a.pub)" '.root.keys == [$root] and .index.keys == [$a]' \
    "$R/index/root/1.json"
  package zoom 2
  build
  head_says '.revision == 2'
  package zoom 3
  before=$(cat "$R/repository.json")
  run --separate-stderr -1 fardel repo build "$R" --key root.key
  [[ $stderr == *"none of root 1's index keys"* && $(cat "$R/repository.json") == "$before" ]]
}

@test "repo build, sign, rotate: one at a time in a folder; the others wait, or say who is at work there" {
  local holder waits
  package zoom 1
  build
  flock -F "$R" sleep 60 3>&- &
  holder=$!
  wait_for bash -c "! flock -n '$R' true"
  for what in build 'sign --expires 7' rotate; do
    # shellcheck disable=SC2086
    run --separate-stderr -7 fardel --lock-timeout 0 repo $what "$R" --key a.key
    [[ $stderr == *"$R: process $holder of user "[0-9]*' holds the lock'* && $stderr != *waiting* ]]
  done
  head_says '.revision == 1'
  [[ ! -e $R/index/root/2.json ]]
  fardel repo sign "$R" --key a.key >"$WORK/said" 2>&1 3>&- &
  waits=$!
  wait_for grep -q "waiting for process $holder .* (at most 600 s)" "$WORK/said"
  head_says '.revision == 1'
  kill "$holder"
  wait "$waits"
  head_says '.revision == 2'
}

@test "repo build, sign, rotate: several at once each make a revision of its own, and the folder holds" {
  local n pids=()
  package zoom 1
  build
  for n in 1 2 3 4 5 6; do
    fardel -qq repo sign "$R" --key a.key >/dev/null &
    pids+=("$!")
    fardel -qq repo rotate "$R" --key a.key >/dev/null &
    pids+=("$!")
  done
  for n in "${pids[@]}"; do wait "$n"; done
  head_says '.revision == 13 and .root == 7'
  [[ -e $R/index/root/7.json && ! -e $R/index/root/8.json && $(find "$R/index/signature" -type f | wc -l) == 13 ]]
  tree >/dev/null
}

@test "repo build: killed anywhere, the head that is there holds, and the next one goes on" {
  local n call status killed
  package zoom 1
  package tool 1
  build
  type -P strace >/dev/null || skip "strace is not here"
  strace -o /dev/null true 2>/dev/null || skip "strace may not trace here"
  for call in renameat syncfs fsync unlinkat; do
    killed=0
    for n in 1 2 3 5 8; do
      package zoom "2.$n.${#call}"
      status=0
      ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -o /dev/null -e "inject=$call:signal=KILL:when=$n" -e trace="$call" \
        fardel repo build "$R" --key a.key >/dev/null 2>&1 || status=$?
      ((status == 0 || status == 137))
      killed=$((killed + (status == 137)))
      NO_INSTALLERS=1 tree >/dev/null
      rm -f "$R/pool/zoom-2.$n.${#call}.tar.gz"
    done
    ((killed > 0)) || { echo "never killed at $call"; return 1; }
  done
  build
  tree >/dev/null
  [[ -z $(find "$R/index" -name '.whole*' -o -name '*.new') ]]
}
