"""V: packages of luet's: tarballs made byte by byte, their definitions and finalizers, and what stands where their files are to go.

What luet does with most of these stands in its own list of faults: members with ".." are followed, links are written through, setuid is kept, a killed
install is half an install. Here a tarball is unpacked by a user without rights, and its files reach the root as a whole, or not.
"""
import hashlib
import os
import random
import signal
import stat
import time

from box import MIB, case, want
from tarbytes import file, folder, gz, header, link, member, pax, record, tar, zstd

STAGE = ("mount", "userns")
DEFINITION = 'name: tool\ncategory: app-x\nversion: "%s"\n'
LAID = "/opt/tool"


def installer(box, tarball, version="1.0", top="app-x:tool", definition=None, finalize=None, more=(), sums=True):
    """An installer of a package whose tarball holds just these bytes."""
    path = os.path.join(box.vendor, f"tool-app-x-{version}.package.tar.zst")
    with open(path, "wb") as out:
        out.write(tarball)
    artifact = f"file: tool-app-x-{version}.package.tar.zst\nurl: file://{path}\n"
    artifact += f"sha256: {hashlib.sha256(tarball).hexdigest()}\n" if sums else ""
    members = [folder(top + "/"), file(top + "/artifact.yaml", artifact),
               file(top + "/definition.yaml", DEFINITION % version if definition is None else definition)]
    if finalize is not None:
        members.append(file(top + "/finalize.yaml", finalize))
    path = os.path.join(box.work, f"{version}.tar.gz")
    with open(path, "wb") as out:
        out.write(gz(tar(*members, *more)))
    return path


def refuse(box, path, code, *texts, **limits):
    run = box.fardel("install", "--yes", path)
    box.refused(run, code, *texts, **limits)
    box.unharmed()
    want(not os.path.lexists(box.path(LAID)), f"{LAID} is there")


def good(*more):
    return tar(folder("opt/"), folder("opt/tool/"), file("opt/tool/good", "good\n"), *more)


@case("V1", "members with .., absolute ones, empty ones: none is followed anywhere", modes=STAGE)
def leading_out(box):
    for name in ("../x", "opt/../../x", "./../x", "..", "/srv/canary/x", "opt/tool/../../../x"):
        refuse(box, installer(box, zstd(good(file(name)))), 1, "member")
    for name in ("a/" * 70 + "x", "a" * 256, ""):
        refuse(box, installer(box, zstd(good(pax(path=name), file("opt/tool/x")))), 1)
    refuse(box, installer(box, zstd(good(pax(path="../x"), file("opt/tool/x")))), 1, "..")
    refuse(box, installer(box, zstd(good(pax("g", path="../x"), file("opt/tool/x")))), 1, "meant for all members")


@case("V2", "a link in the tarball, and a member through it; hard links that lead out", modes=STAGE)
def through_links(box):
    for target in ("/srv/canary", "../../srv/canary", ".", "/"):
        refuse(box, installer(box, zstd(good(link("opt/tool/l", target), file("opt/tool/l/x")))), 1, "opt/tool/l/x")
        refuse(box, installer(box, zstd(good(link("opt/tool/l", target), file("opt/tool/l")))), 1, "there twice")
    for target in ("/etc/passwd", "../../../etc/passwd", "etc/passwd", "opt/tool/none"):
        refuse(box, installer(box, zstd(good(link("opt/tool/h", target, "1")))), 1, "opt/tool/h")


@case("V3", "devices, pipes and sockets are refused; setuid and capabilities are the policy's", modes=STAGE)
def kinds(box):
    for kind in "346":
        refuse(box, installer(box, zstd(good(header("opt/tool/d", kind)))), 1, "opt/tool/d")
    policy = box.path("/etc/fardel/policy.d")
    os.makedirs(policy)
    with open(policy + "/strict.toml", "w") as out:
        out.write('[[policy]]\nid = "setuid"\naction = "deny"\n\n[[policy]]\nid = "capabilities"\naction = "deny"\n')
    box.before = box.outside()
    refuse(box, installer(box, zstd(good(file("opt/tool/su", mode=0o4755)))), 10, "/opt/tool/su")
    if box.mode == "mount":
        cap = b"\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
        refuse(box, installer(box, zstd(good(pax("x", record("SCHILY.xattr.security.capability", cap)), file("opt/tool/cap")))),
               10, "/opt/tool/cap")


