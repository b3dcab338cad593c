/* A whole life of a package in stages: what a packager wants to know before anybody else does. */
#include <fcntl.h>
#include <string.h>

#include "engine/debian.h"
#include "engine/inspect.h"
#include "engine/licence.h"
#include "engine/prepare.h"
#include "engine/rules_lua.h"
#include "engine/session.h"
#include "engine/stage.h"
#include "model/changes_math.h"
#include "store/apply.h"
#include "store/installation.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/resolve.h"

#define LINKS_MOST 40 /* that are followed, as the kernel does */
#define NAMED_MOST 12 /* paths of one kind that are named; more are counted */

/* An installer that is prepared for the test, and taken away after it. */
struct subject {
	struct plan plan;
	struct plan_item *item;
	bool prepared;
};

struct test {
	struct engine *e;
	struct diagnoses *out;
	const struct bundle *in_use; /* of the machine, NULL: none */
	const struct bundle *made;
	struct changes
		before; /* what taking that out of use has changed: the ground that the test stands on */
	struct changes installed; /* what install has made of it */
};

static void subject_drop(struct engine *e, struct subject *s)
{
	if (s->prepared)
		prepare_untry(e, s->item);
	plan_drop(&s->plan);
}

static int subject_open(struct engine *e, const char *file, const struct texts *licences,
	struct subject *out, struct err *err)
{
	struct request request = {.goal = GOAL_INSTALL, .offline = e->offline};
	struct err failed = ERR_INIT;
	int result;

	*out = (struct subject){.plan = PLAN_INIT};
	texts_add(&request.items, span_of(file));
	VEC_FOR (const struct buf, name, &licences->of)
		texts_add(&request.licences, buf_span(name));
	result = engine_plan(e, &request, &out->plan, err);
	if (result == 0)
		result = debian_refuse(&out->plan, err);
	if (result == 0)
		result = licence_check(e, &request, &out->plan, err);
	if (result == 0) {
		out->item = &out->plan.of.v[0];
		result = prepare_try(e, &out->plan, &request, &failed, err);
		out->prepared = result == 0;
	}
	process_end_orphans();
	request_drop(&request);
	return result;
}

/* A line each, "TEXT: KIND TYPE PATH", and how many more there are. */
static void name_each(struct diagnoses *out, enum diagnosis_level level, const char *text,
	const struct changes_difference *d)
{
	for (size_t i = 0; i < d->of.n && i < NAMED_MOST; i++) {
		const struct change *c = d->of.v[i].b ? d->of.v[i].b : d->of.v[i].a;
		const struct node *n = c->after.type == NODE_NONE ? &c->before : &c->after;

		diagnoses_add(
			out, level, "", "%s: %s %s", text, node_type_name(n->type), c->path.s);
	}
	if (d->of.n > NAMED_MOST)
		diagnoses_add(out, level, "", "%s: %zu more", text, d->of.n - NAMED_MOST);
}

/* Its own folder goes as a whole: what happens in there is nobody's business. */
static void forget_own(struct changes_difference *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->of.n; i++) {
		const struct change *c = d->of.v[i].a ? d->of.v[i].a : d->of.v[i].b;

		if (!c->own)
			d->of.v[kept++] = d->of.v[i];
	}
	d->of.n = kept;
}

/* Says that the two are the same, or (at that level) what differs. */
static void compare(struct test *t, const struct changes *a, const struct changes *b,
	const char *well, enum diagnosis_level level, const char *ill)
{
	struct changes_difference d = CHANGES_DIFFERENCE_INIT;

	changes_diff(a, b, &d);
	forget_own(&d);
	if (d.of.n)
		name_each(t->out, level, ill, &d);
	else
		diagnoses_add(t->out, DIAGNOSIS_OK, "", "%s", well);
	changes_difference_drop(&d);
}

/* Runs a phase and reads what all has come to. What rules answer is for the report. 1, 0: they failed, -1. */
static int step(struct test *t, struct stage *s, enum phase phase, const struct bundle *b,
	struct changes *out, struct err *err)
{
	AUTO(effects) effects = EFFECTS_INIT;
	struct err failure = ERR_INIT;

	if (stage_rules(s, phase, b, &effects, &failure) < 0) {
		if (failure.code != ERR_RULES && failure.code != ERR_IN_USE &&
			failure.code != ERR_TIMEOUT)
			return err_copy(err, &failure);
		diagnoses_add(t->out, DIAGNOSIS_FAIL, "", "%s", failure.text);
		return 0;
	}
	return stage_read(s, b, out, &effects, err) < 0 ? -1 : 1;
}

/* Where a link leads, and on from there: an absolute path, in which .. has gone up what is written before it. */
static void follow(const struct change *link, struct span behind, struct buf *out)
{
	AUTO(buf) to = BUF_INIT;
	struct span rest, part;

	if (link->after.target.s[0] != '/')
		buf_add(&to, link->path.s, (size_t)(strrchr(link->path.s, '/') - link->path.s) + 1);
	buf_add_span(&to, buf_span(&link->after.target));
	buf_add_span(&to, behind);
	buf_clear(out);
	rest = buf_span(&to);
	while (span_split(&rest, '/', &part)) {
		if (!part.n || span_is_text(part, "."))
			continue;
		if (!span_is_text(part, ".."))
			buf_addf(out, "/%.*s", SPAN_ARG(part));
		else if (out->n) {
			out->n = (size_t)(strrchr(out->s, '/') - out->s);
			out->s[out->n] = 0;
		}
	}
	if (!out->n)
		buf_addc(out, '/');
}

