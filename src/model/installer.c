/* Installers of the puavo formats, parsed. */
#include "model/installer.h"

#include <string.h>

#include "model/format3.h"
#include "model/image.h"
#include "model/luet_installer.h"
#include "model/packets.h"

#define VERSION_FACT ".puavo-pkg-version"
#define VALUE_MAX 64 /* bytes of one value in it */

const char *const installation_reserved[] = {INSTALLATION_UPSTREAM, INSTALLATION_UPSTREAM_NEW,
	INSTALLATION_PACKS, INSTALLATION_PREPARED, INSTALLATION_INSTALLED, INSTALLATION_UNSETTLED,
	INSTALLATION_LAID, NULL};

void installer_init(struct installer *in)
{
	*in = (struct installer){
		.name = BUF_INIT,
		.version = BUF_INIT,
		.puavo_id = BUF_INIT,
		.timestamp = BUF_INIT,
		.required_image = BUF_INIT,
		.homepage = BUF_INIT,
		.licence = {.spdx = BUF_INIT, .file = BUF_INIT},
		.needs = {.live_why = BUF_INIT, .network_why = BUF_INIT},
		.packets = {.install = BUF_INIT, .remove = BUF_INIT, .family = BUF_INIT},
	};
}

static void drop_stated(struct installer *in)
{
	texts_drop(&in->architectures);
	buf_drop(&in->homepage);
	buf_drop(&in->licence.spdx);
	buf_drop(&in->licence.file);
	relations_drop(&in->depends);
	relations_drop(&in->conflicts);
	relations_drop(&in->provides);
	relations_drop(&in->needs.deb);
	texts_drop(&in->needs.programs);
	buf_drop(&in->needs.live_why);
	buf_drop(&in->needs.network_why);
	texts_drop(&in->declares.files);
	texts_drop(&in->declares.effects);
}

void installer_drop(struct installer *in)
{
	buf_drop(&in->name);
	buf_drop(&in->version);
	buf_drop(&in->puavo_id);
	buf_drop(&in->timestamp);
	buf_drop(&in->required_image);
	facts_drop(&in->facts);
	packs_drop(&in->packs);
	drop_stated(in);
	buf_drop(&in->packets.install);
	buf_drop(&in->packets.remove);
	buf_drop(&in->packets.family);
	texts_drop(&in->luet.protect);
	installer_init(in);
}

const char *installer_suffix(int format)
{
	return format == FORMAT_PACKETS ? PACKETS_SUFFIX : ".tar.gz";
}

void installer_again(int format, struct span name, struct buf *out)
{
	/* What fardel has made an installer of, nobody has a file of. */
	if (format == FORMAT_LUET)
		buf_addf(out, "fardel reinstall %.*s", SPAN_ARG(name));
	else
		buf_addf(out, "fardel install ./%.*s%s", SPAN_ARG(name), installer_suffix(format));
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool installer_name_is_valid(struct span name)
{
	if (!name.n || name.n > NAME_SIZE)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.s[i];
		bool inner = c == '+' || c == '.' || c == '-';

		if (!is_lower(c) && !is_digit(c) && c != '_' && !(inner && i))
			return false;
	}
	return true;
}

/* How the file's name ends; NULL: as none of an installer's. */
static const char *suffix_of(struct span path)
{
	static const char *const suffixes[] = {PACKETS_SUFFIX, ".tar.gz", ".tar.zst"};

	for (size_t i = 0; i < COUNT(suffixes); i++)
		if (span_ends(path, suffixes[i]))
			return suffixes[i];
	return NULL;
}

bool installer_is_file(struct span path)
{
	return suffix_of(path) != NULL;
}

int installer_file_name(struct span path, struct buf *out, struct err *err)
{
	struct span name = path;

	for (size_t i = path.n; i--;)
		if (path.s[i] == '/') {
			name = span_cut(path, i + 1, path.n);
			break;
		}
	if (!suffix_of(name))
		return err_set(err, ERR_INSTALLER,
			"%.*s: the file's name ends neither in .tar.gz nor in .tar.zst",
			SPAN_ARG(name));
	name.n -= strlen(suffix_of(name));
	if (!installer_name_is_valid(name))
		return err_set(err, ERR_INSTALLER,
			"%.*s: not a package's name ([a-z0-9_][a-z0-9+._-]*)",
			SPAN_ARG(span_cut(name, 0, 200)));
	buf_add_span(out, name);
	return 0;
}

