/* Tests of store/journal. */
#include "store/journal.h"

#include "scratch.h"

#include <sys/syscall.h>
#include <unistd.h>

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* Stands before libc's: what SQLite syncs is counted. */
static int synced;

int fdatasync(int fd)
{
	synced++;
	return (int)syscall(SYS_fdatasync, fd);
}

static struct db open_db(struct scratch *s)
{
	struct db db;

	if (db_open(&s->place, true, &db, &s->err) < 0)
		fail_msg("%s", s->err.text);
	return db;
}

static void add_step(struct plan_item *item, enum step_kind kind, enum step_target target)
{
	*vec_push(&item->steps) = (struct step){kind, target};
}

/* An upgrade of zoom and a removal of slack. */
static struct plan make_plan(void)
{
	struct plan plan = PLAN_INIT;
	struct plan_item *item = plan_add(&plan, ACTION_UPGRADE);

	buf_sets(&item->to.name, "zoom");
	buf_sets(&item->to.id, ID_B);
	buf_sets(&item->from.name, "zoom");
	buf_sets(&item->from.id, ID_A);
	item->from.row = 1;
	add_step(item, STEP_EXTRACT, TARGET_NEW);
	add_step(item, STEP_UNCONFIGURE, TARGET_OLD);
	add_step(item, STEP_CONFIGURE, TARGET_NEW);
	item = plan_add(&plan, ACTION_REMOVE);
	buf_sets(&item->from.name, "slack");
	buf_sets(&item->from.id, ID_A);
	buf_sets(&item->to.name, "slack");
	item->from.row = 2;
	add_step(item, STEP_PURGE, TARGET_OLD);
	return plan;
}

static int64_t begin(struct scratch *s, struct db *db, struct journal *journal)
{
	struct plan plan = make_plan();

	assert_int_equal(journal_open(db, &plan, "fardel x", 1000, 55, journal, &s->err), 0);
	assert_true(journal->number > 0);
	assert_int_equal(plan.transaction, journal->number);
	plan_drop(&plan);
	return journal->number;
}

/* One that has ended, with steps or without. */
static int64_t begin_and_end(struct scratch *s, struct db *db, bool with_steps)
{
	struct plan plan = with_steps ? make_plan() : PLAN_INIT;
	struct journal journal;
	int64_t number;

	assert_int_equal(journal_open(db, &plan, "fardel x", 0, 5, &journal, &s->err), 0);
	number = journal.number;
	assert_int_equal(journal_end(db, number, "done", 6, &s->err), 0);
	journal_drop(&journal);
	plan_drop(&plan);
	return number;
}

static int64_t count(struct scratch *s, struct db *db, const char *query)
{
	struct sql_row *row;
	int64_t n;

	assert_int_equal(sql_query(db->sql, &row, &s->err, query, ""), 0);
	assert_int_equal(sql_next(row, &s->err), 1);
	n = sql_integer(row, 0);
	sql_end(row);
	return n;
}

static void assert_step(const struct journal_step *step, int64_t item, enum plan_action action,
	enum step_kind kind, const char *name, const char *id, bool old, bool fresh)
{
	assert_true(step->row > 0);
	assert_int_equal(step->item, item);
	assert_int_equal(step->action, action);
	assert_int_equal(step->kind, kind);
	assert_buf(&step->name, name);
	assert_buf(&step->id, id);
	assert_int_equal(step->old, old);
	assert_int_equal(step->fresh, fresh);
}

static void assert_steps(struct journal *j)
{
	assert_int_equal(j->of.n, 4);
	assert_step(&j->of.v[0], 0, ACTION_UPGRADE, STEP_EXTRACT, "zoom", ID_B, false, true);
	assert_step(&j->of.v[1], 0, ACTION_UPGRADE, STEP_UNCONFIGURE, "zoom", ID_A, true, false);
	assert_step(&j->of.v[2], 0, ACTION_UPGRADE, STEP_CONFIGURE, "zoom", ID_B, false, true);
	assert_step(&j->of.v[3], 1, ACTION_REMOVE, STEP_PURGE, "slack", ID_A, true, false);
}

