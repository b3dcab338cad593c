/* What a wagon of luet's says of itself. */
#include "model/wagon.h"

#include <string.h>

#include "base/wire.h"
#include "ext/yaml.h"
#include "model/head.h"
#include "model/offer.h"

static const char *const compressions[WAGON_COMPRESSIONS] = {
	[WAGON_ZSTD] = "zstd", [WAGON_GZIP] = "gzip", [WAGON_PLAIN] = "none"};

const char *wagon_compression_name(enum wagon_compression compression)
{
	return compressions[compression];
}

bool wagon_compression_get(struct span name, enum wagon_compression *out)
{
	*out = WAGON_PLAIN;
	for (int i = 0; i < WAGON_COMPRESSIONS; i++)
		if (span_is_text(name, compressions[i])) {
			*out = (enum wagon_compression)i;
			return true;
		}
	return !name.n;
}

void wagon_init(struct wagon *w)
{
	*w = (struct wagon){.tree = {.name = BUF_INIT}, .meta = {.name = BUF_INIT}};
}

void wagon_drop(struct wagon *w)
{
	buf_drop(&w->tree.name);
	buf_drop(&w->meta.name);
}

/* --- YAML -------------------------------------------------------------------------------------- */

static int refuse(const struct yaml *at, const char *key, const char *what, struct err *err)
{
	return err_set(
		err, ERR_CHECKSUM, "line %u, column %u: %s %s", at->line, at->column, key, what);
}

static struct span text_of(const struct yaml *map, const char *key)
{
	const struct yaml_pair *p = yaml_get(map, key);

	return p && p->value.kind == YAML_TEXT && !yaml_is_null(&p->value)
		       ? buf_span(&p->value.text)
		       : SPAN("");
}

/* luet writes the one as a number, the other as a text. */
static int take_number(const struct yaml *map, const char *key, int64_t *out, struct err *err)
{
	unsigned long long n;

	if (!span_number(text_of(map, key), REVISION_MAX, &n))
		return refuse(map, key, "must be a whole number from 0 on", err);
	*out = (int64_t)n;
	return 0;
}

static int take_sum(const struct yaml *file, struct wagon_document *out, struct err *err)
{
	const struct yaml_pair *sums = yaml_get(file, "checksums");
	struct span hex = sums ? text_of(&sums->value, "sha256") : SPAN("");

	if (sums && !yaml_is_null(&sums->value) && sums->value.kind != YAML_MAP)
		return refuse(&sums->value, "checksums", "must have keys", err);
	out->has_sum = hex.n > 0;
	if (hex.n && !digest_parse(DIGEST_SHA256, hex, &out->sha256))
		return refuse(&sums->value, "sha256", "must be 64 hex digits", err);
	return 0;
}

static int take_document(
	const struct yaml *file, const char *key, struct wagon_document *out, struct err *err)
{
	struct span name = text_of(file, "filename");

	if (file->kind != YAML_MAP)
		return refuse(file, key, "must have keys", err);
	if (!offer_path_is_valid(name))
		return refuse(file, "filename",
			"must be a file below the wagon's URL, of A-Za-z0-9._+~- and /, no part hidden",
			err);
	if (!wagon_compression_get(text_of(file, "compressiontype"), &out->compression))
		return refuse(file, "compressiontype", "must be zstd, gzip or none", err);
	buf_set(&out->name, name);
	return take_sum(file, out, err);
}

static const struct yaml *file_of(const struct yaml *files, const char *key)
{
	const struct yaml_pair *p = yaml_get(files, key);

	return p && !yaml_is_null(&p->value) ? &p->value : NULL;
}

/* treev2 has all in one; where it is there, the older ones do not count. */
static int take_documents(const struct yaml *y, struct wagon *out, struct err *err)
{
	const struct yaml_pair *files = yaml_get(y, "repo_files");
	const struct yaml *tree, *meta;

	if (!files || files->value.kind != YAML_MAP)
		return refuse(y, "repo_files", "is missing", err);
	tree = file_of(&files->value, "treev2");
	if (tree)
		return take_document(tree, "treev2", &out->tree, err);
	tree = file_of(&files->value, "tree");
	meta = file_of(&files->value, "meta");
	if (!tree || !meta)
		return refuse(
			&files->value, "repo_files", "has neither treev2 nor tree and meta", err);
	out->has_meta = true;
	return take_document(tree, "tree", &out->tree, err) < 0 ||
			       take_document(meta, "meta", &out->meta, err) < 0
		       ? -1
		       : 0;
}

/* What servers and portals give in the place of a file. */
static bool is_page(struct span text)
{
	text = span_trim(text);
	return span_starts(text, "<");
}

int wagon_parse(struct span text, struct wagon *out, struct err *err)
{
	AUTO(yaml) y = YAML_INIT;

	if (is_page(text))
		return err_set(err, ERR_CHECKSUM, "it is a web page, no YAML");
	if (yaml_parse(text, &y, err) < 0) {
		err->code = ERR_CHECKSUM;
		return -1;
	}
	if (y.kind != YAML_MAP)
		return err_set(err, ERR_CHECKSUM, "it has no keys");
	return take_number(&y, "revision", &out->revision, err) < 0 ||
			       take_number(&y, "last_update", &out->last_update, err) < 0 ||
			       take_documents(&y, out, err) < 0
		       ? -1
		       : 0;
}

/* --- Between the programs ------------------------------------------------------------------------ */

static void put_document(const struct wagon_document *d, struct buf *out)
{
	wire_put_text(out, buf_span(&d->name));
	wire_put_number(out, d->compression);
	wire_put_text(out, (struct span){(const char *)d->sha256.bytes, d->has_sum ? HEAD_SUM : 0});
}

void wagon_put(const struct wagon *w, struct buf *out)
{
	wire_put_number(out, w->revision);
	wire_put_number(out, w->last_update);
	wire_put_number(out, w->has_meta);
	put_document(&w->tree, out);
	if (w->has_meta)
		put_document(&w->meta, out);
}

static void get_document(struct wire *w, struct wagon_document *out)
{
	struct span name = wire_text(w);
	int64_t compression = wire_number(w);
	struct span sum = wire_text(w);

	if (!offer_path_is_valid(name) || compression < 0 || compression >= WAGON_COMPRESSIONS ||
		(sum.n && sum.n != HEAD_SUM)) {
		w->bad = true;
		return;
	}
	buf_set(&out->name, name);
	out->compression = (enum wagon_compression)compression;
	out->has_sum = sum.n > 0;
	out->sha256.kind = DIGEST_SHA256;
	if (sum.n)
		memcpy(out->sha256.bytes, sum.s, sum.n);
}

bool wagon_get(struct span payload, struct wagon *out)
{
	struct wire w = {.rest = payload};

	out->revision = wire_number(&w);
	out->last_update = wire_number(&w);
	out->has_meta = wire_number(&w) != 0;
	get_document(&w, &out->tree);
	if (out->has_meta)
		get_document(&w, &out->meta);
	return wire_ended(&w) && out->revision >= 0 && out->revision <= REVISION_MAX &&
	       out->last_update >= 0 && out->last_update <= REVISION_MAX;
}

static void add_document(const char *key, const struct wagon_document *d, struct buf *out)
{
	buf_addf(out, "%s %s %s ", key, d->name.s, compressions[d->compression]);
	if (d->has_sum)
		digest_format(out, &d->sha256);
	buf_addc(out, '\n');
}

void wagon_documents(const struct wagon *w, struct buf *out)
{
	add_document(w->has_meta ? "tree" : "treev2", &w->tree, out);
	if (w->has_meta)
		add_document("meta", &w->meta, out);
}
