#!/usr/bin/env bats
# Keys and signatures of repositories: fardel's and minisign's files, each read by the other; repo key, sign and rotate.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  cd "$WORK" || return
  R=$WORK/main
}

teardown() {
  cd /
  finish
}

need_minisign() {
  type -P minisign >/dev/null || skip "minisign is not here"
}

# key NAME…: without passwords.
key() {
  local name
  for name; do fardel -qq repo key --no-password -o "$name" >/dev/null; done
}

line() { sed -n 2p "$1.pub"; }
id() { sed -n '1s/.* //p' "$1.pub"; }

# An empty repository by hand, as the documentation of the format has it, signed by minisign: by the key `a`; index keys, threshold.
repository() {
  local now zero keys
  now=$(date +%s)
  zero=$(head -c 32 /dev/zero | sha256sum | cut -d ' ' -f 1)
  keys=$(for name in ${1:-a}; do printf '"%s",' "$(line "$name")"; done)
  mkdir -p "$R/index/root" "$R/index/signature"
  printf '{"schema": 1, "type": "root", "name": "main", "version": 1, "time": %d, "expires": %d, "root": {"threshold": 1, "keys": ["%s"]}, "index": {"threshold": %d, "keys": [%s]}}' \
    "$now" $((now + 86400)) "$(line a)" "${2:-1}" "${keys%,}" >"$R/index/root/1.json"
  minisign -S -s a.key -m "$R/index/root/1.json" >/dev/null
  printf '{"schema": 1, "type": "head", "name": "main", "revision": 7, "time": %d, "expires": %d, "root": 1, "packages": 0, "tree": {"leaves": 1, "nodes": ["%s"]}}' \
    "$now" $((now + 86400)) "$zero" >"$R/repository.json"
  minisign -S -s a.key -m "$R/repository.json" -x "$(signature)" >/dev/null
}

signature() { echo "$R/index/signature/$(sha256sum <"${1:-$R/repository.json}" | cut -d ' ' -f 1).minisig"; }

# signed_by NAME [FILE]: minisign finds its signature, the first in the file, to hold.
signed_by() { minisign -Vm "${2:-$R/repository.json}" -x "$(signature "${2:-$R/repository.json}")" -P "$(line "$1")"; }

head_says() { jq -e "$1" "$R/repository.json"; }

@test "repo key: two files that minisign signs and verifies with; neither is ever written over" {
  need_minisign
  run --separate-stderr -0 fardel repo key --no-password -o a --plain
  [[ $output == $'a.key\ta.pub\t'"$(line a)"$'\t'"$(id a)" && $stderr == *"repo add NAME URL --key $(line a)"* ]]
  [[ $(stat -c %a a.key) == 600 && $(wc -l <a.key) == 2 && $(wc -l <a.pub) == 2 ]]
  echo text >f
  minisign -S -s a.key -m f
  minisign -V -p a.pub -m f
  minisign -R -s a.key -p again.pub
  [[ $(line again) == $(line a) ]]
  run -1 fardel repo key --no-password -o a
  [[ $output == *'a.key is there already'* ]]
  mv a.key b.key
  run -1 fardel repo key --no-password -o a
  [[ $output == *'a.pub is there already'* && ! -e a.key ]]
  run -0 fardel repo key --no-password
  [[ -e repository.key && $(line repository) != $(line a) ]]
  run -1 fardel repo key --no-password -o nowhere/a
  [[ $output == *nowhere* ]]
}

@test "repo key: with a password: at a terminal, typed twice and not shown; else by a file; else 12" {
  need_minisign
  run --separate-stderr -12 fardel repo key -o a </dev/null
  [[ $stderr == *'--password-file FILE'* && ! -e a.key ]]
  run -64 fardel repo key --no-password --password-file x
  run -1 "$LIB/at-terminal" $'Password for a.key: =>one\nOnce more, for a.key: =>two' fardel repo key -o a
  [[ $output == *'not the same'* && ! -e a.key ]]
  run -1 "$LIB/at-terminal" $'Password for a.key: =>\nOnce more, for a.key: =>' fardel repo key -o a
  [[ $output == *'an empty password is none'* && ! -e a.key ]]
  run -0 "$LIB/at-terminal" $'Password for a.key: =>very secret\nOnce more, for a.key: =>very secret' fardel repo key -o a
  [[ $output != *'very secret'* ]]
  echo text >f
  minisign -S -s a.key -m f <<<'very secret'
  minisign -V -p a.pub -m f
  run ! minisign -S -s a.key -m f <<<'very Secret'
}

