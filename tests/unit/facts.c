/* Tests of model/facts. */
#include "model/facts.h"

#include "unit.h"

static void names_of_facts_are_known(void **state)
{
	static const char *const known[] = {"description", "description.fi", "description.pt_BR",
		"legend", "legend.sv", "format", "upstream_pack_url", "upstream_pack_md5sum",
		"upstream_pack_sha1sum", "upstream_pack_sha256sum", "upstream_pack_sha384sum",
		"upstream_pack_sha512sum", ".puavo-pkg-version"};
	static const char *const unknown[] = {"", "rules", "license", "licence", "Description",
		"description.", "description.f", "description.fi/x", "description.../..",
		"legend.fi.bak", "legend.aaaaaaaaaaaaaaaaa", "upstream_pack_sha384sum2",
		"format.fi", ".puavo-pkg-version.fi"};

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++)
		if (!fact_is_known(span_of(known[i])))
			fail_msg("%s", known[i]);
	for (size_t i = 0; i < COUNT(unknown); i++)
		if (fact_is_known(span_of(unknown[i])))
			fail_msg("%s", unknown[i]);
	assert_false(fact_is_known((struct span){"legend\0", 7}));
}

static void values_are_bytes(void **state)
{
	AUTO(facts) f = FACTS_INIT;

	(void)state;
	assert_null(facts_get(&f, "legend"));
	facts_add(&f, SPAN("legend"), (struct span){"a\0b\n", 4});
	facts_add(&f, SPAN("format"), SPAN("1\n"));
	assert_int_equal(facts_get(&f, "legend")->value.n, 4);
	assert_memory_equal(facts_get(&f, "legend")->value.s, "a\0b\n", 4);
	assert_buf(&facts_get(&f, "format")->value, "1\n");
	assert_null(facts_get(&f, "leg"));
}

static void the_language_is_the_nearest(void **state)
{
	AUTO(facts) f = FACTS_INIT;

	(void)state;
	assert_span(facts_text(&f, "legend", "fi_FI.UTF-8"), "");
	facts_add(&f, SPAN("legend"), SPAN("plain"));
	facts_add(&f, SPAN("legend.pt"), SPAN("pt"));
	facts_add(&f, SPAN("legend.pt_BR"), SPAN("pt_BR"));
	facts_add(&f, SPAN("description.fi"), SPAN("kuvaus"));
	assert_span(facts_text(&f, "legend", "pt_BR.UTF-8"), "pt_BR");
	assert_span(facts_text(&f, "legend", "pt_BR"), "pt_BR");
	assert_span(facts_text(&f, "legend", "pt_PT.UTF-8@euro"), "pt");
	assert_span(facts_text(&f, "legend", "pt@x"), "pt");
	assert_span(facts_text(&f, "legend", "pt"), "pt");
	assert_span(facts_text(&f, "legend", "p"), "plain");
	assert_span(facts_text(&f, "legend", "fi_FI.UTF-8"), "plain");
	assert_span(facts_text(&f, "legend", "C.UTF-8"), "plain");
	assert_span(facts_text(&f, "legend", "POSIX"), "plain");
	assert_span(facts_text(&f, "legend", ""), "plain");
	assert_span(facts_text(&f, "legend", NULL), "plain");
	assert_span(facts_text(&f, "description", "fi_FI.UTF-8"), "kuvaus");
	assert_span(facts_text(&f, "description", "en"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_facts_are_known),
		cmocka_unit_test(values_are_bytes),
		cmocka_unit_test(the_language_is_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
