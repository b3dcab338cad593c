/* verify: what is in force of packages, held against the disk. */
#include <errno.h>

#include "engine/puavo.h"
#include "engine/session.h"
#include "store/apply.h"
#include "store/committed.h"
#include "store/installation.h"
#include "store/undo.h"
#include "sys/fd.h"
#include "sys/signals.h"

static void finding_drop(struct verify_finding *f)
{
	buf_drop(&f->package);
	buf_drop(&f->path);
	buf_drop(&f->why);
}

void verified_drop(struct verified *v)
{
	vec_drop_each(&v->of, finding_drop);
	texts_drop(&v->unknown);
	texts_drop(&v->partly);
}

/* One package at work. */
struct look {
	struct engine *e;
	const struct bundle *bundle;
	int root;
	int64_t since;
	struct verified *out;
};

static struct verify_finding *add_finding(struct look *l, enum verify_what what, struct span path)
{
	struct verify_finding *f = vec_push(&l->out->of);

	*f = (struct verify_finding){.what = what,
		.package = buf_dup(&l->bundle->name),
		.path = BUF_INIT,
		.since = l->since,
		.why = BUF_INIT};
	buf_add_span(&f->path, path);
	return f;
}

/* --- Its paths ----------------------------------------------------------------------------------------- */

static void add_drift(struct look *l, const struct node *want, const struct apply_drift *d)
{
	struct verify_finding *f;
	enum verify_what what = VERIFY_CHANGED;

	if (d->shared)
		return;
	if (want->type == NODE_NONE)
		what = VERIFY_BACK;
	else if (d->now.type == NODE_NONE)
		what = VERIFY_MISSING;
	f = add_finding(l, what, buf_span(&d->path));
	f->wanted = want->type;
	f->now = d->now.type;
	if (what == VERIFY_CHANGED)
		f->differs = node_differences(want, &d->now);
}

/* What cannot be looked at does not keep the others from being looked at. */
static void look_at_path(struct look *l, const struct change *made)
{
	AUTO(apply_drifts) drifts = APPLY_DRIFTS_INIT;
	struct err wrong = ERR_INIT;

	l->out->paths++;
	if (apply_check_made(l->root, made, &drifts, &wrong) < 0) {
		struct verify_finding *f = add_finding(l, VERIFY_UNREADABLE, buf_span(&made->path));

		f->wanted = made->after.type;
		buf_sets(&f->why, wrong.text);
		return;
	}
	VEC_FOR (const struct apply_drift, d, &drifts.of)
		add_drift(l, &made->after, d);
}

/* The list itself is not as it is to be. */
static int refuse_list(struct look *l, const struct committed *row, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	struct verify_finding *f;

	if (err->sys == EACCES || err->sys == EPERM)
		return err_set(err, ERR_NEED_ROOT,
			"what packages have made is compared with lists that only root can read");
	if (err->code != ERR_NONE && err->code != ERR_BAD_STATE)
		return -1;
	l->out->paths++;
	buf_addf(&path, PLACE_UNDO "/%lld.%lld", (long long)row->txn, (long long)row->item);
	f = add_finding(
		l, err->code == ERR_NONE ? VERIFY_MISSING : VERIFY_UNREADABLE, buf_span(&path));
	f->wanted = NODE_FOLDER;
	if (err->code == ERR_NONE)
		buf_sets(&f->why, "the list of what it has made is gone");
	else
		buf_sets(&f->why, err->text);
	err_clear(err);
	return 0;
}

/* What another package has taken over is in the list still, and not this one's any more. */
static int look_at_owned(struct look *l, const struct changes *footprint, struct err *err)
{
	AUTO(texts) owned = {0};

	if (owned_paths(&l->e->db, buf_span(&l->bundle->name), &owned, err) < 0)
		return -1;
	VEC_FOR (const struct change, c, &footprint->of) {
		if (signals_check(err) < 0)
			return -1;
		if (!apply_is_shared(buf_span(&c->path)) &&
			texts_has_sorted(&owned, buf_span(&c->path)))
			look_at_path(l, c);
	}
	return 0;
}

