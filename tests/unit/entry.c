/* Tests of model/entry. */
#include "model/entry.h"

#include "unit.h"

static struct entry_raw file(const char *path)
{
	return (struct entry_raw){.path = span_of(path),
		.link = SPAN(""),
		.type = ENTRY_FILE,
		.mode = 0644,
		.size = 1};
}

static struct entry_raw folder(const char *path)
{
	struct entry_raw raw = file(path);

	raw.type = ENTRY_DIR;
	raw.mode = 0755;
	raw.size = 0;
	return raw;
}

static struct entry_raw leading(enum entry_type type, const char *path, const char *target)
{
	struct entry_raw raw = file(path);

	raw.type = type;
	raw.link = span_of(target);
	raw.size = 0;
	return raw;
}

static void accept(struct entry_plan *plan, struct entry_raw raw, const char *path)
{
	struct err err = ERR_INIT;
	struct entry_act act;

	if (entry_plan_next(plan, &raw, &act, &err) < 0)
		fail_msg("%.*s: %s", SPAN_ARG(raw.path), err.text);
	assert_span(act.path, path);
	assert_int_equal(act.skip, !*path);
	assert_int_equal(act.type, raw.type);
}

static void refuse(struct entry_plan *plan, struct entry_raw raw, const char *why)
{
	struct err err = ERR_INIT;
	struct entry_act act;

	assert_int_equal(entry_plan_next(plan, &raw, &act, &err), -1);
	assert_err(&err, ERR_INSTALLER, why);
}

/* A plan whose top is "zoom", with a folder, a file and a symlink in it. */
static int begin(void **state)
{
	struct entry_plan *plan = entry_plan_new(&entry_limits_installer);

	*state = plan;
	accept(plan, folder("zoom/"), "");
	accept(plan, folder("zoom/dir"), "dir");
	accept(plan, file("zoom/rules"), "rules");
	accept(plan, leading(ENTRY_SYMLINK, "zoom/link", "/etc/passwd"), "link");
	return 0;
}

static int end(void **state)
{
	entry_plan_free(*state);
	return 0;
}

static void the_first_member_gives_the_top(void **state)
{
	struct entry_plan *plan = entry_plan_new(&entry_limits_installer);

	(void)state;
	assert_span(entry_plan_top(plan), "");
	accept(plan, folder("./"), "");
	accept(plan, folder("."), "");
	assert_span(entry_plan_top(plan), "");
	accept(plan, file("./zoom/rules"), "rules");
	assert_span(entry_plan_top(plan), "zoom");
	accept(plan, folder("zoom"), "");
	refuse(plan, file("slack/rules"), "not below the archive's top folder");
	refuse(plan, file("zoomx/rules"), "not below the archive's top folder");
	entry_plan_free(plan);
	entry_plan_free(NULL);
}

static void the_top_is_a_folder(void **state)
{
	struct entry_plan *plan = entry_plan_new(&entry_limits_installer);

	(void)state;
	refuse(plan, file("."), "no folder");
	refuse(plan, file("zoom"), "no folder");
	refuse(plan, leading(ENTRY_SYMLINK, "zoom", "/etc"), "no folder");
	entry_plan_free(plan);
}

static void what_says_nothing_is_left_out(void **state)
{
	accept(*state, file("./zoom//a///b/./c"), "a/b/c");
	accept(*state, folder("zoom/./d/"), "d");
	refuse(*state, file("zoom/a/b/c"), "there twice");
	refuse(*state, file("zoom/./a/./b//c"), "there twice");
}

static void paths_stay_inside(void **state)
{
	struct entry_raw raw = file("zoom/a");

	refuse(*state, file(""), "without a name");
	refuse(*state, file("/zoom/x"), "absolute");
	refuse(*state, file("//zoom/x"), "absolute");
	refuse(*state, file(".."), "\"..\"");
	refuse(*state, file("../zoom/x"), "\"..\"");
	refuse(*state, file("zoom/../zoom/x"), "\"..\"");
	refuse(*state, file("zoom/.."), "\"..\"");
	refuse(*state, file("zoom/dir/.."), "\"..\"");
	raw.path = (struct span){"zoom/a\0b", 8};
	refuse(*state, raw, "NUL");
	accept(*state, file("zoom/..."), "...");
	accept(*state, file("zoom/..a/b.."), "..a/b..");
}