/* Without the blanks and newlines at both ends. Others, as \r, are not taken off: they are wrong in
 * a fact. */
static struct span trim(struct span x)
{
	while (x.n && (x.s[0] == ' ' || x.s[0] == '\t' || x.s[0] == '\n'))
		x = span_cut(x, 1, x.n);
	while (x.n && (x.s[x.n - 1] == ' ' || x.s[x.n - 1] == '\t' || x.s[x.n - 1] == '\n'))
		x.n--;
	return x;
}

static struct span first_word(struct span x)
{
	size_t n = 0;

	while (n < x.n && x.s[n] != ' ' && x.s[n] != '\t')
		n++;
	return span_cut(x, 0, n);
}

/* What is wrong with a value of .puavo-pkg-version. */
static int refuse(struct err *err, const char *key, struct span value, const char *wrong)
{
	return err_set(err, ERR_INSTALLER, VERSION_FACT ": %s %s: \"%.*s\"", key, wrong,
		SPAN_ARG(span_cut(value, 0, 200)));
}

static bool is_number(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (!is_digit(x.s[i]))
			return false;
	return x.n && x.n <= VALUE_MAX;
}

static bool is_printable(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (x.s[i] < ' ' || x.s[i] > '~')
			return false;
	return x.n <= VALUE_MAX;
}

enum key { KEY_NAME, KEY_ID, KEY_FORMAT, KEY_TIMESTAMP, KEY_VERSION, KEY_IMAGE, KEYS };

static const struct {
	const char *name;
	bool needed;
} keys[KEYS] = {
	[KEY_NAME] = {"name", true},
	[KEY_ID] = {"package-id", true},
	[KEY_FORMAT] = {"pkg-format", true},
	[KEY_TIMESTAMP] = {"timestamp", false},
	[KEY_VERSION] = {"version", false},
	[KEY_IMAGE] = {"required-image", false},
};

/* Lines of KEY VALUE; each key that is known at most once. */
static int read_keys(struct span text, struct span values[KEYS], struct err *err)
{
	bool has[KEYS] = {false};
	struct span line;

	while (span_split(&text, '\n', &line)) {
		struct span word = first_word(trim(line));
		size_t k = 0;

		while (k < KEYS && !span_is_text(word, keys[k].name))
			k++;
		if (k == KEYS)
			continue;
		if (has[k])
			return err_set(err, ERR_INSTALLER, VERSION_FACT ": %s is there twice",
				keys[k].name);
		has[k] = true;
		values[k] = trim(span_cut(trim(line), word.n, line.n));
		if (!values[k].n)
			return err_set(
				err, ERR_INSTALLER, VERSION_FACT ": %s is empty", keys[k].name);
	}
	for (size_t k = 0; k < KEYS; k++)
		if (keys[k].needed && !has[k])
			return err_set(
				err, ERR_INSTALLER, VERSION_FACT ": %s is missing", keys[k].name);
	return 0;
}

