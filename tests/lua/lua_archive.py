"""archive: packs of all kinds."""
import ctypes
import io
import os
import re
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
import zipfile

from drive import Skipped, want


def tar(path, members, mode="w:gz"):
    with tarfile.open(path, mode) as out:
        for name, text in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            member.mode = 0o755
            out.addfile(member, io.BytesIO(text.encode()))
    return path


def deb(path, members):
    """An ar with debian-binary, control.tar.gz and data.tar.gz."""
    parts = {"debian-binary": b"2.0\n"}
    for name, inside in (("control.tar.gz", {"./control": "Package: x\n"}), ("data.tar.gz", members)):
        with open(tar(path + ".part", inside), "rb") as file:
            parts[name] = file.read()
    os.unlink(path + ".part")
    with open(path, "wb") as out:
        out.write(b"!<arch>\n")
        for name, data in parts.items():
            out.write(f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode() + data + b"\n" * (len(data) % 2))
    return path


MEMBERS = {"opt/x/bin/x": "program", "opt/x/doc/a": "words", "opt/x/lib/b": "library"}


def found(g, folder):
    return sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)


def test_extract_takes_all_kinds(g):
    tar(g.upstream + "/t.tar.gz", MEMBERS)
    tar(g.upstream + "/t.tar.xz", MEMBERS, "w:xz")
    deb(g.upstream + "/d.deb", MEMBERS)
    with zipfile.ZipFile(g.upstream + "/z.zip", "w") as out:
        for name, text in MEMBERS.items():
            out.writestr(name, text)
    for name in ("t.tar.gz", "t.tar.xz", "d.deb", "z.zip"):
        g.does(f"archive.extract{{pack = 'upstream/{name}', dir = '{g.out}/{name}'}}")
        want(found(g, f"{g.out}/{name}") == sorted(MEMBERS), f"{name}: {found(g, g.out + '/' + name)}")
        want(g.read(f"out/{name}/opt/x/bin/x") == "program", name)


def test_extract_strips_and_chooses(g):
    tar(g.upstream + "/t", MEMBERS)
    g.does(f"archive.extract{{pack = 'upstream/t', dir = '{g.out}/a', strip = 2, exclude = 'doc'}}")
    want(found(g, g.out + "/a") == ["bin/x", "lib/b"], str(found(g, g.out + "/a")))
    g.does(f"archive.extract{{pack = 'upstream/t', dir = '{g.out}/b', include = {{'opt/x/bin', 'opt/x/lib/*'}}}}")
    want(found(g, g.out + "/b") == ["opt/x/bin/x", "opt/x/lib/b"], str(found(g, g.out + "/b")))
    g.fails(f"archive.extract{{pack = 'upstream/t', dir = '{g.out}/c', include = 'nothing'}}", "upstream/t: nothing in it matches")
    g.fails(f"archive.extract{{pack = 'upstream/t', dir = '{g.out}/c', strip = 'x'}}", "strip: an integer is needed")
    g.fails(f"archive.extract{{pack = 'upstream/t', dir = '{g.out}/c', strip = -1}}", "--strip")
    g.fails(f"archive.extract{{pack = 'upstream/t'}}", "dir is needed")
    g.fails(f"archive.extract{{pack = 'upstream/t', folder = 'x'}}", "knows no folder")


def test_list_tells_what_is_in_it(g):
    deb(g.upstream + "/d.deb", {**MEMBERS, "a\nb\x1b": "odd"})
    found = g.value("local l = archive.list('upstream/d.deb') print(#l) print(l[1]) print(l[4] == 'a\\nb\\27')")
    want(found == "4\nopt/x/bin/x\ntrue\n", found)
    g.fails("archive.list('rules.lua')", "rules.lua: ", "archive.list")


def test_extract_fails_as_told(g):
    g.put("dir/upstream/text", "no archive at all, but long enough to be looked at\n" * 20)
    g.fails(f"archive.extract{{pack = 'upstream/text', dir = '{g.out}/a'}}", "archive.extract: upstream/text: ")
    g.fails(f"archive.extract{{pack = 'upstream/nothing', dir = '{g.out}/a'}}", "No such file")
    tar(g.upstream + "/evil", {"../x": "x"})
    g.fails(f"archive.extract{{pack = 'upstream/evil', dir = '{g.out}/a'}}", "upstream/evil")
    tar(g.upstream + "/good", MEMBERS)
    g.fails("archive.extract{pack = 'upstream/good', dir = 'upstream/here'}", "not to be written to")
    g.fails(f"archive.extract{{pack = 'upstream/good', dir = '{g.outside}/here'}}", "not for these rules")
    tar(g.outside + "/pack", MEMBERS)
    g.fails(f"archive.extract{{pack = '{g.outside}/pack', dir = '{g.out}/a'}}", "not for these rules")
    want(sorted(os.listdir(g.outside)) == ["pack", "secret"], "something is there")


