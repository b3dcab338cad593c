/* Tests of model/layers. */
#include "model/layers.h"

#include "unit.h"

/* Members of layers, the top one first: "+PATH" is seen, "-PATH" is not, "!PATH" is refused; a folder ends with a slash, "A=B" is a hard link to B; "|" is the
 * next layer below. */
static void check(const char *text)
{
	struct layers *l = layers_new();
	struct span rest = span_of(text), word;

	while (span_split(&rest, ' ', &word)) {
		struct span link = span_cut(word, 1, word.n), path = SPAN("");
		struct err err = ERR_INIT;
		int want = word.s[0] == '+' ? 1 : word.s[0] == '-' ? 0 : -1, is;

		if (word.s[0] == '|') {
			layers_next(l);
			continue;
		}
		span_split(&link, '=', &path);
		is = layers_show(l, path, span_ends(path, "/"), link, &err);
		if (is != want)
			fail_msg("%s: %.*s: %d %s", text, SPAN_ARG(word), is, err.text);
	}
	layers_free(l);
}

static void what_is_seen(void **state)
{
	(void)state;
	/* The upper one counts. */
	check("+a +b | -a +c | -a -b -c +d");
	check("+usr/ +usr/a | -usr/ -usr/a +usr/b");
	/* A folder that was only implied is like the lower one says. */
	check("+usr/a | +usr/ +usr/b | -usr/");
	/* Another thing in the place of a folder, and the other way round. */
	check("+a | -a/ -a/b -a/b/c");
	check("+a/ +a/b | -a");
	check("+a/b | -a");
	/* Ways to write a path. */
	check("+./a +b/./c | -a -./b//c +/../x");
	check("+a +a | -a");
}

static void what_is_hidden(void **state)
{
	(void)state;
	check("-.wh.a | -a -a/ -a/b");
	check("-d/.wh.a +d/b | -d/a +d/c -d/b");
	check("-.wh.a | | -a");
	check("+x | -.wh.a | -a");
	/* Not of its own layer, nor of those above it. */
	check("+a | -.wh.a -a | -a");
	check("-.wh.a +a | -a");
	check("+a/ +a/x -.wh.a | -a/ -a/x -a/y");
	check("-.wh.a +a/ +a/x | -a/ -a/x -a/y");
	/* All of a folder. */
	check("+d/ -d/.wh..wh..opq +d/x | -d/ -d/y -d/e/f -d/x +e");
	check("-.wh..wh..opq +a | -b -a -c/d");
	check("+d/x | -d/.wh..wh..opq +d/y | -d/z -d/y");
	check("-d/.wh..wh..opq | +d/ -d/z | -d/");
	check("-d/.wh.e | +d/e2 -d/e -d/e/f");
	/* A folder that is only implied above where it is hidden: not like the hidden one. */
	check("+d/x | -.wh.d | -d/ -d/y");
	check("+d/x | -.wh.d +d/ | -d/");
	check("+d/x | +d/ -.wh.d | -d/ -d/y");
	check("+d/x | -d/.wh..wh..opq | +d/ -d/y");
	/* What storage drivers keep. */
	check("-.wh..wh.plnk -.wh..wh.aufs | +a");
	check("!.wh. !d/.wh.. !d/.wh...");
}

static void hard_links(void **state)
{
	(void)state;
	check("+a +b=a | +c +d=c");
	check("+a | -a !b=a");
	check("-.wh.a | -a !b=a");
	check("+b | -b=a +a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_seen),
		cmocka_unit_test(what_is_hidden),
		cmocka_unit_test(hard_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
