/* What several packages have alike, in the play.
 *
 * A file that a package makes just as another one has made it already is no change, and yet it is to stay as long as one of them is there. So it is in
 * the footprints of both, as the first has it: with what was there before. Who goes first takes it back no more than a file of
 * somebody else's; who goes last does. */
#include "engine/staged_parts.h"

#include <string.h>

#include "model/changes_math.h"
#include "model/findings.h"
#include "store/beneath.h"
#include "store/node.h"
#include "sys/fd.h"

void staged_other_drop(struct staged_other *o)
{
	buf_drop(&o->name);
	undo_drop(&o->kept);
	footprint_drop(&o->made);
}

static struct staged_other *find_other(const struct staged *s, struct span name)
{
	VEC_FOR (struct staged_other, o, &s->others.of)
		if (span_is(buf_span(&o->name), name))
			return o;
	return NULL;
}

/* Of whom nothing can be read, nothing is known. */
static int load_other(struct staged *s, struct span name, struct err *err)
{
	AUTO(committed) row = COMMITTED_INIT;
	struct staged_other *o;
	int there;

	if (find_other(s, name))
		return 0;
	o = vec_push(&s->others.of);
	*o = (struct staged_other){
		.name = BUF_INIT, .kept = UNDO_INIT, .made = FOOTPRINT_INIT, .settled = false};
	buf_set(&o->name, name);
	there = in_force_get(&s->e->db, name, &row, err);
	if (there > 0)
		there = undo_open(&s->e->place, row.txn, row.item, &o->kept, err);
	if (there > 0 && undo_read(&o->kept, UNDO_FOOTPRINT, &o->made, err) < 0) {
		if (err->code != ERR_BAD_STATE)
			return -1;
		err_clear(err);
	}
	return there < 0 ? -1 : 0;
}

int staged_other(
	struct staged *s, struct span name, const struct staged_other **out, struct err *err)
{
	if (load_other(s, name, err) < 0)
		return -1;
	*out = find_other(s, name);
	return 0;
}

/* With what is still lent of what it has. Those of whom it has that are looked up on the way. */
static int settle_other(
	struct staged *s, struct span name, const struct staged_other **out, struct err *err)
{
	AUTO(footprint) made = FOOTPRINT_INIT;
	struct staged_other *o;
	int result = 0;

	if (load_other(s, name, err) < 0)
		return -1;
	o = find_other(s, name);
	if (!o->settled) {
		o->settled = true;
		made = o->made;
		o->made = FOOTPRINT_INIT;
		result = staged_settle(s, &made, err);
		o = find_other(s, name); /* the list may stand elsewhere now */
		o->made = made;
		made = FOOTPRINT_INIT;
	}
	*out = o;
	return result;
}

int staged_each_other(struct staged *s, const struct texts *paths, staged_other_fn *fn, void *arg,
	struct err *err)
{
	struct span name = buf_span(&staged_subject(s)->name);
	AUTO(owners) owners = OWNERS_INIT;

	if (paths->of.n && owned_find(&s->e->db, paths, &owners, err) < 0)
		return -1;
	owners_sort(&owners);
	VEC_FOR (const struct owner, o, &owners.of) {
		const struct staged_other *other;

		if (span_is(buf_span(&o->name), name))
			continue;
		if (settle_other(s, buf_span(&o->name), &other, err) < 0)
			return err_at(err, "%s", o->name.s);
		if (fn(s, buf_span(&o->path), other, arg, err) < 0)
			return err_at(err, "%s", o->path.s);
	}
	return 0;
}

static void add_common(struct staged *s, const struct change *c)
{
	if (c->after.type != NODE_FOLDER)
		texts_add(&s->now.common, buf_span(&c->path));
}

/* --- Taken up ------------------------------------------------------------------------------------------ */

int staged_load_standing(struct staged *s, struct change *c, struct err *err)
{
	struct node_at at = NODE_AT_INIT;
	AUTO_FD root = engine_root(s->e, err);
	int result = root < 0 || beneath_look(root, &c->path, &at, err) < 0
			     ? -1
			     : node_load(&at, &c->after, err);

	node_at_drop(&at);
	return result;
}

