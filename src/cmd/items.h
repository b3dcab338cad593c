/* What gc and the cache's commands share: rows of found things, and how many bytes they take. */
#pragma once

#include "cmd/cmd.h"
#include "cmd/sheet.h"

/* --keep N: -1 where it is not given. */
struct keep_options {
	int64_t keep;
};
#define KEEP_OPT(words) \
	{ \
		"keep", .letter = 'k', .kind = OPT_NUMBER, \
			.at = offsetof(struct keep_options, keep), .arg = "N", .min = 0, \
			.max = 1000000, .preset = -1, .help = words \
	}

enum items_kind { ITEMS_INSTALLATIONS, ITEMS_PACKS };

/* Prints the items as data, each with what it is; where something is done to them, with whether it
 * was. */
void items_print(struct run *run, const struct items *items, enum items_kind kind, bool with_done);

/* The closing line on stderr: how many were taken, or would be, and what that frees. */
void items_say_taken(struct run *run, const struct items *items, const char *one, const char *many);
