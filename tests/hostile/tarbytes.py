"""Tars, .debs, zips and zstd frames byte by byte: what no packer writes.

    tar(file("a/rules", "#!/bin/sh\n", mode=0o755), link("a/x", "/etc/passwd", "1"))

Each function gives bytes; tar() puts them one behind the other and ends them as a tar ends.
"""
import gzip
import io
import lzma
import struct
import subprocess
import zipfile
import zlib

BLOCK = 512
USTAR = b"ustar\x0000"
GNU = b"ustar  \x00"
OLD = bytes(8)
MTIME = 1577934122  # 2020-01-02 03:02:02


def raw(text):
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def padded(content):
    return content + bytes(-len(content) % BLOCK)


def octal(number, width):
    """A number as tars state it; what is no int stands as it is."""
    if not isinstance(number, int):
        return raw(number)[:width].ljust(width, b"\0")
    return (f"{number:0{width - 1}o}".encode() + b"\0")[-width:]


def base256(number, width=12):
    """GNU's for numbers that are too long, or negative."""
    return (number % (1 << (8 * width)) | 1 << (8 * width - 1)).to_bytes(width, "big")


def header(name, kind="0", *, link="", size=0, mode=0o644, uid=0, gid=0, mtime=MTIME, magic=USTAR, user="root",
           group="root", major=0, minor=0, prefix="", rest=b"", checksum=None):
    """One block. Each field may be a number or bytes as they stand; rest: the bytes from prefix on."""
    block = raw(name)[:100].ljust(100, b"\0")
    block += octal(mode, 8) + octal(uid, 8) + octal(gid, 8) + octal(size, 12) + octal(mtime, 12) + b" " * 8
    block += raw(kind) + raw(link)[:100].ljust(100, b"\0") + magic
    if magic == OLD:
        block += bytes(80)
    else:
        block += raw(user)[:32].ljust(32, b"\0") + raw(group)[:32].ljust(32, b"\0") + octal(major, 8) + octal(minor, 8)
    block += (raw(rest) or raw(prefix))[:167].ljust(167, b"\0")
    total = sum(block) if checksum is None else checksum
    if checksum == "signed":  # as some have counted
        total = sum(byte - 256 * (byte > 127) for byte in block)
    return block[:148] + f"{total:06o}".encode() + b"\0 " + block[156:]


def member(name, kind="0", content=b"", **fields):
    """A header and a content; size says another length than the content has."""
    content = raw(content)
    fields.setdefault("size", len(content))
    return header(name, kind, **fields) + padded(content)


def file(name, content=b"text\n", **fields):
    return member(name, "0", content, **fields)


def folder(name, **fields):
    fields.setdefault("mode", 0o755)
    return header(name, "5", **fields)


def link(name, target, kind="2", **fields):
    """kind 1: a hard link."""
    return header(name, kind, link=target, **fields)


def record(key, value):
    """pax's "LENGTH KEY=VALUE\\n"."""
    body = b" " + raw(key) + b"=" + raw(value) + b"\n"
    size = len(body) + 1
    while len(str(size)) + len(body) != size:
        size = len(str(size)) + len(body)
    return str(size).encode() + body


def pax(kind="x", *bodies, **records):
    """A pax header; GNU.sparse.name is written GNU__sparse__name."""
    body = b"".join(bodies) + b"".join(record(key.replace("__", "."), value) for key, value in records.items())
    return member("PaxHeader/x", kind, body)


def gnu_long(text, kind="L"):
    """GNU's header for a long name (L), or a long target (K)."""
    return member("././@LongLink", kind, raw(text) + b"\0", magic=GNU)


def sparse(name, holes, stored, real, magic=GNU):
    """A file with holes of the old GNU kind; what is between them as (offset, bytes), four at most."""
    def number(value):
        return octal(value, 12) if 0 <= value < 1 << 33 else base256(value)

    rest = bytes(41) + b"".join(number(at) + number(n) for at, n in holes).ljust(96, b"\0") + b"\0" + number(real)
    return header(name, "S", size=len(stored), magic=magic, rest=rest) + padded(stored)


def tar(*members, end=bytes(2 * BLOCK)):
    return b"".join(members) + end


def zstd(content, *options):
    return subprocess.run(["zstd", "-qc", *options], input=content, stdout=subprocess.PIPE, check=True).stdout


def zstd_frame(content, *, window=None, dictionary=None, checksum=None, zeros=0):
    """A frame of raw blocks, and of zeros behind them. window: its log, of a frame that does not say its size;
    dictionary: an id; checksum: its four bytes."""
    descriptor = (checksum is not None) * 4 + (dictionary is not None) * 3
    head = b""
    if window is not None:
        head = bytes([window - 10 << 3])
    else:
        descriptor |= 0xA0  # the size in four bytes, and no window
    head += struct.pack("<I", dictionary) if dictionary is not None else b""
    head += struct.pack("<I", len(content) + zeros) if window is None else b""
    blocks = [content[at:at + 65536] for at in range(0, len(content), 65536)]
    blocks = b"".join(struct.pack("<I", len(block) << 3)[:3] + block for block in blocks)
    blocks += (struct.pack("<I", 1 << 1 | 131072 << 3)[:3] + b"\0") * (zeros // 131072)
    blocks += b"\1\0\0"  # the last one, empty
    return b"\x28\xb5\x2f\xfd" + bytes([descriptor]) + head + blocks + (checksum or b"")


def zstd_skippable(content):
    return struct.pack("<II", 0x184D2A50, len(content)) + content


def xz(content, dictionary=None):
    """dictionary: its size as xz states it in a byte: 28 is 64 MiB, 30 is 128 MiB, …"""
    packed = lzma.compress(content)
    if dictionary is not None:
        block = packed[12:16] + bytes([dictionary]) + packed[17:20]
        packed = packed[:12] + block + struct.pack("<I", zlib.crc32(block)) + packed[24:]
    return packed


def lzma_old(content, dictionary=1 << 23):
    packed = lzma.compress(content, lzma.FORMAT_ALONE)
    return packed[:1] + struct.pack("<I", dictionary) + packed[5:]


def gz(content, level=6):
    return gzip.compress(content, level, mtime=0)


def pack(tarred, kind):
    """The tar in a file of that kind: tar, tar.gz, tar.zst, deb."""
    if kind == "deb":
        return deb(gz(tarred))
    return {"tar": lambda x: x, "tar.gz": gz, "tar.zst": zstd}[kind](tarred)


def ar_member(name, content, size=None):
    head = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content) if size is None else size:<10}`\n"
    return head.encode() + content + b"\n" * (len(content) % 2)


def deb(data, name="data.tar.gz", size=None):
    control = gz(tar(file("./control", "Package: hello\nVersion: 1\nArchitecture: all\n")))
    return (b"!<arch>\n" + ar_member("debian-binary", b"2.0\n") + ar_member("control.tar.gz", control)
            + ar_member(name, data, size))


def zipped(*members, method=zipfile.ZIP_STORED):
    """(name, content, mode) or (name, content, mode, system): mode with the file's type."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content, mode, *system in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.create_system = system[0] if system else 3
            archive.writestr(info, content, method)
    return out.getvalue()