def test_without_unpack_the_pack_is_extracted(g):
    deb(g.dir + "/pack", MEMBERS)
    run = g.run("", phase="unpack", args=[g.dir + "/pack", g.out])
    want(run.status == 0 and found(g, g.out) == sorted(MEMBERS), f"{run} {found(g, g.out)}")
    run = g.run("", phase="unpack", args=[g.dir + "/rules.lua", g.out])
    want(run.status == 1 and "rules.lua" in run.err, str(run))


# A program of 64 bits, its table of sections being of no bytes at the end of its head.
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 33 + (64).to_bytes(8, "little") + b"\0" * 16


def appimage(g, path, members):
    """Of members that are nobody else's."""
    if not shutil.which("mksquashfs"):
        raise Skipped("mksquashfs is not there")
    with tempfile.TemporaryDirectory(dir=g.work) as made:
        for name, text in members.items():
            g.put(f"{made}/tree/{name}", text, 0o700 if "/bin/" in name else 0o600)
        for at, _, _ in os.walk(made + "/tree"):
            os.chmod(at, 0o700)
        subprocess.run(["mksquashfs", made + "/tree", made + "/fs", "-quiet", "-no-progress", "-all-root"], check=True,
                       stdout=subprocess.DEVNULL)
        with open(made + "/fs", "rb") as file:
            return g.put(path, ELF + file.read())


def test_extract_takes_an_appimage(g):
    appimage(g, "dir/upstream/x.AppImage", MEMBERS)
    g.does(f"archive.extract{{pack = 'upstream/x.AppImage', dir = '{g.out}/a'}}")
    want(found(g, g.out + "/a") == sorted(MEMBERS), str(found(g, g.out + "/a")))
    modes = [os.stat(g.out + "/a/" + name).st_mode & 0o7777 for name in (".", "opt/x", "opt/x/bin/x", "opt/x/lib/b")]
    want(modes == [0o755, 0o755, 0o755, 0o644], f"not for all: {[oct(mode) for mode in modes]}")
    g.fails(f"archive.extract{{pack = 'upstream/x.AppImage', dir = '{g.out}/b', strip = 1}}", "extracted whole")
    g.fails("archive.list('upstream/x.AppImage')", "not listed")
    g.put("dir/upstream/bad.AppImage", ELF + b"hsqs" + b"\xff" * 200)
    bad = g.fails(f"archive.extract{{pack = 'upstream/bad.AppImage', dir = '{g.out}/b'}}", "upstream/bad.AppImage: ")
    want("/proc/" not in bad.err, bad.err)


def test_extract_opens_up_what_it_looked_at(g):
    """Not by its name, which another may have come to in a folder that the image gave to a user."""
    if not shutil.which("strace") or subprocess.run(["strace", "-o", "/dev/null", "true"], check=False, capture_output=True).returncode:
        raise Skipped("no strace that may trace")
    appimage(g, "dir/upstream/x.AppImage", MEMBERS)
    g.does(f"archive.extract{{pack = 'upstream/x.AppImage', dir = '{g.out}/a'}}",
           wrap=("strace", "-e", "trace=chmod,fchmodat", "-o", g.work + "/trace"))
    calls = [line for line in g.read("trace").splitlines() if "chmod" in line]
    want(calls and not any(re.match(r"fchmodat\(\d", line) for line in calls), "\n".join(calls))
    want(os.stat(g.out + "/a/opt/x/lib/b").st_mode & 0o777 == 0o644, "its mode")


def test_extract_takes_the_appimage_that_was_looked_at(g):
    """Whatever its name leads to when the tool is started: by another process, it is swapped for a link to outside, and back."""
    appimage(g, "dir/upstream/x.AppImage", {"good": "good"})
    appimage(g, "outside/evil.AppImage", {"evil": "evil"})
    os.symlink(g.outside + "/evil.AppImage", g.upstream + "/evil")
    libc = ctypes.CDLL(None, use_errno=True)
    child = os.fork()
    if child == 0:
        while True:
            libc.renameat2(-100, (g.upstream + "/x.AppImage").encode(), -100, (g.upstream + "/evil").encode(), 2)
            time.sleep(0.001)
    try:
        done = g.value(f"local n = 0 for i = 1, 50000 do if n < 30 and pcall(archive.extract, {{pack = 'upstream/x.AppImage', "
                       f"dir = '{g.out}/' .. i}}) then n = n + 1 end end print(n)")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    seen = {os.path.basename(name) for name in found(g, g.out)}
    want(done == "30\n" and seen == {"good"}, f"extracted {seen}, in all {done}")
