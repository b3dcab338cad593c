/* Decompressing zstd, by libzstd. */
#include "ext/zstd.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zstd.h>

#include "base/mem.h"

struct unzstd {
	struct stream stream;
	ZSTD_DCtx *context;
	bool whole; /* behind a frame, and nothing of the next one came */
};

static long run(struct stream *s, struct span *in, void *to, size_t room, struct err *err)
{
	struct unzstd *z = (struct unzstd *)s;
	ZSTD_inBuffer input = {in->s, in->n, 0};
	ZSTD_outBuffer output = {to, room, 0};

	/* What was made but had no room may come without further input, but not behind a frame. */
	while (!output.pos && (input.pos < input.size || !z->whole)) {
		size_t before = input.pos;
		size_t rc = ZSTD_decompressStream(z->context, &output, &input);

		if (ZSTD_isError(rc))
			return err_set(
				err, ERR_INSTALLER, "damaged zstd data: %s", ZSTD_getErrorName(rc));
		z->whole = rc == 0;
		if (input.pos == before && !output.pos)
			break;
	}
	*in = span_cut(*in, input.pos, in->n);
	return (long)output.pos;
}

static long end(struct stream *s, void *to, size_t room, struct err *err)
{
	(void)to;
	(void)room;
	if (((struct unzstd *)s)->whole)
		return 0;
	return err_set(err, ERR_INSTALLER, "the archive is cut off");
}

static void release(struct stream *s)
{
	ZSTD_freeDCtx(((struct unzstd *)s)->context);
	free(s);
}

struct stream *unzstd_new(unsigned window_log)
{
	struct unzstd *z = mem_zero(1, sizeof(*z));

	z->stream = (struct stream){run, end, release};
	z->context = ZSTD_createDCtx();
	if (!z->context || ZSTD_isError(ZSTD_DCtx_setParameter(
				   z->context, ZSTD_d_windowLogMax, (int)window_log)))
		mem_none();
	return &z->stream;
}
