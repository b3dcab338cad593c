/* BLAKE2b: section 3 of RFC 7693, on the whole text at once. */
#include "base/blake2b.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define BLOCK 128

static const uint64_t start[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
	0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b,
	0x5be0cd19137e2179};

/* Which word of the block comes where: rounds 10 and 11 are as 0 and 1. */
static const unsigned char order[10][16] = {
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
	{11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
	{7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
	{9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
	{2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
	{12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
	{13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
	{6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
	{10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

/* The columns, then the diagonals. */
static const unsigned char quarters[8][4] = {{0, 4, 8, 12}, {1, 5, 9, 13}, {2, 6, 10, 14},
	{3, 7, 11, 15}, {0, 5, 10, 15}, {1, 6, 11, 12}, {2, 7, 8, 13}, {3, 4, 9, 14}};

static uint64_t turned(uint64_t x, int by)
{
	return x >> by | x << (64 - by);
}

static void mix(uint64_t v[16], const unsigned char at[4], uint64_t x, uint64_t y)
{
	uint64_t *a = &v[at[0]], *b = &v[at[1]], *c = &v[at[2]], *d = &v[at[3]];

	*a += *b + x;
	*d = turned(*d ^ *a, 32);
	*c += *d;
	*b = turned(*b ^ *c, 24);
	*a += *b + y;
	*d = turned(*d ^ *a, 16);
	*c += *d;
	*b = turned(*b ^ *c, 63);
}

static void compress(uint64_t h[8], const unsigned char *block, uint64_t counted, bool last)
{
	uint64_t v[16], m[16] = {0};

	for (int i = 0; i < BLOCK; i++)
		m[i / 8] |= (uint64_t)block[i] << i % 8 * 8;
	memcpy(v, h, 8 * sizeof(*v));
	memcpy(v + 8, start, sizeof(start));
	v[12] ^= counted;
	v[14] ^= last ? UINT64_MAX : 0;
	for (int round = 0; round < 12; round++)
		for (int i = 0; i < 8; i++)
			mix(v, quarters[i], m[order[round % 10][2 * i]],
				m[order[round % 10][2 * i + 1]]);
	for (int i = 0; i < 8; i++)
		h[i] ^= v[i] ^ v[i + 8];
}

void blake2b(struct span text, unsigned char *out, size_t n)
{
	unsigned char block[BLOCK] = {0};
	uint64_t h[8];
	size_t at = 0;

	memcpy(h, start, sizeof(h));
	h[0] ^= 0x01010000 ^ n;
	for (; text.n - at > BLOCK; at += BLOCK)
		compress(h, (const unsigned char *)text.s + at, at + BLOCK, false);
	memcpy(block, text.s + at, text.n - at);
	compress(h, block, text.n, true);
	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)(h[i / 8] >> i % 8 * 8);
}
