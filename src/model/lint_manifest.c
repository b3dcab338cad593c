/* lint: installers of format 3. */
#include "model/lint_checks.h"

#include <string.h>

#include "model/facts.h"
#include "model/format3.h"
#include "model/lua_text.h"

#define PROGRAMS_MAX 256 /* as many as a manifest may name */
#define MANIFEST SPAN(FORMAT3_FACT)

/* --- The manifest ----------------------------------------------------------------------------------------- */

static void look_at_url(struct span url, struct lint *out)
{
	if (span_starts(url, "http:"))
		lint_add(out, "http-url", MANIFEST, 0, "%.*s", SPAN_ARG(span_cut(url, 0, 200)));
	if (span_starts(url, "file:"))
		lint_add(out, "local-url", MANIFEST, 0, "%.*s", SPAN_ARG(span_cut(url, 0, 200)));
}

static void look_at_pack(const struct pack *p, size_t number, struct lint *out)
{
	look_at_url(buf_span(&p->url), out);
	for (size_t i = 0; i < p->mirrors.of.n; i++)
		look_at_url(buf_span(&p->mirrors.of.v[i]), out);
	if (p->size < 0)
		lint_add(out, "no-size", MANIFEST, 0, "[[pack]] %zu", number);
}

/* The ids of an expression: "GPL-2.0-or-later WITH Classpath-exception-2.0 OR (MIT AND X11)". */
static void look_at_licence(const struct installer *in, struct lint *out)
{
	struct span rest = buf_span(&in->licence.spdx), word;
	bool exception = false;

	if (!rest.n && !installer_licence_file(in))
		lint_add(out, "no-licence", SPAN(""), 0, "the manifest names none");
	while (span_split(&rest, ' ', &word)) {
		const char *nearest;

		while (word.n && (word.s[0] == '(' || word.s[0] == ' '))
			word = span_cut(word, 1, word.n);
		while (word.n && strchr(")+", word.s[word.n - 1]))
			word.n--;
		if (!word.n || span_is_text(word, "AND") || span_is_text(word, "OR"))
			continue;
		if (!exception && !span_is_text(word, "WITH") && !lint_is_licence(word, &nearest))
			lint_add(out, "unknown-licence", MANIFEST, 0, "%.*s%s%s",
				SPAN_ARG(span_cut(word, 0, 80)), nearest ? "; the nearest is " : "",
				nearest ? nearest : "");
		exception = span_is_text(word, "WITH");
	}
}

/* --- rules.lua and the manifest --------------------------------------------------------------------------- */

static bool names(const struct texts *programs, struct span name)
{
	for (size_t i = 0; i < programs->of.n; i++)
		if (span_is(buf_span(&programs->of.v[i]), name))
			return true;
	return false;
}

/* What run{…} begins with, where that is a text. */
static void look_at_runs(const struct texts *programs, const struct lint_file *f, struct lint *out)
{
	struct lua_text r = LUA_TEXT(buf_span(&f->text));
	bool runs = false;

	while (lua_text_next(&r)) {
		if (r.kind == LUA_TEXT_NAME)
			runs = span_is_text(r.text, "run");
		else if (r.kind == LUA_TEXT_STRING && runs && !names(programs, r.text))
			lint_add(out, "unnamed-program", buf_span(&f->path), r.line, "%.*s",
				SPAN_ARG(span_cut(r.text, 0, 80)));
		if (r.kind == LUA_TEXT_STRING ||
			(r.kind == LUA_TEXT_OTHER && !strchr("({", r.text.s[0])))
			runs = false;
	}
}

static void look_at_needs(const struct texts *programs, const struct lint_file *f, struct lint *out)
{
	struct lua_text r = LUA_TEXT(buf_span(&f->text));
	bool found[PROGRAMS_MAX] = {false};

	while (lua_text_next(&r))
		for (size_t i = 0; r.kind == LUA_TEXT_STRING && i < programs->of.n; i++)
			if (i < PROGRAMS_MAX && span_is(buf_span(&programs->of.v[i]), r.text))
				found[i] = true;
	for (size_t i = 0; i < programs->of.n && i < PROGRAMS_MAX; i++)
		if (!found[i])
			lint_add(out, "unneeded-program", MANIFEST, 0, "%s", programs->of.v[i].s);
}

static void look_at_programs(
	const struct lint_files *files, const struct installer *in, struct lint *out)
{
	const struct lint_file *f = lint_files_get(files, "rules.lua");

	if (!f || !f->read)
		return;
	look_at_runs(&in->needs.programs, f, out);
	look_at_needs(&in->needs.programs, f, out);
}

void lint_manifest(const struct lint_files *files, struct lint *out)
{
	struct installer in;

	installer_init(&in);
	if (lint_parse(files, &in, out)) {
		for (size_t i = 0; i < in.packs.of.n; i++)
			look_at_pack(&in.packs.of.v[i], i + 1, out);
		look_at_licence(&in, out);
		look_at_programs(files, &in, out);
		if (!facts_get(&in.facts, "description"))
			lint_add(out, "no-description", SPAN(""), 0, "the manifest has none");
	}
	installer_drop(&in);
}

/* --- rules.lua by itself ---------------------------------------------------------------------------------- */

/* net.fetch is there for download alone. Which function a line is in, is told by the last one that began before it. */
void lint_lua(const struct lint_files *files UNUSED, const struct lint_file *f, struct lint *out)
{
	struct lua_text r = LUA_TEXT(buf_span(&f->text));
	unsigned phase = 0;
	bool begins = false, net = false;

	while (lua_text_next(&r)) {
		if (r.kind == LUA_TEXT_STRING) {
			lint_note(out, r.text, buf_span(&f->path), r.line);
			if (span_starts(r.text, "http://"))
				lint_add(out, "http-in-rules", buf_span(&f->path), r.line, "%.*s",
					SPAN_ARG(span_cut(r.text, 0, 200)));
		}
		if (r.kind != LUA_TEXT_NAME)
			continue;
		if (begins)
			phase = shell_phase(r.text);
		if (net && span_is_text(r.text, "fetch") && phase && phase != SHELL_DOWNLOAD)
			lint_add(out, "fetch-outside-download", buf_span(&f->path), r.line,
				"net.fetch");
		begins = span_is_text(r.text, "function");
		net = span_is_text(r.text, "net");
	}
}
