/* Tests of ext/archive: what is written is read back, and only whole archives are read. */
#include "unit.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#define ZLIB_CONST
#include <zlib.h>

#include "ext/archive.h"
#include "sys/fd.h"
#include "sys/file.h"

static int file_of(struct span bytes)
{
	int fd = memfd_create("archive", MFD_CLOEXEC);
	struct err err = ERR_INIT;

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, bytes.s, bytes.n, &err), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void slurp(int fd, struct buf *out)
{
	struct err err = ERR_INIT;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(file_read_fd(fd, 1 << 28, out, &err), 0);
}

static void gzip(struct span plain, struct buf *out)
{
	z_stream z = {0};
	size_t room = plain.n + plain.n / 100 + 1024;

	assert_int_equal(
		deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	buf_reserve(out, room);
	z.next_in = (const Bytef *)plain.s;
	z.avail_in = (uInt)plain.n;
	z.next_out = (Bytef *)out->s + out->n;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->n += room - z.avail_out;
	deflateEnd(&z);
}

/* A frame of one raw block. */
static void zstd(struct span plain, struct buf *out)
{
	unsigned head = 1 | (unsigned)plain.n << 3;
	const unsigned char bytes[] = {0x28, 0xb5, 0x2f, 0xfd, 0xa0, plain.n & 0xff,
		plain.n >> 8 & 0xff, plain.n >> 16 & 0xff, 0, head & 0xff, head >> 8 & 0xff,
		head >> 16 & 0xff};

	assert_true(plain.n < 128 << 10);
	buf_add(out, bytes, sizeof(bytes));
	buf_add_span(out, plain);
}

/* A member of a tar, by hand. */
static void tar(struct buf *out, const char *path, char type, const char *link, const char *content)
{
	char head[512] = {0};
	unsigned sum = 0;
	unsigned n = (unsigned)strlen(content) & 0xffffff;

	snprintf(head, 100, "%s", path);
	snprintf(head + 100, 8, "%07o", 0644U);
	snprintf(head + 108, 8, "%07o", 0U);
	snprintf(head + 116, 8, "%07o", 0U);
	snprintf(head + 124, 12, "%011o", n);
	snprintf(head + 136, 12, "%011o", 0U);
	memset(head + 148, ' ', 8);
	head[156] = type;
	snprintf(head + 157, 100, "%s", link);
	memcpy(head + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(head); i++)
		sum += (unsigned char)head[i];
	snprintf(head + 148, 8, "%06o", sum);
	buf_add(out, head, sizeof(head));
	buf_adds(out, content);
	while (out->n % 512)
		buf_addc(out, 0);
}

static void zeros(struct buf *out, size_t n)
{
	while (n--)
		buf_addc(out, 0);
}

/* Lists every member as "KIND MODE SIZE PATH>LINK" and the content's sum of bytes. */
static int list(int fd, struct buf *out, struct err *err)
{
	struct archive_entry e;
	struct archive_in *in;
	int rc;

	if (archive_open_tar(fd, &in, err) < 0)
		return -1;
	while ((rc = archive_next(in, &e, err)) > 0) {
		unsigned long sum = 0;
		unsigned char bytes[1000];
		long n = 0;

		buf_addf(out, "%s %04o %lld %.*s>%.*s", e.kind, e.mode, (long long)e.size,
			SPAN_ARG(e.path), SPAN_ARG(e.link));
		while (e.type == ARCHIVE_FILE &&
			(n = archive_read(in, bytes, sizeof(bytes), err)) > 0)
			for (long i = 0; i < n; i++)
				sum += bytes[i];
		if (n < 0) {
			rc = -1;
			break;
		}
		buf_addf(out, " %lu\n", sum);
	}
	if (rc == 0)
		assert_int_equal(archive_next(in, &e, err), 0);
	archive_close(in);
	return rc;
}

static int list_bytes(struct span bytes, struct buf *out, struct err *err)
{
	AUTO_FD fd = file_of(bytes);

	buf_clear(out);
	err_clear(err);
	return list(fd, out, err);
}

static void assert_refused(struct span bytes, const char *part)
{
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(list_bytes(bytes, &out, &err), -1);
	assert_err(&err, ERR_INSTALLER, part);
}

static void assert_lists(struct span bytes, const char *want)
{
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;

	if (list_bytes(bytes, &out, &err) < 0)
		fail_msg("%s", err.text);
	assert_buf(&out, want);
}

static void add(struct archive_out *a, enum archive_type type, const char *path, const char *link,
	unsigned mode, struct span content)
{
	struct archive_entry e = {.path = span_of(path),
		.link = span_of(link),
		.type = type,
		.mode = mode,
		.size = type == ARCHIVE_FILE ? (int64_t)content.n : -1};
	struct err err = ERR_INIT;

	if (archive_add(a, &e, &err) < 0 || archive_write(a, content.s, content.n, &err) < 0)
		fail_msg("%s", err.text);
}

static char long_name[181];

static void write_sample(struct buf *bytes)
{
	AUTO_FD fd = memfd_create("sample", MFD_CLOEXEC);
	AUTO(buf) big = BUF_INIT;
	struct archive_out *a;
	struct err err = ERR_INIT;

	memset(long_name, 'n', sizeof(long_name) - 1);
	memcpy(long_name, "top/", 4);
	for (unsigned i = 0; i < 200000; i++)
		buf_addc(&big, (char)(i * i >> 7 & 1));
	assert_int_equal(archive_create(fd, &a, &err), 0);
	add(a, ARCHIVE_DIR, "top", "", 0755, SPAN(""));
	add(a, ARCHIVE_FILE, "top/empty", "", 0644, SPAN(""));
	add(a, ARCHIVE_FILE, "top/big", "", 0755, buf_span(&big));
	add(a, ARCHIVE_FILE, "top/\xff\xfe bytes \xc3\xa4", "", 0644, SPAN("ab"));
	add(a, ARCHIVE_SYMLINK, "top/link", "../\xe4/x", 0755, SPAN(""));
	add(a, ARCHIVE_HARDLINK, "top/hard", "top/big", 0755, SPAN(""));
	add(a, ARCHIVE_FILE, long_name, "", 0644, SPAN("c"));
	assert_int_equal(archive_finish(a, &err), 0);
	slurp(fd, bytes);
}

static void what_is_written_is_read_back(void **state)
{
	AUTO(buf) bytes = BUF_INIT;
	AUTO(buf) want = BUF_INIT;
	unsigned long sum = 0;

	(void)state;
	write_sample(&bytes);
	for (unsigned i = 0; i < 200000; i++)
		sum += i * i >> 7 & 1;
	buf_adds(&want, "folder 0755 0 top/> 0\nfile 0644 0 top/empty> 0\n");
	buf_addf(&want, "file 0755 200000 top/big> %lu\n", sum);
	buf_adds(&want, "file 0644 2 top/\xff\xfe bytes \xc3\xa4> 195\n");
	buf_adds(&want, "symbolic link 0755 0 top/link>../\xe4/x 0\n");
	buf_adds(&want, "hard link 0755 0 top/hard>top/big 0\n");
	buf_addf(&want, "file 0644 1 %s> 99\n", long_name);
	assert_lists(buf_span(&bytes), want.s);
}

static void the_same_gives_the_same_bytes(void **state)
{
	AUTO(buf) one = BUF_INIT;
	AUTO(buf) two = BUF_INIT;

	(void)state;
	write_sample(&one);
	sleep(1);
	write_sample(&two);
	assert_int_equal(one.n, two.n);
	assert_memory_equal(one.s, two.s, one.n);
	/* Neither a name nor a time in the gzip header. */
	assert_memory_equal(one.s, "\x1f\x8b\x08\0\0\0\0\0", 8);
}

static void a_member_has_as_many_bytes_as_stated(void **state)
{
	struct archive_entry e = {
		.path = SPAN("t/f"), .link = SPAN(""), .type = ARCHIVE_FILE, .size = 3};
	AUTO_FD fd = memfd_create("short", MFD_CLOEXEC);
	struct err err = ERR_INIT;
	struct archive_out *a;

	(void)state;
	assert_int_equal(archive_create(fd, &a, &err), 0);
	assert_int_equal(archive_add(a, &e, &err), 0);
	assert_int_equal(archive_write(a, "ab", 2, &err), 0);
	assert_int_equal(archive_write(a, "cd", 2, &err), -1);
	assert_err(&err, ERR_FAILED, "more bytes");
	assert_int_equal(archive_add(a, &e, &err), -1);
	assert_err(&err, ERR_FAILED, "1 bytes less");
	assert_int_equal(archive_finish(a, &err), -1);
	assert_err(&err, ERR_FAILED, "1 bytes less");
	/* What was given up is no archive. */
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);
}

