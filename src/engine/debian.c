/* What packages need of Debian's, and apt's part in it. */
#include "engine/debian.h"

#include "engine/apt.h"
#include "store/dpkg_packages.h"
#include "sys/signals.h"

#define FINDING "debian-packages"

static void copy_relation(const struct relation *from, struct relations *to)
{
	struct relation *copy = relations_add(to, buf_span(&from->name));

	copy->op = from->op;
	buf_set(&copy->version, buf_span(&from->version));
}

/* "it needs packages of Debian that are not installed: libgl1 (>= 1.6), libegl1" */
static int refuse(const struct plan_item *item, struct err *err)
{
	AUTO(buf) missing = BUF_INIT;
	AUTO(buf) names = BUF_INIT;

	VEC_FOR (const struct relation, r, &item->debian.of) {
		buf_adds(&missing, missing.n ? ", " : "");
		relation_format(r, &missing);
		buf_addf(&names, " %s", r->name.s);
	}
	err_set(err, ERR_CONFLICT, "it needs packages of Debian that are not installed: %s",
		missing.s);
	return err_next(err, "apt install%s", names.s);
}

int debian_look(
	struct engine *e, const struct installer *in, struct plan_item *item, struct err *err)
{
	AUTO(dpkg_packages) packages = {0};

	relations_drop(&item->debian);
	if (!in->needs.deb.of.n)
		return 0;
	if (dpkg_packages(&e->place, &packages, err) < 0)
		return -1;
	VEC_FOR (const struct relation, r, &in->needs.deb.of)
		if (!dpkg_packages_has(&packages, r))
			copy_relation(r, &item->debian);
	if (!item->debian.of.n || (e->config.apt_install && !e->as_puavo && apt_is_there(e)))
		return 0;
	return refuse(item, err);
}

/* --- what apt would do --- */

static bool is_in(const struct texts *texts, struct span x)
{
	VEC_FOR (const struct buf, one, &texts->of)
		if (span_is(buf_span(one), x))
			return true;
	return false;
}

static bool misses(const struct plan_item *item)
{
	return item->result == RESULT_OPEN && item->debian.of.n;
}

/* Of the items up to `last`: what apt-get is asked for. */
static void list_names(const struct plan *plan, size_t last, struct texts *out)
{
	for (size_t i = 0; i <= last && i < plan->of.n; i++) {
		if (!misses(&plan->of.v[i]))
			continue;
		VEC_FOR (const struct relation, r, &plan->of.v[i].debian.of) {
			AUTO(buf) name = BUF_INIT;

			apt_name(r, &name);
			texts_add(out, buf_span(&name));
		}
	}
}

/* apt-get also takes a name that nobody has for a pattern: what comes then is something else. */
static int not_brought(const struct apt_answer *a, const struct relation *r, struct err *err)
{
	const struct apt_package *p = apt_find(a, r);
	AUTO(buf) text = BUF_INIT;

	relation_format(r, &text);
	if (p)
		return err_set(err, ERR_CONFLICT, "%s: apt has %s", text.s, p->version.s);
	return err_set(err, ERR_CONFLICT,
		r->op == RELATION_ANY ? "%s: apt knows no package of that very name"
				      : "%s: apt has none that does",
		text.s);
}

static int check_versions(
	const struct plan *plan, size_t last, const struct apt_answer *a, struct err *err)
{
	for (size_t i = 0; i <= last && i < plan->of.n; i++) {
		if (!misses(&plan->of.v[i]))
			continue;
		VEC_FOR (const struct relation, r, &plan->of.v[i].debian.of)
			if (!apt_brings(a, r))
				return not_brought(a, r, err);
	}
	return 0;
}

/* What would come for the items up to `last`. */
static int simulate(
	struct engine *e, const struct plan *plan, size_t last, struct texts *out, struct err *err)
{
	AUTO(texts) names = {0};
	AUTO(apt_answer) answer = APT_ANSWER_INIT;

