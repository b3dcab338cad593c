/* Packages of Packets. */
#include "model/packets.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "ext/toml.h"

#define MANIFEST "manifest.toml"
#define NEEDS_MAX 1000 /* packages that one names */
#define VERSION_MAX 64 /* bytes, as of the next ones */
#define FAMILY_MAX 256
#define PATH_MAX_HOOK 1024
#define TEXT_MAX 32768

bool packets_is_file(struct span path)
{
	return span_ends(path, PACKETS_SUFFIX);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '+';
}

bool packets_name_is_valid(struct span name)
{
	if (!name.n || name.n > NAME_SIZE)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!is_letter(name.s[i]) && !(i && (name.s[i] == '.' || name.s[i] == '-')))
			return false;
	return true;
}

/* Other characters are escaped, so that a key is one word. */
static void add_key(const char *kind, struct span x, struct buf *out)
{
	buf_adds(out, kind);
	for (size_t i = 0; i < x.n; i++)
		if (is_letter(x.s[i]) || x.s[i] == '.' || x.s[i] == '-')
			buf_addc(out, x.s[i]);
		else
			buf_addf(out, "%%%02X", (unsigned char)x.s[i]);
}

void packets_family_key(struct span family, struct buf *out)
{
	add_key("family:", family, out);
}

void packets_alias_key(struct span alias, struct buf *out)
{
	add_key("alias:", alias, out);
}

/* --- What a value may be ------------------------------------------------------------------------------ */

/* Each says what the value must be, or NULL where it is that. */

static const char *wrong_name(struct span x)
{
	return packets_name_is_valid(x)
		       ? NULL
		       : "a package's name: letters, digits, '.', '_', '+' and '-', no '.' or '-' "
			 "first, at most 64";
}

static bool is_printable(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (x.s[i] <= ' ' || x.s[i] > '~')
			return false;
	return true;
}

bool packets_version_is_valid(struct span x)
{
	return is_printable(x) && x.n <= VERSION_MAX;
}

static const char *wrong_version(struct span x)
{
	return packets_version_is_valid(x) ? NULL : "at most 64 characters of ASCII without blanks";
}

static const char *wrong_family(struct span x)
{
	return x.n <= FAMILY_MAX ? NULL : "at most 256 bytes";
}

static const char *wrong_text(struct span x)
{
	return x.n <= TEXT_MAX ? NULL : "at most 32768 bytes";
}

static const char *wrong_hook(struct span x)
{
	static const char what[] = "the path of a file in the package, without '..'";
	struct span part;

	if (x.n > PATH_MAX_HOOK || (x.n && (x.s[0] == '/' || x.s[x.n - 1] == '/')))
		return what;
	while (span_split(&x, '/', &part))
		if (span_is_text(part, ".."))
			return what;
	return NULL;
}

/* --- The keys ------------------------------------------------------------------------------------------ */

enum kind { KIND_TEXT, KIND_NUMBER, KIND_NAMES };

struct reading {
	struct installer *out;
	struct buf description;
	bool has_info;
};

static void reading_drop(struct reading *r)
{
	buf_drop(&r->description);
}

#define IN_INSTALLER(member) false, offsetof(struct installer, member)

static const struct key {
	const char *name;
	enum kind kind;
	bool of_reading; /* `at` is in struct reading, else in struct installer */
	size_t at;
	const char *(*wrong)(struct span);
} keys[] = {
	{"Info.name", KIND_TEXT, IN_INSTALLER(name), wrong_name},
	{"Info.version", KIND_TEXT, IN_INSTALLER(version), wrong_version},
	{"Info.description", KIND_TEXT, true, offsetof(struct reading, description), wrong_text},
	{"Info.dependencies", KIND_NAMES, IN_INSTALLER(depends), wrong_name},
	{"Info.family", KIND_TEXT, IN_INSTALLER(packets.family), wrong_family},
	{"Info.serial", KIND_NUMBER, IN_INSTALLER(packets.serial), NULL},
	{"Hooks.install", KIND_TEXT, IN_INSTALLER(packets.install), wrong_hook},
	{"Hooks.remove", KIND_TEXT, IN_INSTALLER(packets.remove), wrong_hook},
};

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < COUNT(keys); i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static int refuse(const struct toml_item *item, const char *must, struct err *err)
{
	return err_set(err, ERR_INSTALLER, "line %u, column %u: %s must be %s", item->line,
		item->column, item->key, must);
}

