"""The power goes on a file system that promises nothing but what it was asked for: of what was not synced, any part may be lost.

One run is enough: strace tells what fardel, its workers and rules do to files, each call becomes an operation on a model of the disk (names in
folders, bytes of files, modes, owners), and a sync makes durable what it covers: fsync of a file its bytes, of a folder its names, syncfs all.
What is not durable may be there or not, each operation by itself. So the disk is made again, looked at, recovered by the next command, and
looked at again. The model is held against the disk first: with all operations it must give what the run left.
"""
import copy
import os
import random
import re
import shutil
import stat

from fixture import SEED, STRACE, processes, tree, want

MOST = 2000  # states
VARIANTS = 12  # by chance, of each moment
INDEX = "/var/lib/fardel/state.db-shm"  # is written through memory: after a cut SQLite makes it anew
UMASK = 0o022
CALLS = ["open", "openat", "openat2", "creat", "write", "pwrite64", "writev", "pwritev", "ftruncate", "truncate", "fallocate", "rename", "renameat",
         "renameat2", "link", "linkat", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "symlink", "symlinkat", "fsync", "fdatasync", "sync",
         "syncfs", "copy_file_range", "sendfile", "splice", "chmod", "fchmod", "fchmodat", "chown", "lchown", "fchown", "fchownat"]
FD = r"(?:-?\d+|AT_FDCWD)<([^>]*)>(?:\(deleted\))?"
TEXT = r'"((?:[^"\\]|\\.)*)"'
AT = rf"{FD}, {TEXT}"


def bytes_of(text):
    """What strace wrote as a string of C's."""
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


class Node:
    """A file, folder or link."""

    def __init__(self, mode, holds, uid=0, gid=0):
        self.mode, self.holds, self.uid, self.gid = mode, holds, uid, gid


class Disk:
    """Nodes by number; 0 is the root. Folders that are not the scenario's own are there once they are asked for."""

    def __init__(self):
        self.nodes = {0: Node(stat.S_IFDIR | 0o755, {})}

    def add(self, node):
        number = len(self.nodes)
        self.nodes[number] = node
        return number

    def find(self, path, own):
        """The number of what is there, None where nothing is."""
        at, so_far = 0, ""
        for part in filter(None, path.split("/")):
            so_far += "/" + part
            names = self.nodes[at].holds
            if part not in names and not own(so_far) and os.path.isdir(so_far):
                names[part] = self.add(Node(stat.S_IFDIR | 0o755, {}))
            if part not in names:
                return None
            at = names[part]
        return at

    def load(self, path, own):
        """What is there on the real one; no file has a second name."""
        what = os.lstat(path)
        holds = {}
        if stat.S_ISLNK(what.st_mode):
            holds = os.readlink(path)
        elif stat.S_ISREG(what.st_mode):
            with open(path, "rb") as file:
                holds = bytearray(file.read())
        folder, name = os.path.split(path)
        self.nodes[self.find(folder, own)].holds[name] = self.add(Node(what.st_mode, holds, what.st_uid, what.st_gid))
        for each in sorted(os.listdir(path)) if stat.S_ISDIR(what.st_mode) else []:
            self.load(os.path.join(path, each), own)

    def do(self, what, number, *more):
        """An operation; where what it needs was lost, so is that of it."""
        node = self.nodes.get(number)
        if what == "new":
            self.nodes[number] = copy.deepcopy(more[0])
        elif what == "enter":
            node.holds[more[0]] = more[1]
        elif what == "leave":
            node.holds.pop(more[0], None)
        elif what == "move":
            name, to, to_name, moved = more
            if node.holds.get(name) == moved:
                del node.holds[name]
            self.nodes[to].holds[to_name] = moved
        elif what == "bytes":
            at, data = more
            node.holds.extend(bytes(max(0, at - len(node.holds))))
            node.holds[at:at + len(data)] = data
        elif what == "size":
            del node.holds[more[0]:]
            node.holds.extend(bytes(more[0] - len(node.holds)))
        elif what == "mode":
            node.mode = stat.S_IFMT(node.mode) | more[0]
        elif what == "owner":
            node.uid, node.gid = (new if new >= 0 else old for new, old in zip(more, (node.uid, node.gid)))

    def write(self, path="", number=0, made=None):
        """Makes it on the real one, where nothing of it is."""
        made = {} if made is None else made
        for name, each in self.nodes[number].holds.items():
            node, file = self.nodes[each], f"{path}/{name}"
            kind = stat.S_IFMT(node.mode)
            if each in made and kind != stat.S_IFDIR:
                os.link(made[each], file, follow_symlinks=False)
                continue
            made[each] = file
            if kind == stat.S_IFLNK:
                os.symlink(node.holds, file)
            elif kind == stat.S_IFREG:
                with open(file, "xb") as out:
                    out.write(node.holds)
            else:
                there = os.path.isdir(file)
                if not there:
                    os.mkdir(file)
                self.write(file, each, made)
                if there:
                    continue
            os.chown(file, node.uid, node.gid, follow_symlinks=False)
            if kind != stat.S_IFLNK:
                os.chmod(file, stat.S_IMODE(node.mode))


