/* Manifests of images. */
#include "model/oci.h"

#include <string.h>

#include "base/text.h"
#include "base/wire.h"
#include "ext/json.h"

#define OCI "application/vnd.oci.image."
#define DOCKER "application/vnd.docker."

enum kind { KIND_NONE, KIND_IMAGE, KIND_LIST, KIND_OLD };
static const struct {
	const char *type;
	enum kind kind;
} manifests[] = {
	{OCI "manifest.v1+json", KIND_IMAGE},
	{DOCKER "distribution.manifest.v2+json", KIND_IMAGE},
	{OCI "index.v1+json", KIND_LIST},
	{DOCKER "distribution.manifest.list.v2+json", KIND_LIST},
	{DOCKER "distribution.manifest.v1+json", KIND_OLD},
	{DOCKER "distribution.manifest.v1+prettyjws", KIND_OLD},
};

static const struct {
	const char *type;
	bool foreign; /* its bytes are elsewhere, and not the registry's to give */
} layers[] = {
	{OCI "layer.v1.tar", false},
	{OCI "layer.v1.tar+gzip", false},
	{OCI "layer.v1.tar+zstd", false},
	{DOCKER "image.rootfs.diff.tar", false},
	{DOCKER "image.rootfs.diff.tar.gzip", false},
	{DOCKER "image.rootfs.foreign.diff.tar.gzip", true},
	{OCI "layer.nondistributable.v1.tar", true},
	{OCI "layer.nondistributable.v1.tar+gzip", true},
	{OCI "layer.nondistributable.v1.tar+zstd", true},
};

/* As Go calls them. */
static const struct {
	const char *debian, *go;
} architectures[] = {{"amd64", "amd64"}, {"arm64", "arm64"}, {"armhf", "arm"}, {"i386", "386"},
	{"ppc64el", "ppc64le"}, {"riscv64", "riscv64"}, {"s390x", "s390x"},
	{"mips64el", "mips64le"}, {"loong64", "loong64"}};

void oci_manifest_drop(struct oci_manifest *m)
{
	vec_drop(&m->layers);
}

static int refuse(struct err *err, const char *what, const char *value)
{
	AUTO(buf) safe = BUF_INIT;

	if (!value)
		return err_set(err, ERR_CHECKSUM, "its manifest %s", what);
	text_escape(&safe, span_cut(span_of(value), 0, 100));
	return err_set(err, ERR_CHECKSUM, "its manifest %s: %s", what, safe.s);
}

/* --- What it points to ----------------------------------------------------------------------------- */

static int take_blob(const struct json *from, struct oci_blob *out, struct err *err)
{
	const char *digest = json_get_text(from, "digest");

	if (!digest || !span_starts(span_of(digest), "sha256:") ||
		!digest_parse(DIGEST_SHA256, span_of(digest + 7), &out->sha256))
		return refuse(err, "names something otherwise than by its sha256",
			digest ? digest : "nothing");
	if (!json_get_number(from, "size", &out->size) || out->size < 0)
		return refuse(err, "says no size of what it names", digest);
	return 0;
}

static int take_layer(const struct json *from, struct oci_manifest *out, struct err *err)
{
	const char *type = json_get_text(from, "mediaType");
	size_t i = 0;

	while (i < COUNT(layers) && strcmp(type ? type : "", layers[i].type) != 0)
		i++;
	if (i == COUNT(layers))
		return refuse(err, "has a layer of a kind that is not known", type ? type : "none");
	if (layers[i].foreign || json_count(json_get(from, "urls")))
		return refuse(err, "has a layer that is elsewhere (a foreign one)", NULL);
	return take_blob(from, vec_push(&out->layers), err);
}

static int take_image(const struct json *manifest, struct oci_manifest *out, struct err *err)
{
	const struct json *list = json_get(manifest, "layers");
	size_t count = json_count(list);

	if (!json_is_list(list) || !count)
		return refuse(err, "has no layers", NULL);
	if (count > OCI_LAYERS_MAX)
		return err_set(err, ERR_CHECKSUM,
			"its manifest has %zu layers, more than the %d that are taken", count,
			OCI_LAYERS_MAX);
	for (size_t i = 0; i < count; i++)
		if (take_layer(json_at(list, i), out, err) < 0)
			return -1;
	return 0;
}

/* --- Platforms -------------------------------------------------------------------------------------- */

static const char *go_name(struct span debian)
{
	for (size_t i = 0; i < COUNT(architectures); i++)
		if (span_is_text(debian, architectures[i].debian))
			return architectures[i].go;
	return "";
}