@test "repo key: interrupted while it asks, it leaves a terminal that shows what is typed" {
  # shellcheck disable=SC2016
  run -0 "$LIB/at-terminal" $'Password for a.key: =>\x03' env --default-signal=INT bash -c 'trap : INT; fardel repo key -o a; echo "ended with $?"; stty -a'
  [[ $output == *'ended with 130'* && $output == *' echo '* && ! -e a.key ]]
}

@test "repo sign: keys of minisign's, with a password and without" {
  need_minisign
  minisign -G -W -p a.pub -s a.key
  repository
  run -0 fardel repo sign "$R" --key a.key
  head_says '.revision == 8'
  signed_by a
  # The same key, now with a password.
  rm a.key
  minisign -G -f -p b.pub -s b.key <<<$'secret\nsecret'
  run -0 fardel repo key --no-password -o a2
  mv a2.key a.key && mv a2.pub a.pub
  repository 'a b'
  echo secret >password
  run -0 fardel repo sign "$R" --add --key b.key --password-file password
  echo Secret >password
  run -1 fardel repo sign "$R" --key b.key --password-file password
  [[ $output == *'b.key: this is not its password'* ]]
  head_says '.revision == 7'
  run -0 "$LIB/at-terminal" 'Password of b.key: =>secret' fardel repo sign "$R" --key b.key
  head_says '.revision == 8'
  signed_by b
  run --separate-stderr -12 fardel repo sign "$R" --key b.key </dev/null
  [[ $stderr == *'b.key: its password is needed'* ]]
}

@test "repo sign: a new revision of the same tree, which lives as long as is said" {
  need_minisign
  key a
  repository
  before=$(jq -c .tree "$R/repository.json")
  run --separate-stderr -0 fardel repo sign "$R" --key a.key --json
  jq -e '.signed[0] | .name == "main" and .revision == 8 and .wanting == 0' <<<"$output"
  head_says '.revision == 8 and .expires - .time == 30 * 86400 and .root == 1'
  [[ $(jq -c .tree "$R/repository.json") == "$before" ]]
  run -0 fardel repo sign "$R" --key a.key --expires 7
  head_says '.revision == 9 and .expires - .time == 7 * 86400'
  signed_by a | grep -F 'Trusted comment: main revision 9'
  # What is there of earlier ones stays for who reads at this moment.
  (($(find "$R/index/signature" -name '*.minisig' | wc -l) == 3))
  [[ -z $(find "$R" -name '.*') ]]
  run -64 fardel repo sign "$R"
  run -64 fardel repo sign "$R" --key a.key --expires 0
  run -64 fardel repo sign "$R" --key a.key --dry-run
}

@test "repo sign: what none of the keys has signed is not signed anew" {
  need_minisign
  key a b
  repository 'a b'
  sed 's/"packages": 0/"packages": 9/' -i "$R/repository.json"
  run -5 fardel repo sign "$R" --key a.key
  [[ $output == *'signed by none of these keys'* ]]
  minisign -S -s b.key -m "$R/repository.json" -x "$(signature)"
  run -5 fardel repo sign "$R" --key a.key
  run -0 fardel repo sign "$R" --key b.key
  head_says '.revision == 8'
  key stranger
  run -1 fardel repo sign "$R" --add --key stranger.key
  [[ $output == *"none of root 1's index keys"* ]]
  run -1 fardel repo sign "$WORK" --key a.key
  [[ $output == *'no repository in it'* ]]
}

