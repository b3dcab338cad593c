#!/usr/bin/env bats
# install, prepare, download, reconfigure, unconfigure, remove: what is said where, and their options.

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

@test "install: nothing on stdout, one closing line on stderr" {
  file=$(make_installer hello 1)
  run --separate-stderr -0 fardel install "$file"
  [[ -z $output ]]
  [[ ${stderr##*$'\n'} == 'hello 1 installed'*' in '* ]]
}

@test "install --json: one object on stdout" {
  file=$(make_installer hello 1)
  run --separate-stderr -0 fardel install --json "$file"
  [[ $(wc -l <<<"$output") == 1 ]]
  jq -e '.schema == 1 and .command == "install" and .dry_run == false and (.transaction > 0)' <<<"$output"
  jq -e '.items[0] | .action == "new" and .name == "hello" and .to.version == "1" and .result == "done"' \
    <<<"$output"
}

@test "install --json that fails: the error is in the object, too" {
  file=$(make_installer hello 1 sum=wrong-sha384)
  run --separate-stderr -5 fardel install --json "$file"
  jq -e '.error.code == "checksum" and .error.exit == 5 and .items[0].result == "failed"' <<<"$output"
}

@test "install --dry-run: the plan on stdout, nothing done" {
  file=$(make_installer hello 1)
  run --separate-stderr -0 fardel install --dry-run "$file"
  [[ $output == *hello*new* ]]
  run -0 fardel list
  [[ -z $output ]]
  (($(requests /hello-1.deb) == 0))
}

@test "install --dry-run --plain: tab-separated; --json: the steps" {
  file=$(make_installer hello 1)
  run --separate-stderr -0 fardel install -n --plain "$file"
  [[ $output == new$'\t'hello$'\t'1$'\t'* ]]
  run --separate-stderr -0 fardel install -n --json "$file"
  jq -e '.dry_run and ([.items[0].steps[].step] == ["extract", "fetch", "unpack", "configure"])' <<<"$output"
}

@test "install --dry-run of an upgrade names both versions" {
  fardel install "$(make_installer hello 1)"
  file=$(make_installer hello 2)
  run --separate-stderr -0 fardel install -n "$file"
  [[ $output == *hello*2*'upgrade from 1'* ]]
  run --separate-stderr -0 fardel install -n --json "$file"
  jq -e '.items[0] | .action == "upgrade" and .from.version == "1" and .to.version == "2"' <<<"$output"
}

@test "-q says less, -qq less again, -v more" {
  file=$(make_installer hello 1 format=1)
  run --separate-stderr -0 fardel install "$file"
  [[ $stderr == *installed* ]]
  run --separate-stderr -0 fardel install -q "$file"
  [[ $stderr != *'in 0'* ]]
  run --separate-stderr -0 fardel install -qq "$file"
  [[ -z $stderr ]]
  run --separate-stderr -0 fardel install -v "$file"
  [[ $stderr == *configure* ]]
  run --separate-stderr -0 fardel install --debug "$file"
  [[ $stderr == *'hello 1: configure'* ]]
}

@test "-qq still prints errors" {
  run --separate-stderr ! fardel -qq install "$WORK/none.tar.gz"
  [[ $stderr == *none.tar.gz* ]]
}

@test "a file that is not there: its name, exit 3" {
  run --separate-stderr -3 fardel install "$WORK/none.tar.gz"
  [[ $stderr == *none.tar.gz* ]]
}

@test "a file that is no archive" {
  echo hello >"$WORK/hello.tar.gz"
  run --separate-stderr -1 fardel install "$WORK/hello.tar.gz"
  [[ $stderr == *hello.tar.gz* ]]
}

@test "an error names its cause, its object, and what to do next" {
  file=$(make_installer hello 1 sum=wrong-sha384)
  run --separate-stderr -5 fardel install "$file"
  [[ $stderr == *'fardel: install'*hello*'checksum mismatch'* ]]
  [[ $stderr == *'wanted sha384 '* && $stderr == *'got '* ]]
  [[ $stderr == *'Next: '* ]]
}

@test "rules that fail: the end of what they said, and where the rest is" {
  file=$(make_installer hello 1 configure=1)
  run --separate-stderr -1 fardel install "$file"
  [[ $stderr == *'configure ends with 1'* ]]
  [[ $stderr == *fardel*' log '* ]]
}

@test "what rules print cannot turn the terminal" {
  cat >"$WORK/rules" <<'END'
#!/bin/sh
printf 'red \033[31m text\n'
case $1 in unpack) dpkg-deb -x "$2" "$3" ;; configure) exit 1 ;; esac
END
  file=$(make_installer hello 1 rules="$WORK/rules")
  run --separate-stderr -1 fardel install "$file"
  [[ $stderr != *$'\e'* ]]
  run --separate-stderr fardel log
  [[ $output != *$'\e'* ]]
}

@test "a terminal's colours and bars are not for a pipe; NO_COLOR and --color are obeyed" {
  file=$(make_installer hello 1 sum=wrong-sha384)
  run --separate-stderr fardel install "$file"
  [[ $stderr != *$'\e'* ]]
  run --separate-stderr fardel install --color always "$file"
  [[ $stderr == *$'\e['* ]]
  run env TERM=xterm script -qec "fardel install --progress never '$file'" /dev/null
  [[ $output == *$'\e['*'fardel:'* ]]
  run env TERM=xterm NO_COLOR=1 script -qec "fardel install --progress never '$file'" /dev/null
  [[ $output != *$'\e['* ]]
  run env TERM=dumb script -qec "fardel install '$file'" /dev/null
  [[ $output != *$'\e['* ]]
  run env TERM=xterm script -qec "fardel --plain install '$file'" /dev/null
  [[ $output != *$'\e['* ]]
}

@test "a bar at a terminal, lines when piped" {
  make_pack_deb hello 1 3000
  # Slow enough for a bar to be drawn.
  serve "$VENDOR" 'limit_rate 4m;'
  file=$(make_installer hello 1)
  run env TERM=xterm script -qec "fardel install '$file'" /dev/null
  [[ $output == *hello-1.deb*'━'*'%'* ]]
  fardel remove hello
  fardel cache gc
  run --separate-stderr -0 fardel install "$file"
  [[ $stderr == *'hello-1.deb: 100 %'* ]]
  [[ $stderr != *$'\r'* ]]
}

@test "--progress never: no lines of progress" {
  make_pack_deb hello 1 3000
  file=$(make_installer hello 1)
  run --separate-stderr -0 fardel install --progress never "$file"
  [[ $stderr != *'%'* ]]
}

@test "prepare, then install; download, then prepare" {
  file=$(make_installer hello 1)
  run --separate-stderr -0 fardel download "$file"
  [[ $stderr == *downloaded* ]]
  run --separate-stderr -0 fardel prepare "$file"
  [[ $stderr == *prepared* ]]
  (($(requests /hello-1.deb) == 1))
  [[ ! -e $ROOT/usr/bin/hello ]]
  run --separate-stderr -0 fardel install "$file"
  [[ -L $ROOT/usr/bin/hello ]]
  (($(requests /hello-1.deb) == 1))
}

@test "download without a checksum says why it cannot" {
  file=$(make_installer hello 1 sum=)
  run --separate-stderr ! fardel download "$file"
  [[ $stderr == *checksum* ]]
}

@test "reconfigure: of a name, of all, of one that is not there" {
  fardel install "$(make_installer hello 1)"
  rm "$ROOT/usr/bin/hello"
  run --separate-stderr -0 fardel reconfigure hello
  [[ $stderr == *reconfigured* ]]
  [[ -L $ROOT/usr/bin/hello ]]
  run --separate-stderr -0 fardel reconfigure --all --json
  jq -e '.items[0].action == "reconfigure"' <<<"$output"
  run --separate-stderr -3 fardel reconfigure other
  [[ $stderr == *other* ]]
}

@test "unconfigure, and again; install NAME puts it back, reconfigure says so" {
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -0 fardel unconfigure hello
  [[ $stderr == *unconfigured* ]]
  [[ ! -e $ROOT/usr/bin/hello ]]
  run -0 fardel unconfigure hello
  run --separate-stderr -1 fardel reconfigure hello
  [[ $stderr == *fardel*' install hello'* ]]
  run -0 fardel install hello
  [[ -L $ROOT/usr/bin/hello ]]
  run -3 fardel unconfigure other
}

@test "remove: dry-run, plain, then for good; again: exit 3" {
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -0 fardel remove --dry-run hello
  [[ $output == *remove* && -L $ROOT/usr/bin/hello ]]
  run --separate-stderr -0 fardel remove hello
  [[ $stderr == *'hello: removed'* && ! -e $ROOT/usr/bin/hello ]]
  run -3 fardel remove hello
}

@test "remove of two, one of which is not there: nothing is done; with --keep-going the other is" {
  fardel install "$(make_installer hello 1)"
  run -3 fardel remove other hello
  [[ -L $ROOT/usr/bin/hello ]]
  run -6 fardel remove --keep-going other hello
  [[ ! -e $ROOT/usr/bin/hello ]]
}

@test "remove --all of nothing" {
  run -0 fardel remove --all
  run -0 fardel reconfigure --all
}

@test "what needs root says so, and list and show do not" {
  skip_unless mount
  fardel install "$(make_installer hello 1)"
  as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$@"; }
  chmod 755 "$WORK"
  run --separate-stderr -1 as_nobody fardel remove hello
  [[ $stderr == *root* ]]
  run --separate-stderr -0 as_nobody fardel list
  [[ $output == hello$'\t'1$'\t'* ]]
  run -0 as_nobody fardel show hello
  run -0 as_nobody fardel doctor
  fardel install "$(make_installer hello 2 fact:license=Mine)"
  run -0 as_nobody fardel license hello
}

@test "list and show as an ordinary user after a boot: -shm and -wal are not there" {
  skip_unless mount
  fardel install "$(make_installer hello 1)"
  # Who opens it last and leaves nothing in the -wal file, as SQLite's own program does.
  /usr/bin/python3 -c 'import sqlite3; sqlite3.connect("/var/lib/fardel/state.db").execute("PRAGMA wal_checkpoint(TRUNCATE)")'
  rm -f /var/lib/fardel/state.db-shm /var/lib/fardel/state.db-wal
  run --separate-stderr -0 setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all fardel list
  [[ $output == hello$'\t'* ]]
}

# shellcheck disable=SC2016
@test "the caller's umask and environment do not matter" {
  file=$(make_installer hello 1)
  run -0 env LD_LIBRARY_PATH=/nowhere TAR_OPTIONS=--bad PATH="/nowhere:$PATH" TMPDIR=/nowhere BASH_ENV=/nowhere \
    bash -c 'umask 077; fardel install "$0"' "$file"
  [[ -L $ROOT/usr/bin/hello ]]
  folder=$(dirname "$(dirname "$(dirname "$(readlink "$ROOT/usr/bin/hello")")")")
  [[ $FARDEL_TEST_MODE != chroot ]] || folder=$ROOT$folder
  [[ $(stat -c %a "$folder") == 755 ]]
}

@test "--config FILE takes the place of the usual configuration" {
  mkdir -p "$ROOT/etc/fardel"
  printf '[fetch]\nrequire_checksum = true\n' >"$WORK/other.toml"
  file=$(make_installer hello 1 sum=)
  run -0 fardel install "$file"
  fardel remove hello
  run --separate-stderr ! fardel --config "$WORK/other.toml" install "$file"
  [[ $stderr == *checksum* ]]
}

@test "--lock-timeout 0 while another one works: 7, and for whom" {
  file=$(make_installer hello 1)
  shut configure
  fardel install "$file" 3>&- >/dev/null 2>&1 &
  pid=$!
  wait_for at_gate configure
  run --separate-stderr -7 fardel remove --all --lock-timeout 0
  [[ $stderr == *install* ]]
  run -0 fardel list
  open configure
  wait "$pid"
}

# How many rules stand before the gate.
at_gate_at_least() { (($(pgrep -cf "gate-$1-$(basename -- "$FARDEL_TEST_TMP")") >= $2)); }
was_asked() { (($(requests "$1") > 0)); }

@test "several packages: while one is unpacked the next is, too, and a further one's pack is fetched" {
  serve "$VENDOR"
  files=()
  for name in hello other third; do
    files+=("$(make_installer "$name" 1 name="$name")")
  done
  shut unpack
  fardel -y --set prepare.jobs=2 --set fetch.jobs=1 install "${files[@]}" 3>&- >/dev/null 2>"$WORK/said" &
  pid=$!
  wait_for at_gate_at_least unpack 2
  wait_for was_asked /third-1.deb
  [[ $(fardel list --plain) == "" ]]
  open unpack
  wait "$pid"
  [[ $(fardel list --plain | cut -f1 | paste -sd' ') == 'hello other third' ]]
}

@test "--no-input and -y are taken" {
  file=$(make_installer hello 1)
  run -0 fardel install --no-input -y "$file"
}

@test "a name that is not known: files of all formats are told" {
  run --separate-stderr -3 fardel install nobody
  [[ $stderr == *'./nobody.tar.gz or ./nobody.pkt.tar.zst'* ]]
  run --separate-stderr -3 fardel install nobody.pkt.tar.zst
  [[ $stderr != *'no such package'* ]]
}

@test "an argument without a slash that ends in .tar.gz is a file" {
  file=$(make_installer hello 1)
  cd "$(dirname "$file")"
  run -0 fardel install hello.tar.gz
  run -0 fardel show hello.tar.gz
}

@test "a zst installer" {
  file=$(make_installer hello 1)
  gzip -dc "$file" | zstd -q >"$WORK/hello.tar.zst"
  run -0 fardel install "$WORK/hello.tar.zst"
  [[ -L $ROOT/usr/bin/hello ]]
}

@test "file:// packs" {
  make_pack_deb hello 1
  file=$(make_installer hello 1 url="file://$VENDOR/hello-1.deb")
  run -0 fardel install "$file"
  [[ -L $ROOT/usr/bin/hello ]]
}
