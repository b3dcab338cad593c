/* Subsets of luet's packages. */
#include "model/luet_subsets.h"

#include <string.h>

#include "ext/yaml.h"
#include "model/name.h"

#define DEFINED_MAX 1024 /* of all files */
#define RULE_SIZE 1024
#define SIZE_MAX_ALL \
	8192 /* instructions of all rules of a package: each path may go through each of them */

static void subset_drop(struct luet_subset *s)
{
	buf_drop(&s->name);
	texts_drop(&s->rules);
	buf_drop(&s->file);
	texts_drop(&s->packages);
	texts_drop(&s->categories);
}

void luet_subsets_drop(struct luet_subsets *s)
{
	vec_drop_each(&s->of, subset_drop);
}

static void rule_drop(struct luet_rule *r)
{
	regex_free(r->pattern);
	buf_drop(&r->subset);
}

void luet_rules_drop(struct luet_rules *r)
{
	vec_drop_each(&r->of, rule_drop);
}

static struct luet_subset *add(struct luet_subsets *to, struct span name, const char *file)
{
	struct luet_subset *s = vec_push(&to->of);

	*s = (struct luet_subset){.name = BUF_INIT, .file = buf_of(file)};
	buf_set(&s->name, name);
	return s;
}

/* --- A package's own ------------------------------------------------------------------------------------- */

static int take_one(void *arg, struct span name, struct luet_node rules, struct err *err)
{
	struct luet_subsets *out = arg;
	AUTO(buf) text = BUF_INIT;
	struct luet_subset *s;

	(void)err;
	if (!name_is_luet_subset(name) || luet_node_kind(rules) != LUET_LIST ||
		luet_node_count(rules) > LUET_RULES_MAX || out->of.n == LUET_RULES_MAX)
		return 0;
	s = add(out, name, "");
	for (size_t i = 0; i < luet_node_count(rules); i++)
		if (luet_node_text(luet_node_at(rules, i), &text) && text.n <= RULE_SIZE)
			texts_add(&s->rules, buf_span(&text));
	return 0;
}

void luet_subsets_take(struct luet_node annotation, struct luet_subsets *out)
{
	struct luet_node rules = luet_node_get(annotation, "rules");
	struct err ignored = ERR_INIT;

	if (luet_node_kind(rules) == LUET_MAP && luet_node_each(rules, take_one, out, &ignored) < 0)
		return;
}

/* --- The admin's ----------------------------------------------------------------------------------------- */

static int refuse(const struct yaml *at, const char *key, const char *what, struct err *err)
{
	return err_set(err, ERR_CONFIG, "line %u: %s %s", at->line, key, what);
}

static int take_texts(const struct yaml *one, const char *key, struct texts *out, struct err *err)
{
	const struct yaml_pair *p = yaml_get(one, key);

	if (!p || yaml_is_null(&p->value))
		return 0;
	if (p->value.kind != YAML_LIST)
		return refuse(&p->value, key, "must be a list of texts", err);
	VEC_FOR (const struct yaml, item, &p->value.list) {
		if (item->kind != YAML_TEXT || item->text.n > RULE_SIZE ||
			out->of.n == LUET_RULES_MAX)
			return refuse(item, key, "must be a list of at most 256 texts", err);
		texts_add(out, buf_span(&item->text));
	}
	return 0;
}

/* So that a pattern that is none is told by the line that it stands in, also where the subset is enabled. */
static int check_rules(const struct yaml *one, struct err *err)
{
	const struct yaml_pair *p = yaml_get(one, "rules");

	if (!p)
		return 0;
	VEC_FOR (const struct yaml, item, &p->value.list) {
		struct regex *pattern = regex_new(buf_span(&item->text), err);

		if (!pattern)
			return err_at(err, "line %u", item->line);
		regex_free(pattern);
	}
	return 0;
}

static int define(
	const struct yaml_pair *p, const char *file, struct luet_subsets *out, struct err *err)
{
	const struct yaml_pair *named = yaml_get(&p->value, "name");
	const struct yaml *name = named && !yaml_is_null(&named->value) ? &named->value : &p->key;
	struct luet_subset *s;

	if (p->value.kind != YAML_MAP)
		return refuse(&p->value, p->key.text.s, "must have keys", err);
	if (name->kind != YAML_TEXT || !name_is_luet_subset(buf_span(&name->text)))
		return refuse(name, "name", "must be one word", err);
	if (out->of.n == DEFINED_MAX)
		return refuse(&p->key, "subsets_def", "has too many", err);
	s = add(out, buf_span(&name->text), file);
	return take_texts(&p->value, "rules", &s->rules, err) < 0 ||
			       check_rules(&p->value, err) < 0 ||
			       take_texts(&p->value, "packages", &s->packages, err) < 0 ||
			       take_texts(&p->value, "categories", &s->categories, err) < 0
		       ? -1
		       : 0;
}

