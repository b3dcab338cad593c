#!/usr/bin/env bats
# puavo-update: lines of NAME ACTION[:VERSION], installers signed by a server's key.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  WWW=$WORK/www/puavo-pkg
  mkdir -p "$WWW" "$ROOT/etc/fardel/keys" "$ROOT/etc/fardel/conf.d"
  make_certificate
  serve_tls "$WORK/www"
  PKG_LOG=$ACCESS_LOG
  make_keys
  gpg_home --export one@example.org >"$ROOT/etc/fardel/keys/localhost.gpg"
  configure "$TLS_SERVER"
  serve "$VENDOR"
}

teardown() {
  [[ ! -e $WORK/gpgv ]] || cp -p "$WORK/gpgv" /usr/bin/gpgv
  GNUPGHOME=$WORK/gnupg gpgconf --kill gpg-agent || true
  finish
}

configure() {
  local list
  printf -v list '"%s", ' "$@"
  cat >"$ROOT/etc/fardel/conf.d/puavo.toml" <<END
[puavo]
servers = [${list%, }]
[fetch]
ca_file = "$WORK/cert.pem"
retries = 0
connect_timeout = 5
stall_timeout = 2
END
}

gpg_home() { gpg --homedir "$WORK/gnupg" --batch --quiet --no-tty "$@"; }

make_keys() {
  local who
  mkdir -m 700 "$WORK/gnupg"
  for who in one two; do
    gpg_home --passphrase '' --quick-gen-key "$who@example.org" ed25519 sign never 2>/dev/null
  done
}

# sign FILE TO [WHO]
sign() { gpg_home --yes -u "${3:-one}@example.org" --output "$2" --sign "$1"; }

# publish NAME VERSION [KEY=VALUE…]: as latest, version-VERSION and by its id.
publish() {
  local file id
  file=$(make_installer "$@")
  id=$(id_of "$file")
  mkdir -p "$WWW/$1"
  sign "$file" "$WWW/$1/version-$2.tar.gz.gpg"
  cp "$WWW/$1/version-$2.tar.gz.gpg" "$WWW/$1/latest.tar.gz.gpg"
  cp "$WWW/$1/version-$2.tar.gz.gpg" "$WWW/$1/$id.tar.gz.gpg"
}
id_of() { tar -xOzf "$1" --wildcards '*/.puavo-pkg-version' | sed -n 's/^package-id //p'; }

# update LINE…
update() {
  printf '%s\n' "$@" >"$WORK/lines"
  run --separate-stderr timeout 120 fardel puavo-update "$WORK/lines"
}
asked() { grep -c "^/puavo-pkg/$1 " "$PKG_LOG" || true; }
# outcome NAME: of the last update.
outcome() { awk -F'\t' -v name="$1" '$2 == name { print $6 }' <<<"$output"; }
version_of() { fardel list --json "$1" 2>/dev/null | jq -r '.packages[] | "\(.version) \(.state)"'; }

@test "a package is installed, and again nothing is done" {
  publish hello 3
  update 'hello install'
  ((status == 0))
  [[ $output == $'1\thello\tinstall\t\t3\tdone\tinstalled from '"$TLS_SERVER"$'\t\t1' ]]
  [[ $(version_of hello) == '3 installed' && -L $ROOT/usr/bin/hello ]]
  update 'hello latest'
  ((status == 0))
  [[ $(outcome hello) == as-it-is && $output == *'3 is the latest'* ]]
  (($(requests /hello-3.deb) == 1))
}

@test "a newer one is installed; by its number and by its id" {
  publish hello 3
  publish hello 4
  update 'hello install:3'
  ((status == 0)) && [[ $(version_of hello) == '3 installed' ]]
  update 'hello install'
  ((status == 0)) && [[ $(version_of hello) == '4 installed' && $output == *$'\t3\t4\tdone\t'* ]]
  # What is asked for by its number may be older.
  update 'hello install:3'
  ((status == 0)) && [[ $(version_of hello) == '3 installed' ]]
  update "hello install:$(id_of "$WORK/hello-4/hello.tar.gz")"
  ((status == 0)) && [[ $(version_of hello) == '4 installed' ]]
}

@test "what is installed already is not asked for" {
  publish hello 3
  update 'hello install:3'
  before=$(wc -l <"$PKG_LOG")
  update 'hello install:3'
  ((status == 0)) && [[ $(outcome hello) == as-it-is ]]
  update "hello install:$(id_of "$WORK/hello-3/hello.tar.gz")"
  ((status == 0)) && [[ $(outcome hello) == as-it-is ]]
  update 'hello do-nothing'
  ((status == 0)) && [[ $(outcome hello) == as-it-is ]]
  (($(wc -l <"$PKG_LOG") == before))
}

