/* lint: what goes wrong in installers, before anybody installs them.
 *
 *	$ fardel lint zoom
 *	  warning   rules:14: configure makes a link that unconfigure does not name: /usr/bin/zoom   link-not-removed
 *	  error     upstream_pack_url: the pack has no checksum: nothing tells whether …             no-checksum
 *	1 error, 1 warning. Why, and what to do: fardel lint --explain ID
 *	$ echo $?
 *	1
 */
#include <string.h>

#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/sheet.h"

struct lint_options {
	const char *explain;
	struct texts allow;
	bool list, strict;
};

static const struct opt opts[] = {
	{"allow", .kind = OPT_LIST, .at = offsetof(struct lint_options, allow), .arg = "LINT-ID",
		.help = "do not count what has this id"},
	{"explain", .kind = OPT_TEXT, .at = offsetof(struct lint_options, explain),
		.arg = "LINT-ID", .help = "say why that matters, and what to do"},
	{"list", .kind = OPT_FLAG, .at = offsetof(struct lint_options, list),
		.help = "list what is looked for"},
	{"strict", .kind = OPT_FLAG, .at = offsetof(struct lint_options, strict),
		.help = "count warnings as errors"},
};

/* --- What is looked for ----------------------------------------------------------------------------------- */

static const struct column columns[] = {
	{.title = "ID", .key = "id"},
	{.title = "SEVERITY", .key = "severity"},
	{.title = "IS", .key = "is"},
	{.title = NULL, .key = "text"},
};

static void list_ids(struct run *run)
{
	size_t count;
	const struct lint_id *ids = lint_ids(&count);
	struct sheet *sheet = sheet_new(run, "ids", columns, COUNT(columns));

	for (size_t i = 0; i < count; i++) {
		sheet_text(sheet, span_of(ids[i].id));
		sheet_text(sheet, span_of(lint_severity_name(ids[i].severity)));
		sheet_text(sheet, span_of(ids[i].line));
		sheet_text(sheet, span_of(ids[i].text));
	}
	sheet_end(sheet);
}

static void explain(struct run *run, const struct lint_id *id)
{
	AUTO(buf) text = BUF_INIT;

	if (run->json) {
		json_put_text(run->json, "id", span_of(id->id));
		json_put_text(run->json, "severity", span_of(lint_severity_name(id->severity)));
		json_put_text(run->json, "is", span_of(id->line));
		json_put_text(run->json, "text", span_of(id->text));
		return;
	}
	buf_addf(&text, "%s (%s): %s.\n\n", id->id, lint_severity_name(id->severity), id->line);
	print_wrap(&text, id->text, 0, 78);
	print_out(&text);
}

/* --- Findings --------------------------------------------------------------------------------------------- */

static const enum print_color colors[LINT_SEVERITIES] = {
	[LINT_INFO] = COLOR_FAINT, [LINT_WARNING] = COLOR_YELLOW, [LINT_ERROR] = COLOR_RED};

/* All of them, as they are printed. */
struct printing {
	struct run *run;
	struct buf text;
	struct json *rows, *used;
	size_t counts[LINT_SEVERITIES], allowed;
};

static void printing_drop(struct printing *p)
{
	buf_drop(&p->text);
}

/* "zoom/rules:12"; the name only where there are several. */
static void add_place(
	struct buf *out, const struct linted *l, const struct lint_finding *f, bool named)
{
	if (named)
		text_escape(out, buf_span(&l->name));
	if (named && f->file.n)
		buf_addc(out, '/');
	text_escape(out, buf_span(&f->file));
	if (f->line)
		buf_addf(out, ":%u", f->line);
}

static void add_table_row(struct printing *p, const struct linted *l, const struct lint_finding *f)
{
	bool color = p->run->term.color_out;
	AUTO(buf) place = BUF_INIT;

	add_place(&place, l, f, p->run->args.n > 1);
	buf_addf(&p->text, "  %s", print_color(color, colors[f->id->severity]));
	print_pad(&p->text, span_of(lint_severity_name(f->id->severity)), 7);
	buf_addf(&p->text, "%s   %s%s%s: ", print_color(color, COLOR_NONE), place.s,
		place.n ? ": " : "", f->id->line);
	text_escape(&p->text, buf_span(&f->text));
	buf_addf(&p->text, "   %s%s%s\n", print_color(color, COLOR_FAINT), f->id->id,
		print_color(color, COLOR_NONE));
}

static void add_plain_row(struct printing *p, const struct linted *l, const struct lint_finding *f)
{
	buf_addf(&p->text, "%s\t%s\t", lint_severity_name(f->id->severity), f->id->id);
	text_escape(&p->text, buf_span(&l->name));
	buf_addc(&p->text, '\t');
	text_escape(&p->text, buf_span(&f->file));
	buf_addf(&p->text, "\t%u\t", f->line);
	text_escape(&p->text, buf_span(&f->text));
	buf_addc(&p->text, '\n');
}

static void add_json_row(struct printing *p, const struct linted *l, const struct lint_finding *f)
{
	struct json *row = json_object();

	json_put_text(row, "package", buf_span(&l->name));
	json_put_text(row, "id", span_of(f->id->id));
	json_put_text(row, "severity", span_of(lint_severity_name(f->id->severity)));
	json_put(row, "file", f->file.n ? json_text(buf_span(&f->file)) : json_null());
	json_put(row, "line", f->line ? json_number(f->line) : json_null());
	json_put_text(row, "is", span_of(f->id->line));
	json_put_text(row, "text", buf_span(&f->text));
	json_put_bool(row, "allowed", f->allowed);
	json_put(row, "reason", f->reason.n ? json_text(buf_span(&f->reason)) : json_null());
	json_append(p->rows, row);
}

