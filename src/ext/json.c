/* JSON values, by jansson. */
#include "ext/json.h"

#undef json_object
#undef json_array
#undef json_null
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/mem.h"
#include "base/text.h"

static struct json *ours(json_t *value)
{
	if (!value)
		mem_none(); /* all texts are UTF-8: there is no other reason */
	return (struct json *)value;
}

static json_t *theirs(struct json *value)
{
	return (json_t *)value;
}

static const json_t *borrowed(const struct json *value)
{
	return (const json_t *)value;
}

/* From the kernel by a call: jansson would open /dev/urandom, which not every process has. */
static void seed(void)
{
	static bool seeded;
	size_t random = 1;

	if (seeded)
		return;
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		random = (size_t)time(NULL);
	json_object_seed(random | 1); /* 0: it is to find one itself */
	seeded = true;
}

struct json *json_new_object(void)
{
	seed();
	return ours(json_object());
}

struct json *json_new_array(void)
{
	return ours(json_array());
}

struct json *json_new_null(void)
{
	return ours(json_null());
}

/* How many bytes at its beginning are printable ASCII: nearly all that there is. */
static size_t count_plain(struct span x)
{
	size_t n = 0;

	while (n < x.n && x.s[n] >= ' ' && x.s[n] < 0x7f)
		n++;
	return n;
}

struct json *json_text(struct span x)
{
	AUTO(buf) clean = BUF_INIT;
	uint32_t point;

	if (count_plain(x) == x.n)
		return ours(json_stringn(x.s, x.n));
	while (x.n) {
		size_t n = text_character(x, &point);

		if (n)
			buf_add(&clean, x.s, n);
		else
			text_escape(&clean, span_cut(x, 0, 1));
		x = span_cut(x, n ? n : 1, x.n);
	}
	return ours(json_stringn(clean.s, clean.n));
}

struct json *json_number(int64_t value)
{
	return ours(json_integer(value));
}

struct json *json_bool(bool value)
{
	return ours(json_boolean(value));
}

void json_free(struct json *value)
{
	json_decref(theirs(value));
}

void json_put(struct json *object, const char *key, struct json *value)
{
	if (json_object_set_new(theirs(object), key, theirs(value)) < 0)
		mem_panic("JSON key cannot be set");
}

void json_put_text(struct json *object, const char *key, struct span x)
{
	json_put(object, key, json_text(x));
}

void json_put_number(struct json *object, const char *key, int64_t value)
{
	json_put(object, key, json_number(value));
}

void json_put_bool(struct json *object, const char *key, bool value)
{
	json_put(object, key, json_bool(value));
}

void json_append(struct json *array, struct json *value)
{
	if (json_array_append_new(theirs(array), theirs(value)) < 0)
		mem_panic("JSON value cannot be appended");
}

/* jansson escapes controls below blank only; the others can only stand inside of texts here. */
static void add_character(struct buf *out, struct span character, uint32_t point)
{
	AUTO(buf) safe = BUF_INIT;

	text_escape(&safe, character);
	if (character.s[0] == '\\' || span_is(buf_span(&safe), character))
		buf_add_span(out, character);
	else
		buf_addf(out, "\\u%04X", (unsigned)point);
}

void json_format(const struct json *value, struct buf *out)
{
	AUTO_FREE char *raw = json_dumps(borrowed(value), JSON_COMPACT | JSON_ENCODE_ANY);
	struct span rest = span_of(raw);
	uint32_t point;

	if (!raw)
		mem_none(); /* all that is in it was checked when it was put there */
	while (rest.n) {
		size_t plain = count_plain(rest), n;

		buf_add_span(out, span_cut(rest, 0, plain));
		rest = span_cut(rest, plain, rest.n);
		if (!rest.n)
			break;
		n = text_character(rest, &point);
		if (!n)
			mem_panic("JSON is not UTF-8");
		if (n == 1 && point != 0x7f)
			buf_addc(out, rest.s[0]);
		else
			add_character(out, span_cut(rest, 0, n), point);
		rest = span_cut(rest, n, rest.n);
	}
}