static int read_version(struct span text, struct span top, struct installer *out, struct err *err)
{
	struct span values[KEYS] = {SPAN(""), SPAN(""), SPAN(""), SPAN(""), SPAN(""), SPAN("")};
	struct digest id;

	if (read_keys(text, values, err) < 0)
		return -1;
	if (!span_is_text(values[KEY_FORMAT], "2"))
		return refuse(err, "pkg-format", values[KEY_FORMAT], "is not known to this fardel");
	if (!installer_name_is_valid(values[KEY_NAME]))
		return refuse(err, "name", values[KEY_NAME], "is not a package's name");
	if (!span_is(values[KEY_NAME], top))
		return err_set(err, ERR_INSTALLER,
			VERSION_FACT ": name is %.*s, but the archive's top folder is %.*s",
			SPAN_ARG(values[KEY_NAME]), SPAN_ARG(span_cut(top, 0, 200)));
	if (!digest_parse(DIGEST_MD5, values[KEY_ID], &id))
		return refuse(err, "package-id", values[KEY_ID], "is not 32 hex digits");
	if (values[KEY_VERSION].n && !is_number(values[KEY_VERSION]))
		return refuse(err, "version", values[KEY_VERSION], "is not a whole number");
	if (!is_printable(values[KEY_TIMESTAMP]))
		return refuse(err, "timestamp", values[KEY_TIMESTAMP], "is not one");
	if (values[KEY_IMAGE].n && !image_is_timestamp(values[KEY_IMAGE]))
		return refuse(err, "required-image", values[KEY_IMAGE],
			"is not of the form YYYY-MM-DD-HHMMSS");
	buf_set(&out->name, values[KEY_NAME]);
	digest_format(&out->puavo_id, &id);
	buf_set(&out->version, values[KEY_VERSION]);
	buf_set(&out->timestamp, values[KEY_TIMESTAMP]);
	buf_set(&out->required_image, values[KEY_IMAGE]);
	return 0;
}

/* Tells the formats apart and reads what only one of them has. */
static int read_format(struct span top, struct installer *out, struct err *err)
{
	const struct fact *version = facts_get(&out->facts, VERSION_FACT);
	const struct fact *format = facts_get(&out->facts, "format");
	struct span value = format ? trim(buf_span(&format->value)) : SPAN("1");

	out->format = version ? 2 : 1;
	if (!span_is_text(value, "1") && !span_is_text(value, "2"))
		return err_set(err, ERR_INSTALLER, "format is not known to this fardel: \"%.*s\"",
			SPAN_ARG(span_cut(value, 0, 200)));
	if (version)
		return read_version(buf_span(&version->value), top, out, err);
	if (span_is_text(value, "2"))
		return err_set(err, ERR_INSTALLER, "format is 2, but there is no " VERSION_FACT);
	if (!installer_name_is_valid(top))
		return err_set(err, ERR_INSTALLER,
			"the archive's top folder is not a package's name: \"%.*s\"",
			SPAN_ARG(span_cut(top, 0, 200)));
	buf_set(&out->name, top);
	return 0;
}

/* "HEX" or md5sum's "HEX  FILE"; of sha384 also "! HEX". */
static int read_sum(
	const struct fact *fact, enum digest_kind kind, struct sums *sums, struct err *err)
{
	struct span value = trim(buf_span(&fact->value));
	struct span word = first_word(value);

	if (kind == DIGEST_SHA384 && span_is_text(word, "!")) {
		sums->advisory = true;
		value = trim(span_cut(value, 1, value.n));
		word = first_word(value);
	}
	if (!value.n)
		return err_set(err, ERR_INSTALLER, "%s is empty", fact->name.s);
	for (size_t i = 0; i < value.n; i++)
		if (value.s[i] == '\n')
			return err_set(err, ERR_INSTALLER, "%s has several lines", fact->name.s);
	if (!digest_parse(kind, word, &sums->of[kind]))
		return err_set(err, ERR_INSTALLER, "%s is not %zu hex digits: \"%.*s\"",
			fact->name.s, 2 * digest_size(kind), SPAN_ARG(span_cut(word, 0, 200)));
	sums->has[kind] = true;
	return 0;
}

static int read_pack(const struct facts *facts, struct pack *pack, struct err *err)
{
	const struct fact *url = facts_get(facts, "upstream_pack_url");

	if (url)
		buf_set(&pack->url, trim(buf_span(&url->value)));
	if (pack->url.n && pack_check_url(buf_span(&pack->url), err) < 0)
		return err_at(err, "upstream_pack_url");
	for (unsigned kind = 0; kind < DIGEST_KINDS; kind++) {
		AUTO(buf) name = BUF_INIT;
		const struct fact *sum;

		buf_addf(&name, "upstream_pack_%ssum", digest_name((enum digest_kind)kind));
		sum = facts_get(facts, name.s);
		if (sum && read_sum(sum, (enum digest_kind)kind, &pack->sums, err) < 0)
			return -1;
	}
	return 0;
}

