/* A plan in words. */
#include "cmd/plan_print.h"

#include "base/text.h"
#include "cmd/print.h"

#define SENTENCE_MOST 8 /* packages named in the closing sentence; more are counted */

static struct span item_name(const struct plan_item *item)
{
	if (item->to.name.n)
		return buf_span(&item->to.name);
	if (item->from.name.n)
		return buf_span(&item->from.name);
	return item->installer.name.n ? buf_span(&item->installer.name) : buf_span(&item->file);
}

/* Of what is aimed at; of what is there, where that goes. */
static struct span item_version(const struct plan_item *item)
{
	return bundle_version(item->to.id.n ? &item->to : &item->from);
}

static void add_action(struct buf *out, const struct plan_item *item)
{
	static const char *const words[ACTIONS] = {
		[ACTION_NEW] = "new",
		[ACTION_UPGRADE] = "upgrade from ",
		[ACTION_DOWNGRADE] = "downgrade from ",
		[ACTION_AGAIN] = "configure again",
		[ACTION_PREPARE] = "prepare",
		[ACTION_DOWNLOAD] = "download",
		[ACTION_EXTRACT] = "extract",
		[ACTION_RECONFIGURE] = "configure again",
		[ACTION_UNCONFIGURE] = "unconfigure",
		[ACTION_REMOVE] = "remove",
		[ACTION_UNDO] = "undo",
		[ACTION_REPAIR] = "repair",
		[ACTION_NOTHING] = "nothing to do",
	};

	if (item->result == RESULT_FAILED && !item->steps.n) {
		buf_adds(out, "cannot be done");
		return;
	}
	buf_adds(out, words[item->action]);
	if (item->action == ACTION_UPGRADE || item->action == ACTION_DOWNGRADE)
		text_escape(out, bundle_version(&item->from));
	if (item->repository.n)
		buf_addf(out, " (%s)", item->repository.s);
}

static void add_steps(struct buf *out, const struct plan_item *item, const char *between)
{
	bool first = true;

	VEC_FOR (const struct step, s, &item->steps) {
		bool old = s->target == TARGET_OLD && item->to.id.n;

		buf_addf(out, "%s%s%s", first ? "" : between, step_rows[s->kind].name,
			old ? " the old" : "");
		first = false;
	}
}

static void pad_cell(struct buf *out, struct span raw, size_t columns)
{
	AUTO(buf) safe = BUF_INIT;

	text_escape(&safe, raw);
	print_pad(out, buf_span(&safe), columns);
}

static size_t widest(const struct plan *plan, struct span (*cell)(const struct plan_item *))
{
	size_t columns = 0;

	VEC_FOR (const struct plan_item, item, &plan->of) {
		AUTO(buf) safe = BUF_INIT;

		text_escape(&safe, cell(item));
		if (print_width(buf_span(&safe)) > columns)
			columns = print_width(buf_span(&safe));
	}
	return columns;
}

void plan_print_table(struct buf *out, const struct plan *plan, bool steps)
{
	size_t names = widest(plan, item_name), versions = widest(plan, item_version);

	VEC_FOR (const struct plan_item, item, &plan->of) {
		buf_adds(out, "  ");
		pad_cell(out, item_name(item), names + 3);
		pad_cell(out, item_version(item), versions + 3);
		add_action(out, item);
		if (steps && item->steps.n) {
			buf_adds(out, ": ");
			add_steps(out, item, ", ");
		}
		buf_addc(out, '\n');
	}
}

void plan_print_plain(struct buf *out, const struct plan *plan)
{
	VEC_FOR (const struct plan_item, item, &plan->of) {
		const struct bundle *b = item->to.id.n ? &item->to : &item->from;

		buf_addf(out, "%s\t", plan_action_name(item->action));
		text_escape(out, item_name(item));
		buf_addc(out, '\t');
		text_escape(out, item_version(item));
		buf_addc(out, '\t');
		if (item->from.name.n)
			text_escape(out, bundle_version(&item->from));
		buf_addf(out, "\t%s\t", b->id.s);
		add_steps(out, item, ",");
		buf_addf(out, "\t%s\n", item->cached ? "cached" : "");
	}
	VEC_FOR (const struct buf, one, &plan->debian.of) {
		struct span version = buf_span(one), name = SPAN("");

		if (span_split(&version, ' ', &name))
			buf_addf(out, "debian\t%.*s\t%.*s\t\t\t\t\n", SPAN_ARG(name),
				SPAN_ARG(version));
	}
}

