/* A header of a tar. */
#include "ext/ustar.h"

#include <string.h>

struct span ustar_text(const char *block, struct ustar_field f)
{
	return (struct span){block + f.at, strnlen(block + f.at, f.n)};
}

bool ustar_is_zero(const char *bytes, size_t n)
{
	while (n && !bytes[n - 1])
		n--;
	return !n;
}

/* GNU's numbers that octal digits have no room for: 0x80, and the number's bytes. */
static bool binary_number(struct span x, int64_t *out)
{
	uint64_t n = 0;

	if ((unsigned char)x.s[0] != 0x80)
		return false;
	for (size_t i = 1; i < x.n; i++) {
		if (n >> 55)
			return false;
		n = n << 8 | (unsigned char)x.s[i];
	}
	*out = (int64_t)n;
	return true;
}

/* Octal digits, blanks before them, blanks or NULs behind them. */
bool ustar_number(const char *block, struct ustar_field f, int64_t *out)
{
	struct span x = {block + f.at, f.n};
	size_t i = 0, digits = 0;
	int64_t n = 0;

	if (x.s[0] & 0x80)
		return binary_number(x, out);
	while (i < x.n && x.s[i] == ' ')
		i++;
	for (; i < x.n && x.s[i] >= '0' && x.s[i] <= '7'; i++, digits++)
		n = n << 3 | (x.s[i] - '0');
	while (i < x.n && (x.s[i] == ' ' || !x.s[i]))
		i++;
	*out = n;
	return digits && i == x.n;
}

/* Some have counted with signed bytes. */
bool ustar_sum_is_right(const char *block)
{
	int64_t with = 0, without = 0, stated;

	for (size_t i = 0; i < USTAR_BLOCK; i++) {
		bool is_sum = i >= USTAR_SUM.at && i < USTAR_SUM.at + USTAR_SUM.n;

		with += is_sum ? ' ' : (signed char)block[i];
		without += is_sum ? ' ' : (unsigned char)block[i];
	}
	return ustar_number(block, USTAR_SUM, &stated) && (stated == with || stated == without);
}
