#!/usr/bin/env bats
# The manual pages: that they name all that the program's tables have, that they are well-formed, that their examples can be
# typed.

bats_require_minimum_version 1.5.0

# Each page's text as it is shown, in one line; PAGE.txt.
setup_file() {
  local page
  type -P mandoc >/dev/null || return 0
  for page in "$FARDEL_BUILD"/man/*.[1-9]; do
    render "$page" >"$BATS_FILE_TMPDIR/${page##*/}.txt"
  done
}

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  PAGES=$FARDEL_BUILD/man
}

teardown() {
  finish
}

# rows KIND: what the tables have of a kind: fields with tabs between them, an empty one as -.
rows() {
  "$FARDEL_BUILD/tools/manual" rows | awk -F '\t' -v OFS='\t' -v kind="$1" \
    '$1 == kind { for (i = 2; i <= NF; i++) if ($i == "") $i = "-"; print $2, $3, $4 }'
}

# The page of a command; of "fardel", that of all.
page_of() {
  if [[ $1 == fardel ]]; then echo "$PAGES/fardel.8"; else echo "$PAGES/fardel-${1// /-}.8"; fi
}

render() { mandoc -T utf8 "$1" | col -bx | tr -s ' \n' ' '; }
shown() { echo "$(<"$BATS_FILE_TMPDIR/${1##*/}.txt")"; }

need() {
  local tool
  for tool; do
    type -P "$tool" >/dev/null || skip "$tool is not here"
  done
}

@test "each command has a page with all sections, and a line in fardel(8)" {
  need mandoc
  all=$(shown "$PAGES/fardel.8")
  count=0
  while IFS=$'\t' read -r command _ summary; do
    page=$(page_of "$command")
    [[ -s $page ]] || { echo "$command has no page"; false; }
    [[ $all == *"fardel-${command// /-}(8) $summary."* ]] || { echo "fardel(8) does not name $command"; false; }
    [[ $(shown "$page") == *"SYNOPSIS fardel $command "*"DESCRIPTION $summary."* ]]
    count=$((count + 1))
  done < <(rows command)
  ((count > 20))
  for page in "$PAGES"/*.8; do
    for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
      grep -qx "\.SH $section" "$page" || { echo "$page: no $section"; false; }
    done
  done
  for page in "$PAGES"/*.[57]; do
    for section in NAME SYNOPSIS DESCRIPTION EXAMPLES 'SEE ALSO'; do
      grep -qx "\.SH $section" "$page" || { echo "$page: no $section"; false; }
    done
  done
}

@test "each option stands on its command's page, with its help" {
  need mandoc
  count=0
  while IFS=$'\t' read -r command option help; do
    text=$(shown "$(page_of "$command")")
    # A sentence begins with a capital.
    [[ ${text,,} == *" ${option,,}"*" ${help,,}. "* ]] || { echo "$command: $option: $help"; false; }
    count=$((count + 1))
  done < <(rows option | tr -s ' ')
  ((count > 40))
}

@test "each command of puavo-pkg stands on its page" {
  need mandoc
  text=$(shown "$PAGES/puavo-pkg.8")
  count=0
  while IFS=$'\t' read -r name args help; do
    [[ $args != - ]] || args=
    [[ ${text,,} == *" $name${args:+ ${args,,}}"*" ${help,,}. "* ]] || { echo "without $name $args"; false; }
    count=$((count + 1))
  done < <(rows puavo)
  ((count > 8))
}

@test "each exit status stands on each command's page" {
  need mandoc
  for page in "$PAGES"/fardel.8 "$PAGES"/fardel-*.8; do
    text=$(shown "$page")
    while IFS=$'\t' read -r status _ meaning; do
      [[ $text == *" $status $meaning "* ]] || { echo "$page: $status $meaning"; false; }
    done < <(rows exit)
  done
}

@test "each key of fardel.toml stands on its page and in docs/CONFIGURATION.md, with its default" {
  need mandoc
  text=$(shown "$PAGES/fardel.toml.5")
  docs=$(<"$LIB/../../docs/CONFIGURATION.md")
  count=0
  while IFS=$'\t' read -r key preset help; do
    [[ ${text,,} == *" $key = $preset ${help,,}. takes "* ]] || { echo "$key is not on the page"; false; }
    [[ $docs == *"| \`$key\` | $preset |"* ]] || { echo "docs: add: | \`$key\` | $preset | $help |"; false; }
    count=$((count + 1))
  done < <(rows key)
  ((count > 20))
}

@test "each id of the policy stands on its page, with its default" {
  need mandoc
  text=$(shown "$PAGES/fardel-policy.5")
  count=0
  while IFS=$'\t' read -r id action _; do
    [[ $id != fardel ]] || continue
    # Ids that differ in nothing share a line.
    [[ $text =~ \ $id(,\ [a-z-]+)*\ \(default:\ $action\) ]] || { echo "$id: $action"; false; }
    count=$((count + 1))
  done < <(rows id)
  ((count > 30))
}

# A page of the 8th section tells of itself; none leads to one that there is not.
@test "what pages refer to is there" {
  need mandoc
  for page in "$PAGES"/*.[1-9]; do
    while read -r name; do
      [[ -e $PAGES/${name/(/.} ]] || { echo "$page: $name"; false; }
    done < <(shown "$page" | grep -oE '\b(fardel|puavo)[a-z.-]*\([0-9]' | sort -u)
  done
  # Nor is there prose for a page that is not made.
  for file in "$LIB"/../../man/*.md; do
    [[ -e $PAGES/$(basename "$file" .md) ]] || { echo "$file is no page's"; false; }
  done
}

@test "mandoc finds nothing to warn of" {
  need mandoc
  run -0 mandoc -T lint -W warning "$PAGES"/*.[1-9]
  [[ -z $output ]]
}

@test "groff and man find nothing to warn of" {
  need groff man preconv
  for page in "$PAGES"/*.[1-9]; do
    [[ -z $(groff -k -man -ww -z "$page" 2>&1) ]] || { groff -k -man -ww -z "$page"; false; }
    # As man shows it: at the width of a terminal.
    run -0 env MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -T utf8 -Z "$page"
    [[ $output != *warning* ]] || { echo "$page"; grep warning <<<"$output"; false; }
  done
}

# One that somebody has just added.
@test "a command without prose has a whole page all the same" {
  need scdoc mandoc
  while IFS=$'\t' read -r command _; do
    "$FARDEL_BUILD/tools/manual" page "$command" </dev/null | scdoc | awk -f "$LIB/../../tools/roff.awk" >"$WORK/page.8"
    run -0 mandoc -T lint -W warning "$WORK/page.8"
    [[ $(render "$WORK/page.8") == *"EXAMPLES fardel $command"*"SEE ALSO fardel(8)"* ]]
  done < <(rows command)
}

@test "pages are the same for each build" {
  need scdoc
  cd "$LIB/../.."
  version=$(sed -n 's/^VERSION *:= *//p' Makefile)
  SOURCE_DATE_EPOCH=1700000000 tools/pages "$FARDEL_BUILD/tools/manual" "$version" "$WORK/one"
  sleep 1.1
  SOURCE_DATE_EPOCH=1700000000 TZ=Asia/Tokyo tools/pages "$FARDEL_BUILD/tools/manual" "$version" "$WORK/two"
  diff -r "$WORK/one" "$WORK/two"
  (($(find "$WORK/one" -type f | wc -l) == $(find "$PAGES" -name '*.[1-9]' | wc -l)))
}

# The files of all rooms.
typing_files() {
  local each
  make_pack_deb hello 2.10-3
  for each in zoom-1 zoom-2 slack-1; do
    make_installer "${each%-*}" "${each#*-}" url="file://$VENDOR/$each.deb" fact:license=free >/dev/null
  done
}

# Where the examples are typed: two packages in use, and a newer installer of one; zoom is also a packager's folder; two
# repositories, and a key.
typing_room() {
  local name
  fardel -qq install "$WORK/zoom-1/zoom.tar.gz"
  fardel -qq install "$WORK/slack-1/slack.tar.gz"
  mkdir -p "$WORK/typed/old" "$WORK/bin"
  cd "$WORK/typed" || return
  cp "$WORK/zoom-1/zoom.tar.gz" old
  cp "$WORK/zoom-2/zoom.tar.gz" "$WORK/slack-1/slack.tar.gz" .
  cp "$VENDOR/hello-2.10-3.deb" hello_2.10-3_amd64.deb
  tar -xzf zoom.tar.gz
  fardel -qq repo add main https://repo.example/main --no-signature
  fardel -qq repo add vendors /srv/vendors --no-signature --disabled
  printf 'untrusted comment: minisign public key E7620F1842B4E81F\n%s\n' \
    RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3 >new.pub
  for name in fardel puavo-pkg sudo; do rm -f "$WORK/bin/$name"; done
  ln -s "$(type -P fardel)" "$WORK/bin/fardel"
  ln -s "$FARDEL_BIN" "$WORK/bin/puavo-pkg"
  printf '#!/bin/sh\nexec "$@"\n' >"$WORK/bin/sudo"
  chmod 755 "$WORK/bin/sudo"
}

# And where luet's are: a wagon that is synced.
luet_room() {
  "$LIB/wagon.py" "$VENDOR/wagon" <<<'[{"name": "app-x/hello", "version": "1.0"}]'
  mkdir -p "$ROOT/etc/luet/repos.conf.d"
  printf 'name: mottainai-stable\ntype: disk\nenable: true\nurls: [%s]\n' "$VENDOR/wagon" >"$ROOT/etc/luet/repos.conf.d/mottainai.yml"
  printf '[luet]\nconfig = "/etc/luet/luet.yaml"\n' >"$ROOT/etc/fardel/fardel.toml"
  fardel -qq repo update mottainai-stable
}

# The commands between ```sh and ``` of a page's prose. "# exit N" behind one says how it ends.
# shellcheck disable=SC2016
typed() {
  sed -n '/^```sh$/,/^```$/p' "$1" | grep -v '^```' |
    sed -E 's/^(.*[^ ]) *# exit ([0-9]+).*$/status=0; \1 || status=$?; [ $status = \2 ]/'
}

@test "the examples of each page can be typed as they stand" {
  skip_unless mount userns
  count=0
  typing_files
  for file in "$LIB"/../../man/*.md; do
    typed "$file" >"$WORK/example.sh"
    # In a root of links rules see no fardel-unpack of ours, and puavo-pkg takes no option that shows them the machine.
    [[ $FARDEL_TEST_MODE == mount || ($file != *installer.5.md && $file != *puavo-pkg.8.md) ]] || continue
    wipe
    typing_room
    [[ $file != *repo-export-tree* ]] || luet_room
    cd "$WORK/typed"
    status=0
    output=$(PATH="$WORK/bin:$PATH" bash -eu -o pipefail "$WORK/example.sh" 2>&1 </dev/null) || status=$?
    cd "$WORK"
    ((status == 0)) || { echo "$file: exit $status: $output"; false; }
    rm -rf "$WORK/typed" "$ROOT/etc/luet" /var/cache/luet /var/{lib,cache}/puavo-pkg /usr/bin/{zoom,slack,vendor-hello} /usr/share/applications/{zoom,slack}.desktop /etc/{zoom,slack}.conf
    count=$((count + 1))
  done
  ((count >= $(find "$LIB/../../man" -name '*.md' | wc -l) - 2))
}

# shellcheck disable=SC2016
@test "the example of fardel.toml is one" {
  sed -n '/^```toml$/,/^```$/p' "$LIB/../../man/fardel.toml.5.md" | grep -v '^```' >"$WORK/example.toml"
  run --separate-stderr -0 fardel config show --plain --config "$WORK/example.toml"
  [[ $output == *$'require_sandbox\ttrue'* && $output == *$'undo.days\t90'* && -z $stderr ]]
}
