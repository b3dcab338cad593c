/* Manifests of installations, each read once for a plan. */
#include "engine/manifests.h"

#include <stdlib.h>

#include "engine/needs.h"

void manifests_init(struct manifests *m, struct engine *e, const struct world *world)
{
	*m = (struct manifests){.e = e, .world = world};
	installer_init(&m->none);
	m->of = mem_zero(world->of.n, sizeof(*m->of));
	for (size_t i = 0; i < world->of.n; i++) {
		installer_init(&m->of[i].in);
		buf_init(&m->of[i].fault);
	}
}

void manifests_drop(struct manifests *m)
{
	for (size_t i = 0; m->world && i < m->world->of.n; i++) {
		installer_drop(&m->of[i].in);
		buf_drop(&m->of[i].fault);
	}
	installer_drop(&m->none);
	free(m->of);
	*m = (struct manifests){0};
}

/* A plan has copies of them. */
static struct manifest_read *find(struct manifests *m, const struct bundle *b)
{
	const struct bundle *known = world_get(m->world, buf_span(&b->name), buf_span(&b->id));

	return known ? m->of + (known - m->world->of.v) : NULL;
}

const struct installer *manifests_get(struct manifests *m, const struct bundle *b)
{
	struct manifest_read *r = find(m, b);
	struct err err = ERR_INIT;

	if (!r)
		return &m->none;
	if (!r->done && needs_load(m->e, b, &r->in, &err) < 0) {
		buf_sets(&r->fault, err.text);
		installer_drop(&r->in);
	}
	r->done = true;
	return &r->in;
}

void manifests_tell(struct manifests *m)
{
	for (size_t i = 0; i < m->world->of.n; i++) {
		if (m->of[i].fault.n)
			engine_tell(m->e, WATCH_WARN, buf_span(&m->world->of.v[i].name), "%s",
				m->of[i].fault.s);
		buf_drop(&m->of[i].fault);
	}
}
