/* Tests of store/undo: a package's folder that is kept with the commit which removed it. */
#include "store/undo.h"

#include "scratch.h"

#define HOME "var/lib/fardel/packages/zoom"
#define KEPT "var/lib/fardel/undo/3.0/"

/* A commit that can be taken back, and an installation in each of the two layouts. */
static void begin(struct scratch *s)
{
	const struct changes none = CHANGES_INIT;
	AUTO(undo) u = UNDO_INIT;

	buf_sets(&s->place.puavo, "/srv/puavo");
	put(s, HOME "/1/rules", "x");
	put(s, "srv/puavo/packages/zoom/2/rules", "x");
	assert_int_equal(undo_make(&s->place, 3, 0, &none, &none, &u, &s->err), 0);
}

static void of_both_layouts_is_kept_and_comes_back(void **state)
{
	struct scratch *s = *state;

	begin(s);
	assert_int_equal(undo_retire(&s->place, 3, 0, SPAN("zoom"), &s->err), 1);
	assert_false(is_there(s, HOME));
	assert_false(is_there(s, "srv/puavo/packages/zoom"));
	assert_true(is_there(s, KEPT "packages/1/rules"));
	assert_true(is_there(s, KEPT "puavo/2/rules"));
	/* Again, after a kill. */
	assert_int_equal(undo_retire(&s->place, 3, 0, SPAN("zoom"), &s->err), 1);
	assert_int_equal(undo_restore(&s->place, 3, 0, SPAN("zoom"), &s->err), 1);
	assert_true(is_there(s, HOME "/1/rules"));
	assert_true(is_there(s, "srv/puavo/packages/zoom/2/rules"));
	assert_false(is_there(s, KEPT "packages"));
	assert_false(is_there(s, KEPT "puavo"));
}

static void what_cannot_be_kept_whole_goes(void **state)
{
	struct scratch *s = *state;

	begin(s);
	assert_int_equal(renameat(s->fd, "srv/puavo/packages", s->fd, "srv/puavo/elsewhere"), 0);
	put(s, "srv/puavo/packages", "no folder");
	assert_int_equal(undo_retire(&s->place, 3, 0, SPAN("zoom"), &s->err), -1);
	err_clear(&s->err);
	assert_true(is_there(s, KEPT "packages/1/rules"));
	assert_int_equal(undo_discard(&s->place, 3, 0, &s->err), 0);
	assert_false(is_there(s, KEPT "packages"));
	assert_true(is_there(s, KEPT));
	assert_true(is_there(s, "srv/puavo/elsewhere/zoom/2/rules"));
	/* Of what is not there (any more) nothing is to go. */
	assert_int_equal(undo_discard(&s->place, 3, 0, &s->err), 0);
	assert_int_equal(undo_discard(&s->place, 4, 0, &s->err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(of_both_layouts_is_kept_and_comes_back),
		SCRATCH_TEST(what_cannot_be_kept_whole_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
