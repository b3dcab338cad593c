/* A checksum as a value: which algorithm, which bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* Ascending strength. */
enum digest_kind {
	DIGEST_MD5,
	DIGEST_SHA1,
	DIGEST_SHA256,
	DIGEST_SHA384,
	DIGEST_SHA512,
	DIGEST_KINDS
};

#define DIGEST_MAX 64

struct digest {
	enum digest_kind kind;
	unsigned char bytes[DIGEST_MAX]; /* digest_size(kind) of them count */
};

const char *digest_name(enum digest_kind kind); /* "sha256" */
size_t digest_size(enum digest_kind kind); /* 32 */
/* Whether no second file with the same digest can be made: sha256 and better. */
bool digest_is_strong(enum digest_kind kind);
/* Hex of the right length, either case. False where it is not. */
bool digest_parse(enum digest_kind kind, struct span hex, struct digest *out);
/* "sha256" -> kind. */
bool digest_kind_parse(struct span name, enum digest_kind *out);
void digest_format(struct buf *out, const struct digest *d); /* hex */
bool digest_is(const struct digest *a, const struct digest *b);
