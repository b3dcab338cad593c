#!/usr/bin/env bats
# Packages of Packets: NAME.pkt.tar.zst.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  skip_unless mount userns
  fresh
  rm -rf -- "$ROOT"/opt/packets "$ROOT"/opt/moved "$ROOT"/opt/bin "$ROOT"/etc/packets "$ROOT"/usr/bin/Tool*
}

teardown() {
  finish
}

@test "a package without hooks: its files come below /opt/packets, are recorded, and go again" {
  file=$(make_packets Tool 1.0)
  before=$(manifest)
  run --separate-stderr -0 fardel install "$file"
  [[ -z $stderr || $stderr != *warning* ]]
  home=$ROOT/opt/packets/Tool
  [[ $("$home/data/bin/Tool") == "Tool 1.0" && -f $home/manifest.toml ]]
  [[ ! -e $home/upstream ]]
  [[ $(stat -c %a "$home/data/bin/Tool" "$home/manifest.toml" | tr '\n' ' ') == '755 644 ' ]]
  run -0 fardel list --plain
  [[ $output == Tool$'\t'1.0$'\t'* ]]
  run -0 fardel files Tool
  [[ $output == *'/opt/packets/Tool/data/bin/Tool'* && $output == *'/opt/packets/Tool/manifest.toml'* ]]
  fardel verify Tool
  echo changed >>"$home/data/bin/Tool"
  run fardel verify Tool
  [[ $status != 0 && $output == *'/opt/packets/Tool/data/bin/Tool'* ]]
  run -0 fardel show Tool
  [[ $output == *'Says Tool'* ]]
  fardel remove --purge Tool
  [[ $(manifest) == "$before" ]]
  [[ -z $(fardel list) ]]
}

@test "preview shows it, undo takes it back" {
  file=$(make_packets Tool 1.0)
  before=$(manifest)
  run --separate-stderr -0 fardel preview "$file"
  [[ $output == *'/opt/packets/Tool/data/bin/Tool'* && $(manifest) == "$before" ]]
  fardel install "$file"
  fardel undo "$(fardel history --plain | head -1 | cut -f1)"
  [[ $(manifest) == "$before" && -z $(fardel list) ]]
}

@test "an upgrade takes the old version's files away and leaves a person's" {
  one=$(make_packets Tool 1.0 'file:data/old=old' 'file:data/both=one')
  two=$(make_packets Tool 2.0 'file:data/new=new' 'file:data/both=two')
  fardel install "$one"
  home=$ROOT/opt/packets/Tool
  echo mine >"$home/data/mine"
  fardel install "$two"
  [[ ! -e $home/data/old && $(cat "$home/data/new") == new && $(cat "$home/data/both") == two ]]
  [[ $(cat "$home/data/mine") == mine ]]
  run -0 fardel remove Tool
  [[ $output == *'kept /opt/packets/Tool/data/mine'* ]]
  [[ $(find "$home" -type f) == "$home/data/mine" ]]
}

@test "two packages: the folder that both are in is nobody's to name" {
  fardel install "$(make_packets Tool 1.0)"
  fardel install "$(make_packets Tool2 1.0)"
  run -0 fardel remove Tool
  [[ $output != *kept* && ! -e $ROOT/opt/packets/Tool && -e $ROOT/opt/packets/Tool2/manifest.toml ]]
}

link_in='os.symlink(path_join(data_dir, "bin/Tool"), path_join(packets_bin_dir, "Tool"))'
link_out='os.remove(path_join(packets_bin_dir, "Tool"))'

# configure_packets KEY=VALUE…: /etc/packets/config.toml.
configure_packets() {
  mkdir -p "$ROOT/etc/packets"
  {
    echo '[Config]'
    for pair; do printf '  %s = "%s"\n' "${pair%%=*}" "${pair#*=}"; done
  } >"$ROOT/etc/packets/config.toml"
}

@test "dataDir: as configured; what cannot be is refused with its line" {
  configure_packets dataDir=/opt/moved
  file=$(make_packets Tool 1.0)
  fardel install "$file"
  [[ -e $ROOT/opt/moved/Tool/manifest.toml && ! -e $ROOT/opt/packets ]]
  fardel remove Tool
  configure_packets dataDir=/usr
  run -1 fardel install "$file"
  [[ $output == *'/etc/packets/config.toml: line 2, column 3: Config.dataDir must be another folder'* ]]
  [[ -z $(fardel list) && ! -e $ROOT/usr/Tool ]]
  # Nobody else's packages are kept from their work by it.
  serve "$VENDOR"
  fardel install "$(make_installer hello 1)"
}

