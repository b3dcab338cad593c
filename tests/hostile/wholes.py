"""S22c to S22e: a repository's key was stolen, and who has it signs a whole index, a database of SQLite's, of their own making. What is no index is
refused before anything is asked of it; what looks like one may hold what it likes: each command ends soon, in its usual ways, nothing
is installed that the leaves do not say, and the next honest revision is taken."""
import contextlib
import os
import random
import shutil
import sqlite3

from box import case, want
from repositories import Stand, honest
from repository import file_of, offer, text_of, zstd

PAGE = 4096
COMMANDS = (("search", "pkg"), ("show", "pkg3"), ("list", "--upgradable"), ("files", "--available", "pkg4"), ("install", "--dry-run", "pkg5"))
ENDS = (0, 1, 2, 3, 5, 11)


class Thief(Stand):
    """A client that has synced nothing yet, and the whole index of revision 5 as it should be."""

    def __init__(self, box):
        super().__init__(box)
        state = self.state()
        self.good = file_of(box.path(f"/var/lib/fardel/repos/main/{state['file']}"))
        self.forget()

    def forget(self):
        """As if it had never synced; what is outside stays as it is to be."""
        self.box.must("repo", "remove", "main")
        self.configure([self.honest.key])

    def changed(self, *statements):
        """The good one, after these. What SQLite would not do by itself is done by writable_schema."""
        path = os.path.join(self.box.work, "made.db")
        with open(path, "wb") as file:
            file.write(self.good)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("PRAGMA writable_schema = ON")
            for each in statements:
                db.execute(*each) if isinstance(each, tuple) else db.execute(each)
        made = file_of(path)
        os.unlink(path)
        return made

    def publish(self, whole, revision=5):
        self.clear()
        repository = honest(revision)
        repository.whole = (whole, revision)
        repository.put(self.folder)

    def survives(self, whole, what):
        """Whatever it is: 1 if it was taken. Then the honest next one is."""
        self.publish(whole)
        run = self.box.fardel("repo", "update")
        want(run.status in (0, 1, 5) and run.seconds < 10, f"{what}: {run}")
        self.box.clean_text(run.out + run.err)
        taken = run.status == 0
        if taken:
            for command in COMMANDS:
                run = self.box.fardel(*command)
                want(run.status in ENDS and run.seconds < 10, f"{what}: {run}")
                self.box.clean_text(run.out + run.err)
        self.clear()
        honest(6).put(self.folder)
        run = self.box.fardel("repo", "update")
        if run.status:
            # Who finds it damaged meanwhile says what helps.
            want("repo update --force" in run.err, f"{what}: {run}")
            self.box.must("repo", "update", "--force")
        want(self.state()["offers"] == set(honest(6).offers) or taken, f"{what}: {self.state()}")
        self.forget()
        return taken


@case("S22c", "a whole index that a stolen key has signed is one of our tables to the letter, or it is refused before it is asked")
def other_tables(box):
    stand = Thief(box)
    deep = "(" * 900 + "1" + ")" * 900
    rows = [
        ("text", b"hello, I am an index" * 1000, "", 1),
        ("another format", stand.changed("PRAGMA user_version = 9"), "schema", 1),
        ("of luet's", stand.changed("PRAGMA user_version = 601"), "", 1),
        ("a table more", stand.changed("CREATE TABLE more (x)"), "other tables", 1),
        ("a view more", stand.changed("CREATE VIEW more AS SELECT * FROM package"), "other tables", 1),
        ("a trigger", stand.changed("CREATE TRIGGER t AFTER UPDATE ON meta BEGIN DELETE FROM package; END"), "other tables", 1),
        ("an index by an expression", stand.changed("CREATE INDEX i ON package (hex(zeroblob(100000)))"), "other tables", 1),
        ("a table less", stand.changed("DROP TABLE provide"), "missing", 1),
        ("a view for a table", stand.changed("DROP TABLE provide", "CREATE VIEW provide AS SELECT 'pkg1' AS name, row FROM package"), "other tables", 1),
        ("a column that is reckoned", stand.changed("DROP TABLE provide", "CREATE TABLE provide (name TEXT, row INTEGER AS (length(hex(zeroblob(1000)))))"),
         "other tables", 1),
        ("a check", stand.changed(f"UPDATE sqlite_schema SET sql = replace(sql, 'revision INTEGER', 'revision INTEGER CHECK ({deep})') WHERE name = 'meta'"),
         "", 1),
        ("no SQL", stand.changed("UPDATE sqlite_schema SET sql = 'CREATE nothing' WHERE name = 'leaf'"), "", 1),
        ("SQL without an end", stand.changed(("UPDATE sqlite_schema SET sql = ? WHERE name = 'leaf'", ("CREATE TABLE leaf (" + "(" * 900000,))), "", 1),
        ("another tokenizer", stand.changed("UPDATE sqlite_schema SET sql = replace(sql, 'ascii', 'porter') WHERE name = 'words'"), "other tables", 1),
        ("another tree", stand.changed("UPDATE meta SET leaf_bits = 4"), "", 5),
        ("a tree without bounds", stand.changed("UPDATE meta SET leaf_bits = 1000"), "nothing sensible", 1),
        ("a revision below none", stand.changed("UPDATE meta SET revision = -1"), "nothing sensible", 1),
    ]
    for what, whole, text, code in rows:
        stand.publish(whole)
        run = box.fardel("repo", "update")
        want(run.status == code and text in run.err, f"{what}: {run}")
        want(run.seconds < 5, f"{what}: {run}")
        box.clean_text(run.out + run.err)
        want(not stand.state()["file"] and not [name for name in os.listdir(box.path("/var/lib/fardel/repos/main")) if name.endswith(".db")], what)
    stand.clear()
    stand.recovers()
    box.unharmed()


