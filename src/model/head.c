/* Heads and roots as JSON. All that is read is held against docs/repository-format.md. */
#include "model/head.h"

#include <string.h>

#include "base/text.h"
#include "ext/json.h"
#include "model/installer.h"
#include "model/minisign.h"

#define SCHEMA 1
#define TIME_MAX 253402300799 /* the end of the year 9999 */
#define WHOLE_MAX ((int64_t)1 << 30)
#define UNPACKED_MAX ((int64_t)4 << 30)
#define KEY_LENGTH 56

unsigned head_node_count(unsigned leaf_bits)
{
	return 1U << leaf_bits / 2;
}

unsigned head_node_width(unsigned leaf_bits)
{
	return 1U << (leaf_bits - leaf_bits / 2);
}

unsigned head_leaf_of(unsigned leaf_bits, const unsigned char sha256[HEAD_SUM])
{
	unsigned first = (unsigned)sha256[0] << 16 | (unsigned)sha256[1] << 8 | sha256[2];

	return first >> (24 - leaf_bits);
}

void root_path(int64_t version, struct buf *out)
{
	buf_addf(out, "index/root/%lld.json", (long long)version);
}

void head_signature_path(const struct head_sum *sum, struct buf *out)
{
	buf_adds(out, "index/signature/");
	text_hex(out, sum->bytes, HEAD_SUM);
	buf_adds(out, SIGNATURE_SUFFIX);
}

/* --- Reading values ------------------------------------------------------------------------------------- */

static int get_number(const struct json *object, const char *key, int64_t least, int64_t most,
	int64_t *out, struct err *err)
{
	if (json_get_number(object, key, out) && *out >= least && *out <= most)
		return 0;
	return err_set(err, ERR_FAILED, "\"%s\" is no number from %lld to %lld", key,
		(long long)least, (long long)most);
}

/* Both cases are hex, but what is written in two ways has two names. */
static int get_sum(struct span hex, const char *what, struct head_sum *out, struct err *err)
{
	for (size_t i = 0; i < hex.n; i++)
		if (hex.s[i] >= 'A' && hex.s[i] <= 'F')
			hex.n = 0;
	if (text_unhex(hex, out->bytes, HEAD_SUM))
		return 0;
	return err_set(err, ERR_FAILED, "\"%s\" is not of 64 small hex digits", what);
}

static int get_times(const struct json *object, int64_t *time, int64_t *expires, struct err *err)
{
	if (get_number(object, "time", 0, TIME_MAX, time, err) < 0)
		return -1;
	return get_number(object, "expires", *time + 1, TIME_MAX, expires, err);
}

/* What both begin with. */
static int get_beginning(
	const struct json *object, const char *type, struct buf *name, struct err *err)
{
	int64_t schema;

	if (!span_is_text(span_of(json_get_text(object, "type")), type))
		return err_set(err, ERR_FAILED, "\"type\" is not \"%s\"", type);
	if (!json_get_number(object, "schema", &schema) || schema != SCHEMA) {
		err_set(err, ERR_FAILED, "\"schema\" is not %d, the only one that is known",
			SCHEMA);
		return err_next(err, "a newer fardel may know it");
	}
	buf_sets(name, json_get_text(object, "name"));
	if (!installer_name_is_valid(buf_span(name)))
		return err_set(err, ERR_FAILED, "\"name\" is no name of a repository");
	return 0;
}

/* Reads the text, and has `take` read the object. */
static int parse(struct span text, size_t max,
	int (*take)(const struct json *object, void *out, struct err *err), void *out,
	struct err *err)
{
	struct json *value;
	int status;

	if (text.n > max)
		return err_set(err, ERR_FAILED, "longer than %zu bytes", max);
	if (json_parse(text, &value, err) < 0)
		return -1;
	status = take(value, out, err);
	json_free(value);
	return status;
}

/* --- Roots ---------------------------------------------------------------------------------------------- */

void root_init(struct root *r)
{
	*r = (struct root){.name = BUF_INIT};
}

void root_drop(struct root *r)
{
	buf_drop(&r->name);
	texts_drop(&r->root.keys);
	texts_drop(&r->index.keys);
}

