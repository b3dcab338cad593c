/* Tests of fardel-unpack on packs made byte by byte; letters and numbers are those of the list of attacks. They are
 * skipped where FARDEL_BUILD does not say where the program is. */
#include "packs.h"
#include "scratch.h"

#include <sys/resource.h>

#define CANARY "do not touch"

static int pack_setup(void **state)
{
	struct scratch *s;

	if (scratch_setup(state) < 0)
		return -1;
	s = *state;
	put(s, "outside/secret", CANARY);
	put(s, "out-evil/secret", CANARY);
	return mkdirat(s->fd, "out", 0755);
}

#define PACK_TEST(name) cmocka_unit_test_setup_teardown(name, pack_setup, scratch_teardown)

/* Runs the program in the scratch folder: its exit status; what it said on stderr is in the file "said". */
static int run_as(struct scratch *s, bool ordinary, const char *const *args)
{
	const struct rlimit limit = {400 << 20, 400 << 20};
	const char *argv[16] = {"fardel-unpack"};
	AUTO(buf) path = BUF_INIT;
	int status = -1;
	pid_t pid;

	for (size_t i = 0; args[i] && i < 14; i++)
		argv[i + 1] = args[i];
	buf_addf(&path, "%s/libexec/fardel/fardel-unpack", getenv("FARDEL_BUILD"));
	pid = fork();
	if (pid == 0) {
		int said = openat(s->fd, "said", O_WRONLY | O_CREAT | O_TRUNC, 0600);

		umask(077);
		if (said < 0 || dup2(said, 2) < 0 || fchdir(s->fd) < 0 ||
			setrlimit(RLIMIT_FSIZE, &limit) < 0)
			_exit(126);
		if (ordinary && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(CANNOT);
		execv(path.s, (char **)argv);
		_exit(127);
	}
	assert_true(pid > 0);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int run(struct scratch *s, const char *const *args)
{
	return run_as(s, false, args);
}

static int unpack(struct scratch *s, const struct buf *pack)
{
	AUTO_FD fd = file_open(s->fd, "pack", O_WRONLY | O_CREAT | O_TRUNC, 0644, &s->err);
	struct err err = ERR_INIT;

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, pack->s, pack->n, &err), 0);
	assert_int_equal(tree_remove(s->fd, "out", &err), 0);
	assert_int_equal(mkdirat(s->fd, "out", 0755), 0);
	return run(s, (const char *const[]){"pack", "out", NULL});
}

static void said(struct scratch *s, struct buf *text)
{
	AUTO_FD fd = file_open(s->fd, "said", O_RDONLY, 0, &s->err);

	assert_true(fd >= 0);
	assert_int_equal(file_read_fd(fd, 1 << 20, text, &s->err), 0);
}

/* Nothing but what this test made is around the folder, and it is as it was. */
static void assert_unharmed(struct scratch *s)
{
	static const char *const known[] = {
		"outside", "outside/secret", "out-evil", "out-evil/secret", "out", "pack", "said"};
	int64_t bytes, entries;
	int count = 0;

	assert_file(s, "outside/secret", CANARY);
	assert_file(s, "out-evil/secret", CANARY);
	for (size_t i = 0; i < COUNT(known); i++)
		count += is_there(s, known[i]);
	assert_int_equal(tree_remove(s->fd, "out", &s->err), 0);
	assert_int_equal(tree_measure(s->fd, &bytes, &entries, &s->err), 0);
	assert_int_equal(entries, count - 1);
}

/* It is refused, in one line that says why. */
static void refused(struct scratch *s, const struct buf *pack, const char *why)
{
	AUTO(buf) text = BUF_INIT;
	int status = unpack(s, pack);

	said(s, &text);
	if (status != 1 || !strstr(text.s, why) ||
		!span_starts(buf_span(&text), "fardel-unpack: pack: "))
		fail_msg("exit %d, \"%s\" where \"%s\" was expected", status, text.s, why);
	assert_ptr_equal(strchr(text.s, '\n'), text.s + text.n - 1);
	assert_unharmed(s);
}

