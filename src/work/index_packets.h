/* What of fardel-index reads an index.db of Packets. */
#pragma once

#include "base/err.h"
#include "base/span.h"

/* After that order: reads the index.db that descriptor 4 is, and sends what it offers. ERR_INSTALLER: it is none, or damaged. */
MUST_USE int index_packets(struct span payload, struct err *err);