static bool is_for(const struct json *entry, const char *architecture)
{
	const struct json *platform = json_get(entry, "platform");
	const char *os = json_get_text(platform, "os");
	const char *is = json_get_text(platform, "architecture");

	return os && is && strcmp(os, "linux") == 0 && strcmp(is, architecture) == 0;
}

static int take_list(const struct json *list, struct span architecture, struct oci_manifest *out,
	struct err *err)
{
	const struct json *entries = json_get(list, "manifests");
	const char *go = go_name(architecture);
	size_t count = json_count(entries);

	out->is_list = true;
	if (count > OCI_ENTRIES_MAX)
		return err_set(err, ERR_CHECKSUM, "it is a list of %zu images, more than %d", count,
			OCI_ENTRIES_MAX);
	for (size_t i = 0; i < count; i++)
		if (is_for(json_at(entries, i), go))
			return take_blob(json_at(entries, i), &out->platform, err);
	return err_set(err, ERR_CHECKSUM, "there is no image of it for linux on %.*s",
		SPAN_ARG(architecture));
}

/* --- The whole --------------------------------------------------------------------------------------- */

/* OCI's may leave it out. */
static enum kind kind_of(const struct json *manifest, const char **type)
{
	*type = json_get_text(manifest, "mediaType");
	if (!*type)
		return json_get(manifest, "manifests") ? KIND_LIST : KIND_IMAGE;
	for (size_t i = 0; i < COUNT(manifests); i++)
		if (strcmp(*type, manifests[i].type) == 0)
			return manifests[i].kind;
	return KIND_NONE;
}

static int take(const struct json *manifest, struct span architecture, struct oci_manifest *out,
	struct err *err)
{
	const char *type;
	enum kind kind = kind_of(manifest, &type);
	int64_t schema = 0;

	if (json_kind(manifest) != JSON_IS_OBJECT)
		return refuse(err, "is no object", NULL);
	(void)json_get_number(manifest, "schemaVersion", &schema);
	if (kind == KIND_OLD || schema == 1)
		return refuse(err, "is of schema 1, which nobody can verify", NULL);
	if (kind == KIND_NONE || schema != 2)
		return refuse(err, "is of a kind that is not known", type ? type : "none");
	/* One that is both would be another thing to another program. */
	if (json_get(manifest, kind == KIND_LIST ? "layers" : "manifests"))
		return refuse(err, "is an image and a list of them", NULL);
	return kind == KIND_LIST ? take_list(manifest, architecture, out, err)
				 : take_image(manifest, out, err);
}

int oci_parse(struct span text, struct span architecture, struct oci_manifest *out, struct err *err)
{
	struct json *manifest = NULL;
	int result = -1;

	if (text.n > OCI_MANIFEST_MAX)
		return err_set(err, ERR_CHECKSUM, "its manifest is longer than %d bytes",
			OCI_MANIFEST_MAX);
	if (span_starts(span_trim(text), "<"))
		return refuse(err, "is a web page", NULL);
	if (json_parse(text, &manifest, err) < 0)
		err->code = ERR_CHECKSUM, (void)err_at(err, "its manifest");
	else
		result = take(manifest, architecture, out, err);
	json_free(manifest);
	return result;
}

/* --- As a frame --------------------------------------------------------------------------------------- */

static void put_blob(struct buf *out, const struct oci_blob *b)
{
	wire_put_text(
		out, (struct span){(const char *)b->sha256.bytes, digest_size(DIGEST_SHA256)});
	wire_put_number(out, b->size);
}

static bool get_blob(struct wire *w, struct oci_blob *out)
{
	struct span bytes = wire_text(w);

	out->size = wire_number(w);
	out->sha256.kind = DIGEST_SHA256;
	if (w->bad || bytes.n != digest_size(DIGEST_SHA256) || out->size < 0)
		return false;
	memcpy(out->sha256.bytes, bytes.s, bytes.n);
	return true;
}

void oci_put(const struct oci_manifest *m, struct buf *out)
{
	wire_put_number(out, m->is_list);
	if (m->is_list)
		put_blob(out, &m->platform);
	VEC_FOR (const struct oci_blob, layer, &m->layers)
		put_blob(out, layer);
}

bool oci_get(struct span payload, struct oci_manifest *out)
{
	struct wire w = {.rest = payload};
	int64_t list = wire_number(&w);

	out->is_list = list == 1;
	out->layers.n = 0;
	if (w.bad || (list != 0 && list != 1))
		return false;
	if (out->is_list)
		return get_blob(&w, &out->platform) && wire_ended(&w);
	while (w.rest.n)
		if (out->layers.n == OCI_LAYERS_MAX || !get_blob(&w, vec_push(&out->layers)))
			return false;
	return out->layers.n > 0;
}
