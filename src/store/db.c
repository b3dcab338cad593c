/* state.db: the only truth on what is installed. */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "model/name.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define FILE_NAME (&PLACE_DB[sizeof(PLACE_STATE)]) /* in that folder */
#define MEND "keep a copy of it and restore it from a backup, then run: fardel doctor"

/* Version i + 1 is reached from version i by the i-th text. */
static const char *const migrations[DB_SCHEMA] = {
	"CREATE TABLE bundle ("
	" row INTEGER PRIMARY KEY, name TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL,"
	" puavo_id TEXT NOT NULL, format INTEGER NOT NULL, layout TEXT NOT NULL DEFAULT 'fardel',"
	" state TEXT NOT NULL, since INTEGER NOT NULL, size INTEGER NOT NULL, pack TEXT NOT NULL,"
	" pack_size INTEGER NOT NULL, turn INTEGER NOT NULL, UNIQUE (name, id));"
	"CREATE INDEX bundle_turn ON bundle (turn);"
	/* all that `list` reads, in its order */
	"CREATE INDEX bundle_order ON bundle (name, turn DESC, id, version, state, since, size);"
	"CREATE UNIQUE INDEX bundle_in_use ON bundle (name) WHERE state IN ('installed', 'broken');"
	"CREATE TABLE txn ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT, command TEXT NOT NULL, user INTEGER NOT NULL,"
	" begun INTEGER NOT NULL, ended INTEGER, result TEXT NOT NULL DEFAULT '');"
	"CREATE TABLE step ("
	" row INTEGER PRIMARY KEY, txn INTEGER NOT NULL REFERENCES txn (number), item INTEGER NOT NULL,"
	" action TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL,"
	" old INTEGER NOT NULL, fresh INTEGER NOT NULL, status TEXT NOT NULL);"
	"CREATE INDEX step_of ON step (txn, item);"
	"CREATE TABLE pin ("
	" kind TEXT NOT NULL, digest TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (kind, digest));",
	/* What was committed to the system (store/committed): the lists themselves are files, for this one is checked as a whole
	 * each time that it is opened. */
	"CREATE TABLE committed ("
	" txn INTEGER NOT NULL, item INTEGER NOT NULL, name TEXT NOT NULL, old TEXT NOT NULL,"
	" new TEXT NOT NULL, fresh INTEGER NOT NULL, count INTEGER NOT NULL, at INTEGER NOT NULL,"
	" status TEXT NOT NULL, older_txn INTEGER NOT NULL, older_item INTEGER NOT NULL,"
	" undoes_txn INTEGER NOT NULL, undoes_item INTEGER NOT NULL, PRIMARY KEY (txn, item)) WITHOUT ROWID;"
	/* the installations of packages that a commit removed */
	"CREATE TABLE gone ("
	" txn INTEGER NOT NULL, item INTEGER NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL,"
	" version TEXT NOT NULL, puavo_id TEXT NOT NULL, format INTEGER NOT NULL, layout TEXT NOT NULL,"
	" since INTEGER NOT NULL, size INTEGER NOT NULL, pack TEXT NOT NULL, pack_size INTEGER NOT NULL,"
	" turn INTEGER NOT NULL, PRIMARY KEY (txn, item, name, id)) WITHOUT ROWID;"
	"CREATE TABLE in_force ("
	" name TEXT PRIMARY KEY, txn INTEGER NOT NULL, item INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE owned ("
	" path TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, type TEXT NOT NULL,"
	" PRIMARY KEY (path, name)) WITHOUT ROWID;",
	/* Repositories (store/repos); what was asked of packages: that they stay at their version, and which came for others' sake. */
	"CREATE TABLE repo ("
	" name TEXT PRIMARY KEY, anchor TEXT NOT NULL, root INTEGER NOT NULL, root_text TEXT NOT NULL,"
	" revision INTEGER NOT NULL, head_sha256 TEXT NOT NULL, issued INTEGER NOT NULL, expires INTEGER NOT NULL,"
	" synced INTEGER NOT NULL, etag TEXT NOT NULL, url TEXT NOT NULL, file TEXT NOT NULL,"
	" in_force INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE hold ("
	" name TEXT PRIMARY KEY, since INTEGER NOT NULL, until INTEGER NOT NULL, reason TEXT NOT NULL,"
	" user INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE automatic (name TEXT PRIMARY KEY) WITHOUT ROWID;",
	/* What a repository said of an installation (store/origins). */
	"CREATE TABLE origin ("
	" name TEXT NOT NULL, id TEXT NOT NULL, repository TEXT NOT NULL, file TEXT NOT NULL,"
	" offer TEXT NOT NULL, PRIMARY KEY (name, id)) WITHOUT ROWID;"
	"CREATE INDEX origin_file ON origin (file);",
	/* What the tags of registries' images have stood for (store/tagged). */
	"CREATE TABLE tagged ("
	" repository TEXT NOT NULL, tag TEXT NOT NULL, place TEXT NOT NULL, layers TEXT NOT NULL,"
	" at INTEGER NOT NULL, PRIMARY KEY (repository, tag)) WITHOUT ROWID;",
	/* Whether there are any of another layout is asked by each command, and mostly there are none. */
	"CREATE INDEX bundle_elsewhere ON bundle (layout) WHERE layout <> 'fardel';",
};

