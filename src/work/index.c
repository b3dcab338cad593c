/* fardel-index: reads the parts of a repository's index for fardel: leaves into offers, and the whole index out of its compressed file; and what wagons
 * of luet's have in the place of these. What it gets was verified, but nothing of it was read by anybody yet. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ext/digest.h"
#include "ext/zstd.h"
#include "model/head.h"
#include "model/offer_message.h"
#include "sys/file.h"
#include "work/index_packets.h"
#include "work/index_parts.h"
#include "work/worker.h"

#define INPUT_FD 4
#define OUTPUT_FD 5
#define CHUNK (256 << 10)
#define AHEAD \
	(1 << 20) /* bytes after which the disk begins with what is there: fardel waits for the rest only */
#define WINDOW_LOG 23 /* of a leaf */
#define WHOLE_WINDOW_LOG 27

/* --- A leaf ---------------------------------------------------------------------------------- */

static int take(struct buf *out, long n, struct err *err)
{
	out->n += (size_t)n;
	out->s[out->n] = 0;
	if (out->n <= LEAF_UNPACKED_MAX)
		return 0;
	return err_set(err, ERR_INSTALLER, "unpacks to more than %d bytes", LEAF_UNPACKED_MAX);
}

static int run_leaf(struct stream *zstd, struct span file, struct buf *out, struct err *err)
{
	long n;

	do {
		buf_reserve(out, CHUNK);
		n = zstd->run(zstd, &file, out->s + out->n, CHUNK, err);
		if (n < 0 || take(out, n, err) < 0)
			return -1;
	} while (n > 0);
	if (file.n)
		return err_set(err, ERR_INSTALLER, "damaged zstd data");
	do {
		buf_reserve(out, CHUNK);
		n = zstd->end(zstd, out->s + out->n, CHUNK, err);
		if (n < 0 || take(out, n, err) < 0)
			return -1;
	} while (n > 0);
	return 0;
}

static int unpack_leaf(struct span file, struct buf *out, struct err *err)
{
	struct stream *zstd = unzstd_new(WINDOW_LOG);
	int result = run_leaf(zstd, file, out, err);

	zstd->free(zstd);
	return result;
}

static int check_place(const struct offer *o, const struct leaf_order *order, struct err *err)
{
	unsigned char sum[HASH_MAX];
	struct hash *hash;

	if (hash_new("sha256", &hash, err) < 0)
		return -1;
	hash_add(hash, o->name.s, o->name.n);
	hash_end(hash, sum);
	hash_free(hash);
	if (head_leaf_of((unsigned)order->bits, sum) == (unsigned)order->number)
		return 0;
	return err_set(err, ERR_INSTALLER, "%s does not belong there", o->name.s);
}

/* One line; *before is the offer before it, and then this one. */
static int read_line(
	struct span line, const struct leaf_order *order, struct offer *before, struct err *err)
{
	AUTO(offer) now;
	AUTO(buf) payload = BUF_INIT;
	struct offer swap;

	offer_init(&now);
	if (line.n > OFFER_MAX)
		return err_set(err, ERR_INSTALLER, "a line of more than %d bytes", OFFER_MAX);
	if (offer_parse(line, &now, err) < 0) {
		err->code = ERR_INSTALLER;
		return -1;
	}
	if (check_place(&now, order, err) < 0)
		return -1;
	if (now.format == FORMAT_LUET)
		return err_set(err, ERR_INSTALLER, "%s is one of luet's: those come from wagons",
			now.name.s);
	if (before->name.n && offer_compare(before, &now) >= 0)
		return err_set(err, ERR_INSTALLER, "%s is not in its order", now.name.s);
	offer_message_put(&payload, &now);
	swap = *before;
	*before = now;
	now = swap;
	return frame_send(FRAME_FD, OFFER_ONE, buf_span(&payload), err);
}

static int read_lines(struct span text, const struct leaf_order *order, struct err *err)
{
	AUTO(offer) before;

	offer_init(&before);
	while (text.n) {
		const char *end = memchr(text.s, '\n', text.n);
		size_t n = end ? (size_t)(end - text.s) : text.n;

		if (!end)
			return err_set(err, ERR_INSTALLER, "its last line has no end");
		if (read_line((struct span){text.s, n}, order, &before, err) < 0)
			return -1;
		text = span_cut(text, n + 1, text.n);
	}
	return 0;
}

