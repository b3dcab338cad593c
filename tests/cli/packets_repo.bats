#!/usr/bin/env bats
# Packets' repositories: an index.db is synced, and packages are installed, upgraded and removed by their names.
# shellcheck disable=SC2154 # output, stderr: bats sets them

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  rm -rf -- "$ROOT"/opt/packets "$ROOT"/etc/packets
  FILES=$ROOT/etc/fardel/repos.d
  mkdir -p "$FILES"
  ROWS=()
  PUBLISHED=0
  serve "$VENDOR"
}
teardown() { finish; }

# offer REALNAME VERSION [KEY=VALUE…]: a package (keys of make_packets with a colon before them), and its row; url= takes the URL's place.
offer() {
  local real=$1 version=$2 arg file row=() made=()
  shift 2
  for arg; do
    case $arg in
    :*) made+=("${arg#:}") ;;
    *) row+=("$arg") ;;
    esac
  done
  file=$(make_packets "$real" "$version" "${made[@]}")
  cp -- "$file" "$VENDOR/$real.pkt.tar.zst"
  ROWS+=(-- "realname=$real" "version=$version" "file=$file" "url=$URL/$real.pkt.tar.zst" "${row[@]}")
}

# publish [OPTION…]: VENDOR/index.db, of what was offered by now. nginx's ETags are of seconds.
publish() {
  "$LIB/packets_index.py" "$VENDOR/index.db" "$@" "${ROWS[@]}"
  touch -d "@$((1790000000 + PUBLISHED++))" "$VENDOR/index.db"
}

