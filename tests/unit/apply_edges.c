/* Tests of store/apply: at the edges of what file systems do. */
#include "store/apply.h"

#include "applied.h"

static struct scratch *watched;

/* Deeper than any path that the kernel takes. */
static void depth_is_no_matter(void **state)
{
	static const char *const make =
		"a=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; "
		"deep() { cd $1/t; for i in 1 2 3 4 5 6 7 8 9; do "
		"mkdir -p $a/$a/$a/$a/$a/$a/$a/$a; cd -P $a/$a/$a/$a/$a/$a/$a/$a; done; }; "
		"(deep root; echo 1 >x; echo 1 >y); "
		"(deep new; echo 22 >x; mkdir z; echo 1 >z/n)";
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin_and_keep(&t, s, ":", make);
	assert_int_equal(t.changes.of.n, 4);
	assert_true(t.changes.of.v[0].path.n > 4096);
	assert_goes(&t, true);
	assert_goes(&t, false);
}

/* As when a kill came between both, and somebody copied one. */
static void names_of_one_file_are_linked_again(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin_and_keep(&t, s, ":", "cd new/t; echo 1 >a; ln a b");
	assert_goes(&t, true);
	assert_int_equal(run_in(s, "cd root/t; cp -p b x; mv x b"), 0);
	assert_goes(&t, true);
}

static int links;

/* The file that the second name is to be linked to becomes another. */
static void swap_the_first(const char *call)
{
	if (!strcmp(call, "linkat") && ++links == 2)
		syscall(SYS_renameat2, watched->fd, "evil", watched->fd, "root/t/a", 0);
}

static void nobody_chooses_what_is_linked(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin_and_keep(&t, s, ":", "cd new/t; echo 1 >a; ln a b; echo 2 >../../evil");
	watched = s;
	links = 0;
	faults.before_call = swap_the_first;
	assert_int_equal(trial_go(&t, true), -1);
	faults.before_call = NULL;
	assert_err(&s->err, ERR_CONFLICT, "/t/b: its other name is another file by now");
	assert_false(is_there(s, "root/t/b"));
	assert_false(is_there(s, "root/t/.fardel-apply.1"));
}

static void a_folder_that_is_not_empty_stays(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	for (int i = 0; i < 2; i++) {
		begin_and_keep(
			&t, s, "cd root/t; mkdir d; echo 1 >d/x", "cd new/t; rm -r d; ln -s e d");
		faults.no_exchange = i == 1;
		put(s, "root/t/d/theirs", "1");
		assert_int_equal(trial_go(&t, true), -1);
		assert_err(&s->err, ERR_CONFLICT, "/t/d: the folder holds what nobody knows of");
		assert_file(s, "root/t/d/theirs", "1");
		assert_int_equal(unlinkat(s->fd, "root/t/d/theirs", 0), 0);
		assert_goes(&t, false);
		trial_drop(&t);
		t = TRIAL_INIT;
		assert_int_equal(tree_clear(s->fd, &s->err), 0);
	}
}

static int try_shut(struct scratch *s)
{
	AUTO(trial) t = TRIAL_INIT;

	if (fchownat(s->fd, "", 65534, 65534, AT_EMPTY_PATH) < 0 || !become_ordinary())
		return CANNOT;
	trial_begin(&t, s);
	CHECK(run_in(s,
		      "cd root/t; mkdir d; echo 1 >d/a; chmod 511 d; cp -a . ../../new/t; cd ../../new/t; "
		      "chmod 700 d; echo 22 >d/a; chmod 500 d; mkdir n; echo 1 >n/a; chmod 500 n") ==
		0);
	if (!trial_compare(&t))
		return CANNOT;
	CHECK(trial_keep(&t) == 0);
	for (int i = 0; i < 4; i++)
		CHECK(trial_go(&t, i % 2 == 0) == 0 &&
			trial_is(&t, i % 2 ? &t.before : &t.after, "then"));
	return 0;
}

