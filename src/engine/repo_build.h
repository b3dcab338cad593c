/* repo build: a folder of installers as a signed repository. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "engine/engine.h"
#include "engine/repo_scan.h"
#include "engine/repo_signing.h"
#include "store/signer.h"

struct repo_build_options {
	const char *folder;
	const char *name; /* NULL: as before; of a new one the folder's own */
	int64_t days; /* that the head lives */
	int64_t keep_days; /* that files stay after nothing of the present tree needs them */
	bool keep_going; /* leave out what is broken */
	bool no_web; /* write no pages */
	const struct signers *signers; /* of the head */
	const struct signers *root_signers; /* of the first root; empty: the same */
};
struct repo_built {
	struct buf name;
	int64_t revision, expires; /* of the head that is there now */
	int64_t packages, read, leaves, files,
		bytes; /* offered; looked into; changed; written, and how much */
	bool published; /* false: it is as it was, or waits for signatures */
	bool waiting;
	struct signing signing; /* of the head, where it was signed now */
	struct repo_scan scan;
};
void repo_built_drop(struct repo_built *b);
/* Publishes what is in the folder, where that is another thing than what is published, or that has lived for half of its days. All or nothing: without keep_going
 * what is broken (named in out->scan, also on error) is the end of it; with it ERR_PARTIAL says that something was left out. ERR_LOCKED: another one is at
 * work there. */
MUST_USE int engine_repo_build(struct engine *e, const struct repo_build_options *options,
	struct repo_built *out, struct err *err);
