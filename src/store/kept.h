/* The kept folders' names and seal (store/apply), and which change keeps a file that has several names. */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/changes.h"

#define KEPT_NUMBERS ((size_t)24) /* bytes that hold any number and its NUL */

/* What is wanted: after the changes, or before them. */
static inline const struct node *kept_node(const struct change *c, bool after)
{
	return after ? &c->after : &c->before;
}

/* The name of the file that the change of that number keeps. */
void kept_name(size_t number, char name[KEPT_NUMBERS]);

/* first[i]: the number of the first change whose file is that of i, by another name; i itself mostly. `first` has c's length. */
void kept_first(const struct changes *c, bool after, size_t *first);

/* Whether anything is kept of that side: else there need be no folder, and no seal. */
bool kept_has(const struct changes *c, bool after);

/* Notes in the folder which files of which changes it is for, those after or those before; syncs nothing. */
MUST_USE int kept_seal(int folder, const struct changes *c, bool after, struct err *err);
/* ERR_BAD_STATE unless it is sealed for these. */
MUST_USE int kept_check(int folder, const struct changes *c, bool after, struct err *err);
