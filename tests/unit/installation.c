/* Tests of store/installation. */
#include "store/installation.h"
#include "store/links.h"
#include "store/stages.h"

#include "scratch.h"

#define STATE "var/lib/fardel/"
#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static struct bundle bundle_of(const char *name, const char *id)
{
	struct bundle b;

	bundle_init(&b);
	buf_sets(&b.name, name);
	buf_sets(&b.id, id);
	return b;
}

static int purge(struct scratch *s, const char *name, const char *id)
{
	AUTO(bundle) b = bundle_of(name, id);

	return installation_purge(&s->place, &b, &s->err);
}

static int open_of(struct scratch *s, const char *name, const char *id)
{
	AUTO(bundle) b = bundle_of(name, id);

	return installation_open_if(&s->place, &b, &s->err);
}

static int publish_stage(struct scratch *s, const char *stage, const char *name, const char *id)
{
	AUTO(bundle) b = bundle_of(name, id);

	return installation_publish(&s->place, stage, &b, &s->err);
}

static int is_whole_of(struct scratch *s, const char *name, const char *id)
{
	AUTO(bundle) b = bundle_of(name, id);

	return installation_is_whole(&s->place, &b, &s->err);
}

static void path_of(struct scratch *s, const char *name, const char *id, struct buf *out)
{
	AUTO(bundle) b = bundle_of(name, id);

	installation_path(&s->place, &b, out);
}

static void add(struct world *world, const char *name, const char *id, enum bundle_state state)
{
	struct bundle *b = vec_push(&world->of);

	bundle_init(b);
	buf_sets(&b->name, name);
	buf_sets(&b->id, id);
	b->state = state;
}

static void assert_id(struct scratch *s, const char *path, const char *id, bool same)
{
	AUTO_FD dir = file_open(s->fd, path, O_RDONLY | O_DIRECTORY, 0, &s->err);
	AUTO(buf) now = BUF_INIT;

	assert_int_equal(installation_id(dir, &now, &s->err), 0);
	assert_int_equal(now.n, 64);
	if (same)
		assert_buf(&now, id);
	else
		assert_string_not_equal(now.s, id);
}

static void get_id(struct scratch *s, const char *path, struct buf *id)
{
	AUTO_FD dir = file_open(s->fd, path, O_RDONLY | O_DIRECTORY, 0, &s->err);

	buf_clear(id);
	assert_int_equal(installation_id(dir, id, &s->err), 0);
}

static void put_installer(struct scratch *s, const char *top)
{
	AUTO(buf) path = BUF_INIT;

	buf_setf(&path, "%s/rules", top);
	put(s, path.s, "#!/bin/sh\nexit 0\n");
	put_mode(s, path.s, 0755);
	buf_setf(&path, "%s/legend", top);
	put(s, path.s, "Zoom\n");
	buf_setf(&path, "%s/share/data", top);
	put(s, path.s, "data");
	buf_setf(&path, "%s/link", top);
	put_link(s, path.s, "share/data");
}

static void the_id_is_the_manifests_sha256(void **state)
{
	struct scratch *s = *state;

	/* sha256sum of the lines of model/manifest.h, written by hand. */
	put(s, "t/dir/a", "abc");
	put_mode(s, "t/dir/a", 0755);
	put_link(s, "t/link", "dir/a");
	assert_id(s, "t", "3ff9e3b21d7a84ad05380f285782eac80e6cf22453a7ae0eac4cfb4fad6a9603", true);
}