@test "dataDir and binDir: where others may write, above or there, is refused; one in the other, too" {
  file=$(make_packets Tool 1.0 "install=$link_in")
  for key in dataDir binDir; do
    configure_packets "$key=/srv/u/p/q"
    mkdir -p "$ROOT/srv/u/p/q"
    for folder in /srv/u /srv/u/p /srv/u/p/q; do
      chmod 777 "$ROOT$folder"
      run --separate-stderr -1 fardel install "$file"
      [[ $stderr == *"$folder can be written by others (mode 0777)"*"chmod o-w $folder"* ]]
      chmod 755 "$ROOT$folder"
      [[ $FARDEL_TEST_MODE == mount ]] || continue
      chown 1234 "$ROOT$folder"
      run --separate-stderr -1 fardel install "$file"
      [[ $stderr == *"$folder belongs to user 1234"* ]]
      chown 0 "$ROOT$folder"
    done
    [[ -z $(fardel list) && -z $(ls "$ROOT/srv/u/p/q") ]]
    fardel install "$file"
    [[ -n $(ls "$ROOT/srv/u/p/q") ]]
    fardel remove Tool
    rm -r "$ROOT/srv/u"
  done
  configure_packets binDir=/opt/packets/bin
  run --separate-stderr -1 fardel install "$file"
  [[ $stderr == *'binDir /opt/packets/bin is in dataDir /opt/packets'* && ! -e $ROOT/opt/packets ]]
}

@test "dataDir changes: it is asked, and then all of a package's folder moves" {
  fardel install "$(make_packets Tool 1.0)" "$(make_packets Other 1.0)"
  home=$ROOT/opt/packets/Tool
  mkdir "$home/own"
  echo mine >"$home/own/mine" && chmod 640 "$home/own/mine" && touch -d 2020-01-01 "$home/own/mine"
  ln -s mine "$home/own/link"
  echo '# changed' >>"$home/data/bin/Tool"
  configure_packets dataDir=/opt/moved
  before=$(manifest)
  three=$(make_packets Third 1.0)
  for command in "install $three" "reconfigure Tool" "reconfigure --all" "remove Other"; do
    # shellcheck disable=SC2086
    run -12 fardel $command
    [[ $output == *'dataDir of Packets is /opt/moved now'*'--yes moves '@(it|them)* ]]
    [[ $(manifest) == "$before" ]]
  done
  run -0 fardel -y reconfigure --all
  [[ $output == *'what is in binDir stays in its place'* ]]
  home=$ROOT/opt/moved/Tool
  [[ ! -e $ROOT/opt/packets/Tool && ! -e $ROOT/opt/packets/Other && -e $ROOT/opt/moved/Other/manifest.toml ]]
  [[ $(cat "$home/own/mine") == mine && $(stat -c '%a %Y' "$home/own/mine") == "640 $(date -d 2020-01-01 +%s)" ]]
  [[ $(readlink "$home/own/link") == mine && $(tail -1 "$home/data/bin/Tool") == '# changed' ]]
  # Whose is what is as before.
  run fardel verify Tool
  [[ $output == *'/opt/moved/Tool/data/bin/Tool'* && $output != *mine* ]]
  run -0 fardel files Tool
  [[ $output != *own* && $output != */opt/packets* ]]
  run -0 fardel remove Tool
  [[ $output == *'kept /opt/moved/Tool/own'* && $output == *'kept /opt/moved/Tool/data/bin/Tool'* ]]
  [[ -e $home/own/mine && ! -e $home/manifest.toml ]]
}