/* The first part of a path that is a change: with `rest` behind it. NULL: none is. */
static const struct change *changed_part(struct test *t, const struct buf *path, struct span *rest)
{
	for (size_t n = 1; n <= path->n; n++) {
		const struct change *c;

		if (n < path->n && path->s[n] != '/')
			continue;
		c = changes_get(&t->installed, span_cut(buf_span(path), 0, n));
		*rest = span_cut(buf_span(path), n, path->n);
		if (c && (c->after.type != NODE_FOLDER || !rest->n))
			return c;
	}
	return NULL;
}

/* A path that goes through links of the machine's becomes where they lead. False: it is that already. */
static bool goes_elsewhere(struct test *t, struct buf *path)
{
	AUTO(buf) real = BUF_INIT;
	struct err ignored = ERR_INIT;

	if (resolve(t->e->place.root.s, path->s, &real, &ignored) < 0 ||
		span_is(buf_span(path), buf_span(&real)))
		return false;
	buf_set(path, buf_span(&real));
	return true;
}

/* Whether a link leads, perhaps by way of others, to what is there: made with it, in the package's own folder, or on the machine. */
static bool leads_somewhere(struct test *t, const struct change *link)
{
	AUTO(buf) path = BUF_INIT;
	AUTO_FD fd = -1;

	follow(link, SPAN(""), &path);
	for (int hops = 0; hops < LINKS_MOST; hops++) {
		struct span rest;
		const struct change *c = changed_part(t, &path, &rest);

		if (!c && goes_elsewhere(t, &path))
			continue;
		if (!c) {
			fd = file_open_within(t->e->place.root.s, path.s, O_PATH);
			return fd >= 0;
		}
		if (c->after.type != NODE_LINK)
			return c->after.type != NODE_NONE && !rest.n;
		follow(c, rest, &path);
	}
	return false; /* in a ring */
}

static void verify(struct test *t)
{
	size_t bad = 0;

	VEC_FOR (const struct change, c, &t->installed.of) {
		if (c->own || c->after.type != NODE_LINK || leads_somewhere(t, c))
			continue;
		bad++;
		diagnoses_add(t->out, DIAGNOSIS_FAIL, "",
			"install leaves a link to nothing: %s -> %s", c->path.s, c->after.target.s);
	}
	if (!bad)
		diagnoses_add(t->out, DIAGNOSIS_OK, "", "verify: all links lead somewhere");
}

static int look(struct test *t, struct stage *s, struct err *err)
{
	AUTO(texts) own = {0}, none = {0};
	AUTO(findings) findings = FINDINGS_INIT;

	inspect_add_own(t->e, t->made, &own);
	if (t->in_use)
		inspect_add_own(t->e, t->in_use, &own);
	if (inspect(t->e, s, buf_span(&t->made->name), &own, &t->installed, &none, &findings, err) <
		0)
		return -1;
	VEC_FOR (const struct finding, f, &findings.of) {
		AUTO(buf) text = BUF_INIT;

		finding_format(f, &text);
		diagnoses_add(t->out,
			f->severity >= SEVERITY_DENY ? DIAGNOSIS_FAIL : DIAGNOSIS_WARN, f->how.s,
			"install: %s", text.s);
	}
	return 0;
}

/* 1: go on, 0: no more can be tested, -1. */
static int test_install(struct test *t, struct stage *s, struct err *err)
{
	int result = 1;

	if (t->in_use)
		result = step(t, s, PHASE_UNCONFIGURE, t->in_use, &t->before, err);
	if (result == 1)
		result = step(t, s, PHASE_CONFIGURE, t->made, &t->installed, err);
	if (result != 1)
		return result;
	diagnoses_add(t->out, DIAGNOSIS_OK, "", "install: %zu change%s",
		changes_count(&t->installed), changes_count(&t->installed) == 1 ? "" : "s");
	verify(t);
	return look(t, s, err) < 0 ? -1 : 1;
}

static int test_again(struct test *t, struct stage *s, struct err *err)
{
	AUTO(changes) once = CHANGES_INIT;
	AUTO(changes) twice = CHANGES_INIT;
	int result = step(t, s, PHASE_CONFIGURE, t->made, &once, err);

	if (result == 1)
		result = step(t, s, PHASE_CONFIGURE, t->made, &twice, err);
	if (result == 1)
		compare(t, &once, &twice, "reconfigure: the second time changes nothing",
			DIAGNOSIS_FAIL, "the second reconfigure changes");
	return result;
}

