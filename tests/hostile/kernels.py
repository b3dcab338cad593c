"""X: kernels that lack a part of what confines programs, or do not give it. One line says so, doctor shows it, require_sandbox refuses."""
import os
import shutil
import subprocess

from box import LIB, case, want

NAMESPACES = {"mount": "a mount namespace", "pid": "a PID namespace", "net": "a network namespace", "ipc": "an IPC namespace",
              "uts": "a UTS namespace"}
REQUIRED = ("--set", "require_sandbox=true")
NEXT = "Next: look at what this system has: fardel "


def hello(box):
    return box.installer("hello", "1", box.pack("hello", "1"), box.serve() + "/hello-1.deb")


def without(part):
    return {"wrap": (os.path.join(LIB, "without"), part)}


def told(box, run, name):
    """It went well, and one line, only one, says what is missing."""
    want(run.status == 0, str(run))
    lines = [line for line in run.err.splitlines() if "this machine lacks a part of the confinement" in line]
    want(len(lines) == 1 and name in lines[0] and lines[0].endswith("(see: fardel doctor)"), str(run))


def shown(box, part, *texts):
    """By doctor, as a warning; not where the kernel has all."""
    run = box.fardel("doctor", **without(part))
    for text in texts:
        want([line for line in run.out.splitlines() if line.startswith("warn\t") and text in line], f"{text!r} is not in {run}")
        want(text not in box.fardel("doctor").out, "doctor says so of this kernel as well")


def refused(box, file, part, *texts):
    """With require_sandbox what cannot be confined wholly is not run at all."""
    box.refused(box.fardel(*REQUIRED, "install", file, **without(part)), 10, NEXT, *texts)
    box.unharmed()


def known_here(box):
    """All of it is there without our doing; else nothing is proved."""
    run = box.fardel("doctor")
    for text in ("confinement of workers, download and unpack: all of it", "a stage for previews can be made"):
        if text not in run.out:
            box.skip("this kernel itself lacks a part")


@case("X1", "without Landlock, without seccomp: said once, shown, refused where all is required; the stage stays", ("mount",))
def filters(box):
    known_here(box)
    file = hello(box)
    for part, name, kernel in (("landlock", "Landlock", "Landlock 0"), ("seccomp", "seccomp", "no seccomp")):
        shown(box, part, f"confinement of workers, download and unpack lacks {name}")
        want(kernel in box.fardel("doctor", **without(part)).out, f"doctor does not say {kernel!r}")
        refused(box, file, part, "fardel-extract", f"this system lacks {name}")
        run = box.fardel("install", file, **without(part))
        told(box, run, f"confinement: {name} (")
        want("3 changes" in run.err, f"not in a stage: {run}")
        box.must("remove", "hello")
        box.unharmed()


@case("X2", "without one kind of namespace: said once, shown, refused where all is required; rules run on the system itself", ("mount",))
def namespaces(box):
    known_here(box)
    file = hello(box)
    for part, name in NAMESPACES.items():
        shown(box, part, name)
        shown(box, part, "no stage for previews: this system lacks ")
        refused(box, file, part, "rules unpack", "this system lacks", name)
        run = box.fardel("preview", file, **without(part))
        box.refused(run, 10, "no stage is to be had here", NEXT)
        run = box.fardel("install", file, **without(part))
        told(box, run, name)
        want(run.err.count("its rules run on the system itself (no stage is to be had here: ") == 1, str(run))
        box.must("remove", "hello")
        box.wipe()
    box.unharmed()


@case("X3", "without overlays: said, shown, refused where all is required; rules run on the system itself", ("mount",))
def overlays(box):
    known_here(box)
    file = hello(box)
    shown(box, "overlays", "no stage for previews: lay an overlay over /: No such device")
    refused(box, file, "overlays", "no stage is to be had here")
    box.refused(box.fardel("preview", file, **without("overlays")), 10, "lay an overlay over /", NEXT)
    run = box.fardel("install", file, **without("overlays"))
    want(run.status == 0 and run.err.count("its rules run on the system itself") == 1, str(run))
    want("lacks a part" not in run.err, str(run))
    box.must("remove", "hello")
    box.unharmed()


@case("X4", "an ordinary user without user namespaces: said once, shown, refused where all is required", ("mount",))
def users(box):
    known_here(box)
    root, file = os.path.join(box.work, "theirs"), box.installer("hello", "1", box.pack("hello", "1"), box.serve() + "/hello-1.deb")
    os.makedirs(root)
    box.bash(f"mkdir -p {root}/var/lib {root}/var/cache {root}/var/log {root}/run {root}/etc {root}/usr/bin {root}/usr/share/applications")
    subprocess.run(["chown", "-R", "1234:1234", root], check=True)
    theirs = {**without("user"), "user": 1234, "group": 1234, "extra_groups": [], "cwd": "/"}
    options = ("--root", root, "--set", "rules.chroot=false")
    run = box.fardel(*options, "doctor", **theirs)
    want("download and unpack lacks a mount namespace" in run.out, str(run))
    run = box.fardel(*options, *REQUIRED, "install", file, **theirs)
    box.refused(run, 10, "this system lacks a mount namespace", NEXT)
    want(not os.path.exists(f"{root}/usr/bin/hello"), "installed all the same")
    told(box, box.fardel(*options, "install", file, **theirs), "a mount namespace")
    want(os.path.lexists(f"{root}/usr/bin/hello"), "not installed")
    shutil.rmtree(root)
    box.unharmed()
