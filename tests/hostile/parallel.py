"""P: several at once."""
from box import case, want


@case("P2", "50 installs of the same package: one does the work, the others say so")
def same(box):
    file = box.installer("hello", pack=box.pack("hello", "1"), url=box.serve() + "/hello-1.deb")
    jobs = [box.start("--lock-timeout", "120", "install", file) for _ in range(50)]
    for job in jobs:
        job.wait(120)
        want(job.returncode == 0, f"exit {job.returncode}: {job.said()}")
    did = [job for job in jobs if "hello   1   new" in job.said()]
    want(len(did) == 1, f"{len(did)} did it: {[job.said() for job in did[:3]]}")
    # Who came while it was done says so; who came later configures again.
    others = [job for job in jobs if "nothing to do" in job.said() or "configure again" in job.said()]
    want(len(others) == 49, f"{len(others)} others")
    box.unharmed(["hello 1"])
