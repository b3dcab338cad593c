/* The client's side of a repository's signatures: the workflow of TUF (section 5 of its specification), with the head in the place of timestamp,
 * snapshot and targets. */
#include "store/trust.h"

#include <string.h>

#include "base/text.h"
#include "model/minisign.h"
#include "store/signatures.h"
#include "store/sum.h"

#define DAY 86400

/* --- Time ----------------------------------------------------------------------------------------------- */

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t trust_now(const struct repo_state *s, int64_t clock)
{
	return later(later(clock, FARDEL_BUILT), s->issued);
}

/* What was signed tells the time, but not more than a day ahead of our clock: by one that somebody has set to another year all that
 * comes after it would have expired. */
static int64_t issued_of(int64_t time, int64_t clock)
{
	int64_t most = later(clock, FARDEL_BUILT) + DAY;

	return time < most ? time : most;
}

static int expired(const char *what, int64_t expires, int64_t now, struct err *err)
{
	AUTO(buf) at = BUF_INIT;
	AUTO(buf) is = BUF_INIT;

	text_time_local(&at, expires);
	text_time_local(&is, now);
	err_set(err, ERR_CHECKSUM, "%s has expired %s, and nothing newer has come", what, at.s);
	err_detail(err, "It is %s now, as far as this machine knows.", is.s);
	err_detail(err, "Either nobody signs the repository any more, or somebody keeps from us "
			"what was signed.");
	return err_next(err,
		"ask who runs the repository; see whether this machine's clock is right: date");
}

/* --- Signatures ----------------------------------------------------------------------------------------- */

static void tell_others(const struct signatures *s, struct err *err)
{
	if (s->broken.n)
		err_detail(err,
			"Of %s there is a signature that does not fit: it was changed after it was signed.",
			s->broken.s);
	if (s->others.n)
		err_detail(err, "It is signed by %s, which has no say here.", s->others.s);
}

/* Each key of the role once, and enough of them. `kept`: what is in force stays so without it. */
static int demand(struct span text, struct span file, const struct role *role, const char *whose,
	bool kept, struct err *err)
{
	AUTO(signatures) s;

	signatures_init(&s);
	if (signatures_check(text, file, role, &s, err) < 0) {
		if (err->code != ERR_CHECKSUM)
			return -1;
		err_at(err, "its signature cannot be used");
	} else if (s.count >= role->threshold) {
		return 0;
	} else {
		err_set(err, ERR_CHECKSUM, "of the keys %s, %lld signed it, and %lld must", whose,
			(long long)s.count, (long long)role->threshold);
		tell_others(&s, err);
	}
	return err_next(err,
		kept ? "ask who runs the repository; what was synced before stays in use"
		     : "ask who runs the repository: nothing of it is used until it is well signed");
}

/* What is well signed, but is none: who signed it made a mistake, or is not who we trust. */
static int unusable(struct err *err)
{
	err->code = ERR_CHECKSUM;
	err_at(err, "it cannot be used");
	if (!err->next[0])
		err_next(err, "ask who runs the repository");
	return -1;
}

static int check_name(const struct repo_state *s, const struct buf *name, struct err *err)
{
	if (span_is(buf_span(name), buf_span(&s->name)))
		return 0;
	err_set(err, ERR_CHECKSUM, "it is signed for the repository %s, and this one is %s",
		name->s, s->name.s);
	return err_next(
		err, "see whether its name and its URL belong together: fardel repo list --urls");
}

/* --- Anchors -------------------------------------------------------------------------------------------- */

static int anchor_role(struct span lines, struct role *out, struct err *err)
{
	struct span line;

	while (span_split(&lines, '\n', &line))
		if (role_add(out, line, err) < 0)
			return -1;
	out->threshold = 1;
	return 0;
}

static bool has_key(const struct role *role, const struct buf *key)
{
	VEC_FOR (const struct buf, k, &role->keys.of)
		if (span_is(buf_span(k), buf_span(key)))
			return true;
	return false;
}

static size_t count_common(const struct role *a, const struct role *b)
{
	size_t count = 0;

	VEC_FOR (const struct buf, key, &a->keys.of)
		count += has_key(b, key);
	return count;
}

/* A key that was taken away may have made roots that are trusted by now, so the chain is gone through again; what was seen by another
 * authority's word says nothing at all. */
static int forget(struct repo_state *s, const struct role *before, const struct role *now)
{
	size_t common = count_common(before, now);

	if (common && common == before->keys.of.n)
		return 0;
	buf_clear(&s->root_text);
	buf_clear(&s->etag);
	s->root = s->expires = 0;
	if (common)
		return 1;
	buf_clear(&s->head_sha256);
	s->revision = s->issued = 0;
	return 1;
}

