#!/usr/bin/env bats
# rules-api: the library for rules, under each shell that rules may be run by, and the contract.

# shellcheck disable=SC2016,SC2030,SC2031,SC2086
bats_require_minimum_version 1.5.0

API=$BATS_TEST_DIRNAME/../../rules-api

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  mkdir -p "$WORK/hello" "$WORK/packages/hello/1/upstream"
  cp "$API/rules.sh" "$WORK/hello"
  DIR=$WORK/packages/hello/1/upstream
  SYSTEM=$WORK/system
  # Without a path, busybox's shell takes its own tar, unzip, wget and od, which know less.
  SHELLS=(dash bash 'bash --posix' 'busybox sh')
}

teardown() {
  finish
}

# The rules: what stdin says, between the lines that all rules have.
rules() {
  { printf '#!/bin/sh\nset -eu\n. ./rules.sh\n'; cat; echo 'rules_main "$@"'; } >"$WORK/hello/rules"
  chmod +x "$WORK/hello/rules"
}

# play CODE ARGUMENTS: the rules under each shell; all end with CODE, and say the same.
play() {
  local code=$1 shell said=
  shift
  for shell in "${SHELLS[@]}"; do
    echo "$shell:"
    run -"$code" env -C "$WORK/hello" FARDEL_ROOT="$SYSTEM" $shell ./rules "$@"
    echo "$output"
    [[ -z $said || $output == "${said#x}" ]]
    said=x$output
  done
}

# each FUNCTION: calls it with the name of a shell, on a system of its own.
each() {
  local shell
  for shell in "${SHELLS[@]}"; do
    rm -rf "$SYSTEM"
    "$1" "$shell"
  done
}

# phase SHELL ARGUMENTS: the rules under that shell; what they say is $output.
phase() {
  local shell=$1
  shift
  echo "$shell:"
  run -0 env -C "$WORK/hello" FARDEL_ROOT="$SYSTEM" $shell ./rules "$@" || { echo "$output"; return 1; }
}

linked() { [[ $(readlink "$SYSTEM/$1") == "$2" ]]; }

tree() { (cd "$1" && find . -printf '%P %y %m %l\n' | LC_ALL=C sort); }

# A pack of each kind, with a program, of the same content.
packs() {
  local kind
  mkdir -p "$WORK/tree/bin" "$WORK/tree/share"
  printf '#!/bin/sh\necho hello\n' >"$WORK/tree/bin/hello"
  echo text >"$WORK/tree/share/text"
  chmod 755 "$WORK/tree/bin/hello"
  ln -s ../bin/hello "$WORK/tree/share/link"
  mkdir -p "$WORK/deb/DEBIAN"
  cp -R "$WORK/tree/." "$WORK/deb"
  printf '%s\n' 'Package: hello' 'Version: 1' 'Architecture: all' 'Maintainer: Nobody <nobody@example.org>' \
    'Description: made by the tests' >"$WORK/deb/DEBIAN/control"
  dpkg-deb --root-owner-group -b "$WORK/deb" "$VENDOR/deb" >/dev/null
  for kind in gzip xz zstd bzip2; do
    tar -C "$WORK/tree" "--$kind" -cf "$VENDOR/tar-$kind" .
  done
  (cd "$WORK/tree" && zip -qry "$VENDOR/zip.zip" .)
  mv "$VENDOR/zip.zip" "$VENDOR/zip"
}

