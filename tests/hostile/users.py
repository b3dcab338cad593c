"""U: local users without rights, and the surroundings that a caller may bring along."""
import contextlib
import fcntl
import glob
import hashlib
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import tarfile
import tempfile
import time

import luet
import repositories
from box import SANITIZED, Failed, case, processes, tree, want

USER = 1234  # somebody with no rights
DOCUMENTED = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 64)
ROOTS = ("mount", "userns")  # where rules see the machine's programs, and /proc is ours alone
REAL = ("mount",)  # where there are other users


# --- Means --------------------------------------------------------------------------------------------------

def noise():
    """Comments for rules: so many that the worker which reads them is seen."""
    return "\n".join("#" + os.urandom(50).hex() for _ in range(100000))


def rules_file(box, text, name="rules.sh"):
    """A template for rules with this text in them: a shell script."""
    path = os.path.join(box.work, name)
    with open(path, "w") as file:
        file.write("#!/bin/sh\nroot=${FARDEL_ROOT:-}\n" + text)
    return path


def through(box, text, shell="/bin/bash"):
    """An environment in which `fardel` is a script of this text, where $REAL is the program."""
    path = os.path.join(box.work, "launcher")
    with open(path, "w") as file:
        file.write(f"#!{shell}\n" + text.replace("$REAL", box.fardel_bin))
    os.chmod(path, 0o755)
    return {**os.environ, "FARDEL_BIN": path}


def as_user(*command, **more):
    """Somebody with no rights runs a command to its end."""
    means = dict(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                 errors="surrogateescape", user=USER, group=USER, extra_groups=[], cwd="/", timeout=30, check=False)
    means.update(more)
    return subprocess.run(command, **means)


class Achieved(list):
    """What tampering has achieved, and after how many tries."""

    tries = 0


@contextlib.contextmanager
def tampering(text, *args, user=USER):
    """While this lasts, somebody with no rights (or that user) runs that Python in a loop: `tick(args)`, which gives what it has
    achieved, or None, and is one try unless it counts its own in `tries`. Yields the list of that, complete at the end; never
    quiet: it must have tried."""
    program = text + """
import os, sys, time
done, tries, ticks = [], 0, 0
while os.getppid() != 1 and ticks < 10**7:
    got = tick(sys.argv[1:])
    ticks += 1
    tries += 1
    if got:
        done.append(got)
        if len(done) > 20:
            break
    if ticks % 100 == 0 and os.path.exists(sys.argv[-1]):
        break
print(tries)
print("\\n".join(map(str, done)))
"""
    stop = f"/tmp/stop.{os.getpid()}.{time.monotonic_ns()}"
    achieved = Achieved()
    with subprocess.Popen(["/usr/bin/python3", "-c", program, *args, stop], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, user=user, group=user, extra_groups=[], cwd="/") as job:
        try:
            yield achieved
        finally:
            with open(stop, "w"):
                pass
            try:
                out = job.communicate(timeout=30)[0].splitlines()
            finally:
                job.kill()
                os.unlink(stop)
    want(job.returncode == 0 and out and (int(out[0]) > 100 or len(out) > 20), f"the tampering came to nothing: {out[:3]}")
    achieved.tries = int(out[0])
    achieved += out[1:] if out[1:] != [""] else []


def find(words, known=()):
    """The processes whose command line has one of these words: pid -> command line."""
    return {pid: line for pid, line in processes().items() if pid not in known and any(w in line for w in words)}


def status_of(pid):
    """/proc/PID/status as a dict."""
    with open(f"/proc/{pid}/status") as file:
        return {key: value.strip() for key, _, value in (line.partition(":") for line in file)}


def descriptors(pid):
    """What its descriptors lead to: number -> text. One that is closed while it is looked at is left out; without CAP_SYS_PTRACE
    nobody is told."""
    folder = f"/proc/{pid}/fd"
    leads = {}
    for fd in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError, PermissionError):
            leads[int(fd)] = os.readlink(f"{folder}/{fd}")
    return leads


def log_text(box):
    return "".join(open(file, errors="surrogateescape").read()
                   for file in sorted(glob.glob(box.path("/var/log/fardel/*.log"))))


def own_files(box):
    """Each file of fardel's folders: path, lstat."""
    for top in ("/var/lib/fardel", "/var/cache/fardel", "/var/log/fardel", "/run/fardel"):
        for folder, folders, files in os.walk(box.path(top)):
            for name in folders + files:
                path = os.path.join(folder, name)
                yield path, os.lstat(path)


def recovered(box):
    """After a failure for want of something: with it again all is settled, and works."""
    box.must("gc")
    box.settled()


def hello(box, *given, **keys):
    url = box.serve()
    return box.installer("hello", "1", box.pack("hello", "1"), f"{url}/hello-1.deb", *given, **keys)


# --- Limits, signals, descriptors, the folder: what a caller brings along -------------------------------------

@case("U9-nofile", "every limit of open files from 3 to 100: works, or says why not")
def few_files(box):
    if SANITIZED:
        box.skip("sanitizers need memory and descriptors of their own")
    file = hello(box)
    worked = []
    for count in range(3, 101):
        env = through(box, f'ulimit -n {count}; exec "$REAL" "$@"\n')
        run = box.fardel("install", file, env=env, patience=20)
        if run.status == 127:
            want("shared libraries" in run.err and count < 8, f"{count} files: {run}")
            continue
        want(run.status in (0, 1, 2), f"{count} files: {run}")
        box.clean_text(run.err)
        if run.status == 0:
            worked.append(count)
            box.must("remove", "hello", env=env)
        else:
            want("open files" in run.err, f"{count} files: not said why: {run}")
            recovered(box)
        box.wipe()
    want(worked and worked == list(range(worked[0], 101)), f"worked with {worked}")
    want(worked[0] <= 64, f"worked only from {worked[0]} on")
    box.unharmed()


@case("U9-nofile-soft", "a soft limit of open files alone stands in nobody's way, and rules get a usual one")
def soft_files(box):
    rules = rules_file(box, 'echo "files=$(ulimit -n)"\n')
    file = hello(box, rules=rules)
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 1024:
        box.skip("the hard limit here is below 1024")
    for count in (8, 16, 40):
        env = through(box, f'ulimit -S -n {count}; exec "$REAL" "$@"\n')
        run = box.fardel("install", file, env=env)
        want(run.status == 0, f"{count} files: {run}")
        want("files=1024" in log_text(box), log_text(box))
        box.wipe()


@case("U9-sizes", "limits of file sizes, memory, processes and core files: an error at most, and nothing is lost")
def other_limits(box):
    if SANITIZED:
        box.skip("sanitizers need memory and descriptors of their own")
    file = hello(box)
    lines = [f"ulimit -f {kib}" for kib in (0, 1, 4, 16, 64)]
    lines += [f"ulimit -v {mib << 10}" for mib in (4, 16, 24, 32, 48, 64)]
    lines += ["ulimit -u 0", "ulimit -c unlimited", "ulimit -t 1", "ulimit -s 64", "ulimit -n 64; ulimit -f 8"]
    for line in lines:
        env = through(box, f'{line}; exec "$REAL" "$@"\n')
        run = box.fardel("install", file, env=env, patience=20)
        # The kernel itself ends what it has no room to load.
        loader = run.status == 127 or (run.status < 0 and line in ("ulimit -s 64", "ulimit -v 4096"))
        aborted = run.status == -signal.SIGABRT and "memory" in run.err
        want(run.status in (0, 1, 2) or aborted or (loader and "ulimit -f" not in line), f"{line}: {run}")
        # What it says goes to a file, too.
        want(run.err.strip() or run.status <= 0 or "ulimit -f" in line, f"{line}: nothing is said: {run}")
        recovered(box)
        box.must("list")
        if run.status == 0:
            box.must("remove", "hello")
        box.unharmed()
        box.wipe()


