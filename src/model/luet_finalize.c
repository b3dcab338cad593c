/* finalize.yaml of luet's packages. */
#include "model/luet_finalize.h"

#include <stddef.h>
#include <string.h>

#include "ext/yaml.h"
#include "model/luet_template.h"

#define WORDS_MAX 16
#define SCRIPTS_MAX 64

void luet_finalize_drop(struct luet_finalize *f)
{
	texts_drop(&f->shell);
	texts_drop(&f->install);
	texts_drop(&f->uninstall);
}

static const struct key {
	const char *name;
	size_t at, most;
} keys[] = {
	{"shell", offsetof(struct luet_finalize, shell), WORDS_MAX},
	{"install", offsetof(struct luet_finalize, install), SCRIPTS_MAX},
	{"uninstall", offsetof(struct luet_finalize, uninstall), SCRIPTS_MAX},
};

static int take_list(
	const struct key *key, const struct yaml *list, struct texts *out, struct err *err)
{
	if (yaml_is_null(list))
		return 0;
	if (list->kind != YAML_LIST || list->list.n > key->most)
		return err_set(err, ERR_INSTALLER,
			"line %u: %s must be a list of at most %zu texts", list->line, key->name,
			key->most);
	VEC_FOR (const struct yaml, x, &list->list) {
		if (x->kind != YAML_TEXT || memchr(x->text.s, 0, x->text.n))
			return err_set(err, ERR_INSTALLER,
				"line %u: %s holds something that is no text", x->line, key->name);
		texts_add(out, buf_span(&x->text));
	}
	return 0;
}

static int take_all(const struct yaml *y, struct luet_finalize *out, struct err *err)
{
	if (y->kind != YAML_MAP && !yaml_is_null(y))
		return err_set(err, ERR_INSTALLER, "is no map");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct yaml_pair *pair = yaml_get(y, keys[i].name);

		if (pair && take_list(&keys[i], &pair->value, (void *)((char *)out + keys[i].at),
				    err) < 0)
			return -1;
	}
	if (out->shell.of.n && out->shell.of.v[0].n)
		return 0;
	if (out->shell.of.n)
		return err_set(err, ERR_INSTALLER, "shell names no program");
	texts_add(&out->shell, SPAN("sh"));
	texts_add(&out->shell, SPAN("-c"));
	return 0;
}

int luet_finalize_parse(
	struct span finalize, struct span definition, struct luet_finalize *out, struct err *err)
{
	AUTO(yaml) values = YAML_INIT;
	AUTO(yaml) y = YAML_INIT;
	AUTO(buf) text = BUF_INIT;
	int result = yaml_parse(definition, &values, err);

	if (result == 0)
		result = luet_template_render(finalize, &values, &text, err);
	if (result == 0)
		result = yaml_parse(buf_span(&text), &y, err);
	if (result == 0)
		return take_all(&y, out, err);
	err->code = ERR_INSTALLER;
	return -1;
}
