/* A repository's file, changed in one of its values and in nothing else. */
#include <string.h>

#include "ext/yaml.h"
#include "model/repository.h"

static int read_map(struct span text, struct yaml *out, struct err *err)
{
	if (yaml_parse(text, out, err) < 0)
		return -1;
	return out->kind == YAML_MAP ? 0 : err_set(err, ERR_CONFIG, "it has no keys");
}

/* A file that is being edited, and its one key that is. */
struct edit {
	struct span text;
	const struct yaml *map;
	const char *key;
	struct span value; /* as it is to stand there */
	struct buf *out;
};

static void put(struct edit *e, size_t from, size_t to, const char *before, const char *behind)
{
	buf_add_span(e->out, span_cut(e->text, 0, from));
	buf_adds(e->out, before);
	buf_add_span(e->out, e->value);
	buf_adds(e->out, behind);
	buf_add_span(e->out, span_cut(e->text, to, e->text.n));
}

static bool is_at(const struct edit *e, size_t at, const char *any_of)
{
	return at < e->text.n && e->text.s[at] && strchr(any_of, e->text.s[at]);
}

static void replace(struct edit *e, const struct yaml_pair *p)
{
	size_t colon = p->key.to, end = yaml_end(&p->value);

	while (is_at(e, colon, " \t"))
		colon++;
	if (p->value.style != YAML_BLOCK && p->value.to > p->value.from) {
		put(e, p->value.from, p->value.to, "", "");
	} else if (!is_at(e, colon, ":")) {
		put(e, p->key.to, p->key.to, ": ", "");
	} else if (p->value.style == YAML_BLOCK) {
		while (end > colon + 1 && is_at(e, end - 1, " \t\r\n"))
			end--;
		put(e, colon + 1, end, " ", "");
	} else {
		put(e, colon + 1, colon + 1, " ", "");
	}
}

/* Behind all that there is, in a line of its own, indented as the first. */
static void append(struct edit *e)
{
	const struct yaml *first = &e->map->pairs.v[0].key;
	size_t at = yaml_end(e->map), line = first->from;
	const char *end = memchr(e->text.s, '\n', e->text.n);
	const char *newline = end && end > e->text.s && end[-1] == '\r' ? "\r\n" : "\n";
	AUTO(buf) before = BUF_INIT;

	while (line && !is_at(e, line - 1, "\n"))
		line--;
	if (!at || !is_at(e, at - 1, "\n"))
		while (at < e->text.n && !is_at(e, at++, "\n"))
			;
	if (at && !is_at(e, at - 1, "\n"))
		buf_adds(&before, newline);
	buf_add_span(&before, span_cut(e->text, line, first->from - line));
	buf_addf(&before, "%s: ", e->key);
	put(e, at, at, before.s, newline);
}

/* Whether the text that came of it says that, and else what the one before did. */
static bool is_done(const struct edit *e, struct span made)
{
	AUTO(yaml) now = YAML_INIT;
	struct err ignored = ERR_INIT;
	const struct yaml_pair *p;

	if (read_map(made, &now, &ignored) < 0 || !(p = yaml_get(&now, e->key)) ||
		now.pairs.n != e->map->pairs.n + !yaml_get(e->map, e->key) ||
		!span_is(buf_span(&p->value.text), e->value))
		return false;
	VEC_FOR (const struct yaml_pair, was, &e->map->pairs) {
		const struct yaml_pair *is = yaml_get(&now, was->key.text.s);

		if (!is || (is != p && !yaml_is_same(&was->value, &is->value)))
			return false;
	}
	return true;
}

static int set(
	struct span text, const char *key, struct span value, struct buf *out, struct err *err)
{
	AUTO(yaml) map = YAML_INIT;
	AUTO(buf) made = BUF_INIT;
	struct edit e = {text, &map, key, value, &made};
	const struct yaml_pair *p;

	if (read_map(text, &map, err) < 0)
		return -1;
	p = yaml_get(&map, key);
	if (p) {
		replace(&e, p);
	} else if (map.style == YAML_FLOW) {
		AUTO(buf) before = BUF_INIT;

		buf_addf(&before, "%s: ", key);
		put(&e, map.from + 1, map.from + 1, before.s, map.pairs.n ? ", " : "");
	} else {
		append(&e);
	}
	if (!is_done(&e, buf_span(&made))) {
		err_set(err, ERR_CONFIG,
			"line %u: %s cannot be set without changing more: it is written in an unusual way",
			p ? p->key.line : map.line, key);
		return err_next(
			err, "put this line into the file by hand: %s: %.*s", key, SPAN_ARG(value));
	}
	buf_add_span(out, buf_span(&made));
	return 0;
}

int repository_enable(struct span text, bool enable, struct buf *out, struct err *err)
{
	return set(text, "enable", enable ? SPAN("true") : SPAN("false"), out, err);
}

int repository_trust(struct span text, struct span key, struct buf *out, struct err *err)
{
	return set(text, "key", key, out, err);
}