@test "repo sign: where two have to sign, the head waits until they have" {
  need_minisign
  key a b
  repository 'a b' 2
  run --separate-stderr -0 fardel repo sign "$R" --key a.key --plain
  [[ $output == main*$'\t'1$'\t'"$(id a)"$'\t'"$(id b)" ]]
  [[ $stderr == *"waits for 1 more"*"of the index keys 1 of 2 have signed: $(id a); those that may still: $(id b)" ]]
  head_says '.revision == 7'
  run --separate-stderr -0 fardel repo sign "$R" --add --key a.key --json
  jq -e --arg a "$(id a)" --arg b "$(id b)" '.signed[0] | .wanting == 1 and .signed_by == [$a] and .not_signed_by == [$b]' <<<"$output"
  run --separate-stderr -0 fardel repo sign "$R" --add --key b.key
  [[ $output == *$'\t'"$(id a) $(id b)"$'\t' && $stderr == '' && ! -e $R/repository.json.waiting ]]
  head_says '.revision == 8'
  (($(wc -l <"$(signature)") == 8))
  # Both at once.
  run -0 fardel repo sign "$R" --key a.key --key b.key
  head_says '.revision == 9'
  # A second head is another revision than the one that waits.
  run -0 fardel repo sign "$R" --key a.key
  run --separate-stderr -0 fardel repo sign "$R" --key b.key --json
  jq -e '.signed[0].revision == 11' <<<"$output"
  run --separate-stderr -0 fardel repo build "$R" --key a.key
  [[ $stderr == *'It waits for more signatures: fardel repo sign --add'*"of the index keys 1 of 2 have signed: $(id a); those that may still: $(id b)" ]]
}

@test "repo sign: a key's file that others may write to, or read without a password, is refused" {
  need_minisign
  key a
  repository
  chmod 644 a.key
  run -1 fardel repo sign "$R" --key a.key
  [[ $output == *'a.key: others can read it, and it has no password'* ]]
  chmod 620 a.key
  run -1 fardel repo sign "$R" --key a.key
  [[ $output == *a.key* ]]
  chmod 600 a.key
  run -1 fardel repo sign "$R" --key a.pub
  [[ $output == *'a.pub: it is no secret key of minisign'* ]]
  run -1 fardel repo sign "$R" --key nowhere.key
  [[ $output == *nowhere.key* ]]
  head_says '.revision == 7'
}

@test "repo rotate: another index key: old and new sign the next root, and the new one the head" {
  need_minisign
  key a b
  repository
  run --separate-stderr -0 fardel repo rotate "$R" --key a.key --key b.key --index-key b.pub --json
  jq -e '.rotated[0] | .root == 2 and .revision == 8 and .index_keys == "1 of 1"' <<<"$output"
  jq -e --arg a "$(line a)" --arg b "$(line b)" \
    '.version == 2 and .root.keys == [$a] and .index.keys == [$b] and .restart == null' "$R/index/root/2.json"
  minisign -V -m "$R/index/root/2.json" -P "$(line a)"
  head_says '.root == 2 and .revision == 8'
  signed_by b
  run -1 fardel repo sign "$R" --key a.key
  run -0 fardel repo sign "$R" --key b.key
  # A third key for roots, given by its line.
  key c
  run -1 fardel repo rotate "$R" --key c.key --signed-by a.pub --root-key "$(line c)"
  [[ $output == *'root 3: it wants the signatures of 1 more of its keys'* && ! -e $R/index/root/3.json.waiting ]]
  run -0 fardel repo rotate "$R" --key a.key --key b.key --key c.key --root-key "$(line c)"
  jq -e --arg c "$(line c)" '.version == 3 and .root.keys == [$c]' "$R/index/root/3.json"
  run -1 fardel repo rotate "$R" --key a.key --key b.key
  run -0 fardel repo rotate "$R" --key c.key --key b.key --expires 10
  jq -e '.version == 4 and .expires - .time == 864000' "$R/index/root/4.json"
  head_says '.root == 4'
}

