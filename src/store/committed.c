/* Which commits to the system there are, and whose footprints are in force. */
#include "store/committed.h"

#include "store/apply.h"

static const char *const status_names[COMMITTED_STATUSES] = {"begun", "applied", "done", "short"};

#define COLUMNS \
	"c.txn, c.item, c.name, c.old, c.new, c.at, c.status, c.older_txn, c.older_item, c.fresh," \
	" c.count, c.undoes_txn, c.undoes_item"
#define BUNDLE "name, id, version, puavo_id, format, layout, since, size, pack, pack_size, turn"

void committed_drop(struct committed *c)
{
	buf_drop(&c->name);
	buf_drop(&c->old);
	buf_drop(&c->new_);
}

void commits_drop(struct commits *c)
{
	vec_drop_each(&c->of, committed_drop);
}

int committed_put(struct db *db, const struct committed *c, struct err *err)
{
	return sql_do(db->sql, err,
		"INSERT INTO committed (txn, item, name, old, new, at, status, older_txn, older_item,"
		" fresh, count, undoes_txn, undoes_item) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"iitttitiiiiii", c->txn, c->item, buf_span(&c->name), buf_span(&c->old),
		buf_span(&c->new_), c->at, span_of(status_names[c->status]), c->older_txn,
		c->older_item, (int64_t)c->fresh, c->count, c->undoes_txn, c->undoes_item);
}

int committed_set(
	struct db *db, const struct committed *c, enum committed_status status, struct err *err)
{
	return sql_do(db->sql, err, "UPDATE committed SET status = ? WHERE txn = ? AND item = ?",
		"tii", span_of(status_names[status]), c->txn, c->item);
}

int committed_forget_gone(struct db *db, int64_t txn, int64_t item, struct err *err)
{
	return sql_do(db->sql, err, "DELETE FROM gone WHERE txn = ? AND item = ?", "ii", txn, item);
}

int committed_delete(struct db *db, int64_t txn, int64_t item, struct err *err)
{
	if (committed_forget_gone(db, txn, item, err) < 0)
		return -1;
	return sql_do(
		db->sql, err, "DELETE FROM committed WHERE txn = ? AND item = ?", "ii", txn, item);
}

/* --- Installations that went with a commit ---------------------------------------------------------------- */

int committed_retire(struct db *db, const struct committed *c, struct err *err)
{
	if (sql_do(db->sql, err,
		    "INSERT INTO gone (txn, item, " BUNDLE ") SELECT ?, ?, " BUNDLE
		    " FROM bundle WHERE name = ?",
		    "iit", c->txn, c->item, buf_span(&c->name)) < 0)
		return -1;
	return sql_do(db->sql, err, "DELETE FROM bundle WHERE name = ?", "t", buf_span(&c->name));
}

int committed_restore(struct db *db, int64_t txn, int64_t item, struct err *err)
{
	if (sql_do(db->sql, err,
		    "INSERT INTO bundle (state, " BUNDLE ") SELECT 'prepared', " BUNDLE
		    " FROM gone WHERE txn = ? AND item = ?",
		    "ii", txn, item) < 0)
		return -1;
	return committed_forget_gone(db, txn, item, err);
}

int committed_has_gone(struct db *db, int64_t txn, int64_t item, struct err *err)
{
	struct sql_row *row;
	int there;

	if (sql_query(db->sql, &row, err, "SELECT 1 FROM gone WHERE txn = ? AND item = ? LIMIT 1",
		    "ii", txn, item) < 0)
		return -1;
	there = sql_next(row, err);
	sql_end(row);
	return there;
}

static int read_gone(struct sql_row *row, struct bundle *b, struct err *err)
{
	b->state = BUNDLE_PREPARED;
	buf_set(&b->name, sql_text(row, 0));
	buf_set(&b->id, sql_text(row, 1));
	buf_set(&b->version, sql_text(row, 2));
	buf_set(&b->puavo_id, sql_text(row, 3));
	b->format = (int)sql_integer(row, 4);
	if (!bundle_layout_parse(sql_text(row, 5), &b->layout))
		return err_set(
			err, ERR_BAD_STATE, "state.db: %s is in an unknown layout", b->name.s);
	b->since = sql_integer(row, 6);
	b->size = sql_integer(row, 7);
	buf_set(&b->pack, sql_text(row, 8));
	b->pack_size = sql_integer(row, 9);
	return 0;
}

int committed_gone(struct db *db, int64_t *txn, int64_t *item, struct span name, struct span id,
	struct bundle *out, struct err *err)
{
	struct sql_row *row;
	int there;

