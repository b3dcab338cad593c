#!/usr/bin/python3
"""A wagon of luet's, as luet-build makes one: repository.yaml, the tree in both layouts, packages' tarballs.

    wagon = Wagon("main")
    wagon.add("app-x/hello", "1.0", files={"usr/bin/hello": "#!/bin/sh\n"}, requires=["sys-libs/c >=2"])
    wagon.put(folder)
    wagon.push("http://127.0.0.1:5000/v2/team/wagon")  # into a registry, as images

As a program:  wagon.py FOLDER|URL [KEY=VALUE…] <<<'[{"name": "app-x/hello", "version": "1.0", …}, …]'
Keys: name, revision, date (last_update), layout (v2, v1, both), compression (zstd, gzip, none; of the tree), sums (no: none are said),
made (so many further packages that nobody can install), wide (so many that wide/all needs, each), seed (what made packages say), key (a file to write minisign's public key to: then
repository.yaml is signed); of a URL: auth (its Authorization), form (of manifests: docker, oci, list), layers (their compression: gzip, zstd, none)."""
import functools
import gzip
import hashlib
import io
import json
import os
import random
import subprocess
import sys
import tarfile
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

KEPT_MAX = 1 << 20
SUFFIX = {"zstd": ".zst", "gzip": ".gz", "none": ""}


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def pack(data, how, level=3):
    """The bytes as they are served; the same again of the same. What is large is not kept: who measures a program's memory measures ours."""
    return (pack_anew if len(data) > KEPT_MAX else pack_once)(data, how, level)


