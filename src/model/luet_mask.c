/* Files of luet's mask.d. */
#include "model/luet_mask.h"

#include <string.h>

#include "ext/yaml.h"
#include "model/luet_argument.h"
#include "model/luet_selector.h"

#define RULES_MAX 4096

static void mask_drop(struct luet_mask *m)
{
	buf_drop(&m->text);
	buf_drop(&m->file);
	buf_drop(&m->name);
	buf_drop(&m->selector);
	buf_drop(&m->other);
	buf_drop(&m->version);
	buf_drop(&m->repository);
}

void luet_masks_drop(struct luet_masks *m)
{
	vec_drop_each(&m->of, mask_drop);
	texts_drop(&m->odd);
}

/* "NAME" or "NAME=SELECTOR", as luet_argument_read has it. */
static void take_argument(struct span x, struct luet_mask *out)
{
	const char *is = memchr(x.s, '=', x.n);
	size_t n = is ? (size_t)(is - x.s) : x.n;

	buf_set(&out->name, span_cut(x, 0, n));
	buf_set(&out->selector, span_cut(x, n + 1, x.n));
}

static int take_rule(
	const struct yaml *item, const char *file, struct luet_masks *out, struct err *err)
{
	struct span text = buf_span(&item->text), name, version;
	const char *at = item->kind == YAML_TEXT ? strstr(item->text.s, "::") : NULL;
	struct span package = span_cut(text, 0, at ? (size_t)(at - text.s) : text.n);
	AUTO(buf) read = BUF_INIT;
	struct luet_mask *m;

	if (item->kind != YAML_TEXT || !memchr(package.s, '/', package.n) ||
		!luet_argument_read(package, &read))
		return err_set(err, ERR_CONFIG,
			"line %u, column %u: rules must be packages: cat/name, \">=cat/name-1.2\", "
			"cat/name-1.2::REPOSITORY",
			item->line, item->column);
	m = vec_push(&out->of);
	*m = (struct luet_mask){.text = buf_dup(&item->text),
		.file = buf_of(file),
		.name = BUF_INIT,
		.selector = BUF_INIT,
		.other = BUF_INIT,
		.version = BUF_INIT,
		.repository = BUF_INIT};
	take_argument(buf_span(&read), m);
	if (at)
		buf_sets(&m->repository, at + 2);
	if (!m->selector.n && luet_argument_split(package, &name, &version)) {
		buf_set(&m->other, name);
		buf_set(&m->version, version);
	}
	return 0;
}

static bool is_known(const struct yaml *key)
{
	static const char *const known[] = {"description", "enabled", "rules"};

	for (size_t i = 0; i < COUNT(known); i++)
		if (span_is_text(buf_span(&key->text), known[i]))
			return true;
	return false;
}

/* "enable: true" masks nothing: nobody is to find that out by what was installed. */
static int take_odd(const struct yaml *y, const char *file, struct luet_masks *out, struct err *err)
{
	bool whole = yaml_get(y, "enabled") && yaml_get(y, "rules");
	AUTO(buf) text = BUF_INIT;

	VEC_FOR (const struct yaml_pair, p, &y->pairs) {
		if (is_known(&p->key))
			continue;
		if (!whole)
			return err_set(err, ERR_CONFIG,
				"line %u: %.40s is no key of masks, and enabled or rules is missing",
				p->key.line, p->key.text.s);
		buf_setf(&text, "%s: line %u: %.40s is no key of masks: it counts for nothing",
			file, p->key.line, p->key.text.s);
		texts_add(&out->odd, buf_span(&text));
	}
	return 0;
}

int luet_mask_parse(struct span text, const char *file, struct luet_masks *out, struct err *err)
{
	AUTO(yaml) y = YAML_INIT;
	const struct yaml_pair *enabled, *rules;
	bool counts = false;

	if (yaml_parse(text, &y, err) < 0)
		return err_next(err, "a rule that begins with > or another sign needs quotes: "
				     "\">=cat/name-1.2\"");
	if (y.kind != YAML_MAP && !yaml_is_null(&y))
		return err_set(err, ERR_CONFIG, "it has no keys");
	if (take_odd(&y, file, out, err) < 0)
		return -1;
	enabled = yaml_get(&y, "enabled");
	rules = yaml_get(&y, "rules");
	if (enabled && !yaml_is_null(&enabled->value) && !yaml_is_bool(&enabled->value, &counts))
		return err_set(err, ERR_CONFIG, "line %u: enabled must be true or false",
			enabled->value.line);
	if (!counts || !rules || yaml_is_null(&rules->value))
		return 0;
	if (rules->value.kind != YAML_LIST || rules->value.list.n > RULES_MAX)
		return err_set(err, ERR_CONFIG, "line %u: rules must be a list of at most %d",
			rules->value.line, RULES_MAX);
	VEC_FOR (const struct yaml, item, &rules->value.list)
		if (take_rule(item, file, out, err) < 0)
			return -1;
	return 0;
}

static bool is_about(const struct luet_mask *m, struct span name, struct span version)
{
	if (m->other.n && span_is(buf_span(&m->other), name))
		return span_is(buf_span(&m->version), version);
	return span_is(buf_span(&m->name), name) &&
	       (!m->selector.n || luet_selector_holds(buf_span(&m->selector), version));
}

const struct luet_mask *luet_masks_find(
	const struct luet_masks *m, struct span repository, struct span name, struct span version)
{
	VEC_FOR (const struct luet_mask, one, &m->of)
		if (is_about(one, name, version) &&
			(!one->repository.n || span_is(buf_span(&one->repository), repository)))
			return one;
	return NULL;
}
