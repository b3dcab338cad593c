/* Tests of model/pack. */
#include "model/pack.h"

#include "unit.h"

static void check_name(const char *url, const char *wanted)
{
	AUTO(pack) pack = {.url = buf_of(url)};
	AUTO(buf) name = BUF_INIT;

	pack_file_name(&pack, &name);
	assert_buf(&name, wanted);
}

static void file_names_are_the_end_of_the_path(void **state)
{
	(void)state;
	check_name("https://cdn.zoom.us/prod/6.2.11/zoom_amd64.deb", "zoom_amd64.deb");
	check_name("https://x/a/b.tar.gz?token=1/2#frag/ment", "b.tar.gz");
	check_name("https://x/a%20b%2Fc.deb", "a_b_c.deb");
	check_name("https://x/a%zz%4", "a_zz_4");
	check_name("https://x/..", "pack");
	check_name("https://x/.hidden", "hidden");
	check_name("https://x/%2e%2e%2fetc", "_etc");
	check_name("https://x/-rf", "rf");
	check_name("https://x/a%00b\x1b\xc3\xa4", "a_b___");
	check_name("https://x/dir/", "pack");
	check_name("https://x", "pack");
	check_name("https://u:p@x?y=/z", "pack");
	check_name("file:///tmp/a~b+c.deb", "a~b+c.deb");
	check_name("", "pack");
}

static void long_file_names_keep_their_end(void **state)
{
	AUTO(pack) pack = {.url = buf_of("https://x/")};
	AUTO(buf) name = BUF_INIT;

	(void)state;
	for (int i = 0; i < 300; i++)
		buf_addc(&pack.url, 'a');
	buf_adds(&pack.url, ".deb");
	pack_file_name(&pack, &name);
	assert_int_equal(name.n, 128);
	assert_true(span_ends(buf_span(&name), "aaa.deb"));
}

static void check_distfile(const char *url, const char *wanted)
{
	AUTO(pack) pack = {.url = buf_of(url)};
	AUTO(buf) out = BUF_INIT;

	assert_int_equal(pack_distfile(&pack, SPAN("cdn.example:8443"), &out), wanted[0] != 0);
	assert_buf(&out, wanted);
}

static void distfiles_are_asked_for_by_the_end_of_the_url(void **state)
{
	(void)state;
	check_distfile("https://x/a/b.deb", "https://cdn.example:8443/distfiles/b.deb");
	check_distfile("https://x/a%20b.deb", "https://cdn.example:8443/distfiles/a%20b.deb");
	check_distfile("https://x/get?f=a.deb", "https://cdn.example:8443/distfiles/get?f=a.deb");
	check_distfile("https://x/get?f=a/b.deb", "https://cdn.example:8443/distfiles/b.deb");
	check_distfile("https://x/a/", "");
	check_distfile("", "");
}

static void servers_are_hosts_and_no_more(void **state)
{
	static const char *const good[] = {
		"a", "cdn.example.org", "cdn.example.org:8443", "127.0.0.1", "[::1]", "[::1]:443"};
	static const char *const bad[] = {"", "https://a", "a/b", "a/", "u@a", "u:p@a", "a?b",
		"a#b", "a b", "a:0", "a:70000", ":80", "a%2fb", "a\"b", "a\nb", "[::1", "a:b"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (!pack_is_server(span_of(good[i])))
			fail_msg("%s is none", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (pack_is_server(span_of(bad[i])))
			fail_msg("%s is one", bad[i]);
	assert_false(pack_is_server((struct span){"a\0b", 3}));
}

static void good_urls_pass(void **state)
{
	static const char *const urls[] = {
		"http://x",
		"https://x/",
		"https://user:p%40ss@cdn.example.org:8443/a;b?c=d&e#f",
		"https://[::1]:80/x",
		"https://[fe80::1]/x",
		"https://x:/y",
		"https://x?y",
		"https://b\xc3\xbc.example/\xc3\xa4",
		"file:///srv/packs/x.deb",
	};
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(urls); i++)
		if (pack_check_url(span_of(urls[i]), &err) < 0)
			fail_msg("%s: %s", urls[i], err.text);
}

static void bad_urls_are_refused(void **state)
{
	static const struct {
		const char *url;
		const char *why;
	} cases[] = {
		{"", "is empty"},
		{"ftp://x/y", "does not begin"},
		{"HTTPS://x/y", "does not begin"},
		{"/etc/passwd", "does not begin"},
		{"http:/x", "does not begin"},
		{"javascript:alert(1)", "does not begin"},
		{"https://", "no host"},
		{"https:///x", "no host"},
		{"https://user@/x", "no host"},
		{"https://:80/x", "no host"},
		{"https://x:0/y", "none that can be one"},
		{"https://x:65536/y", "none that can be one"},
		{"https://x:8o/y", "none that can be one"},
		{"https://[::1/y", "none that can be one"},
		{"https://[]/y", "none that can be one"},
		{"https://[::1]x/y", "none that can be one"},
		{"file://host/x", "file:///PATH"},
		{"file://u@/x", "file:///PATH"},
		{"file:///", "file:///PATH"},
		{"file://", "file:///PATH"},
		{"https://x/a b", "blank or a control"},
		{"https://x/a\nb", "blank or a control"},
		{"https://x/a\r", "blank or a control"},
		{"https://x/\x7f", "blank or a control"},
	};

	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(pack_check_url((struct span){"https://x/a\0b", 13}, &err), -1);
	assert_err(&err, ERR_INSTALLER, "blank or a control");
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(pack_check_url(span_of(cases[i].url), &err), -1);
		assert_err(&err, ERR_INSTALLER, cases[i].why);
	}
}

