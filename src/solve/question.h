/* A request, put to libsolv: as it is, or changed a little, to find out what stands in its way and what would help. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "solve/reach.h"
#include "solve/resolve.h"

/* What one of libsolv's wishes came from. */
enum asked_kind { ASKED_WISH, ASKED_HOLD, ASKED_MORE };
struct asked {
	enum asked_kind kind;
	size_t wish; /* its number in the request */
	uint32_t package; /* which is held */
};

struct question {
	const struct resolve_request *request;
	struct reach reach;
	VEC(struct asked) asked; /* of each of libsolv's */
	bool given_up; /* a try took too many steps; all later ones say no */
};
void question_drop(struct question *q);

/* *out need not be initialised. As reach_make; ERR_NO_PACKAGE where a wish is of what is not there. */
MUST_USE int question_make(const struct supply *s, const struct resolve_request *request,
	struct question *out, struct err *err);

/* What is asked otherwise. REACH_NONE and RESOLVE_NONE: nothing. */
struct tweak {
	uint32_t there; /* this very package is to be there */
	uint32_t gone; /* this installed one is not to be there */
	uint32_t free; /* this hold is not looked at */
	size_t without; /* this wish is left out */
	bool cascade; /* of a removal */
};
#define TWEAK_NONE ((struct tweak){REACH_NONE, REACH_NONE, REACH_NONE, RESOLVE_NONE, false})

/* True: sat_has of reach.sat tells what is there; false: sat_rules why not. */
bool question_try(struct question *q, const struct tweak *tweak);

/* The packages that a wish is about are one after the other; those that it can be met by: false for others. */
bool question_suits(const struct question *q, const struct resolve_wish *wish, uint32_t package);
/* Whether the installed one gives way to a package that was asked for and is there: that provides what it conflicts with, which the installed one is. */
bool question_gives_way(const struct question *q, uint32_t installed, uint32_t *to);
