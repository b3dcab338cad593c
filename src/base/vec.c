/* Growing arrays. */
#include "base/vec.h"

#include <stdint.h>
#include <string.h>

void *vec_grow(void *v, size_t *cap, size_t n, size_t size)
{
	if (n >= *cap) {
		size_t want = *cap ? *cap * 2 : 8;

		if (want > SIZE_MAX / 2 / size)
			mem_panic("list too long");
		v = mem_grow(v, want * size);
		*cap = want;
	}
	memset((char *)v + n * size, 0, size);
	return v;
}
