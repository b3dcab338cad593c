#!/usr/bin/env bats
# repo import luet: what luet has installed, taken over as it is.
# shellcheck disable=SC2154 # output, stderr: bats sets them

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  rm -rf -- "$ROOT"/opt/hello "$ROOT"/opt/c "$ROOT"/opt/own
  # As luet has left it.
  mkdir -p "$ROOT/opt/hello" "$ROOT/opt/c"
  printf 'hello\n' >"$ROOT/opt/hello/hello"
  chmod 750 "$ROOT/opt/hello/hello"
  ln -s hello "$ROOT/opt/hello/link"
  printf 'c\n' >"$ROOT/opt/c/c"
}
teardown() {
  rm -rf -- "$ROOT"/opt/hello "$ROOT"/opt/c "$ROOT"/opt/own
  finish
}

# As `luet database get --files app-x/hello sys-libs/c` prints it.
database() {
  cat <<'Y'
category: app-x
conflicts: null
description: Says hello
id: 3
labels:
  desktop: "yes"
name: hello
requires:
- category: sys-libs
  conflicts: null
  name: c
  requires: null
  version: '>=2'
version: "1.0"

files:
- opt/hello/hello
- opt/hello/link
- opt/hello/gone
- ../victim
- opt/hello

category: sys-libs
conflicts: null
id: 1
name: c
requires: null
version: 2.1+2

files:
- opt/c/c

Y
}

rows() { fardel list --json | jq -r '.packages[] | "\(.name) \(.version) \(.state)"' | paste -sd,; }

@test "what is there is taken over: list, files, verify, why, needs; nothing on disk changes" {
  before=$(find "$ROOT/opt" -printf '%p %m %s %T@\n' | sort)
  run --separate-stderr -0 fardel --plain repo import luet -n <(database)
  [[ $output == *$'app-x/hello\t1.0\t2\t\twould be taken over'* ]]
  [[ $(rows) == '' ]]
  run --separate-stderr -0 fardel --plain repo import luet <(database)
  [[ $output == $'app-x/hello\t1.0\t2\t\ttaken over\nsys-libs/c\t2.1+2\t1\t\ttaken over' ]]
  [[ $stderr == *'app-x/hello: /opt/hello/gone is not there'* && $stderr != *victim* ]]
  [[ $(find "$ROOT/opt" -printf '%p %m %s %T@\n' | sort) == "$before" ]]
  [[ $(rows) == 'app-x/hello 1.0 installed,sys-libs/c 2.1+2 installed' ]]
  run --separate-stderr -3 fardel undo "$(fardel history --json | jq '.transactions[0].number')"
  [[ $stderr == *'or it replaced nothing (repo import)'*fardel*' remove sys-libs/c takes it away, with all of its files'* ]]
  run --separate-stderr -0 fardel files app-x/hello
  [[ $output == $'/opt/hello/hello\n/opt/hello/link' ]]
  run -0 fardel owns "$ROOT/opt/c/c" || run -0 fardel owns /opt/c/c
  run --separate-stderr -0 fardel why hello
  [[ $output == *'Package: app-x/hello 1.0'* ]]
  run --separate-stderr -0 fardel why c
  [[ $output == *'Needed by: app-x/hello 1.0 (sys-libs/c (>=2))'* ]]
  run --separate-stderr -0 fardel show -F Labels hello
  [[ $output == 'desktop=yes' ]]
  fardel verify hello c
  chmod 700 "$ROOT/opt/hello/hello"
  run --separate-stderr -1 fardel verify hello
  [[ $output == *'/opt/hello/hello'* ]]
  fardel doctor >/dev/null || fardel doctor
}

@test "again: nothing is done twice; another version than is here is refused, the others are taken" {
  fardel -qq repo import luet <(database | sed -n '/^category: sys-libs/,$p')
  run --separate-stderr -6 fardel --plain repo import luet <(database | sed 's/2.1+2/3/')
  [[ $output == *$'app-x/hello\t1.0\t2\t\ttaken over'*$'sys-libs/c\t3\t0\tfardel has it installed in version 2.1+2\tfailed'* ]]
  run --separate-stderr -0 fardel --plain repo import luet <(database)
  [[ $output == $'app-x/hello\t1.0\t0\t\tthere already\nsys-libs/c\t2.1+2\t0\t\tthere already' ]]
  database | fardel -qq repo import luet
  fardel repo import luet --json <(database) | jq -e '[.packages[].result] == ["there already", "there already"]'
}

@test "what is no database, or no package, is told" {
  run --separate-stderr -1 fardel repo import luet <(echo)
  [[ $stderr == *'there is no package in it'* ]]
  run --separate-stderr -1 fardel repo import luet <(printf 'category: ..\nname: x\nversion: 1\n')
  [[ $stderr == *'../x is no CATEGORY/NAME'* ]]
  run --separate-stderr -6 fardel repo import luet <(printf 'category: a\nname: x\nversion: ../1\n---\n'; database)
  [[ $(rows) == 'app-x/hello 1.0 installed,sys-libs/c 2.1+2 installed' ]]
  run --separate-stderr -64 fardel repo import apt
  [[ $stderr == *'apt: nothing can be taken over from that'* ]]
  [[ ! -e $ROOT/victim ]]
}