static void nothing_is_there_twice_but_folders(void **state)
{
	accept(*state, folder("zoom/dir/"), "dir");
	refuse(*state, file("zoom/rules"), "there twice");
	refuse(*state, file("zoom/dir"), "there twice");
	refuse(*state, folder("zoom/rules"), "there twice");
	refuse(*state, folder("zoom/link"), "there twice");
	refuse(*state, leading(ENTRY_SYMLINK, "zoom/dir", "x"), "there twice");
	refuse(*state, leading(ENTRY_HARDLINK, "zoom/link", "zoom/rules"), "there twice");
	accept(*state, file("zoom/implied/x"), "implied/x");
	accept(*state, folder("zoom/implied"), "implied");
	refuse(*state, file("zoom/implied"), "there twice");
}

static void members_are_below_folders(void **state)
{
	accept(*state, file("zoom/dir/a/b"), "dir/a/b");
	refuse(*state, file("zoom/rules/x"), "not a folder");
	refuse(*state, file("zoom/link/x"), "not a folder");
	refuse(*state, folder("zoom/link/x"), "not a folder");
	refuse(*state, file("zoom/dir/a/b/c/d"), "not a folder");
}

static void symlinks_stand_as_they_are(void **state)
{
	struct entry_raw raw = leading(ENTRY_SYMLINK, "zoom/l", "../../etc/./shadow");
	struct err err = ERR_INIT;
	struct entry_act act;

	assert_int_equal(entry_plan_next(*state, &raw, &act, &err), 0);
	assert_span(act.link, "../../etc/./shadow");
	refuse(*state, leading(ENTRY_SYMLINK, "zoom/m", ""), "without a target");
	raw = leading(ENTRY_SYMLINK, "zoom/n", "");
	raw.link = (struct span){"a\0b", 3};
	refuse(*state, raw, "NUL");
}

static void hard_links_lead_to_files_that_came_before(void **state)
{
	struct entry_raw raw = file("zoom/tool");
	struct err err = ERR_INIT;
	struct entry_act act;

	raw.mode = 0700;
	assert_int_equal(entry_plan_next(*state, &raw, &act, &err), 0);
	raw = leading(ENTRY_HARDLINK, "zoom/h", "./zoom//tool");
	assert_int_equal(entry_plan_next(*state, &raw, &act, &err), 0);
	assert_span(act.path, "h");
	assert_span(act.link, "tool");
	assert_int_equal(act.mode, 0755);
	accept(*state, leading(ENTRY_HARDLINK, "zoom/h2", "zoom/h"), "h2");
	refuse(*state, leading(ENTRY_HARDLINK, "zoom/i", "zoom/nothing"), "no file");
	refuse(*state, leading(ENTRY_HARDLINK, "zoom/i", "zoom/i"), "no file");
	refuse(*state, leading(ENTRY_HARDLINK, "zoom/i", "zoom/dir"), "no file");
	refuse(*state, leading(ENTRY_HARDLINK, "zoom/i", "zoom/link"), "no file");
	refuse(*state, leading(ENTRY_HARDLINK, "zoom/i", "zoom"), "no file");
	refuse(*state, leading(ENTRY_HARDLINK, "zoom/i", "."), "no file");
	refuse(*state, leading(ENTRY_HARDLINK, "zoom/i", ""), "target of a hard link");
	refuse(*state, leading(ENTRY_HARDLINK, "zoom/i", "/etc/passwd"), "absolute");
	refuse(*state, leading(ENTRY_HARDLINK, "zoom/i", "zoom/../x"), "\"..\"");
	refuse(*state, leading(ENTRY_HARDLINK, "zoom/i", "slack/x"), "top folder");
	accept(*state, file("zoom/i"), "i");
}

static void modes_are_stripped(void **state)
{
	static const unsigned modes[][2] = {{0644, 0644}, {0755, 0755}, {06777, 0755}, {0, 0644},
		{0100, 0755}, {0001, 0755}, {01666, 0644}};
	AUTO(buf) path = BUF_INIT;
	struct err err = ERR_INIT;
	struct entry_act act;

	for (size_t i = 0; i < COUNT(modes); i++) {
		struct entry_raw raw;

		buf_setf(&path, "zoom/f%zu", i);
		raw = file(path.s);
		raw.mode = modes[i][0];
		assert_int_equal(entry_plan_next(*state, &raw, &act, &err), 0);
		assert_int_equal(act.mode, modes[i][1]);
	}
	assert_int_equal(entry_plan_next(*state,
				 &(struct entry_raw){SPAN("zoom/d"), SPAN(""), ENTRY_DIR, 07777, 0},
				 &act, &err),
		0);
	assert_int_equal(act.mode, 0755);
}

