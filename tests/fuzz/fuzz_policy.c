/* A file of the policy; what it says of each id at some paths. */
#include "fuzz.h"
#include "model/policy.h"

static void decide(const struct policy *p, struct span id, const char *path)
{
	const struct policy_id *built_in = policy_id_get(id);

	for (int whole = 0; whole < 2; whole++) {
		const struct policy_case c = {SPAN("zoom"), span_of(path), whole};
		struct policy_verdict v = policy_decide(p, id, &c);

		HOLDS(v.action < POLICY_ACTIONS);
		HOLDS(!v.rule ||
			(v.rule->action == v.action && span_is(buf_span(&v.rule->id), id)));
		HOLDS(!built_in || built_in->kind != POLICY_FIXED || v.action == POLICY_DENY);
		VEC_FOR (struct policy_rule, rule, &p->of)
			(void)policy_rule_covers(rule, &c);
	}
}

static void decide_all(const struct policy *p)
{
	static const char *const paths[] = {
		"/", "/etc", "/etc/cron.d/x", "/usr/lib/a/b", "/opt/x y"};
	size_t count;
	const struct policy_id *ids = policy_ids(&count);

	for (size_t k = 0; k < COUNT(paths); k++) {
		for (size_t i = 0; i < count; i++)
			decide(p, span_of(ids[i].id), paths[k]);
		for (size_t i = 0; i < p->of.n; i++)
			decide(p, buf_span(&p->of.v[i].id), paths[k]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy p = POLICY_INIT;
	struct err err = ERR_INIT;

	if (policy_parse(&p, "f.toml", fuzz_span(data, size), &err) < 0)
		HOLDS(err.code == ERR_CONFIG && span_starts(span_of(err.text), "f.toml: line "));
	else if (p.of.n < 64)
		decide_all(&p);
	policy_drop(&p);
	return 0;
}
