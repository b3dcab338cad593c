/* Tests of store/trust: the attacks of S14 to S26, T1 and T2 on what a client believes, each on a repository that is otherwise as it should be. */
#include "trust.h"

/* What is wrong: before it is written and signed, or after. */
struct attack {
	const char *name;
	void (*before)(struct scene *c);
	void (*after)(struct scene *c);
	const char *why;
};

static void assert_refused(const struct attack *a, int (*give)(struct scene *, struct err *),
	void (*write)(struct scene *))
{
	struct err err = ERR_INIT;
	AUTO(buf) was = BUF_INIT;
	AUTO(buf) is = BUF_INIT;
	AUTO(scene) c;

	scene_init(&c);
	if (a->before)
		a->before(&c);
	write(&c);
	if (a->after)
		a->after(&c);
	state_format(&c.s, &was);
	if (give(&c, &err) >= 0)
		fail_msg("%s: it was taken", a->name);
	if (err.code != ERR_CHECKSUM || !strstr(err.text, a->why) || !err.next[0])
		fail_msg("%s: %s: %s (next: %s)", a->name, err_name(err.code), err.text, err.next);
	state_format(&c.s, &is);
	assert_buf(&is, was.s);
}

/* --- What is wrong with signatures: of roots and of heads --------------------------------------------- */

static void no_signature(struct scene *c)
{
	buf_clear(&c->file.signatures);
}

static void signature_changed(struct scene *c)
{
	char *at = strchr(c->file.signatures.s, '\n') + 40;

	*at = *at == 'A' ? 'B' : 'A';
}

static void text_changed(struct scene *c)
{
	c->file.text.s[c->file.text.n - 1] = ' ';
}

static void by_stranger(struct scene *c)
{
	c->root_by = c->head_by = BY(STRANGER);
}

static void stranger_with_their_ids(struct scene *c)
{
	by_stranger(c);
	memcpy(c->people[STRANGER].key.id, c->people[INDEX_A].key.id, MINISIGN_ID);
}

static void huge(struct scene *c)
{
	while (c->file.signatures.n <= MINISIGN_FILE_MAX)
		buf_addc(&c->file.signatures, '\n');
}

static void crlf(struct scene *c)
{
	AUTO(buf) with = BUF_INIT;

	for (size_t i = 0; i < c->file.signatures.n; i++) {
		if (c->file.signatures.s[i] == '\n')
			buf_addc(&with, '\r');
		buf_addc(&with, c->file.signatures.s[i]);
	}
	buf_set(&c->file.signatures, buf_span(&with));
}

/* "RU" is "ED" in base64, "RW" is "Ed", "RX" is none. */
static void algorithm(struct scene *c, char letter)
{
	strchr(c->file.signatures.s, '\n')[2] = letter;
}

static void legacy(struct scene *c)
{
	algorithm(c, 'W');
}

static void unknown(struct scene *c)
{
	algorithm(c, 'X');
}

/* Its first lines only. */
static void cut_signatures(struct scene *c, int lines)
{
	struct buf *b = &c->file.signatures;

	for (b->n = 0; lines; b->n++)
		lines -= b->s[b->n] == '\n';
	b->s[b->n] = 0;
}

static void without_comment(struct scene *c)
{
	cut_signatures(c, 2);
}

static void without_comments_signature(struct scene *c)
{
	cut_signatures(c, 3);
}

static void comment_changed(struct scene *c)
{
	*strstr(c->file.signatures.s, "test") = 'T';
}

/* --- What is wrong with heads --------------------------------------------------------------------------- */

static void same_key_twice(struct scene *c)
{
	AUTO(buf) once = buf_dup(&c->file.signatures);

	buf_add_span(&c->file.signatures, buf_span(&once));
}

static void by_root_key(struct scene *c)
{
	c->head_by = BY(ROOT_A);
}

/* INDEX_A is no index key any more. */
static void key_was_rotated(struct scene *c)
{
	set_role(c, &c->root.index, BY(INDEX_B), 1);
	take_root(c);
	c->head.root = 2;
}

static void revision_lower(struct scene *c)
{
	c->head.revision = 9;
}

static void revision_same_bytes_other(struct scene *c)
{
	c->head.revision = 10;
}

static void revision_2_63(struct scene *c)
{
	AUTO(buf) text = BUF_INIT;
	char *at = strstr(c->file.text.s, "\"revision\": 11");

	buf_addf(&text, "%.*s\"revision\": 9223372036854775808%s", (int)(at - c->file.text.s),
		c->file.text.s, at + strlen("\"revision\": 11"));
	buf_set(&c->file.text, buf_span(&text));
	sign(c, BY(INDEX_A));
}

