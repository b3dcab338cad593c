#!/usr/bin/env bats
# install --previewed: exactly what a preview shows, or nothing; undo and history of what was committed.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  serve "$VENDOR"
  skip_unless mount userns
}

teardown() {
  finish
}

# A preview of what installing FILE would do, in WORK/preview.json.
preview() {
  fardel preview --json "$1" >"$WORK/preview.json" 2>/dev/null
}

@test "install --previewed: what the preview shows is what is done" {
  file=$(make_installer hello 1)
  preview "$file"
  run --separate-stderr -0 fardel install --previewed "$WORK/preview.json" "$file"
  [[ $stderr == *'hello 1 installed: 3 changes in '*'Take it back with: fardel undo 1' ]]
  run -0 fardel history show 1 --json
  diff <(jq -S '.previews[0].changes' "$WORK/preview.json") <(jq -S '.commits[0].changes' <<<"$output")
}

@test "install --previewed: what has become something else is not done, and said" {
  file=$(make_installer hello 1)
  preview "$file"
  echo "version = 1" >"$ROOT/etc/hello.conf"
  before=$(manifest)
  run --separate-stderr -11 fardel install --previewed "$WORK/preview.json" "$file"
  [[ $stderr == *'something else than the preview shows'*'/etc/hello.conf would not be changed now'*'Nothing has been changed.'* ]]
  diff <(printf '%s\n' "$before") <(manifest)
  # Another path, and another version.
  rm "$ROOT/etc/hello.conf"
  jq '.previews[0].changes.changes |= map(select(.path != "/usr/bin/hello"))' "$WORK/preview.json" >"$WORK/less.json"
  run --separate-stderr -11 fardel install --previewed "$WORK/less.json" "$file"
  [[ $stderr == *'/usr/bin/hello is not in the preview'* ]]
  run --separate-stderr -64 fardel install --previewed "$WORK/preview.json" "$(make_installer hello 2)"
  [[ $stderr == *'shows no preview of hello'* ]]
  diff <(printf '%s\n' "$before" | grep -v hello.conf) <(manifest)
}

@test "install --previewed: a file that is no preview" {
  file=$(make_installer hello 1)
  for text in '' '{' '[]' '{"previews": 1}' '{"previews": [{"name": "hello"}]}'; do
    printf '%s' "$text" >"$WORK/bad.json"
    run --separate-stderr -64 fardel install --previewed "$WORK/bad.json" "$file"
    [[ $stderr == *bad.json* ]]
  done
  run --separate-stderr -1 fardel install --previewed "$WORK/none.json" "$file"
  [[ $stderr == *'none.json'* ]]
  [[ -z $(fardel list) ]]
}

@test "install --previewed with effects: other ones than shown stop it" {
  file=$(make_installer hello 1)
  preview "$file"
  jq '.previews[0].effects = [{"phase": "configure", "words": ["systemctl", "restart", "a.service"], "carried_out": true}]' \
    "$WORK/preview.json" >"$WORK/more.json"
  run --separate-stderr -11 fardel install --previewed "$WORK/more.json" "$file"
  [[ $stderr == *'it asks something else of the running system'* ]]
}

@test "history tells how much was changed, what was taken back, and (to root) each change" {
  fardel install "$(make_installer hello 1)"
  run -0 fardel history
  [[ $output == 1$'\t'*$'\tinstall hello\t3 changes\t'* ]]
  fardel undo 1
  run -0 fardel history
  [[ ${lines[1]} == 1$'\t'*$'\t3 changes, taken back by 2\t'* ]]
  run -0 fardel history show 1
  [[ $output == *created*/usr/bin/hello* && $output == *'3 changes, taken back by 2'* ]]
  run -0 fardel history show 2 --json
  jq -e '.commits[0].changes.changes | map(.kind) | unique == ["deleted"]' <<<"$output"
}

@test "undo --dry-run says what it would do; undo without a number is a mistake" {
  fardel install "$(make_installer hello 1)"
  before=$(manifest)
  run --separate-stderr -0 fardel undo --dry-run 1
  [[ $output == *hello*undo* ]]
  diff <(printf '%s\n' "$before") <(manifest)
  run -64 fardel undo
  run -64 fardel undo -- -1
  run --separate-stderr -3 fardel undo 7
  [[ $stderr == *'nothing of a transaction 7 can be taken back'* ]]
}
