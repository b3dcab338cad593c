#!/usr/bin/env bats
# luet's own configuration: luet.yaml, its folders, its repositories' files, their logins.
# shellcheck disable=SC2154 # output, stderr: bats sets them

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  CONF=$ROOT/etc/luet
  FILES=$CONF/repos.conf.d
  rm -rf -- "$CONF" "$ROOT/my-repos"
  mkdir -p "$FILES" "$ROOT/etc/fardel"
  printf '[luet]\nconfig = "/etc/luet/luet.yaml"\n' >"$ROOT/etc/fardel/fardel.toml"
}
teardown() { finish; }

names() { fardel repo list --json | jq -r '.repositories[].name' | paste -sd ' '; }

# As the manual shows one.
mottainai() {
  cat >"$FILES/mottainai.yml" <<EOF
# This is the stable one.
name: "mottainai-stable"
description: "MottainaiCI Official Repository"
type: "http"
enable: ${2:-true}
cached: true
priority: 1
urls:
  - "$1"
auth: # nobody else's
  token: s3cret
EOF
  chmod 600 "$FILES/mottainai.yml"
}

@test "luet.yaml names the folders; without one, or with one that says nothing, it is luet's" {
  mottainai /nowhere
  sed -i 's/^type: .*/type: disk/' "$FILES/mottainai.yml"
  [[ $(names) == mottainai-stable ]]
  : >"$CONF/luet.yaml"
  [[ $(names) == mottainai-stable ]]
  mkdir "$ROOT/my-repos"
  printf 'name: mine\ntype: dir\nurls: [/srv/mine]\n' >"$ROOT/my-repos/mine.yaml"
  cp -- "$FILES/mottainai.yml" "$FILES/._cfg0001_mottainai.yml" # passed over
  printf 'logging:\n  color: false\nrepos_confdir:\n- /etc/luet/repos.conf.d\n- /my-repos/\n' >"$CONF/luet.yaml"
  [[ $(names) == 'mottainai-stable mine' ]]
  run -0 fardel repo list --json
  jq -e '.repositories[1] | .format == "luet" and .type == "disk"' <<<"$output"
  # Named by ours, too: once.
  printf 'repos_confdir = ["/etc/luet/repos.conf.d"]\n[luet]\nconfig = "/etc/luet/luet.yaml"\n' >"$ROOT/etc/fardel/fardel.toml"
  [[ $(names) == 'mottainai-stable mine' ]]
  # Not asked for: not read.
  : >"$ROOT/etc/fardel/fardel.toml"
  [[ $(names) == '' ]]
}

@test "a luet.yaml that cannot be used is told, and takes no other repository with it" {
  mkdir -p "$ROOT/etc/fardel/repos.d"
  printf 'name: ours\ntype: disk\nurls: [/srv/ours]\n' >"$ROOT/etc/fardel/repos.d/ours.yml"
  printf 'repos_confdir: here\n' >"$CONF/luet.yaml"
  run --separate-stderr -0 fardel repo list --plain
  [[ $output == ours* ]]
  [[ $stderr == *'luet.yaml'*'repos_confdir must be a list of absolute paths'* ]]
  printf 'repositories:\n- name: inline\n  type: http\n' >"$CONF/luet.yaml"
  run --separate-stderr -0 fardel repo list --plain
  [[ $stderr == *'has repositories in itself'* ]]
}

@test "a wagon of luet's file: format and no signature need not be said; enable and disable change one value" {
  "$LIB/wagon.py" "$VENDOR/wagon" revision=3 <<<'[{"name": "a/b", "version": "1"}]'
  serve "$VENDOR"
  mottainai "$URL/wagon" false
  run --separate-stderr -0 fardel repo enable mottainai-stable
  mottainai "$URL/wagon" true
  cp -- "$FILES/mottainai.yml" "$WORK/wanted"
  mottainai "$URL/wagon" false
  fardel -qq repo enable mottainai-stable
  cmp "$WORK/wanted" "$FILES/mottainai.yml"
  [[ $(stat -c %a "$FILES/mottainai.yml") == 600 ]]
  run --separate-stderr -0 fardel repo update
  [[ $stderr != *warning* && $stderr != *signed* ]]
  run -0 fardel repo list --json
  jq -e '.repositories[0] | .revision == 3 and .priority == 1' <<<"$output"
}

@test "auth: a token and basic reach the wagon, and no other host, not by a redirect either" {
  # shellcheck disable=SC2016 # nginx has variables, too
  "$LIB/wagon.py" "$VENDOR/wagon" revision=1 <<<'[{"name": "a/b", "version": "1"}]'
  serve "$VENDOR" "access_log $WORK/heard.log heard;"
  other=$URL
  serve "$WORK" "access_log $WORK/home.log heard; location / { return 302 $other\$request_uri; }"
  for auth in 'token: s3cret' 'basic: bWU6c2VjcmV0'; do
    mottainai "$URL/wagon"
    sed -i "s/^  token: .*/  $auth/" "$FILES/mottainai.yml"
    run --separate-stderr -0 fardel -qq repo update --force
    fardel -qq download a/b
    rm -r -- "$ROOT/var/cache/fardel/packs"
  done
  [[ $(grep -c . "$WORK/heard.log") == "$(grep -c . "$WORK/home.log")" && $(grep -c . "$WORK/home.log") == 6 ]]
  [[ $(sort -u "$WORK/heard.log") == '[-]' ]]
  [[ $(sort -u "$WORK/home.log") == '[Basic bWU6c2VjcmV0]'$'\n''[token s3cret]' ]]
  # A file with a secret that others can read is told.
  chmod 644 "$FILES/mottainai.yml"
  run --separate-stderr -0 fardel repo list
  [[ $stderr == *'chmod 600'* ]]
}
