#!/usr/bin/env bats
# Finalizers and config protect of luet's packages.
# shellcheck disable=SC2016 # what a finalizer is to say itself

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  skip_unless mount userns
  fresh
  rm -rf -- "$ROOT"/opt/{tool,other} "$ROOT"/etc/{tool*,right*,._cfg*} "$ROOT"/usr/{bin,lib}/tool* "$ROOT"/etc/luet
}

teardown() {
  finish
}

@test "install and uninstall finalizers run in the stage, what they make is recorded and goes again" {
  file=$(make_luet app-x/tool 1.0 file:opt/tool/a=a 'install=echo "{{ .Values.name }} {{ .Values.version }}" >/opt/tool/made' \
    'install=test -e /opt/tool/made && cp /opt/tool/made /etc/tool.made' 'uninstall=test ! -e /opt/tool/a && test ! -e /etc/tool.made')
  before=$(manifest)
  fardel install "$file"
  [[ $(cat "$ROOT/opt/tool/made") == 'tool 1.0' && $(cat "$ROOT/etc/tool.made") == 'tool 1.0' ]]
  run -0 fardel files app-x/tool
  [[ $output == *'/etc/tool.made'* && $output == *'/opt/tool/a'* ]]
  fardel remove --purge app-x/tool
  [[ $(manifest) == "$before" ]]
}

@test "their environment is a clean one, with what luet says; their shell is the one that is named" {
  secret=x fardel install "$(make_luet app-x/tool 1.0 shell=bash,-e,-c 'install=mkdir -p /opt/tool; env | sort >/opt/tool/env; pwd >/opt/tool/pwd; echo ${BASH_VERSION:+bash} >/opt/tool/shell; false || true')"
  run -0 cat "$ROOT/opt/tool/env"
  [[ $output == *$'\nLUET_VERSION=0.40.1'* && $output == *'ANISE_SUBSETS='* && $output == *'PATH=/'* && $output != *secret* ]]
  [[ $output == *'FARDEL_NAME=app-x/tool'* ]]
  [[ $(cat "$ROOT/opt/tool/pwd") == / && $(cat "$ROOT/opt/tool/shell") == bash ]]
  run --separate-stderr -1 fardel install "$(make_luet app-x/other 1.0 shell=nosuchshell,-c 'install=true')"
  [[ $stderr == *'its finalizers are for nosuchshell, which is not there'* ]]
  # A shell that comes with the package itself.
  fardel install "$(make_luet app-x/other 1.0 'file:usr/bin/toolsh=#!/bin/sh\nexec /bin/sh "$@"\n' mode:usr/bin/toolsh=755 shell=toolsh,-c 'install=mkdir -p /opt/other; echo $0 >/opt/other/x')"
  [[ -e $ROOT/opt/other/x ]]
}

@test "an install finalizer that fails takes the whole package back; on an upgrade the old version stays" {
  before=$(manifest)
  run --separate-stderr -1 fardel install "$(make_luet app-x/tool 1.0 file:opt/tool/a=a 'install=true' 'install=echo broken >&2; exit 4')"
  [[ $stderr == *'its install finalizer 2 failed (exit status 4)'* && $stderr == *broken* ]]
  [[ $(manifest) == "$before" && -z $(fardel list) ]]
  fardel install "$(make_luet app-x/tool 1.0 file:opt/tool/a=a 'install=echo 1 >/opt/tool/made')"
  run --separate-stderr -1 fardel install "$(make_luet app-x/tool 2.0 file:opt/tool/b=b 'install=false')"
  [[ $(cat "$ROOT/opt/tool/a") == a && $(cat "$ROOT/opt/tool/made") == 1 && ! -e $ROOT/opt/tool/b ]]
  run -0 fardel list --plain
  [[ $output == app-x/tool$'\t'1.0$'\t'* ]]
}

