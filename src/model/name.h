/* Names of packages, of all formats: which there are, and what becomes of one as a part of a path. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

#define NAME_MAX_BYTES 128 /* of CATEGORY/NAME together; of the other formats fewer (NAME_SIZE) */

/* luet's: CATEGORY/NAME, each of letters, digits and + . _ -, beginning with a letter, a digit or _. */
bool name_is_luet_valid(struct span name);
/* Any format's. */
bool name_is_valid(struct span name);
/* Whether a valid name is one of luet's: it has a slash, which no other has. What is said of its versions is luet's, too. */
bool name_is_luet(struct span name);
/* Whether a name is one that packages of the format (model/installer) may have. */
bool name_is_of(int format, struct span name);

/* Appends the name as one part of a path: ':', which no name has, in the place of the slash. */
void name_to_folder(struct span name, struct buf *out);
/* Appends the name of which it is the folder; false where it is that of none. */
bool name_of_folder(struct span folder, struct buf *out);

/* What may be a version of luet's: model/luet_version. */
bool name_is_luet_version(struct span version);
/* Of a subset of luet's packages: visible letters, as several stand side by side in a variable; at most 64 bytes. */
bool name_is_luet_subset(struct span x);