@case("U8", "umask 0, 0777 and 0177: what is made has the same modes")
def umasks(box):
    file = hello(box)
    seen = {}
    for umask in (0o022, 0, 0o777, 0o177):
        box.must("install", file, umask=umask)
        modes = {path: oct(what.st_mode) for path, what in own_files(box)}
        open_to_all = [path for path, what in own_files(box)
                       if what.st_mode & 0o022 and not stat.S_ISLNK(what.st_mode)]
        want(not open_to_all, f"umask {umask:03o}: others may write: {open_to_all}")
        want(oct(os.stat(box.path("/etc/hello.conf")).st_mode) == oct(0o100644), "the rules' umask is not 022")
        seen[umask] = modes
        box.must("remove", "hello")
        box.wipe()
    for umask, modes in seen.items():
        differ = {path: (mode, seen[0o022].get(path)) for path, mode in modes.items() if mode != seen[0o022].get(path)}
        want(not differ, f"umask {umask:03o}: {differ}")


@case("U7", "closed descriptors 0, 1 and 2: no file of ours takes their place")
def closed_descriptors(box):
    file = hello(box)
    for fds in ((0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)):
        closed = " ".join(f"{fd}{'<' if fd == 0 else '>'}&-" for fd in fds)
        run = box.fardel("install", file, env=through(box, f'exec "$REAL" "$@" {closed}\n'))
        want(run.status == 0, f"{closed}: {run}")
        want("hello 1" in box.must("list", "--plain").out.replace("\t", " "), f"{closed}: not installed")
        for path, what in own_files(box):
            if stat.S_ISREG(what.st_mode) and "/packs/" not in path:
                with open(path, "rb") as data:
                    want(not re.search(rb"installed in [0-9]|hello   1   new", data.read()),
                         f"{closed}: what was meant for people stands in {path}")
        run = box.fardel("list", env=through(box, f'exec "$REAL" "$@" {closed}\n'))
        want(run.status == (1 if 1 in fds else 0), f"list {closed}: {run}")
        box.settled()
        box.must("remove", "hello")
        box.wipe()


def without_mercy():
    """As a careless parent leaves it: all signals ignored that can be, and all blocked."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD, signal.SIGALRM, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


@case("U10", "signals ignored and blocked by the parent: everything works, rules get none of it")
def ignored_signals(box):
    rules = rules_file(box, "grep -E '^Sig(Blk|Ign)' /proc/self/status || echo none\n")
    run = box.fardel("install", hello(box, rules=rules), preexec_fn=without_mercy)
    want(run.status == 0, str(run))
    masks = re.findall(r"Sig(?:Blk|Ign):\s*([0-9a-f]+)", log_text(box))
    # 32 and 33 are the C library's own.
    want(masks or box.mode not in ROOTS, log_text(box))
    want(not [mask for mask in masks if int(mask, 16) & ~0x180000000], f"{masks}")
    box.must("remove", "hello", preexec_fn=without_mercy)
    box.unharmed()


@case("U10-stop", "signals blocked by the parent: fardel can be stopped all the same")
def blocked_stop(box):
    url, _ = box.serve_evil()
    file = box.installer("hello", "1", None, f"{url}/stall/hello-1.deb")
    job = box.start("install", file, preexec_fn=without_mercy)
    box.wait("the worker", lambda: find(["fardel-fetch"], box.known))
    job.terminate()
    job.wait(10)
    want(job.returncode == -signal.SIGTERM, f"{job.returncode}: {job.said()}")
    box.unharmed()


@case("U10-argc", "called without any argument, not even its name")
def no_arguments(box):
    env = through(box, """
import ctypes, os
none = (ctypes.c_char_p * 1)(None)
ctypes.CDLL(None).execve(b"$REAL", none, none)
os._exit(99)
""", "/usr/bin/python3")
    run = box.fardel("ignored", env=env)
    want(run.status in (0, 64) and "fardel" in run.out + run.err, str(run))
    box.unharmed()


@case("U11", "a current folder that is gone, or that may not be read")
def lost_folder(box):
    file = hello(box)
    folder = os.path.join(box.work, "here")

    def lose():
        os.rmdir(folder)

    for mode, prepare in ((0o755, lose), (0, None)):
        os.mkdir(folder)
        if mode or box.mode in REAL:
            os.chmod(folder, mode)
            run = box.fardel("install", file, cwd=folder, preexec_fn=prepare)
            want(run.status == 0, f"{mode:o}: {run}")
            box.must("remove", "hello")
        shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    run = box.fardel("install", "./hello.tar.gz", cwd=folder, preexec_fn=lose)
    box.refused(run, 3, "hello.tar.gz")
    box.unharmed()


@case("U20", "descriptors that the caller left open reach nobody")
def inherited(box):
    secret = os.open(box.path("/srv/canary/secret"), os.O_RDWR)
    given = [secret] + [fcntl.fcntl(secret, fcntl.F_DUPFD, at) for at in (5, 63, 64, 65, 200, 900)]
    rules = rules_file(box, """
