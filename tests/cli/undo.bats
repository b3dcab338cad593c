#!/usr/bin/env bats
# undo: a transaction taken back, and that again, in any order.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  skip_unless mount userns
  fresh
  rm -rf -- "$ROOT/opt/tool"
}

teardown() {
  ! mountpoint -q "$ROOT/opt/tool" || umount "$ROOT/opt/tool"
  ! mountpoint -q "$ROOT/var/lib/fardel/packages" || umount "$ROOT/var/lib/fardel/packages"
  finish
}

last() { fardel history --plain | head -n 1 | cut -f 1; }

names() { stat -c %h "$ROOT/opt/tool/file"; }

@test "a file that came back is no other name of what is kept: who writes to it changes nothing else" {
  mkdir -p "$ROOT/opt/tool"
  echo mine >"$ROOT/opt/tool/file"
  fardel install --yes "$(make_luet app-x/a 1.0 file:opt/tool/file=a)"
  [[ $(names) == 1 ]]
  fardel remove app-x/a
  [[ $(names) == 1 && $(cat "$ROOT/opt/tool/file") == mine ]]
  fardel undo 2
  [[ $(names) == 1 && $(cat "$ROOT/opt/tool/file") == a ]]
  # Written to, and made anew as it was: nobody can tell.
  cp -p "$ROOT/opt/tool/file" "$WORK/right"
  echo edited >"$ROOT/opt/tool/file"
  mv "$WORK/right" "$ROOT/opt/tool/file"
  fardel undo 3
  [[ $(names) == 1 && $(cat "$ROOT/opt/tool/file") == mine ]]
  fardel undo 2
  [[ $(names) == 1 && $(cat "$ROOT/opt/tool/file") == a ]]
  fardel verify
  cp -p "$ROOT/opt/tool/file" "$WORK/right"
  fardel undo 5
  cp -p "$ROOT/opt/tool/file" "$WORK/mine"
  echo edited >"$ROOT/opt/tool/file"
  mv "$WORK/mine" "$ROOT/opt/tool/file"
  fardel undo 6
  fardel remove app-x/a
  [[ $(cat "$ROOT/opt/tool/file") == mine ]]
}

@test "a file with two names comes back with both" {
  fardel install "$(make_luet app-x/a 1.0 dir:opt/tool file:opt/tool/file=a hard:opt/tool/second=opt/tool/file)"
  [[ $(names) == 2 ]]
  fardel remove app-x/a
  fardel undo 2
  [[ $(names) == 2 && $ROOT/opt/tool/file -ef $ROOT/opt/tool/second ]]
  fardel verify
}

@test "a removal that was taken back, and that taken back: as after the removal, and so on" {
  before=$(manifest)
  fardel install "$(make_luet app-x/a 1.0 file:opt/tool/file=a)"
  installed=$(manifest)
  fardel remove app-x/a
  removed=$(fardel list --all)
  for n in 2 2 last 2; do
    [[ $n != last ]] || n=$(last)
    fardel undo "$n"
    [[ $(manifest) == "$installed" && $(fardel list) == *app-x/a* ]]
    fardel verify
    fardel undo "$(last)"
    [[ $(manifest) == "$before" && $(fardel list --all) == "$removed" && -z $(ls "$ROOT/var/lib/fardel/packages") ]]
  done
}

@test "on a file system of its own, too: what goes there is put in place, taken back and brought back as all else" {
  mkdir -p "$ROOT/opt/tool"
  mount -t tmpfs none "$ROOT/opt/tool"
  all() { manifest && find "$ROOT/opt/tool" -type f -exec sha256sum {} + -o -printf '%y %m %p\n' | sort; }
  before=$(all)
  old=(dir:opt/tool file:opt/tool/file=a mode:opt/tool/file=750 link:opt/tool/link=file hard:opt/tool/second=opt/tool/file file:etc/tool-of-two-mounts=a)
  fardel install "$(make_luet app-x/a 1.0 "${old[@]}")"
  installed=$(all)
  [[ $(names) == 2 ]]
  fardel install "$(make_luet app-x/a 2.0 file:opt/tool/file=b dir:opt/tool/link file:etc/tool-of-two-mounts=b)"
  upgraded=$(all)
  [[ $(cat "$ROOT/opt/tool/file") == b && -d $ROOT/opt/tool/link && ! -e $ROOT/opt/tool/second ]]
  fardel undo 2
  [[ $(all) == "$installed" && $ROOT/opt/tool/file -ef $ROOT/opt/tool/second ]]
  fardel undo 3
  [[ $(all) == "$upgraded" ]]
  fardel remove app-x/a
  [[ $(all) == "$before" ]]
  fardel undo 5
  [[ $(all) == "$upgraded" ]]
  fardel verify
  fardel remove --purge app-x/a
  [[ $(all) == "$before" ]]
}

@test "a removal whose installations go for good offers no undo" {
  local tool
  tool=$(make_luet app-x/a 1.0 file:opt/tool/file=a)
  fardel install --yes "$tool"
  run --separate-stderr -0 fardel remove --purge app-x/a
  [[ $stderr == "app-x/a: removed, 0 left behind" ]]
  fardel install --yes "$tool"
  [[ $FARDEL_TEST_MODE == mount ]] || skip "no file system can be mounted"
  # From one mount to another nothing can be moved.
  mount --bind "$ROOT/var/lib/fardel/packages" "$ROOT/var/lib/fardel/packages"
  run --separate-stderr -0 fardel remove app-x/a
  umount "$ROOT/var/lib/fardel/packages"
  [[ $stderr == *"its folder could not be removed"*"fardel gc"*$'\n'"app-x/a: removed, 0 left behind" ]]
  fardel gc
}

@test "what was only prepared, and goes with another one, does not keep that from being taken back" {
  local tool other
  tool=$(make_luet app-x/a 1.0 file:opt/tool/file=a)
  other=$(make_luet app-x/b 1.0 file:opt/tool/other=b)
  fardel install --yes "$tool"
  fardel prepare "$other"
  run --separate-stderr -0 fardel remove app-x/a app-x/b
  [[ $stderr == *"Take it back with: fardel undo 3"* ]]
  fardel undo 3
  [[ $(cat "$ROOT/opt/tool/file") == a ]]
}
