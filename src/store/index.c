/* The index of a repository: its file, its tables, its leaves. Rows are store/index_rows', questions store/index_ask's. */
#include "store/index.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/leaf.h"
#include "sys/fd.h"
#include "sys/file.h"

/* Whoever made the file, no question takes longer than some seconds: a whole index of a million packages takes a fifth of it. */
#define STEPS_MAX 50000 /* thousands */
#define MEND "fetch it anew: fardel repo update --force"

/* As sqlite_schema has them: just these, or it is no index. The words are not kept with the rows: what is in it is taken out again by the
 * words of the old leaf. */
static const struct {
	const char *name, *sql;
} schema[] = {
	{"meta", "CREATE TABLE meta (leaf_bits INTEGER NOT NULL, revision INTEGER NOT NULL)"},
	{"leaf", "CREATE TABLE leaf (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL)"},
	/* Beside them, as each sync reads all sums: between the bytes each would be on a page of its own. */
	{"leaf_sum", "CREATE TABLE leaf_sum (number INTEGER PRIMARY KEY, sha256 BLOB NOT NULL)"},
	{"package", "CREATE TABLE package (row INTEGER PRIMARY KEY, name TEXT NOT NULL,"
		    " version TEXT NOT NULL, id TEXT NOT NULL, leaf INTEGER NOT NULL,"
		    " summary TEXT NOT NULL, relations TEXT NOT NULL, size INTEGER NOT NULL)"},
	{"package_name", "CREATE UNIQUE INDEX package_name ON package (name, version)"},
	{"provide", "CREATE TABLE provide (name TEXT NOT NULL, row INTEGER NOT NULL,"
		    " PRIMARY KEY (name, row)) WITHOUT ROWID"},
	{"words", "CREATE VIRTUAL TABLE words USING fts5(name, summary, description, content='',"
		  " detail=column, tokenize='ascii')"},
	/* what FTS5 makes of that */
	{"words_data", "CREATE TABLE 'words_data'(id INTEGER PRIMARY KEY, block BLOB)"},
	{"words_idx", "CREATE TABLE 'words_idx'(segid, term, pgno, PRIMARY KEY(segid, term))"
		      " WITHOUT ROWID"},
	{"words_docsize", "CREATE TABLE 'words_docsize'(id INTEGER PRIMARY KEY, sz BLOB)"},
	{"words_config", "CREATE TABLE 'words_config'(k PRIMARY KEY, v) WITHOUT ROWID"},
	/* only of others' repositories */
	{"texts", "CREATE TABLE texts (row INTEGER PRIMARY KEY, name TEXT NOT NULL,"
		  " version TEXT NOT NULL, sha256 BLOB NOT NULL, bytes BLOB NOT NULL)"},
	{"texts_name", "CREATE UNIQUE INDEX texts_name ON texts (name, version)"},
};
#define OUR_TABLES 7
#define FOREIGN_TABLES 2 /* the last ones */
#define FORMAT_SCHEMA 100 /* user_version is that often the format, and the schema */

static size_t tables_of(const struct index *ix)
{
	return ix->format ? COUNT(schema) : COUNT(schema) - FOREIGN_TABLES;
}

void index_drop(struct index *ix)
{
	sql_close(ix->sql);
	buf_drop(&ix->path);
	*ix = INDEX_INIT;
}

int index_damaged(const struct index *ix, const char *what, struct err *err)
{
	err_set(err, ERR_BAD_STATE, "%s: %s", ix->path.s, what);
	return err_next(err, MEND);
}

static int check_schema(struct index *ix, struct err *err)
{
	struct sql_row *row;
	size_t found = 0, count = tables_of(ix);
	int there;

	if (sql_query(ix->sql, &row, err, "SELECT name, sql FROM sqlite_schema", "") < 0)
		return -1;
	while ((there = sql_next(row, err)) == 1) {
		size_t i = 0;

		while (i < count && !(span_is_text(sql_text(row, 0), schema[i].name) &&
					    span_is_text(sql_text(row, 1), schema[i].sql)))
			i++;
		if (i == count || ++found > count) {
			there = index_damaged(ix, "it is no index: it has other tables", err);
			break;
		}
	}
	sql_end(row);
	if (there == 0 && found < count)
		there = index_damaged(ix, "it is no index: a table is missing", err);
	return there;
}

