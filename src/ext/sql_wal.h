/* What a -wal file of SQLite's holds, as its format says (sqlite.org/fileformat2.html, section 4). */
#pragma once

#include <stdbool.h>

/* Whether nothing in it was ever committed: then the database is whole without it. SQLite itself cannot say so to a reader who may not
 * write, when the first commit after a checkpoint was killed, and lets it wait for ten seconds. */
bool sql_wal_is_void(const char *path);
