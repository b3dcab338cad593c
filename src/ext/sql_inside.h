/* What the files of sql share. Only they include this. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "ext/sql.h"

struct sqlite3;
struct sqlite3_stmt;

#define KEPT_STATEMENTS 8

struct sql {
	struct sqlite3 *db;
	struct buf path;
	const char *mend; /* what to do where it is damaged */
	bool writes; /* opened for that */
	bool foreign; /* bytes of others: no file, and no state of ours */
	unsigned steps, bound; /* of the statement at work, in thousands */
	int waited; /* ms, for another process to make the -shm file anew */
	int index; /* of the -shm file; closed last: closing it gives up all locks that SQLite has of that file */
	/* Prepared, and not in use: who has many rows does not prepare each anew. The newest first. */
	struct sqlite3_stmt *kept[KEPT_STATEMENTS];
};

/* Of the call that failed last: what to tell. -1. */
int sql_fail(struct sql *db, struct err *err);
/* The errno of the last system call that failed on the file or its -wal file, 0 if none did. */
MUST_USE int sql_errno(struct sql *db);
/* Whether one of the files cannot be opened to be written: 0, or its errno. */
MUST_USE int sql_probe(struct sql *db);