@case("V4", "attributes that nobody may set are left out; an overlay's own never reaches a layer", modes=STAGE)
def attributes(box):
    names = ("trusted.overlay.opaque", "trusted.overlay.redirect", "system.posix_acl_access", "security.selinux")
    records = b"".join(record("SCHILY.xattr." + name, b"y") for name in names)
    records += record("SCHILY.xattr.user.good", b"1")
    path = installer(box, zstd(good(pax("x", records), file("opt/tool/x"), pax("x", records), folder("opt/tool/d/"),
                                    file("opt/tool/d/y"))))
    box.must("install", "--yes", path)
    for name in ("x", "d"):
        have = os.listxattr(box.path(f"{LAID}/{name}"))
        want(set(have) <= {"user.good"}, f"{name}: {have}")
    box.must("remove", "--purge", "app-x/tool")
    box.unharmed()
    many = b"".join(record(f"SCHILY.xattr.user.{n}", b"x" * 1000) for n in range(200))
    refuse(box, installer(box, zstd(good(pax("x", many), file("opt/tool/x")))), 1)


@case("V5", "owners that are none", modes=STAGE)
def owners(box):
    for uid in (b"\x80" + b"\0" * 3 + b"\xff" * 4, b"\xff" * 8):
        refuse(box, installer(box, zstd(good(file("opt/tool/x", uid=uid)))), 1, "opt/tool/x")
    refuse(box, installer(box, zstd(good(pax(uid="18446744073709551616"), file("opt/tool/x")))), 1)


@case("V6", "a bomb is given up before it fills the disk", modes=STAGE)
def bomb(box):
    big = header("opt/tool/zeros", size=3 << 30) + bytes(64 * MIB)
    # What this process holds counts until fardel runs in its place.
    refuse(box, installer(box, zstd(good(big))), 1, "damaged", seconds=30, peak=256 * MIB)
    refuse(box, installer(box, zstd(good(file("opt/tool/z", bytes(200 * MIB))), "-19")), 1, "times its size", seconds=60, peak=256 * MIB)