static int check_version(struct index *ix, struct err *err)
{
	int64_t version;

	if (sql_version(ix->sql, &version, err) < 0)
		return -1;
	ix->format = (int)(version / FORMAT_SCHEMA);
	if (version % FORMAT_SCHEMA == INDEX_SCHEMA &&
		(!ix->format || ix->format == FORMAT_LUET || ix->format == FORMAT_PACKETS))
		return check_schema(ix, err);
	if (version < INDEX_SCHEMA)
		return index_damaged(ix, "it is no index", err);
	err_set(err, ERR_BAD_STATE, "%s has schema %lld, this fardel knows %d", ix->path.s,
		(long long)version, INDEX_SCHEMA);
	return err_next(err, "use a newer fardel, or: fardel repo update --force");
}

static int read_meta(struct index *ix, struct err *err)
{
	struct sql_row *row;
	int64_t bits = -1;
	int there;

	if (sql_query(ix->sql, &row, err, "SELECT leaf_bits, revision FROM meta LIMIT 1", "") < 0)
		return -1;
	there = sql_next(row, err);
	if (there == 1) {
		bits = sql_integer(row, 0);
		ix->revision = sql_integer(row, 1);
	}
	sql_end(row);
	if (there < 0)
		return -1;
	if (bits < 0 || bits > INDEX_LEAF_BITS_MAX || ix->revision < 0 ||
		ix->revision > REVISION_MAX)
		return index_damaged(ix, "it says nothing sensible of itself", err);
	ix->leaf_bits = (unsigned)bits;
	return 0;
}

/* SQLite would not say why it cannot; and what others may change is nobody's index. */
static int check_file(const char *path, struct err *err)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "open %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_BAD_STATE, "%s is not a file", path);
	return file_check_owner(fd, path, err);
}

static int open_checked(struct index *ix, enum sql_mode mode, struct err *err)
{
	if (check_file(ix->path.s, err) < 0 || sql_open(ix->path.s, mode, MEND, &ix->sql, err) < 0)
		return -1;
	sql_bound(ix->sql, STEPS_MAX);
	/* Whatever is asked of it, by however many questions, is of one revision. */
	if (mode == SQL_READ && sql_run(ix->sql, "BEGIN", err) < 0)
		return -1;
	if (check_version(ix, err) < 0 || read_meta(ix, err) < 0)
		return -1;
	ix->fresh = mode == SQL_FRESH;
	return mode == SQL_READ ? 0 : sql_reserve(ix->sql, err);
}

static int open_as(const char *path, enum sql_mode mode, struct index *out, struct err *err)
{
	*out = INDEX_INIT;
	out->path = buf_of(path);
	if (open_checked(out, mode, err) == 0)
		return 0;
	/* Also what is no file, or cannot be read for want of another. */
	if (err->code == ERR_BAD_STATE && !strstr(err->next, "repo update"))
		err_next(err, MEND);
	index_drop(out);
	return -1;
}

int index_open(const char *path, bool writable, struct index *out, struct err *err)
{
	return open_as(path, writable ? SQL_WRITE : SQL_READ, out, err);
}

int index_open_fresh(const char *path, struct index *out, struct err *err)
{
	return open_as(path, SQL_FRESH, out, err);
}

static int make_file(const char *path, struct err *err)
{
	AUTO_FD fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

	return fd < 0 || fchmod(fd, 0644) < 0 ? err_sys(err, "make %s", path) : 0;
}

static int make_tables(struct index *ix, struct err *err)
{
	AUTO(buf) text = buf_of("BEGIN IMMEDIATE;");

	for (size_t i = 0; i < OUR_TABLES; i++)
		buf_addf(&text, "%s;", schema[i].sql);
	for (size_t i = COUNT(schema) - FOREIGN_TABLES; i < tables_of(ix); i++)
		buf_addf(&text, "%s;", schema[i].sql);
	buf_addf(&text,
		"INSERT INTO meta (leaf_bits, revision) VALUES (%u, 0); PRAGMA user_version = %d;"
		"COMMIT;",
		ix->leaf_bits, FORMAT_SCHEMA * ix->format + INDEX_SCHEMA);
	return sql_run(ix->sql, text.s, err);
}

int index_make_of(
	const char *path, int format, unsigned leaf_bits, struct index *out, struct err *err)
{
	*out = INDEX_INIT;
	out->format = format;
	if (make_file(path, err) < 0)
		return -1;
	out->path = buf_of(path);
	out->leaf_bits = leaf_bits;
	if (sql_open(path, SQL_MAKE, MEND, &out->sql, err) == 0 && make_tables(out, err) == 0)
		return 0;
	index_drop(out);
	return -1;
}

int index_make(const char *path, unsigned leaf_bits, struct index *out, struct err *err)
{
	return index_make_of(path, 0, leaf_bits, out, err);
}

static int reopen_fresh(struct index *ix, struct err *err)
{
	sql_close(ix->sql);
	ix->sql = NULL;
	return open_checked(ix, SQL_FRESH, err);
}

