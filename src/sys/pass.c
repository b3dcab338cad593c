/* Messages with descriptors. */
#include "sys/pass.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "sys/fd.h"

/* Of its room only that for one descriptor is given: what more are sent is cut off, and closed, by the kernel. */
union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

int pass_send(int socket, struct span text, int fd, struct err *err)
{
	union control control = {0};
	struct iovec part = {(void *)text.s, text.n};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;

	if (fd >= 0) {
		control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
	}
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)text.n ? 0 : err_sys(err, "send a message");
}

int pass_receive(int socket, size_t max, struct buf *out, int *fd, struct err *err)
{
	union control control;
	struct iovec part;
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_LEN(sizeof(int))};
	const struct cmsghdr *sent;
	ssize_t n;

	*fd = -1;
	buf_clear(out);
	buf_reserve(out, max);
	part = (struct iovec){out->s, max};
	do
		n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return 2;
	if (n < 0)
		return err_sys(err, "receive a message");
	sent = CMSG_FIRSTHDR(&message);
	if (sent && sent->cmsg_level == SOL_SOCKET && sent->cmsg_type == SCM_RIGHTS &&
		sent->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(sent), sizeof(*fd));
	if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
		fd_drop(fd);
		return err_set(err, ERR_FAILED,
			"a message of more than %zu bytes, or with several descriptors", max);
	}
	out->n = (size_t)n;
	out->s[out->n] = 0;
	return n > 0;
}