@case("S22d", "a whole index that a stolen key has signed, with damaged pages: each command ends, and an honest revision mends it")
def damaged_pages(box):
    stand = Thief(box)
    some = random.Random(5)
    pages = len(stand.good) // PAGE
    taken = 0

    def with_page(number, change):
        data = bytearray(stand.good)
        page = bytearray(data[number * PAGE:(number + 1) * PAGE])
        change(page)
        data[number * PAGE:(number + 1) * PAGE] = page
        return bytes(data)

    def garbage(page):
        page[:] = some.randbytes(PAGE)

    def pointers(page):
        """Cells that lie in one another, or outside."""
        at = 100 if page[:6] == b"SQLite" else 0
        page[at + 8:at + 40] = some.randbytes(32)

    def counts(page):
        at = 100 if page[:6] == b"SQLite" else 0
        page[at + 3:at + 5] = b"\xff\xff"

    def to_itself(number):
        def change(page):
            at = 100 if page[:6] == b"SQLite" else 0
            page[at] = 5
            page[at + 8:at + 12] = (number + 1).to_bytes(4, "big")
        return change

    for number in range(pages):
        for change in (garbage, pointers, counts, to_itself(number)):
            if number and some.random() > 0.35:
                continue
            taken += stand.survives(with_page(number, change), f"page {number} of {pages}: {change.__name__}")
    for _ in range(12):
        data = bytearray(stand.good)
        for _ in range(8):
            data[some.randrange(100, len(data))] = some.randrange(256)
        taken += stand.survives(bytes(data), "bytes here and there")
    want(taken, "none of them was taken: the case tries nothing")
    box.unharmed()


@case("S22e", "a whole index that a stolen key has signed, whose rows are not what its leaves say: nothing is installed by them")
def other_rows(box):
    stand = Thief(box)
    for what, statements in {
            "a package more": ["INSERT INTO package SELECT 99, 'evil', version, id, leaf, 'Good', relations, size FROM package WHERE name = 'pkg1'"],
            "another version": ["UPDATE package SET version = '99' WHERE name = 'pkg1'"],
            "another id": ["UPDATE package SET id = replace(id, '0', '1') WHERE name = 'pkg1'"],
            "another leaf": ["UPDATE package SET leaf = (leaf + 1) % 8 WHERE name = 'pkg1'"],
            "a leaf's bytes": [("UPDATE leaf SET bytes = ?", (zstd(text_of(offer("pkg1", "99"))),))],
            "a leaf's bytes, and the row": [("UPDATE leaf SET bytes = ?", (zstd(text_of(offer("pkg1", "99"))),)),
                                            "UPDATE package SET version = '99' WHERE name = 'pkg1'"],
            "requirements": ["UPDATE package SET relations = 'd pkg2' || char(10) WHERE name = 'pkg1'"],
            "names that are none": ["UPDATE package SET name = '../../etc/' || name"],
            "numbers for names": ["UPDATE package SET name = row, version = x'00ff', summary = 1.5, relations = x'ff' WHERE name <> 'pkg2'"],
            "relations that are none": [("UPDATE package SET relations = ?", ("d " + "x" * 100000 + "\n\x1b[31m\n" + "p\n" * 10000,))],
            "what it provides": ["INSERT INTO provide SELECT 'pkg1', row FROM package"],
            "words": ["UPDATE words_data SET block = zeroblob(900000)"],
    }.items():
        stand.publish(stand.changed(*statements))
        run = box.fardel("repo", "update")
        want(run.status in (0, 1, 5) and run.seconds < 10, f"{what}: {run}")
        for command in (*COMMANDS, ("show", "pkg1"), ("show", "evil"), ("install", "--yes", "pkg1=1")):
            run = box.fardel(*command)
            want(run.status in ENDS and run.seconds < 10, f"{what}: {run}")
            box.clean_text(run.out + run.err)
        # What only rows say is not even fetched: 2 would be that it is not on the server.
        for name in ("evil", "pkg1=99"):
            run = box.fardel("install", "--yes", name)
            want(run.status in (1, 3, 5, 11), f"{what}: {run}")
        stand.forget()
    shutil.rmtree(stand.folder)
    stand.recovers()
    box.unharmed()
