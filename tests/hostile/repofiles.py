"""U13, R: repositories' files that others can change, that are no files, that are too many, or that change meanwhile."""
import contextlib
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

from box import Failed, case, want

USER = 1234  # somebody with no rights
REAL = ("mount",)  # where there are other users
KEY = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
FOLDER = "/etc/fardel/repos.d"


def text_of(name, *lines):
    return "\n".join([f"name: {name}", "type: http", f"urls: [https://{name}.example/]", *lines]) + "\n"


def write(box, path, text, mode=0o644):
    path = box.path(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def read(path):
    with open(path) as file:
        return file.read()


def names(box, *more):
    return [line.split("\t")[0] for line in box.must("repo", "list", "--plain", *more).out.splitlines()]


def looked_over(box, bad, path):
    """The good one is there, the bad one is not; it is named as what cannot be used, by what reads and by what writes."""
    run = box.fardel("repo", "list", "--plain")
    want(run.status == 0 and path in run.err, str(run))
    want([line.split("\t")[0] for line in run.out.splitlines()] == ["good"], str(run))
    run = box.fardel("repo", "enable", bad)
    want(run.status in (1, 3), str(run))
    box.clean_text(run.out + run.err)


@case("U13-repos", "a repository's file that others could change does not count, nor does one in such a folder", REAL)
def foreign_files(box):
    good = write(box, "/usr/lib/fardel/repos.d/good.yml", text_of("good"))
    bad = write(box, FOLDER + "/bad.yml", text_of("bad"))
    before = read(bad)
    for path in (bad, os.path.dirname(bad)):
        was = os.stat(path)
        for mode, uid, gid in ((0o666, 0, 0), (0o664, 0, USER), (0o777, 0, 0), (0o755, USER, 0)):
            os.chmod(path, mode)
            os.chown(path, uid, gid)
            looked_over(box, "bad", path)
            os.chown(path, 0, 0)
            os.chmod(path, was.st_mode & 0o7777)
    want(names(box) == ["bad", "good"] and read(bad) == before, read(bad))
    want(os.path.exists(good), "the other is gone")


@case("U13-repos-above", "a folder above the repositories' that others may write to: nothing below it counts", REAL)
def foreign_above(box):
    write(box, "/usr/lib/fardel/repos.d/good.yml", text_of("good"))
    write(box, FOLDER + "/bad.yml", text_of("bad"))
    write(box, "/srv/extra/repos/bad.yml", text_of("worse"))
    write(box, "/etc/fardel/fardel.toml", 'repos_confdir = ["/srv/extra/repos"]\n')
    os.rename(box.path(FOLDER + "/bad.yml"), box.path(FOLDER + "/bad.off"))
    want(names(box) == ["good", "worse"], str(names(box)))
    for path in ("/srv/extra", "/srv/extra/repos"):
        os.chmod(box.path(path), 0o777)
        looked_over(box, "bad", box.path(path))
        os.chmod(box.path(path), 0o755)
    want(names(box) == ["good", "worse"], str(names(box)))


@case("U13-repos-links", "links to what others could change, or could put something else in the place of", REAL)
def foreign_links(box):
    write(box, "/usr/lib/fardel/repos.d/good.yml", text_of("good"))
    theirs = box.path("/srv/theirs")
    os.makedirs(theirs)
    target = write(box, "/srv/theirs/bad.yml", text_of("bad"))
    link = box.path(FOLDER + "/bad.yml")
    os.makedirs(os.path.dirname(link))
    os.symlink("/srv/theirs/bad.yml", link)
    want(names(box) == ["bad", "good"], "a link of root's to a file of root's counts")
    box.must("repo", "enable", "bad")
    want(os.path.islink(link) and "enable: true" in read(target), read(target))
    before = read(target)
    for path, mode, uid in ((theirs, 0o755, USER), (theirs, 0o777, 0), (target, 0o666, 0), (target, 0o644, USER)):
        was = os.stat(path)
        os.chmod(path, mode)
        os.chown(path, uid, 0)
        looked_over(box, "bad", theirs if path == theirs else link)
        os.chown(path, 0, 0)
        os.chmod(path, was.st_mode & 0o7777)
    want(read(target) == before, read(target))


@case("U13-repos-key", "a key in a file that others could change is not read", REAL)
def foreign_key(box):
    path = write(box, "/srv/new.pub", f"untrusted comment: new\n{KEY}\n")
    bad = write(box, FOLDER + "/a.yml", text_of("a"))
    before = read(bad)
    for mode in (0o666, 0o664, 0o622):
        os.chmod(path, mode)
        box.refused(box.fardel("repo", "trust", "a", path), 1, path, "can be written by others")
        box.refused(box.fardel("repo", "add", "b", "https://b.example/", "--key", path), 1, path)
    os.unlink(path)
    os.mkfifo(path)
    box.refused(box.fardel("repo", "trust", "a", path), 64, "is not a file")
    want(read(bad) == before and os.listdir(os.path.dirname(bad)) == ["a.yml"], read(bad))


@case("R1", "what is no file among repositories' files: a fifo, a socket, a folder, links in a ring, to nothing, to a device")
def no_files(box):
    write(box, FOLDER + "/good.yml", text_of("good"))
    folder = box.path(FOLDER)
    os.mkfifo(folder + "/fifo.yml")
    os.mkdir(folder + "/folder.yml")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.getcwd()
        os.chdir(folder)
        listening.bind("socket.yml")
        os.chdir(here)
    os.symlink("ring.yml", folder + "/ring.yml")
    os.symlink("/nowhere/at/all", folder + "/nothing.yml")
    os.symlink("/dev/zero", folder + "/zero.yml")
    os.symlink("fifo.yml", folder + "/to-fifo.yml")
    run = box.fardel("repo", "list", "--plain")
    want(run.status == 0 and run.seconds < 2 and [line.split("\t")[0] for line in run.out.splitlines()] == ["good"], str(run))
    for name in ("fifo", "folder", "ring", "to-fifo"):
        want(f"/{name}.yml" in run.err, f"{name} is not named: {run}")
    box.must("repo", "enable", "good")
    for name in ("fifo", "socket", "ring"):
        run = box.fardel("repo", "disable", name)
        want(run.status in (1, 3) and run.seconds < 2, str(run))


@case("R2", "10,000 repositories' files: none of them is read, and it is said in one line; 1,000 are")
def too_many(box):
    write(box, "/run/fardel/repos.d/good.yml", text_of("good"))
    os.makedirs(box.path(FOLDER))
    for number in range(10000):
        write(box, f"{FOLDER}/r{number}.yml", text_of(f"r{number}"))
    run = box.fardel("repo", "list", "--plain")
    want(run.status == 0 and run.seconds < 2 and run.out.startswith("good\t") and run.out.count("\n") == 1, str(run))
    want(run.err.count("\n") == 1 and "more than 1000 files" in run.err, str(run))
    box.within_memory(run)
    for number in range(1000, 10000):
        os.unlink(box.path(f"{FOLDER}/r{number}.yml"))
    run = box.fardel("repo", "list", "--plain")
    want(run.out.count("\n") == 1001 and run.seconds < 2 and not run.err, str(run))
    box.within_memory(run)


@case("R3", "files full of what YAML can do against its readers: refused, in no time")
def evil_yaml(box):
    rest = "type: http\nurls: [https://a.example/]\n"
    texts = {
        "laughs": "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{chr(b)}: &{chr(b)} [{','.join(['*' + chr(b - 1)] * 9)}]\n" for b in range(98, 108)) + "name: x\n" + rest,
        "deep": "name: x\n" + rest + "x: " + "[" * 60000,
        "deep-map": "name: x\n" + rest + "x: " + "{a: " * 15000,
        "keys": "name: x\n" + rest + "".join(f"k{n}: 1\n" for n in range(6000)),
        "question": "? " * 30000,
        "dashes": "- " * 30000,
        "quotes": "name: \"" + "\\" * 60000,
        "commas": "name: [" + "," * 60000,
        "tag": "name: !!python/object/apply:os.system [id]\n" + rest,
        "second": "name: x\n" + rest + "---\nname: y\n" + rest,
        "twice": "name: x\nname: y\n" + rest,
        "merge": "name: x\n<<: {enable: true}\n" + rest,
        "nul": "name: \"a\\0b\"\n" + rest,
        "up": "name: ../../etc\n" + rest,
        "file": "name: x\ntype: http\nurls: ['file:///etc/shadow']\n",
        "lines": "name: x\ntype: http\nurls: [\"https://a.example/\\r\\nX: y\"]\n",
        "token": "name: x\n" + rest + "auth: {token: \"a\\r\\nX: y\"}\n",
    }
    for name, text in texts.items():
        path = write(box, f"{FOLDER}/{name}.yml", text)
        run = box.fardel("repo", "list", "--plain")
        want(run.status == 0 and not run.out and path in run.err and run.seconds < 2, f"{name}: {run}")
        box.within_memory(run)
        box.clean_text(run.err)
        os.unlink(path)


