/* Tests of model/changes_math. */
#include "model/changes_math.h"

#include <stdio.h>

#include "unit.h"

static struct change *add(
	struct changes *c, const char *path, enum node_type before, enum node_type after)
{
	struct change *added = changes_add(c, span_of(path));

	added->before.type = before;
	added->after.type = after;
	added->before.sha256.kind = added->after.sha256.kind = DIGEST_SHA256;
	return added;
}

/* --- Hard links ----------------------------------------------------------------------------------------- */

static void numbers_follow_the_paths(void **state)
{
	static const int64_t given[] = {70, 0, 5, 9, 70, 5, 70};
	static const int64_t wanted[] = {1, 0, 2, 0, 1, 2, 1};
	AUTO(changes) c = CHANGES_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(given); i++) {
		struct change *x = add(&c, (char[]){'/', (char)('a' + i), 0}, NODE_FILE, NODE_FILE);

		x->before.inode = given[i];
		x->after.inode = given[COUNT(given) - 1 - i];
	}
	changes_number_links(&c);
	for (size_t i = 0; i < COUNT(given); i++) {
		assert_int_equal(c.of.v[i].before.inode, wanted[i]);
		assert_int_equal(c.of.v[i].after.inode != 0, wanted[COUNT(given) - 1 - i] != 0);
	}
	assert_int_equal(c.of.v[0].after.inode, 1);
	assert_int_equal(c.of.v[1].after.inode, 2);
}

static void link_all(struct changes *c, const char *groups, bool after)
{
	changes_cut(c, 0);
	for (size_t i = 0; groups[i]; i++) {
		struct change *x = add(c, (char[]){'/', (char)('a' + i), 0}, NODE_FILE, NODE_FILE);

		*(after ? &x->after.inode : &x->before.inode) = groups[i] - '0';
	}
}

static void what_is_linked_to_what_differs(void **state)
{
	static const struct {
		const char *a, *b;
		size_t differ;
	} rows[] = {{"11", "22", 0}, {"11", "00", 1}, {"1122", "2211", 0}, {"1122", "1212", 3},
		{"111", "110", 1}, {"12", "00", 0}, {"0110", "0550", 0}};
	AUTO(changes) a = CHANGES_INIT;
	AUTO(changes) b = CHANGES_INIT;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		AUTO(changes_difference) d = CHANGES_DIFFERENCE_INIT;

		link_all(&a, rows[i / 2].a, i % 2);
		link_all(&b, rows[i / 2].b, i % 2);
		changes_diff(&a, &b, &d);
		assert_int_equal(d.of.n, rows[i / 2].differ);
	}
}

/* --- What differs --------------------------------------------------------------------------------------- */

static void differences_are_by_path(void **state)
{
	AUTO(changes) a = CHANGES_INIT;
	AUTO(changes) b = CHANGES_INIT;
	AUTO(changes_difference) d = CHANGES_DIFFERENCE_INIT;

	(void)state;
	changes_diff(&a, &b, &d);
	assert_int_equal(d.of.n, 0);
	add(&a, "/after", NODE_NONE, NODE_FILE);
	add(&b, "/after", NODE_NONE, NODE_FILE)->after.mode = 0644;
	add(&a, "/before", NODE_FILE, NODE_NONE)->before.uid = 1;
	add(&b, "/before", NODE_FILE, NODE_NONE);
	add(&a, "/in-a", NODE_NONE, NODE_FILE);
	add(&b, "/in-b", NODE_NONE, NODE_FILE);
	add(&a, "/own", NODE_NONE, NODE_FILE)->own = true;
	add(&b, "/own", NODE_NONE, NODE_FILE);
	add(&a, "/same", NODE_FOLDER, NODE_LINK);
	add(&b, "/same", NODE_FOLDER, NODE_LINK);
	changes_diff(&a, &b, &d);
	assert_int_equal(d.of.n, 5);
	assert_ptr_equal(d.of.v[0].a, &a.of.v[0]);
	assert_ptr_equal(d.of.v[0].b, &b.of.v[0]);
	assert_buf(&d.of.v[1].a->path, "/before");
	assert_buf(&d.of.v[2].a->path, "/in-a");
	assert_null(d.of.v[2].b);
	assert_null(d.of.v[3].a);
	assert_buf(&d.of.v[3].b->path, "/in-b");
	assert_buf(&d.of.v[4].b->path, "/own");
}

/* --- One after another ---------------------------------------------------------------------------------- */

static void links_of_two_lists_stay_apart(void **state)
{
	AUTO(changes) first = CHANGES_INIT;
	AUTO(changes) second = CHANGES_INIT;
	AUTO(changes) both = CHANGES_INIT;

	(void)state;
	add(&first, "/a", NODE_NONE, NODE_FILE)->after.inode = 1;
	add(&second, "/a2", NODE_NONE, NODE_FILE)->after.inode = 1;
	add(&first, "/b", NODE_NONE, NODE_FILE)->after.inode = 1;
	add(&second, "/b", NODE_FILE, NODE_NONE);
	add(&second, "/b2", NODE_NONE, NODE_FILE)->after.inode = 1;
	add(&first, "/c", NODE_NONE, NODE_FILE)->after.inode = 1;
	changes_sort(&second);
	changes_merge(&first, &second, &both);
	assert_int_equal(both.of.n, 4); /* /a /a2 /b2 /c */
	assert_int_equal(both.of.v[0].after.inode, 1);
	assert_int_equal(both.of.v[1].after.inode, 2);
	assert_int_equal(both.of.v[2].after.inode, 2);
	assert_int_equal(both.of.v[3].after.inode, 1);
}

