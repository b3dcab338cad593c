/* why: which transaction made a path so, and what was there before; or brought a package. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/needs.h"
#include "engine/puavo.h"
#include "engine/session.h"
#include "solve/related.h"
#include "store/apply.h"
#include "store/committed.h"
#include "store/marks.h"
#include "store/undo.h"
#include "sys/fd.h"

#define OLDER_MOST 1000 /* commits that are looked through */

static void reason_drop(struct reason *r)
{
	buf_drop(&r->package);
	buf_drop(&r->version);
	buf_drop(&r->command);
	buf_drop(&r->user);
	node_drop(&r->before);
	node_drop(&r->made);
}

void why_drop(struct why *w)
{
	/* It is one of a list otherwise. */
	struct paths_owners whose = {0};

	*vec_push(&whose.of) = w->whose;
	paths_owners_drop(&whose);
	bundle_drop(&w->bundle);
	texts_drop(&w->needed_by);
	vec_drop_each(&w->of, reason_drop);
}

static struct reason *add_reason(struct why *w, const struct buf *package, struct span version)
{
	struct reason *r = vec_push(&w->of);

	*r = (struct reason){.package = buf_dup(package),
		.version = BUF_INIT,
		.command = BUF_INIT,
		.user = BUF_INIT,
		.before = NODE_INIT,
		.made = NODE_INIT};
	buf_set(&r->version, version);
	return r;
}

/* --- The transaction ----------------------------------------------------------------------------------- */

static int take_past(void *arg, const struct past *p, struct err *err)
{
	struct reason *r = arg;

	(void)err;
	buf_set(&r->command, p->command);
	buf_set(&r->user, p->user);
	r->at = r->at ? r->at : p->begun;
	return 0;
}

/* It may not be kept any more. */
static int tell_transaction(struct engine *e, struct reason *r, struct err *err)
{
	if (!r->transaction || engine_history(e, r->transaction, take_past, r, err) == 0)
		return 0;
	return err->code == ERR_NO_PACKAGE ? (err_clear(err), 0) : -1;
}

/* Which transaction brought an installation. */
struct search {
	const struct bundle *bundle;
	int64_t found; /* 0: not yet */
};

static bool brings(enum plan_action action)
{
	return action <= ACTION_DOWNGRADE || action == ACTION_PREPARE || action == ACTION_UNDO;
}

static int look_at_past(void *arg, const struct past *p, struct err *err)
{
	struct search *s = arg;

	(void)err;
	VEC_FOR (const struct past_step, step, &p->steps)
		if (!s->found && brings(step->action) && span_is_text(step->status, "done") &&
			span_is(step->name, buf_span(&s->bundle->name)) &&
			span_is(step->id, buf_span(&s->bundle->id)))
			s->found = p->number;
	return 0;
}

static int tell_arrival(struct engine *e, const struct bundle *b, struct reason *r, struct err *err)
{
	struct search s = {b, 0};

	if (engine_history(e, 0, look_at_past, &s, err) < 0)
		return -1;
	r->transaction = s.found;
	return tell_transaction(e, r, err);
}

/* --- A path of a footprint ----------------------------------------------------------------------------- */

/* The change of the path in the footprint of that commit: 1; 0: there is none, or nobody can tell any more; -1. */
static int load_change(struct engine *e, const struct committed *row, struct span path,
	struct node *before, struct node *made, struct err *err)
{
	AUTO(undo) u = UNDO_INIT;
	AUTO(footprint) f = FOOTPRINT_INIT;
	int there = undo_open(&e->place, row->txn, row->item, &u, err);
	const struct change *c;

	if (there <= 0 || undo_read(&u, UNDO_FOOTPRINT, &f, err) < 0)
		return there == 0 ? 0 : -1;
	c = changes_get(&f.changes, path);
	if (!c)
		return 0;
	node_copy(before, &c->before);
	node_copy(made, &c->after);
	return 1;
}

/* Back to the commit that made it what it is. What cannot be read any more ends that. */
static void find_first(struct engine *e, struct span path, struct committed *row, struct reason *r)
{
	for (int i = 0; i < OLDER_MOST && row->older_txn; i++) {
		struct err ignored = ERR_INIT;
		AUTO(committed) older = COMMITTED_INIT;
		AUTO(node) before = NODE_INIT;
		AUTO(node) made = NODE_INIT;

		if (committed_get(&e->db, row->older_txn, row->older_item, &older, &ignored) <= 0 ||
			load_change(e, &older, path, &before, &made, &ignored) <= 0 ||
			!node_is_same(&made, &r->made))
			return;
		committed_drop(row);
		*row = older;
		older = COMMITTED_INIT;
	}
}

