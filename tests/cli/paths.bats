#!/usr/bin/env bats
# files, owns, why: what packages have made, and whose a path is.

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

# machine_is_dpkgs PATH PACKAGE: a database of dpkg's, in which the package has that path.
machine_is_dpkgs() {
  [[ ! -L $ROOT/var/lib/dpkg ]] || rm "$ROOT/var/lib/dpkg" # to the machine's
  mkdir -p "$ROOT/var/lib/dpkg/info"
  printf 'Package: %s\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n' "$2" >"$ROOT/var/lib/dpkg/status"
  printf '/.\n%s\n' "$1" >"$ROOT/var/lib/dpkg/info/$2.list"
}

# field NAME: its value in the output.
field() {
  sed -n "s/^$1: //p" <<<"$output"
}

# --- files

@test "files: the paths that a package has made, one a line, sorted" {
  skip_without_stage
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -0 fardel files hello
  [[ $output == $'/etc/hello.conf\n/usr/bin/hello\n/usr/share/applications/hello.desktop' && -z $stderr ]]
  [[ $(fardel files --plain hello) == "$output" ]]
  # What stands there is what is said.
  while read -r path; do [[ -e $ROOT$path || -L $ROOT$path ]]; done <<<"$output"
}

@test "files: sorted as bytes, folders and what is in them; what was taken away is no file of it, but JSON tells" {
  skip_without_stage
  mkdir -p "$ROOT/srv"
  echo old >"$ROOT/etc/settings"
  echo old >"$ROOT/etc/not-wanted"
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  run --separate-stderr -0 fardel files hello
  [[ $output == "$(LC_ALL=C sort <<<"$output")" ]]
  for path in /etc/hello.d /etc/hello.d/deep /etc/hello.d/deep/conf /usr/bin/hello-too /etc/settings; do
    grep -qx "$path" <<<"$output" || { echo "missing: $path"; false; }
  done
  [[ $output != */etc/not-wanted* ]]
  run --separate-stderr -0 fardel files --json hello
  jq -e '.known == true and .package == "hello" and .version == "1" and .state == "installed"' <<<"$output"
  jq -e '.paths | map({(.path): [.change, .type]}) | add
    | .["/etc/not-wanted"] == ["deleted", "file"] and .["/etc/settings"] == ["replaced", "file"]
      and .["/usr/bin/hello"] == ["created", "link"] and .["/etc/hello.d"] == ["created", "folder"]' <<<"$output"
  [[ -d $(jq -r .directory <<<"$output")/upstream ]]
}

@test "files at a terminal: what each path is" {
  skip_without_stage
  fardel install "$(make_installer hello 1)"
  run -0 env TERM=xterm script -qec 'fardel files --color never hello' /dev/null
  [[ $output == *'+ link     /usr/bin/hello'* && $output == *'+ file     /etc/hello.conf'* ]]
  [[ $output == *'3 paths, and its own folder: '*/var/lib/fardel/packages/hello/* ]]
}

@test "files: an unknown name is exit 3; a folder's name or two names are not asked for" {
  run --separate-stderr -3 fardel files nothere
  [[ $stderr == *nothere* && -z $output ]]
  run -64 fardel files
  run -64 fardel files one two
}

@test "files of what is prepared: nothing is in force" {
  fardel prepare "$(make_installer hello 1)"
  run --separate-stderr -0 fardel files hello
  [[ -z $output && $stderr == *prepared*'nothing of it is in force'* ]]
  run --separate-stderr -0 fardel files --json hello
  jq -e '.known == true and .paths == [] and .state == "prepared"' <<<"$output"
}

@test "files of what is not known: nothing on stdout, said on stderr, exit 0" {
  fardel install --direct "$(make_installer hello 1)"
  run --separate-stderr -0 fardel files hello
  [[ -z $output && $stderr == *hello*'not known'* ]]
  run --separate-stderr -0 fardel files --json hello
  jq -e '.known == false and .paths == []' <<<"$output"
}

@test "files after an upgrade, unconfigure and remove: what is in force then" {
  skip_without_stage
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  fardel files hello | grep -qx /etc/hello.d/first
  fardel install "$(make_installer hello 2 rules="$LEAVER")"
  run ! grep -x /etc/hello.d/first <<<"$(fardel files hello)"
  fardel unconfigure hello
  run --separate-stderr -0 fardel files hello
  [[ -z $output ]]
  fardel remove hello
  run -3 fardel files hello
}

@test "files and owns need no rights" {
  skip_unless mount
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -0 as_nobody fardel files hello
  [[ $output == */usr/bin/hello* ]]
  run --separate-stderr -0 as_nobody fardel owns /usr/bin/hello
  [[ $output == $'/usr/bin/hello\tpackage\thello\t1\t1' ]]
}

