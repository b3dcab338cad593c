/* Tests of model/packets_index. */
#include "unit.h"

#include "model/packets_index.h"

#define SUM "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct packets_row good(void)
{
	struct packets_row row = {
		.texts = {[PACKETS_REALNAME] = SPAN("tool-1.2"),
			[PACKETS_NAME] = SPAN("tool"),
			[PACKETS_VERSION] = SPAN("1.2"),
			[PACKETS_DESCRIPTION] = SPAN("Says it.\nAnd more.\n"),
			[PACKETS_HASH] = SPAN(SUM),
			[PACKETS_MIRRORS] = SPAN("https://a.example/t.pkt.tar.zst\n"
						 " http://b.example/x/y"),
			[PACKETS_DEPENDENCIES] = SPAN(" libx-1\t Other_2  "),
			[PACKETS_FAMILY] = SPAN("1f84ca15-5077")},
		.serial = 7};

	return row;
}

static void a_row_is_an_offer(void **state)
{
	struct packets_row row = good();
	struct err err = ERR_INIT;
	AUTO(offer) o;
	AUTO(offer) again;
	AUTO(buf) line = BUF_INIT;

	(void)state;
	offer_init(&o);
	offer_init(&again);
	assert_int_equal(packets_row_offer(&row, &o, &err), 0);
	assert_buf(&o.name, "tool-1.2");
	assert_buf(&o.alias, "tool");
	assert_buf(&o.version, "1.2");
	assert_buf(&o.id, SUM);
	assert_buf(&o.path, "tool-1.2.pkt.tar.zst");
	assert_int_equal(o.sha256.bytes[1], 0x11);
	assert_int_equal(o.size, -1);
	assert_buf(&o.summary, "Says it.");
	assert_buf(&o.description, "Says it.\nAnd more.");
	assert_int_equal(o.mirrors.of.n, 2);
	assert_buf(&o.mirrors.of.v[0], "https://a.example/t.pkt.tar.zst");
	assert_buf(&o.mirrors.of.v[1], "http://b.example/x/y");
	assert_int_equal(o.depends.of.n, 2);
	assert_buf(&o.depends.of.v[0].name, "libx-1");
	assert_buf(&o.depends.of.v[1].name, "Other_2");
	assert_buf(&o.family, "1f84ca15-5077");
	assert_int_equal(o.serial, 7);
	assert_true(offer_is_valid(&o));
	offer_format(&o, &line);
	assert_int_equal(offer_parse(buf_span(&line), &again, &err), 0);
	assert_int_equal(again.serial, 7);
}

static void what_needs_not_be_there_is_empty(void **state)
{
	struct packets_row row = good();
	struct err err = ERR_INIT;
	AUTO(offer) o;

	(void)state;
	offer_init(&o);
	row.texts[PACKETS_NAME] = row.texts[PACKETS_VERSION] = row.texts[PACKETS_DESCRIPTION] =
		row.texts[PACKETS_DEPENDENCIES] = row.texts[PACKETS_FAMILY] = SPAN("");
	assert_int_equal(packets_row_offer(&row, &o, &err), 0);
	assert_int_equal(o.alias.n + o.version.n + o.summary.n + o.depends.of.n + o.family.n, 0);
	assert_true(offer_is_valid(&o));
}

/* A short name that could not be typed is none; that is no reason to leave the package out. */
static void an_odd_short_name_is_none(void **state)
{
	struct packets_row row = good();
	struct err err = ERR_INIT;
	AUTO(offer) o;

	(void)state;
	offer_init(&o);
	row.texts[PACKETS_NAME] = SPAN("my tool/\x1b[2J");
	assert_int_equal(packets_row_offer(&row, &o, &err), 0);
	assert_int_equal(o.alias.n, 0);
}

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		enum packets_column column;
		const char *text;
		const char *why;
	} rows[] = {
		{PACKETS_REALNAME, "", "realname must be letters"},
		{PACKETS_REALNAME, "../../root/x", "realname must be letters"},
		{PACKETS_REALNAME, ".x", "realname must be letters"},
		{PACKETS_REALNAME, "a:b", "realname must be letters"},
		{PACKETS_VERSION, "1 2", "version must be at most 64"},
		{PACKETS_VERSION, "1\n2", "version must be at most 64"},
		{PACKETS_HASH, "", "hash must be 64 hex digits"},
		{PACKETS_HASH, "00112233", "hash must be 64 hex digits"},
		{PACKETS_HASH, SUM "0", "hash must be 64 hex digits"},
		{PACKETS_MIRRORS, "", "mirrors must be one URL at least"},
		{PACKETS_MIRRORS, "file:///etc/shadow", "mirrors must be http:// or https://"},
		{PACKETS_MIRRORS, "https://a.example/x ftp://b.example/y", "mirrors must be http"},
		{PACKETS_MIRRORS, "/etc/shadow", "mirrors must be http"},
		{PACKETS_DEPENDENCIES, "libx-1, other", "dependencies must be names"},
		{PACKETS_DEPENDENCIES, "../x", "dependencies must be names"},
		{PACKETS_FAMILY, "a\nb", "family must be one line"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct packets_row row = good();
		struct err err = ERR_INIT;
		AUTO(offer) o;

		offer_init(&o);
		row.texts[rows[i].column] = span_of(rows[i].text);
		assert_int_equal(packets_row_offer(&row, &o, &err), -1);
		assert_err(&err, ERR_INSTALLER, rows[i].why);
	}
}

static void numbers_have_bounds(void **state)
{
	struct packets_row row = good();
	struct err err = ERR_INIT;
	AUTO(offer) o;
	AUTO(buf) many = BUF_INIT;

	(void)state;
	offer_init(&o);
	row.serial = -1;
	assert_int_equal(packets_row_offer(&row, &o, &err), -1);
	assert_err(&err, ERR_INSTALLER, "serial must be a whole number");
	row = good();
	for (int i = 0; i < 257; i++)
		buf_addf(&many, "a%d ", i);
	row.texts[PACKETS_DEPENDENCIES] = buf_span(&many);
	assert_int_equal(packets_row_offer(&row, &o, &err), -1);
	row = good();
	buf_clear(&many);
	while (many.n < 40000)
		buf_adds(&many, "https://a.example/x ");
	row.texts[PACKETS_MIRRORS] = buf_span(&many);
	assert_int_equal(packets_row_offer(&row, &o, &err), -1);
	assert_err(&err, ERR_INSTALLER, "mirrors must be at most");
}

static void where_an_index_is(void **state)
{
	static const char *const rows[][3] = {
		{"https://h/index.db", "https://h", "index.db"},
		{"https://h/a/b.db?x=1/2.db", "https://h/a", "b.db?x=1/2.db"},
		{"/srv/mirror/index.db", "/srv/mirror", "index.db"},
		{"https://h/a/?x=/b.db", NULL, NULL},
		{"https://h/a#/b.db", NULL, NULL},
		{"https://h/a", NULL, NULL},
		{"index.db", NULL, NULL},
		{"", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span folder, file;
		bool is = packets_url_split(span_of(rows[i][0]), &folder, &file);

		if (is != (rows[i][1] != NULL))
			fail_msg("%s", rows[i][0]);
		if (!is)
			continue;
		assert_span(folder, rows[i][1]);
		assert_span(file, rows[i][2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_an_offer),
		cmocka_unit_test(what_needs_not_be_there_is_empty),
		cmocka_unit_test(an_odd_short_name_is_none),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(numbers_have_bounds),
		cmocka_unit_test(where_an_index_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
