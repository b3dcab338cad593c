/* Message digests, by Nettle: OpenSSL takes each process 1.6 ms to load and to set up. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define HASH_MAX 64 /* bytes of the longest digest */

struct hash; /* a running computation */

/* `name` is "md5", "sha1", "sha256", "sha384" or "sha512"; of any other
 * name there is an error. The caller frees with hash_free, also after hash_end. */
MUST_USE int hash_new(const char *name, struct hash **out, struct err *err);
void hash_add(struct hash *h, const void *bytes, size_t n);
/* Writes the digest (at most HASH_MAX bytes); returns its length. h can be added to no more. */
size_t hash_end(struct hash *h, unsigned char *out);
void hash_free(struct hash *h); /* NULL is fine */
