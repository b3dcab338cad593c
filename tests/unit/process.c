/* Tests of sys/process and its keeper. Started as "report", this program tells how it was started. */
#include "sys/process.h"

#include "started.h"

#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>

static const char *const no_environment[] = {NULL};

static void print_signals(const char *title, const char *key)
{
	AUTO(buf) text = BUF_INIT;
	struct err err = ERR_INIT;
	AUTO_FD fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	const char *at;

	if (file_read_fd(fd, 65536, &text, &err) < 0)
		exit(99);
	at = strstr(text.s, key);
	/* 32 and 33 are the C library's own: no program can set them. */
	printf("%s %llx\n", title,
		at ? strtoull(at + strlen(key), NULL, 16) & ~0x180000000ULL : 99);
}

static int report(int argc, char **argv)
{
	char cwd[4096] = "";
	struct stat st;

	for (int i = 1; i < argc; i++)
		printf("arg %s\n", argv[i]);
	for (char **e = environ; *e; e++)
		printf("env %s\n", *e);
	for (int fd = 0; fd < 256; fd++)
		if (fstat(fd, &st) == 0)
			printf("fd %d %s\n", fd,
				S_ISDIR(st.st_mode)           ? "folder"
				: S_ISREG(st.st_mode)         ? "file"
				: S_ISFIFO(st.st_mode)        ? "pipe"
				: st.st_rdev == makedev(1, 3) ? "null"
							      : "else");
	print_signals("blocked", "SigBlk:");
	print_signals("ignored", "SigIgn:");
	printf("umask %03o\n", (unsigned)umask(0));
	printf("session %s\n", getsid(0) == getpid() && getpgid(0) == getpid() ? "own" : "other");
	printf("cwd %s\n", getcwd(cwd, sizeof(cwd)) ? cwd : "none");
	return 0;
}

static const char *own_program(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	assert_true(n > 0);
	path[n] = 0;
	return path;
}

static void output_and_status_are_passed_on(void **state)
{
	const char *argv[4];
	AUTO(buf) out = BUF_INIT;

	(void)state;
	for (int keep = 0; keep < 2; keep++) {
		struct process_spec spec = shell(argv, "echo one; echo two >&2; exit 3", keep);
		int status = run(&spec, &out);

		assert_buf(&out, "one\ntwo\n");
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
		spec = shell(argv, "kill -USR1 $$; exit 3", keep);
		status = run(&spec, &out);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
		spec = shell(argv, "ulimit -c 0; kill -SEGV $$; exit 3", keep);
		status = run(&spec, &out);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	}
}

/* What must not come through. */
static int start_with_a_dirty_slate(struct scratch *s)
{
	static const char *const envp[] = {"A=1", "B=two words", NULL};
	const char *argv[] = {"called", "report", "an argument", NULL};
	AUTO(buf) wanted = BUF_INIT;
	AUTO(buf) out = BUF_INIT;
	int fds[2];
	sigset_t mask;

	umask(077);
	sigfillset(&mask);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	setenv("LEAK", "1", 1);
	CHECK(dup2(s->fd, 77) == 77); /* not closed by exec */
	/* Just the numbers where the other one must go. */
	fds[0] = memfd_create("f", 0);
	fds[1] = s->fd;
	CHECK(dup2(fds[1], 3) == 3 && dup2(fds[0], 4) == 4);
	fds[0] = 4;
	fds[1] = 3;
	buf_addf(&wanted,
		"arg report\narg an argument\nenv A=1\nenv B=two words\nfd 0 null\nfd 1 pipe\n"
		"fd 2 pipe\nfd 3 file\nfd 4 folder\nblocked 0\nignored 0\numask 022\nsession own\n"
		"cwd %s\n",
		s->path);
	for (int keep = 0; keep < 2; keep++) {
		struct process_spec spec = {.program = own_program(),
			.argv = argv,
			.envp = envp,
			.cwd = s->path,
			.fds = fds,
			.fd_count = 2,
			.keep = keep,
			.hold = s->fd};

		CHECK(run(&spec, &out) == 0);
		if (strcmp(out.s, wanted.s) != 0)
			fprintf(stderr, "%s", out.s);
		CHECK(strcmp(out.s, wanted.s) == 0);
	}
	return 0;
}

