/* dpkg's formats, as its lib/dpkg and utils/update-alternatives.c write them. */
#include "model/dpkg.h"

#include <string.h>
#include <strings.h>

static const char *const states[DPKG_STATES] = {"not-installed", "config-files", "half-installed",
	"unpacked", "half-configured", "triggers-awaited", "triggers-pending", "installed"};

static int damaged(unsigned line, const char *what, struct err *err)
{
	return err_set(err, ERR_BAD_STATE, "line %u: %s", line, what);
}

/* What every one of these files is: lines of text, each with its end. */
static int check_text(struct span text, struct err *err)
{
	unsigned line = 1;

	if (text.n && text.s[text.n - 1] != '\n') {
		for (size_t i = 0; i < text.n; i++)
			line += text.s[i] == '\n';
		return damaged(line, "it ends in the middle of a line", err);
	}
	if (!memchr(text.s, 0, text.n))
		return 0;
	for (size_t i = 0; text.s[i]; i++)
		line += text.s[i] == '\n';
	return damaged(line, "a NUL character", err);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Of a package or an architecture: what can stand in a file's name, too. */
static bool is_name(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (!is_letter(x.s[i]) && (!i || !memchr("-+._", x.s[i], 4)))
			return false;
	return x.n && x.n < 200;
}

static bool is_one_of(struct span word, const char *const *words)
{
	while (*words && !span_is_text(word, *words))
		words++;
	return *words;
}

/* "install ok installed" */
static bool parse_state(struct span value, enum dpkg_state *out)
{
	static const char *const wants[] = {
		"unknown", "install", "hold", "deinstall", "purge", NULL};
	static const char *const flags[] = {"ok", "reinstreq", "hold", "hold-reinstreq", NULL};
	struct span want, flag;

	span_split(&value, ' ', &want);
	span_split(&value, ' ', &flag);
	if (!is_one_of(want, wants) || !is_one_of(flag, flags))
		return false;
	for (int i = 0; i < DPKG_STATES; i++)
		if (span_is_text(value, states[i])) {
			*out = (enum dpkg_state)i;
			return true;
		}
	return false;
}

/* Takes the last word off, where it is that one. */
static bool drop_word(struct span *x, const char *word)
{
	size_t n = strlen(word);

	if (!span_ends(*x, word) || x->n <= n || x->s[x->n - n - 1] != ' ')
		return false;
	x->n -= n + 1;
	return true;
}

/* " /etc/x 0123… obsolete": the path may have blanks in it. */
static bool parse_conffile(struct span line, struct span *path)
{
	*path = span_cut(line, 1, line.n);
	while (drop_word(path, "obsolete") || drop_word(path, "remove-on-upgrade"))
		continue;
	while (path->n && path->s[path->n - 1] != ' ')
		path->n--;
	if (!path->n)
		return false;
	path->n--;
	return span_starts(*path, "/") && path->n > 1;
}

bool dpkg_conffile(struct span *rest, struct span *path)
{
	struct span line;

	while (span_split(rest, '\n', &line))
		if (parse_conffile(line, path))
			return true;
	return false;
}

enum field {
	PACKAGE,
	STATUS,
	ARCHITECTURE,
	VERSION,
	MULTI_ARCH,
	PROVIDES,
	CONFFILES,
	FIELDS /* any other */
};
static const char *const fields[FIELDS] = {
	"Package", "Status", "Architecture", "Version", "Multi-Arch", "Provides", "Conffiles"};

static const struct dpkg_stanza no_stanza = {.name = {"", 0},
	.architecture = {"", 0},
	.version = {"", 0},
	.provides = {"", 0},
	.conffiles = {"", 0}};

/* A status being read. */
struct status {
	int (*fn)(void *arg, const struct dpkg_stanza *, struct err *);
	void *arg;
	struct dpkg_stanza now;
	bool begun; /* a stanza has */
	bool seen[FIELDS + 1]; /* of now */
	enum field field; /* that a continuation is of */
	unsigned line;
};

static enum field field_of(struct span name)
{
	int i = 0;

	while (i < FIELDS &&
		(strlen(fields[i]) != name.n || strncasecmp(fields[i], name.s, name.n) != 0))
		i++;
	return (enum field)i;
}

static int set_field(struct status *s, struct span value, struct err *err)
{
	struct dpkg_stanza *now = &s->now;
	bool fits = true;

	switch (s->field) {
	case PACKAGE:
		now->name = value;
		fits = is_name(value);
		break;
	case ARCHITECTURE:
		now->architecture = value;
		fits = is_name(value);
		break;
	case STATUS: fits = parse_state(value, &now->state); break;
	case VERSION: now->version = value; break;
	case MULTI_ARCH: now->same = span_is_text(value, "same"); break;
	case PROVIDES: now->provides = value; break;
	case CONFFILES: now->conffiles = span_cut(value, value.n, 0); break;
	case FIELDS: break;
	}
	return fits ? 0
		    : err_set(err, ERR_BAD_STATE, "line %u: %s is %.*s", s->line, fields[s->field],
			      SPAN_ARG(span_cut(value, 0, 100)));
}

static int take_field(struct status *s, struct span line, struct err *err)
{
	const char *colon = memchr(line.s, ':', line.n);
	struct span name = span_cut(line, 0, colon ? (size_t)(colon - line.s) : 0);

	if (!name.n || memchr(name.s, ' ', name.n) || memchr(name.s, '\t', name.n))
		return damaged(s->line, "no field", err);
	s->field = field_of(name);
	if (s->field != FIELDS && s->seen[s->field])
		return err_set(err, ERR_BAD_STATE, "line %u: %s is there twice", s->line,
			fields[s->field]);
	if (!s->begun)
		s->now.line = s->line;
	s->begun = true;
	s->seen[s->field] = true;
	return set_field(s, span_trim(span_cut(line, name.n + 1, line.n)), err);
}

static int take_continuation(struct status *s, struct span line, struct err *err)
{
	struct span path;

	if (!s->begun)
		return damaged(s->line, "the continuation of no field", err);
	if (s->field != CONFFILES)
		return 0;
	if (!parse_conffile(line, &path))
		return damaged(s->line, "no conffile", err);
	if (!s->now.conffiles.n)
		s->now.conffiles.s = line.s;
	s->now.conffiles.n = (size_t)(line.s + line.n - s->now.conffiles.s);
	return 0;
}

static int end_stanza(struct status *s, struct err *err)
{
	int result;

	if (!s->begun)
		return 0;
	if (!s->seen[PACKAGE])
		return damaged(s->now.line, "a package without name", err);
	result = s->fn(s->arg, &s->now, err);
	s->begun = false;
	memset(s->seen, 0, sizeof(s->seen));
	s->now = no_stanza;
	return result;
}

int dpkg_parse_status(struct span text,
	int (*fn)(void *arg, const struct dpkg_stanza *, struct err *), void *arg, struct err *err)
{
	struct status s = {.fn = fn, .arg = arg};
	struct span line;

	s.now = no_stanza;
	if (check_text(text, err) < 0)
		return -1;
	while (span_split(&text, '\n', &line)) {
		int result;

		s.line++;
		if (!line.n)
			result = end_stanza(&s, err);
		else if (line.s[0] == ' ' || line.s[0] == '\t')
			result = take_continuation(&s, line, err);
		else
			result = take_field(&s, line, err);
		if (result < 0)
			return -1;
	}
	return end_stanza(&s, err);
}

int dpkg_parse_list(struct span text, int (*fn)(void *arg, struct span path, struct err *),
	void *arg, struct err *err)
{
	struct span path;

	if (check_text(text, err) < 0)
		return -1;
	for (unsigned line = 1; span_split(&text, '\n', &path); line++) {
		if (!path.n || path.s[0] != '/')
			return damaged(line, "no path", err);
		if (path.n == 2 && path.s[1] == '.')
			path.n = 1;
		if (fn(arg, path, err) < 0)
			return -1;
	}
	return 0;
}

static void diversion_drop(struct dpkg_diversion *d)
{
	buf_drop(&d->from);
	buf_drop(&d->to);
	buf_drop(&d->package);
}

void dpkg_diversions_drop(struct dpkg_diversions *d)
{
	vec_drop_each(&d->of, diversion_drop);
}

int dpkg_parse_diversions(struct span text, struct dpkg_diversions *out, struct err *err)
{
	struct span from, to, package;

	if (check_text(text, err) < 0)
		return -1;
	for (unsigned line = 1; span_split(&text, '\n', &from); line += 3) {
		struct dpkg_diversion *d;

		if (!span_split(&text, '\n', &to) || !span_split(&text, '\n', &package))
			return damaged(line, "a diversion is cut off", err);
		if (!span_starts(from, "/") || !span_starts(to, "/") || !package.n)
			return damaged(line, "no diversion", err);
		d = vec_push(&out->of);
		*d = (struct dpkg_diversion){BUF_INIT, BUF_INIT, BUF_INIT};
		buf_set(&d->from, from);
		buf_set(&d->to, to);
		buf_set(&d->package, package);
	}
	return 0;
}

/* A file of alternatives being read. */
struct alternatives {
	struct span rest;
	unsigned line;
	size_t followers; /* links that follow the group's own */
};

static bool next_line(struct alternatives *a, struct span *line)
{
	a->line++;
	return span_split(&a->rest, '\n', line);
}

/* The head: the links, to an empty line. */
static int parse_links(struct alternatives *a, int (*fn)(void *arg, struct span link, struct err *),
	void *arg, struct err *err)
{
	struct span name, link;

	if (!next_line(a, &name) || (!span_is_text(name, "auto") && !span_is_text(name, "manual")))
		return damaged(a->line, "neither auto nor manual", err);
	if (!next_line(a, &link) || !span_starts(link, "/"))
		return damaged(a->line, "no link", err);
	for (;; a->followers++) {
		if (fn(arg, link, err) < 0)
			return -1;
		if (!next_line(a, &name))
			return damaged(a->line, "it is cut off", err);
		if (!name.n)
			return 0;
		if (!next_line(a, &link) || !span_starts(link, "/"))
			return damaged(a->line, "no link", err);
	}
}

static bool is_priority(struct span x)
{
	unsigned long long number;

	return span_number(span_cut(x, span_starts(x, "-"), x.n), 1ULL << 31, &number);
}

int dpkg_parse_alternatives(struct span text, int (*fn)(void *arg, struct span link, struct err *),
	void *arg, struct err *err)
{
	struct alternatives a = {.rest = text};
	struct span line;

	if (check_text(text, err) < 0 || parse_links(&a, fn, arg, err) < 0)
		return -1;
	while (next_line(&a, &line) && line.n) {
		if (!span_starts(line, "/"))
			return damaged(a.line, "no alternative", err);
		if (!next_line(&a, &line) || !is_priority(line))
			return damaged(a.line, "no priority", err);
		for (size_t i = 0; i < a.followers; i++)
			if (!next_line(&a, &line))
				return damaged(a.line, "it is cut off", err);
	}
	return 0;
}
