"""Scenarios of the other name: a package in puavo's layout, whose folder is packages/NAME/PACKAGE-ID below puavo-pkg's
rootdir, with stamps, and with links that the old tool reads as well."""
import contextlib
import glob
import hashlib
import os
import shutil
import sqlite3
import subprocess

import fixture
from fixture import GC, Scenario, listed, tree, want

ROOTDIR, CACHE = "/var/lib/puavo-pkg", "/var/cache/puavo-pkg"
PACKS = f"{CACHE}/upstream_packs"
OWN = [ROOTDIR, CACHE]
SETTLERS = [["puavo-pkg", "gc-installations"], GC, ["puavo-pkg", "reconfigure", "--all"], ["reconfigure", "--all"]]
STATE_LINKS = {  # which links each state has; of fardel's folder, then of puavo's
    "installed": ("available", "installed", "available", "installed"),
    "prepared": ("available", None, "available", None),
    "extracted": (None, None, "available", None),
}


def rows():
    """(name, puavo's id, state, layout) of each installation that state.db has."""
    with contextlib.closing(sqlite3.connect("file:/var/lib/fardel/state.db?mode=ro", uri=True)) as state:
        return sorted(state.execute("SELECT name, puavo_id, state, layout FROM bundle"))


def homes():
    """NAME/ID of each folder in the rootdir."""
    return sorted(os.path.relpath(path, f"{ROOTDIR}/packages") for path in glob.glob(f"{ROOTDIR}/packages/*/*"))


def content_of(seen):
    return {path: what[4] for path, what in seen.items() if not path.startswith(".")}


def content(folder):
    """What its files hold, whoever they belong to."""
    return content_of(tree(folder))


def fill():
    """As the old tool leaves its rootdir: fardel was never there, packs are files, and both are a user's without rights."""
    for path in glob.glob(f"{PACKS}/*/*"):
        pack = os.path.realpath(path)
        os.remove(path)
        shutil.copyfile(pack, path)
    for folder in fixture.OWN:
        shutil.rmtree(folder, ignore_errors=True)
    for folder in [*glob.glob(f"{ROOTDIR}/packages/*/*/upstream"), CACHE]:
        subprocess.run(["chown", "-R", "nobody:nogroup", folder], check=True)


