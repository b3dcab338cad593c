/* What a script may reach. */
#include "rules/places.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"

#define LINKS_MAX 40 /* as the kernel's */
#define DEPTH_MAX 4096

static void place_drop(struct place *p)
{
	buf_drop(&p->path);
	buf_drop(&p->only);
	fd_drop(&p->fd);
}

void places_drop(struct places *p)
{
	vec_drop_each(&p->of, place_drop);
	buf_drop(&p->root);
	buf_drop(&p->dir);
}

void spot_drop(struct spot *s)
{
	fd_drop(&s->fd);
	buf_drop(&s->name);
	buf_drop(&s->through);
}

static void split(const char *path, struct buf *folder, struct buf *name)
{
	const char *slash = strrchr(path, '/');

	buf_sets(name, slash ? slash + 1 : path);
	buf_set(folder, slash ? (struct span){path, (size_t)(slash - path)} : SPAN(""));
	if (slash == path)
		buf_sets(folder, "/");
}

static int add(
	struct places *p, const char *path, enum place_kind kind, bool write, struct err *err)
{
	struct place one = {.path = buf_of(path), .kind = kind, .write = write, .only = BUF_INIT};
	AUTO(buf) full = buf_dup(&p->root);
	AUTO(buf) folder = BUF_INIT;
	struct stat st;

	buf_adds(&full, path);
	one.fd = open(full.s, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	if (one.fd >= 0 && fstat(one.fd, &st) == 0 && !S_ISDIR(st.st_mode)) {
		fd_drop(&one.fd);
		split(full.s, &folder, &one.only);
		one.fd = open(folder.s, O_PATH | O_CLOEXEC | O_DIRECTORY);
	}
	if (one.fd < 0 || fstat(one.fd, &st) < 0 || !S_ISDIR(st.st_mode)) {
		place_drop(&one);
		return err_sys(err, "open %s", path);
	}
	one.dev = st.st_dev;
	one.ino = st.st_ino;
	*vec_push(&p->of) = one;
	return 0;
}

int places_add(struct places *p, const char *path, bool write, bool system, struct err *err)
{
	static const char *const none[] = {"proc", "sys", "dev", "run"};
	struct err ignored = ERR_INIT;

	if (add(p, path, system ? PLACE_SYSTEM : PLACE_OWN, write, err) < 0)
		return -1;
	for (size_t i = 0; system && i < COUNT(none); i++) {
		AUTO(buf) there = buf_of(path);

		buf_add_path(&there, none[i]);
		if (add(p, there.s, PLACE_NONE, false, &ignored) < 0)
			err_clear(&ignored); /* it is not there */
	}
	return 0;
}

int places_add_all(struct places *p, struct err *err)
{
	return add(p, "/", PLACE_ALL, true, err);
}

/* Whether it is the folder or in it; *rest is what is behind. */
static bool is_in(const struct place *p, const char *path, const char **rest)
{
	size_t n = p->path.n;

	while (n && p->path.s[n - 1] == '/')
		n--;
	if (strncmp(path, p->path.s, n) != 0 || (path[n] != '/' && path[n] != 0))
		return false;
	if (p->only.n && path[n])
		return false;
	*rest = path + n + strspn(path + n, "/");
	return true;
}

static const struct place *place_of(const struct places *p, const char *path, const char **rest)
{
	const struct place *best = NULL;
	const char *behind;

	VEC_FOR (const struct place, one, &p->of)
		if ((!best || one->path.n > best->path.n) && is_in(one, path, &behind)) {
			best = one;
			*rest = behind;
		}
	return best;
}

static int open_in(const struct place *p, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_MAGICLINKS |
			   (p->kind == PLACE_OWN ? RESOLVE_BENEATH : RESOLVE_IN_ROOT),
	};
	int fd;

