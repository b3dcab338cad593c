/* Is all as it was when the rules saw it? */
#include <stdlib.h>
#include <string.h>

#include "model/glob.h"
#include "store/apply.h"
#include "store/beneath.h"
#include "sys/tree.h"

static void drift_drop(struct apply_drift *d)
{
	buf_drop(&d->path);
	node_drop(&d->now);
}

void apply_drifts_drop(struct apply_drifts *d)
{
	vec_drop_each(&d->of, drift_drop);
}

void apply_drifts_cut(struct apply_drifts *d, size_t n)
{
	while (d->of.n > n)
		drift_drop(&d->of.v[--d->of.n]);
}

static bool matches_any(struct span path, const char *const *globs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (glob_matches(globs[i], path))
			return true;
	return false;
}

bool apply_is_cache(struct span path)
{
	static const char *const caches[] = {"/etc/ld.so.cache", "/var/cache/ldconfig/aux-cache",
		"/usr/share/mime/mime.cache", "/usr/share/mime/globals*", "/usr/share/mime/[!p]*",
		"/usr/share/mime/[!p]*/**", "/usr/share/icons/*/icon-theme.cache",
		"/usr/share/icons/*/.icon-theme.cache", "/usr/share/pixmaps/.icon-theme.cache",
		"/usr/share/applications/mimeinfo.cache",
		"/usr/share/glib-2.0/schemas/gschemas.compiled", "/var/cache/fontconfig/**",
		"/var/cache/man/**", "/usr/lib/*/gio/modules/giomodule.cache",
		"/usr/lib/*/gdk-pixbuf-2.0/*/loaders.cache", "/usr/lib/*/gtk-3.0/*/immodules.cache",
		"/usr/share/info/dir", "/var/lib/systemd/catalog/database", "/etc/udev/hwdb.bin"};

	return matches_any(path, caches, COUNT(caches));
}

bool apply_is_shared(struct span path)
{
	/* With the copies that their tools leave beside them. */
	static const char *const shared[] = {"/etc/passwd", "/etc/passwd-", "/etc/group",
		"/etc/group-", "/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-",
		"/etc/subuid", "/etc/subuid-", "/etc/subgid", "/etc/subgid-", "/etc/shells",
		"/etc/mailcap", "/var/lib/dpkg/diversions", "/var/lib/dpkg/diversions-old",
		"/var/lib/dpkg/statoverride", "/var/lib/dpkg/statoverride-old",
		"/var/lib/dpkg/alternatives/*"};

	return apply_is_cache(path) || matches_any(path, shared, COUNT(shared));
}

struct check {
	struct beneath in;
	const struct changes *c;
	struct apply_drifts *out;
	const struct timespec *since; /* or NULL */
};

static void check_drop(struct check *k)
{
	beneath_drop(&k->in);
}

static struct apply_drift *add_drift(
	struct check *k, const struct change *c, struct span path, const struct node *now)
{
	struct apply_drift *d = vec_push(&k->out->of);

	*d = (struct apply_drift){BUF_INIT, c, NODE_INIT, apply_is_shared(path)};
	buf_add_span(&d->path, path);
	node_copy(&d->now, now);
	return d;
}

static int check_extra(
	struct check *k, const struct change *c, int folder, const char *name, struct err *err)
{
	AUTO(buf) path = buf_dup(&c->path);
	AUTO(node) now = NODE_INIT;
	struct node_at at = NODE_AT_INIT;
	int there;

	buf_add_path(&path, name);
	if (changes_get(k->c, buf_span(&path)))
		return 0;
	there = beneath_look_at(folder, name, &at, err);
	if (there > 0 && node_load_attributes(&at, &now, err) == 0)
		add_drift(k, c, buf_span(&path), &now);
	node_at_drop(&at);
	return err->code == ERR_NONE ? 0 : -1;
}

