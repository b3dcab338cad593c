/* What lint has found. */
#include "model/lint.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "model/lint_checks.h"

#define OVERRIDES_MAX 1000 /* lines that count */

const char *lint_severity_name(enum lint_severity severity)
{
	static const char *const names[LINT_SEVERITIES] = {"info", "warning", "error"};

	return names[severity];
}

/* --- Findings -------------------------------------------------------------------------------------------- */

static void finding_drop(struct lint_finding *f)
{
	buf_drop(&f->file);
	buf_drop(&f->text);
	buf_drop(&f->reason);
}

static void made_drop(struct lint_made *m)
{
	buf_drop(&m->path);
	buf_drop(&m->file);
}

void lint_drop(struct lint *l)
{
	vec_drop_each(&l->of, finding_drop);
	vec_drop_each(&l->made, made_drop);
	free(l->counts);
	l->counts = NULL;
}

static struct lint_finding *push(struct lint *l, const struct lint_id *id)
{
	struct lint_finding *f = vec_push(&l->of);

	*f = (struct lint_finding){
		.id = id, .file = BUF_INIT, .text = BUF_INIT, .reason = BUF_INIT};
	return f;
}

void lint_add(
	struct lint *l, const char *id, struct span file, unsigned line, const char *format, ...)
{
	const struct lint_id *row = lint_id_get(span_of(id));
	struct lint_finding *f;
	size_t count;
	va_list args;

	if (!row)
		mem_panic("lint has no such id");
	if (!l->counts) {
		lint_ids(&count);
		l->counts = mem_zero(count, sizeof(*l->counts));
	}
	if (l->counts[row - lint_ids(&count)]++ >= LINT_MOST)
		return;
	f = push(l, row);
	buf_set(&f->file, file);
	f->line = line;
	va_start(args, format);
	buf_addv(&f->text, format, args);
	va_end(args);
}

static void count_the_rest(struct lint *l)
{
	size_t count;
	const struct lint_id *ids = lint_ids(&count);

	for (size_t i = 0; l->counts && i < count; i++)
		if (l->counts[i] > LINT_MOST)
			buf_addf(&push(l, &ids[i])->text, "%zu more of these are not listed",
				l->counts[i] - LINT_MOST);
}

/* --- Overrides ------------------------------------------------------------------------------------------- */

/* Findings of that id, in that file (empty: in any). False: there are none. */
static bool allow(struct lint *l, struct span id, struct span file, struct span reason)
{
	bool found = false;

	VEC_FOR (struct lint_finding, f, &l->of) {
		if (!span_is_text(id, f->id->id) || (file.n && !span_is(file, buf_span(&f->file))))
			continue;
		found = true;
		f->allowed = true;
		buf_set(&f->reason, reason);
	}
	return found;
}

static const char *nearest_id(struct span x)
{
	const char *names[256];
	size_t count;
	const struct lint_id *ids = lint_ids(&count);

	for (size_t i = 0; i < count; i++)
		names[i] = ids[i].id;
	names[count] = NULL;
	return text_nearest(x, names);
}

/* "ID [FILE] # REASON" */
static void apply_line(struct lint *l, struct span line, unsigned number)
{
	const char *hash = memchr(line.s, '#', line.n);
	size_t n = hash ? (size_t)(hash - line.s) : line.n;
	struct span words = span_trim(span_cut(line, 0, n)), id;
	struct span reason = span_trim(span_cut(line, n + 1, line.n)), file = SPAN(LINT_OVERRIDES);
	const char *nearest;

	if (!words.n)
		return;
	span_split(&words, ' ', &id);
	words = span_trim(words);
	if (!lint_id_get(id)) {
		nearest = nearest_id(id);
		lint_add(l, "bad-override", file, number, "there is no id '%.*s'%s%s",
			SPAN_ARG(span_cut(id, 0, 80)), nearest ? "; the nearest is " : "",
			nearest ? nearest : "");
	} else if (!reason.n) {
		lint_add(l, "bad-override", file, number, "'%.*s' has no reason behind a #",
			SPAN_ARG(id));
	} else if (!allow(l, id, words, reason)) {
		lint_add(l, "unused-override", file, number,
			"nothing is '%.*s' here any more%s%.*s", SPAN_ARG(id),
			words.n ? " in " : "", SPAN_ARG(span_cut(words, 0, 200)));
	}
}

