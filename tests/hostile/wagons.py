"""W: wagons of luet's that were made to harm, or are served by who lies; and what luet itself does not survive."""
import contextlib
import glob
import gzip
import json
import os
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tarfile
import threading
import time
import zlib

from box import case, want

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "lib"))
from wagon import SUFFIX, Wagon, pack, tar, write, yaml  # noqa: E402

DATE = 1700000000


class Stand:
    """A client that has taken revision 5 of a wagon: three packages."""

    def __init__(self, box, layout="v2", folder=None):
        self.box, self.layout, self.number = box, layout, 5
        self.folder = folder or os.path.join(box.vendor, "wagon")
        self.configure([self.folder])
        self.honest(5).put(self.folder)
        box.must("repo", "update")
        self.check(5)

    def configure(self, urls, more=""):
        folder = self.box.path("/etc/fardel/repos.d")
        os.makedirs(folder, exist_ok=True)
        kind = "disk" if urls[0].startswith("/") else "http"
        with open(f"{folder}/main.yml", "w", encoding="utf-8") as to:
            to.write(f"name: main\ntype: {kind}\nformat: luet\nenable: true\nurls: {json.dumps(urls)}\n{more}")
        self.box.before = self.box.outside()

    def honest(self, revision):
        made = Wagon()
        made.revision, made.layout, made.date = revision, self.layout, DATE + revision
        for name in ("app-x/hello", "app-x/other", "sys-libs/c"):
            made.add(name, f"{revision}.0", files={f"usr/share/{name}": "x"}, requires=["sys-libs/c >=1"])
        return made

    def next(self):
        self.number += 1
        return self.honest(self.number)

    def has(self):
        """What is in force: name and version of each, by the index itself."""
        with contextlib.closing(sqlite3.connect(f"file:{self.box.path('/var/lib/fardel/state.db')}?mode=ro", uri=True)) as state:
            file, revision = state.execute("SELECT file, in_force FROM repo").fetchone()
        path = self.box.path(f"/var/lib/fardel/repos/main/{file}")
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as index:
            return revision, index.execute("SELECT name, version FROM package ORDER BY name, version").fetchall()

    def check(self, revision, more=()):
        wanted = sorted([(name, f"{revision}.0") for name in ("app-x/hello", "app-x/other", "sys-libs/c")] + list(more))
        has = self.has()
        want(has == (revision, wanted), f"wanted {revision} {wanted}, has {has}")
        names = os.listdir(self.box.path("/var/lib/fardel/repos/main"))
        want(len([name for name in names if name.endswith(".db")]) == 1 and not [n for n in names if "document" in n], f"{names}")

    def refused(self, texts=(), code=None, in_force=5, seconds=2):
        run = self.box.fardel("--set", "fetch.retries=0", "repo", "update")
        want(run.status in ((code,) if code else (1, 5)), f"{run}")
        self.box.refused(run, run.status, *texts, seconds=seconds)
        self.check(in_force)

    def taken(self, texts=(), more=()):
        run = self.box.fardel("repo", "update")
        want(run.status == 0, f"{run}")
        for text in texts:
            want(text in run.err, f"stderr does not say {text!r}: {run}")
        self.box.within_memory(run)
        self.box.clean_text(run.out + run.err)
        self.check(self.number, more)


def member(name, kind=tarfile.REGTYPE, link="", data=b"", **more):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    for key, value in more.items():
        setattr(info, key, value)
    return info, data


def put(wagon, folder, **changed):
    """As wagon.put, but with other bytes as documents (changed: KEY=BYTES), whose sums are said as they are."""
    wagon.put(folder)
    data = [package.bytes() for package in wagon.packages]
    documents = wagon.documents(data)
    for key, content in changed.items():
        documents[key] = (documents[key][0], content)
        write(os.path.join(folder, documents[key][0]), content)
    write(os.path.join(folder, "repository.yaml"), wagon.identity(documents))


# --- Tarballs ------------------------------------------------------------------------------------------------

