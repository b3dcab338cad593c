/* Tests of store/leaf, and of ext/zstd which it packs by. */
#include "store/leaf.h"

#include <stdlib.h>

#include "ext/zstd.h"
#include "offers.h"
#include "unit.h"

static void sums_are_of_the_file_and_leaves_of_the_name(void **state)
{
	static const struct head_sum zero;
	struct head_sum sum;

	(void)state;
	leaf_sum(SPAN(""), &sum);
	assert_memory_equal(sum.bytes, zero.bytes, HEAD_SUM);
	leaf_sum(SPAN("abc"), &sum); /* FIPS 180-2, B.1 */
	assert_memory_equal(sum.bytes, "\xba\x78\x16\xbf", 4);
	assert_int_equal(leaf_of(0, SPAN("abc")), 0);
	assert_int_equal(leaf_of(4, SPAN("abc")), 0xb);
	assert_int_equal(leaf_of(16, SPAN("abc")), 0xba78);
}

static void what_is_packed_is_read_again(void **state)
{
	AUTO(offers) all = {0};
	AUTO(leaf_made) leaf = {.file = BUF_INIT};
	AUTO(leaf_made) again = {.file = BUF_INIT};
	AUTO(offers) read = {0};
	struct err err = ERR_INIT;

	(void)state;
	offers_add(&all, "zoom", "2", "Calls");
	offers_add(&all, "zoom", "10", "Calls");
	offers_add(&all, "atool", "", "A tool");
	offers_leaf(&all, 0, 0, &leaf);
	offers_leaf(&all, 0, 0, &again);
	assert_true(span_is(buf_span(&leaf.file), buf_span(&again.file)));
	assert_int_equal(leaf_parse(buf_span(&leaf.file), 0, 0, &read, &err), 0);
	assert_int_equal(read.of.n, 3);
	assert_buf(&read.of.v[0].name, "atool");
	assert_buf(&read.of.v[1].version, "2");
	assert_buf(&read.of.v[2].version, "10");
	offers_drop(&read);
	assert_int_equal(leaf_parse(SPAN(""), 0, 0, &read, &err), 0);
	assert_int_equal(read.of.n, 0);
}

/* Of lines whose names and texts are like each other, just the one; also where JSON could be read in another way. */
static void one_of_them_is_found(void **state)
{
	static const struct {
		const char *name, *version;
		int there;
	} cases[] = {
		{"zoom", "2", 1},
		{"zoom", "10", 1},
		{"zoom", "1", 0},
		{"zoom-x", "2", 1},
		{"zoo", "2", 0},
		{"oom", "2", 0},
		{"qq", "1", 1},
	};
	AUTO(offers) all = {0};
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) file = BUF_INIT;
	AUTO(offer) none;
	struct offer escaped;
	struct err err = ERR_INIT;

	(void)state;
	offers_add(&all, "zoom", "2", "Calls");
	offers_add(&all, "zoom", "10", "Calls");
	offers_add(&all, "zoom-x", "2", "Calls, as zoom 2");
	for (size_t i = 0; i < all.of.n; i++) {
		offer_format(&all.of.v[i], &text);
		buf_addc(&text, '\n');
	}
	offers_make(&escaped, "qq", "1", "x");
	buf_sets(&escaped.path, "x.tar.gz");
	offer_format(&escaped, &file);
	offer_drop(&escaped);
	buf_addf(&text, "{\"name\": \"\\u0071%s\n", file.s + strcspn(file.s, "q") + 1);
	buf_clear(&file);
	assert_int_equal(leaf_pack(buf_span(&text), &file, &err), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO(offer) o;
		int there;

		offer_init(&o);
		there = leaf_find(buf_span(&file), span_of(cases[i].name),
			span_of(cases[i].version), &o, &err);
		if (there != cases[i].there)
			fail_msg("%s %s: %d %s", cases[i].name, cases[i].version, there, err.text);
		if (there) {
			assert_buf(&o.name, cases[i].name);
			assert_buf(&o.version, cases[i].version);
		}
	}
	offer_init(&none);
	assert_int_equal(leaf_find(SPAN(""), SPAN("qq"), SPAN("1"), &none, &err), 0);
	assert_int_equal(leaf_find(span_cut(buf_span(&file), 0, file.n - 5), SPAN("qq"), SPAN("1"),
				 &none, &err),
		-1);
	assert_err(&err, ERR_CHECKSUM, "the leaf of qq: ");
	buf_sets(&text, "{\"name\": \"qq\"}\n");
	buf_clear(&file);
	assert_int_equal(leaf_pack(buf_span(&text), &file, &err), 0);
	assert_int_equal(leaf_find(buf_span(&file), SPAN("c"), SPAN("1"), &none, &err), 0);
	assert_int_equal(leaf_find(buf_span(&file), SPAN("qq"), SPAN("1"), &none, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "the leaf of qq: ");
}

