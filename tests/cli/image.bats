#!/usr/bin/env bats
# required-image: what installers demand of the system image that runs.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  serve "$VENDOR"
  file=$(make_installer hello 1 key:required-image=2026-04-16-113652)
  mkdir -p "$ROOT/etc/puavo-image"
}

teardown() {
  rm -rf -- "$ROOT/etc/puavo-image"
  finish
}

image() { printf '%b' "$1" >"$ROOT/etc/puavo-image/name"; }
refused() {
  run --separate-stderr -11 fardel "${@:2}" "$file"
  [[ $stderr == *"it requires a system image of 2026-04-16-113652 or newer, and $1"* ]]
  [[ $stderr == *'Next: '*'--set image.check=false'* ]]
  [[ ! -e $ROOT/usr/bin/hello && -z $(fardel list) ]]
  (($(requests /hello-1.deb) == 0))
}

@test "an image that is new enough, or just that one" {
  image 'puavo-os-extra-bookworm-2026-04-16-113652-amd64.img\n'
  run --separate-stderr -0 fardel install "$file"
  image 'puavo-os-extra-bookworm-2027-01-01-000000-amd64.img\n'
  run --separate-stderr -0 fardel install "$file"
  [[ -L $ROOT/usr/bin/hello ]]
}

@test "an older image is refused before anything is done, and both are named" {
  image 'puavo-os-extra-bookworm-2026-04-16-113651-amd64.img\n'
  refused 'this one is of 2026-04-16-113651' install
  refused 'this one is of 2026-04-16-113651' prepare
  refused 'this one is of 2026-04-16-113651' --dry-run install
}

@test "what is installed stays, and others go on with --keep-going" {
  fardel --set image.check=false install "$file"
  image 'a-2020-01-01-000000-b'
  local newer
  newer=$(make_installer hello 2 key:required-image=2026-04-16-113652)
  run --separate-stderr -6 fardel --keep-going install "$newer" "$(make_installer hello_two 1)"
  [[ $stderr == *'this one is of 2020-01-01-000000'* ]]
  [[ $(fardel list --json hello | jq -r '.packages[0].version') == 1 && -L $ROOT/usr/bin/hello && -L $ROOT/usr/bin/hello_two ]]
}

@test "without an image it is refused, with what to do" {
  rm -r "$ROOT/etc/puavo-image"
  refused 'there is no /etc/puavo-image/name' install
  run --separate-stderr -0 fardel --set image.check=false install "$file"
  [[ -L $ROOT/usr/bin/hello ]]
}

@test "installers that require no image do not mind" {
  rm -r "$ROOT/etc/puavo-image"
  run --separate-stderr -0 fardel install "$(make_installer hello_two 1)"
}

@test "a name that tells nothing, or is anything but a name" {
  image ''
  refused '/etc/puavo-image/name does not tell which one this is' install
  image 'ubuntu\n'
  refused '/etc/puavo-image/name does not tell which one this is' install
  image '\0-\e]0;x\a-2026-13-99\n-2027-01-01-000000\n-x-'
  refused '/etc/puavo-image/name does not tell which one this is' install
  [[ $stderr != *$'\e'* ]]
}

@test "a name without end, a fifo, a folder, a link in a ring: refused, and nobody waits" {
  local name=$ROOT/etc/puavo-image/name
  yes -- -2027-01-01-00000x- | head -c 100000 >"$name"
  run --separate-stderr ! timeout 20 fardel install "$file"
  ((status < 100))
  rm "$name" && mkfifo "$name"
  run --separate-stderr -11 timeout 20 fardel install "$file"
  [[ $stderr == *'/etc/puavo-image/name is not a file'* ]]
  rm "$name" && mkdir "$name"
  run --separate-stderr -11 timeout 20 fardel install "$file"
  rmdir "$name" && ln -s name "$name"
  run --separate-stderr ! timeout 20 fardel install "$file"
  ((status < 100))
  [[ ! -e $ROOT/usr/bin/hello ]]
}

@test "the pack alone is downloaded on any image" {
  image 'a-2020-01-01-000000-b'
  run --separate-stderr -0 fardel download "$file"
}

@test "what is no timestamp is refused in the installer" {
  image 'a-2027-01-01-000000-b'
  local newer
  newer=$(make_installer hello 2 key:required-image=../../x)
  run --separate-stderr -1 fardel install "$newer"
  [[ $stderr == *'required-image is not of the form YYYY-MM-DD-HHMMSS'* ]]
}