@case("V7", "what is cut short, or followed by something, or compressed otherwise than any tar", modes=STAGE)
def damaged(box):
    whole = zstd(good(file("opt/tool/x", b"x" * 5000)))
    for cut in (1, 5, len(whole) // 2, len(whole) - 1):
        refuse(box, installer(box, whole[:cut]), 1)
    for odd in (b"", b"<html>404</html>", zstd(b""), zstd(b"no tar at all" * 100), gz(good()) + b"more", zstd(good() + good()),
                zstd(zstd(good()))):
        refuse(box, installer(box, odd), 1)


@case("V8", "names that lead elsewhere, YAML that grows, definitions that are none", modes=STAGE)
def definitions(box):
    tarball = zstd(good())
    for top, definition in (
            ("app-x:tool", 'name: ../../../etc\ncategory: app-x\nversion: "1"\n'), ("..:..", 'name: ..\ncategory: ..\nversion: "1"\n'),
            ("app-x:tool", 'name: tool\ncategory: app-x\nversion: "../1"\n'), ("app-x:tool", "name: tool\n"),
            ("app-x:tool", "a: &a [x, x]\nb: &b [*a, *a]\nname: *b\n"), ("app-x:tool", "[" * 5000), ("app-x:tool", "\0"),
            ("app-x:tool", "name: tool\ncategory: app-x\nversion: 1\nname: other\n"),
            ("app-x:other", DEFINITION % "1.0"), ("app-x/tool", DEFINITION % "1.0")):
        refuse(box, installer(box, tarball, top=top, definition=definition), 1)
    # What it says of its own files decides nothing.
    box.must("install", installer(box, tarball, definition=DEFINITION % "1.0" + "files: [../../srv/canary/secret]\n"))
    box.must("remove", "--purge", "app-x/tool")
    box.unharmed()


@case("V9", "finalizers that do not end, that write where they must not, that leave something running", modes=STAGE)
def finalizers(box):
    tarball = zstd(good())
    for script, code in (("while :; do :; done", 1), ("exit 3", 1), ("kill -9 $$", 1),
                         ("echo x >/etc/fardel/fardel.toml", 10), ("rm -rf /var/lib/fardel/packages", 10),
                         ("mkdir /srv/canary/x && false", 1), ("mknod /opt/tool/null c 1 3", 10)):
        run = box.fardel("--set", "rules.timeout=2", "install", "--yes",
                         installer(box, tarball, finalize=f"install:\n- {script!r}\n"))
        want(run.status in (code, 1, 10), f"wanted {code}: {run}")
        want(not os.path.lexists(box.path(LAID)), f"{script}: {LAID} is there")
        box.settled()
    run = box.fardel("install", "--yes", installer(box, tarball, finalize="install:\n- setsid sleep 1000 & true\n"))
    want(run.status == 0, f"{run}")
    box.must("remove", "--purge", "app-x/tool")
    box.settled()


def many(version, count):
    """A package of so many small files."""
    members = [folder("opt/"), folder("opt/tool/")]
    for n in range(count // 500):
        members.append(folder(f"opt/tool/{n}/"))
        members += [file(f"opt/tool/{n}/{k}", f"{version} {n} {k}\n") for k in range(500)]
    return zstd(tar(*members), "-1")


def state_of(box, count):
    """Which version is there, as a whole: None, or its text; anything else is a failure."""
    found = set()
    n = 0
    for at, _, names in os.walk(box.path(LAID)):
        for name in names:
            n += 1
            with open(os.path.join(at, name)) as one:
                found.add(one.read().split()[0])
    want((not found and not n) or (len(found) == 1 and n == count), f"neither nor: {n} files of {found}")
    return found.pop() if found else None


@case("V10", "killed while it installs and upgrades many files: the next command finds the old or the new, whole", modes=STAGE)
def killed(box):
    count = 4000
    one, two = (installer(box, many(version, count), version) for version in ("1.0", "2.0"))
    dice = random.Random(8)
    for path, seen in ((one, (None, "1.0")), (two, ("1.0", "2.0"))):
        begun = time.monotonic()
        box.must("preview", path)
        whole = max(time.monotonic() - begun, 0.2)
        for _ in range(4):
            job = box.start("install", "--yes", path)
            time.sleep(dice.uniform(0, whole * 1.2))
            job.send_signal(signal.SIGKILL)
            job.wait()
            box.fardel("gc")  # the first thing that it does is to settle what was left
            box.settled()
            now = state_of(box, count)
            want(now in seen, f"{now} is there, not one of {seen}")
            have = box.packages().get("app-x/tool", {}).get("version")
            want(have == now, f"the files are of {now}, state.db says {have}")
        box.must("install", "--yes", path)
        want(state_of(box, count) == seen[1], "not installed at last")
        box.must("verify", "app-x/tool")
    box.must("remove", "--purge", "--yes", "app-x/tool")
    want(state_of(box, count) is None, "files are left")
    box.unharmed()


@case("V11", "the disk is full: nothing is registered, nothing is left, and it goes on when there is room", modes=("mount",))
def full_disk(box):
    state = box.path("/var/lib/fardel")
    os.makedirs(state)
    done = box.bash(f"mount -t tmpfs -o size=24m,mode=755 small {state} && echo mounted || true")
    if "mounted" not in done:
        box.skip("no file system can be mounted here")
    path = installer(box, zstd(good(file("opt/tool/big", random.Random(1).randbytes(40 * MIB))), "-1"))
    run = box.fardel("install", "--yes", path)
    want(run.status == 1 and ("space" in run.err or "full" in run.err or "free" in run.err), f"{run}")
    want(not os.path.lexists(box.path(LAID)), f"{LAID} is there")
    want(not box.packages(), "it is registered")
    box.settled()
    box.bash(f"mount -o remount,size=400m {state}")
    box.must("install", "--yes", path)
    want(os.stat(box.path(f"{LAID}/big")).st_size == 40 * MIB, "not whole")
    want(stat.S_ISREG(os.lstat(box.path(f"{LAID}/big")).st_mode), "no file")
    box.must("remove", "--purge", "app-x/tool")
    box.bash(f"umount -l {state}")
