"""U, races: what stands under a name is swapped for something else, as often as a process of its own can, while fardel works on it."""
import hashlib
import os
import shutil
import time

import luet
import packets
import packets_repo
from box import MIB, case, want
from packets_repo import packets_index
from tarbytes import file, folder, tar, zstd
from users import REAL, tampering

SECONDS = 5


def sha256(path):
    with open(path, "rb") as content:
        return hashlib.sha256(content.read()).hexdigest()

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


def swap_cached(box, good, evil, install, remove, says):
    """While the one pack in the cache, which is `good`, is swapped for `evil`: what is installed, by the file `says` of it, is what it was before."""

    def look():
        with open(box.path(says)) as said:
            return said.read()

    box.must(*install)
    right = look()
    [cached] = box.cached()
    want(cached.endswith(sha256(good)), cached)
    beside = ["/var/cache/evil", "/var/cache/good"]
    for source, name in zip((evil, good), beside):
        shutil.copyfile(source, name)
    box.must(*remove)
    seen = []

    def work():
        run = box.fardel(*install)
        want(run.status in (0, 1, 2, 5), str(run))
        if run.status == 0:
            seen.append(look())
            box.must(*remove)

    while_swapped(tampering(PACKS, cached, *beside, user=0), work)
    want(set(seen) == {right}, f"what was installed is {set(seen)}, in {len(seen)} rounds")
    for name in beside:
        os.remove(name)
    box.unharmed()


def swap_of_deb(box, kb):
    url = box.serve()
    good = box.pack("hello", "1", kb=kb)
    evil = os.path.join(box.work, "evil.deb")
    box.make("pack", "hello", "6.66", "deb", evil, kb)
    swap_cached(box, good, evil, ["install", box.installer("hello", "1", good, f"{url}/hello-1.deb")], ["remove", "hello"],
                "/usr/bin/hello")


@case("U3-pack", "a small pack that is swapped in the cache between its verification and its use: what is used was verified", REAL)
def swapped_pack(box):
    swap_of_deb(box, 0)


@case("U3-large", "the same of one that is shown to its rules where it lies", REAL)
def swapped_large_pack(box):
    swap_of_deb(box, 2 * MIB >> 10)


@case("U3-tree", "the same of a package of luet's, whose tree is unpacked from it", REAL)
def swapped_tree(box):
    good, evil = (zstd(tar(folder("opt/"), folder("opt/tool/"), file("opt/tool/says", text + "\n"))) for text in ("good", "evil"))
    other = os.path.join(box.work, "evil.tar.zst")
    with open(other, "wb") as out:
        out.write(evil)
    installer = luet.installer(box, good)
    swap_cached(box, os.path.join(box.vendor, "tool-app-x-1.0.package.tar.zst"), other, ["install", "--yes", installer],
                ["remove", "--purge", "app-x/tool"], "/opt/tool/says")


@case("U3-packets", "the same of a package of Packets that a repository offers: nothing but the file's sum says what it is", REAL)
def swapped_package(box):
    url = box.serve()
    good, evil = os.path.join(box.vendor, "app.pkt.tar.zst"), os.path.join(box.work, "evil.pkt.tar.zst")
    for path, text in ((good, "good"), (evil, "evil")):
        shutil.move(packets.package(box, file("./data/says", text + "\n"), manifest=packets.MANIFEST.replace("Tool", "app")), path)
    stand = packets_repo.Stand(box)
    packets_index.make(stand.file, [packets_index.row("app", hash=sha256(good), mirrors=f"{url}/app.pkt.tar.zst")])
    box.must("repo", "update")
    swap_cached(box, good, evil, ["install", "app"], ["remove", "--purge", "app"], "/opt/packets/app/data/says")
