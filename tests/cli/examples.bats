#!/usr/bin/env bats
# rules-api/examples: each on a pack that is made for it, from lint to its removal.

bats_require_minimum_version 1.5.0

EXAMPLES=$BATS_TEST_DIRNAME/../../rules-api/examples

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  TREE=$WORK/tree
  MODES=(mount userns)
  mkdir -p "$TREE"
}

teardown() {
  finish
}

# program PATH, file PATH: in the pack.
program() {
  mkdir -p "$TREE/$(dirname -- "$1")"
  # shellcheck disable=SC2016
  printf '#!/bin/sh\necho "${0##*/}" "$@"\n' >"$TREE/$1"
  chmod 755 "$TREE/$1"
}
file() {
  mkdir -p "$TREE/$(dirname -- "$1")"
  printf '%s\n' "${2:-$1}" >"$TREE/$1"
}

# icon SIZE PATH: the beginning of a PNG.
icon() {
  mkdir -p "$TREE/$(dirname -- "$2")"
  python3 -c 'import struct, sys
sys.stdout.buffer.write(b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII5B", 13, b"IHDR", *2 * [int(sys.argv[1])], 8, 6, 0, 0, 0) + b"\0\0\0\0")' "$1" >"$TREE/$2"
}

sum() { sha256sum "$1" | cut -d' ' -f1; }

# take NAME: WORK/src/NAME, the example with the packs of VENDOR in its manifest. A pack without a URL is VENDOR/FILE.
take() {
  mkdir -p "$WORK/src"
  cp -R "$EXAMPLES/$1" "$WORK/src"
  python3 - "$WORK/src/$1/manifest.toml" "$VENDOR" <<'PYTHON'
import hashlib, os, re, sys
path, vendor = sys.argv[1:]
head, *packs = open(path).read().split("[[pack]]\n")
for i, pack in enumerate(packs):
    name = re.search(r'^(?:url|file) = "(?:.*/)?(.*)"$', pack, re.M)[1]
    data = open(os.path.join(vendor, name), "rb").read()
    pack = re.sub(r'^url = .*', f'url = "file://{vendor}/{name}"', pack, flags=re.M)
    pack, sizes = re.subn(r'^size = 1$', f"size = {len(data)}", pack, flags=re.M)
    packs[i], sums = re.subn(r'^sha256 = "0{64}"$', f'sha256 = "{hashlib.sha256(data).hexdigest()}"', pack, flags=re.M)
    assert (sizes, sums) == (1, 1), pack
open(path, "w").write("[[pack]]\n".join([head, *packs]))
PYTHON
}

# What is there, but for what is made anew of what is there.
system() { manifest | grep -vP '\./usr/share/mime(/(?!packages).*)?$'; }

# written PATH…: they are written to, and put back, so that the private root's overlay has a copy of its own from now on.
written() {
  local path
  for path; do
    [[ ! -f $path ]] || : >>"$path"
  done
}

# life NAME [LOOK]: linted, built, tested, installed (and looked at by LOOK), configured again, removed: all is as it was.
life() {
  local name=$1 before after
  run -0 fardel lint --strict --allow local-url --allow http-in-rules "$WORK/src/$name"
  [[ $output != *error* && $output != *warning* ]]
  run -0 fardel build -o "$WORK" "$WORK/src/$name"
  skip_unless "${MODES[@]}"
  before=$(system)
  run -0 fardel selftest "$WORK/$name.tar.gz" || { echo "$output"; return 1; }
  echo "$output"
  # What the policy says of alternatives, units and users is no matter of the rules'.
  [[ $output != *fail$'\t'* ]]
  run ! grep -P '^warn\t(?!.*\(policy )' <<<"$output"
  diff <(printf '%s\n' "$before") <(system)
  run -0 fardel preview "$WORK/$name.tar.gz"
  echo "$output"
  [[ $output != *undeclared* ]]
  run -0 fardel install "$WORK/$name.tar.gz"
  "${2:-true}"
  run -0 fardel verify "$name"
  after=$(system)
  run -0 fardel reconfigure "$name"
  diff <(printf '%s\n' "$after") <(system)
  "${2:-true}"
  run -0 fardel remove "$name"
  [[ $output == *"$name: removed, 0 left behind"* ]]
  diff <(printf '%s\n' "$before") <(system)
}

@test "each example is as it should be, is listed, and can be linted as it stands" {
  for name in "$EXAMPLES"/*/; do
    name=$(basename "$name")
    grep -q "^| \[$name\]($name/rules" "$EXAMPLES/README.md"
    grep -q "@test \"example $name:" "$BATS_TEST_FILENAME"
    [[ -s $EXAMPLES/$name/license && -s $EXAMPLES/$name/manifest.toml ]]
    run --separate-stderr -0 fardel lint --strict "$EXAMPLES/$name"
    [[ -z $output ]]
  done
  while read -r link; do
    [[ -e $EXAMPLES/$link ]] || { echo "no $link"; false; }
  done < <(grep -o ']([^):]*)' "$EXAMPLES/README.md" | tr -d '])(')
}

acme_draw() {
  local size
  # As the theme's package has them.
  mkdir -p "$ROOT"/usr/share/icons/hicolor/{16x16,48x48}/apps
  program opt/acme-draw/draw
  file usr/share/applications/acme-draw.desktop $'[Desktop Entry]\nType=Application\nName=Acme Draw\nExec=/opt/acme-draw/draw\nIcon=acme-draw'
  for size in 16 48; do
    icon $size "usr/share/icons/hicolor/${size}x$size/apps/acme-draw.png"
  done
  file etc/apt/sources.list.d/acme.list 'deb https://vendor.example stable main'
  file DEBIAN/control $'Package: acme-draw\nVersion: 2.1\nArchitecture: amd64\nMaintainer: Acme <x@vendor.example>\nDescription: Acme Draw'
  program DEBIAN/postinst
  dpkg-deb --root-owner-group --build "$TREE" "$VENDOR/acme-draw_2.1_amd64.deb" >/dev/null
}

drawn() {
  [[ $("$ROOT/usr/bin/acme-draw" x) == 'acme-draw x' && -x $ROOT/opt/acme-draw/draw && ! -e $ROOT/etc/apt/sources.list.d/acme.list ]]
  [[ -s $ROOT/usr/share/icons/hicolor/16x16/apps/acme-draw.png && -s $ROOT/usr/share/icons/hicolor/48x48/apps/acme-draw.png ]]
  grep -qx 'Name=Acme Draw' "$ROOT/usr/share/applications/acme-draw.desktop"
}

@test "example deb: links, and icons of all sizes" {
  acme_draw
  take deb
  life deb drawn
}

@test "example sh: the same by rules.sh; in use" {
  acme_draw
  take sh
  cp "$EXAMPLES/../rules.sh" "$WORK/src/sh"
  by_sh() {
    drawn
    grep -qx 'Exec=acme-draw %F' "$ROOT/usr/share/applications/acme-draw.desktop"
    grep -q "<glob pattern=\"\*.acme\"/>" "$ROOT/usr/share/mime/packages/acme-draw.xml"
  }
  life sh by_sh
}

@test "example appimage: taken apart, with a menu entry and a type of files" {
  command -v mksquashfs unsquashfs >/dev/null || skip "needs squashfs-tools"
  program AppRun
  icon 64 usr/share/icons/hicolor/64x64/apps/acme-plan.png
  file usr/share/icons/hicolor/scalable/apps/acme-plan.svg '<svg/>'
  mksquashfs "$TREE" "$WORK/squashfs" -quiet -no-progress -noappend >/dev/null
  python3 - "$VENDOR/Acme-Plan-4.0-x86_64.AppImage" "$WORK/squashfs" <<'PYTHON'
import struct, sys
head = bytearray(4096)
head[:11] = b"\x7fELF\x02\x01\x01\0AI\x02"
struct.pack_into("<Q", head, 40, 4096 - 3 * 64)
struct.pack_into("<HH", head, 58, 64, 3)
open(sys.argv[1], "wb").write(head + open(sys.argv[2], "rb").read())
PYTHON
  take appimage
  planned() {
    [[ $("$ROOT/usr/bin/acme-plan") == acme-plan ]]
    grep -qx 'Exec=acme-plan %F' "$ROOT/usr/share/applications/example.vendor.acme-plan.desktop"
    grep -qx 'Exec=acme-plan --new' "$ROOT/usr/share/applications/example.vendor.acme-plan.desktop"
    [[ -s $ROOT/usr/share/icons/hicolor/64x64/apps/acme-plan.png && -s $ROOT/usr/share/icons/hicolor/scalable/apps/acme-plan.svg ]]
    grep -q '"\*.acmeplan"' "$ROOT/usr/share/mime/packages/acme-plan.xml"
  }
  life appimage planned
}

@test "example jdk: one of the system's alternatives; sources are left out" {
  local name
  for name in java javac jar; do
    program "jdk-21.0.2/bin/$name"
  done
  file jdk-21.0.2/lib/src.zip
  file jdk-21.0.2/lib/modules
  file jdk-21.0.2/demo/README
  tar -C "$TREE" -czf "$VENDOR/acme-jdk-21.0.2-linux-x64.tar.gz" jdk-21.0.2
  take jdk
  MODES=(mount)
  [[ $FARDEL_TEST_MODE != mount ]] || written /var/lib/dpkg/alternatives/{java,javac,jar}
  chosen() {
    update-alternatives --list javac | grep -q '^/var/lib/fardel/packages/jdk/.*/upstream/bin/javac$'
    [[ -e $ROOT/usr/bin/jar && ! -e $(dirname "$(dirname "$(readlink -f "$ROOT/usr/bin/jar")")")/demo ]]
    [[ -z $(find "$ROOT"/var/lib/fardel/packages/jdk/ -name src.zip -o -name demo) ]]
  }
  life jdk chosen
}

