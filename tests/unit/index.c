/* Tests of store/index: leaves in, rows and answers out. Of damaged files: index_damage.c. */
#include "store/index.h"

#include "indexed.h"
#include "unit.h"

static void some(struct offers *all)
{
	struct offer *o = offers_add(all, "zoom", "6.2.11", "Video calls and meetings");

	relations_add_text(&o->depends, SPAN("runtime (>= 3)"));
	relations_add_text(&o->provides, SPAN("calls (= 2)"));
	relations_add_text(&o->deb, SPAN("libgl1"));
	texts_add(&o->architectures, SPAN("amd64"));
	pack_init(vec_push(&o->packs.of));
	o->packs.of.v[0].size = 500;
	buf_sets(&o->description, "For work.\nWith a whiteboard, and zooming.");
	o = offers_add(all, "zoom", "6.2.9", "Video calls and meetings");
	pack_init(vec_push(&o->packs.of));
	o = offers_add(all, "runtime", "3", "What others need");
	relations_add_text(&o->provides, SPAN("calls"));
	relations_add_text(&o->conflicts, SPAN("oldtime (<< 2)"));
	o = offers_add(all, "video-editor", "1", "Cuts films");
	o = offers_add(all, "zoo", "", "Animals");
	buf_sets(&o->description, "No video here but Ääkköset, and calls.");
	o = offers_add(all, "zoom-client-of-others", "1", "x");
	offers_add(all, "calls", "1", "y");
}

static void check_search(struct index *ix, const char *text, int64_t limit, const char *wanted)
{
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;

	if (indexed_search(ix, text, limit, &out, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	assert_buf(&out, wanted);
}

static void the_best_is_found_first(void **state)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(offers) all = {0};
	AUTO(index) ix = INDEX_INIT;

	indexed_path(*state, "db", &path);
	some(&all);
	indexed_make(path.s, &all);
	indexed_open(path.s, false, &ix);
	check_search(&ix, "zoom", 50, "zoom=6.2.11 zoom=6.2.9 zoom-client-of-others=1 ");
	check_search(&ix, "zo", 50, "zoo= zoom=6.2.11 zoom=6.2.9 zoom-client-of-others=1 ");
	check_search(&ix, "zo", 2, "zoo= zoom=6.2.11 ");
	check_search(&ix, "video", 50, "video-editor=1 zoom=6.2.11 zoom=6.2.9 zoo= ");
	check_search(&ix, "VIDEO calls", 50, "zoom=6.2.11 zoom=6.2.9 zoo= ");
	check_search(&ix, "calls", 50, "calls=1 zoom=6.2.11 zoom=6.2.9 zoo= ");
	check_search(&ix, "\xc3\xa4\xc3\xa4KK", 50, "zoo= ");
	check_search(&ix, "video cuts", 50, "video-editor=1 ");
	check_search(&ix, "video-editor", 50, "video-editor=1 ");
	check_search(&ix, "nothing", 50, "");
	check_search(&ix, "zoom nothing", 50, "");
	check_search(&ix, "zoom", 0, "");
	check_search(&ix, "zoom", -1, "");
}

/* What means something to FTS5, or is none. */
static void words_of_any_bytes_do_no_harm(void **state)
{
	static const char *const words[] = {"", " ", "\"", "'", "\"\"", "*", "^zoom", "name:zoom",
		"zoom OR", "AND", "NOT zoom", "NEAR(a b)", "(zoom", "zoom)", "{name}:zoom", "- -",
		"zoom\" OR \"zoo", "\xff\xfe", "\x01", "zoom;DROP TABLE package", "%s%n", "a*b*c"};
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) out = BUF_INIT;
	AUTO(buf) much = BUF_INIT;
	AUTO(offers) all = {0};
	AUTO(index) ix = INDEX_INIT;
	AUTO(texts) nul = {0};
	struct err err = ERR_INIT;

	indexed_path(*state, "db", &path);
	some(&all);
	indexed_make(path.s, &all);
	indexed_open(path.s, false, &ix);
	for (size_t i = 0; i < COUNT(words); i++)
		if (indexed_search(&ix, words[i], 50, &out, &err) < 0)
			fail_msg("%s: %s", words[i], err.text);
	for (int i = 0; i < 10000; i++)
		buf_adds(&much, i % 100 ? "\xc3\xa4" : " ");
	assert_int_equal(indexed_search(&ix, much.s, 50, &out, &err), 0);
	texts_add(&nul, SPAN("zoo\0m"));
	assert_int_equal(index_search(&ix, &nul, 50, indexed_take, &out, &err), 0);
	check_search(&ix, "^zoom\"", 50, "zoom=6.2.11 zoom=6.2.9 zoom-client-of-others=1 ");
}

