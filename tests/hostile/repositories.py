"""S14 to S26: repositories whose server, or whoever sits between, lies. Each case is a table of lies: a client that has synced the
honest revision 5 is shown one, takes nothing of it, and takes the honest revision 6 after it."""
import base64
import contextlib
import json
import os
import shutil
import sqlite3
import time

from box import MIB, Failed, case, want
from repository import Key, Repository, offer, sha256, text_of, write, zstd

OTHER = Key("somebody else")
DAY = 86400


# --- Means --------------------------------------------------------------------------------------------------

class Stand:
    """A box, a repository in it that is served, and a client that has synced it."""

    def __init__(self, box, repository=None, synced=True, keys=None):
        self.box = box
        self.folder = os.path.join(box.vendor, "repo")
        self.url = box.serve() + "/repo"
        self.honest = repository or honest()
        self.configure(keys or [self.honest.key])
        if synced:
            self.honest.put(self.folder)
            box.must("repo", "update")
            self.was = self.state()
            want(self.was["offers"] == set(self.honest.offers), f"synced: {self.was}")

    def configure(self, keys, urls=None, name="main"):
        folder = self.box.path("/etc/fardel/repos.d")
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/{name}.yml", "w") as file:
            json.dump({"name": name, "urls": urls or [self.url], "type": "http", "enable": True,
                       "key": [key.line for key in keys]}, file)
        self.box.before = self.box.outside()

    def state(self):
        """What the client takes for true."""
        with contextlib.closing(sqlite3.connect(f"file:{self.box.path('/var/lib/fardel/state.db')}?mode=ro", uri=True)) as db:
            row = db.execute("SELECT revision, root, file, head_sha256 FROM repo WHERE name = 'main'").fetchone()
        state = dict(zip(("revision", "root", "file", "head"), row or (0, 0, "", "")))
        state["offers"] = set()
        if state["file"]:
            path = self.box.path(f"/var/lib/fardel/repos/main/{state['file']}")
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
                state["offers"] = set(db.execute("SELECT name, version FROM package").fetchall())
        return state

    def clear(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def refuses(self, *texts, code=5, args=(), **more):
        """The lie that is served is not taken."""
        before = self.state()
        run = self.box.fardel("repo", "update", *args)
        self.box.refused(run, code, *texts, **more)
        after = self.state()
        want({**after, "root": 0} == {**before, "root": 0}, f"taken: {before} {after} {run}")
        return run

    def recovers(self, repository=None):
        """The honest next revision is taken."""
        repository = repository or honest(6)
        repository.put(self.folder)
        self.box.must("repo", "update")
        state = self.state()
        want(state["revision"] == repository.revision and state["offers"] == set(repository.offers), f"{state}")


def honest(revision=5, **more):
    repository = Repository(**more)
    repository.revision = revision
    for i in range(12):
        repository.add(f"pkg{i}", str(revision) if i == 3 else "1")
    return repository


def lies(name, title):
    """A case of a function that gives rows: (what, how the lie is put, the text or texts that are said, exit code)."""

    def mark(function):
        def run(box):
            stand = Stand(box)
            for what, put, texts, *rest in function(stand):
                code = rest[0] if rest else 5
                stand.clear()
                put()
                try:
                    stand.refuses(*[texts] if isinstance(texts, str) else texts, code=code)
                except Failed as failed:
                    raise Failed(f"{what}: {failed}") from failed
            stand.clear()
            stand.recovers()
            box.unharmed()

        return case(name, title)(run)

    return mark


def signed(stand, function, revision=6):
    """Puts the honest revision with `function` of (text, signatures) in the place of its signatures."""
    return lambda: honest(revision).put(stand.folder, signature=function)


def lines_of(signatures):
    return signatures.decode().split("\n")


def with_line(number, change):
    """One line of the signature file changed."""

    def function(_, signatures):
        lines = lines_of(signatures)
        lines[number] = change(lines[number])
        return "\n".join(lines).encode()

    return function


def with_byte(position):
    """A bit of a line of base64 turned."""

    def change(line):
        data = bytearray(base64.b64decode(line))
        data[position] ^= 1
        return base64.b64encode(data).decode()

    return change


# --- Signatures ---------------------------------------------------------------------------------------------

@lies("S14", "an index that nobody has signed is refused")
def unsigned(stand):
    def without():
        honest(6).put(stand.folder)
        shutil.rmtree(stand.folder + "/index/signature")

    return [
        ("no file", without, "repository.json: there is no signature of it as it is"),
        ("an empty one", signed(stand, lambda *_: b""), "signature"),
        ("words", signed(stand, lambda *_: b"signed by me\n"), "signature"),
    ]


@lies("S15", "a signature that does not hold is refused")
def broken(stand):
    return [
        ("a bit of it", signed(stand, with_line(1, with_byte(40))), "does not fit: it was changed"),
        ("its key's id", signed(stand, with_line(1, with_byte(3))), "which has no say here"),
        ("the comment", signed(stand, with_line(2, lambda line: line + "x")), "does not fit: it was changed"),
        ("the comment's signature", signed(stand, with_line(3, with_byte(5))), "does not fit: it was changed"),
        ("of another text", signed(stand, lambda *_: stand.honest.key.sign(b"another\n")), "does not fit: it was changed"),
        ("of the revision before", signed(stand, lambda *_: stand.honest.key.sign(stand.honest.head([]))), "does not fit: it was changed"),
        ("the text changed", lambda: honest(6).put(stand.folder, signature=lambda text, _: honest(6).key.sign(
            text.replace(b'"revision":6', b'"revision":7'))), "does not fit: it was changed"),
    ]


@lies("S16", "a right signature of a wrong key is refused")
def wrong_key(stand):
    def pose():
        """Somebody else's signature under our key's id."""
        poser = Key("poser")
        poser.id = stand.honest.key.id
        honest(6).put(stand.folder, by=[poser])

    def own_root():
        """A repository of somebody else's, all of it right, but the key that is trusted."""
        other = honest(6, key=OTHER)
        other.put(stand.folder)

    return [
        ("somebody else's", lambda: honest(6).put(stand.folder, by=[OTHER]), "which has no say here"),
        ("under our key's id", pose, "does not fit: it was changed"),
        ("a whole repository", own_root, "which has no say here"),
    ]


@case("S17", "a key that the root does not name, or not for that, signs nothing")
def old_key(box):
    stand = Stand(box)
    old, fresh = stand.honest.key, Key("fresh")
    rotated = honest(6)
    rotated.key = fresh
    rotated.add_root(by=[old, fresh])
    stand.clear()
    stand.recovers(rotated)
    want(stand.state()["root"] == 2, f"{stand.state()}")
    # The old key has leaked.
    for revision, roots in ((7, 2), (7, 1)):
        lie = honest(revision)
        lie.roots = rotated.roots[:roots]
        stand.clear()
        lie.put(stand.folder, by=[old])
        stand.refuses("0 signed it", "which has no say here")
    # One that may sign roots alone.
    split = honest(7)
    split.key = fresh
    split.roots = list(rotated.roots)
    split.add_root(by=[fresh], root={"threshold": 1, "keys": [fresh.line]}, index={"threshold": 1, "keys": [OTHER.line]})
    stand.clear()
    split.put(stand.folder, by=[fresh])
    stand.refuses("0 signed it", "which has no say here")
    stand.clear()
    split.put(stand.folder, by=[OTHER])
    box.must("repo", "update")
    want(stand.state()["revision"] == 7, f"{stand.state()}")
    box.unharmed()


@case("S17b", "a head tells of the root that it is under: once one has come, no head of a root before it counts, be its key still good there")
def told_by_head(box):
    stand = Stand(box)
    old, fresh = stand.honest.key, Key("fresh")

    def under(roots, revision, chain):
        repository = honest(revision)
        repository.roots = chain[:roots]
        return repository

    rotated = honest(6)
    rotated.key = fresh
    rotated.add_root(by=[old, fresh])
    # The old key has signed this one, too, so root 1 alone would take it: but it says that there is root 2.
    stand.clear()
    rotated.put(stand.folder, by=[old, fresh])
    box.must("repo", "update")
    want(stand.state()["root"] == 2 and stand.state()["revision"] == 6, f"{stand.state()}")
    stand.clear()
    under(1, 7, rotated.roots).put(stand.folder, by=[old])
    stand.refuses("signed it")
    # The same index key under both: the chain has no root 2 any more, and the head is of root 1.
    same = honest(7)
    same.roots, same.key = list(rotated.roots), fresh
    same.add_root(by=[fresh])
    stand.clear()
    stand.recovers(same)
    want(stand.state()["root"] == 3, f"{stand.state()}")
    stand.clear()
    lie = under(2, 8, same.roots)
    lie.key = fresh
    lie.put(stand.folder)
    stand.refuses("it belongs to root 2, and the newest that there is is 3")
    box.unharmed()


@case("S17c", "whom the new root is kept from goes on believing the old key until the root expires that names it, and not longer")
def withheld_root(box):
    short = honest(5)
    short.roots = []
    short.add_root(expires=int(time.time()) + 8)
    stand = Stand(box, short)
    # Root 2 is there by now, but whoever has the old key and answers in the server's place does not show it.
    lie = honest(6)
    lie.roots = short.roots
    stand.clear()
    lie.put(stand.folder)
    box.must("repo", "update")
    want(stand.state()["revision"] == 6, f"{stand.state()}")
    time.sleep(max(0, json.loads(short.roots[0][0])["expires"] - time.time()) + 1)
    lie.revision = 7
    lie.put(stand.folder)
    stand.refuses("the newest root has expired")
    fresh = honest(8)
    fresh.roots = list(short.roots)
    fresh.key = Key("fresh")
    fresh.add_root(by=[stand.honest.key, fresh.key])
    stand.clear()
    stand.recovers(fresh)
    want(stand.state()["root"] == 2, f"{stand.state()}")
    box.unharmed()


@case("S17d", "who is told another root key takes nothing more of the old chain, whoever shows it")
def told_root(box):
    stand = Stand(box)
    fresh = Key("fresh")
    stand.configure([fresh])
    stand.clear()
    honest(6).put(stand.folder)
    stand.refuses("the first root", "trusted here")
    rotated = honest(6)
    old, rotated.key = rotated.key, fresh
    rotated.add_root(by=[old, fresh])
    stand.clear()
    stand.recovers(rotated)
    want(stand.state()["root"] == 2, f"{stand.state()}")
    box.unharmed()


@case("S18", "a threshold of two wants two keys")
def threshold(box):
    first, second = Key("first"), Key("second")
    double = Key("first")
    double.id = Key("second").id

    def two(revision):
        repository = Repository(key=first)
        repository.roots = []
        repository.add_root(by=[first, second], root={"threshold": 2, "keys": [first.line, second.line]},
                            index={"threshold": 2, "keys": [first.line, second.line]})
        repository.revision = revision
        return repository.add("pkg", str(revision))

    stand = Stand(box, two(5), synced=False, keys=[first])
    two(5).put(stand.folder, by=[first, second])
    box.must("repo", "update")
    for by in ([first], [second], [first, first], [first, OTHER], [first, double]):
        two(6).put(stand.folder, by=by)
        stand.refuses("1 signed it, and 2 must")
    two(6).put(stand.folder, by=[])
    stand.refuses("it is empty")
    two(6).put(stand.folder, by=[second, first])
    box.must("repo", "update")
    want(stand.state()["revision"] == 6, f"{stand.state()}")
    box.unharmed()


@case("S18b", "roots that count for nothing: thresholds and keys that cannot be")
def bad_roots(box):
    key = Key("main key")
    roles = {
        "a key twice": {"threshold": 2, "keys": [key.line, key.line]},
        "a threshold of none": {"threshold": 0, "keys": [key.line]},
        "a threshold below none": {"threshold": -1, "keys": [key.line]},
        "more than there are": {"threshold": 2, "keys": [key.line]},
        "no keys": {"threshold": 1, "keys": []},
        "too many keys": {"threshold": 1, "keys": [Key(str(i)).line for i in range(17)]},
        "no key": {"threshold": 1, "keys": ["RWQ"]},
        "no list": {"threshold": 1, "keys": key.line},
        "half a key": {"threshold": 1.5, "keys": [key.line]},
    }
    stand = Stand(box, synced=False)
    for what, role in roles.items():
        for which in ("root", "index"):
            bad = honest(5)
            bad.roots = []
            bad.add_root(**{which: role})
            stand.clear()
            bad.put(stand.folder)
            run = box.fardel("repo", "update")
            box.refused(run, 5)
            want(not stand.state()["offers"], f"{what} of {which}: {run}")
    stand.clear()
    stand.recovers(honest(5))
    box.unharmed()


# --- Revisions and times ------------------------------------------------------------------------------------

@case("S19", "a repository never goes back to what was before, by whatever way; asked for it does, and it is noted")
def rollback(box):
    stand = Stand(box)
    older = honest(4)

    def put_older():
        stand.clear()
        older.put(stand.folder)

    put_older()
    stand.refuses("revision 4", "5")
    stand.refuses("revision 4", args=["--force"])
    # With the later time, and from another address.
    stand.clear()
    older.put(stand.folder, time=older.time + 5)
    stand.refuses("revision 4")
    put_older()
    shutil.copytree(stand.folder, box.vendor + "/mirror")
    stand.configure([stand.honest.key], [stand.url.replace("/repo", "/mirror")])
    stand.refuses("revision 4")
    # The index is gone, what was seen is not.
    shutil.rmtree(box.path("/var/lib/fardel/repos/main"))
    run = box.fardel("repo", "update")
    box.refused(run, 5, "revision 4")
    run = box.must("repo", "update", "--allow-older")
    want("revision 4 is in force" in run.err, str(run))
    want(stand.state()["offers"] == set(older.offers), f"{stand.state()}")
    box.refused(box.fardel("repo", "update", "--force"), 5, "revision 4")
    # What is in force is not what was seen last: that is taken again as it was.
    stand.configure([stand.honest.key])
    stand.clear()
    stand.recovers(stand.honest)
    stand.configure([stand.honest.key])
    stand.clear()
    stand.recovers()
    box.unharmed()


@lies("S20", "two heads of one revision are one too many")
def equivocation(stand):
    def other(**more):
        def put():
            repository = honest(5)
            repository.time = stand.honest.time
            repository.add("more")
            repository.put(stand.folder, **more)

        return put

    return [
        ("another tree", other(), "revision 5"),
        ("another time", lambda: honest(5).put(stand.folder, time=stand.honest.time + 1), "revision 5"),
        ("another blank", lambda: honest(5).put(stand.folder, head=lambda text: text.replace(b"{", b"{ ", 1)), "revision 5"),
    ]


@lies("S21", "what has expired is not up to date")
def expired(stand):
    now = int(time.time())
    return [
        ("by a second", lambda: honest(6).put(stand.folder, time=now - DAY, expires=now - 1), "expired"),
        ("by years", lambda: honest(6).put(stand.folder, time=now - 900 * DAY, expires=now - 800 * DAY), "it has expired"),
        ("before it was made", lambda: honest(6).put(stand.folder, expires=honest().time - 1), '"expires" is no number'),
        ("since 1970", lambda: honest(6).put(stand.folder, expires=0), '"expires" is no number'),
    ]


@case("S21b", "a server that stands still is found out, though it says nothing new, once what it said has expired")
def frozen(box):
    stand = Stand(box, synced=False)
    stand.honest.put(stand.folder, expires=int(time.time()) + 3)
    box.must("repo", "update")
    box.must("repo", "update")
    time.sleep(4)
    stand.refuses("expired")
    # A root as well.
    late = honest(6)
    late.roots = []
    late.add_root(expires=late.time - 1)
    stand.clear()
    late.put(stand.folder)
    box.wipe()
    box.refused(box.fardel("repo", "update"), 5)
    stand.clear()
    stand.recovers()
    box.unharmed()


@case("S23", "a revision as high as can be blocks nothing for good: a new root lets them count anew")
def fast_forward(box):
    stand = Stand(box)
    for revision in (2**63, 2**63 - 1, 2**53 + 1, -1, 0, 1.5, "7", None):
        stand.clear()
        honest(6).put(stand.folder, revision=revision)
        stand.refuses("too big integer" if revision == 2**63 else '"revision" is no number from 1')
    stand.clear()
    honest(2**53).put(stand.folder)
    box.must("repo", "update")
    stand.clear()
    honest(6).put(stand.folder)
    stand.refuses("revision 6")
    fresh = honest(6)
    old, fresh.key = fresh.key, Key("fresh")
    fresh.add_root(by=[old, fresh.key], restart=6)
    stand.clear()
    fresh.put(stand.folder)
    box.must("repo", "update")
    want(stand.state()["revision"] == 6, f"{stand.state()}")
    stand.clear()
    fresh.revision = 5
    fresh.put(stand.folder)
    stand.refuses("revision 5")
    box.unharmed()


# --- Roots --------------------------------------------------------------------------------------------------

@case("S24", "a chain of roots has no gap, and each is signed by those before it and by its own")
def chain(box):
    stand = Stand(box)
    key, second, third = stand.honest.key, Key("second"), Key("third")

    def attempt(change, *texts):
        lie = honest(6)
        change(lie)
        stand.clear()
        lie.put(stand.folder)
        stand.refuses(*texts)

    def rotated(by, **more):
        def change(lie):
            lie.key = second
            lie.add_root(by=by, **more)

        return change

    attempt(rotated([second]), "root 2: of the keys of the root before it, 0 signed it")
    attempt(rotated([key]), "root 2: of the keys that it names itself, 0 signed it")
    attempt(rotated([OTHER, second]), "root 2: of the keys of the root before it, 0 signed it")
    attempt(rotated([key, second], version=3), "it is root 3, and after root 1 comes root 2")
    attempt(rotated([key, second], version=1), "it is root 1, and after root 1 comes root 2")
    attempt(rotated([key, second], name="other"), "it is signed for the repository other")
    attempt(rotated([key, second], type="head"), '"type" is not "root"')
    attempt(rotated([key, second], schema=2), '"schema" is not 1')
    attempt(rotated([key, second], expires=stand.honest.time - 5), '"expires" is no number')

    def gap(lie):
        lie.key = third
        lie.add_root(by=[key, second], root={"threshold": 1, "keys": [second.line]},
                     index={"threshold": 1, "keys": [second.line]})
        lie.add_root(by=[second, third])
        lie.roots[1] = (b"", b"")

    attempt(gap, "root 2", "it is empty")

    def missing(lie):
        """Root 3 in the place of root 2, too: no chain leads there."""
        gap(lie)
        lie.roots[1] = lie.roots[2]

    attempt(missing, "root 2: of the keys of the root before it, 0 signed it")

    def good(lie):
        """Of three roots the one between has expired: that is no matter."""
        lie.key = second
        lie.add_root(by=[key, second], time=lie.time - DAY, expires=lie.time - 5)
        lie.key = third
        lie.add_root(by=[second, third])

    lie = honest(6)
    good(lie)
    stand.clear()
    stand.recovers(lie)
    want(stand.state()["root"] == 3, f"{stand.state()}")
    box.unharmed()


@case("S24b", "a mirror whose chain of roots is a lie does not keep the honest one's from being followed")
def two_chains(box):
    stand = Stand(box)
    key, second = stand.honest.key, Key("second")
    stand.configure([key], [stand.url.replace("/repo", "/liar"), stand.url])

    def put(folder, by):
        rotated = honest(6)
        rotated.key = second
        rotated.add_root(by=by)
        rotated.put(folder)

    stand.clear()
    put(stand.folder.replace("/repo", "/liar"), [OTHER, second])
    put(stand.folder, [key, second])
    box.must("repo", "update")
    state = stand.state()
    want(state["revision"] == 6 and state["root"] == 2, f"{state}")
    box.unharmed()


# --- Parts --------------------------------------------------------------------------------------------------

def tamper(stand, kind, change, revision=6):
    """The honest revision, with the bytes of its files of that kind changed."""

    def put():
        honest(revision).put(stand.folder)
        folder = f"{stand.folder}/index/{kind}"
        for name in sorted(os.listdir(folder)):
            with open(f"{folder}/{name}", "rb") as file:
                data = file.read()
            made = change(data)
            if made is None:
                os.unlink(f"{folder}/{name}")
            else:
                write(f"{folder}/{name}", made)

    return put


@lies("S22", "parts of one revision are never mixed with parts of another")
def mixed(stand):
    def exchange(kind):
        def put():
            honest(6).put(stand.folder)
            folder = f"{stand.folder}/index/{kind}"
            names = sorted(os.listdir(folder))
            texts = [open(f"{folder}/{name}", "rb").read() for name in names]
            for name, text in zip(names, texts[1:] + texts[:1]):
                write(f"{folder}/{name}", text)

        return put

    def older(kind):
        """The leaf of before in the place of the one that has changed."""

        def put():
            honest(6).put(stand.folder)
            folder = f"{stand.folder}/index/{kind}"
            now, before = set(os.listdir(folder)), stand.folder + ".before"
            shutil.rmtree(before, ignore_errors=True)
            honest(5).put(before)
            was = set(os.listdir(f"{before}/index/{kind}"))
            for fresh, old in zip(sorted(now - was), sorted(was - now)):
                shutil.copyfile(f"{before}/index/{kind}/{old}", f"{folder}/{fresh}")
            shutil.rmtree(before)

        return put

    return [
        ("nodes exchanged", exchange("node"), "content"),
        ("leaves exchanged", exchange("leaf"), "content"),
        ("an older node", older("node"), "content"),
        ("an older leaf", older("leaf"), "content"),
        ("a bit of a leaf", tamper(stand, "leaf", lambda data: data[:-1] + bytes([data[-1] ^ 1])), "content"),
        ("half a leaf", tamper(stand, "leaf", lambda data: data[:len(data) // 2]), "content"),
        ("empty leaves", tamper(stand, "leaf", lambda data: b""), "content"),
        ("leaves of 2 MiB", tamper(stand, "leaf", lambda data: bytes(2 * MIB)), "more than", 1),
        ("nodes of 1 MiB", tamper(stand, "node", lambda data: bytes(MIB)), "more than", 1),
        ("no leaves", tamper(stand, "leaf", lambda data: None), "404", 2),
        ("no nodes", tamper(stand, "node", lambda data: None), "404", 2),
    ]


def tree_of(texts, **more):
    """A repository whose leaves are these texts, whatever they are: signed all the same."""

    class Made(Repository):
        def leaves(self):
            return texts

    made = Made(bits=(len(texts) - 1).bit_length())
    made.revision = 6
    return made


@lies("S22b", "leaves that a trusted key has signed are still held against their format")
def bad_leaves(stand):
    def leaf(*lines, pack=zstd):
        return lambda: tree_of([pack(b"".join(lines))]).put(stand.folder)

    def zeros(size):
        """A frame of blocks that are a byte again and again: short, of whatever size it unpacks to."""
        blocks = [(at + MIB // 8 >= size, min(MIB // 8, size - at)) for at in range(0, size, MIB // 8)]
        return b"\x28\xb5\x2f\xfd\x00\x38" + b"".join((last | 1 << 1 | n << 3).to_bytes(3, "little") + b"\0" for last, n in blocks)

    good = text_of(offer("a"))
    bomb = bytes.fromhex("28b52ffd0458") + b"\x00\x00"

    def misplaced():
        made = tree_of([b""] * 8)
        texts = [b""] * 8
        texts[(made.leaf_of("pkg1") + 1) % 8] = zstd(text_of(offer("pkg1")))
        tree_of(texts).put(stand.folder)

    rows = [
        ("no zstd", leaf(good, pack=lambda text: text), "damaged zstd data", 1),
        ("a cut frame", leaf(good, pack=lambda text: zstd(text)[:-3]), "cut off", 1),
        ("something behind it", leaf(good, pack=lambda text: zstd(text) + b"x"), "damaged zstd data", 1),
        ("no frame at all", leaf(good, pack=lambda text: bomb), "cut off", 1),
        ("too much", leaf(pack=lambda _: zeros(9 * MIB)), "unpacks to more than 8388608 bytes", 1),
        ("no end of line", leaf(good[:-1]), "its last line has no end", 1),
        ("no JSON", leaf(b"zoom 6\n"), "not JSON", 1),
        ("a list", leaf(b"[]\n"), "is no object", 1),
        ("deep", leaf(b"[" * 100000 + b"\n"), "maximum parsing depth", 1),
        ("a key twice", leaf(b'{"name":"a","name":"b"}\n'), "duplicate object key", 1),
        ("no name", leaf(text_of({"version": "1"})), "name is missing", 1),
        ("a bad name", leaf(text_of(offer("../x"))), "name must be", 1),
        ("a bad version", leaf(text_of(offer("a", "1 2"))), "version must be", 1),
        ("a way out", leaf(text_of(offer("a", installer={"path": "../../etc/x", "size": 1, "sha256": "0" * 64}))), "path must be a path below", 1),
        ("an absolute path", leaf(text_of(offer("a", installer={"path": "/etc/x", "size": 1, "sha256": "0" * 64}))), "path must be a path below", 1),
        ("another server", leaf(text_of(offer("a", installer={"path": "http://x/y", "size": 1, "sha256": "0" * 64}))), "path must be a path below", 1),
        ("a size below none", leaf(text_of(offer("a", installer={"path": "x", "size": -1, "sha256": "0" * 64}))), "size must be", 1),
        ("no sum", leaf(text_of(offer("a", installer={"path": "x", "size": 1, "sha256": "0"}))), "sha256 must be", 1),
        ("not in order", leaf(text_of(offer("b")), good), "not in its order", 1),
        ("twice", leaf(good, good), "not in its order", 1),
        ("in another leaf", misplaced, "does not belong there", 1),
    ]
    # It is nothing that an admin here could mend.
    return [(what, put, (text, "tell who runs main"), code) for what, put, text, code in rows]


# --- Files of signatures and heads that are none -------------------------------------------------------------

@lies("S25", "a file of signatures that is none is refused at once")
def odd_signatures(stand):
    def huge(*_):
        return b"untrusted comment: x\n" + bytes(64 * MIB)

    def algorithm(name):
        return lambda text, _: stand.honest.key.sign(text, algorithm=name)

    return [
        ("64 MiB", signed(stand, huge), "more than", 1),
        ("CR LF", signed(stand, lambda _, s: s.replace(b"\n", b"\r\n")), "such as CR"),
        ("another algorithm", signed(stand, algorithm(b"XX")), "none that is known"),
        ("the older algorithm", signed(stand, algorithm(b"Ed")), "older kind"),
        ("three lines", signed(stand, lambda _, s: b"\n".join(s.split(b"\n")[:3]) + b"\n"), "in the middle of a signature"),
        ("two lines", signed(stand, lambda _, s: b"\n".join(s.split(b"\n")[:2]) + b"\n"), "in the middle of a signature"),
        ("five lines", signed(stand, lambda _, s: s + b"more\n"), "does not begin with"),
        ("blanks in it", signed(stand, with_line(1, lambda line: line[:20] + " " + line[20:])), "not 74 bytes"),
        ("short", signed(stand, with_line(1, lambda line: line[:40])), "not 74 bytes"),
        ("long", signed(stand, with_line(1, lambda line: line + "AAAA")), "not 74 bytes"),
        ("NUL bytes", signed(stand, lambda _, s: s.replace(b"timestamp", b"time\0stamp")), "trusted comment has characters"),
        ("17 of them", signed(stand, lambda _, s: s * 17), "more than 16 signatures"),
        ("no trusted comment", signed(stand, with_line(2, lambda line: "comment: x")), 'does not begin with "trusted comment: "'),
        ("no untrusted comment", signed(stand, with_line(0, lambda line: "x")), 'does not begin with "untrusted comment: "'),
    ]


@lies("S26", "the signed head of another repository, or of none, is refused")
def foreign(stand):
    def head(**more):
        return lambda: honest(6).put(stand.folder, **more)

    def raw(text):
        return lambda: honest(6).put(stand.folder, head=lambda _: text)

    def without(key):
        def change(text):
            value = json.loads(text)
            value.pop(key)
            return text_of(value)

        return lambda: honest(6).put(stand.folder, head=change)

    rows = [
        ("another name", head(name="vendors"), "vendors"),
        ("another channel", head(name="main-testing"), "main-testing"),
        ("a root", head(type="root"), '"type" is not "head"'),
        ("another schema", head(schema=2), '"schema" is not 1'),
        ("the tree of nobody", head(tree={"leaves": 8, "nodes": []}), '"nodes" is no list of 2'),
        ("leaves that are no power of two", head(tree={"leaves": 7, "nodes": ["0" * 64]}), "no power of two"),
        ("a million leaves", head(tree={"leaves": 1 << 20, "nodes": ["0" * 64]}), "no power of two from 1 to 65536"),
        ("a sum that is none", head(tree={"leaves": 1, "nodes": ["zz"]}), "64 small hex digits"),
        ("a root of the future", head(root=9), "the newest that there is is 1"),
        ("no JSON", raw(b"hello\n"), "not JSON"),
        ("nothing", raw(b""), "not JSON"),
        ("depth", raw(b"[" * 60000), "maximum parsing depth"),
        ("no UTF-8", raw(b'{"name":"\xff"}\n'), "not JSON"),
        ("too long", raw(b" " * 70000), "more than", 1),
    ]
    rows += [(f"no {key}", without(key), f'"{key}"') for key in ("schema", "type", "name", "revision", "time", "expires", "root", "tree")]
    return rows


@case("S26b", "whoever sits between can hold a client up, but not for long, and not fill it")
def obstinate(box):
    stand = Stand(box)
    url, _ = box.serve_evil()
    for path in ("endless", "headers", "slow"):
        stand.configure([stand.honest.key], [f"{url}/{path}"])
        run = box.fardel("--set", "fetch.stall_timeout=2", "--set", "fetch.retries=0", "repo", "update")
        want(run.status in (1, 2), f"{path}: {run}")
        box.within_memory(run)
        want(run.seconds < 20, f"{path}: {run}")
    # Who lies is named, though another is not there at all.
    stand.clear()
    honest(6).put(stand.folder, by=[OTHER])
    stand.configure([stand.honest.key], [stand.url + "/none", stand.url])
    run = box.fardel("repo", "update", "--json")
    box.refused(run, 5)
    want("0 signed it" in run.json()["repositories"][0]["why"], str(run))
    stand.clear()
    # And where one address fails, the next is asked.
    stand.configure([stand.honest.key], [f"{url}/endless", stand.url])
    stand.recovers()
    box.unharmed()
