/* Tests of sys/lock, and of sys/signals, which end its wait. */
#include "sys/lock.h"

#include "scratch.h"

#include <signal.h>

#include "sys/signals.h"

struct waiter {
	int calls;
	struct buf holder;
};

static void note_waiting(void *arg, const char *holder)
{
	struct waiter *w = arg;

	w->calls++;
	buf_sets(&w->holder, holder);
}

static void a_free_lock_is_taken(void **state)
{
	struct scratch *s = *state;
	struct waiter w = {0, BUF_INIT};
	AUTO(buf) text = BUF_INIT;
	struct lock lock = LOCK_INIT;

	buf_addf(&text, "%ld\nfardel install zoom\n", (long)getpid());
	put(s, "lock", "12345678\na much longer command that was run before this one\nand more\n");
	put_mode(s, "lock", 0600);
	assert_int_equal(lock_take(&lock, s->fd, "lock", "fardel install zoom", 0, note_waiting, &w,
				 &s->err),
		0);
	assert_int_equal(w.calls, 0);
	assert_true(fcntl(lock.fd, F_GETFD) & FD_CLOEXEC);
	assert_file(s, "lock", text.s);
	lock_drop(&lock);
	assert_int_equal(lock.fd, -1);
	assert_int_equal(
		lock_take(&lock, s->fd, "new", "fardel gc", 0, note_waiting, &w, &s->err), 0);
	assert_int_equal(mode_of(s, "new"), 0600);
	lock_drop(&lock);
}

static void a_second_one_is_told_who_holds_it(void **state)
{
	struct scratch *s = *state;
	struct waiter w = {0, BUF_INIT};
	AUTO(buf) holder = BUF_INIT;
	AUTO(buf) raw = BUF_INIT;
	struct lock first = LOCK_INIT, second = LOCK_INIT;
	int64_t begun = scratch_ms();

	/* The error escapes what a user typed; the callback gets it as it is. */
	buf_addf(&holder, "fardel install \\x1b[2J (pid %ld)", (long)getpid());
	buf_addf(&raw, "fardel install \x1b[2J (pid %ld)", (long)getpid());
	assert_int_equal(lock_take(&first, s->fd, "lock", "fardel install \x1b[2J", 0, note_waiting,
				 &w, &s->err),
		0);
	assert_int_equal(
		lock_take(&second, s->fd, "lock", "fardel gc", 0, note_waiting, &w, &s->err), -1);
	assert_err(&s->err, ERR_LOCKED, "holds the lock");
	assert_non_null(strstr(s->err.text, holder.s));
	assert_true(scratch_ms() - begun < 900);
	assert_int_equal(w.calls, 0);
	assert_int_equal(second.fd, -1);
	begun = scratch_ms();
	assert_int_equal(
		lock_take(&second, s->fd, "lock", "fardel gc", 1, note_waiting, &w, &s->err), -1);
	assert_err(&s->err, ERR_LOCKED, holder.s);
	assert_in_range(scratch_ms() - begun, 1000, 3000);
	assert_int_equal(w.calls, 1);
	assert_buf(&w.holder, raw.s);
	/* The first one's name is still there. */
	err_clear(&s->err);
	assert_int_equal(
		lock_take(&second, s->fd, "lock", "fardel gc", 0, note_waiting, &w, &s->err), -1);
	assert_err(&s->err, ERR_LOCKED, holder.s);
	lock_drop(&first);
	buf_drop(&w.holder);
}

static void a_holder_without_a_name_is_another_fardel(void **state)
{
	struct scratch *s = *state;
	struct waiter w = {0, BUF_INIT};
	struct lock first = LOCK_INIT, second = LOCK_INIT;

	assert_int_equal(lock_take(&first, s->fd, "lock", "x", 0, note_waiting, &w, &s->err), 0);
	put(s, "lock", "");
	assert_int_equal(lock_take(&second, s->fd, "lock", "x", 0, note_waiting, &w, &s->err), -1);
	assert_err(&s->err, ERR_LOCKED, "another fardel holds the lock");
	lock_drop(&first);
}

/* Holds it for as many ms as the test says by the time of its kill. */
static pid_t hold(struct scratch *s, long ms)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		struct lock lock = LOCK_INIT;

		if (lock_take(&lock, s->fd, "lock", "fardel remove slack", 0, NULL, NULL, &s->err) <
				0 ||
			write(ready[1], "", 1) != 1)
			_exit(1);
		pause_ms(ms);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void the_wait_ends_when_the_holder_does(void **state)
{
	static const int64_t timeouts[] = {60, -1};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(timeouts); i++) {
		struct waiter w = {0, BUF_INIT};
		struct lock lock = LOCK_INIT;
		pid_t pid = hold(s, 300);
		int64_t begun = scratch_ms();

		assert_int_equal(lock_take(&lock, s->fd, "lock", "fardel gc", timeouts[i],
					 note_waiting, &w, &s->err),
			0);
		assert_in_range(scratch_ms() - begun, 100, 5000);
		assert_int_equal(w.calls, 1);
		assert_true(span_starts(buf_span(&w.holder), "fardel remove slack (pid "));
		lock_drop(&lock);
		buf_drop(&w.holder);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
}

