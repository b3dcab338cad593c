"""What the lists of hostile cases share: a case, the box it runs in, and what must hold after it.

A list is a module beside this one; each of its functions marked @case("A1", "title") gets a Box, and raises Failed
(by `want`) where fardel does not withstand. See README.md.
"""
import contextlib
import json
import os
import resource
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
LIB = os.path.join(os.path.dirname(HERE), "lib")
sys.path.insert(0, LIB)
from looks import BUSY, listed, processes, took, tree  # noqa: E402,F401
from manifest import manifest  # noqa: E402

CANARIES = ["/srv/canary", "/var/lib/fardel-canary", "/var/cache/fardel-canary", "/var/log/fardel-canary"]
OWN = ["/var/lib/fardel", "/var/cache/fardel", "/var/log/fardel", "/run/fardel"]
PATIENCE = 180  # seconds by the clock that one command may take at most
SANITIZED = "ASAN_OPTIONS" in os.environ or "build-asan" in os.environ.get("FARDEL_BUILD", "")

SECONDS = 20 if SANITIZED else 5  # that a refusal may take, on a machine with other work to do
MIB = 1 << 20
PEAK = 64 * MIB

CASES = {}  # "A1": (function, title, modes, long)
LONG = bool(os.environ.get("FARDEL_TEST_LONG"))


def to_be_traced(env=None):
    """The environment for what strace traces, where a leak checker cannot work."""
    env = env or os.environ
    return dict(env, ASAN_OPTIONS=env.get("ASAN_OPTIONS", "") + ":detect_leaks=0") if SANITIZED else env


class Failed(Exception):
    """Something that must hold does not."""


class Skipped(Exception):
    """The case is not possible here."""


def case(name, title, modes=(), long=False):
    """Marks a function as a case; with modes, only for these kinds of private root; long: `--all` has more of it."""

    def mark(function):
        assert name not in CASES, f"{name} is there twice"
        CASES[name] = (function, title, modes, long)
        return function

    return mark


def often(times, all_times):
    """How often it is done: what may go wrong by chance is surer with each time."""
    return all_times if LONG else times


def want(holds, text):
    if not holds:
        raise Failed(text)


class Run:
    """How a command ended."""

    def __init__(self, args, status, out, err, seconds, clock, peak):
        self.args, self.status, self.out, self.err, self.peak = args, status, out, err, peak
        self.seconds, self.clock = seconds, clock  # as `took` has it, and by the clock

    def __str__(self):
        text = "".join(f"\nstdout: {line}" for line in self.out.splitlines()[:40])
        text += "".join(f"\nstderr: {line}" for line in self.err.splitlines()[:40])
        return f"{' '.join(map(str, self.args))}: exit {self.status}, {self.seconds:.1f} s ({self.clock:.1f} s), {self.peak >> 20} MiB{text}"

    def json(self):
        return json.loads(self.out)


