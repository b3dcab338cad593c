/* One package's switch, played in a stage.
 *
 * What the package has made before is taken back first, where that can be told from what its configure makes again: a new
 * version, or the same one again, is configured twice. Once beside, over a system where its footprint is taken back: what is not
 * made there is made no longer. And once over the system as it is, for a rule may keep what it finds (a key that was made at the
 * first time); there only that is taken back. */
#include "engine/staged.h"

#include <string.h>

#include "engine/inspect.h"
#include "engine/needs.h"
#include "engine/run_rules.h"
#include "engine/staged_groups.h"
#include "engine/staged_luet.h"
#include "engine/staged_mend.h"
#include "engine/staged_packets.h"
#include "engine/staged_parts.h"
#include "model/changes_math.h"
#include "store/apply.h"
#include "store/beneath.h"
#include "store/installation.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/file.h"

#define BASE_NAME "base" /* in PLACE_STAGE */

static bool has_step(const struct plan_item *item, enum step_kind kind)
{
	for (size_t i = 0; i < item->steps.n; i++)
		if (item->steps.v[i].kind == kind)
			return true;
	return false;
}

/* Nothing has been played. */
static void begin(struct staged *s)
{
	s->stage = STAGE_INIT;
	s->now = s->after = s->before = FOOTPRINT_INIT;
	s->older = COMMITTED_INIT;
	s->kept = s->undone = UNDO_INIT;
	s->has_before = false;
	s->left = (struct texts){0};
	s->others.of.n = 0; /* staged_drop has emptied it */
	s->takes = s->gifts = (struct owned_list){0};
	s->findings = FINDINGS_INIT;
}

void staged_init(struct staged *s, struct engine *e, const struct plan_item *item,
	const struct request *request)
{
	*s = (struct staged){.e = e,
		.request = request,
		.old = has_step(item, STEP_UNCONFIGURE) ? &item->from : NULL,
		.made = has_step(item, STEP_CONFIGURE) ? &item->to : NULL,
		.fresh = item->gone_txn ||
			 (item->steps.n && step_rows[item->steps.v[0].kind].act == ACT_PREPARE),
		.undoes_txn = item->undoes_txn,
		.undoes_item = item->undoes_item,
		.goes = has_step(item, STEP_PURGE)};
	begin(s);
}

void staged_drop(struct staged *s)
{
	stage_close(&s->stage);
	footprint_drop(&s->now);
	footprint_drop(&s->after);
	footprint_drop(&s->before);
	committed_drop(&s->older);
	undo_drop(&s->kept);
	staged_drop_settled(s);
	undo_drop(&s->undone);
	texts_drop(&s->left);
	vec_drop_each(&s->others.of, staged_other_drop);
	owned_list_drop(&s->takes);
	owned_list_drop(&s->gifts);
	findings_drop(&s->findings);
}

const struct bundle *staged_subject(const struct staged *s)
{
	return s->made ? s->made : s->old;
}

static struct span name_of(const struct staged *s)
{
	return buf_span(&staged_subject(s)->name);
}

/* --- What was in force before ------------------------------------------------------------------------- */

/* What was kept for it is damaged: with --force it goes on as if nothing were known. */
int staged_go_without(struct staged *s, struct err *err)
{
	if (err->code != ERR_BAD_STATE)
		return -1;
	if (!s->request->force) {
		err_detail(err, "What %s had made cannot be told, or not be taken back.",
			name_of(s).s);
		return err_next(err, "with --force it goes on without; so does --direct");
	}
	engine_tell(s->e, WATCH_WARN, name_of(s),
		"what it had made is not taken back (--force): %s", err->text);
	err_clear(err);
	footprint_drop(&s->before);
	s->before = FOOTPRINT_INIT;
	s->has_before = false;
	return 0;
}

static int load_before(struct staged *s, struct err *err)
{
	int there = in_force_get(&s->e->db, name_of(s), &s->older, err);

	if (there == 1)
		there = undo_open(&s->e->place, s->older.txn, s->older.item, &s->kept, err);
	if (there == 0 && s->older.txn)
		engine_tell(s->e, WATCH_WARN, name_of(s),
			"what it had made is not known any more: %s is gone", PLACE_UNDO);
	if (there <= 0)
		return there;
	s->has_before = true;
	return undo_read(&s->kept, UNDO_FOOTPRINT, &s->before, err) < 0 ? staged_go_without(s, err)
									: 0;
}

