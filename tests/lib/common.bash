# What the cases share: sourced by bats files, by the demo and by the benchmark, inside of private-root.
# shellcheck shell=bash

LIB=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")

# A folder of the test's own, and a server's state; nothing of fardel's is left from the test before.
fresh() {
  WORK=$(mktemp -d "$FARDEL_TEST_TMP/case.XXXXXX")
  VENDOR=$WORK/vendor
  mkdir -p "$VENDOR"
  : >"$WORK/born"
  SERVERS=()
  wipe
}

# Takes away all of fardel's, and what the rules of the tests leave.
wipe() {
  # shellcheck disable=SC2153
  rm -rf -- "$ROOT"/etc/fardel "$ROOT"/etc/puavo-pkg "$ROOT"/var/{lib,cache,log}/{fardel,puavo-pkg} "$ROOT"/run/fardel "$ROOT"/srv/* \
    "$ROOT"/usr/share/applications/hello*.desktop "$ROOT"/usr/bin/hello* "$ROOT"/etc/hello* \
    "$ROOT"/usr/{bin/other,share/applications/other.desktop} "$ROOT"/etc/other* "$ROOT"/etc/{settings,not-wanted}
}

# Ends the servers that the test started, and its folder.
finish() {
  local pid
  for pid in "${SERVERS[@]}"; do
    kill "$pid" 2>/dev/null || true
  done
  chmod -R u+w -- "$WORK" 2>/dev/null || true
  rm -rf -- "$WORK"
}

# make_pack_deb NAME VERSION [KB], and its like: VENDOR/NAME-VERSION.KIND
make_pack_deb() { "$LIB/make" pack "$1" "$2" deb "$VENDOR/$1-$2.deb" "${3:-0}"; }
make_pack_tar() { "$LIB/make" pack "$1" "$2" tar "$VENDOR/$1-$2.tar.gz" "${3:-0}"; }
make_pack_zip() { "$LIB/make" pack "$1" "$2" zip "$VENDOR/$1-$2.zip" "${3:-0}"; }

# make_installer NAME VERSION KEY=VALUE…: WORK/NAME-VERSION/NAME.tar.gz, whose path it prints. Without pack=, the
# pack is a .deb that is made here; without url=, it comes from URL; without sum=, it has a sha384.
make_installer() {
  local name=$1 version=$2 format=2 arg has=' ' pack=
  shift 2
  for arg; do
    has+="${arg%%=*} "
    case $arg in
    pack=*) pack=${arg#*=} ;;
    format=*) format=${arg#*=} ;;
    esac
  done
  if [[ -z $pack ]]; then
    pack=$VENDOR/$name-$version.deb
    [[ -e $pack ]] || make_pack_deb "$name" "$version"
  fi
  local more=("pack=$pack" "version=$version" "server=${URL:-http://127.0.0.1:1}")
  [[ $has == *' url '* ]] || more+=("url=${URL:-http://127.0.0.1:1}/$(basename "$pack")")
  if [[ $has != *' sum '* ]]; then
    if ((format == 1)); then more+=(sum=md5); else more+=(sum=sha384); fi
  fi
  "$LIB/make" installer "$WORK/$name-$version/$name.tar.gz" "${more[@]}" "$@"
  echo "$WORK/$name-$version/$name.tar.gz"
}

# serve DIR [TEXT]: nginx; sets URL.
serve() {
  local state
  state=$(mktemp -d "$WORK/nginx.XXXXXX")
  URL=$("$LIB/serve" "$1" "$state" "${2:-}")
  SERVERS+=("$(cat "$state/nginx.pid")")
  ACCESS_LOG=$state/access.log
}

# serve_registry [YAML]: docker-registry; sets REGISTRY to its HOST:PORT, and REGISTRY_LOG.
serve_registry() {
  local state
  state=$(mktemp -d "$WORK/registry.XXXXXX")
  # shellcheck disable=SC2034
  REGISTRY=$("$LIB/serve-registry" "$state" "${1:-}")
  SERVERS+=("$(cat "$state/registry.pid")")
  # shellcheck disable=SC2034
  REGISTRY_LOG=$state/registry.log
}

# serve_tokens: token-server, with the key of make_certificate; sets TOKENS to its URL, and TOKENS_STATE.
serve_tokens() {
  make_certificate
  TOKENS_STATE=$(mktemp -d "$WORK/tokens.XXXXXX")
  "$LIB/token-server" "$TOKENS_STATE" "$WORK/key.pem" "$WORK/cert.pem" 3>&- >/dev/null 2>&1 &
  SERVERS+=("$!")
  wait_for test -e "$TOKENS_STATE/port"
  # shellcheck disable=SC2034
  TOKENS=http://127.0.0.1:$(cat "$TOKENS_STATE/port")
}

# make_certificate: WORK/cert.pem and key.pem, for localhost: the same for all tests of a file.
make_certificate() {
  local made=$FARDEL_TEST_TMP/certificate
  [[ -e $made/cert.pem ]] || { mkdir -p "$made" && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$made/key.pem" -out "$made/cert.pem" 2>/dev/null; }
  cp -- "$made"/*.pem "$WORK"
}

# serve_tls DIR [TEXT]: nginx with that certificate; sets TLS_SERVER to its HOST:PORT.
serve_tls() {
  local port _
  for _ in {1..20}; do
    port=$((50000 + RANDOM % 9000))
    # shellcheck disable=SC2034
    TLS_SERVER=localhost:$port
    serve "$1" "listen 127.0.0.1:$port ssl; ssl_certificate $WORK/cert.pem; ssl_certificate_key $WORK/key.pem;
      ${2:-}" && return
  done
  return 1
}

# serve_evil DIR: evil-httpd; sets EVIL, and EVIL_STATE.
serve_evil() {
  EVIL_STATE=$(mktemp -d "$WORK/evil.XXXXXX")
  "$LIB/evil-httpd" "$1" "$EVIL_STATE" 3>&- >/dev/null 2>&1 &
  SERVERS+=("$!")
  wait_for test -e "$EVIL_STATE/port"
  # shellcheck disable=SC2034
  EVIL=http://127.0.0.1:$(cat "$EVIL_STATE/port")
}

# requests PATH: how often it was asked of nginx.
requests() {
  grep -c "^$1 " "$ACCESS_LOG" || true
}

# forget_requests: nginx writes each down after it was answered; those of before are not to come after this.
forget_requests() {
  sleep 0.3
  : >"$ACCESS_LOG"
}

# wait_for CMD…: until it succeeds, at most 20 s.
wait_for() {
  local _
  for _ in {1..400}; do
    "$@" && return
    sleep 0.05
  done
  echo "waited in vain for: $*" >&2
  return 1
}

# shut PHASE, open PHASE: the gate in the tests' rules; at_gate PHASE: they stand before it.
shut() { mkdir -p "$ROOT/srv/gates" && echo shut >"$ROOT/srv/gates/$1"; }
open() { : >"$ROOT/srv/gates/$1" && rm -f -- "$ROOT/srv/gates/$1"; }
at_gate() { pgrep -f "gate-$1-$(basename -- "$FARDEL_TEST_TMP")" >/dev/null; }

# manifest: all that is in the root, a line each; manifest.py.
manifest() { "$LIB/manifest.py" "$ROOT" "$WORK/born"; }

# skip_unless MODE…: for what only works there.
skip_unless() {
  [[ " $* " == *" $FARDEL_TEST_MODE "* ]] || skip "not possible in mode $FARDEL_TEST_MODE, only in: $*"
}
skip_unless_mount() { skip_unless mount; }

# manifest_head NAME VERSION: what every manifest.toml of format 3 begins with.
manifest_head() { printf 'format = 3\nname = "%s"\nversion = "%s"\n' "$1" "$2"; }

# manifest_pack FILE [LINE…]: a [[pack]] that is a local file, and further lines of it. A line "url=…" takes the URL's place.
manifest_pack() {
  local file=$1 url=file://$1 line lines=''
  shift
  for line; do
    case $line in
    url=*) url=${line#url=} ;;
    *) lines+=$line$'\n' ;;
    esac
  done
  printf '[[pack]]\nurl = "%s"\nsha256 = "%s"\n%s' "$url" "$(sha256sum <"$file" | cut -d' ' -f1)" "$lines"
}

# make_format3 NAME [FILE…]: the folder WORK/src/NAME, its manifest.toml from stdin, copies of FILEs, and where none is a rules.lua, rules
# that unpack .debs and link /usr/bin/NAME; then WORK/out/NAME.tar.gz, whose path it prints.
make_format3() {
  local name=$1 source=$WORK/src/$1
  shift
  rm -rf -- "$source"
  mkdir -p "$source" "$WORK/out"
  cat >"$source/manifest.toml"
  (($# == 0)) || cp -- "$@" "$source/"
  [[ -e $source/rules.lua ]] || cat >"$source/rules" <<EOF
#!/bin/sh
set -eu
case \$1 in
unpack) echo "unpack \${2##*/}"; dpkg-deb -x "\$2" "\$3" ;;
configure) ln -fns "\$2/usr/bin/$name" "\$FARDEL_ROOT/usr/bin/$name" ;;
unconfigure) rm -f "\$FARDEL_ROOT/usr/bin/$name" ;;
esac
EOF
  [[ -e $source/rules.lua ]] || chmod 755 "$source/rules"
  fardel build -o "$WORK/out" "$source" >/dev/null && echo "$WORK/out/$name.tar.gz"
}