static int read_leaf(struct span payload, struct err *err)
{
	struct leaf_order order;
	AUTO(buf) text = BUF_INIT;

	if (!offer_message_get_leaf(payload, &order))
		return worker_bad_order(err);
	if (unpack_leaf(order.file, &text, err) < 0 || read_lines(buf_span(&text), &order, err) < 0)
		return err_at(err, "leaf %lld", (long long)order.number);
	return frame_send(FRAME_FD, OFFER_LEAF_READ, SPAN(""), err);
}

/* --- The whole index ------------------------------------------------------------------------- */

struct unpacking {
	struct stream *zstd;
	char *in, *out;
	int64_t left; /* bytes that may come */
	int64_t written, sent; /* of them those that are in the file; that the disk was given */
};

static void unpacking_end(struct unpacking *u)
{
	u->zstd->free(u->zstd);
	free(u->in);
	free(u->out);
}

static void hand_on(struct unpacking *u)
{
	(void)!sync_file_range(OUTPUT_FD, u->sent, u->written - u->sent, SYNC_FILE_RANGE_WRITE);
	u->sent = u->written;
}

static int put(struct unpacking *u, long n, struct err *err)
{
	u->left -= n;
	if (u->left < 0)
		return err_set(err, ERR_INSTALLER, "unpacks to more than the head says");
	if (file_write_all(OUTPUT_FD, u->out, (size_t)n, err) < 0)
		return -1;
	u->written += n;
	if (u->written - u->sent >= AHEAD)
		hand_on(u);
	return 0;
}

static int unpack(struct unpacking *u, struct err *err)
{
	struct span have = {u->in, 0};
	long n;

	for (;;) {
		ssize_t got = read(INPUT_FD, u->in, CHUNK);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, "read it");
		have = (struct span){u->in, (size_t)got};
		if (got == 0)
			break;
		do {
			n = u->zstd->run(u->zstd, &have, u->out, CHUNK, err);
			if (n < 0 || (n > 0 && put(u, n, err) < 0))
				return -1;
		} while (n > 0 || have.n);
	}
	while ((n = u->zstd->end(u->zstd, u->out, CHUNK, err)) > 0)
		if (put(u, n, err) < 0)
			return -1;
	if (n == 0 && u->left)
		return err_set(err, ERR_INSTALLER, "unpacks to less than the head says");
	hand_on(u);
	return (int)n;
}

static int read_whole(struct span payload, struct err *err)
{
	struct unpacking u = {.zstd = unzstd_new(WHOLE_WINDOW_LOG),
		.in = mem_alloc(CHUNK),
		.out = mem_alloc(CHUNK)};
	int result = -1;

	if (!message_get_number(payload, &u.left))
		(void)worker_bad_order(err);
	else
		result = unpack(&u, err);
	unpacking_end(&u);
	return result < 0 ? err_at(err, "the whole index")
			  : frame_send(FRAME_FD, OFFER_WHOLE_READ, SPAN(""), err);
}

static int run(struct err *err)
{
	__attribute__((cleanup(frame_reader_drop))) struct frame_reader reader = FRAME_READER_INIT;
	struct frame frame;
	int got;

	while ((got = frame_read(&reader, FRAME_FD, &frame, err)) == 1) {
		if (frame.type == OFFER_WHOLE)
			return read_whole(frame.payload, err);
		if (frame.type == OFFER_PACKETS)
			return index_packets(frame.payload, err);
		if (frame.type == OFFER_WAGON)
			return index_read_wagon(frame.payload, err);
		if (frame.type == OFFER_TREE)
			return index_read_tree(frame.payload, err);
		if (frame.type == OFFER_LAYER)
			return index_read_layer(frame.payload, err);
		if (frame.type != OFFER_LEAF && frame.type != OFFER_MANIFEST)
			return worker_bad_order(err);
		if ((frame.type == OFFER_LEAF ? read_leaf(frame.payload, err)
					      : index_read_manifest(frame.payload, err)) < 0)
			return -1;
	}
	return got;
}

int main(void)
{
	struct err err = ERR_INIT;

	if (!worker_is_called("fardel-index"))
		return WORKER_USAGE;
	return worker_end(run(&err), &err);
}
