"""M: manifests of format 3 (manifest.toml), as text and as bytes: what install and lint make of those that are no manifest."""
import hashlib
import os

from archives import write
from box import SECONDS, case, want
from tarbytes import file, folder, gz, link, tar

SUM = "0" * 64
HEAD = 'format = 3\nname = "hello"\nversion = "1"\nsummary = "Hello"\n'
PACK = f'[[pack]]\nurl = "https://127.0.0.1:9/hello.deb"\nsha256 = "{SUM}"\n'
MOST = 64 << 10  # bytes of a fact


def installer(box, manifest, *more):
    text = manifest if isinstance(manifest, bytes) else manifest.encode("utf-8", "surrogateescape")
    return write(box, gz(tar(folder("hello"), file("hello/manifest.toml", text), file("hello/rules.lua", "function configure() end\n"), *more), 1))


def refuse(box, manifest, *texts, more=()):
    """By install before anything is fetched; and by lint, alone of all errors."""
    path = installer(box, manifest, *more)
    run = box.fardel("install", path)
    box.refused(run, 1, *texts)
    box.unharmed()
    run = box.fardel("lint", path)
    want(run.status == 1 and "refused" in run.out, f"lint does not refuse it: {run}")
    box.clean_text(run.err)
    box.clean_text(run.out.replace("\t", " "))


def good(box, manifest, *more):
    """It is a manifest: lint, which reads it as install does, refuses nothing of it."""
    run = box.fardel("lint", installer(box, manifest, *more))
    want(run.status in (0, 1) and "refused" not in run.out, str(run))
    box.clean_text(run.out.replace("\t", " "))
    box.unharmed()


@case("M1", "too many keys, too deep, too long, one byte more than may be")
def sizes(box):
    good(box, HEAD + PACK)
    refuse(box, HEAD + "".join(f"k{number} = 1\n" for number in range(100000)) + PACK)
    refuse(box, HEAD + "".join(f"k{number} = 1\n" for number in range(5000)) + PACK, "k0")
    refuse(box, HEAD + "x = " + "[" * 20000 + "]" * 20000 + "\n" + PACK)
    refuse(box, HEAD + "x = " + "{a=" * 10000 + "1" + "}" * 10000 + "\n" + PACK)
    refuse(box, HEAD + "[" + ".".join("a" * 15000) + "]\n")
    filled = HEAD + PACK
    good(box, filled + "#" * (MOST - len(filled)))
    refuse(box, filled + "#" * (MOST - len(filled) + 1), "manifest.toml")


@case("M2", "NUL, a mark of the byte order, carriage returns, bytes that are no UTF-8, text for the terminal")
def texts(box):
    for text in (HEAD + "\0" + PACK, HEAD.replace("Hello", "He\0llo") + PACK, "\0" * 100):
        refuse(box, text)
    for bad in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"):
        refuse(box, HEAD.encode().replace(b'"Hello"', b'"' + bad + b'"') + PACK.encode())
    for text in (b"\xef\xbb\xbf" + (HEAD + PACK).encode(), (HEAD + PACK).replace("\n", "\r\n").encode()):
        run = box.fardel("lint", installer(box, text))
        want(run.status in (0, 1), str(run))
        box.clean_text(run.out.replace("\t", " "))
    refuse(box, HEAD.replace("Hello", "\x1b]0;x\x07") + PACK)
    refuse(box, HEAD.replace("Hello", "\\u001b[2J") + PACK, "summary")
    refuse(box, HEAD + '"\\u001b[2J\\u202e" = 1\n' + PACK)


@case("M3", "names that are paths, options, hidden, too long, or another folder's")
def names(box):
    for name in ("../hello", "..", ".", "", "/hello", "a/b", "-rf", ".hello", "hel lo", "Hello", "h\\u00e9", "x" * 65, "other"):
        refuse(box, HEAD.replace('"hello"', f'"{name}"') + PACK, "name")


@case("M4", "a pack's file and a licence's file that lead out")
def files(box):
    for name in ("a/b", "../x", "/etc/passwd", "..", ".", "", "a\\u0000b", "a\\nb"):
        refuse(box, HEAD + PACK + f'file = "{name}"\n', "file")
    for name in ("../x", "/etc/shadow", "a/../../x", ".."):
        refuse(box, HEAD + f'license = {{file = "{name}", accept = true}}\n' + PACK, "license")
    eula = HEAD + 'license = {file = "EULA", accept = true}\n' + PACK
    for more in ((), (link("hello/EULA", "/etc/shadow"),), (folder("hello/EULA"),)):
        run = box.fardel("install", "--accept-license", "hello", installer(box, eula, *more))
        want(run.status != 0 and "root:" not in run.err + run.out, str(run))
        box.clean_text(run.err)
        box.unharmed()
        want(not os.path.lexists(box.path("/etc/fardel/licenses.d")), "a licence that is none was accepted")


@case("M5", "[declares] whose globs would explode, and more of them than is sensible")
def globs(box):
    declares = '[declares]\nfiles = ["{}"]\n'
    good(box, HEAD + PACK + declares.format("/usr/" + "*a" * 500))
    good(box, HEAD + PACK + declares.format("/" + "*a/" * 300 + "b"))
    refuse(box, HEAD + PACK + declares.format("../etc/*"), "declares")
    refuse(box, HEAD + PACK + "[declares]\nfiles = [" + '"/x",' * 11000 + "]\n", "declares")


@case("M5-match", "[declares] with globs that explode, held against what was changed", modes=("mount", "userns"))
def matching(box):
    pack = box.pack("hello", "1")
    with open(pack, "rb") as content:
        digest = hashlib.sha256(content.read()).hexdigest()
    rules = f'function configure() fs.write("/usr/share/{"a" * 200}", "x") end\n'
    manifest = HEAD + f'[[pack]]\nurl = "file://{pack}"\nsha256 = "{digest}"\n[declares]\nfiles = ["/usr/share/{"*a" * 100}b", "/{"**a*" * 100}b"]\n'
    path = write(box, gz(tar(folder("hello"), file("hello/manifest.toml", manifest), file("hello/rules.lua", rules)), 1))
    run = box.fardel("preview", "--json", path)
    want(run.status in (0, 10) and run.seconds <= 3 * SECONDS and "undeclared-file" in run.out, str(run))
    box.unharmed()
