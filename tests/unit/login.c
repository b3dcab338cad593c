/* Tests of engine/login. */
#include "engine/login.h"

#include "scratch.h"

#define NETRC "etc/fardel/netrc"

static int find(struct scratch *s, struct login *out)
{
	s->err = ERR_INIT;
	return login_find(&s->place, SPAN("https://vendor.example/pack.deb"), out, &s->err);
}

static void assert_user(struct scratch *s, const char *user)
{
	struct login login = LOGIN_INIT;

	if (find(s, &login) < 0)
		fail_msg("%s", s->err.text);
	assert_buf(&login.user, user);
	login_drop(&login);
}

static void a_host_has_its_user(void **state)
{
	struct scratch *s = *state;
	struct login login = LOGIN_INIT;

	assert_user(s, "");
	put(s, NETRC, "machine vendor.example login me password secret\n");
	assert_int_equal(find(s, &login), -1);
	assert_err(&s->err, ERR_UNSAFE, "can be read by others");
	put_mode(s, NETRC, 0600);
	assert_user(s, "me");
}

/* As the system below the root sees them. */
static void links_do_not_lead_out_of_the_root(void **state)
{
	static const char text[] = "machine vendor.example login outside password secret\n";
	struct scratch *s = *state;
	char outside[] = "/tmp/fardel-netrc.XXXXXX";
	AUTO_FD fd = mkstemp(outside);

	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	put_dir(s, "etc/fardel", 0755);
	put_link(s, NETRC, outside);
	assert_user(s, "");
	assert_int_equal(unlink(outside), 0);
	assert_int_equal(unlinkat(s->fd, NETRC, 0), 0);
	put(s, "srv/netrc", "machine vendor.example login inside password secret\n");
	put_mode(s, "srv/netrc", 0600);
	put_link(s, NETRC, "/srv/netrc");
	assert_user(s, "inside");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(a_host_has_its_user),
		SCRATCH_TEST(links_do_not_lead_out_of_the_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