class Recorder:
    """Turns what strace has written into operations, which it carries out on a disk of its own, by which paths are found."""

    def __init__(self, disk, own):
        self.disk, self.own, self.done = disk, own, []
        self.nameless = {}  # files, by the name that strace has for them
        self.opened = {}  # by process: what /proc/self/fd/N led to when it was opened
        self.descriptors = {}  # those of the process at work
        self.table = [(re.compile(pattern), method) for pattern, method in (
            (rf"(?:openat|openat2)\({AT}, (.*)\) = \d+<([^>]*)>", self.open),
            (rf"()open\({TEXT}, (.*)\) = \d+<([^>]*)>", self.open),
            (rf"linkat\({AT}, {AT}, AT_SYMLINK_FOLLOW\) = 0", self.name),
            (rf"write\({FD}, {TEXT}, \d+()\) = \d+", self.write),
            (rf"pwrite64\({FD}, {TEXT}, \d+, (\d+)\) = \d+", self.write),
            (rf"copy_file_range\({FD}, \[(\d+)\], {FD}, NULL, \d+, 0\) = (\d+)", self.copy),
            (rf"ftruncate\({FD}, (\d+)\) = 0", self.size),
            (rf"renameat2?\({AT}, {AT}(?:, (\w+))?\) = 0", self.rename),
            (rf"()rename\({TEXT}, (){TEXT}()\) = 0", self.rename),
            (rf"unlinkat\({AT}, \w+\) = 0", self.leave),
            (rf"()(?:unlink|rmdir)\({TEXT}\) = 0", self.leave),
            (rf"mkdirat\({AT}, 0(\d*)\) = 0", self.folder),
            (rf"()mkdir\({TEXT}, 0(\d*)\) = 0", self.folder),
            (rf"symlinkat\({TEXT}, {AT}\) = 0", self.link),
            (rf"symlink\({TEXT}, (){TEXT}\) = 0", self.link),
            (rf"(?:fsync|fdatasync)\({FD}\) = 0", self.sync),
            (rf"(?:syncfs\({FD}|sync\()\) = 0", lambda *_: self.do("sync", None)),
            (rf"fchmod\({FD}(), 0(\d*)\) = 0", self.mode),
            (rf"fchmodat2?\({AT}, 0(\d*)(?:, 0)?\) = 0", self.mode),
            (rf"()chmod\({TEXT}, 0(\d*)\) = 0", self.mode),
            (rf"fchown\({FD}(), (-?\d+), (-?\d+)\) = 0", self.owner),
            (rf"fchownat\({AT}, (-?\d+), (-?\d+), \w+\) = 0", self.owner),
            (rf"()l?chown\({TEXT}, (-?\d+), (-?\d+)\) = 0", self.owner),
        )]

    def do(self, what, number, *more):
        self.done.append((what, number, *more))
        self.disk.do(what, number, *more)

    def path(self, folder, name):
        """Where that is; a path from a folder that was not told cannot be known."""
        path = os.path.normpath(os.path.join(folder or "", bytes_of(name).decode()))
        want(path.startswith("/"), f"strace does not tell where {path} is")
        return self.descriptors.get(path, path)

    def at(self, path):
        number = self.nameless.get(path, self.disk.find(path, self.own))
        want(number is not None, f"{path} was changed, and nobody has made it")
        return number

    def spot(self, path):
        """Its folder and its name there."""
        folder, name = os.path.split(path)
        return self.at(folder), name

    def new(self, path, node):
        number = len(self.disk.nodes)
        self.do("new", number, node)
        folder, name = self.spot(path)
        self.do("enter", folder, name, number)

    def open(self, folder, name, how, opened):
        path = self.path(folder, name)
        if not self.own(path):
            return
        there = self.disk.find(path, self.own)
        mode = re.search(r"(?:mode=|, )0(\d+)", how)
        made = mode and Node(stat.S_IFREG | int(mode[1], 8) & ~UMASK, bytearray())
        if "O_TMPFILE" in how:
            self.nameless[opened] = len(self.disk.nodes)
            self.do("new", self.nameless[opened], made)
        elif there is None and "O_CREAT" in how:
            self.new(path, made)
        elif there is not None and "O_TRUNC" in how:
            self.do("size", there, 0)

    def write(self, path, text, offset):
        if self.own(path) and path != INDEX:
            number = self.at(path)
            # Each is written from its beginning to its end, or at its end.
            self.do("bytes", number, int(offset) if offset else len(self.disk.nodes[number].holds), bytes_of(text))

    def copy(self, source, offset, path, count):
        if self.own(path):
            number, begin = self.at(path), int(offset)
            data = bytes(self.disk.nodes[self.at(source)].holds[begin:begin + int(count)])
            self.do("bytes", number, len(self.disk.nodes[number].holds), data)

    def size(self, path, size):
        if self.own(path) and path != INDEX:
            self.do("size", self.at(path), int(size))

    def rename(self, folder, name, to_folder, to_name, flags):
        path, to = self.path(folder, name), self.path(to_folder, to_name)
        if self.own(path) or self.own(to):
            want(flags in (None, "", "RENAME_NOREPLACE"), f"{path} was renamed with {flags}")
            self.do("move", *self.spot(path), *self.spot(to), self.at(path))

    def name(self, folder, name, to_folder, to_name):
        to = self.path(to_folder, to_name)
        if self.own(to):
            self.do("enter", *self.spot(to), self.at(self.path(folder, name)))

    def leave(self, folder, name):
        path = self.path(folder, name)
        if self.own(path):
            self.do("leave", *self.spot(path))

    def folder(self, folder, name, mode):
        path = self.path(folder, name)
        if self.own(path):
            self.new(path, Node(stat.S_IFDIR | int(mode, 8) & ~UMASK, {}))

    def link(self, target, folder, name):
        path = self.path(folder, name)
        if self.own(path):
            self.new(path, Node(stat.S_IFLNK | 0o777, bytes_of(target).decode()))

    def sync(self, path):
        number = self.nameless.get(path, self.disk.find(path, self.own))
        if number is not None:
            self.do("sync", number)

    def mode(self, folder, name, mode):
        path = self.path(folder, name)
        if self.own(path):
            self.do("mode", self.at(path), int(mode, 8))

    def owner(self, folder, name, *owner):
        path = self.path(folder, name)
        if self.own(path):
            self.do("owner", self.at(path), *map(int, owner))

    def read(self, trace):
        begun = {}  # by process: what stands before <unfinished ...>
        with open(trace, encoding="latin-1") as lines:
            for line in lines:
                pid, _, text = line.rstrip("\n").partition(" ")
                text = text.lstrip()
                if text.endswith("<unfinished ...>"):
                    begun[pid] = text.removesuffix("<unfinished ...>").rstrip()
                    continue
                if text.startswith("<... "):
                    text = begun.pop(pid) + text.partition(" resumed>")[2]
                text = re.sub(r"\) += ", ") = ", text)
                self.descriptors = self.opened.setdefault(pid, {})
                if opened := re.search(r"^open.* = (\d+)<([^>]*)>(?:\(deleted\))?$", text):
                    self.descriptors[f"/proc/self/fd/{opened[1]}"] = opened[2]
                for pattern, method in self.table:
                    found = pattern.match(text)
                    if found:
                        method(*found.groups())
                        break