static void paths_have_limits(void **state)
{
	AUTO(buf) path = BUF_INIT;

	buf_sets(&path, "zoom/");
	while (path.n < 5 + 255)
		buf_addc(&path, 'a');
	accept(*state, file(path.s), path.s + 5);
	buf_addc(&path, 'a');
	refuse(*state, file(path.s), "more bytes than 255");
	buf_sets(&path, "zoom");
	for (int i = 0; i < 32; i++)
		buf_adds(&path, "/d");
	accept(*state, folder(path.s), path.s + 5);
	buf_adds(&path, "/f");
	accept(*state, file(path.s), path.s + 5);
	path.s[path.n - 1] = 'd';
	refuse(*state, folder(path.s), "more folders than 32");
	buf_adds(&path, "/f");
	refuse(*state, file(path.s), "more folders than 32");
	buf_sets(&path, "zoom");
	while (path.n < 1024)
		buf_adds(&path, "/.");
	buf_adds(&path, "/x");
	refuse(*state, file(path.s), "more bytes than 1024");
	refuse(*state, leading(ENTRY_SYMLINK, "zoom/s", path.s), "more bytes than 1024");
	refuse(*state, leading(ENTRY_HARDLINK, "zoom/s", path.s), "more bytes than 1024");
}

static void a_package_of_packets_is_where_its_manifest_is(void **state)
{
	static const char *const roots[] = {"", "./", "a/b/", ".//a/./b/"};

	(void)state;
	for (size_t i = 0; i < COUNT(roots); i++) {
		struct entry_plan *plan = entry_plan_new(&entry_limits_packets);
		AUTO(buf) path = BUF_INIT;
		struct entry_raw top = file("./");

		entry_plan_root(plan, span_of(roots[i]));
		top.type = ENTRY_DIR;
		accept(plan, top, "");
		buf_setf(&path, "%sdata/x", i < 2 ? "./" : "a/./b/");
		accept(plan, file(path.s), "data/x");
		buf_setf(&path, "%smanifest.toml", i < 2 ? "" : "a/b/");
		accept(plan, file(path.s), "manifest.toml");
		refuse(plan, file(path.s), "is there twice");
		buf_setf(&path, "%sdata/ln", i < 2 ? "" : "./a/b/");
		accept(plan, leading(ENTRY_SYMLINK, path.s, "/"), "data/ln");
		buf_addf(&path, "/evil");
		refuse(plan, file(path.s), "is below something that is not a folder");
		refuse(plan, file("../x"), "\"..\"");
		refuse(plan, file("/x"), "absolute");
		if (i >= 2) {
			refuse(plan, file("a/other"), "is not below the folder of the first");
			refuse(plan, file("a"), "is the top of the archive, but no folder");
		} else {
			refuse(plan, file("upstream/x"), "a name that fardel itself uses");
		}
		entry_plan_free(plan);
	}
}

static void contents_are_counted_as_they_come(void **state)
{
	struct entry_limits limits = {100, 10, 5, 50, 100, NULL, false, 0, 0, false};
	struct entry_plan *plan = entry_plan_new(&limits);
	struct entry_raw raw = file("z/a");
	struct err err = ERR_INIT;

	(void)state;
	raw.size = 100;
	accept(plan, raw, "a");
	assert_int_equal(entry_plan_bytes(plan, 60, &err), 0);
	assert_int_equal(entry_plan_bytes(plan, 0, &err), 0);
	raw = file("z/b");
	raw.size = 41;
	refuse(plan, raw, "holds more than 100 B");
	raw.size = INT64_MAX;
	refuse(plan, raw, "holds more than 100 B");
	raw.size = -1;
	accept(plan, raw, "b");
	assert_int_equal(entry_plan_bytes(plan, 40, &err), 0);
	assert_int_equal(entry_plan_bytes(plan, 1, &err), -1);
	assert_err(&err, ERR_INSTALLER, "holds more than 100 B");
	assert_int_equal(entry_plan_bytes(plan, SIZE_MAX, &err), -1);
	entry_plan_free(plan);
}

