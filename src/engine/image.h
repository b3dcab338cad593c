/* Whether the system image that runs is as new as an installer requires. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/installer.h"

/* ERR_CONFLICT where the image that /etc/puavo-image/name tells of (below the root) is older than what the installer
 * requires, or where that does not tell; unless image.check is off. */
MUST_USE int image_check(const struct engine *e, const struct installer *in, struct err *err);
