/* Other programs: started with a clean slate, watched, and ended with all that they started. */
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/enclose.h"
#include "sys/fd.h"
#include "sys/keeper.h"
#include "sys/signals.h"

#define KEEPER_GRACE 10000 /* ms that a keeper may take to end what it keeps */

/* What the child says when it cannot begin. */
struct failure {
	char what[56];
	int sys;
};

NORETURN static void fail(int report, const char *what)
{
	struct failure f = {.sys = errno};

	snprintf(f.what, sizeof(f.what), "%s", what);
	if (write(report, &f, sizeof(f)) < 0)
		_exit(126);
	_exit(127);
}

/* stdin /dev/null, stdout and stderr as told, the given descriptors from 3 on, `report` behind
 * them (closed by exec), nothing else. Returns where report is now. */
static int arrange(const struct process_spec *spec, int report)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int first = 3 + (int)spec->fd_count;
	int safe[16];

	if (null < 0 || spec->fd_count > COUNT(safe))
		fail(report, "open /dev/null");
	/* All out of the way first, so that no dup2 hits one that is still needed. */
	report = fcntl(report, F_DUPFD_CLOEXEC, 64);
	for (unsigned i = 0; i < spec->fd_count; i++)
		safe[i] = fcntl(spec->fds[i], F_DUPFD_CLOEXEC, 64);
	if (dup2(null, 0) < 0 || dup2(spec->output < 0 ? null : spec->output, 1) < 0 ||
		dup2(1, 2) < 0)
		fail(report, "set up stdin and stdout");
	for (unsigned i = 0; i < spec->fd_count; i++)
		if (dup2(safe[i], 3 + (int)i) < 0)
			fail(report, "pass a descriptor");
	if (dup3(report, first, O_CLOEXEC) < 0)
		fail(report, "pass a descriptor");
	if (close_range((unsigned)first + 1, ~0U, 0) < 0)
		fail(first, "close descriptors");
	return first;
}

NORETURN static void run_program(const struct process_spec *spec, int report, pid_t parent)
{
	struct err err = ERR_INIT;

	/* Dies with its parent, and at once if that has gone already. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		fail(report, "stay with its parent");
	signals_reset();
	umask(022);
	if (!spec->keep)
		setsid();
	report = arrange(spec, report);
	if (enclose(spec, &err) < 0) {
		errno = err.sys;
		fail(report, "set up its surroundings");
	}
	if (chdir(spec->cwd ? spec->cwd : "/") < 0)
		fail(report, "enter its folder");
	execve(spec->program, (char *const *)spec->argv, (char *const *)spec->envp);
	if (errno == ENOEXEC) {
		/* A script without #!: shells have always run those. */
		const char *sh[64] = {"/bin/sh", spec->program};

		for (size_t i = 1; spec->argv[i - 1] && spec->argv[i] && i + 2 < COUNT(sh); i++)
			sh[i + 1] = spec->argv[i];
		execve(sh[0], (char *const *)sh, (char *const *)spec->envp);
	}
	fail(report, "execute");
}

/* The keeper's life: start the program, then keep. */
NORETURN static void run_keeper(const struct process_spec *spec, int report, int lifeline)
{
	pid_t self, program;

	setsid();
	self = getpid();
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		fail(report, "become the keeper");
	program = fork();
	if (program < 0)
		fail(report, "fork");
	if (program == 0) {
		setsid();
		run_program(spec, report, self);
	}
	keeper_run(program, lifeline, spec->hold);
}

static int begin(const struct process_spec *spec, int report, int lifeline, struct process *out,
	struct err *err)
{
	pid_t self = getpid();
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(err, "fork");
	if (pid == 0) {
		if (spec->keep)
			run_keeper(spec, report, lifeline);
		run_program(spec, report, self);
	}
	out->pid = pid;
	out->status_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (out->status_fd < 0) {
		err_sys(err, "watch a process");
		process_drop(out);
		return -1;
	}
	return 0;
}

static int read_failure(int fd, const struct process_spec *spec, struct err *err)
{
	struct failure f;
	ssize_t n;

	do
		n = read(fd, &f, sizeof(f));
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	if (n != sizeof(f))
		return err_set(err, ERR_SYSTEM, "%s could not be started", spec->program);
	err_set(err, ERR_SYSTEM, "%s: %.*s: %s", spec->program, (int)sizeof(f.what) - 1, f.what,
		strerror(f.sys));
	err->sys = f.sys;
	if (f.sys == ENOENT && strcmp(f.what, "execute") == 0)
		err_detail(err,
			"It is not there%s%s, or the interpreter that its first line names is not.",
			spec->root ? " in " : "", spec->root ? spec->root : "");
	return -1;
}

int process_start(const struct process_spec *spec, struct process *out, struct err *err)
{
	int report[2], life[2] = {-1, -1};
	int result;

	*out = PROCESS_INIT;
	if (pipe2(report, O_CLOEXEC) < 0)
		return err_sys(err, "make a pipe");
	if (spec->keep && pipe2(life, O_CLOEXEC) < 0) {
		fd_drop(&report[0]);
		fd_drop(&report[1]);
		return err_sys(err, "make a pipe");
	}
	result = begin(spec, report[1], life[0], out, err);
	fd_drop(&report[1]);
	fd_drop(&life[0]);
	out->lifeline = life[1];
	if (result == 0 && read_failure(report[0], spec, err) < 0) {
		process_end(out);
		result = -1;
	}
	fd_drop(&report[0]);
	if (result < 0)
		fd_drop(&out->lifeline);
	return result;
}

int process_end(struct process *p)
{
	struct pollfd ended = {.fd = p->status_fd, .events = POLLIN};
	int status = 0;

	/* A keeper that was told to end things does so at once: one that does not was tampered with. */
	if (p->pid && p->killed && poll(&ended, 1, KEEPER_GRACE) == 0) {
		kill(-p->pid, SIGKILL);
		kill(p->pid, SIGKILL);
	}
	while (p->pid && waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	p->pid = 0;
	fd_drop(&p->status_fd);
	fd_drop(&p->lifeline);
	return status;
}

void process_kill(struct process *p)
{
	if (!p->pid)
		return;
	p->killed = true;
	if (p->lifeline < 0) {
		kill(p->pid, SIGKILL);
		return;
	}
	fd_drop(&p->lifeline); /* the keeper does the rest, */
	kill(p->pid, SIGCONT); /* even if what it keeps has stopped it */
}

void process_drop(struct process *p)
{
	process_kill(p);
	process_end(p);
}

unsigned process_means(void)
{
	return enclose_means();
}
