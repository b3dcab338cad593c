#!/usr/bin/env bats
# Packages of Packets: NAME.pkt.tar.zst.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  skip_unless mount userns
  fresh
  rm -rf -- "$ROOT"/opt/packets "$ROOT"/opt/moved "$ROOT"/opt/bin "$ROOT"/etc/packets "$ROOT"/usr/bin/Tool*
}

teardown() {
  finish
}

@test "a package without hooks: its files come below /opt/packets, are recorded, and go again" {
  file=$(make_packets Tool 1.0)
  before=$(manifest)
  run --separate-stderr -0 fardel install "$file"
  [[ -z $stderr || $stderr != *warning* ]]
  home=$ROOT/opt/packets/Tool
  [[ $("$home/data/bin/Tool") == "Tool 1.0" && -f $home/manifest.toml ]]
  [[ ! -e $home/upstream ]]
  [[ $(stat -c %a "$home/data/bin/Tool" "$home/manifest.toml" | tr '\n' ' ') == '755 644 ' ]]
  run -0 fardel list --plain
  [[ $output == Tool$'\t'1.0$'\t'* ]]
  run -0 fardel files Tool
  [[ $output == *'/opt/packets/Tool/data/bin/Tool'* && $output == *'/opt/packets/Tool/manifest.toml'* ]]
  fardel verify Tool
  echo changed >>"$home/data/bin/Tool"
  run fardel verify Tool
  [[ $status != 0 && $output == *'/opt/packets/Tool/data/bin/Tool'* ]]
  run -0 fardel show Tool
  [[ $output == *'Says Tool'* ]]
  fardel remove --purge Tool
  [[ $(manifest) == "$before" ]]
  [[ -z $(fardel list) ]]
}

@test "preview shows it, undo takes it back" {
  file=$(make_packets Tool 1.0)
  before=$(manifest)
  run --separate-stderr -0 fardel preview "$file"
  [[ $output == *'/opt/packets/Tool/data/bin/Tool'* && $(manifest) == "$before" ]]
  fardel install "$file"
  fardel undo "$(fardel history --plain | head -1 | cut -f1)"
  [[ $(manifest) == "$before" && -z $(fardel list) ]]
}

@test "an upgrade takes the old version's files away and leaves a person's" {
  one=$(make_packets Tool 1.0 'file:data/old=old' 'file:data/both=one')
  two=$(make_packets Tool 2.0 'file:data/new=new' 'file:data/both=two')
  fardel install "$one"
  home=$ROOT/opt/packets/Tool
  echo mine >"$home/data/mine"
  fardel install "$two"
  [[ ! -e $home/data/old && $(cat "$home/data/new") == new && $(cat "$home/data/both") == two ]]
  [[ $(cat "$home/data/mine") == mine ]]
  run -0 fardel remove Tool
  [[ $output == *'kept /opt/packets/Tool/data/mine'* ]]
  [[ $(find "$home" -type f) == "$home/data/mine" ]]
}

@test "two packages: the folder that both are in is nobody's to name" {
  fardel install "$(make_packets Tool 1.0)"
  fardel install "$(make_packets Tool2 1.0)"
  run -0 fardel remove Tool
  [[ $output != *kept* && ! -e $ROOT/opt/packets/Tool && -e $ROOT/opt/packets/Tool2/manifest.toml ]]
}