static void accepted(struct scratch *s, const struct buf *pack)
{
	AUTO(buf) text = BUF_INIT;
	int status = unpack(s, pack);

	said(s, &text);
	if (status)
		fail_msg("exit %d: %s", status, text.s);
}

/* The members make a tar, plain and in gzip, which is refused. */
static void refuse_members(
	struct scratch *s, const struct member *members, size_t n, const char *why)
{
	AUTO(buf) pack = BUF_INIT;

	for (size_t i = 0; i < n; i++)
		tar_member(&pack, members[i]);
	tar_end(&pack);
	refused(s, &pack, why);
	gzip(&pack);
	refused(s, &pack, why);
}

#define REFUSE(s, why, ...) \
	refuse_members(s, (const struct member[]){__VA_ARGS__}, \
		COUNT(((const struct member[]){__VA_ARGS__})), why)

static void what_is_in_it_comes_out(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) pack = BUF_INIT;
	AUTO(buf) text = BUF_INIT;

	tar_member(&pack, MODE_AT("./", '5', 0700));
	tar_member(&pack, MODE_AT("d/", '5', 0750));
	tar_member(&pack, (struct member){.path = "d/f", .content = "hello", .mode = 0640});
	tar_member(&pack, FILE_AT("d/e", ""));
	tar_member(&pack, (struct member){.path = "i/j/x", .content = "x", .mode = 0755});
	tar_member(&pack, LINK_AT("abs", "/etc/passwd"));
	tar_member(&pack, LINK_AT("d/rel", "../../../x"));
	tar_member(&pack, HARD_AT("hard", "./d//f"));
	tar_end(&pack);
	accepted(s, &pack);
	said(s, &text);
	assert_buf(&text, "");
	assert_int_equal(mode_of(s, "out"), 0755);
	assert_int_equal(mode_of(s, "out/d"), 0750);
	assert_int_equal(mode_of(s, "out/i"), 0755);
	assert_int_equal(mode_of(s, "out/i/j"), 0755);
	assert_int_equal(mode_of(s, "out/d/f"), 0640);
	assert_int_equal(mode_of(s, "out/i/j/x"), 0755);
	assert_file(s, "out/d/f", "hello");
	assert_file(s, "out/d/e", "");
	assert_file(s, "out/hard", "hello");
	assert_link(s, "out/abs", "/etc/passwd");
	assert_link(s, "out/d/rel", "../../../x");
	assert_unharmed(s);
}

static void A1_to_A5_paths_stay_inside(void **state)
{
	struct scratch *s = *state;

	REFUSE(s, "\"..\"", FILE_AT("../x", ""));
	REFUSE(s, "absolute", FILE_AT("/abs", ""));
	REFUSE(s, "\"..\"", FILE_AT("a/../../x", ""));
	REFUSE(s, "\"..\"", FILE_AT("./../x", ""));
	REFUSE(s, "\"..\"", FILE_AT("..", ""));
	REFUSE(s, "\"..\"", DIR_AT(".."));
	REFUSE(s, "\"..\"", FILE_AT("../out-evil/secret", "x"));
	REFUSE(s, "\"..\"", FILE_AT("a", ""), DIR_AT("a/.."));
}

/* A pack may begin with any folder, or none. */
static void A6_no_top_folder_is_asked_for(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) pack = BUF_INIT;

	tar_member(&pack, FILE_AT("one/f", "1"));
	tar_member(&pack, FILE_AT("f", "2"));
	tar_end(&pack);
	accepted(s, &pack);
	assert_file(s, "out/one/f", "1");
	assert_file(s, "out/f", "2");
}

static void A8_to_A10_nothing_goes_through_a_link(void **state)
{
	struct scratch *s = *state;

	REFUSE(s, "not a folder", LINK_AT("d", "../outside"), FILE_AT("d/secret", "x"));
	REFUSE(s, "twice", LINK_AT("f", "../outside/secret"), FILE_AT("f", "x"));
	REFUSE(s, "not a folder", LINK_AT("a", "b"), LINK_AT("b", "../outside"),
		FILE_AT("a/secret", "x"));
	REFUSE(s, "not a folder", DIR_AT("d/"), LINK_AT("d/l", ".."), LINK_AT("d/l/l", ".."),
		FILE_AT("d/l/l/x", ""));
}