/* A leaf of these lines, and what is said of it. */
static void check_refused(const char *text, unsigned number, unsigned bits, const char *part)
{
	AUTO(buf) file = BUF_INIT;
	AUTO(offers) read = {0};
	struct err err = ERR_INIT;

	assert_int_equal(leaf_pack(span_of(text), &file, &err), 0);
	if (leaf_parse(buf_span(&file), number, bits, &read, &err) == 0)
		fail_msg("accepted: %s", text);
	assert_err(&err, ERR_CHECKSUM, part);
}

static void what_is_no_leaf_is_refused(void **state)
{
	AUTO(offers) all = {0};
	AUTO(buf) one = BUF_INIT;
	AUTO(buf) other = BUF_INIT;
	AUTO(buf) text = BUF_INIT;

	(void)state;
	offer_format(offers_add(&all, "a", "1.0", "x"), &one);
	offer_format(offers_add(&all, "a", "1.00", "x"), &other);
	buf_setf(&text, "%s\n%s\n", one.s, other.s);
	check_refused(text.s, 0, 0, "leaf 0: line 2: a does not stand behind");
	buf_setf(&text, "%s\n%s\n", one.s, one.s);
	check_refused(text.s, 0, 0, "line 2: a does not stand behind");
	buf_clear(&other);
	offer_format(offers_add(&all, "A", "1", "x"), &other);
	buf_setf(&text, "%s\n%s\n", one.s, other.s);
	check_refused(text.s, 0, 0, "line 2: A does not stand behind");
	buf_setf(&text, "%s\n", one.s);
	check_refused(text.s, leaf_of(8, SPAN("a")) ^ 1, 8, "a belongs into another leaf");
	check_refused(one.s, 0, 0, "cut off");
	check_refused("", 0, 0, "cut off");
	check_refused("\n", 0, 0, "line 1: not JSON");
	check_refused("{}\n", 0, 0, "line 1: name is missing");
}

static void check_damaged(struct span file, const char *part)
{
	AUTO(buf) text = BUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(leaf_unpack(file, &text, &err), -1);
	assert_err(&err, ERR_CHECKSUM, part);
}

static void damaged_files_are_refused_wherever_they_are_cut(void **state)
{
	AUTO(buf) file = BUF_INIT;
	AUTO(buf) more = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(leaf_pack(SPAN("some text, some text, some text\n"), &file, &err), 0);
	for (size_t i = 1; i < file.n; i++)
		check_damaged(span_cut(buf_span(&file), 0, i), "");
	buf_add_span(&more, buf_span(&file));
	buf_adds(&more, "x");
	check_damaged(buf_span(&more), "");
	check_damaged(SPAN("no zstd at all"), "damaged");
	file.s[file.n - 1] ^= 1; /* of its checksum */
	check_damaged(buf_span(&file), "damaged");
}

/* A window of 16 MiB, and 100 MiB of zeros in some kilobytes. */
static void pack_with(unsigned window_log, size_t n, struct buf *out)
{
	struct stream *s = zstd_new(&(struct zstd_options){3, window_log, -1});
	char *zeros = calloc(1, n), to[65536];
	struct span in = {zeros, n};
	struct err err = ERR_INIT;
	long got;

	do {
		bool more = in.n > 0;

		got = more ? s->run(s, &in, to, sizeof(to), &err) : s->end(s, to, sizeof(to), &err);
		assert_true(got >= 0);
		buf_add(out, to, (size_t)got);
		if (!more && !got)
			break;
	} while (true);
	s->free(s);
	free(zeros);
}

static void too_much_is_refused(void **state)
{
	AUTO(buf) bomb = BUF_INIT;
	AUTO(buf) window = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	struct err err = ERR_INIT;
	char *zeros = calloc(1, LEAF_UNPACKED_MAX + 1);

	(void)state;
	pack_with(20, (size_t)100 << 20, &bomb);
	check_damaged(buf_span(&bomb), "longer than 8388608");
	pack_with(24, 16 << 20, &window);
	check_damaged(buf_span(&window), "damaged");
	check_damaged((struct span){zeros, LEAF_MAX + 1}, "longer than 1048576");
	assert_int_equal(leaf_pack((struct span){zeros, LEAF_UNPACKED_MAX + 1}, &text, &err), -1);
	assert_err(&err, ERR_FAILED, "8388608 are the most");
	free(zeros);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_of_the_file_and_leaves_of_the_name),
		cmocka_unit_test(what_is_packed_is_read_again),
		cmocka_unit_test(one_of_them_is_found),
		cmocka_unit_test(what_is_no_leaf_is_refused),
		cmocka_unit_test(damaged_files_are_refused_wherever_they_are_cut),
		cmocka_unit_test(too_much_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
