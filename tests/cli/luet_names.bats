#!/usr/bin/env bats
# Packages of luet's, as people type them, and what is found of them.
# shellcheck disable=SC2154 # output, stderr: bats sets them

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  mkdir -p "$ROOT/etc/fardel/repos.d"
  printf '%s\n' 'name: main' 'type: disk' 'enable: true' 'format: luet' "urls: [$VENDOR/wagon]" >"$ROOT/etc/fardel/repos.d/main.yml"
  wagon 1 "$PACKAGES"
}
teardown() { finish; }

PACKAGES='[
  {"name": "app-x/hello", "version": "0.9", "files": {"usr/bin/hello": "old"}},
  {"name": "app-x/hello", "version": "1.0_rc1", "files": {"usr/bin/hello": "rc"}},
  {"name": "app-x/hello", "version": "1.0", "files": {"usr/bin/hello": "new"}, "requires": ["sys-libs/c >=2 <3"],
   "description": "Says hello", "labels": {"desktop": "yes", "size": "small"}},
  {"name": "app-x/hello", "version": "2.0", "files": {"usr/bin/hello": "two"}, "requires": ["sys-libs/c >=3"]},
  {"name": "sys-libs/c", "version": "2.1+2", "files": {"usr/lib/c": "c2"}},
  {"name": "sys-libs/c", "version": "2.1+10", "files": {"usr/lib/c": "c10"}},
  {"name": "app-x/tool", "version": "1", "files": {"usr/bin/tool": "x"}, "labels": {"desktop": "no"}},
  {"name": "dev-x/tool", "version": "2", "files": {"usr/bin/dev-tool": "y"}, "conflicts": ["app-x/hello <1.0"]},
  {"name": "app-x/secret", "version": "1", "hidden": true, "labels": {"desktop": "yes"}},
  {"name": "app-x/odd", "version": "1", "requires": ["sys-libs/c ~>2"]},
  {"name": "app-x/font-100dpi-x", "version": "1.0-r1", "files": {"usr/share/font": "f"}}]'

wagon() {
  "$LIB/wagon.py" "$VENDOR/wagon" revision="$1" <<<"$2"
  fardel -qq repo update
}

plan() { fardel --plain install --dry-run "$@" | cut -f 2,3 --output-delimiter ' ' | paste -sd,; }

@test "install: cat/name, cat/name@1.2, \">=cat/name-1.2\", selectors, name alone" {
  # 2.0 wants what nobody has: the next best is taken, and that is said.
  [[ $(plan app-x/hello) == 'sys-libs/c 2.1+10,app-x/hello 1.0' ]]
  [[ $(plan hello) == 'sys-libs/c 2.1+10,app-x/hello 1.0' ]]
  [[ $(plan app-x/hello@1.0) == 'sys-libs/c 2.1+10,app-x/hello 1.0' ]]
  [[ $(plan app-x/hello-0.9) == 'app-x/hello 0.9' ]]
  [[ $(plan app-x/hello=0.9) == 'app-x/hello 0.9' ]]
  [[ $(plan hello@0.9) == 'app-x/hello 0.9' ]]
  [[ $(plan '<app-x/hello-1.0') == 'app-x/hello 1.0_rc1' ]]
  [[ $(plan 'app-x/hello@>=0.5, !=1.0_rc1, <1') == 'app-x/hello 0.9' ]]
  [[ $(plan '=app-x/font-100dpi-x-1*') == 'app-x/font-100dpi-x 1.0-r1' ]]
  [[ $(plan '~app-x/font-100dpi-x-1.0') == 'app-x/font-100dpi-x 1.0-r1' ]]
  [[ $(plan sys-libs/c@2.1+2) == 'sys-libs/c 2.1+2' ]]
  run --separate-stderr -3 fardel install --dry-run sys-libs/c@2.1
  [[ $stderr == *'there is no version 2.1'*'2.1+10, 2.1+2'* ]]
  run --separate-stderr -11 fardel install --dry-run app-x/hello@2.0
  [[ $stderr == *'app-x/hello 2.0 needs sys-libs/c >=3, and the newest is 2.1+10'* ]]
  run --separate-stderr -11 fardel install --dry-run app-x/odd
  [[ $stderr == *'app-x/odd 1 needs sys-libs/c ~>2'* ]]
}

