/* An intake: bytes of a pack as they come, hashed while they are written, each byte once. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "ext/digest.h"
#include "model/pack.h"

struct intake {
	int dir; /* borrowed */
	struct buf name; /* of the file in dir; empty: none is open */
	int fd;
	int64_t size;
	bool keep; /* the file outlives a drop */
	struct sums want;
	struct hash *hashes[DIGEST_KINDS];
};
#define INTAKE_INIT ((struct intake){.dir = -1, .name = BUF_INIT, .fd = -1})

/* Makes the file (0600; a leftover of that name goes) and computes sha256 and what `want` names. */
MUST_USE int intake_open(
	struct intake *in, int dir, const char *name, const struct sums *want, struct err *err);
/* Opens a file of an earlier intake (O_RDWR, taken over), and reads what it holds: it goes on behind that. */
MUST_USE int intake_resume(struct intake *in, int dir, const char *name, int fd,
	const struct sums *want, struct err *err);
MUST_USE int intake_add(struct intake *in, const void *bytes, size_t n, struct err *err);
/* What came so far is void. */
MUST_USE int intake_restart(struct intake *in, struct err *err);
/* Makes the file durable (with `durable`) and 0644, and gives its digests: sha256 and those that
 * were wanted. The file stays, under its name. `file` (NULL: not wanted) gets it open to be read: it has just the bytes that were hashed,
 * whatever stands under its name later. */
MUST_USE int intake_end(
	struct intake *in, bool durable, struct sums *have, int *file, struct err *err);
/* Removes the file unless it was ended, moved or is to be kept. */
void intake_drop(struct intake *in);

/* Reads fd from its start and computes sha256 and what `want` names. */
MUST_USE int intake_digest_fd(
	int fd, const struct sums *want, struct sums *have, int64_t *size, struct err *err);

/* Whether `have` is what `want` asks; else ERR_CHECKSUM: "checksum mismatch", with both in the
 * details. */
MUST_USE int intake_compare(const struct sums *want, const struct sums *have, struct err *err);
