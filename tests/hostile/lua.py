"""L: scripts in fardel-lua, as rules.lua and as a hook of a package of Packets'. Each ends by itself or at its bound, says where, and changes
nothing outside of its places."""
import contextlib
import os
import re
import signal
import stat
import subprocess
import sys
import time

from box import HERE, MIB, case, processes, want

sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lua"))
import drive  # noqa: E402

PROFILES = ("rules", "packets")
MEMORY = 48 * MIB
LIMITS = {"memory": MEMORY, "cpu": 1, "output": 65536, "files": 500, "file_size": 8 * MIB, "total_size": 16 * MIB, "open": 32}
SECONDS = 20  # with one second of CPU, on a machine with other work to do


class Pit:
    """Where scripts are thrown into: a Ground, with looks at what lies around it."""

    def __init__(self, box, profile):
        self.profile = profile
        self.g = drive.Ground()
        box.at_end.append(self.g.end)

    def run(self, text, limits=(), **more):
        means = dict(profile=self.profile, phase="", name="x.lua", args=[], limits={**LIMITS, **dict(limits)})
        if self.profile == "packets":
            means.update(globals={"data_dir": self.g.dir, "packets_bin_dir": self.g.out},
                         places=[{"path": self.g.dir, "write": True}, {"path": self.g.out, "write": True}])
        run = self.g.run(text, **{**means, **more})
        self.look(run)
        return run

    def look(self, run):
        """What must hold however it ended."""
        want(os.listdir(self.g.outside) == ["secret"] and self.g.read("outside/secret") == "a secret\n", f"outside was changed: {run}")
        want(run.seconds < SECONDS, f"it took too long: {run}")
        want(run.peak < 2 * MEMORY + 80 * MIB or drive.SANITIZED, f"it took too much: {run}")
        want(run.status in (0, 1), f"another exit status: {run}")
        want(not any(ord(c) < 32 and c not in "\n\t" for c in run.err), f"raw characters: {run}")

    def ends(self, text, *words, line=1, **more):
        """At a bound: exit 1, its line, these words (one of a tuple's)."""
        run = self.run(text, **more)
        want(run.status == 1, f"{text!r} went on: {run}")
        # Where a signal's handler ends it, AddressSanitizer wants to read /proc.
        if drive.SANITIZED and "CHECK failed: sanitizer_linux" in run.err:
            return run
        want(run.err.startswith(f"x.lua:{line}: ") if line else run.err.startswith("x.lua"), f"{text!r}: its line is not told: {run}")
        for word in words:
            choice = word if isinstance(word, tuple) else (word,)
            want(any(each in run.err for each in choice), f"{text!r} does not say {choice}: {run}")
        return run

    def goes(self, text, wanted=None, **more):
        run = self.run(text, **more)
        want(run.status == 0, f"{text!r} failed: {run}")
        want(wanted is None or run.out == wanted, f"{text!r}: wanted {wanted!r}: {run}")
        return run


def both(name, title):
    """A case for both profiles."""

    def mark(function):
        def run(box):
            for profile in PROFILES:
                function(Pit(box, profile))

        case(name, title)(run)
        return function

    return mark


CPU, MEM = "limit cpu", "limit memory"


@both("L1", "while true")
def loop(p):
    p.ends("while true do end", CPU)


@both("L2", "the same within pcall, over and over")
def loop_caught(p):
    p.ends("while true do pcall(function() while true do end end) end", CPU)


@both("L3", "the same in a coroutine")
def loop_coroutine(p):
    p.ends("coroutine.wrap(function() while true do end end)()", CPU)
    p.ends("while true do\ncoroutine.resume(coroutine.create(function()\nwhile true do end end)) end", CPU, line=3)
    p.ends("local function f() return coroutine.wrap(f)() end f()", ("overflow", CPU, MEM))


@both("L4", "string.find that backtracks")
def find_backtracks(p):
    p.ends("local x = 1\nstring.find(('a'):rep(30), ('a?'):rep(30) .. ('a'):rep(30) .. 'b')", CPU, line=2)


@both("L5", "string.find that backtracks otherwise")
def find_lazy(p):
    p.ends("string.find(('a'):rep(3000), ('.-'):rep(20) .. 'b')", CPU)


@both("L6", "a plain search for much in more")
def find_plain(p):
    p.ends("string.find(('a'):rep(14000000), ('a'):rep(7000000) .. 'b', 1, true)", CPU, limits={"memory": 128 * MIB})


