#!/usr/bin/env bats
# Fetching, from servers with bad habits.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  make_pack_deb hello 1
  serve_evil "$VENDOR"
  # Soon enough for a test.
  QUICK=(--set fetch.retry_delay=0 --set fetch.stall_timeout=2 --set fetch.connect_timeout=5)
}

teardown() {
  finish
}

# from HABIT [KEY=VALUE…]: an installer whose pack comes from that path of evil-httpd.
from() {
  local habit=$1
  shift
  make_installer hello 1 "url=$EVIL/$habit/hello-1.deb" "$@"
}

asked() { grep -c "^/$1/" "$EVIL_STATE/requests" || true; }

fetches() {
  run --separate-stderr -0 timeout 60 fardel "${QUICK[@]}" install "$(from "$@")"
  [[ -L $ROOT/usr/bin/hello ]]
}

# refuses CODE HABIT: ends with CODE, in time, with nothing left.
refuses() {
  local code=$1
  shift
  run --separate-stderr "-$code" timeout 60 fardel "${QUICK[@]}" --set fetch.retries=0 install "$(from "$@")"
  [[ ! -e $ROOT/usr/bin/hello ]]
  [[ -z $(find "$ROOT/var/cache/fardel/packs" -type f 2>/dev/null) ]]
}

@test "a sound server" {
  fetches ok
}

@test "503 twice, then the file: tried again" {
  fetches busy/2
  (($(asked busy) == 3))
}

@test "503 for ever: as many tries as the configuration says, exit 2" {
  run --separate-stderr -2 fardel "${QUICK[@]}" --set fetch.retries=2 install "$(from status/503)"
  (($(asked status) == 3))
  [[ $stderr == *503* ]]
}

@test "404 is not tried again: exit 2" {
  run --separate-stderr -2 fardel "${QUICK[@]}" --set fetch.retries=3 install "$(from status/404)"
  (($(asked status) == 1))
  [[ $stderr == *404* ]]
}

@test "redirects are followed" {
  fetches redirect/4
}

@test "a ring of redirects ends: exit 2" {
  refuses 2 loop
  (($(asked loop) <= 11))
}

@test "a redirect to file:// is refused" {
  refuses 2 to-file
}

@test "a connection that ends early is tried again" {
  fetches once-short
  (($(asked once-short) == 2))
}

@test "a body shorter than stated: exit 2" {
  refuses 2 short
}

@test "a body in chunks, and one without a length" {
  fetches chunked
  fardel remove hello
  fardel cache gc
  fetches no-length
}

@test "an endless body ends at fetch.max_size" {
  run --separate-stderr ! timeout 60 fardel "${QUICK[@]}" --set fetch.max_size=1000000 --set fetch.retries=0 \
    install "$(from endless)"
  ((status < 100))
  [[ ! -e $ROOT/usr/bin/hello ]]
}

@test "a server that falls silent: exit 2 after stall_timeout" {
  refuses 2 stall
}

@test "other bytes of the same length: exit 5" {
  refuses 5 wrong
}

@test "an empty body: exit 5 with a checksum" {
  refuses 5 empty
}

@test "garbage, a reset, a million bytes of headers: exit 2" {
  refuses 2 garbage
  refuses 2 reset
  refuses 2 headers
}

@test "what says it is gzip without being asked is taken as it is, or refused; never unpacked" {
  run --separate-stderr timeout 60 fardel "${QUICK[@]}" --set fetch.retries=0 install "$(from gzip)"
  ((status == 0 || status == 2 || status == 5))
}

@test "encodings are not asked for, and no cookie, no referer, no user is told" {
  fetches ok
  run ! grep -qiE '^(accept-encoding: .*(gzip|deflate|br)|cookie|referer|authorization)' "$EVIL_STATE/headers"
  grep -qi '^user-agent: fardel' "$EVIL_STATE/headers"
}

@test "nobody listens: exit 2, and the host is named" {
  run --separate-stderr -2 fardel "${QUICK[@]}" --set fetch.retries=0 install \
    "$(make_installer hello 1 url=http://127.0.0.1:1/hello-1.deb)"
  [[ $stderr == *127.0.0.1* ]]
  [[ $stderr == *'Next: '* ]]
}