	if (sql_query(db->sql, &row, err,
		    "SELECT " BUNDLE ", txn, item FROM gone WHERE name = ? AND id = ?"
		    " ORDER BY txn = ? AND item = ? DESC, txn DESC, item DESC LIMIT 1",
		    "ttii", name, id, *txn, *item) < 0)
		return -1;
	there = sql_next(row, err);
	if (there == 1 && read_gone(row, out, err) < 0)
		there = -1;
	if (there == 1) {
		*txn = sql_integer(row, 11);
		*item = sql_integer(row, 12);
	}
	sql_end(row);
	if (there != 1)
		return there;
	return db_check_names(&out->name, &out->id, err) < 0 ? -1 : 1;
}

static bool parse_status(struct span word, enum committed_status *out)
{
	for (unsigned i = 0; i < COMMITTED_STATUSES; i++)
		if (span_is_text(word, status_names[i])) {
			*out = (enum committed_status)i;
			return true;
		}
	return false;
}

static int read_row(struct sql_row *row, struct committed *out, struct err *err)
{
	out->txn = sql_integer(row, 0);
	out->item = sql_integer(row, 1);
	buf_set(&out->name, sql_text(row, 2));
	buf_set(&out->old, sql_text(row, 3));
	buf_set(&out->new_, sql_text(row, 4));
	out->at = sql_integer(row, 5);
	out->older_txn = sql_integer(row, 7);
	out->older_item = sql_integer(row, 8);
	out->fresh = sql_integer(row, 9) != 0;
	out->count = sql_integer(row, 10);
	out->undoes_txn = sql_integer(row, 11);
	out->undoes_item = sql_integer(row, 12);
	if (parse_status(sql_text(row, 6), &out->status))
		return 0;
	err_set(err, ERR_BAD_STATE, "state.db: the status of commit %lld.%lld is not known",
		(long long)out->txn, (long long)out->item);
	return err_next(err, "use the fardel that wrote it, or a newer one");
}

/* The one row of a statement. */
static int read_one(struct sql_row *row, struct committed *out, struct err *err)
{
	int there = sql_next(row, err);

	if (there == 1 && read_row(row, out, err) < 0)
		there = -1;
	sql_end(row);
	return there;
}

int committed_get(struct db *db, int64_t txn, int64_t item, struct committed *out, struct err *err)
{
	struct sql_row *row;

	if (!db->sql)
		return 0;
	if (sql_query(db->sql, &row, err,
		    "SELECT " COLUMNS " FROM committed c WHERE txn = ? AND item = ?", "ii", txn,
		    item) < 0)
		return -1;
	return read_one(row, out, err);
}

int committed_all(struct db *db, struct commits *out, struct err *err)
{
	struct sql_row *row;
	int more;

	if (!db->sql)
		return 0;
	if (sql_query(db->sql, &row, err,
		    "SELECT " COLUMNS " FROM committed c ORDER BY txn DESC, item DESC", "") < 0)
		return -1;
	while ((more = sql_next(row, err)) == 1) {
		struct committed *c = vec_push(&out->of);

		*c = COMMITTED_INIT;
		if (read_row(row, c, err) < 0) {
			more = -1;
			break;
		}
	}
	sql_end(row);
	return more;
}

/* --- In force -------------------------------------------------------------------------------------------- */

int in_force_get(struct db *db, struct span name, struct committed *out, struct err *err)
{
	struct sql_row *row;

	if (!db->sql)
		return 0;
	if (sql_query(db->sql, &row, err,
		    "SELECT " COLUMNS " FROM in_force f JOIN committed c USING (txn, item)"
		    " WHERE f.name = ?",
		    "t", name) < 0)
		return -1;
	return read_one(row, out, err);
}

int in_force_forget(struct db *db, struct span name, struct err *err)
{
	if (sql_do(db->sql, err, "DELETE FROM in_force WHERE name = ?", "t", name) < 0)
		return -1;
	return sql_do(db->sql, err, "DELETE FROM owned WHERE name = ?", "t", name);
}

static int put_owned(struct db *db, const struct change *c, struct span name, struct err *err)
{
	enum node_type type = c->after.type == NODE_NONE ? c->before.type : c->after.type;

	return sql_do(db->sql, err,
		"INSERT INTO owned (path, name, kind, type) VALUES (?, ?, ?, ?)", "tttt",
		buf_span(&c->path), name, span_of(change_kind_name(change_kind(c))),
		span_of(node_type_name(type)));
}

int in_force_set(
	struct db *db, const struct committed *c, const struct changes *footprint, struct err *err)
{
	struct span name = buf_span(&c->name);

	if (in_force_forget(db, name, err) < 0 ||
		sql_do(db->sql, err, "INSERT INTO in_force (name, txn, item) VALUES (?, ?, ?)",
			"tii", name, c->txn, c->item) < 0)
		return -1;
	VEC_FOR (const struct change, x, &footprint->of)
		if (!apply_is_shared(buf_span(&x->path)) && put_owned(db, x, name, err) < 0)
			return -1;
	return 0;
}

