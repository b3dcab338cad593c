/* The installers below a repository's folder: found, and of those that are not known yet, read. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "engine/session.h"
#include "store/offered.h"

struct repo_bad {
	struct buf path; /* below the folder */
	struct buf why;
	enum err_code code;
};
struct repo_scan {
	int64_t found, read; /* installers; those that had to be looked into */
	VEC(struct repo_bad) bad; /* that cannot be offered: nothing is known of them */
};
void repo_scan_drop(struct repo_scan *s);
/* Brings `offered` up to what is in the folder; commits what it has found out now and then. */
MUST_USE int repo_scan(
	struct engine *e, int dir, struct offered *offered, struct repo_scan *out, struct err *err);
