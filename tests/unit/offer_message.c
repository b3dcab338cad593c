/* Tests of model/offer_message. */
#include "unit.h"

#include "base/wire.h"
#include "model/offer_message.h"

static const char line[] =
	"{\"name\":\"zoom\",\"version\":\"6.2.11\",\"format\":3,"
	"\"id\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\","
	"\"installer\":{\"path\":\"z/zoom-6.2.11.tar.gz\",\"size\":4312,"
	"\"sha256\":\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"},"
	"\"summary\":\"Video\",\"description\":\"Calls.\",\"homepage\":\"https://zoom.example/\","
	"\"licence\":\"LicenseRef-zoom\",\"accept\":true,\"architectures\":[\"amd64\",\"arm64\"],"
	"\"depends\":[\"runtime (>= 2)\"],\"conflicts\":[\"zoom-beta\"],\"provides\":[\"calls (= 1)\"],"
	"\"deb\":[\"libgl1\"],"
	"\"packs\":[{\"url\":\"https://cdn.example/zoom.deb\",\"mirrors\":[\"https://m.example/z\"],"
	"\"size\":188743680,"
	"\"sha256\":\"ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100\","
	"\"architecture\":\"amd64\",\"file\":\"zoom.deb\"}],"
	"\"files\":[\"/usr/bin/zoom\"]}";

static void read_line(struct offer *out)
{
	struct err err = ERR_INIT;

	offer_init(out);
	if (offer_parse(SPAN(line), out, &err) < 0)
		fail_msg("%s", err.text);
}

static void offers_come_back(void **state)
{
	AUTO(offer) in;
	AUTO(offer) out;
	AUTO(buf) payload = BUF_INIT;
	AUTO(buf) before = BUF_INIT;
	AUTO(buf) after = BUF_INIT;

	(void)state;
	read_line(&in);
	offer_init(&out);
	offer_message_put(&payload, &in);
	assert_true(offer_message_get(buf_span(&payload), &out));
	offer_format(&in, &before);
	offer_format(&out, &after);
	assert_string_equal(before.s, after.s);
}

static void others_come_back(void **state)
{
	AUTO(offer) in;
	AUTO(offer) out;
	AUTO(buf) payload = BUF_INIT;
	AUTO(buf) before = BUF_INIT;
	AUTO(buf) after = BUF_INIT;

	(void)state;
	read_line(&in);
	offer_init(&out);
	buf_sets(&in.name, "app-x/zoom");
	in.format = 6;
	in.size = -1;
	in.unchecked = in.hidden = true;
	in.serial = -3;
	buf_sets(&in.compression, "gzip");
	buf_sets(&in.alias, "z");
	buf_sets(&in.family, "f");
	texts_add(&in.labels, SPAN("a=b"));
	texts_add(&in.mirrors, SPAN("https://x/y"));
	relations_add_text(&in.depends, SPAN("a/b (!= 1_p1)"));
	offer_message_put(&payload, &in);
	assert_true(offer_message_get(buf_span(&payload), &out));
	offer_format(&in, &before);
	offer_format(&out, &after);
	assert_string_equal(before.s, after.s);
	assert_non_null(strstr(after.s, "\"serial\":-3"));
}

/* What a package of Packets may be called, and its version, which Debian has no order for. */
static void packets_come_back(void **state)
{
	static const char *const rows[][2] = {
		{"Browser", "v1_0"}, {"Firefox", "1"}, {"tool", "v1_0"}, {"a_b", ""}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(offer) in;
		AUTO(offer) out;
		AUTO(buf) payload = BUF_INIT;

		read_line(&in);
		offer_init(&out);
		buf_sets(&in.name, rows[i][0]);
		buf_sets(&in.version, rows[i][1]);
		offer_message_put(&payload, &in);
		assert_true(offer_message_get(buf_span(&payload), &out));
		assert_string_equal(out.name.s, rows[i][0]);
		assert_string_equal(out.version.s, rows[i][1]);
	}
}

/* Who reads leaves may have been taken over: what no line can say is not taken of its word. */
static void what_no_line_says_is_refused(void **state)
{
	(void)state;
	for (int i = 0;; i++) {
		AUTO(offer) in;
		AUTO(offer) out;
		AUTO(buf) payload = BUF_INIT;

		read_line(&in);
		offer_init(&out);
		switch (i) {
		case 0: buf_sets(&in.depends.of.v[0].name, "x\nc zoom"); break;
		case 1: buf_sets(&in.deb.of.v[0].name, "-o"); break;
		case 2: buf_sets(&in.path, "../x"); break;
		case 3: buf_sets(&in.id, "a"); break;
		case 4: buf_sets(&in.summary, "a\nb"); break;
		case 5: buf_sets(&in.packs.of.v[0].file, "../x"); break;
		case 6: buf_sets(&in.packs.of.v[0].mirrors.of.v[0], "ftp://x/"); break;
		case 7: in.size = -1; break;
		case 8: in.format = 0; break;
		case 9: in.provides.of.v[0].op = RELATION_AT_LEAST; break;
		case 10: buf_sets(&in.architectures.of.v[0], "\n"); break;
		case 11: buf_clear(&in.name); break;
		default: return;
		}
		offer_message_put(&payload, &in);
		assert_false(offer_message_get(buf_span(&payload), &out));
	}
}

/* Every beginning of a payload, a byte more, and values that no offer has. */
static void malformed_payloads_are_refused(void **state)
{
	AUTO(offer) in;
	AUTO(buf) payload = BUF_INIT;

	(void)state;
	read_line(&in);
	offer_message_put(&payload, &in);
	for (size_t n = 0; n < payload.n; n++) {
		AUTO(offer) out;

		offer_init(&out);
		assert_false(offer_message_get(span_cut(buf_span(&payload), 0, n), &out));
	}
	buf_addc(&payload, 0);
	for (int i = 0; i < 3; i++) {
		AUTO(offer) out;

		offer_init(&out);
		assert_false(offer_message_get(buf_span(&payload), &out));
		buf_clear(&payload);
		if (i == 0)
			buf_sets(&in.name, "../x");
		else
			buf_sets(&in.version, "a b"), buf_sets(&in.name, "zoom");
		offer_message_put(&payload, &in);
	}
}

static void a_leaf_is_one_of_its_tree(void **state)
{
	static const struct {
		int64_t number, bits;
		bool good;
	} rows[] = {{0, 0, true}, {1, 0, false}, {8191, 13, true}, {8192, 13, false},
		{-1, 3, false}, {0, 17, false}, {0, -1, false}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct leaf_order in = {rows[i].number, rows[i].bits, SPAN("x")}, out;
		AUTO(buf) payload = BUF_INIT;

		offer_message_put_leaf(&payload, &in);
		assert_int_equal(offer_message_get_leaf(buf_span(&payload), &out), rows[i].good);
		assert_false(offer_message_get_leaf(
			span_cut(buf_span(&payload), 0, payload.n - 1), &out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offers_come_back),
		cmocka_unit_test(others_come_back),
		cmocka_unit_test(packets_come_back),
		cmocka_unit_test(what_no_line_says_is_refused),
		cmocka_unit_test(malformed_payloads_are_refused),
		cmocka_unit_test(a_leaf_is_one_of_its_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
