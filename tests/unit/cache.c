/* Tests of store/cache. */
#include "store/cache.h"

#include "scratch.h"

#define PACKS "var/cache/fardel/packs/"
#define ABC_MD5 "900150983cd24fb0d6963f7d28e17f72"
#define ABC_SHA1 "a9993e364706816aba3e25717850c26c9cd0d89d"
#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_FILE PACKS "sha256/ba/" ABC_SHA256
#define ABC_MD5_LINK PACKS "md5/90/" ABC_MD5
#define ABC_SHA1_LINK PACKS "sha1/a9/" ABC_SHA1
#define OTHER_MD5 "00000000000000000000000000000000"

static struct sums sums_of(enum digest_kind kind, const char *hex)
{
	struct sums sums = {0};

	sums.has[kind] = true;
	assert_true(digest_parse(kind, span_of(hex), &sums.of[kind]));
	return sums;
}

static struct cache open_cache(struct scratch *s, bool writable)
{
	struct cache cache = CACHE_INIT;

	if (cache_open(&s->place, writable, &cache, &s->err) < 0)
		fail_msg("%s", s->err.text);
	return cache;
}

/* A pack comes in, as the engine takes it in. */
static void take_in(struct scratch *s, struct cache *c, const char *bytes, const struct sums *want)
{
	AUTO_FD incoming = cache_make_incoming(c, &s->err);
	struct intake in;
	struct sums have;

	assert_true(incoming >= 0);
	assert_int_equal(intake_open(&in, incoming, "1.0", want, &s->err), 0);
	assert_int_equal(intake_add(&in, bytes, strlen(bytes), &s->err), 0);
	assert_int_equal(intake_end(&in, true, &have, NULL, &s->err), 0);
	assert_int_equal(cache_put(c, incoming, "1.0", &have, &s->err), 0);
	intake_drop(&in);
}

static int get(struct scratch *s, struct cache *c, const struct sums *sums, struct buf *bytes)
{
	struct sums have;
	int64_t size = -1;
	int fd = -1;
	int got = cache_get(c, sums, &fd, &have, &size, &s->err);

	buf_clear(bytes);
	if (got != 1) {
		assert_int_equal(fd, -1);
		return got;
	}
	assert_int_equal(file_read_fd(fd, 1000, bytes, &s->err), 0);
	assert_int_equal(size, bytes->n);
	assert_true(have.has[DIGEST_SHA256]);
	close(fd);
	return got;
}

static void packs_are_found_by_each_sum(void **state)
{
	struct scratch *s = *state;
	struct cache c = open_cache(s, true);
	struct sums md5 = sums_of(DIGEST_MD5, ABC_MD5), sha1 = sums_of(DIGEST_SHA1, ABC_SHA1),
		    sha256 = sums_of(DIGEST_SHA256, ABC_SHA256), none = {0};
	struct digest found;
	AUTO(buf) text = BUF_INIT;
	int64_t size = -1;

	assert_int_equal(get(s, &c, &md5, &text), 0);
	take_in(s, &c, "abc", &md5);
	assert_file(s, ABC_FILE, "abc");
	assert_link(s, ABC_MD5_LINK, "../../sha256/ba/" ABC_SHA256);
	assert_file(s, ABC_MD5_LINK, "abc");
	assert_int_equal(mode_of(s, ABC_FILE), 0644);
	assert_int_equal(get(s, &c, &md5, &text), 1);
	assert_buf(&text, "abc");
	assert_int_equal(get(s, &c, &sha256, &text), 1);
	assert_int_equal(get(s, &c, &sha1, &text), 0); /* nobody has computed that yet */
	assert_int_equal(get(s, &c, &none, &text), 0);
	assert_int_equal(cache_find(&c, &md5, &found, &size, &s->err), 1);
	assert_int_equal(size, 3);
	assert_true(digest_is(&found, &sha256.of[DIGEST_SHA256]));
	buf_clear(&text);
	cache_path(&found, &text);
	assert_buf(&text, "packs/sha256/ba/" ABC_SHA256);
	cache_drop(&c);
	/* Without rights, the same. */
	c = open_cache(s, false);
	assert_int_equal(get(s, &c, &md5, &text), 1);
	cache_drop(&c);
}

