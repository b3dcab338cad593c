#!/usr/bin/env bats
# Packages of luet's: their trees laid over the root.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  skip_unless mount userns
  fresh
  rm -rf -- "$ROOT"/opt/{tool,other} "$ROOT"/etc/{tool*,right*,._cfg*} "$ROOT"/usr/{bin,lib}/tool* "$ROOT"/etc/luet
}

teardown() {
  finish
}

@test "a package: its files come where it has them, are recorded, verified, and go again" {
  file=$(make_luet app-x/tool 1.0 dir:usr dir:usr/bin 'file:usr/bin/tool=#!/bin/sh\necho tool 1.0\n' mode:usr/bin/tool=755 \
    dir:opt/tool file:opt/tool/a=a link:opt/tool/b=a hard:opt/tool/c=opt/tool/a file:etc/tool.conf=x)
  before=$(manifest)
  run --separate-stderr -0 fardel install "$file"
  [[ -z $stderr || $stderr != *warning* ]]
  [[ $("$ROOT/usr/bin/tool") == "tool 1.0" && $(cat "$ROOT/opt/tool/b") == a ]]
  [[ $(stat -c %i "$ROOT/opt/tool/a") == $(stat -c %i "$ROOT/opt/tool/c") ]]
  [[ $(stat -c %Y "$ROOT/opt/tool/a") == 1600000000 ]]
  run -0 fardel list --plain
  [[ $output == app-x/tool$'\t'1.0$'\t'* ]]
  run -0 fardel files app-x/tool
  [[ $output == *'/usr/bin/tool'* && $output == *'/etc/tool.conf'* && $output == *'/opt/tool/c'* ]]
  fardel verify app-x/tool
  echo changed >>"$ROOT/opt/tool/a"
  run fardel verify app-x/tool
  [[ $status != 0 && $output == *'/opt/tool/a'* ]]
  fardel remove --purge app-x/tool
  [[ $(manifest) == "$before" ]]
  [[ -z $(fardel list) && -z $(ls "$ROOT/var/lib/fardel/packages") ]]
}

@test "plain, gzip and zstd tarballs; one without a tree" {
  for how in none gzip zstd; do
    fardel install "$(make_luet app-x/tool 1.0 "compression=$how" "file:opt/tool/a=$how")"
    [[ $(cat "$ROOT/opt/tool/a") == "$how" ]]
    fardel remove app-x/tool
    [[ ! -e $ROOT/opt/tool ]]
  done
  fardel install "$(make_luet virtual/meta 0 nothing)"
  run -0 fardel list --plain
  [[ $output == virtual/meta$'\t'0$'\t'* ]]
  fardel remove virtual/meta
  [[ -z $(fardel list) ]]
}

@test "modes, owners, attributes are the tarball's; setuid is a matter of the policy" {
  file=$(make_luet app-x/tool 1.0 dir:opt/tool mode:opt/tool=2770 file:opt/tool/a=a mode:opt/tool/a=640 \
    'xattr:opt/tool/a=user.says=hello' 'xattr:opt/tool/a=trusted.overlay.opaque=y' link:opt/tool/b=a)
  fardel install --yes --allow setgid "$file" || fardel install --yes "$file"
  [[ $(stat -c %a "$ROOT/opt/tool" "$ROOT/opt/tool/a" | tr '\n' ' ') == '2770 640 ' ]]
  run -0 python3 -c 'import os, sys; print({n: os.getxattr(sys.argv[1], n) for n in os.listxattr(sys.argv[1])})' "$ROOT/opt/tool/a"
  [[ $output == *"'user.says': b'hello'"* && $output != *opaque* ]]
  fardel remove app-x/tool
  file=$(make_luet app-x/tool 1.0 file:opt/tool/su=x mode:opt/tool/su=4755)
  run --separate-stderr -0 fardel --no-input install "$file"
  [[ $stderr == *'/opt/tool/su: setuid root, mode 4755'* && $(stat -c %a "$ROOT/opt/tool/su") == 4755 ]]
  fardel remove app-x/tool
  mkdir -p "$ROOT/etc/fardel/policy.d"
  printf '[[policy]]\nid = "setuid"\naction = "deny"\n' >"$ROOT/etc/fardel/policy.d/strict.toml"
  run --separate-stderr -10 fardel --no-input install "$file"
  [[ $stderr == *'/opt/tool/su'* && ! -e $ROOT/opt/tool ]]
}

