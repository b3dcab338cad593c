/* Messages over a SOCK_SEQPACKET socket, each with a descriptor or without. */
#pragma once

#include <stddef.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* fd: -1 for none; stays the caller's. Does not wait: a peer that does not read is an error. */
MUST_USE int pass_send(int socket, struct span text, int fd, struct err *err);

/* 1: one came, *out has its bytes, *fd its descriptor or -1, closed by exec; 0: the other side is gone; 2: none is there yet (of a
 * socket that does not wait). A message of more than `max` bytes, or with several descriptors, is ERR_FAILED. */
MUST_USE int pass_receive(int socket, size_t max, struct buf *out, int *fd, struct err *err);
