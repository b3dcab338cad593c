/* All that descends from this process. */
#include "sys/family.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 5000 /* of 1 ms: what cannot be killed in that time sleeps in the kernel */

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

bool family_reap(struct kept *k)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid < 0 && errno != EINTR)
			return false;
		if (pid == 0)
			return true;
		if (pid > 0 && pid == k->pid) {
			k->status = status;
			k->ended = true;
		}
	}
}

void family_end(struct kept *k, bool init)
{
	const struct timespec pause = {.tv_nsec = 1000000};

	for (int i = 0; i < ROUNDS && family_reap(k); i++) {
		if (k->pid && !k->ended)
			kill(-k->pid, SIGKILL);
		kill_children(init);
		nanosleep(&pause, NULL);
	}
}