static void programs_start_with_a_clean_slate(void **state)
{
	assert_int_equal(in_child(start_with_a_dirty_slate, *state), 0);
}

static void what_is_not_given_is_not_there(void **state)
{
	const char *argv[] = {"called", "report", NULL};
	struct process_spec spec = {
		.program = own_program(), .argv = argv, .envp = no_environment, .hold = -1};
	AUTO(buf) out = BUF_INIT;

	(void)state;
	assert_int_equal(run(&spec, &out), 0);
	assert_true(span_starts(
		buf_span(&out), "arg report\nfd 0 null\nfd 1 pipe\nfd 2 pipe\nblocked"));
	assert_true(span_ends(buf_span(&out), "cwd /\n"));
}

/* It starts, or says why not; nobody waits for what does not come. */
static int start_with_few_files(struct scratch *s)
{
	const char *argv[4];
	struct process_spec spec = shell(argv, "exit 5", true);
	int begun = 0;

	spec.hold = dup(0);
	for (rlim_t n = (rlim_t)spec.hold; n < 100; n++) {
		struct process p;

		alarm(5); /* keepers have ten seconds before they are killed */
		if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){n, 100}) < 0)
			return 1;
		if (process_start(&spec, &p, &s->err) == 0)
			begun += WEXITSTATUS(process_end(&p)) == 5 ? 1 : -1000;
		else if (begun || s->err.sys != EMFILE)
			return 2;
	}
	return begun > 50 ? 0 : 3;
}

static void few_descriptors_are_enough_or_an_error(void **state)
{
	assert_int_equal(in_child(start_with_few_files, *state), 0);
}

static void without_a_reader_output_goes_nowhere(void **state)
{
	const char *argv[4];
	struct err err = ERR_INIT;

	(void)state;
	for (int keep = 0; keep < 2; keep++) {
		struct process_spec spec = shell(argv,
			"[ /proc/self/fd/1 -ef /dev/null ] && [ /proc/self/fd/2 -ef /dev/null ]",
			keep);
		struct process p;
		struct pollfd ended;

		assert_int_equal(process_start(&spec, &p, &err), 0);
		ended = (struct pollfd){.fd = p.status_fd, .events = POLLIN};
		assert_int_equal(poll(&ended, 1, 20000), 1);
		assert_int_equal(process_end(&p), 0);
		assert_int_equal(p.pid, 0);
		assert_int_equal(p.status_fd, -1);
		assert_int_equal(p.lifeline, -1);
		process_drop(&p);
	}
}

static void what_cannot_begin_says_why(void **state)
{
	struct scratch *s = *state;
	static const struct {
		const char *name, *cwd;
		int sys;
		const char *text;
	} table[] = {
		{"none", NULL, ENOENT, "execute: No such file"},
		{"orphan", NULL, ENOENT, "execute: No such file"},
		{"plain", NULL, EACCES, "execute: Permission denied"},
		{"fine", "/nonexistent", ENOENT, "enter its folder: No such file"},
	};
	const char *argv[] = {"x", NULL};

	put(s, "orphan", "#!/no/such/interpreter\n");
	put(s, "plain", "#!/bin/sh\n");
	put(s, "fine", "#!/bin/sh\nexit 0\n");
	put_mode(s, "orphan", 0755);
	put_mode(s, "fine", 0755);
	for (size_t i = 0; i < 2 * COUNT(table); i++) {
		AUTO(buf) program = buf_of(s->path);
		struct process_spec spec = {.program = program.s,
			.argv = argv,
			.cwd = table[i / 2].cwd,
			.envp = no_environment,
			.output = -1,
			.keep = i % 2,
			.hold = -1};
		struct process p;

		buf_add_path(&program, table[i / 2].name);
		spec.program = program.s;
		assert_int_equal(process_start(&spec, &p, &s->err), -1);
		assert_err(&s->err, ERR_SYSTEM, table[i / 2].text);
		assert_non_null(strstr(s->err.text, program.s));
		assert_int_equal(s->err.sys, table[i / 2].sys);
		assert_int_equal(p.pid, 0);
		/* Nothing of it is left to wait for. */
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		assert_int_equal(errno, ECHILD);
	}
}

