/* Packages of luet's in the play. */
#include "engine/staged_luet.h"

#include "engine/luet.h"
#include "engine/staged_parts.h"
#include "model/changes_math.h"

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
		if (!known || texts_has_sorted(&laid, buf_span(&c->path)))
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
