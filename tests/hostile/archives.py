"""A: archives made byte by byte, as installers and as vendors' packs.

As an installer an archive is given to `fardel install`. As packs, many archives travel in one installer whose rules
give each to fardel-unpack, in the confinement that rules have, and note how it ended; one of each list also fails
the installation itself. `t` in a list of members stands for the folder that an installer has at its top; packs have none.
"""
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import time
import warnings
import zipfile

from box import BUSY, LONG, MIB, SECONDS, Failed, case, listed, want
from tarbytes import (GNU, OLD, ar_member, base256, deb, file, folder, gnu_long, gz, header, link, lzma_old, member, octal,
                      pack,
                      padded, pax, record, sparse, tar, xz, zipped, zstd, zstd_frame, zstd_skippable)

RULES = """#!/bin/sh
# Gives each of the packs that it has to fardel-unpack, and notes how it ended.
set -eu
case $1 in
download) echo none >"$2" ;;
unpack)
  to=$3
  cd "$(dirname "$0")/given" 2>/dev/null || exit 0
  for pack in *; do
    mkdir "$to/$pack.out"
    status=0
    begun=$(date +%s%N)
    fardel-unpack "$pack" "$to/$pack.out" 2>"$to/$pack.err" || status=$?
    echo "$status $((($(date +%s%N) - begun) / 1000000))" >"$to/$pack.end"
    [ "$(cat options)" != must ] || [ "$status" = 0 ] || { cat "$to/$pack.err" >&2; exit 1; }
  done
  ;;
esac
"""
INSTALLER = "/var/lib/fardel/installed/hello"
KINDS = ("tar.gz", "tar.zst")


class Variant:
    """One odd archive: the members that come after what is right, given the top folder; what its refusal says."""

    def __init__(self, members, *texts, installer=True, pack=True, end=None):
        self.members, self.texts, self.installer, self.pack = members, texts, installer, pack
        self.end = {} if end is None else {"end": end}

    def tar(self, top=""):
        good = [] if top else [folder("opt"), file("opt/app", "good\n")]
        return tar(*good, *self.members(top), **self.end)


def good_members(*more):
    """An installer's members: those that must be there, and more."""
    return [folder("hello/"), file("hello/rules", RULES, mode=0o755), file("hello/format", "1\n"), *more]


def write(box, content, kind="tar.gz", name="hello"):
    """An installer's file of these bytes."""
    path = os.path.join(box.work, f"{name}.{kind}")
    with open(path, "wb") as out:
        out.write(content)
    return path


def installer(box, *more, kind="tar.gz", **end):
    return write(box, pack(tar(*good_members(*more), **end), kind), kind)


def pack_installer(box, packs, options="any"):
    """An installer whose rules unpack these: a list of bytes."""
    members = [folder("hello/given"), file("hello/given/options", options + "\n")]
    members = [file(f"hello/given/p{number:04}", content) for number, content in enumerate(packs)]
    script = RULES.replace("$(cat options)", options)
    return write(box, gz(tar(folder("hello"), file("hello/rules", script, mode=0o755), file("hello/format", "1\n"),
                             folder("hello/given"), *members), 1))


class Unpacked:
    """How fardel-unpack ended on one pack: rules, or we, have noted it beside the folder."""

    def __init__(self, folder, number):
        base = os.path.join(folder, f"p{number:04}")
        with open(f"{base}.end") as end:
            self.status, milliseconds = map(int, end.read().split())
        with open(f"{base}.err", errors="surrogateescape") as err:
            self.err = err.read()
        self.seconds = milliseconds / 1000 / BUSY
        self.folder = f"{base}.out"

    def __str__(self):
        return f"fardel-unpack: exit {self.status}, {self.seconds} s: {self.err}"


def for_rules(box):
    """Whether rules find fardel-unpack: not inside of a --root, nor where the build's folder is hidden from them."""
    return box.mode in ("mount", "user")


def unpack_ourselves(box, packs):
    folder = os.path.join(box.work, "unpacked")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    program = os.path.join(os.path.dirname(os.path.dirname(box.fardel_bin)), "libexec/fardel/fardel-unpack")
    for number, content in enumerate(packs):
        base = os.path.join(folder, f"p{number:04}")
        with open(base, "wb") as out:
            out.write(content)
        os.mkdir(f"{base}.out")
        begun = time.monotonic()
        with open(f"{base}.err", "wb") as err:
            status = subprocess.run([program, os.path.basename(base), f"{base}.out"], cwd=folder, stdin=subprocess.DEVNULL,
                                    stderr=err, check=False).returncode
        with open(f"{base}.end", "w") as end:
            end.write(f"{status} {int((time.monotonic() - begun) * 1000)}")
    return [Unpacked(folder, number) for number in range(len(packs))]


def unpack(box, packs):
    """All of the packs by one installer's rules; gives how each ended. The packs stay until box.wipe()."""
    box.wipe()
    if not for_rules(box):
        return unpack_ourselves(box, packs)
    box.within_memory(box.must("install", pack_installer(box, packs)))
    folder = os.path.join(box.path(INSTALLER), "upstream")
    return [Unpacked(folder, number) for number in range(len(packs))]


def apart(function):
    """What it gives, a short text, from a process of its own: what takes much memory must not count as fardel's."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        with os.fdopen(theirs, "w") as out:
            out.write(function())
            out.flush()
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as told:
        text = told.read()
    want(os.waitpid(pid, 0)[1] == 0, "what makes the archive has failed")
    return text


def untouched(box):
    """Nothing is installed, nothing is left: what can be looked at quickly."""
    for path in ("/var/lib/fardel/stage", "/var/lib/fardel/packages", "/var/lib/fardel/installed",
                 "/var/cache/fardel/packs/incoming"):
        want(not listed(box.path(path)), f"{path} holds {listed(box.path(path))}")


def refuse_installer(box, path, *texts, **limits):
    box.refused(box.fardel("install", path), 1, "hello", *texts, **limits)
    untouched(box)


def refuse_packs(box, packs, texts, seconds=SECONDS):
    """Each is refused in one line of clean text that has its texts, in time."""
    for number, (each, done) in enumerate(zip(texts, unpack(box, packs))):
        want(done.status == 1, f"pack {number} ({each}): {done}")
        want(done.err.count("\n") == 1 and done.err.startswith(f"fardel-unpack: p{number:04}: "), str(done))
        want(done.seconds <= seconds, str(done))
        for text in each:
            want(text in done.err, f"does not say {text!r}: {done}")
        box.clean_text(done.err)
    box.unharmed(["hello None"] if for_rules(box) else [])
    box.wipe()


def refuse(box, *variants):
    """Each variant, as an installer and as a pack, in both compressions."""
    for number, each in enumerate(variants):
        for kind in KINDS if each.installer else ():
            try:
                refuse_installer(box, installer(box, *each.members("hello/"), kind=kind, **each.end), *each.texts)
            except Failed as reason:
                raise Failed(f"variant {number} as {kind}: {reason}") from reason
    as_packs = [each for each in variants if each.pack]
    if as_packs:
        kinds = (*KINDS, "deb", "tar")
        refuse_packs(box, [pack(each.tar(), kind) for each in as_packs for kind in kinds],
                     [each.texts for each in as_packs for kind in kinds])
    if as_packs and for_rules(box):
        run = box.fardel("install", pack_installer(box, [pack(as_packs[0].tar(), "tar.gz")], "must"))
        box.refused(run, 1, "hello", *as_packs[0].texts)
        untouched(box)
    box.unharmed()


def refusing(name, title, *variants):
    case(name, title)(lambda box: refuse(box, *variants))


def installed(box, members, look, packs=True, kinds=KINDS, **more):
    """It is in order: installed as an installer and unpacked as a pack, look(top folder, is_pack) is content."""
    for kind in kinds:
        box.wipe()
        box.within_memory(box.must("install", installer(box, *members("hello/"), kind=kind, **more)))
        owned(box, box.path(INSTALLER))
        look(os.fsencode(box.path(INSTALLER)), False)
        box.unharmed(["hello None"])
    if packs:
        for done in unpack(box, [pack(tar(*members(""), **more), kind) for kind in (*kinds, "deb", "tar")]):
            want(done.status == 0, str(done))
            box.clean_text(done.err)
            owned(box, done.folder)
            look(os.fsencode(done.folder), True)
    box.wipe()


def owned(box, top):
    """All is root's (ours), nothing carries rights, and no attribute came along."""
    for path, folders, files in os.walk(os.path.realpath(top)):
        for name in folders + files:
            what = os.lstat(os.path.join(path, name))
            want((what.st_uid, what.st_gid) == (os.geteuid(), os.getegid()), f"{name} is of {what.st_uid}:{what.st_gid}")
            want(stat.S_ISLNK(what.st_mode) or not what.st_mode & 0o7022, f"{name} has the mode {what.st_mode:o}")
            names = os.listxattr(os.path.join(path, name), follow_symlinks=False)
            want(not names, f"{name} has {names}")