@test "owners" {
  skip_unless_mount
  fardel install --yes "$(make_luet app-x/tool 1.0 dir:opt/tool owner:opt/tool=1234:0 file:opt/tool/a=a owner:opt/tool/a=1234:5678 link:opt/tool/b=a owner:opt/tool/b=7:8)"
  [[ $(stat -c %u:%g "$ROOT/opt/tool" "$ROOT/opt/tool/a" "$ROOT/opt/tool/b" | tr '\n' ' ') == '1234:0 1234:5678 7:8 ' ]]
  fardel verify app-x/tool
}

@test "an upgrade takes the old version's files away; undo brings them back; install again lays them again" {
  one=$(make_luet app-x/tool 1.0 file:opt/tool/old=old file:opt/tool/both=one)
  two=$(make_luet app-x/tool 2.0 file:opt/tool/new=new file:opt/tool/both=two)
  fardel install "$one"
  echo mine >"$ROOT/opt/tool/mine"
  fardel install "$two"
  [[ ! -e $ROOT/opt/tool/old && $(cat "$ROOT/opt/tool/new") == new && $(cat "$ROOT/opt/tool/both") == two ]]
  [[ $(cat "$ROOT/opt/tool/mine") == mine ]]
  fardel undo 2
  [[ $(cat "$ROOT/opt/tool/old") == old && $(cat "$ROOT/opt/tool/both") == one && ! -e $ROOT/opt/tool/new ]]
  # By its own tree, which has to be unpacked again for that.
  rm "$ROOT/opt/tool/old"
  fardel reconfigure app-x/tool
  [[ $(cat "$ROOT/opt/tool/old") == old ]]
  rm "$ROOT/opt/tool/both"
  fardel verify --repair app-x/tool
  [[ $(cat "$ROOT/opt/tool/both") == one ]]
  fardel verify app-x/tool
  run -0 fardel remove app-x/tool
  [[ $output == *'kept /opt/tool/mine'* && $(find "$ROOT/opt/tool" -type f) == "$ROOT/opt/tool/mine" ]]
}

@test "a file of two names is laid again, by reconfigure and by the next version" {
  fardel install "$(make_luet app-x/tool 1.0 dir:opt/tool file:opt/tool/a=one hard:opt/tool/b=opt/tool/a 'install=test -e /opt/tool/made || echo >/opt/tool/made')"
  fardel reconfigure app-x/tool
  [[ $ROOT/opt/tool/a -ef $ROOT/opt/tool/b && $(<"$ROOT/opt/tool/b") == one ]]
  fardel install "$(make_luet app-x/tool 2.0 dir:opt/tool file:opt/tool/a=two hard:opt/tool/b=opt/tool/a)"
  [[ $ROOT/opt/tool/a -ef $ROOT/opt/tool/b && $(<"$ROOT/opt/tool/b") == two ]]
  fardel verify
}

