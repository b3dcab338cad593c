/* Changes as JSON. */
#include "model/changes_json.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "model/changes_math.h"

#define OWNER_MAX (UINT32_MAX - 1)
#define XATTR_MAX 65536

/* --- Writing: text at once, for values are too slow for thousands of changes ---------------------------- */

static void add_key(struct buf *out, const char *key)
{
	if (out->s[out->n - 1] != '{')
		buf_addc(out, ',');
	buf_addc(out, '"');
	buf_adds(out, key);
	buf_adds(out, "\":");
}

static void add_text(struct buf *out, const char *key, struct span text)
{
	add_key(out, key);
	json_format_text(text, out);
}

static void add_number(struct buf *out, const char *key, int64_t number)
{
	add_key(out, key);
	text_number(out, number);
}

/* Bytes, so that they can be read back: what json_text escapes could not be told from what is so. */
static void add_bytes(struct buf *out, const char *key, const struct buf *bytes)
{
	AUTO(buf) text = BUF_INIT;

	text_escape(&text, buf_span(bytes));
	add_text(out, key, buf_span(&text));
}

static void add_mode(struct buf *out, unsigned mode)
{
	char digits[4];

	for (int i = 3; i >= 0; i--, mode >>= 3)
		digits[i] = (char)('0' + (mode & 7));
	add_text(out, "mode", (struct span){digits, sizeof(digits)});
}

static void add_file(struct buf *out, const struct node *n)
{
	AUTO(buf) hex = BUF_INIT;

	add_number(out, "size", n->size);
	digest_format(&hex, &n->sha256);
	add_text(out, "sha256", buf_span(&hex));
	if (n->inode)
		add_number(out, "inode", n->inode);
}

