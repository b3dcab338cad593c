/* Length-prefixed frames over a stream socket. */
#include "sys/frame.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* What stands before each payload: its length and its type, in the machine's order. */
struct head {
	uint32_t length;
	uint32_t type;
};

static int wait_writable(int fd, struct err *err)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	if (poll(&p, 1, -1) < 0 && errno != EINTR)
		return err_sys(err, "waiting to send a frame");
	return 0;
}

int frame_send(int fd, uint32_t type, struct span payload, struct err *err)
{
	struct head head = {.length = (uint32_t)payload.n, .type = type};
	struct iovec parts[2] = {{.iov_base = &head, .iov_len = sizeof(head)}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	size_t left = sizeof(head) + payload.n;

	if (payload.n > FRAME_MAX)
		return err_set(err, ERR_WORKER, "frame of %zu bytes is too long", payload.n);
	memcpy(&parts[1].iov_base, &payload.s, sizeof(payload.s)); /* sendmsg only reads it */
	parts[1].iov_len = payload.n;
	while (left) {
		ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);

		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			if (wait_writable(fd, err) < 0)
				return -1;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "sending a frame");
		left -= (size_t)n;
		for (size_t i = 0; i < 2 && n; i++) {
			size_t part = (size_t)n < parts[i].iov_len ? (size_t)n : parts[i].iov_len;

			parts[i].iov_base = (char *)parts[i].iov_base + part;
			parts[i].iov_len -= part;
			n -= (ssize_t)part;
		}
	}
	return 0;
}

void frame_reader_drop(struct frame_reader *r)
{
	buf_drop(&r->bytes);
	r->used = 0;
}

/* Gives the frame at the start if all of it is there: 1; 0: more bytes are needed. */
static int cut(struct frame_reader *r, struct frame *out, size_t *need, struct err *err)
{
	struct head head;

	*need = sizeof(head);
	if (r->bytes.n < sizeof(head))
		return 0;
	memcpy(&head, r->bytes.s, sizeof(head));
	if (head.length > FRAME_MAX)
		return err_set(err, ERR_WORKER, "malformed frame: %u bytes", head.length);
	*need = sizeof(head) + head.length;
	if (r->bytes.n < *need)
		return 0;
	out->type = head.type;
	out->payload = span_cut(buf_span(&r->bytes), sizeof(head), head.length);
	r->used = *need;
	return 1;
}

int frame_read(struct frame_reader *r, int fd, struct frame *out, struct err *err)
{
	size_t need;

	if (r->used)
		buf_clear(&r->bytes);
	r->used = 0;
	for (;;) {
		int rc = cut(r, out, &need, err);
		ssize_t n;

		if (rc)
			return rc;
		/* Never more than this frame: the next one finds the buffer empty. */
		buf_reserve(&r->bytes, need - r->bytes.n);
		n = read(fd, r->bytes.s + r->bytes.n, need - r->bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 2;
		if (n < 0 && errno != ECONNRESET)
			return err_sys(err, "reading a frame");
		if (n <= 0 && r->bytes.n)
			return err_set(err, ERR_WORKER, "closed in the middle of a frame");
		if (n <= 0)
			return 0;
		r->bytes.n += (size_t)n;
		r->bytes.s[r->bytes.n] = 0;
	}
}