static void lock_files_are_files_of_ours(void **state)
{
	struct scratch *s = *state;
	struct waiter w = {0, BUF_INIT};
	struct lock lock = LOCK_INIT;

	put(s, "theirs", "precious\n");
	put_link(s, "lock", "theirs");
	assert_int_equal(lock_take(&lock, s->fd, "lock", "x", 0, note_waiting, &w, &s->err), -1);
	assert_int_equal(s->err.sys, ELOOP);
	assert_file(s, "theirs", "precious\n");
	assert_int_equal(mkfifoat(s->fd, "fifo", 0600), 0);
	assert_int_equal(lock_take(&lock, s->fd, "fifo", "x", 0, note_waiting, &w, &s->err), -1);
	assert_int_equal(lock.fd, -1);
}

static bool put_ready(struct scratch *s)
{
	AUTO_FD fd = openat(s->fd, "ready", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd >= 0;
}

static int wait_until_stopped(struct scratch *s)
{
	struct waiter w = {0, BUF_INIT};
	struct lock lock = LOCK_INIT;

	signals_catch();
	CHECK(put_ready(s));
	CHECK(lock_take(&lock, s->fd, "lock", "fardel gc", -1, note_waiting, &w, &s->err) < 0);
	CHECK(s->err.code == ERR_SIGNAL && s->err.sys == SIGTERM);
	CHECK(strstr(s->err.text, "fardel remove slack"));
	CHECK(lock.fd < 0);
	buf_drop(&w.holder);
	return 0;
}

static void a_signal_ends_the_wait(void **state)
{
	struct scratch *s = *state;
	pid_t holder = hold(s, 60000), waiter = fork();
	int64_t begun;
	int status;

	if (waiter == 0)
		_exit(wait_until_stopped(s));
	while (!is_there(s, "ready"))
		pause_ms(5);
	pause_ms(50);
	begun = scratch_ms();
	kill(waiter, SIGTERM);
	assert_int_equal(waitpid(waiter, &status, 0), waiter);
	assert_int_equal(status, 0);
	assert_true(scratch_ms() - begun < 3000);
	kill(holder, SIGKILL);
	assert_int_equal(waitpid(holder, NULL, 0), holder);
}

static int catch_signals(struct scratch *s)
{
	struct sigaction now;
	char byte;

	(void)s;
	signal(SIGHUP, SIG_IGN); /* as under nohup */
	CHECK(signals_fd() == -1);
	signals_catch();
	signals_catch();
	CHECK(signals_pending() == 0);
	CHECK(fcntl(signals_fd(), F_GETFD) & FD_CLOEXEC);
	raise(SIGHUP);
	CHECK(signals_pending() == 0);
	CHECK(read(signals_fd(), &byte, 1) < 0 && errno == EAGAIN);
	errno = 123;
	raise(SIGINT);
	raise(SIGTERM);
	CHECK(errno == 123);
	CHECK(signals_pending() == SIGINT); /* the first */
	signals_hold();
	CHECK(signals_pending() == 0);
	CHECK(read(signals_fd(), &byte, 1) < 0 && errno == EAGAIN);
	raise(SIGINT);
	raise(SIGTERM);
	CHECK(signals_pending() == 0);
	signals_reset();
	CHECK(sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
	CHECK(sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
	raise(SIGINT);
	return 1;
}

static void signals_are_noted_held_and_reset(void **state)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(catch_signals(*state));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

/* Another process locks that byte of "file", until it is killed. */
static pid_t hold_byte(struct scratch *s, off_t at)
{
	int ready[2];
	char byte;
	pid_t pid;

	put(s, "file", "");
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		struct flock how = {.l_type = F_RDLCK, .l_start = at, .l_len = 1};
		int fd = openat(s->fd, "file", O_RDONLY);

		if (fcntl(fd, F_SETLK, &how) < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		pause_ms(30000);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void who_locks_a_byte_is_named_for_that_byte_alone(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) others = BUF_INIT;
	AUTO(buf) named = BUF_INIT;
	AUTO(buf) wanted = BUF_INIT;
	pid_t pid = hold_byte(s, 120);

	buf_addf(&path, "%s/file", s->path);
	buf_addf(&wanted, "process %ld of user %u", (long)pid, (unsigned)geteuid());
	lock_holder(path.s, (struct lock_bytes){0, 119}, &others);
	lock_holder(path.s, (struct lock_bytes){121, UINT64_MAX}, &others);
	lock_holder(path.s, (struct lock_bytes){120, 122}, &named);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_buf(&others, "");
	if (access("/proc/locks", R_OK) < 0)
		cannot(s, "the holder's name: there is no /proc/locks");
	assert_buf(&named, wanted.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(a_free_lock_is_taken),
		SCRATCH_TEST(a_second_one_is_told_who_holds_it),
		SCRATCH_TEST(a_holder_without_a_name_is_another_fardel),
		SCRATCH_TEST(the_wait_ends_when_the_holder_does),
		SCRATCH_TEST(who_locks_a_byte_is_named_for_that_byte_alone),
		SCRATCH_TEST(lock_files_are_files_of_ours),
		SCRATCH_TEST(a_signal_ends_the_wait),
		SCRATCH_TEST(signals_are_noted_held_and_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