@both("L7", "table.move of 2^53")
def move(p):
    p.ends("table.move({}, 1, 1 << 53, 2)", (CPU, MEM))


@both("L8", "a finalizer without an end")
def finalizer(p):
    p.ends("setmetatable({}, {__gc = function() while true do end end})\ncollectgarbage() x = 1", CPU, line=0)
    # Finalizers of what is left do not run at the end.
    p.goes("setmetatable({}, {__gc = function() print('ran') while true do end end})", "")


@both("L9", "gsub of much")
def gsub(p):
    p.ends("local x = ('a'):rep(20000000):gsub('a', 'bbbb')", (MEM, CPU))


@both("L10", "string.rep of far too much, and of much")
def rep(p):
    p.ends("string.rep('x', 1 << 40)", "too large")
    p.ends("string.rep('x', 1 << 30)", MEM)
    p.ends("while true do pcall(string.rep, 'x', 1 << 30) end", MEM)
    p.ends("local n = 1 << 30 while true do n = n + 1 pcall(string.rep, 'x', n) end", MEM)
    p.ends("while true do pcall(string.gsub, ('x'):rep(1 << 20), 'x', ('y'):rep(100)) end", MEM)
    p.ends("local t = {} while true do t[#t + 1] = ('x'):rep(1 << 20) .. #t end", MEM)
    p.ends("string.rep('x', math.maxinteger, 'y')", "too large")


@both("L11", "a text that grows")
def grow(p):
    p.ends("local x = 'x' while true do x = x .. x end", MEM)
    p.ends("local x = 'x' while true do pcall(function() x = x .. x end) end", MEM)


@both("L12", "table.concat and unpack of much")
def concat(p):
    p.ends("local t = {} for i = 1, 1e8 do t[i] = 'xxxxxxxxxx' end table.concat(t)", (MEM, CPU))
    p.ends("table.unpack({}, 1, 1e8)", ("too many results", MEM))
    p.ends("table.concat({}, 'x', 1, 1 << 60)", ("invalid value", MEM, CPU))


@both("L13", "an order that is none")
def sort(p):
    p.ends("local t = {} for i = 1, 1000 do t[i] = i % 7 end table.sort(t, function() return true end)", "invalid order function")
    p.ends("local t = {} for i = 1, 1000000 do t[i] = i end while true do table.sort(t, function(a, b) return a < b end) end",
           (CPU, MEM))


@both("L14", "depth: parentheses, patterns, callbacks")
def depth(p):
    p.ends("load('x = ' .. ('('):rep(100000) .. '1' .. (')'):rep(100000))()", ("nil value", "overflow"))
    p.ends("string.find(('a'):rep(300000), ('(a'):rep(31) .. ('.-'):rep(60000))", ("complex", CPU))
    p.ends("local function f(x) return (x:gsub('.', f)) end f('x')", "overflow")
    p.ends("local function f() return f() + 1 end f()", ("overflow", MEM))
    p.ends("local t = setmetatable({}, {}) getmetatable(t).__index = t print(t.x)", "loop")


@both("L15", "metamethods without an end")
def metamethods(p):
    loops = "function() while true do end end"
    p.ends(f"local x = setmetatable({{}}, {{__index = {loops}}}).y", CPU)
    p.ends(f"print(setmetatable({{}}, {{__tostring = {loops}}}))", CPU)
    p.ends(f"local x <close> = setmetatable({{}}, {{__close = {loops}}})", CPU)
    p.ends(f"pairs(setmetatable({{}}, {{__pairs = {loops}}}))", CPU)


@both("L16", "errors that are no texts")
def errors(p):
    for what in ("nil", "{}", "print", "setmetatable({}, {__tostring = function() error('x') end})",
                 "setmetatable({}, {__tostring = function() return 1 end})", "setmetatable({}, {__name = ('x'):rep(1000)})"):
        p.ends(f"error({what})", line=0)
    p.ends("error(setmetatable({}, {__tostring = function() while true do end end}))", CPU)
    p.ends("error(('x'):rep(1 << 24))", line=0)


