/* store/scan on what sys/overlay gives: real tools, over the machine's root and over a small one. */
#include "store/scan.h"

#include "staged.h"

#include "overlaid.h"

/* What the stage has of its own. */
static const char *const own_places[] = {"/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp"};

/* All layers, each without the places of the others. */
static void unit_read_stage(const struct show *v, struct scratch *s, struct changes *out)
{
	struct scan how = SCAN_INIT;
	VEC(const char *) except = {0};

	for (size_t i = 0; i < COUNT(own_places); i++)
		*vec_push(&except) = own_places[i];
	VEC_FOR (const struct overlay_closed, c, &v->o.closed)
		*vec_push(&except) = c->place.s;
	VEC_FOR (const struct overlay_layer, l, &v->o.of)
		*vec_push(&except) = l->place.s;
	*vec_push(&except) = NULL;
	how.except = except.v;
	VEC_FOR (const struct overlay_layer, l, &v->o.of) {
		const struct scan_layer layer = {
			l->upper, l->lower, l->place.s, l->user_attributes};

		if (scan_layer(&how, &layer, out, &s->err) < 0)
			fail_msg("%s", s->err.text);
	}
	vec_drop(&except);
}

static void unit_assert_stage(
	const struct show *v, struct scratch *s, const char *want, const char *file, int line)
{
	AUTO(changes) c = CHANGES_INIT;

	unit_read_stage(v, s, &c);
	unit_assert_changes(&c, want, file, line);
}

#define assert_stage(v, s, want) unit_assert_stage(v, s, want, __FILE__, __LINE__)

static void who_only_looks_changes_nothing(void **state)
{
	struct scratch *s = *state;
	STAGE(v, s, NULL);

	assert_run(&v.r,
		"ls -lR /etc >/dev/null 2>&1; cat /etc/passwd >/dev/null; touch /run/x /tmp/y /dev/shm/z; "
		"echo done",
		"done\n");
	assert_stage(&v, s, "");
}

static void a_small_root_is_read_exactly(void **state)
{
	struct scratch *s = *state;

	put_root(s);
	put(s, "root/etc/conf", "old");
	put(s, "root/etc/gone", "1");
	put(s, "root/opt/app/old/file", "1");
	put(s, "root/opt/app/same", "1");
	{
		STAGE(v, s, "root");

		assert_run(&v.r,
			"cd /etc; echo new >conf; rm gone; chmod 600 /opt/app/same; cd /opt/app; "
			"rm -r old; mkdir -p old/sub; ln -s ../etc x; : >/tmp/t; : >/run/r; echo done",
			"done\n");
		assert_stage(&v, s,
			"replaced /etc/conf file 644 3 | file 644 4\n"
			"deleted /etc/gone file 644 1\n"
			"deleted /opt/app/old/file file 644 1\n"
			"created /opt/app/old/sub folder 755\n"
			"attributes /opt/app/same file 644 1 | file 600 1\n"
			"created /opt/app/x link 777 -> ../etc\n");
	}
}

/* In the second program of a stage, what the first one did is there. */
static void two_programs_are_one_list(void **state)
{
	struct scratch *s = *state;

	put_root(s);
	put(s, "root/etc/conf", "old");
	{
		STAGE(v, s, "root");

		assert_run(&v.r, "rm /etc/conf; : >/etc/made; mkdir /opt/x; echo done", "done\n");
		assert_run(&v.r, "printf old >/etc/conf; rm /etc/made; : >/opt/x/y; echo done",
			"done\n");
		assert_stage(&v, s,
			"created /opt/x folder 755\n"
			"created /opt/x/y file 644 0\n");
	}
}

/* What is no change is not seen as one either: a program that makes sure of the other name has to see that it must. */
static void by_its_other_name_a_file_stays(void **state)
{
	struct scratch *s = *state;

	put_root(s);
	put(s, "root/etc/one", "old");
	assert_int_equal(linkat(s->fd, "root/etc/one", s->fd, "root/etc/two", 0), 0);
	{
		STAGE(v, s, "root");

		assert_run(&v.r, "cd /etc; printf newer >one; cat two", "old");
		assert_stage(&v, s, "replaced /etc/one file 644 3 | file 644 5\n");
		assert_run(&v.r, "cd /etc; ln -f one two; cat two", "newer");
	}
}

static void a_user_is_added(void **state)
{
	static const char *const wanted[] = {"/etc/group", "/etc/passwd", "/etc/shadow",
		"/home/fardel-scanned", "/home/fardel-scanned/kept"};
	struct scratch *s = *state;
	AUTO(changes) c = CHANGES_INIT;
	STAGE(v, s, NULL);

	if (geteuid() != 0 || !can_give_away(s) || access("/usr/sbin/useradd", X_OK) < 0) {
		show_drop(&v);
		cannot(s, "no users can be added here");
	}
	assert_run(&v.r,
		"useradd -m fardel-scanned && echo x >/home/fardel-scanned/kept && ldconfig; echo done",
		"done\n");
	unit_read_stage(&v, s, &c);
	for (size_t i = 0; i < COUNT(wanted); i++)
		if (!changes_get(&c, span_of(wanted[i])))
			fail_msg("%s is not among the changes", wanted[i]);
	for (size_t i = 0; i < c.of.n; i++)
		assert_true(span_starts(buf_span(&c.of.v[i].path), "/etc/") ||
			    span_starts(buf_span(&c.of.v[i].path), "/home/fardel-scanned") ||
			    span_starts(buf_span(&c.of.v[i].path), "/var/"));
	assert_int_equal(access("/home/fardel-scanned", F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(who_only_looks_changes_nothing),
		SCRATCH_TEST(a_small_root_is_read_exactly),
		SCRATCH_TEST(two_programs_are_one_list),
		SCRATCH_TEST(by_its_other_name_a_file_stays),
		SCRATCH_TEST(a_user_is_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