static void head_expired(struct scene *c)
{
	c->head.expires = NOW - 1;
	c->head.time = NOW - 3 * DAY;
}

static void expires_this_second(struct scene *c)
{
	c->head.expires = NOW;
	c->head.time = NOW - DAY;
}

/* Our clock is set back behind it; what was seen before tells that it is later. */
static void expired_and_clock_back(struct scene *c)
{
	c->head.expires = NOW - 3 * DAY;
	c->head.time = NOW - 9 * DAY;
	c->clock = NOW - 9 * DAY;
}

/* … back to 1970, of a client that has seen nothing: there is the date of the build. */
static void expired_before_the_build(struct scene *c)
{
	c->s.issued = 0;
	c->head.time = BUILT - 40 * DAY;
	c->head.expires = BUILT - DAY;
	c->clock = 0;
}

static void clock_ten_years_on(struct scene *c)
{
	c->clock = NOW + 3652 * (int64_t)DAY;
}

/* The root lives for another year. */
static void root_expired(struct scene *c)
{
	c->clock = NOW + 366 * DAY;
	c->head.time = c->clock - DAY;
	c->head.expires = c->clock + DAY;
}

static void another_name(struct scene *c)
{
	buf_sets(&c->head.name, "testing");
}

static void of_the_root_before(struct scene *c)
{
	take_root(c); /* 2 */
}

static void of_the_root_after(struct scene *c)
{
	c->head.root = 2;
}

static void a_root_as_head(struct scene *c)
{
	buf_clear(&c->file.text);
	root_format(&c->root, &c->file.text);
	sign(c, BY(INDEX_A));
}

static void no_json(struct scene *c)
{
	buf_sets(&c->file.text, "<html>");
	sign(c, BY(INDEX_A));
}

#define NOBODY "0 signed it, and 1 must"
static const struct attack heads[] = {
	{"S14 unsigned", NULL, no_signature, "it is empty"},
	{"S15 signature changed", NULL, signature_changed, NOBODY},
	{"S15 text changed", NULL, text_changed, NOBODY},
	{"S16 of another key", by_stranger, NULL, NOBODY},
	{"S16 of another key with its id", stranger_with_their_ids, NULL, NOBODY},
	{"S17 of a key that was rotated away", key_was_rotated, NULL, NOBODY},
	{"S17 of a key for roots", by_root_key, NULL, NOBODY},
	{"S18 one of two", two_must_sign, NULL, "1 signed it, and 2 must"},
	{"S18 one of two, twice", two_must_sign, same_key_twice, "1 signed it, and 2 must"},
	{"S19 older", revision_lower, NULL, "is older than 10"},
	{"S20 another of the same revision", revision_same_bytes_other, NULL,
		"is another than the one that was seen before"},
	{"S21 expired", head_expired, NULL, "has expired"},
	{"S21 expires now", expires_this_second, NULL, "has expired"},
	{"S21 the root expired", root_expired, NULL, "the newest root has expired"},
	{"S22 of the root before", of_the_root_before, NULL,
		"belongs to root 1, and the newest that there is is 2"},
	{"S22 of a root that is not there", of_the_root_after, NULL, "belongs to root 2"},
	{"S23 revision 2^63", NULL, revision_2_63, "cannot be used"},
	{"S25 1 GiB", NULL, huge, "longer than 16384 bytes"},
	{"S25 CR LF", NULL, crlf, "such as CR"},
	{"S25 unknown algorithm", NULL, unknown, "none that is known"},
	{"S25 older algorithm", NULL, legacy, "older kind"},
	{"S25 no comment", NULL, without_comment, "ends in the middle"},
	{"S25 no signature of the comment", NULL, without_comments_signature, "ends in the middle"},
	{"S25 comment changed", NULL, comment_changed, NOBODY},
	{"S26 of another repository", another_name, NULL, "is signed for the repository testing"},
	{"T1 expired, clock set back", expired_and_clock_back, NULL, "has expired"},
	{"T1 expired, clock at 1970", expired_before_the_build, NULL, "has expired"},
	{"T2 clock ten years on", clock_ten_years_on, NULL, "has expired"},
	{"a root in the place of the head", NULL, a_root_as_head, "cannot be used"},
	{"no JSON, but signed", NULL, no_json, "cannot be used"},
};

