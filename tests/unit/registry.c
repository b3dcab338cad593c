/* Tests of model/registry. */
#include "model/registry.h"

#include "unit.h"

static void bases(void **state)
{
	static const struct {
		const char *url, *base; /* NULL: refused */
	} rows[] = {
		{"quay.example/team/wagon", "https://quay.example/v2/team/wagon"},
		{"quay.example/team/wagon//", "https://quay.example/v2/team/wagon"},
		{"https://quay.example:444/a", "https://quay.example:444/v2/a"},
		{"quay.example:5000/a-b/c__d/e.f--g",
			"https://quay.example:5000/v2/a-b/c__d/e.f--g"},
		{"127.0.0.1:5000/a", "http://127.0.0.1:5000/v2/a"},
		{"localhost/a", "http://localhost/v2/a"},
		{"[::1]:5000/a", "http://[::1]:5000/v2/a"},
		{"https://127.0.0.1/a", "https://127.0.0.1/v2/a"},
		{"http://127.0.0.1/a", "http://127.0.0.1/v2/a"},
		{"docker.io/debian", "https://registry-1.docker.io/v2/library/debian"},
		{"docker.io/a/b", "https://registry-1.docker.io/v2/a/b"},
		/* No name that only begins so. */
		{"127.0.0.1.example/a", "https://127.0.0.1.example/v2/a"},
		{"localhost.example/a", "https://localhost.example/v2/a"},
		{"127.0.0.0.1/a", "https://127.0.0.0.1/v2/a"},
		{"127.0.0.example/a", "https://127.0.0.example/v2/a"},
		{"http://127.0.0.1.example/a", NULL},
		{"http://quay.example/a", NULL},
		{"http://127.example/a", NULL},
		{"", NULL},
		{"quay.example", NULL},
		{"quay.example/", NULL},
		{"quay/a", NULL},
		{"u:p@quay.example/a", NULL},
		{"quay.example/a:tag", NULL},
		{"quay.example/a@sha256:1", NULL},
		{"quay.example/A", NULL},
		{"quay.example/../a", NULL},
		{"quay.example/a/../b", NULL},
		{"quay.example/a//b", NULL},
		{"quay.example/a..b", NULL},
		{"quay.example/a___b", NULL},
		{"quay.example/-a", NULL},
		{"quay.example/a-", NULL},
		{"quay.example/a._b", NULL},
		{"quay.example/a%2f", NULL},
		{"quay.example/a?b", NULL},
		{"quay.example/a#b", NULL},
		{"quay.example/a b", NULL},
		{"quay.example:x/a", NULL},
		{"file:///srv/a", NULL},
		{"ftp://quay.example/a", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf) base = BUF_INIT;
		struct err err = ERR_INIT;
		int result = registry_base(span_of(rows[i].url), &base, &err);

		if (result != (rows[i].base ? 0 : -1) ||
			strcmp(base.s, rows[i].base ? rows[i].base : "") != 0)
			fail_msg("%s: %d %s", rows[i].url, result, base.s);
		if (result < 0)
			assert_int_equal(err.code, ERR_CONFIG);
	}
}

static void tags(void **state)
{
	static const struct {
		const char *name, *tag;
	} rows[] = {
		{"hello-app-x-1.0+2", "hello-app-x-1.0-2"},
		{"repository.yaml", "repository.yaml"},
		{"_a", "_a"},
		{"a/b", ""},
		{"a:b", ""},
		{"../a", ""},
		{".a", ""},
		{"-a", ""},
		{"+a", ""},
		{"a b", ""},
		{"a~b", ""},
		{"\xc3\xa4", ""},
		{"", ""},
	};
	AUTO(buf) longest = BUF_INIT;
	AUTO(buf) tag = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_clear(&tag);
		assert_int_equal(registry_tag(span_of(rows[i].name), &tag), rows[i].tag[0] != 0);
		assert_buf(&tag, rows[i].tag);
	}
	for (size_t i = 0; i < REGISTRY_TAG_MAX; i++)
		buf_addc(&longest, 'a');
	assert_true(registry_tag(buf_span(&longest), &tag));
	buf_addc(&longest, 'a');
	assert_false(registry_tag(buf_span(&longest), &tag));
	assert_false(registry_tag((struct span){"a\0b", 3}, &tag));
}

static void assert_path(const char *url, const char *path, bool manifest)
{
	struct span found = registry_path(span_of(url));

	if (!span_is_text(found, path) || registry_asks_manifest(span_of(url)) != manifest)
		fail_msg("%s: %.*s", url, SPAN_ARG(found));
}

static void what_is_below(void **state)
{
	(void)state;
	assert_path("https://h/v2/a/b/manifests/t", "a/b", true);
	assert_path("https://h:1/v2/a/blobs/sha256:00", "a", false);
	assert_path("https://h/v2/a/manifests/b/manifests/t", "a/manifests/b", true);
	assert_path("https://h/v2/a/manifests/b/blobs/sha256:00", "a/manifests/b", false);
	assert_path("https://h/v2/a/blobs/b/manifests/t", "a/blobs/b", true);
	assert_path("https://h/v2/manifests/t", "", false);
	assert_path("https://h/v1/a/manifests/t", "", false);
	assert_path("https://h/v2/a", "", false);
	assert_path("/v2/a/manifests/t", "", false);
	assert_true(span_is_text(registry_origin(SPAN("https://h:1/x")), "https://h:1"));
	assert_true(span_is_text(registry_origin(SPAN("https://h?x")), "https://h"));
	assert_true(span_is_text(registry_origin(SPAN("https://h")), "https://h"));
}

static void realms(void **state)
{
	static const char *const good[] = {"https://auth.example/token",
		"https://auth.example/t?a=b", "http://127.0.0.1:1/t", "http://localhost/t",
		"https://127.0.0.1/t"};
	static const char *const bad[] = {"", "http://auth.example/t", "ftp://a/t", "//a/t", "/t",
		"https://u:p@a.example/t", "https://a.example/t#x", "https://a b/t", "https:///t",
		"file:///etc/passwd", "http://127.0.0.1.example/t", "http://localhost@a.example/"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (!registry_is_realm(span_of(good[i])))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (registry_is_realm(span_of(bad[i])))
			fail_msg("%s", bad[i]);
}

static void queries(void **state)
{
	AUTO(buf) out = BUF_INIT;

	(void)state;
	registry_add_query(&out, "service", SPAN("a b&c=d/\xc3\xa4.-_%"));
	assert_buf(&out, "service=a%20b%26c%3Dd%2F%C3%A4.-_%25");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bases),
		cmocka_unit_test(tags),
		cmocka_unit_test(what_is_below),
		cmocka_unit_test(realms),
		cmocka_unit_test(queries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
