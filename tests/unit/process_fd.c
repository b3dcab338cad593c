/* Tests of sys/process: programs that are given as a descriptor. */
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "sys/process.h"

/* Runs it to its end; all that it printed, and its status. */
static int run(struct process_spec *spec, struct buf *out)
{
	struct process process;
	struct err err = ERR_INIT;
	int pipe_fds[2], status;

	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	spec->output = pipe_fds[1];
	if (process_start(spec, &process, &err) < 0)
		fail_msg("%s", err.text);
	close(pipe_fds[1]);
	assert_int_equal(file_read_fd(pipe_fds[0], 1 << 20, out, &err), 0);
	close(pipe_fds[0]);
	status = process_end(&process);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* It gets what it is given, and not its own descriptor. */
static void it_is_run_wherever_it_lies(void **state)
{
	static const char *const envp[] = {NULL};
	const char *argv[] = {"known as", "-c",
		"echo \"$0\"; for i in 0 1 2 3 4 5 6 7 8 9; do [ ! -e /proc/$$/fd/$i ] || echo $i; done",
		NULL};

	(void)state;
	for (unsigned given = 0; given < 3; given += 2) {
		int fds[] = {open("/dev/null", O_RDONLY | O_CLOEXEC), 2};
		struct process_spec spec = {.program = "/nowhere/at all",
			.argv = argv,
			.envp = envp,
			.fds = fds,
			.fd_count = given,
			.program_fd = open("/bin/sh", O_RDONLY | O_CLOEXEC),
			.hold = -1};

		for (int keep = 0; keep < 2; keep++) {
			AUTO(buf) out = BUF_INIT;

			spec.keep = keep;
			assert_int_equal(run(&spec, &out), 0);
			assert_buf(
				&out, given ? "known as\n0\n1\n2\n3\n4\n" : "known as\n0\n1\n2\n");
		}
		close(fds[0]);
		close(spec.program_fd);
	}
}

static void what_cannot_be_run_is_an_error(void **state)
{
	static const char *const envp[] = {NULL};
	const char *argv[] = {"x", NULL};
	struct process_spec spec = {.program = "rules",
		.argv = argv,
		.envp = envp,
		.output = -1,
		.program_fd = open("/dev/null", O_RDONLY | O_CLOEXEC),
		.hold = -1};
	struct process process;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(process_start(&spec, &process, &err), -1);
	assert_err(&err, ERR_SYSTEM, "rules: execute");
	close(spec.program_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(it_is_run_wherever_it_lies),
		SCRATCH_TEST(what_cannot_be_run_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
