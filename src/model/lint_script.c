/* lint: one file that is run: how it begins, and what kind of text it is. */
#include "model/lint_checks.h"

#include <string.h>

static bool is_rules(const struct lint_file *f)
{
	return span_is_text(buf_span(&f->path), "rules");
}

/* The line of "#!", as the kernel reads it: it knows neither \r nor a mark of the byte order. */
static void look_at_interpreter(const struct lint_file *f, struct lint *out)
{
	struct span text = buf_span(&f->text), line;

	span_split(&text, '\n', &line);
	line = span_cut(line, 2, line.n);
	while (line.n && (line.s[0] == ' ' || line.s[0] == '\t'))
		line = span_cut(line, 1, line.n);
	if (line.n && line.s[line.n - 1] == '\r')
		return; /* crlf says so */
	if (!line.n || line.s[0] != '/')
		lint_add(out, "bad-interpreter", buf_span(&f->path), 1,
			"the kernel starts no '%.*s'", SPAN_ARG(span_cut(line, 0, 80)));
}

void lint_head(const struct lint_files *files UNUSED, const struct lint_file *f, struct lint *out)
{
	struct span text = buf_span(&f->text), path = buf_span(&f->path);

	if (!is_rules(f))
		return;
	if (span_starts(text, "\xef\xbb\xbf"))
		lint_add(out, "byte-order-mark", path, 1, "it begins with U+FEFF");
	else if (span_starts(text, "\x7f"
				   "ELF") ||
		 memchr(text.s, 0, text.n))
		lint_add(out, "not-looked-into", path, 0, "it is no text");
	else if (!span_starts(text, "#!"))
		lint_add(out, "bad-interpreter", path, 1, "it begins with no #! and interpreter");
	else
		look_at_interpreter(f, out);
}

static void look_at_ends(const struct lint_file *f, struct lint *out)
{
	struct span text = buf_span(&f->text);
	const char *found = memmem(text.s, text.n, "\r\n", 2);
	unsigned line = 1;

	if (!found)
		return;
	for (const char *at = text.s; at < found; at++)
		line += *at == '\n';
	lint_add(out, "crlf", buf_span(&f->path), line, "it ends with a carriage return");
}

/* set -e, set -eu, set -o errexit; #!/bin/sh -e. */
static bool sets(const struct shell_script *script, struct span text, char letter, const char *word)
{
	struct span line;

	VEC_FOR (const struct shell_command, c, &script->commands) {
		const struct shell_word *name = shell_argument(c, 0);

		if (name && span_is_text(buf_span(&name->text), "set") &&
			lint_option(c, letter, NULL))
			return true;
		if (!name || !span_is_text(buf_span(&name->text), "set"))
			continue;
		VEC_FOR (const struct shell_word, w, &c->words)
			if (span_is_text(buf_span(&w->text), word))
				return true;
	}
	if (!span_starts(text, "#!"))
		return false;
	span_split(&text, '\n', &line);
	for (struct span part; span_split(&line, ' ', &part);)
		if (span_starts(part, "-") && memchr(part.s, letter, part.n))
			return true;
	return false;
}

void lint_script(const struct lint_files *files, const struct lint_file *f, struct lint *out)
{
	AUTO(shell_script) script = SHELL_SCRIPT_INIT;
	const char *shell = lint_shell(f);
	struct lint_shell s = {
		.files = files, .file = f, .script = &script, .is_rules = is_rules(f), .out = out};

	if (!shell || memchr(f->text.s, 0, f->text.n))
		return;
	look_at_ends(f, out);
	shell_parse(buf_span(&f->text), &script);
	s.posix = strcmp(shell, "sh") == 0;
	s.set_e = sets(&script, buf_span(&f->text), 'e', "errexit");
	s.set_u = sets(&script, buf_span(&f->text), 'u', "nounset");
	if (s.is_rules && !s.set_e)
		lint_add(out, "no-set-e", buf_span(&f->path), 0,
			"what fails in it is passed over, but for the last command");
	lint_commands(&s);
	lint_links(&s);
}
