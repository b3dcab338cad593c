/* Which wagon of luet's counts: a newer one, and never another under the same revision and time. */
#include "base/text.h"
#include "store/trust.h"

static int older(const struct repo_state *s, const struct wagon *w, struct err *err)
{
	AUTO(buf) is = BUF_INIT;
	AUTO(buf) was = BUF_INIT;

	text_time_local(&is, w->last_update);
	text_time_local(&was, s->issued);
	err_set(err, ERR_CHECKSUM, "revision %lld of %s is older than revision %lld of %s",
		(long long)w->revision, is.s, (long long)s->revision, was.s);
	err_detail(err,
		"A mirror may be behind, or somebody wants us to take what has since been mended.");
	return err_next(err,
		"try again later, or ask who runs the wagon; to go back all the same: --allow-older");
}

static int another(const struct wagon *w, struct err *err)
{
	AUTO(buf) is = BUF_INIT;

	text_time_local(&is, w->last_update);
	err_set(err, ERR_CHECKSUM,
		"revision %lld of %s has other documents than the one that was seen before",
		(long long)w->revision, is.s);
	err_detail(err,
		"luet-build counts up the revision, or the time at least, with each wagon that it makes.");
	return err_next(err, "ask who runs the wagon; to take it all the same: --allow-older");
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

int trust_wagon(struct repo_state *s, const struct trust_wagon *t, struct err *err)
{
	const struct wagon *w = t->wagon;
	AUTO(buf) documents = BUF_INIT;
	int order = compare(w->revision, s->revision);
	bool seen = s->head_sha256.n > 0, same;

	wagon_documents(w, &documents);
	same = seen && span_is(buf_span(&documents), buf_span(&s->root_text));
	if (!order)
		order = compare(w->last_update, s->issued);
	if (seen && order < 0 && !t->allow_older)
		return older(s, w, err);
	if (seen && order == 0 && !same && !t->allow_older)
		return another(w, err);
	s->revision = w->revision;
	s->issued = w->last_update;
	buf_set(&s->head_sha256, t->sum);
	buf_set(&s->root_text, buf_span(&documents));
	return !same;
}
