/* Tests of sys/tree against somebody who swaps a folder in the tree for a link, and back, all the while. */
#include "sys/tree.h"

#include "scratch.h"

#include <sys/mman.h>

#define SWAPS 100000
#define SECONDS 60 /* at most */

/* tree/d and link change places: now it is a folder, now a link that leads out. What goes comes again, made just so. */
static void swap(struct scratch *s)
{
	static const mode_t modes[] = {0500, 0, 0300};
	static unsigned made;

	mkdirat(s->fd, "tree", 0700);
	if (renameat2(s->fd, "tree/d", s->fd, "link", RENAME_EXCHANGE) == 0)
		return;
	if (unlinkat(s->fd, "link", AT_REMOVEDIR) < 0)
		unlinkat(s->fd, "link", 0);
	if (symlinkat("../outside", s->fd, "link") < 0 && errno != EEXIST)
		_exit(1);
	mkdirat(s->fd, "tree/d", modes[made++ % COUNT(modes)]);
}

static pid_t swap_on(struct scratch *s, _Atomic long *swaps)
{
	pid_t parent = getpid(), pid = fork();

	assert_true(pid >= 0);
	while (pid == 0 && getppid() == parent) {
		swap(s);
		++*swaps;
	}
	if (pid == 0)
		_exit(0);
	return pid;
}

/* What all of these do to tree does not matter, nor whether they can. */
static void work(struct scratch *s)
{
	struct err err = ERR_INIT;
	AUTO_FD tree = file_open_if(s->fd, "tree", O_RDONLY | O_DIRECTORY, &err);
	int64_t bytes, entries;

	if (tree >= 0) {
		(void)!tree_settle(tree, 4321, 4321, &bytes, &err);
		(void)!tree_measure(tree, &bytes, &entries, &err);
		(void)!tree_clear(tree, &err);
	}
	(void)!tree_remove(s->fd, "tree/d", &err);
	(void)!tree_remove(s->fd, "tree", &err);
}

static void assert_outside(struct scratch *s)
{
	struct stat st;

	assert_file(s, "outside/precious", "precious");
	assert_file(s, "outside/in/it", "it");
	assert_int_equal(fstatat(s->fd, "outside", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(st.st_uid, geteuid());
}

static void nothing_is_done_through_a_link_that_comes_meanwhile(void **state)
{
	struct scratch *s = *state;
	_Atomic long *swaps = mmap(
		NULL, sizeof(*swaps), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	time_t end = time(NULL) + SECONDS;
	long rounds = 0;
	pid_t pid;

	assert_true(swaps != MAP_FAILED);
	put(s, "outside/precious", "precious");
	put(s, "outside/in/it", "it");
	pid = swap_on(s, swaps);
	for (; *swaps < SWAPS && time(NULL) < end; rounds++) {
		work(s);
		assert_outside(s);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	print_message("%ld swaps, %ld rounds\n", *swaps, rounds);
	assert_true(*swaps > SWAPS / 10);
	assert_true(rounds > 100);
	munmap((void *)swaps, sizeof(*swaps));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(nothing_is_done_through_a_link_that_comes_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
