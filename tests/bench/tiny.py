"""The install of a tiny package: on a root as a machine has it, its own ext4 with nothing mounted on it but /proc and what a program needs of /dev; and
in the private root that tests have, where / is an overlay with a dozen mounts."""
import ctypes
import json
import os
import re
import shutil
import statistics
import subprocess
import time

PROGRAMS = ("sh", "ln", "rm")  # that the rules call; as they are here, with the libraries that they load
CLONE_NEWNS = 0x20000
MS_NOSUID, MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH = 2, 4096, 16384, 1 << 18, 2
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}.get(os.uname().machine)


def call(name, *args):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*args) < 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def mount(what, where, kind, flags):
    call("mount", what.encode(), where.encode(), kind.encode() if kind else None, ctypes.c_ulong(flags), None)


def enter(root):
    """This process's root, and no other is left in its namespace."""
    call("unshare", CLONE_NEWNS)
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount(root, root, None, MS_BIND)
    os.chdir(root)
    mount("proc", "proc", "proc", MS_NOSUID)
    call("syscall", PIVOT_ROOT, b".", b".")
    call("umount2", b".", MNT_DETACH)
    os.chdir("/")


def in_root(root, figures):
    """What figures() gives there: numbers, by JSON."""
    told, tells = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(told)
            enter(root)
            os.write(tells, json.dumps(figures()).encode())
        except BaseException as why:  # pylint: disable=broad-exception-caught
            print(f"bench: {why}", flush=True)
        os._exit(0)
    os.close(tells)
    with os.fdopen(told) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else None


def loaded_by(program):
    found = subprocess.run(["ldd", program], check=False, stdout=subprocess.PIPE, text=True).stdout
    return re.findall(r"(/\S+) \(0x", found)


def copy(path, root, to=None):
    place = root + (to or path)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if not os.path.lexists(place):
        shutil.copy(os.path.realpath(path), place)


def furnish(bench, root):
    """As Debian has it, with fardel in it where tests have it."""
    for folder in ("bin", "sbin", "lib", "lib64"):
        os.makedirs(f"{root}/usr/{folder}")
        os.symlink(f"usr/{folder}", f"{root}/{folder}")
    for folder in ("dev", "etc", "opt", "proc", "root", "run", "sys", "usr/share", "var/lib", "var/cache", "var/log", "var/tmp"):
        os.makedirs(f"{root}/{folder}")
    os.mkdir(f"{root}/tmp")
    os.chmod(f"{root}/tmp", 0o1777)
    for name, number in (("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)):
        os.mknod(f"{root}/dev/{name}", 0o20666, os.makedev(1, number))
        os.chmod(f"{root}/dev/{name}", 0o666)
    for file in ("/etc/passwd", "/etc/group", "/etc/ld.so.cache"):
        copy(file, root)
    built = os.path.dirname(os.path.dirname(bench.fardel))
    shutil.copytree(built, root + built)
    for library in loaded_by(bench.fardel):
        copy(library, root)
    for name in PROGRAMS:
        program = shutil.which(name)
        copy(program, root, f"/usr/bin/{name}")
        for library in loaded_by(program):
            copy(library, root)
    shutil.copytree("/var/lib/dpkg", f"{root}/var/lib/dpkg", ignore=lambda _, names: [
        name for name in names if name.endswith((".md5sums", ".symbols", ".shlibs", "inst", "rm"))])
    time.sleep(2.1)  # as a database that was not changed a moment ago


def dpkg_root(bench):
    folder = f"{bench.disk}/dpkg"
    os.makedirs(f"{folder}/var/lib/dpkg/info")
    os.makedirs(f"{folder}/var/lib/dpkg/updates")
    with open(f"{folder}/var/lib/dpkg/status", "w"):
        pass
    return ["dpkg", "--force-not-root", f"--root={folder}", "--log=/dev/null"]


def times(bench, file, rounds, beside=None):
    """The seconds of each install; beside() is called after each."""
    seconds = []
    bench.call("install", file)
    for _ in range(rounds):
        bench.call("remove", "hello")
        bench.settle()
        seconds.append(bench.call("install", file))
        if beside:
            bench.settle()
            beside()
    bench.call("remove", "hello")
    return seconds


def on_own_root(bench, file, rounds):
    """None where that cannot be had here."""
    root = f"{bench.disk}/machine"
    if not PIVOT_ROOT:
        return None
    furnish(bench, root)
    shutil.copy(file, f"{root}/root/")
    shutil.copytree(f"{bench.disk}/cache", f"{root}/var/cache/fardel", symlinks=True)  # its pack is had
    return in_root(root, lambda: times(bench, f"/root/{os.path.basename(file)}", rounds))


def measure(bench, rounds):
    deb = f"{bench.vendor}/hello-1.deb"
    subprocess.run([f"{bench.lib}/make", "pack", "hello", "1", "deb", deb], check=True)
    file = bench.installer("hello", deb)
    dpkg, theirs = dpkg_root(bench), []

    def beside():
        theirs.append(bench.took([*dpkg, "-i", deb]))
        bench.took([*dpkg, "-P", "hello"])

    overlay = times(bench, file, rounds, beside)
    own = on_own_root(bench, file, rounds)
    if own:
        bench.least("install of a tiny package, warm cache", own, 15)
    bench.least("  the same where / is an overlay", overlay, 15)
    bench.row("  dpkg -i of the same pack beside it", bench.show(statistics.median(theirs)))
    bench.row("  ratio", f"{statistics.median(own or overlay) / statistics.median(theirs):.2f} x")
    bench.peak("  peak memory of its largest process", bench.call_peak("install", file), 12)
    bench.call("remove", "hello")
    count = bench.processes([bench.fardel, "-qq", "install", file])
    bench.row("  processes", str(count or "no strace"), "<= 8", bool(count) and count > 8)
    bench.call("remove", "hello")