@test "an uninstall finalizer that fails keeps the package, whole, but for --force" {
  fardel install "$(make_luet app-x/tool 1.0 file:opt/tool/a=a 'uninstall=exit 7')"
  run --separate-stderr -1 fardel remove app-x/tool
  [[ $stderr == *'its uninstall finalizer 1 failed (exit status 7)'*--force* && $(cat "$ROOT/opt/tool/a") == a ]]
  fardel verify app-x/tool
  fardel remove --force app-x/tool
  [[ ! -e $ROOT/opt/tool && -z $(fardel list) ]]
}

@test "what a finalizer makes at the first time, and keeps, stays what it is over upgrades" {
  key='install=test -e /etc/tool.key || echo {{ .Values.version }} >/etc/tool.key'
  fardel install "$(make_luet app-x/tool 1.0 file:opt/tool/a=a "$key")"
  fardel install "$(make_luet app-x/tool 2.0 file:opt/tool/b=b "$key")"
  [[ $(cat "$ROOT/etc/tool.key") == 1.0 && ! -e $ROOT/opt/tool/a && -e $ROOT/opt/tool/b ]]
  fardel remove app-x/tool
  [[ ! -e $ROOT/etc/tool.key && ! -e $ROOT/opt/tool ]]
}

@test "a template that is not known is refused by its name" {
  run --separate-stderr -1 fardel install "$(make_luet app-x/tool 1.0 file:opt/tool/a=a 'install=echo {{ toYaml .Values }}')"
  [[ $stderr == *'finalize.yaml: line '*': not known: toYaml'* && ! -e $ROOT/opt/tool && -z $(fardel list) ]]
}

@test "logins of fardel's are not shown to them, nor to other rules" {
  mkdir -p "$ROOT/etc/fardel/repos.d" "$ROOT/etc/fardel/private" "$ROOT/etc/luet/repos.conf.d"
  printf 'machine dl.example login me password s3cret\n' >"$ROOT/etc/right.netrc"
  ln -s ../right.netrc "$ROOT/etc/fardel/netrc"
  printf 'name: a\ntype: http\nurls: [https://dl.example/]\nauth: {token: s3cret}\n' | tee "$ROOT/etc/fardel/repos.d/a.yml" >"$ROOT/etc/luet/repos.conf.d/b.yml"
  echo s3cret >"$ROOT/etc/fardel/private/x"
  echo open >"$ROOT/etc/fardel/open"
  printf '{}\n' >"$ROOT/etc/luet/luet.yaml"
  chmod 600 "$ROOT/etc/right.netrc" "$ROOT/etc/fardel/repos.d/a.yml" "$ROOT/etc/luet/repos.conf.d/b.yml"
  chmod 700 "$ROOT/etc/fardel/private"
  fardel --set luet.config=/etc/luet/luet.yaml install --yes "$(make_luet app-x/tool 1.0 \
    'install=mkdir -p /opt/tool; { cat /etc/fardel/netrc /etc/right.netrc /etc/fardel/repos.d/* /etc/luet/repos.conf.d/* /etc/fardel/private/* /etc/fardel/open; ls /etc/fardel; } >/opt/tool/seen 2>&1; true')"
  run -0 cat "$ROOT/opt/tool/seen"
  [[ $output != *s3cret* && $output == *open*private*repos.d* ]]
  rm -r "$ROOT/etc/right.netrc" "$ROOT/etc/fardel/repos.d/a.yml" "$ROOT/etc/fardel/netrc" "$ROOT/etc/fardel/private" "$ROOT/etc/fardel/open"
}

