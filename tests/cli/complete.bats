#!/usr/bin/env bats
# Completions: typed into real shells at a terminal, and what each offers where there is more than one way on.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  # As users find them.
  make -s -o all -C "$LIB/../.." BUILD="$FARDEL_BUILD" DESTDIR="$WORK/dest" PREFIX=/ SYSCONFDIR=/etc install
  mkdir -p "$WORK/here/sub"
  cd "$WORK/here" || return
  touch a.tar.gz 'b c.tar.zst' list.txt
}

teardown() {
  finish
}

# Two packages in use, by two transactions.
two_packages() {
  fardel -qq install "$(make_installer hello 1 url="file://$VENDOR/hello-1.deb")"
  fardel -qq install "$(make_installer other 1 url="file://$VENDOR/other-1.deb")"
}

need() {
  type -P "$1" >/dev/null || skip "$1 is not here"
  [[ $1 != bash || -e /usr/share/bash-completion/bash_completion ]] || skip "bash-completion is not here"
}

# Two repositories.
two_repositories() {
  fardel -qq repo add main https://repo.example/ --no-signature
  fardel -qq repo add vendors /srv/vendors --no-signature --disabled
}

# What is typed before a tab, and what the line is then.
LINES=(
  'fardel inst|fardel install '
  'fardel cac|fardel cache '
  'fardel cache ver|fardel cache verify '
  'fardel remove hel|fardel remove hello '
  'fardel uninstall hel|fardel uninstall hello '
  'fardel remove other hel|fardel remove other hello '
  'fardel -q remove --all hel|fardel -q remove --all hello '
  'fardel remove nothing|fardel remove nothing'
  'fardel install a|fardel install a.tar.gz '
  'fardel install b|fardel install b\ c.tar.zst '
  'fardel install hel|fardel install hello '
  'fardel build su|fardel build sub/'
  'fardel history sho|fardel history show '
  'fardel repo ena|fardel repo enable '
  'fardel repo enable ven|fardel repo enable vendors '
  'fardel repo remove main ven|fardel repo remove main vendors '
  'fardel repo list --type htt|fardel repo list --type http '
  'fardel history show 2|fardel history show 2 '
  'fardel help cache ver|fardel help cache verify '
  'fardel help exi|fardel help exit-codes '
  'fardel install --force-|fardel install --force-id '
  'fardel uninstall --pur|fardel uninstall --purge '
  'fardel --off|fardel --offline '
  'fardel list --off|fardel list --offline '
  'fardel cache gc --keep 3 --dry|fardel cache gc --keep 3 --dry-run '
  'fardel --color al|fardel --color always '
  'fardel --color=al|fardel --color=always '
  'fardel install --allow apt-s|fardel install --allow apt-sources '
  'fardel install --allow=apt-s|fardel install --allow=apt-sources '
  'fardel lint --explain no-set|fardel lint --explain no-set-e '
  'fardel show -F Ver|fardel show -F Version '
  'fardel --set fetch.mi|fardel --set fetch.mirrors='
  'fardel --root /nowhere remove hel|fardel --root /nowhere remove hel'
  'fardel --root=/nowhere remove hel|fardel --root=/nowhere remove hel'
  'fardel remove --root /nowhere hel|fardel remove --root /nowhere hel'
  'fardel remove -- --pur|fardel remove -- --pur'
)

# type_all SHELL: each line, and what came of it.
type_all() {
  need "$1"
  two_packages
  two_repositories
  mapfile -t came < <("$LIB/typist" "$1" "$WORK/dest" "${LINES[@]%%|*}")
  wrong=0
  for i in "${!LINES[@]}"; do
    [[ ${came[i]} != "${LINES[i]#*|}" ]] || continue
    echo "$1: '${LINES[i]%%|*}' became '${came[i]}'"
    wrong=1
  done
  ((wrong == 0))
}

@test "bash completes" { type_all bash; }
@test "zsh completes" { type_all zsh; }
@test "fish completes" { type_all fish; }

