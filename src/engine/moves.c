/* Files that move from one package to another. */
#include "engine/moves.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/luet.h"
#include "engine/luet_subsets.h"
#include "engine/staged_parts.h"
#include "store/beneath.h"
#include "store/committed.h"
#include "store/installation.h"
#include "store/node.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/resolve.h"
#include "sys/tree.h"

static void through_drop(struct moves_through *t)
{
	buf_drop(&t->path);
	buf_drop(&t->in_tree);
}

static void moves_item_drop(struct moves_item *x)
{
	texts_drop(&x->makes);
	vec_drop_each(&x->through.of, through_drop);
	changes_drop(&x->played);
	texts_drop(&x->given);
}

void moves_drop(struct moves *m)
{
	vec_drop_each(&m->of, moves_item_drop);
}

void moves_add(struct moves *m, struct plan_item *item)
{
	*vec_push(&m->of) = (struct moves_item){.item = item};
}

static bool has_step(const struct plan_item *item, enum step_kind kind)
{
	for (size_t i = 0; i < item->steps.n; i++)
		if (item->steps.v[i].kind == kind)
			return true;
	return false;
}

static bool is_pending(const struct moves *m, size_t i, size_t self)
{
	return i != self && m->of.v[i].item->result == RESULT_OPEN;
}

/* --- What an item makes -------------------------------------------------------------------------------- */

static void note_protected(struct moves_item *x, const struct staged *s)
{
	for (size_t i = 0; i < s->stage.kept.of.n; i++) {
		const struct change *beside =
			changes_get(&s->now.changes, buf_span(&s->stage.laid_beside.of.v[i]));

		if (beside)
			node_copy(&changes_add(&x->played, buf_span(&s->stage.kept.of.v[i]))->after,
				&beside->after);
	}
	changes_sort(&x->played);
}

void moves_note(struct moves *m, size_t self, const struct staged *s)
{
	struct moves_item *x = &m->of.v[self];

	texts_drop(&x->makes);
	changes_drop(&x->played);
	VEC_FOR (const struct change, c, &s->now.changes.of)
		if (c->after.type != NODE_NONE && c->after.type != NODE_FOLDER) {
			texts_add(&x->makes, buf_span(&c->path));
			staged_copy_change(&x->played, c);
		}
	note_protected(x, s);
	texts_add_all(&s->stage.same, &x->makes);
	texts_sort(&x->makes);
	x->looked = x->known = true;
}

/* Where the files of a tree come to. */
struct looking {
	const char *root;
	const struct luet_rules *rules; /* what of it is left out */
	struct buf folder, resolved; /* of the last one */
	struct moves_item *out;
};

static void looking_drop(struct looking *l)
{
	buf_drop(&l->folder);
	buf_drop(&l->resolved);
}

/* By links, to another place than its name says; `folder` ends in a slash. */
static bool is_led(const struct looking *l)
{
	size_t n = l->folder.n > 1 ? l->folder.n - 1 : 1;

	return !span_is(buf_span(&l->resolved), span_cut(buf_span(&l->folder), 0, n));
}

static int look_at(void *arg, const struct tree_entry *entry, struct err *err)
{
	struct looking *l = arg;
	AUTO(buf) folder = BUF_INIT;
	AUTO(buf) path = BUF_INIT;

	if (S_ISDIR(entry->st->st_mode))
		return 0;
	buf_addf(&path, "/%s", entry->path);
	if (luet_rules_find(l->rules, buf_span(&path)))
		return 0;
	buf_addf(&folder, "/%.*s", (int)(strlen(entry->path) - strlen(entry->name)), entry->path);
	if (!l->resolved.n || !span_is(buf_span(&folder), buf_span(&l->folder))) {
		buf_clear(&l->resolved);
		if (resolve_whole(l->root, folder.s, &l->resolved, err) < 0)
			return -1;
		buf_set(&l->folder, buf_span(&folder));
	}
	buf_set(&path, buf_span(&l->resolved));
	buf_add_path(&path, entry->name);
	texts_add(&l->out->makes, buf_span(&path));
	if (is_led(l)) {
		buf_adds(&folder, entry->name);
		*vec_push(&l->out->through.of) = (struct moves_through){path, folder};
		path = folder = BUF_INIT;
	}
	return 0;
}

static int load_rules(
	struct moves *m, const struct moves_item *x, struct luet_rules *out, struct err *err)
{
	struct installer about;
	int result;

	installer_init(&about);
	result = luet_about(m->e, &x->item->to, &about, err);
	if (result == 0)
		result = luet_subsets_rules(m->e, &about, out, err);
	installer_drop(&about);
	return result;
}

