#!/usr/bin/env bats
# What several packages have alike: it is of all of them, and goes with the last.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  skip_unless mount userns
  fresh
  rm -rf -- "$ROOT"/opt/{tool,other} "$ROOT"/etc/{tool*,._cfg*} "$ROOT"/etc/luet
}

teardown() {
  finish
}

# one NAME [VERSION] [KEY…]: with a file that all of them have.
one() {
  make_luet "app-x/$1" "${2:-1.0}" dir:opt/tool file:opt/tool/both=both link:opt/tool/link=both "file:opt/tool/$1=$1" "${@:3}"
}

@test "a file, a link, a folder that two packages have: whoever goes first, they stay the other's, and go with that" {
  before=$(manifest)
  for first in a b; do
    second=$([[ $first == a ]] && echo b || echo a)
    fardel install "$(one a)"
    fardel install "$(one b)"
    run -0 fardel owns /opt/tool/both
    [[ $output == *app-x/a* && $output == *app-x/b* ]]
    fardel verify
    run --separate-stderr -0 fardel remove "app-x/$first"
    [[ $stderr == *'removed, 0 left behind'* ]]
    [[ $(cat "$ROOT/opt/tool/link") == both && ! -e $ROOT/opt/tool/$first && -e $ROOT/opt/tool/$second ]]
    fardel verify
    run --separate-stderr -0 fardel remove --purge "app-x/$second"
    [[ $stderr == *'removed, 0 left behind'* && $(manifest) == "$before" ]]
  done
}

@test "what was there before both of them comes back with the last" {
  mkdir -p "$ROOT/opt/tool"
  echo mine >"$ROOT/opt/tool/both"
  before=$(manifest)
  fardel install --yes "$(one a)"
  fardel install "$(one b)"
  fardel remove app-x/a
  [[ $(cat "$ROOT/opt/tool/both") == both ]]
  fardel remove --purge app-x/b
  [[ $(manifest) == "$before" && $(cat "$ROOT/opt/tool/both") == mine ]]
}

@test "an upgrade that has it no longer gives it up, one that has another is a conflict" {
  fardel install "$(one a)"
  fardel install "$(one b)"
  fardel install "$(make_luet app-x/a 2.0 file:opt/tool/a=two)"
  [[ $(cat "$ROOT/opt/tool/both") == both && $(cat "$ROOT/opt/tool/a") == two ]]
  fardel verify
  run -0 fardel files app-x/a
  [[ $output != *'/opt/tool/both'* ]]
  run --separate-stderr -11 fardel install "$(make_luet app-x/a 3.0 file:opt/tool/both=three)"
  [[ $stderr == *'/opt/tool/both'* && $stderr == *'app-x/b'* && $(cat "$ROOT/opt/tool/both") == both ]]
  fardel remove app-x/b
  [[ ! -e $ROOT/opt/tool/both && -e $ROOT/opt/tool/a ]]
}

@test "installed again, and mended, it stays of both" {
  fardel install "$(one a)"
  fardel install "$(one b)"
  fardel reconfigure app-x/a
  fardel install "$(one a 1.1)"
  rm "$ROOT/opt/tool/both"
  fardel verify --repair app-x/b
  fardel verify
  fardel remove app-x/b
  [[ $(cat "$ROOT/opt/tool/both") == both ]]
  fardel remove app-x/a
  [[ ! -e $ROOT/opt/tool ]]
}

@test "in a protected folder: an equal file, with the mode that the admin gave it" {
  mkdir -p "$ROOT/etc/fardel/conf.d"
  printf '[luet]\nconfig_protect = ["/etc"]\n' >"$ROOT/etc/fardel/conf.d/luet.toml"
  fardel install "$(make_luet app-x/a 1.0 file:etc/tool.conf=x)"
  chmod 600 "$ROOT/etc/tool.conf"
  fardel install "$(make_luet app-x/b 1.0 file:etc/tool.conf=x)"
  [[ $(stat -c %a "$ROOT/etc/tool.conf") == 600 && ! -e $ROOT/etc/._cfg0001_tool.conf ]]
  fardel remove app-x/a
  [[ $(cat "$ROOT/etc/tool.conf") == x ]]
  fardel remove app-x/b
}

