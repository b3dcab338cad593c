/* A watch on how fast something comes: too slow for too long is a stall. Times are milliseconds of
 * a clock that is never set. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pace {
	int64_t rate; /* bytes a second that are enough */
	int64_t patience; /* milliseconds below it that are a stall */
	int64_t enough; /* when it was last fast enough */
	int64_t since, bytes; /* what came in the second that is being looked at */
};

int64_t pace_clock(void);
void pace_start(struct pace *p, int64_t rate, int64_t seconds, int64_t now);
void pace_add(struct pace *p, int64_t bytes);
/* So many milliseconds were our own doing: they do not count. */
void pace_forgive(struct pace *p, int64_t ms);
/* To be asked about once a second or more often. */
bool pace_is_stalled(struct pace *p, int64_t now);
