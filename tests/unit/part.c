/* Tests of store/part. */
#include "store/part.h"

#include <dirent.h>

#include "scratch.h"
#include "store/cache.h"

static struct cache open_cache(struct scratch *s)
{
	struct cache cache = CACHE_INIT;

	if (cache_open(&s->place, true, &cache, &s->err) < 0)
		fail_msg("%s", s->err.text);
	return cache;
}

static struct part part_of(const char *url, const char *etag, int64_t total)
{
	return (struct part){.url = buf_of(url), .etag = buf_of(etag), .total = total};
}

/* An intake of these bytes, in the folder of the incoming, kept as a part. */
static void keep(struct scratch *s, int incoming, int parts, const struct part *p,
	const char *bytes, int result)
{
	struct sums none = {0};
	struct intake in;

	assert_int_equal(intake_open(&in, incoming, "1", &none, &s->err), 0);
	if (part_keep(parts, p, &in, &s->err) != result)
		fail_msg("%s", s->err.text);
	assert_int_equal(intake_add(&in, bytes, strlen(bytes), &s->err), 0);
	intake_drop(&in);
}

static void assert_kept(struct scratch *s, int parts, const char *url, int64_t size)
{
	struct sums none = {0};
	struct intake in = INTAKE_INIT;
	AUTO(part) p = part_of(url, "", 0);
	int there = part_open(parts, &p, &in, &none, &s->err);

	if (there != (size > 0))
		fail_msg("%s: %d %s", url, there, s->err.text);
	assert_int_equal(in.size, size);
	intake_drop(&in);
}