@both("L17", "bytecode")
def bytecode(p):
    p.goes("print(load('\\27Lua'))", 'nil\tattempt to load a binary chunk (mode is \'t\')\n')
    p.goes("print(load('\\27Lua', 'x', 'b'))", 'nil\tattempt to load a binary chunk (mode is \'t\')\n')
    p.goes("local done print(load(function() if done then return end done = true return '\\27Lua' end, 'x', 'bt', {}))",
           'nil\tattempt to load a binary chunk (mode is \'t\')\n')
    p.ends("\033Lua\x54\0", "binary", line=0)


@both("L18", "string.dump is absent")
def dump(p):
    p.goes("print(string.dump, ('').dump)", "nil\tnil\n")


@both("L19", "debug is absent, however it is asked for")
def debug(p):
    p.goes("print(debug, getmetatable(''), _G.debug, package, _G.package)", "nil\tfalse\tnil\tnil\tnil\n")
    p.goes("local seen = {} local function walk(t, at) if seen[t] then return end seen[t] = true for k, v in next, t do "
           "if k == 'debug' or k == 'package' and t ~= sys or k == 'loadlib' then print(at, k) end if type(v) == 'table' then walk(v, at .. k) end end "
           "end walk(_G, '')", "")


@both("L20", "require and package are absent")
def require(p):
    p.goes("print(require, package, loadlib)", "nil\tnil\tnil\n")


@both("L21", "what reaches out is absent")
def absent(p):
    p.goes("print(os.execute, os.exit, os.getenv, os.tmpname, os.setlocale, dofile, loadfile, io and io.popen, io and io.lines)",
           "\t".join(["nil"] * 9) + "\n")
    p.ends("collectgarbage('stop')", "invalid option")
    p.ends("collectgarbage('setpause', 1 << 30)", "invalid option")


@both("L22", "what one run changes, the next one does not see")
def globals_(p):
    p.goes("string.format = nil error = print x = 1 getmetatable = nil")
    p.goes("print(type(string.format), error == print, x, type(getmetatable))", "function\tfalse\tnil\tfunction\n")


@both("L23", "metatables of texts and of the API")
def metatables(p):
    p.ends("getmetatable('').__index = evil", "index a boolean")
    p.ends("setmetatable('', {})", "table expected")
    p.goes("rawset(os, 'time', nil) for k in pairs(_G) do if k ~= 'print' and k ~= '_G' then _G[k] = nil end end print('on')", "on\n")


@both("L24", "io.open and fs.read of what is nobody's")
def opens(p):
    os.mkfifo(p.g.dir + "/pipe")
    paths = ["../outside/secret", p.g.outside + "/secret", "x\\0y", "/proc/self/mem", "/proc/self/fd/3", "/proc/self/environ",
             "/dev/zero", "/dev/tty", "/dev/fd/4", p.g.dir + "/pipe", "/proc/1/root/etc/passwd", "//etc/passwd", "."]
    for path in paths:
        if p.profile == "rules":
            p.goes(f"print((pcall(fs.read, '{path}')), (pcall(fs.write, '{path}', 'x')))", "false\tfalse\n")
        else:
            p.goes(f"print((io.open('{path}')), (io.open('{path}', 'w')), (io.open('{path}', 'a+')))", "nil\tnil\tnil\n")


@both("L25", "renames across a boundary, onto /; removing folders that are not its own")
def renames(p):
    move, remove = ("fs.move", "fs.remove") if p.profile == "rules" else ("os.rename", "os.remove")
    p.g.put("out/mine", "x")
    for a, b in ((p.g.out + "/mine", p.g.outside + "/mine"), (p.g.outside + "/secret", p.g.out + "/x"), (p.g.out + "/mine", "/"),
                 ("/", p.g.out + "/x"), (p.g.out, p.g.dir + "/x"), (p.g.out + "/mine", p.g.out + "/../outside/x")):
        p.goes(f"local ok, yes = pcall({move}, '{a}', '{b}') print(ok and yes ~= false)", "false\n")
    for a in ("/", p.g.outside, p.g.out, p.g.out + "/..", p.g.out + "/.", p.g.dir):
        p.goes(f"local ok, yes = pcall({remove}, '{a}', nil) print(ok and yes ~= false)", "false\n")
    want(p.g.read("out/mine") == "x", "it is gone")