bool trust_is_anchored(const struct repo_state *s, const struct texts *keys)
{
	struct role now = {.threshold = 1}, before = {0};
	struct err ignored = ERR_INIT;
	bool is = anchor_role(buf_span(&s->anchor), &before, &ignored) == 0;

	VEC_FOR (const struct buf, key, &keys->of)
		is = is && role_add(&now, span_trim(buf_span(key)), &ignored) == 0;
	is = is && count_common(&before, &now) == before.keys.of.n &&
	     (before.keys.of.n > 0 || !now.keys.of.n);
	texts_drop(&now.keys);
	texts_drop(&before.keys);
	return is;
}

int trust_anchor(struct repo_state *s, const struct texts *keys, struct err *err)
{
	struct role now = {.threshold = 1}, before = {0};
	int status = 0;

	VEC_FOR (const struct buf, key, &keys->of)
		if (status == 0)
			status = role_add(&now, span_trim(buf_span(key)), err);
	if (status == 0 && !now.keys.of.n)
		status = err_set(err, ERR_CONFIG, "there is no key to trust");
	if (status == 0)
		status = anchor_role(buf_span(&s->anchor), &before, err);
	if (status == 0) {
		status = forget(s, &before, &now);
		buf_clear(&s->anchor);
		VEC_FOR (const struct buf, key, &now.keys.of)
			buf_addf(&s->anchor, "%s\n", key->s);
	} else {
		err->code = ERR_CONFIG;
	}
	texts_drop(&now.keys);
	texts_drop(&before.keys);
	return status;
}

/* --- Roots ---------------------------------------------------------------------------------------------- */

static int by_anchor(const struct repo_state *s, struct span text, struct span signatures,
	bool kept, struct err *err)
{
	struct role anchor = {0};
	int status = anchor_role(buf_span(&s->anchor), &anchor, err);

	if (status == 0)
		status = demand(text, signatures, &anchor, "that are trusted here", kept, err);
	texts_drop(&anchor.keys);
	return status;
}

int trust_by_anchor(
	const struct repo_state *s, struct span text, struct span signatures, struct err *err)
{
	return by_anchor(s, text, signatures, s->file.n && s->revision, err);
}

/* Whether there is an index in force whose trust was not begun anew. */
static bool is_kept(const struct repo_state *s)
{
	return s->file.n && s->expires;
}

/* By whom it has to be signed before anything in it is read: `before` is the root that is trusted; version 0: there is none. */
static int check_vouched(const struct repo_state *s, const struct root *before, struct span text,
	struct span signatures, struct err *err)
{
	if (before->version)
		return demand(
			text, signatures, &before->root, "of the root before it", is_kept(s), err);
	return by_anchor(s, text, signatures, is_kept(s), err);
}

static int check_root(const struct repo_state *s, const struct root *before, struct span text,
	struct span signatures, struct root *out, struct err *err)
{
	if (check_vouched(s, before, text, signatures, err) < 0)
		return -1;
	if (root_parse(text, out, err) < 0)
		return unusable(err);
	if (check_name(s, &out->name, err) < 0)
		return -1;
	if (before->version && out->version != before->version + 1) {
		err_set(err, ERR_CHECKSUM, "it is root %lld, and after root %lld comes root %lld",
			(long long)out->version, (long long)before->version,
			(long long)before->version + 1);
		return err_next(err,
			"ask who runs the repository: its index/root is not as it was written");
	}
	return demand(text, signatures, &out->root, "that it names itself", is_kept(s), err);
}

static void take_root(struct repo_state *s, const struct root *before, const struct root *r,
	struct span text, int64_t clock)
{
	int64_t issued = issued_of(r->time, clock);

	buf_set(&s->root_text, text);
	s->root = r->version;
	if (r->restart && r->restart != before->restart) {
		s->revision = r->restart - 1;
		buf_clear(&s->head_sha256);
		buf_clear(&s->etag);
		s->issued = issued;
	}
	s->issued = later(s->issued, issued);
}

/* What is trusted: it was checked when it came. */
static int trusted_root(const struct repo_state *s, struct root *out, struct err *err)
{
	if (s->root && root_parse(buf_span(&s->root_text), out, err) < 0) {
		err->code = ERR_BAD_STATE;
		return err_at(err, "state.db: the root of %s", s->name.s);
	}
	return 0;
}

int trust_root(struct repo_state *s, struct span text, struct span signatures, int64_t clock,
	struct err *err)
{
	AUTO(root) before;
	AUTO(root) r;

