/* What a -wal file of SQLite's holds, and which databases have one, as the format says (sqlite.org/fileformat2.html, sections 4 and 1.3.3). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether nothing in it was ever committed: then the database is whole without it. SQLite itself cannot say so to a reader who may not
 * write, when the first commit after a checkpoint was killed, and lets it wait for ten seconds. */
bool sql_wal_is_void(const char *path);

/* A database says in its head that what was written last is in a -wal file, and cannot be read without that. Has these bytes say so; or no longer, so
 * that what is in them alone counts. What is no head stays as it is. */
void sql_wal_mark(char *bytes, size_t size, bool has_wal);
