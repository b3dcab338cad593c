/* What state.db knows of where installations came from. */
#include "store/origins.h"

#define ORIGIN_SCHEMA 4 /* there is no such table before */

int origins_put(struct db *db, const struct origin *o, struct err *err)
{
	return sql_do(db->sql, err,
		"INSERT OR REPLACE INTO origin (name, id, repository, file, offer) VALUES (?, ?, ?, ?, ?)",
		"ttttt", o->name, o->id, o->repository, o->file, o->offer);
}

/* The one column of the one row. */
static int take(struct sql_row *row, struct buf *out, struct err *err)
{
	int found = sql_next(row, err);

	if (found == 1)
		buf_add_span(out, sql_text(row, 0));
	sql_end(row);
	return found;
}

static int ask(struct db *db, const char *text, struct span name, struct span key, struct buf *out,
	struct err *err)
{
	struct sql_row *row;

	if (!db->sql || db->schema < ORIGIN_SCHEMA)
		return 0;
	return sql_query(db->sql, &row, err, text, "tt", name, key) < 0 ? -1 : take(row, out, err);
}

int origins_offer(
	struct db *db, struct span name, struct span id, struct buf *line, struct err *err)
{
	return ask(db, "SELECT offer FROM origin WHERE name = ? AND id = ? AND offer <> ''", name,
		id, line, err);
}

int origins_id(struct db *db, struct span name, struct span file, struct buf *id, struct err *err)
{
	return ask(db, "SELECT id FROM origin WHERE name = ? AND file = ? AND file <> ''", name,
		file, id, err);
}

int origins_file(struct db *db, struct span name, struct span id, struct buf *file, struct err *err)
{
	return ask(db, "SELECT file FROM origin WHERE name = ? AND id = ? AND file <> ''", name, id,
		file, err);
}

int origins_repository(
	struct db *db, struct span name, struct span id, struct buf *out, struct err *err)
{
	return ask(
		db, "SELECT repository FROM origin WHERE name = ? AND id = ?", name, id, out, err);
}

int origins_sweep(struct db *db, struct err *err)
{
	return sql_do(db->sql, err,
		"DELETE FROM origin WHERE NOT EXISTS (SELECT 1 FROM bundle WHERE bundle.name = origin.name"
		" AND bundle.id = origin.id) AND NOT EXISTS (SELECT 1 FROM gone WHERE gone.name = origin.name"
		" AND gone.id = origin.id)",
		"");
}