static void the_id_changes_with_the_content(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) id = BUF_INIT;

	put_installer(s, "t");
	get_id(s, "t", &id);
	put(s, "t/legend", "Zoom!\n");
	assert_id(s, "t", id.s, false);
	put(s, "t/legend", "Zoom\n");
	assert_id(s, "t", id.s, true);
	put_mode(s, "t/legend", 0755);
	assert_id(s, "t", id.s, false);
	put_mode(s, "t/legend", 0644);
	put_dir(s, "t/empty", 0755);
	assert_id(s, "t", id.s, false);
	assert_int_equal(unlinkat(s->fd, "t/empty", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(s->fd, "t/link", 0), 0);
	put_link(s, "t/link", "share/other");
	assert_id(s, "t", id.s, false);
	assert_int_equal(unlinkat(s->fd, "t/link", 0), 0);
	put(s, "t/link", "data");
	assert_id(s, "t", id.s, false);
	assert_int_equal(unlinkat(s->fd, "t/link", 0), 0);
	put_link(s, "t/link", "share/data");
	assert_id(s, "t", id.s, true);
	assert_int_equal(renameat(s->fd, "t/share/data", s->fd, "t/share/data2"), 0);
	assert_id(s, "t", id.s, false);
}

static void our_own_folders_are_no_part_of_the_id(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) id = BUF_INIT;

	put_installer(s, "t");
	get_id(s, "t", &id);
	put(s, "t/upstream/usr/bin/zoom", "x");
	put(s, "t/upstream.tmp/half", "x");
	put(s, "t/packs/zoom.deb", "x");
	assert_int_equal(mkfifoat(s->fd, "t/upstream/fifo", 0600), 0);
	assert_id(s, "t", id.s, true);
	/* Only at the top. */
	put(s, "t/share/upstream/x", "x");
	assert_id(s, "t", id.s, false);
	assert_int_equal(unlinkat(s->fd, "t/share/upstream/x", 0), 0);
	assert_int_equal(unlinkat(s->fd, "t/share/upstream", AT_REMOVEDIR), 0);
	assert_id(s, "t", id.s, true);
	put(s, "t/upstream2", "x");
	assert_id(s, "t", id.s, false);
}

static void facts_stand_at_the_top(void **state)
{
	struct scratch *s = *state;
	AUTO(facts) facts = FACTS_INIT;
	AUTO_FD dir = -1;

	put_installer(s, "t");
	put(s, "t/description.fi", "kuvaus\n");
	put(s, "t/license", "free");
	put(s, "t/share/description", "not this");
	put(s, "t/unknown", "x");
	put_link(s, "t/format", "legend");
	dir = file_open(s->fd, "t", O_RDONLY | O_DIRECTORY, 0, &s->err);
	assert_int_equal(installation_facts(dir, &facts, &s->err), 0);
	assert_int_equal(facts.of.n, 2);
	assert_buf(&facts_get(&facts, "legend")->value, "Zoom\n");
	assert_buf(&facts_get(&facts, "description.fi")->value, "kuvaus\n");
	assert_true(facts.has_rules);
	assert_true(facts.has_licence);
	facts_drop(&facts);
	put_mode(s, "t/rules", 0644);
	assert_int_equal(installation_facts(dir, &facts, &s->err), 0);
	assert_false(facts.has_rules);
}

static void stages_are_new_and_empty(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) path = BUF_INIT;

	stage_path(&s->place, "7.0", &path);
	assert_buf(&path, "/" STATE "stage/7.0");
	put(s, STATE "stage/7.0/left/over", "x");
	put(s, STATE "stage/8.0/file", "x");
	put_mode(s, STATE "stage", 0700);
	for (int twice = 0; twice < 2; twice++) {
		AUTO_FD dir = stage_make(&s->place, "7.0", &s->err);

		assert_true(dir >= 0);
		assert_false(is_there(s, STATE "stage/7.0/left"));
		assert_int_equal(mode_of(s, STATE "stage/7.0"), 0755);
		assert_int_equal(mode_of(s, STATE "stage"), 0700);
	}
	assert_int_equal(stage_remove(&s->place, "7.0", &s->err), 0);
	assert_int_equal(stage_remove(&s->place, "7.0", &s->err), 0);
	assert_false(is_there(s, STATE "stage/7.0"));
	assert_true(is_there(s, STATE "stage/8.0/file"));
	assert_int_equal(stage_clear(&s->place, &s->err), 0);
	assert_int_equal(stage_is_clear(&s->place, &s->err), 1);
	assert_int_equal(stage_mark(&s->place, &s->err), 0);
	assert_int_equal(stage_mark(&s->place, &s->err), 0);
	assert_int_equal(stage_is_clear(&s->place, &s->err), 0);
	assert_int_equal(stage_clear(&s->place, &s->err), 0);
	assert_int_equal(stage_is_clear(&s->place, &s->err), 1);
	assert_false(is_there(s, STATE "stage/8.0"));
	assert_true(is_there(s, STATE "stage"));
}