# use [URL…]: the repository p.
use() {
  (($#)) || set -- "$URL/index.db"
  {
    printf '%s\n' 'name: p' 'type: http' 'format: packets' 'enable: true' 'urls:'
    printf -- '- %s\n' "$@"
  } >"$FILES/p.yml"
}

# nginx writes a request down after it was answered.
logged() { [[ $(cat "$ACCESS_LOG") == "$1" ]]; }
# What packages of Packets are installed in.
needs_a_stage() { skip_unless mount userns; }

found() { fardel search --json "$1" | jq -r '.packages[] | "\(.name) \(.version)"' | paste -sd,; }
versions() { fardel list --json | jq -r '.packages[] | "\(.name) \(.version)"' | paste -sd,; }

@test "an index is synced: search and show know it; unchanged it is one conditional request" {
  offer tool-1 1.0 name=tool 'description=Says the time'
  offer libx-1 1.2 name=libx
  publish
  use
  run --separate-stderr -0 fardel --plain repo update
  [[ $output == p$'\t'0$'\t'1$'\t'2$'\t'*updated ]]
  [[ $(found tool) == 'tool-1 1.0' && $(found libx) == 'libx-1 1.2' ]]
  run -0 fardel show tool-1
  [[ $output == *'Says the time'* ]]
  forget_requests
  run --separate-stderr -0 fardel --plain repo update
  [[ $output == p$'\t'1$'\t'1$'\t'0$'\t'0$'\t'1$'\t'*unchanged ]]
  wait_for logged '/index.db 304'
  # Only what differs is written, and one that is gone is gone.
  ROWS=()
  offer tool-1 1.1 name=tool
  publish shuffled
  run --separate-stderr -0 fardel --plain repo update
  [[ $output == p$'\t'1$'\t'2$'\t'2$'\t'*updated ]]
  [[ $(found tool) == 'tool-1 1.1' && $(found libx) == '' ]]
}

@test "install: by its realname, with what it needs; its file is fetched from the first mirror that has it, and verified" {
  needs_a_stage
  offer tool-1 1.0 name=tool 'dependencies=libx-1'
  offer libx-1 1.2 name=libx 'dependencies=tool-1'
  publish
  use
  fardel -qq repo update
  run --separate-stderr -12 fardel install tool-1
  [[ $stderr == *'libx-1 1.2 would come, too'* && $(versions) == '' ]]
  run --separate-stderr -0 fardel --plain install --dry-run tool-1
  [[ $output == *$'new\tlibx-1\t1.2'* && $output == *$'new\ttool-1\t1.0'* && $(versions) == '' ]]
  fardel -y -qq install tool-1
  [[ $(versions) == 'libx-1 1.2,tool-1 1.0' && $("$ROOT/opt/packets/tool-1/data/bin/tool-1") == 'tool-1 1.0' ]]
  # It is there: nothing is fetched, and it is configured again.
  rm -rf -- "$ROOT"/var/cache/fardel
  forget_requests
  run --separate-stderr -0 fardel install tool-1
  [[ $stderr == *'tool-1 1.0 configured again'* && ! -s $ACCESS_LOG ]]
}

@test "sync URL: adds a repository called as its host, once; a server's URL will do; plain http only from this machine" {
  offer tool-1 1.0 name=tool
  publish
  run --separate-stderr -0 fardel sync "$URL/index.db"
  [[ $stderr == *"127.0.0.1: added as "*"/etc/fardel/repos.d/127.0.0.1.yml, a repository of Packets'"* ]]
  [[ $output == 127.0.0.1$'\t'*updated && $(found tool) == 'tool-1 1.0' ]]
  grep -qx 'format: packets' "$FILES/127.0.0.1.yml"
  run --separate-stderr -0 fardel sync "$URL/index.db"
  [[ $output == 127.0.0.1$'\t'*unchanged && $stderr != *added* && $(ls "$FILES") == 127.0.0.1.yml ]]
  run --separate-stderr -0 fardel sync
  [[ $output == 127.0.0.1$'\t'*unchanged ]]
  # As it is published: /mirror/index.db.
  mkdir "$VENDOR/mirror"
  mv "$VENDOR/index.db" "$VENDOR/mirror/"
  serve "$VENDOR"
  run --separate-stderr -0 fardel sync "$URL"
  [[ $stderr == *'127.0.0.1-2: added as'* && $output == 127.0.0.1-2$'\t'*updated ]]
  run --separate-stderr -0 fardel sync "$URL/mirror/index.db"
  [[ $output == 127.0.0.1-2$'\t'*unchanged ]]
  # What has nothing behind it is not kept.
  run --separate-stderr -2 fardel sync "$URL/nothing/index.db"
  [[ $stderr == *'127.0.0.1-3: taken away again'* && $(ls "$FILES") == $'127.0.0.1-2.yml\n127.0.0.1.yml' ]]
  run --separate-stderr -10 fardel sync http://packets.example/index.db
  [[ $stderr == *'is plain http'*'--allow-http'* && $(ls "$FILES") == $'127.0.0.1-2.yml\n127.0.0.1.yml' ]]
  run --separate-stderr -2 fardel --set fetch.retries=0 sync --allow-http http://nowhere.invalid/index.db
  [[ $stderr == *'nowhere.invalid: added as'*'comes by plain http'*'taken away again'* ]]
  # A folder of this machine's.
  run --separate-stderr -0 fardel sync "$VENDOR/mirror/index.db"
  [[ $stderr == *'packets: added as'* && $output == packets$'\t'*updated ]]
}

@test "upgrade: the newest serial of the family, as the index says; what needs the older one is content" {
  needs_a_stage
  offer libx-1 1.0 name=libx family=F-1 serial=1 ':info=family = ""'
  offer app-1 1.0 name=app dependencies=libx-1 family=A serial=0
  publish
  use
  fardel -qq repo update
  fardel -y -qq install app-1
  [[ $(versions) == 'app-1 1.0,libx-1 1.0' ]]
  run --separate-stderr -0 fardel upgrade
  [[ $(versions) == 'app-1 1.0,libx-1 1.0' ]]
  # Its version is lower; the serial counts. Its manifest has neither.
  offer libx-2 0.9 name=libx family=F-1 serial=2
  publish
  fardel -qq repo update
  run -0 fardel list --upgradable --plain
  [[ $output == libx-1$'\t'1.0$'\t'0.9$'\t'p$'\t'*$'\tlibx-2\t2' ]]
  run -0 fardel list --upgradable --json libx-1
  jq -e '.packages == [{name: "libx-1", version: "1.0", available: "0.9", repository: "p", size: .packages[0].size, becomes: "libx-2", serial: 2}]' <<<"$output"
  run -0 "$LIB/at-terminal" '' fardel list --upgradable
  [[ $output == *'libx-1 '*' 1.0 '*'libx-2 0.9, serial 2 '* ]]
  run --separate-stderr -0 fardel --plain upgrade --dry-run
  [[ $output == *$'remove\tlibx-1'* && $output == *$'new\tlibx-2\t0.9'* ]]
  run --separate-stderr -0 fardel upgrade
  [[ $stderr == *'it takes the place of libx-1, which is of the same family'* ]]
  [[ $(versions) == 'app-1 1.0,libx-2 0.9' && ! -e $ROOT/opt/packets/libx-1 && -e $ROOT/opt/packets/libx-2 ]]
  # It came for app's sake, and does so now.
  run --separate-stderr -11 fardel remove libx-2
  [[ $stderr == *'app-1'* ]]
  run --separate-stderr -0 fardel upgrade
  [[ $(versions) == 'app-1 1.0,libx-2 0.9' ]]
  # Undone, both are as they were.
  fardel -qq undo "$(fardel history --plain | head -1 | cut -f1)"
  [[ $(versions) == 'app-1 1.0,libx-1 1.0' ]]
  run --separate-stderr -0 fardel upgrade libx-1
  [[ $(versions) == 'app-1 1.0,libx-2 0.9' ]]
  fardel -y -qq remove app-1
  run -0 fardel -y autoremove
  [[ $(versions) == '' ]]
}

@test "remove: who needs it is seen; --cascade takes both" {
  needs_a_stage
  offer tool-1 1.0 dependencies=libx-1
  offer libx-1 1.2
  publish
  use
  fardel -qq repo update
  fardel -y -qq install tool-1
  run --separate-stderr -11 fardel remove libx-1
  [[ $stderr == *'tool-1'*'libx-1'* && $(versions) == 'libx-1 1.2,tool-1 1.0' ]]
  fardel -y -qq remove --cascade libx-1
  [[ $(versions) == '' && ! -e $ROOT/opt/packets/libx-1 && ! -e $ROOT/opt/packets/tool-1 ]]
}

@test "a short name: the one package that has it; of several a number at the terminal, elsewhere an error that names them" {
  needs_a_stage
  offer tool-1 1.0 name=tool 'description=The old one'
  offer other-1 1.0 name=other
  publish
  use
  fardel -qq repo update
  fardel -qq install other
  [[ $(versions) == 'other-1 1.0' ]]
  run -0 fardel show tool
  [[ $output == *tool-1* && $output == *'The old one'* ]]
  offer tool-2 2.0 name=tool 'description=The new one'
  publish
  fardel -qq repo update
  run --separate-stderr -12 fardel install tool
  [[ $stderr == *'tool: several packages are called so'*'tool-1 1.0   The old one'*'tool-2 2.0   The new one'*'name the one that you want'* ]]
  [[ $(versions) == 'other-1 1.0' ]]
  for answer in 3 0 x ''; do
    run -12 "$LIB/at-terminal" "none): =>$answer" fardel install tool
    [[ $(versions) == 'other-1 1.0' ]]
  done
  run -0 "$LIB/at-terminal" 'none): =>2' fardel install tool
  [[ $output == *'1  tool-1 1.0   The old one'*'2  tool-2 2.0   The new one'* ]]
  [[ $(versions) == 'other-1 1.0,tool-2 2.0' ]]
  # What is called just so is meant, whatever is short for it.
  offer tool 7 name=else
  publish
  fardel -qq repo update
  fardel -qq install tool
  [[ $(versions) == 'other-1 1.0,tool 7,tool-2 2.0' ]]
  # Of what is here the short name is enough.
  fardel -qq remove other
  fardel -qq remove else
  [[ $(versions) == 'tool-2 2.0' ]]
}

@test "upgrade: the newer one stands for the one that was installed, though the index has forgotten that; and again" {
  needs_a_stage
  offer libx-1 1.0 family=F serial=1
  offer app-1 1.0 dependencies=libx-1
  publish
  use
  fardel -qq repo update
  fardel -y -qq install app-1
  for serial in 2 3; do
    ROWS=()
    offer "libx-$serial" "$serial.0" family=F "serial=$serial"
    publish
    fardel -qq repo update
    run --separate-stderr -0 fardel upgrade
    [[ $(versions) == "app-1 1.0,libx-$serial $serial.0" ]]
  done
  run --separate-stderr -11 fardel remove libx-3
  [[ $stderr == *app-1* ]]
}

@test "download, prepare, preview by name; offline from the cache; repo list and repo show tell of it" {
  needs_a_stage
  offer tool-1 1.0 name=tool dependencies=libx-1
  offer libx-1 1.2
  publish
  use "$URL/none/index.db" "$URL/"
  fardel -qq repo update
  fardel -qq download tool
  [[ $(versions) == '' ]]
  forget_requests
  fardel -qq download tool-1
  [[ ! -s $ACCESS_LOG ]]
  run --separate-stderr -2 fardel --set fetch.retries=0 -y prepare libx-1 --offline
  run --separate-stderr -0 fardel -y preview tool libx-1
  [[ $output == *'/opt/packets/tool-1/data/bin/tool-1'* && $output == *'/opt/packets/libx-1/manifest.toml'* && $(versions) == '' ]]
  fardel -y -qq prepare tool-1
  run -0 fardel list --plain
  [[ $output == *$'tool-1\t1.0\t'*prepared* ]]
  # All is here by now.
  fardel -y -qq --offline install tool-1
  [[ $(versions) == 'libx-1 1.2,tool-1 1.0' ]]
  run -0 fardel repo list --json
  jq -e '.repositories[0] | .name == "p" and .revision == 1 and .issued != null and .format == "packets"' <<<"$output"
  run -0 fardel repo show p
  [[ $output == *"$URL/"* && $output == *packets* ]]
}

@test "who makes an index learns no password: netrc's is for what its admin names, a repository's for what is below its URL" {
  serve "$VENDOR" "access_log $WORK/heard.log heard;"
  offer libx-1 1.0 name=libx
  publish
  printf 'machine 127.0.0.1 login me password secret\n' >"$ROOT/etc/fardel/netrc"
  chmod 600 "$ROOT/etc/fardel/netrc"
  use
  fardel -qq repo update
  wait_for grep -q . "$WORK/heard.log"
  [[ $(sort -u "$WORK/heard.log") == '[Basic bWU6c2VjcmV0]' ]]
  : >"$WORK/heard.log"
  fardel -qq download libx
  wait_for grep -q . "$WORK/heard.log"
  [[ $(sort -u "$WORK/heard.log") == '[-]' ]]
  # What the repository's own file has is for its packages, too.
  printf 'auth: {token: abc}\n' >>"$FILES/p.yml"
  sed -i "s|/index.db||" "$FILES/p.yml"
  chmod 600 "$FILES/p.yml"
  rm -rf -- "$ROOT/var/cache/fardel"
  : >"$WORK/heard.log"
  fardel -qq download libx
  wait_for grep -q . "$WORK/heard.log"
  [[ $(sort -u "$WORK/heard.log") == '[token abc]' ]]
}

@test "sync URL: with a query, too, where it is the index's own" {
  offer tool-1 1.0
  publish
  run --separate-stderr -0 fardel sync "$URL/index.db?token=a/b"
  grep -qF "$URL/index.db?token=a/b" "$FILES/127.0.0.1.yml"
  [[ $(found tool-1) == 'tool-1 1.0' ]]
  wait_for grep -q '^/index.db?token=a/b 200' "$ACCESS_LOG"
  fardel -qq repo remove 127.0.0.1
  run --separate-stderr -64 fardel sync "$URL/?token=a.db"
  [[ $stderr == *'name the index itself'* && -z $(ls "$FILES") ]]
}

@test "mirrors may lead no further in than the index came from" {
  offer tool-1 1.0
  publish
  use
  fardel -qq repo update
  fardel -qq download tool-1
  rm -rf -- "$ROOT/var/cache/fardel"
  # As if it had come from the internet.
  python3 - "$ROOT/var/lib/fardel/state.db" <<'P'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
assert db.execute("SELECT root_text FROM repo WHERE name = 'p'").fetchone() == ("3",)
db.execute("UPDATE repo SET root_text = '0' WHERE name = 'p'")
db.commit()
P
  forget_requests
  run --separate-stderr -2 fardel download tool-1
  [[ $stderr == *'127.0.0.1:'*' is an address of this machine or its network, and who names it is not from there'* ]]
  [[ ! -s $ACCESS_LOG ]]
}

@test "a login is for what is below the repository's URL, also after a redirect" {
  serve "$VENDOR" "access_log $WORK/heard.log heard; location = /p/index.db { return 302 /~other/index.db; }"
  offer tool-1 1.0
  publish
  mkdir -p "$VENDOR/~other"
  cp "$VENDOR/index.db" "$VENDOR/~other/"
  use "$URL/p/index.db"
  for login in 'token: abc' 'basic: bWU6c2VjcmV0'; do
    printf 'auth: {%s}\n' "$login" >>"$FILES/p.yml"
    chmod 600 "$FILES/p.yml"
    : >"$WORK/heard.log"
    fardel -qq repo update --force
    wait_for grep -q '^\[-\]' "$WORK/heard.log"
    [[ $(cut -c 2 "$WORK/heard.log" | paste -sd,) == [tB],- ]]
    sed -i '/^auth/d' "$FILES/p.yml"
  done
}

@test "one of a family stands for the older ones of its index from the day that it comes, also unpacked anew" {
  needs_a_stage
  for serial in 1 2 3; do
    offer "libx-$serial" "$serial.0" family=F "serial=$serial"
  done
  offer app-1 1.0 dependencies=libx-1
  offer app-2 1.0 dependencies=libx-3
  publish
  use
  fardel -qq repo update
  fardel -qq install libx-2
  # What is here already will do.
  fardel -qq install app-1
  [[ $(versions) == 'app-1 1.0,libx-2 2.0' ]]
  fardel -qq reinstall libx-2
  run --separate-stderr -11 fardel remove libx-2
  [[ $stderr == *app-1* ]]
  # An older one does not stand for a newer one, which is one for both.
  fardel -y -qq install app-2
  [[ $(versions) == 'app-1 1.0,app-2 1.0,libx-3 3.0' ]]
}
