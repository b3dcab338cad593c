#!/usr/bin/env bats
# Installers whose rules are rules.lua, from end to end. What the functions do each is tests/lua's.

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

# lua VERSION [MANIFEST-LINE…]: the installer hello with the script on stdin, whose path it prints.
lua() {
  local script=$WORK/script.$1/rules.lua
  mkdir -p "${script%/*}"
  cat >"$script"
  { manifest_head hello "$1"; printf '%s\n' "${@:2}"; manifest_pack "$VENDOR/hello-1.deb"; } | make_format3 hello "$script"
}

@test "rules.lua: configured, configured again, removed; what unconfigure does not say is taken back" {
  skip_unless mount userns
  local file
  file=$(lua 1 <<<'function configure(upstream)
    fs.link(path.join(upstream, "usr/bin/hello"), "/usr/bin/hello")
    fs.write("/etc/hello.conf", "from lua\n")
  end')
  before=$(find "$ROOT/etc" "$ROOT/usr/bin" | sort | sha256sum)
  run -0 fardel install "$file"
  [[ $(<"$ROOT/etc/hello.conf") == "from lua" && -L $ROOT/usr/bin/hello ]]
  run -0 fardel reconfigure hello
  run -0 fardel files hello
  [[ $output == *'/etc/hello.conf'*'/usr/bin/hello'* ]]
  run -0 fardel verify hello
  run -0 fardel remove hello
  [[ $output == *'0 left behind'* ]]
  [[ $(find "$ROOT/etc" "$ROOT/usr/bin" | sort | sha256sum) == "$before" ]]
}

@test "rules.lua: an upgrade takes away what the new version does not make" {
  skip_unless mount userns
  local old new
  old=$(lua 1 <<<'function configure() fs.write("/etc/hello.old", "1") fs.write("/etc/hello.conf", "1") end')
  cp "$old" "$WORK/old.tar.gz"
  run -0 fardel install "$WORK/old.tar.gz"
  new=$(lua 2 <<<'function configure() fs.write("/etc/hello.conf", "2") end')
  run -0 fardel install "$new"
  [[ ! -e $ROOT/etc/hello.old && $(<"$ROOT/etc/hello.conf") == 2 ]]
  run -0 fardel undo 2
  [[ $(<"$ROOT/etc/hello.old") == 1 && $(<"$ROOT/etc/hello.conf") == 1 ]]
}

@test "rules.lua: what an admin has changed is replaced by an upgrade with a word, and comes back by undo" {
  skip_unless mount userns
  run -0 fardel install "$(lua 1 <<<'function configure() fs.write("/etc/hello.conf", "1") end')"
  echo mine >"$ROOT/etc/hello.conf"
  run --separate-stderr -0 fardel install "$(lua 2 <<<'function configure() fs.write("/etc/hello.conf", "2") end')"
  [[ $stderr == *'hello: /etc/hello.conf was changed since by somebody, and is replaced; undo brings it back'* ]]
  [[ $(<"$ROOT/etc/hello.conf") == 2 ]]
  run -0 fardel undo 2
  [[ $(<"$ROOT/etc/hello.conf") == mine ]]
  # A reconfigure, and an upgrade of what nobody has changed, have nothing to say.
  run -0 fardel install "$(lua 3 <<<'function configure() if not fs.exists("/etc/hello.conf") then fs.write("/etc/hello.conf", "3") end end')"
  [[ $output != *'changed since'* && $(<"$ROOT/etc/hello.conf") == mine ]]
}

@test "rules.lua: an error ends with its line and 1, and nothing has changed" {
  local file
  file=$(lua 1 <<<'function configure(upstream)
    fs.write("/etc/hello.conf", "x")

    fs.read("/etc/hello.not-there")
  end
  function unconfigure() fs.remove("/etc/hello.conf") end')
  run --separate-stderr -1 fardel install "$file"
  [[ $stderr == *'rules.lua:4: '*'/etc/hello.not-there'* ]]
  [[ ! -e $ROOT/etc/hello.conf ]]
  run -3 fardel show hello
}

@test "rules.lua: without a stage, in any root: what unconfigure takes back" {
  local file
  file=$(lua 1 <<<'function configure(upstream)
    fs.link(path.join(upstream, "usr/bin/hello"), "/usr/bin/hello")
    fs.write("/etc/hello.conf", sys.distribution .. "\n")
  end
  function unconfigure() fs.remove("/etc/hello.conf") fs.remove("/usr/bin/hello") end')
  run -0 fardel install --direct "$file"
  [[ $(readlink "$ROOT/usr/bin/hello") == /var/lib/fardel/packages/hello/*/upstream/usr/bin/hello && -s $ROOT/etc/hello.conf ]]
  run -0 fardel reconfigure --direct hello
  run -0 fardel remove --direct hello
  [[ ! -e $ROOT/etc/hello.conf && ! -L $ROOT/usr/bin/hello ]]
}

@test "rules.lua: the application is in use: 4" {
  run --separate-stderr -4 fardel install "$(lua 1 <<<'function configure() sys.in_use("close hello first") end function unconfigure() end')"
  [[ $stderr == *'close hello first'* ]]
}

@test "rules.lua: a loop ends by lua.cpu, memory by lua.memory; the package is as before" {
  skip_unless mount userns
  local file
  run -0 fardel install "$(lua 1 <<<'function configure() fs.write("/etc/hello.conf", "1") end')"
  file=$(lua 2 <<<'function configure() fs.write("/etc/hello.conf", "2") while true do end end')
  run --separate-stderr -1 fardel --set lua.cpu=1 install "$file"
  [[ $stderr == *'rules.lua:1'*'lua.cpu'* || $stderr == *'rules.lua:1'*'limit cpu'* ]]
  file=$(lua 3 <<<'function configure() local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(1000) .. i end end')
  run --separate-stderr -1 fardel --set lua.memory=16777216 install "$file"
  [[ $stderr == *'rules.lua:1'*'memory'* ]]
  [[ $(<"$ROOT/etc/hello.conf") == 1 ]]
  run -0 fardel list --plain
  [[ $output == *$'hello\t1\t'* ]]
}

# fetching URL SHA256: an installer whose pack the script puts together of a file that it has fetched.
fetching() {
  mkdir -p "$WORK/fetching"
  cat >"$WORK/fetching/rules.lua" <<END
function download(file)
  net.fetch{url = "$1", sha256 = "$2", file = file}
end
function unpack(pack, dir)
  fs.copy(pack, path.join(dir, "part"))
end
function configure(upstream)
  fs.link(path.join(upstream, "part"), "/usr/bin/hello")
end
END
  { manifest_head hello 1; printf '[[pack]]\nfile = "part"\nsha256 = "%s"\n' "${3:-$2}"; } | make_format3 hello "$WORK/fetching/rules.lua"
}

@test "rules.lua: download fetches by net.fetch, through the cache, without a network of its own" {
  skip_unless mount userns
  local url sum
  printf '#!/bin/sh\necho part\n' >"$VENDOR/part"
  sum=$(sha256sum "$VENDOR/part" | cut -d' ' -f1)
  serve "$VENDOR"
  run -0 fardel "${QUICK[@]}" install "$(fetching "$URL/part" "$sum")"
  [[ $(<"$ROOT/usr/bin/hello") == *'echo part'* ]]
  run -0 fardel remove hello
  # What was fetched is there.
  run -0 fardel --offline install "$(fetching "$URL/part" "$sum")"
}

@test "rules.lua: net.fetch: other bytes than the sum says are an error of the script; what is not there is a network's" {
  local none=0000000000000000000000000000000000000000000000000000000000000000
  echo other >"$VENDOR/part"
  serve "$VENDOR"
  run --separate-stderr fardel "${QUICK[@]}" install "$(fetching "$URL/part" $none)"
  [[ $status == 1 || $status == 5 ]]
  [[ $stderr == *'rules.lua:2: '*'not the sha256 that is wanted'* ]]
  # Nor does the script hear of what came instead.
  [[ $(grep 'rules.lua:2:' <<<"$stderr") != *"$(sha256sum "$VENDOR/part" | cut -d' ' -f1)"* ]]
  run --separate-stderr -2 fardel "${QUICK[@]}" install "$(fetching "$URL/gone" $none)"
  [[ $stderr == *'rules.lua:2: '* ]]
  run --separate-stderr fardel "${QUICK[@]}" install "$(fetching "file:///etc/passwd" $none)"
  [[ $status == 1 && $stderr == *'only http: and https:'* ]]
}

@test "rules.lua: run does what the manifest names, and nothing else" {
  skip_unless mount userns
  local script='function configure() run{"touch", "/etc/hello.conf"} end'
  run --separate-stderr -1 fardel install "$(lua 1 <<<"$script")"
  [[ $stderr == *'rules.lua:1: '*touch* ]]
  run -0 fardel install "$(lua 2 '[needs]' 'programs = ["touch"]' <<<"$script")"
  [[ -e $ROOT/etc/hello.conf ]]
}

@test "rules.lua: a program that it runs in a stage does not reach fardel's own, nor what is behind them" {
  skip_unless mount userns
  local file own
  own=$(dirname "$FARDEL_BIN")/../libexec/fardel
  before=$(stat -c '%n %a %u %s' "$own"/* && sha256sum "$own"/*)
  # shellcheck disable=SC2016
  file=$(lua 1 '[needs]' 'programs = ["sh"]' <<<'function configure()
    run{"sh", "-c", [[for at in fd/3 fd/5 fd/6 fd/7 exe; do
      printf X >>/proc/$PPID/$at; chmod 4755 /proc/$PPID/$at; chown 1234 /proc/$PPID/$at; done 2>/dev/null; :]]}
    fs.write("/etc/hello.conf", "done")
  end')
  run -0 fardel install "$file"
  [[ -e $ROOT/etc/hello.conf ]]
  [[ $(stat -c '%n %a %u %s' "$own"/* && sha256sum "$own"/*) == "$before" ]]
  # What they were run by is as it was for the next.
  run -0 fardel reconfigure hello
}

@test "rules.lua: on the system itself only what can be taken back" {
  skip_unless mount userns
  local file
  file=$(lua 1 <<<'function configure() fs.write("/etc/hello.conf", "1") end')
  run --separate-stderr -1 fardel install --direct "$file"
  [[ $stderr == *'configure without unconfigure'* ]]
  [[ ! -e $ROOT/etc/hello.conf ]]
  file=$(lua 2 <<<'function configure() fs.write("/etc/hello.conf", "1") end function unconfigure() fs.remove("/etc/hello.conf") end')
  run -0 fardel install --direct "$file"
  [[ -e $ROOT/etc/hello.conf ]]
  run -0 fardel remove --direct hello
  [[ ! -e $ROOT/etc/hello.conf ]]
}

@test "rules.lua: preview shows what it would do, and does not" {
  skip_unless mount userns
  run -0 fardel preview "$(lua 1 <<<'function configure() fs.write("/etc/hello.conf", "1") end')"
  [[ $output == *'/etc/hello.conf'* ]]
  [[ ! -e $ROOT/etc/hello.conf ]]
}
