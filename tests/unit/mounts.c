/* Tests of sys/mounts: its parser. What is mounted is tested with stages. */
#include "sys/mounts.h"

#include "scratch.h"

static void lines_are_read(void **state)
{
	static const char *const text =
		"36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n"
		"30 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
		"37 30 0:5 / /a\\040b\\134\\012 rw shared:1 master:2 - tmpfs  rw\n"
		"38 30 0:6 / /mnt2 ro,nosuid - tmpfs x rw\n"
		"39 30 0:7 / /c rw - squashfs x ro,x\n"
		"40 30 0:7 / /d rw,relatime - tmpfs x rw,size=4k,error=ro\n";
	AUTO(mounts) m = MOUNTS_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(mounts_parse(span_of(text), &m, &err), 0);
	assert_int_equal(m.of.n, 6);
	assert_buf(&m.of.v[0].place, "/");
	assert_int_equal(m.of.v[0].id, 30);
	assert_buf(&m.of.v[0].type, "ext4");
	assert_buf(&m.of.v[1].place, "/a b\\\n");
	assert_false(m.of.v[1].read_only);
	assert_buf(&m.of.v[2].place, "/c");
	assert_true(m.of.v[2].read_only && m.of.v[2].system_read_only);
	assert_false(m.of.v[3].read_only);
	assert_buf(&m.of.v[4].place, "/mnt2");
	assert_int_equal(m.of.v[4].id, 36);
	assert_buf(&m.of.v[5].place, "/mnt2");
	assert_true(m.of.v[5].read_only && !m.of.v[5].system_read_only);
}

static void what_is_not_understood_is_refused(void **state)
{
	static const char *const bad[] = {"36", "36 35 98:0 / /mnt rw",
		"36 35 98:0 / /mnt rw - ext4", "36 35 98:0 / /mnt rw - ext4 x",
		"x 35 98:0 / /mnt rw - ext4 x rw", "36 35 98:0 / mnt rw - ext4 x rw",
		"-1 35 98:0 / /mnt rw - ext4 x rw"};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		AUTO(mounts) m = MOUNTS_INIT;
		struct err err = ERR_INIT;

		assert_int_equal(mounts_parse(span_of(bad[i]), &m, &err), -1);
		assert_err(&err, ERR_FAILED, "not understood");
	}
}

/* The kernel's own text, and that a descriptor's mount is in it. */
static void real_ones_are_found(void **state)
{
	AUTO(mounts) m = MOUNTS_INIT;
	struct err err = ERR_INIT;
	AUTO_FD root = open("/", O_PATH | O_CLOEXEC);
	int found = 0;

	(void)state;
	assert_int_equal(mounts_read(&m, &err), 0);
	VEC_FOR (struct mounted, at, &m.of)
		found += at->id == mounts_id(root) && strcmp(at->place.s, "/") == 0;
	assert_int_equal(found, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(what_is_not_understood_is_refused),
		cmocka_unit_test(real_ones_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
