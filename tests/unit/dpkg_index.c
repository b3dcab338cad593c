/* Tests of store/dpkg_index, and of store/dpkg by it. That the lists were not read is seen by one that is damaged in place,
 * which shows in no folder. */
#include "store/dpkg_index.h"
#include "store/dpkg.h"

#include "scratch.h"

#define DB "var/lib/dpkg/"
#define FILE_PLACE "var/lib/fardel/dpkg-index"
#define INSTALLED(name) "Package: " name "\nStatus: install ok installed\nArchitecture: all\n\n"

/* All that this system names, in both spellings where /bin is merged. */
static const char *const named[] = {"/", "/bin/ls", "/usr/bin/ls", "/usr/bin/env", "/etc/sudoers",
	"/etc/old one", "/bin/editor", "/usr/bin/editor", "/usr/share/man/editor.1", "/bin/cat",
	"/usr/bin/cat", "/opt/cat.real", "/usr/bin/sudo"};

static void put_system(struct scratch *s)
{
	put(s, DB "status",
		INSTALLED("coreutils") "Package: sudo\nStatus: install ok installed\n"
				       "Conffiles:\n /etc/sudoers 01\n /etc/old one 02 obsolete\n");
	put(s, DB "info/coreutils.list", "/.\n/bin/ls\n/usr/bin/env\n");
	put(s, DB "info/sudo.list", "/.\n/usr/bin/sudo\n");
	put(s, DB "updates/x", "");
	put(s, DB "diversions", "/bin/cat\n/opt/cat.real\n:\n");
	put(s, DB "alternatives/editor",
		"auto\n/bin/editor\neditor.1\n/usr/share/man/editor.1\n\n/usr/bin/ed\n1\n/ed\n\n");
	put_dir(s, "usr/bin", 0755);
	put_dir(s, "var/lib/fardel/stage", 0755);
	put_link(s, "bin", "usr/bin");
}

static int ask(struct scratch *s, const char *path, bool keep)
{
	AUTO(texts) paths = {0};
	AUTO(owners) o = OWNERS_INIT;
	int there;

	err_clear(&s->err);
	texts_add(&paths, SPAN("/nowhere"));
	texts_add(&paths, span_of(path));
	there = dpkg_owners(&s->place, &paths, NULL, keep, &o, &s->err);
	return there == 1 ? (int)o.of.n : -1;
}

static struct dpkg_stamps stamps_of(struct scratch *s)
{
	AUTO_FD admin = file_open(s->fd, DB ".", O_RDONLY | O_DIRECTORY, 0, &s->err);
	struct dpkg_stamps stamps;

	assert_true(admin >= 0);
	assert_true(dpkg_stamps_take(admin, 0, &stamps));
	return stamps;
}

/* Whether there is one that fits the database as it is. */
static bool fits(struct scratch *s)
{
	AUTO(dpkg_index) index = DPKG_INDEX_INIT;
	struct dpkg_stamps stamps = stamps_of(s);

	return dpkg_index_open(&s->place, &stamps, &index);
}

static void save(struct scratch *s, const struct dpkg_stamps *stamps)
{
	AUTO(dpkg_names) names = DPKG_NAMES_INIT;

	dpkg_names_add(&names, SPAN("/a"));
	dpkg_index_save(&s->place, stamps, &names);
}

static void lists_are_read_only_for_what_may_be_named(void **state)
{
	struct scratch *s = *state;

	put_system(s);
	assert_int_equal(ask(s, "/no/one", true), 0);
	assert_false(is_there(s, FILE_PLACE)); /* too young */
	pause_ms(2050);
	assert_int_equal(ask(s, "/no/one", false), 0);
	assert_false(is_there(s, FILE_PLACE));
	assert_int_equal(ask(s, "/usr/bin/env", true), 1);
	assert_int_equal(mode_of(s, FILE_PLACE), 0600);
	assert_false(is_there(s, "var/lib/fardel/stage/dpkg-index"));
	put(s, DB "info/sudo.list", "");
	assert_int_equal(ask(s, "/no/one", true), 0);
	for (size_t i = 0; i < COUNT(named); i++) {
		if (ask(s, named[i], true) != -1)
			fail_msg("the lists were not read for %s", named[i]);
		assert_err(&s->err, ERR_BAD_STATE, "sudo.list: it is empty");
	}
	put(s, DB "info/sudo.list", "/.\n");
	put(s, FILE_PLACE, "");
	assert_int_equal(ask(s, "/no/one", true), 0);
	assert_true(size_of(s, FILE_PLACE) > 0);
	/* Where /bin is no link any more, /bin/ls and /usr/bin/ls are two. */
	assert_int_equal(unlinkat(s->fd, "bin", 0), 0);
	put(s, DB "info/sudo.list", "");
	assert_int_equal(ask(s, "/no/one", false), -1);
}

