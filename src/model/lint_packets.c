/* lint: packages of Packets, and their hooks. */
#include "model/lint_checks.h"

#include <string.h>

#include "model/facts.h"
#include "model/format3.h"
#include "model/lua_text.h"
#include "model/packets.h"

#define MANIFEST FORMAT3_FACT /* it is called the same */
#define BIN "/usr/bin/" /* where programs go, but for what an admin says */

bool lint_is_packets(const struct lint_files *files)
{
	const struct lint_file *f = lint_files_get(files, MANIFEST);
	AUTO(facts) facts = FACTS_INIT;

	if (!f || f->type != LINT_FILE || !f->read)
		return false;
	facts_add(&facts, SPAN(MANIFEST), buf_span(&f->text));
	return packets_is(&facts);
}

/* --- Words of a hook -------------------------------------------------------------------------------------- */

/* One hook on the way, at a word. */
struct hooking {
	const struct lint_file *file;
	bool installs;
	struct lint *out;
	struct lua_text r;
	struct span module; /* "os" in "os.getenv"; "": it stands for itself */
	struct span last; /* the name before */
	unsigned dots; /* right before it */
	bool in_bin; /* what comes is joined to packets_bin_dir */
	bool links;
};

static bool is_one_of(char c, const char *of)
{
	return c && strchr(of, c);
}

/* Whether what was read is looked into, or called. */
static bool is_used(const struct hooking *h, bool module)
{
	struct span rest = h->r.rest;

	while (rest.n && is_one_of(rest.s[0], " \t\r\n"))
		rest = span_cut(rest, 1, rest.n);
	return rest.n && is_one_of(rest.s[0], module ? ".:[" : "({\"'[");
}

/* What Lua or Packets has, and a hook has not here. */
static const struct {
	const char *module, *name; /* NULL: all of it; a global */
} absent[] = {
	{"build", NULL},
	{"debug", NULL},
	{"io", "input"},
	{"io", "lines"},
	{"io", "output"},
	{"io", "popen"},
	{"io", "tmpfile"},
	{"os", "execute"},
	{"os", "exit"},
	{"os", "getenv"},
	{"os", "setenv"},
	{"os", "setlocale"},
	{"os", "tmpname"},
	{"package", NULL},
	{"string", "dump"},
	{NULL, "dofile"},
	{NULL, "getfenv"},
	{NULL, "loadfile"},
	{NULL, "module"},
	{NULL, "require"},
	{NULL, "setfenv"},
};

static bool uses_absent(const struct hooking *h)
{
	for (size_t i = 0; i < COUNT(absent); i++) {
		const char *module = absent[i].module, *name = absent[i].name;

		if (module && name && span_is_text(h->module, module) &&
			span_is_text(h->r.text, name))
			return is_used(h, false);
		if ((!module || !name) && !h->module.n && !h->dots &&
			span_is_text(h->r.text, module ? module : name))
			return is_used(h, !name);
	}
	return false;
}

static void look_at_name(struct hooking *h)
{
	bool defined = span_is_text(h->last, "function") || span_is_text(h->last, "local");

	h->module = h->dots == 1 ? h->last : SPAN("");
	if (!defined && uses_absent(h))
		lint_add(h->out, "missing-function", buf_span(&h->file->path), h->r.line,
			"%.*s%s%.*s", SPAN_ARG(h->module), h->module.n ? "." : "",
			SPAN_ARG(h->r.text));
	h->links |= span_is_text(h->module, "os") && span_is_text(h->r.text, "symlink");
	h->in_bin = span_is_text(h->r.text, "packets_bin_dir");
	h->last = h->r.text;
	h->dots = 0;
}

/* A path that begins so is one of the system, and no end of another. */
static bool is_outside(struct span path)
{
	static const char *const tops[] = {"bin", "boot", "dev", "etc", "home", "lib", "lib64",
		"media", "mnt", "opt", "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr",
		"var"};
	struct span rest = span_cut(path, 1, path.n), top;

	if (!path.n || path.s[0] != '/' || !span_split(&rest, '/', &top))
		return false;
	for (size_t i = 0; i < COUNT(tops); i++)
		if (span_is_text(top, tops[i]))
			return true;
	return false;
}

