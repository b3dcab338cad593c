/* Tests of store/intake. */
#include "store/intake.h"

#include "scratch.h"

/* Of "abc", as everybody knows them. */
static const char *const of_abc[DIGEST_KINDS] = {
	[DIGEST_MD5] = "900150983cd24fb0d6963f7d28e17f72",
	[DIGEST_SHA1] = "a9993e364706816aba3e25717850c26c9cd0d89d",
	[DIGEST_SHA256] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	[DIGEST_SHA384] = "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
			  "8086072ba1e7cc2358baeca134c825a7",
	[DIGEST_SHA512] = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
};

static void want(struct sums *sums, enum digest_kind kind, const char *hex)
{
	sums->has[kind] = true;
	assert_true(digest_parse(kind, span_of(hex), &sums->of[kind]));
}

static struct sums want_all(void)
{
	struct sums sums = {0};

	for (unsigned k = 0; k < DIGEST_KINDS; k++)
		want(&sums, (enum digest_kind)k, of_abc[k]);
	return sums;
}

static void assert_has(const struct sums *have, enum digest_kind kind, const char *hex)
{
	AUTO(buf) text = BUF_INIT;

	assert_true(have->has[kind]);
	digest_format(&text, &have->of[kind]);
	assert_buf(&text, hex);
}

static void bytes_are_hashed_as_they_come(void **state)
{
	struct scratch *s = *state;
	struct sums all = want_all(), have;
	struct intake in;

	assert_int_equal(intake_open(&in, s->fd, "1", &all, &s->err), 0);
	assert_int_equal(mode_of(s, "1"), 0600);
	assert_int_equal(intake_add(&in, "a", 1, &s->err), 0);
	assert_int_equal(intake_add(&in, "", 0, &s->err), 0);
	assert_int_equal(intake_add(&in, "bc", 2, &s->err), 0);
	assert_int_equal(in.size, 3);
	assert_int_equal(intake_end(&in, true, &have, NULL, &s->err), 0);
	for (unsigned k = 0; k < DIGEST_KINDS; k++)
		assert_has(&have, (enum digest_kind)k, of_abc[k]);
	assert_int_equal(intake_compare(&all, &have, &s->err), 0);
	intake_drop(&in);
	assert_file(s, "1", "abc");
	assert_int_equal(mode_of(s, "1"), 0644);
}

static void only_what_is_wanted_is_computed_and_sha256(void **state)
{
	struct scratch *s = *state;
	struct sums md5 = {0}, none = {0}, have;
	struct intake in;

	want(&md5, DIGEST_MD5, of_abc[DIGEST_MD5]);
	for (int with = 0; with < 2; with++) {
		assert_int_equal(intake_open(&in, s->fd, "1", with ? &md5 : &none, &s->err), 0);
		assert_int_equal(intake_add(&in, "abc", 3, &s->err), 0);
		assert_int_equal(intake_end(&in, false, &have, NULL, &s->err), 0);
		assert_int_equal(have.has[DIGEST_MD5], with);
		assert_has(&have, DIGEST_SHA256, of_abc[DIGEST_SHA256]);
		assert_false(have.has[DIGEST_SHA1] || have.has[DIGEST_SHA384]);
		intake_drop(&in);
	}
}

static void what_came_before_a_restart_is_void(void **state)
{
	struct scratch *s = *state;
	struct sums all = want_all(), have;
	struct intake in;

	assert_int_equal(intake_open(&in, s->fd, "1", &all, &s->err), 0);
	assert_int_equal(intake_restart(&in, &s->err), 0);
	assert_int_equal(intake_add(&in, "something longer", 16, &s->err), 0);
	assert_int_equal(intake_restart(&in, &s->err), 0);
	assert_int_equal(in.size, 0);
	assert_int_equal(intake_add(&in, "abc", 3, &s->err), 0);
	assert_int_equal(intake_end(&in, true, &have, NULL, &s->err), 0);
	assert_int_equal(intake_compare(&all, &have, &s->err), 0);
	intake_drop(&in);
	assert_file(s, "1", "abc");
}

static void what_was_not_ended_leaves_nothing(void **state)
{
	struct scratch *s = *state;
	struct sums none = {0};
	struct intake in, other = INTAKE_INIT;

	put(s, "precious", "precious");
	put_link(s, "1", "precious");
	assert_int_equal(intake_open(&in, s->fd, "1", &none, &s->err), 0);
	assert_int_equal(intake_add(&in, "abc", 3, &s->err), 0);
	assert_file(s, "precious", "precious");
	assert_file(s, "1", "abc");
	intake_drop(&in);
	assert_false(is_there(s, "1"));
	intake_drop(&other);
	/* A leftover gives way, a folder does not. */
	put_dir(s, "2", 0755);
	assert_int_equal(intake_open(&in, s->fd, "2", &none, &s->err), -1);
	intake_drop(&in);
	assert_true(is_there(s, "2"));
	assert_int_equal(intake_open(&in, s->fd, "../2", &none, &s->err), -1);
	intake_drop(&in);
}

