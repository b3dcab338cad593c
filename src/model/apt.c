/* What apt-get says that it would do, line by line. */
#include "model/apt.h"

#include <string.h>

#include "model/format3_check.h"
#include "model/version.h"

static void package_drop(struct apt_package *p)
{
	buf_drop(&p->name);
	buf_drop(&p->version);
	buf_drop(&p->architecture);
}

static void stand_in_drop(struct apt_stand_in *s)
{
	buf_drop(&s->asked);
	buf_drop(&s->taken);
}

void apt_answer_drop(struct apt_answer *a)
{
	vec_drop_each(&a->of, package_drop);
	vec_drop_each(&a->stand_ins, stand_in_drop);
	*a = APT_ANSWER_INIT;
}

/* The text up to `end`, behind which *rest goes on. */
static bool take_until(struct span *rest, const char *end, struct span *out)
{
	size_t n = strlen(end);

	for (size_t i = 0; i + n <= rest->n; i++) {
		if (memcmp(rest->s + i, end, n) != 0)
			continue;
		*out = span_cut(*rest, 0, i);
		*rest = span_cut(*rest, i + n, rest->n);
		return true;
	}
	return false;
}

/* "libgl1 [1.5.0-1] (1.6.0-1 Debian:12.9/stable [amd64]) []": what stands between the version and the architecture may be anything. */
static bool read_package(struct span line, struct apt_answer *out)
{
	struct span name, part, version, architecture = SPAN("");
	struct apt_package *p;

	if (!take_until(&line, " ", &name) || !take_until(&line, "(", &part) ||
		!take_until(&line, " ", &version))
		return false;
	while (take_until(&line, "])", &part))
		architecture = part;
	while (take_until(&architecture, "[", &part))
		continue;
	if (!format3_is_deb(name) || !version_is_valid(version) ||
		!format3_is_architecture(architecture))
		return false;
	p = vec_push(&out->of);
	*p = (struct apt_package){BUF_INIT, BUF_INIT, BUF_INIT};
	buf_set(&p->name, name);
	buf_set(&p->version, version);
	buf_set(&p->architecture, architecture);
	return true;
}

/* "'mawk' instead of 'awk'". What was taken for a pattern may be told here, too: that stands in for nobody. */
static void read_note(struct span line, struct apt_answer *out)
{
	struct span none, taken, asked;
	struct apt_stand_in *s;

	if (!take_until(&line, "'", &none) || !take_until(&line, "'", &taken) ||
		!span_starts(line, " instead of '") || !take_until(&line, "'", &none) ||
		!take_until(&line, "'", &asked))
		return;
	s = vec_push(&out->stand_ins);
	*s = (struct apt_stand_in){BUF_INIT, BUF_INIT};
	buf_set(&s->asked, asked);
	buf_set(&s->taken, taken);
}

bool apt_read(struct span text, struct apt_answer *out)
{
	struct span line;

	while (span_split(&text, '\n', &line)) {
		if (span_starts(line, "Inst ") && !read_package(span_cut(line, 5, line.n), out))
			return false;
		if (span_starts(line, "Note, selecting "))
			read_note(line, out);
	}
	return true;
}

static struct span without_architecture(const struct buf *name)
{
	struct span rest = buf_span(name), first = SPAN("");

	return span_split(&rest, ':', &first) ? first : rest;
}

static struct span architecture_of(const struct buf *name)
{
	size_t n = without_architecture(name).n;

	return span_cut(buf_span(name), n + 1, name->n);
}

static const struct apt_package *find(
	const struct apt_answer *a, struct span name, struct span architecture)
{
	VEC_FOR (const struct apt_package, p, &a->of)
		if (span_is(without_architecture(&p->name), name) &&
			(!architecture.n || span_is(buf_span(&p->architecture), architecture)))
			return p;
	return NULL;
}

const struct apt_package *apt_find(const struct apt_answer *a, const struct relation *r)
{
	return find(a, without_architecture(&r->name), architecture_of(&r->name));
}

bool apt_brings(const struct apt_answer *a, const struct relation *r)
{
	const struct apt_package *p = apt_find(a, r);

	if (p)
		return relation_holds(r, buf_span(&p->version));
	VEC_FOR (const struct apt_stand_in, s, &a->stand_ins)
		if (span_is(buf_span(&s->asked), buf_span(&r->name)) &&
			find(a, without_architecture(&s->taken), architecture_of(&s->taken)))
			return relation_holds(r, SPAN(""));
	return false;
}

void apt_name(const struct relation *r, struct buf *out)
{
	buf_add_span(out, buf_span(&r->name));
	if (r->op == RELATION_EXACTLY)
		buf_addf(out, "=%s", r->version.s);
}
