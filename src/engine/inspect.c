/* Changes held against the policy and against what belongs to whom. */
#include "engine/inspect.h"

#include "engine/settings.h"
#include "solve/check.h"
#include "store/dpkg.h"
#include "store/installation.h"

static int load_policy(
	struct engine *e, const struct texts *allowed, struct policy *out, struct err *err)
{
	if (settings_load_policy(&e->place, out, err) < 0)
		return -1;
	for (size_t i = 0; i < allowed->of.n; i++)
		if (policy_allow(out, buf_span(&allowed->of.v[i]), err) < 0)
			return -1;
	return 0;
}

static int find_owners(
	struct engine *e, const struct changes *c, struct owners *out, struct err *err)
{
	AUTO(texts) paths = {0};

	VEC_FOR (const struct change, x, &c->of)
		texts_add(&paths, buf_span(&x->path));
	if (dpkg_owners(&e->place, &paths, NULL, e->lock.fd >= 0, out, err) < 0)
		return -1;
	owners_sort(out);
	return 0;
}

int inspect(struct engine *e, struct span package, const struct texts *ids, const struct changes *c,
	const struct texts *allowed, struct findings *out, struct err *err)
{
	AUTO(policy) policy = POLICY_INIT;
	AUTO(owners) owners = OWNERS_INIT;
	AUTO(texts) own = {0};
	AUTO(texts) fixed = {0};
	struct check_facts facts = {package, &own, &fixed, &owners};

	if (load_policy(e, allowed, &policy, err) < 0 || find_owners(e, c, &owners, err) < 0)
		return -1;
	for (size_t i = 0; i < ids->of.n; i++) {
		AUTO(buf) folder = BUF_INIT;

		installation_path(package, buf_span(&ids->of.v[i]), &folder);
		texts_add(&own, buf_span(&folder));
	}
	if (!e->place.root.n)
		texts_add(&fixed, buf_span(&e->libexec));
	check_changes(c, &facts, &policy, out);
	return 0;
}
