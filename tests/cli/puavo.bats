#!/usr/bin/env bats
# puavo-pkg: root directories that it filled in odd ways, under both names. (What it does well is in tests/compat.)

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  skip_unless_mount
  fresh
  serve "$VENDOR"
  ln -sf /opt/fardel-test/bin/fardel /usr/sbin/puavo-pkg
  fill hello
  fill zoo
}

teardown() {
  [[ $FARDEL_TEST_MODE != mount ]] || finish
}

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$@"; }

# fill NAME: installed, as the old tool leaves it. FOLDER is its folder, of the last one.
fill() {
  local installer top=/var/lib/puavo-pkg
  installer=$(make_installer "$1" 1)
  FOLDER=$top/packages/$1/$(tar -xzOf "$installer" "$1/.puavo-pkg-version" | awk '$1 == "package-id" { print $2 }')
  mkdir -p "$FOLDER/upstream" $top/{installed,available}
  tar -xzf "$installer" -C "$FOLDER" --strip-components=1
  dpkg -x "$VENDOR/$1-1.deb" "$FOLDER/upstream"
  touch "$FOLDER"/.{prepared,installed}
  ln -s "$FOLDER" "$top/installed/$1"
  ln -s "$FOLDER" "$top/available/$1"
}

@test "puavo-pkg: after a root directory was taken over, doctor has nothing to say but what is not known" {
  run -0 --separate-stderr puavo-pkg gc-installations
  run -0 fardel doctor
  [[ $output != *missing* ]]
  [[ $(readlink -f /var/lib/fardel/installed/zoo) == "$FOLDER" ]]
  [[ $(puavo-pkg list | wc -l) == 2 ]]
}