class Puavo(Scenario):
    """One of these scenarios."""

    own = Scenario.own + OWN

    def __init__(self, name):
        super().__init__(name)
        self.trees = {}  # (NAME/ID, state): those that an undisturbed run leaves
        self.theirs = False  # it said that what it took over could not be given to root
        self.link = os.path.join(self.work, "puavo-pkg")

    def hear(self, text):
        super().hear(text)
        self.theirs = self.theirs or "its files still belong to others than root" in text

    def restore(self):
        super().restore()
        self.theirs = False

    def arguments(self, args):
        if "puavo-pkg" not in args:
            return super().arguments(args)
        if not os.path.lexists(self.link):
            os.symlink(os.environ["FARDEL_BIN"], self.link)
        # Of what stands before it (fardel's -qq), puavo-pkg knows nothing.
        return [self.link, *super().arguments(args[args.index("puavo-pkg") + 1:])[1:]]

    def install_first(self):
        """The first one is puavo-pkg's, and so are those that come after it; fardel keeps them all."""
        first, *others = self.what["was"] or [None]
        if first:
            self.must(["puavo-pkg", "install", first])
        for label in others:
            self.must(["--set", "gc.keep=9", "install", label])

    def learn(self):
        for name, each, state, _ in rows() if os.path.exists("/var/lib/fardel/state.db") else []:
            self.trees.setdefault((f"{name}/{each}", state), []).append(tree(f"{ROOTDIR}/packages/{name}/{each}"))

    def change(self):
        self.learn()
        if "filled" in self.what:
            fill()

    def settlers(self):
        return self.what.get("settlers", SETTLERS)

    def check(self, allowed):
        state = super().check(allowed)
        listing = {}
        for line in self.must(["puavo-pkg", "list"]).splitlines():
            name, each = line.split()
            listing[name] = each
        used = {name: each for name, each, state_of, _ in rows() if state_of == "installed"}
        want(listing == used, f"puavo-pkg lists {listing}, state.db has {used}")
        return state

    def check_package(self, name, package):
        """The links of both names, the stamps and the program are those of one state."""
        have = {each: state for of, each, state, _ in rows() if of == name}
        state = package and package["state"]
        want(not package or state in STATE_LINKS, f"{name}: {package}")
        want((state == "installed") == ("installed" in have.values()), f"{name} is {state}, state.db has {have}")
        wanted = STATE_LINKS[state] if package else (None,) * 4
        for folder, kind, there in zip(("/var/lib/fardel",) * 2 + (ROOTDIR,) * 2, ("available", "installed") * 2, wanted):
            self.check_link(f"{folder}/{kind}/{name}", there, have, state)
        live = [pattern.format(name) for pattern in fixture.LIVE]
        for path in live:
            want(os.path.lexists(path) == (state == "installed"), f"{path}; {name} is {state}")
        if state == "installed":
            self.check_used(name, package["version"], live)

    def check_link(self, path, there, have, state):
        want(os.path.lexists(path) == bool(there), f"{path} is {'not ' if there else ''}there; it is {state}")
        if there:
            target = os.readlink(path)
            home, _, each = target.rpartition("/")
            want(home == f"{ROOTDIR}/packages/{os.path.basename(path)}" and have.get(each) == state,
                 f"{path} leads to {target}; state.db has {have}")

    def check_installations(self):
        there = {f"{name}/{each}": state for name, each, state, layout in rows() if layout == "puavo"}
        want(len(there) == len(rows()), f"in other layouts: {rows()}")
        want(sorted(there) == homes(), f"state.db has {there}, packages/ has {homes()}")
        for home, state in there.items():
            # Out of use, it is as it was in use.
            right = self.trees.get((home, state)) or (state == "prepared" and self.trees.get((home, "installed")))
            found = tree(f"{ROOTDIR}/packages/{home}")
            want(right, f"{home} is {state}: no undisturbed run makes it so")
            wrong = sorted(path for path in {*found, *right[-1]} if found.get(path) != right[-1].get(path))
            want(found in right or (self.theirs and content_of(found) in map(content_of, right)),
                 f"{home} ({state}): other than undisturbed: {', '.join(wrong[:5])}")

    def check_leftovers(self, packages):
        super().check_leftovers(packages)
        want(set(listed(ROOTDIR)) <= {"available", "installed", "packages"}, f"{ROOTDIR} holds {listed(ROOTDIR)}")
        want(set(listed(CACHE)) <= {"upstream_packs"}, f"{CACHE} holds {listed(CACHE)}")
        for kind in ("available", "installed"):
            more = set(listed(f"{ROOTDIR}/{kind}")) - set(packages)
            want(not more, f"{ROOTDIR}/{kind} holds {more}")
        names = {name for name, *_ in rows()}
        want(set(listed(f"{ROOTDIR}/packages")) == names, f"packages/ holds {listed(ROOTDIR + '/packages')}")
        for path in glob.glob(f"{PACKS}/*/*") + glob.glob(f"{PACKS}/*/.*"):
            want(os.path.exists(path), f"{path} leads to nothing")
            with open(path, "rb") as file:
                want(hashlib.sha384(file.read()).hexdigest() == os.path.basename(path), f"{path} is not what it is called")

    def check_listed(self):
        """What puavo-pkg lists, before anything was settled, is whole."""
        for line in self.must(["puavo-pkg", "list"]).splitlines():
            home = "/".join(line.split())
            right = [content_of(each) for each in self.trees.get((home, "installed"), [])]
            want(content(f"{ROOTDIR}/packages/{home}") in right, f"{home} is listed, and other than undisturbed")
