/* What came of packs whose transfer broke off. */
#include "store/part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "ext/digest.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define PART ".part"
#define ABOUT ".about"
#define ABOUT_MAX 8192

void part_drop(struct part *p)
{
	buf_drop(&p->url);
	buf_drop(&p->etag);
}

void part_list_drop(struct part_list *l)
{
	vec_drop_each(&l->of, part_drop);
}

static int add_name(const struct part *p, const char *ending, struct buf *out, struct err *err)
{
	unsigned char bytes[DIGEST_MAX];
	struct hash *hash;

	if (hash_new("sha256", &hash, err) < 0)
		return -1;
	hash_add(hash, p->url.s, p->url.n);
	hash_end(hash, bytes);
	hash_free(hash);
	text_hex(out, bytes, digest_size(DIGEST_SHA256));
	buf_adds(out, ending);
	return 0;
}

static void format_about(const struct part *p, struct buf *out)
{
	buf_addf(out, "%s\n%s\n%lld\n", p->url.s, p->etag.s, (long long)p->total);
}

static bool parse_about(struct span text, struct part *p)
{
	struct span url, etag, total;
	unsigned long long number;

	if (!span_split(&text, '\n', &url) || !span_split(&text, '\n', &etag) ||
		!span_split(&text, '\n', &total) || text.n ||
		!span_number(total, INT64_MAX, &number))
		return false;
	buf_set(&p->url, url);
	buf_set(&p->etag, etag);
	p->total = (int64_t)number;
	return true;
}

/* Whether about is of the same URL; then the rest of it is p's. */
static int read_about(int parts, struct part *p, struct err *err)
{
	struct part read = PART_INIT;
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	int there;

	if (add_name(p, ABOUT, &name, err) < 0)
		return -1;
	there = file_read(parts, name.s, ABOUT_MAX, &text, err);
	if (there <= 0)
		return there;
	there = parse_about(buf_span(&text), &read) &&
		span_is(buf_span(&read.url), buf_span(&p->url));
	if (there) {
		buf_set(&p->etag, buf_span(&read.etag));
		p->total = read.total;
	}
	part_drop(&read);
	return there;
}

/* Opens KEY.part and holds it against other intakes: 1; 0 not there; 2 somebody else holds it. */
static int hold(int parts, const char *name, int *fd, struct err *err)
{
	*fd = file_open_if(parts, name, O_RDWR | O_NONBLOCK, err);
	if (*fd < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return 1;
	fd_drop(fd);
	return errno == EWOULDBLOCK ? 2 : err_sys(err, "hold a kept download");
}

static bool is_ours(int fd, const struct part *p)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	       st.st_nlink == 1 && !(st.st_mode & (S_IRWXG | S_IRWXO)) && st.st_size > 0 &&
	       st.st_size < p->total;
}

int part_open(
	int parts, struct part *p, struct intake *in, const struct sums *want, struct err *err)
{
	AUTO(buf) name = BUF_INIT;
	AUTO_FD fd = -1;
	int there;

	if (add_name(p, PART, &name, err) < 0)
		return -1;
	there = hold(parts, name.s, &fd, err);
	if (there == 2)
		return 0;
	if (there == 1)
		there = read_about(parts, p, err);
	if (there < 0 && !err->sys)
		return -1;
	/* A link or a folder is none of ours either. */
	if (there <= 0 || !is_ours(fd, p)) {
		err_clear(err);
		return part_remove(parts, p, err);
	}
	return intake_resume(in, parts, name.s, fd_take(&fd), want, err) < 0 ? -1 : 1;
}