static void writing_to_a_full_disk_says_so(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct err err = ERR_INIT;
	struct archive_out *a;

	(void)state;
	assert_non_null(full);
	assert_int_equal(archive_create(fileno(full), &a, &err), 0);
	add(a, ARCHIVE_DIR, "t", "", 0755, SPAN(""));
	assert_int_equal(archive_finish(a, &err), -1);
	assert_err(&err, ERR_NO_SPACE, "writing the archive");
	fclose(full);
}

static void cut_off_anywhere_is_refused(void **state)
{
	AUTO(buf) bytes = BUF_INIT;

	(void)state;
	write_sample(&bytes);
	for (size_t n = 0; n < bytes.n; n += n + 512 < bytes.n ? 512 : 1)
		assert_refused(span_cut(buf_span(&bytes), 0, n), "");
	assert_refused(span_cut(buf_span(&bytes), 0, bytes.n - 1), "cut off");
}

static void small_tar(struct buf *out)
{
	tar(out, "t/", '5', "", "");
	tar(out, "t/f", '0', "", "f");
}

#define SMALL "folder 0644 0 t/> 0\nfile 0644 1 t/f> 102\n"

static void a_tar_cut_off_inside_is_refused(void **state)
{
	AUTO(buf) plain = BUF_INIT;

	(void)state;
	small_tar(&plain);
	zeros(&plain, 1024);
	for (size_t n = 0; n < plain.n; n++) {
		AUTO(buf) packed = BUF_INIT;

		if (n % 512 && n < plain.n - 512)
			continue;
		gzip(span_cut(buf_span(&plain), 0, n), &packed);
		assert_refused(buf_span(&packed), "");
		buf_clear(&packed);
		zstd(span_cut(buf_span(&plain), 0, n), &packed);
		assert_refused(buf_span(&packed), "");
	}
}