@test "an undo that would take it from the other is refused; in their order they can be taken back" {
  before=$(manifest)
  fardel install "$(one a)"
  fardel install "$(one b)"
  run --separate-stderr -11 fardel undo 1
  [[ $stderr == *'overlaps with the later 2: /opt/tool/both'* ]]
  fardel remove app-x/a
  run --separate-stderr -11 fardel undo 2
  [[ $stderr == *'overlaps with the later 3: /opt/tool/both'* ]]
  fardel undo 3
  fardel undo 2
  [[ $(cat "$ROOT/opt/tool/both") == both ]]
  fardel undo 1
  [[ $(manifest) == "$before" ]]
}

# What is at the path, as seen by somebody who looks all the time while a command runs, and once more when it has ended (on a busy
# machine the one who looks may have no turn between what the command does last and that): each content once.
watching() {
  local path=$1 pid
  shift
  python3 -c '
import sys, os
seen = []
ended = False
while not ended:
    ended = os.path.exists(sys.argv[2])
    try:
        with open(sys.argv[1]) as f: text = f.read()
    except FileNotFoundError:
        text = "gone"
    if not seen: open(sys.argv[3], "w").close()
    if not seen or seen[-1] != text: seen.append(text)
print(*seen)' "$path" "$WORK/done" "$WORK/ready" >"$WORK/seen" &
  pid=$!
  for ((i = 0; i < 300; i++)); do
    if [[ -e $WORK/ready ]]; then break; fi
    sleep 0.1
  done
  "$@"
  touch "$WORK/done"
  wait "$pid"
  echo "seen: $(cat "$WORK/seen")" >&2
  rm "$WORK/done" "$WORK/ready"
}

@test "a file that moves from one package to another in one upgrade, in either order: it is there at any moment" {
  before=$(manifest)
  for order in 'a b' 'b a'; do
    read -r from to <<<"$order"
    fardel install "$(make_luet "app-x/$from" 1.0 file:opt/tool/moves=old "file:opt/tool/$from=1")" "$(make_luet "app-x/$to" 1.0 "file:opt/tool/$to=1")"
    files=("$(make_luet app-x/a 2.0 "$([[ $from == a ]] && echo file:opt/tool/a=2 || echo file:opt/tool/moves=new)")"
      "$(make_luet app-x/b 2.0 "$([[ $from == b ]] && echo file:opt/tool/b=2 || echo file:opt/tool/moves=new)")")
    run --separate-stderr -8 fardel preview --check "${files[@]}"
    [[ $stderr != *warning* ]]
    watching "$ROOT/opt/tool/moves" fardel install "${files[@]}"
    [[ $(cat "$WORK/seen") == 'old new' && $(cat "$ROOT/opt/tool/$from") == 2 && ! -e $ROOT/opt/tool/$to ]]
    fardel verify
    run -0 fardel owns /opt/tool/moves
    [[ $output == *"app-x/$to"* && $output != *"app-x/$from"* ]]
    transaction=$(fardel history --plain | head -n 1 | cut -f 1)
    fardel undo "$transaction"
    [[ $(cat "$ROOT/opt/tool/moves") == old && $(cat "$ROOT/opt/tool/$from") == 1 && $(cat "$ROOT/opt/tool/$to") == 1 ]]
    fardel verify
    fardel undo $((transaction + 1))
    [[ $(cat "$ROOT/opt/tool/moves") == new ]]
    # It goes with who has it now, and not back to what it was before.
    fardel remove --purge "app-x/$to"
    [[ ! -e $ROOT/opt/tool/moves ]]
    fardel remove --purge "app-x/$from"
    [[ $(manifest) == "$before" ]]
  done
}

@test "a file of config protect that moves: replaced where nobody has edited it, else it stays" {
  mkdir -p "$ROOT/etc/fardel/conf.d"
  printf '[luet]\nconfig_protect = ["/etc"]\n' >"$ROOT/etc/fardel/conf.d/luet.toml"
  for order in 'a b' 'b a'; do
    read -r from to <<<"$order"
    files=()
    for name in a b; do
      key=$([[ $name == "$from" ]] && echo file:opt/tool/x=x || echo file:etc/tool.conf=new)
      files+=("$(make_luet "app-x/$name" 2.0 "$key")")
    done
    fardel install "$(make_luet "app-x/$from" 1.0 file:etc/tool.conf=old)" "$(make_luet "app-x/$to" 1.0 file:opt/tool/y=y)"
    watching "$ROOT/etc/tool.conf" fardel install "${files[@]}"
    [[ $(cat "$WORK/seen") == 'old new' && ! -e $ROOT/etc/._cfg0001_tool.conf ]]
    fardel verify
    fardel remove app-x/a app-x/b
    fardel install "$(make_luet "app-x/$from" 1.0 file:etc/tool.conf=old)" "$(make_luet "app-x/$to" 1.0 file:opt/tool/y=y)"
    echo mine >"$ROOT/etc/tool.conf"
    watching "$ROOT/etc/tool.conf" fardel install "${files[@]}"
    [[ $(cat "$WORK/seen") == 'old mine' || $(cat "$WORK/seen") == mine ]]
    [[ $(cat "$ROOT/etc/._cfg0001_tool.conf") == new ]]
    fardel remove app-x/a app-x/b
    rm "$ROOT/etc/tool.conf"
  done
}

