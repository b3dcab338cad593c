/* JSON values, by jansson. Ownership: json_add… take the value given; the root is freed by
 * json_free. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

struct json; /* any value */

/* jansson exports the short names itself, so the functions have longer ones. */
#define json_object json_new_object
#define json_array json_new_array
#define json_null json_new_null

struct json *json_object(void);
struct json *json_array(void);
struct json *json_text(
	struct span x); /* bytes that are not UTF-8 are escaped as text_escape does */
struct json *json_number(int64_t value);
struct json *json_bool(bool value);
struct json *json_null(void);
void json_free(struct json *value);

/* Puts value under key; takes value. Keys keep the order in which they were put. */
void json_put(struct json *object, const char *key, struct json *value);
void json_put_text(struct json *object, const char *key, struct span x);
void json_put_number(struct json *object, const char *key, int64_t value);
void json_put_bool(struct json *object, const char *key, bool value);
void json_append(struct json *array, struct json *value); /* takes value */

/* Appends the value as text, on one line, without a newline behind. What would disturb a
 * terminal (controls, turned text) stands as \uXXXX, so that nothing is lost. */
void json_format(const struct json *value, struct buf *out);
/* What that makes of json_text(x). */
void json_format_text(struct span x, struct buf *out);

/* Reads one value; its size is the caller's to bound, 2048 levels are the most. Double keys and
 * NUL characters are refused. ERR_FAILED with line and column. */
MUST_USE int json_parse(struct span text, struct json **out, struct err *err);
/* Borrow: NULL where it is not there or of another kind. */
const struct json *json_get(const struct json *object, const char *key);
const char *json_get_text(const struct json *object, const char *key);
/* False where it is not there or of another kind. */
bool json_get_number(const struct json *object, const char *key, int64_t *out);
bool json_get_bool(const struct json *object, const char *key, bool *out);
bool json_is_list(const struct json *value); /* NULL is none */
size_t json_count(const struct json *list); /* 0 of what is no list, NULL too */
const struct json *json_at(const struct json *list, size_t i);
const char *json_as_text(const struct json *value);
/* Calls fn for each pair of the object, in the order in which they stand; a return of -1 ends it. Of what is no object: nothing. */
MUST_USE int json_each(const struct json *object,
	int (*fn)(void *arg, const char *key, const struct json *value, struct err *), void *arg,
	struct err *err);

enum json_kind {
	JSON_IS_NULL,
	JSON_IS_BOOL,
	JSON_IS_INTEGER,
	JSON_IS_REAL,
	JSON_IS_TEXT,
	JSON_IS_LIST,
	JSON_IS_OBJECT
};
enum json_kind json_kind(const struct json *value);
int64_t json_as_number(const struct json *value); /* 0 of what is no integer */
double json_as_real(const struct json *value);
bool json_as_bool(const struct json *value);
struct json *json_new_real(double value); /* which must be finite */

/* A key of the object that is none of the NULL-ended known ones; NULL: there is none, or it is no object. */
const char *json_other_key(const struct json *object, const char *const *known);