OUT = {
    "A1": [member("../x")], "A2": [member("/var/lib/canary/x")], "A3": [member("a/../../x")], "A4": [member("./../x")],
    "A4b": [member("..", tarfile.DIRTYPE)], "A5": [member("app-x/hello/5.0/../../../../x")],
}
LINKS = {
    "A8": [member("app-x/link", tarfile.SYMTYPE, "/etc"), member("app-x/link/9/definition.yaml", data=b"x")],
    "A9": [member("app-x/hello/9.0/definition.yaml", tarfile.SYMTYPE, "/etc/shadow")],
    "A11": [member("app-x/hello/9.0/definition.yaml", tarfile.LNKTYPE, "/etc/shadow")],
    "A15": [member("app-x/hello/9.0/definition.yaml", tarfile.CHRTYPE)],
    "A16": [member("app-x/hello/9.0/definition.yaml", tarfile.FIFOTYPE)],
    "A18": [member("app-x/setuid", data=b"x", mode=0o4755)],
    "A20": [member("app-x/owned", data=b"x", uid=2 ** 21, gid=2 ** 21, uname="x" * 31)],
}


@case("W1", "members of a tree that lead out of it: refused, in both layouts, and nothing is written anywhere")
def out(box):
    for layout in ("v2", "v1"):
        stand = Stand(box, layout)
        for members in OUT.values():
            for place in ("first", "members"):
                made = stand.next()
                setattr(made, place, members)
                made.put(stand.folder)
                stand.refused(["leads out of the tree"])
        if layout == "v1":
            made = stand.next()
            put(made, stand.folder, meta=pack(tar([*OUT["A1"], ("repository.meta.yaml", b"index: []\n")]), "zstd"))
            stand.refused(["leads out of the tree"])
        box.unharmed()
        box.wipe()


@case("W2", "links, devices, owners and bits in a tree: nothing comes of them, as nothing of a tree is unpacked")
def links(box):
    for layout in ("v2", "v1"):
        stand = Stand(box, layout)
        for members in LINKS.values():
            made = stand.next()
            made.first = members
            made.put(stand.folder)
            run = box.fardel("repo", "update")
            want(run.status in (0, 1), f"{run}")
            stand.check(stand.number if run.status == 0 else stand.has()[0])
        box.unharmed()
        box.wipe()


def bomb(how, size=3 << 30):
    """Zeros that take little room: as much as a tree must never unpack to."""
    if how == "gzip":
        # A part that can be repeated is compressed once.
        zeros, deflate, check = bytes(1 << 24), zlib.compressobj(9, zlib.DEFLATED, -15), 0
        part = deflate.compress(zeros) + deflate.flush(zlib.Z_FULL_FLUSH)
        for _ in range(size >> 24):
            check = zlib.crc32(zeros, check)
        return gzip.compress(b"", mtime=0)[:10] + part * (size >> 24) + deflate.flush() + struct.pack("<II", check, size % (1 << 32))
    job = subprocess.run(f"head -c {size} /dev/zero | zstd -q -c", shell=True, check=True, stdout=subprocess.PIPE)
    return job.stdout


