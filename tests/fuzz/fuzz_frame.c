/* What a worker may write to its parent: frames, and each kind of message in them. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "model/message.h"
#include "sys/fd.h"
#include "sys/frame.h"

static void check_fact(struct span payload)
{
	AUTO(buf) again = BUF_INIT;
	struct span name, value;

	if (!message_get_fact(payload, &name, &value))
		return;
	message_put_fact(&again, name, value);
	HOLDS(span_is(buf_span(&again), payload));
}

static void check_extracted(struct span payload)
{
	AUTO(buf) again = BUF_INIT;
	AUTO(extracted) e = {.top = BUF_INIT, .id = BUF_INIT};

	if (!message_get_extracted(payload, &e))
		return;
	HOLDS(e.bytes >= 0 && e.entries >= 0 && strlen(e.top.s) == e.top.n);
	message_put_extracted(&again, &e);
	HOLDS(span_is(buf_span(&again), payload));
}

static void check_fetch(struct span payload)
{
	AUTO(buf) again = BUF_INIT;
	AUTO(fetch_order) o = {0};

	if (!message_get_fetch(payload, &o))
		return;
	message_put_fetch(&again, &o);
	HOLDS(span_is(buf_span(&again), payload));
}

static void check_begin(struct span payload)
{
	AUTO(buf) again = BUF_INIT;
	AUTO(fetch_begin) b = {0};

	if (!message_get_begin(payload, &b))
		return;
	HOLDS(b.from >= 0 && b.total >= -1 && strlen(b.etag.s) == b.etag.n);
	message_put_begin(&again, &b);
	HOLDS(span_is(buf_span(&again), payload));
}

static void check_small(struct span payload)
{
	AUTO(buf) again = BUF_INIT;
	struct extract_order order;
	int64_t number;

	if (message_get_number(payload, &number)) {
		message_put_number(&again, number);
		HOLDS(span_is(buf_span(&again), payload));
	}
	buf_clear(&again);
	if (message_get_extract(payload, &order)) {
		message_put_extract(&again, &order);
		HOLDS(span_is(buf_span(&again), payload));
	}
}

/* Whatever a worker says is printable afterwards, and stays as it is when it is passed on. */
static void check_err(struct span payload)
{
	AUTO(buf) again = BUF_INIT;
	struct err err, passed;

	if (!message_get_err(payload, &err))
		return;
	HOLDS(err.code > ERR_NONE && err.code < ERR_COUNT);
	for (const char *s = err.text; *s; s++)
		HOLDS((unsigned char)*s >= ' ' && *s != 0x7f);
	message_put_err(&again, &err);
	HOLDS(message_get_err(buf_span(&again), &passed));
	HOLDS(strcmp(err.text, passed.text) == 0 && strcmp(err.detail, passed.detail) == 0);
	HOLDS(strcmp(err.next, passed.next) == 0 && err.code == passed.code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame_reader reader = FRAME_READER_INIT;
	AUTO_FD fd = memfd_create("frames", MFD_CLOEXEC);
	struct err err = ERR_INIT;
	struct frame frame;
	int got;

	HOLDS(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	while ((got = frame_read(&reader, fd, &frame, &err)) == 1) {
		HOLDS(frame.payload.n <= FRAME_MAX);
		check_fact(frame.payload);
		check_extracted(frame.payload);
		check_fetch(frame.payload);
		check_begin(frame.payload);
		check_small(frame.payload);
		check_err(frame.payload);
	}
	HOLDS(got == 0 || err.code == ERR_WORKER);
	frame_reader_drop(&reader);
	return 0;
}