@both("L26", "a link to outside, and what is opened through it")
def link_out(p):
    if p.profile == "rules":
        p.goes(f"fs.link('{p.g.outside}', '{p.g.out}/l') print((pcall(fs.read, '{p.g.out}/l/secret')), "
               f"(pcall(fs.write, '{p.g.out}/l/new', 'x')), (pcall(fs.glob, '{p.g.out}/l/*')), (pcall(fs.stat, '{p.g.out}/l/secret')))",
               "false\tfalse\tfalse\tfalse\n")
    else:
        os.symlink(p.g.outside, p.g.out + "/l")
        p.goes(f"print(io.open('{p.g.out}/l/secret'), io.open('{p.g.out}/l/new', 'w'))",
               "nil\tnil\t[packets] unsafe filepath\n")
        p.goes(f"print(os.symlink('{p.g.outside}', '{p.g.out}/m'))", "false\t[packets] unsafe filepath\n")


@both("L27", "links swapped for folders while it works")
def race(p):
    os.mkdir(p.g.out + "/real")
    os.symlink(p.g.outside, p.g.out + "/evil")
    os.mkdir(p.g.out + "/at")
    libc = __import__("ctypes").CDLL(None, use_errno=True)
    # at <-> evil: RENAME_EXCHANGE, by another process, for as long as the script runs.
    child = os.fork()
    if child == 0:
        a, b = (p.g.out + "/at").encode(), (p.g.out + "/evil").encode()
        while True:
            libc.renameat2(-100, a, -100, b, 2)
    try:
        if p.profile == "rules":
            text = f"for i = 1, 20000 do pcall(fs.write, '{p.g.out}/at/x', 'evil') pcall(fs.read, '{p.g.out}/at/secret') " \
                   f"pcall(fs.remove, '{p.g.out}/at/secret') end"
        else:
            text = f"for i = 1, 20000 do local f = io.open('{p.g.out}/at/x', 'w') if f then f:write('evil') f:close() end " \
                   f"f = io.open('{p.g.out}/at/secret') if f then print(f:read('a')) end os.remove('{p.g.out}/at/secret') end"
        run = p.run(text, limits={"cpu": 8, "total_size": 1 << 30, "files": 1 << 30})
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    want("secret" not in run.out.replace("secret:", ""), str(run))
    want(sorted(os.listdir(p.g.outside)) == ["secret"], "it escaped")


@both("L28", "a million open files")
def many_open(p):
    p.g.put("dir/f", "x")
    if p.profile == "rules":
        p.ends("local t = {} for i = 1, 1e6 do t[i] = fs.read('f') .. i end", (CPU, MEM))
    else:
        p.goes("local t, n = {}, 0 for i = 1, 100 do local f = io.open('f') if f then n = n + 1 t[n] = f end end print(n < 32, n > 10)",
               "true\ttrue\n")
        p.ends("for i = 1, 1e6 do io.open('f') end for i = 1, 1e6 do io.open('f') end", CPU)


@both("L29", "a disk full of writes")
def fill(p):
    if p.profile == "rules":
        p.ends(f"local x = ('x'):rep(1 << 20) for i = 1, 1e6 do fs.write('{p.g.out}/' .. i, x) end", "limit total_size")
        p.ends(f"local x = ('x'):rep(1 << 20) for i = 1, 1e6 do fs.write('{p.g.out}/f', x) end", "limit total_size")
        p.ends(f"for i = 1, 1e6 do fs.link('x', '{p.g.out}/l' .. i) end", "limit files")
        p.ends(f"for i = 1, 1e6 do fs.mkdir('{p.g.out}/a' .. i .. '/b/c/d') end", "limit files")
    else:
        p.ends(f"local x = ('x'):rep(1 << 20) local f = io.open('{p.g.out}/f', 'w') while true do f:write(x) end",
               ("limit total_size", "limit file_size"))
        p.ends(f"for i = 1, 1e6 do io.open('{p.g.out}/f' .. i, 'w'):close() end", "limit files")
        p.goes(f"local f = io.open('{p.g.out}/s', 'w') f:seek('set', 1 << 40) print(f:write('x'))", None)
    want(sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(p.g.out) for name in names
             if not os.path.islink(os.path.join(at, name))) < 24 * MIB, "more than it may")


@both("L30", "a GiB for the log")
def output(p):
    p.ends("local x = ('x'):rep(4000) while true do print(x) end", "limit output")
    p.ends("print(('x'):rep(1 << 20))", "limit output")
    p.ends("warn(('x'):rep(1 << 20))", "limit output")
    if p.profile == "packets":
        p.ends("while true do io.write('xxxxxxxxxx') end", "limit output")
    else:
        p.ends("while true do pcall(log.info, 'xxxxxxxxxx') end", "limit output")


