"""A repository's files, made byte by byte as docs/repository-format.md says them, by nothing of fardel's own code: so that tests can
make what `fardel repo build` never would. Ed25519 is RFC 8032's, slow and plain."""
import base64
import contextlib
import hashlib
import json
import os
import sqlite3
import struct
import tempfile
import time

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)


# --- Ed25519 ------------------------------------------------------------------------------------------------

def _recover_x(y, odd):
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P)
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * I % P
    return P - x if x % 2 != odd else x


_GY = 4 * pow(5, P - 2, P) % P
_GX = _recover_x(_GY, 0)
_G = (_GX, _GY, 1, _GX * _GY % P)


def _add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    k = (y1 - x1) * (y2 - x2) % P
    m = (y1 + x1) * (y2 + x2) % P
    c = 2 * t1 * t2 * D % P
    d = 2 * z1 * z2 % P
    e, f, g, h = m - k, d - c, d + c, m + k
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(n, point):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = _add(result, point)
        point = _add(point, point)
        n >>= 1
    return result


def _compress(point):
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _sha512(data):
    return hashlib.sha512(data).digest()


def _number(data):
    return int.from_bytes(data, "little")


class Key:
    """A key of minisign's: `line` is the public one as files have it."""

    def __init__(self, seed):
        self.seed = hashlib.sha256(seed.encode()).digest()
        self.id = hashlib.sha256(b"id" + seed.encode()).digest()[:8]
        expanded = _sha512(self.seed)
        self.a = (_number(expanded[:32]) & ((1 << 254) - 8)) | 1 << 254
        self.prefix = expanded[32:]
        self.public = _compress(_times(self.a, _G))
        self.line = base64.b64encode(b"Ed" + self.id + self.public).decode()

    def raw(self, text):
        """Its Ed25519 signature."""
        r = _number(_sha512(self.prefix + text)) % L
        point = _compress(_times(r, _G))
        h = _number(_sha512(point + self.public + text)) % L
        return point + ((r + h * self.a) % L).to_bytes(32, "little")

    def sign(self, text, comment="timestamp:1", algorithm=b"ED"):
        """What minisign -S writes of a file with that text."""
        made = self.raw(hashlib.blake2b(text).digest() if algorithm == b"ED" else text)
        overall = self.raw(made + comment.encode())
        return ("untrusted comment: signature\n"
                f"{base64.b64encode(algorithm + self.id + made).decode()}\n"
                f"trusted comment: {comment}\n"
                f"{base64.b64encode(overall).decode()}\n").encode()


# --- The parts ----------------------------------------------------------------------------------------------

def sha256(data):
    return hashlib.sha256(data).hexdigest()


def zstd(data):
    """A frame of blocks that are not compressed at all."""
    frame = struct.pack("<IB", 0xFD2FB528, 0xE0) + struct.pack("<Q", len(data))
    pieces = [data[i:i + (1 << 16)] for i in range(0, len(data), 1 << 16)] or [b""]
    for i, piece in enumerate(pieces):
        frame += struct.pack("<I", len(piece) << 3 | (i == len(pieces) - 1))[:3] + piece
    return frame


def file_of(database):
    """The bytes of a SQLite database, whoever has it open: of a client's index, what is published as the whole one."""
    with tempfile.NamedTemporaryFile() as copy:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as there, \
                contextlib.closing(sqlite3.connect(copy.name)) as here:
            there.backup(here)
        return copy.read()


