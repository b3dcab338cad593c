#!/usr/bin/env bats
# repo import packets: what Packets has installed is taken over as it is.
# shellcheck disable=SC2154 # output, stderr: bats sets them

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  skip_unless mount userns
  fresh
  rm -rf -- "$ROOT"/opt/packets "$ROOT"/etc/packets "$ROOT"/usr/bin/tool "$ROOT"/usr/bin/stray
  ROWS=()
}
teardown() { finish; }

# installed REALNAME VERSION [KEY=VALUE…]: as Packets leaves it: unpacked below /opt/packets, and a row (keys of make_packets with a colon before them).
installed() {
  local real=$1 version=$2 arg file row=() made=()
  shift 2
  for arg; do
    case $arg in
    :*) made+=("${arg#:}") ;;
    *) row+=("$arg") ;;
    esac
  done
  file=$(make_packets "$real" "$version" "${made[@]}")
  mkdir -p "$ROOT/opt/packets/$real"
  tar -C "$ROOT/opt/packets/$real" --no-same-owner -xf "$file"
  ROWS+=(-- "realname=$real" "version=$version" "${row[@]}")
}

# noted: /etc/packets/installed.db.
noted() {
  mkdir -p "$ROOT/etc/packets"
  "$LIB/packets_index.py" "$ROOT/etc/packets/installed.db" installed "${ROWS[@]}"
}

versions() { fardel list --json | jq -r '.packages[] | "\(.name) \(.version) \(.state)"' | paste -sd,; }

@test "what Packets has installed is fardel's: nothing changes, no hook runs, and again it is there already" {
  installed tool-1 1.0 dependencies=libx-1 family=F serial=3 ':install=io.open(path_join(data_dir, "ran"), "w")' \
    ':remove=os.remove(path_join(packets_bin_dir, "tool"))'
  installed libx-1 1.2
  ln -s /opt/packets/tool-1/data/bin/tool-1 "$ROOT/usr/bin/tool"
  ln -s /bin/sh "$ROOT/usr/bin/stray"
  echo mine >"$ROOT/opt/packets/tool-1/data/mine"
  noted
  before=$(manifest)
  run --separate-stderr -0 fardel --plain repo import packets --dry-run
  [[ $output == $'libx-1\t1.2\t'*$'would be taken over\ntool-1\t1.0\t'*'would be taken over' && $(versions) == '' ]]
  run --separate-stderr -0 fardel --plain repo import packets
  [[ $output == $'libx-1\t1.2\t'*$'taken over\ntool-1\t1.0\t'*'taken over' ]]
  [[ $(versions) == 'libx-1 1.2 installed,tool-1 1.0 installed' && $(manifest) == "$before" ]]
  run -0 fardel files tool-1
  [[ $output == *'/opt/packets/tool-1/data/bin/tool-1'* && $output == *'/usr/bin/tool'* && $output != *stray* ]]
  run -1 fardel owns /usr/bin/tool /usr/bin/stray
  [[ $output == *'/usr/bin/tool'*tool-1* && $output == */usr/bin/stray*nobody* ]]
  fardel verify
  run --separate-stderr -0 fardel --plain repo import packets
  [[ $output == $'libx-1\t1.2\t'*$'there already\ntool-1\t1.0\t'*'there already' && $(manifest) == "$before" ]]
  run -0 fardel history
  [[ $output == *'repo import packets'* && $(grep -c . <<<"$output") == 1 ]]
  # What it needs counts, and what is removed goes whole: its hook runs then.
  run --separate-stderr -11 fardel remove libx-1
  [[ $stderr == *tool-1* ]]
  fardel -y -qq remove tool-1
  [[ ! -e $ROOT/opt/packets/tool-1 && ! -L $ROOT/usr/bin/tool && -L $ROOT/usr/bin/stray ]]
  fardel -y -qq remove libx-1
  [[ $(versions) == '' && -z $(ls "$ROOT/opt/packets") ]]
}

@test "what is missing, another one, or could have been changed by others is named, and stays as it is" {
  installed good-1 1.0
  installed gone-1 1.0
  rm -r "$ROOT/opt/packets/gone-1"
  installed other-1 1.0
  sed -i 's/"other-1"/"evil-1"/' "$ROOT/opt/packets/other-1/manifest.toml"
  installed torn-1 1.0
  rm "$ROOT/opt/packets/torn-1/manifest.toml"
  installed open-1 1.0 ':remove=os.remove("x")'
  chmod 666 "$ROOT/opt/packets/open-1/remove.lua"
  installed newer-1 1.0
  sed -i 's/^version = .*/version = "1.1"/' "$ROOT/opt/packets/newer-1/manifest.toml"
  ln -s /opt/packets/newer-1/data/bin/no "$ROOT/usr/bin/tool"
  noted
  before=$(manifest)
  run --separate-stderr -6 fardel --plain repo import packets
  [[ $(versions) == 'good-1 1.0 installed,newer-1 1.0 installed' && $(manifest) == "$before" ]]
  [[ $stderr == *'gone-1: its folder /opt/packets/gone-1 is gone'* ]]
  [[ $stderr == *'other-1: its manifest.toml says that it is evil-1'* ]]
  [[ $stderr == *'torn-1: its manifest.toml is gone'* ]]
  [[ $stderr == *'open-1: others than root could have changed its remove.lua'* ]]
  [[ $stderr == *'newer-1: its manifest.toml is of version 1.1'* && $stderr == *'newer-1: /usr/bin/tool leads nowhere'* ]]
  # What was mended comes with the next run.
  chmod 644 "$ROOT/opt/packets/open-1/remove.lua"
  run --separate-stderr -6 fardel repo import packets
  [[ $(versions) == *'open-1 1.0 installed'* ]]
}

