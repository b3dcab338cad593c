"""What the hooks of Packets' packages have."""
import os

from drive import want


def hook(g, text, **more):
    """Runs a hook whose package is dir and whose bin is out."""
    return g.run(text, profile="packets", phase="", name="install.lua", args=[],
                 places=[{"path": g.dir, "write": True}, {"path": g.out, "write": True}],
                 globals={"packets_package_dir": g.work, "packets_bin_dir": g.out, "data_dir": g.dir + "/data",
                          "script": "install.lua"}, **more)


def is_(g, text, wanted):
    run = hook(g, f"print({text})")
    want(run.status == 0 and run.out == wanted + "\n", f"{text}: wanted {wanted!r}: {run}")


UNSAFE = "[packets] unsafe filepath"


def test_a_hook_has_its_variables(g):
    is_(g, "packets_package_dir, packets_bin_dir, data_dir, script", f"{g.work}\t{g.out}\t{g.dir}/data\tinstall.lua")
    is_(g, "path_join('/a', 'b', 'c')", "/a/b/c")
    is_(g, "unpack{1, 2}", "1\t2")
    is_(g, "loadstring('return 3')()", "3")
    is_(g, "os.execute, os.exit, os.getenv, io.popen, io.lines, io.input, io.output, io.tmpfile, require, package, debug, "
           "dofile, loadfile, string.dump, fs, run, net", "\t".join(["nil"] * 17))
    is_(g, "type(os.time()), type(os.clock()), os.date('%Y', 0)", "number\tnumber\t1970")


def test_a_real_hook_works(g):
    g.put("dir/data/bin/hello", "#!/bin/sh\n", 0o755)
    g.put("dir/data/hello.conf", "x=1\n")
    run = hook(g, '''
local from = path_join(data_dir, "bin", "hello")
local to = path_join(packets_bin_dir, "hello")
os.remove(to)
local ok, err = os.symlink(from, to)
if not ok then error(err) end
assert(os.mkdir(path_join(data_dir, "var"), 0755))
assert(os.copy(path_join(data_dir, "hello.conf"), path_join(data_dir, "var", "conf")))
assert(os.rename(path_join(data_dir, "var", "conf"), path_join(data_dir, "var", "hello.conf")))
local f = assert(io.open(path_join(data_dir, "var", "hello.conf"), "a"))
f:write("y=", 2, "\\n")
f:close()
''')
    want(run.status == 0, str(run))
    want(os.readlink(g.out + "/hello") == g.dir + "/data/bin/hello", "the link")
    want(g.read("dir/data/var/hello.conf") == "x=1\ny=2\n", g.read("dir/data/var/hello.conf"))
    want(os.stat(g.dir + "/data/var").st_mode & 0o777 == 0o755, "mode of var")


def test_functions_give_false_and_why(g):
    is_(g, f"os.remove('{g.outside}/secret')", f"false\t{UNSAFE}")
    is_(g, f"os.rename('{g.outside}/secret', '{g.out}/x')", f"false\t{UNSAFE}")
    is_(g, f"os.copy('{g.outside}/secret', packets_bin_dir)", f"false\t{UNSAFE}")
    is_(g, "os.copy('/root/.profile', packets_bin_dir)", f"false\t{UNSAFE}")
    is_(g, f"os.symlink('{g.outside}', '{g.out}/x')", f"false\t{UNSAFE}")
    is_(g, f"os.symlink('../../outside', '{g.out}/x')", f"false\t{UNSAFE}")
    is_(g, f"os.mkdir('{g.outside}/x', 493)", f"false\t{UNSAFE}")
    is_(g, "select(2, os.copy(data_dir .. '/no', packets_bin_dir .. '/x')):match('^[^\\n]*')", "[packets] copy failed")
    is_(g, "select(2, os.rename(data_dir .. '/no', packets_bin_dir .. '/x')):match('^[^\\n]*')", "[packets] rename failed")
    is_(g, "os.remove(data_dir .. '/no')", "true")
    is_(g, "os.remove(packets_bin_dir)", f"false\t{UNSAFE}")
    is_(g, "select('#', os.remove())", "2")
    want(os.listdir(g.out) == [] and os.listdir(g.outside) == ["secret"], "something happened")


def test_symlink_does_not_lead_out_through_what_is_not_there_yet(g):
    os.symlink("nothing", g.dir + "/dangling")
    for target in ("nix/../../outside/secret", g.dir + "/nix/../../outside/secret", "a/b/../../../outside", "dangling/../../outside",
                   "nix/.."):
        is_(g, f"os.symlink('{target}', '{g.dir}/l')", f"false\t{UNSAFE}")
    # The folder of the link is made on the way: its target begins there.
    is_(g, f"os.symlink('../../../outside/secret', '{g.dir}/new/one/l')", f"false\t{UNSAFE}")
    is_(g, f"os.symlink('../../x', '{g.dir}/new/one/l')", "true")
    is_(g, f"os.symlink('later/on', '{g.dir}/l')", "true")
    is_(g, f"os.symlink('new/one/../../later/on', '{g.dir}/l2')", "true")
    want(not os.path.lexists(g.dir + "/nix"), "something was made")


