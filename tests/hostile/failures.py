"""S-words: what a fetch that fails says. Each failure has words of its own, so that whoever reads them knows where to look."""
import contextlib
import hashlib
import os
import socket

from archives import write
from box import case, want
from servers import ONCE, Authority, install, refuse, secure
from tarbytes import file, folder, gz, tar

SERVER = "127.0.0.1"
# A habit of evil-httpd's -> the exit code, and what is said of no other.
WORDS = {
    "status/401": (2, "give a user and password for it"),
    "status/403": (2, "HTTP status 403"),
    "status/404": (2, "there is nothing there, or no longer"),
    "status/500": (2, "HTTP status 500"),
    "short": (2, "ended the transfer after "),
    "stall": (2, "stalled: less than 1000 bytes a second"),
    "reset": (2, "Connection reset by peer"),
    "garbage": (2, "HTTP/0.9"),
    "loop": (2, "more than 10 redirects"),
    "to-file": (2, "redirected to something other than http or https"),
    "lengths": (2, "states two lengths"),
    "headers": (2, "bytes of headers"),
    "endless": (1, "of fetch.max_size"),
    "wrong": (5, "The vendor may have put another file under the same address."),
}
# URLs that lead nowhere.
NOWHERE = {
    "http://127.0.0.1:1/hello-1.deb": (2, "connection to 127.0.0.1:1 refused"),
    "http://nobody.invalid/hello-1.deb": (2, "the name nobody.invalid cannot be resolved"),
    "file:///srv/none/hello-1.deb": (2, "open /srv/none/hello-1.deb: No such file or directory"),
    "ftp://127.0.0.1/hello-1.deb": (1, "upstream_pack_url"),
}


@case("S-words", "each way in which a fetch fails has words of its own")
def words(box):
    url, _ = box.serve_evil()
    ways = {**{f"{url}/{habit}/hello-1.deb": how for habit, how in WORDS.items()}, **NOWHERE}
    said = {}
    for source, (code, text) in ways.items():
        run = install(box, source, *ONCE, "--set", "fetch.max_size=50000000")
        refuse(box, run, code, text)
        said[source] = run.err
        box.wipe()
    for source, (_, text) in ways.items():
        also = [other for other, err in said.items() if text in err and other != source]
        want(not also, f"{text!r} is said of {source}, and of {also}")


@case("S-words-silent", "a machine that takes no connection and refuses none: given up when the configuration says")
def no_connection(box):
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind((SERVER, 0))
        server.listen(0)
        # Nobody accepts: once what waits is full, the kernel answers no further one.
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        name = f"{SERVER}:{server.getsockname()[1]}"
        run = install(box, f"http://{name}/hello-1.deb", *ONCE, "--set", "fetch.connect_timeout=1")
        refuse(box, run, 2, f"no connection to {name} within 1 s", seconds=10)


@case("S-words-trust", "certificates of fetch.ca_file that are not there, or none: that file is named, and nobody is asked")
def no_trust(box):
    ca = Authority(box)
    url, state = secure(box, ca.make("localhost"))
    for name, content in (("none.pem", None), ("empty.pem", b""), ("text.pem", b"no certificate\n"),
                          ("broken.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")):
        path = os.path.join(box.work, name)
        if content is not None:
            with open(path, "wb") as out:
                out.write(content)
        run = install(box, f"{url}/ok/hello-1.deb", *ONCE, "--set", f"fetch.ca_file={path}")
        want(run.status in (1, 2) and "fetch.ca_file" in run.err, f"{name}: {run}")
        box.clean_text(run.err)
        box.unharmed()
        want(not os.path.exists(f"{state}/requests"), f"{name}: it was asked")
    run = install(box, f"{url}/ok/hello-1.deb", *ONCE, "--set", f"fetch.ca_file={ca.file}")
    want(run.status == 0, str(run))


