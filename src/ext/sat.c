/* libsolv. */
#include "ext/sat.h"

#include <setjmp.h>
#include <solv/pool.h>
#include <solv/repo.h>
#include <solv/solver.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"

/* libsolv says something of each conflict that it comes across; a hard question of honest packages has some thousands, and this many take two seconds. */
#define STEPS_MAX 8000000

/* Packages are solvables of one repository for each preference, and of the installed one. A need is a name that nobody could have, whose
 * providers are set. */
struct sat {
	Pool *pool;
	Repo *installed;
	Solver *solver;
	Queue jobs;
	VEC(Id) packages; /* their solvables */
	VEC(Id) needs; /* their names */
	VEC(unsigned) owner; /* of a solvable: its package's number */
	VEC(unsigned) meant; /* of a name: its need's number */
	bool ready;
	unsigned long steps; /* of all questions */
	jmp_buf way_out;
};

/* It is called from within libsolv, which knows no other way to be stopped. What it had in its hands then is lost until the program ends; the solver is not
 * touched again. */
static void count_step(Pool *pool, void *arg, int type, const char *text)
{
	struct sat *s = arg;

	(void)pool;
	(void)type;
	(void)text;
	if (++s->steps >= STEPS_MAX)
		longjmp(s->way_out, 1);
}

struct sat *sat_new(void)
{
	struct sat *s = mem_zero(1, sizeof(*s));

	s->pool = pool_create();
	s->installed = repo_create(s->pool, "");
	pool_set_installed(s->pool, s->installed);
	pool_setdebugmask(s->pool, SOLV_DEBUG_ANALYZE);
	pool_setdebugcallback(s->pool, count_step, s);
	queue_init(&s->jobs);
	return s;
}

void sat_free(struct sat *s)
{
	if (!s)
		return;
	if (s->solver)
		solver_free(s->solver);
	queue_free(&s->jobs);
	pool_free(s->pool);
	vec_drop(&s->packages);
	vec_drop(&s->needs);
	vec_drop(&s->owner);
	vec_drop(&s->meant);
	free(s);
}

static Repo *repo_of(struct sat *s, const struct sat_package *p)
{
	Repo *repo;

	if (p->installed)
		return s->installed;
	for (int i = 1; i < s->pool->nrepos; i++) {
		repo = s->pool->repos[i];
		if (repo && repo != s->installed && repo->priority == p->preference)
			return repo;
	}
	repo = repo_create(s->pool, "");
	repo->priority = p->preference;
	return repo;
}

unsigned sat_add(struct sat *s, const struct sat_package *p)
{
	Repo *repo = repo_of(s, p);
	Id id = repo_add_solvable(repo);
	Solvable *solvable = pool_id2solvable(s->pool, id);
	char rank[16];

	snprintf(rank, sizeof(rank), "%u", p->rank);
	solvable->name = pool_strn2id(s->pool, p->name.s, (unsigned)p->name.n, 1);
	solvable->evr = pool_str2id(s->pool, rank, 1);
	solvable->arch = ARCH_NOARCH;
	solvable->provides = repo_addid_dep(repo, 0, solvable->name, 0);
	*vec_push(&s->packages) = id;
	while (s->owner.n <= (size_t)id)
		*vec_push(&s->owner) = 0;
	s->owner.v[id] = (unsigned)(s->packages.n - 1);
	return (unsigned)(s->packages.n - 1);
}

/* A terminated list in the pool's own place for such. */
static Id list_of(struct sat *s, const unsigned *packages, size_t count)
{
	Queue q;
	Id list;

	queue_init(&q);
	for (size_t i = 0; i < count; i++)
		queue_push(&q, s->packages.v[packages[i]]);
	list = pool_queuetowhatprovides(s->pool, &q);
	queue_free(&q);
	return list;
}

/* The pool is closed to packages by the first need. */
static void make_ready(struct sat *s)
{
	if (!s->ready)
		pool_createwhatprovides(s->pool);
	s->ready = true;
}

unsigned sat_need(struct sat *s, const unsigned *packages, size_t count)
{
	char text[16];
	Id name;

	make_ready(s);
	snprintf(text, sizeof(text), "\x01%zu", s->needs.n);
	name = pool_str2id(s->pool, text, 1);
	pool_set_whatprovides(s->pool, name, list_of(s, packages, count));
	*vec_push(&s->needs) = name;
	while (s->meant.n <= (size_t)name)
		*vec_push(&s->meant) = 0;
	s->meant.v[name] = (unsigned)(s->needs.n - 1);
	return (unsigned)(s->needs.n - 1);
}

