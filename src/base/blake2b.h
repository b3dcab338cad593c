/* BLAKE2b without a key, of any length (RFC 7693): libcrypto of OpenSSL 3.0 has the one of 64 bytes alone. */
#pragma once

#include <stddef.h>

#include "base/span.h"

#define BLAKE2B_MAX 64

/* `n` from 1 to BLAKE2B_MAX: how many bytes out has. */
void blake2b(struct span text, unsigned char *out, size_t n);