def read(top, name):
    with open(os.path.join(top, os.fsencode(name)), "rb") as data:
        return data.read()


def mode(top, name):
    return stat.S_IMODE(os.lstat(os.path.join(top, os.fsencode(name))).st_mode)


# --- Paths and links -------------------------------------------------------------------------------------------

V = Variant

refusing("A1", "a member ../x",
         V(lambda t: [file("../x")], "../x", '".."'), V(lambda t: [folder("../x")], "../x"),
         V(lambda t: [link("../x", "y")], "../x"), V(lambda t: [link("../x", t + "rules", "1")], "../x"),
         V(lambda t: [pax(path="../x"), file("harmless")], "../x"),
         V(lambda t: [gnu_long("../x"), file("harmless", magic=GNU)], "../x"),
         V(lambda t: [file("x", prefix="..")], "../x"))

refusing("A2", "a member with an absolute path",
         V(lambda t: [file("/srv/canary/x")], "/srv/canary/x", "absolute"), V(lambda t: [file("//x")], "//x"),
         V(lambda t: [folder("/")], "absolute"), V(lambda t: [link("/x", "y")], "/x"),
         V(lambda t: [file("x", prefix="/srv")], "/srv/x"))

refusing("A3", "a member that climbs out further in",
         V(lambda t: [file(t + "a/../../x")], "a/../../x"), V(lambda t: [file(t + "a/../x")], "a/../x"),
         V(lambda t: [folder(t + "a/../..")], "a/../.."), V(lambda t: [file(t + "a/b/..")], "a/b/.."))

refusing("A4", "a member ./../x, and .. alone",
         V(lambda t: [file("./../x")], "./../x"), V(lambda t: [folder("..")], ".."), V(lambda t: [file("..")], ".."),
         V(lambda t: [folder("../")], "../"), V(lambda t: [folder(t + "..")], ".."))

refusing("A5", "a member of a folder whose name begins as the package's does",
         V(lambda t: [file("hello-evil/x")], "hello-evil/x", "top folder", pack=False),
         V(lambda t: [folder("hello-evil")], "hello-evil", pack=False),
         V(lambda t: [file("../p0000.out-evil/x")], "../p0000.out-evil/x"))


@case("A6", "members outside of the package's folder")
def outside_of_top(box):
    refuse(box, V(lambda t: [file("x")], "member x", "top", pack=False),
           V(lambda t: [file("slack/rules", "#!/bin/sh\n")], "slack/rules", "top folder", pack=False),
           V(lambda t: [file("./x")], "./x", pack=False))
    for members in ([file("rules", RULES, mode=0o755)], [file("./rules", RULES, mode=0o755)]):
        refuse_installer(box, write(box, gz(tar(*members))), "rules", "top")
    box.unharmed()


@case("A7", "a package's folder that is a link or a file")
def no_folder(box):
    for top in (link("hello", "/srv/canary"), file("hello"), link("hello", "hello", "1")):
        refuse_installer(box, write(box, gz(tar(top, file("hello/rules", RULES, mode=0o755)))), "hello")
    refuse(box, V(lambda t: [link("hello", "/srv/canary")], "hello", pack=False),
           V(lambda t: [link(".", "/srv/canary")], "top", installer=False),
           V(lambda t: [file("./")], "./", installer=False), V(lambda t: [file(".")], "top", installer=False))


refusing("A8", "a link to a folder outside, then a member below it",
         V(lambda t: [link(t + "d", "/srv/canary"), file(t + "d/secret", "evil")], "d/secret", "not a folder"),
         V(lambda t: [link(t + "d", "../../../../../../srv/canary"), file(t + "d/x", "evil")], "d/x"),
         V(lambda t: [link(t + "d", "."), file(t + "d/x")], "d/x"),
         V(lambda t: [link(t + "d", "/srv/canary"), folder(t + "d")], "d", "twice"),
         V(lambda t: [link(t + "d", "/srv/canary"), link(t + "d/l", "x")], "d/l"),
         V(lambda t: [link(t + "d", "/srv/canary"), folder(t + "d/e"), file(t + "d/e/f")], "d/e"))

refusing("A9", "a link to a file outside, then a file of its name",
         V(lambda t: [link(t + "f", "/srv/canary/secret"), file(t + "f", "evil")], "f: is there twice"),
         V(lambda t: [link(t + "f", "/srv/canary/new"), file(t + "./f", "evil")], "f: is there twice"))

refusing("A10", "a chain of links that leads outside",
         V(lambda t: [link(t + "b", ".."), link(t + "a", "b"), file(t + "a/x", "evil")], "a/x"),
         V(lambda t: [link(t + "a", "b"), link(t + "b", "a"), file(t + "a/x", "evil")], "a/x"))

refusing("A11", "a hard link to an absolute path",
         V(lambda t: [link(t + "h", "/srv/canary/secret", "1")], "hard link", "absolute"),
         V(lambda t: [pax(linkpath="/srv/canary/secret"), link(t + "h", "x", "1")], "hard link", "absolute"),
         V(lambda t: [gnu_long("/srv/canary/secret", "K"), link(t + "h", "x", "1", magic=GNU)], "hard link", "absolute"))

refusing("A12", "a hard link to ../",
         V(lambda t: [link(t + "h", "../" * 8 + "srv/canary/secret", "1")], "hard link", '".."'),
         V(lambda t: [link(t + "h", t + "../../x", "1")], "hard link", '".."'))

refusing("A13", "a hard link through an earlier link",
         V(lambda t: [link(t + "d", "/srv/canary"), link(t + "h", t + "d/secret", "1")], "h: is a hard link to what is no"),
         V(lambda t: [link(t + "s", "/srv/canary/secret"), link(t + "h", t + "s", "1")], "h: is a hard link to what is no"),
         V(lambda t: [folder(t + "d"), link(t + "h", t + "d", "1")], "h: is a hard link to what is no"),
         V(lambda t: [link(t + "h", t + "h", "1")], "h: is a hard link to what is no"),
         V(lambda t: [link(t + "h", t + "later", "1"), file(t + "later")], "h: is a hard link to what is no"),
         V(lambda t: [link(t + "h", t, "1")], "h"))

refusing("A14", "a hard link, then a file of its name",
         V(lambda t: [file(t + "f"), link(t + "h", t + "f", "1"), file(t + "h", "evil")], "h: is there twice"),
         V(lambda t: [file(t + "f"), member(t + "h", "1", "evil", link=t + "f")], "member", "h"))


# --- Kinds, rights, owners ---------------------------------------------------------------------------------------

refusing("A15", "devices",
         V(lambda t: [header(t + "null", "3", major=1, minor=3)], "null", "character device"),
         V(lambda t: [header(t + "disk", "4", major=8)], "disk", "block device"))

