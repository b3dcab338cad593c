/* Files of luet's config.protect.d. */
#include "model/luet_protect.h"

#include <string.h>

#include "base/text.h"
#include "ext/yaml.h"

#define FOLDERS_MAX 1024

void luet_protect_add(struct texts *out, struct span folder)
{
	while (folder.n > 1 && folder.s[folder.n - 1] == '/')
		folder.n--;
	texts_add(out, folder);
}

bool luet_protect_covers(const struct texts *folders, struct span path)
{
	VEC_FOR (const struct buf, folder, &folders->of) {
		size_t n = folder->n == 1 ? 0 : folder->n;

		if (path.n > n && path.s[n] == '/' && memcmp(path.s, folder->s, n) == 0)
			return true;
	}
	return false;
}

static bool is_path(const struct yaml *value)
{
	return value->kind == YAML_TEXT && span_starts(buf_span(&value->text), "/") &&
	       text_is_line(buf_span(&value->text));
}

static int take(const struct yaml *dirs, struct texts *out, struct err *err)
{
	if (yaml_is_null(dirs))
		return 0;
	if (dirs->kind != YAML_LIST || dirs->list.n > FOLDERS_MAX)
		return err_set(err, ERR_CONFIG, "line %u: dirs must be a list of absolute paths",
			dirs->line);
	VEC_FOR (const struct yaml, x, &dirs->list) {
		if (!is_path(x))
			return err_set(err, ERR_CONFIG,
				"line %u: dirs must be a list of absolute paths", x->line);
		luet_protect_add(out, buf_span(&x->text));
	}
	return 0;
}

int luet_protect_parse(struct span text, struct texts *out, struct err *err)
{
	AUTO(yaml) y = YAML_INIT;
	const struct yaml_pair *dirs;

	if (yaml_parse(text, &y, err) < 0)
		return -1;
	if (y.kind != YAML_MAP && !yaml_is_null(&y))
		return err_set(err, ERR_CONFIG, "it has no keys");
	dirs = yaml_get(&y, "dirs");
	return dirs ? take(&dirs->value, out, err) : 0;
}
