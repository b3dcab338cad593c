/* Tests of store/take, by store/apply: folders that are taken over. */
#include "store/apply.h"

#include "applied.h"

#define LINKS "mkdir -p n/deep/none; chmod 2750 n/deep; ln -s x n/l; ln -s y n/deep/l"

/* 0: it is not there. */
static ino_t inode(struct scratch *s, const char *path)
{
	struct stat st;

	return fstatat(s->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_ino : 0;
}

static void need_root(struct scratch *s)
{
	if (geteuid() != 0)
		cannot(s, "only root's are taken over");
}

static void links_and_folders_are_taken_over(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	ino_t link, deep;

	need_root(s);
	begin(&t, s, "mkdir root/t/d", "cd new/t; ln -s z d/l; mkdir d/o; ln -s x d/o/l; " LINKS);
	link = inode(s, "new/t/n/l");
	deep = inode(s, "new/t/n/deep");
	assert_int_equal(trial_keep(&t), 0);
	assert_true(trial_is(&t, &t.before, "kept"));
	assert_int_equal(inode(s, "new/t/n"), 0);
	assert_int_equal(inode(s, "new/t/d/o"), 0);
	assert_goes(&t, true);
	assert_int_equal(inode(s, "root/t/n/l"), link);
	assert_int_equal(inode(s, "root/t/n/deep"), deep);
	assert_goes(&t, true);
	assert_goes(&t, false);
	assert_goes(&t, true);
	assert_true(inode(s, "root/t/n/l") != 0);
}

static void a_file_is_kept_as_ever(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	ino_t deep;

	need_root(s);
	begin(&t, s, ":", "cd new/t; " LINKS "; echo 1 >n/file");
	deep = inode(s, "new/t/n/deep");
	assert_int_equal(trial_keep(&t), 0);
	assert_true(inode(s, "new/t/n") != 0);
	assert_int_equal(inode(s, "new/t/n/deep"), 0);
	assert_goes(&t, true);
	assert_int_equal(inode(s, "root/t/n/deep"), deep);
	assert_goes(&t, false);
}

static void what_is_not_as_listed_is_made(void **state)
{
	static const char *const disturbed[] = {"ln -s x new/t/n/more", "rm new/t/n/deep/l",
		"mv new/t/n/l new/t/n/k", "touch new/t/n/deep/none/file", "rm -r new/t/n",
		"mkdir root/t/n"};
	struct scratch *s = *state;

	need_root(s);
	for (size_t i = 0; i < COUNT(disturbed); i++) {
		AUTO(trial) t = TRIAL_INIT;
		bool taken = strstr(disturbed[i], "root/");

		begin(&t, s, ":", "cd new/t; " LINKS);
		assert_int_equal(run_in(s, disturbed[i]), 0);
		assert_int_equal(trial_keep(&t), 0);
		assert_int_equal(inode(s, "kept/after/0") != 0, taken);
		assert_goes(&t, true);
		assert_goes(&t, false);
		assert_int_equal(tree_clear(s->fd, &s->err), 0);
	}
}

/* Rules have moved a link of the system's own to the new folder: the folder is marked, the link has notes. */
static void notes_of_the_overlay_do_not_come_with_it(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	AUTO(buf) path = buf_of(s->path);

	need_root(s);
	begin(&t, s, ":", "cd new/t; " LINKS);
	buf_adds(&path, "/new/t/n/deep");
	if (setxattr(path.s, "trusted.overlay.impure", "y", 1, 0) < 0)
		cannot(s, "no attributes of overlays in /tmp");
	assert_int_equal(trial_keep(&t), 0);
	assert_true(inode(s, "new/t/n") != 0);
	assert_int_equal(removexattr(path.s, "trusted.overlay.impure"), 0);
	assert_int_equal(setxattr(path.s, "trusted.overlay.opaque", "y", 1, 0), 0);
	assert_int_equal(trial_keep(&t), 0);
	assert_int_equal(inode(s, "new/t/n"), 0);
	assert_goes(&t, true);
	buf_sets(&path, s->path);
	buf_adds(&path, "/root/t/n/deep");
	assert_int_equal(getxattr(path.s, "trusted.overlay.opaque", NULL, 0), -1);
}

#define FILES \
	"mkdir -p n/deep d/o; echo 1 >n/a; echo 2 >n/deep/b; ln n/a n/c; ln n/a d/o/z; ln n/deep/b a; chmod 4711 n/deep/b"

/* Where that is done once and for all; names of one file stay names of one file, wherever they are. */
static void files_go_with_their_folder(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	ino_t a, b;

	need_root(s);
	begin(&t, s, "mkdir root/t/d; echo old >root/t/d/x", "cd new/t; " FILES);
	a = inode(s, "new/t/n/a");
	b = inode(s, "new/t/n/deep/b");
	t.kept.once = true;
	assert_int_equal(trial_keep(&t), 0);
	assert_true(trial_is(&t, &t.before, "kept"));
	assert_int_equal(inode(s, "new/t/n"), 0);
	assert_int_equal(inode(s, "new/t/d/o"), 0);
	assert_goes(&t, true);
	assert_int_equal(inode(s, "root/t/n/a"), a);
	assert_int_equal(inode(s, "root/t/n/c"), a);
	assert_int_equal(inode(s, "root/t/d/o/z"), a);
	assert_int_equal(inode(s, "root/t/n/deep/b"), b);
	assert_int_equal(inode(s, "root/t/a"), b);
	assert_goes(&t, false);
	assert_goes(&t, false);
}

/* Such a folder is made by the list, of files that were kept each. */
static void files_that_are_not_as_listed_are_looked_at(void **state)
{
	static const struct {
		const char *disturbed;
		bool refused; /* the file itself is another one */
	} rows[] = {
		{"echo more >>new/t/n/a", true},
		{"chmod 600 new/t/n/a", false},
		{"rm new/t/n/deep/b; ln -s x new/t/n/deep/b", true},
		{"touch new/t/n/other", false},
	};
	struct scratch *s = *state;

	need_root(s);
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(trial) t = TRIAL_INIT;
		int kept;

		begin(&t, s, ":", "cd new/t; mkdir -p n/deep; echo 1 >n/a; echo 2 >n/deep/b");
		assert_int_equal(run_in(s, rows[i].disturbed), 0);
		t.kept.once = true;
		kept = trial_keep(&t);
		assert_int_equal(kept, rows[i].refused ? -1 : 0);
		assert_true(trial_is(&t, &t.before, "kept"));
		if (kept == 0) {
			assert_goes(&t, true);
			assert_goes(&t, false);
		}
		err_clear(&s->err);
		assert_int_equal(tree_clear(s->fd, &s->err), 0);
	}
}

