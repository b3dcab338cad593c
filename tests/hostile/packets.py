"""K: packages of Packets (NAME.pkt.tar.zst), made byte by byte; their manifests, and what stands where they are to go.

What Packets does with most of these stands in its own list of faults: it writes where it is told to. Here nothing is done.
"""
import os
import stat

from box import MIB, case, want
from lint import bounded, says
from tarbytes import file, folder, gz, header, link, member, tar, zstd

STAGE = ("mount", "userns")
MANIFEST = '[Info]\nname = "Tool"\nversion = "1"\n'


def write(box, content, name="Tool"):
    path = os.path.join(box.work, f"{name}.pkt.tar.zst")
    with open(path, "wb") as out:
        out.write(content)
    return path


def package(box, *more, manifest=MANIFEST, top="./", name="Tool", **end):
    """A package's file with these members behind what must be there."""
    members = [folder(top), file(top + "manifest.toml", manifest), folder(top + "data/"), file(top + "data/x", "good\n")]
    if not top.strip("./"):
        members = members[1:]
    return write(box, zstd(tar(*members, *more, **end)), name)


def refuse(box, path, code, *texts, **limits):
    run = box.fardel("install", path)
    box.refused(run, code, *texts, **limits)
    box.unharmed()
    want(not os.path.lexists(box.path("/opt/packets")), "/opt/packets is there")


@case("K1", "a link, and a file through it; a hard link; only links: never more than what they are called")
def links(box):
    for target in ("/", "/srv/canary", "../../../..", "."):
        refuse(box, package(box, link("./data/out", target), file("./data/out/evil", "evil\n")), 1,
               "is below something that is not a folder")
    refuse(box, package(box, link("./data/out", "data/x", kind="1"), file("./data/out/evil", "evil\n")), 1,
           "is below something that is not a folder")
    refuse(box, package(box, link("./data/out", "/etc/shadow", kind="1")), 1, "has an absolute path")
    refuse(box, package(box, link("./data/out", "data/none", kind="1")), 1, "hard link to what is no file that came before")


@case("K1-alone", "links alone are left out, and that is said", modes=STAGE)
def links_alone(box):
    run = box.must("install", package(box, link("./data/out", "/etc/shadow"), link("./data/again", "./data/x", kind="1")))
    want("has 2 links, left out" in run.err, str(run))
    want(sorted(os.listdir(box.path("/opt/packets/Tool/data"))) == ["x"], "a link came out")


@case("K2", "members that lead out: .., absolute, beside the package's own folder")
def leading_out(box):
    for name in ("../evil", "./data/../../evil", "/etc/evil", "//etc/evil"):
        refuse(box, package(box, file(name, "evil\n")), 1, "member")
    refuse(box, package(box, file("./other/evil", "evil\n"), top="./Tool/"), 1, "is not below the folder of the first manifest.toml")
    refuse(box, package(box, file("evil", "evil\n"), top="Tool/"), 1, "is not below the folder of the first manifest.toml")


@case("K3", "setuid, setgid, sticky, writable by all, others' files: none of it comes out", modes=STAGE)
def modes(box):
    box.must("install", package(box, file("./data/s", "s\n", mode=0o6755, uid=1000, gid=1000), file("./data/w", "w\n", mode=0o1777),
                                folder("./data/f/", mode=0o7777, uid=1000)))
    for name in ("s", "w", "f"):
        st = os.lstat(box.path(f"/opt/packets/Tool/data/{name}"))
        want(stat.S_IMODE(st.st_mode) == 0o755 and (st.st_uid, st.st_gid) == (0, 0), f"{name}: {st}")


@case("K4", "names that are paths, options, hidden, or nothing")
def names(box):
    for name in ("../../root/evil-name", "..", ".", "", "/root/evil", "a/b", ".hidden", "-rf", "a b", "a\\nb", "\\u202ex", "é", "x" * 65):
        refuse(box, package(box, manifest=f'[Info]\nname = "{name}"\nversion = "1"\n'), 1, "manifest.toml", "line 2, column 1", "Info.name")
    for hook in ("/etc/passwd", "../x.lua", "a/../../x.lua", ".."):
        refuse(box, package(box, manifest=MANIFEST + f'[Hooks]\ninstall = "{hook}"\n'), 1, "Hooks.install must be")


