/* Tests of store/apply: one thing at a time. */
#include "store/apply.h"

#include "applied.h"

static void nothing_outside_is_touched(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin_and_keep(&t, s, "cd root/t; mkdir -p d/e; echo 1 >d/e/x; mkdir ../../canary",
		"cd new/t; echo 22 >d/e/x; echo 1 >d/e/y");
	assert_int_equal(
		run_in(s,
			"cp -a root/t/d/. canary; mv root/t/d root/t/moved; ln -s ../../canary root/t/d"),
		0);
	assert_int_equal(trial_go(&t, true), -1);
	assert_err(&s->err, ERR_UNSAFE, "/t/d/e");
	assert_file(s, "canary/e/x", "1\n");
	assert_int_equal(trial_go(&t, false), -1);
	assert_err(&s->err, ERR_UNSAFE, "/t/d/e");
	assert_false(is_there(s, "canary/e/y"));
	assert_int_equal(run_in(s, "rm root/t/d; mv root/t/moved root/t/d"), 0);
	assert_goes(&t, true);
}

static void what_others_changed_meanwhile_is_theirs(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	AUTO(texts) left = {0};

	begin_and_keep(&t, s, PLAIN_BEFORE, PLAIN_AFTER);
	assert_int_equal(run_in(s, "cd root/t; echo theirs >a; echo theirs >b; echo 1 >d/y"), 0);
	assert_int_equal(trial_go(&t, true), -1);
	assert_err(&s->err, ERR_CONFLICT, "/t/a");
	err_clear(&s->err);
	assert_int_equal(apply_forward(t.root, &t.changes, &t.kept, &left, &s->err), 0);
	assert_int_equal(left.of.n, 3);
	assert_buf(&left.of.v[0], "/t/a");
	assert_buf(&left.of.v[1], "/t/d");
	assert_buf(&left.of.v[2], "/t/b");
	assert_file(s, "root/t/a", "theirs\n");
	assert_file(s, "root/t/b", "theirs\n");
	assert_file(s, "root/t/d/y", "1\n");
	assert_false(is_there(s, "root/t/d/x"));
	assert_file(s, "root/t/n", "1\n");
	assert_int_equal(mode_of(s, "root/t"), 0700);
}

/* With nobody to be asked, what cannot be reached any more keeps nothing else from being taken back. */
static void what_others_moved_away_is_left(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	AUTO(texts) left = {0};

	begin_and_keep(&t, s,
		"cd root/t; mkdir -p d/e gone ../../canary; echo 1 >d/e/x; echo 1 >gone/x",
		"cd new/t; echo 22 >d/e/x; echo 1 >d/e/y; echo 22 >gone/x; echo 1 >n");
	assert_goes(&t, true);
	assert_int_equal(run_in(s, "cp -a root/t/d/. canary; mv root/t/d root/t/moved;"
				   "ln -s ../../canary root/t/d; rm -r root/t/gone"),
		0);
	assert_int_equal(apply_back(t.root, &t.changes, &t.kept, &left, &s->err), 0);
	assert_file(s, "canary/e/x", "22\n");
	assert_file(s, "canary/e/y", "1\n");
	assert_file(s, "root/t/moved/e/x", "22\n");
	assert_false(is_there(s, "root/t/gone"));
	assert_false(is_there(s, "root/t/n"));
	assert_int_equal(left.of.n, 2);
	assert_buf(&left.of.v[0], "/t/d/e/x");
	assert_buf(&left.of.v[1], "/t/gone/x");
}

/* A file that took the place of a folder: nothing can be put into it, and it is not gone into. */
static void what_took_a_folders_place_is_left_with_all_beneath(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	AUTO(texts) left = {0};

	begin_and_keep(
		&t, s, "cd root/t; echo 1 >d", "cd new/t; rm d; mkdir d; echo 1 >d/x; echo 1 >n");
	assert_int_equal(run_in(s, "cd root/t; echo theirs >d"), 0);
	assert_int_equal(apply_forward(t.root, &t.changes, &t.kept, &left, &s->err), 0);
	assert_buf(&left.of.v[0], "/t/d");
	assert_file(s, "root/t/d", "theirs\n");
	assert_file(s, "root/t/n", "1\n");
}

