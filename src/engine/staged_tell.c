/* What is said of files that others have changed. */
#include "engine/staged_packets.h"
#include "engine/staged_parts.h"
#include "store/apply.h"

const struct apply_drift *staged_get_drift(const struct apply_drifts *drifts, struct span path)
{
	VEC_FOR (const struct apply_drift, d, &drifts->of)
		if (span_is(buf_span(&d->path), path))
			return d;
	return NULL;
}

/* A file that was kept may have been written to by who had it open, or be damaged: there is no other. */
void staged_tell_odd(struct staged *s, const struct apply_drifts *drifts)
{
	VEC_FOR (const struct change, c, &s->before.changes.of) {
		const struct change *now = changes_get(&s->now.changes, buf_span(&c->path));

		if (c->before.type == NODE_FILE && now && now->after.type == NODE_FILE &&
			!node_is_same(&now->after, &c->before) &&
			!node_is_same(&now->after, &c->after) &&
			!staged_get_drift(drifts, buf_span(&c->path)))
			engine_tell(s->e, WATCH_WARN, buf_span(&staged_subject(s)->name),
				"%s is put back as it was kept, which is not as it was once: look at it",
				c->path.s);
	}
}

/* Where it is still there afterwards. */
void staged_list_left(struct staged *s, const struct apply_drifts *drifts)
{
	if (!s->has_before) /* given up: the drifts' changes went with it */
		return;
	VEC_FOR (const struct apply_drift, d, &drifts->of) {
		const struct change *now = changes_get(&s->now.changes, buf_span(&d->path));
		const struct node *is = now ? &now->after : &d->now;

		if (is->type == NODE_NONE || (d->change && node_is_same(is, &d->change->before)))
			continue;
		if (!apply_is_cache(buf_span(&d->path)) &&
			!staged_is_neighbour(s, buf_span(&d->path)))
			texts_add(&s->left, buf_span(&d->path));
	}
}

/* What somebody had changed of it, and is made anew now: said, as it would be missed. */
int staged_tell_replaced(struct staged *s, const struct apply_drifts *drifts, struct err *err)
{
	AUTO(texts) paths = {0};

	VEC_FOR (const struct apply_drift, d, &drifts->of) {
		const struct change *now = changes_get(&s->now.changes, buf_span(&d->path));

		if (now && !d->shared && d->now.type == NODE_FILE && now->after.type == NODE_FILE &&
			!node_holds_same(&now->after, &d->now) &&
			!apply_is_cache(buf_span(&d->path)))
			texts_add(&paths, buf_span(&d->path));
	}
	if (staged_without_others(s, &paths, err) < 0)
		return -1;
	VEC_FOR (const struct buf, path, &paths.of)
		engine_tell(s->e, WATCH_WARN, buf_span(&staged_subject(s)->name),
			"%s was changed since by somebody, and is replaced; undo brings it back",
			path->s);
	return 0;
}

void staged_tell_kept(struct staged *s)
{
	VEC_FOR (const struct buf, path, &s->stage.laid_beside.of)
		engine_tell(s->e, WATCH_WARN, buf_span(&staged_subject(s)->name),
			"a configuration file is kept as it is; the package's own is %s", path->s);
}
