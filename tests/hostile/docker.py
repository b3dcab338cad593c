"""D: registries of images that lie, and images that were made to harm."""
import http.server
import io
import json
import os
import re
import socket
import tarfile
import threading
import time

from box import Failed, case, want

from wagon import DOCKER, OCI, Registry, Wagon, digest, image, pack, tar
from wagons import member

PATH = "/v2/team/wagon"
HELLO = "hello-app-x-1"


class Evil(Registry):
    """A registry in memory. `habits`: of a path below PATH, or "*", what to do instead, given the handler (True: it has answered)."""

    def __init__(self, box):
        super().__init__("")
        self.things, self.habits, self.asked = {}, {}, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                path = self.path[len(PATH) + 1:] if self.path.startswith(PATH + "/") else self.path
                form = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                outer.asked.append((path + (" " + form if form else ""), self.headers.get("Authorization")))
                for habit in (outer.habits.get(path), outer.habits.get("*")):
                    if habit and habit(self):
                        return
                outer.give(self, *outer.things.get(path, (404, b"{}")))

            do_POST = do_GET

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # who hung up
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        box.at_end.append(self.server.shutdown)

    def give(self, handler, status, body, **headers):
        try:
            handler.send_response_only(status)
            for key, value in {"Content_Length": str(len(body)), **headers}.items():
                handler.send_header(key.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:
            pass
        return True

    def blob(self, data):
        self.things["blobs/" + digest(data)] = (200, data)
        return digest(data)

    def manifest(self, tag, text):
        self.things[f"manifests/{tag}"] = self.things["manifests/" + digest(text)] = (200, text)
        return digest(text)

    def says(self, tag, text, **headers):
        """Whatever that is."""
        data = text if isinstance(text, bytes) else json.dumps(text).encode()
        self.habits[f"manifests/{tag}"] = lambda handler: self.give(handler, 200, data, **headers)

    def layers(self, tag):
        return [layer["digest"] for layer in json.loads(self.things[f"manifests/{tag}"][1])["layers"]]

    def count(self, path):
        return len([one for one, _ in self.asked if one == path])


def honest(revision=1):
    made = Wagon()
    made.revision, made.date = revision, 1700000000 + revision
    made.add("app-x/hello", "1", files={"usr/share/hello/a": "a"})
    return made


def configure(box, urls, more=""):
    folder = box.path("/etc/fardel/repos.d")
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/main.yml", "w", encoding="utf-8") as to:
        to.write(f"name: main\ntype: docker\nformat: luet\nenable: true\nurls: {json.dumps(urls)}\n{more}")
    os.chmod(f"{folder}/main.yml", 0o600)
    box.before = box.outside()


def stand(box, synced=True):
    evil = Evil(box)
    honest().push(evil)
    configure(box, [evil.host + "/team/wagon"])
    if synced:
        box.must("repo", "update")
    return evil


def quick(*args):
    return ("--set", "fetch.retries=0", "--set", "fetch.stall_timeout=2", *args)


def refuse_index(box, *texts, codes=(1, 2, 5), seconds=5):
    run = box.fardel(*quick("repo", "update"))
    want(run.status in codes, f"{run}")
    box.refused(run, run.status, *texts, seconds=seconds)
    box.unharmed()


def refuse_package(box, *texts, codes=(1, 2, 5), seconds=5):
    run = box.fardel(*quick("install", "-y", "app-x/hello"))
    want(run.status in codes, f"{run}")
    box.refused(run, run.status, *texts, seconds=seconds)
    box.unharmed()


# --- Digests ------------------------------------------------------------------------------------------------------

@case("D1", "a layer of other bytes, or of another size, than its manifest says: refused, of the index and of a package", ("mount",))
def layers(box):
    evil = stand(box, synced=False)
    # As good as the right one, and as long, but another.
    text = honest().identity(honest().documents([None]))
    evil.push("repository.yaml", [tar([("repository.yaml", text)])], "docker", "none")
    blob = "blobs/" + evil.layers("repository.yaml")[0]
    evil.habits[blob] = lambda handler: evil.give(handler, 200, tar([("repository.yaml", text.replace(b"revision: 1", b"revision: 7"))]))
    refuse_index(box, "checksum", codes=(5,))
    evil.habits.clear()
    for tag, refuse in (("repository.yaml", refuse_index), ("tree-v2.tar.zst", refuse_index), (HELLO, refuse_package)):
        blob = "blobs/" + evil.layers(tag)[0]
        good = evil.things[blob][1]
        other = bytearray(good)
        other[-1] ^= 1
        for bad in (bytes(other), good + b"x", good[:-1], b"", pack(tar([(tag, b"x")]), "gzip")):
            evil.habits[blob] = lambda handler, bad=bad: evil.give(handler, 200, bad)
            refuse(box, *(["who runs the registry"] if refuse is refuse_package else []))
        evil.habits.clear()
        if tag == "tree-v2.tar.zst":
            # An image as it should be, of another file than repository.yaml says.
            kept = evil.things[f"manifests/{tag}"]
            other = honest()
            other.add("app-x/other", "1")
            evil.push(tag, [tar([(tag, other.documents([None, None])["treev2"][1])])])
            refuse_index(box, "checksum", codes=(5,))
            evil.things[f"manifests/{tag}"] = kept
            box.must("repo", "update")
    box.must("install", "-y", "app-x/hello")


@case("D2", "a manifest that says another size, or names what is not there", ("mount",))
def sizes(box):
    evil = stand(box)
    honest_text = json.loads(evil.things[f"manifests/{HELLO}"][1])
    for change in ({"size": honest_text["layers"][0]["size"] + 1}, {"size": 0}, {"size": 1 << 62}, {"digest": "sha256:" + "0" * 64}):
        text = json.loads(json.dumps(honest_text))
        text["layers"][0].update(change)
        evil.says(HELLO, text)
        refuse_package(box)
    evil.habits.clear()
    box.must("install", "-y", "app-x/hello")


@case("D3", "a list whose manifest is not the one that it names, is a list itself, or is of other machines", ("mount",))
def lists(box):
    evil = stand(box)
    evil.push(HELLO, [tar([("usr/share/hello/a", b"a")])], "list")
    text = json.loads(evil.things[f"manifests/{HELLO}"][1])
    ours = [entry for entry in text["manifests"] if entry["platform"]["architecture"] != "mips"][0]
    path = "manifests/" + ours["digest"]
    other, blobs = image([tar([("usr/share/hello/a", b"evil")])], "oci")
    for data in blobs:
        evil.blob(data)
    evil.habits[path] = lambda handler: evil.give(handler, 200, other)
    refuse_package(box, "another one than the digest says", "ask who runs the registry")
    evil.habits.clear()
    inner = json.dumps({"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": text["manifests"]}).encode()
    evil.manifest("inner", inner)
    evil.says(HELLO, dict(text, manifests=[dict(ours, digest=digest(inner), size=len(inner))]))
    refuse_package(box, "leads to another list")
    evil.says(HELLO, dict(text, manifests=[entry for entry in text["manifests"] if entry is not ours]))
    refuse_package(box, "no image of it for linux")
    evil.habits.clear()
    box.must("install", "-y", "app-x/hello")


@case("D4", "a tag that is moved while its layer is on its way: what was resolved is what is installed", ("mount",))
def moved(box):
    evil = stand(box)
    blob = "blobs/" + evil.layers(HELLO)[0]

    def move(_handler):
        evil.push(HELLO, [tar([("usr/share/hello/a", b"evil")])])

    evil.habits[blob] = move
    box.must("install", "-y", "app-x/hello")
    with open(box.path("/usr/share/hello/a"), encoding="utf-8") as file:
        want(file.read() == "a", "what was resolved is not what was installed")
    run = box.must("reinstall", "app-x/hello")
    want("moved the tag" in run.err, f"{run}")


# --- Manifests ------------------------------------------------------------------------------------------------------

def bad_manifests(layer):
    kind = OCI + "manifest.v1+json"
    good = {"schemaVersion": 2, "mediaType": kind, "layers": [layer]}
    yield dict(good, layers=[layer] * 13), "13 layers"
    yield dict(good, layers=[layer] * 5000), "5000 layers"
    yield dict(good, layers=[layer] * 10000), "than the 1024000 bytes"
    yield dict(good, layers=[]), "no layers"
    yield dict(good, schemaVersion=1), "schema 1"
    yield dict(good, mediaType=DOCKER + "distribution.manifest.v1+prettyjws"), "schema 1"
    yield dict(good, mediaType="text/html"), "not known"
    yield dict(good, mediaType="\x1b[31m\u202e" * 20), "not known"
    yield dict(good, layers=[dict(layer, mediaType=DOCKER + "image.rootfs.foreign.diff.tar.gzip", urls=["https://elsewhere.example/x"])]), "foreign"
    yield dict(good, layers=[dict(layer, urls=["https://elsewhere.example/x"])]), "foreign"
    yield dict(good, layers=[dict(layer, mediaType="application/octet-stream")]), "not known"
    for bad in ("sha256:../../../../etc/passwd", "sha256:" + "0" * 63, "md5:" + "0" * 32, "../../x", "", 7, None, "sha256:" + "0" * 62 + "/x"):
        yield dict(good, layers=[dict(layer, digest=bad)]), "sha256"
    for bad in (-1, "7", None, 1e99, 2 ** 70):
        yield dict(good, layers=[dict(layer, size=bad)]), ""
    yield b"<!DOCTYPE html><html>Not here</html>", "web page"
    yield b"", "is empty"
    yield b"null", ""
    yield b"[" * 100000, ""
    yield b'{"a":' * 100000, ""
    yield b'{"schemaVersion":2,"schemaVersion":1}', ""
    yield b" " * ((1000 << 10) + 1), "than the 1024000 bytes"
    yield b'{"schemaVersion":2,"x":"' + b"x" * (6 << 20) + b'"}', ""


@case("D5", "manifests that are none, or say what none may: refused, of the index and of a package", ("mount",))
def manifests(box):
    evil = stand(box, synced=False)
    for tag, refuse in (("repository.yaml", refuse_index), (HELLO, refuse_package)):
        layer = json.loads(evil.things[f"manifests/{tag}"][1])["layers"][0]
        for bad, text in bad_manifests(layer):
            evil.says(tag, bad)
            try:
                refuse(box, text)
            except Failed as failed:
                raise Failed(f"{str(bad)[:300]}: {failed}") from failed
        evil.habits.clear()
        if refuse is refuse_index:
            box.must("repo", "update")
    box.must("install", "-y", "app-x/hello")


@case("D6", "a manifest without end, one that comes drop by drop, one that is redirected inward or for ever", ("mount",))
def endless(box):
    evil = stand(box)

    def pour(handler):
        handler.send_response_only(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65536)
        except OSError:
            return True

    def drip(handler):
        handler.send_response_only(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b" ")
                time.sleep(0.3)
        except OSError:
            return True

    for habit in (pour, drip, lambda handler: evil.give(handler, 302, b"", Location=handler.path),
                  lambda handler: evil.give(handler, 302, b"", Location="file:///etc/passwd")):
        evil.habits[f"manifests/{HELLO}"] = habit
        refuse_package(box, seconds=8)
        evil.habits = {"manifests/repository.yaml": habit}
        refuse_index(box, seconds=8)
        evil.habits.clear()
    box.must("install", "-y", "app-x/hello")


@case("D7", "documents of a wagon whose names no tag can be, or lead elsewhere")
def names(box):
    evil = stand(box)
    text = honest(2).identity({"treev2": ("tree.tar.zst", b"x")}).decode()
    for bad in ("../tree.tar.zst", "a:b", "a@sha256:0", "x" * 129, "/etc/passwd", "a/b", "-a", "a+b", "a%2fb"):
        evil.push("repository.yaml", [tar([("repository.yaml", text.replace("tree.tar.zst", bad).encode())])])
        refuse_index(box)
        want(not [one for one, _ in evil.asked if "passwd" in one or ".." in one], f"{evil.asked}")


# --- Layers ------------------------------------------------------------------------------------------------------

def tarball(*members):
    to = io.BytesIO()
    with tarfile.open(fileobj=to, mode="w", format=tarfile.PAX_FORMAT) as out:
        for info, data in members:
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    return to.getvalue()


LAYERS = {
    "out": [tarball(member("../x", data=b"x"))],
    "absolute": [tarball(member("/var/lib/canary", data=b"x"))],
    "device": [tarball(member("usr/share/null", tarfile.CHRTYPE))],
    "through a link of an upper layer": [tarball(member("usr/share/d/x", data=b"x")), tarball(member("usr/share/d", tarfile.SYMTYPE, "/etc"), member("usr/share/d/y", data=b"x"))],
    "hides nothing": [tarball(member("usr/share/.wh.", data=b""))],
    "hides what is above": [tarball(member("usr/share/.wh...", data=b""))],
    "a hard link to what is hidden": [tarball(member("usr/share/a", data=b"x"), member("usr/share/b", tarfile.LNKTYPE, "usr/share/a")),
                                      tarball(member("usr/share/a", data=b"y"))],
    "a hard link to what its own layer hides": [tarball(member("usr/share/a", data=b"x")),
                                                tarball(member("usr/share/.wh.a", data=b""), member("usr/share/b", tarfile.LNKTYPE, "usr/share/a"))],
    "a hard link to what a layer between hides": [tarball(member("usr/share/d/a", data=b"x")), tarball(member("usr/share/d/.wh..wh..opq", data=b"")),
                                                  tarball(member("usr/share/b", tarfile.LNKTYPE, "usr/share/d/a"))],
    "a hard link to what comes behind it": [tarball(member("usr/share/b", tarfile.LNKTYPE, "usr/share/a"), member("usr/share/a", data=b"x"))],
    "a hard link to what a layer above has": [tarball(member("usr/share/b", tarfile.LNKTYPE, "usr/share/a")), tarball(member("usr/share/a", data=b"x"))],
    "a hard link to a link out of a lower layer": [tarball(member("usr/share/a", tarfile.SYMTYPE, "/var/lib/canary")), tarball(member("usr/share/b", tarfile.LNKTYPE, "usr/share/a"))],
    "a hard link through a link of a lower layer": [tarball(member("usr/share/d", tarfile.SYMTYPE, "/var/lib")), tarball(member("usr/share/b", tarfile.LNKTYPE, "usr/share/d/canary"))],
    "a hard link to a folder of a lower layer": [tarball(member("usr/share/d", tarfile.DIRTYPE), member("usr/share/d/x", data=b"x")), tarball(member("usr/share/b", tarfile.LNKTYPE, "usr/share/d"))],
    "a hard link to the system's": [tarball(member("usr/share/a", data=b"x")), tarball(member("usr/share/b", tarfile.LNKTYPE, "etc/passwd"))],
    "a hard link to an absolute path": [tarball(member("var/lib/canary2", data=b"x")), tarball(member("usr/share/b", tarfile.LNKTYPE, "/var/lib/canary2"))],
    "a hard link up and down to a lower layer": [tarball(member("usr/share/a", data=b"x")), tarball(member("usr/share/b", tarfile.LNKTYPE, "usr/share/../share/a"))],
    "a hard link to itself": [tarball(member("usr/share/a", data=b"x")), tarball(member("usr/share/b", tarfile.LNKTYPE, "usr/share/b"))],
    "hard links in a ring": [tarball(member("usr/share/b", tarfile.LNKTYPE, "usr/share/c"), member("usr/share/c", tarfile.LNKTYPE, "usr/share/b"))],
    "a hard link in the place of a folder": [tarball(member("usr/share/a", data=b"x")), tarball(member("usr/share/b", tarfile.LNKTYPE, "usr/share/a"), member("usr/share/b/x", data=b"x"))],
    "a hard link out": [tarball(member("usr/share/b", tarfile.LNKTYPE, "../../etc/shadow"))],
    "no tar": [b"no tar at all" * 100],
    "cut off": [tarball(member("usr/share/a", data=b"x" * 5000))[:2000]],
    "a second tar behind it": [tarball(member("usr/share/a", data=b"x")) + tarball(member("usr/share/b", data=b"x"))],
}


@case("D8", "layers of a package that lead out, hide what they must not, or are none: refused, and nothing is changed", ("mount",))
def trees(box):
    evil = stand(box)
    for what, layers_of in LAYERS.items():
        evil.push(HELLO, layers_of)
        run = box.fardel(*quick("install", "-y", "app-x/hello"))
        want(run.status in (1, 5, 10), f"{what}: {run}")
        box.refused(run, run.status)
        box.unharmed()
    # What an upper layer has hidden of those below it may be anything: nothing of it is written.
    evil.push(HELLO, [tarball(member("usr/share/d", tarfile.SYMTYPE, "/etc")), tarball(member("usr/share/.wh.d", data=b""), member("usr/share/d/y", data=b"y"))])
    box.must("install", "-y", "app-x/hello")
    want(os.path.isdir(box.path("/usr/share/d")) and not os.path.exists(box.path("/etc/y")), "a hidden link counts")
    box.must("remove", "-y", "app-x/hello")
    box.unharmed()


@case("D17", "hard links to files of lower layers: the same file by two names, as long as nothing is in the place of either", ("mount",))
def hard_links(box):
    evil = stand(box)
    info = member("usr/share/d/a", data=b"lowest")[0]
    info.mode = 0o750
    low = tarball((info, b"lowest"), member("usr/share/d/old", data=b"old"), member("usr/share/d/gone", data=b"gone"))
    middle = tarball(member("usr/share/d/b", tarfile.LNKTYPE, "./usr/share/d/a"), member("usr/share/d/.wh.gone", data=b""), member("usr/share/d/gone", tarfile.LNKTYPE, "usr/share/d/a"))
    high = tarball(member("usr/share/d/c", tarfile.LNKTYPE, "usr/share/d/b"), member("usr/share/d/old", tarfile.LNKTYPE, "usr/share/d/c"), member("usr/share/d/x", data=b"x"),
                   member("usr/share/d/y", tarfile.LNKTYPE, "usr/share/d/x"))
    evil.push(HELLO, [low, middle, high])
    box.must("install", "-y", "app-x/hello")
    names = {name: os.stat(box.path(f"/usr/share/d/{name}")) for name in os.listdir(box.path("/usr/share/d"))}
    want(sorted(names) == ["a", "b", "c", "gone", "old", "x", "y"], f"{sorted(names)}")
    want(len({names[name].st_ino for name in ("a", "b", "c", "gone", "old")}) == 1 and names["x"].st_ino == names["y"].st_ino, f"{names}")
    want(names["c"].st_mode & 0o7777 == 0o750, f"{names}")
    with open(box.path("/usr/share/d/c"), encoding="utf-8") as file:
        want(file.read() == "lowest", "another content")
    box.must("remove", "-y", "app-x/hello")
    box.unharmed()


@case("D9", "layers of the index: bombs, what is no tar, a file that is there twice, is a link, or is hidden")
def index_layers(box):
    evil = stand(box)
    text = honest(2).identity({"treev2": ("tree.tar.zst", b"x")})
    one = member("repository.yaml", data=text)
    for bad in ([b"no tar at all" * 100], [tarball(one, member("repository.yaml", data=b"other"))], [tarball(member("repository.yaml", tarfile.SYMTYPE, "/etc/passwd"))],
                [tarball(member("repository.yaml/", tarfile.DIRTYPE))], [tarball(one), tarball(member(".wh.repository.yaml", data=b""))],
                [tarball(one), tarball(member(".wh..wh..opq", data=b""))], [tarball(member("other", data=b"x"))],
                [tarball(member("repository.yaml", data=b"x" * (1 << 20)))], [tarball(one)[:700]]):
        evil.push("repository.yaml", bad)
        refuse_index(box)
    zeros = tarball(member("repository.yaml", data=b"\0" * (16 << 20)))
    for how in ("gzip", "zstd"):
        evil.push("repository.yaml", [zeros], "oci", how)
        refuse_index(box, seconds=10)


# --- Tokens ------------------------------------------------------------------------------------------------------

def wants(evil, challenge):
    def habit(handler):
        return not handler.path.startswith("/token") and evil.give(handler, 401, b"{}", WWW_Authenticate=challenge)
    evil.habits["*"] = habit


@case("D10", "a registry that asks for tokens for ever, or for what nobody can give: it is asked twice, and no more")
def loops(box):
    evil = stand(box)
    token = [b'{"token":"good"}']
    evil.habits["/token"] = None
    bearer = f'Bearer realm="http://{evil.host}/token",service="s"'
    for challenge in (bearer, bearer + ", " + bearer, 'Basic realm="x"', "Negotiate", "Bearer", 'Bearer realm=""', "x" * 3000, 'Bearer realm="' + "x" * 1500,
                      "Bearer " + ",".join(f"a{i}=b" for i in range(200)), 'Bearer realm="file:///etc/passwd"', 'Bearer realm="http://elsewhere.example/token"',
                      'Bearer realm="https://user:pw@elsewhere.example/token"', 'Bearer realm="//x"', 'Bearer realm="http://127.0.0.1:1/token"',
                      f'Bearer realm="http://{evil.host}/loop"', 'Bearer realm="http://\x80\xff/"'):
        wants(evil, challenge)
        evil.habits[f"/token?service=s&scope=repository%3Ateam%2Fwagon%3Apull"] = lambda handler: evil.give(handler, 200, token[0])
        for args in (("repo", "update"), ("install", "-y", "app-x/hello")):
            evil.asked.clear()
            run = box.fardel(*quick(*args))
            want(run.status in (1, 2, 5), f"{challenge}: {run}")
            box.refused(run, run.status)
            want(len(evil.asked) <= 4, f"{challenge}: {evil.asked}")
            box.unharmed()


@case("D11", "tokens that are none: web pages, lists, endless ones, such as would end a header")
def tokens(box):
    evil = stand(box)
    wants(evil, f'Bearer realm="http://{evil.host}/token"')
    path = "/token?scope=repository%3Ateam%2Fwagon%3Apull"
    for bad in (b"<html>sign in</html>", b"[]", b"{}", b'{"token":7}', b'{"token":""}', b'{"token":"a\\r\\nX-Evil: 1"}', b'{"token":"a b"}', b'{"token":"\\u0000"}',
                b'{"token":"' + b"x" * (300 << 10) + b'"}', b'{"token":"' + b"x" * (70 << 10) + b'"}', b"[" * 5000):
        evil.habits[path] = lambda handler, bad=bad: evil.give(handler, 200, bad)
        evil.asked.clear()
        refuse_index(box)
        want(not [said for _, said in evil.asked if said], f"{evil.asked}")
    for status in (302, 401, 403, 404, 500):
        evil.habits[path] = lambda handler, status=status: evil.give(handler, status, b"{}", Location="http://127.0.0.1:1/x")
        refuse_index(box)


@case("D12", "S5 of a registry: a login for another realm than those that it is for, whatever the registry says; redirects, too", ("mount",))
def logins(box):
    evil, other = stand(box, synced=False), Evil(box)
    secrets = re.compile("secret|bWU6c2VjcmV0|me-forever")
    login = "auth: {username: me, password: secret, identitytoken: me-forever}\n"
    configure(box, [evil.host + "/team/wagon"], login)
    other.habits["*"] = lambda handler: other.give(handler, 200, b'{"token":"of-other"}')
    for realm in (f"http://{other.host}/token", f"http://{other.host}/token?x=http://{evil.host}/", f"http://{other.host}\\\\@{evil.host}/token", f"http://localhost:{other.host.split(':')[1]}/token"):
        wants(evil, f'Bearer realm="{realm}",scope="repository:private/x:pull,push"')
        refuse_index(box)
        want(not [said for path, said in other.asked if said or secrets.search(path) or "private" in path], f"{realm}: {other.asked}")
        want(not [said for _, said in evil.asked if said and secrets.search(said)], f"{evil.asked}")
    # Its own realm sends on to another: nothing of the login goes there.
    wants(evil, f'Bearer realm="http://{evil.host}/token"')
    evil.habits["*"], by_token = (lambda handler, first=evil.habits["*"]: evil.give(handler, 307, b"", Location=f"http://{other.host}/token")
                                  if handler.path.startswith("/token") else first(handler)), evil.habits["*"]
    for auth in (login, "auth: {username: me, password: secret}\n"):
        configure(box, [evil.host + "/team/wagon"], auth)
        other.asked.clear()
        refuse_index(box)
        want(not [said for path, said in other.asked if said or secrets.search(path)], f"{other.asked}")
    evil.habits["*"] = by_token
    # Whom it sends on to has nothing to ask.
    other.habits["*"] = lambda handler: other.give(handler, 401, b"{}", WWW_Authenticate='Basic realm="x"')
    evil.habits["*"] = lambda handler: evil.give(handler, 307, b"", Location=f"http://{other.host}{handler.path}")
    evil.asked.clear()
    other.asked.clear()
    refuse_index(box)
    want(other.asked and not [said for _, said in evil.asked + other.asked if said], f"{evil.asked} {other.asked}")
    # A manifest that is elsewhere: the token stays.
    evil.habits.clear()
    evil.habits["/token?scope=repository%3Ateam%2Fwagon%3Apull"] = lambda handler: evil.give(handler, 200, b'{"token":"of-evil"}')
    configure(box, [evil.host + "/team/wagon"], "auth: {username: me, password: secret}\n")
    other.habits.clear()
    other.things = evil.things

    def habit(handler):
        if handler.path.startswith("/token"):
            return False
        if handler.headers.get("Authorization") != "Bearer of-evil":
            return evil.give(handler, 401, b"{}", WWW_Authenticate=f'Bearer realm="http://{evil.host}/token"')
        return evil.give(handler, 307, b"", Location=f"http://{other.host}{handler.path}")

    evil.habits["*"] = habit
    other.asked.clear()
    box.must("repo", "update")
    box.must("install", "-y", "app-x/hello")
    want(other.asked and not [said for _, said in other.asked if said], f"{other.asked}")


# --- Mirrors ------------------------------------------------------------------------------------------------------

@case("D13", "a mirror that hangs, lies, or has other tags is passed over, for the index and for packages", ("mount",))
def mirrors(box):
    good, bad = stand(box, synced=False), Evil(box)
    quiet = socket.create_server(("127.0.0.1", 0))
    box.at_end.append(quiet.close)
    urls = [f"127.0.0.1:{quiet.getsockname()[1]}/team/wagon", f"{bad.host}/team/wagon", f"{good.host}/team/wagon"]
    configure(box, urls)
    run = box.fardel(*quick("repo", "update"))
    want(run.status == 0 and run.seconds < 20, f"{run}")
    run = box.fardel(*quick("install", "-y", "app-x/hello"))
    want(run.status == 0 and run.seconds < 20, f"{run}")
    box.must("remove", "-y", "app-x/hello")
    # The right manifest, and other bytes as its layer.
    bad.things = dict(good.things)
    blob = "blobs/" + good.layers(HELLO)[0]
    bad.things[blob] = (200, b"x" * len(good.things[blob][1]))
    box.bash(f"rm -rf {box.path('/var/cache/fardel/packs')}")
    configure(box, urls[1:])
    box.must("repo", "update", "--force")
    run = box.fardel(*quick("install", "-y", "app-x/hello"))
    want(run.status == 0 and "checksum" in run.err, f"{run}")
    want(bad.count(blob) and good.count(blob), "both were to be asked")


@case("D14", "a tag that was moved to other layers, to fewer, or to the same ones in another order: it is said, and which", ("mount",))
def moved_layers(box):
    evil = stand(box)
    low, high, other = (tar([(f"usr/share/hello/{name}", text)]) for name, text in (("a", b"low"), ("b", b"high"), ("b", b"other")))
    both = [tar([("usr/share/hello/a", b"low")]), tar([("usr/share/hello/.wh.a", b""), ("usr/share/hello/b", b"high")])]
    for was, now, layer in ((both, both[:1], 2), (both[:1], both, 2), ([low, high], [high, low], 1), ([high, low], [low, high], 1),
                            ([low, high], [other, high], 1), ([low, high], [low, other], 2), ([low], [other], 0)):
        evil.push(HELLO, was)
        box.must("install", "-y", "app-x/hello")
        run = box.must("reinstall", "app-x/hello")
        want("moved the tag" not in run.err, f"{run}")
        old = evil.layers(HELLO)
        evil.push(HELLO, now)
        new = evil.layers(HELLO)
        run = box.must("reinstall", "app-x/hello")
        at = max(layer, 1) - 1
        old, new = (sums[at] if at < len(sums) else "none" for sums in (old, new))
        name = f"its layer {layer} is" if layer else "it is"
        want(f"{name} {new} now, and what is here of version 1 is {old}" in run.err, f"{was}, {now}: {run}")
        box.must("remove", "-y", "app-x/hello")
        box.bash(f"rm -rf {box.path('/var/cache/fardel/packs')}")


@case("D15", "who is refused is told why, and what may help: no login, a wrong one, one that another host is not told; 403 is not missing", ("mount",))
def refused(box):
    evil, other = stand(box, synced=False), Evil(box)
    urls, login = [evil.host + "/team/wagon"], "auth: {username: me, password: secret}\n"
    here, there = (f'Bearer realm="http://{one.host}/token",service="s"' for one in (evil, other))
    token = "/token?service=s&scope=repository%3Ateam%2Fwagon%3Apull"
    none, wrong, held = "give a login for it: auth in", "the login for it was refused", f'auth: {{realm: "http://{other.host}/token"'
    for auth, challenge, status, hint in (("", 'Basic realm="x"', 401, none), (login, 'Basic realm="x"', 401, wrong), ("", here, 401, none), (login, here, 401, wrong), (login, here, 200, wrong),
                                          ("", there, 200, none), (login, there, 200, held), (login, there, 401, held), ("auth: {registrytoken: mine}\n", here, 200, wrong)):
        configure(box, urls, auth)
        wants(evil, challenge)
        for one in (evil, other):
            one.habits[token] = lambda handler, one=one: one.give(handler, status, b'{"token":"t"}')
        refuse_index(box, "HTTP status 401", hint)
    evil.habits.clear()
    configure(box, urls, login)
    box.must("repo", "update")
    evil.habits["manifests/" + HELLO] = lambda handler: evil.give(handler, 403, b'{"errors":[{"code":"DENIED"}]}')
    run = box.fardel(*quick("install", "-y", "app-x/hello"))
    box.refused(run, 2, "HTTP status 403", wrong)
    want("no image" not in run.err, f"{run}")
    evil.habits["manifests/" + HELLO] = lambda handler: evil.give(handler, 404, b"{}")
    box.refused(box.fardel(*quick("install", "-y", "app-x/hello")), 2, "image hello-app-x-1: the registry has no such image", "repo update")
    for auth, more in ((login, "run it again later\n"), ("", "or give a login for it")):
        configure(box, urls, auth)
        evil.habits["manifests/" + HELLO] = lambda handler: evil.give(handler, 429, b'{"errors":[{"code":"TOOMANYREQUESTS"}]}')
        box.refused(box.fardel(*quick("install", "-y", "app-x/hello")), 2, "HTTP status 429", "limits how often it is asked", more)
    evil.habits = {"*": lambda handler: evil.give(handler, 403, b"{}")}
    configure(box, urls)
    box.refused(box.fardel(*quick("repo", "update", "--force")), 2, "HTTP status 403", none)


@case("D16", "of several images one is wrong: that one is named, and its package; with --keep-going the others come; a registry that is gone is not asked for each", ("mount",))
def blamed(box):
    evil, made = Evil(box), honest()
    names = ["app-x/hello", "app-x/one", "app-x/two", "app-x/three"]
    for name in names[1:]:
        made.add(name, "1", files={f"usr/share/{name[6:]}": name})
    made.push(evil)
    configure(box, [evil.host + "/team/wagon"])
    box.must("repo", "update")
    other = evil.things["manifests/one-app-x-1"]

    def hang_up(handler):
        handler.connection.shutdown(socket.SHUT_RDWR)
        return True

    listed = json.dumps({"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": [
        {"digest": "sha256:" + "0" * 64, "size": 7, "platform": {"os": "linux", "architecture": go}} for go in ("amd64", "arm64")]}).encode()
    for status, habit in ((2, lambda handler: evil.give(handler, 500, b"{}")), (2, hang_up), (5, lambda handler: evil.give(handler, 200, b"{}")),
                          (5, lambda handler: evil.give(handler, 200, b" " * (2 << 20))), (2, lambda handler: evil.give(handler, 404, b"{}")),
                          (2, lambda handler: evil.give(handler, 200, listed))):
        evil.habits = {"manifests/two-app-x-1": habit}
        run = box.fardel(*quick("install", "-y", *names))
        box.refused(run, status, "app-x/two: image two-app-x-1: ")
        box.unharmed()
        run = box.fardel(*quick("install", "-y", "--keep-going", *names))
        want(run.status == 6 and "app-x/two=1   failed: image two-app-x-1: " in run.err and "image one-app-x-1:" not in run.err, f"{run}")
        want(all(os.path.exists(box.path(f"/usr/share/{name[6:]}")) == (name != names[2]) for name in names), f"{run}")
        box.must("remove", "-y", *(name for name in names if name != names[2]))
    evil.habits = {"*": hang_up}
    evil.asked.clear()
    run = box.fardel(*quick("install", "-y", "--keep-going", *names))
    want(run.status == 2 and len(evil.asked) == 2, f"{evil.asked} {run}")


@case("D18", "S8 of a registry: lengths beyond all numbers, too long, too short, and none, of manifests and of layers: none of them is what was asked for", ("mount",))
def lengths(box):
    evil = stand(box, synced=False)
    for tag, refuse in (("repository.yaml", refuse_index), (HELLO, refuse_package)):
        for path in (f"manifests/{tag}", "blobs/" + evil.layers(tag)[0]):
            body = evil.things[path][1]
            for length in (1 << 63, (1 << 63) - 1, 1 << 64, 10 ** 40, 1 << 40):
                evil.habits[path] = lambda handler, length=length, body=body: evil.give(handler, 200, body, Content_Length=str(length))
                try:
                    refuse(box, codes=(5,))
                except Failed as failed:
                    raise Failed(f"{path} {length}: {failed}") from failed
            for length in (len(body) + 1, "-1", "x", "0x10"):
                evil.habits[path] = lambda handler, length=length, body=body: evil.give(handler, 200, body, Content_Length=str(length), Connection="close")
                run = box.fardel(*quick(*(("repo", "update") if refuse is refuse_index else ("install", "-y", "app-x/hello"))))
                want(run.status in (0, 2, 5) and run.seconds < 5, f"{path} {length}: {run}")
                if run.status == 0 and refuse is refuse_package:
                    box.must("remove", "-y", "app-x/hello")
        evil.habits.clear()
        if refuse is refuse_index:
            box.must("repo", "update")


@case("D19", "S5 of a registry: a redirect on its own server keeps what it was shown, wherever that leads there; any other name or port of the same machine is somebody else", ("mount",))
def own_server(box):
    evil, other = stand(box), Evil(box)
    blob = "blobs/" + evil.layers(HELLO)[0]
    bearer, basic = "Bearer of-evil", "Basic bWU6c2VjcmV0"

    def wants_login(handler):
        if handler.path.startswith("/token"):
            return evil.give(handler, 200, b'{"token":"of-evil"}')
        if handler.headers.get("Authorization") in (bearer, basic):
            return False
        return evil.give(handler, 401, b"{}", WWW_Authenticate=challenge)

    evil.things["/storage/of/it"] = other.things["/storage/of/it"] = evil.things[blob]
    evil.things["/v2/team/elsewhere/blobs/it"] = evil.things[blob]
    port = evil.host.split(":")[1]
    for challenge in (f'Bearer realm="http://{evil.host}/token"', 'Basic realm="x"'):
        configure(box, [evil.host + "/team/wagon"], "auth: {username: me, password: secret}\n")
        evil.habits = {"*": wants_login}
        for to in (f"http://{evil.host}/storage/of/it", "/v2/team/elsewhere/blobs/it", f"http://{evil.host}/x/../storage/of/it"):
            evil.habits[blob] = lambda handler, to=to: wants_login(handler) or evil.give(handler, 307, b"", Location=to)
            box.must("install", "-y", "app-x/hello")
            box.must("remove", "-y", "app-x/hello")
            box.bash(f"rm -rf {box.path('/var/cache/fardel/packs')}")
        for to in (f"http://{other.host}/storage/of/it", f"http://localhost:{port}/storage/of/it", f"http://{evil.host}@{other.host}/storage/of/it"):
            evil.habits[blob] = lambda handler, to=to: wants_login(handler) or evil.give(handler, 307, b"", Location=to)
            evil.asked.clear()
            other.asked.clear()
            run = box.fardel(*quick("install", "-y", "app-x/hello"))
            want((run.status == 2) == ("localhost" in to), f"{to}: {run}")
            want(not [said for path, said in other.asked + evil.asked if said and path.startswith("/storage")], f"{to}: {other.asked} {evil.asked}")
            if run.status == 0:
                box.must("remove", "-y", "app-x/hello")
                box.bash(f"rm -rf {box.path('/var/cache/fardel/packs')}")
