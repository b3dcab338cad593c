"""Scenarios of `repo update`. Whatever has happened to it: who reads, as any user and before anything was settled, sees all that one
revision offers and nothing else; the highest revision that was seen never goes down; and the next run leaves one index, and no more."""
import contextlib
import json
import os
import pwd
import re
import shutil
import sqlite3
import subprocess

from fixture import LIB, Failed, Scenario, listed, want
from repository import Key, Repository, file_of

STATE = "/var/lib/fardel/state.db"
FOLDER = "/var/lib/fardel/repos/main"
FILE = "/etc/fardel/repos.d/main.yml"
PACKS = "/var/cache/fardel/packs"
UPDATE = ["repo", "update"]
PACKAGES = 12


def ask(path, question):
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            want(db.execute("PRAGMA integrity_check").fetchall() == [("ok",)], f"{path} is damaged")
            return db.execute(question).fetchall()
    except sqlite3.Error as reason:
        raise Failed(f"{path}: {reason}") from None


def look(first=False):
    """What state.db and the index that it names say: (revision seen, root, revision of the index, what it offers)."""
    row = []
    # What the very first command has begun to make, only fardel knows to read.
    if os.path.exists(STATE) and (listed(FOLDER) or not first):
        row = ask(STATE, "SELECT revision, root, file FROM repo WHERE name = 'main'")
    if not row or not row[0][2]:
        return [*(row[0][:2] if row else (0, 0)), 0, []]
    index = f"{FOLDER}/{row[0][2]}"
    return [*row[0][:2], ask(index, "SELECT revision FROM meta")[0][0],
            sorted(map(list, ask(index, "SELECT name, version FROM package")))]


def as_nobody(function):
    """What it gives, as JSON has it, in a process of a user without rights."""
    out, into = os.pipe()
    child = os.fork()
    if not child:
        try:
            nobody = pwd.getpwnam("nobody")
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
            answer = ["", function()]
        except BaseException as reason:  # pylint: disable=broad-exception-caught
            answer = [f"{type(reason).__name__}: {reason}", None]
        os.write(into, json.dumps(answer).encode())
        os._exit(0)
    os.close(into)
    with open(out) as answers:
        said, answer = json.load(answers)
    os.waitpid(child, 0)
    want(not said, f"as nobody: {said}")
    return answer


class Sync(Scenario):
    """One of these scenarios; its states are revisions of the index in force, 0: none yet."""

    root = 1  # of the first key

    def __init__(self, name):
        super().__init__(name)
        self.offers = {0: []}  # what each revision does
        self.killed = False  # so no failing call has kept it from clearing up

    # --- The fixture -------------------------------------------------------------------------------------

    def publish(self, repository):
        repository.put(os.path.join(self.work, "vendor", "repo"))
        self.offers[repository.revision] = sorted(map(list, repository.offers))

    def vendor(self):
        folder, state = os.path.join(self.work, "vendor"), os.path.join(self.work, "nginx")
        os.makedirs(folder)
        url = subprocess.run([os.path.join(LIB, "serve"), folder, state], check=True, text=True,
                             stdout=subprocess.PIPE).stdout.strip()
        with open(os.path.join(state, "nginx.pid")) as file:
            self.server = int(file.read())
        repository = self.make_repository()
        os.makedirs(os.path.dirname(FILE), exist_ok=True)
        with open(FILE, "w") as file:
            json.dump(self.describe(url, repository), file)
        self.publish(repository)
        self.must(UPDATE)
        self.follow(repository)

    def make_repository(self):
        repository = Repository()
        for number in range(PACKAGES):
            repository.add(f"pkg{number}")
        return repository

    def describe(self, url, repository):
        return {"name": "main", "type": "http", "enable": True, "urls": [f"{url}/repo"], "key": repository.key.line}

    def follow(self, repository):
        """The next revision, and what the client has of the first."""
        if "rotated" in self.what:
            key = Key("the next key")
            role = {"threshold": 1, "keys": [key.line]}
            repository.add_root(by=[repository.key, key], root=role, index=role)
            repository.key = key
        if "whole" in self.what:
            repository.whole = (file_of(f"{FOLDER}/{self.index()}"), 1)
        if not self.what["was"]:
            for folder in self.own:
                shutil.rmtree(folder, ignore_errors=True)
        del repository.offers["pkg3", "1"]
        repository.add("pkg3", "2")
        repository.revision = 2
        self.publish(repository)

    def index(self):
        return next(name for name in listed(FOLDER) if name.endswith(".db"))

    def install_first(self):
        pass

    def restore(self):
        super().restore()
        self.killed = False

    def learn(self):
        pass

    def learn_live(self):
        pass

    # --- What must hold ----------------------------------------------------------------------------------

    def settle(self, point):
        """Readers need nobody to settle anything."""
        self.killed = True
        self.check_seen(self.what["after"])
        if os.path.exists(STATE):
            run = subprocess.run(self.arguments(["repo", "list", "--json"]), stdin=subprocess.DEVNULL, capture_output=True,
                                 text=True, user="nobody", group="nogroup", extra_groups=[], check=False)
            want(run.returncode == 0 and not run.stderr, f"repo list, as nobody: {run.returncode} {run.stderr}")

    def check_listed(self):
        pass

    def is_broken(self):
        return False

    def check_seen(self, allowed):
        """What any user sees is one of these revisions, whole."""
        seen, root, revision, offers = as_nobody(lambda: look(not self.what["was"]))
        want(revision in allowed, f"the index is of revision {revision}, allowed: {allowed}")
        want(offers == self.offers[revision], f"revision {revision} offers {self.offers[revision]}, and its index has {offers}")
        want(seen in (self.what["after"][0], 2) and root in (0, 1, 2), f"revision {seen}, root {root} in state.db")
        return revision

    def settled(self, done, allowed=None):
        after = self.what["after"]
        self.check_seen(allowed or (after[-1:] if done else after))
        self.must(UPDATE)
        self.check(after[-1:])

    def check(self, allowed):
        """After a run that nothing disturbed."""
        self.check_seen(allowed)
        want(look()[:2] == [2, 2 if "rotated" in self.what else self.root], f"state.db has {look()[:2]}")
        files = listed(FOLDER)
        name = next((file for file in files if file.endswith(".db")), "none")
        want(set(files) <= {name, f"{name}-wal", f"{name}-shm"}, f"{FOLDER} holds {files}")
        # A whole index that could not be taken out of the cache stays there until gc comes.
        for folder in ("/var/lib/fardel/stage", f"{PACKS}/incoming", f"{PACKS}/parts", *[f"{PACKS}/sha256"] * self.killed):
            want(not [file for _, _, files in os.walk(folder) for file in files], f"{folder} holds {listed(folder)}")
        self.must(["doctor"])
        run = self.must(["--plain", *UPDATE])
        want(re.search(r"\tunchanged$", run.strip()), f"again: {run}")
