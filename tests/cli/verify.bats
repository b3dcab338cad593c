#!/usr/bin/env bats
# verify: what packages have made, held against the disk.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  serve "$VENDOR"
  LEAVER=$BATS_TEST_DIRNAME/../life/rules/leaver.sh
}

teardown() {
  finish
}

# What rules make is known where there are stages.
skip_without_stage() {
  skip_unless mount userns
}

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$@"; }

# letters PATH: the second column of the row of that path.
letters() {
  awk -F '\t' -v path="$1" '$3 == path { print $2 }' <<<"$output"
}

@test "verify: nothing differs, exit 0; nothing is installed, exit 0" {
  skip_without_stage
  run --separate-stderr -0 fardel verify
  [[ -z $output && $stderr == '0 paths looked at: all as it is to be.' ]]
  fardel install "$(make_installer hello 1 rules="$LEAVER")" "$(make_installer other 7)"
  run --separate-stderr -0 fardel verify
  # One for each installation, besides what they have made.
  n=$(($(fardel files --json hello | jq '.paths | length') + 3 + 2))
  [[ -z $output && $stderr == "$n paths looked at: all as it is to be." ]]
  run --separate-stderr -0 fardel verify --json
  jq -e ".findings == [] and .paths == $n and .unknown == [] and (has(\"error\") | not)" <<<"$output"
}

