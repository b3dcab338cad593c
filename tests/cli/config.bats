#!/usr/bin/env bats
# The configuration: its layers, and where a value comes from.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  mkdir -p "$ROOT/etc/fardel/conf.d"
}

teardown() {
  rm -rf -- "$ROOT/usr/lib/fardel/fardel.toml" "$ROOT/run/fardel"
  finish
}

value() { fardel config show --json "$@" | jq -r --arg key "$key" '.options[] | select(.key == $key) | .value'; }
origin() { fardel config show --json "$@" | jq -r --arg key "$key" '.options[] | select(.key == $key) | .origin'; }

@test "config show: TOML that can stand in a file" {
  run --separate-stderr -0 fardel config show
  [[ $output == *'fetch.retries = '* && $output == *'lock.timeout = '* ]]
  grep -v '^rules.chroot' <<<"$output" >"$WORK/again.toml"
  run -0 fardel --config "$WORK/again.toml" config show
}

@test "config show --origin, --plain, --json" {
  printf '[fetch]\nretries = 7\n' >"$ROOT/etc/fardel/fardel.toml"
  run --separate-stderr -0 fardel config show --origin
  [[ $output == *'fetch.retries = 7'*'/etc/fardel/fardel.toml:2'* ]]
  [[ $output == *'default'* ]]
  run --separate-stderr -0 fardel config show --origin --plain
  [[ $output == *fetch.retries$'\t'7$'\t'*/etc/fardel/fardel.toml:2* ]]
  key=fetch.retries
  [[ $(value) == 7 && $(origin) == */etc/fardel/fardel.toml:2 ]]
}

@test "layers: fardel.toml, conf.d in order, --set last" {
  key=fetch.retries
  printf '[fetch]\nretries = 1\n' >"$ROOT/etc/fardel/fardel.toml"
  printf '[fetch]\nretries = 2\n' >"$ROOT/etc/fardel/conf.d/10-a.toml"
  printf '[fetch]\nretries = 3\n' >"$ROOT/etc/fardel/conf.d/20-b.toml"
  [[ $(value) == 3 && $(origin) == */conf.d/20-b.toml:2 ]]
  rm "$ROOT/etc/fardel/conf.d/20-b.toml"
  [[ $(value) == 2 ]]
  [[ $(value --set fetch.retries=9) == 9 && $(origin --set fetch.retries=9) == *--set* ]]
}

@test "layers: /run stands over /etc" {
  key=fetch.retries
  mkdir -p "$ROOT/run/fardel"
  printf '[fetch]\nretries = 1\n' >"$ROOT/etc/fardel/fardel.toml"
  printf '[fetch]\nretries = 4\n' >"$ROOT/run/fardel/fardel.toml"
  [[ $(value) == 4 ]]
}

@test "--jobs and --lock-timeout are options of the configuration, too" {
  key=fetch.jobs
  [[ $(value --jobs 9) == 9 ]]
  key=lock.timeout
  [[ $(value --lock-timeout 5) == 5 ]]
}

@test "an unknown key is passed over with a warning that names the nearest" {
  printf '[fetch]\nretrys = 1\n' >"$ROOT/etc/fardel/fardel.toml"
  run --separate-stderr -0 fardel config show
  [[ $stderr == *fetch.retrys*fetch.retries* ]]
}

@test "a value that cannot be: file, line, column, exit 1" {
  printf '[fetch]\nretries = "many"\n' >"$ROOT/etc/fardel/fardel.toml"
  run --separate-stderr -1 fardel config show
  [[ $stderr == *fardel.toml*'line 2'*retries* ]]
  run --separate-stderr -1 fardel config show --json
  jq -e '.error.code == "bad-config"' <<<"$output"
}

@test "what is not TOML" {
  printf '[fetch\n' >"$ROOT/etc/fardel/fardel.toml"
  run --separate-stderr -1 fardel config show
  [[ $stderr == *fardel.toml*'line 1'* ]]
}

@test "a configuration that others may write to is refused" {
  printf '[fetch]\nretries = 1\n' >"$ROOT/etc/fardel/fardel.toml"
  chmod 666 "$ROOT/etc/fardel/fardel.toml"
  run --separate-stderr -1 fardel config show
  [[ $stderr == *fardel.toml* ]]
}

@test "--config with a file that is not there" {
  run --separate-stderr ! fardel --config "$WORK/none.toml" config show
  [[ $stderr == *none.toml* ]]
}

@test "fetch.require_checksum: what has no checksum is refused" {
  serve "$VENDOR"
  printf '[fetch]\nrequire_checksum = true\n' >"$ROOT/etc/fardel/fardel.toml"
  run --separate-stderr ! fardel install "$(make_installer hello 1 sum=)"
  [[ $stderr == *checksum* && ! -e $ROOT/usr/bin/hello ]]
}
