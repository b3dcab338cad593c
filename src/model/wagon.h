/* What a wagon of luet's says of itself: its repository.yaml.
 *
 *	name: mottainai-stable            # and description, urls, type, enable: only the admin's own file says these
 *	revision: 88
 *	last_update: "1682093748"
 *	repo_files:
 *	  treev2: {filename: tree.tar.zst, compressiontype: zstd, checksums: {sha256: HEX}}
 *	  # or, of older ones, tree and meta
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "model/digest.h"

#define WAGON_FILE "repository.yaml"
#define WAGON_FILE_MAX (256 << 10)
#define WAGON_DOCUMENT_MAX ((int64_t)1 << 30) /* bytes of a tarball as it is fetched */

enum wagon_compression { WAGON_ZSTD, WAGON_GZIP, WAGON_PLAIN, WAGON_COMPRESSIONS };
const char *wagon_compression_name(enum wagon_compression compression); /* "none" of a plain one */
/* "" is none, too. */
bool wagon_compression_get(struct span name, enum wagon_compression *out);

struct wagon_document {
	struct buf name; /* of the file, below the wagon's URL: as offer_path_is_valid has it */
	enum wagon_compression compression;
	bool has_sum;
	struct digest sha256;
};

struct wagon {
	int64_t revision;
	int64_t last_update; /* seconds since 1970 */
	bool has_meta; /* the older layout: tree and meta */
	struct wagon_document tree, meta;
};
void wagon_init(struct wagon *w);
void wagon_drop(struct wagon *w);

/* Into what was initialised. ERR_CHECKSUM names the key and what is wrong; what is no YAML but a web page is called so. */
MUST_USE int wagon_parse(struct span text, struct wagon *out, struct err *err);

/* As a frame's payload; get: false where it is malformed. */
void wagon_put(const struct wagon *w, struct buf *out);
bool wagon_get(struct span payload, struct wagon *out);

/* Appends what its documents are: the same text of the same. */
void wagon_documents(const struct wagon *w, struct buf *out);
