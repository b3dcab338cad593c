/* luet's configuration, where fardel.toml names it; for the engine's own files. */
#pragma once

#include "base/err.h"
#include "engine/conf.h"
#include "engine/session.h"
#include "model/luet_conf.h"

/* Into what was initialised: 1. 0: fardel.toml names none (luet.config). Where that is not there, all is as luet takes it. ERR_CONFIG, ERR_UNSAFE:
 * it cannot be used. */
MUST_USE int luet_conf_load(const struct engine *e, struct luet_conf *out, struct err *err);

/* Its folders whose files are read one by one. */
enum luet_conf_folders { LUET_MASKS, LUET_PROTECTED, LUET_ENABLED, LUET_DEFINED };

/* Gives the reader (its take, arg and size_max) the .yml and .yaml files of these folders; none where fardel.toml names no configuration. */
MUST_USE int luet_conf_read(const struct engine *e, enum luet_conf_folders which,
	struct conf_reader r, struct err *err);