@test "what nobody has ends with 3; several of a name with 12, which names them; what is in the folder is not meant" {
  run --separate-stderr -3 fardel install app-x/nosuch
  [[ $stderr == *'app-x/nosuch: no such package'* ]]
  run --separate-stderr -3 fardel install nosuch
  run --separate-stderr -12 fardel install -n tool
  [[ $stderr == *'tool: several packages are called so'*app-x/tool*dev-x/tool*'with its category'* ]]
  run --separate-stderr -12 fardel show tool
  [[ $(plan dev-x/tool) == 'dev-x/tool 2' ]]
  cd "$WORK"
  mkdir -p app-x
  echo rubbish >app-x/hello
  [[ $(plan app-x/hello) == 'sys-libs/c 2.1+10,app-x/hello 1.0' ]]
  run --separate-stderr -1 fardel install -n ./app-x/hello
  [[ $stderr == *'app-x/hello'* && $stderr != *'no such package'* ]]
  # `why` is asked about paths, too.
  mkdir -p app-x/only
  run --separate-stderr fardel why app-x/only
  [[ $stderr != *'no such package'* ]]
}

@test "at a terminal one of several can be chosen" {
  run -0 "$LIB/at-terminal" 'Its number=>2' fardel install -n tool
  [[ $output == *'tool: which one is meant?'*'1  app-x/tool'*'2  dev-x/tool'*'Its number'* ]]
  [[ $output == *'dev-x/tool'*'2'*'new'* ]]
  for answer in '' 3 0 x; do
    run -12 "$LIB/at-terminal" "Its number=>$answer" fardel install -n tool
  done
}

@test "show: the best version, all versions in their order, labels; a version by a selector" {
  run --separate-stderr -0 fardel show app-x/hello@1.0
  [[ $output == *'Name: app-x/hello'*'Version: 1.0'* ]]
  [[ $output == *'Available: 2.0 main, 1.0 main, 1.0_rc1 main, 0.9 main'* ]]
  [[ $output == *'Depends: sys-libs/c (>=2 <3)'* ]]
  [[ $output == *'Labels: desktop=yes, size=small'* ]]
  fardel show --json hello@1.0 | jq -e '.packages[0].labels == ["desktop=yes", "size=small"]'
  run --separate-stderr -0 fardel show -F Version '<app-x/hello-1.0'
  [[ $output == 1.0_rc1 ]]
  run --separate-stderr -0 fardel show -F Version hello
  [[ $output == 2.0 ]]
  run --separate-stderr -3 fardel show app-x/hello@7
  # As luet's search prints it, where none is called so.
  run --separate-stderr -0 fardel show app-x/hello-0.9
  [[ $output == *0.9* && $output == *app-x/hello* && $output != *'Says hello'* ]]
  run --separate-stderr -0 fardel show app-x/font-100dpi-x
  run --separate-stderr -3 fardel show app-x/hello-7
}

@test "search: hidden ones by --hidden, labels by --label" {
  run --separate-stderr -0 fardel search --plain hello
  [[ $output == $'app-x/hello\t2.0\t\tmain\t'* ]]
  run --separate-stderr -0 fardel search secret
  [[ $output == '' && $stderr == *'Nothing was found'* ]]
  run --separate-stderr -0 fardel search --plain --hidden secret
  [[ $output == $'app-x/secret\t1\t'* ]]
  names() { fardel search --json "$@" | jq -r '.packages[] | "\(.name) \(.version)"' | paste -sd,; }
  [[ $(names --label desktop) == 'app-x/hello 1.0,app-x/tool 1' ]]
  [[ $(names --label desktop --hidden) == 'app-x/hello 1.0,app-x/secret 1,app-x/tool 1' ]]
  [[ $(names --label desktop=yes) == 'app-x/hello 1.0' ]]
  [[ $(names --label desktop --label size=small) == 'app-x/hello 1.0' ]]
  [[ $(names --label desktop tool) == 'app-x/tool 1' ]]
  [[ $(names --label desk) == '' ]]
  run --separate-stderr -64 fardel search
  [[ $stderr == *'something is missing'* ]]
}

