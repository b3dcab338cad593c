/* Tests of model/layers. */
#include "model/layers.h"

#include "unit.h"

/* Members of layers, the top one first: "+PATH" is seen, "-PATH" is not, "!PATH" is refused; a folder ends with a slash, "A=B" is a hard link to B; "|" is the
 * next layer below. At the end, ">A=B" is a hard link that comes, "x" that one is refused, and all others do not come. */
static void ends(struct layers *l, struct span word, const char *text)
{
	struct span path = SPAN(""), link = SPAN("");
	struct err err = ERR_INIT;
	AUTO(buf) is = BUF_INIT;
	int more = layers_link(l, &path, &link, &err);

	if (more == 1)
		buf_addf(&is, ">%.*s=%.*s", SPAN_ARG(path), SPAN_ARG(link));
	else
		buf_adds(&is, more < 0 ? "x" : "");
	if (!span_is(buf_span(&is), word))
		fail_msg("%s: %.*s: %s %s", text, SPAN_ARG(word), is.s, err.text);
}

static void check(const char *text)
{
	struct layers *l = layers_new();
	struct span rest = span_of(text), word;
	bool ended = false;

	while (span_split(&rest, ' ', &word)) {
		struct span link = span_cut(word, 1, word.n), path = SPAN("");
		struct err err = ERR_INIT;
		int want = word.s[0] == '+' ? 1 : word.s[0] == '-' ? 0 : -1, is;

		if (word.s[0] == '|') {
			layers_next(l);
			continue;
		}
		if (strchr(">x", word.s[0])) {
			ends(l, word, text);
			ended = true;
			continue;
		}
		span_split(&link, '=', &path);
		is = layers_show(l, path, span_ends(path, "/"), link, &err);
		if (is != want)
			fail_msg("%s: %.*s: %d %s", text, SPAN_ARG(word), is, err.text);
	}
	if (!ended || !strchr(text, 'x'))
		ends(l, SPAN(""), text);
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
	/* To what came before in the layer, or is in one below; those of the lower layers first. */
	check("+a +b=a +c=b +a | +d +e=d");
	check("-b=a | +a >b=a");
	check("-d/b=a | +x | +./a >d/b=a");
	check("-b=a -c=b | -a=d | +d >a=d >b=a >c=b");
	check("-b=a +e | +a -b -e >b=a");
	/* Not to what comes behind it, is nowhere, or no file. */
	check("-b=a +a x");
	check("-b=a +a | -a x");
	check("-b=a x");
	check("-b=a +a | x");
	check("-b=a | +a/ x");
	check("-b=a | +a/c x");
	check("-b=b x");
	check("-b=c -c=b x");
	/* Not to what its own layer, or one between, hides. */
	check("-.wh.a -b=a | -a x");
	check("-b=a -.wh.a | -a x");
	check("-b=d/a | -.wh.d | -d/a x");
	check("-b=d/a | -d/.wh..wh..opq | -d/a x");
	/* Nor to what one above hides or replaces. */
	check("+a | -a !b=a");
	check("-.wh.a | -a !b=a");
	check("+a | !b=a | -a");
	check("+b | -b=a +a");
	/* Paths that no archive may have are refused elsewhere. */
	check("+b=../a +c=/a +d=");
}

/* So many of them are kept, each to something of so many bytes. */
static size_t keep(size_t bytes)
{
	struct layers *l = layers_new();
	AUTO(buf) to = BUF_INIT;
	struct err err = ERR_INIT;
	size_t kept = 0;

	while (to.n < bytes)
		buf_addc(&to, 'a');
	while (layers_show(l, SPAN("b"), false, buf_span(&to), &err) == 0)
		kept++;
	assert_int_equal(err.code, ERR_INSTALLER);
	layers_free(l);
	return kept;
}

static void hard_links_are_bounded(void **state)
{
	(void)state;
	assert_int_equal(keep(4095), (32 << 20) / 4096);
	assert_int_equal(keep(1), 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_seen),
		cmocka_unit_test(what_is_hidden),
		cmocka_unit_test(hard_links),
		cmocka_unit_test(hard_links_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
