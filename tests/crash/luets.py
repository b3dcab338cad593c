"""Scenarios of luet's and of Packets: a wagon's update; packages whose trees our own code lays, in an upgrade that moves a file from one to
the other; and what another tool has installed, taken over. Whatever has happened: each package is wholly of one version, what moves is
there at any moment, and taking over changes no file."""
import contextlib
import os
import shutil
import sqlite3
import subprocess

import fixture
from fixture import LIB, NEW, OLD, Scenario, listed, tree, want
from sync import Sync
from wagon import Wagon

COUNT = 30
NAMES = {"tool": "app-x/tool", "other": "app-x/other"}
PLACES = ["/var/lib/luets", "/opt/packets", "/etc/packets"]
HOME = "/var/lib/luets"
MOVES = f"{HOME}/moves"
KEY = f"{HOME}/key"
DUMP = """category: app-x
name: tool
version: "1"

files:
{}
category: app-x
name: other
version: "1"

files:
- var/lib/luets/other
- var/lib/luets/both

"""


class WagonSync(Sync):
    """A wagon has a revision, and no root."""

    root = 0

    def publish(self, repository):
        repository.put(os.path.join(self.work, "vendor", "repo"))
        self.offers[repository.revision] = sorted([each.category + "/" + each.name, each.version] for each in repository.packages)

    def make_repository(self):
        wagon = Wagon()
        wagon.layout = self.what["wagon"]
        for number in range(12):
            wagon.add(f"app-x/pkg{number}", "1", files={f"usr/share/pkg{number}": "x"})
        return wagon

    def describe(self, url, repository):
        return {"name": "main", "type": "http", "format": "luet", "enable": True, "urls": [f"{url}/repo"]}

    def follow(self, repository):
        if not self.what["was"]:
            for folder in self.own:
                shutil.rmtree(folder, ignore_errors=True)
        repository.packages = [each for each in repository.packages if each.name != "pkg3"]
        repository.add("app-x/pkg3", "2", files={"usr/share/pkg3": "y"})
        repository.revision = 2
        repository.date += 1
        self.publish(repository)


def files_of(name, version):
    """What a package has, but for what both have."""
    if name == "other":
        return {f"{HOME}/other": f"other {version}", **({MOVES: "other 2"} if version == "2" else {})}
    found = {f"{HOME}/f{number}": f"tool {version} {number}" for number in range(COUNT + 1)}
    del found[f"{HOME}/f{COUNT if version == '1' else 0}"]
    return {**found, **({MOVES: "tool 1"} if version == "1" else {})}


def content():
    """What is in the folder."""
    found = {}
    for name in listed(HOME):
        with open(f"{HOME}/{name}") as file:
            found[f"{HOME}/{name}"] = file.read()
    return found


def made(home):
    """An installation, but for the list of what was laid: a folder that was there already is not in it."""
    found = tree(f"/var/lib/fardel/packages/{home}")
    found.pop(".fardel-laid", None)
    return found