/* Whether somebody was in use of whom not all is known that was made. */
static bool is_unknown(const struct staged *s)
{
	bool in_use = s->old || (s->made && s->made->state != BUNDLE_PREPARED);

	return in_use && (!s->has_before || !s->before.whole);
}

/* What of the footprint is not as the package made it. */
static int find_drifts(const struct staged *s, struct apply_drifts *out, struct err *err)
{
	const struct changes nothing = CHANGES_INIT;
	AUTO(changes) back = CHANGES_INIT;
	AUTO_FD root = engine_root(s->e, err);

	changes_merge(&s->before.changes, &nothing, &back);
	changes_invert(&back);
	if (root < 0 || apply_check(root, &back, out, err) < 0)
		return -1;
	VEC_FOR (struct apply_drift, d, &out->of)
		d->change = changes_get(&s->before.changes, buf_span(&d->path));
	return 0;
}

static int claim(int root, struct change *c, struct err *err)
{
	struct node_at at = NODE_AT_INIT;
	AUTO(node) now = NODE_INIT;
	int there = beneath_look(root, &c->path, &at, err);

	if (there > 0 && !S_ISDIR(at.st.st_mode) && node_load(&at, &now, err) == 0)
		node_copy(&c->after, &now);
	node_at_drop(&at);
	return err->code == ERR_NONE || err->code == ERR_UNSAFE ? (err_clear(err), 0) : -1;
}

/* As if the package had made what stands there now: then it goes, too. */
static int claim_drifts(struct staged *s, const struct apply_drifts *drifts, struct err *err)
{
	AUTO_FD root = engine_root(s->e, err);

	if (root < 0)
		return -1;
	VEC_FOR (struct change, c, &s->before.changes.of) {
		const struct apply_drift *d = staged_get_drift(drifts, buf_span(&c->path));

		if (d && !d->shared && claim(root, c, err) < 0)
			return err_at(err, "%s", c->path.s);
	}
	return 0;
}

/* --- The parts of the play ---------------------------------------------------------------------------- */

/* Its rules cannot be run any more, or failed, and yet it is to go on. 1; 0: no. */
static int goes_on(struct staged *s, struct stage *stage, const struct err *why)
{
	struct span name = buf_span(&s->old->name);

	if (why->code == ERR_BAD_STATE && s->has_before && s->before.whole) {
		if (!stage->beside)
			engine_tell(s->e, WATCH_INFO, name,
				"its folder is gone: what it had made is taken back without its rules");
		return 1;
	}
	if (!s->request->force || why->code == ERR_IN_USE || why->code == ERR_SIGNAL ||
		why->code == ERR_POLICY || rules_not_begun(why))
		return 0;
	if (!stage->beside)
		engine_tell(s->e, WATCH_WARN, name, "%s; going on (--force)", why->text);
	return 1;
}

int staged_unconfigure(
	struct staged *s, struct stage *stage, struct effects *asked, struct err *err)
{
	if (!s->old || stage_rules(stage, PHASE_UNCONFIGURE, s->old, asked, err) == 0)
		return 0;
	if (!goes_on(s, stage, err)) {
		rules_offer_force(s->request, err);
		return -1;
	}
	err_clear(err);
	return 0;
}

int staged_configure(struct staged *s, struct stage *stage, struct effects *asked, struct err *err)
{
	return s->made ? stage_rules(stage, PHASE_CONFIGURE, s->made, asked, err) : 0;
}

/* What the commit changes; of a package that goes, not what happens in its own folder. */
static int read_stage(struct staged *s, struct stage *stage, struct changes *out,
	struct effects *asked, struct err *err)
{
	size_t kept = 0;

	if (stage_read(stage, staged_subject(s), out, asked, err) < 0)
		return -1;
	for (size_t i = 0; s->goes && i < out->of.n; i++) {
		if (!out->of.v[i].own) {
			struct change c = out->of.v[kept];

			out->of.v[kept++] = out->of.v[i];
			out->of.v[i] = c;
		}
	}
	if (s->goes)
		changes_cut(out, kept);
	return 0;
}

