/* Tests of engine/package_id. */
#include "engine/package_id.h"

#include "scratch.h"

/* Keeps what it is told. */
struct listener {
	struct watch watch;
	struct buf warnings;
};

static void listen(struct watch *watch, const struct event *event)
{
	struct listener *l = (struct listener *)watch;

	if (event->kind == WATCH_WARN)
		buf_addf(&l->warnings, "%.*s: %.*s\n", SPAN_ARG(event->package),
			SPAN_ARG(event->text));
}

static void listener_drop(struct listener *l)
{
	buf_drop(&l->warnings);
}

#define LISTENER_INIT \
	{ \
		{.on = listen}, BUF_INIT \
	}

static int check(struct scratch *s, struct listener *l, const char *name, bool bump)
{
	struct engine e = {
		.place = {BUF_INIT}, .log = LOG_INIT, .lock = LOCK_INIT, .watch = &l->watch};
	AUTO_FD dir = file_open(s->fd, name, O_RDONLY | O_DIRECTORY, 0, &s->err);

	return package_id_check(&e, dir, name, bump, &s->err);
}

static void get_id(struct scratch *s, const char *name, struct buf *id)
{
	AUTO_FD dir = file_open(s->fd, name, O_RDONLY | O_DIRECTORY, 0, &s->err);

	buf_clear(id);
	assert_int_equal(package_id(dir, name, id, &s->err), 0);
}