static void take_away(struct staged *s, struct span path, struct span name)
{
	struct owned *o = vec_push(&s->takes.of);

	*o = (struct owned){.path = BUF_INIT, .name = BUF_INIT};
	buf_set(&o->path, path);
	buf_set(&o->name, name);
}

void staged_disown(struct staged *s, struct span path)
{
	take_away(s, path, buf_span(&staged_subject(s)->name));
}

void staged_take_from(struct staged *s, struct span path, const struct staged_other *o)
{
	take_away(s, path, buf_span(&o->name));
	if (!texts_has_sorted(&s->now.givers, buf_span(&o->name))) {
		texts_add(&s->now.givers, buf_span(&o->name));
		texts_sort(&s->now.givers);
	}
}

/* A folder that was there before the other one came, too, is nobody's. What that one only keeps for who will have it is this one's. */
static int take_up(struct staged *s, struct span path, const struct staged_other *o, void *arg,
	struct err *err)
{
	const struct change *made = changes_get(&o->made.changes, path);
	struct changes *taken = arg;
	struct change *c;

	if (!made || made->after.type == NODE_NONE ||
		(made->after.type == NODE_FOLDER && made->before.type != NODE_NONE))
		return 0;
	if (texts_has_sorted(&o->made.kept, path))
		staged_take_from(s, path, o);
	/* Of several others the first counts. */
	if (taken->of.n && span_is(buf_span(&taken->of.v[taken->of.n - 1].path), path))
		return 0;
	c = changes_add(taken, path);
	node_copy(&c->before, &made->before);
	if (texts_has_sorted(&o->made.lent, path))
		staged_note_lent(s, path, &o->made.lenders);
	return staged_load_standing(s, c, err);
}

static int take_up_all(struct staged *s, struct err *err)
{
	AUTO(changes) taken = CHANGES_INIT;
	AUTO(texts) paths = {0};

	VEC_FOR (const struct buf, path, &s->stage.same.of)
		if (!changes_get(&s->after.changes, buf_span(path)))
			texts_add(&paths, buf_span(path));
	if (staged_each_other(s, &paths, take_up, &taken, err) < 0)
		return -1;
	VEC_FOR (const struct change, c, &taken.of) {
		add_common(s, c);
		staged_copy_change(&s->after.changes, c);
	}
	changes_sort(&s->after.changes);
	changes_number_links(&s->after.changes);
	return 0;
}

/* --- Given up ------------------------------------------------------------------------------------------ */

/* That it becomes as it was before the package came. */
static bool takes_back(const struct staged *s, const struct change *c)
{
	const struct change *made = changes_get(&s->before.changes, buf_span(&c->path));

	return made && node_is_same(&c->after, &made->before);
}

static int hold(struct staged *s, struct span path, const struct staged_other *o, void *arg,
	struct err *err)
{
	const struct change *made = changes_get(&o->made.changes, path);
	const struct change *c = changes_get(&s->now.changes, path);
	bool *held = arg;

	(void)err;
	if (c && made && node_is_same(&made->after, &c->before))
		held[c - s->now.changes.of.v] = true;
	return 0;
}

static bool is_in(const struct change *folder, const struct change *c)
{
	return c && c->path.n > folder->path.n && c->path.s[folder->path.n] == '/' &&
	       memcmp(c->path.s, folder->path.s, folder->path.n) == 0;
}

/* What is held, and the folders that it is in, is no change: these go to the end of the list. Gives how many are left before. */
static size_t sort_held(struct staged *s, bool *held)
{
	struct changes *all = &s->now.changes;
	const struct change *last = NULL;
	size_t kept = 0;

	for (size_t i = all->of.n; i-- > 0;) {
		const struct change *c = &all->of.v[i];

		held[i] |= c->before.type == NODE_FOLDER && is_in(c, last);
		last = held[i] ? c : last;
	}
	for (size_t i = 0; i < all->of.n; i++) {
		struct change c = all->of.v[i];

		if (held[i]) {
			if (c.before.type != NODE_FOLDER)
				texts_add(&s->now.common, buf_span(&c.path));
			continue;
		}
		all->of.v[i] = all->of.v[kept];
		all->of.v[kept++] = c;
	}
	return kept;
}

static void drop_held(struct staged *s, size_t kept)
{
	changes_cut(&s->now.changes, kept);
	changes_number_links(&s->now.changes);
}

