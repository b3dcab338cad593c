/* Packages of luet's in the stage. */
#include "engine/luet.h"

#include <fcntl.h>
#include <unistd.h>

#include "engine/fetch.h"
#include "engine/luet_finalize.h"
#include "engine/luet_protect.h"
#include "engine/luet_subsets.h"
#include "engine/tree.h"
#include "model/luet_installer.h"
#include "model/name.h"
#include "model/owners.h"
#include "store/committed.h"
#include "store/installation.h"
#include "store/lay.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define TREE_NAME "tree" /* in PLACE_STAGE */
#define NAMED_MOST 5
#define LAID_MAX ((size_t)64 << 20) /* bytes of the list of what was laid */

int luet_about(struct engine *e, const struct bundle *b, struct installer *out, struct err *err)
{
	AUTO(facts) facts = FACTS_INIT;
	AUTO(buf) folder = BUF_INIT;
	AUTO_FD dir = installation_open_if(&e->place, b, err);

	if (dir < 0 && err->code == ERR_NONE)
		return err_set(err, ERR_BAD_STATE, "its folder is gone");
	if (dir < 0 || installation_facts(dir, &facts, err) < 0)
		return -1;
	name_to_folder(buf_span(&b->name), &folder);
	if (!luet_installer_is(&facts))
		return err_set(err, ERR_BAD_STATE, "its definition.yaml or artifact.yaml is gone");
	return installer_parse(&facts, buf_span(&folder), out, err);
}

/* --- Its tree -------------------------------------------------------------------------------------------- */

/* As act one has left it: 1; 0: it was laid before, and has to be unpacked again. */
static int take_tree(struct engine *e, const struct bundle *b, int *out, struct err *err)
{
	AUTO(tree_names) names = {0};
	AUTO_FD dir = installation_open_if(&e->place, b, err);
	AUTO_FD above = dir < 0 ? -1 : stage_above(&e->place, TREE_NAME, err);
	AUTO_FD tree =
		above < 0 ? -1
			  : file_open(dir, INSTALLATION_UPSTREAM, O_RDONLY | O_DIRECTORY, 0, err);

	if (tree < 0 || tree_names(tree, SIZE_MAX, &names, err) < 0)
		return -1;
	if (!names.of.n)
		return 0;
	if (tree_remove(above, TREE_NAME, err) < 0 ||
		file_publish(dir, INSTALLATION_UPSTREAM, above, TREE_NAME, err) < 0 ||
		file_make_dir(dir, INSTALLATION_UPSTREAM, 0700, err) < 0)
		return -1;
	*out = fd_take(&tree);
	return 1;
}

static int wait_for(struct tree_task *t, struct err *err)
{
	while (t->worker.task.running)
		if (loop_wait((struct task *[]){&t->worker.task}, 1, err) < 0)
			return -1;
	return tree_end(t, err);
}

static int unpack_into(struct engine *e, const struct bundle *b, const struct tree_packs *packs,
	int tree, struct err *err)
{
	struct tree_task t;
	AUTO_FD folder = fcntl(tree, F_DUPFD_CLOEXEC, 0);
	int result = -1;

	tree_task_init(&t);
	if (tree_begin(e, &t, buf_span(&b->name), packs, fd_take(&folder), err) == 0)
		result = wait_for(&t, err);
	tree_task_drop(&t);
	return result;
}

/* From the cache; where it is not there any more, from where its installer says. */
static int open_again(struct engine *e, const struct bundle *b, const struct pack *pack,
	struct tree_packs *packs, struct err *err)
{
	AUTO(fetch) f;
	int have;

	fetch_init(&f);
	have = fetch_from_cache(e, &f, buf_span(&b->name), pack, err);
	if (have < 0)
		return -1;
	if (have == 0 && !pack->url.n) {
		err_set(err, ERR_BAD_STATE, "its tarball %s is not in the cache any more",
			f.file_name.s);
		return err_next(err, "fardel download %s brings it there", b->name.s);
	}
	if (have == 0) {
		fetch_drop(&f);
		fetch_init(&f);
		if (fetch_now(e, &f, buf_span(&b->name), pack, TREE_NAME, err) < 0)
			return -1;
	}
	tree_packs_take(packs, &f, 1);
	return 0;
}

static int unpack_again(struct engine *e, const struct bundle *b, const struct installer *about,
	int tree, struct err *err)
{
	AUTO(tree_packs) packs = TREE_PACKS_INIT;

	packs.image = about->luet.image;
	VEC_FOR (const struct pack, pack, &about->packs.of)
		if (open_again(e, b, pack, &packs, err) < 0)
			return -1;
	return unpack_into(e, b, &packs, tree, err);
}

/* A folder of the stage with the tree in it. */
static int open_tree(
	struct engine *e, const struct bundle *b, const struct installer *about, struct err *err)
{
	AUTO_FD tree = -1;
	int taken = take_tree(e, b, &tree, err);

	if (taken)
		return taken < 0 ? -1 : fd_take(&tree);
	fd_drop(&tree);
	tree = stage_make(&e->place, TREE_NAME, err);
	if (tree < 0)
		return -1;
	if (about->packs.of.n && unpack_again(e, b, about, tree, err) < 0)
		return -1;
	return fd_take(&tree);
}

/* --- Laid ------------------------------------------------------------------------------------------------ */