/* Neither jansson nor json_format escapes anything of it. */
static bool is_as_it_is(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (x.s[i] < ' ' || x.s[i] >= 0x7f || x.s[i] == '"' || x.s[i] == '\\')
			return false;
	return true;
}

void json_format_text(struct span x, struct buf *out)
{
	struct json *value;

	if (is_as_it_is(x)) {
		buf_addc(out, '"');
		buf_add_span(out, x);
		buf_addc(out, '"');
		return;
	}
	value = json_text(x);
	json_format(value, out);
	json_free(value);
}

int json_parse(struct span text, struct json **out, struct err *err)
{
	json_error_t bad;
	json_t *value;

	/* Without memory it would say that the text is none. */
	json_set_alloc_funcs(mem_alloc, free);
	seed();
	value = json_loadb(text.s, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &bad);
	if (!value)
		return err_set(err, ERR_FAILED, "not JSON: line %d, column %d: %s", bad.line,
			bad.column, bad.text);
	*out = ours(value);
	return 0;
}

const struct json *json_get(const struct json *object, const char *key)
{
	return (const struct json *)json_object_get(borrowed(object), key);
}

const char *json_get_text(const struct json *object, const char *key)
{
	return json_string_value(borrowed(json_get(object, key)));
}

bool json_get_number(const struct json *object, const char *key, int64_t *out)
{
	const json_t *value = borrowed(json_get(object, key));

	if (!json_is_integer(value))
		return false;
	*out = json_integer_value(value);
	return true;
}

bool json_get_bool(const struct json *object, const char *key, bool *out)
{
	const json_t *value = borrowed(json_get(object, key));

	if (!json_is_boolean(value))
		return false;
	*out = json_is_true(value);
	return true;
}

bool json_is_list(const struct json *value)
{
	return json_is_array(borrowed(value));
}

size_t json_count(const struct json *list)
{
	return json_array_size(borrowed(list));
}

const struct json *json_at(const struct json *list, size_t i)
{
	return (const struct json *)json_array_get(borrowed(list), i);
}

const char *json_as_text(const struct json *value)
{
	return json_string_value(borrowed(value));
}

static bool is_one_of(const char *key, const char *const *known)
{
	for (; *known; known++)
		if (!strcmp(key, *known))
			return true;
	return false;
}

const char *json_other_key(const struct json *object, const char *const *known)
{
	json_t *all = (json_t *)(uintptr_t)borrowed(object), *value;
	const char *key;

	json_object_foreach(all, key, value) if (!is_one_of(key, known)) return key;
	return NULL;
}

int json_each(const struct json *object,
	int (*fn)(void *arg, const char *key, const struct json *value, struct err *), void *arg,
	struct err *err)
{
	json_t *all = (json_t *)(uintptr_t)borrowed(object), *value;
	const char *key;

	json_object_foreach(all, key, value)
	{
		if (fn(arg, key, (const struct json *)value, err) < 0)
			return -1;
	}
	return 0;
}

enum json_kind json_kind(const struct json *value)
{
	static const enum json_kind kinds[] = {
		[JSON_OBJECT] = JSON_IS_OBJECT,
		[JSON_ARRAY] = JSON_IS_LIST,
		[JSON_STRING] = JSON_IS_TEXT,
		[JSON_INTEGER] = JSON_IS_INTEGER,
		[JSON_REAL] = JSON_IS_REAL,
		[JSON_TRUE] = JSON_IS_BOOL,
		[JSON_FALSE] = JSON_IS_BOOL,
		[JSON_NULL] = JSON_IS_NULL,
	};

	return kinds[json_typeof(borrowed(value))];
}

int64_t json_as_number(const struct json *value)
{
	return json_integer_value(borrowed(value));
}

double json_as_real(const struct json *value)
{
	return json_real_value(borrowed(value));
}

bool json_as_bool(const struct json *value)
{
	return json_is_true(borrowed(value));
}

struct json *json_new_real(double value)
{
	return ours(json_real(value));
}
