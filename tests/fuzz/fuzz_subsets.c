/* Subsets of luet's packages: what a package says, "== defined" on a line of its own, what the admin says, "== paths", and paths. Whatever both say, the
 * rules are few and small, each is of a subset that is not enabled, and the same again is the same. */
#include <string.h>

#include "ext/yaml.h"
#include "fuzz.h"
#include "model/luet_subsets.h"

#define PACKAGE SPAN("sys-devel-9/gcc")

/* What stands before the next line `mark`; all of it where there is none. */
static struct span part(struct span *text, const char *mark)
{
	size_t n = strlen(mark);
	struct span all = *text;

	for (size_t at = 0; at + n <= all.n; at++) {
		if (memcmp(all.s + at, mark, n) != 0 || (at && all.s[at - 1] != '\n'))
			continue;
		*text = span_cut(all, at + n, all.n);
		return span_cut(all, 0, at);
	}
	*text = SPAN("");
	return all;
}

static void own(struct span text, struct luet_subsets *out)
{
	struct err err = ERR_INIT;
	AUTO(yaml) y = YAML_INIT;

	if (yaml_parse(text, &y, &err) == 0)
		luet_subsets_take((struct luet_node){&y, NULL}, out);
	VEC_FOR (const struct luet_subset, s, &out->of)
		HOLDS(s->name.n && !s->file.n && s->rules.of.n <= LUET_RULES_MAX);
}

static void ask(const struct luet_rules *rules, const struct luet_rules *again, struct span paths)
{
	struct span path;

	for (int i = 0; i < 20 && span_split(&paths, '\n', &path); i++) {
		const struct luet_rule *is = luet_rules_find(rules, path);
		const struct luet_rule *was = luet_rules_find(again, path);

		HOLDS(!is == !was);
		HOLDS(!is || (span_is(buf_span(&is->subset), buf_span(&was->subset)) &&
				     !span_is_text(buf_span(&is->subset), "on")));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct luet_subsets packages = {0}, defined = {0};
	struct luet_rules rules = {0}, again = {0};
	struct texts enabled = {0};
	struct span text = fuzz_span(data, size);
	struct err err = ERR_INIT;

	texts_add(&enabled, SPAN("on"));
	own(part(&text, "== defined\n"), &packages);
	if (luet_subsets_define(part(&text, "== paths\n"), "/d/a.yml", &defined, &err) < 0)
		HOLDS(err.code == ERR_CONFIG && err.text[0]);
	err_clear(&err);
	if (luet_rules_make(&packages, &defined, &enabled, PACKAGE, &rules, &err) < 0) {
		HOLDS(err.code == ERR_CONFIG && err.text[0]);
	} else {
		HOLDS(rules.of.n <= LUET_RULES_MAX);
		HOLDS(luet_rules_make(&packages, &defined, &enabled, PACKAGE, &again, &err) == 0);
		ask(&rules, &again, text);
	}
	luet_rules_drop(&rules);
	luet_rules_drop(&again);
	luet_subsets_drop(&packages);
	luet_subsets_drop(&defined);
	texts_drop(&enabled);
	return 0;
}
