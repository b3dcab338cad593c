/* Tests of model/head. */
#include "model/head.h"

#include "unit.h"

#define KEY_A "RWT+aHrvWOVLaOz/qkSE27GUjHQwMjyQydIs0rrrZ4rgRU9p9UoNWpTJ"
#define KEY_B "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
#define SUM_A "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SUM_B "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"

#define ROOT \
	"{\"schema\": 1, \"type\": \"root\", \"name\": \"main\", \"version\": 2, \"time\": 1795305600, \"expires\": 1858377600,\n" \
	" \"root\": {\"threshold\": 2, \"keys\": [\"" KEY_A "\", \"" KEY_B "\"]},\n" \
	" \"index\": {\"threshold\": 1, \"keys\": [\"" KEY_B "\"]},\n \"restart\": 1208}\n"
#define HEAD \
	"{\"schema\": 1, \"type\": \"head\", \"name\": \"main\", \"revision\": 1207, \"time\": 1795305600, \"expires\": " \
	"1797897600, \"root\": 2, \"packages\": 100000,\n" \
	" \"tree\": {\"leaves\": 4, \"nodes\": [\"" SUM_A "\", \"" SUM_B "\"]},\n" \
	" \"whole\": {\"sha256\": \"" SUM_A \
	"\", \"size\": 44276243, \"unpacked\": 64204800, \"revision\": 1100}}\n"

/* `text` with the first `what` in it replaced. */
static void replace(const char *text, const char *what, const char *by, struct buf *out)
{
	const char *at = strstr(text, what);

	if (!at)
		fail_msg("%s is not in it", what);
	buf_setf(out, "%.*s%s%s", (int)(at - text), text, by, at + strlen(what));
}

static void a_root_is_read_as_it_is_written(void **state)
{
	struct err err = ERR_INIT;
	AUTO(buf) text = BUF_INIT;
	AUTO(root) r;

	(void)state;
	root_init(&r);
	assert_int_equal(root_parse(SPAN(ROOT), &r, &err), 0);
	assert_buf(&r.name, "main");
	assert_true(r.version == 2 && r.time == 1795305600 && r.expires == 1858377600);
	assert_true(r.restart == 1208 && r.root.threshold == 2 && r.index.threshold == 1);
	assert_int_equal(r.root.keys.of.n, 2);
	assert_buf(&r.index.keys.of.v[0], KEY_B);
	root_format(&r, &text);
	assert_buf(&text, ROOT);
}

static void a_head_is_read_as_it_is_written(void **state)
{
	struct err err = ERR_INIT;
	AUTO(buf) text = BUF_INIT;
	AUTO(head) h;

	(void)state;
	head_init(&h);
	assert_int_equal(head_parse(SPAN(HEAD), &h, &err), 0);
	assert_buf(&h.name, "main");
	assert_true(h.revision == 1207 && h.time == 1795305600 && h.expires == 1797897600);
	assert_true(h.root == 2 && h.packages == 100000 && h.leaf_bits == 2 && h.nodes.n == 2);
	assert_true(h.whole.size == 44276243 && h.whole.unpacked == 64204800 &&
		    h.whole.revision == 1100);
	head_format(&h, &text);
	assert_buf(&text, HEAD);
}

static void what_need_not_be_there_need_not_be_there(void **state)
{
	struct err err = ERR_INIT;
	AUTO(buf) text = BUF_INIT;
	AUTO(head) h;
	AUTO(root) r;

	(void)state;
	head_init(&h);
	root_init(&r);
	replace(HEAD,
		",\n \"whole\": {\"sha256\": \"" SUM_A
		"\", \"size\": 44276243, \"unpacked\": 64204800, \"revision\": 1100}",
		"", &text);
	assert_int_equal(head_parse(buf_span(&text), &h, &err), 0);
	assert_true(h.whole.size == 0);
	replace(ROOT, ",\n \"restart\": 1208", ", \"other\": [{}]", &text);
	assert_int_equal(root_parse(buf_span(&text), &r, &err), 0);
	assert_true(r.restart == 0);
}

struct wrong {
	const char *what, *by, *why;
};

