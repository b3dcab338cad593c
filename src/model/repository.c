/* A repository's own file in repos.d: where it is, and whether it is used. */
#include "model/repository.h"

#include <inttypes.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "ext/yaml.h"
#include "model/installer.h"
#include "model/minisign.h"
#include "model/pack.h"
#include "model/registry.h"

#define LOGIN_MAX 1024 /* bytes of "USER:PASSWORD" */

static const char *const type_names[REPOSITORY_TYPES] = {
	[REPOSITORY_HTTP] = "http", [REPOSITORY_DISK] = "disk", [REPOSITORY_DOCKER] = "docker"};

const char *repository_type_name(enum repository_type type)
{
	return type_names[type];
}

bool repository_type_get(struct span name, enum repository_type *type)
{
	for (int i = 0; i < REPOSITORY_TYPES; i++)
		if (span_is_text(name, type_names[i])) {
			*type = (enum repository_type)i;
			return true;
		}
	*type = REPOSITORY_DISK;
	return span_is_text(name, "dir");
}

static const char *const format_names[REPOSITORY_FORMATS] = {[REPOSITORY_FARDEL] = "fardel",
	[REPOSITORY_LUET] = "luet",
	[REPOSITORY_PACKETS] = "packets"};

int repository_package_format(enum repository_format format)
{
	static const int formats[REPOSITORY_FORMATS] = {
		[REPOSITORY_LUET] = FORMAT_LUET, [REPOSITORY_PACKETS] = FORMAT_PACKETS};

	return formats[format];
}

const char *repository_format_name(enum repository_format format)
{
	return format_names[format];
}

bool repository_format_get(struct span name, enum repository_format *format)
{
	for (int i = 0; i < REPOSITORY_FORMATS; i++)
		if (span_is_text(name, format_names[i])) {
			*format = (enum repository_format)i;
			return true;
		}
	return false;
}

void repository_init(struct repository *r)
{
	*r = (struct repository){.name = BUF_INIT,
		.description = BUF_INIT,
		.priority = REPOSITORY_PRIORITY,
		.require_signature = true,
		.auth = {.token = BUF_INIT,
			.user = BUF_INIT,
			.password = BUF_INIT,
			.identity = BUF_INIT,
			.realm = BUF_INIT},
		.file = BUF_INIT};
}

void repository_drop(struct repository *r)
{
	buf_drop(&r->name);
	buf_drop(&r->description);
	texts_drop(&r->urls);
	texts_drop(&r->keys);
	buf_drop(&r->auth.token);
	buf_drop(&r->auth.user);
	buf_drop(&r->auth.password);
	buf_drop(&r->auth.identity);
	buf_drop(&r->auth.realm);
	buf_drop(&r->file);
}

void repositories_drop(struct repositories *r)
{
	vec_drop_each(&r->of, repository_drop);
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool repository_name_is_valid(struct span name)
{
	if (!name.n || name.n > REPOSITORY_NAME_MAX || !is_alnum(name.s[0]))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!is_alnum(name.s[i]) && (!name.s[i] || !strchr("._-+", name.s[i])))
			return false;
	return true;
}

static bool is_path(struct span x)
{
	return span_starts(x, "/") && text_is_line(x);
}

int repository_check_url(enum repository_type type, struct span url, struct err *err)
{
	AUTO(buf) base = BUF_INIT;

	if (type == REPOSITORY_DOCKER)
		return registry_base(url, &base, err);
	if (type == REPOSITORY_DISK && is_path(url))
		return 0;
	if (type == REPOSITORY_DISK && !span_starts(url, "file://"))
		return err_set(
			err, ERR_CONFIG, "a URL of type disk is an absolute path, or file:///PATH");
	if (type == REPOSITORY_HTTP && span_starts(url, "file:"))
		return err_set(
			err, ERR_CONFIG, "a URL of type http begins with http:// or https://");
	if (pack_check_url(url, err) == 0)
		return 0;
	err->code = ERR_CONFIG;
	return -1;
}

bool repository_has_login(const struct repository *r)
{
	VEC_FOR (const struct buf, url, &r->urls.of)
		if (pack_url_has_login(buf_span(url)))
			return true;
	return r->auth.token.n || r->auth.user.n || r->auth.password.n || r->auth.identity.n;
}

