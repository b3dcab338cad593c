"""Runs scripts in fardel-lua as fardel does: an order in a file of memory, a socket to the broker, the program that unpacks.

A case gets a Ground: folders of its own, which are places, and a system root that is one, too.
"""
import contextlib
import hashlib
import json
import os
import re
import resource
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
from looks import took  # noqa: E402

BUILD = os.environ.get("FARDEL_BUILD", os.path.join(HERE, "../../build"))
PROGRAM = os.path.join(BUILD, "libexec/fardel/fardel-lua")
UNPACK = os.path.join(BUILD, "libexec/fardel/fardel-unpack")
SANITIZED = "build-asan" in BUILD or "ASAN_OPTIONS" in os.environ
PATIENCE = 60
MIB = 1 << 20

# Whatever Python opens comes behind the numbers that the program is given its own by.
while True:
    _fd = os.open("/dev/null", os.O_RDONLY)
    if _fd > 9:
        os.close(_fd)
        break


class Failed(Exception):
    """Something that must hold does not."""


class Skipped(Exception):
    """The case is not possible here."""


def want(holds, text):
    if not holds:
        raise Failed(text)


class Run:
    def __init__(self, status, out, err, seconds, peak):
        self.status, self.out, self.err, self.seconds, self.peak = status, out, err, seconds, peak

    def __str__(self):
        return f"exit {self.status}, {self.seconds:.2f} s, {self.peak >> 20} MiB\nstdout: {self.out}\nstderr: {self.err}"


class Broker(threading.Thread):
    """Answers as fardel does, from what it was told it has: url -> bytes, or a pair (code, error)."""

    def __init__(self, end, has):
        super().__init__(daemon=True)
        self.end, self.has, self.asked = end, has, []

    def run(self):
        while True:
            try:
                message = self.end.recv(1 << 17)
            except OSError:
                return
            if not message:
                return
            with contextlib.suppress(OSError):
                self.answer(message)

    def answer(self, message):
        order = json.loads(message)
        self.asked.append(order)
        found = self.has.get(order.get("url"))
        if callable(found):
            found(self.end, order)
            return
        if found is None:
            found = ("network", "no such host")
        if isinstance(found, tuple):
            self.end.send(json.dumps({"ok": False, "code": found[0], "error": found[1]}).encode())
            return
        digest = hashlib.sha256(found).hexdigest()
        if digest != order.get("sha256"):
            self.end.send(json.dumps({"ok": False, "code": "checksum", "error": "checksum mismatch"}).encode())
            return
        with tempfile.TemporaryFile() as file:
            file.write(found)
            file.flush()
            fd = os.open(f"/proc/self/fd/{file.fileno()}", os.O_RDONLY)
        socket.send_fds(self.end, [json.dumps({"ok": True, "size": len(found), "sha256": digest}).encode()], [fd])
        os.close(fd)


