/* Preloaded by tests/hostile/clocks.py: the time of day is so many seconds off, and jumps by so many at each look. What measures how long
 * something takes (CLOCK_MONOTONIC) is as it is. */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static long number_of(const char *name)
{
	const char *text = getenv(name);

	return text ? atol(text) : 0;
}

/* Seconds that it is off by now. */
static long off(void)
{
	static long looks;

	return number_of("CLOCK_OFF") + number_of("CLOCK_STEP") * looks++;
}

int clock_gettime(clockid_t id, struct timespec *out)
{
	static int (*real)(clockid_t, struct timespec *);
	int result;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	result = real(id, out);
	if (result == 0 && id == CLOCK_REALTIME)
		out->tv_sec += off();
	return result;
}

time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}
