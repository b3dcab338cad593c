/* What was done, told from the journal. */
#include <pwd.h>

#include "engine/session.h"

struct teller {
	int (*fn)(void *arg, const struct past *p, struct err *err);
	void *arg;
	bool told;
};

static void add_user(struct buf *out, int64_t uid)
{
	const struct passwd *user = getpwuid((uid_t)uid);

	if (user)
		buf_adds(out, user->pw_name);
	else
		buf_addf(out, "%lld", (long long)uid);
}

static int tell(void *arg, const struct journal *j, struct err *err)
{
	struct teller *t = arg;
	AUTO(buf) user = BUF_INIT;
	struct past p = {j->number, j->begun, j->ended, buf_span(&j->command), buf_span(&j->result),
		{0}, {0}};
	int result;

	t->told = true;
	add_user(&user, j->user);
	p.user = buf_span(&user);
	VEC_FOR (const struct journal_step, s, &j->of)
		*vec_push(&p.steps) = (struct past_step){s->action, buf_span(&s->name),
			buf_span(&s->id), span_of(step_rows[s->kind].name),
			span_of(journal_status_name(s->status))};
	result = t->fn(t->arg, &p, err);
	vec_drop(&p.steps);
	return result;
}

int engine_history(struct engine *e, int64_t number,
	int (*fn)(void *arg, const struct past *p, struct err *err), void *arg, struct err *err)
{
	struct teller t = {fn, arg, false};

	if (journal_each(&e->db, number, tell, &t, err) < 0)
		return -1;
	if (number && !t.told)
		return err_set(
			err, ERR_NO_PACKAGE, "there is no transaction %lld", (long long)number);
	return 0;
}
