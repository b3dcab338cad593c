/* The installers below a repository's folder. What makes it worth while to look into one again is its stamp: size, times and number of its file, and of the
 * file beside it that says what it changes. */
#include "engine/repo_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/installer_file.h"
#include "model/offer_of.h"
#include "model/preview_read.h"
#include "store/intake.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define BESIDE ".changes.json" /* what `fardel preview --json FILE` printed */
#define BESIDE_MAX (64 << 20)
#define FILES_MAX 2000000
#define BATCH \
	500 /* installers that are read between two commits: what was read is not read again */
#define SETTLED 2 /* seconds: a file that changed a moment ago may change again without its stamp */

struct file {
	struct buf path, stamp;
	bool is_file;
};

static void file_drop(struct file *f)
{
	buf_drop(&f->path);
	buf_drop(&f->stamp);
}

struct files {
	VEC(struct file) of;
};

static void files_drop(struct files *f)
{
	vec_drop_each(&f->of, file_drop);
}

static void bad_drop(struct repo_bad *b)
{
	buf_drop(&b->path);
	buf_drop(&b->why);
}

void repo_scan_drop(struct repo_scan *s)
{
	vec_drop_each(&s->bad, bad_drop);
}

static void add_bad(struct repo_scan *out, const char *path, enum err_code code, const char *why)
{
	*vec_push(&out->bad) = (struct repo_bad){buf_of(path), buf_of(why), code};
}

/* --- What there is -------------------------------------------------------------------------------------- */

/* What the repository itself is made of, and what is hidden. */
static bool is_passed_over(const struct tree_entry *entry)
{
	return entry->name[0] == '.' || strcmp(entry->path, "index") == 0 ||
	       strcmp(entry->path, "web") == 0;
}