static const struct wrong roots[] = {
	{"\"schema\": 1", "\"schema\": 2", "\"schema\" is not 1"},
	{"\"schema\": 1", "\"schema\": \"1\"", "\"schema\" is not 1"},
	{"\"root\", \"name\"", "\"head\", \"name\"", "\"type\" is not \"root\""},
	{"\"main\"", "\"../main\"", "no name of a repository"},
	{"\"main\"", "\"\"", "no name of a repository"},
	{"\"main\"", "7", "no name of a repository"},
	{"\"version\": 2", "\"version\": 0", "\"version\" is no number from 1"},
	{"\"version\": 2", "\"version\": 2.0", "\"version\" is no number from 1"},
	{"\"version\": 2", "\"version\": 9007199254740993", "\"version\" is no number from 1"},
	{"\"version\": 2", "\"version\": 99999999999999999999", "not JSON"},
	{"\"version\": 2", "\"version\": 2, \"version\": 2", "not JSON"},
	{"\"time\": 1795305600", "\"time\": -1", "\"time\" is no number"},
	{"1858377600", "1795305600", "\"expires\" is no number from 1795305601"},
	{"1858377600", "253402300800", "\"expires\" is no number"},
	{"\"threshold\": 2", "\"threshold\": 0",
		"\"root\": \"threshold\" is no number from 1 to 2"},
	{"\"threshold\": 2", "\"threshold\": 3",
		"\"root\": \"threshold\" is no number from 1 to 2"},
	{"\"threshold\": 1", "\"threshold\": 2",
		"\"index\": \"threshold\" is no number from 1 to 1"},
	{KEY_A, KEY_B, "\"root\": it has a key twice"},
	{KEY_A, "RWQf6LRCGA9i5+z/qkSE27GUjHQwMjyQydIs0rrrZ4rgRU9p9UoNWpTJ", "two of one id"},
	{KEY_A, "RWT+aHrvWOVLaHmlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3", "it has a key twice"},
	{KEY_A, KEY_A "\\n", "a key that is none"},
	{KEY_A, "", "a key that is none"},
	{"\"" KEY_A "\"", "{}", "a key that is none"},
	{"[\"" KEY_B "\"]", "[]", "\"threshold\" is no number from 1 to 0"},
	{"[\"" KEY_B "\"]", "\"" KEY_B "\"", "\"index\" has no list of keys"},
	{"\"restart\": 1208", "\"restart\": 0", "\"restart\" is no number from 1"},
	{"\"restart\": 1208", "\"restart\": null", "\"restart\" is no number from 1"},
	{"}\n", "}x", "not JSON"},
};

static const struct wrong heads[] = {
	{"\"head\"", "\"root\"", "\"type\" is not \"head\""},
	{"\"schema\": 1", "\"schema\": 0", "\"schema\" is not 1"},
	{"\"main\"", "\"main/x\"", "no name of a repository"},
	{"\"revision\": 1207", "\"revision\": 0", "\"revision\" is no number from 1"},
	{"\"revision\": 1207", "\"revision\": 9007199254740993",
		"\"revision\" is no number from 1"},
	{"\"revision\": 1207", "\"revision\": 9223372036854775808", "not JSON"},
	{"1797897600", "1795305600", "\"expires\" is no number from 1795305601"},
	{"\"root\": 2", "\"root\": 0", "\"root\" is no number from 1"},
	{"\"packages\": 100000", "\"packages\": -1", "\"packages\" is no number from 0"},
	{"\"leaves\": 4", "\"leaves\": 3", "\"tree\": \"leaves\" is no power of two"},
	{"\"leaves\": 4", "\"leaves\": 0", "\"leaves\" is no power of two"},
	{"\"leaves\": 4", "\"leaves\": -4", "\"leaves\" is no power of two"},
	{"\"leaves\": 4", "\"leaves\": 131072", "\"leaves\" is no power of two"},
	{"\"leaves\": 4", "\"leaves\": 16", "\"nodes\" is no list of 4"},
	{"\"leaves\": 4", "\"leaves\": 2", "\"nodes\" is no list of 1"},
	{SUM_B, "0E5751C026E543B2E8AB2EB06099DAA1D1E5DF47778F7787FAAB45CDF12FE3A8",
		"\"nodes\" is not of 64 small hex digits"},
	{SUM_B, "0e57", "\"nodes\" is not of 64 small hex digits"},
	{"{\"sha256\": \"" SUM_A "\"", "{\"sha256\": 1", "\"whole\": \"sha256\" is not of 64"},
	{"\"size\": 44276243", "\"size\": 1073741825",
		"\"size\" is no number from 1 to 1073741824"},
	{"\"size\": 44276243", "\"size\": 0", "\"size\" is no number from 1"},
	{"\"unpacked\": 64204800", "\"unpacked\": 4294967297", "\"unpacked\" is no number"},
	{"\"revision\": 1100", "\"revision\": 1208", "\"revision\" is no number from 1 to 1207"},
	{"\"whole\": {", "\"whole\": null, \"x\": {", "\"whole\""},
};

