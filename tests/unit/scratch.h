/* A folder of a test's own: made before it, gone after it, however the test ended; and children to try things in. */
#pragma once

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/place.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

struct scratch {
	char path[32];
	int fd;
	struct place place; /* whose root the folder is */
	struct err err;
	int open_before; /* descriptors */
};

#define SCRATCH_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

static inline int scratch_count_open(void)
{
	int count = 0;

	for (int fd = 0; fd < 512; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static inline int scratch_setup(void **state)
{
	struct scratch *s = mem_zero(1, sizeof(*s));

	umask(022);
	alarm(120); /* whatever hangs */
	/* A shell's background jobs, and what nohup starts, begin with some of them ignored. */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	*s = (struct scratch){
		.path = "/tmp/fardel-unit.XXXXXX", .open_before = scratch_count_open()};
	if (!mkdtemp(s->path) || chmod(s->path, 0755) < 0)
		return -1;
	s->fd = file_open_dir(s->path, &s->err);
	*state = s;
	return s->fd < 0 ? -1 : place_init(&s->place, s->path, &s->err);
}

static inline int scratch_teardown(void **state)
{
	struct scratch *s = *state;
	struct err err = ERR_INIT;
	int result = 0;

	alarm(0);
	if (tree_clear(s->fd, &err) < 0 || rmdir(s->path) < 0) {
		print_error("%s stays: %s\n", s->path, err.text);
		result = -1;
	}
	fd_drop(&s->fd);
	place_drop(&s->place);
	if (s->open_before >= 0 && scratch_count_open() != s->open_before) {
		print_error("%d descriptors are open that were not before\n",
			scratch_count_open() - s->open_before);
		result = -1;
	}
	free(s);
	return result;
}

/* Skips the test, and says why. What is open then stays open. */
static inline void cannot(struct scratch *s, const char *why)
{
	print_message("%s\n", why);
	s->open_before = -1;
	skip();
}

/* Makes a file, and the folders above it. */
static inline void put(struct scratch *s, const char *path, const char *text)
{
	const char *slash = strrchr(path, '/');
	AUTO(buf) parent = BUF_INIT;
	AUTO_FD dir = -1;
	AUTO_FD fd = -1;

	buf_add(&parent, path, slash ? (size_t)(slash - path) : 0);
	dir = file_make_dirs(s->fd, parent.s, 0755, &s->err);
	assert_true(dir >= 0);
	fd = file_open(dir, slash ? slash + 1 : path, O_WRONLY | O_CREAT | O_TRUNC, 0644, &s->err);
	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, text, strlen(text), &s->err), 0);
}

static inline void put_dir(struct scratch *s, const char *path, mode_t mode)
{
	AUTO_FD dir = file_make_dirs(s->fd, path, 0755, &s->err);

	assert_true(dir >= 0);
	assert_int_equal(fchmod(dir, mode), 0);
}

static inline void put_link(struct scratch *s, const char *path, const char *target)
{
	assert_int_equal(symlinkat(target, s->fd, path), 0);
}

static inline void put_mode(struct scratch *s, const char *path, mode_t mode)
{
	assert_int_equal(fchmodat(s->fd, path, mode, 0), 0);
}

static inline bool is_there(struct scratch *s, const char *path)
{
	struct stat st;

	return fstatat(s->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline int64_t size_of(struct scratch *s, const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(s->fd, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_size;
}

static inline unsigned mode_of(struct scratch *s, const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(s->fd, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_mode & 07777;
}

static inline void unit_assert_file(
	struct scratch *s, const char *path, const char *text, const char *file, int line)
{
	AUTO(buf) content = BUF_INIT;
	AUTO_FD fd = openat(s->fd, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || file_read_fd(fd, 1 << 24, &content, &s->err) < 0) {
		print_error("%s: %s\n", path, strerror(errno));
		fd_drop(&fd);
		_fail(file, line);
	}
	unit_assert_span(buf_span(&content), text, file, line);
}

static inline void unit_assert_link(
	struct scratch *s, const char *path, const char *target, const char *file, int line)
{
	char now[512];
	ssize_t n = readlinkat(s->fd, path, now, sizeof(now));

	unit_assert_span((struct span){now, n < 0 ? 0 : (size_t)n}, target, file, line);
}

#define assert_file(s, path, text) unit_assert_file(s, path, text, __FILE__, __LINE__)
#define assert_link(s, path, target) unit_assert_link(s, path, target, __FILE__, __LINE__)

static inline int64_t scratch_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline void pause_ms(long ms)
{
	const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&pause, NULL);
}

/* In a child of its own, for what cannot be taken back. There: CHECK, never an assert. Gives the exit status. */
static inline int in_child(int (*fn)(struct scratch *), struct scratch *s)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0)
		_exit(fn(s));
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define CANNOT 77 /* what a child answers that has not the rights */
#define CHECK(what) \
	do { \
		if (!(what)) { \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #what); \
			return 1; \
		} \
	} while (0)

/* In a child: becomes an ordinary user for good; false where there is no other user to become. */
static inline bool become_ordinary(void)
{
	return geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);
}

/* Whether files can be given to other users here: by root, unless it is one of a small user namespace. */
static inline bool can_give_away(struct scratch *s)
{
	bool can;

	put(s, "to-give-away", "");
	can = fchownat(s->fd, "to-give-away", 1234, 1235, 0) == 0;
	assert_int_equal(unlinkat(s->fd, "to-give-away", 0), 0);
	return can && geteuid() == 0;
}

/* As in_child, but skips the test where the child had not the rights. */
static inline void try_in_child(int (*fn)(struct scratch *), struct scratch *s, const char *why)
{
	int status = in_child(fn, s);

	if (status == CANNOT)
		cannot(s, why);
	assert_int_equal(status, 0);
}