static void add_xattrs(struct buf *out, const struct node *n)
{
	add_key(out, "xattrs");
	VEC_FOR (const struct node_xattr, x, &n->xattrs) {
		buf_adds(out, x == n->xattrs.v ? "[{" : ",{");
		add_bytes(out, "name", &x->name);
		add_bytes(out, "value", &x->value);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static void add_node(struct buf *out, const char *key, const struct node *n)
{
	if (n->type == NODE_NONE)
		return;
	add_key(out, key);
	buf_addc(out, '{');
	add_text(out, "type", span_of(node_type_name(n->type)));
	add_mode(out, n->mode);
	add_number(out, "uid", n->uid);
	add_number(out, "gid", n->gid);
	if (n->type == NODE_FILE)
		add_file(out, n);
	if (n->type == NODE_LINK)
		add_bytes(out, "target", &n->target);
	if (n->type == NODE_CHAR || n->type == NODE_BLOCK)
		add_number(out, "device", n->device);
	if (n->xattrs.n)
		add_xattrs(out, n);
	buf_addc(out, '}');
}

static void add_change(struct buf *out, const struct change *c)
{
	buf_addc(out, '{');
	add_bytes(out, "path", &c->path);
	add_text(out, "kind", span_of(change_kind_name(change_kind(c))));
	if (c->own)
		buf_adds(out, ",\"own\":true");
	add_node(out, "before", &c->before);
	add_node(out, "after", &c->after);
	buf_addc(out, '}');
}

void changes_format(const struct changes *c, struct buf *out)
{
	buf_addc(out, '{');
	add_number(out, "schema", CHANGES_SCHEMA);
	add_key(out, "changes");
	buf_addc(out, '[');
	VEC_FOR (const struct change, x, &c->of) {
		if (x > c->of.v)
			buf_addc(out, ',');
		add_change(out, x);
	}
	buf_adds(out, "]}");
}

struct json *changes_to_json(const struct changes *c)
{
	AUTO(buf) text = BUF_INIT;
	struct err err = ERR_INIT;
	struct json *value;

	changes_format(c, &text);
	if (json_parse(buf_span(&text), &value, &err) < 0)
		mem_panic(err.text);
	return value;
}

/* --- Reading one node ----------------------------------------------------------------------------------- */

static int refuse_keys(const struct json *object, const char *const *known, struct err *err)
{
	const char *other = json_other_key(object, known);

	return other ? err_set(err, ERR_FAILED, "\"%s\" is not known", other) : 0;
}

static int get_number(
	const struct json *object, const char *key, int64_t max, int64_t *out, struct err *err)
{
	if (json_get_number(object, key, out) && *out >= 0 && *out <= max)
		return 0;
	return err_set(err, ERR_FAILED, "\"%s\" is no number from 0 to %lld", key, (long long)max);
}

/* `max` bytes at most; with_nul: any bytes, also none. */
static int get_bytes(const struct json *object, const char *key, size_t max, bool with_nul,
	struct buf *out, struct err *err)
{
	const char *text = json_get_text(object, key);

	if (!text || !text_unescape(out, span_of(text)))
		return err_set(err, ERR_FAILED, "\"%s\" is no text, or not escaped", key);
	if (out->n > max || (!with_nul && (!out->n || memchr(out->s, 0, out->n))))
		return err_set(err, ERR_FAILED, "\"%s\" is empty, too long, or has a NUL", key);
	return 0;
}

static int get_mode(const struct json *object, unsigned *out, struct err *err)
{
	const char *text = json_get_text(object, "mode");

	*out = 0;
	if (!text || strlen(text) != 4 || strspn(text, "01234567") != 4)
		return err_set(err, ERR_FAILED, "\"mode\" is not of four octal digits");
	for (; *text; text++)
		*out = *out << 3 | (unsigned)(*text - '0');
	return 0;
}

static int get_file(const struct json *object, struct node *out, struct err *err)
{
	const char *hex = json_get_text(object, "sha256");

	if (get_number(object, "size", INT64_MAX, &out->size, err) < 0)
		return -1;
	if (!hex || !digest_parse(DIGEST_SHA256, span_of(hex), &out->sha256))
		return err_set(err, ERR_FAILED, "\"sha256\" is not of 64 hex digits");
	if (!json_get(object, "inode"))
		return 0;
	return get_number(object, "inode", INT32_MAX, &out->inode, err);
}

static int get_target(const struct json *object, struct node *out, struct err *err)
{
	return get_bytes(object, "target", PATH_MAX - 1, false, &out->target, err);
}

static int get_device(const struct json *object, struct node *out, struct err *err)
{
	return get_number(object, "device", INT64_MAX, &out->device, err);
}

#define NODE_KEYS "type", "mode", "uid", "gid", "xattrs"

/* What a node of the type has besides, and the function that reads it. */
static const struct {
	const char *keys[9];
	int (*get)(const struct json *object, struct node *out, struct err *err);
} types[NODE_TYPES] = {
	[NODE_FILE] = {{NODE_KEYS, "size", "sha256", "inode"}, get_file},
	[NODE_FOLDER] = {{NODE_KEYS}, NULL},
	[NODE_LINK] = {{NODE_KEYS, "target"}, get_target},
	[NODE_FIFO] = {{NODE_KEYS}, NULL},
	[NODE_SOCKET] = {{NODE_KEYS}, NULL},
	[NODE_CHAR] = {{NODE_KEYS, "device"}, get_device},
	[NODE_BLOCK] = {{NODE_KEYS, "device"}, get_device},
};

static int get_type(const struct json *object, enum node_type *out, struct err *err)
{
	struct span name = span_of(json_get_text(object, "type"));

	for (unsigned i = NODE_NONE + 1; i < NODE_TYPES; i++)
		if (span_is_text(name, node_type_name((enum node_type)i))) {
			*out = (enum node_type)i;
			return 0;
		}
	return err_set(err, ERR_FAILED, "no such \"type\"");
}

static bool is_known_xattr(struct span name)
{
	return (span_starts(name, "user.") && !span_starts(name, "user.overlay.")) ||
	       span_starts(name, "security.") || span_starts(name, "system.posix_acl_");
}

static int get_xattr(const struct json *object, struct node *out, struct err *err)
{
	static const char *const keys[] = {"name", "value", NULL};
	struct node_xattr *x = vec_push(&out->xattrs), *last = x > out->xattrs.v ? x - 1 : NULL;

	*x = (struct node_xattr){BUF_INIT, BUF_INIT};
	if (refuse_keys(object, keys, err) < 0 ||
		get_bytes(object, "name", 255, false, &x->name, err) < 0 ||
		get_bytes(object, "value", XATTR_MAX, true, &x->value, err) < 0)
		return -1;
	if (!is_known_xattr(buf_span(&x->name)))
		return err_set(err, ERR_FAILED, "no such attribute: %s", x->name.s);
	if (last && span_compare(buf_span(&last->name), buf_span(&x->name)) >= 0)
		return err_set(err, ERR_FAILED, "not sorted: %s", x->name.s);
	return 0;
}

static int get_xattrs(const struct json *object, struct node *out, struct err *err)
{
	const struct json *list = json_get(object, "xattrs");

	if (list && (!json_is_list(list) || !json_count(list)))
		return err_set(err, ERR_FAILED, "\"xattrs\" is no list, or empty");
	for (size_t i = 0; i < json_count(list); i++)
		if (get_xattr(json_at(list, i), out, err) < 0)
			return err_at(err, "\"xattrs\"");
	return 0;
}

static int get_node(const struct json *object, struct node *out, struct err *err)
{
	if (get_type(object, &out->type, err) < 0 ||
		refuse_keys(object, types[out->type].keys, err) < 0 ||
		get_mode(object, &out->mode, err) < 0 ||
		get_number(object, "uid", OWNER_MAX, &out->uid, err) < 0 ||
		get_number(object, "gid", OWNER_MAX, &out->gid, err) < 0)
		return -1;
	if (types[out->type].get && types[out->type].get(object, out, err) < 0)
		return -1;
	return get_xattrs(object, out, err);
}

/* --- Reading the list ----------------------------------------------------------------------------------- */

static int check_path(struct span path, struct err *err)
{
	struct span rest = span_cut(path, 1, path.n), part;

	if (!span_starts(path, "/") || (path.n > 1 && span_ends(path, "/")))
		return err_set(err, ERR_FAILED, "\"path\" is not a plain, absolute path");
	while (span_split(&rest, '/', &part))
		if (!part.n || span_is_text(part, ".") || span_is_text(part, ".."))
			return err_set(err, ERR_FAILED, "\"path\" is not a plain, absolute path");
	return 0;
}

static int get_change(const struct json *object, struct change *out, struct err *err)
{
	static const char *const keys[] = {"path", "kind", "own", "before", "after", NULL};
	const struct json *before = json_get(object, "before"), *after = json_get(object, "after");
	struct span kind = span_of(json_get_text(object, "kind"));

	if (get_bytes(object, "path", SIZE_MAX, false, &out->path, err) < 0 ||
		check_path(buf_span(&out->path), err) < 0)
		return -1;
	if (refuse_keys(object, keys, err) < 0)
		return -1;
	if (json_get(object, "own") && !json_get_bool(object, "own", &out->own))
		return err_set(err, ERR_FAILED, "\"own\" is not true or false");
	if (before && get_node(before, &out->before, err) < 0)
		return err_at(err, "\"before\"");
	if (after && get_node(after, &out->after, err) < 0)
		return err_at(err, "\"after\"");
	if (node_is_same(&out->before, &out->after))
		return err_set(err, ERR_FAILED, "it is no change");
	if (!span_is_text(kind, change_kind_name(change_kind(out))))
		return err_set(
			err, ERR_FAILED, "\"kind\" is not %s", change_kind_name(change_kind(out)));
	return 0;
}

/* Of the last one in the list. */
static int check_order(const struct changes *c, struct err *err)
{
	const struct change *last = &c->of.v[c->of.n - 1];

	if (c->of.n == 1 ||
		change_path_compare(buf_span(&last[-1].path), buf_span(&last->path)) < 0)
		return 0;
	return err_set(err, ERR_FAILED, "the paths are not sorted, or it is there twice");
}

static int get_list(const struct json *list, struct changes *out, struct err *err)
{
	for (size_t i = 0; i < json_count(list); i++) {
		struct change *c = changes_add(out, SPAN(""));

		if (get_change(json_at(list, i), c, err) < 0 || check_order(out, err) < 0)
			return err_at(err, "change %zu (%s)", i + 1, c->path.s);
	}
	return 0;
}

int changes_from_json(const struct json *value, struct changes *out, struct err *err)
{
	static const char *const keys[] = {"schema", "changes", NULL};
	const struct json *list = json_get(value, "changes");
	int64_t schema;

	if (!json_get_number(value, "schema", &schema) || !json_is_list(list))
		return err_set(err, ERR_FAILED, "it is no list of changes");
	if (schema != CHANGES_SCHEMA)
		return err_set(err, ERR_FAILED, "schema %lld is not known, but only %d",
			(long long)schema, CHANGES_SCHEMA);
	if (refuse_keys(value, keys, err) < 0 || get_list(list, out, err) < 0)
		return -1;
	changes_number_links(out);
	return 0;
}

int changes_parse(struct span text, struct changes *out, struct err *err)
{
	struct json *value;
	int result;

	if (text.n > CHANGES_JSON_MAX)
		return err_set(err, ERR_FAILED, "longer than %zu bytes", CHANGES_JSON_MAX);
	if (json_parse(text, &value, err) < 0)
		return -1;
	result = changes_from_json(value, out, err);
	json_free(value);
	return result;
}