@test "logins in a folder that a link leads to are not shown, either" {
  mkdir -p "$ROOT/etc/elsewhere/more" "$ROOT/etc/elsewhere/private" "$ROOT/etc/beside" "$ROOT/etc/luet" "$ROOT/etc/fardel"
  rm -rf "$ROOT/etc/fardel/repos.d" "$ROOT/etc/luet/repos.conf.d"
  ln -s ../elsewhere "$ROOT/etc/fardel/repos.d"
  ln -s /etc/beside "$ROOT/etc/luet/repos.conf.d"
  ln -s . "$ROOT/etc/fardel/ring"
  printf 'name: a\ntype: http\nurls: [https://dl.example/]\nauth: {token: s3cret}\n' | tee "$ROOT/etc/elsewhere/a.yml" "$ROOT/etc/elsewhere/private/x" >"$ROOT/etc/beside/b.yml"
  ln -s ../beside/c.right "$ROOT/etc/elsewhere/c.yml"
  echo s3cret >"$ROOT/etc/beside/c.right"
  echo open >"$ROOT/etc/elsewhere/open"
  printf '{}\n' >"$ROOT/etc/luet/luet.yaml"
  chmod 600 "$ROOT"/etc/elsewhere/a.yml "$ROOT"/etc/beside/*
  chmod 700 "$ROOT/etc/elsewhere/private"
  fardel --set luet.config=/etc/luet/luet.yaml install --yes "$(make_luet app-x/tool 1.0 \
    'install=mkdir -p /opt/tool; { cat /etc/elsewhere/* /etc/elsewhere/private/* /etc/beside/* /etc/fardel/repos.d/*; } >/opt/tool/seen 2>&1; true')"
  run -0 cat "$ROOT/opt/tool/seen"
  [[ $output != *s3cret* && $output == *open* ]]
  rm -r "$ROOT"/etc/fardel/{repos.d,ring} "$ROOT/etc/elsewhere" "$ROOT/etc/beside" "$ROOT/etc/luet/repos.conf.d"
}

@test "logins are not shown where it is their folder that nobody else may look into, or where luet.yaml cannot be read" {
  local secret='name: b\ntype: http\nurls: [https://dl.example/]\nauth: {token: s3cret}\n'
  mkdir -p "$ROOT/etc/fardel" "$ROOT/etc/luet/repos.conf.d" "$ROOT/etc/luet/closed"
  # shellcheck disable=SC2059 # it has the newlines
  printf "$secret" | tee "$ROOT/etc/luet/repos.conf.d/b.yml" "$ROOT/etc/luet/closed/b.yml" >"$ROOT/etc/fardel/own.yml"
  printf 'repos_confdir: [/etc/luet/closed]\n' >"$ROOT/etc/luet/luet.yaml"
  chmod 700 "$ROOT/etc/fardel" "$ROOT/etc/luet/closed"
  look() { make_luet app-x/tool "$1" 'install=mkdir -p /opt/tool; { find /etc/fardel /etc/luet -type f -exec cat {} +; echo seen; } >/opt/tool/seen 2>&1; true'; }
  chmod 600 "$ROOT/etc/luet/repos.conf.d/b.yml"
  fardel --set luet.config=/etc/luet/luet.yaml install --yes "$(look 1.0)"
  run -0 cat "$ROOT/opt/tool/seen"
  [[ $output != *s3cret* && $output == *seen* ]]
  # luet's own packages are not laid then; rules of others run.
  printf 'repos_confdir: [/etc/luet/closed\ntoken: s3cret\n' >"$ROOT/etc/luet/luet.yaml"
  chmod 600 "$ROOT/etc/luet/luet.yaml"
  rm -f "$ROOT/etc/seen"
  sed '/^configure)/a find /etc/fardel /etc/luet -type f -exec cat {} + >/etc/seen 2>\&1; echo seen >>/etc/seen' "$LIB/../life/rules/standard.sh" >"$WORK/rules"
  serve "$VENDOR"
  fardel --set luet.config=/etc/luet/luet.yaml install "$(make_installer hello 1 rules="$WORK/rules")"
  run -0 cat "$ROOT/etc/seen"
  [[ $output != *s3cret* && $output == *seen* ]]
  fardel remove hello
  # Wherever it may have meant the folders of repositories to be: what would be their files is not shown, what else is there is.
  printf 'rootfs: /\nrepos_confdir:\n- "/etc/elsewhere/"\n- /etc/luet/closed, oops: [\n' >"$ROOT/etc/luet/luet.yaml"
  mkdir -p "$ROOT/etc/elsewhere"
  # shellcheck disable=SC2059 # as above
  printf "$secret" | tee "$ROOT/etc/elsewhere/c.yaml" >"$ROOT/etc/elsewhere/d.yml"
  chmod 700 "$ROOT/etc/elsewhere"
  echo open >"$ROOT/etc/elsewhere/open"
  sed -i 's|find /etc/fardel|find /etc/elsewhere /etc/fardel|' "$WORK/rules"
  fardel --set luet.config=/etc/luet/luet.yaml install "$(make_installer hello 2 rules="$WORK/rules")"
  run -0 cat "$ROOT/etc/seen"
  [[ $output != *s3cret* && $output == *open*seen* ]]
  fardel remove hello
  rm -r "$ROOT/etc/luet" "$ROOT/etc/fardel" "$ROOT/etc/elsewhere"
}

# --- config protect -----------------------------------------------------------------------------------------

@test "config protect: a differing file stays, the new one comes beside it, under the next free name" {
  mkdir -p "$ROOT/etc/right" "$ROOT/etc/rightmost"
  echo mine >"$ROOT/etc/right/a"
  echo same >"$ROOT/etc/right/same"
  echo mine >"$ROOT/etc/rightmost/a"
  echo theirs >"$ROOT/etc/right/._cfg0001_a"
  one=$(make_luet app-x/tool 1.0 'file:etc/right/a=1\n' 'file:etc/right/same=same\n' 'file:etc/right/new=1\n' 'file:etc/rightmost/a=1\n' \
    'def=annotations: {config_protect: /etc/right}')
  run --separate-stderr -0 fardel install "$one"
  [[ $stderr == *"the package's own is /etc/right/._cfg0002_a"* ]]
  [[ $(cat "$ROOT/etc/right/a") == mine && $(cat "$ROOT/etc/right/._cfg0002_a") == 1 && $(cat "$ROOT/etc/right/new") == 1 ]]
  [[ $(cat "$ROOT/etc/right/._cfg0001_a") == theirs && ! -e $ROOT/etc/right/._cfg0001_same ]]
  # Not a prefix of letters: what is in /etc/rightmost is not protected.
  [[ $(cat "$ROOT/etc/rightmost/a") == 1 ]]
  fardel remove app-x/tool
  [[ $(cat "$ROOT/etc/right/a") == mine && $(cat "$ROOT/etc/right/same") == same && ! -e $ROOT/etc/right/._cfg0002_a ]]
  [[ $(cat "$ROOT/etc/right/._cfg0001_a") == theirs && ! -e $ROOT/etc/right/new && $(cat "$ROOT/etc/rightmost/a") == mine ]]
}

@test "config protect, by fardel.toml: an unedited file is upgraded and goes; an edited one stays, on upgrade and uninstall" {
  fardel() { command fardel --set 'luet.config_protect=["/etc/right/"]' "$@"; }
  fardel install "$(make_luet app-x/tool 1.0 'file:etc/right/edited=1\n' 'file:etc/right/plain=1\n')"
  echo mine >"$ROOT/etc/right/edited"
  run --separate-stderr -0 fardel install "$(make_luet app-x/tool 2.0 'file:etc/right/edited=2\n' 'file:etc/right/plain=2\n')"
  [[ $(cat "$ROOT/etc/right/edited") == mine && $(cat "$ROOT/etc/right/._cfg0001_edited") == 2 ]]
  [[ $(cat "$ROOT/etc/right/plain") == 2 && ! -e $ROOT/etc/right/._cfg0001_plain ]]
  # The older one's goes, the newer one's takes its name.
  fardel install "$(make_luet app-x/tool 3.0 'file:etc/right/edited=3\n' 'file:etc/right/plain=3\n')"
  [[ $(cat "$ROOT/etc/right/edited") == mine && $(cat "$ROOT/etc/right/._cfg0001_edited") == 3 && ! -e $ROOT/etc/right/._cfg0002_edited ]]
  run --separate-stderr -0 fardel remove app-x/tool
  [[ $stderr == *'kept /etc/right/edited'* && $(cat "$ROOT/etc/right/edited") == mine ]]
  [[ ! -e $ROOT/etc/right/plain && ! -e $ROOT/etc/right/._cfg0001_edited ]]
}

@test "config protect: everything is in /" {
  fardel() { command fardel --set 'luet.config_protect=["/"]' "$@"; }
  echo mine >"$ROOT/etc/right"
  run --separate-stderr -0 fardel install --yes "$(make_luet app-x/tool 1.0 'file:etc/right=1\n' 'file:opt/tool/new=1\n')"
  [[ $stderr == *"the package's own is /etc/._cfg0001_right"* && $(cat "$ROOT/etc/right") == mine && $(cat "$ROOT/opt/tool/new") == 1 ]]
  fardel remove app-x/tool
  rm "$ROOT/etc/right"
}

@test "config protect: verify --repair keeps what somebody has edited, says so, and mends the rest" {
  fardel() { command fardel --set 'luet.config_protect=["/etc/right"]' "$@"; }
  fardel install "$(make_luet app-x/tool 1.0 'file:etc/right/edited=1\n' 'file:etc/right/gone=1\n' 'file:opt/tool/edited=1\n')"
  echo mine | tee "$ROOT/etc/right/edited" "$ROOT/opt/tool/edited"
  rm "$ROOT/etc/right/gone"
  run --separate-stderr -1 fardel verify --repair app-x/tool
  [[ $stderr == *'kept /etc/right/edited: it is protected'* && $stderr != *'._cfg'* ]]
  [[ $output == *'/etc/right/edited'*'it is protected'* && $output != *'its rules'* ]]
  [[ $(cat "$ROOT/etc/right/edited") == mine && $(cat "$ROOT/opt/tool/edited") == 1 && $(cat "$ROOT/etc/right/gone") == 1 ]]
  [[ $(ls -A "$ROOT/etc/right") == $'edited\ngone' ]]
  # Alone, it is no reason to run anything.
  run --separate-stderr -1 fardel verify --repair app-x/tool
  [[ $stderr == *'kept /etc/right/edited'* && $(cat "$ROOT/etc/right/edited") == mine ]]
  rm "$ROOT/etc/right/edited"
  fardel verify --repair app-x/tool
  [[ $(cat "$ROOT/etc/right/edited") == 1 ]]
}

@test "config protect is no way past a conflict: another package's file is named, and only kept where that is allowed" {
  fardel() { command fardel --set 'luet.config_protect=["/etc"]' "$@"; }
  fardel install "$(make_luet app-x/other 1.0 file:etc/right=other)"
  one=$(make_luet app-x/tool 1.0 file:etc/right=tool file:opt/tool/new=1)
  run --separate-stderr -11 fardel install "$one"
  [[ $stderr == *'/etc/right: of app-x/other: another package'*'config protect'*'other-package'* ]]
  [[ $(cat "$ROOT/etc/right") == other && ! -e $ROOT/etc/._cfg0001_right && ! -e $ROOT/opt/tool ]]
  fardel install --allow other-package "$one"
  [[ $(cat "$ROOT/etc/right") == other && $(cat "$ROOT/etc/._cfg0001_right") == tool ]]
  fardel remove app-x/tool app-x/other
}

@test "nor is it past Debian's: a file of its own is refused, a conffile is told" {
  skip_unless mount # of dpkg's
  fardel() { command fardel --set 'luet.config_protect=["/etc"]' "$@"; }
  echo "hand made" | tee "$ROOT/etc/right.d" "$ROOT/etc/right.c"
  mkdir -p "$ROOT/var/lib/dpkg/info"
  cp "$ROOT/var/lib/dpkg/status" "$WORK/status" 2>/dev/null || true
  printf 'Package: righty\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\nConffiles:\n /etc/right.c 0123456789abcdef0123456789abcdef\n\n' >>"$ROOT/var/lib/dpkg/status"
  printf '/etc\n/etc/right.d\n/etc/right.c\n' >"$ROOT/var/lib/dpkg/info/righty.list"
  echo /etc/right.c >"$ROOT/var/lib/dpkg/info/righty.conffiles"
  run --separate-stderr -11 fardel install "$(make_luet app-x/tool 1.0 file:etc/right.d=tool)"
  [[ $stderr == *'/etc/right.d: of righty (dpkg)'* && ! -e $ROOT/etc/._cfg0001_right.d ]]
  run --separate-stderr -0 fardel install "$(make_luet app-x/tool 1.0 file:etc/right.c=tool)"
  [[ $stderr == *'warning'*'/etc/right.c: of righty (dpkg)'* && $(cat "$ROOT/etc/._cfg0001_right.c") == tool ]]
  fardel remove app-x/tool
  rm -f "$ROOT"/var/lib/dpkg/info/righty.* "$ROOT"/etc/right.*
  if [[ -e $WORK/status ]]; then cp "$WORK/status" "$ROOT/var/lib/dpkg/status"; else rm -r "$ROOT/var/lib/dpkg"; fi
}

@test "luet's own configuration, where it is used: config.protect.d, finalizer_envs" {
  mkdir -p "$ROOT/etc/luet/config.protect.d" "$ROOT/etc/right"
  printf 'finalizer_envs:\n- key: TOOL_SAYS\n  value: "hello there"\n' >"$ROOT/etc/luet/luet.yaml"
  printf 'name: right\ndirs:\n- /etc/right/\n' >"$ROOT/etc/luet/config.protect.d/right.yml"
  echo mine >"$ROOT/etc/right/a"
  file=$(make_luet app-x/tool 1.0 'file:etc/right/a=1\n' 'install=mkdir -p /opt/tool; echo "$TOOL_SAYS" >/opt/tool/said')
  fardel --set luet.config=/etc/luet/luet.yaml install "$file"
  [[ $(cat "$ROOT/etc/right/a") == mine && $(cat "$ROOT/etc/right/._cfg0001_a") == 1 && $(cat "$ROOT/opt/tool/said") == 'hello there' ]]
  fardel remove app-x/tool
  echo 'dirs: /etc/right' >"$ROOT/etc/luet/config.protect.d/right.yml"
  run --separate-stderr -1 fardel --set luet.config=/etc/luet/luet.yaml install "$file"
  [[ $stderr == *'/etc/luet/config.protect.d/right.yml: line 1: dirs must be a list of absolute paths'* && $(cat "$ROOT/etc/right/a") == mine ]]
  # Subsets that are enabled are told to finalizers.
  rm -r "$ROOT/etc/luet/config.protect.d"
  mkdir -p "$ROOT/etc/luet/subsets.conf.d"
  printf 'subsets: {enabled: [devel]}\n' >"$ROOT/etc/luet/luet.yaml"
  printf 'enabled:\n    - gcc-devel\n    - devel\n' >"$ROOT/etc/luet/subsets.conf.d/main.yml"
  other=$(make_luet app-x/other 1.0 'install=mkdir -p /opt/other; echo "$ANISE_SUBSETS" >/opt/other/said')
  fardel --set luet.config=/etc/luet/luet.yaml install "$other"
  [[ $(cat "$ROOT/opt/other/said") == 'devel gcc-devel' ]]
  # It is not used unasked.
  fardel install "$file"
  [[ $(cat "$ROOT/etc/right/a") == 1 && -z $(cat "$ROOT/opt/tool/said") ]]
}
