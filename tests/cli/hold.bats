#!/usr/bin/env bats
# Packages that stay as they are: hold, unhold, and who is refused because of it.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
}

teardown() {
  finish
}

# package NAME VERSION: an installer of it.
package() {
  [[ -e $VENDOR/$1.deb ]] || "$LIB/make" pack "$1" 1 deb "$VENDOR/$1.deb" 0
  { manifest_head "$1" "$2"; manifest_pack "$VENDOR/$1.deb"; } | make_format3 "$1"
}

version() { fardel list --json "$1" | jq -r '.packages[0].version'; }

@test "hold: no other version is taken into use, and the reason is said" {
  local old new
  old=$(package hello 1)
  run -0 fardel install "$old"
  run --separate-stderr -0 fardel hold hello --reason 'the new one has no sound'
  [[ $stderr == 'hello: held at 1' ]]
  new=$(package hello 2)
  run --separate-stderr -11 fardel install "$new"
  [[ $stderr == *'install: hello: it is held'* && $stderr == *'it stays at 1'* ]]
  [[ $stderr == *'the reason: the new one has no sound'* && $stderr == *'Next: fardel'*' unhold hello'* ]]
  run --separate-stderr -11 fardel install --dry-run "$new"
  run --separate-stderr -11 fardel install --force "$new"
  [[ $(version hello) == 1 ]]
  run --separate-stderr -0 fardel unhold hello
  [[ $stderr == 'hello: not held any more' ]]
  run -0 fardel install "$new"
  [[ $(version hello) == 2 ]]
  run -0 fardel hold hello
  run --separate-stderr -11 fardel install "$(package hello 1)"
}

@test "hold: it is not removed, unconfigured or taken back" {
  run -0 fardel install "$(package hello 1)"
  run -0 fardel hold hello
  local commands=('remove hello' 'remove --force hello' 'unconfigure hello')
  [[ -n $ROOT ]] || commands+=('undo 1') # of what was played in a stage
  for command in "${commands[@]}"; do
    # shellcheck disable=SC2086
    run --separate-stderr -11 fardel $command
    [[ $stderr == *'hello: it is held'* ]]
  done
  [[ $(version hello) == 1 ]]
}

@test "hold: what leaves it as it is may be done" {
  local file
  file=$(package hello 1)
  run -0 fardel install "$file"
  run -0 fardel hold hello
  run -0 fardel install "$file"
  run -0 fardel reconfigure hello
  run -0 fardel verify --repair hello
  run -0 fardel prepare "$(package hello 2)"
  [[ $(version hello) == 1 ]]
}

@test "hold: others go on with --keep-going" {
  run -0 fardel install "$(package hello 1)" "$(package other 1)"
  run -0 fardel hold hello
  run --separate-stderr -6 fardel install --keep-going "$(package hello 2)" "$(package other 2)"
  [[ $stderr == *'it is held'* ]]
  [[ $(version hello) == 1 && $(version other) == 2 ]]
}

@test "hold: those that are held are listed" {
  run --separate-stderr -0 fardel hold
  [[ -z $output ]]
  run -0 fardel install "$(package hello 1)" "$(package other 1)"
  run -0 fardel hold other --reason why
  run -0 fardel hold hello --until 2100-01-02
  run --separate-stderr -0 fardel hold --plain
  [[ ${lines[0]} == $'hello\t1\t20'*$'Z\t2'*$'Z\t'*$'\t' && ${lines[1]} == $'other\t1\t20'*$'Z\tunknown\t'*$'\twhy' ]]
  fardel hold --json | jq -e '[.holds[] | .name] == ["hello", "other"] and .holds[1].until == null and .holds[1].reason == "why"'
  fardel list --json | jq -e '[.packages[] | .held] == [true, true]'
  run -0 fardel unhold other
  fardel list --json | jq -e '[.packages[] | .held] == [true, false]'
  [[ $(fardel list --plain | cut -f 7 | paste -sd ' ') == 'yes no' ]]
  run -0 env TERM=xterm COLUMNS=200 "$LIB/at-terminal" '' fardel list
  [[ $output == *'installed, held'* ]]
  run -0 env TERM=xterm COLUMNS=200 "$LIB/at-terminal" '' fardel hold
  [[ $output == *NAME*UNTIL*REASON*hello*'2100-01-02 00:00'* ]]
}

@test "hold: it ends with its day" {
  run -0 fardel install "$(package hello 1)"
  run --separate-stderr -0 fardel hold hello --until 2100-01-02
  [[ $stderr == 'hello: held at 1 until 2100-01-02 00:00' ]]
  run --separate-stderr -11 fardel install "$(package hello 2)"
  [[ $stderr == *'it stays at 1 until 2100-01-02 00:00'* ]]
  # The day comes.
  /usr/bin/python3 -c 'import sqlite3, sys, time
with sqlite3.connect(sys.argv[1]) as db:
    db.execute("UPDATE hold SET until = ?", [int(time.time()) - 1])' "$ROOT/var/lib/fardel/state.db"
  [[ -z $(fardel hold --plain) ]]
  run -0 fardel install "$(package hello 2)"
  run --separate-stderr -0 fardel unhold hello
  [[ $stderr == 'hello: is not held' ]]
}

@test "hold: what is said again replaces what was said" {
  run -0 fardel install "$(package hello 1)"
  run -0 fardel hold hello --reason one
  run --separate-stderr -0 fardel hold hello --reason one
  [[ $stderr == 'hello: is held already at 1' ]]
  run --separate-stderr -0 fardel hold hello --reason two
  [[ $stderr == 'hello: held at 1' && $(fardel hold --plain | cut -f 6) == two ]]
  run --separate-stderr -0 fardel hold --json hello
  jq -e '.packages == [{"name": "hello", "held": true, "changed": true}]' <<<"$output"
  [[ -z $(fardel hold --plain | cut -f 6) ]]
}

@test "hold: all of them or none" {
  run -0 fardel install "$(package hello 1)"
  run -0 fardel prepare "$(package other 1)"
  run --separate-stderr -3 fardel hold hello nobody
  [[ $stderr == *'hold: nobody: no such package'* && -z $(fardel hold --plain) ]]
  run --separate-stderr -3 fardel hold hello other
  [[ $stderr == *'other: it is not installed'* && -z $(fardel hold --plain) ]]
  run --separate-stderr -3 fardel unhold nobody
  run --separate-stderr -0 fardel unhold hello
  [[ $stderr == 'hello: is not held' ]]
}

@test "hold: --dry-run changes nothing" {
  run -0 fardel install "$(package hello 1)"
  run --separate-stderr -0 fardel hold --dry-run hello
  [[ $stderr == 'hello: would be held at 1' && -z $(fardel hold --plain) ]]
  run -0 fardel hold hello
  run --separate-stderr -0 fardel unhold --dry-run hello
  [[ $stderr == 'hello: would not be held any more' && -n $(fardel hold --plain) ]]
}

@test "hold: what is no date, no line, or over" {
  run -0 fardel install "$(package hello 1)"
  for date in 2100-02-30 2100-1-2 tomorrow '' '2100-01-02 25:00' '2100-01-02x' 2001-01-01; do
    run --separate-stderr -64 fardel hold hello --until "$date"
  done
  run --separate-stderr -64 fardel hold hello --reason $'two\nlines'
  run --separate-stderr -64 fardel hold --until 2100-01-01
  run --separate-stderr -64 fardel unhold
  run -0 fardel hold hello --until '2100-01-02 18:30'
}
