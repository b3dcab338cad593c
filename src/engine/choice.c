/* Names made into installers. */
#include "engine/choice.h"

#include <stdlib.h>
#include <string.h>

#include "engine/choice_luet.h"
#include "engine/heir.h"
#include "engine/holds.h"
#include "engine/naming.h"
#include "engine/origin.h"
#include "model/luet_argument.h"
#include "solve/resolve.h"
#include "solve/solve.h"
#include "store/leaf.h"
#include "store/origins.h"
#include "sys/fd.h"

#define MASKED_TOLD 5

static void chosen_drop(struct chosen *one)
{
	offer_drop(&one->offer);
	buf_drop(&one->repository);
	buf_drop(&one->url);
	buf_drop(&one->why);
	buf_drop(&one->path);
	fd_drop(&one->file);
	buf_drop(&one->instead);
	buf_drop(&one->inherited);
	free(one->err);
}

void choice_drop(struct choice *o)
{
	if (o->made)
		request_drop(&o->request);
	vec_drop_each(&o->of, chosen_drop);
	texts_drop(&o->called);
	texts_drop(&o->gone);
	texts_drop(&o->notes);
	buf_drop(&o->id);
}

/* --- What is asked for ------------------------------------------------------------------------ */

/* NAME or NAME=VERSION. */
static struct resolve_wish wish_of(struct span item)
{
	const char *sign = memchr(item.s, '=', item.n);
	size_t n = sign ? (size_t)(sign - item.s) : item.n;

	return (struct resolve_wish){
		.name = span_cut(item, 0, n), .version = span_cut(item, n + 1, item.n)};
}

static int see(void *arg, const struct index_row *row, struct err *err)
{
	(void)row;
	(void)err;
	*(bool *)arg = true;
	return 0;
}

/* Whether some repository has something of that name, or that provides it. */
static int is_offered(
	struct engine *e, struct stock *s, struct span name, bool *offered, struct err *err)
{
	*offered = false;
	VEC_FOR (struct shelf, shelf, &s->of)
		if (!shelf->damaged &&
			(index_named(&shelf->index, name, see, offered, err) < 0 ||
				index_providing(&shelf->index, name, see, offered, err) < 0) &&
			stock_pass_over(e, shelf, err) < 0)
			return -1;
	return 0;
}

static const enum resolve_goal goals[WISHES] = {
	[WISH_NAMED] = RESOLVE_INSTALL,
	[WISH_UPGRADE] = RESOLVE_UPGRADE,
	[WISH_AUTOREMOVE] = RESOLVE_AUTOREMOVE,
	[WISH_AGAIN] = RESOLVE_INSTALL,
	[WISH_SWITCH] = RESOLVE_SWITCH,
	[WISH_CASCADE] = RESOLVE_REMOVE,
};

/* Whether the repositories are to be asked at all. */
static bool is_about_names(const struct request *r)
{
	if (r->wish != WISH_NAMED)
		return true;
	if (r->goal > GOAL_DOWNLOAD || r->all || r->id)
		return false;
	VEC_FOR (const struct buf, item, &r->items.of)
		if (!engine_is_file(item->s))
			return true;
	return false;
}

/* cat/name-1.2, where none is called so. */
static int split_wish(struct engine *e, struct stock *s, const struct world *world,
	struct resolve_wish *wish, struct err *err)
{
	struct span name, version;
	bool there;

	if (wish->version.n || !luet_argument_split(wish->name, &name, &version) ||
		world_first(world, wish->name))
		return 0;
	if (is_offered(e, s, wish->name, &there, err) < 0)
		return -1;
	if (!there)
		*wish = (struct resolve_wish){.name = name, .version = version};
	return 0;
}

