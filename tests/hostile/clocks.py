"""T: the clock of the machine says what it likes. By a library that is preloaded into fardel itself."""
import os
import time

from box import SANITIZED, case, want
from repositories import Stand, honest

DAY = 86400
YEAR = 365 * DAY
BUILT_AGO = 20 * YEAR  # before any fardel was built


class Clock:
    """A stand whose fardel has a clock that is so many seconds off."""

    def __init__(self, box):
        if SANITIZED:
            box.skip("nothing can be preloaded into programs with a sanitizer")
        self.box, self.off, self.step = box, 0, 0
        self.shim = os.path.join(os.environ["FARDEL_BUILD"], "tests", "clock.so")
        self.plain = box.fardel
        box.fardel = self.fardel

    def fardel(self, *args, **more):
        return self.plain(*args, env=dict(os.environ, LD_PRELOAD=self.shim, CLOCK_OFF=str(self.off), CLOCK_STEP=str(self.step)),
                          **more)


def published(revision, begins, days):
    """A revision that was signed then, and holds so long."""
    made = honest(revision)
    made.time, made.days = begins, days
    return made


@case("T1", "a clock that stands at 1970 makes nothing fresh again, and keeps nothing new away")
def beginning(box):
    clock, now = Clock(box), int(time.time())
    clock.off = -now
    stand = Stand(box, published(5, now, 30))  # is taken: the clock is not before fardel itself
    lies = [published(6, now - BUILT_AGO, 30),  # had expired before fardel was built
            published(7, now - 30 * DAY, 29)]  # and this, before what was seen by then
    for lie in lies:
        stand.clear()
        lie.put(stand.folder)
        stand.refuses("expired")
    stand.clear()
    stand.recovers(published(8, now, 30))
    box.unharmed()


@case("T2", "ten years ahead all has expired: that is said, what was synced stays in use, and nothing of it is left when the clock is set")
def ahead(box):
    clock = Clock(box)
    stand = Stand(box)
    clock.off = 10 * YEAR
    run = stand.refuses("expired", "date")
    want("20" in run.err, str(run))  # says when
    honest(6).put(stand.folder)
    stand.refuses("expired")
    want(len(box.must("search", "--json", "pkg").json()["packages"]) == 12, "what was synced is of no use")
    clock.off = 0
    stand.recovers()
    # Signed by one whose clock is ahead: that does not make all that comes after it expired.
    stand.recovers(published(7, int(time.time()) + 10 * YEAR, 30))
    stand.recovers(honest(8))
    box.unharmed()


@case("T3", "a clock that goes back, or leaps, at each look disturbs nobody")
def steps(box):
    clock = Clock(box)
    stand = Stand(box)
    for revision, step in enumerate((-3600, 7200, -DAY), 6):
        clock.step = step
        begun = time.monotonic()
        stand.recovers(honest(revision))
        run = box.must("--plain", "repo", "update")
        want("unchanged" in run.out and time.monotonic() - begun < 20, str(run))
    box.unharmed()


ZONES = ("UTC", "Europe/Berlin", "Pacific/Kiritimati", "America/St_Johns", "right/UTC", "right/Europe/Berlin", "<x>24:59:59<y>-167", "CET-1CEST,0/-167,J365/167",
         ":nowhere", "../../srv/canary/secret", "")


@case("T4", "zones, summer time and leap seconds: what counts is the same in all, and a time that there is not is no date")
def zones(box):
    stand = Stand(box)
    url = box.serve()
    box.must("install", box.installer("hello", "1", box.pack("hello", "1"), f"{url}/hello-1.deb"))
    wanted = [box.must(*args, "--json").out for args in (["list"], ["history"], ["show", "hello"])]
    revision = 6
    for zone in ZONES:
        env = {**os.environ, "TZ": zone}
        said = [box.must(*args, "--json", env=env).out for args in (["list"], ["history"], ["show", "hello"])]
        want(said == wanted, f"TZ={zone}: {said}\n{wanted}")
        honest(revision).put(stand.folder)
        run = box.must("repo", "update", env=env)
        want("updated" in run.out, f"TZ={zone}: {run}")
        revision += 1
    berlin = {**os.environ, "TZ": "CET-1CEST,M3.5.0,M10.5.0/3"}
    for date, status in (("2036-03-30 02:30", 64), ("2036-03-30 03:30", 0), ("2036-10-26 02:30", 0), ("2036-02-30", 64), ("2036-06-30 23:60", 64)):
        run = box.fardel("hold", "hello", "--until", date, env=berlin)
        want(run.status == status, f"{date}: {run}")
        want(status or f"until {date}" in run.err, f"{date}: {run}")
    # As long as it is that day anywhere else, too.
    box.refused(box.fardel("remove", "hello", env={**os.environ, "TZ": "<x>-24"}), 11, "held")
    box.must("unhold", "hello")
    box.must("remove", "hello")
    box.unharmed()


@case("T5", "packs, parts and state from the future, and from 1970: used, verified and collected as all others")
def other_times(box):
    url, _ = box.serve_evil()
    pack = box.pack("hello", "1", kb=9 * 1024)
    file = box.installer("hello", "1", pack, f"{url}/part/good/hello-1.deb")
    once = ("--set", "fetch.retries=0")
    for off in (10 * YEAR, -int(time.time())):
        want(box.fardel(*once, "install", file).status == 2, "nothing has broken off")
        set_times(box, off)
        want(box.must("cache", "list", "--json").json()["packs"][0]["what"] == "part", "no part")
        box.must(*once, "install", file)
        set_times(box, off)
        for command in (["cache", "verify"], ["doctor"], ["gc"], ["cache", "list"], ["list"], ["reconfigure", "hello"], ["verify"]):
            run = box.fardel(*command)
            want(run.status == 0, str(run))
        want(len(box.cached()) == 1, "the pack that is in use has gone")
        box.must("remove", "hello")
        want(box.fardel(*once, "install", box.installer("hello", "1", pack, f"{url}/part/good/hello-1.deb?{off}")).status in (0, 2), "another end")
        set_times(box, off)
        box.fardel("remove", "hello")
        box.must("cache", "gc")
        want(not box.cached() and not os.listdir(box.path("/var/cache/fardel/packs/parts")), "something stays")
        box.wipe()
    box.unharmed()


def set_times(box, off):
    """Of all files of fardel's."""
    then = time.time() + off
    for top in ("/var/lib/fardel", "/var/cache/fardel", "/var/log/fardel"):
        for folder, folders, files in os.walk(box.path(top)):
            for name in folders + files:
                os.utime(os.path.join(folder, name), (then, then), follow_symlinks=False)