/* The same by the programs that the format's own build tool is made of. */
static void get_id_by_shell(struct scratch *s, const char *name, struct buf *id)
{
	AUTO(buf) command = BUF_INIT;
	char line[128] = "";
	FILE *f;

	buf_addf(&command,
		"cd %s && find %s -type f ! -name .puavo-pkg-version | LC_ALL=C sort | "
		"xargs -n1 md5sum | md5sum",
		s->path, name);
	f = popen(command.s, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	pclose(f);
	buf_set(id, span_cut(span_of(line), 0, 32));
}

static void put_installer(struct scratch *s)
{
	put(s, "zoom/rules", "#!/bin/sh\n");
	put_mode(s, "zoom/rules", 0755);
	put(s, "zoom/legend", "Zoom\n");
	/* Where the order of bytes is not that of words, nor of folders. */
	put(s, "zoom/a/b", "1");
	put(s, "zoom/a-b", "2");
	put(s, "zoom/a.b", "3");
	put(s, "zoom/B", "4");
	put(s, "zoom/\xc3\xa4", "5");
	put(s, "zoom/empty", "");
	put_link(s, "zoom/link", "legend");
	put_dir(s, "zoom/folder", 0755);
}

static void ids_are_those_of_the_shell(void **state)
{
	struct scratch *s = *state;
	AUTO(buf) ours = BUF_INIT;
	AUTO(buf) theirs = BUF_INIT;
	AUTO(buf) first = BUF_INIT;

	put_installer(s);
	get_id(s, "zoom", &first);
	get_id_by_shell(s, "zoom", &theirs);
	assert_int_equal(first.n, 32);
	assert_buf(&first, theirs.s);
	/* The version's file is left out, wherever it stands; modes and links do not count. */
	put(s, "zoom/.puavo-pkg-version", "name zoom\n");
	put(s, "zoom/folder/.puavo-pkg-version", "x");
	put_mode(s, "zoom/B", 0755);
	put_link(s, "zoom/second", "legend");
	get_id(s, "zoom", &ours);
	assert_buf(&ours, first.s);
	get_id_by_shell(s, "zoom", &theirs);
	assert_buf(&ours, theirs.s);
	put(s, "zoom/folder/new", "5");
	get_id(s, "zoom", &ours);
	get_id_by_shell(s, "zoom", &theirs);
	assert_buf(&ours, theirs.s);
	assert_string_not_equal(ours.s, first.s);
	/* The name is part of it. */
	assert_int_equal(renameat(s->fd, "zoom", s->fd, "slack"), 0);
	get_id(s, "slack", &first);
	get_id_by_shell(s, "slack", &theirs);
	assert_buf(&first, theirs.s);
	assert_string_not_equal(ours.s, first.s);
}

static void format_1_is_left_alone(void **state)
{
	struct scratch *s = *state;
	struct listener l = LISTENER_INIT;

	put_installer(s);
	assert_int_equal(check(s, &l, "zoom", false), 0);
	assert_false(is_there(s, "zoom/.puavo-pkg-version"));
	assert_buf(&l.warnings, "");
	listener_drop(&l);
}

/* The line of that key in the version's file. */
static void get_value(struct scratch *s, const char *key, struct buf *value)
{
	AUTO(buf) text = BUF_INIT;
	struct span rest, line;
	int found = 0;

	assert_int_equal(file_read(s->fd, "zoom/.puavo-pkg-version", 65536, &text, &s->err), 1);
	rest = buf_span(&text);
	buf_clear(value);
	while (span_split(&rest, '\n', &line)) {
		if (!span_starts(line, key) || line.n <= strlen(key) || line.s[strlen(key)] != ' ')
			continue;
		buf_set(value, span_cut(line, strlen(key) + 1, line.n));
		found++;
	}
	assert_true(found <= 1);
}

static void assert_value(struct scratch *s, const char *key, const char *value)
{
	AUTO(buf) now = BUF_INIT;

	get_value(s, key, &now);
	assert_buf(&now, value);
}

static void a_wrong_id_is_told_and_stays(void **state)
{
	static const char text[] = "name zoom\npackage-id 00000000000000000000000000000000\n"
				   "pkg-format 2\nversion 7\n";
	struct scratch *s = *state;
	struct listener l = LISTENER_INIT;
	AUTO(buf) id = BUF_INIT;

	put_installer(s);
	put(s, "zoom/.puavo-pkg-version", text);
	get_id(s, "zoom", &id);
	assert_int_equal(check(s, &l, "zoom", false), 0);
	assert_true(span_starts(buf_span(&l.warnings),
		"zoom: the package-id in .puavo-pkg-version is 00000000000000000000000000000000"));
	assert_non_null(strstr(l.warnings.s, id.s));
	assert_non_null(strstr(l.warnings.s, "--bump"));
	assert_file(s, "zoom/.puavo-pkg-version", text);
	listener_drop(&l);
}

static void bumping_writes_a_new_one(void **state)
{
	struct scratch *s = *state;
	struct listener l = LISTENER_INIT;
	AUTO(buf) id = BUF_INIT;
	AUTO(buf) time = BUF_INIT;

	put_installer(s);
	put(s, "zoom/.puavo-pkg-version",
		"version 41\nname other\nrequired-image x\npackage-id 0\n\ntimestamp then\n"
		"namely so\npkg-format 9");
	get_id(s, "zoom", &id);
	assert_int_equal(check(s, &l, "zoom", true), 0);
	assert_value(s, "name", "zoom");
	assert_value(s, "package-id", id.s);
	assert_value(s, "pkg-format", "2");
	assert_value(s, "version", "42");
	assert_value(s, "required-image", "x");
	assert_value(s, "namely", "so");
	get_value(s, "timestamp", &time);
	/* 2026-11-20T15:02:00+00:00 */
	assert_int_equal(time.n, 25);
	assert_true(time.s[10] == 'T' && span_ends(buf_span(&time), "+00:00"));
	assert_int_equal(mode_of(s, "zoom/.puavo-pkg-version"), 0644);
	assert_buf(&l.warnings, "");
	/* What is right already is left as it is. */
	assert_int_equal(check(s, &l, "zoom", true), 0);
	assert_value(s, "version", "42");
	assert_value(s, "timestamp", time.s);
	assert_int_equal(check(s, &l, "zoom", false), 0);
	assert_buf(&l.warnings, "");
	put(s, "zoom/legend", "Zoom!\n");
	assert_int_equal(check(s, &l, "zoom", true), 0);
	assert_value(s, "version", "43");
	listener_drop(&l);
}

static void bumping_makes_the_first_one(void **state)
{
	struct scratch *s = *state;
	struct listener l = LISTENER_INIT;
	AUTO(buf) id = BUF_INIT;

	put_installer(s);
	get_id(s, "zoom", &id);
	assert_int_equal(check(s, &l, "zoom", true), 0);
	assert_value(s, "name", "zoom");
	assert_value(s, "version", "1");
	assert_value(s, "package-id", id.s);
	listener_drop(&l);
}

static void what_cannot_be_counted_up_is_an_error(void **state)
{
	static const char *const texts[] = {"package-id 0\nversion x\n", "package-id 0\n",
		"package-id 0\nversion -1\n", "package-id 0\nversion 99999999999999999999\n"};
	struct scratch *s = *state;
	struct listener l = LISTENER_INIT;

	put_installer(s);
	for (size_t i = 0; i < COUNT(texts); i++) {
		put(s, "zoom/.puavo-pkg-version", texts[i]);
		assert_int_equal(check(s, &l, "zoom", true), -1);
		assert_err(&s->err, ERR_INSTALLER, "version is no number");
		assert_file(s, "zoom/.puavo-pkg-version", texts[i]);
	}
	listener_drop(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(ids_are_those_of_the_shell),
		SCRATCH_TEST(format_1_is_left_alone),
		SCRATCH_TEST(a_wrong_id_is_told_and_stays),
		SCRATCH_TEST(bumping_writes_a_new_one),
		SCRATCH_TEST(bumping_makes_the_first_one),
		SCRATCH_TEST(what_cannot_be_counted_up_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