@test "a latest that is older is told and not taken; by its number it is" {
  publish hello 3
  publish hello 4
  update 'hello latest'
  cp "$WWW/hello/version-3.tar.gz.gpg" "$WWW/hello/latest.tar.gz.gpg"
  update 'hello latest'
  ((status == 0))
  [[ $(outcome hello) == kept && $(version_of hello) == '4 installed' ]]
  [[ $stderr == *'is 3, which is older than 4: not taken'*'ask for version 3'* ]]
}

@test "an older one in the place of what was asked for is refused: exit 5" {
  publish hello 3
  publish hello 4
  cp "$WWW/hello/version-3.tar.gz.gpg" "$WWW/hello/version-4.tar.gz.gpg"
  update 'hello install:4'
  ((status == 5))
  [[ $stderr == *'the server gave version 3 (package-id '*'in its place'* && -z $(version_of hello) ]]
  cp "$WWW/hello/version-3.tar.gz.gpg" "$WWW/hello/$(id_of "$WORK/hello-4/hello.tar.gz").tar.gz.gpg"
  update "hello install:$(id_of "$WORK/hello-4/hello.tar.gz")"
  ((status == 5))
  [[ $stderr == *'the server gave version 3'* && -z $(fardel list) ]]
}

@test "another package in its place is refused: exit 5" {
  publish hello_two 3
  mkdir "$WWW/hello" && cp "$WWW"/hello_two/* "$WWW/hello/"
  update 'hello install'
  ((status == 5))
  [[ $stderr == *'the server gave an installer of hello_two in its place'* && -z $(fardel list) ]]
}

@test "prepare: beside what is in use no more" {
  publish hello 3
  update 'hello prepare'
  ((status == 0)) && [[ $(version_of hello) == '3 prepared' && ! -e $ROOT/usr/bin/hello ]]
  update 'hello prepare:3'
  ((status == 0)) && [[ $(outcome hello) == as-it-is ]]
  update 'hello prepare'
  ((status == 0)) && [[ $(outcome hello) == as-it-is ]]
  update 'hello install:3'
  [[ $(version_of hello) == '3 installed' ]]
  publish hello 4
  update 'hello prepare'
  ((status == 0)) && [[ $(outcome hello) == 'done' && ! -e $ROOT/usr/bin/hello ]]
  [[ $(version_of hello) == '4 prepared' ]]
}

@test "extract: what it says of itself, and no pack" {
  publish hello 3 fact:legend=Three fact:legend.fi=Kolme
  publish hello 4 fact:legend=Four
  update 'hello extract:3'
  ((status == 0)) && [[ $(outcome hello) == 'done' && $(version_of hello) == '3 extracted' ]]
  [[ $(fardel show -F Legend hello) == Three && $(LC_ALL=fi_FI.UTF-8 fardel show -F Legend hello) == Kolme ]]
  (($(requests /hello-3.deb) == 0)) && [[ ! -e $ROOT/usr/bin/hello ]]
  [[ $(readlink "$ROOT/var/lib/puavo-pkg/available/hello") == */packages/hello/$(id_of "$WORK/hello-3/hello.tar.gz") ]]
  update 'hello extract:3'
  ((status == 0)) && [[ $(outcome hello) == as-it-is ]]
  update 'hello extract'
  ((status == 0)) && [[ $(version_of hello) == '4 extracted' && $(fardel show -F Legend hello) == Four ]]
  update 'hello extract'
  ((status == 0)) && [[ $(outcome hello) == as-it-is ]]
  update 'hello install'
  ((status == 0)) && [[ $(version_of hello) == '4 installed' && $(outcome hello) == 'done' ]]
  # What is in use stays so beside it.
  publish hello 5
  update 'hello extract'
  ((status == 0)) && [[ $(version_of hello) == '4 installed' && -L $ROOT/usr/bin/hello ]]
}

@test "remove: all, up to a version, one id" {
  publish hello 3
  update 'hello install'
  update 'hello remove:2'
  ((status == 0)) && [[ $(outcome hello) == as-it-is && $output == *'3 is newer than 2'* ]]
  update 'hello remove:0123456789abcdef0123456789abcdef'
  ((status == 0)) && [[ $(outcome hello) == as-it-is && -L $ROOT/usr/bin/hello ]]
  update 'hello remove:3'
  ((status == 0)) && [[ $(outcome hello) == 'done' && ! -e $ROOT/usr/bin/hello ]]
  update 'hello remove'
  ((status == 0)) && [[ $(outcome hello) == as-it-is ]]
  update 'hello install'
  update "hello remove:$(id_of "$WORK/hello-3/hello.tar.gz")"
  ((status == 0)) && [[ $(version_of hello) == '3 extracted' ]]
  update 'hello install'
  update 'hello remove:12'
  ((status == 0)) && [[ $(version_of hello) == '3 extracted' && -z $(compgen -G "$ROOT/var/lib/puavo-pkg/packages/hello/*/upstream") ]]
}

