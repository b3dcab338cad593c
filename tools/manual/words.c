/* What can be completed where, as the rows' words tell: FILE, NAME, DIR… */
#include "manual.h"

#include <ctype.h>
#include <string.h>

#include "model/config.h"
#include "model/lint.h"
#include "model/policy.h"

static const struct {
	const char *text, *word;
} words[] = {
	{"COMMAND", "command"},
	{"DIR", "folder"},
	{"FILE", "file"},
	{"FILE.json", "file"},
	{"ID", "policy"},
	{"KEY=VALUE", "key"},
	{"LINT-ID", "lint"},
	{"N", "transaction"},
	{"NAME", "name"},
	{"PATH", "file"},
	{"REPO", "repository"},
	{"TRANSACTION", "transaction"},
};

static void add_word(struct buf *out, struct span x)
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (span_is_text(x, words[i].text))
			buf_addf(out, " %s", words[i].word);
	if (islower((unsigned char)x.s[0]))
		buf_addf(out, " +%.*s", SPAN_ARG(x));
}

void words_of_option(const struct opt *o, struct buf *out)
{
	for (size_t i = 0; o->choices && o->choices[i]; i++)
		buf_addf(out, " +%s", o->choices[i]);
	if (!o->choices && o->arg && o->kind != OPT_NUMBER) /* "N" is a count there */
		add_word(out, span_of(o->arg));
}

void words_of_arguments(const struct cmd *cmd, struct buf *out)
{
	bool either = true; /* the next word is for the same place */

	for (const char *at = cmd->args; *at;) {
		size_t n = strcspn(at, " []|.");

		if (n && *at == '-') { /* options have rows of their own */
			either = false;
		} else if (n) {
			if (!either)
				buf_addc(out, '/');
			add_word(out, (struct span){at, n});
			either = false;
		} else {
			either |= *at == '|';
			n = 1;
		}
		at += n;
	}
}

void words_of_keys(struct buf *out)
{
	size_t count;
	const struct config_row *rows = config_rows(&count);

	for (size_t i = 0; i < count; i++)
		buf_addf(out, "%s%s", i ? " " : "", rows[i].key);
}

void words_of_ids(struct buf *out)
{
	size_t count;
	const struct policy_id *ids = policy_ids(&count);
	const char *blank = "";

	for (size_t i = 0; i < count; i++) {
		if (ids[i].kind == POLICY_FIXED)
			continue;
		buf_addf(out, "%s%s", blank, ids[i].id);
		blank = " ";
	}
}

void words_of_lint_ids(struct buf *out)
{
	size_t count;
	const struct lint_id *ids = lint_ids(&count);

	for (size_t i = 0; i < count; i++)
		buf_addf(out, "%s%s", i ? " " : "", ids[i].id);
}