void owned_drop(struct owned *o)
{
	buf_drop(&o->path);
	buf_drop(&o->name);
}

void owned_list_drop(struct owned_list *l)
{
	vec_drop_each(&l->of, owned_drop);
}

int owned_take(struct db *db, const struct owned_list *list, struct err *err)
{
	VEC_FOR (const struct owned, o, &list->of)
		if (sql_do(db->sql, err, "DELETE FROM owned WHERE path = ? AND name = ?", "tt",
			    buf_span(&o->path), buf_span(&o->name)) < 0)
			return -1;
	return 0;
}

int owned_give(struct db *db, const struct owned_list *list, struct err *err)
{
	VEC_FOR (const struct owned, o, &list->of)
		if (sql_do(db->sql, err,
			    "INSERT OR REPLACE INTO owned (path, name, kind, type) VALUES (?, ?, ?, ?)",
			    "tttt", buf_span(&o->path), buf_span(&o->name),
			    span_of(change_kind_name(o->kind)),
			    span_of(node_type_name(o->type))) < 0)
			return -1;
	return 0;
}

static bool parse_kind(struct span word, enum change_kind *out)
{
	for (unsigned i = 0; i < CHANGE_KINDS; i++)
		if (span_is_text(word, change_kind_name((enum change_kind)i))) {
			*out = (enum change_kind)i;
			return true;
		}
	return false;
}

static bool parse_type(struct span word, enum node_type *out)
{
	for (unsigned i = 0; i < NODE_TYPES; i++)
		if (span_is_text(word, node_type_name((enum node_type)i))) {
			*out = (enum node_type)i;
			return true;
		}
	return false;
}

static int give_owned(struct sql_row *row, struct owned *o,
	int (*fn)(void *arg, const struct owned *o, struct err *err), void *arg, struct err *err)
{
	buf_set(&o->path, sql_text(row, 0));
	buf_set(&o->name, sql_text(row, 1));
	if (!parse_kind(sql_text(row, 2), &o->kind) || !parse_type(sql_text(row, 3), &o->type))
		return err_set(err, ERR_BAD_STATE, "state.db: what %s has of %s is not known",
			o->path.s, o->name.s);
	return fn(arg, o, err);
}

static int give_all(struct sql_row *row,
	int (*fn)(void *arg, const struct owned *o, struct err *err), void *arg, struct err *err)
{
	AUTO(owned) o = {.path = BUF_INIT, .name = BUF_INIT};
	int more;

	while ((more = sql_next(row, err)) == 1) {
		if (give_owned(row, &o, fn, arg, err) < 0) {
			more = -1;
			break;
		}
	}
	sql_end(row);
	return more;
}

int owned_each(struct db *db, struct span name,
	int (*fn)(void *arg, const struct owned *o, struct err *err), void *arg, struct err *err)
{
	struct sql_row *row;

	if (!db->sql)
		return 0;
	if (sql_query(db->sql, &row, err,
		    "SELECT path, name, kind, type FROM owned WHERE ?1 = '' OR name = ?1"
		    " ORDER BY path, name",
		    "t", name) < 0)
		return -1;
	return give_all(row, fn, arg, err);
}

static int add_path(void *arg, const struct owned *o, struct err *err)
{
	(void)err;
	texts_add(arg, buf_span(&o->path));
	return 0;
}

int owned_paths(struct db *db, struct span name, struct texts *out, struct err *err)
{
	if (owned_each(db, name, add_path, out, err) < 0)
		return -1;
	texts_sort(out);
	return 0;
}

int owned_at(struct db *db, struct span path,
	int (*fn)(void *arg, const struct owned *o, struct err *err), void *arg, struct err *err)
{
	struct sql_row *row;

	if (!db->sql)
		return 0;
	if (sql_query(db->sql, &row, err,
		    "SELECT path, name, kind, type FROM owned WHERE path = ? ORDER BY name", "t",
		    path) < 0)
		return -1;
	return give_all(row, fn, arg, err);
}

static int add_owner(void *arg, const struct owned *o, struct err *err)
{
	(void)err;
	owners_add(arg, buf_span(&o->path), OWNER_PACKAGE, buf_span(&o->name));
	return 0;
}

int owned_find(struct db *db, const struct texts *paths, struct owners *out, struct err *err)
{
	int result = 0;

	if (!db->sql)
		return 0;
	if (db_begin_reading(db, err) < 0)
		return -1;
	for (size_t i = 0; result == 0 && i < paths->of.n; i++)
		result = owned_at(db, buf_span(&paths->of.v[i]), add_owner, out, err);
	db_abandon(db);
	return result;
}
