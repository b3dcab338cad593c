/* The configuration of Packets. */
#include "model/packets_conf.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "ext/toml.h"

void packets_dirs_drop(struct packets_dirs *d)
{
	buf_drop(&d->data);
	buf_drop(&d->bin);
}

void packets_dirs_copy(struct packets_dirs *to, const struct packets_dirs *from)
{
	buf_set(&to->data, buf_span(&from->data));
	buf_set(&to->bin, buf_span(&from->bin));
}

enum kind { KIND_PATH, KIND_DATA, KIND_BIN, KIND_NUMBER, KIND_SWITCH };

static const struct row {
	const char *key;
	enum kind kind;
	size_t at;
	const char *preset; /* of a path */
	int64_t number;
} rows[] = {
	{"httpPort", KIND_NUMBER, offsetof(struct packets_conf, http_port), NULL, 9123},
	{"cacheDir", KIND_PATH, offsetof(struct packets_conf, cache_dir), "/var/cache/packets", 0},
	{"dayToDeleteCacheDir", KIND_SWITCH, offsetof(struct packets_conf, delete_cache), NULL, 0},
	{"daysToDelete", KIND_NUMBER, offsetof(struct packets_conf, days_to_delete), NULL, -1},
	{"dataDir", KIND_DATA, offsetof(struct packets_conf, data_dir), "/opt/packets", 0},
	{"binDir", KIND_BIN, offsetof(struct packets_conf, bin_dir), "/usr/bin", 0},
	{"lastDataDir", KIND_PATH, offsetof(struct packets_conf, last_data_dir), "/opt/packets", 0},
};

/* For text_nearest. */
static const char *const keys[] = {"Config.httpPort", "Config.cacheDir",
	"Config.dayToDeleteCacheDir", "Config.daysToDelete", "Config.dataDir", "Config.binDir",
	"Config.lastDataDir", NULL};

static bool is_path(enum kind kind)
{
	return kind == KIND_PATH || kind == KIND_DATA || kind == KIND_BIN;
}

static void *field_of(const struct packets_conf *c, const struct row *row)
{
	return (char *)(uintptr_t)c + row->at;
}

void packets_conf_init(struct packets_conf *c)
{
	*c = (struct packets_conf){.data_dir = BUF_INIT};
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (is_path(rows[i].kind))
			*(struct buf *)field_of(c, &rows[i]) = buf_of(rows[i].preset);
		if (rows[i].kind == KIND_NUMBER)
			*(int64_t *)field_of(c, &rows[i]) = rows[i].number;
	}
}

void packets_conf_drop(struct packets_conf *c)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (is_path(rows[i].kind))
			buf_drop(field_of(c, &rows[i]));
}

/* --- Where folders may be ------------------------------------------------------------------------------ */

/* Others' files stand right in these: a package's folder, or a hook that may write there, would be among them. */
static const char *const too_high[] = {"/", "/bin", "/boot", "/etc", "/home", "/lib", "/lib32",
	"/lib64", "/libx32", "/media", "/mnt", "/opt", "/root", "/sbin", "/srv", "/usr", "/usr/bin",
	"/usr/games", "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec",
	"/usr/local", "/usr/local/bin", "/usr/local/games", "/usr/local/lib", "/usr/local/sbin",
	"/usr/local/share", "/usr/sbin", "/usr/share", "/usr/src", "/var", "/var/cache", "/var/lib",
	"/var/log", "/var/spool", NULL};

/* But programs are wont to be in some of them. */
static const char *const of_programs[] = {"/bin", "/sbin", "/usr/bin", "/usr/games", "/usr/sbin",
	"/usr/local/bin", "/usr/local/games", "/usr/local/sbin", NULL};

/* These, and what is in them: the kernel's, the system's own, what a stage does not show, and fardel's. */
static const char *const never[] = {"/boot", "/dev", "/etc", "/proc", "/run", "/sys", "/tmp",
	"/var/cache/fardel", "/var/lib/dpkg", "/var/lib/fardel", "/var/lib/puavo-pkg",
	"/var/log/fardel", "/var/run", "/var/tmp", "/usr/lib/fardel", "/usr/libexec/fardel", NULL};

static bool is_one(struct span path, const char *const *of)
{
	for (; *of; of++)
		if (span_is_text(path, *of))
			return true;
	return false;
}

static bool is_within(struct span path, struct span folder)
{
	return path.n >= folder.n && memcmp(path.s, folder.s, folder.n) == 0 &&
	       (path.n == folder.n || path.s[folder.n] == '/');
}

static bool is_within_one(struct span path, const char *const *of)
{
	for (; *of; of++)
		if (is_within(path, span_of(*of)))
			return true;
	return false;
}

/* Why such a folder cannot be there; NULL: it can. */
static const char *wrong_place(enum kind kind, struct span path)
{
	bool programs = kind == KIND_BIN && is_one(path, of_programs);

	if (kind == KIND_PATH || programs ||
		(!is_within_one(path, never) && !is_one(path, too_high)))
		return NULL;
	return "another folder, one of its own: this is the system's";
}

