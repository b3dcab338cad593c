/* The cache of packs, keyed by checksum. */
#include "store/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define INCOMING "incoming"
#define PARTS "parts"

int cache_open(const struct place *place, bool writable, struct cache *out, struct err *err)
{
	out->dir = writable ? place_make(place, PLACE_CACHE "/packs", 0755, err)
			    : place_open_if(place, PLACE_CACHE "/packs", err);
	return out->dir < 0 && err->code != ERR_NONE ? -1 : 0;
}

void cache_drop(struct cache *c)
{
	fd_drop(&c->dir);
}

/* "sha256/ab/abcd…", below packs. */
static void entry_path(const struct digest *d, struct buf *out)
{
	AUTO(buf) hex = BUF_INIT;

	digest_format(&hex, d);
	buf_addf(out, "%s/%.2s/%s", digest_name(d->kind), hex.s, hex.s);
}

void cache_path(const struct digest *sha256, struct buf *out)
{
	buf_adds(out, "packs/");
	entry_path(sha256, out);
}

/* Where the link of another digest leads: "../../sha256/ab/abcd…". */
static int follow(
	const struct cache *c, const struct digest *d, struct digest *sha256, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	char target[256];
	const char *name;
	ssize_t n;

	entry_path(d, &path);
	n = readlinkat(c->dir, path.s, target, sizeof(target) - 1);
	if (n < 0)
		return errno == ENOENT || errno == EINVAL
			       ? 0
			       : err_sys(err, "read the link %s", path.s);
	target[n] = 0;
	name = strrchr(target, '/');
	return name && digest_parse(DIGEST_SHA256, span_of(name + 1), sha256);
}

int cache_find(const struct cache *c, const struct sums *sums, struct digest *sha256, int64_t *size,
	struct err *err)
{
	const struct digest *best = sums_best(sums);
	AUTO(buf) path = BUF_INIT;
	struct stat st;
	int there;

	if (c->dir < 0 || !best)
		return 0;
	if (sums->has[DIGEST_SHA256]) {
		*sha256 = sums->of[DIGEST_SHA256];
	} else {
		there = follow(c, best, sha256, err);
		if (there <= 0)
			return there;
	}
	entry_path(sha256, &path);
	there = file_stat(c->dir, path.s, &st, err);
	if (there == 1 && !S_ISREG(st.st_mode))
		return 0;
	if (there == 1 && size)
		*size = st.st_size;
	return there;
}

/* What somebody else may write to could change after it was read: a copy of our own takes its place. It is open then. */
static int open_own(const struct cache *c, const char *path, struct err *err)
{
	AUTO_FD fd = file_open(c->dir, path, O_RDONLY | O_NONBLOCK, 0, err);
	struct err why = ERR_INIT;

	if (fd < 0 || file_check_owner(fd, path, &why) == 0)
		return fd_take(&fd);
	if (file_replace_from(c->dir, path, 0644, fd, err) < 0)
		return err_at(err, "%s", why.text);
	fd_drop(&fd);
	fd = file_open(c->dir, path, O_RDONLY | O_NONBLOCK, 0, err);
	return fd < 0 || file_check_owner(fd, path, err) < 0 ? -1 : fd_take(&fd);
}

int cache_get(const struct cache *c, const struct sums *sums, int *fd, struct sums *have,
	int64_t *size, struct err *err)
{
	struct digest sha256;
	enum digest_kind bad;
	AUTO(buf) path = BUF_INIT;
	AUTO_FD opened = -1;
	int there = cache_find(c, sums, &sha256, NULL, err);

	if (there <= 0)
		return there;
	entry_path(&sha256, &path);
	opened = open_own(c, path.s, err);
	if (opened < 0 || intake_digest_fd(opened, sums, have, size, err) < 0)
		return -1;
	if (!digest_is(&have->of[DIGEST_SHA256], &sha256))
		return cache_remove(c, &sha256, err) < 0 ? -1 : 2;
	if (!sums_hold(sums, have, &bad))
		return 0; /* whole, but not what was asked for */
	*fd = fd_take(&opened);
	return 1;
}

/* Another root may share the cache: who has something incoming holds a lock on that folder (nobody but root can open it). */
int cache_make_incoming(const struct cache *c, struct err *err)
{
	AUTO_FD dir = file_make_dirs(c->dir, INCOMING, 0700, err);

	if (dir < 0)
		return -1;
	if (flock(dir, LOCK_SH) < 0)
		return err_sys(err, "lock the folder of incoming packs");
	return fd_take(&dir);
}