/* Folders that no member states are made too: they count. */
static void entries_are_counted_with_implied_folders(void **state)
{
	struct entry_limits limits = {100, 4, 32, 50, 100, NULL, false, 0, 0, false};
	struct entry_plan *plan = entry_plan_new(&limits);

	(void)state;
	accept(plan, file("z/a/b/c"), "a/b/c");
	accept(plan, folder("z/a/b"), "a/b");
	accept(plan, file("z/d"), "d");
	refuse(plan, file("z/e"), "more entries than 4");
	entry_plan_free(plan);
}

static void ten_thousand_members_are_quick(void **state)
{
	struct entry_plan *plan = entry_plan_new(&entry_limits_installer);
	AUTO(buf) path = BUF_INIT;

	(void)state;
	for (int i = 0; i < 9900; i++) {
		buf_setf(&path, "zoom/%d/%d", i % 100, i);
		accept(plan, file(path.s), path.s + 5);
	}
	for (int i = 0; i < 9900; i++) {
		buf_setf(&path, "zoom/%d/%d", i % 100, i);
		refuse(plan, file(path.s), "there twice");
	}
	refuse(plan, file("zoom/one-more"), "more entries than 10000");
	entry_plan_free(plan);
}

static void a_refusal_names_the_member(void **state)
{
	AUTO(buf) path = BUF_INIT;

	refuse(*state, file("zoom/a\033/../x"), "member zoom/a\\x1b/../x: ");
	buf_sets(&path, "zoom/../");
	while (path.n < 1000)
		buf_addc(&path, 'a');
	refuse(*state, file(path.s), "has \"..\" in its path");
}

static void what_fardel_makes_itself_is_not_brought(void **state)
{
	refuse(*state, file("zoom/upstream"), "fardel itself uses");
	refuse(*state, folder("zoom/upstream.tmp"), "fardel itself uses");
	refuse(*state, leading(ENTRY_SYMLINK, "zoom/packs", "/etc"), "fardel itself uses");
	accept(*state, file("zoom/dir/upstream"), "dir/upstream");
	accept(*state, file("zoom/upstream_pack_url"), "upstream_pack_url");
}

/* From here on: packs, which have no top folder. */
static int begin_pack(void **state)
{
	struct entry_plan *plan = entry_plan_new(&entry_limits_pack);

	*state = plan;
	accept(plan, folder("./"), "");
	accept(plan, folder("./usr/"), "usr");
	accept(plan, file("./usr/tool"), "usr/tool");
	accept(plan, leading(ENTRY_SYMLINK, "usr/link", "/etc"), "usr/link");
	return 0;
}

static struct entry_act plan_one(struct entry_plan *plan, struct entry_raw raw)
{
	struct err err = ERR_INIT;
	struct entry_act act;

	if (entry_plan_next(plan, &raw, &act, &err) < 0)
		fail_msg("%.*s: %s", SPAN_ARG(raw.path), err.text);
	return act;
}

static void a_pack_has_no_top_folder(void **state)
{
	accept(*state, file("opt/x"), "opt/x");
	accept(*state, file("at-the-top"), "at-the-top");
	accept(*state, file("upstream"), "upstream");
	assert_span(entry_plan_top(*state), "");
	refuse(*state, file("./"), "no folder");
	refuse(*state, file("../x"), "\"..\"");
	refuse(*state, file("/usr/x"), "absolute");
}

static void a_file_comes_again_in_place_of_a_file_only(void **state)
{
	struct entry_act first = plan_one(*state, file("usr/twice"));
	struct entry_act again = plan_one(*state, file("usr//twice"));

	assert_false(first.replaces);
	assert_true(again.replaces);
	assert_int_equal(first.id, again.id);
	assert_false(plan_one(*state, folder("usr")).replaces);
	refuse(*state, file("usr"), "there twice");
	refuse(*state, file("usr/link"), "there twice");
	refuse(*state, folder("usr/twice"), "there twice");
	refuse(*state, leading(ENTRY_SYMLINK, "usr/link", "/etc"), "there twice");
	refuse(*state, leading(ENTRY_SYMLINK, "usr/tool", "/etc"), "there twice");
	refuse(*state, leading(ENTRY_HARDLINK, "usr/twice", "usr/tool"), "there twice");
	accept(*state, leading(ENTRY_HARDLINK, "usr/hard", "./usr/tool"), "usr/hard");
	refuse(*state, file("usr/hard"), "there twice");
	refuse(*state, file("usr/link/x"), "not a folder");
	refuse(*state, leading(ENTRY_HARDLINK, "usr/h", "usr/link/passwd"), "no file");
	refuse(*state, leading(ENTRY_HARDLINK, "usr/h", "usr/../x"), "\"..\"");
}

