/* cmd/changes_print: changes in words. */
#include "cmd/changes_print.h"

#include <time.h>

#include "unit.h"

#define OWN "/var/lib/fardel/packages/zoom/1234"

static struct change *add(
	struct changes *c, const char *path, enum node_type before, enum node_type after)
{
	struct change *added = changes_add(c, span_of(path));

	added->before.type = before;
	added->after.type = after;
	return added;
}

static void link_to(struct changes *c, const char *path, const char *target)
{
	buf_sets(&add(c, path, NODE_NONE, NODE_LINK)->after.target, target);
}

static void fill(struct changes *c)
{
	struct change *x;

	link_to(c, "/usr/bin/zoom", OWN "/upstream/opt/zoom/ZoomLauncher");
	link_to(c, "/usr/share/icons/hicolor/16x16/apps/zoom.png", OWN "/upstream/16.png");
	link_to(c, "/usr/share/icons/hicolor/256x256/apps/zoom.png", OWN "/upstream/256.png");
	link_to(c, "/usr/share/icons/hicolor/32x32/apps/zoom.png", OWN "/upstream/32.png");
	add(c, "/usr/share/icons/hicolor/256x256", NODE_NONE, NODE_FOLDER);
	x = add(c, "/usr/share/applications/zoom.desktop", NODE_NONE, NODE_FILE);
	x->after.size = 612;
	x = add(c, "/etc/zoom.conf", NODE_FILE, NODE_FILE);
	x->after.mode = 0600;
	x->before.mode = 0644;
	x->after.uid = 7;
	x = add(c, "/opt/zoom/sandbox", NODE_NONE, NODE_FILE);
	x->after.mode = 04755;
	x->after.size = 1000000;
	add(c, "/opt/zoom", NODE_NONE, NODE_FOLDER);
	add(c, "/opt", NODE_NONE, NODE_FOLDER);
	add(c, "/srv/empty", NODE_FOLDER, NODE_NONE);
	add(c, "/srv/evil\n\x1b[2J", NODE_FIFO, NODE_NONE);
	add(c, OWN "/upstream/a", NODE_FILE, NODE_NONE)->own = true;
	changes_sort(c);
}

static void sections_show_what_matters(void **state)
{
	AUTO(changes) c = CHANGES_INIT;
	AUTO(buf) out = BUF_INIT;
	struct changes_look look = {.utf8 = true, .own = SPAN(OWN)};

	(void)state;
	fill(&c);
	changes_print_sections(&out, &c, &look);
	assert_buf(&out,
		"  Programs\n"
		"    + link    /usr/bin/zoom  →  upstream/opt/zoom/ZoomLauncher\n"
		"  Desktop\n"
		"    + file    /usr/share/applications/zoom.desktop   612 B\n"
		"    + links   /usr/share/icons/hicolor/{16x16 … 32x32}/apps/zoom.png   (3)\n"
		"  Configuration\n"
		"    ~ file    /etc/zoom.conf   mode 0600, was 0644, owner 7:0\n"
		"  Everything else\n"
		"    + file    /opt/zoom/sandbox   1.0 MB, mode 4755\n"
		"    - folder  /srv/empty\n"
		"    - fifo    /srv/evil\\n\\x1b[2J\n"
		"  In its own folder\n"
		"    1 change\n");
	buf_clear(&out);
	changes_print_counts(&out, &c);
	assert_buf(&out, "4 links, 3 files, 4 folders and 1 other");
}

static void plain_lines_show_all(void **state)
{
	AUTO(changes) c = CHANGES_INIT;
	AUTO(buf) out = BUF_INIT;

	(void)state;
	link_to(&c, "/usr/bin/zoom", OWN "/zo\tom");
	add(&c, "/opt", NODE_NONE, NODE_FOLDER);
	add(&c, "/x", NODE_NONE, NODE_FILE)->after.size = 5;
	changes_print_plain(&out, SPAN("zoom"), &c);
	assert_buf(&out, "zoom\tcreated\tlink\t/usr/bin/zoom\t" OWN "/zo\\tom\n"
			 "zoom\tcreated\tfolder\t/opt\t\n"
			 "zoom\tcreated\tfile\t/x\t5\n");
}

