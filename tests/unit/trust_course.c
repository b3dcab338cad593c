/* Tests of store/trust: what it takes, what it remembers of that, and where trust begins. */
#include "store/sum.h"
#include "trust.h"

/* --- What is right ---------------------------------------------------------------------------------------- */

static void what_is_right_is_taken_and_remembered(void **state)
{
	struct err err = ERR_INIT;
	struct head_sum sum;
	AUTO(buf) hex = BUF_INIT;
	AUTO(scene) c;

	(void)state;
	scene_init(&c);
	assert_true(c.s.root == 1 && c.s.revision == 10 && c.s.issued == NOW - 2 * DAY);
	write_head(&c);
	assert_int_equal(give_head(&c, &err), 1);
	assert_true(c.s.revision == 11 && c.s.issued == NOW - DAY && c.s.expires == NOW + 29 * DAY);
	assert_int_equal(sum_of_bytes(buf_span(&c.file.text), &sum, &err), 0);
	sum_format(&sum, &hex);
	assert_buf(&c.s.head_sha256, hex.s);
	/* Once more: the same. */
	assert_int_equal(give_head(&c, &err), 0);
}

static void two_of_two_are_enough(void **state)
{
	AUTO(scene) c;

	(void)state;
	scene_init(&c);
	two_must_sign(&c);
	c.head_by = BY(INDEX_A) | BY(STRANGER) | BY(INDEX_B);
	take_head(&c);
	assert_int_equal(c.s.revision, 11);
}

static void keys_are_rotated(void **state)
{
	AUTO(scene) c;

	(void)state;
	scene_init(&c);
	set_role(&c, &c.root.root, BY(ROOT_B), 1);
	c.root_by = BY(ROOT_A) | BY(ROOT_B);
	c.root.expires = c.root.time + 1; /* of one on the way, that does not count */
	take_root(&c);
	c.root.version = 3;
	c.root_by = BY(ROOT_B);
	c.root.expires = NOW + DAY;
	set_role(&c, &c.root.index, BY(INDEX_B), 1);
	take_root(&c);
	c.head.root = 3;
	c.head_by = BY(INDEX_B);
	take_head(&c);
	assert_true(c.s.root == 3 && c.s.revision == 11);
}

