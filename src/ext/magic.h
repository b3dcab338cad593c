/* What a file is, told by its first bytes. */
#pragma once

#include "base/span.h"

#define MAGIC_ENOUGH 512 /* bytes that tell everything */

enum magic {
	MAGIC_UNKNOWN,
	MAGIC_GZIP,
	MAGIC_ZSTD,
	MAGIC_XZ,
	MAGIC_LZMA, /* a guess: its header has no mark of its own */
	MAGIC_BZIP2,
	MAGIC_TAR, /* also one without any member: zeros */
	MAGIC_ZIP,
	MAGIC_AR,
};

enum magic magic_of(struct span start);

/* Of something else: "a 7z archive; 7z unpacks it", or NULL where that is not known either. */
const char *magic_other(struct span start);