/* As naming has it; files as they are. */
static int call_items(struct engine *e, struct stock *s, const struct world *world,
	const struct request *r, struct texts *called, struct err *err)
{
	VEC_FOR (const struct buf, item, &r->items.of) {
		struct resolve_wish wish = wish_of(buf_span(item));
		AUTO(buf) name = BUF_INIT;

		if (split_wish(e, s, world, &wish, err) < 0)
			return -1;
		if (engine_is_file(item->s))
			buf_set(&name, buf_span(item));
		else if (naming_offered(e, world, s, wish.name, &name, err) < 0)
			return -1;
		else if (wish.version.n)
			buf_addf(&name, "=%.*s", SPAN_ARG(wish.version));
		texts_add(called, buf_span(&name));
	}
	return 0;
}

/* Sorts what was asked for into what repositories know and what stays as it is. */
static int sort_items(struct engine *e, struct stock *s, const struct request *r,
	struct choice *out, struct resolve_request *wanted, struct err *err)
{
	VEC_FOR (const struct buf, item, &out->called.of) {
		struct resolve_wish wish = wish_of(buf_span(item));
		bool offered = r->wish != WISH_NAMED;

		if (!offered && !engine_is_file(item->s) &&
			is_offered(e, s, wish.name, &offered, err) < 0)
			return -1;
		if (offered || (wish.version.n && !engine_is_file(item->s)))
			resolve_wish(wanted, wish.name, wish.version);
		else
			texts_add(&out->request.items, buf_span(item));
	}
	wanted->goal = goals[r->wish];
	wanted->all = r->wish == WISH_UPGRADE && !r->items.of.n;
	wanted->cascade = r->wish == WISH_CASCADE;
	return 0;
}

/* --- What the answer is ----------------------------------------------------------------------- */

static int lost(struct span name, struct err *err)
{
	return err_set(err, ERR_BAD_STATE, "the index has lost %.*s", SPAN_ARG(name));
}

/* That it comes from another repository than before is said. */
static void note_moved(const struct supply *supply, const struct resolve_change *c,
	const struct shelf *shelf, struct choice *out)
{
	struct supply_item to, from;
	AUTO(buf) text = BUF_INIT;
	struct span rest, line;

	if (c->from == RESOLVE_NONE)
		return;
	supply_get(supply, c->to, &to);
	supply_get(supply, c->from, &from);
	for (rest = from.relations; span_split(&rest, '\n', &line);)
		if (span_starts(line, "o ") &&
			!span_is(span_cut(line, 2, line.n), buf_span(&shelf->repository->name))) {
			buf_addf(&text, "%.*s %.*s is of %s; what is installed came from %.*s",
				SPAN_ARG(to.name), SPAN_ARG(to.version), shelf->repository->name.s,
				SPAN_ARG(span_cut(line, 2, line.n)));
			texts_add(&out->notes, buf_span(&text));
		}
}

/* Whose place it takes, where that is called otherwise. */
static void note_instead(
	const struct supply *supply, const struct resolve_change *c, struct chosen *one)
{
	struct supply_item to, from;

	if (c->from == RESOLVE_NONE)
		return;
	supply_get(supply, c->to, &to);
	supply_get(supply, c->from, &from);
	if (span_is(to.name, from.name))
		return;
	buf_set(&one->instead, from.name);
	buf_set(&one->inherited, to.relations);
}

/* What its leaf says of it comes later, with all others'. */
static int add_one(struct stock *s, const struct supply *supply, const struct resolve_change *c,
	struct choice *out, struct err *err)
{
	struct chosen *one;
	struct supply_item item;
	struct shelf *shelf;

	supply_get(supply, c->to, &item);
	shelf = stock_shelf(s, item.repository);
	if (!shelf)
		return lost(item.name, err);
	one = vec_push(&out->of);
	*one = (struct chosen){.number = c->to,
		.file = -1,
		.repository = buf_dup(&shelf->repository->name),
		.url = buf_dup(&shelf->url),
		.format = shelf->repository->format,
		.within = shelf->within,
		.asked = c->asked,
		.why = buf_dup(&c->why),
		.path = BUF_INIT,
		.instead = BUF_INIT,
		.inherited = BUF_INIT};
	offer_init(&one->offer);
	note_instead(supply, c, one);
	note_moved(supply, c, shelf, out);
	return 0;
}