@test "a version that is not known is not compared" {
  fardel install "$(make_installer hello 1 format=1)"
  update 'hello remove:9'
  ((status == 1))
  [[ $stderr == *'is not known, so it cannot be compared with 9'* && -L $ROOT/usr/bin/hello ]]
}

@test "a name alone: out of use, as no image has it" {
  publish hello 3
  update 'hello install'
  update hello
  ((status == 0)) && [[ $(outcome hello) == 'done' && $(version_of hello) == '3 prepared' ]]
  update hello
  ((status == 0)) && [[ $(outcome hello) == as-it-is ]]
}

@test "one bad line does not stop the others: exit 6" {
  publish hello 3
  publish hello_two 5
  update '# a fleet' 'hello install' 'nothere install' 'hello_two frobnicate' '../etc install' 'hello_two latest'
  ((status == 6))
  [[ $(outcome hello) == 'done' && $(outcome nothere) == failed ]]
  [[ $(version_of hello) == '3 installed' && $(version_of hello_two) == '5 installed' ]]
  [[ $output == *$'4\thello_two\t\t\t\tfailed\tline 4: there is no action '* ]]
  [[ $stderr == *"line 5: '../etc' is not a package's name"*'3 of 5 lines failed'* ]]
  update 'hello install:3' 'hello remove'
  ((status == 6)) && [[ $stderr == *'line 2: the name came before'* && -L $ROOT/usr/bin/hello ]]
}

@test "the network alone failed for all: exit 2; nobody's fault but one line's: its code" {
  configure localhost:1
  update 'hello install' 'hello_two install'
  ((status == 2))
  [[ $stderr == *localhost:1* ]]
  update 'hello install' 'hello_two frobnicate'
  ((status == 1))
}

@test "404 is exit 2, and names the URL" {
  update 'hello install:9'
  ((status == 2)) && [[ $stderr == *"https://$TLS_SERVER/puavo-pkg/hello/version-9.tar.gz.gpg"*404* ]]
}

@test "--offline needs what is there already" {
  publish hello 3
  update 'hello install'
  run --separate-stderr -0 fardel --offline puavo-update - <<<'hello install:3'
  run --separate-stderr -2 fardel --offline puavo-update - <<<'hello latest'
  [[ $stderr == *--offline* ]]
}

@test "the pack is fetched as ever, and its failure is the line's: exit 2" {
  publish hello 3 "url=http://127.0.0.1:1/hello-3.deb"
  publish hello_two 1
  update 'hello install' 'hello_two install'
  ((status == 6)) && [[ $(outcome hello) == failed && $(outcome hello_two) == 'done' ]]
  [[ $output == *$'\tnetwork\t'* ]]
}

@test "unsigned, changed, by another key, by two, or by one that has expired: exit 5, nothing is used" {
  local file data
  publish hello 3
  file=$WORK/hello-3/hello.tar.gz data=$WWW/hello/latest.tar.gz.gpg
  refused() {
    update 'hello install'
    ((status == 5)) && [[ $stderr == *"$1"* && -z $(fardel list) && ! -e $ROOT/usr/bin/hello ]]
  }
  cp "$file" "$data"
  refused 'it is not signed data'
  gpg_home --yes --store --output "$data" "$file"
  refused signature
  sign "$file" "$data" two
  refused 'the key that signed it is not in the keyring'
  gpg_home --yes -u one@example.org -u two@example.org --output "$data" --sign "$file"
  refused 'not in the keyring'
  sign "$file" "$data"
  python3 - "$data" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) // 2] ^= 1
open(sys.argv[1], "wb").write(data)
END
  refused ''
  : >"$data"
  refused ''
  gpg_home --yes --faked-system-time 20200101T000000 --passphrase '' --quick-gen-key old@example.org ed25519 sign 30d
  gpg_home --export one@example.org old@example.org >"$ROOT/etc/fardel/keys/localhost.gpg"
  gpg_home --yes --faked-system-time 20200102T000000 -u old@example.org --output "$data" --sign "$file"
  refused 'the key that signed it has expired'
}

