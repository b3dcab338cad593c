/* Which architecture's packages the system takes. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/installer.h"

/* Leaves out what is for other architectures than that of the system that is worked on (installer_select). */
MUST_USE int architecture_select(struct engine *e, struct installer *in, struct err *err);

/* Its architecture as Debian calls it: the machine's; below another root what dpkg's database there says of itself, where there
 * is one. Borrowed until engine_close. */
MUST_USE int architecture_get(struct engine *e, struct span *out, struct err *err);
