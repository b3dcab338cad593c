/* The kernel has no syncfs that does not wait. */
#include "sys/flush.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "sys/aside.h"

static void *flush(void *arg)
{
	int fd = (int)(intptr_t)arg;

	(void)!syncfs(fd);
	close(fd);
	return NULL;
}

void flush_ahead(int dirfd)
{
	/* One of its own: a descriptor is told once of a write that failed, and that is to be who waits for it. */
	int own = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct aside aside;

	if (own < 0)
		return;
	if (!aside_begin(&aside, flush, (void *)(intptr_t)own))
		close(own);
	aside_leave(&aside);
}
