/* Growing arrays. */
#include "base/vec.h"

#include <stdint.h>
#include <string.h>

#define FIRST_SIZE 512 /* bytes that the first room has at most, unless one alone is larger */
#define FIRST_COUNT 8

/* Most lists have one element or none, and what is large in them is not to cost eight times as much. */
static size_t first_count(size_t size)
{
	size_t count = FIRST_SIZE / size;

	return count > FIRST_COUNT ? FIRST_COUNT : count ? count : 1;
}

void *vec_grow(void *v, size_t *cap, size_t n, size_t size)
{
	if (n >= *cap) {
		size_t want = *cap ? *cap * 2 : first_count(size);

		if (want > SIZE_MAX / 2 / size)
			mem_panic("list too long");
		v = mem_grow(v, want * size);
		*cap = want;
	}
	memset((char *)v + n * size, 0, size);
	return v;
}
