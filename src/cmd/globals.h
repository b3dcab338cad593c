/* The options that every command takes, before its name and behind it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/opt.h"
#include "model/config.h"

enum progress_when { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

struct globals {
	unsigned quiet;
	bool debug, dry_run, yes, no_input, json, plain, offline, keep_going, help, version;
	unsigned color; /* enum term_when */
	unsigned progress; /* enum progress_when */
	const char *root, *config_file;
	struct texts sets; /* --set, --lock-timeout and --jobs as KEY=VALUE */
	int64_t lock_timeout, jobs; /* GLOBALS_UNSET: not given */
};

#define GLOBALS_UNSET INT64_MIN

extern const struct opt globals_rows[];
extern const size_t globals_count;

void globals_init(struct globals *g);
void globals_drop(struct globals *g);
/* Turns --lock-timeout and --jobs into sets, once all is read. */
void globals_finish(struct globals *g);