@case("W3", "tarballs that are none, cut off, followed by others, of another compression than was said, or bombs")
def tarballs(box):
    stand = Stand(box)
    good = stand.honest(6).documents([b"", b"", b""])["treev2"][1]
    plain = stand.honest(6).tree("v2", [b"", b"", b""])
    zeros = tar([member("app-x/hello/9.0/definition.yaml", data=b"")])[:512]
    rows = {
        "empty": b"", "page": b"<html><body>404</body></html>", "zeros": bytes(4096), "random": os.urandom(4096),
        "half": good[:len(good) // 2], "short": good[:-1], "behind": good + b"garbage", "twice": good + good,
        "gzip": pack(plain, "gzip"), "none": plain, "zip": b"PK\x03\x04" + bytes(100), "deb": b"!<arch>\ndebian-binary" + bytes(100),
        "cut tar": pack(plain[:1000], "zstd"), "window": b"\x28\xb5\x2f\xfd\x00\xf8" + bytes(100),
        "head alone": pack(zeros, "zstd"), "zstd of gzip": pack(pack(plain, "gzip"), "zstd"),
    }
    for content in rows.values():
        made = stand.next()
        put(made, stand.folder, treev2=content)
        stand.refused(["tree-v2.tar.zst"])
    for how in ("zstd", "gzip"):
        made = stand.next()
        made.compression = how
        made.documents = lambda data, how=how: {"treev2": ("tree.tar" + SUFFIX[how], bomb(how))}
        made.put(stand.folder)
        stand.refused(seconds=15)
    box.unharmed()


@case("W4", "a tree of a great many members, of deep folders and endless names")
def many(box):
    stand = Stand(box)
    for members in ([member(f"app-x/n{i}/1/definition.yaml") for i in range(20000)],
                    [member("/".join(["d"] * 1500) + "/definition.yaml", data=b"x")],
                    [member("n" * 60000, data=b"x")],
                    [member(f"app-x/hello/{i}.0/definition.yaml") for i in range(200)] * 2):
        made = stand.next()
        made.members = members
        made.put(stand.folder)
        run = box.fardel("repo", "update")
        want(run.status in (0, 1), f"{run}")
        want(run.seconds < 5, f"{run}")
        box.within_memory(run)
        box.clean_text(run.out + run.err)
        stand.check(stand.number if run.status == 0 else stand.has()[0])
    # Of the older layout all are kept until their metadata comes: what one byte takes counts.
    made = stand.next()
    made.layout, made.members = "v1", [member(f"app-x/n{i}/1/definition.yaml", data=b"x") for i in range(60000)]
    made.put(stand.folder)
    run = box.fardel("repo", "update")
    want(run.status == 0 and run.seconds < 5, f"{run}")
    box.within_memory(run)
    stand.check(stand.number)
    box.unharmed()


# --- YAML and JSON -------------------------------------------------------------------------------------------

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12))
TEXTS = {
    "bomb": LAUGHS, "alias": "a: &x [*x]\n", "deep": "[" * 30000, "deep maps": "{a: " * 20000, "tag": "a: !!python/object:os.system x\n",
    "scalar": "a: \"" + "x" * 200000 + "\"\n", "keys": "".join(f"k{i}: 1\n" for i in range(20000)), "nul": "a: \0\n", "latin": "a: \xe4\n",
    "two": "---\na: 1\n---\nb: 1\n", "list": "- a\n", "empty": "", "page": "<!DOCTYPE html><html></html>",
    "many": "a: [" + "x," * 120000 + "]\n", "escape": "a: \x1b[31m\n", "merge": "<<: {a: b}\n", "spaces": " " * 250000,
}


@case("W5", "repository.yaml of a bad kind: refused by its word or for its size, within time and memory")
def identities(box):
    stand = Stand(box)
    tail = yaml({"revision": 99, "last_update": "1900000000", "repo_files": {"treev2": {"filename": "t"}}})
    for text in TEXTS.values():
        for whole in (text, text + tail, tail + text):
            data = whole.encode("latin-1") if "\xe4" in whole else whole.encode()
            if len(data) <= 260 << 10:
                write(os.path.join(stand.folder, "repository.yaml"), data)
                run = box.fardel("repo", "update")
                # A further key is no harm, and 99 has no checksum.
                box.refused(run, 5)
                stand.check(5)
    write(os.path.join(stand.folder, "repository.yaml"), tail.encode() + b"# " + b"x" * (300 << 10))
    run = box.fardel("repo", "update")
    box.refused(run, 1, "repository.yaml")
    for key, value in {"filename": "../../etc/shadow", "revision": -1, "last_update": "x\n\x1b[31m", "compressiontype": "xz",
                       "sha256": "Z" * 64}.items():
        made = stand.next()
        made.put(stand.folder)
        path = os.path.join(stand.folder, "repository.yaml")
        with open(path, encoding="utf-8") as file:
            lines = [f"{line[:line.index(key)]}{key}: {json.dumps(value)}\n" if line.strip().startswith(key + ":") else line for line in file]
        write(path, "".join(lines).encode())
        stand.refused([key], code=5)
    box.unharmed()


@case("W6", "definition.yaml and the older metadata of a bad kind: that package is left out, or all of it refused")
def definitions(box):
    stand = Stand(box, "v1")
    for text in TEXTS.values():
        data = text.encode("latin-1") if "\xe4" in text else text.encode()
        made = stand.next()
        made.add("app-x/bad", "1", text={"definition.yaml": data})
        made.put(stand.folder)
        stand.taken(["1 of its packages", "app-x/bad/1: "])
        before = stand.number
        made = stand.next()
        put(made, stand.folder, meta=pack(tar([("repository.meta.yaml", data)]), "zstd"))
        run = box.fardel("repo", "update")
        box.within_memory(run)
        box.clean_text(run.out + run.err)
        if run.status == 0:  # YAML without any package
            want(stand.has() == (stand.number, []), f"{stand.has()}")
            made = stand.next()
            made.put(stand.folder)
            stand.taken()
        else:
            box.refused(run, run.status, "repository.meta.yaml")
            stand.check(before)
    made = stand.next()
    huge = b"index:\n- path: x\n  files:\n" + b"  - usr/share/x\n" * 900000
    put(made, stand.folder, meta=pack(tar([("repository.meta.yaml", huge)]), "zstd"))
    stand.refused(["repository.meta.yaml"], in_force=stand.has()[0], seconds=5)
    box.unharmed()


