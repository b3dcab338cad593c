/* What manifests state of their packages, where rules are about to run. */
#include "engine/needs.h"

#include <string.h>

#include "engine/inspect.h"
#include "engine/packets.h"
#include "model/format3.h"
#include "model/packets.h"
#include "solve/stated.h"
#include "store/installation.h"
#include "sys/fd.h"

int needs_load(struct engine *e, const struct bundle *b, struct installer *out, struct err *err)
{
	AUTO(facts) facts = FACTS_INIT;
	AUTO_FD dir = -1;

	if (b->format < 3)
		return 0;
	dir = installation_open_if(&e->place, b, err);
	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (installation_facts(dir, &facts, err) < 0)
		return -1;
	if (packets_is(&facts))
		return packets_about(e, b, out, err);
	if (!facts_get(&facts, FORMAT3_FACT) && b->format != FORMAT_LUET)
		return 0;
	return installer_parse(&facts, buf_span(&b->name), out, err);
}

/* Of one of both, or of none. */
static int inspect_one(const struct staged *s, const struct bundle *b, const struct policy *policy,
	struct findings *out, struct err *err)
{
	AUTO(installer) in;

	installer_init(&in);
	if (!b)
		return 0;
	if (needs_load(s->e, b, &in, err) < 0)
		return err_at(err, "%s", b->name.s);
	stated_needs(&in, policy, out);
	return 0;
}

/* Of an upgrade, the old version's are its unconfigure's, and the new one's its configure's; else the one there is has both. */
struct both {
	struct findings of[PHASES];
};

static void both_drop(struct both *b)
{
	for (size_t i = 0; i < PHASES; i++)
		findings_drop(&b->of[i]);
}

static int inspect_both(const struct staged *s, struct both *out, struct err *err)
{
	AUTO(policy) policy = POLICY_INIT;

	if (inspect_policy(s->e, &s->request->allowed, &policy, err) < 0)
		return -1;
	if (inspect_one(s, s->old ? s->old : s->made, &policy, &out->of[PHASE_UNCONFIGURE], err) <
		0)
		return -1;
	return inspect_one(s, s->made ? s->made : s->old, &policy, &out->of[PHASE_CONFIGURE], err);
}

static bool has_same(const struct findings *all, const struct finding *f)
{
	VEC_FOR (const struct finding, one, &all->of)
		if (span_is(buf_span(&one->id), buf_span(&f->id)) &&
			span_is(buf_span(&one->text), buf_span(&f->text)))
			return true;
	return false;
}

/* What both need is said once. */
static void take_all(struct both *b, struct findings *out)
{
	for (size_t i = 0; i < PHASES; i++) {
		VEC_FOR (struct finding, f, &b->of[i].of) {
			struct finding *added, empty;

			if (has_same(out, f))
				continue;
			added = findings_add(out);
			empty = *added;
			*added = *f;
			*f = empty;
		}
	}
}

int needs_inspect(const struct staged *s, struct findings *out, struct err *err)
{
	AUTO(both) both = {0};

	if (inspect_both(s, &both, err) < 0)
		return -1;
	take_all(&both, out);
	return 0;
}

int needs_hold(struct staged *s, const struct texts *own, struct err *err)
{
	struct stated_facts facts = {own, &s->before.changes, &s->now.changes, &s->now.effects};
	AUTO(policy) policy = POLICY_INIT;
	AUTO(installer) in;

	installer_init(&in);
	if (!s->made || s->undoes_txn)
		return 0;
	if (needs_load(s->e, s->made, &in, err) < 0)
		return -1;
	if (!in.declares.has_files && !in.declares.has_effects)
		return 0;
	if (inspect_policy(s->e, &s->request->allowed, &policy, err) < 0)
		return -1;
	stated_declares(&in, &facts, &policy, &s->findings);
	findings_sort(&s->findings);
	return 0;
}

static const struct finding *find(const struct findings *f, const char *id)
{
	VEC_FOR (const struct finding, one, &f->of)
		if (strcmp(one->id.s, id) == 0)
			return one;
	return NULL;
}

int needs_preview(struct staged *s, struct err *err)
{
	AUTO(both) both = {0};

	if (inspect_both(s, &both, err) < 0)
		return -1;
	for (size_t i = 0; i < PHASES; i++) {
		const struct finding *network = find(&both.of[i], "needs-network");

		s->network[i] = network && network->severity < SEVERITY_ASK;
	}
	return 0;
}

static int refuse_live(const struct finding *live, struct err *why)
{
	err_set(why, ERR_POLICY, "%s, and require_sandbox is set", live->text.s);
	return err_next(why, "ask the packager for rules that a stage is enough for");
}

int needs_ask(struct turn *t, bool network[PHASES], struct buf *reason, struct err *why)
{
	AUTO(findings) needs = FINDINGS_INIT;
	AUTO(both) both = {0};
	const struct finding *live;
	AUTO(staged) s;

	staged_init(&s, t->e, t->item, t->request);
	if (t->item->undoes_txn)
		return 0;
	if (inspect_both(&s, &both, why) < 0)
		return -1;
	for (size_t i = 0; i < PHASES; i++)
		network[i] = find(&both.of[i], "needs-network") != NULL;
	take_all(&both, &needs);
	findings_sort(&needs);
	live = find(&needs, "needs-live");
	if (live && t->e->config.require_sandbox)
		return refuse_live(live, why);
	if (findings_verdict(&needs, why) < 0 ||
		turn_ask(t, buf_span(&staged_subject(&s)->name), &needs, why) < 0)
		return -1;
	if (live)
		buf_setf(reason, "needs.live: %s", live->text.s);
	return live != NULL;
}
