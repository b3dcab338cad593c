#!/usr/bin/env bats
# Distfile servers: https://SERVER/distfiles/NAME before the vendor's URL, and advisory sums.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  make_pack_deb hello 1
  make_certificate
  mkdir -p "$WORK/dist/distfiles"
  serve_tls "$WORK/dist"
  DIST=$TLS_SERVER DIST_LOG=$ACCESS_LOG
  serve "$VENDOR"
  vendor_log=$ACCESS_LOG
  QUICK=(--set fetch.retries=0 --set fetch.connect_timeout=5 --set "fetch.ca_file=$WORK/cert.pem")
}

teardown() {
  finish
}

asked() { grep -c "^/$2 " "$1" || true; }
with() {
  local file=$1 list
  shift
  printf -v list '"%s", ' "$@"
  run --separate-stderr timeout 60 fardel "${QUICK[@]}" --set "fetch.distfiles=[${list%, }]" install "$file"
}
others() { sed 's/hello 1/hullo 1/' "$VENDOR/hello-1.deb" | head -c -1 >"$WORK/dist/distfiles/hello-1.deb"; }

@test "a distfile server is asked, and the vendor is not" {
  cp "$VENDOR/hello-1.deb" "$WORK/dist/distfiles/"
  with "$(make_installer hello 1)" "$DIST"
  ((status == 0))
  [[ -L $ROOT/usr/bin/hello ]]
  (($(asked "$DIST_LOG" distfiles/hello-1.deb) == 1 && $(asked "$vendor_log" hello-1.deb) == 0))
}

@test "one after the other; then the vendor: each that fails is named" {
  with "$(make_installer hello 1)" localhost:1 "$DIST"
  ((status == 0))
  [[ $stderr == *"https://localhost:1/distfiles/hello-1.deb: "*"trying the next source"* ]]
  [[ $stderr == *"https://$DIST/distfiles/hello-1.deb: "*404*"trying the next source"* ]]
  (($(asked "$DIST_LOG" distfiles/hello-1.deb) == 1 && $(asked "$vendor_log" hello-1.deb) == 1))
}

@test "other bytes are never silent, and the vendor is asked" {
  others
  with "$(make_installer hello 1)" "$DIST"
  ((status == 0))
  [[ $stderr == *"https://$DIST/distfiles/hello-1.deb: checksum mismatch; trying the next source"* ]]
  (($(asked "$vendor_log" hello-1.deb) == 1))
  [[ -L $ROOT/usr/bin/hello ]]
}

@test "other bytes everywhere: exit 5, nothing is left" {
  others
  file=$(make_installer hello 1)
  cp "$WORK/dist/distfiles/hello-1.deb" "$VENDOR/"
  with "$file" "$DIST"
  ((status == 5))
  [[ ! -e $ROOT/usr/bin/hello && -z $(find "$ROOT/var/cache/fardel/packs" -type f) ]]
}

@test "the name is asked for as the URL has it" {
  cp "$VENDOR/hello-1.deb" "$WORK/dist/distfiles/hello 1.deb"
  with "$(make_installer hello 1 "url=$URL/a/hello%201.deb")" "$DIST"
  ((status == 0))
  (($(asked "$DIST_LOG" distfiles/hello%201.deb) == 1))
}

@test "mirrors come before, and a redirect to plain http is not followed" {
  cp "$VENDOR/hello-1.deb" "$WORK/dist/distfiles/"
  serve_tls "$WORK/dist" "location /distfiles/ { return 302 $URL/hello-1.deb; }"
  run --separate-stderr -0 fardel "${QUICK[@]}" --set 'fetch.mirrors=["http://127.0.0.1:1/mirror"]' \
    --set "fetch.distfiles=[\"$TLS_SERVER\", \"$DIST\"]" install "$(make_installer hello 1)"
  [[ $stderr == *127.0.0.1:1/mirror/hello-1.deb*"$TLS_SERVER/distfiles/hello-1.deb: "*'trying the next source'* ]]
  (($(asked "$vendor_log" hello-1.deb) == 0 && $(asked "$DIST_LOG" distfiles/hello-1.deb) == 1))
}

@test "without a checksum only the vendor is asked" {
  cp "$VENDOR/hello-1.deb" "$WORK/dist/distfiles/"
  with "$(make_installer hello 1 sum=)" "$DIST"
  ((status == 0))
  (($(asked "$DIST_LOG" distfiles/hello-1.deb) == 0 && $(asked "$vendor_log" hello-1.deb) == 1))
}

@test "an advisory checksum forgives the vendor alone" {
  others
  with "$(make_installer hello 1 sum=advisory-sha384)" "$DIST"
  ((status == 0))
  [[ $stderr == *"$DIST/distfiles/hello-1.deb: checksum mismatch; trying the next source"* && $stderr != *'only advisory'* ]]
  (($(asked "$vendor_log" hello-1.deb) == 1))
  (($(fardel cache list | wc -l) == 1))
}

@test "an advisory checksum that holds nowhere: the vendor's, with a warning, never cached" {
  cp "$VENDOR/hello-1.deb" "$WORK/dist/distfiles/"
  with "$(make_installer hello 1 sum=advisory-wrong-sha384)" "$DIST"
  ((status == 0))
  [[ $stderr == *'trying the next source'*'the sum is only advisory: going on, not cached'* ]]
  (($(asked "$DIST_LOG" distfiles/hello-1.deb) == 1 && $(asked "$vendor_log" hello-1.deb) == 1))
  [[ -L $ROOT/usr/bin/hello ]]
  [[ -z $(fardel cache list) && -z $(find "$ROOT/var/cache/fardel/packs" -type f) ]]
  # So it is fetched again.
  fardel remove hello
  with "$WORK/hello-1/hello.tar.gz" "$DIST"
  (($(asked "$vendor_log" hello-1.deb) == 2))
}

@test "an advisory checksum that holds at a distfile server: cached, the vendor is not asked" {
  cp "$VENDOR/hello-1.deb" "$WORK/dist/distfiles/"
  with "$(make_installer hello 1 sum=advisory-sha384)" "$DIST"
  ((status == 0))
  (($(asked "$vendor_log" hello-1.deb) == 0 && $(fardel cache list | wc -l) == 1))
}

@test "an advisory checksum of what rules download: a warning, never cached" {
  run --separate-stderr -0 fardel install "$(make_installer hello 1 url= sum=advisory-wrong-sha384)"
  [[ $stderr == *'the sum is only advisory: going on, not cached'* ]]
  [[ -L $ROOT/usr/bin/hello && -z $(fardel cache list) ]]
}

@test "fetch.require_checksum is not loosened by an installer: exit 5" {
  run --separate-stderr -5 fardel --set fetch.require_checksum=true install \
    "$(make_installer hello 1 sum=advisory-wrong-sha384)"
  [[ $stderr == *'checksum mismatch'*'fetch.require_checksum'* && ! -e $ROOT/usr/bin/hello ]]
  run --separate-stderr -0 fardel --set fetch.require_checksum=true install "$(make_installer hello 1 sum=advisory-sha384)"
}

@test "what is no server is refused" {
  run --separate-stderr -64 fardel --set 'fetch.distfiles=["https://a/b"]' list
  [[ $stderr == *'fetch.distfiles must be a list of servers'* ]]
}