@both("L31", "formats and packs of odd sizes")
def formats(p):
    p.goes("print(#string.format('%s', '\\0'))", "1\n")
    p.ends("string.format('%99999d', 1)", "invalid conversion")
    p.ends("string.format('%.99999f', 1)", "invalid conversion")
    p.ends("string.pack('i' .. ('9'):rep(30), 1)", ("integral size", "out of limits"))
    p.ends("string.pack('!99i4', 1)", "out of limits")
    p.ends("string.unpack('s8', ('\\255'):rep(8))", "too short")
    p.ends("string.pack(('x'):rep(1 << 10) .. 's1', ('x'):rep(1000))", "string")
    p.ends("utf8.char(1 << 40)", "out of range")
    p.ends("utf8.codepoint(('\\255'):rep(9), 1, 9)", "invalid UTF-8")


@both("L32", "a table full of collisions")
def collisions(p):
    p.ends("local t = {} for i = 1, 1 << 26 do t[i * 0x1p32] = i end", (CPU, MEM))


@both("L33", "nothing forks")
def forks(p):
    p.goes("print(fork, os.fork, run and (pcall(run, {'sh', '-c', 'true'})))", "nil\tnil\t" +
           ("false\n" if p.profile == "rules" else "nil\n"))
    shown = p.run("print('x')", wrap=("strace", "-f", "-e", "trace=process", "-o", p.g.work + "/trace"))
    with open(p.g.work + "/trace") as file:
        calls = file.read()
    want(shown.status == 0 and "fork(" not in calls and "clone" not in calls and calls.count("execve") == 1, calls)


@both("L34", "nothing is left behind")
def left(p):
    before = set(os.listdir("/proc"))
    p.goes("x = 1")
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        mine = [pid for pid in set(os.listdir("/proc")) - before if pid.isdigit() and named(pid) == "fardel-lua"]
        if not mine:
            return
        time.sleep(0.05)
    want(False, f"left: {mine}")


def named(pid):
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except OSError:
        return ""


# --- Ten more -------------------------------------------------------------------------------------------------


@both("L35", "errors in what handles errors")
def handlers(p):
    p.goes("print((xpcall(error, function(e) error(e) end, 'x')))", "false\n")
    p.ends("xpcall(error, function(e) while true do end end)", CPU)
    p.ends("local function h(e) return xpcall(error, h, e) end xpcall(error, h, 'x') error('ended')", ("ended", "overflow", CPU))
    p.ends("local t = setmetatable({}, {__close = function() error('again') end}) while true do pcall(function() "
           "local a <close> = t error('x') end) end", CPU)


@both("L36", "coroutines in coroutines, closed and woken in each other")
def coroutines(p):
    p.goes("local co co = coroutine.create(function() return coroutine.resume(co) end) print(coroutine.resume(co))",
           "true\tfalse\tcannot resume non-suspended coroutine\n")
    p.ends("local t = {} while true do t[#t + 1] = coroutine.create(print) end", MEM)
    p.ends("local co = coroutine.wrap(function() for i = 1, math.huge do coroutine.yield(i) end end) while true do co() end", CPU)
    p.goes("local co = coroutine.create(function() local x <close> = setmetatable({}, {__close = function() error('x') end}) "
           "coroutine.yield() end) coroutine.resume(co) print(coroutine.close(co))", "false\tx.lua:1: x\n")
    # A coroutine that was running, and is collected, is not looked at.
    p.ends("for i = 1, 1000 do coroutine.wrap(function() for j = 1, 2000 do end coroutine.yield() end)() end collectgarbage() "
           "string.find(('a'):rep(30), ('a?'):rep(30) .. ('a'):rep(30) .. 'b')", CPU)