/* As remove does it, of what stands there before the package comes. */
static int take_back(struct test *t, struct stage *s, struct err *err)
{
	const char *root = t->e->place.root.n ? t->e->place.root.s : "/";
	AUTO_FD base = stage_make(&t->e->place, "base", err);
	AUTO_FD top = base < 0 ? -1 : file_open_dir(root, err);
	const struct apply_kept kept = {-1, base, false};

	if (top < 0 || apply_keep_before(top, &t->installed, &kept, err) < 0)
		return -1;
	return stage_take_back(s, &t->installed, base, err);
}

static int test_remove(struct test *t, struct stage *s, struct err *err)
{
	AUTO(changes) after = CHANGES_INIT;
	AUTO(changes) at_last = CHANGES_INIT;
	AUTO(effects) ignored = EFFECTS_INIT;
	AUTO(buf) folder = BUF_INIT;
	int result = step(t, s, PHASE_UNCONFIGURE, t->made, &after, err), lua;

	if (result != 1)
		return result;
	installation_path(&t->e->place, t->made, &folder);
	lua = rules_are_lua(t->e, folder.s, err);
	if (lua < 0)
		return -1;
	/* rules.lua, hooks of Packets and finalizers of luet's may leave all to what was seen of them. */
	if (!lua && t->made->format != FORMAT_PACKETS && t->made->format != FORMAT_LUET)
		compare(t, &t->before, &after, "unconfigure: nothing is left", DIAGNOSIS_WARN,
			"unconfigure leaves, and remove takes back");
	/* What the machine's own version has made is not known here. */
	if (t->in_use)
		return 1;
	if (take_back(t, s, err) < 0 || stage_read(s, t->made, &at_last, &ignored, err) < 0)
		return -1;
	compare(t, &t->before, &at_last, "remove: nothing is left", DIAGNOSIS_FAIL,
		"remove leaves");
	return 1;
}

/* From another version, the same must come of it. */
static int test_upgrade(
	struct test *t, const struct bundle *older, struct stage *s, struct err *err)
{
	AUTO(changes) ignored = CHANGES_INIT;
	AUTO(changes) unused = CHANGES_INIT;
	AUTO(changes) after = CHANGES_INIT;
	int result = 1;

	if (t->in_use)
		result = step(t, s, PHASE_UNCONFIGURE, t->in_use, &ignored, err);
	changes_drop(&ignored);
	if (result == 1)
		result = step(t, s, PHASE_CONFIGURE, older, &ignored, err);
	if (result == 1)
		result = step(t, s, PHASE_UNCONFIGURE, older, &unused, err);
	if (result == 1)
		result = step(t, s, PHASE_CONFIGURE, t->made, &after, err);
	if (result == 1)
		compare(t, &t->installed, &after, "upgrade: the same as a first install",
			DIAGNOSIS_FAIL, "upgrade leads to something else than install");
	return result;
}

static int run_life(struct test *t, struct err *err)
{
	struct stage s;
	int result = stage_open(t->e, false, &s, err) < 0 ? -1 : test_install(t, &s, err);

	if (result == 1)
		result = test_again(t, &s, err);
	if (result == 1)
		result = test_remove(t, &s, err);
	stage_close(&s);
	return result;
}

static int run_upgrade(
	struct test *t, const char *file, const struct texts *licences, struct err *err)
{
	struct subject older;
	struct stage s;
	int result = subject_open(t->e, file, licences, &older, err);

	if (result == 0 && !span_is(buf_span(&older.item->to.name), buf_span(&t->made->name)))
		result = err_set(err, ERR_USAGE, "%s is an installer of %s, not of %s", file,
			older.item->to.name.s, t->made->name.s);
	if (result == 0) {
		result = stage_open(t->e, false, &s, err) < 0
				 ? -1
				 : test_upgrade(t, &older.item->to, &s, err);
		stage_close(&s);
	}
	subject_drop(t->e, &older);
	return result < 0 ? -1 : 0;
}

static int run_all(struct engine *e, const char *file, const char *older,
	const struct texts *licences, struct diagnoses *out, struct err *err)
{
	struct subject subject;
	struct test t = {.e = e, .out = out};
	int result = subject_open(e, file, licences, &subject, err);

	t.before = CHANGES_INIT;
	t.installed = CHANGES_INIT;
	if (result == 0) {
		t.made = &subject.item->to;
		t.in_use = subject.item->from.name.n ? &subject.item->from : NULL;
		result = run_life(&t, err);
		if (result == 1 && older)
			result = run_upgrade(&t, older, licences, err);
	}
	changes_drop(&t.before);
	changes_drop(&t.installed);
	subject_drop(e, &subject);
	return result < 0 ? -1 : 0;
}

int engine_selftest(struct engine *e, const char *file, const char *older,
	const struct texts *licences, struct diagnoses *out, struct err *err)
{
	struct err ignored = ERR_INIT;
	int result;

	*out = (struct diagnoses){0};
	result = stage_mark(&e->place, err) < 0 ? -1 : run_all(e, file, older, licences, out, err);
	if (stage_clear(&e->place, &ignored) < 0)
		engine_tell(e, WATCH_DEBUG, SPAN(""), "%s", ignored.text);
	return result < 0 ? err_at(err, "selftest %s", file) : 0;
}
