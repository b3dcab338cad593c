/* zstd, by libzstd. */
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

struct tozstd {
	struct stream stream;
	ZSTD_CCtx *context;
	bool ended; /* to go on would begin another frame */
};

static long compress(struct tozstd *z, ZSTD_inBuffer *in, ZSTD_EndDirective how, void *to,
	size_t room, struct err *err)
{
	ZSTD_outBuffer output = {to, room, 0};
	size_t rc;

	do {
		rc = ZSTD_compressStream2(z->context, &output, in, how);
		if (ZSTD_isError(rc))
			return err_set(err, ERR_SYSTEM, "zstd: %s", ZSTD_getErrorName(rc));
		z->ended = how == ZSTD_e_end && rc == 0;
	} while (!output.pos && (in->pos < in->size || (how == ZSTD_e_end && rc)));
	return (long)output.pos;
}

static long run_compress(struct stream *s, struct span *in, void *to, size_t room, struct err *err)
{
	ZSTD_inBuffer input = {in->s, in->n, 0};
	long n = compress((struct tozstd *)s, &input, ZSTD_e_continue, to, room, err);

	*in = span_cut(*in, input.pos, in->n);
	return n;
}

static long end_compress(struct stream *s, void *to, size_t room, struct err *err)
{
	struct tozstd *z = (struct tozstd *)s;
	ZSTD_inBuffer none = {NULL, 0, 0};

	return z->ended ? 0 : compress(z, &none, ZSTD_e_end, to, room, err);
}

static void release_compress(struct stream *s)
{
	ZSTD_freeCCtx(((struct tozstd *)s)->context);
	free(s);
}

static void set_size(struct tozstd *z, int64_t size)
{
	if (size >= 0 &&
		ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(z->context, (unsigned long long)size)))
		mem_panic("zstd does not take its size");
}

struct stream *zstd_new(const struct zstd_options *o)
{
	struct tozstd *z = mem_zero(1, sizeof(*z));
	const struct {
		ZSTD_cParameter key;
		int value;
	} set[] = {{ZSTD_c_compressionLevel, o->level}, {ZSTD_c_windowLog, (int)o->window_log},
		{ZSTD_c_checksumFlag, 1}};

	z->stream = (struct stream){run_compress, end_compress, release_compress};
	z->context = ZSTD_createCCtx();
	if (!z->context)
		mem_none();
	for (size_t i = 0; i < COUNT(set); i++)
		if (ZSTD_isError(ZSTD_CCtx_setParameter(z->context, set[i].key, set[i].value)))
			mem_panic("zstd does not take its parameters");
	set_size(z, o->size);
	return &z->stream;
}

void zstd_again(struct stream *s, int64_t size)
{
	struct tozstd *z = (struct tozstd *)s;

	if (ZSTD_isError(ZSTD_CCtx_reset(z->context, ZSTD_reset_session_only)))
		mem_panic("zstd does not begin again");
	z->ended = false;
	set_size(z, size);
}
