/* Tests of store/apply: what it looks at before anything is touched, and what it keeps. */
#include "store/apply.h"

#include "applied.h"

static void what_differs_is_listed(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	AUTO(apply_drifts) d = APPLY_DRIFTS_INIT;

	begin(&t, s, PLAIN_BEFORE, PLAIN_AFTER);
	assert_int_equal(apply_check(t.root, &t.changes, &d, &s->err), 0);
	assert_int_equal(d.of.n, 0);
	assert_int_equal(run_in(s, "cd root/t; echo 2 >a; chmod 600 b; echo 1 >d/y; mkdir n"), 0);
	assert_int_equal(apply_check(t.root, &t.changes, &d, &s->err), 0);
	assert_int_equal(d.of.n, 4);
	assert_buf(&d.of.v[0].path, "/t/a");
	assert_int_equal(d.of.v[0].now.size, 2);
	assert_false(d.of.v[0].shared);
	assert_buf(&d.of.v[1].path, "/t/b");
	assert_int_equal(d.of.v[1].now.mode, 0600);
	assert_buf(&d.of.v[2].path, "/t/d/y");
	assert_buf(&d.of.v[2].change->path, "/t/d");
	assert_buf(&d.of.v[3].path, "/t/n");
	assert_int_equal(d.of.v[3].now.type, NODE_FOLDER);
}

static void a_link_on_the_way_is_listed(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	AUTO(apply_drifts) d = APPLY_DRIFTS_INIT;

	begin(&t, s, PLAIN_BEFORE, PLAIN_AFTER);
	assert_int_equal(run_in(s, "cd root/t; mv d e; ln -s e d"), 0);
	assert_int_equal(apply_check(t.root, &t.changes, &d, &s->err), 0);
	assert_int_equal(d.of.n, 2);
	assert_buf(&d.of.v[0].path, "/t/d");
	assert_int_equal(d.of.v[0].now.type, NODE_LINK);
	assert_buf(&d.of.v[1].path, "/t/d/x");
	assert_int_equal(d.of.v[1].now.type, NODE_NONE);
}

static void what_was_touched_meanwhile_is_listed(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	AUTO(apply_drifts) d = APPLY_DRIFTS_INIT;
	AUTO(apply_drifts) later = APPLY_DRIFTS_INIT;
	const struct timespec never = {INT64_MAX, 0};
	struct timespec since;

	begin(&t, s, "cd root/t; echo 1 >a; echo 1 >b; mkdir d",
		"cd new/t; echo 22 >a; echo 22 >b; rmdir d");
	assert_int_equal(run_in(s, "sleep 0.02"), 0); /* the clock of files ticks slowly */
	assert_int_equal(clock_gettime(CLOCK_REALTIME, &since), 0);
	assert_int_equal(
		run_in(s, "sleep 0.02; cd root/t; cp -p b n; mv n b; touch d/x; rm d/x"), 0);
	assert_int_equal(apply_check_since(t.root, &t.changes, &since, &d, &s->err), 0);
	assert_int_equal(d.of.n, 1);
	assert_buf(&d.of.v[0].path, "/t/b");
	assert_int_equal(apply_check_since(t.root, &t.changes, &never, &later, &s->err), 0);
	assert_int_equal(later.of.n, 0);
}

static void databases_of_all_are_told_apart(void **state)
{
	static const char *const yes[] = {"/etc/passwd", "/etc/shadow-", "/etc/ld.so.cache",
		"/usr/share/mime/mime.cache", "/usr/share/mime/text/plain.xml",
		"/usr/share/icons/hicolor/icon-theme.cache",
		"/usr/share/applications/mimeinfo.cache", "/var/cache/fontconfig/a",
		"/var/lib/dpkg/diversions", "/var/lib/dpkg/statoverride-old",
		"/var/lib/dpkg/alternatives/editor"};
	static const char *const no[] = {"/etc/passwd.d", "/usr/share/mime/packages/x.xml",
		"/usr/share/icons/hicolor/16x16/icon-theme.cache", "/etc/fstab", "/t/etc/passwd",
		"/var/lib/dpkg/status"};

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		assert_true(apply_is_shared(span_of(yes[i])));
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(apply_is_shared(span_of(no[i])));
}

static void names_of_our_own_are_refused(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin(&t, s, ":", "cd new/t; echo 1 >.fardel-apply.3");
	assert_int_equal(trial_keep(&t), -1);
	assert_err(&s->err, ERR_POLICY, "/t/.fardel-apply.3");
}

static void whiteouts_are_refused(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;
	struct change *c;

	begin(&t, s, ":", "echo 1 >new/t/n");
	c = &t.changes.of.v[0];
	c->after.type = NODE_CHAR;
	assert_int_equal(trial_keep(&t), -1);
	assert_err(&s->err, ERR_POLICY, "device 0/0");
}

static void what_changed_before_it_was_kept_stops_it(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin(&t, s, PLAIN_BEFORE, PLAIN_AFTER);
	put(s, "root/t/b", "2\n");
	assert_int_equal(trial_keep(&t), -1);
	assert_err(&s->err, ERR_CONFLICT, "keep /t/b: it has changed");
}

static void a_stage_that_changed_is_not_kept(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin(&t, s, PLAIN_BEFORE, PLAIN_AFTER);
	put(s, "new/t/n", "2\n");
	assert_int_equal(trial_keep(&t), -1);
	assert_err(&s->err, ERR_FAILED, "keep /t/n: the stage holds another file");
}

static void kept_files_are_looked_at(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin(&t, s, PLAIN_BEFORE, PLAIN_AFTER);
	faults.apart = true; /* so that they are not what stands in the root */
	assert_int_equal(trial_keep(&t), 0);
	put(s, "kept/after/1", "damaged");
	assert_int_equal(trial_go(&t, true), -1);
	assert_err(&s->err, ERR_BAD_STATE,
		"write /t/a: the file that was kept for it is missing or damaged");
	assert_goes(&t, false);
	assert_int_equal(unlinkat(s->fd, "kept/after/1", 0), 0);
	assert_int_equal(trial_go(&t, true), -1);
	assert_err(&s->err, ERR_BAD_STATE, "missing");
}

static void kept_files_of_other_changes_are_refused(void **state)
{
	struct scratch *s = *state;
	AUTO(trial) t = TRIAL_INIT;

	begin_and_keep(&t, s, PLAIN_BEFORE, PLAIN_AFTER);
	changes_cut(&t.changes, t.changes.of.n - 2); /* what was deleted, and what is new */
	assert_int_equal(trial_go(&t, true), -1);
	assert_err(&s->err, ERR_BAD_STATE, "not those of these changes");
	assert_int_equal(trial_go(&t, false), -1);
	assert_err(&s->err, ERR_BAD_STATE, "not those of these changes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(what_differs_is_listed),
		SCRATCH_TEST(a_link_on_the_way_is_listed),
		SCRATCH_TEST(what_was_touched_meanwhile_is_listed),
		SCRATCH_TEST(databases_of_all_are_told_apart),
		SCRATCH_TEST(names_of_our_own_are_refused),
		SCRATCH_TEST(whiteouts_are_refused),
		SCRATCH_TEST(what_changed_before_it_was_kept_stops_it),
		SCRATCH_TEST(a_stage_that_changed_is_not_kept),
		SCRATCH_TEST(kept_files_are_looked_at),
		SCRATCH_TEST(kept_files_of_other_changes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
