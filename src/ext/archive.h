/* Archives read by libarchive, never written to disk by it; and the one kind of archive that
 * fardel writes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

enum archive_type {
	ARCHIVE_FILE,
	ARCHIVE_DIR,
	ARCHIVE_SYMLINK,
	ARCHIVE_HARDLINK,
	ARCHIVE_OTHER, /* device, fifo, socket, unknown: `kind` says which */
};

/* One member as the archive states it: hostile. Spans are valid until the next member. */
struct archive_entry {
	struct span path; /* raw bytes, as stored */
	struct span link; /* target of a symbolic or hard link, else empty */
	enum archive_type type;
	const char *kind; /* for people: "file", "folder", "character device", … */
	unsigned mode; /* permission bits, with setuid, setgid and sticky */
	int64_t size; /* of a file's content as stated; -1 unknown */
};

struct archive_in;

/* Reads an installer (tar in gzip, or in zstd, told by its bytes) from fd, from its current
 * offset on; fd is borrowed. Nothing but tar, gzip and zstd is switched on. */
MUST_USE int archive_open_tar(int fd, struct archive_in **out, struct err *err);

/* 1: *entry is the next member; 0: the archive has ended where it should, and nothing stands
 * behind it (padding with zeros aside); -1: damaged, truncated or followed by something else:
 * ERR_INSTALLER. */
MUST_USE int archive_next(struct archive_in *in, struct archive_entry *entry, struct err *err);

/* Reads on in the content of the current member: the count, 0 at its end, -1. */
MUST_USE long archive_read(struct archive_in *in, void *to, size_t room, struct err *err);
void archive_close(struct archive_in *in); /* NULL is fine */

struct archive_out;

/* Writes a gzip'ed tar (GNU format, owner 0, one timestamp, a fixed compression level, no name
 * or time in the gzip header) to fd. The same members in the same order give the same bytes
 * everywhere. */
MUST_USE int archive_create(int fd, struct archive_out **out, struct err *err);
/* Adds a member; of a file the content follows by archive_write, exactly entry->size bytes. */
MUST_USE int archive_add(
	struct archive_out *out, const struct archive_entry *entry, struct err *err);
MUST_USE int archive_write(struct archive_out *out, const void *bytes, size_t n, struct err *err);
/* Ends the archive; must have succeeded before the file is published. Frees out in any case. */
MUST_USE int archive_finish(struct archive_out *out, struct err *err);
void archive_abandon(struct archive_out *out);
