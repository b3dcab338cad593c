/* Installers of format 3: one row for each key of manifest.toml. */
#include "model/format3.h"

#include <string.h>

#include "base/text.h"
#include "ext/toml.h"
#include "model/format3_check.h"
#include "model/version.h"

#define PACKS_MAX 64
#define LIST_MAX 256 /* of one key */
#define LINE_MAX_SIZE 1024 /* bytes of a text of one line */
#define SUMMARY_MAX 80 /* characters */
#define DESCRIPTION_MAX 16384 /* bytes */
#define EPOCH_MAX 999999999
#define PACK_SIZE_MAX ((int64_t)1 << 46)

/* The manifest while it is read. */
struct reading {
	struct format3_state *state;
	const struct toml_item *item; /* the one at work */
	struct span language; /* of a translation */
};

/* take: false where the item is not what the row takes. offset: in struct installer, or in the last struct pack; of sums their
 * kind. is: what each text has to be. must: the same in words. */
struct row {
	bool (*take)(struct reading *, const struct row *);
	size_t offset;
	bool (*is)(struct span);
	const char *must;
};

static struct installer *installer_of(struct reading *r)
{
	return r->state->out;
}

static struct pack *pack_of(struct reading *r)
{
	struct packs *packs = &installer_of(r)->packs;

	return &packs->of.v[packs->of.n - 1];
}

static bool is_in_pack(const struct reading *r)
{
	return strncmp(r->item->key, "pack[", 5) == 0;
}

static void *field(struct reading *r, const struct row *row)
{
	return (is_in_pack(r) ? (char *)pack_of(r) : (char *)installer_of(r)) + row->offset;
}

static bool is_good(const struct row *row, const char *text)
{
	struct span x = span_of(text);

	return x.n && x.n <= LINE_MAX_SIZE && text_is_line(x) && (!row->is || row->is(x));
}

static bool take_text(struct reading *r, const struct row *row)
{
	if (r->item->kind != TOML_TEXT || !is_good(row, r->item->text))
		return false;
	buf_sets(field(r, row), r->item->text);
	return true;
}

static bool is_list(const struct reading *r)
{
	return r->item->kind == TOML_TEXTS && r->item->count <= LIST_MAX;
}

static bool take_list(struct reading *r, const struct row *row)
{
	if (!is_list(r))
		return false;
	for (size_t i = 0; i < r->item->count; i++) {
		if (!is_good(row, r->item->texts[i]))
			return false;
		texts_add(field(r, row), span_of(r->item->texts[i]));
	}
	return true;
}

static bool take_files(struct reading *r, const struct row *row)
{
	installer_of(r)->declares.has_files = true;
	return take_list(r, row);
}

static bool take_effects(struct reading *r, const struct row *row)
{
	installer_of(r)->declares.has_effects = true;
	return take_list(r, row);
}

static bool take_relations(struct reading *r, const struct row *row)
{
	struct relations *relations = field(r, row);

	if (!is_list(r))
		return false;
	for (size_t i = 0; i < r->item->count; i++) {
		struct span text = span_of(r->item->texts[i]);

		if (text.n > LINE_MAX_SIZE || !relations_add_text(relations, text))
			return false;
		if (!row->is(buf_span(&relations->of.v[relations->of.n - 1].name)))
			return false;
	}
	return true;
}

static bool take_flag(struct reading *r, const struct row *row)
{
	*(bool *)field(r, row) = r->item->yes;
	return r->item->kind == TOML_BOOL;
}

static bool take_format(struct reading *r, const struct row *row)
{
	(void)row;
	installer_of(r)->format = 3;
	return r->item->kind == TOML_INTEGER && r->item->integer == 3;
}

static bool take_epoch(struct reading *r, const struct row *row)
{
	(void)row;
	r->state->epoch = r->item->integer;
	return r->item->kind == TOML_INTEGER && r->item->integer >= 0 &&
	       r->item->integer <= EPOCH_MAX;
}

