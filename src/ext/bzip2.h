/* Decompressing bzip2, by libbz2; several may follow each other. */
#pragma once

#include "ext/stream.h"

struct stream *bunzip2_new(void);
