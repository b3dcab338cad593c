/* The fields of `show` that a manifest.toml states.
 *
 *	Depends: vendor-fonts (>= 2)
 *	Needs: Debian's libgl1, libgtk-3-0 (>= 3.24); the network: for its key
 *	Packs:
 *	 viewer_4.2.1_amd64.deb: https://vendor.example/viewer_4.2.1_amd64.deb, for amd64, 48 MB, sha256 e3b0c44298fc1c14…, in the cache
 */
#include "cmd/show_stated.h"

#include "base/text.h"

#define SUM_SHOWN 16 /* digits */

static const struct installer *stated(const struct subject *s)
{
	return &s->about->installer;
}

static void add_part(struct buf *out, const char *between, struct span text)
{
	buf_adds(out, out->n ? between : "");
	buf_add_span(out, text);
}

static void add_texts(const struct texts *texts, struct buf *out)
{
	VEC_FOR (const struct buf, text, &texts->of)
		add_part(out, ", ", buf_span(text));
}

static void add_relations(const struct relations *relations, struct buf *out)
{
	VEC_FOR (const struct relation, r, &relations->of) {
		AUTO(buf) text = BUF_INIT;

		relation_format(r, &text);
		add_part(out, ", ", buf_span(&text));
	}
}

static struct json *json_of_texts(const struct texts *texts)
{
	struct json *list = json_array();

	VEC_FOR (const struct buf, text, &texts->of)
		json_append(list, json_text(buf_span(text)));
	return list;
}

static struct json *json_of_relations(const struct relations *relations)
{
	struct json *list = json_array();

	VEC_FOR (const struct relation, r, &relations->of) {
		AUTO(buf) text = BUF_INIT;

		relation_format(r, &text);
		json_append(list, json_text(buf_span(&text)));
	}
	return list;
}

void stated_format(const struct subject *s, struct buf *out)
{
	if (s->about->bundle.format)
		text_number(out, s->about->bundle.format);
}

struct json *stated_format_json(const struct subject *s)
{
	return json_number(s->about->bundle.format);
}

void stated_architectures(const struct subject *s, struct buf *out)
{
	add_texts(&stated(s)->architectures, out);
}

struct json *stated_architectures_json(const struct subject *s)
{
	struct json *list = json_of_texts(&stated(s)->architectures);

	if (!stated(s)->architectures.of.n)
		json_append(list, json_text(SPAN("all")));
	return list;
}

void stated_homepage(const struct subject *s, struct buf *out)
{
	buf_add_span(out, buf_span(&stated(s)->homepage));
}

void stated_spdx(const struct subject *s, struct buf *out)
{
	buf_add_span(out, buf_span(&stated(s)->licence.spdx));
}

void stated_depends(const struct subject *s, struct buf *out)
{
	add_relations(&stated(s)->depends, out);
}

void stated_conflicts(const struct subject *s, struct buf *out)
{
	add_relations(&stated(s)->conflicts, out);
}

void stated_provides(const struct subject *s, struct buf *out)
{
	add_relations(&stated(s)->provides, out);
}

struct json *stated_depends_json(const struct subject *s)
{
	return json_of_relations(&stated(s)->depends);
}

struct json *stated_conflicts_json(const struct subject *s)
{
	return json_of_relations(&stated(s)->conflicts);
}

struct json *stated_provides_json(const struct subject *s)
{
	return json_of_relations(&stated(s)->provides);
}

static void add_need(bool needed, const char *what, const struct buf *why, struct buf *out)
{
	if (!needed)
		return;
	add_part(out, "; ", span_of(what));
	if (why->n)
		buf_addf(out, ": %s", why->s);
}

void stated_needs_field(const struct subject *s, struct buf *out)
{
	const struct needs *needs = &stated(s)->needs;
	AUTO(buf) deb = BUF_INIT;
	AUTO(buf) programs = BUF_INIT;

	add_relations(&needs->deb, &deb);
	add_texts(&needs->programs, &programs);
	if (deb.n)
		buf_addf(out, "Debian's %s", deb.s);
	if (programs.n) {
		add_part(out, "; ", SPAN("to run "));
		buf_add_span(out, buf_span(&programs));
	}
	add_need(needs->live, "the system itself", &needs->live_why, out);
	add_need(needs->network, "the network", &needs->network_why, out);
}

