/* Repositories: which there are, and what is known of them. */
#include "engine/repo.h"

#include "engine/repositories.h"
#include "engine/session.h"
#include "store/repos.h"
#include "sys/fd.h"

static void change_drop(struct repo_change *c)
{
	buf_drop(&c->name);
	buf_drop(&c->file);
	texts_drop(&c->before);
	texts_drop(&c->after);
}

void repo_changes_drop(struct repo_changes *c)
{
	vec_drop_each(&c->of, change_drop);
}

void repos_drop(struct repos *r)
{
	repositories_drop(&r->of);
	vec_drop(&r->known);
	repository_faults_drop(&r->faults);
}

static int add_known(
	struct engine *e, const struct repository *r, struct repos *out, struct err *err)
{
	struct repo_known *known = vec_push(&out->known);
	AUTO(repo_state) state;
	int there;

	repo_state_init(&state);
	there = repos_get(&e->db, buf_span(&r->name), &state, err);
	/* Without an index in force, what was seen once is nothing to be had. */
	if (there > 0 && state.file.n)
		*known = (struct repo_known){
			state.root, state.in_force, state.issued, state.expires, state.synced};
	return there < 0 ? -1 : 0;
}

/* `name` may be NULL: then *i is of no use. */
static int load(struct engine *e, const char *name, struct repos *out, size_t *i, struct err *err)
{
	const struct repository *found = NULL;

	if (repositories_load(e, &out->of, &out->faults, err) < 0)
		return -1;
	if (name)
		found = repositories_get(&out->of, &out->faults, span_of(name), err);
	repositories_tell(e, &out->faults);
	if (name && !found)
		return -1;
	*i = name ? (size_t)(found - out->of.of.v) : 0;
	VEC_FOR (const struct repository, r, &out->of.of)
		if (add_known(e, r, out, err) < 0)
			return -1;
	return 0;
}

int engine_repos(struct engine *e, struct repos *out, struct err *err)
{
	size_t ignored;

	return load(e, NULL, out, &ignored, err);
}

int engine_repo_find(
	struct engine *e, const char *name, struct repos *out, size_t *i, struct err *err)
{
	return load(e, name, out, i, err);
}

int repositories_lock(struct engine *e, struct lock *lock, struct err *err)
{
	AUTO_FD run = -1;

	if (engine_config_error(e)->code != ERR_NONE)
		return err_copy(err, engine_config_error(e));
	if (engine_check_rights(e, err) < 0)
		return -1;
	run = place_make(&e->place, PLACE_RUN, 0755, err);
	return run < 0 ? -1
		       : lock_take(lock, run, "repos.lock", e->command.s, e->config.lock_timeout,
				 engine_on_wait, e, err);
}
