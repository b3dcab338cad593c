/* The keeper: nothing that a program starts outlives it. */
#include "sys/keeper.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/family.h"

/* Closes all but these two: 0 to 2, too, which may be a terminal or the log's pipe, whose reader waits for the last
 * writer to go. `hold` may be -1. Needs no descriptor of its own: there may be none left. */
static void close_others(int lifeline, int hold)
{
	unsigned low = (unsigned)(hold < 0 || lifeline < hold ? lifeline : hold);
	unsigned high = (unsigned)(hold > lifeline ? hold : lifeline);

	if (low > 0)
		close_range(0, low - 1, 0);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

/* Until the program has ended or the lifeline was cut. */
static void keep(struct kept *program, int lifeline)
{
	int watch = (int)syscall(SYS_pidfd_open, program->pid, 0);
	struct pollfd fds[] = {{.fd = lifeline, .events = POLLIN}, {.fd = watch, .events = POLLIN}};

	while (!program->ended && family_reap(program)) {
		/* Orphans are reaped now and then: they cost a table entry until then. */
		if (poll(fds, 2, 1000) > 0 && fds[0].revents)
			return;
	}
}

void keeper_run(pid_t pid, bool init, int lifeline, int hold)
{
	/* As if killed, unless the program says otherwise. */
	struct kept program = {.pid = pid, .status = SIGKILL};
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_DUMPABLE, 0); /* the program may be of the same user: nothing to look into */
	close_others(lifeline, hold);
	keep(&program, lifeline);
	family_end(&program, init, NULL);
	_exit(send(lifeline, &program.status, sizeof(program.status), MSG_NOSIGNAL) < 0);
}
