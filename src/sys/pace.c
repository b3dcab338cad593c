/* A watch on how fast something comes. */
#include "sys/pace.h"

#include <time.h>

#define LOOK 1000 /* milliseconds over which the speed is measured, at least */

int64_t pace_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void pace_start(struct pace *p, int64_t rate, int64_t seconds, int64_t now)
{
	*p = (struct pace){.rate = rate, .patience = seconds * 1000, .enough = now, .since = now};
}

void pace_add(struct pace *p, int64_t bytes)
{
	p->bytes += bytes;
}

void pace_forgive(struct pace *p, int64_t ms)
{
	p->enough += ms;
	p->since += ms;
}

bool pace_is_stalled(struct pace *p, int64_t now)
{
	if (now - p->since >= LOOK) {
		/* As a quotient: the product could overflow. */
		if (p->bytes * 1000 / (now - p->since) >= p->rate)
			p->enough = now;
		p->since = now;
		p->bytes = 0;
	}
	return now - p->enough >= p->patience;
}
