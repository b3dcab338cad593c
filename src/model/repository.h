/* A repository's own file in repos.d: where it is, and whether it is used (docs/repository.md). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "base/vec.h"

enum repository_type {
	REPOSITORY_HTTP,
	REPOSITORY_DISK, /* "disk" or "dir" */
	REPOSITORY_DOCKER, /* luet's: it is listed, and cannot be used */
	REPOSITORY_TYPES,
};
const char *repository_type_name(enum repository_type type); /* "http" */

struct repository {
	struct buf name, description;
	struct texts urls; /* of the same files: the next is tried where one fails */
	enum repository_type type;
	int64_t priority; /* the lowest number is preferred; 0 where it is not stated; as luet has it */
	bool enable;
	struct texts keys; /* minisign's public keys, in a line each, or paths of their files */
	bool require_signature; /* true unless it is stated */
	struct { /* how to log in; all may be empty */
		struct buf token, user, password;
	} auth;
	struct buf file; /* that it was read from, without the root */
};
struct repositories {
	VEC(struct repository) of;
};
void repository_init(struct repository *r);
void repository_drop(struct repository *r);
void repositories_drop(struct repositories *r);

/* Reads a file's text into *out, which was initialised (`file` is the caller's to set). Keys that are not known are passed over: luet's files have
 * some. ERR_CONFIG names line, key and what is wrong. */
MUST_USE int repository_parse(struct span text, struct repository *out, struct err *err);
/* Appends the text with `enable` set: that line is changed or added, everything else stays as it is, byte for byte. */
MUST_USE int repository_enable(struct span text, bool enable, struct buf *out, struct err *err);
/* Appends the text of a new file. */
void repository_format(const struct repository *r, struct buf *out);
