/* Tests of model/wagon. */
#include "model/wagon.h"

#include "unit.h"

#define SUM "3e9827097fd8e046c0d74f44c25e8c474204e3bda2a7ca91f20c81965c2001bb"
#define FILE_OF(name, kind) \
	"    filename: " name "\n    compressiontype: " kind \
	"\n    checksums:\n      sha256: " SUM "\n"
#define NUMBERS "revision: 88\nlast_update: \"1682093748\"\n"
#define V2 "repo_files:\n  treev2:\n" FILE_OF("tree.tar.zst", "zstd")

/* As luet's manual shows one. */
static const char older[] =
	"name: mottainai-stable\ndescription: MottainaiCI Official Repository\nurls:\n"
	"- http://localhost:8000\ntype: http\nenable: true\n" NUMBERS "index: []\nrepo_files:\n"
	"  compilertree:\n" FILE_OF("compilertree.tar.gz", "gzip") "  meta:\n" FILE_OF(
		"repository.meta.yaml.tar.zst", "zstd") "  tree:\n" FILE_OF("tree.tar.gz", "gzip");

static void parse(struct wagon *w, const char *text)
{
	struct err err = ERR_INIT;

	wagon_init(w);
	if (wagon_parse(span_of(text), w, &err) < 0)
		fail_msg("%s\n%s", text, err.text);
}

static void both_layouts(void **state)
{
	AUTO(wagon) w;
	AUTO(wagon) v2;
	AUTO(buf) documents = BUF_INIT;

	(void)state;
	parse(&w, older);
	assert_int_equal(w.revision, 88);
	assert_int_equal(w.last_update, 1682093748);
	assert_true(w.has_meta && w.tree.has_sum && w.meta.has_sum);
	assert_buf(&w.tree.name, "tree.tar.gz");
	assert_int_equal(w.tree.compression, WAGON_GZIP);
	assert_int_equal(w.meta.compression, WAGON_ZSTD);
	assert_int_equal(w.tree.sha256.bytes[0], 0x3e);
	wagon_documents(&w, &documents);
	assert_buf(&documents,
		"tree tree.tar.gz gzip " SUM "\nmeta repository.meta.yaml.tar.zst zstd " SUM "\n");
	parse(&v2, NUMBERS V2 "  tree:\n" FILE_OF("older.tar.gz", "gzip") "  meta:\n" FILE_OF(
			   "meta.tar.gz", "gzip"));
	assert_false(v2.has_meta);
	assert_buf(&v2.tree.name, "tree.tar.zst");
}

static void what_is_not_said(void **state)
{
	AUTO(wagon) w;
	AUTO(wagon) number;
	AUTO(wagon) other;

	(void)state;
	parse(&w, NUMBERS
		"repo_files: {treev2: {filename: a/tree.tar, compressiontype: '', checksums: {}}}");
	assert_false(w.tree.has_sum);
	assert_int_equal(w.tree.compression, WAGON_PLAIN);
	/* As a number, and without sums at all. */
	parse(&number, "revision: 0\nlast_update: 5\nrepo_files: {treev2: {filename: t}}");
	assert_int_equal(number.last_update, 5);
	assert_false(number.tree.has_sum);
	/* Another kind of sum is none: nobody would check it. */
	parse(&other, NUMBERS "repo_files: {treev2: {filename: t, checksums: {md5: " SUM
			      ", sha512: x}}}");
	assert_false(other.tree.has_sum);
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *text, *part;
	} rows[] = {
		{"", "no keys"},
		{"<!DOCTYPE html>\n<html>", "web page"},
		{"\n  <html>", "web page"},
		{"a: [", "line"},
		{"a: &x 1\nb: *x\n", "anchors"},
		{NUMBERS, "repo_files is missing"},
		{NUMBERS "repo_files: [a]\n", "repo_files is missing"},
		{NUMBERS "repo_files: {}\n", "neither treev2 nor tree and meta"},
		{NUMBERS "repo_files: {tree: {filename: t}}\n", "neither treev2"},
		{NUMBERS "repo_files: {treev2: t}\n", "treev2 must have keys"},
		{NUMBERS "repo_files: {treev2: {filename: ../t}}\n", "filename must"},
		{NUMBERS "repo_files: {treev2: {filename: /t}}\n", "filename must"},
		{NUMBERS "repo_files: {treev2: {filename: 'http://x/t'}}\n", "filename must"},
		{NUMBERS "repo_files: {treev2: {filename: 't?x'}}\n", "filename must"},
		{NUMBERS "repo_files: {treev2: {filename: [t]}}\n", "filename must"},
		{NUMBERS "repo_files: {treev2: {filename: t, compressiontype: xz}}\n",
			"compressiontype must"},
		{NUMBERS "repo_files: {treev2: {filename: t, checksums: {sha256: 12}}}\n",
			"sha256 must"},
		{NUMBERS "repo_files: {treev2: {filename: t, checksums: x}}\n", "checksums must"},
		{"revision: -1\nlast_update: 1\n" V2, "revision must"},
		{"revision: 99999999999999999999\nlast_update: 1\n" V2, "revision must"},
		{"revision: 1.5\nlast_update: 1\n" V2, "revision must"},
		{"revision: 1\n" V2, "last_update must"},
		{"revision: 1\nlast_update: soon\n" V2, "last_update must"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(wagon) w;
		struct err err = ERR_INIT;

		wagon_init(&w);
		if (wagon_parse(span_of(rows[i].text), &w, &err) == 0)
			fail_msg("taken: %s", rows[i].text);
		assert_err(&err, ERR_CHECKSUM, rows[i].part);
	}
}

static void between_the_programs(void **state)
{
	AUTO(wagon) w;
	AUTO(wagon) again;
	AUTO(buf) payload = BUF_INIT;
	AUTO(buf) one = BUF_INIT;
	AUTO(buf) other = BUF_INIT;

	(void)state;
	parse(&w, older);
	wagon_init(&again);
	wagon_put(&w, &payload);
	assert_true(wagon_get(buf_span(&payload), &again));
	wagon_documents(&w, &one);
	wagon_documents(&again, &other);
	assert_buf(&other, one.s);
	assert_int_equal(again.revision, 88);
	for (size_t n = 0; n < payload.n; n++) {
		AUTO(wagon) cut;

		wagon_init(&cut);
		assert_false(wagon_get((struct span){payload.s, n}, &cut));
	}
	/* Who was taken over says a name that leads elsewhere. */
	buf_sets(&w.tree.name, "../x");
	buf_clear(&payload);
	wagon_put(&w, &payload);
	assert_false(wagon_get(buf_span(&payload), &again));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_layouts),
		cmocka_unit_test(what_is_not_said),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(between_the_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