refusing("A16", "a FIFO", V(lambda t: [header(t + "pipe", "6")], "pipe", "fifo"),
         V(lambda t: [header(t + "pipe", "6"), file(t + "pipe")], "pipe", "fifo"))

refusing("A17", "members of an unknown kind",
         *[V(lambda t, kind=kind: [header(t + "odd", kind)], "odd", "unknown kind") for kind in "Zs89VMDNXA\x01\xff"],
         V(lambda t: [member(t + "odd", "Z", "text")], "odd", "unknown kind"))


@case("A18", "setuid, setgid, sticky and writable members lose those bits")
def rights(box):
    def look(top, is_pack):
        want(mode(top, "suid") == 0o755, "suid")
        want(mode(top, "open") == 0o644, f"open: {mode(top, 'open'):o}")
        want(mode(top, "d") == 0o755 and mode(top, "d/f") == 0o755, "d")
        want(mode(top, "tight") == (0o700 if is_pack else 0o755), f"tight: {mode(top, 'tight'):o}")

    def members(t):
        return [file(t + "suid", mode=0o6755), file(t + "open", mode=0o1666), folder(t + "d", mode=0o7777),
                file(t + "d/f", mode=0o7777), file(t + "tight", mode=0o2700)]

    installed(box, members, look)
    # Already as fardel-unpack leaves them, not only once fardel has settled what the rules have left.
    for done in unpack_ourselves(box, [gz(tar(*members(""))), tar(*members(""))]):
        want("took setuid" in done.err and "from 5 members" in done.err, str(done))
        owned(box, done.folder)
        look(os.fsencode(done.folder), True)


@case("A19", "capabilities, trusted attributes, ACLs and flags are never applied")
def attributes(box):
    capability = b"\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    heads = [{"SCHILY.xattr.security.capability": capability, "SCHILY.xattr.trusted.evil": "1",
              "SCHILY.xattr.user.note": "x"},
             {"LIBARCHIVE.xattr.security.capability": "AQAAAgAgAAAAAAAAAAAAAAAAAAA="},
             {"SCHILY.acl.access": "user::rwx,user:1234:rwx,group::r-x,mask::rwx,other::r-x",
              "SCHILY.acl.default": "user::rwx,user:1234:rwx,group::r-x,mask::rwx,other::rwx"},
             {"SCHILY.fflags": "immutable,append"}, {"RHT.security.selinux": "system_u:object_r:shadow_t:s0"}]

    def members(t):
        return [each for number, head in enumerate(heads) for each in
                (pax("x", *(record(*pair) for pair in head.items())), file(f"{t}f{number}", mode=0o755))]

    installed(box, members, lambda top, is_pack: want(len(os.listdir(top)) >= len(heads), "files are missing"))


@case("A20", "owners of all sizes and names: all is root's")
def owners(box):
    numbers = [0, 1, 1234, 0o7777777, base256(1 << 31, 8), base256((1 << 55) - 1, 8), base256(-1, 8), b"\xff" * 8]

    def members(t):
        found = [file(f"{t}f{number}", uid=each, gid=each) for number, each in enumerate(numbers)]
        for number, each in enumerate(("0", "4294967295", "4294967296", str((1 << 63) - 1), str(1 << 63))):
            found += [pax(uid=each, gid=each), file(f"{t}p{number}")]
        return [*found, file(t + "name", user="nobody", group="shadow"), file(t + "trick", user="root/../x", group="\n\x1b"),
                pax(uname="x" * 5000, gname="\u202e"), folder(t + "d", uid=1234, gid=1234)]

    installed(box, members, lambda top, is_pack: want(len(os.listdir(top)) >= 16, "files are missing"))


# --- Size ----------------------------------------------------------------------------------------------------------

PIB = 1 << 50


