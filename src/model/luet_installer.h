/* Installers of luet's packages, which fardel makes of what a wagon says: a folder CATEGORY:NAME with
 *
 *	definition.yaml    as the wagon has it: name, category, version, description, …
 *	finalize.yaml      as the wagon has it, where the package has finalizers
 *	artifact.yaml      of fardel's: which file holds its tree
 *
 *		file: NAME-CATEGORY-1.0.package.tar.zst
 *		sha256: HEX
 *		url: https://…            # none where a repository says it
 *
 *		layers: [HEX, HEX]        # in the place of sha256, of an image: their sums, the lowest first; `file` is its tag
 *
 *		taken_over: true          # by repo import luet: where its tree is to be had is not known
 *
 * Without `file` the package has no tree: it only requires others. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "model/digest.h"
#include "model/installer.h"
#include "model/oci.h"

#define LUET_DEFINITION "definition.yaml"
#define LUET_FINALIZE "finalize.yaml"
#define LUET_ARTIFACT "artifact.yaml"

/* Whether the facts are of one. */
bool luet_installer_is(const struct facts *facts);

/* Reads out->facts into the rest of *out; description and legend are added to them. ERR_INSTALLER names file and key. */
MUST_USE int luet_installer_parse(struct span top, struct installer *out, struct err *err);

#define LUET_LAYERS_MAX OCI_LAYERS_MAX

/* Appends an artifact.yaml; NULL: no tree. */
void luet_artifact_format(struct span file, const struct digest *sha256, struct buf *out);
#define LUET_LAYERS "layers:\n" /* behind it stand the sums alone */
/* The same of an image, whose layers these packs are. */
void luet_artifact_format_image(struct span tag, const struct packs *layers, struct buf *out);
