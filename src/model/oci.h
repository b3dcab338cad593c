/* Manifests of images (the OCI image specification, 1.1; Docker's image manifest, version 2, schema 2): which layers they are made of. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/digest.h"

#define OCI_MANIFEST_MAX (1000 << 10) /* bytes: what fits into a frame; registries take 4 MiB */
#define OCI_LAYERS_MAX 12 /* luet writes one */
#define OCI_ENTRIES_MAX 256 /* images of one list */

struct oci_blob {
	struct digest sha256;
	int64_t size;
};

struct oci_manifest {
	bool is_list; /* of images for several platforms: `platform` is the manifest of the one for ours */
	struct oci_blob platform;
	VEC(struct oci_blob) layers; /* the lowest first */
};
void oci_manifest_drop(struct oci_manifest *m);

/* Into what is all zero. `architecture` is the machine's, as Debian calls it. ERR_CHECKSUM says what is wrong with it. */
MUST_USE int oci_parse(
	struct span text, struct span architecture, struct oci_manifest *out, struct err *err);

/* As a frame's payload; get: false where it is malformed. */
void oci_put(const struct oci_manifest *m, struct buf *out);
bool oci_get(struct span payload, struct oci_manifest *out);