class Box:
    """A private root in which fardel never ran, with canaries around its folders."""

    def __init__(self):
        self.root = os.environ["ROOT"]
        self.mode = os.environ["FARDEL_TEST_MODE"]
        self.fardel_bin = os.environ["FARDEL_BIN"]
        self.work = tempfile.mkdtemp(prefix="hostile.", dir=os.environ["FARDEL_TEST_TMP"])
        self.vendor = os.path.join(self.work, "vendor")
        self.at_end = []  # functions, called last first
        os.chmod(self.work, 0o755)
        os.makedirs(self.vendor)
        with open(os.path.join(self.work, "born"), "w"):
            pass
        self.known = set(processes())
        for folder in CANARIES:
            os.makedirs(self.path(folder), exist_ok=True)
            with open(self.path(folder + "/secret"), "w") as file:
                file.write("a secret\n")
            os.chmod(self.path(folder + "/secret"), 0o600)
        self.before = self.outside()

    # --- Means -------------------------------------------------------------------------------------------

    def path(self, path):
        """A path of the system under test, as we see it."""
        return self.root + path

    def skip(self, reason):
        raise Skipped(reason)

    def bash(self, text):
        """Runs text with the functions of common.bash, gives its stdout."""
        script = f". {shlex.quote(LIB)}/common.bash; WORK={shlex.quote(self.work)}; {text}"
        return subprocess.run(["bash", "-c", script], check=True, stdout=subprocess.PIPE, text=True,
                              errors="surrogateescape", stdin=subprocess.DEVNULL).stdout

    def puavo(self):
        """The program by its other name, which knows no other root."""
        path = os.path.join(self.work, "puavo-pkg")
        if not os.path.lexists(path):
            os.symlink(self.fardel_bin, path)
        return path

    def fardel(self, *args, wrap=(), patience=PATIENCE, as_puavo=False, **more):
        """Runs fardel to its end, called so or puavo-pkg. wrap: a command line before it; more: what Popen takes (env,
        preexec_fn, cwd …)."""
        out, err = tempfile.TemporaryFile(dir=self.work), tempfile.TemporaryFile(dir=self.work)
        begun = time.monotonic()
        means = dict(stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        means.update(more)
        if wrap:
            means["env"] = to_be_traced(means.get("env"))
        # What a program took at most counts the memory that it was started with: with vfork that is all that this process
        # ever took, with fork what it holds now.
        subprocess._USE_VFORK = False
        job = subprocess.Popen([*wrap, self.puavo() if as_puavo else "fardel", *args], **means)
        subprocess._USE_VFORK = True
        timer = time.monotonic() + patience
        status = None
        while True:
            pid, status, usage = os.wait4(job.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > timer:
                job.kill()
                os.wait4(job.pid, 0)
                job.returncode = -signal.SIGKILL
                raise Failed(f"{' '.join(map(str, args))}: not ended after {patience} s")
            time.sleep(0.002)
        job.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="surrogateescape"))
            file.close()
        return Run(args, job.returncode, *texts, took(begun, usage), time.monotonic() - begun, usage.ru_maxrss * 1024)

    def start(self, *args, wrap=(), **more):
        """Starts fardel; gives the Popen, whose stdout and stderr are the files out and err of its attribute `said`."""
        folder = tempfile.mkdtemp(dir=self.work)
        means = dict(stdin=subprocess.DEVNULL)
        means.update(more)
        if wrap:
            means["env"] = to_be_traced(means.get("env"))
        with open(f"{folder}/out", "wb") as out, open(f"{folder}/err", "wb") as err:
            job = subprocess.Popen([*wrap, "fardel", *args], stdout=out, stderr=err, **means)
        job.said = lambda: "".join(open(f"{folder}/{name}", errors="replace").read() for name in ("out", "err"))
        self.at_end.append(lambda: job.poll() is None and (job.kill(), job.wait()))
        return job

    def must(self, *args, **more):
        """fardel, which has to succeed."""
        run = self.fardel(*args, **more)
        want(run.status == 0, str(run))
        return run

    def wait(self, what, test, patience=PATIENCE):
        end = time.monotonic() + patience
        while not test():
            want(time.monotonic() < end, f"waited in vain: {what}")
            time.sleep(0.01)

    def make(self, *args):
        subprocess.run([os.path.join(LIB, "make"), *map(str, args)], check=True, stdin=subprocess.DEVNULL)

    def pack(self, name, version, kind="deb", kb=0):
        """A vendor's pack that is as it should be; gives its path, a file of the folder that servers show."""
        ending = {"deb": "deb", "tar": "tar.gz", "zip": "zip"}[kind]
        file = os.path.join(self.vendor, f"{name}-{version}.{ending}")
        self.make("pack", name, version, kind, file, kb)
        return file

    def installer(self, name, version="1", pack=None, url=None, *given, sums="sha384", **keys):
        """An installer by tests/lib/make, with a pack of its own unless one is given; gives its path."""
        pack = pack or self.pack(name, version)
        file = os.path.join(self.work, "installers", f"{name}-{version}", f"{name}.tar.gz")
        words = [f"name={name}", f"version={version}", f"pack={pack}", *given]
        words += [f"url={url}"] if url else []
        words += [f"sum={sums}"] if sums else []
        self.make("installer", file, *words, *(f"{key}={value}" for key, value in keys.items()))
        return file

    def serve(self, text=""):
        """nginx with the vendor's folder, until the end; gives its URL."""
        state = tempfile.mkdtemp(dir=self.work)
        url = subprocess.run([os.path.join(LIB, "serve"), self.vendor, state, text], check=True, text=True,
                             stdout=subprocess.PIPE).stdout.strip()
        with open(os.path.join(state, "nginx.pid")) as file:
            pid = int(file.read())
        self.at_end.append(lambda: os.kill(pid, signal.SIGTERM))
        return url

    def serve_evil(self, *options, wrap=()):
        """evil-httpd with the vendor's folder, until the end; gives its URL and its folder of notes."""
        state = tempfile.mkdtemp(dir=self.work)
        job = subprocess.Popen([*wrap, os.path.join(LIB, "evil-httpd"), self.vendor, state, *options], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.at_end.append(lambda: (job.kill(), job.wait()))
        self.wait("evil-httpd", lambda: os.path.exists(f"{state}/port"))
        with open(f"{state}/port") as file:
            return f"http://127.0.0.1:{file.read().strip()}", state

    # --- What must hold ----------------------------------------------------------------------------------

    def outside(self):
        """All that is not fardel's, and the canaries with what they hold."""
        found = {path: tree(self.path(path)) for path in CANARIES}
        found["/"] = manifest(self.root, os.path.join(self.work, "born"))
        return found

    def changes(self):
        after = self.outside()
        found = []
        for path in CANARIES:
            if after[path] != self.before[path]:
                found.append(f"{path}: {after[path]}")
        found += [f"- {line}" for line in self.before["/"] if line not in after["/"]]
        found += [f"+ {line}" for line in after["/"] if line not in self.before["/"]]
        return found

    def packages(self):
        return {each["name"]: each for each in self.must("list", "--json").json()["packages"]}

    def cached(self):
        """The packs in the cache, each once."""
        found = []
        for folder, _, files in os.walk(self.path("/var/cache/fardel/packs/sha256")):
            found += [os.path.join(folder, name) for name in files]
        return [path for path in found if not os.path.islink(path)]

    def refused(self, run, code, *texts, seconds=SECONDS, peak=PEAK):
        """It ended with that code, in time, within memory, said these texts, and said nothing raw."""
        want(run.status == code, f"wanted exit {code}: {run}")
        for text in texts:
            want(text in run.err, f"stderr does not say {text!r}: {run}")
        want(run.seconds <= seconds, f"it took longer than {seconds} s: {run}")
        want(run.peak <= peak or SANITIZED, f"it took more than {peak >> 20} MiB: {run}")
        self.clean_text(run.out + run.err)

    def within_memory(self, run):
        want(run.peak <= PEAK or SANITIZED, f"it took more than {PEAK >> 20} MiB: {run}")

    def clean_text(self, text):
        """No control characters but line ends and tabs; nothing that turns the direction of text."""
        bad = [char for char in text if (ord(char) < 32 and char not in "\n\t") or ord(char) in range(0x7F, 0xA0)
               or char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
        want(not bad, f"raw characters in what it says: {bad!r}: {text!r}")

    def unharmed(self, installed=()):
        """Nothing outside has changed, nothing half done is left, state.db is sound and has just these packages."""
        changed = self.changes()
        if not installed:
            want(not changed, "changed outside: " + "\n".join(changed[:20]))
        self.settled()
        have = {f"{each['name']} {each['version']}" for each in self.packages().values()}
        want(have == set(installed), f"packages: {have}")

    def settled(self):
        """What must hold after everything."""
        for folder in ("/var/lib/fardel/stage", "/var/cache/fardel/packs/incoming"):
            want(not listed(self.path(folder)), f"{folder} holds {listed(self.path(folder))}")
        for path in CANARIES:
            want(tree(self.path(path)) == self.before[path], f"{path} is changed")
        if self.mode in ("mount", "userns"):
            servers = ("nginx", "evil-httpd")
            self.wait("the end of all processes", lambda: not [
                line for pid, line in processes().items() if pid not in self.known
                and not any(server in line for server in servers)], 10)
        state = self.path("/var/lib/fardel/state.db")
        if os.path.exists(state):
            with contextlib.closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as db:
                answer = db.execute("PRAGMA integrity_check").fetchall()
                begun = db.execute("SELECT number, command FROM txn WHERE ended IS NULL").fetchall()
            want(answer == [("ok",)], f"state.db: {answer}")
            want(not begun, f"state.db: never ended: {begun}")

    def wipe(self):
        """As if fardel had never run: between variants of one case."""
        for folder in OWN:
            shutil.rmtree(self.path(folder), ignore_errors=True)

    def end(self):
        for function in reversed(self.at_end):
            function()


def limit(which, soft, hard=None):
    """A preexec_fn that sets one limit."""
    return lambda: resource.setrlimit(which, (soft, soft if hard is None else hard))
