/* A client that trusts a repository, and what comes to it next. */
#pragma once

#include "store/trust.h"

#include "model/minisign.h"
#include "store/signer.h"
#include "unit.h"

#define DAY 86400
#define BUILT 1795294800 /* no build is older */
#define NOW (BUILT + 1000 * (int64_t)DAY)

enum who { ROOT_A, ROOT_B, ROOT_C, INDEX_A, INDEX_B, STRANGER, PEOPLE };
#define BY(person) (1U << (person))

/* A file that comes, and its signatures: made when it is asked for. */
struct file {
	struct buf text, signatures;
};

/* A client that trusts ROOT_A, has root 1 and has seen revision 10; and what comes next, which would be taken. */
struct scene {
	struct signer people[PEOPLE];
	struct repo_state s;
	struct root root; /* the next one: 2 */
	unsigned root_by;
	struct head head; /* the next one: 11 */
	unsigned head_by;
	struct file file;
	int64_t clock;
	bool allow_older;
};

static inline void line_of(const struct scene *c, enum who who, struct buf *out)
{
	minisign_key_format(&c->people[who].key, out);
}

/* `who` alone. */
static inline void set_role(
	const struct scene *c, struct role *role, unsigned who, int64_t threshold)
{
	struct err err = ERR_INIT;

	texts_drop(&role->keys);
	role->threshold = threshold;
	for (unsigned i = 0; i < PEOPLE; i++) {
		AUTO(buf) line = BUF_INIT;

		line_of(c, (enum who)i, &line);
		if (who & BY(i))
			assert_int_equal(role_add(role, buf_span(&line), &err), 0);
	}
}

static inline void sign(struct scene *c, unsigned by)
{
	struct err err = ERR_INIT;

	buf_clear(&c->file.signatures);
	for (unsigned i = 0; i < PEOPLE; i++)
		if (by & BY(i))
			assert_int_equal(signer_sign(&c->people[i], buf_span(&c->file.text),
						 SPAN("test"), &c->file.signatures, &err),
				0);
}

static inline void write_root(struct scene *c)
{
	buf_clear(&c->file.text);
	root_format(&c->root, &c->file.text);
	sign(c, c->root_by);
}

static inline void write_head(struct scene *c)
{
	buf_clear(&c->file.text);
	head_format(&c->head, &c->file.text);
	sign(c, c->head_by);
}

static inline int give_root(struct scene *c, struct err *err)
{
	return trust_root(
		&c->s, buf_span(&c->file.text), buf_span(&c->file.signatures), c->clock, err);
}

static inline int give_head(struct scene *c, struct err *err)
{
	const struct trust_head t = {buf_span(&c->file.text), buf_span(&c->file.signatures),
		c->clock, c->allow_older, false};
	AUTO(head) out;

	head_init(&out);
	return trust_head(&c->s, &t, &out, err);
}

static inline void take_root(struct scene *c)
{
	struct err err = ERR_INIT;

	write_root(c);
	if (give_root(c, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void take_head(struct scene *c)
{
	struct err err = ERR_INIT;

	write_head(c);
	if (give_head(c, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void trust_a(struct scene *c)
{
	struct err err = ERR_INIT;
	struct texts keys = {0};
	AUTO(buf) line = BUF_INIT;

	line_of(c, ROOT_A, &line);
	texts_add(&keys, buf_span(&line));
	assert_int_equal(trust_anchor(&c->s, &keys, &err), 1);
	texts_drop(&keys);
}

static inline void scene_init(struct scene *c)
{
	struct err err = ERR_INIT;

	*c = (struct scene){.clock = NOW,
		.root_by = BY(ROOT_A),
		.head_by = BY(INDEX_A),
		.file = {BUF_INIT, BUF_INIT}};
	for (int i = 0; i < PEOPLE; i++)
		assert_int_equal(signer_new(&c->people[i], &err), 0);
	repo_state_init(&c->s);
	root_init(&c->root);
	head_init(&c->head);
	buf_sets(&c->s.name, "main");
	buf_sets(&c->root.name, "main");
	buf_sets(&c->head.name, "main");
	trust_a(c);
	c->root.version = 1;
	c->root.time = NOW - 100 * DAY;
	c->root.expires = NOW + 365 * DAY;
	set_role(c, &c->root.root, BY(ROOT_A), 1);
	set_role(c, &c->root.index, BY(INDEX_A), 1);
	take_root(c);
	c->root.version = 2;
	c->head.root = 1;
	c->head.revision = 10;
	c->head.time = NOW - 2 * DAY;
	c->head.expires = NOW + 28 * DAY;
	vec_push(&c->head.nodes);
	take_head(c);
	c->head.revision = 11;
	c->head.time = NOW - DAY;
	c->head.expires = NOW + 29 * DAY;
}

static inline void scene_drop(struct scene *c)
{
	repo_state_drop(&c->s);
	root_drop(&c->root);
	head_drop(&c->head);
	buf_drop(&c->file.text);
	buf_drop(&c->file.signatures);
}

/* All of the state as one text. */
static inline void state_format(const struct repo_state *s, struct buf *out)
{
	buf_addf(out, "%s|%s|%lld|%s|%lld|%s|%lld|%lld|%s", s->name.s, s->anchor.s,
		(long long)s->root, s->root_text.s, (long long)s->revision, s->head_sha256.s,
		(long long)s->issued, (long long)s->expires, s->etag.s);
}

/* A root whose heads want two signatures. */
static inline void two_must_sign(struct scene *c)
{
	set_role(c, &c->root.index, BY(INDEX_A) | BY(INDEX_B), 2);
	take_root(c);
	c->head.root = 2;
}

static inline void none_trusted_yet(struct scene *c)
{
	c->s.root = 0;
	buf_clear(&c->s.root_text);
	c->root.version = 1;
}
