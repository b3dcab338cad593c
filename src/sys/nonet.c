/* Each thread has namespaces of its own: only the one that makes it is in it, and ends. */
#include "sys/nonet.h"

#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "sys/fd.h"

static void *make(void *arg)
{
	int fd = -1;

	(void)arg;
	if (unshare(CLONE_NEWNET) == 0)
		fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	return (void *)(intptr_t)(fd > 0 ? fd : 0);
}

void nonet_begin(struct nonet *n)
{
	if (!n->work.working && !n->fd && geteuid() == 0)
		aside_begin(&n->work, make, NULL);
}

int nonet_get(struct nonet *n)
{
	if (n->work.working)
		n->fd = (int)(intptr_t)aside_end(&n->work);
	return n->fd;
}

void nonet_drop(struct nonet *n)
{
	if (nonet_get(n) > 0)
		fd_drop(&n->fd);
	n->fd = 0;
}
