/* Whose paths are: fardel's packages, by their footprints and their own folders, and dpkg's. */
#include <string.h>

#include "engine/puavo.h"
#include "engine/session.h"
#include "store/committed.h"
#include "store/dpkg.h"
#include "store/installation.h"
#include "sys/resolve.h"

static void owner_drop(struct path_owner *o)
{
	buf_drop(&o->name);
	buf_drop(&o->version);
	buf_drop(&o->id);
}

static void path_drop(struct path_owners *p)
{
	buf_drop(&p->path);
	vec_drop_each(&p->of, owner_drop);
}

void paths_owners_drop(struct paths_owners *o)
{
	vec_drop_each(&o->of, path_drop);
}

static struct path_owner *add_owner(struct path_owners *to, enum owner_kind kind, struct span name)
{
	struct path_owner *added = vec_push(&to->of);

	*added = (struct path_owner){
		.kind = kind, .name = BUF_INIT, .version = BUF_INIT, .id = BUF_INIT};
	buf_set(&added->name, name);
	return added;
}

static void fill_version(struct path_owner *owner, const struct bundle *b)
{
	if (!b)
		return;
	buf_set(&owner->version, bundle_version(b));
	buf_set(&owner->id, buf_span(&b->id));
}

/* --- By footprints ------------------------------------------------------------------------------------- */

struct asking {
	struct engine *e;
	const struct world *world;
	struct path_owners *to;
};

static int add_package(void *arg, const struct owned *o, struct err *err)
{
	struct asking *a = arg;
	struct path_owner *owner = add_owner(a->to, OWNER_PACKAGE, buf_span(&o->name));
	AUTO(committed) row = COMMITTED_INIT;

	fill_version(owner, world_current(a->world, buf_span(&o->name)));
	owner->change = o->kind;
	owner->type = o->type;
	if (in_force_get(&a->e->db, buf_span(&o->name), &row, err) < 0)
		return -1;
	owner->transaction = row.txn;
	return 0;
}

/* --- By their own folders ------------------------------------------------------------------------------ */

static bool is_in(struct span path, const struct buf *folder)
{
	return span_starts(path, folder->s) && (path.n == folder->n || path.s[folder->n] == '/');
}

/* The folder of an installation, or that of all of its name's, or anything below one. */
static void add_own(const struct asking *a)
{
	struct span path = buf_span(&a->to->path);
	struct path_owner *owner;

	VEC_FOR (const struct bundle, b, &a->world->of) {
		AUTO(buf) above = BUF_INIT;
		AUTO(buf) folder = BUF_INIT;

		installation_above(&a->e->place, b, &above);
		installation_path(&a->e->place, b, &folder);
		if (span_is(path, buf_span(&above)))
			b = world_shown(a->world, buf_span(&b->name));
		else if (!is_in(path, &folder))
			continue;
		owner = add_owner(a->to, OWNER_PACKAGE, buf_span(&b->name));
		owner->own = true;
		fill_version(owner, b);
		return;
	}
}

/* --- By dpkg ------------------------------------------------------------------------------------------- */

static int add_dpkg(struct engine *e, struct paths_owners *to, struct err *err)
{
	AUTO(texts) paths = {0};
	AUTO(owners) owners = OWNERS_INIT;

	VEC_FOR (const struct path_owners, p, &to->of)
		texts_add(&paths, buf_span(&p->path));
	if (dpkg_owners(&e->place, &paths, NULL, false, &owners, err) < 0)
		return -1;
	owners_sort(&owners);
	VEC_FOR (struct path_owners, p, &to->of) {
		size_t n;
		const struct owner *first = owners_get(&owners, buf_span(&p->path), &n);

		for (size_t i = 0; i < n; i++)
			add_owner(p, first[i].kind, buf_span(&first[i].name));
	}
	return 0;
}

static int add_path(struct engine *e, const struct world *world, const char *path,
	struct path_owners *out, struct err *err)
{
	struct asking a = {e, world, out};

	*out = (struct path_owners){.path = BUF_INIT};
	if (resolve(e->place.root.s, path, &out->path, err) < 0 ||
		owned_at(&e->db, buf_span(&out->path), add_package, &a, err) < 0)
		return -1;
	add_own(&a);
	return 0;
}

int engine_owns(struct engine *e, const char *const *paths, size_t count, struct paths_owners *out,
	struct err *err)
{
	AUTO(world) world = WORLD_INIT;

	*out = (struct paths_owners){0};
	if (engine_world(e, &world, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (add_path(e, &world, paths[i], vec_push(&out->of), err) < 0)
			return -1;
	return add_dpkg(e, out, err);
}
