/* Subsets of luet's packages: files that are left out as long as nobody has enabled the subset.
 *
 * A package says which in its definition.yaml:
 *
 *	annotations:
 *	  subsets:
 *	    rules:
 *	      devel:               # the subset
 *	      - ^/usr/include/     # patterns (ext/regex) of paths; a folder's ends with a slash
 *
 * and the admin for all of a category, or for some packages, in files of luet's subsets.def.d:
 *
 *	subsets_def:
 *	  gcc-devel:
 *	    name: gcc-devel        # may be missing: the key
 *	    description: …
 *	    rules: [^/usr/bin/]
 *	    packages: [sys-devel/gcc]
 *	    categories: [sys-devel-9.2.0]
 *
 * What the admin says of a subset counts in the place of what the package says of it; of a package, in the place of what is said of its category. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "base/vec.h"
#include "ext/regex.h"
#include "model/luet_node.h"

#define LUET_SUBSETS_MAX (1 << 20) /* bytes of a file of subsets.def.d */
#define LUET_RULES_MAX 256 /* of a package, or a subset */

struct luet_subset {
	struct buf name;
	struct texts rules;
	struct buf file; /* of the admin's: where it stands */
	struct texts packages, categories; /* of the admin's: what it is about */
};
struct luet_subsets {
	VEC(struct luet_subset) of;
};
void luet_subsets_drop(struct luet_subsets *s);

/* A package's annotation; what is not as above counts for nothing, as with luet. */
void luet_subsets_take(struct luet_node annotation, struct luet_subsets *out);
/* Adds those of a file of subsets.def.d. ERR_CONFIG names line and what is wrong. */
MUST_USE int luet_subsets_define(
	struct span text, const char *file, struct luet_subsets *out, struct err *err);

/* What a package leaves out. */
struct luet_rule {
	struct regex *pattern;
	struct buf subset; /* that would bring it */
};
struct luet_rules {
	VEC(struct luet_rule) of;
	size_t size; /* of all their patterns: regex_size */
};
void luet_rules_drop(struct luet_rules *r);

/* Into *out, which is empty: the rules of those that count for CATEGORY/NAME and are not enabled. ERR_CONFIG: a pattern that is none, with its subset. */
MUST_USE int luet_rules_make(const struct luet_subsets *own, const struct luet_subsets *defined,
	const struct texts *enabled, struct span package, struct luet_rules *out, struct err *err);
/* The rule that leaves the path out; absolute, a folder's with a slash at its end. NULL: none. */
const struct luet_rule *luet_rules_find(const struct luet_rules *r, struct span path);
