/* Which wagon of luet's counts: a newer one, and never another under the same revision and time. */
#include "base/text.h"
#include "store/trust.h"

#define DAY 86400
#define ANEW \
	(7 * DAY) /* so much later a lower revision is no older one: who publishes has begun to count anew */

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

static int check_time(
	const struct repo_state *s, const struct wagon *w, int64_t clock, struct err *err)
{
	int64_t now = trust_now(s, clock);
	AUTO(buf) at = BUF_INIT;
	AUTO(buf) is = BUF_INIT;

	if (w->last_update <= now + DAY)
		return 0;
	text_time_local(&at, w->last_update);
	text_time_local(&is, now);
	err_set(err, ERR_CHECKSUM, "its last_update, %s, is yet to come", at.s);
	err_detail(err, "It is %s now, as far as this machine knows.", is.s);
	return err_next(
		err, "ask who runs the wagon; see whether this machine's clock is right: date");
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Whether it is newer than what was seen, by its own words. */
static int compare_seen(const struct repo_state *s, const struct wagon *w)
{
	int order = compare(w->revision, s->revision);

	if (order < 0 && w->last_update > s->issued + ANEW)
		return 1;
	return order ? order : compare(w->last_update, s->issued);
}

/* What its documents are stands before an empty line, its repository.yaml behind that. */
static struct span documents_of(const struct repo_state *s)
{
	struct span text = buf_span(&s->root_text);

	for (size_t i = 1; i < text.n; i++)
		if (text.s[i] == '\n' && text.s[i - 1] == '\n')
			return span_cut(text, 0, i);
	return text;
}

struct span trust_wagon_text(const struct repo_state *s)
{
	struct span text = buf_span(&s->root_text);

	return s->root ? SPAN("") : span_cut(text, documents_of(s).n + 1, text.n);
}

int trust_wagon(
	struct repo_state *s, const struct trust_wagon *t, struct trust_back *back, struct err *err)
{
	const struct wagon *w = t->wagon;
	AUTO(buf) documents = BUF_INIT;
	int order = compare_seen(s, w);
	bool seen = s->head_sha256.n > 0, same;

	if (check_time(s, w, t->clock, err) < 0)
		return -1;
	wagon_documents(w, &documents);
	same = seen && span_is(buf_span(&documents), documents_of(s));
	if (seen && order < 0 && !t->allow_older)
		return older(s, w, err);
	if (seen && order == 0 && !same && !t->allow_older)
		return another(w, err);
	*back = (struct trust_back){
		.goes = seen && (order < 0 || (order == 0 && !same)), .seen = s->revision};
	s->revision = w->revision;
	s->issued = w->last_update;
	buf_set(&s->head_sha256, t->sum);
	buf_setf(&s->root_text, "%s\n", documents.s);
	buf_add_span(&s->root_text, t->text);
	return !same;
}
