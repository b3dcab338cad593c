/* puavo-pkg's cache. */
#include "store/puavo_cache.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/installer.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define PACKS "upstream_packs"
#define NAMES_MAX 100000
#define TARGET_MAX 4096

/* The sums that the old tools go by, the later one's first. */
static const enum digest_kind kinds[] = {DIGEST_SHA384, DIGEST_MD5};

static void pack_gone(struct puavo_pack *p)
{
	buf_drop(&p->name);
	buf_drop(&p->sum);
}

void puavo_packs_drop(struct puavo_packs *p)
{
	vec_drop_each(&p->gone, pack_gone);
	vec_drop_each(&p->kept, pack_gone);
}

/* The folder of all packs; -1 with ERR_NONE where it is not there. It may belong to a user without rights, so each part below the cache is opened
 * by itself, and no link is followed. */
static int open_packs(const struct place *p, const struct buf *cachedir, bool make, struct err *err)
{
	AUTO_FD cache = -1;
	int packs;

	if (!cachedir->n)
		return -1;
	cache = file_open_within(p->root.s, cachedir->s, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cache < 0 && make) {
		AUTO_FD root = file_open_dir(p->root.n ? p->root.s : "/", err);

		if (root < 0)
			return -1;
		cache = file_make_dirs(root, cachedir->s + 1, 0755, err);
		if (cache < 0)
			return -1;
	}
	if (cache < 0)
		return -1;
	if (make && file_make_dir(cache, PACKS, 0755, err) < 0)
		return err_at(err, "%s", cachedir->s);
	packs = file_open_if(cache, PACKS, O_RDONLY | O_DIRECTORY, err);
	return packs < 0 && err->code != ERR_NONE ? err_at(err, "%s", cachedir->s) : packs;
}

static int open_of(const struct place *p, const struct buf *cachedir, struct span name, bool make,
	struct err *err)
{
	AUTO_FD packs = open_packs(p, cachedir, make, err);
	AUTO(buf) text = BUF_INIT;

	int dir;

	buf_add_span(&text, name);
	if (packs < 0)
		return -1;
	if (make && file_make_dir(packs, text.s, 0755, err) < 0)
		return err_at(err, "%s/" PACKS, cachedir->s);
	dir = file_open_if(packs, text.s, O_RDONLY | O_DIRECTORY, err);
	return dir < 0 && err->code != ERR_NONE ? err_at(err, "%s/" PACKS, cachedir->s) : dir;
}

int puavo_cache_open(const struct place *p, const struct buf *cachedir, struct span name,
	const struct sums *sums, struct err *err)
{
	AUTO_FD dir = open_of(p, cachedir, name, false, err);

	for (size_t i = 0; dir >= 0 && i < COUNT(kinds); i++) {
		AUTO(buf) hex = BUF_INIT;
		struct stat st;
		int fd;

		if (!sums->has[kinds[i]])
			continue;
		digest_format(&hex, &sums->of[kinds[i]]);
		if (fstatat(dir, hex.s, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
			continue;
		fd = file_open_if(dir, hex.s, O_RDONLY | O_NONBLOCK, err);
		if (fd >= 0 || err->code != ERR_NONE)
			return fd;
	}
	return -1;
}

/* The very link is there: all that is new of it is that it was put there last. Nothing is made beside it, which a kill would leave. */
static bool is_renewed(int dir, const char *sum, const char *path)
{
	char target[TARGET_MAX];
	ssize_t n = readlinkat(dir, sum, target, sizeof(target));

	return n > 0 && span_is((struct span){target, (size_t)n}, span_of(path)) &&
	       utimensat(dir, sum, NULL, AT_SYMLINK_NOFOLLOW) == 0;
}

int puavo_cache_link(const struct place *p, const struct buf *cachedir, struct span name,
	const struct sums *sums, const char *path, struct err *err)
{
	AUTO_FD dir = open_of(p, cachedir, name, true, err);

	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		AUTO(buf) hex = BUF_INIT;

		if (!sums->has[kinds[i]])
			continue;
		digest_format(&hex, &sums->of[kinds[i]]);
		if (!is_renewed(dir, hex.s, path) && file_replace_link(dir, hex.s, path, err) < 0)
			return -1;
	}
	return 0;
}

static struct puavo_pack describe(int dir, const char *name, const char *sum)
{
	struct puavo_pack pack = {.name = buf_of(name), .sum = buf_of(sum), .size = -1};
	char target[TARGET_MAX];
	ssize_t n = readlinkat(dir, sum, target, sizeof(target) - 1);
	const char *last;
	struct stat st;

	target[n > 0 ? n : 0] = 0;
	last = strrchr(target, '/');
	pack.ours = last && digest_parse(DIGEST_SHA256, span_of(last + 1), &pack.pack);
	if (fstatat(dir, sum, &st, AT_SYMLINK_NOFOLLOW) == 0)
		pack.size = st.st_size;
	return pack;
}

/* What is no pack: half of one that the old tool fetched, and a link of ours that was not in its place when we were killed. */
static bool is_half(const char *name)
{
	return span_ends(span_of(name), ".tmp") || file_is_beside(name);
}

/* The index of the one that was put there last. */
static size_t newest_of(int dir, const struct tree_names *names)
{
	struct timespec best = {0};
	size_t found = names->of.n;

	for (size_t i = 0; i < names->of.n; i++) {
		struct stat st;

		if (is_half(names->of.v[i]) ||
			fstatat(dir, names->of.v[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (found < names->of.n && (st.st_mtim.tv_sec < best.tv_sec ||
						   (st.st_mtim.tv_sec == best.tv_sec &&
							   st.st_mtim.tv_nsec < best.tv_nsec)))
			continue;
		best = st.st_mtim;
		found = i;
	}
	return found;
}

static int trim_one(int packs, const char *name, struct puavo_packs *out, struct err *err)
{
	AUTO(tree_names) names = {0};
	struct stat st;
	AUTO_FD dir = -1;
	size_t newest;

	if (fstatat(packs, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode) ||
		!installer_name_is_valid(span_of(name)))
		return 0;
	dir = file_open_if(packs, name, O_RDONLY | O_DIRECTORY, err);
	if (dir < 0 || tree_names(dir, NAMES_MAX, &names, err) < 0)
		return err->code == ERR_NONE ? 0 : -1;
	newest = newest_of(dir, &names);
	for (size_t i = 0; i < names.of.n; i++) {
		struct puavo_pack pack = describe(dir, name, names.of.v[i]);

		*(i == newest ? vec_push(&out->kept) : vec_push(&out->gone)) = pack;
		if (i != newest && tree_remove(dir, names.of.v[i], err) < 0)
			return -1;
	}
	return 0;
}

int puavo_cache_trim(
	const struct place *p, const struct buf *cachedir, struct puavo_packs *out, struct err *err)
{
	AUTO_FD packs = open_packs(p, cachedir, false, err);
	AUTO(tree_names) names = {0};

	*out = (struct puavo_packs){0};
	if (packs < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (tree_names(packs, NAMES_MAX, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.of.n; i++)
		if (trim_one(packs, names.of.v[i], out, err) < 0)
			return err_at(err, "%s", names.of.v[i]);
	return 0;
}
