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
      printf 'rules_%s\n' arguments configure elf_end has kind own unconfigure
    } | sort -u)
}