@test "puavo-pkg: a folder with a fifo in it is named and passed over; the others are worked on" {
  mkfifo "$FOLDER/pipe"
  run -0 --separate-stderr puavo-pkg list
  [[ ${#lines[@]} == 2 && -z $stderr ]]
  run -0 --separate-stderr puavo-pkg remove hello
  [[ $stderr == *"WARNING: zoo: its folder $(basename "$FOLDER") is not taken over: pipe is neither file, folder nor link"* ]]
  [[ ! -e /var/lib/puavo-pkg/installed/hello && -e /var/lib/puavo-pkg/installed/zoo ]]
  # What cannot be taken over is no transaction, each time again.
  count=$(fardel history | wc -l)
  puavo-pkg -q gc-installations
  [[ $(fardel history | wc -l) == "$count" ]]
}

@test "puavo-pkg: any user may list what is installed, whatever is in the folders" {
  echo secret >"$FOLDER/own"
  chmod 600 "$FOLDER/own"
  truncate -s 20G "$FOLDER/upstream/holes"
  run -0 --separate-stderr timeout 20 setpriv --reuid=65534 --regid=65534 --clear-groups puavo-pkg list
  [[ ${#lines[@]} == 2 && -z $stderr ]]
  run -0 --separate-stderr as_nobody puavo-pkg show -F Name zoo
  [[ $output == zoo ]]
  run -0 --separate-stderr as_nobody fardel list zoo
  [[ $output == zoo$'\t'1$'\t'* ]]
}

@test "puavo-pkg: a stamp that is a fifo is refused, and nobody waits" {
  puavo-pkg -q gc-installations
  rm "$FOLDER/.prepared"
  mkfifo "$FOLDER/.prepared"
  run --separate-stderr timeout 20 puavo-pkg prepare "$(make_installer zoo 1)"
  [[ $status != 124 && $stderr == *".prepared is not a file"* ]]
}

@test "puavo-pkg: the configuration that is shipped says what holds without it" {
  mkdir -p /etc/puavo-pkg
  sed 's/^#PUAVO/PUAVO/' "$LIB/../../debian/puavo-pkg.conf" >/etc/puavo-pkg/puavo-pkg.conf
  [[ $(grep -c '^PUAVO_PKG_' /etc/puavo-pkg/puavo-pkg.conf) == 4 ]]
  run -0 --separate-stderr puavo-pkg list
  [[ ${#lines[@]} == 2 && -z $stderr ]]
  echo PUAVO_PKG_READONLY_ROOTDIR= >>/etc/puavo-pkg/puavo-pkg.conf
  run -0 --separate-stderr puavo-pkg list
  [[ ${#lines[@]} == 2 && -z $stderr ]]
}

@test "puavo-pkg: after a remove doctor has nothing to say, and words of others are escaped once" {
  puavo-pkg -q gc-installations
  run -0 puavo-pkg remove hello
  run fardel doctor
  [[ $output != *fail* && $output != *'leads to'* ]]
  run --separate-stderr -3 puavo-pkg remove $'ev\033[31mil\nx'
  [[ $stderr == *"'ev\\x1b[31mil\\nx'"* ]]
}

@test "puavo-pkg: a root directory that is not mounted is missed, not forgotten" {
  puavo-pkg -q gc-installations
  puavo-pkg -q reconfigure zoo
  run -0 fardel files zoo
  files=$output
  mv /var/lib/puavo-pkg/packages "$WORK/packages"
  run --separate-stderr -1 puavo-pkg gc-installations
  [[ $stderr == *'/var/lib/puavo-pkg/packages is not there, but packages are installed in it: is its file system mounted?'* ]]
  run --separate-stderr -1 fardel install "$(make_installer zoo 2)"
  [[ $stderr == *'is its file system mounted?'* && ! -e /var/lib/puavo-pkg/packages ]]
  fardel gc
  run -0 fardel list
  [[ ${#lines[@]} == 2 ]]
  mv "$WORK/packages" /var/lib/puavo-pkg/packages
  run -0 --separate-stderr puavo-pkg list
  [[ ${#lines[@]} == 2 && -z $stderr ]]
  run -0 --separate-stderr fardel files zoo
  [[ $output == "$files" && -z $stderr ]]
}

@test "puavo-pkg: its root directory may be a link, or below folders that are not there yet" {
  rm -r /var/lib/puavo-pkg
  mkdir -p /srv/images/packages
  ln -s /srv/images /var/lib/puavo-pkg
  run -0 --separate-stderr puavo-pkg install "$(make_installer hello 1)"
  [[ -L /var/lib/puavo-pkg && -e /srv/images/installed/hello ]]
  rm /var/lib/puavo-pkg
  mkdir -p /etc/puavo-pkg
  echo PUAVO_PKG_ROOTDIR=/srv/far/away/puavo >/etc/puavo-pkg/puavo-pkg.conf
  fardel remove --all --force || true
  run -0 --separate-stderr puavo-pkg list
}

@test "puavo-pkg: what the image has and what is installed may be the same, and are two" {
  mkdir -p /srv/image /etc/puavo-pkg
  cp -a /var/lib/puavo-pkg/packages /srv/image/packages
  echo PUAVO_PKG_READONLY_ROOTDIR=/srv/image >/etc/puavo-pkg/puavo-pkg.conf
  run -0 --separate-stderr puavo-pkg list
  [[ ${#lines[@]} == 2 ]]
  run -0 --separate-stderr puavo-pkg gc-installations
  [[ $stderr != *WARNING* ]]
  run -0 puavo-pkg switch-to-system zoo
  [[ $(readlink /var/lib/puavo-pkg/installed/zoo) == /srv/image/packages/zoo/* ]]
  run -0 --separate-stderr puavo-pkg install "$(make_installer hello 1)"
  [[ $stderr != *ERROR* && $(readlink /var/lib/puavo-pkg/installed/hello) == /var/lib/puavo-pkg/packages/hello/* ]]
  run -0 --separate-stderr puavo-pkg remove zoo
  [[ ! -e /var/lib/puavo-pkg/installed/zoo && -e /srv/image/packages/zoo ]]
}

@test "puavo-pkg: a preview of what was removed by that name says what to do" {
  puavo-pkg -q remove hello
  run --separate-stderr -1 fardel preview "$(make_installer hello 1)"
  [[ $stderr == *"of it only its installer's files are there"*'Next: unpack it first: fardel prepare '* ]]
  fardel prepare "$(make_installer hello 1)"
  run -0 fardel preview "$(make_installer hello 1)"
}
