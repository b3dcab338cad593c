/* Tests of model/changes. */
#include "model/changes.h"

#include "unit.h"

static void add_xattr(struct node *n, const char *name, const char *value)
{
	*vec_push(&n->xattrs) = (struct node_xattr){buf_of(name), buf_of(value)};
}

static struct change *add(
	struct changes *c, const char *path, enum node_type before, enum node_type after)
{
	struct change *added = changes_add(c, span_of(path));

	added->before.type = before;
	added->after.type = after;
	added->before.sha256.kind = added->after.sha256.kind = DIGEST_SHA256;
	return added;
}

static void a_folder_stands_before_what_is_in_it(void **state)
{
	static const char *const sorted[] = {
		"/a", "/a/b", "/a/b/c", "/a!", "/a-b", "/a.d/x", "/ab"};
	AUTO(changes) c = CHANGES_INIT;

	(void)state;
	for (size_t i = COUNT(sorted); i-- > 0;)
		add(&c, sorted[i], NODE_NONE, NODE_FILE);
	changes_sort(&c);
	for (size_t i = 0; i < COUNT(sorted); i++) {
		assert_buf(&c.of.v[i].path, sorted[i]);
		assert_ptr_equal(changes_get(&c, span_of(sorted[i])), &c.of.v[i]);
	}
	assert_null(changes_get(&c, SPAN("/a/")));
	assert_null(changes_get(&c, SPAN("/")));
	assert_null(changes_get(&c, SPAN("/b")));
}

static void none_is_sorted_and_found(void **state)
{
	AUTO(changes) c = CHANGES_INIT;

	(void)state;
	changes_sort(&c);
	assert_null(changes_get(&c, SPAN("/a")));
}

static void the_kind_follows_from_before_and_after(void **state)
{
	AUTO(changes) c = CHANGES_INIT;
	struct change *x;

	(void)state;
	assert_int_equal(change_kind(add(&c, "/a", NODE_NONE, NODE_FILE)), CHANGE_CREATED);
	assert_int_equal(change_kind(add(&c, "/b", NODE_LINK, NODE_NONE)), CHANGE_DELETED);
	assert_int_equal(change_kind(add(&c, "/c", NODE_LINK, NODE_FILE)), CHANGE_REPLACED);
	x = add(&c, "/d", NODE_FILE, NODE_FILE);
	x->after.mode = 0755;
	assert_int_equal(change_kind(x), CHANGE_ATTRIBUTES);
	x->after.sha256.bytes[31] = 1;
	assert_int_equal(change_kind(x), CHANGE_REPLACED);
	x = add(&c, "/e", NODE_LINK, NODE_LINK);
	buf_sets(&x->after.target, "/elsewhere");
	assert_int_equal(change_kind(x), CHANGE_REPLACED);
	x = add(&c, "/f", NODE_CHAR, NODE_CHAR);
	x->after.device = 259;
	assert_int_equal(change_kind(x), CHANGE_REPLACED);
	x = add(&c, "/g", NODE_FOLDER, NODE_FOLDER);
	x->after.size = 4096;
	x->after.gid = 5;
	assert_int_equal(change_kind(x), CHANGE_ATTRIBUTES);
	assert_string_equal(change_kind_name(change_kind(x)), "attributes");
	assert_string_equal(node_type_name(x->after.type), "folder");
}

static void whoever_looks_sees_the_same(void **state)
{
	struct node a = NODE_INIT, b = NODE_INIT;

	(void)state;
	a.type = NODE_FOLDER;
	a.size = 4096;
	a.inode = 7;
	add_xattr(&a, "user.a", "1");
	add_xattr(&a, "user.b", "2");
	node_copy(&b, &a);
	b.size = 1;
	b.inode = 0;
	assert_true(node_is_same(&a, &b));
	b.mode = 02000;
	assert_false(node_is_same(&a, &b));
	node_copy(&b, &a);
	b.uid = 1;
	assert_false(node_is_same(&a, &b));
	node_copy(&b, &a);
	b.gid = 1;
	assert_false(node_is_same(&a, &b));
	node_copy(&b, &a);
	buf_sets(&b.xattrs.v[1].value, "3");
	assert_false(node_is_same(&a, &b));
	node_copy(&b, &a);
	buf_sets(&b.xattrs.v[1].name, "user.c");
	assert_false(node_is_same(&a, &b));
	node_copy(&b, &a);
	add_xattr(&b, "user.c", "");
	assert_false(node_is_same(&a, &b));
	assert_string_equal(a.xattrs.v[1].value.s, "2");
	node_drop(&a);
	node_drop(&b);
}

/* Each aspect alone, and that none is told of what is the same. */
static void what_differs_is_told(void **state)
{
	AUTO(node) file = NODE_INIT;
	AUTO(node) other = NODE_INIT;

	(void)state;
	file.type = NODE_FILE;
	file.sha256.kind = DIGEST_SHA256;
	node_copy(&other, &file);
	assert_int_equal(node_differences(&file, &other), 0);
	other.inode = 5;
	assert_int_equal(node_differences(&file, &other), 0);
	other.size = 1;
	assert_int_equal(node_differences(&file, &other), 1 << ASPECT_SIZE);
	other.size = 0;
	other.sha256.bytes[0] = 1;
	assert_int_equal(node_differences(&file, &other), 1 << ASPECT_DIGEST);
	node_copy(&other, &file);
	other.mode = 0700;
	other.uid = 1;
	assert_int_equal(node_differences(&file, &other), 1 << ASPECT_MODE | 1 << ASPECT_USER);
	node_copy(&other, &file);
	other.gid = 1;
	add_xattr(&other, "security.capability", "x");
	assert_int_equal(node_differences(&file, &other), 1 << ASPECT_GROUP | 1 << ASPECT_XATTRS);
	node_copy(&other, &file);
	other.type = NODE_FOLDER;
	other.sha256.kind = DIGEST_MD5;
	assert_int_equal(node_differences(&file, &other), 1 << ASPECT_TYPE);
	file.type = other.type = NODE_LINK;
	buf_sets(&other.target, "x");
	assert_int_equal(node_differences(&file, &other), 1 << ASPECT_TARGET);
	file.type = NODE_CHAR;
	node_copy(&other, &file);
	other.device = 259;
	assert_int_equal(node_differences(&file, &other), 1 << ASPECT_DEVICE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_stands_before_what_is_in_it),
		cmocka_unit_test(none_is_sorted_and_found),
		cmocka_unit_test(the_kind_follows_from_before_and_after),
		cmocka_unit_test(whoever_looks_sees_the_same),
		cmocka_unit_test(what_differs_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
