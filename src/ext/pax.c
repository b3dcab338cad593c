/* Records of pax headers, and which of them count. */
#include "ext/pax.h"

#include <string.h>

/* A record, "LENGTH KEY=VALUE\n". */
struct record {
	struct span key;
	struct span value;
};

void pax_init(struct pax *p)
{
	*p = (struct pax){.path = BUF_INIT,
		.link = BUF_INIT,
		.sparse_name = BUF_INIT,
		.size = -1,
		.real = -1};
}

void pax_drop(struct pax *p)
{
	buf_drop(&p->path);
	buf_drop(&p->link);
	buf_drop(&p->sparse_name);
	pax_init(p);
}

static int damaged(struct err *err)
{
	return err_set(err, ERR_INSTALLER, "damaged archive: a pax header that is none");
}

/* Takes the next one off the body; the length counts the whole record. */
static int next_record(struct span *body, struct record *out, struct err *err)
{
	const char *blank = memchr(body->s, ' ', body->n < 20 ? body->n : 20);
	unsigned long long length;
	const char *equals;
	size_t head;

	if (!blank)
		return damaged(err);
	head = (size_t)(blank - body->s) + 1;
	if (!span_number(span_cut(*body, 0, head - 1), body->n, &length) || length <= head ||
		body->s[length - 1] != '\n')
		return damaged(err);
	out->key = span_cut(*body, head, (size_t)length - head - 1);
	equals = memchr(out->key.s, '=', out->key.n);
	if (!equals || equals == out->key.s)
		return damaged(err);
	out->value = span_cut(out->key, (size_t)(equals - out->key.s) + 1, out->key.n);
	out->key = span_cut(out->key, 0, (size_t)(equals - out->key.s));
	*body = span_cut(*body, (size_t)length, body->n);
	return memchr(out->key.s, 0, out->key.n) ? damaged(err) : 0;
}

static int refuse(const struct record *r, const char *why, struct err *err)
{
	return err_set(err, ERR_INSTALLER, "a pax header whose %.*s %s",
		SPAN_ARG(span_cut(r->key, 0, 40)), why);
}

static int set_text(const struct record *r, struct buf *to, struct err *err)
{
	if (to->n)
		return refuse(r, "comes twice", err);
	if (!r->value.n || memchr(r->value.s, 0, r->value.n))
		return refuse(r, "is no name", err);
	buf_set(to, r->value);
	return 0;
}

static int set_path(struct pax *p, const struct record *r, struct err *err)
{
	return set_text(r, &p->path, err);
}

static int set_link(struct pax *p, const struct record *r, struct err *err)
{
	return set_text(r, &p->link, err);
}

static int set_sparse_name(struct pax *p, const struct record *r, struct err *err)
{
	p->sparse = true;
	return set_text(r, &p->sparse_name, err);
}

static int set_number(const struct record *r, int64_t *to, struct err *err)
{
	unsigned long long n;

	if (*to >= 0)
		return refuse(r, "comes twice", err);
	if (!span_number(r->value, INT64_MAX, &n))
		return refuse(r, "is no number of bytes", err);
	*to = (int64_t)n;
	return 0;
}

static int set_size(struct pax *p, const struct record *r, struct err *err)
{
	return set_number(r, &p->size, err);
}

static int set_real(struct pax *p, const struct record *r, struct err *err)
{
	p->sparse = true;
	return set_number(r, &p->real, err);
}

static int set_major(struct pax *p, const struct record *r, struct err *err)
{
	p->sparse = p->has_major = true;
	return span_is_text(r->value, "1") ? 0 : refuse(r, "is no longer in use", err);
}

static int set_minor(struct pax *p, const struct record *r, struct err *err)
{
	p->sparse = p->has_minor = true;
	return span_is_text(r->value, "0") ? 0 : refuse(r, "is not in use", err);
}

static int ignore(struct pax *p, const struct record *r, struct err *err)
{
	(void)p;
	(void)r;
	(void)err;
	return 0;
}

static int set_charset(struct pax *p, const struct record *r, struct err *err)
{
	(void)p;
	if (span_is_text(r->value, "BINARY") || span_is_text(r->value, "ISO-IR 10646 2000 UTF-8"))
		return 0;
	return refuse(r, "is unknown", err);
}

static int refuse_key(struct pax *p, const struct record *r, struct err *err)
{
	(void)p;
	return refuse(r, "only some programs understand", err);
}

static bool is_key(const char *key, struct span x)
{
	size_t n = strlen(key);

	return n && key[n - 1] == '.' ? span_starts(x, key) : span_is_text(x, key);
}

int pax_take(struct pax *p, struct span body, struct err *err)
{
	/* A key that ends in a dot stands for all that begin so; the first that fits counts. */
	static const struct {
		const char *key;
		int (*take)(struct pax *, const struct record *, struct err *);
	} rows[] = {
		{"path", set_path},
		{"linkpath", set_link},
		{"size", set_size},
		{"hdrcharset", set_charset},
		{"GNU.sparse.name", set_sparse_name},
		{"GNU.sparse.major", set_major},
		{"GNU.sparse.minor", set_minor},
		{"GNU.sparse.realsize", set_real},
		{"GNU.", refuse_key},
		{"SCHILY.realsize", refuse_key},
		{"SCHILY.filetype", refuse_key},
		{"SUN.holesdata", refuse_key},
	};
	struct record r;

	while (body.n) {
		int (*take)(struct pax *, const struct record *, struct err *) = ignore;

		if (next_record(&body, &r, err) < 0)
			return -1;
		for (size_t i = 0; i < COUNT(rows) && take == ignore; i++)
			if (is_key(rows[i].key, r.key))
				take = rows[i].take;
		if (take(p, &r, err) < 0)
			return -1;
	}
	if (p->sparse && (!p->has_major || !p->has_minor || p->real < 0 || !p->sparse_name.n))
		return err_set(err, ERR_INSTALLER,
			"a pax header of a file with holes that only some programs understand");
	return 0;
}

int pax_check_global(struct span body, struct err *err)
{
	static const char *const harmless[] = {
		"comment", "atime", "ctime", "uid", "gid", "uname", "gname"};
	struct record r;

	while (body.n) {
		bool fine = false;

		if (next_record(&body, &r, err) < 0)
			return -1;
		for (size_t i = 0; i < COUNT(harmless); i++)
			fine = fine || span_is_text(r.key, harmless[i]);
		if (!fine)
			return refuse(&r, "is meant for all members", err);
	}
	return 0;
}
