#!/usr/bin/env bats
# lint: an installer is read, and never run.

# Scripts are given as they stand.
# shellcheck disable=SC2016
bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  plain zoom
  cd "$WORK" || return
}

teardown() {
  finish
}

# The folder of an installer at which there is nothing to be said.
plain() {
  mkdir -p "$WORK/$1"
  printf '#!/bin/sh\nset -eu\ncase $1 in\nunpack) fardel-unpack "$2" "$3" ;;\nesac\n' >"$WORK/$1/rules"
  chmod 755 "$WORK/$1/rules"
  echo https://example.org/zoom.deb >"$WORK/$1/upstream_pack_url"
  printf %064d 0 >"$WORK/$1/upstream_pack_sha256sum"
  echo Zoom >"$WORK/$1/legend"
  echo Meetings. >"$WORK/$1/description"
  echo All rights reserved. >"$WORK/$1/license"
}

# rules LINES: of the plain one.
rules() {
  printf '#!/bin/sh\nset -eu\n%s\n' "$1" >zoom/rules
}

# The ids that are found.
ids() {
  fardel lint --plain "$@" 2>/dev/null | cut -f 2 | paste -sd ' '
}

@test "lint of a folder and of its file, at which there is nothing to be said" {
  run --separate-stderr -0 fardel lint zoom
  [[ -z $output ]]
  run -0 fardel build zoom
  run --separate-stderr -0 fardel lint zoom zoom.tar.gz
  [[ -z $output ]]
  run --separate-stderr -0 fardel lint --strict zoom.tar.gz
  [[ -z $output ]]
}

@test "errors end with 1, warnings do with --strict, notes never" {
  rm zoom/description
  run --separate-stderr -0 fardel lint --strict zoom
  [[ $output == info$'\t'no-description$'\t'zoom$'\t'* ]]
  rm zoom/license
  run --separate-stderr -0 fardel lint zoom
  [[ ${lines[1]} == warning$'\t'no-licence$'\t'zoom$'\t\t'0$'\t'* ]]
  run --separate-stderr -1 fardel lint --strict zoom
  [[ $stderr == *'1 warning, 1 note. '*'fardel lint --explain ID'* ]]
  rules 'apt-get install x'
  run --separate-stderr -1 fardel lint zoom
  [[ $output == *error$'\t'package-manager$'\t'zoom$'\t'rules$'\t'3$'\t'apt-get* ]]
}

@test "the file and the folder are told the same, and nothing is left behind" {
  rules "curl -k http://x.example | sh
cd \$x; chmod 4777 a"
  echo x >zoom/licence
  chmod 4755 zoom/licence
  folder=$(ids zoom)
  [[ $folder == 'setuid-file unknown-fact '*'makes-setuid world-writable'* ]]
  before=$(ls -A "${TMPDIR:-/tmp}")
  for kind in gz zst; do
    rm -f zoom.tar.*
    tar -c zoom | if [[ $kind == gz ]]; then gzip; else zstd -q; fi >zoom.tar.$kind
    [[ $(ids zoom.tar.$kind) == "$folder" ]]
  done
  [[ $(ls -A "${TMPDIR:-/tmp}") == "$before" && ! -e $ROOT/var/lib/fardel/state.db ]]
}

@test "an ordinary user may ask" {
  setpriv --reuid 65534 --regid 65534 --clear-groups true 2>/dev/null || skip "nobody else can be had here"
  tar -czf zoom.tar.gz zoom
  chmod -R a+rX "$WORK"
  run -0 --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups env PATH="$PATH" fardel lint zoom zoom.tar.gz
}

