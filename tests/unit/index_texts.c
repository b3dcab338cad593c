/* Tests of store/index for others' repositories: names of luet's, and what stands beside the leaves. */
#include "store/index.h"

#include <sys/stat.h>

#include "indexed.h"
#include "model/installer.h"
#include "unit.h"

static struct offer *add(struct offers *all, const char *name, const char *version)
{
	struct offer *o = offers_add(all, name, version, "Says hello");

	o->format = FORMAT_LUET;
	o->size = -1;
	buf_setf(&o->path, "%s.package.tar.zst", version);
	relations_add_text(&o->provides, SPAN("virtual/hello (= 0)"));
	return o;
}

static void put_texts(struct index *ix, struct offer *o, const char *definition, size_t files)
{
	AUTO(buf) packed = BUF_INIT;
	struct err err = ERR_INIT;

	buf_sets(&o->definition, definition);
	buf_sets(&o->finalize, "install: [a]\n");
	buf_sets(&o->metadata, "{}");
	texts_drop(&o->files);
	for (size_t i = 0; i < files; i++) {
		AUTO(buf) path = BUF_INIT;

		buf_setf(&path, "/usr/share/some/where/%zu", i);
		texts_add(&o->files, buf_span(&path));
	}
	if (index_pack_texts(o, &packed, &err) < 0 ||
		index_put_texts(
			ix, buf_span(&o->name), buf_span(&o->version), buf_span(&packed), &err) < 0)
		fail_msg("%s", err.text);
	texts_drop(&o->files); /* no line of a leaf has them */
}

static void make(const char *path, int format, struct index *ix)
{
	struct err err = ERR_INIT;

	if (index_make_of(path, format, INDEXED_BITS, ix, &err) < 0)
		fail_msg("%s", err.text);
}

static void check(const char *path, const char *name, const char *definition, size_t files)
{
	AUTO(index) ix = INDEX_INIT;
	AUTO(offer) o;
	struct err err = ERR_INIT;

	offer_init(&o);
	indexed_open(path, false, &ix);
	assert_int_equal(ix.format, FORMAT_LUET);
	assert_int_equal(index_offer(&ix, span_of(name), SPAN("1.0"), &o, &err), 1);
	assert_int_equal(index_texts(&ix, &o, &err), definition ? 1 : 0);
	assert_buf(&o.definition, definition ? definition : "");
	assert_buf(&o.finalize, definition ? "install: [a]\n" : "");
	assert_int_equal(o.files.of.n, files);
	if (files)
		assert_buf(&o.files.of.v[files - 1], "/usr/share/some/where/19999");
}

static void texts_of_any_length(void **state)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) found = BUF_INIT;
	AUTO(offers) all = {0};
	AUTO(index) ix = INDEX_INIT;
	AUTO(index) ours = INDEX_INIT;
	struct err err = ERR_INIT;

	indexed_path(*state, "db", &path);
	add(&all, "app-x/hello", "1.0");
	add(&all, "app-x/other", "1.0");
	make(path.s, FORMAT_LUET, &ix);
	indexed_put(&ix, &all, 1);
	put_texts(&ix, &all.of.v[0], "name: hello\n", 20000);
	put_texts(&ix, &all.of.v[0], "name: hello\n", 20000);
	index_drop(&ix);
	check(path.s, "app-x/hello", "name: hello\n", 20000);
	check(path.s, "app-x/other", NULL, 0);
	indexed_open(path.s, true, &ours);
	assert_int_equal(indexed_search(&ours, "hello", 9, &found, &err), 0);
	assert_buf(&found, "app-x/hello=1.0 app-x/other=1.0 ");
	/* Of a package that is gone they go, too. */
	offer_drop(&all.of.v[1]);
	all.of.n = 1;
	assert_int_equal(
		index_put_texts(&ours, SPAN("app-x/other"), SPAN("1.0"), SPAN("x"), &err), 0);
	indexed_put(&ours, &all, 2);
	assert_int_equal(index_sweep_texts(&ours, &err), 0);
	all.of.n = 0;
	indexed_put(&ours, &all, 3);
	assert_int_equal(index_sweep_texts(&ours, &err), 0);
	all.of.n = 1;
	indexed_put(&ours, &all, 4);
	index_drop(&ours);
	check(path.s, "app-x/hello", NULL, 0);
}

/* What is in one is of its format. */
static void names_are_of_its_format(void **state)
{
	static const int formats[] = {0, FORMAT_PACKETS};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < COUNT(formats); i++) {
		AUTO(buf) path = BUF_INIT;
		AUTO(buf) found = BUF_INIT;
		AUTO(offers) all = {0};
		AUTO(index) ix = INDEX_INIT;

		indexed_path(*state, i ? "a" : "b", &path);
		add(&all, "app-x/hello", "1.0");
		make(path.s, formats[i], &ix);
		indexed_put(&ix, &all, 1);
		assert_int_equal(index_each(&ix, indexed_take, &found, &err), -1);
		assert_err(&err, ERR_BAD_STATE, "no package");
		err_clear(&err);
	}
}

static void damaged_texts_are_found(void **state)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(offers) all = {0};
	AUTO(index) ix = INDEX_INIT;
	AUTO(offer) o;
	struct err err = ERR_INIT;

	indexed_path(*state, "db", &path);
	add(&all, "app-x/hello", "1.0");
	offer_init(&o);
	make(path.s, FORMAT_LUET, &ix);
	indexed_put(&ix, &all, 1);
	assert_int_equal(index_offer(&ix, SPAN("app-x/hello"), SPAN("1.0"), &o, &err), 1);
	assert_int_equal(
		index_put_texts(&ix, SPAN("app-x/hello"), SPAN("1.0"), SPAN("nothing"), &err), 0);
	assert_int_equal(index_texts(&ix, &o, &err), -1);
	assert_int_equal(err.code, ERR_BAD_STATE);
	err_clear(&err);
	put_texts(&ix, &all.of.v[0], "name: hello\n", 1);
	assert_int_equal(index_texts(&ix, &o, &err), 1);
	assert_int_equal(sql_run(ix.sql, "UPDATE texts SET bytes = x'00'", &err), 0);
	assert_int_equal(index_texts(&ix, &o, &err), -1);
	assert_err(&err, ERR_BAD_STATE, "not what they were");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(texts_of_any_length),
		SCRATCH_TEST(names_are_of_its_format),
		SCRATCH_TEST(damaged_texts_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
