/* All that the repositories in use offer. */
#include "engine/stock.h"

#include "engine/architecture.h"
#include "engine/needs.h"
#include "engine/repositories.h"
#include "model/pack.h"
#include "model/relation.h"
#include "store/marks.h"
#include "store/repos.h"
#include "store/trust.h"

static void shelf_drop(struct shelf *s)
{
	index_drop(&s->index);
	buf_drop(&s->url);
}

void stock_drop(struct stock *s)
{
	vec_drop_each(&s->of, shelf_drop);
	repositories_drop(&s->repositories);
}

/* Where a sync has put another one in its place since state.db was asked, that one: 1; 0: there is none; -1, err->code ERR_NONE: *why says why
 * it cannot be had. */
static int open_index(struct engine *e, const struct repository *r, struct repo_state *state,
	struct index *out, struct err *why, struct err *err)
{
	AUTO(buf) before = BUF_INIT;

	for (;;) {
		AUTO(buf) folder = BUF_INIT;
		AUTO(buf) path = BUF_INIT;
		int known = repos_get(&e->db, buf_span(&r->name), state, err);

		if (known <= 0 || !state->file.n)
			return known < 0 ? -1 : 0;
		if (span_is(buf_span(&before), buf_span(&state->file)))
			return -1;
		buf_set(&before, buf_span(&state->file));
		buf_addf(&folder, PLACE_REPOS "/%s/%s", r->name.s, state->file.s);
		place_path(&e->place, folder.s, &path);
		err_clear(why);
		if (index_open(path.s, false, out, why) == 0)
			return 1;
	}
}

/* By whom its file names now: 1; else it is told, and is not used: 0; -1. */
static int is_vouched(struct engine *e, const struct repository *r, const struct repo_state *state,
	struct err *err)
{
	AUTO(texts) keys = {0};

	if (repositories_keys(e, r, &keys, err) < 0)
		return -1;
	if (keys.of.n ? trust_is_anchored(state, &keys) && state->root : !r->require_signature)
		return 1;
	engine_tell(e, WATCH_WARN, SPAN(""),
		"%s: its keys are others than when it was synced: nothing of it is used before the next "
		"one (fardel repo update)",
		r->name.s);
	return 0;
}

/* Where its files are: what it was synced from, as the repository's file has it, with its login; where that has it no more, what it
 * has first. */
static const struct buf *url_of(const struct repository *r, struct span synced)
{
	VEC_FOR (const struct buf, url, &r->urls.of) {
		AUTO(buf) shown = BUF_INIT;

		pack_show_url(buf_span(url), &shown);
		if (span_is(buf_span(&shown), synced))
			return url;
	}
	return &r->urls.of.v[0];
}

/* 1: it is open; 0: it was never synced, or is not to be had; -1. */
static int open_shelf(
	struct engine *e, const struct repository *r, struct shelf *out, struct err *err)
{
	AUTO(repo_state) state;
	struct err why = ERR_INIT;
	int opened;

	repo_state_init(&state);
	opened = open_index(e, r, &state, &out->index, &why, err);
	if (opened == 0 || (opened < 0 && err->code != ERR_NONE))
		return opened;
	if (opened < 0) {
		engine_tell(e, WATCH_WARN, SPAN(""), "the index of %s cannot be read: %s",
			r->name.s, why.text);
		return 0;
	}
	opened = is_vouched(e, r, &state, err);
	if (opened <= 0) {
		index_drop(&out->index);
		return opened;
	}
	if (trust_fresh(&state, engine_now(), &why) < 0)
		engine_tell(e, WATCH_WARN, SPAN(""),
			"%s: %s: what it offers may be out of date (fardel repo update)", r->name.s,
			why.text);
	out->repository = r;
	out->url = buf_dup(url_of(r, buf_span(&state.url)));
	out->synced = state.synced;
	out->expires = state.expires;
	return 1;
}