static void A11_to_A14_hard_links_stay_inside(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) path = BUF_INIT;

	buf_addf(&path, "%s/outside/secret", s->path);
	REFUSE(s, "absolute", HARD_AT("h", path.s));
	REFUSE(s, "\"..\"", HARD_AT("h", "../outside/secret"));
	REFUSE(s, "no file", LINK_AT("l", "../outside"), HARD_AT("h", "l/secret"));
	REFUSE(s, "no file", LINK_AT("l", "../outside/secret"), HARD_AT("h", "l"));
	REFUSE(s, "twice", FILE_AT("f", "1"), HARD_AT("h", "f"), FILE_AT("h", "2"));
	REFUSE(s, "no file", DIR_AT("d/"), HARD_AT("h", "d"));
}

static void A15_A16_devices_are_refused(void **state)
{
	struct scratch *s = *state;

	REFUSE(s, "character device", MODE_AT("c", '3', 0644));
	REFUSE(s, "block device", MODE_AT("b", '4', 0644));
	REFUSE(s, "fifo", MODE_AT("p", '6', 0644), FILE_AT("p", "x"));
}

static void A18_rights_are_taken_away(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) pack = BUF_INIT;
	AUTO(buf) text = BUF_INIT;

	tar_member(&pack, MODE_AT("u", '0', 04755));
	tar_member(&pack, MODE_AT("g", '0', 02755));
	tar_member(&pack, MODE_AT("w", '0', 0666));
	tar_member(&pack, MODE_AT("d", '5', 01777));
	tar_member(&pack, MODE_AT("n", '0', 0644));
	tar_end(&pack);
	accepted(s, &pack);
	assert_int_equal(mode_of(s, "out/u"), 0755);
	assert_int_equal(mode_of(s, "out/g"), 0755);
	assert_int_equal(mode_of(s, "out/w"), 0644);
	assert_int_equal(mode_of(s, "out/d"), 0755);
	said(s, &text);
	assert_non_null(strstr(text.s, "from 4 members\n"));
	assert_ptr_equal(strchr(text.s, '\n'), text.s + text.n - 1);
}

static void A21_holes_count_too(void **state)
{
	static const char pebibyte[12] = "\x80\0\0\0\0\4\0\0\0\0\0\0";
	struct scratch *s = *state;
	AUTO(buf) pack = BUF_INIT;
	AUTO(buf) some = BUF_INIT;
	AUTO(buf) few = BUF_INIT;
	struct stat st;

	sparse(&pack, pebibyte);
	refused(s, &pack, "holds more than");
	sparse(&some, "010000000000"); /* 1 GiB */
	refused(s, &some, "more than 1000 times its size");
	sparse(&few, "000010000000"); /* 2 MiB */
	accepted(s, &few);
	assert_int_equal(fstatat(s->fd, "out/sparse", &st, 0), 0);
	assert_int_equal(st.st_size, 2 << 20);
	assert_true(st.st_blocks < 100);
}

static void refused_soon(struct scratch *s, struct buf *pack, const char *why)
{
	int64_t start = scratch_ms();

	refused(s, pack, why);
	assert_true(scratch_ms() - start < 10000);
}