static void older_ones_are_taken_where_that_is_allowed(void **state)
{
	struct err err = ERR_INIT;
	AUTO(scene) c;

	(void)state;
	scene_init(&c);
	c.allow_older = true;
	c.head.revision = 9;
	c.head.expires = NOW + DAY;
	write_head(&c);
	assert_int_equal(give_head(&c, &err), 1);
	/* The highest that was seen stays: without being asked again it does not go back. */
	assert_true(c.s.revision == 10 && c.s.expires == NOW + DAY);
	c.allow_older = false;
	assert_int_equal(give_head(&c, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "is older than 10");
}

/* S23: somebody had the key, and published the highest revision that there is. */
static void a_restart_is_the_way_back(void **state)
{
	struct err err = ERR_INIT;
	AUTO(scene) c;

	(void)state;
	scene_init(&c);
	c.head.revision = REVISION_MAX;
	take_head(&c);
	c.head.revision = 12;
	c.root.restart = 12;
	set_role(&c, &c.root.index, BY(INDEX_B), 1);
	c.head.root = 2;
	c.head_by = BY(INDEX_B);
	write_head(&c);
	assert_int_equal(give_head(&c, &err), -1);
	take_root(&c);
	/* Not before it. */
	c.head.revision = 11;
	write_head(&c);
	assert_int_equal(give_head(&c, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "is older than 12");
	c.head.revision = 12;
	take_head(&c);
	c.head.revision = 13;
	take_head(&c);
	/* A root after it, that has it still, does not begin anew. */
	c.root.version = 3;
	take_root(&c);
	assert_int_equal(c.s.revision, 13);
}

/* One who has signed with a wrong clock does not make all that follows expire. */
static void time_from_the_future_is_not_remembered(void **state)
{
	AUTO(scene) c;

	(void)state;
	scene_init(&c);
	c.head.time = NOW + 3000 * (int64_t)DAY;
	c.head.expires = NOW + 3030 * (int64_t)DAY;
	take_head(&c);
	assert_int_equal(c.s.issued, NOW + DAY);
	c.head.revision = 12;
	c.head.time = NOW;
	c.head.expires = NOW + 30 * DAY;
	take_head(&c);
}

static void what_is_in_force_expires(void **state)
{
	struct err err = ERR_INIT;
	AUTO(scene) c;

	(void)state;
	scene_init(&c);
	assert_int_equal(trust_fresh(&c.s, NOW, &err), 0);
	assert_int_equal(trust_fresh(&c.s, 0, &err), 0);
	assert_int_equal(trust_fresh(&c.s, NOW + 28 * DAY, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "repository.json has expired");
	c.s.expires = NOW + 1000 * DAY;
	assert_int_equal(trust_fresh(&c.s, NOW + 365 * DAY, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "the newest root has expired");
	c.s.expires = c.s.issued;
	assert_int_equal(trust_fresh(&c.s, 0, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "repository.json has expired");
}

static void the_first_root_may_be_a_later_one(void **state)
{
	AUTO(scene) c;

	(void)state;
	scene_init(&c);
	none_trusted_yet(&c);
	c.root.version = 7;
	take_root(&c);
	assert_int_equal(c.s.root, 7);
}

static void damaged_state_is_told(void **state)
{
	struct err err = ERR_INIT;
	AUTO(scene) c;

	(void)state;
	scene_init(&c);
	buf_sets(&c.s.root_text, "{}");
	write_head(&c);
	assert_int_equal(give_head(&c, &err), -1);
	assert_err(&err, ERR_BAD_STATE, "state.db: the root of main");
	c.s.root = 0;
	assert_int_equal(give_head(&c, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "no root to trust");
}

/* A publisher's clock that was put right does not take ours back. */
static void what_is_known_of_the_time_does_not_go_back(void **state)
{
	AUTO(scene) c;

	(void)state;
	scene_init(&c);
	c.head.time = NOW - 50 * DAY;
	take_head(&c);
	assert_int_equal(c.s.issued, NOW - 2 * DAY);
}

/* --- Anchors -------------------------------------------------------------------------------------------- */

static int anchor(struct scene *c, unsigned who, struct err *err)
{
	struct texts keys = {0};
	int status;

	for (unsigned i = 0; i < PEOPLE; i++) {
		AUTO(buf) line = BUF_INIT;

		line_of(c, (enum who)i, &line);
		buf_addc(&line, '\n');
		if (who & BY(i))
			texts_add(&keys, buf_span(&line));
	}
	status = trust_anchor(&c->s, &keys, err);
	texts_drop(&keys);
	return status;
}

static void trust_begins_anew_where_a_key_is_gone(void **state)
{
	struct err err = ERR_INIT;
	AUTO(scene) c;

	(void)state;
	scene_init(&c);
	assert_int_equal(anchor(&c, BY(ROOT_A), &err), 0);
	assert_int_equal(anchor(&c, BY(ROOT_A) | BY(ROOT_B), &err), 0);
	assert_true(c.s.root == 1 && c.s.revision == 10);
	assert_int_equal(anchor(&c, BY(ROOT_B), &err), 1);
	assert_true(c.s.root == 0 && c.s.root_text.n == 0 && c.s.revision == 10 && c.s.issued);
	assert_int_equal(anchor(&c, BY(ROOT_C), &err), 1);
	assert_true(c.s.revision == 0 && c.s.head_sha256.n == 0 && c.s.issued == 0);
	assert_int_equal(anchor(&c, 0, &err), -1);
	assert_err(&err, ERR_CONFIG, "no key to trust");
}

static void what_is_no_key_anchors_nothing(void **state)
{
	struct err err = ERR_INIT;
	struct texts keys = {0};
	AUTO(scene) c;

	(void)state;
	scene_init(&c);
	texts_add(&keys, SPAN("RWQ"));
	assert_int_equal(trust_anchor(&c.s, &keys, &err), -1);
	assert_err(&err, ERR_CONFIG, "a key that is none");
	assert_int_equal(c.s.root, 1);
	texts_drop(&keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_right_is_taken_and_remembered),
		cmocka_unit_test(two_of_two_are_enough),
		cmocka_unit_test(keys_are_rotated),
		cmocka_unit_test(older_ones_are_taken_where_that_is_allowed),
		cmocka_unit_test(a_restart_is_the_way_back),
		cmocka_unit_test(time_from_the_future_is_not_remembered),
		cmocka_unit_test(what_is_known_of_the_time_does_not_go_back),
		cmocka_unit_test(what_is_in_force_expires),
		cmocka_unit_test(the_first_root_may_be_a_later_one),
		cmocka_unit_test(damaged_state_is_told),
		cmocka_unit_test(trust_begins_anew_where_a_key_is_gone),
		cmocka_unit_test(what_is_no_key_anchors_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