static void no_stage_is_no_error(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(stage_remove(&s->place, "7.0", &s->err), 0);
	assert_int_equal(stage_clear(&s->place, &s->err), 0);
	assert_int_equal(stage_mark(&s->place, &s->err), 0);
	assert_int_equal(stage_is_clear(&s->place, &s->err), 1);
	assert_int_equal(installation_purge_all(&s->place, SPAN("zoom"), &s->err), 0);
	assert_int_equal(purge(s, "zoom", ID_A), 0);
	assert_int_equal(open_of(s, "zoom", ID_A), -1);
	assert_int_equal(s->err.code, ERR_NONE);
	assert_false(is_there(s, STATE "packages"));
}

static void publish(struct scratch *s, const char *name, const char *id, const char *content)
{
	AUTO_FD stage = stage_make(&s->place, "1.0", &s->err);

	assert_true(stage >= 0);
	assert_int_equal(file_replace(stage, "file", 0644, span_of(content), &s->err), 0);
	assert_int_equal(publish_stage(s, "1.0", name, id), 0);
}

static void stages_are_published_over_leftovers(void **state)
{
	struct scratch *s = *state;
	AUTO_FD dir = -1;
	AUTO(buf) path = BUF_INIT;

	path_of(s, "zoom", ID_A, &path);
	assert_buf(&path, "/" STATE "packages/zoom/" ID_A);
	put(s, STATE "packages/zoom/" ID_A "/left", "over");
	publish(s, "zoom", ID_A, "new");
	assert_file(s, STATE "packages/zoom/" ID_A "/file", "new");
	assert_false(is_there(s, STATE "packages/zoom/" ID_A "/left"));
	/* Both changed places at once: at no moment there was none. */
	assert_file(s, STATE "stage/1.0/left", "over");
	assert_int_equal(stage_remove(&s->place, "1.0", &s->err), 0);
	publish(s, "zoom", ID_B, "second");
	assert_file(s, STATE "packages/zoom/" ID_A "/file", "new");
	dir = open_of(s, "zoom", ID_B);
	assert_true(dir >= 0);
	assert_int_equal(publish_stage(s, "none", "zoom", ID_C), -1);
	assert_int_equal(s->err.sys, ENOENT);
}

static void purging_takes_one_or_all(void **state)
{
	struct scratch *s = *state;

	publish(s, "zoom", ID_A, "a");
	publish(s, "zoom", ID_B, "b");
	publish(s, "slack", ID_A, "s");
	/* What an earlier purge did not finish. */
	put(s, STATE "stage/" ID_A "/old/file", "x");
	assert_int_equal(purge(s, "zoom", ID_A), 0);
	assert_false(is_there(s, STATE "packages/zoom/" ID_A));
	assert_file(s, STATE "packages/zoom/" ID_B "/file", "b");
	assert_false(is_there(s, STATE "stage/" ID_A));
	assert_int_equal(purge(s, "zoom", ID_C), 0);
	assert_int_equal(purge(s, "zoom", ID_B), 0);
	assert_false(is_there(s, STATE "packages/zoom"));
	assert_int_equal(purge(s, "none", ID_B), 0);
	publish(s, "zoom", ID_A, "a");
	publish(s, "zoom", ID_B, "b");
	put(s, STATE "packages/zoom/stray", "x");
	assert_int_equal(installation_purge_all(&s->place, SPAN("zoom"), &s->err), 0);
	assert_false(is_there(s, STATE "packages/zoom"));
	assert_false(is_there(s, STATE "stage/zoom"));
	assert_int_equal(installation_purge_all(&s->place, SPAN("zoom"), &s->err), 0);
	assert_file(s, STATE "packages/slack/" ID_A "/file", "s");
}

