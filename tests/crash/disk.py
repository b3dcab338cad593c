"""A disk that remembers: a file served by FUSE, on which a loop device stands. Each write of the file system above, and each
flush (what is written before it survives a power cut), is kept in turn, so that the disk can be made as it was at any
moment, or as it might have been left: with some of what was written since the last flush, and one of that torn.

The server is a process of its own that touches nothing but its files; the log is complete up to what has been answered.
"""
import ctypes
import os
import random
import struct

LIBC = ctypes.CDLL(None, use_errno=True)
IN_HEADER = struct.Struct("<IIQQIIIHH")
OUT_HEADER = struct.Struct("<IiQ")
RECORD = struct.Struct("<cQI")
SECTOR = 512
MAX_WRITE = 1 << 20
ENOSYS = 38

GETATTR, SETATTR, OPEN, READ, WRITE, RELEASE, FSYNC, FLUSH, INIT = 3, 4, 14, 15, 16, 18, 20, 25, 26
SILENT = {2, 36, 42}  # FORGET, INTERRUPT, BATCH_FORGET: not answered
DIRECT_IO = 1
BIG_WRITES, MAX_PAGES = 1 << 5, 1 << 22


class Server:
    """Answers the kernel; ends when the file is unmounted."""

    def __init__(self, fuse, image, log):
        self.fuse, self.image, self.log = fuse, image, log
        self.answers = {
            INIT: self.init, GETATTR: self.attributes, SETATTR: self.attributes, READ: self.read, WRITE: self.write,
            OPEN: lambda _: struct.pack("<QII", 1, DIRECT_IO, 0),
            FSYNC: self.flush, FLUSH: lambda _: b"", RELEASE: lambda _: b"",
        }

    def run(self):
        while True:
            try:
                request = os.read(self.fuse, MAX_WRITE + 4096)
            except OSError:
                return
            _, opcode, unique, *_ = IN_HEADER.unpack_from(request)
            if opcode in SILENT:
                continue
            answer = self.answers.get(opcode)
            data = answer(request[IN_HEADER.size:]) if answer else b""
            error = 0 if answer else -ENOSYS
            try:
                os.write(self.fuse, OUT_HEADER.pack(OUT_HEADER.size + len(data), error, unique) + data)
            except FileNotFoundError:
                continue  # nobody waits for it any more

    @staticmethod
    def init(_):
        return struct.pack("<IIIIHHIIHHI7I", 7, 31, 0, BIG_WRITES | MAX_PAGES, 0, 0, MAX_WRITE, 1, MAX_WRITE // 4096,
                           0, 0, *[0] * 7)

    def attributes(self, _):
        size = os.fstat(self.image).st_size
        return struct.pack("<QII6Q10I", 60, 0, 0, 1, size, size // SECTOR, 0, 0, 0, 0, 0, 0, 0o100600, 1, 0, 0, 0, 4096, 0)

    def read(self, body):
        _, offset, size = struct.unpack_from("<QQI", body)
        return os.pread(self.image, size, offset)

    def write(self, body):
        _, offset, size = struct.unpack_from("<QQI", body)
        data = body[40:40 + size]
        os.pwrite(self.image, data, offset)
        os.write(self.log, RECORD.pack(b"W", offset, size) + data)
        return struct.pack("<II", size, 0)

    def flush(self, _):
        os.write(self.log, RECORD.pack(b"F", 0, 0))
        return b""


def unmount(path):
    """By hand, as umount(8) may stand on what is to be unmounted."""
    if LIBC.umount2(path.encode(), 0) < 0:
        raise OSError(ctypes.get_errno(), f"unmount {path}")


def serve(image, log, at):
    """Serves the image as the file `at`, and what happens to it goes to the log: the server's pid."""
    for file in (log, at):
        with open(file, "w"):
            pass
    fuse = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={fuse},rootmode=100600,user_id=0,group_id=0,allow_other".encode()
    if LIBC.mount(b"disk", at.encode(), b"fuse", 0, options) < 0:
        raise OSError(ctypes.get_errno(), "mount FUSE")
    pid = os.fork()
    if pid == 0:
        try:
            Server(fuse, os.open(image, os.O_RDWR), os.open(log, os.O_WRONLY | os.O_APPEND)).run()
        finally:
            os._exit(0)
    os.close(fuse)
    return pid


def unmount_after(server, at):
    """Ends the server with its mount."""
    unmount(at)
    os.waitpid(server, 0)


def load(log):
    """The records: (offset, bytes) of each write, None for a flush."""
    with open(log, "rb") as file:
        data = file.read()
    records, at = [], 0
    while at + RECORD.size <= len(data):
        kind, offset, size = RECORD.unpack_from(data, at)
        at += RECORD.size
        records.append((offset, data[at:at + size]) if kind == b"W" else None)
        at += size
    return records


def left_by_cut(records, number, seed):
    """Which writes of the first `number` records a power cut leaves. Without a seed, all; with one, by chance, of those
    since the last flush only some (as disks write in any order), and of the last of these only its first sectors."""
    before = records[:number]
    if not seed:
        return [record for record in before if record]
    chance = random.Random(f"{number} {seed}")
    flushed = max((i for i, record in enumerate(before) if record is None), default=-1) + 1
    sure = [record for record in before[:flushed] if record]
    loose = [record for record in before[flushed:] if chance.random() < 0.5]
    # ext4 itself does not survive a torn superblock.
    if loose and loose[-1][0] != 0:
        offset, data = loose.pop()
        loose.append((offset, data[:chance.randrange(len(data) // SECTOR + 1) * SECTOR]))
    return sure + loose


def write_all(image, records):
    with open(image, "r+b") as file:
        for offset, data in records:
            file.seek(offset)
            file.write(data)
