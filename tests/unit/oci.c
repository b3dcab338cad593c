/* Tests of model/oci. */
#include "model/oci.h"

#include "unit.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define OCI "application/vnd.oci.image."
#define DOCKER "application/vnd.docker."
#define LAYER(type, hex, size) \
	"{\"mediaType\":\"" type "\",\"digest\":\"sha256:" hex "\",\"size\":" size "}"
#define GZIP LAYER(OCI "layer.v1.tar+gzip", A64, "7")
#define OF(kind, more) "{\"schemaVersion\":2,\"mediaType\":\"" kind "\"," more "}"
#define IMAGE(layers) OF(OCI "manifest.v1+json", "\"config\":{},\"layers\":[" layers "]")
#define ENTRY(os, arch, hex) \
	"{\"mediaType\":\"" OCI "manifest.v1+json\",\"digest\":\"sha256:" hex \
	"\",\"size\":9,\"platform\":{\"os\":\"" os "\",\"architecture\":\"" arch "\"}}"
#define LIST(entries) OF(OCI "index.v1+json", "\"manifests\":[" entries "]")

static void assert_hex(const struct digest *d, char c)
{
	AUTO(buf) hex = BUF_INIT;

	digest_format(&hex, d);
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(hex.s[i], c);
}

/* Over a frame and back. */
static void parse(const char *text, const char *architecture, struct oci_manifest *out)
{
	AUTO(oci_manifest) first = {0};
	AUTO(buf) payload = BUF_INIT;
	struct err err = ERR_INIT;

	if (oci_parse(span_of(text), span_of(architecture), &first, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	oci_put(&first, &payload);
	assert_true(oci_get(buf_span(&payload), out));
	for (size_t i = 0; i < payload.n; i++) {
		AUTO(oci_manifest) cut = {0};

		if (oci_get(span_cut(buf_span(&payload), 0, i), &cut))
			assert_true(cut.layers.n && cut.layers.n < out->layers.n);
	}
}

static void images(void **state)
{
	static const char *const one[] = {
		IMAGE(GZIP),
		"{\"schemaVersion\":2,\"layers\":[" GZIP "]}",
		OF(DOCKER "distribution.manifest.v2+json",
			"\"layers\":[" LAYER(DOCKER "image.rootfs.diff.tar.gzip", A64, "7") "]"),
		IMAGE(LAYER(OCI "layer.v1.tar", A64, "7")),
		IMAGE(LAYER(OCI "layer.v1.tar+zstd", A64, "7")),
	};
	AUTO(oci_manifest) two = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(one); i++) {
		AUTO(oci_manifest) m = {0};

		parse(one[i], "amd64", &m);
		assert_false(m.is_list);
		assert_int_equal(m.layers.n, 1);
		assert_int_equal(m.layers.v[0].size, 7);
		assert_hex(&m.layers.v[0].sha256, 'a');
	}
	parse(IMAGE(GZIP "," LAYER(OCI "layer.v1.tar", B64, "0")), "amd64", &two);
	assert_int_equal(two.layers.n, 2);
	assert_hex(&two.layers.v[1].sha256, 'b');
}

static void lists(void **state)
{
	static const struct {
		const char *debian;
		char hex;
	} rows[] = {
		{"amd64", 'a'}, {"arm64", 'b'}, {"armhf", 'c'}, {"ppc64el", 'd'}, {"i386", 'e'}};
	static const char list[] = LIST(ENTRY("windows", "amd64", "0000") "," ENTRY(
		"linux", "amd64", A64) "," ENTRY("linux", "arm64", B64) "," ENTRY("linux", "arm",
		"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc") "," ENTRY("linux",
		"ppc64le",
		"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd") "," ENTRY("linux",
		"386",
		"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee") "," ENTRY("linux",
		"amd64", B64));

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(oci_manifest) m = {0};

		parse(list, rows[i].debian, &m);
		assert_true(m.is_list && !m.layers.n);
		assert_int_equal(m.platform.size, 9);
		assert_hex(&m.platform.sha256, rows[i].hex);
	}
}

