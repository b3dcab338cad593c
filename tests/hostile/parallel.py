"""P: several at once."""
import glob
import os
import re
import shutil
import signal
import subprocess
import threading
import time

from box import case, listed, often, to_be_traced, want

ROOTS = ("mount", "userns")


def family(box, count, version="1", **keys):
    """Installers of that many packages, with packs of a server: hello00, hello01 …"""
    url = box.serve()
    packs = [box.pack(f"hello{n:02}", version, "tar") for n in range(count)]
    return [box.installer(f"hello{n:02}", version, pack, f"{url}/{os.path.basename(pack)}", **keys)
            for n, pack in enumerate(packs)]


def ended(jobs, codes=(0,), patience=120):
    end = time.monotonic() + patience
    for job in jobs:
        job.wait(max(1, end - time.monotonic()))
        want(job.returncode in codes, f"exit {job.returncode}: {job.said()}")


@case("P1", "50 installs of different packages at once")
def different(box):
    files = family(box, 50)
    jobs = [box.start("--lock-timeout", "120", "install", file) for file in files]
    ended(jobs)
    box.unharmed([f"hello{n:02} 1" for n in range(50)])
    box.must("remove", *box.packages())
    box.unharmed()


@case("P2", "50 installs of the same package: one does the work, the others say so")
def same(box):
    file = box.installer("hello", pack=box.pack("hello", "1"), url=box.serve() + "/hello-1.deb")
    jobs = [box.start("--lock-timeout", "120", "install", file) for _ in range(50)]
    for job in jobs:
        job.wait(120)
        want(job.returncode == 0, f"exit {job.returncode}: {job.said()}")
    did = [job for job in jobs if "hello   1   new" in job.said()]
    want(len(did) == 1, f"{len(did)} did it: {[job.said() for job in did[:3]]}")
    # Who came while it was done says so; who came later configures again.
    others = [job for job in jobs if "nothing to do" in job.said() or "configure again" in job.said()]
    want(len(others) == 49, f"{len(others)} others")
    box.unharmed(["hello 1"])


QUESTIONS = often(400, 10000)


