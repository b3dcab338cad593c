/* Tests of engine/loop. */
#include "engine/loop.h"

#include "scratch.h"

#include <poll.h>
#include <signal.h>

#include "engine/session.h"
#include "sys/signals.h"

/* A task, and what it said. */
struct talk {
	struct task task;
	struct buf said;
	const char *give_up_at; /* what it may not say */
};

static int hear(struct task *task, struct err *err)
{
	struct talk *t = (struct talk *)task;
	char bytes[4096];
	ssize_t n = read(task->fd, bytes, sizeof(bytes));

	if (n < 0)
		return errno == EAGAIN ? 1 : err_sys(err, "read");
	buf_add(&t->said, bytes, (size_t)n);
	if (t->give_up_at && strstr(t->said.s, t->give_up_at))
		return err_set(err, ERR_WORKER, "it said %s", t->give_up_at);
	return n > 0;
}

static void begin(struct talk *t, const char *script)
{
	static const char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
	const char *argv[] = {"sh", "-c", script, NULL};
	struct process_spec spec = {
		.program = "/bin/sh", .argv = argv, .envp = environment, .keep = true, .hold = -1};
	struct err err = ERR_INIT;
	int pipe_fds[2];

	*t = (struct talk){.task = TASK_INIT, .said = BUF_INIT};
	if (pipe2(pipe_fds, O_CLOEXEC) < 0 || fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK) < 0)
		abort();
	spec.output = pipe_fds[1];
	if (process_start(&spec, &t->task.process, &err) < 0) {
		print_error("%s\n", err.text);
		abort();
	}
	close(pipe_fds[1]);
	t->task.fd = pipe_fds[0];
	t->task.input = hear;
	t->task.running = true;
}

static void talk_drop(struct talk *t)
{
	task_drop(&t->task);
	buf_drop(&t->said);
}

static void what_it_said_is_heard_to_the_end(void **state)
{
	struct scratch *s = *state;
	struct talk t;

	/* More than a pipe holds, the last of it at the very end. */
	begin(&t, "seq 1 60000; exit 3");
	assert_int_equal(loop_finish(&t.task, &s->err), 0);
	assert_false(t.task.running);
	assert_int_equal(t.task.status, 3 << 8);
	assert_int_equal(t.task.fd, -1);
	assert_int_equal(t.task.process.pid, 0);
	assert_true(span_starts(buf_span(&t.said), "1\n2\n3\n"));
	assert_true(span_ends(buf_span(&t.said), "\n59999\n60000\n"));
	assert_int_equal(t.said.n, 348894);
	talk_drop(&t);
}

static void what_it_said_before_it_was_heard_is_not_lost(void **state)
{
	struct scratch *s = *state;
	struct pollfd ended;
	struct talk t;

	/* Less than a pipe holds, and more than is read at once. */
	begin(&t, "seq 1 9000; exit 3");
	ended = (struct pollfd){.fd = t.task.process.status_fd, .events = POLLIN};
	assert_int_equal(poll(&ended, 1, 20000), 1);
	assert_int_equal(loop_finish(&t.task, &s->err), 0);
	assert_int_equal(t.task.status, 3 << 8);
	assert_true(span_ends(buf_span(&t.said), "\n8999\n9000\n"));
	talk_drop(&t);
}

static void a_silent_one_is_waited_for(void **state)
{
	struct scratch *s = *state;
	struct talk t;
	int64_t begun = scratch_ms();

	begin(&t, "echo bye; exec >&- 2>&-; sleep 0.3; exit 4");
	assert_int_equal(loop_finish(&t.task, &s->err), 0);
	assert_int_equal(t.task.status, 4 << 8);
	assert_buf(&t.said, "bye\n");
	assert_true(scratch_ms() - begun >= 300);
	talk_drop(&t);
	/* And one that cannot be heard at all. */
	begin(&t, "exit 5");
	fd_drop(&t.task.fd);
	assert_int_equal(loop_finish(&t.task, &s->err), 0);
	assert_int_equal(t.task.status, 5 << 8);
	talk_drop(&t);
}

static void what_it_left_behind_is_not_waited_for(void **state)
{
	struct scratch *s = *state;
	struct talk t;
	int64_t begun = scratch_ms();

	begin(&t, "setsid sleep 300 & echo bye");
	assert_int_equal(loop_finish(&t.task, &s->err), 0);
	assert_buf(&t.said, "bye\n");
	assert_true(scratch_ms() - begun < 5000);
	talk_drop(&t);
}

