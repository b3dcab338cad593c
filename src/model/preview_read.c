/* What `fardel preview --json` printed, read again. */
#include "model/preview_read.h"

#include "ext/json.h"
#include "model/changes_json.h"

static const struct json *find(const struct json *previews, struct span name, struct span id)
{
	for (size_t i = 0; i < json_count(previews); i++) {
		const struct json *item = json_at(previews, i);
		const char *its_name = json_get_text(item, "name");
		const char *its_id = json_get_text(item, "id");

		if (its_name && its_id && span_is_text(name, its_name) && span_is_text(id, its_id))
			return item;
	}
	return NULL;
}

static int read_value(const struct json *value, struct span name, struct span id,
	struct footprint *out, struct err *err)
{
	const struct json *item = find(json_get(value, "previews"), name, id);

	if (!item)
		return err_set(
			err, ERR_USAGE, "it shows no preview of %.*s %.8s", SPAN_ARG(name), id.s);
	if (json_get_text(item, "error"))
		return err_set(err, ERR_USAGE, "its preview of %.*s had failed", SPAN_ARG(name));
	if (changes_from_json(json_get(item, "changes"), &out->changes, err) < 0)
		return -1;
	return effects_from_json(json_get(item, "effects"), &out->effects, err);
}

int preview_read(
	struct span text, struct span name, struct span id, struct footprint *out, struct err *err)
{
	struct json *value = NULL;
	int result = json_parse(text, &value, err);

	if (result == 0)
		result = read_value(value, name, id, out, err);
	json_free(value);
	if (result < 0)
		err->code = ERR_USAGE;
	return result;
}
