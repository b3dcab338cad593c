"""O: the other layout of installations, where the old tool, and a user that it gives its files to, are at work as well."""
import glob
import os
import shutil
import socket
import stat
import subprocess

from box import case, listed, tree, want

REAL = ("mount",)  # puavo-pkg knows no other root, and its user is another one
USER = 1234
ROOTDIR, CACHE = "/var/lib/puavo-pkg", "/var/cache/puavo-pkg"
PACKS = f"{CACHE}/upstream_packs"
ID = "0123456789abcdef0123456789abcdef"
SECRET = "/srv/canary/secret"


# --- Means --------------------------------------------------------------------------------------------------

def served(box, name="hello", version="1"):
    """An installer whose pack a server has."""
    if not hasattr(box, "url"):
        box.url = box.serve()
    pack = box.pack(name, version)
    return box.installer(name, version, pack, f"{box.url}/{os.path.basename(pack)}")


def filled(box, name="hello", version="1"):
    """A rootdir as the old tool leaves it, where fardel never was; gives the installation's folder."""
    for folder in (ROOTDIR, CACHE):
        shutil.rmtree(folder, ignore_errors=True)
    box.wipe()
    box.must("install", served(box, name, version), as_puavo=True)
    for path in glob.glob(f"{PACKS}/*/*"):
        pack = os.path.realpath(path)
        os.remove(path)
        shutil.copyfile(pack, path)
    box.wipe()
    home = glob.glob(f"{ROOTDIR}/packages/{name}/*")[0]
    subprocess.run(["chown", "-R", f"{USER}:{USER}", f"{home}/upstream", CACHE], check=True)
    return home