/* With what its leaf does not say. */
static int complete(
	struct shelf *shelf, const struct choice *o, struct offer *offer, struct err *err)
{
	if (heir_of_family(&shelf->index, offer, err) < 0)
		return -1;
	return choice_luet_complete(shelf, !o->looks, offer, err);
}

/* What is of one repository, as its leaves say it. */
static int read_shelf(
	struct shelf *shelf, const struct supply *supply, struct choice *o, struct err *err)
{
	VEC(struct leaf_want) wants = {0};
	int result;

	VEC_FOR (struct chosen, one, &o->of) {
		struct supply_item item;

		if (one->offer.name.n)
			continue;
		supply_get(supply, one->number, &item);
		if (item.repository == shelf->number)
			*vec_push(&wants) = (struct leaf_want){
				.name = item.name, .version = item.version, .to = &one->offer};
	}
	result = index_offers(&shelf->index, wants.v, wants.n, err);
	for (size_t i = 0; result == 0 && i < wants.n; i++)
		if (!wants.v[i].to->name.n)
			result = lost(wants.v[i].name, err);
	for (size_t i = 0; result == 0 && i < wants.n; i++)
		result = complete(shelf, o, wants.v[i].to, err);
	vec_drop(&wants);
	return result;
}

/* Of luet's, the version says what it is: what was taken over from luet itself has an id of its own. */
static bool is_same(const struct offer *o, const struct supply_item *item)
{
	return o->format == FORMAT_LUET || span_is(buf_span(&o->id), item->id);
}

/* As one repository offers it: 1; 0: it does not. */
static int add_same_of(
	struct shelf *shelf, const struct supply_item *item, struct choice *out, struct err *err)
{
	AUTO(offer) offer;
	struct chosen *one;
	int there;

	offer_init(&offer);
	there = shelf->damaged ? 0
			       : index_offer(&shelf->index, item->name, item->version, &offer, err);
	if (there < 0)
		return -1;
	if (!there || !is_same(&offer, item))
		return 0;
	if (complete(shelf, out, &offer, err) < 0)
		return -1;
	one = vec_push(&out->of);
	*one = (struct chosen){.offer = offer,
		.file = -1,
		.repository = buf_dup(&shelf->repository->name),
		.url = buf_dup(&shelf->url),
		.format = shelf->repository->format,
		.within = shelf->within,
		.asked = true,
		.why = BUF_INIT,
		.path = BUF_INIT,
		.instead = BUF_INIT,
		.inherited = BUF_INIT};
	offer_init(&offer);
	return 1;
}

/* What is in use already: as it is offered, where it still is (1; 0); by the repository that it came from, if that one does. */
static int add_same(struct engine *e, struct stock *s, const struct supply_item *item,
	struct choice *out, struct err *err)
{
	AUTO(buf) home = BUF_INIT;
	int there = origins_repository(&e->db, item->name, item->id, &home, err) < 0 ? -1 : 0;

	for (int own = 1; own >= 0; own--)
		VEC_FOR (struct shelf, shelf, &s->of)
			if (there == 0 &&
				own == span_is(buf_span(&shelf->repository->name), buf_span(&home)))
				there = add_same_of(shelf, item, out, err);
	return there;
}

/* For who wants its packs alone. */
static int add_again(struct engine *e, struct stock *s, const struct supply *supply,
	const struct resolve_change *c, struct choice *out, struct err *err)
{
	struct supply_item item;

	supply_get(supply, c->from, &item);
	return add_same(e, s, &item, out, err) < 0 ? -1 : 0;
}