/* relations, size and id of the one that is asked for. */
static int take_more(void *arg, const struct index_row *row, struct err *err)
{
	(void)err;
	assert_int_equal(row->id.n, 64);
	assert_int_equal(row->leaf, leaf_of(INDEXED_BITS, row->name));
	buf_addf(arg, "%.*s %lld %.*s|%.*s\n", SPAN_ARG(row->version), (long long)row->size,
		SPAN_ARG(row->summary), SPAN_ARG(row->relations));
	return 0;
}

static void rows_say_what_a_plan_needs(void **state)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) out = BUF_INIT;
	AUTO(offers) all = {0};
	AUTO(index) ix = INDEX_INIT;
	struct err err = ERR_INIT;
	int64_t count = -1;

	indexed_path(*state, "db", &path);
	some(&all);
	indexed_make(path.s, &all);
	indexed_open(path.s, false, &ix);
	assert_int_equal(index_named(&ix, SPAN("zoom"), take_more, &out, &err), 0);
	assert_int_equal(index_count(&ix, SPAN("zoom"), &count, &err), 0);
	assert_int_equal(count, 2);
	assert_int_equal(index_count(&ix, SPAN("nothing"), &count, &err), 0);
	assert_int_equal(count, 0);
	assert_buf(&out, "6.2.11 1500 Video calls and meetings|"
			 "d runtime (>= 3)\np calls (= 2)\nb libgl1\na amd64\n\n"
			 "6.2.9 -1 Video calls and meetings|\n");
	buf_clear(&out);
	assert_int_equal(index_providing(&ix, SPAN("calls"), indexed_take, &out, &err), 0);
	assert_true(strstr(out.s, "zoom=6.2.11 ") && strstr(out.s, "runtime=3 "));
	assert_false(strstr(out.s, "calls=1"));
	buf_clear(&out);
	assert_int_equal(index_named(&ix, SPAN("calls' OR 1"), indexed_take, &out, &err), 0);
	assert_int_equal(index_named(&ix, SPAN("nothing"), indexed_take, &out, &err), 0);
	assert_buf(&out, "");
	assert_int_equal(index_each(&ix, indexed_take, &out, &err), 0);
	assert_int_equal(
		strlen(out.s), strlen("zoom=6.2.11 zoom=6.2.9 runtime=3 video-editor=1 zoo= "
				      "zoom-client-of-others=1 calls=1 "));
}

static void offers_come_from_their_leaf(void **state)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(offers) all = {0};
	AUTO(index) ix = INDEX_INIT;
	AUTO(offer) o;
	struct err err = ERR_INIT;

	indexed_path(*state, "db", &path);
	some(&all);
	indexed_make(path.s, &all);
	indexed_open(path.s, false, &ix);
	offer_init(&o);
	assert_int_equal(index_offer(&ix, SPAN("zoom"), SPAN("6.2.11"), &o, &err), 1);
	assert_buf(&o.description, "For work.\nWith a whiteboard, and zooming.");
	assert_int_equal(index_offer(&ix, SPAN("zoo"), SPAN(""), &o, &err), 1);
	assert_buf(&o.name, "zoo");
	assert_int_equal(index_offer(&ix, SPAN("zoom"), SPAN("7"), &o, &err), 0);
	assert_int_equal(index_offer(&ix, SPAN("other"), SPAN("7"), &o, &err), 0);
}

