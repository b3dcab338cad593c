/* Decompressing bzip2, by libbz2. */
#include "ext/bzip2.h"

#include <bzlib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MOST (1U << 20) /* bytes at a time */

struct bunzip2 {
	struct stream stream;
	bz_stream z;
	bool open; /* in a stream, whose end has not come */
};

static void begin(struct bunzip2 *b)
{
	b->z = (bz_stream){.bzalloc = NULL};
	if (BZ2_bzDecompressInit(&b->z, 0, 0) != BZ_OK)
		mem_none();
	b->open = true;
}

static long run_some(struct bunzip2 *b, struct span *in, void *to, size_t room, struct err *err)
{
	unsigned given = in->n < MOST ? (unsigned)in->n : MOST;
	unsigned space = room < MOST ? (unsigned)room : MOST;
	char *bytes;
	int rc;

	/* libbz2 knows no const; it does not write there. */
	memcpy(&bytes, &in->s, sizeof(bytes));
	b->z.next_in = bytes;
	b->z.avail_in = given;
	b->z.next_out = to;
	b->z.avail_out = space;
	rc = BZ2_bzDecompress(&b->z);
	if (rc == BZ_MEM_ERROR)
		mem_none();
	if (rc != BZ_OK && rc != BZ_STREAM_END)
		return err_set(err, ERR_INSTALLER, "damaged bzip2 data");
	*in = span_cut(*in, given - b->z.avail_in, in->n);
	if (rc == BZ_STREAM_END) {
		BZ2_bzDecompressEnd(&b->z);
		b->open = false;
	}
	return (long)(space - b->z.avail_out);
}

static long run(struct stream *s, struct span *in, void *to, size_t room, struct err *err)
{
	struct bunzip2 *b = (struct bunzip2 *)s;

	for (;;) {
		size_t before = in->n;
		long made;

		if (!b->open && !in->n)
			return 0;
		if (!b->open && in->s[0] != 'B')
			return err_set(
				err, ERR_INSTALLER, "something else stands behind the bzip2 data");
		if (!b->open)
			begin(b);
		made = run_some(b, in, to, room, err);
		if (made)
			return made;
		if (in->n == before && b->open)
			return 0;
	}
}

static long end(struct stream *s, void *to, size_t room, struct err *err)
{
	struct bunzip2 *b = (struct bunzip2 *)s;
	struct span none = SPAN("");
	long made = b->open ? run_some(b, &none, to, room, err) : 0;

	if (made || !b->open)
		return made;
	return err_set(err, ERR_INSTALLER, "the archive is cut off");
}

static void release(struct stream *s)
{
	struct bunzip2 *b = (struct bunzip2 *)s;

	if (b->open)
		BZ2_bzDecompressEnd(&b->z);
	free(b);
}

struct stream *bunzip2_new(void)
{
	struct bunzip2 *b = mem_zero(1, sizeof(*b));

	b->stream = (struct stream){run, end, release};
	begin(b);
	return &b->stream;
}
