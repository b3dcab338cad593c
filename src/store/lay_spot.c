/* A folder as a stage shows it. */
#include "store/lay_spot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "store/attributes.h"
#include "sys/fd.h"
#include "sys/file.h"

#define LINKS_MAX 40 /* on one way */
#define TARGET_MAX 4096

void lay_spot_drop(struct lay_spot *s)
{
	buf_drop(&s->path);
	buf_drop(&s->loose);
	fd_drop(&s->upper);
	fd_drop(&s->lower);
}

static void move_spot(struct lay_spot *from, struct lay_spot *to)
{
	lay_spot_drop(to);
	*to = *from;
	*from = LAY_SPOT_INIT;
}

/* Takes up a folder's marks: below one that hides lower, nothing of it shows. */
static int read_marks(struct lay_spot *s, struct err *err)
{
	struct node_at at = NODE_AT_INIT;

	if (s->upper < 0)
		return 0;
	at.fd = s->upper;
	if (fstat(at.fd, &at.st) < 0)
		return err_sys(err, "look at the stage");
	if (layer_read_marks(s->user, &at, &s->marks, err) < 0)
		return -1;
	if (s->marks.opaque)
		fd_drop(&s->lower);
	return 0;
}

static int take_layer(const struct overlay_layer *l, struct lay_spot *out, struct err *err)
{
	out->layer = l;
	out->user = l->user_attributes;
	out->upper = l->upper < 0 ? -1 : fcntl(l->upper, F_DUPFD_CLOEXEC, 0);
	out->lower = fcntl(l->lower, F_DUPFD_CLOEXEC, 0);
	if (out->lower < 0 || (l->upper >= 0 && out->upper < 0))
		return err_sys(err, "open a layer of the stage");
	return 0;
}

static const struct overlay_layer *layer_at(const struct lay *how, const struct buf *path)
{
	const char *place = path->n ? path->s : "/";

	for (size_t i = 0; i < how->layer_count; i++)
		if (strcmp(how->layers[i].place.s, place) == 0)
			return &how->layers[i];
	return NULL;
}

/* In a sticky one nobody replaces what is root's. */
static int check_loose(const struct lay_spot *above, struct lay_spot *s, struct err *err)
{
	struct stat st;

	if (above && above->loose.n) {
		buf_set(&s->loose, buf_span(&above->loose));
		return 0;
	}
	if (fstat(s->lower >= 0 ? s->lower : s->upper, &st) < 0)
		return err_sys(err, "look at a folder");
	if ((st.st_uid != 0 && st.st_uid != geteuid()) ||
		(st.st_mode & S_IWOTH && !(st.st_mode & S_ISVTX)))
		buf_sets(&s->loose, s->path.n ? s->path.s : "/");
	return 0;
}

int lay_spot_top(const struct lay *how, struct lay_spot *out, struct err *err)
{
	const struct overlay_layer *l = layer_at(how, &out->path);

	if (l) {
		if (take_layer(l, out, err) < 0)
			return -1;
	} else {
		out->lower = fcntl(how->root, F_DUPFD_CLOEXEC, 0);
		if (out->lower < 0)
			return err_sys(err, "open the root");
	}
	return check_loose(NULL, out, err);
}

static void tell(const struct stat *st, bool in_upper, struct lay_seen *out)
{
	out->in_upper = in_upper;
	out->is_link = S_ISLNK(st->st_mode);
	out->size = st->st_size;
	out->uid = (int64_t)st->st_uid;
	out->type = S_ISDIR(st->st_mode) ? LAY_FOLDER : LAY_FILE;
}

/* Whether a name of the layer stands for something deleted: 1, 0, -1. */
static int is_whiteout(
	const struct lay_spot *s, const char *name, const struct stat *st, struct err *err)
{
	struct node_at at = NODE_AT_INIT;
	int gone;

	at.st = *st;
	if (!S_ISREG(st->st_mode) || !s->marks.files || st->st_size)
		return S_ISCHR(st->st_mode) ? layer_is_whiteout(s->user, &s->marks, &at, err) : 0;
	if (node_open(s->upper, name, true, &at, err) <= 0)
		return -1;
	gone = layer_is_whiteout(s->user, &s->marks, &at, err);
	node_at_drop(&at);
	return gone;
}