# make_packets NAME VERSION [KEY=VALUE…]: WORK/NAME-VERSION/NAME.pkt.tar.zst, whose path it prints. Keys: install, remove (a hook's
# text), info (lines for [Info]), depends (a list), file:PATH (a file's text), name, members (what tar takes in, instead of ".").
make_packets() {
  local name=$1 version=$2 dir=$WORK/$1-$2/tree arg real=$1 info='' hooks='' members=. depends='[]'
  shift 2
  rm -rf -- "$dir"
  mkdir -p "$dir/data/bin"
  printf '#!/bin/sh\necho %s %s\n' "$name" "$version" >"$dir/data/bin/$name"
  chmod 755 "$dir/data/bin/$name"
  for arg; do
    case $arg in
    name=*) real=${arg#*=} ;;
    info=*) info=${arg#*=} ;;
    depends=*) depends=${arg#*=} ;;
    members=*) members=${arg#*=} ;;
    install=* | remove=*)
      printf '%s\n' "${arg#*=}" >"$dir/${arg%%=*}.lua"
      hooks+="${arg%%=*} = \"${arg%%=*}.lua\""$'\n'
      ;;
    file:*=*)
      mkdir -p "$(dirname -- "$dir/$(cut -d= -f1 <<<"${arg#file:}")")"
      printf '%s\n' "${arg#*=}" >"$dir/$(cut -d= -f1 <<<"${arg#file:}")"
      ;;
    esac
  done
  printf '[Info]\nname = "%s"\nversion = "%s"\ndescription = "Says %s"\ndependencies = %s\nauthor = "us"\n%s\n\n[Hooks]\n%s' \
    "$real" "$version" "$name" "$depends" "$info" "$hooks" >"$dir/manifest.toml"
  # shellcheck disable=SC2086
  tar -C "$dir" --zstd -cf "$WORK/$name-$version/$name.pkt.tar.zst" $members
  echo "$WORK/$name-$version/$name.pkt.tar.zst"
}

# make_luet CATEGORY/NAME VERSION KEY…: an installer of a package of luet's, whose path it prints; tests/lib/luet-package.
make_luet() { "$LIB/luet-package" "$WORK/luet" "$@"; }

# listen SOCKET WORDS: prints what comes to it, until these words have.
listen() {
  python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(20)
line = b""
while sys.argv[2].encode() not in line:
    line = s.recv(65536)
    print(line.decode(), flush=True)
' "$1" "$2"
}

# with_log SOCKET CMD…: runs it with a /dev of its own, in which that is log: the machine's /dev stays as it is.
with_log() {
  # shellcheck disable=SC2016
  unshare -m bash -euc '
    mkdir -p /run/dev
    mount --rbind /dev /run/dev
    mount -t tmpfs none /dev
    for name in null zero full random urandom; do
      : >"/dev/$name"
      mount --bind "/run/dev/$name" "/dev/$name"
    done
    ln -s "$1" /dev/log
    shift
    exec "$@"' with-log "$@"
}
