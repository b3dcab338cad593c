#!/usr/bin/env bats
# docs/tutorial-packaging.md, typed as it stands.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  GUIDE=$LIB/../../docs/tutorial-packaging.md
}

teardown() {
  finish
}

# shellcheck disable=SC2016
@test "the tutorial can be typed as it stands, and leaves nothing" {
  skip_unless mount userns
  mkdir -p "$WORK/typed" "$WORK/bin"
  ln -s "$(type -P fardel)" "$WORK/bin/fardel"
  printf '#!/bin/sh\nexec "$@"\n' >"$WORK/bin/sudo"
  chmod 755 "$WORK/bin/sudo"
  sed -n '/^```sh$/,/^```$/p' "$GUIDE" | grep -v '^```' >"$WORK/typed.sh"
  before=$(find "$ROOT/usr/bin" "$ROOT/opt" "$ROOT/usr/share/applications" "$ROOT/usr/share/icons" "$ROOT/etc" 2>/dev/null | sort)
  cd "$WORK/typed"
  run --separate-stderr -0 env PATH="$WORK/bin:$PATH" bash -eu "$WORK/typed.sh"
  [[ $output == *no-licence*'/usr/bin/acme-draw'*'Acme Draw 2.2'* ]]
  [[ $stderr == *'acme-draw: removed, 0 left behind'* ]]
  [[ ! -e $ROOT/etc/apt/sources.list.d/acme.list ]]
  [[ $(find "$ROOT/usr/bin" "$ROOT/opt" "$ROOT/usr/share/applications" "$ROOT/usr/share/icons" "$ROOT/etc" 2>/dev/null | sort) == "$before" ]]
}

@test "what the tutorial leads to is there" {
  while read -r link; do
    [[ -e $LIB/../../docs/$link ]] || { echo "no $link"; false; }
  done < <(grep -o ']([^):]*)' "$GUIDE" | tr -d '])(' )
}
