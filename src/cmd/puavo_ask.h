/* What puavo-pkg's commands work with, and those of them that only ask. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "engine/engine.h"

struct puavo {
	struct watch watch; /* first: the engine is given its address */
	struct engine *engine;
	int level; /* as of syslog: what is above it is not printed */
	const char *const *proxies;
	const char *const *args; /* behind the command's name, NULL-ended */
	int count;
};

bool puavo_is_field_option(const char *argument);

/* list, show and license: to stdout, as that tool prints them. */
MUST_USE int puavo_list(struct puavo *p, struct err *err);
MUST_USE int puavo_show(struct puavo *p, struct err *err);
MUST_USE int puavo_license(struct puavo *p, struct err *err);