static int give_up_all(struct staged *s, struct err *err)
{
	AUTO_FREE bool *held = mem_zero(s->now.changes.of.n + 1, sizeof(*held));
	AUTO(texts) paths = {0};

	VEC_FOR (const struct change, c, &s->now.changes.of)
		if (takes_back(s, c))
			texts_add(&paths, buf_span(&c->path));
	if (staged_each_other(s, &paths, hold, held, err) < 0)
		return -1;
	drop_held(s, sort_held(s, held));
	return 0;
}

void staged_retain(struct staged *s, const struct texts *paths)
{
	struct changes *all = &s->now.changes;
	AUTO_FREE bool *held = mem_zero(all->of.n + 1, sizeof(*held));
	size_t kept;

	if (!paths->of.n)
		return;
	for (size_t i = 0; i < all->of.n; i++)
		held[i] = texts_has_sorted(paths, buf_span(&all->of.v[i].path));
	kept = sort_held(s, held);
	for (size_t i = kept; i < all->of.n; i++) {
		const struct change *made =
			changes_get(&s->before.changes, buf_span(&all->of.v[i].path));

		if (made)
			staged_copy_change(&s->after.changes, made);
		if (made && made->after.type != NODE_FOLDER)
			texts_add(&s->after.kept, buf_span(&made->path));
	}
	texts_sort(&s->after.kept);
	drop_held(s, kept);
	changes_sort(&s->after.changes);
	changes_number_links(&s->after.changes);
	texts_sort(&s->now.common);
}

/* --- Taken by others ----------------------------------------------------------------------------------- */

/* It is as that one has made it, and no longer as this one did. */
static int note_taken(struct staged *s, struct span path, const struct staged_other *o, void *arg,
	struct err *err)
{
	const struct change *made = changes_get(&o->made.changes, path);
	const struct change *mine = changes_get(&s->after.changes, path);
	struct texts *taken = arg;
	const struct change *now = changes_get(&s->now.changes, path);
	AUTO(changes) loaded = CHANGES_INIT;
	bool undo = s->undone.folder >= 0;
	const struct node *stands;
	struct change *c;

	if (!made || !mine)
		return 0;
	if (node_is_same(&mine->after, &made->after)) {
		if (undo && texts_has_sorted(&o->made.kept, path))
			staged_take_from(s, path, o);
		return 0;
	}
	if (now)
		stands = &now->after;
	else {
		c = changes_add(&loaded, path);
		if (staged_load_standing(s, c, err) < 0)
			return -1;
		stands = &c->after;
	}
	/* Of an undo, another item may bring back what is not to be seen yet: it stays in the list, and is given back then. */
	if (node_is_same(stands, &made->after) && (now || !undo))
		texts_add(taken, path);
	else if (node_is_same(stands, &made->after))
		staged_disown(s, path);
	if (node_is_same(stands, &mine->after) && undo)
		staged_take_from(s, path, o);
	return 0;
}

int staged_drop_taken(struct staged *s, struct err *err)
{
	AUTO(texts) paths = {0};
	AUTO(texts) taken = {0};

	VEC_FOR (const struct change, c, &s->after.changes.of)
		texts_add(&paths, buf_span(&c->path));
	if (staged_each_other(s, &paths, note_taken, &taken, err) < 0)
		return -1;
	VEC_FOR (const struct buf, path, &taken.of)
		(void)changes_take(&s->after.changes, buf_span(path));
	changes_number_links(&s->after.changes);
	return 0;
}

void staged_carry_kept(struct staged *s)
{
	VEC_FOR (const struct buf, path, &s->before.kept.of) {
		const struct change *c = changes_get(&s->after.changes, buf_span(path));
		const struct change *made = changes_get(&s->before.changes, buf_span(path));

		if (c && made && node_is_same(&c->after, &made->after))
			texts_add(&s->after.kept, buf_span(path));
	}
	texts_sort(&s->after.kept);
}

int staged_share(struct staged *s, struct err *err)
{
	/* What another one has replaced, and this one makes just so now, is taken up again. */
	if (s->made && ((s->has_before && staged_drop_taken(s, err) < 0) ||
			       take_up_all(s, err) < 0 || staged_lend(s, err) < 0))
		return -1;
	if (s->has_before && (give_up_all(s, err) < 0 || staged_give_back(s, &s->before, err) < 0))
		return -1;
	texts_sort(&s->now.common);
	staged_carry_kept(s);
	return 0;
}