static void attacks_on_heads_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(heads); i++)
		assert_refused(&heads[i], give_head, write_head);
}

/* --- What is wrong with roots --------------------------------------------------------------------------- */

static void root_gap(struct scene *c)
{
	c->root.version = 3;
}

static void root_again(struct scene *c)
{
	c->root.version = 1;
}

static void root_of_another(struct scene *c)
{
	buf_sets(&c->root.name, "testing");
}

/* Signed by those whom it names, and by nobody of before. */
static void root_by_itself(struct scene *c)
{
	set_role(c, &c->root.root, BY(ROOT_B), 1);
	c->root_by = BY(ROOT_B);
}

/* Signed by those of before, and by nobody whom it names. */
static void root_not_by_itself(struct scene *c)
{
	set_role(c, &c->root.root, BY(ROOT_B), 1);
}

static void root_by_index_key(struct scene *c)
{
	c->root_by = BY(INDEX_A);
}

static void root_by_one_of_two(struct scene *c)
{
	set_role(c, &c->root.root, BY(ROOT_A) | BY(ROOT_B), 2);
}

static void root_by_two_of_three_before(struct scene *c)
{
	set_role(c, &c->root.root, BY(ROOT_A) | BY(ROOT_B) | BY(ROOT_C), 2);
	c->root_by = BY(ROOT_A) | BY(ROOT_B);
	take_root(c);
	c->root.version = 3;
	set_role(c, &c->root.root, BY(ROOT_A), 1);
	c->root_by = BY(ROOT_A);
}

static void a_head_as_root(struct scene *c)
{
	buf_clear(&c->file.text);
	head_format(&c->head, &c->file.text);
	sign(c, BY(ROOT_A));
}

static void first_by_stranger(struct scene *c)
{
	none_trusted_yet(c);
	set_role(c, &c->root.root, BY(STRANGER), 1);
	c->root_by = BY(STRANGER);
}

static void first_not_by_itself(struct scene *c)
{
	none_trusted_yet(c);
	set_role(c, &c->root.root, BY(ROOT_B), 1);
}

static void first_of_another(struct scene *c)
{
	none_trusted_yet(c);
	root_of_another(c);
}

static const struct attack roots[] = {
	{"S14 unsigned", NULL, no_signature, "it is empty"},
	{"S15 text changed", NULL, text_changed, NOBODY},
	{"S16 of a stranger", by_stranger, NULL, NOBODY},
	{"S24 gap", root_gap, NULL, "it is root 3, and after root 1 comes root 2"},
	{"S24 the same version again", root_again, NULL,
		"it is root 1, and after root 1 comes root 2"},
	{"S24 not by the old key", root_by_itself, NULL,
		"root 2: of the keys of the root before it, 0"},
	{"S24 not by its own key", root_not_by_itself, NULL,
		"root 2: of the keys that it names itself, 0"},
	{"S24 by an index key", root_by_index_key, NULL, NOBODY},
	{"S18 by one of its own two", root_by_one_of_two, NULL, "1 signed it, and 2 must"},
	{"S18 by one of two before", root_by_two_of_three_before, NULL, "1 signed it, and 2 must"},
	{"S25 1 GiB", NULL, huge, "longer than 16384 bytes"},
	{"S26 of another repository", root_of_another, NULL,
		"is signed for the repository testing"},
	{"a head in the place of a root", NULL, a_head_as_root, "cannot be used"},
	{"the first, of a stranger", first_by_stranger, NULL,
		"the first root: of the keys that are trusted here, 0"},
	{"the first, not by its own", first_not_by_itself, NULL, "that it names itself, 0"},
	{"the first, of another repository", first_of_another, NULL,
		"is signed for the repository testing"},
};

static void attacks_on_roots_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(roots); i++)
		assert_refused(&roots[i], give_root, write_root);
}

static void allow_older_allows_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(heads); i++) {
		const struct attack *a = &heads[i];
		struct err err = ERR_INIT;
		AUTO(scene) c;

		if (a->before == revision_lower)
			continue;
		scene_init(&c);
		c.allow_older = true;
		if (a->before)
			a->before(&c);
		write_head(&c);
		if (a->after)
			a->after(&c);
		if (give_head(&c, &err) >= 0)
			fail_msg("%s: it was taken", a->name);
		assert_err(&err, ERR_CHECKSUM, a->why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attacks_on_heads_are_refused),
		cmocka_unit_test(attacks_on_roots_are_refused),
		cmocka_unit_test(allow_older_allows_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
