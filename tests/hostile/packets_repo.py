"""I: an index.db of Packets' that somebody has made to do harm, and what it leads to."""
import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import struct
import sys
import time

from box import LIB, case, want

sys.path.insert(0, LIB)
import packets_index  # noqa: E402

MANY = 300 * 1024 * 1024


class Stand:
    """The repository p, whose index is a file of this machine's; two honest packages are in force."""

    def __init__(self, box, url=None, more=""):
        self.box, self.file = box, os.path.join(box.vendor, "index.db")
        folder = box.path("/etc/fardel/repos.d")
        os.makedirs(folder, exist_ok=True)
        kind = "http" if url else "disk"
        with open(f"{folder}/p.yml", "w") as file:
            file.write(f"name: p\ntype: {kind}\nformat: packets\nenable: true\nurls: [{url or self.file}]\n{more}")
        self.good = [packets_index.row("tool-1", name="tool"), packets_index.row("libx-1", dependencies="tool-1")]
        self.honest()
        box.must("repo", "update")
        want(self.offers() == {"tool-1 1.0", "libx-1 1.0"}, f"{self.offers()}")
        self.box.before = self.box.outside()

    def honest(self):
        packets_index.make(self.file, self.good)

    def put(self, content):
        with open(self.file, "wb") as file:
            file.write(content)

    def offers(self):
        """All that the index in force has."""
        with contextlib.closing(self.open("state.db")) as db:
            name = db.execute("SELECT file FROM repo WHERE name = 'p'").fetchone()[0]
        with contextlib.closing(self.open(f"repos/p/{name}")) as db:
            return {f"{name} {version}" for name, version in db.execute("SELECT name, version FROM package")}

    def open(self, path):
        path = self.box.path(f"/var/lib/fardel/{path}")
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def refused(self, *texts, **bounds):
        """Nothing of it counts, and what was in force is."""
        run = self.box.fardel("repo", "update")
        self.box.refused(run, 1, "index.db", *texts, **bounds)
        want(self.offers() == {"tool-1 1.0", "libx-1 1.0"}, f"in force is {self.offers()} after {texts}")

    def taken(self, *texts, offers=None):
        """It counts, but for what it says of what cannot be."""
        run = self.box.fardel("repo", "update")
        self.box.refused(run, 0, *texts, peak=MANY)
        if offers is not None:
            want(self.offers() == set(offers), f"in force is {self.offers()}")


def statements(file, text, rows=()):
    """A database of these statements, and rows of its table packages."""
    packets_index.make(file, rows, text)


# --- The file ---------------------------------------------------------------------------------------------------

@case("I1", "no database at all: a page that says 404, nothing, zeros, an archive")
def no_database(box):
    stand = Stand(box)
    for content in (b"<html><title>404 Not Found</title></html>\n" * 50, b"x", b"\0" * 8192, b"\x28\xb5\x2f\xfd" + b"\0" * 600,
                    b"SQLite format 3\0", b"SQLite format 3\0" + b"\xff" * 4096):
        stand.put(content)
        stand.refused()
    stand.put(b"")
    stand.refused("it is empty")
    stand.put(b"<html>" * 200)
    stand.refused("no database of SQLite's")


@case("I2", "cut off at each page, and within pages")
def truncated(box):
    stand = Stand(box)
    packets_index.make(stand.file, [packets_index.row(f"p{i}", description="x" * 900) for i in range(60)])
    with open(stand.file, "rb") as file:
        whole = file.read()
    for size in (*range(4096, len(whole), 4096), *range(50, len(whole), 7001)):
        stand.put(whole[:size])
        stand.refused()


def harmless(stand, run):
    """Refused, or taken as what it says: never a crash, never anything that is no package."""
    stand.box.refused(run, run.status, peak=MANY)
    want(run.status in (0, 1), str(run))
    for offer in stand.offers():
        name = offer.split(" ")[0]
        want(name and all(char.isalnum() or char in "._+-" for char in name) and name.isascii(), f"it offers {offer!r}")


@case("I3", "each byte of the head, with a bit of it turned")
def header(box):
    stand = Stand(box)
    with open(stand.file, "rb") as file:
        whole = bytearray(file.read())
    dice = random.Random(8)
    for at in range(100):
        turned = bytearray(whole)
        turned[at] ^= 1 << dice.randrange(8)
        stand.put(turned)
        harmless(stand, box.fardel("repo", "update"))


@case("I4", "150 times a few bytes changed anywhere")
def flips(box):
    stand = Stand(box)
    packets_index.make(stand.file, [packets_index.row(f"p{i}", description="x" * 300) for i in range(100)], packets_index.UNIQUE)
    with open(stand.file, "rb") as file:
        whole = bytearray(file.read())
    dice = random.Random(4)
    for _ in range(150):
        turned = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            turned[dice.randrange(len(turned))] = dice.randrange(256)
        stand.put(turned)
        harmless(stand, box.fardel("repo", "update"))


