/* Tests of model/offer. */
#include "model/offer.h"

#include <stdlib.h>

#include "unit.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define INSTALLER "\"installer\":{\"path\":\"z/z-1.tar.gz\",\"size\":4312,\"sha256\":\"" ID "\"}"
#define LEAST "\"name\":\"zoom\",\"format\":3,\"id\":\"" ID "\"," INSTALLER

static const char full[] =
	"{\"name\":\"zoom\",\"version\":\"1:6.2.11\",\"format\":3,\"id\":\"" ID "\"," INSTALLER ","
	"\"summary\":\"Calls \xc3\xa4\",\"description\":\"Two\\nlines\",\"homepage\":\"https://x/\","
	"\"licence\":\"LicenseRef-zoom\",\"accept\":true,\"architectures\":[\"amd64\",\"arm64\"],"
	"\"depends\":[\"x (>= 1)\",\"y\"],\"conflicts\":[\"z (<< 2)\"],\"provides\":[\"calls (= 2)\",\"talk\"],"
	"\"deb\":[\"libgl1:i386 (>= 1)\"],"
	"\"packs\":[{\"url\":\"https://x/a.deb\",\"mirrors\":[\"https://y/a.deb\"],\"size\":0,"
	"\"md5\":\"0123456789abcdef0123456789abcdef\",\"sha256\":\"" ID "\",\"advisory\":true,"
	"\"architecture\":\"amd64\",\"file\":\"a.deb\",\"redistributable\":true},{}],"
	"\"files\":[\"/usr/bin/zoom\"]}";

static const char luets[] =
	"{\"name\":\"app-x/hello\",\"version\":\"1.0_rc1+2\",\"format\":6,\"id\":\"" ID "\","
	"\"installer\":{\"path\":\"hello-app-x-1.0_rc1+2.package.tar.zst\",\"sha256\":\"" ID "\","
	"\"compression\":\"zstd\",\"unchecked\":true},"
	"\"depends\":[\"sys-libs/c (>=2_p1 <3)\",\"sys-libs/d (!=1+1)\",\"sys-libs/e\"],"
	"\"provides\":[\"virtual/hello (= 0)\"],\"hidden\":true,\"labels\":[\"a=b c\"]}";
static const char packets[] =
	"{\"name\":\"Firefox-2\",\"version\":\"v2\",\"format\":4,\"id\":\"" ID "\","
	"\"installer\":{\"path\":\"Firefox-2.pkt.tar.zst\",\"sha256\":\"" ID "\","
	"\"mirrors\":[\"https://a/x.pkt.tar.zst\"]},"
	"\"alias\":\"firefox\",\"family\":\"1f84\",\"serial\":7}";

