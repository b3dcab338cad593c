/* Tests of model/glob. */
#include "model/glob.h"

#include "unit.h"

static void match(const char *glob, const char *path)
{
	if (!glob_matches(glob, span_of(path)))
		fail_msg("%s does not match %s", glob, path);
}

static void differ(const char *glob, const char *path)
{
	if (glob_matches(glob, span_of(path)))
		fail_msg("%s matches %s", glob, path);
}

static void a_class_that_is_not_closed_is_told(void **state)
{
	static const char *const whole[] = {"", "a*", "[a]", "x[!a-c]y[]]", "\\[a", "a\\", "[[]"},
				 *const broken[] = {
					 "[", "a[", "[]", "[!]", "[a]/[b", "\\\\[a", "[a-"};

	(void)state;
	for (size_t i = 0; i < COUNT(whole); i++)
		if (!glob_is_whole(whole[i]))
			fail_msg("%s is not whole", whole[i]);
	for (size_t i = 0; i < COUNT(broken); i++)
		if (glob_is_whole(broken[i]))
			fail_msg("%s is whole", broken[i]);
}

static void plain_text_is_itself(void **state)
{
	(void)state;
	match("", "");
	match("usr/bin/x", "usr/bin/x");
	differ("usr/bin/x", "usr/bin/xy");
	differ("usr/bin/xy", "usr/bin/x");
	differ("usr", "");
	differ("", "usr");
	match("a\\*b", "a*b");
	differ("a\\*b", "axb");
	match("a\\", "a\\");
	match("\xff", "\xff");
}

static void a_star_stays_in_its_part(void **state)
{
	(void)state;
	match("*", "usr");
	match("*", "");
	differ("*", "usr/bin");
	match("usr/*", "usr/bin");
	match("usr/*/x", "usr/bin/x");
	differ("usr/*/x", "usr/local/bin/x");
	match("*.so*", "libx.so.1");
	match("*a*b*c", "xxaxxabxbxc");
	differ("*a*b*c", "xxaxxabxbx");
	match("?", "x");
	differ("?", "/");
	differ("?", "");
}

static void two_stars_cross(void **state)
{
	(void)state;
	match("**", "");
	match("**", "a/b/c");
	match("usr/**", "usr/a/b");
	differ("usr/**", "usr");
	match("**/x", "x");
	match("**/x", "a/x");
	match("**/x", "a/b/x");
	differ("**/x", "a/yx");
	match("a/**/b", "a/b");
	match("a/**/b", "a/x/y/b");
	differ("a/**/b", "a/xb");
	differ("a**/b", "ab");
	match("a**/b", "ax/y/b");
	match("**.so", "usr/lib/x.so");
	match("**/lib*/*.so", "usr/lib64/deep/lib/x.so");
	differ("**/lib*/*.so", "usr/lib64/deep/x.so");
	match("**/*/b/**", "a/a/b/c");
	differ("**/b/**/d", "a/b/c/e");
}

static void classes(void **state)
{
	(void)state;
	match("[abc]", "b");
	differ("[abc]", "d");
	match("[a-c]x", "bx");
	differ("[!a-c]x", "bx");
	match("[!a-c]x", "dx");
	match("[]]", "]");
	match("[a-]", "-");
	differ("a[!b]c", "a/c");
	match("[ab", "[ab");
	differ("[ab", "a");
	match("*[0-9]", "lib9");
}

static void folders_cover_what_is_in_them(void **state)
{
	(void)state;
	assert_true(glob_covers("usr/share", span_of("usr/share/doc/x")));
	assert_true(glob_covers("usr/share", span_of("usr/share")));
	assert_true(glob_covers("*", span_of("usr/share")));
	assert_false(glob_covers("usr/share", span_of("usr/shared")));
	assert_false(glob_covers("usr/share", span_of("usr")));
	assert_false(glob_covers("share", span_of("usr/share")));
	assert_true(glob_covers("", span_of("/x")));
	assert_true(glob_covers("*/b", span_of("a/b/c/d")));
	assert_true(glob_covers("**/b", span_of("x/y/b/c")));
	assert_false(glob_covers("**/b", span_of("x/y/bc")));
	assert_true(glob_covers("a[b", span_of("a[b/c]")));
	assert_true(glob_covers("a\\", span_of("a\\/x")));
	assert_false(glob_covers("a\\", span_of("a/x")));
	assert_true(glob_covers("a\\\\", span_of("a\\/x")));
	assert_true(glob_covers("a\\\\\\", span_of("a\\\\/x")));
}

static void relate(const char *glob, const char *path, enum glob_relation wanted)
{
	if (glob_relate(glob, span_of(path)) != wanted)
		fail_msg("%s and %s are %d", glob, path, glob_relate(glob, span_of(path)));
}

static void paths_are_apart_above_or_covered(void **state)
{
	(void)state;
	relate("/etc/cron.d", "/etc/cron.d", GLOB_COVERS);
	relate("/etc/cron.d", "/etc/cron.d/x/y", GLOB_COVERS);
	relate("/etc/cron.d", "/etc/cron.daily", GLOB_APART);
	relate("/etc/cron.d", "/etc/cron", GLOB_APART);
	relate("/etc/cron.d", "/etc", GLOB_ABOVE);
	relate("/etc/cron.d/**", "/etc/cron.d", GLOB_ABOVE);
	relate("/etc/cron.d/**", "/etc/cron.d/x/y", GLOB_COVERS);
	relate("/etc/cron.*", "/etc/cron.daily/x", GLOB_COVERS);
	relate("/etc/cron.*", "/etc/crontab", GLOB_APART);
	relate("/etc/cron.*", "/etc", GLOB_ABOVE);
	relate("/home/*/.ssh", "/home", GLOB_ABOVE);
	relate("/home/*/.ssh", "/home/me", GLOB_ABOVE);
	relate("/home/*/.ssh", "/home/me/.ssh/id", GLOB_COVERS);
	relate("/home/*/.ssh", "/home/me/.bashrc", GLOB_APART);
	relate("/opt/**/x.so", "/opt/any/thing", GLOB_ABOVE);
	relate("/opt/**/x.so", "/opt/any/x.so", GLOB_COVERS);
	relate("/opt/a\\*b", "/opt/a*b", GLOB_COVERS);
	relate("/opt/a\\*b", "/opt/axb", GLOB_APART);
	relate("/*", "/", GLOB_ABOVE);
	relate("/etc", "/", GLOB_ABOVE);
	relate("/**", "/any/thing", GLOB_COVERS);
}

/* No pattern takes more than a short while. */
static void many_stars_are_quick(void **state)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) glob = BUF_INIT;

	(void)state;
	while (path.n < 4000)
		buf_adds(&path, path.n % 50 ? "a" : "/");
	for (int i = 0; i < 40; i++)
		buf_adds(&glob, "**/*a*a");
	buf_adds(&glob, "b");
	differ(glob.s, path.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_class_that_is_not_closed_is_told),
		cmocka_unit_test(plain_text_is_itself),
		cmocka_unit_test(a_star_stays_in_its_part),
		cmocka_unit_test(two_stars_cross),
		cmocka_unit_test(classes),
		cmocka_unit_test(folders_cover_what_is_in_them),
		cmocka_unit_test(paths_are_apart_above_or_covered),
		cmocka_unit_test(many_stars_are_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
