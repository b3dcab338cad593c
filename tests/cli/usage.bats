#!/usr/bin/env bats
# Help, options, and what is said to who mistypes: on the built program.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
}

teardown() {
  finish
}

# All commands, as the program's own help lists them.
commands() {
  fardel help | sed -n '/^Options/,$d; s/^  \([a-z]*\( [a-z]*\)\{0,1\}\)  .*/\1/p' | sed 's/ *$//'
}

@test "no argument: help on stdout, exit 0" {
  run --separate-stderr -0 fardel
  [[ $output == Usage:* ]]
  [[ -z $stderr ]]
}

@test "help names every command that the issue asks for" {
  run -0 commands
  for command in install prepare download reconfigure unconfigure remove list show license build gc \
    'cache list' 'cache verify' 'cache gc' doctor 'config show' log help; do
    grep -qx "$command" <<<"$output" || { echo "not in help: $command"; false; }
  done
}

@test "help lists every global option" {
  run -0 fardel --help
  for option in quiet debug dry-run yes no-input json plain color progress offline root config set \
    lock-timeout jobs keep-going help version; do
    [[ $output == *"--$option"* ]] || { echo "not in help: --$option"; false; }
  done
}

@test "help of each command: by help COMMAND and by COMMAND --help, the same, with its options" {
  while read -r command; do
    # shellcheck disable=SC2086
    first=$(fardel help $command)
    # shellcheck disable=SC2086
    [[ $first == "$(fardel $command --help)" ]]
    [[ $first == "Usage: fardel $command"* ]]
  done < <(commands)
}

@test "help of a group lists its commands" {
  run -0 fardel help cache
  [[ $output == *'cache list'* && $output == *'cache verify'* && $output == *'cache gc'* ]]
}

@test "help exit-codes: the documented table" {
  run -0 fardel help exit-codes
  for code in 0 1 2 3 4 5 6 7 8 9 10 11 12 64; do
    grep -qE "^ *$code  " <<<"$output" || { echo "no $code"; false; }
  done
}

@test "help fits into 80 columns, and no line ends in a blank" {
  while read -r command; do
    # shellcheck disable=SC2086
    run -0 fardel help $command
    while IFS= read -r line; do
      ((${#line} <= 110)) || { echo "$command: long: $line"; false; }
      [[ $line != *' ' ]] || { echo "$command: blank: $line"; false; }
    done <<<"$output"
  done < <(commands)
}

@test "--version: one line on stdout" {
  run --separate-stderr -0 fardel --version
  [[ $output =~ ^fardel\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
  [[ -z $stderr ]]
}

@test "--version --json" {
  run --separate-stderr -0 fardel --version --json
  jq -e '.schema == 1 and (.version | test("^[0-9]"))' <<<"$output"
}

@test "the nearest may be another name of a command, or a group" {
  run --separate-stderr -64 fardel uninstal
  [[ $stderr == *"'uninstall'"* ]]
  run --separate-stderr -64 fardel cach list
  [[ $stderr == *"'cache'"* ]]
}

@test "an unknown command names the nearest: exit 64, on stderr" {
  run --separate-stderr -64 fardel instal
  [[ -z $output ]]
  [[ $stderr == *install* ]]
}

@test "an unknown command of a group names the nearest" {
  run --separate-stderr -64 fardel cache verfy
  [[ $stderr == *'cache verify'* ]]
}

@test "a group alone says what it lacks" {
  run --separate-stderr -64 fardel cache
  [[ $stderr == *verify* ]]
}

@test "a word that is near to nothing" {
  run --separate-stderr -64 fardel zzzzzzzz
  [[ $stderr == *fardel*' help'* ]]
}

@test "an unknown option names the nearest" {
  run --separate-stderr -64 fardel list --jsn
  [[ $stderr == *--json* ]]
}

@test "an unknown option with --json: the error is JSON on stdout" {
  run --separate-stderr -64 fardel --json list --nothing
  jq -e '.error.exit == 64 and .error.code == "usage"' <<<"$output"
}

@test "options may stand before and behind the command" {
  run -0 fardel --plain list
  run -0 fardel list --plain
}

@test "a missing argument, one too many, a wrong number, a wrong choice" {
  run -64 fardel install
  run -64 fardel log 1 2
  run -64 fardel list --lock-timeout soon
  run -64 fardel list --color sometimes
  run -64 fardel log x
  run -64 fardel gc --keep -3
}

@test "-- ends the options" {
  run --separate-stderr -3 fardel show -- --json
  [[ $stderr == *--json* ]]
}

@test "a beginning of an option that is clear is enough; one that is not says so" {
  run -0 fardel list --pla
  run --separate-stderr -64 fardel list --co
  [[ $stderr == *--co* ]]
}

@test "--all and names exclude each other" {
  run -64 fardel remove --all hello
  run -64 fardel remove
}

@test "--set with an unknown key names the nearest" {
  run --separate-stderr -64 fardel list --set fetch.retrys=1
  [[ $stderr == *fetch.retries* ]]
}

@test "--set with a value that cannot be" {
  run --separate-stderr ! fardel config show --set fetch.retries=many
  [[ $stderr == *fetch.retries* ]]
}

@test "a name on the command line that would turn the terminal is shown escaped" {
  run --separate-stderr -3 fardel show $'a\e[31mb\nc'
  [[ $stderr != *$'\e'* ]]
  [[ $(wc -l <<<"$stderr") -le 3 ]]
}

@test "stdout that is full is an error" {
  [[ -c /dev/full ]] || skip 'no /dev/full'
  run ! bash -c 'fardel help >/dev/full'
}

@test "stdout whose reader has gone is no message" {
  run --separate-stderr bash -c 'fardel help | true'
  [[ -z $stderr ]]
}

@test "closed standard files do no harm" {
  run bash -c 'fardel --version >&-'
  ((status != 0))
  run -0 bash -c 'fardel list <&-'
  run -0 bash -c 'fardel list 2>&-'
}

@test "an empty name, and an empty root, are no names" {
  run -64 fardel remove ""
  run --separate-stderr -64 "$FARDEL_BIN" --root "" list
  [[ $stderr == *--root* ]]
}

@test "hints name the root that they are meant for" {
  mkdir -p "$WORK/root"
  run --separate-stderr -3 "$FARDEL_BIN" --root "$WORK/root" remove hello
  [[ $stderr == *"fardel --root $WORK/root list"* ]]
}
