/* All that the repositories in use offer. */
#include "engine/stock.h"

#include <stdlib.h>

#include "engine/architecture.h"
#include "engine/heir.h"
#include "engine/luet_mask.h"
#include "engine/repositories.h"
#include "model/luet_made.h"
#include "model/ordering.h"
#include "model/pack.h"
#include "model/packets.h"
#include "model/relation.h"
#include "store/marks.h"
#include "store/origins.h"
#include "store/repos.h"
#include "store/trust.h"
#include "sys/address.h"

void shelf_drop(struct shelf *s)
{
	index_drop(&s->index);
	buf_drop(&s->url);
}

static void masked_drop(struct masked *m)
{
	buf_drop(&m->name);
	buf_drop(&m->text);
}

void stock_drop(struct stock *s)
{
	vec_drop_each(&s->of, shelf_drop);
	vec_drop_each(&s->masked, masked_drop);
	luet_masks_drop(&s->masks);
	repositories_drop(&s->repositories);
}

#define MASKED_MAX 100 /* that are told */

/* 1; else as open_index. */
static int is_its(const struct repository *r, struct index *index, struct err *why)
{
	if (index->format == repository_package_format(r->format))
		return 1;
	index_drop(index);
	return err_set(why, ERR_BAD_STATE,
		"it was synced as another format than %s, which its file says (fardel repo update)",
		repository_format_name(r->format));
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
			return is_its(r, out, why);
	}
}

/* By whom its file names now, if anybody has to: 1; else it is told, and is not used: 0; -1. */
static int is_vouched(struct engine *e, const struct repository *r, const struct repo_state *state,
	bool *is_signed, struct err *err)
{
	AUTO(texts) keys = {0};

	if (repositories_keys(e, r, &keys, err) < 0)
		return -1;
	*is_signed = keys.of.n > 0;
	if (keys.of.n ? trust_is_anchored(state, &keys) &&
				(state->root || r->format != REPOSITORY_FARDEL)
		      : !r->require_signature)
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

/* Who makes an index of Packets may not have us ask what answers only who is near: it says no more than who is as near as it is. */
static int64_t within_of(const struct repository *r, const struct repo_state *state)
{
	unsigned long long reach;

	if (r->format != REPOSITORY_PACKETS)
		return -1;
	if (span_number(buf_span(&state->root_text), ADDRESS_SELF, &reach))
		return (int64_t)reach;
	return address_reach_of_host(pack_url_host(buf_span(&state->url)));
}

int stock_open_shelf(
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
		out->refused = true;
		return 0;
	}
	opened = is_vouched(e, r, &state, &out->is_signed, err);
	if (opened <= 0) {
		out->refused = true;
		index_drop(&out->index);
		return opened;
	}
	if (r->format == REPOSITORY_FARDEL && trust_fresh(&state, engine_now(), &why) < 0)
		engine_tell(e, WATCH_WARN, SPAN(""),
			"%s: %s: what it offers may be out of date (fardel repo update)", r->name.s,
			why.text);
	out->repository = r;
	out->url = buf_dup(url_of(r, buf_span(&state.url)));
	out->within = within_of(r, &state);
	out->synced = state.synced;
	out->expires = state.expires;
	return 1;
}

/* Where the admin's masks cannot be read, nobody knows what is offered, so nothing is told as if that were known: who asks which
 * packages nobody has any more would be told all of them. */
static int load_masks(struct engine *e, struct stock *s, struct err *err)
{
	bool wagons = false;

	VEC_FOR (const struct repository, r, &s->repositories.of)
		wagons |= r->enable && r->format == REPOSITORY_LUET;
	if (!wagons || luet_masks_load(e, &s->masks, err) == 0)
		return 0;
	return err_next(err, "mend that file: it says what of wagons is not to be offered");
}

int stock_open(struct engine *e, struct stock *out, struct err *err)
{
	AUTO(repository_faults) faults = {0};

	if (repositories_load(e, &out->repositories, &faults, err) < 0)
		return -1;
	repositories_tell(e, &faults);
	if (load_masks(e, out, err) < 0)
		return -1;
	VEC_FOR (const struct repository, r, &out->repositories.of) {
		struct shelf shelf = {.index = INDEX_INIT, .url = BUF_INIT};
		int opened = r->enable ? stock_open_shelf(e, r, &shelf, err) : 0;

		if (opened < 0)
			return -1;
		if (opened)
			*vec_push(&out->of) = shelf;
		out->refused |= shelf.refused;
	}
	return 0;
}

const struct lack *stock_lack(const struct stock *s)
{
	static const struct lack disabled = {"no repository is enabled",
		"fardel repo enable NAME, or fardel repo add NAME URL --key KEY"};
	static const struct lack unsynced = {
		"no repository has been synced yet", "fardel repo update"};
	static const struct lack refused = {
		"no index of a repository can be used", "fardel repo update"};

	if (s->of.n)
		return NULL;
	if (s->refused)
		return &refused;
	VEC_FOR (const struct repository, r, &s->repositories.of)
		if (r->enable)
			return &unsynced;
	return &disabled;
}

