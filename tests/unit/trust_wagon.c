/* Tests of store/trust for wagons of luet's. */
#include "store/trust.h"

#include "unit.h"

#define DAY 86400
#define NOW 4000000000 /* after fardel was built */

static void set(struct wagon *w, int64_t revision, int64_t date, unsigned char sum)
{
	wagon_init(w);
	w->revision = revision;
	w->last_update = date;
	buf_sets(&w->tree.name, "tree.tar.zst");
	w->tree.has_sum = true;
	w->tree.sha256 = (struct digest){.kind = DIGEST_SHA256, .bytes = {sum}};
}

static struct trust_back back; /* of the last one */

static int give(struct repo_state *s, int64_t revision, int64_t date, unsigned char sum,
	bool allow_older, struct err *err)
{
	AUTO(wagon) w;

	set(&w, revision, date, sum);
	err_clear(err);
	back = (struct trust_back){0};
	return trust_wagon(s,
		&(struct trust_wagon){.wagon = &w,
			.text = SPAN("revision: x\n\nlast: y\n"),
			.sum = SPAN("0123"),
			.clock = NOW,
			.allow_older = allow_older},
		&back, err);
}

static void newer_ones_count(void **state)
{
	AUTO(repo_state) s;
	struct err err = ERR_INIT;

	(void)state;
	repo_state_init(&s);
	assert_int_equal(give(&s, 9, 1000, 1, false, &err), 1);
	assert_int_equal(s.revision, 9);
	assert_int_equal(s.issued, 1000);
	assert_buf(&s.head_sha256, "0123");
	assert_span(trust_wagon_text(&s), "revision: x\n\nlast: y\n");
	/* The same again, with another description. */
	assert_int_equal(give(&s, 9, 1000, 1, false, &err), 0);
	/* Made anew under the same number, later. */
	assert_int_equal(give(&s, 9, 1001, 2, false, &err), 1);
	assert_int_equal(give(&s, 10, 1001, 2, false, &err), 0);
	/* By a machine whose clock is wrong: the revision counts first. */
	assert_int_equal(give(&s, 11, 900, 3, false, &err), 1);
	assert_int_equal(s.issued, 900);
}

static void older_ones_do_not(void **state)
{
	static const struct {
		int64_t revision, date;
		unsigned char sum;
		const char *part;
	} rows[] = {
		{3, 500, 2, "older than revision 9"},
		{8, 5000, 2, "older than revision 9"},
		{8, 5000, 1, "older than revision 9"},
		{9, 999, 2, "older than revision 9"},
		{9, 999, 1, "older than revision 9"},
		{9, 1000, 2, "other documents"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(repo_state) s;
		struct err err = ERR_INIT;

		repo_state_init(&s);
		assert_int_equal(give(&s, 9, 1000, 1, false, &err), 1);
		assert_int_equal(
			give(&s, rows[i].revision, rows[i].date, rows[i].sum, false, &err), -1);
		assert_err(&err, ERR_CHECKSUM, rows[i].part);
		assert_true(strstr(err.next, "--allow-older") != NULL);
		assert_int_equal(s.revision, 9);
		assert_int_equal(s.issued, 1000);
		/* Where the admin says so, it counts from there. */
		assert_true(give(&s, rows[i].revision, rows[i].date, rows[i].sum, true, &err) >= 0);
		assert_true(back.goes);
		assert_int_equal(back.seen, 9);
		assert_int_equal(s.revision, rows[i].revision);
		assert_int_equal(s.issued, rows[i].date);
	}
}

/* A mistake of who publishes, or a lie: no revision can follow. --allow-older begins anew, and so does who numbers anew: a week later by its own time. */
static void far_ahead(void **state)
{
	AUTO(repo_state) s;
	struct err err = ERR_INIT;

	(void)state;
	repo_state_init(&s);
	assert_int_equal(give(&s, REVISION_MAX, 1000, 1, false, &err), 1);
	assert_int_equal(give(&s, 10, 2000, 2, false, &err), -1);
	assert_int_equal(give(&s, 10, 2000, 2, true, &err), 1);
	assert_true(back.goes);
	assert_int_equal(give(&s, 11, 2001, 3, false, &err), 1);
	assert_false(back.goes);
	assert_int_equal(give(&s, REVISION_MAX, NOW, 1, false, &err), 1);
	assert_int_equal(give(&s, 12, NOW + DAY - 1, 2, false, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "older than revision");
	assert_int_equal(give(&s, REVISION_MAX, 3000, 1, true, &err), 0);
	assert_int_equal(give(&s, 12, 3000 + 7 * DAY, 2, false, &err), -1);
	assert_int_equal(give(&s, 12, 3000 + 7 * DAY + 1, 2, false, &err), 1);
	assert_int_equal(s.revision, 12);
}

/* What is yet to come would keep all that really comes away. */
static void the_future_is_refused(void **state)
{
	AUTO(repo_state) s;
	struct err err = ERR_INIT;

	(void)state;
	repo_state_init(&s);
	/* Also where it is the first, and whatever is allowed. */
	assert_int_equal(give(&s, 9, NOW + DAY + 1, 1, true, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "yet to come");
	assert_true(strstr(err.next, "date") != NULL);
	assert_int_equal(s.head_sha256.n, 0);
	assert_int_equal(give(&s, 9, REVISION_MAX, 1, false, &err), -1);
	assert_int_equal(give(&s, 9, NOW + DAY, 1, false, &err), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newer_ones_count),
		cmocka_unit_test(older_ones_do_not),
		cmocka_unit_test(far_ahead),
		cmocka_unit_test(the_future_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