static void none_are_nothing(void **state)
{
	AUTO(changes) c = CHANGES_INIT;
	AUTO(buf) out = BUF_INIT;
	struct changes_look look = {.utf8 = false};

	(void)state;
	changes_print_sections(&out, &c, &look);
	changes_print_plain(&out, SPAN("zoom"), &c);
	assert_buf(&out, "");
	changes_print_counts(&out, &c);
	assert_buf(&out, "nothing");
	buf_clear(&out);
	add(&c, OWN, NODE_NONE, NODE_FILE)->own = true;
	changes_print_counts(&out, &c);
	assert_buf(&out, "nothing");
}

static void only_what_is_alike_is_one_line(void **state)
{
	AUTO(changes) c = CHANGES_INIT;
	AUTO(buf) out = BUF_INIT;
	struct changes_look look = {.utf8 = false};

	(void)state;
	add(&c, "/srv/a", NODE_NONE, NODE_FILE);
	add(&c, "/srv/b", NODE_NONE, NODE_FILE)->after.mode = 04755;
	add(&c, "/srv/c", NODE_FILE, NODE_NONE);
	add(&c, "/srv/d/e", NODE_NONE, NODE_FILE);
	add(&c, "/srv/f/g", NODE_NONE, NODE_FILE);
	add(&c, "/srv/h", NODE_NONE, NODE_FILE);
	changes_print_sections(&out, &c, &look);
	assert_buf(&out, "  Everything else\n"
			 "    + files   /srv/{a,h}   (2)\n"
			 "    + file    /srv/b   0 B, mode 4755\n"
			 "    - file    /srv/c\n"
			 "    + file    /srv/d/e   0 B\n"
			 "    + file    /srv/f/g   0 B\n");
}

/* A package that copies itself to /opt: nothing is like anything else, and nobody waits minutes to be told. */
static void many_take_no_time(void **state)
{
	AUTO(changes) c = CHANGES_INIT;
	AUTO(buf) out = BUF_INIT;
	struct changes_look look = {.utf8 = false};
	clock_t begun;
	size_t lines = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		AUTO(buf) path = BUF_INIT;

		buf_addf(&path, "/opt/%05d/%05d/x", i, i);
		add(&c, path.s, NODE_NONE, NODE_FILE);
	}
	begun = clock();
	changes_print_sections(&out, &c, &look);
	assert_true(clock() - begun < 20 * CLOCKS_PER_SEC);
	for (size_t i = 0; i < out.n; i++)
		lines += out.s[i] == '\n';
	assert_int_equal(lines, 20001);
}

/* Other things between them do not part those that are alike, and a folder of many is one line. */
static void many_alike_are_one_line(void **state)
{
	AUTO(changes) c = CHANGES_INIT;
	AUTO(buf) out = BUF_INIT;
	struct changes_look look = {.utf8 = false};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		AUTO(buf) path = BUF_INIT;

		buf_addf(&path, "/srv/%04d", i);
		add(&c, path.s, NODE_NONE, NODE_FILE);
		buf_addf(&path, ".d/%d", i);
		if (i % 10 == 0)
			add(&c, path.s, NODE_FILE, NODE_NONE);
	}
	changes_print_sections(&out, &c, &look);
	assert_true(span_starts(buf_span(&out), "  Everything else\n"
						"    + files   /srv/{0000 ... 0999}   (1000)\n"
						"    - file    /srv/0000.d/0\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_show_what_matters),
		cmocka_unit_test(plain_lines_show_all),
		cmocka_unit_test(none_are_nothing),
		cmocka_unit_test(only_what_is_alike_is_one_line),
		cmocka_unit_test(many_take_no_time),
		cmocka_unit_test(many_alike_are_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
