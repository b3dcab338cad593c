/* Tests of model/manifest. */
#include "model/manifest.h"

#include "unit.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static void the_text_is_sorted_by_bytes(void **state)
{
	AUTO(manifest) m = MANIFEST_INIT;
	AUTO(buf) text = BUF_INIT;
	struct manifest_entry *e;

	(void)state;
	e = manifest_add(&m, ENTRY_FILE, SPAN("rules"));
	e->mode = 0755;
	e->size = 1234567890123;
	e->sha256.bytes[31] = 0xab;
	e = manifest_add(&m, ENTRY_SYMLINK, SPAN("a/l"));
	buf_sets(&e->link, "../rules");
	manifest_add(&m, ENTRY_DIR, SPAN("a"));
	e = manifest_add(&m, ENTRY_FILE, SPAN("a-b"));
	e->mode = 0644;
	manifest_add(&m, ENTRY_DIR, SPAN("\xc3\xa4"));
	manifest_add(&m, ENTRY_DIR, SPAN("Z"));
	manifest_format(&m, &text);
	assert_buf(&text, "fardel-manifest 1\n"
			  "d Z\n"
			  "d a\n"
			  "f 644 " ZEROS " 0 a-b\n"
			  "l a/l -> ../rules\n"
			  "f 755 00000000000000000000000000000000000000000000000000000000000000ab "
			  "1234567890123 rules\n"
			  "d \xc3\xa4\n");
}

static void an_empty_tree_has_a_text(void **state)
{
	AUTO(manifest) m = MANIFEST_INIT;
	AUTO(buf) text = BUF_INIT;

	(void)state;
	manifest_format(&m, &text);
	assert_buf(&text, "fardel-manifest 1\n");
	assert_int_equal(manifest_size(&m), 0);
	assert_null(manifest_get(&m, SPAN("a")));
}

static void one_link(struct buf *text, const char *path, const char *target)
{
	AUTO(manifest) m = MANIFEST_INIT;
	struct manifest_entry *e = manifest_add(&m, ENTRY_SYMLINK, span_of(path));

	buf_sets(&e->link, target);
	manifest_format(&m, text);
}

/* Two trees that differ never have the same text. */
static void names_cannot_be_mistaken(void **state)
{
	static const char *const links[][2] = {{"a", "b -> c"}, {"a -> b", "c"}, {"a -> b ->", "c"},
		{"a", "b\nd c"}, {"a", "b\\nd c"}, {"a\\", "> c"}, {"a -\\> b", "c"},
		{"a\nd b", "c"}};
	struct buf texts[COUNT(links)];

	(void)state;
	for (size_t i = 0; i < COUNT(links); i++) {
		buf_init(&texts[i]);
		one_link(&texts[i], links[i][0], links[i][1]);
		for (size_t k = 0; k < i; k++)
			assert_false(span_is(buf_span(&texts[i]), buf_span(&texts[k])));
	}
	assert_buf(&texts[0], "fardel-manifest 1\nl a -> b -\\> c\n");
	assert_buf(&texts[3], "fardel-manifest 1\nl a -> b\\nd c\n");
	assert_buf(&texts[4], "fardel-manifest 1\nl a -> b\\\\nd c\n");
	for (size_t i = 0; i < COUNT(links); i++)
		buf_drop(&texts[i]);
}

static void entries_are_found_by_path(void **state)
{
	AUTO(manifest) m = MANIFEST_INIT;

	(void)state;
	manifest_add(&m, ENTRY_FILE, SPAN("a"))->size = 3;
	manifest_add(&m, ENTRY_FILE, SPAN("a/b"))->size = 4;
	manifest_add(&m, ENTRY_DIR, SPAN("d"));
	assert_int_equal(manifest_size(&m), 7);
	assert_int_equal(manifest_get(&m, SPAN("a/b"))->size, 4);
	assert_int_equal(manifest_get(&m, SPAN("d"))->type, ENTRY_DIR);
	assert_null(manifest_get(&m, SPAN("a/")));
	assert_null(manifest_get(&m, SPAN("")));
}

/* Entries of the whole, and what is asked for: each way in which it may differ. */
static void what_is_missing_or_other_is_found(void **state)
{
	static const struct {
		const char *path;
		enum entry_type type;
		unsigned mode;
		int64_t size;
		unsigned char byte;
		const char *link;
		bool there;
	} rows[] = {
		{"rules", ENTRY_FILE, 0755, 5, 7, "", true},
		{"dir", ENTRY_DIR, 0, 0, 0, "", true},
		{"link", ENTRY_SYMLINK, 0, 0, 0, "rules", true},
		{"rule", ENTRY_FILE, 0755, 5, 7, "", false},
		{"rules", ENTRY_FILE, 0644, 5, 7, "", false},
		{"rules", ENTRY_FILE, 0755, 6, 7, "", false},
		{"rules", ENTRY_FILE, 0755, 5, 8, "", false},
		{"rules", ENTRY_DIR, 0755, 5, 7, "", false},
		{"link", ENTRY_SYMLINK, 0, 0, 0, "other", false},
	};
	AUTO(manifest) whole = MANIFEST_INIT;
	AUTO(manifest) none = MANIFEST_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(manifest) part = MANIFEST_INIT;
		struct manifest *both[] = {&part, rows[i].there ? &whole : NULL};

		for (size_t k = 0; k < COUNT(both) && both[k]; k++) {
			struct manifest_entry *e =
				manifest_add(both[k], rows[i].type, span_of(rows[i].path));

			e->mode = rows[i].mode;
			e->size = rows[i].size;
			e->sha256.bytes[0] = rows[i].byte;
			buf_sets(&e->link, rows[i].link);
		}
		assert_int_equal(manifest_lacks(&whole, &part) == NULL, rows[i].there);
		assert_non_null(manifest_lacks(&none, &part));
		assert_null(manifest_lacks(&part, &none));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_is_sorted_by_bytes),
		cmocka_unit_test(an_empty_tree_has_a_text),
		cmocka_unit_test(names_cannot_be_mistaken),
		cmocka_unit_test(entries_are_found_by_path),
		cmocka_unit_test(what_is_missing_or_other_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
