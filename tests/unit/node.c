/* Tests of store/node: one name of a folder. What it makes of whole trees is in the tests of store/scan. */
#include "store/node.h"

#include "scratch.h"

#include <sys/mman.h>
#include <sys/xattr.h>

static void nothing_is_a_node_too(void **state)
{
	struct scratch *s = *state;
	struct node_at at;
	struct node n = NODE_INIT;

	buf_sets(&n.target, "of something else");
	n.type = NODE_LINK;
	assert_int_equal(node_open(s->fd, "missing", false, &at, &s->err), 0);
	assert_int_equal(node_load(&at, &n, &s->err), 0);
	assert_int_equal(n.type, NODE_NONE);
	assert_int_equal(n.target.n, 0);
	node_at_drop(&at);
	node_drop(&n);
}

static void load_after(struct scratch *s, int64_t size)
{
	struct node_at at;
	struct node n = NODE_INIT;

	put(s, "file", "12345");
	assert_int_equal(node_open(s->fd, "file", false, &at, &s->err), 1);
	assert_int_equal(truncate("file", size), 0);
	if (size == 5) {
		assert_int_equal(node_load(&at, &n, &s->err), 0);
		assert_int_equal(n.size, 5);
	} else {
		assert_int_equal(node_load(&at, &n, &s->err), -1);
		assert_err(&s->err, ERR_FAILED, "changed while it was read");
	}
	node_at_drop(&at);
	node_drop(&n);
}

static void a_file_that_changes_its_length_is_refused(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(fchdir(s->fd), 0);
	load_after(s, 5);
	load_after(s, 4);
	load_after(s, 6);
	load_after(s, 1 << 24);
	assert_int_equal(chdir("/"), 0);
}

static void links_are_not_followed(void **state)
{
	struct scratch *s = *state;
	struct node_at at;
	struct node n = NODE_INIT;
	AUTO(buf) target = BUF_INIT;

	for (int i = 0; i < 200; i++)
		buf_adds(&target, "/0123456789");
	put_link(s, "link", target.s);
	put_link(s, "folder", "/etc");
	assert_int_equal(node_open(s->fd, "link", true, &at, &s->err), 1);
	assert_int_equal(node_load(&at, &n, &s->err), 0);
	assert_true(span_is(buf_span(&n.target), buf_span(&target)));
	node_at_drop(&at);
	assert_int_equal(node_open(s->fd, "folder", true, &at, &s->err), 1);
	assert_int_equal(node_load(&at, &n, &s->err), 0);
	assert_int_equal(n.type, NODE_LINK);
	node_at_drop(&at);
	node_drop(&n);
}

static void marks_are_of_one_byte(void **state)
{
	struct scratch *s = *state;
	struct node_at at;
	char value = 'x';

	put(s, "file", "");
	assert_int_equal(node_open(s->fd, "file", false, &at, &s->err), 1);
	assert_int_equal(node_mark(&at, "user.a", &value, &s->err), 0);
	assert_int_equal(value, 0);
	if (fsetxattr(at.fd, "user.a", "y", 1, 0) < 0) {
		node_at_drop(&at);
		cannot(s, "no attributes of users in /tmp");
	}
	assert_int_equal(node_mark(&at, "user.a", &value, &s->err), 1);
	assert_int_equal(value, 'y');
	assert_int_equal(fsetxattr(at.fd, "user.a", "yy", 2, 0), 0);
	assert_int_equal(node_mark(&at, "user.a", &value, &s->err), 1);
	assert_int_equal(value, 0);
	assert_int_equal(fsetxattr(at.fd, "user.a", "", 0, 0), 0);
	value = 'x';
	assert_int_equal(node_mark(&at, "user.a", &value, &s->err), 1);
	assert_int_equal(value, 0);
	node_at_drop(&at);
}

static void attributes_are_sorted_and_bounded(void **state)
{
	static const char bytes[60000];
	struct scratch *s = *state;
	struct node_at at = {.fd = memfd_create("attributes", MFD_CLOEXEC)};
	struct node n = NODE_INIT;
	int result = 0;

	assert_int_equal(fstat(at.fd, &at.st), 0);
	for (int i = 30; i-- > 0 && result == 0;) {
		char name[] = {'u', 's', 'e', 'r', '.', (char)('A' + i), 0};

		result = fsetxattr(at.fd, name, bytes, i < 10 ? sizeof(bytes) : 1, 0);
	}
	if (result == 0) {
		assert_int_equal(node_load(&at, &n, &s->err), 0);
		assert_int_equal(n.xattrs.n, 30);
		for (size_t i = 0; i < n.xattrs.n; i++)
			assert_int_equal(n.xattrs.v[i].name.s[5], 'A' + (int)i);
		assert_int_equal(n.xattrs.v[0].value.n, sizeof(bytes));
	}
	for (int i = 10; i < 30 && result == 0; i++) {
		char name[] = {'u', 's', 'e', 'r', '.', (char)('A' + i), 0};

		result = fsetxattr(at.fd, name, bytes, sizeof(bytes), 0);
	}
	if (result == 0) {
		assert_int_equal(node_load(&at, &n, &s->err), -1);
		assert_err(&s->err, ERR_POLICY, "more than 1048576 bytes of attributes");
	}
	node_at_drop(&at);
	node_drop(&n);
	if (result < 0)
		cannot(s, "no such attributes in memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(nothing_is_a_node_too),
		SCRATCH_TEST(a_file_that_changes_its_length_is_refused),
		SCRATCH_TEST(links_are_not_followed),
		SCRATCH_TEST(marks_are_of_one_byte),
		SCRATCH_TEST(attributes_are_sorted_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
