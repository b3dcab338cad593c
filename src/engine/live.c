/* The stand-ins in a stage. */
#include "engine/live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/file.h"
#include "sys/running.h"

#define SYSTEMD "/run/systemd/system"
#define RESOLVER "/etc/resolv.conf"

static const char *const folders[] = {"/usr/bin", "/usr/sbin", "/bin", "/sbin"};

static void text_drop(char **text)
{
	free(*text);
}

void live_show_drop(struct live_show *s)
{
	vec_drop(&s->binds);
	vec_drop_each(&s->texts, text_drop);
	fd_drop(&s->log);
}

static const char *keep(struct live_show *s, struct buf *text)
{
	return *vec_push(&s->texts) = buf_take(text);
}

/* Takes both texts. */
static struct process_bind bind(struct live_show *s, struct buf *from, struct buf *to)
{
	return (struct process_bind){.from = keep(s, from), .to = keep(s, to)};
}

void live_show_instead(struct live_show *s, struct buf *from, struct buf *to)
{
	*vec_push(&s->binds) = bind(s, from, to);
}

/* The path of what is open, without links. False where it has none. */
static bool path_of(int fd, struct buf *out)
{
	char link[64], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path));
	if (n <= 0 || n == (ssize_t)sizeof(path) || path[0] != '/')
		return false;
	buf_set(out, (struct span){path, (size_t)n});
	return true;
}

/* The path of a program's file, outside of the root; false where it is not there, or its links lead to another file than the
 * stand-in is for: to busybox, say, whose other programs would be gone, too. */
static bool find(
	const char *root, const char *folder, const struct effect_program *program, struct buf *out)
{
	AUTO(buf) path = buf_of(folder);
	struct stat st;
	AUTO_FD fd = -1;

	buf_add_path(&path, program->name);
	fd = file_open_within(root, path.s, O_PATH);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !path_of(fd, out))
		return false;
	return strcmp(strrchr(out->s, '/') + 1, program->file) == 0;
}

static bool is_shown(const struct live_show *s, const char *path)
{
	VEC_FOR (const struct process_bind, b, &s->binds)
		if (strcmp(b->from, path) == 0)
			return true;
	return false;
}

/* `top` is the root's path without links: "" of the system's own. */
static void stand_in(struct live_show *s, const char *top, const char *file, struct buf *path,
	const char *program)
{
	AUTO(buf) real = buf_of(EFFECTS_REAL);
	AUTO(buf) live = buf_of(program);
	AUTO(buf) place = BUF_INIT;

	if (is_shown(s, path->s) || !span_starts(buf_span(path), top))
		return;
	buf_adds(&place, path->s + strlen(top));
	buf_add_path(&real, file);
	*vec_push(&s->binds) = bind(s, path, &real);
	*vec_push(&s->binds) = bind(s, &live, &place);
}

static int find_top(const char *root, struct buf *out, struct err *err)
{
	AUTO_FD fd = -1;

	if (!*root || strcmp(root, "/") == 0)
		return 0;
	fd = file_open_dir(root, err);
	if (fd < 0)
		return -1;
	return path_of(fd, out) ? 0 : err_set(err, ERR_SYSTEM, "%s has no path", root);
}

static int make_log(
	struct live_show *s, int folder, const char *path, const char *name, struct err *err)
{
	AUTO(buf) from = buf_of(path);
	AUTO(buf) to = buf_of(EFFECTS_LOG);

	s->log = file_open(folder, name, O_RDWR | O_CREAT | O_EXCL, 0600, err);
	if (s->log < 0)
		return -1;
	buf_add_path(&from, name);
	s->writable = bind(s, &from, &to);
	return 0;
}

int live_show_running(struct live_show *s, int folder, const char *path, struct err *err)
{
	AUTO(buf) list = BUF_INIT;
	AUTO(buf) from = buf_of(path);
	AUTO(buf) to = buf_of(EFFECTS_PROCESSES);
	AUTO_FD fd = file_open(folder, "processes", O_WRONLY | O_CREAT | O_EXCL, 0444, err);

	if (fd < 0 || running_list(&list, err) < 0 || file_write_all(fd, list.s, list.n, err) < 0)
		return -1;
	buf_add_path(&from, "processes");
	*vec_push(&s->binds) = bind(s, &from, &to);
	return 0;
}

int live_show_resolver(struct live_show *s, const char *root, struct err *err)
{
	AUTO(buf) top = BUF_INIT;
	AUTO(buf) from = BUF_INIT;
	AUTO(buf) to = BUF_INIT;
	struct stat st;
	AUTO_FD fd = -1;

	if (find_top(root, &top, err) < 0)
		return -1;
	fd = file_open_within(top.s, RESOLVER, O_PATH);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !path_of(fd, &from) ||
		!span_starts(buf_span(&from), top.s))
		return 0;
	buf_sets(&to, from.s + top.n);
	if (span_starts(buf_span(&to), "/run/"))
		*vec_push(&s->binds) = bind(s, &from, &to);
	return 0;
}

/* Scripts look for this folder before they call systemctl. */
static void show_systemd(struct live_show *s)
{
	AUTO(buf) from = buf_of(SYSTEMD);
	AUTO(buf) to = buf_of(SYSTEMD);
	struct stat st;

	if (lstat(SYSTEMD, &st) == 0 && S_ISDIR(st.st_mode))
		*vec_push(&s->binds) = bind(s, &from, &to);
}

/* Most programs that a stand-in could be for are not there: one look into the open folder says so. */
static void stand_in_at(
	struct live_show *s, const char *top, const char *folder, const char *program)
{
	AUTO_FD dir = file_open_within(top, folder, O_PATH | O_DIRECTORY);
	size_t count;
	const struct effect_program *programs = effect_programs(&count);
	struct stat st;

	for (size_t i = 0; dir >= 0 && i < count; i++) {
		AUTO(buf) file = BUF_INIT;

		if (fstatat(dir, programs[i].name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			find(top, folder, &programs[i], &file))
			stand_in(s, top, programs[i].file, &file, program);
	}
}

int live_show_make(struct live_show *out, const char *root, int folder, const char *path,
	const char *name, const char *program, struct err *err)
{
	AUTO(buf) top = BUF_INIT;

	*out = LIVE_SHOW_INIT;
	if (find_top(root, &top, err) < 0 || make_log(out, folder, path, name, err) < 0) {
		live_show_drop(out);
		return -1;
	}
	if (!top.n)
		show_systemd(out);
	for (size_t i = 0; i < COUNT(folders); i++)
		stand_in_at(out, top.s, folders[i], program);
	return 0;
}

int live_show_read(
	const struct live_show *s, enum effect_phase phase, struct effects *out, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	struct stat st;

	if (fstat(s->log, &st) < 0 || lseek(s->log, 0, SEEK_SET) < 0)
		return err_sys(err, "read %s", EFFECTS_LOG);
	if (st.st_size > EFFECTS_LOG_MAX)
		return err_set(
			err, ERR_RULES, "%s: more than %d bytes", EFFECTS_LOG, EFFECTS_LOG_MAX);
	if (file_read_fd(s->log, EFFECTS_LOG_MAX, &text, err) < 0)
		return err_at(err, "%s", EFFECTS_LOG);
	return effects_parse(out, phase, buf_span(&text), err);
}