static void links_say_what_is_in_use(void **state)
{
	static const struct {
		enum bundle_state state;
		bool installed, available;
	} table[] = {
		{BUNDLE_EXTRACTED, false, false},
		{BUNDLE_FETCHED, false, false},
		{BUNDLE_PREPARED, false, true},
		{BUNDLE_INSTALLED, true, true},
		{BUNDLE_BROKEN, false, false},
	};
	struct scratch *s = *state;

	/* From each state into each other one, and twice into each. */
	for (size_t i = 0; i < 2 * COUNT(table) * COUNT(table); i++) {
		size_t now = i % 2 ? (i / 2) % COUNT(table) : (i / 2) / COUNT(table);
		AUTO(world) world = WORLD_INIT;

		add(&world, "zoom", ID_A, table[now].state);
		assert_int_equal(links_publish(&s->place, &world, SPAN("zoom"), &s->err), 0);
		assert_link(s, STATE "installed/zoom",
			table[now].installed ? "../packages/zoom/" ID_A : "");
		assert_link(s, STATE "available/zoom",
			table[now].available ? "../packages/zoom/" ID_A : "");
	}
}

static void links_change_with_the_world(void **state)
{
	struct scratch *s = *state;
	AUTO(world) world = WORLD_INIT;

	/* The newer one is prepared; the older one stays what is shown. */
	add(&world, "zoom", ID_B, BUNDLE_PREPARED);
	add(&world, "zoom", ID_A, BUNDLE_INSTALLED);
	assert_int_equal(links_publish(&s->place, &world, SPAN("zoom"), &s->err), 0);
	assert_link(s, STATE "installed/zoom", "../packages/zoom/" ID_A);
	assert_link(s, STATE "available/zoom", "../packages/zoom/" ID_A);
	world.of.v[0].state = BUNDLE_INSTALLED;
	world.of.v[1].state = BUNDLE_PREPARED;
	assert_int_equal(links_publish(&s->place, &world, SPAN("zoom"), &s->err), 0);
	assert_link(s, STATE "installed/zoom", "../packages/zoom/" ID_B);
	world_drop(&world);
	assert_int_equal(links_publish(&s->place, &world, SPAN("zoom"), &s->err), 0);
	assert_false(is_there(s, STATE "installed/zoom"));
	assert_false(is_there(s, STATE "available/zoom"));
	assert_int_equal(links_publish(&s->place, &world, SPAN("zoom"), &s->err), 0);
}

static void rebuilding_removes_strangers(void **state)
{
	struct scratch *s = *state;
	AUTO(world) world = WORLD_INIT;

	add(&world, "slack", ID_A, BUNDLE_PREPARED);
	add(&world, "zoom", ID_B, BUNDLE_INSTALLED);
	add(&world, "zoom", ID_A, BUNDLE_PREPARED);
	put_dir(s, STATE "installed", 0755);
	put_dir(s, STATE "available", 0755);
	put_link(s, STATE "installed/zoom", "../packages/zoom/" ID_A);
	put_link(s, STATE "installed/slack", "/somewhere");
	put_link(s, STATE "installed/stranger", "../packages/stranger/" ID_A);
	put_link(s, STATE "available/stranger", "/");
	put(s, STATE "available/zoom", "a file");
	put(s, STATE "available/slack/file", "in a folder");
	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(links_rebuild(&s->place, &world, &s->err), 0);
		assert_link(s, STATE "installed/zoom", "../packages/zoom/" ID_B);
		assert_link(s, STATE "available/zoom", "../packages/zoom/" ID_B);
		assert_link(s, STATE "available/slack", "../packages/slack/" ID_A);
		assert_false(is_there(s, STATE "installed/slack"));
		assert_false(is_there(s, STATE "installed/stranger"));
		assert_false(is_there(s, STATE "available/stranger"));
	}
	world_drop(&world);
	assert_int_equal(links_rebuild(&s->place, &world, &s->err), 0);
	assert_false(is_there(s, STATE "installed/zoom"));
	assert_false(is_there(s, STATE "available/slack"));
}

