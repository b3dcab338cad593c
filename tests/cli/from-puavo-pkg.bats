#!/usr/bin/env bats
# docs/from-puavo-pkg.md: its example, as it stands, and the links it names.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  GUIDE=$LIB/../../docs/from-puavo-pkg.md
}

teardown() {
  finish
}

@test "the example of the guide from puavo-pkg can be typed as it stands" {
  skip_unless mount userns
  [[ ! -e /usr/sbin/puavo-pkg ]] || skip "this machine has a puavo-pkg"
  mkdir -p "$WORK/typed" "$WORK/bin"
  ln -s "$(type -P fardel)" "$WORK/bin/fardel"
  ln -s "$FARDEL_BIN" "$WORK/bin/puavo-pkg"
  if [[ $FARDEL_TEST_MODE == userns ]]; then
    mkdir -p /etc/fardel
    printf '[rules]\nread = ["/.host"]\n' >/etc/fardel/fardel.toml
  fi
  printf '#!/bin/sh\nexec "$@"\n' >"$WORK/bin/sudo"
  chmod 755 "$WORK/bin/sudo"
  # shellcheck disable=SC2016
  sed -n '/^```sh$/,/^```$/p' "$GUIDE" | grep -v '^```' >"$WORK/typed/example.sh"
  cd "$WORK/typed"
  run --separate-stderr env PATH="$WORK/bin:$PATH" bash -eu example.sh
  echo "$output$stderr"
  ((status == 0))
  id=$(tar -xzOf demo/hello.tar.gz hello/.puavo-pkg-version | awk '$1 == "package-id" { print $2 }')
  [[ $output == *"
configured
hello from the vendor
hello    $id
Name: hello
Id: $id
Version: "* ]]
  [[ $output == *"
Directory: /var/lib/puavo-pkg/packages/hello/$id
Legend: Hello, the demo
Description:
/var/lib/puavo-pkg/packages/hello/$id
"* ]]
  # By both names; and gone when it was taken back.
  [[ $output == *'/usr/local/bin/hello-demo'* ]]
  (($(grep -c '^configured$' <<<"$output") == 3))
  [[ ! -e /usr/local/bin/hello-demo && -z $(PATH=$WORK/bin:$PATH puavo-pkg list) ]]
}

@test "what the guide from puavo-pkg leads to is there" {
  while read -r link; do
    [[ -e $(dirname -- "$GUIDE")/$link ]] || { echo "$link"; false; }
  done < <(grep -o '](\([^)]*\))' "$GUIDE" | tr -d '()]')
}