/* 10 GiB in 320 KiB, stated, not stated, and behind a file; what is written is bounded by the limit of run_as. */
static void A22_bombs_do_not_go_off(void **state)
{
	static const char ten_gib[12] = "\x80\0\0\0\0\0\0\2\x80\0\0\0";
	struct scratch *s = *state;
	AUTO(buf) stated = BUF_INIT;
	AUTO(buf) one = BUF_INIT;
	AUTO(buf) behind = BUF_INIT;
	AUTO(buf) twice = BUF_INIT;

	tar_member(&stated, SIZE_AT("bomb", ten_gib));
	zstd_bomb(&stated, 10240, true);
	refused_soon(s, &stated, "holds more than");
	tar_member(&one, SIZE_AT("bomb", "070000000000")); /* 7 GiB */
	zstd_bomb(&one, 7168, true);
	refused_soon(s, &one, "times its size");
	tar_member(&behind, FILE_AT("f", ""));
	zstd_bomb(&behind, 10240, true);
	refused_soon(s, &behind, "times its size");
	tar_member(&twice, FILE_AT("f", ""));
	tar_end(&twice);
	gzip(&twice);
	gzip(&twice);
	refused_soon(s, &twice, "no tar");
}

static void A24_paths_have_limits(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) fine = BUF_INIT;
	AUTO(buf) deep = BUF_INIT;
	AUTO(buf) wide = BUF_INIT;
	AUTO(buf) huge = BUF_INIT;

	for (int i = 0; i < 60; i++)
		buf_adds(&path, "d/");
	buf_adds(&path, "f");
	with_path(&fine, &path);
	accepted(s, &fine);
	path.n--;
	for (int i = 0; i < 1940; i++)
		buf_adds(&path, "d/");
	buf_adds(&path, "f");
	with_path(&deep, &path);
	refused(s, &deep, "more folders than 64");
	buf_clear(&path);
	while (path.n < 4000)
		buf_addc(&path, 'c');
	with_path(&wide, &path);
	refused(s, &wide, "more bytes than 255");
	while (path.n < 100000)
		buf_adds(&path, "/c");
	with_path(&huge, &path);
	refused(s, &huge, "more bytes than 4096");
}

static void A25_only_files_come_again(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) pack = BUF_INIT;

	REFUSE(s, "twice", FILE_AT("x", "1"), DIR_AT("x/"));
	REFUSE(s, "twice", DIR_AT("x/"), FILE_AT("x", "1"));
	REFUSE(s, "twice", FILE_AT("x/y", "1"), FILE_AT("x", "1"));
	REFUSE(s, "twice", FILE_AT("x", "1"), LINK_AT("x", "y"));
	REFUSE(s, "not a folder", FILE_AT("x", "1"), FILE_AT("x/y", "1"));
	tar_member(&pack, (struct member){.path = "x", .content = "longer", .mode = 0755});
	tar_member(&pack, HARD_AT("h", "x"));
	tar_member(&pack, (struct member){.path = "x", .content = "new", .mode = 0600});
	tar_member(&pack, MODE_AT("d/", '5', 0700));
	tar_member(&pack, MODE_AT("d/", '5', 0750));
	tar_end(&pack);
	accepted(s, &pack);
	assert_file(s, "out/x", "new");
	assert_file(s, "out/h", "longer");
	assert_int_equal(mode_of(s, "out/x"), 0600);
	assert_int_equal(mode_of(s, "out/d"), 0750);
}

static void sample(struct buf *out)
{
	AUTO(buf) text = BUF_INIT;

	for (unsigned i = 0; i < 700; i++)
		buf_addf(&text, "%x ", i * i * 7919U);
	tar_member(out, DIR_AT("d/"));
	tar_member(out, FILE_AT("d/f", text.s));
	tar_member(out, FILE_AT("d/g", "g"));
	tar_end(out);
}

static void A29_cut_off_anywhere_is_refused(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) plain = BUF_INIT;
	AUTO(buf) packed = BUF_INIT;

	sample(&plain);
	for (size_t n = 0; n < plain.n; n += n + 512 < plain.n ? 512 : 37) {
		AUTO(buf) cut = BUF_INIT;

		buf_add(&cut, plain.s, n);
		refused(s, &cut, "");
	}
	buf_add_span(&packed, buf_span(&plain));
	gzip(&packed);
	for (size_t n = 0; n < packed.n; n += n + 64 < packed.n ? 64 : 1) {
		AUTO(buf) cut = BUF_INIT;

		buf_add(&cut, packed.s, n);
		refused(s, &cut, "");
	}
	accepted(s, &plain);
	accepted(s, &packed);
}