def text_of(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def offer(name, version="1", **more):
    """A line of a leaf. more: keys over those that it has to have."""
    line = {"name": name, "version": version, "format": 3, "id": sha256(f"{name} {version}".encode()),
            "installer": {"path": f"{name}-{version}.tar.gz", "size": 1000, "sha256": sha256(f"file {name} {version}".encode())},
            "summary": f"The {name} of the tests"}
    line.update(more)
    return {key: value for key, value in line.items() if value is not None}


class Repository:
    """What is published: change it, then put it into a folder."""

    def __init__(self, name="main", bits=3, key=None):
        self.name, self.bits = name, bits
        self.key = key or Key(f"{name} key")
        self.revision = 1
        self.time = int(time.time())
        self.days = 30
        self.offers = {}
        self.whole = None  # (bytes of a database, the revision that it is of)
        self.roots = []
        self.add_root()

    def add_root(self, by=None, **more):
        """The next root of the chain; `by` are who sign it: the keys of the one before and its own."""
        root = {"schema": 1, "type": "root", "name": self.name, "version": len(self.roots) + 1, "time": self.time,
                "expires": self.time + 86400 * 700, "root": {"threshold": 1, "keys": [self.key.line]},
                "index": {"threshold": 1, "keys": [self.key.line]}}
        root.update(more)
        text = text_of(root)
        self.roots.append((text, b"".join(key.sign(text) for key in (by or [self.key]))))

    def add(self, name, version="1", **more):
        self.offers[name, version] = offer(name, version, **more)
        return self

    def leaf_of(self, name):
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") >> (32 - self.bits) if self.bits else 0

    def leaves(self):
        """The files of all leaves; b"": it has no packages."""
        lines = [b""] * (1 << self.bits)
        for (name, _), line in sorted(self.offers.items()):
            lines[self.leaf_of(name)] += text_of(line)
        return [zstd(text) if text else b"" for text in lines]

    def nodes(self, leaves):
        count = 1 << (self.bits // 2)
        width = len(leaves) // count
        sums = [hashlib.sha256(leaf).digest() if leaf else bytes(32) for leaf in leaves]
        return [b"".join(sums[i * width:(i + 1) * width]) for i in range(count)]

    def head(self, nodes, **more):
        head = {"schema": 1, "type": "head", "name": self.name, "revision": self.revision, "time": self.time,
                "expires": self.time + 86400 * self.days, "root": len(self.roots), "packages": len(self.offers),
                "tree": {"leaves": 1 << self.bits, "nodes": [sha256(node) for node in nodes]}}
        if self.whole:
            packed = zstd(self.whole[0])
            head["whole"] = {"sha256": sha256(packed), "size": len(packed), "unpacked": len(self.whole[0]),
                             "revision": self.whole[1]}
        head.update(more)
        return text_of(head)

    def put(self, folder, by=None, signature=None, head=None, **more):
        """Writes all of it. by: who sign the head; signature: a function of its text and signatures that gives what is
        written in their place; head: the same of its text; more: keys of the head."""
        leaves = self.leaves()
        nodes = self.nodes(leaves)
        files = {}
        for leaf in filter(None, leaves):
            files["index/leaf/" + sha256(leaf)] = leaf
        for node in nodes:
            files["index/node/" + sha256(node)] = node
        for number, (text, signatures) in enumerate(self.roots, 1):
            files[f"index/root/{number}.json"] = text
            files[f"index/root/{number}.json.minisig"] = signatures
        if self.whole:
            packed = zstd(self.whole[0])
            files[f"index/whole/{sha256(packed)}.db.zst"] = packed
        text = self.head(nodes, **more)
        if head:
            text = head(text)
        signatures = b"".join(key.sign(text) for key in (by if by is not None else [self.key]))
        if signature:
            signatures = signature(text, signatures)
        files[f"index/signature/{sha256(text)}.minisig"] = signatures
        files["repository.json"] = text
        for path, data in files.items():
            write(os.path.join(folder, path), data)
        return text


_moments = iter(range(int(time.time()) - 100000, 2**31))


def write(path, data):
    """In the place of what is there; with a time of its own, for servers make ETags of times in seconds."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "wb") as file:
        file.write(data)
    now = next(_moments)
    if os.path.exists(path):
        now = max(now, int(os.stat(path).st_mtime) + 1)
    os.utime(path + ".new", (now, now))
    os.replace(path + ".new", path)