static void several_are_looked_after_side_by_side(void **state)
{
	struct scratch *s = *state;
	struct talk slow, quick;
	struct task *tasks[2] = {&slow.task, &quick.task};

	begin(&slow, "echo slow; read x; sleep 300");
	begin(&quick, "echo quick; exit 1");
	/* stdin is empty: slow would be at its sleep when quick has ended. */
	assert_int_equal(loop_wait(tasks, 2, &s->err), 0);
	assert_false(quick.task.running);
	assert_true(slow.task.running);
	assert_int_equal(quick.task.status, 1 << 8);
	assert_buf(&quick.said, "quick\n");
	slow.task.deadline = engine_ms() + 200;
	assert_int_equal(loop_wait(tasks, 2, &s->err), 0);
	assert_false(slow.task.running);
	assert_buf(&slow.said, "slow\n");
	assert_err(&slow.task.err, ERR_TIMEOUT, "took longer");
	assert_int_equal(quick.task.err.code, ERR_NONE);
	talk_drop(&slow);
	talk_drop(&quick);
}

static void a_deadline_ends_it(void **state)
{
	struct scratch *s = *state;
	int64_t begun = scratch_ms();
	struct talk t;

	begin(&t, "trap '' TERM INT HUP; echo on; sleep 300; echo over");
	t.task.deadline = engine_ms() + 300;
	assert_int_equal(loop_finish(&t.task, &s->err), -1);
	assert_err(&s->err, ERR_TIMEOUT, "took longer than it may");
	assert_in_range(scratch_ms() - begun, 300, 5000);
	assert_true(WIFSIGNALED(t.task.status));
	assert_buf(&t.said, "on\n");
	talk_drop(&t);
}

static void one_that_talks_nonsense_is_given_up(void **state)
{
	struct scratch *s = *state;
	int64_t begun = scratch_ms();
	struct talk t;

	begin(&t, "echo fine; echo nonsense; sleep 300");
	t.give_up_at = "nonsense";
	assert_int_equal(loop_finish(&t.task, &s->err), -1);
	assert_err(&s->err, ERR_WORKER, "it said nonsense");
	assert_true(scratch_ms() - begun < 5000);
	assert_false(t.task.running);
	assert_int_equal(t.task.fd, -1);
	talk_drop(&t);
	/* Also when that is the last thing it does. */
	begin(&t, "echo nonsense");
	t.give_up_at = "nonsense";
	assert_int_equal(loop_finish(&t.task, &s->err), -1);
	assert_err(&s->err, ERR_WORKER, "it said nonsense");
	talk_drop(&t);
}

static int stop_two(struct scratch *s)
{
	struct talk one, two;
	struct task *tasks[2] = {&one.task, &two.task};
	int64_t begun;
	pid_t killer;

	signals_catch();
	begin(&one, "trap '' TERM; sleep 300");
	begin(&two, "sleep 300");
	killer = fork();
	if (killer == 0) {
		pause_ms(200);
		kill(getppid(), SIGTERM);
		_exit(0);
	}
	begun = scratch_ms();
	CHECK(loop_wait(tasks, 2, &s->err) < 0);
	CHECK(s->err.code == ERR_SIGNAL && s->err.sys == SIGTERM);
	CHECK(strstr(s->err.text, "SIGTERM"));
	CHECK(scratch_ms() - begun < 5000);
	CHECK(!one.task.running && !two.task.running);
	CHECK(one.task.err.code == ERR_SIGNAL && two.task.err.code == ERR_SIGNAL);
	CHECK(one.task.process.pid == 0 && two.task.process.pid == 0);
	talk_drop(&one);
	talk_drop(&two);
	CHECK(waitpid(killer, NULL, 0) == killer);
	CHECK(waitpid(-1, NULL, 0) < 0 && errno == ECHILD);
	return 0;
}

static void a_signal_ends_all(void **state)
{
	assert_int_equal(in_child(stop_two, *state), 0);
}

static void what_is_dropped_has_ended(void **state)
{
	struct talk t;
	int64_t begun = scratch_ms();

	(void)state;
	begin(&t, "sleep 300");
	task_drop(&t.task);
	assert_true(scratch_ms() - begun < 5000);
	assert_false(t.task.running);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	talk_drop(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(what_it_said_is_heard_to_the_end),
		SCRATCH_TEST(what_it_said_before_it_was_heard_is_not_lost),
		SCRATCH_TEST(a_silent_one_is_waited_for),
		SCRATCH_TEST(what_it_left_behind_is_not_waited_for),
		SCRATCH_TEST(several_are_looked_after_side_by_side),
		SCRATCH_TEST(a_deadline_ends_it),
		SCRATCH_TEST(one_that_talks_nonsense_is_given_up),
		SCRATCH_TEST(a_signal_ends_all),
		SCRATCH_TEST(what_is_dropped_has_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