@test "a folder of it that others may write to, and more than a package may have, are named, and it stays as it is" {
  installed open-1 1.0
  mkdir -m 777 "$ROOT/opt/packets/open-1/data/cache"
  installed large-1 1.0
  truncate -s 200G "$ROOT/opt/packets/large-1/data/hole"
  installed many-1 1.0
  mkdir "$ROOT/opt/packets/many-1/data/many"
  (cd "$ROOT/opt/packets/many-1/data/many" && seq 200000 | xargs touch)
  installed good-1 1.0
  noted
  run --separate-stderr -6 timeout 60 fardel --plain repo import packets --dry-run
  [[ $stderr == *"open-1: others than root may write to its data/cache"*'chown root'* ]]
  [[ $stderr == *'large-1: it has more than 200000 files, or 8 GiB'* && $stderr == *'many-1: it has more than 200000 files, or 8 GiB'* ]]
  [[ $output == *$'good-1\t1.0\t'*'would be taken over'* ]]
  chmod 755 "$ROOT/opt/packets/open-1/data/cache"
  run --separate-stderr -6 fardel repo import packets
  [[ $(versions) == 'good-1 1.0 installed,open-1 1.0 installed' ]]
}

@test "an upgrade by the index goes on from there; without Packets there is nothing to take over" {
  run --separate-stderr -3 fardel repo import packets
  [[ $stderr == *'/etc/packets/installed.db'*'Packets has installed nothing'* ]]
  run --separate-stderr -64 fardel repo import nosuch
  installed tool-1 1.0 family=F serial=1
  noted
  fardel repo import packets
  two=$(make_packets tool-2 2.0)
  cp "$two" "$VENDOR/"
  serve "$VENDOR"
  "$LIB/packets_index.py" "$VENDOR/index.db" -- realname=tool-2 name=tool version=2.0 family=F serial=2 "file=$two" "url=$URL/tool-2.pkt.tar.zst"
  fardel -qq sync "$URL/index.db"
  fardel -qq upgrade
  [[ $(versions) == 'tool-2 2.0 installed' && ! -e $ROOT/opt/packets/tool-1 ]]
}

@test "what an index still has keeps to that index" {
  installed tool-1 1.0 family=F serial=1
  noted
  two=$(make_packets tool-2 2.0)
  cp "$two" "$VENDOR/"
  serve "$VENDOR"
  mkdir -p "$ROOT/etc/fardel/repos.d" "$VENDOR/other"
  "$LIB/packets_index.py" "$VENDOR/index.db" -- realname=tool-1 name=tool version=1.0 family=F serial=1 "file=$two" "url=$URL/tool-1.pkt.tar.zst"
  "$LIB/packets_index.py" "$VENDOR/other/index.db" -- realname=tool-2 name=tool version=2.0 family=F serial=2 "file=$two" "url=$URL/tool-2.pkt.tar.zst"
  fardel -qq sync "$URL/index.db"
  fardel -qq sync "$URL/other/index.db"
  fardel repo import packets
  run --separate-stderr -0 fardel --plain upgrade --dry-run
  [[ $output != *tool-2* ]]
}

@test "a database that is none, or foreign: refused, and nothing is taken over" {
  installed tool-1 1.0
  mkdir -p "$ROOT/etc/packets"
  echo '<html>404</html>' >"$ROOT/etc/packets/installed.db"
  run --separate-stderr -1 fardel repo import packets
  [[ $stderr == *'installed.db'*"it is no database of SQLite's"* && $(versions) == '' ]]
  rm "$ROOT/etc/packets/installed.db"
  python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript("CREATE TABLE things (a)")' "$ROOT/etc/packets/installed.db"
  run --separate-stderr -1 fardel repo import packets
  [[ $stderr == *'it has things'* ]]
  noted
  chmod 666 "$ROOT/etc/packets/installed.db"
  run --separate-stderr -1 fardel repo import packets
  [[ $stderr == *'can be written by others'* && $(versions) == '' ]]
}

@test "two of one family, as Packets has them side by side: the next upgrade takes the place of both" {
  installed tool-1 1.0 family=F serial=1
  installed tool-2 2.0 family=F serial=2
  installed app-1 1.0 dependencies=tool-1
  noted
  fardel -qq repo import packets
  three=$(make_packets tool-3 3.0)
  cp "$three" "$VENDOR/"
  serve "$VENDOR"
  "$LIB/packets_index.py" "$VENDOR/index.db" -- realname=tool-3 version=3.0 family=F serial=3 "file=$three" "url=$URL/tool-3.pkt.tar.zst" \
    -- realname=tool-1 version=1.0 family=F serial=1 "file=$three"
  fardel -qq sync "$URL/index.db"
  run --separate-stderr -0 fardel upgrade
  [[ $stderr == *'takes the place of tool-1'*'takes the place of tool-2'* ]]
  [[ $(versions) == 'app-1 1.0 installed,tool-3 3.0 installed' && ! -e $ROOT/opt/packets/tool-1 && ! -e $ROOT/opt/packets/tool-2 ]]
}
