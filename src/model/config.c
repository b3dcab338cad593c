/* The configuration: one table of options. */
#include "model/config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ext/toml.h"
#include "model/installer.h"
#include "model/name.h"
#include "model/pack.h"

#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)

/* Name of the field, key, kind of value, what it is when nothing is said (TOML), least, most, its
 * help. */
#define OPTIONS(X) \
	X(require_sandbox, "require_sandbox", SWITCH, "false", 0, 0, \
		"refuse to run what this machine cannot confine wholly") \
	X(live, "live", NAMES, "[]", 0, 0, \
		"packages whose rules must run on the system itself, not in a stage") \
	X(repos_confdir, "repos_confdir", PATHS, "[]", 0, 0, \
		"further folders of repositories' files, besides repos.d") \
	X(fetch_jobs, "fetch.jobs", NUMBER, "4", 1, 32, "packs that are fetched at once") \
	X(fetch_retries, "fetch.retries", NUMBER, "3", 0, 20, "further tries of one URL") \
	X(fetch_retry_delay, "fetch.retry_delay", NUMBER, "1", 0, 3600, \
		"seconds before the first further try; they double with each") \
	X(fetch_connect_timeout, "fetch.connect_timeout", NUMBER, "30", 1, 3600, \
		"seconds until a connection must stand") \
	X(fetch_stall_timeout, "fetch.stall_timeout", NUMBER, "30", 1, 86400, \
		"seconds below fetch.stall_rate that end a transfer") \
	X(fetch_stall_rate, "fetch.stall_rate", NUMBER, "1000", 1, GIB, \
		"bytes a second below which a transfer counts as stalled") \
	X(fetch_max_size, "fetch.max_size", NUMBER, "17179869184", 1, 1024 * GIB, \
		"bytes of one pack at most") \
	X(fetch_proxy, "fetch.proxy", PROXY, "\"\"", 0, 0, \
		"proxy's URL; empty: from http_proxy and others, \"none\": no proxy") \
	X(fetch_ca_file, "fetch.ca_file", FILE_PATH, "\"\"", 0, 0, \
		"file of the certificates that are trusted; empty: the system's") \
	X(fetch_mirrors, "fetch.mirrors", URLS, "[]", 0, 0, \
		"base URLs that are tried first; the pack's file name is put behind") \
	X(fetch_distfiles, "fetch.distfiles", SERVERS, "[]", 0, 0, \
		"servers (HOST or HOST:PORT) whose https://SERVER/distfiles/ is tried before the vendor's") \
	X(fetch_require_checksum, "fetch.require_checksum", SWITCH, "false", 0, 0, \
		"refuse packs for which no checksum is stated") \
	X(rules_timeout, "rules.timeout", NUMBER, "1800", 1, 86400, \
		"seconds that one phase of the rules may take") \
	X(rules_output_max, "rules.output_max", NUMBER, "8388608", 0, GIB, \
		"bytes of one phase's output that are kept") \
	X(rules_chroot, "rules.chroot", SWITCH, "true", 0, 0, \
		"with --root: run rules inside it by chroot; false: outside of it, told FARDEL_ROOT") \
	X(rules_read, "rules.read", PATHS, "[]", 0, 0, \
		"further folders that download and unpack may read and run programs from") \
	X(lua_memory, "lua.memory", NUMBER, "268435456", MIB, 1024 * GIB, \
		"bytes of memory that rules.lua may hold") \
	X(lua_cpu, "lua.cpu", NUMBER, "300", 1, 86400, \
		"seconds of processor time that one run of rules.lua may take") \
	X(lua_files, "lua.files", NUMBER, "100000", 0, GIB, \
		"files, folders and links that one run of rules.lua may make") \
	X(lua_file_size, "lua.file_size", NUMBER, "17179869184", 0, 1024 * GIB, \
		"bytes of one file that rules.lua writes") \
	X(lua_total_size, "lua.total_size", NUMBER, "68719476736", 0, 1024 * GIB, \
		"bytes that one run of rules.lua may write in all") \
	X(lua_open_files, "lua.open_files", NUMBER, "256", 16, 1000000, \
		"files that rules.lua may have open at once") \
	X(prepare_jobs, "prepare.jobs", NUMBER, "0", 0, 256, \
		"packs that are unpacked at once; 0: as many as there are processors") \
	X(image_check, "image.check", SWITCH, "true", 0, 0, \
		"refuse installers that require a newer system image than /etc/puavo-image/name tells of") \
	X(puavo_servers, "puavo.servers", SERVERS, "[]", 0, 0, \
		"servers (HOST or HOST:PORT) that puavo-update gets installers from, in order") \
	X(puavo_keyring, "puavo.keyring", FILE_PATH, "\"\"", 0, 0, \
		"public keys of these servers; empty: /etc/fardel/keys/HOST.gpg of each") \
	X(apt_install, "apt.install", SWITCH, "true", 0, 0, \
		"let apt install what packages need of Debian, after a question; false: refuse, and say what to type") \
	X(apt_timeout, "apt.timeout", NUMBER, "7200", 1, 604800, \
		"seconds that apt-get may take to install it, with all downloads") \
	X(luet_config, "luet.config", FILE_PATH, "\"\"", 0, 0, \
		"luet's configuration, as /etc/luet/luet.yaml: its repositories are used, too; empty: not") \
	X(luet_config_protect, "luet.config_protect", PATHS, "[]", 0, 0, \
		"folders in which packages of luet's replace nothing: another file is put beside the one that is there") \
	X(luet_subsets, "luet.subsets", SUBSETS, "[]", 0, 0, \
		"subsets of luet's packages whose files are not left out") \
	X(gc_keep, "gc.keep", NUMBER, "1", 0, 1000, \
		"old installations of each package that gc keeps") \
	X(undo_keep, "undo.keep", NUMBER, "10", 0, 100000, \
		"transactions that can be taken back, however old they are") \
	X(undo_days, "undo.days", NUMBER, "30", 0, 36500, \
		"days for which those before them can be taken back") \
	X(lock_timeout, "lock.timeout", NUMBER, "600", -1, 86400, \
		"seconds to wait for another fardel; -1: for ever, 0: not at all") \
	X(log_syslog, "log.syslog", SWITCH, "true", 0, 0, "write to the system's log too") \
	X(log_keep, "log.keep", NUMBER, "200", 1, 1000000, "transactions whose logs are kept")

