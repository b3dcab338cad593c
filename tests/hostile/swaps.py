"""U, races: what stands under a name is swapped for something else, as often as a process of its own can, while fardel works on it."""
import collections
import hashlib
import os
import shutil
import subprocess
import tempfile
import time

import luet
import packets
import packets_repo
from box import MIB, case, often, tree, want
from packets_repo import packets_index
from tarbytes import file, folder, tar, zstd
from users import DOCUMENTED, REAL, USER, rules_file, tampering

SECONDS = often(4, 90)
LONGEST = often(60, 900)


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


# args: patterns of paths, a path beside, on the same file system, and what a link there leads to: each folder that has such a path and that
# link change places, again and again.
EXCHANGE = """
import ctypes, glob, os, shutil
exchange = ctypes.CDLL(None).renameat2
def tick(args):
    global tries
    patterns, beside, target = args[:3]
    tries -= 1
    for path in [path for pattern in patterns.split() for path in glob.glob(pattern)]:
        if not os.path.islink(beside):
            shutil.rmtree(beside, ignore_errors=True)
            os.symlink(target, beside)
        for _ in range(50):
            if exchange(-100, path.encode(), -100, beside.encode(), 2):
                break
            tries += 1
"""


def while_swapped(swaps, work, enough=1000, done=lambda: True):
    """Works, again and again, and on until something was done; says how often there was a swap meanwhile."""
    rounds, begun = 0, time.monotonic()
    with swaps as achieved:
        while time.monotonic() < begun + (SECONDS if rounds > 3 and done() else LONGEST):
            work()
            rounds += 1
    print(f"{achieved.tries} swaps in {rounds} rounds", flush=True)
    want(achieved.tries >= enough, f"only {achieved.tries} swaps")


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
        box.must(*install)
        seen.append(look())
        box.must(*remove)

    while_swapped(tampering(PACKS, cached, *beside, user=0), work, done=lambda: seen)
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


@case("U3-pack", "a small pack that is swapped in the cache between its verification and its use: what is used was verified", REAL, long=True)
def swapped_pack(box):
    swap_of_deb(box, 0)


@case("U3-large", "the same of one that is shown to its rules where it lies", REAL, long=True)
def swapped_large_pack(box):
    swap_of_deb(box, 2 * MIB >> 10)


@case("U3-tree", "the same of a package of luet's, whose tree is unpacked from it", REAL, long=True)
def swapped_tree(box):
    good, evil = (zstd(tar(folder("opt/"), folder("opt/tool/"), file("opt/tool/says", text + "\n"))) for text in ("good", "evil"))
    other = os.path.join(box.work, "evil.tar.zst")
    with open(other, "wb") as out:
        out.write(evil)
    installer = luet.installer(box, good)
    swap_cached(box, os.path.join(box.vendor, "tool-app-x-1.0.package.tar.zst"), other, ["install", "--yes", installer],
                ["remove", "--purge", "app-x/tool"], "/opt/tool/says")


@case("U3-packets", "the same of a package of Packets that a repository offers: nothing but the file's sum says what it is", REAL, long=True)
def swapped_package(box):
    url = box.serve()
    good, evil = os.path.join(box.vendor, "app.pkt.tar.zst"), os.path.join(box.work, "evil.pkt.tar.zst")
    for path, text in ((good, "good"), (evil, "evil")):
        shutil.move(packets.package(box, file("./data/says", text + "\n"), manifest=packets.MANIFEST.replace("Tool", "app")), path)
    stand = packets_repo.Stand(box)
    packets_index.make(stand.file, [packets_index.row("app", hash=sha256(good), mirrors=f"{url}/app.pkt.tar.zst")])
    box.must("repo", "update")
    swap_cached(box, good, evil, ["install", "app"], ["remove", "--purge", "app"], "/opt/packets/app/data/says")


# --- Folders for links ------------------------------------------------------------------------------------------

MANY = often(2500, 100000)  # swaps, at least


class Outside:
    """A folder that a link leads to: everybody may write there, and nothing is to change."""

    def __init__(self, path):
        self.path = path
        os.makedirs(path + "/in")
        for name in ("precious", "in/x"):
            with open(f"{path}/{name}", "w") as out:
                out.write("precious\n")
            os.chmod(f"{path}/{name}", 0o666)
            os.chown(f"{path}/{name}", USER, USER)
        for name in ("", "/in"):
            os.chmod(path + name, 0o777)
        self.before = self.look()

    def look(self):
        return oct(os.stat(self.path).st_mode), os.stat(self.path).st_uid, tree(self.path)

    def unharmed(self, run):
        want(self.look() == self.before, f"{self.path} is {self.look()}, and was {self.before}: {run}")