/* Of all that there are, and some that there are not, however many are in one leaf. */
static void offers_come_many_at_once(void **state)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(offers) all = {0};
	AUTO(index) ix = INDEX_INIT;
	struct offer found[9];
	struct leaf_want wants[COUNT(found)];
	struct err err = ERR_INIT;

	indexed_path(*state, "db", &path);
	some(&all);
	assert_int_equal(all.of.n + 2, COUNT(found));
	indexed_make(path.s, &all);
	indexed_open(path.s, false, &ix);
	for (size_t i = 0; i < COUNT(found); i++) {
		bool known = i < all.of.n;

		offer_init(&found[i]);
		wants[i] = (struct leaf_want){
			.name = known ? buf_span(&all.of.v[i].name) : SPAN("zoom"),
			.version = known ? buf_span(&all.of.v[i].version) : SPAN("7"),
			.to = &found[i]};
	}
	wants[8].name = SPAN("nothing");
	assert_int_equal(index_offers(&ix, wants, COUNT(wants), &err), 0);
	assert_int_equal(index_offers(&ix, NULL, 0, &err), 0);
	for (size_t i = 0; i < COUNT(found); i++) {
		assert_buf(&found[i].name, i < all.of.n ? all.of.v[i].name.s : "");
		assert_buf(&found[i].version, i < all.of.n ? all.of.v[i].version.s : "");
		offer_drop(&found[i]);
	}
}

static void nodes_are_the_sums_of_their_leaves(void **state)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) node = BUF_INIT;
	AUTO(offers) all = {0};
	AUTO(index) ix = INDEX_INIT;
	struct err err = ERR_INIT;

	indexed_path(*state, "db", &path);
	offers_add(&all, "one", "1", "x");
	indexed_make(path.s, &all);
	indexed_open(path.s, false, &ix);
	for (unsigned i = 0; i < head_node_count(INDEXED_BITS); i++)
		assert_int_equal(index_node(&ix, i, &node, &err), 0);
	assert_int_equal(node.n, HEAD_SUM << INDEXED_BITS);
	for (unsigned i = 0; i < 1u << INDEXED_BITS; i++) {
		AUTO(leaf_made) leaf;
		AUTO(buf) file = BUF_INIT;
		struct head_sum sum;

		offers_leaf(&all, INDEXED_BITS, i, &leaf);
		assert_memory_equal(node.s + (size_t)i * HEAD_SUM, leaf.sum.bytes, HEAD_SUM);
		assert_int_equal(index_leaf_sum(&ix, i, &sum, &err), 0);
		assert_memory_equal(sum.bytes, leaf.sum.bytes, HEAD_SUM);
		assert_int_equal(index_leaf(&ix, i, &file, &err), 0);
		assert_true(span_is(buf_span(&file), buf_span(&leaf.file)));
	}
}

static void check_each(struct index *ix, size_t count)
{
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;
	size_t n = 0;

	assert_int_equal(index_each(ix, indexed_take, &out, &err), 0);
	for (size_t i = 0; i < out.n; i++)
		n += out.s[i] == ' ';
	assert_int_equal(n, count);
}

static void leaves_that_change_change_what_is_found(void **state)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) out = BUF_INIT;
	AUTO(offers) all = {0};
	AUTO(index) ix = INDEX_INIT;
	struct err err = ERR_INIT;

	indexed_path(*state, "db", &path);
	some(&all);
	indexed_make(path.s, &all);
	indexed_open(path.s, true, &ix);
	assert_int_equal(ix.revision, 1);
	buf_sets(&all.of.v[0].summary, "Talk and meetings");
	relations_drop(&all.of.v[0].provides);
	offer_drop(&all.of.v[5]);
	offers_make(&all.of.v[5], "newcomer", "1", "Video");
	indexed_put(&ix, &all, 2);
	assert_int_equal(ix.revision, 2);
	check_each(&ix, 7);
	check_search(&ix, "zoom", 50, "zoom=6.2.11 zoom=6.2.9 ");
	check_search(&ix, "calls", 50, "calls=1 zoom=6.2.9 zoo= ");
	check_search(&ix, "talk", 50, "zoom=6.2.11 ");
	check_search(&ix, "video", 50, "video-editor=1 newcomer=1 zoom=6.2.9 zoo= ");
	assert_int_equal(index_providing(&ix, SPAN("calls"), indexed_take, &out, &err), 0);
	assert_buf(&out, "runtime=3 ");
	offers_drop(&all);
	indexed_put(&ix, &all, 3);
	check_each(&ix, 0);
	check_search(&ix, "video", 50, "");
	index_drop(&ix);
	indexed_open(path.s, false, &ix);
	assert_int_equal(ix.revision, 3);
}