@case("I5", "a tree whose pages lead back to themselves")
def cycle(box):
    stand = Stand(box)
    packets_index.make(stand.file, [packets_index.row(f"p{i}", description="x" * 900) for i in range(200)])
    with open(stand.file, "rb") as file:
        whole = bytearray(file.read())
    db = sqlite3.connect(stand.file)
    root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'packages'").fetchone()[0]
    db.close()
    at = (root - 1) * 4096
    want(whole[at] == 5, "its root is no inner page")
    struct.pack_into(">I", whole, at + 8, root)
    stand.put(whole)
    stand.refused()


@case("I6", "larger than an index may be: refused as it comes, in little memory")
def large(box):
    stand = Stand(box)
    with open(stand.file, "ab") as file:
        file.truncate(65 << 20)
    stand.refused("more than the 67108864 bytes")


# --- What is in it ----------------------------------------------------------------------------------------------

VIEW = "CREATE TABLE x (realname, name, version, description, hash, dependencies, mirrors, family, serial)"
FOREIGN = [
    (VIEW, "CREATE VIEW packages AS SELECT * FROM x", "it has "),
    (packets_index.PLAIN, "CREATE VIEW more AS SELECT * FROM packages", "it has more"),
    (packets_index.PLAIN, "CREATE TRIGGER t AFTER INSERT ON packages BEGIN DELETE FROM packages; END", "it has t"),
    (packets_index.PLAIN, "CREATE TABLE more (a)", "it has more"),
    (packets_index.PLAIN, "CREATE VIRTUAL TABLE more USING fts5(a)", "it has more"),
    (packets_index.PLAIN.replace("family TEXT", "family TEXT AS (name || readfile('/etc/shadow'))"
                                 ).replace("|| readfile('/etc/shadow')", ""), "", "a column of it is computed"),
    ("CREATE TABLE packages (realname TEXT, version TEXT, hash TEXT)", "", "has no column mirrors"),
    ("CREATE TABLE things (a)", "", "it has things"),
    ("CREATE VIRTUAL TABLE packages USING fts5(realname, version, hash, mirrors)", "", "it has packages"),
]


@case("I7", "other schemas: views, triggers, virtual tables, computed columns, further tables")
def schemas(box):
    stand = Stand(box)
    for schema, more, text in FOREIGN:
        packets_index.make(stand.file, [], schema, more)
        stand.refused(text)
    # What is only another way to have the same.
    for schema in (packets_index.UNIQUE, packets_index.SHUFFLED, packets_index.PLAIN.replace("TEXT", "VARCHAR(20)"),
                   packets_index.UNIQUE + " WITHOUT ROWID", packets_index.PLAIN.replace("(realname TEXT", "(realname TEXT CHECK (length(realname) > 0)")):
        packets_index.make(stand.file, stand.good, schema, "CREATE INDEX quick ON packages (name)")
        stand.taken(offers=["tool-1 1.0", "libx-1 1.0"])
    packets_index.make(stand.file, stand.good, wal=True)
    stand.taken(offers=["tool-1 1.0", "libx-1 1.0"])


@case("I8", "a schema's text that says what SQLite would have to parse for long")
def schema_bomb(box):
    stand = Stand(box)
    packets_index.make(stand.file, stand.good)
    for text in ("CREATE TABLE packages (" + ", ".join(f"c{i}" for i in range(40000)) + ")",
                 "CREATE TABLE packages (a CHECK (" + "(" * 5000 + "1" + ")" * 5000 + "))",
                 "CREATE TABLE packages (" + "a" * (2 << 20) + ")"):
        packets_index.make(stand.file, stand.good, more="PRAGMA writable_schema=ON;"
                           f"UPDATE sqlite_schema SET sql = '{text}' WHERE name = 'packages'")
        stand.refused()


def blob(value):
    return sqlite3.Binary(value)


BAD_ROWS = [
    ({"realname": None}, "realname must be"),
    ({"realname": "../../etc/cron.d/x"}, "realname must be"),
    ({"realname": "a\nb"}, "realname must be"),
    ({"realname": "a\x1b[2Jb"}, "realname must be"),
    ({"realname": "x" * 65}, "realname must be"),
    ({"realname": blob(b"tool-2")}, "realname must be a text"),
    ({"hash": "00"}, "hash must be 64 hex digits"),
    ({"hash": None}, "hash must be 64 hex digits"),
    ({"mirrors": "file:///etc/shadow"}, "mirrors must be"),
    ({"mirrors": "https://a.example/x\thttps://b.example/\x1b[2J"}, "mirrors must be"),
    ({"mirrors": ""}, "mirrors must be one URL at least"),
    ({"version": "1 0"}, "version must be"),
    ({"version": 1.5e300}, None),
    ({"dependencies": "a;b"}, "dependencies must be names"),
    ({"serial": -1}, "serial must be a whole number"),
    ({"serial": blob(b"1")}, "serial must be a whole number"),
    ({"family": "f\x00g"}, "family must be one line"),
]


