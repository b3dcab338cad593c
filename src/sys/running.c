/* What runs on this system. */
#include "sys/running.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"
#include "sys/fd.h"
#include "sys/file.h"

#define LINE_MAX_BYTES 4096 /* of a command line; what looks for a program's name finds it there */

struct pids {
	VEC(pid_t) of;
};

static void pids_drop(struct pids *p)
{
	vec_drop(&p->of);
}

/* A file of /proc, blanks for NULs and newlines. False: it has gone. */
static bool read_part(int proc, const char *pid, const char *name, char *out, size_t size)
{
	char path[64];
	AUTO_FD fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", pid, name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, out, size - 1);
	if (n < 0)
		return false;
	for (ssize_t i = 0; i < n; i++)
		if (iscntrl((unsigned char)out[i]))
			out[i] = ' ';
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return true;
}

/* Its parent; 0 where that cannot be told. */
static pid_t parent_of(int proc, pid_t pid)
{
	char text[1024], number[24];
	const char *behind;

	snprintf(number, sizeof(number), "%d", (int)pid);
	if (!read_part(proc, number, "stat", text, sizeof(text)))
		return 0;
	behind = strrchr(text, ')'); /* the name before it may hold anything */
	return behind && strlen(behind) > 4 ? (pid_t)strtol(behind + 4, NULL, 10) : 0;
}

static void list_ours(int proc, struct pids *out)
{
	for (pid_t pid = getpid(); pid > 0 && out->of.n < 64; pid = parent_of(proc, pid))
		*vec_push(&out->of) = pid;
}

static bool is_ours(const struct pids *ours, long pid)
{
	VEC_FOR (const pid_t, p, &ours->of)
		if (*p == pid)
			return true;
	return false;
}

static void add_one(int proc, const char *pid, struct buf *out)
{
	char name[64], line[LINE_MAX_BYTES];
	struct stat st;

	if (fstatat(proc, pid, &st, 0) < 0 || !read_part(proc, pid, "comm", name, sizeof(name)) ||
		!read_part(proc, pid, "cmdline", line, sizeof(line)) || !line[0] ||
		out->n + strlen(line) + 128 > RUNNING_MAX)
		return;
	buf_addf(out, "%s %u %s\t%s\n", pid, (unsigned)st.st_uid, name, line);
}

int running_list(struct buf *out, struct err *err)
{
	AUTO(pids) ours = {0};
	AUTO_FD proc = file_open_dir("/proc", err);
	DIR *folder = proc < 0 ? NULL : fdopendir(fcntl(proc, F_DUPFD_CLOEXEC, 3));
	const struct dirent *entry;

	if (!folder)
		return proc < 0 ? -1 : err_sys(err, "read /proc");
	list_ours(proc, &ours);
	while ((entry = readdir(folder)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
			!is_ours(&ours, strtol(entry->d_name, NULL, 10)))
			add_one(proc, entry->d_name, out);
	closedir(folder);
	return 0;
}
