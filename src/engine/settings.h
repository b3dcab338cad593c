/* The configuration's files, read in systemd's order of trust. */
#pragma once

#include "base/err.h"
#include "model/config.h"
#include "store/place.h"

/* The defaults; then fardel.toml of the first of /run/fardel, /etc/fardel, /usr/lib/fardel that
 * has one (or only `file`, where that is given); then conf.d/NAME.toml of all three, sorted by
 * name, a file of /run hiding one of the same name in /etc, and that one in /usr/lib; then
 * `sets`. Files that others could change are refused. */
MUST_USE int settings_load(const struct place *place, const char *file, const struct texts *sets,
	struct config *config, struct config_origins *origins, struct texts *warnings,
	struct err *err);
