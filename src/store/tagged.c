/* What state.db knows of the tags of registries' images. Their layers are a line each, the lowest first: HEX SIZE. */
#include "store/tagged.h"

#define TAGGED_SCHEMA 5 /* there is no such table before */

void tagged_drop(struct tagged *t)
{
	buf_drop(&t->place);
	oci_manifest_drop(&t->image);
}

static void format_layers(const struct oci_manifest *image, struct buf *out)
{
	VEC_FOR (const struct oci_blob, layer, &image->layers) {
		digest_format(out, &layer->sha256);
		buf_addf(out, " %lld\n", (long long)layer->size);
	}
}

static bool parse_layers(struct span text, struct oci_manifest *out)
{
	struct span line, hex;
	unsigned long long size;

	while (text.n && span_split(&text, '\n', &line)) {
		struct oci_blob *layer = vec_push(&out->layers);

		if (out->layers.n > OCI_LAYERS_MAX || !span_split(&line, ' ', &hex) ||
			!digest_parse(DIGEST_SHA256, hex, &layer->sha256) ||
			!span_number(line, INT64_MAX, &size))
			return false;
		layer->size = (int64_t)size;
	}
	return out->layers.n > 0;
}

static int take(struct sql_row *row, struct span tag, struct tagged *out, struct err *err)
{
	buf_set(&out->place, sql_text(row, 0));
	out->at = sql_integer(row, 2);
	if (parse_layers(sql_text(row, 1), &out->image))
		return 0;
	return err_set(err, ERR_BAD_STATE, "state.db: what is known of the tag %.*s is no image",
		SPAN_ARG(tag));
}

int tagged_get(
	struct db *db, struct span repository, struct span tag, struct tagged *out, struct err *err)
{
	struct sql_row *row;
	int found;

	if (!db->sql || db->schema < TAGGED_SCHEMA)
		return 0;
	if (sql_query(db->sql, &row, err,
		    "SELECT place, layers, at FROM tagged WHERE repository = ? AND tag = ?", "tt",
		    repository, tag) < 0)
		return -1;
	found = sql_next(row, err);
	if (found == 1 && take(row, tag, out, err) < 0)
		found = -1;
	sql_end(row);
	return found;
}

int tagged_put(struct db *db, struct span repository, struct span tag, struct span place,
	const struct oci_manifest *image, int64_t at, struct err *err)
{
	AUTO(buf) layers = BUF_INIT;

	format_layers(image, &layers);
	return sql_do(db->sql, err,
		"INSERT OR REPLACE INTO tagged (repository, tag, place, layers, at) VALUES (?, ?, ?, ?, ?)",
		"tttti", repository, tag, place, buf_span(&layers), at);
}

int tagged_forget(struct db *db, struct span repository, struct err *err)
{
	return sql_do(db->sql, err, "DELETE FROM tagged WHERE repository = ?", "t", repository);
}
