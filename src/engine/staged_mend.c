/* Repair, played in a stage.
 *
 * A footprint says all of links, folders and attributes: these are made as it has them, by our own code. Of files it has only the
 * digest. So where a file's content is wanting, what stands there is taken back to what was there before the package came, as a rule
 * may leave alone what it finds, and the package is configured again. Of all that differs from the system then, only the footprint's paths count, and only those that are again just as it says: that the rules
 * make something else today, and what they make besides, is not what was asked for. */
#include "engine/staged_mend.h"

#include <string.h>
#include <unistd.h>

#include "engine/run_rules.h"
#include "engine/staged_luet.h"
#include "engine/staged_parts.h"
#include "model/changes_math.h"
#include "store/apply.h"
#include "store/beneath.h"
#include "sys/fd.h"

struct mending {
	struct staged *s;
	int root;
	struct apply_drifts drifts; /* what is to be mended, sorted as the footprint */
};

static void mending_drop(struct mending *m)
{
	fd_drop(&m->root);
	apply_drifts_drop(&m->drifts);
}

/* Of databases that many write to nothing is to be mended; nor is what another package has taken over, or what cannot be looked at. */
static int find_broken(struct mending *m, struct err *err)
{
	struct engine *e = m->s->e;
	AUTO(texts) owned = {0};

	if (owned_paths(&e->db, buf_span(&m->s->made->name), &owned, err) < 0)
		return -1;
	VEC_FOR (const struct change, c, &m->s->before.changes.of) {
		struct err ignored = ERR_INIT;

		if (apply_is_shared(buf_span(&c->path)))
			continue;
		if (!texts_has_sorted(&owned, buf_span(&c->path)))
			staged_disown(m->s, buf_span(&c->path));
		else if (apply_check_made(m->root, c, &m->drifts, &ignored) < 0)
			engine_tell(
				e, WATCH_DEBUG, buf_span(&m->s->made->name), "%s", ignored.text);
	}
	return 0;
}

/* Nobody but the rules has its content. */
static bool needs_rules(const struct apply_drift *d)
{
	const struct node *want = &d->change->after;

	return want->type == NODE_FILE && !node_holds_same(&d->now, want);
}

/* What stands on the system; in full, while a drift tells no more than is needed to see one. */
static int load_system(const struct mending *m, struct span path, struct node *out, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	struct node_at at = NODE_AT_INIT;
	int there;

	buf_set(&text, path);
	there = beneath_look(m->root, &text, &at, err);
	if (there < 0 && err->code == ERR_UNSAFE) { /* a link or a file on the way */
		err_clear(err);
		there = 0;
	}
	if (there > 0)
		there = node_load(&at, out, err);
	node_at_drop(&at);
	return there < 0 ? err_at(err, "%s", text.s) : 0;
}

/* What stands in the stage. */
static int load_stage(const struct mending *m, struct span path, struct node *out, struct err *err)
{
	const struct change *c = changes_get(&m->s->now.changes, path);

	if (!c)
		return load_system(m, path, out, err);
	node_copy(out, &c->after);
	return 0;
}

/* --- By the rules -------------------------------------------------------------------------------------- */

/* What stands in the place of contents that are wanting, and what was there before the package came. */
static int list_wanting(const struct mending *m, struct changes *out, struct err *err)
{
	VEC_FOR (const struct apply_drift, d, &m->drifts.of) {
		struct change *c;

		if (!needs_rules(d))
			continue;
		c = changes_add(out, buf_span(&d->path));
		node_copy(&c->before, &d->change->before);
		if (load_stage(m, buf_span(&d->path), &c->after, err) < 0)
			return -1;
		if (node_is_same(&c->before, &c->after))
			changes_cut(out, out->of.n - 1);
	}
	changes_number_links(out);
	return 0;
}

static bool any_needs_rules(const struct mending *m)
{
	VEC_FOR (const struct apply_drift, d, &m->drifts.of)
		if (needs_rules(d))
			return true;
	return false;
}

/* Rules that fail keep nothing else from being mended. */
static int configure(const struct mending *m, struct effects *done, struct err *err)
{
	struct staged *s = m->s;

	if (stage_rules(&s->stage, PHASE_CONFIGURE, s->made, done, err) == 0)
		return 0;
	if (s->stage.refused || err->code == ERR_SIGNAL || rules_not_begun(err))
		return -1;
	engine_tell(s->e, WATCH_WARN, buf_span(&s->made->name),
		"files that only its rules can make again stay as they are: %s", err->text);
	err_clear(err);
	return 0;
}

