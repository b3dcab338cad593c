/* A header of a tar: a block, and the fields in it (POSIX.1-2017, pax, "ustar Interchange Format"). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define USTAR_BLOCK 512
#define USTAR_TYPE 156
#define USTAR_MAGIC 257

struct ustar_field {
	size_t at, n;
};
#define USTAR_NAME ((struct ustar_field){0, 100})
#define USTAR_MODE ((struct ustar_field){100, 8})
#define USTAR_SIZE ((struct ustar_field){124, 12})
#define USTAR_SUM ((struct ustar_field){148, 8})
#define USTAR_PREFIX ((struct ustar_field){345, 155})

/* Up to its NUL. */
struct span ustar_text(const char *block, struct ustar_field f);

/* Octal digits, blanks before them, blanks or NULs behind them; or GNU's, 0x80 and the number's bytes. False
 * for all else, and what is over INT64_MAX. */
bool ustar_number(const char *block, struct ustar_field f, int64_t *out);

bool ustar_sum_is_right(const char *block);

bool ustar_is_zero(const char *bytes, size_t n);
