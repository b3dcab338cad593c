#!/usr/bin/env bats
# build: the same bytes everywhere, and nothing that install would refuse.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  source_folder "$WORK/src/hello"
}

teardown() {
  finish
}

# A package's source: format 1.
source_folder() {
  make_pack_deb hello 1
  mkdir -p "$1"
  sed -e 's/@NAME@/hello/g; s/@VERSION@/1/g; s/@KIND@/deb/g; s/@PACK@/hello-1.deb/g; s/@OUTCOMES@/none=0/g' \
    -e 's/@TOKEN@/none/g' "$LIB/../life/rules/standard.sh" >"$1/rules"
  chmod 755 "$1/rules"
  echo "http://127.0.0.1:1/hello-1.deb" >"$1/upstream_pack_url"
  sha384sum <"$VENDOR/hello-1.deb" | cut -d' ' -f1 >"$1/upstream_pack_sha384sum"
  printf 'Hello\n' >"$1/legend"
  printf 'Says hello.\n' >"$1/description"
}

# Makes it format 2.
with_version() {
  local id
  id=$(cd "$1/.." && find hello -type f ! -name .puavo-pkg-version | LC_ALL=C sort | xargs md5sum | md5sum |
    cut -d' ' -f1)
  printf 'name hello\npackage-id %s\npkg-format 2\ntimestamp 2026-01-01-000000\nversion %s\n' "$id" "${2:-1}" \
    >"$1/.puavo-pkg-version"
}

build() {
  mkdir -p "$WORK/$1"
  shift_to=$1
  shift
  "$@" fardel build -o "$WORK/$shift_to" "$WORK/src/hello" >/dev/null
}

@test "build: writes NAME.tar.gz here, and prints a line for it" {
  cd "$WORK"
  run --separate-stderr -0 fardel build src/hello
  [[ -f $WORK/hello.tar.gz ]]
  [[ $output == *hello.tar.gz* ]]
}

@test "build -o, --json" {
  mkdir "$WORK/out"
  run --separate-stderr -0 fardel build --json -o "$WORK/out" "$WORK/src/hello"
  jq -e '.built[0] | .name == "hello" and (.path | endswith("out/hello.tar.gz")) and (.size > 0)' <<<"$output"
}

@test "build: it is a tar with one top folder, owner 0, rules executable" {
  build out
  run -0 tar --numeric-owner -tvzf "$WORK/out/hello.tar.gz"
  [[ $output == *' hello/'* ]]
  grep -qE '^-rwxr-xr-x .* hello/rules$' <<<"$output"
  run ! grep -v ' 0/0 ' <<<"$output"
}

@test "build: what it writes can be installed" {
  build out
  serve "$VENDOR"
  echo "$URL/hello-1.deb" >"$WORK/src/hello/upstream_pack_url"
  build out
  run -0 fardel install "$WORK/out/hello.tar.gz"
  [[ -L $ROOT/usr/bin/hello ]]
}

@test "build: the same bytes for another umask, locale, time zone, clock of the files" {
  build one
  find "$WORK/src" -exec touch -d 1999-12-31 {} +
  (umask 077 && build two env LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 TZ=Asia/Tokyo)
  cmp "$WORK/one/hello.tar.gz" "$WORK/two/hello.tar.gz"
}

@test "build: the same bytes from files made in another order, with other modes and by another user" {
  build one
  mkdir "$WORK/again"
  for name in upstream_pack_url description rules legend upstream_pack_sha384sum; do
    cp "$WORK/src/hello/$name" "$WORK/again/$name"
    chmod g+w,o-r "$WORK/again/$name"
  done
  chmod 700 "$WORK/again"
  [[ $EUID != 0 || $FARDEL_TEST_MODE == userns ]] || chown -R 12:34 "$WORK/again"
  rm -r "$WORK/src/hello"
  mv "$WORK/again" "$WORK/src/hello"
  build two
  cmp "$WORK/one/hello.tar.gz" "$WORK/two/hello.tar.gz"
}

@test "build: the same bytes with a slash at the end, and from inside" {
  build one
  mkdir "$WORK/two" "$WORK/three"
  fardel build -o "$WORK/two" "$WORK/src/hello/"
  (cd "$WORK/src/hello" && fardel build -o "$WORK/three" .)
  cmp "$WORK/one/hello.tar.gz" "$WORK/two/hello.tar.gz"
  cmp "$WORK/one/hello.tar.gz" "$WORK/three/hello.tar.gz"
}

@test "build: twice at the same place replaces the file" {
  build out
  before=$(sha256sum "$WORK/out/hello.tar.gz")
  echo changed >"$WORK/src/hello/legend"
  build out
  [[ $(sha256sum "$WORK/out/hello.tar.gz") != "$before" ]]
}

