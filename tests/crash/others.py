"""What happens to one of the processes that fardel starts, a worker, a keeper or rules: it is killed before its N-th system
call of a kind. fardel says so, takes back what it began, and leaves nothing to settle."""
import collections
import os
import random

import tracer
from alone import CHANGES, WAITS
from fixture import GC, SEED, processes, want

EXITS = [1, 2]
# Killed before a call that only looks, the disk is as it is before the next one that changes something; of what rules start, waiting is nothing special.
LAST = "exit_group"


class Other:
    """Points are PROCESS/CALL.N; PROCESS is its program's name and which of that name it is: extract1, keeper2, rules2."""

    kind = "process"
    title = "killed before"
    most = None

    def __init__(self, scenario):
        self.scenario = scenario
        self.paths = None  # of the processes, by name

    def follow(self, *victim):
        """Runs the command under ptrace: the run and the status."""
        scenario = self.scenario
        log = os.path.join(scenario.work, "said")
        run = tracer.Run(scenario.arguments(scenario.what["run"]), scenario.environment(), log, *victim)
        status = run.follow()
        with open(log, errors="replace") as said:
            scenario.hear(said.read())
        return run, status

    def name_all(self):
        """Names the processes of an undisturbed run, and keeps the calls of each."""
        self.scenario.restore()
        run, status = self.follow()
        want(status == 0, f"followed: exit {status}\n{self.scenario.said}")
        seen = collections.Counter()
        self.paths, calls = {}, {}
        for process in run.all[1:]:
            name = process.name or ("keeper" if len(process.path) == 1 else "fork")
            seen[name] += 1
            self.paths[f"{name}{seen[name]}"] = process.path
            calls[f"{name}{seen[name]}"] = process.calls
        return calls

    def points(self):
        found = []
        for name, calls in self.name_all().items():
            counted = [*CHANGES, LAST, "execve", *(WAITS if len(self.paths[name]) == 1 else [])]
            found += [f"{name}/{call}" for call in calls if call.partition(".")[0] in counted]
        return found

    def sample(self, points, count):
        """By chance, of each process in turn."""
        chance = random.Random(f"{SEED}: {self.scenario.name}, {self.kind}")
        by_name = {}
        for point in points:
            by_name.setdefault(point.partition("/")[0], []).append(point)
        names = list(by_name)
        chance.shuffle(names)
        chosen = []
        while len(chosen) < min(count, len(points)):
            for name in names[:count - len(chosen)]:
                if by_name[name]:
                    chosen.append(by_name[name].pop(chance.randrange(len(by_name[name]))))
        return [point for point in points if point in chosen]

    def run(self, point):
        if not self.paths:
            self.name_all()
        scenario = self.scenario
        name, _, call = point.partition("/")
        want(name in self.paths, f"no process {name}, there are: {', '.join(self.paths)}")
        call, _, number = call.partition(".")
        scenario.restore()
        before = set(processes())
        run, status = self.follow(self.paths[name], call, int(number))
        want(status in (0, *EXITS), f"exit {status}\n{scenario.said}")
        want(status == 0 or scenario.has_said_why(), f"exit {status} without a word\n{scenario.said}")
        left = [line for pid, line in processes().items() if pid not in before]
        want(not left, f"still at work: {left}\n{scenario.said}")
        self.check(status)

    def check(self, status):
        scenario, said = self.scenario, self.scenario.said
        if not os.path.exists("/var/lib/fardel/state.db"):
            scenario.must(GC)
        if scenario.is_broken():
            want("fardel reconfigure hello" in said, f"hello is broken, unsaid\n{said}")
            scenario.must(["reconfigure", "hello"])
        # What has done its work already, or is not minded by its parent, may be killed without harm.
        scenario.settled(not status, scenario.what["after"][:1] if status else None)
