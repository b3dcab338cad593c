/* A repository of Packets', known by its URL alone: it gets a file of its own. */
#include <string.h>

#include "engine/repositories.h"
#include "engine/session.h"
#include "model/pack.h"
#include "model/packets_index.h"
#include "sys/address.h"

#define NAMES_MAX 100 /* of one host */
#define MIRROR_FILE "/mirror/" PACKETS_INDEX_FILE

bool repositories_url_is_open(struct span url)
{
	return span_starts(url, "http://") &&
	       address_reach_of_host(pack_url_host(url)) != ADDRESS_SELF;
}

static int check_open(struct span url, const struct adopt_options *o, struct err *err)
{
	AUTO(buf) shown = BUF_INIT;

	if (o->allow_http || !repositories_url_is_open(url))
		return 0;
	pack_show_url(url, &shown);
	err_set(err, ERR_POLICY,
		"%s is plain http, and nobody signs an index of Packets: whoever is on the way could decide what root runs",
		shown.s);
	return err_next(err, "name it by https://; --allow-http takes it all the same");
}

/* The file itself; else where it may be below a server's URL: as Packets asks for it, and where it is published. */
static int add_urls(struct span url, struct texts *out, struct err *err)
{
	static const char *const files[] = {"/" PACKETS_INDEX_FILE, MIRROR_FILE};
	struct span folder, file;

	if (packets_url_split(url, &folder, &file)) {
		texts_add(out, url);
		return 0;
	}
	if (url.n && (memchr(url.s, '?', url.n) || memchr(url.s, '#', url.n))) {
		err_set(err, ERR_USAGE, "%.*s: nobody can know where below it an index is",
			SPAN_ARG(url));
		return err_next(err, "name the index itself: https://…/" PACKETS_INDEX_FILE);
	}
	while (span_ends(url, "/"))
		url.n--;
	for (size_t i = 0; i < COUNT(files); i++) {
		AUTO(buf) whole = BUF_INIT;

		buf_add_span(&whole, url);
		buf_adds(&whole, files[i]);
		texts_add(out, buf_span(&whole));
	}
	return 0;
}

static bool has_url(const struct repository *r, const struct texts *urls)
{
	VEC_FOR (const struct buf, one, &r->urls.of)
		VEC_FOR (const struct buf, other, &urls->of)
			if (span_is(buf_span(one), buf_span(other)))
				return true;
	return false;
}

static const struct repository *find(const struct repositories *all, const struct texts *urls)
{
	VEC_FOR (const struct repository, r, &all->of)
		if (r->format == REPOSITORY_PACKETS && has_url(r, urls))
			return r;
	return NULL;
}

/* What a name may have of the host; of a folder there is none. */
static void stem_of(struct span host, struct buf *out)
{
	for (size_t i = 0; i < host.n && out->n < REPOSITORY_NAME_MAX - 4; i++) {
		struct span letter = span_cut(host, i, 1);

		if (repository_name_is_valid(letter) || (out->n && span_is_text(letter, ".")) ||
			(out->n && span_is_text(letter, "-")))
			buf_add_span(out, letter);
	}
	if (!out->n)
		buf_adds(out, "packets");
}

static bool is_free(
	const struct repositories *all, const struct repository_faults *faults, struct span name)
{
	VEC_FOR (const struct repository, r, &all->of)
		if (span_is(buf_span(&r->name), name))
			return false;
	VEC_FOR (const struct repository_fault, f, &faults->of)
		if (span_is(buf_span(&f->name), name))
			return false;
	return true;
}

static int choose_name(const struct repositories *all, const struct repository_faults *faults,
	struct span url, struct buf *out, struct err *err)
{
	AUTO(buf) stem = BUF_INIT;

	stem_of(span_starts(url, "http") ? pack_url_host(url) : SPAN(""), &stem);
	buf_set(out, buf_span(&stem));
	for (int i = 2; !is_free(all, faults, buf_span(out)); i++) {
		if (i > NAMES_MAX)
			return err_set(err, ERR_CONFLICT, "there are %d repositories called %s",
				NAMES_MAX, stem.s);
		buf_setf(out, "%s-%d", stem.s, i);
	}
	return 0;
}

static void fill(struct span url, struct texts *urls, struct repository *out)
{
	bool is_disk = span_starts(url, "/") || span_starts(url, "file:");

	out->type = is_disk ? REPOSITORY_DISK : REPOSITORY_HTTP;
	out->format = REPOSITORY_PACKETS;
	out->enable = true;
	out->require_signature = false;
	out->urls = *urls;
	*urls = (struct texts){0};
}

int engine_repo_adopt(
	struct engine *e, const struct adopt_options *o, struct repo_change *out, struct err *err)
{
	AUTO(repositories) all = {0};
	AUTO(repository_faults) faults = {0};
	AUTO(repository) new;
	AUTO(texts) urls = {0};
	struct span url = span_of(o->url);
	const struct repository *known;

	repository_init(&new);
	*out = (struct repo_change){.name = BUF_INIT, .file = BUF_INIT};
	if (add_urls(url, &urls, err) < 0)
		return -1;
	if (repositories_load(e, &all, &faults, err) < 0)
		return -1;
	repositories_tell(e, &faults);
	known = find(&all, &urls);
	if (known) {
		buf_set(&out->name, buf_span(&known->name));
		place_path(&e->place, known->file.s, &out->file);
		return 0;
	}
	if (check_open(url, o, err) < 0 || choose_name(&all, &faults, url, &new.name, err) < 0)
		return -1;
	fill(url, &urls, &new);
	return engine_repo_add(e, &new, o->dry_run, out, err);
}