@test "files and owns: a path that would turn the terminal is escaped" {
  skip_without_stage
  cat >"$WORK/odd.sh" <<'EOF'
#!/bin/sh
set -eu
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure) : >"$(printf '/etc/hello.\033[31m\nx')" ;;
esac
EOF
  fardel install "$(make_installer hello 1 rules="$WORK/odd.sh")"
  run --separate-stderr -0 fardel files hello
  [[ $output == '/etc/hello.\x1B[31m\nx' || $output == '/etc/hello.\x1b[31m\nx' ]]
  run --separate-stderr -0 fardel owns "$(printf '/etc/hello.\033[31m\nx')"
  [[ $output == '/etc/hello.\x1'[bB]'[31m\nx'$'\t'package$'\t'hello* ]]
}

# --- owns

@test "owns: of a package, with version and transaction" {
  skip_without_stage
  fardel install "$(make_installer other 7)"
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -0 fardel owns /usr/bin/hello /etc/other.conf
  [[ $output == $'/usr/bin/hello\tpackage\thello\t1\t2\n/etc/other.conf\tpackage\tother\t7\t1' ]]
  run --separate-stderr -0 fardel owns --json /usr/bin/hello
  jq -e '.paths == [{path: "/usr/bin/hello", owners: [{kind: "package", name: "hello", version: "1",
    id: .paths[0].owners[0].id, own_folder: false, transaction: 2, change: "created", type: "link"}]}]' <<<"$output"
  run -0 env TERM=xterm script -qec 'fardel owns /usr/bin/hello' /dev/null
  [[ $output == *'/usr/bin/hello   hello 1 (transaction 2)'* ]]
}

@test "owns: of nobody, exit 1, and all others are told" {
  mkdir -p "$ROOT/srv"
  machine_is_dpkgs /srv/known tool
  run --separate-stderr -1 fardel owns /srv/none /srv/known
  [[ $output == $'/srv/none\tnobody\t\t\t\n/srv/known\tdpkg\ttool\t\t' && $stderr == "1 of 2 paths is nobody's." ]]
  run --separate-stderr -1 fardel owns --json /srv/none /srv/known
  jq -e '.paths[0].owners == [] and .paths[1].owners[0].name == "tool" and .error.code == "findings"' <<<"$output"
  run -1 env TERM=xterm script -qec 'fardel owns /srv/none /srv/known' /dev/null
  [[ $output == *'/srv/none    nobody'* && $output == *'/srv/known   tool, by dpkg'* ]]
}

@test "owns: what fardel's package has is told before what dpkg's has, and JSON tells both" {
  skip_without_stage
  machine_is_dpkgs /etc/settings tool
  mkdir -p "$ROOT/srv"
  echo old >"$ROOT/etc/settings"
  fardel install --allow dpkg-file "$(make_installer hello 1 rules="$LEAVER")"
  run -0 env TERM=xterm script -qec 'fardel owns /etc/settings' /dev/null
  [[ $output == *'/etc/settings   hello 1 (transaction 1)'* && $output != *tool* ]]
  run --separate-stderr -0 fardel owns --json /etc/settings
  jq -e '[.paths[0].owners[] | .kind, .name] == ["package", "hello", "dpkg", "tool"]' <<<"$output"
}