@test "a name that does not resolve: exit 2" {
  run --separate-stderr -2 timeout 60 fardel "${QUICK[@]}" --set fetch.retries=0 install \
    "$(make_installer hello 1 url=http://nothing.invalid/hello-1.deb)"
  [[ $stderr == *nothing.invalid* ]]
}

@test "mirrors are asked first, in order; then the URL" {
  mirrors="[\"$EVIL/status/404\", \"$EVIL/ok\"]"
  run --separate-stderr -0 fardel "${QUICK[@]}" --set "fetch.mirrors=$mirrors" install "$(from redirect/1)"
  [[ $(head -1 "$EVIL_STATE/requests") == /status/404/hello-1.deb ]]
  [[ $(sed -n 2p "$EVIL_STATE/requests") == /ok/hello-1.deb ]]
  (($(asked redirect) == 0))
}

@test "a mirror with other bytes is passed over, and the URL asked" {
  run --separate-stderr -0 fardel "${QUICK[@]}" --set "fetch.mirrors=[\"$EVIL/wrong\"]" install "$(from ok)"
  (($(asked wrong) == 1 && $(asked ok) == 1))
  [[ -L $ROOT/usr/bin/hello ]]
}

@test "a URL's user and password are used, and shown to nobody" {
  url=${EVIL/http:\/\//http://user:secret@}/status/404/hello-1.deb
  run --separate-stderr -2 fardel "${QUICK[@]}" --debug install "$(make_installer hello 1 "url=$url")"
  [[ $stderr != *secret* && $output != *secret* ]]
  grep -qi '^authorization: basic' "$EVIL_STATE/headers"
  run fardel log
  [[ $output != *secret* ]]
  run ! grep -raq secret "$ROOT/var/lib/fardel/state.db" "$ROOT/var/log/fardel"
}

@test "http_proxy is used; with fetch.proxy none it is not" {
  run --separate-stderr -2 env http_proxy=http://127.0.0.1:1 fardel "${QUICK[@]}" --set fetch.retries=0 \
    install "$(from ok)"
  run --separate-stderr -0 env http_proxy=http://127.0.0.1:1 fardel "${QUICK[@]}" --set fetch.proxy=none \
    install "$(from ok)"
}

@test "no_proxy is obeyed" {
  run --separate-stderr -0 env http_proxy=http://127.0.0.1:1 no_proxy=127.0.0.1 fardel "${QUICK[@]}" \
    install "$(from ok)"
}

@test "several packs at once, from one that is slow" {
  files=()
  for name in hello hello_two hello_three hello_four; do
    printf 'slow %s' "$name" >"$VENDOR/$name.bin"
    "$LIB/make" installer "$WORK/$name/$name.tar.gz" pack="$VENDOR/$name.bin" sum=sha256 \
      "url=$EVIL/slow/$name.bin"
    files+=("$WORK/$name/$name.tar.gz")
  done
  before=$SECONDS
  run --separate-stderr -0 fardel "${QUICK[@]}" --set fetch.stall_timeout=30 download --jobs 4 "${files[@]}"
  # Each takes about 0.7 s.
  ((SECONDS - before <= 3))
}

@test "TLS is verified: a certificate that nobody signed is refused, exit 2" {
  command -v openssl >/dev/null || skip 'no openssl program'
  make_certificate
  port=$((50000 + RANDOM % 9000))
  serve "$VENDOR" "listen 127.0.0.1:$port ssl; ssl_certificate $WORK/cert.pem;
    ssl_certificate_key $WORK/key.pem;"
  file=$(make_installer hello 1 url="https://localhost:$port/hello-1.deb")
  run --separate-stderr -2 fardel "${QUICK[@]}" --set fetch.retries=0 install "$file"
  [[ $stderr == *certificate* ]]
  run --separate-stderr -0 fardel "${QUICK[@]}" --set fetch.retries=0 --set fetch.ca_file="$WORK/cert.pem" \
    install "$file"
  [[ -L $ROOT/usr/bin/hello ]]
}
