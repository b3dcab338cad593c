/* Signals that ask fardel to stop. */
#include "sys/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"

static const int stopping[] = {SIGINT, SIGTERM, SIGHUP};

/* A handler has no argument of ours. */
static volatile sig_atomic_t first;
static int pipe_fds[2] = {-1, -1};
static bool deferred;

static void note(int number)
{
	int saved = errno;

	if (!first) {
		first = number;
		if (write(pipe_fds[1], "", 1) < 0)
			first = number; /* the number alone is enough for signals_pending */
	}
	errno = saved;
}

void signals_catch(void)
{
	struct sigaction action = {.sa_handler = note}, old;

	if (pipe_fds[0] >= 0 || pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < COUNT(stopping); i++) {
		if (sigaction(stopping[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			continue;
		sigaction(stopping[i], &action, NULL);
	}
}

int signals_pending(void)
{
	return deferred ? 0 : first;
}

void signals_defer(bool defer)
{
	deferred = defer;
}

int signals_check(struct err *err)
{
	int number = signals_pending();

	if (!number)
		return 0;
	err_set(err, ERR_SIGNAL, "interrupted by SIG%s", sigabbrev_np(number));
	err->sys = number;
	return -1;
}

int signals_fd(void)
{
	return deferred ? -1 : pipe_fds[0];
}

void signals_hold(void)
{
	char drained[16];

	while (read(pipe_fds[0], drained, sizeof(drained)) > 0)
		continue;
	for (size_t i = 0; i < COUNT(stopping); i++)
		signal(stopping[i], SIG_IGN);
	first = 0;
}

void signals_reset(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
