#!/usr/bin/env bats
# docs/from-luet.md: its example, as it stands.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  GUIDE=$LIB/../../docs/from-luet.md
}

teardown() {
  finish
}

@test "the example of the guide from luet can be typed as it stands, and leaves nothing" {
  skip_unless mount userns
  mkdir -p "$WORK/typed" "$WORK/bin"
  ln -s "$(type -P fardel)" "$WORK/bin/fardel"
  printf '#!/bin/sh\nexec "$@"\n' >"$WORK/bin/sudo"
  chmod 755 "$WORK/bin/sudo"
  # shellcheck disable=SC2016
  sed -n '/^```sh$/,/^```$/p' "$GUIDE" | grep -v '^```' >"$WORK/typed.sh"
  [[ $(grep -c fardel "$WORK/typed.sh") -ge 8 ]]
  before=$(manifest)
  cd "$WORK/typed"
  run --separate-stderr env PATH="$WORK/bin:$PATH" timeout 60 bash -eu "$WORK/typed.sh"
  echo "$output$stderr"
  ((status == 0))
  [[ $output == *'app-demo/hello'*'hello 1.0, world'*'/usr/bin/hello-luet'*'hello 1.1, world'* ]]
  [[ ! -e $ROOT/usr/bin/hello-luet ]]
  rm -rf -- "$ROOT/etc/fardel" "$ROOT/etc/luet"
  [[ $(manifest) == "$before" ]]
}

@test "what the guide from luet leads to is there" {
  # A heading, as GitHub and the pages call it.
  headings=$(sed -n 's/^#\+ //p' "$GUIDE" | tr 'A-Z ' 'a-z-')
  while read -r link; do
    if [[ $link == '#'* ]]; then
      grep -qxF -- "${link#\#}" <<<"$headings" || { echo "$link"; false; }
    else
      [[ -e $(dirname -- "$GUIDE")/$link ]] || { echo "$link"; false; }
    fi
  done < <(grep -o '](\([^)]*\))' "$GUIDE" | tr -d '()]')
}
