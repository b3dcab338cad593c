#!/usr/bin/env bats
# docs/repository.md, from "Publishing one" on: its commands, as they stand there, by who runs a repository, and the machines that follow.
# shellcheck disable=SC2154 # output, stderr: bats sets them

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  skip_unless mount userns
  fresh
  GUIDE=$LIB/../../docs/repository.md
  TYPED=$WORK/typed
  : >"$TYPED"
  mkdir -p /srv/main /srv/web "$WORK/desk"
  cd "$WORK/desk" || return
  serve /srv
}

teardown() {
  cd /
  finish
}

# commands: those of the guide that can be typed, a line each; what only names one (no argument, or NAME in it) is none.
commands() {
  # shellcheck disable=SC2016
  sed -n '/^## Publishing one/,$p' "$GUIDE" | grep -oE '`fardel [^`]+`|^\$ .*' | sed -E 's/^\$ //; s/ +#.*//; s/`//g' |
    grep -vE '^fardel [a-z]+( [a-z]+)?$|NAME|FILE$'
}

# type_it BEGINNING [ANSWERS]: the one command of the guide that begins so, at a terminal if there is something to answer. URL and NEW.pub are
# what they stand for here; web: is another folder.
type_it() {
  local found command
  found=$(commands | grep -xF -- "$1" || commands | grep -F -- "$1")
  [[ $(wc -l <<<"$found") == 1 && -n $found ]] || { echo "not one command: $1: $found"; return 1; }
  echo "$found" >>"$TYPED"
  command=${found//URL/$URL/main}
  command=${command//NEW.pub/new-root.pub}
  command=${command//web:\/srv/\/srv\/web}
  # shellcheck disable=SC2086
  if (($# == 1)); then eval "$command"; else "$LIB/at-terminal" "$2" $command; fi
}

# release NAME VERSION FOLDER: an installer into that folder.
release() {
  mkdir -p "$3"
  make_pack_deb "$1" "$2"
  mv -- "$VENDOR/$1-$2.deb" /srv
  { manifest_head "$1" "$2"; manifest_pack "/srv/$1-$2.deb" "url=$URL/$1-$2.deb"; } | make_format3 "$1" >/dev/null
  mv -- "$WORK/out/$1.tar.gz" "$3/$1-$2.tar.gz"
}

revision() { fardel repo list --json | jq '.repositories[] | select(.name == "main") | .revision'; }
known() { fardel search --json "$1" | jq -r '.packages[0].version'; }
follow() { run --separate-stderr -0 fardel repo update; }

# another: a folder with one installer, and a machine that knows nothing yet.
another() {
  rm -rf -- /srv/main "$ROOT"/var/lib/fardel "$ROOT"/etc/fardel/repos.d
  mkdir -p /srv/main "$ROOT/etc/fardel/repos.d"
  rm -f -- ./*.key ./*.pub
  release tool 1 /srv/main/tools
}

@test "what the guide of repositories says can be typed as it stands, by who runs one and by machines that follow" {
  # One key, with a password.
  another
  type_it 'fardel repo key --output main' $'Password for main.key: =>secret\nOnce more, for main.key: =>secret'
  type_it 'fardel repo build /srv/main --key main.key' 'Password of main.key: =>secret'
  fardel -qq repo add main "$URL/main" --key main.pub
  follow
  [[ $(known tool) == 1 ]]

  # Two roles. The index key changes, then leaks, then the root key changes.
  another
  type_it 'fardel repo key --output root' $'Password for root.key: =>secret\nOnce more, for root.key: =>secret'
  type_it 'fardel repo key --no-password --output nightly'
  type_it 'fardel repo build /srv/main --key nightly.key --root-key root.key' 'Password of root.key: =>secret'
  type_it 'fardel repo add main URL --key root.pub'
  follow
  fardel -qq repo key --no-password --output new
  cp -a /srv/main "$WORK/before"
  type_it 'fardel repo rotate /srv/main --key root.key --key nightly.key' 'Password of root.key: =>secret'
  follow
  [[ $(revision) == 2 ]]
  run -1 fardel repo sign /srv/main --key nightly.key
  release tool 2 /srv/main/tools
  fardel -qq repo build /srv/main --key new.key
  follow
  [[ $(known tool) == 2 ]]
  # Who has the old key shows its own.
  release tool 3 "$WORK/before/tools"
  for _ in 1 2 3; do fardel -qq repo sign "$WORK/before" --key nightly.key; done
  fardel -qq repo build "$WORK/before" --key nightly.key
  mv /srv/main "$WORK/ours" && mv "$WORK/before" /srv/main
  run --separate-stderr -5 fardel repo update
  [[ $(known tool) == 2 ]]
  rm -r /srv/main && mv "$WORK/ours" /srv/main
  fardel -qq repo key --no-password --output new-root
  cp new.key nightly.key
  type_it 'fardel repo rotate /srv/main --key root.key --key new-root.key' 'Password of root.key: =>secret'
  follow
  [[ $(revision) == 4 && $(jq .root /srv/main/repository.json) == 3 ]]
  type_it 'fardel repo trust main NEW.pub'
  follow
  type_it 'fardel repo sign /srv/main --key nightly.key'
  follow
  [[ $(revision) == 5 ]]

  # Of three keys two have to sign.
  another
  for name in a b c; do fardel -qq repo key --no-password --output $name; done
  fardel -qq repo build /srv/main --key a.key
  fardel -qq repo add main "$URL/main" --key a.pub
  type_it 'fardel repo rotate /srv/main --key a.key --root-key a.pub'
  follow
  [[ $(revision) == 1 && $(jq .root /srv/main/repository.json) == 1 ]]
  type_it 'fardel repo rotate --add /srv/main --key b.key'
  fardel -qq repo sign /srv/main --key a.key
  type_it 'fardel repo sign --add /srv/main --key c.key'
  follow
  [[ $(revision) == 2 && $(jq .root /srv/main/repository.json) == 2 ]]

  # Content first, the head last, to another place.
  type -P rsync >/dev/null || rsync() {
    local from=${*: -2:1} to=${*: -1}
    if [[ $* == *--exclude* ]]; then
      mkdir -p "$to" && (cd "$from" && find . -type f ! -path ./repository.json ! -name '.*' -exec cp -a --parents {} "$to" \;)
    else
      cp -a "$from" "$to"
    fi
  }
  type_it 'rsync -a --exclude'
  [[ ! -e /srv/web/main/repository.json && ! -e /srv/web/main/index/.build.db ]]
  type_it 'rsync -a /srv/main/repository.json'
  fardel -qq repo remove main
  fardel -qq repo add main "$URL/web/main" --key a.pub
  follow
  [[ $(known tool) == 1 ]]

  # Staging, and production.
  another
  for name in testing nightly; do fardel -qq repo key --no-password --output $name; done
  release tool 2 /srv/testing/tools
  type_it 'fardel repo build /srv/testing'
  type_it 'fardel repo build /srv/main --name main --key nightly.key'
  fardel -qq repo add main-testing "$URL/testing" --key testing.pub
  follow
  [[ $(known tool) == 2 ]]
  id=$(fardel show -F Id tool)
  cp /srv/testing/tools/tool-2.tar.gz /srv/main/tools
  fardel -qq repo build /srv/main --key nightly.key
  fardel -qq repo remove main-testing
  fardel -qq repo add main "$URL/main" --key nightly.pub
  follow
  [[ $(known tool) == 2 && $(fardel show -F Id tool) == "$id" ]]
  # One is not the other, whatever its URL.
  fardel -qq repo add main-testing "$URL/main" --key nightly.pub
  run --separate-stderr -6 fardel repo update
  [[ $stderr == *'it is signed for the repository main, and this one is main-testing'* ]]

  # Nothing that can be typed was left out.
  diff <(commands | sort -u) <(sort -u "$TYPED")
}

@test "what the guide has nginx do: the head is asked after, all else is kept, what begins with a dot is nobody's; a poll is 304" {
  local whole
  another
  fardel -qq repo key --no-password --output nightly
  fardel -qq repo build /srv/main --key nightly.key
  # shellcheck disable=SC2016
  serve "$VENDOR" "$(sed -n '/^location \/main\/ {$/,/^}$/p' "$GUIDE")"
  says() { curl -s -o /dev/null -D - "$URL/main/$1" | tr -d '\r'; }
  says repository.json | grep -x 'Cache-Control: no-cache'
  says repository.json | grep '^ETag: '
  whole=$(jq -r .whole.sha256 /srv/main/repository.json)
  says "index/whole/$whole.db.zst" | grep -x 'Cache-Control: public, max-age=31536000, immutable'
  says index/.build.db | grep '^HTTP/1.1 403'
  says tools/tool-1.tar.gz | grep '^HTTP/1.1 200'
  fardel -qq repo add main "$URL/main" --key nightly.pub
  follow
  forget_requests
  run --separate-stderr -0 fardel repo update --plain
  [[ $output == *unchanged ]]
  wait_for grep -qx '/main/repository.json 304' "$ACCESS_LOG"
  [[ $(wc -l <"$ACCESS_LOG") == 1 ]]
}

# units DIR: the guide's files for systemd, as they stand there; prints their names.
units() {
  awk -v dir="$1" '
    /^```/ { file = ""; next }
    /^# \/etc\/systemd\/system\// { file = $2; sub(".*/", "", file); print file }
    file { print > (dir "/" file) }' "$GUIDE"
}

@test "the guide's timer is one that systemd takes, and its service is the command that brings all up to date" {
  another
  fardel -qq repo key --no-password --output main
  fardel -qq repo build /srv/main --key main.key
  fardel -qq repo add main "$URL/main" --key main.pub
  mkdir "$WORK/units"
  [[ $(units "$WORK/units" | paste -sd ' ') == 'fardel-update.service fardel-update.timer' ]]
  command=$(sed -n 's|^ExecStart=/usr/bin/||p' "$WORK/units/fardel-update.service")
  # shellcheck disable=SC2086
  run --separate-stderr -0 $command
  [[ $(known tool) == 1 && -z $stderr ]]
  type -P systemd-analyze >/dev/null || skip 'there is no systemd-analyze here'
  # It wants the program to be there.
  sed -i "s|^ExecStart=/usr/bin/fardel|ExecStart=$FARDEL_BIN|" "$WORK/units/fardel-update.service"
  run -0 systemd-analyze verify "$WORK/units/fardel-update.timer" "$WORK/units/fardel-update.service"
  [[ -z $output ]] || { echo "$output"; return 1; }
}