int part_keep(int parts, const struct part *p, struct intake *in, struct err *err)
{
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) about = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	AUTO_FD old = -1;
	bool is_kept;
	int there;

	if (add_name(p, PART, &name, err) < 0 || add_name(p, ABOUT, &about, err) < 0)
		return -1;
	is_kept = in->keep && span_is(buf_span(&in->name), buf_span(&name));
	there = is_kept ? 0 : hold(parts, name.s, &old, err);
	if (there < 0 || there == 2)
		return there < 0 ? -1 : 0;
	/* Never a new word about old bytes. */
	format_about(p, &text);
	if ((!is_kept && part_remove(parts, p, err) < 0) ||
		file_replace(parts, about.s, 0600, buf_span(&text), err) < 0)
		return -1;
	if (is_kept)
		return 1;
	if (flock(in->fd, LOCK_EX | LOCK_NB) < 0 ||
		renameat(in->dir, in->name.s, parts, name.s) < 0)
		return err_sys(err, "keep a download");
	in->dir = parts;
	buf_set(&in->name, buf_span(&name));
	in->keep = true;
	return 1;
}

int part_end(const struct part *p, struct intake *in, int dir, const char *name, struct err *err)
{
	int parts = in->dir;

	if (renameat(parts, in->name.s, dir, name) < 0)
		return err_sys(err, "end a kept download");
	in->dir = dir;
	buf_sets(&in->name, name);
	in->keep = false;
	return part_remove(parts, p, err);
}

int part_remove(int parts, const struct part *p, struct err *err)
{
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) about = BUF_INIT;

	if (add_name(p, PART, &name, err) < 0 || add_name(p, ABOUT, &about, err) < 0 ||
		file_remove(parts, name.s, err) < 0)
		return -1;
	return file_remove(parts, about.s, err);
}

struct lister {
	int parts;
	struct part_list *out;
};

static int add_part(void *arg, const struct tree_entry *e, struct err *err)
{
	struct lister *l = arg;
	AUTO(buf) about = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	struct part *p;

	if (!S_ISREG(e->st->st_mode) || !span_ends(span_of(e->name), PART))
		return 0;
	p = vec_push(&l->out->of);
	*p = PART_INIT;
	p->size = e->st->st_size;
	p->since = e->st->st_mtime;
	buf_add(&about, e->name, strlen(e->name) - strlen(PART));
	buf_adds(&about, ABOUT);
	if (file_read(l->parts, about.s, ABOUT_MAX, &text, err) < 0)
		return -1;
	(void)parse_about(buf_span(&text), p);
	return 0;
}

int part_list(int parts, struct part_list *out, struct err *err)
{
	struct lister lister = {parts, out};

	*out = (struct part_list){0};
	return parts < 0 ? 0 : tree_walk(parts, add_part, &lister, err);
}

struct clearer {
	int parts;
	int64_t before, *count;
};

static int clear_one(void *arg, const struct tree_entry *e, struct err *err)
{
	struct clearer *c = arg;
	AUTO(buf) part = buf_of(e->name);
	AUTO_FD fd = -1;
	struct stat st;
	int there = 1;

	if (S_ISDIR(e->st->st_mode))
		return 0;
	/* An about is as old as its part. */
	if (span_ends(buf_span(&part), ABOUT)) {
		part.n -= strlen(ABOUT);
		part.s[part.n] = 0;
		buf_adds(&part, PART);
		there = file_stat(c->parts, part.s, &st, err);
		if (there != 0)
			return there < 0 ? -1 : 0;
	} else if (e->st->st_mtime >= c->before) {
		return 0;
	} else if (S_ISREG(e->st->st_mode)) {
		/* Another root's fardel may be at it. */
		there = hold(c->parts, e->name, &fd, err);
		if (there != 1)
			return there < 0 ? -1 : 0;
	}
	*c->count += there;
	return file_remove(c->parts, e->name, err);
}

int part_clear(int parts, int64_t before, int64_t *count, struct err *err)
{
	struct clearer clearer = {parts, before, count};

	*count = 0;
	/* The second time for what has lost its part in the first. */
	for (int round = 0; round < 2 && parts >= 0; round++)
		if (tree_walk(parts, clear_one, &clearer, err) < 0)
			return -1;
	return 0;
}
