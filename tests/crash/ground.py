"""What the rules of tests/life/rules/every.sh change: laid out before the first command, and looked at as a whole afterwards."""
import os
import shutil
import subprocess

GROUND, FAR = "/var/lib/ground", "/usr/lib/ground"
# A database that many write to, and a program that rules ask the running system by.
SHARED, ASKS = "/etc/passwd", "/usr/bin/systemctl"
SYSTEMD = "/run/systemd/system"
ASKED = "/srv/asked"
WARNING = "warning: hello: systemctl daemon-reload"
STAYS = "what it makes no longer cannot be told, and stays"
PLACES = [GROUND, FAR, SHARED, ASKS]
KEY = f"{GROUND}/kept/key"
LONG_AGO = 900_000_000

FILES = ["written", "renamed", "attributes", "deleted", "deleted-by-1", "changed-by-1", "linked", "pair-1", "marked",
         "file-to-folder", "deleted-tree/deep/file", "folder-to-link/file", "folder-to-link/deep/file",
         "folder-to-file/file", "folder/file"]
FAR_FILES = ["written", "folder-to-link/file"]


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)


def lay():
    """As it is before any package."""
    for folder in (GROUND, FAR):
        shutil.rmtree(folder, ignore_errors=True)
    for name in FILES:
        write(f"{GROUND}/{name}", f"{name}, as it was\n")
    for name in FAR_FILES:
        write(f"{FAR}/{name}", f"{name}, as it was\n")
    os.symlink("written", f"{GROUND}/link-to-folder")
    os.link(f"{GROUND}/pair-1", f"{GROUND}/pair-2")
    os.link(f"{GROUND}/linked", f"{GROUND}/linked-too")
    os.chmod(f"{GROUND}/written", 0o4640)
    os.chown(f"{GROUND}/renamed", 2, 3)
    os.chmod(f"{GROUND}/deleted-tree/deep", 0o1710)
    mark(f"{GROUND}/marked", "user.mark", b"marked")
    mark(f"{GROUND}/deleted", "user.mark", b"deleted")
    subprocess.run(["setcap", "cap_chown+ep", f"{GROUND}/written"], check=True)
    for folder in (GROUND, FAR):
        for path, _, files in os.walk(folder):
            for name in files:
                os.utime(os.path.join(path, name), (LONG_AGO, LONG_AGO), follow_symlinks=False)
    os.makedirs(SYSTEMD, exist_ok=True)
    if os.path.lexists(ASKS):
        os.remove(ASKS)
    write(ASKS, f'#!/bin/sh\necho "$@" >>{ASKED}\n', 0o755)


def mark(path, name, value):
    try:
        os.setxattr(path, name, value)
    except OSError:  # not on each file system
        pass


def change_key():
    """An admin changes what the package made once."""
    with open(KEY, "a") as file:
        file.write("and changed since\n")


def undo_some():
    """An admin puts back what the package changes each time, and takes away what it makes."""
    write(f"{GROUND}/deleted", "here again\n")
    write(f"{GROUND}/written", "written again\n", 0o600)
    write(f"{FAR}/new/version", "none\n")
    os.chmod(f"{GROUND}/folder", 0o755)
    os.remove(f"{GROUND}/new/one")
    for name in ("folder-to-link", "folder-to-file"):
        os.remove(f"{GROUND}/{name}")
        write(f"{GROUND}/{name}/file", "a folder again\n")
    shutil.rmtree(f"{GROUND}/file-to-folder")
    write(f"{GROUND}/file-to-folder", "a file again\n")


def forget_asked():
    if os.path.exists(ASKED):
        os.remove(ASKED)


def has_asked():
    return os.path.exists(ASKED)
