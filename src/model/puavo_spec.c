/* Lines of NAME ACTION[:VERSION]. */
#include "model/puavo_spec.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "model/digest.h"
#include "model/installer.h"

#define LINE_BYTES 256 /* bytes: a name, an action and an id are less than 128 */
#define LINES_MAX 10000
#define NUMBER_DIGITS 6 /* what is longer is no version's number, as there */

static const struct {
	const char *word;
	enum puavo_action action;
	bool versions; /* whether a version may stand behind it */
} words[] = {
	{"do-nothing", PUAVO_DO_NOTHING, false},
	{"extract", PUAVO_EXTRACT, true},
	{"install", PUAVO_INSTALL, true},
	{"latest", PUAVO_INSTALL, false},
	{"prepare", PUAVO_PREPARE, true},
	{"remove", PUAVO_REMOVE, true},
	{"switch-to-system", PUAVO_SWITCH, false},
};

const char *puavo_action_name(enum puavo_action action)
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (words[i].action == action)
			return words[i].word;
	return "unknown";
}

static void line_drop(struct puavo_line *l)
{
	buf_drop(&l->name);
	buf_drop(&l->version);
	buf_drop(&l->why);
}

/* The line is none. */
static PRINTF(2, 3) int refuse(struct puavo_line *l, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_addv(&l->why, format, args);
	va_end(args);
	return -1;
}

void puavo_spec_drop(struct puavo_spec *s)
{
	vec_drop_each(&s->of, line_drop);
}

/* The next of the words between blanks and tabs; empty: there is none. */
static struct span take_word(struct span *rest)
{
	struct span word;
	size_t n = 0;

	*rest = span_trim(*rest);
	while (n < rest->n && rest->s[n] != ' ' && rest->s[n] != '\t')
		n++;
	word = span_cut(*rest, 0, n);
	*rest = span_cut(*rest, n, rest->n);
	return word;
}

static bool is_number(struct span x)
{
	unsigned long long number;

	return x.n <= NUMBER_DIGITS && span_number(x, 999999, &number);
}

static int set_version(struct puavo_line *l, struct span version)
{
	struct digest id;

	if (is_number(version)) {
		l->which = PUAVO_NUMBER;
		while (version.n > 1 && version.s[0] == '0')
			version = span_cut(version, 1, version.n);
		buf_set(&l->version, version);
		return 0;
	}
	if (digest_parse(DIGEST_MD5, version, &id)) {
		l->which = PUAVO_ID;
		digest_format(&l->version, &id);
		return 0;
	}
	return span_is_text(version, "latest") && l->action != PUAVO_REMOVE
		       ? 0
		       : refuse(l, "'%.*s' is neither a version's number nor a package-id",
				 SPAN_ARG(version));
}

static int set_action(struct puavo_line *l, struct span word)
{
	struct span rest = word, action;

	span_split(&rest, ':', &action);
	for (size_t i = 0; i < COUNT(words); i++) {
		if (!span_is_text(action, words[i].word))
			continue;
		l->action = words[i].action;
		if (action.n == word.n)
			return 0;
		if (!words[i].versions)
			return refuse(l, "%s takes no version", words[i].word);
		return set_version(l, rest);
	}
	return refuse(l, "there is no action '%.*s'", SPAN_ARG(word));
}

static bool is_there(const struct puavo_spec *s, const struct puavo_line *l)
{
	VEC_FOR (const struct puavo_line, other, &s->of)
		if (other != l && !other->why.n &&
			span_is(buf_span(&other->name), buf_span(&l->name)))
			return true;
	return false;
}

static int read_line(const struct puavo_spec *s, struct puavo_line *l, struct span text)
{
	struct span rest = text, name, action;

	if (text.n > LINE_BYTES || memchr(text.s, 0, text.n)) {
		buf_set(&l->name, span_cut(text, 0, NAME_SIZE));
		return refuse(l, "%s",
			text.n > LINE_BYTES ? "the line is too long"
					    : "there is a NUL in the line");
	}
	name = take_word(&rest);
	action = take_word(&rest);
	buf_set(&l->name, name);
	if (!installer_name_is_valid(name))
		return refuse(l, "'%.*s' is not a package's name", SPAN_ARG(name));
	if (span_trim(rest).n)
		return refuse(l, "there is more than NAME ACTION[:VERSION]");
	if (action.n && set_action(l, action) < 0)
		return -1;
	if (is_there(s, l))
		return refuse(l, "the name came before");
	return 0;
}

int puavo_spec_parse(struct span text, struct puavo_spec *out, struct err *err)
{
	unsigned number = 0;
	struct span line;

	*out = PUAVO_SPEC_INIT;
	if (text.n > PUAVO_SPEC_MAX)
		return err_set(err, ERR_CONFIG, "longer than %d bytes", PUAVO_SPEC_MAX);
	while (span_split(&text, '\n', &line)) {
		struct puavo_line *l;

		number++;
		line = span_trim(line);
		if (!line.n || line.s[0] == '#')
			continue;
		if (out->of.n == LINES_MAX)
			return err_set(err, ERR_CONFIG, "more than %d lines", LINES_MAX);
		l = vec_push(&out->of);
		*l = (struct puavo_line){.number = number,
			.name = BUF_INIT,
			.action = PUAVO_SWITCH,
			.version = BUF_INIT,
			.why = BUF_INIT};
		(void)!read_line(out, l, line);
	}
	return 0;
}
