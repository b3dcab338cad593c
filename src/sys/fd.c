/* File descriptors that close themselves. */
#include "sys/fd.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

void fd_drop(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

void fd_widen(int socket)
{
	int size = 1 << 20;

	if (setsockopt(socket, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		(void)!setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}
