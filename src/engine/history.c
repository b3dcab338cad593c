/* What was done, told from the journal. */

#include <stdlib.h>

#include "engine/session.h"
#include "engine/undo.h"
#include "store/committed.h"
#include "store/undo.h"

struct teller {
	struct engine *e;
	struct commits all;
	int64_t *taken; /* as all */
	bool whole; /* with what was changed */
	int (*fn)(void *arg, const struct past *p, struct err *err);
	void *arg;
	bool told;
};

struct lists {
	VEC(struct footprint) of;
};

static void lists_drop(struct lists *l)
{
	vec_drop_each(&l->of, footprint_drop);
}

/* Not for everybody to read: whoever may not learns how much it was. */
static void load_commit(
	struct teller *t, const struct committed *row, struct past *p, struct lists *lists)
{
	AUTO(undo) u = UNDO_INIT;
	struct err ignored = ERR_INIT;
	struct footprint *f;

	if (undo_open(&t->e->place, row->txn, row->item, &u, &ignored) != 1)
		return;
	f = vec_push(&lists->of);
	*f = FOOTPRINT_INIT;
	if (undo_read(&u, UNDO_CHANGES, f, &ignored) == 0)
		*vec_push(&p->commits) = (struct past_commit){buf_span(&row->name), NULL};
}

static void add_commits(struct teller *t, struct past *p, struct lists *lists)
{
	p->changes = -1;
	for (size_t i = t->all.of.n; i-- > 0;) {
		const struct committed *row = &t->all.of.v[i];

		if (row->txn != p->number)
			continue;
		p->changes = (p->changes < 0 ? 0 : p->changes) + row->count;
		p->undone_by = t->taken[i] > 0 ? t->taken[i] : p->undone_by;
		if (t->whole)
			load_commit(t, row, p, lists);
	}
	for (size_t i = 0; i < p->commits.n; i++)
		p->commits.v[i].what = &lists->of.v[i];
}

static int tell(void *arg, const struct journal *j, struct err *err)
{
	struct teller *t = arg;
	AUTO(buf) user = BUF_INIT;
	struct past p = {j->number, j->begun, j->ended, buf_span(&j->command), buf_span(&j->result),
		{0}, {0}, -1, 0, {0}};
	AUTO(lists) lists = {0};
	int result;

	t->told = true;
	engine_user(j->user, &user);
	p.user = buf_span(&user);
	VEC_FOR (const struct journal_step, s, &j->of)
		*vec_push(&p.steps) = (struct past_step){s->action, buf_span(&s->name),
			buf_span(&s->id), span_of(step_rows[s->kind].name),
			span_of(journal_status_name(s->status))};
	add_commits(t, &p, &lists);
	result = t->fn(t->arg, &p, err);
	vec_drop(&p.commits);
	vec_drop(&p.steps);
	return result;
}

int engine_history(struct engine *e, int64_t number,
	int (*fn)(void *arg, const struct past *p, struct err *err), void *arg, struct err *err)
{
	struct teller t = {.e = e, .whole = number != 0, .fn = fn, .arg = arg};
	int result = committed_all(&e->db, &t.all, err);

	t.taken = mem_zero(t.all.of.n + 1, sizeof(*t.taken));
	undo_find_taken(&t.all, t.taken);
	if (result == 0)
		result = journal_each(&e->db, number, tell, &t, err);
	commits_drop(&t.all);
	free(t.taken);
	if (result < 0)
		return -1;
	if (number && !t.told)
		return err_set(
			err, ERR_NO_PACKAGE, "there is no transaction %lld", (long long)number);
	return 0;
}
