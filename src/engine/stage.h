/* The stage: configure and unconfigure run over the machine as it is, nothing of which they can reach; and what they would
 * have changed. */
#pragma once

#include <time.h>

#include "base/err.h"
#include "engine/session.h"
#include "model/changes.h"
#include "model/effects.h"
#include "model/packets_conf.h"
#include "rules/phase.h"
#include "sys/aside.h"
#include "sys/overlay.h"

struct stage {
	struct engine *e;
	bool beside; /* a second one, while another is open: nobody is told what happens in it */
	struct overlay overlay;
	int folder;
	struct timespec begun; /* nothing was seen in it before */
	bool told; /* which places can only be read in it */
	bool network
		[PHASES]; /* in which of them rules have the machine's: to be set after stage_open */
	bool refused; /* no stage is to be had here */
	/* Of packages of Packets, borrowed: where unconfigure finds what it had made, and where configure puts it; NULL, or
	 * empty: where the configuration says. */
	const struct packets_dirs *was, *is;
	const struct texts
		*given; /* borrowed, sorted: protected files that may be replaced; NULL: none */
	bool moves; /* configure brings along what else is in its folder there */
	struct texts kept; /* protected files that stand where others were to come, */
	struct texts laid_beside; /* and these others' places, in the same order */
	struct texts same; /* what was written and is as before, by the last stage_read */
};
#define STAGE_INIT ((struct stage){.folder = -1})

/* After an error as well as after the last use: stage_close, which throws all of it away (of STAGE_INIT: nothing). */
MUST_USE int stage_open(struct engine *e, bool beside, struct stage *out, struct err *err);
void stage_close(struct stage *s);

/* What goes of a stage on another thread, beside what its commit waits for. */
struct stage_rest {
	struct aside work;
	struct engine *e;
	const char *name;
	bool mime;
	struct err err;
};
#define STAGE_REST_INIT ((struct stage_rest){.e = NULL})

/* As stage_close, but its folders go meanwhile, until stage_rest_end: before the next stage, and before any process is started. `rest` stays where it
 * is until then. */
void stage_leave(struct stage *s, struct stage_rest *rest);
/* Waits for that; of STAGE_REST_INIT: nothing. */
void stage_rest_end(struct stage_rest *rest);

static inline bool stage_is_open(const struct stage *s)
{
	return s->folder >= 0;
}

/* Whether a stage is to be had here: makes one beside, runs nothing in it, and throws it away. Needs no lock. ERR_POLICY, or what
 * fails. */
MUST_USE int stage_try(struct engine *e, struct err *err);

/* Runs a phase of an installation that stands at its place, on what those before it have left in the stage; what it asks of
 * the running system is added to `effects`. ERR_POLICY where no stage is to be had here; else as rules_switch. */
MUST_USE int stage_rules(struct stage *s, enum phase phase, const struct bundle *bundle,
	struct effects *effects, struct err *err);

/* A phase that our own code plays begins or ends (WATCH_STEP, WATCH_STEP_END): said as of rules, but of what is only tried beside. */
void stage_tell(struct stage *s, enum watch_kind kind, enum phase phase,
	const struct bundle *bundle, int result);

/* Lays a package's tree (a folder, which is emptied) into it; store/lay. `list`: what was laid is wanted. ERR_POLICY as stage_rules. */
struct lay_done;
MUST_USE int stage_lay(struct stage *s, int tree, const struct texts *protect, bool list,
	struct lay_done *out, struct err *err);

/* Runs our own code in it, as root of what is shown there; its error is the result. ERR_POLICY as stage_rules. */
MUST_USE int stage_do(
	struct stage *s, int (*fn)(void *arg, struct err *err), void *arg, struct err *err);

/* Takes back in the stage what stands there of the footprint as the package made it; what somebody else has changed since stays.
 * `base` holds its kept files (store/undo). */
MUST_USE int stage_take_back(
	struct stage *s, const struct changes *footprint, int base, struct err *err);

/* The content of a change's file, before and after, at most `max` bytes of each: empty where there is none. 1; 0: one of them
 * is longer; -1. */
MUST_USE int stage_content(struct stage *s, const struct change *c, size_t max, struct buf *before,
	struct buf *after, struct err *err);

/* What all of them together have changed so far, the package's own folder with it; `changes` is empty before. That puavo's
 * mime database is to be made anew is added to `effects`. */
MUST_USE int stage_read(struct stage *s, const struct bundle *bundle, struct changes *changes,
	struct effects *effects, struct err *err);