static void the_same_bytes_are_stored_once(void **state)
{
	struct scratch *s = *state;
	struct cache c = open_cache(s, true);
	struct sums md5 = sums_of(DIGEST_MD5, ABC_MD5), sha1 = sums_of(DIGEST_SHA1, ABC_SHA1);
	AUTO(cached_list) list = {0};
	AUTO(buf) text = BUF_INIT;

	take_in(s, &c, "abc", &md5);
	take_in(s, &c, "abc", &sha1);
	take_in(s, &c, "abc", &md5);
	take_in(s, &c, "other", &md5); /* an intake computes it, whatever is wanted */
	assert_int_equal(cache_list(&c, &list, &s->err), 0);
	assert_int_equal(list.of.n, 2);
	assert_true(memcmp(list.of.v[0].sha256.bytes, list.of.v[1].sha256.bytes, 32) < 0);
	digest_format(&text, &list.of.v[1].sha256);
	assert_buf(&text, "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa");
	assert_int_equal(list.of.v[0].size, 3);
	assert_int_equal(list.of.v[1].size, 5);
	assert_true(list.of.v[0].since > 1600000000);
	assert_file(s, ABC_MD5_LINK, "abc");
	assert_file(s, ABC_SHA1_LINK, "abc");
	assert_false(is_there(s, PACKS "incoming/1.0"));
	assert_int_equal(get(s, &c, &md5, &text), 1);
	assert_int_equal(get(s, &c, &sha1, &text), 1);
	cache_drop(&c);
}

static void what_others_could_change_is_copied(void **state)
{
	static const struct {
		mode_t mode;
		uid_t owner;
	} others[] = {{0666, (uid_t)-1}, {0664, (uid_t)-1}, {0644, 1234}};
	struct scratch *s = *state;
	struct cache c = open_cache(s, true);
	struct sums md5 = sums_of(DIGEST_MD5, ABC_MD5);
	AUTO(buf) text = BUF_INIT;

	for (size_t i = 0; i < COUNT(others) && (i < 2 || geteuid() == 0); i++) {
		AUTO_FD theirs = -1;

		take_in(s, &c, "abc", &md5);
		theirs = file_open(s->fd, ABC_FILE, O_RDWR, 0, &s->err);
		assert_int_equal(fchmod(theirs, others[i].mode), 0);
		assert_int_equal(fchown(theirs, others[i].owner, (gid_t)-1), 0);
		assert_int_equal(get(s, &c, &md5, &text), 1);
		assert_int_equal(pwrite(theirs, "xyz", 3, 0), 3);
		assert_file(s, ABC_FILE, "abc");
		assert_int_equal(mode_of(s, ABC_FILE), 0644);
		assert_int_equal(get(s, &c, &md5, &text), 1);
		assert_buf(&text, "abc");
	}
	cache_drop(&c);
}

static void damaged_packs_are_dropped_with_their_links(void **state)
{
	static const char *const damages[] = {"abd", "ab", "abcd", ""};
	struct scratch *s = *state;
	struct cache c = open_cache(s, true);
	struct sums md5 = sums_of(DIGEST_MD5, ABC_MD5), sha256 = sums_of(DIGEST_SHA256, ABC_SHA256),
		    both = md5;
	AUTO(buf) text = BUF_INIT;

	both.has[DIGEST_SHA1] = true;
	both.of[DIGEST_SHA1] = sums_of(DIGEST_SHA1, ABC_SHA1).of[DIGEST_SHA1];
	for (size_t i = 0; i < COUNT(damages); i++) {
		take_in(s, &c, "abc", &both);
		assert_true(is_there(s, ABC_SHA1_LINK));
		put(s, ABC_FILE, damages[i]);
		assert_int_equal(cache_verify(&c, &sha256.of[DIGEST_SHA256], &s->err), 0);
		assert_int_equal(get(s, &c, i % 2 ? &md5 : &sha256, &text), 2);
		assert_false(is_there(s, ABC_FILE));
		assert_false(is_there(s, ABC_MD5_LINK));
		assert_false(is_there(s, ABC_SHA1_LINK));
		assert_int_equal(get(s, &c, &md5, &text), 0);
	}
	cache_drop(&c);
}

