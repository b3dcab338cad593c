/* A call of systemctl, taken apart: its options mean what they do for the real one. */
#pragma once

#include <stdbool.h>

#include "base/vec.h"
#include "work/live.h"

/* What an option makes of a call. */
enum meaning {
	OPTION_PLAIN = 256, /* nothing that matters */
	OPTION_ANOTHER, /* another request than without it */
	OPTION_REAL, /* only about files, or about systemctl itself */
	OPTION_REMOTE, /* another machine */
	OPTION_USER,
	OPTION_NOW,
	OPTION_NO_RELOAD,
	OPTION_RUNTIME,
	OPTION_PROPERTY,
	OPTION_PROPERTY_VALUE,
	OPTION_VALUE,
	OPTION_QUIET,
};

/* One call, taken apart. */
struct live_call {
	const struct live *live;
	unsigned has; /* bits 1 << (option - OPTION_PLAIN) */
	VEC(const char *) properties;
	char **words; /* NULL-ended: the verb's arguments; in `copy` */
	char **copy; /* the call's argv, sorted by getopt */
};

void live_call_drop(struct live_call *c);

/* -1: an option that there is none of; that was said on stderr. Without a verb it is list-units. */
MUST_USE int live_call_parse(const struct live *live, struct live_call *out, const char **verb);
bool live_call_has(const struct live_call *c, enum meaning meaning);
