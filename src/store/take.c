/* Folders that are taken over from the stage. */
#include "store/take.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/attributes.h"
#include "store/beneath.h"
#include "store/kept.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

static bool is_beneath(const struct change *c, const struct change *folder)
{
	size_t n = folder->path.n;

	return c->path.n > n && !memcmp(c->path.s, folder->path.s, n) && c->path.s[n] == '/';
}

size_t take_end(const struct changes *c, size_t number)
{
	size_t end = number + 1;

	while (end < c->of.n && is_beneath(&c->of.v[end], &c->of.v[number]))
		end++;
	return end;
}

static bool is_new(const struct change *c, enum node_type type)
{
	return c->before.type == NODE_NONE && c->after.type == type;
}

bool take_is(const struct changes *c, size_t number, bool files)
{
	if (!is_new(&c->of.v[number], NODE_FOLDER))
		return false;
	for (size_t i = number + 1; i < c->of.n && is_beneath(&c->of.v[i], &c->of.v[number]); i++)
		if (!is_new(&c->of.v[i], NODE_FOLDER) && !is_new(&c->of.v[i], NODE_LINK) &&
			!(files && is_new(&c->of.v[i], NODE_FILE)))
			return false;
	return true;
}

bool take_has(const struct changes *c)
{
	for (size_t i = 0; i < c->of.n; i++)
		if (take_is(c, i, false))
			return true;
	return false;
}

/* That of the nearest folder that is there already. */
static bool is_on_device(int root, struct span path, dev_t device)
{
	struct err err = ERR_INIT;
	struct stat st;

	for (;;) {
		AUTO_FD fd = beneath_open(root, path, &err);

		if (fd >= 0)
			return fstat(fd, &st) == 0 && st.st_dev == device;
		if (err.sys != ENOENT || path.n < 2)
			return false;
		err_clear(&err);
		while (path.n > 1 && path.s[--path.n] != '/')
			continue;
	}
}

/* An overlay marks the folder of what it has copied up, as it does where rules move a link of the system's to the new folder: then it
 * has notes of its own on the link, too, which would stay there. */
static bool has_notes(int folder)
{
	static const char *const marks[] = {"trusted.overlay.impure", "user.overlay.impure"};
	struct node_at at = {.fd = folder, .st = {.st_mode = S_IFDIR}};
	struct err ignored = ERR_INIT;
	char value;

	for (size_t i = 0; i < COUNT(marks); i++)
		if (node_mark(&at, marks[i], &value, &ignored) != 0)
			return true;
	return false;
}

static const char *last_part(const struct change *c)
{
	return strrchr(c->path.s, '/') + 1;
}

/* What its name, size, owner and mode say of it: its bytes were read when the stage had ended. */
static bool is_file_as_listed(int folder, const struct change *c)
{
	const struct node *n = &c->after;
	struct stat st;

	return fstatat(folder, last_part(c), &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode) && st.st_size == n->size && (int64_t)st.st_uid == n->uid &&
	       (int64_t)st.st_gid == n->gid && (st.st_mode & 07777) == n->mode;
}

/* The names of the folder are just those of the list. */
static bool is_as_listed(const struct changes *c, size_t number, int fd)
{
	AUTO(tree_names) names = {0};
	struct err ignored = ERR_INIT;
	size_t end = take_end(c, number), at = number + 1, n = 0;

	if (tree_names(fd, end - at, &names, &ignored) < 0)
		return false;
	for (; at < end; n++) {
		const struct change *x = &c->of.v[at];

		if (n == names.of.n || strcmp(names.of.v[n], last_part(x)) != 0 ||
			(x->after.type == NODE_FILE && !is_file_as_listed(fd, x)))
			return false;
		at = x->after.type == NODE_FOLDER ? take_end(c, at) : at + 1;
	}
	return n == names.of.n;
}

/* A folder of it, without the overlay's attributes. */
static bool settle(const struct changes *c, size_t number, int top, struct span below)
{
	struct err ignored = ERR_INIT;
	struct node_at at = NODE_AT_INIT;
	bool done;

	at.fd = beneath_open(top, below, &ignored);
	done = at.fd >= 0 && fstat(at.fd, &at.st) == 0 && !has_notes(at.fd) &&
	       is_as_listed(c, number, at.fd) &&
	       attributes_set(&at, &c->of.v[number].after, true, &ignored) == 0;
	node_at_drop(&at);
	return done;
}

static bool settle_all(const struct changes *c, size_t number, int top)
{
	size_t n = c->of.v[number].path.n, end = take_end(c, number);

	for (size_t i = number; i < end; i++) {
		struct span path = buf_span(&c->of.v[i].path);

		if (c->of.v[i].after.type == NODE_FOLDER &&
			!settle(c, i, top, span_cut(path, n, path.n)))
			return false;
	}
	return true;
}

bool take_keep(
	int root, const struct changes *c, size_t number, int upper, const struct buf *in, int kept)
{
	struct err ignored = ERR_INIT;
	char to[KEPT_NUMBERS];
	const char *name;
	AUTO_FD parent = beneath_parent(upper, in, &name, &ignored);
	AUTO_FD top =
		parent < 0 ? -1 : file_open(parent, name, O_RDONLY | O_DIRECTORY, 0, &ignored);
	struct stat st;

	kept_name(number, to);
	/* Who is not root may have shut himself out. */
	if (top < 0 || geteuid() != 0 || fstat(top, &st) < 0 ||
		!is_on_device(root, buf_span(&c->of.v[number].path), st.st_dev) ||
		!settle_all(c, number, top))
		return false;
	return renameat(parent, name, kept, to) == 0;
}

bool take_place(int kept, size_t number, int folder, const char *name)
{
	char from[KEPT_NUMBERS];
	struct stat st;

	kept_name(number, from);
	return fstatat(kept, from, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
	       renameat2(kept, from, folder, name, RENAME_NOREPLACE) == 0;
}