def sized(box, url, pack, size):
    """An installer of format 3 that states its pack's size."""
    with open(pack, "rb") as content:
        sha256 = hashlib.sha256(content.read()).hexdigest()
    manifest = 'format = 3\nname = "hello"\nversion = "1"\nsummary = "Hello"\n' \
               f'[[pack]]\nurl = "{url}"\nsha256 = "{sha256}"\nsize = {size}\n'
    script = "function unpack(pack, dir) fs.mkdir(dir .. '/x') end\nfunction configure() end\nfunction unconfigure() end\n"
    return write(box, gz(tar(folder("hello"), file("hello/manifest.toml", manifest), file("hello/rules.lua", script))), 1)


@case("S-words-size", "a pack of another size than its manifest states: refused as soon as that is known")
def other_size(box):
    url, _ = box.serve_evil()
    pack = box.pack("hello", "1", kb=64)
    size = os.path.getsize(pack)
    for habit in ("ok", "no-length", "chunked"):
        for stated in (size - 1, size + 1, 1):
            run = box.fardel(*ONCE, "install", sized(box, f"{url}/{habit}/hello-1.deb", pack, stated))
            refuse(box, run, 5, f"the installer states {stated}" if habit == "ok" or stated > size else f"longer than the {stated} bytes")
            box.wipe()
    # Nor is it looked for any longer than it says.
    run = box.fardel(*ONCE, "install", sized(box, f"{url}/endless/hello-1.deb", pack, size))
    refuse(box, run, 5, f"longer than the {size} bytes that the installer states", seconds=10)
    box.wipe()
    box.must(*ONCE, "install", sized(box, f"{url}/ok/hello-1.deb", pack, size))
    box.must("remove", "hello")
    box.unharmed()


# Two files of one md5, by Wang, Feng, Lai and Yu (2004): the second has one bit of these bytes turned.
FIRST = bytes.fromhex(
    "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5b"
    "d8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70")
SECOND = bytes(byte ^ 0x80 if at in (19, 45, 59, 83, 109, 123) else byte for at, byte in enumerate(FIRST))


@case("S13-forged", "a second file with the md5 that an installer states: the one seen first is the one that counts")
def forged(box):
    want(hashlib.md5(FIRST).digest() == hashlib.md5(SECOND).digest(), "they are no twins")
    url = box.serve()
    path = os.path.join(box.vendor, "hello-1.deb")
    rules = os.path.join(box.work, "rules")
    with open(rules, "w") as out:
        out.write('#!/bin/sh\ncase $1 in unpack) cp "$2" "$3/x" ;; esac\n')
    with open(path, "wb") as out:
        out.write(FIRST)
    installer = box.installer("hello", "1", path, f"{url}/hello-1.deb", rules=rules, sums="md5")
    run = box.must("install", installer)
    want("states only the md5 of its pack, which can be forged" in run.err, str(run))
    box.must("remove", "--purge", "hello")
    box.must("cache", "gc")
    want(not box.cached(), f"{box.cached()}")
    with open(path, "wb") as out:
        out.write(SECOND)
    run = box.fardel("install", installer)
    refuse(box, run, 5, "it is not the file that was first seen with it", "one of them was made to deceive")
    # Nor from the cache, where somebody has put it as that one.
    with open(path, "wb") as out:
        out.write(FIRST)
    box.must("install", installer)
    box.must("remove", "--purge", "hello")
    sha256 = hashlib.sha256(SECOND).hexdigest()
    shelf = box.path(f"/var/cache/fardel/packs/sha256/{sha256[:2]}")
    os.makedirs(shelf, exist_ok=True)
    with open(f"{shelf}/{sha256}", "wb") as out:
        out.write(SECOND)
    md5 = hashlib.md5(FIRST).hexdigest()
    link = box.path(f"/var/cache/fardel/packs/md5/{md5[:2]}/{md5}")
    os.remove(link)
    os.symlink(f"../../sha256/{sha256[:2]}/{sha256}", link)
    run = box.fardel("install", installer)
    box.refused(run, 5, "it is not the file that was first seen with it")
    box.unharmed()
