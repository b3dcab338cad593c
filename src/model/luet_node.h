/* A value in one of luet's files, which come as YAML or as JSON and say the same. Borrows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "ext/json.h"
#include "ext/yaml.h"

/* Both NULL: nothing. */
struct luet_node {
	const struct yaml *yaml;
	const struct json *json;
};

enum luet_kind { LUET_NOTHING, LUET_TEXT, LUET_LIST, LUET_MAP };

enum luet_kind luet_node_kind(struct luet_node n); /* also of null: LUET_NOTHING */
/* Into *out: a text, or a number or truth as it is written (of JSON: a whole number). False of anything else; of nothing it is "". */
bool luet_node_text(struct luet_node n, struct buf *out);
bool luet_node_bool(struct luet_node n, bool *out); /* false: it is none */
struct luet_node luet_node_get(struct luet_node map, const char *key);
size_t luet_node_count(struct luet_node list); /* 0 of what is none */
struct luet_node luet_node_at(struct luet_node list, size_t i);
/* Calls fn for each pair of a map, until it gives -1. */
MUST_USE int luet_node_each(struct luet_node map,
	int (*fn)(void *arg, struct span key, struct luet_node value, struct err *err), void *arg,
	struct err *err);
