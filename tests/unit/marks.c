/* Tests of store/marks and store/repos. */
#include "scratch.h"

#include "store/marks.h"
#include "store/repos.h"

static struct db open_db(struct scratch *s)
{
	struct db db;

	if (db_open(&s->place, true, &db, &s->err) < 0)
		fail_msg("%s", s->err.text);
	return db;
}

static void hold(struct db *db, const char *name, int64_t until, struct err *err)
{
	struct mark_hold h = {.name = buf_of(name),
		.since = 100,
		.until = until,
		.reason = buf_of("the vendor's bug"),
		.user = 7};

	assert_int_equal(mark_hold(db, &h, err), 0);
	buf_drop(&h.name);
	buf_drop(&h.reason);
}

static void holds_end_when_they_are_to(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s);
	AUTO(mark_holds) all = {0};

	hold(&db, "zoom", 0, &s->err);
	hold(&db, "slack", 1000, &s->err);
	assert_int_equal(mark_is_held(&db, SPAN("zoom"), 5000, &s->err), 1);
	assert_int_equal(mark_is_held(&db, SPAN("slack"), 999, &s->err), 1);
	assert_int_equal(mark_is_held(&db, SPAN("slack"), 1000, &s->err), 0);
	assert_int_equal(mark_is_held(&db, SPAN("chrome"), 5, &s->err), 0);
	assert_int_equal(mark_holds(&db, 999, &all, &s->err), 0);
	assert_int_equal(all.of.n, 2);
	assert_buf(&all.of.v[0].name, "slack");
	assert_buf(&all.of.v[0].reason, "the vendor's bug");
	assert_int_equal(all.of.v[0].since, 100);
	assert_int_equal(all.of.v[0].user, 7);
	assert_int_equal(mark_unhold(&db, SPAN("zoom"), &s->err), 1);
	assert_int_equal(mark_unhold(&db, SPAN("zoom"), &s->err), 0);
	assert_int_equal(mark_is_held(&db, SPAN("zoom"), 5, &s->err), 0);
	db_drop(&db);
}

static void who_came_for_others_is_marked(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s);

	assert_int_equal(mark_is_automatic(&db, SPAN("runtime"), &s->err), 0);
	assert_int_equal(mark_automatic(&db, SPAN("runtime"), true, &s->err), 0);
	assert_int_equal(mark_automatic(&db, SPAN("runtime"), true, &s->err), 0);
	assert_int_equal(mark_is_automatic(&db, SPAN("runtime"), &s->err), 1);
	assert_int_equal(mark_automatic(&db, SPAN("runtime"), false, &s->err), 0);
	assert_int_equal(mark_is_automatic(&db, SPAN("runtime"), &s->err), 0);
	db_drop(&db);
}

static void repositories_are_remembered(void **state)
{
	struct scratch *s = *state;
	struct db db = open_db(s);
	AUTO(repo_state) in;
	AUTO(repo_state) out;

	repo_state_init(&in);
	repo_state_init(&out);
	assert_int_equal(repos_get(&db, SPAN("main"), &out, &s->err), 0);
	buf_sets(&in.name, "main");
	buf_sets(&in.anchor, "RWa\nRWb");
	in.root = 2;
	buf_sets(&in.root_text, "{\"root\"}");
	in.revision = 1207;
	buf_sets(&in.head_sha256, "ab");
	in.issued = 11;
	in.expires = 12;
	in.synced = 13;
	buf_sets(&in.etag, "\"e\"");
	buf_sets(&in.url, "https://h/");
	buf_sets(&in.file, "1207.db");
	in.in_force = 1206;
	assert_int_equal(repos_put(&db, &in, &s->err), 0);
	assert_int_equal(repos_get(&db, SPAN("main"), &out, &s->err), 1);
	assert_buf(&out.name, "main");
	assert_buf(&out.anchor, "RWa\nRWb");
	assert_int_equal(out.root, 2);
	assert_buf(&out.root_text, "{\"root\"}");
	assert_int_equal(out.revision, 1207);
	assert_buf(&out.head_sha256, "ab");
	assert_int_equal(out.issued, 11);
	assert_int_equal(out.expires, 12);
	assert_int_equal(out.synced, 13);
	assert_buf(&out.etag, "\"e\"");
	assert_buf(&out.url, "https://h/");
	assert_buf(&out.file, "1207.db");
	assert_int_equal(out.in_force, 1206);
	in.revision = 1208;
	assert_int_equal(repos_put(&db, &in, &s->err), 0);
	assert_int_equal(repos_get(&db, SPAN("main"), &out, &s->err), 1);
	assert_int_equal(out.revision, 1208);
	buf_sets(&in.file, "../1207.db");
	assert_int_equal(repos_put(&db, &in, &s->err), 0);
	assert_int_equal(repos_get(&db, SPAN("main"), &out, &s->err), -1);
	assert_int_equal(s->err.code, ERR_BAD_STATE);
	err_clear(&s->err);
	assert_int_equal(repos_delete(&db, SPAN("main"), &s->err), 0);
	assert_int_equal(repos_get(&db, SPAN("main"), &out, &s->err), 0);
	db_drop(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(holds_end_when_they_are_to),
		SCRATCH_TEST(who_came_for_others_is_marked),
		SCRATCH_TEST(repositories_are_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
