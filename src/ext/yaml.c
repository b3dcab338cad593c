/* YAML documents, by libyaml. */
#include "ext/yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"

struct reader {
	yaml_parser_t parser;
	struct span text;
	size_t skipped; /* bytes before it: a mark of the order of bytes, which would shift the first line */
	size_t character, byte; /* the same place: libyaml counts the one, we the other */
	unsigned depth;
	unsigned values; /* so far */
};

void yaml_drop(struct yaml *y)
{
	buf_drop(&y->text);
	vec_drop_each(&y->list, yaml_drop);
	VEC_FOR (struct yaml_pair, p, &y->pairs) {
		yaml_drop(&p->key);
		yaml_drop(&p->value);
	}
	vec_drop(&y->pairs);
}

static bool is_inside(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Marks come nearly in the order of the text, so this takes time in proportion to it. */
static size_t byte_of(struct reader *r, const yaml_mark_t *mark)
{
	for (; r->character < mark->index && r->byte < r->text.n; r->character++)
		for (r->byte++; r->byte < r->text.n && is_inside(r->text.s[r->byte]); r->byte++)
			;
	for (; r->character > mark->index; r->character--)
		for (r->byte--; r->byte && is_inside(r->text.s[r->byte]); r->byte--)
			;
	return r->skipped + r->byte;
}

static int refuse(const yaml_mark_t *at, const char *why, struct err *err)
{
	return err_set(err, ERR_CONFIG, "line %u, column %u: %s", (unsigned)at->line + 1,
		(unsigned)at->column + 1, why);
}

/* The next event, which the caller deletes; also on an error. */
static int next(struct reader *r, yaml_event_t *event, struct err *err)
{
	const yaml_parser_t *p = &r->parser;
	bool is_token;

	if (yaml_parser_parse(&r->parser, event))
		return 0;
	if (p->error == YAML_MEMORY_ERROR)
		mem_none();
	is_token = p->error == YAML_SCANNER_ERROR || p->error == YAML_PARSER_ERROR;
	return refuse(is_token ? &p->problem_mark : &p->mark,
		p->problem ? p->problem : "this is no YAML", err);
}

static void place(struct reader *r, const yaml_event_t *event, struct yaml *out)
{
	out->from = byte_of(r, &event->start_mark);
	out->to = byte_of(r, &event->end_mark);
	out->line = (unsigned)event->start_mark.line + 1;
	out->column = (unsigned)event->start_mark.column + 1;
}

static int take_text(struct reader *r, const yaml_event_t *event, struct yaml *out)
{
	place(r, event, out);
	out->kind = YAML_TEXT;
	switch (event->data.scalar.style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE: out->style = YAML_QUOTED; break;
	case YAML_LITERAL_SCALAR_STYLE:
	case YAML_FOLDED_SCALAR_STYLE: out->style = YAML_BLOCK; break;
	case YAML_PLAIN_SCALAR_STYLE:
	case YAML_ANY_SCALAR_STYLE: out->style = YAML_PLAIN; break;
	}
	buf_add(&out->text, event->data.scalar.value, event->data.scalar.length);
	return 0;
}

static int check_plain(const yaml_event_t *event, const unsigned char *anchor,
	const unsigned char *tag, struct err *err)
{
	if (anchor)
		return refuse(&event->start_mark, "anchors are not taken", err);
	return tag ? refuse(&event->start_mark, "tags are not taken", err) : 0;
}

static int take(struct reader *r, const yaml_event_t *event, struct yaml *out, struct err *err);

/* A list's items, up to its end. */
static int take_items(struct reader *r, struct yaml *out, struct err *err)
{
	for (;;) {
		yaml_event_t event;
		int result = next(r, &event, err);
		bool ends = result == 0 && event.type == YAML_SEQUENCE_END_EVENT;

		if (result == 0 && !ends) {
			struct yaml item = YAML_INIT;

			result = take(r, &event, &item, err);
			*vec_push(&out->list) = item;
		}
		if (ends)
			out->to = byte_of(r, &event.end_mark);
		yaml_event_delete(&event);
		if (result < 0 || ends)
			return result;
	}
}

static int check_key(const struct yaml *map, const struct yaml *key, struct err *err)
{
	const yaml_mark_t at = {.line = key->line - 1, .column = key->column - 1};

	if (key->kind != YAML_TEXT)
		return refuse(&at, "a key must be a text", err);
	if (strlen(key->text.s) != key->text.n)
		return refuse(&at, "a key must not have a NUL in it", err);
	if (key->style == YAML_PLAIN && span_is_text(buf_span(&key->text), "<<"))
		return refuse(&at, "maps are not merged", err);
	if (map->pairs.n == YAML_KEYS_MAX)
		return refuse(&at, "too many keys", err);
	if (yaml_get(map, key->text.s))
		return err_set(err, ERR_CONFIG, "line %u, column %u: %s stands there twice",
			key->line, key->column, key->text.s);
	return 0;
}

/* A pair, whose key is at the event. */
static int take_pair(struct reader *r, const yaml_event_t *event, struct yaml *out, struct err *err)
{
	struct yaml_pair pair = {YAML_INIT, YAML_INIT};
	yaml_event_t value;
	int result = take(r, event, &pair.key, err);

	if (result == 0)
		result = check_key(out, &pair.key, err);
	if (result == 0) {
		result = next(r, &value, err);
		if (result == 0)
			result = take(r, &value, &pair.value, err);
		yaml_event_delete(&value);
	}
	*vec_push(&out->pairs) = pair;
	return result;
}

static int take_pairs(struct reader *r, struct yaml *out, struct err *err)
{
	for (;;) {
		yaml_event_t event;
		int result = next(r, &event, err);
		bool ends = result == 0 && event.type == YAML_MAPPING_END_EVENT;

		if (result == 0 && !ends)
			result = take_pair(r, &event, out, err);
		if (ends)
			out->to = byte_of(r, &event.end_mark);
		yaml_event_delete(&event);
		if (result < 0 || ends)
			return result;
	}
}

static int take_list(struct reader *r, const yaml_event_t *event, struct yaml *out, struct err *err)
{
	bool flow = event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;

	place(r, event, out);
	out->kind = YAML_LIST;
	out->style = flow ? YAML_FLOW : YAML_BLOCK;
	return take_items(r, out, err);
}

static int take_map(struct reader *r, const yaml_event_t *event, struct yaml *out, struct err *err)
{
	bool flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;

	place(r, event, out);
	out->kind = YAML_MAP;
	out->style = flow ? YAML_FLOW : YAML_BLOCK;
	return take_pairs(r, out, err);
}

/* The value that begins with the event. */
static int take(struct reader *r, const yaml_event_t *event, struct yaml *out, struct err *err)
{
	int result;

	if (event->type == YAML_ALIAS_EVENT)
		return refuse(&event->start_mark, "aliases are not taken", err);
	if (++r->values > YAML_VALUES_MAX)
		return refuse(&event->start_mark, "too many values", err);
	if (++r->depth > YAML_DEPTH_MAX)
		return refuse(&event->start_mark, "too many levels", err);
	if (event->type == YAML_SCALAR_EVENT)
		result = check_plain(
				 event, event->data.scalar.anchor, event->data.scalar.tag, err) < 0
				 ? -1
				 : take_text(r, event, out);
	else if (event->type == YAML_SEQUENCE_START_EVENT)
		result = check_plain(event, event->data.sequence_start.anchor,
				 event->data.sequence_start.tag, err) < 0
				 ? -1
				 : take_list(r, event, out, err);
	else
		result = check_plain(event, event->data.mapping_start.anchor,
				 event->data.mapping_start.tag, err) < 0
				 ? -1
				 : take_map(r, event, out, err);
	r->depth--;
	return result;
}

/* What stands around documents, and the one that there may be. */
static int take_stream(struct reader *r, struct yaml *out, struct err *err)
{
	unsigned documents = 0;

	for (;;) {
		yaml_event_t event;
		int result = next(r, &event, err);
		bool ends = result == 0 && event.type == YAML_STREAM_END_EVENT;

		if (result == 0 && event.type == YAML_DOCUMENT_START_EVENT && documents++)
			result = refuse(&event.start_mark, "there is a second document", err);
		else if (result == 0 &&
			 (event.type == YAML_SCALAR_EVENT || event.type == YAML_ALIAS_EVENT ||
				 event.type == YAML_SEQUENCE_START_EVENT ||
				 event.type == YAML_MAPPING_START_EVENT))
			result = take(r, &event, out, err);
		yaml_event_delete(&event);
		if (result < 0 || ends)
			return result;
	}
}

int yaml_parse(struct span text, struct yaml *out, struct err *err)
{
	struct reader r = {.skipped = span_starts(text, "\xef\xbb\xbf") ? 3 : 0};
	int result;

	if (!yaml_parser_initialize(&r.parser))
		mem_none();
	r.text = span_cut(text, r.skipped, text.n);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)r.text.s, r.text.n);
	out->line = out->column = 1;
	result = take_stream(&r, out, err);
	yaml_parser_delete(&r.parser);
	if (result < 0) {
		yaml_drop(out);
		*out = YAML_INIT;
	}
	return result;
}

