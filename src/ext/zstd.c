/* Decompressing zstd, by libzstd. */
#include "ext/zstd.h"

#include <stdlib.h>
#include <zstd.h>

#include "base/mem.h"

struct unzstd {
	ZSTD_DCtx *context;
	bool whole; /* behind a frame, and nothing of the next one came */
};

struct unzstd *unzstd_new(unsigned window_log)
{
	struct unzstd *z = mem_zero(1, sizeof(*z));

	z->context = ZSTD_createDCtx();
	if (!z->context || ZSTD_isError(ZSTD_DCtx_setParameter(
				   z->context, ZSTD_d_windowLogMax, (int)window_log)))
		mem_panic("out of memory");
	return z;
}

void unzstd_free(struct unzstd *z)
{
	if (!z)
		return;
	ZSTD_freeDCtx(z->context);
	free(z);
}

long unzstd_run(struct unzstd *z, struct span *in, void *to, size_t room, struct err *err)
{
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

bool unzstd_is_whole(const struct unzstd *z)
{
	return z->whole;
}