@test "owns: relative paths, dots, links on the way, slashes" {
  machine_is_dpkgs /srv/real/known tool
  mkdir -p "$ROOT/srv/real/deep"
  ln -s real "$ROOT/srv/there"
  ln -s /srv/real/deep "$ROOT/srv/deep"
  : >"$ROOT/srv/real/known"
  for path in /srv/there/known /srv//real/./known /srv/deep/../known /srv/nothere/../real/known /srv/real/known/; do
    run --separate-stderr -0 fardel owns "$path"
    [[ $output == $'/srv/real/known\tdpkg\ttool\t\t' ]] || { echo "$path: $output"; false; }
  done
  cd "$ROOT/srv/real/deep"
  for path in ../known ./../known; do
    run --separate-stderr -0 fardel owns "$path"
    [[ $output == $'/srv/real/known\tdpkg\ttool\t\t' ]] || { echo "$path: $output"; false; }
  done
  # A link is asked for itself.
  cd /
  ln -s real/known "$ROOT/srv/link"
  run --separate-stderr -1 fardel owns /srv/link
  [[ $output == $'/srv/link\tnobody\t\t\t' ]]
  run -64 fardel owns ''
  ln -s ring "$ROOT/srv/ring"
  run -1 fardel owns /srv/ring/x
  [[ $output == *ring* ]]
}

@test "owns: a relative path outside of --root" {
  skip_unless chroot user
  cd /
  run --separate-stderr -64 fardel owns usr/bin
  [[ $stderr == *'begins with /'* ]]
}

@test "owns: /bin/x and /usr/bin/x are one where /bin is a link" {
  skip_without_stage
  [[ -L /bin ]] || skip '/bin is no link here'
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -0 fardel owns /bin/hello
  [[ $output == $'/usr/bin/hello\tpackage\thello\t1\t1' ]]
}

@test "owns: what is in a package's own folder is the package's" {
  fardel install "$(make_installer hello 1)"
  folder=/var/lib/fardel/packages/hello/$(fardel show -F Id hello)
  run --separate-stderr -0 fardel owns "$folder" "$folder/upstream/usr/bin/hello" /var/lib/fardel/packages/hello
  [[ $(cut -f2-4 <<<"$output") == $'package\thello\t1\npackage\thello\t1\npackage\thello\t1' ]]
  run --separate-stderr -0 fardel owns --json "$folder"
  jq -e '.paths[0].owners[0] | .own_folder and (has("transaction") | not)' <<<"$output"
  run -1 fardel owns /var/lib/fardel/packages/hello/1234/x /var/lib/fardel/packages /var/lib/fardel/packages/other
}

@test "owns: a damaged database of dpkg's is no answer" {
  machine_is_dpkgs /srv/known tool
  rm "$ROOT/var/lib/dpkg/info/tool.list"
  run --separate-stderr -1 fardel owns /srv/known
  [[ $stderr == *tool.list* && -z $output ]]
  machine_is_dpkgs /srv/known tool
}

# --- why

@test "why PATH: package, change, transaction, what was before and what is now" {
  skip_without_stage
  mkdir -p "$ROOT/srv"
  echo old >"$ROOT/etc/settings"
  echo gone >"$ROOT/etc/not-wanted"
  fardel install "$(make_installer other 7)"
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  run --separate-stderr -0 fardel why /usr/bin/hello
  [[ $(field Path) == /usr/bin/hello && $(field Package) == 'hello 1' && $(field Before) == nothing ]]
  [[ $(field Change) == 'created, a link to /var/lib/fardel/packages/hello/'*/upstream/usr/bin/hello ]]
  [[ $(field Transaction) == '2, '*'T'*'Z, by '*': fardel '*'install '*/hello.tar.gz ]]
  [[ $(field Now) == 'as hello made it' && $(field Others) == none && -z $stderr ]]
  run --separate-stderr -0 fardel why /etc/settings
  [[ $(field Change) == 'replaced, a file, 17 bytes' && $(field Before) == 'a file, 4 bytes; remove brings it back' ]]
  run --separate-stderr -0 fardel why /etc/not-wanted
  [[ $(field Change) == deleted && $(field Before) == 'a file, 5 bytes; remove brings it back' ]]
  run --separate-stderr -0 fardel why --json /etc/settings
  jq -e '.path == "/etc/settings" and (.owners | length == 1) and (.reasons | length == 1)' <<<"$output"
  jq -e '.reasons[0] | .package == "hello" and .transaction == 2 and .change == "replaced" and .known
    and .before == {type: "file", size: 4} and .made == {type: "file", size: 17} and .now == "file" and .differs == []
    and (.command | contains("install"))' <<<"$output"
}