/* A folder that is to go: nothing may be in it that is not listed. */
static int check_names(
	struct check *k, const struct change *c, const struct node_at *at, struct err *err)
{
	AUTO(tree_names) names = {0};

	if (tree_names(at->fd, SIZE_MAX, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.of.n; i++)
		if (check_extra(k, c, at->fd, names.of.v[i], err) < 0)
			return -1;
	return 0;
}

/* The digest only where type and size fit: they tell of most that differs. */
static int load(
	const struct node_at *at, const struct node *want, struct node *out, struct err *err)
{
	if (at->fd >= 0 && want->type == NODE_FILE && S_ISREG(at->st.st_mode) &&
		at->st.st_size != want->size) {
		if (node_load_attributes(at, out, err) < 0)
			return -1;
		out->size = at->st.st_size;
		return 0;
	}
	return node_load(at, out, err);
}

/* Names come and go in folders of all. */
static bool is_touched(const struct check *k, const struct node_at *at)
{
	const struct timespec *touched = &at->st.st_ctim;

	if (!k->since || at->fd < 0 || S_ISDIR(at->st.st_mode))
		return false;
	return touched->tv_sec > k->since->tv_sec ||
	       (touched->tv_sec == k->since->tv_sec && touched->tv_nsec > k->since->tv_nsec);
}

static int check_opened(
	struct check *k, const struct change *c, const struct node_at *at, struct err *err)
{
	AUTO(node) now = NODE_INIT;

	if (load(at, &c->before, &now, err) < 0)
		return -1;
	if (!node_is_same(&now, &c->before) || is_touched(k, at))
		add_drift(k, c, buf_span(&c->path), &now);
	else if (now.type == NODE_FOLDER && c->after.type != NODE_FOLDER)
		return check_names(k, c, at, err);
	return 0;
}

static int check_one(struct check *k, const struct change *c, struct err *err)
{
	const struct node nothing = NODE_INIT;
	struct node_at at = NODE_AT_INIT;
	int result = beneath_visit_look(&k->in, &c->path, &at, err);

	if (result >= 0) {
		result = check_opened(k, c, &at, err);
	} else if (err->code == ERR_UNSAFE) {
		err_clear(err);
		add_drift(k, c, buf_span(&c->path), &nothing);
		result = 0;
	}
	node_at_drop(&at);
	return result < 0 ? err_at(err, "%s", c->path.s) : 0;
}

static bool is_beneath(const struct change *c, const struct change *folder)
{
	size_t n = folder->path.n;

	return c->path.n > n && !memcmp(c->path.s, folder->path.s, n) &&
	       (c->path.s[n] == '/' || n == 1);
}

int apply_check(int root, const struct changes *c, struct apply_drifts *out, struct err *err)
{
	return apply_check_since(root, c, NULL, out, err);
}

int apply_check_since(int root, const struct changes *c, const struct timespec *since,
	struct apply_drifts *out, struct err *err)
{
	AUTO(check) k = {BENEATH_INIT(root), c, out, since};
	const struct change *none = NULL; /* no folder: nothing can be beneath it */

	VEC_FOR (const struct change, x, &c->of) {
		if (none && is_beneath(x, none))
			continue;
		if (check_one(&k, x, err) < 0)
			return -1;
		none = x->before.type == NODE_FOLDER ? NULL : x;
	}
	return 0;
}

int apply_check_made(int root, const struct change *made, struct apply_drifts *out, struct err *err)
{
	struct change stays = {.path = made->path, .before = made->after, .after = made->after};
	AUTO(check) k = {BENEATH_INIT(root), NULL, out, NULL};
	size_t before = out->of.n;

	if (check_one(&k, &stays, err) < 0)
		return -1;
	if (out->of.n == before)
		return 0;
	out->of.v[before].change = made;
	/* Nothing is wanted, and a link or a file stands where its folder would. */
	if (node_is_same(&out->of.v[before].now, &made->after))
		drift_drop(&out->of.v[--out->of.n]);
	return 0;
}
