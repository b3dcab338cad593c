#!/usr/bin/env bats
# needs.deb, resolved and installed by apt: from a repository of the test's own, in a root of its own.

bats_require_minimum_version 1.5.0

# deb NAME VERSION [FIELD…]: a package of Debian's kind, into /srv/debian.
deb() {
  local name=$1 version=$2 tree=$WORK/deb/$1
  shift 2
  rm -rf -- "$tree"
  mkdir -p "$tree/DEBIAN" "$tree/usr/share/fardel-test"
  echo "$name $version" >"$tree/usr/share/fardel-test/$name"
  {
    printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: us <us@example.org>\nDescription: of a test\n' "$name" "$version"
    (($# == 0)) || printf '%s\n' "$@"
  } >"$tree/DEBIAN/control"
  [[ -z ${POSTINST:-} ]] || { printf '#!/bin/sh\n%s\n' "$POSTINST" >"$tree/DEBIAN/postinst" && chmod 755 "$tree/DEBIAN/postinst"; }
  dpkg-deb --root-owner-group -b "$tree" /srv/debian >/dev/null
}

# What is in /srv/debian is what apt knows of.
apt_update() {
  (cd /srv/debian && dpkg-scanpackages -m . >Packages 2>/dev/null)
  apt-get update >"$WORK/update.log" 2>&1
}

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  skip_unless_mount
  command -v apt-get dpkg-scanpackages dpkg-deb >/dev/null || skip 'there are no apt-get and dpkg-dev'
  # Never the machine's: the root is an overlay's.
  [[ -d /.upper && -z $ROOT ]] || skip 'the root is not an overlay of its own'
  fresh
  mkdir -p /srv/debian
  find /etc/apt/sources.list* /etc/apt/preferences.d /var/lib/apt/lists -type f -delete
  echo 'deb [trusted=yes] file:/srv/debian ./' >/etc/apt/sources.list.d/test.list
  # Its own user may not be able to read there.
  echo 'APT::Sandbox::User "root";' >/etc/apt/apt.conf.d/99test
  POSTINST=''
  deb fdl-lib 1.6-1 'Depends: fdl-base'
  deb fdl-base 2.0
  apt_update
}

teardown() {
  [[ -z ${WORK:-} ]] || {
    dpkg --purge --force-all fdl-lib fdl-base fdl-old fdl-new fdl-broken fdl-daemon >/dev/null 2>&1 || true
    finish
  }
}

# package NAME VERSION [LINE…]: an installer of it, whose manifest has these lines.
package() {
  local name=$1 version=$2
  shift 2
  [[ -e $VENDOR/$name.deb ]] || "$LIB/make" pack "$name" 1 deb "$VENDOR/$name.deb" 0
  { manifest_head "$name" "$version"; printf '%s\n' "$@"; manifest_pack "$VENDOR/$name.deb"; } | make_format3 "$name"
}

installed() { fardel list --plain | cut -f1 | paste -sd' '; }
debian() { dpkg-query -W -f '${Status} ${Version}\n' "$1" 2>/dev/null | sed -n 's/^install ok installed //p'; }

@test "needs.deb: what apt would install is said, asked about, and installed before the switch" {
  local file
  file=$(package hello 1 'needs.deb = ["fdl-lib (>= 1.5)"]')
  run --separate-stderr -0 fardel install --dry-run "$file"
  [[ $output == *'From Debian: fdl-base 2.0, fdl-lib 1.6-1 (2 packages).'* ]]
  run --separate-stderr -0 fardel install --dry-run --plain "$file"
  [[ $output == *$'debian\tfdl-lib\t1.6-1\t\t\t\t'* ]]
  run --separate-stderr -0 fardel install --dry-run --json "$file"
  jq -e '.debian == ["fdl-base 2.0", "fdl-lib 1.6-1"]' <<<"$output"
  run --separate-stderr -12 fardel install "$file"
  [[ $stderr == *'From Debian: fdl-base 2.0, fdl-lib 1.6-1 (2 packages).'* ]]
  [[ $stderr == *'would be installed from Debian; nobody is there to say whether it may'* ]]
  [[ -z $(debian fdl-lib) && -z $(debian fdl-base) && -z $(installed) ]]
  run --separate-stderr -0 fardel install --yes "$file"
  [[ $(debian fdl-lib) == 1.6-1 && $(debian fdl-base) == 2.0 && $(installed) == hello ]]
  [[ $(apt-mark showauto fdl-lib fdl-base) == fdl-base ]]
  fardel log 1 | grep -q 'Setting up fdl-lib'
  # It is there now: nothing is asked.
  run --separate-stderr -0 fardel install "$(package hello 2 'needs.deb = ["fdl-lib (>= 1.5)"]')"
  [[ $stderr != *'From Debian'* ]]
}

@test "needs.deb: undo and remove leave what apt has installed" {
  fardel install --yes "$(package hello 1 'needs.deb = ["fdl-base"]')"
  run -0 fardel undo 1
  [[ -z $(installed) && $(debian fdl-base) == 2.0 ]]
}

@test "needs.deb: of all packages together" {
  run --separate-stderr -0 fardel install --yes --json "$(package hello 1 'needs.deb = ["fdl-base (>= 1)"]')" \
    "$(package other 1 'needs.deb = ["fdl-base", "fdl-lib (= 1.6-1)"]')"
  jq -e '.debian == ["fdl-base 2.0", "fdl-lib 1.6-1"]' <<<"$output"
  [[ $(installed) == 'hello other' ]]
}

@test "needs.deb: what apt does not know is refused before anything starts, with its words" {
  run --separate-stderr -11 fardel install --yes "$(package hello 1 'needs.deb = ["fdl-none"]')"
  [[ $stderr == *'install: hello: it needs packages of Debian that are not installed: fdl-none'* ]]
  [[ $stderr == *'Unable to locate package fdl-none'* ]]
  [[ $stderr == *'apt install fdl-none'* ]]
  [[ -z $(installed) && -z $(fardel history --plain) ]]
}

@test "needs.deb: what apt has too old is refused, and says what it has" {
  run --separate-stderr -11 fardel install --yes "$(package hello 1 'needs.deb = ["fdl-base", "fdl-lib (>= 1.7)"]')"
  [[ $stderr == *'fdl-lib (>= 1.7): apt has 1.6-1'* ]]
  [[ -z $(installed) && -z $(debian fdl-base) ]]
  # Installed, and there is none newer.
  apt-get install -y fdl-lib >/dev/null 2>&1
  run --separate-stderr -11 fardel install --yes "$(package hello 1 'needs.deb = ["fdl-lib (>= 1.7)"]')"
  [[ $stderr == *'fdl-lib (>= 1.7): apt has none that does'* ]]
  # A newer one comes: an upgrade.
  deb fdl-lib 1.8-1
  apt_update
  run --separate-stderr -0 fardel install --yes "$(package hello 1 'needs.deb = ["fdl-lib (>= 1.7)"]')"
  [[ $(debian fdl-lib) == 1.8-1 ]]
}

@test "needs.deb: what one package alone provides comes for it, without a version" {
  deb fdl-new 3 'Provides: fdl-virtual (= 3)'
  apt_update
  run --separate-stderr -11 fardel install --yes "$(package hello 1 'needs.deb = ["fdl-virtual (>= 2)"]')"
  run --separate-stderr -0 fardel install --yes "$(package hello 1 'needs.deb = ["fdl-virtual"]')"
  [[ $(debian fdl-new) == 3 && $(installed) == hello ]]
}

@test "needs.deb: nothing is removed for it" {
  deb fdl-old 1
  deb fdl-new 1 'Conflicts: fdl-old'
  apt_update
  apt-get install -y fdl-old >/dev/null 2>&1
  run --separate-stderr -11 fardel install --yes "$(package hello 1 'needs.deb = ["fdl-new"]')"
  [[ $stderr == *'| E: Packages need to be removed but remove is disabled.'* ]]
  [[ $(debian fdl-old) == 1 && -z $(debian fdl-new) && -z $(installed) ]]
}

@test "needs.deb: two packages that cannot have it together; with --keep-going the first has" {
  local a b
  deb fdl-old 1
  deb fdl-new 1 'Conflicts: fdl-old'
  apt_update
  a=$(package hello 1 'needs.deb = ["fdl-old"]')
  b=$(package other 1 'needs.deb = ["fdl-new"]')
  run --separate-stderr -11 fardel install --yes "$a" "$b"
  [[ $stderr == *'install: other: it needs'* && -z $(debian fdl-old) ]]
  run --separate-stderr -6 fardel install --yes --keep-going "$a" "$b"
  [[ $(installed) == hello && $(debian fdl-old) == 1 && -z $(debian fdl-new) ]]
}

@test "needs.deb: where apt fails nothing is switched; with --keep-going who does not need it is" {
  local file third
  POSTINST='echo it is broken; exit 3' deb fdl-broken 1
  apt_update
  file=$(package hello 1 'needs.deb = ["fdl-broken"]')
  third=$(package third 1)
  run --separate-stderr -1 fardel install --yes "$third" "$file"
  [[ $stderr == *'install: hello: apt-get could not install what it needs of Debian (exit status 100)'* ]]
  [[ $stderr == *'| '*'fdl-broken'* ]]
  [[ -z $(installed) && -z $(ls /var/lib/fardel/packages/hello /var/lib/fardel/packages/third 2>/dev/null) ]]
  [[ ! -e /usr/bin/hello && ! -e /usr/bin/third ]]
  fardel log 1 | grep -q 'it is broken'
  dpkg --purge --force-all fdl-broken >/dev/null 2>&1
  run --separate-stderr -6 fardel install --yes --keep-going "$file" "$third"
  [[ $(installed) == third && ! -e /usr/bin/hello && ! -e /var/lib/fardel/packages/hello ]]
  rm -f /usr/bin/third
}

@test "needs.deb: where apt would bring more by now than was said, it is not begun" {
  local file pid status=0
  mkdir -p "$WORK/src/hello" "$WORK/out"
  "$LIB/make" pack hello 1 deb "$VENDOR/hello.deb" 0
  # shellcheck disable=SC2016
  printf '%s\n' '#!/bin/sh' 'case $1 in unpack) while [ -e /srv/wait ]; do sleep 0.05; done; dpkg-deb -x "$2" "$3" ;; esac' >"$WORK/src/hello/rules"
  chmod 755 "$WORK/src/hello/rules"
  { manifest_head hello 1; echo 'needs.deb = ["fdl-base"]'; manifest_pack "$VENDOR/hello.deb"; } >"$WORK/src/hello/manifest.toml"
  fardel build -o "$WORK/out" "$WORK/src/hello" >/dev/null
  file=$WORK/out/hello.tar.gz
  : >/srv/wait
  fardel install --yes "$file" >"$WORK/said" 2>&1 &
  pid=$!
  wait_for grep -q 'From Debian: fdl-base 2.0 ' "$WORK/said"
  deb fdl-base 2.1
  apt_update
  rm /srv/wait
  wait "$pid" || status=$?
  ((status == 11))
  grep -q 'hello: apt-get would install fdl-base 2.1 by now, too' "$WORK/said"
  [[ -z $(installed) && -z $(debian fdl-base) ]]
}

@test "needs.deb: daemons that Debian's packages start go on" {
  # It loses its parent while apt-get is at work; then it tells who has it now.
  # shellcheck disable=SC2016
  POSTINST='(setsid sh -c '\''sleep 0.3; cat /proc/$(cut -d" " -f4 /proc/$$/stat)/comm >/run/fdl-parent; echo $$ >/run/fdl-daemon; exec sleep 60'\'' >/dev/null 2>&1 </dev/null &)
sleep 1' deb fdl-daemon 1
  apt_update
  run -0 fardel install --yes "$(package hello 1 'needs.deb = ["fdl-daemon"]')"
  wait_for test -s /run/fdl-daemon
  kill "$(cat /run/fdl-daemon)"
  [[ -s /run/fdl-parent && $(cat /run/fdl-parent) != fardel ]]
}