@test "why PATH: what has been changed since" {
  skip_without_stage
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  conf=/etc/hello.d/deep/conf
  echo 'version = 2' >"$ROOT$conf"
  chmod 600 "$ROOT$conf"
  run --separate-stderr -0 fardel why "$conf"
  [[ $(field Now) == 'changed since: mode, digest' ]]
  run --separate-stderr -0 fardel why --json "$conf"
  jq -e '.reasons[0].differs == ["mode", "digest"]' <<<"$output"
  rm "$ROOT$conf"
  run --separate-stderr -0 fardel why "$conf"
  [[ $(field Now) == missing ]]
  mkdir "$ROOT$conf"
  run --separate-stderr -0 fardel why "$conf"
  [[ $(field Now) == 'a folder by now' ]]
}

@test "why PATH: the transaction that made it so, not one that only left it" {
  skip_without_stage
  fardel install "$(make_installer hello 1 rules="$LEAVER")"
  fardel install "$(make_installer hello 2 rules="$LEAVER")"
  run --separate-stderr -0 fardel why /etc/hello.d/key
  [[ $(field Transaction) == '1, '* && $(field Package) == 'hello 2' ]]
  run --separate-stderr -0 fardel why /etc/hello.d/deep/conf
  [[ $(field Transaction) == '2, '* && $(field Before) == nothing ]]
  # What is not kept any more: the command.
  fardel --set log.keep=1 reconfigure hello
  run --separate-stderr -0 fardel why /etc/hello.d/key
  [[ $(field Transaction) =~ ^1,\ [0-9TZ:-]+$ ]]
}

@test "why PATH: by others, and by nobody" {
  mkdir -p "$ROOT/srv"
  machine_is_dpkgs /srv/known tool
  run --separate-stderr -0 fardel why /srv/known
  [[ $(field Owner) == 'tool, by dpkg' && $output != *Package* ]]
  run --separate-stderr -1 fardel why /srv/none
  [[ $(field Owner) == none && $stderr == "/srv/none is nobody's that fardel or dpkg knows." ]]
  run --separate-stderr -1 fardel why --json /srv/none
  jq -e '.owners == [] and .reasons == [] and .error.code == "findings"' <<<"$output"
  run -64 fardel why
}

@test "why PATH: of what was dpkg's before" {
  skip_without_stage
  machine_is_dpkgs /etc/settings tool
  mkdir -p "$ROOT/srv"
  echo old >"$ROOT/etc/settings"
  fardel install --allow dpkg-file "$(make_installer hello 1 rules="$LEAVER")"
  run --separate-stderr -0 fardel why /etc/settings
  [[ $(field Package) == 'hello 1' && $(field Others) == 'tool, by dpkg' ]]
}

@test "why PATH in a package's own folder, and why NAME: what brought it" {
  fardel prepare "$(make_installer other 7)"
  fardel install "$(make_installer hello 1)"
  fardel reconfigure hello
  run --separate-stderr -0 fardel why "/var/lib/fardel/packages/hello/$(fardel show -F Id hello)/rules"
  [[ $(field Package) == 'hello 1' && $(field Change) == none* && $(field Transaction) == '2, '*'install '*hello.tar.gz ]]
  run --separate-stderr -0 fardel why hello
  [[ $(field Package) == 'hello 1' && $(field State) == 'installed since '* && $(field Transaction) == '2, '*'install '* ]]
  [[ $(field 'Needed by') == none ]]
  run --separate-stderr -0 fardel why other
  [[ $(field State) == 'prepared since '* && $(field Transaction) == '1, '*'prepare '* ]]
  run --separate-stderr -0 fardel why --json hello
  jq -e '.package == "hello" and .state == "installed" and .reasons[0].transaction == 2 and .needed_by == []' <<<"$output"
  run --separate-stderr -3 fardel why nothere
  [[ $stderr == *nothere* ]]
}

@test "why PATH: without rights, what only root can read is said to be unknown" {
  skip_unless mount
  fardel install "$(make_installer hello 1)"
  run --separate-stderr -0 as_nobody fardel why /usr/bin/hello
  [[ $(field Package) == 'hello 1' && $(field Change) == created && $(field Transaction) == '1, '*install* ]]
  [[ $(field Before) == unknown* && $(field Now) == unknown* ]]
  run --separate-stderr -0 as_nobody fardel why --json /usr/bin/hello
  jq -e '.reasons[0] | .known == false and .before == null and .now == null and .transaction == 1' <<<"$output"
}
