/* Packages of luet's in the play. */
#include "engine/staged_luet.h"

#include "engine/luet.h"
#include "engine/luet_protect.h"
#include "engine/staged_parts.h"
#include "model/changes_math.h"
#include "model/luet_protect.h"

bool staged_is_luet(const struct staged *s)
{
	return staged_subject(s)->format == FORMAT_LUET;
}

/* What its tree had laid; what its finalizers made stays, as they may keep what they find (a key that was made at the first time). Where that is not
 * known: all of it. */
static int list_laid(struct staged *s, struct changes *out, struct err *err)
{
	AUTO(texts) laid = {0};
	int known = luet_laid(s->e, s->old ? s->old : s->made, &laid, err);

	if (known < 0)
		return -1;
	VEC_FOR (const struct change, c, &s->before.changes.of)
		if (!known || texts_has_sorted(&laid, buf_span(&c->path)) ||
			texts_has_sorted(&s->before.kept, buf_span(&c->path)))
			staged_copy_change(out, c);
	changes_number_links(out);
	return 0;
}

static int take_back_laid(struct staged *s, struct err *err)
{
	const struct undo_source from = {s->kept.base, &s->before.changes};
	AUTO(changes) laid = CHANGES_INIT;

	if (list_laid(s, &laid, err) < 0)
		return -1;
	return laid.of.n ? staged_take_back(s, &laid, &from, err) : 0;
}

static bool is_edited(const struct apply_drift *d)
{
	return d->change->after.type != NODE_FOLDER && d->now.type != NODE_NONE &&
	       d->now.type != NODE_FOLDER;
}

static int spare(struct staged *s, const struct installer *about, struct apply_drifts *drifts,
	struct err *err)
{
	AUTO(texts) protect = {0};
	size_t kept = 0;

	if (luet_protected(s->e, about, &protect, err) < 0)
		return -1;
	for (size_t i = 0; i < drifts->of.n; i++) {
		struct apply_drift d = drifts->of.v[i];

		if (is_edited(&d) && luet_protect_covers(&protect, buf_span(&d.path))) {
			texts_add(&s->left, buf_span(&d.path));
			continue;
		}
		drifts->of.v[i] = drifts->of.v[kept];
		drifts->of.v[kept++] = d;
	}
	apply_drifts_cut(drifts, kept);
	return 0;
}

int staged_spare_protected(struct staged *s, struct apply_drifts *drifts, struct err *err)
{
	struct installer about;
	int result;

	if (!staged_is_luet(s) || !drifts->of.n)
		return 0;
	installer_init(&about);
	result = luet_about(s->e, s->made, &about, err);
	if (result == 0)
		result = spare(s, &about, drifts, err);
	installer_drop(&about);
	return result;
}

int staged_play_luet(struct staged *s, const struct apply_drifts *drifts, struct effects *undone,
	struct effects *done, struct err *err)
{
	int result = 0;

	if (s->has_before)
		result = s->made ? take_back_laid(s, err) : staged_take_back_all(s, drifts, err);
	if (result < 0 && staged_go_without(s, err) < 0)
		return -1;
	if (staged_unconfigure(s, &s->stage, undone, err) < 0 ||
		staged_configure(s, &s->stage, done, err) < 0)
		return -1;
	return staged_read(s, s->made ? done : undone, err);
}