static int refuse(const struct yaml *at, const char *key, const char *what, struct err *err)
{
	return err_set(
		err, ERR_CONFIG, "line %u, column %u: %s %s", at->line, at->column, key, what);
}

/* A text in one line; where nothing stands, the empty one. */
static int take_line(const struct yaml *value, const char *key, struct buf *out, struct err *err)
{
	if (value->kind != YAML_TEXT || !text_is_line(buf_span(&value->text)))
		return refuse(value, key, "must be a text in one line", err);
	if (!yaml_is_null(value))
		buf_set(out, buf_span(&value->text));
	return 0;
}

static int take_bool(const struct yaml *value, const char *key, bool *out, struct err *err)
{
	if (yaml_is_null(value) || yaml_is_bool(value, out))
		return 0;
	return refuse(value, key, "must be true or false", err);
}

/* A list of texts in a line each, or a single one. */
static int take_lines(const struct yaml *value, const char *key, struct texts *out, struct err *err)
{
	AUTO(buf) line = BUF_INIT;

	if (value->kind == YAML_MAP)
		return refuse(value, key, "must be a list of texts", err);
	if (value->list.n > REPOSITORY_URLS_MAX)
		return refuse(value, key, "has too many of them", err);
	if (value->kind == YAML_TEXT) {
		if (take_line(value, key, &line, err) < 0)
			return -1;
		if (line.n)
			texts_add(out, buf_span(&line));
		return 0;
	}
	VEC_FOR (const struct yaml, item, &value->list) {
		if (item->kind != YAML_TEXT || !item->text.n ||
			take_line(item, key, &line, err) < 0)
			return refuse(item, key, "must be a list of texts, each in one line", err);
		texts_add(out, buf_span(&line));
	}
	return 0;
}

static int take_name(const struct yaml *value, struct repository *out, struct err *err)
{
	if (value->kind != YAML_TEXT || !repository_name_is_valid(buf_span(&value->text)))
		return refuse(value, "name",
			"must be a letter or digit, then these and . _ - +, at most 64", err);
	buf_set(&out->name, buf_span(&value->text));
	return 0;
}

static int take_description(const struct yaml *value, struct repository *out, struct err *err)
{
	if (value->kind != YAML_TEXT)
		return refuse(value, "description", "must be a text", err);
	if (!yaml_is_null(value))
		buf_set(&out->description, span_trim(buf_span(&value->text)));
	return 0;
}

static int take_type(const struct yaml *value, struct repository *out, struct err *err)
{
	if (value->kind != YAML_TEXT || !repository_type_get(buf_span(&value->text), &out->type))
		return refuse(value, "type", "must be http, disk or docker", err);
	return 0;
}

static int take_format(const struct yaml *value, struct repository *out, struct err *err)
{
	if (yaml_is_null(value))
		return 0;
	if (value->kind != YAML_TEXT ||
		!repository_format_get(buf_span(&value->text), &out->format))
		return refuse(value, "format", "must be fardel, luet or packets", err);
	return 0;
}

static int take_urls(const struct yaml *value, struct repository *out, struct err *err)
{
	return take_lines(value, "urls", &out->urls, err);
}

static int take_priority(const struct yaml *value, struct repository *out, struct err *err)
{
	struct span x = buf_span(&value->text);
	bool below = span_starts(x, "-");
	unsigned long long n;

	if (yaml_is_null(value))
		return 0;
	if (value->kind != YAML_TEXT || !span_number(span_cut(x, below, x.n), INT32_MAX, &n))
		return refuse(value, "priority", "must be a whole number", err);
	out->priority = below ? -(int64_t)n : (int64_t)n;
	return 0;
}

static int take_enable(const struct yaml *value, struct repository *out, struct err *err)
{
	return take_bool(value, "enable", &out->enable, err);
}

static int take_require(const struct yaml *value, struct repository *out, struct err *err)
{
	return take_bool(value, "require_signature", &out->require_signature, err);
}

static int take_unchecked(const struct yaml *value, struct repository *out, struct err *err)
{
	return take_bool(value, "allow_unchecked", &out->allow_unchecked, err);
}

static bool is_key(struct span x)
{
	struct minisign_key key;
	struct err ignored = ERR_INIT;

	return minisign_key_parse(x, &key, &ignored) == 0;
}