enum kind { NUMBER, SWITCH, PROXY, FILE_PATH, URLS, SERVERS, PATHS, NAMES, SUBSETS };

static bool is_list(enum kind kind)
{
	return kind == URLS || kind == SERVERS || kind == PATHS || kind == NAMES || kind == SUBSETS;
}

struct option {
	enum kind kind;
	size_t offset; /* in struct config */
	int64_t least, most; /* of numbers */
};

#define OPTION_ROW(field, key, kind, value, least, most, help) \
	{kind, offsetof(struct config, field), least, most},
static const struct option options[] = {OPTIONS(OPTION_ROW)};

#define PUBLIC_ROW(field, key, kind, value, least, most, help) {key, value, help},
static const struct config_row rows[] = {OPTIONS(PUBLIC_ROW)};

#define KEY_ROW(field, key, kind, value, least, most, help) key,
static const char *const keys[] = {OPTIONS(KEY_ROW) NULL};

const struct config_row *config_rows(size_t *count)
{
	*count = COUNT(rows);
	return rows;
}

static void *field_of(struct config *c, size_t i)
{
	return (char *)c + options[i].offset;
}

/* Defaults of texts and lists are empty. */
static void init_field(struct config *c, size_t i)
{
	switch (options[i].kind) {
	case NUMBER: *(int64_t *)field_of(c, i) = strtoll(rows[i].default_text, NULL, 10); break;
	case SWITCH: *(bool *)field_of(c, i) = strcmp(rows[i].default_text, "true") == 0; break;
	case PROXY:
	case FILE_PATH: buf_init(field_of(c, i)); break;
	case URLS:
	case SERVERS:
	case PATHS:
	case NAMES:
	case SUBSETS: break;
	}
}

void config_init(struct config *c, struct config_origins *origins)
{
	*c = (struct config){0};
	*origins = (struct config_origins){0};
	for (size_t i = 0; i < COUNT(rows); i++) {
		init_field(c, i);
		*vec_push(&origins->of) = buf_of("default");
	}
}

void config_drop(struct config *c)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (options[i].kind == PROXY || options[i].kind == FILE_PATH)
			buf_drop(field_of(c, i));
		else if (is_list(options[i].kind))
			texts_drop(field_of(c, i));
	}
}

void config_origins_drop(struct config_origins *o)
{
	vec_drop_each(&o->of, buf_drop);
}

/* -1 if there is none. */
static int find_row(struct span key)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (span_is_text(key, rows[i].key))
			return (int)i;
	return -1;
}

static bool is_proxy(struct span x)
{
	static const char *const schemes[] = {
		"http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://"};

	for (size_t i = 0; i < x.n; i++)
		if ((unsigned char)x.s[i] <= ' ' || x.s[i] == 0x7f)
			return false;
	for (size_t i = 0; i < COUNT(schemes); i++)
		if (span_starts(x, schemes[i]))
			return x.n > strlen(schemes[i]);
	return !x.n || span_is_text(x, "none");
}

