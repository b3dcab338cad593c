/* The keeper: nothing that a program starts outlives it. */
#include "sys/keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 5000 /* of 1 ms: what cannot be killed in that time sleeps in the kernel */

/* Leaves lifeline as 3 and hold as 4 and closes all else. */
static void tidy(int *lifeline, int *hold)
{
	int life = fcntl(*lifeline, F_DUPFD_CLOEXEC, 64);
	int held = *hold < 0 ? -1 : fcntl(*hold, F_DUPFD_CLOEXEC, 64);

	dup2(life, 3);
	if (held >= 0)
		dup2(held, 4);
	else
		close(4);
	close_range(5, ~0U, 0);
	/* 0 to 2 may be a terminal or the log's pipe: its reader waits for the last writer to
	 * go. */
	close(0);
	close(1);
	close(2);
	*lifeline = 3;
	*hold = held < 0 ? -1 : 4;
}

/* The parent's pid of process `pid`, 0 if that is gone. */
static pid_t parent_of(pid_t pid)
{
	char path[64], text[512];
	const char *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	text[n] = 0;
	/* "pid (name) state ppid": the name may hold anything, so from its last ')'. */
	at = strrchr(text, ')');
	return at && strlen(at) > 4 ? (pid_t)strtol(at + 4, NULL, 10) : 0;
}

/* Kills the children of this process; theirs become ours and are met in the next round. Process 1
 * reaches all that there is at once. */
static void kill_children(bool init)
{
	DIR *proc = init ? NULL : opendir("/proc");
	struct dirent *entry;

	if (init)
		kill(-1, SIGKILL);
	while (proc && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 1 && parent_of(pid) == getpid())
			kill(pid, SIGKILL);
	}
	if (proc)
		closedir(proc);
}

/* Reaps what there is; notes the program's status; false when no child is left. */
static bool reap(pid_t program, int *status, bool *ended)
{
	for (;;) {
		int s;
		pid_t pid = waitpid(-1, &s, WNOHANG);

		if (pid < 0 && errno != EINTR)
			return false;
		if (pid == 0)
			return true;
		if (pid == program) {
			*status = s;
			*ended = true;
		}
	}
}

static void end_all(pid_t program, bool init, int *status, bool *ended)
{
	const struct timespec pause = {.tv_nsec = 1000000};

	for (int i = 0; i < ROUNDS && reap(program, status, ended); i++) {
		if (!*ended)
			kill(-program, SIGKILL);
		kill_children(init);
		nanosleep(&pause, NULL);
	}
}

/* Until the program has ended or the lifeline was cut. */
static void keep(pid_t program, int lifeline, int *status, bool *ended)
{
	int watch = (int)syscall(SYS_pidfd_open, program, 0);
	struct pollfd fds[] = {{.fd = lifeline, .events = POLLIN}, {.fd = watch, .events = POLLIN}};

	while (!*ended && reap(program, status, ended)) {
		/* Orphans are reaped now and then: they cost a table entry until then. */
		if (poll(fds, 2, 1000) > 0 && fds[0].revents)
			return;
	}
}

void keeper_run(pid_t program, bool init, int lifeline, int hold)
{
	int status = SIGKILL; /* as if killed, unless the program says otherwise */
	bool ended = false;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_DUMPABLE, 0); /* the program may be of the same user: nothing to look into */
	tidy(&lifeline, &hold);
	keep(program, lifeline, &status, &ended);
	end_all(program, init, &status, &ended);
	_exit(send(lifeline, &status, sizeof(status), MSG_NOSIGNAL) < 0);
}