static bool take_size(struct reading *r, const struct row *row)
{
	*(int64_t *)field(r, row) = r->item->integer;
	return r->item->kind == TOML_INTEGER && r->item->integer > 0 &&
	       r->item->integer <= PACK_SIZE_MAX;
}

/* true, or the reason as a text. */
static bool take_live(struct reading *r, const struct row *row)
{
	struct needs *needs = &installer_of(r)->needs;

	needs->live = r->item->kind == TOML_TEXT || r->item->yes;
	row = &(struct row){.offset = offsetof(struct installer, needs.live_why)};
	return r->item->kind == TOML_BOOL || take_text(r, row);
}

static bool take_network(struct reading *r, const struct row *row)
{
	struct needs *needs = &installer_of(r)->needs;

	needs->network = r->item->kind == TOML_TEXT || r->item->yes;
	row = &(struct row){.offset = offsetof(struct installer, needs.network_why)};
	return r->item->kind == TOML_BOOL || take_text(r, row);
}

static bool is_summary(struct span x)
{
	size_t characters = 0;
	uint32_t c;

	for (; x.n; characters++)
		x = span_cut(x, text_character(x, &c), x.n);
	return characters <= SUMMARY_MAX;
}

static bool is_prose(struct span x)
{
	struct span rest = x, line;

	while (span_split(&rest, '\n', &line))
		if (!text_is_line(line))
			return false;
	return span_trim(x).n && x.n <= DESCRIPTION_MAX;
}

/* As the fact `name`, or name.LL. */
static void add_fact(struct reading *r, const char *name)
{
	AUTO(buf) full = buf_of(name);

	if (r->language.n)
		buf_addf(&full, ".%.*s", SPAN_ARG(r->language));
	facts_add(&installer_of(r)->facts, buf_span(&full), span_of(r->item->text));
}

static bool take_summary(struct reading *r, const struct row *row)
{
	if (r->item->kind != TOML_TEXT || !is_good(row, r->item->text))
		return false;
	add_fact(r, "legend");
	return true;
}

static bool take_description(struct reading *r, const struct row *row)
{
	(void)row;
	if (r->item->kind != TOML_TEXT || !is_prose(span_of(r->item->text)))
		return false;
	add_fact(r, "description");
	return true;
}

static bool take_table(struct reading *r, const struct row *row)
{
	(void)row;
	return r->item->kind == TOML_TABLE && !strchr(r->item->key, '[');
}

static bool take_language(struct reading *r, const struct row *row)
{
	AUTO(buf) name = buf_of("legend.");

	(void)row;
	buf_add_span(&name, r->language);
	return r->item->kind == TOML_TABLE && fact_is_known(buf_span(&name));
}

static bool take_licence(struct reading *r, const struct row *row)
{
	return r->item->kind == TOML_TABLE || take_text(r, row);
}

static bool take_pack(struct reading *r, const struct row *row)
{
	struct packs *packs = &installer_of(r)->packs;
	struct pack *pack;

	(void)row;
	if (r->item->kind != TOML_TABLE || !is_in_pack(r) || packs->of.n == PACKS_MAX)
		return false;
	pack = vec_push(&packs->of);
	pack_init(pack);
	pack->redistributable = true;
	*vec_push(&r->state->packs) = (struct format3_place){r->item->line, r->item->column};
	return true;
}

static bool take_sum(struct reading *r, const struct row *row)
{
	enum digest_kind kind = (enum digest_kind)row->offset;
	struct sums *sums = &pack_of(r)->sums;

	if (r->item->kind != TOML_TEXT)
		return false;
	sums->has[kind] = digest_parse(kind, span_of(r->item->text), &sums->of[kind]);
	return sums->has[kind];
}

#define IN(member) offsetof(struct installer, member)
#define IN_PACK(member) offsetof(struct pack, member)
#define A_LIST "a list of at most 256 "
#define RELATION " (>= 1.2)\", with << <= = >= >>"