static void links_that_were_there_stay_apart(void **state)
{
	AUTO(changes) first = CHANGES_INIT;
	AUTO(changes) second = CHANGES_INIT;
	AUTO(changes) both = CHANGES_INIT;

	(void)state;
	add(&first, "/a", NODE_FILE, NODE_NONE)->before.inode = 1;
	add(&first, "/b", NODE_FILE, NODE_NONE)->before.inode = 1;
	add(&second, "/c", NODE_FILE, NODE_NONE)->before.inode = 1;
	add(&second, "/d", NODE_FILE, NODE_NONE)->before.inode = 1;
	changes_merge(&first, &second, &both);
	assert_int_equal(both.of.v[1].before.inode, 1);
	assert_int_equal(both.of.v[2].before.inode, 2);
	assert_int_equal(both.of.v[3].before.inode, 2);
}

static void own_is_what_the_last_says(void **state)
{
	AUTO(changes) first = CHANGES_INIT;
	AUTO(changes) second = CHANGES_INIT;
	AUTO(changes) both = CHANGES_INIT;

	(void)state;
	add(&first, "/a", NODE_NONE, NODE_FILE)->own = true;
	add(&first, "/b", NODE_NONE, NODE_FILE)->own = true;
	add(&second, "/b", NODE_FILE, NODE_LINK);
	changes_merge(&first, &second, &both);
	assert_true(both.of.v[0].own);
	assert_false(both.of.v[1].own);
	changes_invert(&both);
	assert_int_equal(both.of.v[1].before.type, NODE_LINK);
	assert_int_equal(change_kind(&both.of.v[1]), CHANGE_DELETED);
}

/* --- Against a model: a tree is what stands at each of a few paths -------------------------------------- */

#define PATHS 40

struct tree {
	unsigned char at[PATHS]; /* 0: nothing; else a type, a mode, a content */
};

static unsigned pick(unsigned *state, unsigned n)
{
	*state = *state * 1103515245 + 12345;
	return (*state >> 16) % n;
}

static void disturb(struct tree *t, unsigned *chance)
{
	for (size_t i = 0; i < PATHS; i++)
		if (!pick(chance, 3))
			t->at[i] = (unsigned char)(pick(chance, 3) ? pick(chance, 12) : 0);
}

static void put_node(struct node *n, unsigned char what)
{
	if (!what)
		return;
	n->type = what % 3 == 0 ? NODE_FOLDER : what % 3 == 1 ? NODE_LINK : NODE_FILE;
	n->mode = what % 2;
	if (n->type == NODE_FILE) {
		n->sha256.kind = DIGEST_SHA256;
		n->sha256.bytes[31] = what / 2;
	}
	if (n->type == NODE_LINK)
		buf_setf(&n->target, "%u", what / 4U);
	if (what > 6) {
		*vec_push(&n->xattrs) = (struct node_xattr){buf_of("user.a"), BUF_INIT};
		buf_setf(&n->xattrs.v[0].value, "%u", what % 4U);
	}
}

/* What leads from one tree to the other. */
static void take_difference(const struct tree *from, const struct tree *to, struct changes *out)
{
	for (size_t i = 0; i < PATHS; i++) {
		AUTO(buf) path = BUF_INIT;
		struct change *c;

		if (from->at[i] == to->at[i])
			continue;
		buf_addf(&path, "/%zu%s%zu", i % 4, i % 3 ? "/" : ".", i);
		c = changes_add(out, buf_span(&path));
		put_node(&c->before, from->at[i]);
		put_node(&c->after, to->at[i]);
	}
	changes_sort(out);
}

static void unit_assert_equal(
	const struct changes *a, const struct changes *b, const char *file, int line)
{
	AUTO(changes_difference) d = CHANGES_DIFFERENCE_INIT;

	changes_diff(a, b, &d);
	if (d.of.n) {
		print_error("%zu of %zu and %zu differ\n", d.of.n, a->of.n, b->of.n);
		_fail(file, line);
	}
}

#define assert_equal(a, b) unit_assert_equal(a, b, __FILE__, __LINE__)

static void two_steps_are_one(void **state)
{
	unsigned chance = 4711;

	(void)state;
	for (int round = 0; round < 300; round++) {
		AUTO(changes) first = CHANGES_INIT;
		AUTO(changes) second = CHANGES_INIT;
		AUTO(changes) whole = CHANGES_INIT;
		AUTO(changes) merged = CHANGES_INIT;
		AUTO(changes) back = CHANGES_INIT;
		AUTO(changes) again = CHANGES_INIT;
		struct tree one = {0}, two, three;

		disturb(&one, &chance);
		two = one;
		disturb(&two, &chance);
		three = two;
		disturb(&three, &chance);
		take_difference(&one, &two, &first);
		take_difference(&two, &three, &second);
		take_difference(&one, &three, &whole);
		take_difference(&three, &two, &back);
		changes_merge(&first, &second, &merged);
		assert_equal(&merged, &whole);
		changes_invert(&second);
		assert_equal(&second, &back);
		changes_merge(&merged, &second, &again);
		assert_equal(&again, &first);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_follow_the_paths),
		cmocka_unit_test(what_is_linked_to_what_differs),
		cmocka_unit_test(differences_are_by_path),
		cmocka_unit_test(links_of_two_lists_stay_apart),
		cmocka_unit_test(links_that_were_there_stay_apart),
		cmocka_unit_test(own_is_what_the_last_says),
		cmocka_unit_test(two_steps_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
