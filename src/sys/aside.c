/* Threads that do one thing. */
#include "sys/aside.h"

#include <signal.h>
#include <stddef.h>

/* Enough to walk a tree; what is not touched takes nothing. */
#define STACK_SIZE ((size_t)512 << 10)

bool aside_begin(struct aside *a, void *(*fn)(void *), void *arg)
{
	pthread_attr_t attributes;
	sigset_t all, before;

	*a = ASIDE_INIT;
	if (pthread_attr_init(&attributes) != 0)
		return false;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	a->working = pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0 &&
		     pthread_create(&a->thread, &attributes, fn, arg) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return a->working;
}

void *aside_end(struct aside *a)
{
	void *result = NULL;

	if (a->working && pthread_join(a->thread, &result) != 0)
		result = NULL;
	a->working = false;
	return result;
}

void aside_leave(struct aside *a)
{
	if (a->working)
		pthread_detach(a->thread);
	a->working = false;
}
