/* What the worker programs have in common: how each finds its order and how it ends. */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/span.h"
#include "model/message.h"
#include "sys/frame.h"
#include "work/leaks.h"

#define WORKER_USAGE 64 /* exit status of one that a person has started */

/* Whether fardel has started this program; else says so on stderr. */
static inline bool worker_is_called(const char *name)
{
	struct stat st;

	/* With another's rights it would do for anybody what only fardel may ask. */
	if (getauxval(AT_SECURE)) {
		fprintf(stderr, "%s is setuid: it must not be\n", name);
		return false;
	}
	if (fstat(FRAME_FD, &st) == 0 && S_ISSOCK(st.st_mode))
		return true;
	fprintf(stderr, "%s is run by fardel\n", name);
	return false;
}

/* Reads the one order; its payload is valid as long as *reader is left alone. */
MUST_USE static inline int worker_order(
	struct frame_reader *reader, enum message_type type, struct span *payload, struct err *err)
{
	struct frame frame;
	int rc = frame_read(reader, FRAME_FD, &frame, err);

	if (rc < 0)
		return -1;
	if (rc != 1 || frame.type != (uint32_t)type)
		return err_set(err, ERR_WORKER, "no order came");
	*payload = frame.payload;
	return 0;
}

static inline int worker_bad_order(struct err *err)
{
	return err_set(err, ERR_WORKER, "malformed order");
}

/* Tells the parent how it ended if rc is an error (else that was said already); returns the exit
 * status: 0 if the last frame could be sent. */
static inline int worker_end(int rc, const struct err *err)
{
	AUTO(buf) payload = BUF_INIT;
	struct err ignored = ERR_INIT;

	if (rc == 0)
		return 0;
	message_put_err(&payload, err);
	return frame_send(FRAME_FD, MESSAGE_FAIL, buf_span(&payload), &ignored) < 0;
}
