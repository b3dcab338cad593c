/* Which files of luet's packages are left out. */
#include "engine/luet_subsets.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/luet_conf.h"
#include "model/luet_definition.h"
#include "model/luet_installer.h"
#include "sys/tree.h"

/* --- Which count ----------------------------------------------------------------------------------------- */

static int take_enabled(void *arg, const struct conf_file *file, struct err *err)
{
	return luet_subsets_parse(file->text, arg, err) < 0 ? err_at(err, "%s", file->path) : 0;
}

static int take_defined(void *arg, const struct conf_file *file, struct err *err)
{
	return luet_subsets_define(file->text, file->own, arg, err) < 0
		       ? err_at(err, "%s", file->path)
		       : 0;
}

int luet_subsets_enabled(const struct engine *e, struct texts *out, struct err *err)
{
	const struct conf_reader r = {.take = take_enabled, .arg = out, .size_max = LUET_CONF_MAX};
	AUTO(luet_conf) conf;

	luet_conf_init(&conf);
	if (luet_conf_load(e, &conf, err) < 0)
		return -1;
	VEC_FOR (const struct buf, name, &e->config.luet_subsets.of)
		texts_add_new(out, buf_span(name));
	VEC_FOR (const struct buf, name, &conf.subsets.of)
		texts_add_new(out, buf_span(name));
	return luet_conf_read(e, LUET_ENABLED, r, err);
}

static int read_own(const struct installer *about, struct luet_definition *out, struct err *err)
{
	const struct fact *fact = facts_get(&about->facts, LUET_DEFINITION);

	return luet_definition_parse(buf_span(&fact->value), out, err);
}

static int make_rules(const struct engine *e, const struct installer *about,
	const struct luet_subsets *own, struct luet_rules *out, struct err *err)
{
	AUTO(luet_subsets) defined = {0};
	const struct conf_reader r = {
		.take = take_defined, .arg = &defined, .size_max = LUET_SUBSETS_MAX};
	AUTO(texts) enabled = {0};

	if (luet_conf_read(e, LUET_DEFINED, r, err) < 0)
		return -1;
	if (!own->of.n && !defined.of.n)
		return 0;
	return luet_subsets_enabled(e, &enabled, err) < 0
		       ? -1
		       : luet_rules_make(own, &defined, &enabled, buf_span(&about->name), out, err);
}

int luet_subsets_rules(const struct engine *e, const struct installer *about,
	struct luet_rules *out, struct err *err)
{
	struct luet_definition own;
	int result;

	luet_definition_init(&own);
	result = read_own(about, &own, err);
	if (result == 0)
		result = make_rules(e, about, &own.subsets, out, err);
	luet_definition_drop(&own);
	return result;
}

/* --- Taken out ------------------------------------------------------------------------------------------- */

void luet_pruned_drop(struct luet_pruned *p)
{
	texts_drop(&p->subsets);
}

struct pruning {
	const struct luet_rules *rules;
	struct luet_pruned *out;
	struct texts folders; /* that a rule is about, those above before those in them */
};

static void pruning_drop(struct pruning *p)
{
	texts_drop(&p->folders);
}

static int prune_entry(void *arg, const struct tree_entry *entry, struct err *err)
{
	struct pruning *p = arg;
	bool is_folder = S_ISDIR(entry->st->st_mode);
	const struct luet_rule *rule;
	AUTO(buf) path = BUF_INIT;

	buf_addf(&path, "/%s%s", entry->path, is_folder ? "/" : "");
	rule = luet_rules_find(p->rules, buf_span(&path));
	if (!rule)
		return 0;
	texts_add_new(&p->out->subsets, buf_span(&rule->subset));
	if (is_folder) {
		texts_add(&p->folders, span_of(entry->path));
		return 0;
	}
	p->out->files++;
	return unlinkat(entry->parent, entry->name, 0) < 0 ? err_sys(err, "leave out %s", path.s)
							   : 0;
}

int luet_subsets_prune(
	int tree, const struct luet_rules *rules, struct luet_pruned *out, struct err *err)
{
	AUTO(pruning) p = {.rules = rules, .out = out};

	if (!rules->of.n)
		return 0;
	if (tree_walk(tree, prune_entry, &p, err) < 0)
		return -1;
	for (size_t i = p.folders.of.n; i-- > 0;)
		if (unlinkat(tree, p.folders.of.v[i].s, AT_REMOVEDIR) < 0 && errno != ENOTEMPTY)
			return err_sys(err, "leave out /%s", p.folders.of.v[i].s);
	return 0;
}