@test "a move is taken back by undo, and what is in the way stops it" {
  fardel install "$(make_packets Tool 1.0)"
  echo mine >"$ROOT/opt/packets/Tool/mine"
  before=$(manifest)
  configure_packets dataDir=/opt/moved
  run -0 fardel -n reconfigure Tool
  [[ $output == *'Tool: its files would move from /opt/packets to /opt/moved first'* && -e $ROOT/opt/packets/Tool/mine ]]
  run -12 fardel reconfigure Tool
  [[ $output == *'1 package is in /opt/packets: whether to move it'*'--yes moves it'* ]]
  mkdir -p "$ROOT/opt/moved/Tool"
  echo theirs >"$ROOT/opt/moved/Tool/theirs"
  run -11 fardel -y reconfigure Tool
  [[ $output == *'/opt/moved/Tool, and something is in there'* && -e $ROOT/opt/packets/Tool/mine ]]
  rm -r "$ROOT/opt/moved"
  run -0 fardel -y reconfigure Tool
  [[ -e $ROOT/opt/moved/Tool/mine && ! -e $ROOT/opt/packets ]]
  last=$(fardel history --plain | head -1 | cut -f1)
  [[ $output == *"Tool: its files have moved. Take it back with: fardel "*"undo $last"* ]]
  fardel undo "$last"
  rm -r "$ROOT/etc/packets"
  [[ $(manifest) == "$before" ]]
}

# attributes DIR: what is in it, with modes and owners.
attributes() { (cd "$1" && find . -printf '%p %y %m %U %G\n' | sort); }

@test "a move keeps owners and modes, also of what the package had made" {
  fardel install "$(make_packets Tool 1.0 file:data/given/x=1 file:data/empty/x=1)"
  home=$ROOT/opt/packets/Tool
  mkdir -m 2751 "$home/data/own"
  echo mine >"$home/data/given/mine"
  chmod 3771 "$home" && chmod 1777 "$home/data/given" && chmod 500 "$home/data/own" && chmod 770 "$home/data/empty"
  chmod 600 "$home/manifest.toml"
  [[ $FARDEL_TEST_MODE != mount ]] || chown 1234:1235 "$home" "$home/data/given" "$home/data/empty" "$home/data/own" "$home/manifest.toml"
  before=$(attributes "$home")
  configure_packets dataDir=/opt/moved
  fardel -y reconfigure Tool
  home=$ROOT/opt/moved/Tool
  diff <(echo "$before") <(attributes "$home")
  [[ ! -e $ROOT/opt/packets ]]
  # They are people's changes as before.
  run fardel verify Tool
  [[ $status != 0 && $output == *'/opt/moved/Tool/data/given'* ]]
  fardel undo "$(fardel history --plain | head -1 | cut -f1)"
  diff <(echo "$before") <(attributes "$ROOT/opt/packets/Tool")
}

@test "what cannot be moved of one package fails that one alone, in few words" {
  fardel install "$(make_packets Tool 1.0)" "$(make_packets Other 1.0)"
  (
    cd "$ROOT/opt/packets/Tool/data"
    for _ in {1..300}; do mkdir d && cd d; done
  )
  configure_packets dataDir=/opt/moved
  run --separate-stderr -0 fardel -y install "$(make_packets Third 1.0)"
  [[ $stderr == *'Tool: it stays in /opt/packets: '*'data/d/d/'*'/...: more than 256 folders in one another'* ]]
  [[ $stderr != *d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d* && $stderr != *'d: d: d: d:'* ]]
  [[ -e $ROOT/opt/moved/Third && -e $ROOT/opt/moved/Other && ! -e $ROOT/opt/packets/Other ]]
  [[ ! -e $ROOT/opt/moved/Tool && -e $ROOT/opt/packets/Tool/manifest.toml ]]
  run -0 fardel -y reconfigure Other
  # What is about it fails, and says why.
  before=$(manifest)
  for command in 'reconfigure Tool' 'reconfigure --all' "install $(make_packets Tool 2.0)"; do
    # shellcheck disable=SC2086
    run --separate-stderr -1 fardel -y $command
    [[ $stderr == *'more than 256 folders'* && $(manifest) == "$before" ]]
  done
  run --separate-stderr -6 fardel -y reconfigure --all --keep-going
  [[ $stderr == *'more than 256 folders'* ]]
  fardel verify Tool
  fardel -y remove Other
  rm -r "$ROOT/opt/packets/Tool/data/d"
  fardel -y reconfigure Tool
  [[ -e $ROOT/opt/moved/Tool/manifest.toml && ! -e $ROOT/opt/packets ]]
}

