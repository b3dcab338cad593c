/* What the engine tells while it works; cmd draws it. All text in events is raw: who prints it
 * escapes it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/texts.h"
#include "model/plan.h"

enum watch_kind {
	WATCH_PLAN, /* the plan is made; nothing has been done */
	/* Another fardel holds the lock: text says who; total is the seconds it may take, -1: for ever. */
	WATCH_WAIT,
	WATCH_TRANSFER, /* a pack is arriving: package, text = file name, done, total (-1 unknown) */
	WATCH_TRANSFER_END, /* that one has ended, well or not */
	WATCH_STEP, /* package, text = the step's name: begun */
	WATCH_STEP_END, /* done = 0 well, else failed */
	/* package, text = a piece of the rules' output (for --debug); done: 1 configure's stdout, 2 stderr, 0 what is neither, or of a run
	 * that is beside the matter. */
	WATCH_OUTPUT,
	WATCH_LIVE, /* package, text = a line of what a program of the system's says while it works: who sits at a terminal wants to see it */
	WATCH_DEBUG,
	WATCH_INFO,
	WATCH_WARN,
};

struct event {
	enum watch_kind kind;
	struct span package; /* may be empty */
	struct span text;
	int64_t done, total;
	const struct plan *plan; /* WATCH_PLAN */
};

struct findings;

/* A licence that has to be accepted before anything is fetched. */
struct watch_licence {
	struct span package;
	struct span spdx; /* what it is; may be empty */
	struct span url; /* file://: where its text is */
	struct span text; /* as it stands there: any bytes */
	bool changed; /* another text was accepted before */
};

struct watch {
	void (*on)(struct watch *watch, const struct event *event);
	/* Whether to go on in spite of what policy wants asked: 1 yes, 0 no, -1 there is nobody who can be asked. NULL: never. */
	int (*ask)(struct watch *watch, struct span package, const struct findings *findings);
	/* The same of whether it is accepted. */
	int (*licence)(struct watch *watch, const struct watch_licence *licence);
	/* Which one is meant: its number, from 0; -1: nobody can be asked, or none was chosen. */
	int (*choose)(struct watch *watch, struct span what, const struct texts *of);
	/* Appends a password, which nobody sees typed. `what`: "Password of main.key". 0; -1: nobody can be asked, or nothing came. */
	int (*password)(struct watch *watch, struct span what, struct buf *out);
};