/* A key that counts twice would be two of a threshold: by another id, too. */
static bool is_another(const struct role *role, const struct minisign_key *key)
{
	VEC_FOR (const struct buf, text, &role->keys.of) {
		struct minisign_key k;
		struct err err = ERR_INIT;

		if (minisign_key_parse(buf_span(text), &k, &err) < 0 ||
			memcmp(k.id, key->id, sizeof(k.id)) == 0 ||
			memcmp(k.key, key->key, sizeof(k.key)) == 0)
			return false;
	}
	return true;
}

int role_find(const struct role *role, struct span key)
{
	for (size_t i = 0; i < role->keys.of.n; i++)
		if (span_is(buf_span(&role->keys.of.v[i]), key))
			return (int)i;
	return -1;
}

int role_add(struct role *role, struct span key, struct err *err)
{
	struct minisign_key k;

	if (key.n != KEY_LENGTH || minisign_key_parse(key, &k, err) < 0)
		return err_set(err, ERR_FAILED, "it has a key that is none");
	if (role->keys.of.n == ROLE_KEYS_MAX)
		return err_set(err, ERR_FAILED, "it has more than %d keys", ROLE_KEYS_MAX);
	if (!is_another(role, &k))
		return err_set(err, ERR_FAILED, "it has a key twice, or two of one id");
	texts_add(&role->keys, key);
	return 0;
}

static int get_role(const struct json *object, const char *key, struct role *out, struct err *err)
{
	const struct json *role = json_get(object, key), *keys = json_get(role, "keys");

	if (!json_is_list(keys))
		return err_set(err, ERR_FAILED, "\"%s\" has no list of keys", key);
	for (size_t i = 0; i < json_count(keys); i++)
		if (role_add(out, span_of(json_as_text(json_at(keys, i))), err) < 0)
			return err_at(err, "\"%s\"", key);
	if (get_number(role, "threshold", 1, (int64_t)out->keys.of.n, &out->threshold, err) < 0)
		return err_at(err, "\"%s\"", key);
	return 0;
}

static int take_root(const struct json *object, void *arg, struct err *err)
{
	struct root *out = arg;

	if (get_beginning(object, "root", &out->name, err) < 0 ||
		get_number(object, "version", 1, REVISION_MAX, &out->version, err) < 0 ||
		get_times(object, &out->time, &out->expires, err) < 0 ||
		get_role(object, "root", &out->root, err) < 0 ||
		get_role(object, "index", &out->index, err) < 0)
		return -1;
	if (!json_get(object, "restart"))
		return 0;
	return get_number(object, "restart", 1, REVISION_MAX, &out->restart, err);
}

int root_parse(struct span text, struct root *out, struct err *err)
{
	return parse(text, ROOT_MAX, take_root, out, err);
}

static void format_role(const struct role *role, const char *name, struct buf *out)
{
	buf_addf(
		out, "\"%s\": {\"threshold\": %lld, \"keys\": [", name, (long long)role->threshold);
	VEC_FOR (const struct buf, key, &role->keys.of)
		buf_addf(out, "%s\"%s\"", key == role->keys.of.v ? "" : ", ", key->s);
	buf_adds(out, "]}");
}

void root_format(const struct root *r, struct buf *out)
{
	buf_addf(out,
		"{\"schema\": %d, \"type\": \"root\", \"name\": \"%s\", \"version\": %lld, "
		"\"time\": %lld, \"expires\": %lld,\n ",
		SCHEMA, r->name.s, (long long)r->version, (long long)r->time,
		(long long)r->expires);
	format_role(&r->root, "root", out);
	buf_adds(out, ",\n ");
	format_role(&r->index, "index", out);
	if (r->restart)
		buf_addf(out, ",\n \"restart\": %lld", (long long)r->restart);
	buf_adds(out, "}\n");
}

/* --- Heads ---------------------------------------------------------------------------------------------- */

void head_init(struct head *h)
{
	*h = (struct head){.name = BUF_INIT};
}