class Luet(Scenario):
    """Packages app-x/tool and app-x/other; the states are tool's."""

    names = NAMES

    def live(self):
        return PLACES

    def vendor(self):
        for name, of in NAMES.items():
            for version in ("1", "2"):
                keys = [f"file:{path[1:]}={text}" for path, text in files_of(name, version).items()]
                if name == "tool":
                    keys += [f"install=[ -e {KEY} ] || printf made >{KEY}", f"uninstall=rm -f {KEY}"]
                run = subprocess.run([os.path.join(LIB, "luet-package"), os.path.join(self.work, "luet"), of, version,
                                      f"file:{HOME[1:]}/both=both", *keys], check=True, text=True, stdout=subprocess.PIPE)
                self.installers[f"{name}-{version}"] = run.stdout.strip()

    def learn(self):
        for name in listed("/var/lib/fardel/packages"):
            for each in listed(f"/var/lib/fardel/packages/{name}"):
                self.installations.setdefault(f"{name}/{each}", []).append(made(f"{name}/{each}"))

    def learn_live(self):
        pass

    # --- What must hold ----------------------------------------------------------------------------------

    def state(self):
        return self.states()["tool"]

    def states(self):
        packages = self.packages()
        of = {name: packages.get(long) for name, long in self.names.items()}
        return {name: package and (package["version"], package["state"]) for name, package in of.items()}

    def check_moving(self):
        """Whatever is between, the file is there, of one of them."""
        if self.what["was"] and OLD in self.what["after"] and NEW in self.what["after"]:
            want(content().get(MOVES) in ("tool 1", "other 2"), f"{MOVES} is {content().get(MOVES)}")

    def settle(self, point):
        self.check_moving()
        super().settle(point)

    def settled(self, done, allowed=None):
        self.check_moving()
        super().settled(done, allowed)

    def check_listed(self):
        for home, found in self.homes():
            want(found in self.installations.get(home, []), f"{home} is listed, and other than undisturbed")

    def homes(self):
        """Of state.db, which a first command makes: as an empty one, before it has tables."""
        if not os.path.exists("/var/lib/fardel/state.db"):
            return []
        with contextlib.closing(sqlite3.connect("file:/var/lib/fardel/state.db?mode=ro", uri=True)) as state:
            if not state.execute("SELECT 1 FROM sqlite_master WHERE name = 'bundle'").fetchall():
                return []
            rows = sorted(f"{name.replace('/', ':')}/{each}" for name, each in state.execute("SELECT name, id FROM bundle"))
        return [(home, made(home)) for home in rows]

    def check_installations(self):
        there = [f"{name}/{each}" for name in listed("/var/lib/fardel/packages") for each in listed(f"/var/lib/fardel/packages/{name}")]
        homes = self.homes()
        want(sorted(there) == [home for home, _ in homes], f"state.db has {[home for home, _ in homes]}, packages/ has {sorted(there)}")
        for home, found in homes:
            rights = self.installations.get(home, [{}])
            wrong = sorted(path for path in {*found, *rights[-1]} if found.get(path) != rights[-1].get(path))
            want(found in rights, f"packages/{home}: other than undisturbed: {', '.join(wrong[:5])}")

    def check_leftovers(self, packages):
        super().check_leftovers({name.replace("/", ":") for name in packages})

    def wanted(self, states):
        found = {}
        for name in ("tool", "other"):  # what moves is other's as soon as that is of version 2
            if states[name]:
                found.update({f"{HOME}/both": "both"}, **files_of(name, states[name][0]))
        if states["tool"] == NEW and states["other"] == OLD:  # between both commits it is kept
            found[MOVES] = "tool 1"
        return {**found, **({KEY: "made"} if states["tool"] else {})}

    def check(self, allowed):
        states, packages = self.states(), self.packages()
        want(states["tool"] in allowed, f"tool is {states['tool']}, allowed: {allowed}")
        want(states["other"] in (None, OLD, NEW), f"other is {states['other']}")
        wanted, found = self.wanted(states), content()
        wrong = sorted(path for path in {*wanted, *found} if wanted.get(path) != found.get(path))
        want(not wrong, f"{states}, but {', '.join(f'{path} is {found.get(path)}' for path in wrong[:5])}")
        self.check_rest(packages)
        if not set(self.what["after"]) <= {None, OLD} and allowed == [NEW]:
            want(states["other"] == NEW, f"other is {states['other']}")
        return states["tool"]

    def check_rest(self, packages):
        self.check_installations()
        self.check_state()
        want(not (wrong := fixture.kept.wrong(not self.lost)), f"undo/: {wrong}")
        self.check_leftovers(packages)
        self.must(["doctor"])
        self.must(["verify"])


class Import(Luet):
    """What stands there is taken over, of all packages or of none."""

    at_once = True

    def vendor(self):
        super().vendor()
        os.makedirs(HOME)
        for path, text in [*files_of("tool", "1").items(), *files_of("other", "1").items(), (f"{HOME}/both", "both")]:
            with open(path, "w") as file:
                file.write(text)
        self.installers["DUMP"] = os.path.join(self.work, "dump")
        with open(self.installers["DUMP"], "w") as file:
            file.write(DUMP.format("".join(f"- {path[1:]}\n" for path in [*files_of("tool", "1"), f"{HOME}/both"])))

    def wanted(self, states):
        """As it was, whatever is listed."""
        return {f"{HOME}/both": "both", **files_of("tool", "1"), **files_of("other", "1")}

    def check(self, allowed):
        states = self.states()
        want(states["tool"] == states["other"] or not self.at_once, f"{states}")
        return super().check(allowed)


class ImportPackets(Import):
    """The same of Packets, whose packages stand below /opt/packets, one after the other."""

    at_once = False

    names = {"tool": "tool-1", "other": "other-1"}

    def vendor(self):
        rows = []
        for name in self.names.values():
            home = f"/opt/packets/{name}"
            os.makedirs(f"{home}/data/bin")
            with open(f"{home}/manifest.toml", "w") as file:
                file.write(f'[Info]\nname = "{name}"\nversion = "1"\ndependencies = []\n\n[Package]\n\n[Hooks]\ninstall = ""\nremove = ""\n')
            for number in range(COUNT):
                with open(f"{home}/data/bin/{number}", "w") as file:
                    file.write(f"{name} {number}")
            rows += ["--", f"realname={name}", "version=1"]
        os.makedirs("/etc/packets")
        subprocess.run([os.path.join(LIB, "packets_index.py"), "/etc/packets/installed.db", "installed", *rows], check=True)
        self.stood = tree("/opt/packets")

    def wanted(self, states):
        want(tree("/opt/packets") == self.stood, "/opt/packets is not as it was")
        return {}


OF = {"wagon": WagonSync, "wagon-first": WagonSync, "import-luet": Import, "import-packets": ImportPackets}


def class_of(name):
    return OF.get(name, Luet)