static void look_at_text(struct hooking *h)
{
	struct span text = h->r.text;
	AUTO(buf) path = BUF_INIT;

	if (h->dots != 2 && is_outside(text))
		lint_add(h->out, "path-in-hook", buf_span(&h->file->path), h->r.line, "%.*s",
			SPAN_ARG(span_cut(text, 0, 200)));
	if (h->in_bin && h->installs) {
		while (text.n && text.s[0] == '/')
			text = span_cut(text, 1, text.n);
		buf_sets(&path, BIN);
		buf_add_span(&path, text);
		lint_note(h->out, buf_span(&path), buf_span(&h->file->path), h->r.line);
	}
	h->in_bin = false;
	h->last = SPAN("");
	h->dots = 0;
}

static void look_at_word(struct hooking *h)
{
	switch (h->r.kind) {
	case LUA_TEXT_NAME: look_at_name(h); return;
	case LUA_TEXT_STRING: look_at_text(h); return;
	case LUA_TEXT_OTHER: break;
	}
	h->dots = h->r.text.s[0] == '.' ? h->dots + 1 : 0;
	h->in_bin = h->in_bin && is_one_of(h->r.text.s[0], ".,");
	if (!h->dots)
		h->last = SPAN("");
}

/* --- The hooks -------------------------------------------------------------------------------------------- */

/* Names of a manifest may begin with "./". */
static const struct lint_file *find_hook(const struct lint_files *files, const char *path)
{
	while (path[0] == '.' && path[1] == '/')
		path += 1 + strspn(path + 1, "/");
	return lint_files_get(files, path);
}

bool lint_is_hook(const struct lint_files *files, const struct lint_file *f)
{
	struct lint unsaid = LINT_INIT;
	struct installer in;
	bool is;

	installer_init(&in);
	is = lint_parse(files, &in, &unsaid) &&
	     ((in.packets.install.n && find_hook(files, in.packets.install.s) == f) ||
		     (in.packets.remove.n && find_hook(files, in.packets.remove.s) == f));
	installer_drop(&in);
	lint_drop(&unsaid);
	return is;
}

/* Whether it makes links. */
static bool look_at_hook(const struct lint_files *files, const char *key, const struct buf *path,
	bool installs, struct lint *out)
{
	const struct lint_file *f = path->n ? find_hook(files, path->s) : NULL;
	struct hooking h = {
		.file = f, .installs = installs, .out = out, .module = SPAN(""), .last = SPAN("")};

	if (!path->n)
		return false;
	if (!f || f->type != LINT_FILE) {
		lint_add(out, "no-hook", SPAN(MANIFEST), 0, "Hooks.%s: %s", key, path->s);
		return false;
	}
	if (!f->read) {
		lint_add(out, "not-looked-into", buf_span(&f->path), 0,
			"a hook that is too large, or whose name does not end in .lua");
		return false;
	}
	h.r = LUA_TEXT(buf_span(&f->text));
	while (lua_text_next(&h.r))
		look_at_word(&h);
	return h.links;
}

static void look_at_hooks(
	const struct lint_files *files, const struct installer *in, struct lint *out)
{
	bool links = look_at_hook(files, "install", &in->packets.install, true, out);

	look_at_hook(files, "remove", &in->packets.remove, false, out);
	if (links && !in->packets.remove.n)
		lint_add(out, "no-remove-hook", SPAN(MANIFEST), 0, "%s calls os.symlink",
			in->packets.install.s);
}

void lint_packets(const struct lint_files *files, struct lint *out)
{
	struct installer in;

	installer_init(&in);
	if (lint_parse(files, &in, out)) {
		look_at_hooks(files, &in, out);
		if (!facts_get(&in.facts, "description"))
			lint_add(out, "no-description", SPAN(""), 0, "the manifest has none");
	}
	installer_drop(&in);
	VEC_FOR (const struct lint_file, f, &files->of)
		if (f->type == LINT_LINK)
			lint_add(out, "link-left-out", buf_span(&f->path), 0, "it is a link");
}
