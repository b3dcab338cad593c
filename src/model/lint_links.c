/* lint: what rules make on the system, and whether they take it back. */
#include "model/lint_checks.h"

#include <string.h>

#include "model/glob.h"
#include "model/lint_variables.h"

#define LINKS_MAX 200 /* that are held against what unconfigure says */
#define PATH_SIZE 4096

/* One script on the way. */
struct making {
	const struct lint_shell *s;
	struct lint_variables variables;
	struct buf unmade; /* all words of unconfigure, a line each */
	VEC(struct buf) globs; /* those among them with a wildcard */
	VEC(struct buf) folders; /* that unconfigure removes whole */
	size_t links;
};

static void making_drop(struct making *m)
{
	lint_variables_drop(&m->variables);
	buf_drop(&m->unmade);
	vec_drop_each(&m->globs, buf_drop);
	vec_drop_each(&m->folders, buf_drop);
}

/* --- What unconfigure says -------------------------------------------------------------------------------- */

static void hear_word(struct making *m, const struct shell_word *w, bool removes)
{
	size_t from = m->unmade.n;
	struct span text;

	lint_expand(&m->variables, buf_span(&w->text), &m->unmade);
	text = span_cut(buf_span(&m->unmade), from, m->unmade.n);
	if (text.n && text.s[0] == '/' && text.n < PATH_SIZE) {
		if (memchr(text.s, '*', text.n) && m->globs.n < LINKS_MAX)
			buf_set(vec_push(&m->globs), text);
		if (removes && text.n > 1 && m->folders.n < LINKS_MAX)
			buf_set(vec_push(&m->folders), text);
	}
	buf_addc(&m->unmade, '\n');
}

static void hear(struct making *m)
{
	VEC_FOR (const struct shell_command, c, &m->s->script->commands) {
		bool removes;
		size_t first;

		if (!(c->phases & SHELL_UNCONFIGURE))
			continue;
		removes = span_is_text(lint_name(c, &first), "rm") &&
			  (lint_option(c, 'r', "--recursive") || lint_option(c, 'R', NULL));
		VEC_FOR (const struct shell_word, w, &c->words)
			hear_word(m, w, removes);
	}
}

static bool is_unmade(const struct making *m, struct span path)
{
	if (memmem(m->unmade.s, m->unmade.n, path.s, path.n))
		return true;
	VEC_FOR (const struct buf, folder, &m->folders) {
		size_t n = folder->n - span_ends(buf_span(folder), "/");

		if (span_starts(path, folder->s) && (path.n == n || path.s[n] == '/'))
			return true;
	}
	VEC_FOR (const struct buf, glob, &m->globs)
		if (glob_matches(glob->s, path))
			return true;
	return false;
}

/* --- What configure makes --------------------------------------------------------------------------------- */

static const char *const programs[] = {
	"/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/", "/usr/games/", "/usr/local/bin/"};

void lint_note(struct lint *out, struct span path, struct span file, unsigned line)
{
	for (size_t i = 0; i < COUNT(programs); i++) {
		struct lint_made *made;

		if (!span_starts(path, programs[i]) || out->made.n >= LINKS_MAX ||
			path.n >= PATH_SIZE || path.n == strlen(programs[i]) ||
			memchr(path.s, '$', path.n) || memchr(path.s, '*', path.n))
			continue;
		made = vec_push(&out->made);
		*made = (struct lint_made){BUF_INIT, BUF_INIT, line};
		buf_set(&made->path, path);
		buf_set(&made->file, file);
	}
}

static void note(const struct making *m, struct span path, unsigned line)
{
	lint_note(m->s->out, path, buf_span(&m->s->file->path), line);
}

static const struct shell_word *last_argument(
	const struct shell_command *c, size_t first, size_t *n)
{
	const struct shell_word *last = NULL;

	*n = 0;
	for (size_t i = c->words.n; i--;) {
		const struct shell_word *w = &c->words.v[i];

		if (w->kind != SHELL_ARGUMENT)
			continue;
		(*n)++;
		last = last ? last : w;
	}
	*n = *n > first ? *n - first - 1 : 0;
	return last;
}

/* Where a command that copies, moves or links puts what it is given. */
static void add_target(
	const struct making *m, const struct shell_command *c, size_t first, struct buf *out)
{
	const struct shell_word *source;
	size_t n;
	const struct shell_word *last = last_argument(c, first, &n);

	if (n < 2 || lint_option(c, 't', "--target-directory"))
		return;
	lint_expand(&m->variables, buf_span(&last->text), out);
	source = shell_argument(c, first + n - 1);
	if (span_ends(buf_span(out), "/") && source)
		lint_expand(&m->variables, lint_base(buf_span(&source->text)), out);
}

static void look_at_link(struct making *m, const struct shell_command *c, struct span path)
{
	bool apart = (c->phases & SHELL_CONFIGURE) && !(c->phases & SHELL_UNCONFIGURE);

	if (!apart || path.n < 2 || path.s[0] != '/' || m->links++ >= LINKS_MAX)
		return;
	if (!is_unmade(m, path))
		lint_add(m->s->out, "link-not-removed", buf_span(&m->s->file->path), c->line,
			"%.*s: unconfigure does not name it", SPAN_ARG(span_cut(path, 0, 300)));
}

static void look_at_command(struct making *m, const struct shell_command *c)
{
	static const char *const copiers[] = {"cp", "mv", "install", "ln"};
	AUTO(buf) path = BUF_INIT;
	size_t first;
	struct span name = lint_name(c, &first);

	for (size_t i = 0; i < COUNT(copiers); i++)
		if (span_is_text(name, copiers[i]))
			add_target(m, c, first, &path);
	if (c->phases & SHELL_CONFIGURE)
		note(m, buf_span(&path), c->line);
	if (span_is_text(name, "ln"))
		look_at_link(m, c, buf_span(&path));
	VEC_FOR (const struct shell_word, w, &c->words) {
		buf_clear(&path);
		if (w->kind != SHELL_OUTPUT || !(c->phases & SHELL_CONFIGURE))
			continue;
		lint_expand(&m->variables, buf_span(&w->text), &path);
		note(m, buf_span(&path), w->line);
	}
}

/* What a function `links` prints, as rules.sh and others have it: lines PATH END. */
static void look_at_table(struct making *m, const struct shell_command *c)
{
	const struct shell_function *f =
		c->function ? &m->s->script->functions.v[c->function - 1] : NULL;

	if (!f || !span_is_text(buf_span(&f->name), "links"))
		return;
	VEC_FOR (const struct shell_word, w, &c->words) {
		struct span rest = buf_span(&w->text), line, path;

		for (unsigned n = 0; span_split(&rest, '\n', &line); n++)
			if (span_split(&line, ' ', &path))
				note(m, path, w->line + n + (w->kind == SHELL_HEREDOC));
	}
}

void lint_links(const struct lint_shell *s)
{
	AUTO(making) m = {.s = s, .unmade = BUF_INIT};

	lint_variables(s->script, &m.variables);
	hear(&m);
	/* What takes back by where links lead takes back all. */
	if (lint_contains(buf_span(&m.unmade), "-lname"))
		m.links = LINKS_MAX;
	VEC_FOR (const struct shell_command, c, &s->script->commands) {
		look_at_command(&m, c);
		look_at_table(&m, c);
	}
}
