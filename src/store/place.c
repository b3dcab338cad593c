/* Where things are. */
#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "sys/fd.h"
#include "sys/file.h"

void place_drop(struct place *p)
{
	for (size_t i = 0; i < p->held_count; i++)
		fd_drop(&p->held[i].fd);
	p->held_count = 0;
	buf_drop(&p->root);
	buf_drop(&p->puavo);
	buf_drop(&p->puavo_stage);
	buf_drop(&p->puavo_system);
}

void place_set_puavo(struct place *p, struct span rootdir, struct span readonly)
{
	buf_set(&p->puavo, rootdir);
	buf_set(&p->puavo_stage, rootdir);
	buf_adds(&p->puavo_stage, "/.fardel");
	buf_set(&p->puavo_system, readonly.n ? readonly : rootdir);
}

int place_init(struct place *p, const char *root, struct err *err)
{
	AUTO_FREE char *real = NULL;
	AUTO_FD fd = -1;

	*p = (struct place){.root = BUF_INIT,
		.puavo = BUF_INIT,
		.puavo_stage = BUF_INIT,
		.puavo_system = BUF_INIT};
	place_set_puavo(p, SPAN(PLACE_PUAVO), SPAN(PLACE_PUAVO));
	if (!root)
		return 0;
	if (!*root)
		return err_set(err, ERR_USAGE, "--root: the folder's name is empty");
	real = realpath(root, NULL);
	if (!real)
		return err_sys(err, "--root %s", root);
	fd = file_open_dir(real, err);
	if (fd < 0)
		return err_at(err, "--root");
	if (strcmp(real, "/") != 0)
		buf_sets(&p->root, real);
	return 0;
}

void place_path(const struct place *p, const char *path, struct buf *out)
{
	buf_add_span(out, buf_span(&p->root));
	buf_adds(out, path);
}

static bool is_below(const char *path, const struct buf *folder)
{
	return folder->n > 1 && strncmp(path, folder->s, folder->n) == 0 && path[folder->n] == '/';
}

/* /var and what is above it may be links that the admin made, and so may puavo's rootdir be; from fardel's own folder on, and
 * in that one, nothing is followed. */
static size_t own_part(const struct place *p, const char *path)
{
	const char *own = strstr(path, "/fardel");

	if (is_below(path, &p->puavo))
		return p->puavo.n;
	if (is_below(path, &p->puavo_system))
		return p->puavo_system.n;
	if (span_starts(span_of(path), PLACE_PUAVO "/"))
		return strlen(PLACE_PUAVO);
	return own ? (size_t)(own - path) : strlen(path);
}

static int open_above(
	const struct place *p, const char *path, size_t above, bool make, struct err *err)
{
	AUTO(buf) full = BUF_INIT;
	int fd;

	buf_add_span(&full, buf_span(&p->root));
	/* With another root, a link in it must not lead out of it. */
	if (p->root.n) {
		AUTO_FD root = file_open_dir(p->root.s, err);
		AUTO(buf) below = BUF_INIT;

		if (root < 0)
			return -1;
		buf_add(&below, path + 1, above ? above - 1 : 0);
		fd = file_open_if(root, below.n ? below.s : ".", O_RDONLY | O_DIRECTORY, err);
		if (fd >= 0 || !make || err->code != ERR_NONE)
			return fd;
		return file_make_dirs(root, below.s, 0755, err);
	}
	buf_add(&full, path, above);
	fd = open(full.s, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && make && mkdir(full.s, 0755) == 0)
		fd = open(full.s, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && (make || errno != ENOENT))
		return err_sys(err, "open folder %s", full.s);
	return fd;
}

/* Most are there: to be told so by mkdir would take a lock of the file system. */
static int make_one(int dir, struct span part, unsigned mode, struct err *err)
{
	AUTO(buf) name = BUF_INIT;
	int fd;

	buf_add_span(&name, part);
	fd = file_open_if(dir, name.s, O_RDONLY | O_DIRECTORY, err);
	if (fd >= 0)
		return fd;
	err_clear(err); /* this says better what is in the way */
	if (file_make_dir(dir, name.s, mode, err) < 0)
		return -1;
	return file_open(dir, name.s, O_RDONLY | O_DIRECTORY, 0, err);
}

/* From fardel's own folder down, each part is ours alone: who may write to one could put another in its
 * place. */
static int make_own(const struct place *p, int top, const char *path, size_t above, unsigned mode,
	struct err *err)
{
	AUTO(buf) full = BUF_INIT;
	struct span rest = span_of(path + above + 1), part;
	AUTO_FD fd = -1;