@case("K5", "two manifests: never the one that another tool would not take")
def two_manifests(box):
    other = file("manifest.toml", '[Info]\nname = "other"\nversion = "2"\n')
    refuse(box, package(box, other), 1, "is there twice")
    refuse(box, package(box, file("././/manifest.toml", MANIFEST)), 1, "is there twice")
    refuse(box, write(box, zstd(tar(file("./data/manifest.toml", MANIFEST), file("./manifest.toml", MANIFEST)))), 1,
           "is not below the folder of the first manifest.toml")
    refuse(box, write(box, zstd(tar(link("./manifest.toml", "data/m"), file("./data/x", "x\n")))), 1, "no manifest.toml")
    refuse(box, write(box, zstd(tar(folder("./manifest.toml/"), file("./data/x", "x\n")))), 1, "no manifest.toml")


@case("K6", "no zstd, cut off, followed by something, a bomb, a file that is too large, nothing")
def not_an_archive(box):
    good = tar(file("./manifest.toml", MANIFEST), file("./data/x", "x\n"))
    for content in (good, gz(good), b"", b"\x28\xb5\x2f\xfd", b"PK\x03\x04" + bytes(100)):
        refuse(box, write(box, content), 1)
    whole = zstd(good)
    for cut in (4, len(whole) // 2, len(whole) - 1):
        refuse(box, write(box, whole[:cut]), 1)
    refuse(box, write(box, whole + b"evil"), 1)
    refuse(box, package(box, file("./data/more", "x", size=16 << 30)), 1)
    bomb = zstd(tar(file("./manifest.toml", MANIFEST), file("./data/zero", bytes(400 * MIB))), "-19", "--long=27")
    # What zstd looks back at may be 128 MiB, as in a vendor's pack.
    refuse(box, write(box, bomb), 1, "times its size", peak=192 * MIB)


@case("K7", "devices, a FIFO, and what is no file at all")
def devices(box):
    for kind, says in (("3", "character device"), ("4", "block device"), ("6", "fifo")):
        refuse(box, package(box, header("./data/dev", kind, major=1, minor=3)), 1, says)


@case("K8", "what fardel itself calls so in an installation")
def reserved(box):
    for name in ("upstream", "packs", "upstream.tmp", ".prepared", ".installed", ".fardel-unsettled"):
        refuse(box, package(box, file(f"./{name}/x" if name[0] != "." else f"./{name}", "x\n")), 1, "fardel itself uses")


@case("K9", "manifests that are long, deep, wide, no text, no TOML, or of another format")
def manifests(box):
    for text in (b"\xff\xfe" + MANIFEST.encode(), MANIFEST.encode() + b"\0", b"[Info\nname=", MANIFEST.encode() + b"\nname = \"b\"\n",
                 b"[Info]\n" + b"x = " + b"[" * 30000, b"format = 3\nname = \"x\"\n", b"", b"[Hooks]\ninstall = \"x.lua\"\n",
                 b"[Info]\nname = 1\n", b"Info = 1\n", MANIFEST.encode() + b'dependencies = ["../x"]\n'):
        refuse(box, package(box, manifest=text), 1)
    refuse(box, package(box, manifest=MANIFEST.encode() + b"# " + b"x" * 65536 + b"\n"), 1, "longer than 65536 bytes")
    many = MANIFEST + "".join(f"k{i} = 1\n" for i in range(6000))
    run = box.fardel("show", package(box, manifest=many))
    want(run.status == 0, str(run))
    box.within_memory(run)


@case("K10", "what stands where it is to go: a link instead of its folder, or in it, is never written through", modes=STAGE)
def links_in_the_way(box):
    path = package(box)
    for where, target in (("/opt/packets/Tool", "/"), ("/opt/packets/Tool", "/srv/canary"), ("/opt/packets/Tool/data", "/srv/canary"),
                          ("/opt/packets/Tool/data", "../../../srv")):
        os.makedirs(os.path.dirname(box.path(where)), exist_ok=True)
        os.symlink(target, box.path(where))
        run = box.fardel("install", path)
        box.refused(run, 1, "put its files into /opt/packets/Tool") if where.endswith("data") else want(run.status == 1, str(run))
        want(os.readlink(box.path(where)) == target and not box.packages(), f"{where}: {run}")
        box.settled()
        os.unlink(box.path(where))
    # A file that is a link is replaced, not followed; what was there comes back.
    os.makedirs(box.path("/opt/packets/Tool/data"), exist_ok=True)
    os.symlink("/srv/canary/secret", box.path("/opt/packets/Tool/data/x"))
    box.must("install", path)
    want(open(box.path("/opt/packets/Tool/data/x")).read() == "good\n", "not the package's file")
    box.must("remove", "Tool")
    want(os.readlink(box.path("/opt/packets/Tool/data/x")) == "/srv/canary/secret", "the link did not come back")


@case("K11", "dataDir, or a folder above it, is a link to what is nobody's to write to", modes=STAGE)
def data_dir_is_a_link(box):
    path = package(box)
    for target in ("/", "/etc", "/var/lib/fardel", "/usr/bin", "/proc/self/root"):
        os.makedirs(box.path("/opt"), exist_ok=True)
        os.symlink(target, box.path("/opt/packets"))
        run = box.fardel("install", path)
        box.refused(run, 1, "dataDir is")
        want(not box.packages() and not os.path.lexists(box.path(target + "/Tool")), f"{target}: {run}")
        os.unlink(box.path("/opt/packets"))


@case("K12", "the configuration: others may write to it, it is a folder, no TOML, a tail of an older one: for Packets' packages alone")
def configuration(box):
    path = package(box)
    conf = box.path("/etc/packets/config.toml")
    os.makedirs(os.path.dirname(conf))
    hello = box.installer("hello")
    for text, mode in (('[Config]\ndataDir = "/opt/x"\n', 0o666), ('[Config]\ndataDir = "/opt/x"\nkets"\n', 0o644),
                       ('[Config]\ndataDir = "/"\n', 0o644), ('[Config]\ndataDir = "opt"\n', 0o644), ("\0", 0o644)):
        with open(conf, "w") as out:
            out.write(text)
        os.chmod(conf, mode)
        if box.mode in STAGE:
            run = box.fardel("install", path)
            want(run.status == 1 and "/etc/packets/config.toml" in run.err, str(run))
            box.clean_text(run.err)
        want(box.fardel("show", hello).status == 0, "show")
        want(not os.path.lexists(box.path("/opt/packets")) and not box.packages(), "something came of it")


@case("K13", "another package's folder is not its own: a name in front of another, capitals, and files of others are refused", modes=STAGE)
def neighbours(box):
    box.must("install", package(box))
    box.must("install", package(box, manifest='[Info]\nname = "Tool-evil"\n', name="Tool-evil"))
    box.must("install", package(box, manifest='[Info]\nname = "TOOL"\n', name="TOOL"))
    for name in ("Tool", "TOOL"):
        box.must("remove", name)
    want(sorted(os.listdir(box.path("/opt/packets"))) == ["Tool-evil"], "more than their own folders went")
    os.makedirs(box.path("/etc/packets"))
    with open(box.path("/etc/packets/config.toml"), "w") as out:
        out.write('[Config]\ndataDir = "/opt/packets/Tool-evil"\n')
    run = box.fardel("-y", "install", package(box, manifest='[Info]\nname = "data"\n', name="data"))
    want(run.status != 0, f"a package was put into another one's folder: {run}")
    want(open(box.path("/opt/packets/Tool-evil/data/x")).read() == "good\n", "another package's file is another one")


@case("K14", "told by its file's name: neither takes the other's content")
def other_names(box):
    content = zstd(tar(file("./manifest.toml", MANIFEST), file("./data/x", "x\n")))
    for name in ("Tool.tar.zst", "tool.tar.zst"):
        path = os.path.join(box.work, name)
        with open(path, "wb") as out:
            out.write(content)
        refuse(box, path, 1)
    puavo = zstd(tar(folder("hello/"), file("hello/rules", "#!/bin/sh\n", mode=0o755), file("hello/format", "1\n")))
    refuse(box, write(box, puavo, "hello"), 1, "no manifest.toml")
    both = zstd(tar(folder("hello/"), file("hello/rules", "#!/bin/sh\n", mode=0o755), file("hello/manifest.toml", "format = 3\n")))
    refuse(box, write(box, both, "hello"), 1)


# --- Hooks ----------------------------------------------------------------------------------------------------

HOOKED = MANIFEST + '[Hooks]\ninstall = "install.lua"\nremove = "remove.lua"\n'


def hooked(box, install="", remove="", name="Tool"):
    return package(box, file("./install.lua", install + "\n"), file("./remove.lua", remove + "\n"),
                   manifest=HOOKED.replace('"Tool"', f'"{name}"'), name=name)


# What Packets lets a hook do: each must give false, or nothing.
REACHES = (
    'os.copy(data_dir .. "/x", "/opt/packets-evil/a")',
    'os.mkdir("/opt/packets-evil", 493)',
    'os.copy(data_dir .. "/x", "/usr/binx")',
    'os.mkdir("/root/evil", 493)',
    'os.copy(data_dir .. "/x", "/var/evil")',
    'os.copy(data_dir .. "/x", "../../../../etc/evil")',
    'os.copy(data_dir .. "/x", data_dir .. "/../../../../etc/evil")',
    'io.open("/etc/evil", "w")',
    'io.open("../../../../../../etc/evil", "w")',
    'os.copy("/root/.profile", packets_bin_dir)',
    'os.copy("/etc/shadow", data_dir .. "/shadow")',
    'os.copy("/srv/canary/secret", data_dir .. "/secret")',
    'io.open("/srv/canary/secret")',
    'io.open("/proc/self/environ")',
    'os.rename("/srv/canary/secret", data_dir .. "/secret")',
    'os.remove("/srv/canary")',
    'os.remove("/opt/packets/Other")',
    'os.remove("/opt/packets/Other/data/x")',
    'os.remove("/opt/packets")',
    'os.rename("/opt/packets/Other", data_dir .. "/Other")',
    'os.symlink("/", data_dir .. "/root") and os.copy(data_dir .. "/x", data_dir .. "/root/etc/evil")',
    'os.symlink("/srv/canary", data_dir .. "/c") and io.open(data_dir .. "/c/secret")',
    'os.copy(data_dir .. "/x", "/var/lib/fardel/packages/evil")',
    'os.copy("/etc/hostname", data_dir .. "/h")',
)
MISSING = ("dofile", "loadfile", "debug", "require", "package", "os.execute", "os.exit", "os.getenv", "io.popen", "io.lines",
           "string.dump", "build")


@case("K20", "hooks reach their own folder and binDir, nothing else, to write or to read; of Lua, nothing that reaches out", modes=STAGE)
def hooks_reach(box):
    box.must("install", package(box, manifest='[Info]\nname = "Other"\n', name="Other"))
    before = box.outside()
    for text in REACHES:
        for which in ("install", "remove"):
            lua = f'local got = {text}\nif got then error("REACHED") end\nerror("held")'
            if which == "remove":
                box.must("install", hooked(box))
            run = box.fardel("install", hooked(box, lua)) if which == "install" else None
            if which == "remove":
                box.must("install", hooked(box, "", lua))
                run = box.fardel("remove", "Tool")
            want(run.status == 1 and "held" in run.err and "REACHED" not in run.err, f"{text}: {run}")
            box.clean_text(run.err)
            if which == "remove":
                box.must("remove", "--force", "Tool")
            want(box.outside() == before, f"{text}: something was changed")
            box.settled()
    for name in MISSING:
        run = box.fardel("install", hooked(box, f'if {name} then error("REACHED") end\nerror("held")'))
        want(run.status == 1 and "held" in run.err and "REACHED" not in run.err, f"{name}: {run}")


@case("K21", "what is not its own in binDir: dpkg's, other packages', and links that lead out are refused", modes=STAGE)
def in_bin_dir(box):
    real = os.path.realpath(box.path("/usr/bin/dpkg"))
    for text in ('assert(os.remove(packets_bin_dir .. "/dpkg"))', 'assert(os.copy(data_dir .. "/x", packets_bin_dir .. "/dpkg"))',
                 'local f = assert(io.open(packets_bin_dir .. "/dpkg", "w")) f:write("evil") f:close()'):
        before = os.stat(real).st_size
        run = box.fardel("install", hooked(box, text))
        want(run.status in (1, 11) and os.stat(real).st_size == before, f"{text}: {run}")
        box.unharmed()
    one = 'assert(os.symlink(data_dir .. "/x", packets_bin_dir .. "/shared"))'
    box.must("install", hooked(box, one))
    run = box.fardel("install", hooked(box, one, name="Other"))
    box.refused(run, 11, "/usr/bin/shared", "Tool")
    want(os.readlink(box.path("/usr/bin/shared")) == "/opt/packets/Tool/data/x", "the link is another one")


@case("K22", "hooks that never end, that want all memory, that fill the disk, recurse, or never stop to talk", modes=STAGE)
def hooks_without_bound(box):
    os.makedirs(box.path("/etc/fardel"))
    with open(box.path("/etc/fardel/fardel.toml"), "w") as out:
        out.write("[lua]\ncpu = 1\nmemory = 33554432\ntotal_size = 8388608\nfiles = 100\n[rules]\ntimeout = 20\noutput_max = 65536\n")
    box.before = box.outside()
    for text in ("while true do end", 'local t = {} while true do t[#t + 1] = ("x"):rep(65536) end',
                 "local function f() return 1 + f() end f()", '(("a"):rep(40) .. "b"):find(("a*"):rep(40) .. "c")',
                 'for i = 1, 1e9 do os.mkdir(data_dir .. "/" .. i, 493) end error("x")',
                 'local f = io.open(data_dir .. "/f", "w") local s = ("x"):rep(65536) while f:write(s) do end error("x")',
                 'while true do pcall(function() while true do end end) end', 'while true do print(("x"):rep(1000)) end',
                 'local c = coroutine.wrap(function() while true do end end) c()'):
        run = box.fardel("install", hooked(box, text))
        want(run.status == 1 and run.seconds < 30, f"{text}: {run}")
        want("install.lua" in run.err, f"{text}: {run}")
        box.unharmed()


@case("K23", "a hook's path is a link, a folder, or not there; bytecode is no text", modes=STAGE)
def hooks_that_are_none(box):
    for member in (folder("./install.lua/"), link("./install.lua", "/etc/passwd"), file("./other.lua", "x"),
                   file("./install.lua", b"\x1bLua" + bytes(60)), file("./install.lua", b"\xff\xfe\0"), file("./install.lua", "x = = 1")):
        run = box.fardel("install", package(box, member, manifest=MANIFEST + '[Hooks]\ninstall = "install.lua"\n'))
        want(run.status == 1 and "root:" not in run.err, str(run))
        box.clean_text(run.err)
        box.unharmed()


@case("K30", "lint: packages that lead out, with hooks of any kind, and more of the vendor's scripts than is read")
def linted(box):
    manifest = '[Info]\nname = "Tool"\n[Hooks]\ninstall = "in.lua"\nremove = "../out.lua"\n'
    says(bounded(box, box.fardel("lint", package(box, manifest=manifest))), "refused", "Hooks.remove")
    for way in (file("../escaped", "x"), file("/escaped", "x"), member("./dev", b"3")):
        run = bounded(box, box.fardel("lint", package(box, way)))
        want(run.status == 1 and run.out.count("\n") == 1, f"not refused alone: {run.out}")
    manifest = manifest.replace("../", "")
    evil = "\x1b]0;x\x07\u202e"
    for hook in (b"\x1bLua" + bytes(60), "os.execute\0('x')", f'os.execute("{evil}") os.remove("/etc/{evil}")', "os.getenv(" * MIB, "[" + "=" * MIB,
                 "packets_bin_dir .. '/x'\n" * 50000):
        run = bounded(box, box.fardel("lint", package(box, file("./in.lua", hook), link("./out.lua", "/etc/passwd"), manifest=manifest)))
        says(run, "no-hook", "link-left-out")
        want("root:" not in run.out, "a link was followed")
    scripts = [file(f"./{number}.sh", os.urandom(8 * MIB - 1)) for number in range(9)]
    path = write(box, zstd(tar(*scripts, file("./manifest.toml", manifest), file("./in.lua", "os.exit()"), file("./out.lua", ""))))
    says(bounded(box, box.fardel("lint", path)), "in.lua", "not-looked-into")