static int compare(struct engine *e, struct span path, struct reason *r, struct err *err)
{
	AUTO(apply_drifts) drifts = APPLY_DRIFTS_INIT;
	struct change made = {.path = BUF_INIT, .before = r->before, .after = r->made};
	AUTO_FD root = engine_root(e, err);
	int result;

	if (root < 0)
		return -1;
	buf_add_span(&made.path, path);
	result = apply_check_made(root, &made, &drifts, err);
	buf_drop(&made.path);
	r->now = r->made.type;
	VEC_FOR (const struct apply_drift, d, &drifts.of) {
		r->now = d->now.type;
		r->differs = node_differences(&r->made, &d->now);
	}
	return result;
}

static int explain_change(struct engine *e, struct span path, struct reason *r, struct err *err)
{
	AUTO(committed) row = COMMITTED_INIT;
	int there = in_force_get(&e->db, buf_span(&r->package), &row, err);

	if (there <= 0)
		return there;
	there = load_change(e, &row, path, &r->before, &r->made, err);
	if (there < 0 && err->sys != EACCES)
		return -1;
	r->known = there == 1;
	err_clear(err);
	if (r->known)
		find_first(e, path, &row, r);
	r->transaction = row.txn;
	r->at = row.at;
	return r->known ? compare(e, path, r, err) : 0;
}

static int explain_path(
	struct engine *e, const struct path_owner *owner, struct why *out, struct err *err)
{
	struct span path = buf_span(&out->whose.path);
	struct reason *r = add_reason(out, &owner->name, buf_span(&owner->version));
	AUTO(world) world = WORLD_INIT;
	const struct bundle *b;

	if (!owner->own) {
		r->is_change = true;
		r->change = owner->change;
		return explain_change(e, path, r, err) < 0 ? -1 : tell_transaction(e, r, err);
	}
	if (engine_world(e, &world, err) < 0)
		return -1;
	b = world_get(&world, buf_span(&owner->name), buf_span(&owner->id));
	return b ? tell_arrival(e, b, r, err) : 0;
}

static int why_path(struct engine *e, const char *path, struct why *out, struct err *err)
{
	struct paths_owners whose;
	int result = engine_owns(e, &path, 1, &whose, err);

	if (whose.of.n) {
		out->whose = whose.of.v[0];
		vec_drop(&whose.of);
	}
	for (size_t i = 0; result == 0 && i < out->whose.of.n; i++)
		if (out->whose.of.v[i].kind == OWNER_PACKAGE)
			result = explain_path(e, &out->whose.of.v[i], out, err);
	return result;
}

/* What `b` needs that `one` is. */
static void add_needs(const struct bundle *b, const struct installer *in, const struct related *one,
	struct texts *out)
{
	VEC_FOR (const struct relation, r, &in->depends.of) {
		AUTO(buf) text = BUF_INIT;

		if (!related_is(one, r))
			continue;
		buf_addf(&text, "%s %.*s (", b->name.s, SPAN_ARG(bundle_version(b)));
		relation_format(r, &text);
		buf_addc(&text, ')');
		texts_add(out, buf_span(&text));
	}
}

/* What cannot be read any more states nothing. */
static void find_needers(
	struct engine *e, const struct world *world, const struct bundle *shown, struct why *out)
{
	AUTO(installer) own;
	struct related one = {.name = buf_span(&shown->name), .version = buf_span(&shown->version)};
	struct err ignored = ERR_INIT;

	installer_init(&own);
	(void)!needs_load(e, shown, &own, &ignored);
	one.provides = &own.provides;
	VEC_FOR (const struct bundle, b, &world->of) {
		AUTO(installer) in;

		installer_init(&in);
		err_clear(&ignored);
		if (bundle_in_use(b) && !span_is(buf_span(&b->name), one.name) &&
			needs_load(e, b, &in, &ignored) == 0)
			add_needs(b, &in, &one, &out->needed_by);
	}
}

static int why_package(struct engine *e, const char *name, struct why *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	const struct bundle *shown;

	if (engine_world(e, &world, err) < 0)
		return -1;
	shown = world_shown(&world, span_of(name));
	if (!shown)
		return err_set(err, ERR_NO_PACKAGE, "%s: no such package", name);
	bundle_set(&out->bundle, shown);
	if (bundle_in_use(shown)) {
		int automatic = mark_is_automatic(&e->db, buf_span(&shown->name), err);

		if (automatic < 0)
			return -1;
		out->automatic = automatic;
		find_needers(e, &world, shown, out);
	}
	return tell_arrival(e, shown, add_reason(out, &shown->name, bundle_version(shown)), err);
}

int engine_why(struct engine *e, const char *what, struct why *out, struct err *err)
{
	*out = (struct why){.whose = {.path = BUF_INIT}};
	bundle_init(&out->bundle);
	if (strchr(what, '/') && engine_is_file(what))
		return why_path(e, what, out, err);
	if (why_package(e, what, out, err) == 0)
		return 0;
	if (err->code != ERR_NO_PACKAGE || !strchr(what, '/') || access(what, F_OK) < 0)
		return -1;
	/* usr/bin looks as a package of luet's does. */
	err_clear(err);
	return why_path(e, what, out, err);
}
