/* The policy: rules of files over the built-in ids. */
#include "model/policy.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ext/toml.h"
#include "model/glob.h"

#define ID_MAX 64

static const char *const action_names[POLICY_ACTIONS + 1] = {"allow", "warn", "ask", "deny", NULL};
static const char *const keys[] = {"id", "paths", "packages", "action", "text", NULL};

const char *policy_action_name(enum policy_action action)
{
	return action_names[action];
}

static void rule_drop(struct policy_rule *r)
{
	buf_drop(&r->id);
	texts_drop(&r->paths);
	texts_drop(&r->packages);
	buf_drop(&r->text);
	buf_drop(&r->origin);
}

void policy_drop(struct policy *p)
{
	vec_drop_each(&p->of, rule_drop);
	texts_drop(&p->allowed);
}

/* A file being read. */
struct reading {
	struct policy *policy;
	const char *file;
	unsigned long index; /* of the [[policy]] that is being read */
	unsigned line; /* where it begins; 0: none has begun */
	bool has_action;
};

static struct policy_rule *last_rule(struct reading *r)
{
	return &r->policy->of.v[r->policy->of.n - 1];
}

static bool is_id(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (!(x.s[i] >= 'a' && x.s[i] <= 'z') &&
			!(i && ((x.s[i] >= '0' && x.s[i] <= '9') || x.s[i] == '-')))
			return false;
	return x.n && x.n <= ID_MAX;
}

/* Absolute, and with no part that cannot match. */
static bool is_path_glob(struct span x)
{
	struct span rest = span_cut(x, 1, x.n), part;

	if (!span_starts(x, "/") || x.n < 2 || span_ends(x, "/"))
		return false;
	while (span_split(&rest, '/', &part))
		if (!part.n || span_is_text(part, ".") || span_is_text(part, ".."))
			return false;
	return true;
}

static int set_id(struct policy_rule *rule, const struct toml_item *item, struct err *err)
{
	const struct policy_id *built_in;

	if (item->kind != TOML_TEXT || !is_id(span_of(item->text)))
		return err_set(err, ERR_CONFIG, "id must be of a-z, 0-9 and -, at most %d of them",
			ID_MAX);
	built_in = policy_id_get(span_of(item->text));
	if (built_in && built_in->kind == POLICY_FIXED)
		return err_set(
			err, ERR_CONFIG, "%s is denied always: no policy changes that", item->text);
	buf_sets(&rule->id, item->text);
	return 0;
}

static int set_paths(struct policy_rule *rule, const struct toml_item *item, struct err *err)
{
	bool fits = item->kind == TOML_TEXTS && item->count;

	for (size_t i = 0; fits && i < item->count; i++) {
		AUTO(buf) path = BUF_INIT;

		fits = is_path_glob(span_of(item->texts[i]));
		policy_path(span_of(item->texts[i]), &path);
		texts_add(&rule->paths, buf_span(&path));
	}
	if (!fits)
		return err_set(err, ERR_CONFIG,
			"paths must be a list of absolute paths, without . and .. and a slash at the end");
	return 0;
}

static int set_packages(struct policy_rule *rule, const struct toml_item *item, struct err *err)
{
	if (item->kind != TOML_TEXTS || !item->count)
		return err_set(err, ERR_CONFIG, "packages must be a list of names");
	for (size_t i = 0; i < item->count; i++) {
		if (!item->texts[i][0])
			return err_set(err, ERR_CONFIG, "packages: a name is empty");
		texts_add(&rule->packages, span_of(item->texts[i]));
	}
	return 0;
}

static int set_action(struct reading *r, const struct toml_item *item, struct err *err)
{
	for (int i = 0; item->kind == TOML_TEXT && i < POLICY_ACTIONS; i++)
		if (strcmp(item->text, action_names[i]) == 0) {
			last_rule(r)->action = (enum policy_action)i;
			r->has_action = true;
			return 0;
		}
	return err_set(err, ERR_CONFIG, "action must be \"allow\", \"warn\", \"ask\" or \"deny\"");
}

