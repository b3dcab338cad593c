/* Base64 of RFC 4648, with its padding, in one line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

/* How long the text of n bytes is. */
#define BASE64_LENGTH(n) (((n) + 2) / 3 * 4)

void base64_encode(struct buf *out, const void *bytes, size_t n);
/* False unless x is just what base64_encode makes of n bytes. */
bool base64_decode(struct span x, unsigned char *bytes, size_t n);
