/* puavo-pkg's configuration. */
#include "model/puavo_conf.h"

#include <stddef.h>
#include <string.h>

#define ROOTDIR "/var/lib/puavo-pkg"
#define CACHEDIR "/var/cache/puavo-pkg"

static const struct {
	const char *name;
	size_t at;
	const char *preset;
	bool may_be_empty;
} rows[] = {
	{"PUAVO_PKG_ROOTDIR", offsetof(struct puavo_conf, rootdir), ROOTDIR, false},
	{"PUAVO_PKG_CACHEDIR", offsetof(struct puavo_conf, cachedir), CACHEDIR, true},
	{"PUAVO_PKG_READONLY_ROOTDIR", offsetof(struct puavo_conf, readonly_rootdir), ROOTDIR,
		true},
	{"PUAVO_PKG_READONLY_CACHEDIR", offsetof(struct puavo_conf, readonly_cachedir), CACHEDIR,
		true},
};

static struct buf *value_of(struct puavo_conf *c, size_t i)
{
	return (struct buf *)(void *)((char *)c + rows[i].at);
}

void puavo_conf_init(struct puavo_conf *c)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		*value_of(c, i) = buf_of(rows[i].preset);
}

void puavo_conf_drop(struct puavo_conf *c)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		buf_drop(value_of(c, i));
}

/* What a shell would take as it stands. */
static bool is_literal(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("/._+:@%,=-", c));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Nothing is left of the line but blanks and a comment. */
static bool is_end(struct span rest)
{
	size_t i = 0;

	while (i < rest.n && is_blank(rest.s[i]))
		i++;
	return i == rest.n || (i > 0 && rest.s[i] == '#');
}

/* The value that the text begins with, alone on its line: true, else false. */
static bool read_value(struct span text, struct span *value)
{
	char quote = text.n && (text.s[0] == '\'' || text.s[0] == '"') ? text.s[0] : 0;
	size_t n = 0;

	if (quote)
		text = span_cut(text, 1, text.n);
	while (n < text.n && (quote ? text.s[n] != quote : is_literal(text.s[n]))) {
		if (quote == '"' && strchr("$`\\", text.s[n]))
			return false;
		n++;
	}
	if (quote && n == text.n)
		return false;
	*value = span_cut(text, 0, n);
	return is_end(span_cut(text, n + (quote != 0), text.n));
}

/* Where installations cannot be: fardel's own folders are swept, and of these rules have others than we. */
static const char *const refused[] = {"/var/lib/fardel", "/var/cache/fardel", "/var/log/fardel",
	"/etc/fardel", "/tmp", "/var/tmp", "/proc", "/sys", "/dev", "/run"};

static bool is_refused(const struct buf *path)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		size_t n = strlen(refused[i]);

		if (span_starts(buf_span(path), refused[i]) && (path->n == n || path->s[n] == '/'))
			return true;
	}
	return false;
}

/* One spelling of each path. False: it has a part "..". */
static bool normalize(struct span path, struct buf *out)
{
	struct span part;

	while (span_split(&path, '/', &part)) {
		if (span_is_text(part, ".."))
			return false;
		if (part.n && !span_is_text(part, "."))
			buf_addf(out, "/%.*s", SPAN_ARG(part));
	}
	return true;
}

static int set(struct puavo_conf *c, size_t i, struct span value, struct err *err)
{
	bool absolute = value.n && value.s[0] == '/' && !memchr(value.s, 0, value.n);
	AUTO(buf) path = BUF_INIT;

	if (value.n || !rows[i].may_be_empty) {
		if (!absolute || !normalize(value, &path) || !path.n) {
			err_set(err, ERR_CONFIG, "%s: it is no absolute path of a folder below /",
				rows[i].name);
			return err_next(err, "write it from the / on, without '..'");
		}
		if (is_refused(&path)) {
			err_set(err, ERR_CONFIG, "%s: it cannot be in %s", rows[i].name, path.s);
			return err_next(err, "name a folder of its own, as %s", rows[i].preset);
		}
	}
	buf_set(value_of(c, i), buf_span(&path));
	return 0;
}

/* 1: the line is one of ours; 0: it is not; -1. */
static int parse_line(struct puavo_conf *c, struct span line, struct err *err)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = strlen(rows[i].name);
		struct span value;

		if (!span_starts(line, rows[i].name) || line.n == n || line.s[n] != '=')
			continue;
		if (!read_value(span_cut(line, n + 1, line.n), &value))
			return 0;
		return set(c, i, value, err) < 0 ? -1 : 1;
	}
	return 0;
}

int puavo_conf_parse(struct puavo_conf *c, const char *file, struct span text,
	struct texts *warnings, struct err *err)
{
	struct span line;

	for (int number = 1; span_split(&text, '\n', &line); number++) {
		struct span trimmed = span_trim(line);
		AUTO(buf) warning = BUF_INIT;
		int known;

		if (!trimmed.n || trimmed.s[0] == '#')
			continue;
		known = parse_line(c, trimmed, err);
		if (known < 0)
			return err_at(err, "%s:%d", file, number);
		if (known)
			continue;
		buf_addf(&warning,
			"%s:%d: passed over: only PUAVO_PKG_*DIR= with a literal or quoted value is read, "
			"and nothing is ever run",
			file, number);
		texts_add(warnings, buf_span(&warning));
	}
	return 0;
}