for fd in 3 4 5 6 7 8 9; do eval "(echo evil >&$fd)" 2>/dev/null && echo "could write to $fd"; done
for fd in /proc/self/fd/*; do echo "open $(readlink "$fd")"; done
""")
    url, _ = box.serve_evil()
    box.pack("hello", "1", kb=1)
    file = box.installer("hello", "1", os.path.join(box.vendor, "hello-1.deb"), f"{url}/slow/hello-1.deb", rules=rules)
    job = box.start("install", file, pass_fds=given)
    box.wait("the worker", lambda: find(["fardel-fetch"], box.known))
    worker = next(iter(find(["fardel-fetch"], box.known)))
    leads = descriptors(worker)
    want(not [to for to in leads.values() if "secret" in to or "state.db" in to or "/lock" in to], f"worker: {leads}")
    job.terminate()
    job.wait(10)
    run = box.fardel("install", box.installer("hello", "1", None, box.serve() + "/hello-1.deb", rules=rules),
                     pass_fds=given)
    want(run.status == 0, str(run))
    for fd in given:
        os.close(fd)
    text = log_text(box)
    want("could write" not in text and "secret" not in text, text)
    want("state.db" not in text and "/lock" not in text, text)
    box.must("remove", "hello")
    box.unharmed()


@case("U20-terminal", "the admin's terminal is open to no worker and to no rules", ROOTS)
def terminal(box):
    keyboard, side = os.openpty()
    env = through(box, f'exec "$REAL" "$@" <&{side} >&{side} 2>&1 {side}>&-\n')
    rules = rules_file(box, """
echo "controlled by $(cut -d ' ' -f 7 /proc/self/stat)"
for fd in /proc/self/fd/*; do echo "open $(readlink "$fd")"; done
[ "$1" != download ] || echo pack >"$2"
exit
""" + noise())
    url, _ = box.serve_evil()
    reader = subprocess.Popen(["cat"], stdin=keyboard, stdout=subprocess.DEVNULL)
    try:
        job = box.start("install", box.installer("hello", "1", None, f"{url}/stall/hello-1.deb", rules=rules), env=env, pass_fds=[side])
        for name in ("fardel-extract", "fardel-fetch"):
            pid = stopped(box, name)
            leads = descriptors(pid)
            os.kill(pid, signal.SIGCONT)
            want(leads.get(0) == "/dev/null" and leads[1] == leads[2] and leads[2].startswith("pipe:"), f"{name}: {leads}")
            want(not [to for to in leads.values() if "pts" in to or "tty" in to], f"{name}: {leads}")
            with open(f"/proc/{pid}/stat") as file:
                want(file.read().rpartition(")")[2].split()[4] == "0", f"{name}: it has a controlling terminal")
            with open(f"/proc/{pid}/fdinfo/2") as file:
                want(int(re.search(r"flags:\s*([0-7]+)", file.read())[1], 8) & 3 == os.O_WRONLY, f"{name}: it can read what it says")
        job.terminate()
        job.wait(10)
        run = box.fardel("install", box.installer("hello", "1", rules=rules, sums=None), env=env, pass_fds=[side])
        want(run.status == 0, str(run))
    finally:
        reader.kill()
        reader.wait()
        os.close(keyboard)
        os.close(side)
    text = log_text(box)
    want(text.count("controlled by 0") >= 3 and "open pipe:" in text, text)
    want("pts" not in text and "tty" not in text, text)
    box.must("remove", "hello")
    box.unharmed()


@case("U20-words", "what a worker says beside its frames is shown when it fails: its last lines, escaped")
def words(box):
    if SANITIZED:
        box.skip("with sanitizers all of it is shown as it is")
    folder = os.path.join(box.work, "own")
    os.makedirs(folder + "/libexec/fardel")
    os.makedirs(folder + "/bin")
    shutil.copy2(box.fardel_bin, folder + "/bin/fardel")
    worker = folder + "/libexec/fardel/fardel-extract"
    with open(worker, "w") as file:
        file.write("#!/bin/sh\ni=0; while [ $i -lt 5000 ]; do echo \"line $i of many that nobody reads\"; i=$((i + 1)); done 2>/dev/null\n"
                   "exit 3\n")
    os.chmod(worker, 0o755)
    env = {**os.environ, "FARDEL_BIN": folder + "/bin/fardel"}
    run = box.fardel("install", box.installer("hello"), env=env)
    box.refused(run, 1, "fardel-extract ended before its work was done (exit status 3)", "| line 1")
    want(run.err.count("| line") <= 8, str(run))
    with open(worker, "w") as file:
        file.write("#!/bin/sh\nprintf 'internal error: \\033[31mred\\n' >&2\nexit 3\n")
    run = box.fardel("install", box.installer("hello"), env=env)
    box.refused(run, 1, "(exit status 3)", "| internal error: \\x1b[31mred")
    box.unharmed()


# --- What rules leave -----------------------------------------------------------------------------------------

LEAVE = """
leave() {
  setsid sleep @NUMBER@1 </dev/null >/dev/null 2>&1 &
  (setsid sh -c '(setsid sleep @NUMBER@2 & )' & )
  nohup sh -c 'trap "" TERM HUP INT; while :; do sleep @NUMBER@3; done' >/dev/null 2>&1 &
  sleep 0.2
}
case $1 in
@PHASE@) leave; @THEN@ ;;
esac
case $1 in
download) echo pack >"$2" ;;
esac
"""


def leaving(box, phase, number, then=":", text=LEAVE):
    return rules_file(box, text.replace("@PHASE@", phase).replace("@NUMBER@", str(number)).replace("@THEN@", then),
                      f"{phase}.sh")


def gone(number, seconds=2.0):
    """None of the sleepers is left, at once."""
    end = time.monotonic() + seconds
    while find([f"sleep {number}"]) and time.monotonic() < end:
        time.sleep(0.02)
    left = find([f"sleep {number}"])
    for pid in left:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    want(not left, f"left: {left}")


@case("U19", "what rules leave behind in each phase is ended with them")
def left_behind(box):
    for phase in ("download", "unpack", "configure", "unconfigure"):
        number = f"7{os.getpid() % 100000}"
        file = box.installer("hello", "1", rules=leaving(box, phase, number), sums=None)
        run = box.fardel("install", file)
        want(run.status == 0, f"{phase}: {run}")
        if phase == "unconfigure":
            box.must("remove", "hello")
        gone(number, 0.5)
        box.wipe()


@case("U19-keeper", "rules that kill their keeper: what they left is ended all the same")
def without_keeper(box):
    for phase in ("configure", "unconfigure", "unpack", "download"):
        number = f"8{os.getpid() % 100000}"
        then = "kill -9 $PPID; sleep 1"
        file = box.installer("hello", "1", rules=leaving(box, phase, number, then), sums=None)
        run = box.fardel("install", file)
        if phase == "unconfigure":
            run = box.fardel("remove", "--force", "hello")
        want(run.status in (0, 1), f"{phase}: {run}")
        want(run.seconds < 10, f"{phase}: {run}")
        gone(number, 0.5)
        recovered(box)
        box.wipe()


@case("U19-others", "what whoever became fardel had started is left alone; what rules leave is ended, and soon", ROOTS)
def not_ours(box):
    own, left = f"6{os.getpid() % 100000}", f"8{os.getpid() % 100000}"
    env = through(box, f"""sleep {own}1 &
setsid sh -c 'sleep {own}2; :' &
sh -c 'sh -c "sleep {own}3; :"; :' &
sleep 0.2
exec "$REAL" "$@"
""")
    try:
        for command in (["install", box.installer("hello", "1", rules=leaving(box, "configure", left, "kill -9 $PPID; sleep 1"), sums=None)],
                        ["install", box.installer("other", "1", rules=leaving(box, "configure", left), sums=None)], ["gc"]):
            run = box.fardel(*command, env=env)
            want(run.status in (0, 1) and run.seconds < 4, str(run))
            gone(left, 0.5)
            alive = find([f"sleep {own}"])
            want({line.split()[1] for line in alive.values() if line.startswith("sleep")} == {f"{own}{i}" for i in (1, 2, 3)}, str(alive))
            for pid in alive:
                os.kill(pid, signal.SIGKILL)
    finally:
        for pid in find([f"sleep {own}"]):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
    recovered(box)


@case("U19-comet", "rules whose children fork and end without end are caught up with")
def comet(box):
    text = """
case $1 in
@PHASE@)
  printf 'if [ -e "%s" ]; then sh "$0" comet-@NUMBER@ & fi\\n' "$TMPDIR" >"$TMPDIR/../comet"
  setsid sh "$TMPDIR/../comet" comet-@NUMBER@ >/dev/null 2>&1 &
  sleep 0.3
  ;;
esac
"""
    for phase in ("configure", "unconfigure"):
        number = f"9{os.getpid() % 100000}"
        file = hello(box, rules=leaving(box, phase, number, text=text))
        run = box.fardel("install", file, patience=30)
        want(run.status == 0, f"{phase}: {run}")
        if phase == "unconfigure":
            box.must("remove", "hello")
        time.sleep(0.1)
        left = find([f"comet-{number}"])
        want(not left, f"{phase}: left: {left}")
        box.wipe()


# --- Others at work beside us ---------------------------------------------------------------------------------

EVERYWHERE = """
import os
TOPS = ["/var/lib/fardel", "/var/cache/fardel", "/var/log/fardel", "/run/fardel"]

def attempt(what, path, function, *args):
    try:
        function(*args)
        return what + " " + path
    except OSError:
        return None

def write(path):
    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))

def tick(args):
    for top in TOPS:
        for folder, folders, files in os.walk(top):
            got = attempt("made a link in", folder, os.symlink, "/srv/canary/secret", folder + "/evil")
            for path in [folder + "/" + name for name in files + folders]:
                got = got or attempt("moved", path, os.rename, path, path + ".evil")
                got = got or attempt("gave rights to", path, os.chmod, path, 0o777)
            for path in [folder + "/" + name for name in files]:
                got = got or attempt("wrote to", path, write, path)
                got = got or attempt("removed", path, os.unlink, path)
            if got:
                return got
"""


@case("U3", "nobody can swap, between its verification and its use, what fardel works on", REAL)
def swapping(box):
    file = hello(box)
    box.must("install", file)
    with tampering(EVERYWHERE) as achieved:
        end = time.monotonic() + 3
        while time.monotonic() < end:
            box.must("remove", "hello")
            box.must("install", file)
    want(not achieved, f"{achieved}")
    # They do find what can be found.
    bait = box.path("/var/lib/fardel/packages/bait")
    with open(bait, "w"):
        pass
    os.chmod(bait, 0o666)
    with tampering(EVERYWHERE) as achieved:
        time.sleep(0.5)
    want(achieved, "the tampering finds nothing, whatever there is")
    os.unlink(bait)
    box.must("remove", "hello")
    box.unharmed()


FLIP = """
import os, shutil
def tick(args):
    # args: a folder, and two files: one after the other stands there under the name hello.tar.gz
    folder, first, second = args[:3]
    for file in (first, second):
        with open(file, "rb") as old:
            data = old.read()
        with open(folder + "/new", "wb") as new:
            new.write(data)
        os.rename(folder + "/new", folder + "/hello.tar.gz")
        # in place, too
        with open(folder + "/hello.tar.gz", "r+b") as same:
            same.write(open(second if file == first else first, "rb").read())
            same.truncate()
"""


@case("U17", "an installer that is swapped and rewritten while it is read: wholly one or the other, or refused", REAL)
def flipping(box):
    url = box.serve()
    files = [box.installer("hello", v, box.pack("hello", v), f"{url}/hello-{v}.deb") for v in ("1", "2")]
    ids = set()
    for file in files:
        ids.add(box.must("install", "--dry-run", "--json", file).json()["items"][0]["to"]["id"])
    folder = os.path.join(box.work, "theirs")
    os.mkdir(folder)
    shutil.copy(files[0], folder + "/hello.tar.gz")
    for path in (folder, folder + "/hello.tar.gz"):
        os.chown(path, USER, USER)
    done, refused, versions = 0, 0, set()
    with tampering(FLIP, folder, *files):
        begun = time.monotonic()
        while time.monotonic() < begun + (4 if done > 3 and len(versions) == 2 else 60):
            run = box.fardel("install", folder + "/hello.tar.gz")
            want(run.status in (0, 1, 2, 5, 11), str(run))
            done, refused = done + (run.status == 0), refused + (run.status != 0)
            here = box.packages().get("hello")
            want(here is None or here["id"] in ids, f"a mixture: {here}")
            if here:
                versions.add(here["version"])
                said = subprocess.run(["/usr/bin/hello"], stdout=subprocess.PIPE, text=True, check=True).stdout
                want(said == f"hello {here['version']}\n", f"{said!r} is not {here}")
    want(done > 3 and len(versions) == 2, f"{done} done, {refused} refused, {versions}")
    if box.packages():
        box.must("remove", "hello")
    box.unharmed()


LINKS = """
import os
def tick(args):
    # args: a folder in which var/lib, var/cache and var/log are now themselves, now links to elsewhere
    for name in ("lib", "cache", "log"):
        path = args[0] + "/var/" + name
        try:
            os.rename(path, path + ".away")
            os.symlink("/srv/canary", path)
            os.unlink(path)
            os.rename(path + ".away", path)
        except OSError:
            pass
"""


@case("U4", "a root whose folders are swapped for links meanwhile: nothing outside of it is touched", REAL)
def swapped_folders(box):
    file = box.installer("hello", "1", rules=rules_file(box, ""), sums=None)
    root = os.path.join(box.work, "their-root")
    os.makedirs(root)
    box.bash(f"mkdir -p {root}/var/lib {root}/var/cache {root}/var/log {root}/run {root}/etc {root}/usr/bin")
    subprocess.run(["chown", "-R", f"{USER}:{USER}", root], check=True)
    with tampering(LINKS, root):
        end = time.monotonic() + 2
        while time.monotonic() < end:
            run = box.fardel("--root", root, "--set", "rules.chroot=false", "install", file)
            want(run.status == 1, str(run))
    want(f"{root} belongs to user {USER}" in run.err, str(run))
    box.unharmed()


MADE = """
import os, sys
names = ["fardel", "fardel.lock", "fardel-1", "fardel.part", ".fardel", "hello", "hello.tar.gz", "hello-1.deb", "home"]
for path in [top + "/" + name for top in ("/tmp", "/var/tmp") for name in names]:
    if sys.argv[1] == "make":
        os.symlink("/srv/canary/secret", path)
        os.symlink("/srv/canary", path + ".d")
        os.mkfifo(path + ".fifo")
    else:
        [os.unlink(path + end) for end in ("", ".d", ".fifo")]
"""


@case("U1", "names that somebody made before us in /tmp, as links, fifos and hard links", REAL)
def made_before(box):
    file = hello(box)
    made = as_user("/usr/bin/python3", "-c", MADE, "make")
    want(made.returncode == 0, made.stderr)
    trace = os.path.join(box.work, "trace")
    wrap = ["strace", "-f", "-qq", "-e", "trace=%file", "-e", "signal=none", "-o", trace] if shutil.which("strace") else []
    box.must("install", file, wrap=wrap, cwd="/")
    box.must("remove", "hello")
    want(as_user("/usr/bin/python3", "-c", MADE, "remove").returncode == 0, "they are not there any more")
    box.unharmed()
    if not wrap:
        box.skip("strace is not there: not looked for names in /tmp")
    with open(trace, errors="replace") as lines:
        ours = [line for line in lines if re.search(r'"(/var)?/tmp/(\.?fardel|h)', line) and "ENOENT" not in line]
    want(not ours, f"{ours[:5]}")


@case("U2", "folders of fardel's, or above them, that others may write to: refused, and said which", REAL)
def writable_folders(box):
    file = hello(box)
    box.must("install", file)
    box.must("remove", "hello")
    spots = ["/var/lib/fardel", "/var/cache/fardel", "/var/cache/fardel/packs", "/var/lib/fardel/packages",
             "/var/lib/fardel/stage", "/run/fardel", "/var/log/fardel"]
    above = ["/var/lib", "/var/cache", "/var", "/var/log", "/run"]
    for path in spots + above:
        was = os.stat(path)
        for mode, uid in ((0o777, 0), (0o775, 0), (was.st_mode & 0o7777, USER)):
            os.chmod(path, mode)
            os.chown(path, uid, USER if mode == 0o775 else was.st_gid)
            run = box.fardel("install", file)
            os.chown(path, was.st_uid, was.st_gid)
            os.chmod(path, was.st_mode & 0o7777)
            if mode == 0o775 and path in above:
                continue  # as /var/log is by default in places
            want(run.status == 1, f"{path} {mode:o} {uid}: {run}")
            box.refused(run, 1, path, "user 1234" if uid else "can be written by others")
    for path in above:
        was = os.stat(path)
        os.chmod(path, 0o1777)
        run = box.fardel("install", file)
        os.chmod(path, was.st_mode & 0o7777)
        want(run.status == 0, f"sticky {path}: {run}")
    box.must("remove", "hello")
    box.unharmed()


HOLD = """
import fcntl, os, sys, time
held = []
for path in sys.argv[1:]:
    try:
        fd = os.open(path, os.O_RDONLY)
        held.append(fd)
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        print(path, error.strerror, flush=True)
print("ready", flush=True)
time.sleep(60)
"""


@case("U5", "a lock that somebody holds for ever: they cannot even open it", REAL)
def held_lock(box):
    file = hello(box)
    box.must("install", file)
    paths = ["/run/fardel/lock", "/run/fardel", "/var/lib/fardel", "/var/lib/fardel/state.db", "/var/cache/fardel/packs"]
    with subprocess.Popen(["/usr/bin/python3", "-c", HOLD, *paths], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          text=True, user=USER, group=USER, extra_groups=[], cwd="/") as holder:
        said = []
        while not said or said[-1] != "ready":
            said.append(holder.stdout.readline().strip())
        want("/run/fardel/lock Permission denied" in said, f"{said}")
        run = box.fardel("--lock-timeout", "0", "remove", "hello")
        holder.kill()
    want(run.status == 0, str(run))
    box.unharmed()


HOLD_SHM = """
import fcntl, os, struct, sys, time
fd = os.open(sys.argv[1], os.O_RDONLY)
first, count = map(int, sys.argv[2:])
fcntl.fcntl(fd, fcntl.F_SETLK, struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, first, count, 0))
print("ready", flush=True)
time.sleep(60)
"""


@case("U5-shm", "a lock on what readers may open of state.db: said who holds it", REAL)
def held_shm(box):
    file = hello(box)
    box.must("install", file)
    state = "/var/lib/fardel/state.db"
    # All of it, then the single bytes that SQLite locks to write, to recover, and to read.
    for path, first, count in ((state + "-shm", 0, 0), (state + "-shm", 120, 1), (state + "-shm", 122, 1), (state, 0, 0)):
        with subprocess.Popen(["/usr/bin/python3", "-c", HOLD_SHM, path, str(first), str(count)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True, user=USER, group=USER, extra_groups=[], cwd="/") as holder:
            holder.stdout.readline()
            run = box.fardel("install", file)
            holder.kill()
        if path.endswith("-shm"):
            box.refused(run, 7, f"state.db is locked by process {holder.pid} of user {USER}", seconds=20)
            recovered(box)
        else:
            want(run.status == 0, str(run))
    box.must("remove", "hello")
    box.unharmed()


# --- The environment and what is seen of us -------------------------------------------------------------------

EVIL = {
    "PATH": ".", "IFS": "/", "LD_PRELOAD": "/nonexistent.so", "LD_LIBRARY_PATH": "/nonexistent",
    "LUA_INIT": "os.exit(9)", "LUA_PATH": "/tmp/?.lua", "LUA_CPATH": "/tmp/?.so", "BASH_ENV": "/tmp/evil.sh",
    "ENV": "/tmp/evil.sh", "PYTHONPATH": "/tmp",
    "PYTHONSTARTUP": "/tmp/evil.sh", "PERL5LIB": "/tmp", "PERL5OPT": "-Mevil", "TMPDIR": "/nonexistent",
    "SQLITE_TMPDIR": "/nonexistent", "CURL_HOME": "/tmp", "CURL_CA_BUNDLE": "/nonexistent", "SSL_CERT_FILE": "/nonexistent",
    "SSL_CERT_DIR": "/nonexistent", "OPENSSL_CONF": "/tmp/evil.cnf", "OPENSSL_MODULES": "/tmp", "NETRC": "/tmp/netrc",
    "TAR_OPTIONS": "--checkpoint-action=exec=/tmp/evil.sh --checkpoint=1", "GZIP": "-r", "ZSTD_CLEVEL": "99",
    "UNZIP": "-v", "DPKG_ROOT": "/nonexistent", "DPKG_DEB_THREADS_MAX": "evil", "LANG": "../../../tmp/evil",
    "LC_ALL": "../../tmp/evil", "LANGUAGE": "../evil", "LOCPATH": "/tmp", "NLSPATH": "/tmp/%N", "TZ": ":/srv/canary/secret",
    "MALLOC_CONF": "x", "GCONV_PATH": "/tmp", "SHELLOPTS": "xtrace", "PS4": "$(touch /srv/canary/evil)", "CDPATH": "/tmp",
    "HOME": "/srv/canary", "XDG_CONFIG_HOME": "/tmp", "XDG_RUNTIME_DIR": "/tmp", "SUDO_USER": "evil", "SUDO_UID": "1234",
    "SUDO_COMMAND": "\x1b[31mevil", "USER": "evil", "LOGNAME": "evil", "FARDEL_ROOT": "/nonexistent",
    "FARDEL_NAME": "evil", "FARDEL_PHASE": "evil", "FARDEL_RULES_API": "99", "FARDEL_CONFIG": "/tmp/evil.toml",
    "TERM": "../../evil", "COLUMNS": "-1", "LINES": "99999999999", "PAGER": "/tmp/evil.sh", "EDITOR": "/tmp/evil.sh",
    "NOTIFY_SOCKET": "/tmp/evil", "LISTEN_FDS": "9", "LISTEN_PID": "1", "GIT_DIR": "/tmp", "A=B": "", "\udcff": "\udcfe",
    "BASH_FUNC_echo%%": "() { touch /srv/canary/evil; }",
}
GIVEN = {"PATH", "LANG", "HOME", "TMPDIR", "FARDEL_NAME", "FARDEL_VERSION", "FARDEL_ID", "FARDEL_PHASE", "FARDEL_ROOT",
         "FARDEL_RULES_API"}
SHELLS = {"PWD", "OLDPWD", "SHLVL", "_"}  # what sh adds by itself


@case("U6", "an environment full of traps: nothing of it reaches rules or workers", ROOTS)
def environment(box):
    rules = rules_file(box, """
env | sed "s/^/env $1 /"
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
esac
""")
    with open("/tmp/evil.sh", "w") as file:
        file.write("#!/bin/sh\ntouch /srv/canary/evil\n")
    os.chmod("/tmp/evil.sh", 0o755)
    for name in (".netrc", ".curlrc"):
        with open(f"/srv/canary/{name}", "w") as file:
            file.write("proxy = http://127.0.0.1:1\n")
    box.before = box.outside()
    url, notes = box.serve_evil()
    pack = box.pack("hello", "1", kb=2)
    file = box.installer("hello", "1", pack, f"{url}/ok/hello-1.deb", rules=rules)
    evil = {**EVIL, "http_proxy": "", "no_proxy": "127.0.0.1", "https_proxy": "http://name:password@127.0.0.1:1"}
    command = ["/usr/bin/env", "-i", *(f"{key}={value}" for key, value in evil.items())]
    run = box.fardel("install", file, wrap=[*command, "/usr/bin/env", "PATH=" + os.environ["PATH"]])
    want(run.status == 0, str(run))
    box.clean_text(run.out + run.err)
    seen = {}
    for phase, name, value in re.findall(r"^(?:.*\| )?env (\w+) ([^=\n]*)=(.*)$", log_text(box), re.M):
        seen.setdefault(phase, {})[name] = value
    want(set(seen) == {"unpack", "configure"}, f"{seen}\n{log_text(box)}")
    for phase, found in seen.items():
        want(GIVEN <= set(found) <= GIVEN | SHELLS, f"{phase}: {set(found) ^ GIVEN}")
        want(found["LANG"] == "C.UTF-8" and found["FARDEL_PHASE"] == phase and found["FARDEL_NAME"] == "hello", f"{found}")
        own = "/var/lib/fardel/stage/" if phase == "unpack" else "/tmp"  # of the stage's own
        want(found["HOME"].startswith(own) and found["TMPDIR"].startswith(own), f"{found}")
        want(all(part.startswith("/") for part in found["PATH"].split(":")), found["PATH"])
    # A worker's whole environment, while it waits for a slow server.
    file = box.installer("other", "1", box.pack("other", "1"), f"{url}/stall/other-1.deb")
    job = box.start("install", file, wrap=[*command, "/usr/bin/env", "PATH=" + os.environ["PATH"]])
    box.wait("the worker", lambda: find(["fardel-fetch"], box.known))
    worker = next(iter(find(["fardel-fetch"], box.known)))
    with open(f"/proc/{worker}/environ", "rb") as given:
        names = {line.partition(b"=")[0].decode() for line in given.read().split(b"\0") if line}
    want(names == {"LANG", "GNUTLS_NO_IMPLICIT_INIT"}, f"{names}")
    job.terminate()
    job.wait(10)
    with open(f"{notes}/headers") as text:
        want("Authorization" not in text.read(), "credentials of a file in HOME were sent")
    box.must("remove", "hello")
    box.unharmed()


PEEK = """
import ctypes, os, sys
ptrace = ctypes.CDLL(None, use_errno=True).ptrace
for pid in map(int, sys.argv[1:]):
    for name in ("environ", "mem", "maps", "fd", "cwd", "root", "exe", "auxv", "syscall", "stack", "io"):
        path = f"/proc/{pid}/{name}"
        try:
            if name in ("cwd", "root", "exe"):
                os.readlink(path)
            elif name == "fd":
                os.listdir(path)
            else:
                with open(path, "rb") as file:
                    file.read(1)
            print("could read", path)
        except OSError:
            pass
    if ptrace(16, pid, None, None) == 0:  # PTRACE_ATTACH
        print("could attach to", pid)
    for number in (15, 19):  # SIGCONT is free within a session
        try:
            os.kill(pid, number)
            print("could signal", pid)
        except OSError:
            pass
"""


@case("U12", "others see no environment, memory or descriptor of ours, and no password anywhere", REAL)
def peeking(box):
    rules = rules_file(box, 'case $1 in configure) sleep 60 ;; esac\n')
    url, _ = box.serve_evil()
    secret = "s3cret"
    env = {**os.environ, "http_proxy": "", "https_proxy": f"http://name:{secret}@127.0.0.1:1"}
    file = box.installer("hello", "1", None, url.replace("http://", f"http://name:{secret}@") + "/stall/hello-1.deb")
    waits = box.installer("other", "1", rules=rules, sums=None, pack=box.pack("other", "1"),
                          url=url + "/ok/other-1.deb")
    for args, words in ((file, ["fardel-fetch"]), (waits, ["sleep 60"])):
        job = box.start("install", args, env=env)
        box.wait(words[0], lambda: find(words, box.known))  # pylint: disable=cell-var-from-loop
        ours = [pid for pid in processes() if pid not in box.known and pid != os.getpid()
                and "httpd" not in processes().get(pid, "")]
        want(len(ours) >= 2, f"{ours}")
        peek = as_user("/usr/bin/python3", "-c", PEEK, *map(str, ours))
        want(peek.returncode == 0 and not peek.stdout, f"{peek.stdout}{peek.stderr}{processes()}")
        lines = [line for pid, line in processes().items() if pid in ours]
        want(not [line for line in lines if secret in line and "fardel install" not in line], f"{lines}")
        job.terminate()
        job.wait(10)
    for path, what in own_files(box):
        if stat.S_ISREG(what.st_mode) and what.st_mode & 0o004 and not path.endswith("upstream_pack_url"):
            with open(path, "rb") as data:
                want(secret.encode() not in data.read(), f"{path} holds the password, and all may read it")
    recovered(box)
    box.unharmed()


@case("U13", "a configuration that others could change is refused, and so is its folder", REAL)
def foreign_configuration(box):
    file = hello(box)
    top = box.path("/etc/fardel")
    os.makedirs(top + "/conf.d")
    main, drop = top + "/fardel.toml", top + "/conf.d/a.toml"
    for path in (main, drop):
        with open(path, "w") as text:
            text.write("[gc]\nkeep = 1\n")
    box.before = box.outside()
    for path in (main, drop, top, top + "/conf.d"):
        was = os.stat(path)
        for mode, uid, gid in ((0o666, 0, 0), (0o664, 0, USER), (0o777, 0, 0), (0o755, USER, 0)):
            os.chmod(path, mode)
            os.chown(path, uid, gid)
            run = box.fardel("install", file)
            box.refused(run, 1, path)
            # What only reads goes on without it, and says so.
            run = box.must("list")
            want(path in run.err, str(run))
            os.chown(path, 0, 0)
            os.chmod(path, was.st_mode & 0o7777)
    theirs = os.path.join(box.work, "theirs.toml")
    shutil.copy(main, theirs)
    os.chown(theirs, USER, USER)
    for path in (main, drop):
        os.rename(path, path + ".away")
        os.symlink(theirs, path)
        box.refused(box.fardel("install", file), 1, path)
        os.unlink(path)
        os.mkfifo(path)
        box.refused(box.fardel("install", file), 1, path)
        os.unlink(path)
        os.rename(path + ".away", path)
    box.refused(box.fardel("--config", theirs, "install", file), 1, theirs)
    box.unharmed()


@case("U14", "control characters in all that an installer, its rules and a caller can say: none is shown raw")
def terminal(box):
    evil = r"\033]0;owned\007\033[31mred\033[2J\r\b\x7f\u202eback\x9b31m\xc2\x9b1m end"
    url = box.serve()
    rules = rules_file(box, f"""
printf '{evil}\\n'; printf '{evil}\\n' >&2
[ "$1" != configure ] || [ -e "$root/srv/fine" ] || exit 1
""".replace(r"\u202e", r"\342\200\256").replace(r"\x7f", r"\177").replace(r"\x9b", r"\233").replace(r"\xc2", r"\302"))
    evil = evil.replace(r"\u202e", r"\xe2\x80\xae")
    file = box.installer("hello", "1", box.pack("hello", "1"), f"{url}/hello-1.deb", f"fact:description={evil}",
                         f"fact:legend={evil}", f"fact:license={evil}", rules=rules)
    runs = [box.fardel("install", "--dry-run", file), box.fardel("install", file)]
    want(runs[-1].status == 1, str(runs[-1]))
    with open(box.path("/srv/fine"), "w"):
        pass
    runs += [box.must("install", file)]
    for args in (["list"], ["show", "hello"], ["license", "hello"], ["license", file], ["log"], ["log", "1"], ["log", "2"],
                 ["show", "--json", "hello"], ["list", "--json"], ["show", "--plain", "hello"], ["doctor"], ["cache", "list"]):
        runs.append(box.fardel(*args))
    strange = "\x1b[31m\u202e\x07\n\udcffx"
    for args in (["show", strange], ["install", strange], ["install", "/tmp/" + strange], ["remove", strange],
                 ["--root", strange, "list"], ["--set", strange, "list"], [strange], ["list", "--" + strange],
                 ["install", "--json", "/tmp/" + strange], ["log", strange], ["--config", strange, "list"]):
        runs.append(box.fardel(*args))
        want(runs[-1].status in DOCUMENTED and runs[-1].status != 0, str(runs[-1]))
    for run in runs:
        box.clean_text(run.out + run.err)
    os.unlink(box.path("/srv/fine"))
    # Fields that are one line are refused, or made clean.
    for key in ("version", "name", "package-id", "timestamp", "pkg-format"):
        other = box.installer("other", "1", None, f"{url}/other-1.deb", f"key:{key}=1" + "\x1b[31m\u202e")
        for run in (box.fardel("install", "--dry-run", other), box.fardel("install", other)):
            box.clean_text(run.out + run.err)
        box.fardel("remove", "other")
    for address in ("http://x/\x1b[31m.deb", "http://\x1b[31m/x.deb", "\x1b[31m", "http://x/\u202e.deb"):
        other = box.installer("other", "1", box.pack("other", "1"), address)
        run = box.fardel("--set", "fetch.retries=0", "install", other)
        want(run.status != 0, str(run))
        box.refused(run, run.status)
    box.must("remove", "hello")
    box.unharmed()


@case("U15", "names that look like options")
def options(box):
    url = box.serve()
    rules = rules_file(box, 'for word; do echo "word <$word>"; done; [ "$1" != unpack ] || dpkg-deb -x "$2" "$3"\n')
    for name in ("-rf", "--help", "-", "--"):
        other = box.installer("hello", "1", None, f"{url}/hello-1.deb")
        with tarfile.open(other) as old, tarfile.open(other + ".new", "w:gz") as new:
            for member in old:
                data = old.extractfile(member)
                member.name = name + member.name[len("hello"):]
                new.addfile(member, data)
        os.rename(other + ".new", other)
        run = box.fardel("install", other)
        box.refused(run, 1, name)
        other = os.path.join(box.work, f"{name}.tar.gz")
        shutil.copy(box.installer("hello", "1", None, f"{url}/hello-1.deb", "key:name=" + name), other)
        want(box.fardel("install", other).status == 1, other)
        want(box.fardel("remove", name).status in {"--help": (0,), "-": (3,)}.get(name, (64,)), f"remove {name}")
        want(box.fardel("remove", "--", name).status in (3, 64), f"remove -- {name}")
    pack = box.pack("hello", "1")
    for name in ("-rf.deb", "-rf", "-o", "--to-command=touch evil"):
        os.link(pack, os.path.join(box.vendor, name))
        file = box.installer("hello", "1", pack, f"{url}/{name.replace(' ', '%20')}", rules=rules)
        box.must("install", "--", file)
        words = re.findall(r"word <(.*)>", log_text(box))
        want(words and all(word.startswith("/") or word in ("unpack", "configure", "unconfigure") for word in words),
             f"{words}")
        box.must("remove", "hello")
    box.unharmed()


@case("U16", "called by way of sudo: nothing of the caller's HOME is read, and nobody else's is written", REAL)
def by_sudo(box):
    home = os.path.join(box.work, "home")
    os.makedirs(home + "/.config/fardel")
    for name in (".netrc", ".curlrc", ".fardel.toml", ".config/fardel/fardel.toml", ".sqliterc", ".wgetrc"):
        with open(f"{home}/{name}", "w") as file:
            file.write("default login evil password evil\n[fetch]\nrequire_checksum = true\nproxy = 'http://127.0.0.1:1'\n")
    subprocess.run(["chown", "-R", f"{USER}:{USER}", home], check=True)
    before = tree(home)
    trace = os.path.join(box.work, "trace")
    wrap = ["strace", "-f", "-qq", "-e", "trace=%file", "-e", "signal=none", "-o", trace] if shutil.which("strace") else []
    env = {**os.environ, "HOME": home, "SUDO_UID": str(USER), "SUDO_GID": str(USER), "SUDO_USER": "evil", "USER": "root"}
    box.must("install", hello(box, sums=None), env=env, wrap=wrap)
    want(tree(home) == before, f"{tree(home)}")
    if wrap:
        with open(trace, errors="replace") as lines:
            want(not [line for line in lines if home + "/" in line], "it looked into HOME")
    box.must("remove", "hello", env=env)
    box.unharmed()


# --- Workers and rules, as the kernel sees them -----------------------------------------------------------------

def stopped(box, word):
    """The first process that has this word in its command line, stopped as soon as it is seen."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for pid in filter(str.isdigit, os.listdir("/proc")):
            if int(pid) in box.known:
                continue
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as line:
                    if word.encode() not in line.read().split(b"\0")[0]:
                        continue
                os.kill(int(pid), signal.SIGSTOP)
                return int(pid)
            except OSError:
                continue
    raise Failed(f"no process {word}")


def unprivileged(box, pid, what, filtered=True):
    status = status_of(pid)
    uids = set(map(int, status["Uid"].split())) | set(map(int, status["Gid"].split()))
    if box.mode in REAL:
        want(not {uid for uid in uids if uid < 100}, f"{what}: Uid {status['Uid']} Gid {status['Gid']}")
        want(not status["Groups"], f"{what}: groups {status['Groups']}")
    want(status["NoNewPrivs"] == "1", f"{what}: NoNewPrivs {status['NoNewPrivs']}")
    want(not filtered or status["Seccomp"] == "2", f"{what}: Seccomp {status['Seccomp']}")
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        want(int(status[name], 16) == 0, f"{what}: {name} {status[name]}")
    with open(f"/proc/{pid}/limits") as limits:
        want(re.search(r"Max core file size\s+0\s+0", limits.read()), f"{what}: writes core files")


@case("U18", "workers and rules have no rights: user, groups, capabilities, seccomp, no_new_privs, core files", ROOTS)
def no_rights(box):
    url, _ = box.serve_evil()
    rules = rules_file(box, """
case $1 in
download) sleep 71 & wait $! || echo pack >"$2" ;;
unpack) sleep 72 & wait $! || : ;;
esac
""")
    long = rules_file(box, "exit\n" + noise(), "long.sh")
    file = box.installer("hello", "1", None, f"{url}/stall/hello-1.deb", rules=long)
    job = box.start("install", file)
    pid = stopped(box, "fardel-extract")
    unprivileged(box, pid, "extract")
    want(set(descriptors(pid)) <= set(range(0, 7)), f"{descriptors(pid)}")
    os.kill(pid, signal.SIGCONT)
    pid = stopped(box, "fardel-fetch")
    unprivileged(box, pid, "fetch")
    os.kill(pid, signal.SIGCONT)
    job.terminate()
    job.wait(10)
    file = box.installer("hello", "1", rules=rules, sums=None)
    job = box.start("install", file)
    for phase, word in (("download", "sleep 71"), ("unpack", "sleep 72")):
        box.wait(word, lambda: find([word], box.known))  # pylint: disable=cell-var-from-loop
        pid = next(iter(find([word], box.known)))
        unprivileged(box, pid, phase)
        for space in ("pid", "mnt", "ipc", "uts") + (("net",) if phase == "unpack" else ()):
            want(os.readlink(f"/proc/{pid}/ns/{space}") != os.readlink(f"/proc/self/ns/{space}"), f"{phase}: our {space}")
        os.kill(pid, signal.SIGKILL)
    want(job.wait(20) == 0, job.said())
    box.must("remove", "hello")
    box.unharmed()


# What a process may enter before it becomes a program of another name: as strace writes it, as a word.
ENTERED = ((r"setresuid\(([1-9]\d*), \1, \1\)", "user"), (r"prctl\(PR_SET_NO_NEW_PRIVS, 1,", "no_new_privs"), (r"capset\(", "capset"),
           (r"landlock_restrict_self\(", "landlock"), (r"seccomp\(SECCOMP_SET_MODE_FILTER", "seccomp"))
WHOLLY = {word for _, word in ENTERED}
# Each program that fardel starts confined: how its command line begins, and what it has not entered.
CONFINED = {
    "fardel-extract": set(), "fardel-fetch": set(), "fardel-index": set(), "fardel-tree": set(), "rules download": set(), "rules unpack": set(),
    "rules.lua unpack": set(), "sh -n": set(), "diff -u": set(), "apt-get -s": {"landlock"}, "rules configure": {"user", "landlock"},
    "rules.lua configure": {"user", "landlock"},
}


def entered(box, *command, status=(0,), to):
    """Runs fardel under strace; adds to `to`, for each of these programs, what each process that became it had entered."""
    trace = os.path.join(tempfile.mkdtemp(dir=box.work), "trace")
    # A file for each process: in one of all, calls are cut in two.
    wrap = ["strace", "-ff", "-qq", "-e", "signal=none", "-s", "200", "-o", trace]
    wrap += ["-e", "trace=execve,execveat,setresuid,prctl,capset,landlock_restrict_self,seccomp"]
    run = box.fardel(*command, cwd="/", wrap=wrap)
    want(run.status in status, str(run))
    for path in glob.glob(trace + ".*"):
        has = set()
        with open(path, errors="replace") as lines:
            for call in map(str.strip, lines):
                if not call.endswith("= 0"):
                    continue
                has |= {word for pattern, word in ENTERED if re.match(pattern, call)}
                got = re.match(r'execve(?:at)?\(.*?\["(?:[^"]*/)?([^"/]+)"(?:, "([^"]*)")?', call)
                if not got:
                    continue
                for name in CONFINED:
                    if " ".join(filter(None, got.groups())).startswith(name):
                        to.setdefault(name, []).append(set(has))


@case("U18-each", "each program that fardel starts is confined before it begins: user, capabilities, no_new_privs, Landlock, seccomp", REAL)
def each_confined(box):
    if not shutil.which("strace"):
        box.skip("strace is not there")
    doctor = box.fardel("doctor").out
    if "confinement of workers, download and unpack: all of it" not in doctor:
        box.skip("this kernel itself lacks a part")
    found = {}
    file = box.installer("hello", "1", rules=rules_file(box, '[ "$1" != download ] || echo pack >"$2"\n'), sums=None)
    url = box.serve()
    with open(box.pack("script", "1"), "rb") as pack:
        digest = hashlib.sha256(pack.read()).hexdigest()
    entered(box, "install", file, box.installer("other", "1", None, url + "/other-1.deb"), to=found)
    entered(box, "lint", file, status=(0, 1), to=found)
    # A file that it changes is shown as a difference.
    with open("/etc/changed.conf", "w") as out:
        out.write("one\n")
    changing = rules_file(box, '[ "$1" != configure ] || echo more >>/etc/changed.conf\n[ "$1" != download ] || echo pack >"$2"\n', "changing.sh")
    entered(box, "preview", "--diff", box.installer("hello", "2", rules=changing, sums=None), to=found)
    os.remove("/etc/changed.conf")
    folder = os.path.join(box.work, "script")
    os.makedirs(folder)
    with open(f"{folder}/manifest.toml", "w") as out:
        out.write(f'format = 3\nname = "script"\nversion = "1"\n[[pack]]\nurl = "{url}/script-1.deb"\nsha256 = "{digest}"\n')
    with open(f"{folder}/rules.lua", "w") as out:
        out.write("function unpack(packs, dir) end\nfunction configure() end\n")
    box.must("build", "-o", box.work, folder)
    entered(box, "install", f"{box.work}/script.tar.gz", to=found)
    with open(f"{folder}/manifest.toml", "a") as out:
        out.write('[needs]\ndeb = ["no-such-package-anywhere"]\n')
    box.must("build", "-o", box.work, folder)
    entered(box, "install", f"{box.work}/script.tar.gz", status=(1, 11), to=found)
    box.must("remove", "hello", "other", "script")
    entered(box, "install", "--yes", luet.installer(box, luet.zstd(luet.good())), to=found)
    box.must("remove", "--yes", "app-x/tool")
    stand = repositories.Stand(box)
    repositories.honest(6).put(stand.folder)
    entered(box, "repo", "update", to=found)
    want(set(found) == set(CONFINED), f"never seen: {set(CONFINED) - set(found)}")
    for name, every in found.items():
        for has in every:
            want(has >= WHOLLY - CONFINED[name], f"{name} begins without {WHOLLY - CONFINED[name] - has}")
    box.unharmed()