@both("L37", "documents that are bombs")
def documents(p):
    if p.profile == "packets":
        return
    p.ends("json.decode(('['):rep(1 << 20))", "not JSON")
    p.ends("json.decode('[' .. ('[],'):rep(1 << 22) .. '[]]')", ("memory", CPU, "values", "not JSON"), line=0)
    p.ends("json.decode('[' .. ('1,'):rep(3 << 20) .. '1]')", ("memory", CPU, "limit"), line=0)
    p.ends("json.encode((function() local t = {} for i = 1, 100 do t = {t} end return t end)())", "in one another")
    p.ends("toml.decode('a' .. ('.a'):rep(100000) .. ' = 1')", "parts")
    p.ends("toml.decode('a = ' .. ('['):rep(100000))", "line 1")
    p.ends("toml.decode(('[a'):rep(10000))", "line 1")
    p.ends("toml.decode(('x'):rep(1 << 21))", "more than")


@both("L38", "handles and functions that are called with what is not theirs")
def forged(p):
    if p.profile == "rules":
        p.goes("for _, m in pairs{fs, text, path, json, toml, archive, desktop, unit, user, alternatives, net, log} do for n, f in pairs(m) do "
               "if type(f) == 'function' then for _, a in ipairs{{}, {print}, {{}}, {'', ''}, {0/0}, {json.null}, {coroutine.create(print)}, "
               "{setmetatable({}, {[json.null] = json.null})}, {('x'):rep(5000)}, {{{{}}}, {}}, {nil, nil, nil, nil, nil}} do "
               "pcall(f, table.unpack(a, 1, 5)) end end end end print('on')")
        return
    p.g.put("dir/f", "x")
    p.goes("local f = io.open('f') for _, n in ipairs{'close', 'read', 'write', 'lines', 'seek', 'flush', 'setvbuf', '__close', '__tostring', "
           "'__gc', '__index', '__metatable', '__name'} do local m = f[n] for _, a in ipairs{{}, {1}, {'x'}, {{}}, {setmetatable({}, {})}, "
           "{io.stderr, 'x', {}}, {f, -1}, {f, 1 << 62}, {f, 'n', 'a', 0}} do if m then pcall(m, table.unpack(a)) end end end "
           "print(getmetatable(f), f.__gc, f.__index)", "false\tnil\tnil\n")
    p.goes("local f = io.open('f') local l = f:lines() f:close() print(pcall(l), pcall(f.close, f))", None)
    p.ends("setmetatable(io.open('f'), {})", "table expected")


@both("L39", "tables that are not what they seem")
def tables(p):
    call = "fs.glob" if p.profile == "rules" else "io.open"
    p.goes(f"print((pcall({call}, setmetatable({{}}, {{__index = function() while true do end end, __len = function() return 1 << 60 end, "
           f"__pairs = function() while true do end end}}))))", "false\n" if p.profile == "rules" else None)
    p.goes(f"local t = {{}} t.t = t print((pcall({call}, t)))", "false\n" if p.profile == "rules" else None)
    p.goes(f"local t = {{}} for i = 0, 62 do t[1 << i] = 1 end print((pcall({call}, t)))", None)
    p.goes(f"local t = {{}} for i = 1, 1000001 do t[i] = 1 end print((pcall({call}, t)))", None, limits={"cpu": 5})


@both("L40", "patterns of paths that blow up")
def globs(p):
    if p.profile == "packets":
        return
    for i in range(200):
        p.g.put(f"dir/{'a' * 60}/{i}{'a' * 60}", "")
    p.goes("print(#fs.glob(('*a'):rep(1000)))", None)
    p.run("print(#fs.glob(('**/'):rep(1000) .. 'x'))")
    p.run("print(#fs.glob('**' .. ('*a'):rep(1500)))")
    p.ends("fs.glob('[' .. ('a'):rep(100))", "not closed")
    p.goes("print(#fs.glob('\\\\'))", None)


@both("L41", "words that become much more than they were")
def amplify(p):
    if p.profile == "packets":
        return
    p.g.put("out/f", "a" * 100000)
    p.ends(f"fs.replace('{p.g.out}/f', 'a', ('b'):rep(1 << 20))", ("memory", CPU, "limit"), line=0)
    p.ends("local t = text.split(('a,'):rep(8 << 20), ',')", ("memory", CPU, MEM), line=0)
    p.ends("local x = text.escape(('\\27'):rep(12 << 20)) .. text.escape(('\\27'):rep(12 << 20))", (MEM, "memory", CPU, "concatenate"), line=0)


