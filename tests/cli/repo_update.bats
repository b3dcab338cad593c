#!/usr/bin/env bats
# repo update against nginx: certificates, logins, proxies, addresses that fail; what it asks for, and what that costs.
# shellcheck disable=SC2154 # output, stderr: bats sets them

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  FILES=$ROOT/etc/fardel/repos.d
  STATE=$ROOT/var/lib/fardel
  mkdir -p "$FILES" "$VENDOR/repo"
}
teardown() { finish; }

# publish REVISION [KEY=VALUE…]: VENDOR/repo, with a package of that version among others; prints the key.
publish() { "$LIB/publish" "$VENDOR/repo" "$1" made=40 "${@:2}"; }

# use URL… [-- LINE…]: the repository main is there, and lines of its file.
use() {
  local urls=()
  while (($#)) && [[ $1 != -- ]]; do
    urls+=("$1")
    shift
  done
  printf '%s\n' 'name: main' 'type: http' 'enable: true' "key: $KEY" "urls:" >"$FILES/main.yml"
  printf -- '- %s\n' "${urls[@]}" >>"$FILES/main.yml"
  (($# < 2)) || printf '%s\n' "${@:2}" >>"$FILES/main.yml"
  chmod 600 "$FILES/main.yml"
}

asked() { cut -d ' ' -f 2 "$WORK/bytes.log" | grep -vE '/root/|/signature/' | sed 's|[0-9a-f]\{64\}|…|' | paste -sd ' '; }
revision() { fardel repo list --json | jq '.repositories[] | select(.name == "main") | .revision'; }

# All that is known of it: a write shows.
times() { find "$STATE" "$ROOT/var/cache/fardel" -printf '%p %s %T@\n' | grep -v -- '-shm ' | LC_ALL=C sort; }

# certificate NAME SUBJECT [OPTION…]: WORK/NAME.pem and NAME.key, by the tests' authority (authority.pem).
certificate() {
  local name=$1 subject=$2
  shift 2
  if [[ ! -e $WORK/authority.pem ]]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=the tests' -keyout "$WORK/authority.key" \
      -out "$WORK/authority.pem" 2>/dev/null
  fi
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$subject" -keyout "$WORK/$name.key" -out "$WORK/$name.csr" 2>/dev/null
  openssl x509 -req -in "$WORK/$name.csr" -CA "$WORK/authority.pem" -CAkey "$WORK/authority.key" -CAcreateserial \
    -extfile <(echo "subjectAltName=DNS:$subject") -out "$WORK/$name.pem" "$@" 2>/dev/null
}

# tls NAME: VENDOR with that certificate.
tls() {
  cp -- "$WORK/$1.pem" "$WORK/cert.pem"
  cp -- "$WORK/$1.key" "$WORK/key.pem"
  serve_tls "$VENDOR"
}

# nginx writes a request down after it was answered.
logged() { [[ $(cat "$ACCESS_LOG") == "$1" ]]; }

@test "unchanged: one conditional request, nothing is written; a server without ETags: the head alone" {
  serve "$VENDOR"
  KEY=$(publish 1)
  use "$URL/repo"
  fardel -qq repo update
  before=$(times)
  for _ in 1 2 3; do
    forget_requests
    run --separate-stderr -0 fardel --plain repo update
    [[ $output == main$'\t'1$'\t'1$'\t'0$'\t'0$'\t'1$'\t'*$'\t'unchanged ]]
    wait_for logged '/repo/repository.json 304'
  done
  [[ $(times) == "$before" ]]
  serve "$VENDOR" 'etag off; if_modified_since off;'
  use "$URL/repo"
  for _ in 1 2; do
    forget_requests
    run --separate-stderr -0 fardel --plain repo update
    [[ $output == *unchanged ]]
    wait_for logged '/repo/repository.json 200'
  done
  [[ $(times) == "$before" ]]
}

@test "one package of many changed: at most 4 requests and 16 KiB; then it is in force" {
  serve "$VENDOR" 'access_log '"$WORK"'/bytes.log bytes;'
  KEY=$(publish 1 bits=11 made=3000)
  use "$URL/repo"
  fardel -qq repo update
  publish 2 bits=11 made=3000 changed=17 >/dev/null
  : >"$WORK/bytes.log"
  run --separate-stderr -0 fardel --plain repo update
  [[ $output == main$'\t'1$'\t'2$'\t'1$'\t'*updated ]]
  (($(wc -l <"$WORK/bytes.log") <= 4))
  (($(awk '{ n += $1 } END { print n }' "$WORK/bytes.log") <= 16384))
  [[ $(asked) == '/repo/repository.json /repo/index/node/… /repo/index/leaf/…' ]]
  [[ $(revision) == 2 ]]
}

# long BYTES: VENDOR/repo has one leaf, which is so long; its packages.
long() {
  PYTHONPATH=$LIB python3 - "$VENDOR/repo" "$1" <<'P'
import sys
from repository import Repository
r = Repository("main", 0)
names = [f"made{n}" for n in range(128)]
def length():
    for name in names:
        r.add(name, description="x" * size)
    return len(r.leaves()[0])
size = 0
size = (int(sys.argv[2]) - length()) // len(names) - 8
r.add(names[-1], description="x" * (size + int(sys.argv[2]) - length()))
assert len(r.leaves()[0]) == int(sys.argv[2]), len(r.leaves()[0])
r.put(sys.argv[1])
print(r.key.line)
P
}

@test "a leaf as long as one may be is taken; one that is a byte longer is not" {
  serve "$VENDOR"
  KEY=$(long $((1 << 20)))
  use "$URL/repo"
  run --separate-stderr -0 fardel --plain repo update
  [[ $output == main$'\t'0$'\t'1$'\t'128$'\t'*updated ]]
  rm -r -- "$VENDOR/repo" "$STATE"
  KEY=$(long $(((1 << 20) + 1)))
  run --separate-stderr -1 fardel repo update
  [[ $stderr == *'more than'* && $(revision) == null ]]
}

@test "https: the authority is in fetch.ca_file; expired, self-signed, of another host: refused with exit 2" {
  KEY=$(publish 1)
  certificate good localhost -days 2
  tls good
  use "https://$TLS_SERVER/repo"
  run --separate-stderr -2 fardel --set fetch.retries=0 repo update
  [[ $stderr == *certificate* && $stderr == *repository.json* ]]
  run --separate-stderr -0 fardel --set "fetch.ca_file=$WORK/authority.pem" repo update
  [[ $(revision) == 1 ]]
  publish 2 >/dev/null
  certificate other other.example -days 2
  certificate expired localhost -not_before 20200101000000Z -not_after 20210101000000Z || certificate expired localhost -days -1
  make_certificate
  cp -- "$WORK/cert.pem" "$WORK/self.pem"
  cp -- "$WORK/key.pem" "$WORK/self.key"
  for kind in other expired self; do
    tls "$kind"
    use "https://$TLS_SERVER/repo"
    run --separate-stderr -2 fardel --set fetch.retries=0 --set "fetch.ca_file=$WORK/authority.pem" repo update
    [[ $stderr == *certificate* ]]
    [[ $(revision) == 1 ]]
  done
}

@test "a login: of netrc; of the repository's file, as user and password, basic and token" {
  KEY=$(publish 1)
  printf 'me:%s\n' "$(openssl passwd -apr1 secret)" >"$WORK/users"
  chmod 644 "$WORK/users"
  serve "$VENDOR" "auth_basic x; auth_basic_user_file $WORK/users;"
  use "$URL/repo"
  run --separate-stderr -2 fardel --set fetch.retries=0 repo update
  [[ $stderr == *401*'Next: give a user and password for it in /etc/fardel/netrc' ]]
  printf 'machine 127.0.0.1 login me password secret\n' >"$ROOT/etc/fardel/netrc"
  chmod 600 "$ROOT/etc/fardel/netrc"
  fardel -qq repo update
  rm -- "$ROOT/etc/fardel/netrc"
  use "$URL/repo/" -- 'auth: {user: me, password: secret}'
  fardel -qq repo update --force
  use "$URL/repo" -- 'auth: {basic: bWU6c2VjcmV0}'
  fardel -qq repo update --force
  use "$URL/repo" -- 'auth: {user: me, password: wrong}'
  run --separate-stderr -2 fardel --set fetch.retries=0 repo update --force
  [[ $stderr == *401* && $stderr != *wrong* ]]
  # It has one: to give one is no help.
  [[ $stderr == *"Next: the login for it was refused: see auth in the repository's file, and /etc/fardel/netrc" ]]
  # shellcheck disable=SC2016
  serve "$VENDOR" 'if ($http_authorization != "token abc") { return 401; }'
  use "$URL/repo" -- 'auth: {token: abc}'
  run --separate-stderr -0 fardel -vv repo update --force
  [[ $stderr != *abc* ]]
  run --separate-stderr -0 fardel repo list --json
  [[ $output != *abc* ]]
  use "$URL/repo" -- 'auth: {token: abd}'
  run --separate-stderr -2 fardel --set fetch.retries=0 repo update --force
  [[ $stderr == *401*'was refused'* && $stderr != *abd* ]]
}

@test "a login stays with its host and what is below its URL" {
  KEY=$(publish 1)
  # shellcheck disable=SC2016
  serve "$VENDOR" "access_log $WORK/heard.log heard;"
  other=$URL
  serve "$WORK" "access_log $WORK/home.log heard; location / { return 302 $other\$request_uri; }"
  for auth in '{user: me, password: secret}' '{token: abc}'; do
    use "$URL/repo" -- "auth: $auth"
    run --separate-stderr -0 fardel -qq repo update --force
  done
  [[ $(sort -u "$WORK/heard.log") == '[-]' ]]
  [[ $(sort -u "$WORK/home.log") == '[Basic bWU6c2VjcmV0]'$'\n''[token abc]' ]]
}

@test "several addresses: one that is down or behind is passed over" {
  KEY=$(publish 1)
  serve "$VENDOR"
  use "$URL/repo"
  fardel -qq repo update
  mkdir "$WORK/behind"
  cp -r "$VENDOR/repo" "$WORK/behind/"
  publish 2 >/dev/null
  good=$URL
  use http://127.0.0.1:1/repo "$good/repo"
  run --separate-stderr -0 fardel --set fetch.retries=0 repo update
  [[ $(revision) == 2 ]]
  publish 3 >/dev/null
  serve "$WORK/behind"
  use "$URL/repo" "$good/repo"
  run --separate-stderr -0 fardel --set fetch.retries=0 repo update
  [[ $(revision) == 3 ]]
  use "$URL/repo" http://127.0.0.1:1/repo
  run --separate-stderr -5 fardel --set fetch.retries=0 repo update
  [[ $stderr == *older* ]]
  [[ $(revision) == 3 ]]
}

@test "--allow-older alone goes back, and the system's log says so" {
  skip_unless mount
  KEY=$(publish 1)
  serve "$VENDOR"
  use "$URL/repo"
  cp -r "$VENDOR/repo" "$WORK/first"
  publish 2 >/dev/null
  fardel -qq repo update
  rm -r "$VENDOR/repo" && mv "$WORK/first" "$VENDOR/repo"
  for asked in '' --force; do
    run --separate-stderr -5 fardel repo update $asked
    [[ $stderr == *'revision 1 of '*'older than 2'*'--allow-older' && $(revision) == 2 ]]
  done
  listen "$WORK/log" 'revision 1' >"$WORK/heard" &
  listener=$!
  wait_for test -S "$WORK/log"
  run --separate-stderr -0 with_log "$WORK/log" "$FARDEL_BIN" repo update --allow-older
  [[ $stderr == *'main: revision 1 is in force, though 2 was seen (--allow-older)'* && $(revision) == 1 ]]
  wait "$listener"
  grep -q 'fardel\[[0-9]*\]: main: revision 1 is in force, though 2 was seen (--allow-older)' "$WORK/heard"
}

@test "--allow-older is in the history, with its log; nothing else that updates do is" {
  KEY=$(publish 1)
  serve "$VENDOR"
  use "$URL/repo"
  cp -r "$VENDOR/repo" "$WORK/first"
  fardel -qq repo update
  publish 2 >/dev/null
  fardel -qq repo update --allow-older
  [[ -z $(fardel history --plain) ]]
  rm -r "$VENDOR/repo" && mv "$WORK/first" "$VENDOR/repo"
  run ! fardel -qq repo update
  fardel -qq repo update --allow-older
  [[ $(fardel history --plain | cut -f 1,3-) == 1$'\t'*'repo update --allow-older'$'\tmain: revision 1 is in force, though 2 was seen'* ]]
  [[ $(fardel history show 1 --json | jq -r '.result, (.steps | length)' | paste -sd,) == 'main: revision 1 is in force, though 2 was seen (--allow-older),0' ]]
  [[ $(fardel log) == *'main: revision 1 is in force, though 2 was seen (--allow-older)' && $(fardel log 1) == "$(fardel log)" ]]
  # There is nothing to take back.
  run ! fardel undo 1
  publish 3 >/dev/null
  fardel -qq repo update --allow-older
  [[ $(fardel history --plain | wc -l) == 1 ]]
  run --separate-stderr -0 fardel doctor
}

@test "several repositories: one that fails takes no other with it" {
  serve "$VENDOR"
  KEY=$(publish 1)
  use "$URL/repo"
  for name in second third; do
    mkdir "$VENDOR/$name"
    key=$("$LIB/publish" "$VENDOR/$name" 7 "name=$name" made=5)
    printf 'name: %s\ntype: http\nenable: true\nurls: [%s/%s]\nkey: %s\n' "$name" "$URL" "$name" "$key" >"$FILES/$name.yml"
  done
  rm -r -- "$VENDOR/second/index/leaf"
  run --separate-stderr -6 fardel --plain repo update
  [[ $output == *$'main\t0\t1\t'*updated* && $output == *$'second\t0\t0\t'*failed* && $output == *$'third\t0\t7\t'*updated* ]]
  [[ $stderr == *'1 of 3 repositories failed'* && $stderr == *second*404* ]]
  run --separate-stderr -0 fardel repo update --ignore-errors
  [[ $stderr == *second*404* ]]
  run --separate-stderr -0 fardel repo update main third
  run --separate-stderr -2 fardel repo update second
  # Nothing of the tries is left.
  [[ -z $(ls -A "$STATE/repos/second") ]]
  # A file that cannot be used is one that was not updated.
  rm -- "$FILES/second.yml"
  echo 'name: [' >"$FILES/torn.yml"
  run --separate-stderr -6 fardel repo update
  [[ $stderr == *torn.yml* ]]
  run --separate-stderr -0 fardel repo update main
  rm -- "$FILES/main.yml" "$FILES/third.yml"
  run --separate-stderr -1 fardel repo update
  [[ $stderr == *torn.yml* ]]
}

@test "--ignore-errors where all fail: each is told with its reason and what to do, and the exit status is 0" {
  serve "$VENDOR"
  KEY=$(publish 1)
  use "$URL/repo"
  fardel -qq repo update
  for name in second third; do
    printf 'name: %s\ntype: http\nenable: true\nurls: [%s/%s]\nkey: %s\n' "$name" "$URL" "$name" "$KEY" >"$FILES/$name.yml"
  done
  publish 2 >/dev/null
  rm -r -- "$VENDOR"/repo/index/signature
  echo 'name: [' >"$FILES/torn.yml"
  run --separate-stderr -2 fardel --set fetch.retries=0 repo update second third
  run --separate-stderr -0 fardel --plain --set fetch.retries=0 repo update --ignore-errors
  [[ $output == *$'main\t1\t1\t'*'no signature of it'*failed* && $output == *$'second\t0\t0\t'*404*failed* && $output == *$'third\t0\t0\t'*404*failed* ]]
  [[ $stderr == *'main: repository.json: there is no signature of it as it is'* && $stderr == *'second: '*404* && $stderr == *'third: '*404* ]]
  [[ $stderr == *torn.yml* && $(revision) == 1 ]]
  # Whatever it is that fails: where there is nothing but a file that cannot be used, too.
  rm -- "$FILES"/{main,second,third}.yml
  run --separate-stderr -1 fardel repo update
  run --separate-stderr -0 fardel repo update --ignore-errors
  [[ $stderr == *torn.yml* ]]
}

@test "repo up and sync are repo update by other names" {
  serve "$VENDOR"
  KEY=$(publish 1)
  use "$URL/repo"
  run --separate-stderr -0 fardel --plain repo up main
  [[ $output == main$'\t'0$'\t'1$'\t'*updated ]]
  publish 2 >/dev/null
  run --separate-stderr -0 fardel --plain sync
  [[ $output == main$'\t'1$'\t'2$'\t'*updated && $(revision) == 2 ]]
  run --separate-stderr -0 fardel --plain sync --force main
  [[ $output == main$'\t'2$'\t'2$'\t'* ]]
}

# together DIR STATE: a server that answers no head before two were asked for; its URL is in STATE/url.
together() {
  exec 3>&- # bats waits for who has it
  exec python3 -c '
import functools, http.server, os, sys, threading
both = threading.Barrier(2)
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        try:
            if self.path.endswith("/repository.json"):
                both.wait(20)
            super().do_GET()
        except threading.BrokenBarrierError:
            self.send_error(500)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
with open(sys.argv[2] + "/url.new", "w") as file:
    file.write("http://127.0.0.1:%d" % server.server_port)
os.rename(sys.argv[2] + "/url.new", sys.argv[2] + "/url")
server.serve_forever()' "$1" "$2" >/dev/null 2>&1
}

@test "several repositories: the second is asked while the first has not answered yet" {
  KEY=$(publish 1)
  mkdir "$VENDOR/second"
  key=$("$LIB/publish" "$VENDOR/second" 1 name=second)
  together "$VENDOR" "$WORK" &
  SERVERS+=("$!")
  wait_for test -e "$WORK/url"
  url=$(<"$WORK/url")
  use "$url/repo"
  printf 'name: second\ntype: http\nenable: true\nurls: [%s/second]\nkey: %s\n' "$url" "$key" >"$FILES/second.yml"
  run --separate-stderr -0 fardel --set fetch.retries=0 --plain repo update
  [[ $output == *$'main\t0\t1\t'*updated*$'second\t0\t1\t'*updated ]]
}

# A repository whose whole index breaks off after a part of it: where that is kept, and all that is served.
broken_off() {
  local whole
  serve "$VENDOR"
  KEY=$(publish 1 made=20000 bits=4)
  use "$URL/repo"
  fardel -qq repo update
  publish 2 made=20000 bits=4 changed=3 "whole=$(find "$STATE/repos/main" -name '*.db')" >/dev/null
  rm -rf -- "$STATE"
  whole=$(basename -- "$VENDOR"/repo/index/whole/*)
  size=$(stat -c %s "$VENDOR/repo/index/whole/$whole")
  ((size > 4 << 20))
  # It stops in the midst.
  serve "$VENDOR" "access_log $WORK/ranges.log ranges;
    location /repo/index/whole/ { limit_rate_after 3m; if (-e $WORK/slow) { set \$limit_rate 1k; } }"
  : >"$WORK/slow"
  use "$URL/repo"
  run --separate-stderr -2 fardel --set fetch.retries=0 --set fetch.stall_timeout=2 --set fetch.stall_rate=100000 repo update
  part=$(find "$ROOT/var/cache/fardel/packs/parts" -type f -size +1M)
  kept=$(stat -c %s "$part")
  rm -- "$WORK/slow"
}

@test "what broke off of the whole index is gone on with" {
  broken_off
  run --separate-stderr -0 fardel --plain repo update
  bytes=$(cut -f5 <<<"$output") # the rest of the whole index counts, too
  ((bytes >= size - kept && bytes < size))
  [[ $(grep -c '/whole/.* 206 bytes=' "$WORK/ranges.log") == 1 ]]
  [[ $(revision) == 2 && -z $(find "$ROOT/var/cache/fardel/packs/parts" "$ROOT/var/cache/fardel/packs/sha256" -type f) ]]
}

@test "what broke off of the whole index and makes a wrong one is fetched anew" {
  broken_off
  printf 'no such bytes' | dd of="$part" bs=1 seek=100000 conv=notrunc status=none
  run --separate-stderr -0 fardel --plain repo update
  [[ $(grep -c '/whole/.* 206 bytes=' "$WORK/ranges.log") == 1 && $(grep -c '/whole/.* 200 ' "$WORK/ranges.log") == 2 ]]
  [[ $(revision) == 2 && -z $(find "$ROOT/var/cache/fardel/packs/parts" -type f) ]]
  [[ $(find "$STATE/repos/main" -name '*.db' | wc -l) == 1 ]]
}

@test "a proxy is asked; --offline asks nobody" {
  KEY=$(publish 1)
  serve "$VENDOR"
  use "http://repo.example/repo"
  run --separate-stderr -0 env "http_proxy=$URL" fardel repo update
  [[ $(revision) == 1 ]]
  publish 2 >/dev/null
  run --separate-stderr -0 fardel --set "fetch.proxy=$URL" repo update
  [[ $(revision) == 2 ]]
  forget_requests
  run --separate-stderr -2 env "http_proxy=$URL" fardel --offline repo update
  [[ $stderr == *--offline* && ! -s $ACCESS_LOG ]]
}

@test "a folder of a disk is one, too; also with --offline" {
  KEY=$(publish 1)
  mkdir -p "$ROOT/srv/disk"
  cp -r "$VENDOR/repo" "$ROOT/srv/disk/"
  printf '%s\n' 'name: main' 'type: disk' 'enable: true' "key: $KEY" "urls: [${ROOT:-}/srv/disk/repo]" >"$FILES/main.yml"
  run --separate-stderr -0 fardel --offline repo update
  [[ $(revision) == 1 ]]
  run --separate-stderr -0 fardel --plain repo update
  [[ $output == *unchanged ]]
  publish 2 "whole=$(find "$STATE/repos/main" -name '*.db')" >/dev/null
  cp -r "$VENDOR/repo" "$ROOT/srv/disk/"
  run --separate-stderr -0 fardel --offline --plain repo update --force
  [[ $(revision) == 2 ]]
  (($(cut -f5 <<<"$output") > $(stat -c %s "$VENDOR"/repo/index/whole/*)))
  rm -- "$ROOT/srv/disk/repo/repository.json"
  run --separate-stderr -2 fardel repo update
  [[ $stderr == *srv/disk/repo/repository.json* ]]
}