/* Which change came last is counted: two may fall into one second, and clocks are set back. */
#define NEXT_TURN "(SELECT ifnull(max(turn), 0) + 1 FROM bundle)"

static int damaged(const char *why, struct err *err)
{
	err_set(err, ERR_BAD_STATE, "state.db is damaged: %s", why);
	return err_next(
		err, "keep a copy of it and restore it from a backup, then run: fardel doctor");
}

/* Tables and their version come with one commit. */
static int has_tables(struct db *db, struct err *err)
{
	struct sql_row *row;
	int there;

	if (sql_query(db->sql, &row, err, "SELECT 1 FROM sqlite_schema LIMIT 1", "") < 0)
		return -1;
	there = sql_next(row, err);
	sql_end(row);
	return there;
}

/* What is written is decided by what is read here: a name that is damaged would make rubbish of what is in use. */
static int check_sound(struct db *db, struct err *err)
{
	struct err why = ERR_INIT;
	int sound = sql_check(db->sql, &why);

	if (sound == 1)
		return 0;
	return sound == 0 ? damaged(why.text, err) : err_copy(err, &why);
}

static int ask_version(struct db *db, int64_t *version, struct err *err)
{
	if (sql_version(db->sql, version, err) < 0)
		return -1;
	if (*version >= 0 && *version <= DB_SCHEMA)
		return 0;
	err_set(err, ERR_BAD_STATE, "state.db has schema %lld, this fardel knows up to %d",
		(long long)*version, DB_SCHEMA);
	return err_next(err, "use the fardel that wrote it, or a newer one");
}

/* From what it is by now: another writer may have come first, who installs or who syncs. */
static int change_schema(struct db *db, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	int64_t version;

	if (ask_version(db, &version, err) < 0)
		return -1;
	for (int64_t i = version; i < DB_SCHEMA; i++)
		buf_adds(&text, migrations[i]);
	buf_addf(&text, "PRAGMA user_version = %d; COMMIT;", DB_SCHEMA);
	return sql_run(db->sql, text.s, err);
}

static int migrate(struct db *db, struct err *err)
{
	struct err ignored = ERR_INIT;
	int64_t version;
	int tables = has_tables(db, err);

	/* In this order: its first writer may commit both between the two questions. */
	if (tables < 0 || ask_version(db, &version, err) < 0)
		return -1;
	db->schema = db->writable ? DB_SCHEMA : version;
	if (version == 0 && tables)
		return damaged("it has tables, but no schema version", err);
	if (version == 0 && !db->writable) {
		/* Its first writer has not come further than to make it. */
		sql_close(db->sql);
		db->sql = NULL;
	}
	if (version == DB_SCHEMA || !db->writable)
		return 0;
	if (sql_run(db->sql, "BEGIN IMMEDIATE;", err) < 0)
		return -1;
	if (change_schema(db, err) == 0)
		return 0;
	(void)!sql_run(db->sql, "ROLLBACK;", &ignored);
	return -1;
}