static int check_place(enum kind kind, const char *key, const struct buf *path, struct err *err)
{
	const char *wrong = wrong_place(kind, buf_span(path));

	return wrong ? err_set(err, ERR_CONFIG, "%s is %s, and must be %s", key, path->s, wrong)
		     : 0;
}

int packets_dirs_check(const struct packets_dirs *d, struct err *err)
{
	if (check_place(KIND_DATA, "dataDir", &d->data, err) < 0 ||
		check_place(KIND_BIN, "binDir", &d->bin, err) < 0)
		return -1;
	if (is_within(buf_span(&d->data), buf_span(&d->bin)))
		err_set(err, ERR_CONFIG,
			"dataDir %s is in binDir %s, where each package's hooks may write",
			d->data.s, d->bin.s);
	else if (is_within(buf_span(&d->bin), buf_span(&d->data)))
		err_set(err, ERR_CONFIG,
			"binDir %s is in dataDir %s, where a package may be called as it is",
			d->bin.s, d->data.s);
	else
		return 0;
	return err_next(err, "name another one in " PACKETS_CONF);
}

/* --- The file ------------------------------------------------------------------------------------------ */

struct layer {
	struct packets_conf *c;
	struct texts *warnings;
	const char *file;
};

static const struct row *find_row(struct span key)
{
	if (!span_starts(key, "Config."))
		return NULL;
	key = span_cut(key, strlen("Config."), key.n);
	for (size_t i = 0; i < COUNT(rows); i++)
		if (span_is_text(key, rows[i].key))
			return &rows[i];
	return NULL;
}

static int refuse(const struct toml_item *item, const char *must, struct err *err)
{
	return err_set(err, ERR_CONFIG, "line %u, column %u: %s must be %s", item->line,
		item->column, item->key, must);
}

/* One spelling of each path; false: it is none that is absolute, or has a part "..". */
static bool normalize(struct span path, struct buf *out)
{
	struct span part;

	buf_clear(out);
	if (!path.n || path.s[0] != '/')
		return false;
	while (span_split(&path, '/', &part)) {
		if (span_is_text(part, ".."))
			return false;
		if (part.n && !span_is_text(part, "."))
			buf_addf(out, "/%.*s", SPAN_ARG(part));
	}
	if (!out->n)
		buf_adds(out, "/");
	return true;
}

static int set_path(
	enum kind kind, struct buf *field, const struct toml_item *item, struct err *err)
{
	const char *wrong;

	if (item->kind != TOML_TEXT || !normalize(span_of(item->text), field))
		return refuse(item, "an absolute path, without '..'", err);
	wrong = wrong_place(kind, buf_span(field));
	return wrong ? refuse(item, wrong, err) : 0;
}

static int set_value(
	const struct layer *l, const struct row *row, const struct toml_item *item, struct err *err)
{
	void *field = field_of(l->c, row);

	if (is_path(row->kind))
		return set_path(row->kind, field, item, err);
	if (row->kind == KIND_NUMBER) {
		if (item->kind != TOML_INTEGER)
			return refuse(item, "a whole number", err);
		*(int64_t *)field = item->integer;
		return 0;
	}
	if (item->kind != TOML_BOOL)
		return refuse(item, "true or false", err);
	*(bool *)field = item->yes;
	return 0;
}

/* Above the line [Config], or with none in the file. */
static bool is_outside(const char *key)
{
	AUTO(buf) inside = BUF_INIT;

	buf_addf(&inside, "Config.%s", key);
	return find_row(buf_span(&inside));
}

static void warn(const struct layer *l, const struct toml_item *item)
{
	const char *nearest = text_nearest(span_of(item->key), keys);
	AUTO(buf) text = BUF_INIT;

	buf_addf(&text, "%s:%u: %s is no option that is known", l->file, item->line, item->key);
	if (is_outside(item->key))
		buf_adds(&text, " there: it belongs below a line [Config]");
	else if (nearest)
		buf_addf(&text, "; is %s meant?", nearest);
	texts_add(l->warnings, buf_span(&text));
}

static int lay_item(void *arg, const struct toml_item *item, struct err *err)
{
	const struct layer *l = arg;
	const struct row *row = find_row(span_of(item->key));

	if (row)
		return set_value(l, row, item, err);
	warn(l, item);
	return 0;
}

int packets_conf_parse(struct packets_conf *c, const char *file, struct span text,
	struct texts *warnings, struct err *err)
{
	struct layer layer = {c, warnings, file};
	struct packets_dirs dirs;

	if (toml_parse(text, lay_item, &layer, err) < 0)
		return err_at(err, "%s", file);
	dirs = (struct packets_dirs){c->data_dir, c->bin_dir};
	return packets_dirs_check(&dirs, err) < 0 ? err_at(err, "%s", file) : 0;
}