@case("P3", f"{QUESTIONS} questions while packages come and go: no lock in the way, no answer that was never true", long=True)
def questions(box):
    files = family(box, 3)
    stays = box.installer("other", "1", box.pack("other", "1"), sums="sha384", url=box.serve() + "/other-1.deb")
    script = os.path.join(box.work, "change")
    with open(script, "w") as text:
        text.write(f"""#!/bin/bash
set -e
fardel install {stays}
while [[ ! -e {box.work}/stop ]]; do
  fardel install {' '.join(files)} && fardel remove {' '.join(f'hello{n:02}' for n in range(3))}
done
""")
    with open(os.path.join(box.work, "changes"), "w") as log:
        # pylint: disable=consider-using-with
        changes = subprocess.Popen(["/bin/bash", script], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    asked, seen, there = 0, set(), False
    while asked < QUESTIONS:
        run = box.must("list", "--json")
        rows = {each["name"]: each for each in run.json()["packages"]}
        want(not run.err, str(run))
        want(not there or rows.get("other", {}).get("state") == "installed", f"other has gone: {run}")
        there = there or "other" in rows and rows["other"]["state"] == "installed"
        want(set(rows) <= {"other", "hello00", "hello01", "hello02"}, str(run))
        seen.add(tuple(sorted((row["name"], row["state"]) for row in rows.values())))
        run = box.fardel("show", "--json", "other", "hello01") if asked % 2 else box.fardel("show", "--json", "other")
        want(run.status in (0, 3), str(run))
        want(not there or run.status == 0 or asked % 2, str(run))
        want("locked" not in run.err and "database" not in run.err, str(run))
        asked += 2
    with open(os.path.join(box.work, "stop"), "w"):
        pass
    changes.wait(60)
    want(changes.returncode == 0, open(os.path.join(box.work, "changes")).read()[-2000:])
    want(len(seen) > 3, f"only seen: {seen}")
    states = {state for rows in seen for _, state in rows}
    want(states <= {"extracted", "fetched", "prepared", "installed", "broken"}, f"{states}")
    box.must("remove", "other")
    box.unharmed()


@case("P4", "install and remove of the same package at once, again and again")
def come_and_go(box):
    file = family(box, 1)[0]
    jobs = []
    for _ in range(15):
        jobs.append(box.start("--lock-timeout", "120", "install", file))
        jobs.append(box.start("--lock-timeout", "120", "remove", "hello00"))
    ended(jobs, (0, 3))
    for job in jobs:
        want(job.returncode == 0 or "no such package" in job.said() or "hello00" in job.said(), job.said())
    here = box.packages()
    box.settled()
    link = os.path.lexists(box.path("/usr/bin/hello00"))
    want(link == bool(here), f"{here}, but the link is {'there' if link else 'gone'}")
    want(bool(listed(box.path("/var/lib/fardel/packages"))) == bool(here), f"{here}")
    if here:
        box.must("remove", "hello00")
    box.unharmed()


@case("P7", "cache gc while packages are installed from the cache", ROOTS)
def collected(box):
    files = family(box, 4)
    box.must("download", *files)
    jobs = []
    for file in files:
        jobs += [box.start("--lock-timeout", "120", "install", file),
                 box.start("--lock-timeout", "120", "cache", "gc"),
                 box.start("--lock-timeout", "120", "cache", "verify")]
    ended(jobs)
    box.unharmed([f"hello{n:02} 1" for n in range(4)])
    for n in range(4):
        said = subprocess.run([f"/usr/bin/hello{n:02}"], stdout=subprocess.PIPE, text=True, check=True).stdout
        want(said == f"hello{n:02} 1\n", said)
    box.must("cache", "verify")
    box.must("remove", *box.packages())
    box.unharmed()


@case("P7-verify", "cache verify that looks at a name of a pack while cache gc deletes it", ROOTS)
def looked_at(box):
    look = ["strace", "-qq", "-o", os.devnull, "-e", "trace=readlinkat", "-e", "inject=readlinkat:delay_enter=700000"]
    if not shutil.which("strace") or subprocess.run([*look, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        box.skip("strace may not trace here")
    box.must("download", *family(box, 1))
    verify = box.start("cache", "verify", wrap=look)
    time.sleep(0.3)
    want(verify.poll() is None, verify.said())
    box.must("cache", "gc")
    ended([verify])
    box.must("cache", "verify")
    box.unharmed()


@case("P8", "upgrade while rules of the old version run: it waits, then finds a settled state")
def upgrade_meanwhile(box):
    url = box.serve()
    files = [box.installer("hello", v, box.pack("hello", v), f"{url}/hello-{v}.deb") for v in ("1", "2")]
    for phase in ("configure", "unpack"):
        box.bash(f"shut {phase}")
        first = box.start("install", files[0])
        box.wait("the gate", lambda: box.bash(f"at_gate {phase} && echo there || :"))  # pylint: disable=cell-var-from-loop
        run = box.fardel("--lock-timeout", "0", "install", files[1])
        box.refused(run, 7, "install", str(first.pid))
        second = box.start("--lock-timeout", "60", "install", files[1])
        box.wait("its waiting", lambda: str(first.pid) in second.said())  # pylint: disable=cell-var-from-loop
        want(second.poll() is None, second.said())
        box.bash(f"open {phase}")
        ended([first, second])
        want("upgrade" in second.said(), second.said())
        box.unharmed(["hello 2"])
        box.must("remove", "hello")
    # Killed, its keeper ends the rules; who waited settles what is left, and goes on.
    box.bash("shut configure")
    first = box.start("install", files[0])
    box.wait("the gate", lambda: box.bash("at_gate configure && echo there || :"))
    second = box.start("--lock-timeout", "60", "install", files[1])
    box.wait("its waiting", lambda: str(first.pid) in second.said())
    box.bash("open configure")
    first.kill()
    first.wait()
    ended([second])
    box.unharmed(["hello 2"])
    box.must("remove", "hello")
    box.unharmed()


@case("P8-stopped", "who has the lock is stopped: others wait as long as they were told, and readers not at all; it goes on where it was", ROOTS)
def stopped(box):
    url = box.serve()
    file, other = (box.installer(name, "1", box.pack(name, "1"), f"{url}/{name}-1.deb") for name in ("hello", "other"))
    for phase in ("unpack", "configure"):
        box.bash(f"shut {phase}")
        holder = box.start("install", file)
        box.wait("the gate", lambda: box.bash(f"at_gate {phase} && echo there || :"))  # pylint: disable=cell-var-from-loop
        holder.send_signal(signal.SIGSTOP)
        run = box.fardel("--lock-timeout", "2", "install", other)
        box.refused(run, 7, "install", str(holder.pid))
        want(1.9 < run.clock < 10, f"it waited for {run.clock} s: {run}")
        want(not box.must("list", "--plain").out, "hello is listed already")
        waiting = box.start("--lock-timeout", "-1", "install", other)
        box.wait("its waiting", lambda: str(holder.pid) in waiting.said())  # pylint: disable=cell-var-from-loop
        # Rules end while nobody looks.
        box.bash(f"open {phase}")
        time.sleep(1)
        want(waiting.poll() is None and holder.poll() is None, waiting.said() + holder.said())
        holder.send_signal(signal.SIGCONT)
        ended([holder, waiting])
        box.unharmed(["hello 1", "other 1"])
        box.must("remove", "hello", "other")


@case("P8-slept", "fardel is stopped in the midst of a download for longer than a server may stall: it gets the rest")
def slept(box):
    url, _ = box.serve_evil()
    pack = box.pack("hello", "1", kb=32 << 10)
    file = box.installer("hello", "1", pack, f"{url}/ok/hello-1.deb")

    def come():
        return sum(os.path.getsize(path) for path in glob.glob(box.path("/var/cache/fardel/packs/incoming/*")))

    for _ in range(10):
        job = box.start("--set", "fetch.stall_timeout=2", "--set", "fetch.retry_delay=0", "install", file)
        box.wait("its begin", lambda: come() or job.poll() is not None)  # pylint: disable=cell-var-from-loop
        job.send_signal(signal.SIGSTOP)
        amid = 0 < come() < os.path.getsize(pack)
        time.sleep(5 if amid else 0)
        job.send_signal(signal.SIGCONT)
        ended([job])
        box.unharmed(["hello 1"])
        if amid:
            return
        box.must("remove", "hello")
        box.must("cache", "gc")
    box.skip("each time all of it had come by then")


# Who has a second thread, and what for: libcurl asks for names in one; of fardel's (sys/aside) one has the disk begin, one makes an empty network, one removes
# what is left of a stage. None shares with the first what is changed meanwhile, but for what the kernel and those libraries guard: all that is parallel here are processes.
THREADED = {"fardel-fetch", "fardel"}


@case("P9", "no program has threads, but for names that are looked up and a disk that is to begin", ROOTS)
def threads(box):
    if not shutil.which("strace"):
        box.skip("strace is not there")
    files = family(box, 3)
    many = box.installer("many", "1", rules=many_files(box), sums=None)
    trace = os.path.join(box.work, "trace")
    wrap = ["strace", "-ff", "-qq", "-e", "signal=none", "-e", "trace=execve,execveat,clone,clone3", "-o", trace]
    box.must("install", *files, many, wrap=wrap, cwd="/")
    found = {}
    for path in glob.glob(trace + ".*"):
        with open(path, errors="replace") as lines:
            name = "fardel"  # of whose processes those are that have not become another yet
            for call in lines:
                got = re.match(r'execve(?:at)?\(.*?\["(?:[^"]*/)?([^"/]+)"', call)
                if got and call.rstrip().endswith("= 0"):
                    name = got[1]
                elif "CLONE_THREAD" in call:
                    found[name] = found.get(name, 0) + 1
    want(set(found) <= THREADED, f"threads: {found}")
    want(0 < found.get("fardel", 0) <= 8, f"the disk is never told to begin, or again and again: {found}")
    box.must("remove", *box.packages())
    box.unharmed()


def many_files(box):
    """Rules that unpack as many as make it worth while that the disk begins."""
    path = os.path.join(box.work, "many.sh")
    with open(path, "w") as rules:
        rules.write('#!/bin/sh\n[ "$1" != download ] || echo pack >"$2"\n'
                    '[ "$1" != unpack ] || { mkdir "$3/d"; i=0; while [ $i -lt 3000 ]; do echo $i >"$3/d/$i"; i=$((i + 1)); done; }\n')
    return path


# Widens the moments between the calls by which things take their places.
SLOWLY = ["strace", "-qq", "-o", os.devnull, "-e", "trace=unlinkat,renameat,renameat2,symlinkat,linkat",
          "-e", "inject=unlinkat,renameat,renameat2,symlinkat,linkat:delay_exit=1000"]


class Reader(threading.Thread):
    """Reads what a package has on the system, in a tight loop; what is of neither version is kept in `odd`."""

    def __init__(self, box):
        super().__init__()
        self.program, self.conf, self.published = (
            box.path(path) for path in ("/usr/bin/hello", "/etc/hello.conf", "/var/lib/fardel/installed/hello"))
        self.rounds, self.odd, self.seen, self.ended = 0, set(), set(), False

    def run(self):
        while not self.ended:
            try:
                with open(self.conf) as file:
                    self.see(file.read(), "version = 1\n", "version = 2\n")
                with open(self.program) as file:
                    self.see(file.read(), *(f'#!/bin/sh\necho "hello {v}"\n' for v in (1, 2)))
                os.stat(f"{self.published}/upstream/usr/bin/hello")
            except OSError as reason:
                self.odd.add(str(reason))
            self.rounds += 1

    def see(self, text, *allowed):
        self.seen.add(text)
        if text not in allowed:
            self.odd.add(repr(text))

    def end(self):
        self.ended = True
        self.join()


@case("P10", "a reader in a tight loop, while versions change: it always sees one of them whole", ROOTS)
def reader(box):
    url = box.serve()
    files = [box.installer("hello", v, box.pack("hello", v), f"{url}/hello-{v}.deb") for v in ("1", "2")]
    traced = shutil.which("strace") and not subprocess.run([*SLOWLY, "true"], stderr=subprocess.DEVNULL, check=False).returncode
    box.must("install", files[0])
    reads = Reader(box)
    box.at_end.append(reads.end)
    reads.start()
    for turn in range(1, 13):
        run = box.fardel("install", files[turn % 2], wrap=SLOWLY if traced and turn % 3 == 0 else ())
        want(run.status == 0, str(run))
    reads.end()
    want(not reads.odd, f"after {reads.rounds} rounds: {sorted(reads.odd)[:5]}")
    want(reads.rounds > 100 and len(reads.seen) == 4, f"{reads.rounds} rounds, seen: {reads.seen}")
    box.unharmed(["hello 1"])


SLOW_LOOKS = ["strace", "-qq", "-o", os.devnull, "-e", "trace=readlinkat", "-e", "inject=readlinkat:delay_exit=15000"]


class Asker(threading.Thread):
    """Asks what is installed, again and again, as one user by one name; an answer that was never true is kept in `odd`."""

    def __init__(self, box, user, *command):
        super().__init__()
        self.box, self.user, self.command = box, user, command
        self.rounds, self.odd, self.seen, self.ended = 0, set(), set(), False
        self.must = {"other"}  # what is installed all the while

    def run(self):
        while not self.ended and not self.odd:
            run = subprocess.run(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True, user=self.user, group=self.user, extra_groups=[], cwd="/", env=to_be_traced(), check=False)
            lines = [line.split() for line in run.stdout.splitlines()]
            self.seen.add(tuple(sorted(map(tuple, lines))))
            if not self.must <= {line[0] for line in lines if len(line) == 2 or line[3] == "installed"}:
                self.odd.add(f"{self.command}, user {self.user}: {self.must} are not all in {run.stdout}")
            if run.returncode or run.stderr:
                self.odd.add(f"{self.command}, user {self.user}: exit {run.returncode}: {run.stderr}")
            self.rounds += 1

    def end(self):
        self.ended = True
        self.join()


@case("P11", "readers by both names, as root and nobody, while packages of puavo's layout change: no answer that was never true",
      ("mount",))
def both_names(box):
    url = box.serve()
    files = [box.installer("hello", v, box.pack("hello", v), f"{url}/hello-{v}.deb") for v in ("1", "2", "3")]
    other = box.installer("other", "1", box.pack("other", "1"), f"{url}/other-1.deb")
    traced = shutil.which("strace") and not subprocess.run([*SLOWLY, "true"], stderr=subprocess.DEVNULL, check=False).returncode
    box.must("install", other, as_puavo=True)
    box.must("install", files[0], as_puavo=True)
    askers = [Asker(box, user, *command) for user in (0, 65534)
              for command in ((box.puavo(), "list"), (box.fardel_bin, "list", "--all", "--plain"))]
    if traced:  # one that takes its time between two links
        askers.append(Asker(box, 0, *SLOW_LOOKS, box.puavo(), "list"))
    for asker in askers:
        box.at_end.append(asker.end)
        asker.start()
        asker.must = {"other", "hello"}
    slowly = SLOWLY if traced else ()
    for turn in range(1, 6):
        box.must("install", files[turn % 2], wrap=slowly, as_puavo=True)
    for asker in askers:
        asker.must = {"other"}
    box.must("remove", "hello", wrap=slowly, as_puavo=True)
    box.must("install", files[0], wrap=slowly, as_puavo=True)
    box.must("preview", files[2], wrap=slowly)
    box.must("remove", "hello", wrap=slowly)
    box.must("gc-installations", as_puavo=True)
    for asker in askers:
        asker.end()
        want(not asker.odd, f"{asker.odd}")
        want(asker.rounds > 1, f"{asker.command}: {asker.rounds} rounds")  # on a busy machine
        for answer in asker.seen:
            check_answer(asker, answer)
    want(max(len(asker.seen) for asker in askers) > 2, "nobody has seen a change")


def check_answer(asker, answer):
    """Of hello one version at most is in use."""
    words = [line[0] for line in answer]
    if asker.command[-1] == "list":
        want(words in (["other"], ["hello", "other"]), f"{asker.command}: {answer}")
        return
    states = sorted(line[3] for line in answer if line[0] == "hello")
    want(len(states) < 3 and states.count("installed") < 2 and states.count("prepared") < 2, f"{asker.command}: {answer}")


@case("P6", "two roots on one shared cache: neither takes what the other is fetching", ("mount",))
def shared_cache(box):
    roots = [os.path.join(box.work, name) for name in ("one", "two")]
    for root in roots:
        for folder in ("var/lib", "var/cache/fardel", "var/log", "run", "etc", "usr/bin", "usr/share/applications"):
            os.makedirs(os.path.join(root, folder))
    subprocess.run(["mount", "--bind", *(f"{root}/var/cache/fardel" for root in roots)], check=True)
    files = family(box, 6)
    slow = box.installer("slow", "1", box.pack("slow", "1", kb=96), box.serve("limit_rate 32k;") + "/slow-1.deb")

    def at(root, *args):
        return box.start("--root", root, "--set", "rules.chroot=false", "--lock-timeout", "120", *args)

    jobs = [at(roots[0], "install", slow)]
    incoming = f"{roots[0]}/var/cache/fardel/packs/incoming"
    box.wait("its download", lambda: listed(incoming))
    for file in files:
        jobs += [at(roots[1], "install", file), at(roots[1], "cache", "gc")]
    ended(jobs)
    jobs = [at(root, "install", file) for file in files for root in roots] + [at(root, "cache", "gc") for root in roots]
    ended(jobs)
    for root, names in zip(roots, (["slow"], [])):
        run = box.must("--root", root, "list", "--plain")
        want({line.split("\t")[0] for line in run.out.splitlines()} == {f"hello{n:02}" for n in range(6)} | set(names),
             str(run))
        want(box.fardel("--root", root, "cache", "verify").status == 0, "the cache is damaged")
    want(not listed(incoming), f"{listed(incoming)}")
    subprocess.run(["umount", f"{roots[1]}/var/cache/fardel"], check=True)
    box.unharmed()