/* --- Taken over ---------------------------------------------------------------------------------------- */

static int note_unedited(struct staged *s, struct span path, const struct staged_other *o,
	void *arg, struct err *err)
{
	const struct change *made = changes_get(&o->made.changes, path);
	AUTO(changes) stands = CHANGES_INIT;
	struct change *c = changes_add(&stands, path);

	if (staged_load_standing(s, c, err) < 0)
		return -1;
	if (made && node_is_same(&c->after, &made->after))
		texts_add(arg, path);
	return 0;
}

int staged_list_unedited(
	struct staged *s, const struct texts *paths, struct texts *out, struct err *err)
{
	return staged_each_other(s, paths, note_unedited, out, err);
}

static int inherit(struct staged *s, struct span path, const struct staged_other *o, void *arg,
	struct err *err)
{
	const struct change *made = changes_get(&o->made.changes, path);
	struct changes *after = &s->after.changes;
	const struct change *c = changes_get(after, path);

	(void)arg;
	(void)err;
	if (c && made && !texts_has_sorted(&s->after.lent, path))
		node_copy(&after->of.v[c - after->of.v].before, &made->before);
	return 0;
}

int staged_take_over(struct staged *s, const struct texts *paths, struct err *err)
{
	size_t kept = 0;

	if (staged_each_other(s, paths, inherit, NULL, err) < 0)
		return -1;
	changes_number_links(&s->after.changes);
	for (size_t i = 0; i < s->findings.of.n; i++) {
		struct finding f = s->findings.of.v[i];

		if (span_is_text(buf_span(&f.id), "other-package") &&
			texts_has_sorted(paths, buf_span(&f.path)))
			continue;
		s->findings.of.v[i] = s->findings.of.v[kept];
		s->findings.of.v[kept++] = f;
	}
	findings_cut(&s->findings, kept);
	return 0;
}

/* --- Alike --------------------------------------------------------------------------------------------- */

static int note_other(struct staged *s, struct span path, const struct staged_other *o, void *arg,
	struct err *err)
{
	const struct change *made = changes_get(&o->made.changes, path);
	const struct change *c = changes_get(&s->now.changes, path);
	struct texts *others = arg;

	(void)err;
	if (!c || !made || !node_is_same(&made->after, &c->after))
		texts_add(others, path);
	return 0;
}

int staged_list_alike(struct staged *s, struct texts *out, struct err *err)
{
	AUTO(texts) asked = {0};
	AUTO(texts) others = {0};

	VEC_FOR (const struct finding, f, &s->findings.of)
		if (span_is_text(buf_span(&f->id), "other-package"))
			texts_add(&asked, buf_span(&f->path));
	if (staged_each_other(s, &asked, note_other, &others, err) < 0)
		return -1;
	texts_sort(&others);
	VEC_FOR (const struct buf, path, &asked.of)
		if (!texts_has_sorted(&others, buf_span(path)))
			texts_add(out, buf_span(path));
	texts_sort(out);
	return 0;
}

/* --- Others' ------------------------------------------------------------------------------------------- */

static int note_path(struct staged *s, struct span path, const struct staged_other *o, void *arg,
	struct err *err)
{
	const struct change *made = changes_get(&o->made.changes, path);
	(void)s;
	(void)err;
	if (made)
		texts_add(arg, path);
	return 0;
}

int staged_without_others(struct staged *s, struct texts *paths, struct err *err)
{
	AUTO(texts) theirs = {0};
	AUTO(texts) all = *paths;

	*paths = (struct texts){0};
	if (staged_each_other(s, &all, note_path, &theirs, err) < 0)
		return -1;
	texts_sort(&theirs);
	VEC_FOR (const struct buf, path, &all.of)
		if (!texts_has_sorted(&theirs, buf_span(path)))
			texts_add(paths, buf_span(path));
	return 0;
}

int staged_is_kept(struct staged *s, struct span name, struct span path, struct err *err)
{
	if (load_other(s, name, err) < 0)
		return -1;
	return texts_has_sorted(&find_other(s, name)->made.kept, path);
}