@test "remove takes the files; held against who needs it; an upgrade comes from the wagon" {
  skip_unless mount userns
  fardel -qq repo import luet <(database)
  run --separate-stderr -11 fardel remove c
  [[ $stderr == *'app-x/hello'*'sys-libs/c'* ]]
  run --separate-stderr -1 fardel reconfigure hello
  [[ $stderr == *'it was taken over from luet'* ]]
  [[ -x $ROOT/opt/hello/hello ]]
  mkdir -p "$ROOT/etc/fardel/repos.d"
  printf '%s\n' 'name: main' 'type: disk' 'enable: true' 'format: luet' "urls: [$VENDOR/wagon]" >"$ROOT/etc/fardel/repos.d/main.yml"
  "$LIB/wagon.py" "$VENDOR/wagon" revision=1 <<<'[
    {"name": "app-x/hello", "version": "1.0", "files": {"opt/hello/hello": "hello\n"}, "requires": ["sys-libs/c >=2"]},
    {"name": "app-x/hello", "version": "1.1", "files": {"opt/hello/hello": "new\n"}, "requires": ["sys-libs/c >=2"]},
    {"name": "sys-libs/c", "version": "2.1+2", "files": {"opt/c/c": "c\n"}}]'
  fardel -qq repo update
  # By its version: what was taken over has another id than what the wagon has.
  printf 'spoilt\n' >"$ROOT/opt/c/c"
  run --separate-stderr -0 fardel -y reinstall c
  [[ $(<"$ROOT/opt/c/c") == c ]]
  run --separate-stderr -0 fardel -y upgrade
  [[ $(rows) == 'app-x/hello 1.1 installed,sys-libs/c 2.1+2 installed' ]]
  [[ $(<"$ROOT/opt/hello/hello") == new && ! -e $ROOT/opt/hello/link ]]
  fardel -qq undo "$(fardel history --json | jq '.transactions[0].number')"
  [[ $(<"$ROOT/opt/hello/hello") == hello && -L $ROOT/opt/hello/link ]]
  [[ $(rows) == 'app-x/hello 1.0 installed,sys-libs/c 2.1+2 installed' ]]
  fardel -y -qq remove hello c
  [[ $(rows) == '' && ! -e $ROOT/opt/hello/hello && ! -e $ROOT/opt/hello/link && ! -e $ROOT/opt/c/c ]]
}

@test "what a wagon still has is taken over as the wagon has it: it can be unpacked anew" {
  skip_unless mount userns
  mkdir -p "$ROOT/etc/fardel/repos.d"
  printf '%s\n' 'name: main' 'type: disk' 'enable: true' 'format: luet' "urls: [$VENDOR/wagon]" >"$ROOT/etc/fardel/repos.d/main.yml"
  "$LIB/wagon.py" "$VENDOR/wagon" revision=1 <<<'[
    {"name": "sys-libs/c", "version": "2.1+2", "files": {"opt/c/c": "c\n"}, "finalize": {"uninstall": ["touch /opt/was-here"]}}]'
  fardel -qq repo update
  fardel -qq repo import luet <(database | sed -n '/^category: sys-libs/,$p')
  printf 'spoilt\n' >"$ROOT/opt/c/c"
  run --separate-stderr -0 fardel -y reinstall c
  [[ $(<"$ROOT/opt/c/c") == c ]]
  fardel -y -qq remove c
  [[ ! -e $ROOT/opt/c/c ]]
}

@test "what a wagon still has keeps to that wagon; what none has is anybody's" {
  mkdir -p "$ROOT/etc/fardel/repos.d"
  for name in main other; do
    printf '%s\n' "name: $name" 'type: disk' 'enable: true' 'format: luet' "urls: [$VENDOR/$name]" >"$ROOT/etc/fardel/repos.d/$name.yml"
  done
  "$LIB/wagon.py" "$VENDOR/main" revision=1 <<<'[{"name": "app-x/hello", "version": "1.0", "requires": ["sys-libs/c >=2"]}, {"name": "sys-libs/c", "version": "2.0"}]'
  "$LIB/wagon.py" "$VENDOR/other" revision=1 <<<'[{"name": "app-x/hello", "version": "2.0", "requires": ["sys-libs/c >=2"]}, {"name": "sys-libs/c", "version": "3"}]'
  fardel -qq repo update
  fardel -qq repo import luet <(database)
  run --separate-stderr -0 fardel --plain upgrade --dry-run
  [[ $output == *$'sys-libs/c\t3\t'* && $output != *app-x/hello* && $stderr == *'app-x/hello 2.0'*other* ]]
}

@test "killed at any moment: all of it is taken over, or nothing" {
  for moment in 0.005 0.02 0.03 0.04 0.06 0.1 0.2; do
    timeout -s KILL "$moment" fardel -qq repo import luet <(database) >/dev/null 2>&1 || true
    fardel -qq gc
    [[ -z $(rows) || $(rows) == 'app-x/hello 1.0 installed,sys-libs/c 2.1+2 installed' ]]
    [[ $(find "$ROOT/var/lib/fardel/packages" -mindepth 2 -maxdepth 2 2>/dev/null | wc -l) == $(fardel list --plain | wc -l) ]]
  done
  fardel -qq repo import luet <(database)
  fardel verify
}

@test "a file that another package has already stays that one's; one by a link is where that leads" {
  ln -s hello "$ROOT/opt/own"
  run --separate-stderr -0 fardel --plain repo import luet <(database; printf '\ncategory: x\nid: 9\nname: y\nversion: "1"\n\nfiles:\n- opt/own/hello\n- opt/c/c\n- opt/own\n')
  [[ $output == *$'x/y\t1\t1\t\ttaken over' ]]
  [[ $stderr == *'x/y: 2 of its files are another package'* ]]
  run --separate-stderr -0 fardel files x/y
  [[ $output == /opt/own ]]
}
