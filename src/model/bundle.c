/* Bundles, and the world they make up. */
#include "model/bundle.h"

#include "model/version.h"

static const char *const states[BUNDLE_STATES] = {
	[BUNDLE_EXTRACTED] = "extracted",
	[BUNDLE_FETCHED] = "fetched",
	[BUNDLE_PREPARED] = "prepared",
	[BUNDLE_INSTALLED] = "installed",
	[BUNDLE_BROKEN] = "broken",
};

static const char *const layouts[BUNDLE_LAYOUTS] = {
	[LAYOUT_FARDEL] = "fardel",
	[LAYOUT_PUAVO] = "puavo",
	[LAYOUT_SYSTEM] = "system",
};

void bundle_init(struct bundle *b)
{
	*b = (struct bundle){
		.name = BUF_INIT,
		.id = BUF_INIT,
		.version = BUF_INIT,
		.puavo_id = BUF_INIT,
		.pack = BUF_INIT,
		.size = -1,
		.pack_size = -1,
	};
}

void bundle_drop(struct bundle *b)
{
	buf_drop(&b->name);
	buf_drop(&b->id);
	buf_drop(&b->version);
	buf_drop(&b->puavo_id);
	buf_drop(&b->pack);
	bundle_init(b);
}

struct bundle bundle_dup(const struct bundle *b)
{
	struct bundle copy;

	bundle_init(&copy);
	bundle_set(&copy, b);
	return copy;
}

void bundle_set(struct bundle *b, const struct bundle *from)
{
	struct bundle copy = *from;

	copy.name = b->name;
	copy.id = b->id;
	copy.version = b->version;
	copy.puavo_id = b->puavo_id;
	copy.pack = b->pack;
	buf_set(&copy.name, buf_span(&from->name));
	buf_set(&copy.id, buf_span(&from->id));
	buf_set(&copy.version, buf_span(&from->version));
	buf_set(&copy.puavo_id, buf_span(&from->puavo_id));
	buf_set(&copy.pack, buf_span(&from->pack));
	*b = copy;
}

void bundle_add_pack(struct bundle *b, const struct digest *sha256)
{
	if (b->pack.n)
		buf_addc(&b->pack, ' ');
	digest_format(&b->pack, sha256);
}

bool bundle_has_pack(const struct bundle *b, struct span hex)
{
	struct span rest = buf_span(&b->pack), one;

	while (span_split(&rest, ' ', &one))
		if (span_is(one, hex))
			return true;
	return false;
}

bool bundle_in_use(const struct bundle *b)
{
	return b->state == BUNDLE_INSTALLED || b->state == BUNDLE_BROKEN;
}

const char *bundle_state_name(enum bundle_state state)
{
	return states[state];
}

bool bundle_state_parse(struct span text, enum bundle_state *out)
{
	for (unsigned state = 0; state < BUNDLE_STATES; state++)
		if (span_is_text(text, states[state])) {
			*out = (enum bundle_state)state;
			return true;
		}
	return false;
}

const char *bundle_layout_name(enum bundle_layout layout)
{
	return layouts[layout];
}

bool bundle_layout_parse(struct span text, enum bundle_layout *out)
{
	for (unsigned layout = 0; layout < BUNDLE_LAYOUTS; layout++)
		if (span_is_text(text, layouts[layout])) {
			*out = (enum bundle_layout)layout;
			return true;
		}
	return false;
}

bool bundle_is_puavo(const struct bundle *b)
{
	return b->layout != LAYOUT_FARDEL;
}

struct span bundle_folder(const struct bundle *b)
{
	return buf_span(bundle_is_puavo(b) ? &b->puavo_id : &b->id);
}

struct span bundle_version(const struct bundle *b)
{
	return b->version.n ? buf_span(&b->version) : span_cut(buf_span(&b->id), 0, 8);
}

int bundle_compare_version(struct span a, struct span b)
{
	return version_is_valid(a) && version_is_valid(b) ? version_compare(a, b) : 0;
}

void world_drop(struct world *w)
{
	vec_drop_each(&w->of, bundle_drop);
}

/* The first bundle of that name, NULL if there is none: the world is sorted by name. */
const struct bundle *world_first(const struct world *w, struct span name)
{
	size_t low = 0, high = w->of.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_compare(buf_span(&w->of.v[middle].name), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == w->of.n || !span_is(buf_span(&w->of.v[low].name), name))
		return NULL;
	return &w->of.v[low];
}

/* The bundle behind b if it has the same name, else NULL. */
const struct bundle *world_next(const struct world *w, const struct bundle *b)
{
	const struct bundle *next = b + 1;

	if (next == w->of.v + w->of.n || !span_is(buf_span(&next->name), buf_span(&b->name)))
		return NULL;
	return next;
}

const struct bundle *world_get(const struct world *w, struct span name, struct span id)
{
	const struct bundle *b = world_first(w, name);

	while (b && !span_is(buf_span(&b->id), id))
		b = world_next(w, b);
	return b;
}

const struct bundle *world_current(const struct world *w, struct span name)
{
	const struct bundle *b = world_first(w, name);

	while (b && !bundle_in_use(b))
		b = world_next(w, b);
	return b;
}

const struct bundle *world_puavo(const struct world *w, struct span name)
{
	const struct bundle *b = world_first(w, name);

	while (b && !bundle_is_puavo(b))
		b = world_next(w, b);
	return b;
}

const struct bundle *world_system(const struct world *w, struct span name)
{
	const struct bundle *found = NULL;

	VEC_FOR (const struct bundle, b, &w->of)
		if (b->layout == LAYOUT_SYSTEM && b->state >= BUNDLE_PREPARED &&
			span_is(buf_span(&b->name), name) &&
			(!found || bundle_compare_version(
					   buf_span(&b->version), buf_span(&found->version)) > 0))
			found = b;
	return found;
}

const struct bundle *world_shown(const struct world *w, struct span name)
{
	const struct bundle *current = world_current(w, name);

	return current ? current : world_first(w, name);
}
