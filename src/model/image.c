/* The timestamps of system images. */
#include "model/image.h"

#define SHAPE "0000-00-00-000000"

bool image_is_timestamp(struct span x)
{
	for (size_t i = 0; i < x.n && i < sizeof(SHAPE) - 1; i++)
		if (SHAPE[i] == '0' ? x.s[i] < '0' || x.s[i] > '9' : x.s[i] != SHAPE[i])
			return false;
	return x.n == sizeof(SHAPE) - 1;
}

bool image_find_timestamp(struct span name, struct span *out)
{
	for (size_t i = 0; i + sizeof(SHAPE) < name.n; i++) {
		*out = span_cut(name, i + 1, sizeof(SHAPE) - 1);
		if (name.s[i] == '-' && name.s[i + sizeof(SHAPE)] == '-' &&
			image_is_timestamp(*out))
			return true;
	}
	*out = SPAN("");
	return false;
}
