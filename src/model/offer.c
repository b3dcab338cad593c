/* What a repository offers, as a line of JSON. */
#include "model/offer.h"

#include <string.h>

#include "base/text.h"
#include "model/format3_check.h"
#include "model/name.h"
#include "model/offer_rows.h"
#include "model/ordering.h"
#include "model/version.h"

#define SUMMARY_MAX 512
#define DESCRIPTION_MAX (16 << 10)
#define LICENCE_MAX 1024
#define PATH_SIZE 512
#define PACKS_MAX 64
#define LIST_MAX 256
#define RELATIONS_MAX 4096
#define LABEL_MAX 256

void offer_init(struct offer *o)
{
	*o = (struct offer){.name = BUF_INIT,
		.version = BUF_INIT,
		.id = BUF_INIT,
		.path = BUF_INIT,
		.summary = BUF_INIT,
		.description = BUF_INIT,
		.homepage = BUF_INIT,
		.licence = BUF_INIT,
		.compression = BUF_INIT,
		.definition = BUF_INIT,
		.finalize = BUF_INIT,
		.metadata = BUF_INIT,
		.alias = BUF_INIT,
		.family = BUF_INIT,
		.size = -1,
		.sha256 = {.kind = DIGEST_SHA256}};
}

void offer_drop(struct offer *o)
{
	buf_drop(&o->name);
	buf_drop(&o->version);
	buf_drop(&o->id);
	buf_drop(&o->path);
	buf_drop(&o->summary);
	buf_drop(&o->description);
	buf_drop(&o->homepage);
	buf_drop(&o->licence);
	texts_drop(&o->architectures);
	relations_drop(&o->depends);
	relations_drop(&o->conflicts);
	relations_drop(&o->provides);
	relations_drop(&o->deb);
	packs_drop(&o->packs);
	texts_drop(&o->files);
	texts_drop(&o->mirrors);
	texts_drop(&o->labels);
	buf_drop(&o->compression);
	buf_drop(&o->definition);
	buf_drop(&o->finalize);
	buf_drop(&o->metadata);
	buf_drop(&o->alias);
	buf_drop(&o->family);
	offer_init(o);
}

/* --- What values may be -------------------------------------------------------------------------------- */

/* Of a package of Packets it may be anything in one word. */
static bool is_version(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (x.s[i] <= ' ' || x.s[i] > '~')
			return false;
	return x.n > 0;
}

static bool is_id(struct span x)
{
	return x.n == 64 && offer_row_is_hex(x);
}

bool offer_path_is_valid(struct span x)
{
	struct span part, rest = x;

	for (size_t i = 0; i < x.n; i++)
		if (!(x.s[i] >= 'a' && x.s[i] <= 'z') && !(x.s[i] >= 'A' && x.s[i] <= 'Z') &&
			!(x.s[i] >= '0' && x.s[i] <= '9') && (!x.s[i] || !strchr("._+~-/", x.s[i])))
			return false;
	while (span_split(&rest, '/', &part))
		if (!part.n || part.s[0] == '.')
			return false;
	return x.n && x.n <= PATH_SIZE && !span_ends(x, "/");
}

static bool is_file(struct span x)
{
	return span_starts(x, "/") && x.n > 1;
}

static bool is_some(struct span x)
{
	return x.n > 0;
}

static bool is_compression(struct span x)
{
	return span_is_text(x, "zstd") || span_is_text(x, "gzip") || span_is_text(x, "none") ||
	       span_is_text(x, OFFER_IMAGE);
}

/* --- The tables ---------------------------------------------------------------------------------------- */

#define IN_PACK(member) offsetof(struct pack, member)
#define IN(member) offsetof(struct offer, member)
#define SUM(key, digest, digits) \
	{ \
		key, &offer_sum, digest, 0, NULL, digits " lower-case hex digits", false \
	}

