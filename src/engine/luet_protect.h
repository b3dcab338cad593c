/* Where packages of luet's replace no file that is there. */
#pragma once

#include "base/err.h"
#include "base/texts.h"
#include "engine/session.h"
#include "model/installer.h"

/* Adds the folders: those that the package names, luet.config_protect's, and where luet's configuration is used, those of its
 * config.protect.d. ERR_CONFIG, ERR_UNSAFE: a file of those cannot be used; what it would protect is not known then. */
MUST_USE int luet_protected(
	struct engine *e, const struct installer *about, struct texts *out, struct err *err);
