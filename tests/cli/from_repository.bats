#!/usr/bin/env bats
# install, upgrade, switch, remove, autoremove: packages by their names, from a repository that was synced.
# shellcheck disable=SC2154 # output, stderr: bats sets them

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  mkdir -p "$VENDOR/repo"
  serve "$VENDOR"
  offer writer 2.1 'depends = ["runtime (>= 3)"]'
  offer writer 2.0 'depends = ["runtime (>= 2)"]'
  offer runtime 3
  offer runtime 2
  offer browser 9 'depends = ["runtime (<< 3)"]'
  publish 1
  fardel -qq repo update
}
teardown() { finish; }

# offer NAME VERSION [LINE…]: an installer for the repository; lines of its manifest.
offer() {
  local name=$1 version=$2
  shift 2
  make_pack_deb "$name" "$version"
  {
    manifest_head "$name" "$version"
    (($# == 0)) || printf '%s\n' "$@"
    manifest_pack "$VENDOR/$name-$version.deb" "url=$URL/$name-$version.deb"
  } | make_format3 "$name" >/dev/null
  mv -- "$WORK/out/$name.tar.gz" "$VENDOR/repo/$name-$version.tar.gz"
}

# publish REVISION: what was offered by now.
publish() {
  local key
  key=$("$LIB/publish" "$VENDOR/repo" "$1")
  mkdir -p "$ROOT/etc/fardel/repos.d"
  printf 'name: main\nurls: [%s/repo]\ntype: http\nenable: true\nkey: %s\n' "$URL" "$key" >"$ROOT/etc/fardel/repos.d/main.yml"
}

versions() { fardel list --json | jq -r '.packages[] | "\(.name) \(.version)"' | paste -sd,; }

@test "install NAME: the best version, and what it needs; more than was named is asked" {
  run --separate-stderr -12 fardel install writer
  [[ $stderr == *'runtime 3 would come, too: writer 2.1 needs runtime >= 3'* ]]
  [[ $stderr == *'--yes says yes'* ]]
  [[ $(versions) == '' ]]
  run --separate-stderr -0 fardel -y install writer
  [[ $(versions) == 'runtime 3,writer 2.1' ]]
  [[ -L $ROOT/usr/bin/writer ]]
  # It is there: configured again, as of a file.
  run --separate-stderr -0 fardel install writer
  [[ $stderr == *'writer 2.1 configured again'* ]]
}

@test "install NAME=VERSION, several at once, --dry-run changes nothing and fetches nothing" {
  forget_requests
  run --separate-stderr -0 fardel --plain install --dry-run writer=2.0
  [[ $output == *$'new\truntime\t3'*$'new\twriter\t2.0'* ]]
  [[ ! -s $ACCESS_LOG ]]
  fardel -y -qq install writer=2.0 runtime=2
  [[ $(versions) == 'runtime 2,writer 2.0' ]]
  run --separate-stderr -3 fardel install writer=7
  [[ $stderr == *'there is no version 7'*'2.1, 2.0'* ]]
  run --separate-stderr -3 fardel install nosuch
  [[ $stderr == *'nosuch: no such package'* ]]
}

@test "a set that contradicts itself is refused with the reasons, and with what helps" {
  fardel -y -qq install browser
  [[ $(versions) == 'browser 9,runtime 2' ]]
  run --separate-stderr -11 fardel install writer=2.1
  [[ $stderr == *'no set of packages satisfies this'* ]]
  [[ $stderr == *'writer 2.1 needs runtime >= 3'* ]]
  [[ $stderr == *'browser 9'*'runtime < 3'* && $stderr == *'fardel install writer=2.0'* ]]
  run --separate-stderr -0 fardel upgrade --json
  jq -e '.items == [] and (.notes[0] | contains("kept back"))' <<<"$output"
  # What the message proposes does work.
  run --separate-stderr -0 fardel install writer=2.0
  [[ $(versions) == 'browser 9,runtime 2,writer 2.0' ]]
}

@test "upgrade: to what is published since; autoremove: what nobody needs any more" {
  fardel -y -qq install writer=2.0 runtime=2
  run --separate-stderr -0 fardel -y upgrade
  [[ $(versions) == 'runtime 3,writer 2.1' ]]
  run --separate-stderr -0 fardel upgrade
  [[ $stderr == *'nothing to do'* ]]
  offer writer 2.2
  publish 2
  fardel -qq repo update
  run --separate-stderr -0 fardel upgrade writer
  [[ $stderr == *'writer 2.2 upgraded'* ]]
  # runtime was named: it stays.
  fardel -qq autoremove
  [[ $(versions) == 'runtime 3,writer 2.2' ]]
}

@test "autoremove: what came for the sake of another goes with it, once it is asked for" {
  fardel -y -qq install writer
  fardel -qq remove writer
  [[ $(versions) == 'runtime 3' ]]
  # It names no package: nobody has said that this one may go.
  run --separate-stderr -12 fardel autoremove
  [[ $stderr == *'runtime would be removed'* && $(versions) == 'runtime 3' ]]
  run --separate-stderr -0 fardel -y autoremove
  [[ $stderr == *'runtime: removed'* ]]
  [[ $(versions) == '' ]]
}

@test "remove: what others need stays, unless --cascade takes them, too" {
  fardel -y -qq install writer
  run --separate-stderr -11 fardel remove runtime
  [[ $stderr == *'runtime: writer depends on runtime (>= 3)'*'Either:  fardel remove --cascade runtime   (it removes writer)'*'or:      fardel remove --force runtime     (it leaves writer without)' ]]
  run --separate-stderr -12 fardel remove --cascade runtime
  [[ $stderr == *'writer would be removed, too'* ]]
  [[ $(versions) == 'runtime 3,writer 2.1' ]]
  fardel -y -qq remove --cascade runtime
  [[ $(versions) == '' ]]
}

@test "remove: all that need it are named, each with what it asks for" {
  fardel -y -qq install writer=2.0 browser
  run --separate-stderr -11 fardel remove runtime
  [[ $stderr == *'runtime: browser depends on runtime (<< 3)'*'writer depends on runtime (>= 2)'* ]]
  [[ $stderr == *'(it removes browser and writer)'*'(it leaves browser and writer without)' ]]
  [[ $(versions) == 'browser 9,runtime 2,writer 2.0' ]]
}

@test "unconfigure: what others need stays in use; the way out names all of them, and works" {
  offer desk 1 'depends = ["writer"]'
  publish 2
  fardel -qq repo update
  fardel -y -qq install desk
  run --separate-stderr -11 fardel unconfigure runtime
  [[ $stderr == *'runtime: writer depends on runtime (>= 3)'*'Instead: fardel unconfigure runtime '*'(it takes desk and writer out of use, too)'* ]]
  [[ $stderr != *remove* && $stderr != *--force* ]]
  [[ $(fardel list --json | jq -c '[.packages[].state] | unique') == '["installed"]' ]]
  command=$(sed -n 's/.*Instead: \(fardel unconfigure [a-z ]*[a-z]\) *(.*/\1/p' <<<"$stderr")
  # shellcheck disable=SC2086
  run --separate-stderr -0 $command
  [[ $(fardel list --json | jq -c '[.packages[].state] | unique') == '["prepared"]' ]]
}

@test "remove: what would go with it is said whole, also what needs it by way of another; the command has all that was named" {
  offer desk 1 'depends = ["writer"]'
  offer lone 1
  publish 2
  fardel -qq repo update
  fardel -y -qq install desk lone
  run --separate-stderr -11 fardel remove lone runtime
  [[ $stderr == *'Either:  fardel remove --cascade lone runtime   (it removes desk and writer)'* ]]
  [[ $stderr == *'or:      fardel remove --force lone runtime     (it leaves writer without)'* ]]
  fardel -y -qq remove --cascade lone runtime
  [[ $(versions) == '' ]]
}

@test "switch: to a version that is kept, without a request; to one that only the repository has" {
  fardel -y -qq install writer=2.0
  fardel -y -qq upgrade
  forget_requests
  run --separate-stderr -0 fardel switch writer 2.0
  [[ $stderr == *'writer 2.0 downgraded'* ]]
  [[ $(versions) == 'runtime 3,writer 2.0' ]]
  [[ ! -s $ACCESS_LOG ]]
  run --separate-stderr -0 fardel switch writer 2.1
  [[ $(versions) == 'runtime 3,writer 2.1' ]]
  run --separate-stderr -3 fardel switch writer 9
  run --separate-stderr -3 fardel switch browser 9
  [[ $stderr == *'switch: browser: it is not installed'* ]]
}

@test "an installer that is not the one of the index is refused; nothing is installed" {
  printf 'x' >>"$VENDOR/repo/runtime-3.tar.gz"
  run --separate-stderr -5 fardel -y install writer
  [[ $stderr == *'runtime-3.tar.gz'*'more than'* ]]
  [[ $(versions) == '' ]]
  printf 'x' >"$VENDOR/repo/runtime-3.tar.gz"
  run --separate-stderr -5 fardel -y install writer
  [[ $stderr == *'runtime'*'not the one that the repository'* ]]
  rm -- "$VENDOR/repo/runtime-3.tar.gz"
  run --separate-stderr -2 fardel -y install writer
  [[ $stderr == *404* ]]
  [[ $(versions) == '' ]]
}

@test "a login in the URL: neither in state.db nor in messages; installers are fetched by it" {
  # shellcheck disable=SC2016
  serve "$VENDOR/repo" 'if ($http_authorization != "Basic YWxpY2U6czNjcmV0") { return 401; }'
  local place=${URL#http://}
  sed -i "s,^urls:.*,urls: ['http://alice:s3cret@$place']," "$ROOT/etc/fardel/repos.d/main.yml"
  chmod 600 "$ROOT/etc/fardel/repos.d/main.yml"
  rm -rf -- "$ROOT"/var/lib/fardel
  fardel -qq repo update
  run -1 grep -rl s3cret "$ROOT/var/lib/fardel"
  run --separate-stderr ! fardel repo update --offline
  [[ $stderr == *"http://$place is needed, and --offline was given"* && $stderr != *s3cret* ]]
  run --separate-stderr ! fardel --offline install runtime
  [[ $stderr == *"http://$place is needed, and --offline was given"* && $stderr != *s3cret* ]]
  forget_requests
  fardel -qq repo update
  [[ $(cat "$ACCESS_LOG") == '/repository.json 304' ]]
  fardel -qq install runtime
  [[ $(versions) == 'runtime 3' ]]
}

# made NAME FORMAT SIZE [DIGEST]: the repository main has another offer, of a file that is just so long.
made() {
  PYTHONPATH=$LIB python3 - "$VENDOR/repo" "$@" <<'P'
import sys
from repository import Repository
folder, name, number, size, digest = sys.argv[1:]
repository = Repository("main", 3)
repository.revision = 2
repository.add(name, "1", format=int(number), installer={"path": name, "size": int(size), "sha256": digest})
repository.put(folder)
P
  fardel -qq repo update
}

@test "an installer of many bytes: more than one may have is refused; the others are not held in memory" {
  truncate -s 3G "$VENDOR/repo/big"
  made big 3 "$((3 << 30))" "$(printf '0%.0s' {1..64})"
  : >"$ACCESS_LOG"
  run --separate-stderr -1 fardel -y install big
  [[ $stderr == *'big: its installer big has 3221225472 bytes, more than the 67108864'* ]]
  [[ ! -s $ACCESS_LOG ]]
  truncate -s 64M "$VENDOR/repo/big"
  fardel -qq repo remove main
  publish 1
  made big 3 "$((64 << 20))" "$(sha256sum <"$VENDOR/repo/big" | cut -d' ' -f1)"
  run --separate-stderr ! python3 - <<'P'
import os, resource, subprocess, sys
status = subprocess.run(["fardel", "-y", "install", "big"]).returncode
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print("peak", most, "kB")
sanitized = "ASAN_OPTIONS" in os.environ or "build-asan" in os.environ.get("FARDEL_BUILD", "")
sys.exit(status if most < 48 << 10 or sanitized else 99)
P
  [[ $status == 1 && $stderr == *big* ]]
  [[ $(requests /repo/big) == 1 ]]
}

# evil: a repository that nobody prefers; CODE is done to it, as `r`, before it is put.
evil() {
  local key
  key=$(PYTHONPATH=$LIB python3 - "$VENDOR/evil" "$@" <<'P'
import contextlib, os, sqlite3, sys
from repository import Repository, file_of
folder, code = sys.argv[1:3]
r = Repository("evil", 3)
exec(code)
r.put(folder)
print(r.key.line)
P
  )
  printf 'name: evil\nurls: [%s/evil]\ntype: http\nenable: true\npriority: 999999\nkey: %s\n' "$URL" "$key" \
    >"$ROOT/etc/fardel/repos.d/evil.yml"
}

@test "a repository of too many versions: its oldest are left out, which is said; the others are asked as ever" {
  fardel -qq install writer=2.0 runtime=2 -y
  evil '[r.add("writer", "0.%d" % i) for i in range(1000, 2100)]'
  fardel -qq repo update
  for command in 'upgrade --dry-run' 'install --dry-run writer=2.1' 'install --dry-run writer=0.2099' 'remove --cascade --dry-run runtime'; do
    # shellcheck disable=SC2086
    run --separate-stderr -0 fardel $command
    [[ $command == remove* || $stderr == *'evil has more than'*'versions of writer: the oldest are left out'* ]]
  done
  run --separate-stderr -3 fardel install --dry-run writer=0.1005
  run --separate-stderr -0 fardel -y upgrade
  [[ $(versions) == 'runtime 3,writer 2.1' ]]
}

@test "an index that has a row which is none: that repository is passed over, and named" {
  fardel -qq install writer=2.0 runtime=2 -y
  evil 'r.add("writer", "0.5")'
  fardel -qq repo update
  python3 - "$ROOT"/var/lib/fardel/repos/evil/*.db <<'P'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE package SET id = 'x'")
db.commit()
P
  run --separate-stderr -0 fardel install --dry-run writer=2.1
  [[ $stderr == *'evil is passed over:'*'a row of it is no package'*'repo update --force evil'* ]]
  run --separate-stderr -0 fardel -y upgrade
  [[ $stderr == *'evil is passed over:'* ]]
  [[ $(versions) == 'runtime 3,writer 2.1' ]]
}

@test "search: names and summaries, what is installed, as a table's rows and as JSON" {
  run --separate-stderr -0 fardel search write
  [[ $output == $'writer\t2.1\t\tmain\tThe writer of the tests' ]]
  run --separate-stderr -0 fardel search tests the
  [[ ${#lines[@]} == 3 ]]
  run --separate-stderr -0 fardel search nothing such
  [[ -z $output && $stderr == *'Nothing was found'* ]]
  fardel -y -qq install writer=2.0
  run --separate-stderr -0 fardel search --installed tests
  [[ ${#lines[@]} == 2 && $output == *$'writer\t2.1\t2.0\tmain'* ]]
  run --separate-stderr -0 fardel search --json --limit 1 writer
  [[ $(jq -c '.packages' <<<"$output") == '[{"name":"writer","version":"2.1","installed":"2.0","repository":"main","summary":"The writer of the tests"}]' ]]
  # Any bytes are words, or none.
  for word in '"' '*' 'a"b' "'" '(' 'NEAR(' 'AND' $'\xff' '' '-' ':' '^writer'; do
    run --separate-stderr -0 fardel search "$word"
  done
  run --separate-stderr -64 fardel search
}

@test "repo list at a terminal of 80 columns: dates are whole, and no line is longer" {
  local shown
  for columns in 80 100; do
    shown=$(NO_COLOR=1 "$LIB/at-terminal" '' sh -c "stty cols $columns; fardel repo list" | sed 's/\x1b[[][0-9;]*m//g')
    [[ $shown == *$'\nmain '*' 1 '*20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]\ [0-9][0-9]:[0-9][0-9]\ * ]]
    [[ -z $(awk -v most=$columns 'length > most' <<<"$shown") ]]
    [[ $columns == 80 || $shown == *PUBLISHED* ]]
  done
}

@test "show: what is only offered, another version, what is offered of what is here" {
  run --separate-stderr -0 fardel show writer
  [[ $output == *'Version: 2.1'*'Repository: main'*'Available: 2.1 main, 2.0 main'* ]]
  [[ $output == *'Depends: runtime (>= 3)'* ]]
  run --separate-stderr -0 fardel show -F Version writer=2.0
  [[ $output == 2.0 ]]
  run --separate-stderr -3 fardel show writer=9
  [[ $stderr == *'there is no such version'* ]]
  run --separate-stderr -3 fardel show nosuch
  fardel -y -qq install writer=2.0
  run --separate-stderr -0 fardel show writer
  [[ $output == *'State: installed'* && $output != *Repository* ]]
  run --separate-stderr -0 fardel show --available --json writer
  [[ $(jq -r '.packages[0] | "\(.version) \(.repository) \(.available | length)"' <<<"$output") == '2.1 main 2' ]]
}

@test "list --upgradable, files --available" {
  run --separate-stderr -0 fardel list --upgradable
  [[ -z $output ]]
  fardel -y -qq install writer=2.0 runtime=2
  run --separate-stderr -0 fardel list --upgradable
  [[ $output == $'runtime\t2\t3\tmain\t'*$'\nwriter\t2.0\t2.1\tmain\t'* ]]
  run --separate-stderr -0 fardel list --upgradable --json writer
  [[ $(jq -r '.packages | length' <<<"$output") == 1 ]]
  run --separate-stderr -0 fardel files --available writer
  [[ -z $output && $stderr == *'fardel preview writer'* ]]
  run --separate-stderr -3 fardel files --available nosuch
}

@test "download and prepare by name; preview by name" {
  fardel -qq download writer=2.0
  run --separate-stderr -0 fardel cache list
  [[ ${#lines[@]} == 1 ]]
  [[ $(versions) == '' ]]
  fardel -qq prepare runtime
  [[ $(fardel list --json | jq -r '.packages[0].state') == prepared ]]
  [[ $FARDEL_TEST_MODE == mount || $FARDEL_TEST_MODE == userns ]] || return 0 # no stage elsewhere
  run --separate-stderr -0 fardel preview runtime
  [[ $output == *'/usr/bin/runtime'* ]]
}

@test "download and prepare of what is installed; of what nobody has: exit 3, and where to look" {
  fardel -qq install runtime
  fardel -qq cache gc --all 2>/dev/null || rm -rf -- "$ROOT/var/cache/fardel"
  run --separate-stderr -0 fardel download runtime
  run --separate-stderr -0 fardel cache list
  [[ ${#lines[@]} == 1 ]]
  run --separate-stderr -0 fardel prepare runtime
  [[ $(versions) == 'runtime 3' ]]
  for command in download prepare install; do
    run --separate-stderr -3 fardel "$command" nosuch
    [[ $stderr == *'nosuch: no such package'*fardel*' search nosuch'* ]]
  done
}

@test "an index that has expired is still used, and that is said" {
  fardel -qq install runtime
  python3 - "$ROOT/var/lib/fardel/state.db" <<'P'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE repo SET expires = 1000")
db.commit()
P
  run --separate-stderr -0 fardel search runtime
  [[ $output == runtime* && $stderr == *'main'*'has expired'*'fardel repo update'* ]]
  run --separate-stderr -0 fardel -y install writer
  [[ $stderr == *'has expired'* ]]
}

@test "why NAME: who needs it, and that it came for their sake" {
  fardel -y -qq install writer
  run --separate-stderr -0 fardel why runtime
  [[ $output == *'Came: for the sake of others'*'Needed by: writer 2.1 (runtime (>= 3))'* ]]
  run --separate-stderr -0 fardel why writer
  [[ $output == *'Needed by: none'* && $output != *'Came:'* ]]
  run --separate-stderr -0 fardel why --json runtime
  jq -e '.automatic and .needed_by == ["writer 2.1 (runtime (>= 3))"]' <<<"$output"
  # Once it is named it is wanted for its own sake.
  fardel -qq install runtime
  run --separate-stderr -0 fardel why runtime
  [[ $output != *'Came:'* ]]
}

# sized NAME VERSION KB [LINE…]: an installer in VENDOR/real that states the size of its pack, which it prints.
sized() {
  local pack=$VENDOR/$1-$2.deb size
  make_pack_deb "$1" "$2" "$3"
  size=$(stat -c %s "$pack")
  { manifest_head "$1" "$2"; printf '%s\n' "${@:4}"; manifest_pack "$pack" "url=$URL/$1-$2.deb" "size = $size"; } | make_format3 "$1" >/dev/null
  mkdir -p "$VENDOR/real"
  mv -- "$WORK/out/$1.tar.gz" "$VENDOR/real/$1-$2.tar.gz"
  echo "$size"
}

@test "the plan says how much is to be fetched, before it asks: less with what is in the cache, no size where one is not known" {
  player=$(sized player 1 300 'depends = ["codec"]')
  codec=$(sized codec 1 200)
  mv -- "$VENDOR/repo/runtime-3.tar.gz" "$VENDOR/real" # which states none
  fardel -qq repo key --no-password --output "$WORK/key"
  fardel -qq repo build "$VENDOR/real" --name real --key "$WORK/key.key"
  fardel -qq repo add real "$URL/real" --key "$WORK/key.pub"
  fardel -qq repo remove main
  fardel -qq repo update
  kb() { echo "$((($1 + 500) / 1000)) kB"; }
  forget_requests
  run --separate-stderr -0 fardel install --dry-run player
  [[ $output$stderr == *"To fetch: $(kb $((player + codec))) in 2 packs."* && ! -s $ACCESS_LOG ]]
  run --separate-stderr -12 fardel install player
  [[ $stderr == *"To fetch: $(kb $((player + codec))) in 2 packs."*'codec 1 would come, too'* ]]
  fardel -qq download codec
  run --separate-stderr -0 fardel install --dry-run player
  [[ $output$stderr == *"To fetch: $(kb "$player") in 1 pack (1 of 2 is in the cache)."* ]]
  run --separate-stderr -0 fardel install --dry-run player runtime
  [[ $output$stderr == *'To fetch: 2 packs (1 of 3 is in the cache).'* ]]
  fardel install --dry-run --json player | jq -e --argjson size "$player" '.fetch == {packs: 1, cached: 1, bytes: $size}'
  fardel install --dry-run --json player runtime | jq -e '.fetch == {packs: 2, cached: 1, bytes: null}'
  # It was what came: the packs, and of their installers what is counted nowhere.
  : >"$ACCESS_LOG"
  run --separate-stderr -0 fardel -y install player
  wait_for grep -q '^/player-1.deb 200' "$ACCESS_LOG"
  [[ $(grep -c '\.deb ' "$ACCESS_LOG") == 1 ]]
  # What an upgrade would fetch is in the list of what can be upgraded; what is unpacked, in that of what is installed.
  run --separate-stderr -0 fardel list --json player
  jq -e --argjson size "$(du -sb --apparent-size "$ROOT/var/lib/fardel/installed/player/upstream/" | cut -f 1)" \
    '.packages[0].size > 300000 and .packages[0].size <= $size' <<<"$output"
  player=$(sized player 2 500 'depends = ["codec"]')
  fardel -qq repo build "$VENDOR/real" --key "$WORK/key.key"
  fardel -qq repo update
  installer=$(stat -c %s "$VENDOR/real/player-2.tar.gz")
  run --separate-stderr -0 fardel list --upgradable --json
  [[ $(jq -c '.packages | map([.name, .available, .size])' <<<"$output") == "[[\"player\",\"2\",$((player + installer))]]" ]]
}

@test "--keep-going: of three one whose pack is missing: it is named, the two others are whole (exit 6)" {
  offer one 1
  offer two 1
  offer three 1
  publish 2
  fardel -qq repo update
  mv -- "$VENDOR/two-1.deb" "$WORK/"
  run --separate-stderr -2 fardel -y install one two three
  [[ $stderr == *two*'two-1.deb'*404* && $(versions) == '' ]]
  run --separate-stderr -6 fardel -y --keep-going install one two three
  [[ $stderr == *'two '*'failed: fetch '*'two-1.deb'*404*'1 of 3 packages failed'* ]]
  [[ $(versions) == 'one 1,three 1' ]]
  [[ -L $ROOT/usr/bin/one && -L $ROOT/usr/bin/three && ! -L $ROOT/usr/bin/two && ! -e $ROOT/var/lib/fardel/packages/two ]]
  run --separate-stderr -0 fardel verify
  run --separate-stderr -0 fardel doctor
  # Once its pack is there, it comes, too.
  mv -- "$WORK/two-1.deb" "$VENDOR/"
  run --separate-stderr -0 fardel install two
  [[ $(versions) == 'one 1,three 1,two 1' ]]
}

@test "--keep-going: an installer that cannot be had leaves the others whole (exit 6)" {
  rm -- "$VENDOR/repo/writer-2.1.tar.gz"
  run --separate-stderr -2 fardel -y install writer runtime
  [[ $(versions) == '' ]]
  run --separate-stderr -6 fardel -y --keep-going install writer runtime
  [[ $stderr == *writer*404* ]]
  [[ $(versions) == 'runtime 3' ]]
}

@test "an index names versions: its installer, and what is kept here, have to be of them" {
  fardel -qq install writer=2.0 runtime=2
  fardel -y -qq upgrade
  # Another repository says that what was kept, writer 2.0, is version 99.
  id=$(fardel list --all --json | jq -r '.packages[] | select(.name == "writer" and .version == "2.0") | .id')
  key=$(python3 - "$LIB" "$VENDOR/evil" "$id" <<'P'
import sys
sys.path.insert(0, sys.argv[1])
from repository import Repository
evil = Repository("evil")
evil.add("writer", "99", id=sys.argv[3])
evil.put(sys.argv[2])
print(evil.key.line)
P
  )
  printf 'name: evil\nurls: [%s/evil]\ntype: http\nenable: true\npriority: 1\nkey: %s\n' "$URL" "$key" >"$ROOT/etc/fardel/repos.d/evil.yml"
  fardel -qq repo update
  run --separate-stderr -5 fardel upgrade
  [[ $stderr == *'not writer 99'* ]]
  [[ $(versions) == 'runtime 3,writer 2.1' ]]
}

@test "an index on the word of a key that is trusted no more is not used; nor is what it planted" {
  fardel -qq repo key --no-password --output "$WORK/other"
  fardel -qq repo trust main "$WORK/other.pub"
  run --separate-stderr -3 fardel install writer
  [[ $stderr == *'its keys are others'*'fardel repo update'* ]]
  run --separate-stderr -5 fardel repo update
  run --separate-stderr -3 fardel -y install writer
  publish 2
  fardel -qq repo update
  fardel -y -qq install writer
  [[ $(versions) == 'runtime 3,writer 2.1' ]]
}

# published CODE: main is what CODE makes of the honest repository `r`, which is put with the keys of `more`.
published() {
  PYTHONPATH=$LIB python3 - "$VENDOR/other" "$1" <<'P' >"$WORK/line"
import sys, time
from repository import Key, Repository
folder, code = sys.argv[1:]
now, more = int(time.time()), {}
r = Repository("main", 3)
r.add("writer", "1")
exec(code)
r.put(folder, **more)
print(r.key.line)
P
  printf 'name: main\nurls: [%s/other]\ntype: http\nenable: true\nkey: %s\n' "$URL" "$(<"$WORK/line")" >"$ROOT/etc/fardel/repos.d/main.yml"
}

# asked STATUS TEXT: what install and show end with, and what they and search say, with such a repository.
asked() {
  local command ended said
  for command in 'install --dry-run writer' 'show writer' 'search writer'; do
    ended=0
    # shellcheck disable=SC2086
    said=$(fardel $command 2>&1 >/dev/null) || ended=$?
    ((ended == $1)) || [[ $command == search* ]] || { echo "$command: $ended"; return 1; }
    # shellcheck disable=SC2053
    [[ $said == $2 ]] || { echo "$command: $said"; return 1; }
  done
}

@test "a repository that has expired, or is badly signed, typed by hand: what is wrong, why, and what to do" {
  fardel -qq repo remove main
  published 'more = dict(time=now - 9 * 86400, expires=now - 86400)'
  run --separate-stderr -5 fardel repo update
  [[ $stderr == *'main: repository.json: it has expired 20'*'Either nobody signs the repository any more, or somebody keeps from us'*'Next: ask who runs the repository; see whether this machine'* ]]
  asked 3 '*no repository has been synced yet*fardel*repo update*'
  published 'more = dict(by=[Key("somebody")])'
  run --separate-stderr -5 fardel repo update
  [[ $stderr == *'0 signed it, and 1 must'*'It is signed by '*', which has no say here'*'Next: ask who runs the repository: '*'nothing of it is used'* ]]
  [[ $stderr != *'stays in use'* ]]
  asked 3 '*no repository has been synced yet*fardel*repo update*'
  # Synced once, then it stands still.
  published 'more = dict(expires=now + 2)'
  fardel -qq repo update
  sleep 3
  run --separate-stderr -5 fardel repo update
  [[ $stderr == *'repository.json has expired '*'Next: ask who runs the repository'* ]]
  asked 0 '*main: repository.json has expired 20*what it offers may be out of date (fardel*repo update)*'
  [[ $(fardel doctor --plain) == *$'warn\trepository main: repository.json has expired 20'*'what it offers may be out of date'*$'\tfardel'*' repo update'* ]]
  run --separate-stderr -0 fardel --plain install --dry-run writer
  [[ $output == *$'new\twriter\t1'* ]]
  # Synced once, then somebody else signs.
  published 'r.revision = 2'
  fardel -qq repo update
  published 'r.revision = 3; r.add("writer", "2"); more = dict(by=[Key("somebody")])'
  run --separate-stderr -5 fardel repo update
  [[ $stderr == *'0 signed it, and 1 must'*'Next: ask who runs the repository; what was synced before stays in use'* ]]
  asked 0 ''
  run --separate-stderr -0 fardel --plain install --dry-run writer
  [[ $output == *$'new\twriter\t1'* ]]
}

@test "files --available: the paths that its repository says it makes, of the version that would be taken" {
  fardel -qq repo remove main
  published 'r.add("writer", "2", files=["/usr/bin/writer", "/etc/writer.conf"]); r.add("writer", "1", files=["/usr/bin/old"])'
  fardel -qq repo update
  run --separate-stderr -0 fardel files --available writer
  [[ $(sort <<<"$output" | paste -sd ' ') == '/etc/writer.conf /usr/bin/writer' && $stderr == '' ]]
  run --separate-stderr -0 fardel files --available writer=1
  [[ $output == /usr/bin/old ]]
}

@test "after a change of the key nothing says that there was no sync, but what has to be done" {
  fardel -qq repo key --no-password --output "$WORK/other"
  fardel -qq repo trust main "$WORK/other.pub"
  asked 3 '*main: its keys are others than when it was synced*fardel*repo update*'
  [[ $(fardel doctor --plain) == *$'warn\trepository main: its keys are others than when it was synced'* ]]
  for command in 'search writer' 'install writer' 'show writer' 'files --available writer' 'orphans' 'download writer'; do
    # shellcheck disable=SC2086
    run --separate-stderr fardel $command
    [[ $stderr != *'synced yet'* && $(grep -c 'its keys are others' <<<"$stderr") == 1 ]] || { echo "$command: $stderr"; return 1; }
    [[ $stderr == *'no index of a repository can be used'*'fardel'*' repo update'* ]] || { echo "$command: $stderr"; return 1; }
  done
  run --separate-stderr -5 fardel repo update
  [[ $stderr == *'the first root: of the keys that are trusted here, 0 signed it'*'Next: ask who runs the repository: '*'nothing of it is used'* && $stderr != *'stays in use'* ]]
}

@test "a sync that fails under another key leaves the index: with the key of before it is there again, without any sync" {
  key=$(sed -n 's/^key: //p' "$ROOT/etc/fardel/repos.d/main.yml")
  fardel -qq repo key --no-password --output "$WORK/other"
  fardel -qq repo trust main "$WORK/other.pub"
  run --separate-stderr -5 fardel repo update
  fardel -qq repo trust main "$key"
  run --separate-stderr -0 fardel search writer
  [[ $output == writer* && $stderr == '' ]]
}

@test "a lost or damaged index is fetched anew by the next update" {
  rm -- "$ROOT"/var/lib/fardel/repos/main/*.db*
  run --separate-stderr -0 fardel repo update
  [[ $output == *updated && $stderr == *'fetched anew'* ]]
  run --separate-stderr -0 fardel search writer
  [[ $output == writer* ]]
  for file in "$ROOT"/var/lib/fardel/repos/main/*.db; do
    printf 'rubbish rubbish rubbish' >"$file"
    rm -f -- "$file"-*
  done
  run --separate-stderr -0 fardel repo update
  [[ $output == *updated ]]
  run --separate-stderr -0 fardel search writer
  [[ $output == writer* ]]
}

@test "a repository that nobody signs, by its file; a folder by a URL, and of an odd name" {
  rm -- "$ROOT/etc/fardel/repos.d/main.yml"
  mkdir "$WORK/a b%41#c"
  cp -r -- "$VENDOR/repo/." "$WORK/a b%41#c"
  fardel -qq repo add main "$URL/repo" --no-signature
  run --separate-stderr -0 fardel repo update
  [[ $stderr == *'nobody has to have signed it'* ]]
  fardel -y -qq install writer
  [[ $(versions) == 'runtime 3,writer 2.1' ]]
  fardel -qq repo remove main
  rm -r -- "$WORK/a b%41#c"/{index,repository.json}
  fardel -qq repo key --no-password --output "$WORK/k"
  fardel -qq repo build "$WORK/a b%41#c" --name odd --key "$WORK/k.key"
  cp -- "$WORK/k.pub" "$ROOT/etc/fardel/k.pub"
  printf 'name: odd\nurls: ["%s"]\ntype: disk\nenable: true\nkey: /etc/fardel/k.pub\n' "$WORK/a b%41#c" >"$ROOT/etc/fardel/repos.d/odd.yml"
  printf 'name: url\nurls: ["file://%s"]\ntype: disk\nenable: true\nkey: /etc/fardel/k.pub\n' "$WORK/a%20b%2541%23c" >"$ROOT/etc/fardel/repos.d/url.yml"
  run --separate-stderr -0 fardel repo update odd
  run --separate-stderr -5 fardel repo update url # it bears another name
  [[ $stderr == *odd* ]]
}

@test "reinstall: the same version, unpacked anew; what no repository has is configured again, and that is said" {
  fardel -y -qq install writer=2.0
  local folder
  folder=$(realpath "$ROOT/var/lib/fardel/installed/writer")
  printf 'spoilt\n' >"$folder/upstream/usr/bin/writer"
  run --separate-stderr -0 fardel -n --plain reinstall writer
  [[ $output == *$'writer\t2.0'* ]]
  [[ $(<"$folder/upstream/usr/bin/writer") == spoilt ]]
  run --separate-stderr -0 fardel reinstall writer
  [[ $(realpath "$ROOT/var/lib/fardel/installed/writer") == "$folder" ]]
  [[ $(<"$folder/upstream/usr/bin/writer") != spoilt ]]
  [[ $(versions) == 'runtime 3,writer 2.0' ]]
  run --separate-stderr -3 fardel reinstall browser
  [[ $stderr == *'browser: it is not installed'* ]]
  # Gone from its repository.
  rm "$VENDOR/repo/writer-2.0.tar.gz"
  publish 2
  fardel -qq repo update
  printf 'spoilt\n' >"$folder/upstream/usr/bin/writer"
  run --separate-stderr -0 fardel reinstall writer
  [[ $stderr == *'writer: no repository has it as it is here: it is configured again'* ]]
  [[ $(<"$folder/upstream/usr/bin/writer") == spoilt ]]
}

@test "orphans: what is installed, and no repository has" {
  fardel -y -qq install browser
  run --separate-stderr -0 fardel orphans --plain
  [[ $output == '' ]]
  rm "$VENDOR"/repo/browser-9.tar.gz
  publish 2
  fardel -qq repo update
  run --separate-stderr -0 fardel orphans --plain
  [[ $output == $'browser\t9' ]]
  fardel orphans --json | jq -e '.packages == [{name: "browser", version: "9"}]'
  fardel -qq repo disable main
  run --separate-stderr -0 fardel orphans --plain
  [[ $output == *$'browser\t9'*$'runtime\t2'* ]]
  [[ $stderr == 'Nobody offers anything: no repository is enabled: fardel repo enable NAME, '* ]]
}

# another PRIORITY PACKAGE VERSION: a repository `other` that nobody signs.
another() {
  local kept=$VENDOR/repo
  mv -- "$kept" "$VENDOR/kept"
  mkdir -p "$VENDOR/other"
  offer_at other "$2" "$3"
  mv -- "$VENDOR/kept" "$kept"
  "$LIB/publish" "$VENDOR/other" 1 name=other >/dev/null
  printf 'name: other\nurls: [%s/other]\ntype: http\nenable: true\nrequire_signature: false\npriority: %s\n' "$URL" "$1" \
    >"$ROOT/etc/fardel/repos.d/other.yml"
  fardel -qq repo update other
}
offer_at() {
  mkdir -p "$VENDOR/repo"
  offer "${@:2}"
  mv -- "$VENDOR"/repo/* "$VENDOR/$1/"
  rmdir "$VENDOR/repo"
}

@test "what is installed keeps to its repository: another's newer one is told; by its version it comes, and that is said" {
  fardel -y -qq install writer=2.0 runtime=2
  another 9999 runtime 4
  # It was main's, and is upgraded from there.
  run --separate-stderr -0 fardel --plain upgrade --dry-run
  [[ $output == *$'upgrade\truntime\t3'* && $stderr == *'runtime 4 of other is not taken: runtime is of main'*'runtime=4'* ]]
  run --separate-stderr -0 fardel install runtime=4
  [[ $stderr == *'runtime 4 is of other; what is installed came from main'* && $(versions) == 'runtime 4,writer 2.0' ]]
  [[ $FARDEL_TEST_MODE == mount || $FARDEL_TEST_MODE == userns ]] || return 0 # no undo elsewhere
  # From then on it is the other's, and undone it is main's again.
  run --separate-stderr -0 fardel upgrade --dry-run
  [[ $stderr != *'is not taken'* ]]
  fardel -qq undo "$(fardel history --plain | head -1 | cut -f1)"
  run --separate-stderr -0 fardel --plain upgrade --dry-run
  [[ $output == *$'upgrade\truntime\t3'* ]]
  # With a better priority it is everybody's.
  sed -i "s/^priority: .*/priority: 1/" "$ROOT/etc/fardel/repos.d/other.yml"
  fardel -qq upgrade
  [[ $(versions) == 'runtime 4,writer 2.1' ]]
}

@test "between equals who signs comes first" {
  another 9999 writer 99
  [[ $(fardel --plain install --dry-run writer | cut -f 2,3 --output-delimiter ' ' | paste -sd,) == 'runtime 3,writer 2.1' ]]
}

@test "a hold that is in the way is told with its day and its reason" {
  fardel -y -qq install writer=2.0 runtime=2
  fardel -qq hold runtime --until 2100-01-02 --reason 'the plotter needs it'
  run --separate-stderr -11 fardel install writer=2.1
  [[ $stderr == *'runtime is held until 2100-01-02'*'the reason: the plotter needs it'* ]]
  run --separate-stderr -11 fardel upgrade runtime
  [[ $stderr == *'runtime is held until 2100-01-02'*'the reason: the plotter needs it'* ]]
  # Where it is not in the way, nothing is said of it.
  run --separate-stderr -3 fardel install nosuch
  [[ $stderr != *plotter* && $stderr != *'been synced'* ]]
}

@test "install NAME where nothing was ever synced: that is said" {
  fardel -qq repo remove main
  printf 'name: new\nurls: [%s/repo]\ntype: http\nenable: true\nrequire_signature: false\n' "$URL" >"$ROOT/etc/fardel/repos.d/new.yml"
  run --separate-stderr -3 fardel install writer
  [[ $stderr == *'writer: no such package'*'no repository has been synced yet'*'Next: fardel'*' repo update; or name its installer'* && $stderr != *warning* ]]
  run --separate-stderr -3 fardel install writer=1
  [[ $stderr == *'writer: no such package'*'no repository has been synced yet'*'Next: fardel'*' repo update'* ]]
  # Others go on: then it is a warning.
  run --separate-stderr fardel --keep-going install writer "$VENDOR/repo/runtime-3.tar.gz"
  [[ $stderr == *'warning: no repository has been synced yet: fardel'*' repo update'*'writer'*'no such package'* ]]
  run --separate-stderr -0 fardel search writer
  [[ $stderr == *'Nothing was found: no repository has been synced yet: fardel'*' repo update'* ]]
  for what in writer writer=1; do
    run --separate-stderr -3 fardel show $what
    [[ $stderr == *"$what: no such package"*'no repository has been synced yet'*'Next: fardel'*' repo update'* ]]
  done
}

@test "what is asked of repositories where none is enabled: that is said, and what helps" {
  fardel -qq repo disable main
  for command in 'show writer' 'show writer=1' 'files --available writer' 'install writer' 'download writer'; do
    # shellcheck disable=SC2086
    run --separate-stderr -3 fardel $command
    [[ $stderr == *'writer'*': no such package'* && $stderr == *'no repository is enabled'*' repo enable NAME, or fardel'*' repo add NAME URL --key KEY'* ]]
    [[ $stderr != *'synced yet'* ]]
  done
  run --separate-stderr -0 fardel search writer
  [[ $stderr == 'Nothing was found: no repository is enabled: fardel'*' repo enable NAME, or fardel'*' repo add NAME URL --key KEY' ]]
}

@test "what is only offered, asked of as if it were here: it is not installed, who offers it, and what to type" {
  for command in 'why writer' 'list writer' 'hold writer' 'unhold writer' 'files writer' 'verify writer' 'remove writer' 'reconfigure writer' 'unconfigure writer' \
    'upgrade writer' 'switch writer 2.0' 'reinstall writer'; do
    # shellcheck disable=SC2086
    run --separate-stderr -3 fardel $command
    [[ $stderr == *"fardel: ${command%% *}: writer: it is not installed"*'main offers 2.1'*'Next: fardel'*' install writer; to see it first: fardel'*' show writer' ]] ||
      { echo "$command: $stderr"; return 1; }
  done
  # What nobody offers, or is offered and here, is told as ever; of several the one that is not here is named.
  for command in why hold remove; do
    run --separate-stderr -3 fardel $command nosuch
    [[ $stderr == *'nosuch: no such package'* && $stderr != *offers* ]]
  done
  fardel -qq install runtime
  run --separate-stderr -3 fardel hold runtime writer
  [[ $stderr == *'writer: it is not installed'*'main offers 2.1'* && -z $(fardel hold --plain) ]]
  fardel -qq repo disable main
  run --separate-stderr -3 fardel why writer
  [[ $stderr == *'writer: no such package'* && $stderr != *offers* ]]
}

@test "show of what nobody has leads to search, not to what is installed" {
  run --separate-stderr -3 fardel show nosuch
  [[ $stderr == *'nosuch: no such package'*'Next: fardel'*' search nosuch'* ]]
}
