/* The facts of an installer: its small metadata files, by name, as they stand in its top folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"

#define FACT_MAX 65536 /* bytes of one fact's file */

struct fact {
	struct buf name; /* "legend.fi" */
	struct buf value; /* the file's bytes */
};

struct facts {
	VEC(struct fact) of;
	bool has_rules; /* an executable file `rules` is there */
	bool has_lua; /* a file `rules.lua` is there */
	bool has_licence; /* a file `license` is there */
};

#define FACTS_INIT ((struct facts){0})
void facts_drop(struct facts *f);

/* Whether a file of this name is a fact that installers of the formats read here may have:
 * manifest.toml, description, description.LL, legend, legend.LL, format, license is not one (only has_licence
 * counts), upstream_pack_url, upstream_pack_md5sum, -sha1sum, -sha256sum, -sha384sum,
 * -sha512sum, .puavo-pkg-version, manifest.toml; artifact.yaml, definition.yaml and finalize.yaml, of luet's packages. */
bool fact_is_known(struct span name);

void facts_add(struct facts *f, struct span name, struct span value);
const struct fact *facts_get(const struct facts *f, const char *name); /* NULL if not there */

/* The value of `name` in the best language: of "fi_FI.UTF-8": name.fi_FI, name.fi, name.
 * `language` may be empty, C or POSIX. Empty if nothing is there. */
struct span facts_text(const struct facts *f, const char *name, const char *language);