static ino_t inode_of(struct scratch *s, const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(s->fd, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_ino;
}

static void the_very_file_comes_back(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	ino_t file, other;

	begin_and_keep(&t, s,
		"cd root/t; echo 1 >a; echo 1 >b; ln b outside; touch -d 2001-02-03 a",
		"cd new/t; echo 22 >a; rm b; touch -d 2004-05-06 a");
	file = inode_of(s, "root/t/a");
	other = inode_of(s, "root/t/outside");
	assert_goes(&t, true);
	assert_int_equal(run_in(s, "test \"$(stat -c %y root/t/a | cut -c1-10)\" = 2004-05-06"), 0);
	assert_goes(&t, false);
	assert_int_equal(inode_of(s, "root/t/a"), file);
	assert_int_equal(inode_of(s, "root/t/b"), other);
	assert_int_equal(run_in(s, "test \"$(stat -c %y root/t/a | cut -c1-10)\" = 2001-02-03"), 0);
}

static void copies_keep_times_and_holes(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	struct stat st;

	begin(&t, s, "cd root/t; echo 1 >a; truncate -s 20M big; echo 1 >>big; truncate -s 40M big",
		"cd new/t; touch -d 2004-05-06 n; rm a; cat big >/dev/null; truncate -s 10M hole; echo 2 >>hole; echo 2 >>big");
	faults.apart = true;
	assert_int_equal(trial_keep(&t), 0);
	assert_goes(&t, true);
	assert_int_equal(run_in(s, "test \"$(stat -c %y root/t/n | cut -c1-10)\" = 2004-05-06"), 0);
	assert_int_equal(fstatat(s->fd, "root/t/big", &st, 0), 0);
	assert_true(st.st_blocks * 512 < 1 << 20);
	assert_int_equal(fstatat(s->fd, "kept/before/1", &st, 0), 0);
	assert_int_equal(st.st_size, 40 << 20);
	assert_true(st.st_blocks * 512 < 1 << 20);
	assert_goes(&t, false);
}

static void attributes_are_set_in_place(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	ino_t alone, outside;

	begin_and_keep(&t, s, "cd root/t; echo 1 >alone; echo 1 >two; ln two outside",
		"cd new/t; chmod 600 alone two; cp -p two n; mv n two; chmod 644 outside");
	alone = inode_of(s, "root/t/alone");
	outside = inode_of(s, "root/t/outside");
	assert_goes(&t, true);
	assert_int_equal(inode_of(s, "root/t/alone"), alone);
	assert_int_equal(mode_of(s, "root/t/alone"), 0600);
	assert_int_equal(inode_of(s, "root/t/outside"), outside);
	assert_int_equal(mode_of(s, "root/t/outside"), 0644);
	assert_int_not_equal(inode_of(s, "root/t/two"), outside);
	assert_goes(&t, false);
	assert_int_equal(inode_of(s, "root/t/two"), outside);
}

/* The undo of a commit has the files that it puts in place already. Taken back itself, it leaves a file's other names alone. */
static void an_undo_is_of_one_mind(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin_and_keep(&t, s, "cd root/t; echo 1 >alone; echo 1 >two; ln two outside",
		"cd new/t; chmod 600 alone two; cp -p two n; mv n two; chmod 644 outside");
	assert_goes(&t, true);
	/* The commit stands: what it was made from goes. */
	assert_int_equal(run_in(s, "rm -r kept/after new"), 0);
	put_dir(s, "kept/undo", 0700);
	fd_drop(&t.kept.after);
	t.kept = (struct apply_kept){t.kept.before, open_in(s, "kept/undo"), false};
	changes_invert(&t.changes);
	assert_int_equal(apply_keep_before(t.root, &t.changes, &t.kept, &s->err), 0);
	assert_int_equal(trial_go(&t, true), 0);
	assert_true(trial_is(&t, &t.before, "undone"));
	assert_int_equal(inode_of(s, "root/t/two"), inode_of(s, "root/t/outside"));
	assert_int_equal(trial_go(&t, false), 0);
	assert_int_equal(mode_of(s, "root/t/alone"), 0600);
	assert_int_equal(mode_of(s, "root/t/two"), 0600);
	assert_int_equal(mode_of(s, "root/t/outside"), 0644);
}

static bool give_capability(struct scratch *s, const char *path, const char *value)
{
	AUTO(buf) whole = buf_of(s->path);

	buf_adds(&whole, path);
	return setxattr(whole.s, "security.capability", value, 20, 0) == 0;
}

/* chown takes setuid and capabilities away; they must be there afterwards. */
static void rights_survive_a_new_owner(void **state)
{
	static const char capability[] = "\1\0\0\2\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
	static const char acl[] = "\2\0\0\0\1\0\6\0\377\377\377\377\2\0\4\0\322\4\0\0"
				  "\4\0\4\0\377\377\377\377\20\0\4\0\377\377\377\377"
				  "\40\0\4\0\377\377\377\377";
	struct scratch *s = *state;
	AUTO(buf) file = buf_of(s->path);
	AUTO(buf) folder = buf_of(s->path);

	if (!can_give_away(s))
		cannot(s, "files cannot be given to other users here");
	buf_adds(&file, "/new/t/caps");
	buf_adds(&folder, "/new/t/d");
	for (int apart = 0; apart < 2; apart++) {
		AUTO(trial) t = TRIAL_INIT;

		begin(&t, s,
			"cd root/t; echo 1 >set; echo 1 >caps; mkdir d; chown 12:13 set; echo 1 >same",
			"cd new/t; echo 1 >made; chmod 700 d; chown 12:13 made caps d same; chown 0:0 set; chmod 4755 set made; chmod 3775 d; mkfifo p; chown 12 p; chmod 2666 p");
		if (!give_capability(s, "/root/t/same", capability) ||
			!give_capability(s, "/new/t/same", capability) ||
			setxattr(file.s, "security.capability", capability, 20, 0) < 0 ||
			setxattr(folder.s, "system.posix_acl_default", acl, 44, 0) < 0)
			cannot(s, "no capabilities or ACLs can be given here");
		changes_drop(&t.changes);
		assert_true(trial_compare(&t));
		faults.apart = apart;
		assert_int_equal(trial_keep(&t), 0);
		assert_goes(&t, true);
		assert_int_equal(mode_of(s, "root/t/set"), 04755);
		assert_int_equal(mode_of(s, "root/t/made"), 04755);
		assert_int_equal(mode_of(s, "root/t/d"), 03775);
		assert_goes(&t, false);
		assert_int_equal(tree_clear(s->fd, &s->err), 0);
	}
}

static void the_overlays_notes_are_not_committed(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) made = buf_of(s->path);
	AUTO(buf) done = buf_of(s->path);

	buf_adds(&made, "/new/t/n");
	buf_adds(&done, "/root/t/n");
	for (int apart = 0; apart < 2; apart++) {
		AUTO(trial) t = TRIAL_INIT;

		begin(&t, s, ":", "cd new/t; echo 1 >n; chmod 444 n");
		faults.apart = apart;
		put_mode(s, "new/t/n", 0644);
		if (setxattr(made.s, "user.overlay.origin", "1", 1, 0) < 0 ||
			setxattr(made.s, "user.mine", "1", 1, 0) < 0)
			cannot(s, "no attributes of users in /tmp");
		if (geteuid() == 0)
			(void)setxattr(made.s, "trusted.overlay.origin", "1", 1, 0);
		put_mode(s, "new/t/n", 0444);
		changes_drop(&t.changes);
		assert_true(trial_compare(&t));
		assert_int_equal(trial_keep(&t), 0);
		assert_goes(&t, true);
		assert_true(getxattr(done.s, "user.overlay.origin", NULL, 0) < 0);
		assert_true(getxattr(done.s, "trusted.overlay.origin", NULL, 0) < 0);
		assert_int_equal(getxattr(done.s, "user.mine", NULL, 0), 1);
		assert_int_equal(tree_clear(s->fd, &s->err), 0);
	}
}

