/* What `repo build` knows of a repository's folder. */
#include "store/offered.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"

#define SCHEMA 1
#define MEND "remove it: fardel repo build makes it anew"
#define HASH_BITS 16 /* of a name's sha256, whose first are its leaf's number */

static const char tables[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE meta (leaf_bits INTEGER NOT NULL);"
	"INSERT INTO meta VALUES (0);"
	"CREATE TABLE file (row INTEGER PRIMARY KEY, path TEXT NOT NULL, stamp TEXT NOT NULL,"
	" hash INTEGER NOT NULL, offer TEXT NOT NULL);"
	"CREATE UNIQUE INDEX file_path ON file (path, stamp);"
	"CREATE INDEX file_hash ON file (hash);"
	"CREATE TABLE leaf (number INTEGER PRIMARY KEY, sum BLOB NOT NULL, revision INTEGER NOT NULL);"
	"CREATE TABLE changed (hash INTEGER PRIMARY KEY);"
	"CREATE TABLE gone (path TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;"
	"PRAGMA user_version = 1; COMMIT;";

void offered_drop(struct offered *o)
{
	sql_close(o->sql);
	*o = OFFERED_INIT;
}

void offered_leaves_drop(struct offered_leaves *l)
{
	vec_drop(&l->of);
}

static int number_of(struct offered *o, const char *text, int64_t *out, struct err *err)
{
	struct sql_row *row;
	int there;

	if (sql_query(o->sql, &row, err, text, "") < 0)
		return -1;
	there = sql_next(row, err);
	*out = there == 1 ? sql_integer(row, 0) : -1;
	sql_end(row);
	return there < 0 ? -1 : 0;
}

/* 1: as we left it; 0: not ours, or damaged. */
static int is_sound(struct offered *o, struct err *err)
{
	int64_t version, bits;

	if (sql_version(o->sql, &version, err) < 0 || version != SCHEMA)
		return 0;
	if (sql_check(o->sql, err) != 1 ||
		number_of(o, "SELECT leaf_bits FROM meta", &bits, err) < 0 || bits < 0 ||
		bits > HASH_BITS)
		return 0;
	o->leaf_bits = (unsigned)bits;
	return 1;
}

static int remove_all(int dir, const char *path, struct err *err)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < COUNT(endings); i++) {
		AUTO(buf) name = buf_of(slash ? slash + 1 : path);

		buf_adds(&name, endings[i]);
		if (file_remove(dir, name.s, err) < 0)
			return -1;
	}
	return 0;
}

static int check_file(const char *path, struct err *err)
{
	AUTO_FD fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);

	return fd < 0 ? err_sys(err, "open %s", path) : file_check_owner(fd, path, err);
}

int offered_open(int dir, const char *path, struct offered *out, struct err *err)
{
	struct err ignored = ERR_INIT;

	*out = OFFERED_INIT;
	if (check_file(path, err) < 0)
		return -1;
	if (sql_open(path, SQL_WRITE, MEND, &out->sql, &ignored) == 0 && is_sound(out, &ignored))
		return 0;
	offered_drop(out);
	if (ignored.code == ERR_LOCKED)
		return err_copy(err, &ignored);
	if (remove_all(dir, path, err) < 0 || check_file(path, err) < 0 ||
		sql_open(path, SQL_WRITE, MEND, &out->sql, err) < 0)
		return -1;
	if (sql_run(out->sql, tables, err) == 0)
		return 0;
	offered_drop(out);
	return -1;
}

int offered_begin(struct offered *o, struct err *err)
{
	return sql_run(o->sql, "BEGIN IMMEDIATE", err);
}

int offered_commit(struct offered *o, struct err *err)
{
	return sql_run(o->sql, "COMMIT", err);
}

void offered_abandon(struct offered *o)
{
	struct err ignored = ERR_INIT;

	if (sql_run(o->sql, "ROLLBACK", &ignored) < 0)
		err_clear(&ignored); /* nothing was begun */
}