/* Names of what lies in the folder. */
static size_t count(int parts, const char *ending)
{
	DIR *dir = fdopendir(openat(parts, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	struct dirent *entry;
	size_t n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.' && span_ends(span_of(entry->d_name), ending);
	closedir(dir);
	return n;
}

/* The name of the only part. */
static void find_name(int parts, struct buf *out)
{
	DIR *dir = fdopendir(openat(parts, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (span_ends(span_of(entry->d_name), ".part"))
			buf_sets(out, entry->d_name);
	closedir(dir);
	assert_true(out->n > 5);
}

static int truncate_at(int dir, const char *name, off_t size)
{
	AUTO_FD fd = openat(dir, name, O_WRONLY | O_CLOEXEC);

	return ftruncate(fd, size);
}

static void what_is_kept_is_gone_on_with(void **state)
{
	struct scratch *s = *state;
	struct cache c = open_cache(s);
	AUTO_FD incoming = cache_make_incoming(&c, &s->err);
	AUTO_FD parts = cache_make_parts(&c, &s->err);
	AUTO(part) made = part_of("https://v/x", "\"e\"", 6);
	AUTO(part) found = part_of("https://v/x", "", 0);
	struct sums none = {0}, have, whole;
	struct intake in;
	struct stat st;
	int64_t size;
	AUTO_FD fd = -1;

	assert_int_equal(fstat(parts, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	keep(s, incoming, parts, &made, "abc", 1);
	/* Recovery leaves it alone. */
	assert_int_equal(cache_clear_incoming(&c, &s->err), 0);
	fd_drop(&incoming);
	incoming = cache_make_incoming(&c, &s->err);
	assert_int_equal(part_open(parts, &found, &in, &none, &s->err), 1);
	assert_int_equal(in.size, 3);
	assert_int_equal(fstat(in.fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_buf(&found.etag, "\"e\"");
	assert_int_equal(found.total, 6);
	/* Nobody else gets it meanwhile, or puts another in its place. */
	assert_kept(s, parts, "https://v/x", 0);
	keep(s, incoming, parts, &made, "other", 0);
	assert_int_equal(intake_add(&in, "def", 3, &s->err), 0);
	assert_int_equal(part_end(&found, &in, incoming, "2", &s->err), 0);
	assert_int_equal(intake_end(&in, false, &have, NULL, &s->err), 0);
	intake_drop(&in);
	assert_int_equal(count(parts, ""), 0);
	fd = openat(incoming, "2", O_RDONLY | O_CLOEXEC);
	assert_int_equal(intake_digest_fd(fd, &none, &whole, &size, &s->err), 0);
	assert_int_equal(size, 6);
	assert_true(digest_is(&have.of[DIGEST_SHA256], &whole.of[DIGEST_SHA256]));
	cache_drop(&c);
}

static void what_is_none_of_ours_is_removed(void **state)
{
	struct scratch *s = *state;
	struct cache c = open_cache(s);
	AUTO_FD incoming = cache_make_incoming(&c, &s->err);
	AUTO_FD parts = cache_make_parts(&c, &s->err);
	AUTO(part) p = part_of("https://v/x", "\"e\"", 6);
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) about = BUF_INIT;

	put(s, "precious", "precious");
	keep(s, incoming, parts, &p, "abc", 1);
	find_name(parts, &name);
	buf_add(&about, name.s, name.n - 4);
	buf_adds(&about, "about");
	assert_kept(s, parts, "https://v/other", 0);
	assert_kept(s, parts, "https://v/x", 3);
	/* Can be read by others; longer than the whole; empty; about another; without about; a link;
	 * with another name. */
	for (int bad = 0; bad < 7; bad++) {
		if (!bad)
			assert_int_equal(fchmodat(parts, name.s, 0640, 0), 0);
		if (bad == 1)
			assert_int_equal(truncate_at(parts, name.s, 7), 0);
		if (bad == 2)
			assert_int_equal(truncate_at(parts, name.s, 0), 0);
		if (bad == 3)
			assert_int_equal(file_replace(parts, about.s, 0600,
						 SPAN("https://v/y\n\"e\"\n6\n"), &s->err),
				0);
		if (bad == 4)
			assert_int_equal(unlinkat(parts, about.s, 0), 0);
		if (bad == 5) {
			assert_int_equal(unlinkat(parts, name.s, 0), 0);
			assert_int_equal(symlinkat("/etc/passwd", parts, name.s), 0);
		}
		if (bad == 6)
			assert_int_equal(linkat(parts, name.s, incoming, "again", 0), 0);
		assert_kept(s, parts, "https://v/x", 0);
		assert_int_equal(count(parts, ""), 0);
		keep(s, incoming, parts, &p, "abc", 1);
		assert_kept(s, parts, "https://v/x", 3);
	}
	cache_drop(&c);
}

static void old_ones_are_cleared(void **state)
{
	struct scratch *s = *state;
	struct cache c = open_cache(s);
	AUTO_FD incoming = cache_make_incoming(&c, &s->err);
	AUTO_FD parts = cache_make_parts(&c, &s->err);
	AUTO(part) old = part_of("https://v/x", "\"e\"", 6);
	AUTO(part) young = part_of("https://v/y", "\"e\"", 6);
	AUTO(part_list) list = {0};
	const struct timespec then[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	AUTO(buf) name = BUF_INIT;
	struct sums none = {0};
	struct intake in;
	int64_t cleared;

	keep(s, incoming, parts, &old, "abc", 1);
	find_name(parts, &name);
	assert_int_equal(utimensat(parts, name.s, then, 0), 0);
	keep(s, incoming, parts, &young, "abcd", 1);
	assert_int_equal(part_list(parts, &list, &s->err), 0);
	assert_int_equal(list.of.n, 2);
	assert_int_equal(list.of.v[0].size + list.of.v[1].size, 7);
	assert_int_equal(part_clear(parts, 1000, &cleared, &s->err), 0);
	assert_int_equal(cleared, 0);
	assert_int_equal(part_clear(parts, 1001, &cleared, &s->err), 0);
	assert_int_equal(cleared, 1);
	assert_int_equal(count(parts, ""), 2);
	assert_kept(s, parts, "https://v/x", 0);
	assert_kept(s, parts, "https://v/y", 4);
	/* Not while somebody is at it. */
	assert_int_equal(part_open(parts, &young, &in, &none, &s->err), 1);
	assert_int_equal(part_clear(parts, INT64_MAX, &cleared, &s->err), 0);
	assert_int_equal(cleared, 0);
	intake_drop(&in);
	assert_kept(s, parts, "https://v/y", 4);
	assert_int_equal(part_clear(parts, INT64_MAX, &cleared, &s->err), 0);
	assert_int_equal(count(parts, ""), 0);
	cache_drop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(what_is_kept_is_gone_on_with),
		SCRATCH_TEST(what_is_none_of_ours_is_removed),
		SCRATCH_TEST(old_ones_are_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
