/* What a wagon says of one of its packages. */
#include "model/luet_definition.h"

#include <stddef.h>

#include "model/luet_node.h"
#include "model/luet_selector.h"
#include "model/name.h"

#define LINE_MAX_BYTES 4096 /* of a text in a list or map */

void luet_definition_init(struct luet_definition *d)
{
	*d = (struct luet_definition){.name = BUF_INIT,
		.version = BUF_INIT,
		.description = BUF_INIT,
		.license = BUF_INIT,
		.timestamp = BUF_INIT};
}

static void pair_drop(struct luet_pair *p)
{
	buf_drop(&p->key);
	buf_drop(&p->value);
}

void luet_definition_drop(struct luet_definition *d)
{
	buf_drop(&d->name);
	buf_drop(&d->version);
	relations_drop(&d->requires);
	relations_drop(&d->conflicts);
	relations_drop(&d->provides);
	buf_drop(&d->description);
	buf_drop(&d->license);
	buf_drop(&d->timestamp);
	texts_drop(&d->uris);
	texts_drop(&d->use_flags);
	vec_drop_each(&d->labels.of, pair_drop);
	vec_drop_each(&d->annotations.of, pair_drop);
	luet_subsets_drop(&d->subsets);
}

const struct buf *luet_definition_annotation(const struct luet_definition *d, const char *key)
{
	VEC_FOR (const struct luet_pair, p, &d->annotations.of)
		if (span_is_text(buf_span(&p->key), key))
			return &p->value;
	return NULL;
}

static int refuse(const char *key, const char *what, struct err *err)
{
	return err_set(err, ERR_INSTALLER, "%s: %s", key, what);
}

/* --- Which package ----------------------------------------------------------------------------------------------- */

/* Name and version of a package, wherever one is named. */
static int read_head(struct luet_node package, const char *key, struct buf *name,
	struct buf *version, struct err *err)
{
	AUTO(buf) part = BUF_INIT;

	if (luet_node_kind(package) != LUET_MAP)
		return refuse(key, "must be a package: category, name and version", err);
	if (!luet_node_text(luet_node_get(package, "category"), name) ||
		!luet_node_text(luet_node_get(package, "name"), &part) ||
		!luet_node_text(luet_node_get(package, "version"), version))
		return refuse(key, "must have texts as category, name and version", err);
	buf_addc(name, '/');
	buf_add_span(name, buf_span(&part));
	if (name_is_luet_valid(buf_span(name)))
		return 0;
	return err_set(err, ERR_INSTALLER, "%s: %s is no CATEGORY/NAME that a package can have",
		key, name->s);
}

/* --- What stands under each key ------------------------------------------------------------------------------------ */

struct row;
typedef int take_fn(const struct row *row, struct luet_node value, void *place, struct err *err);

struct row {
	const char *key;
	take_fn *take;
	size_t at;
};

static int take_text(const struct row *row, struct luet_node value, void *place, struct err *err)
{
	struct buf *out = place;

	if (luet_node_text(value, out))
		return 0;
	return refuse(row->key, "must be a text", err);
}

static int check_list(const struct row *row, struct luet_node value, struct err *err)
{
	enum luet_kind kind = luet_node_kind(value);

	if (kind != LUET_LIST && kind != LUET_NOTHING)
		return refuse(row->key, "must be a list", err);
	if (luet_node_count(value) > LUET_LIST_MAX)
		return err_set(
			err, ERR_INSTALLER, "%s: more than %d of them", row->key, LUET_LIST_MAX);
	return 0;
}

static int take_texts(const struct row *row, struct luet_node value, void *place, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	if (luet_node_kind(value) == LUET_TEXT) {
		if (luet_node_text(value, &text) && text.n <= LINE_MAX_BYTES)
			texts_add(place, buf_span(&text));
		return 0;
	}
	if (check_list(row, value, err) < 0)
		return -1;
	for (size_t i = 0; i < luet_node_count(value); i++) {
		if (!luet_node_text(luet_node_at(value, i), &text) || text.n > LINE_MAX_BYTES)
			return refuse(row->key, "must be a list of texts", err);
		texts_add(place, buf_span(&text));
	}
	return 0;
}

static int take_flag(const struct row *row, struct luet_node value, void *place, struct err *err)
{
	if (luet_node_kind(value) == LUET_NOTHING || luet_node_bool(value, place))
		return 0;
	return refuse(row->key, "must be true or false", err);
}

static int take_requires(
	const struct row *row, struct luet_node value, void *place, struct err *err)
{
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) version = BUF_INIT;

	if (check_list(row, value, err) < 0)
		return -1;
	for (size_t i = 0; i < luet_node_count(value); i++) {
		if (read_head(luet_node_at(value, i), row->key, &name, &version, err) < 0)
			return -1;
		relations_add_selector(place, buf_span(&name), buf_span(&version));
	}
	return 0;
}

