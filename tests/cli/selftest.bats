#!/usr/bin/env bats
# selftest: a package's whole life in stages.

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

# An installer VERSION of hello, the rules' configure and unconfigure of which are given as texts.
# shellcheck disable=SC2016
with_rules() {
  {
    printf '#!/bin/sh\nset -e\ncase $1 in\nunpack) exec dpkg-deb -x "$2" "$3" ;;\n'
    printf 'configure)\n%s\n;;\nunconfigure)\n%s\n;;\nesac\n' "$2" "$3"
  } >"$WORK/rules"
  chmod +x "$WORK/rules"
  make_installer hello "$1" "rules=$WORK/rules"
}

unchanged() {
  diff <(printf '%s\n' "$before") <(manifest)
  [[ -z $(ls -A "$ROOT/var/lib/fardel/stage") && -z $(ls -A "$ROOT/var/lib/fardel/packages") && -z $(fardel list) ]]
}

@test "selftest of an installer that is as it should be, and of an upgrade to it" {
  skip_unless mount userns
  old=$(make_installer hello 1)
  file=$(make_installer hello 2)
  before=$(manifest)
  run --separate-stderr -0 fardel selftest "$file" --from "$old"
  [[ ${#lines[@]} == 6 ]]
  [[ ${lines[0]} == ok$'\t''install: 3 changes'* && ${lines[1]} == ok*'verify'* ]]
  [[ ${lines[2]} == ok*'reconfigure: the second time changes nothing'* ]]
  [[ ${lines[3]} == ok*'unconfigure: nothing is left'* && ${lines[4]} == ok*'remove: nothing is left'* ]]
  [[ ${lines[5]} == ok*'upgrade: the same as a first install'* ]]
  unchanged
}

# shellcheck disable=SC2016
@test "selftest names what is left behind, links to nothing, and what grows each time" {
  skip_unless mount userns
  file=$(with_rules 1 'ln -sfn "$2/usr/bin/nothing" /usr/bin/hello; mkdir -p /srv/hello; echo line >>/srv/hello/grows
    : >/srv/left.desktop' 'rm -rf /usr/bin/hello /srv/hello /srv/other.desktop')
  before=$(manifest)
  run --separate-stderr -1 fardel selftest "$file"
  [[ $output == *$'fail\tinstall leaves a link to nothing: /usr/bin/hello -> '* ]]
  [[ $output == *$'fail\tthe second reconfigure changes: file /srv/hello/grows'* ]]
  [[ $output == *$'warn\tunconfigure leaves, and remove takes back: file /srv/left.desktop'* ]]
  [[ $output == *$'ok\tremove: nothing is left'* ]]
  [[ $stderr == *'2 of 5 checks failed'* ]]
  unchanged
  run --separate-stderr -1 fardel selftest --json "$file"
  jq -e '[.findings[] | select(.level == "fail")] | length == 2' <<<"$output"
}

# shellcheck disable=SC2016
@test "selftest: links are followed through others, as far as they lead" {
  skip_unless mount userns
  file=$(with_rules 1 'mkdir -p /srv/made; ln -sfn "$2/usr" /srv/made/all; ln -sfn all/bin /srv/made/bin
    ln -sfn made/bin/hello /srv/one; ln -sfn ../srv/made/./../one /srv/two; ln -sfn /srv/made/bin/nothing /srv/none
    ln -sfn ring2 /srv/ring1; ln -sfn ring1 /srv/ring2; : >/srv/there/file; ln -sfn /srv/away/file /srv/old' 'rm -rf /srv/made /srv/one /srv/two /srv/none
    rm -f /srv/ring? /srv/old /srv/there/file')
  mkdir "$ROOT/srv/there"
  ln -s there "$ROOT/srv/away"
  run --separate-stderr -1 fardel selftest "$file"
  [[ $(grep -c 'link to nothing' <<<"$output") == 3 ]]
  [[ $output == *'link to nothing: /srv/none -> '* && $output == *'/srv/ring1 -> ring2'* && $output == *'/srv/ring2 -> ring1'* ]]
}

# shellcheck disable=SC2016
@test "selftest: a link to what the package takes away leads nowhere" {
  skip_unless mount userns
  echo there >"$ROOT/srv/taken"
  file=$(with_rules 1 'rm -f /srv/taken; ln -sfn /srv/taken /srv/link' 'rm -f /srv/link; echo there >/srv/taken')
  run --separate-stderr -1 fardel selftest "$file"
  [[ $output == *$'fail\tinstall leaves a link to nothing: /srv/link -> /srv/taken'* ]]
}

@test "selftest of what is installed: stands on what unconfigure leaves, and the package stays in use" {
  skip_unless mount userns
  fardel install "$(make_installer hello 1)"
  before=$(manifest)
  run --separate-stderr -0 fardel selftest "$(make_installer hello 2)"
  diff <(printf '%s\n' "$before") <(manifest)
  [[ $(fardel list) == hello$'\t'1$'\t'*installed* && $("$ROOT/usr/bin/hello") == 'hello 1' ]]
}

# shellcheck disable=SC2016
@test "selftest: what policy refuses, rules that fail, another package's installer, no file" {
  skip_unless mount
  file=$(with_rules 1 'echo deb >/etc/apt/sources.list.d/x.list' 'rm -f /etc/apt/sources.list.d/x.list')
  run --separate-stderr -1 fardel selftest "$file"
  [[ $output == *$'fail\tinstall: /etc/apt/sources.list.d/x.list'*'apt-sources'* ]]
  run --separate-stderr -1 fardel selftest "$(with_rules 1 ':' 'exit 3')"
  [[ $output == *$'fail\trules unconfigure failed (exit status 3)'* ]]
  run --separate-stderr -64 fardel selftest "$(make_installer hello 1)" --from "$(make_installer other 1)"
  run --separate-stderr -64 fardel selftest hello
  run --separate-stderr -3 fardel selftest ./hello.tar.gz
}