static bool is_web_url(struct span x)
{
	struct err err = ERR_INIT;

	return pack_check_url(x, &err) == 0 && !span_starts(x, "file:");
}

static bool set_number(struct config *c, size_t i, const struct toml_item *item)
{
	if (item->kind != TOML_INTEGER || item->integer < options[i].least ||
		item->integer > options[i].most)
		return false;
	*(int64_t *)field_of(c, i) = item->integer;
	return true;
}

static bool set_switch(struct config *c, size_t i, const struct toml_item *item)
{
	if (item->kind == TOML_BOOL)
		*(bool *)field_of(c, i) = item->yes;
	return item->kind == TOML_BOOL;
}

static bool set_text(struct config *c, size_t i, const struct toml_item *item)
{
	struct span x = span_of(item->text);

	if (item->kind != TOML_TEXT)
		return false;
	if (options[i].kind == PROXY ? !is_proxy(x) : x.n && x.s[0] != '/')
		return false;
	buf_set(field_of(c, i), x);
	return true;
}

static bool is_listed(enum kind kind, struct span x)
{
	if (kind == NAMES)
		return installer_name_is_valid(x);
	if (kind == SUBSETS)
		return name_is_luet_subset(x);
	if (kind == SERVERS)
		return pack_is_server(x);
	return kind == URLS ? is_web_url(x) : x.n && x.s[0] == '/';
}

static bool set_list(struct config *c, size_t i, const struct toml_item *item)
{
	struct texts *texts = field_of(c, i);

	if (item->kind != TOML_TEXTS)
		return false;
	for (size_t k = 0; k < item->count; k++)
		if (!is_listed(options[i].kind, span_of(item->texts[k])))
			return false;
	texts_drop(texts);
	for (size_t k = 0; k < item->count; k++)
		texts_add(texts, span_of(item->texts[k]));
	return true;
}

/* False, and nothing is set, where the item is not what the option takes. */
static bool set_field(struct config *c, size_t i, const struct toml_item *item)
{
	switch (options[i].kind) {
	case NUMBER: return set_number(c, i, item);
	case SWITCH: return set_switch(c, i, item);
	case PROXY:
	case FILE_PATH: return set_text(c, i, item);
	case URLS:
	case SERVERS:
	case PATHS:
	case NAMES:
	case SUBSETS: break;
	}
	return set_list(c, i, item);
}

void config_takes(size_t i, struct buf *out)
{
	switch (options[i].kind) {
	case NUMBER:
		buf_addf(out, "a whole number from %" PRId64 " to %" PRId64, options[i].least,
			options[i].most);
		break;
	case SWITCH: buf_adds(out, "true or false"); break;
	case PROXY: buf_adds(out, "a proxy's URL, \"none\", or empty"); break;
	case FILE_PATH: buf_adds(out, "an absolute path, or empty"); break;
	case URLS: buf_adds(out, "a list of http:// or https:// URLs"); break;
	case SERVERS: buf_adds(out, "a list of servers, as HOST or HOST:PORT"); break;
	case PATHS: buf_adds(out, "a list of absolute paths"); break;
	case NAMES: buf_adds(out, "a list of packages' names"); break;
	case SUBSETS: buf_adds(out, "a list of subsets' names"); break;
	}
}

/* A file being laid over a configuration. */
struct layer {
	struct config *c;
	struct config_origins *origins;
	const char *file;
	struct texts *warnings;
};

static void warn_unknown(const struct layer *layer, const struct toml_item *item)
{
	const char *nearest = text_nearest(span_of(item->key), keys);
	AUTO(buf) text = BUF_INIT;

	buf_addf(&text, "%s:%u: %s is no option that is known", layer->file, item->line, item->key);
	if (nearest)
		buf_addf(&text, "; is %s meant?", nearest);
	texts_add(layer->warnings, buf_span(&text));
}

static int lay_item(void *arg, const struct toml_item *item, struct err *err)
{
	struct layer *layer = arg;
	int i = find_row(span_of(item->key));
	AUTO(buf) takes = BUF_INIT;

	if (i < 0) {
		warn_unknown(layer, item);
		return 0;
	}
	if (!set_field(layer->c, (size_t)i, item)) {
		config_takes((size_t)i, &takes);
		return err_set(err, ERR_CONFIG, "line %u, column %u: %s must be %s", item->line,
			item->column, item->key, takes.s);
	}
	buf_setf(&layer->origins->of.v[i], "%s:%u", layer->file, item->line);
	return 0;
}

int config_parse(struct config *c, struct config_origins *origins, const char *file,
	struct span text, struct texts *warnings, struct err *err)
{
	struct layer layer = {c, origins, file, warnings};

