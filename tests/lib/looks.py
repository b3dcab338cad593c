"""What tests see of the machine, however they disturbed it."""
import hashlib
import os
import stat
import time

BUSY = 10  # so much slower a program may be by the clock where others work beside it
OLD = 1_000_000_000 * 10**9  # ns: what is from before was laid out by a test, with its time


def took(begun, usage):
    """The seconds that a program took, which began at `begun` (monotonic) and ended now: what it worked, or where that is more, what
    it must have taken had it been alone."""
    return max(usage.ru_utime + usage.ru_stime, (time.monotonic() - begun) / BUSY)


def tree(folder):
    """What is in a folder: for each file its type and mode, owner, names, and what it holds or where it leads."""
    found = {}
    for path, folders, files in os.walk(folder):
        for name in folders + files:
            file = os.path.join(path, name)
            what = os.lstat(file)
            holds, names = "", 0
            if stat.S_ISLNK(what.st_mode):
                holds = os.readlink(file)
            elif stat.S_ISREG(what.st_mode):
                names = what.st_nlink
                with open(file, "rb") as data:
                    holds = hashlib.sha256(data.read()).hexdigest()
            found[os.path.relpath(file, folder)] = (oct(what.st_mode), what.st_uid, what.st_gid, names, holds)
    return found


def look(path, names):
    """One name: its type and mode, owner, what it holds or where it leads, its attributes, its other names of these; and, where
    that is old, of when it is."""
    what = os.lstat(path)
    holds, same, since = "", [], 0
    if stat.S_ISLNK(what.st_mode):
        holds = os.readlink(path)
    elif stat.S_ISREG(what.st_mode):
        same = sorted(name for name in names.get((what.st_dev, what.st_ino), []) if name != path)
        since = what.st_mtime_ns if what.st_mtime_ns < OLD else 0
        with open(path, "rb") as data:
            holds = hashlib.sha256(data.read()).hexdigest()
    try:
        marks = {name: os.getxattr(path, name, follow_symlinks=False)
                 for name in sorted(os.listxattr(path, follow_symlinks=False))}
    except OSError:  # none can be had there
        marks = {}
    return oct(what.st_mode), what.st_uid, what.st_gid, holds, since, marks, same


def manifest(places):
    """All that is at these places and beneath them, as `look` sees it. Other names that lie elsewhere do not count."""
    paths, names = [place for place in places if os.path.lexists(place)], {}
    for place in places:
        for path, folders, files in os.walk(place):
            paths += [os.path.join(path, name) for name in folders + files]
    for path in paths:
        what = os.lstat(path)
        names.setdefault((what.st_dev, what.st_ino), []).append(path)
    return {path: look(path, names) for path in paths}


def listed(folder):
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        return []


def is_below(pid, above):
    """Whether the process descends from that one."""
    while pid > 1 and pid != above:
        try:
            with open(f"/proc/{pid}/stat", errors="replace") as file:
                pid = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            return False
    return pid == above


def processes():
    """All that have not ended: pid -> command line."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", errors="replace") as file:
                if file.read().rpartition(")")[2].split()[0] in "ZX":
                    continue
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                found[int(pid)] = file.read().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
    return found