int staged_read(struct staged *s, struct effects *asked, struct err *err)
{
	changes_drop(&s->now.changes);
	return read_stage(s, &s->stage, &s->now.changes, asked, err);
}

int staged_take_back(struct staged *s, const struct changes *parts, const struct undo_source *from,
	struct err *err)
{
	AUTO_FD base = stage_make(&s->e->place, BASE_NAME, err);
	struct err ignored = ERR_INIT;
	int result;

	if (base < 0)
		return -1;
	result = undo_fill_base(base, parts, from, from ? 1 : 0, err) < 0
			 ? -1
			 : stage_take_back(&s->stage, parts, base, err);
	if (stage_remove(&s->e->place, BASE_NAME, &ignored) < 0)
		engine_tell(s->e, WATCH_WARN, SPAN(""), "%s", ignored.text);
	return result;
}

/* --- What is made no longer ---------------------------------------------------------------------------- */

/* Neither changed by the rules nor by anybody else since. */
static bool is_untouched(
	const struct staged *s, const struct change *c, const struct apply_drifts *drifts)
{
	struct span path = buf_span(&c->path);

	return !changes_get(&s->now.changes, path) && !staged_get_drift(drifts, path);
}

static bool has_untouched(const struct staged *s, const struct apply_drifts *drifts)
{
	VEC_FOR (const struct change, c, &s->before.changes.of)
		if (is_untouched(s, c, drifts))
			return true;
	return false;
}

void staged_copy_change(struct changes *out, const struct change *c)
{
	struct change *copy = changes_add(out, buf_span(&c->path));

	node_copy(&copy->before, &c->before);
	node_copy(&copy->after, &c->after);
	copy->own = c->own;
}

/* What has to be taken back of what stands there untouched: that which is not made where it was taken back first. */
static void list_stale(struct staged *s, const struct apply_drifts *drifts,
	const struct changes *bare, struct changes *out)
{
	VEC_FOR (const struct change, c, &s->before.changes.of) {
		const struct change *there = changes_get(bare, buf_span(&c->path));

		if (there && is_untouched(s, c, drifts) && node_is_same(&there->after, &c->before))
			staged_copy_change(out, c);
	}
	changes_number_links(out);
}

/* Configures it over a system where its footprint is taken back. Where its rules fail on that, it only says nothing. */
static int play_bare(struct staged *s, struct changes *out, struct err *err)
{
	struct stage beside = STAGE_INIT;
	AUTO(effects) ignored = EFFECTS_INIT;
	int result = staged_open(s, true, &beside, err);

	memcpy(beside.network, s->network, sizeof(beside.network));
	if (result == 0)
		result = staged_unconfigure(s, &beside, &ignored, err);
	if (result == 0)
		result = stage_take_back(&beside, &s->before.changes, s->kept.base, err);
	if (result == 0)
		result = staged_configure(s, &beside, &ignored, err);
	if (result == 0)
		result = read_stage(s, &beside, out, &ignored, err);
	stage_close(&beside);
	if (result == 0 || err->code == ERR_SIGNAL || rules_not_begun(err))
		return result;
	engine_tell(s->e, WATCH_WARN, name_of(s),
		"what it makes no longer cannot be told, and stays: %s", err->text);
	err_clear(err);
	changes_cut(out, 0);
	return 0;
}

static int take_back_stale(struct staged *s, const struct apply_drifts *drifts, struct err *err)
{
	AUTO(changes) bare = CHANGES_INIT;
	AUTO(changes) stale = CHANGES_INIT;
	const struct undo_source from = {s->kept.base, &s->before.changes};
	AUTO(effects) ignored = EFFECTS_INIT;

	if (!s->has_before || !has_untouched(s, drifts))
		return 0;
	if (play_bare(s, &bare, err) < 0)
		return -1;
	list_stale(s, drifts, &bare, &stale);
	if (!stale.of.n)
		return 0;
	return staged_take_back(s, &stale, &from, err) < 0 ? -1 : staged_read(s, &ignored, err);
}

/* --- What comes of it ---------------------------------------------------------------------------------- */

/* What was asked for: by unconfigure, to take back what configure had asked for, by configure. */
static int compose_effects(
	struct staged *s, const struct effects *undone, const struct effects *done, struct err *err)
{
	struct effects *now = &s->now.effects, *after = &s->after.effects;

