/* What the values of a manifest.toml have to be: each by itself, and together. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/installer.h"

#define FORMAT3_ROWS_MAX 48

struct format3_place {
	unsigned line, column; /* line 0: it is not there */
};

/* The manifest, as far as it is read. */
struct format3_state {
	struct installer *out; /* borrowed */
	int64_t epoch;
	struct format3_place at[FORMAT3_ROWS_MAX]; /* of each key, by format3_keys */
	VEC(struct format3_place) packs; /* of each [[pack]] */
};
void format3_state_drop(struct format3_state *s);

bool format3_is_architecture(struct span x); /* as Debian calls it; also "all" */
bool format3_is_web(struct span x); /* an http:// or https:// URL */
bool format3_is_url(struct span x);
bool format3_is_licence(struct span x);
bool format3_is_licence_file(struct span x);
bool format3_is_file(struct span x); /* a name that is no path, hidden file or option */
bool format3_is_deb(struct span x); /* NAME or NAME:ARCHITECTURE of Debian's */
bool format3_is_glob(struct span x);

/* No facts of other formats beside the manifest, and just one of `rules` and rules.lua. */
MUST_USE int format3_check_facts(const struct facts *facts, struct err *err);
/* What there must be is there, and goes together; then finishes *s->out: the version gets its epoch, "all" becomes no
 * architecture at all. */
MUST_USE int format3_check(struct format3_state *s, struct span top, struct err *err);