static void padding_and_several_gzip_members_are_fine(void **state)
{
	AUTO(buf) plain = BUF_INIT;
	AUTO(buf) packed = BUF_INIT;

	(void)state;
	small_tar(&plain);
	zeros(&plain, 1024 + 70000);
	gzip(buf_span(&plain), &packed);
	assert_lists(buf_span(&packed), SMALL);
	zeros(&packed, 1000);
	assert_lists(buf_span(&packed), SMALL);
	buf_clear(&packed);
	gzip(span_cut(buf_span(&plain), 0, 700), &packed);
	gzip(SPAN(""), &packed);
	gzip(span_cut(buf_span(&plain), 700, plain.n), &packed);
	assert_lists(buf_span(&packed), SMALL);
}

static void what_stands_behind_is_refused(void **state)
{
	AUTO(buf) plain = BUF_INIT;
	AUTO(buf) packed = BUF_INIT;

	(void)state;
	small_tar(&plain);
	zeros(&plain, 1024);
	gzip(buf_span(&plain), &packed);
	buf_adds(&packed, "x");
	assert_refused(buf_span(&packed), "stands behind");
	packed.n--;
	zeros(&packed, 600);
	buf_adds(&packed, "x");
	assert_refused(buf_span(&packed), "stands behind");
	buf_clear(&packed);
	gzip(buf_span(&plain), &packed);
	gzip(buf_span(&plain), &packed);
	assert_refused(buf_span(&packed), "stands behind the archive");
	zeros(&plain, 70000);
	buf_adds(&plain, "x");
	buf_clear(&packed);
	gzip(buf_span(&plain), &packed);
	assert_refused(buf_span(&packed), "stands behind the archive");
	buf_clear(&packed);
	zstd(buf_span(&plain), &packed);
	assert_refused(buf_span(&packed), "stands behind the archive");
}

static void damage_is_found(void **state)
{
	AUTO(buf) plain = BUF_INIT;
	AUTO(buf) packed = BUF_INIT;

	(void)state;
	small_tar(&plain);
	zeros(&plain, 1024);
	gzip(buf_span(&plain), &packed);
	for (size_t back = 1; back <= 8; back++) {
		packed.s[packed.n - back] ^= 1; /* CRC and length */
		assert_refused(buf_span(&packed), "damaged gzip");
		packed.s[packed.n - back] ^= 1;
	}
	assert_lists(buf_span(&packed), SMALL);
	plain.s[512]++; /* the second header */
	buf_clear(&packed);
	gzip(buf_span(&plain), &packed);
	assert_refused(buf_span(&packed), "damaged archive");
}

static void only_tar_in_gzip_or_zstd_is_read(void **state)
{
	static const char zero[2048];
	AUTO(buf) plain = BUF_INIT;
	AUTO(buf) packed = BUF_INIT;
	AUTO(buf) twice = BUF_INIT;

	(void)state;
	assert_refused(SPAN(""), "is empty");
	assert_refused(SPAN("x"), "neither gzip nor zstd");
	assert_refused((struct span){zero, sizeof(zero)}, "neither gzip nor zstd");
	assert_refused(SPAN("!<arch>\ndebian-binary"), "neither gzip nor zstd");
	small_tar(&plain);
	zeros(&plain, 1024);
	assert_refused(buf_span(&plain), "neither gzip nor zstd");
	gzip(SPAN("#!/bin/sh\n"), &packed);
	assert_refused(buf_span(&packed), "");
	buf_clear(&packed);
	gzip(SPAN("!<arch>\ndebian-binary   0           0     0     100644  4         `\n2.0\n"),
		&packed);
	assert_refused(buf_span(&packed), "");
	buf_clear(&packed);
	gzip(buf_span(&plain), &packed);
	gzip(buf_span(&packed), &twice);
	assert_refused(buf_span(&twice), "");
}

