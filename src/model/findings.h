/* Findings: what is to be said about changes before they are made. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

enum severity {
	SEVERITY_ALLOW, /* somebody allowed it: by a rule or --allow */
	SEVERITY_WARN,
	SEVERITY_ASK,
	SEVERITY_DENY, /* by policy: ERR_POLICY */
	SEVERITY_REFUSE, /* a conflict with an owner: ERR_CONFLICT */
	SEVERITIES
};
const char *severity_name(enum severity severity); /* "allow", "warn", "ask", "deny", "refuse" */

struct finding {
	struct buf id; /* stable: "apt-sources"; an admin's own too */
	enum severity severity;
	bool always; /* nothing allows it */
	struct buf path;
	struct buf owner; /* "coreutils (dpkg)", "zoom"; empty: nobody's, or it does not matter */
	struct buf text; /* "setuid root, mode 4755" */
	struct buf
		how; /* what allows it: "--allow apt-sources"; empty: nothing, or it need not be */
	struct buf
		origin; /* the rule that says so, "/etc/fardel/policy.d/site.toml:3"; empty: the default */
};

/* The dangerous first: what is always denied, refused, denied, asked, warned, allowed; by id; by path. */
struct findings {
	VEC(struct finding) of;
};
#define FINDINGS_INIT ((struct findings){0})
void findings_drop(struct findings *f);
struct finding *findings_add(struct findings *f); /* an empty one; valid until the next is added */
void findings_sort(struct findings *f);
void findings_cut(struct findings *f, size_t n); /* drops all from the n-th on */

/* "PATH: of OWNER: TEXT (policy ID)"; not escaped. */
void finding_format(const struct finding *f, struct buf *out);

size_t findings_count(const struct findings *f, enum severity severity);

/* -1 when something is denied: the first, with its path and owner, a few more below it, and what would allow them.
 * ERR_CONFLICT if the first is refused, else ERR_POLICY. f is sorted. */
MUST_USE int findings_verdict(const struct findings *f, struct err *err);