class Ground:
    def __init__(self):
        self.work = os.path.realpath(tempfile.mkdtemp(prefix="lua."))
        self.dir = self.make("dir")
        self.upstream = self.make("dir/upstream")
        self.out = self.make("out")
        self.tmp = self.make("tmp")
        self.root = self.make("root")
        self.outside = self.make("outside")
        for folder in ("usr/bin", "usr/share", "etc", "proc", "run", "root"):
            self.make("root/" + folder)
        os.chmod(self.root + "/root", 0o700)
        self.put("outside/secret", "a secret\n", 0o644)
        self.broker = None

    def make(self, path):
        path = os.path.join(self.work, path)
        os.makedirs(path, exist_ok=True)
        return path

    def put(self, path, text, mode=None):
        path = os.path.join(self.work, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        if mode is not None:
            os.chmod(path, mode)
        return path

    def read(self, path):
        with open(os.path.join(self.work, path), "rb") as file:
            return file.read().decode(errors="surrogateescape")

    def there(self, path):
        return os.path.lexists(os.path.join(self.work, path))

    def end(self):
        for folder, names, _ in os.walk(self.work):
            for name in names:
                with contextlib.suppress(OSError):
                    if not os.path.islink(os.path.join(folder, name)):
                        os.chmod(os.path.join(folder, name), 0o700)
        shutil.rmtree(self.work, ignore_errors=True)

    def order(self, text, bare=False, **more):
        """An order for the script: what is not said is as of configure. Statements alone get a phase: without one they are refused."""
        if text is not None and not bare and not re.search(r"function (download|unpack|configure|unconfigure)\b", text):
            text += "\nfunction configure() end"
        if text is not None:
            self.put("dir/rules.lua", text)
        order = {
            "api": 1, "profile": "rules", "phase": "configure", "script": self.dir + "/rules.lua", "name": "rules.lua",
            "dir": self.dir, "args": [self.upstream], "direct": False,
            "places": [{"path": self.dir, "write": False, "system": False}, {"path": self.out, "write": True, "system": False},
                       {"path": self.tmp, "write": True, "system": False}, {"path": self.root, "write": True, "system": True}],
            "programs": [], "package": {"name": "hello", "version": "1.2", "id": "0123abcd"},
            "system": {"architecture": "amd64", "distribution": "debian", "release": "12", "codename": "bookworm",
                       "locale": "C.UTF-8"},
            "limits": {"memory": 64 * MIB, "cpu": 10, "output": MIB, "files": 10000, "file_size": 256 * MIB,
                       "total_size": 512 * MIB, "open": 64},
        }
        limits = more.pop("limits", {})
        order.update(more)
        order["limits"] = {**order["limits"], **limits}
        return order

    def run(self, text, has=None, raw=None, patience=PATIENCE, wrap=(), env=None, preexec=None, stdin=subprocess.DEVNULL, **more):
        """Runs the text as rules.lua to its end; `more` changes the order, `raw` is one in bytes."""
        order = raw if raw is not None else json.dumps(self.order(text, **more)).encode()
        memory = os.memfd_create("order")
        os.write(memory, order)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        unpack = os.open(UNPACK, os.O_RDONLY)
        self.broker = Broker(ours, has or {})
        self.broker.start()

        def give():
            os.dup2(theirs.fileno(), 3)
            os.dup2(memory, 4)
            os.dup2(unpack, 5)
            os.umask(0o022)
            if preexec:
                preexec()

        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        begun = time.monotonic()
        job = subprocess.Popen([*wrap, PROGRAM], stdin=stdin, stdout=out, stderr=err, pass_fds=(3, 4, 5), preexec_fn=give,
                               env=dict(env or {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": self.tmp}), cwd=self.dir)
        for fd in (memory, unpack):
            os.close(fd)
        theirs.close()
        timer = time.monotonic() + patience
        while True:
            pid, status, usage = os.wait4(job.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > timer:
                job.kill()
                os.wait4(job.pid, 0)
                job.returncode = -9
                raise Failed(f"not ended after {patience} s: {text!r}")
            time.sleep(0.002)
        job.returncode = os.waitstatus_to_exitcode(status)
        seconds = took(begun, usage)
        ours.close()
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="surrogateescape"))
            file.close()
        return Run(job.returncode, *texts, seconds, usage.ru_maxrss * 1024)

    def value(self, text, **more):
        """What a script gives back, as JSON-like text of print."""
        run = self.run(f"function configure(upstream)\n{text}\nend", **more)
        want(run.status == 0, f"{text!r}: {run}")
        return run.out

    def is_(self, text, wanted, **more):
        """`text` is an expression: print shows it as `wanted`."""
        found = self.value(f"print({text})", **more)
        want(found == wanted + "\n", f"{text}: wanted {wanted!r}, is {found!r}")

    def does(self, text, **more):
        return self.value(text, **more)

    def fails(self, text, *words, status=1, **more):
        """It ends with 1, its line is told, and these words."""
        run = self.run(f"function configure(upstream) {text} end", **more)
        want(run.status == status, f"{text!r}: wanted exit {status}: {run}")
        want(run.err.startswith("rules.lua:1: "), f"{text!r}: its line is not told: {run}")
        for word in words:
            want(word in run.err, f"{text!r}: does not say {word!r}: {run}")
        return run
