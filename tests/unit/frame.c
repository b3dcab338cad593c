/* Tests of sys/frame. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/frame.h"

struct pair {
	int a, b;
	struct frame_reader reader; /* of b */
};

static void pair_drop(struct pair *p)
{
	fd_drop(&p->a);
	fd_drop(&p->b);
	frame_reader_drop(&p->reader);
}

static struct pair make_pair(void)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	return (struct pair){ends[0], ends[1], FRAME_READER_INIT};
}

static int read_one(struct pair *p, struct frame *f, struct err *err)
{
	err_clear(err);
	return frame_read(&p->reader, p->b, f, err);
}

static void frames_keep_their_borders(void **state)
{
	AUTO(pair) p = make_pair();
	struct frame f;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(frame_send(p.a, 7, SPAN("one"), &err), 0);
	assert_int_equal(frame_send(p.a, 8, SPAN(""), &err), 0);
	assert_int_equal(frame_send(p.a, 0xffffffff, SPAN("a\0b"), &err), 0);
	fd_drop(&p.a);
	assert_int_equal(read_one(&p, &f, &err), 1);
	assert_int_equal(f.type, 7);
	assert_span(f.payload, "one");
	assert_int_equal(read_one(&p, &f, &err), 1);
	assert_int_equal(f.type, 8);
	assert_span(f.payload, "");
	assert_int_equal(read_one(&p, &f, &err), 1);
	assert_int_equal(f.type, 0xffffffff);
	assert_int_equal(f.payload.n, 3);
	assert_int_equal(read_one(&p, &f, &err), 0);
	assert_int_equal(read_one(&p, &f, &err), 0);
}

static void the_longest_frame_passes(void **state)
{
	AUTO(pair) p = make_pair();
	AUTO(buf) big = BUF_INIT;
	struct frame f;
	struct err err = ERR_INIT;
	pid_t child;
	int status;

	(void)state;
	while (big.n <= FRAME_MAX)
		buf_addc(&big, (char)(big.n * 31 >> 3));
	assert_int_equal(frame_send(p.a, 1, buf_span(&big), &err), -1);
	assert_err(&err, ERR_WORKER, "too long");
	child = fork();
	assert_true(child >= 0);
	if (!child)
		_exit(frame_send(p.a, 1, span_cut(buf_span(&big), 0, FRAME_MAX), &err) != 0);
	fd_drop(&p.a);
	assert_int_equal(read_one(&p, &f, &err), 1);
	assert_int_equal(f.payload.n, FRAME_MAX);
	assert_memory_equal(f.payload.s, big.s, FRAME_MAX);
	assert_int_equal(read_one(&p, &f, &err), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void pieces_are_collected(void **state)
{
	static const uint32_t head[2] = {5, 9};
	AUTO(pair) p = make_pair();
	AUTO(buf) bytes = BUF_INIT;
	struct frame f;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(fcntl(p.b, F_SETFL, O_NONBLOCK), 0);
	buf_add(&bytes, head, sizeof(head));
	buf_adds(&bytes, "hello");
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < bytes.n; i++) {
			assert_int_equal(read_one(&p, &f, &err), 2);
			assert_int_equal(write(p.a, bytes.s + i, 1), 1);
		}
		assert_int_equal(read_one(&p, &f, &err), 1);
		assert_int_equal(f.type, 9);
		assert_span(f.payload, "hello");
	}
	assert_int_equal(read_one(&p, &f, &err), 2);
}

static void an_end_in_the_middle_is_an_error(void **state)
{
	static const uint32_t head[2] = {5, 9};

	(void)state;
	for (size_t n = 1; n < 13; n++) {
		AUTO(pair) p = make_pair();
		AUTO(buf) bytes = BUF_INIT;
		struct frame f;
		struct err err = ERR_INIT;

		buf_add(&bytes, head, sizeof(head));
		buf_adds(&bytes, "hello");
		assert_int_equal(write(p.a, bytes.s, n), (ssize_t)n);
		fd_drop(&p.a);
		assert_int_equal(read_one(&p, &f, &err), -1);
		assert_err(&err, ERR_WORKER, "middle of a frame");
	}
}

static void a_length_that_is_too_long_is_refused(void **state)
{
	static const uint32_t head[2] = {FRAME_MAX + 1, 1};
	AUTO(pair) p = make_pair();
	struct frame f;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(write(p.a, head, sizeof(head)), sizeof(head));
	assert_int_equal(read_one(&p, &f, &err), -1);
	assert_err(&err, ERR_WORKER, "malformed frame");
}

static void a_closed_end_is_an_error_and_no_signal(void **state)
{
	AUTO(pair) p = make_pair();
	struct err err = ERR_INIT;

	(void)state;
	fd_drop(&p.b);
	assert_int_equal(frame_send(p.a, 1, SPAN("x"), &err), -1);
	assert_err(&err, ERR_SYSTEM, "sending a frame");
	assert_int_equal(err.sys, EPIPE);
}

static void sending_waits_for_room(void **state)
{
	AUTO(pair) p = make_pair();
	AUTO(buf) big = BUF_INIT;
	struct frame f;
	struct err err = ERR_INIT;
	pid_t child;
	int rc, count = 0;

	(void)state;
	while (big.n < 300000)
		buf_addc(&big, 'x');
	assert_int_equal(fcntl(p.a, F_SETFL, O_NONBLOCK), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		for (int i = 0; i < 5; i++)
			if (frame_send(p.a, 1, buf_span(&big), &err) < 0)
				_exit(1);
		_exit(0);
	}
	fd_drop(&p.a);
	usleep(50000);
	while ((rc = read_one(&p, &f, &err)) == 1) {
		assert_int_equal(f.payload.n, big.n);
		count++;
	}
	assert_int_equal(rc, 0);
	assert_int_equal(count, 5);
	assert_int_equal(waitpid(child, &rc, 0), child);
	assert_int_equal(rc, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_keep_their_borders),
		cmocka_unit_test(the_longest_frame_passes),
		cmocka_unit_test(pieces_are_collected),
		cmocka_unit_test(an_end_in_the_middle_is_an_error),
		cmocka_unit_test(a_length_that_is_too_long_is_refused),
		cmocka_unit_test(a_closed_end_is_an_error_and_no_signal),
		cmocka_unit_test(sending_waits_for_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
