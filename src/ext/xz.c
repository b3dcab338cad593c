/* Decompressing xz and lzma, by liblzma. */
#include "ext/xz.h"

#include <lzma.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

#define MORE (16 << 20) /* memory that liblzma takes beside the dictionary, and some */

struct unxz {
	struct stream stream;
	lzma_stream z;
	bool ended;
};

static int refuse(lzma_ret rc, struct err *err)
{
	if (rc == LZMA_MEM_ERROR)
		mem_none();
	if (rc == LZMA_BUF_ERROR)
		return err_set(err, ERR_INSTALLER, "the archive is cut off");
	if (rc == LZMA_MEMLIMIT_ERROR)
		return err_set(err, ERR_INSTALLER, "to decompress it takes too much memory");
	return err_set(err, ERR_INSTALLER, "damaged xz or lzma data");
}

static long run_as(
	struct unxz *x, struct span *in, lzma_action action, void *to, size_t room, struct err *err)
{
	lzma_ret rc = LZMA_OK;

	x->z.next_in = (const uint8_t *)in->s;
	x->z.avail_in = in->n;
	x->z.next_out = to;
	x->z.avail_out = room;
	while (rc == LZMA_OK && x->z.avail_out == room && (x->z.avail_in || action == LZMA_FINISH))
		rc = lzma_code(&x->z, action);
	*in = span_cut(*in, in->n - x->z.avail_in, in->n);
	x->ended = rc == LZMA_STREAM_END;
	/* Nothing could be done with what there is: fine, unless that was all. */
	if (rc == LZMA_BUF_ERROR && action == LZMA_RUN)
		rc = LZMA_OK;
	if (rc != LZMA_OK && rc != LZMA_STREAM_END)
		return refuse(rc, err);
	return (long)(room - x->z.avail_out);
}

static long run(struct stream *s, struct span *in, void *to, size_t room, struct err *err)
{
	struct unxz *x = (struct unxz *)s;

	if (x->ended && in->n)
		return err_set(err, ERR_INSTALLER, "something else stands behind the archive");
	return run_as(x, in, LZMA_RUN, to, room, err);
}

static long end(struct stream *s, void *to, size_t room, struct err *err)
{
	struct unxz *x = (struct unxz *)s;
	struct span none = SPAN("");

	return x->ended ? 0 : run_as(x, &none, LZMA_FINISH, to, room, err);
}

static void release(struct stream *s)
{
	lzma_end(&((struct unxz *)s)->z);
	free(s);
}

struct stream *unxz_new(bool old, unsigned window_log)
{
	struct unxz *x = mem_zero(1, sizeof(*x));
	uint64_t memory = (UINT64_C(1) << window_log) + MORE;
	lzma_ret rc = old ? lzma_alone_decoder(&x->z, memory)
			  : lzma_stream_decoder(&x->z, memory, LZMA_CONCATENATED);

	x->stream = (struct stream){run, end, release};
	if (rc != LZMA_OK)
		mem_none();
	return &x->stream;
}