static void what_comes_again_is_counted(void **state)
{
	struct entry_limits limits = entry_limits_pack;
	struct entry_plan *plan;

	(void)state;
	limits.entries = 5;
	plan = entry_plan_new(&limits);
	accept(plan, file("x"), "x");
	for (int i = 0; i < 5; i++)
		accept(plan, file("x"), "x");
	refuse(plan, file("x"), "twice");
	entry_plan_free(plan);
}

static void modes_of_a_pack_are_kept_but_for_some_bits(void **state)
{
	static const struct {
		unsigned from, to;
		bool stripped;
	} modes[] = {{0644, 0644, false}, {0750, 0750, false}, {0, 0, false}, {04755, 0755, true},
		{02755, 0755, true}, {01755, 0755, true}, {0664, 0644, true}, {0666, 0644, true},
		{07777, 0755, true}};

	for (size_t i = 0; i < COUNT(modes); i++) {
		struct entry_raw raw = file("usr/f");
		struct entry_act act;

		raw.mode = modes[i].from;
		act = plan_one(*state, raw);
		assert_int_equal(act.mode, modes[i].to);
		assert_int_equal(act.stripped, modes[i].stripped);
		raw = folder("usr/d");
		raw.mode = modes[i].from;
		act = plan_one(*state, raw);
		assert_int_equal(act.mode, modes[i].to);
		assert_int_equal(act.stripped, modes[i].stripped);
	}
}

static void paths_have_numbers(void **state)
{
	struct entry_act act = plan_one(*state, file("a/b/c"));
	AUTO(buf) path = BUF_INIT;

	/* usr, usr/tool and usr/link came before. */
	assert_int_equal(act.id, 5);
	entry_plan_path(*state, 3, &path);
	assert_buf(&path, "a");
	entry_plan_path(*state, 4, &path);
	assert_buf(&path, "a/b");
	entry_plan_path(*state, 5, &path);
	assert_buf(&path, "a/b/c");
	assert_int_equal(plan_one(*state, folder("a/b")).id, 4);
	assert_int_equal(plan_one(*state, file("z")).id, 6);
}

static void leading_parts_are_left_out(void **state)
{
	struct entry_plan *plan = entry_plan_new(&entry_limits_pack);

	(void)state;
	entry_plan_choose(plan, &(struct entry_choice){.strip = 2});
	accept(plan, folder("./a"), "");
	accept(plan, file("./a/b"), "");
	accept(plan, leading(ENTRY_SYMLINK, "a/l", "/etc"), "");
	accept(plan, file("./a/b/c"), "c");
	accept(plan, file("x//./y/z/w"), "z/w");
	accept(plan, leading(ENTRY_HARDLINK, "a/b/h", "a/b/c"), "h");
	refuse(plan, leading(ENTRY_HARDLINK, "a/b/h2", "c"), "no file");
	refuse(plan, file("a/b/../x"), "\"..\"");
	refuse(plan, file("../a/b/x"), "\"..\"");
	assert_true(plan_one(plan, file("other/top/c")).replaces);
	entry_plan_free(plan);
}

static void members_are_chosen(void **state)
{
	static const char *const include[] = {"usr/bin", "**/*.so", "none", NULL};
	static const char *const exclude[] = {"usr/bin/bad*", NULL};
	struct entry_plan *plan = entry_plan_new(&entry_limits_pack);

	(void)state;
	entry_plan_choose(
		plan, &(struct entry_choice){.strip = 1, .include = include, .exclude = exclude});
	assert_string_equal(entry_plan_unmatched(plan), "usr/bin");
	assert_true(plan_one(plan, folder("t/usr")).skip);
	assert_false(plan_one(plan, file("t/usr/bin/x/y")).skip);
	assert_string_equal(entry_plan_unmatched(plan), "**/*.so");
	assert_true(plan_one(plan, file("t/usr/bin/bad/y")).skip);
	assert_false(plan_one(plan, file("t/a/b.so")).skip);
	assert_true(plan_one(plan, file("t/a/b")).skip);
	assert_string_equal(entry_plan_unmatched(plan), "none");
	refuse(plan, leading(ENTRY_HARDLINK, "t/usr/bin/h", "t/a/b"), "no file");
	/* What is left out takes no path. */
	assert_false(plan_one(plan, file("t/a/b/c.so")).skip);
	entry_plan_free(plan);
}

