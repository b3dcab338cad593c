/* What there is to choose from: what is installed, and what repositories offer. Kept small, as there may be a hundred thousand of them: texts in one
 * block, relations as the lines they came in, which are read when somebody asks for the package. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "model/relation.h"

#define SUPPLY_INSTALLED 0 /* the repository that what is installed is of */
#define SUPPLY_NONE ((size_t)-1)
#define SUPPLY_MAX 1000000 /* packages */
#define SUPPLY_VERSIONS_MAX 1000 /* packages of one name */
#define SUPPLY_BYTES_MAX (512 << 20) /* and their texts */
#define SUPPLY_REPOSITORIES_MAX 1000

/* One version of a package, as it is given and as it is got: then its texts are the supply's. */
struct supply_item {
	struct span name, version, id; /* version, id: may be empty */
	struct span
		relations; /* lines: "d x (>= 1)", "c x", "p x (= 1)", "f KEY 7" (one of a family of Packets', found as if it provided KEY, and its serial), "o NAME" (installed: the repository that it came from); what begins otherwise is passed over */
	unsigned repository; /* SUPPLY_INSTALLED, or what supply_repository gave */
	bool held; /* installed: it stays as it is */
	bool automatic; /* installed: for others' sake */
	int64_t row; /* the caller's own */
};

struct supply *supply_new(void);
void supply_free(struct supply *s);

/* Whose packages have the lower priority are preferred to all others; of the same, those that somebody has signed. ERR_FAILED where there are too many. */
MUST_USE int supply_repository(struct supply *s, struct span name, int64_t priority, bool is_signed,
	unsigned *repository, struct err *err);
struct span supply_repository_name(const struct supply *s, unsigned repository); /* installed: "" */
int64_t supply_repository_priority(const struct supply *s, unsigned repository);
/* Which is preferred: the lowest. */
int64_t supply_repository_place(const struct supply *s, unsigned repository);
/* The one of that name; SUPPLY_INSTALLED: there is none. */
unsigned supply_repository_named(const struct supply *s, struct span name);

/* Copies. What is installed is added before what is offered, once for each name; what was added of that name, version and repository already is passed over. ERR_FAILED where there is too much. */
MUST_USE int supply_add(struct supply *s, const struct supply_item *item, struct err *err);

/* Appends the lines for `relations`. */
void supply_relations(const struct relations *depends, const struct relations *conflicts,
	const struct relations *provides, struct buf *out);

size_t supply_count(const struct supply *s);
void supply_get(const struct supply *s, size_t number, struct supply_item *out);

/* For who does not add all that is offered, but what may matter: the names that are to be looked up, those who have them and those who provide them,
 * in all repositories. What is installed is added first; then the names that are asked for are wanted; then, until there is no next one, each one's packages are added.
 * supply_next gives a name once; it holds until the next call of any of these. */
void supply_want(struct supply *s, struct span name);
void supply_want_installed(struct supply *s); /* all that is installed: for an upgrade of all */
bool supply_next(struct supply *s, struct span *name);

/* Who has a name, then who provides it, whatever they are called: numbers of packages, one after the other; SUPPLY_NONE: no more. */
size_t supply_first(const struct supply *s, struct span name);
size_t supply_older(const struct supply *s, size_t number); /* of the same name, added before it */
size_t supply_installed(const struct supply *s, struct span name); /* the one of it; SUPPLY_NONE */
size_t supply_provider(
	const struct supply *s, struct span name, size_t *walk); /* *walk begins as 0 */