	list_names(plan, last, &names);
	if (!names.of.n)
		return 0;
	if (apt_simulate(e, &names, &answer, err) < 0 ||
		check_versions(plan, last, &answer, err) < 0)
		return -1;
	VEC_FOR (const struct apt_package, p, &answer.of) {
		AUTO(buf) text = buf_dup(&p->name);

		buf_addf(&text, " %s", p->version.s);
		texts_add(out, buf_span(&text));
	}
	return 0;
}

/* The first item that it cannot be done with; its error, with the words of who said so. */
static int blame(struct engine *e, struct plan *plan, struct plan_item **bad, struct err *err)
{
	struct err why = ERR_INIT;
	struct span rest, line;

	for (size_t i = 0; i < plan->of.n; i++) {
		AUTO(texts) ignored = {0};
		struct plan_item *item = &plan->of.v[i];

		if (!misses(item))
			continue;
		*bad = item;
		if (simulate(e, plan, i, &ignored, &why) < 0)
			break;
	}
	if (why.code == ERR_NONE)
		err_copy(&why, err);
	if (why.code != ERR_CONFLICT)
		return err_copy(err, &why);
	err_clear(err);
	refuse(*bad, err);
	err_detail(err, "%s", why.text);
	rest = span_of(why.detail);
	while (span_split(&rest, '\n', &line))
		err_detail(err, "%.*s", SPAN_ARG(line));
	return 1;
}

int debian_plan(struct engine *e, struct plan *plan, struct plan_item **bad, struct err *err)
{
	texts_drop(&plan->debian);
	if (simulate(e, plan, plan->of.n, &plan->debian, err) == 0)
		return 0;
	return err->code == ERR_CONFLICT ? blame(e, plan, bad, err) : -1;
}

static void list(const struct plan *plan, struct buf *out)
{
	VEC_FOR (const struct buf, one, &plan->debian.of)
		buf_addf(out, "%s%s", out->n ? ", " : "", one->s);
}

void debian_ask(struct plan *plan)
{
	struct finding *f;

	if (!plan->debian.of.n)
		return;
	f = findings_add(&plan->questions);
	f->severity = SEVERITY_ASK;
	buf_sets(&f->id, FINDING);
	list(plan, &f->text);
	buf_adds(&f->text, " would be installed from Debian");
}

int debian_refuse(const struct plan *plan, struct err *err)
{
	VEC_FOR (const struct plan_item, item, &plan->of) {
		if (!misses(item))
			continue;
		refuse(item, err);
		return err_at(err, "%s", item->to.name.s);
	}
	return 0;
}

/* --- and does --- */

/* Others may have changed what apt knows since the question. */
static int check_same(const struct plan *plan, const struct texts *now, struct err *err)
{
	VEC_FOR (const struct buf, one, &now->of)
		if (!is_in(&plan->debian, buf_span(one))) {
			err_set(err, ERR_CONFLICT, "apt-get would install %s by now, too", one->s);
			return err_next(err, "look at the plan again: run the same command again");
		}
	return 0;
}

static int check_there(struct engine *e, const struct plan *plan, struct err *err)
{
	AUTO(dpkg_packages) packages = {0};

	if (dpkg_packages(&e->place, &packages, err) < 0)
		return -1;
	VEC_FOR (const struct plan_item, item, &plan->of) {
		if (!misses(item))
			continue;
		VEC_FOR (const struct relation, r, &item->debian.of)
			if (!dpkg_packages_has(&packages, r)) {
				refuse(item, err);
				return err_detail(err, "apt-get has done what it was asked for.");
			}
	}
	return 0;
}

int debian_install(struct engine *e, const struct plan *plan, struct err *err)
{
	AUTO(texts) names = {0};
	AUTO(texts) now = {0};

	list_names(plan, plan->of.n, &names);
	if (!names.of.n)
		return 0;
	if (signals_check(err) < 0 || simulate(e, plan, plan->of.n, &now, err) < 0 ||
		check_same(plan, &now, err) < 0)
		return -1;
	VEC_FOR (const struct buf, one, &now.of)
		engine_tell(e, WATCH_INFO, SPAN("apt-get"), "installs %s", one->s);
	return apt_install(e, &names, err) < 0 ? -1 : check_there(e, plan, err);
}