def covers(sync, operation):
    """Whether that sync makes that operation durable. A rename is, with its new name."""
    what, number, *more = operation
    return sync is None or sync == (more[1] if what == "move" else number)


class Order:
    """Points are order.N=WHAT, before the N-th operation: of those that no sync had covered the I-th is lost (DI), or all from there on (PI),
    or some by chance (RI)."""

    kind = "order"
    most = None
    title = "the power goes with"

    def __init__(self, scenario):
        self.scenario = scenario
        scenario.asks = False  # what was asked before the cut, was asked of the system that it ended
        scenario.loses = True
        self.folders = [folder for folder in scenario.own if not folder.startswith("/run/")]  # what is in /run does not outlive a cut
        self.before, self.done = None, []

    def own(self, path):
        return any(path == place or path.startswith(place + "/") for place in self.folders + self.scenario.live())

    # --- Of one run ----------------------------------------------------------------------------------------

    def record(self):
        scenario = self.scenario
        scenario.restore()
        self.before = Disk()
        for place in self.folders + scenario.live():
            self.before.find(os.path.dirname(place), self.own)
            if os.path.lexists(place):
                self.before.load(place, self.own)
        status, _ = scenario.call(scenario.what["run"], [*STRACE, scenario.trace, "-f", "-y", "-s", "1048576", "-e", f"trace={','.join(CALLS)}"])
        want(status == 0, f"traced: exit {status}\n{scenario.said}")
        recorder = Recorder(copy.deepcopy(self.before), self.own)
        recorder.read(scenario.trace)
        self.done = recorder.done
        right = self.look()
        self.make(recorder.disk)
        found = self.look()
        want(found == right, "the model has other files than the run left: "
             f"{sorted(str((path, found.get(path), right.get(path))) for path in {*found, *right} if found.get(path) != right.get(path))[:3]}")

    def look(self):
        places = self.folders + [os.path.dirname(path) for path in self.scenario.live()]
        found = {os.path.join(place, path): what for place in places for path, what in tree(place).items()}
        return {path: what for path, what in found.items() if path != INDEX and self.own(path)}

    def make(self, disk):
        self.scenario.wipe()
        disk.write()

    # --- What may be left of it ------------------------------------------------------------------------------

    def loose(self, moment):
        """The numbers of those before it that no sync has covered."""
        found = []
        for number, operation in enumerate(self.done[:moment]):
            if operation[0] == "sync":
                found = [each for each in found if not covers(operation[1], self.done[each])]
            elif operation[0] != "new":
                found.append(number)
        return found

    def left(self, point):
        """The numbers of those that this point loses."""
        moment, _, what = point.removeprefix("order.").partition("=")
        loose, number = self.loose(int(moment)), int(what[1:])
        if what[0] == "D":
            return {loose[number]}
        if what[0] == "P":
            return set(loose[number:])
        chance = random.Random(point)
        return {each for each in loose if chance.random() < 0.5}

    def points(self):
        self.record()
        seen, found = set(), []
        moments = [number for number, operation in enumerate(self.done) if operation[0] == "sync"] + [len(self.done)]
        for moment in moments:
            count = len(self.loose(moment))
            for what in [f"{kind}{number}" for kind in "DP" for number in range(count)] + [f"R{number}" for number in range(VARIANTS)]:
                point = f"order.{moment}={what}"
                state = frozenset(range(moment)) - self.left(point)
                if state not in seen:
                    seen.add(state)
                    found.append(point)
        return found if len(found) <= MOST else self.sample(found, MOST)

    def sample(self, points, count):
        chance = random.Random(f"{SEED}: {self.scenario.name}, {self.kind}")
        chosen = set(chance.sample(points, min(count, len(points))))
        return [point for point in points if point in chosen]

    def run(self, point):
        if not self.done:
            self.record()
        scenario = self.scenario
        moment = int(re.search(r"\d+", point)[0])
        lost = self.left(point)
        disk = copy.deepcopy(self.before)
        for number, operation in enumerate(self.done[:moment]):
            if number not in lost and operation[0] != "sync":
                disk.do(*operation)
        scenario.said = ""
        self.make(disk)
        shutil.rmtree("/run/fardel", ignore_errors=True)
        before = set(processes())
        scenario.check_listed()
        scenario.settle(point)
        scenario.idle(before)
        scenario.settled(moment == len(self.done))