static bool is_noted(const struct stock *s, const struct buf *text)
{
	VEC_FOR (const struct masked, m, &s->masked)
		if (span_is(buf_span(&m->text), buf_span(text)))
			return true;
	return false;
}

static struct masked *note(struct stock *s, const struct buf *text)
{
	struct masked *m = vec_push(&s->masked);

	*m = (struct masked){BUF_INIT, buf_dup(text)};
	return m;
}

bool stock_is_masked(struct stock *s, const struct shelf *shelf, const struct index_row *row)
{
	const struct luet_mask *mask =
		shelf->repository->format == REPOSITORY_LUET
			? luet_masks_find(&s->masks, buf_span(&shelf->repository->name), row->name,
				  row->version)
			: NULL;
	AUTO(buf) text = BUF_INIT;

	if (!mask)
		return false;
	buf_addf(&text, "%.*s %.*s of %s is left out by the mask %s (%s)", SPAN_ARG(row->name),
		SPAN_ARG(row->version), shelf->repository->name.s, mask->text.s, mask->file.s);
	if (s->masked.n < MASKED_MAX && !is_noted(s, &text))
		buf_add_span(&note(s, &text)->name, row->name);
	return true;
}

struct shelf *stock_shelf(struct stock *s, unsigned number)
{
	VEC_FOR (struct shelf, shelf, &s->of)
		if (shelf->number == number)
			return shelf;
	return NULL;
}

/* --- The supply ------------------------------------------------------------------------------ */

static void add_family(const struct packets_info *p, struct buf *relations)
{
	if (!p->family.n)
		return;
	buf_adds(relations, "f ");
	packets_family_key(buf_span(&p->family), relations);
	buf_addf(relations, " %lld\n", (long long)p->serial);
}

/* Whose it is, as far as that is known. */
static int add_origin(
	struct engine *e, const struct supply_item *item, struct buf *relations, struct err *err)
{
	AUTO(buf) repository = BUF_INIT;
	int known = origins_repository(&e->db, item->name, item->id, &repository, err);

	if (known == 1)
		buf_addf(relations, "o %s\n", repository.s);
	return known < 0 ? -1 : 0;
}

static int add_bundle(struct engine *e, const struct bundle *b, const struct installer *in,
	struct supply *out, struct err *err)
{
	struct supply_item item = {.name = buf_span(&b->name),
		.version = buf_span(&b->version),
		.id = buf_span(&b->id),
		.repository = SUPPLY_INSTALLED,
		.row = b->row};
	AUTO(buf) relations = BUF_INIT;
	AUTO(buf) file = BUF_INIT;
	int held, automatic, known;

	supply_relations(&in->depends, &in->conflicts, &in->provides, &relations);
	add_family(&in->packets, &relations);
	if (add_origin(e, &item, &relations, err) < 0)
		return -1;
	item.relations = buf_span(&relations);
	known = origins_file(&e->db, item.name, item.id, &file, err);
	if (known < 0 || (in->luet.image && luet_made_offered_id(&in->facts, &file, err) < 0))
		return -1;
	/* As the index has it that it came from. */
	if (file.n)
		item.id = buf_span(&file);
	held = mark_is_held(&e->db, item.name, engine_now(), err);
	automatic = held < 0 ? -1 : mark_is_automatic(&e->db, item.name, err);
	if (automatic < 0)
		return -1;
	item.held = held;
	item.automatic = automatic;
	return supply_add(out, &item, err);
}

static int add_bundles(
	struct engine *e, struct manifests *installed, struct supply *out, struct err *err)
{
	VEC_FOR (const struct bundle, b, &installed->world->of)
		if (bundle_in_use(b) && add_bundle(e, b, manifests_get(installed, b), out, err) < 0)
			return -1;
	return 0;
}

/* Who reads does so in one transaction: for each question of its own, SQLite would lock the file anew. */
int stock_add_installed(
	struct engine *e, struct manifests *installed, struct supply *out, struct err *err)
{
	bool reading = e->lock.fd < 0 && e->db.sql;
	int result;

	if (reading && db_begin_reading(&e->db, err) < 0)
		return -1;
	result = add_bundles(e, installed, out, err);
	if (reading)
		db_abandon(&e->db);
	return result;
}