static int is_whole(struct scratch *s, const char *id)
{
	return is_whole_of(s, "zoom", id);
}

static void what_is_whole_has_rules_and_the_packs_tree(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(is_whole(s, ID_A), 0);
	publish(s, "zoom", ID_A, "x");
	assert_int_equal(is_whole(s, ID_A), 0);
	put(s, STATE "packages/zoom/" ID_A "/rules", "x");
	assert_int_equal(is_whole(s, ID_A), 0);
	put(s, STATE "packages/zoom/" ID_A "/upstream", "a file");
	assert_int_equal(is_whole(s, ID_A), 0);
	assert_int_equal(unlinkat(s->fd, STATE "packages/zoom/" ID_A "/upstream", 0), 0);
	put_dir(s, STATE "packages/zoom/" ID_A "/upstream", 0755);
	assert_int_equal(is_whole(s, ID_A), 1);
	assert_int_equal(is_whole(s, ID_B), 0);
	assert_int_equal(unlinkat(s->fd, STATE "packages/zoom/" ID_A "/rules", 0), 0);
	assert_int_equal(is_whole(s, ID_A), 0);
}

static void sweeping_finds_what_nobody_knows(void **state)
{
	struct scratch *s = *state;
	AUTO(world) world = WORLD_INIT;
	AUTO(texts) found = {0};

	assert_int_equal(installation_sweep(&s->place, &world, true, &found, &s->err), 0);
	assert_int_equal(found.of.n, 0);
	add(&world, "zoom", ID_A, BUNDLE_INSTALLED);
	publish(s, "zoom", ID_A, "known");
	publish(s, "zoom", ID_B, "left");
	put(s, STATE "packages/slack/" ID_A "/deep/file", "left");
	assert_int_equal(installation_sweep(&s->place, &world, false, &found, &s->err), 0);
	assert_int_equal(found.of.n, 2);
	if (strcmp(found.of.v[0].s, "zoom/" ID_B) == 0) {
		assert_buf(&found.of.v[1], "slack/" ID_A);
	} else {
		assert_buf(&found.of.v[0], "slack/" ID_A);
		assert_buf(&found.of.v[1], "zoom/" ID_B);
	}
	assert_true(is_there(s, STATE "packages/zoom/" ID_B));
	texts_drop(&found);
	assert_int_equal(installation_sweep(&s->place, &world, true, &found, &s->err), 0);
	assert_int_equal(found.of.n, 2);
	assert_false(is_there(s, STATE "packages/zoom/" ID_B));
	assert_false(is_there(s, STATE "packages/slack/" ID_A));
	assert_file(s, STATE "packages/zoom/" ID_A "/file", "known");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(the_id_is_the_manifests_sha256),
		SCRATCH_TEST(the_id_changes_with_the_content),
		SCRATCH_TEST(our_own_folders_are_no_part_of_the_id),
		SCRATCH_TEST(facts_stand_at_the_top),
		SCRATCH_TEST(stages_are_new_and_empty),
		SCRATCH_TEST(no_stage_is_no_error),
		SCRATCH_TEST(stages_are_published_over_leftovers),
		SCRATCH_TEST(purging_takes_one_or_all),
		SCRATCH_TEST(links_say_what_is_in_use),
		SCRATCH_TEST(links_change_with_the_world),
		SCRATCH_TEST(rebuilding_removes_strangers),
		SCRATCH_TEST(what_is_whole_has_rules_and_the_packs_tree),
		SCRATCH_TEST(sweeping_finds_what_nobody_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