static int take_text(
	const struct key *key, void *field, const struct toml_item *item, struct err *err)
{
	const char *wrong = item->kind == TOML_TEXT ? key->wrong(span_of(item->text)) : "a text";

	if (wrong)
		return refuse(item, wrong, err);
	buf_sets(field, item->text);
	return 0;
}

static int take_names(
	const struct key *key, struct relations *out, const struct toml_item *item, struct err *err)
{
	if (item->kind != TOML_TEXTS || item->count > NEEDS_MAX)
		return refuse(item, "a list of at most 1000 texts", err);
	for (size_t i = 0; i < item->count; i++) {
		if (key->wrong(span_of(item->texts[i])))
			return refuse(item, "a list of packages' names", err);
		relations_add(out, span_of(item->texts[i]));
	}
	return 0;
}

static int take_item(void *arg, const struct toml_item *item, struct err *err)
{
	struct reading *r = arg;
	const struct key *key = find_key(item->key);
	char *base = key && key->of_reading ? (char *)r : (char *)r->out;

	if (!key)
		return 0;
	switch (key->kind) {
	case KIND_TEXT: return take_text(key, base + key->at, item, err);
	case KIND_NAMES: return take_names(key, (void *)(base + key->at), item, err);
	case KIND_NUMBER: break;
	}
	if (item->kind != TOML_INTEGER || item->integer < 0)
		return refuse(item, "a whole number, 0 or above", err);
	*(int64_t *)(void *)(base + key->at) = item->integer;
	return 0;
}

/* --- The manifest -------------------------------------------------------------------------------------- */

static int look_for_info(void *arg, const struct toml_item *item, struct err *err)
{
	(void)err;
	*(bool *)arg |= span_starts(span_of(item->key), "Info.");
	return 0;
}

/* A key is written by its letters, or with escapes: what has neither need not be parsed, twice, to be another format's. */
static bool may_have_info(const struct buf *text)
{
	return strstr(text->s, "Info") || strchr(text->s, '\\');
}

bool packets_is(const struct facts *facts)
{
	const struct fact *fact = facts_get(facts, MANIFEST);
	struct err ignored = ERR_INIT;
	bool found = false;

	return fact && may_have_info(&fact->value) &&
	       toml_parse(buf_span(&fact->value), look_for_info, &found, &ignored) == 0 && found;
}

/* As the facts of other formats: the text, and its first line. */
static void set_texts(struct installer *out, struct span description)
{
	struct span rest = span_trim(description), line = SPAN("");
	bool has_licence = out->facts.has_licence;

	facts_drop(&out->facts);
	out->facts.has_licence = has_licence;
	if (!rest.n)
		return;
	facts_add(&out->facts, SPAN("description"), rest);
	span_split(&rest, '\n', &line);
	facts_add(&out->facts, SPAN("legend"), span_trim(line));
}

int packets_parse(struct installer *out, struct err *err)
{
	const struct fact *fact = facts_get(&out->facts, MANIFEST);
	AUTO(reading) r = {.out = out, .description = BUF_INIT};

	out->format = FORMAT_PACKETS;
	if (toml_parse(buf_span(&fact->value), take_item, &r, err) < 0) {
		err->code = ERR_INSTALLER;
		return err_at(err, MANIFEST);
	}
	if (!out->name.n)
		return err_set(err, ERR_INSTALLER, MANIFEST ": Info.name is missing");
	set_texts(out, buf_span(&r.description));
	return 0;
}
