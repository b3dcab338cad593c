/* Tests of model/puavo, and of store/puavo_scan, whose trees it compares. */
#include "model/puavo.h"

#include "scratch.h"

#include "model/installer.h"
#include "store/links.h"
#include "store/puavo_scan.h"

#define ROOT "var/lib/puavo-pkg/"
#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SYSTEM "image/puavo-pkg"

static void add(struct world *world, const char *name, const char *id, enum bundle_layout layout,
	enum bundle_state state)
{
	struct bundle *b = vec_push(&world->of);

	bundle_init(b);
	b->row = (int64_t)world->of.n;
	buf_sets(&b->name, name);
	buf_sets(&b->puavo_id, id);
	buf_setf(&b->id, "%s%s", id, id);
	b->layout = layout;
	b->state = state;
}

static void prepare(struct scratch *s, const char *name, const char *id)
{
	AUTO(buf) path = BUF_INIT;

	buf_addf(&path, ROOT "packages/%s/%s/upstream", name, id);
	put_dir(s, path.s, 0755);
	buf_setf(&path, ROOT "packages/%s/%s/.prepared", name, id);
	put(s, path.s, "");
	buf_setf(&path, ROOT "packages/%s/%s/rules", name, id);
	put(s, path.s, "");
}

static void link_to(struct scratch *s, const char *folder, const char *name, const char *id)
{
	AUTO(buf) link = BUF_INIT;
	AUTO(buf) target = BUF_INIT;

	buf_addf(&link, ROOT "%s", folder);
	put_dir(s, link.s, 0755);
	buf_addf(&link, "/%s", name);
	buf_addf(&target, "/" ROOT "packages/%s/%s", name, id);
	put_link(s, link.s, target.s);
}

static const char *const turns[] = {[PUAVO_GONE] = "gone",
	[PUAVO_STATE] = "state",
	[PUAVO_NEW] = "new",
	[PUAVO_FIRST] = "first"};

/* What differs, as a text: "new hello a installed; first hello a". */
static void compare(struct scratch *s, const struct world *world, struct buf *out)
{
	AUTO(puavo_tree) tree = PUAVO_TREE_INIT;
	AUTO(puavo_changes) changes = {0};

	assert_int_equal(puavo_scan(&s->place, &tree, &s->err), 0);
	puavo_compare(world, &tree, &changes);
	VEC_FOR (const struct puavo_change, c, &changes.of) {
		const struct buf *name = c->folder ? &c->folder->name : &c->bundle->name;
		const struct buf *id = c->folder ? &c->folder->id : &c->bundle->puavo_id;

		buf_addf(out, "%s%s %s %.1s", out->n ? "; " : "", turns[c->turn], name->s, id->s);
		if (c->turn == PUAVO_NEW || c->turn == PUAVO_STATE)
			buf_addf(out, " %s", bundle_state_name(c->state));
	}
}

static void assert_differs(struct scratch *s, const struct world *world, const char *wanted)
{
	AUTO(buf) text = BUF_INIT;

	compare(s, world, &text);
	assert_buf(&text, wanted);
}

static void without_a_rootdir_nothing_differs(void **state)
{
	AUTO(world) world = WORLD_INIT;

	add(&world, "zoom", A, LAYOUT_FARDEL, BUNDLE_INSTALLED);
	assert_differs(*state, &world, "");
}

static void what_is_not_known_is_new(void **state)
{
	struct scratch *s = *state;
	AUTO(world) world = WORLD_INIT;

	prepare(s, "hello", A);
	link_to(s, "installed", "hello", A);
	link_to(s, "available", "hello", A);
	prepare(s, "zoo", B);
	put(s, ROOT "packages/half/" A "/rules", "");
	assert_differs(s, &world,
		"new half a extracted; new zoo b prepared; new hello a installed; first hello a");
}

