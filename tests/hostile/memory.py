"""C14: a machine, or a container, without enough memory: the kernel ends whichever process has most of it."""
import contextlib
import os
import subprocess
import time

from box import MIB, SANITIZED, case, want
from users import rules_file

TOP = "/sys/fs/cgroup"
STATES = {"", "hello 1"}


def own_group():
    """(whether groups are of the first kind, the folder of ours): that of memory, or None."""
    with open("/proc/self/cgroup") as lines:
        groups = [line.rstrip("\n").split(":", 2) for line in lines]
    for _, kinds, path in groups:
        top = TOP + "/memory" if "memory" in kinds.split(",") else TOP if not kinds else None
        if top and os.path.exists(top + "/cgroup.procs"):
            # In a namespace of groups ours is the top.
            return bool(kinds), top + path if os.path.exists(top + path) else top
    return None


class Group:
    """A group of processes that have so many bytes of memory together."""

    def __init__(self, first, above):
        self.path = f"{above}/fardel-test.{os.urandom(8).hex()}"
        self.bound, self.count = ("memory.limit_in_bytes", "memory.oom_control") if first else ("memory.max", "memory.events")
        os.mkdir(self.path)

    def limit(self, size):
        self.write(self.bound, size)
        for name in ("memory.memsw.limit_in_bytes", "memory.swap.max"):
            with contextlib.suppress(OSError):
                self.write(name, size if "limit" in name else 0)

    def write(self, name, value):
        with open(f"{self.path}/{name}", "w") as file:
            file.write(str(value))

    def enter(self):
        self.write("cgroup.procs", 0)

    def killed(self):
        """How many the kernel has ended."""
        with open(f"{self.path}/{self.count}") as lines:
            return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))

    def end(self):
        for _ in range(500):
            with contextlib.suppress(OSError):
                os.rmdir(self.path)
                return
            time.sleep(0.02)


def groups(box):
    """Makes them, one after the other; skips where we may not."""
    found = own_group()
    if not found or SANITIZED:
        box.skip("no group of processes can be given a bound of memory here")
    while True:
        try:
            group = Group(*found)
        except OSError as reason:
            box.skip(f"no group of processes can be made: {reason}")
        box.at_end.append(group.end)
        if not os.path.exists(f"{group.path}/{group.bound}"):
            box.skip("memory is not counted by groups of processes here")
        yield group


HOG = """
set -e
case $1 in
download) echo pack >"$2" ;;
esac
case $1 in
@PHASE@) head -c 600m /dev/zero | tail -n 1 >"$TMPDIR/x" ;;
esac
"""


@case("C14-rules", "rules that take more memory than there is: they are ended, fardel is not", modes=("mount",))
def hog(box):
    for phase, group in zip(("download", "unpack", "configure", "unconfigure"), groups(box)):
        file = box.installer("hello", "1", rules=rules_file(box, HOG.replace("@PHASE@", phase), phase), sums=None)
        group.limit(96 * MIB)
        run = box.fardel("install", file, preexec_fn=group.enter)
        if phase == "unconfigure":
            want(run.status == 0, str(run))
            run = box.fardel("remove", "hello", preexec_fn=group.enter)
        want(group.killed() > 0, f"{phase}: nobody was ended: {run}")
        box.refused(run, 1, f"rules {phase} failed", seconds=30, peak=128 * MIB)
        if phase == "unconfigure":
            box.must("remove", "--force", "hello")
        box.unharmed()


@case("C14-bound", "ever more memory for fardel and all that it starts: done, or as it was before", modes=("mount",))
def little_memory(box):
    url = box.serve()
    file = box.installer("hello", pack=box.pack("hello", "1", kb=64), url=url + "/hello-1.deb")
    ended, killed = [], 0
    for size, group in zip([*range(256, 4096, 256), *range(4096, 20000, 1024), 24000, 32000, 64000], groups(box)):
        group.limit(size << 10)
        for command in (["install", file], ["remove", "hello"]):
            run = box.fardel(*command, preexec_fn=group.enter)
            ended.append(run.status)
            want(group.killed() > killed or run.status in (0, 3), f"{size} KiB: nobody was ended: {run}")
            killed = group.killed()
            box.must("gc")
            box.settled()
            have = " ".join(f"{each['name']} {each['version']}" for each in box.packages().values())
            want(have in STATES, f"{size} KiB: {have}: {run}")
            if have:
                said = subprocess.run(["/usr/bin/hello"], stdout=subprocess.PIPE, text=True, check=True).stdout
                want(said == "hello 1\n", f"{size} KiB: {said}: {run}")
            want(run.status != 0 or bool(have) == (command[0] == "install"), f"{size} KiB: {have}: {run}")
        killed = 0
    print({status: ended.count(status) for status in sorted(set(ended))}, flush=True)
    want(ended[-1] == 0 and len(set(ended)) > 1, f"{ended}")
    box.fardel("remove", "hello")
    box.unharmed()
