/* The policy: what may be changed on a system, as ids with an action each; built-in ones, and an admin's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/config.h"

/* Ascending: a later one is the stricter. */
enum policy_action { POLICY_ALLOW, POLICY_WARN, POLICY_ASK, POLICY_DENY, POLICY_ACTIONS };
const char *policy_action_name(enum policy_action action); /* "allow" */

enum policy_kind {
	POLICY_PATHS, /* by where it is: globs; those of an admin's rules are more of them */
	POLICY_PROPERTY, /* by what it is, wherever that is */
	POLICY_OWNER, /* by whose it is: what is denied is a conflict */
	POLICY_STATED, /* by what its manifest says of it, or does not */
	POLICY_FIXED /* fardel's own: denied, and no policy changes that */
};

/* One built-in id. */
struct policy_id {
	const char *id; /* "apt-sources" */
	enum policy_kind kind;
	enum policy_action action; /* when no rule says another */
	const char *text; /* "an apt source" */
	const char *const *globs; /* of POLICY_PATHS and POLICY_FIXED, NULL-ended; else NULL */
};
extern const struct policy_id *policy_ids(size_t *count);
/* NULL: not built in. */
const struct policy_id *policy_id_get(struct span id);
/* How a path (absolute, with or without wildcards) stands in globs: /bin, /sbin and /lib as /usr/bin and so on, whether or
 * not they are one here. */
void policy_path(struct span path, struct buf *out);

/* One [[policy]] of a file. */
struct policy_rule {
	struct buf id;
	struct texts paths; /* globs, as of policy_path; none: all paths */
	struct texts packages; /* globs of names; none: all packages */
	enum policy_action action;
	struct buf text; /* what is said in the place of the id's own; may be empty */
	struct buf origin; /* "/etc/fardel/policy.d/site.toml:3" */
};

struct policy {
	VEC(struct policy_rule) of; /* the last that fits counts */
	struct texts allowed; /* ids, for this once: over all rules */
	bool conflicts_warn; /* called as puavo-pkg: what is a conflict by default is a warning */
};
#define POLICY_INIT ((struct policy){0})
void policy_drop(struct policy *p);

/* Adds the rules of a file's TOML text. What is not known, of the wrong type or missing: ERR_CONFIG with file, line and
 * column; p then holds some of the file's rules. */
MUST_USE int policy_parse(struct policy *p, const char *file, struct span text, struct err *err);

/* --allow ID. ERR_USAGE for an id that is neither built in nor a rule's, and names the nearest; ERR_POLICY for what is
 * never allowed. */
MUST_USE int policy_allow(struct policy *p, struct span id, struct err *err);

/* One change, as the policy looks at it. */
struct policy_case {
	struct span package;
	struct span path; /* as of policy_path */
	bool whole; /* a link comes or goes there: it is a matter of all that can be beneath */
};

/* Whether the globs of a built-in id are about it; and those of a rule: false where it has none, or is not about the
 * package. */
bool policy_id_covers(const struct policy_id *id, const struct policy_case *c);
bool policy_rule_covers(const struct policy_rule *rule, const struct policy_case *c);

/* What is to be done about an id there: the last rule that covers the path, or is for all paths, says so; but where paths
 * are a matter only because something above them is changed whole, none makes it milder. */
struct policy_verdict {
	enum policy_action action;
	const struct policy_rule *rule; /* that says so; NULL: the default, or --allow */
	bool once; /* by --allow */
};
struct policy_verdict policy_decide(
	const struct policy *p, struct span id, const struct policy_case *c);
