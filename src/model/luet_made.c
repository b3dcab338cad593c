/* The installer that fardel makes of what a wagon says of a package. */
#include "model/luet_made.h"

#include <string.h>

#include "base/text.h"
#include "ext/digest.h"
#include "model/luet_installer.h"
#include "model/manifest.h"

/* The last part: where the file is to be had is not the package's to say. */
static struct span file_of(struct span path)
{
	size_t from = path.n;

	while (from && path.s[from - 1] != '/')
		from--;
	return span_cut(path, from, path.n);
}

size_t luet_made_files(
	const struct offer *o, struct buf *artifact, struct luet_file out[LUET_MADE_FILES])
{
	size_t n = 0;

	if (offer_is_image(o))
		luet_artifact_format_image(buf_span(&o->path), &o->packs, artifact);
	else
		luet_artifact_format(
			file_of(buf_span(&o->path)), o->unchecked ? NULL : &o->sha256, artifact);
	out[n++] = (struct luet_file){LUET_ARTIFACT, buf_span(artifact)};
	out[n++] = (struct luet_file){LUET_DEFINITION, buf_span(&o->definition)};
	if (o->finalize.n)
		out[n++] = (struct luet_file){LUET_FINALIZE, buf_span(&o->finalize)};
	return n;
}

static int hash_of(struct span bytes, unsigned char out[HASH_MAX], size_t *n, struct err *err)
{
	struct hash *hash;

	if (hash_new("sha256", &hash, err) < 0)
		return -1;
	hash_add(hash, bytes.s, bytes.n);
	*n = hash_end(hash, out);
	hash_free(hash);
	return 0;
}

static int describe(struct manifest *m, const struct luet_file *file, struct err *err)
{
	struct manifest_entry *e = manifest_add(m, ENTRY_FILE, span_of(file->name));
	size_t n;

	e->mode = 0644;
	e->size = (int64_t)file->text.n;
	e->sha256.kind = DIGEST_SHA256;
	return hash_of(file->text, e->sha256.bytes, &n, err);
}

static int id_of(const struct luet_file *files, size_t count, struct buf *id, struct err *err)
{
	AUTO(manifest) m = MANIFEST_INIT;
	AUTO(buf) text = BUF_INIT;
	unsigned char bytes[HASH_MAX];
	size_t n;

	for (size_t i = 0; i < count; i++)
		if (describe(&m, &files[i], err) < 0)
			return -1;
	manifest_format(&m, &text);
	if (hash_of(buf_span(&text), bytes, &n, err) < 0)
		return -1;
	text_hex(id, bytes, n);
	return 0;
}

int luet_made_id(const struct offer *o, struct buf *id, struct err *err)
{
	struct luet_file files[LUET_MADE_FILES];
	AUTO(buf) artifact = BUF_INIT;
	size_t count = luet_made_files(o, &artifact, files);

	return id_of(files, count, id, err);
}

int luet_made_offered_id(const struct facts *facts, struct buf *id, struct err *err)
{
	static const char *const names[] = {LUET_ARTIFACT, LUET_DEFINITION, LUET_FINALIZE};
	struct luet_file files[LUET_MADE_FILES];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(names); i++) {
		const struct fact *fact = facts_get(facts, names[i]);
		struct span text = fact ? buf_span(&fact->value) : SPAN("");
		const char *sums = fact && !i ? strstr(fact->value.s, LUET_LAYERS) : NULL;

		if (sums)
			text = span_cut(text, 0, (size_t)(sums - text.s) + strlen(LUET_LAYERS));
		if (fact)
			files[count++] = (struct luet_file){names[i], text};
	}
	return id_of(files, count, id, err);
}
