/* Tests of store/offered: what repo build knows of a folder, and forgets. */
#include "store/offered.h"

#include "offers.h"
#include "scratch.h"
#include "unit.h"

static void open_it(const struct scratch *s, struct offered *out)
{
	AUTO(buf) path = buf_of(s->path);
	struct err err = ERR_INIT;

	buf_add_path(&path, ".build.db");
	if (offered_open(s->fd, path.s, out, &err) < 0)
		fail_msg("%s", err.text);
}

static void offer_it(struct offered *o, const char *name, const char *version, const char *summary,
	const char *stamp)
{
	AUTO(offer) offer;
	struct err err = ERR_INIT;

	offers_make(&offer, name, version, summary);
	if (offered_put(o, &offer, span_of(stamp), &err) < 0)
		fail_msg("%s", err.text);
}

static int take_path(void *arg, struct span path, struct span stamp, struct err *err)
{
	(void)err;
	buf_addf(arg, "%.*s %.*s\n", SPAN_ARG(path), SPAN_ARG(stamp));
	return 0;
}

static void check_known(struct offered *o, const char *wanted)
{
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(offered_each(o, take_path, &out, &err), 0);
	assert_buf(&out, wanted);
}

static void check_changed(struct offered *o, size_t count)
{
	AUTO(offered_leaves) changed = {0};
	struct err err = ERR_INIT;

	assert_int_equal(offered_changed(o, &changed, &err), 0);
	assert_int_equal(changed.of.n, count);
}

static void what_was_put_is_known_the_next_time(void **state)
{
	struct offered o = OFFERED_INIT;
	struct err err = ERR_INIT;
	int64_t count;

	open_it(*state, &o);
	assert_int_equal(offered_begin(&o, &err), 0);
	offer_it(&o, "zoom", "2", "x", "s1");
	offer_it(&o, "zoom", "1", "x", "s2");
	offer_it(&o, "a", "1", "x", "s3");
	offer_it(&o, "a", "1", "x", "s4");
	assert_int_equal(offered_commit(&o, &err), 0);
	offered_drop(&o);
	open_it(*state, &o);
	check_known(&o, "a/a-1.tar.gz s4\nzoom/zoom-1.tar.gz s2\nzoom/zoom-2.tar.gz s1\n");
	assert_int_equal(offered_forget(&o, SPAN("zoom/zoom-1.tar.gz"), &err), 0);
	assert_int_equal(offered_forget(&o, SPAN("nothing"), &err), 0);
	assert_int_equal(offered_count(&o, &count, &err), 0);
	assert_int_equal(count, 2);
	offered_drop(&o);
}

static void leaves_have_what_belongs_into_them_sorted(void **state)
{
	AUTO(offered) o = OFFERED_INIT;
	struct err err = ERR_INIT;
	unsigned total = 0;

	open_it(*state, &o);
	offer_it(&o, "zoom", "10", "x", "");
	offer_it(&o, "zoom", "9", "x", "");
	for (int i = 0; i < 50; i++) {
		AUTO(buf) name = BUF_INIT;

		buf_addf(&name, "p%d", i);
		offer_it(&o, name.s, "1", "x", "");
	}
	assert_int_equal(offered_set_bits(&o, 3, &err), 0);
	check_changed(&o, 8);
	for (unsigned i = 0; i < 8; i++) {
		AUTO(offers) leaf = {0};

		assert_int_equal(offered_leaf(&o, i, &leaf, &err), 0);
		total += (unsigned)leaf.of.n;
		for (size_t k = 0; k < leaf.of.n; k++) {
			assert_int_equal(leaf_of(3, buf_span(&leaf.of.v[k].name)), i);
			assert_true(!k || offer_compare(&leaf.of.v[k - 1], &leaf.of.v[k]) < 0);
		}
	}
	assert_int_equal(total, 52);
}

