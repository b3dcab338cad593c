/* Findings: the list, and what is made of it. */
#include "model/findings.h"

#include <stdlib.h>

#define DETAILS_MAX 8 /* further findings that an error names */

static const char *const severity_names[SEVERITIES] = {"allow", "warn", "ask", "deny", "refuse"};

const char *severity_name(enum severity severity)
{
	return severity_names[severity];
}

static void finding_drop(struct finding *f)
{
	buf_drop(&f->id);
	buf_drop(&f->path);
	buf_drop(&f->owner);
	buf_drop(&f->text);
	buf_drop(&f->how);
	buf_drop(&f->origin);
}

void findings_drop(struct findings *f)
{
	vec_drop_each(&f->of, finding_drop);
}

void findings_cut(struct findings *f, size_t n)
{
	while (f->of.n > n)
		finding_drop(&f->of.v[--f->of.n]);
}

struct finding *findings_add(struct findings *f)
{
	struct finding *added = vec_push(&f->of);

	*added = (struct finding){
		BUF_INIT, SEVERITY_ALLOW, false, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
	return added;
}

static int rank(const struct finding *f)
{
	return f->always ? SEVERITIES : (int)f->severity;
}

static int compare(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int c = rank(y) - rank(x);

	if (!c)
		c = span_compare(buf_span(&x->id), buf_span(&y->id));
	return c ? c : span_compare(buf_span(&x->path), buf_span(&y->path));
}

void findings_sort(struct findings *f)
{
	if (f->of.n)
		qsort(f->of.v, f->of.n, sizeof(f->of.v[0]), compare);
}

size_t findings_count(const struct findings *f, enum severity severity)
{
	size_t count = 0;

	VEC_FOR (struct finding, at, &f->of)
		count += at->severity == severity;
	return count;
}

void finding_format(const struct finding *f, struct buf *out)
{
	buf_addf(out, "%s: ", f->path.s);
	if (f->owner.n)
		buf_addf(out, "of %s: ", f->owner.s);
	buf_addf(out, "%s (policy %s)", f->text.s, f->id.s);
}

/* What would allow those that are denied: each id once, they are sorted by it. */
static void add_hows(const struct findings *f, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct finding *at = &f->of.v[i];

		if (i && span_is(buf_span(&at->id), buf_span(&at[-1].id)))
			continue;
		buf_addf(out, "%s%s", out->n ? " " : "", at->how.s);
	}
}

/* The denied ones stand first. */
static size_t count_denied(const struct findings *f)
{
	size_t n = 0;

	while (n < f->of.n && f->of.v[n].severity >= SEVERITY_DENY)
		n++;
	return n;
}

int findings_verdict(const struct findings *f, struct err *err)
{
	size_t n = count_denied(f);
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) hows = BUF_INIT;

	if (!n)
		return 0;
	finding_format(&f->of.v[0], &text);
	err_set(err, f->of.v[0].severity == SEVERITY_REFUSE ? ERR_CONFLICT : ERR_POLICY, "%s",
		text.s);
	for (size_t i = 1; i < n && i <= DETAILS_MAX; i++) {
		buf_clear(&text);
		finding_format(&f->of.v[i], &text);
		err_detail(err, "%s", text.s);
	}
	if (n > DETAILS_MAX + 1)
		err_detail(err, "and %zu more", n - DETAILS_MAX - 1);
	if (f->of.v[0].always)
		return err_next(err, "nothing allows that; ask the packager for another installer");
	add_hows(f, n, &hows);
	return err_next(err, "to allow it this once: %s; always: policy.d", hows.s);
}