static void what_was_begun_is_found_again(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s);
	struct journal journal, found;
	int64_t number = begin(s, &db, &journal), newest;

	assert_steps(&journal);
	for (size_t i = 0; i < journal.of.n; i++)
		assert_int_equal(journal.of.v[i].status, STATUS_PLANNED);
	assert_int_equal(journal_set(&db, &journal.of.v[0], STATUS_DONE, &s->err), 0);
	assert_int_equal(journal_set(&db, &journal.of.v[1], STATUS_BEGUN, &s->err), 0);
	assert_int_equal(journal_set(&db, &journal.of.v[3], STATUS_FAILED, &s->err), 0);
	assert_int_equal(journal.of.v[1].status, STATUS_BEGUN);
	journal_drop(&journal);
	db_drop(&db);
	db = open_db(s);
	assert_int_equal(journal_load_open(&db, &found, &s->err), 0);
	assert_int_equal(found.number, number);
	assert_buf(&found.command, "fardel x");
	assert_steps(&found);
	assert_int_equal(found.of.v[0].status, STATUS_DONE);
	assert_int_equal(found.of.v[1].status, STATUS_BEGUN);
	assert_int_equal(found.of.v[2].status, STATUS_PLANNED);
	assert_int_equal(found.of.v[3].status, STATUS_FAILED);
	assert_int_equal(journal_newest(&db, &newest, &s->err), 0);
	assert_int_equal(newest, number);
	/* Ended, it is history. */
	assert_int_equal(journal_end(&db, number, "it broke", 77, &s->err), 0);
	journal_drop(&found);
	assert_int_equal(journal_load_open(&db, &found, &s->err), 0);
	assert_int_equal(found.number, 0);
	assert_int_equal(found.of.n, 0);
	assert_int_equal(count(s, &db,
				 "SELECT count(*) FROM txn WHERE ended = 77 AND begun = 55 "
				 "AND user = 1000 AND result = 'it broke'"),
		1);
	journal_drop(&found);
	db_drop(&db);
}

/* It waits for the first switch; what has none must be known before it changes anything. */
static void the_intention_is_on_disk(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s);
	struct plan plan = make_plan();

	for (int goal = GOAL_INSTALL; goal < GOALS; goal++) {
		struct journal journal;
		bool diligent = goal == GOAL_PREPARE || goal == GOAL_DOWNLOAD;
		int before = synced;

		plan.goal = goal;
		assert_int_equal(
			journal_open(&db, &plan, "fardel x", 1000, 55, &journal, &s->err), 0);
		assert_int_equal(synced > before, diligent);
		assert_int_equal(db.pending, !diligent);
		journal_drop(&journal);
	}
	plan_drop(&plan);
	db_drop(&db);
}

static void steps_are_found_by_item_and_kind(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s);
	struct journal journal;

	begin(s, &db, &journal);
	assert_ptr_equal(journal_get(&journal, 0, STEP_UNCONFIGURE), &journal.of.v[1]);
	assert_ptr_equal(journal_get(&journal, 1, STEP_PURGE), &journal.of.v[3]);
	assert_null(journal_get(&journal, 1, STEP_UNCONFIGURE));
	assert_null(journal_get(&journal, 0, STEP_PURGE));
	journal_drop(&journal);
	db_drop(&db);
}

static void it_is_done_with_its_last_step(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s);
	struct journal j;

	begin(s, &db, &j);
	for (size_t i = 0; i < j.of.n; i++) {
		assert_false(journal_is_done(&j));
		assert_int_equal(journal_set(&db, &j.of.v[i], STATUS_DONE, &s->err), 0);
	}
	assert_true(journal_is_done(&j));
	assert_int_equal(journal_set(&db, &j.of.v[0], STATUS_FAILED, &s->err), 0);
	assert_false(journal_is_done(&j));
	journal_drop(&j);
	db_drop(&db);
}

static void a_purge_that_was_begun_ends_with_it(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s);
	struct journal j;

	for (int64_t begun = 0; begun < 2; begun++) {
		begin(s, &db, &j);
		if (begun)
			assert_int_equal(journal_set(&db, &j.of.v[3], STATUS_BEGUN, &s->err), 0);
		assert_int_equal(journal_set(&db, &j.of.v[1], STATUS_BEGUN, &s->err), 0);
		assert_int_equal(journal_end(&db, j.number, "done", 6, &s->err), 0);
		assert_int_equal(
			count(s, &db, "SELECT count(*) FROM step WHERE status = 'done'"), begun);
		journal_drop(&j);
	}
	db_drop(&db);
}

static void what_is_known_is_not_fresh(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s);
	struct plan plan = make_plan();
	struct journal journal;

	plan.of.v[0].to.row = 3;
	assert_int_equal(journal_open(&db, &plan, "x", 0, 1, &journal, &s->err), 0);
	for (size_t i = 0; i < journal.of.n; i++)
		assert_false(journal.of.v[i].fresh);
	journal_drop(&journal);
	plan_drop(&plan);
	db_drop(&db);
}

static void the_oldest_open_one_comes_first(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s);
	struct journal journal;
	int64_t first, newest;

	assert_int_equal(journal_newest(&db, &newest, &s->err), 0);
	assert_int_equal(newest, 0);
	begin_and_end(s, &db, true);
	first = begin(s, &db, &journal);
	journal_drop(&journal);
	newest = begin(s, &db, &journal);
	journal_drop(&journal);
	assert_true(newest > first);
	assert_int_equal(journal_load_open(&db, &journal, &s->err), 0);
	assert_int_equal(journal.number, first);
	assert_int_equal(journal.of.n, 4);
	journal_drop(&journal);
	db_drop(&db);
}

