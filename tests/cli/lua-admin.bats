#!/usr/bin/env bats
# fardel lua: an admin's own script.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  skip_unless mount userns # it takes no --root
  cd "$WORK" || return
}

teardown() {
  finish
}

@test "lua: arguments, the standard library, the modules, and exit statuses" {
  cat >a.lua <<'END'
#!/usr/bin/env -S fardel lua
print(arg[0], arg[1], arg[2], #arg, select("#", ...), ...)
print(type(io.popen), type(os.getenv), type(debug), type(require), type(fs.read), os.getenv("WHO"))
END
  WHO=me run -0 fardel lua a.lua --yes 'b c'
  [[ ${lines[0]} == $'a.lua\t--yes\tb c\t2\t2\t--yes\tb c' ]]
  [[ ${lines[1]} == $'function\tfunction\ttable\tfunction\tfunction\tme' ]]
  echo 'os.exit(7)' >b.lua
  run -7 fardel lua b.lua
  printf '\n\nerror("so")\n' >c.lua
  run -1 fardel lua c.lua
  [[ $output == 'c.lua:3: so' ]]
  run -64 fardel lua
  run -64 fardel --json lua a.lua
}

@test "lua: a dry run of a script there is not" {
  echo 'fs.write("made", "x")' >a.lua
  for option in -n --dry-run; do
    run -64 fardel "$option" lua a.lua
    [[ $output == *'--dry-run'* && ! -e made ]]
  done
  run -0 fardel lua a.lua
  [[ -e made ]]
}

@test "lua: what is no script is named by fardel, with what to do" {
  mkdir folder
  run -3 fardel lua nothing.lua
  [[ $output == 'fardel: '*'nothing.lua: there is no such file'*'Next:'*'path'* ]]
  run -1 fardel lua folder
  [[ $output == 'fardel: '*'folder is a folder'*'Next:'*'fardel lua FILE'* ]]
}

@test "lua: fs reaches everything, run any program, stdin is the caller's" {
  cat >a.lua <<'END'
fs.write("made/x", fs.read("/proc/self/comm"), "0600")
print(select(2, run{"sh", "-c", "echo $0", capture = true}), io.read("l"), fs.exists("/etc/passwd"))
print(pcall(net.fetch, {url = "https://example.com", sha256 = "x"}))
END
  ln -s "$PWD" link
  cd link
  run -0 fardel lua a.lua <<<'typed'
  [[ $output == 'sh'*'typed'*'true'*'only download has a network'* ]]
  [[ $(<made/x) == fardel-lua && $(stat -c %a made/x) == 600 ]]
}

@test "lua: modules come from the system's folders alone" {
  mkdir evil
  echo 'print("evil")' >evil/module.lua
  cp evil/module.lua module.lua
  echo 'print(pcall(require, "module"))' >a.lua
  LUA_PATH="$WORK/evil/?.lua" LUA_PATH_5_4="$WORK/evil/?.lua" LUA_INIT='print("evil")' run -0 fardel lua a.lua
  [[ $output == false* && $output != *evil$'\n'* && $output != *"$WORK"* ]]
}