@case("R4", "control characters in what repositories' files say: none is shown raw")
def raw_text(box):
    write(box, FOLDER + "/a.yml", "name: a\ndescription: \"\\e]0;owned\\a\\e[31mred\\r\\b\\x7f\\u202eback\\nline\"\n"
          "type: disk\nurls: [\"/srv/\\u00e4\"]\n")
    write(box, FOLDER + "/b\033[31m.yml", "name: [")
    for more in ((), ("--plain",), ("--json",), ("--urls",)):
        run = box.fardel("repo", "list", *more)
        want(run.status == 0, str(run))
        box.clean_text(run.out + run.err)
    want(box.fardel("repo", "list", "--plain").out.count("\n") == 1, "one line for each")
    want(box.fardel("repo", "list", "--json").json()["repositories"][0]["description"].startswith("\033]0;"), "JSON has all of it")


@case("R5", "files that an editor changes meanwhile: each is wholly the editor's or ours, and none is lost")
def changed_meanwhile(box):
    path = write(box, FOLDER + "/a.yml", text_of("a", "enable: true", "turn: 0"))
    editor = subprocess.Popen(["/usr/bin/python3", "-c", """
import os, sys, time
path, turn = sys.argv[1], 0
while os.getppid() != 1 and turn < 10**6:
    turn += 1
    with open(path + ".edit", "w") as file:
        file.write(f"name: a\\ntype: http\\nurls: [https://a.example/]\\nenable: {'true' if turn % 2 else 'false'}\\nturn: {turn}\\n")
    os.rename(path + ".edit", path)
    time.sleep(0.001)
""", path], stdin=subprocess.DEVNULL)
    try:
        for number in range(60):
            run = box.fardel("repo", "enable" if number % 2 else "disable", "a")
            want(run.status == 0 or (run.status == 1 and "changed meanwhile" in run.err), str(run))
            lines = read(path).splitlines()
            want(len(lines) == 5 and lines[0] == "name: a" and lines[3] in ("enable: true", "enable: false"), str(lines))
    finally:
        editor.kill()
        editor.wait()