	if (s->old && (effects_append(now, undone, err) < 0 ||
			      effects_take_back(&s->before.effects, now, err) < 0))
		return -1;
	if (effects_append(now, done, err) < 0)
		return -1;
	if (s->made && !s->old && effects_append(after, &s->before.effects, err) < 0)
		return -1;
	return s->made ? effects_append(after, done, err) : 0;
}

/* What the package made earlier is not known: what it made now is what differs from what its unconfigure left. Of files that this
 * wrote nobody has the bytes. */
static void guess_after(
	const struct changes *undone, const struct changes *now, struct changes *out)
{
	const struct changes nothing = CHANGES_INIT;
	AUTO(changes) back = CHANGES_INIT;
	AUTO(changes) all = CHANGES_INIT;

	changes_merge(undone, &nothing, &back);
	changes_invert(&back);
	changes_merge(&back, now, &all);
	VEC_FOR (const struct change, c, &all.of)
		if (c->before.type != NODE_FILE || !changes_get(undone, buf_span(&c->path)))
			staged_copy_change(out, c);
	changes_number_links(out);
}

/* The same where some of it is known: what is not, and its unconfigure touched, is guessed. */
static void complete_after(const struct changes *before, const struct changes *undone,
	const struct changes *now, struct changes *out)
{
	AUTO(changes) all = CHANGES_INIT;
	AUTO(changes) guessed = CHANGES_INIT;
	const struct changes *const parts[] = {&all, &guessed};

	changes_merge(before, now, &all);
	guess_after(undone, now, &guessed);
	for (size_t i = 0; i < COUNT(parts); i++) {
		VEC_FOR (const struct change, c, &parts[i]->of) {
			struct span path = buf_span(&c->path);
			bool is_guess = changes_get(undone, path) && !changes_get(before, path);

			if (is_guess == (i == 1))
				staged_copy_change(out, c);
		}
	}
	changes_sort(out);
	changes_number_links(out);
}

static void drop_own(struct changes *c)
{
	AUTO(changes) all = *c;

	*c = CHANGES_INIT;
	VEC_FOR (const struct change, x, &all.of)
		if (!x->own)
			staged_copy_change(c, x);
	changes_number_links(c);
}

static void compose_after(struct staged *s, const struct changes *undone)
{
	struct changes *out = &s->after.changes;

	s->after.whole = !is_unknown(s);
	if (!s->made)
		return;
	if (s->has_before && s->before.whole)
		changes_merge(&s->before.changes, &s->now.changes, out);
	else if (s->has_before)
		complete_after(&s->before.changes, undone, &s->now.changes, out);
	else
		guess_after(undone, &s->now.changes, out);
	if (changes_count(out) < out->of.n)
		drop_own(out);
}

/* --- The play ------------------------------------------------------------------------------------------ */

int staged_take_back_all(struct staged *s, const struct apply_drifts *drifts, struct err *err)
{
	AUTO(changes) own = CHANGES_INIT;
	const struct undo_source from = {s->kept.base, &s->before.changes};

	if (staged_without_groups(&s->before.changes, drifts, &own))
		return staged_take_back(s, &own, &from, err);
	return stage_take_back(&s->stage, &s->before.changes, s->kept.base, err);
}

static int play_removal(struct staged *s, const struct apply_drifts *drifts, struct effects *undone,
	struct err *err)
{
	if (staged_unconfigure(s, &s->stage, undone, err) < 0)
		return -1;
	if (s->has_before && staged_take_back_all(s, drifts, err) < 0 &&
		staged_go_without(s, err) < 0)
		return -1;
	return read_stage(s, &s->stage, &s->now.changes, undone, err);
}

static int play_configuration(struct staged *s, struct effects *undone, struct effects *done,
	struct changes *between, struct err *err)
{
	AUTO(effects) ignored = EFFECTS_INIT;

	if (staged_unconfigure(s, &s->stage, undone, err) < 0)
		return -1;
	if (s->old && is_unknown(s) && read_stage(s, &s->stage, between, &ignored, err) < 0)
		return -1;
	if (staged_configure(s, &s->stage, done, err) < 0)
		return -1;
	return read_stage(s, &s->stage, &s->now.changes, done, err);
}

