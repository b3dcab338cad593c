#!/usr/bin/env bats
# preview: what a package would do, and that nothing of it is done.

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

# An installer of hello 1 whose configure runs the text given.
# shellcheck disable=SC2016
configuring() {
  {
    printf '#!/bin/sh\nset -e\ncase $1 in\nunpack) exec dpkg-deb -x "$2" "$3" ;;\nconfigure)\n'
    cat
    printf ';;\nesac\n'
  } >"$WORK/rules"
  chmod +x "$WORK/rules"
  make_installer hello 1 "rules=$WORK/rules"
}

# Nothing has changed since `before`, and nothing is left.
unchanged() {
  diff <(printf '%s\n' "$before") <(manifest)
  [[ -z $(ls -A "$ROOT/var/lib/fardel/stage") ]]
  [[ -z $(ls -A "$ROOT/var/lib/fardel/packages") ]]
  [[ -z $(fardel list) && -z $(fardel history) ]]
}

need_stage() {
  skip_unless mount userns
}

@test "preview FILE: what install would change, and nothing of it is done" {
  need_stage
  file=$(make_installer hello 1)
  before=$(manifest)
  run --separate-stderr -0 fardel preview "$file"
  unchanged
  id=$(fardel show -F Id "$file")
  vendor=/var/lib/fardel/packages/hello/$id/upstream
  [[ ${#lines[@]} == 3 ]]
  [[ ${lines[0]} == hello$'\t'created$'\t'file$'\t'/etc/hello.conf$'\t'12 ]]
  [[ ${lines[1]} == hello$'\t'created$'\t'link$'\t'/usr/bin/hello$'\t'$vendor/usr/bin/hello ]]
  [[ ${lines[2]} == hello$'\t'created$'\t'link$'\t'/usr/share/applications/hello.desktop$'\t'$vendor/* ]]
  # And that is what install does.
  fardel install "$file"
  [[ $(readlink "$ROOT/usr/bin/hello") == "$vendor/usr/bin/hello" && -f $ROOT/etc/hello.conf ]]
}

@test "preview at a terminal: in sections" {
  need_stage
  file=$(make_installer hello 1)
  run -0 env TERM=xterm script -qec "fardel --color=never preview '$file'" /dev/null
  [[ $output == *'hello 1   install would make 3 changes: 2 links and 1 file; nothing has been changed'* ]]
  [[ $output == *'  Programs'*'+ link    /usr/bin/hello'*'upstream/usr/bin/hello'*'  Configuration'*'+ file    /etc/hello.conf   12 B'* ]]
}

@test "preview --check: 8 where anything would change, else 0; --json has it all" {
  need_stage
  file=$(make_installer hello 1)
  run --separate-stderr -8 fardel preview --check --json "$file"
  jq -e '.previews[0] | .name == "hello" and .version == "1" and .action == "new" and .changes.schema == 1' <<<"$output"
  jq -e '[.previews[0].changes.changes[].path] == ["/etc/hello.conf", "/usr/bin/hello", "/usr/share/applications/hello.desktop"]' \
    <<<"$output"
  fardel install "$file"
  run --separate-stderr -0 fardel preview --check hello
  run --separate-stderr -0 fardel preview --check "$file"
  [[ -z $output ]]
}

@test "preview of an upgrade: only what differs from now; of remove: what goes" {
  need_stage
  fardel install "$(make_installer hello 1)"
  before=$(manifest)
  run --separate-stderr -0 fardel preview "$(make_installer hello 2)"
  [[ $(cut -f 2-4 <<<"$output") == $'replaced\tfile\t/etc/hello.conf\nreplaced\tlink\t/usr/bin/hello
replaced\tlink\t/usr/share/applications/hello.desktop' ]]
  run --separate-stderr -0 fardel preview --remove hello
  [[ $(cut -f 2-4 <<<"$output") == $'deleted\tfile\t/etc/hello.conf\ndeleted\tlink\t/usr/bin/hello
deleted\tlink\t/usr/share/applications/hello.desktop' ]]
  diff <(printf '%s\n' "$before") <(manifest)
  [[ $(fardel list) == hello$'\t'1$'\t'*installed* ]]
  [[ $(find "$ROOT/var/lib/fardel/packages/hello" -mindepth 1 -maxdepth 1 | wc -l) == 1 ]]
  [[ $("$ROOT/usr/bin/hello") == 'hello 1' ]]
}

@test "preview: rules that do their worst reach nothing, and it is all told" {
  need_stage
  mkdir -p "$ROOT/srv/real/sub"
  echo kept >"$ROOT/srv/real/sub/file"
  echo setuid >"$ROOT/srv/real/setuid"
  file=$(configuring <<'EOF'
rm -rf /srv/real/sub
chmod 4755 /srv/real/setuid
rm -f /etc/passwd; mv /etc/group /etc/group.was
echo x >>"$2/usr/bin/hello"
ln /srv/real/setuid /srv/real/other
mkfifo /srv/real/pipe
! mount -t tmpfs none /srv 2>/dev/null
! mknod /srv/disk b 8 0 2>/dev/null
! echo 1 >/proc/sys/kernel/sysrq 2>/dev/null
kill -9 -1 2>/dev/null || true
(setsid sleep 100 >/dev/null 2>&1 &)
EOF
)
  before=$(manifest)
  run --separate-stderr -0 fardel preview "$file"
  unchanged
  [[ $(pgrep -fc '^sleep 100$') == 0 ]]
  for line in $'deleted\tfile\t/etc/passwd' $'deleted\tfile\t/etc/group' $'created\tfile\t/etc/group.was' \
    $'deleted\tfile\t/srv/real/sub/file' $'deleted\tfolder\t/srv/real/sub' $'attributes\tfile\t/srv/real/setuid\tmode 4755' \
    $'created\tfile\t/srv/real/other' $'created\tfifo\t/srv/real/pipe' $'replaced\tfile\t/var/lib/fardel/packages/hello/'; do
    grep -qF "$line" <<<"$output" || { echo "not told: $line"; false; }
  done
}

@test "preview: without a network; what is asked of the system is told, not done" {
  skip_unless mount
  printf '#!/bin/sh\necho "$*" >>/srv/asked\n' >/usr/bin/systemctl
  chmod +x /usr/bin/systemctl
  file=$(configuring <<EOF
! curl -s --max-time 2 "$URL/hello-1.deb" >/srv/got
mkdir -p /etc/systemd/system
printf '[Service]\nExecStart=/bin/true\n' >/etc/systemd/system/hello.service
systemctl daemon-reload
systemctl restart hello.service
EOF
)
  run --separate-stderr -0 fardel preview --json "$file"
  jq -e '[.previews[0].effects[].words | join(" ")] == ["systemctl daemon-reload", "systemctl restart hello.service"]' <<<"$output"
  jq -e '[.previews[0].changes.changes[].path] == ["/etc/systemd/system/hello.service", "/srv/got"] and .previews[0].changes.changes[1].after.size == 0' <<<"$output"
  [[ ! -e /srv/asked && ! -e /srv/got ]]
  run -0 env TERM=xterm script -qec "fardel --color=never preview '$file'" /dev/null
  [[ $output == *'Afterwards, on the running system'*'systemctl daemon-reload'*'systemctl restart hello.service'* ]]
}

@test "preview: what is dangerous, or somebody else's, comes first; --check says that it is refused" {
  skip_unless mount
  file=$(configuring <<'EOF'
mkdir -p /etc/apt/sources.list.d
echo 'deb https://dl.vendor.example stable main' >/etc/apt/sources.list.d/vendor.list
echo '# x' >>/usr/bin/ls
cp /bin/true /usr/local/bin/vendor-sandbox
chmod 4755 /usr/local/bin/vendor-sandbox
EOF
)
  run --separate-stderr -0 fardel preview --json "$file"
  jq -e '[.previews[0].findings[] | [.severity, .id, .path]] == [
    ["refuse", "dpkg-file", "/usr/bin/ls"],
    ["deny", "apt-sources", "/etc/apt/sources.list.d/vendor.list"],
    ["warn", "setuid", "/usr/local/bin/vendor-sandbox"]]' <<<"$output" || { echo "$output" | jq .previews[0].findings; false; }
  run -0 env TERM=xterm script -qec "fardel --color=never preview '$file'" /dev/null
  [[ $output == *'Look at these first'*'refused /usr/bin/ls'*coreutils*'denied  /etc/apt'*'warns   /usr/local/bin/vendor-sandbox'*Programs* ]]
  [[ $output == *'The policy is against 2 of these changes. For once: --allow dpkg-file --allow apt-sources. Always: policy.d (docs/POLICY.md)'* ]]
  run --separate-stderr -11 fardel preview --check "$file"
  [[ $stderr == */usr/bin/ls*coreutils* ]]
  file=$(configuring <<<'echo deb >/etc/apt/sources.list.d/vendor.list')
  run --separate-stderr -10 fardel preview --check "$file"
  [[ $stderr == *'--allow apt-sources'* ]]
  run --separate-stderr -8 fardel preview --check --allow apt-sources "$file"
  run --separate-stderr -64 fardel preview --allow apt-source "$file"
  [[ $stderr == *apt-sources* ]]
  mkdir -p /etc/fardel/policy.d
  printf '[[policy]]\nid = "apt-sources"\naction = "allow"\n' >/etc/fardel/policy.d/site.toml
  run --separate-stderr -8 fardel preview --check "$file"
  [[ -z $(fardel list) && ! -e /etc/apt/sources.list.d/vendor.list ]]
}

@test "preview --diff: what changes in texts, on both sides of it; not in what is none" {
  need_stage
  mkdir -p "$ROOT/srv"
  printf 'one\ntwo\nthree\n' >"$ROOT/srv/list"
  printf 'gone\n' >"$ROOT/srv/gone"
  printf 'secret\n' >"$ROOT/srv/shadow"
  chmod 640 "$ROOT/srv/shadow"
  file=$(configuring <<'EOF'
sed -i 's/two/zw\xff\x1b[2Jei/' /srv/list
rm /srv/gone
echo more >>/srv/shadow
printf 'a\0b' >/srv/binary
printf 'no end' >/srv/new
head -c 300000 /dev/zero | tr '\0' 'x' >/srv/long
EOF
)
  run --separate-stderr -0 fardel preview --diff "$file"
  text=${output#*$'/srv/shadow\t12\n'}
  [[ $text == 'Not shown (no text, long, or private): /srv/binary
--- /srv/gone
+++ /srv/gone
@@ -1 +0,0 @@
-gone
--- /srv/list
+++ /srv/list
@@ -1,3 +1,3 @@
 one
-two
+zw\xff\x1b[2Jei
 three
Not shown (no text, long, or private): /srv/long
--- /srv/new
+++ /srv/new
@@ -0,0 +1 @@
+no end
\\ No newline at end of file
Not shown (no text, long, or private): /srv/shadow' ]] || { printf '%s\n' "$text"; false; }
  run --separate-stderr -0 fardel preview --diff --json "$file"
  jq -e '[.previews[0].diffs[] | .path] == ["/srv/binary", "/srv/gone", "/srv/list", "/srv/long", "/srv/new", "/srv/shadow"]' <<<"$output"
  jq -e '.previews[0].diffs[0].hunks == null and .previews[0].diffs[1].hunks == "@@ -1 +0,0 @@\n-gone\n"' <<<"$output"
}

@test "preview: rules that fail, an application in use, a name that is none" {
  need_stage
  file=$(configuring <<<'echo broken; exit 1')
  before=$(manifest)
  run --separate-stderr -1 fardel preview "$file"
  [[ $stderr == *'preview: hello: '*'rules configure'*'exit status 1'*broken* ]]
  unchanged
  run --separate-stderr -4 fardel preview "$(configuring <<<'exit 4')"
  unchanged
  run -3 fardel preview nothere
  run -5 fardel --keep-going preview "$(make_installer third 1 sum=wrong-sha384)"
  run --separate-stderr -6 fardel --keep-going preview "$file" "$(make_installer other 7)"
  [[ $output == other$'\t'* && $stderr == *'hello: '*'in use'* ]]
  unchanged
}

@test "preview: a kill in its midst leaves nothing that the next command does not clear away" {
  need_stage
  file=$(configuring <<<'touch /srv/there; sleep 60')
  before=$(manifest)
  fardel preview "$file" >/dev/null 2>&1 &
  job=$!
  for _ in {1..600}; do
    [[ -e $(echo "$ROOT"/var/lib/fardel/stage/overlay/*/upper/srv/there) ]] && break
    pgrep -f '^sleep 60$' >/dev/null && break
    sleep 0.1
  done
  pkill -9 -P $job || true
  kill -9 $job 2>/dev/null || true
  wait $job || true
  fardel gc
  unchanged
}

@test "preview: what looks like the stage's own is told where the stage has none of it" {
  skip_unless mount
  rm -rf /var/tmp
  file=$(configuring <<'EOF'
touch /var/lib/fardel/stage/mine
mkdir /var/tmp
touch /var/tmp/kept
touch /tmp/gone /run/gone /dev/shm/gone
EOF
)
  run --separate-stderr -0 fardel preview "$file"
  [[ $(cut -f 2-4 <<<"$output") == $'created\tfile\t/var/lib/fardel/stage/mine\ncreated\tfolder\t/var/tmp\ncreated\tfile\t/var/tmp/kept' ]]
  run -10 fardel preview --check "$file"
  ln -s /srv /var/tmp
  run --separate-stderr -0 fardel preview "$(configuring <<<'touch /var/tmp/gone; rm /var/tmp; ln -s /etc /var/tmp')"
  rm /var/tmp
  mkdir -m 1777 /var/tmp
  [[ $output == $'hello\treplaced\tlink\t/var/tmp\t/etc' ]]
}

@test "preview --diff: a text whose path is too long to be opened is named" {
  need_stage
  printf 'import os\nos.chdir("/srv")\nfor i in range(18):\n os.mkdir("0" * 250)\n os.chdir("0" * 250)\nopen("x", "w").write("text")\n' >"$WORK/deep.py"
  run --separate-stderr -0 fardel preview --diff "$(configuring <<<"python3 -c '$(cat "$WORK/deep.py")'")"
  [[ $output == *'Not shown (no text, long, or private): /srv/0'* ]]
}

@test "preview --diff: a signal ends it between two files" {
  need_stage
  printf 'import random\nfor n in range(60):\n open("/srv/f%%d" %% n, "w").write("".join("%%d\\n" %% random.randrange(300) for i in range(60000)))\n' >"$WORK/texts.py"
  python3 "$WORK/texts.py"
  file=$(configuring <<<"cd /srv; for f in f*; do tac \$f >g; mv g \$f; done")
  fardel preview --diff "$file" >/dev/null 2>&1 &
  job=$!
  wait_for pgrep -P $job -x diff
  kill -TERM $job
  SECONDS=0
  status=0; wait $job || status=$?
  ((status == 143 && SECONDS < 10))
}

@test "preview: more names than a machine has the memory for are refused" {
  need_stage
  file=$(configuring <<'EOF'
name=$(printf '%0250d' 0)
cd /srv
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do mkdir $name; cd $name; done
seq 20000 | xargs touch
EOF
)
  before=$(manifest)
  run --separate-stderr -10 fardel preview --json "$file"
  [[ $stderr == *'more than 67108864 bytes of names, links and attributes'* ]]
  unchanged
}

@test "preview: a signal ends it also while what was changed is read" {
  need_stage
  file=$(configuring <<<'truncate -s 60G /srv/big')
  before=$(manifest)
  fardel preview "$file" >/dev/null 2>"$WORK/err" &
  job=$!
  wait_for bash -c "ls -l /proc/$job/fd | grep -q srv/big"
  kill -TERM $job
  SECONDS=0
  status=0; wait $job || status=$?
  ((status == 143))
  ((SECONDS < 10))
  unchanged
}

@test "preview where no stage is to be had: refused, with the reason" {
  skip_unless chroot
  file=$(make_installer hello 1)
  run --separate-stderr -10 fardel preview "$file"
  [[ $stderr == *'preview: hello: '*'stage'* ]]
  [[ -z $(fardel list) ]]
}

@test "doctor says whether there can be previews, and leaves nothing of its trial" {
  skip_unless mount userns chroot
  run fardel doctor
  if [[ $FARDEL_TEST_MODE == chroot ]]; then
    [[ $output == *$'warn\tno stage for previews: '* ]]
  else
    [[ $output == *$'ok\ta stage for previews can be made'* ]]
  fi
  [[ ! -e $ROOT/run/fardel && -z $(compgen -G '/tmp/fardel-try.*') ]]
}