def put(kind, path):
    """Something that has no business there."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.islink(path) or os.path.isfile(path):
        os.remove(path)
    elif os.path.isdir(path):
        shutil.rmtree(path)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 5))  # /dev/zero: has no end
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as one:
            folder = os.open(os.path.dirname(path), os.O_PATH)
            one.bind(f"/proc/self/fd/{folder}/{os.path.basename(path)[:80]}")
            os.close(folder)
    elif kind == "folder":
        os.makedirs(f"{path}/deep")
    elif kind == "file":
        with open(path, "w") as file:
            file.write("a file\n")
    else:
        os.symlink(kind, path)


KINDS = ["fifo", "device", "socket", "folder", "file", "/etc", SECRET, "/proc/self/root", "nowhere"]


def untouched(box, *but):
    """Nothing outside has changed but these."""
    ours = (ROOTDIR, CACHE, "/usr/bin/hello", "/usr/share/applications/hello.desktop", "/etc/hello.conf", *but)
    # The second line of a\nb, too.
    found = [line for line in box.changes() if not any(f" .{path}" in line for path in ours) and line[:3] != "+ b"]
    want(not found, "changed outside: " + "\n".join(found[:20]))


def all_commands(box, file, codes=(0, 1)):
    """Each ends soon, by itself, and says nothing raw."""
    for as_puavo, *args in ((True, "list"), (False, "list", "--all"), (True, "show", "hello"), (False, "doctor"),
                            (True, "gc-installations"), (True, "gc-upstream-packs"), (True, "install", file),
                            (True, "reconfigure", "--all"), (True, "remove", "hello"), (True, "prepare", file),
                            (False, "remove", "hello"), (False, "gc")):
        run = box.fardel(*args, as_puavo=as_puavo, patience=20)
        want(run.status in (*codes, 3) or args == ["doctor"], str(run))
        want(run.status == 0 or run.err, str(run))
        box.clean_text(run.out + run.err)
        box.within_memory(run)


# --- What stands where packages and links are looked for ------------------------------------------------------

@case("O1", "links, fifos, devices, sockets and strange names in each of puavo's folders: passed over, never followed", REAL)
def junk(box):
    file = served(box)
    for kind in KINDS:
        box.wipe()
        for folder in (ROOTDIR, CACHE):
            shutil.rmtree(folder, ignore_errors=True)
        for path in (f"{ROOTDIR}/packages/other", f"{ROOTDIR}/packages/hello/{ID}", f"{ROOTDIR}/packages/hello/{ID}.tmp",
                     f"{ROOTDIR}/packages/third/installed", f"{ROOTDIR}/packages/a\nb", f"{ROOTDIR}/packages/\x1b[31m",
                     f"{ROOTDIR}/installed/hello", f"{ROOTDIR}/available/hello", f"{ROOTDIR}/installed/a\nb",
                     f"{ROOTDIR}/available/\x1b[31m", f"{PACKS}/hello/{ID}", f"{PACKS}/other", f"{PACKS}/a\nb"):
            put(kind, path)
        all_commands(box, file)
        untouched(box)
        want(os.path.lexists(f"{ROOTDIR}/packages/other"), "what is nobody's package is gone")


@case("O2", "stamps, upstream/ and the installer's own files as links, fifos, devices and folders: nothing beyond them is touched",
      REAL)
def parts(box):
    file = served(box)
    for kind in KINDS:
        for name in (".prepared", ".installed", "upstream", "rules", "license", ".fardel-unsettled"):
            home = filled(box)
            put(kind, f"{home}/{name}")
            all_commands(box, file)
            untouched(box)


@case("O3", "a folder on the way is a link, or a file: it is not followed below the rootdir, and the path is named", REAL)
def ways(box):
    file = served(box)
    away = os.path.join(box.work, "away")
    for path in (f"{ROOTDIR}/packages", f"{ROOTDIR}/installed", f"{ROOTDIR}/available", f"{ROOTDIR}/packages/hello",
                 f"{ROOTDIR}/.fardel", PACKS, f"{PACKS}/hello"):
        for kind in (away, "file", "fifo"):
            box.wipe()
            for folder in (ROOTDIR, CACHE):
                shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(away, ignore_errors=True)
            os.makedirs(f"{away}/hello/{ID}/upstream")
            os.makedirs(f"{away}/{ID}/upstream")
            before = tree(away)
            put(kind, path)
            run = box.fardel("install", file, as_puavo=True, patience=20)
            want(run.status in (0, 1), str(run))
            top = ROOTDIR if path.startswith(ROOTDIR) else CACHE
            want(run.status == 0 or (top in run.err and os.path.basename(path) in run.err), f"{path} is not named: {run}")
            all_commands(box, file)
            want(tree(away) == before, f"{path} -> {away} was followed: {tree(away)}")
            untouched(box)


# --- What is taken over ------------------------------------------------------------------------------------

@case("O4", "upstream/ that is a link to /etc at a take-over: nothing there is given to anybody, nor removed", REAL)
def upstream_link(box):
    home = filled(box)
    shutil.rmtree(f"{home}/upstream")
    os.symlink("/etc", f"{home}/upstream")
    os.chown("/etc/hostname", USER, USER) if os.path.exists("/etc/hostname") else None
    box.before = box.outside()
    box.must("gc-installations", as_puavo=True)
    untouched(box)
    run = box.fardel("remove", "hello", as_puavo=True)
    want(run.status in (0, 1), str(run))
    untouched(box)


@case("O5", "files of others, hard-linked into upstream/: they keep their owner and mode, and it is said which package it is", REAL)
def linked_files(box):
    home = filled(box)
    os.chmod(SECRET, 0o666)
    os.chown(SECRET, USER, 42)
    os.mkdir(f"{home}/upstream/deep")
    # A link is only possible on one file system.
    os.makedirs("/var/lib/others")
    with open("/var/lib/others/secret", "w") as file:
        file.write("a secret\n")
    os.chmod("/var/lib/others/secret", 0o4666)
    os.chown("/var/lib/others/secret", 3, 42)
    os.link("/var/lib/others/secret", f"{home}/upstream/deep/mine")
    before = tree("/var/lib/others")
    box.before[os.path.dirname(SECRET)] = tree(os.path.dirname(SECRET))
    run = box.must("gc-installations", as_puavo=True)
    want("WARNING: hello: " in run.err and home in run.err and "hard link" in run.err, str(run))
    want(tree("/var/lib/others") == before, f"{tree('/var/lib/others')}")
    run = box.fardel("remove", "hello", as_puavo=True)
    want(run.status == 0, str(run))
    with open("/var/lib/others/secret") as file:
        want(file.read() == "a secret\n", "it is gone")


TAMPER = """
import os, shutil, sys, time
home, other = sys.argv[1:]
os.setgid(1234); os.setuid(1234)
end = time.monotonic() + 60
n = 0
while time.monotonic() < end:
    n += 1
    for path, what in ((home + "/upstream/usr/share/swapped", "/etc"), (home + "/upstream/swapped", other)):
        try:
            if os.path.islink(path):
                os.remove(path)
                os.makedirs(path + "/deep")
            else:
                shutil.rmtree(path, ignore_errors=True)
                os.symlink(what, path)
        except OSError:
            if not os.access(home + "/upstream", os.W_OK):
                break
