/* Questions that change nothing: what there is, what a package says of itself, a log. */
#include "engine/query.h"

#include <string.h>

#include "engine/engine.h"
#include "engine/installer_file.h"
#include "engine/offered.h"
#include "engine/puavo.h"
#include "engine/session.h"
#include "model/luet_definition.h"
#include "store/installation.h"
#include "sys/fd.h"

/* Of the bundles of one name, which come one behind the other, the newest is held until one in use has come, or the
 * next name. */
struct shown {
	int (*fn)(void *arg, const struct bundle *b, struct err *err);
	void *arg;
	struct bundle held;
	bool given;
};

static int give_held(struct shown *s, struct err *err)
{
	return s->held.name.n && !s->given ? s->fn(s->arg, &s->held, err) : 0;
}

static int show_one(void *arg, const struct bundle *b, struct err *err)
{
	struct shown *s = arg;
	bool other = !span_is(buf_span(&s->held.name), buf_span(&b->name));

	if (other && give_held(s, err) < 0)
		return -1;
	if (bundle_in_use(b)) {
		s->given = true;
		buf_set(&s->held.name, buf_span(&b->name));
		return s->fn(s->arg, b, err);
	}
	if (other) {
		s->given = false;
		bundle_set(&s->held, b);
	}
	return 0;
}

static int each_of_world(struct engine *e, bool all,
	int (*fn)(void *arg, const struct bundle *b, struct err *err), void *arg, struct err *err)
{
	AUTO(world) world = WORLD_INIT;

	if (engine_world(e, &world, err) < 0)
		return -1;
	VEC_FOR (const struct bundle, b, &world.of)
		if ((all || b == world_shown(&world, buf_span(&b->name))) && fn(arg, b, err) < 0)
			return -1;
	return 0;
}

int engine_each(struct engine *e, bool all,
	int (*fn)(void *arg, const struct bundle *b, struct err *err), void *arg, struct err *err)
{
	struct shown s = {fn, arg, .given = false};
	int result;

	result = puavo_differs(e, err);
	if (result)
		return result < 0 ? -1 : each_of_world(e, all, fn, arg, err);
	if (all)
		return db_each(&e->db, true, fn, arg, err);
	bundle_init(&s.held);
	result = db_each(&e->db, true, show_one, &s, err);
	if (result == 0)
		result = give_held(&s, err);
	bundle_drop(&s.held);
	return result;
}

void engine_folder(struct engine *e, const struct bundle *b, struct buf *out)
{
	place_path(&e->place, "", out);
	installation_path(&e->place, b, out);
}

void about_drop(struct about *a)
{
	bundle_drop(&a->bundle);
	facts_drop(&a->facts);
	buf_drop(&a->directory);
	buf_drop(&a->url);
	buf_drop(&a->pack_file);
	installer_drop(&a->installer);
	texts_drop(&a->cached);
	buf_drop(&a->repository);
	texts_drop(&a->versions);
	texts_drop(&a->files);
	texts_drop(&a->labels);
}

static void add_pack_file(struct engine *e, const struct digest *sha256, struct buf *out)
{
	place_path(&e->place, PLACE_CACHE "/", out);
	cache_path(sha256, out);
}

static struct buf *next_line(struct buf *lines)
{
	if (lines->n)
		buf_addc(lines, '\n');
	return lines;
}

/* What cannot be read says nothing. */
static void add_labels(const struct installer *in, struct texts *out)
{
	const struct fact *fact =
		in->format == FORMAT_LUET ? facts_get(&in->facts, "definition.yaml") : NULL;
	AUTO(luet_definition) d;
	struct err ignored = ERR_INIT;

	luet_definition_init(&d);
	if (!fact || luet_definition_parse(buf_span(&fact->value), &d, &ignored) < 0)
		return;
	VEC_FOR (const struct luet_pair, pair, &d.labels.of) {
		AUTO(buf) text = BUF_INIT;

		buf_addf(&text, "%s=%s", pair->key.s, pair->value.s);
		texts_add(out, buf_span(&text));
	}
}