int luet_subsets_define(
	struct span text, const char *file, struct luet_subsets *out, struct err *err)
{
	AUTO(yaml) y = YAML_INIT;
	const struct yaml_pair *defined;

	if (yaml_parse(text, &y, err) < 0)
		return -1;
	if (y.kind != YAML_MAP && !yaml_is_null(&y))
		return err_set(err, ERR_CONFIG, "it has no keys");
	defined = yaml_get(&y, "subsets_def");
	if (!defined || yaml_is_null(&defined->value))
		return 0;
	if (defined->value.kind != YAML_MAP)
		return refuse(&defined->value, "subsets_def", "must have keys", err);
	VEC_FOR (const struct yaml_pair, p, &defined->value.pairs)
		if (define(p, file, out, err) < 0)
			return -1;
	return 0;
}

/* --- What counts ----------------------------------------------------------------------------------------- */

static int add_rules(const struct luet_subset *s, struct luet_rules *out, struct err *err)
{
	VEC_FOR (const struct buf, text, &s->rules.of) {
		struct luet_rule *r;

		if (out->of.n == LUET_RULES_MAX)
			return err_set(err, ERR_CONFIG, "more than %d rules", LUET_RULES_MAX);
		r = vec_push(&out->of);
		r->subset = buf_dup(&s->name);
		r->pattern = regex_new(buf_span(text), err);
		if (!r->pattern) {
			err_at(err, "%s%sthe subset %s: %s", s->file.s, s->file.n ? ": " : "",
				s->name.s, text->s);
			return err_next(err,
				"luet.subsets = [\"%s\"] in fardel.toml, and none of its files are left out",
				s->name.s);
		}
		/* One by one, so that no more than this is ever in memory. */
		out->size += regex_size(r->pattern);
		if (out->size > SIZE_MAX_ALL)
			return err_set(err, ERR_CONFIG, "the rules of its subsets are too large");
	}
	return 0;
}

/* The admin's that are about it: those of the package, else those of its category. */
struct about {
	VEC(const struct luet_subset *) of;
};

static void about_drop(struct about *a)
{
	vec_drop(&a->of);
}

static void find_about(const struct luet_subsets *defined, struct span package, struct about *out)
{
	const char *slash = memchr(package.s, '/', package.n);
	struct span category = span_cut(package, 0, slash ? (size_t)(slash - package.s) : 0);

	VEC_FOR (const struct luet_subset, s, &defined->of)
		if (texts_has(&s->packages, package))
			*vec_push(&out->of) = s;
	if (out->of.n)
		return;
	VEC_FOR (const struct luet_subset, s, &defined->of)
		if (texts_has(&s->categories, category))
			*vec_push(&out->of) = s;
}

static bool is_overridden(const struct about *a, struct span name)
{
	VEC_FOR (const struct luet_subset *const, s, &a->of)
		if (span_is(buf_span(&(*s)->name), name))
			return true;
	return false;
}

int luet_rules_make(const struct luet_subsets *own, const struct luet_subsets *defined,
	const struct texts *enabled, struct span package, struct luet_rules *out, struct err *err)
{
	AUTO(about) about = {0};

	find_about(defined, package, &about);
	VEC_FOR (const struct luet_subset, s, &own->of)
		if (!texts_has(enabled, buf_span(&s->name)) &&
			!is_overridden(&about, buf_span(&s->name)) && add_rules(s, out, err) < 0)
			return -1;
	VEC_FOR (const struct luet_subset *const, s, &about.of)
		if (!texts_has(enabled, buf_span(&(*s)->name)) && add_rules(*s, out, err) < 0)
			return -1;
	return 0;
}

const struct luet_rule *luet_rules_find(const struct luet_rules *r, struct span path)
{
	VEC_FOR (const struct luet_rule, one, &r->of)
		if (regex_matches(one->pattern, path))
			return one;
	return NULL;
}
