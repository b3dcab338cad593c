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
    [[ $(letters "$1") == "$2" && ${#lines[@]} == 1 && $stderr == '1 of '*' paths differs. Mend with: fardel verify --repair' ]] ||
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
  echo old >"$ROOT/etc/not-wanted"
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  echo mine >"$ROOT/etc/hello.d/mine"
  run -0 fardel verify
  echo new >"$ROOT/etc/not-wanted"
  run --separate-stderr -1 fardel verify
  [[ $output == $'hello\tthere again\t/etc/not-wanted\t' ]]
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
  [[ $output == *'  hello   missing       /usr/bin/hello'*'2 of '*' paths differ. Mend with: '* ]]
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
  [[ $output == $'hello\tS......?.\t'"$folder"$'\tfiles of it, or what was in them, were lost; its installer mends it: fardel install ./hello.tar.gz' ]]
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

# --- --repair

@test "verify --repair: links, folders, attributes and files are as they were" {
  skip_without_stage
  mkdir -p "$ROOT/srv"
  echo old >"$ROOT/etc/settings"
  echo old >"$ROOT/etc/not-wanted"
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  cp -a "$ROOT/etc/hello.d" "$WORK/hello.d"
  rm "$ROOT/usr/bin/hello" "$ROOT/etc/hello.d/deep/conf"
  ln -sfn elsewhere "$ROOT/usr/bin/hello-too"
  chmod 700 "$ROOT/etc/hello.d"
  echo other >"$ROOT/etc/settings"
  echo again >"$ROOT/etc/not-wanted"
  run --separate-stderr -0 fardel verify --repair
  [[ ${#lines[@]} == 6 && $(grep -c $'\tmended$' <<<"$output") == 6 && $stderr == *'6 of '*' paths differed: mended.' ]]
  [[ $(readlink "$ROOT/usr/bin/hello") == */upstream/usr/bin/hello && $(readlink "$ROOT/usr/bin/hello-too") == */hello ]]
  [[ $(cat "$ROOT/etc/hello.d/deep/conf") == 'version = 1' && $(stat -c %a "$ROOT/etc/hello.d") == 755 ]]
  [[ $(cat "$ROOT/etc/settings") == 'setting of hello' && ! -e $ROOT/etc/not-wanted ]]
  diff -r "$WORK/hello.d" "$ROOT/etc/hello.d"
  run --separate-stderr -0 fardel verify
  # What was there before the package came is not forgotten.
  run -0 fardel remove hello
  [[ $output == *'0 left behind'* && $(cat "$ROOT/etc/settings") == old && $(cat "$ROOT/etc/not-wanted") == old ]]
  [[ ! -e $ROOT/etc/hello.d ]]
}

@test "verify --repair: a transaction of its own, with its name; nothing to mend is none" {
  skip_without_stage
  fardel install "$(make_installer hello 1)" "$(make_installer other 7)"
  run --separate-stderr -0 fardel verify --repair
  [[ -z $output ]]
  rm "$ROOT/usr/bin/hello"
  run --separate-stderr -1 fardel verify --repair --dry-run
  [[ ! -L $ROOT/usr/bin/hello && $stderr == *'Mend with: fardel verify --repair' ]]
  fardel verify --repair
  [[ -L $ROOT/usr/bin/hello ]]
  run --separate-stderr -0 fardel history
  [[ ${#lines[@]} == 2 && ${lines[0]//$'\t'/|} == *'|repair hello|1 change|'* ]]
  run --separate-stderr -0 fardel verify --repair --json
  jq -e '.findings == []' <<<"$output"
}

@test "verify --repair: what is gone with a folder, also one that nobody has, comes again" {
  skip_without_stage
  cat >"$WORK/deep.sh" <<'EOF'
#!/bin/sh
set -eu
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  ln -sfn "$2/usr/bin/@NAME@" /srv/machine/deep/link
  echo text >/srv/machine/deep/file
  ;;
esac
EOF
  mkdir -p "$ROOT/srv/machine/deep"
  fardel install "$(make_installer hello 1 rules="$WORK/deep.sh")"
  rm -r "$ROOT/srv/machine"
  # The link alone can be mended without the rules, which fail: the folder is not theirs.
  run --separate-stderr -0 fardel verify --repair
  [[ -L $ROOT/srv/machine/deep/link && $(cat "$ROOT/srv/machine/deep/file") == text ]]
  run -0 fardel verify
}

@test "verify --repair: a folder's place taken by a file, and a file's by a folder" {
  skip_without_stage
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  cp -a "$ROOT/etc/hello.d/key" "$WORK/key"
  rm -r "$ROOT/etc/hello.d/deep"
  echo mine >"$ROOT/etc/hello.d/deep"
  rm "$ROOT/etc/hello.d/first"
  mkdir "$ROOT/etc/hello.d/first"
  run --separate-stderr -0 fardel verify --repair
  [[ $(cat "$ROOT/etc/hello.d/deep/conf") == 'version = 1' && $(cat "$ROOT/etc/hello.d/first") == 'of 1 alone' ]]
  cmp "$WORK/key" "$ROOT/etc/hello.d/key"
}

@test "verify --repair: what the rules make otherwise now stays as it is, exit 1; the rest is mended" {
  skip_without_stage
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  echo mine >"$ROOT/etc/hello.d/key"
  rm "$ROOT/usr/bin/hello"
  run --separate-stderr -1 fardel verify --repair
  [[ $(cat "$ROOT/etc/hello.d/key") == mine && -L $ROOT/usr/bin/hello ]]
  [[ $output == *$'\t/etc/hello.d/key\tits rules do not make it as it was'* && $output == *$'\t/usr/bin/hello\tmended'* ]]
  [[ $stderr == *'2 of '*' paths differed, 1 could not be mended.' ]]
  run --separate-stderr -1 fardel verify --json
  jq -e '[.findings[] | .path] == ["/etc/hello.d/key"]' <<<"$output"
}

@test "verify --repair: rules that fail keep nothing else from being mended" {
  skip_without_stage
  sed 's|^configure)|configure) [ ! -e /srv/fail ] \|\| exit 1|' "$LEAVER" >"$WORK/fails.sh"
  fardel install "$(make_installer hello 1 rules="$WORK/fails.sh")"
  mkdir -p "$ROOT/srv"
  : >"$ROOT/srv/fail"
  rm "$ROOT/usr/bin/hello" "$ROOT/etc/hello.d/deep/conf"
  run --separate-stderr -1 fardel verify --repair
  [[ -L $ROOT/usr/bin/hello && ! -e $ROOT/etc/hello.d/deep/conf && $stderr == *'stay as they are'* ]]
  rm "$ROOT/srv/fail"
  fardel verify --repair
  [[ -e $ROOT/etc/hello.d/deep/conf ]]
}

@test "verify --repair: what others have is left alone, and what the rules make besides is not made" {
  skip_without_stage
  cat >"$WORK/more.sh" <<'EOF'
#!/bin/sh
set -eu
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  mkdir -p /etc/hello.d
  echo text >/etc/hello.d/file
  [ ! -e /srv/more ] || echo more >/etc/hello.more
  ;;
esac
EOF
  fardel install "$(make_installer hello 1 rules="$WORK/more.sh")"
  mkdir -p "$ROOT/srv"
  : >"$ROOT/srv/more"
  echo mine >"$ROOT/etc/hello.d/mine"
  rm "$ROOT/etc/hello.d/file"
  fardel verify --repair
  [[ $(cat "$ROOT/etc/hello.d/file") == text && $(cat "$ROOT/etc/hello.d/mine") == mine && ! -e $ROOT/etc/hello.more ]]
  run ! grep more <<<"$(fardel files hello)"
}

@test "verify --repair: packages that are not named stay as they are" {
  skip_without_stage
  fardel install "$(make_installer hello 1)" "$(make_installer other 7)"
  rm "$ROOT/usr/bin/hello" "$ROOT/usr/bin/other"
  fardel verify --repair other
  [[ ! -L $ROOT/usr/bin/hello && -L $ROOT/usr/bin/other ]]
}

@test "verify --repair: an installation that is gone needs its installer, which is said, and mends it" {
  skip_without_stage
  file=$(make_installer hello 1)
  fardel install "$file"
  rm -r "$ROOT"/var/lib/fardel/packages/hello/*/upstream "$ROOT/usr/bin/hello"
  run --separate-stderr -1 fardel verify --repair
  [[ -L $ROOT/usr/bin/hello && $output == *'fardel install ./hello.tar.gz'* ]]
  cd "$(dirname "$file")"
  fardel install ./hello.tar.gz
  run -0 fardel verify
}

@test "verify --repair: rules never run on the system itself for it" {
  skip_unless mount
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  rm "$ROOT/etc/hello.d/deep/conf" "$ROOT/etc/hello.d/key"
  run --separate-stderr -1 "$LIB/without" rights fardel verify --repair
  [[ ! -e $ROOT/etc/hello.d/deep/conf && ! -e $ROOT/etc/hello.d/key ]]
  [[ $stderr == *'2 could not be mended.'* ]]
  [[ $output == *'only be mended in a stage, and there is none: '[a-z]* ]]
  # Nor where the admin wants that otherwise.
  run --separate-stderr -1 fardel --set 'live=["hello"]' verify --repair
  [[ ! -e $ROOT/etc/hello.d/deep/conf && $output == *'only be mended in a stage'*'live in fardel.toml'* ]]
}
