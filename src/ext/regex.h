/* Regular expressions as Go writes them, by RE2: matched in time that grows with the text and the expression alone, whoever wrote that. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/span.h"

struct regex;

/* NULL: it is none (ERR_CONFIG says where), or takes too much memory. The caller frees it. */
struct regex *regex_new(struct span text, struct err *err);
void regex_free(struct regex *r); /* NULL: nothing */

/* Whether it matches anywhere in x. */
bool regex_matches(const struct regex *r, struct span x);
/* How large it is: instructions, of which each may be gone through for each byte. */
size_t regex_size(const struct regex *r);
