/* Repositories brought up to date, side by side. */
#include "engine/engine.h"
#include "engine/repositories.h"
#include "engine/sync.h"

#define AT_ONCE 8 /* repositories */

void updates_drop(struct updates *u)
{
	for (size_t i = 0; i < u->of.n; i++)
		buf_drop(&u->of.v[i].name);
	vec_drop(&u->of);
}

/* Those that are asked for, of those that there are. */
struct picked {
	VEC(const struct repository *) of;
};

static void picked_drop(struct picked *c)
{
	vec_drop(&c->of);
}

static int choose(const struct repositories *all, struct repository_faults *faults,
	const struct update_options *o, struct picked *out, struct err *err)
{
	for (size_t i = 0; !o->names->of.n && i < all->of.n; i++)
		if (all->of.v[i].enable)
			*vec_push(&out->of) = &all->of.v[i];
	for (size_t i = 0; i < o->names->of.n; i++) {
		const struct repository *r =
			repositories_get(all, faults, buf_span(&o->names->of.v[i]), err);

		if (!r)
			return -1;
		*vec_push(&out->of) = r;
	}
	return 0;
}

static void note(const struct sync *s, int64_t begun, struct updated *out)
{
	*out = (struct updated){.name = buf_dup(&s->repository->name),
		.from = s->before,
		.to = s->unchanged ? s->before : s->index.revision,
		.packages = s->took_whole ? s->head.packages : s->index.changed,
		.unchanged = s->unchanged,
		.bytes = s->bytes,
		.requests = s->requests,
		.seconds = (double)(engine_ms() - begun) / 1000,
		.err = s->err};
}

/* The syncs, a few at a time. */
struct running {
	struct sync *sync[AT_ONCE];
	size_t of[AT_ONCE]; /* which of the chosen each is */
	int64_t begun[AT_ONCE];
	size_t next; /* of the chosen */
};

static void start(struct engine *e, const struct update_options *o, struct running *r,
	const struct picked *chosen)
{
	for (size_t i = 0; i < AT_ONCE && r->next < chosen->of.n; i++) {
		if (r->sync[i])
			continue;
		r->of[i] = r->next;
		r->begun[i] = engine_ms();
		r->sync[i] = mem_alloc(sizeof(*r->sync[i]));
		sync_init(r->sync[i], e, chosen->of.v[r->next++]);
		r->sync[i]->force = o->force;
		r->sync[i]->allow_older = o->allow_older;
		sync_begin(r->sync[i]);
	}
}

/* Those that are done make room; whether any is left. */
static bool collect(struct running *r, struct updates *out)
{
	bool left = false;

	for (size_t i = 0; i < AT_ONCE; i++) {
		if (r->sync[i] && r->sync[i]->done && !sync_task(r->sync[i])) {
			note(r->sync[i], r->begun[i], &out->of.v[r->of[i]]);
			sync_drop(r->sync[i]);
			free(r->sync[i]);
			r->sync[i] = NULL;
		}
		left |= r->sync[i] != NULL;
	}
	return left;
}

static int wait_for_one(struct running *r, struct err *err)
{
	struct task *tasks[AT_ONCE];
	size_t count = 0;
	int result;

	for (size_t i = 0; i < AT_ONCE; i++)
		if (r->sync[i] && (tasks[count] = sync_task(r->sync[i])))
			count++;
	result = loop_wait(tasks, count, err);
	for (size_t i = 0; i < AT_ONCE; i++)
		if (r->sync[i])
			sync_go_on(r->sync[i]);
	return result;
}

static int run(struct engine *e, const struct update_options *o, const struct picked *chosen,
	struct updates *out, struct err *err)
{
	struct running r = {0};
	int result = 0;

	for (size_t i = 0; i < chosen->of.n; i++)
		*vec_push(&out->of) = (struct updated){.name = BUF_INIT, .err = ERR_INIT};
	start(e, o, &r, chosen);
	while (result == 0 && collect(&r, out)) {
		result = wait_for_one(&r, err);
		(void)collect(&r, out);
		start(e, o, &r, chosen);
	}
	for (size_t i = 0; i < AT_ONCE; i++)
		if (r.sync[i]) {
			sync_drop(r.sync[i]);
			free(r.sync[i]);
		}
	return result;
}

/* A file that cannot be used is a repository that was not updated. */
static int judge(const struct updates *u, struct err *err)
{
	const struct updated *first = NULL;
	size_t failed = u->unusable;

	for (size_t i = 0; i < u->of.n; i++)
		if (u->of.v[i].err.code != ERR_NONE) {
			first = first ? first : &u->of.v[i];
			failed++;
		}
	if (!failed)
		return 0;
	if (failed < u->of.n + u->unusable)
		return err_set(err, ERR_PARTIAL, "%zu of %zu repositories failed", failed,
			u->of.n + u->unusable);
	err_copy(err, &first->err);
	return err_at(err, "%s", first->name.s);
}

int engine_update(
	struct engine *e, const struct update_options *o, struct updates *out, struct err *err)
{
	AUTO(repositories) all = {0};
	AUTO(repository_faults) faults = {0};
	AUTO(picked) chosen = {0};
	int result;

	e->offline = o->offline;
	if (repositories_load(e, &all, &faults, err) < 0)
		return -1;
	result = choose(&all, &faults, o, &chosen, err);
	if (result == 0 && !o->names->of.n)
		out->unusable = faults.of.n;
	/* There is nothing else that would be the error. */
	if (out->unusable && !chosen.of.n) {
		faults.of.v[0].told = true;
		result = err_copy(err, &faults.of.v[0].err);
	}
	repositories_tell(e, &faults);
	if (result < 0)
		return -1;
	return run(e, o, &chosen, out, err) < 0 ? -1 : judge(out, err);
}
