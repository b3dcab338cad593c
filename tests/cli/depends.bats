#!/usr/bin/env bats
# Who depends on whom: depends, conflicts, provides and needs.deb of format 3.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
}

teardown() {
  finish
}

# package NAME VERSION [LINE…]: an installer of it, whose manifest has these lines.
package() {
  local name=$1 version=$2
  shift 2
  [[ -e $VENDOR/$name.deb ]] || "$LIB/make" pack "$name" 1 deb "$VENDOR/$name.deb" 0
  { manifest_head "$name" "$version"; printf '%s\n' "$@"; manifest_pack "$VENDOR/$name.deb"; } | make_format3 "$name"
}

installed() { fardel list --plain | cut -f1 | paste -sd' '; }

@test "depends: what is missing ends with 11 before anything is done, and says what it is" {
  local file
  file=$(package hello 1 'depends = ["other (>= 2)"]')
  run --separate-stderr -11 fardel install "$file"
  [[ $stderr == *'install: hello: it depends on other (>= 2), which is not installed'* ]]
  [[ $stderr == *'Next: install that first, or in the same command'* ]]
  run --separate-stderr -11 fardel install --dry-run "$file"
  run --separate-stderr -11 fardel preview "$file"
  fardel install "$(package other 1)"
  run --separate-stderr -11 fardel install "$file"
  [[ $stderr == *'it depends on other (>= 2), and other is 1'* ]]
  [[ $(installed) == other ]]
  run -0 fardel prepare "$file"
  run --separate-stderr -11 fardel install hello
  run -0 fardel install "$(package other 2)" "$file"
}

@test "depends: in one command what is depended on comes first, and goes last" {
  local a b c
  a=$(package hello 1 'depends = ["other"]')
  b=$(package other 1 'depends = ["third"]')
  c=$(package third 1 'provides = ["fourth (= 4)"]')
  run --separate-stderr -0 fardel install --json "$a" "$b" "$c"
  jq -e '[.items[].name] == ["third", "other", "hello"]' <<<"$output"
  run --separate-stderr -0 fardel remove --json third other hello
  jq -e '[.items[].name] == ["hello", "other", "third"]' <<<"$output"
}

@test "depends: a ring of two can be installed and removed" {
  run -0 fardel install "$(package hello 1 'depends = ["other"]')" "$(package other 1 'depends = ["hello"]')"
  run --separate-stderr -11 fardel remove hello
  run -0 fardel remove hello other
}

@test "depends: what others depend on is removed with --force only" {
  fardel install "$(package other 1)" "$(package hello 1 'depends = ["other"]')"
  run --separate-stderr -11 fardel remove other
  [[ $stderr == *'other: hello depends on other'* ]]
  run --separate-stderr -11 fardel unconfigure other
  run --separate-stderr -11 fardel install "$(package hello 2 'depends = ["other (>= 5)"]')"
  [[ $(installed) == 'hello other' ]]
  run -0 fardel remove --force other
  run -0 fardel remove hello
}

@test "depends: a manifest that cannot be read any more is told once, and states nothing" {
  local file
  fardel install "$(package hello 1 'depends = ["other"]')" "$(package other 1)"
  for file in "$ROOT"/var/lib/fardel/packages/hello/*/manifest.toml; do
    echo 'depends = ' >"$file"
  done
  run --separate-stderr -0 fardel remove --dry-run other
  [[ $(grep -c 'hello: .*manifest.toml' <<<"$stderr") == 1 ]]
  run --separate-stderr -0 fardel remove other
  [[ $(grep -c 'hello: .*manifest.toml' <<<"$stderr") == 1 && $(installed) == hello ]]
}

@test "depends: provides counts, with its version" {
  local file
  file=$(package hello 1 'depends = ["web (>= 2)"]')
  fardel install "$(package other 9 'provides = ["web"]')"
  run --separate-stderr -11 fardel install "$file"
  fardel install "$(package other 10 'provides = ["web (= 2.1)"]')"
  run -0 fardel install "$file"
  run --separate-stderr -11 fardel install "$(package other 11)"
  [[ $stderr == *'other: hello depends on web (>= 2)'*'Next: name hello as well, or give --force' ]]
}

@test "conflicts: both ways, with those in use and in the same command" {
  local hello other
  hello=$(package hello 1 'conflicts = ["other (<< 2)"]')
  other=$(package other 1)
  run --separate-stderr -11 fardel install "$hello" "$other"
  [[ $(installed) == '' ]]
  fardel install "$other"
  run --separate-stderr -11 fardel install "$hello"
  [[ $stderr == *'hello: it conflicts with other (<< 2): other is installed'*'Next: fardel '*'remove other'* ]]
  fardel remove other
  fardel install "$hello"
  run --separate-stderr -11 fardel install "$other"
  [[ $stderr == *'other: hello, which is installed, conflicts with other (<< 2)'* ]]
  run -0 fardel install "$(package other 2)"
}

@test "depends: with --keep-going the others go on, but not what depends on those that failed" {
  local a b c
  a=$(package hello 1 'depends = ["none"]')
  b=$(package other 1 'depends = ["hello"]')
  c=$(package third 1)
  run --separate-stderr -6 fardel install --keep-going "$a" "$b" "$c"
  [[ $(installed) == third ]]
  [[ $stderr == *'hello'*'depends on none'* && $stderr == *'other'*'depends on hello'* ]]
}

@test "needs.deb: what dpkg does not have ends with 11, and says what to type" {
  [[ -n $(command -v dpkg-query) && -z ${ROOT:-} ]] || skip 'there is no database of dpkg in this root'
  run --separate-stderr -11 fardel install "$(package hello 1 'needs.deb = ["dpkg", "no-such-one (>= 1)", "nor-this"]')"
  [[ $stderr == *'needs packages of Debian that are not installed: no-such-one (>= 1), nor-this'* ]]
  [[ $stderr == *'Next: apt install no-such-one nor-this'* ]]
  run --separate-stderr -11 fardel install "$(package hello 1 'needs.deb = ["dpkg (>= 1000)"]')"
  # What others provide, as awk is.
  [[ $(dpkg-query -W -f '${Status} ${Provides}\n') != *'install ok installed awk'* ]] || run -0 fardel install "$(package hello 1 'needs.deb = ["awk"]')"
  run --separate-stderr -11 fardel install "$(package hello 1 'needs.deb = ["awk (>= 1)"]')"
  run -0 fardel install "$(package hello 1 "needs.deb = [\"dpkg (>= 1)\", \"dpkg:$(dpkg --print-architecture)\"]")"
}
