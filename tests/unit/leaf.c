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

static bool find(const char *text, const char *name, const char *version, struct offer *out)
{
	struct leaf_want want = {.name = span_of(name), .version = span_of(version), .to = out};
	struct err err = ERR_INIT;

	offer_init(out);
	if (leaf_find(span_of(text), &want, 1, &err) < 0)
		fail_msg("%s %s: %s", name, version, err.text);
	return out->name.n > 0;
}

/* A line with the beginning of the name, or of the version, in JSON's escapes. */
static void add_escaped(const char *name, const char *escaped, struct buf *text)
{
	AUTO(buf) line = BUF_INIT;
	struct offer o;

	offers_make(&o, "NAME", "1", "x");
	offer_format(&o, &line);
	offer_drop(&o);
	assert_memory_equal(line.s, "{\"name\":\"NAME\"", 14);
	buf_addf(text, "{\"name\":\"%s%s\"%s\n", escaped, name, line.s + 14);
}

/* Of lines whose names and texts are like each other, just the one; also where JSON could be read in another way. */
static void one_of_them_is_found(void **state)
{
	static const struct {
		const char *name, *version;
		bool there;
	} cases[] = {
		{"zoom", "2", true},
		{"zoom", "10", true},
		{"zoom", "1", false},
		{"zoom-x", "2", true},
		{"zoo", "2", false},
		{"oom", "2", false},
		{"", "2", false},
		{"qq", "1", true},
		{"rr", "1", true},
	};
	AUTO(offers) all = {0};
	AUTO(buf) text = BUF_INIT;

	(void)state;
	offers_add(&all, "zoom", "2", "Calls");
	offers_add(&all, "zoom", "10", "Calls");
	offers_add(&all, "zoom-x", "2", "Calls, as zoom 2");
	buf_sets(&all.of.v[2].description, "Says\n\"zoom\"\\");
	for (size_t i = 0; i < all.of.n; i++) {
		offer_format(&all.of.v[i], &text);
		buf_addc(&text, '\n');
	}
	add_escaped("q", "\\u0071", &text);
	add_escaped("\\u0072", "r", &text);
	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO(offer) o;

		if (find(text.s, cases[i].name, cases[i].version, &o) != cases[i].there)
			fail_msg("%s %s: %d", cases[i].name, cases[i].version, !cases[i].there);
		if (cases[i].there) {
			assert_buf(&o.name, cases[i].name);
			assert_buf(&o.version, cases[i].version);
		}
	}
}

static void several_are_found_at_once(void **state)
{
	AUTO(offers) all = {0};
	AUTO(leaf_made) leaf = {.file = BUF_INIT};
	AUTO(leaf_unpacker) unpacker = {0};
	AUTO(buf) text = BUF_INIT;
	struct offer found[3];
	struct leaf_want wants[] = {{.name = SPAN("zoom"), .version = SPAN("10"), .to = &found[0]},
		{.name = SPAN("none"), .version = SPAN("1"), .to = &found[1]},
		{.name = SPAN("atool"), .version = SPAN(""), .to = &found[2]}};
	struct err err = ERR_INIT;

	(void)state;
	offers_add(&all, "zoom", "2", "Calls");
	offers_add(&all, "zoom", "10", "Calls");
	offers_add(&all, "atool", "", "A tool");
	offers_leaf(&all, 0, 0, &leaf);
	for (size_t i = 0; i < COUNT(found); i++)
		offer_init(&found[i]);
	assert_int_equal(leaf_unpack(&unpacker, buf_span(&leaf.file), &text, &err), 0);
	assert_int_equal(leaf_find(buf_span(&text), wants, COUNT(wants), &err), 0);
	assert_buf(&found[0].version, "10");
	assert_buf(&found[1].name, "");
	assert_buf(&found[2].summary, "A tool");
	for (size_t i = 0; i < COUNT(found); i++)
		offer_drop(&found[i]);
}

/* Lines that cannot be those that are wanted are not read: these are no offers. */
static void of_others_nothing_is_read(void **state)
{
	static const char *const others[] = {"{\"name\": \"qq\"", "{\"name\": \"cc\"",
		"{\"description\": \"a\\nb\\\\u c\\\"", "{\"description\": \"\\"};
	struct err err = ERR_INIT;
	struct leaf_want want = {.name = SPAN("qq"), .version = SPAN("1")};
	AUTO(offer) none;

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		AUTO(buf) text = buf_of(others[i]);

		buf_addc(&text, '\n');
		assert_false(find(text.s, "c", "1", &none));
	}
	want.to = &none;
	assert_int_equal(leaf_find(span_of(others[0]), &want, 1, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "the leaf of qq: not JSON");
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
	AUTO(leaf_unpacker) unpacker = {0};
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) good = BUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(leaf_pack(SPAN("good"), &good, &err), 0);
	assert_int_equal(leaf_unpack(&unpacker, buf_span(&good), &text, &err), 0);
	assert_int_equal(leaf_unpack(&unpacker, file, &text, &err), -1);
	assert_err(&err, ERR_CHECKSUM, part);
	/* It does no harm to those before and behind it. */
	buf_clear(&text);
	for (int i = 0; i < 2; i++)
		assert_int_equal(leaf_unpack(&unpacker, buf_span(&good), &text, &err), 0);
	assert_buf(&text, "goodgood");
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
		cmocka_unit_test(several_are_found_at_once),
		cmocka_unit_test(of_others_nothing_is_read),
		cmocka_unit_test(what_is_no_leaf_is_refused),
		cmocka_unit_test(damaged_files_are_refused_wherever_they_are_cut),
		cmocka_unit_test(too_much_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
