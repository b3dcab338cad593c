"""What happens to fardel itself, at its N-th system call of a kind, by strace: it is killed, gets a signal that asks it to
stop, or the call fails. Workers, keepers and rules are processes of their own, and go on."""
import collections
import itertools
import os
import random
import re
import signal
import time

from fixture import GC, SEED, STRACE, processes, want

# Calls that only look: killed before one of them, the disk is as it was before the next that changes something. While it waits, others are at work.
WAITS = ["poll", "wait4", "recvfrom"]
LOOKS = ["openat", "openat2", "read", "pread64", "getdents64", *WAITS]
CHANGES = [
    "renameat", "renameat2", "rename", "unlink", "unlinkat", "mkdir", "mkdirat", "symlink", "symlinkat", "link",
    "linkat", "chown", "fchown", "fchownat", "chmod", "fchmod", "fchmodat", "ftruncate", "truncate", "fallocate",
    "fsync", "fdatasync", "sync", "syncfs", "sync_file_range", "pwrite64", "pwritev", "write", "writev",
    "copy_file_range", "sendmsg", "sendto", "clone", "clone3", "fork", "vfork", "socketpair", "pipe2", "flock",
    "utimensat", "fremovexattr", "pidfd_open", "pidfd_send_signal", "kill", "memfd_create",
]
# The first call of fardel's own; before it the loader is at work.
BEGINS = "fcntl"

MAKES = ["openat", "openat2"]
NAMES = ["renameat", "renameat2", "mkdir", "mkdirat", "symlink", "symlinkat", "link", "linkat"]
WRITES = ["write", "pwrite64", "copy_file_range", "fallocate", "ftruncate"]
# Which calls may fail so.
ERRORS = {
    "EIO": MAKES + NAMES + WRITES + ["read", "pread64", "getdents64", "fsync", "fdatasync", "syncfs", "unlinkat",
                                     "fchmod", "fchown", "fchownat", "fchmodat"],
    "ENOSPC": MAKES + NAMES + WRITES,
    "EMFILE": MAKES + ["socketpair", "pipe2", "pidfd_open", "memfd_create"],
    "EINTR": MAKES + ["read", "write", "poll", "wait4", "recvfrom", "sendto", "flock"],
    "EAGAIN": ["clone", "clone3", "fork", "vfork"],
}
SIGNALS = ["TERM", "INT", "HUP"]
SLOW = 8  # seconds: less than fardel waits anywhere
EXITS = [1, 2, 5, 6, 11]  # what a call that fails may lead to


def is_more(call, line):
    """Than a look."""
    return call not in LOOKS or call in WAITS or "O_CREAT" in line


class Alone:
    """What the three have in common: points are CALL.N, or CALL.N=WHAT."""

    most = None  # points of a scenario that --all takes, by chance; None: all

    def __init__(self, scenario):
        self.scenario = scenario

    def calls(self, looks=True):
        """The calls of an undisturbed run, in turn; counted by kind, as how often it polls is a matter of time. Without `looks` those are left out
        before which all is as it is before the next one: nor is a signal noticed before that."""
        scenario = self.scenario
        scenario.restore()
        traced = ",".join([BEGINS, *LOOKS, *CHANGES])
        status, _ = scenario.call(scenario.what["run"], [*STRACE, scenario.trace, "-e", f"trace={traced}"])
        want(status == 0, f"traced: exit {status}\n{scenario.said}")
        calls, seen, began = [], collections.Counter(), False
        since = re.compile(scenario.what.get("since", BEGINS))
        with open(scenario.trace, errors="replace") as lines:
            for line in (line for line in lines if "(" in line):
                call = line.partition("(")[0]
                began = began or since.match(line)
                seen[call] += 1
                if began and call != BEGINS and (looks or is_more(call, line)):
                    calls.append(f"{call}.{seen[call]}")
        return calls

    def chance(self):
        return random.Random(f"{SEED}: {self.scenario.name}, {self.kind}")

    def sample(self, points, count):
        """Some by chance, all but one of calls that change something, each of another kind."""
        chance = self.chance()
        kinds = {}
        for point in points:
            kinds.setdefault(point.partition(".")[0], []).append(point)
        change = sorted(set(kinds) - set(LOOKS))
        chosen = [chance.choice(kinds[kind]) for kind in chance.sample(change, min(len(change), count - 1))]
        more = chance.sample([point for point in points if point not in chosen], count - len(chosen))
        return [point for point in points if point in chosen + more]


class Kill(Alone):
    """SIGKILL before the call; the next command settles it."""

    kind = "kill"
    title = "killed before"

    def points(self):
        return self.calls(looks=False)

    def run(self, point):
        scenario = self.scenario
        scenario.restore()
        before = set(processes())
        status, _ = scenario.strike(scenario.what["run"], point)
        # A run may have fewer calls than the one that was counted: then nothing has disturbed it.
        want(status in (0, -signal.SIGKILL), f"exit {status}\n{scenario.said}")
        scenario.settle(point)
        scenario.idle(before)
        scenario.settled(not status)


class Signal(Alone):
    """Asked to stop: it takes back what it began, leaves nothing to settle, and dies of the signal; or it was done."""

    kind = "signal"
    most = 250
    title = "asked to stop at"

    def points(self):
        chance = self.chance()
        return [f"{call}={chance.choice(SIGNALS)}" for call in self.calls(looks=False)]

    def run(self, point):
        scenario = self.scenario
        call, _, name = point.partition("=")
        number = signal.Signals[f"SIG{name}"]
        scenario.restore()
        before = set(processes())
        status, _ = scenario.strike(scenario.what["run"], call, f"signal={name}")
        want(status in (0, -number), f"exit {status}\n{scenario.said}")
        scenario.idle(before)
        if not os.path.exists("/var/lib/fardel/state.db"):  # the checks look into it
            scenario.must(GC)
        scenario.settled(not status)


class Error(Alone):
    """The call fails: fardel does without, or says so and exits as documented; exit 0 means that all is done."""

    kind = "error"
    most = 250
    title = "failing"

    def points(self):
        """Of each call every error that it may have; but of calls of a kind in a row (SQLite reads page after page) only the first and the last, each
        with one error by chance."""
        chance, found = self.chance(), []
        for kind, row in itertools.groupby(self.calls(), lambda call: call.partition(".")[0]):
            row, errors = list(row), [error for error, may in ERRORS.items() if kind in may]
            if len(row) == 1:
                found += [f"{row[0]}={error}" for error in errors]
            elif errors:
                found += [f"{call}={chance.choice(errors)}" for call in (row[0], row[-1])]
        return found

    def run(self, point):
        scenario = self.scenario
        call, _, name = point.partition("=")
        scenario.restore()
        before = set(processes())
        began = time.monotonic()
        status, _ = scenario.strike(scenario.what["run"], call, f"error={name}")
        want(time.monotonic() - began < SLOW, f"waited for what does not come\n{scenario.said}")
        want(status in (0, *EXITS), f"exit {status}\n{scenario.said}")
        want(status == 0 or scenario.has_said_why(), f"exit {status} without a word\n{scenario.said}")
        scenario.idle(before)
        said = scenario.said
        scenario.must(GC)
        if scenario.is_broken():
            # What it was before could not be configured again: it says so, and what mends it.
            want("mend it with: fardel reconfigure hello" in said, f"hello is broken, unsaid\n{said}")
            scenario.must(["reconfigure", "hello"])
        scenario.settled(not status)