@test "what is installed: shown, needed by others, held, removed by its name alone; autoremove keeps what is needed; reinstall; orphans" {
  skip_unless mount userns
  [[ ! -L $ROOT/usr/lib ]] || skip "/usr/lib is a link here"
  fardel -y -qq install hello
  here() { fardel list --plain | cut -f 1,2 --output-delimiter ' ' | paste -sd,; }
  [[ $(here) == 'app-x/hello 1.0,sys-libs/c 2.1+10' ]]
  [[ $(fardel list --plain hello | cut -f 1) == app-x/hello ]]
  run --separate-stderr -0 fardel show hello
  [[ $output == *'State: installed'*'Depends: sys-libs/c (>=2 <3)'*'Labels: desktop=yes, size=small'* ]]
  run --separate-stderr -0 fardel why c
  [[ $output == *'Came: for the sake of others'*'Needed by: app-x/hello 1.0 (sys-libs/c (>=2 <3))'* ]]
  run --separate-stderr -11 fardel remove c
  run --separate-stderr -0 fardel -y autoremove
  [[ $(here) == 'app-x/hello 1.0,sys-libs/c 2.1+10' ]]
  fardel cache verify
  fardel -qq hold hello
  run --separate-stderr -11 fardel remove app-x/hello
  fardel -qq unhold app-x/hello-1.0
  run --separate-stderr -3 fardel remove hello@2.0
  [[ $stderr == *'app-x/hello: what is here is 1.0, not 2.0'* ]]
  rm "$ROOT/usr/bin/hello"
  run --separate-stderr -0 fardel -y reinstall hello
  [[ $(<"$ROOT/usr/bin/hello") == new ]]
  run --separate-stderr -11 fardel upgrade hello # 2.0 wants what nobody has
  [[ $(here) == 'app-x/hello 1.0,sys-libs/c 2.1+10' ]]
  run --separate-stderr -11 fardel install dev-x/tool app-x/hello@0.9
  [[ $stderr == *'dev-x/tool 2 conflicts with app-x/hello <1.0'* ]]
  run --separate-stderr -0 fardel orphans --plain
  [[ $output == '' ]]
  wagon 2 '[{"name": "sys-libs/c", "version": "2.1+10", "files": {"usr/lib/c": "c10"}}]'
  run --separate-stderr -0 fardel orphans --plain
  [[ $output == $'app-x/hello\t1.0' ]]
  fardel -y -qq remove hello
  fardel -y -qq autoremove
  [[ -z $(here) && ! -e $ROOT/usr/bin/hello && ! -e $ROOT/usr/lib/c ]]
}

@test "what mask.d of luet's masks is not offered, and that is said" {
  mkdir -p "$ROOT/etc/luet/mask.d" "$ROOT/my-masks"
  printf '[luet]\nconfig = "/etc/luet/luet.yaml"\n' >"$ROOT/etc/fardel/fardel.toml"
  printf 'enabled: true\nrules: ["=app-x/hello-1.0", app-x/tool::other]\n' >"$ROOT/etc/luet/mask.d/00-mine.yml"
  run --separate-stderr -0 fardel --plain install --dry-run app-x/hello
  [[ $output == *$'app-x/hello\t1.0_rc1'* && $stderr == *'app-x/hello 1.0 of main is left out by the mask =app-x/hello-1.0 (/etc/luet/mask.d/00-mine.yml)'* ]]
  run --separate-stderr -3 fardel install --dry-run app-x/hello@1.0
  [[ $stderr == *'left out by the mask =app-x/hello-1.0'* ]]
  [[ $(plan app-x/tool) == 'app-x/tool 1' ]]
  run --separate-stderr -0 fardel show app-x/hello
  [[ $output == *'1.0 main (masked)'* && $stderr == *'left out by the mask'* ]]
  # Where a dependency is masked, the refusal says so; a folder of another place; all versions.
  printf 'packages_maskdir: [/my-masks]\n' >"$ROOT/etc/luet/luet.yaml"
  printf 'enabled: true\nrules:\n- sys-libs/c\n- app-x/tool\n' >"$ROOT/my-masks/a.yaml"
  run --separate-stderr -11 fardel install --dry-run app-x/hello@1.0
  [[ $stderr == *'sys-libs/c 2.1+10 of main is left out by the mask sys-libs/c (/my-masks/a.yaml)'* ]]
  run --separate-stderr -0 fardel search tool
  [[ $output != *app-x/tool* && $output == *dev-x/tool* && $stderr == *'app-x/tool 1 of main is left out'* ]]
  run --separate-stderr -3 fardel show app-x/tool
  [[ $stderr == *'no such version that is not masked'*'1 main (masked)'*'left out by the mask app-x/tool'* ]]
  # A key that nobody knows is told; one that may have been meant for another leaves nothing certain.
  printf 'enabled: true\nname: mine\nrules: [app-x/tool]\n' >"$ROOT/my-masks/a.yaml"
  run --separate-stderr -0 fardel search tool
  [[ $stderr == *'warning'*'/my-masks/a.yaml: line 2: name is no key of masks'* && $output != *app-x/tool* ]]
  printf 'enable: true\nrules: [app-x/tool]\n' >"$ROOT/my-masks/a.yaml"
  run --separate-stderr -1 fardel search tool
  [[ $stderr == *'/my-masks/a.yaml: line 1: enable is no key of masks'* && -z $output ]]
  # While one cannot be read, nobody says what is offered, and what is not.
  printf 'enabled: true\nrules: [broken]\n' >"$ROOT/my-masks/a.yaml"
  for words in 'install --dry-run dev-x/tool' 'search tool' 'show tool' upgrade orphans; do
    read -ra words <<<"$words"
    run --separate-stderr -1 fardel "${words[@]}"
    [[ $stderr == *'/my-masks/a.yaml: line 2'*'mend that file'* && -z $output ]]
  done
  # Where no wagon is enabled, masks are about nothing.
  fardel repo disable main
  run --separate-stderr -0 fardel orphans
}