static int set_text(struct policy_rule *rule, const struct toml_item *item, struct err *err)
{
	if (item->kind != TOML_TEXT)
		return err_set(err, ERR_CONFIG, "text must be a text");
	buf_sets(&rule->text, item->text);
	return 0;
}

static int refuse_key(const char *key, struct err *err)
{
	const char *nearest = text_nearest(span_of(key), keys);

	err_set(err, ERR_CONFIG, "%s is no key that is known", key);
	return nearest ? err_next(err, "is %s meant?", nearest)
		       : err_next(err, "a [[policy]] has id, paths, packages, action and text");
}

static int set_key(
	struct reading *r, const char *key, const struct toml_item *item, struct err *err)
{
	struct policy_rule *rule = last_rule(r);

	if (strcmp(key, "id") == 0)
		return set_id(rule, item, err);
	if (strcmp(key, "paths") == 0)
		return set_paths(rule, item, err);
	if (strcmp(key, "packages") == 0)
		return set_packages(rule, item, err);
	if (strcmp(key, "action") == 0)
		return set_action(r, item, err);
	if (strcmp(key, "text") == 0)
		return set_text(rule, item, err);
	return refuse_key(key, err);
}

/* Of the built-in ids and those of the first `rules` rules; NULL: none is near. */
static const char *nearest_id(const struct policy *p, size_t rules, struct span id)
{
	size_t count;
	const struct policy_id *ids = policy_ids(&count);
	AUTO_FREE const char **words = mem_zero(count + rules + 1, sizeof(words[0]));

	for (size_t i = 0; i < count; i++)
		words[i] = ids[i].id;
	for (size_t i = 0; i < rules; i++)
		words[count + i] = p->of.v[i].id.s;
	return text_nearest(id, words);
}

/* An id of the admin's own says nothing without paths; most likely it is misspelt. */
static int refuse_id(const struct reading *r, struct span id, struct err *err)
{
	const char *nearest = nearest_id(r->policy, r->policy->of.n - 1, id);

	err_set(err, ERR_CONFIG, "%.*s is no id that is known, and has no paths", SPAN_ARG(id));
	return nearest ? err_next(err, "is %s meant?", nearest)
		       : err_next(err, "add paths = [\"/…\"]");
}

/* What the last rule must have. */
static int finish_rule(struct reading *r, struct err *err)
{
	const struct policy_rule *rule;
	int result = 0;

	if (!r->line)
		return 0;
	rule = last_rule(r);
	if (!rule->id.n)
		result = err_set(err, ERR_CONFIG, "a [[policy]] without id");
	else if (!r->has_action)
		result = err_set(err, ERR_CONFIG, "%s: a [[policy]] without action", rule->id.s);
	else if (!rule->paths.of.n && !policy_id_get(buf_span(&rule->id)))
		result = refuse_id(r, buf_span(&rule->id), err);
	return result < 0 ? err_at(err, "line %u", r->line) : 0;
}

static void begin_rule(struct reading *r, unsigned long index, unsigned line)
{
	struct policy_rule *rule = vec_push(&r->policy->of);

	*rule = (struct policy_rule){.id = BUF_INIT, .text = BUF_INIT, .origin = BUF_INIT};
	buf_addf(&rule->origin, "%s:%u", r->file, line);
	r->index = index;
	r->line = line;
	r->has_action = false;
}

/* "policy[3].paths": its number, and the key. */
static const char *split_key(const char *key, unsigned long *index)
{
	int at = 0;

	if (sscanf(key, "policy[%6lu].%n", index, &at) != 1 || !at)
		return NULL;
	return key + at;
}

static int take_item(void *arg, const struct toml_item *item, struct err *err)
{
	struct reading *r = arg;
	unsigned long index;
	const char *key = split_key(item->key, &index);

	if (key && (!r->line || index != r->index)) {
		if (finish_rule(r, err) < 0)
			return -1;
		begin_rule(r, index, item->line);
	}
	if (!key)
		err_set(err, ERR_CONFIG, "%s is no key that is known: rules stand in [[policy]]",
			item->key);
	else if (set_key(r, key, item, err) == 0)
		return 0;
	return err_at(err, "line %u, column %u", item->line, item->column);
}

