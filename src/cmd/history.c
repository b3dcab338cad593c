/* history: what was done, and by whom.
 *
 *	$ fardel history
 *	NUMBER   BEGUN              WHAT                        RESULT                      USER
 *	    43   2026-11-20 15:20   remove google-chrome        15 changes                  root
 *	    42   2026-11-20 15:02   install zoom, slack         24 changes                  root
 *	    41   2026-11-20 15:01   install zoom                zoom: checksum mismatch     root
 *	$ fardel history show 42
 *	Transaction 42, begun 2026-11-20 15:02 by root: fardel install zoom.tar.gz slack.tar.gz
 *	  extract     zoom    91ab03c2   done
 *	  …
 *	Ended 2026-11-20 15:02: done. Its log: fardel log 42
 */
#include <string.h>

#include "base/text.h"
#include "cmd/changes_print.h"
#include "cmd/cmd.h"
#include "cmd/print.h"
#include "cmd/sheet.h"
#include "model/changes_json.h"

static const struct column columns[] = {
	{.title = "NUMBER", .key = "number", .right = true},
	{.title = "BEGUN", .key = "begun"},
	{.title = "WHAT", .key = "what", .trunc = true},
	{.title = "RESULT", .key = "result", .trunc = true},
	{.title = "USER", .key = "user"},
};

static const char *const verbs[ACTIONS] = {
	[ACTION_NEW] = "install",
	[ACTION_UPGRADE] = "upgrade",
	[ACTION_DOWNGRADE] = "downgrade",
	[ACTION_AGAIN] = "reconfigure",
	[ACTION_PREPARE] = "prepare",
	[ACTION_DOWNLOAD] = "download",
	[ACTION_EXTRACT] = "extract",
	[ACTION_RECONFIGURE] = "reconfigure",
	[ACTION_UNCONFIGURE] = "unconfigure",
	[ACTION_REMOVE] = "remove",
	[ACTION_UNDO] = "undo",
	[ACTION_REPAIR] = "repair",
	[ACTION_NOTHING] = "clean",
};

/* The step that stands for its item: the last of the package and the action. */
static bool is_last(const struct past *p, size_t i)
{
	for (size_t k = i + 1; k < p->steps.n; k++)
		if (span_is(p->steps.v[k].name, p->steps.v[i].name) &&
			p->steps.v[k].action == p->steps.v[i].action)
			return false;
	return true;
}

/* "install zoom, slack, upgrade chrome". */
static void add_what(struct buf *out, const struct past *p)
{
	const char *verb = NULL;

	for (size_t i = 0; i < p->steps.n; i++) {
		const char *now = verbs[p->steps.v[i].action];

		if (!is_last(p, i))
			continue;
		buf_addf(out, "%s", out->n ? ", " : "");
		if (!verb || strcmp(verb, now) != 0)
			buf_addf(out, "%s ", now);
		buf_add_span(out, p->steps.v[i].name);
		verb = now;
	}
	if (!p->steps.n)
		buf_add_span(out, p->command);
}

/* "15 changes, taken back by 44"; of what changed nothing, what it ended with. */
static void add_result(struct buf *out, const struct past *p)
{
	if (!p->ended) {
		buf_adds(out, "interrupted; the next command settles it");
		return;
	}
	if (p->changes < 0 || !span_is_text(p->result, "done"))
		buf_add_span(out, p->result);
	if (p->changes >= 0)
		buf_addf(out, "%s%lld change%s", out->n ? ", " : "", (long long)p->changes,
			p->changes == 1 ? "" : "s");
	if (p->undone_by)
		buf_addf(out, ", taken back by %lld", (long long)p->undone_by);
}

static int add_row(void *arg, const struct past *p, struct err *err)
{
	struct sheet *sheet = arg;
	AUTO(buf) what = BUF_INIT;
	AUTO(buf) result = BUF_INIT;

	(void)err;
	add_what(&what, p);
	add_result(&result, p);
	sheet_number(sheet, p->number);
	sheet_time(sheet, p->begun);
	sheet_text(sheet, buf_span(&what));
	sheet_text(sheet, buf_span(&result));
	sheet_text(sheet, p->user);
	return 0;
}

static int list(struct run *run, struct err *err)
{
	struct sheet *sheet = sheet_new(run, "transactions", columns, COUNT(columns));
	int status = engine_history(run->engine, 0, add_row, sheet, err);

	sheet_end(sheet);
	return status;
}

static struct json *json_of_commits(const struct past *p)
{
	struct json *list = json_array();

	VEC_FOR (const struct past_commit, c, &p->commits) {
		struct json *item = json_object();

		json_put_text(item, "package", c->name);
		json_put(item, "changes", changes_to_json(&c->what->changes));
		json_put(item, "effects", effects_to_json(&c->what->effects));
		json_append(list, item);
	}
	return list;
}

