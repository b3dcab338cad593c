/* Files of luet's config.protect.d: folders in which no file that is there is replaced.
 *
 *	name: etc
 *	dirs:
 *	- /etc
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"

#define LUET_PROTECT_MAX (64 << 10) /* bytes of one */

/* Adds its folders. ERR_CONFIG names line, key and what is wrong. */
MUST_USE int luet_protect_parse(struct span text, struct texts *out, struct err *err);

/* Adds a folder without slashes at its end. */
void luet_protect_add(struct texts *out, struct span folder);
/* Whether the path is in one of them: by whole names, and everything is in "/". */
bool luet_protect_covers(const struct texts *folders, struct span path);