@test "needs.deb: nobody is asked anything, and apt that does not end is ended, with what its packages started" {
  local file began=$SECONDS
  # shellcheck disable=SC2016
  POSTINST='{ echo "asks by $DEBIAN_FRONTEND, hears $(readlink /proc/self/fd/0)"; } >/run/fdl-asked
echo "this one waits for somebody"; echo $$ >/run/fdl-daemon; trap "" TERM; while :; do sleep 1; done' deb fdl-daemon 1
  apt_update
  file=$(package hello 1 'needs.deb = ["fdl-daemon"]')
  run --separate-stderr -1 fardel --set apt.timeout=5 install --yes "$file"
  ((SECONDS - began < 40))
  [[ $stderr == *'install: hello: apt-get could not install what it needs of Debian: it took more than 5 s, and was ended'* ]]
  [[ $stderr == *'| '*'this one waits for somebody'*'Next: '*'dpkg --configure -a'*'apt.timeout'* ]]
  [[ $(cat /run/fdl-asked) == 'asks by noninteractive, hears /dev/null' ]]
  run ! kill -0 "$(cat /run/fdl-daemon)"
  fardel log 1 | grep -q 'this one waits'
  [[ -z $(installed) && ! -e /usr/bin/hello ]]
  # The lock is free, and dpkg can go on.
  run --separate-stderr -0 fardel install --yes "$(package other 1)"
  POSTINST='exit 0' deb fdl-daemon 2
  apt_update
  dpkg --purge --force-all fdl-daemon >/dev/null 2>&1
  run --separate-stderr -0 fardel install --yes "$file"
  [[ $(debian fdl-daemon) == 2 ]]
}