static void a_database_to_come_is_read(void **state)
{
	struct scratch *s = *state;
	AUTO(texts) paths = {0};
	AUTO(owners) o = OWNERS_INIT;
	const struct span later = SPAN("/usr/bin/env\n/no/one\n:\n");

	put_system(s);
	pause_ms(2050);
	assert_int_equal(ask(s, "/no/one", true), 0);
	texts_add(&paths, SPAN("/no/one"));
	assert_int_equal(dpkg_owners(&s->place, &paths, &later, true, &o, &s->err), 1);
	assert_int_equal(o.of.n, 1);
	assert_int_equal(o.of.v[0].kind, OWNER_DIVERTED_TO);
}

/* A change as dpkg and its tools make it: shell, in the database's folder. */
static const char *const changes[] = {
	"echo /x >info/sudo.list.new && mv info/sudo.list.new info/sudo.list",
	"rm info/sudo.list",
	"echo /x >info/new.list",
	"cp status status-new && mv status-new status",
	"echo >>status",
	"rm status",
	"echo >updates/0001",
	"rmdir updates/y",
	"rm -r updates",
	"cp diversions diversions-new && mv diversions-new diversions",
	"rm diversions",
	"echo >>diversions",
	"echo >alternatives/new",
	"rm alternatives/editor",
	"cp -a alternatives a && mv alternatives b && mv a alternatives",
	"cp -a info i && mv info b && mv i info",
};

static void change(struct scratch *s, const char *how)
{
	AUTO(buf) command = BUF_INIT;

	buf_addf(&command, "cd %s/" DB " && %s", s->path, how);
	assert_int_equal(system(command.s), 0);
}

static void each_change_is_seen(void **state)
{
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(changes); i++) {
		struct dpkg_stamps stamps;

		assert_int_equal(tree_clear(s->fd, &s->err), 0);
		put_system(s);
		put_dir(s, DB "updates/y", 0755);
		stamps = stamps_of(s);
		save(s, &stamps);
		assert_true(fits(s));
		pause_ms(20); /* a clock tick, and another */
		change(s, changes[i]);
		if (fits(s))
			fail_msg("not seen: %s", changes[i]);
		/* Nor is what was read meanwhile taken for what there is. */
		save(s, &stamps);
		assert_false(fits(s));
	}
}

static void the_form_of_paths_is_another_index(void **state)
{
	struct scratch *s = *state;
	AUTO(dpkg_index) index = DPKG_INDEX_INIT;
	struct dpkg_stamps stamps;

	put_system(s);
	stamps = stamps_of(s);
	save(s, &stamps);
	stamps.form = 1;
	assert_false(dpkg_index_open(&s->place, &stamps, &index));
}

static void what_is_young_is_not_settled(void **state)
{
	struct scratch *s = *state;
	struct dpkg_stamps stamps;

	put_system(s);
	stamps = stamps_of(s);
	assert_false(dpkg_stamps_settled(&stamps));
	pause_ms(2050);
	assert_true(dpkg_stamps_settled(&stamps));
	for (size_t i = 0; i < COUNT(stamps.of); i++) {
		struct dpkg_stamps later = stamps;

		assert_true(later.of[i].there);
		later.of[i].changed[0] += 1;
		assert_false(dpkg_stamps_settled(&later));
		later.of[i].changed[0] += 1000000; /* a clock that was set back */
		assert_false(dpkg_stamps_settled(&later));
		later.of[i].there = 0;
		assert_true(dpkg_stamps_settled(&later));
	}
}