@case("R5-lost", "what an editor writes between our reading and our writing is not lost", ("mount", "userns"))
def not_lost(box):
    path = write(box, FOLDER + "/a.yml", text_of("a", "enable: true"))
    editor = subprocess.Popen(["/bin/sh", "-c", """
while kill -0 "$2" 2>/dev/null; do
  sleep 0.02
  { cat "$1" && echo '# one more line'; } >"$1.edit" && mv "$1.edit" "$1"
done""", "editor", path, str(os.getpid())], stdin=subprocess.DEVNULL)
    slowly = ("strace", "-f", "-o", os.devnull, "-P", path, "-e", "trace=read,pread64", "-e", "inject=read,pread64:delay_exit=150000")
    try:
        run = box.fardel("repo", "disable", "a", wrap=slowly)
        box.refused(run, 1, "was changed meanwhile", seconds=10)
    finally:
        editor.kill()
        editor.wait()
    want("enable: true" in read(path), read(path))


@case("R6", "killed at any moment while a file is changed: it is as before or as after")
def killed(box):
    path = write(box, FOLDER + "/a.yml", text_of("a", "# mine", "enable: false"), 0o640)
    before, after = read(path), read(path).replace("false", "true")
    moments = random.Random(7)
    longest = max(box.must("repo", "enable", "a").clock for _ in range(3)) * 1.5
    seen = set()
    for _ in range(80):
        write(box, FOLDER + "/a.yml", before, 0o640)
        run = box.start("repo", "enable", "a")
        time.sleep(moments.random() * longest)
        run.send_signal(signal.SIGKILL)
        run.wait()
        now = read(path)
        seen.add(now)
        want(now in (before, after) and os.stat(path).st_mode & 0o7777 == 0o640, now)
        want(names(box) == ["a"], "what is left beside counts as a repository")
    want(len(seen) == 2, f"it was never killed before, or never after: {seen}")
    box.must("repo", "enable", "a")
    want(sorted(os.listdir(box.path(FOLDER))) == ["a.yml"], "something is left beside it")