@test "where who is to get it fails, it stays with who had it: until that one comes, or its own next turn" {
  fardel install "$(make_luet app-x/a 1.0 file:opt/tool/moves=old file:opt/tool/a=1)" "$(make_luet app-x/b 1.0 file:opt/tool/b=1)"
  a=$(make_luet app-x/a 2.0 file:opt/tool/a=2 install=true)
  run -6 fardel install "$a" "$(make_luet app-x/b 2.0 file:opt/tool/moves=new install=false)"
  [[ $(cat "$ROOT/opt/tool/moves") == old && $(cat "$ROOT/opt/tool/a") == 2 && $(cat "$ROOT/opt/tool/b") == 1 ]]
  fardel verify
  fardel install "$(make_luet app-x/b 2.1 file:opt/tool/moves=new)"
  [[ $(cat "$ROOT/opt/tool/moves") == new ]]
  run -0 fardel owns /opt/tool/moves
  [[ $output == *app-x/b* && $output != *app-x/a* ]]
  fardel verify
  fardel undo 3
  [[ $(cat "$ROOT/opt/tool/moves") == old ]]
  fardel verify
  fardel install "$a"
  [[ ! -e $ROOT/opt/tool/moves ]]
  fardel verify
}

@test "the same bytes in who has it next: it is that one's alone then, goes with it, and is the first one's again after undo" {
  before=$(manifest)
  for order in 'a b' 'b a'; do
    read -r from to <<<"$order"
    old=("$(make_luet "app-x/$from" 1.0 file:opt/tool/moves=same "file:opt/tool/$from=1")" "$(make_luet "app-x/$to" 1.0 "file:opt/tool/$to=1")")
    new=("$(make_luet "app-x/$from" 2.0 "file:opt/tool/$from=2")" "$(make_luet "app-x/$to" 2.0 file:opt/tool/moves=same)")
    fardel install "${old[@]}"
    fardel install "${new[@]}"
    transaction=$(fardel history --plain | head -n 1 | cut -f 1)
    fardel undo "$transaction"
    run -0 fardel owns /opt/tool/moves
    [[ $output == *"app-x/$from"* && $output != *"app-x/$to"* && $(cat "$ROOT/opt/tool/moves") == same ]]
    fardel verify
    fardel undo $((transaction + 1))
    run -0 fardel owns /opt/tool/moves
    [[ $output == *"app-x/$to"* && $output != *"app-x/$from"* ]]
    run --separate-stderr -0 fardel remove --purge "app-x/$to"
    [[ $stderr == *'removed, 0 left behind'* && ! -e $ROOT/opt/tool/moves ]]
    fardel verify
    fardel remove --purge "app-x/$from"
    [[ $(manifest) == "$before" ]]
  done
}