/* The row's number stays where nothing of it changes. */
static int take_row_number(void *arg, const struct index_row *row, struct err *err)
{
	(void)err;
	buf_addf(arg, "%lld ", (long long)row->row);
	return 0;
}

static void only_rows_that_differ_are_written(void **state)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) before = BUF_INIT;
	AUTO(buf) after = BUF_INIT;
	AUTO(offers) all = {0};
	AUTO(index) ix = INDEX_INIT;
	struct err err = ERR_INIT;

	indexed_path(*state, "db", &path);
	some(&all);
	indexed_make(path.s, &all);
	indexed_open(path.s, true, &ix);
	assert_int_equal(index_named(&ix, SPAN("zoom"), take_row_number, &before, &err), 0);
	assert_int_equal(index_each(&ix, take_row_number, &before, &err), 0);
	indexed_put(&ix, &all, 2);
	assert_int_equal(index_named(&ix, SPAN("zoom"), take_row_number, &after, &err), 0);
	assert_int_equal(index_each(&ix, take_row_number, &after, &err), 0);
	assert_string_equal(before.s, after.s);
	buf_sets(&all.of.v[0].summary, "Other");
	buf_clear(&before);
	buf_clear(&after);
	assert_int_equal(index_named(&ix, SPAN("zoo"), take_row_number, &before, &err), 0);
	indexed_put(&ix, &all, 3);
	assert_int_equal(index_named(&ix, SPAN("zoo"), take_row_number, &after, &err), 0);
	assert_string_equal(before.s, after.s);
}

static void what_is_abandoned_was_never_there(void **state)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(offers) all = {0};
	AUTO(index) ix = INDEX_INIT;
	AUTO(index) reader = INDEX_INIT;
	AUTO(leaf_made) leaf;
	struct err err = ERR_INIT;

	indexed_path(*state, "db", &path);
	some(&all);
	indexed_make(path.s, &all);
	indexed_open(path.s, true, &ix);
	indexed_open(path.s, false, &reader);
	buf_sets(&all.of.v[0].summary, "Quirk");
	offers_leaf(&all, INDEXED_BITS, leaf_of(INDEXED_BITS, SPAN("zoom")), &leaf);
	assert_int_equal(index_begin(&ix, &err), 0);
	assert_int_equal(index_put_leaf(&ix, leaf_of(INDEXED_BITS, SPAN("zoom")), &leaf.sum,
				 buf_span(&leaf.file), leaf.of.v, leaf.of.n, &err),
		0);
	check_search(&ix, "quirk", 50, "zoom=6.2.11 ");
	check_search(&reader, "quirk", 50, "");
	index_abandon(&ix);
	check_search(&ix, "quirk", 50, "");
	check_search(&ix, "meetings", 50, "zoom=6.2.11 zoom=6.2.9 ");
}

/* Between two of its questions a revision is committed. */
static void a_reader_sees_one_revision(void **state)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(offers) all = {0};
	AUTO(index) ix = INDEX_INIT;
	AUTO(index) reader = INDEX_INIT;
	AUTO(index) later = INDEX_INIT;

	indexed_path(*state, "db", &path);
	some(&all);
	indexed_make(path.s, &all);
	indexed_open(path.s, true, &ix);
	indexed_open(path.s, false, &reader);
	check_search(&reader, "quirk", 50, "");
	buf_sets(&all.of.v[0].summary, "Quirk");
	indexed_put(&ix, &all, 2);
	check_search(&reader, "quirk", 50, "");
	indexed_open(path.s, false, &later);
	check_search(&later, "quirk", 50, "zoom=6.2.11 ");
	assert_int_equal(reader.revision, 1);
	assert_int_equal(later.revision, 2);
}