static int take_keys(const struct yaml *value, struct repository *out, struct err *err)
{
	if (take_lines(value, "key", &out->keys, err) < 0)
		return -1;
	VEC_FOR (const struct buf, key, &out->keys.of)
		if (!is_path(buf_span(key)) && !is_key(buf_span(key)))
			return refuse(value, "key",
				"must be a public key in one line (RW…), or the absolute path of its file",
				err);
	return 0;
}

/* Base64 of "USER:PASSWORD", as it stands in the header. */
static bool take_basic(struct span x, struct repository *out)
{
	unsigned char bytes[LOGIN_MAX];
	size_t n = x.n / 4 * 3;
	struct span rest, user;

	n -= span_ends(x, "==") ? 2 : span_ends(x, "=") ? 1 : 0;
	if (x.n % 4 || n > sizeof(bytes) || !base64_decode(x, bytes, n))
		return false;
	rest = (struct span){(const char *)bytes, n};
	if (!memchr(bytes, ':', n) || !text_is_line(rest))
		return false;
	span_split(&rest, ':', &user);
	buf_set(&out->auth.user, user);
	buf_set(&out->auth.password, rest);
	return true;
}

/* luet's name for it, and docker's. */
static int take_pair(
	const struct yaml *auth, const char *key, struct repository *out, struct err *err)
{
	const struct yaml_pair *p = yaml_get(auth, key);

	if (!p || yaml_is_null(&p->value) || !p->value.text.n ||
		take_basic(buf_span(&p->value.text), out))
		return 0;
	return refuse(&p->value, key, "must be base64 of USER:PASSWORD", err);
}

static bool says(const struct yaml *map, const char *key)
{
	const struct yaml_pair *p = yaml_get(map, key);

	return p && !yaml_is_null(&p->value);
}

static bool is_auth_key(const struct buf *key)
{
	static const char *const keys[] = {"token", "basic", "user", "username", "password"};

	for (size_t i = 0; i < COUNT(keys); i++)
		if (span_is_text(buf_span(key), keys[i]))
			return true;
	return false;
}

/* What nobody reads would be a login that is not sent. In luet's files there may be what other tools read. */
static int check_auth(const struct yaml *auth, struct err *err)
{
	bool user = says(auth, "user") || says(auth, "username");
	AUTO(buf) key = BUF_INIT;

	VEC_FOR (const struct yaml_pair, p, &auth->pairs) {
		if (is_auth_key(&p->key.text))
			continue;
		/* {me:secret} is a key without a value. */
		buf_addf(&key, "auth: %s", yaml_is_null(&p->value) ? "this" : p->key.text.s);
		return refuse(&p->key, key.s,
			"is no key of it: those are user and password, basic, token", err);
	}
	if (user == says(auth, "password"))
		return 0;
	return refuse(auth, "auth:",
		user ? "a user needs a password beside it" : "a password needs a user beside it",
		err);
}

/* By now the type and the format are known. */
static int take_auth(const struct yaml *value, struct repository *out, struct err *err)
{
	bool docker = out->type == REPOSITORY_DOCKER;
	const struct {
		const char *key;
		struct buf *to;
		bool docker; /* only there */
	} rows[] = {{"token", &out->auth.token, false}, {"user", &out->auth.user, false},
		{"username", &out->auth.user, false}, {"password", &out->auth.password, false},
		{"registrytoken", &out->auth.token, true},
		{"identitytoken", &out->auth.identity, true}, {"realm", &out->auth.realm, true}};

	if (yaml_is_null(value))
		return 0;
	if (value->kind != YAML_MAP)
		return refuse(
			value, "auth", "must have keys: token, basic, or user and password", err);
	if (out->format != REPOSITORY_LUET && check_auth(value, err) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct yaml_pair *p = yaml_get(value, rows[i].key);

		if (p && (docker || !rows[i].docker) &&
			take_line(&p->value, rows[i].key, rows[i].to, err) < 0)
			return -1;
	}
	if (out->auth.realm.n && !registry_is_realm(buf_span(&out->auth.realm)))
		return refuse(value, "auth: realm", "must be an https:// URL", err);
	return take_pair(value, "basic", out, err) < 0 ||
			       (docker && take_pair(value, "auth", out, err) < 0)
		       ? -1
		       : 0;
}

