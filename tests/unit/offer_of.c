/* Tests of model/offer_of. */
#include "model/offer_of.h"

#include "unit.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void fill(struct installer *in)
{
	struct pack *pack;

	installer_init(in);
	in->format = 3;
	buf_sets(&in->name, "zoom");
	buf_sets(&in->version, "1:6.2");
	facts_add(&in->facts, SPAN("legend"), SPAN("  Calls \xc3\xa4\nand more\n"));
	facts_add(&in->facts, SPAN("legend.fi"), SPAN("Puheluita"));
	facts_add(&in->facts, SPAN("description"), SPAN("For \xffwork.\0\nAnd play.\n"));
	buf_sets(&in->homepage, "https://zoom.example/");
	buf_sets(&in->licence.spdx, "LicenseRef-zoom");
	in->licence.accept = true;
	texts_add(&in->architectures, SPAN("amd64"));
	relations_add_text(&in->depends, SPAN("runtime (>= 3)"));
	relations_add_text(&in->conflicts, SPAN("zoom-beta"));
	relations_add_text(&in->provides, SPAN("calls (= 2)"));
	relations_add_text(&in->needs.deb, SPAN("libgl1:i386"));
	pack = vec_push(&in->packs.of);
	pack_init(pack);
	buf_sets(&pack->url, "https://cdn.example/zoom.deb");
	texts_add(&pack->mirrors, SPAN("https://m.example/zoom.deb"));
	pack->size = 7;
	pack->redistributable = true;
	pack->sums.has[DIGEST_SHA256] =
		digest_parse(DIGEST_SHA256, SPAN(ID), &pack->sums.of[DIGEST_SHA256]);
}

static struct offer_file a_file(void)
{
	struct offer_file file = {.path = SPAN("z/zoom.tar.gz"), .size = 12, .id = SPAN(ID)};

	if (!digest_parse(DIGEST_SHA256, SPAN(ID), &file.sha256))
		fail();
	return file;
}

static void all_that_matters_is_offered(void **state)
{
	struct offer_file file = a_file();
	AUTO(installer) in;
	AUTO(offer) o;
	AUTO(buf) line = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	fill(&in);
	offer_init(&o);
	if (offer_of_installer(&in, &file, &o, &err) < 0)
		fail_msg("%s", err.text);
	offer_format(&o, &line);
	assert_buf(&line,
		"{\"name\":\"zoom\",\"version\":\"1:6.2\",\"format\":3,\"id\":\"" ID "\","
		"\"installer\":{\"path\":\"z/zoom.tar.gz\",\"size\":12,\"sha256\":\"" ID "\"},"
		"\"summary\":\"Calls \xc3\xa4\",\"description\":\"For work.\\nAnd play.\","
		"\"homepage\":\"https://zoom.example/\",\"licence\":\"LicenseRef-zoom\",\"accept\":true,"
		"\"architectures\":[\"amd64\"],\"depends\":[\"runtime (>= 3)\"],"
		"\"conflicts\":[\"zoom-beta\"],\"provides\":[\"calls (= 2)\"],\"deb\":[\"libgl1:i386\"],"
		"\"packs\":[{\"url\":\"https://cdn.example/zoom.deb\","
		"\"mirrors\":[\"https://m.example/zoom.deb\"],\"size\":7,\"sha256\":\"" ID "\","
		"\"redistributable\":true}]}");
}

static void texts_are_made_such_as_may_be_shown_and_sent(void **state)
{
	struct offer_file file = a_file();
	AUTO(installer) in;
	AUTO(offer) o;
	AUTO(buf) much = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	installer_init(&in);
	offer_init(&o);
	in.format = 1;
	buf_sets(&in.name, "_old");
	for (int i = 0; i < 10000; i++)
		buf_adds(&much, "\xe2\x82\xac");
	facts_add(&in.facts, SPAN("description"), buf_span(&much));
	buf_sets(&much, "\x1b[31mred \xff");
	for (int i = 0; i < 300; i++)
		buf_adds(&much, "\xc3\xa4");
	facts_add(&in.facts, SPAN("legend"), buf_span(&much));
	if (offer_of_installer(&in, &file, &o, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(span_starts(buf_span(&o.summary), "\\x1b[31mred \\xff\xc3\xa4"));
	assert_in_range(o.summary.n, 510, 512);
	assert_int_equal(o.description.n, 16383); /* whole characters of three bytes */
	assert_buf(&o.version, "");
}

static void add_change(struct changes *c, const char *path, enum node_type type, bool own)
{
	struct change *change = changes_add(c, span_of(path));

	change->after.type = type;
	change->own = own;
}

static void files_and_links_outside_of_its_folder_are_listed(void **state)
{
	struct offer_file file = a_file();
	AUTO(footprint) f = FOOTPRINT_INIT;
	AUTO(installer) in;
	AUTO(offer) o;
	AUTO(offer) large;
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) line = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	fill(&in);
	offer_init(&o);
	offer_init(&large);
	add_change(&f.changes, "/opt/zoom", NODE_FOLDER, false);
	add_change(&f.changes, "/opt/zoom/zoom", NODE_FILE, false);
	add_change(&f.changes, "/usr/bin/old", NODE_NONE, false);
	add_change(&f.changes, "/usr/bin/zoom", NODE_LINK, false);
	add_change(&f.changes, "/usr/bin/zo\nom", NODE_LINK, false);
	add_change(&f.changes, "/var/lib/fardel/packages/zoom/x", NODE_FILE, true);
	file.footprint = &f;
	assert_int_equal(offer_of_installer(&in, &file, &o, &err), 0);
	assert_int_equal(o.files.of.n, 2);
	assert_buf(&o.files.of.v[0], "/opt/zoom/zoom");
	assert_buf(&o.files.of.v[1], "/usr/bin/zoom");
	for (int i = 0; i < 20000; i++) {
		buf_setf(&path, "/usr/share/zoom/\"quoted\"/%d", i);
		add_change(&f.changes, path.s, NODE_FILE, false);
	}
	assert_int_equal(offer_of_installer(&in, &file, &large, &err), 0);
	assert_in_range(large.files.of.n, 1000, 19000);
	offer_format(&large, &line);
	assert_in_range(line.n, 1, OFFER_MAX);
}

static void what_no_client_would_take_is_refused(void **state)
{
	struct offer_file file = a_file();
	AUTO(installer) in;
	AUTO(offer) o;
	struct err err = ERR_INIT;

	(void)state;
	fill(&in);
	offer_init(&o);
	file.path = SPAN("a b/zoom.tar.gz");
	assert_int_equal(offer_of_installer(&in, &file, &o, &err), -1);
	assert_err(&err, ERR_INSTALLER, "cannot be offered: installer: path must be");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_matters_is_offered),
		cmocka_unit_test(texts_are_made_such_as_may_be_shown_and_sent),
		cmocka_unit_test(files_and_links_outside_of_its_folder_are_listed),
		cmocka_unit_test(what_no_client_would_take_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
