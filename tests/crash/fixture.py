"""What crash tests share: a private root in which a scenario is played, and what must always hold."""
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
LIB = os.path.join(os.path.dirname(HERE), "lib")
RULES = os.path.join(os.path.dirname(HERE), "life", "rules")
sys.path.insert(0, LIB)
import ground  # noqa: E402
import kept  # noqa: E402
from looks import listed, manifest, processes, tree  # noqa: E402,F401
from scenarios import GC, LUETS, NEW, OLD, PUAVO, SCENARIOS, SYNCS  # noqa: E402,F401

PATIENCE = 60  # seconds that one command may take
SEED = "fardel, killed"
# Without -f: fardel alone is traced. What follows is the file that it writes.
STRACE = ["strace", "-qq", "-e", "signal=none", "-o"]

OWN = ["/var/lib/fardel", "/var/cache/fardel", "/var/log/fardel", "/run/fardel"]
LIVE = ["/usr/bin/{}", "/usr/share/applications/{}.desktop", "/etc/{}.conf"]
NAMES = ["hello", "other"]
SETTLERS = [GC, ["reconfigure", "--all"]]  # any command that takes the lock settles what was left
OUT = "/srv/out"  # what `build` writes to


class Failed(Exception):
    """Something that must hold does not."""


class Skipped(Exception):
    """It cannot be done here."""


def want(holds, text):
    if not holds:
        raise Failed(text)