static void A30_nothing_stands_behind(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) pack = BUF_INIT;

	sample(&pack);
	sample(&pack);
	refused(s, &pack, "stands behind");
	gzip(&pack);
	refused(s, &pack, "stands behind");
}

#define TEXT(literal) literal, sizeof(literal) - 1

static void A31_what_is_no_pack_is_named(void **state)
{
	static const char zeros[10240];
	static const struct {
		const char *bytes;
		size_t n;
		const char *why;
	} rows[] = {
		{zeros, 0, "empty"},
		{zeros, sizeof(zeros), "nothing in it"},
		{zeros, 100, "neither a .deb, nor a tar, nor a zip"},
		{TEXT("\xed\xab\xee\xdb\3\0"), "rpm2cpio"},
		{TEXT("7z\xbc\xaf\x27\x1c\0\4"), "7z unpacks it"},
		{TEXT("Rar!\x1a\7\1\0"), "unrar"},
		{TEXT("hsqs\0\0\0\0"), "unsquashfs"},
		{TEXT("\x7f\x45LF\2\1\1\0AI\2\0"), "--appimage-extract"},
		{TEXT("\x7f\x45LF\2\1\1\0\0\0\0\0"), "a program"},
		{TEXT("<!DOCTYPE html>"), "web page"},
		{TEXT("PK\3\4 but no more"), "zip without its end"},
		{TEXT("\x1f\x8b\x08\0\0\0\0\0"), ""},
		{TEXT("\x28\xb5\x2f\xfd"), ""},
		{TEXT("!<arch>\n"), "no data.tar"},
		{TEXT("!<arch>\nnonsense"), "damaged .deb"},
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf) pack = BUF_INIT;

		buf_add(&pack, rows[i].bytes, rows[i].n);
		refused(s, &pack, rows[i].why);
	}
}

/* It is told by its bytes: the file's name says nothing at all in this suite. */
static void a_deb_is_its_data(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) data = BUF_INIT;
	AUTO(buf) pack = BUF_INIT;
	AUTO(buf) cut = BUF_INIT;

	sample(&data);
	gzip(&data);
	buf_adds(&pack, "!<arch>\n");
	buf_addf(
		&pack, "%-16s%-12d%-6d%-6d%-8o%-10d`\n2.0\n", "debian-binary", 0, 0, 0, 0100644, 4);
	buf_addf(&pack, "%-16s%-12d%-6d%-6d%-8o%-10d`\nx\n", "control.tar", 0, 0, 0, 0100644, 1);
	buf_addf(
		&pack, "%-16s%-12d%-6d%-6d%-8o%-10zu`\n", "data.tar.gz/", 0, 0, 0, 0100644, data.n);
	buf_add_span(&pack, buf_span(&data));
	buf_add(&cut, pack.s, pack.n - 1);
	accepted(s, &pack);
	assert_file(s, "out/d/g", "g");
	refused(s, &cut, "cut off");
	buf_adds(&pack, "whatever stands behind");
	accepted(s, &pack);
	memcpy(pack.s + 8 + 48, "-4        ", 10);
	refused(s, &pack, "damaged .deb");
	memcpy(pack.s + 8 + 48, "9223372036", 10);
	refused(s, &pack, "cut off");
}

