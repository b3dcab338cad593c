/* Packages of Packets in the play. */
#include "engine/staged_packets.h"

#include <string.h>

#include "engine/packets.h"
#include "engine/staged_parts.h"
#include "model/changes_math.h"

int staged_find_dirs(struct staged *s, struct err *err)
{
	const struct packets_dirs *dirs;

	if (!s->made || s->made->format != FORMAT_PACKETS)
		return 0;
	if (packets_dirs_get(s->e, &dirs, err) < 0)
		return -1;
	packets_dirs_copy(&s->after.dirs, dirs);
	/* The data moves; programs stay where they are, as Packets has it. */
	if (staged_moves(s))
		buf_set(&s->after.dirs.bin, buf_span(&s->before.dirs.bin));
	return 0;
}

bool staged_moves(const struct staged *s)
{
	const struct packets_dirs *was = &s->before.dirs, *is = &s->after.dirs;

	return s->made && !s->old && s->has_before && was->data.n && is->data.n &&
	       !span_is(buf_span(&was->data), buf_span(&is->data));
}

bool staged_is_neighbour(const struct staged *s, struct span path)
{
	const struct buf *data = &s->before.dirs.data;

	return data->n && span_starts(path, data->s) && path.n > data->n &&
	       path.s[data->n] == '/' && !memchr(path.s + data->n + 1, '/', path.n - data->n - 1);
}

int staged_open(struct staged *s, bool beside, struct stage *out, struct err *err)
{
	int result = stage_open(s->e, beside, out, err);

	out->was = &s->before.dirs;
	out->is = &s->after.dirs;
	out->given = s->given;
	return result;
}

/* --- A move --------------------------------------------------------------------------------------------- */

/* One path, below the one dataDir, as it is below the other. False: it is not in the package's folder there. */
static bool translate(const struct buf *path, const struct buf *from, const struct buf *to,
	const char *name, struct buf *out)
{
	AUTO(buf) home = buf_dup(from);

	buf_add_path(&home, name);
	if (!span_starts(buf_span(path), home.s) || (path->n > home.n && path->s[home.n] != '/'))
		return false;
	buf_set(out, buf_span(to));
	buf_adds(out, path->s + from->n);
	return true;
}

static bool is_drifted(const struct apply_drifts *drifts, const struct change *made)
{
	VEC_FOR (const struct apply_drift, d, &drifts->of)
		if (d->change == made && span_is(buf_span(&d->path), buf_span(&made->path)))
			return true;
	return false;
}

/* What was in the package's folder and others had put there is theirs; of what they had changed, the package's part is what
 * it had made. */
static void add_after(struct staged *s, const struct apply_drifts *drifts, const struct change *c)
{
	const struct packets_dirs *was = &s->before.dirs, *is = &s->after.dirs;
	const char *name = s->made->name.s;
	AUTO(buf) old = BUF_INIT;
	const struct change *gone, *made;

	if (translate(&c->path, &was->data, &is->data, name, &old))
		return;
	if (!translate(&c->path, &is->data, &was->data, name, &old)) {
		staged_copy_change(&s->after.changes, c);
		return;
	}
	gone = changes_get(&s->now.changes, buf_span(&old));
	made = changes_get(&s->before.changes, buf_span(&old));
	if (gone && gone->before.type != NODE_NONE && !made)
		return;
	staged_copy_change(&s->after.changes, c);
	if (made && is_drifted(drifts, made))
		node_copy(&s->after.changes.of.v[s->after.changes.of.n - 1].after, &made->after);
}

static void compose(struct staged *s, const struct apply_drifts *drifts)
{
	AUTO(changes) all = CHANGES_INIT;

	changes_merge(&s->before.changes, &s->now.changes, &all);
	VEC_FOR (const struct change, c, &all.of)
		if (!c->own)
			add_after(s, drifts, c);
	changes_sort(&s->after.changes);
	changes_number_links(&s->after.changes);
	s->after.whole = s->before.whole;
}

/* But for what others have changed of what is in its folder: that goes along as it is. */
static int take_back(struct staged *s, const struct apply_drifts *drifts, struct err *err)
{
	const struct undo_source from = {s->kept.base, &s->before.changes};
	const struct packets_dirs *was = &s->before.dirs;
	AUTO(changes) gone = CHANGES_INIT;
	AUTO(buf) ignored = BUF_INIT;

	VEC_FOR (const struct change, c, &s->before.changes.of)
		if (!is_drifted(drifts, c) ||
			!translate(&c->path, &was->data, &was->data, s->made->name.s, &ignored))
			staged_copy_change(&gone, c);
	changes_number_links(&gone);
	return staged_take_back(s, &gone, &from, err);
}

/* The old dataDir, where this one had made it, if nothing is left in it. */
static int take_back_above(struct staged *s, struct err *err)
{
	AUTO(changes) above = CHANGES_INIT;

	VEC_FOR (const struct change, c, &s->before.changes.of)
		if (c->before.type == NODE_NONE && c->after.type == NODE_FOLDER &&
			(span_is(buf_span(&c->path), buf_span(&s->before.dirs.data)) ||
				(span_starts(buf_span(&s->before.dirs.data), c->path.s) &&
					s->before.dirs.data.s[c->path.n] == '/')))
			staged_copy_change(&above, c);
	return above.of.n ? stage_take_back(&s->stage, &above, s->kept.base, err) : 0;
}

/* A package called as the new folder in the old one would have to move into itself. */
static int check_apart(const struct staged *s, struct err *err)
{
	AUTO(buf) home = buf_dup(&s->after.dirs.data);
	AUTO(buf) ignored = BUF_INIT;

	buf_add_path(&home, s->made->name.s);
	if (!translate(&home, &s->before.dirs.data, &s->after.dirs.data, s->made->name.s, &ignored))
		return 0;
	err_set(err, ERR_CONFIG, "dataDir %s is in the package's own folder", s->after.dirs.data.s);
	return err_next(err, "name another one in " PACKETS_CONF);
}

int staged_move(struct staged *s, const struct apply_drifts *drifts, struct err *err)
{
	AUTO(effects) asked = EFFECTS_INIT;
	struct stage *stage = &s->stage;

	engine_tell(s->e, WATCH_INFO, buf_span(&s->made->name), "its files move from %s to %s",
		s->before.dirs.data.s, s->after.dirs.data.s);
	if (check_apart(s, err) < 0)
		return -1;
	if (stage_rules(stage, PHASE_UNCONFIGURE, s->made, &asked, err) < 0 ||
		take_back(s, drifts, err) < 0)
		return -1;
	stage->moves = true;
	if (stage_rules(stage, PHASE_CONFIGURE, s->made, &asked, err) < 0 ||
		take_back_above(s, err) < 0 || staged_read(s, &asked, err) < 0)
		return -1;
	compose(s, drifts);
	return 0;
}
