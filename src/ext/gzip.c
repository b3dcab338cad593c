/* Decompressing gzip strictly, by zlib. */
#include "ext/gzip.h"

#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/mem.h"

enum state { STATE_MEMBER, STATE_BETWEEN, STATE_PADDING };

struct gunzip {
	struct stream stream;
	z_stream z;
	enum state state;
};

/* What stands behind a member: another one, or padding. */
static int begin_next(struct gunzip *g, struct span in, struct err *err)
{
	if (in.s[0] == 0) {
		g->state = STATE_PADDING;
		return 0;
	}
	if ((unsigned char)in.s[0] != 0x1f)
		return err_set(err, ERR_INSTALLER, "something else stands behind the gzip data");
	if (inflateReset(&g->z) != Z_OK)
		mem_none();
	g->state = STATE_MEMBER;
	return 0;
}

static int skip_padding(struct span *in, struct err *err)
{
	for (size_t i = 0; i < in->n; i++)
		if (in->s[i])
			return err_set(
				err, ERR_INSTALLER, "something else stands behind the gzip data");
	*in = span_cut(*in, in->n, 0);
	return 0;
}

static long inflate_some(struct gunzip *g, struct span *in, void *to, size_t room, struct err *err)
{
	uInt given = (uInt)(in->n < 1U << 20 ? in->n : 1U << 20);
	uInt space = (uInt)(room < 1U << 20 ? room : 1U << 20);
	int rc;

	g->z.next_in = (const Bytef *)in->s;
	g->z.avail_in = given;
	g->z.next_out = to;
	g->z.avail_out = space;
	rc = inflate(&g->z, Z_NO_FLUSH);
	if (rc == Z_MEM_ERROR)
		mem_none();
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return err_set(err, ERR_INSTALLER, "damaged gzip data: %s",
			g->z.msg ? g->z.msg : "not to be understood");
	if (rc == Z_STREAM_END)
		g->state = STATE_BETWEEN;
	*in = span_cut(*in, given - g->z.avail_in, in->n);
	return (long)(space - g->z.avail_out);
}

static long run(struct stream *s, struct span *in, void *to, size_t room, struct err *err)
{
	struct gunzip *g = (struct gunzip *)s;

	for (;;) {
		size_t before = in->n;
		long made;

		if (g->state == STATE_PADDING)
			return skip_padding(in, err);
		if (g->state == STATE_BETWEEN) {
			if (!in->n)
				return 0;
			if (begin_next(g, *in, err) < 0)
				return -1;
			continue;
		}
		made = inflate_some(g, in, to, room, err);
		if (made)
			return made;
		if (in->n == before)
			return 0;
	}
}

static long end(struct stream *s, void *to, size_t room, struct err *err)
{
	(void)to;
	(void)room;
	if (((struct gunzip *)s)->state != STATE_MEMBER)
		return 0;
	return err_set(err, ERR_INSTALLER, "the archive is cut off");
}

static void release(struct stream *s)
{
	inflateEnd(&((struct gunzip *)s)->z);
	free(s);
}

struct stream *gunzip_new(void)
{
	struct gunzip *g = mem_zero(1, sizeof(*g));

	g->stream = (struct stream){run, end, release};
	if (inflateInit2(&g->z, 16 + MAX_WBITS) != Z_OK)
		mem_none();
	return &g->stream;
}
