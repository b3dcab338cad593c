/* A value in one of luet's files. */
#include "model/luet_node.h"

#include <inttypes.h>

static const struct luet_node nothing = {NULL, NULL};

static enum luet_kind kind_of_yaml(const struct yaml *y)
{
	if (y->kind == YAML_TEXT)
		return yaml_is_null(y) ? LUET_NOTHING : LUET_TEXT;
	return y->kind == YAML_LIST ? LUET_LIST : LUET_MAP;
}

enum luet_kind luet_node_kind(struct luet_node n)
{
	if (n.yaml)
		return kind_of_yaml(n.yaml);
	if (!n.json)
		return LUET_NOTHING;
	switch (json_kind(n.json)) {
	case JSON_IS_NULL: return LUET_NOTHING;
	case JSON_IS_LIST: return LUET_LIST;
	case JSON_IS_OBJECT: return LUET_MAP;
	case JSON_IS_BOOL:
	case JSON_IS_INTEGER:
	case JSON_IS_REAL:
	case JSON_IS_TEXT: break;
	}
	return LUET_TEXT;
}

bool luet_node_text(struct luet_node n, struct buf *out)
{
	enum luet_kind kind = luet_node_kind(n);

	buf_clear(out);
	if (kind != LUET_TEXT)
		return kind == LUET_NOTHING;
	if (n.yaml)
		buf_set(out, buf_span(&n.yaml->text));
	else if (json_kind(n.json) == JSON_IS_TEXT)
		buf_sets(out, json_as_text(n.json));
	else if (json_kind(n.json) == JSON_IS_INTEGER)
		buf_addf(out, "%" PRId64, json_as_number(n.json));
	else if (json_kind(n.json) == JSON_IS_BOOL)
		buf_sets(out, json_as_bool(n.json) ? "true" : "false");
	else
		return false;
	return true;
}

bool luet_node_bool(struct luet_node n, bool *out)
{
	if (n.yaml)
		return yaml_is_bool(n.yaml, out);
	if (!n.json || json_kind(n.json) != JSON_IS_BOOL)
		return false;
	*out = json_as_bool(n.json);
	return true;
}

struct luet_node luet_node_get(struct luet_node map, const char *key)
{
	const struct yaml_pair *pair = map.yaml ? yaml_get(map.yaml, key) : NULL;

	if (map.yaml)
		return (struct luet_node){pair ? &pair->value : NULL, NULL};
	return map.json ? (struct luet_node){NULL, json_get(map.json, key)} : nothing;
}

size_t luet_node_count(struct luet_node list)
{
	if (list.yaml)
		return list.yaml->kind == YAML_LIST ? list.yaml->list.n : 0;
	return json_count(list.json);
}

struct luet_node luet_node_at(struct luet_node list, size_t i)
{
	if (list.yaml)
		return (struct luet_node){&list.yaml->list.v[i], NULL};
	return (struct luet_node){NULL, json_at(list.json, i)};
}

struct pair_of_json {
	int (*fn)(void *arg, struct span key, struct luet_node value, struct err *err);
	void *arg;
};

static int give(void *arg, const char *key, const struct json *value, struct err *err)
{
	const struct pair_of_json *to = arg;

	return to->fn(to->arg, span_of(key), (struct luet_node){NULL, value}, err);
}

int luet_node_each(struct luet_node map,
	int (*fn)(void *arg, struct span key, struct luet_node value, struct err *err), void *arg,
	struct err *err)
{
	struct pair_of_json to = {fn, arg};

	if (!map.yaml)
		return map.json ? json_each(map.json, give, &to, err) : 0;
	VEC_FOR (const struct yaml_pair, pair, &map.yaml->pairs)
		if (fn(arg, buf_span(&pair->key.text), (struct luet_node){&pair->value, NULL},
			    err) < 0)
			return -1;
	return 0;
}