/* What nobody offers any more is configured again. */
static int take_same(struct engine *e, struct stock *s, const struct world *world,
	struct choice *out, struct err *err)
{
	VEC_FOR (const struct buf, name, &out->called.of) {
		const struct bundle *b = world_current(world, buf_span(name));
		struct supply_item item = {.name = buf_span(name)};
		int there;

		if (!b)
			return err_set(err, ERR_NO_PACKAGE, "%s: it is not installed", name->s);
		item.version = buf_span(&b->version);
		item.id = buf_span(&b->id);
		there = add_same(e, s, &item, out, err);
		if (there < 0)
			return -1;
		if (there)
			continue;
		texts_add(&out->request.items, buf_span(name));
		engine_tell(e, WATCH_WARN, buf_span(name),
			"no repository has it as it is here: it is configured again, and not unpacked anew");
	}
	return 0;
}

static int take_change(struct engine *e, struct stock *s, const struct supply *supply,
	const struct resolve_change *c, struct choice *out, struct err *err)
{
	struct supply_item item;

	/* A download is of what is named, and of nothing else. */
	if (out->request.goal == GOAL_DOWNLOAD && !c->asked)
		return 0;
	switch (c->action) {
	case ACTION_REMOVE:
		supply_get(supply, c->from, &item);
		texts_add(out->request.goal == GOAL_REMOVE ? &out->request.items : &out->gone,
			item.name);
		return 0;
	case ACTION_AGAIN:
		if (out->request.wish == WISH_UPGRADE)
			return 0;
		if (out->request.goal != GOAL_INSTALL)
			return out->request.goal == GOAL_DOWNLOAD
				       ? add_again(e, s, supply, c, out, err)
				       : 0;
		supply_get(supply, c->from, &item);
		texts_add(&out->request.items, item.name);
		return 0;
	default: return add_one(s, supply, c, out, err);
	}
}

static int take_resolution(struct engine *e, struct stock *s, const struct supply *supply,
	const struct resolution *r, struct choice *out, struct err *err)
{
	VEC_FOR (const struct resolve_change, c, &r->of)
		if (take_change(e, s, supply, c, out, err) < 0)
			return -1;
	VEC_FOR (struct shelf, shelf, &s->of)
		if (read_shelf(shelf, supply, out, err) < 0)
			return -1;
	VEC_FOR (struct chosen, one, &out->of) {
		heir_provides(buf_span(&one->inherited), &one->offer.provides);
		if (origin_know(e, one, err) < 0)
			return -1;
	}
	VEC_FOR (const struct buf, note, &r->notes.of)
		texts_add(&out->notes, buf_span(note));
	VEC_FOR (const struct buf, note, &out->notes.of)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s", note->s);
	return 0;
}

/* Of what was asked for, what the admin has masked. */
static void tell_masked(struct engine *e, const struct stock *s, const struct choice *o)
{
	VEC_FOR (const struct masked, m, &s->masked)
		VEC_FOR (const struct buf, item, &o->called.of)
			if (span_is(wish_of(buf_span(item)).name, buf_span(&m->name)))
				engine_tell(e, WATCH_WARN, SPAN(""), "%s", m->text.s);
}

/* Nothing does, and perhaps because of that. */
static void blame_masks(const struct stock *s, struct err *err)
{
	size_t told = 0;

	if (err->code != ERR_CONFLICT && err->code != ERR_NO_PACKAGE)
		return;
	VEC_FOR (const struct masked, m, &s->masked)
		if (told++ < MASKED_TOLD)
			err_detail(err, "%s", m->text.s);
}

static void supply_release(struct supply **s)
{
	supply_free(*s);
}

static int ask(struct engine *e, struct stock *s, struct manifests *installed,
	const struct resolve_request *wanted, struct choice *out, struct err *err)
{
	__attribute__((cleanup(supply_release))) struct supply *supply = supply_new();
	AUTO(resolution) r = RESOLUTION_INIT;

	if (stock_add_installed(e, installed, supply, err) < 0)
		return -1;
	if (wanted->all)
		supply_want_installed(supply);
	for (size_t i = 0; i < wanted->of.n; i++)
		supply_want(supply, wanted->of.v[i].name);
	if (stock_fill(e, s, supply, err) < 0)
		return -1;
	if (resolve_run(supply, wanted, &r, err) < 0) {
		holds_explain(e, installed->world, err);
		blame_masks(s, err);
		return -1;
	}
	tell_masked(e, s, out);
	return take_resolution(e, s, supply, &r, out, err);
}