void head_drop(struct head *h)
{
	buf_drop(&h->name);
	vec_drop(&h->nodes);
}

static int get_tree(const struct json *tree, struct head *out, struct err *err)
{
	const struct json *nodes = json_get(tree, "nodes");
	int64_t leaves;

	if (!json_get_number(tree, "leaves", &leaves) || leaves < 1 || leaves > HEAD_LEAVES_MAX ||
		(leaves & (leaves - 1)))
		return err_set(err, ERR_FAILED, "\"leaves\" is no power of two from 1 to %d",
			HEAD_LEAVES_MAX);
	while (1LL << out->leaf_bits < leaves)
		out->leaf_bits++;
	if (!json_is_list(nodes) || json_count(nodes) != head_node_count(out->leaf_bits))
		return err_set(err, ERR_FAILED, "\"nodes\" is no list of %u",
			head_node_count(out->leaf_bits));
	for (size_t i = 0; i < json_count(nodes); i++)
		if (get_sum(span_of(json_as_text(json_at(nodes, i))), "nodes",
			    vec_push(&out->nodes), err) < 0)
			return -1;
	return 0;
}

static int get_whole(const struct json *whole, struct head *out, struct err *err)
{
	if (get_sum(span_of(json_get_text(whole, "sha256")), "sha256", &out->whole.sha256, err) <
			0 ||
		get_number(whole, "size", 1, WHOLE_MAX, &out->whole.size, err) < 0 ||
		get_number(whole, "unpacked", 1, UNPACKED_MAX, &out->whole.unpacked, err) < 0)
		return -1;
	return get_number(whole, "revision", 1, out->revision, &out->whole.revision, err);
}

static int take_head(const struct json *object, void *arg, struct err *err)
{
	struct head *out = arg;

	if (get_beginning(object, "head", &out->name, err) < 0 ||
		get_number(object, "revision", 1, REVISION_MAX, &out->revision, err) < 0 ||
		get_times(object, &out->time, &out->expires, err) < 0 ||
		get_number(object, "root", 1, REVISION_MAX, &out->root, err) < 0 ||
		get_number(object, "packages", 0, REVISION_MAX, &out->packages, err) < 0)
		return -1;
	if (get_tree(json_get(object, "tree"), out, err) < 0)
		return err_at(err, "\"tree\"");
	if (json_get(object, "whole") && get_whole(json_get(object, "whole"), out, err) < 0)
		return err_at(err, "\"whole\"");
	return 0;
}

int head_parse(struct span text, struct head *out, struct err *err)
{
	return parse(text, HEAD_MAX, take_head, out, err);
}

static void format_tree(const struct head *h, struct buf *out)
{
	buf_addf(out, "\"tree\": {\"leaves\": %u, \"nodes\": [", 1U << h->leaf_bits);
	VEC_FOR (const struct head_sum, sum, &h->nodes) {
		buf_adds(out, sum == h->nodes.v ? "\"" : ", \"");
		text_hex(out, sum->bytes, HEAD_SUM);
		buf_addc(out, '"');
	}
	buf_adds(out, "]}");
}

static void format_whole(const struct head *h, struct buf *out)
{
	buf_adds(out, ",\n \"whole\": {\"sha256\": \"");
	text_hex(out, h->whole.sha256.bytes, HEAD_SUM);
	buf_addf(out, "\", \"size\": %lld, \"unpacked\": %lld, \"revision\": %lld}",
		(long long)h->whole.size, (long long)h->whole.unpacked,
		(long long)h->whole.revision);
}

void head_format(const struct head *h, struct buf *out)
{
	buf_addf(out,
		"{\"schema\": %d, \"type\": \"head\", \"name\": \"%s\", \"revision\": %lld, "
		"\"time\": %lld, \"expires\": %lld, \"root\": %lld, \"packages\": %lld,\n ",
		SCHEMA, h->name.s, (long long)h->revision, (long long)h->time,
		(long long)h->expires, (long long)h->root, (long long)h->packages);
	format_tree(h, out);
	if (h->whole.size)
		format_whole(h, out);
	buf_adds(out, "}\n");
}
