/* The Debian packages: a sorted list. */
#include "store/dpkg_packages.h"

#include <stdlib.h>

#include "store/dpkg_files.h"
#include "sys/fd.h"

/* One mention of a package; the one that came last counts. */
struct mention {
	struct dpkg_package package;
	size_t number;
	bool there;
};
struct mentions {
	VEC(struct mention) of;
};

static void package_drop(struct dpkg_package *p)
{
	buf_drop(&p->name);
	buf_drop(&p->architecture);
	buf_drop(&p->version);
	relations_drop(&p->provides);
}

void dpkg_packages_drop(struct dpkg_packages *p)
{
	vec_drop_each(&p->of, package_drop);
}

static void mention_drop(struct mention *m)
{
	package_drop(&m->package);
}

static void mentions_drop(struct mentions *m)
{
	vec_drop_each(&m->of, mention_drop);
}

/* What is none is passed over: it is for dpkg to judge. */
static void take_provides(struct span list, struct relations *out)
{
	struct span part;

	while (span_split(&list, ',', &part))
		if (!relations_add_text(out, span_trim(part)))
			continue;
}

static int take_mention(void *arg, const struct dpkg_stanza *s, struct err *err)
{
	struct mentions *all = arg;
	size_t number = all->of.n;
	struct mention *m = vec_push(&all->of);

	(void)err;
	*m = (struct mention){
		{.name = BUF_INIT, .architecture = BUF_INIT, .version = BUF_INIT}, number, false};
	buf_set(&m->package.name, s->name);
	buf_set(&m->package.architecture, s->architecture);
	buf_set(&m->package.version, s->version);
	take_provides(s->provides, &m->package.provides);
	m->package.installed = s->state >= DPKG_TRIGGERS_AWAITED;
	m->there = s->state != DPKG_NOT_INSTALLED;
	return 0;
}

static int by_package(const struct mention *a, const struct mention *b)
{
	int c = span_compare(buf_span(&a->package.name), buf_span(&b->package.name));

	return c ? c
		 : span_compare(
			   buf_span(&a->package.architecture), buf_span(&b->package.architecture));
}

static int compare(const void *a, const void *b)
{
	const struct mention *x = a, *y = b;
	int c = by_package(x, y);

	return c ? c : (x->number > y->number) - (x->number < y->number);
}

/* The last mention of each. */
static void give(struct mentions *all, struct dpkg_packages *out)
{
	if (all->of.n)
		qsort(all->of.v, all->of.n, sizeof(all->of.v[0]), compare);
	for (size_t i = 0; i < all->of.n; i++) {
		struct mention *m = &all->of.v[i];

		if ((i + 1 < all->of.n && by_package(m, m + 1) == 0) || !m->there)
			continue;
		*vec_push(&out->of) = m->package;
		m->package = (struct dpkg_package){
			.name = BUF_INIT, .architecture = BUF_INIT, .version = BUF_INIT};
	}
}

int dpkg_packages(const struct place *place, struct dpkg_packages *out, struct err *err)
{
	AUTO(mentions) all = {0};
	AUTO_FD admin = dpkg_files_open(place, err);
	int there;

	if (admin < 0)
		return err->code == ERR_NONE ? 0 : -1;
	there = dpkg_files_status(admin, take_mention, &all, err);
	if (there == 1)
		give(&all, out);
	return there;
}

static bool provides(const struct dpkg_package *p, const struct relation *r, struct span name)
{
	VEC_FOR (const struct relation, one, &p->provides.of) {
		bool versioned = one->op == RELATION_EXACTLY;

		if (span_is(buf_span(&one->name), name) &&
			relation_holds(r, versioned ? buf_span(&one->version) : SPAN("")))
			return true;
	}
	return false;
}

static bool is(const struct dpkg_package *p, const struct relation *r)
{
	struct span architecture = buf_span(&r->name), name = SPAN("");

	if (!p->installed || !span_split(&architecture, ':', &name) ||
		(architecture.n && !span_is(buf_span(&p->architecture), architecture)))
		return false;
	if (span_is(buf_span(&p->name), name) && relation_holds(r, buf_span(&p->version)))
		return true;
	return provides(p, r, name);
}

bool dpkg_packages_has(const struct dpkg_packages *p, const struct relation *r)
{
	VEC_FOR (const struct dpkg_package, one, &p->of)
		if (is(one, r))
			return true;
	return false;
}
