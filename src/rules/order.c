/* What fardel-lua is to run. */
#include "rules/order.h"

#include <stddef.h>
#include <string.h>

#include "base/attr.h"
#include "ext/json.h"

#define API 1

static void place_drop(struct order_place *p)
{
	buf_drop(&p->path);
}

static void pair_drop(struct order_pair *p)
{
	buf_drop(&p->name);
	buf_drop(&p->value);
}

/* The texts of an order: in which object they are, their key, and where they go. */
static const struct {
	const char *in, *key;
	size_t at;
	bool needed;
} texts[] = {
	{NULL, "phase", offsetof(struct order, phase), false},
	{NULL, "script", offsetof(struct order, script), true},
	{NULL, "name", offsetof(struct order, name), true},
	{NULL, "root", offsetof(struct order, root), false},
	{NULL, "dir", offsetof(struct order, dir), true},
	{"package", "name", offsetof(struct order, package), false},
	{"package", "version", offsetof(struct order, version), false},
	{"package", "id", offsetof(struct order, id), false},
	{"system", "architecture", offsetof(struct order, architecture), false},
	{"system", "distribution", offsetof(struct order, distribution), false},
	{"system", "release", offsetof(struct order, release), false},
	{"system", "codename", offsetof(struct order, codename), false},
	{"system", "locale", offsetof(struct order, locale), false},
};

static const struct {
	const char *key;
	size_t at;
} limits[] = {
	{"memory", offsetof(struct order_limits, memory)},
	{"cpu", offsetof(struct order_limits, cpu)},
	{"output", offsetof(struct order_limits, output)},
	{"files", offsetof(struct order_limits, files)},
	{"file_size", offsetof(struct order_limits, file_size)},
	{"total_size", offsetof(struct order_limits, total_size)},
	{"open", offsetof(struct order_limits, open)},
};

static struct buf *text_at(struct order *o, size_t i)
{
	return (struct buf *)((char *)o + texts[i].at);
}

void order_drop(struct order *o)
{
	for (size_t i = 0; i < COUNT(texts); i++)
		buf_drop(text_at(o, i));
	buf_drop(&o->home);
	buf_drop(&o->tmp);
	vec_drop_each(&o->args, buf_drop);
	vec_drop_each(&o->places, place_drop);
	vec_drop_each(&o->programs, buf_drop);
	vec_drop_each(&o->globals, pair_drop);
}

static int malformed(struct err *err, const char *what)
{
	return err_set(err, ERR_WORKER, "malformed order: %s", what);
}

static int read_texts(const struct json *root, struct order *out, struct err *err)
{
	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct json *in = texts[i].in ? json_get(root, texts[i].in) : root;
		const char *text = json_get_text(in, texts[i].key);

		if (!text && (texts[i].needed || json_get(in, texts[i].key)))
			return malformed(err, texts[i].key);
		buf_sets(text_at(out, i), text ? text : "");
	}
	if (out->dir.s[0] != '/' || !out->script.n || (out->root.n && out->root.s[0] != '/'))
		return malformed(err, "dir, script or root");
	return 0;
}

static int read_limits(const struct json *all, struct order_limits *out, struct err *err)
{
	for (size_t i = 0; i < COUNT(limits); i++) {
		int64_t *at = (int64_t *)((char *)out + limits[i].at);

		*at = 0;
		if (!json_get(all, limits[i].key))
			continue;
		if (!json_get_number(all, limits[i].key, at) || *at < 0)
			return malformed(err, limits[i].key);
	}
	return 0;
}

static int read_lists(const struct json *root, struct order *out, struct err *err)
{
	const struct json *args = json_get(root, "args"), *programs = json_get(root, "programs");

	for (size_t i = 0; i < json_count(args); i++) {
		const char *text = json_as_text(json_at(args, i));

		if (!text)
			return malformed(err, "args");
		*vec_push(&out->args) = buf_of(text);
	}
	for (size_t i = 0; i < json_count(programs); i++) {
		const char *text = json_as_text(json_at(programs, i));

		if (!text || !*text || strchr(text, '/') || *text == '.')
			return malformed(err, "programs");
		*vec_push(&out->programs) = buf_of(text);
	}
	return 0;
}

static int read_places(const struct json *list, struct order *out, struct err *err)
{
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		const char *path = json_get_text(one, "path");
		struct order_place *p;

		if (!path || *path != '/')
			return malformed(err, "places");
		p = vec_push(&out->places);
		*p = (struct order_place){.path = buf_of(path)};
		if ((json_get(one, "write") && !json_get_bool(one, "write", &p->write)) ||
			(json_get(one, "system") && !json_get_bool(one, "system", &p->system)))
			return malformed(err, "places");
	}
	return 0;
}

static int read_global(void *arg, const char *key, const struct json *value, struct err *err)
{
	struct order *out = arg;
	struct order_pair *p;

	if (!json_as_text(value))
		return malformed(err, "globals");
	p = vec_push(&out->globals);
	*p = (struct order_pair){buf_of(key), buf_of(json_as_text(value))};
	return 0;
}

static int read_profile(const struct json *root, struct order *out, struct err *err)
{
	static const char *const names[] = {"rules", "packets", "admin"};
	const char *name = json_get_text(root, "profile");
	int64_t api;

	if (!json_get_number(root, "api", &api) || api != API)
		return malformed(err, "api");
	for (size_t i = 0; name && i < COUNT(names); i++)
		if (!strcmp(name, names[i])) {
			out->profile = (enum order_profile)i;
			return 0;
		}
	return malformed(err, "profile");
}

static int read_order(const struct json *root, struct order *out, struct err *err)
{
	if (json_get(root, "direct") && !json_get_bool(root, "direct", &out->direct))
		return malformed(err, "direct");
	if (json_get(root, "check") && !json_get_bool(root, "check", &out->check))
		return malformed(err, "check");
	if (read_profile(root, out, err) < 0 || read_texts(root, out, err) < 0 ||
		read_lists(root, out, err) < 0 ||
		read_places(json_get(root, "places"), out, err) < 0 ||
		read_limits(json_get(root, "limits"), &out->limits, err) < 0)
		return -1;
	return json_get(root, "globals")
		       ? json_each(json_get(root, "globals"), read_global, out, err)
		       : 0;
}

int order_parse(struct span text, struct order *out, struct err *err)
{
	struct json *root = NULL;
	int rc;

	*out = (struct order){0};
	for (size_t i = 0; i < COUNT(texts); i++)
		buf_init(text_at(out, i));
	buf_init(&out->home);
	buf_init(&out->tmp);
	if (json_parse(text, &root, err) < 0)
		return malformed(err, "no JSON");
	rc = read_order(root, out, err);
	json_free(root);
	if (rc < 0)
		order_drop(out);
	return rc;
}