static void check_same(const char *text)
{
	AUTO(offer) offer;
	AUTO(buf) again = BUF_INIT;
	struct err err = ERR_INIT;

	offer_init(&offer);
	if (offer_parse(span_of(text), &offer, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	offer_format(&offer, &again);
	assert_buf(&again, text);
}

static void what_is_written_is_what_was_read(void **state)
{
	(void)state;
	check_same(full);
	check_same("{" LEAST "}");
	check_same(luets);
	check_same(packets);
}

static void others_are_where_they_belong(void **state)
{
	AUTO(offer) o;
	AUTO(offer) p;
	struct err err = ERR_INIT;

	(void)state;
	offer_init(&o);
	offer_init(&p);
	assert_int_equal(offer_parse(span_of(luets), &o, &err), 0);
	assert_true(offer_is_valid(&o) && offer_is_foreign(&o));
	assert_int_equal(o.size, -1);
	assert_true(o.unchecked && o.hidden);
	assert_buf(&o.compression, "zstd");
	assert_buf(&o.labels.of.v[0], "a=b c");
	assert_int_equal(o.depends.of.v[1].op, RELATION_SELECTOR);
	assert_buf(&o.depends.of.v[1].version, "!=1+1");
	assert_int_equal(offer_parse(span_of(packets), &p, &err), 0);
	assert_buf(&p.alias, "firefox");
	assert_buf(&p.family, "1f84");
	assert_int_equal(p.serial, 7);
	assert_buf(&p.mirrors.of.v[0], "https://a/x.pkt.tar.zst");
}

/* One key of luet's in the place of the one that is there. */
static void what_does_not_fit_its_format_is_refused(void **state)
{
	static const char *const rows[][2] = {
		{"\"format\":6", "\"format\":3"},
		{"\"format\":6", "\"format\":4"},
		{"app-x/hello\"", "hello\""},
		{"app-x/hello\"", "../hello\""},
		{"(>=2_p1 <3)", "(>=2(p1)"},
		{"sys-libs/d (!=1+1)", "d (!=1+1)"},
		{"1.0_rc1+2\"", "../1\""},
		{"1.0_rc1+2\"", ".\""},
		{"\"version\":\"1.0_rc1+2\",", ""},
		{"\"path\":\"", "\"path\":\"../"},
		{"\"zstd\"", "\"xz\""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf) text = BUF_INIT;
		AUTO(offer) o;
		struct err err = ERR_INIT;
		const char *at = strstr(luets, rows[i][0]);

		assert_non_null(at);
		buf_add(&text, luets, (size_t)(at - luets));
		buf_adds(&text, rows[i][1]);
		buf_adds(&text, at + strlen(rows[i][0]));
		offer_init(&o);
		if (offer_parse(buf_span(&text), &o, &err) == 0)
			fail_msg("taken: %s", text.s);
	}
}

/* Some of them are the same version to whoever compares them. */
static void each_text_is_a_version_of_luets(void **state)
{
	static const char *const sorted[] = {"1.0_rc1", "01.0", "1.0", "1.0-0", "1.0+1"};

	(void)state;
	for (size_t i = 0; i + 1 < COUNT(sorted); i++) {
		AUTO(offer) a;
		AUTO(offer) b;

		offer_init(&a);
		offer_init(&b);
		buf_sets(&a.name, "x/y");
		buf_sets(&b.name, "x/y");
		buf_sets(&a.version, sorted[i]);
		buf_sets(&b.version, sorted[i + 1]);
		assert_true(offer_compare(&a, &b) < 0);
	}
}

static void values_are_where_they_belong(void **state)
{
	AUTO(offer) o;
	struct err err = ERR_INIT;

	(void)state;
	offer_init(&o);
	assert_int_equal(offer_parse(span_of(full), &o, &err), 0);
	assert_buf(&o.name, "zoom");
	assert_buf(&o.version, "1:6.2.11");
	assert_int_equal(o.format, 3);
	assert_buf(&o.id, ID);
	assert_buf(&o.path, "z/z-1.tar.gz");
	assert_int_equal(o.size, 4312);
	assert_int_equal(o.sha256.bytes[1], 0x23);
	assert_buf(&o.description, "Two\nlines");
	assert_true(o.accept);
	assert_buf(&o.architectures.of.v[1], "arm64");
	assert_int_equal(o.depends.of.v[0].op, RELATION_AT_LEAST);
	assert_buf(&o.conflicts.of.v[0].version, "2");
	assert_buf(&o.provides.of.v[1].name, "talk");
	assert_buf(&o.deb.of.v[0].name, "libgl1:i386");
	assert_int_equal(o.packs.of.n, 2);
	assert_true(o.packs.of.v[0].sums.has[DIGEST_MD5] && o.packs.of.v[0].sums.advisory);
	assert_false(o.packs.of.v[0].sums.has[DIGEST_SHA1]);
	assert_int_equal(o.packs.of.v[0].size, 0);
	assert_int_equal(o.packs.of.v[1].size, -1);
	assert_buf(&o.files.of.v[0], "/usr/bin/zoom");
}

/* One key in the place of the one that is there, or besides; what the refusal names. */
static void unknown_keys_are_passed_over_and_bad_values_refused(void **state)
{
	static const struct {
		const char *text, *part;
	} cases[] = {
		{"", "not JSON"},
		{"[]", "is no object"},
		{"{" LEAST "} {}", "not JSON"},
		{"{" LEAST ",\"name\":\"zoom\"}", "not JSON"},
		{"{\"format\":3,\"id\":\"" ID "\"," INSTALLER "}", "name is missing"},
		{"{\"name\":\"a\",\"id\":\"" ID "\"," INSTALLER "}", "format is missing"},
		{"{\"name\":\"a\",\"format\":3," INSTALLER "}", "id is missing"},
		{"{\"name\":\"a\",\"format\":3,\"id\":\"" ID "\"}", "installer is missing"},
		{"{\"name\":\"../a\",\"format\":3,\"id\":\"" ID "\"," INSTALLER "}",
			"name must be"},
		{"{\"name\":\"-rf\",\"format\":3,\"id\":\"" ID "\"," INSTALLER "}", "name must be"},
		{"{\"name\":7,\"format\":3,\"id\":\"" ID "\"," INSTALLER "}", "name must be"},
		{"{\"name\":\"a\",\"format\":0,\"id\":\"" ID "\"," INSTALLER "}", "format must be"},
		{"{\"name\":\"a\",\"format\":1000,\"id\":\"" ID "\"," INSTALLER "}",
			"format must be"},
		{"{\"name\":\"a\",\"format\":\"3\",\"id\":\"" ID "\"," INSTALLER "}",
			"format must be"},
		{"{\"name\":\"a\",\"format\":3.0,\"id\":\"" ID "\"," INSTALLER "}",
			"format must be"},
		{"{\"name\":\"a\",\"format\":3,\"id\":\"0123\"," INSTALLER "}", "id must be"},
		{"{" LEAST ",\"version\":\"\"}", "version must be"},
		{"{" LEAST ",\"version\":\"a b\"}", "version must be"},
		{"{" LEAST ",\"version\":\"1\\u0000\"}", "not JSON"},
		{"{" LEAST ",\"summary\":\"two\\nlines\"}", "summary must be"},
		{"{" LEAST ",\"summary\":\"\\u001b[1m\"}", "summary must be"},
		{"{" LEAST ",\"description\":[]}", "description must be"},
		{"{" LEAST ",\"homepage\":\"javascript:alert(1)\"}", "homepage must be"},
		{"{" LEAST ",\"homepage\":\"file:///etc/passwd\"}", "homepage must be"},
		{"{" LEAST ",\"licence\":\"not one\"}", "licence must be"},
		{"{" LEAST ",\"accept\":1}", "accept must be"},
		{"{" LEAST ",\"architectures\":\"amd64\"}", "architectures must be"},
		{"{" LEAST ",\"architectures\":[\"AMD\"]}", "architectures must be"},
		{"{" LEAST ",\"depends\":[\"x (>=)\"]}", "depends must be"},
		{"{" LEAST ",\"depends\":[\"../x\"]}", "depends must be"},
		{"{" LEAST ",\"depends\":[7]}", "depends must be"},
		{"{" LEAST ",\"provides\":[\"x (>= 1)\"]}", "provides must be"},
		{"{" LEAST ",\"deb\":[\"LIB\"]}", "deb must be"},
		{"{" LEAST ",\"packs\":{}}", "packs must be"},
		{"{" LEAST ",\"packs\":[1]}", "packs must be"},
		{"{" LEAST ",\"packs\":[{},{\"url\":\"gopher://x\"}]}", "packs[1]: url must be"},
		{"{" LEAST ",\"packs\":[{\"size\":-1}]}", "packs[0]: size must be"},
		{"{" LEAST ",\"packs\":[{\"size\":9223372036854775807}]}",
			"packs[0]: size must be"},
		{"{" LEAST ",\"packs\":[{\"sha256\":\"AB\"}]}", "packs[0]: sha256 must be"},
		{"{" LEAST ",\"packs\":[{\"file\":\"../x\"}]}", "packs[0]: file must be"},
		{"{" LEAST ",\"packs\":[{\"mirrors\":[\"x\"]}]}", "packs[0]: mirrors must be"},
		{"{" LEAST ",\"files\":[\"usr/bin\"]}", "files must be"},
		{"{" LEAST ",\"unknown\":{\"any\":[1,2]}}", NULL},
		{"{" LEAST ",\"version\":\"v1.0+build\"}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO(offer) o;
		struct err err = ERR_INIT;
		int result;

		offer_init(&o);
		result = offer_parse(span_of(cases[i].text), &o, &err);
		if (!cases[i].part && result == 0)
			continue;
		if (result == 0 || !cases[i].part)
			fail_msg("%s: %s", cases[i].text, err.text);
		assert_err(&err, ERR_FAILED, cases[i].part);
	}
}

/* Lists and texts as long as they may be, and one longer. */
static void check_long(const char *before, char c, size_t n, const char *after, bool good)
{
	AUTO(offer) o;
	AUTO(buf) text = BUF_INIT;
	struct err err = ERR_INIT;

	offer_init(&o);
	buf_addf(&text, "{" LEAST ",%s", before);
	for (size_t i = 0; i < n; i++)
		buf_addc(&text, c);
	buf_addf(&text, "%s}", after);
	if ((offer_parse(buf_span(&text), &o, &err) == 0) != good)
		fail_msg("%s and %zu %c: %s", before, n, c, err.text);
}

static void what_is_too_long_is_refused(void **state)
{
	AUTO(buf) list = BUF_INIT;

	(void)state;
	check_long("\"summary\":\"", 'x', 512, "\"", true);
	check_long("\"summary\":\"", 'x', 513, "\"", false);
	check_long("\"description\":\"", 'x', 16384, "\"", true);
	check_long("\"description\":\"", 'x', 16385, "\"", false);
	check_long("\"version\":\"", '1', 138, "\"", true);
	check_long("\"version\":\"", '1', 139, "\"", false);
	check_long("\"files\":[\"/", 'x', 4095, "\"]", true);
	check_long("\"files\":[\"/", 'x', 4096, "\"]", false);
	check_long("\"any\":\"", 'x', 200000, "\"", true);
	check_long("\"any\":\"", 'x', OFFER_MAX, "\"", false);
	check_long("\"any\":", '[', 5000, "", false);
	buf_adds(&list, "\"depends\":[\"a\"");
	for (int i = 1; i < 4096; i++)
		buf_adds(&list, ",\"a\"");
	check_long(list.s, ' ', 1, "]", true);
	check_long(list.s, ' ', 1, ",\"a\"]", false);
	buf_sets(&list, "\"packs\":[{}");
	for (int i = 1; i < 64; i++)
		buf_adds(&list, ",{}");
	check_long(list.s, ' ', 1, "]", true);
	check_long(list.s, ' ', 1, ",{}]", false);
}

static void paths_stay_below_the_repository(void **state)
{
	static const char *const good[] = {"a", "a/b-1.0~rc1+x_2.tar.gz", "A/b/c"};
	static const char *const bad[] = {"", "/a", "a/", "a//b", "../a", "a/../b", "a/.b", ".a",
		".", "a b", "a%2e", "a?b", "a#b", "\xc3\xa4", "a\nb", "http://x"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(offer_path_is_valid(span_of(good[i])));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(offer_path_is_valid(span_of(bad[i])));
	assert_false(offer_path_is_valid(SPAN("a\0b")));
}

static int order_of(const char *a, const char *a_version, const char *b, const char *b_version)
{
	AUTO(offer) one;
	AUTO(offer) other;
	int order;

	offer_init(&one);
	offer_init(&other);
	buf_sets(&one.name, a);
	buf_sets(&one.version, a_version);
	buf_sets(&other.name, b);
	buf_sets(&other.version, b_version);
	order = offer_compare(&one, &other);
	assert_int_equal((order > 0) - (order < 0),
		(offer_compare(&other, &one) < 0) - (offer_compare(&other, &one) > 0));
	return (order > 0) - (order < 0);
}

static void names_come_first_then_versions_as_debian_orders_them(void **state)
{
	(void)state;
	assert_int_equal(order_of("a", "2", "b", "1"), -1);
	assert_int_equal(order_of("a", "1.10", "a", "1.9"), 1);
	assert_int_equal(order_of("a", "1.0~rc1", "a", "1.0"), -1);
	assert_int_equal(order_of("a", "1:1", "a", "2"), 1);
	assert_int_equal(order_of("a", "1.00", "a", "1.0"), 0);
	assert_int_equal(order_of("a", "", "a", "0"), -1);
	assert_int_equal(order_of("a", "v9", "a", "0"), -1);
	assert_int_equal(order_of("a", "", "a", "v9"), -1);
	assert_int_equal(order_of("a", "v10", "a", "v9"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_what_was_read),
		cmocka_unit_test(values_are_where_they_belong),
		cmocka_unit_test(others_are_where_they_belong),
		cmocka_unit_test(what_does_not_fit_its_format_is_refused),
		cmocka_unit_test(each_text_is_a_version_of_luets),
		cmocka_unit_test(unknown_keys_are_passed_over_and_bad_values_refused),
		cmocka_unit_test(what_is_too_long_is_refused),
		cmocka_unit_test(paths_stay_below_the_repository),
		cmocka_unit_test(names_come_first_then_versions_as_debian_orders_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