static int make_contents(const struct mending *m, struct effects *done, struct err *err)
{
	struct staged *s = m->s;
	const struct undo_source from = {s->kept.base, &s->before.changes};
	AUTO(changes) wanting = CHANGES_INIT;

	if (list_wanting(m, &wanting, err) < 0)
		return -1;
	if (wanting.of.n && staged_take_back(s, &wanting, &from, err) < 0)
		return -1;
	return configure(m, done, err) < 0 ? -1 : staged_read(s, done, err);
}

/* --- By what the footprint says ------------------------------------------------------------------------ */

/* Folders on the way that are not the package's, and that are gone: as any program would make them. The list stays sorted. */
static int add_missing_above(
	const struct mending *m, const struct buf *path, struct changes *out, struct err *err)
{
	for (const char *slash = path->s; (slash = strchr(slash + 1, '/'));) {
		struct span above = {path->s, (size_t)(slash - path->s)};
		AUTO(node) stands = NODE_INIT;
		struct change *c;

		if (changes_get(out, above))
			continue;
		if (load_stage(m, above, &stands, err) < 0)
			return -1;
		if (stands.type != NODE_NONE)
			continue;
		c = changes_add(out, above);
		c->before.type = NODE_FOLDER;
		c->before.mode = 0755;
		c->before.uid = getuid();
		c->before.gid = getgid();
	}
	return 0;
}

/* `before` is what is wanted. */
static int add_wanted(
	const struct mending *m, const struct apply_drift *d, struct changes *out, struct err *err)
{
	const struct node *want = &d->change->after;
	AUTO(node) stands = NODE_INIT;
	struct change *c;

	if (load_stage(m, buf_span(&d->path), &stands, err) < 0)
		return -1;
	if (node_is_same(&stands, want) ||
		(want->type == NODE_FILE && !node_holds_same(&stands, want)))
		return 0;
	if (want->type != NODE_NONE && add_missing_above(m, &d->path, out, err) < 0)
		return -1;
	c = changes_add(out, buf_span(&d->path));
	node_copy(&c->before, want);
	node_copy(&c->after, &stands);
	return 0;
}

static int make_the_rest(const struct mending *m, struct err *err)
{
	AUTO(changes) wanted = CHANGES_INIT;
	AUTO(effects) ignored = EFFECTS_INIT;

	VEC_FOR (const struct apply_drift, d, &m->drifts.of)
		if (add_wanted(m, d, &wanted, err) < 0)
			return -1;
	changes_number_links(&wanted);
	if (wanted.of.n && staged_take_back(m->s, &wanted, NULL, err) < 0)
		return -1;
	return staged_read(m->s, &ignored, err);
}

/* --- What counts --------------------------------------------------------------------------------------- */

static bool is_mended(const struct mending *m, const struct change *c)
{
	VEC_FOR (const struct apply_drift, d, &m->drifts.of)
		if (span_is(buf_span(&d->path), buf_span(&c->path)))
			return node_is_same(&c->after, &d->change->after);
	return false;
}

static bool is_new_folder(const struct change *c)
{
	return c->before.type == NODE_NONE && c->after.type == NODE_FOLDER;
}

static bool holds(const struct change *folder, const struct change *c)
{
	return c && c->path.n > folder->path.n && c->path.s[folder->path.n] == '/' &&
	       memcmp(c->path.s, folder->path.s, folder->path.n) == 0;
}

/* What is mended, and the folders that it needs. */
static void keep_mended(const struct mending *m)
{
	struct changes *all = &m->s->now.changes;
	AUTO_FREE bool *counts = mem_zero(all->of.n + 1, sizeof(*counts));
	const struct change *next = NULL;
	size_t kept = 0;

	for (size_t i = all->of.n; i-- > 0;) {
		const struct change *c = &all->of.v[i];

		counts[i] = is_mended(m, c) || (is_new_folder(c) && holds(c, next));
		next = counts[i] ? c : next;
	}
	for (size_t i = 0; i < all->of.n; i++) {
		struct change c = all->of.v[i];

		if (!counts[i])
			continue;
		all->of.v[i] = all->of.v[kept];
		all->of.v[kept++] = c;
	}
	changes_cut(all, kept);
	changes_number_links(all);
}

int staged_mend(struct staged *s, struct effects *done, struct err *err)
{
	AUTO(mending) m = {.s = s, .root = engine_root(s->e, err)};

	if (m.root < 0)
		return -1;
	if (find_broken(&m, err) < 0)
		return -1;
	if (staged_spare_protected(s, &m.drifts, err) < 0)
		return -1;
	if (make_the_rest(&m, err) < 0)
		return -1;
	/* Rules need their folders, and may disturb what was mended. */
	if (any_needs_rules(&m) && (make_contents(&m, done, err) < 0 || make_the_rest(&m, err) < 0))
		return -1;
	keep_mended(&m);
	return 0;
}
