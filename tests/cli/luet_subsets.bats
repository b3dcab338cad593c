#!/usr/bin/env bats
# Subsets of luet's packages: files that are left out as long as nobody has enabled the subset.
# shellcheck disable=SC2154,SC2016 # stderr: bats sets it; what a finalizer is to say itself

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  skip_unless mount userns
  fresh
  mkdir -p "$ROOT/etc/fardel"
  rm -rf -- "$ROOT"/opt/{tool,other} "$ROOT"/etc/luet
}

teardown() {
  rm -rf -- "$ROOT"/opt/{tool,other} "$ROOT"/etc/{luet,fardel}
  finish
}

# tool VERSION KEY…: a package with two subsets of its own.
tool() {
  make_luet app-x/tool "$1" dir:opt dir:opt/tool dir:opt/tool/include file:opt/tool/include/a.h=a hard:opt/tool/kept=opt/tool/include/a.h \
    dir:opt/tool/doc file:opt/tool/doc/text=text link:opt/tool/doc/link=text file:opt/tool/bin=bin \
    'def=annotations: {config_protect: /etc/tool, subsets: {rules: {devel: ["^/opt/tool/include/"], doc: ["^/opt/tool/doc/.*"]}}}' "${@:2}"
}
there() { (cd "$ROOT/opt" && find ./tool ./other -mindepth 1 2>/dev/null | LC_ALL=C sort | paste -sd ' '); }
ALL='./tool/bin ./tool/doc ./tool/doc/link ./tool/doc/text ./tool/include ./tool/include/a.h ./tool/kept'

@test "what a package says of its subsets: left out, said, recorded; enabled it comes, and goes again" {
  run --separate-stderr -0 fardel install "$(tool 1.0 'install=echo "$ANISE_SUBSETS" >/opt/tool/said')"
  [[ $stderr == *'app-x/tool: 3 of its files are left out: nobody has enabled the subsets '* && $stderr == *devel* && $stderr == *doc* ]]
  [[ $(there) == './tool/bin ./tool/kept ./tool/said' ]]
  [[ $(fardel files app-x/tool) != *a.h* ]]
  run --separate-stderr -0 fardel verify
  printf '[luet]\nsubsets = ["devel", "other"]\n' >"$ROOT/etc/fardel/fardel.toml"
  run --separate-stderr -0 fardel reconfigure app-x/tool
  [[ $stderr == *'2 of its files are left out: nobody has enabled the subset doc'* ]]
  [[ $(there) == './tool/bin ./tool/include ./tool/include/a.h ./tool/kept ./tool/said' && $(<"$ROOT/opt/tool/said") == 'devel other' ]]
  # Of what is left out nothing is mended, and what is there is.
  rm "$ROOT/opt/tool/include/a.h"
  fardel verify --repair app-x/tool || fardel verify app-x/tool
  [[ -e $ROOT/opt/tool/include/a.h && ! -e $ROOT/opt/tool/doc/text ]]
  rm "$ROOT/etc/fardel/fardel.toml"
  fardel reconfigure app-x/tool
  [[ $(there) == './tool/bin ./tool/kept ./tool/said' ]]
  fardel --set 'luet.subsets=["devel", "doc"]' install "$(tool 2.0)"
  [[ $(there) == "$ALL ./tool/said" ]]
  fardel undo "$(fardel history --plain | head -1 | cut -f1)"
  [[ $(there) == './tool/bin ./tool/kept ./tool/said' ]]
  fardel remove app-x/tool
  [[ $(there) == '' ]]
}

@test "with luet's configuration: what its folders enable and define; by package before category; a file that is wrong is named" {
  mkdir -p "$ROOT"/etc/luet/subsets.{conf,def}.d
  printf '[luet]\nconfig = "/etc/luet/luet.yaml"\n' >"$ROOT/etc/fardel/fardel.toml"
  printf 'enabled: [doc]\n' >"$ROOT/etc/luet/subsets.conf.d/main.yml"
  printf 'subsets_def:\n  local:\n    name: mine\n    rules: [/bin$]\n    categories: [app-x]\n' >"$ROOT/etc/luet/subsets.def.d/00-mine.yml"
  run --separate-stderr -0 fardel install "$(tool 1.0)"
  [[ $stderr == *'2 of its files are left out'* && $(there) == './tool/doc ./tool/doc/link ./tool/doc/text ./tool/kept' ]]
  printf 'subsets_def:\n  devel:\n    rules: [^/opt/tool/kept$]\n    packages: [app-x/tool]\n' >"$ROOT/etc/luet/subsets.def.d/10-more.yaml"
  fardel reconfigure app-x/tool
  [[ $(there) == "${ALL/ .\/tool\/kept/}" ]]
  printf 'subsets_defdir: [/etc/luet/elsewhere]\nsubsets: {enabled: [devel]}\n' >"$ROOT/etc/luet/luet.yaml"
  fardel reconfigure app-x/tool
  [[ $(there) == "$ALL" ]]
  printf '{}\n' >"$ROOT/etc/luet/luet.yaml"
  printf 'subsets_def:\n  devel:\n    rules:\n    - "(?<x"\n' >"$ROOT/etc/luet/subsets.def.d/10-more.yaml"
  run --separate-stderr -1 fardel reconfigure app-x/tool
  [[ $stderr == *'/etc/luet/subsets.def.d/10-more.yaml: line 4: invalid perl operator: (?<'* && $(there) == "$ALL" ]]
}

@test "a pattern of a package that is none: it is not installed, unless the subset is enabled" {
  one=$(make_luet app-x/tool 1.0 file:opt/tool/a=a 'def=annotations: {subsets: {rules: {devel: ["(?<x>a)"]}}}')
  run --separate-stderr -1 fardel install "$one"
  [[ $stderr == *'the subset devel: (?<x>a): invalid perl operator: (?<'*'luet.subsets'* && $(there) == '' && -z $(fardel list) ]]
  fardel --set 'luet.subsets=["devel"]' install "$one"
  [[ $(there) == ./tool/a ]]
}

@test "a file that would move to a package that leaves it out goes with the one that had it" {
  moved=(file:opt/tool/moved=x 'def=annotations: {subsets: {rules: {devel: ["/moved$"]}}}')
  fardel install "$(make_luet app-x/other 1.0 file:opt/other/a=a file:opt/tool/moved=x)" "$(make_luet app-x/tool 1.0 file:opt/tool/a=a)"
  [[ $(there) == './other/a ./tool/a ./tool/moved' ]]
  fardel install --yes "$(make_luet app-x/other 2.0 file:opt/other/a=a)" "$(make_luet app-x/tool 2.0 file:opt/tool/a=a "${moved[@]}")"
  [[ $(there) == './other/a ./tool/a' ]]
  run -1 fardel owns /opt/tool/moved
  fardel --set 'luet.subsets=["devel"]' reconfigure app-x/tool
  [[ $(there) == './other/a ./tool/a ./tool/moved' ]]
}