static int end_of_abc(struct scratch *s, struct intake *in, bool swap, int *file)
{
	struct sums none = {0}, have;

	assert_int_equal(intake_open(in, s->fd, "1", &none, &s->err), 0);
	assert_int_equal(intake_add(in, "abc", 3, &s->err), 0);
	if (swap) {
		put(s, "other", "abc");
		assert_int_equal(renameat(s->fd, "other", s->fd, "1"), 0);
	}
	return intake_end(in, false, &have, file, &s->err);
}

static void what_was_hashed_is_given_open(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) bytes = BUF_INIT;
	AUTO_FD file = -1;
	struct intake in;

	assert_int_equal(end_of_abc(s, &in, false, &file), 0);
	intake_drop(&in);
	put(s, "other", "evil");
	assert_int_equal(renameat(s->fd, "other", s->fd, "1"), 0);
	assert_int_equal(file_read_fd(file, 10, &bytes, &s->err), 0);
	assert_buf(&bytes, "abc");
	assert_int_equal(write(file, "x", 1), -1);
	assert_int_equal(errno, EBADF);
	assert_true(fcntl(file, F_GETFD) & FD_CLOEXEC);
	/* With the same bytes it would be another one's to change. */
	fd_drop(&file);
	assert_int_equal(end_of_abc(s, &in, true, &file), -1);
	assert_err(&s->err, ERR_UNSAFE, "another file has come in the place of 1");
	assert_int_equal(file, -1);
	intake_drop(&in);
}

static void mismatches_show_both(void **state)
{
	struct sums all = want_all(), have = want_all(), only = {0};
	struct err err = ERR_INIT;
	AUTO(buf) detail = BUF_INIT;
	AUTO(buf) other = BUF_INIT;

	(void)state;
	have.of[DIGEST_SHA384].bytes[47] ^= 1;
	assert_int_equal(intake_compare(&all, &have, &err), -1);
	assert_err(&err, ERR_CHECKSUM, "checksum mismatch");
	digest_format(&other, &have.of[DIGEST_SHA384]);
	buf_addf(&detail, "wanted sha384 %s\ngot    sha384 %s\n", of_abc[DIGEST_SHA384], other.s);
	assert_string_equal(err.detail, detail.s);
	assert_int_equal(err_exit(err.code), 5);
	/* Each that is stated must hold: one that was not computed does not. */
	want(&only, DIGEST_MD5, of_abc[DIGEST_MD5]);
	assert_int_equal(intake_compare(&only, &have, &err), 0);
	have.has[DIGEST_MD5] = false;
	assert_int_equal(intake_compare(&only, &have, &err), -1);
	only.has[DIGEST_MD5] = false;
	assert_int_equal(intake_compare(&only, &have, &err), 0);
}

static void a_file_is_read_from_its_start(void **state)
{
	struct scratch *s = *state;
	struct sums all = want_all(), have;
	AUTO_FD fd = -1;
	AUTO_FD folder = dup(s->fd);
	int64_t size = -1;

	put(s, "1", "abc");
	fd = openat(s->fd, "1", O_RDONLY | O_CLOEXEC);
	assert_int_equal(lseek(fd, 2, SEEK_SET), 2);
	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(intake_digest_fd(fd, &all, &have, &size, &s->err), 0);
		assert_int_equal(size, 3);
		assert_int_equal(intake_compare(&all, &have, &s->err), 0);
	}
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 2);
	assert_int_equal(intake_digest_fd(folder, &all, &have, &size, &s->err), -1);
}

static void large_files_are_read_whole(void **state)
{
	struct scratch *s = *state;
	struct sums none = {0}, have, again;
	AUTO(buf) piece = BUF_INIT;
	struct intake in;
	int64_t size = -1;
	AUTO_FD fd = -1;

	for (int i = 0; i < 20000; i++)
		buf_addf(&piece, "%d,", i);
	assert_int_equal(intake_open(&in, s->fd, "1", &none, &s->err), 0);
	for (int i = 0; i < 7; i++)
		assert_int_equal(intake_add(&in, piece.s, piece.n, &s->err), 0);
	assert_int_equal(in.size, 7 * (int64_t)piece.n);
	assert_int_equal(intake_end(&in, false, &have, NULL, &s->err), 0);
	fd = openat(s->fd, "1", O_RDONLY | O_CLOEXEC);
	assert_int_equal(intake_digest_fd(fd, &none, &again, &size, &s->err), 0);
	assert_int_equal(size, in.size);
	assert_true(digest_is(&have.of[DIGEST_SHA256], &again.of[DIGEST_SHA256]));
	intake_drop(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(bytes_are_hashed_as_they_come),
		SCRATCH_TEST(only_what_is_wanted_is_computed_and_sha256),
		SCRATCH_TEST(what_came_before_a_restart_is_void),
		SCRATCH_TEST(what_was_not_ended_leaves_nothing),
		SCRATCH_TEST(what_was_hashed_is_given_open),
		cmocka_unit_test(mismatches_show_both),
		SCRATCH_TEST(a_file_is_read_from_its_start),
		SCRATCH_TEST(large_files_are_read_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