static void zstd_is_read_as_strictly(void **state)
{
	AUTO(buf) plain = BUF_INIT;
	AUTO(buf) packed = BUF_INIT;
	AUTO(buf) twice = BUF_INIT;

	(void)state;
	small_tar(&plain);
	zeros(&plain, 1024);
	zstd(buf_span(&plain), &packed);
	assert_lists(buf_span(&packed), SMALL);
	zstd(buf_span(&packed), &twice);
	assert_refused(buf_span(&twice), "");
	for (size_t n = packed.n - 600; n < packed.n; n++)
		assert_refused(span_cut(buf_span(&packed), 0, n), "");
	buf_adds(&packed, "garbage!");
	assert_refused(buf_span(&packed), "");
}

static void what_unpacks_to_too_much_is_refused(void **state)
{
	AUTO(buf) plain = BUF_INIT;
	AUTO(buf) packed = BUF_INIT;

	(void)state;
	small_tar(&plain);
	buf_reserve(&plain, 129 << 20);
	memset(plain.s + plain.n, 0, 129 << 20);
	plain.n += 129 << 20;
	gzip(buf_span(&plain), &packed);
	assert_refused(buf_span(&packed), "more than 128 MiB");
}

static void kinds_are_told_apart(void **state)
{
	AUTO(buf) plain = BUF_INIT;
	AUTO(buf) packed = BUF_INIT;

	(void)state;
	tar(&plain, "t/f", '0', "", "f");
	tar(&plain, "t/h", '1', "t/f", "");
	tar(&plain, "t/s", '2', "/etc/passwd", "");
	tar(&plain, "t/c", '3', "", "");
	tar(&plain, "t/b", '4', "", "");
	tar(&plain, "t/p", '6', "", "");
	tar(&plain, "../\x1b[2J", '0', "", "");
	zeros(&plain, 1024);
	gzip(buf_span(&plain), &packed);
	assert_lists(buf_span(&packed), "file 0644 1 t/f> 102\n"
					"hard link 0644 0 t/h>t/f 0\n"
					"symbolic link 0644 0 t/s>/etc/passwd 0\n"
					"character device 0644 0 t/c> 0\n"
					"block device 0644 0 t/b> 0\n"
					"fifo 0644 0 t/p> 0\n"
					"file 0644 0 ../\x1b[2J> 0\n");
}

static void names_of_pax_headers_are_bytes(void **state)
{
	AUTO(buf) plain = BUF_INIT;
	AUTO(buf) packed = BUF_INIT;

	(void)state;
	/* NFD, which no one may turn into NFC, and what is not UTF-8 at all. */
	tar(&plain, "x", 'x', "", "16 path=t/a\xcc\x88\xc3\xa4\n");
	tar(&plain, "t/other", '0', "", "f");
	tar(&plain, "x", 'x', "", "13 path=t/\xff\xe4\n");
	tar(&plain, "t/other", '0', "", "f");
	zeros(&plain, 1024);
	gzip(buf_span(&plain), &packed);
	assert_lists(buf_span(&packed),
		"file 0644 1 t/a\xcc\x88\xc3\xa4> 102\nfile 0644 1 t/\xff\xe4> 102\n");
}

static void a_pipe_will_do(void **state)
{
	AUTO(buf) plain = BUF_INIT;
	AUTO(buf) packed = BUF_INIT;
	AUTO(buf) out = BUF_INIT;
	struct err err = ERR_INIT;
	int ends[2];

	(void)state;
	small_tar(&plain);
	zeros(&plain, 1024);
	gzip(buf_span(&plain), &packed);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(file_write_all(ends[1], packed.s, packed.n, &err), 0);
	close(ends[1]);
	assert_int_equal(list(ends[0], &out, &err), 0);
	assert_buf(&out, SMALL);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(the_same_gives_the_same_bytes),
		cmocka_unit_test(a_member_has_as_many_bytes_as_stated),
		cmocka_unit_test(writing_to_a_full_disk_says_so),
		cmocka_unit_test(cut_off_anywhere_is_refused),
		cmocka_unit_test(a_tar_cut_off_inside_is_refused),
		cmocka_unit_test(padding_and_several_gzip_members_are_fine),
		cmocka_unit_test(what_stands_behind_is_refused),
		cmocka_unit_test(damage_is_found),
		cmocka_unit_test(only_tar_in_gzip_or_zstd_is_read),
		cmocka_unit_test(zstd_is_read_as_strictly),
		cmocka_unit_test(what_unpacks_to_too_much_is_refused),
		cmocka_unit_test(kinds_are_told_apart),
		cmocka_unit_test(names_of_pax_headers_are_bytes),
		cmocka_unit_test(a_pipe_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