@test "what install would refuse, and what is there no more" {
  rules ':'
  mkdir other
  cp -R zoom other/Zoom
  tar -C other -czf Zoom.tar.gz Zoom
  run --separate-stderr -1 fardel lint Zoom.tar.gz
  [[ $output == error$'\t'refused$'\t'* ]]
  tar -czf bad.tar.gz zoom --transform 's,zoom/legend,../legend,'
  run --separate-stderr -1 fardel lint bad.tar.gz
  [[ $output == error$'\t'refused$'\t'* && ${#lines[@]} == 1 ]]
  tar -czf other.tar.gz zoom
  run --separate-stderr -1 fardel lint other.tar.gz
  [[ $output == *'its file is called other, but the folder in it is zoom'* ]]
  echo no archive >no.tar.gz
  run --separate-stderr -1 fardel lint no.tar.gz
  [[ $output == error$'\t'refused$'\t'* ]]
  run --separate-stderr -3 fardel lint nothing.tar.gz
  run --separate-stderr -3 fardel lint nothing
  [[ $stderr == *'nothing: there is no such file'* ]]
}

@test "syntax is told by the shell, and nothing is run" {
  rules "$(printf 'if true; then\n  touch %q\n' "$WORK/run" "$WORK/run2")"
  run --separate-stderr -1 fardel lint zoom
  [[ $output == error$'\t'syntax$'\t'zoom$'\t'rules$'\t'*'Syntax error: end of file unexpected'* ]]
  [[ ! -e run && ! -e run2 ]]
  printf '#!/bin/bash\nset -e\nx=(1 2)\n[[ $1 == a ]]\n' >zoom/rules
  run --separate-stderr -0 fardel lint --strict zoom
  printf '#!/bin/bash\nset -e\nx=(1 2\n' >zoom/rules
  [[ $(ids zoom) == *syntax* ]]
  printf '#!/usr/bin/python3\nx = (1 2\n' >zoom/rules
  [[ -z $(ids zoom) ]]
  rules ':'
  echo 'case' >zoom/common.sh
  run --separate-stderr -1 fardel lint zoom
  [[ $output == *syntax$'\t'zoom$'\t'common.sh$'\t'* ]]
}

@test "names that a Debian package has" {
  skip_unless mount userns
  rules 'configure() { ln -fns "$1/x" /usr/bin/dpkg; ln -fns "$1/x" /usr/bin/nobody-has-this; }
unconfigure() { rm -f /usr/bin/dpkg /usr/bin/nobody-has-this; }
"$@"'
  run --separate-stderr -0 fardel lint --json zoom
  jq -e '[.findings[] | select(.id == "debian-name") | .text] == ["/usr/bin/dpkg is dpkg'"'"'s"]' <<<"$output"
  jq -e '.held_against | index("/var/lib/dpkg")' <<<"$output"
}

@test "names that apt knows of, with --root" {
  root=$WORK/root
  mkdir -p "$root/var/lib/apt/lists" "$root/var/lib/dpkg/info"
  : >"$root/var/lib/dpkg/status"
  printf 'usr/bin/code   devel/other,utils/thing\nusr/share/code x/y\nbin/z a/b\n' \
    >"$root/var/lib/apt/lists/deb.example_debian_dists_x_main_Contents-amd64"
  echo 'usr/bin/q a/b' >"$root/var/lib/apt/lists/deb.example_debian_dists_x_main_Contents-amd64.lz4"
  rules 'configure() { cp a /usr/bin/code; cp a /usr/share/code; cp a /usr/bin/q; }
"$@"'
  run --separate-stderr -0 fardel lint --json --root "$root" zoom
  jq -e '[.findings[].text] == ["/usr/bin/code is other'"'"'s"]' <<<"$output"
  jq -e '.held_against[1] == "deb.example_debian_dists_x_main_Contents-amd64"' <<<"$output"
}

@test "overrides, with their reasons, and those that are not needed" {
  rm zoom/license zoom/legend
  printf '# what we know better\nno-licence # in the pack\nno-legend legend # no menu\ncrlf # once\n' >zoom/lint-overrides
  run --separate-stderr -0 fardel lint --json zoom
  jq -e '[.findings[] | [.id, .allowed, .reason]] == [["no-legend", false, null], ["no-licence", true, "in the pack"],
    ["unused-override", false, null], ["unused-override", false, null]]' <<<"$output"
  jq -e '[.findings[] | select(.file == "lint-overrides") | .line] == [3, 4]' <<<"$output"
  [[ $(ids zoom) == 'no-legend unused-override unused-override' ]]
  run -0 fardel build zoom
  [[ $(ids zoom.tar.gz) == 'no-legend unused-override unused-override' ]]
  [[ $(ids --allow no-legend --allow unused-override zoom) == '' ]]
}

@test "--list, --explain, and what is called wrongly" {
  run --separate-stderr -0 fardel lint --list
  [[ ${#lines[@]} -gt 30 && ${lines[0]} == advisory-checksum$'\t'warning$'\t'* ]]
  run --separate-stderr -0 fardel lint --json --list
  jq -e '.ids | length > 30 and all(.[]; .severity | IN("error", "warning", "info"))' <<<"$output"
  run --separate-stderr -0 fardel lint --explain no-set-e
  [[ $output == 'no-set-e (warning): '* && $output == *'set -eu'* ]]
  run --separate-stderr -0 fardel lint --json --explain no-set-e
  jq -e '.severity == "warning" and (.text | contains("set -eu"))' <<<"$output"
  run --separate-stderr -64 fardel lint --explain no-set
  [[ $stderr == *"there is no id 'no-set'"* && $stderr == *no-set-e* ]]
  run --separate-stderr -64 fardel lint --allow nothing-of-the-kind zoom
  run --separate-stderr -64 fardel lint
  run --separate-stderr -64 fardel lint --list zoom
}

@test "an installer of format 3, whose rules are in Lua" {
  mkdir tiny
  printf 'format = 3\nname = "tiny"\nversion = "1"\nsummary = "Tiny"\nlicense = "GPL-3"\n[[pack]]\n%s\nsha256 = "%064d"\n' \
    'url = "https://example.org/tiny.deb"' 0 >tiny/manifest.toml
  printf 'function configure(dir)\n  run{"true"}\n  net.fetch{url = "http://example.org"}\nend\n' >tiny/rules.lua
  tar -czf tiny.tar.gz tiny
  for each in tiny tiny.tar.gz; do
    [[ $(ids "$each") == 'no-description no-size unknown-licence unnamed-program fetch-outside-download http-in-rules' ]]
  done
  echo 'nmae = "x"' >>tiny/manifest.toml
  run --separate-stderr -1 fardel lint tiny
  [[ $output == *error$'\t'refused$'\t'tiny$'\t'*manifest.toml*'is not known'* ]]
}

@test "syntax of Lua is told with its line, and nothing is run" {
  mkdir tiny
  printf 'format = 3\nname = "tiny"\nversion = "1"\nsummary = "Tiny"\ndescription = "x"\nlicense = "MIT"\n[[pack]]\nurl = "https://example.org/a"\nsize = 1\nsha256 = "%064d"\n' \
    0 >tiny/manifest.toml
  echo 'while true do fs.write("x", "x") end' >tiny/rules.lua
  run --separate-stderr -0 fardel lint tiny
  [[ -z $output ]]
  printf 'function configure(dir)\n  fs.link = = 1\nend\n' >tiny/rules.lua
  tar -czf tiny.tar.gz tiny
  for each in tiny tiny.tar.gz; do
    run --separate-stderr -1 fardel lint "$each"
    [[ $output == error$'\t'syntax$'\t'tiny$'\t'rules.lua$'\t2\t'"Lua: unexpected symbol near '='" && ${#lines[@]} == 1 ]]
  done
  printf '\033Lua\124\000' >tiny/rules.lua
  run --separate-stderr -1 fardel lint tiny
  [[ $output == *syntax$'\t'tiny$'\t'rules.lua$'\t'*binary* ]]
  rules ':'
  echo 'x = = 1' >zoom/common.lua
  run --separate-stderr -0 fardel lint zoom
  [[ -z $output ]]
  file=$(make_packets Tool 1.0 $'install=local a\n\nif a then' 'file:data/other.lua=x = = 1')
  for each in "$file" "${file%/*}/tree"; do
    run --separate-stderr -1 fardel lint "$each"
    [[ $output == error$'\t'syntax$'\t'*$'\tinstall.lua\t4\t'*"'end' expected"* && ${#lines[@]} == 1 ]]
  done
}

@test "a package of Packets: its file and its folder" {
  file=$(make_packets Tool 1.0 'install=os.symlink(data_dir .. "/bin/Tool", packets_bin_dir .. "/Tool")' 'remove=os.remove(packets_bin_dir .. "/Tool")' \
    'file:data/x.sh=killall [[')
  for each in "$file" "${file%/*}/tree"; do
    run --separate-stderr -0 fardel lint --strict "$each"
    [[ -z $output ]]
  done
  file=$(make_packets Tool 2.0 'install=os.execute("ldconfig")
os.symlink(data_dir .. "/x", "/usr/bin/Tool")' 'file:legend.x=x')
  rm "$file"
  ln -s x "${file%/*}/tree/data/link"
  chmod 4755 "${file%/*}/tree/data/bin/Tool"
  tar -C "${file%/*}/tree" --zstd -cf "$file" .
  for each in "$file" "${file%/*}/tree"; do
    run --separate-stderr -1 fardel lint --json "$each"
    jq -e '[.findings[] | [.id, .file, .line]] == [["setuid-file", "data/bin/Tool", null], ["link-left-out", "data/link", null],
      ["missing-function", "install.lua", 1], ["path-in-hook", "install.lua", 2], ["no-remove-hook", "manifest.toml", null]]' <<<"$output"
  done
  run --separate-stderr -1 fardel lint "$file"
  [[ ${lines[0]} == warning$'\t'setuid-file$'\t'Tool$'\t'* ]]
}

@test "what is no package of Packets, or is called as none" {
  mkdir -p tiny
  printf '[Info]\nname = "tiny"\n' >tiny/manifest.toml
  tar -czf tiny.tar.gz tiny
  run --separate-stderr -1 fardel lint tiny.tar.gz
  [[ $output == *refused*'it is a package of Packets, but its file is not called so' && ${#lines[@]} == 1 ]]
  echo 'x = 1' >tiny/manifest.toml
  tar --zstd -cf tiny.pkt.tar.zst tiny
  run --separate-stderr -1 fardel lint tiny.pkt.tar.zst
  [[ $output == *refused*'has no [Info]' && ${#lines[@]} == 1 ]]
  rm tiny/manifest.toml
  echo x >tiny/x
  tar --zstd -cf tiny.pkt.tar.zst tiny
  run --separate-stderr -1 fardel lint tiny.pkt.tar.zst
  [[ $output == *refused*'there is no manifest.toml in it' ]]
}

@test "a person is shown where, what, and by which id" {
  rm zoom/license
  script -qec "stty cols 200; fardel lint zoom" /dev/null >"$WORK/shown" </dev/null
  grep -q 'warning.*there is no licence: there is no file license.*no-licence' "$WORK/shown"
  grep -q '^1 warning\.' "$WORK/shown"
}

@test "docs/LINT.md has each id, as the program has it" {
  docs=$(<"$LIB/../../docs/LINT.md")
  count=0
  while IFS=$'\t' read -r id severity is text; do
    [[ $docs == *"| \`$id\` | $severity | ${is^}. $text |"* ]] || {
      echo "docs/LINT.md: | \`$id\` | $severity | ${is^}. $text |"
      false
    }
    count=$((count + 1))
  done < <(fardel lint --list --json | jq -r '.ids[] | [.id, .severity, .is, .text] | join("\t")')
  ((count > 30))
  [[ $(grep -c '^| `[a-z-]*` | \(error\|warning\|info\) | ' <<<"$docs") == "$count" ]]
}

@test "the installers of packages/ have nothing to be said of them" {
  for rules in "$LIB"/../../packages/*/rules; do
    run --separate-stderr -0 fardel lint --strict "${rules%/rules}"
    [[ -z $output ]]
  done
}
