#!/usr/bin/env bats
# Installers of format 3: manifest.toml.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  make_pack_deb hello 1
  QUICK=(--set fetch.retries=0 --set fetch.retry_delay=0 --set fetch.connect_timeout=5)
}

teardown() {
  finish
}

# A .deb with one file in /usr/bin more: WORK/vendor/NAME.deb
make_extra() {
  local folder=$WORK/extra.$1
  mkdir -p "$folder/DEBIAN" "$folder/usr/bin"
  printf 'Package: %s\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x.example>\nDescription: x\n' "$1" >"$folder/DEBIAN/control"
  printf '#!/bin/sh\necho %s\n' "$1" >"$folder/usr/bin/$1"
  chmod 755 "$folder/usr/bin/$1"
  dpkg-deb --root-owner-group -b "$folder" "$VENDOR/$1.deb" >/dev/null
}

machine() { dpkg --print-architecture; }

upstream() { readlink -f "$ROOT/var/lib/fardel/installed/hello"; }

@test "format 3: built, the same bytes twice, installed, and removed" {
  local file
  file=$({ manifest_head hello 1.2; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello)
  cp "$file" "$WORK/first"
  find "$WORK/src" -exec touch -d 1999-12-31 {} +
  (umask 077 && LC_ALL=tr_TR.UTF-8 TZ=Asia/Tokyo fardel build -o "$WORK/out" "$WORK/src/hello")
  cmp "$WORK/first" "$file"
  run -0 fardel install "$file"
  [[ -L $ROOT/usr/bin/hello ]]
  run -0 fardel list --plain
  [[ $output == *1.2* ]]
  run -0 fardel remove hello
  [[ ! -e $ROOT/usr/bin/hello ]]
}

@test "format 3: build names line, column and the nearest key, and writes nothing" {
  run --separate-stderr -1 make_format3 hello < <(manifest_head hello 1 && echo '[[pakc]]')
  [[ $stderr == *'build '*'/hello: manifest.toml: line 4, column'*'pakc[0] is not known: did you mean pack?'* ]]
  [[ ! -e $WORK/out/hello.tar.gz ]]
}

@test "format 3: build misses the licence's file; --bump is format 2's" {
  run --separate-stderr -1 make_format3 hello < <(manifest_head hello 1 && echo 'license.file = "EULA"' &&
    manifest_pack "$VENDOR/hello-1.deb")
  [[ $stderr == *'manifest.toml: license.file is EULA, and there is no such file'* ]]
  { manifest_head hello 1; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello
  run --separate-stderr -64 fardel build --bump -o "$WORK/out" "$WORK/src/hello"
}

@test "format 3: an epoch and Debian's order make an upgrade or a downgrade" {
  local file
  file=$({ manifest_head hello 1.9; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello)
  fardel install "$file"
  { manifest_head hello 1.10; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello
  run --separate-stderr -0 fardel install --dry-run --json "$file"
  jq -e '.items[0].action == "upgrade"' <<<"$output"
  { manifest_head hello 1.9~rc1; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello
  run --separate-stderr -0 fardel install --dry-run --json "$file"
  jq -e '.items[0].action == "downgrade"' <<<"$output"
  { manifest_head hello 0.1; echo 'epoch = 1'; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello
  run --separate-stderr -0 fardel install --dry-run --json "$file"
  jq -e '.items[0].action == "upgrade"' <<<"$output"
}

@test "format 3: two packs are unpacked in their order into one folder" {
  local file
  make_extra more
  file=$({ manifest_head hello 1; manifest_pack "$VENDOR/hello-1.deb"; manifest_pack "$VENDOR/more.deb" 'file = "x.deb"'; } |
    make_format3 hello)
  run -0 fardel install "$file"
  [[ -x $(upstream)/upstream/usr/bin/hello && -x $(upstream)/upstream/usr/bin/more ]]
  run -0 fardel log
  [[ $output == *'unpack hello-1.deb'*'unpack x.deb'* ]]
}

@test "format 3: packs for other architectures are neither fetched nor unpacked" {
  local file
  file=$({
    manifest_head hello 1
    manifest_pack "$VENDOR/hello-1.deb" "arch = \"$(machine)\""
    manifest_pack "$VENDOR/hello-1.deb" 'arch = "m68k"' 'url=http://127.0.0.1:1/none.deb'
  } | make_format3 hello)
  run -0 fardel "${QUICK[@]}" install "$file"
  [[ -L $ROOT/usr/bin/hello ]]
}

@test "format 3: what is for other architectures is refused, and says for which; show and build mind none of that" {
  local file
  file=$({ manifest_head hello 1; echo 'architectures = ["m68k", "sh4"]'; manifest_pack "$VENDOR/hello-1.deb"; } |
    make_format3 hello)
  run --separate-stderr -11 fardel install "$file"
  [[ $stderr == *"the package is for m68k, sh4, and this system is $(machine)"* ]]
  [[ ! -e $ROOT/usr/bin/hello ]]
  run -0 fardel show "$file"
  file=$({ manifest_head hello 1; manifest_pack "$VENDOR/hello-1.deb" 'arch = "m68k"'; } | make_format3 hello)
  run --separate-stderr -11 fardel install "$file"
  [[ $stderr == *"its packs are for m68k, and this system is $(machine)"* ]]
}

@test "format 3: mirrors are tried in their order, then the URL" {
  local file
  serve "$VENDOR"
  file=$({
    manifest_head hello 1
    manifest_pack "$VENDOR/hello-1.deb" "url=$URL/hello-1.deb" "mirrors = [\"http://127.0.0.1:1/a.deb\", \"$URL/none.deb\"]"
  } | make_format3 hello)
  run --separate-stderr -0 fardel "${QUICK[@]}" install "$file"
  (($(requests "/none.deb") == 1 && $(requests "/hello-1.deb") == 1))
  [[ -L $ROOT/usr/bin/hello ]]
}

@test "format 3: a wrong sha256 ends with 5, a wrong size as well" {
  local file
  file=$({ manifest_head hello 1; manifest_pack "$VENDOR/hello-1.deb"; } | sed "s/^sha256 = .*/sha256 = \"$(printf other | sha256sum | cut -c1-64)\"/" |
    make_format3 hello)
  run --separate-stderr -5 fardel "${QUICK[@]}" install "$file"
  [[ $stderr == *'checksum mismatch'* ]]
  file=$({ manifest_head hello 1; manifest_pack "$VENDOR/hello-1.deb" 'size = 7'; } | make_format3 hello)
  run --separate-stderr -5 fardel "${QUICK[@]}" install "$file"
  [[ ! -e $ROOT/usr/bin/hello ]]
  [[ -z $(find "$ROOT/var/cache/fardel/packs" -type f 2>/dev/null) ]]
}

@test "format 3: both or neither of rules and rules.lua are refused" {
  { manifest_head hello 1; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello
  touch "$WORK/src/hello/rules.lua"
  run --separate-stderr -1 fardel build -o "$WORK/out" "$WORK/src/hello"
  [[ $stderr == *' and rules.lua: leave one of them out'* ]]
  rm "$WORK/src/hello/rules" "$WORK/src/hello/rules.lua"
  run --separate-stderr -1 fardel build -o "$WORK/out" "$WORK/src/hello"
  [[ $stderr == *'neither'* ]]
}

# An installer whose configure also runs these lines.
with_rules() {
  local file=$WORK/out/hello.tar.gz
  sed -i "s|^configure) .*|configure) ln -fns \"\$2/usr/bin/hello\" \"\$FARDEL_ROOT/usr/bin/hello\"; $1 ;;|" "$WORK/src/hello/rules"
  fardel build -o "$WORK/out" "$WORK/src/hello" >/dev/null
  echo "$file"
}

needs_stage() { skip_unless mount userns; }

@test "format 3: needs.live runs rules on the system itself, and says so with the reason" {
  needs_stage
  local file
  file=$({ manifest_head hello 1; echo 'needs.live = "it asks the bus"'; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello)
  run --separate-stderr -0 fardel preview --json "$file"
  jq -e '.previews[0].findings[0] | .id == "needs-live" and .severity == "warn" and (.text | endswith(": it asks the bus"))' <<<"$output"
  run --separate-stderr -0 fardel install "$file"
  [[ $stderr == *'run on the system itself (needs.live: '*': it asks the bus)'* ]]
  [[ -L $ROOT/usr/bin/hello ]]
  run --separate-stderr -0 fardel remove hello
  [[ $stderr == *'run on the system itself'* ]]
}

@test "format 3: needs.live is the policy's matter, and require_sandbox's" {
  skip_unless mount userns chroot
  local file
  file=$({ manifest_head hello 1; echo 'needs.live = true'; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello)
  run --separate-stderr -10 fardel --set require_sandbox=true install "$file"
  [[ ! -e $ROOT/usr/bin/hello ]]
  mkdir -p "$ROOT/etc/fardel/policy.d"
  printf '[[policy]]\nid = "needs-live"\naction = "deny"\n' >"$ROOT/etc/fardel/policy.d/a.toml"
  run --separate-stderr -10 fardel install "$file"
  [[ $stderr == *'--allow needs-live'* && ! -e $ROOT/usr/bin/hello ]]
  run -0 fardel install --allow needs-live "$file"
}

@test "format 3: needs.network is asked about before its rules run; then they have it" {
  needs_stage
  local file
  serve "$VENDOR"
  { manifest_head hello 1; echo 'needs.network = "for its key"'; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello
  file=$(with_rules "curl -fsS -o /etc/hello.key $URL/hello-1.deb")
  run --separate-stderr -12 fardel install "$file"
  [[ $stderr == *'its rules have the network: for its key (policy needs-network)'* ]]
  (($(requests /hello-1.deb) == 0))
  run -1 fardel preview "$file"
  run -0 fardel preview --allow needs-network "$file"
  run -0 fardel install -y "$file"
  cmp "$ROOT/etc/hello.key" "$VENDOR/hello-1.deb"
  (($(requests /hello-1.deb) >= 2))
}

# asking VERSION [LINE]: an installer whose configure and unconfigure ask the server for VERSION-PHASE; the line is in its manifest.
asking() {
  { manifest_head hello "$1"; echo "${2-}"; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello >/dev/null
  sed -i "s|^\([a-z]*configure\)) |&curl -s -m 5 -o /dev/null $URL/$1-\1 \|\| :; |" "$WORK/src/hello/rules"
  fardel build -o "$WORK/out/$1" "$WORK/src/hello" >/dev/null
  echo "$WORK/out/$1/hello.tar.gz"
}

@test "format 3: of an upgrade, each version has the network that it stated itself" {
  needs_stage
  local with without
  serve "$VENDOR"
  mkdir "$WORK/out" "$WORK/out/1" "$WORK/out/2"
  with=$(asking 1 'needs.network = "for its key"') without=$(asking 2)
  fardel install -y "$with"
  (($(requests /1-configure) >= 1))
  # The old one's unconfigure has it, which is asked about; the new one's configure has not.
  run --separate-stderr -12 fardel install "$without"
  [[ $stderr == *'for its key (policy needs-network)'* ]]
  (($(requests /1-unconfigure) == 0))
  run -0 fardel install -y "$without"
  (($(requests /1-unconfigure) >= 1 && $(requests /2-configure) == 0))
  # And the other way round.
  run -0 fardel preview --allow needs-network "$with"
  run -0 fardel install -y "$with"
  (($(requests /2-unconfigure) == 0 && $(requests /2-configure) == 0 && $(requests /1-configure) >= 3))
}

@test "format 3: needs.live of the old version holds for an upgrade to one that has other needs" {
  needs_stage
  local live
  serve "$VENDOR"
  mkdir "$WORK/out" "$WORK/out/1" "$WORK/out/2"
  live=$(asking 1 'needs.live = "it asks the bus"')
  fardel install -y "$live"
  run --separate-stderr -0 fardel install -y "$(asking 2 'needs.network = "for its key"')"
  [[ $stderr == *'run on the system itself (needs.live: '*': it asks the bus)'* ]]
}

@test "format 3: with needs.network rules read what /etc/resolv.conf leads to below /run, and nothing else there" {
  needs_stage
  local file
  mkdir -p "$ROOT/run/resolve-test/by"
  echo 'nameserver 192.0.2.7' >"$ROOT/run/resolve-test/by/stub.conf"
  echo other >"$ROOT/run/resolve-test/by/other"
  mkdir -p "$ROOT/etc"
  cp "$ROOT/etc/resolv.conf" "$WORK/resolv.conf"
  rm -f "$ROOT/etc/resolv.conf"
  ln -s ../run/resolve-test/by/stub.conf "$ROOT/etc/resolv.conf"
  { manifest_head hello 1; echo 'needs.network = "for its key"'; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello
  file=$(with_rules 'cat /etc/resolv.conf >/etc/hello.key; ls /run/resolve-test/by >>/etc/hello.key; if echo x 2>/dev/null >/etc/resolv.conf; then exit 1; fi')
  run -0 fardel install -y "$file"
  [[ $(cat "$ROOT/etc/hello.key") == $'nameserver 192.0.2.7\nstub.conf' ]]
  [[ $(cat "$ROOT/run/resolve-test/by/stub.conf") == 'nameserver 192.0.2.7' ]]
  { manifest_head hello 1; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello
  file=$(with_rules 'cat /etc/resolv.conf >/etc/hello.key')
  run -0 fardel remove -y hello
  run -1 fardel install -y "$file"
  rm "$ROOT/etc/resolv.conf"
  cp "$WORK/resolv.conf" "$ROOT/etc/resolv.conf"
}

@test "format 3: without needs.network rules have none" {
  needs_stage
  local file
  serve "$VENDOR"
  { manifest_head hello 1; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello
  file=$(with_rules "curl -fsS -o /etc/hello.key $URL/hello-1.deb")
  run -1 fardel install -y "$file"
  (($(requests /hello-1.deb) == 0))
}

@test "format 3: [declares] is held against what is changed and asked for" {
  needs_stage
  [[ -x /usr/bin/systemctl ]] || skip "no systemctl in this root"
  local file unit='/etc/systemd/system/hello.service'
  { manifest_head hello 1; printf '[declares]\nfiles = ["/usr/bin/hello", "/etc/systemd/**"]\neffects = ["systemctl restart hello"]\n'
    manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello
  file=$(with_rules "printf '[Service]\\\\nExecStart=/bin/true\\\\n' >$unit; systemctl restart hello.service")
  run --separate-stderr -0 fardel preview --json "$file"
  jq -e '.previews[0].effects | length == 1' <<<"$output"
  jq -e '[.previews[0].findings[] | select(.id | startswith("undeclared"))] == []' <<<"$output"
  file=$(with_rules "cp /etc/passwd $unit; echo 1 >/etc/hello.conf; mkdir -p /etc/hello.d; systemctl start hello")
  run --separate-stderr -0 fardel preview --json "$file"
  jq -e '[.previews[0].findings[] | select(.id == "undeclared-file") | .path] == ["/etc/hello.conf"]' <<<"$output"
  jq -e '[.previews[0].findings[] | select(.id == "undeclared-effect") | .path] == ["systemctl start hello.service"]' <<<"$output"
  file=$(with_rules 'echo 1 >/etc/hello.conf')
  run --separate-stderr -0 fardel install "$file"
  [[ $stderr == *'/etc/hello.conf: its manifest does not declare that (policy undeclared-file)'* ]]
  run --separate-stderr -0 fardel remove hello
  [[ $stderr != *undeclared* ]]
}

@test "format 3: without [declares] nothing is undeclared" {
  needs_stage
  local file
  { manifest_head hello 1; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello
  file=$(with_rules 'echo 1 >/etc/hello.conf')
  run --separate-stderr -0 fardel install "$file"
  [[ $stderr != *undeclared* ]]
}

@test "format 3: show tells what the manifest states, in words and as JSON" {
  local file
  make_extra more
  file=$({
    manifest_head hello 1.2
    printf 'epoch = 3\nhomepage = "https://x.example/"\nlicense = "MIT"\nsummary = "Says hello"\n'
    printf 'depends = ["other (>= 2)"]\nconflicts = ["third"]\nprovides = ["greeter (= 1)"]\n'
    printf '[needs]\ndeb = ["dpkg (>= 1)"]\nprograms = ["true"]\nnetwork = "for its key"\n'
    manifest_pack "$VENDOR/hello-1.deb" 'size = 758' "arch = \"$(machine)\""
    manifest_pack "$VENDOR/more.deb" 'url=https://me:secret@x.example/more.deb' 'redistributable = false' 'mirrors = ["http://m.example/more"]'
  } | make_format3 hello)
  run --separate-stderr -0 fardel show "$file"
  [[ $output == *$'\nVersion: 3:1.2\n'* && $output == *$'\nLegend: Says hello\n'* && $output == *$'\nFormat: 3\n'* ]]
  [[ $output == *$'\nArchitectures: all\n'* && $output == *$'\nHomepage: https://x.example/\n'* && $output == *$'\nSpdx: MIT\n'* ]]
  [[ $output == *$'\nDepends: other (>= 2)\nConflicts: third\nProvides: greeter (= 1)\n'* ]]
  [[ $output == *$'\nNeeds: Debian\'s dpkg (>= 1); to run true; the network: for its key\n'* ]]
  [[ $output == *$'\nPacks:\n hello-1.deb: file://'*", for $(machine), 758 B, sha256 "*$'…\n more.deb: https://x.example/more.deb, sha256 '* ]]
  [[ $output != *secret* ]]
  run --separate-stderr -0 fardel show --json "$file"
  jq -e '.packages[0] | .format == 3 and .architectures == ["all"] and .depends == ["other (>= 2)"] and .conflicts == ["third"]
    and .provides == ["greeter (= 1)"] and .spdx == "MIT" and .needs == {deb: ["dpkg (>= 1)"], programs: ["true"], live: false, network: "for its key"}
    and (.packs | length == 2) and .packs[0].size == 758 and .packs[0].redistributable and .packs[0].cached == null
    and (.packs[0].sums.sha256 | length == 64) and .packs[1].mirrors == ["http://m.example/more"] and (.packs[1].redistributable | not)' <<<"$output"
  run --separate-stderr -0 fardel show -F Depends "$file"
  [[ $output == 'other (>= 2)' ]]
}

@test "format 3: show names the cached pack; of formats 1 and 2 it tells no more than there is" {
  local file
  file=$({ manifest_head hello 1; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello)
  fardel install "$file"
  run --separate-stderr -0 fardel show --json hello
  cmp "$(jq -r '.packages[0].packs[0].cached' <<<"$output")" "$VENDOR/hello-1.deb"
  fardel remove hello
  run --separate-stderr -0 fardel show "$(make_installer hello 2)"
  [[ $output == *$'\nFormat: 2' && $output != *Depends* ]]
}
