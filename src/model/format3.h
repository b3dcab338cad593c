/* Installers of format 3: manifest.toml, which says of a package what its other files do not. */
#pragma once

#include "base/err.h"
#include "base/span.h"
#include "model/installer.h"

#define FORMAT3_FACT "manifest.toml"

/* Reads the file's text into *out, which was initialised and has the facts; summary and description, and their translations,
 * become what legend and description are in other formats. ERR_INSTALLER, with line and column where it can be told: no TOML; a
 * key that is not known (and the nearest that is), of another type, empty or malformed; one that is missing; more than there
 * may be; a name that is not `top`; facts of other formats; not just one of `rules` and rules.lua. */
MUST_USE int format3_parse(
	struct span text, struct span top, struct installer *out, struct err *err);

/* The keys that there are, for lint and the manual: "pack.url"; NULL-ended. */
extern const char *const format3_keys[];