static void devices_are_made(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	if (run_in(s, "mknod try c 1 3 2>/dev/null") != 0)
		cannot(s, "no devices can be made here");
	begin_and_keep(&t, s, "cd root/t; mknod a b 259 300; echo 1 >c",
		"cd new/t; rm a; mknod a c 1 3; mknod n b 7 1; rm c; mkfifo c");
	assert_goes(&t, true);
	assert_goes(&t, false);
}

static void leftovers_are_cleared(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin_and_keep(&t, s, PLAIN_BEFORE, PLAIN_AFTER);
	assert_int_equal(
		run_in(s, "cd root/t; echo 1 >.fardel-apply.1; mkdir d/.fardel-apply.4"), 0);
	assert_goes(&t, true);
}

/* What the link leads to is there before each call that changes something. */
static struct scratch *watched;
static bool was_absent;

static void look_through_the_link(const char *call)
{
	struct stat st;

	(void)call;
	was_absent |= fstatat(watched->fd, "root/t/now/program", &st, 0) < 0;
}

static void the_system_stays_usable(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin_and_keep(&t, s, "cd root/t; mkdir 1; echo 1 >1/program; ln -s 1 now",
		"cd new/t; rm -r 1; mkdir 2; echo 2 >2/program; ln -sfn 2 now");
	watched = s;
	was_absent = false;
	faults.before_call = look_through_the_link;
	assert_goes(&t, true);
	assert_false(was_absent);
	assert_goes(&t, false);
	assert_false(was_absent);
	faults.before_call = NULL;
}

