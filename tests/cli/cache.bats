#!/usr/bin/env bats
# The cache and gc.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  serve "$VENDOR"
}

teardown() {
  finish
}

# The files of packs, once each.
packs() { find "$ROOT/var/cache/fardel/packs/sha256" -type f; }

damage() {
  packs | while read -r file; do
    printf '\377' | dd of="$file" bs=1 seek=20 conv=notrunc status=none
  done
}

@test "cache list: of nothing, plain, JSON, at a terminal" {
  run --separate-stderr -0 fardel cache list
  [[ -z $output ]]
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -0 fardel cache list
  sum=$(sha256sum <"$VENDOR/hello-1.deb" | cut -d' ' -f1)
  [[ $output == *hello*"$sum"*used* ]]
  run --separate-stderr -0 fardel cache list --json
  jq -e --arg sum "$sum" '.packs[0] | .sha256 == $sum and .used_by == "hello" and .what == "used" and (.size > 0)' \
    <<<"$output"
  run -0 env TERM=xterm script -qec 'fardel cache list' /dev/null
  [[ $output == *PACK* && $output == *"${sum:0:8}"* ]]
}

@test "cache: the pack lies at sha256/ab/abcd…, and cannot be written by others" {
  fardel download "$(make_installer hello 1)"
  sum=$(sha256sum <"$VENDOR/hello-1.deb" | cut -d' ' -f1)
  file=$ROOT/var/cache/fardel/packs/sha256/${sum:0:2}/$sum
  cmp "$file" "$VENDOR/hello-1.deb"
  [[ $(stat -c %A "$file") == -r??-??-??- || $(stat -c %A "$file") == -rw-r--r-- ]]
}

@test "cache verify: sound" {
  fardel download "$(make_installer hello 1)"
  run --separate-stderr -0 fardel cache verify
  [[ -z $output ]]
}

@test "cache verify: a damaged pack is named, exit 1; --repair fetches it again" {
  fardel install "$(make_installer hello 1)"
  damage
  sum=$(sha256sum <"$VENDOR/hello-1.deb" | cut -d' ' -f1)
  run --separate-stderr -1 fardel cache verify
  [[ $output == *"$sum"*damaged* ]]
  [[ $stderr == *--repair* ]]
  run --separate-stderr -1 fardel cache verify --json
  jq -e '.packs[0].what == "damaged" and .error.code == "findings"' <<<"$output"
  run --separate-stderr -0 fardel cache verify --repair
  run --separate-stderr -0 fardel cache verify
  (($(packs | wc -l) == 1))
  cmp "$(packs)" "$VENDOR/hello-1.deb"
}

@test "cache verify --repair: what nobody uses is dropped" {
  fardel download "$(make_installer hello 1)"
  damage
  run --separate-stderr -0 fardel cache verify --repair
  (($(packs | wc -l) == 0))
}

@test "cache verify --repair while the server is away: dropped, exit 2, what is installed works" {
  fardel install "$(make_installer hello 1)"
  damage
  kill "${SERVERS[0]}"
  run --separate-stderr -2 fardel cache verify --repair --set fetch.retries=0
  (($(packs | wc -l) == 0))
  [[ -L $ROOT/usr/bin/hello ]]
  run -0 fardel reconfigure hello
}

@test "cache gc: the unused ones; --keep; --dry-run" {
  fardel install "$(make_installer hello 1)"
  fardel download "$(make_installer other 7)"
  (($(packs | wc -l) == 2))
  run --separate-stderr -0 fardel cache gc --dry-run
  [[ $output == *unused* ]]
  (($(packs | wc -l) == 2))
  run --separate-stderr -0 fardel cache gc --keep 1
  (($(packs | wc -l) == 2))
  run --separate-stderr -0 fardel cache gc
  (($(packs | wc -l) == 1))
  run --separate-stderr -0 fardel cache list --json
  jq -e '[.packs[].used_by] == ["hello"]' <<<"$output"
}

@test "gc: old installations; --keep; --json" {
  for version in 1 2 3; do
    fardel install "$(make_installer hello "$version")"
  done
  run --separate-stderr -0 fardel gc --dry-run --keep 0 --json
  jq -e '[.installations[] | select(.name == "hello")] | length >= 1' <<<"$output"
  run --separate-stderr -0 fardel gc --keep 0
  (($(find "$ROOT/var/lib/fardel/packages/hello" -mindepth 1 -maxdepth 1 -type d | wc -l) == 1))
  run --separate-stderr -0 fardel list
  [[ $output == hello$'\t'3$'\t'* ]]
}

@test "gc of nothing" {
  run --separate-stderr -0 fardel gc
  run --separate-stderr -0 fardel cache gc
}

@test "the same bytes under two checksums are stored once" {
  make_pack_deb hello 1
  cp "$VENDOR/hello-1.deb" "$VENDOR/other-1.deb"
  fardel download "$(make_installer hello 1 sum=sha256)"
  fardel download "$(make_installer other 1 sum=sha512)"
  (($(packs | wc -l) == 1))
  run -0 fardel cache verify
}