static void cut_legends(struct facts *facts)
{
	VEC_FOR (struct fact, fact, &facts->of) {
		struct span text = trim(buf_span(&fact->value));
		AUTO(buf) line = BUF_INIT;
		struct span part;

		if (!span_is_text(buf_span(&fact->name), "legend") &&
			!span_starts(buf_span(&fact->name), "legend."))
			continue;
		span_split(&text, '\n', &part);
		buf_add_span(&line, trim(part));
		buf_set(&fact->value, buf_span(&line));
	}
}

static int check_twice(const struct facts *facts, struct err *err)
{
	VEC_FOR (const struct fact, fact, &facts->of)
		if (facts_get(facts, fact->name.s) != fact)
			return err_set(err, ERR_INSTALLER, "%s is there twice", fact->name.s);
	return 0;
}

/* Formats 1 and 2. */
static int parse_facts(struct span top, struct installer *out, struct err *err)
{
	if (!out->facts.has_rules)
		return err_set(err, ERR_INSTALLER, "there is no executable file `rules`");
	if (read_format(top, out, err) < 0)
		return -1;
	cut_legends(&out->facts);
	pack_init(vec_push(&out->packs.of));
	return read_pack(&out->facts, &out->packs.of.v[0], err);
}

int installer_parse(struct facts *facts, struct span top, struct installer *out, struct err *err)
{
	const struct fact *manifest;

	facts_drop(&out->facts);
	out->facts = *facts;
	*facts = FACTS_INIT;
	out->has_licence = out->facts.has_licence;
	manifest = facts_get(&out->facts, FORMAT3_FACT);
	if (check_twice(&out->facts, err) < 0)
		return -1;
	if (packets_is(&out->facts))
		return packets_parse(out, err);
	if (luet_installer_is(&out->facts))
		return luet_installer_parse(top, out, err);
	return manifest ? format3_parse(buf_span(&manifest->value), top, out, err)
			: parse_facts(top, out, err);
}

const char *installer_licence_file(const struct installer *in)
{
	if (in->licence.file.n)
		return in->licence.file.s;
	return in->has_licence ? "license" : NULL;
}

static bool is_for(struct span stated, struct span architecture)
{
	return !stated.n || span_is(stated, architecture);
}

static int refuse_architecture(
	const struct buf *others, const char *what, struct span architecture, struct err *err)
{
	err_set(err, ERR_CONFLICT, "%s for %s, and this system is %.*s", what, others->s,
		SPAN_ARG(architecture));
	return err_next(err, "ask the packager for an installer for %.*s", SPAN_ARG(architecture));
}

static void add_word(struct buf *list, struct span word)
{
	buf_adds(list, list->n ? ", " : "");
	buf_add_span(list, word);
}

static int select_package(const struct installer *in, struct span architecture, struct err *err)
{
	AUTO(buf) others = BUF_INIT;

	VEC_FOR (const struct buf, a, &in->architectures.of) {
		if (span_is(buf_span(a), architecture))
			return 0;
		add_word(&others, buf_span(a));
	}
	return others.n ? refuse_architecture(&others, "the package is", architecture, err) : 0;
}

int installer_select(struct installer *in, struct span architecture, struct err *err)
{
	AUTO(buf) others = BUF_INIT;
	size_t kept = 0;

	if (select_package(in, architecture, err) < 0)
		return -1;
	VEC_FOR (struct pack, pack, &in->packs.of) {
		if (is_for(buf_span(&pack->architecture), architecture)) {
			struct pack one = *pack;

			pack_init(pack);
			in->packs.of.v[kept++] = one;
			continue;
		}
		add_word(&others, buf_span(&pack->architecture));
		pack_drop(pack);
	}
	in->packs.of.n = kept;
	if (!kept && others.n)
		return refuse_architecture(&others, "its packs are", architecture, err);
	return 0;
}