# offered_by_bash WORD...: what is offered for the last of them, sorted; what is printed besides is no good.
offered_by_bash() {
  # shellcheck disable=SC2016
  bash --norc --noprofile -c '
    . "$1" 2>&1
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _fardel
    ((${#COMPREPLY[@]} == 0)) || printf "%s\n" "${COMPREPLY[@]}"' \
    offered "$WORK/dest/share/bash-completion/completions/fardel" "$@" 2>&1 | sort | paste -sd ' '
}

# shellcheck disable=SC2016
offered_by_fish() {
  fish --no-config -c 'source $argv[1]; complete -C $argv[2]' \
    "$WORK/dest/share/fish/vendor_completions.d/fardel.fish" "$1" 2>&1 | cut -f 1 | sort | paste -sd ' '
}

@test "bash offers all that may stand there" {
  need bash
  two_packages
  commands=$("$FARDEL_BUILD/tools/manual" commands | cut -d ' ' -f 1 | sort -u | paste -sd ' ')
  [[ $(offered_by_bash fardel '') == "$commands" ]]
  [[ $(offered_by_bash fardel cache '') == 'gc list verify' ]]
  two_repositories
  [[ $(offered_by_bash fardel repo disable '') == 'main vendors' ]]
  [[ $(offered_by_bash fardel remove '') == 'hello other' ]]
  [[ $(offered_by_bash fardel install '') == 'a.tar.gz b c.tar.zst hello other sub' ]]
  [[ $(offered_by_bash fardel undo '') == '1 2' && -z $(offered_by_bash fardel undo 1 '') ]]
  [[ $(offered_by_bash fardel log '') == '1 2' && -z $(offered_by_bash fardel doctor '') ]]
  [[ $(offered_by_bash fardel history '') == show ]]
  [[ $(offered_by_bash fardel --color = '') == 'always auto never' ]]
  [[ $(offered_by_bash fardel list -) == *--all*--json* ]]
  # Nothing that is typed is executed.
  # shellcheck disable=SC2016
  offered_by_bash fardel '$(touch made)' 'x[$(touch made)]' '-$(touch made)' hel >/dev/null
  [[ ! -e made ]]
}

@test "fish offers all that may stand there" {
  need fish
  two_packages
  commands=$("$FARDEL_BUILD/tools/manual" commands | cut -d ' ' -f 1 | sort -u)
  for command in $commands; do
    [[ " $(offered_by_fish 'fardel ') " == *" $command "* ]] || { echo "without $command"; false; }
  done
  two_repositories
  [[ $(offered_by_fish 'fardel repo disable ') == 'main vendors' ]]
  [[ $(offered_by_fish 'fardel remove ') == 'hello other' ]]
  [[ $(offered_by_fish 'fardel install ') == 'a.tar.gz b c.tar.zst hello list.txt other sub/' ]]
  [[ $(offered_by_fish 'fardel undo ') == '1 2' && -z $(offered_by_fish 'fardel undo 1 ') ]]
  [[ $(offered_by_fish 'fardel --color ') == 'always auto never' ]]
}

@test "each command and option is known to each shell" {
  for file in bash-completion/completions/fardel zsh/vendor-completions/_fardel fish/vendor_completions.d/fardel.fish; do
    count=0
    while IFS=$'\t' read -r kind first second _; do
      case $kind in
      command) word=$first ;;
      option) word=$second ;;
      *) continue ;;
      esac
      grep -qE -- "(^|[^a-z-])$word([^a-z-]|\$)" "$WORK/dest/share/$file" || { echo "$file: without $first $second"; false; }
      count=$((count + 1))
    done < <("$FARDEL_BUILD/tools/manual" rows | sed 's/\t\t/\t-\t/g')
    ((count > 60))
  done
}

@test "where nothing can be told, nothing is said" {
  need bash
  # Nothing is installed yet; the state is damaged; fardel itself is not there.
  [[ -z $(offered_by_bash fardel remove '') ]]
  two_packages
  state=$(find "$ROOT/var/lib/fardel" -name state.db)
  rm -f "$state-wal" "$state-shm"
  head -c 5000 /dev/urandom >"$state"
  [[ -z $(offered_by_bash fardel remove '') && -z $(offered_by_bash fardel undo '') ]]
  [[ -z $(PATH=/usr/bin:/bin offered_by_bash fardel remove '') ]]
}

@test "any user is offered names" {
  need bash
  skip_unless_mount
  two_packages
  chmod -R a+rX "$WORK"
  # shellcheck disable=SC2016
  [[ $(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all bash -c "$(declare -f offered_by_bash)"'
    WORK=$1; offered_by_bash fardel remove ""' any "$WORK") == 'hello other' ]]
}
