"""What tests see of the machine, however they disturbed it."""
import hashlib
import os
import stat


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


def listed(folder):
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        return []


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