/* Whether it is told of "/a" that it is in it, or nothing at all. */
static bool is_heeded(struct scratch *s, const struct dpkg_stamps *stamps)
{
	AUTO(dpkg_index) index = DPKG_INDEX_INIT;

	return dpkg_index_open(&s->place, stamps, &index) &&
	       dpkg_index_lacks(&index, SPAN("/a")) >= 0;
}

static void damage_is_noticed(void **state)
{
	struct scratch *s = *state;
	struct dpkg_stamps stamps;
	int64_t size;
	AUTO_FD fd = -1;

	put_system(s);
	stamps = stamps_of(s);
	save(s, &stamps);
	size = size_of(s, FILE_PLACE);
	fd = openat(s->fd, FILE_PLACE, O_RDWR | O_CLOEXEC);
	for (int64_t i = 0; i < size; i++) {
		char was, is;

		assert_int_equal(pread(fd, &was, 1, i), 1);
		is = (char)(was ^ (1 << i % 8));
		assert_int_equal(pwrite(fd, &is, 1, i), 1);
		if (is_heeded(s, &stamps))
			fail_msg("byte %lld", (long long)i);
		assert_int_equal(pwrite(fd, &was, 1, i), 1);
		assert_true(is_heeded(s, &stamps));
	}
	while (size--) {
		assert_int_equal(ftruncate(fd, size), 0);
		assert_false(is_heeded(s, &stamps));
	}
}

static void what_is_no_file_is_no_index(void **state)
{
	struct scratch *s = *state;
	struct dpkg_stamps stamps;

	put_system(s);
	stamps = stamps_of(s);
	assert_int_equal(mkfifoat(s->fd, FILE_PLACE, 0600), 0);
	assert_false(fits(s));
	save(s, &stamps);
	assert_true(fits(s));
	assert_int_equal(renameat(s->fd, FILE_PLACE, s->fd, "elsewhere"), 0);
	put_link(s, FILE_PLACE, "../../../elsewhere");
	assert_false(fits(s));
	assert_int_equal(unlinkat(s->fd, FILE_PLACE, 0), 0);
	put_dir(s, FILE_PLACE, 0755);
	assert_false(fits(s));
	save(s, &stamps);
	assert_int_equal(tree_remove(s->fd, "var/lib/fardel", &s->err), 0);
	save(s, &stamps);
	assert_false(fits(s));
}

static void many_names_fit(void **state)
{
	enum { MANY = 200000 };
	struct scratch *s = *state;
	AUTO(dpkg_names) names = DPKG_NAMES_INIT;
	AUTO(dpkg_index) index = DPKG_INDEX_INIT;
	AUTO(buf) path = BUF_INIT;
	struct dpkg_stamps stamps;
	int wrong = 0;

	put_system(s);
	stamps = stamps_of(s);
	for (int i = 0; i < MANY; i++) {
		buf_setf(&path, "/usr/share/doc/package%d/file%d", i / 10, i);
		dpkg_names_add(&names, buf_span(&path));
		dpkg_names_add(&names, buf_span(&path));
	}
	assert_int_equal(names.n, MANY);
	dpkg_index_save(&s->place, &stamps, &names);
	assert_true(dpkg_index_open(&s->place, &stamps, &index));
	for (int i = 0; i < MANY; i++) {
		buf_setf(&path, "/usr/share/doc/package%d/file%d", i / 10, i);
		if (dpkg_index_lacks(&index, buf_span(&path)) != 0)
			fail_msg("%s is lost", path.s);
		buf_setf(&path, "/usr/share/doc/package%d/file%d", i / 10, i + MANY);
		wrong += dpkg_index_lacks(&index, buf_span(&path)) != 1;
	}
	if (wrong > 2)
		fail_msg("%d of %d are taken for others", wrong, MANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(lists_are_read_only_for_what_may_be_named),
		SCRATCH_TEST(a_database_to_come_is_read),
		SCRATCH_TEST(each_change_is_seen),
		SCRATCH_TEST(the_form_of_paths_is_another_index),
		SCRATCH_TEST(what_is_young_is_not_settled),
		SCRATCH_TEST(damage_is_noticed),
		SCRATCH_TEST(what_is_no_file_is_no_index),
		SCRATCH_TEST(many_names_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