static void the_plan_stands_whole_or_not_at_all(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s);
	struct plan plan = make_plan();
	struct journal journal;

	assert_int_equal(
		sql_run(db.sql, "CREATE UNIQUE INDEX no_purge ON step (txn, name)", &s->err), 0);
	assert_int_equal(journal_open(&db, &plan, "x", 0, 1, &journal, &s->err), -1);
	journal_drop(&journal);
	assert_int_equal(count(s, &db, "SELECT count(*) FROM txn"), 0);
	assert_int_equal(count(s, &db, "SELECT count(*) FROM step"), 0);
	/* And nothing stays begun. */
	assert_int_equal(db_begin(&db, &s->err), 0);
	db_abandon(&db);
	plan_drop(&plan);
	db_drop(&db);
}

/* Written by a newer fardel, or by nobody: it is not guessed at. */
static void unknown_steps_are_refused(void **state)
{
	static const char *const changes[] = {
		"kind = 'melt'", "kind = ''", "status = 'half'", "action = 'conquer'"};
	struct scratch *s = *state;
	struct db db = open_db(s);
	struct journal journal;
	AUTO(buf) text = BUF_INIT;

	begin(s, &db, &journal);
	journal_drop(&journal);
	for (size_t i = 0; i < COUNT(changes); i++) {
		assert_int_equal(db_begin(&db, &s->err), 0);
		buf_setf(&text, "UPDATE step SET %s WHERE row = 3", changes[i]);
		assert_int_equal(sql_run(db.sql, text.s, &s->err), 0);
		assert_int_equal(journal_load_open(&db, &journal, &s->err), -1);
		assert_err(&s->err, ERR_BAD_STATE, "step 3 of the journal is unknown");
		assert_non_null(strstr(err_hint(&s->err), "newer"));
		journal_drop(&journal);
		db_abandon(&db);
	}
	db_drop(&db);
}

static void trimming_keeps_the_newest(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s);
	struct journal journal;
	int64_t first = begin_and_end(s, &db, true), open, newest;

	open = begin(s, &db, &journal);
	journal_drop(&journal);
	begin_and_end(s, &db, true);
	begin_and_end(s, &db, false);
	begin_and_end(s, &db, false);
	newest = begin(s, &db, &journal);
	journal_drop(&journal);
	assert_int_equal(journal_trim(&db, 10, &s->err), 0);
	assert_int_equal(count(s, &db, "SELECT count(*) FROM txn"), 6);
	assert_int_equal(journal_trim(&db, 2, &s->err), 0);
	/* Two that ended, and those that did not. */
	assert_int_equal(count(s, &db, "SELECT count(*) FROM txn WHERE ended IS NOT NULL"), 2);
	assert_int_equal(count(s, &db, "SELECT min(number) FROM txn WHERE ended IS NOT NULL"), 4);
	assert_int_equal(count(s, &db, "SELECT count(*) FROM txn"), 4);
	assert_int_equal(count(s, &db, "SELECT count(*) FROM step"), 8);
	assert_int_equal(count(s, &db, "SELECT min(txn) FROM step"), open);
	assert_int_equal(journal_trim(&db, 0, &s->err), 0);
	assert_int_equal(count(s, &db, "SELECT count(*) FROM txn"), 2);
	assert_int_equal(journal_load_open(&db, &journal, &s->err), 0);
	assert_int_equal(journal.number, open);
	assert_int_equal(journal.of.n, 4);
	journal_drop(&journal);
	/* Numbers are never given twice. */
	assert_int_equal(journal_end(&db, open, "", 1, &s->err), 0);
	assert_int_equal(journal_end(&db, newest, "", 1, &s->err), 0);
	assert_int_equal(journal_trim(&db, 0, &s->err), 0);
	assert_int_equal(count(s, &db, "SELECT count(*) FROM txn"), 0);
	assert_true(begin(s, &db, &journal) > newest && newest > first);
	journal_drop(&journal);
	db_drop(&db);
}

static void readers_have_no_journal_before_the_first_writer(void **state)
{
	struct scratch *s = *state;
	struct journal journal;
	struct db db;
	int64_t newest = 9;

	assert_int_equal(db_open(&s->place, false, &db, &s->err), 0);
	assert_int_equal(journal_load_open(&db, &journal, &s->err), 0);
	assert_int_equal(journal.number, 0);
	assert_int_equal(journal_newest(&db, &newest, &s->err), 0);
	assert_int_equal(newest, 0);
	journal_drop(&journal);
	db_drop(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(what_was_begun_is_found_again),
		SCRATCH_TEST(the_intention_is_on_disk),
		SCRATCH_TEST(steps_are_found_by_item_and_kind),
		SCRATCH_TEST(it_is_done_with_its_last_step),
		SCRATCH_TEST(a_purge_that_was_begun_ends_with_it),
		SCRATCH_TEST(what_is_known_is_not_fresh),
		SCRATCH_TEST(the_oldest_open_one_comes_first),
		SCRATCH_TEST(the_plan_stands_whole_or_not_at_all),
		SCRATCH_TEST(unknown_steps_are_refused),
		SCRATCH_TEST(trimming_keeps_the_newest),
		SCRATCH_TEST(readers_have_no_journal_before_the_first_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
