#!/usr/bin/env bats
# README.md: its example, as it stands; what make install puts where; what the system's log is told.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
}

teardown() {
  finish
}

# The commands between ```sh and ```.
# shellcheck disable=SC2016
example() {
  sed -n '/^```sh$/,/^```$/p' "$LIB/../../README.md" | grep -v '^```'
}

@test "the README's example can be typed as it stands" {
  skip_unless mount userns
  make_pack_deb hello 1
  mkdir -p "$WORK/typed" "$WORK/bin"
  cp "$VENDOR/hello-1.deb" "$WORK/typed/hello_2.10-3_amd64.deb"
  ln -s "$(type -P fardel)" "$WORK/bin/fardel"
  printf '#!/bin/sh\nexec "$@"\n' >"$WORK/bin/sudo"
  chmod 755 "$WORK/bin/sudo"
  example >"$WORK/typed/example.sh"
  cd "$WORK/typed"
  run --separate-stderr -0 env PATH="$WORK/bin:$PATH" bash -eu example.sh
  [[ $output == *"Legend: Vendor's hello"* && $output == *installed* ]]
  [[ $stderr == *'hello: removed'* && ! -e /usr/local/bin/vendor-hello ]]
}

@test "make install, from where it runs, and make uninstall" {
  build=$FARDEL_BUILD
  # What was built is installed, not built anew: it may be another user's.
  make -s -o all -C "$LIB/../.." BUILD="$build" DESTDIR="$WORK/dest" install
  [[ $("$WORK/dest/usr/bin/fardel" --version) == 'fardel '* ]]
  [[ -x $WORK/dest/usr/libexec/fardel/fardel-fetch ]]
  for file in man/man8/fardel-install.8 man/man5/fardel.toml.5 man/man7/fardel-rules.7 bash-completion/completions/fardel \
    zsh/vendor-completions/_fardel fish/vendor_completions.d/fardel.fish; do
    [[ -s $WORK/dest/usr/share/$file ]] || { echo "without $file"; false; }
  done
  make -s -o all -C "$LIB/../.." BUILD="$build" DESTDIR="$WORK/local" PREFIX=/usr/local install
  [[ -s $WORK/local/usr/local/share/zsh/site-functions/_fardel && ! -e $WORK/local/usr/share ]]
  make -s -C "$LIB/../.." BUILD="$build" DESTDIR="$WORK/dest" uninstall
  [[ -z $(find "$WORK/dest" ! -type d) ]]
}

@test "the system's log is told what was done" {
  skip_unless mount
  serve "$VENDOR"
  file=$(make_installer hello 1 sum=)
  listen "$WORK/log" "by plain http" >"$WORK/heard" &
  listener=$!
  for _ in {1..100}; do [[ -S $WORK/log ]] && break; sleep 0.05; done
  with_log "$WORK/log" "$FARDEL_BIN" install "$file"
  wait "$listener"
  grep -q 'fardel\[[0-9]*\]: hello: ' "$WORK/heard"
}