static const struct {
	const char *key;
	bool must; /* be there */
	int (*take)(const struct yaml *value, struct repository *out, struct err *err);
} fields[] = {
	{"name", true, take_name},
	{"description", false, take_description},
	{"type", true, take_type},
	{"format", false, take_format},
	{"urls", true, take_urls},
	{"priority", false, take_priority},
	{"enable", false, take_enable},
	{"key", false, take_keys},
	{"require_signature", false, take_require},
	{"allow_unchecked", false, take_unchecked},
	{"auth", false, take_auth},
};

/* By now the type is known. */
static int check_urls(const struct yaml *urls, const struct repository *r, struct err *err)
{
	struct err why = ERR_INIT;

	if (!r->urls.of.n)
		return refuse(urls, "urls", "must have one at least", err);
	VEC_FOR (const struct buf, url, &r->urls.of)
		if (repository_check_url(r->type, buf_span(url), &why) < 0)
			return refuse(urls, "urls:", why.text, err);
	return 0;
}

static int read_file(struct span text, struct yaml *out, struct err *err)
{
	if (text.n > REPOSITORY_FILE_MAX)
		return err_set(err, ERR_CONFIG, "it is longer than %d bytes", REPOSITORY_FILE_MAX);
	if (yaml_parse(text, out, err) < 0)
		return -1;
	return out->kind == YAML_MAP
		       ? 0
		       : err_set(err, ERR_CONFIG, "line %u, column %u: it has no keys", out->line,
				 out->column);
}

int repository_parse(struct span text, struct repository *out, struct err *err)
{
	AUTO(yaml) y = YAML_INIT;

	if (read_file(text, &y, err) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(fields); i++) {
		const struct yaml_pair *p = yaml_get(&y, fields[i].key);

		if (!p && fields[i].must)
			return refuse(&y, fields[i].key, "is missing", err);
		if (p && fields[i].take(&p->value, out, err) < 0)
			return -1;
	}
	if (!says(&y, "require_signature"))
		out->require_signature = out->format == REPOSITORY_FARDEL || out->keys.of.n;
	return check_urls(&yaml_get(&y, "urls")->value, out, err);
}

static void add_line(struct buf *out, const char *key, struct span value)
{
	buf_addf(out, "%s: ", key);
	yaml_format_text(value, out);
	buf_addc(out, '\n');
}

static void add_lines(struct buf *out, const char *key, const struct texts *values)
{
	buf_addf(out, "%s:\n", key);
	VEC_FOR (const struct buf, value, &values->of) {
		buf_adds(out, "- ");
		yaml_format_text(buf_span(value), out);
		buf_addc(out, '\n');
	}
}

static void add_auth(struct buf *out, const struct repository *r)
{
	buf_adds(out, "auth:\n");
	if (r->auth.token.n)
		add_line(out, "  token", buf_span(&r->auth.token));
	if (r->auth.user.n)
		add_line(out, "  user", buf_span(&r->auth.user));
	if (r->auth.password.n)
		add_line(out, "  password", buf_span(&r->auth.password));
	if (r->auth.identity.n)
		add_line(out, "  identitytoken", buf_span(&r->auth.identity));
	if (r->auth.realm.n)
		add_line(out, "  realm", buf_span(&r->auth.realm));
}

void repository_format(const struct repository *r, struct buf *out)
{
	add_line(out, "name", buf_span(&r->name));
	if (r->description.n)
		add_line(out, "description", buf_span(&r->description));
	add_line(out, "type", span_of(repository_type_name(r->type)));
	if (r->format != REPOSITORY_FARDEL)
		add_line(out, "format", span_of(format_names[r->format]));
	add_lines(out, "urls", &r->urls);
	if (r->priority != REPOSITORY_PRIORITY)
		buf_addf(out, "priority: %" PRId64 "\n", r->priority);
	buf_addf(out, "enable: %s\n", r->enable ? "true" : "false");
	if (r->keys.of.n == 1)
		add_line(out, "key", buf_span(&r->keys.of.v[0]));
	else if (r->keys.of.n)
		add_lines(out, "key", &r->keys);
	/* As repository_parse has it where nothing is stated. */
	if (r->require_signature != (r->format == REPOSITORY_FARDEL || r->keys.of.n))
		buf_addf(out, "require_signature: %s\n", r->require_signature ? "true" : "false");
	if (r->allow_unchecked)
		buf_adds(out, "allow_unchecked: true\n");
	if (r->auth.token.n || r->auth.user.n || r->auth.password.n || r->auth.identity.n ||
		r->auth.realm.n)
		add_auth(out, r);
}
