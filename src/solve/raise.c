/* A finding, as the policy has it. */
#include "solve/raise.h"

static enum severity severity_of(enum policy_action action, const struct policy_id *id)
{
	static const enum severity severities[POLICY_ACTIONS] = {
		SEVERITY_ALLOW, SEVERITY_WARN, SEVERITY_ASK, SEVERITY_DENY};

	if (action == POLICY_DENY && id && id->kind == POLICY_OWNER)
		return SEVERITY_REFUSE;
	return severities[action];
}

void finding_raise(struct findings *out, const struct policy *policy, struct span id,
	const struct policy_case *about, struct span path, struct span text, struct span owner)
{
	const struct policy_id *built_in = policy_id_get(id);
	struct policy_verdict v = policy_decide(policy, id, about);
	struct finding *f = findings_add(out);

	buf_add_span(&f->id, id);
	buf_add_span(&f->path, path);
	buf_add_span(&f->owner, owner);
	f->severity = severity_of(v.action, built_in);
	f->always = built_in && built_in->kind == POLICY_FIXED;
	if (v.rule) {
		buf_add_span(&f->origin, buf_span(&v.rule->origin));
		buf_add_span(&f->text, buf_span(&v.rule->text));
	}
	if (!f->text.n)
		buf_add_span(&f->text, text);
	if (!f->text.n)
		buf_adds(&f->text, built_in ? built_in->text : "by the policy");
	if (f->severity >= SEVERITY_DENY && !f->always)
		buf_addf(&f->how, "--allow %s", f->id.s);
}