CALLS = ("openat2", "openat", "read", "write", "fstat", "newfstatat", "fchmod", "fchown", "fsync", "renameat", "unlinkat", "flock",
         "mkdirat", "pwrite64")


def disturb(box, restore, command, check):
    """Each call of fardel's in turn is its last, or fails; `check` is given how it ended (None: killed)."""
    tried = 0
    for call in CALLS:
        for what in ("signal=KILL", "error=EIO", "error=ENOSPC"):
            number = 0
            while number < 100:
                number += 1
                restore()
                wrap = ("strace", "-qq", "-o", box.work + "/trace", "-e", f"trace={call}", "-e", f"inject={call}:{what}:when={number}")
                # The program itself: `fardel` in PATH is a script, whose shell makes calls, too.
                run = subprocess.run([*wrap, box.fardel_bin, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True, errors="replace", timeout=30, check=False)
                if not os.path.exists(box.work + "/trace"):
                    continue
                traced = read(box.work + "/trace")
                if "INJECTED" not in traced and "killed by SIGKILL" not in traced:
                    break
                tried += 1
                box.clean_text(run.stderr)
                try:
                    check(None if what == "signal=KILL" else run.returncode)
                except Failed as reason:
                    raise Failed(f"{call}.{number} {what}: {reason}\n{run}\n{traced[-2000:]}") from None
    want(tried > 60, f"only {tried} calls were disturbed")


@case("R6-enable", "each call of an enable is its last, or fails: the file is as before or as after", ("mount", "userns"))
def enable_disturbed(box):
    path = box.path(FOLDER + "/a.yml")
    before = text_of("a", "# mine", "enable: false")
    after = before.replace("false", "true")

    def restore():
        write(box, FOLDER + "/a.yml", before, 0o640)

    def check(status):
        now = read(path)
        want(now == after if status == 0 else now in (before, after), f"exit {status}: {now}")
        want(os.stat(path).st_mode & 0o7777 == 0o640 and names(box) == ["a"], f"exit {status}: {os.listdir(box.path(FOLDER))}")

    disturb(box, restore, ("repo", "enable", "a"), check)


@case("R6-add", "each call of an add is its last, or fails: there is no file, or the whole one", ("mount", "userns"))
def add_disturbed(box):
    path = box.path(FOLDER + "/a.yml")
    box.must("repo", "add", "a", "https://a.example/", "--key", KEY)
    after = read(path)

    def restore():
        shutil.rmtree(box.path("/etc/fardel"), ignore_errors=True)

    def check(status):
        there = os.path.exists(path)
        want(there or status != 0, f"exit {status}, and no file")
        want(not there or read(path) == after, f"exit {status}: a part of it")
        want(names(box) == (["a"] if there else []), f"exit {status}")

    disturb(box, restore, ("repo", "add", "a", "https://a.example/", "--key", KEY), check)


@case("R6-remove", "each call of a remove is its last, or fails: no file without what was seen of it; again, it ends", ("mount", "userns"))
def remove_disturbed(box):
    box.must("gc")
    db = box.path("/var/lib/fardel/state.db")
    path = box.path(FOLDER + "/a.yml")

    def seen():
        with contextlib.closing(sqlite3.connect(db)) as state:
            return state.execute("SELECT revision FROM repo WHERE name = 'a'").fetchall() == [(7,)]

    def restore():
        write(box, FOLDER + "/a.yml", text_of("a"))
        write(box, "/var/lib/fardel/repos/a/index.db", "x")
        with contextlib.closing(sqlite3.connect(db)) as state:
            columns = [column[1] for column in state.execute("PRAGMA table_info(repo)")]
            values = {"name": "a", "revision": 7, "file": "index.db"}
            state.execute(f"INSERT OR REPLACE INTO repo ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})",
                          [values.get(column, 0 if column in ("root", "issued", "expires", "synced") else "") for column in columns])
            state.commit()

    def check(status):
        want(seen() or not os.path.exists(path), f"exit {status}: the file is there, and what was seen is not")
        want(status != 0 or not (os.path.exists(path) or seen()), f"exit {status}: something is left")
        again = box.fardel("repo", "remove", "a")
        want(again.status == 0 or (again.status == 3 and not seen()), str(again))
        want(not seen() and not os.path.exists(path), f"exit {status}, again {again}")

    disturb(box, restore, ("repo", "remove", "a"), check)


@case("R7", "twenty at once, each another repository and all the same one: nothing is lost")
def at_once(box):
    for number in range(20):
        write(box, f"{FOLDER}/r{number}.yml", text_of(f"r{number}"))
    shared = write(box, FOLDER + "/shared.yml", text_of("shared", "# kept", "enable: false"))
    runs = [box.start("repo", "enable", f"r{number}", "shared") for number in range(20)]
    for run in runs:
        want(run.wait() == 0, "one failed")
    want(sorted(names(box, "--enabled")) == sorted([f"r{number}" for number in range(20)] + ["shared"]), str(names(box)))
    want(read(shared) == text_of("shared", "# kept", "enable: true"), read(shared))


@case("R8", "the folder's file system is full or read-only, or a limit of file sizes: the file stays as it was", REAL)
def no_room(box):
    folder = box.path("/srv/small")
    os.makedirs(folder)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "none", folder], check=True)
    try:
        path = write(box, "/srv/small/a.yml", text_of("a"))
        write(box, "/etc/fardel/fardel.toml", 'repos_confdir = ["/srv/small"]\n')
        before = read(path)
        with open(folder + "/fill", "wb", buffering=0) as fill:
            try:
                while True:
                    fill.write(b"x" * 4096)
            except OSError:
                pass
        run = box.fardel("repo", "enable", "a")
        box.refused(run, 1, path)
        want(read(path) == before and sorted(os.listdir(folder)) == ["a.yml", "fill"], str(os.listdir(folder)))
        os.unlink(folder + "/fill")
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        box.refused(box.fardel("repo", "enable", "a"), 1, path)
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
        box.must("repo", "enable", "a")
        want(read(path) == before + "enable: true\n", read(path))
    finally:
        subprocess.run(["umount", folder], check=True)
