/* What rules in a stage are not shown, although they are root there: logins of fardel's own. */
#pragma once

#include "base/err.h"
#include "engine/live.h"
#include "engine/session.h"

/* Of /etc/fardel, and of the folders of repositories' files, those that others than root may not read: in their places there are empty ones, which
 * are made, where one is needed, in the folder `dir`, of which `path` is the absolute path. */
MUST_USE int secrets_hide(
	struct engine *e, int dir, const char *path, struct live_show *out, struct err *err);
