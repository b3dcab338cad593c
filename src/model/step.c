/* The table of legal moves in the life of a package. */
#include "model/step.h"

#define EXTRACTED (1U << BUNDLE_EXTRACTED)
#define FETCHED (1U << BUNDLE_FETCHED)
#define PREPARED (1U << BUNDLE_PREPARED)
#define INSTALLED (1U << BUNDLE_INSTALLED)
#define BROKEN (1U << BUNDLE_BROKEN)

const struct step_row step_rows[STEP_KINDS] = {
	[STEP_EXTRACT] = {"extract", ACT_PREPARE, STEP_ABSENT, BUNDLE_EXTRACTED, CRASH_DISCARD},
	[STEP_FETCH] = {"fetch", ACT_PREPARE, EXTRACTED | FETCHED | PREPARED, BUNDLE_FETCHED,
		CRASH_DISCARD},
	[STEP_UNPACK] = {"unpack", ACT_PREPARE, FETCHED, BUNDLE_PREPARED, CRASH_DISCARD},
	[STEP_UNCONFIGURE] = {"unconfigure", ACT_SWITCH, INSTALLED | BROKEN, BUNDLE_PREPARED,
		CRASH_BACK},
	[STEP_CONFIGURE] = {"configure", ACT_SWITCH, PREPARED | INSTALLED | BROKEN,
		BUNDLE_INSTALLED, CRASH_BACK},
	[STEP_PURGE] = {"purge", ACT_CLEAN, EXTRACTED | FETCHED | PREPARED, -1, CRASH_FORWARD},
};

bool step_parse(struct span name, enum step_kind *out)
{
	for (unsigned kind = 0; kind < STEP_KINDS; kind++)
		if (span_is_text(name, step_rows[kind].name)) {
			*out = (enum step_kind)kind;
			return true;
		}
	return false;
}

bool step_is_legal(enum step_kind kind, int state)
{
	unsigned bit = state < 0 ? STEP_ABSENT : 1U << state;

	return step_rows[kind].from & bit;
}
