/* The journal: what a transaction is about to do, written before it is done. */
#include "store/journal.h"

#include <string.h>

static const char *const status_names[STATUSES] = {"planned", "begun", "done", "failed"};

static void step_drop(struct journal_step *s)
{
	buf_drop(&s->name);
	buf_drop(&s->id);
}

void journal_drop(struct journal *j)
{
	vec_drop_each(&j->of, step_drop);
	buf_drop(&j->command);
	buf_drop(&j->result);
	j->number = 0;
}

static int insert(struct db *db, int64_t number, struct journal_step *s, struct err *err)
{
	if (sql_do(db->sql, err,
		    "INSERT INTO step (txn, item, action, kind, name, id, old, fresh, status)"
		    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		    "iittttiit", number, s->item, span_of(plan_action_name(s->action)),
		    span_of(step_rows[s->kind].name), buf_span(&s->name), buf_span(&s->id),
		    (int64_t)s->old, (int64_t)s->fresh, span_of(status_names[s->status])) < 0)
		return -1;
	s->row = sql_last_row(db->sql);
	return 0;
}

static void add_item(struct journal *j, const struct plan_item *item, size_t index)
{
	for (size_t i = 0; i < item->steps.n; i++) {
		const struct step *step = &item->steps.v[i];
		const struct bundle *b = step->target == TARGET_OLD ? &item->from : &item->to;
		struct journal_step *s = vec_push(&j->of);

		*s = (struct journal_step){
			.item = (int64_t)index,
			.action = item->action,
			.kind = step->kind,
			.name = buf_dup(&b->name),
			.id = buf_dup(&b->id),
			.old = step->target == TARGET_OLD,
			.fresh = step->target == TARGET_NEW && !b->row &&
				 item->action != ACTION_UNDO,
		};
	}
}

static bool has_switch(enum goal goal)
{
	return goal != GOAL_PREPARE && goal != GOAL_DOWNLOAD;
}

int journal_open(struct db *db, struct plan *plan, const char *command, int64_t user, int64_t now,
	struct journal *out, struct err *err)
{
	*out = JOURNAL_INIT;
	buf_sets(&out->command, command);
	for (size_t i = 0; i < plan->of.n; i++)
		add_item(out, &plan->of.v[i], i);
	if ((has_switch(plan->goal) ? db_begin_lazily(db, err) : db_begin(db, err)) < 0)
		return -1;
	if (sql_do(db->sql, err, "INSERT INTO txn (command, user, begun) VALUES (?, ?, ?)", "tii",
		    span_of(command), user, now) < 0) {
		db_abandon(db);
		return -1;
	}
	out->number = sql_last_row(db->sql);
	for (size_t i = 0; i < out->of.n; i++) {
		if (insert(db, out->number, &out->of.v[i], err) < 0) {
			db_abandon(db);
			return -1;
		}
	}
	plan->transaction = out->number;
	return db_commit(db, err);
}

int journal_note(struct db *db, const char *command, int64_t user, int64_t now, const char *result,
	int64_t *number, struct err *err)
{
	if (sql_do(db->sql, err,
		    "INSERT INTO txn (command, user, begun, ended, result) VALUES (?, ?, ?, ?, ?)",
		    "tiiit", span_of(command), user, now, now, span_of(result)) < 0)
		return -1;
	*number = sql_last_row(db->sql);
	return 0;
}

int journal_add_purge(struct db *db, struct journal *j, const struct bundle *b, struct err *err)
{
	struct journal_step *s;
	int64_t item = j->of.n ? j->of.v[j->of.n - 1].item + 1 : 0;

	s = vec_push(&j->of);
	*s = (struct journal_step){
		.item = item,
		.action = ACTION_NOTHING,
		.kind = STEP_PURGE,
		.name = buf_dup(&b->name),
		.id = buf_dup(&b->id),
		.old = true,
		.status = STATUS_BEGUN,
	};
	return insert(db, j->number, s, err);
}

struct journal_step *journal_get(struct journal *j, size_t item, enum step_kind kind)
{
	VEC_FOR (struct journal_step, s, &j->of)
		if (s->item == (int64_t)item && s->kind == kind)
			return s;
	return NULL;
}

bool journal_is_done(const struct journal *j)
{
	for (size_t i = 0; i < j->of.n; i++)
		if (j->of.v[i].status != STATUS_DONE)
			return false;
	return true;
}

int journal_set(struct db *db, struct journal_step *step, enum step_status status, struct err *err)
{
	step->status = status;
	return sql_do(db->sql, err, "UPDATE step SET status = ? WHERE row = ?", "ti",
		span_of(status_names[status]), step->row);
}

/* What only goes forward is at its end with the transaction. */
static int end_purges(struct db *db, int64_t number, struct err *err)
{
	return sql_do(db->sql, err,
		"UPDATE step SET status = ? WHERE txn = ? AND kind = ? AND status = ?", "titt",
		span_of(status_names[STATUS_DONE]), number, span_of(step_rows[STEP_PURGE].name),
		span_of(status_names[STATUS_BEGUN]));
}

int journal_end(struct db *db, int64_t number, const char *result, int64_t now, struct err *err)
{
	if (end_purges(db, number, err) < 0)
		return -1;
	return sql_do(db->sql, err, "UPDATE txn SET ended = ?, result = ? WHERE number = ?", "iti",
		now, span_of(result), number);
}