@case("W6b", "older metadata that names one folder again and again: its files are read once, and what came first counts")
def again(box):
    stand = Stand(box, "v1")
    made = stand.next()
    big = made.add("app-x/big", "1", files={"usr/share/big": "x"})
    big.text = {"definition.yaml": yaml({**big.definition(), "requires": [{"name": f"n{i}", "category": "c", "version": ">=1"} for i in range(1000)]})}
    want(60000 > len(big.text["definition.yaml"]) > 30000, f"{len(big.text['definition.yaml'])} bytes")
    data = [package.bytes() for package in made.packages]
    index = [package.metadata(bytes_of) for package, bytes_of in zip(made.packages, data)]
    same = {**big.metadata(data[-1]), "path": "elsewhere.package.tar.zst"}
    text = "index:" + yaml(index, 1, "index") + ("- " + json.dumps(same) + "\n") * 20000
    put(made, stand.folder, meta=pack(tar([("repository.meta.yaml", text.encode())]), "zstd"))
    begun = time.monotonic()
    run = box.must("repo", "update", patience=60)
    want(time.monotonic() - begun < 20 and "left out" not in run.err, f"{time.monotonic() - begun:.1f} s, {run}")
    stand.check(stand.number, [("app-x/big", "1")])
    run = box.must("--json", "show", "app-x/big")
    want("elsewhere" not in run.out, run.out)
    box.unharmed()


def bad_metadata(about):
    """One at a time: what this process holds counts for its children."""
    runtime = about["runtime"]
    yield from ("", "[]", "{", "null", "[" * 100000, '{"a":' * 50000, '{"runtime": 1e999999}', "\xff", "\0", '{"path": "x", "path": "y"}')
    yield "[" + "0," * 5000000 + "0]"
    for more in ({"runtime": None, "compilespec": None}, {"path": "../../../etc/shadow/"}, {"path": "a\nb"}, {"path": ["x"]},
                 {"checksums": {"sha256": "x"}}, {"checksums": {}}, {"compressiontype": "xz"}):
        yield json.dumps({**about, **more})
    for more in ({"version": "../../x"}, {"name": "../x"}, {"name": "other"}, {"name": "b\x1b[31m"}, {"requires": [{"name": "x"}] * 5},
                 {"requires": [{"name": "a", "category": "b", "version": "1"}] * 9000}):
        yield json.dumps({**about, "runtime": {**runtime, **more}})
    yield json.dumps({**about, "runtime": {**runtime, "description": "x" * (13 << 20)}})


@case("W7", "metadata.json of a bad kind: that package is left out, the others are taken, within time and memory")
def metadata(box):
    stand = Stand(box)
    rows = bad_metadata(stand.honest(5).add("app-x/bad", "1").metadata(b""))
    for text in rows:
        made = stand.next()
        made.add("app-x/bad", "1", text={"metadata.json": text.encode("latin-1")})
        made.put(stand.folder)
        del made, text
        stand.taken(["1 of its packages", "app-x/bad/1: "])
    for names in (("../app", "x"), ("app-x", "a\nb"), ("app-x", "\x1b[31mred"), ("app-x", "a\u202eb"), ("app-x", "a b")):
        made = stand.next()
        made.members = [member(f"{names[0]}/{names[1]}/1/definition.yaml", data=b"a: 1\n"), member(f"{names[0]}/{names[1]}/1/metadata.json", data=b"{}")]
        made.put(stand.folder)
        if ".." in names[0]:
            stand.refused(in_force=stand.number - 1)
        else:
            stand.taken(["1 of its packages"])
    # What a package may have: 20,000 files, and a description that means something elsewhere.
    made = stand.next()
    made.add("app-x/big", "1", listed=[f"usr/share/big/{i:05}" for i in range(20000)], description="\x1b[31m\u202e; DROP TABLE package")
    made.put(stand.folder)
    stand.taken(more=[("app-x/big", "1")])
    run = box.must("files", "--available", "app-x/big")
    want(len(run.out.splitlines()) == 20000, f"{len(run.out.splitlines())}")
    box.clean_text(box.must("search", "big").out)
    box.unharmed()