@test "needs.deb: at a terminal apt is seen at work, line by line; else it is in the log alone, where it is read meanwhile" {
  local file
  # shellcheck disable=SC2016
  POSTINST='echo "this one waits for a word"; for i in $(seq 100); do [ ! -e /srv/word ] || exit 0; sleep 0.1; done; exit 1' deb fdl-daemon 1
  apt_update
  file=$(package hello 1 'needs.deb = ["fdl-daemon"]')
  # shellcheck disable=SC2016
  run -0 "$LIB/at-terminal" 'apt-get| this one waits for a word=>go' \
    bash -c 'fardel install --yes "$1" & read -r word; cat /var/log/fardel/1.log >/srv/log; echo "$word" >/srv/word; wait $!' sh "$file"
  [[ $output == *'apt-get| Setting up fdl-daemon'* && $(installed) == hello ]]
  grep -q 'this one waits for a word' /srv/log
  (($(fardel log 1 | grep -c 'this one waits for a word') == 1))
  # Twice nobody sees it: -q at a terminal, and where there is none.
  for quiet in "$LIB/at-terminal '' fardel -q" fardel 'fardel --json'; do
    fardel -qq remove hello
    dpkg --purge fdl-daemon >/dev/null
    run -0 bash -c "$quiet install --yes $file"
    [[ $output != *'this one waits'* && $(debian fdl-daemon) == 1 ]]
  done
}

