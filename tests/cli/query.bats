#!/usr/bin/env bats
# list, show, license, log, history: each form of output.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  serve "$VENDOR"
}

teardown() {
  finish
}

@test "list of nothing: nothing on stdout, exit 0" {
  run --separate-stderr -0 fardel list
  [[ -z $output ]]
  run --separate-stderr -0 fardel list --json
  jq -e '.packages == []' <<<"$output"
}

@test "list, piped: name, version, id, state, time, size, held, with tabs, without a header" {
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -0 fardel list
  [[ ${output//$'\t'/|} =~ ^hello\|1\|[0-9a-f]{64}\|installed\|[0-9-]+T[0-9:]+Z\|[0-9]+\|no$ ]]
  [[ $(fardel list) == "$(fardel list --plain)" ]]
  [[ -z $stderr ]]
}

@test "list at a terminal: a table" {
  fardel install "$(make_installer hello 1)"
  run -0 env TERM=xterm script -qec 'fardel list' /dev/null
  [[ $output == *NAME*VERSION*STATE*SINCE*SIZE* && $output == *hello*1*installed* ]]
}

@test "list --json" {
  fardel install "$(make_installer hello 1)" "$(make_installer other 7 format=1)"
  run --separate-stderr -0 fardel list --json
  jq -e '.schema == 1 and ([.packages[].name] == ["hello", "other"])' <<<"$output"
  jq -e '.packages[0] | .version == "1" and .state == "installed" and (.size > 0) and (.id | length == 64)' \
    <<<"$output"
  jq -e '.packages[1].version == null' <<<"$output"
}

@test "list: a version that format 1 does not have is unknown" {
  fardel install "$(make_installer hello 1 format=1)"
  run --separate-stderr -0 fardel list
  [[ $output == hello$'\t'unknown$'\t'* ]]
}

@test "list NAME, list --all, and a name that is not there" {
  fardel install "$(make_installer hello 1)" "$(make_installer other 7)"
  fardel install "$(make_installer hello 2)"
  run --separate-stderr -0 fardel list hello
  [[ $output == hello$'\t'2$'\t'* && $(wc -l <<<"$output") == 1 ]]
  run --separate-stderr -0 fardel list --all hello
  [[ $(wc -l <<<"$output") == 2 ]]
  run -3 fardel list nothere
}

@test "list is sorted by name" {
  for name in hello_c hello_a hello_b; do
    fardel install "$(make_installer "$name" 1)"
  done
  run --separate-stderr -0 fardel list
  [[ $(cut -f1 <<<"$output") == "$(cut -f1 <<<"$output" | LC_ALL=C sort)" ]]
}

@test "show: the fields, in order" {
  fardel install "$(make_installer hello 1 'fact:legend=A Legend' 'fact:description=One.\n\nThree.' fact:license=Mine)"
  run --separate-stderr -0 fardel show hello
  fields=$(grep -oE '^[A-Z][a-z]+' <<<"$output" | tr '\n' ' ')
  [[ $fields == 'Name Id Version Directory Legend Description Licence State Pack Size Installed Format ' ]]
  [[ $output == *'Legend: A Legend'* && $output == *$'Description:\n One.\n .\n Three.'* ]]
  [[ $output == *'State: installed'* && $output == *"Pack: $URL/hello-1.deb"* ]]
}

@test "show -F FIELD: the value alone" {
  fardel install "$(make_installer hello 1 'fact:legend=A Legend')"
  run --separate-stderr -0 fardel show -F Version hello
  [[ $output == 1 ]]
  run --separate-stderr -0 fardel show -F legend hello
  [[ $output == 'A Legend' ]]
  run --separate-stderr -0 fardel show --field=State hello
  [[ $output == installed ]]
  folder=$(fardel show -F Directory hello)
  [[ -d $folder/upstream || -d $ROOT$folder/upstream ]]
}

@test "show -F of an unknown field names the nearest" {
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -64 fardel show -F Versoin hello
  [[ $stderr == *Version* ]]
}

@test "show --json" {
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -0 fardel show --json hello
  jq -e '.packages[0] | .name == "hello" and .version == "1" and .state == "installed" and (.size > 0)' \
    <<<"$output"
}

@test "show of a file: what it states; nothing is changed" {
  file=$(make_installer hello 1 'fact:legend=A Legend')
  manifest >"$WORK/before"
  run --separate-stderr -0 fardel show "$file"
  [[ $output == *'Name: hello'* && $output == *'Version: 1'* && $output == *'A Legend'* ]]
  manifest >"$WORK/after"
  cmp "$WORK/before" "$WORK/after"
  [[ ! -e $ROOT/var/lib/fardel/packages/hello ]]
  (($(requests /hello-1.deb) == 0))
}

@test "show of what is not there: exit 3" {
  run --separate-stderr -3 fardel show nothere
  [[ $stderr == *nothere* ]]
  run -3 fardel show ./nothere.tar.gz
}

@test "the description in the user's language" {
  fardel install "$(make_installer hello 1 fact:description=English fact:description.fi=Suomeksi \
    fact:legend=Word fact:legend.fi=Sana)"
  run --separate-stderr -0 env LANG=fi_FI.UTF-8 fardel show -F Description hello
  [[ $output == Suomeksi ]]
  run --separate-stderr -0 env LANG=fi_FI.UTF-8 fardel show -F Legend hello
  [[ $output == Sana ]]
  run --separate-stderr -0 env LANG=de_DE.UTF-8 fardel show -F Description hello
  [[ $output == English ]]
  run --separate-stderr -0 env LANG=de_DE.UTF-8 LC_ALL=fi fardel show -F Description hello
  [[ $output == Suomeksi ]]
  run --separate-stderr -0 env LANG=../../../etc/passwd fardel show -F Description hello
  [[ $output == English ]]
}

@test "a language of one country, of any, and none: of names and of files" {
  file=$(make_installer hello 1 fact:legend=Word fact:legend.pt=Palavra fact:legend.pt_BR=Palavrinha \
    'fact:description=One\nTwo' 'fact:description.fi=Yksi\nKaksi')
  fardel install "$file"
  for what in hello "$file"; do
    legend() { env -u LC_ALL -u LC_MESSAGES -u LANG "$@" fardel show -F Legend "$what"; }
    [[ $(legend LANG=pt_BR.UTF-8) == Palavrinha && $(legend LANG=pt_PT.UTF-8@euro) == Palavra ]]
    [[ $(legend LANG=sv_SE.UTF-8) == Word && $(legend) == Word && $(legend LANG=C.UTF-8) == Word ]]
    [[ $(legend LANG=pt_BR.UTF-8 LC_ALL=C) == Word && $(legend LANG=pt_BR LC_MESSAGES=pt) == Palavra ]]
    [[ $(legend LANG=pt_BR LC_ALL=) == Palavrinha && $(legend LC_MESSAGES=pt LC_ALL=pt_BR) == Palavrinha ]]
    # Each field by itself; the sums and the id are the same for all.
    run --separate-stderr -0 env LC_ALL=fi_FI.UTF-8 fardel show --json "$what"
    jq -e '.packages[0] | .legend == "Word" and .description == "Yksi\nKaksi"' <<<"$output"
    run --separate-stderr -0 env LC_ALL=fi_FI.UTF-8 fardel show "$what"
    [[ $output == *$'Description:\n Yksi\n Kaksi\n'* ]]
  done
}

@test "a description that would turn the terminal is escaped" {
  fardel install "$(make_installer hello 1 'fact:description=red \033[31m text\007')"
  run --separate-stderr -0 fardel show hello
  [[ $output != *$'\e'* && $output != *$'\a'* ]]
  run --separate-stderr -0 fardel show --json hello
  jq -e '.packages[0].description | contains("\u001b[31m")' <<<"$output"
}

@test "license: a file:// URL that leads to the text" {
  file=$(make_installer hello 1 'fact:license=All mine')
  fardel install "$file"
  run --separate-stderr -0 fardel license hello
  [[ $output == file:///* ]]
  path=${output#file://}
  [[ $(cat "$path" 2>/dev/null || cat "$ROOT$path") == 'All mine' ]]
  [[ $(fardel licence hello) == "$output" ]]
}

@test "license of a file: of a copy below the cache" {
  file=$(make_installer hello 1 'fact:license=All mine')
  run --separate-stderr -0 fardel license "$file"
  path=${output#file://}
  [[ $path == */var/cache/fardel/* ]]
  [[ $(cat "$path" 2>/dev/null || cat "$ROOT$path") == 'All mine' ]]
  [[ ! -e $ROOT/var/lib/fardel/packages/hello ]]
}

@test "license of a package without one, and of none" {
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -1 fardel license hello
  [[ $stderr == *hello* ]]
  run -3 fardel license nothere
}

@test "log: of the last transaction, of one by its number, of none" {
  fardel install "$(make_installer hello 1)"
  fardel install "$(make_installer other 7)"
  run --separate-stderr -0 fardel log
  [[ $output == *'other 7: configure'* && $output != *'hello 1: configure'* ]]
  first=$(fardel reconfigure --json hello | jq .transaction)
  run --separate-stderr -0 fardel log "$first"
  [[ $output == *'hello 1: configure'* ]]
  run -3 fardel log 999
  run --separate-stderr -0 fardel log --json
  jq -e '.log | contains("configure")' <<<"$output"
}

@test "log: a tab that rules printed stays one, what would disturb a terminal does not" {
  cat >"$WORK/rules" <<'EOF'
#!/bin/sh
[ "$1" != unpack ] || echo tab >"$3/tab"
[ "$1" != configure ] || printf 'a\t1\033[1m\n'
EOF
  chmod 755 "$WORK/rules"
  fardel install "$(make_installer hello 1 rules="$WORK/rules")"
  run --separate-stderr -0 fardel log
  [[ $output == *$'a\t1\\x1b[1m'* ]]
}

@test "the log says what was typed, without passwords" {
  make_pack_deb hello 1
  file=$(make_installer hello 1 "url=${URL/http:\/\//http://user:secret@}/hello-1.deb")
  fardel install "$file"
  run -0 fardel log
  [[ $output == *install* && $output != *secret* ]]
  run -0 fardel show hello
  [[ $output != *secret* ]]
}

@test "doctor: lines on stdout, exit 0 where all is well; --json" {
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -0 fardel doctor
  [[ $output == *ok*state.db* ]]
  run --separate-stderr -0 fardel doctor --json
  jq -e '[.findings[] | select(.level == "fail")] == [] and (.findings | length > 3)' <<<"$output"
}

@test "doctor: a missing installation is found, and the command that is named mends it" {
  fardel install "$(make_installer hello 1)"
  rm -r "$ROOT"/var/lib/fardel/packages/hello/*/upstream
  run --separate-stderr -1 fardel doctor --json
  mend=$(jq -r '.findings[] | select(.level == "fail") | .mend' <<<"$output" | head -1)
  [[ $mend == *fardel* ]]
}

@test "doctor on a machine where fardel never ran" {
  run --separate-stderr -0 fardel doctor
}

# footprint JSON: what doctor says of that of hello: level and command.
footprint() {
  jq -r '.findings[] | select(.text | test("^hello: .*has made")) | "\(.level) \(.mend)"' <<<"$1"
}

@test "doctor: a footprint that is not known, and what the named command makes of it" {
  fardel install --direct "$(make_installer hello 1)"
  run --separate-stderr -0 fardel doctor --json
  [[ $(footprint "$output") == *'warn fardel '*'reconfigure hello' ]]
  [[ $FARDEL_TEST_MODE == mount || $FARDEL_TEST_MODE == userns ]] || return 0
  fardel reconfigure hello
  run --separate-stderr -0 fardel doctor --json
  [[ $(footprint "$output") == 'warn null' && $output == *'not all that it has made is known'* ]]
  fardel remove hello
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -0 fardel doctor --json
  [[ -z $(footprint "$output") ]]
  # Where it is as the admin wants it, there is nothing to do.
  fardel reconfigure --direct hello
  run --separate-stderr -0 fardel --set 'live=["hello"]' doctor --json
  [[ $(footprint "$output") == 'warn null' ]]
}

@test "doctor: a list of what was made that is gone or damaged; the named command mends it" {
  skip_unless mount userns
  fardel install "$(make_installer hello 1)"
  rm -r "$ROOT/var/lib/fardel/undo/1.0"
  run --separate-stderr -1 fardel doctor --json
  [[ $(footprint "$output") == 'fail fardel reconfigure hello' && $output == */undo/1.0* ]]
  fardel reconfigure hello
  run -0 fardel doctor
  echo '{' >"$ROOT/var/lib/fardel/undo/2.0/footprint"
  run --separate-stderr -1 fardel doctor --json
  mend=$(jq -r '.findings[] | select(.level == "fail") | .mend' <<<"$output")
  [[ $mend == 'fardel reconfigure --direct hello' ]]
  $mend
  run -0 fardel doctor
}

@test "a licence that is a link is none" {
  file=$(make_installer hello 1)
  mkdir "$WORK/again"
  tar -xzf "$file" -C "$WORK/again"
  ln -s /etc/passwd "$WORK/again/hello/license"
  tar -C "$WORK/again" -czf "$WORK/again/hello.tar.gz" hello
  fardel install "$WORK/again/hello.tar.gz"
  run --separate-stderr -1 fardel license hello
  [[ $stderr == *licence* && -z $output ]]
}

@test "history: the newest first, what was done to which packages, and how it ended" {
  run --separate-stderr -0 fardel history
  [[ -z $output ]]
  # Where there is no stage, nobody counts.
  declare -A done=([mount]='3 changes' [userns]='3 changes')
  end=${done[$FARDEL_TEST_MODE]:-done}
  fardel install "$(make_installer hello 1)" "$(make_installer other 7)"
  fardel install "$(make_installer hello 2)"
  run ! fardel install "$(make_installer third 1 sum=wrong-sha384)"
  fardel remove other
  run --separate-stderr -0 fardel history
  [[ ${#lines[@]} == 4 && -z $stderr ]]
  [[ ${lines[0]//$'\t'/|} =~ ^4\|[0-9-]+T[0-9:]+Z\|"remove other|$end|"[a-z0-9]+$ ]]
  [[ ${lines[1]//$'\t'/|} == *'|install third|install: third: '*'checksum mismatch'* ]]
  [[ ${lines[2]//$'\t'/|} == *"|upgrade hello|$end|"* ]]
  [[ ${lines[3]//$'\t'/|} == *"|install hello, other|${end/3/6}|"* ]]
  run -0 env TERM=xterm script -qec 'fardel history' /dev/null
  [[ $output == *NUMBER*BEGUN*WHAT*RESULT*USER* ]]
  run --separate-stderr -0 fardel history --json
  jq -e '[.transactions[].number] == [4, 3, 2, 1] and .transactions[0].what == "remove other"' <<<"$output"
}

@test "history show N: its steps; a number that is none" {
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -0 fardel history show 1
  [[ $output == 'Transaction 1, begun '*' by '*': fardel '*'install '* && $output == *$'\n  configure '*' hello '*'   done'* ]]
  [[ $output == *@('done'|'3 changes')'. Its log: fardel log 1' ]]
  run --separate-stderr -0 fardel history show 1 --json
  jq -e '.number == 1 and .result == "done" and ([.steps[].step] == ["extract", "fetch", "unpack", "configure"])' <<<"$output"
  run -3 fardel history show 2
  [[ $output == *'there is no transaction 2'* ]]
  for word in 0 x -1 1x ''; do
    run -64 fardel history show -- "$word"
  done
  run -64 fardel history 1
  run -64 fardel history show
}

@test "history of what was interrupted, before and after it is settled" {
  fardel install "$(make_installer hello 1)"
  /usr/bin/python3 -c 'import os, sqlite3
db = sqlite3.connect(os.environ["ROOT"] + "/var/lib/fardel/state.db")
db.execute("UPDATE txn SET ended = NULL, result = \x27\x27")
db.commit()'
  run --separate-stderr -0 fardel history
  [[ $output == *'interrupted; the next command settles it'* ]]
  run --separate-stderr -0 fardel history show 1 --json
  jq -e '.ended == null' <<<"$output"
  fardel gc
  run --separate-stderr -0 fardel history
  [[ $output != *'next command settles it'* ]]
}