static int show_json(struct run *run, const struct past *p)
{
	struct json *steps = json_array();
	AUTO(buf) begun = BUF_INIT;
	AUTO(buf) ended = BUF_INIT;

	text_time_iso(&begun, p->begun);
	if (p->ended)
		text_time_iso(&ended, p->ended);
	VEC_FOR (const struct past_step, s, &p->steps) {
		struct json *step = json_object();

		json_put_text(step, "step", s->step);
		json_put_text(step, "action", span_of(plan_action_name(s->action)));
		json_put_text(step, "package", s->name);
		json_put_text(step, "id", s->id);
		json_put_text(step, "status", s->status);
		json_append(steps, step);
	}
	json_put_number(run->json, "number", p->number);
	json_put_text(run->json, "begun", buf_span(&begun));
	json_put(run->json, "ended", p->ended ? json_text(buf_span(&ended)) : json_null());
	json_put_text(run->json, "command", p->command);
	json_put_text(run->json, "user", p->user);
	json_put_text(run->json, "result", p->result);
	json_put(run->json, "steps", steps);
	if (p->changes >= 0)
		json_put_number(run->json, "changes", p->changes);
	if (p->undone_by)
		json_put_number(run->json, "undone_by", p->undone_by);
	json_put(run->json, "commits", json_of_commits(p));
	return 0;
}

static void add_step(struct buf *out, const struct past_step *s)
{
	AUTO(buf) name = BUF_INIT;

	text_escape(&name, s->name);
	buf_adds(out, "  ");
	print_pad(out, s->step, 13);
	print_pad(out, buf_span(&name), 20);
	buf_addf(out, " %.*s   %.*s\n", SPAN_ARG(span_cut(s->id, 0, 8)), SPAN_ARG(s->status));
}

static void add_commit(struct buf *out, const struct run *run, const struct past_commit *c)
{
	struct changes_look look = {
		.utf8 = run->term.utf8, .color = run->term.color_out, .own = SPAN("")};

	if (run_form(run) != FORM_TABLE) {
		changes_print_plain(out, c->name, &c->what->changes);
		return;
	}
	buf_addc(out, '\n');
	text_escape(out, c->name);
	buf_addc(out, '\n');
	changes_print_sections(out, &c->what->changes, &look);
}

static int show(void *arg, const struct past *p, struct err *err)
{
	struct run *run = arg;
	enum form form = run_form(run);
	AUTO(buf) out = BUF_INIT;
	AUTO(buf) result = BUF_INIT;

	(void)err;
	if (run->json)
		return show_json(run, p);
	buf_addf(&out, "Transaction %lld, begun ", (long long)p->number);
	print_time(&out, form, p->begun);
	buf_adds(&out, " by ");
	text_escape(&out, p->user);
	buf_adds(&out, ": ");
	text_escape(&out, p->command);
	buf_addc(&out, '\n');
	VEC_FOR (const struct past_step, s, &p->steps)
		add_step(&out, s);
	VEC_FOR (const struct past_commit, c, &p->commits)
		add_commit(&out, run, c);
	if (p->ended) {
		buf_adds(&out, "Ended ");
		print_time(&out, form, p->ended);
		buf_adds(&out, ": ");
	}
	add_result(&result, p);
	text_escape(&out, buf_span(&result));
	buf_addf(&out, ". Its log: fardel log %lld\n", (long long)p->number);
	print_out(&out);
	return 0;
}

/* Nothing, or `show N`. */
static int read_number(const struct run *run, int64_t *number, struct err *err)
{
	unsigned long long n = 0;

	*number = 0;
	if (!run->args.n)
		return 0;
	if (strcmp(run->args.v[0], "show") != 0 || run->args.n != 2)
		return err_set(err, ERR_USAGE, "it is `history`, or `history show N`");
	if (!span_number(span_of(run->args.v[1]), INT64_MAX, &n) || !n)
		return err_set(
			err, ERR_USAGE, "'%s' is not the number of a transaction", run->args.v[1]);
	*number = (int64_t)n;
	return 0;
}

static int check_history(const struct run *run, struct err *err)
{
	int64_t number;

	return read_number(run, &number, err);
}

static int run_history(struct run *run, struct err *err)
{
	int64_t number;

	if (read_number(run, &number, err) < 0)
		return -1;
	if (!number)
		return list(run, err);
	if (engine_history(run->engine, number, show, run, err) == 0)
		return 0;
	return err->code == ERR_NO_PACKAGE ? err_next(err, "see: fardel history") : -1;
}

const struct cmd cmd_history = {
	.name = "history",
	.args = "[show N]",
	.summary = "List what was done, or show one transaction",
	.text = "The newest comes first. As many are kept as log.keep says.",
	.group = GROUP_SYSTEM,
	.most = 2,
	.need = need_read,
	.check = check_history,
	.run = run_history,
};
