/* What puavo-pkg's two collectors take. */
#include <string.h>

#include "engine/clean.h"
#include "engine/conf.h"
#include "engine/engine.h"
#include "engine/session.h"
#include "engine/transaction.h"
#include "store/puavo_cache.h"

#define HOST_TYPE "/etc/puavo/hosttype"
#define BOOT_SERVER_KEEPS (60LL * 24 * 3600) /* seconds */

/* --- Installations --------------------------------------------------------------------------------------- */

static int take_type(void *arg, const char *path, struct span text, struct err *err)
{
	bool *server = arg;

	(void)path;
	(void)err;
	*server = span_is_text(span_trim(text), "bootserver");
	return 0;
}

/* Its clients may use what is only prepared on it. */
static int is_boot_server(struct engine *e, bool *server, struct err *err)
{
	const struct conf_reader r = {take_type, server};

	*server = false;
	return conf_at(&e->place, HOST_TYPE, &r, err) < 0 ? -1 : 0;
}

static bool is_of_use(const struct world *world, const struct bundle *b, bool server)
{
	struct span name = buf_span(&b->name);

	if (b->layout != LAYOUT_PUAVO || bundle_in_use(b) || b == world_puavo(world, name))
		return true;
	return server && b->state == BUNDLE_PREPARED && b->since + BOOT_SERVER_KEEPS > engine_now();
}

static int take_all(struct engine *e, struct journal *journal, struct items *out, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	bool server;

	if (is_boot_server(e, &server, err) < 0 || db_world(&e->db, &world, err) < 0)
		return -1;
	VEC_FOR (const struct bundle, b, &world.of) {
		struct item *item;

		if (is_of_use(&world, b, server))
			continue;
		if (clean_take(e, journal, b, err) < 0)
			return -1;
		item = vec_push(&out->of);
		*item = (struct item){.name = buf_dup(&b->name),
			.id = buf_dup(&b->puavo_id),
			.what = buf_of("old"),
			.size = b->size,
			.since = b->since,
			.done = true};
	}
	return 0;
}

int engine_puavo_gc(struct engine *e, struct items *out, struct err *err)
{
	AUTO(journal) journal = JOURNAL_INIT;
	AUTO(plan) nothing = PLAN_INIT;
	struct err ending = ERR_INIT;
	int result;

	*out = (struct items){0};
	if (journal_open(&e->db, &nothing, e->command.s, e->user, engine_now(), &journal, err) < 0)
		return -1;
	result = log_open(&e->place, journal.number, false, &e->log, err);
	if (result == 0)
		result = take_all(e, &journal, out, err);
	if (transaction_end(e, &journal, err, &ending) < 0)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s", ending.text);
	return result;
}

/* --- Packs ----------------------------------------------------------------------------------------------- */

static bool is_linked(const struct puavo_packs *packs, const struct digest *pack)
{
	VEC_FOR (const struct puavo_pack, kept, &packs->kept)
		if (kept->ours && digest_is(&kept->pack, pack))
			return true;
	return false;
}

static bool is_installed(const struct world *world, const struct digest *pack)
{
	AUTO(buf) hex = BUF_INIT;

	digest_format(&hex, pack);
	VEC_FOR (const struct bundle, b, &world->of)
		if (span_is(buf_span(&b->pack), buf_span(&hex)))
			return true;
	return false;
}

int engine_puavo_gc_packs(struct engine *e, struct items *out, struct err *err)
{
	AUTO(puavo_packs) packs = {0};
	AUTO(world) world = WORLD_INIT;

	*out = (struct items){0};
	if (puavo_cache_trim(&e->place, &e->puavo.cachedir, &packs, err) < 0 ||
		db_world(&e->db, &world, err) < 0)
		return -1;
	VEC_FOR (const struct puavo_pack, gone, &packs.gone) {
		struct item *item = vec_push(&out->of);

		*item = (struct item){.name = buf_dup(&gone->name),
			.id = buf_dup(&gone->sum),
			.what = buf_of("old"),
			.size = gone->size,
			.done = true};
		if (gone->ours && !is_linked(&packs, &gone->pack) &&
			!is_installed(&world, &gone->pack) &&
			cache_remove(&e->cache, &gone->pack, err) < 0)
			return -1;
	}
	return 0;
}
