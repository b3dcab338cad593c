/* What stands in a folder, as a value. */
#include "store/node.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "ext/digest.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/signals.h"

#define CHUNK ((int64_t)1 << 16) /* malloc asks the kernel for no more than that */
#define XATTRS_MAX \
	((size_t)1 << 20) /* bytes of one node's attributes; few file systems take more */

void node_at_drop(struct node_at *at)
{
	/* Where it fails, it had rights that its owner cannot take: none that could do harm. */
	if (at->opened_up && at->fd >= 0 && fchmod(at->fd, at->st.st_mode & 07777) < 0)
		at->opened_up = false;
	fd_drop(&at->fd);
}

static int open_flags(const struct stat *st)
{
	if (S_ISREG(st->st_mode))
		return O_RDONLY | O_NONBLOCK;
	return S_ISDIR(st->st_mode) ? O_RDONLY | O_DIRECTORY : O_PATH;
}

/* A folder that we may read, but not look into, would open all the same. */
static bool is_shut(int dirfd, const char *name, const struct stat *st)
{
	return S_ISDIR(st->st_mode) && faccessat(dirfd, name, R_OK | X_OK, AT_EACCESS) < 0;
}

static int open_up(int dirfd, const char *name, struct node_at *at, struct err *err)
{
	mode_t more = S_ISDIR(at->st.st_mode) ? 0500 : 0400;

	err_clear(err);
	if (file_set_mode(dirfd, name, &at->st, (at->st.st_mode & 07777) | more, err) < 0)
		return -1;
	at->opened_up = true;
	at->fd = file_open_unmounted(dirfd, name, open_flags(&at->st), err);
	return at->fd < 0 ? -1 : 0;
}

int node_open(int dirfd, const char *name, bool ours, struct node_at *out, struct err *err)
{
	struct stat now;

	*out = NODE_AT_INIT;
	if (fstatat(dirfd, name, &out->st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(err, "look at %s", name);
	if (!ours || !is_shut(dirfd, name, &out->st))
		out->fd = file_open_unmounted(dirfd, name, open_flags(&out->st), err);
	if (out->fd < 0 && ours && out->st.st_uid == geteuid() &&
		(err->code == ERR_NONE || err->sys == EACCES) && open_up(dirfd, name, out, err) < 0)
		return -1;
	if (out->fd < 0)
		return -1;
	if (fstat(out->fd, &now) < 0 || now.st_ino != out->st.st_ino ||
		(now.st_mode & S_IFMT) != (out->st.st_mode & S_IFMT)) {
		node_at_drop(out);
		return err_set(err, ERR_FAILED, "%s changed while it was read", name);
	}
	if (!out->opened_up)
		out->st = now;
	return 1;
}

/* Attributes of what is neither file nor folder are reached by its descriptor's name only. */
static bool is_by_name(const struct node_at *at)
{
	return !S_ISREG(at->st.st_mode) && !S_ISDIR(at->st.st_mode);
}

static ssize_t get_xattr(const struct node_at *at, const char *name, void *value, size_t size)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", at->fd);
	return is_by_name(at) ? getxattr(path, name, value, size)
			      : fgetxattr(at->fd, name, value, size);
}

static ssize_t list_xattrs(const struct node_at *at, char *names, size_t size)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", at->fd);
	return is_by_name(at) ? listxattr(path, names, size) : flistxattr(at->fd, names, size);
}

int node_mark(const struct node_at *at, const char *name, char *value, struct err *err)
{
	ssize_t n = get_xattr(at, name, value, 1);

	if (n == 1)
		return 1;
	*value = 0;
	if (n == 0 || errno == ERANGE)
		return 1;
	return errno == ENODATA || errno == EOPNOTSUPP
		       ? 0
		       : err_sys(err, "read the attribute %s", name);
}

/* What an overlay notes is never anybody's; what else there is belongs to the kernel or to security modules. */
static bool is_kept(const char *name)
{
	static const char *const kept[] = {
		"security.capability", "system.posix_acl_access", "system.posix_acl_default"};

	if (!strncmp(name, "user.", 5))
		return strncmp(name, "user.overlay.", 13) != 0;
	for (size_t i = 0; i < COUNT(kept); i++)
		if (!strcmp(name, kept[i]))
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	return span_compare(buf_span(&((const struct node_xattr *)a)->name),
		buf_span(&((const struct node_xattr *)b)->name));
}

static int load_xattr(
	const struct node_at *at, const char *name, char *value, struct node *out, struct err *err)
{
	ssize_t n = get_xattr(at, name, value, XATTR_SIZE_MAX);
	struct node_xattr *x;

	if (n < 0 && errno == ENODATA)
		return 0;
	if (n < 0)
		return err_sys(err, "read the attribute %s", name);
	x = vec_push(&out->xattrs);
	*x = (struct node_xattr){buf_of(name), BUF_INIT};
	buf_add(&x->value, value, (size_t)n);
	return 0;
}