/* The word's index in a table of words; -1 if it is not there. */
static int index_of(struct span word, const char *(*name)(int), int count)
{
	for (int i = 0; i < count; i++)
		if (span_is_text(word, name(i)))
			return i;
	return -1;
}

static const char *action_name(int i)
{
	return plan_action_name((enum plan_action)i);
}

const char *journal_status_name(enum step_status status)
{
	return status_names[status];
}

static const char *status_name(int i)
{
	return status_names[i];
}

static int read_step(struct sql_row *row, struct journal_step *s, struct err *err)
{
	int action = index_of(sql_text(row, 2), action_name, ACTIONS);
	int status = index_of(sql_text(row, 8), status_name, STATUSES);

	if (action < 0 || status < 0 || !step_parse(sql_text(row, 3), &s->kind)) {
		err_set(err, ERR_BAD_STATE,
			"state.db: step %lld of the journal is unknown to this fardel",
			(long long)sql_integer(row, 0));
		return err_next(err, "use the fardel that wrote it, or a newer one");
	}
	s->row = sql_integer(row, 0);
	s->item = sql_integer(row, 1);
	s->action = (enum plan_action)action;
	s->status = (enum step_status)status;
	s->name = BUF_INIT;
	s->id = BUF_INIT;
	buf_set(&s->name, sql_text(row, 4));
	buf_set(&s->id, sql_text(row, 5));
	s->old = sql_integer(row, 6) != 0;
	s->fresh = sql_integer(row, 7) != 0;
	return db_check_names(&s->name, &s->id, err);
}

static int load_steps(struct db *db, struct journal *j, struct err *err)
{
	struct sql_row *row;
	int more;

	if (sql_query(db->sql, &row, err,
		    "SELECT row, item, action, kind, name, id, old, fresh, status FROM step"
		    " WHERE txn = ? ORDER BY row",
		    "i", j->number) < 0)
		return -1;
	while ((more = sql_next(row, err)) == 1) {
		struct journal_step *s = vec_push(&j->of);

		*s = (struct journal_step){.name = BUF_INIT, .id = BUF_INIT};
		if (read_step(row, s, err) < 0) {
			more = -1;
			break;
		}
	}
	sql_end(row);
	return more;
}

#define TXN "number, command, user, begun, ended, result"

static void read_txn(struct sql_row *row, struct journal *out)
{
	out->number = sql_integer(row, 0);
	buf_set(&out->command, sql_text(row, 1));
	out->user = sql_integer(row, 2);
	out->begun = sql_integer(row, 3);
	out->ended = sql_integer(row, 4);
	buf_set(&out->result, sql_text(row, 5));
}

int journal_load_open(struct db *db, struct journal *out, struct err *err)
{
	struct sql_row *row;
	int there;

	*out = JOURNAL_INIT;
	if (!db->sql)
		return 0;
	if (sql_query(db->sql, &row, err,
		    "SELECT " TXN " FROM txn WHERE ended IS NULL ORDER BY number LIMIT 1", "") < 0)
		return -1;
	there = sql_next(row, err);
	if (there == 1)
		read_txn(row, out);
	sql_end(row);
	if (there <= 0)
		return there;
	return load_steps(db, out, err);
}

static int give(struct db *db, struct sql_row *row,
	int (*fn)(void *arg, const struct journal *j, struct err *err), void *arg, struct err *err)
{
	AUTO(journal) j = JOURNAL_INIT;

	read_txn(row, &j);
	return load_steps(db, &j, err) < 0 ? -1 : fn(arg, &j, err);
}

int journal_each(struct db *db, int64_t number,
	int (*fn)(void *arg, const struct journal *j, struct err *err), void *arg, struct err *err)
{
	struct sql_row *row;
	int more;

	if (!db->sql)
		return 0;
	if (sql_query(db->sql, &row, err,
		    "SELECT " TXN " FROM txn WHERE ?1 = 0 OR number = ?1 ORDER BY number DESC", "i",
		    number) < 0)
		return -1;
	while ((more = sql_next(row, err)) == 1) {
		if (give(db, row, fn, arg, err) < 0) {
			more = -1;
			break;
		}
	}
	sql_end(row);
	return more;
}

int journal_newest(struct db *db, int64_t *number, struct err *err)
{
	struct sql_row *row;
	int there;

	*number = 0;
	if (!db->sql)
		return 0;
	if (sql_query(db->sql, &row, err, "SELECT max(number) FROM txn", "") < 0)
		return -1;
	there = sql_next(row, err);
	if (there == 1)
		*number = sql_integer(row, 0);
	sql_end(row);
	return there < 0 ? -1 : 0;
}

int journal_trim(struct db *db, int64_t keep, struct err *err)
{
	if (sql_do(db->sql, err,
		    "DELETE FROM step WHERE txn IN (SELECT number FROM txn WHERE ended IS NOT NULL"
		    " ORDER BY number DESC LIMIT -1 OFFSET ?)",
		    "i", keep) < 0)
		return -1;
	return sql_do(db->sql, err,
		"DELETE FROM txn WHERE ended IS NOT NULL AND number NOT IN"
		" (SELECT number FROM txn WHERE ended IS NOT NULL ORDER BY number DESC LIMIT ?)",
		"i", keep);
}