@test "a file that is kept for one that failed: whoever makes it so has it, with its last one it goes, undo gives it back" {
  for how in same other; do
    bytes=$([[ $how == same ]] && echo old || echo new)
    fardel install "$(make_luet app-x/a 1.0 file:opt/tool/moves=old)" "$(make_luet app-x/b 1.0 file:opt/tool/b=1)"
    run -6 fardel install "$(make_luet app-x/a 2.0 file:opt/tool/a=2 install=true)" "$(make_luet app-x/b 2.0 file:opt/tool/moves=new install=false)"
    [[ $(fardel owns --plain /opt/tool/moves) == *app-x/a* ]]
    fardel install "$(make_luet app-x/c 1.0 "file:opt/tool/moves=$bytes")"
    [[ $(fardel owns --plain /opt/tool/moves) == *app-x/c* && $(fardel owns --plain /opt/tool/moves) != *app-x/a* ]]
    transaction=$(fardel history --plain | head -n 1 | cut -f 1)
    fardel undo "$transaction"
    [[ $(fardel owns --plain /opt/tool/moves) == *app-x/a* && $(cat "$ROOT/opt/tool/moves") == old ]]
    fardel verify
    fardel undo $((transaction + 1))
    [[ $(fardel owns --plain /opt/tool/moves) == *app-x/c* && $(fardel owns --plain /opt/tool/moves) != *app-x/a* ]]
    fardel install "$(make_luet app-x/d 1.0 "file:opt/tool/moves=$bytes")"
    fardel remove app-x/c
    [[ $(cat "$ROOT/opt/tool/moves") == "$bytes" ]]
    fardel verify
    fardel remove app-x/d
    [[ ! -e $ROOT/opt/tool/moves ]]
    fardel verify
    fardel remove --all --purge
    [[ ! -e $ROOT/opt/tool ]]
  done
}

@test "a file that two have alike, and both have otherwise in the new version: upgraded together; one alone is a conflict" {
  before=$(manifest)
  fardel install "$(one a)" "$(one b)" "$(one c)"
  files=()
  for name in a b c; do files+=("$(one "$name" 2.0 file:opt/tool/both=new mode:opt/tool/both=755)"); done
  run --separate-stderr -11 fardel install "${files[@]:0:2}"
  [[ $stderr == *'/opt/tool/both: of app-x/'* && $(cat "$ROOT/opt/tool/both") == both ]]
  run -11 fardel install "${files[@]:0:2}" "$(one c 1.9 file:opt/tool/both=new mode:opt/tool/both=700)"
  run --separate-stderr -8 fardel preview --check "${files[@]}"
  [[ $stderr != *warning* ]]
  watching "$ROOT/opt/tool/both" fardel install "${files[@]}"
  [[ $(cat "$WORK/seen") == 'both new' && $(fardel owns --plain /opt/tool/both | grep -c app-x/) == 3 ]]
  fardel verify
  transaction=$(fardel history --plain | head -n 1 | cut -f 1)
  fardel undo "$transaction"
  [[ $(cat "$ROOT/opt/tool/both") == both ]]
  fardel verify
  fardel undo $((transaction + 1))
  fardel verify
  fardel remove app-x/b
  fardel remove app-x/a
  [[ $(cat "$ROOT/opt/tool/both") == new ]]
  fardel verify
  fardel remove --purge --all
  [[ $(manifest) == "$before" ]]
}

@test "the same where the second one fails: it has its own again when the first one goes, and comes later" {
  for way in remove again; do
    fardel install "$(one a)" "$(one b)"
    run -6 fardel install "$(one a 2.0 file:opt/tool/both=new)" "$(one b 2.0 file:opt/tool/both=new install=false)"
    [[ $(cat "$ROOT/opt/tool/both") == new ]]
    fardel verify
    if [[ $way == again ]]; then
      fardel install "$(one b 2.1 file:opt/tool/both=new)"
      fardel remove app-x/a
      [[ $(cat "$ROOT/opt/tool/both") == new ]]
    else
      fardel remove app-x/a
      [[ $(cat "$ROOT/opt/tool/both") == both ]]
    fi
    fardel verify
    fardel remove --purge app-x/b
    [[ ! -e $ROOT/opt/tool ]]
    fardel remove --all
  done
}

# moving: app-x/f, whose turn comes first, gets what app-x/g has; that one's new version fails.
moving() {
  fardel install "$(make_luet app-x/g 1.0 file:opt/tool/moves=old)"
  run -6 fardel install "$(make_luet app-x/f 1.0 file:opt/tool/moves=new)" "$(make_luet app-x/g 2.0 file:opt/tool/g=2 install=false)"
  [[ $(cat "$ROOT/opt/tool/moves") == new && ! -e $ROOT/opt/tool/g ]]
  fardel verify
}