"""


@case("O6", "its user swaps folders for links, while they are taken over: nothing outside is given to root or changed", REAL)
def swapped(box):
    for _ in range(5):
        home = filled(box)
        away = os.path.join(box.work, "away")
        shutil.rmtree(away, ignore_errors=True)
        os.makedirs(f"{away}/deep")
        os.chmod(away, 0o777)
        os.chown(away, USER, USER)
        before = tree(away)
        with subprocess.Popen(["/usr/bin/python3", "-c", TAMPER, home, away], stderr=subprocess.DEVNULL) as job:
            try:
                for _ in range(3):
                    run = box.fardel("gc-installations", as_puavo=True, patience=20)
                    want(run.status in (0, 1), str(run))
                    run = box.fardel("list", as_puavo=True, patience=20)
                    want(run.status == 0 and "hello" in run.out, str(run))
            finally:
                job.kill()
        want(tree(away) == before and os.stat(away).st_uid == USER, f"{away} was changed")
        untouched(box)


# --- How much, and who says so -----------------------------------------------------------------------------

MANY = 300


@case("O7", f"{MANY} packages, {MANY} links and {MANY} packs that nobody knows: each command ends in time", REAL)
def many(box):
    file = served(box)
    for number in range(MANY):
        os.makedirs(f"{ROOTDIR}/packages/p{number}/{ID}")
        put("file", f"{PACKS}/hello/{number:096x}")
    for folder in ("installed", "available"):
        os.makedirs(f"{ROOTDIR}/{folder}")
        for number in range(MANY):
            os.symlink(f"{ROOTDIR}/packages/p{number}/{ID}", f"{ROOTDIR}/{folder}/p{number}")
    for args in (["list"], ["gc-installations"], ["list"], ["install", file], ["gc-upstream-packs"]):
        run = box.must(*args, as_puavo=True, patience=40)
        box.within_memory(run)
    want(len(box.must("list", as_puavo=True).out.splitlines()) == MANY + 1, "list")
    want(listed(f"{PACKS}/hello") and len(listed(f"{PACKS}/hello")) == 1, f"{listed(PACKS + '/hello')[:5]}")


@case("O8", "a configuration that others can change is refused by its path, and is not run", REAL)
def configuration(box):
    file = served(box)
    for name in ("config", "puavo-pkg.conf"):
        path = f"/etc/puavo-pkg/{name}"
        os.makedirs("/etc/puavo-pkg", exist_ok=True)
        for mode, owner in ((0o666, 0), (0o664, 0), (0o644, USER)):
            with open(path, "w") as config:
                config.write("PUAVO_PKG_ROOTDIR=/srv/canary\ntouch /srv/canary/run\n")
            os.chmod(path, mode)
            os.chown(path, owner, USER)
            for as_puavo, *args in ((True, "install", file), (True, "list"), (False, "install", file)):
                run = box.fardel(*args, as_puavo=as_puavo)
                box.refused(run, 1, path)
            want(listed("/srv/canary") == ["secret"], f"{listed('/srv/canary')}")
        os.remove(path)
        for kind in ("fifo", "folder", "device"):
            put(kind, path)
            run = box.fardel("install", file, as_puavo=True, patience=20)
            box.refused(run, 1, path)
            os.remove(path) if kind != "folder" else shutil.rmtree(path)
