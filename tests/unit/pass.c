/* Tests of sys/pass. */
#include "sys/pass.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"
#include "unit.h"

struct pair {
	int a, b;
};

static void pair_drop(struct pair *p)
{
	fd_drop(&p->a);
	fd_drop(&p->b);
}

static struct pair make(void)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	return (struct pair){ends[0], ends[1]};
}

static void messages_come_one_by_one_with_their_descriptors(void **state)
{
	AUTO(pair) p = make();
	AUTO(buf) text = BUF_INIT;
	struct err err = ERR_INIT;
	AUTO_FD file = memfd_create("f", 0);
	AUTO_FD got = -1;
	struct stat a, b;

	(void)state;
	assert_int_equal(pass_receive(p.b, 100, &text, &got, &err), 2);
	assert_int_equal(pass_send(p.a, SPAN("one"), file, &err), 0);
	assert_int_equal(pass_send(p.a, SPAN("two"), -1, &err), 0);
	assert_int_equal(pass_receive(p.b, 100, &text, &got, &err), 1);
	assert_buf(&text, "one");
	assert_int_equal(fstat(file, &a) | fstat(got, &b), 0);
	assert_true(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	assert_int_equal(fcntl(got, F_GETFD), FD_CLOEXEC);
	fd_drop(&got);
	assert_int_equal(pass_receive(p.b, 3, &text, &got, &err), 1);
	assert_buf(&text, "two");
	assert_int_equal(got, -1);
	fd_drop(&p.a);
	assert_int_equal(pass_receive(p.b, 100, &text, &got, &err), 0);
	assert_int_equal(pass_send(p.b, SPAN("x"), -1, &err), -1);
}

static void what_is_too_much_is_refused_and_leaves_no_descriptor(void **state)
{
	AUTO(pair) p = make();
	AUTO(buf) text = BUF_INIT;
	struct err err = ERR_INIT;
	AUTO_FD file = memfd_create("f", 0);
	int got = -1, next = dup(file);

	(void)state;
	close(next);
	assert_int_equal(pass_send(p.a, SPAN("four"), file, &err), 0);
	assert_int_equal(pass_receive(p.b, 3, &text, &got, &err), -1);
	assert_err(&err, ERR_FAILED, "more than 3 bytes");
	assert_int_equal(got, -1);
	got = dup(file);
	assert_int_equal(got, next);
	close(got);
}

static void two_descriptors_are_refused(void **state)
{
	AUTO(pair) p = make();
	AUTO(buf) text = BUF_INIT;
	struct err err = ERR_INIT;
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control = {.header = {.cmsg_len = CMSG_LEN(2 * sizeof(int)),
			     .cmsg_level = SOL_SOCKET,
			     .cmsg_type = SCM_RIGHTS}};
	struct iovec part = {(char[]){'x'}, 1};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};
	int two[] = {p.a, p.a}, got = -1, next = dup(p.a);

	(void)state;
	close(next);
	memcpy(CMSG_DATA(&control.header), two, sizeof(two));
	assert_int_equal(sendmsg(p.a, &message, 0), 1);
	assert_int_equal(pass_receive(p.b, 100, &text, &got, &err), -1);
	assert_int_equal(got, -1);
	got = dup(p.a);
	assert_int_equal(got, next);
	close(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_come_one_by_one_with_their_descriptors),
		cmocka_unit_test(what_is_too_much_is_refused_and_leaves_no_descriptor),
		cmocka_unit_test(two_descriptors_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