static void users_folders_may_be_shut(void **state)
{
	try_in_child(try_shut, *state, "no ordinary user to become, or no attributes in /tmp");
}

static int try_full(struct scratch *s)
{
	AUTO(buf) path = buf_of(s->path);
	AUTO(trial) t = TRIAL_INIT;
	const struct apply_layer *layer;

	buf_adds(&path, "/root");
	put_dir(s, "root", 0755);
	if (!enter_namespaces() || mount("tmpfs", path.s, "tmpfs", 0, "size=1m") < 0)
		return CANNOT;
	/* The one that was opened outside sees nothing that is mounted here. */
	CHECK(dup2(open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), s->fd) >= 0);
	trial_begin(&t, s);
	CHECK(run_in(s,
		      "cd root/t; head -c 300K /dev/zero >a; cd ../../new; mkdir t; head -c 600K /dev/zero >t/n") ==
		0);
	if (!trial_compare(&t))
		return CANNOT;
	layer = &(const struct apply_layer){"/", t.fresh};
	CHECK(apply_keep(t.root, &t.changes, layer, 1, &t.kept, &s->err) == 0);
	CHECK(trial_go(&t, true) == 0 && trial_is(&t, &t.after, "forward"));
	CHECK(run_in(s, "head -c 1M /dev/zero >root/filler 2>/dev/null") != 0);
	CHECK(trial_go(&t, false) == 0 && unlinkat(s->fd, "root/filler", 0) == 0);
	CHECK(trial_is(&t, &t.before, "back"));
	return 0;
}

static void a_full_disk_can_be_taken_back(void **state)
{
	try_in_child(try_full, *state, "nothing can be mounted here, or no attributes");
}

/* A real stage, over a root that is then brought to where its rules ended. */
static void a_stage_is_committed(void **state)
{
	static const char script[] =
		"useradd() { echo $1:x:1 >>passwd; }; useradd a; mv old new; ln -sfn new now; rm -r gone; "
		"mkdir gone; echo 1 >gone/x; chmod 4755 prog; sed -i s/1/2/ conf; rm file; mkdir file; echo 1 >file/x; ln conf conf2";
	struct scratch *s = *state;
	struct scan how = SCAN_INIT;
	AUTO(trial) t = TRIAL_INIT;
	struct apply_layer layer;
	AUTO_FD upper = -1;
	bool user = geteuid() != 0;

	put(s, "lower/passwd", "root:x:0\n");
	put(s, "lower/old/a", "1");
	put(s, "lower/gone/a/b", "1");
	put(s, "lower/prog", "1");
	put(s, "lower/conf", "1");
	put(s, "lower/file", "1");
	put_link(s, "lower/now", "old");
	stage(s, user, script);
	trial_begin(&t, s);
	fd_drop(&t.root);
	t.root = open_in(s, "lower");
	upper = open_in(s, "upper");
	layer = (struct apply_layer){"/", upper};
	assert_int_equal(read_all(&t, t.root, &t.before), 0);
	assert_int_equal(read_stage(s, user, &how, &t.changes), 0);
	assert_int_equal(run_in(s, "cp -a lower new/x; mv new/x/* new; rmdir new/x"), 0);
	{
		AUTO(buf) there = buf_of("cd new; ");

		buf_adds(&there, script);
		assert_int_equal(run_in(s, there.s), 0);
	}
	assert_int_equal(read_all(&t, t.fresh, &t.after), 0);
	changes_number_links(&t.after);
	assert_int_equal(apply_keep(t.root, &t.changes, &layer, 1, &t.kept, &s->err), 0);
	assert_goes(&t, true);
	assert_goes(&t, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(depth_is_no_matter),
		SCRATCH_TEST(names_of_one_file_are_linked_again),
		SCRATCH_TEST(nobody_chooses_what_is_linked),
		SCRATCH_TEST(a_folder_that_is_not_empty_stays),
		SCRATCH_TEST(users_folders_may_be_shut),
		SCRATCH_TEST(a_full_disk_can_be_taken_back),
		SCRATCH_TEST(a_stage_is_committed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