static void add_stamp(struct buf *out, const struct stat *st)
{
	buf_addf(out, "%lld:%lld.%09ld:%lld.%09ld:%llu ", (long long)st->st_size,
		(long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec, (long long)st->st_ctim.tv_sec,
		st->st_ctim.tv_nsec, (unsigned long long)st->st_ino);
}

static int take_entry(void *arg, const struct tree_entry *entry, struct err *err)
{
	struct files *files = arg;
	struct file *file;

	if (is_passed_over(entry))
		return S_ISDIR(entry->st->st_mode) ? 1 : 0;
	if (S_ISDIR(entry->st->st_mode) || !installer_is_file(span_of(entry->name)))
		return 0;
	if (files->of.n == FILES_MAX)
		return err_set(err, ERR_POLICY, "there are more than %d installers", FILES_MAX);
	file = vec_push(&files->of);
	*file = (struct file){buf_of(entry->path), BUF_INIT, S_ISREG(entry->st->st_mode)};
	add_stamp(&file->stamp, entry->st);
	return 0;
}

/* Appends the stamp of the file beside it, if there is one. */
static int add_beside(int dir, struct file *file, struct err *err)
{
	AUTO(buf) path = buf_dup(&file->path);
	struct stat st;
	int there;

	buf_adds(&path, BESIDE);
	there = file_stat(dir, path.s, &st, err);
	if (there == 1)
		add_stamp(&file->stamp, &st);
	return there < 0 ? -1 : 0;
}

static int by_path(const void *a, const void *b)
{
	const struct file *one = a, *other = b;

	return span_compare(buf_span(&one->path), buf_span(&other->path));
}

static int find_all(int dir, struct files *out, struct err *err)
{
	if (tree_walk(dir, take_entry, out, err) < 0)
		return -1;
	if (out->of.n)
		qsort(out->of.v, out->of.n, sizeof(out->of.v[0]), by_path);
	VEC_FOR (struct file, file, &out->of)
		if (add_beside(dir, file, err) < 0)
			return -1;
	return 0;
}

/* --- What of it is new ---------------------------------------------------------------------------------- */

struct comparing {
	struct files *files;
	size_t at; /* those before it are decided */
	VEC(size_t) fresh; /* to be read */
	struct texts gone;
};

static void comparing_drop(struct comparing *c)
{
	vec_drop(&c->fresh);
	texts_drop(&c->gone);
}

/* Both are in the order of their paths. */
static int compare(void *arg, struct span path, struct span stamp, struct err *err)
{
	struct comparing *c = arg;
	int order = -1;

	(void)err;
	while (c->at < c->files->of.n) {
		const struct file *file = &c->files->of.v[c->at];

		order = span_compare(buf_span(&file->path), path);
		if (order > 0)
			break;
		if (order < 0 || !span_is(buf_span(&file->stamp), stamp))
			*vec_push(&c->fresh) = c->at;
		c->at++;
		if (order == 0)
			return 0;
	}
	texts_add(&c->gone, path);
	return 0;
}

static int find_fresh(struct offered *offered, struct comparing *c, struct err *err)
{
	if (offered_each(offered, compare, c, err) < 0)
		return -1;
	for (; c->at < c->files->of.n; c->at++)
		*vec_push(&c->fresh) = c->at;
	return 0;
}

/* --- Reading -------------------------------------------------------------------------------------------- */

/* What it changes, where somebody has put that beside it: 1, 0, -1. */
static int read_beside(int dir, const struct file *file, const struct looked *l,
	struct footprint *out, struct err *err)
{
	AUTO(buf) path = buf_dup(&file->path);
	AUTO(buf) text = BUF_INIT;
	struct err why = ERR_INIT;
	int there;

	buf_adds(&path, BESIDE);
	there = file_read(dir, path.s, BESIDE_MAX, &text, err);
	if (there <= 0)
		return there;
	if (preview_read(buf_span(&text), buf_span(&l->installer.name), buf_span(&l->id), out,
		    &why) == 0)
		return 1;
	err_set(err, ERR_INSTALLER, "%s: %s", path.s, why.text);
	return err_next(err, "make it anew: fardel preview --json %s", file->path.s);
}

static int digest(int fd, struct offer_file *out, struct err *err)
{
	static const struct sums none;
	struct sums have = {.advisory = false};

	if (intake_digest_fd(fd, &none, &have, &out->size, err) < 0)
		return -1;
	out->sha256 = have.of[DIGEST_SHA256];
	return 0;
}

/* One file, its bytes being the same all the while. */
static int check_stamp(int dir, const struct file *file, int fd, struct err *err)
{
	struct file now = {.path = file->path, .stamp = BUF_INIT};
	struct stat st;
	int result = fstat(fd, &st) < 0 ? err_sys(err, "look at it") : 0;

	if (result == 0) {
		add_stamp(&now.stamp, &st);
		result = add_beside(dir, &now, err);
	}
	if (result == 0 && !span_is(buf_span(&now.stamp), buf_span(&file->stamp)))
		result = err_set(err, ERR_INSTALLER, "it was changed while it was read");
	buf_drop(&now.stamp);
	return result;
}

static int make_offer(struct engine *e, int dir, const struct file *file, int fd, struct offer *out,
	struct err *err)
{
	AUTO(looked) l = {.id = BUF_INIT};
	AUTO(footprint) footprint = FOOTPRINT_INIT;
	struct offer_file of = {.path = buf_span(&file->path)};
	int beside;

	installer_init(&l.installer);
	if (installer_look(e, fd, file->path.s, &l, err) < 0 || digest(fd, &of, err) < 0)
		return -1;
	beside = read_beside(dir, file, &l, &footprint, err);
	if (beside < 0 || check_stamp(dir, file, fd, err) < 0)
		return -1;
	of.id = buf_span(&l.id);
	of.footprint = beside ? &footprint : NULL;
	return offer_of_installer(&l.installer, &of, out, err);
}

/* A change within the moment after it would have the same stamp. */
static bool is_settled(const struct stat *st)
{
	int64_t now = engine_now();

	return st->st_ctim.tv_sec + SETTLED < now && st->st_mtim.tv_sec + SETTLED < now;
}

static int read_file(struct engine *e, int dir, const struct file *file, struct offered *offered,
	struct err *err)
{
	AUTO_FD fd = -1;
	AUTO(offer) offer;
	struct stat st;

	offer_init(&offer);
	if (!file->is_file)
		return err_set(err, ERR_INSTALLER, "is not a file: put the installer itself there");
	if (!offer_path_is_valid(buf_span(&file->path)))
		return err_set(err, ERR_INSTALLER,
			"its path has other characters than A-Za-z0-9._+~-/, or is too long");
	fd = file_open(dir, file->path.s, O_RDONLY | O_NONBLOCK, 0, err);
	if (fd < 0 || make_offer(e, dir, file, fd, &offer, err) < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at it");
	return offered_put(
		offered, &offer, is_settled(&st) ? buf_span(&file->stamp) : SPAN("it is new"), err);
}

/* What is wrong with one is its own; what is wrong with us ends all. */
static bool is_its_own(const struct err *err)
{
	return err->code == ERR_INSTALLER || err->code == ERR_CONFLICT ||
	       err->code == ERR_TIMEOUT || err->code == ERR_NO_PACKAGE ||
	       (err->code == ERR_SYSTEM && (err->sys == EACCES || err->sys == ENOENT));
}

static int read_fresh(struct engine *e, int dir, const struct comparing *c, struct offered *offered,
	struct repo_scan *out, struct err *err)
{
	for (size_t i = 0; i < c->fresh.n; i++) {
		const struct file *file = &c->files->of.v[c->fresh.v[i]];

		out->read++;
		if (read_file(e, dir, file, offered, err) < 0) {
			if (!is_its_own(err) ||
				offered_forget(offered, buf_span(&file->path), err) < 0)
				return err_at(err, "%s", file->path.s);
			add_bad(out, file->path.s, err->code, err->text);
			err_clear(err);
		}
		if (i % BATCH == BATCH - 1 &&
			(offered_commit(offered, err) < 0 || offered_begin(offered, err) < 0))
			return -1;
	}
	return 0;
}

static int forget_gone(struct offered *offered, const struct comparing *c, struct err *err)
{
	VEC_FOR (const struct buf, path, &c->gone.of)
		if (offered_forget(offered, buf_span(path), err) < 0)
			return -1;
	return 0;
}

static int scan(struct engine *e, int dir, struct offered *offered, struct comparing *c,
	struct repo_scan *out, struct err *err)
{
	if (find_all(dir, c->files, err) < 0 || offered_begin(offered, err) < 0)
		return -1;
	out->found = (int64_t)c->files->of.n;
	if (find_fresh(offered, c, err) < 0 || forget_gone(offered, c, err) < 0 ||
		read_fresh(e, dir, c, offered, out, err) < 0) {
		offered_abandon(offered);
		return -1;
	}
	return offered_commit(offered, err);
}

int repo_scan(
	struct engine *e, int dir, struct offered *offered, struct repo_scan *out, struct err *err)
{
	AUTO(files) files = {0};
	AUTO(comparing) c = {.files = &files};

	*out = (struct repo_scan){.found = 0};
	return scan(e, dir, offered, &c, out, err);
}