#define KEYS(X) \
	X("format", take_format, 0, NULL, "3") \
	X("name", take_text, IN(name), installer_name_is_valid, \
		"a package's name ([a-z0-9_][a-z0-9+._-]*, at most 64 bytes)") \
	X("version", take_text, IN(version), version_is_plain, \
		"a version without an epoch: letters, digits and . + - ~, a digit first") \
	X("epoch", take_epoch, 0, NULL, "a whole number from 0 to 999999999") \
	X("architectures", take_list, IN(architectures), format3_is_architecture, \
		A_LIST "architectures, as Debian calls them, or [\"all\"]") \
	X("summary", take_summary, 0, is_summary, "one line of at most 80 characters") \
	X("description", take_description, 0, NULL, \
		"a text of at most 16 KiB without control characters") \
	X("translations", take_table, 0, NULL, "a table of tables [translations.LANGUAGE]") \
	X("translations.*", take_language, 0, NULL, \
		"a table whose name is a language, as fi or pt_BR") \
	X("translations.*.summary", take_summary, 0, is_summary, \
		"one line of at most 80 characters") \
	X("translations.*.description", take_description, 0, NULL, \
		"a text of at most 16 KiB without control characters") \
	X("homepage", take_text, IN(homepage), format3_is_web, "an http:// or https:// URL") \
	X("license", take_licence, IN(licence.spdx), format3_is_licence, \
		"an SPDX expression, or a table [license]") \
	X("license.spdx", take_text, IN(licence.spdx), format3_is_licence, "an SPDX expression") \
	X("license.file", take_text, IN(licence.file), format3_is_licence_file, \
		"the plain name of a file of the installer") \
	X("license.accept", take_flag, IN(licence.accept), NULL, "true or false") \
	X("depends", take_relations, IN(depends), installer_name_is_valid, \
		A_LIST "relations, as \"zoom" RELATION) \
	X("conflicts", take_relations, IN(conflicts), installer_name_is_valid, \
		A_LIST "relations, as \"zoom" RELATION) \
	X("provides", take_relations, IN(provides), installer_name_is_valid, \
		A_LIST "names, or as \"zoom (= 1.2)\"") \
	X("needs", take_table, 0, NULL, "a table") \
	X("needs.deb", take_relations, IN(needs.deb), format3_is_deb, \
		A_LIST "relations, as \"libgl1" RELATION) \
	X("needs.programs", take_list, IN(needs.programs), format3_is_file, \
		A_LIST "names of programs, without a path") \
	X("needs.live", take_live, IN(needs.live), NULL, "true, false, or the reason in one line") \
	X("needs.network", take_network, IN(needs.network), NULL, \
		"true, false, or the reason in one line") \
	X("pack", take_pack, 0, NULL, "tables [[pack]], at most 64") \
	X("pack.url", take_text, IN_PACK(url), format3_is_url, \
		"an http://, https:// or file:/// URL") \
	X("pack.mirrors", take_list, IN_PACK(mirrors), format3_is_url, A_LIST "URLs") \
	X("pack.size", take_size, IN_PACK(size), NULL, "a number of bytes, above 0") \
	X("pack.md5", take_sum, DIGEST_MD5, NULL, "32 hex digits") \
	X("pack.sha1", take_sum, DIGEST_SHA1, NULL, "40 hex digits") \
	X("pack.sha256", take_sum, DIGEST_SHA256, NULL, "64 hex digits") \
	X("pack.sha384", take_sum, DIGEST_SHA384, NULL, "96 hex digits") \
	X("pack.sha512", take_sum, DIGEST_SHA512, NULL, "128 hex digits") \
	X("pack.arch", take_text, IN_PACK(architecture), format3_is_architecture, \
		"an architecture, as Debian calls it, or \"all\"") \
	X("pack.file", take_text, IN_PACK(file), format3_is_file, \
		"a plain file name ([A-Za-z0-9._+~-]*, at most 128 bytes)") \
	X("pack.redistributable", take_flag, IN_PACK(redistributable), NULL, "true or false") \
	X("declares", take_table, 0, NULL, "a table") \
	X("declares.files", take_files, IN(declares.files), format3_is_glob, \
		A_LIST "globs of absolute paths") \
	X("declares.effects", take_effects, IN(declares.effects), NULL, \
		A_LIST "calls, as \"systemctl restart NAME.service\"")