/* --- Installers ----------------------------------------------------------------------------------------- */

int offered_each(struct offered *o,
	int (*fn)(void *arg, struct span path, struct span stamp, struct err *err), void *arg,
	struct err *err)
{
	struct sql_row *row;
	int there;

	if (sql_query(o->sql, &row, err, "SELECT path, stamp FROM file ORDER BY path", "") < 0)
		return -1;
	while ((there = sql_next(row, err)) == 1)
		if (fn(arg, sql_text(row, 0), sql_text(row, 1), err) < 0) {
			there = -1;
			break;
		}
	sql_end(row);
	return there;
}

static int touch_hash(struct offered *o, int64_t hash, struct err *err)
{
	return sql_do(o->sql, err, "INSERT OR IGNORE INTO changed (hash) VALUES (?)", "i", hash);
}

/* What is known of it: its line is appended. 1, or 0 where it is not. */
static int get(
	struct offered *o, struct span path, int64_t *hash, struct buf *line, struct err *err)
{
	struct sql_row *row;
	int there;

	if (sql_query(o->sql, &row, err, "SELECT hash, offer FROM file WHERE path = ?", "t", path) <
		0)
		return -1;
	there = sql_next(row, err);
	if (there == 1) {
		*hash = sql_integer(row, 0);
		buf_add_span(line, sql_text(row, 1));
	}
	sql_end(row);
	return there;
}

static int delete_file(struct offered *o, struct span path, struct err *err)
{
	return sql_do(o->sql, err, "DELETE FROM file WHERE path = ?", "t", path);
}

int offered_put(struct offered *o, const struct offer *offer, struct span stamp, struct err *err)
{
	AUTO(buf) old = BUF_INIT;
	AUTO(buf) line = BUF_INIT;
	int64_t hash = leaf_of(HASH_BITS, buf_span(&offer->name)), old_hash = 0;
	int there = get(o, buf_span(&offer->path), &old_hash, &old, err);

	offer_format(offer, &line);
	if (there < 0 || (there && delete_file(o, buf_span(&offer->path), err) < 0))
		return -1;
	if (!span_is(buf_span(&old), buf_span(&line)) &&
		(touch_hash(o, hash, err) < 0 || (there && touch_hash(o, old_hash, err) < 0)))
		return -1;
	return sql_do(o->sql, err,
		"INSERT INTO file (path, stamp, hash, offer) VALUES (?, ?, ?, ?)", "ttit",
		buf_span(&offer->path), stamp, hash, buf_span(&line));
}

int offered_forget(struct offered *o, struct span path, struct err *err)
{
	AUTO(buf) line = BUF_INIT;
	int64_t hash;
	int there = get(o, path, &hash, &line, err);

	if (there <= 0)
		return there;
	return touch_hash(o, hash, err) < 0 ? -1 : delete_file(o, path, err);
}

int offered_count(struct offered *o, int64_t *count, struct err *err)
{
	return number_of(o, "SELECT count(*) FROM file", count, err);
}

/* --- Leaves --------------------------------------------------------------------------------------------- */

int offered_set_bits(struct offered *o, unsigned leaf_bits, struct err *err)
{
	if (sql_do(o->sql, err, "UPDATE meta SET leaf_bits = ?", "i", (int64_t)leaf_bits) < 0 ||
		sql_run(o->sql,
			"DELETE FROM leaf; INSERT OR IGNORE INTO changed SELECT hash FROM file",
			err) < 0)
		return -1;
	o->leaf_bits = leaf_bits;
	return 0;
}

static int by_order(const void *a, const void *b)
{
	return offer_compare(a, b);
}

static int take_offer(struct sql_row *row, struct offers *out, struct err *err)
{
	struct offer *offer = vec_push(&out->of);

	offer_init(offer);
	return offer_parse(sql_text(row, 0), offer, err);
}