static void copy_request(const struct request *from, struct request *to)
{
	*to = *from;
	to->items = (struct texts){0};
	to->allowed = (struct texts){0};
	to->licences = (struct texts){0};
	VEC_FOR (const struct buf, x, &from->allowed.of)
		texts_add(&to->allowed, buf_span(x));
	VEC_FOR (const struct buf, x, &from->licences.of)
		texts_add(&to->licences, buf_span(x));
}

/* A version that is still here comes back without anybody being asked. */
static bool is_kept(const struct request *r, const struct world *world, struct choice *out)
{
	struct resolve_wish wish;

	if (r->wish != WISH_SWITCH || r->items.of.n != 1)
		return false;
	wish = wish_of(buf_span(&r->items.of.v[0]));
	VEC_FOR (const struct bundle, b, &world->of) {
		if (b->state != BUNDLE_PREPARED || !span_is(buf_span(&b->name), wish.name) ||
			!span_is(buf_span(&b->version), wish.version))
			continue;
		buf_set(&out->id, buf_span(&b->id));
		out->request.id = out->id.s;
		texts_add(&out->request.items, wish.name);
		return true;
	}
	return false;
}

/* Nobody can have it, as nothing is known of what repositories have. Where others go on, that is no error that could say so. */
static void find_lack(
	struct engine *e, const struct stock *s, const struct world *world, struct choice *o)
{
	const struct lack *lack = o->request.wish == WISH_NAMED ? stock_lack(s) : NULL;

	VEC_FOR (const struct buf, item, &o->called.of)
		if (!engine_is_file(item->s) && !world_first(world, wish_of(buf_span(item)).name))
			o->lack = lack;
	if (o->lack && o->request.keep_going)
		engine_tell(e, WATCH_WARN, SPAN(""), "%s: %s", o->lack->what, o->lack->next);
}

void choice_blame_lack(const struct choice *o, struct err *err)
{
	AUTO(buf) file = BUF_INIT;
	const char *told;

	if (!o->lack || err->code != ERR_NO_PACKAGE)
		return;
	/* There is nothing to be searched; how such a file is called stays. */
	told = strstr(err->next, SOLVE_OR_FILE);
	buf_adds(&file, told ? told : SOLVE_OR_FILE);
	err_detail(err, "%s", o->lack->what);
	err_next(err, "%s; %s", o->lack->next, file.s);
}

int choice_make(struct engine *e, const struct request *request, struct manifests *installed,
	struct choice *out, struct err *err)
{
	AUTO(stock) stock = STOCK_INIT;
	AUTO(resolve_request) wanted = {0};
	int result;

	copy_request(request, &out->request);
	out->made = true;
	out->looks = e->lock.fd < 0;
	if (is_kept(request, installed->world, out))
		return 0;
	if (!is_about_names(request)) {
		VEC_FOR (const struct buf, item, &request->items.of)
			texts_add(&out->request.items, buf_span(item));
		return 0;
	}
	result = stock_open(e, &stock, err);
	if (result == 0)
		result = call_items(e, &stock, installed->world, request, &out->called, err);
	if (result == 0 && request->wish == WISH_AGAIN)
		return take_same(e, &stock, installed->world, out, err);
	if (result == 0)
		result = sort_items(e, &stock, request, out, &wanted, err);
	if (result == 0)
		find_lack(e, &stock, installed->world, out);
	if (result == 0 && (wanted.of.n || wanted.all || wanted.goal == RESOLVE_AUTOREMOVE))
		result = ask(e, &stock, installed, &wanted, out, err);
	return result;
}
