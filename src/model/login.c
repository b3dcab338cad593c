/* Logins by URL. */
#include "model/login.h"

#include <string.h>

#include "model/pack.h"

static void url_login_drop(struct url_login *l)
{
	buf_drop(&l->base);
	buf_drop(&l->user);
	buf_drop(&l->password);
	buf_drop(&l->token);
	buf_drop(&l->identity);
	buf_drop(&l->realm);
}

void logins_drop(struct logins *l)
{
	vec_drop_each(&l->of, url_login_drop);
}

void logins_add(struct logins *l, struct span base, const struct url_login *login)
{
	struct url_login *added = vec_push(&l->of);

	*added = (struct url_login){.base = BUF_INIT,
		.user = buf_dup(&login->user),
		.password = buf_dup(&login->password),
		.token = buf_dup(&login->token),
		.registry = login->registry,
		.identity = buf_dup(&login->identity),
		.realm = buf_dup(&login->realm)};
	while (base.n && base.s[base.n - 1] == '/')
		base.n--;
	buf_add_span(&added->base, base);
}

/* A part of a name is not above it: not …/repo of …/repository, nor example of example.org. And what leads up again is not below. */
static bool is_below(struct span url, struct span base)
{
	static const char *const ups[] = {"/..", "%2e", "%2E", "\\"};
	struct span rest;

	if (url.n <= base.n || url.s[base.n] != '/' || !span_is(span_cut(url, 0, base.n), base))
		return false;
	rest = span_cut(url, base.n, url.n);
	for (size_t i = 0; i < COUNT(ups); i++)
		if (memmem(rest.s, rest.n, ups[i], strlen(ups[i])))
			return false;
	return true;
}

const struct url_login *logins_find(const struct logins *l, struct span url)
{
	const struct url_login *found = NULL;

	if (pack_url_has_login(url))
		return NULL;
	VEC_FOR (const struct url_login, one, &l->of)
		if (is_below(url, buf_span(&one->base)) && (!found || one->base.n > found->base.n))
			found = one;
	return found;
}

static bool is_same(const struct url_login *a, const struct url_login *b)
{
	return span_is(buf_span(&a->user), buf_span(&b->user)) &&
	       span_is(buf_span(&a->password), buf_span(&b->password)) &&
	       span_is(buf_span(&a->token), buf_span(&b->token)) && a->registry == b->registry &&
	       span_is(buf_span(&a->identity), buf_span(&b->identity)) &&
	       span_is(buf_span(&a->realm), buf_span(&b->realm));
}

bool logins_has_other(const struct logins *l, struct span base, const struct url_login *login)
{
	while (span_ends(base, "/"))
		base.n--;
	VEC_FOR (const struct url_login, one, &l->of)
		if (span_is(buf_span(&one->base), base) && !is_same(one, login))
			return true;
	return false;
}

void logins_bases(const struct logins *l, const struct url_login *login, struct buf *out)
{
	VEC_FOR (const struct url_login, one, &l->of)
		if (is_same(one, login))
			buf_addf(out, "%s\n", one->base.s);
}

bool login_is_for(struct span bases, struct span url)
{
	struct span base;

	while (span_split(&bases, '\n', &base))
		if (base.n && is_below(url, base))
			return true;
	return false;
}