@test "example service: a user, a unit, a line of configuration" {
  [[ $FARDEL_TEST_MODE != mount || -x /usr/bin/systemctl ]] || skip "no systemctl in this root"
  program sbin/acmed
  file etc/acmed.conf 'log = syslog'
  tar -C "$TREE" -czf "$VENDOR/acmed-1.4-linux-x86_64.tar.gz" sbin etc
  take service
  MODES=(mount)
  [[ $FARDEL_TEST_MODE != mount ]] || written /etc/{passwd,group,shadow,gshadow}{,-}
  kept() {
    grep -q '^acmed:.*:/var/lib/acmed:/usr/sbin/nologin$' "$ROOT/etc/passwd"
    [[ $(<"$ROOT/etc/acmed.conf") == $'log = syslog\nlisten = 127.0.0.1:7433' ]]
    grep -qx 'User=acmed' "$ROOT/usr/lib/systemd/system/acmed.service"
    [[ -L $ROOT/etc/systemd/system/multi-user.target.wants/acmed.service && -x $ROOT/usr/sbin/acmed ]]
  }
  life service kept
}

@test "example fonts: several packs" {
  local name
  for name in sans serif; do
    file "$name/Acme-$name.ttf"
    file "$name/read me.txt"
    (cd "$TREE" && zip -qr "$VENDOR/acme-$name.zip" "$name")
  done
  echo mono >"$VENDOR/acme-mono.ttf"
  take fonts
  typed() {
    [[ $(cd "$ROOT/usr/share/fonts/truetype/acme" && cat -- *) == sans/Acme-sans.ttf$'\n'serif/Acme-serif.ttf$'\n'mono ]]
  }
  life fonts typed
}

