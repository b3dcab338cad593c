"""C: corruption and exhaustion. Each call that fails on its own is in tests/fault."""
import errno
import fcntl
import glob
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import time

from box import case, limit, processes, tree, want

STATE = "/var/lib/fardel"
PAGE = 4096
LOOP = 7  # the major number of loop devices
DONE = (0, 1)  # what a command may end with on a state.db that is damaged


class Fixture:
    """hello 1 is installed; state.db is at rest, all in one file."""

    def __init__(self, box, kb=0):
        self.box = box
        self.url = box.serve()
        self.file = box.installer("hello", pack=box.pack("hello", "1", kb=kb), url=self.url + "/hello-1.deb")
        box.must("install", self.file)
        self.db = box.path(STATE + "/state.db")
        self.settle()
        with open(self.db, "rb") as file:
            self.bytes = file.read()
        self.list = box.must("list", "--json").out
        self.packages = tree(box.path(STATE + "/packages"))
        self.home = glob.glob(box.path(STATE + "/packages/hello/*"))[0]

    def settle(self):
        """All of the -wal file into state.db, which then stands alone."""
        with sqlite3.connect(self.db) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        self.alone()

    def alone(self):
        for ending in ("-wal", "-shm"):
            path = self.db + ending
            if os.path.isdir(path) and not os.path.islink(path):
                os.rmdir(path)
            elif os.path.lexists(path):
                os.remove(path)

    def put(self, data):
        self.alone()
        with open(self.db, "wb") as file:
            file.write(data)

    def sql(self, text):
        with sqlite3.connect(self.db) as db:
            db.executescript(text)
        db.close()

    def list_is(self, what, same=True):
        """list finds the damage and says where it is, or (where `same`) shows what is right."""
        run = self.box.fardel("list", "--json")
        want(run.status in DONE, f"{what}: {run}")
        if run.status:
            want("state.db" in run.err, f"{what}: it does not name state.db: {run}")
        elif same:
            want(run.out == self.list, f"{what}: taken for right: {run}")
        return run.status

    def writers(self, what):
        """What writes finds the damage before it changes anything, or leaves all as it was."""
        run = self.box.fardel("gc")
        want(run.status in DONE, f"{what}: {run}")
        if run.status:
            want("state.db" in run.err, f"{what}: it does not name state.db: {run}")
        want(tree(self.box.path(STATE + "/packages")) == self.packages, f"{what}: packages/ has changed: {run}")

    def whole(self):
        """With its state.db back all is as it was."""
        self.put(self.bytes)
        want(self.box.must("list", "--json").out == self.list, "list has changed")
        self.box.must("doctor")
        self.box.must("reconfigure", "hello")
        self.box.must("remove", "hello")
        self.box.unharmed()


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@case("C1", "state.db cut off at each page, and in the middle of each")
def cut(box):
    fix = Fixture(box)
    for size in range(0, len(fix.bytes), PAGE // 2):
        fix.put(fix.bytes[:size])
        # The end of the last page may hold nothing that list needs.
        want(fix.list_is(f"cut to {size} bytes") == 1 or size > len(fix.bytes) - PAGE, f"cut to {size} bytes: not seen")
        fix.writers(f"cut to {size} bytes")
        run = box.fardel("install", fix.file)
        want(run.status == 1 and "state.db" in run.err or run.status == 0 and size > len(fix.bytes) - PAGE,
             f"cut to {size} bytes: {run}")
    fix.whole()


@case("C2", "each bit of state.db's header turned")
def header(box):
    fix = Fixture(box)
    for bit in range(800):
        fix.put(flipped(fix.bytes, bit))
        fix.list_is(f"bit {bit}")
        if bit % 16 == bit // 16 % 16:
            fix.writers(f"bit {bit}")
    fix.whole()


@case("C3", "500 bits of state.db turned, from a fixed seed")
def flips(box):
    fix = Fixture(box)
    chance = random.Random("fardel, corrupted")
    for number in range(500):
        bit = chance.randrange(len(fix.bytes) * 8)
        fix.put(flipped(fix.bytes, bit))
        fix.list_is(f"bit {bit}", same=False)
        if number % 4 == 0:
            fix.writers(f"bit {bit}")
    fix.whole()


@case("C3-rows", "names, ids and states in state.db changed: nothing is swept away for it")
def rows(box):
    fix = Fixture(box)
    for old, new in ((b"hello", b"jello"), (b"installed", b"extracted"), (os.path.basename(fix.home).encode(), b"f" * 64)):
        at = -1
        while (at := fix.bytes.find(old, at + 1)) >= 0:
            changed = fix.bytes[:at] + new + fix.bytes[at + len(new):]
            fix.put(changed)
            fix.list_is(f"{new} at {at}", same=False)
            fix.writers(f"{new} at {at}")
    fix.whole()


@case("C4", "the -wal and -shm files missing, old, of another file, no files at all")
def beside(box):
    fix = Fixture(box)
    other = os.path.join(box.work, "other.db")
    with sqlite3.connect(other) as db:
        db.executescript("PRAGMA journal_mode=WAL; CREATE TABLE other (x); INSERT INTO other VALUES (1);")
        with open(other + "-wal", "rb") as file:
            foreign = file.read()
    box.must("reconfigure", "hello")
    with open(fix.db + "-wal", "rb") as file:
        old = file.read()
    with open(fix.db + "-shm", "rb") as file:
        index = file.read()
    want(len(old) > PAGE, "no -wal file of any size")
    canary = box.path("/srv/canary/secret")
    for what, wal, shm in (("both missing", None, None), ("old ones", old, index), ("an old -wal", old, None),
                           ("an old -shm", None, index), ("a foreign -wal", foreign, index),
                           ("a -wal of zeros", bytes(PAGE), None), ("half a -wal", old[:len(old) // 2 - 7], None),
                           ("a -shm of zeros", old, bytes(len(index))), ("a short -shm", old, b"x")):
        fix.put(fix.bytes)
        for ending, data in (("-wal", wal), ("-shm", shm)):
            if data is not None:
                with open(fix.db + ending, "wb") as file:
                    file.write(data)
        fix.list_is(what, same=False)
        fix.writers(what)
    for ending in ("-wal", "-shm"):
        for what, make in (("a folder", os.mkdir), ("a link", lambda path: os.symlink(canary, path))):
            fix.put(fix.bytes)
            make(fix.db + ending)
            fix.list_is(f"{ending}: {what}", same=False)
            fix.writers(f"{ending}: {what}")
        fix.put(fix.bytes)
        with open(fix.db + ending, "wb"):
            os.chmod(fix.db + ending, 0o444)
        fix.list_is(f"{ending}: read-only")
        fix.writers(f"{ending}: read-only")
    fix.whole()


@case("C4-wal", "what was committed last is in the -wal file alone, and the -shm file is gone: it is not overlooked")
def wal_alone(box):
    fix = Fixture(box)
    other = os.path.join(box.work, "newer.db")
    with open(other, "wb") as file:
        file.write(fix.bytes)
    db = sqlite3.connect(other)
    db.execute("UPDATE bundle SET version = '1.99'")
    db.commit()
    shutil.copy(other + "-wal", fix.db + "-wal")
    db.close()
    if box.mode == "mount":
        box.refused(box.fardel("list", user="nobody"), 1, "-shm file is gone", "as root: fardel list")
    run = box.must("list", "--json")
    want('"1.99"' in run.out, f"what was committed last is overlooked: {run}")
    fix.alone()
    shutil.copy(fix.db, other)
    with open(fix.db + "-wal", "wb"):
        pass
    want(box.must("list", "--json").out == fix.list, "an empty -wal file hides what there is")
    fix.whole()


DMS = 128  # the byte of the -shm file that each connection locks: who is the first one clears that file


@case("C4-mend", "what was in the -shm file is being made anew, by who does not write: a reader without rights waits for that", ("mount",))
def mended(box):
    fix = Fixture(box)
    box.must("reconfigure", "hello")
    listed = box.must("list", "--json").out
    with open(fix.db + "-shm", "rb+") as file:
        fcntl.lockf(file, fcntl.LOCK_SH, 1, DMS)
        file.truncate(3)
        box.refused(box.fardel("list", user="nobody"), 1, "-shm file", "as root: fardel list", seconds=20)
        job = box.start("list", "--json", user="nobody")
        time.sleep(0.5)
        want(job.poll() is None, f"it did not wait: {job.said()}")
        want(box.must("list", "--json").out == listed, "root sees something else")
        want(job.wait(20) == 0 and job.said() == listed, f"nobody sees something else: {job.said()}")
    box.unharmed(["hello 1"])


SECTOR = 512


@case("C4-torn", "the -wal and state.db torn at each sector: what is listed was true once, and what is behind the tear is not believed")
def torn(box):
    fix = Fixture(box)
    box.must("unconfigure", "hello")
    with open(fix.db + "-wal", "rb") as file:
        wal = file.read()
    states, whole = [], box.must("list", "--json").json()["packages"][0]["state"]
    want(len(wal) > 8 * PAGE and whole == "prepared", f"{len(wal)} bytes, {whole}")
    before = json.loads(fix.list)["packages"][0]["state"]
    tails = (lambda at: b"", lambda at: bytes(SECTOR), lambda at: bytes(len(wal) - at),
             lambda at: wal[:SECTOR] + wal[at + SECTOR:])  # cut off, zeros, only the one sector is another
    for at in range(0, len(wal) + 1, SECTOR):
        for tail in tails:
            fix.put(fix.bytes)
            with open(fix.db + "-wal", "wb") as file:
                file.write(wal[:at] + tail(at))
            run = box.must("list", "--json")
            states.append(run.json()["packages"][0]["state"])
            want(states[-1] in (before, whole), f"torn at {at}: {run}")
    changes = sum(one != other for one, other in zip(states[::len(tails)], states[len(tails)::len(tails)]))
    want(changes == 1, f"it goes back and forth: {changes} changes")
    # A checkpoint that is torn: pages of state.db half old, half new, and the whole -wal beside it.
    fix.put(fix.bytes)
    with open(fix.db + "-wal", "wb") as file:
        file.write(wal)
    fix.settle()
    with open(fix.db, "rb") as file:
        done = file.read()
    for at in range(0, len(done), 3 * SECTOR):
        fix.put(done[:at] + fix.bytes[at:])
        with open(fix.db + "-wal", "wb") as file:
            file.write(wal)
        run = box.must("list", "--json")
        want(run.json()["packages"][0]["state"] == whole, f"checkpoint torn at {at}: {run}")
    box.must("gc")
    box.must("remove", "hello")
    box.unharmed()


@case("C5", "a journal with steps, actions and states that this fardel does not know")
def journal(box):
    fix = Fixture(box)
    for column in ("kind", "action", "status"):
        fix.put(fix.bytes)
        fix.sql(f"UPDATE txn SET ended = NULL; UPDATE step SET {column} = 'polish'")
        fix.settle()
        run = box.fardel("install", fix.file)
        box.refused(run, 1, "unknown to this fardel", "Next: ")
        want(tree(box.path(STATE + "/packages")) == fix.packages, "packages/ has changed")
        want(fix.list_is(column) == 0, "list does not work")
        run = box.fardel("doctor")
        want(run.status == 1 and "unknown to this fardel" in run.out, str(run))
    fix.whole()


@case("C6", "links of fardel's own that are missing, dangle, lead outside, or are no links")
def links(box):
    fix = Fixture(box)
    canary = box.path("/srv/canary")
    for kind in ("installed", "available"):
        link = box.path(f"{STATE}/{kind}/hello")
        for target in (None, "/nowhere", canary, "../../../../srv/canary", "../packages/hello/" + "0" * 64):
            os.remove(link)
            if target:
                os.symlink(target, link)
            if kind == "installed":
                run = box.fardel("doctor")
                want(run.status == 1 and "installed/hello" in run.out, str(run))
            box.must("reconfigure", "hello")
            want(os.path.realpath(link) == os.path.realpath(fix.home), f"{link} leads to {os.path.realpath(link)}")
            box.must("doctor")
        os.remove(link)
        shutil.copytree(canary, link)
        box.must("reconfigure", "hello")
        want(os.path.islink(link), f"{link} is no link")
    box.settled()
    box.must("remove", "hello")
    box.unharmed()


@case("C6-folders", "folders of fardel's own that are links to outside: nothing is written or removed there")
def folders(box):
    fix = Fixture(box)
    canary = box.path("/srv/canary")
    os.mkdir(os.path.join(canary, os.path.basename(fix.home)))
    box.before = box.outside()
    for folder in ("installed", "available", "packages", "packages/hello", "stage"):
        path = box.path(f"{STATE}/{folder}")
        os.rename(path, path + ".kept")
        os.symlink(canary, path)
        for command in (["gc"], ["reconfigure", "hello"], ["remove", "hello"], ["install", fix.file]):
            run = box.fardel(*command)
            want(run.status in DONE, str(run))
            want(tree(canary) == box.before["/srv/canary"], f"{folder}: written or removed outside: {run}")
        if os.path.lexists(path):
            want(os.path.islink(path), f"{path} is no link any more")
            os.remove(path)
        shutil.rmtree(path + ".kept", ignore_errors=True)  # what gc took for a leftover of another name is gone
        if folder in ("packages", "packages/hello"):
            box.wipe()
        box.must("install", fix.file)


@case("C7", "files without content, as a power cut may leave them: found, and mended by the same installer")
def empty(box):
    fix = Fixture(box)

    def files(folder):
        return [os.path.join(path, name) for path, _, names in os.walk(folder) for name in names
                if not os.path.islink(os.path.join(path, name))]

    right = {path: open(path, "rb").read() for path in files(fix.home)}
    for some in ([path for path in right if path.endswith("/rules")],
                 [path for path in right if "/upstream/" in path], list(right)):
        for path in some:
            os.truncate(path, 0)
        run = box.fardel("doctor")
        want(run.status == 1 and "hello" in run.out and "fardel install" in run.out, str(run))
        box.must("install", fix.file)
        home = {path: open(path, "rb").read() for path in files(fix.home)}
        want(home == right, f"not mended: {[path for path in right if home.get(path) != right[path]]}")
        box.must("doctor")
    program = box.path("/var/lib/fardel/installed/hello/upstream/usr/bin/hello")
    said = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout
    want(said == "hello 1\n", said)


@case("C8", "a pack in the cache that is not what its name says: found, and fetched again")
def cached(box):
    fix = Fixture(box)
    pack = box.cached()[0]
    right = open(pack, "rb").read()
    for wrong in (b"", right[:-1], right + b"x", flipped(right, 4000), bytes(len(right))):
        box.must("remove", "hello")
        with open(pack, "wb") as file:
            file.write(wrong)
        run = box.fardel("cache", "verify")
        want(run.status == 1, str(run))
        run = box.must("install", fix.file)
        want(open(pack, "rb").read() == right, f"not fetched again: {run}")
        box.must("cache", "verify")


@case("C8-junk", "files in the cache that are no packs: named by cache verify, taken away by cache gc")
def junk(box):
    fix = Fixture(box)
    packs = box.path("/var/cache/fardel/packs")
    before = tree(packs)
    digest = os.path.basename(box.cached()[0])
    made = ["junk", "sha256/junk", "sha256/ab/junk", "sha256/ab/" + digest, "sha512/ab/cd", "sha384/" + "a" * 96,
            "folder/in/folder", f"sha256/{digest[:2]}/.{digest}.new", "sha384/ab/" + "ab" * 48, "in\nes\033cape"]
    for path in made:
        os.makedirs(os.path.dirname(os.path.join(packs, path)), exist_ok=True)
        with open(os.path.join(packs, path), "w") as file:
            file.write("junk\n")
    os.symlink("../../sha256/00/" + "00" * 32, os.path.join(packs, "sha384/ab/" + "cd" * 48))
    os.symlink(box.path("/srv/canary"), os.path.join(packs, "sha256/cc"))
    os.makedirs(os.path.join(packs, "parts"), mode=0o700, exist_ok=True)
    run = box.fardel("cache", "verify")
    want(run.status == 1 and "stray: parts" not in run.out, str(run))
    for path in [path.replace("folder/in/folder", "folder") for path in made[:-1]] + ["sha384/ab/" + "cd" * 48, "sha256/cc"]:
        want(path in run.out, f"{path} is not named: {run}")
    box.clean_text(run.out + run.err)
    run = box.must("cache", "gc", "--dry-run")
    want(os.path.exists(os.path.join(packs, "junk")), "a dry run removes")
    run = box.must("cache", "gc")
    left = {path for path, what in tree(packs).items() if not what[0].startswith("0o4")}
    want(left == {path for path, what in before.items() if not what[0].startswith("0o4")}, f"left: {left}\n{run}")
    box.must("cache", "verify")
    want(not box.fardel("cache", "gc").out, "there is more to take away")
    box.must("doctor")


def mount(box, where, kind, *options):
    """A small file system at `where`, until the end."""
    os.makedirs(where, exist_ok=True)
    command = ["mount", "-t", kind, *options, where]
    if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode:
        return False
    box.at_end.append(lambda: subprocess.run(["umount", "-l", where], check=False, stderr=subprocess.DEVNULL))
    return True


def small_disk(box, where):
    """ext4 in a loop; where that is refused, a tmpfs. fardel wants 16 MiB free before it fetches."""
    image = os.path.join(box.work, "image")
    with open(image, "wb") as file:
        file.truncate(32 << 20)
    if shutil.which("mkfs.ext4") and not subprocess.run(["mkfs.ext4", "-q", "-F", "-N", "128", image], check=False,
                                                        stderr=subprocess.DEVNULL).returncode \
            and mount(box, where, "ext4", "-o", "loop,errors=remount-ro", image):
        return "ext4"
    want(mount(box, where, "tmpfs", "-o", "size=32m,nr_inodes=128,mode=755", "small"), "no small file system")
    return "tmpfs"


def fill(folder, free):
    """Leaves `free` bytes."""
    path = os.path.join(folder, "fill")
    with open(path, "wb") as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            pass
    now = os.statvfs(folder)
    size = os.stat(path).st_size
    os.truncate(path, max(0, size - max(0, free - now.f_bfree * now.f_frsize)))
    os.sync()


def full_disk(box, steps, fills):
    """install, upgrade and remove on a file system that is ever less full: failed, and named; or done."""
    where = box.path(STATE)
    kind = small_disk(box, where)
    old = box.installer("hello", "1", pack=box.pack("hello", "1", kb=64), url=box.serve() + "/hello-1.deb")
    new = box.installer("hello", "2", pack=box.pack("hello", "2", kb=64), url=box.serve() + "/hello-2.deb")
    # What can be taken back needs room, too.
    os.makedirs(box.path("/etc/fardel"), exist_ok=True)
    with open(box.path("/etc/fardel/fardel.toml"), "w") as config:
        config.write("[undo]\nkeep = 0\ndays = 0\n")
    box.must("--set", "gc.keep=0", "install", old)
    failed = done = 0
    for step in steps:
        for command in (["install", new], ["reconfigure", "hello"], ["remove", "hello"]):
            if not box.packages():
                box.must("install", old)
            was = box.packages()["hello"]["version"]
            fills(where, step)
            run = box.fardel("--set", "gc.keep=0", *command)
            want(run.status in DONE, f"{kind}, {step}: {run}")
            if run.status:
                failed += 1
                want("No space left" in run.err or "is full" in run.err or "are needed at least" in run.err, f"{kind}, {step}: does not say why: {run}")
                want("Next: " in run.err, f"{kind}, {step}: does not say what to do: {run}")
            else:
                done += 1
            clear(where)
            box.must("gc")
            box.must("doctor")
            have = box.packages().get("hello", {}).get("version")
            if run.status:
                want(have == was, f"{kind}, {step}: {have}, was {was}: {run}")
            if have:
                said = subprocess.run([box.path("/usr/bin/hello")], stdout=subprocess.PIPE, text=True,
                                      check=True).stdout
                want(said == f"hello {have}\n", f"{kind}, {step}: {said}: {run}")
            box.settled()
        box.fardel("remove", "hello")
    want(failed and done, f"{kind}: {failed} failed, {done} done")


def clear(where):
    for path in glob.glob(where + "/fill*"):
        os.remove(path)


@case("C9", "a full disk, with ever more room", modes=("mount",))
def full(box):
    full_disk(box, [0, 4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 17000, 18000, 20000],
              lambda where, step: fill(where, step << 10))


@case("C9-inodes", "no inodes, with ever more of them", modes=("mount",))
def inodes(box):
    def fills(where, step):
        number = 0
        while os.statvfs(where).f_ffree > step:
            with open(f"{where}/fill{number}", "w"):
                number += 1

    full_disk(box, range(0, 40, 4), fills)


def make_read_only(where):
    """As by an admin, which is refused while files are open to be written; else as ext4 does it after an error."""
    subprocess.run(["mount", "-o", "remount,ro", where], stderr=subprocess.DEVNULL, check=False)
    what = os.stat(where).st_dev
    device = os.path.basename(os.path.realpath(f"/sys/dev/block/{os.major(what)}:{os.minor(what)}"))
    trigger = f"/sys/fs/ext4/{device}/trigger_fs_error"
    if os.major(what) == LOOP and os.path.exists(trigger):
        with open(trigger, "w") as file:
            file.write("1")
    try:
        os.mkdir(f"{where}/probe")
        os.rmdir(f"{where}/probe")
    except OSError as reason:
        return reason.errno == errno.EROFS
    return False


@case("C10", "the file system becomes read-only midway", modes=("mount",))
def read_only(box):
    where = box.path(STATE)
    kind = small_disk(box, where)
    file = box.installer("hello", pack=box.pack("hello", "1"), url=box.serve() + "/hello-1.deb")
    os.makedirs("/srv/gates", exist_ok=True)
    tried = 0
    for phase in ("unpack", "configure"):
        box.bash(f"shut {phase}")
        job = box.start("install", file)
        box.wait("the gate", lambda: any(f"gate-{phase}" in line for line in processes().values()))
        readonly = make_read_only(where)
        tried += readonly
        box.bash(f"open {phase}")
        job.wait(60)
        if readonly:
            want(job.returncode == 1 and "Read-only file system" in job.said() and "Next: " in job.said(),
                 f"exit {job.returncode}: {job.said()}")
            run = box.fardel("list")
            want(run.status in DONE, str(run))
            run = box.fardel("gc")
            want(run.status == 1 and "Read-only" in run.err, str(run))
        box.wait("the end of all that is at work there", lambda: not subprocess.run(
            ["umount", where], stderr=subprocess.DEVNULL, check=False).returncode)
        mount(box, where, kind, "-o", "loop,errors=remount-ro", os.path.join(box.work, "image")) if kind == "ext4" else box.wipe()
        box.must("gc")
        if box.packages():
            box.must("remove", "hello")
        box.unharmed()
    shutil.rmtree("/srv/gates")
    if not tried:
        box.skip(f"{kind} cannot be made read-only here while files are open")


@case("C12", "few open files: done, or refused with the limit's name")
def descriptors(box):
    fix = Fixture(box)
    named = 0
    for files in list(range(4, 40)) + [48, 64, 80, 128]:
        run = box.fardel("install", fix.file, preexec_fn=limit(resource.RLIMIT_NOFILE, files))
        want(run.status >= 0, f"{files} files: {run}")
        named += run.status != 0 and "open files" in run.err and "ulimit -n" in run.err
        box.must("gc")
        want(box.must("list", "--json").json()["packages"][0]["state"] == "installed", f"{files} files: {run}")
    want(named > 5, f"the limit was named {named} times")
    want(run.status == 0, f"128 files are too few: {run}")


@case("C14", "a worker and the rules are killed, as by the kernel for want of memory", modes=("mount",))
def killed(box):
    file = box.installer("hello", pack=box.pack("hello", "1"), url=box.serve() + "/hello-1.deb")
    os.makedirs("/srv/gates", exist_ok=True)
    for phase, code in (("unpack", 1), ("configure", 1)):
        box.bash(f"shut {phase}")
        job = box.start("install", file)
        box.wait("the gate", lambda: any(f"gate-{phase}" in line for line in processes().values()))
        rules = [pid for pid, line in processes().items() if f"/rules {phase}" in line]
        for pid in rules:
            os.kill(pid, signal.SIGKILL)
        job.wait(60)
        box.bash(f"open {phase}")
        want(rules and job.returncode == code and "killed" in job.said().lower(), f"{job.returncode}: {job.said()}")
        box.must("gc")
        box.unharmed()
    shutil.rmtree("/srv/gates")
    url, _ = box.serve_evil()
    slow = box.installer("slow", pack=box.pack("slow", "1"), url=url + "/drip/slow-1.deb")
    job = box.start("install", slow)

    def workers():
        return [pid for pid, line in processes().items() if "fardel-fetch" in line]

    box.wait("the worker", lambda: workers() or job.poll() is not None)
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
        job.wait(60)
        want(job.returncode in (1, 2) and "fardel-fetch" in job.said(), f"{job.returncode}: {job.said()}")
    job.wait(60)
    box.must("gc")
    box.unharmed()


@case("C16", "a lock file that a dead fardel left, with the pid of another process, or nonsense")
def stale(box):
    file = box.installer("hello", pack=box.pack("hello", "1"), url=box.serve() + "/hello-1.deb")
    box.must("install", file)
    lock = box.path("/run/fardel/lock")
    for text in (b"1\nfardel install hello\n", f"{os.getpid()}\nfardel gc\n".encode(), b"", b"\0" * 5000,
                 b"9" * 5000, b"\x1b[31m\n\xff\n"):
        with open(lock, "wb") as held:
            held.write(text)
        run = box.must("--lock-timeout", "0", "gc")
        box.clean_text(run.out + run.err)
    with open(lock, "rb") as held:
        want(b"fardel" in held.read() and os.stat(lock).st_size < 5000, "the lock file is not its own")
    box.must("remove", "hello")
    box.unharmed()


@case("C17", "a state.db of a newer fardel: refused by that name, and nothing is touched")
def newer(box):
    fix = Fixture(box)
    with sqlite3.connect(fix.db) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
    db.close()
    for number in (version + 1, 1000, 2**31 - 1, -1):
        fix.put(fix.bytes)
        fix.sql(f"PRAGMA user_version = {number}")
        fix.settle()
        before = open(fix.db, "rb").read()
        for command in (["install", fix.file], ["remove", "hello"], ["gc"], ["list"]):
            run = box.fardel(*command)
            box.refused(run, 1, f"schema {number}", "Next: ")
        want(open(fix.db, "rb").read() == before, "state.db has been changed")
        want(tree(box.path(STATE + "/packages")) == fix.packages, "packages/ has changed")
        run = box.fardel("doctor")
        want(run.status == 1 and f"schema {number}" in run.out, str(run))
    fix.whole()


@case("C18", "the state on an overlay, and the same state mounted twice", modes=("mount",))
def mounted(box):
    where = box.path(STATE)
    base = os.path.join(box.work, "overlay")
    if not mount(box, base, "tmpfs", "small"):
        box.skip("mounting is refused")
    for name in ("up", "work", "low", "again"):
        os.mkdir(f"{base}/{name}")
    options = f"lowerdir={base}/low,upperdir={base}/up,workdir={base}/work"
    if not mount(box, where, "overlay", "-o", options, "state"):
        box.skip("no overlay on a tmpfs here")
    file = box.installer("hello", pack=box.pack("hello", "1"), url=box.serve() + "/hello-1.deb")
    box.must("install", file)
    box.must("doctor")
    os.makedirs("/srv/gates", exist_ok=True)
    box.bash("shut unconfigure")
    job = box.start("remove", "hello")
    box.wait("the gate", lambda: any("gate-unconfigure" in line for line in processes().values()))
    # Another mount of the same state, with a /run of its own, as in a container: the lock is not the same one.
    run = box.fardel("--lock-timeout", "0", "gc", wrap=("unshare", "--mount", "sh", "-c",
                                                        "mount -t tmpfs run /run && exec \"$@\"", "sh"))
    box.bash("open unconfigure")
    job.wait(60)
    shutil.rmtree("/srv/gates")
    want(run.status == 7, f"two at work on one state: {run}")
    want(job.returncode == 0, job.said())
    box.unharmed()


@case("C18-flock", "a file system that knows no locks: said, and which file that is; nothing is begun", modes=("mount",))
def lockless(box):
    file = box.installer("hello", pack=box.pack("hello", "1"), url=box.serve() + "/hello-1.deb")
    if not shutil.which("strace"):
        box.skip("strace is not there")
    for error, words in (("ENOLCK", "No locks available"), ("EOPNOTSUPP", "not supported"), ("ENOSYS", "not implemented")):
        # The first is the lock of this machine's, the second the state's, which others may share.
        for when, what in (("1", "lock"), ("2", STATE)):
            wrap = ["strace", "-qq", "-o", os.devnull, "-e", "trace=flock", "-e", f"inject=flock:error={error}:when={when}"]
            run = box.fardel("install", file, wrap=wrap)
            box.refused(run, 1, f"{what} cannot be locked: ", words, "Next: have it on a file system that has locks")
            box.unharmed()
    box.must("install", file)
    box.must("remove", "hello")
    box.unharmed()