/* Of one that was laid before there is no tree any more: nothing is known. */
static int look_at_tree(struct moves *m, struct moves_item *x, struct err *err)
{
	AUTO(luet_rules) rules = {0};
	AUTO(looking) l = {m->e->place.root.s, &rules, BUF_INIT, BUF_INIT, x};
	AUTO_FD dir = installation_open_if(&m->e->place, &x->item->to, err);
	AUTO_FD tree =
		dir < 0 ? -1
			: file_open(dir, INSTALLATION_UPSTREAM, O_RDONLY | O_DIRECTORY, 0, err);

	if (tree < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (load_rules(m, x, &rules, err) < 0 || tree_walk(tree, look_at, &l, err) < 0)
		return err_at(err, "look at what %s has", x->item->to.name.s);
	texts_sort(&x->makes);
	x->known = x->makes.of.n > 0;
	return 0;
}

/* Nobody is told of it. Where it fails, its own turn will say so. */
static int play(struct moves *m, size_t i, struct err *err)
{
	struct watch *watch = m->e->watch;
	struct err failed = ERR_INIT;
	AUTO(staged) s;
	bool none;
	int result;

	log_line(&m->e->log, "%s: played before its turn, to see what it makes",
		m->of.v[i].item->to.name.s);
	staged_init(&s, m->e, m->of.v[i].item, m->request);
	m->e->watch = NULL;
	result = staged_run(&s, &none, &failed);
	m->e->watch = watch;
	if (result == 0)
		moves_note(m, i, &s);
	return result < 0 && failed.code == ERR_SIGNAL ? err_copy(err, &failed) : 0;
}

static bool is_played(const struct moves_item *x)
{
	return x->item->to.format != FORMAT_LUET;
}

/* What is at the path in its tree: 1; 0: nothing that could be looked at without following links; -1. */
static int load_from_tree(const struct moves *m, const struct moves_item *x, struct span path,
	struct node *out, struct err *err)
{
	AUTO_FD dir = installation_open_if(&m->e->place, &x->item->to, err);
	AUTO_FD tree =
		dir < 0 ? -1
			: file_open(dir, INSTALLATION_UPSTREAM, O_RDONLY | O_DIRECTORY, 0, err);
	AUTO(buf) at_path = BUF_INIT;
	struct node_at at = NODE_AT_INIT;
	int there;

	if (tree < 0)
		return err->code == ERR_NONE ? 0 : -1;
	buf_set(&at_path, path);
	VEC_FOR (const struct moves_through, t, &x->through.of)
		if (span_is(buf_span(&t->path), path))
			buf_set(&at_path, buf_span(&t->in_tree));
	there = beneath_look(tree, &at_path, &at, err);
	if (there < 0 && err->code == ERR_UNSAFE) {
		err_clear(err);
		there = 0;
	}
	if (there > 0 && node_load(&at, out, err) < 0)
		there = -1;
	node_at_drop(&at);
	return there;
}

/* What it makes of the path: 1; 0: that is not known; -1. */
static int load_made(const struct moves *m, const struct moves_item *x, struct span path,
	struct node *out, struct err *err)
{
	const struct change *c = changes_get(&x->played, path);

	if (!c)
		return is_played(x) ? 0 : load_from_tree(m, x, path, out, err);
	node_copy(out, &c->after);
	return 1;
}

/* Whether both make the same of it: 1, 0, -1. */
static int makes_alike(
	const struct moves *m, size_t one, size_t other, struct span path, struct err *err)
{
	AUTO(node) a = NODE_INIT;
	AUTO(node) b = NODE_INIT;
	int known = load_made(m, &m->of.v[one], path, &a, err);

	if (known > 0)
		known = load_made(m, &m->of.v[other], path, &b, err);
	return known > 0 ? node_is_same(&a, &b) : known;
}

/* *again: the stage was needed for it. */
static int look(struct moves *m, size_t i, struct staged *s, bool *again, struct err *err)
{
	struct moves_item *x = &m->of.v[i];

	if (x->looked)
		return 0;
	x->looked = true;
	if (!is_played(x))
		return look_at_tree(m, x, err);
	stage_close(&s->stage);
	*again = true;
	return play(m, i, err);
}

int moves_look_at_trees(struct moves *m, struct err *err)
{
	VEC_FOR (struct moves_item, x, &m->of) {
		if (m->of.n < 2 || is_played(x) || !has_step(x->item, STEP_CONFIGURE))
			continue;
		x->looked = true;
		if (look_at_tree(m, x, err) < 0)
			return -1;
	}
	return 0;
}

/* --- Kept ---------------------------------------------------------------------------------------------- */

/* Files that it had made and makes no longer. */
static void list_gone(const struct staged *s, struct texts *out)
{
	VEC_FOR (const struct change, c, &s->now.changes.of) {
		const struct change *made = changes_get(&s->before.changes, buf_span(&c->path));

		if (made && !c->own && made->after.type != NODE_FOLDER &&
			node_is_same(&c->after, &made->before))
			texts_add(out, buf_span(&c->path));
	}
}

static void list_wanted(const struct moves_item *x, const struct texts *gone, struct texts *out)
{
	VEC_FOR (const struct buf, path, &gone->of)
		if (x->known && texts_has_sorted(&x->makes, buf_span(path)))
			texts_add(out, buf_span(path));
}

int moves_keep(struct moves *m, size_t self, struct staged *s, struct err *err)
{
	AUTO(texts) gone = {0};
	AUTO(texts) wanted = {0};
	bool again = false;

	moves_note(m, self, s);
	if (m->request->goal == GOAL_INSTALL && s->made)
		list_gone(s, &gone);
	for (size_t i = 0; gone.of.n && i < m->of.n; i++) {
		struct moves_item *x = &m->of.v[i];

		if (!is_pending(m, i, self) || !has_step(x->item, STEP_CONFIGURE))
			continue;
		if (look(m, i, s, &again, err) < 0)
			return -1;
		list_wanted(x, &gone, &wanted);
	}
	if (again)
		return MOVES_AGAIN;
	texts_sort(&wanted);
	staged_retain(s, &wanted);
	return MOVES_NOTHING;
}

/* --- Taken over ---------------------------------------------------------------------------------------- */

/* Another item that is about it, and that has had its turn with success, or will have it. */
static size_t find_giver(const struct moves *m, size_t self, struct span name)
{
	size_t i = 0;

	while (i < m->of.n &&
		!((is_pending(m, i, self) || m->of.v[i].item->result == RESULT_DONE) &&
			span_is(buf_span(&m->of.v[i].item->from.name), name)))
		i++;
	return i;
}

/* Whether that package makes it no longer, or will make just the same of it: 1, 0, -1. */
static int gives(struct moves *m, size_t self, const struct owner *o, struct staged *s, bool *again,
	struct err *err)
{
	size_t i = find_giver(m, self, buf_span(&o->name));
	int kept = staged_is_kept(s, buf_span(&o->name), buf_span(&o->path), err);
	struct moves_item *x;

	if (kept || i == m->of.n)
		return kept;
	x = &m->of.v[i];
	if (!has_step(x->item, STEP_CONFIGURE))
		return has_step(x->item, STEP_UNCONFIGURE);
	if (x->item->result == RESULT_OPEN && look(m, i, s, again, err) < 0)
		return -1;
	if (!x->known || !texts_has_sorted(&x->makes, buf_span(&o->path)))
		return x->known;
	return x->item->result == RESULT_OPEN ? makes_alike(m, self, i, buf_span(&o->path), err)
					      : 0;
}

static int list_given(struct moves *m, size_t self, struct staged *s, struct texts *out,
	bool *again, struct err *err)
{
	AUTO(owners) owners = OWNERS_INIT;
	AUTO(texts) asked = {0};

	VEC_FOR (const struct finding, f, &s->findings.of)
		if (span_is_text(buf_span(&f->id), "other-package"))
			texts_add(&asked, buf_span(&f->path));
	if (asked.of.n && owned_find(&m->e->db, &asked, &owners, err) < 0)
		return -1;
	owners_sort(&owners);
	VEC_FOR (const struct buf, path, &asked.of) {
		size_t n;
		const struct owner *o = owners_get(&owners, buf_span(path), &n);
		int given = 1;

		for (size_t i = 0; i < n && given > 0; i++)
			if (!span_is(buf_span(&o[i].name), buf_span(&staged_subject(s)->name)))
				given = gives(m, self, &o[i], s, again, err);
		if (given < 0)
			return -1;
		if (given)
			texts_add(out, buf_span(path));
	}
	texts_sort(out);
	return 0;
}

/* In protected folders: what nobody has edited is replaced all the same. */
static int take_protected(struct moves *m, size_t self, struct staged *s, const struct texts *paths,
	bool *again, struct err *err)
{
	struct moves_item *x = &m->of.v[self];
	AUTO(texts) kept = {0};
	size_t had = x->given.of.n;

	VEC_FOR (const struct buf, path, &s->stage.kept.of)
		if (texts_has_sorted(paths, buf_span(path)))
			texts_add(&kept, buf_span(path));
	if (staged_list_unedited(s, &kept, &x->given, err) < 0)
		return -1;
	texts_sort(&x->given);
	s->given = &x->given;
	*again = x->given.of.n > had;
	return 0;
}

int moves_take(struct moves *m, size_t self, struct staged *s, struct err *err)
{
	AUTO(texts) given = {0};
	bool again = false;

	if (m->request->goal != GOAL_INSTALL || !s->made)
		return MOVES_NOTHING;
	if (list_given(m, self, s, &given, &again, err) < 0)
		return -1;
	if (again)
		return MOVES_AGAIN;
	if (given.of.n && take_protected(m, self, s, &given, &again, err) < 0)
		return -1;
	if (again)
		return MOVES_AGAIN;
	return given.of.n && staged_take_over(s, &given, err) < 0 ? -1 : MOVES_NOTHING;
}
