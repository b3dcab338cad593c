/* Keys' ids are what people can compare: repo key, repo show and repo trust tell the same. */
#include "cmd/signing_print.h"

static void join(const struct texts *ids, struct buf *out)
{
	VEC_FOR (const struct buf, id, &ids->of)
		buf_addf(out, "%s%s", out->n ? ", " : "", id->s);
}

void signing_print_open(struct run *run, const char *whose, const struct signing *s)
{
	AUTO(buf) has = BUF_INIT;
	AUTO(buf) open = BUF_INIT;

	if (!signing_wanting(s))
		return;
	join(&s->has, &has);
	join(&s->open, &open);
	progress_say(&run->progress, SAY_INFO,
		"  of %s %zu of %lld have signed%s%s; those that may still: %s", whose, s->has.of.n,
		(long long)s->threshold, has.n ? ": " : "", has.s, open.s);
}