@test "what stands before or behind signed data is not used: exit 5" {
  local file data
  publish hello 3
  file=$WORK/hello-3/hello.tar.gz data=$WWW/hello/latest.tar.gz.gpg
  sign "$file" "$WORK/good"
  gpg_home --yes --compress-algo none --store --output "$WORK/unsigned" "$(make_installer hello 9)"
  cat "$WORK/unsigned" "$WORK/good" >"$data"
  update 'hello install'
  ((status == 5)) && [[ -z $(fardel list) ]]
  cat "$WORK/good" "$WORK/unsigned" >"$data"
  update 'hello install'
  # What is behind it may be passed over, and is never used.
  [[ $(version_of hello) == '' || $(version_of hello) == '3 installed' ]]
}

@test "SHA-1 is no signature" {
  publish hello 3
  gpg_home --yes -u one@example.org --digest-algo SHA1 --allow-weak-digest-algos \
    --output "$WWW/hello/latest.tar.gz.gpg" --sign "$WORK/hello-3/hello.tar.gz" || skip 'this gpg does not sign with SHA-1'
  update 'hello install'
  ((status == 5)) && [[ -z $(fardel list) ]]
}

@test "gpgv is not root, and can write nowhere; what it says counts only with how it ends" {
  skip_unless_mount
  local good='[GNUPG:] PLAINTEXT 62 1 x\n[GNUPG:] GOODSIG 1 x\n' print=9A8F83C1852D504024207522602DB9E016A2B050
  fake() { printf '#!/bin/sh\n%s\n' "$@" >/usr/bin/gpgv; }
  refused() {
    update 'hello install'
    ((status == 5)) && [[ -z $(fardel list) ]]
  }
  publish hello 3
  cp /usr/bin/gpgv "$WORK/gpgv"
  # shellcheck disable=SC2016
  fake 'while read -r a b c; do case $a in Uid: | CapEff: | NoNewPrivs: | Seccomp:) echo "is $a $b" >&6 ;; esac; done </proc/self/status' \
    '(echo x >/tmp/owned) 2>/dev/null; echo x >/var/lib/fardel/stage/owned' 'exit 2'
  refused
  [[ $stderr == *'is Uid: '* && $stderr != *'is Uid: 0'* && $stderr == *'is CapEff: 0000000000000000'* ]]
  [[ $stderr == *'is NoNewPrivs: 1'*'is Seccomp: 2'* && ! -e /tmp/owned && ! -e /var/lib/fardel/stage/owned ]]
  # From here on what the server gives is the installer itself, and gpgv says it is good: only all of it together counts.
  cp "$WORK/hello-3/hello.tar.gz" "$WWW/hello/latest.tar.gz.gpg"
  forge() {
    printf '#!/usr/bin/python3 -IS\nimport os\nos.write(1, open("/dev/fd/4", "rb").read())\nos.write(5, b"%s")\nos._exit(%s)\n' \
      "$1" "$2" >/usr/bin/gpgv
  }
  forge "${good}[GNUPG:] VALIDSIG $print 2026\n" 1
  refused
  forge "$good" 0
  refused
  forge '' 0
  refused
  forge "${good}[GNUPG:] VALIDSIG $print 2026\n" 0
  update 'hello install'
  ((status == 0))
  fardel remove hello
  fake 'kill -SEGV $$'
  refused
  rm /usr/bin/gpgv
  update 'hello install'
  ((status == 1)) && [[ $stderr == *'/usr/bin/gpgv, which verifies signatures, is not there'*'apt install gpgv'* ]]
  cp -p "$WORK/gpgv" /usr/bin/gpgv
  cp "$WWW/hello/version-3.tar.gz.gpg" "$WWW/hello/latest.tar.gz.gpg"
  update 'hello install'
  ((status == 0))
}

@test "a bomb: what unpacks to more than an installer may be is given up" {
  mkdir "$WWW/hello"
  head -c 64M /dev/zero >"$WORK/zeros"
  sign "$WORK/zeros" "$WWW/hello/latest.tar.gz.gpg"
  update 'hello install'
  ((status == 5)) && [[ $stderr == *'longer than is allowed'* ]]
  [[ -z $(find "$ROOT/var/lib/fardel/stage" -type f) ]]
}

@test "an endless body, a redirect to plain http, a server that is silent: an end, in time" {
  serve_evil "$VENDOR"
  make_pack_deb hello 1
  behaves() {
    serve_tls "$WORK/www" "location /puavo-pkg/ { proxy_buffering off; rewrite .* /$1/hello-1.deb break; proxy_pass $EVIL; }"
    configure "$TLS_SERVER"
    update 'hello install'
  }
  behaves endless
  ((status == 1)) && [[ $stderr == *'longer than the 33554432 bytes that it may be'* ]]
  behaves length/9999999999
  ((status == 1)) && [[ $stderr == *'longer than the 33554432 bytes that it may be'* ]]
  behaves stall
  ((status == 2))
  serve_tls "$WORK/www" "location /puavo-pkg/ { return 302 $URL/x; }"
  configure "$TLS_SERVER"
  update 'hello install'
  ((status == 2)) && (($(requests /x) == 0))
}