# An AppImage: the head of a program, whose last part is the table of sections, and a file system behind it.
appimage() {
  local bits=$1 file=$2
  mksquashfs "$WORK/tree" "$WORK/squashfs" -quiet -no-progress -noappend >/dev/null
  python3 - "$bits" "$file" "$WORK/squashfs" <<'PYTHON'
import struct, sys
bits, out, squashfs = int(sys.argv[1]), sys.argv[2], sys.argv[3]
head = bytearray(4096)
head[:11] = b"\x7fELF" + bytes([bits // 32, 1, 1, 0]) + b"AI\x02"
if bits == 64:
    struct.pack_into("<Q", head, 40, 4096 - 3 * 64)
    struct.pack_into("<HH", head, 58, 64, 3)
else:
    struct.pack_into("<I", head, 32, 4096 - 3 * 40)
    struct.pack_into("<HH", head, 46, 40, 3)
with open(out, "wb") as f:
    f.write(head + open(squashfs, "rb").read())
PYTHON
}

@test "what vendors ship is unpacked, whatever its name is, with fardel-unpack and without" {
  local pack with
  SHELLS=(dash bash)
  packs
  rules <<<''
  unpacked() {
    rm -rf "$DIR"
    mkdir "$DIR"
    phase "$1" unpack "$pack" "$DIR"
    [[ $("$DIR/bin/hello") == hello && $(<"$DIR/share/text") == text ]]
    [[ $(readlink "$DIR/share/link") == ../bin/hello ]]
    [[ -z $(find "$DIR" -perm /022 ! -type l) ]]
  }
  for with in '' "$(dirname "$FARDEL_BIN")/../libexec/fardel"; do
    for pack in "$VENDOR"/*; do
      PATH=$PATH${with:+:$with} each unpacked
    done
  done
}

@test "an AppImage is taken apart, and nothing of it is run" {
  local pack bits
  command -v mksquashfs unsquashfs >/dev/null || skip "needs squashfs-tools"
  SHELLS=(dash bash)
  packs
  rules <<<'unpack() { rules_unpack "$1" "$2"; rules_need "$2/bin/hello"; }'
  for bits in 64 32; do
    pack=$VENDOR/appimage-$bits
    appimage "$bits" "$pack"
    taken_apart() {
      rm -rf "$DIR"
      mkdir "$DIR"
      phase "$1" unpack "$pack" "$DIR"
      [[ $("$DIR/bin/hello") == hello && $(tree "$DIR") == "$(tree "$WORK/tree")" ]]
    }
    each taken_apart
  done
}

@test "what is no pack, or not what it was, ends with 1 and says so" {
  echo rubbish >"$VENDOR/rubbish"
  rules <<<''
  for code in with without; do
    [[ $code == without ]] || PATH=$PATH:$(dirname "$FARDEL_BIN")/../libexec/fardel
    mkdir -p "$DIR"
    play 1 unpack "$VENDOR/rubbish" "$DIR"
    [[ $output == *'rubbish: cannot be unpacked'* ]]
  done
  rules <<<'unpack() { : >"$2/hello"; rules_need "$2/hello"; }'
  play 1 unpack "$VENDOR/rubbish" "$DIR"
  [[ $output == *'the pack has no program hello where it was: these rules do not fit it'* ]]
  rules <<<'unpack() { rules_tool no-such-program its-package; }'
  play 1 unpack "$VENDOR/rubbish" "$DIR"
  [[ $output == *'no-such-program is missing: install its-package, then try again'* ]]
}

# A pack that is unpacked, and rules that link it; what they do is written down.
linking() {
  mkdir -p "$DIR/opt/hello" "$DIR/share"
  printf '#!/bin/sh\necho hello\n' >"$DIR/opt/hello/Hello"
  chmod 755 "$DIR/opt/hello/Hello"
  : >"$DIR/share/Hello.desktop"
  : >"$DIR/share/hello.png"
  : >"$DIR/share/hello.svg"
  rules <<'RULES'
links() {
  rules_program opt/hello/Hello hello
  rules_program opt/hello/Hello
  rules_desktop share/Hello.desktop
  rules_desktop share/Hello.desktop another
  rules_icon 48 share/hello.png
  rules_icon scalable share/hello.svg other
  rules_icon 64 share/none.png
  echo "/opt/hello opt/hello"
}
folders() { echo /usr/share/icons/hicolor/48x48/apps; }
configure() { echo "configured $1"; }
unconfigure() { [ ! -e "$1/running" ] || rules_in_use "Hello is running"; echo "unconfigured $1"; }
RULES
}

@test "programs, menu entries and icons are linked, also when it is done again, and taken back" {
  linking
  life() {
    local before
    phase "$1" configure "$DIR"
    [[ $output == *"the pack has no share/none.png: no /usr/share/icons/hicolor/64x64/apps/none.png is made"* ]]
    [[ $output == *"configured $DIR" ]]
    linked usr/bin/hello "$DIR/opt/hello/Hello"
    linked usr/bin/Hello "$DIR/opt/hello/Hello"
    linked usr/share/applications/Hello.desktop "$DIR/share/Hello.desktop"
    linked usr/share/applications/another.desktop "$DIR/share/Hello.desktop"
    linked usr/share/icons/hicolor/48x48/apps/hello.png "$DIR/share/hello.png"
    linked usr/share/icons/hicolor/scalable/apps/other.svg "$DIR/share/hello.svg"
    linked opt/hello "$DIR/opt/hello"
    [[ $("$SYSTEM/opt/hello/Hello") == hello ]]
    before=$(find "$SYSTEM" -printf '%p %i %l %T@ %C@\n')
    phase "$1" configure "$DIR"
    [[ $(find "$SYSTEM" -printf '%p %i %l %T@ %C@\n') == "$before" ]]
    phase "$1" unconfigure "$DIR"
    [[ $output == "unconfigured $DIR" ]]
    [[ -z $(find "$SYSTEM" ! -type d) && ! -e $SYSTEM/usr/share/icons/hicolor/48x48/apps ]]
    phase "$1" unconfigure "$DIR"
  }
  each life
}

@test "another version's links, and such that lead nowhere, are replaced; somebody's are not, and not taken away" {
  linking
  others() {
    mkdir -p "$SYSTEM/usr/bin" "$WORK/packages/hello/0/upstream" "$WORK/packages/hello-two/1"
    : >"$WORK/packages/hello/0/upstream/hello"
    : >"$WORK/packages/hello-two/1/hello"
    ln -s "$WORK/packages/hello/0/upstream/hello" "$SYSTEM/usr/bin/hello"
    ln -s /nonexistent "$SYSTEM/usr/bin/Hello"
    phase "$1" configure "$DIR"
    linked usr/bin/hello "$DIR/opt/hello/Hello"
    linked usr/bin/Hello "$DIR/opt/hello/Hello"
    ln -sfn "$WORK/packages/hello-two/1/hello" "$SYSTEM/usr/bin/hello"
    rm "$SYSTEM/usr/bin/Hello"
    echo mine >"$SYSTEM/usr/bin/Hello"
    phase "$1" unconfigure "$DIR"
    linked usr/bin/hello "$WORK/packages/hello-two/1/hello"
    [[ $(<"$SYSTEM/usr/bin/Hello") == mine && ! -L $SYSTEM/opt/hello ]]
  }
  each others
  play 1 configure "$DIR"
  [[ $output == *"/usr/bin/hello is there, and not this package's: move it out of the way"* ]]
  rm "$SYSTEM/usr/bin/hello"
  play 1 configure "$DIR"
  [[ $output == *"/usr/bin/Hello is there, and not this package's"* && $(<"$SYSTEM/usr/bin/Hello") == mine ]]
}

@test "what cannot be written, and what is missing in the table itself, ends with 1" {
  mkdir -p "$SYSTEM" "$DIR"
  : >"$DIR/hello"
  : >"$SYSTEM/usr"
  rules <<<'links() { rules_program hello; }'
  for shell in "${SHELLS[@]}"; do
    run ! env -C "$WORK/hello" FARDEL_ROOT="$SYSTEM" $shell ./rules configure "$DIR"
  done
  rm "$SYSTEM/usr"
  rules <<<'links() { echo "/usr/bin/hello $none"; }'
  for shell in "${SHELLS[@]}"; do
    run ! env -C "$WORK/hello" FARDEL_ROOT="$SYSTEM" $shell ./rules configure "$DIR"
  done
  [[ ! -e $SYSTEM/usr/bin/hello ]]
}

@test "how phases end: in use, without a network, failed, unknown; and what they have to be given" {
  linking
  mkdir -p "$SYSTEM"
  play 0 configure "$DIR"
  : >"$DIR/running"
  play 4 unconfigure "$DIR"
  [[ $output == "Hello is running" ]]
  linked usr/bin/hello "$DIR/opt/hello/Hello"
  play 0 other "$DIR"
  play 0
  play 1 download "$WORK/file"
  [[ $output == *"there has to be an upstream_pack_url"* ]]
  play 1 configure
  [[ $output == *"rules configure: 1 arguments are wanted: DIR"* ]]
  play 1 unpack only-one
  rules <<<'download() { rules_network "$1: none"; }'
  play 2 download FILE
  rules <<<'configure() { false; echo "not reached"; }'
  play 1 configure "$DIR"
  [[ -z $output ]]
}

@test "rules that forget set -e end with their first failure all the same" {
  rules <<<'configure() { false; echo "not reached"; }'
  sed -i '/^set -eu$/d' "$WORK/hello/rules"
  play 1 configure "$DIR"
  [[ -z $output ]]
}

@test "types of files are read anew: asked for once, and only where somebody listens" {
  rules <<<'configure() { rules_types hello; rules_types hello; rules_types other; }'
  mark=$SYSTEM/var/lib/puavo-pkg/.update_mime_database
  play 0 configure "$DIR"
  [[ ! -e $mark ]]
  mkdir -p "${mark%/*}"
  play 0 configure "$DIR"
  [[ $(<"$mark") == hello$'\n'other ]]
}

@test "a pack is fetched, and held against its sum" {
  command -v wget >/dev/null || skip "needs wget"
  SHELLS=(dash bash)
  echo bytes >"$VENDOR/pack"
  serve "$VENDOR"
  export URL SUM
  SUM=$(sha256sum "$VENDOR/pack" | cut -d' ' -f1)
  rules <<<'download() { rules_fetch "$URL/pack" "$1" "$SUM"; }'
  play 0 download "$WORK/fetched"
  cmp "$WORK/fetched" "$VENDOR/pack"
  SUM=0$SUM
  play 1 download "$WORK/fetched"
  [[ $output == *"/pack: is not what it was: its sha256 is not $SUM" ]]
  rules <<<'download() { rules_fetch "$URL/none" "$1"; }'
  play 2 download "$WORK/fetched"
  [[ $output == *"/none: cannot be fetched (wget ended with 8)" ]]
}

# content PATH: with a dot behind it, so that the last line's end counts.
content() { cat "$SYSTEM/$1" && printf .; }

# turned SHELL PATH: configure, which may be done again, then unconfigure, which may be, too; the file is as it was.
turned() {
  local before after
  before=$(content "$2" 2>/dev/null && stat -c %a "$SYSTEM/$2") || before=none
  phase "$1" configure "$DIR"
  after=$(stat -c '%i %Z' "$SYSTEM/$2"; content "$2")
  phase "$1" configure "$DIR"
  [[ $(stat -c '%i %Z' "$SYSTEM/$2"; content "$2") == "$after" && ! -e $SYSTEM/$2.rules-new ]]
  phase "$1" unconfigure "$DIR"
  phase "$1" unconfigure "$DIR"
  [[ $({ content "$2" 2>/dev/null && stat -c %a "$SYSTEM/$2"; } || echo none) == "$before" ]]
}

@test "a file is written whole, with its mode, and taken away; folders of the package's own, too" {
  rules <<'RULES'
folders() { echo /etc/hello; }
configure() { rules_file /etc/hello/conf <"$1/text"; rules_file /etc/hello/secret 0600 <"$1/text"; }
unconfigure() { rules_no_file /etc/hello/conf /etc/hello/secret; }
RULES
  printf 'a\\n\n%%s $HOME\nno end' >"$DIR/text"
  written() {
    phase "$1" configure "$DIR"
    cmp "$DIR/text" "$SYSTEM/etc/hello/conf"
    [[ $(stat -c %a "$SYSTEM/etc/hello/conf" "$SYSTEM/etc/hello/secret") == 644$'\n'600 ]]
    phase "$1" unconfigure "$DIR"
    [[ -d $SYSTEM/etc && ! -e $SYSTEM/etc/hello ]]
    turned "$1" etc/hello/conf
    mkdir -p "$SYSTEM/etc/hello"
    ln -s nowhere "$SYSTEM/etc/hello/conf"
    phase "$1" configure "$DIR"
    [[ ! -L $SYSTEM/etc/hello/conf && $(stat -c %a "$SYSTEM/etc/hello/conf") == 644 ]]
  }
  each written
  ln -sf secret "$SYSTEM/etc/hello/conf"
  play 1 configure "$DIR"
  [[ $output == *'/etc/hello/conf is a link: name the file that it leads to' && -L $SYSTEM/etc/hello/conf ]]
  rm "$SYSTEM/etc/hello/conf"
  mkdir "$SYSTEM/etc/hello/conf"
  play 1 configure "$DIR"
  [[ $output == *'/etc/hello/conf is a folder' ]]
}

@test "a line is in a file once, and out of it again: the file is as it was" {
  local text
  rules <<'RULES'
configure() { rules_line /etc/list 'a [line] \n * $x'; }
unconfigure() { rules_no_line /etc/list 'a [line] \n * $x'; }
RULES
  in_and_out() {
    mkdir -p "$SYSTEM/etc"
    for text in none '' x 'x\n' 'x\ny' 'x\n\n' '\n' 'a [line] \\\\n * $x more\n' 'a l \\n * $x\n'; do
      rm -f "$SYSTEM/etc/list"
      # shellcheck disable=SC2059
      [[ $text == none ]] || printf "$text" >"$SYSTEM/etc/list"
      [[ $text == none ]] || chmod 640 "$SYSTEM/etc/list"
      turned "$1" etc/list
      phase "$1" configure "$DIR"
      [[ $(grep -cxF 'a [line] \n * $x' "$SYSTEM/etc/list") == 1 ]]
    done
    # What others add behind it stays.
    printf 'before\n' >"$SYSTEM/etc/list"
    phase "$1" configure "$DIR"
    echo after >>"$SYSTEM/etc/list"
    phase "$1" unconfigure "$DIR"
    [[ $(<"$SYSTEM/etc/list") == before$'\n'after ]]
  }
  each in_and_out
  printf 'x\0y\n' >"$SYSTEM/etc/list"
  play 1 configure "$DIR"
  [[ $output == *'/etc/list: is no text' && $(wc -c <"$SYSTEM/etc/list") == 4 ]]
  rules <<<'configure() { rules_line /etc/list "a
b"; }'
  play 1 configure "$DIR"
  [[ $output == *'rules_line /etc/list: one line is wanted' ]]
}

@test "a text is replaced in a file, and back: the file is as it was" {
  local text
  rules <<'RULES'
configure() { rules_replace /etc/conf "$(cat "$1/find")" "$(cat "$1/by")"; }
unconfigure() { rules_no_replace /etc/conf "$(cat "$1/find")" "$(cat "$1/by")"; }
RULES
  replaced() {
    local find by text want
    mkdir -p "$SYSTEM/etc"
    while IFS='|' read -r find by text want; do
      printf '%b' "$text" >"$SYSTEM/etc/conf"
      chmod 600 "$SYSTEM/etc/conf"
      printf %s "$find" >"$DIR/find"
      printf %s "$by" >"$DIR/by"
      turned "$1" etc/conf
      phase "$1" configure "$DIR"
      [[ $(content etc/conf) == "$(printf '%b.' "$want")" && $(stat -c %a "$SYSTEM/etc/conf") == 600 ]]
    done <<'CASES'
old|new|old old\nx\n|new new\nx\n
foo|foobar|foo\nfoofoo|foobar\nfoobarfoobar
#Port|Port|#Port 22\n#Port\n|Port 22\nPort\n
a*b|[a-z]?\|a*b aab\n|[a-z]?\\ aab\n
CASES
  }
  each replaced
  echo old new >"$SYSTEM/etc/conf"
  echo old >"$DIR/find"
  echo new >"$DIR/by"
  play 1 configure "$DIR"
  [[ $output == *'/etc/conf: there is already a new in it'* && $(<"$SYSTEM/etc/conf") == 'old new' ]]
  echo neither >"$SYSTEM/etc/conf"
  play 1 configure "$DIR"
  [[ $output == *'/etc/conf: there is no old in it' ]]
  play 0 unconfigure "$DIR"
  rm "$SYSTEM/etc/conf"
  play 1 configure "$DIR"
  [[ $output == *'/etc/conf: there is no such file' ]]
  play 0 unconfigure "$DIR"
  : >"$DIR/by"
  play 1 configure "$DIR"
  [[ $output == *'rules_replace /etc/conf: a text is wanted, and another' ]]
}

@test "a menu entry is written as its format wants it, and taken away" {
  rules <<'RULES'
configure() {
  rules_entry org.example.hello 'Name=Hello; World' 'Comment= two
lines \	' Icon=hello 'Categories=Network;Odd\;one' MimeType=text/plain\; 'Name[de]=Hallo=' Terminal=false -- \
    '/opt/he llo/bin' '--a=$b "c\`' '100%' %U ''
}
unconfigure() { rules_no_entry org.example.hello; }
RULES
  cat >"$WORK/wanted" <<'WANTED'
[Desktop Entry]
Type=Application
Version=1.0
Name=Hello; World
Comment=\stwo\nlines \\\t
Icon=hello
Categories=Network;Odd\;one;
MimeType=text/plain;
Name[de]=Hallo=
Terminal=false
Exec="/opt/he llo/bin" "--a=\\$b \\"c\\\\\\`" 100%% %U ""
WANTED
  entry() {
    turned "$1" usr/share/applications/org.example.hello.desktop
    phase "$1" configure "$DIR"
    diff "$WORK/wanted" "$SYSTEM/usr/share/applications/org.example.hello.desktop"
  }
  each entry
  if command -v desktop-file-validate >/dev/null; then
    desktop-file-validate "$SYSTEM/usr/share/applications/org.example.hello.desktop"
  fi
  while IFS='|' read -r call said; do
    rules <<<"configure() { rules_entry $call; }"
    play 1 configure "$DIR"
    [[ $output == *"$said"* ]]
  done <<'CASES'
../hello Name=x -- x|rules_entry: ../hello: letters, digits
.x Name=x -- x|rules_entry: .x: letters, digits
x Icon=x -- x|rules_entry x: Name= is wanted
x Name=x --|rules_entry x: -- and a program are wanted
x Name=x x|it is no KEY=VALUE
x 'N me=x' -- x|it is no KEY=VALUE
x Name=x Exec=x -- x|rules_entry: Exec is written by itself
CASES
}

@test "a type of files is written, and taken away; both have the types read anew" {
  rules <<'RULES'
configure() { rules_mime example-hello application/x-hello 'A <b> & "c"' '*.hello' '*.h&i'; }
unconfigure() { rules_no_mime example-hello; }
RULES
  cat >"$WORK/wanted" <<'WANTED'
<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="application/x-hello">
    <comment>A &lt;b&gt; &amp; &quot;c&quot;</comment>
    <glob pattern="*.hello"/>
    <glob pattern="*.h&amp;i"/>
  </mime-type>
</mime-info>
WANTED
  types() {
    local mark=$SYSTEM/var/lib/puavo-pkg/.update_mime_database
    mkdir -p "${mark%/*}"
    turned "$1" usr/share/mime/packages/example-hello.xml
    rm "$mark"
    phase "$1" configure "$DIR"
    diff "$WORK/wanted" "$SYSTEM/usr/share/mime/packages/example-hello.xml"
    [[ $(<"$mark") == example-hello ]]
    rm "$mark"
    phase "$1" unconfigure "$DIR"
    [[ $(<"$mark") == example-hello ]]
  }
  each types
  for type in a a/b/c /a a/ 'a b/c' 'a/"'; do
    rules <<<"configure() { rules_mime x '$type' x; }"
    play 1 configure "$DIR"
    [[ $output == *"rules_mime x: $type: no type as application/x-foo" ]]
  done
}

# Stand-ins that note how they were called; they fail where WORK/fails is.
stood_in() {
  local name
  mkdir -p "$WORK/fake"
  for name in systemctl update-alternatives useradd userdel; do
    printf '#!/bin/sh\nprintf %%s %s >>%s/called\nfor word; do printf "|%%s" "$word" >>%s/called; done\necho >>%s/called\n[ ! -e %s/fails ]\n' \
      "$name" "$WORK" "$WORK" "$WORK" "$WORK" >"$WORK/fake/$name"
  done
  chmod +x "$WORK"/fake/*
  PATH=$WORK/fake:$PATH
}

# called LINE…: these were the calls since the last time.
called() {
  diff <(printf '%s\n' "$@") <(cat "$WORK/called" 2>/dev/null || echo none)
  rm -f "$WORK/called"
}

@test "a unit is written and enabled, in any root; it is disabled and taken away" {
  rules <<'RULES'
configure() { rules_unit hello@1.service enable start <"$1/unit"; }
unconfigure() { rules_no_unit hello@1.service; }
RULES
  printf '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' >"$DIR/unit"
  if command -v systemctl >/dev/null && systemctl --version >/dev/null 2>&1; then
    unit_for_real() {
      turned "$1" usr/lib/systemd/system/hello@1.service
      phase "$1" configure "$DIR"
      [[ -L $SYSTEM/etc/systemd/system/multi-user.target.wants/hello@1.service ]]
      phase "$1" unconfigure "$DIR"
      [[ -z $(find "$SYSTEM" ! -type d) ]]
    }
    each unit_for_real
  fi
  stood_in
  unit_calls() {
    phase "$1" configure "$DIR"
    cmp "$DIR/unit" "$SYSTEM/usr/lib/systemd/system/hello@1.service"
    called "systemctl|--root=$SYSTEM|enable|hello@1.service"
    phase "$1" unconfigure "$DIR"
    called "systemctl|--root=$SYSTEM|disable|hello@1.service"
    [[ ! -e $SYSTEM/usr/lib/systemd/system/hello@1.service ]]
    phase "$1" unconfigure "$DIR"
    called none
  }
  each unit_calls
  : >"$WORK/fails"
  play 1 configure "$DIR"
  [[ $output == *'systemctl enable hello@1.service failed' ]]
  for name in a .service --now.service 'a b.service' ../a.service a/b.service 'a@b c.service' a@/b.service; do
    rules <<<"configure() { rules_unit '$name' </dev/null; }"
    play 1 configure "$DIR"
    [[ $output == *'rules_unit: '* ]]
  done
  rules <<<'configure() { rules_unit a.service mask </dev/null; }'
  play 1 configure "$DIR"
  [[ $output == *'rules_unit a.service: mask: enable, start and restart are what there is' ]]
}

@test "where systemd runs, it is asked: to read units anew, to start, and to stop" {
  skip_unless mount userns
  local shell
  rules <<'RULES'
configure() { rules_unit hello.service enable start <"$1/unit"; }
unconfigure() { rules_no_unit hello.service; }
RULES
  echo '[Service]' >"$DIR/unit"
  stood_in
  SYSTEM=
  mkdir -p /run/systemd/system
  for shell in "${SHELLS[@]}"; do
    phase "$shell" configure "$DIR"
    called 'systemctl|daemon-reload' 'systemctl|enable|hello.service' 'systemctl|start|hello.service'
    phase "$shell" unconfigure "$DIR"
    called 'systemctl|stop|hello.service' 'systemctl|disable|hello.service' 'systemctl|daemon-reload'
  done
  rmdir /run/systemd/system
  phase dash configure "$DIR"
  called 'systemctl|enable|hello.service'
  phase dash unconfigure "$DIR"
}

@test "an alternative is installed, and removed" {
  rules <<'RULES'
configure() { rules_alternative /usr/bin/hello hello "$1/bin/hello" 50; }
unconfigure() { rules_no_alternative hello "$1/bin/hello"; }
RULES
  # Of a root, the programs are below it.
  if update-alternatives --help 2>/dev/null | grep -q -e --root; then
    alternative_for_real() {
      mkdir -p "$SYSTEM/usr/bin" "$SYSTEM/etc/alternatives" "$SYSTEM/var/lib/dpkg/alternatives" "$SYSTEM/var/log" "$SYSTEM$DIR/bin"
      : >"$SYSTEM$DIR/bin/hello"
      phase "$1" configure "$DIR"
      phase "$1" configure "$DIR"
      linked etc/alternatives/hello "$DIR/bin/hello"
      linked usr/bin/hello /etc/alternatives/hello
      phase "$1" unconfigure "$DIR"
      phase "$1" unconfigure "$DIR"
      [[ ! -L $SYSTEM/usr/bin/hello && ! -L $SYSTEM/etc/alternatives/hello && ! -e $SYSTEM/var/lib/dpkg/alternatives/hello ]]
    }
    each alternative_for_real
  fi
  stood_in
  alternative_calls() {
    phase "$1" configure "$DIR"
    called "update-alternatives|--root|$SYSTEM|--install|/usr/bin/hello|hello|$DIR/bin/hello|50"
    phase "$1" unconfigure "$DIR"
    called "update-alternatives|--root|$SYSTEM|--remove|hello|$DIR/bin/hello"
  }
  each alternative_calls
  : >"$WORK/fails"
  play 1 configure "$DIR"
  [[ $output == *"update-alternatives --install /usr/bin/hello hello $DIR/bin/hello 50 failed" ]]
}

@test "a user is made if missing, and removed" {
  rules <<'RULES'
configure() { rules_user hello /var/lib/hello 'Hello there'; rules_user _other; }
unconfigure() { rules_no_user hello; }
RULES
  mkdir -p "$SYSTEM/etc"
  stood_in
  user_calls() {
    mkdir -p "$SYSTEM/etc"
    printf '_other:x:1:1::/:/x\nhello2:x:2:2::/:/x\n' >"$SYSTEM/etc/passwd"
    phase "$1" configure "$DIR"
    called "useradd|--prefix|$SYSTEM|--system|--user-group|--no-create-home|--home-dir|/var/lib/hello|--shell|/usr/sbin/nologin|--comment|Hello there|hello"
    phase "$1" unconfigure "$DIR"
    called none
    echo hello:x:3:3::/:/x >>"$SYSTEM/etc/passwd"
    phase "$1" configure "$DIR"
    called none
    phase "$1" unconfigure "$DIR"
    called "userdel|--prefix|$SYSTEM|hello"
  }
  each user_calls
  : >"$WORK/fails"
  play 1 unconfigure "$DIR"
  [[ $output == *'the user hello cannot be removed' ]]
  rm "$SYSTEM/etc/passwd"
  play 1 configure "$DIR"
  [[ $output == *'the user hello cannot be made' ]]
  for name in -r a:b 1a 'a b' ''; do
    rules <<<"configure() { rules_user '$name'; }"
    play 1 configure "$DIR"
    [[ $output == *"rules_user: $name: no name of a user" ]]
  done
}

@test "of a pack what is wanted: strip, include, exclude; the same without fardel-unpack" {
  local shell options with
  mkdir -p "$WORK/tree/app-1/bin" "$WORK/tree/app-1/lib/deep" "$WORK/tree/app-1/doc/empty"
  for file in README bin/app bin/app.old lib/a.so lib/deep/b.so 'lib/a b.so' lib/+x lib/^y 'doc/[z].txt' doc/1.txt; do
    echo "$file" >"$WORK/tree/app-1/$file"
  done
  chmod 755 "$WORK/tree/app-1/bin/app"
  ln -s ../bin/app "$WORK/tree/app-1/lib/link"
  ln -s nowhere "$WORK/tree/app-1/lib/broken"
  tar -C "$WORK/tree" -czf "$VENDOR/pack" app-1
  SHELLS=(dash bash)
  rules <<<'unpack() { eval "rules_unpack \"\$1\" \"\$2\" $(cat options)"; }'
  while read -r options; do
    echo "$options" >"$WORK/hello/options"
    rm -rf "$WORK/wanted"
    mkdir "$WORK/wanted"
    eval "$(dirname "$FARDEL_BIN")/../libexec/fardel/fardel-unpack $options '$VENDOR/pack' '$WORK/wanted'"
    [[ -n $(ls -A "$WORK/wanted") ]]
    for with in '' "$(dirname "$FARDEL_BIN")/../libexec/fardel"; do
      for shell in "${SHELLS[@]}"; do
        rm -rf "$DIR"
        mkdir "$DIR"
        PATH=$PATH${with:+:$with} phase "$shell" unpack "$VENDOR/pack" "$DIR"
        echo "$options"
        diff <(tree "$WORK/wanted") <(tree "$DIR")
      done
    done
  done <<'CASES'
--strip 1
--strip 2
--strip 1 --include bin
--strip 1 --include 'lib/*.so' --include README
--strip 1 --include '**/*.so'
--strip 1 --include 'lib/**' --exclude 'lib/deep'
--exclude 'app-1/doc' --exclude '**/app.?ld'
--strip 1 --include 'doc/[!a-z].txt' --include 'lib/[+^]?'
--strip 1 --include 'doc/\[z\].txt' --include 'lib/a b.so'
--include 'app-1/*/empty'
CASES
  SHELLS=(dash bash)
  while IFS='|' read -r options said; do
    echo "$options" >"$WORK/hello/options"
    for shell in "${SHELLS[@]}"; do
      rm -rf "$DIR"
      mkdir "$DIR"
      run -1 env -C "$WORK/hello" $shell ./rules unpack "$VENDOR/pack" "$DIR"
      [[ $output == *"$said"* ]]
    done
  done <<'CASES'
--include nothing|nothing: nothing in the pack matches
--strip x|--strip x: a number is wanted
--striped 1|--striped: there is no such option
--strip|--strip: it is no option, or lacks its value
CASES
}

@test "an installer with the library: selftest has nothing to find, and its environment is what the contract says" {
  # Elsewhere /usr/share/icons is a link to what cannot be written to.
  skip_unless mount
  linking
  cat >>"$WORK/hello/rules.sh" <<'MORE'
env | sed 's/=.*//' | grep -vxE 'PWD|SHLVL|_|OLDPWD' >&2
MORE
  tar -C "$DIR" -czf "$VENDOR/hello.tar.gz" .
  echo "file://$VENDOR/hello.tar.gz" >"$WORK/hello/upstream_pack_url"
  sha256sum "$VENDOR/hello.tar.gz" | cut -d' ' -f1 >"$WORK/hello/upstream_pack_sha256sum"
  (cd "$WORK" && fardel build hello)
  run -0 fardel selftest "$WORK/hello.tar.gz"
  [[ $output != *fail* && $output != *warn* ]]
  run -0 fardel install "$WORK/hello.tar.gz"
  [[ $(hello) == hello ]]
  diff <(sed -n 's/^| `\([A-Z_]*\)` |.*/\1/p' "$API/CONTRACT.md" | sort) \
    <(fardel log | grep -xE '[A-Za-z_]+' | sort -u)
  run -0 fardel remove hello
  [[ $output$stderr == *'0 left behind'* && ! -L /usr/bin/hello && ! -L /usr/bin/Hello ]]
}

@test "the contract lists each function of the library, and no other" {
  diff <(grep -oE '^rules_[a-z_]+\(\)' "$API/rules.sh" | tr -d '()' | sort) \
    <({
      grep -oE '`rules_[a-z_]+' "$API/CONTRACT.md" | tr -d '`'
      printf 'rules_%s\n' alternatives arguments choose configure elf_end file_name has has_text has_user key kind no_folders \
        own pick read replaced swap systemctl take_apart unconfigure unit_name user_name value word write xml
    } | sort -u)
}