def test_remove_takes_folders_whole(g):
    g.put("dir/a/b/c", "x")
    is_(g, f"os.remove('{g.dir}/a')", "true")
    want(not g.there("dir/a"), "it is there")


def test_symlink_replaces_a_link(g):
    os.symlink("old", g.out + "/hello")
    is_(g, f"os.symlink('{g.dir}/new', '{g.out}/hello')", "true")
    want(os.readlink(g.out + "/hello") == g.dir + "/new", "the old one")
    g.put("out/file", "x")
    is_(g, f"(os.symlink('{g.dir}/new', '{g.out}/file'))", "false")


def test_mkdir_takes_modes_as_they_are_written(g):
    for number, mode in ((755, 0o755), (493, 0o755), (0o700, 0o700), (644, 0o644)):
        is_(g, f"os.mkdir('{g.out}/{number}', {number})", "true")
        want(os.stat(f"{g.out}/{number}").st_mode & 0o7777 == mode, f"{number}")


def test_copy_follows_a_link_in_its_places(g):
    g.put("dir/real", "x")
    os.symlink("real", g.dir + "/link")
    os.symlink(g.outside + "/secret", g.dir + "/out")
    is_(g, f"os.copy('{g.dir}/link', '{g.out}/copy')", "true")
    want(g.read("out/copy") == "x" and not os.path.islink(g.out + "/copy"), "a link")
    is_(g, f"os.copy('{g.dir}/out', '{g.out}/stolen')", f"false\t{UNSAFE}")


def test_io_reads(g):
    g.put("dir/f", "one\ntwo\n12 3.5 x\nrest\nmore")
    is_(g, f"io.open('{g.dir}/f'):read()", "one")
    is_(g, f"io.open('{g.dir}/f'):read('l', 'L', 'n', 'n', 'n')", "one\ttwo\n\t12\t3.5\tnil")
    is_(g, f"#io.open('{g.dir}/f', 'rb'):read('*a')", "26")
    is_(g, f"io.open('{g.dir}/f'):read(2, 0, 100, 1)", "on\t\te\ntwo\n12 3.5 x\nrest\nmore\tnil")
    is_(g, f"(function() local n = 0 for l in io.open('{g.dir}/f'):lines() do n = n + #l end return n end)()", "22")
    is_(g, f"(function() local f = io.open('{g.dir}/f') return f:seek('end'), f:seek('set', 4), f:read() end)()", "26\t4\ttwo")
    is_(g, f"io.open('{g.dir}/f'):read('a', 'a', 'l')", "one\ntwo\n12 3.5 x\nrest\nmore\t\tnil")


def test_io_writes(g):
    run = hook(g, f"local f = io.open('{g.out}/f', 'w') f:write('a', 1, 2.5, '\\n'):write('b') f:close()")
    want(run.status == 0 and g.read("out/f") == "a12.5\nb", str(run))
    run = hook(g, f"local f = io.open('{g.out}/f', 'r+') f:seek('set', 1) f:write('X') f:seek('set') print(f:read('a'))")
    want(run.out == "aX2.5\nb\n", str(run))
    run = hook(g, f"io.open('{g.out}/f', 'a+'):write('!') io.open('{g.out}/g', 'w+'):write('')")
    want(g.read("out/f") == "aX2.5\nb!" and g.read("out/g") == "", str(run))


def test_io_refuses(g):
    os.mkfifo(g.dir + "/pipe")
    os.symlink(g.outside + "/secret", g.dir + "/out")
    for path in (g.outside + "/secret", "/etc/passwd", "../outside/secret", g.dir + "/out", "/proc/self/mem", "/dev/null"):
        is_(g, f"io.open('{path}')", f"nil\t{UNSAFE}")
        is_(g, f"io.open('{path}', 'w')", f"nil\t{UNSAFE}")
    for path in (g.dir + "/pipe", g.dir, g.dir + "/nothing", ""):
        is_(g, f"select(2, io.open('{path}')):match('^[^\\n]*')", "[packets] open failed")
    run = hook(g, f"io.open('{g.dir}/pipe', 'z')")
    want(run.status == 1 and "z: no mode" in run.err and run.err.startswith("install.lua:1: "), str(run))
    run = hook(g, f"local f = io.open('{g.out}/x', 'w') f:close() f:write('x')")
    want(run.status == 1 and "closed file" in run.err, str(run))
    is_(g, "pcall(io.open('" + g.dir + "/rules.lua').read, 5)", "false\tfile.read: a file is needed")


def test_io_types(g):
    is_(g, f"io.type(1), io.type(io.stderr), io.type(io.open('{g.dir}/rules.lua'))", "nil\tfile\tfile")
    is_(g, f"(function() local f = io.open('{g.dir}/rules.lua') f:close() return io.type(f) end)()", "closed file")
    run = hook(g, "io.write('a', 1, '\\n') io.stderr:write('b\\n') print(io.read())")
    want(run.out == "a1\nnil\n" and run.err == "b\n", str(run))


def test_a_hook_that_fails_is_told_with_its_line(g):
    run = hook(g, "\nerror('so')")
    want(run.status == 1 and run.err == "install.lua:2: so\n", str(run))