@case("U4-unpack", "a folder that fardel-unpack writes to is swapped for a link, and back: no file comes out elsewhere", REAL, long=True)
def swapped_while_unpacked(box):
    pack = os.path.join(box.work, "pack.tar")
    members = [file(f"swap/{('in', 'other')[n % 2]}/{n}", "x\n") for n in range(2000)]
    with open(pack, "wb") as out:
        out.write(tar(folder("swap/"), folder("swap/in/"), folder("swap/other/"), *members))
    tool = os.path.join(os.path.dirname(box.fardel_bin), "../libexec/fardel/fardel-unpack")
    outside = Outside("/srv/outside")
    # To a folder elsewhere, and to one that is beneath the same folder.
    for leads in (outside.path, "beside"):
        top = tempfile.mkdtemp(dir=box.work)
        ended = []

        def work():
            to = f"{top}/{len(ended)}"
            beside = Outside(to + "/beside")
            os.mkdir(to + "/swap")
            run = subprocess.run([tool, pack, to], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            ended.append(run.returncode)
            outside.unharmed(run)
            beside.unharmed(run)
            shutil.rmtree(to, ignore_errors=True)  # or there would be ever more to swap

        while_swapped(tampering(EXCHANGE, f"{top}/*/swap", f"{top}.link", leads, user=0), work, MANY)
        print(f"{ended.count(0)} of {len(ended)} were unpacked", flush=True)


SWAPPED = """
case $1 in
download) echo pack >"$2" ;;
unpack)
  mkdir -p "$3/made/in"
  echo x >"$3/made/x"
  mv "$3/made" "$3/swap"
  ;;
esac
"""


@case("U4-install", "a folder of an installation is swapped for a link, and back, from when it is unpacked until it is removed", REAL, long=True)
def swapped_while_installed(box):
    if not shutil.which("strace"):
        box.skip("strace is not there")
    outside = Outside("/srv/outside")
    installer = box.installer("hello", "1", rules=rules_file(box, SWAPPED), sums=None)
    state = "/var/lib/fardel"
    ended = {"install": [], "remove": []}

    def work():
        for command in (["install", installer], ["remove", "--purge", "hello"]):
            run = box.fardel(*command, wrap=slowly)
            want(run.status in DOCUMENTED, str(run))
            outside.unharmed(run)
            ended[command[0]].append(run.status)

    patterns = [f"{state}/stage/*/*/swap", f"{state}/packages/hello/*/upstream/swap"]
    # Between a look at something and what is done then there is time for some swaps.
    slowly = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "signal=none", "-e", "trace=newfstatat,unlinkat",
              "-e", "inject=newfstatat,unlinkat:delay_exit=300"]
    while_swapped(tampering(EXCHANGE, " ".join(patterns), "/var/lib/beside", outside.path, user=0), work, MANY,
                  lambda: 0 in ended["install"] and 0 in ended["remove"])
    for command, statuses in ended.items():
        print(command, {status: statuses.count(status) for status in set(statuses)}, flush=True)
    want(0 in ended["install"] and 0 in ended["remove"], f"nothing was done: {ended}")


@case("U4-lint", "a file that root lints is swapped for a link to what root alone may read: nothing of that is told", REAL)
def swapped_while_linted(box):
    slowly = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "signal=none", "-e", "trace=newfstatat",
              "-e", "inject=newfstatat:delay_exit=300"]
    if not shutil.which("strace"):
        box.skip("strace is not there")
    top = "/tmp/linted"
    os.makedirs(top + "/of")
    for path, text, mode in ((f"{top}/of/rules", "#!/bin/sh\nset -e\nexit 0\n", 0o755), ("/srv/secret", "#!/bin/sh\ncurl http://leak.example/\n", 0o600)):
        with open(path, "w") as out:
            out.write(text)
        os.chmod(path, mode)
    for path in (top, top + "/of", top + "/of/rules"):
        os.chown(path, USER, USER)
    seen = collections.Counter()

    def work():
        run = box.fardel("lint", "--plain", top + "/of", wrap=slowly)
        want("leak" not in run.out + run.err, str(run))
        seen["caught" if "Too many levels" in run.err else "a link" if "\trules-not-executable\t" in run.out else "a file"] += 1

    while_swapped(tampering(EXCHANGE, top + "/of/rules", top + "/beside", "/srv/secret"), work, 1000, lambda: seen["caught"])
    print(dict(seen), flush=True)
    want(seen["caught"], f"it was never swapped in that moment: {dict(seen)}")