int policy_parse(struct policy *p, const char *file, struct span text, struct err *err)
{
	struct reading r = {.policy = p, .file = file};

	if (toml_parse(text, take_item, &r, err) < 0 || finish_rule(&r, err) < 0)
		return err_at(err, "%s", file);
	return 0;
}

static bool is_known(const struct policy *p, struct span id)
{
	if (policy_id_get(id))
		return true;
	VEC_FOR (struct policy_rule, rule, &p->of)
		if (span_is(id, buf_span(&rule->id)))
			return true;
	return false;
}

int policy_allow(struct policy *p, struct span id, struct err *err)
{
	const struct policy_id *built_in = policy_id_get(id);
	const char *nearest;

	if (built_in && built_in->kind == POLICY_FIXED)
		return err_set(err, ERR_POLICY, "--allow %s: that is denied always", built_in->id);
	if (is_known(p, id)) {
		texts_add(&p->allowed, id);
		return 0;
	}
	nearest = nearest_id(p, p->of.n, id);
	err_set(err, ERR_USAGE, "--allow: %.*s is no id that is known",
		SPAN_ARG(span_cut(id, 0, 200)));
	return nearest ? err_next(err, "is %s meant?", nearest)
		       : err_next(err, "the findings of fardel preview name them");
}

static bool is_for(const struct policy_rule *rule, struct span package)
{
	VEC_FOR (struct buf, glob, &rule->packages.of)
		if (glob_matches(glob->s, package))
			return true;
	return !rule->packages.of.n;
}

/* The nearest that one of its globs comes. */
static enum glob_relation relate(const struct policy_rule *rule, struct span path)
{
	enum glob_relation nearest = GLOB_APART;

	VEC_FOR (struct buf, glob, &rule->paths.of) {
		enum glob_relation relation = glob_relate(glob->s, path);

		if (relation > nearest)
			nearest = relation;
	}
	return nearest;
}

bool policy_rule_covers(const struct policy_rule *rule, const struct policy_case *c)
{
	enum glob_relation relation = relate(rule, c->path);

	return (relation == GLOB_COVERS || (relation == GLOB_ABOVE && c->whole)) &&
	       is_for(rule, c->package);
}

static enum policy_action default_action(const struct policy *p, const struct policy_id *built_in)
{
	if (!built_in)
		return POLICY_ALLOW; /* an admin's own: its rules say the rest */
	if (built_in->kind == POLICY_OWNER && built_in->action == POLICY_DENY && p->conflicts_warn)
		return POLICY_WARN;
	return built_in->action;
}

static bool is_allowed(const struct policy *p, struct span id)
{
	VEC_FOR (struct buf, allowed, &p->allowed.of)
		if (span_is(id, buf_span(allowed)))
			return true;
	return false;
}

struct policy_verdict policy_decide(
	const struct policy *p, struct span id, const struct policy_case *c)
{
	const struct policy_id *built_in = policy_id_get(id);
	struct policy_verdict v = {default_action(p, built_in), NULL, false};
	const struct policy_rule *above = NULL; /* the strictest of what is beneath the path */

	if (built_in && built_in->kind == POLICY_FIXED)
		return v;
	if (is_allowed(p, id))
		return (struct policy_verdict){POLICY_ALLOW, NULL, true};
	VEC_FOR (struct policy_rule, rule, &p->of) {
		enum glob_relation relation =
			rule->paths.of.n ? relate(rule, c->path) : GLOB_COVERS;

		if (!span_is(id, buf_span(&rule->id)) || !is_for(rule, c->package))
			continue;
		if (relation == GLOB_COVERS)
			v = (struct policy_verdict){rule->action, rule, false};
		else if (relation == GLOB_ABOVE && c->whole &&
			 (!above || rule->action > above->action))
			above = rule;
	}
	if (above && above->action > v.action)
		v = (struct policy_verdict){above->action, above, false};
	return v;
}
