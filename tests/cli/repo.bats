#!/usr/bin/env bats
# Repositories' files: listed, switched on and off, added, trusted, removed.

bats_require_minimum_version 1.5.0

KEY=RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3
OTHER=RWSf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  FILES=$ROOT/etc/fardel/repos.d
  mkdir -p "$FILES"
}

teardown() {
  rm -rf -- "$ROOT/usr/lib/fardel" "$ROOT/etc/luet"
  finish
}

# file NAME [LINE…]: a repository's file, as little as there must be, and these lines.
file() {
  local name=$1
  shift
  printf '%s\n' "name: $name" 'type: http' "urls: [https://$name.example/]" "$@" >"$FILES/$name.yml"
}

names() { fardel repo list --plain "$@" | cut -f 1 | paste -sd ' '; }

@test "repo list: by priority, then by name" {
  file b 'enable: true' 'priority: 10'
  file a 'description: "Of a"'
  file c 'priority: -1'
  run --separate-stderr -0 fardel repo list --plain
  [[ -z $stderr ]]
  [[ ${lines[0]} == c$'\t'disabled$'\t'http$'\t'-1$'\t'unknown$'\t'unknown$'\t'unknown$'\t'https://c.example/$'\t'$'\t'/etc/fardel/repos.d/c.yml$'\t'fardel ]]
  [[ ${lines[1]} == b$'\t'enabled$'\t'* && ${lines[2]} == *$'\t'9999$'\t'*$'\t''Of a'$'\t'* ]]
  fardel repo list --json | jq -e '.repositories | length == 3 and .[1].name == "b" and .[1].state == "enabled" and
    .[1].urls == ["https://b.example/"] and .[1].revision == null and .[2].description == "Of a"'
}

@test "repo list: those that are asked for" {
  file on 'enable: yes'
  file off
  printf '%s\n' 'name: disk' 'type: dir' 'urls: /srv/repo' 'enable: true' >"$FILES/disk.yml"
  printf '%s\n' 'name: image' 'type: docker' 'urls: [quay.example/a/b]' >"$FILES/image.yml"
  [[ $(names) == 'disk image off on' ]]
  [[ $(names --enabled) == 'disk on' && $(names --disabled) == 'image off' ]]
  [[ $(names --enabled --disabled) == 'disk image off on' ]]
  [[ $(names --type http) == 'off on' && $(names -t disk) == disk && $(names -t dir) == disk && $(names -t docker) == image ]]
  [[ $(fardel repo list --quiet --enabled | paste -sd ' ') == 'disk on' ]]
  run --separate-stderr -64 fardel repo list --type nonsense
  run --separate-stderr -64 fardel repo list extra
}

@test "repo list: at a terminal, green and red" {
  file on 'enable: true' 'description: Of on'
  file off
  run -0 env TERM=xterm COLUMNS=200 "$LIB/at-terminal" '' fardel repo list
  [[ $output == *$'\e[32menabled'* && $output == *$'\e[31mdisabled'* && $output == *NAME* ]]
  [[ $output == *'Of on'* && $output == *https://off.example/* && $output != *https://on.example/* && $output != *URLS* ]]
  run -0 env TERM=xterm COLUMNS=200 "$LIB/at-terminal" '' fardel repo list --urls
  [[ $output == *URLS* && $output == *https://on.example/* ]]
  # Who asks for URLs gets all of them, however narrow it is.
  file far "urls: [https://a.example/$(printf 'x%.0s' {1..90})/end]"
  sed -i '3d' "$FILES/far.yml"
  run -0 env TERM=xterm COLUMNS=80 "$LIB/at-terminal" '' fardel repo list -u
  [[ $output == *x/end* && $output == *https://on.example/* ]]
  run -0 fardel repo list
  [[ $output != *$'\e'* ]]
}

@test "repo list: without any" {
  run --separate-stderr -0 fardel repo list --plain
  [[ -z $output && -z $stderr ]]
  run -0 env TERM=xterm COLUMNS=200 "$LIB/at-terminal" '' fardel repo list
  [[ $output == *'fardel repo add'* ]]
}

@test "repo list: passwords are not shown" {
  printf '%s\n' 'name: a' 'type: http' 'urls: ["https://me:secret@a.example/x"]' 'auth: {token: hidden}' >"$FILES/a.yml"
  chmod 600 "$FILES/a.yml"
  run -0 fardel repo list --plain --urls
  [[ $output == *https://a.example/x* && $output != *secret* && $output != *hidden* && $output != *warning* ]]
  chmod 644 "$FILES/a.yml"
  run --separate-stderr -0 fardel repo list --plain
  [[ $stderr == *"chmod 600 "*a.yml* && $stderr != *secret* ]]
}

@test "a broken file takes no other with it" {
  file good
  file other 'enable: perhaps'
  printf 'name: [x' >"$FILES/torn.yaml"
  printf '%s\n' 'name: noturl' 'type: http' 'urls: [/srv]' >"$FILES/noturl.yml"
  head -c 70000 /dev/zero | tr '\0' '#' >"$FILES/long.yml"
  mkdir "$FILES/folder.yml"
  echo 'name: hidden' >"$FILES/.hidden.yml"
  echo 'name: none' >"$FILES/none.yml.dpkg-old"
  echo 'name: none' >"$FILES/._cfg0001_good.yml"
  run --separate-stderr -0 fardel repo list --plain
  [[ $(cut -f 1 <<<"$output") == good ]]
  [[ $stderr == *other.yml*'line 4, column 9: enable must be true or false'* && $stderr == *torn.yaml* && $stderr == *noturl.yml*urls* ]]
  [[ $stderr == *long.yml* && $stderr == *'folder.yml is not a file'* && $stderr != *hidden* && $stderr != *none.yml* ]]
  fardel repo list --json 2>/dev/null | jq -e '.unusable | length == 5 and any(.file | endswith("/torn.yaml"))'
  fardel -qq repo enable good
  run --separate-stderr -1 fardel repo enable torn
  [[ $stderr == *torn.yaml*'line '* ]]
  run --separate-stderr -1 fardel repo enable other good
}

@test "a file that cannot be used is told once, also where the command needs just this one" {
  printf 'name: [x' >"$FILES/torn.yml"
  for command in 'repo update' 'repo update torn' 'repo update --ignore-errors' 'repo show torn' 'repo enable torn' 'repo trust torn KEY' \
    'repo remove torn' 'repo export-tree torn /srv/x' 'repo list' 'search x'; do
    # shellcheck disable=SC2086
    run --separate-stderr fardel ${command/KEY/$KEY}
    [[ $(grep -c 'torn.yml: line ' <<<"$stderr") == 1 ]] || { echo "$command: $stderr"; return 1; }
    [[ $command == 'repo list' || $command == 'search x' || $command == *ignore* || $status == 1 ]]
  done
  # Whoever wants no warnings is told the error.
  run --separate-stderr -1 fardel -qq repo update
  [[ $stderr == *'torn.yml: line '* ]]
  run --separate-stderr -1 fardel doctor
  [[ $(grep -c 'torn.yml: line ' <<<"$output$stderr") == 1 ]]
  # Another one is a warning beside it.
  echo 'name: {' >"$FILES/other.yml"
  run --separate-stderr -1 fardel repo show torn
  [[ $stderr == *'warning: '*other.yml*'repo show: '*torn.yml* && $(grep -c 'torn.yml: line ' <<<"$stderr") == 1 ]]
  run --separate-stderr -1 fardel repo update
  [[ $(grep -c '\.yml: line ' <<<"$stderr") == 2 ]]
  file good 'enable: true' 'require_signature: false'
  run --separate-stderr fardel --offline repo update good
  [[ $stderr == *other.yml*torn.yml* ]]
}

@test "two of one name: neither counts, and both files are named" {
  file a
  printf '%s\n' 'name: a' 'type: disk' 'urls: [/srv]' >"$FILES/second.yml"
  file b
  run --separate-stderr -0 fardel repo list --plain
  [[ $(cut -f 1 <<<"$output") == b && $stderr == *repos.d/a.yml*repos.d/second.yml*'both called a'* ]]
  before=$(cat "$FILES"/*)
  run --separate-stderr -1 fardel repo enable a
  [[ $stderr == *a.yml*second.yml* && $(cat "$FILES"/*) == "$before" ]]
}

@test "two of one name: one of fardel's own folders counts before others'" {
  mkdir -p "$ROOT/etc/luet/repos.conf.d"
  file a
  printf '%s\n' 'name: a' 'type: disk' 'urls: [/srv/evil]' 'enable: true' 'priority: -5' >"$ROOT/etc/luet/repos.conf.d/00.yml"
  run --separate-stderr -0 fardel --set 'repos_confdir=["/etc/luet/repos.conf.d"]' repo list --plain --urls
  [[ $output == a$'\t'*https://a.example/* && $output != */srv/evil* ]]
  [[ $stderr == *'repos.conf.d/00.yml is passed over: '*'repos.d/a.yml, which is fardel'*'own, is called a, too'* ]]
  fardel --set 'repos_confdir=["/etc/luet/repos.conf.d"]' repo enable a
  # Two of other folders: neither.
  rm "$FILES/a.yml"
  cp "$ROOT/etc/luet/repos.conf.d/00.yml" "$ROOT/etc/luet/repos.conf.d/01.yml"
  run --separate-stderr -0 fardel --set 'repos_confdir=["/etc/luet/repos.conf.d"]' repo list --plain
  [[ -z $output && $stderr == *'both called a'* ]]
}

@test "folders: /etc hides /usr/lib, a link to /dev/null hides without being one, repos_confdir adds" {
  skip_unless mount chroot user # elsewhere /usr/lib is the machine's
  mkdir -p "$ROOT/usr/lib/fardel/repos.d" "$ROOT/etc/luet/repos.conf.d"
  for name in one two three; do
    printf '%s\n' "name: $name" 'type: disk' "urls: [/usr/$name]" >"$ROOT/usr/lib/fardel/repos.d/$name.yml"
  done
  file one
  ln -s /dev/null "$FILES/two.yml"
  printf '%s\n' 'name: wagon' 'type: http' 'urls:' '- "https://wagon.example/"' 'cached: true' >"$ROOT/etc/luet/repos.conf.d/w.yml"
  [[ $(names) == 'one three' ]]
  [[ $(fardel repo list --plain | cut -f 8 | paste -sd ' ') == 'https://one.example/ /usr/three' ]]
  printf 'repos_confdir = ["/etc/luet/repos.conf.d", "/nowhere"]\n' >"$ROOT/etc/fardel/fardel.toml"
  [[ $(names) == 'one three wagon' ]]
  fardel -qq repo enable wagon
  [[ $(cat "$ROOT/etc/luet/repos.conf.d/w.yml") == *$'cached: true\nenable: true' ]]
}

@test "repo enable, disable: one value is changed, mode and owner stay" {
  printf '%s\n' '# mine' 'name: a   # the name' 'odd:  {x: [ 1,2 ]}' 'enable:   no # for now' 'type: http' 'urls:' '- https://a.example/ # first' '# end' >"$FILES/a.yml"
  chmod 640 "$FILES/a.yml"
  sed 's/enable:   no/enable:   true/' "$FILES/a.yml" >"$WORK/wanted"
  run --separate-stderr -0 fardel repo enable a
  [[ -z $output && $stderr == 'a: enabled' ]]
  cmp "$FILES/a.yml" "$WORK/wanted"
  [[ $(stat -c %a "$FILES/a.yml") == 640 && $(ls -A "$FILES") == a.yml ]]
  inode=$(stat -c %i "$FILES/a.yml")
  run --separate-stderr -0 fardel repo enable a
  [[ $stderr == 'a: is enabled already' && $(stat -c %i "$FILES/a.yml") == "$inode" ]]
  run -0 fardel repo disable a --json
  jq -e '.repositories == [{"name": "a", "file": .repositories[0].file, "changed": true}]' <<<"$output"
  grep -qx 'enable:   false # for now' "$FILES/a.yml"
}

@test "repo enable: --dry-run, several, one that is not known" {
  file a
  file b
  before=$(cat "$FILES"/*)
  run --separate-stderr -0 fardel repo enable --dry-run a b
  [[ $stderr == *'a: would be enabled'*'b: would be enabled'* && $(cat "$FILES"/*) == "$before" && ! -e $ROOT/run/fardel/repos.lock ]]
  run --separate-stderr -3 fardel repo enable a c
  [[ $stderr == *'c: there is no such repository'* && $(cat "$FILES"/*) == "$before" ]]
  file vendors
  run --separate-stderr -3 fardel repo enable vendor
  [[ $stderr == *'is vendors meant?'* ]]
  run --separate-stderr -64 fardel repo enable
  fardel -qq repo enable a b a
  [[ $(names --enabled) == 'a b' ]]
}

@test "repo enable: a file in an unusual way is left alone, and the line is named" {
  printf '%s\n' '? enable' '? name' ': a' '? type' ': disk' '? urls' ': [/srv]' >"$FILES/a.yml"
  before=$(cat "$FILES/a.yml")
  run --separate-stderr -1 fardel repo enable a
  [[ $stderr == *'by hand: enable: true'* && $(cat "$FILES/a.yml") == "$before" ]]
}

@test "repo enable: what a link leads to is changed; what was shipped stays, with a copy in /etc" {
  skip_unless mount chroot user # elsewhere /usr/lib is the machine's
  mkdir -p "$ROOT/usr/lib/fardel/repos.d" "$ROOT/etc/fardel/mine"
  file a
  mv "$FILES/a.yml" "$ROOT/etc/fardel/mine/x.yml"
  ln -s ../mine/x.yml "$FILES/a.yml"
  printf '%s\n' '# shipped' 'name: s' 'type: disk' 'urls: [/srv]' >"$ROOT/usr/lib/fardel/repos.d/s.yml"
  fardel -qq repo enable a
  [[ -L $FILES/a.yml && $(cat "$ROOT/etc/fardel/mine/x.yml") == *'enable: true' ]]
  run --separate-stderr -0 fardel repo enable s
  [[ $stderr == *'s: enabled'*/etc/fardel/repos.d/s.yml* ]]
  [[ $(cat "$FILES/s.yml") == '# shipped'*'enable: true' && $(cat "$ROOT/usr/lib/fardel/repos.d/s.yml") != *enable* ]]
  [[ $(names --enabled) == 'a s' ]]
  run --separate-stderr -1 fardel repo remove s
  [[ $stderr == *'can be switched off, not removed'* && -e $FILES/s.yml ]]
  fardel -qq repo remove a
  [[ ! -L $FILES/a.yml && -e $ROOT/etc/fardel/mine/x.yml ]]
}

@test "repo add: a file that is read as it was meant" {
  printf 'untrusted comment: a key\n%s\n' "$KEY" >"$WORK/key.pub"
  run --separate-stderr -0 fardel repo add main https://a.example/ https://b.example/x --key "$WORK/key.pub" --key "$OTHER" \
    --priority -3 --description 'Ours: "all" #1'
  [[ $stderr == *'main: added as '*main.yml*E7620F1842B4E81F*'fardel repo update main'* ]]
  [[ $(stat -c %a "$FILES/main.yml") == 644 ]]
  fardel repo list --json | jq -e '.repositories == [{name: "main", state: "enabled", type: "http", priority: -3, revision: null, issued: null,
    synced: null, urls: ["https://a.example/", "https://b.example/x"], description: "Ours: \"all\" #1", file: "/etc/fardel/repos.d/main.yml", format: "fardel"}]'
  [[ $(grep -c RW "$FILES/main.yml") == 2 ]]
  run --separate-stderr -0 fardel repo add disk "$ROOT/srv" --disabled --no-signature
  [[ $stderr == *'what is not signed is taken'* ]]
  [[ $(cat "$FILES/disk.yml") == *'type: disk'*'enable: false'*'require_signature: false'* ]]
  run --separate-stderr -0 fardel repo add nokey file:///srv
  [[ $stderr == *'no key is trusted yet'*'fardel repo trust nokey KEY'* ]]
  fardel -qq repo add login https://me:pw@c.example/ --no-signature
  [[ $(stat -c %a "$FILES/login.yml") == 600 ]]
}

@test "repo add: what is refused leaves nothing" {
  file a
  before=$(cat "$FILES"/*)
  run --separate-stderr -11 fardel repo add a https://a.example/
  [[ $stderr == *'a is there already'*a.yml* ]]
  mv "$FILES/a.yml" "$FILES/z.yml"
  run --separate-stderr -11 fardel repo add z https://z.example/
  run --separate-stderr -64 fardel repo add ../x https://a.example/
  run --separate-stderr -64 fardel repo add -- -x https://a.example/
  run --separate-stderr -64 fardel repo add x ftp://a.example/
  run --separate-stderr -64 fardel repo add x srv/repo
  run --separate-stderr -64 fardel repo add x /srv --type http
  run --separate-stderr -64 fardel repo add x 'https://a.example/ b'
  run --separate-stderr -64 fardel repo add x
  run --separate-stderr -1 fardel repo add x https://a.example/ --key RWabc
  run --separate-stderr -1 fardel repo add x https://a.example/ --key /etc/passwd
  run --separate-stderr -1 fardel repo add x https://a.example/ --key "$WORK/none.pub"
  [[ $stderr == *none.pub* ]]
  echo torn: [ >"$FILES/x.yml"
  run --separate-stderr -11 fardel repo add x https://a.example/
  [[ $stderr == *x.yml*'mend that file, or delete it'* && $stderr != *'repo remove'* ]]
  rm "$FILES/x.yml"
  run -0 fardel -n repo add x https://a.example/ --key "$KEY"
  [[ $output == *'would be added'* && $(cat "$FILES"/*) == "$before" && $(ls -A "$FILES") == z.yml ]]
}

@test "repo trust: the key's line alone is changed, and both ids are told" {
  file a "key: $KEY   # announced on paper" 'x: 1'
  run --separate-stderr -0 fardel repo trust a "$KEY"
  [[ $stderr == 'a: trusts the key E7620F1842B4E81F already' ]]
  printf 'untrusted comment: new\n%s\n' "$OTHER" >"$WORK/new.pub"
  run --separate-stderr -0 fardel repo trust a "$WORK/new.pub"
  [[ $stderr == *'a: trusts the key '*' now; before: E7620F1842B4E81F' ]]
  grep -qx "key: $OTHER   # announced on paper" "$FILES/a.yml"
  grep -qx 'x: 1' "$FILES/a.yml"
  chmod 666 "$WORK/new.pub"
  run --separate-stderr -1 fardel repo trust a "$WORK/new.pub"
  [[ $stderr == *'can be written by others'* ]]
  run --separate-stderr -3 fardel repo trust b "$KEY"
  run --separate-stderr -1 fardel repo trust a RWQ
  file b 'key: [/etc/fardel/keys/none.pub]'
  run --separate-stderr -0 fardel repo trust b "$KEY" --json
  jq -e '.repositories[0].keys == ["E7620F1842B4E81F"] and .repositories[0].keys_before == ["/etc/fardel/keys/none.pub"]' <<<"$output"
}

@test "repo remove: the file, what is known of it, and its index" {
  file a
  file b
  fardel -qq gc
  db=$ROOT/var/lib/fardel/state.db
  mkdir -p "$ROOT/var/lib/fardel/repos/a" "$ROOT/var/lib/fardel/repos/b"
  touch "$ROOT"/var/lib/fardel/repos/{a,b}/index.db
  for name in a b; do
    python3 - "$db" "$name" <<'P'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
columns = [c[1] for c in db.execute("PRAGMA table_info(repo)")]
values = {"name": sys.argv[2], "revision": 1208, "in_force": 1207, "issued": 1795305600, "synced": 1795309200, "file": "index.db"}
db.execute(f"INSERT INTO repo ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})",
           [values.get(c, 0 if c in ("root", "expires") else "") for c in columns])
db.commit()
P
  done
  fardel repo list --json | jq -e '.repositories[0] | .revision == 1207 and .issued == "2026-11-22T00:00:00Z" and .synced == "2026-11-22T01:00:00Z"'
  run --separate-stderr -0 fardel -n repo remove a
  [[ $stderr == *'a: would be removed'* && -e $FILES/a.yml ]]
  run --separate-stderr -3 fardel repo remove a none
  [[ -e $FILES/a.yml ]]
  run --separate-stderr -0 fardel repo remove a
  [[ $stderr == 'a: removed' && ! -e $FILES/a.yml && ! -e $ROOT/var/lib/fardel/repos/a && -e $ROOT/var/lib/fardel/repos/b/index.db ]]
  # What is left where one was killed in between can be named, too.
  rm "$FILES/b.yml"
  echo torn: [ >"$FILES/torn.yml"
  run --separate-stderr -1 fardel repo remove b
  [[ $stderr == *torn.yml* && -e $ROOT/var/lib/fardel/repos/b/index.db ]]
  run --separate-stderr -3 fardel repo remove none
  rm "$FILES/torn.yml"
  fardel -qq repo remove b
  [[ ! -e $ROOT/var/lib/fardel/repos/b ]]
  run --separate-stderr -3 fardel repo remove b
}

@test "an install that is at work keeps nobody from switching a repository" {
  file a
  fardel -qq gc
  exec {held}<>"$ROOT/run/fardel/lock"
  flock -n "$held"
  run --separate-stderr -0 fardel --lock-timeout 0 repo enable a
  exec {held}>&-
  exec {held}<>"$ROOT/run/fardel/sync"
  flock -n "$held"
  run --separate-stderr -7 fardel --lock-timeout 0 repo remove a
  exec {held}>&-
  exec {held}<>"$ROOT/run/fardel/repos.lock"
  flock -n "$held"
  run --separate-stderr -7 fardel --lock-timeout 0 repo disable a
  exec {held}>&-
  [[ $(names --enabled) == a ]]
}

@test "a configuration that cannot be read: nothing is changed" {
  file a
  echo 'fetch = [' >"$ROOT/etc/fardel/fardel.toml"
  before=$(cat "$FILES/a.yml")
  run --separate-stderr -1 fardel repo enable a
  [[ $(cat "$FILES/a.yml") == "$before" ]]
  run --separate-stderr -0 fardel repo list --plain
}

@test "doctor names repositories' files that cannot be used, and repositories without a key" {
  file good 'enable: true' "key: $KEY"
  file nokey 'enable: true'
  file open 'enable: true' 'require_signature: false'
  file off
  run -0 fardel doctor --json
  jq -e '[.findings[] | select(.text | test("repositor"))] | length == 5 and any(.text == "repositories, 4, of which 3 are enabled") and
    any(.text == "repository good: it has not been synced yet" and .level == "warn") and any(.text == "repository open: it has not been synced yet") and
    any(.text | test("nokey: no key")) and any(.text | test("open: what is not signed"))' <<<"$output"
  echo torn: [ >"$FILES/torn.yml"
  run -1 fardel doctor --plain
  [[ $output == *fail*torn.yml* ]]
}

@test "repo show: what the file says, without passwords; what is known" {
  mkdir -p "$ROOT/etc/fardel/keys"
  printf 'untrusted comment: k\n%s\n' "$KEY" >"$ROOT/etc/fardel/keys/k.pub"
  printf '%s\n' 'name: a' 'description: "Of a\u202e"' 'type: http' 'urls: ["https://me:secret@a.example/", "https://b.example/"]' \
    "key: [/etc/fardel/keys/k.pub, /etc/fardel/keys/none.pub]" >"$FILES/a.yml"
  chmod 600 "$FILES/a.yml"
  run --separate-stderr -0 fardel repo show a --plain
  [[ $output == *$'Urls\thttps://a.example/ https://b.example/\n'*$'Keys\tE7620F1842B4E81F /etc/fardel/keys/none.pub\nSignature\trequired\n'* ]]
  [[ $output == *$'Revision\tnone\n'* && $output != *secret* && $output == *'u{202e}'* ]]
  fardel repo show a --json | jq -e '.name == "a" and .priority == 9999 and .keys[0] == "E7620F1842B4E81F" and .revision == null and .state == "disabled"'
  run --separate-stderr -3 fardel repo show b
  run --separate-stderr -64 fardel repo show
}
