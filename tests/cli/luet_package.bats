#!/usr/bin/env bats
# Packages of luet's: their trees laid over the root.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  skip_unless mount userns
  fresh
  rm -rf -- "$ROOT"/opt/{tool,other} "$ROOT"/etc/{tool*,right*,._cfg*} "$ROOT"/usr/{bin,lib}/tool* "$ROOT"/etc/luet
}

teardown() {
  finish
}

@test "a package: its files come where it has them, are recorded, verified, and go again" {
  file=$(make_luet app-x/tool 1.0 dir:usr dir:usr/bin 'file:usr/bin/tool=#!/bin/sh\necho tool 1.0\n' mode:usr/bin/tool=755 \
    dir:opt/tool file:opt/tool/a=a link:opt/tool/b=a hard:opt/tool/c=opt/tool/a file:etc/tool.conf=x)
  before=$(manifest)
  run --separate-stderr -0 fardel install "$file"
  [[ -z $stderr || $stderr != *warning* ]]
  [[ $("$ROOT/usr/bin/tool") == "tool 1.0" && $(cat "$ROOT/opt/tool/b") == a ]]
  [[ $(stat -c %i "$ROOT/opt/tool/a") == $(stat -c %i "$ROOT/opt/tool/c") ]]
  [[ $(stat -c %Y "$ROOT/opt/tool/a") == 1600000000 ]]
  run -0 fardel list --plain
  [[ $output == app-x/tool$'\t'1.0$'\t'* ]]
  run -0 fardel files app-x/tool
  [[ $output == *'/usr/bin/tool'* && $output == *'/etc/tool.conf'* && $output == *'/opt/tool/c'* ]]
  fardel verify app-x/tool
  echo changed >>"$ROOT/opt/tool/a"
  run fardel verify app-x/tool
  [[ $status != 0 && $output == *'/opt/tool/a'* ]]
  fardel remove --purge app-x/tool
  [[ $(manifest) == "$before" ]]
  [[ -z $(fardel list) && -z $(ls "$ROOT/var/lib/fardel/packages") ]]
}
