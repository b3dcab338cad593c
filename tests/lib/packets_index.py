#!/usr/bin/env python3
"""An index.db of Packets', good or bad.

packets_index.py FILE [OPTION…] [-- KEY=VALUE…]…: a table `packages` with a row for each group behind a "--"; file=PATH states a package's hash, url=URL
(with blanks between several) its mirrors, and the other keys are columns. Options: unique (the realname is the primary key, as in Packets' own
database), shuffled (other columns, in another order), wal (as a writer leaves it that keeps a -wal file), installed (Packets' installed.db)."""
import hashlib
import pathlib
import sqlite3
import sys

COLUMNS = ["realname", "name", "version", "description", "hash", "dependencies", "mirrors", "family", "serial"]
PLAIN = "CREATE TABLE packages (realname TEXT, name TEXT, version TEXT, description TEXT, hash TEXT," \
        " dependencies TEXT, mirrors TEXT, family TEXT, serial INTEGER)"
UNIQUE = PLAIN.replace("realname TEXT", "realname TEXT NOT NULL UNIQUE PRIMARY KEY")
SHUFFLED = "CREATE TABLE packages (serial INTEGER, size INTEGER, mirrors TEXT, hash TEXT, Family TEXT, author TEXT," \
           " dependencies TEXT, description TEXT, version TEXT, name TEXT, RealName TEXT)"

INSTALLED = "CREATE TABLE packages (realname TEXT NOT NULL UNIQUE PRIMARY KEY, version TEXT NOT NULL, dependencies TEXT," \
            " name TEXT, family TEXT NOT NULL, serial INTEGER)"


def row(realname, /, **values):
    """A row that can be offered, unless `values` make it one that cannot."""
    good = {"realname": realname, "name": realname, "version": "1.0", "description": f"Says {realname}",
            "hash": hashlib.sha256(realname.encode()).hexdigest(), "dependencies": None,
            "mirrors": f"https://mirror.example/{realname}.pkt.tar.zst", "family": "", "serial": 0}
    return {**good, **values}


def make(path, rows, schema=PLAIN, more="", wal=False):
    """Writes the file; `more` are further statements."""
    path = pathlib.Path(path)
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    if wal:
        db.execute("PRAGMA journal_mode=WAL")
    db.execute(schema)
    for one in rows:
        keys = [key for key in COLUMNS if key in one and f"{key} " in schema.lower()]
        db.execute(f"INSERT INTO packages ({', '.join(keys)}) VALUES ({', '.join('?' * len(keys))})",
                   [one[key] for key in keys])
    db.executescript(more)
    db.commit()
    if wal:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return path


def _row_of(words):
    values = dict(word.split("=", 1) for word in words)
    made = row(values.pop("realname"))
    if "file" in values:
        made["hash"] = hashlib.sha256(pathlib.Path(values.pop("file")).read_bytes()).hexdigest()
    if "url" in values:
        made["mirrors"] = values.pop("url")
    if "serial" in values:
        made["serial"] = int(values.pop("serial"))
    return {**made, **values}


def main():
    path, *words = sys.argv[1:]
    groups = [[]]
    for word in words:
        if word == "--":
            groups.append([])
        else:
            groups[-1].append(word)
    options, *rows = groups
    schema = INSTALLED if "installed" in options else UNIQUE if "unique" in options else SHUFFLED if "shuffled" in options else PLAIN
    make(path, [_row_of(one) for one in rows], schema, wal="wal" in options)


if __name__ == "__main__":
    main()
