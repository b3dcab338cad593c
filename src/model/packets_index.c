/* Rows of an index.db of Packets', as offers. */
#include "model/packets_index.h"

#include <string.h>

#include "base/text.h"
#include "model/digest.h"
#include "model/format3_check.h"
#include "model/offer_of.h"
#include "model/pack.h"
#include "model/packets.h"

#define LIST_MAX 256
#define MIRRORS_BYTES (32 << 10)
#define FAMILY_BYTES 256
#define BLANKS " \t\r\n"

static const char *const names[PACKETS_COLUMNS] = {
	[PACKETS_REALNAME] = "realname",
	[PACKETS_VERSION] = "version",
	[PACKETS_HASH] = "hash",
	[PACKETS_MIRRORS] = "mirrors",
	[PACKETS_NAME] = "name",
	[PACKETS_DESCRIPTION] = "description",
	[PACKETS_DEPENDENCIES] = "dependencies",
	[PACKETS_FAMILY] = "family",
	[PACKETS_SERIAL] = "serial",
};

const char *packets_column_name(enum packets_column column)
{
	return names[column];
}

static int refuse(enum packets_column column, const char *must, struct err *err)
{
	return err_set(err, ERR_INSTALLER, "%s must be %s", names[column], must);
}

/* The next of what blanks stand between. */
static bool next_word(struct span *rest, struct span *word)
{
	size_t n = 0;

	*rest = span_trim(*rest);
	while (n < rest->n && rest->s[n] && !strchr(BLANKS, rest->s[n]))
		n++;
	*word = span_cut(*rest, 0, n);
	*rest = span_cut(*rest, n, rest->n);
	return n > 0;
}

static int take_names(const struct packets_row *row, struct offer *out, struct err *err)
{
	struct span rest = row->texts[PACKETS_REALNAME], alias = row->texts[PACKETS_NAME];

	if (!packets_name_is_valid(rest))
		return refuse(PACKETS_REALNAME,
			"letters, digits, '.', '_', '+' and '-', no '.' or '-' first, at most 64",
			err);
	buf_set(&out->name, rest);
	/* What nobody can type as a name is none. */
	if (packets_name_is_valid(alias))
		buf_set(&out->alias, alias);
	return 0;
}

static int take_version(const struct packets_row *row, struct offer *out, struct err *err)
{
	struct span x = row->texts[PACKETS_VERSION];

	if (!packets_version_is_valid(x))
		return refuse(
			PACKETS_VERSION, "at most 64 characters of ASCII without blanks", err);
	buf_set(&out->version, x);
	return 0;
}

static int take_hash(const struct packets_row *row, struct offer *out, struct err *err)
{
	if (!digest_parse(DIGEST_SHA256, row->texts[PACKETS_HASH], &out->sha256))
		return refuse(PACKETS_HASH, "64 hex digits", err);
	buf_clear(&out->id);
	text_hex(&out->id, out->sha256.bytes, digest_size(DIGEST_SHA256));
	return 0;
}

static void set_path(struct offer *out)
{
	buf_set(&out->path, buf_span(&out->name));
	buf_adds(&out->path, PACKETS_SUFFIX);
}

static int take_mirrors(const struct packets_row *row, struct offer *out, struct err *err)
{
	struct span rest = row->texts[PACKETS_MIRRORS], url;

	if (rest.n > MIRRORS_BYTES)
		return refuse(PACKETS_MIRRORS, "at most 32768 bytes", err);
	while (next_word(&rest, &url)) {
		struct err why = ERR_INIT;

		if (!format3_is_web(url) || pack_check_url(url, &why) < 0 ||
			out->mirrors.of.n >= LIST_MAX)
			return refuse(PACKETS_MIRRORS,
				"http:// or https:// URLs with blanks between them", err);
		texts_add(&out->mirrors, url);
	}
	buf_set(&out->path, buf_span(&out->name));
	buf_adds(&out->path, PACKETS_SUFFIX);
	return out->mirrors.of.n ? 0 : refuse(PACKETS_MIRRORS, "one URL at least", err);
}

static int take_needs(const struct packets_row *row, struct offer *out, struct err *err)
{
	struct span rest = row->texts[PACKETS_DEPENDENCIES], name;

	while (next_word(&rest, &name)) {
		if (!packets_name_is_valid(name) || out->depends.of.n >= LIST_MAX)
			return refuse(PACKETS_DEPENDENCIES,
				"names of packages with blanks between them", err);
		relations_add(&out->depends, name);
	}
	return 0;
}

static int take_family(const struct packets_row *row, struct offer *out, struct err *err)
{
	struct span family = row->texts[PACKETS_FAMILY];

	if (family.n > FAMILY_BYTES || !text_is_line(family))
		return refuse(PACKETS_FAMILY, "one line of at most 256 bytes", err);
	if (row->serial < 0)
		return refuse(PACKETS_SERIAL, "a whole number, 0 or above", err);
	buf_set(&out->family, family);
	out->serial = row->serial;
	return 0;
}

/* What installed.db does not say. */
static int take_nowhere(const struct packets_row *row, struct offer *out, struct err *err)
{
	(void)row;
	(void)err;
	out->unchecked = true;
	out->sha256 = (struct digest){.kind = DIGEST_SHA256};
	buf_clear(&out->id);
	text_hex(&out->id, out->sha256.bytes, digest_size(DIGEST_SHA256));
	set_path(out);
	return 0;
}

typedef int take_fn(const struct packets_row *row, struct offer *out, struct err *err);

static int take_all(
	take_fn *const *takes, const struct packets_row *row, struct offer *out, struct err *err)
{
	out->format = FORMAT_PACKETS;
	out->size = -1;
	for (; *takes; takes++)
		if ((*takes)(row, out, err) < 0)
			return -1;
	return 0;
}

int packets_row_installed(const struct packets_row *row, struct offer *out, struct err *err)
{
	static take_fn *const takes[] = {
		take_names, take_version, take_nowhere, take_needs, take_family, NULL};

	return take_all(takes, row, out, err);
}

int packets_row_offer(const struct packets_row *row, struct offer *out, struct err *err)
{
	static take_fn *const takes[] = {
		take_names, take_version, take_hash, take_mirrors, take_needs, take_family, NULL};

	if (take_all(takes, row, out, err) < 0)
		return -1;
	offer_set_texts(out, row->texts[PACKETS_DESCRIPTION], row->texts[PACKETS_DESCRIPTION]);
	return 0;
}

static void set_relations(struct relations *to, const struct relations *from)
{
	relations_drop(to);
	relations_add_all(from, to);
}

void packets_take_offer(const struct offer *o, struct installer *in)
{
	buf_set(&in->version, buf_span(&o->version));
	set_relations(&in->depends, &o->depends);
	set_relations(&in->conflicts, &o->conflicts);
	set_relations(&in->provides, &o->provides);
	buf_set(&in->packets.family, buf_span(&o->family));
	in->packets.serial = o->serial;
}

bool packets_url_split(struct span url, struct span *folder, struct span *file)
{
	size_t end = 0, slash;

	while (end < url.n && url.s[end] != '?' && url.s[end] != '#')
		end++;
	for (slash = end; slash && url.s[slash - 1] != '/'; slash--)
		;
	*folder = span_cut(url, 0, slash ? slash - 1 : 0);
	*file = span_cut(url, slash, url.n);
	return slash && span_ends(span_cut(url, slash, end - slash), ".db");
}