@test "repo rotate: thresholds, and revisions that count anew" {
  need_minisign
  key a b
  repository
  run -64 fardel repo rotate "$R" --key a.key --threshold 2
  [[ $output == *'a threshold of 2, and 1 keys'* && ! -e $R/index/root/2.json ]]
  run -0 fardel repo rotate "$R" --key a.key --key b.key --index-key a.pub --index-key b.pub --threshold 2 --restart
  jq -e '.restart == 8 and .index.threshold == 2' "$R/index/root/2.json"
  head_says '.revision == 8 and .root == 2'
  # Said once.
  run -0 fardel repo rotate "$R" --key a.key --index-key a.pub
  jq -e '.restart == null and .index.threshold == 1' "$R/index/root/3.json"
}

@test "repo rotate: a head that waited for the root before is not published" {
  need_minisign
  key a b
  repository 'a b' 2
  minisign -S -s b.key -m "$R/repository.json" -x "$WORK/second" >/dev/null
  cat "$WORK/second" >>"$(signature)"
  run -0 fardel repo sign "$R" --key a.key
  run -0 fardel repo rotate "$R" --key a.key --index-key b.pub --key b.key
  [[ ! -e $R/repository.json.waiting ]]
  head_says '.revision == 9 and .root == 2'
  # As a rotation leaves it that was killed before its head.
  sed 's/"root": 2/"root": 1/; s/: 9,/: 10,/' "$R/repository.json" >"$R/repository.json.waiting"
  run -1 fardel repo sign "$R" --add --key b.key
  [[ $output == *'the head was made under root 1, and the newest is 2'* ]]
  head_says '.revision == 9'
  run -0 fardel repo sign "$R" --key b.key
  head_says '.revision == 11'
  [[ ! -e $R/repository.json.waiting ]]
}

@test "repo rotate: a root or a head that none of the keys has signed is not built upon" {
  need_minisign
  key a b evil
  repository
  # The index key is lost: the new one vouches for nothing that others have signed.
  sed 's/"packages": 0/"packages": 9/' -i "$R/repository.json"
  minisign -S -s evil.key -m "$R/repository.json" -x "$(signature)"
  run --separate-stderr -0 fardel repo rotate "$R" --key a.key --key b.key --index-key b.pub
  [[ $stderr == *'not signed anew'*'fardel repo build'* ]]
  head_says '.root == 1 and .revision == 7'
  # Who can write to the folder has put a root of their own there, with our key in it.
  rm "$R/index/root/2.json"*
  sed "s|$(line a)\"\\]}}|$(line evil)\"]}}|" -i "$R/index/root/1.json"
  minisign -S -s evil.key -m "$R/index/root/1.json"
  run -5 fardel repo rotate "$R" --key a.key
  [[ $output == *'root 1 was signed by none of these keys'* && ! -e $R/index/root/2.json ]]
}

# carry FROM TO: the whole folder, as a stick or rsync brings it to another machine.
carry() { rm -rf "$2/main" && cp -a "$1/main" "$2/main"; }