static int look_at_footprint(struct look *l, const struct committed *row, struct err *err)
{
	AUTO(undo) u = UNDO_INIT;
	AUTO(footprint) f = FOOTPRINT_INIT;

	if (undo_open(&l->e->place, row->txn, row->item, &u, err) <= 0 ||
		undo_read(&u, UNDO_FOOTPRINT, &f, err) < 0)
		return refuse_list(l, row, err);
	if (!f.whole)
		texts_add(&l->out->partly, buf_span(&l->bundle->name));
	l->since = row->at;
	return look_at_owned(l, &f.changes, err);
}

static int look_at_paths(struct look *l, struct err *err)
{
	AUTO(committed) row = COMMITTED_INIT;
	int there;

	if (!bundle_in_use(l->bundle))
		return 0;
	there = in_force_get(&l->e->db, buf_span(&l->bundle->name), &row, err);
	if (there == 0)
		texts_add(&l->out->unknown, buf_span(&l->bundle->name));
	return there <= 0 ? there : look_at_footprint(l, &row, err);
}

/* --- Its installation ---------------------------------------------------------------------------------- */

static int look_at_installation(struct look *l, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	struct verify_finding *f;
	int whole, hollow;

	if (l->bundle->state < BUNDLE_PREPARED)
		return 0;
	l->out->paths++;
	l->since = l->bundle->since;
	installation_path(&l->e->place, l->bundle, &path);
	whole = installation_is_whole(&l->e->place, l->bundle, err);
	hollow = whole == 1 ? installation_is_hollow(&l->e->place, l->bundle, err) : 0;
	if (whole < 0 || hollow < 0)
		return -1;
	if (whole && !hollow)
		return 0;
	f = add_finding(l, whole ? VERIFY_CHANGED : VERIFY_MISSING, buf_span(&path));
	f->wanted = f->now = NODE_FOLDER;
	f->differs = whole ? 1U << ASPECT_SIZE : 0;
	buf_addf(&f->why, "%s; its installer mends it: ",
		whole ? "files of it, or what was in them, were lost"
		      : "it is gone, or a part of it");
	installer_again(l->bundle->format, buf_span(&l->bundle->name), &f->why);
	return 0;
}

/* --- All of them --------------------------------------------------------------------------------------- */

static bool is_named(const struct texts *names, struct span name)
{
	for (size_t i = 0; i < names->of.n; i++)
		if (span_is(buf_span(&names->of.v[i]), name))
			return true;
	return !names->of.n;
}

static int check_names(const struct world *world, const struct texts *names, struct err *err)
{
	for (size_t i = 0; i < names->of.n; i++)
		if (!world_shown(world, buf_span(&names->of.v[i])))
			return err_set(
				err, ERR_NO_PACKAGE, "%s: no such package", names->of.v[i].s);
	return 0;
}

static int look_at_package(
	struct engine *e, const struct bundle *b, int root, struct verified *out, struct err *err)
{
	struct look l = {e, b, root, 0, out};

	if (look_at_paths(&l, err) < 0 || look_at_installation(&l, err) < 0)
		return err_at(err, "%s", b->name.s);
	return 0;
}

int engine_verify(
	struct engine *e, const struct texts *names, struct verified *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO_FD root = engine_root(e, err);

	*out = (struct verified){0};
	if (root < 0 || engine_world(e, &world, err) < 0 || check_names(&world, names, err) < 0)
		return -1;
	VEC_FOR (const struct bundle, b, &world.of)
		if (b == world_shown(&world, buf_span(&b->name)) &&
			is_named(names, buf_span(&b->name)) &&
			look_at_package(e, b, root, out, err) < 0)
			return -1;
	return 0;
}
