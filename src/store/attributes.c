/* Owner, mode and extended attributes: made exactly what a node says. */
#include "store/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

/* By its descriptor; what is opened by O_PATH only by that one's name. */
struct setting {
	int fd;
	bool by_name;
	char path[32];
	mode_t mode; /* that it has now, as far as we know */
	bool changed; /* so that the mode may be another one */
};

static void begin(struct setting *s, const struct node_at *at)
{
	*s = (struct setting){at->fd, !S_ISREG(at->st.st_mode) && !S_ISDIR(at->st.st_mode), "",
		at->st.st_mode & 07777, at->opened_up};
	snprintf(s->path, sizeof(s->path), "/proc/self/fd/%d", at->fd);
}

static int set_mode(struct setting *s, mode_t mode, struct err *err)
{
	if ((s->by_name ? chmod(s->path, mode) : fchmod(s->fd, mode)) < 0)
		return err_sys(err, "set the mode");
	s->mode = mode;
	return 0;
}

/* Who is not root may set attributes only of what he may write to. */
static int make_writable(struct setting *s, struct err *err)
{
	s->changed = true;
	return geteuid() == 0 || s->mode & 0200 ? 0 : set_mode(s, s->mode | 0200, err);
}

static int remove_xattr(struct setting *s, const char *name, struct err *err)
{
	if (make_writable(s, err) < 0)
		return -1;
	if ((s->by_name ? removexattr(s->path, name) : fremovexattr(s->fd, name)) < 0 &&
		errno != ENODATA)
		return err_sys(err, "remove the attribute %s", name);
	return 0;
}

static int set_xattr(struct setting *s, const struct node_xattr *x, struct err *err)
{
	if (make_writable(s, err) < 0)
		return -1;
	if ((s->by_name ? setxattr(s->path, x->name.s, x->value.s, x->value.n, 0)
			: fsetxattr(s->fd, x->name.s, x->value.s, x->value.n, 0)) < 0)
		return err_sys(err, "set the attribute %s", x->name.s);
	return 0;
}

static const struct node_xattr *find(const struct node *n, const struct buf *name)
{
	VEC_FOR (const struct node_xattr, x, &n->xattrs)
		if (span_is(buf_span(&x->name), buf_span(name)))
			return x;
	return NULL;
}

static int set_xattrs(
	struct setting *s, const struct node *now, const struct node *want, struct err *err)
{
	VEC_FOR (const struct node_xattr, x, &now->xattrs)
		if (!find(want, &x->name) && remove_xattr(s, x->name.s, err) < 0)
			return -1;
	VEC_FOR (const struct node_xattr, x, &want->xattrs) {
		const struct node_xattr *had = find(now, &x->name);

		if ((!had || !span_is(buf_span(&had->value), buf_span(&x->value))) &&
			set_xattr(s, x, err) < 0)
			return -1;
	}
	return 0;
}

static bool is_overlay(const char *name)
{
	return !strncmp(name, "trusted.overlay.", 16) || !strncmp(name, "user.overlay.", 13);
}

static int strip_overlay(struct setting *s, struct err *err)
{
	AUTO_FREE char *names = mem_alloc(XATTR_LIST_MAX);
	ssize_t n = s->by_name ? listxattr(s->path, names, XATTR_LIST_MAX)
			       : flistxattr(s->fd, names, XATTR_LIST_MAX);

	if (n < 0 && errno != EOPNOTSUPP)
		return err_sys(err, "read extended attributes");
	for (const char *name = names; name < names + n; name += strlen(name) + 1)
		if (is_overlay(name) && remove_xattr(s, name, err) < 0)
			return -1;
	return 0;
}

static int give(struct setting *s, const struct node *now, const struct node *want, struct err *err)
{
	if (now->uid == want->uid && now->gid == want->gid)
		return 0;
	s->changed = true;
	if (fchownat(s->fd, "", (uid_t)want->uid, (gid_t)want->gid, AT_EMPTY_PATH) < 0)
		return err_sys(
			err, "give it to %lld:%lld", (long long)want->uid, (long long)want->gid);
	return 0;
}

static int load_again(const struct node_at *at, struct node *out, struct err *err)
{
	struct node_at now = *at;

	if (fstat(at->fd, &now.st) < 0)
		return err_sys(err, "look at it");
	return node_load_attributes(&now, out, err);
}

int attributes_set(struct node_at *at, const struct node *want, bool strip, struct err *err)
{
	AUTO(node) now = NODE_INIT;
	struct setting s;

	begin(&s, at);
	if (load_again(at, &now, err) < 0 || give(&s, &now, want, err) < 0)
		return -1;
	/* The kernel has dropped capabilities with the old owner. */
	if (s.changed && load_again(at, &now, err) < 0)
		return -1;
	if ((strip && strip_overlay(&s, err) < 0) || set_xattrs(&s, &now, want, err) < 0)
		return -1;
	if ((s.changed || now.mode != want->mode) && set_mode(&s, want->mode, err) < 0)
		return -1;
	at->opened_up = false;
	return 0;
}