@both("L42", "scripts whose text is odd, and lines that are not theirs")
def texts(p):
    p.ends("x = 1\n\0\nerror('x')", "unexpected symbol", line=2)
    p.ends("-- " + "x" * (1 << 20), line=0)
    p.ends("load('error(1 .. \"\")', '@\\27[31m/etc/passwd\\n')()", "/etc/passwd", line=0)
    p.ends("x = '" + "\\z" * 10 + "\x1b[2J' .. nil", "concatenate")
    p.ends("\n" * 100000 + "error('here')", "here", line=100001)


@both("L43", "numbers at their ends")
def numbers(p):
    p.goes("for _, f in ipairs{string.sub, string.byte, string.char, table.unpack, table.insert, table.remove, math.random, "
           "math.floor, math.fmod, utf8.char, utf8.offset, select, tostring, tonumber, os.date, os.time, string.format, math.abs, math.ult} do "
           "for _, a in ipairs{math.maxinteger, math.mininteger, -1, 0, 0/0, 1/0, -1/0, 1 << 31, 1 << 32, 2^53} do "
           "for _, b in ipairs{{}, {a}, {a, a}, {'', a}, {'', a, a}, {{}, a}, {{}, a, a}, {'%d', a}, {'%s', a}} do "
           "pcall(f, table.unpack(b)) end end end print('on')", "on\n",
           limits={"cpu": 5})
    for date in ("%Ez", "%", "%9", "*t", "!%c", "%s%", "%O", "\\0"):
        p.goes(f"pcall(os.date, '{date}') pcall(os.date, '{date}', 1 << 62) print('on')", "on\n")


@both("L44", "finalizers that call us while we are called")
def reentrant(p):
    write = f"fs.write('{p.g.out}/' .. i % 10, 'x')" if p.profile == "rules" else \
        f"local f = io.open('{p.g.out}/' .. i % 10, 'w') if f then f:write('x') f:close() end"
    p.goes(f"for i = 1, 3000 do setmetatable({{}}, {{__gc = function() {write} end}}) {write} end print('on')", "on\n",
           limits={"cpu": 10})
    p.goes(f"for i = 1, 300 do setmetatable({{}}, {{__gc = function() error('x') end}}) {write} end print('on')", "on\n",
           limits={"cpu": 10})


@both("L45", "system calls that it has no business with")
def calls(p):
    # What the process is under, seen from outside while it waits at its bound of time.
    g = p.g
    g.put("dir/rules.lua", "while true do end")
    found = {}
    # We ourselves may be under filters already: it has one more, and that it gets last.
    with open("/proc/self/status") as file:
        ours = int(re.search(r"^Seccomp_filters:\t(\d+)", file.read(), re.M)[1])

    def watch():
        end = time.monotonic() + 60
        while time.monotonic() < end and not found:
            for pid in os.listdir("/proc"):
                if pid.isdigit() and named(pid) == "fardel-lua":
                    with open(f"/proc/{pid}/status") as file, open(f"/proc/{pid}/limits") as limits:
                        text = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
                        most = limits.read()
                        # The one may come a moment before the other.
                        if int(text["Seccomp_filters"]) > ours and "Max processes             0 " in most:
                            found.update(text, limits=most)
                            with contextlib.suppress(PermissionError):  # root alone is told
                                found["fds"] = os.listdir(f"/proc/{pid}/fd")
            time.sleep(0.01)

    import threading
    watcher = threading.Thread(target=watch)
    watcher.start()
    p.ends("while true do end", CPU, phase="download" if p.profile == "rules" else "")
    watcher.join()
    want(found.get("NoNewPrivs") == "1" and found.get("Seccomp") == "2", f"unfiltered: {found}")
    want("Max processes             0 " in found["limits"], found["limits"])
    want(len(found.get("fds", [])) <= 16, str(found))


# --- Programs that a script runs, by fardel itself -------------------------------------------------------------

STAGE = ("mount", "userns")
PROGRAMS = ("env", "setsid", "sh", "yes")


def scripted(box, text):
    """An installer with that rules.lua, which may run these programs; gives its path."""
    script = os.path.join(box.work, "script/rules.lua")
    os.makedirs(os.path.dirname(script), exist_ok=True)
    with open(script, "w") as file:
        file.write(text)
    pack, names = box.pack("hello", "1"), ", ".join(f'"{name}"' for name in PROGRAMS)
    return box.bash(f"{{ manifest_head hello 1; echo '[needs]'; echo 'programs = [{names}]'; manifest_pack {pack}; }} | "
                    f"make_format3 hello {script}").strip()