@test "hooks: the link in binDir comes, follows upgrades and moves, and goes" {
  one=$(make_packets Tool 1.0 "install=$link_in" "remove=$link_out")
  two=$(make_packets Tool 2.0 "install=$link_in" "remove=$link_out")
  before=$(manifest)
  fardel install "$one"
  [[ $(readlink "$ROOT/usr/bin/Tool") == /opt/packets/Tool/data/bin/Tool ]]
  run -0 fardel owns /usr/bin/Tool
  [[ $output == *Tool* ]]
  fardel install "$one"
  fardel reconfigure Tool
  fardel install "$two"
  [[ $(readlink "$ROOT/usr/bin/Tool") == /opt/packets/Tool/data/bin/Tool ]]
  configure_packets dataDir=/opt/moved
  fardel -y reconfigure --all
  [[ $(readlink "$ROOT/usr/bin/Tool") == /opt/moved/Tool/data/bin/Tool && ! -e $ROOT/opt/packets ]]
  run -0 fardel remove Tool
  [[ $output != *kept* ]]
  rm -r "$ROOT/etc/packets"
  [[ $(manifest) == "$before" ]]
}

@test "hooks have their globals; a hook that fails changes nothing" {
  tell='log = io.open(path_join(data_dir, "told"), "w")
log:write(table.concat({packets_package_dir, packets_bin_dir, data_dir, script}, " "))
log:close()'
  fardel install "$(make_packets Tool 1.0 "install=$tell" "remove=$link_out")"
  [[ $(cat "$ROOT/opt/packets/Tool/data/told") == '/opt/packets /usr/bin /opt/packets/Tool/data install.lua' ]]
  before=$(manifest)
  run -1 fardel install "$(make_packets Tool 2.0 "install=$link_in
error('not today')")"
  [[ $output == *'its hook install.lua'* && $output == *'install.lua:2: not today'* ]]
  [[ $(manifest) == "$before" ]]
  run -0 fardel list --plain
  [[ $output == Tool$'\t'1.0$'\t'* ]]
  fardel install "$(make_packets Other 1.0 "remove=error('never')")"
  run -1 fardel remove Other
  [[ $output == *'its hook remove.lua'* && -e $ROOT/opt/packets/Other ]]
  fardel remove --force Other
  [[ ! -e $ROOT/opt/packets/Other ]]
}

# The Nth block of that language behind a line.
shown() {
  awk -v from="$2" -v mark='```'"$3" -v n="$4" 'index($0, from) == 1 { on = 1; next } on && $0 == mark { count++; next }
    $0 == "```" && count == n { exit } on && count == n' "$LIB/../../$1"
}

@test "the configuration and the hooks that the documents show are right" {
  mkdir -p "$ROOT/etc/packets"
  shown docs/from-packets.md '/etc/packets/config.toml says' toml 1 | sed 's,"/opt/packets"$,"/opt/moved",' >"$ROOT/etc/packets/config.toml"
  grep -q lastDataDir "$ROOT/etc/packets/config.toml"
  link=$(shown rules-api/README.md '# Hooks of Packets' lua 1)
  unlink=$(shown rules-api/README.md '# Hooks of Packets' lua 2)
  [[ $link == *symlink* && $unlink == *os.remove* ]]
  before=$(manifest)
  run -0 fardel install "$(make_packets Tool 1.0 "install=$link" "remove=$unlink")"
  [[ $output != *'no option'* && $(readlink "$ROOT/usr/bin/Tool") == /opt/moved/Tool/data/bin/Tool ]]
  run -0 fardel remove Tool
  [[ $(manifest) == "$before" ]]
  sed -i 's/^.Config.$//' "$ROOT/etc/packets/config.toml"
  run -0 fardel install "$(make_packets Tool 1.0)"
  [[ $output == *'dataDir is no option that is known there: it belongs below a line [Config]'* ]]
}

@test "without a remove hook, or with one that forgets: what the install hook made goes all the same" {
  before=$(manifest)
  fardel install "$(make_packets Tool 1.0 "install=$link_in
os.mkdir(path_join(data_dir, 'made'), 493)")"
  [[ -L $ROOT/usr/bin/Tool && -d $ROOT/opt/packets/Tool/data/made ]]
  fardel remove Tool
  [[ $(manifest) == "$before" ]]
}