/* What stands in its place by then is nobody's to overwrite. */
static void what_has_come_there_meanwhile_stops_it(void **state)
{
	static const char *const disturbed[] = {
		"mkdir root/t/n; echo mine >root/t/n/a", "echo mine >root/t/n", "ln -s / root/t/n"};
	struct scratch *s = *state;

	need_root(s);
	for (size_t i = 0; i < COUNT(disturbed); i++) {
		AUTO(trial) t = TRIAL_INIT;

		begin(&t, s, ":", "cd new/t; mkdir n; echo 1 >n/a; echo 2 >n/b");
		t.kept.once = true;
		assert_int_equal(trial_keep(&t), 0);
		assert_int_equal(run_in(s, disturbed[i]), 0);
		assert_int_equal(trial_go(&t, true), -1);
		assert_int_equal(run_in(s, i == 0 ? "grep -q mine root/t/n/a"
						  : "test ! -d root/t/n -o -L root/t/n"),
			0);
		err_clear(&s->err);
		assert_int_equal(tree_clear(s->fd, &s->err), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(links_and_folders_are_taken_over),
		SCRATCH_TEST(a_file_is_kept_as_ever),
		SCRATCH_TEST(what_is_not_as_listed_is_made),
		SCRATCH_TEST(notes_of_the_overlay_do_not_come_with_it),
		SCRATCH_TEST(files_go_with_their_folder),
		SCRATCH_TEST(files_that_are_not_as_listed_are_looked_at),
		SCRATCH_TEST(what_has_come_there_meanwhile_stops_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