int cache_make_parts(const struct cache *c, struct err *err)
{
	return file_make_dirs(c->dir, PARTS, 0700, err);
}

int cache_open_parts(const struct cache *c, struct err *err)
{
	int fd = c->dir < 0 ? -1 : file_open_if(c->dir, PARTS, O_RDONLY | O_DIRECTORY, err);

	if (fd < 0 && err->sys == EACCES)
		err_clear(err);
	return fd;
}

int cache_clear_incoming(const struct cache *c, struct err *err)
{
	AUTO_FD dir = -1;

	if (c->dir < 0)
		return 0;
	dir = file_open_if(c->dir, INCOMING, O_RDONLY | O_DIRECTORY, err);
	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (flock(dir, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? 0 : err_sys(err, "lock the folder of incoming packs");
	return tree_clear(dir, err);
}

/* Makes and opens the folder that holds d's entry. */
static int open_shelf(const struct cache *c, const struct digest *d, struct err *err)
{
	AUTO(buf) path = BUF_INIT;

	entry_path(d, &path);
	*strrchr(path.s, '/') = 0;
	return file_make_dirs(c->dir, path.s, 0755, err);
}

/* Made among the incoming, under the name that the pack has just left, where what a kill leaves is swept away, then put in its place. */
static int put_link(const struct cache *c, int incoming, const char *name, const struct digest *d,
	const struct digest *sha256, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) target = buf_of("../../");
	AUTO_FD shelf = open_shelf(c, d, err);

	if (shelf < 0)
		return -1;
	entry_path(d, &path);
	entry_path(sha256, &target);
	if (symlinkat(target.s, incoming, name) < 0 ||
		renameat(incoming, name, shelf, strrchr(path.s, '/') + 1) < 0)
		return err_sys(err, "link a pack in the cache");
	return file_sync(shelf, err);
}

int cache_put(const struct cache *c, int incoming, const char *name, const struct sums *have,
	struct err *err)
{
	const struct digest *sha256 = &have->of[DIGEST_SHA256];
	AUTO(buf) path = BUF_INIT;
	AUTO_FD shelf = open_shelf(c, sha256, err);

	if (shelf < 0)
		return -1;
	entry_path(sha256, &path);
	/* What is there under that name has the same bytes, or is damaged: the new one takes its
	 * place either way. */
	if (renameat(incoming, name, shelf, strrchr(path.s, '/') + 1) < 0)
		return err_sys(err, "put a pack into the cache");
	if (file_sync(shelf, err) < 0)
		return -1;
	for (int k = 0; k < DIGEST_KINDS; k++)
		if (k != DIGEST_SHA256 && have->has[k] &&
			put_link(c, incoming, name, &have->of[k], sha256, err) < 0)
			return -1;
	return 0;
}

void cached_list_drop(struct cached_list *l)
{
	vec_drop(&l->of);
}

/* Whether `path`, below the folder of its kind, is where an entry of that digest stands. */
static bool is_entry(enum digest_kind kind, const char *path, struct digest *d)
{
	const char *name = strrchr(path, '/');
	AUTO(buf) right = BUF_INIT;
	AUTO(buf) whole = BUF_INIT;

	if (!name || !digest_parse(kind, span_of(name + 1), d))
		return false;
	buf_addf(&whole, "%s/%s", digest_name(kind), path);
	entry_path(d, &right);
	return strcmp(right.s, whole.s) == 0;
}

static int add_cached(void *arg, const struct tree_entry *e, struct err *err)
{
	struct cached_list *list = arg;
	struct digest sha256;

	(void)err;
	if (S_ISREG(e->st->st_mode) && is_entry(DIGEST_SHA256, e->path, &sha256))
		*vec_push(&list->of) = (struct cached){sha256, e->st->st_size, e->st->st_mtime};
	return 0;
}

static int by_digest(const void *a, const void *b)
{
	return memcmp(((const struct cached *)a)->sha256.bytes,
		((const struct cached *)b)->sha256.bytes, digest_size(DIGEST_SHA256));
}

int cache_list(const struct cache *c, struct cached_list *out, struct err *err)
{
	AUTO_FD dir = -1;

	*out = (struct cached_list){0};
	if (c->dir < 0)
		return 0;
	dir = file_open_if(c->dir, "sha256", O_RDONLY | O_DIRECTORY, err);
	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (tree_walk(dir, add_cached, out, err) < 0)
		return -1;
	if (out->of.n)
		qsort(out->of.v, out->of.n, sizeof(out->of.v[0]), by_digest);
	return 0;
}

struct strays {
	const struct cache *cache;
	struct texts *found;
};

/* A folder of the cache's own: one of a kind, or a shelf in it. */
static bool is_own_folder(const char *below)
{
	return !below || (strlen(below) == 2 && strspn(below, "0123456789abcdef") == 2);
}

/* A pack, or a link to one that is there. */
static int is_pack(const struct strays *s, enum digest_kind kind, const char *below,
	const struct stat *st, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	struct digest d, sha256;
	struct stat pack;
	int there;

	if (!below || !is_entry(kind, below, &d))
		return 0;
	if (kind == DIGEST_SHA256)
		return S_ISREG(st->st_mode);
	there = S_ISLNK(st->st_mode) ? follow(s->cache, &d, &sha256, err) : 0;
	if (there <= 0)
		return there;
	entry_path(&sha256, &path);
	return file_stat(s->cache->dir, path.s, &pack, err);
}

/* Since it was listed; then it was none: names go before what they lead to. */
static bool is_gone(const struct tree_entry *e)
{
	struct stat st;

	return fstatat(e->parent, e->name, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
}

static int find_stray(void *arg, const struct tree_entry *e, struct err *err)
{
	struct strays *s = arg;
	const char *slash = strchr(e->path, '/');
	enum digest_kind kind;
	bool known = digest_kind_parse(
		(struct span){e->path, slash ? (size_t)(slash - e->path) : strlen(e->path)}, &kind);
	int fine = 0;

	if (S_ISDIR(e->st->st_mode) &&
		(strcmp(e->path, INCOMING) == 0 || strcmp(e->path, PARTS) == 0))
		return 1;
	if (S_ISDIR(e->st->st_mode))
		fine = known && is_own_folder(slash ? slash + 1 : NULL);
	else if (known)
		fine = is_pack(s, kind, slash ? slash + 1 : NULL, e->st, err);
	if (fine == 0 && !is_gone(e))
		texts_add(s->found, span_of(e->path));
	return fine < 0 ? -1 : !fine;
}

int cache_strays(const struct cache *c, bool remove, struct texts *found, struct err *err)
{
	struct strays s = {c, found};

	if (c->dir < 0)
		return 0;
	if (tree_walk(c->dir, find_stray, &s, err) < 0)
		return -1;
	for (size_t i = 0; remove && i < found->of.n; i++)
		if (tree_remove(c->dir, found->of.v[i].s, err) < 0)
			return -1;
	return 0;
}

int cache_verify(const struct cache *c, const struct digest *sha256, struct err *err)
{
	struct sums want = {0}, have;
	AUTO(buf) path = BUF_INIT;
	AUTO_FD fd = -1;
	enum digest_kind bad;
	int64_t size;

	want.has[DIGEST_SHA256] = true;
	want.of[DIGEST_SHA256] = *sha256;
	entry_path(sha256, &path);
	fd = file_open_if(c->dir, path.s, O_RDONLY, err);
	if (fd < 0)
		return err->code == ERR_NONE ? 2 : -1;
	if (intake_digest_fd(fd, &want, &have, &size, err) < 0)
		return -1;
	return sums_hold(&want, &have, &bad);
}

static int remove_link_to(void *arg, const struct tree_entry *e, struct err *err)
{
	const char *wanted = arg;
	char target[256];
	ssize_t n;

	if (!S_ISLNK(e->st->st_mode))
		return 0;
	n = readlinkat(e->parent, e->name, target, sizeof(target) - 1);
	if (n < 0)
		return 0;
	target[n] = 0;
	if (strlen(target) < 64 || strcmp(target + strlen(target) - 64, wanted) != 0)
		return 0;
	if (unlinkat(e->parent, e->name, 0) < 0 && errno != ENOENT)
		return err_sys(err, "remove the link %s", e->path);
	return 0;
}

int cache_remove(const struct cache *c, const struct digest *sha256, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) hex = BUF_INIT;

	digest_format(&hex, sha256);
	for (int k = 0; k < DIGEST_KINDS; k++) {
		AUTO_FD dir = -1;

		if (k == DIGEST_SHA256)
			continue;
		dir = file_open_if(
			c->dir, digest_name((enum digest_kind)k), O_RDONLY | O_DIRECTORY, err);
		if (dir < 0 && err->code != ERR_NONE)
			return -1;
		if (dir >= 0 && tree_walk(dir, remove_link_to, hex.s, err) < 0)
			return -1;
	}
	entry_path(sha256, &path);
	return file_remove(c->dir, path.s, err);
}