struct filling {
	struct engine *e;
	struct stock *stock;
	struct supply *supply;
	struct shelf *shelf;
	struct span architecture;
	size_t most; /* versions of one name, of each repository */
	struct texts versions; /* of a name, while they are counted */
	struct span least; /* older ones are left out; may be empty */
	bool failed; /* the supply has no room: no fault of an index */
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

/* So many of a name are the repository's in the supply. */
static size_t count_of(const struct filling *f, struct span name)
{
	size_t count = 0;
	struct supply_item item;

	for (size_t i = supply_first(f->supply, name); i != SUPPLY_NONE;
		i = supply_older(f->supply, i)) {
		supply_get(f->supply, i, &item);
		count += item.repository == f->shelf->number;
	}
	return count;
}

static void tell_overfull(struct filling *f, struct span name)
{
	if (!f->shelf->overfull)
		engine_tell(f->e, WATCH_WARN, SPAN(""),
			"%s has more than %zu versions of %.*s: the oldest are left out",
			f->shelf->repository->name.s, f->most, SPAN_ARG(name));
	f->shelf->overfull = true;
}

static int add_row(void *arg, const struct index_row *row, struct err *err)
{
	struct filling *f = arg;
	struct supply_item item = {.name = row->name,
		.version = row->version,
		.id = row->id,
		.relations = row->relations,
		.repository = f->shelf->number,
		.row = row->row};
	AUTO(buf) inherited = BUF_INIT;

	if (!is_ours(row, f->architecture) || stock_is_masked(f->stock, f->shelf, row) ||
		(f->least.n && ordering_compare(row->name, row->version, f->least) < 0))
		return 0;
	if (count_of(f, row->name) >= f->most) {
		tell_overfull(f, row->name);
		return 0;
	}
	heir_relations(f->supply, row->name, row->relations, &inherited);
	if (inherited.n)
		item.relations = buf_span(&inherited);
	f->failed = supply_add(f->supply, &item, err) < 0;
	return f->failed ? -1 : 0;
}

static int note_version(void *arg, const struct index_row *row, struct err *err)
{
	struct filling *f = arg;

	(void)err;
	if (is_ours(row, f->architecture) && !stock_is_masked(f->stock, f->shelf, row))
		texts_add(&f->versions, row->version);
	return 0;
}

static int newest_first(const void *a, const void *b, void *name)
{
	return ordering_compare(*(const struct span *)name, buf_span((const struct buf *)b),
		buf_span((const struct buf *)a));
}

/* Of too many versions the newest count. */
static int find_least(struct filling *f, struct span name, struct err *err)
{
	texts_drop(&f->versions);
	if (index_named(&f->shelf->index, name, note_version, f, err) < 0)
		return -1;
	if (f->versions.of.n <= f->most)
		return 0;
	qsort_r(f->versions.of.v, f->versions.of.n, sizeof(struct buf), newest_first, &name);
	f->least = buf_span(&f->versions.of.v[f->most - 1]);
	tell_overfull(f, name);
	return 0;
}

/* Of one index. */
static int add_named(struct filling *f, struct span name, struct err *err)
{
	struct index *ix = &f->shelf->index;
	int64_t count;

	f->least = SPAN("");
	if (index_count(ix, name, &count, err) < 0 ||
		(count > (int64_t)f->most && find_least(f, name, err) < 0) ||
		index_named(ix, name, add_row, f, err) < 0)
		return -1;
	f->least = SPAN("");
	return index_providing(ix, name, add_row, f, err);
}

int stock_pass_over(struct engine *e, struct shelf *shelf, struct err *err)
{
	if (err->code != ERR_BAD_STATE)
		return -1;
	engine_tell(e, WATCH_WARN, SPAN(""),
		"%s is passed over: %s (fardel repo update --force %s)", shelf->repository->name.s,
		err->text, shelf->repository->name.s);
	shelf->damaged = true;
	err_clear(err);
	return 0;
}

static int fill_name(struct filling *f, struct stock *s, struct span name, struct err *err)
{
	VEC_FOR (struct shelf, shelf, &s->of) {
		f->shelf = shelf;
		if (!shelf->damaged && add_named(f, name, err) < 0 &&
			(f->failed || stock_pass_over(f->e, shelf, err) < 0))
			return -1;
	}
	return 0;
}

int stock_fill(struct engine *e, struct stock *s, struct supply *out, struct err *err)
{
	struct filling f = {
		.e = e, .stock = s, .supply = out, .most = SUPPLY_VERSIONS_MAX / (s->of.n + 1) + 1};
	struct span next;
	int result = 0;

	if (architecture_get(e, &f.architecture, err) < 0)
		return -1;
	VEC_FOR (struct shelf, shelf, &s->of)
		if (supply_repository(out, buf_span(&shelf->repository->name),
			    shelf->repository->priority, shelf->is_signed, &shelf->number, err) < 0)
			return -1;
	while (result == 0 && supply_next(out, &next)) {
		AUTO(buf) name = BUF_INIT;

		buf_add_span(&name, next);
		result = fill_name(&f, s, buf_span(&name), err);
	}
	texts_drop(&f.versions);
	return result;
}
