/* Tests of model/lint on packages of Packets. */
#include <stdio.h>
#include <time.h>

#include "model/lint.h"
#include "unit.h"

struct given {
	const char *path, *text;
	unsigned mode; /* 0: 0644 */
};

static void add(struct lint_files *files, struct given g)
{
	struct lint_file *f = lint_files_add(files, span_of(g.path));

	f->mode = g.mode ? g.mode : 0644;
	f->size = (int64_t)strlen(g.text);
	f->read = lint_wants(span_of(g.path), f->size);
	if (f->read)
		buf_sets(&f->text, g.text);
}

static size_t count(const struct lint *l, const char *id)
{
	size_t n = 0;

	VEC_FOR (const struct lint_finding, f, &l->of)
		n += strcmp(f->id->id, id) == 0;
	return n;
}

#define INFO "[Info]\nname = \"Tool\"\nversion = \"1\"\n"
#define HOOKS INFO "description = \"x\"\n[Hooks]\ninstall = \"./s/in.lua\"\nremove = \"out.lua\"\n"

/* What is in the install hook. The remove hook is there. */
static const struct {
	const char *id, *bad, *good;
} hooks[] = {
	{"missing-function", "os.execute('true')", "os.mkdir('x')"},
	{"missing-function", "local x = io . popen [[ls]]", "local x = io.open('x')"},
	{"missing-function", "require 'x'", "x.require 'x'"},
	{"missing-function", "debug.traceback()", "local debug = 1 -- debug.x()"},
	{"missing-function", "for l in io.lines('x') do end", "for l in f:lines('x') do end"},
	{"missing-function", "x = os.getenv 'HOME'", "if os.getenv then end"},
	{"missing-function", "dofile(a)", "local function dofile(a) end"},
	{"missing-function", "build.compile('gcc')", "function build() end build()"},
	{"path-in-hook", "os.remove('/etc/x')", "os.remove(data_dir .. '/etc/x')"},
	{"path-in-hook", "os.symlink(data_dir .. '/a', \"/usr/bin/a\")",
		"os.symlink(path_join(data_dir, '/a'), packets_bin_dir .. '/a')"},
	{"path-in-hook", "x = {'/opt/packets/x'}", "x = {'/x/opt', 'a/etc', '/', ''}"},
};

/* A package whose install hook that is. Of NULLs there is nothing. */
static void look4(const char *manifest, const char *install, const char *remove, struct lint *out)
{
	AUTO(lint_files) files = LINT_FILES_INIT;
	const struct texts none = {0};

	buf_sets(&files.name, "Tool");
	add(&files, (struct given){"manifest.toml", manifest, 0});
	/* The vendor's own. */
	add(&files, (struct given){"description", "\x1b", 0});
	add(&files, (struct given){"legnd", "x", 0});
	add(&files, (struct given){"data/rules.sh", "killall [[\r\n", 0});
	add(&files, (struct given){"rules", "killall", 0});
	if (install)
		add(&files, (struct given){"s/in.lua", install, 0});
	if (remove)
		add(&files, (struct given){"out.lua", remove, 0});
	lint_look(&files, out);
	lint_end(out, &files, &none);
}

static void of_hooks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hooks); i++) {
		struct lint bad = LINT_INIT, good = LINT_INIT;

		look4(HOOKS, hooks[i].bad, "", &bad);
		look4(HOOKS, hooks[i].good, "", &good);
		if (bad.of.n != 1 || count(&bad, hooks[i].id) != 1 || bad.of.v[0].line != 1)
			fail_msg("%s: %zu, not the one %s", hooks[i].bad, bad.of.n, hooks[i].id);
		if (good.of.n)
			fail_msg("%s: %s: %s", hooks[i].good, good.of.v[0].id->id,
				good.of.v[0].text.s);
		lint_drop(&bad);
		lint_drop(&good);
	}
}

/* The ids that are found, with blanks between. */
static const char *found(struct lint *l, struct buf *out)
{
	buf_clear(out);
	VEC_FOR (const struct lint_finding, f, &l->of)
		buf_addf(out, "%s%s", out->n ? " " : "", f->id->id);
	lint_drop(l);
	*l = LINT_INIT;
	return out->s;
}

static void of_the_whole(void **state)
{
	const struct texts none = {0};
	struct lint l = LINT_INIT;
	AUTO(lint_files) files = LINT_FILES_INIT;
	AUTO(buf) ids = BUF_INIT;

	(void)state;
	look4(HOOKS, NULL, "", &l);
	assert_string_equal(found(&l, &ids), "no-hook");
	look4(HOOKS, "", NULL, &l);
	assert_string_equal(found(&l, &ids), "no-hook");
	look4(INFO "[Hooks]\ninstall = \"s/in.lua\"\n", "os.symlink(a, b)", NULL, &l);
	assert_string_equal(found(&l, &ids), "no-description no-remove-hook");
	look4(INFO "[Hooks]\ninstall = \"s/in.lua\"\n", "os.copy(a, b)", NULL, &l);
	assert_string_equal(found(&l, &ids), "no-description");
	look4(INFO "[Hooks]\ninstall = \"rules\"\n", NULL, NULL, &l);
	assert_string_equal(found(&l, &ids), "no-description");
	look4(INFO "[Hooks]\ninstall = \"legnd\"\n", NULL, NULL, &l);
	assert_string_equal(found(&l, &ids), "no-description not-looked-into");
	look4("[Info]\nname = \"../x\"\n", NULL, NULL, &l);
	assert_string_equal(found(&l, &ids), "refused");

	add(&files, (struct given){"manifest.toml", HOOKS, 0});
	add(&files, (struct given){"s/in.lua", "", 0});
	lint_files_add(&files, SPAN("out.lua"))->type = LINT_LINK;
	add(&files, (struct given){"data/su", "", 04755});
	lint_look(&files, &l);
	lint_end(&l, &files, &none);
	assert_string_equal(found(&l, &ids), "setuid-file no-hook link-left-out");
}

static void programs_of_install_hooks_are_told(void **state)
{
	struct lint l = LINT_INIT;

	(void)state;
	look4(HOOKS,
		"os.symlink(a, packets_bin_dir .. \"/b\")\nos.copy(a, path_join(packets_bin_dir, 'c'))\n"
		"os.copy(packets_bin_dir, x, 'd')\nprint(packets_bin_dir) print('e')\n",
		"os.remove(packets_bin_dir .. '/f')", &l);
	assert_int_equal(l.made.n, 2);
	assert_buf(&l.made.v[0].path, "/usr/bin/b");
	assert_buf(&l.made.v[1].path, "/usr/bin/c");
	assert_int_equal(l.made.v[1].line, 2);
	lint_drop(&l);
}

static void much_of_anything_takes_no_time(void **state)
{
	static const char *const pieces[] = {"os", "os.", ".", "'", "[[", "[=", "--", "--[[",
		"packets_bin_dir..", "\"/etc\"", " ", "debug ", "x=os.getenv\n", "\\", "\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct lint l = LINT_INIT;
		AUTO(buf) text = buf_of("os.getenv");
		clock_t begun = clock();

		while (text.n < 1000000)
			buf_adds(&text, pieces[i]);
		look4(HOOKS, text.s, "", &l);
		if ((clock() - begun) / CLOCKS_PER_SEC > 5)
			fail_msg("'%s' takes %ld s", pieces[i],
				(long)((clock() - begun) / CLOCKS_PER_SEC));
		lint_drop(&l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_hooks),
		cmocka_unit_test(of_the_whole),
		cmocka_unit_test(programs_of_install_hooks_are_told),
		cmocka_unit_test(much_of_anything_takes_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
