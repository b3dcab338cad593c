#!/usr/bin/env bats
# Licences that have to be accepted before anything is fetched.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  make_pack_deb hello 1
  serve "$VENDOR"
  printf 'You may.\nOr not: \033[2J\n' >"$WORK/EULA.txt"
  FILE=$(licensed)
  NOTE=$ROOT/etc/fardel/licenses.d/hello
}

teardown() {
  finish
}

# licensed [LINE…]: an installer with a licence to accept.
licensed() {
  {
    manifest_head hello "${1:-1}"
    printf '[license]\nspdx = "LicenseRef-hello"\nfile = "EULA.txt"\naccept = true\n'
    manifest_pack "$VENDOR/hello-1.deb" "url=$URL/hello-1.deb"
  } | make_format3 hello "$WORK/EULA.txt"
}

nothing_was_done() {
  [[ ! -e $ROOT/usr/bin/hello && ! -e $NOTE ]]
  (($(requests /hello-1.deb) == 0))
}

@test "licence: without a terminal exit 9, with the text's place and the option; nothing is fetched" {
  local command url
  for command in selftest install prepare download preview 'install -y' 'install --no-input'; do
    # shellcheck disable=SC2086 # command has an option
    run --separate-stderr -9 fardel $command "$FILE" </dev/null
    [[ $stderr == *'hello: its licence has not been accepted'* ]]
    [[ $stderr == *'--accept-license hello'* ]]
    url=$(sed -n 's|.*Its text: file://||p' <<<"$stderr")
    cmp "$url" "$WORK/EULA.txt"
    nothing_was_done
  done
}

@test "licence: --json says the code" {
  run --separate-stderr -9 fardel install --json "$FILE"
  jq -e '.error.code == "licence" and .error.exit == 9 and (.error.detail[0] | startswith("Its text: file:///"))' <<<"$output"
}

@test "licence: --accept-license NAME accepts that one, and notes it with its text's sum, who and when" {
  run --separate-stderr -9 fardel install --accept-license other "$FILE"
  nothing_was_done
  run -0 fardel install --accept-license other --accept-license hello "$FILE"
  [[ -L $ROOT/usr/bin/hello ]]
  [[ $(stat -c %a "$NOTE") == 644 ]]
  grep -qx 'name = "hello"' "$NOTE"
  grep -qx "sha256 = \"$(sha256sum <"$WORK/EULA.txt" | cut -d' ' -f1)\"" "$NOTE"
  grep -qx 'spdx = "LicenseRef-hello"' "$NOTE"
  grep -qx 'file = "EULA.txt"' "$NOTE"
  grep -qx "uid = $(id -u)" "$NOTE"
  grep -qx "user = \"$(id -un)\"" "$NOTE"
  grep -qE '^accepted = "20[0-9-]+T[0-9:]+Z"$' "$NOTE"
  grep -qx "tool = \"$(fardel --version)\"" "$NOTE"
}

@test "licence: once accepted it is not asked about again, and outlives a removal; another text is" {
  fardel prepare --accept-license hello "$FILE"
  run -0 fardel install hello
  run -0 fardel reconfigure hello
  run -0 fardel remove --purge hello
  [[ -f $NOTE ]]
  run -0 fardel install "$FILE"
  echo 'And pay.' >>"$WORK/EULA.txt"
  licensed 2
  run --separate-stderr -9 fardel install "$FILE"
  [[ $stderr == *'another text than the one that was accepted'* ]]
  run -0 fardel list --plain
  [[ $output == *hello*1* ]]
  run -0 fardel install --accept-license hello "$FILE"
}

@test "licence: a note that was taken away is asked for again by reconfigure; one that cannot be read counts as none" {
  fardel install --accept-license hello "$FILE"
  rm "$NOTE"
  run --separate-stderr -9 fardel reconfigure hello
  echo 'x = ' >"$NOTE"
  run --separate-stderr -9 fardel reconfigure hello
  [[ $stderr == *'licenses.d/hello: line 1'* ]]
  run -0 fardel reconfigure --accept-license hello hello
  run -0 fardel reconfigure hello
}

@test "licence: another package's note is none" {
  fardel install --accept-license hello "$FILE"
  sed -i 's/^name = .*/name = "other"/' "$NOTE"
  run --separate-stderr -9 fardel reconfigure hello
}

@test "licence: with --keep-going the others are installed" {
  local other
  make_pack_deb other 1
  other=$({ manifest_head other 1; manifest_pack "$VENDOR/other-1.deb"; } | make_format3 other)
  run --separate-stderr -6 fardel install --keep-going "$FILE" "$other"
  [[ $stderr == *'hello'*'its licence has not been accepted'* ]]
  [[ -L $ROOT/usr/bin/other ]]
  nothing_was_done
}

@test "licence: at a terminal it is asked, shown when wanted without its escapes, and a plain enter is no" {
  run -9 "$LIB/at-terminal" 'Accept it?=>' fardel install "$FILE"
  [[ $output == *'hello: its licence (LicenseRef-hello) has to be accepted: file:///'*EULA.txt* ]]
  nothing_was_done
  run -9 "$LIB/at-terminal" 'Accept it?=>yes
Accept it?=>no' fardel install -y --no-input "$FILE"
  nothing_was_done
  run -0 "$LIB/at-terminal" 'Accept it?=>r
Accept it?=>Y' fardel install "$FILE"
  [[ $output == *'You may.'*'Or not: \x1b[2J'* ]]
  [[ -L $ROOT/usr/bin/hello && -f $NOTE ]]
}

@test "licence: license prints where the text of format 3 is, of a file and of a name" {
  local url
  url=$(fardel license "$FILE")
  cmp "${url#file://}" "$WORK/EULA.txt"
  fardel install --accept-license hello "$FILE"
  url=$(fardel license hello)
  [[ $url == file:///*/packages/hello/*/EULA.txt ]]
  cmp "${url#file://}" "$WORK/EULA.txt"
}

@test "licence: accepted for a selftest as for all; a name that nobody has is named" {
  skip_unless mount userns
  file=$(licensed)
  run --separate-stderr -9 fardel prepare --accept-license helo "$file"
  [[ $stderr == *'--accept-license helo: this command is about no package of that name'* ]]
  run --separate-stderr -9 fardel selftest "$file"
  [[ $stderr == *'give --accept-license hello as well'* ]]
  run --separate-stderr -0 fardel selftest --accept-license hello "$file"
}
