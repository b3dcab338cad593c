/* YAML documents, by libyaml: one document of plain values, as a tree that knows where each stands. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };
/* How it is written: a text as it is, in quotes, or behind | or >; a list or map by lines or in brackets. */
enum yaml_style { YAML_PLAIN, YAML_QUOTED, YAML_BLOCK, YAML_FLOW };

struct yaml_pair;
struct yaml {
	enum yaml_kind kind;
	enum yaml_style style;
	struct buf text; /* of a text; "" and plain: nothing stands there */
	VEC(struct yaml) list;
	VEC(struct yaml_pair) pairs; /* in the order in which they stand; no key twice */
	size_t from,
		to; /* in bytes; of what is by lines and in no brackets `to` may be too far: yaml_end */
	unsigned line, column; /* from 1 */
};
struct yaml_pair {
	struct yaml key; /* a text */
	struct yaml value;
};

#define YAML_DEPTH_MAX 32
#define YAML_KEYS_MAX 1024 /* of one map */
#define YAML_VALUES_MAX \
	(1 << 18) /* of a document, or of an item of yaml_each_item: each takes some 130 bytes of memory */

/* A value of its own; drop it whatever came of parsing. */
#define YAML_INIT ((struct yaml){.text = BUF_INIT})
void yaml_drop(struct yaml *y);

/* Reads the one document that text has (UTF-8; its size is the caller's to bound). ERR_CONFIG with line and column: what is not YAML or no
 * UTF-8, anchors and aliases, tags, several documents, merged maps, keys that are no texts or stand twice, more than YAML_DEPTH_MAX levels or
 * YAML_KEYS_MAX keys. A
 * document with nothing in it is an empty text. *out was YAML_INIT, and is on an error. */
MUST_USE int yaml_parse(struct span text, struct yaml *out, struct err *err);

/* Where a long document comes from, piece by piece. */
struct yaml_source {
	long (*read)(void *arg, void *to, size_t room, struct err *err); /* 0 at its end, -1 */
	void *arg;
	size_t item_max; /* bytes that an item of the list, or what else stands there, may take */
};
/* Gives fn each item of the list that stands under `key` in the one map that the document is, one after the other: none of them needs to be in
 * memory with another. fn may return -1, which ends it. What is refused is as for yaml_parse. Bytes (`from`, `to`) are not told. */
MUST_USE int yaml_each_item(const struct yaml_source *source, const char *key,
	int (*fn)(void *arg, const struct yaml *item, struct err *err), void *arg, struct err *err);

/* NULL: there is no such key, or it is no map. */
const struct yaml_pair *yaml_get(const struct yaml *map, const char *key);
/* Whether nothing is said: an empty plain text, ~ or null. */
bool yaml_is_null(const struct yaml *y);
/* A text in one line that is true or false as YAML 1.1 and Go's readers have it: yes, on, y, and their opposites, too. */
bool yaml_is_bool(const struct yaml *y, bool *value);
/* The end of what is the last of it. */
size_t yaml_end(const struct yaml *y);
/* The same values, however they are written. */
bool yaml_is_same(const struct yaml *a, const struct yaml *b);

/* Appends x as one line that is read back as that text: plain where that is possible, else in double quotes. */
void yaml_format_text(struct span x, struct buf *out);