# Says to dpkg's database that a package is there.
has_deb() {
  local at=/var/lib/dpkg
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) != installed ]] || return 0
  printf '/.\n' >"$at/info/$1.list"
  printf '\nPackage: %s\nStatus: install ok installed\nArchitecture: all\nVersion: 9\nMaintainer: N <n@example.org>\nDescription: d\n\n' "$1" >>"$at/status"
}

@test "example printer-driver: a PPD and a filter, where there is CUPS" {
  program filter/rastertoacme
  file ppd/acme-1.ppd
  file ppd/acme-2.ppd
  tar -C "$TREE" -czf "$VENDOR/acme-printer-1.2.tar.gz" filter ppd
  take printer-driver
  MODES=(mount)
  printed() {
    [[ $(stat -c %a "$ROOT/usr/lib/cups/filter/rastertoacme") == 755 && ! -L $ROOT/usr/lib/cups/filter/rastertoacme ]]
    [[ $(<"$ROOT/usr/share/ppd/acme/acme-1.ppd") == ppd/acme-1.ppd && -f $ROOT/usr/share/ppd/acme/acme-2.ppd ]]
  }
  [[ $FARDEL_TEST_MODE != mount ]] || has_deb cups
  life printer-driver printed
}

@test "example by-login: put together of parts, each with its sum" {
  local i whole=$VENDOR/acme-studio.tar.gz
  program studio/studio
  head -c 5000 /dev/urandom >"$TREE/studio/data"
  tar -C "$TREE" -czf "$whole" studio
  mkdir "$WORK/server" "$WORK/server/studio"
  head -c 2000 "$whole" >"$WORK/server/studio/part-1"
  tail -c +2001 "$whole" >"$WORK/server/studio/part-2"
  serve "$WORK/server"
  take by-login
  sed -i "s#^local server = .*#local server = \"$URL/studio/\"#" "$WORK/src/by-login/rules.lua"
  for i in 1 2; do
    sed -i "/part-$i/s/0\{64\}/$(sum "$WORK/server/studio/part-$i")/" "$WORK/src/by-login/rules.lua"
  done
  cut() { [[ $("$ROOT/usr/bin/acme-studio") == acme-studio ]]; }
  life by-login cut
  # A part that is another: nothing is changed.
  echo x >>"$WORK/server/studio/part-2"
  rm -rf "$ROOT/var/cache/fardel"
  run --separate-stderr fardel install "$WORK/by-login.tar.gz"
  [[ $status != 0 && $stderr == *'checksum mismatch'* && ! -e $ROOT/usr/bin/acme-studio ]]
}