static int play(struct staged *s, struct err *err)
{
	AUTO(apply_drifts) drifts = APPLY_DRIFTS_INIT;
	AUTO(effects) undone = EFFECTS_INIT;
	AUTO(effects) done = EFFECTS_INIT;
	AUTO(changes) between = CHANGES_INIT;

	if (load_before(s, err) < 0 || staged_settle_before(s, err) < 0 ||
		find_drifts(s, &drifts, err) < 0)
		return -1;
	if (s->request->purge && claim_drifts(s, &drifts, err) < 0)
		return -1;
	if (staged_find_dirs(s, err) < 0 || staged_open(s, false, &s->stage, err) < 0)
		return -1;
	memcpy(s->stage.network, s->network, sizeof(s->stage.network));
	if (staged_moves(s))
		return staged_move(s, &drifts, err) < 0 ? -1 : staged_share(s, err);
	if (staged_is_luet(s) ? staged_play_luet(s, &drifts, &undone, &done, err) < 0
		: !s->made    ? play_removal(s, &drifts, &undone, err) < 0
			      : play_configuration(s, &undone, &done, &between, err) < 0 ||
				     take_back_stale(s, &drifts, err) < 0)
		return -1;
	if (compose_effects(s, &undone, &done, err) < 0)
		return -1;
	compose_after(s, &between);
	if (staged_share(s, err) < 0)
		return -1;
	if (s->made)
		return staged_tell_replaced(s, &drifts, err);
	staged_tell_odd(s, &drifts);
	staged_list_left(s, &drifts);
	return staged_without_others(s, &s->left, err);
}

/* What is in force stays so. */
static int play_repair(struct staged *s, struct err *err)
{
	const struct changes nothing = CHANGES_INIT;
	AUTO(effects) done = EFFECTS_INIT;

	if (load_before(s, err) < 0)
		return -1;
	packets_dirs_copy(&s->after.dirs, &s->before.dirs);
	if (staged_open(s, false, &s->stage, err) < 0 || staged_mend(s, &done, err) < 0)
		return -1;
	compose_after(s, &nothing);
	staged_carry_kept(s);
	staged_carry_lent(s);
	if (s->now.changes.of.n && effects_append(&s->now.effects, &done, err) < 0)
		return -1;
	return effects_append(&s->after.effects, &s->before.effects, err);
}

int staged_run(struct staged *s, bool *none, struct err *err)
{
	*none = false;
	staged_drop(s);
	begin(s);
	if ((s->request->goal == GOAL_REPAIR ? play_repair(s, err) : play(s, err)) == 0)
		return 0;
	*none = s->stage.refused;
	return -1;
}

/* To be as it was before the package came needs nobody's leave. */
static bool is_taken_back(const struct staged *s, struct span path)
{
	const struct change *made = changes_get(&s->before.changes, path);
	const struct change *now = changes_get(&s->now.changes, path);

	return made && now && node_is_same(&now->after, &made->before);
}

static int forgive(struct staged *s, struct err *err)
{
	AUTO(texts) alike = {0};
	size_t kept = 0;

	if (staged_list_alike(s, &alike, err) < 0)
		return -1;

	for (size_t i = 0; i < s->findings.of.n; i++) {
		struct finding f = s->findings.of.v[i];

		if (is_taken_back(s, buf_span(&f.path)) ||
			(span_is_text(buf_span(&f.id), "other-package") &&
				texts_has_sorted(&alike, buf_span(&f.path))))
			continue;
		s->findings.of.v[i] = s->findings.of.v[kept];
		s->findings.of.v[kept++] = f;
	}
	findings_cut(&s->findings, kept);
	return 0;
}

int staged_inspect(struct staged *s, struct err *err)
{
	AUTO(texts) own = {0};

	if (s->old)
		inspect_add_own(s->e, s->old, &own);
	if (s->made)
		inspect_add_own(s->e, s->made, &own);
	if (inspect(s->e, &s->stage, name_of(s), &own, &s->now.changes, &s->request->allowed,
		    &s->findings, err) < 0)
		return -1;
	return forgive(s, err) < 0 ? -1 : needs_hold(s, &own, err);
}
