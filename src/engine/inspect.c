/* Changes held against the policy and against what belongs to whom. */
#include "engine/inspect.h"

#include "engine/settings.h"
#include "solve/check.h"
#include "store/committed.h"
#include "store/dpkg.h"
#include "store/installation.h"
#include "store/links.h"

#define DIVERSIONS_MAX ((size_t)16 << 20) /* bytes of the file */

int inspect_policy(
	struct engine *e, const struct texts *allowed, struct policy *out, struct err *err)
{
	if (settings_load_policy(&e->place, out, err) < 0)
		return -1;
	out->conflicts_warn = e->as_puavo;
	for (size_t i = 0; i < allowed->of.n; i++)
		if (policy_allow(out, buf_span(&allowed->of.v[i]), err) < 0)
			return -1;
	return 0;
}

/* What dpkg's diversions will be with the changes: 1; 0: as they are; -1. */
static int read_diversions(
	struct stage *stage, const struct changes *c, struct buf *out, struct err *err)
{
	const struct change *change = changes_get(c, SPAN(DPKG_DIVERSIONS));
	AUTO(buf) before = BUF_INIT;
	int there;

	if (!change)
		return 0;
	there = stage_content(stage, change, DIVERSIONS_MAX, &before, out, err);
	if (there == 0)
		err_set(err, ERR_POLICY, "longer than %zu bytes", DIVERSIONS_MAX);
	return there == 1 ? 1 : err_at(err, "%s", DPKG_DIVERSIONS);
}

static int find_owners(struct engine *e, struct stage *stage, const struct changes *c,
	struct owners *out, struct err *err)
{
	AUTO(texts) paths = {0};
	AUTO(buf) text = BUF_INIT;
	struct span diversions;
	int changed = read_diversions(stage, c, &text, err);

	if (changed < 0)
		return -1;
	diversions = buf_span(&text);
	VEC_FOR (const struct change, x, &c->of)
		texts_add(&paths, buf_span(&x->path));
	if (owned_find(&e->db, &paths, out, err) < 0 ||
		dpkg_owners(&e->place, &paths, changed ? &diversions : NULL, e->lock.fd >= 0, out,
			err) < 0)
		return -1;
	owners_sort(out);
	return 0;
}

void inspect_add_own(struct engine *e, const struct bundle *b, struct texts *own)
{
	AUTO(buf) folder = BUF_INIT;

	installation_path(&e->place, b, &folder);
	texts_add(own, buf_span(&folder));
}

/* puavo's own, but for what its rules are wont to append to. */
static void add_puavo(const struct place *p, struct texts *fixed)
{
	AUTO(buf) packages = buf_dup(&p->puavo);

	buf_adds(&packages, "/packages");
	texts_add(fixed, buf_span(&packages));
	texts_add(fixed, span_of(links_folder(LINKS_PUAVO_INSTALLED)));
	texts_add(fixed, span_of(links_folder(LINKS_PUAVO_AVAILABLE)));
}

/* --- Files that are kept as they are ------------------------------------------------------------------ */

/* As if they were replaced; what they would hold does not matter. */
static void pretend(const struct texts *kept, struct changes *out)
{
	VEC_FOR (const struct buf, path, &kept->of) {
		struct change *c = changes_add(out, buf_span(path));

		c->before.type = c->after.type = NODE_FILE;
		c->before.mode = c->after.mode = 0644;
		c->after.size = 1;
	}
	changes_sort(out);
}

static bool is_about_owner(const struct finding *f)
{
	static const char *const ids[] = {"other-package", "dpkg-file", "conffile"};

	for (size_t i = 0; i < COUNT(ids); i++)
		if (span_is_text(buf_span(&f->id), ids[i]))
			return true;
	return false;
}

static void add_finding(const struct finding *from, struct findings *out)
{
	struct finding *f = findings_add(out);
	const struct policy_id *id = policy_id_get(buf_span(&from->id));

	f->severity = from->severity;
	f->always = from->always;
	buf_set(&f->id, buf_span(&from->id));
	buf_set(&f->path, buf_span(&from->path));
	buf_set(&f->owner, buf_span(&from->owner));
	buf_set(&f->how, buf_span(&from->how));
	buf_set(&f->origin, buf_span(&from->origin));
	buf_addf(&f->text, "%s, stays (config protect), and the package's own would come beside it",
		id->text);
}

/* That a file is kept does not make it the package's: whose it is counts as if it were replaced. */
static int inspect_kept(struct engine *e, struct stage *stage, const struct check_facts *about,
	const struct policy *policy, struct findings *out, struct err *err)
{
	AUTO(changes) kept = CHANGES_INIT;
	AUTO(findings) all = FINDINGS_INIT;
	AUTO(owners) owners = OWNERS_INIT;
	struct check_facts facts = *about;

	if (!stage->kept.of.n)
		return 0;
	pretend(&stage->kept, &kept);
	if (find_owners(e, stage, &kept, &owners, err) < 0)
		return -1;
	facts.owners = &owners;
	check_changes(&kept, &facts, policy, &all);
	VEC_FOR (const struct finding, f, &all.of)
		if (is_about_owner(f))
			add_finding(f, out);
	findings_sort(out);
	return 0;
}

int inspect(struct engine *e, struct stage *stage, struct span package, const struct texts *own,
	const struct changes *c, const struct texts *allowed, struct findings *out, struct err *err)
{
	AUTO(policy) policy = POLICY_INIT;
	AUTO(owners) owners = OWNERS_INIT;
	AUTO(texts) fixed = {0};
	struct check_facts facts = {package, own, &fixed, &owners};

	if (inspect_policy(e, allowed, &policy, err) < 0 ||
		find_owners(e, stage, c, &owners, err) < 0)
		return -1;
	if (!e->place.root.n)
		texts_add(&fixed, buf_span(&e->libexec));
	add_puavo(&e->place, &fixed);
	check_changes(c, &facts, &policy, out);
	return inspect_kept(e, stage, &facts, &policy, out, err);
}
