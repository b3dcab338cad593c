"""What repositories cost their clients: each of made-up ones of growing sizes, over loopback HTTP (tests/bench/repository.c, tests/lib/serve).

Cold: all of an index, for a machine that has fardel and nothing of it, beside `curl | zstd -d` of the same file. One change: one package has another version. Unchanged: beside curl that
asks the same with the same ETag. Then what is asked of the index when it is there. Bytes are nginx's: headers with bodies.
"""
import json
import os
import shutil
import subprocess
import statistics

SIZES = tuple(map(int, os.environ.get("SIZES", "1000,10000,100000").split(",")))
WIDE, DEEP = 1000, 200
WORD = "chemistry"  # in three of four packages
STATE = "/var/lib/fardel"


class Repository:
    """One of `count` packages, served, and the root's only one."""

    def __init__(self, bench, count):
        self.bench, self.count = bench, count
        self.dir, self.state = f"{bench.disk}/repository", f"{bench.tmp}/repository-{count}"
        self.changed = self.heads = 0
        self.log = f"{self.state}/bytes.log"
        os.makedirs(self.state)
        key = self.publish(f"wide:{WIDE}", f"deep:{DEEP}")
        # What is in the folder is what is served; what repo build remembers is not asked for.
        self.url = subprocess.run([f"{bench.lib}/serve", self.dir, self.state, f"access_log {self.log} bytes;"], check=True, text=True,
                                  stdout=subprocess.PIPE).stdout.strip()
        os.makedirs("/etc/fardel/repos.d", exist_ok=True)
        with open("/etc/fardel/repos.d/bench.yml", "w") as out:
            out.write(f"name: bench\ntype: http\nenable: true\nkey: {key}\nurls:\n- {self.url}\n")

    def end(self):
        with open(f"{self.state}/nginx.pid") as file:
            os.kill(int(file.read()), 15)
        shutil.rmtree(self.dir)
        self.bench.fresh()

    def publish(self, *changed):
        run = subprocess.run([f"{os.environ['FARDEL_BUILD']}/tests/repository", self.dir, f"{self.bench.tmp}/repository.key",
                              str(self.count), *changed], check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.heads += 1
        # nginx's ETag is of seconds and sizes: two heads of one second could be one to it.
        os.utime(f"{self.dir}/repository.json", (self.heads, self.heads))
        return run.stdout.strip()

    def change(self):
        """One package has another version."""
        self.publish(str(self.changed))
        self.changed += 1

    def name(self):
        """Any package's."""
        run = subprocess.run([self.bench.fardel, "search", "--json", WORD], check=True, text=True, stdout=subprocess.PIPE)
        return json.loads(run.stdout)["packages"][0]["name"]

    def whole(self):
        with open(f"{self.dir}/repository.json") as file:
            return f"{self.url}/index/whole/{json.load(file)['whole']['sha256']}.db.zst"

    def asked(self):
        """The requests since it was asked last: a list of bytes sent."""
        with open(self.log, "r+") as file:
            found = [int(line.split()[0]) for line in file]
            file.truncate(0)
        return found


def written(where):
    """All that could show a write."""
    found = {}
    for folder, _, files in os.walk(where):
        for name in [".", *files]:
            st = os.stat(f"{folder}/{name}")
            if not name.endswith("-shm"):
                found[f"{folder}/{name}"] = (st.st_ino, st.st_size, st.st_mtime_ns)
    return found


def begin(bench):
    """A machine that has fardel, and nothing of any repository."""
    bench.fresh()
    bench.call("gc")
    bench.settle()


def cold(repository, rounds):
    bench, ours, theirs, synced = repository.bench, [], [], []
    file = f"{bench.disk}/whole.db"
    command = f"curl -sS '{repository.whole()}' | zstd -dqf -o '{file}'"
    for _ in range(rounds):
        begin(bench)
        ours.append(bench.call("repo", "update"))
        bench.settle()
        theirs.append(bench.took(["sh", "-c", command]))
        os.remove(file)
        bench.settle()
        synced.append(bench.took(["sh", "-c", f"{command} && sync '{file}'"]))
        os.remove(file)
    bench.ratio("  cold", ours, theirs, 1.5, "curl | zstd -d")
    bench.row("    where that is on disk, too, as the index is", bench.show(statistics.median(synced)))
    begin(bench)
    bench.peak("    memory", bench.call_peak("repo", "update"), 64)


def unchanged(repository, rounds):
    bench, ours, theirs = repository.bench, [], []
    head = subprocess.run(["curl", "-sSI", f"{repository.url}/repository.json"], check=True, text=True, stdout=subprocess.PIPE)
    tag = next(line.split(": ", 1)[1] for line in head.stdout.splitlines() if line.lower().startswith("etag:"))
    bench.call("repo", "update")
    before = written(STATE)
    repository.asked()
    for _ in range(rounds):
        ours.append(bench.call("repo", "update"))
        theirs.append(bench.took(["curl", "-sS", "-H", f"If-None-Match: {tag}", f"{repository.url}/repository.json"]))
    requests = len(repository.asked()) / rounds - 1
    difference = statistics.median(ours) - statistics.median(theirs)
    bench.least("  unchanged, beyond curl's time", [difference], 5)
    bench.row("    fardel " + bench.show(statistics.median(ours)) + ", curl", bench.show(statistics.median(theirs)))
    bench.row("    requests", f"{requests:g}", "1", requests > 1)
    bench.row("    files written to", str(sum(before.get(k) != v for k, v in written(STATE).items())), "0", before != written(STATE))
    bench.peak("    memory", bench.call_peak("repo", "update"), 64)


def one_change(repository, rounds):
    bench, taken, requests, sent = repository.bench, [], 0, 0
    for _ in range(rounds):
        repository.change()
        bench.settle()
        repository.asked()
        taken.append(bench.call("repo", "update"))
        asked = repository.asked()
        requests, sent = max(requests, len(asked)), max(sent, sum(asked))
    bench.least("  one change", taken, 20)
    bench.row("    requests", str(requests), "<= 4", requests > 4)
    bench.row("    bytes", f"{sent / 1024:.1f} KiB", "<= 16 KiB", sent > 16384)
    repository.change()
    bench.peak("    memory", bench.call_peak("repo", "update"), 64)


def questions(repository, rounds):
    bench = repository.bench
    for what, goal, args in (
            ("search, a word that three of four have", 10, ["search", WORD]),
            ("search, a name", 10, ["search", repository.name()]),
            (f"install --dry-run, {WIDE:,} wide", 60, ["install", "--dry-run", "bench-wide"]),
            (f"install --dry-run, {DEEP} deep", 60, ["install", "--dry-run", "bench-deep"])):
        bench.least(f"  {what}", [bench.call(*args) for _ in range(rounds)], goal)
        bench.peak("    memory", bench.call_peak(*args), 64)


def measure(bench, rounds):
    for count in SIZES:
        repository = Repository(bench, count)
        bench.row(f"repository of {count:,} packages", "")
        cold(repository, max(rounds // 3, 3))
        unchanged(repository, 2 * rounds)
        one_change(repository, rounds)
        questions(repository, rounds)
        repository.end()
