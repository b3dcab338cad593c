/* What a member of an archive is, by the bits of its mode that say so. */
#pragma once

#include "ext/archive.h"

/* Fills type and kind. `type`: S_IFREG, S_IFDIR, …; archives use the same numbers. */
void archive_set_type(struct archive_entry *entry, unsigned type);
