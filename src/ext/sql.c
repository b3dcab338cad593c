/* SQLite, as much of it as state.db and the indexes of repositories need. */
#include "ext/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ext/sql_inside.h"
#include "ext/sql_wal.h"
#include "sys/fd.h"
#include "sys/lock.h"

#define VALUE_MAX (16 << 20)
#define SQL_MAX (64 << 10) /* bytes of a statement, be it ours or of a schema */
#define INDEX_SIZE (32 << 10) /* bytes: of the index of a WAL of up to 4,062 pages */
#define WAL_MAX (512 << 10) /* bytes: some transactions of one package */
#define BUSY_MS \
	10000 /* writers have the lock: only a checkpoint or an old reader can be in the way */
#define MEND_MS 5 /* between two looks at what another process is making anew */
#define MEMORY_MAX \
	(256 << 20) /* bytes that SQLite has at once, where it reads what others have made */

struct sql_row {
	struct sql *db;
	sqlite3_stmt *statement;
};

/* Who opens the -shm file first clears it, and fills it when it reads, if it may write. Between the two there is nothing in it for a reader
 * without rights, to whom SQLite says SQLITE_READONLY: the call that gave `code` can be made again. */
static bool is_filled_soon(struct sql *db, int code)
{
	if (code != SQLITE_READONLY || db->writes || db->foreign || db->waited >= BUSY_MS)
		return false;
	sqlite3_sleep(MEND_MS);
	db->waited += MEND_MS;
	return true;
}

/* Where it can only be read, SQLite opens it for that, and would refuse each change later. */
static int check_writable(struct sql *db, struct err *err)
{
	int sys = sqlite3_db_readonly(db->db, "main") == 1 ? sql_probe(db) : 0;

	errno = sys;
	return sys ? err_sys(err, "%s", db->path.s) : 0;
}

