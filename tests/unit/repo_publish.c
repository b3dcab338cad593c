/* Tests of engine/repo_publish. */
#include "engine/repo_publish.h"

#include "scratch.h"

#define NOW 1795305600

struct keys {
	struct signers one, two, both;
};

static void keys_init(struct keys *k)
{
	struct err err = ERR_INIT;

	*k = (struct keys){0};
	assert_int_equal(signer_new(vec_push(&k->one.of), &err), 0);
	assert_int_equal(signer_new(vec_push(&k->two.of), &err), 0);
	*vec_push(&k->both.of) = k->one.of.v[0];
	*vec_push(&k->both.of) = k->two.of.v[0];
}

static void keys_drop(struct keys *k)
{
	signers_drop(&k->one);
	signers_drop(&k->two);
	signers_drop(&k->both);
}

/* An empty one: a leaf without packages. */
static void first_head(struct head *h)
{
	head_init(h);
	h->revision = 1;
	h->time = NOW;
	h->expires = NOW + PUBLISH_DAY;
	vec_push(&h->nodes);
}

/* What publish_root says; and how many signatures are wanted still. */
static int put_root(struct publication *p, const struct root *r, const struct signers *signers,
	int64_t *wanting, struct err *err)
{
	AUTO(root_signing) signing = {0};
	int result = publish_root(p, r, signers, &signing, err);

	if (wanting)
		*wanting = root_signing_wanting(&signing);
	return result;
}

static int add_to_root(
	struct publication *p, const struct signers *signers, int64_t *wanting, struct err *err)
{
	AUTO(root_signing) signing = {0};
	int result = publish_add_root(p, signers, &signing, err);

	*wanting = root_signing_wanting(&signing);
	return result;
}

/* A repository of one root, signed by these, `threshold` of which have to sign heads. */
static void begin(const struct scratch *s, const struct signers *signers, int64_t threshold,
	struct publication *p)
{
	struct err err = ERR_INIT;
	AUTO(root) r;

	root_init(&r);
	assert_int_equal(publication_open(s->path, p, &err), 0);
	assert_true(p->root.version == 0 && p->head.revision == 0);
	assert_int_equal(publish_first_root(SPAN("main"), signers, NOW, &r, &err), 0);
	r.index.threshold = threshold;
	if (put_root(p, &r, signers, NULL, &err) < 0)
		fail_msg("%s", err.text);
}