@test "binDir: as configured; what is in the old one stays until it is configured again" {
  file=$(make_packets Tool 1.0 "install=$link_in" "remove=$link_out")
  fardel install "$file"
  configure_packets binDir=/opt/bin
  run -0 fardel install "$(make_packets Other 1.0)"
  [[ $output == *'binDir of Packets is /opt/bin now: what packages have put into /usr/bin stays there'* ]]
  [[ -L $ROOT/usr/bin/Tool && ! -e $ROOT/opt/bin ]]
  fardel reconfigure Tool
  [[ -L $ROOT/opt/bin/Tool && ! -L $ROOT/usr/bin/Tool ]]
  fardel remove Tool Other
}

@test "a move is asked at a terminal" {
  fardel install "$(make_packets Tool 1.0)"
  configure_packets dataDir=/opt/moved
  run -0 script -qec "fardel reconfigure Tool" /dev/null <<<y
  [[ $output == *'Tool moves there from /opt/packets'* && -e $ROOT/opt/moved/Tool ]]
  rm -r "$ROOT/etc/packets"
  run script -qec "fardel reconfigure Tool" /dev/null <<<n
  [[ $status != 0 && $output == *'not wanted'* && -e $ROOT/opt/moved/Tool ]]
}

@test "one of a family takes the place of another, whatever they are called" {
  family=$'family = "1f84"\nserial = '
  link="os.symlink(path_join(data_dir, 'x'), path_join(packets_bin_dir, 'Tool'))"
  fardel install "$(make_packets Tool1 1.0 "info=${family}1" "install=$link" file:data/x=1)"
  fardel install "$(make_packets Alone 1.0 'info=family = ""')"
  run -0 fardel install "$(make_packets Tool2 2.0 "info=${family}2" "install=$link" file:data/x=2)"
  [[ $output == *'Tool2: it takes the place of Tool1, which is of the same family (serial 2, that one 1)'* ]]
  [[ ! -e $ROOT/opt/packets/Tool1 && $(cat "$ROOT/usr/bin/Tool") == 2 ]]
  run -0 fardel list --plain
  [[ $(cut -f1 <<<"$output" | tr '\n' ' ') == 'Alone Tool2 ' ]]
  # Of what is not newer, somebody has to be asked.
  before=$(manifest)
  same=$(make_packets Tool3 3.0 "info=${family}2" file:data/x=3)
  none=$(make_packets Stranger 9.0 'info=family = "1f84"')
  for file in "$WORK/Tool1-1.0/Tool1.pkt.tar.zst" "$same" "$none"; do
    run --separate-stderr -12 fardel install "$file" </dev/null
    [[ $stderr == *'takes the place of Tool2'*'--yes'* ]]
    [[ $(manifest) == "$before" && $(fardel list --plain | cut -f1 | tr '\n' ' ') == 'Alone Tool2 ' ]]
  done
  run -0 fardel preview "$same"
  [[ $output == *'takes the place of Tool2, which is of the same family, and is as new (serial 2, that one 2)'* ]]
  run script -qec "fardel install $same" /dev/null <<<n
  [[ $status != 0 && $output == *'not wanted'* && $(manifest) == "$before" ]]
  run -0 script -qec "fardel install $same" /dev/null <<<y
  [[ ! -e $ROOT/opt/packets/Tool2 && -e $ROOT/opt/packets/Tool3 ]]
  fardel undo "$(fardel history --plain | head -1 | cut -f1)"
  run -0 fardel -y install "$WORK/Tool1-1.0/Tool1.pkt.tar.zst"
  [[ $output == *'same family, and is newer (serial 1, that one 2)'* && $(cat "$ROOT/usr/bin/Tool") == 1 ]]
  last=$(fardel history --plain | head -1 | cut -f1)
  # What others depend on is not replaced by what is called otherwise.
  fardel install "$(make_packets User 1.0 'depends=["Tool1"]')"
  run -11 fardel install "$WORK/Tool2-2.0/Tool2.pkt.tar.zst"
  [[ $output == *'User depends on Tool1'* && $(cat "$ROOT/usr/bin/Tool") == 1 ]]
  fardel remove User
  # By one transaction: it takes back both.
  fardel undo "$last"
  [[ $(cat "$ROOT/usr/bin/Tool") == 2 && ! -e $ROOT/opt/packets/Tool1 ]]
}

