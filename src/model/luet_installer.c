/* Installers of luet's packages. */
#include "model/luet_installer.h"

#include <string.h>

#include "ext/yaml.h"
#include "model/luet_definition.h"
#include "model/name.h"
#include "model/spdx.h"

#define FILE_MAX 512 /* bytes of the pack's name */
#define PROTECT_MAX 64 /* folders */

bool luet_installer_is(const struct facts *facts)
{
	return facts_get(facts, LUET_ARTIFACT) && facts_get(facts, LUET_DEFINITION) &&
	       !facts->has_rules && !facts->has_lua;
}

/* --- What is read of both files --------------------------------------------------------------------------- */

static int load(const struct facts *facts, const char *name, struct yaml *out, struct err *err)
{
	const struct fact *fact = facts_get(facts, name);

	if (yaml_parse(buf_span(&fact->value), out, err) < 0) {
		err->code = ERR_INSTALLER;
		return err_at(err, "%s", name);
	}
	if (out->kind == YAML_MAP)
		return 0;
	return err_set(err, ERR_INSTALLER, "%s: is no map", name);
}

/* The text of a key; empty where there is none, or no text. */
static struct span get_text(const struct yaml *map, const char *key)
{
	const struct yaml_pair *pair = yaml_get(map, key);

	if (!pair || pair->value.kind != YAML_TEXT || yaml_is_null(&pair->value))
		return SPAN("");
	return buf_span(&pair->value.text);
}

static int refuse(
	const char *file, const char *key, struct span value, const char *what, struct err *err)
{
	return err_set(err, ERR_INSTALLER, "%s: %s %s: \"%.*s\"", file, key, what,
		SPAN_ARG(span_cut(value, 0, 200)));
}

/* --- definition.yaml ------------------------------------------------------------------------------------- */

/* An archive's top folder, or of an installation the name that state.db has. */
static int check_top(const struct installer *in, struct span top, struct err *err)
{
	AUTO(buf) folder = BUF_INIT;

	name_to_folder(buf_span(&in->name), &folder);
	if (span_is(buf_span(&folder), top) || span_is(buf_span(&in->name), top))
		return 0;
	return err_set(err, ERR_INSTALLER,
		LUET_DEFINITION ": the package is %s, but the archive's top folder is %.*s, not %s",
		in->name.s, SPAN_ARG(span_cut(top, 0, 200)), folder.s);
}

static void take_relations(struct relations *from, struct relations *to)
{
	relations_drop(to);
	*to = *from;
	*from = (struct relations){0};
}

/* As the facts of other formats. */
static void take_texts(const struct luet_definition *d, struct installer *out)
{
	struct span rest = span_trim(buf_span(&d->description)), line = SPAN("");
	struct span licence = span_trim(buf_span(&d->license));

	if (rest.n) {
		facts_add(&out->facts, SPAN("description"), rest);
		span_split(&rest, '\n', &line);
		facts_add(&out->facts, SPAN("legend"), span_trim(line));
	}
	if (licence.n && spdx_is_expression(licence))
		buf_set(&out->licence.spdx, licence);
	if (d->uris.of.n)
		buf_set(&out->homepage, buf_span(&d->uris.of.v[0]));
}

/* One folder, or several with blanks between. */
static int take_protect(const struct luet_definition *d, struct installer *out, struct err *err)
{
	const struct buf *annotation = luet_definition_annotation(d, "config_protect");
	struct span rest = annotation ? buf_span(annotation) : SPAN(""), one;

	while (span_split(&rest, ' ', &one)) {
		if (!one.n)
			continue;
		if (one.s[0] != '/' || out->luet.protect.of.n == PROTECT_MAX)
			return refuse(LUET_DEFINITION, "annotations.config_protect", one,
				"is no absolute path of a folder", err);
		texts_add(&out->luet.protect, one);
	}
	return 0;
}

static int take_definition(
	struct luet_definition *d, struct span top, struct installer *out, struct err *err)
{
	buf_set(&out->name, buf_span(&d->name));
	buf_set(&out->version, buf_span(&d->version));
	take_relations(&d->requires, &out->depends);
	take_relations(&d->conflicts, &out->conflicts);
	take_relations(&d->provides, &out->provides);
	take_texts(d, out);
	return check_top(out, top, err) < 0 ? -1 : take_protect(d, out, err);
}

