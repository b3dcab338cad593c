/* Tests of sys/flush. */
#include "sys/flush.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "unit.h"

static int count_in(const char *folder)
{
	DIR *dir = opendir(folder);
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* For what another thread does: at most ten seconds. */
static bool becomes(int (*what)(void), int wanted)
{
	for (int i = 0; i < 1000; i++) {
		if (what() == wanted)
			return true;
		usleep(10000);
	}
	return false;
}

static int descriptors(void)
{
	return count_in("/proc/self/fd");
}

static int threads(void)
{
	return count_in("/proc/self/task");
}

static pthread_t heard_by;

static void hear(int signal)
{
	(void)signal;
	heard_by = pthread_self();
}

static void it_leaves_nothing_behind(void **state)
{
	int before = descriptors(), alone = threads();
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	for (int i = 0; i < 8; i++)
		flush_ahead(here);
	assert_int_equal(fcntl(here, F_GETFD), FD_CLOEXEC);
	close(here);
	assert_true(becomes(threads, alone));
	assert_true(becomes(descriptors, before));
}

static void without_a_folder_nothing_happens(void **state)
{
	int before = descriptors(), alone = threads();

	(void)state;
	flush_ahead(-1);
	assert_int_equal(threads(), alone);
	assert_int_equal(descriptors(), before);
}

/* A signal ends the poll of whom it is meant for; and what was let in before is let in after. */
static void signals_are_the_main_threads(void **state)
{
	struct sigaction act = {.sa_handler = hear}, was;
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	sigset_t now;

	(void)state;
	sigaction(SIGUSR1, &act, &was);
	for (int i = 0; i < 8; i++)
		flush_ahead(here);
	kill(getpid(), SIGUSR1);
	assert_true(pthread_equal(heard_by, pthread_self()));
	pthread_sigmask(SIG_SETMASK, NULL, &now);
	assert_int_equal(sigismember(&now, SIGUSR1), 0);
	sigaction(SIGUSR1, &was, NULL);
	close(here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_leaves_nothing_behind),
		cmocka_unit_test(without_a_folder_nothing_happens),
		cmocka_unit_test(signals_are_the_main_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