# killed_at CALL N ARGS…: fardel, killed before its N-th such call. Fails when it came to its end.
killed_at() {
  local call=$1 n=$2 status=0
  shift 2
  strace -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" fardel "$@" >/dev/null 2>&1 || status=$?
  [[ $status == 137 ]]
}

# whole DIR VERSION: Tool is there as that version, with its link, what is a person's, and nothing else.
whole() {
  [[ $("$ROOT/usr/bin/Tool") == "Tool $2" && $(readlink "$ROOT/usr/bin/Tool") == "$1/Tool/data/bin/Tool" ]]
  [[ $(cat "$ROOT$1/Tool/mine") == mine ]]
  fardel verify Tool >/dev/null
}

@test "killed at any of its renames or syncs, an upgrade or a move is as before or as after, and goes on" {
  command -v strace >/dev/null || skip "strace is not installed"
  one=$(make_packets Tool 1.0 "install=$link_in" "remove=$link_out" file:data/one=1)
  two=$(make_packets Tool 2.0 "install=$link_in" "remove=$link_out" file:data/two=2)
  fardel install "$one"
  echo mine >"$ROOT/opt/packets/Tool/mine"
  from=/opt/packets to=/opt/moved kills=0
  for call in renameat renameat2 syncfs fdatasync; do
    for n in {1..40}; do
      configure_packets "dataDir=$to"
      if ! killed_at "$call" "$n" -y reconfigure --all; then
        # It came to its end: that is the other place.
        whole "$to" 1.0
        IFS=' ' read -r from to <<<"$to $from"
        break
      fi
      kills=$((kills + 1))
      fardel gc >/dev/null 2>&1
      if [[ -e $ROOT$from/Tool ]]; then
        [[ ! -e $ROOT$to ]]
        whole "$from" 1.0
      else
        whole "$to" 1.0
      fi
      fardel -y reconfigure --all >/dev/null 2>&1
      whole "$to" 1.0
      [[ ! -e $ROOT$from ]]
      IFS=' ' read -r from to <<<"$to $from"
    done
  done
  configure_packets "dataDir=$from"
  for call in renameat syncfs; do
    for n in {1..40}; do
      killed_at "$call" "$n" install "$two" || break
      kills=$((kills + 1))
      fardel gc >/dev/null 2>&1
      if [[ -e $ROOT$from/Tool/data/two ]]; then whole "$from" 2.0; else whole "$from" 1.0; fi
      fardel install "$one" >/dev/null 2>&1
      whole "$from" 1.0
      [[ ! -e $ROOT$from/Tool/data/two ]]
    done
    fardel install "$one" >/dev/null 2>&1
  done
  echo "$kills kills"
  ((kills > 10))
}

@test "dependencies: there, or of the same command and first; what others depend on stays" {
  base=$(make_packets Base 1.0)
  user=$(make_packets User 1.0 'depends=["Base"]')
  run -11 fardel install "$user"
  [[ $output == *Base* && -z $(fardel list) ]]
  fardel install "$user" "$base"
  run -0 fardel list --plain
  [[ $(cut -f1 <<<"$output" | tr '\n' ' ') == 'Base User ' ]]
  run -11 fardel remove Base
  [[ $output == *User* && -e $ROOT/opt/packets/Base ]]
  fardel remove User Base
}

@test "its installation is damaged: the file mends it, also where it has to move; remove needs it not" {
  file=$(make_packets Tool 1.0 "install=$link_in" "remove=$link_out")
  run -0 fardel selftest "$file"
  [[ $output != *'unconfigure leaves'* ]]
  before=$(manifest)
  fardel install "$file"
  rm "$ROOT"/var/lib/fardel/packages/Tool/*/manifest.toml
  run fardel doctor
  [[ $output == *'fardel install ./Tool.pkt.tar.zst'* ]]
  configure_packets dataDir=/opt/moved
  fardel -y install "$file"
  [[ -e $ROOT/opt/moved/Tool/manifest.toml && ! -e $ROOT/opt/packets && -L $ROOT/usr/bin/Tool ]]
  rm -r "$ROOT"/var/lib/fardel/packages/Tool
  run -0 fardel remove Tool
  rm -r "$ROOT/etc/packets"
  [[ $(manifest) == "$before" ]]
}