void sat_depends(struct sat *s, unsigned package, unsigned need)
{
	Solvable *p = pool_id2solvable(s->pool, s->packages.v[package]);

	p->requires = repo_addid_dep(p->repo, p->requires, s->needs.v[need], 0);
}

void sat_conflicts(struct sat *s, unsigned package, unsigned need)
{
	Solvable *p = pool_id2solvable(s->pool, s->packages.v[package]);

	p->conflicts = repo_addid_dep(p->repo, p->conflicts, s->needs.v[need], 0);
}

unsigned sat_ask(struct sat *s, enum sat_wish wish, const unsigned *packages, size_t count)
{
	static const Id hows[] = {
		[SAT_INSTALL] = SOLVER_INSTALL,
		[SAT_UPDATE] = SOLVER_UPDATE,
		[SAT_KEEP] = SOLVER_LOCK,
		[SAT_ERASE] = SOLVER_ERASE,
		[SAT_MAY_GO] = SOLVER_ALLOWUNINSTALL,
	};

	make_ready(s);
	queue_push2(&s->jobs, hows[wish] | SOLVER_SOLVABLE_ONE_OF, list_of(s, packages, count));
	return (unsigned)(s->jobs.count / 2 - 1);
}

void sat_forget(struct sat *s)
{
	queue_empty(&s->jobs);
}

int sat_solve(struct sat *s, bool any)
{
	make_ready(s);
	if (s->steps >= STEPS_MAX)
		return -1;
	if (s->solver)
		solver_free(s->solver);
	s->solver = solver_create(s->pool);
	solver_set_flag(s->solver, SOLVER_FLAG_ALLOW_UNINSTALL, any);
	solver_set_flag(s->solver, SOLVER_FLAG_ALLOW_NAMECHANGE, 0);
	if (setjmp(s->way_out)) {
		s->solver = NULL;
		return -1;
	}
	return solver_solve(s->solver, &s->jobs) == 0;
}

bool sat_has(const struct sat *s, unsigned package)
{
	return s->solver && solver_get_decisionlevel(s->solver, s->packages.v[package]) > 0;
}

static unsigned number_of(const struct sat *s, Id solvable)
{
	return solvable > 0 && (size_t)solvable < s->owner.n ? s->owner.v[solvable] : 0;
}

static unsigned need_of(const struct sat *s, Id name)
{
	return name > 0 && (size_t)name < s->meant.n ? s->meant.v[name] : 0;
}

static bool read_rule(struct sat *s, Id rule, struct sat_rule *out)
{
	Id source, target, dep;
	SolverRuleinfo type = solver_ruleinfo(s->solver, rule, &source, &target, &dep);

	*out = (struct sat_rule){.package = number_of(s, source), .other = number_of(s, target)};
	switch ((int)type) {
	case SOLVER_RULE_PKG_NOTHING_PROVIDES_DEP:
	case SOLVER_RULE_PKG_REQUIRES: out->kind = SAT_RULE_DEPENDS; break;
	case SOLVER_RULE_PKG_CONFLICTS: out->kind = SAT_RULE_CONFLICTS; break;
	case SOLVER_RULE_PKG_SAME_NAME: out->kind = SAT_RULE_NAME; return true;
	case SOLVER_RULE_UPDATE:
	case SOLVER_RULE_FEATURE: out->kind = SAT_RULE_INSTALLED; return true;
	case SOLVER_RULE_JOB:
		out->kind = SAT_RULE_ASKED;
		out->asked = (unsigned)(solver_rule2jobidx(s->solver, rule) - 1) / 2;
		return true;
	default: return false;
	}
	out->need = need_of(s, dep);
	return true;
}

void sat_rules(struct sat *s, void (*fn)(void *arg, const struct sat_rule *rule), void *arg)
{
	Queue rules;
	Id problem = 0;

	if (!s->solver)
		return;
	queue_init(&rules);
	while ((problem = solver_next_problem(s->solver, problem)) != 0) {
		solver_findallproblemrules(s->solver, problem, &rules);
		for (int i = 0; i < rules.count; i++) {
			struct sat_rule rule;

			if (read_rule(s, rules.elements[i], &rule))
				fn(arg, &rule);
		}
	}
	queue_free(&rules);
}
