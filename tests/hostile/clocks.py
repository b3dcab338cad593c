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
