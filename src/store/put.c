/* Puts one node in its place. */
#include "store/put.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/attributes.h"
#include "store/node.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/sparse.h"

int put_away(int folder, const char *name, struct err *err)
{
	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return 1;
	if (errno != EISDIR && errno != EPERM)
		return err_sys(err, "remove %s", name);
	if (unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 1;
	if (errno == ENOTDIR)
		errno = EPERM; /* an immutable file; what the first call said */
	return errno == ENOTEMPTY || errno == EEXIST ? 0 : err_sys(err, "remove %s", name);
}

static int fill(int from, int to, const struct node *n, struct err *err)
{
	struct node_at at = {.fd = to};
	struct stat st;

	if (sparse_copy(from, to, err) < 0)
		return -1;
	if (fstat(to, &at.st) < 0 || fstat(from, &st) < 0)
		return err_sys(err, "look at it");
	if (attributes_set(&at, n, true, err) < 0)
		return -1;
	if (futimens(to, (const struct timespec[]){st.st_atim, st.st_mtim}) < 0)
		return err_sys(err, "set its times");
	return 0;
}

static int copy(
	int from, int folder, const char *name, const struct node *n, bool durably, struct err *err)
{
	AUTO_FD to = file_open(folder, name, O_RDWR | O_CREAT | O_EXCL, 0600, err);

	if (to < 0 || fill(from, to, n, err) < 0)
		return -1;
	return durably ? file_sync(to, err) : 0;
}

int put_copy(int from, int folder, const char *name, const struct node *n, struct err *err)
{
	return copy(from, folder, name, n, false, err);
}

static bool needs_copy(int sys)
{
	return sys == EXDEV || sys == EPERM || sys == EMLINK || sys == EOPNOTSUPP;
}

static int put_file(int folder, const char *beside, const struct node *n,
	const struct put_source *from, struct err *err)
{
	struct node_at at = NODE_AT_INIT;
	int result;

	if (from->link) {
		if (linkat(from->folder, from->name, folder, beside, 0) == 0)
			return 0;
		if (!needs_copy(errno))
			return err_sys(err, "link %s", beside);
	}
	result = node_open(from->folder, from->name, true, &at, err);
	if (result == 0)
		result = err_set(err, ERR_BAD_STATE, "the kept file %s is not there", from->name);
	if (result > 0)
		result = copy(at.fd, folder, beside, n, true, err);
	node_at_drop(&at);
	return result < 0 ? -1 : 0;
}

static int set_attributes(int folder, const char *beside, const struct node *n, struct err *err)
{
	struct node_at at = NODE_AT_INIT;
	struct node want = *n; /* borrows */
	int result = node_open(folder, beside, true, &at, err);

	if (n->type == NODE_FOLDER)
		want.mode |= 0700; /* until all that is to be in it is there */
	if (result == 0)
		result = err_set(err, ERR_UNSAFE, "%s has gone just after it was made", beside);
	if (result > 0)
		result = attributes_set(&at, &want, true, err);
	node_at_drop(&at);
	return result < 0 ? -1 : 0;
}

static int put_link(int folder, const char *beside, const struct node *n, struct err *err)
{
	struct stat st;

	if (symlinkat(n->target.s, folder, beside) < 0)
		return err_sys(err, "make a link");
	if (fstatat(folder, beside, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "look at %s", beside);
	if ((st.st_uid != (uid_t)n->uid || st.st_gid != (gid_t)n->gid) &&
		fchownat(folder, beside, (uid_t)n->uid, (gid_t)n->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "give it to %lld:%lld", (long long)n->uid, (long long)n->gid);
	return 0;
}

/* Of a folder of this group a link is of it from the beginning, whatever the file system's custom. */
static bool is_born_as(int folder, const struct node *n)
{
	struct stat st;

	return n->type == NODE_LINK && n->uid == geteuid() && n->gid == getegid() &&
	       fstat(folder, &st) == 0 && st.st_gid == (gid_t)n->gid;
}

int put_new(int folder, const char *name, const struct node *n, struct err *err)
{
	if (!is_born_as(folder, n))
		return 0;
	return put_link(folder, name, n, err) < 0 ? -1 : 1;
}

static int put_special(int folder, const char *beside, const struct node *n, struct err *err)
{
	static const mode_t formats[NODE_TYPES] = {[NODE_FIFO] = S_IFIFO,
		[NODE_SOCKET] = S_IFSOCK,
		[NODE_CHAR] = S_IFCHR,
		[NODE_BLOCK] = S_IFBLK};

	if (mknodat(folder, beside, formats[n->type] | 0600, (dev_t)n->device) < 0)
		return err_sys(err, "make a %s", node_type_name(n->type));
	return set_attributes(folder, beside, n, err);
}

int put_beside(int folder, const char *beside, const struct node *n, const struct put_source *from,
	struct err *err)
{
	int free = put_away(folder, beside, err);

	if (free < 0)
		return -1;
	if (!free)
		return err_set(err, ERR_CONFLICT, "%s stands in the way", beside);
	if (n->type == NODE_FILE)
		return put_file(folder, beside, n, from, err);
	if (n->type == NODE_LINK)
		return put_link(folder, beside, n, err);
	if (n->type != NODE_FOLDER)
		return put_special(folder, beside, n, err);
	if (mkdirat(folder, beside, 0700) < 0)
		return err_sys(err, "make a folder");
	return set_attributes(folder, beside, n, err);
}

/* Without an exchange: nothing is there for a moment. */
static int replace_slowly(int folder, const char *beside, const char *name, struct err *err)
{
	int gone = put_away(folder, name, err);

	if (gone <= 0)
		return gone;
	return renameat(folder, beside, folder, name) < 0 ? err_sys(err, "rename to %s", name) : 1;
}

static int exchange(int folder, const char *beside, const char *name, struct err *err)
{
	int gone;

	if (renameat2(folder, beside, folder, name, RENAME_EXCHANGE) < 0) {
		/* EXDEV: a folder of an overlay's lower layer. */
		if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP || errno == EXDEV)
			return replace_slowly(folder, beside, name, err);
		return err_sys(err, "rename to %s", name);
	}
	gone = put_away(folder, beside, err);
	if (gone == 0 && renameat2(folder, beside, folder, name, RENAME_EXCHANGE) < 0)
		return err_sys(err, "rename %s back", name);
	return gone;
}

int put_over(int folder, const char *beside, const char *name, struct err *err)
{
	if (renameat(folder, beside, folder, name) == 0)
		return 1;
	/* A folder over what is none, or the other way round. */
	if (errno == EISDIR || errno == ENOTDIR)
		return exchange(folder, beside, name, err);
	return errno == ENOTEMPTY || errno == EEXIST ? 0 : err_sys(err, "rename to %s", name);
}
