/* What a repository offers: one version of one package, as a leaf of its index states it (docs/repository-format.md). What luet's and Packets'
 * repositories offer is brought into the same form. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/texts.h"
#include "model/digest.h"
#include "model/installer.h"
#include "model/pack.h"
#include "model/relation.h"

#define OFFER_MAX (256 << 10) /* bytes of one line */
#define OFFER_IMAGE \
	"image" /* in the place of a compression: there is no tarball, `path` is the tag of an image, and the id is none before it is known what that stands for */

struct offer {
	struct buf name, version; /* version: empty where the format has none */
	int format;
	struct buf id; /* of the installation: 64 hex digits */
	struct buf path; /* of the installer's file, below the repository's URL */
	struct digest sha256; /* and its bytes */
	int64_t size; /* below 0: not known, which only others' repositories may say */
	struct texts mirrors; /* whole URLs of that file; none: it is where `path` says */
	bool unchecked; /* others' repositories: there is no sum, sha256 is all zero */
	struct buf summary, description, homepage;
	struct buf licence; /* SPDX; may be empty */
	bool accept; /* it has to be accepted before anything is fetched */
	struct texts architectures; /* none: all */
	struct relations depends, conflicts, provides, deb;
	struct packs packs;
	struct texts files; /* paths that it makes, as far as that is known */
	/* Of luet's: `path` is the package's tarball; the id is that of the installer that fardel makes of all this. */
	struct buf compression; /* of the tarball: "zstd", "gzip" or "none"; or OFFER_IMAGE */
	bool hidden; /* search does not show it */
	struct texts labels; /* "key=value" */
	struct buf definition, finalize,
		metadata; /* files of the wagon's tree as they were; no line has them: index_texts */
	/* Of Packets': its name is what Packets calls realname. */
	struct buf alias,
		family; /* the short name, and which packages are versions of one another */
	int64_t serial;
};
void offer_init(struct offer *o);
void offer_drop(struct offer *o);

/* Where an installer may stand below its repository: of A-Za-z0-9._+~- and /, no part hidden. */
bool offer_path_is_valid(struct span path);

/* Reads one line of a leaf into *out, which was initialised. ERR_FAILED names the key and what is wrong. Keys that are not known are
 * passed over. */
MUST_USE int offer_parse(struct span line, struct offer *out, struct err *err);
/* Whether it came from luet's or Packets' repositories. */
bool offer_is_foreign(const struct offer *o);
/* Whether its package is an image of a registry. */
bool offer_is_image(const struct offer *o);
/* Whether its values are such as offer_parse lets pass: of one that came by another way. */
bool offer_is_valid(const struct offer *o);
/* Appends the line, without a newline: one text for one value. */
void offer_format(const struct offer *o, struct buf *out);
/* By name, then by version (model/ordering). 0 also of two texts for one version; of luet's packages these are two versions. */
int offer_compare(const struct offer *a, const struct offer *b);
int offer_compare_keys(
	struct span name, struct span version, struct span other_name, struct span other_version);