@test "verify: the letters, one change each" {
  skip_without_stage
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  conf=$ROOT/etc/hello.d/deep/conf
  check() {
    run --separate-stderr -1 fardel verify
    [[ $(letters "$1") == "$2" && ${#lines[@]} == 1 && $stderr == '1 of '*' paths differs.' ]] ||
      { echo "$1: wanted $2, got $output, $stderr"; false; }
  }
  echo 'version = 2' >"$conf"
  check /etc/hello.d/deep/conf '..5....?.'
  echo 'version = 10' >"$conf"
  check /etc/hello.d/deep/conf 'S.5....?.'
  echo 'version = 1' >"$conf"
  run -0 fardel verify
  chmod 600 "$conf"
  check /etc/hello.d/deep/conf '.M.....?.'
  chmod 644 "$conf"
  ln -sfn elsewhere "$ROOT/usr/bin/hello"
  check /usr/bin/hello '....L..?.'
  rm "$ROOT/usr/bin/hello"
  check /usr/bin/hello missing
  mkdir "$ROOT/usr/bin/hello"
  check /usr/bin/hello '.M.....?.'
  [[ $output == *'a folder now, was a link; changed since '* ]]
  rmdir "$ROOT/usr/bin/hello"
  fardel reconfigure hello
  run -0 fardel verify
}

@test "verify: owner, group and attributes" {
  skip_unless mount
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  chown 7 "$ROOT/etc/hello.d/deep"
  chgrp 8 "$ROOT/etc/hello.d/deep/conf"
  setfattr -n user.mine -v 1 "$ROOT/etc/hello.d/key" 2>/dev/null || setcap cap_net_raw+ep "$ROOT/etc/hello.d/key"
  run --separate-stderr -1 fardel verify hello
  [[ $(letters /etc/hello.d/deep) == '.....U.?.' && $(letters /etc/hello.d/deep/conf) == '......G?.' ]]
  [[ $(letters /etc/hello.d/key) == '.......?P' && ${#lines[@]} == 3 ]]
}

@test "verify: what the package had taken away is there again; others' files in its folders are no findings" {
  skip_without_stage
  mkdir -p "$ROOT/srv"
  echo old >"$ROOT/srv/not-wanted"
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  echo mine >"$ROOT/etc/hello.d/mine"
  run -0 fardel verify
  echo new >"$ROOT/srv/not-wanted"
  run --separate-stderr -1 fardel verify
  [[ $output == $'hello\tthere again\t/srv/not-wanted\t' ]]
}

@test "verify: a folder that is gone is told with all that was in it" {
  skip_without_stage
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  rm -r "$ROOT/etc/hello.d"
  run --separate-stderr -1 fardel verify
  for path in /etc/hello.d /etc/hello.d/deep /etc/hello.d/deep/conf /etc/hello.d/key /etc/hello.d/first; do
    [[ $(letters "$path") == missing ]]
  done
  : >"$ROOT/etc/hello.d"
  run --separate-stderr -1 fardel verify
  [[ $(letters /etc/hello.d) == '.M.....?.' && $(letters /etc/hello.d/deep/conf) == missing ]]
}

@test "verify --json: what differs, and in what" {
  skip_without_stage
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  printf 'more\nthan before' >"$ROOT/etc/hello.d/deep/conf"
  rm "$ROOT/usr/bin/hello"
  run --separate-stderr -1 fardel verify --json
  jq -e '[.findings[] | .package, .path, .what, .differs, .wanted, .now] == [
    "hello", "/etc/hello.d/deep/conf", "changed", ["size", "digest"], "file", "file",
    "hello", "/usr/bin/hello", "missing", [], "link", "none"]' <<<"$output"
  jq -e '.error.code == "findings" and .error.exit == 1 and (.findings[0].since | test("^[0-9-]+T"))' <<<"$output"
}

@test "verify at a terminal: a table" {
  skip_without_stage
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  echo 'version = 2' >"$ROOT/etc/hello.d/deep/conf"
  rm "$ROOT/usr/bin/hello"
  run -1 env TERM=xterm script -qec 'fardel verify' /dev/null
  [[ $output == *'  hello   ..5....?.     /etc/hello.d/deep/conf   changed since 20'* ]]
  [[ $output == *'  hello   missing       /usr/bin/hello'*'2 of '*' paths differ.'* ]]
}

@test "verify NAME: that one alone; an unknown name is exit 3" {
  skip_without_stage
  fardel install "$(make_installer hello 1)" "$(make_installer other 7)"
  rm "$ROOT/usr/bin/hello"
  run -0 fardel verify other
  run -1 fardel verify hello
  run -1 fardel verify other hello
  run --separate-stderr -3 fardel verify hello nothere
  [[ $stderr == *nothere* && -z $output ]]
}

@test "verify: an installation that is gone, or lost its content" {
  fardel install "$(make_installer hello 1)"
  folder=/var/lib/fardel/packages/hello/$(fardel show -F Id hello)
  run -0 fardel verify
  : >"$ROOT$folder/upstream/usr/bin/hello"
  run --separate-stderr -1 fardel verify
  [[ $output == $'hello\tS......?.\t'"$folder"$'\tfiles of it, or what was in them, were lost' ]]
  rm -r "$ROOT$folder"
  run --separate-stderr -1 fardel verify
  [[ $output == $'hello\tmissing\t'"$folder"$'\t'* ]]
}

@test "verify of what is not known: said, exit 0" {
  fardel install --direct "$(make_installer hello 1)"
  run --separate-stderr -0 fardel verify
  [[ -z $output && $stderr == *'hello: what it has made is not known'* ]]
  run --separate-stderr -0 fardel verify --json
  jq -e '.unknown == ["hello"] and .partly_known == []' <<<"$output"
  [[ $FARDEL_TEST_MODE == mount || $FARDEL_TEST_MODE == userns ]] || return 0
  fardel reconfigure hello
  run --separate-stderr -0 fardel verify --json
  jq -e '.unknown == [] and .partly_known == ["hello"]' <<<"$output"
}

@test "verify: a list that is gone or damaged is a finding" {
  skip_without_stage
  fardel install "$(make_installer hello 1)" "$(make_installer other 7)"
  rm "$ROOT/usr/bin/other"
  echo '{' >"$ROOT/var/lib/fardel/undo/1.0/footprint"
  run --separate-stderr -1 fardel verify
  [[ $(letters /var/lib/fardel/undo/1.0) == '?????????' && $(letters /usr/bin/other) == missing ]]
  rm -r "$ROOT/var/lib/fardel/undo/1.0"
  run --separate-stderr -1 fardel verify
  [[ $(letters /var/lib/fardel/undo/1.0) == missing && $(letters /usr/bin/other) == missing ]]
}

@test "verify: databases that many write to, and caches, are no findings" {
  skip_unless mount
  cat >"$WORK/adds.sh" <<'EOF'
#!/bin/sh
set -eu
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure) echo hello:x:7777: >>/etc/group; echo x >/usr/share/applications/mimeinfo.cache ;;
esac
EOF
  cp /etc/group "$WORK/group"
  cp /etc/group /etc/group.new
  mv /etc/group.new /etc/group
  fardel install "$(make_installer hello 1 rules="$WORK/adds.sh")"
  cp "$WORK/group" /etc/group
  rm -f /usr/share/applications/mimeinfo.cache
  run --separate-stderr -0 fardel verify
  [[ $stderr == '1 path looked at'* ]]
}

@test "verify: without rights it says what it cannot read" {
  skip_unless mount
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -1 as_nobody fardel verify
  [[ -z $output && $stderr == *'only root can read'* ]]
}
