/* Programs that tests start, and what these print. */
#pragma once

#include "scratch.h"

#include "sys/process.h"

static const char *const plain_environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};

/* Runs it to its end; all that it printed, and its status. */
static inline int run(struct process_spec *spec, struct buf *out)
{
	struct process process;
	struct err err = ERR_INIT;
	int pipe_fds[2];

	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	spec->output = pipe_fds[1];
	if (process_start(spec, &process, &err) < 0)
		fail_msg("%s", err.text);
	close(pipe_fds[1]);
	buf_clear(out);
	assert_int_equal(file_read_fd(pipe_fds[0], 1 << 20, out, &err), 0);
	close(pipe_fds[0]);
	return process_end(&process);
}

static inline struct process_spec shell(const char **argv, const char *script, bool keep)
{
	argv[0] = "sh";
	argv[1] = "-c";
	argv[2] = script;
	argv[3] = NULL;
	return (struct process_spec){.program = "/bin/sh",
		.argv = argv,
		.envp = plain_environment,
		.output = -1,
		.keep = keep,
		.hold = -1};
}