/* 1: there, 0: not there or empty, -1: not to be trusted. */
static int check_file(const char *path, struct err *err)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_sys(err, "open %s", path);
	if (file_check_owner(fd, path, err) < 0)
		return -1;
	return lseek(fd, 0, SEEK_END) > 0;
}

/* All of it at once, durably: a reader finds a database or none, whenever its first writer is killed or the power goes. Another writer may be as far:
 * who installs and who syncs have locks of their own. */
static int make_file(int dir, struct err *err)
{
	AUTO(buf) blank = BUF_INIT;

	sql_blank(&blank);
	return file_make_whole(dir, FILE_NAME, 0644, buf_span(&blank), err);
}

/* Installations without a state.db: it was lost, and to begin with an empty one would make rubbish of what is in
 * use. */
static int refuse_loss(const struct place *place, const char *path, struct err *err)
{
	AUTO_FD packages = place_open_if(place, PLACE_PACKAGES, err);
	int64_t bytes = 0, files = 0;

	if (packages < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (tree_measure(packages, &bytes, &files, err) < 0)
		return -1;
	if (files == 0)
		return 0;
	err_set(err, ERR_BAD_STATE, "%s is gone, but there are installations in %s" PLACE_PACKAGES,
		path, place->root.s);
	return err_next(err,
		"restore it (with its -wal file) from a backup; or move that folder away and "
		"install anew");
}

int db_open(const struct place *place, bool writable, struct db *out, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO_FD dir = -1;
	int there;

	*out = (struct db){.writable = writable};
	place_path(place, PLACE_DB, &path);
	if (writable && (dir = place_make(place, PLACE_STATE, 0755, err)) < 0)
		return -1;
	there = check_file(path.s, err);
	if (there < 0 || (there == 0 && refuse_loss(place, path.s, err) < 0))
		return -1;
	if (!there && !writable)
		return 0;
	if (!there && make_file(dir, err) < 0)
		return err_at(err, "%s", path.s);
	if (sql_open(path.s, writable ? SQL_WRITE : SQL_READ, MEND, &out->sql, err) < 0)
		return -1;
	if (migrate(out, err) < 0 ||
		(writable && (check_sound(out, err) < 0 || sql_reserve(out->sql, err) < 0))) {
		db_drop(out);
		return -1;
	}
	return 0;
}

void db_drop(struct db *db)
{
	sql_close(db->sql);
	*db = DB_INIT;
}

int db_begin(struct db *db, struct err *err)
{
	return sql_run(db->sql, "BEGIN IMMEDIATE", err);
}

int db_begin_reading(struct db *db, struct err *err)
{
	return sql_run(db->sql, "BEGIN", err);
}

/* Outside of a transaction this cannot fail: it changes a number in memory. */
static void be_diligent(struct db *db)
{
	struct err ignored = ERR_INIT;

	if (db->lazy && sql_run(db->sql, "PRAGMA synchronous=FULL", &ignored) < 0)
		mem_panic("SQLite does not leave synchronous=NORMAL");
	db->lazy = false;
}

int db_begin_lazily(struct db *db, struct err *err)
{
	if (sql_run(db->sql, "PRAGMA synchronous=NORMAL", err) < 0)
		return -1;
	db->lazy = true;
	if (db_begin(db, err) < 0) {
		be_diligent(db);
		return -1;
	}
	return 0;
}

int db_commit(struct db *db, struct err *err)
{
	if (sql_run(db->sql, "COMMIT", err) < 0) {
		db_abandon(db);
		return -1;
	}
	db->pending = db->lazy;
	be_diligent(db);
	return 0;
}

void db_abandon(struct db *db)
{
	struct err ignored = ERR_INIT;

	if (sql_run(db->sql, "ROLLBACK", &ignored) < 0)
		err_clear(&ignored); /* SQLite had rolled back by itself */
	be_diligent(db);
}

int db_check_names(const struct buf *name, const struct buf *id, struct err *err)
{
	bool is_name = (name->n && name->s[0] != '.' && strcspn(name->s, "/:\n") == name->n) ||
		       name_is_luet_valid(buf_span(name));

	if (!is_name || strspn(id->s, "0123456789abcdef") != 64 || id->n != 64)
		return err_set(err, ERR_BAD_STATE, "state.db: '%s' with id '%s' is no package",
			name->s, id->s);
	return 0;
}

#define BRIEF "row, name, id, version, state, since, size"

static int read_bundle(struct sql_row *row, bool brief, struct bundle *b, struct err *err)
{
	struct span state = sql_text(row, 4);

	b->row = sql_integer(row, 0);
	buf_set(&b->name, sql_text(row, 1));
	buf_set(&b->id, sql_text(row, 2));
	buf_set(&b->version, sql_text(row, 3));
	b->since = sql_integer(row, 5);
	b->size = sql_integer(row, 6);
	if (!brief) {
		buf_set(&b->puavo_id, sql_text(row, 7));
		b->format = (int)sql_integer(row, 8);
		buf_set(&b->pack, sql_text(row, 9));
		b->pack_size = sql_integer(row, 10);
		if (!bundle_layout_parse(sql_text(row, 11), &b->layout))
			return err_set(err, ERR_BAD_STATE, "state.db: %s is in an unknown layout",
				b->name.s);
	}
	if (!bundle_state_parse(state, &b->state))
		return err_set(err, ERR_BAD_STATE, "state.db: %s is in the unknown state '%.*s'",
			b->name.s, SPAN_ARG(state));
	return db_check_names(&b->name, &b->id, err);
}

int db_each(struct db *db, bool brief,
	int (*fn)(void *arg, const struct bundle *b, struct err *err), void *arg, struct err *err)
{
	static const char *const queries[] = {"SELECT " BRIEF
					      ", puavo_id, format, pack, pack_size, layout"
					      " FROM bundle ORDER BY name, turn DESC",
		"SELECT " BRIEF " FROM bundle ORDER BY name, turn DESC"};
	AUTO(bundle) b;
	struct sql_row *row;
	int more;

	bundle_init(&b);
	if (!db->sql)
		return 0;
	if (sql_query(db->sql, &row, err, queries[brief], "") < 0)
		return -1;
	while ((more = sql_next(row, err)) == 1) {
		if (read_bundle(row, brief, &b, err) < 0 || fn(arg, &b, err) < 0) {
			more = -1;
			break;
		}
	}
	sql_end(row);
	return more;
}

static int keep(void *arg, const struct bundle *b, struct err *err)
{
	struct world *world = arg;

	(void)err;
	*vec_push(&world->of) = bundle_dup(b);
	return 0;
}

int db_moment(struct db *db, int64_t *moment, struct err *err)
{
	struct sql_row *row;
	int there;

	*moment = 0;
	if (!db->sql)
		return 0;
	if (sql_query(db->sql, &row, err, "PRAGMA data_version", "") < 0)
		return -1;
	there = sql_next(row, err);
	if (there == 1)
		*moment = sql_integer(row, 0);
	sql_end(row);
	return there < 0 ? -1 : 0;
}

int db_has_layout(struct db *db, enum bundle_layout layout, struct err *err)
{
	struct sql_row *row;
	int there;

	if (!db->sql)
		return 0;
	if (sql_query(db->sql, &row, err,
		    "SELECT 1 FROM bundle WHERE layout = ? AND layout <> 'fardel' LIMIT 1", "t",
		    span_of(bundle_layout_name(layout))) < 0)
		return -1;
	there = sql_next(row, err);
	sql_end(row);
	return there;
}

int db_world(struct db *db, struct world *out, struct err *err)
{
	*out = WORLD_INIT;
	return db_each(db, false, keep, out, err);
}

int db_put_bundle(struct db *db, struct bundle *b, struct err *err)
{
	struct span state = span_of(bundle_state_name(b->state));
	struct span layout = span_of(bundle_layout_name(b->layout));

	if (b->row)
		return sql_do(db->sql, err,
			"UPDATE bundle SET version = ?, puavo_id = ?, format = ?, layout = ?, state = ?,"
			" since = ?, size = ?, pack = ?, pack_size = ?, turn = " NEXT_TURN
			" WHERE row = ?",
			"ttittiitii", buf_span(&b->version), buf_span(&b->puavo_id),
			(int64_t)b->format, layout, state, b->since, b->size, buf_span(&b->pack),
			b->pack_size, b->row);
	if (sql_do(db->sql, err,
		    "INSERT INTO bundle (name, id, version, puavo_id, format, layout, state, since,"
		    " size, pack, pack_size, turn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, " NEXT_TURN
		    ")",
		    "ttttittiiti", buf_span(&b->name), buf_span(&b->id), buf_span(&b->version),
		    buf_span(&b->puavo_id), (int64_t)b->format, layout, state, b->since, b->size,
		    buf_span(&b->pack), b->pack_size) < 0)
		return -1;
	b->row = sql_last_row(db->sql);
	return 0;
}

int db_set_state(struct db *db, int64_t row, enum bundle_state state, int64_t now, struct err *err)
{
	return sql_do(db->sql, err,
		"UPDATE bundle SET state = ?, since = ?, turn = " NEXT_TURN " WHERE row = ?", "tii",
		span_of(bundle_state_name(state)), now, row);
}

int db_set_size(struct db *db, int64_t row, int64_t size, struct err *err)
{
	return sql_do(db->sql, err, "UPDATE bundle SET size = ? WHERE row = ?", "ii", size, row);
}

int db_set_last(struct db *db, int64_t row, struct err *err)
{
	return sql_do(
		db->sql, err, "UPDATE bundle SET turn = " NEXT_TURN " WHERE row = ?", "i", row);
}

/* Takes what a query gave, or that it failed. */
static int take_row(int result, struct sql_row *found, int64_t *row, struct err *err)
{
	int there;

	*row = 0;
	if (result < 0)
		return -1;
	there = sql_next(found, err);
	if (there == 1)
		*row = sql_integer(found, 0);
	sql_end(found);
	return there < 0 ? -1 : 0;
}

int db_find(struct db *db, struct span name, struct span id, int64_t *row, struct err *err)
{
	struct sql_row *found = NULL;
	int result = sql_query(db->sql, &found, err,
		"SELECT row FROM bundle WHERE name = ? AND id = ?", "tt", name, id);

	return take_row(result, found, row, err);
}

int db_find_puavo(struct db *db, enum bundle_layout layout, struct span name, struct span puavo_id,
	int64_t *row, struct err *err)
{
	struct sql_row *found = NULL;
	int result = sql_query(db->sql, &found, err,
		"SELECT row FROM bundle WHERE name = ? AND puavo_id = ? AND layout = ?", "ttt",
		name, puavo_id, span_of(bundle_layout_name(layout)));

	return take_row(result, found, row, err);
}

int db_find_in_use(struct db *db, struct span name, int64_t *row, struct err *err)
{
	struct sql_row *found = NULL;
	int result = sql_query(db->sql, &found, err,
		"SELECT row FROM bundle WHERE name = ? AND state IN ('installed', 'broken')", "t",
		name);

	return take_row(result, found, row, err);
}

int db_delete_bundle(struct db *db, int64_t row, struct err *err)
{
	return sql_do(db->sql, err, "DELETE FROM bundle WHERE row = ?", "i", row);
}

int db_pin(struct db *db, const struct digest *weak, struct digest *sha256, struct err *err)
{
	AUTO(buf) hex = BUF_INIT;
	struct sql_row *row;
	int there;

	if (!db->sql)
		return 0;
	digest_format(&hex, weak);
	if (sql_query(db->sql, &row, err, "SELECT sha256 FROM pin WHERE kind = ? AND digest = ?",
		    "tt", span_of(digest_name(weak->kind)), buf_span(&hex)) < 0)
		return -1;
	there = sql_next(row, err);
	if (there == 1 && !digest_parse(DIGEST_SHA256, sql_text(row, 0), sha256))
		there = err_set(err, ERR_BAD_STATE, "state.db: the pin of %s is no sha256", hex.s);
	sql_end(row);
	return there;
}

int db_put_pin(
	struct db *db, const struct digest *weak, const struct digest *sha256, struct err *err)
{
	AUTO(buf) hex = BUF_INIT;
	AUTO(buf) strong = BUF_INIT;

	digest_format(&hex, weak);
	digest_format(&strong, sha256);
	return sql_do(db->sql, err,
		"INSERT OR IGNORE INTO pin (kind, digest, sha256) VALUES (?, ?, ?)", "ttt",
		span_of(digest_name(weak->kind)), buf_span(&hex), buf_span(&strong));
}