@test "where who had it fails, after who gets it has come: it comes back when that one goes, by removal, upgrade or undo" {
  for way in 'remove app-x/f' 'install f2' 'undo'; do
    moving
    case $way in
    install*) fardel install "$(make_luet app-x/f 2.0 file:opt/tool/f=2)" ;;
    undo) fardel undo "$(fardel history --plain | head -n 1 | cut -f 1)" ;;
    *) fardel remove app-x/f ;;
    esac
    [[ $(cat "$ROOT/opt/tool/moves") == old ]]
    run -0 fardel owns /opt/tool/moves
    [[ $output == *app-x/g* && $output != *app-x/f* ]]
    fardel verify
    fardel remove --purge app-x/g
    [[ ! -e $ROOT/opt/tool/moves ]]
    fardel remove --all
  done
}

@test "and where who had it comes later, or goes, it is not brought back" {
  for way in 'install' 'remove'; do
    before=$(manifest)
    moving
    if [[ $way == install ]]; then
      fardel install "$(make_luet app-x/g 2.1 file:opt/tool/g=2)"
    else
      fardel remove app-x/g
    fi
    [[ $(cat "$ROOT/opt/tool/moves") == new ]]
    fardel verify
    fardel reconfigure app-x/f
    fardel remove --purge app-x/f
    [[ ! -e $ROOT/opt/tool/moves ]]
    fardel verify
    fardel remove --all --purge
    [[ $(manifest) == "$before" ]]
  done
}

@test "what one of two has replaced by leave comes back to the other" {
  fardel install "$(one a)"
  fardel install "$(one b)"
  fardel install --allow other-package "$(one b 2.0 file:opt/tool/both=two)"
  [[ $(cat "$ROOT/opt/tool/both") == two ]]
  fardel remove app-x/b
  [[ $(cat "$ROOT/opt/tool/both") == both ]]
  fardel verify
  fardel remove --purge app-x/a
  [[ ! -e $ROOT/opt/tool ]]
}