	root_init(&before);
	root_init(&r);
	if (trusted_root(s, &before, err) < 0)
		return -1;
	if (check_root(s, &before, text, signatures, &r, err) < 0)
		return s->root ? err_at(err, "root %lld", (long long)s->root + 1)
			       : err_at(err, "the first root");
	take_root(s, &before, &r, text, clock);
	return 0;
}

/* --- Heads ---------------------------------------------------------------------------------------------- */

static int older(const struct repo_state *s, const struct head *h, struct err *err)
{
	AUTO(buf) at = BUF_INIT;

	text_time_local(&at, h->time);
	err_set(err, ERR_CHECKSUM, "revision %lld of %s is older than %lld, the newest before it",
		(long long)h->revision, at.s,
		(long long)(s->revision + !s->head_sha256.n)); /* a restart says from which on */
	err_detail(err,
		"A mirror may be behind, or somebody wants us to take what has since been mended.");
	return err_next(err,
		"try again later, or ask who runs the repository; to go back all the same: --allow-older");
}

static int check_revision(const struct repo_state *s, const struct trust_head *t,
	const struct head *h, const struct buf *sum, struct err *err)
{
	if (h->revision > s->revision)
		return 0;
	if (h->revision < s->revision || !s->head_sha256.n)
		return t->allow_older ? 0 : older(s, h, err);
	if (span_is(buf_span(sum), buf_span(&s->head_sha256)))
		return 0;
	err_set(err, ERR_CHECKSUM, "revision %lld is another than the one that was seen before",
		(long long)h->revision);
	err_detail(err,
		"One revision was signed with two contents: whoever has the key shows different things to different people.");
	return err_next(err, "ask who runs the repository: it has to publish a new revision");
}

/* Which root's keys count for it. */
static int check_its_root(const struct root *r, const struct head *h, struct err *err)
{
	if (h->root == r->version)
		return 0;
	err_set(err, ERR_CHECKSUM, "it belongs to root %lld, and the newest that there is is %lld",
		(long long)h->root, (long long)r->version);
	return err_next(err, h->root < r->version
				     ? "ask who runs the repository: it has to be signed again"
				     : "try again later, or ask who runs the repository");
}

static int check_head(const struct repo_state *s, const struct trust_head *t, const struct root *r,
	const struct buf *sum, struct head *out, struct err *err)
{
	int64_t now = trust_now(s, t->clock);

	if (!t->open && demand(t->text, t->signatures, &r->index, "that its root names", is_kept(s),
				err) < 0)
		return -1;
	if (head_parse(t->text, out, err) < 0)
		return unusable(err);
	if (check_name(s, &out->name, err) < 0 || (!t->open && check_its_root(r, out, err) < 0) ||
		check_revision(s, t, out, sum, err) < 0)
		return -1;
	return out->expires > now ? 0 : expired("it", out->expires, now, err);
}

/* 1: it is another than before. */
static int take_head(
	struct repo_state *s, const struct head *h, const struct buf *sum, int64_t clock)
{
	bool is_same =
		h->revision == s->revision && span_is(buf_span(sum), buf_span(&s->head_sha256));

	if (h->revision > s->revision) {
		s->revision = h->revision;
		buf_set(&s->head_sha256, buf_span(sum));
	}
	s->issued = later(s->issued, issued_of(h->time, clock));
	s->expires = h->expires;
	return !is_same;
}

static int check_root_fresh(
	const struct repo_state *s, const struct root *r, int64_t clock, struct err *err)
{
	int64_t now = trust_now(s, clock);

	return r->expires > now ? 0 : expired("the newest root", r->expires, now, err);
}

int trust_head(struct repo_state *s, const struct trust_head *t, struct head *out, struct err *err)
{
	AUTO(buf) hex = BUF_INIT;
	AUTO(root) r;
	struct head_sum sum;

	root_init(&r);
	if (!s->root && !t->open)
		return err_set(err, ERR_CHECKSUM, "there is no root to trust");
	if (trusted_root(s, &r, err) < 0 ||
		(!t->open && check_root_fresh(s, &r, t->clock, err) < 0) ||
		sum_of_bytes(t->text, &sum, err) < 0)
		return -1;
	sum_format(&sum, &hex);
	if (check_head(s, t, &r, &hex, out, err) < 0)
		return err_at(err, HEAD_FILE);
	return take_head(s, out, &hex, t->clock);
}

int trust_fresh(const struct repo_state *s, int64_t clock, struct err *err)
{
	int64_t now = trust_now(s, clock);
	AUTO(root) r;

	root_init(&r);
	if (trusted_root(s, &r, err) < 0 || (s->root && check_root_fresh(s, &r, clock, err) < 0))
		return -1;
	return s->expires > now ? 0 : expired(HEAD_FILE, s->expires, now, err);
}