static void scripts_without_a_first_line_are_run_by_sh(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) program = buf_of(s->path);
	const char *argv[] = {"ignored", "one", "two words", NULL};
	struct process_spec spec = {
		.argv = argv, .envp = plain_environment, .keep = true, .hold = -1};
	AUTO(buf) wanted = BUF_INIT;
	AUTO(buf) out = BUF_INIT;
	int status;

	put(s, "script", "echo \"$0|$1|$2|$#\"\nexit 6\n");
	put_mode(s, "script", 0755);
	buf_add_path(&program, "script");
	spec.program = program.s;
	status = run(&spec, &out);
	buf_addf(&wanted, "%s|one|two words|2\n", program.s);
	assert_buf(&out, wanted.s);
	assert_int_equal(WEXITSTATUS(status), 6);
}

/* The pids in the file, one a line. */
static size_t read_pids(struct scratch *s, const char *path, pid_t *pids, size_t max)
{
	AUTO(buf) text = BUF_INIT;
	struct span rest, line;
	size_t n = 0;

	assert_int_equal(file_read(s->fd, path, 10000, &text, &s->err), 1);
	rest = buf_span(&text);
	while (n < max && span_split(&rest, '\n', &line))
		pids[n++] = (pid_t)strtol(line.s, NULL, 10);
	return n;
}

static bool is_gone(pid_t pid)
{
	return kill(pid, 0) < 0 && errno == ESRCH;
}

/* Three generations, each in a session of its own; the last ones are nobody's children. Their pids are in ./pids. */
static const char family[] =
	"trap '' TERM HUP INT\n"
	"one() { setsid sh -c 'echo $$ >>pids; exec sleep 300' & }\n"
	"(one; setsid sh -c 'trap \"\" TERM HUP INT; echo $$ >>pids; "
	"(setsid sh -c \"echo \\$\\$ >>pids; exec sleep 300\" & ) ; sleep 300' &)\n"
	"one\n"
	"while [ \"$(wc -l <pids)\" -lt 4 ]; do sleep 0.01; done\n";

static void nothing_is_left_behind(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) script = buf_of(family);
	const char *argv[4];
	struct process_spec spec;
	AUTO(buf) out = BUF_INIT;
	pid_t pids[8];
	int status;

	buf_adds(&script, "echo done; exit 5\n");
	put(s, "pids", "");
	spec = shell(argv, script.s, true);
	spec.cwd = s->path;
	/* All of them hold the pipe: it ends only when they have. */
	status = run(&spec, &out);
	assert_buf(&out, "done\n");
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 5);
	assert_int_equal(read_pids(s, "pids", pids, COUNT(pids)), 4);
	for (int i = 0; i < 4; i++)
		assert_true(is_gone(pids[i]));
}

static void wait_for_pids(struct scratch *s)
{
	for (int i = 0; i < 2000; i++) {
		AUTO(buf) text = BUF_INIT;
		int lines = 0;

		assert_int_equal(file_read(s->fd, "pids", 10000, &text, &s->err), 1);
		for (size_t at = 0; at < text.n; at++)
			lines += text.s[at] == '\n';
		if (lines >= 4)
			return;
		pause_ms(10);
	}
	fail_msg("the family did not grow up");
}

