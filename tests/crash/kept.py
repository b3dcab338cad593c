"""What undo/ keeps of commits, held against state.db: that each can be taken back, and each footprint."""
import contextlib
import hashlib
import json
import os
import sqlite3

from looks import listed

UNDO = "/var/lib/fardel/undo"
SHARED = "/etc/passwd"  # of those that many write to, what tests have packages change
LISTS = {"changes": "before", "footprint": "base"}  # and the folder with the files of its "before"


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def last_status():
    """Of the last commit, if the last transaction has one."""
    with contextlib.closing(sqlite3.connect("file:/var/lib/fardel/state.db?mode=ro", uri=True)) as state:
        row = state.execute("SELECT status FROM committed WHERE txn = (SELECT max(number) FROM txn)").fetchone()
    return row and row[0]


def wrong_files(folder, changes):
    """Each file that a change takes away is there under its number, or under that of another name of the same file."""
    for number, change in enumerate(changes):
        before = change.get("before", {})
        file = os.path.join(folder, str(number))
        if os.path.lexists(file):
            if digest(file) != before.get("sha256"):
                return f"{file} is not what {change['path']} was"
        # Attributes are set in place; what the footprint does not have to make anew is of no use in its base.
        elif before.get("type") == "file" and "inode" not in before and change["kind"] != "attributes":
            return f"{file}, that {change['path']} was, is not there"
    return None


def wrong_commit(name, status, owned, others, gone, strict):
    """`owned`: what state.db says to be the package's, where it is the one in force, `others`: what is others'; `gone`: which installations went with it."""
    home = os.path.join(UNDO, name)
    known = {"footprint", "base"} | ({"changes", "before"} if status == "done" else set())
    more = set(listed(home)) - known - {"packages", "puavo"}
    if more:
        return f"{name} ({status}) holds {more}"
    there = sorted(listed(f"{home}/packages") + listed(f"{home}/puavo"))
    if there != sorted(gone) and (strict or there):
        return f"{name} has the installations {there}, in state.db are {sorted(gone)}"
    for part, files in LISTS.items():
        if part not in known:
            continue
        with open(os.path.join(home, part)) as file:
            changes = json.load(file)["changes"]["changes"]
        problem = wrong_files(os.path.join(home, files), changes)
        # Paths are escaped; those of tests are ASCII.
        paths = {change["path"].encode().decode("unicode_escape") for change in changes} - {SHARED}
        # Another package may have taken over some of its paths.
        if not problem and part == "footprint" and owned is not None and not owned <= paths <= owned | others:
            problem = f"{name}: state.db has other paths than its footprint: {paths ^ owned}"
        if problem:
            return problem
    return None


def wrong(strict):
    """What is wrong, or None. Not `strict`: it was said that what was removed could not be kept."""
    with contextlib.closing(sqlite3.connect("file:/var/lib/fardel/state.db?mode=ro", uri=True)) as state:
        commits = {f"{txn}.{item}": status for txn, item, status in
                   state.execute("SELECT txn, item, status FROM committed")}
        in_force = {f"{txn}.{item}": name for name, txn, item in state.execute("SELECT name, txn, item FROM in_force")}
        used = {name for (name,) in state.execute("SELECT name FROM bundle WHERE state = 'installed'")}
        owned, gone = {}, {}
        for txn, item, home in state.execute(
                "SELECT txn, item, CASE layout WHEN 'fardel' THEN id ELSE puavo_id END FROM gone"):
            gone.setdefault(f"{txn}.{item}", []).append(home)
        for path, name in state.execute("SELECT path, name FROM owned"):
            owned.setdefault(name, set()).add(path)
    if sorted(commits) != sorted(listed(UNDO)):
        return f"state.db has {sorted(commits)}, undo/ has {listed(UNDO)}"
    if not set(in_force) <= set(commits) or not set(in_force.values()) <= used or set(owned) - set(in_force.values()):
        return f"in force are {in_force}, of {sorted(commits)}; in use are {used}; owners are {set(owned)}"
    for name, status in commits.items():
        paths = owned.get(in_force[name], set()) if name in in_force else None
        others = set().union(*(each for of, each in owned.items() if of != in_force.get(name)))
        problem = wrong_commit(name, status, paths, others, gone.pop(name, []), strict)
        if problem:
            return problem
    return f"gone with a commit that is not there: {gone}" if gone else None