void plan_print_fetch(struct buf *out, const struct plan *plan)
{
	const struct plan_fetch *f = &plan->fetch;

	if (!f->packs)
		return;
	buf_adds(out, "To fetch: ");
	if (f->bytes >= 0) {
		text_size(out, f->bytes);
		buf_adds(out, " in ");
	}
	print_count(out, f->packs, "pack", "packs");
	if (f->cached)
		buf_addf(out, " (%zu of %zu %s in the cache)", f->cached, f->packs + f->cached,
			f->cached == 1 ? "is" : "are");
	buf_adds(out, ".\n");
}

/* All of them: it is what is asked about. */
void plan_print_debian(struct buf *out, const struct plan *plan)
{
	bool first = true;

	if (!plan->debian.of.n)
		return;
	buf_adds(out, "From Debian: ");
	VEC_FOR (const struct buf, one, &plan->debian.of) {
		buf_adds(out, first ? "" : ", ");
		text_escape(out, buf_span(one));
		first = false;
	}
	buf_adds(out, " (");
	print_count(out, plan->debian.of.n, "package", "packages");
	buf_adds(out, ").\n");
}

static bool is_done(const struct plan_item *item)
{
	return item->result == RESULT_DONE && item->action != ACTION_NOTHING;
}

static void add_named(struct buf *out, const struct plan_item *item)
{
	text_escape(out, item_name(item));
	buf_addc(out, ' ');
	text_escape(out, item_version(item));
	buf_addf(out, " %s", plan_action_past(item->action));
}

/* "120 installed, 7 upgraded" */
static void add_counted(struct buf *out, const struct plan *plan)
{
	bool first = true;

	for (int action = 0; action < ACTIONS; action++) {
		size_t n = 0;

		VEC_FOR (const struct plan_item, item, &plan->of)
			n += is_done(item) && item->action == (enum plan_action)action;
		if (!n)
			continue;
		if (first)
			print_count(out, n, "package", "packages");
		else
			buf_addf(out, ", %zu", n);
		buf_addf(out, " %s", plan_action_past((enum plan_action)action));
		first = false;
	}
}

static bool is_committed(const struct plan *plan)
{
	VEC_FOR (const struct plan_item, item, &plan->of)
		if (item->committed)
			return true;
	return false;
}

static bool is_undoable(const struct plan *plan)
{
	VEC_FOR (const struct plan_item, item, &plan->of)
		if (item->committed && item->forgotten)
			return false;
	return is_committed(plan);
}

static void add_changes(struct buf *out, const struct plan *plan)
{
	int64_t n = 0;

	VEC_FOR (const struct plan_item, item, &plan->of)
		n += item->changes;
	if (!is_committed(plan))
		return;
	buf_adds(out, ": ");
	print_count(out, (size_t)n, "change", "changes");
}

static void add_way_back(struct buf *out, const struct plan *plan)
{
	if (is_undoable(plan))
		buf_addf(
			out, "  Take it back with: fardel undo %lld", (long long)plan->transaction);
}

static void add_done(struct buf *out, const struct plan *plan, size_t done)
{
	bool first = true;

	if (done > SENTENCE_MOST) {
		add_counted(out, plan);
	} else {
		VEC_FOR (const struct plan_item, item, &plan->of) {
			if (!is_done(item))
				continue;
			buf_adds(out, first ? "" : ", ");
			add_named(out, item);
			first = false;
		}
	}
	add_changes(out, plan);
	buf_adds(out, " in ");
	text_duration(out, plan->seconds);
	buf_addc(out, '.');
	add_way_back(out, plan);
	buf_addc(out, '\n');
}

/* "google-chrome: removed, 0 left behind"; of what was done outside of a stage nobody knows. */
static void add_lines(struct buf *out, const struct plan *plan)
{
	VEC_FOR (const struct plan_item, item, &plan->of) {
		if (!is_done(item))
			continue;
		text_escape(out, item_name(item));
		buf_addf(out, ": %s", plan_action_past(item->action));
		if (item->counted)
			buf_addf(out, ", %zu left behind", item->left.of.n);
		if (item->committed && is_undoable(plan)) {
			buf_addc(out, '.');
			add_way_back(out, plan);
		}
		buf_addc(out, '\n');
	}
}

static bool is_as_wanted(const struct plan_item *item)
{
	return item->action == ACTION_NOTHING && item->result == RESULT_DONE;
}

