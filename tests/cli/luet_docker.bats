#!/usr/bin/env bats
# Wagons of luet's in a registry of images (type docker): a real one, with and without tokens.
# shellcheck disable=SC2154 # output, stderr: bats sets them

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  FILES=$ROOT/etc/fardel/repos.d

  mkdir -p "$FILES"
}
teardown() { finish; }

PACKAGES='[
  {"name": "app-x/hello", "version": "1.0+1", "files": {"usr/bin/hello-luet": {"text": "#!/bin/sh\necho hello\n", "mode": "0755"}, "usr/share/hello-luet/a": "a"},
   "requires": ["sys-libs/c >=2"], "description": "Says hello", "finalize": {"install": ["echo made >/srv/finalized"]}},
  {"name": "sys-libs/c", "version": "2.1", "files": {"usr/lib/c-luet": "c"}}]'

# push [KEY=VALUE…]: PACKAGES to REGISTRY/team/wagon.
push() { "$LIB/wagon.py" "http://$REGISTRY/v2/team/wagon" "$@" <<<"$PACKAGES"; }

# use URL… [-- LINE…]: the repository main is there, and lines of its file.
use() {
  local urls=()
  while (($#)) && [[ $1 != -- ]]; do
    urls+=("$1")
    shift
  done
  printf '%s\n' 'name: main' 'type: docker' 'enable: true' 'format: luet' 'urls:' >"$FILES/main.yml"
  printf -- '- %s\n' "${urls[@]}" >>"$FILES/main.yml"
  (($# < 2)) || printf '%s\n' "${@:2}" >>"$FILES/main.yml"
  chmod 600 "$FILES/main.yml"
}

@test "from a registry to an installed package, and all the way back" {
  serve_registry ""
  push revision=1
  use "$REGISTRY/team/wagon"
  run --separate-stderr -0 fardel --plain repo update
  [[ $output == main$'\t'*updated ]]
  run --separate-stderr -0 fardel search hello
  [[ $output == *app-x/hello* ]]
  run --separate-stderr -0 fardel files --available app-x/hello
  [[ $output == *usr/bin/hello-luet* ]]
  fardel show app-x/hello
  before=$(manifest)
  fardel preview app-x/hello -y
  [[ $(manifest) == "$before" ]]
  fardel install -y app-x/hello
  [[ $("$ROOT/usr/bin/hello-luet") == hello && -e $ROOT/usr/lib/c-luet ]]
  fardel reinstall app-x/hello
  fardel verify
  fardel remove -y --cascade sys-libs/c
  [[ $(manifest) == "$before" ]]
}