static void what_a_root_must_not_say_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(roots); i++) {
		struct err err = ERR_INIT;
		AUTO(buf) text = BUF_INIT;
		AUTO(root) r;

		root_init(&r);
		replace(ROOT, roots[i].what, roots[i].by, &text);
		if (root_parse(buf_span(&text), &r, &err) == 0)
			fail_msg("%s was read", text.s);
		assert_err(&err, ERR_FAILED, roots[i].why);
	}
}

static void what_a_head_must_not_say_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(heads); i++) {
		struct err err = ERR_INIT;
		AUTO(buf) text = BUF_INIT;
		AUTO(head) h;

		head_init(&h);
		replace(HEAD, heads[i].what, heads[i].by, &text);
		if (head_parse(buf_span(&text), &h, &err) == 0)
			fail_msg("%s was read", text.s);
		assert_err(&err, ERR_FAILED, heads[i].why);
	}
}

static void too_long_ones_are_not_read(void **state)
{
	struct err err = ERR_INIT;
	AUTO(buf) text = buf_of(HEAD);
	AUTO(head) h;
	AUTO(root) r;

	(void)state;
	head_init(&h);
	root_init(&r);
	while (text.n < HEAD_MAX)
		buf_addc(&text, ' ');
	assert_int_equal(head_parse(buf_span(&text), &h, &err), 0);
	buf_addc(&text, ' ');
	assert_int_equal(head_parse(buf_span(&text), &h, &err), -1);
	assert_err(&err, ERR_FAILED, "longer than 65536 bytes");
	assert_int_equal(root_parse(buf_span(&text), &r, &err), -1);
	assert_err(&err, ERR_FAILED, "longer than 65536 bytes");
}

static void too_many_keys_are_refused(void **state)
{
	struct role role = {0};
	struct err err = ERR_INIT;
	char key[] = KEY_A;

	(void)state;
	for (int i = 0; i < 16; i++) {
		key[10] = (char)('A' + i); /* of the id */
		key[40] = (char)('A' + i); /* of the key */
		assert_int_equal(role_add(&role, span_of(key), &err), 0);
	}
	key[10] = key[40] = 'a';
	assert_int_equal(role_add(&role, span_of(key), &err), -1);
	assert_err(&err, ERR_FAILED, "more than 16 keys");
	texts_drop(&role.keys);
}

static void the_tree_has_as_many_nodes_as_leaves_in_one_or_half(void **state)
{
	static const struct {
		unsigned bits, nodes, width;
	} trees[] = {{0, 1, 1}, {1, 1, 2}, {2, 2, 2}, {3, 2, 4}, {13, 64, 128}, {16, 256, 256}};
	unsigned char sum[HEAD_SUM] = {0xab, 0xcd, 0xef};

	(void)state;
	for (size_t i = 0; i < COUNT(trees); i++) {
		assert_int_equal(head_node_count(trees[i].bits), trees[i].nodes);
		assert_int_equal(head_node_width(trees[i].bits), trees[i].width);
	}
	assert_int_equal(head_leaf_of(0, sum), 0);
	assert_int_equal(head_leaf_of(1, sum), 1);
	assert_int_equal(head_leaf_of(4, sum), 0xa);
	assert_int_equal(head_leaf_of(13, sum), 0xabcd >> 3);
	assert_int_equal(head_leaf_of(16, sum), 0xabcd);
}

static void files_have_their_places(void **state)
{
	struct head_sum sum = {{0xab}};
	AUTO(buf) path = BUF_INIT;

	(void)state;
	root_path(12, &path);
	assert_buf(&path, "index/root/12.json");
	buf_clear(&path);
	head_signature_path(&sum, &path);
	assert_buf(&path,
		"index/signature/ab00000000000000000000000000000000000000000000000000000000000000.minisig");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_root_is_read_as_it_is_written),
		cmocka_unit_test(a_head_is_read_as_it_is_written),
		cmocka_unit_test(what_need_not_be_there_need_not_be_there),
		cmocka_unit_test(what_a_root_must_not_say_is_refused),
		cmocka_unit_test(what_a_head_must_not_say_is_refused),
		cmocka_unit_test(too_long_ones_are_not_read),
		cmocka_unit_test(too_many_keys_are_refused),
		cmocka_unit_test(files_have_their_places),
		cmocka_unit_test(the_tree_has_as_many_nodes_as_leaves_in_one_or_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
