/* Tests of which children are ended: sys/process with sys/family. */
#include "sys/process.h"

#include "scratch.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* A child that sleeps, in a session of its own or in ours. */
static pid_t sleeper(bool session)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (session)
			setsid();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sleep(60);
		_exit(0);
	}
	usleep(50000);
	return pid;
}

static void only_own_children_are_ended(void **state)
{
	pid_t before[] = {sleeper(false), sleeper(true)}, after;
	int64_t begun;

	(void)state;
	process_adopt();
	after = sleeper(true);
	begun = scratch_ms();
	process_end_orphans();
	process_end_orphans();
	assert_in_range(scratch_ms() - begun, 0, 2000);
	assert_int_equal(kill(after, 0), -1);
	for (size_t i = 0; i < COUNT(before); i++) {
		assert_int_equal(waitpid(before[i], NULL, WNOHANG), 0);
		assert_int_equal(kill(before[i], SIGKILL), 0);
		assert_int_equal(waitpid(before[i], NULL, 0), before[i]);
	}
	process_adopt();
	after = sleeper(false);
	process_end_orphans();
	assert_int_equal(kill(after, 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(only_own_children_are_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