@test "repo rotate and sign: two of three, each key on a machine of its own, the folder carried to and fro" {
  local head name
  for name in a b c; do
    mkdir "$name"
    key "$name/$name"
    cp "$name/$name.pub" .
  done
  mkdir -p "$ROOT/etc/fardel/repos.d" a/main
  fardel -qq repo build a/main --key a/a.key >/dev/null
  # A client, which follows what is in the folder `served`.
  mkdir served && carry a served
  fardel -qq repo add main "$PWD/served/main" --type disk --key "$(line a)"
  run --separate-stderr -0 fardel repo update --plain
  client() { fardel repo list --json | jq -r '.repositories[0].revision'; }
  [[ $(client) == 1 ]]

  # a proposes; alone that counts for nobody.
  run --separate-stderr -0 fardel repo rotate a/main --key a/a.key --root-key a.pub --root-key b.pub --root-key c.pub --root-threshold 2 \
    --index-key a.pub --index-key b.pub --index-key c.pub --threshold 2 --json
  jq -e --arg a "$(id a)" --arg b "$(id b)" --arg c "$(id c)" '.rotated[0] | .root == 2 and .wanting == 1 and .root_keys == "2 of 3" and .revision == 1 and
    .signed_by == [$a] and .not_signed_by == [$b, $c]' <<<"$output"
  [[ $stderr == *'Root 2 waits for 1 more'*'repo rotate --add a/main'* && ! -e a/main/index/root/2.json ]]
  [[ $stderr == *"of its own root keys 1 of 2 have signed: $(id a); those that may still: $(id b), $(id c)"* && $stderr != *'of before'* ]]
  run -1 fardel repo rotate a/main --key a/a.key
  [[ $output == *'root 2: one waits for signatures already'*'rotate --add'* ]]
  run --separate-stderr -0 fardel repo rotate --add a/main --key a/a.key --json
  jq -e '.rotated[0].wanting == 1' <<<"$output"
  carry a served
  run -0 fardel repo update
  [[ $(client) == 1 ]]

  # b adds: whose word it takes for the root that is there has to be said, as b has signed nothing yet.
  carry a b
  run -5 fardel repo rotate --add b/main --key b/b.key
  [[ $output == *'root 1 was signed by none of these keys'*'--signed-by'* ]]
  run -64 fardel repo rotate --add b/main --key b/b.key --threshold 1
  key stranger
  run -1 fardel repo rotate --add b/main --key stranger.key --signed-by a.pub
  [[ $output == *'none of these is a root key'* ]]
  run --separate-stderr -0 fardel repo rotate --add b/main --key b/b.key --signed-by a.pub --json
  jq -e --arg a "$(id a)" --arg b "$(id b)" '.rotated[0] | .root == 2 and .wanting == 0 and .signed_by == [$a, $b]' <<<"$output"
  [[ $stderr == *'The head was not signed anew'* && -e b/main/index/root/2.json && -z $(find b/main/index/root -name '*.waiting*') ]]
  run -1 fardel repo rotate --add b/main --key b/b.key
  [[ $output == *'no root waits for signatures'* ]]

  # The head, by a, then by c; one signature is none.
  carry b a
  run --separate-stderr -0 fardel repo sign a/main --key a/a.key --json
  jq -e '.signed[0] | .revision == 2 and .wanting == 1' <<<"$output"
  carry a served
  run -0 fardel repo update
  [[ $(client) == 1 ]]
  cp a/main/repository.json.waiting served/main/repository.json
  run -5 fardel repo update
  [[ $output == *'1 signed it'* && $(client) == 1 ]]
  carry a c
  run --separate-stderr -0 fardel repo sign --add c/main --key c/c.key --json
  jq -e '.signed[0] | .revision == 2 and .wanting == 0' <<<"$output"
  carry c served
  run -0 fardel repo update
  [[ $(client) == 2 && $(jq .root served/main/repository.json) == 2 ]]

  # The next root by b and c; both index keys sign the head in passing. Somebody's own in its place is not signed.
  carry c b
  run --separate-stderr -0 fardel repo rotate b/main --key b/b.key --index-key b.pub --index-key c.pub
  [[ $stderr == *'Root 3 waits for 1 more'*"of the root keys of before 1 of 2 have signed: $(id b); those that may still: $(id a), $(id c)"*'of its own root keys'* ]]
  carry b c
  head=$(cat c/main/index/root/3.json.waiting)
  sed "s|$(line c)|$(line stranger)|" -i c/main/index/root/3.json.waiting
  run -5 fardel repo rotate --add c/main --key c/c.key --signed-by b.pub
  [[ $output == *"none of root 2's keys has signed the one that waits"* ]]
  echo "$head" >c/main/index/root/3.json.waiting
  run --separate-stderr -0 fardel repo rotate --add c/main --key c/c.key --signed-by b.pub
  [[ -e c/main/index/root/3.json && $stderr == *'The head waits for 1 more: fardel repo sign --add'*"of the index keys 1 of 2 have signed: $(id c); those that may still: $(id b)" ]]
  carry c b
  run -0 fardel repo sign --add b/main --key b/b.key
  carry b served
  run -0 fardel repo update
  [[ $(client) == 3 ]]
  carry b a
  run -1 fardel repo sign a/main --key a/a.key
}
