/* gc and the cache's commands. */
#include <fcntl.h>
#include <stdlib.h>

#include "engine/architecture.h"
#include "engine/clean.h"
#include "engine/commit.h"
#include "engine/engine.h"
#include "engine/fetch.h"
#include "engine/session.h"
#include "engine/transaction.h"
#include "store/installation.h"
#include "store/links.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define PARTS_KEPT (7 * 24 * 3600) /* seconds */

static void item_drop(struct item *i)
{
	buf_drop(&i->name);
	buf_drop(&i->id);
	buf_drop(&i->what);
}

void items_drop(struct items *items)
{
	vec_drop_each(&items->of, item_drop);
}

static struct item *add_item(struct items *out, const char *what)
{
	struct item *item = vec_push(&out->of);

	*item = (struct item){.name = BUF_INIT, .id = BUF_INIT, .what = buf_of(what), .size = -1};
	return item;
}

/* Bytes of what is there, -1 where that cannot be found out: it goes all the same. */
static int64_t measure(int packages, const char *path)
{
	struct err ignored = ERR_INIT;
	AUTO_FD dir = file_open(packages, path, O_RDONLY | O_DIRECTORY, 0, &ignored);
	int64_t bytes = 0, entries = 0;

	return dir >= 0 && tree_measure(dir, &bytes, &entries, &ignored) == 0 ? bytes : -1;
}