	if (toml_parse(text, lay_item, &layer, err) < 0)
		return err_at(err, "%s", file);
	return 0;
}

static void add_toml_text(struct buf *out, struct span x)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < x.n; i++) {
		unsigned char c = (unsigned char)x.s[i];

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_addf(out, "\\u%04x", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}

/* What one assignment sets. */
struct assignment {
	struct config *c;
	size_t row;
	bool seen;
};

/* Each refusal is worded by the caller. The keys of a table in braces are not the option's. */
static int assign_item(void *arg, const struct toml_item *item, struct err *err)
{
	struct assignment *a = arg;

	if (a->seen || strcmp(item->key, rows[a->row].key) != 0 || !set_field(a->c, a->row, item))
		return err_set(err, ERR_USAGE, "not a value");
	a->seen = true;
	return 0;
}

/* Texts may stand without quotes. */
static bool is_bare(size_t row, struct span value)
{
	return (options[row].kind == PROXY || options[row].kind == FILE_PATH) &&
	       !span_starts(value, "\"") && !span_starts(value, "'");
}

static int assign(struct assignment *a, struct span value, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	if (memchr(value.s, '\n', value.n))
		return err_set(err, ERR_USAGE, "not one line");
	buf_addf(&text, "%s = ", rows[a->row].key);
	if (!is_bare(a->row, value))
		buf_add_span(&text, value);
	else
		add_toml_text(&text, value);
	return toml_parse(buf_span(&text), assign_item, a, err);
}

static int refuse_key(struct span key, struct err *err)
{
	const char *nearest = text_nearest(key, keys);

	err_set(err, ERR_USAGE, "--set: %.*s is no option that is known",
		SPAN_ARG(span_cut(key, 0, 200)));
	if (nearest)
		return err_next(err, "is %s meant? All of them: fardel config show", nearest);
	return err_next(err, "see: fardel config show");
}

int config_set(
	struct config *c, struct config_origins *origins, struct span assignment, struct err *err)
{
	struct span rest = assignment, key;
	AUTO(buf) takes = BUF_INIT;
	struct assignment a = {.c = c};
	int row;

	if (!memchr(assignment.s, '=', assignment.n))
		return err_set(err, ERR_USAGE, "--set needs KEY=VALUE: %.*s",
			SPAN_ARG(span_cut(assignment, 0, 200)));
	span_split(&rest, '=', &key);
	key = span_trim(key);
	row = find_row(key);
	if (row < 0)
		return refuse_key(key, err);
	a.row = (size_t)row;
	if (assign(&a, span_trim(rest), err) < 0 || !a.seen) {
		config_takes(a.row, &takes);
		return err_set(err, ERR_USAGE, "--set: %s must be %s", rows[row].key, takes.s);
	}
	buf_sets(&origins->of.v[row], "--set");
	return 0;
}

/* A URL whose user and password are nobody's business: three stars in their place. */
static void add_toml_url(struct buf *out, struct span url)
{
	AUTO(buf) shown = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	struct span scheme = SPAN("");

	pack_show_url(url, &shown);
	if (shown.n == url.n) {
		add_toml_text(out, url);
		return;
	}
	for (size_t i = 0; i + 2 < shown.n && !scheme.n; i++)
		if (span_starts(span_cut(buf_span(&shown), i, shown.n), "://"))
			scheme = span_cut(buf_span(&shown), 0, i + 3);
	buf_add_span(&text, scheme);
	buf_adds(&text, "***@");
	buf_add_span(&text, span_cut(buf_span(&shown), scheme.n, shown.n));
	add_toml_text(out, buf_span(&text));
}

static void add_toml_list(struct buf *out, const struct texts *texts, bool urls)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < texts->of.n; i++) {
		if (i)
			buf_adds(out, ", ");
		(urls ? add_toml_url : add_toml_text)(out, buf_span(&texts->of.v[i]));
	}
	buf_addc(out, ']');
}

void config_format(const struct config *c, size_t i, struct buf *out)
{
	const void *field = (const char *)c + options[i].offset;

	switch (options[i].kind) {
	case NUMBER: buf_addf(out, "%" PRId64, *(const int64_t *)field); break;
	case SWITCH: buf_adds(out, *(const bool *)field ? "true" : "false"); break;
	case PROXY: add_toml_url(out, buf_span(field)); break;
	case FILE_PATH: add_toml_text(out, buf_span(field)); break;
	case URLS:
	case SERVERS:
	case PATHS:
	case NAMES:
	case SUBSETS: add_toml_list(out, field, options[i].kind == URLS); break;
	}
}