static void add(struct printing *p, const struct linted *l)
{
	VEC_FOR (const struct lint_finding, f, &l->lint.of) {
		if (run_form(p->run) == FORM_JSON)
			add_json_row(p, l, f);
		else if (!f->allowed && run_form(p->run) == FORM_TABLE)
			add_table_row(p, l, f);
		else if (!f->allowed)
			add_plain_row(p, l, f);
		p->allowed += f->allowed;
	}
	for (unsigned i = 0; i < LINT_SEVERITIES; i++)
		p->counts[i] += lint_count(&l->lint, (enum lint_severity)i);
	for (size_t i = 0; p->used && i < l->used.of.n; i++)
		json_append(p->used, json_text(buf_span(&l->used.of.v[i])));
}

/* "1 error, 2 warnings, 3 notes" */
static void add_counts(const struct printing *p, struct buf *out)
{
	static const char *const words[LINT_SEVERITIES][2] = {
		[LINT_INFO] = {"note", "notes"},
		[LINT_WARNING] = {"warning", "warnings"},
		[LINT_ERROR] = {"error", "errors"},
	};

	for (unsigned i = LINT_SEVERITIES; i--;) {
		if (!p->counts[i])
			continue;
		buf_adds(out, out->n ? ", " : "");
		print_count(out, p->counts[i], words[i][0], words[i][1]);
	}
	if (!out->n)
		buf_adds(out, "Nothing was found");
	if (p->allowed)
		buf_addf(out, "; %zu allowed", p->allowed);
}

static int judge(struct run *run, const struct printing *p, struct err *err)
{
	const struct lint_options *own = run->own;
	AUTO(buf) words = BUF_INIT;

	add_counts(p, &words);
	if (p->counts[LINT_ERROR] || (own->strict && p->counts[LINT_WARNING]))
		return err_set(err, ERR_FINDINGS,
			"%s. Why, and what to do: fardel lint --explain ID", words.s);
	if (run_form(run) == FORM_TABLE)
		progress_say(&run->progress, SAY_INFO, "%s.", words.s);
	return 0;
}

static int lint_all(struct run *run, struct printing *p, struct err *err)
{
	const struct lint_options *own = run->own;

	for (size_t i = 0; i < run->args.n; i++) {
		struct linted l;
		int result = engine_lint(run->engine, run->args.v[i], &own->allow, &l, err);

		progress_clear(&run->progress);
		if (result == 0)
			add(p, &l);
		linted_drop(&l);
		if (result < 0)
			return -1;
	}
	return 0;
}

static int run_lint(struct run *run, struct err *err)
{
	const struct lint_options *own = run->own;
	AUTO(printing) p = {.run = run, .text = BUF_INIT};
	int result;

	if (own->list || own->explain) {
		if (own->list)
			list_ids(run);
		else
			explain(run, lint_id_get(span_of(own->explain)));
		return 0;
	}
	if (run->json) {
		p.rows = json_array();
		p.used = json_array();
		json_put(run->json, "findings", p.rows);
		json_put(run->json, "held_against", p.used);
	}
	result = lint_all(run, &p, err);
	print_out(&p.text);
	return result < 0 ? -1 : judge(run, &p, err);
}

static int check_id(const char *id, struct err *err)
{
	const char *names[256];
	size_t count;
	const struct lint_id *ids = lint_ids(&count);
	const char *nearest;

	if (lint_id_get(span_of(id)))
		return 0;
	for (size_t i = 0; i < count; i++)
		names[i] = ids[i].id;
	names[count] = NULL;
	nearest = text_nearest(span_of(id), names);
	err_set(err, ERR_USAGE, "there is no id '%s'%s%s", id, nearest ? "; the nearest is " : "",
		nearest ? nearest : "");
	return err_next(err, "see: fardel lint --list");
}

static int check_lint(const struct run *run, struct err *err)
{
	const struct lint_options *own = run->own;
	int wanted = own->list + (own->explain != NULL) + (run->args.n > 0);

	if (wanted != 1)
		return err_set(err, ERR_USAGE,
			wanted ? "--list, --explain and files exclude each other"
			       : "something is missing: fardel lint DIR|FILE...");
	if (own->explain && check_id(own->explain, err) < 0)
		return -1;
	for (size_t i = 0; i < own->allow.of.n; i++)
		if (check_id(own->allow.of.v[i].s, err) < 0)
			return -1;
	return 0;
}

const struct cmd cmd_lint = {
	.name = "lint",
	.args = "[DIR|FILE...]",
	.summary = "Find what goes wrong in installers",
	.text = "Reads an installer's file, or the folder that one is built from, and runs nothing of it. Ends "
		"with exit status 1 where there are errors. What the packager knows better stands in "
		"lint-overrides, a line each: ID, optionally a file, and behind a # the reason.",
	.group = GROUP_PACKAGES,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct lint_options),
	.need = need_nothing,
	.check = check_lint,
	.run = run_lint,
};