void plan_print_closing(struct buf *out, const struct plan *plan)
{
	size_t done = 0, nothing = 0;

	VEC_FOR (const struct plan_item, item, &plan->of) {
		done += is_done(item);
		nothing += is_as_wanted(item);
	}
	if (done && done <= SENTENCE_MOST &&
		(plan->goal == GOAL_REMOVE || plan->goal == GOAL_UNCONFIGURE ||
			plan->goal == GOAL_UNDO))
		add_lines(out, plan);
	else if (done)
		add_done(out, plan, done);
	if (nothing && nothing <= SENTENCE_MOST) {
		VEC_FOR (const struct plan_item, item, &plan->of) {
			if (!is_as_wanted(item))
				continue;
			text_escape(out, item_name(item));
			buf_adds(out, ": nothing to do\n");
		}
	}
}

void plan_print_undone(struct buf *out, const struct plan *plan)
{
	size_t names = widest(plan, item_name);
	struct span rest, line;

	VEC_FOR (const struct plan_item, item, &plan->of) {
		if (item->result != RESULT_FAILED && item->result != RESULT_BACK &&
			item->result != RESULT_SKIPPED)
			continue;
		buf_adds(out, "  ");
		pad_cell(out, item_name(item), names + 3);
		buf_adds(out, item->result == RESULT_SKIPPED ? "not begun"
			      : item->result == RESULT_BACK  ? "taken back"
							     : "failed");
		if (item->why.n) {
			buf_adds(out, ": ");
			buf_add_span(out, buf_span(&item->why)); /* an error's text: escaped */
		}
		buf_addc(out, '\n');
		rest = buf_span(&item->more);
		while (span_split(&rest, '\n', &line))
			buf_addf(out, "        %.*s\n", SPAN_ARG(line));
	}
}

/* {"version": …, "id": …}, or null where there is no such bundle. */
static struct json *json_of_bundle(const struct bundle *b)
{
	struct json *object;

	if (!b->id.n)
		return json_null();
	object = json_object();
	json_put(object, "version", b->version.n ? json_text(buf_span(&b->version)) : json_null());
	json_put_text(object, "id", buf_span(&b->id));
	return object;
}

static struct json *json_of_texts(const struct texts *texts)
{
	struct json *list = json_array();

	VEC_FOR (const struct buf, text, &texts->of)
		json_append(list, json_text(buf_span(text)));
	return list;
}

static struct json *json_of_item(const struct plan_item *item)
{
	struct json *object = json_object(), *steps = json_array();

	json_put_text(object, "action", span_of(plan_action_name(item->action)));
	json_put_text(object, "name", item_name(item));
	json_put(object, "from", json_of_bundle(&item->from));
	json_put(object, "to", json_of_bundle(&item->to));
	if (item->repository.n)
		json_put_text(object, "repository", buf_span(&item->repository));
	else if (item->file.n)
		json_put_text(object, "file", buf_span(&item->file));
	VEC_FOR (const struct step, s, &item->steps) {
		struct json *step = json_object();

		json_put_text(step, "step", span_of(step_rows[s->kind].name));
		json_put_text(step, "of", span_of(s->target == TARGET_OLD ? "from" : "to"));
		json_append(steps, step);
	}
	json_put(object, "steps", steps);
	json_put_bool(object, "cached", item->cached);
	json_put_text(object, "result", span_of(plan_result_name(item->result)));
	if (item->committed)
		json_put_number(object, "changes", item->changes);
	if (item->counted)
		json_put(object, "left_behind", json_of_texts(&item->left));
	if (item->why.n)
		json_put_text(object, "why", buf_span(&item->why));
	if (item->more.n)
		json_put_text(object, "more", buf_span(&item->more));
	return object;
}

struct json *plan_print_json(const struct plan *plan)
{
	struct json *items = json_array();

	VEC_FOR (const struct plan_item, item, &plan->of)
		json_append(items, json_of_item(item));
	return items;
}

struct json *plan_print_json_fetch(const struct plan *plan)
{
	const struct plan_fetch *f = &plan->fetch;
	struct json *object = json_object();

	json_put_number(object, "packs", (int64_t)f->packs);
	json_put_number(object, "cached", (int64_t)f->cached);
	json_put(object, "bytes", f->bytes >= 0 ? json_number(f->bytes) : json_null());
	return object;
}

struct json *plan_print_json_debian(const struct plan *plan)
{
	return json_of_texts(&plan->debian);
}