static int load_xattrs(const struct node_at *at, struct node *out, struct err *err)
{
	AUTO_FREE char *names = NULL;
	AUTO_FREE char *value = NULL;
	size_t bytes = 0;
	ssize_t n = S_ISLNK(at->st.st_mode) || at->bare ? 0 : list_xattrs(at, NULL, 0);

	if (n == 0 || (n < 0 && errno == EOPNOTSUPP))
		return 0;
	names = mem_alloc(XATTR_LIST_MAX);
	value = mem_alloc(XATTR_SIZE_MAX);
	n = list_xattrs(at, names, XATTR_LIST_MAX);
	if (n < 0)
		return err_sys(err, "read extended attributes");
	for (const char *name = names; name < names + n; name += strlen(name) + 1) {
		if (is_kept(name) && load_xattr(at, name, value, out, err) < 0)
			return -1;
		bytes += out->xattrs.n ? out->xattrs.v[out->xattrs.n - 1].value.n : 0;
		if (bytes > XATTRS_MAX)
			return err_set(
				err, ERR_POLICY, "more than %zu bytes of attributes", XATTRS_MAX);
	}
	if (out->xattrs.n)
		qsort(out->xattrs.v, out->xattrs.n, sizeof(out->xattrs.v[0]), by_name);
	return 0;
}

static int load_target(int dirfd, const char *name, struct buf *out, struct err *err)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(dirfd, name, target, sizeof(target));

	if (n < 0)
		return err_sys(err, "read a link");
	buf_set(out, (struct span){target, (size_t)n});
	return 0;
}

static void hash_drop(struct hash **h)
{
	hash_free(*h);
}

static int load_content(const struct node_at *at, struct node *out, struct err *err)
{
	__attribute__((cleanup(hash_drop))) struct hash *hash = NULL;
	size_t room = (size_t)(at->st.st_size < CHUNK ? at->st.st_size + 1 : CHUNK);
	AUTO_FREE char *chunk = mem_alloc(room);
	ssize_t n;

	out->sha256.kind = DIGEST_SHA256;
	if (hash_new(digest_name(DIGEST_SHA256), &hash, err) < 0)
		return -1;
	while ((n = pread(at->fd, chunk, room, out->size)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		if (signals_check(err) < 0)
			return -1;
		hash_add(hash, chunk, (size_t)n);
		out->size += n;
		/* A read that is cut short where the file is to end was at its end: most have but one. */
		if (out->size > at->st.st_size || (out->size == at->st.st_size && (size_t)n < room))
			break;
	}
	if (out->size != at->st.st_size)
		return err_set(err, ERR_FAILED, "changed while it was read");
	hash_end(hash, out->sha256.bytes);
	return 0;
}

static void set_attributes(const struct stat *st, struct node *out)
{
	static const struct {
		mode_t format;
		enum node_type type;
	} types[] = {{S_IFREG, NODE_FILE}, {S_IFDIR, NODE_FOLDER}, {S_IFLNK, NODE_LINK},
		{S_IFIFO, NODE_FIFO}, {S_IFSOCK, NODE_SOCKET}, {S_IFCHR, NODE_CHAR},
		{S_IFBLK, NODE_BLOCK}};

	for (size_t i = 0; i < COUNT(types); i++)
		if ((st->st_mode & S_IFMT) == types[i].format)
			out->type = types[i].type;
	out->mode = out->type == NODE_LINK ? 0777 : st->st_mode & 07777;
	out->uid = st->st_uid;
	out->gid = st->st_gid;
	if (out->type == NODE_CHAR || out->type == NODE_BLOCK)
		out->device = (int64_t)st->st_rdev;
}

int node_load_attributes(const struct node_at *at, struct node *out, struct err *err)
{
	node_drop(out);
	*out = NODE_INIT;
	if (at->fd < 0)
		return 0;
	set_attributes(&at->st, out);
	return load_xattrs(at, out, err);
}

int node_load(const struct node_at *at, struct node *out, struct err *err)
{
	if (node_load_attributes(at, out, err) < 0)
		return -1;
	if (out->type == NODE_FILE && load_content(at, out, err) < 0)
		return -1;
	return out->type == NODE_LINK ? load_target(at->fd, "", &out->target, err) : 0;
}

int node_load_link(int dirfd, const char *name, struct node *out, struct err *err)
{
	struct node_at at = NODE_AT_INIT;

	node_drop(out);
	*out = NODE_INIT;
	if (fstatat(dirfd, name, &at.st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "look at %s", name);
	if (!S_ISLNK(at.st.st_mode))
		return 0;
	set_attributes(&at.st, out);
	return load_target(dirfd, name, &out->target, err) < 0 ? -1 : 1;
}
