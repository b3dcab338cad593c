/* Base64. */
#include "base/base64.h"

#include <stdint.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *out, const void *bytes, size_t n)
{
	const unsigned char *in = bytes;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t three = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
				 (left > 2 ? in[i + 2] : 0);

		buf_addc(out, digits[three >> 18]);
		buf_addc(out, digits[three >> 12 & 63]);
		buf_addc(out, left > 1 ? digits[three >> 6 & 63] : '=');
		buf_addc(out, left > 2 ? digits[three & 63] : '=');
	}
}

/* -1: it is none. */
static int value_of(char c)
{
	for (int i = 0; i < 64; i++)
		if (digits[i] == c)
			return i;
	return -1;
}

bool base64_decode(struct span x, unsigned char *bytes, size_t n)
{
	size_t wanted = n + (n + 2) / 3, made = 0; /* digits that say something */
	uint32_t bits = 0;

	if (x.n != BASE64_LENGTH(n))
		return false;
	for (size_t i = 0; i < x.n; i++) {
		int value = i < wanted ? value_of(x.s[i]) : x.s[i] == '=' ? 0 : -1;

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4 != 3)
			continue;
		for (int shift = 16; shift >= 0; shift -= 8) {
			unsigned char byte = (unsigned char)(bits >> shift);

			if (made < n)
				bytes[made++] = byte;
			else if (byte)
				return false; /* bits behind the last byte */
		}
	}
	return true;
}