/* A wrong sum in some installer is no reason to throw away what others use. */
static void a_whole_pack_stays_when_another_sum_is_wrong(void **state)
{
	struct scratch *s = *state;
	struct cache c = open_cache(s, true);
	struct sums md5 = sums_of(DIGEST_MD5, ABC_MD5), wrong = sums_of(DIGEST_SHA256, ABC_SHA256);
	AUTO(buf) text = BUF_INIT;

	take_in(s, &c, "abc", &md5);
	wrong.has[DIGEST_MD5] = true;
	wrong.of[DIGEST_MD5] = sums_of(DIGEST_MD5, OTHER_MD5).of[DIGEST_MD5];
	assert_int_equal(get(s, &c, &wrong, &text), 0);
	assert_int_equal(get(s, &c, &md5, &text), 1);
	/* Nor does a link that leads to something else make that what was asked for. */
	put_dir(s, PACKS "md5/00", 0755);
	put_link(s, PACKS "md5/00/" OTHER_MD5, "../../sha256/ba/" ABC_SHA256);
	wrong = sums_of(DIGEST_MD5, OTHER_MD5);
	assert_int_equal(get(s, &c, &wrong, &text), 0);
	assert_int_equal(get(s, &c, &md5, &text), 1);
	cache_drop(&c);
}

static void links_lead_nowhere_else(void **state)
{
	static const char *const targets[] = {"../../../../../../etc/passwd", "../../../../../out",
		"/etc/passwd", "../../sha256/ba/" ABC_SHA256, "x"};
	struct scratch *s = *state;
	struct cache c = open_cache(s, true);
	struct sums md5 = sums_of(DIGEST_MD5, ABC_MD5), sha256 = sums_of(DIGEST_SHA256, ABC_SHA256);
	AUTO(buf) text = BUF_INIT;

	put(s, "out", "abc");
	put_dir(s, PACKS "md5/90", 0755);
	for (size_t i = 0; i < COUNT(targets); i++) {
		put_link(s, ABC_MD5_LINK, targets[i]);
		assert_int_equal(get(s, &c, &md5, &text), 0);
		assert_int_equal(unlinkat(s->fd, ABC_MD5_LINK, 0), 0);
	}
	/* A pack is a file of the cache itself. */
	put_dir(s, PACKS "sha256/ba", 0755);
	put_link(s, ABC_FILE, "../../../../../../out");
	assert_int_equal(get(s, &c, &sha256, &text), 0);
	assert_int_equal(cache_verify(&c, &sha256.of[DIGEST_SHA256], &s->err), -1);
	assert_int_equal(unlinkat(s->fd, ABC_FILE, 0), 0);
	put_dir(s, ABC_FILE, 0755);
	assert_int_equal(get(s, &c, &sha256, &text), 0);
	cache_drop(&c);
}

static void damage_is_mended_by_the_next_one_that_comes(void **state)
{
	struct scratch *s = *state;
	struct cache c = open_cache(s, true);
	struct sums md5 = sums_of(DIGEST_MD5, ABC_MD5);
	struct digest sha256 = sums_of(DIGEST_SHA256, ABC_SHA256).of[DIGEST_SHA256];

	take_in(s, &c, "abc", &md5);
	put(s, ABC_FILE, "damaged");
	assert_int_equal(unlinkat(s->fd, ABC_MD5_LINK, 0), 0);
	put_link(s, ABC_MD5_LINK, "../../sha256/aa/wrong");
	take_in(s, &c, "abc", &md5);
	assert_file(s, ABC_MD5_LINK, "abc");
	assert_int_equal(cache_verify(&c, &sha256, &s->err), 1);
	cache_drop(&c);
}

