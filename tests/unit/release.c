/* Tests of model/release. */
#include "model/release.h"

#include "unit.h"

static void what_is_stated_is_read(void **state)
{
	static const struct {
		const char *text, *distribution, *number, *codename;
	} rows[] = {
		{"ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n", "debian", "12",
			"bookworm"},
		{"NAME=x\nID='ubuntu'\nVERSION_ID=24.04", "ubuntu", "24.04", ""},
		{"", "", "", ""},
		{"ID=\nVERSION_ID", "", "", ""},
		{"ID=$(reboot)\nVERSION_ID=\"1 2\"\nVERSION_CODENAME=a\"b", "", "", ""},
		{"ID_LIKE=debian\n#ID=no\nID=first\nID=last\n", "last", "", ""},
		{"ID=\"open\nVERSION_ID=''", "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(release) r = RELEASE_INIT;

		release_read(span_of(rows[i].text), &r);
		assert_buf(&r.distribution, rows[i].distribution);
		assert_buf(&r.number, rows[i].number);
		assert_buf(&r.codename, rows[i].codename);
	}
}

static void long_values_are_none(void **state)
{
	AUTO(release) r = RELEASE_INIT;
	AUTO(buf) text = buf_of("ID=");

	(void)state;
	for (int i = 0; i < 65; i++)
		buf_addc(&text, 'x');
	release_read(buf_span(&text), &r);
	assert_buf(&r.distribution, "");
	release_read(span_cut(buf_span(&text), 0, text.n - 1), &r);
	assert_int_equal(r.distribution.n, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_stated_is_read),
		cmocka_unit_test(long_values_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