int lay_spot_look(const struct lay_spot *s, const char *name, struct lay_seen *out, struct err *err)
{
	struct stat st;
	int gone = 0;

	*out = (struct lay_seen){.type = LAY_NOTHING};
	if (s->upper >= 0 && fstatat(s->upper, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		gone = is_whiteout(s, name, &st, err);
		if (gone == 0)
			tell(&st, true, out);
		out->hides = gone > 0;
		return gone < 0 ? -1 : 0;
	}
	if (s->lower >= 0 && fstatat(s->lower, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		tell(&st, false, out);
	return 0;
}

int lay_spot_hide(const struct lay_spot *s, const char *name, struct err *err)
{
	AUTO_FD fd = file_open(s->upper, name, O_RDONLY | O_DIRECTORY, 0, err);

	if (fd < 0)
		return -1;
	if (fsetxattr(fd, s->user ? "user.overlay.opaque" : "trusted.overlay.opaque", "y", 1, 0) <
		0)
		return err_sys(err, "mark a folder of the stage");
	return 0;
}

int lay_spot_read(
	const struct lay_spot *s, const struct lay_seen *seen, const char *name, struct err *err)
{
	return file_open(seen->in_upper ? s->upper : s->lower, name, O_RDONLY | O_NONBLOCK, 0, err);
}

/* As the kernel would copy it up: lower's owner, mode and attributes. */
static int make_upper(const struct lay_spot *s, const char *name, int lower, struct err *err)
{
	struct node_at from = {.fd = lower}, to = NODE_AT_INIT;
	AUTO(node) n = NODE_INIT;
	int result;

	if (fstat(lower, &from.st) < 0 || node_load_attributes(&from, &n, err) < 0)
		return err->code == ERR_NONE ? err_sys(err, "look at a folder") : -1;
	if (mkdirat(s->upper, name, 0700) < 0)
		return err_sys(err, "make a folder in the stage");
	result = node_open(s->upper, name, true, &to, err) <= 0
			 ? -1
			 : attributes_set(&to, &n, true, err);
	node_at_drop(&to);
	return result;
}

/* What is mounted there, and not overlaid, can only be read. */
static int open_lower(const struct lay_spot *s, const char *name, bool *mounted, struct err *err)
{
	int fd = file_open_unmounted(s->lower, name, O_RDONLY | O_DIRECTORY, err);

	*mounted = fd < 0 && err->sys == EXDEV;
	if (!*mounted)
		return fd;
	err_clear(err);
	return file_open(s->lower, name, O_RDONLY | O_DIRECTORY, 0, err);
}

static bool has_folder(int dir, const char *name)
{
	struct stat st;

	return dir >= 0 && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int open_folder(const struct lay *how, const struct lay_spot *s, const char *name,
	struct lay_spot *out, struct err *err)
{
	const struct overlay_layer *l;
	bool mounted = false;

	buf_addf(&out->path, "%s/%s", s->path.s, name);
	l = layer_at(how, &out->path);
	if (l)
		return take_layer(l, out, err);
	out->layer = s->layer;
	out->user = s->user;
	if (has_folder(s->lower, name)) {
		out->lower = open_lower(s, name, &mounted, err);
		if (out->lower < 0)
			return -1;
	}
	if (mounted || s->upper < 0)
		return 0;
	if (!has_folder(s->upper, name) && make_upper(s, name, out->lower, err) < 0)
		return -1;
	out->upper = file_open(s->upper, name, O_RDONLY | O_DIRECTORY, 0, err);
	return out->upper < 0 ? -1 : read_marks(out, err);
}

static int enter_folder(const struct lay *how, const struct lay_spot *s, const char *name,
	struct lay_spot *out, struct err *err)
{
	return open_folder(how, s, name, out, err) < 0 ? -1 : check_loose(s, out, err);
}

/* --- Links ----------------------------------------------------------------------------------------------- */

static int read_link(const struct lay_spot *s, const struct lay_seen *seen, const char *name,
	struct buf *out, struct err *err)
{
	char target[TARGET_MAX];
	ssize_t n = readlinkat(seen->in_upper ? s->upper : s->lower, name, target, sizeof(target));

	if (n < 0 || n == (ssize_t)sizeof(target))
		return err_sys(err, "read the link %s", name);
	buf_set(out, (struct span){target, (size_t)n});
	return 0;
}

/* The way that is still to go begins at the root again, or in the folder that `s` is. */
static void redirect(const struct lay_spot *s, struct span target, struct buf *way)
{
	AUTO(buf) all = BUF_INIT;

	if (target.n && target.s[0] != '/')
		buf_addf(&all, "%s/", s->path.s);
	buf_add_span(&all, target);
	buf_addf(&all, "/%s", way->s);
	buf_set(way, buf_span(&all));
}

/* "..": the way as if it had begun above. */
static void go_up(const struct lay_spot *s, struct buf *way)
{
	const char *slash = strrchr(s->path.s, '/');
	AUTO(buf) above = BUF_INIT;

	buf_set(&above, slash ? (struct span){s->path.s, (size_t)(slash - s->path.s)} : SPAN(""));
	buf_addf(&above, "/%s", way->s);
	buf_set(way, buf_span(&above));
}

static int restart(const struct lay *how, struct lay_spot *at, struct err *err)
{
	lay_spot_drop(at);
	*at = LAY_SPOT_INIT;
	return lay_spot_top(how, at, err);
}

/* A link of somebody who may not write where it leads, or that such a one could replace. */
static int check_link(
	const struct lay_spot *at, const struct lay_seen *seen, const char *part, struct err *err)
{
	if (at->loose.n) {
		err_set(err, ERR_UNSAFE,
			"%s/%s is a link that others than root may replace: no files are put through it",
			at->path.s, part);
		return err_next(err,
			"make %s root's own, for nobody else to write to, or the link a folder",
			at->loose.s);
	}
	if (seen->uid == 0 || seen->uid == (int64_t)geteuid())
		return 0;
	err_set(err, ERR_UNSAFE,
		"%s/%s is a link that uid %lld has made: no files are put through it", at->path.s,
		part, (long long)seen->uid);
	return err_next(
		err, "make it a folder, or root's own: chown -h root %s/%s", at->path.s, part);
}

/* One part of the way. */
static int step(const struct lay *how, struct lay_spot *at, const char *part, struct buf *way,
	unsigned *links, struct err *err)
{
	AUTO(lay_spot) next = LAY_SPOT_INIT;
	AUTO(buf) target = BUF_INIT;
	AUTO(buf) link = BUF_INIT;
	struct lay_seen seen;

	if (strcmp(part, "..") == 0) {
		go_up(at, way);
		return restart(how, at, err);
	}
	if (lay_spot_look(at, part, &seen, err) < 0)
		return -1;
	if (seen.type == LAY_FOLDER) {
		if (enter_folder(how, at, part, &next, err) < 0)
			return -1;
		move_spot(&next, at);
		return 0;
	}
	if (!seen.is_link)
		return err_set(
			err, ERR_CONFLICT, "a link to no folder is there, and a folder is to come");
	if (++*links > LINKS_MAX)
		return err_set(err, ERR_CONFLICT, "too many links lead to each other");
	if (check_link(at, &seen, part, err) < 0 || read_link(at, &seen, part, &target, err) < 0)
		return -1;
	buf_addf(&link, "%s/%s", at->path.s, part);
	texts_add(how->through, buf_span(&link));
	redirect(at, buf_span(&target), way);
	return restart(how, at, err);
}

int lay_spot_enter(const struct lay *how, const struct lay_spot *s, const char *name,
	struct lay_spot *out, struct err *err)
{
	AUTO(buf) way = BUF_INIT;
	unsigned links = 0;
	struct lay_seen seen;

	if (lay_spot_look(s, name, &seen, err) < 0)
		return -1;
	if (seen.type == LAY_FOLDER)
		return enter_folder(how, s, name, out, err);
	redirect(s, span_of(name), &way);
	if (lay_spot_top(how, out, err) < 0)
		return -1;
	while (way.n) {
		AUTO(buf) part = BUF_INIT;
		AUTO(buf) rest = BUF_INIT;
		struct span left = buf_span(&way), first;

		span_split(&left, '/', &first);
		buf_set(&part, first);
		buf_set(&rest, left);
		buf_set(&way, buf_span(&rest));
		if (part.n && strcmp(part.s, ".") != 0 &&
			step(how, out, part.s, &way, &links, err) < 0)
			return -1;
	}
	return 0;
}
