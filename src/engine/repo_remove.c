/* Repositories that go: their files, and what is known of them. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/repositories.h"
#include "engine/session.h"
#include "store/repos.h"
#include "store/tagged.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/resolve.h"
#include "sys/tree.h"

#define REPOS_STATE PLACE_STATE "/repos"

/* What is shipped would be there again with the next file that hides it gone. */
static int check_own(const struct engine *e, const struct repository *r, struct err *err)
{
	const char *name = strrchr(r->file.s, '/') + 1;
	AUTO(buf) shipped = BUF_INIT;
	AUTO(buf) path = BUF_INIT;
	struct stat st;

	buf_setf(&shipped, "%s/%s", REPOSITORIES_SHIPPED, name);
	place_path(&e->place, shipped.s, &path);
	if (lstat(path.s, &st) < 0)
		return 0;
	err_set(err, ERR_FAILED,
		"%s came with the system (%s): it can be switched off, not removed", r->name.s,
		path.s);
	return err_next(err, "fardel repo disable %s", r->name.s);
}

/* The file or link itself, not where a link leads to. */
static int remove_file(const struct engine *e, const struct repository *r, struct err *err)
{
	AUTO(buf) real = BUF_INIT;
	AUTO(buf) folder = BUF_INIT;
	AUTO_FD root = engine_root(e, err);
	AUTO_FD dir = -1;
	const char *slash;

	if (root < 0 || resolve(e->place.root.s, r->file.s, &real, err) < 0)
		return -1;
	slash = strrchr(real.s, '/');
	buf_add(&folder, real.s, (size_t)(slash - real.s));
	if (place_check_above(&e->place, folder.s, err) < 0)
		return -1;
	dir = file_open(root, folder.n > 1 ? folder.s + 1 : ".", O_RDONLY | O_DIRECTORY, 0, err);
	return dir < 0 || file_remove(dir, slash + 1, err) < 0 ? -1 : file_sync(dir, err);
}

/* In this order: what was trusted and seen is forgotten only when there is no file any more that would begin anew without it. */
static int forget(struct engine *e, const char *name, struct err *err)
{
	AUTO_FD repos = -1;

	if (tagged_forget(&e->db, span_of(name), err) < 0 ||
		repos_delete(&e->db, span_of(name), err) < 0)
		return -1;
	repos = place_open_if(&e->place, REPOS_STATE, err);
	if (repos < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return tree_remove(repos, name, err);
}

struct removing {
	struct engine *e;
	struct repositories all;
	struct repository_faults faults;
};

static void removing_drop(struct removing *r)
{
	repositories_drop(&r->all);
	repository_faults_drop(&r->faults);
}

/* *r: its file; NULL: there is none, but something is known of it. */
static int find_going(
	struct removing *all, const char *name, const struct repository **r, struct err *err)
{
	struct err ignored = ERR_INIT;
	AUTO(repo_state) state;
	int there;

	repo_state_init(&state);
	*r = repositories_get(&all->all, &all->faults, span_of(name), err);
	if (*r)
		return check_own(all->e, *r, err);
	if (err->code != ERR_NO_PACKAGE || !repository_name_is_valid(span_of(name)))
		return -1;
	there = repos_get(&all->e->db, span_of(name), &state, &ignored);
	if (there <= 0)
		return there < 0 ? err_copy(err, &ignored) : -1;
	/* Its file may be among what could not be read. */
	if (all->faults.of.n) {
		all->faults.of.v[0].told = true;
		return err_copy(err, &all->faults.of.v[0].err);
	}
	err_clear(err);
	return 0;
}

static int remove_one(struct removing *all, const char *name, bool dry_run,
	struct repo_changes *out, struct err *err)
{
	struct repo_change *change = vec_push(&out->of);
	const struct repository *r;

	*change = (struct repo_change){.name = buf_of(name), .file = BUF_INIT, .changed = true};
	if (find_going(all, name, &r, err) < 0)
		return -1;
	if (r)
		place_path(&all->e->place, r->file.s, &change->file);
	if (dry_run)
		return 0;
	if (r && remove_file(all->e, r, err) < 0)
		return err_at(err, "%s", change->file.s);
	return forget(all->e, name, err);
}

int engine_repo_remove(
	struct engine *e, const struct repo_names *which, struct repo_changes *out, struct err *err)
{
	AUTO(lock) lock = LOCK_INIT;
	AUTO(removing) all = {.e = e};
	const struct repository *ignored;
	int result = 0;

	if ((!which->dry_run && repositories_lock(e, &lock, err) < 0) ||
		repositories_load(e, &all.all, &all.faults, err) < 0)
		return -1;
	for (size_t i = 0; i < which->count && result == 0; i++)
		result = find_going(&all, which->names[i], &ignored, err);
	repositories_tell(e, &all.faults);
	if (result < 0)
		return -1;
	for (size_t i = 0; i < which->count; i++)
		if (remove_one(&all, which->names[i], which->dry_run, out, err) < 0)
			return -1;
	return 0;
}