int index_publish(struct index *ix, struct err *err)
{
	int64_t revision = ix->revision;

	if (!ix->fresh && reopen_fresh(ix, err) < 0)
		return -1;
	/* Readers without rights cannot make out a -wal file in which nothing was ever committed. */
	if (sql_run(ix->sql, "UPDATE meta SET revision = 0", err) < 0 ||
		sql_do(ix->sql, err, "UPDATE meta SET revision = ?", "i", revision) < 0 ||
		sql_sync(ix->sql, err) < 0)
		return -1;
	ix->revision = revision;
	return 0;
}

int index_begin(struct index *ix, struct err *err)
{
	return sql_run(ix->sql, "BEGIN IMMEDIATE", err);
}

int index_commit(struct index *ix, int64_t revision, struct err *err)
{
	if (sql_do(ix->sql, err, "UPDATE meta SET revision = ?", "i", revision) < 0 ||
		sql_run(ix->sql, "COMMIT", err) < 0) {
		index_abandon(ix);
		return -1;
	}
	ix->revision = revision;
	return 0;
}

void index_abandon(struct index *ix)
{
	struct err ignored = ERR_INIT;

	if (sql_run(ix->sql, "ROLLBACK", &ignored) < 0)
		err_clear(&ignored); /* SQLite had rolled back by itself */
}

int index_compact(struct index *ix, const char *path, struct err *err)
{
	if (sql_run(ix->sql, "INSERT INTO words (words) VALUES ('optimize')", err) < 0)
		return -1;
	return sql_do(ix->sql, err, "VACUUM INTO ?", "t", span_of(path));
}

/* Of the row at hand, whose columns 0 and 1 are sum and bytes. */
static int take_leaf(const struct index *ix, struct sql_row *row, struct buf *file, struct err *err)
{
	struct span stated = sql_bytes(row, 0), bytes = sql_bytes(row, 1);
	struct head_sum sum;

	leaf_sum(bytes, &sum);
	if (!bytes.n || stated.n != HEAD_SUM || memcmp(stated.s, sum.bytes, HEAD_SUM) != 0)
		return index_damaged(ix, "a leaf is not what it was", err);
	buf_add_span(file, bytes);
	return 0;
}

int index_leaf(struct index *ix, unsigned number, struct buf *file, struct err *err)
{
	struct sql_row *row;
	int there;

	if (sql_query(ix->sql, &row, err,
		    "SELECT leaf_sum.sha256, leaf.bytes FROM leaf_sum"
		    " LEFT JOIN leaf ON leaf.number = leaf_sum.number WHERE leaf_sum.number = ?",
		    "i", (int64_t)number) < 0)
		return -1;
	there = sql_next(row, err);
	if (there == 1)
		there = take_leaf(ix, row, file, err);
	sql_end(row);
	return there < 0 ? -1 : 0;
}

/* Appends the sums of leaves from `first` on, `count` of them. */
static int add_sums(
	struct index *ix, unsigned first, unsigned count, struct buf *out, struct err *err)
{
	static const char zero[HEAD_SUM];
	struct sql_row *row;
	unsigned done = 0;
	int there;

	if (sql_query(ix->sql, &row, err,
		    "SELECT number, sha256 FROM leaf_sum WHERE number >= ? AND number < ?"
		    " ORDER BY number",
		    "ii", (int64_t)first, (int64_t)first + count) < 0)
		return -1;
	while ((there = sql_next(row, err)) == 1) {
		int64_t at = sql_integer(row, 0) - first;
		struct span sum = sql_bytes(row, 1);

		if (at < done || at >= count || sum.n != HEAD_SUM) {
			there = index_damaged(ix, "its list of leaves is none", err);
			break;
		}
		for (; done < at; done++)
			buf_add(out, zero, HEAD_SUM);
		buf_add_span(out, sum);
		done++;
	}
	sql_end(row);
	for (; done < count; done++)
		buf_add(out, zero, HEAD_SUM);
	return there < 0 ? -1 : 0;
}

int index_leaf_sum(struct index *ix, unsigned number, struct head_sum *sum, struct err *err)
{
	AUTO(buf) bytes = BUF_INIT;

	if (add_sums(ix, number, 1, &bytes, err) < 0)
		return -1;
	memcpy(sum->bytes, bytes.s, HEAD_SUM);
	return 0;
}

int index_node(struct index *ix, unsigned number, struct buf *out, struct err *err)
{
	unsigned width = head_node_width(ix->leaf_bits);

	return add_sums(ix, number * width, width, out, err);
}
