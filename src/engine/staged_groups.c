/* Groups of alternatives, which packages share. */
#include "engine/staged_groups.h"

#include <string.h>

#include "engine/staged_parts.h"
#include "model/changes_math.h"

#define GROUPS "/var/lib/dpkg/alternatives/"
#define LINKS "/etc/alternatives/"

/* What stands behind the prefix; empty: it has another one. */
static struct span cut_prefix(const struct buf *text, const char *prefix)
{
	size_t n = strlen(prefix);

	if (text->n <= n || memcmp(text->s, prefix, n) != 0)
		return SPAN("");
	return span_cut(buf_span(text), n, text->n);
}

/* The name of the alternative that the path, or the link there, is about; empty: of none. */
static struct span alternative_of(const struct change *c)
{
	struct span name = cut_prefix(&c->path, GROUPS);

	if (!name.n)
		name = cut_prefix(&c->path, LINKS);
	if (!name.n)
		name = cut_prefix(&c->after.target, LINKS);
	return name.n ? name : cut_prefix(&c->before.target, LINKS);
}

static bool is_group_in(const struct changes *footprint, struct span name)
{
	AUTO(buf) path = BUF_INIT;

	buf_adds(&path, GROUPS);
	buf_add_span(&path, name);
	return changes_get(footprint, buf_span(&path)) != NULL;
}

/* A name that is no group's is that of a link beside: of which group, only its file could tell. */
static bool is_of_others(
	const struct changes *footprint, const struct apply_drifts *drifts, struct span name)
{
	bool any = !is_group_in(footprint, name);

	VEC_FOR (const struct apply_drift, d, &drifts->of) {
		struct span drifted = cut_prefix(&d->path, GROUPS);

		if (drifted.n && (any || span_is(drifted, name)))
			return true;
	}
	return false;
}

bool staged_without_groups(
	const struct changes *footprint, const struct apply_drifts *drifts, struct changes *out)
{
	bool found = false;

	VEC_FOR (const struct change, c, &footprint->of) {
		struct span name = alternative_of(c);

		found |= name.n && is_of_others(footprint, drifts, name);
	}
	if (!found)
		return false;
	VEC_FOR (const struct change, c, &footprint->of) {
		struct span name = alternative_of(c);

		if (!name.n || !is_of_others(footprint, drifts, name))
			staged_copy_change(out, c);
	}
	changes_number_links(out);
	return true;
}
