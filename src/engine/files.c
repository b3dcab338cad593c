/* What of a package is in force: the paths of its footprint. */
#include "engine/puavo.h"
#include "engine/session.h"
#include "store/committed.h"
#include "store/installation.h"

static void path_drop(struct made_path *p)
{
	buf_drop(&p->path);
}

void made_drop(struct made *m)
{
	bundle_drop(&m->bundle);
	buf_drop(&m->folder);
	vec_drop_each(&m->of, path_drop);
}

static int add_path(void *arg, const struct owned *o, struct err *err)
{
	struct made *m = arg;

	(void)err;
	*vec_push(&m->of) = (struct made_path){buf_dup(&o->path), o->kind, o->type};
	return 0;
}

int engine_files(struct engine *e, const char *name, struct made *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(committed) row = COMMITTED_INIT;
	const struct bundle *shown;
	int there;

	*out = (struct made){.folder = BUF_INIT};
	bundle_init(&out->bundle);
	if (engine_world(e, &world, err) < 0)
		return -1;
	shown = world_shown(&world, span_of(name));
	if (!shown)
		return err_set(err, ERR_NO_PACKAGE, "%s: no such package", name);
	bundle_set(&out->bundle, shown);
	place_path(&e->place, "", &out->folder);
	installation_path(&e->place, shown, &out->folder);
	there = in_force_get(&e->db, span_of(name), &row, err);
	out->known = there == 1 || !bundle_in_use(shown);
	return there <= 0 ? there : owned_each(&e->db, span_of(name), add_path, out, err);
}