static struct json *json_of_need(bool needed, const struct buf *why)
{
	return needed && why->n ? json_text(buf_span(why)) : json_bool(needed);
}

struct json *stated_needs_json(const struct subject *s)
{
	const struct needs *needs = &stated(s)->needs;
	struct json *object = json_object();

	json_put(object, "deb", json_of_relations(&needs->deb));
	json_put(object, "programs", json_of_texts(&needs->programs));
	json_put(object, "live", json_of_need(needs->live, &needs->live_why));
	json_put(object, "network", json_of_need(needs->network, &needs->network_why));
	return object;
}

static const struct buf *cached_path(const struct subject *s, size_t i)
{
	return &s->about->cached.of.v[i];
}

/* Where a pack comes from that states no URL. */
static const char *words_of(const struct installer *in)
{
	if (in->luet.image)
		return "a layer of its image";
	return in->format == FORMAT_LUET ? "of its repository" : "fetched by its rules";
}

static void add_pack(const struct subject *s, size_t i, struct buf *out)
{
	const struct pack *pack = &stated(s)->packs.of.v[i];
	const struct digest *sum = sums_best(&pack->sums);
	AUTO(buf) hex = BUF_INIT;

	pack_file_name(pack, out);
	buf_adds(out, ": ");
	if (pack->url.n)
		pack_show_url(buf_span(&pack->url), out);
	else
		buf_adds(out, words_of(stated(s)));
	if (pack->architecture.n)
		buf_addf(out, ", for %s", pack->architecture.s);
	if (pack->size >= 0) {
		buf_adds(out, ", ");
		text_size(out, pack->size);
	}
	if (sum) {
		digest_format(&hex, sum);
		buf_addf(out, ", %s %.*s…", digest_name(sum->kind), SUM_SHOWN, hex.s);
	}
	if (cached_path(s, i)->n)
		buf_adds(out, ", in the cache");
}

void stated_packs(const struct subject *s, struct buf *out)
{
	for (size_t i = 0; i < stated(s)->packs.of.n; i++) {
		buf_adds(out, i ? "\n" : "");
		add_pack(s, i, out);
	}
}

static void put_text(struct json *object, const char *key, const struct buf *text)
{
	json_put(object, key, text->n ? json_text(buf_span(text)) : json_null());
}

static struct json *json_of_sums(const struct sums *sums)
{
	struct json *object = json_object();

	for (unsigned kind = 0; kind < DIGEST_KINDS; kind++) {
		AUTO(buf) hex = BUF_INIT;

		if (!sums->has[kind])
			continue;
		digest_format(&hex, &sums->of[kind]);
		json_put_text(object, digest_name((enum digest_kind)kind), buf_span(&hex));
	}
	return object;
}

static struct json *json_of_pack(const struct pack *pack, const struct buf *cached)
{
	struct json *object = json_object(), *mirrors = json_array();
	AUTO(buf) file = BUF_INIT;
	AUTO(buf) url = BUF_INIT;

	pack_file_name(pack, &file);
	pack_show_url(buf_span(&pack->url), &url);
	VEC_FOR (const struct buf, mirror, &pack->mirrors.of) {
		AUTO(buf) shown = BUF_INIT;

		pack_show_url(buf_span(mirror), &shown);
		json_append(mirrors, json_text(buf_span(&shown)));
	}
	json_put_text(object, "file", buf_span(&file));
	put_text(object, "url", &url);
	json_put(object, "mirrors", mirrors);
	put_text(object, "architecture", &pack->architecture);
	json_put(object, "size", pack->size >= 0 ? json_number(pack->size) : json_null());
	json_put(object, "sums", json_of_sums(&pack->sums));
	json_put_bool(object, "redistributable", pack->redistributable);
	put_text(object, "cached", cached);
	return object;
}

struct json *stated_packs_json(const struct subject *s)
{
	struct json *list = json_array();

	for (size_t i = 0; i < stated(s)->packs.of.n; i++)
		json_append(list, json_of_pack(&stated(s)->packs.of.v[i], cached_path(s, i)));
	return list;
}