static void check_open(const char *path, bool writable, enum err_code code, const char *part)
{
	AUTO(index) ix = INDEX_INIT;
	struct err err = ERR_INIT;

	if (index_open(path, writable, &ix, &err) == 0)
		fail_msg("%s is opened", path);
	assert_err(&err, code, part);
}

static void what_is_no_index_is_refused(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) path = BUF_INIT;
	AUTO(index) ix = INDEX_INIT;
	struct err err = ERR_INIT;
	int fd;

	indexed_path(s, "missing", &path);
	check_open(path.s, false, ERR_SYSTEM, "No such file");
	check_open(path.s, true, ERR_SYSTEM, "No such file");
	indexed_path(s, "folder", &path);
	assert_int_equal(mkdir(path.s, 0755), 0);
	check_open(path.s, false, ERR_BAD_STATE, "is not a file");
	indexed_path(s, "fifo", &path);
	assert_int_equal(mkfifo(path.s, 0644), 0);
	check_open(path.s, false, ERR_BAD_STATE, "is not a file");
	indexed_path(s, "text", &path);
	assert_int_equal(file_replace(s->fd, "text", 0644, SPAN("no database at all\n"), &err), 0);
	check_open(path.s, false, ERR_BAD_STATE, "");
	indexed_path(s, "empty", &path);
	fd = open(path.s, O_CREAT | O_WRONLY, 0644);
	assert_true(fd >= 0);
	close(fd);
	check_open(path.s, false, ERR_BAD_STATE, "it is no index");
	indexed_path(s, "others", &path);
	assert_int_equal(index_make(path.s, 0, &ix, &err), 0);
	index_drop(&ix);
	assert_int_equal(chmod(path.s, 0666), 0);
	check_open(path.s, false, ERR_UNSAFE, "");
	assert_int_equal(index_make(path.s, 0, &ix, &err), -1); /* never over another */
}

/* A file of another schema, or one that has more or other tables than ours. */
static void other_tables_are_refused(void **state)
{
	static const struct {
		const char *sql, *part;
	} cases[] = {
		{"PRAGMA user_version = 2", "has schema 2, this fardel knows 1"},
		{"PRAGMA user_version = 0", "it is no index"},
		{"CREATE TABLE more (x)", "it has other tables"},
		{"CREATE VIEW v AS SELECT 1", "it has other tables"},
		{"CREATE TRIGGER t AFTER INSERT ON package BEGIN DELETE FROM leaf; END",
			"it has other tables"},
		{"DROP TABLE provide", "a table is missing"},
		{"DROP TABLE words; CREATE VIEW words AS SELECT 1", "it has other tables"},
		{"ALTER TABLE package ADD COLUMN x DEFAULT 1", "it has other tables"},
		{"DELETE FROM meta", "nothing sensible"},
		{"UPDATE meta SET leaf_bits = 17", "nothing sensible"},
		{"UPDATE meta SET revision = -1", "nothing sensible"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO(buf) path = BUF_INIT;
		AUTO(index) ix = INDEX_INIT;
		struct err err = ERR_INIT;

		indexed_path(*state, "x", &path);
		buf_addf(&path, "%zu", i);
		assert_int_equal(index_make(path.s, 3, &ix, &err), 0);
		if (sql_run(ix.sql, cases[i].sql, &err) < 0)
			fail_msg("%s: %s", cases[i].sql, err.text);
		index_drop(&ix);
		check_open(path.s, i % 2, ERR_BAD_STATE, cases[i].part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(the_best_is_found_first),
		SCRATCH_TEST(words_of_any_bytes_do_no_harm),
		SCRATCH_TEST(rows_say_what_a_plan_needs),
		SCRATCH_TEST(offers_come_from_their_leaf),
		SCRATCH_TEST(offers_come_many_at_once),
		SCRATCH_TEST(nodes_are_the_sums_of_their_leaves),
		SCRATCH_TEST(leaves_that_change_change_what_is_found),
		SCRATCH_TEST(only_rows_that_differ_are_written),
		SCRATCH_TEST(what_is_abandoned_was_never_there),
		SCRATCH_TEST(a_reader_sees_one_revision),
		SCRATCH_TEST(what_is_no_index_is_refused),
		SCRATCH_TEST(other_tables_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
