/* What fardel-index makes of the files of others' repositories, put into the index. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "engine/sync.h"

/* A wagon's repository.yaml, into s->wagon. */
MUST_USE int sync_read_wagon(struct sync *s, struct span text, struct err *err);

/* Has it carry out an order of that type, with the files, and puts the offers that it makes into the index, whose transaction has begun; leaves that
 * are as they were stay. Packages that cannot be offered are told. */
MUST_USE int sync_read_offers(struct sync *s, uint32_t type, struct span order, const int *fds,
	unsigned fd_count, struct err *err);