static int read_definition(struct span top, struct installer *out, struct err *err)
{
	const struct fact *fact = facts_get(&out->facts, LUET_DEFINITION);
	struct luet_definition d;
	int result;

	luet_definition_init(&d);
	result = luet_definition_parse(buf_span(&fact->value), &d, err);
	if (result < 0)
		err_at(err, LUET_DEFINITION);
	else
		result = take_definition(&d, top, out, err);
	luet_definition_drop(&d);
	return result;
}

/* --- artifact.yaml --------------------------------------------------------------------------------------- */

/* The name of a file, without folders. */
static bool is_file(struct span x)
{
	for (size_t i = 0; i < x.n; i++)
		if (x.s[i] <= ' ' || x.s[i] > '~' || x.s[i] == '/')
			return false;
	return x.n && x.n <= FILE_MAX && x.s[0] != '.';
}

/* Each is a pack. */
static int read_layers(
	const struct yaml *layers, struct span tag, struct installer *out, struct err *err)
{
	if (layers->kind != YAML_LIST || !layers->list.n || layers->list.n > LUET_LAYERS_MAX)
		return err_set(err, ERR_INSTALLER, LUET_ARTIFACT ": layers is no list of 1 to %d",
			LUET_LAYERS_MAX);
	VEC_FOR (const struct yaml, layer, &layers->list) {
		struct pack *pack = vec_push(&out->packs.of);

		pack_init(pack);
		buf_addf(&pack->file, "%.*s", SPAN_ARG(tag));
		if (layers->list.n > 1)
			buf_addf(&pack->file, ".%zu", out->packs.of.n);
		pack->sums.has[DIGEST_SHA256] = true;
		if (layer->kind != YAML_TEXT || !digest_parse(DIGEST_SHA256, buf_span(&layer->text),
							&pack->sums.of[DIGEST_SHA256]))
			return refuse(LUET_ARTIFACT, "layers", buf_span(&layer->text),
				"is not 64 hex digits", err);
	}
	out->luet.image = true;
	return 0;
}

static int read_artifact(struct installer *out, struct err *err)
{
	AUTO(yaml) a = YAML_INIT;
	struct span file, sum, url;
	struct pack *pack;

	if (load(&out->facts, LUET_ARTIFACT, &a, err) < 0)
		return -1;
	file = get_text(&a, "file");
	sum = get_text(&a, "sha256");
	url = get_text(&a, "url");
	out->luet.taken_over = span_is_text(get_text(&a, "taken_over"), "true");
	if (!file.n && !sum.n && !url.n)
		return 0;
	if (!is_file(file))
		return refuse(LUET_ARTIFACT, "file", file, "is no name of a file", err);
	if (url.n && pack_check_url(url, err) < 0)
		return err_at(err, LUET_ARTIFACT ": url");
	if (yaml_get(&a, "layers"))
		return read_layers(&yaml_get(&a, "layers")->value, file, out, err);
	pack = vec_push(&out->packs.of);
	pack_init(pack);
	buf_set(&pack->file, file);
	buf_set(&pack->url, url);
	pack->sums.has[DIGEST_SHA256] = sum.n;
	if (sum.n && !digest_parse(DIGEST_SHA256, sum, &pack->sums.of[DIGEST_SHA256]))
		return refuse(LUET_ARTIFACT, "sha256", sum, "is not 64 hex digits", err);
	return 0;
}

int luet_installer_parse(struct span top, struct installer *out, struct err *err)
{
	out->format = FORMAT_LUET;
	out->luet.finalizes = facts_get(&out->facts, LUET_FINALIZE);
	return read_definition(top, out, err) < 0 ? -1 : read_artifact(out, err);
}

void luet_artifact_format(struct span file, const struct digest *sha256, struct buf *out)
{
	buf_adds(out, "file: ");
	if (file.n)
		yaml_format_text(file, out);
	else
		buf_adds(out, "\"\"");
	buf_addc(out, '\n');
	if (!sha256)
		return;
	buf_adds(out, "sha256: ");
	digest_format(out, sha256);
	buf_addc(out, '\n');
}

void luet_artifact_format_image(struct span tag, const struct packs *layers, struct buf *out)
{
	luet_artifact_format(tag, NULL, out);
	buf_adds(out, LUET_LAYERS);
	VEC_FOR (const struct pack, p, &layers->of) {
		buf_adds(out, "- ");
		digest_format(out, &p->sums.of[DIGEST_SHA256]);
		buf_addc(out, '\n');
	}
}