static void tell_done(struct engine *e, const struct bundle *b, const struct lay_done *done)
{
	for (size_t i = 0; i < done->left_out.of.n && i < NAMED_MOST; i++)
		engine_tell(e, WATCH_WARN, buf_span(&b->name),
			"%s is left out: what is there is not kept, or the running system's",
			done->left_out.of.v[i].s);
}

/* So that nobody looks for them in vain. */
static void tell_pruned(struct engine *e, const struct bundle *b, const struct luet_pruned *pruned)
{
	AUTO(buf) names = BUF_INIT;

	if (!pruned->files)
		return;
	for (size_t i = 0; i < pruned->subsets.of.n; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", pruned->subsets.of.v[i].s);
	engine_tell(e, WATCH_INFO, buf_span(&b->name),
		"%zu of its files %s left out: nobody has enabled the subset%s %s", pruned->files,
		pruned->files == 1 ? "is" : "are", pruned->subsets.of.n == 1 ? "" : "s", names.s);
}

/* What is not wanted of the tree. */
static int prune(struct engine *e, const struct installer *about, int tree, struct luet_pruned *out,
	struct err *err)
{
	AUTO(luet_rules) rules = {0};

	return luet_subsets_rules(e, about, &rules, err) < 0
		       ? -1
		       : luet_subsets_prune(tree, &rules, out, err);
}

/* The system's own links (lib -> usr/lib) are gone through, and so are the admin's. One that another package has made could lead its files anywhere. */
static int check_through(
	struct engine *e, const struct bundle *b, const struct lay_done *done, struct err *err)
{
	AUTO(owners) owners = OWNERS_INIT;

	if (!done->through.of.n)
		return 0;
	if (owned_find(&e->db, &done->through, &owners, err) < 0)
		return -1;
	VEC_FOR (const struct owner, o, &owners.of) {
		if (span_is(buf_span(&o->name), buf_span(&b->name)))
			continue;
		err_set(err, ERR_CONFLICT,
			"%s is a link that %s has made: no files are put through it", o->path.s,
			o->name.s);
		return err_next(err, "remove %s first, or ask whose package it is", o->name.s);
	}
	return 0;
}

/* So that an upgrade can tell what finalizers have made from what was laid. */
static int write_laid(
	struct engine *e, const struct bundle *b, const struct lay_done *done, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO_FD dir = installation_open_if(&e->place, b, err);

	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	VEC_FOR (const struct buf, path, &done->laid.of)
		buf_add(&text, path->s, path->n + 1);
	return file_replace(dir, INSTALLATION_LAID, 0644, buf_span(&text), err);
}

int luet_laid(struct engine *e, const struct bundle *b, struct texts *out, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO_FD dir = installation_open_if(&e->place, b, err);
	struct span rest, path;
	int there;

	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	there = file_read(dir, INSTALLATION_LAID, LAID_MAX, &text, err);
	if (there <= 0)
		return there;
	rest = buf_span(&text);
	while (span_split(&rest, 0, &path))
		texts_add(out, path);
	texts_sort(out);
	return 1;
}

/* Its files are in place, as luet has left them, and nowhere else. */
static int refuse_taken_over(const struct bundle *b, struct err *err)
{
	err_set(err, ERR_FAILED,
		"it was taken over from luet, and no wagon had this version: its files cannot be unpacked anew");
	return err_next(err, "fardel upgrade %s", b->name.s);
}

static int lay(
	struct stage *s, const struct bundle *b, const struct installer *about, struct err *err)
{
	AUTO(lay_done) done = {0};
	AUTO_FD tree =
		about->luet.taken_over ? refuse_taken_over(b, err) : open_tree(s->e, b, about, err);
	struct err ignored = ERR_INIT;
	bool list = about->luet.finalizes && !s->beside;
	AUTO(texts) protect = {0};
	AUTO(luet_pruned) pruned = {0};
	int result = tree < 0 ? -1 : luet_protected(s->e, about, &protect, err);

	if (result == 0)
		result = prune(s->e, about, tree, &pruned, err);
	if (result == 0)
		result = stage_lay(s, tree, &protect, list, &done, err);

	if (stage_remove(&s->e->place, TREE_NAME, &ignored) < 0)
		engine_tell(s->e, WATCH_WARN, buf_span(&b->name), "%s", ignored.text);
	if (result == 0)
		result = check_through(s->e, b, &done, err);
	texts_add_all(&done.kept, &s->kept);
	texts_add_all(&done.beside, &s->laid_beside);
	if (result == 0 && list)
		result = write_laid(s->e, b, &done, err);
	if (result == 0 && !s->beside) {
		tell_done(s->e, b, &done);
		tell_pruned(s->e, b, &pruned);
	}
	return result < 0 ? err_at(err, "lay its files") : 0;
}

/* --- A phase --------------------------------------------------------------------------------------------- */

int luet_staged(struct stage *s, enum phase phase, const struct bundle *b,
	const struct rules_stage *shown, struct err *err)
{
	struct installer about;
	int result;

	installer_init(&about);
	result = rules_check_folder(s->e, phase, b, err);
	if (result == 0)
		result = luet_about(s->e, b, &about, err);
	if (result == 0) {
		stage_tell(s, WATCH_STEP, phase, b, 0);
		result = phase == PHASE_CONFIGURE ? lay(s, b, &about, err) : 0;
		if (result == 0)
			result = luet_finalize(s, phase, b, &about, shown, err);
		stage_tell(s, WATCH_STEP_END, phase, b, result);
	}
	installer_drop(&about);
	return result;
}