static void refuse(struct span text, const char *why)
{
	AUTO(oci_manifest) m = {0};
	struct err err = ERR_INIT;

	assert_int_equal(oci_parse(text, SPAN("amd64"), &m, &err), -1);
	assert_int_equal(err.code, ERR_CHECKSUM);
	if (!strstr(err.text, why))
		fail_msg("%.*s: %s", SPAN_ARG(span_cut(text, 0, 200)), err.text);
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"", "manifest"},
		{"{", "manifest"},
		{"[]", "no object"},
		{"<html>no</html>", "web page"},
		{"{}", "kind that is not known"},
		{"{\"schemaVersion\":1,\"layers\":[]}", "schema 1"},
		{OF(DOCKER "distribution.manifest.v1+prettyjws", "\"fsLayers\":[]"), "schema 1"},
		{"{\"schemaVersion\":2}", "no layers"},
		{IMAGE(""), "no layers"},
		{OF(OCI "manifest.v1+json", "\"layers\":{}"), "no layers"},
		{OF("application/vnd.other+json", "\"layers\":[" GZIP "]"), "not known"},
		{OF(OCI "manifest.v1+json", "\"layers\":[" GZIP "],\"manifests\":[]"),
			"and a list"},
		{OF(OCI "index.v1+json", "\"manifests\":[],\"layers\":[]"), "and a list"},
		{IMAGE(LAYER("text/html", A64, "7")), "kind that is not known: text/html"},
		{IMAGE(LAYER(OCI "layer.v1.tar", "abc", "7")), "sha256"},
		{IMAGE(LAYER(OCI "layer.v1.tar", A64, "-1")), "size"},
		{IMAGE(LAYER(OCI "layer.v1.tar", A64, "\"7\"")), "size"},
		{IMAGE(LAYER(OCI "layer.v1.tar", A64, "1e30")), "size"},
		{IMAGE("{\"mediaType\":\"" OCI "layer.v1.tar\",\"digest\":\"md5:00\",\"size\":1}"),
			"sha256"},
		{IMAGE("{\"mediaType\":\"" OCI "layer.v1.tar\",\"size\":1}"), "sha256"},
		{IMAGE("{\"digest\":\"sha256:" A64 "\",\"size\":1}"), "not known"},
		{IMAGE("7"), "not known"},
		{IMAGE(LAYER(DOCKER "image.rootfs.foreign.diff.tar.gzip", A64, "7")), "foreign"},
		{IMAGE(LAYER(OCI "layer.nondistributable.v1.tar+gzip", A64, "7")), "foreign"},
		{IMAGE("{\"mediaType\":\"" OCI "layer.v1.tar\",\"digest\":\"sha256:" A64
		       "\",\"size\":1,\"urls\":[\"https://elsewhere.example/\"]}"),
			"foreign"},
		{LIST(""), "no image of it for linux on amd64"},
		{LIST(ENTRY("linux", "arm64", A64)), "no image of it for linux on amd64"},
		{LIST(ENTRY("linux", "amd64", "00")), "sha256"},
		{LIST("{\"digest\":\"sha256:" A64 "\",\"size\":9}"), "no image"},
		{IMAGE("{\"mediaType\":\"a\\u001b[31mb\"}"), "\\x1b[31mb"},
	};
	AUTO(buf) many = buf_of("{\"schemaVersion\":2,\"layers\":[" GZIP);
	AUTO(buf) entries = buf_of("{\"schemaVersion\":2,\"manifests\":[{}");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		refuse(span_of(rows[i].text), rows[i].why);
	for (size_t i = 0; i < 6000; i++)
		buf_adds(&many, "," GZIP);
	buf_adds(&many, "]}");
	refuse(buf_span(&many), "6001 layers");
	for (size_t i = 0; i < OCI_ENTRIES_MAX; i++)
		buf_adds(&entries, ",{}");
	buf_adds(&entries, "]}");
	refuse(buf_span(&entries), "257 images");
	buf_clear(&many);
	while (many.n <= OCI_MANIFEST_MAX)
		buf_adds(&many, "                                        ");
	refuse(buf_span(&many), "longer than 1024000 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images),
		cmocka_unit_test(lists),
		cmocka_unit_test(what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
