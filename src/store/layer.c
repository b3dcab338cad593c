/* What an overlay notes in its upper layer. */
#include "store/layer.h"

#include <stdio.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

static int get_mark(
	bool user, const struct node_at *at, const char *name, char *value, struct err *err)
{
	char full[64];

	snprintf(full, sizeof(full), "%s.overlay.%s", user ? "user" : "trusted", name);
	return node_mark(at, full, value, err);
}

int layer_read_marks(
	bool user, const struct node_at *folder, struct layer_marks *out, struct err *err)
{
	char value = 0;
	/* So called for a while, before opaque=x. */
	int files = get_mark(user, folder, "whiteouts", &value, err);
	int opaque = files < 0 ? -1 : get_mark(user, folder, "opaque", &value, err);

	if (opaque < 0)
		return -1;
	out->opaque |= opaque && value == 'y';
	out->files |= files || (opaque && value == 'x');
	return 0;
}

int layer_is_whiteout(
	bool user, const struct layer_marks *in, const struct node_at *at, struct err *err)
{
	char value;

	if (S_ISCHR(at->st.st_mode))
		return at->st.st_rdev == makedev(0, 0);
	if (!in->files || !S_ISREG(at->st.st_mode) || at->st.st_size)
		return 0;
	return get_mark(user, at, "whiteout", &value, err);
}

int layer_check(bool user, struct node_at *at, struct err *err)
{
	static const char *const names[] = {"redirect", "metacopy"};
	char value;

	/* Most files have no attributes at all. */
	at->bare = flistxattr(at->fd, NULL, 0) == 0;
	if (at->bare)
		return 0;
	for (size_t i = 0; i < COUNT(names); i++) {
		int there = S_ISREG(at->st.st_mode) || S_ISDIR(at->st.st_mode)
				    ? get_mark(user, at, names[i], &value, err)
				    : 0;

		if (there < 0)
			return -1;
		if (there)
			return err_set(err, ERR_FAILED,
				"the overlay noted a %s there, which cannot be read", names[i]);
	}
	return 0;
}
