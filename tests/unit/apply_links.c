/* Tests of store/apply: links where nothing stands, made at their place. */
#include "applied.h"

static struct scratch *watched;

static const struct new_link {
	const char *path;
	uid_t uid;
	gid_t gid;
} new_links[] = {{"root/t/o/1", 0, 0}, {"root/t/o/2", 1234, 1235}, {"root/t/o/4", 1234, 0},
	{"root/t/g/1", 0, 0}, {"root/t/g/2", 1234, 1235}, {"root/t/g/3", 0, 1235},
	{"root/t/s/1", 0, 0}, {"root/t/s/2", 1234, 1235}, {"root/t/s/3", 0, 1235}};
static size_t right_links, wrong_links;

static void look_at_new_links(const char *call)
{
	struct stat st;

	(void)call;
	right_links = 0;
	for (size_t i = 0; i < COUNT(new_links); i++) {
		if (fstatat(watched->fd, new_links[i].path, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (st.st_uid == new_links[i].uid && st.st_gid == new_links[i].gid)
			right_links++;
		else
			wrong_links++;
	}
}

/* A kill between a link and its owner would leave what looks like another's. */
static void a_link_is_its_owners_at_once(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	if (!can_give_away(s))
		cannot(s, "files cannot be given to other users here");
	begin_and_keep(&t, s, "cd root/t; mkdir o g s; touch z; chgrp 1235 g s; chmod g+s s",
		"cd new/t; rm z; for to in o/1 o/2 o/4 g/1 g/2 g/3 s/1 s/2 s/3; do ln -s x $to; done;"
		"chown -h 0:0 g/1 s/1; chown -h 1234:1235 */2; chown -h 0:1235 */3; chown -h 1234:0 */4");
	watched = s;
	wrong_links = 0;
	faults.before_call = look_at_new_links;
	assert_goes(&t, true);
	assert_int_equal(right_links, COUNT(new_links));
	assert_int_equal(wrong_links, 0);
	faults.before_call = NULL;
	assert_goes(&t, false);
}

/* What came after the look is not written over. */
static void come_between(const char *call)
{
	if (!strcmp(call, "symlinkat") && !is_there(watched, "root/t/n"))
		put(watched, "root/t/n", "another's");
}

static void what_comes_between_is_not_replaced(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin_and_keep(&t, s, "true", "ln -s x new/t/n");
	watched = s;
	faults.before_call = come_between;
	assert_int_equal(trial_go(&t, true), -1);
	faults.before_call = NULL;
	assert_file(s, "root/t/n", "another's");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(a_link_is_its_owners_at_once),
		SCRATCH_TEST(what_comes_between_is_not_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