#define ROW(key, take, offset, is, must) {take, offset, is, must},
static const struct row rows[] = {KEYS(ROW)};

#define KEY(key, take, offset, is, must) key,
const char *const format3_keys[] = {KEYS(KEY) NULL};

_Static_assert(COUNT(rows) <= FORMAT3_ROWS_MAX, "struct format3_state has a place for each row");

/* The key as in the table: "pack[3].url" is pack.url, "translations.fi" is translations.*, and "fi" goes to *language. */
static void plain_key(const char *key, struct buf *out, struct span *language)
{
	static const char pack[] = "pack[", translations[] = "translations.";
	struct span x = span_of(key);
	size_t n = 0;

	*language = SPAN("");
	if (span_starts(x, pack)) {
		n = strcspn(key, "]") + 1;
		buf_adds(out, "pack");
	} else if (span_starts(x, translations)) {
		size_t from = sizeof(translations) - 1;

		n = from + strcspn(key + from, ".");
		*language = span_cut(x, from, n - from);
		buf_adds(out, "translations.*");
	}
	buf_add_span(out, span_cut(x, n, x.n));
}

static int refuse_key(const struct toml_item *item, struct span plain, struct err *err)
{
	const char *nearest;
	AUTO(buf) bare = BUF_INIT;

	/* An array of tables, or a table, where there is another one of that name. */
	buf_add_span(&bare, span_cut(plain, 0, strcspn(plain.s, "[")));
	nearest = text_nearest(buf_span(&bare), format3_keys);
	if (nearest)
		return err_set(err, ERR_INSTALLER,
			"line %u, column %u: %.200s is not known: did you mean %s?", item->line,
			item->column, item->key, nearest);
	return err_set(err, ERR_INSTALLER, "line %u, column %u: %.200s is not known", item->line,
		item->column, item->key);
}

#define A_TEXT "a text: put it into quotes"

/* version = 1.0 is a number. */
static bool needs_quotes(const struct row *row, const struct toml_item *item)
{
	bool is_text = row->take == take_text || row->take == take_summary ||
		       row->take == take_description || row->take == take_sum;
	bool is_word =
		item->kind == TOML_INTEGER || item->kind == TOML_BOOL || item->kind == TOML_OTHER;

	return is_text && is_word;
}

static int on_item(void *arg, const struct toml_item *item, struct err *err)
{
	struct reading r = {.state = arg, .item = item};
	AUTO(buf) key = BUF_INIT;
	size_t i = 0;

	plain_key(item->key, &key, &r.language);
	while (i < COUNT(rows) && strcmp(format3_keys[i], key.s) != 0)
		i++;
	if (i == COUNT(rows))
		return refuse_key(item, buf_span(&key), err);
	if (!r.state->at[i].line)
		r.state->at[i] = (struct format3_place){item->line, item->column};
	if (rows[i].take(&r, &rows[i]))
		return 0;
	return err_set(err, ERR_INSTALLER, "line %u, column %u: %.200s must be %s", item->line,
		item->column, item->key, needs_quotes(&rows[i], item) ? A_TEXT : rows[i].must);
}

int format3_parse(struct span text, struct span top, struct installer *out, struct err *err)
{
	AUTO(format3_state) state = {.out = out};

	out->format = 3;
	if (format3_check_facts(&out->facts, err) < 0)
		return -1;
	if (toml_walk(text, on_item, &state, err) < 0 || format3_check(&state, top, err) < 0) {
		if (err->code == ERR_CONFIG)
			err->code = ERR_INSTALLER;
		return err_at(err, FORMAT3_FACT);
	}
	return 0;
}