# --- Servers -------------------------------------------------------------------------------------------------

HABITS = ("status/404", "status/500", "empty", "wrong", "short", "garbage", "reset", "redirect/99", "loop", "to-file", "endless-headers", "bomb")


@case("W8", "a mirror of any bad habit is passed over; alone, it changes nothing")
def mirrors(box):
    evil, _ = box.serve_evil()
    stand = Stand(box, folder=box.vendor)
    for habit in HABITS:
        # All of it; or the tarballs alone, to which who has a good repository.yaml sends.
        for url in (f"{evil}/{habit}", box.serve(f"location ~ ^/(.*\\.tar.*)$ {{ return 302 {evil}/{habit}/$1; }}")):
            made = stand.next()
            made.put(stand.folder)
            stand.configure([url])
            run = box.fardel("--set", "fetch.retries=0", "--set", "fetch.stall_timeout=1", "repo", "update")
            want(run.status in (1, 2, 5), f"{url}: {run}")
            box.within_memory(run)
            stand.check(stand.number - 1)
            stand.configure([url, f"{evil}/ok"])
            run = box.fardel("--set", "fetch.retries=0", "--set", "fetch.stall_timeout=1", "repo", "update")
            want(run.status == 0, f"{url}: {run}")
            stand.check(stand.number)
    box.unharmed()


@case("W8b", "one that hangs holds an update up for its own time, and the next one is asked")
def hangs(box):
    evil, _ = box.serve_evil()
    stand = Stand(box, folder=box.vendor)
    made = stand.next()
    made.put(stand.folder)
    for habit in ("stall", "drip", "slow-headers"):
        stand.configure([f"{evil}/{habit}", f"{evil}/ok"])
        begun = time.monotonic()
        run = box.fardel("--set", "fetch.retries=0", "--set", "fetch.stall_timeout=2", "repo", "update", "--force")
        want(run.status == 0 and time.monotonic() - begun < 30, f"{habit}: {run}")
        stand.check(stand.number)
    box.unharmed()


# --- What luet does not survive ------------------------------------------------------------------------------

def much(stand, revision, count=1500):
    made = stand.honest(revision)
    made.make(count, seed=str(revision))
    return made


def state_of(stand):
    revision, packages = stand.has()
    return revision, len(packages)


@case("W9", "an update killed at any moment: what was in force is, or the new one whole; the next update needs no --force")
def killed(box):
    stand = Stand(box)
    much(stand, 6).put(stand.folder)
    begun = time.monotonic()
    box.must("repo", "update")
    lasts = time.monotonic() - begun
    dice, revision, ends = random.Random(7), 6, {"before": 0, "after": 0}
    for _ in range(10):
        much(stand, revision + 1).put(stand.folder)
        job = box.start("repo", "update")
        time.sleep(dice.random() * lasts * 1.1)
        job.send_signal(signal.SIGKILL)
        job.wait()
        # The index is committed a moment before state.db says so: what it has itself counts.
        has = dict(stand.has()[1])
        now = has["app-x/hello"]
        want(now in (f"{revision}.0", f"{revision + 1}.0") and len(has) == 1503, f"killed: {now}, {len(has)}, wanted all of {revision} or {revision + 1}")
        ends["before" if now == f"{revision}.0" else "after"] += 1
        run = box.must("search", "--json", "hello")
        want([each["version"] for each in run.json()["packages"]] == [now], f"{run}")
        box.must("repo", "update")
        revision += 1
        want(state_of(stand) == (revision, 1503), f"{state_of(stand)}")
    want(ends["before"] > 1, f"{ends}")
    files = glob.glob(box.path("/var/lib/fardel/repos/main/*"))
    want(len([file for file in files if file.endswith(".db")]) == 1 and not [file for file in files if "document" in file], f"{files}")
    box.unharmed()