/* Folders that state.db does not know: what a purge could not remove. */
static int gc_leftovers(struct engine *e, bool dry_run, struct items *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(texts) found = {0};
	AUTO(texts) taken = {0};
	AUTO_FD packages = place_open_if(&e->place, PLACE_PACKAGES, err);

	if (packages < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (db_world(&e->db, &world, err) < 0 ||
		installation_sweep(&e->place, &world, false, &found, err) < 0)
		return -1;
	VEC_FOR (struct buf, path, &found.of) {
		struct span rest = buf_span(path), name, id;
		struct item *item = add_item(out, "leftover");

		if (span_split(&rest, '/', &name))
			buf_set(&item->name, name);
		if (span_split(&rest, '/', &id))
			buf_set(&item->id, id);
		item->size = measure(packages, path->s);
		item->done = !dry_run;
	}
	return dry_run ? 0 : installation_sweep(&e->place, &world, true, &taken, err);
}

/* Links that belong to no package, or do not lead where they are to. */
static int gc_links(struct engine *e, struct err *err)
{
	AUTO(world) world = WORLD_INIT;

	return db_world(&e->db, &world, err) < 0 ? -1 : links_rebuild(&e->place, &world, err);
}

/* Downloads that broke off and were not gone on with for long. */
static int gc_parts(struct engine *e, struct err *err)
{
	AUTO_FD parts = cache_open_parts(&e->cache, err);
	int64_t count = 0;

	if (parts < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (part_clear(parts, engine_now() - PARTS_KEPT, &count, err) < 0)
		return -1;
	if (count)
		engine_tell(e, WATCH_INFO, SPAN(""),
			"%lld downloads that broke off over a week ago deleted", (long long)count);
	return 0;
}

/* A transaction like any other: what a kill leaves of it is settled by the next command. */
static int gc_old(struct engine *e, int64_t keep, struct items *out, struct err *err)
{
	AUTO(journal) journal = JOURNAL_INIT;
	AUTO(plan) nothing = PLAN_INIT;
	struct err ending = ERR_INIT;
	int result;

	if (journal_open(&e->db, &nothing, e->command.s, e->user, engine_now(), &journal, err) < 0)
		return -1;
	result = log_open(&e->place, journal.number, false, &e->log, err);
	log_line(&e->log, "transaction %lld: %s", (long long)journal.number, e->command.s);
	if (result == 0)
		result = clean_old(e, SPAN(""), keep, &journal, out, err);
	log_line(&e->log, "transaction %lld: %s", (long long)journal.number,
		result < 0 ? err->text : "done");
	if (transaction_end(e, &journal, err, &ending) < 0)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s", ending.text);
	return result;
}

/* What undo has no more use for; with `undo` also what that leaves out. */
static int gc_undo(struct engine *e, int64_t undo, bool dry_run, struct items *out, struct err *err)
{
	size_t had = out->of.n;

	if (undo >= 0) {
		e->config.undo_keep = undo;
		e->config.undo_days = 0;
	}
	if (commit_list_old(e, out, err) < 0 || (!dry_run && commit_trim(e, err) < 0))
		return -1;
	for (size_t i = had; i < out->of.n; i++)
		out->of.v[i].done = !dry_run;
	return 0;
}

int engine_gc(struct engine *e, int64_t keep, int64_t undo, bool dry_run, struct items *out,
	struct err *err)
{
	*out = (struct items){0};
	if (keep < 0)
		keep = e->config.gc_keep;
	if (clean_old(e, SPAN(""), keep, NULL, out, err) < 0)
		return -1;
	if (out->of.n && !dry_run) {
		items_drop(out);
		if (gc_old(e, keep, out, err) < 0)
			return -1;
	}
	if (!dry_run && (gc_links(e, err) < 0 || gc_parts(e, err) < 0))
		return -1;
	return gc_undo(e, undo, dry_run, out, err) < 0 ? -1 : gc_leftovers(e, dry_run, out, err);
}

/* Which packages use the pack: "zoom, zoom-beta". */
static void add_users(const struct world *world, struct span sha256, struct buf *out)
{
	struct span last = SPAN("");

	for (size_t i = 0; i < world->of.n; i++) {
		const struct bundle *b = &world->of.v[i];

		if (!bundle_has_pack(b, sha256) || span_is(buf_span(&b->name), last))
			continue;
		buf_addf(out, "%s%s", out->n ? ", " : "", b->name.s);
		last = buf_span(&b->name);
	}
}

static int list_parts(struct engine *e, struct items *out, struct err *err)
{
	AUTO_FD dir = cache_open_parts(&e->cache, err);
	AUTO(part_list) parts = {0};

	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (part_list(dir, &parts, err) < 0)
		return -1;
	VEC_FOR (struct part, part, &parts.of) {
		struct item *item = add_item(out, "part");

		item->size = part->size;
		item->since = part->since;
	}
	return 0;
}

int engine_cache_list(struct engine *e, struct items *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(cached_list) packs = {0};

	*out = (struct items){0};
	if (db_world(&e->db, &world, err) < 0 || cache_list(&e->cache, &packs, err) < 0)
		return -1;
	VEC_FOR (struct cached, pack, &packs.of) {
		struct item *item = add_item(out, "");

		digest_format(&item->id, &pack->sha256);
		add_users(&world, buf_span(&item->id), &item->name);
		buf_sets(&item->what, item->name.n ? "used" : "unused");
		item->size = pack->size;
		item->since = pack->since;
	}
	return list_parts(e, out, err);
}

/* Fetches the packs of an installation anew, where its installer states a URL. */
static int fetch_again(struct engine *e, const struct bundle *b, struct err *err)
{
	AUTO(facts) facts = FACTS_INIT;
	AUTO(installer) in;
	AUTO_FD dir = installation_open_if(&e->place, b, err);

	installer_init(&in);
	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	if (installation_facts(dir, &facts, err) < 0 ||
		installer_parse(&facts, buf_span(&b->name), &in, err) < 0 ||
		architecture_select(e, &in, err) < 0)
		return -1;
	VEC_FOR (const struct pack, pack, &in.packs.of) {
		AUTO(fetch) f;

		fetch_init(&f);
		if (pack->url.n && fetch_now(e, &f, buf_span(&b->name), pack, "repair", err) < 0)
			return -1;
	}
	return 0;
}

/* Drops a damaged pack; what is in use gets it back, so that a later reinstall needs no network. */
static int repair(struct engine *e, struct item *item, const struct digest *sha256, struct err *err)
{
	AUTO(world) world = WORLD_INIT;

	if (cache_remove(&e->cache, sha256, err) < 0 || db_world(&e->db, &world, err) < 0)
		return -1;
	item->done = true;
	VEC_FOR (struct bundle, b, &world.of) {
		if (b->state != BUNDLE_INSTALLED || !bundle_has_pack(b, buf_span(&item->id)))
			continue;
		if (fetch_again(e, b, err) < 0)
			return err_at(err, "%s", b->name.s);
		break;
	}
	return 0;
}

/* What is in the cache and is no pack: nothing ever looks for it. */
static int add_strays(struct engine *e, bool remove, struct items *out, struct err *err)
{
	AUTO(texts) found = {0};

	if (cache_strays(&e->cache, remove, &found, err) < 0)
		return -1;
	VEC_FOR (struct buf, path, &found.of) {
		struct item *item = add_item(out, "");

		buf_setf(&item->what, "stray: %s", path->s);
		item->done = remove;
	}
	return 0;
}

int engine_cache_verify(struct engine *e, bool mend, struct items *out, struct err *err)
{
	AUTO(items) all = {0};

	*out = (struct items){0};
	if (engine_cache_list(e, &all, err) < 0)
		return -1;
	VEC_FOR (struct item, pack, &all.of) {
		struct digest sha256;
		struct item *bad;
		int sound;

		if (!digest_parse(DIGEST_SHA256, buf_span(&pack->id), &sha256))
			continue;
		sound = cache_verify(&e->cache, &sha256, err);
		if (sound < 0)
			return -1;
		if (sound)
			continue;
		bad = add_item(out, "damaged");
		buf_set(&bad->name, buf_span(&pack->name));
		buf_set(&bad->id, buf_span(&pack->id));
		bad->size = pack->size;
		bad->since = pack->since;
		if (mend && repair(e, bad, &sha256, err) < 0)
			return -1;
	}
	return add_strays(e, mend, out, err);
}

static int newest_first(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return (x->since < y->since) - (x->since > y->since);
}

static int clear_parts(struct engine *e, struct err *err)
{
	AUTO_FD parts = cache_open_parts(&e->cache, err);
	int64_t count;

	if (parts < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return part_clear(parts, INT64_MAX, &count, err);
}

int engine_cache_gc(
	struct engine *e, int64_t keep, bool dry_run, struct items *out, struct err *err)
{
	AUTO(items) all = {0};
	int64_t kept = 0;

	*out = (struct items){0};
	if (engine_cache_list(e, &all, err) < 0)
		return -1;
	if (all.of.n)
		qsort(all.of.v, all.of.n, sizeof(all.of.v[0]), newest_first);
	VEC_FOR (struct item, pack, &all.of) {
		struct digest sha256;
		struct item *gone;

		if (pack->name.n || (pack->id.n && kept++ < keep) ||
			(pack->id.n && !digest_parse(DIGEST_SHA256, buf_span(&pack->id), &sha256)))
			continue;
		gone = add_item(out, pack->what.s);
		buf_set(&gone->id, buf_span(&pack->id));
		gone->size = pack->size;
		gone->since = pack->since;
		gone->done = !dry_run;
		if (!dry_run && pack->id.n && cache_remove(&e->cache, &sha256, err) < 0)
			return -1;
	}
	if (!dry_run && clear_parts(e, err) < 0)
		return -1;
	return add_strays(e, !dry_run, out, err);
}