static void urls_have_a_greatest_length(void **state)
{
	AUTO(buf) url = buf_of("https://x/");
	struct err err = ERR_INIT;

	(void)state;
	while (url.n < 4096)
		buf_addc(&url, 'a');
	assert_int_equal(pack_check_url(buf_span(&url), &err), 0);
	buf_addc(&url, 'a');
	assert_int_equal(pack_check_url(buf_span(&url), &err), -1);
	assert_err(&err, ERR_INSTALLER, "longer than 4096");
}

static void check_shown(const char *url, const char *wanted)
{
	AUTO(buf) out = BUF_INIT;

	pack_show_url(span_of(url), &out);
	assert_buf(&out, wanted);
}

static void shown_urls_hold_no_password(void **state)
{
	(void)state;
	check_shown("https://user:secret@x/y?z#f", "https://x/y?z#f");
	check_shown("https://user:sec@ret@x:80/y", "https://x:80/y");
	check_shown("https://user:secret@x?a@b", "https://x?a@b");
	check_shown("https://x/a@b", "https://x/a@b");
	check_shown("file:///a@b", "file:///a@b");
	check_shown("user:secret@x/y", "x/y");
	check_shown("socks5h://user:secret@x:1", "socks5h://x:1");
	check_shown("HTTPS://user:secret@x/y", "HTTPS://x/y");
	check_shown("", "");
}

static void refusals_hold_no_password(void **state)
{
	static const char *const bad[] = {"ftp://u:secret@x/", "https://u:secret@x/ y",
		"https://u:secret@:80/", "u:secret@x"};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(pack_check_url(span_of(bad[i]), &err), -1);
		if (strstr(err.text, "secret"))
			fail_msg("%s", err.text);
	}
}

static void urls_have_hosts(void **state)
{
	(void)state;
	assert_span(pack_url_host(SPAN("https://u:p@h.example:80/x@y")), "h.example");
	assert_span(pack_url_host(SPAN("http://[::1]:80/")), "::1");
	assert_span(pack_url_host(SPAN("http://h")), "h");
	assert_true(pack_url_has_login(SPAN("http://u@h/")));
	assert_false(pack_url_has_login(SPAN("http://h/u@")));
}

static struct digest digest_of(enum digest_kind kind, unsigned char first)
{
	return (struct digest){.kind = kind, .bytes = {first}};
}

static void set(struct sums *s, enum digest_kind kind, unsigned char first)
{
	s->has[kind] = true;
	s->of[kind] = digest_of(kind, first);
}

static void all_sums_must_hold(void **state)
{
	struct sums want = {0}, have = {0};
	enum digest_kind bad = DIGEST_KINDS;

	(void)state;
	assert_true(sums_is_empty(&want));
	assert_null(sums_best(&want));
	assert_true(sums_hold(&want, &have, &bad));
	set(&want, DIGEST_MD5, 1);
	set(&want, DIGEST_SHA384, 2);
	assert_false(sums_is_empty(&want));
	assert_int_equal(sums_best(&want)->kind, DIGEST_SHA384);
	set(&have, DIGEST_MD5, 1);
	set(&have, DIGEST_SHA256, 9);
	assert_false(sums_hold(&want, &have, &bad));
	assert_int_equal(bad, DIGEST_SHA384);
	set(&have, DIGEST_SHA384, 2);
	assert_true(sums_hold(&want, &have, &bad));
	set(&have, DIGEST_MD5, 3);
	assert_false(sums_hold(&want, &have, &bad));
	assert_int_equal(bad, DIGEST_MD5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_names_are_the_end_of_the_path),
		cmocka_unit_test(long_file_names_keep_their_end),
		cmocka_unit_test(distfiles_are_asked_for_by_the_end_of_the_url),
		cmocka_unit_test(servers_are_hosts_and_no_more),
		cmocka_unit_test(good_urls_pass),
		cmocka_unit_test(bad_urls_are_refused),
		cmocka_unit_test(urls_have_a_greatest_length),
		cmocka_unit_test(shown_urls_hold_no_password),
		cmocka_unit_test(refusals_hold_no_password),
		cmocka_unit_test(urls_have_hosts),
		cmocka_unit_test(all_sums_must_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