static void a_repository_is_published_and_read_again(void **state)
{
	struct scratch *s = *state;
	struct err err = ERR_INIT;
	AUTO(publication) p;
	AUTO(publication) again;
	AUTO(keys) k;
	AUTO(head) h;
	int64_t count;

	keys_init(&k);
	first_head(&h);
	begin(s, &k.both, 1, &p);
	assert_int_equal(publish_head(&p, &h, &k.one, &err), 1);
	assert_int_equal(publication_open(s->path, &again, &err), 0);
	assert_true(again.root.version == 1 && again.head.revision == 1 && again.head.root == 1);
	assert_buf(&again.head.name, "main");
	assert_buf(&again.head_text, p.head_text.s);
	assert_int_equal(again.waiting.n, 0);
	assert_int_equal(publish_signed_by(&again, &k.both, &count, &err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(publish_signed_by(&again, &k.two, &count, &err), 0);
	assert_int_equal(count, 0);
	assert_true(is_there(s, "index/root/1.json") && is_there(s, "index/root/1.json.minisig"));
}

static time_t head_time(const struct scratch *s)
{
	AUTO(buf) path = BUF_INIT;
	struct stat st;

	buf_setf(&path, "%s/%s", s->path, HEAD_FILE);
	assert_int_equal(stat(path.s, &st), 0);
	return st.st_mtime;
}

/* Within one second, too: by that time, and by its length, servers tell it from the one before. */
static void each_head_has_a_time_of_its_own(void **state)
{
	struct scratch *s = *state;
	struct err err = ERR_INIT;
	time_t before = 0;
	AUTO(publication) p;
	AUTO(keys) k;
	AUTO(head) h;

	keys_init(&k);
	first_head(&h);
	begin(s, &k.both, 1, &p);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(publish_head(&p, &h, &k.one, &err), 1);
		assert_true(head_time(s) > before);
		before = head_time(s);
		h.revision++;
	}
}

static void a_head_of_a_stranger_is_not_published(void **state)
{
	struct err err = ERR_INIT;
	AUTO(publication) p;
	AUTO(keys) k;
	AUTO(head) h;

	keys_init(&k);
	first_head(&h);
	begin(*state, &k.one, 1, &p);
	assert_int_equal(publish_head(&p, &h, &k.two, &err), -1);
	assert_err(&err, ERR_FAILED, "none of root 1's index keys");
	assert_int_equal(publish_head(&p, &h, &k.both, &err), -1);
	assert_err(&err, ERR_FAILED, "none of root 1's index keys");
	assert_false(is_there(*state, HEAD_FILE));
	assert_int_equal(publish_sign(&p, &k.one, &err), -1);
	assert_err(&err, ERR_FAILED, "no head to sign");
}

static void a_head_waits_for_all_who_have_to_sign(void **state)
{
	struct scratch *s = *state;
	struct err err = ERR_INIT;
	AUTO(publication) p;
	AUTO(publication) again;
	AUTO(keys) k;
	AUTO(head) h;
	int64_t count;

	keys_init(&k);
	first_head(&h);
	begin(s, &k.both, 2, &p);
	assert_int_equal(publish_head(&p, &h, &k.one, &err), 0);
	assert_false(is_there(s, HEAD_FILE));
	assert_int_equal(publish_sign(&p, &k.one, &err), 0);
	assert_int_equal(publication_open(s->path, &again, &err), 0);
	assert_true(again.head.revision == 0 && again.waiting.n > 0);
	assert_int_equal(publish_sign(&again, &k.two, &err), 1);
	assert_true(is_there(s, HEAD_FILE) && !is_there(s, HEAD_FILE ".waiting"));
	assert_int_equal(again.head.revision, 1);
	assert_int_equal(publish_signed_by(&again, &k.both, &count, &err), 0);
	assert_int_equal(count, 2);
	/* The next one waits beside it. */
	h.revision = 2;
	assert_int_equal(publish_head(&again, &h, &k.two, &err), 0);
	assert_int_equal(again.head.revision, 1);
	assert_int_equal(publish_head(&again, &h, &k.both, &err), 1);
	assert_int_equal(again.head.revision, 2);
	assert_false(is_there(s, HEAD_FILE ".waiting"));
}

/* What a client would refuse is not written. */
static void a_root_needs_the_keys_before_and_its_own(void **state)
{
	struct scratch *s = *state;
	struct err err = ERR_INIT;
	AUTO(publication) p;
	AUTO(keys) k;
	AUTO(root) r;

	keys_init(&k);
	root_init(&r);
	begin(s, &k.one, 1, &p);
	assert_int_equal(publish_first_root(SPAN("main"), &k.two, NOW, &r, &err), 0);
	assert_int_equal(put_root(&p, &r, &k.both, NULL, &err), -1);
	assert_err(&err, ERR_FAILED, "does not follow root 1");
	r.version = 2;
	assert_int_equal(put_root(&p, &r, &k.two, NULL, &err), -1);
	assert_err(&err, ERR_FAILED, "it wants the signatures of 1 more");
	buf_sets(&r.name, "other");
	assert_int_equal(put_root(&p, &r, &k.both, NULL, &err), -1);
	assert_err(&err, ERR_FAILED, "does not follow root 1");
	buf_sets(&r.name, "main");
	assert_false(is_there(s, "index/root/2.json") || is_there(s, "index/root/2.json.minisig"));
	assert_int_equal(put_root(&p, &r, &k.both, NULL, &err), 1);
	assert_int_equal(p.root.version, 2);
	assert_true(is_there(s, "index/root/2.json") && is_there(s, "index/root/2.json.minisig"));
}

static void a_root_waits_for_all_who_have_to_sign(void **state)
{
	struct scratch *s = *state;
	struct err err = ERR_INIT;
	AUTO(publication) p;
	AUTO(publication) again;
	AUTO(keys) k;
	AUTO(root) r;
	int64_t count;

	keys_init(&k);
	root_init(&r);
	begin(s, &k.one, 1, &p);
	assert_int_equal(publish_first_root(SPAN("main"), &k.two, NOW, &r, &err), 0);
	r.version = 2;
	assert_int_equal(put_root(&p, &r, &k.one, &count, &err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(p.root.version, 1);
	assert_int_equal(put_root(&p, &r, &k.both, NULL, &err), -1);
	assert_err(&err, ERR_FAILED, "one waits for signatures already");
	assert_true(is_there(s, "index/root/2.json.waiting") && !is_there(s, "index/root/2.json"));
	/* On another machine. */
	assert_int_equal(publication_open(s->path, &again, &err), 0);
	assert_int_equal(add_to_root(&again, &k.one, &count, &err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(add_to_root(&again, &k.two, &count, &err), 1);
	assert_int_equal(count, 0);
	assert_true(again.root.version == 2 && is_there(s, "index/root/2.json"));
	assert_false(is_there(s, "index/root/2.json.waiting") ||
		     is_there(s, "index/root/2.json.waiting.minisig"));
	assert_int_equal(add_to_root(&again, &k.two, &count, &err), -1);
	assert_err(&err, ERR_FAILED, "no root waits");
}

static void what_is_damaged_is_told(void **state)
{
	struct scratch *s = *state;
	struct err err = ERR_INIT;
	AUTO(publication) p;
	AUTO(publication) again;
	AUTO(keys) k;

	keys_init(&k);
	begin(s, &k.one, 1, &p);
	assert_int_equal(file_replace(s->fd, HEAD_FILE, 0644, SPAN("{}"), &err), 0);
	assert_int_equal(publication_open(s->path, &again, &err), -1);
	assert_err(&err, ERR_FAILED, HEAD_FILE);
	assert_int_equal(file_replace(s->fd, "index/root/1.json", 0644, SPAN("x"), &err), 0);
	assert_int_equal(publication_open(s->path, &again, &err), -1);
	assert_err(&err, ERR_FAILED, "index/root");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(a_repository_is_published_and_read_again),
		SCRATCH_TEST(each_head_has_a_time_of_its_own),
		SCRATCH_TEST(a_head_of_a_stranger_is_not_published),
		SCRATCH_TEST(a_head_waits_for_all_who_have_to_sign),
		SCRATCH_TEST(a_root_needs_the_keys_before_and_its_own),
		SCRATCH_TEST(a_root_waits_for_all_who_have_to_sign),
		SCRATCH_TEST(what_is_damaged_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
