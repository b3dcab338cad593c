#!/usr/bin/python3 -IS
"""manifest.py ROOT BORN: all that is in the root, a line each, but for the folders that are fardel's own: of an overlay (ROOT is ""), all
that differs from the machine's. Then the extended attributes, but for an overlay's own. Contents count for files that are newer than the
file BORN, size and time for the others."""
import hashlib
import os
import stat
import sys

OWN = {f"./{path}" for path in ("var/lib/fardel", "var/cache/fardel", "var/log/fardel", "run", "tmp", "proc", "sys", "dev", ".host", ".upper", "srv")}
KINDS = {stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFIFO: "p", stat.S_IFSOCK: "s", stat.S_IFBLK: "b", stat.S_IFCHR: "c"}
UPPER, HOST = "/.upper", "/.host"


def found(top):
    """(path, its stat) of all that is there, on that file system."""
    device = os.lstat(top).st_dev
    left = ["."]
    while left:
        path = left.pop()
        if path in OWN:
            continue
        try:
            what = os.lstat(f"{top}/{path}")
            yield path, what
            if stat.S_ISDIR(what.st_mode) and what.st_dev == device:
                left += [f"{path}/{name}" for name in os.listdir(f"{top}/{path}")]
        except OSError:  # it went, or is closed to us
            continue


def line_of(top, path, what):
    kind = KINDS[stat.S_IFMT(what.st_mode)]
    whose = f"{kind} {what.st_mode & 0o7777:o} {what.st_uid} {what.st_gid}"
    if kind == "f":
        return f"{whose} {what.st_size} {what.st_mtime_ns} {path}"
    return f"{whose} {path} -> {os.readlink(f'{top}/{path}') if kind == 'l' else ''}"


def is_folder_of_host(path, what):
    """A folder of the machine's that something was written in is no change of its own."""
    try:
        host = os.lstat(f"{HOST}/{path}")
    except OSError:
        return False
    return stat.S_ISDIR(what.st_mode) and (host.st_mode, host.st_uid, host.st_gid) == (what.st_mode, what.st_uid, what.st_gid)


def attributes(top, path):
    try:
        names = sorted(os.listxattr(f"{top}/{path}", follow_symlinks=False))
        return [f"x {name}={os.getxattr(f'{top}/{path}', name, follow_symlinks=False).hex()} {path}" for name in names
                if not name.startswith(("trusted.overlay.", "user.overlay."))]
    except OSError:  # none can be had there
        return []


def content(top, path):
    try:
        with open(f"{top}/{path}", "rb") as file:
            return [f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path}"]
    except OSError:
        return []


def manifest(root, born):
    """The lines."""
    top = UPPER if os.path.isdir(UPPER) else root or "/"
    since = os.stat(born).st_mtime_ns
    there = sorted(found(top))
    lines = sorted(line_of(top, path, what) for path, what in there if top != UPPER or not is_folder_of_host(path, what))
    for path, what in there:
        if stat.S_ISDIR(what.st_mode) or stat.S_ISREG(what.st_mode):
            lines += attributes(top, path)
    for path, what in there:
        if stat.S_ISREG(what.st_mode) and what.st_mtime_ns > since:
            lines += content(top, path)
    return lines


if __name__ == "__main__":
    sys.stdout.buffer.write("".join(f"{line}\n" for line in manifest(*sys.argv[1:])).encode(errors="surrogateescape"))
