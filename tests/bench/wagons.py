"""What wagons of luet's cost: one of 10,000 made-up packages in each layout (tests/lib/wagon.py), served over loopback HTTP. luet takes 4.9 s and 63 MiB for such a one, and
14.6 s and 278 MiB in the older layout."""
import os
import shutil
import statistics
import subprocess

from repositories import begin, written

COUNT = int(os.environ.get("WAGON", "10000"))
WIDE = 1000  # packages that one needs
STATE = "/var/lib/fardel"


class Made:
    """One in that layout, served, and the root's only repository."""

    def __init__(self, bench, layout):
        self.bench, self.layout, self.revision = bench, layout, 0
        self.dir, self.state = f"{bench.disk}/wagon", f"{bench.tmp}/wagon-{layout}"
        self.log = f"{self.state}/bytes.log"
        os.makedirs(self.state)
        self.publish()
        self.url = subprocess.run([f"{bench.lib}/serve", self.dir, self.state, f"access_log {self.log} bytes;"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout.strip()
        os.makedirs("/etc/fardel/repos.d", exist_ok=True)
        with open("/etc/fardel/repos.d/bench.yml", "w", encoding="utf-8") as out:
            out.write(f"name: bench\ntype: http\nformat: luet\nenable: true\nurls:\n- {self.url}\n")

    def publish(self, packages="[]"):
        self.revision += 1
        subprocess.run([f"{self.bench.lib}/wagon.py", self.dir, f"layout={self.layout}", f"made={COUNT - 3 * WIDE - 1}", f"wide={WIDE}", f"revision={self.revision}"],
                       input=packages, text=True, check=True)

    def end(self):
        with open(f"{self.state}/nginx.pid", encoding="utf-8") as file:
            os.kill(int(file.read()), 15)
        shutil.rmtree(self.dir)
        os.remove("/etc/fardel/repos.d/bench.yml")
        self.bench.fresh()

    def requests(self):
        with open(self.log, "r+", encoding="utf-8") as file:
            found = len(file.readlines())
            file.truncate(0)
        return found


def unchanged(made, rounds):
    """What it takes beyond one request, as curl makes it."""
    bench, ours, theirs = made.bench, [], []
    head = subprocess.run(["curl", "-sSI", f"{made.url}/repository.yaml"], check=True, text=True, stdout=subprocess.PIPE)
    tag = next(line.split(": ", 1)[1] for line in head.stdout.splitlines() if line.lower().startswith("etag:"))
    made.requests()
    for _ in range(rounds):
        ours.append(bench.call("repo", "update"))
        theirs.append(bench.took(["curl", "-sS", "-H", f"If-None-Match: {tag}", f"{made.url}/repository.yaml"]))
    bench.least("  unchanged, beyond curl's time", [statistics.median(ours) - statistics.median(theirs)], 5)
    bench.row("    fardel " + bench.show(statistics.median(ours)) + ", curl", bench.show(statistics.median(theirs)))
    bench.row("    requests", f"{made.requests() / rounds - 1:g}", "1")


def measure(bench, rounds):
    for layout, title in (("v2", ""), ("v1", ", the older layout")):
        made = Made(bench, layout)
        bench.row(f"wagon of {COUNT:,} packages{title}", "")
        taken = []
        for _ in range(max(rounds // 3, 3)):
            begin(bench)
            taken.append(bench.call("repo", "update"))
        bench.least("  cold", taken, 1500)
        begin(bench)
        bench.peak("    memory of its largest process", bench.call_peak("repo", "update"), 48)
        before = written(STATE)
        made.requests()
        unchanged(made, 2 * rounds)
        bench.row("    files written to", str(sum(before.get(k) != v for k, v in written(STATE).items())), "0", before != written(STATE))
        bench.least(f"  install --dry-run, {WIDE:,} requirements",
                    [bench.call("install", "--dry-run", "wide/all") for _ in range(rounds)], 60)
        made.publish('[{"name": "app-x/new", "version": "1"}]')
        bench.row("  one package more", bench.show(statistics.median([bench.call("repo", "update")])))
        made.end()