def pack_anew(data, how, level):
    if how == "gzip":
        return gzip.compress(data, compresslevel=6, mtime=0)
    if how == "zstd":
        return subprocess.run(["zstd", "-q", f"-{level}", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return data


pack_once = functools.lru_cache(maxsize=16)(pack_anew)


def tar(members, form=tarfile.PAX_FORMAT):
    """Of (name, bytes), (name, None) for a folder, or a TarInfo with bytes."""
    to = io.BytesIO()
    with tarfile.open(fileobj=to, mode="w", format=form) as out:
        for member in members:
            info, data = member[0], member[1]
            if not isinstance(info, tarfile.TarInfo):
                info = tarfile.TarInfo(info)
                info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
                info.mode = 0o755 if data is None else 0o644
            info.size = len(data or b"")
            out.addfile(info, io.BytesIO(data or b""))
    return to.getvalue()


# --- Images ------------------------------------------------------------------------------------------------------

OCI, DOCKER = "application/vnd.oci.image.", "application/vnd.docker."
KINDS = {
    "oci": (OCI + "manifest.v1+json", OCI + "config.v1+json", {"gzip": OCI + "layer.v1.tar+gzip", "zstd": OCI + "layer.v1.tar+zstd", "none": OCI + "layer.v1.tar"}),
    "docker": (DOCKER + "distribution.manifest.v2+json", DOCKER + "container.image.v1+json",
               {"gzip": DOCKER + "image.rootfs.diff.tar.gzip", "none": DOCKER + "image.rootfs.diff.tar"}),
}
LISTS = {"oci": OCI + "index.v1+json", "docker": DOCKER + "distribution.manifest.list.v2+json"}
MACHINE = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386", "ppc64le": "ppc64le", "s390x": "s390x", "riscv64": "riscv64"}.get(os.uname().machine, os.uname().machine)


def digest(data):
    return "sha256:" + sha256(data)


def image(layers, form="docker", how="gzip", **more):
    """The manifest of an image, and its blobs: of tars, the lowest first."""
    kind, config_kind, kinds = KINDS[form]
    config = json.dumps({"architecture": MACHINE, "os": "linux", "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in layers]}}).encode()
    packed = [pack(layer, how) for layer in layers]
    manifest = {"schemaVersion": 2, "mediaType": kind, "config": {"mediaType": config_kind, "size": len(config), "digest": digest(config)},
                "layers": [{"mediaType": kinds[how], "size": len(data), "digest": digest(data)} for data in packed]}
    manifest.update(more)
    return json.dumps(manifest).encode(), [config] + packed


class Registry:
    """One place of a registry: http://HOST/v2/PATH."""

    def __init__(self, base, headers=None):
        self.base, self.headers = base.rstrip("/"), headers or {}

    def ask(self, method, url, data=None, **headers):
        request = urllib.request.Request(url, data=data, method=method, headers={**self.headers, **{key.replace("_", "-"): value for key, value in headers.items()}})
        return urllib.request.urlopen(request, timeout=60)  # pylint: disable=consider-using-with

    def blob(self, data):
        with self.ask("POST", f"{self.base}/blobs/uploads/", b"") as answer:
            url = answer.headers["Location"]
        with self.ask("PUT", f"{url}{'&' if '?' in url else '?'}digest={digest(data)}", data, Content_Type="application/octet-stream"):
            return digest(data)

    def manifest(self, tag, text):
        with self.ask("PUT", f"{self.base}/manifests/{tag}", text, Content_Type=json.loads(text)["mediaType"]):
            return digest(text)

    def push(self, tag, layers, form="docker", how="gzip"):
        """form: docker, oci, or list (an index of two platforms, of which one is the machine's)."""
        kind = "oci" if form == "list" or how == "zstd" else form
        text, blobs = image(layers, kind, how)
        for data in blobs:
            self.blob(data)
        if form != "list":
            return self.manifest(tag, text)
        other, blobs = image([tar([("etc/other", b"of another machine")])], kind, how)
        for data in blobs:
            self.blob(data)
        entries = [{"mediaType": KINDS[kind][0], "size": len(each), "digest": self.manifest(digest(each), each), "platform": {"os": "linux", "architecture": machine}}
                   for each, machine in ((other, "mips"), (text, MACHINE))]
        return self.manifest(tag, json.dumps({"schemaVersion": 2, "mediaType": LISTS[kind], "manifests": entries}).encode())


# --- YAML --------------------------------------------------------------------------------------------------------

def plain(text):
    """As Go's yaml writes a text that needs no quotes; others in quotes."""
    simple = text and all(c.isalnum() or c in "-_./+ ()," for c in text) and not text[0] in "- " and text[-1] != " "
    odd = text.lower() in ("true", "false", "null", "yes", "no", "on", "off", "y", "n", "~") or text[:1].isdigit()
    return text if simple and not odd else json.dumps(text, ensure_ascii=False)


def yaml(value, indent=0, key=""):
    """A value in block style, as Go's yaml has it."""
    pad = "  " * indent
    if isinstance(value, dict):
        if not value:
            return " {}\n"
        text = "" if not key else "\n"
        for name, inner in value.items():
            text += f"{pad}{plain(name)}:{yaml(inner, indent + 1, name)}"
        return text
    if isinstance(value, (list, tuple)):
        if not value:
            return " []\n"
        text = "\n"
        for item in value:
            inner = yaml(item, indent, "")
            text += f"{pad[2:] if key else pad}- " + inner.lstrip("\n ") if isinstance(item, dict) else f"{pad[2:] if key else pad}-{inner}"
        return text
    if isinstance(value, bool):
        return f" {'true' if value else 'false'}\n"
    if value is None:
        return " null\n"
    if isinstance(value, int):
        return f" {value}\n"
    return f" {plain(value)}\n"


def one(text):
    """"sys-libs/c >=2" as requires, conflicts and provides have it."""
    name, _, version = text.partition(" ")
    category, _, name = name.rpartition("/")
    return {"category": category, "name": name, "version": version or ">=0"}


class Package:
    def __init__(self, name, version, **given):
        self.category, self.name = name.rsplit("/", 1)
        self.version = version
        self.files = given.pop("files", {})
        self.finalize = given.pop("finalize", None)
        self.compression = given.pop("compression", "zstd")
        self.sum = given.pop("sum", None)  # another than is so; "": none
        self.path = given.pop("path", None)
        self.tarball = given.pop("tarball", None)  # bytes in the place of those of files
        self.without = given.pop("without", ())  # files of the tree that are left out: "definition.yaml"
        self.text = given.pop("text", {})  # and what others are: {"definition.yaml": "…"}
        self.runtime = given.pop("runtime", True)
        self.listed = given.pop("listed", None)  # files that the metadata list; else those of files
        self.given_layers = [[(name, None if text is None else text.encode()) for name, text in layer] for layer in given.pop("layers", [])]
        self.given = given

    def definition(self):
        given = dict(self.given)
        said = {"name": self.name, "category": self.category, "version": self.version}
        for key in ("requires", "conflicts", "provides"):
            if key in given:
                said[key] = [one(text) if isinstance(text, str) else text for text in given.pop(key)]
        said.update(given)
        return said

    def file(self):
        return self.path or f"{self.name}-{self.category}-{self.version}.package.tar{SUFFIX[self.compression]}"

    def tag(self):
        return f"{self.name}-{self.category}-{self.version}".replace("+", "-")

    def layers(self):
        """Of its image: one, or what was given as such: lists of members."""
        return [tar(layer) for layer in self.given_layers] if self.given_layers else [tar(self.members())]

    def bytes(self):
        if self.tarball is not None:
            return self.tarball
        return pack(tar(self.members()), self.compression)

    def members(self):
        folders = sorted({"/".join(path.split("/")[:i]) for path in self.files for i in range(1, path.count("/") + 1)})
        members = [(folder, None) for folder in folders]
        for path, content in sorted(self.files.items()):
            info = tarfile.TarInfo(path)
            info.mode = 0o644
            if isinstance(content, dict):  # {"link": …} {"hard": …} {"text": …, "mode": …, "uid": …, "gid": …, "xattr": {…}}
                info.mode = int(content.get("mode", "0644"), 8)
                info.uid, info.gid = content.get("uid", 0), content.get("gid", 0)
                if "link" in content or "hard" in content:
                    info.type = tarfile.SYMTYPE if "link" in content else tarfile.LNKTYPE
                    info.linkname = content.get("link", content.get("hard"))
                info.pax_headers = {f"SCHILY.xattr.{key}": value for key, value in content.get("xattr", {}).items()}
                content = content.get("text", "")
            members.append((info, content.encode() if isinstance(content, str) else content))
        return members

    def metadata(self, data):
        package = self.definition()
        said = self.sum if self.sum is not None else sha256(data) if data is not None else "0" * 64
        files = self.listed if self.listed is not None else sorted(self.files)
        compile_package = {"name": self.name, "category": self.category, "version": self.version}
        return {
            "path": "/luetbuild/" + self.file(), "dependencies": None,
            "compilespec": {"steps": [], "prelude": [], "image": "", "package": compile_package if self.runtime else package},
            "checksums": {"sha256": said} if said else {}, "source_assertion": None, "compressiontype": self.compression,
            "files": files, "package_cacheimage": "",
            **({"runtime": package} if self.runtime else {}),
        }


class Wagon:
    def __init__(self, name="main"):
        self.name = name
        self.revision = 1
        self.date = 1700000000
        self.layout = "v2"
        self.compression = "zstd"
        self.sums = True
        self.packages = []
        self.members = []  # further ones of the tree's tarball
        self.first = []  # and those before all others
        self.key = None

    def add(self, name, version, **given):
        self.packages.append(Package(name, version, **given))
        return self.packages[-1]

    def make(self, count, seed="1"):
        """Packages that look like those of a distribution; nobody has their tarballs."""
        dice = random.Random(f"{seed}")
        for number in range(count):
            category = f"cat-{number % 97}"
            name = f"made-{number}"
            files = [f"usr/share/{name}/{dice.randrange(16 ** 6):06x}/file-{i}" for i in range(dice.randrange(4, 40))]
            requires = [f"cat-{n % 97}/made-{n} >=1" for n in (dice.randrange(count) for _ in range(dice.randrange(0, 6)))]
            self.add(f"{category}/{name}", f"1.{dice.randrange(20)}+{dice.randrange(9)}", listed=files, requires=requires,
                     description=f"The package {name}, which {seed} has made for tests of {dice.randrange(10 ** 9)} things",
                     uri=[f"https://{name}.example/"], license="GPL-2", labels={"made": "yes", "number": str(number)},
                     annotations={"source": "tests"}, hidden=False)
            self.without_tarball(f"{name} {seed}")

    def without_tarball(self, of):
        """What was added last is only told of."""
        self.packages[-1].tarball = b""
        self.packages[-1].sum = hashlib.sha256(of.encode()).hexdigest()

    def widen(self, count):
        """wide/all, which needs each of so many others, by ranges that newer ones of them do not meet."""
        for number in range(count):
            for version in ("1.2", "1.10", "2.0"):
                self.add(f"wide/part-{number}", version, listed=[f"usr/share/part-{number}"])
                self.without_tarball(f"part {number} {version}")
        if count:
            self.add("wide/all", "1.0", listed=["usr/share/all"], requires=[f"wide/part-{n} <2" for n in range(count)])
            self.without_tarball("all")

    def provides(self):
        table = {}
        for package in self.packages:
            for provided in package.definition().get("provides", []):
                table.setdefault(f"{provided['category']}/{provided['name']}", []).append(package.definition())
        return {"provides": table}

    def tree(self, layout, data):
        members = list(self.first)
        seen = set()
        for package, bytes_of in sorted(zip(self.packages, data), key=lambda pair: (pair[0].category, pair[0].name, pair[0].version)):
            parts = [package.category, package.name, package.version]
            for depth in (1, 2, 3):
                if tuple(parts[:depth]) not in seen:
                    seen.add(tuple(parts[:depth]))
                    members.append(("/".join(parts[:depth]), None))
            files = {"definition.yaml": yaml(package.definition())}
            if package.finalize:
                files["finalize.yaml"] = yaml(package.finalize)
            if layout == "v2":
                files["metadata.json"] = json.dumps(package.metadata(bytes_of), separators=(",", ":"))
            files.update(package.text)
            for name, text in sorted(files.items()):
                if name not in package.without:
                    members.append(("/".join(parts) + "/" + name, text if isinstance(text, bytes) else text.encode()))
        if layout == "v2":
            members.append(("provides.yaml", yaml(self.provides()).encode()))
        return tar(members + self.members)

    def meta(self, data):
        index = [package.metadata(bytes_of) for package, bytes_of in zip(self.packages, data)]
        return tar([("repository.meta.yaml", ("index:" + yaml(index, 1, "index")).encode())])

    def documents(self, data):
        found = {}
        if self.layout in ("v2", "both"):
            found["treev2"] = ("tree-v2.tar" + SUFFIX[self.compression], self.tree("v2", data))
        if self.layout in ("v1", "both"):
            found["tree"] = ("tree.tar" + SUFFIX[self.compression], self.tree("v1", data))
            found["meta"] = ("repository.meta.yaml.tar" + SUFFIX[self.compression], self.meta(data))
        return {key: (name, pack(text, self.compression)) for key, (name, text) in found.items()}

    def identity(self, documents):
        files = {key: {"filename": name, "compressiontype": self.compression,
                       "checksums": {"sha256": sha256(data)} if self.sums else {}} for key, (name, data) in documents.items()}
        return yaml({"name": self.name, "description": "A wagon of the tests", "urls": ["http://localhost:8000"], "type": "http",
                     "enable": True, "priority": 1, "revision": self.revision, "last_update": str(self.date), "index": [],
                     "repo_files": files}).encode()

    def put(self, folder):
        os.makedirs(folder, exist_ok=True)
        data = [package.bytes() if package.tarball != b"" else None for package in self.packages]
        for package, bytes_of in zip(self.packages, data):
            if bytes_of is not None and "/" not in package.file():
                write(os.path.join(folder, package.file()), bytes_of)
        documents = self.documents(data)
        for name, content in documents.values():
            write(os.path.join(folder, name), content)
        text = self.identity(documents)
        if self.key:
            write(os.path.join(folder, "repository.yaml.minisig"), self.key.sign(text))
        path = os.path.join(folder, "repository.yaml")
        write(path, text)
        os.utime(path, (self.date, self.date))  # by which servers tell one from the next


    def push(self, base, form="docker", how="gzip", headers=None):
        """Into a registry, its URL or a Registry: packages first, repository.yaml last."""
        to = base if isinstance(base, Registry) else Registry(base, headers)
        for package in self.packages:
            if package.tarball != b"":
                to.push(package.tag(), package.layers(), form, how)
        documents = self.documents([None] * len(self.packages))
        for name, content in documents.values():
            to.push(name, [tar([(name, content)])], form, how)
        text = self.identity(documents)
        if self.key:
            to.push("repository.yaml.minisig", [tar([("repository.yaml.minisig", self.key.sign(text))])], form, how)
        to.push("repository.yaml", [tar([("repository.yaml", text)])], form, how)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "wb") as to:
        to.write(data)
    os.replace(path + ".new", path)


def main(folder, *words):
    given = dict(word.split("=", 1) for word in words)
    wagon = Wagon(given.get("name", "main"))
    wagon.revision = int(given.get("revision", 1))
    wagon.date = int(given.get("date", wagon.date + wagon.revision))
    wagon.layout = given.get("layout", "v2")
    wagon.compression = given.get("compression", "zstd")
    wagon.sums = given.get("sums") != "no"
    if "key" in given:
        from repository import Key
        wagon.key = Key("wagon key")
        write(given["key"], wagon.key.line.encode() + b"\n")
    text = "" if sys.stdin.isatty() else sys.stdin.read()
    for package in json.loads(text) if text.strip() else []:
        wagon.add(**package)
    wagon.make(int(given.get("made", 0)), given.get("seed", "1"))
    wagon.widen(int(given.get("wide", 0)))
    if folder.startswith("http"):
        headers = {"Authorization": given["auth"]} if "auth" in given else None
        wagon.push(folder, given.get("form", "docker"), given.get("layers", "gzip"), headers)
    else:
        wagon.put(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
