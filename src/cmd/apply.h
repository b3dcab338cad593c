/* What the commands share that make a plan and carry it out. */
#pragma once

#include <stdbool.h>

#include "cmd/cmd.h"

/* The options that some of them have; each command lists those that it takes. */
struct apply_options {
	bool all, force, force_id, direct, purge, cascade;
	enum wish wish; /* what the command asks of repositories */
	struct texts allow, licences;
	const char *previewed;
};

#define APPLY_ALL \
	{ \
		"all", .letter = 'a', .kind = OPT_FLAG, .at = offsetof(struct apply_options, all), \
		       .help = "all packages, in place of names" \
	}
#define APPLY_FORCE \
	{ \
		"force", \
			.letter = 'f', .kind = OPT_FLAG, \
			.at = offsetof(struct apply_options, force), \
			.help = "go on where the package's unconfigure fails, or others depend on it" \
	}
#define APPLY_DIRECT \
	{ \
		"direct", .kind = OPT_FLAG, .at = offsetof(struct apply_options, direct), \
			  .help = "run the rules on the system itself, not in a stage" \
	}
#define APPLY_ALLOW \
	{ \
		"allow", .kind = OPT_LIST, .at = offsetof(struct apply_options, allow), \
			 .arg = "ID", .help = "let the policy's ID pass, for this once" \
	}
#define APPLY_LICENCE \
	{ \
		"accept-license", .kind = OPT_LIST, \
				  .at = offsetof(struct apply_options, licences), .arg = "NAME", \
				  .help = "the licence of the package NAME is accepted" \
	}
#define APPLY_PREVIEWED \
	{ \
		"previewed", .kind = OPT_TEXT, .at = offsetof(struct apply_options, previewed), \
			     .arg = "FILE.json", \
			     .help = "do exactly what that preview shows, or nothing" \
	}
#define APPLY_FORCE_ID \
	{ \
		"force-id", .kind = OPT_FLAG, .at = offsetof(struct apply_options, force_id), \
			    .help = "accept other content under a package-id that is known" \
	}

/* ERR_USAGE unless either names or --all are given. */
MUST_USE int apply_check_names(const struct run *run, struct err *err);

/* ERR_USAGE unless the one argument is a transaction's number. */
MUST_USE int apply_check_number(const struct run *run, struct err *err);

/* Makes the plan of run's arguments and options; prints it (--dry-run), or carries it out and says
 * what was done. */
MUST_USE int apply_run(struct run *run, enum goal goal, struct err *err);
