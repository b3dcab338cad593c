"""P5: repositories are brought up to date while others ask what they offer, install, and do the same."""
import contextlib
import os
import shutil
import sqlite3
import subprocess
import threading

from box import case, often, want
from parallel import ended
from repositories import Stand, honest

RUNS = often(25, 100)


def revision_of(number):
    """Each package has the revision for its version, so that two in one answer show."""
    made = honest(number)
    made.offers.clear()
    for i in range(12):
        made.add(f"pkg{i}", str(number))
    return made


class Reader(threading.Thread):
    """Asks again and again; an answer that is of no one revision is kept in `odd`."""

    def __init__(self, box):
        super().__init__()
        self.box, self.rounds, self.seen, self.odd, self.ended = box, 0, set(), [], False

    def run(self):
        while not self.ended and not self.odd:
            try:
                answer = self.ask()
                versions = {version for _, version in answer}
                if len(answer) != 12 or len(versions) != 1:
                    self.odd.append(f"{answer}")
                self.seen |= versions
            except Exception as reason:  # pylint: disable=broad-exception-caught
                self.odd.append(f"{type(reason).__name__}: {reason}")
            self.rounds += 1

    def end(self):
        self.ended = True
        self.join()
        want(not self.odd, f"{type(self).__name__}, after {self.rounds} rounds: {self.odd}")


class Direct(Reader):
    """By SQLite alone. Between its two questions the index may become another file."""

    def ask(self):
        while True:
            with contextlib.closing(self.open("state.db")) as state:
                file = state.execute("SELECT file FROM repo").fetchone()[0]
            try:
                with contextlib.closing(self.open(f"repos/main/{file}")) as index:
                    return index.execute("SELECT name, version FROM package").fetchall()
            except sqlite3.OperationalError:
                if os.path.exists(self.box.path(f"/var/lib/fardel/repos/main/{file}")):
                    raise

    def open(self, path):
        return sqlite3.connect(f"file:{self.box.path('/var/lib/fardel')}/{path}?mode=ro", uri=True)


class Search(Reader):
    """As people do."""

    wrap = ()

    def ask(self):
        run = self.box.fardel("search", "--json", "pkg", wrap=self.wrap)
        want(run.status == 0 and not run.err, str(run))
        return [(each["name"], each["version"]) for each in run.json()["packages"]]


class SlowSearch(Search):
    """One for whom much happens between two of its steps."""

    wrap = ["strace", "-qq", "-o", os.devnull, "-e", "trace=openat", "-e", "inject=openat:delay_enter=3000:when=20+"]


def may_trace():
    return shutil.which("strace") and not subprocess.run([*SlowSearch.wrap, "true"], stderr=subprocess.DEVNULL,
                                                         check=False).returncode


@case("P5", f"{RUNS} times two syncs at once, with readers beside: no error, and never two revisions in one answer", long=True)
def syncs(box):
    stand = Stand(box, revision_of(1))
    readers = [Direct(box), Search(box), *[SlowSearch(box)] * bool(may_trace())]
    for reader in readers:
        box.at_end.append(reader.join)
        reader.start()
    try:
        for number in range(2, RUNS + 2):
            made = revision_of(number)
            made.put(stand.folder)
            more = ["--force"] * (number % 3 == 0)
            jobs = [box.start("--lock-timeout", "60", "repo", "update", *more) for _ in range(2)]
            ended(jobs)
            for job in jobs:
                lines = [line for line in job.said().splitlines() if "waiting" not in line.lower()]
                want(all(line.startswith(("main", "REPOSITORY")) for line in lines), f"{lines}")
            want(not any(reader.odd for reader in readers), f"{[reader.odd for reader in readers]}")
    finally:
        for reader in readers:
            reader.ended = True
    for reader in readers:
        reader.end()
        want(len(reader.seen) > 5, f"{type(reader).__name__} has only seen {reader.seen}")
    want(stand.state()["revision"] == RUNS + 1, f"{stand.state()}")
    names = [name for name in os.listdir(box.path("/var/lib/fardel/repos/main")) if name.endswith(".db")]
    want(len(names) == 1, f"{names}")
    box.unharmed()


@case("P5b", "who installs does not wait for who syncs, nor the other way round")
def beside(box):
    stand = Stand(box)
    url = box.serve("limit_rate 20;")  # bytes a second
    file = box.installer("hello", pack=box.pack("hello", "1"), url=stand.url.rsplit("/", 1)[0] + "/hello-1.deb")
    honest(6).put(stand.folder)
    stand.configure([stand.honest.key], [f"{url}/repo"])
    slow = box.start("--set", "fetch.stall_timeout=60", "--set", "fetch.stall_rate=1", "repo", "update")
    box.wait("its lock", lambda: os.path.exists(box.path("/run/fardel/sync")) and slow.poll() is None)
    box.must("--lock-timeout", "0", "install", file)
    want(slow.poll() is None, f"the sync has ended already: {slow.said()}")
    run = box.fardel("--lock-timeout", "0", "repo", "update")
    want(run.status == 7 and str(slow.pid) in run.err, str(run))
    slow.terminate()
    slow.wait(20)
    box.must("remove", "hello")
    stand.configure([stand.honest.key])
    box.bash("shut configure")
    job = box.start("install", file)
    box.wait("the gate", lambda: box.bash("at_gate configure && echo there || :"))
    box.must("--lock-timeout", "0", "repo", "update")
    want(stand.state()["revision"] == 6 and job.poll() is None, f"{stand.state()} {job.said()}")
    box.bash("open configure")
    ended([job])
    box.unharmed(["hello 1"])
    box.must("remove", "hello")


def much(number):
    """Some hundred KiB of an index."""
    made = honest(number, bits=6)
    for i in range(1500):
        made.add(f"much{i}", str(number))
    return made


@case("C9s", "a disk that is full, by any size that it may have: what was there stays in use, and the next sync with room goes well", ("mount",))
def full(box):
    stand = Stand(box)
    state, kept = box.path("/var/lib/fardel"), os.path.join(box.work, "kept")
    shutil.copytree(state, kept)
    much(6).put(stand.folder)
    failed = 0
    for kib in range(448, 1600, 96):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k,mode=755", "tmpfs", state], check=True)
        subprocess.run(["cp", "-a", f"{kept}/.", state], check=True)
        run = box.fardel("repo", "update")
        if run.status:
            box.refused(run, 1, "ull")  # disk full, as SQLite says
            want(stand.state()["revision"] == 5 and len(stand.state()["offers"]) == 12, f"{kib} KiB: {stand.state()}")
            failed += 1
            subprocess.run(["mount", "-o", "remount,size=32m", state], check=True)
            box.must("repo", "update")
        want(stand.state()["revision"] == 6 and len(stand.state()["offers"]) == 1512, f"{kib} KiB: {stand.state()['revision']}")
        subprocess.run(["umount", state], check=True)
    want(failed > 2, f"{failed} failed")
    box.unharmed()
