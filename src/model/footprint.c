/* Footprints as text. */
#include "model/footprint.h"

#include "base/text.h"
#include "ext/json.h"
#include "model/changes_json.h"

#define FOOTPRINT_SCHEMA 1

void footprint_drop(struct footprint *f)
{
	changes_drop(&f->changes);
	effects_drop(&f->effects);
	packets_dirs_drop(&f->dirs);
	texts_drop(&f->common);
	texts_drop(&f->givers);
	texts_drop(&f->kept);
	texts_drop(&f->lent);
	texts_drop(&f->lenders);
}

static void add_path(struct buf *out, const char *key, const struct buf *path)
{
	struct json *value = path->n ? json_text(buf_span(path)) : NULL;

	if (!value)
		return;
	buf_addf(out, ",\"%s\":", key);
	json_format(value, out);
	json_free(value);
}

static void add_paths(struct buf *out, const char *key, const struct texts *paths)
{
	if (!paths->of.n)
		return;
	buf_addf(out, ",\"%s\":[", key);
	VEC_FOR (const struct buf, path, &paths->of) {
		AUTO(buf) text = BUF_INIT;

		if (path > paths->of.v)
			buf_addc(out, ',');
		text_escape(&text, buf_span(path));
		json_format_text(buf_span(&text), out);
	}
	buf_addc(out, ']');
}

void footprint_format(const struct footprint *f, struct buf *out)
{
	struct json *effects = effects_to_json(&f->effects);

	buf_addf(out, "{\"schema\":%d,\"whole\":%s,\"changes\":", FOOTPRINT_SCHEMA,
		f->whole ? "true" : "false");
	changes_format(&f->changes, out);
	buf_adds(out, ",\"effects\":");
	json_format(effects, out);
	add_path(out, "data_dir", &f->dirs.data);
	add_path(out, "bin_dir", &f->dirs.bin);
	add_paths(out, "common", &f->common);
	add_paths(out, "givers", &f->givers);
	add_paths(out, "kept", &f->kept);
	add_paths(out, "lent", &f->lent);
	add_paths(out, "lenders", &f->lenders);
	buf_addc(out, '}');
	json_free(effects);
}

static int get_path(const struct json *value, const char *key, struct buf *out, struct err *err)
{
	const char *path = json_get_text(value, key);

	if ((json_get(value, key) && !path) || (path && path[0] != '/'))
		return err_set(err, ERR_FAILED, "no footprint: its %s is no path", key);
	if (path)
		buf_sets(out, path);
	return 0;
}

static int get_paths(const struct json *value, const char *key, struct texts *out, struct err *err)
{
	const struct json *list = json_get(value, key);

	if (list && !json_is_list(list))
		return err_set(err, ERR_FAILED, "no footprint: its %s is no list", key);
	for (size_t i = 0; i < json_count(list); i++) {
		const char *text = json_as_text(json_at(list, i));
		AUTO(buf) path = BUF_INIT;

		if (!text || !text_unescape(&path, span_of(text)) || path.s[0] != '/')
			return err_set(err, ERR_FAILED, "no footprint: its %s has no path", key);
		texts_add(out, buf_span(&path));
	}
	texts_sort(out);
	return 0;
}

static int get_names(const struct json *value, const char *key, struct texts *out, struct err *err)
{
	const struct json *list = json_get(value, key);

	if (list && !json_is_list(list))
		return err_set(err, ERR_FAILED, "no footprint: its %s is no list", key);
	for (size_t i = 0; i < json_count(list); i++) {
		const char *text = json_as_text(json_at(list, i));

		if (!text || !text[0])
			return err_set(err, ERR_FAILED, "no footprint: its %s has no name", key);
		texts_add(out, span_of(text));
	}
	texts_sort(out);
	return 0;
}

static int parse_value(const struct json *value, struct footprint *out, struct err *err)
{
	static const char *const known[] = {"schema", "whole", "changes", "effects", "data_dir",
		"bin_dir", "common", "givers", "kept", "lent", "lenders", NULL};
	const char *other = json_other_key(value, known);
	int64_t schema;

	if (!json_get_number(value, "schema", &schema) || schema != FOOTPRINT_SCHEMA)
		return err_set(err, ERR_FAILED, "no footprint of schema %d", FOOTPRINT_SCHEMA);
	if (other || !json_get_bool(value, "whole", &out->whole))
		return err_set(err, ERR_FAILED, "no footprint");
	if (get_path(value, "data_dir", &out->dirs.data, err) < 0 ||
		get_path(value, "bin_dir", &out->dirs.bin, err) < 0)
		return -1;
	if (changes_from_json(json_get(value, "changes"), &out->changes, err) < 0)
		return -1;
	if (get_paths(value, "common", &out->common, err) < 0 ||
		get_names(value, "givers", &out->givers, err) < 0 ||
		get_paths(value, "kept", &out->kept, err) < 0 ||
		get_paths(value, "lent", &out->lent, err) < 0 ||
		get_names(value, "lenders", &out->lenders, err) < 0)
		return -1;
	return effects_from_json(json_get(value, "effects"), &out->effects, err);
}

int footprint_parse(struct span text, struct footprint *out, struct err *err)
{
	struct json *value = NULL;
	int result;

	if (text.n > CHANGES_JSON_MAX)
		return err_set(
			err, ERR_FAILED, "a footprint of more than %zu bytes", CHANGES_JSON_MAX);
	result = json_parse(text, &value, err);
	if (result == 0)
		result = parse_value(value, out, err);
	json_free(value);
	return result;
}
