/* Which packages of wagons the admin has masked, by luet's mask.d; for the engine's own files. */
#pragma once

#include "base/err.h"
#include "engine/session.h"
#include "model/luet_mask.h"

/* Those of the folders that luet's configuration names (luet.config); none where fardel.toml names no such configuration. */
MUST_USE int luet_masks_load(struct engine *e, struct luet_masks *out, struct err *err);
