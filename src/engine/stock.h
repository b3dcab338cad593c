/* All that the repositories in use offer: their synced indexes, opened together to be read. */
#pragma once

#include "base/err.h"
#include "base/vec.h"
#include "engine/manifests.h"
#include "engine/session.h"
#include "model/luet_mask.h"
#include "model/offer.h"
#include "model/repository.h"
#include "solve/supply.h"
#include "store/index.h"

struct shelf { /* one repository's */
	const struct repository *repository; /* of stock.repositories */
	struct index index;
	struct buf url; /* where it was synced from */
	int64_t synced, expires;
	unsigned number; /* in the supply */
	int64_t within; /* of Packets: mirrors that it names may lead no further in (enum address_reach); -1: they may */
	bool is_signed; /* by whom its file names */
	bool damaged; /* a row of it is none: it is passed over from there on */
	bool refused; /* there is an index, but it is not to be had, which was told */
	bool overfull; /* that it has more versions of something than count was told */
};
struct masked { /* a package that is not offered */
	struct buf name, text;
};
struct stock {
	struct repositories repositories;
	struct luet_masks masks;
	VEC(struct masked) masked; /* as far as they were met, in words */
	VEC(struct shelf) of; /* by priority, then name */
	bool refused; /* the index of one that is enabled, which was told */
};
#define STOCK_INIT ((struct stock){0})
void stock_drop(struct stock *s);

/* Those that are enabled and were synced. What cannot be read is told and left out. NEED_READ. */
MUST_USE int stock_open(struct engine *e, struct stock *out, struct err *err);

/* Why there is no shelf; NULL: there is one. */
const struct lack *stock_lack(const struct stock *s);

/* The shelf of just one, whether it is enabled or not: 1; 0: it was never synced, or is not to be had (out->refused). */
MUST_USE int stock_open_shelf(
	struct engine *e, const struct repository *r, struct shelf *out, struct err *err);
void shelf_drop(struct shelf *s);

/* Adds to the supply what is installed, with what its packages state. */
MUST_USE int stock_add_installed(
	struct engine *e, struct manifests *installed, struct supply *out, struct err *err);
/* Adds what is offered of the names that the supply wants, and of those that it then wants, … */
MUST_USE int stock_fill(struct engine *e, struct stock *s, struct supply *out, struct err *err);

/* After asking its index has failed: what is wrong with that alone is told, and it is left out from now on; else -1. */
MUST_USE int stock_pass_over(struct engine *e, struct shelf *shelf, struct err *err);

/* Whether the admin has masked a row of the shelf: nobody is to see it; it is noted in words. */
bool stock_is_masked(struct stock *s, const struct shelf *shelf, const struct index_row *row);

/* The shelf that an item of the supply is from; NULL: it is installed. */
struct shelf *stock_shelf(struct stock *s, unsigned number);