/* --- One item after the other --------------------------------------------------------------------- */

struct items {
	struct reader r; /* first */
	const struct yaml_source *source;
	size_t came; /* bytes since the item before */
	struct err why; /* that there is no more; ERR_NONE */
	int (*fn)(void *arg, const struct yaml *item, struct err *err);
	void *arg;
};

static int read_source(void *arg, unsigned char *to, size_t room, size_t *got)
{
	struct items *s = arg;
	long n;

	if (s->came > s->source->item_max)
		n = err_set(&s->why, ERR_CONFIG, "one item has more than %zu bytes",
			s->source->item_max);
	else
		n = s->source->read(s->source->arg, to, room, &s->why);
	*got = n > 0 ? (size_t)n : 0;
	s->came += *got;
	return n >= 0;
}

/* The next event, which must be of that type. */
static int expect(struct items *s, yaml_event_type_t type, const char *what, struct err *err)
{
	yaml_event_t event;
	int result = next(&s->r, &event, err);

	if (result == 0 && event.type != type)
		result = refuse(&event.start_mark, what, err);
	yaml_event_delete(&event);
	return result;
}

/* A value, read and dropped again; where it is an item, the caller gets it between. */
static int pass(struct items *s, const yaml_event_t *event, bool is_item, struct err *err)
{
	struct yaml value = YAML_INIT;
	int result = take(&s->r, event, &value, err);

	if (result == 0 && is_item)
		result = s->fn(s->arg, &value, err);
	yaml_drop(&value);
	s->came = 0;
	s->r.values = 0;
	return result;
}

