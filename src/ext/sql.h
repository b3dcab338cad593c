/* SQLite, as much of it as state.db and the indexes of repositories need. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

struct sql; /* an open database */
struct sql_row; /* a statement that is being stepped through */

enum sql_mode {
	SQL_WRITE, /* made if missing, WAL, synchronous=FULL, the -wal and -shm files stay */
	SQL_READ, /* read-only; never waits for a writer, never writes */
	SQL_FRESH, /* as SQL_WRITE, of a file that nobody reads yet: nothing waits for the disk. sql_sync before anybody relies on it */
	SQL_MAKE, /* a new file that nobody reads yet: without a journal on disk; what was killed is to be thrown away */
};

/* Opens defensively: no extensions, triggers or views, no trusted schema, cells checked, not mapped into memory, a size limit of 16 MiB a
 * value. `mend`, which lives as long, is what to do where it is found damaged: said with each error of that kind. */
MUST_USE int sql_open(
	const char *path, enum sql_mode mode, const char *mend, struct sql **out, struct err *err);
/* The bytes of a new database with nothing in it, that SQL_WRITE need not change first: for a file that is to be there whole or not at all. */
void sql_blank(struct buf *out);
/* The bytes of a file that somebody else has made: read where they are, which is in memory that SQLite may write to, and kept by the caller. No value of
 * it may be longer than `value_max`. ERR_INSTALLER: it is no database; so do all questions fail that find it damaged. */
MUST_USE int sql_open_bytes(
	char *bytes, size_t size, int value_max, struct sql **out, struct err *err);
/* For files that others have made: from here on a statement is ended after so many thousand steps (of SQLite's machine), and where SQLite would have more than 256 MiB
 * in this process, whatever it works at. ERR_BAD_STATE. */
void sql_bound(struct sql *db, unsigned thousands);
/* Room for the -shm file, once that is there (after the first query): SQLite writes to it through memory, having written
 * one byte of each page of it. Where blocks are smaller than that, a full disk would kill us in the midst of a commit. */
MUST_USE int sql_reserve(struct sql *db, struct err *err);
/* Of SQL_FRESH: what was committed is on disk, in its files, when this returns; nothing is written after that. */
MUST_USE int sql_sync(struct sql *db, struct err *err);
/* What was committed stays in the -wal file, until that is long. NULL is fine. */
void sql_close(struct sql *db);

/* Runs statements that give no rows and take no values: schema, BEGIN IMMEDIATE, COMMIT,
 * ROLLBACK. */
MUST_USE int sql_run(struct sql *db, const char *text, struct err *err);

/* A statement with values for its ?s, in order: kinds is a letter each: i (int64_t), t (struct
 * span; text), b (struct span; bytes), n (SQL NULL, takes no argument). E.g. sql_do(db, err, "UPDATE t SET a=? WHERE
 * b=?", "it", (int64_t)1, span). */
MUST_USE int sql_do(struct sql *db, struct err *err, const char *text, const char *kinds, ...);
/* The same, for a statement that gives rows: *out is stepped through and must be ended. */
MUST_USE int sql_query(struct sql *db, struct sql_row **out, struct err *err, const char *text,
	const char *kinds, ...);
/* 1: a row is there; 0: no more; -1. */
MUST_USE int sql_next(struct sql_row *row, struct err *err);
int64_t sql_integer(struct sql_row *row, int column);
enum sql_kind { SQL_NULL, SQL_INTEGER, SQL_TEXT, SQL_OTHER };
enum sql_kind sql_kind(struct sql_row *row, int column); /* as it is stored */
struct span sql_text(struct sql_row *row, int column); /* until the next step; "" for NULL */
struct span sql_bytes(struct sql_row *row, int column); /* the same of bytes; "" of what is none */
void sql_end(struct sql_row *row); /* NULL is fine */

int64_t sql_last_row(struct sql *db); /* rowid of the newest insert */
/* PRAGMA user_version. */
MUST_USE int sql_version(struct sql *db, int64_t *version, struct err *err);
/* PRAGMA integrity_check, quickly: 1 sound, 0 not (what is wrong is in err's text), -1. */
MUST_USE int sql_check(struct sql *db, struct err *err);