static void names_and_ids_are_such(void **state)
{
	struct scratch *s = *state;
	AUTO(world) world = WORLD_INIT;

	put(s, ROOT "packages/.hidden/" A "/rules", "");
	put(s, ROOT "packages/UPPER/" A "/rules", "");
	put(s, ROOT "packages/hello/" A ".tmp/rules", "");
	put(s, ROOT "packages/hello/short/rules", "");
	put(s, ROOT "packages/hello/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/rules", "");
	put(s, ROOT "packages/file", "");
	put(s, "elsewhere/" A "/rules", "");
	put_link(s, ROOT "packages/link", "/elsewhere");
	put_link(s, ROOT "packages/hello/" B, "/elsewhere/" A);
	assert_differs(s, &world, "");
}

static void what_is_as_known_is_no_change(void **state)
{
	struct scratch *s = *state;
	AUTO(world) world = WORLD_INIT;

	prepare(s, "hello", A);
	prepare(s, "hello", B);
	link_to(s, "installed", "hello", A);
	link_to(s, "available", "hello", B);
	add(&world, "hello", B, LAYOUT_PUAVO, BUNDLE_PREPARED);
	add(&world, "hello", A, LAYOUT_PUAVO, BUNDLE_INSTALLED);
	assert_differs(s, &world, "");
	/* What is broken looks as what is prepared. */
	world.of.v[0].state = BUNDLE_BROKEN;
	assert_differs(s, &world, "");
	world.of.v[0].state = BUNDLE_FETCHED;
	assert_differs(s, &world, "state hello b prepared; first hello b");
}

static void what_leaves_use_stands_first(void **state)
{
	struct scratch *s = *state;
	AUTO(world) world = WORLD_INIT;

	prepare(s, "hello", A);
	prepare(s, "hello", B);
	link_to(s, "installed", "hello", B);
	link_to(s, "available", "hello", B);
	add(&world, "hello", A, LAYOUT_PUAVO, BUNDLE_INSTALLED);
	add(&world, "hello", B, LAYOUT_PUAVO, BUNDLE_PREPARED);
	assert_differs(s, &world, "state hello a prepared; state hello b installed; first hello b");
}

static void what_is_gone_is_gone_but_where_a_link_asks_for_it(void **state)
{
	struct scratch *s = *state;
	AUTO(world) world = WORLD_INIT;

	put_dir(s, ROOT "packages", 0755);
	add(&world, "hello", A, LAYOUT_PUAVO, BUNDLE_INSTALLED);
	assert_differs(s, &world, "gone hello a");
	link_to(s, "installed", "hello", A);
	assert_differs(s, &world, "");
	world.of.v[0].layout = LAYOUT_FARDEL;
	assert_differs(s, &world, "");
}

static void the_original_tools_link_counts(void **state)
{
	struct scratch *s = *state;
	AUTO(world) world = WORLD_INIT;

	prepare(s, "hello", A);
	put_link(s, ROOT "packages/hello/installed", A);
	assert_differs(s, &world, "new hello a installed");
}

static void the_original_tools_link_follows(void **state)
{
	struct scratch *s = *state;
	AUTO(world) world = WORLD_INIT;
	char target[64] = "";

	prepare(s, "hello", A);
	prepare(s, "hello", B);
	put_link(s, ROOT "packages/hello/installed", B);
	add(&world, "hello", A, LAYOUT_PUAVO, BUNDLE_INSTALLED);
	add(&world, "hello", B, LAYOUT_PUAVO, BUNDLE_PREPARED);
	world.of.v[0].format = 1;
	assert_int_equal(links_publish(&s->place, &world, SPAN("hello"), &s->err), 0);
	assert_int_equal(readlinkat(s->fd, ROOT "packages/hello/installed", target, 63), 32);
	assert_string_equal(target, A);
	assert_differs(s, &world, "");
	world.of.v[0].state = BUNDLE_PREPARED;
	assert_int_equal(links_publish(&s->place, &world, SPAN("hello"), &s->err), 0);
	assert_false(is_there(s, ROOT "packages/hello/installed"));
	/* Nor does it stand beside one that the original tool cannot read. */
	put_link(s, ROOT "packages/hello/installed", A);
	world.of.v[0].state = BUNDLE_INSTALLED;
	world.of.v[0].format = 2;
	assert_int_equal(links_publish(&s->place, &world, SPAN("hello"), &s->err), 0);
	assert_false(is_there(s, ROOT "packages/hello/installed"));
}

