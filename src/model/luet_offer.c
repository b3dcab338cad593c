/* The offer that the files of a wagon make of one of its packages. */
#include "model/luet_offer.h"

#include <string.h>

#include "base/text.h"
#include "model/format3_check.h"
#include "model/luet_definition.h"
#include "model/registry.h"
#include "model/wagon.h"

#define SUMMARY_MAX 512
#define DESCRIPTION_MAX (16 << 10)
#define LABEL_MAX 1024
#define LABELS_MAX 256
#define FILES_MAX 1000000

/* What the package is called in the tree, and what it says of itself there, must be the same. */
static int check_folder(const struct luet_definition *d, struct span folder, struct err *err)
{
	AUTO(buf) wanted = BUF_INIT;

	buf_addf(&wanted, "%s/%s", d->name.s, d->version.s);
	if (span_is(folder, buf_span(&wanted)))
		return 0;
	return err_set(err, ERR_INSTALLER, "it says that it is %s %s", d->name.s, d->version.s);
}

static struct luet_node package_of(struct luet_node artifact)
{
	struct luet_node runtime = luet_node_get(artifact, "runtime");

	if (luet_node_kind(runtime) == LUET_MAP)
		return runtime;
	return luet_node_get(luet_node_get(artifact, "compilespec"), "package");
}

static int read_package(struct luet_node package, struct luet_definition *d, struct err *err)
{
	if (package.yaml)
		return luet_definition_of_yaml(package.yaml, d, err);
	if (package.json)
		return luet_definition_of_json(package.json, d, err);
	return err_set(err, ERR_INSTALLER, "its metadata has no package");
}

int luet_offer_folder(struct luet_node artifact, struct buf *out, struct err *err)
{
	struct luet_node package = package_of(artifact);
	static const char *const keys[] = {"category", "name", "version"};

	for (size_t i = 0; i < COUNT(keys); i++) {
		AUTO(buf) part = BUF_INIT;

		if (!luet_node_text(luet_node_get(package, keys[i]), &part) || !part.n)
			return err_set(err, ERR_INSTALLER, "an artifact has no %s", keys[i]);
		buf_addf(out, "%s%s", i ? "/" : "", part.s);
	}
	return 0;
}

/* --- What the artifact says ---------------------------------------------------------------------- */

static int take_path(struct luet_node artifact, struct offer *out, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	const char *slash;

	if (!luet_node_text(luet_node_get(artifact, "path"), &path))
		return err_set(err, ERR_INSTALLER, "path must be a text");
	slash = strrchr(path.s, '/');
	buf_sets(&out->path, slash ? slash + 1 : path.s);
	if (memchr(path.s, 0, path.n) || !offer_path_is_valid(buf_span(&out->path)))
		return err_set(err, ERR_INSTALLER, "its tarball has a name that no file can have");
	return 0;
}

static int take_compression(struct luet_node artifact, struct offer *out, struct err *err)
{
	AUTO(buf) name = BUF_INIT;
	enum wagon_compression compression;

	if (!luet_node_text(luet_node_get(artifact, "compressiontype"), &name) ||
		!wagon_compression_get(buf_span(&name), &compression))
		return err_set(err, ERR_INSTALLER, "compressiontype must be zstd, gzip or none");
	buf_sets(&out->compression, wagon_compression_name(compression));
	return 0;
}

static int take_sum(struct luet_node artifact, struct offer *out, struct err *err)
{
	AUTO(buf) hex = BUF_INIT;
	struct luet_node sum = luet_node_get(luet_node_get(artifact, "checksums"), "sha256");

	if (!luet_node_text(sum, &hex) ||
		(hex.n && !digest_parse(DIGEST_SHA256, buf_span(&hex), &out->sha256)))
		return err_set(err, ERR_INSTALLER, "sha256 must be 64 hex digits");
	out->unchecked = !hex.n;
	return 0;
}