@case("W10", "a disk that is full, by any size that it may have: what was there stays in use, and the next update with room goes well", ("mount",))
def full(box):
    stand = Stand(box)
    state, kept = box.path("/var/lib/fardel"), os.path.join(box.work, "kept")
    shutil.copytree(state, kept)
    much(stand, 6, 800).put(stand.folder)
    failed = 0
    for kib in range(640, 5200, 384):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k,mode=755", "tmpfs", state], check=True)
        subprocess.run(["cp", "-a", f"{kept}/.", state], check=True)
        run = box.fardel("repo", "update")
        if run.status:
            box.refused(run, 1, "ull", seconds=5)
            stand.check(5)
            failed += 1
            subprocess.run(["mount", "-o", "remount,size=32m", state], check=True)
            box.must("repo", "update")
        want(state_of(stand) == (6, 803), f"{kib} KiB: {state_of(stand)}")
        subprocess.run(["umount", state], check=True)
    want(failed > 2, f"{failed} failed")
    box.unharmed()


@case("W11", "20 times two updates at once, with readers beside: no error, and never a part of one")
def at_once(box):
    stand = Stand(box)
    odd, seen, ended = [], set(), threading.Event()

    def read():
        while not ended.is_set() and not odd:
            run = box.fardel("search", "--json", "hello")
            versions = {each["version"] for each in run.json()["packages"]} if run.status == 0 else set()
            if len(versions) != 1:
                odd.append(str(run))
            seen.update(versions)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for revision in range(6, 26):
            much(stand, revision, 60).put(stand.folder)
            jobs = [box.start("--lock-timeout", "60", "repo", "update", *["--force"] * (revision % 3 == 0)) for _ in range(2)]
            for job in jobs:
                want(job.wait(60) == 0, job.said())
            want(state_of(stand) == (revision, 63), f"{state_of(stand)}")
    finally:
        ended.set()
        reader.join()
    want(not odd, f"{odd}")
    want(len(seen) > 3, f"{seen}")
    box.unharmed()


@case("W12", "what is kept is what came: a wagon's index that was changed since is not believed")
def damaged(box):
    stand = Stand(box)
    file = [name for name in os.listdir(box.path("/var/lib/fardel/repos/main")) if name.endswith(".db")][0]
    path = box.path(f"/var/lib/fardel/repos/main/{file}")
    for text in ("UPDATE texts SET bytes = zeroblob(10)", "UPDATE package SET name = '../x' WHERE row = 1",
                 "UPDATE package SET version = '../../x' WHERE name = 'sys-libs/c'; UPDATE texts SET version = '../../x' WHERE name = 'sys-libs/c'",
                 "CREATE TABLE further (x)", "PRAGMA user_version = 401", "PRAGMA user_version = 1"):
        shutil.copyfile(path, path + ".kept")
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.executescript(text)
        run = box.fardel("repo", "export-tree", "main", os.path.join(box.work, "tree"))
        want(run.status == 1 and "Next" in run.err or "repo update" in run.err, f"{text}: {run}")
        want(not os.path.exists(os.path.join(box.work, "tree")), f"{text}: a tree was written")
        want(not [name for name in os.listdir(box.work) if "fardel-" in name], f"{text}: {os.listdir(box.work)}")
        for name in glob.glob(path + "-*"):
            os.unlink(name)
        os.replace(path + ".kept", path)
    box.must("repo", "update", "--force")
    stand.check(5)
    box.unharmed()


@case("W13", "signed: another's signature, none, or that of the one before: refused; sums alone do not count")
def signatures(box):
    from repository import Key
    key, other = Key("mine"), Key("another")
    stand = Stand(box)
    stand.configure([stand.folder], f"key: {key.line}\n")
    path = os.path.join(stand.folder, "repository.yaml.minisig")
    made = stand.next()
    made.key = key
    made.put(stand.folder)
    stand.taken()
    with open(path, "rb") as file:
        before = file.read()
    made = stand.next()
    made.put(stand.folder)
    with open(os.path.join(stand.folder, "repository.yaml"), "rb") as file:
        text = file.read()
    for signature in (before, other.sign(text), b"", b"x" * 20000, key.sign(text + b"\n"), key.sign(text).replace(b"\n", b"\r\n"),
                      key.sign(text, algorithm=b"Ed"), other.sign(text) + other.sign(text)):
        write(path, signature)
        run = box.fardel("repo", "update")
        want(run.status in (1, 5), f"{run}")
        stand.check(stand.number - 1)
    os.unlink(path)
    run = box.fardel("repo", "update")
    want(run.status in (1, 2, 5), f"{run}")
    stand.check(stand.number - 1)
    write(path, other.sign(text) + key.sign(text))
    stand.taken()
    box.unharmed()
