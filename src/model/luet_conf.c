/* luet's own configuration. */
#include "model/luet_conf.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "ext/yaml.h"
#include "model/name.h"

#define REPOS "/etc/luet/repos.conf.d"
#define PROTECT "/etc/luet/config.protect.d"
#define MASK "/etc/luet/mask.d"
#define SUBSETS "/etc/luet/subsets.conf.d"
#define DEFINED "/etc/luet/subsets.def.d"
#define DATABASE "/var/cache/luet"

void luet_conf_init(struct luet_conf *c)
{
	*c = (struct luet_conf){.database_path = BUF_INIT};
}

void luet_conf_drop(struct luet_conf *c)
{
	texts_drop(&c->repos_confdir);
	texts_drop(&c->protect_confdir);
	texts_drop(&c->mask_dir);
	texts_drop(&c->subsets_confdir);
	texts_drop(&c->subsets_defdir);
	texts_drop(&c->subsets);
	texts_drop(&c->finalizer_envs);
	buf_drop(&c->database_path);
}

static int refuse(const struct yaml *at, const char *key, const char *what, struct err *err)
{
	return err_set(
		err, ERR_CONFIG, "line %u, column %u: %s %s", at->line, at->column, key, what);
}

/* Absolute, in one line, without parts that lead back. */
static bool is_path(const struct yaml *value)
{
	struct span rest = buf_span(&value->text), part;

	if (value->kind != YAML_TEXT || !span_starts(rest, "/") || !text_is_line(rest))
		return false;
	while (span_split(&rest, '/', &part))
		if (span_is_text(part, ".."))
			return false;
	return true;
}

/* An absolute path without the slashes at its end. */
static struct span trimmed(const struct yaml *value)
{
	struct span x = buf_span(&value->text);

	while (x.n > 1 && span_ends(x, "/"))
		x.n--;
	return x;
}

static int take_folders(const struct yaml *y, const char *key, const char *other, struct texts *out,
	struct err *err)
{
	const struct yaml_pair *p = yaml_get(y, key);

	if (!p || yaml_is_null(&p->value)) {
		texts_add(out, span_of(other));
		return 0;
	}
	if (p->value.kind != YAML_LIST || p->value.list.n > LUET_CONF_FOLDERS_MAX)
		return refuse(&p->value, key, "must be a list of absolute paths", err);
	VEC_FOR (const struct yaml, item, &p->value.list) {
		if (!is_path(item))
			return refuse(item, key, "must be a list of absolute paths", err);
		texts_add(out, trimmed(item));
	}
	return 0;
}

static int take_database(const struct yaml *y, struct luet_conf *out, struct err *err)
{
	const struct yaml_pair *system = yaml_get(y, "system");
	const struct yaml_pair *p = system ? yaml_get(&system->value, "database_path") : NULL;

	buf_sets(&out->database_path, DATABASE);
	if (!p || yaml_is_null(&p->value))
		return 0;
	if (!is_path(&p->value))
		return refuse(&p->value, "database_path", "must be an absolute path", err);
	buf_set(&out->database_path, trimmed(&p->value));
	return 0;
}

static bool is_variable(struct span x)
{
	for (size_t i = 0; i < x.n; i++) {
		char c = x.s[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!letter && (!i || c < '0' || c > '9'))
			return false;
	}
	return x.n > 0;
}

static int take_envs(const struct yaml *y, struct luet_conf *out, struct err *err)
{
	static const char must[] = "must be a list of at most 64 variables: key and value";
	const struct yaml_pair *p = yaml_get(y, "finalizer_envs");

	if (!p || yaml_is_null(&p->value))
		return 0;
	if (p->value.kind != YAML_LIST || p->value.list.n > LUET_CONF_ENVS_MAX)
		return refuse(&p->value, "finalizer_envs", must, err);
	VEC_FOR (const struct yaml, item, &p->value.list) {
		const struct yaml_pair *key = yaml_get(item, "key"),
				       *value = yaml_get(item, "value");
		AUTO(buf) text = BUF_INIT;

		if (!key || !value || key->value.kind != YAML_TEXT ||
			value->value.kind != YAML_TEXT ||
			!is_variable(buf_span(&key->value.text)) ||
			memchr(value->value.text.s, 0, value->value.text.n))
			return refuse(item, "finalizer_envs", must, err);
		buf_addf(&text, "%s=%s", key->value.text.s, value->value.text.s);
		texts_add(&out->finalizer_envs, buf_span(&text));
	}
	return 0;
}

static int take_subsets(const struct yaml *y, struct texts *out, struct err *err)
{
	static const char must[] = "must be a list of at most 256 names";
	const struct yaml_pair *p = yaml_get(y, "enabled");

	if (!p || yaml_is_null(&p->value))
		return 0;
	if (p->value.kind != YAML_LIST)
		return refuse(&p->value, "enabled", must, err);
	VEC_FOR (const struct yaml, item, &p->value.list) {
		if (item->kind != YAML_TEXT || !name_is_luet_subset(buf_span(&item->text)) ||
			out->of.n == LUET_CONF_SUBSETS_MAX)
			return refuse(item, "enabled", must, err);
		texts_add_new(out, buf_span(&item->text));
	}
	return 0;
}

int luet_subsets_parse(struct span text, struct texts *out, struct err *err)
{
	AUTO(yaml) y = YAML_INIT;

	if (yaml_parse(text, &y, err) < 0)
		return -1;
	if (y.kind != YAML_MAP && !yaml_is_null(&y))
		return refuse(&y, "it", "has no keys", err);
	return take_subsets(&y, out, err);
}

static int take_enabled(const struct yaml *y, struct luet_conf *out, struct err *err)
{
	const struct yaml_pair *p = yaml_get(y, "subsets");

	return p && !yaml_is_null(&p->value) ? take_subsets(&p->value, &out->subsets, err) : 0;
}

int luet_conf_parse(struct span text, struct luet_conf *out, struct err *err)
{
	AUTO(yaml) y = YAML_INIT;
	const struct yaml_pair *repositories;

	if (text.n > LUET_CONF_MAX)
		return err_set(err, ERR_CONFIG, "it is longer than %d bytes", LUET_CONF_MAX);
	if (yaml_parse(text, &y, err) < 0)
		return -1;
	if (y.kind != YAML_MAP && !yaml_is_null(&y))
		return refuse(&y, "it", "has no keys", err);
	repositories = yaml_get(&y, "repositories");
	out->inline_repositories = repositories ? repositories->value.list.n : 0;
	return take_folders(&y, "repos_confdir", REPOS, &out->repos_confdir, err) < 0 ||
			       take_folders(&y, "config_protect_confdir", PROTECT,
				       &out->protect_confdir, err) < 0 ||
			       take_folders(&y, "packages_maskdir", MASK, &out->mask_dir, err) <
				       0 ||
			       take_folders(&y, "subsets_confdir", SUBSETS, &out->subsets_confdir,
				       err) < 0 ||
			       take_folders(&y, "subsets_defdir", DEFINED, &out->subsets_defdir,
				       err) < 0 ||
			       take_enabled(&y, out, err) < 0 || take_envs(&y, out, err) < 0 ||
			       take_database(&y, out, err) < 0
		       ? -1
		       : 0;
}
