/* Text as a search sees it. */
#include "model/words.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* U+00C0 to U+017F without what stands on them; '-': the letter stays as it is. */
static const char plain[] = "aaaaaaaceeeeiiiidnooooo-ouuuuy-saaaaaaaceeeeiiiidnooooo-ouuuuy-y"
			    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii--jjkk-lllllll"
			    "lllnnnnnnn--oooooo--rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

_Static_assert(sizeof(plain) == 0x180 - 0xc0 + 1, "one letter for each of them");

/* Greek and Cyrillic capitals. */
static uint32_t lower(uint32_t c)
{
	if ((c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c + 32;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	return c;
}

static bool is_sign(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} signs[] = {{0x80, 0xbf}, {0xd7, 0xd7}, {0xf7, 0xf7}, {0x2000, 0x206f}, {0x2190, 0x2bff},
		{0x3000, 0x303f}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xff01, 0xff0f}};

	for (size_t i = 0; i < COUNT(signs); i++)
		if (c >= signs[i].from && c <= signs[i].to)
			return true;
	return false;
}

static void add_utf8(struct buf *out, uint32_t c)
{
	buf_addc(out, (char)(0xc0 | c >> 6));
	buf_addc(out, (char)(0x80 | (c & 0x3f)));
}

/* One character of a word; false: it is none. */
static bool add(struct buf *out, struct span character, uint32_t c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
		buf_addc(out, (char)c);
	} else if (c >= 'A' && c <= 'Z') {
		buf_addc(out, (char)(c + 32));
	} else if (c < 0x80 || is_sign(c)) {
		return false;
	} else if (c >= 0xc0 && c < 0x180 && plain[c - 0xc0] != '-') {
		buf_addc(out, plain[c - 0xc0]);
	} else if (lower(c) != c) {
		add_utf8(out, lower(c));
	} else {
		buf_add_span(out, character);
	}
	return true;
}

void words_fold(struct span x, size_t max, struct buf *out)
{
	bool between = out->n > 0;

	x = span_cut(x, 0, max);
	while (x.n) {
		uint32_t c = 0;
		size_t n = text_character(x, &c), before = out->n;

		if (between)
			buf_addc(out, ' ');
		if (n && add(out, span_cut(x, 0, n), c)) {
			between = false;
		} else {
			out->n = before;
			out->s[before] = 0;
			between = before > 0;
		}
		x = span_cut(x, n ? n : 1, x.n);
	}
}