static void apply_overrides(struct lint *l, const struct lint_files *files)
{
	const struct lint_file *f = lint_files_get(files, LINT_OVERRIDES);
	struct span rest = f && f->read ? buf_span(&f->text) : SPAN(""), line;

	for (unsigned number = 1; number <= OVERRIDES_MAX && span_split(&rest, '\n', &line);
		number++)
		apply_line(l, line, number);
}

static int compare(const void *a, const void *b)
{
	const struct lint_finding *x = a, *y = b;
	int c = span_compare(buf_span(&x->file), buf_span(&y->file));

	if (!c)
		c = x->line < y->line ? -1 : x->line > y->line;
	if (!c)
		c = strcmp(x->id->id, y->id->id);
	return c ? c : span_compare(buf_span(&x->text), buf_span(&y->text));
}

void lint_end(struct lint *l, const struct lint_files *files, const struct texts *allowed)
{
	count_the_rest(l);
	apply_overrides(l, files);
	for (size_t i = 0; i < allowed->of.n; i++)
		allow(l, buf_span(&allowed->of.v[i]), SPAN(""), SPAN("--allow"));
	if (l->of.n)
		qsort(l->of.v, l->of.n, sizeof(l->of.v[0]), compare);
}

size_t lint_count(const struct lint *l, enum lint_severity severity)
{
	size_t n = 0;

	VEC_FOR (const struct lint_finding, f, &l->of)
		n += f->id->severity == severity && !f->allowed;
	return n;
}

/* --- Checks ---------------------------------------------------------------------------------------------- */

static void look_at_files(const struct lint_files *files, struct lint *out)
{
	VEC_FOR (const struct lint_file, f, &files->of) {
		struct span path = buf_span(&f->path);

		if (f->type != LINT_FILE)
			continue;
		if (f->mode & 06000)
			lint_add(out, "setuid-file", path, 0, "mode %04o", f->mode & 07777);
		if (f->size > (int64_t)LINT_TEXT_MAX && lint_wants(path, 0))
			lint_add(out, "not-looked-into", path, 0, "it has %lld bytes",
				(long long)f->size);
	}
}

static bool is_lua(const struct lint_file *f)
{
	return span_is_text(buf_span(&f->path), "rules.lua");
}

/* What is looked at in which format: bits of 1 << format. Scripts in packages of Packets are their vendor's. */
#define OURS (1U << 1 | 1U << 2 | 1U << 3)
static const struct {
	unsigned formats;
	void (*look)(const struct lint_files *files, struct lint *out);
} whole[] = {
	{1U << 1 | 1U << 2, lint_facts},
	{1U << 3, lint_manifest},
	{1U << 4, lint_packets},
	{OURS, lint_names},
	{~0U, lint_leftovers},
	{~0U, look_at_files},
};
static const struct {
	unsigned formats;
	bool (*wants)(const struct lint_file *f);
	void (*look)(const struct lint_files *files, const struct lint_file *f, struct lint *out);
} each[] = {
	{OURS, NULL, lint_head},
	{OURS, NULL, lint_script},
	{1U << 3, is_lua, lint_lua},
};

bool lint_runs_lua(const struct lint_files *files, const struct lint_file *f)
{
	if (!span_ends(buf_span(&f->path), ".lua") || !lint_files_get(files, "manifest.toml"))
		return false;
	return lint_is_packets(files) ? lint_is_hook(files, f) : is_lua(f);
}

static unsigned format_of(const struct lint_files *files)
{
	if (lint_files_get(files, "manifest.toml"))
		return lint_is_packets(files) ? 4 : 3;
	return lint_files_get(files, ".puavo-pkg-version") ? 2 : 1;
}

void lint_look(const struct lint_files *files, struct lint *out)
{
	unsigned format = 1U << format_of(files);

	for (size_t i = 0; i < COUNT(whole); i++)
		if (whole[i].formats & format)
			whole[i].look(files, out);
	for (size_t i = 0; i < COUNT(each); i++)
		VEC_FOR (const struct lint_file, f, &files->of)
			if ((each[i].formats & format) && f->type == LINT_FILE && f->read &&
				(!each[i].wants || each[i].wants(f)))
				each[i].look(files, f, out);
}