@case("I9", "rows that are no package are left out and named, and the others count")
def rows(box):
    stand = Stand(box)
    for values, text in BAD_ROWS:
        bad = packets_index.row("bad-1", **values)
        packets_index.make(stand.file, [bad, *stand.good])
        stand.taken(*([f"row 1: {text}"] if text else []), offers=None)
        want({"tool-1 1.0", "libx-1 1.0"} <= stand.offers(), f"{values}: {stand.offers()}")
        want(text is None or len(stand.offers()) == 2, f"{values}: {stand.offers()}")
    packets_index.make(stand.file, [*stand.good, packets_index.row("tool-1", version="9")])
    stand.taken("row 3: realname stands twice", offers=["tool-1 1.0", "libx-1 1.0"])
    # Of none that is one, nothing is left.
    stand.honest()
    box.must("repo", "update")
    packets_index.make(stand.file, [packets_index.row("bad-1", hash="0")])
    stand.refused("none of its packages can be offered")


@case("I10", "values longer than any can be; texts that would deceive at a terminal")
def values(box):
    stand = Stand(box)
    for column in ("description", "mirrors", "dependencies", "name"):
        packets_index.make(stand.file, [*stand.good, packets_index.row("long-1", **{column: "https://x.example/ " * (1 << 20)})])
        stand.refused("a value in it is too long", peak=MANY)
    evil = "nice\x1b[2J\u202e\x07\x9b tool\nwith lines"
    packets_index.make(stand.file, [packets_index.row("tool-1", description=evil, name=evil, family=evil.replace("\n", " "))])
    box.fardel("repo", "update")
    packets_index.make(stand.file, [packets_index.row("tool-1", description=evil, name=evil)])
    stand.taken(offers=["tool-1 1.0"])
    for command in (["search", "nice"], ["show", "tool-1"], ["search", "--plain", "nice"]):
        box.clean_text(box.must(*command).out)


@case("I11", "more packages than an index may have; more of one family")
def many(box):
    stand = Stand(box)
    db = sqlite3.connect(stand.file)
    db.executescript("DELETE FROM packages; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200001)"
                     "INSERT INTO packages (realname, version, hash, mirrors)"
                     " SELECT 'p' || i, '1', printf('%064d', i), 'http://x.example/' || i FROM n")
    db.close()
    stand.refused("more than 200000 packages", seconds=20, peak=MANY)
    packets_index.make(stand.file, [packets_index.row(f"p{i}", family="F", serial=i) for i in range(1001)])
    stand.refused("more than 1000 packages of it are of one family")
    # As many as there may be, and upgrades go on.
    packets_index.make(stand.file, [packets_index.row(f"p{i}", family="F", serial=i) for i in range(1000)])
    stand.taken()
    want(len(stand.offers()) == 1000, f"{len(stand.offers())}")
    box.must("install", "--dry-run", "p7", patience=30)


@case("I11-families", "many large families take no more than many packages do; a bound on all dependencies")
def families(box):
    stand = Stand(box)
    packets_index.make(stand.file, [packets_index.row(f"p{i}", dependencies=" ".join(f"d{k}" for k in range(256)))
                                    for i in range(3910)])
    stand.refused("its packages have more than 1000000 dependencies", peak=2 * MANY)
    packets_index.make(stand.file, [packets_index.row(f"p{i}", family=f"F{i // 1000}", serial=i % 1000) for i in range(20000)])
    box.must("repo", "update", patience=60)
    want(len(stand.offers()) == 20000, f"{len(stand.offers())}")
    folder = box.path("/var/lib/fardel/repos/p")
    size = sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder))
    want(size < 16 << 20, f"the index takes {size >> 20} MiB")
    run = box.must("install", "--dry-run", "p3999", patience=60)
    want("p3999" in run.out + run.err, run.out)


# --- What it leads to -------------------------------------------------------------------------------------------

def package(box, name, /, **keys):
    more = " ".join(f"{key}={json.dumps(value)}" for key, value in keys.items())
    path = box.bash(f"make_packets {name} 1.0 {more}").strip()
    shutil.copy(path, os.path.join(box.vendor, f"{name}.pkt.tar.zst"))
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


@case("I12", "mirrors that serve other bytes, too few, or lead to a file: passed over; where all do, nothing is installed",
      modes=("mount", "userns"))