static void bombs_are_out_of_ratio(void **state)
{
	struct entry_limits limits = entry_limits_pack;
	struct entry_plan *plan;
	struct err err = ERR_INIT;

	(void)state;
	limits.ratio = 10;
	limits.slack = 100;
	plan = entry_plan_new(&limits);
	assert_int_equal(entry_plan_bytes(plan, 100, &err), 0);
	entry_plan_read(plan, 5);
	assert_int_equal(entry_plan_bytes(plan, 50, &err), 0);
	assert_int_equal(entry_plan_bytes(plan, 10, &err), -1);
	assert_err(&err, ERR_INSTALLER, "more than 10 times its size");
	entry_plan_free(plan);
}

static void limits_of_a_pack(void **state)
{
	struct err err = ERR_INIT;
	AUTO(buf) path = BUF_INIT;
	struct entry_raw raw = file("usr/big");

	for (int i = 0; i < 64; i++)
		buf_adds(&path, "d/");
	buf_addc(&path, 'f');
	accept(*state, file(path.s), path.s);
	path.s[path.n - 1] = 'd';
	buf_adds(&path, "/f");
	refuse(*state, file(path.s), "more folders than 64");
	buf_sets(&path, "a");
	while (path.n < 4097)
		buf_adds(&path, "/.");
	refuse(*state, file(path.s), "more bytes than 4096");
	entry_plan_read(*state, INT64_MAX);
	raw.size = 8LL << 30;
	accept(*state, raw, "usr/big");
	raw.path = span_of("usr/bigger");
	raw.size++;
	refuse(*state, raw, "holds more than");
	assert_int_equal(entry_plan_bytes(*state, 8UL << 30, &err), 0);
	assert_int_equal(entry_plan_bytes(*state, 1, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_member_gives_the_top),
		cmocka_unit_test(the_top_is_a_folder),
		cmocka_unit_test_setup_teardown(what_says_nothing_is_left_out, begin, end),
		cmocka_unit_test_setup_teardown(paths_stay_inside, begin, end),
		cmocka_unit_test_setup_teardown(
			what_fardel_makes_itself_is_not_brought, begin, end),
		cmocka_unit_test_setup_teardown(nothing_is_there_twice_but_folders, begin, end),
		cmocka_unit_test_setup_teardown(members_are_below_folders, begin, end),
		cmocka_unit_test_setup_teardown(symlinks_stand_as_they_are, begin, end),
		cmocka_unit_test_setup_teardown(
			hard_links_lead_to_files_that_came_before, begin, end),
		cmocka_unit_test_setup_teardown(modes_are_stripped, begin, end),
		cmocka_unit_test_setup_teardown(paths_have_limits, begin, end),
		cmocka_unit_test(a_package_of_packets_is_where_its_manifest_is),
		cmocka_unit_test(contents_are_counted_as_they_come),
		cmocka_unit_test(entries_are_counted_with_implied_folders),
		cmocka_unit_test(ten_thousand_members_are_quick),
		cmocka_unit_test_setup_teardown(a_refusal_names_the_member, begin, end),
		cmocka_unit_test_setup_teardown(a_pack_has_no_top_folder, begin_pack, end),
		cmocka_unit_test_setup_teardown(
			a_file_comes_again_in_place_of_a_file_only, begin_pack, end),
		cmocka_unit_test(what_comes_again_is_counted),
		cmocka_unit_test_setup_teardown(
			modes_of_a_pack_are_kept_but_for_some_bits, begin_pack, end),
		cmocka_unit_test_setup_teardown(paths_have_numbers, begin_pack, end),
		cmocka_unit_test(leading_parts_are_left_out),
		cmocka_unit_test(members_are_chosen),
		cmocka_unit_test(bombs_are_out_of_ratio),
		cmocka_unit_test_setup_teardown(limits_of_a_pack, begin_pack, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