static int pass_items(struct items *s, struct err *err)
{
	for (;;) {
		yaml_event_t event;
		int result = next(&s->r, &event, err);
		bool ends = result == 0 && event.type == YAML_SEQUENCE_END_EVENT;

		if (result == 0 && !ends)
			result = pass(s, &event, true, err);
		yaml_event_delete(&event);
		if (result < 0 || ends)
			return result;
	}
}

static int pass_value(struct items *s, bool is_list, struct err *err)
{
	yaml_event_t event;
	int result = next(&s->r, &event, err);

	if (result == 0 && is_list && event.type == YAML_SEQUENCE_START_EVENT)
		result = check_plain(&event, event.data.sequence_start.anchor,
				 event.data.sequence_start.tag, err) < 0
				 ? -1
				 : pass_items(s, err);
	else if (result == 0)
		result = pass(s, &event, false, err);
	yaml_event_delete(&event);
	return result;
}

static int pass_keys(struct items *s, const char *key, struct err *err)
{
	for (;;) {
		yaml_event_t event;
		int result = next(&s->r, &event, err);
		bool ends = result == 0 && event.type == YAML_MAPPING_END_EVENT;

		if (result == 0 && !ends && event.type != YAML_SCALAR_EVENT)
			result = refuse(&event.start_mark, "a key must be a text", err);
		if (result == 0 && !ends)
			result = pass_value(s,
				span_is_text((struct span){(const char *)event.data.scalar.value,
						     event.data.scalar.length},
					key),
				err);
		yaml_event_delete(&event);
		if (result < 0 || ends)
			return result;
	}
}

static int pass_document(struct items *s, const char *key, struct err *err)
{
	return expect(s, YAML_STREAM_START_EVENT, "this is no YAML", err) < 0 ||
			       expect(s, YAML_DOCUMENT_START_EVENT, "it is empty", err) < 0 ||
			       expect(s, YAML_MAPPING_START_EVENT, "it has no keys", err) < 0 ||
			       pass_keys(s, key, err) < 0 ||
			       expect(s, YAML_DOCUMENT_END_EVENT, "this is no YAML", err) < 0 ||
			       expect(s, YAML_STREAM_END_EVENT, "there is a second document", err) <
				       0
		       ? -1
		       : 0;
}