@test "preview shows it and leaves nothing; an installation is laid again without its tarball being fetched again" {
  file=$(make_luet app-x/tool 1.0 file:opt/tool/a=a)
  before=$(manifest)
  run -0 fardel preview "$file"
  [[ $output == *'/opt/tool/a'* && $(manifest) == "$before" ]]
  fardel install "$file"
  rm "$WORK"/luet/*.tar.zst
  fardel reconfigure app-x/tool
  rm -r "$ROOT/var/cache/fardel/packs"
  run --separate-stderr -2 fardel reconfigure app-x/tool
  [[ $stderr == *'tool-app-x-1.0.package.tar.zst'* ]]
  [[ $(cat "$ROOT/opt/tool/a") == a ]]
}

@test "through links that are there: a file goes where the link leads" {
  mkdir -p "$ROOT/opt/tool-real"
  ln -s tool-real "$ROOT/opt/tool"
  ln -s ../../opt/tool "$ROOT/etc/tool.d" || true
  fardel install "$(make_luet app-x/tool 1.0 file:opt/tool/a=a dir:opt/tool/sub file:opt/tool/sub/b=b)"
  [[ -L $ROOT/opt/tool && $(cat "$ROOT/opt/tool-real/a") == a && $(cat "$ROOT/opt/tool-real/sub/b") == b ]]
  run -0 fardel files app-x/tool
  [[ $output == *'/opt/tool-real/a'* && $output != *'/opt/tool/a'* ]]
  fardel remove app-x/tool
  [[ -z $(ls "$ROOT/opt/tool-real") ]]
  rm -r "$ROOT/opt/tool" "$ROOT/opt/tool-real" "$ROOT/etc/tool.d"
}

@test "no files through a link that is somebody else's" {
  skip_unless mount
  mkdir -p "$ROOT/opt/tool-real"
  ln -s tool-real "$ROOT/opt/tool"
  chown -h 1234 "$ROOT/opt/tool"
  run --separate-stderr fardel install "$(make_luet app-x/tool 1.0 file:opt/tool/a=a)"
  [[ $status != 0 && $stderr == *'/opt/tool is a link that uid 1234 has made'* ]]
  [[ -z $(ls -A "$ROOT/opt/tool-real") && -z $(fardel list) ]]
  rm -r "$ROOT/opt/tool" "$ROOT/opt/tool-real"
}

@test "no files through a link that others may replace: in their folder, or in one below it; a sticky one keeps root's" {
  skip_unless mount
  mkdir -p "$ROOT/opt/tool/in/it" "$ROOT/opt/tool-real"
  ln -s /opt/tool-real "$ROOT/opt/tool/in/it/link"
  file=$(make_luet app-x/tool 1.0 file:opt/tool/in/it/link/a=a)
  for loose in tool tool/in tool/in/it; do
    for how in 'chown 1234' 'chmod 757'; do
      $how "$ROOT/opt/$loose"
      run --separate-stderr -1 fardel install "$file"
      [[ $stderr == *'/opt/tool/in/it/link is a link that others than root may replace'*"make /opt/$loose root's own"* ]]
      [[ -z $(ls -A "$ROOT/opt/tool-real") && -z $(fardel list) ]]
      chown 0 "$ROOT/opt/$loose"
      chmod 755 "$ROOT/opt/$loose"
    done
  done
  chmod 1777 "$ROOT/opt/tool"
  fardel install "$file"
  [[ $(cat "$ROOT/opt/tool-real/a") == a ]]
  fardel remove app-x/tool
  rm -r "$ROOT/opt/tool" "$ROOT/opt/tool-real"
}

@test "a folder in the way of a file, a file in the way of a folder: named, and nothing is registered" {
  mkdir -p "$ROOT/opt/tool/a"
  run --separate-stderr -11 fardel install "$(make_luet app-x/tool 1.0 file:opt/tool/a=a file:opt/tool/b=b)"
  [[ $stderr == *'/opt/tool/a: a folder is there, and a file is to come'* ]]
  [[ -z $(fardel list) && ! -e $ROOT/opt/tool/b ]]
  rm -r "$ROOT/opt/tool"
  echo x >"$ROOT/opt/tool"
  run --separate-stderr -11 fardel install "$(make_luet app-x/tool 1.0 file:opt/tool/a=a)"
  [[ $stderr == *'/opt/tool: a file is there, and a folder is to come'* && $(cat "$ROOT/opt/tool") == x ]]
  [[ -z $(fardel list) ]]
}

@test "another package's file: refused, with its path and whose it is" {
  fardel install "$(make_luet app-x/other 1.0 file:opt/tool/a=other)"
  run --separate-stderr fardel install "$(make_luet app-x/tool 1.0 file:opt/tool/a=tool)"
  [[ $status != 0 && $stderr == *'/opt/tool/a'* && $stderr == *'app-x/other'* ]]
  [[ $(cat "$ROOT/opt/tool/a") == other ]]
}

@test "what would come to places that are nobody's is left out, and said" {
  run --separate-stderr -0 fardel install "$(make_luet app-x/tool 1.0 file:opt/tool/a=a file:run/tool/b=b dir:proc dir:sys)"
  [[ $stderr == *'/run is left out'* && $stderr != *'/proc'* && -e $ROOT/opt/tool/a && ! -e $ROOT/run/tool ]]
}

@test "no files through another package's link, wherever it leads" {
  fardel install "$(make_luet app-x/other 1.0 link:opt/tool=/etc)"
  run --separate-stderr -11 fardel install "$(make_luet app-x/tool 1.0 'file:opt/tool/tool.conf=x')"
  [[ $stderr == *'/opt/tool is a link that app-x/other has made'* && ! -e $ROOT/etc/tool.conf ]]
  fardel remove app-x/other
  # Nor in one package.
  run --separate-stderr -1 fardel install "$(make_luet app-x/tool 1.0 link:opt/tool=/etc 'file:opt/tool/tool.conf=x')"
  [[ $stderr == *'opt/tool/tool.conf'* && ! -e $ROOT/etc/tool.conf && ! -e $ROOT/opt/tool ]]
}

@test "puavo-pkg's layout is none for it" {
  skip_unless_mount
  ln -sf /opt/fardel-test/bin/fardel /usr/sbin/puavo-pkg
  file=$(make_luet app-x/tool 1.0 file:opt/tool/a=a)
  run puavo-pkg install "$file"
  rm /usr/sbin/puavo-pkg
  [[ $status == 1 && $output == *"none for a package of luet's"* && ! -e $ROOT/opt/tool ]]
}

@test "what is prepared is nobody's but root's to look into: setuid files of it are out of reach" {
  fardel prepare "$(make_luet app-x/tool 1.0 file:opt/tool/su=x mode:opt/tool/su=4755)"
  folder=$(echo "$ROOT"/var/lib/fardel/packages/app-x:tool/*/upstream)
  [[ $(stat -c %a "$folder") == 700 && $(stat -c %a "$folder/opt/tool/su") == 4755 ]]
  fardel install "$WORK/luet/1.0/app-x:tool.tar.gz"
  [[ $(stat -c %a "$ROOT/opt/tool/su") == 4755 && -z $(ls "$folder") ]]
}