SEEN = r"""
local function seen()
  local _, env = run{"env", capture = true}
  local _, fds = run{"sh", "-c", [[n=0; while [ $n -lt 300 ]; do [ -L /proc/$$/fd/$n ] && printf '%s ' $n; n=$((n+1)); done; :]], capture = true}
  local names = {}
  for name in env:gmatch("([^=\n]+)=[^\n]*") do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, " ") .. ": " .. fds .. "\n"
end
function unpack(pack, dir)
  archive.extract{pack = pack, dir = dir}
  fs.write(path.join(dir, "seen"), seen())
end
function configure(upstream)
  fs.write("/etc/hello.seen", fs.read(path.join(upstream, "seen")) .. seen())
end
function unconfigure(upstream)
  if fs.read("/etc/hello.seen") ~= seen():rep(2) then error("other: " .. seen()) end
end
"""


@case("L46", "what programs of a script inherit: no descriptor, and of the environment nothing but ours", modes=STAGE)
def inherited(box):
    evil = {"SECRET": "1", "BASH_ENV": "/evil", "ENV": "/evil", "IFS": "x", "LUA_INIT": "error('x')", "http_proxy": "http://user:secret@[::1]:9/",
            "FARDEL_X": "1", "PYTHONPATH": "/evil"}
    reading, writing = os.pipe()
    box.must("install", scripted(box, SEEN), env={**os.environ, **evil}, pass_fds=(reading, writing))
    with open(box.path("/etc/hello.seen")) as file:
        found = file.read()
    want(found == "HOME LANG PATH TMPDIR: 0 1 2 \n" * 2, found)
    box.must("remove", "hello", env={**os.environ, **evil}, pass_fds=(reading, writing))
    os.close(reading)
    os.close(writing)


# Two in sessions of their own, whose parents are gone, and one that makes others for as long as it is there; none heeds a signal that can be.
STAYING = """trap '' HUP INT TERM PIPE XCPU
(setsid sh -c 'sh -c "while :; do sleep 1; done # stays-here" & while :; do sleep 1; done # stays-here' &)
(setsid sh -c 'while :; do (sleep 5; : stays-here) & sleep 0.05; done' </dev/null >/dev/null 2>&1 &)"""


@case("L47", "programs of a script that hide from it end with it", modes=STAGE)
def staying(box):
    start = f"function %s() run{{'sh', '-c', [[{STAYING}]]}} %s end\n"

    def staying_now():
        return [line for line in processes().values() if "stays-here" in line]

    def ends(run, status):
        left = staying_now()
        want(run.status == status and run.seconds < SECONDS, str(run))
        want(not left, f"left: {left}")

    ends(box.fardel("install", scripted(box, start % ("unpack", "error('x')"))), 1)
    ends(box.fardel("install", scripted(box, start % ("configure", "error('x')"))), 1)
    job = box.start("--set", "lua.cpu=1", "install", scripted(box, start % ("configure", "while true do end")))
    box.wait("those that stay", staying_now)
    status = job.wait(SECONDS)
    left = staying_now()
    want(status == 1 and "limit cpu" in job.said(), f"exit {status}: {job.said()}")
    want(not left, f"left: {left}")
    box.unharmed()
    ends(box.fardel("install", scripted(box, start % ("configure", "") + start % ("unconfigure", ""))), 0)
    ends(box.fardel("remove", "hello"), 0)


@case("L48", "programs of a script that never stop to talk", modes=STAGE)
def talking(box):
    for text in ("run{'yes'}", "run{'yes', capture = true}", "run{'sh', '-c', 'yes >&2'}", "while true do pcall(run, {'yes'}) end",
                 "run{'sh', '-c', 'trap \"\" PIPE; while :; do echo xxxxxxxxxxxxxxxx; done', check = false} while true do end",
                 "run{'sh', '-c', 'yes & yes >&2 & sleep 20'}", "while true do run{'sh', '-c', 'setsid yes & :'} end"):
        for phase in ("unpack", "configure"):
            run = box.fardel("--set", "rules.output_max=65536", "install", scripted(box, f"function {phase}() {text} end"))
            want(run.status == 1 and run.seconds < SECONDS, f"{text}: {run}")
            want("rules.lua:1: " in run.err and "limit output" in run.err, f"{text}: {run}")
            box.within_memory(run)
    box.unharmed()