int offered_leaf(struct offered *o, unsigned number, struct offers *out, struct err *err)
{
	unsigned shift = HASH_BITS - o->leaf_bits;
	struct sql_row *row;
	int there;

	if (sql_query(o->sql, &row, err,
		    "SELECT offer FROM file WHERE hash >= ? AND hash < ? ORDER BY path", "ii",
		    (int64_t)number << shift, ((int64_t)number + 1) << shift) < 0)
		return -1;
	while ((there = sql_next(row, err)) == 1)
		if (take_offer(row, out, err) < 0) {
			there = -1;
			break;
		}
	sql_end(row);
	if (there == 0 && out->of.n)
		qsort(out->of.v, out->of.n, sizeof(out->of.v[0]), by_order);
	return there;
}

int offered_changed(struct offered *o, struct offered_leaves *out, struct err *err)
{
	struct sql_row *row;
	int there;

	if (sql_query(o->sql, &row, err,
		    "SELECT DISTINCT hash >> ? AS number FROM changed ORDER BY number", "i",
		    (int64_t)(HASH_BITS - o->leaf_bits)) < 0)
		return -1;
	while ((there = sql_next(row, err)) == 1)
		*vec_push(&out->of) = (unsigned)sql_integer(row, 0);
	sql_end(row);
	return there;
}

int offered_touch(struct offered *o, unsigned number, struct err *err)
{
	return touch_hash(o, (int64_t)number << (HASH_BITS - o->leaf_bits), err);
}

int offered_made(struct offered *o, unsigned number, const struct head_sum *sum, int64_t revision,
	struct err *err)
{
	struct span bytes = {(const char *)sum->bytes, HEAD_SUM};

	return sql_do(o->sql, err,
		"INSERT INTO leaf (number, sum, revision) VALUES (?, ?, ?)"
		" ON CONFLICT (number) DO UPDATE SET sum = excluded.sum, revision = excluded.revision"
		" WHERE sum <> excluded.sum",
		"ibi", (int64_t)number, bytes, revision);
}

int offered_sums(struct offered *o, struct head_sum *sums, int64_t *since, struct err *err)
{
	struct sql_row *row;
	int64_t than = since ? *since : 0, later = 0;
	int there;

	memset(sums, 0, sizeof(sums[0]) << o->leaf_bits);
	if (sql_query(o->sql, &row, err, "SELECT number, sum, revision FROM leaf", "") < 0)
		return -1;
	while ((there = sql_next(row, err)) == 1) {
		int64_t number = sql_integer(row, 0);
		struct span sum = sql_bytes(row, 1);

		if (number < 0 || number >> o->leaf_bits || sum.n != HEAD_SUM)
			continue;
		memcpy(sums[number].bytes, sum.s, HEAD_SUM);
		later += sql_integer(row, 2) > than;
	}
	sql_end(row);
	if (since)
		*since = later;
	return there;
}

int offered_settle(struct offered *o, struct err *err)
{
	return sql_run(o->sql, "DELETE FROM changed", err);
}

/* --- Files that were superseded ------------------------------------------------------------------------- */

int offered_gone(struct offered *o, struct span path, int64_t now, int64_t *since, struct err *err)
{
	struct sql_row *row;
	int there;

	if (sql_do(o->sql, err, "INSERT OR IGNORE INTO gone (path, since) VALUES (?, ?)", "ti",
		    path, now) < 0 ||
		sql_query(o->sql, &row, err, "SELECT since FROM gone WHERE path = ?", "t", path) <
			0)
		return -1;
	there = sql_next(row, err);
	*since = there == 1 ? sql_integer(row, 0) : now;
	sql_end(row);
	return there < 0 ? -1 : 0;
}

int offered_not_gone(struct offered *o, struct span path, struct err *err)
{
	return sql_do(o->sql, err, "DELETE FROM gone WHERE path = ?", "t", path);
}