@test "unconfigured it leaves nothing, and is laid again from its tarball; without a stage it is refused" {
  file=$(make_luet app-x/tool 1.0 file:opt/tool/a=a)
  fardel install "$file"
  fardel unconfigure app-x/tool
  [[ ! -e $ROOT/opt/tool ]]
  run -0 fardel list --plain
  [[ $output == app-x/tool$'\t'1.0$'\t'*prepared* ]]
  fardel install "$file"
  [[ $(cat "$ROOT/opt/tool/a") == a ]]
  fardel remove app-x/tool
  fardel undo 4
  [[ $(cat "$ROOT/opt/tool/a") == a ]]
  fardel verify app-x/tool
  run --separate-stderr -10 fardel install --direct "$file"
  [[ $stderr == *'it can only be installed or removed in a stage'*'Next: the same command without --direct'* && $(cat "$ROOT/opt/tool/a") == a ]]
}

@test "show knows its file; lint has nothing to look at" {
  file=$(make_luet app-x/tool 1.0+2 file:opt/tool/a=a 'def=license: MIT' 'def=uri: [https://tool.example/]')
  run -0 fardel show "$file"
  [[ $output == *'app-x/tool'* && $output == *'1.0+2'* && $output == *MIT* && $output == *'https://tool.example/'* && $output == *'Says tool'* ]]
  run -1 fardel lint "$file"
  [[ $output == *"it is made of what a wagon of luet's says"* ]]
}
