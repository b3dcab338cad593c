/* Tests of store/puavo_cache. */
#include "store/puavo_cache.h"

#include "scratch.h"

#define CACHE "var/cache/puavo-pkg"
#define PACKS CACHE "/upstream_packs/"
#define MD5 "0123456789abcdef0123456789abcdef"
#define SHA256 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PACK "/var/cache/fardel/packs/sha256/aa/" SHA256

static struct sums sums_of(void)
{
	struct sums sums = {0};

	sums.has[DIGEST_MD5] = digest_parse(DIGEST_MD5, SPAN(MD5), &sums.of[DIGEST_MD5]);
	assert_true(sums.has[DIGEST_MD5]);
	return sums;
}

static int open_pack(struct scratch *s)
{
	AUTO(buf) dir = buf_of("/" CACHE);
	struct sums sums = sums_of();

	return puavo_cache_open(&s->place, &dir, SPAN("zoom"), &sums, &s->err);
}

static int show(struct scratch *s)
{
	AUTO(buf) dir = buf_of("/" CACHE);
	struct sums sums = sums_of();

	return puavo_cache_link(&s->place, &dir, SPAN("zoom"), &sums, PACK, &s->err);
}

static void only_files_are_read(void **state)
{
	struct scratch *s = *state;
	AUTO_FD fd = -1;

	assert_int_equal(open_pack(s), -1);
	assert_int_equal(s->err.code, ERR_NONE);
	put(s, "secret", "x");
	put_dir(s, PACKS "zoom", 0755);
	put_link(s, PACKS "zoom/" MD5, "/secret");
	assert_int_equal(open_pack(s), -1);
	assert_int_equal(s->err.code, ERR_NONE);
	assert_int_equal(unlinkat(s->fd, PACKS "zoom/" MD5, 0), 0);
	put(s, PACKS "zoom/" MD5, "the pack");
	fd = open_pack(s);
	assert_true(fd >= 0);
}

static void folders_that_are_links_are_not_gone_into(void **state)
{
	struct scratch *s = *state;

	put(s, "elsewhere/" MD5, "x");
	put_dir(s, PACKS, 0755);
	put_link(s, PACKS "zoom", "/elsewhere");
	assert_true(open_pack(s) < 0);
	err_clear(&s->err);
	assert_true(show(s) < 0 || !is_there(s, "elsewhere/upstream"));
	assert_int_equal(size_of(s, "elsewhere/" MD5), 1);
}

static void packs_are_shown_as_links(void **state)
{
	const struct timespec long_ago[2] = {{900000000, 0}, {900000000, 0}};
	struct scratch *s = *state;
	struct stat before, after;
	char target[256] = "";

	assert_int_equal(show(s), 0);
	assert_true(readlinkat(s->fd, PACKS "zoom/" MD5, target, sizeof(target) - 1) > 0);
	assert_string_equal(target, PACK);
	/* The same one stays, as the one that was put there last. */
	assert_int_equal(utimensat(s->fd, PACKS "zoom/" MD5, long_ago, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(fstatat(s->fd, PACKS "zoom/" MD5, &before, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(show(s), 0);
	assert_int_equal(fstatat(s->fd, PACKS "zoom/" MD5, &after, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_true(after.st_mtime > before.st_mtime);
	/* Also in the place of a copy. */
	assert_int_equal(unlinkat(s->fd, PACKS "zoom/" MD5, 0), 0);
	put(s, PACKS "zoom/" MD5, "a copy");
	assert_int_equal(show(s), 0);
	assert_true(readlinkat(s->fd, PACKS "zoom/" MD5, target, sizeof(target) - 1) > 0);
}

static void without_a_cache_nothing_is_shown(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) none = BUF_INIT;
	struct sums sums = sums_of();

	assert_int_equal(puavo_cache_link(&s->place, &none, SPAN("zoom"), &sums, PACK, &s->err), 0);
	assert_int_equal(puavo_cache_open(&s->place, &none, SPAN("zoom"), &sums, &s->err), -1);
	assert_int_equal(s->err.code, ERR_NONE);
}

static void age(struct scratch *s, const char *path, time_t at)
{
	struct timespec times[2] = {{.tv_sec = at}, {.tv_sec = at}};

	assert_int_equal(utimensat(s->fd, path, times, AT_SYMLINK_NOFOLLOW), 0);
}

static void the_newest_of_each_stays(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) dir = buf_of("/" CACHE);
	AUTO(puavo_packs) packs = {0};

	put(s, PACKS "zoom/old", "x");
	put(s, PACKS "zoom/new", "x");
	put(s, PACKS "zoom/newest.tmp", "x");
	put_link(s, PACKS "zoom/link", PACK);
	put_link(s, PACKS "zoom/.link.new", PACK);
	age(s, PACKS "zoom/old", 1000);
	age(s, PACKS "zoom/new", 3000);
	age(s, PACKS "zoom/newest.tmp", 4000);
	age(s, PACKS "zoom/link", 2000);
	age(s, PACKS "zoom/.link.new", 5000);
	put(s, PACKS "hello/one", "x");
	put(s, PACKS ".other/one", "x");
	assert_int_equal(puavo_cache_trim(&s->place, &dir, &packs, &s->err), 0);
	assert_int_equal(packs.gone.n, 4);
	assert_int_equal(packs.kept.n, 2);
	assert_true(is_there(s, PACKS "zoom/new"));
	assert_true(is_there(s, PACKS "hello/one"));
	assert_true(is_there(s, PACKS ".other/one"));
	assert_false(is_there(s, PACKS "zoom/newest.tmp"));
	assert_false(is_there(s, PACKS "zoom/link"));
	assert_false(is_there(s, PACKS "zoom/.link.new"));
	VEC_FOR (const struct puavo_pack, gone, &packs.gone)
		assert_int_equal(gone->ours, span_ends(buf_span(&gone->sum), "link") ||
						     span_ends(buf_span(&gone->sum), ".link.new"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(only_files_are_read),
		SCRATCH_TEST(folders_that_are_links_are_not_gone_into),
		SCRATCH_TEST(packs_are_shown_as_links),
		SCRATCH_TEST(without_a_cache_nothing_is_shown),
		SCRATCH_TEST(the_newest_of_each_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