	do
		fd = (int)syscall(SYS_openat2, p->fd, *path ? path : ".", &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	return fd;
}

static int explain(const char *path, struct err *err)
{
	if (errno == EXDEV || errno == ELOOP)
		return err_set(
			err, ERR_UNSAFE, "%s: it leads out of where these rules may go", path);
	return err_sys(err, "%s", path);
}

/* Whose the folder is: the first place on its way up. */
static int ask_owner(const struct places *p, struct spot *s, const char *path, struct err *err)
{
	AUTO_FD fd = fcntl(s->fd, F_DUPFD_CLOEXEC, 3);
	struct stat st;

	s->place = NULL;
	s->all = true;
	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		int above;

		if (fd < 0 || fstat(fd, &st) < 0)
			return err_sys(err, "%s: look at the folders above", path);
		s->all = s->all && (st.st_mode & 0001);
		VEC_FOR (const struct place, one, &p->of)
			if (one->dev == st.st_dev && one->ino == st.st_ino && !one->only.n) {
				s->place = one;
				return 0;
			}
		above = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		fd_drop(&fd);
		fd = above;
	}
	return err_set(err, ERR_UNSAFE, "%s: it is too deep", path);
}

/* Makes one more folder in `above`, if that is one to write to. */
static int make_one(const struct places *p, struct spot *above, const char *path, int64_t *made,
	struct err *err)
{
	if (ask_owner(p, above, path, err) < 0)
		return -1;
	if (!above->place->write)
		return err_set(err, ERR_UNSAFE, "%s: it is not to be written to here", path);
	if (mkdirat(above->fd, above->name.s, 0755) < 0)
		return errno == EEXIST ? 0 : err_sys(err, "make the folder %s", path);
	++*made;
	return 0;
}

/* Makes what is missing of the folder, one after the other. */
static int make_folders(const struct places *p, const struct place *in, const char *path,
	int64_t *made, struct err *err)
{
	AUTO(buf) so_far = BUF_INIT;
	struct span rest = span_of(path), part;

	while (span_split(&rest, '/', &part)) {
		AUTO(spot) above = SPOT_INIT;
		AUTO_FD there = -1;

		if (!part.n || span_is_text(part, "."))
			continue;
		above.fd = open_in(in, so_far.s);
		buf_set(&above.name, part);
		buf_addf(&so_far, "%s%.*s", so_far.n ? "/" : "", SPAN_ARG(part));
		there = open_in(in, so_far.s);
		if (there >= 0)
			continue;
		if (errno != ENOENT || above.fd < 0)
			return explain(so_far.s, err);
		if (make_one(p, &above, so_far.s, made, err) < 0)
			return -1;
	}
	return 0;
}

static int refuse(const char *path, struct err *err)
{
	return err_set(err, ERR_UNSAFE, "%s: it is not for these rules", path);
}

/* Where a look-up was: the place by the path's text, and the folder, for a link's target to go on from. */
struct looking {
	const struct place *in;
	struct buf folder;
};

static void looking_drop(struct looking *l)
{
	buf_drop(&l->folder);
}

/* One look-up, links on the way followed, the last part not. */
static int find_once(const struct places *p, const char *path, unsigned wanted, struct spot *out,
	struct looking *l, int64_t *made, struct err *err)
{
	const char *rest = NULL;
	const struct place *in = place_of(p, path, &rest);
	struct buf *folder = &l->folder;
	AUTO(buf) trimmed = BUF_INIT;

	l->in = in;
	if (!in || in->kind == PLACE_NONE)
		return refuse(path, err);
	buf_sets(&trimmed, in->only.n ? in->only.s : rest);
	while (trimmed.n && trimmed.s[trimmed.n - 1] == '/')
		trimmed.s[--trimmed.n] = 0;
	split(trimmed.s, folder, &out->name);
	if (!out->name.n || !strcmp(out->name.s, ".") || !strcmp(out->name.s, "..")) {
		buf_set(folder, buf_span(&trimmed));
		buf_sets(&out->name, ".");
	}
	fd_drop(&out->fd);
	out->fd = open_in(in, folder->s);
	if (out->fd < 0 && errno == ENOENT && (wanted & SPOT_PARENTS) && in->write) {
		if (make_folders(p, in, folder->s, made, err) < 0)
			return err_at(err, "%s", path);
		out->fd = open_in(in, folder->s);
	}
	if (out->fd < 0)
		return explain(path, err);
	if (in->only.n)
		out->place = in;
	else if (ask_owner(p, out, path, err) < 0)
		return -1;
	if (out->place->kind == PLACE_NONE)
		return refuse(path, err);
	if (in->only.n)
		buf_sets(folder, "");
	buf_sets(&trimmed, in->path.s);
	buf_add_path(&trimmed, folder->s);
	buf_set(folder, buf_span(&trimmed));
	return 0;
}

