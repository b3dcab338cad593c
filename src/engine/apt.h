/* apt-get, asked and run. */
#pragma once

#include "base/err.h"
#include "base/texts.h"
#include "engine/session.h"
#include "model/apt.h"

/* Whether there is one to be asked, for the system worked on. */
bool apt_is_there(const struct engine *e);

/* What `apt-get install NAMES` would do; runs without rights. ERR_CONFLICT where it cannot, or something would have to go. */
MUST_USE int apt_simulate(
	struct engine *e, const struct texts *names, struct apt_answer *out, struct err *err);

/* Does it: its output goes to the log, and to who watches, while it works (WATCH_LIVE). Whatever signal comes, it is waited for, as dpkg should not be left half-way; but not longer than apt.timeout:
 * ERR_TIMEOUT, and it was ended with what of its process group was left. */
MUST_USE int apt_install(struct engine *e, const struct texts *names, struct err *err);