static const struct offer_row pack_rows[] = {
	{"url", &offer_text, IN_PACK(url), 4096, format3_is_url,
		"an http://, https:// or file:/// URL", false},
	{"mirrors", &offer_texts, IN_PACK(mirrors), LIST_MAX, format3_is_url, "a list of URLs",
		false},
	{"size", &offer_size, IN_PACK(size), 0, NULL, "a number of bytes", false},
	SUM("md5", DIGEST_MD5, "32"),
	SUM("sha1", DIGEST_SHA1, "40"),
	SUM("sha256", DIGEST_SHA256, "64"),
	SUM("sha384", DIGEST_SHA384, "96"),
	SUM("sha512", DIGEST_SHA512, "128"),
	{"advisory", &offer_flag, IN_PACK(sums.advisory), 0, NULL, "true or false", false},
	{"architecture", &offer_text, IN_PACK(architecture), 32, format3_is_architecture,
		"an architecture, as Debian calls it", false},
	{"file", &offer_text, IN_PACK(file), 128, format3_is_file, "a plain file name", false},
	{"redistributable", &offer_flag, IN_PACK(redistributable), 0, NULL, "true or false", false},
};

static const struct offer_row installer_rows[] = {
	{"path", &offer_text, IN(path), PATH_SIZE, offer_path_is_valid,
		"a path below the repository, without hidden parts", true},
	{"size", &offer_size, IN(size), 0, NULL, "a number of bytes", false},
	{"sha256", &offer_sha256, IN(sha256), 0, NULL, "64 lower-case hex digits", true},
	{"mirrors", &offer_texts, IN(mirrors), LIST_MAX, format3_is_url, "a list of URLs", false},
	{"compression", &offer_text, IN(compression), 8, is_compression,
		"zstd, gzip, none or image", false},
	{"unchecked", &offer_flag, IN(unchecked), 0, NULL, "true or false", false},
};

static int read_installer(
	const struct offer_row *row, const struct json *value, void *base, struct err *err)
{
	if (json_kind(value) != JSON_IS_OBJECT)
		return offer_row_refuse(row, err);
	if (offer_rows_read(installer_rows, COUNT(installer_rows), value, base, err) < 0)
		return err_at(err, "%s", row->key);
	return 0;
}

static void put_installer(const struct offer_row *row, const void *base, struct json *object)
{
	struct json *inner = json_object();

	offer_rows_put(installer_rows, COUNT(installer_rows), base, inner);
	json_put(object, row->key, inner);
}

static bool installer_holds(const struct offer_row *row, const void *base)
{
	(void)row;
	return offer_rows_hold(installer_rows, COUNT(installer_rows), base);
}

static int read_packs(
	const struct offer_row *row, const struct json *value, void *base, struct err *err)
{
	struct packs *packs = &((struct offer *)base)->packs;

	if (offer_row_check_list(row, value, err) < 0)
		return -1;
	for (size_t i = 0; i < json_count(value); i++) {
		struct pack *pack = vec_push(&packs->of);

		pack_init(pack);
		if (json_kind(json_at(value, i)) != JSON_IS_OBJECT)
			return offer_row_refuse(row, err);
		if (offer_rows_read(pack_rows, COUNT(pack_rows), json_at(value, i), pack, err) < 0)
			return err_at(err, "%s[%zu]", row->key, i);
	}
	return 0;
}

static void put_packs(const struct offer_row *row, const void *base, struct json *object)
{
	const struct packs *packs = &((const struct offer *)base)->packs;
	struct json *list = packs->of.n ? json_array() : NULL;

	VEC_FOR (const struct pack, pack, &packs->of) {
		struct json *inner = json_object();

		offer_rows_put(pack_rows, COUNT(pack_rows), pack, inner);
		json_append(list, inner);
	}
	if (list)
		json_put(object, row->key, list);
}

static bool packs_hold(const struct offer_row *row, const void *base)
{
	const struct packs *packs = &((const struct offer *)base)->packs;

	if (packs->of.n > row->max)
		return false;
	VEC_FOR (const struct pack, pack, &packs->of)
		if (!offer_rows_hold(pack_rows, COUNT(pack_rows), pack))
			return false;
	return true;
}

#define RELATION "a list of relations, as \"zoom (>= 1.2)\""

static const struct offer_kind kind_installer = {read_installer, put_installer, installer_holds},
			       kind_packs = {read_packs, put_packs, packs_hold};

