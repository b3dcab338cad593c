"""The power goes: all that fardel, rules and their packages write stands on an ext4 of its own, on a disk that remembers.

One run is enough: the disk is made again as it was after each write, mounted (which replays the journal of the file system),
looked at, recovered by the next command and looked at again. What was not synced is lost, as in a real cut.
"""
import os
import random
import shutil
import subprocess

import disk
from fixture import SEED, Skipped, processes, want

SIZE = 48 << 20
VARIANTS = 2  # of what a disk may have left, for each moment
# What stands on the disk; /usr by an overlay. What rules change in /var/lib is on the state's own file system, as on most
# machines: what is kept are hard links to it.
FOLDERS = ["/var/lib", "/var/cache/fardel", "/var/cache/puavo-pkg", "/var/log/fardel", "/etc"]
PROGRAMS = "/usr"
DPKG = "/var/lib/dpkg"  # is the machine's


def beneath(path):
    """A stage's overlay over an overlay over the private root's would be one too many."""
    return "/.host" + path if os.path.isdir("/.host" + path) else path


# Nothing is written but what is asked for: no regular commit, no help for those who rename without fsync.
OPTIONS = "loop,commit=600,noauto_da_alloc"


def run(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=60, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: exit {done.returncode}: {done.stdout}")


class Cut:
    """Points are cut.N, after the N-th write or flush; cut.N=LOST1: of those that were not flushed, some are lost."""

    kind = "cut"
    most = None
    title = "the power goes at"

    def __init__(self, scenario):
        self.scenario = scenario
        scenario.asks = False  # what was asked before the cut, was asked of the system that it ended
        self.image, self.now, self.log, self.served, self.top = (
            os.path.join(scenario.work, name) for name in ("disk", "disk-now", "disk-log", "disk-served", "disk-top"))
        self.records, self.begun, self.ended = [], 0, 0

    # --- The disk ----------------------------------------------------------------------------------------

    def mount(self, image):
        os.makedirs(self.top, exist_ok=True)
        run("mount", "-o", OPTIONS, image, self.top)

    def show(self):
        """Its folders at their places."""
        run("mount", "--bind", beneath(DPKG), self.top + DPKG)
        for folder in FOLDERS:
            os.makedirs(folder, exist_ok=True)
            run("mount", "--rbind", self.top + folder, folder)
        run("mount", "-t", "overlay", "-o",
            f"lowerdir={beneath(PROGRAMS)},upperdir={self.top}{PROGRAMS},workdir={self.top}/work", "overlay", PROGRAMS)
        shutil.rmtree("/run/fardel", ignore_errors=True)

    def unmount(self):
        with open("/proc/self/mounts") as mounts:
            there = [line.split()[1] for line in mounts]
        for path in (PROGRAMS, DPKG, *reversed(FOLDERS), self.top + DPKG, self.top):
            if path in there:
                disk.unmount(path)

    def make(self):
        """With what was there before the command."""
        scenario = self.scenario
        with open(self.image, "wb") as file:
            file.truncate(SIZE)
        run("mkfs.ext4", "-q", "-F", "-b", "4096", "-J", "size=4", "-E", "lazy_itable_init=0,lazy_journal_init=0",
            self.image)
        self.mount(self.image)
        for folder in (*FOLDERS, PROGRAMS, DPKG, "/work"):
            os.makedirs(self.top + folder)
        scenario.wipe()
        run("cp", "-a", "/etc/.", self.top + "/etc")
        scenario.copy(scenario.saved + "/", self.top)
        self.unmount()

    def probe(self):
        """Whether such a disk can be had here."""
        if not shutil.which("mkfs.ext4"):
            raise Skipped("mkfs.ext4 is not here")
        try:
            self.make()
            disk.unmount_after(disk.serve(self.image, self.log, self.served), self.served)
        except (OSError, subprocess.SubprocessError) as reason:
            raise Skipped(f"neither loop devices nor FUSE may be used here: {reason}") from None

    def record(self):
        """Runs the command once, on the disk that remembers."""
        scenario = self.scenario
        self.probe()
        shutil.copyfile(self.image, self.now)
        server = disk.serve(self.now, self.log, self.served)
        try:
            self.mount(self.served)
            self.show()
            os.sync()
            self.begun = len(disk.load(self.log))
            scenario.must(scenario.what["run"])
            self.ended = len(disk.load(self.log))
        finally:
            self.unmount()
            disk.unmount_after(server, self.served)
        self.records = disk.load(self.log)

    # --- Cuts --------------------------------------------------------------------------------------------

    def points(self):
        self.record()
        found = []
        for number in range(self.begun, self.ended + 1):
            found.append(f"cut.{number}")
            # What was just flushed cannot be lost.
            if self.records[number - 1]:
                found += [f"cut.{number}=LOST{seed}" for seed in range(1, VARIANTS + 1)]
        return found

    def sample(self, points, count):
        """By chance, and the end."""
        chance = random.Random(f"{SEED}: {self.scenario.name}, {self.kind}")
        last = f"cut.{self.ended}"
        chosen = [last, *chance.sample([point for point in points if point != last], min(count, len(points)) - 1)]
        return [point for point in points if point in chosen]

    def run(self, point):
        if not self.records:
            self.record()
        number, _, seed = point.removeprefix("cut.").partition("=")
        number = int(number)
        self.scenario.said = ""
        run("cp", "--sparse=always", self.image, self.now)
        disk.write_all(self.now, disk.left_by_cut(self.records, number, seed))
        try:
            self.mount(self.now)
            self.show()
            self.check(point, number >= self.ended)
        finally:
            self.unmount()

    def check(self, point, done):
        scenario = self.scenario
        before = set(processes())
        scenario.check_listed()
        scenario.settle(point)
        scenario.idle(before)
        scenario.settled(done)