# standing TOP…: what is there is the last one's that is left, and that one's alone; nobody misses anything.
standing() {
  local top=${*: -1}
  if (($#)); then
    [[ $(cat "$ROOT/opt/tool/x") == "$top" && $(fardel owns --plain /opt/tool/x | grep -o 'app-x/[a-c]') == "app-x/$top" ]]
  else
    [[ ! -e $ROOT/opt/tool ]]
  fi
  fardel verify
}

@test "one takes from another, and a third one from that: in whatever order they go, or come back, it is the last one's of those that are left" {
  for order in 'a b c' 'a c b' 'b a c' 'b c a' 'c a b' 'c b a'; do
    left=(a b c)
    echo mine >"$ROOT/etc/tool-mine"
    for name in "${left[@]}"; do
      fardel install --yes --allow other-package "$(make_luet "app-x/$name" 1.0 "file:opt/tool/x=$name" "file:opt/tool/$name=1" "file:etc/tool-$([[ $name == c ]] && echo mine || echo "$name")=$name")"
    done
    standing "${left[@]}"
    transactions=()
    was=("${left[*]}")
    for name in $order; do
      fardel remove "app-x/$name"
      read -ra left <<<"$(printf '%s\n' "${left[@]}" | grep -vx "$name" | paste -sd ' ')" || true
      standing "${left[@]}"
      transactions+=("$(fardel history --plain | head -n 1 | cut -f 1)")
      was+=("${left[*]}")
    done
    [[ $(cat "$ROOT/etc/tool-mine") == mine ]]
    for i in 2 1 0; do
      fardel undo "${transactions[i]}"
      read -ra left <<<"${was[i]}"
      standing "${left[@]}"
    done
    fardel remove --all --purge
    [[ ! -e $ROOT/opt/tool ]]
  done
}

@test "verify --repair of one whose file another has taken: the rest of it is mended, that file stays the other's" {
  for name in a b; do
    fardel install --yes --allow other-package "$(make_luet "app-x/$name" 1.0 "file:opt/tool/x=$name" "file:opt/tool/$name=1")"
  done
  rm "$ROOT/opt/tool/a"
  fardel verify --repair
  [[ $(cat "$ROOT/opt/tool/x" "$ROOT/opt/tool/a") == b1 ]]
  fardel verify
}

@test "the same where what was removed is older than anything that undo keeps" {
  for name in a b c; do
    fardel install --yes --allow other-package "$(make_luet "app-x/$name" 1.0 "file:opt/tool/x=$name")"
  done
  fardel remove app-x/b
  fardel --set undo.keep=1 --set undo.days=0 install "$(make_luet app-x/d 1.0 file:opt/tool/d=d)"
  fardel --set undo.keep=1 --set undo.days=0 install "$(make_luet app-x/e 1.0 file:opt/tool/e=e)"
  fardel --set undo.keep=1 --set undo.days=0 remove app-x/c
  [[ $(cat "$ROOT/opt/tool/x") == a ]]
  fardel --set undo.keep=1 --set undo.days=0 remove app-x/d app-x/e
  [[ $(fardel history --plain | wc -l) -gt 5 && ! -e $ROOT/var/lib/fardel/undo/2.0 ]]
  fardel verify
}

@test "by /lib and by /usr/lib it is one file: alike, moved, and upgraded together" {
  [[ -L $ROOT/lib && ! -L $ROOT/usr/lib ]] || skip "/lib is no link here, or to another link"
  file=$ROOT/usr/lib/tool-of-two
  for order in 'lib usr/lib' 'usr/lib lib'; do
    read -r one two <<<"$order"
    before=$(manifest)
    fardel install "$(make_luet app-x/a 1.0 "file:$one/tool-of-two=1")"
    fardel install "$(make_luet app-x/b 1.0 "file:$two/tool-of-two=1")"
    [[ $(fardel owns --plain /lib/tool-of-two | grep -c app-x/) == 2 ]]
    run --separate-stderr -0 fardel install "$(make_luet app-x/a 2.0 "file:$one/tool-of-two=2")" "$(make_luet app-x/b 2.0 "file:$two/tool-of-two=2")"
    [[ $(cat "$file") == 2 && $(fardel owns --plain /lib/tool-of-two | grep -c app-x/) == 2 ]]
    fardel verify
    fardel remove app-x/a
    [[ $(cat "$file") == 2 ]]
    fardel install "$(make_luet app-x/c 1.0 "file:$one/tool-of-two=3")" "$(make_luet app-x/b 3.0 file:opt/tool/b=3)"
    [[ $(cat "$file") == 3 && $(fardel owns --plain /lib/tool-of-two) == *app-x/c* ]]
    fardel verify
    fardel remove --purge --all
    [[ $(manifest) == "$before" ]]
  done
}

@test "a file of config protect that two have alike, and both otherwise in the new version: replaced where nobody has edited it" {
  mkdir -p "$ROOT/etc/fardel/conf.d"
  printf '[luet]\nconfig_protect = ["/etc"]\n' >"$ROOT/etc/fardel/conf.d/luet.toml"
  for edited in no yes; do
    fardel install "$(make_luet app-x/a 1.0 file:etc/tool.conf=old)" "$(make_luet app-x/b 1.0 file:etc/tool.conf=old)"
    [[ $edited == no ]] || echo mine >"$ROOT/etc/tool.conf"
    fardel install "$(make_luet app-x/a 2.0 file:etc/tool.conf=new)" "$(make_luet app-x/b 2.0 file:etc/tool.conf=new)"
    if [[ $edited == no ]]; then
      [[ $(cat "$ROOT/etc/tool.conf") == new && ! -e $ROOT/etc/._cfg0001_tool.conf ]]
      [[ $(fardel owns --plain /etc/tool.conf | grep -c app-x/) == 2 ]]
      fardel verify
    else
      [[ $(cat "$ROOT/etc/tool.conf") == mine && $(cat "$ROOT/etc/._cfg0001_tool.conf") == new ]]
    fi
    fardel remove app-x/a
    [[ -e $ROOT/etc/tool.conf ]]
    fardel remove --purge --all
    rm -f "$ROOT"/etc/{tool.conf,._cfg*}
  done
}

@test "two that exchange their files; one that has it still, in another version, is a conflict" {
  fardel install "$(make_luet app-x/a 1.0 file:opt/tool/x=ax)" "$(make_luet app-x/b 1.0 file:opt/tool/y=by)"
  fardel install "$(make_luet app-x/a 2.0 file:opt/tool/y=ay)" "$(make_luet app-x/b 2.0 file:opt/tool/x=bx)"
  [[ $(cat "$ROOT/opt/tool/x" "$ROOT/opt/tool/y") == bxay ]]
  fardel verify
  run --separate-stderr -11 fardel install "$(make_luet app-x/a 3.0 file:opt/tool/x=ax file:opt/tool/y=ay)" "$(make_luet app-x/b 3.0 file:opt/tool/x=bx)"
  [[ $stderr == *'/opt/tool/x: of app-x/b'* && $(cat "$ROOT/opt/tool/x") == bx ]]
  fardel verify
}
