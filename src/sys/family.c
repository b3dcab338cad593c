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
#define DEPTH_MAX 1000 /* of processes that descend from each other */

struct kin {
	pid_t parent, session;
};

/* False if process `pid` is gone. */
static bool read_kin(pid_t pid, struct kin *out)
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
		return false;
	text[n] = 0;
	/* "pid (name) state parent group session": the name may hold anything, so from its last ')'. */
	at = strrchr(text, ')');
	return at && sscanf(at, ") %*c %d %*d %d", &out->parent, &out->session) == 2;
}

/* The next process that /proc lists; 0: no more. */
static pid_t next_process(DIR *proc)
{
	struct dirent *entry;

	while ((entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 1)
			return pid;
	}
	return 0;
}

void others_drop(struct others *o)
{
	vec_drop(&o->of);
}

static bool is_other(const struct others *o, pid_t pid, pid_t session)
{
	for (size_t i = 0; o && i < o->of.n; i++)
		if (o->of.v[i] == pid || o->of.v[i] == session)
			return true;
	return false;
}

static bool descends(struct kin kin)
{
	for (int i = 0; i < DEPTH_MAX && kin.parent > 1; i++) {
		if (kin.parent == getpid())
			return true;
		if (!read_kin(kin.parent, &kin))
			return false;
	}
	return false;
}

static bool has_children(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

void others_note(struct others *o)
{
	DIR *proc = has_children() ? opendir("/proc") : NULL;
	struct kin kin;
	pid_t pid;

	while (proc && (pid = next_process(proc))) {
		if (!read_kin(pid, &kin) || !descends(kin))
			continue;
		*vec_push(&o->of) = pid;
		if (!is_other(o, kin.session, kin.session))
			*vec_push(&o->of) = kin.session;
	}
	if (proc)
		closedir(proc);
}

/* Kills the children of this process; theirs become ours and are met in the next round. Process 1
 * reaches all that there is at once. False where all that there are were spared. */
static bool kill_children(bool init, const struct others *spared)
{
	DIR *proc = init ? NULL : opendir("/proc");
	bool others = false, own = false;
	struct kin kin;
	pid_t pid;

	if (init)
		kill(-1, SIGKILL);
	while (proc && (pid = next_process(proc))) {
		if (!read_kin(pid, &kin) || kin.parent != getpid())
			continue;
		if (is_other(spared, pid, kin.session)) {
			others = true;
			continue;
		}
		kill(pid, SIGKILL);
		own = true;
	}
	if (proc)
		closedir(proc);
	return own || !others;
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

void family_end(struct kept *k, bool init, const struct others *spared)
{
	const struct timespec pause = {.tv_nsec = 1000000};

	for (int i = 0; i < ROUNDS && family_reap(k); i++) {
		if (k->pid && !k->ended)
			kill(-k->pid, SIGKILL);
		if (!kill_children(init, spared))
			return;
		nanosleep(&pause, NULL);
	}
}
