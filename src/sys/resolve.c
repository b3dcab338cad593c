/* A path that somebody typed, as it is where the folders on its way may be links. */
#include "sys/resolve.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define LINKS_MOST 40 /* as the kernel */
#define TARGET_MOST 4096

struct walk {
	const char *root;
	struct buf done; /* without links; "" is the root itself */
	struct buf ahead;
	unsigned links;
};

static void walk_drop(struct walk *w)
{
	buf_drop(&w->done);
	buf_drop(&w->ahead);
}

static int begin(struct walk *w, const char *path, struct err *err)
{
	AUTO_FREE char *here = NULL;
	size_t n = strlen(w->root);

	if (*path == '/') {
		buf_sets(&w->ahead, path);
		return 0;
	}
	here = getcwd(NULL, 0);
	if (!here)
		return err_sys(err, "look where the current folder is");
	if (strncmp(here, w->root, n) != 0 || (here[n] && here[n] != '/'))
		return err_set(err, ERR_USAGE,
			"%s: the current folder is not below %s; give a path that begins with /",
			path, w->root);
	buf_setf(&w->ahead, "%s/%s", here + n, path);
	return 0;
}

/* Takes the next part out of ahead: false at its end. */
static bool next_part(struct walk *w, struct buf *part)
{
	struct span rest = buf_span(&w->ahead), first;
	AUTO(buf) left = BUF_INIT;

	buf_clear(part);
	while (!part->n && span_split(&rest, '/', &first))
		buf_set(part, first);
	while (span_starts(rest, "/"))
		rest = span_cut(rest, 1, rest.n - 1);
	buf_set(&left, rest);
	buf_set(&w->ahead, buf_span(&left));
	return part->n > 0;
}

static void go_up(struct walk *w)
{
	const char *slash = strrchr(w->done.s, '/');
	AUTO(buf) above = BUF_INIT;

	if (slash)
		buf_add(&above, w->done.s, (size_t)(slash - w->done.s));
	buf_set(&w->done, buf_span(&above));
}

/* 1: the part is a link, and where it leads is what is to be done next; 0; -1. */
static int follow(struct walk *w, const struct buf *part, struct err *err)
{
	AUTO(buf) full = BUF_INIT;
	AUTO(buf) more = BUF_INIT;
	char target[TARGET_MOST];
	ssize_t n;

	buf_addf(&full, "%s%s/%s", w->root, w->done.s, part->s);
	n = readlink(full.s, target, sizeof(target));
	if (n <= 0)
		return 0;
	if (++w->links > LINKS_MOST) {
		errno = ELOOP;
		return err_sys(err, "%s", full.s);
	}
	if (*target == '/')
		buf_clear(&w->done);
	buf_add(&more, target, (size_t)n);
	buf_addf(&more, "/%s", w->ahead.s);
	buf_set(&w->ahead, buf_span(&more));
	return 1;
}

static int go(const char *root, const char *path, bool last, struct buf *out, struct err *err)
{
	AUTO(walk) w = {root, BUF_INIT, BUF_INIT, 0};
	AUTO(buf) part = BUF_INIT;

	if (!*path)
		return err_set(err, ERR_USAGE, "the path is empty");
	if (begin(&w, path, err) < 0)
		return -1;
	while (next_part(&w, &part)) {
		int link = 0;

		if (strcmp(part.s, ".") == 0)
			continue;
		if (strcmp(part.s, "..") == 0) {
			go_up(&w);
			continue;
		}
		if (last || w.ahead.n)
			link = follow(&w, &part, err);
		if (link < 0)
			return -1;
		if (!link)
			buf_addf(&w.done, "/%s", part.s);
	}
	buf_adds(out, w.done.n ? w.done.s : "/");
	return 0;
}

int resolve(const char *root, const char *path, struct buf *out, struct err *err)
{
	return go(root, path, false, out, err);
}

int resolve_whole(const char *root, const char *path, struct buf *out, struct err *err)
{
	return go(root, path, true, out, err);
}