	buf_addf(&full, "%s%.*s", p->root.s, (int)above, path);
	while (span_split(&rest, '/', &part)) {
		int next = make_one(fd < 0 ? top : fd, part, rest.n ? 0755 : mode, err);

		buf_addf(&full, "/%.*s", SPAN_ARG(part));
		if (next < 0)
			return err_at(err, "%s", full.s);
		fd_drop(&fd);
		fd = next;
		if (file_check_owner(fd, full.s, err) < 0)
			return -1;
	}
	return fd_take(&fd);
}

/* Each folder above, from the top: who could swap one would choose where we write. */
static int check_above(const struct place *p, struct span above, struct err *err)
{
	AUTO(buf) full = buf_dup(&p->root);
	struct span rest = above, part;

	while (span_split(&rest, '/', &part)) {
		if (part.n)
			buf_addf(&full, "/%.*s", SPAN_ARG(part));
		if (full.n && file_check_above(full.s, err) < 0)
			return -1;
	}
	return 0;
}

int place_check_above(const struct place *p, const char *folder, struct err *err)
{
	return check_above(p, span_of(folder), err);
}

int place_make(const struct place *p, const char *path, unsigned mode, struct err *err)
{
	size_t above = own_part(p, path);
	AUTO_FD top = -1;

	if (check_above(p, (struct span){path, above}, err) < 0)
		return -1;
	top = open_above(p, path, above, true, err);
	if (top < 0)
		return -1;
	return path[above] ? make_own(p, top, path, above, mode, err) : fd_take(&top);
}

int place_open_if(const struct place *p, const char *path, struct err *err)
{
	size_t above = own_part(p, path);
	AUTO_FD top = open_above(p, path, above, false, err);

	if (top < 0)
		return -1;
	if (!path[above])
		return fd_take(&top);
	return file_open_if(top, path + above + 1, O_RDONLY | O_DIRECTORY, err);
}

/* Where software is installed to, as the hierarchy of file systems is commonly cut; and puavo's rootdir. */
static const char *const synced[PLACE_SYNCED - 1] = {"/", "/usr", "/usr/local", "/etc", "/opt",
	"/srv", "/home", "/var", "/var/lib", PLACE_STATE, PLACE_PACKAGES};

static const char *synced_at(const struct place *p, size_t i)
{
	return i < COUNT(synced) ? synced[i] : p->puavo.s;
}

/* Opens the file system of a folder; -1 where there is no such folder, or one of the file systems is it already. */
static int open_other(
	const struct place *p, const char *folder, struct place_fs *known, size_t count)
{
	AUTO(buf) path = BUF_INIT;
	AUTO_FD fd = -1;
	struct stat st;

	place_path(p, folder, &path);
	fd = open(path.s, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (known[i].device == st.st_dev)
			return -1;
	known[count].device = st.st_dev;
	return fd_take(&fd);
}

void place_hold(struct place *p)
{
	for (size_t i = 0; i < PLACE_SYNCED && p->held_count < COUNT(p->held); i++) {
		int fd = open_other(p, synced_at(p, i), p->held, p->held_count);

		if (fd >= 0)
			p->held[p->held_count++].fd = fd;
	}
}

static int held_of(const struct place *p, const struct place_fs *fs)
{
	for (size_t i = 0; i < p->held_count; i++)
		if (p->held[i].device == fs->device)
			return p->held[i].fd;
	return fs->fd;
}

/* That of a folder, unless it is known already; then it is. */
static int sync_other(const struct place *p, const char *folder, struct place_fs *known,
	size_t *count, struct err *err)
{
	AUTO_FD fd = open_other(p, folder, known, *count);

	if (fd < 0)
		return 0;
	known[*count].fd = fd;
	if (syncfs(held_of(p, &known[(*count)++])) < 0)
		return err_sys(err, "sync the file system of %s%s", p->root.s, folder);
	return 0;
}

int place_sync(const struct place *p, struct err *err)
{
	struct place_fs known[PLACE_SYNCED];
	size_t count = 0;

	for (size_t i = 0; i < PLACE_SYNCED; i++)
		if (sync_other(p, synced_at(p, i), known, &count, err) < 0)
			return -1;
	return 0;
}

int place_sync_folder(const struct place *p, int folder, struct err *err)
{
	struct place_fs fs = {.fd = folder};
	struct stat st;

	if (fstat(folder, &st) < 0)
		return err_sys(err, "look at a folder");
	fs.device = st.st_dev;
	return syncfs(held_of(p, &fs)) < 0 ? err_sys(err, "sync what was kept") : 0;
}

int place_sync_packages(const struct place *p, struct err *err)
{
	struct place_fs known[2];
	size_t count = 0;

	if (sync_other(p, PLACE_PACKAGES, known, &count, err) < 0)
		return -1;
	return sync_other(p, p->puavo.s, known, &count, err);
}