def mirrors(box):
    stand = Stand(box)
    evil, _ = box.serve_evil()
    sum_ = package(box, "app-1")
    name = "app-1.pkt.tar.zst"
    bad = [f"{evil}/wrong/{name}", f"{evil}/short/{name}", f"{evil}/to_file/{name}", f"{evil}/status/404/{name}", f"{evil}/nothing"]
    packets_index.make(stand.file, [packets_index.row("app-1", hash=sum_, mirrors=" ".join(bad))])
    box.must("repo", "update")
    run = box.fardel("--set", "fetch.retries=0", "install", "app-1", patience=60)
    want(run.status in (2, 5), str(run))
    box.clean_text(run.err)
    box.unharmed()
    packets_index.make(stand.file, [packets_index.row("app-1", hash=sum_, mirrors=" ".join([*bad, f"{evil}/ok/{name}"]))])
    box.must("repo", "update")
    run = box.must("--set", "fetch.retries=0", "install", "app-1", patience=60)
    want("trying the next source" in run.err, str(run))
    box.unharmed(["app-1 1.0"])
    box.must("remove", "app-1")


@case("I13", "a package whose manifest says that it is another one", modes=("mount", "userns"))
def other_name(box):
    stand = Stand(box)
    url = box.serve()
    sum_ = package(box, "app-1", name="sudo")
    packets_index.make(stand.file, [packets_index.row("app-1", hash=sum_, mirrors=f"{url}/app-1.pkt.tar.zst")])
    box.must("repo", "update")
    box.refused(box.fardel("install", "app-1"), 5, "app-1", "sudo")
    box.unharmed()


@case("I14", "killed at any time: the index is the old one or the new one, and the next sync goes on")
def killed(box):
    stand = Stand(box)
    old = {"tool-1 1.0", "libx-1 1.0"}
    rows_ = [packets_index.row(f"p{i}", description="x" * 400) for i in range(3000)]
    packets_index.make(stand.file, rows_)
    begun = time.monotonic()
    box.must("repo", "update")
    whole = time.monotonic() - begun
    for i in range(10):
        stand.honest()
        box.must("repo", "update")
        packets_index.make(stand.file, rows_)
        job = box.start("repo", "update")
        time.sleep(whole * i / 10)
        job.send_signal(signal.SIGKILL)
        job.wait()
        found = stand.offers()
        want(found == old or len(found) == 3000, f"killed after {i}/10 it offers {len(found)}")
    stand.taken()
    want(len(stand.offers()) == 3000, f"{len(stand.offers())}")


@case("I15", "a login of the repository's is sent to where the index is, and to no mirror elsewhere")
def login(box):
    log = os.path.join(box.work, "heard.log")
    home = box.serve(f"access_log {log} heard;")
    away = box.serve(f"access_log {log}.away heard;")
    stand = Stand(box, url=f"{home}/index.db", more="auth: {user: me, password: geheim}\n")
    sum_ = package(box, "app-1")
    for url, file, wanted in ((home, log, True), (away, f"{log}.away", False)):
        packets_index.make(stand.file, [packets_index.row("app-1", hash=sum_, mirrors=f"{url}/app-1.pkt.tar.zst")])
        os.utime(stand.file, (1_800_000_000 + wanted, 1_800_000_000 + wanted))
        box.must("repo", "update")
        open(log, "w").close()
        shutil.rmtree(box.path("/var/cache/fardel"), ignore_errors=True)
        box.must("download", "app-1")
        box.wait("the request is logged", lambda: os.path.exists(file) and "[" in open(file).read())
        heard = open(file).read()
        want(("Basic" in heard) == wanted, f"{url}: {heard}")


@case("I16", "an import killed at any time: each package is wholly taken over or not at all, and the next run takes the rest",
      modes=("mount", "userns"))
def import_killed(box):
    names = [f"tool-{i}" for i in range(6)]
    data = box.path("/opt/packets")
    for name in names:
        path = box.bash(f"make_packets {name} 1.0").strip()
        os.makedirs(f"{data}/{name}")
        box.bash(f"tar -C {data}/{name} --no-same-owner -xf {path}")
    os.makedirs(box.path("/etc/packets"), exist_ok=True)
    rows_ = [{"realname": name, "version": "1.0", "family": "", "serial": 0} for name in names]
    packets_index.make(box.path("/etc/packets/installed.db"), rows_, packets_index.INSTALLED)
    box.before = box.outside()
    for i in range(40):
        job = box.start("repo", "import", "packets")
        time.sleep(0.004 * i)
        job.send_signal(signal.SIGKILL)
        job.wait()
        box.must("gc")
        box.must("verify")
        box.settled()
        for name in box.packages():
            want(os.path.exists(f"{data}/{name}/manifest.toml"), f"{name} lost its files")
    box.must("repo", "import", "packets")
    box.unharmed([f"{name} 1.0" for name in names])
    want(not box.changes(), "\n".join(box.changes()))
    box.must("-y", "remove", *names)
    want(not os.listdir(data), f"{os.listdir(data)}")