static void killing_ends_the_whole_family(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) script = buf_of(family);
	const char *argv[4];
	struct process_spec spec;
	struct process p;
	pid_t pids[8];
	int64_t begun;
	int status;

	buf_adds(&script, "sleep 300\n");
	put(s, "pids", "");
	spec = shell(argv, script.s, true);
	spec.cwd = s->path;
	assert_int_equal(process_start(&spec, &p, &s->err), 0);
	wait_for_pids(s);
	begun = scratch_ms();
	process_kill(&p);
	status = process_end(&p);
	assert_true(scratch_ms() - begun < 3000);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(read_pids(s, "pids", pids, COUNT(pids)), 4);
	for (int i = 0; i < 4; i++)
		assert_true(is_gone(pids[i]));
	process_kill(&p);
	process_drop(&p);
}

static void without_a_keeper_the_program_is_killed(void **state)
{
	const char *argv[4];
	struct process_spec spec = shell(argv, "trap '' TERM; exec sleep 300", false);
	struct err err = ERR_INIT;
	struct process p;
	int status;

	(void)state;
	assert_int_equal(process_start(&spec, &p, &err), 0);
	process_kill(&p);
	status = process_end(&p);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(process_start(&spec, &p, &err), 0);
	process_drop(&p);
	assert_int_equal(p.pid, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* Starts a program, with the lock in its keeper's hands, and waits to be killed. */
NORETURN static void start_and_wait(struct scratch *s, bool keep, int lock)
{
	AUTO(buf) script = buf_of(keep ? family : "echo $$ >>pids; echo >>pids; echo >>pids\n");
	const char *argv[4];
	struct process_spec spec;
	struct process p;

	if (keep) {
		int high = fcntl(lock, F_DUPFD_CLOEXEC, 40); /* so that no number fits by chance */

		close(lock);
		lock = high;
		buf_adds(&script, "sleep 300\n");
	} else {
		buf_adds(&script, "echo >>pids; exec sleep 300\n");
	}
	spec = shell(argv, script.s, keep);
	spec.cwd = s->path;
	spec.hold = lock;
	if (process_start(&spec, &p, &s->err) < 0)
		_exit(1);
	for (;;)
		pause();
}

static void nothing_outlives_its_parent(void **state)
{
	struct scratch *s = *state;
	AUTO_FD looked = -1;

	/* What loses its parents comes to us, also where the first process of all does not reap. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	for (int keep = 0; keep < 2; keep++) {
		int lock = openat(s->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		pid_t pids[8], parent;

		put(s, "pids", "");
		assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
		parent = fork();
		if (parent == 0)
			start_and_wait(s, keep, keep ? lock : -1);
		close(lock);
		wait_for_pids(s);
		read_pids(s, "pids", pids, COUNT(pids));
		looked = openat(s->fd, "lock", O_RDWR | O_CLOEXEC);
		assert_int_equal(flock(looked, LOCK_EX | LOCK_NB), -1);
		kill(parent, SIGKILL);
		/* Whoever gets the lock then is alone. */
		assert_int_equal(flock(looked, LOCK_EX), 0);
		fd_drop(&looked);
		for (int i = 0; keep && i < 4; i++)
			assert_true(is_gone(pids[i]));
		while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
			continue;
		assert_true(is_gone(pids[0]));
	}
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(output_and_status_are_passed_on),
		SCRATCH_TEST(programs_start_with_a_clean_slate),
		SCRATCH_TEST(what_is_not_given_is_not_there),
		SCRATCH_TEST(few_descriptors_are_enough_or_an_error),
		SCRATCH_TEST(without_a_reader_output_goes_nowhere),
		SCRATCH_TEST(what_cannot_begin_says_why),
		SCRATCH_TEST(scripts_without_a_first_line_are_run_by_sh),
		SCRATCH_TEST(nothing_is_left_behind),
		SCRATCH_TEST(killing_ends_the_whole_family),
		SCRATCH_TEST(without_a_keeper_the_program_is_killed),
		SCRATCH_TEST(nothing_outlives_its_parent),
	};

	if (argc > 1 && strcmp(argv[1], "report") == 0)
		return report(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