@case("A21", "sparse files of 1 PiB")
def huge_sparse(box):
    refuse(box, V(lambda t: [sparse(t + "f", [(0, 512), (PIB, 0)], bytes(512), PIB)], "f", "holes", pack=False),
           V(lambda t: [sparse("f", [(0, 512), (PIB, 0)], bytes(512), PIB)], "more than", installer=False),
           V(lambda t: [sparse("f", [(PIB - 512, 512)], bytes(512), PIB)], "more than", installer=False),
           *[V(lambda t, head=head, content=content: [pax("x", *(record(*pair) for pair in head)),
                                                      file(t + "f", content)], installer=False)
             for head, content in (
                 ([("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "f"),
                   ("GNU.sparse.realsize", str(PIB))], padded(f"1\n{PIB - 512}\n512\n".encode()) + bytes(512)),
                 ([("GNU.sparse.size", str(PIB)), ("GNU.sparse.numblocks", "1"), ("GNU.sparse.offset", str(PIB - 512)),
                   ("GNU.sparse.numbytes", "512")], bytes(512)),
                 ([("GNU.sparse.size", str(PIB)), ("GNU.sparse.numblocks", "1"), ("GNU.sparse.name", "f"),
                   ("GNU.sparse.map", f"{PIB - 512},512")], bytes(512)))],
           V(lambda t: [pax(GNU__sparse__major="1", GNU__sparse__minor="0", GNU__sparse__name="f",
                            GNU__sparse__realsize="1000"),
                        file("f", padded(b"10000000\n" + b"0\n0\n" * 10000))], "f", "holes", installer=False),
           V(lambda t: [file(t + "f", b"x", size=base256(PIB))], installer=True),
           V(lambda t: [file(t + "f", b"x", size=base256((1 << 63) - 1))], installer=True),
           V(lambda t: [file(t + "f", b"x", size=base256(-1))], "f", "size"),
           V(lambda t: [folder(t + "f", size=PIB // (1 << 20))], "f", "content"),
           V(lambda t: [link(t + "f", "x", size=0o77777777777)], "f", "content"))


@case("A22", "bombs: 10 GiB of zeros in little, in layers, behind the end")
def bombs(box):
    size = 10 << 30
    some = 4 * MIB
    front = tar(file("opt/app"), header("bomb", size=base256(size)), end=b"")
    top = tar(*good_members(header("hello/bomb", size=base256(size))), end=b"")
    whole = {"tar.zst": lambda x: zstd(x) + zstd(bytes(some)) * (size // some),
             "tar.gz": lambda x: gz(x) + gz(bytes(some), 9) * (size // some)}
    for kind, make in whole.items():
        path = write(box, make(top), kind)
        want(os.path.getsize(path) < size / 900, f"the bomb is {os.path.getsize(path)} bytes")
        refuse_installer(box, path, "more than")
        # Behind the end zeros are padding, but not without end.
        refuse_installer(box, write(box, make(tar(*good_members())), kind), "more than 128 MiB")
    packs = [make(front) for make in whole.values()] + [make(tar(file("opt/app"))) for make in whole.values()]
    packs = [each for each in packs if len(each) < 3 * MIB] + [deb(each, "data.tar.zst") for each in packs[:1]]
    want(len(packs) >= 3, "too few of the packs fit into an installer")
    refuse_packs(box, packs, [("more than",)] * len(packs))
    nested = gz(gz(tar(*good_members())))
    refuse_installer(box, write(box, nested), "no tar")
    refuse_installer(box, write(box, zstd(gz(tar(*good_members()))), "tar.zst"), "no tar")
    refuse_packs(box, [nested, gz(zstd(front)), deb(gz(nested)), gz(deb(nested))], [("no tar",)] * 4)
    box.unharmed()


def many(count, name):
    """So many empty files; name(number) is as long for each."""
    first = header(name(0))
    start = sum(first[100:148]) + sum(first[156:]) + 8 * 32
    for number in range(count):
        text = name(number).encode()
        yield text.ljust(100, b"\0") + first[100:148] + b"%06o\0 " % (start + sum(text)) + first[156:]


@case("A23", "10^7 empty files", long=True)
def too_many(box):
    def make():
        blocks = zstd(b"".join(many(10000, "hello/f{:08}".format)))
        return zstd(tar(*good_members(), *many(10100, "hello/f{:08}".format), end=b"")) + blocks * 999

    refuse_installer(box, apart(lambda: write(box, make(), "tar.zst")), "more entries than 10000")
    make_gz = lambda: write(box, gz(tar(*good_members(), *many(10100, "hello/f{:08}".format)), 1))
    refuse_installer(box, apart(make_gz), "more entries than 10000")
    # Folders that no member states count, too.
    deep = [file(f"hello/{number}/a/b/c/d/e/f/g/h/i/j") for number in range(1000)]
    refuse_installer(box, installer(box, *deep), "more entries than 10000")
    if LONG:  # The same again and again needs no room, but has an end.
        again = gz(b"".join(many(1, "f{:07}".format)) * 10000, 1) * 51
        refuse_packs(box, [again + gz(bytes(1024))], [("too many entries twice",)], seconds=60)
    packed = b"".join(zstd(b"".join(many(10000, f"f{part:03}{{:05}}".format)), "-1") for part in range(51))
    refuse_packs(box, [packed + zstd(bytes(1024))], [("more entries than 500000",)], seconds=60)
    box.unharmed()


refusing("A24", "2000 folders deep, a name of 5,000 bytes, a path of 100,000",
         V(lambda t: [pax(path=t + "d/" * 2000), folder("x")], "more"),
         V(lambda t: [gnu_long(t + "d/" * 450 + "f"), file("x", magic=GNU)], "more folders than"),
         V(lambda t: [pax(path=t + "x" * 5000), file("x")], "more"),
         V(lambda t: [gnu_long(t + "x" * 256), file("x", magic=GNU)], "more bytes than 255"),
         V(lambda t: [pax(path=t + "x" * 100000), file("x")], "more bytes than"),
         V(lambda t: [pax(path=t + "dir/" * 25000 + "f"), file("x")], "more bytes than"),
         V(lambda t: [pax(linkpath="x/" * 50000), link(t + "l", "x")], "more bytes than"),
         V(lambda t: [gnu_long(t + "y" * 600000), file("x", magic=GNU)], "more bytes than"),
         V(lambda t: [member("x", "L", b"y" * (MIB + 1), magic=GNU), file("x", magic=GNU)], "1 MiB"))


@case("A25", "members that come again as something else; a pack's file that comes again as a file")
def again(box):
    refuse(box, V(lambda t: [file(t + "x"), folder(t + "x")], "x", "twice"),
           V(lambda t: [folder(t + "x"), file(t + "x")], "x", "twice"),
           V(lambda t: [folder(t + "x"), link(t + "x", "/srv/canary")], "x", "twice"),
           V(lambda t: [folder(t + "x"), file(t + "x/y"), link(t + "x", "/srv/canary"), file(t + "x/y", "evil")], "x", "twice"),
           V(lambda t: [file(t + "x"), file(t + "x/y")], "x/y", "not a folder"),
           V(lambda t: [file(t + "a/b"), file(t + "a")], "a", "twice"),
           V(lambda t: [link(t + "x", "a"), link(t + "x", "b")], "x", "twice"),
           V(lambda t: [file(t + "x"), file(t + ".//x/.")], "x", pack=False),
           V(lambda t: [file(t + "rules", "#!/bin/sh\n", mode=0o755)], "rules", "twice", pack=False))
    twice = tar(file("x", "old"), link("kept", "x", "1"), file("x", "new"), folder("d", mode=0o700), folder("d/", mode=0o755))
    for done in unpack(box, [gz(twice), zstd(twice)]):
        want(done.status == 0, str(done))
        top = os.fsencode(done.folder)
        want(read(top, "x") == b"new" and read(top, "kept") == b"old" and mode(top, "d") == 0o755, "not the later one")
    box.wipe()


# --- Names ---------------------------------------------------------------------------------------------------------

ODD_NAMES = [b"Case", b"case", "\u00e4".encode(), "a\u0308".encode(), b"\xc0\xaf", b"\xc0\xae\xc0\xae", b"\xff\xfe", b"\xed\xa0\x80",
             b"caf\xe9", "\ufeffx".encode(), "\u2215".encode(), b"back\\slash", b"c:x", b" blank ", b"...", b"*", b"\x7f"]
EVIL_NAMES = [b"line\nfeed", b"\x1b]0;title\x07", b"bell\x07", "left\u202etxt.exe".encode(), b"\r", b"\t", b"\xc2\x9b31m", b"\b\b\b"]


@case("A26", "names of all bytes are kept as they are, and escaped when they are told")
def odd_names(box):
    def look(top, is_pack):
        have = os.listdir(os.path.join(top, b"d"))
        want(sorted(have) == sorted(ODD_NAMES), f"names: {sorted(have)}")

    installed(box, lambda t: [file(t.encode() + b"d/" + name, name) for name in ODD_NAMES], look)
    installed(box, lambda t: [each for name in ODD_NAMES for each in
                              (gnu_long(t.encode() + b"d/" + name), file("x", name, magic=GNU))], look, kinds=("tar.gz",))
    installed(box, lambda t: [each for name in ODD_NAMES for each in
                              (pax(hdrcharset="BINARY", path=t.encode() + b"d/" + name), file("x", name))], look,
              kinds=("tar.gz",))
    refuse(box, *[V(lambda t, name=name: [file(t.encode() + name), folder(t.encode() + name)]) for name in
                  (b"\xff\xfe", b"\xc0\xaf")])


@case("A27", "names and texts with line ends, escapes and turned direction stay one line, and JSON gives them back")
def evil_names(box):
    refuse(box, *[V(lambda t, name=name: [file(t.encode() + name), folder(t.encode() + name)], "twice")
                  for name in EVIL_NAMES])
    installed(box, lambda t: [file(t.encode() + b"d/" + name, name) for name in EVIL_NAMES],
              lambda top, is_pack: want(sorted(os.listdir(os.path.join(top, b"d"))) == sorted(EVIL_NAMES), "names"))
    # One of them as a link's target, and as a pack's own name, in what fardel says of it.
    for name in EVIL_NAMES:
        text = name.decode()
        legend = f"A {text} B"
        path = installer(box, file("hello/legend", legend.encode() + b"\n"), file(b"hello/" + name + b"/x", "x"),
                         link("hello/l", name))
        box.must("install", path)
        for args in (["list"], ["show", "hello"], ["show", path], ["list", "--plain"], ["show", "--plain", "hello"], ["log"],
                     ["list", "--json"], ["show", "hello", "--json"], ["show", path, "--json"]):
            run = box.must(*args)
            box.clean_text(run.out.replace("\t", " ") + run.err)
            if "--json" in args:
                want(run.json() is not None, str(run))
        want([line.split()[0] for line in box.must("list", "--plain").out.splitlines() if line][-1:] == ["hello"]
             and len(box.must("list", "--plain").out.splitlines()) == len(box.packages()), "list is not a line each")
        box.wipe()
    # The name of a pack that cannot be read, and of an installer's file.
    odd = os.path.join(box.work, "evil\n\x1b[31m\u202e.tar.gz")
    with open(odd, "wb") as out:
        out.write(gz(b"no tar"))
    run = box.fardel("install", odd)
    box.refused(run, 1)
    run = box.fardel("install", "--json", odd)
    box.clean_text(run.out.replace("\n", " ") + run.err)
    for line in run.out.splitlines():
        want(line.startswith("{") or line.startswith(" ") or line in ("}", "[", "]"), f"no JSON: {line!r}")


@case("A28", "names that begin with a dash, and rules called --help")
def dashes(box):
    names = ["-rf", "--help", "--", "-", "-C", "--checkpoint-action=exec=sh", "@file"]
    installed(box, lambda t: [file(t + name, name) for name in names],
              lambda top, is_pack: want(all(read(top, name) == name.encode() for name in names), "a name is missing"))
    without = [folder("hello/"), file("hello/format", "1\n")]
    refuse_installer(box, write(box, gz(tar(*without, file("hello/--help", RULES, mode=0o755)))), "rules")
    for top in ("--help", "-rf", "--", "-", ".", "..hello", ".hello", "he llo", "hello\n"):
        members = [folder(top + "/"), file(top + "/rules", RULES, mode=0o755), file(top + "/format", "1\n")]
        run = box.fardel("install", write(box, gz(tar(*members))))
        box.refused(run, 1)
        untouched(box)
        run = box.fardel("install", "--", write(box, gz(tar(*members)), name=top.strip()))
        box.refused(run, 1)
        untouched(box)
    box.unharmed()


# --- Ends ----------------------------------------------------------------------------------------------------------

def small_installer():
    """Whole, it can be installed."""
    return tar(folder("hello/"), file("hello/rules", '#!/bin/sh\n[ $1 != download ] || : >"$2"\n', mode=0o755),
               file("hello/format", "1\n"), link("hello/l", "rules"))


@case("A29", "cut off at every block, and at every third byte of the last")
def cut_off(box):
    whole = small_installer()
    blocks = [whole[:at] for at in range(0, len(whole), 512)]
    # At the very last block but one, libarchive is content; we are not.
    last = [whole[:at] for at in range(len(whole) - 511, len(whole), 37)]
    for kind in KINDS:
        for number, part in enumerate(blocks + last):
            box.refused(box.fardel("show", write(box, pack(part, kind), kind)), 1, "hello")
            if number % 4 == 0:
                refuse_installer(box, write(box, pack(part, kind), kind))
        packed = pack(whole, kind)
        for at in range(max(0, len(packed) - 512), len(packed), 3):
            box.refused(box.fardel("show", write(box, packed[:at], kind)), 1, "hello")
    box.unharmed()
    # Here each byte is cheap: as packs, of every kind.
    for kind in (*KINDS, "deb", "tar"):
        packed = pack(tar(file("a"), link("b", "a", "1")), kind)
        # Of a plain tar, and of a .deb's last member, what is cut off may have been padding.
        ends = range(1, len(packed) - (kind == "deb" and packed[-1:] == b"\n"))
        if kind == "tar":
            ends = [*range(512, len(packed), 512), *range(len(packed) - 511, len(packed))]
        refuse_packs(box, [packed[:at] for at in list(ends)[-520:]], [()] * len(list(ends)[-520:]))
    box.unharmed()


@case("A30", "something behind the archive; padding of zeros and several gzip members are fine")
def behind(box):
    whole = small_installer()
    other = tar(file("hello/evil"))
    bad = {
        "tar.gz": [gz(whole) + b"x", gz(whole) + b"\0" * 512 + b"x", gz(whole + b"x"), gz(whole + other), gz(whole) + gz(other),
                   gz(whole) + gz(b"x"), gz(whole) + b"\x1f\x8b\x08\0", gz(whole) + zstd(other), gz(whole[:-512] + other)],
        "tar.zst": [zstd(whole) + b"x", zstd(whole) + b"x" * 600, zstd(whole + b"x"), zstd(whole + other),
                    zstd(whole) + zstd(other), zstd(whole) + gz(other), zstd(whole) + b"\x28\xb5\x2f\xfd",
                    zstd(whole[:-512] + other)]}
    for kind, archives in bad.items():
        for number, each in enumerate(archives):
            try:
                refuse_installer(box, write(box, each, kind))
            except Failed as reason:
                raise Failed(f"{kind} {number}: {reason}") from reason
    packs = [each for archives in bad.values() for each in archives]
    packs += [deb(each) for each in packs[:5]] + [whole + b"x", whole + other, whole[:-512] + other]
    refuse_packs(box, packs, [()] * len(packs))
    box.unharmed()
    good = {"tar.gz": [gz(whole + bytes(9000)), gz(whole[:700]) + gz(whole[700:]), gz(whole) + bytes(512), gz(whole + b"\0")],
            "tar.zst": [zstd(whole + bytes(9000)), zstd(whole[:700]) + zstd(whole[700:])]}
    for kind, archives in good.items():
        for each in archives:
            box.must("show", write(box, each, kind))
    for done in unpack(box, [each for archives in good.values() for each in archives] + [whole + bytes(777)]):
        want(done.status == 0 and read(done.folder.encode(), "hello/format") == b"1\n", str(done))
    box.wipe()


@case("A31", "zeros, nothing, wrong beginnings; a gzip that is called zst is told by its bytes")
def beginnings(box):
    whole = small_installer()
    bad = [b"", b"x", bytes(512), bytes(10240), b"\x1f\x8b", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", gz(b""), gz(bytes(10240)), zstd(b""),
           zstd(bytes(10240)), gz(b"hello"), b"PK\x03\x04" + bytes(100), whole[1:], b"\x1f\x8b" + zstd(whole)[2:],
           b"\x28\xb5\x2f\xfd" + gz(whole)[4:], b"<html>", b"#!/bin/sh\n", b"\x7fELF" + bytes(600), gz(whole)[:-8], os.urandom(3000)]
    for kind in KINDS:
        for each in bad:
            refuse_installer(box, write(box, each, kind))
    for each in (whole, zipped(("hello/rules", "x", 0o100755)), deb(gz(whole))):
        refuse_installer(box, write(box, each), "neither gzip nor zstd")
    # An empty file cannot travel in a tar's member as a pack of zero bytes only: it can.
    refuse_packs(box, bad, [()] * len(bad))
    box.unharmed()
    for done in unpack(box, [gz(whole), zstd(whole), whole]):
        want(done.status == 0, str(done))
    box.wipe()
    box.must("show", write(box, gz(whole), "tar.zst"))
    box.must("show", write(box, zstd(whole), "tar.gz"))


# --- Readers that disagree -----------------------------------------------------------------------------------------

def headed(*bodies, then=None, kind="x", **records):
    """A pax header in front of a file."""
    return lambda t: [pax(kind, *bodies, **records), then(t) if then else file(t + "f")]


refusing("A32", "pax headers that say something else, or too much",
         V(headed(kind="g", path="hello/evil"), "path", "all members"),
         V(headed(kind="g", linkpath="/etc/passwd"), "linkpath", "all members"),
         V(headed(kind="g", size="0"), "size", "all members"),
         V(headed(kind="g", GNU__sparse__name="evil"), "GNU.sparse.name", "all members"),
         V(headed(kind="g", hdrcharset="BINARY"), "hdrcharset"),
         V(headed(size="0"), "f", "two sizes"), V(headed(size="512"), "f", "two sizes"), V(headed(size="-1"), "size"),
         V(headed(size=str(1 << 63)), "size"), V(headed(size=str((1 << 64) + 5)), "size"), V(headed(size=""), "size"),
         V(headed(size="5 "), "size"), V(headed(size="0x5"), "size"), V(headed(size="+5"), "size"),
         V(headed(record("size", "5"), record("size", "5")), "size", "twice"),
         V(headed(record("path", "hello/a"), record("path", "hello/b")), "path", "twice"),
         V(headed(path=""), "path"), V(headed(path=b"hello/a\0b"), "path"),
         V(headed(path="hello/f/"), "has a content"), V(headed(linkpath="hello/rules"), "f", "target"),
         V(headed(GNU__sparse__name="hello/other", path="hello/f"), "holes"),
         V(headed(SCHILY__realsize="1000"), "SCHILY.realsize"), V(headed(SUN__holesdata=" 0 100"), "SUN.holesdata"),
         V(headed(GNU__dumpdir="Yx"), "GNU.dumpdir"), V(headed(hdrcharset="ISO-IR 6937"), "hdrcharset"),
         *[V(headed(body), "pax header") for body in
           (b"5 a=b\n", b"7 a=b\n", b"6 a=b ", b"6 abc\n", b"6 =ab\n", b"a=b\n", b"99999999999999999999 a=b\n", b"-6 a=b\n",
            b"06 a=b\n\n", b"6 a=b\n\0\0\0", b" 6 a=b\n", b"6", b"7 \0a=b\n", b"3 \n")],
         V(lambda t: [pax(comment="x"), pax(path=t + "g"), file(t + "f")], "two headers"),
         V(lambda t: [pax(comment="x"), gnu_long(t + "g"), file(t + "f", magic=GNU)], "both pax and GNU"),
         V(lambda t: [gnu_long(t + "g"), pax(path=t + "h"), file(t + "f")], "both pax and GNU"),
         V(lambda t: [gnu_long(t + "g"), gnu_long(t + "h"), file(t + "f", magic=GNU)], "two headers"),
         V(lambda t: [gnu_long(t + "g\0h"), file(t + "f", magic=GNU)], "long name"),
         V(lambda t: [gnu_long(""), file(t + "f", magic=GNU)], "long name"),
         V(lambda t: [gnu_long(t + "rules", "K"), file(t + "f", magic=GNU)], "f", "target"),
         V(lambda t: [file(t + "f"), pax(path=t + "g")], "cut off"),
         V(lambda t: [file(t + "f"), gnu_long(t + "g")], "cut off"),
         V(lambda t: [member("x", "x", b"x" * (2 * MIB))], "1 MiB"),
         V(lambda t: [header("x", "x", size=base256((1 << 63) - 1))], "x"))


@case("A32-good", "pax headers that are right: names, targets, comments for all, attributes; 100 MiB of headers")
def pax_right(box):
    long = "d" * 200 + "/" + "f" * 200

    def members(t):
        return [pax("g", comment="0123456789abcdef"), pax(path=t + long, size="5"), file("short"),
                pax(linkpath=t + long), link(t + "h", "x", "1"), pax(linkpath="y" * 300), link(t + "s", "x"),
                pax("g", comment="again"), pax("x", mtime="1577934122.5", comment="", atime="1"), file(t + "f")]

    def look(top, is_pack):
        want(read(top, long) == b"text\n" and read(top, "h") == b"text\n", "a name or a target is not the header's")
        want(os.readlink(os.path.join(top, b"s")) == b"y" * 300, "the link's target")

    installed(box, members, look)
    for count in (200, 280):
        heads = b"".join(zstd(pax(comment="x" * 500000) + file(f"hello/c{number}")) for number in range(count))
        path = write(box, zstd(tar(*good_members(), end=b"")) + heads + zstd(bytes(1024)), "tar.zst")
        if count == 200:
            box.within_memory(box.must("show", path))
    refuse_installer(box, path, "more than 128 MiB")


def by_tar(program, path, to):
    return subprocess.run([program, "-xf", path, "-C", to], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False, timeout=30).returncode == 0


def by_python(path, to):
    try:
        with tarfile.open(path, errorlevel=1) as archive:
            archive.extractall(to)
    except Exception:  # pylint: disable=broad-except
        return False
    return True


def tree_of(top):
    """path -> type, whether it can be run, content or target."""
    found = {}
    top = os.fsencode(top)
    for path, folders, files in os.walk(top):
        for name in folders + files:
            full = os.path.join(path, name)
            what = os.lstat(full)
            holds = os.readlink(full) if stat.S_ISLNK(what.st_mode) else b""
            if stat.S_ISREG(what.st_mode):
                holds = read(path, name)
            run = stat.S_ISREG(what.st_mode) and what.st_mode & 0o100 != 0
            found[os.path.relpath(full, top)] = (stat.S_IFMT(what.st_mode), run, holds)
    return found


def odd_tars():
    """Tars that readers may understand in several ways; names are harmless."""
    evil = file("f", "evil")
    hidden = tar(file("hidden", "evil"), end=b"")
    star = b"p" * 20 + bytes(111) + b"00000000001 00000000002 "
    ok = {
        "plain": [file("f"), folder("d"), link("l", "f"), link("h", "f", "1")],
        "old": [file("f", magic=OLD), folder("d", magic=OLD), member("e/", "\0", magic=OLD), link("h", "f", "1", magic=OLD)],
        "prefix": [file("f", prefix="d/e")],
        "long name": [gnu_long("d/" + "f" * 120), file("x", magic=GNU)],
        "long name, prefix": [gnu_long("d/" + "f" * 120), file("x", prefix="q")],
        "long target": [gnu_long("t" * 120, "K"), link("l", "x", magic=GNU)],
        "long both": [gnu_long("t" * 120, "K"), gnu_long("n" * 120), link("l", "x", magic=GNU)],
        "pax path, prefix": [pax(path="d/p"), file("x", prefix="q")],
        "contiguous": [member("f", "7", "text")],
        "signed sum": [file("\u00e4f", checksum="signed")],
        "sparse": [sparse("f", [(1024, 512), (4096, 0)], b"x" * 512, 4096)],
        "base-256 size": [file("f", size=base256(5))],
    }
    odd = {
        "prefix in GNU's": [file("f", magic=GNU, prefix="d")],
        "prefix in old": [header("f", magic=OLD, prefix="d")],
        "ustar without NUL": [file("f", magic=b"ustar 00", prefix="d")],
        "ustar and 7": [file("f", magic=b"ustar7\x0000"[:8], prefix="d")],
        "star's prefix": [file("f", rest=star)],
        "prefix ends twice": [file("f", prefix="d\0e")],
        "long name and pax": [gnu_long("a"), pax(path="b"), file("c", magic=GNU)],
        "pax and long name": [pax(path="b"), gnu_long("a"), file("c", magic=GNU)],
        "size in pax": [pax(size="512"), file("f", "x" * 512, size=0), file("g")],
        "size in pax hides": [pax(size="1024"), member("f", "0", hidden, size=0), file("g")],
        "size in global": [pax("g", size="1024"), member("f", "0", hidden, size=0), file("g")],
        "global path": [pax("g", path="b"), file("a")],
        "folder with size": [folder("d", size=len(hidden)), hidden, file("f")],
        "link with size": [link("l", "x", size=len(hidden)), hidden, file("f")],
        "hard link with size": [file("f"), link("h", "f", "1", size=len(hidden)), hidden],
        "fifo with size": [header("p", "6", size=512), hidden],
        "file with slash": [file("f/")],
        "file with slash, old": [member("f/", "\0", "text")],
        "link with slash": [link("l/", "x")],
        "unknown kind": [member("f", "Z", "text")],
        "unknown kind, hiding": [member("f", "Z", hidden)],
        "size of blanks": [file("f", size=b" " * 12)],
        "size of NULs": [file("f", b"", size=bytes(12))],
        "size with a letter": [file("f", size=b"0000000005x\0")],
        "size with a second number": [file("f", size=b"05 00000512\0")],
        "size with NUL first": [file("f", size=b"\x000000000005\0")],
        "size negative": [file("f", size=base256(-5)), evil],
        "size octal negative": [file("f", size=b"-0000000005\0")],
        "size plus": [file("f", size=b"+0000000005\0")],
        "size base-64": [file("f", size=b"+AAAAAAAAAF\0")],
        "size of tab": [file("f", size=b"\t0000000005\0")],
        "mode of letters": [file("f", mode=b"rwxr-xr\0")],
        "mode negative": [file("f", mode=base256(-1, 8))],
        "sum negative": [file("f", checksum=0), evil],
        "sum of another": [file("f", checksum=12345)],
        "lone zero block": [file("f"), bytes(512), file("g")],
        "two zero blocks": [file("f"), bytes(1024), file("g")],
        "long name cut": [member("././@LongLink", "L", b"abc", size=2, magic=GNU), file("x", magic=GNU)],
        "long name twice": [gnu_long("a"), gnu_long("b"), file("x", magic=GNU)],
        "long name, NUL inside": [gnu_long(b"a\0b"), file("x", magic=GNU)],
        "long target of file": [gnu_long("f", "K"), file("x", magic=GNU)],
        "pax target of file": [file("f"), pax(linkpath="f"), file("x")],
        "pax path twice": [pax("x", record("path", "a"), record("path", "b")), file("x")],
        "pax path empty": [pax(path=""), file("x")],
        "pax with NUL": [pax(path=b"a\0b"), file("x")],
        "pax length short": [pax("x", b"9 path=ab\n"), file("x")],
        "pax without newline": [pax("x", b"10 path=abX"), file("x")],
        "pax twice": [pax(path="a"), pax(mtime="1"), file("x")],
        "Solaris header": [member("x", "X", record("path", "a")), file("x")],
        "sparse name and path": [pax("x", record("GNU.sparse.name", "a"), record("path", "b")), file("x")],
        "sparse name alone": [pax(GNU__sparse__name="a"), file("x")],
        "sparse, again": [sparse("f", [(0, 512), (256, 512)], b"x" * 512 + b"y" * 512, 1024)],
        "sparse, backwards": [sparse("f", [(512, 512), (0, 512)], b"x" * 512 + b"y" * 512, 1024)],
        "sparse, too little": [sparse("f", [(0, 512), (1024, 512)], b"x" * 512, 1536)],
        "sparse, too much": [sparse("f", [(0, 512)], b"x" * 1024, 1024)],
        "sparse, too long": [sparse("f", [(0, 512), (1024, 512)], b"x" * 1024, 1024)],
        "sparse, shorter": [sparse("f", [(0, 1024)], b"x" * 1024, 512)],
        "sparse, negative": [sparse("f", [(0, 512), (-512, 512)], b"x" * 1024, 1024)],
        "sparse, no map": [sparse("f", [], b"x" * 512, 1024)],
        "sparse, gap in map": [sparse("f", [(0, 512), (0, 0), (1024, 512)], b"x" * 1024, 1536)],
        **{f"pax sparse {number}": [
            pax("x", *(record(*pair) for pair in {
                "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "f", "GNU.sparse.realsize": real,
                **more}.items())), file("GNUSparseFile.1/f", padded(where.encode()) + data)]
           for number, (real, where, data, more) in enumerate([
               ("1536", "2\n0\n512\n1024\n512\n", b"x" * 1024, {}), ("1536", "2\n1024\n512\n0\n512\n", b"x" * 1024, {}),
               ("1024", "2\n0\n512\n256\n512\n", b"x" * 1024, {}), ("512", "1\n0\n1024\n", b"x" * 1024, {}),
               ("1536", "3\n0\n512\n1024\n512\n", b"x" * 1024, {}), ("1536", "1\n0\n512\n", b"x" * 1024, {}),
               ("1536", "2\n0\n512\n1024\n512\n", b"x" * 512, {}), ("1536", "-1\n", b"x" * 512, {}),
               ("1536", "1\n-512\n512\n", b"x" * 512, {}), ("1536", "01\n0\n512\n", b"x" * 512, {}),
               ("1536", "1\n0\n512\n", b"x" * 512, {"GNU.sparse.size": "99"}), ("x", "1\n0\n512\n", b"x" * 512, {}),
               ("1536", "1\n0\n512\n", b"x" * 512, {"GNU.sparse.major": "2"}),
               ("1536", "1\n0\n512\n", b"x" * 512, {"GNU.sparse.map": "0,512"})])},
        "pax sparse 0.0": [pax("x", record("GNU.sparse.size", "1536"), record("GNU.sparse.numblocks", "2"),
                               record("GNU.sparse.offset", "0"), record("GNU.sparse.numbytes", "512"),
                               record("GNU.sparse.offset", "1024"), record("GNU.sparse.numbytes", "512")),
                           file("f", "x" * 1024)],
        "pax sparse 0.1": [pax(GNU__sparse__size="1536", GNU__sparse__numblocks="2", GNU__sparse__map="0,512,1024,512",
                               GNU__sparse__name="f"), file("g", "x" * 1024)],
        "pax sparse 0.1, odd": [pax(GNU__sparse__size="1536", GNU__sparse__numblocks="2", GNU__sparse__map="0,512,1024",
                                    GNU__sparse__name="f"), file("g", "x" * 1024)],
        "pax sparse 0.1, again": [pax(GNU__sparse__size="1536", GNU__sparse__numblocks="2", GNU__sparse__map="0,512,256,512",
                                      GNU__sparse__name="f"), file("g", "x" * 1024)],
        "sparse in ustar": [sparse("f", [(0, 512)], b"x" * 512, 512, magic=b"ustar\x0000")],
        "realsize": [pax(SCHILY__realsize="100"), file("x")],
        "name of 100 bytes": [file("n" * 100)],
        "name without end": [file("n" * 100, prefix="p" * 155)],
        "dot": [folder("."), file("./f"), folder("././d/")],
        "file, then below it": [file("f"), file("f/g")],
        "hard link to itself": [link("h", "h", "1")],
        "volume": [header("label", "V", magic=GNU), file("f", magic=GNU)],
        "continued": [member("f", "M", "text", magic=GNU)],
        "old, with trash": [header("f", magic=b"trash!!!", size=5) + padded(b"text\n")],
    }
    return {**{name: (members, True) for name, members in ok.items()},
            **{name: (members, False) for name, members in odd.items()}}


def compare(box, name, archive, taken):
    """Where fardel took the archive, all readers must make the same of it."""
    path = os.path.join(box.work, "odd.tar")
    with open(path, "wb") as out:
        out.write(archive)
    readers = {"GNU tar": lambda *args: by_tar("tar", *args), "Python's tarfile": by_python}
    if shutil.which("bsdtar"):
        readers["bsdtar"] = lambda *args: by_tar("bsdtar", *args)
    for reader, function in readers.items():
        theirs = os.path.join(box.work, "theirs")
        shutil.rmtree(theirs, ignore_errors=True)
        os.mkdir(theirs)
        fine = function(path, theirs)
        want(fine, f"{name}: taken, but {reader} refuses it")
        want(tree_of(theirs) == taken, f"{name}: {reader} makes {tree_of(theirs)} of it, not {taken}")


@case("A33", "odd tars: all readers agree with what fardel makes of them, or it refuses")
def disagreement(box):
    tars = {name: (tar(*members), must) for name, (members, must) in odd_tars().items()}
    done = unpack(box, [gz(archive) for archive, _ in tars.values()])
    wrong = []
    for each, (name, (archive, must)) in zip(done, tars.items()):
        want(each.status == 0 or not must, f"{name}: {each}")
        if each.status == 0:
            try:
                compare(box, name, archive, tree_of(each.folder))
            except Failed as reason:
                wrong.append(str(reason)[:700])
        else:
            want(each.status == 1 and each.err.count("\n") == 1, str(each))
    want(not wrong, "\n".join(wrong))
    want(sum(each.status == 0 for each in done) < len(done) - 30, "too many are taken")
    # As installers the same are refused, but for those that all understand; holes nobody may have.
    box.wipe()
    for each, (name, (members, _)) in zip([each.status for each in done], odd_tars().items()):
        inside = [body for body in members]
        run = box.fardel("show", write(box, gz(tar(*good_members(), *inside))))
        want(run.status == 1, f"{name} beside the top folder: {run}")
        want(each in (0, 1), name)
    box.unharmed()


@case("A34", "times: 0, 2^62, negative, texts of all kinds")
def times(box):
    values = [0, octal(1, 12), base256(1 << 62), base256(-1), base256(-(1 << 62)), b"\xff" * 12, bytes(12), b"not a time..", b" " * 12,
              0o77777777777]
    texts = ["0", "1.5", "1577934122.123456789", "-1", "-1.5", str(1 << 62), str(1 << 64), "9" * 400, "1.", ".5", "", "x", "1e9",
             "1.999999999999999999999", "1577934122.-5", "nan"]

    def members(t):
        found = [file(f"{t}b{number}", mtime=each) for number, each in enumerate(values)]
        for number, each in enumerate(texts):
            found += [pax(mtime=each, atime=each, ctime=each), file(f"{t}p{number}")]
        return [*found, folder(t + "d", mtime=base256(-5)), link(t + "l", "x", mtime=base256(1 << 40))]

    def look(top, is_pack):
        for name in os.listdir(top):
            when = os.lstat(os.path.join(top, name)).st_mtime
            want(0 <= when <= os.lstat(box.work).st_mtime + 3 * 86400, f"{name} is of {when}")
        if is_pack:
            want(os.lstat(os.path.join(top, b"p2")).st_mtime_ns == 1577934122123456789, "nanoseconds are lost")
            want(os.lstat(os.path.join(top, b"b0")).st_mtime == 0, "the time 0 is lost")

    installed(box, members, look)


@case("A35", "folders of mode 000 with something in them; a . with mode and owner")
def shut_folders(box):
    def members(t):
        return [folder(t + "shut", mode=0), file(t + "shut/f", mode=0), folder(t + "shut/in", mode=0), file(t + "shut/in/f"),
                folder("./" + t, mode=0o1777, uid=1234, gid=1234, mtime=1), folder(t + ".", mode=0)]

    def look(top, is_pack):
        want(read(top, "shut/in/f") == b"text\n", "what is in them is missing")
        want(mode(os.path.realpath(top), "") & 0o7777 in (0o755, 0o700), f"the top has the mode {mode(top, ''):o}")
        # fardel-unpack keeps what is stated; whoever called it settles the rest.
        want(mode(top, "shut") & 0o700 == 0o700 or is_pack and not for_rules(box), "its owner cannot look into it")

    installed(box, members, look)
    # A pack's own top is the folder that it is unpacked into: it stays as it was.
    for done in unpack(box, [gz(tar(folder("./", mode=mode_, uid=1234, mtime=1), file("./f"))) for mode_ in (0, 0o777, 0o4755)]):
        want(done.status == 0 and os.stat(done.folder).st_mode & 0o7777 == 0o755, str(done))
    box.wipe()


# --- Compression ---------------------------------------------------------------------------------------------------

def gzip_with(content, flags, extra):
    packed = gz(content)
    return packed[:3] + bytes([flags]) + packed[4:10] + extra + packed[10:]


@case("A36", "zstd of great windows, dictionaries, bad sums; gzip of bad sums")
def compression(box):
    whole = small_installer()
    good = {"tar.gz": [gzip_with(whole, 4, b"\xff\xff" + bytes(65535)), gzip_with(whole, 8, b"name\x1b[31m\0"),
                       gzip_with(whole, 16, b"c" * 70000 + b"\0")],
            "tar.zst": [zstd_frame(whole), zstd(whole, "--check"), zstd(whole, "--no-check"), zstd(whole, "-19"),
                        zstd_frame(whole, window=25), zstd(whole) + zstd_skippable(bytes(1000)),
                        zstd(whole[:512]) + zstd_skippable(whole[512:1024]) + zstd(whole[512:])]}
    for kind, archives in good.items():
        for each in archives:
            box.must("show", write(box, each, kind))
    more = [xz(whole), xz(whole, 30), xz(whole) + xz(b""), xz(whole[:99]) + xz(whole[99:]), lzma_old(whole), lzma_old(whole, 1 << 27)]
    for done in unpack(box, [each for archives in good.values() for each in archives] + more):
        want(done.status == 0, str(done))
    box.wipe()
    crc, length = gz(whole)[-8:-4], gz(whole)[-4:]
    other = bytes(255 - byte for byte in crc)
    bad = {
        "tar.gz": [gz(whole)[:-8] + other + length, gz(whole)[:-4] + b"\0\0\0\0", gz(whole)[:-8] + bytes(8),
                   gzip_with(whole, 4, b"\xff\xff" + bytes(100)), gzip_with(whole, 0xE0, b""), gzip_with(whole, 2, b"\0\0"),
                   gz(whole)[:2] + b"\x07" + gz(whole)[3:]],
        "tar.zst": [zstd_frame(whole, window=31), zstd_frame(whole, window=41), zstd_frame(whole, window=28),
                    zstd_frame(whole, dictionary=1234), zstd_frame(whole, checksum=b"evil"), zstd(whole, "--check")[:-4] + b"evil",
                    zstd_skippable(b"x"), zstd_skippable(b"x")[:-1], zstd(whole) + zstd_skippable(bytes(1000))[:-1],
                    zstd_frame(whole)[:5] + b"\xff\xff\xff\x7f" + zstd_frame(whole)[9:]]}
    for kind, archives in bad.items():
        for number, each in enumerate(archives):
            try:
                refuse_installer(box, write(box, each, kind))
            except Failed as reason:
                raise Failed(f"{kind} {number}: {reason}") from reason
    packs = [each for archives in bad.values() for each in archives]
    packs += [xz(whole)[:-1], xz(whole) + b"x", xz(whole)[:-20] + b"evil" + xz(whole)[-16:], lzma_old(whole)[:-1], lzma_old(whole) + b"x"]
    refuse_packs(box, packs + [deb(each) for each in packs], [()] * 2 * len(packs))
    packs = [xz(whole, 31), xz(whole, 40), lzma_old(whole, 3 << 26), lzma_old(whole, 0xFFFF << 16)]
    refuse_packs(box, packs + [deb(each) for each in packs], [("too much memory",)] * 2 * len(packs))
    # What a window takes of memory is bounded where it is refused, and where it is not.
    for window, status in ((25, 0), (26, 1)):
        run = box.fardel("show", write(box, zstd_frame(whole, window=window, zeros=96 * MIB), "tar.zst"))
        want(run.status == status, str(run))
        box.within_memory(run)
    box.unharmed()


@case("A37", "zips and .debs that are odd")
def other_kinds(box):
    regular, symlink = stat.S_IFREG | 0o644, stat.S_IFLNK | 0o777
    warnings.simplefilter("ignore")
    ok = ("opt/app", "x", regular)
    whole = gz(tar(file("f")))
    bad = [(zipped(ok, (name, "x", regular)), (name.replace("\\", "\\\\"),)) for name in ("../x", "/abs", "a/../../x")]
    bad += [(zipped(ok, ("d", "/srv/canary", symlink), ("d/secret", "evil", regular)), ("d/secret",)),
            (zipped(ok, ("f", "/srv/canary/secret", symlink), ("f", "evil", regular)), ("twice",)),
            (zipped(ok, ("n", "", stat.S_IFCHR | 0o666)), ("n",)), (zipped(ok, ("s", "", stat.S_IFSOCK | 0o666)), ("s", "socket")),
            (zipped(ok, ("x", "x" * 100, regular))[:-5], ()), (deb(whole, size=10 ** 9), ()),
            (deb(whole, size=0), ()), (deb(whole, name="data.txt"), ("no data.tar",)), (deb(b"text"), ()),
            (b"!<arch>\n" + ar_member("data.tar.gz", whole, "-5"), ("damaged .deb",)),
            (b"!<arch>\n" + ar_member("x", b"", 9999999999) + ar_member("data.tar.gz", whole), ("cut off",)),
            (deb(gz(tar(file("../x")))), ("../x",)), (deb(deb(whole)), ()),
            (zipped(ok, method=zipfile.ZIP_LZMA), ("opt/app: is compressed",))]
    refuse_packs(box, [each for each, _ in bad], [texts for _, texts in bad])
    box.unharmed()


if __name__ == "__main__":
    sys.exit("run it by: tests/run hostile BUILD archives")
