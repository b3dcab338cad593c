/* What was said of packages by name. */
#include "store/marks.h"

static void hold_drop(struct mark_hold *h)
{
	buf_drop(&h->name);
	buf_drop(&h->reason);
}

void mark_holds_drop(struct mark_holds *h)
{
	vec_drop_each(&h->of, hold_drop);
}

int mark_holds(struct db *db, int64_t now, struct mark_holds *out, struct err *err)
{
	struct sql_row *row;
	int more;

	if (!db->sql)
		return 0;
	if (sql_query(db->sql, &row, err,
		    "SELECT name, since, until, reason, user FROM hold"
		    " WHERE until = 0 OR until > ? ORDER BY name",
		    "i", now) < 0)
		return -1;
	while ((more = sql_next(row, err)) > 0) {
		struct mark_hold *h = vec_push(&out->of);

		*h = (struct mark_hold){.name = BUF_INIT,
			.since = sql_integer(row, 1),
			.until = sql_integer(row, 2),
			.reason = BUF_INIT,
			.user = sql_integer(row, 4)};
		buf_add_span(&h->name, sql_text(row, 0));
		buf_add_span(&h->reason, sql_text(row, 3));
	}
	sql_end(row);
	return more;
}

/* Whether the question has an answer. */
static int has(struct sql_row *row, struct err *err)
{
	int found = sql_next(row, err);

	sql_end(row);
	return found;
}

int mark_is_held(struct db *db, struct span name, int64_t now, struct err *err)
{
	struct sql_row *row;

	if (!db->sql)
		return 0;
	return sql_query(db->sql, &row, err,
		       "SELECT 1 FROM hold WHERE name = ? AND (until = 0 OR until > ?)", "ti", name,
		       now) < 0
		       ? -1
		       : has(row, err);
}

int mark_hold(struct db *db, const struct mark_hold *h, struct err *err)
{
	return sql_do(db->sql, err,
		"INSERT OR REPLACE INTO hold (name, since, until, reason, user) VALUES (?, ?, ?, ?, ?)",
		"tiiti", buf_span(&h->name), h->since, h->until, buf_span(&h->reason), h->user);
}

int mark_unhold(struct db *db, struct span name, struct err *err)
{
	int held = mark_is_held(db, name, 0, err);

	if (held <= 0)
		return held;
	return sql_do(db->sql, err, "DELETE FROM hold WHERE name = ?", "t", name) < 0 ? -1 : 1;
}

int mark_is_automatic(struct db *db, struct span name, struct err *err)
{
	struct sql_row *row;

	if (!db->sql)
		return 0;
	return sql_query(db->sql, &row, err, "SELECT 1 FROM automatic WHERE name = ?", "t", name) <
			       0
		       ? -1
		       : has(row, err);
}

int mark_automatic(struct db *db, struct span name, bool automatic, struct err *err)
{
	int now = mark_is_automatic(db, name, err);

	if (now < 0 || now == automatic)
		return now < 0 ? -1 : 0;
	return sql_do(db->sql, err,
		automatic ? "INSERT INTO automatic (name) VALUES (?)"
			  : "DELETE FROM automatic WHERE name = ?",
		"t", name);
}