static int64_t mtime_of(struct scratch *s, const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(s->fd, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_mtime;
}

static void A34_times_are_of_this_world(void **state)
{
	static const char far[12] = "\x80\0\0\0\x40\0\0\0\0\0\0\0";
	static const char negative[12] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0";
	struct scratch *s = *state;
	AUTO(buf) pack = BUF_INIT;
	int64_t now = time(NULL);

	tar_member(&pack, MODE_AT("d/", '5', 0755));
	tar_member(&pack, TIME_AT("d/zero", "00000000000\0"));
	tar_member(&pack, TIME_AT("d/far", far));
	tar_member(&pack, TIME_AT("d/negative", negative));
	tar_member(&pack, LINK_AT("d/link", "zero"));
	tar_end(&pack);
	accepted(s, &pack);
	assert_int_equal(mtime_of(s, "out/d/zero"), 0);
	assert_int_equal(mtime_of(s, "out/d/negative"), 0);
	assert_true(mtime_of(s, "out/d/far") >= now + 86400);
	assert_true(mtime_of(s, "out/d/far") < now + 86400 + 60);
	assert_int_equal(mtime_of(s, "out/d/link"), 1000000000);
	assert_int_equal(mtime_of(s, "out/d"), 1000000000);
}

static void A35_closed_folders_are_filled_first(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) pack = BUF_INIT;
	int status;

	if (geteuid() != 0)
		cannot(s, "needs to become another user");
	tar_member(&pack, MODE_AT("d/", '5', 01));
	tar_member(&pack, MODE_AT("d/e/", '5', 0500));
	tar_member(&pack, MODE_AT("d/e/f", '0', 0400));
	tar_end(&pack);
	accepted(s, &pack);
	assert_int_equal(tree_remove(s->fd, "out", &s->err), 0);
	put_dir(s, "out", 0777);
	buf_drop(&pack); /* a test that is skipped must hold no memory */
	status = run_as(s, true, (const char *const[]){"pack", "out", NULL});
	if (status == CANNOT)
		cannot(s, "needs to become another user");
	if (status == 127)
		cannot(s, "the build is where another user cannot get at it");
	assert_int_equal(status, 0);
	assert_int_equal(mode_of(s, "out/d"), 01);
	assert_int_equal(mode_of(s, "out/d/e"), 0500);
	assert_int_equal(mode_of(s, "out/d/e/f"), 0400);
}

/* What was there before stays: the folder is meant to be empty. */
static void nothing_that_was_there_is_touched(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) pack = BUF_INIT;
	AUTO(buf) text = BUF_INIT;

	tar_member(&pack, FILE_AT("l/secret", "x"));
	tar_end(&pack);
	accepted(s, &pack);
	put(s, "out/l/secret", CANARY);
	assert_int_equal(run(s, (const char *const[]){"pack", "out", NULL}), 1);
	assert_file(s, "out/l/secret", CANARY);
	assert_int_equal(tree_remove(s->fd, "out/l", &s->err), 0);
	put_link(s, "out/l", "../outside");
	assert_int_equal(run(s, (const char *const[]){"pack", "out", NULL}), 1);
	said(s, &text);
	assert_non_null(strstr(text.s, "fardel-unpack: pack: "));
	assert_unharmed(s);
}

static void program_is_not_known(void **state)
{
	(void)state;
	skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PACK_TEST(what_is_in_it_comes_out),
		PACK_TEST(A1_to_A5_paths_stay_inside),
		PACK_TEST(A6_no_top_folder_is_asked_for),
		PACK_TEST(A8_to_A10_nothing_goes_through_a_link),
		PACK_TEST(A11_to_A14_hard_links_stay_inside),
		PACK_TEST(A15_A16_devices_are_refused),
		PACK_TEST(A18_rights_are_taken_away),
		PACK_TEST(A21_holes_count_too),
		PACK_TEST(A22_bombs_do_not_go_off),
		PACK_TEST(A24_paths_have_limits),
		PACK_TEST(A25_only_files_come_again),
		PACK_TEST(A29_cut_off_anywhere_is_refused),
		PACK_TEST(A30_nothing_stands_behind),
		PACK_TEST(A31_what_is_no_pack_is_named),
		PACK_TEST(a_deb_is_its_data),
		PACK_TEST(A34_times_are_of_this_world),
		PACK_TEST(A35_closed_folders_are_filled_first),
		PACK_TEST(nothing_that_was_there_is_touched),
	};
	const struct CMUnitTest none[] = {cmocka_unit_test(program_is_not_known)};

	if (!getenv("FARDEL_BUILD"))
		return cmocka_run_group_tests(none, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
