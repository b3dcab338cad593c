/* Length-prefixed frames over a stream socket: what the parent and its workers say to each
 * other. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* Bytes of a payload: a MiB of somebody's file, and what is said of it. Longer is refused. */
#define FRAME_MAX ((1U << 20) + (4U << 10))
#define FRAME_FD 3 /* where a worker finds its socket; fds given to it follow */

struct frame {
	uint32_t type;
	struct span payload; /* valid until the next frame is read */
};

/* Writes the whole frame, waiting as long as it takes; SIGPIPE does not happen. */
MUST_USE int frame_send(int fd, uint32_t type, struct span payload, struct err *err);

/* Collects bytes until a frame is whole. */
struct frame_reader {
	struct buf bytes;
	size_t used; /* bytes of the frame given last */
};
#define FRAME_READER_INIT ((struct frame_reader){BUF_INIT, 0})
void frame_reader_drop(struct frame_reader *r);

/* 1: a frame; 0: the other side has closed, between two frames; -1: error, ERR_WORKER on a
 * malformed frame or a close in the middle of one. With a non-blocking fd: 2 when nothing whole
 * is there yet. */
MUST_USE int frame_read(struct frame_reader *r, int fd, struct frame *out, struct err *err);