@test "no keyring, one that others can change, or that is text: nothing is asked, and what to do is said" {
  local keyring=$ROOT/etc/fardel/keys/localhost.gpg
  publish hello 3
  chmod 666 "$keyring"
  update 'hello install'
  ((status == 1)) && [[ $stderr == *keys/localhost.gpg* ]]
  gpg_home --armor --export one@example.org >"$WORK/text" && rm "$keyring" && cp "$WORK/text" "$keyring"
  update 'hello install'
  ((status == 1)) && [[ $stderr == *'is text, which gpgv does not read'*'gpg --dearmor'* ]]
  rm "$keyring"
  update 'hello install'
  ((status == 1))
  [[ $stderr == *'the keyring /etc/fardel/keys/localhost.gpg is not there'*'gpg --export'* ]]
  head -c 5000 /dev/urandom >"$keyring"
  update 'hello install'
  ((status == 5))
  : >"$keyring"
  update 'hello install'
  ((status == 5)) && [[ -z $(fardel list) ]]
}

@test "puavo.keyring stands for all servers" {
  publish hello 3
  mv "$ROOT/etc/fardel/keys/localhost.gpg" "$ROOT/etc/fardel/keys/fleet.gpg"
  printf 'hello install\n' >"$WORK/lines"
  run --separate-stderr -0 fardel --set puavo.keyring=/etc/fardel/keys/fleet.gpg puavo-update "$WORK/lines"
}

@test "no server: what to write is said" {
  run --separate-stderr -1 fardel --set 'puavo.servers=[]' puavo-update - <<<'hello install'
  [[ $stderr == *'[puavo] servers'* ]]
}

@test "the next server is tried, and why is said" {
  publish hello 3
  configure localhost:1 "$TLS_SERVER"
  update 'hello install'
  ((status == 0))
  [[ $stderr == *'localhost:1/puavo-pkg/hello/latest.tar.gz.gpg: '*'trying the next server'* ]]
}

@test "--dry-run changes nothing and asks nobody" {
  publish hello 3
  update 'hello install'
  before=$(wc -l <"$PKG_LOG")
  printf '%s\n' 'hello remove' 'hello_two install:7' 'hello_three do-nothing' 'bad bad' >"$WORK/lines"
  run --separate-stderr -6 fardel --dry-run puavo-update "$WORK/lines"
  [[ $output == *$'\tremove\t3\t3\twould\twould remove it\t'* ]]
  [[ $output == *"would install what is at https://$TLS_SERVER/puavo-pkg/hello_two/version-7.tar.gz.gpg"* ]]
  [[ $(wc -l <"$PKG_LOG") == "$before" && -L $ROOT/usr/bin/hello ]]
}

@test "--json has all of each line" {
  publish hello 3
  printf '%s\n' 'hello install' 'x/y' >"$WORK/lines"
  run --separate-stderr -6 fardel --json puavo-update "$WORK/lines"
  jq -e '.lines[0] | .line == 1 and .name == "hello" and .action == "install" and .to == "3" and .outcome == "done"
    and .transaction == 1' <<<"$output"
  jq -e '.lines[1] | .outcome == "failed" and .error == "bad-config" and (.why | contains("x/y"))' <<<"$output"
}

@test "old installations and packs go at the end" {
  publish hello 3
  publish hello 4
  publish hello 5
  for version in 3 4 5; do
    update "hello install:$version"
  done
  [[ $(fardel list --all | wc -l) == 1 && $(fardel cache list | wc -l) == 1 ]]
  # Nothing to collect is no transaction: those before it can still be taken back.
  last=$(fardel history --json | jq '.transactions[0].number')
  update 'hello install:5'
  [[ $(fardel history --json | jq '.transactions[0].number') == "$last" ]]
}

@test "files that are none: missing, too long, a folder" {
  run --separate-stderr -1 fardel puavo-update "$WORK/nothere"
  [[ $stderr == *nothere* ]]
  run --separate-stderr ! fardel puavo-update "$WORK"
  head -c 2000000 /dev/zero >"$WORK/zeros"
  run --separate-stderr ! timeout 20 fardel puavo-update "$WORK/zeros"
  ((status < 100))
  run --separate-stderr -0 fardel puavo-update /dev/null
}
