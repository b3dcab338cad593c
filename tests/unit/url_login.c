/* Tests of model/login. */
#include "model/login.h"

#include "unit.h"

static void assert_user(const struct logins *l, const char *url, const char *user)
{
	const struct url_login *found = logins_find(l, span_of(url));

	if (strcmp(found ? found->user.s : "", user) != 0)
		fail_msg("%s: %s instead of %s", url, found ? found->user.s : "nobody", user);
}

static void a_login_is_for_what_is_below(void **state)
{
	static const char *const others[] = {"https://a.example/repo",
		"https://a.example/repository/x", "https://a.example/x",
		"https://a.example.org/repo/x", "http://a.example/repo/x",
		"https://a.example:8443/repo/x", "https://b.example/https://a.example/repo/x",
		"https://a.example/repo/../x", "https://a.example/repo/%2e%2e/x",
		"https://a.example/repo/x/..", "https://a.example/repo/\\..\\x",
		"https://you:pw@a.example/repo/x", ""};
	struct logins l = {0};
	struct url_login me = {.user = buf_of("me"),
		.password = buf_of("pw"),
		.token = BUF_INIT,
		.identity = BUF_INIT,
		.realm = BUF_INIT};
	struct url_login deep = {.user = buf_of("deep"),
		.password = BUF_INIT,
		.token = buf_of("t"),
		.registry = true,
		.identity = buf_of("i"),
		.realm = buf_of("r")};

	(void)state;
	assert_user(&l, "https://a.example/repo/x", "");
	logins_add(&l, SPAN("https://a.example/repo/deep/"), &deep);
	logins_add(&l, SPAN("https://a.example/repo//"), &me);
	assert_user(&l, "https://a.example/repo/repository.json", "me");
	assert_user(&l, "https://a.example/repo/a..b/x", "me");
	assert_user(&l, "https://a.example/repo/deep/x", "deep");
	assert_user(&l, "https://a.example/repo/deeper/x", "me");
	assert_true(logins_find(&l, SPAN("https://a.example/repo/deep/x"))->registry);
	assert_false(logins_find(&l, SPAN("https://a.example/repo/x"))->registry);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_user(&l, others[i], "");
	logins_drop(&l);
	assert_user(&l, "https://a.example/repo/x", "");
	buf_drop(&me.user);
	buf_drop(&me.password);
	buf_drop(&deep.user);
	buf_drop(&deep.token);
	buf_drop(&deep.identity);
	buf_drop(&deep.realm);
}

static void where_it_goes_is_below_its_bases(void **state)
{
	struct logins l = {0};
	struct url_login me = {.user = buf_of("me"),
		.password = buf_of("pw"),
		.token = BUF_INIT,
		.identity = BUF_INIT,
		.realm = BUF_INIT};
	struct url_login you = {.user = buf_of("you"),
		.password = BUF_INIT,
		.token = BUF_INIT,
		.identity = BUF_INIT,
		.realm = BUF_INIT};
	AUTO(buf) bases = BUF_INIT;

	(void)state;
	logins_add(&l, SPAN("https://a.example/w/"), &me);
	logins_add(&l, SPAN("https://a.example/you"), &you);
	logins_add(&l, SPAN("https://b.example/w"), &me);
	logins_bases(&l, &me, &bases);
	assert_buf(&bases, "https://a.example/w\nhttps://b.example/w\n");
	assert_true(login_is_for(buf_span(&bases), SPAN("https://b.example/w/x")));
	assert_false(login_is_for(buf_span(&bases), SPAN("https://a.example/you/x")));
	assert_false(login_is_for(buf_span(&bases), SPAN("https://a.example/w/../you/x")));
	assert_false(login_is_for(SPAN(""), SPAN("https://a.example/w/x")));
	assert_false(login_is_for(SPAN("\n"), SPAN("/x")));
	logins_drop(&l);
	buf_drop(&me.user);
	buf_drop(&me.password);
	buf_drop(&you.user);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_login_is_for_what_is_below),
		cmocka_unit_test(where_it_goes_is_below_its_bases)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