class Scenario:
    """One scenario, in a private root of its own."""

    own = OWN  # the folders that are wholly fardel's

    def __init__(self, name):
        self.name = name
        self.what = SCENARIOS[name]
        self.work = os.environ["FARDEL_TEST_TMP"]
        self.saved = os.path.join(self.work, "saved")
        self.trace = os.path.join(self.work, "trace")
        self.installers = {}
        self.installations = {}  # NAME/ID: its tree
        self.built = {}  # what is in OUT in the end
        self.right = {}  # hello's state: all that its rules change, as it may be then
        self.every = "rules" in self.what
        # Whether it can be told from what was asked of the running system that the run was carried out.
        self.asks = self.every and (self.what.get("found") == "applied" or len(self.what["after"]) > 1)
        self.server = None
        self.said = ""
        self.warned = False  # that what was asked of the running system failed
        self.lost = False  # that a removed installation could not be kept
        self.stays = False  # it said so: what it makes no longer is not taken back yet
        self.loses = False  # folders that nobody has synced, too: a cached pack's other names may lead nowhere

    # --- Means -------------------------------------------------------------------------------------------

    def arguments(self, args):
        """The command, with installers for their labels."""
        return [os.environ["FARDEL_BIN"], *(self.installers.get(arg, arg) for arg in args)]

    def environment(self):
        # The leak checker cannot work in what is traced.
        return dict(os.environ, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")

    def call(self, args, before=()):
        """Runs fardel to its end: its status and stdout; all it said is kept for a report."""
        run = subprocess.run([*before, *self.arguments(args)], stdin=subprocess.DEVNULL, text=True,
                             env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE,
                             errors="replace", check=False)
        self.hear(run.stdout + run.stderr)
        return run.returncode, run.stdout

    def hear(self, text):
        """What a command has said."""
        self.said = text
        self.warned = self.warned or ground.WARNING in text
        self.lost = self.lost or "its folder cannot be kept for undo" in text
        self.stays = self.stays or ground.STAYS in text

    def strike(self, args, point, what="signal=KILL"):
        """Runs fardel, to which `what` happens (strace's words) before a call, renameat.3 say; only to fardel itself."""
        call, _, number = point.partition(".")
        return self.call(args, [*STRACE, os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:{what}:when={number}"])

    def must(self, args):
        status, out = self.call(args)
        want(status == 0, f"fardel {' '.join(args)}: exit {status}\n{self.said}")
        return out

    def live(self):
        """What rules change."""
        return [pattern.format(name) for name in NAMES for pattern in LIVE] + (ground.PLACES if self.every else [])

    def wipe(self):
        for folder in self.own:
            shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(OUT, ignore_errors=True)
        os.makedirs(OUT)
        for path in self.live():
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            elif os.path.lexists(path):
                os.remove(path)
        ground.forget_asked()

    def copy(self, source, target):
        """All that commands and rules change; what has names on both sides is one file there, too."""
        paths = [path[1:] for path in self.own + self.live() if os.path.lexists(source + path[1:])]
        if paths:
            subprocess.run(["cp", "-a", "--parents", "-t", target, *paths], check=True, cwd=source)

    def save(self):
        os.makedirs(self.saved)
        self.copy("/", self.saved)

    def restore(self):
        self.wipe()
        self.copy(self.saved + "/", "/")
        self.warned = self.lost = self.stays = False

    def learn(self):
        """Takes the installations as they are now for what they have to be."""
        for name in NAMES:
            for each in listed(f"/var/lib/fardel/packages/{name}"):
                self.installations[f"{name}/{each}"] = tree(f"/var/lib/fardel/packages/{name}/{each}")
        self.built = tree(OUT)

    def learn_live(self):
        """The same of all that rules change. After a recovery it has to be as it was before what that takes back."""
        state = self.state()
        if self.every and not ("first" in self.what and state in self.right):
            self.right.setdefault(state, []).append(manifest(self.live()))

    def state(self):
        """hello's."""
        package = self.packages().get("hello")
        return package and (package["version"], package["state"])

    # --- The fixture -------------------------------------------------------------------------------------

    def make(self, *args):
        subprocess.run([os.path.join(LIB, "make"), *args], check=True, stdin=subprocess.DEVNULL)

    def vendor(self):
        """The packs, a server that has them, and installers."""
        folder = os.path.join(self.work, "vendor")
        os.makedirs(folder)
        state = os.path.join(self.work, "nginx")
        url = subprocess.run([os.path.join(LIB, "serve"), folder, state], check=True, text=True,
                             stdout=subprocess.PIPE).stdout.strip()
        with open(os.path.join(state, "nginx.pid")) as file:
            self.server = int(file.read())
        used = self.what["was"] + self.what["run"] + self.what.get("first", [])
        for label in sorted({arg for arg in used if re.fullmatch(r"[a-z]+-\d+", arg)}):
            name, version = label.split("-")
            pack = os.path.join(folder, f"{label}.deb")
            self.make("pack", name, version, "deb", pack)
            file = os.path.join(self.work, label, f"{name}.tar.gz")
            rules = os.path.join(RULES, self.what.get("rules", "standard") + ".sh")
            self.make("installer", file, f"name={name}", f"version={version}", f"pack={pack}", "sum=sha384",
                      f"url={url}/{label}.deb", f"rules={rules}")
            self.installers[label] = file
        if "SOURCE" in used:
            self.unpack_source()

    def unpack_source(self):
        """What hello-1's installer was built from."""
        source = os.path.join(self.work, "source")
        os.makedirs(source)
        subprocess.run(["tar", "-xzf", self.installers["hello-1"], "-C", source], check=True)
        self.installers.update(SOURCE=os.path.join(source, "hello"), OUT=OUT)

    def first_kill(self):
        """Kills fardel there where recovery is to begin, and waits for the end of what it started."""
        before = set(processes())
        if "gate" in self.what:
            self.kill_at_gate(f"/srv/gates/{self.what['gate']}", f"gate-{self.what['gate']}")
        else:
            status, _ = self.strike(self.what["first"], self.what["call"])
            want(status == -signal.SIGKILL, f"the first kill: exit {status}\n{self.said}")
            if "found" in self.what:
                want(kept.last_status() == self.what["found"], f"the first kill left the commit {kept.last_status()}")
        self.wait("the end of the rules", lambda: not set(processes()) - before)

    def kill_at_gate(self, gate, waiting):
        """Kills fardel while its rules stand halfway through their phase."""
        os.makedirs("/srv/gates")
        with open(gate, "w") as file:
            file.write("shut")
        with subprocess.Popen(self.arguments(["-qq", *self.what["first"]]), stdin=subprocess.DEVNULL) as job:
            self.wait("the gate", lambda: any(waiting in line for line in processes().values()))
            job.kill()
        os.truncate(gate, 0)  # in a stage a file that goes is still seen
        os.remove(gate)
        os.rmdir("/srv/gates")

    def wait(self, what, test):
        end = time.monotonic() + PATIENCE
        while not test():
            want(time.monotonic() < end, f"waited in vain for {what}")
            time.sleep(0.01)

    def prepare(self):
        """Makes the fixture, and runs the command once to see what is right."""
        self.lay_out()
        self.vendor()
        self.install_first()
        self.learn()
        for command in self.what.get("then", []):
            self.must(command)
        if "edit" in self.what:
            self.what["edit"]()
        self.change()
        self.learn_live()
        if "first" in self.what:
            self.first_kill()
            self.learn()
        self.save()
        self.must(self.what["run"])
        self.learn()
        self.learn_live()
        self.check([self.what["after"][-1]])

    def install_first(self):
        for label in self.what["was"]:
            self.must(["--set", "gc.keep=9", "install", label])

    def change(self):
        """What has become of it since."""

    def lay_out(self):
        if self.every:
            shutil.copy2(ground.SHARED, self.work)
        self.wipe()
        if self.every:
            shutil.copy2(os.path.join(self.work, "passwd"), ground.SHARED)
            ground.lay()

    def end(self):
        if self.server:
            os.kill(self.server, signal.SIGTERM)

    # --- What must hold ----------------------------------------------------------------------------------

    def idle(self, before):
        """Waits until no process is left but those of `before`."""
        self.wait("the end of rules and workers", lambda: not set(processes()) - before)

    def packages(self):
        """What fardel lists, by name."""
        return {each["name"]: each for each in json.loads(self.must(["list", "--json"]))["packages"]}

    def is_broken(self):
        return any(each["state"] == "broken" for each in self.packages().values())

    def settlers(self):
        return self.what.get("settlers", SETTLERS)

    def has_said_why(self):
        """That it failed."""
        return "fardel: " in self.said or "PUAVO-PKG ERROR: " in self.said

    def settle(self, point):
        """By one of the commands that take the lock: always the same one for a point."""
        settlers = self.settlers()
        self.must(settlers[hashlib.sha256(point.encode()).digest()[0] % len(settlers)])

    def settled(self, done, allowed=None):
        """What must hold once a command that takes the lock has run. What is not done can be done."""
        if self.stays:
            self.must(["reconfigure", "hello"])
            want(ground.STAYS not in self.said, f"again\n{self.said}")
        last = self.what["after"][-1]
        state = self.check(allowed or ([last] if done else self.what["after"]))
        if not done and (state != last or not self.is_done()):
            self.must(self.what["run"])
            self.check([last])
        want(self.is_done(), "not all is as an undisturbed run leaves it")

    def is_done(self):
        return not self.every or manifest(self.live()) == self.right[self.what["after"][-1]][-1]

    def check(self, allowed):
        """Each package is wholly in one of its states, and nothing else is there. Gives hello's state."""
        packages = self.packages()
        states = {}
        for name in NAMES:
            package = packages.get(name)
            states[name] = package and (package["version"], package["state"])
            self.check_package(name, package)
        if self.every:
            self.check_every(states["hello"])
        want(states["hello"] in allowed, f"hello is {states['hello']}, allowed: {allowed}")
        if states["other"]:
            want("other-1" in self.what["run"] and states["other"] == OLD, f"other is {states['other']}")
        self.check_installations()
        self.check_state()
        want(not (wrong := kept.wrong(not self.lost)), f"undo/: {wrong}")
        self.check_leftovers(packages)
        want(tree(OUT) in ({}, self.built), f"{OUT} holds {listed(OUT)}")
        self.must(["doctor"])
        return states["hello"]

    def check_package(self, name, package):
        """list's version, the link's and the program's are the same; or nothing of it is there."""
        links = [f"/var/lib/fardel/{kind}/{name}" for kind in ("available", "installed")]
        live = [pattern.format(name) for pattern in LIVE]
        used = package and package["state"] == "installed"
        want(not package or package["state"] in ("installed", "prepared"), f"{name}: {package}")
        for path, there in ((links[0], package), (links[1], used), *((path, used) for path in live)):
            want(os.path.lexists(path) == bool(there), f"{path} is {'not ' if there else ''}there; list: {package}")
        for path, there in ((links[0], package), (links[1], used)):
            if there:
                home = f"/var/lib/fardel/packages/{name}/{package['id']}"
                want(os.path.realpath(path) == home, f"{path} leads to {os.path.realpath(path)}, not to {home}")
        if used:
            self.check_used(name, package["version"], live)

    def check_used(self, name, version, live):
        program, desktop, conf = live
        said = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
        want(said == f"{name} {version}", f"{program} says {said}, list: {version}")
        home = os.path.realpath(f"/var/lib/fardel/installed/{name}")
        want(os.path.realpath(desktop).startswith(home + "/"), f"{desktop} leads to {os.path.realpath(desktop)}")
        with open(conf) as file:
            said = file.read().strip()
        want(said == f"version = {version}", f"{conf} says {said}, list: {version}")

    def check_listed(self):
        """What is listed, before anything was settled, is whole."""
        for name, package in self.packages().items():
            home = f"{name}/{package['id']}"
            want(tree(f"/var/lib/fardel/packages/{home}") == self.installations.get(home),
                 f"{home} is listed, and other than undisturbed; there: {listed(f'/var/lib/fardel/packages/{home}')}")

    def check_every(self, state):
        """All that rules change is wholly as it was, or as it was to become."""
        found, rights = manifest(self.live()), self.right.get(state)
        want(rights, f"hello is {state}, which was not seen yet")
        for path in sorted({*found, *rights[-1]} if found not in rights else {}):
            want(found.get(path) == rights[-1].get(path),
                 f"hello is {state}, but {path!r} is {found.get(path)}, and was to be {rights[-1].get(path)}")
        want(not self.asks or state != self.what["after"][-1] or self.warned or ground.has_asked(),
             f"hello is {state}, and nothing was asked of the running system")

    def check_installations(self):
        """Each is as an undisturbed run makes it, and those on disk are those in state.db."""
        there = []
        for name in listed("/var/lib/fardel/packages"):
            for each in listed(f"/var/lib/fardel/packages/{name}"):
                there.append(f"{name}/{each}")
                right = self.installations.get(there[-1])
                want(right is not None, f"packages/{there[-1]}: no undisturbed run makes it")
                found = tree(f"/var/lib/fardel/packages/{there[-1]}")
                wrong = sorted(file for file in {*found, *right} if found.get(file) != right.get(file))
                want(not wrong, f"packages/{there[-1]}: other than undisturbed: {', '.join(wrong[:5])}")
        with contextlib.closing(sqlite3.connect("file:/var/lib/fardel/state.db?mode=ro", uri=True)) as state:
            rows = sorted(f"{name}/{each}" for name, each in state.execute("SELECT name, id FROM bundle"))
        want(rows == sorted(there), f"state.db has {rows}, packages/ has {sorted(there)}")

    def check_state(self):
        with contextlib.closing(sqlite3.connect("file:/var/lib/fardel/state.db?mode=ro", uri=True)) as state:
            answer = state.execute("PRAGMA integrity_check").fetchall()
            half = state.execute("SELECT txn, item, status FROM committed WHERE status NOT IN ('done', 'short')").fetchall()
            want(not half, f"state.db: commits half done: {half}")
            begun = state.execute("SELECT number, command FROM txn WHERE ended IS NULL").fetchall()
            history = state.execute("SELECT number, result, min(status = 'done') FROM txn JOIN step ON txn = number"
                                    " GROUP BY number").fetchall()
        want(answer == [("ok",)], f"state.db: {answer}")
        want(not begun, f"state.db: never ended: {begun}")
        for number, result, done in history:
            forward = result in ("done", "interrupted, and carried to its end")
            want(forward == bool(done), f"state.db: transaction {number} is '{result}', and its steps say other")

    def check_leftovers(self, packages):
        for folder in ("/var/lib/fardel/stage", "/var/cache/fardel/packs/incoming"):
            want(not listed(folder), f"{folder} holds {listed(folder)}")
        for kind in ("available", "installed"):
            more = set(listed(f"/var/lib/fardel/{kind}")) - set(packages)
            want(not more, f"/var/lib/fardel/{kind} holds {more}")
        for folder in ("/var/lib/fardel", "/var/cache/fardel/packs"):
            known = {"available", "installed", "packages", "stage", "state.db", "state.db-wal", "state.db-shm",
                     "undo", "dpkg-index", "incoming", "md5", "sha1", "sha256", "sha384", "sha512"}
            want(set(listed(folder)) <= known, f"{folder} holds {listed(folder)}")
        for path, _, files in os.walk("/var/cache/fardel/packs"):
            kind = path.split("/")[5:6]
            for name in files:
                if self.loses and not os.path.exists(os.path.join(path, name)):
                    continue
                with open(os.path.join(path, name), "rb") as file:
                    digest = hashlib.new(kind[0], file.read()).hexdigest() if kind else None
                want(name == digest, f"{path}/{name} is not what its name says")


