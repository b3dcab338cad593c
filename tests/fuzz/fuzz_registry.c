/* LIBS: -lyaml -ljansson */
/* What registries of images say: the first byte says which. A challenge; a URL of type docker, and a tag; a manifest, that comes over a frame and back; the frame itself; the members
 * of layers, a line each ("/" at its end: a folder; "A=B": a hard link; an empty one: the next layer), of which what an upper layer has is never seen again. */
#include <string.h>

#include "fuzz.h"
#include "model/challenge.h"
#include "model/layers.h"
#include "model/oci.h"
#include "model/pack.h"
#include "model/registry.h"

static void challenge(struct span text)
{
	struct challenge c;

	challenge_init(&c);
	if (challenge_parse(text, &c))
		HOLDS(!c.bearer || c.realm.n);
	if (registry_is_realm(buf_span(&c.realm)))
		HOLDS(!pack_url_has_login(buf_span(&c.realm)));
	challenge_drop(&c);
}

static void place(struct span text)
{
	struct buf base = BUF_INIT, again = BUF_INIT, url = BUF_INIT;
	struct err err = ERR_INIT;

	if (registry_base(text, &base, &err) == 0) {
		struct span origin = registry_origin(buf_span(&base));

		HOLDS(pack_check_url(buf_span(&base), &err) == 0);
		HOLDS(!pack_url_has_login(buf_span(&base)));
		buf_addf(&url, "%s/manifests/x", base.s);
		HOLDS(registry_asks_manifest(buf_span(&url)));
		/* What it is, and nothing else, is asked for. */
		HOLDS(registry_path(buf_span(&url)).s == url.s + origin.n + 4);
		HOLDS(registry_path(buf_span(&url)).n == base.n - origin.n - 4);
		HOLDS(!strstr(base.s + origin.n, "..") && !strstr(base.s + origin.n, "//"));
	} else {
		HOLDS(err.text[0] && !base.n);
	}
	if (registry_tag(text, &again)) {
		HOLDS(again.n == text.n && again.n <= REGISTRY_TAG_MAX);
		HOLDS(!memchr(again.s, '/', again.n) && again.s[0] != '.');
	}
	buf_drop(&base);
	buf_drop(&again);
	buf_drop(&url);
}

static void manifest(struct span text)
{
	struct oci_manifest m = {0}, again = {0};
	struct buf payload = BUF_INIT, twice = BUF_INIT;
	struct err err = ERR_INIT;

	if (oci_parse(text, SPAN("amd64"), &m, &err) == 0) {
		HOLDS(m.is_list ? !m.layers.n : m.layers.n && m.layers.n <= OCI_LAYERS_MAX);
		oci_put(&m, &payload);
		HOLDS(oci_get(buf_span(&payload), &again));
		oci_put(&again, &twice);
		HOLDS(span_is(buf_span(&payload), buf_span(&twice)));
	} else {
		HOLDS(err.code == ERR_CHECKSUM && err.text[0]);
	}
	oci_manifest_drop(&m);
	oci_manifest_drop(&again);
	buf_drop(&payload);
	buf_drop(&twice);
}

static void frame(struct span text)
{
	struct oci_manifest m = {0};
	struct buf payload = BUF_INIT;

	if (oci_get(text, &m)) {
		oci_put(&m, &payload);
		HOLDS(span_is(buf_span(&payload), text));
	}
	oci_manifest_drop(&m);
	buf_drop(&payload);
}

static void members(struct span text)
{
	struct layers *l = layers_new();
	struct span line, path = SPAN(""), link;
	struct err err = ERR_INIT;
	size_t links = 0;

	while (span_split(&text, '\n', &line)) {
		bool folder;
		int shown;

		if (!line.n) {
			layers_next(l);
			continue;
		}
		err_clear(&err);
		link = line;
		span_split(&link, '=', &path);
		links += link.n > 0;
		folder = !link.n && span_ends(path, "/");
		shown = layers_show(l, path, folder, link, &err);
		HOLDS(shown >= 0 || err.code == ERR_INSTALLER);
		/* In its own layer it may come again, and is as it was. */
		if (shown == 1)
			HOLDS(layers_show(l, path, folder, link, &err) == 1);
	}
	while (layers_link(l, &path, &link, &err) == 1)
		HOLDS(link.n && links-- > 0);
	layers_free(l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const targets[])(struct span) = {challenge, place, manifest, frame, members};
	struct span text = {(const char *)data, size};

	if (!size)
		return 0;
	targets[data[0] % COUNT(targets)](span_cut(text, 1, text.n));
	return 0;
}
