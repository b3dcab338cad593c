/* A repository's folder as who publishes it sees it: its head and roots are read, and new ones put into it (docs/repository-format.md). Each
 * file is written beside, synced and renamed, the head last, so that whoever reads at any moment has the old or the new one whole. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "engine/engine.h"
#include "engine/repo_signing.h"
#include "model/head.h"
#include "store/signer.h"
#include "sys/lock.h"

#define PUBLISH_DAYS 30 /* a head's life, unless it is stated */
#define PUBLISH_ROOT_DAYS 730 /* a root's */
#define PUBLISH_DAY 86400 /* seconds */
#define PUBLISH_WAITS ".waiting" /* behind the name of what is not published yet */

struct publication {
	int dir; /* the folder */
	struct root root; /* the newest; version 0: there is none */
	struct buf root_text;
	struct buf
		next_root; /* the one after it, which waits for signatures; empty: there is none */
	struct head head; /* revision 0: there is none */
	struct buf head_text; /* empty: there is none */
	struct buf
		waiting; /* one that is not published, as signatures are wanting; empty: there is none */
};
#define PUBLICATION_INIT \
	((struct publication){.dir = -1, \
		.root = {.name = BUF_INIT}, \
		.root_text = BUF_INIT, \
		.next_root = BUF_INIT, \
		.head = {.name = BUF_INIT}, \
		.head_text = BUF_INIT, \
		.waiting = BUF_INIT})
void publication_drop(struct publication *p);
/* Who means to change what the folder has holds this before it is opened. Waits for others as lock.timeout says; then ERR_LOCKED. */
MUST_USE int publication_lock(
	struct engine *e, const char *folder, struct lock *out, struct err *err);
/* What the folder has; nothing of it is verified. A folder without a head or a root is fine: a new repository. */
MUST_USE int publication_open(const char *folder, struct publication *out, struct err *err);

/* Writes a file of it, with the folders on the way. */
MUST_USE int publish_put(
	const struct publication *p, const char *path, struct span text, struct err *err);

/* The first root of a new repository: whose keys may do both, each alone. Into what was initialised. */
MUST_USE int publish_first_root(struct span name, const struct signers *signers, int64_t now,
	struct root *out, struct err *err);
struct root_signing {
	struct signing before,
		own; /* by the newest root's keys (of the first root: none), and by its own: both have to be enough */
};
void root_signing_drop(struct root_signing *s);
/* How many signatures it wants still: one of a key of both counts for both, so it may be more. */
int64_t root_signing_wanting(const struct root_signing *s);
/* Signs the root and puts it beside the others, and in its place in *p: 1; or 0 where it wants further signatures: then it waits in the folder, where no client looks, for publish_add_root.
 * `out`, which is empty before, gets who has signed it. ERR_FAILED, and nothing is written, where it would never count for a client (it is not the one after the newest, of another name, or none of the signers is
 * a root key of the newest), or another one waits already: two of one number could both be completed, and clients would part. */
MUST_USE int publish_root(struct publication *p, const struct root *root,
	const struct signers *signers, struct root_signing *out, struct err *err);
/* Adds signatures to the root that waits: as publish_root. ERR_CHECKSUM where none of the newest root's keys has signed it yet: anybody may have put it there. */
MUST_USE int publish_add_root(struct publication *p, const struct signers *signers,
	struct root_signing *out, struct err *err);
/* ERR_FAILED where one of them is none of the newest root's index keys. */
MUST_USE int publish_check_signers(
	const struct publication *p, const struct signers *signers, struct err *err);
/* Signs the head and puts it into its place, here and in *p; its `root` and `name` are made the newest root's. 1; or 0 where the signers are
 * fewer than the root wants: then it waits in the folder, where no client looks, for publish_sign. ERR_FAILED where a signer is none of the root's. */
MUST_USE int publish_head(
	struct publication *p, struct head *head, const struct signers *signers, struct err *err);
/* Adds signatures to the head that waits, or else to the one that is published. 1: it is published; 0: it still waits. */
MUST_USE int publish_sign(struct publication *p, const struct signers *signers, struct err *err);
/* The least revision that no head was made of yet, be it published or waiting. */
int64_t publish_next_revision(const struct publication *p);
/* How many of these keys have signed the head that is published, and are index keys of the newest root. */
MUST_USE int publish_signed_by(const struct publication *p, const struct signers *signers,
	int64_t *count, struct err *err);
/* Who has signed the head that waits, or else the one that is published. */
MUST_USE int publish_signing(const struct publication *p, struct signing *out, struct err *err);
/* ERR_CHECKSUM unless one of the signers, or of the public keys (lines) `known`, has signed the newest root: who can write to the folder may have put another into its place. */
MUST_USE int publish_check_root(const struct publication *p, const struct signers *signers,
	const struct texts *known, struct err *err);
