/* Names made into installers: what repositories offer of what was asked for, and of what that needs. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "engine/manifests.h"
#include "engine/session.h"
#include "engine/stock.h"
#include "model/offer.h"
#include "model/plan.h"
#include "solve/solve.h"

struct chosen {
	struct offer offer;
	size_t number; /* in the supply, while there is one */
	struct buf repository, url; /* whose it is, and where its files are */
	enum repository_format format; /* of that repository */
	bool asked; /* named; else it comes for the sake of another */
	struct buf why; /* whose; may be empty */
	struct buf path; /* of its installer's file, once that was fetched; empty: not yet */
	int file; /* that, open: of Packets, whose content nothing but the file's sum is held against; -1 */
	int64_t within; /* as of struct shelf */
	bool makes; /* its installer is to be made (choice_luet) */
	struct buf
		instead; /* of a family of Packets': the one whose place it takes; may be empty */
	struct buf inherited; /* then: its relations, with what it stands for because of that */
	struct err *err; /* why that could not be had (keep_going); NULL */
};

struct choice {
	struct request
		request; /* as asked for, but: names that a repository has are not among its items */
	VEC(struct chosen) of;
	struct texts called; /* what was asked for, by the packages' whole names */
	struct texts gone; /* installed ones that make room */
	struct texts notes; /* what was not taken, or is kept back, and why */
	const struct lack *
		lack; /* why nobody can have something that was named; NULL: there is no such reason */
	struct buf id; /* of request.id, where a version that is still here was asked for */
	bool made; /* request was */
	bool looks; /* nothing of it is going to be made: it may be incomplete */
};
#define CHOICE_INIT ((struct choice){.id = BUF_INIT})
void choice_drop(struct choice *o);

/* Of plans of names: chooses. Where no repository was synced, or nothing in the request is a name of theirs, all of it is as it was. Changes nothing. */
MUST_USE int choice_make(struct engine *e, const struct request *request,
	struct manifests *installed, struct choice *out, struct err *err);

/* With keep_going what cannot be had keeps its error, and the others come. Fetches the installers of those whose installations are not there yet, and verifies each; needs the lock. */
MUST_USE int choice_fetch(
	struct engine *e, const struct world *world, struct choice *o, struct err *err);

/* Of what came of a choice: the reason that nobody can have it, and what helps. */
void choice_blame_lack(const struct choice *o, struct err *err);

/* What solve takes: as an installer that was only looked at. */
void choice_candidate(const struct chosen *one, struct candidate *out);

/* What is here already says itself what it is: its own words take the place of the index's. ERR_CHECKSUM as below. */
MUST_USE int choice_take_own(struct engine *e, const struct world *world, const struct chosen *one,
	struct candidate *c, struct err *err);
/* What its repository says of it in the place of what it says itself: of Packets. */
void choice_state(const struct chosen *one, struct installer *in);
/* ERR_CHECKSUM unless an installer is the one that the index names, of that version. */
MUST_USE int choice_hold(const struct chosen *one, struct span id, struct span name,
	struct span version, struct err *err);

/* Adds to the plan what goes, and what is to be asked: that more comes, or goes, than was named. */
void choice_plan(const struct world *world, const struct request *asked, const struct choice *o,
	struct plan *plan);
/* After the plan was carried out: who came for others' sake, and who was named. */
MUST_USE int choice_mark(
	struct engine *e, const struct choice *o, const struct plan *plan, struct err *err);