/* Only shown: what is no path in one line is left out. */
static bool leads_up(struct span path)
{
	struct span part;

	while (span_split(&path, '/', &part))
		if (span_is_text(part, ".."))
			return true;
	return false;
}

static struct span below_root(struct span path)
{
	while (span_starts(path, "/"))
		path = span_cut(path, 1, path.n);
	return path;
}

/* luet deletes what the list names, when the package goes; other tools get it as it is (repo export-tree). */
static int take_files(struct luet_node artifact, struct offer *out, struct err *err)
{
	struct luet_node files = luet_node_get(artifact, "files");
	size_t count = luet_node_count(files);
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) path = BUF_INIT;

	for (size_t i = 0; i < count && i < FILES_MAX; i++) {
		struct span rest;

		if (!luet_node_text(luet_node_at(files, i), &name))
			continue;
		rest = buf_span(&name);
		if (leads_up(rest))
			return err_set(err, ERR_INSTALLER, "files: \"%.*s\" leads out of the root",
				SPAN_ARG(span_cut(rest, 0, 200)));
		rest = below_root(rest);
		if (!rest.n || !text_is_line(rest))
			continue;
		buf_setf(&path, "/%.*s", SPAN_ARG(rest));
		texts_add(&out->files, buf_span(&path));
	}
	return 0;
}

/* --- What the package says ----------------------------------------------------------------------- */

/* At most so many bytes of whole characters; what is no UTF-8 is left out. */
static void add_cut(struct span x, size_t max, struct buf *out)
{
	uint32_t point;

	while (x.n) {
		size_t n = text_character(x, &point);

		if (n && point && out->n + n > max)
			return;
		if (n && point)
			buf_add(out, x.s, n);
		x = span_cut(x, n ? n : 1, x.n);
	}
}

static void set_summary(struct span text, struct buf *out)
{
	AUTO(buf) safe = BUF_INIT;
	struct span line = SPAN("");

	if (!span_split(&text, '\n', &line))
		return;
	line = span_trim(line);
	if (!text_is_line(line)) {
		text_escape(&safe, line);
		line = buf_span(&safe);
	}
	add_cut(line, SUMMARY_MAX, out);
}

static void take_homepage(const struct luet_definition *d, struct offer *out)
{
	VEC_FOR (const struct buf, uri, &d->uris.of)
		if (format3_is_web(buf_span(uri))) {
			buf_set(&out->homepage, buf_span(uri));
			return;
		}
}

static void take_labels(const struct luet_definition *d, struct offer *out)
{
	VEC_FOR (const struct luet_pair, p, &d->labels.of) {
		AUTO(buf) text = BUF_INIT;

		buf_addf(&text, "%s=%s", p->key.s, p->value.s);
		if (text.n <= LABEL_MAX && text_is_line(buf_span(&text)) &&
			out->labels.of.n < LABELS_MAX)
			texts_add(&out->labels, buf_span(&text));
	}
}

static void take_relations(struct relations *from, struct relations *to)
{
	*to = *from;
	*from = (struct relations){0};
}

static void take_definition(struct luet_definition *d, struct offer *out)
{
	struct span description = span_trim(buf_span(&d->description));

	buf_set(&out->name, buf_span(&d->name));
	buf_set(&out->version, buf_span(&d->version));
	out->format = FORMAT_LUET;
	set_summary(description, &out->summary);
	/* A summary says it all already. */
	if (!span_is(description, buf_span(&out->summary)))
		add_cut(description, DESCRIPTION_MAX, &out->description);
	take_homepage(d, out);
	if (format3_is_licence(buf_span(&d->license)))
		buf_set(&out->licence, buf_span(&d->license));
	take_relations(&d->requires, &out->depends);
	take_relations(&d->conflicts, &out->conflicts);
	take_relations(&d->provides, &out->provides);
	take_labels(d, out);
	out->hidden = d->hidden;
}