/* Who does not say clearly what he cannot stand is not put beside any of it. */
static int take_conflicts(
	const struct row *row, struct luet_node value, void *place, struct err *err)
{
	struct relations *all = place;

	if (take_requires(row, value, place, err) < 0)
		return -1;
	VEC_FOR (struct relation, r, &all->of)
		if (r->op == RELATION_SELECTOR && !luet_selector_is_valid(buf_span(&r->version))) {
			r->op = RELATION_ANY;
			buf_clear(&r->version);
		}
	return 0;
}

/* It is of one version, or of none that is known: then only who takes any is content with it. */
static int take_provides(
	const struct row *row, struct luet_node value, void *place, struct err *err)
{
	struct relations *all = place;

	if (take_requires(row, value, place, err) < 0)
		return -1;
	VEC_FOR (struct relation, r, &all->of)
		if (r->op != RELATION_EXACTLY) {
			r->op = RELATION_ANY;
			buf_clear(&r->version);
		}
	return 0;
}

static int add_pair(void *arg, struct span key, struct luet_node value, struct err *err)
{
	struct luet_pairs *to = arg;
	AUTO(buf) text = BUF_INIT;
	struct luet_pair *added;

	if (!luet_node_text(value, &text) || text.n > LINE_MAX_BYTES)
		return 0;
	if (to->of.n >= LUET_LIST_MAX)
		return err_set(err, ERR_INSTALLER, "more than %d of them", LUET_LIST_MAX);
	added = vec_push(&to->of);
	*added = (struct luet_pair){.key = BUF_INIT, .value = BUF_INIT};
	buf_set(&added->key, key);
	buf_set(&added->value, buf_span(&text));
	return 0;
}

static int take_pairs(const struct row *row, struct luet_node value, void *place, struct err *err)
{
	enum luet_kind kind = luet_node_kind(value);

	if (kind != LUET_MAP && kind != LUET_NOTHING)
		return refuse(row->key, "must have keys and values", err);
	return luet_node_each(value, add_pair, place, err) < 0 ? err_at(err, "%s", row->key) : 0;
}

static int take_subsets(const struct row *row, struct luet_node value, void *place, struct err *err)
{
	(void)row;
	(void)err;
	luet_subsets_take(luet_node_get(value, "subsets"), place);
	return 0;
}

#define IN(member) offsetof(struct luet_definition, member)

static const struct row rows[] = {
	{"requires", take_requires, IN(requires)},
	{"conflicts", take_conflicts, IN(conflicts)},
	{"provides", take_provides, IN(provides)},
	{"description", take_text, IN(description)},
	{"license", take_text, IN(license)},
	{"buildtimestamp", take_text, IN(timestamp)},
	{"uri", take_texts, IN(uris)},
	{"use_flags", take_texts, IN(use_flags)},
	{"labels", take_pairs, IN(labels)},
	{"annotations", take_pairs, IN(annotations)},
	{"annotations", take_subsets, IN(subsets)},
	{"hidden", take_flag, IN(hidden)},
};

static int read_package(struct luet_node package, struct luet_definition *out, struct err *err)
{
	if (read_head(package, "the package", &out->name, &out->version, err) < 0)
		return -1;
	if (!name_is_luet_version(buf_span(&out->version)))
		return err_set(err, ERR_INSTALLER, "version: \"%.*s\" is none",
			SPAN_ARG(span_cut(buf_span(&out->version), 0, 200)));
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].take(&rows[i], luet_node_get(package, rows[i].key),
			    (char *)out + rows[i].at, err) < 0)
			return err_at(err, "%s", out->name.s);
	return 0;
}

int luet_definition_of_yaml(
	const struct yaml *package, struct luet_definition *out, struct err *err)
{
	return read_package((struct luet_node){package, NULL}, out, err);
}

int luet_definition_of_json(
	const struct json *package, struct luet_definition *out, struct err *err)
{
	return read_package((struct luet_node){NULL, package}, out, err);
}

int luet_definition_parse(struct span text, struct luet_definition *out, struct err *err)
{
	AUTO(yaml) y = YAML_INIT;

	if (text.n > LUET_DEFINITION_MAX)
		return err_set(
			err, ERR_INSTALLER, "it is longer than %d bytes", LUET_DEFINITION_MAX);
	if (yaml_parse(text, &y, err) < 0) {
		err->code = ERR_INSTALLER;
		return -1;
	}
	return luet_definition_of_yaml(&y, out, err);
}