static void look_at_the_name(const char *call)
{
	(void)call;
	was_absent |= !is_there(watched, "root/t/x") || !is_there(watched, "root/t/y");
}

static void a_name_is_never_without_anything(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin_and_keep(&t, s, "cd root/t; mkdir -p x/a; echo 1 >x/a/b; ln -s x y",
		"cd new/t; rm -r x y; ln -s y x; mkdir y; echo 1 >y/c");
	watched = s;
	was_absent = false;
	faults.before_call = look_at_the_name;
	assert_goes(&t, true);
	assert_goes(&t, false);
	assert_false(was_absent);
	faults.before_call = NULL;
}

static const char *last_call;

static void note_call(const char *call)
{
	last_call = call;
}

static void it_ends_with_a_sync_that_counts(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	AUTO(buf) path = buf_of(s->path);

	begin_and_keep(&t, s, PLAIN_BEFORE, PLAIN_AFTER);
	faults.before_call = note_call;
	assert_goes(&t, true);
	assert_string_equal(last_call, "syncfs");
	faults.before_call = NULL;
	buf_adds(&path, "/root");
	faults.no_sync = path.s;
	assert_int_equal(trial_go(&t, false), -1);
	assert_int_equal(s->err.sys, EIO);
	faults.no_sync = NULL;
	assert_goes(&t, false);
}

static void an_immutable_file_is_told_of(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin_and_keep(&t, s, "cd root/t; echo 1 >a", "cd new/t; echo 22 >a");
	if (run_in(s, "chattr +i root/t/a 2>/dev/null") != 0)
		cannot(s, "no file can be made immutable here");
	assert_int_equal(trial_go(&t, true), -1);
	assert_int_equal(run_in(s, "chattr -i root/t/a"), 0);
	assert_err(&s->err, ERR_SYSTEM, "write /t/a: ");
	assert_int_equal(s->err.sys, EPERM);
	assert_non_null(strstr(s->err.next, "lsattr -d /t/a"));
	assert_goes(&t, false);
	assert_goes(&t, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(nothing_outside_is_touched),
		SCRATCH_TEST(what_others_changed_meanwhile_is_theirs),
		SCRATCH_TEST(what_others_moved_away_is_left),
		SCRATCH_TEST(what_took_a_folders_place_is_left_with_all_beneath),
		SCRATCH_TEST(the_very_file_comes_back),
		SCRATCH_TEST(copies_keep_times_and_holes),
		SCRATCH_TEST(attributes_are_set_in_place),
		SCRATCH_TEST(an_undo_is_of_one_mind),
		SCRATCH_TEST(rights_survive_a_new_owner),
		SCRATCH_TEST(the_overlays_notes_are_not_committed),
		SCRATCH_TEST(devices_are_made),
		SCRATCH_TEST(leftovers_are_cleared),
		SCRATCH_TEST(the_system_stays_usable),
		SCRATCH_TEST(a_name_is_never_without_anything),
		SCRATCH_TEST(it_ends_with_a_sync_that_counts),
		SCRATCH_TEST(an_immutable_file_is_told_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
