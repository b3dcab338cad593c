/* Which of many packages can be there together: libsolv. Nothing is read out of versions or relations here: a caller says what each relation is met by, and how
 * the versions of one name are ordered. Memory that is wanting ends the program, as it does elsewhere (libsolv aborts): callers bound what they give. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct sat;
struct sat *sat_new(void);
void sat_free(struct sat *s);

/* Packages are preferred by `preference`, the highest, then by rank, the highest of their name. Of one name one can be there. Numbers from 0 on. */
struct sat_package {
	struct span name;
	unsigned rank;
	bool installed;
	int preference;
};
unsigned sat_add(struct sat *s, const struct sat_package *p);
/* What any one of these meets; they may be none. Numbers from 0 on. */
unsigned sat_need(struct sat *s, const unsigned *packages, size_t count);
/* Given behind the last package and need. What is installed and lacks one already, or conflicts already, is left so. */
void sat_depends(struct sat *s, unsigned package, unsigned need);
void sat_conflicts(struct sat *s, unsigned package, unsigned need);

enum sat_wish {
	SAT_INSTALL, /* one of them */
	SAT_UPDATE, /* what is installed: to its best, as far as that can be */
	SAT_KEEP, /* what is installed: as it is */
	SAT_ERASE,
	SAT_MAY_GO, /* what is installed need not stay */
};
/* Numbers from 0 on; sat_forget forgets all, for another question about the same packages. */
unsigned sat_ask(struct sat *s, enum sat_wish wish, const unsigned *packages, size_t count);
void sat_forget(struct sat *s);

/* What is installed stays, or gives way to a higher rank of its name; `any` may go where it must. 1: sat_has tells what is there. 0: sat_rules tells why
 * not. -1: given up: packages can be made so that no computer comes to an end with them. All questions about the same packages have so many steps together, so the answer
 * is the same on each machine. */
int sat_solve(struct sat *s, bool any);
bool sat_has(const struct sat *s, unsigned package);

enum sat_kind {
	SAT_RULE_DEPENDS, /* package, need; which may be met by none */
	SAT_RULE_CONFLICTS, /* package, other, need */
	SAT_RULE_NAME, /* package, other: of one name */
	SAT_RULE_INSTALLED, /* package: it is to stay, or to be updated */
	SAT_RULE_ASKED, /* asked */
};
struct sat_rule {
	enum sat_kind kind;
	unsigned package, other, need, asked;
};
/* Of what cannot be: what contradicts itself, rule by rule. fn is called for each; not at all where it was given up. */
void sat_rules(struct sat *s, void (*fn)(void *arg, const struct sat_rule *rule), void *arg);
