"""U, races: what stands under a name is swapped for something else, as often as a process of its own can, while fardel works on it."""
import hashlib
import os
import shutil
import subprocess
import time

from box import case, want
from users import REAL, tampering

SECONDS = 5

# args: a cached pack, and two files beside it, on the same file system: one after the other stands there under its name.
PACKS = """
import os
def tick(args):
    for file in args[1:3]:
        os.link(file, args[0] + ".new")
        os.rename(args[0] + ".new", args[0])
"""


def while_swapped(swaps, work):
    """Works, again and again; says how often there was a swap meanwhile."""
    rounds, begun = 0, time.monotonic()
    with swaps as achieved:
        while time.monotonic() < begun + SECONDS:
            work()
            rounds += 1
    print(f"{achieved.tries} swaps in {rounds} rounds", flush=True)
    want(achieved.tries > 1000, f"only {achieved.tries} swaps")


@case("U3-pack", "a pack that is swapped in the cache between its verification and its use: what is used was verified", REAL)
def swapped_pack(box):
    url = box.serve()
    good = box.pack("hello", "1")
    file = box.installer("hello", "1", good, f"{url}/hello-1.deb")
    evil = os.path.join(box.work, "evil.deb")
    box.make("pack", "hello", "6.66", "deb", evil)
    box.must("install", file)
    [cached] = box.cached()
    with open(good, "rb") as pack:
        want(cached.endswith(hashlib.sha256(pack.read()).hexdigest()), cached)
    beside = ["/var/cache/evil", "/var/cache/good"]
    for source, name in zip((evil, good), beside):
        shutil.copyfile(source, name)
    box.must("remove", "hello")
    said = []

    def work():
        run = box.fardel("install", file)
        want(run.status in (0, 1, 2, 5), str(run))
        if run.status == 0:
            said.append(subprocess.run(["/usr/bin/hello"], stdout=subprocess.PIPE, text=True, check=True).stdout)
            box.must("remove", "hello")

    while_swapped(tampering(PACKS, cached, *beside, user=0), work)
    want(set(said) == {"hello 1\n"}, f"what was installed says {said}")
    for name in beside:
        os.remove(name)
    box.unharmed()