/* What formats say, once the installer is parsed. Takes it. */
int query_fill(struct engine *e, struct about *out, struct installer *in, struct err *err)
{
	VEC_FOR (const struct pack, pack, &in->packs.of) {
		AUTO(buf) path = BUF_INIT;
		struct digest sha256;
		int cached =
			cache_find(&e->cache, &pack->sums, &sha256, &out->bundle.pack_size, err);

		if (cached < 0)
			return -1;
		if (cached)
			add_pack_file(e, &sha256, &path);
		texts_add(&out->cached, buf_span(&path));
		if (cached)
			buf_add_span(next_line(&out->pack_file), buf_span(&path));
		if (pack->url.n)
			pack_show_url(buf_span(&pack->url), next_line(&out->url));
	}
	add_labels(in, &out->labels);
	out->has_licence = in->has_licence;
	out->facts = in->facts;
	in->facts = FACTS_INIT;
	out->installer = *in;
	installer_init(in);
	return 0;
}

static int about_file(struct engine *e, const char *path, struct about *out, struct err *err)
{
	AUTO(looked) l = {.id = BUF_INIT};
	AUTO_FD fd = -1;

	installer_init(&l.installer);
	fd = installer_open(path, err);
	if (fd < 0 || installer_look(e, fd, path, &l, err) < 0)
		return err_at(err, "%s", path);
	out->is_file = true;
	buf_set(&out->bundle.name, buf_span(&l.installer.name));
	buf_set(&out->bundle.id, buf_span(&l.id));
	buf_set(&out->bundle.version, buf_span(&l.installer.version));
	buf_set(&out->bundle.puavo_id, buf_span(&l.installer.puavo_id));
	out->bundle.format = l.installer.format;
	out->bundle.size = l.size;
	out->bundle.pack_size = -1;
	return query_fill(e, out, &l.installer, err);
}

int query_open_shown(struct engine *e, const char *name, struct bundle *b, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(buf) again = BUF_INIT;
	const struct bundle *shown;
	int dir;

	if (engine_world(e, &world, err) < 0)
		return -1;
	shown = e->as_puavo ? world_puavo(&world, span_of(name)) : NULL;
	if (!shown)
		shown = world_shown(&world, span_of(name));
	if (!shown)
		return err_set(err, ERR_NO_PACKAGE, "%s: no such package", name);
	bundle_drop(b);
	*b = bundle_dup(shown);
	dir = installation_open_if(&e->place, b, err);
	if (dir < 0 && err->code == ERR_NONE) {
		err_set(err, ERR_BAD_STATE, "%s: its folder is gone", name);
		installer_again(b->format, buf_span(&b->name), &again);
		err_next(err, "%s", again.s);
	}
	return dir;
}

static int about_name(struct engine *e, const char *name, struct about *out, struct err *err)
{
	AUTO_FD dir = query_open_shown(e, name, &out->bundle, err);
	AUTO(facts) facts = FACTS_INIT;
	struct installer in;
	int result;

	if (dir < 0 || installation_facts(dir, &facts, err) < 0)
		return -1;
	engine_folder(e, &out->bundle, &out->directory);
	installer_init(&in);
	result = installer_parse(&facts, buf_span(&out->bundle.name), &in, err);
	if (result == 0)
		result = query_fill(e, out, &in, err);
	installer_drop(&in);
	return result;
}

static void about_init(struct about *a)
{
	*a = (struct about){.facts = FACTS_INIT,
		.directory = BUF_INIT,
		.url = BUF_INIT,
		.pack_file = BUF_INIT,
		.repository = BUF_INIT};
	bundle_init(&a->bundle);
	installer_init(&a->installer);
}

int engine_about(struct engine *e, const char *name_or_file, struct about *out, struct err *err)
{
	about_init(out);
	if (engine_is_file(name_or_file))
		return about_file(e, name_or_file, out, err);
	if (strchr(name_or_file, '='))
		return offered_about(e, name_or_file, out, err);
	if (about_name(e, name_or_file, out, err) == 0)
		return 0;
	if (err->code != ERR_NO_PACKAGE || e->as_puavo)
		return -1;
	err_clear(err);
	return offered_about(e, name_or_file, out, err);
}

int engine_offer(struct engine *e, const char *what, struct about *out, struct err *err)
{
	about_init(out);
	return offered_about(e, what, out, err);
}

int engine_log(struct engine *e, int64_t n, struct buf *out, struct err *err)
{
	int there;

	if (!n && journal_newest(&e->db, &n, err) < 0)
		return -1;
	if (!n)
		return err_set(err, ERR_NO_PACKAGE, "there has been no transaction yet");
	there = log_read(&e->place, n, out, err);
	if (there == 0)
		return err_set(
			err, ERR_NO_PACKAGE, "there is no log of transaction %lld", (long long)n);
	return there < 0 ? -1 : 0;
}
