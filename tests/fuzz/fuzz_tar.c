/* A tar, looked at: the first byte says in what pieces. The sums of headers are made right. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "ext/tar.h"
#include "fuzz.h"

#define BLOCK 512

/* Without this hardly any input would come beyond its first header. */
static void mend_sums(char *bytes, size_t n)
{
	for (char *at = bytes; n >= BLOCK; at += BLOCK, n -= BLOCK) {
		unsigned sum = 0;

		if (memcmp(at + 257, "ustar", 5) != 0)
			continue;
		memset(at + 148, ' ', 8);
		for (size_t i = 0; i < BLOCK; i++)
			sum += (unsigned char)at[i];
		snprintf(at + 148, 8, "%06o", sum);
	}
}

/* Whether it is a tar; with its members. */
static bool look(struct span bytes, size_t piece, bool sparse, int64_t *members)
{
	struct tar *tar = tar_new(sparse);
	struct err err = ERR_INIT;
	bool good = true;

	while (good && bytes.n) {
		struct span some = span_cut(bytes, 0, piece);

		good = tar_look(tar, some, &err) == 0;
		bytes = span_cut(bytes, some.n, bytes.n);
	}
	good = good && tar_end(tar, &err) == 0;
	HOLDS(good || (err.code == ERR_INSTALLER && err.text[0]));
	*members = tar_members(tar);
	tar_free(tar);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(buf) bytes = BUF_INIT;
	int64_t whole = 0, pieces = 0, strict = 0, more = 0;
	bool good;

	if (!size)
		return 0;
	buf_add(&bytes, data + 1, size - 1);
	mend_sums(bytes.s, bytes.n);
	good = look(buf_span(&bytes), bytes.n, true, &whole);
	/* How it comes makes no difference; without holes nothing is taken that is not with them. */
	HOLDS(look(buf_span(&bytes), data[0] + 1U, true, &pieces) == good);
	HOLDS(!look(buf_span(&bytes), bytes.n, false, &strict) || good);
	HOLDS(!good || pieces == whole);
	/* Zeros behind it are fine, and anything else is not. */
	buf_add(&bytes, "\0\0", 2);
	HOLDS(!good || (look(buf_span(&bytes), bytes.n, true, &more) && more == whole));
	buf_addc(&bytes, 'x');
	HOLDS(!good || !look(buf_span(&bytes), bytes.n, true, &more));
	return 0;
}