static void harden(struct sql *db)
{
	int persist = 1;
	sqlite3_int64 unmapped = 0;

	sqlite3_limit(db->db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	sqlite3_db_config(db->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_limit(db->db, SQLITE_LIMIT_SQL_LENGTH, SQL_MAX);
	sqlite3_file_control(db->db, NULL, SQLITE_FCNTL_MMAP_SIZE, &unmapped);
	sqlite3_file_control(db->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &persist);
	sqlite3_db_config(db->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_busy_timeout(db->db, BUSY_MS);
}

/* file:PATH with what a URI gives meaning to escaped. */
static void add_uri(struct buf *out, const char *path, const char *query)
{
	buf_adds(out, "file:");
	for (; *path; path++) {
		if (strchr("%?#", *path))
			buf_addf(out, "%%%02X", (unsigned)*path);
		else
			buf_addc(out, *path);
	}
	buf_adds(out, query);
}

/* A reader without rights can neither make the -shm file nor mend it. Where it is missing, or nobody has it open, nobody writes, and the
 * file can be taken as it is; but not where the -wal file holds what was committed last. */
static bool is_at_rest(const char *path)
{
	AUTO(buf) shm = buf_of(path);
	AUTO(buf) wal = buf_of(path);
	AUTO(buf) holder = BUF_INIT;
	struct stat st;

	buf_adds(&shm, "-shm");
	buf_adds(&wal, "-wal");
	if (stat(shm.s, &st) < 0)
		return stat(wal.s, &st) < 0 || st.st_size == 0;
	if (stat(wal.s, &st) < 0 || st.st_size == 0 || !sql_wal_is_void(wal.s))
		return false;
	lock_holder(shm.s, (struct lock_bytes){0, UINT64_MAX}, &holder);
	return !holder.n;
}

/* Asked every thousand steps; anything but 0 ends the statement. */
static int count_steps(void *of)
{
	struct sql *db = of;

	return ++db->steps > db->bound;
}

void sql_bound(struct sql *db, unsigned thousands)
{
	db->bound = thousands;
	sqlite3_hard_heap_limit64(MEMORY_MAX);
	sqlite3_progress_handler(db->db, 1000, count_steps, db);
}

int sql_reserve(struct sql *db, struct err *err)
{
	AUTO(buf) path = buf_dup(&db->path);
	int failed;

	buf_adds(&path, "-shm");
	db->index = open(path.s, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (db->index < 0)
		return err_sys(err, "open %s", path.s);
	failed = fallocate(db->index, 0, 0, INDEX_SIZE) < 0 && errno != EOPNOTSUPP;
	return failed ? err_sys(err, "reserve room for %s", path.s) : 0;
}

static const char *const settings[] = {
	[SQL_WRITE] = ("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
		       "PRAGMA cell_size_check=ON;"),
	[SQL_FRESH] = "PRAGMA synchronous=OFF; PRAGMA journal_mode=WAL; PRAGMA cell_size_check=ON;",
	[SQL_READ] = "PRAGMA cell_size_check=ON;",
	[SQL_MAKE] =
		"PRAGMA journal_mode=MEMORY; PRAGMA synchronous=FULL; PRAGMA cell_size_check=ON;",
};

int sql_open(
	const char *path, enum sql_mode mode, const char *mend, struct sql **out, struct err *err)
{
	struct sql *db = mem_zero(1, sizeof(*db));
	int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
	AUTO(buf) uri = BUF_INIT;

	db->index = -1;
	db->path = buf_of(path);
	db->mend = mend;
	db->writes = mode != SQL_READ;
	flags |= db->writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	add_uri(&uri, path, mode == SQL_READ && is_at_rest(path) ? "?immutable=1" : "");
	if (sqlite3_open_v2(uri.s, &db->db, flags, NULL) != SQLITE_OK) {
		if (!db->db)
			mem_none();
		sql_fail(db, err);
		sql_close(db);
		return -1;
	}
	if (db->writes && check_writable(db, err) < 0) {
		sql_close(db);
		return -1;
	}
	harden(db);
	if (sql_run(db, settings[mode], err) < 0) {
		sql_close(db);
		return -1;
	}
	*out = db;
	return 0;
}

/* What a writer would do in steps, with a journal beside it, of which a reader could not take back a half. */
void sql_blank(struct buf *out)
{
	sqlite3_int64 size = 0;
	unsigned char *bytes = NULL;
	sqlite3 *db = NULL;

	/* All of it is in memory: nothing else can be lacking. */
	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
		sqlite3_exec(db, "BEGIN IMMEDIATE; COMMIT", NULL, NULL, NULL) != SQLITE_OK ||
		!(bytes = sqlite3_serialize(db, "main", &size, 0)))
		mem_none();
	sql_wal_mark((char *)bytes, (size_t)size, true);
	buf_set(out, (struct span){(const char *)bytes, (size_t)size});
	sqlite3_free(bytes);
	sqlite3_close(db);
}

int sql_open_bytes(char *bytes, size_t size, int value_max, struct sql **out, struct err *err)
{
	struct sql *db = mem_zero(1, sizeof(*db));

	db->index = -1;
	db->path = buf_of("");
	db->foreign = true;
	sql_wal_mark(bytes, size, false);
	if (sqlite3_open_v2(":memory:", &db->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		    NULL) != SQLITE_OK ||
		sqlite3_deserialize(db->db, "main", (unsigned char *)bytes, (sqlite3_int64)size,
			(sqlite3_int64)size, SQLITE_DESERIALIZE_READONLY) != SQLITE_OK) {
		if (!db->db)
			mem_none();
		sql_fail(db, err);
		sql_close(db);
		return -1;
	}
	harden(db);
	sqlite3_limit(db->db, SQLITE_LIMIT_LENGTH, value_max);
	if (sql_run(db, "PRAGMA cell_size_check=ON; PRAGMA query_only=ON;", err) < 0) {
		sql_close(db);
		return -1;
	}
	*out = db;
	return 0;
}

/* Each who opens the file reads all that its -wal file holds: that stays short, but is not put into the file at each close,
 * which would have to be waited for. Readers in the way are not waited for either: a later writer does it. */
static void shorten_wal(struct sql *db)
{
	AUTO(buf) path = buf_dup(&db->path);
	struct stat st;

	buf_adds(&path, "-wal");
	if (stat(path.s, &st) < 0 || st.st_size <= WAL_MAX)
		return;
	sqlite3_busy_timeout(db->db, 0);
	sqlite3_wal_checkpoint_v2(db->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

static int open_file(const struct sql *db, const char *ending, struct err *err)
{
	AUTO(buf) path = buf_dup(&db->path);
	int fd;

	buf_adds(&path, ending);
	fd = open(path.s, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? err_sys(err, "open %s", path.s) : fd;
}

/* What the second file needs of the file system's journal is to be there when the first one waits for that. */
int sql_sync(struct sql *db, struct err *err)
{
	AUTO_FD file = -1;
	AUTO_FD wal = -1;

	shorten_wal(db);
	if ((file = open_file(db, "", err)) < 0 || (wal = open_file(db, "-wal", err)) < 0)
		return -1;
	(void)!sync_file_range(wal, 0, 0, SYNC_FILE_RANGE_WRITE);
	return fdatasync(file) < 0 || fdatasync(wal) < 0 ? err_sys(err, "write %s", db->path.s) : 0;
}

void sql_close(struct sql *db)
{
	if (!db)
		return;
	if (db->writes && db->db)
		shorten_wal(db);
	for (size_t i = 0; i < KEPT_STATEMENTS; i++)
		sqlite3_finalize(db->kept[i]);
	sqlite3_close_v2(db->db);
	fd_drop(&db->index);
	buf_drop(&db->path);
	free(db);
}

int sql_run(struct sql *db, const char *text, struct err *err)
{
	int code;

	do {
		code = sqlite3_exec(db->db, text, NULL, NULL, NULL);
	} while (is_filled_soon(db, code));
	return code == SQLITE_OK ? 0 : sql_fail(db, err);
}

static int bind(sqlite3_stmt *statement, const char *kinds, va_list args)
{
	for (int i = 0; kinds[i]; i++) {
		int code = SQLITE_OK;

		if (kinds[i] == 'i') {
			code = sqlite3_bind_int64(statement, i + 1, va_arg(args, int64_t));
		} else if (kinds[i] == 'b') {
			struct span x = va_arg(args, struct span);

			code = sqlite3_bind_blob64(statement, i + 1, x.s, x.n, SQLITE_TRANSIENT);
		} else if (kinds[i] == 't') {
			struct span x = va_arg(args, struct span);

			code = sqlite3_bind_text64(
				statement, i + 1, x.s, x.n, SQLITE_TRANSIENT, SQLITE_UTF8);
		}
		if (code != SQLITE_OK)
			return code;
	}
	return SQLITE_OK;
}

/* Out of what is kept: a statement that is stepped through is not there for another. NULL: it is not there. */
static sqlite3_stmt *take_kept(struct sql *db, const char *text)
{
	for (size_t i = 0; i < KEPT_STATEMENTS && db->kept[i]; i++) {
		sqlite3_stmt *found = db->kept[i];

		if (strcmp(sqlite3_sql(found), text) != 0)
			continue;
		memmove(&db->kept[i], &db->kept[i + 1],
			(KEPT_STATEMENTS - i - 1) * sizeof(db->kept[0]));
		db->kept[KEPT_STATEMENTS - 1] = NULL;
		return found;
	}
	return NULL;
}

/* What a pragma does may be done while it is prepared: none of them is used again. */
static void end(struct sql *db, sqlite3_stmt *statement)
{
	if (!statement || strncmp(sqlite3_sql(statement), "PRAGMA", 6) == 0) {
		sqlite3_finalize(statement);
		return;
	}
	sqlite3_reset(statement); /* tells again of what failed */
	sqlite3_clear_bindings(statement);
	sqlite3_finalize(db->kept[KEPT_STATEMENTS - 1]);
	memmove(&db->kept[1], &db->kept[0], (KEPT_STATEMENTS - 1) * sizeof(db->kept[0]));
	db->kept[0] = statement;
}

static int prepare(struct sql *db, sqlite3_stmt **out, struct err *err, const char *text,
	const char *kinds, va_list args)
{
	int code = SQLITE_OK;

	db->steps = 0;
	*out = take_kept(db, text);
	while (!*out) {
		code = sqlite3_prepare_v2(db->db, text, -1, out, NULL);
		if (!is_filled_soon(db, code))
			break;
	}
	if (code != SQLITE_OK || bind(*out, kinds, args) != SQLITE_OK) {
		sql_fail(db, err);
		end(db, *out);
		return -1;
	}
	return 0;
}

int sql_do(struct sql *db, struct err *err, const char *text, const char *kinds, ...)
{
	sqlite3_stmt *statement;
	va_list args;
	int result;

	va_start(args, kinds);
	result = prepare(db, &statement, err, text, kinds, args);
	va_end(args);
	if (result < 0)
		return -1;
	if (sqlite3_step(statement) != SQLITE_DONE)
		result = sql_fail(db, err);
	end(db, statement);
	return result;
}

int sql_query(struct sql *db, struct sql_row **out, struct err *err, const char *text,
	const char *kinds, ...)
{
	sqlite3_stmt *statement;
	va_list args;
	int result;

	*out = NULL;
	va_start(args, kinds);
	result = prepare(db, &statement, err, text, kinds, args);
	va_end(args);
	if (result < 0)
		return -1;
	*out = mem_zero(1, sizeof(**out));
	(*out)->db = db;
	(*out)->statement = statement;
	return 0;
}

int sql_next(struct sql_row *row, struct err *err)
{
	int code;

	do {
		code = sqlite3_step(row->statement);
	} while (is_filled_soon(row->db, code));
	switch (code) {
	case SQLITE_ROW: return 1;
	case SQLITE_DONE: return 0;
	default: return sql_fail(row->db, err);
	}
}

int64_t sql_integer(struct sql_row *row, int column)
{
	return sqlite3_column_int64(row->statement, column);
}

enum sql_kind sql_kind(struct sql_row *row, int column)
{
	switch (sqlite3_column_type(row->statement, column)) {
	case SQLITE_NULL: return SQL_NULL;
	case SQLITE_INTEGER: return SQL_INTEGER;
	case SQLITE3_TEXT: return SQL_TEXT;
	default: return SQL_OTHER;
	}
}

struct span sql_text(struct sql_row *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row->statement, column);

	return text ? (struct span){text, (size_t)sqlite3_column_bytes(row->statement, column)}
		    : SPAN("");
}

struct span sql_bytes(struct sql_row *row, int column)
{
	const char *bytes = sqlite3_column_type(row->statement, column) == SQLITE_BLOB
				    ? sqlite3_column_blob(row->statement, column)
				    : NULL;

	return bytes ? (struct span){bytes, (size_t)sqlite3_column_bytes(row->statement, column)}
		     : SPAN("");
}

void sql_end(struct sql_row *row)
{
	if (!row)
		return;
	end(row->db, row->statement);
	free(row);
}

int64_t sql_last_row(struct sql *db)
{
	return sqlite3_last_insert_rowid(db->db);
}

int sql_version(struct sql *db, int64_t *version, struct err *err)
{
	struct sql_row *row;
	int result;

	if (sql_query(db, &row, err, "PRAGMA user_version", "") < 0)
		return -1;
	result = sql_next(row, err);
	*version = result == 1 ? sql_integer(row, 0) : 0;
	sql_end(row);
	return result < 0 ? -1 : 0;
}

/* What could not be looked at is told among what is wrong: with SQLite's code. */
static bool says_no_memory(struct span text)
{
	_Static_assert(SQLITE_NOMEM == 7, "as the text has it");
	return span_ends(text, "error code=7");
}

int sql_check(struct sql *db, struct err *err)
{
	struct sql_row *row;
	int result;

	if (sql_query(db, &row, err, "PRAGMA integrity_check(1)", "") < 0)
		return -1;
	result = sql_next(row, err);
	if (result == 1 && !db->bound && says_no_memory(sql_text(row, 0)))
		mem_none();
	if (result == 1 && !span_is_text(sql_text(row, 0), "ok")) {
		errno = sql_errno(db); /* a disk that cannot be read is no damage */
		result = errno ? err_sys(err, "%s: check it", db->path.s)
			       : (err_set(err, ERR_BAD_STATE, "%s", sql_text(row, 0).s), 0);
	}
	sql_end(row);
	return result;
}