int yaml_each_item(const struct yaml_source *source, const char *key,
	int (*fn)(void *arg, const struct yaml *item, struct err *err), void *arg, struct err *err)
{
	struct items s = {.source = source, .why = ERR_INIT, .fn = fn, .arg = arg};
	int result;

	if (!yaml_parser_initialize(&s.r.parser))
		mem_none();
	yaml_parser_set_encoding(&s.r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input(&s.r.parser, read_source, &s);
	s.r.depth = 2;
	result = pass_document(&s, key, err);
	yaml_parser_delete(&s.r.parser);
	if (result < 0 && s.why.code != ERR_NONE)
		return err_copy(err, &s.why);
	return result;
}

const struct yaml_pair *yaml_get(const struct yaml *map, const char *key)
{
	VEC_FOR (const struct yaml_pair, p, &map->pairs)
		if (span_is_text(buf_span(&p->key.text), key))
			return p;
	return NULL;
}

static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
/* By turns: what is true, what is false. */
static const char *const bools[] = {"true", "false", "True", "False", "TRUE", "FALSE", "yes", "no",
	"Yes", "No", "YES", "NO", "on", "off", "On", "Off", "ON", "OFF", "y", "n", "Y", "N"};

static bool is_one_of(struct span x, const char *const *words, size_t count, size_t *which)
{
	for (*which = 0; *which < count; ++*which)
		if (span_is_text(x, words[*which]))
			return true;
	return false;
}

bool yaml_is_null(const struct yaml *y)
{
	size_t which;

	return y->kind == YAML_TEXT && y->style == YAML_PLAIN &&
	       is_one_of(buf_span(&y->text), nulls, COUNT(nulls), &which);
}

bool yaml_is_bool(const struct yaml *y, bool *value)
{
	size_t which;

	if (y->kind != YAML_TEXT || y->style == YAML_BLOCK ||
		!is_one_of(buf_span(&y->text), bools, COUNT(bools), &which))
		return false;
	*value = which % 2 == 0;
	return true;
}

size_t yaml_end(const struct yaml *y)
{
	if (y->style == YAML_BLOCK && y->list.n)
		return yaml_end(&y->list.v[y->list.n - 1]);
	if (y->style == YAML_BLOCK && y->pairs.n)
		return yaml_end(&y->pairs.v[y->pairs.n - 1].value);
	return y->to;
}

bool yaml_is_same(const struct yaml *a, const struct yaml *b)
{
	if (a->kind != b->kind || a->list.n != b->list.n || a->pairs.n != b->pairs.n ||
		yaml_is_null(a) != yaml_is_null(b) ||
		!span_is(buf_span(&a->text), buf_span(&b->text)))
		return false;
	for (size_t i = 0; i < a->list.n; i++)
		if (!yaml_is_same(&a->list.v[i], &b->list.v[i]))
			return false;
	for (size_t i = 0; i < a->pairs.n; i++)
		if (!yaml_is_same(&a->pairs.v[i].key, &b->pairs.v[i].key) ||
			!yaml_is_same(&a->pairs.v[i].value, &b->pairs.v[i].value))
			return false;
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Whether it is taken for a text, and for this one, by all readers: it begins like a word or a path, and has nothing in it that could be a
 * mark. */
static bool is_plain(struct span x)
{
	size_t which;

	if (!x.n || !(is_letter(x.s[0]) || x.s[0] == '/') || x.s[x.n - 1] == ' ' ||
		x.s[x.n - 1] == ':' || is_one_of(x, nulls, COUNT(nulls), &which) ||
		is_one_of(x, bools, COUNT(bools), &which))
		return false;
	for (size_t i = 0; i < x.n; i++)
		if (!is_letter(x.s[i]) && !(x.s[i] >= '0' && x.s[i] <= '9') &&
			(!x.s[i] || !strchr(" -+./:=_~@%", x.s[i]) ||
				span_starts(span_cut(x, i, x.n), ": ")))
			return false;
	return true;
}

void yaml_format_text(struct span x, struct buf *out)
{
	if (is_plain(x)) {
		buf_add_span(out, x);
		return;
	}
	buf_addc(out, '"');
	while (x.n) {
		uint32_t point;
		size_t n = text_character(x, &point);
		AUTO(buf) safe = BUF_INIT;

		text_escape(&safe, span_cut(x, 0, n ? n : 1));
		if (x.s[0] == '"')
			buf_adds(out, "\\\"");
		else if (n > 1 && safe.n != n)
			buf_addf(out, point > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)point);
		else
			buf_add_span(out, buf_span(&safe));
		x = span_cut(x, n ? n : 1, x.n);
	}
	buf_addc(out, '"');
}