static void only_what_says_another_thing_is_made_anew(void **state)
{
	AUTO(offered) o = OFFERED_INIT;
	struct err err = ERR_INIT;

	open_it(*state, &o);
	offer_it(&o, "zoom", "1", "x", "s1");
	assert_int_equal(offered_set_bits(&o, 16, &err), 0);
	check_changed(&o, 1);
	assert_int_equal(offered_settle(&o, &err), 0);
	check_changed(&o, 0);
	offer_it(&o, "zoom", "1", "x", "s2");
	check_changed(&o, 0);
	offer_it(&o, "zoom", "1", "y", "s2");
	check_changed(&o, 1);
	assert_int_equal(offered_settle(&o, &err), 0);
	assert_int_equal(offered_forget(&o, SPAN("zoom/zoom-1.tar.gz"), &err), 0);
	check_changed(&o, 1);
	assert_int_equal(offered_settle(&o, &err), 0);
	assert_int_equal(offered_touch(&o, 77, &err), 0);
	check_changed(&o, 1);
}

static void leaves_that_were_made_have_the_revision_of_their_change(void **state)
{
	struct head_sum one = {{1}}, other = {{2}}, sums[4];
	AUTO(offered) o = OFFERED_INIT;
	struct err err = ERR_INIT;
	int64_t since = 5;

	open_it(*state, &o);
	assert_int_equal(offered_set_bits(&o, 2, &err), 0);
	assert_int_equal(offered_made(&o, 0, &one, 5, &err), 0);
	assert_int_equal(offered_made(&o, 1, &one, 5, &err), 0);
	assert_int_equal(offered_made(&o, 0, &one, 6, &err), 0);
	assert_int_equal(offered_made(&o, 1, &other, 6, &err), 0);
	assert_int_equal(offered_sums(&o, sums, &since, &err), 0);
	assert_int_equal(since, 1);
	assert_int_equal(sums[0].bytes[0], 1);
	assert_int_equal(sums[1].bytes[0], 2);
	assert_int_equal(sums[2].bytes[0], 0);
	assert_int_equal(offered_set_bits(&o, 1, &err), 0);
	since = 0;
	assert_int_equal(offered_sums(&o, sums, &since, &err), 0);
	assert_int_equal(since, 0);
	assert_int_equal(sums[0].bytes[0], 0);
}

static void files_are_gone_since_they_were_noted(void **state)
{
	AUTO(offered) o = OFFERED_INIT;
	struct err err = ERR_INIT;
	int64_t since;

	open_it(*state, &o);
	assert_int_equal(offered_gone(&o, SPAN("x"), 100, &since, &err), 0);
	assert_int_equal(since, 100);
	assert_int_equal(offered_gone(&o, SPAN("x"), 200, &since, &err), 0);
	assert_int_equal(since, 100);
	assert_int_equal(offered_not_gone(&o, SPAN("x"), &err), 0);
	assert_int_equal(offered_gone(&o, SPAN("x"), 300, &since, &err), 0);
	assert_int_equal(since, 300);
}

/* It is a cache: then all is read again. What others can change is none. */
static void what_is_damaged_is_begun_anew(void **state)
{
	const struct span contents[] = {SPAN(""), SPAN("no database\n"),
		SPAN("SQLite format 3\0 and more that is none, for long enough to be believed")};
	struct scratch *s = *state;
	AUTO(offered) o = OFFERED_INIT;
	AUTO(buf) path = buf_of(s->path);
	struct err err = ERR_INIT;

	for (size_t i = 0; i < COUNT(contents); i++) {
		assert_int_equal(file_remove(s->fd, ".build.db-wal", &err), 0);
		assert_int_equal(file_replace(s->fd, ".build.db", 0644, contents[i], &err), 0);
		open_it(s, &o);
		check_known(&o, "");
		offer_it(&o, "zoom", "1", "x", "s1");
		offered_drop(&o);
		open_it(s, &o);
		check_known(&o, "zoom/zoom-1.tar.gz s1\n");
		offered_drop(&o);
	}
	assert_int_equal(fchmodat(s->fd, ".build.db", 0666, 0), 0);
	buf_add_path(&path, ".build.db");
	assert_int_equal(offered_open(s->fd, path.s, &o, &err), -1);
	assert_err(&err, ERR_UNSAFE, ".build.db");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(what_was_put_is_known_the_next_time),
		SCRATCH_TEST(leaves_have_what_belongs_into_them_sorted),
		SCRATCH_TEST(only_what_says_another_thing_is_made_anew),
		SCRATCH_TEST(leaves_that_were_made_have_the_revision_of_their_change),
		SCRATCH_TEST(files_are_gone_since_they_were_noted),
		SCRATCH_TEST(what_is_damaged_is_begun_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