@test "needs.deb: a name is no pattern, and no order to remove" {
  apt-get install -y fdl-lib >/dev/null 2>&1
  run --separate-stderr -11 fardel install --yes "$(package hello 1 'needs.deb = ["fdl.bas"]')"
  [[ $stderr == *'fdl.bas: apt knows no package of that very name'* || $stderr == *'Unable to locate package fdl.bas'* ]]
  run --separate-stderr -11 fardel install --yes "$(package hello 1 'needs.deb = ["fdl-lib-"]')"
  run --separate-stderr -11 fardel install --yes "$(package hello 1 'needs.deb = ["fdl-base+"]')"
  [[ $(debian fdl-lib) == 1.6-1 && -z $(installed) ]]
}

@test "needs.deb: apt.install = false, --root and a preview leave it to the admin" {
  local file
  file=$(package hello 1 'needs.deb = ["fdl-base"]')
  run --separate-stderr -11 fardel --set apt.install=false install --yes "$file"
  [[ $stderr == *'not installed: fdl-base'*'Next: apt install fdl-base'* ]]
  run --separate-stderr -11 fardel preview "$file"
  [[ $stderr == *'not installed: fdl-base'*'Next: apt install fdl-base'* ]]
  mkdir -p "$WORK/root"/{etc,var/lib/dpkg}
  : >"$WORK/root/var/lib/dpkg/status"
  run --separate-stderr -11 fardel --root "$WORK/root" install --yes "$file"
  [[ $stderr == *'Next: apt install fdl-base'* ]]
  [[ -z $(debian fdl-base) ]]
}
