/* Keys and signatures in minisign's files (jedisct1.github.io/minisign, "Signature format", "Public key format"): their bytes, not their arithmetic (ext/sign). */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"

#define MINISIGN_ID 8
#define MINISIGN_KEY 32
#define MINISIGN_SIGNATURE 64
#define MINISIGN_FILE_MAX (16 << 10) /* bytes of a file of signatures */
#define MINISIGN_COUNT_MAX 16 /* signatures in it */

struct minisign_key {
	unsigned char id[MINISIGN_ID];
	unsigned char key[MINISIGN_KEY];
};
/* The line "RW…" of 56 characters, or the file of two lines that has it as its second. ERR_FAILED. */
MUST_USE int minisign_key_parse(struct span text, struct minisign_key *out, struct err *err);
void minisign_key_format(const struct minisign_key *k, struct buf *out); /* the line */
void minisign_key_format_file(const struct minisign_key *k, struct buf *out);
/* As minisign prints it: "684BE558EF7A68FE". */
void minisign_id_format(const unsigned char id[MINISIGN_ID], struct buf *out);

struct minisign_signature {
	unsigned char id[MINISIGN_ID];
	unsigned char signature[MINISIGN_SIGNATURE]; /* of the BLAKE2b-512 of the file */
	struct span comment; /* the trusted one; borrows from the text that was parsed */
	unsigned char comment_signature[MINISIGN_SIGNATURE]; /* of signature and comment */
};
struct minisign_signatures {
	VEC(struct minisign_signature) of;
};
void minisign_signatures_drop(struct minisign_signatures *s);
/* A file of one signature or several, one after the other. ERR_CHECKSUM, with what is wrong: longer than it may be, not four lines each, CR LF,
 * the older algorithm or another, wrong lengths. */
MUST_USE int minisign_parse(struct span text, struct minisign_signatures *out, struct err *err);
void minisign_format(const struct minisign_signature *s, struct buf *out);
