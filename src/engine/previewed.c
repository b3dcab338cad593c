/* A preview that was looked at, and is to be done exactly so. */
#include "engine/previewed.h"

#include <fcntl.h>

#include "model/changes_json.h"
#include "model/changes_math.h"
#include "model/preview_read.h"
#include "sys/fd.h"
#include "sys/file.h"

#define NAMED_MOST 5 /* differences that one message names */

static int load(const char *file, const struct bundle *b, struct footprint *out, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO_FD fd = file_open_within("", file, O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		return err_sys(err, "open %s", file);
	if (file_read_fd(fd, CHANGES_JSON_MAX, &text, err) < 0)
		return err_at(err, "%s", file);
	if (preview_read(buf_span(&text), buf_span(&b->name), buf_span(&b->id), out, err) < 0)
		return err_at(err, "%s", file);
	return 0;
}

static const char *say(const struct change_difference *d)
{
	if (!d->a)
		return "is not in the preview";
	return d->b ? "is another change now" : "would not be changed now";
}

static int refuse(const struct changes_difference *d, struct err *err)
{
	size_t named = 0;

	err_set(err, ERR_CONFLICT, "it would do something else than the preview shows");
	VEC_FOR (const struct change_difference, x, &d->of)
		if (named++ < NAMED_MOST)
			err_detail(err, "%s %s", (x->a ? x->a : x->b)->path.s, say(x));
	if (named > NAMED_MOST)
		err_detail(err, "and %zu more", named - NAMED_MOST);
	if (!named)
		err_detail(err, "it asks something else of the running system");
	err_detail(err, "Nothing has been changed.");
	return err_next(err, "look at a new preview");
}

static bool is_same_text(const struct effects *a, const struct effects *b)
{
	AUTO(buf) left = BUF_INIT;
	AUTO(buf) right = BUF_INIT;

	VEC_FOR (const struct effect, x, &a->of) {
		effect_format(x, &left);
		buf_addc(&left, '\n');
	}
	VEC_FOR (const struct effect, x, &b->of) {
		effect_format(x, &right);
		buf_addc(&right, '\n');
	}
	return span_is(buf_span(&left), buf_span(&right));
}

int previewed_check(const struct staged *s, const char *file, struct err *err)
{
	AUTO(footprint) shown = FOOTPRINT_INIT;
	struct changes_difference d = CHANGES_DIFFERENCE_INIT;
	int result = load(file, staged_subject(s), &shown, err);

	if (result == 0) {
		changes_diff(&shown.changes, &s->now.changes, &d);
		if (d.of.n || !is_same_text(&shown.effects, &s->now.effects))
			result = refuse(&d, err);
	}
	changes_difference_drop(&d);
	return result;
}