static void removing_takes_the_links_too(void **state)
{
	struct scratch *s = *state;
	struct cache c = open_cache(s, true);
	struct sums both = sums_of(DIGEST_MD5, ABC_MD5);
	struct digest sha256 = sums_of(DIGEST_SHA256, ABC_SHA256).of[DIGEST_SHA256];
	AUTO(cached_list) list = {0};

	both.has[DIGEST_SHA1] = true;
	both.of[DIGEST_SHA1] = sums_of(DIGEST_SHA1, ABC_SHA1).of[DIGEST_SHA1];
	take_in(s, &c, "abc", &both);
	take_in(s, &c, "other", &both);
	assert_int_equal(cache_remove(&c, &sha256, &s->err), 0);
	assert_false(is_there(s, ABC_FILE));
	assert_false(is_there(s, ABC_MD5_LINK));
	assert_false(is_there(s, ABC_SHA1_LINK));
	assert_int_equal(cache_list(&c, &list, &s->err), 0);
	assert_int_equal(list.of.n, 1);
	assert_file(s, PACKS "md5/79/795f3202b17cb6bc3d4b771d8c6c9eaf", "other");
	assert_int_equal(cache_remove(&c, &sha256, &s->err), 0);
	assert_int_equal(cache_verify(&c, &sha256, &s->err), 2);
	cache_drop(&c);
}

static void strangers_are_not_listed(void **state)
{
	struct scratch *s = *state;
	struct cache c = open_cache(s, true);
	struct sums md5 = sums_of(DIGEST_MD5, ABC_MD5);
	AUTO(cached_list) list = {0};
	AUTO_FD open = -1;

	put(s, PACKS "sha256/ba/README", "x");
	put(s, PACKS "sha256/ba/." ABC_SHA256 ".new", "x");
	put(s, PACKS "incoming/" ABC_SHA256, "x");
	put_dir(s, PACKS "sha256/bb/" ABC_SHA256, 0755);
	assert_int_equal(cache_list(&c, &list, &s->err), 0);
	assert_int_equal(list.of.n, 0);
	take_in(s, &c, "abc", &md5);
	assert_int_equal(cache_list(&c, &list, &s->err), 0);
	assert_int_equal(list.of.n, 1);
	open = cache_make_incoming(&c, &s->err);
	assert_true(open >= 0);
	assert_int_equal(cache_clear_incoming(&c, &s->err), 0);
	assert_true(is_there(s, PACKS "incoming/" ABC_SHA256)); /* another root may be at work */
	fd_drop(&open);
	assert_int_equal(cache_clear_incoming(&c, &s->err), 0);
	assert_false(is_there(s, PACKS "incoming/" ABC_SHA256));
	assert_int_equal(cache_clear_incoming(&c, &s->err), 0);
	assert_file(s, ABC_FILE, "abc");
	cache_drop(&c);
}

static void there_need_not_be_a_cache(void **state)
{
	struct scratch *s = *state;
	struct cache c = open_cache(s, false);
	struct sums md5 = sums_of(DIGEST_MD5, ABC_MD5);
	AUTO(cached_list) list = {0};
	AUTO(buf) text = BUF_INIT;
	struct digest found;

	assert_int_equal(c.dir, -1);
	assert_int_equal(get(s, &c, &md5, &text), 0);
	assert_int_equal(cache_find(&c, &md5, &found, NULL, &s->err), 0);
	assert_int_equal(cache_list(&c, &list, &s->err), 0);
	assert_int_equal(list.of.n, 0);
	assert_int_equal(cache_clear_incoming(&c, &s->err), 0);
	assert_false(is_there(s, "var"));
	cache_drop(&c);
	put_dir(s, PACKS, 0777);
	assert_int_equal(cache_open(&s->place, true, &c, &s->err), -1);
	assert_err(&s->err, ERR_UNSAFE, "can be written by others");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(packs_are_found_by_each_sum),
		SCRATCH_TEST(the_same_bytes_are_stored_once),
		SCRATCH_TEST(what_others_could_change_is_copied),
		SCRATCH_TEST(damaged_packs_are_dropped_with_their_links),
		SCRATCH_TEST(a_whole_pack_stays_when_another_sum_is_wrong),
		SCRATCH_TEST(links_lead_nowhere_else),
		SCRATCH_TEST(damage_is_mended_by_the_next_one_that_comes),
		SCRATCH_TEST(removing_takes_the_links_too),
		SCRATCH_TEST(strangers_are_not_listed),
		SCRATCH_TEST(there_need_not_be_a_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