static const struct offer_row offer_rows[] = {
	{"name", &offer_text, IN(name), NAME_MAX_BYTES, name_is_valid, "a package's name", true},
	{"version", &offer_text, IN(version), VERSION_SIZE + 10, is_version, "a version", false},
	{"format", &offer_format_number, IN(format), 0, NULL, "a number from 1 to 999", true},
	{"id", &offer_text, IN(id), 64, is_id, "64 lower-case hex digits", true},
	{"installer", &kind_installer, 0, 0, NULL, "an object", true},
	{"summary", &offer_text, IN(summary), SUMMARY_MAX, text_is_line,
		"one line of at most 512 bytes", false},
	{"description", &offer_text, IN(description), DESCRIPTION_MAX, is_some,
		"a text of at most 16 KiB", false},
	{"homepage", &offer_text, IN(homepage), 4096, format3_is_web, "an http:// or https:// URL",
		false},
	{"licence", &offer_text, IN(licence), LICENCE_MAX, format3_is_licence, "an SPDX expression",
		false},
	{"accept", &offer_flag, IN(accept), 0, NULL, "true or false", false},
	{"architectures", &offer_texts, IN(architectures), LIST_MAX, format3_is_architecture,
		"a list of architectures, as Debian calls them", false},
	{"depends", &offer_relations, IN(depends), RELATIONS_MAX, name_is_valid, RELATION, false},
	{"conflicts", &offer_relations, IN(conflicts), RELATIONS_MAX, name_is_valid, RELATION,
		false},
	{"provides", &offer_provides, IN(provides), RELATIONS_MAX, name_is_valid,
		"a list of names, or as \"zoom (= 1.2)\"", false},
	{"deb", &offer_relations, IN(deb), LIST_MAX, format3_is_deb, RELATION, false},
	{"packs", &kind_packs, IN(packs), PACKS_MAX, NULL, "a list of objects", false},
	{"files", &offer_texts, IN(files), OFFER_MAX, is_file, "a list of absolute paths", false},
	{"hidden", &offer_flag, IN(hidden), 0, NULL, "true or false", false},
	{"labels", &offer_texts, IN(labels), LIST_MAX, text_is_line, "a list of KEY=VALUE", false},
	{"alias", &offer_text, IN(alias), LABEL_MAX, text_is_line, "one line of at most 256 bytes",
		false},
	{"family", &offer_text, IN(family), LABEL_MAX, text_is_line,
		"one line of at most 256 bytes", false},
	{"serial", &offer_integer, IN(serial), 0, NULL, "a whole number", false},
};

/* What no row can say by itself. */
static const char *misfit(const struct offer *o)
{
	if (!name_is_of(o->format, buf_span(&o->name)))
		return "name must be one that packages of that format have";
	if (o->format == FORMAT_LUET && !name_is_luet_version(buf_span(&o->version)))
		return "version must be one that packages of luet's have";
	if (o->size < 0 && !offer_is_foreign(o))
		return "installer: size is missing";
	if (o->unchecked && !offer_is_foreign(o))
		return "installer: unchecked must not be";
	return NULL;
}

int offer_parse(struct span line, struct offer *out, struct err *err)
{
	struct json *value;
	int result;

	if (line.n > OFFER_MAX)
		return err_set(err, ERR_FAILED, "is longer than %d bytes", OFFER_MAX);
	if (json_parse(line, &value, err) < 0)
		return -1;
	result = json_kind(value) == JSON_IS_OBJECT
			 ? offer_rows_read(offer_rows, COUNT(offer_rows), value, out, err)
			 : err_set(err, ERR_FAILED, "is no object");
	json_free(value);
	if (result == 0 && misfit(out))
		return err_set(err, ERR_FAILED, "%s", misfit(out));
	return result;
}

bool offer_is_foreign(const struct offer *o)
{
	return o->format == FORMAT_LUET || o->format == FORMAT_PACKETS;
}

bool offer_is_image(const struct offer *o)
{
	return span_is_text(buf_span(&o->compression), OFFER_IMAGE);
}

bool offer_is_valid(const struct offer *o)
{
	return offer_rows_hold(offer_rows, COUNT(offer_rows), o) && !misfit(o);
}

void offer_format(const struct offer *o, struct buf *out)
{
	struct json *value = json_object();

	offer_rows_put(offer_rows, COUNT(offer_rows), o, value);
	json_format(value, out);
	json_free(value);
}

int offer_compare_keys(
	struct span name, struct span version, struct span other_name, struct span other_version)
{
	int order = span_compare(name, other_name);

	if (!order)
		order = ordering_compare(name, version, other_version);
	return order || !name_is_luet(name) ? order : span_compare(version, other_version);
}

int offer_compare(const struct offer *a, const struct offer *b)
{
	return offer_compare_keys(buf_span(&a->name), buf_span(&a->version), buf_span(&b->name),
		buf_span(&b->version));
}
