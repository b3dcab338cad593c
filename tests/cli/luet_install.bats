#!/usr/bin/env bats
# Packages of wagons, by name: from the index to the root and out of it again.
# shellcheck disable=SC2154 # output, stderr: bats sets them

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  skip_unless mount userns
  fresh
  rm -rf -- "$ROOT"/opt/{tool,lib,all} "$ROOT"/etc/tool*
  mkdir -p "$ROOT/etc/fardel/repos.d"
}

teardown() {
  finish
}

# use URL…: the repository main; LINES are added to its file.
use() {
  {
    printf 'name: main\ntype: http\nenable: true\nformat: luet\nurls:\n'
    printf -- '- %s\n' "$@"
    printf '%s' "${LINES_MORE:-}"
  } >"$ROOT/etc/fardel/repos.d/main.yml"
  chmod 600 "$ROOT/etc/fardel/repos.d/main.yml"
  fardel --plain repo update
}

# wagon REVISION PACKAGE…: VENDOR/wagon, of these (JSON).
wagon() {
  local IFS=,
  "$LIB/wagon.py" "$VENDOR/wagon" revision="$1" <<<"[${*:2}]"
}

tool() { printf '{"name": "app-x/tool", "version": "%s", "files": {"opt/tool/%s": "%s\\n"}, "requires": ["sys-libs/lib >=1"],
  "finalize": {"install": ["echo {{ .Values.version }} >/opt/tool/made"], "uninstall": ["test ! -e /opt/tool/1.0"]}}' "$1" "$1" "$1"; }
lib='{"name": "sys-libs/lib", "version": "1.5", "files": {"opt/lib/so": "lib"}}'
all='{"name": "meta/all", "version": "0", "requires": ["app-x/tool"]}'

@test "install by name with what it requires, upgrade, verify, remove: from nginx" {
  wagon 1 "$(tool 1.0)" "$lib" "$all"
  serve "$VENDOR"
  use "$URL/wagon"
  before=$(manifest)
  run --separate-stderr -0 fardel --plain install --dry-run app-x/tool
  [[ $(fardel list) == '' && ! -e $ROOT/opt/tool ]]
  fardel install --yes meta/all
  [[ $(cat "$ROOT/opt/tool/1.0") == 1.0 && $(cat "$ROOT/opt/tool/made") == 1.0 && $(cat "$ROOT/opt/lib/so") == lib ]]
  run -0 fardel list --plain
  [[ $output == *app-x/tool$'\t'1.0$'\t'* && $output == *sys-libs/lib$'\t'1.5$'\t'* && $output == *meta/all$'\t'0$'\t'* ]]
  run -0 fardel show app-x/tool
  [[ $output == *': of its repository, '*'in the cache'* && $output != *' layer '* && $output != *rules* ]]
  fardel verify
  wagon 2 "$(tool 1.0)" "$(tool 1.0+1)" "$lib" "$all"
  fardel --plain repo update
  fardel upgrade --yes
  [[ ! -e $ROOT/opt/tool/1.0 && $(cat "$ROOT/opt/tool/1.0+1") == 1.0+1 && $(cat "$ROOT/opt/tool/made") == 1.0+1 ]]
  run -0 fardel list --plain
  [[ $output == *app-x/tool$'\t'1.0+1$'\t'* ]]
  fardel undo "$(fardel history --plain | head -1 | cut -f1)"
  [[ $(cat "$ROOT/opt/tool/1.0") == 1.0 && $(cat "$ROOT/opt/tool/made") == 1.0 ]]
  # From the cache.
  requests=$(grep -c package.tar "$ACCESS_LOG")
  fardel reinstall app-x/tool
  [[ $(cat "$ROOT/opt/tool/1.0") == 1.0 && $(grep -c package.tar "$ACCESS_LOG") == "$requests" ]]
  fardel remove --purge --yes meta/all app-x/tool sys-libs/lib
  [[ $(manifest) == "$before" && -z $(fardel list) ]]
}

@test "several urls are mirrors: one that is down, one that has another file, are passed over; a poisoned cache heals itself" {
  wagon 1 "$(tool 1.0)" "$lib"
  cp -r "$VENDOR/wagon" "$VENDOR/bad"
  for file in "$VENDOR"/bad/*.package.tar*; do echo rubbish >"$file"; done
  serve "$VENDOR"
  use http://127.0.0.1:1/wagon "$URL/bad" "$URL/wagon"
  fardel install --yes app-x/tool
  [[ $(cat "$ROOT/opt/tool/1.0") == 1.0 ]]
  fardel remove app-x/tool
  # What lies in the cache is rubbish by now.
  find "$ROOT/var/cache/fardel/packs/sha256" -type f -exec sh -c 'echo rubbish >"$1"' - {} \;
  fardel install --yes app-x/tool
  [[ $(cat "$ROOT/opt/tool/1.0") == 1.0 ]]
}

@test "a tarball that is nowhere as the wagon says: exit 5, and nothing is registered" {
  wagon 1 "$(tool 1.0)" "$lib"
  for file in "$VENDOR"/wagon/tool*.package.tar*; do echo rubbish >"$file"; done
  serve "$VENDOR"
  use "$URL/wagon"
  run --separate-stderr -5 fardel install --yes app-x/tool
  [[ $stderr == *'checksum'* && -z $(fardel list) && ! -e $ROOT/opt/tool && ! -e $ROOT/opt/lib ]]
}

@test "download brings tarballs to the cache; install --offline takes them from there; preview by name" {
  wagon 1 "$(tool 1.0)" "$lib"
  serve "$VENDOR"
  use "$URL/wagon"
  fardel download app-x/tool sys-libs/lib
  run -0 fardel --offline preview app-x/tool
  [[ $output == *'/opt/tool/1.0'* && ! -e $ROOT/opt/tool ]]
  fardel --offline install --yes app-x/tool
  [[ $(cat "$ROOT/opt/tool/1.0") == 1.0 ]]
  # Also of what is installed, where the cache has lost it.
  rm -rf "$ROOT"/var/cache/fardel/packs
  fardel download app-x/tool
  fardel --offline reinstall app-x/tool
}