/* 1: it is a link, and *path is where it leads. */
static int follow(const struct spot *s, const struct looking *l, struct buf *path, struct err *err)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(s->fd, s->name.s, target, sizeof(target) - 1);

	if (n < 0)
		return errno == EINVAL || errno == ENOENT ? 0 : err_sys(err, "%s", path->s);
	target[n] = 0;
	if (s->place->only.n)
		return refuse(path->s, err);
	if (target[0] != '/')
		buf_set(path, buf_span(&l->folder));
	else if (l->in->kind != PLACE_OWN)
		buf_set(path, buf_span(&l->in->path));
	else
		buf_clear(path);
	if (path->n)
		buf_add_path(path, target);
	else
		buf_sets(path, target);
	return 1;
}

int spot_find(const struct places *p, const char *path, unsigned wanted, struct spot *out,
	int64_t *made, struct err *err)
{
	AUTO(buf) at = BUF_INIT;
	AUTO(looking) l = {.folder = BUF_INIT};
	int64_t ignored = 0;

	if (path[0] != '/')
		buf_set(&at, buf_span(&p->dir));
	buf_add_path(&at, path);
	if (path[0] == '/')
		buf_sets(&at, path);
	for (int links = 0; links < LINKS_MAX; links++) {
		int rc = find_once(p, at.s, wanted, out, &l, made ? made : &ignored, err);

		if (rc == 0 && (wanted & SPOT_FOLLOW))
			rc = follow(out, &l, &at, err);
		if (rc == 1)
			continue;
		if (rc == 0 && (wanted & SPOT_WRITE) && !out->place->write)
			rc = err_set(err, ERR_UNSAFE, "%s: it is not to be written to here", at.s);
		if (rc < 0)
			return links ? err_at(err, "%s, a link", path) : -1;
		if (links)
			buf_set(&out->through, buf_span(&at));
		return 0;
	}
	return err_set(err, ERR_UNSAFE, "%s: links lead in a ring", path);
}

int spot_look(const struct spot *s, struct stat *st, struct err *err)
{
	if (fstatat(s->fd, s->name.s, st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : err_sys(err, "%s", s->name.s);
}

int spot_check_way(const struct spot *s, struct err *err)
{
	if (s->place->kind == PLACE_SYSTEM && !s->all)
		return err_set(
			err, ERR_UNSAFE, "not everybody may go there, so these rules may not look");
	return 0;
}

int spot_check_eyes(const struct spot *s, const struct stat *st, struct err *err)
{
	mode_t all = S_ISDIR(st->st_mode) ? 0005 : 0004;

	if (s->place->kind == PLACE_SYSTEM && (!s->all || (st->st_mode & all) != all))
		return err_set(
			err, ERR_UNSAFE, "not everybody may read it, so these rules may not");
	return 0;
}

int spot_open(const struct spot *s, struct stat *st, struct err *err)
{
	AUTO_FD look = file_open(s->fd, s->name.s, O_PATH, 0, err);
	AUTO_FD fd = -1;

	if (look < 0)
		return -1;
	if (fstat(look, st) < 0)
		return err_sys(err, "look at it");
	if (!S_ISREG(st->st_mode))
		return err_set(err, ERR_FAILED, "it is no plain file");
	if (spot_check_eyes(s, st, err) < 0)
		return -1;
	fd = file_open(s->fd, s->name.s, O_RDONLY | O_NONBLOCK, 0, err);
	if (fd < 0)
		return -1;
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode))
		return err_set(err, ERR_FAILED, "it is no plain file");
	return spot_check_eyes(s, st, err) < 0 ? -1 : fd_take(&fd);
}

int spot_open_folder(const struct spot *s, struct err *err)
{
	AUTO_FD fd = file_open(s->fd, s->name.s, O_RDONLY | O_DIRECTORY, 0, err);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at it");
	return spot_check_eyes(s, &st, err) < 0 ? -1 : fd_take(&fd);
}