int luet_offer_make(const struct luet_files *f, struct offer *out, struct err *err)
{
	AUTO(luet_definition) d;

	luet_definition_init(&d);
	if ((f->older ? luet_definition_parse(f->definition, &d, err)
		      : read_package(package_of(f->artifact), &d, err)) < 0 ||
		check_folder(&d, f->folder, err) < 0 || take_path(f->artifact, out, err) < 0 ||
		take_compression(f->artifact, out, err) < 0 || take_sum(f->artifact, out, err) < 0)
		return -1;
	take_definition(&d, out);
	buf_set(&out->definition, f->definition);
	buf_set(&out->finalize, f->finalize);
	return take_files(f->artifact, out, err);
}

int luet_offer_take_image(struct offer *o, struct err *err)
{
	struct span name = buf_span(&o->name), category;
	AUTO(buf) text = BUF_INIT;

	span_split(&name, '/', &category);
	buf_addf(&text, "%.*s-%.*s-%s", SPAN_ARG(name), SPAN_ARG(category), o->version.s);
	buf_clear(&o->path);
	if (!registry_tag(buf_span(&text), &o->path))
		return err_set(err, ERR_INSTALLER, "no image can have the tag %s", text.s);
	buf_sets(&o->compression, OFFER_IMAGE);
	o->unchecked = true;
	o->sha256 = (struct digest){.kind = DIGEST_SHA256};
	return 0;
}

/* --- YAML as JSON ---------------------------------------------------------------------------------- */

static bool is_whole(struct span x)
{
	unsigned long long n;

	if (span_starts(x, "-"))
		x = span_cut(x, 1, x.n);
	return span_number(x, INT64_MAX, &n) && (x.n == 1 || x.s[0] != '0');
}

static bool is_truth(struct span x)
{
	return span_is_text(x, "true") || span_is_text(x, "false");
}

static void put_text(const struct yaml *value, struct buf *out)
{
	struct span x = buf_span(&value->text);

	if (yaml_is_null(value))
		buf_adds(out, "null");
	else if (value->style == YAML_PLAIN && (is_truth(x) || is_whole(x)))
		buf_add_span(out, x);
	else
		json_format_text(x, out);
}

void luet_offer_json(const struct yaml *value, struct buf *out)
{
	bool first = true;

	if (value->kind == YAML_TEXT) {
		put_text(value, out);
		return;
	}
	buf_addc(out, value->kind == YAML_LIST ? '[' : '{');
	VEC_FOR (const struct yaml, item, &value->list) {
		buf_adds(out, first ? "" : ",");
		luet_offer_json(item, out);
		first = false;
	}
	VEC_FOR (const struct yaml_pair, p, &value->pairs) {
		buf_adds(out, first ? "" : ",");
		json_format_text(buf_span(&p->key.text), out);
		buf_addc(out, ':');
		luet_offer_json(&p->value, out);
		first = false;
	}
	buf_addc(out, value->kind == YAML_LIST ? ']' : '}');
}

static bool has_absolute(struct luet_node files)
{
	AUTO(buf) name = BUF_INIT;

	for (size_t i = 0; i < luet_node_count(files); i++)
		if (luet_node_text(luet_node_at(files, i), &name) &&
			span_starts(buf_span(&name), "/"))
			return true;
	return false;
}

int luet_offer_relative(
	struct luet_node artifact, struct span metadata, struct buf *out, struct err *err)
{
	struct json *json, *below;
	const struct json *files;

	if (!has_absolute(luet_node_get(artifact, "files"))) {
		buf_set(out, metadata);
		return 0;
	}
	if (json_parse(metadata, &json, err) < 0)
		return -1;
	below = json_array();
	files = json_get(json, "files");
	for (size_t i = 0; i < json_count(files); i++) {
		const char *name = json_as_text(json_at(files, i));

		if (name)
			json_append(below, json_text(below_root(span_of(name))));
	}
	json_put(json, "files", below);
	buf_clear(out);
	json_format(json, out);
	json_free(json);
	return 0;
}
