/* A thread, as the kernel has no syncfs that does not wait; it ends with us, and holds nothing that we lock. */
#include "sys/flush.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "sys/fd.h"

static void *flush(void *arg)
{
	int fd = (int)(intptr_t)arg;

	(void)!syncfs(fd);
	close(fd);
	return NULL;
}

static int start(int fd)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int failed;

	if (pthread_attr_init(&attributes) != 0)
		return -1;
	failed = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) ||
		 pthread_attr_setstacksize(&attributes, (size_t)PTHREAD_STACK_MIN) ||
		 pthread_create(&thread, &attributes, flush, (void *)(intptr_t)fd);
	pthread_attr_destroy(&attributes);
	return failed ? -1 : 0;
}

void flush_ahead(int dirfd)
{
	/* One of its own: a descriptor is told once of a write that failed, and that is to be who waits for it. */
	int own = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	sigset_t all, before;

	if (own < 0)
		return;
	/* Signals are the main thread's, whose poll they are to end. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (start(own) < 0)
		fd_drop(&own);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}