@test "build --bump: raises the version where the content has changed, and only there" {
  with_version "$WORK/src/hello" 4
  mkdir "$WORK/out"
  fardel build --bump -o "$WORK/out" "$WORK/src/hello"
  grep -qx 'version 4' "$WORK/src/hello/.puavo-pkg-version"
  echo changed >"$WORK/src/hello/legend"
  run --separate-stderr -0 fardel build --bump --json -o "$WORK/out" "$WORK/src/hello"
  grep -qx 'version 5' "$WORK/src/hello/.puavo-pkg-version"
  jq -e '.built[0].version == "5"' <<<"$output"
}

@test "build refuses what install would refuse, and writes nothing" {
  mkdir "$WORK/out"
  refuses() {
    run --separate-stderr -1 fardel build -o "$WORK/out" "$WORK/src/hello"
    [[ $stderr == *"$1"* ]] || { echo "$stderr"; false; }
    [[ -z $(ls -A "$WORK/out") ]]
  }
  chmod 644 "$WORK/src/hello/rules"
  refuses rules
  rm "$WORK/src/hello/rules"
  refuses rules
  source_folder "$WORK/src/hello"
  echo not-a-sum >"$WORK/src/hello/upstream_pack_sha384sum"
  refuses upstream_pack_sha384sum
  source_folder "$WORK/src/hello"
  echo 'gopher://x/y' >"$WORK/src/hello/upstream_pack_url"
  refuses upstream_pack_url
  source_folder "$WORK/src/hello"
  echo 9 >"$WORK/src/hello/format"
  refuses format
  rm "$WORK/src/hello/format"
  with_version "$WORK/src/hello"
  sed -i 's/pkg-format 2/pkg-format x/' "$WORK/src/hello/.puavo-pkg-version"
  refuses pkg-format
  with_version "$WORK/src/hello"
  sed -i 's/^name .*/name other/' "$WORK/src/hello/.puavo-pkg-version"
  refuses name
}

@test "build refuses a folder with a device, a socket or a fifo in it" {
  mkdir "$WORK/out"
  mkfifo "$WORK/src/hello/pipe"
  run --separate-stderr -1 timeout 10 fardel build -o "$WORK/out" "$WORK/src/hello"
  [[ $stderr == *pipe* ]]
}

@test "build of a folder whose name is no name" {
  mv "$WORK/src/hello" "$WORK/src/Hello World"
  run --separate-stderr -1 fardel build -o "$WORK" "$WORK/src/Hello World"
  [[ $stderr == *'Hello World'* ]]
}

@test "build of what is not there" {
  run --separate-stderr ! fardel build -o "$WORK" "$WORK/src/none"
  [[ $stderr == *none* ]]
}

@test "build of several: the first failure ends it; --keep-going goes on: 6" {
  mkdir "$WORK/out" "$WORK/src/empty"
  run -1 fardel build -o "$WORK/out" "$WORK/src/empty" "$WORK/src/hello"
  [[ ! -e $WORK/out/hello.tar.gz ]]
  run -6 fardel build --keep-going -o "$WORK/out" "$WORK/src/empty" "$WORK/src/hello"
  [[ -e $WORK/out/hello.tar.gz ]]
}

@test "build works for an ordinary user, and needs no state" {
  skip_unless mount
  chmod 755 "$WORK"
  install -d -o 65534 "$WORK/out"
  run -0 setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
    fardel build -o "$WORK/out" "$WORK/src/hello"
  [[ ! -e /var/lib/fardel ]]
}

@test "build on an overlay, whose files are on other devices than its folders; what is mounted there is refused" {
  skip_unless mount
  cp -r "$WORK/src/hello" /root/hello
  mkdir /root/hello/more
  run -0 fardel build -o "$WORK" /root/hello
  [[ -e $WORK/hello.tar.gz ]]
  mount -t tmpfs none /root/hello/more
  run --separate-stderr -1 fardel build -o "$WORK" /root/hello
  umount /root/hello/more
  [[ $stderr == *'more: another file system is mounted there'* ]]
  rm -r /root/hello
}

@test "build inside of its own folder is refused: the next one would pack it" {
  cd "$WORK/src/hello"
  run --separate-stderr -64 fardel build .
  [[ $stderr == *--output* && ! -e hello.tar.gz ]]
  mkdir sub
  run -64 fardel build -o sub .
  run -0 fardel build -o "$WORK" .
}

@test "what fardel makes itself in an installation cannot be brought along" {
  mkdir "$WORK/src/hello/upstream"
  run --separate-stderr -1 fardel build -o "$WORK" "$WORK/src/hello"
  [[ $stderr == *upstream* && $stderr == *'mend the folder'* ]]
  [[ ! -e $WORK/hello.tar.gz ]]
}
