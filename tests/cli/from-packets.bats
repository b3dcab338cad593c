#!/usr/bin/env bats
# docs/from-packets.md: its example, as it stands.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  GUIDE=$LIB/../../docs/from-packets.md
}

teardown() {
  finish
}

@test "the example of the guide from Packets can be typed as it stands, and leaves nothing" {
  skip_unless mount userns
  mkdir -p "$WORK/typed" "$WORK/bin"
  ln -s "$(type -P fardel)" "$WORK/bin/fardel"
  printf '#!/bin/sh\nexec "$@"\n' >"$WORK/bin/sudo"
  chmod 755 "$WORK/bin/sudo"
  {
    # shellcheck disable=SC2016
    echo 'trap '"'"'kill $(jobs -p) 2>/dev/null || true'"'"' EXIT'
    # shellcheck disable=SC2016
    sed -n '/^```sh$/,/^```$/p' "$GUIDE" | grep -v '^```'
  } >"$WORK/typed.sh"
  # Where somebody has its port, another one.
  if (: >/dev/tcp/127.0.0.1/8613) 2>/dev/null; then
    sed -i "s/8613/$((20000 + RANDOM % 30000))/" "$WORK/typed.sh"
  fi
  [[ $(grep -c fardel "$WORK/typed.sh") -ge 8 ]]
  before=$(manifest)
  cd "$WORK/typed"
  run --separate-stderr env PATH="$WORK/bin:$PATH" timeout 60 bash -eu "$WORK/typed.sh"
  echo "$output$stderr"
  ((status == 0))
  [[ $output == *'hello-1'*'Says hello'*'hello, world'*'/opt/packets/hello-1/data/hello'*'/usr/bin/hello-packets'* ]]
  [[ $output == *$'hello-1\t1.0\t2.0\t127.0.0.1\tunknown\thello-2\t2'*$'hello-2\t2.0\t'* ]]
  [[ $stderr == *'127.0.0.1: added as'*'it takes the place of hello-1'* ]]
  rm -rf -- "$ROOT/etc/fardel"
  [[ $(manifest) == "$before" ]]
}

@test "what the guide from Packets leads to is there" {
  while read -r link; do
    [[ -e $(dirname -- "$GUIDE")/$link ]] || { echo "$link"; false; }
  done < <(grep -o '](\([^)]*\))' "$GUIDE" | tr -d '()]')
}