int stock_open(struct engine *e, struct stock *out, struct err *err)
{
	AUTO(repository_faults) faults = {0};

	if (repositories_load(e, &out->repositories, &faults, err) < 0)
		return -1;
	VEC_FOR (const struct repository, r, &out->repositories.of) {
		struct shelf shelf = {.index = INDEX_INIT, .url = BUF_INIT};
		int opened = r->enable ? open_shelf(e, r, &shelf, err) : 0;

		if (opened < 0)
			return -1;
		if (opened)
			*vec_push(&out->of) = shelf;
	}
	return 0;
}

struct shelf *stock_shelf(struct stock *s, unsigned number)
{
	VEC_FOR (struct shelf, shelf, &s->of)
		if (shelf->number == number)
			return shelf;
	return NULL;
}

/* --- The supply ------------------------------------------------------------------------------ */

static int add_bundle(struct engine *e, const struct bundle *b, struct supply *out, struct err *err)
{
	struct supply_item item = {.name = buf_span(&b->name),
		.version = buf_span(&b->version),
		.id = buf_span(&b->id),
		.repository = SUPPLY_INSTALLED,
		.row = b->row};
	AUTO(installer) in;
	AUTO(buf) relations = BUF_INIT;
	struct err ignored = ERR_INIT;
	int held, automatic;

	installer_init(&in);
	/* What cannot be read any more states nothing. */
	if (needs_load(e, b, &in, &ignored) == 0)
		supply_relations(&in.depends, &in.conflicts, &in.provides, &relations);
	item.relations = buf_span(&relations);
	held = mark_is_held(&e->db, item.name, engine_now(), err);
	automatic = held < 0 ? -1 : mark_is_automatic(&e->db, item.name, err);
	if (automatic < 0)
		return -1;
	item.held = held;
	item.automatic = automatic;
	return supply_add(out, &item, err);
}

int stock_add_installed(
	struct engine *e, const struct world *world, struct supply *out, struct err *err)
{
	VEC_FOR (const struct bundle, b, &world->of)
		if (bundle_in_use(b) && add_bundle(e, b, out, err) < 0)
			return -1;
	return 0;
}

struct filling {
	struct supply *supply;
	const struct shelf *shelf;
	struct span architecture;
};

/* Whether it is for this machine: it names no architecture, or ours. */
static bool is_ours(const struct index_row *row, struct span architecture)
{
	struct span rest = row->relations, line;
	bool named = false;

	while (span_split(&rest, '\n', &line)) {
		if (line.n < 3 || line.s[0] != 'a' || line.s[1] != ' ')
			continue;
		named = true;
		if (span_is(span_cut(line, 2, line.n), architecture))
			return true;
	}
	return !named;
}

static int add_row(void *arg, const struct index_row *row, struct err *err)
{
	const struct filling *f = arg;
	struct supply_item item = {.name = row->name,
		.version = row->version,
		.id = row->id,
		.relations = row->relations,
		.repository = f->shelf->number,
		.row = row->row};

	return is_ours(row, f->architecture) ? supply_add(f->supply, &item, err) : 0;
}

int stock_fill(struct engine *e, struct stock *s, struct supply *out, struct err *err)
{
	struct filling f = {.supply = out};
	struct span next;

	if (architecture_get(e, &f.architecture, err) < 0)
		return -1;
	VEC_FOR (struct shelf, shelf, &s->of)
		if (supply_repository(out, buf_span(&shelf->repository->name),
			    shelf->repository->priority, &shelf->number, err) < 0)
			return -1;
	while (supply_next(out, &next)) {
		AUTO(buf) name = BUF_INIT;

		buf_add_span(&name, next);
		VEC_FOR (struct shelf, shelf, &s->of) {
			f.shelf = shelf;
			if (index_named(&shelf->index, buf_span(&name), add_row, &f, err) < 0 ||
				index_providing(&shelf->index, buf_span(&name), add_row, &f, err) <
					0)
				return -1;
		}
	}
	return 0;
}