static void links_of_others_are_no_strays(void **state)
{
	struct scratch *s = *state;
	AUTO(world) world = WORLD_INIT;

	put_dir(s, "opt/foo", 0755);
	put_dir(s, ROOT "available", 0755);
	put_link(s, ROOT "available/others", "/opt/foo");
	put_link(s, ROOT "available/nothing", "/opt/none");
	assert_int_equal(links_rebuild(&s->place, &world, &s->err), 0);
	assert_true(is_there(s, ROOT "available/others"));
	assert_false(is_there(s, ROOT "available/nothing"));
}

static void the_systems_own_are_told_apart(void **state)
{
	struct scratch *s = *state;
	AUTO(world) world = WORLD_INIT;

	place_set_puavo(&s->place, SPAN("/var/lib/puavo-pkg"), SPAN("/" SYSTEM));
	put(s, SYSTEM "/packages/hello/" A "/rules", "");
	put_dir(s, SYSTEM "/packages/hello/" A "/upstream", 0755);
	put(s, SYSTEM "/packages/hello/" A "/.prepared", "");
	put_dir(s, ROOT "installed", 0755);
	put_link(s, ROOT "installed/hello", "/" SYSTEM "/packages/hello/" A);
	prepare(s, "hello", A);
	assert_differs(s, &world, "new hello a prepared; new hello a installed");
	add(&world, "hello", A, LAYOUT_SYSTEM, BUNDLE_INSTALLED);
	assert_differs(s, &world, "new hello a prepared");
}

static void what_is_marked_is_ours_unless_a_link_has_it_in_use(void **state)
{
	struct scratch *s = *state;
	AUTO(world) world = WORLD_INIT;

	prepare(s, "hello", A);
	put_dir(s, ROOT "packages/hello/" A "/" INSTALLATION_UNSETTLED, 0700);
	assert_differs(s, &world, "");
	link_to(s, "installed", "hello", A);
	assert_differs(s, &world, "new hello a installed");
	assert_int_equal(unlinkat(s->fd, ROOT "installed/hello", 0), 0);
	add(&world, "hello", A, LAYOUT_PUAVO, BUNDLE_EXTRACTED);
	assert_differs(s, &world, "");
}

static void sweeping_takes_what_killed_extracts_left(void **state)
{
	struct scratch *s = *state;

	prepare(s, "hello", A);
	put(s, ROOT "packages/hello/" B ".tmp/rules", "");
	put(s, ROOT "packages/zoo/" B ".tmp/rules", "");
	put(s, ROOT "packages/hello/notes.tmp", "an admin's");
	assert_int_equal(puavo_sweep(&s->place, true, &s->err), 0);
	assert_false(is_there(s, ROOT "packages/hello/" B ".tmp"));
	assert_false(is_there(s, ROOT "packages/zoo"));
	assert_true(is_there(s, ROOT "packages/hello/notes.tmp"));
	assert_true(is_there(s, ROOT "packages/hello/" A "/rules"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(without_a_rootdir_nothing_differs),
		SCRATCH_TEST(what_is_not_known_is_new),
		SCRATCH_TEST(names_and_ids_are_such),
		SCRATCH_TEST(what_is_as_known_is_no_change),
		SCRATCH_TEST(what_leaves_use_stands_first),
		SCRATCH_TEST(what_is_gone_is_gone_but_where_a_link_asks_for_it),
		SCRATCH_TEST(the_original_tools_link_counts),
		SCRATCH_TEST(the_original_tools_link_follows),
		SCRATCH_TEST(links_of_others_are_no_strays),
		SCRATCH_TEST(the_systems_own_are_told_apart),
		SCRATCH_TEST(what_is_marked_is_ours_unless_a_link_has_it_in_use),
		SCRATCH_TEST(sweeping_takes_what_killed_extracts_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
