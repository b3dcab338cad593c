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
	int64_t uid, gid; /* when reading: whose it is, by number */
	int64_t size; /* of a file's content as stated; -1 unknown */
	bool has_mtime; /* when reading: when it was changed, in seconds since 1970 */
	int64_t mtime;
	long mtime_ns;
	bool has_holes; /* when reading: a file whose content leaves some of its size out */
};

struct archive_in;

/* Reads an installer (tar in gzip, or in zstd, told by its bytes) from fd, from its current
 * offset on; fd is borrowed. Nothing but tar, gzip and zstd is switched on. */
MUST_USE int archive_open_tar(int fd, struct archive_in **out, struct err *err);
/* The same of a package of Packets: a tar in zstd, with a vendor's files in it, and as much in it as a pack may have. */
MUST_USE int archive_open_packets(int fd, struct archive_in **out, struct err *err);

/* What may come out of a pack. */
struct archive_limits {
	int64_t stream; /* bytes of the tar */
	int64_t ratio, slack; /* those may be so many times what was read, and so much more */
	bool holes; /* whether files may have holes */
	unsigned
		window_log; /* what zstd, xz and lzma look back at has 1 << window_log bytes at most */
};

/* Reads a vendor's pack from fd (borrowed), from its start on: a .deb (its data.tar), a tar, both in
 * gzip, zstd, xz, lzma, bzip2 or nothing, or a zip, which must be a file; all told by their bytes.
 * Something else: ERR_INSTALLER, saying what it looks like. */
MUST_USE int archive_open_pack(
	int fd, const struct archive_limits *limits, struct archive_in **out, struct err *err);

/* How much of the file itself was read so far; no part counts twice. */
int64_t archive_bytes_read(const struct archive_in *in);

/* 1: *entry is the next member; 0: the archive has ended where it should, and (but for a zip)
 * nothing stands behind it (padding with zeros aside); -1: damaged, truncated or followed by something else:
 * ERR_INSTALLER. */
MUST_USE int archive_next(struct archive_in *in, struct archive_entry *entry, struct err *err);

/* The next extended attribute that is stated of the current member: false where there is no more. Valid until the next member. */
bool archive_next_attribute(struct archive_in *in, struct span *name, struct span *value);

/* Reads on in the content of the current member: the count, 0 at its end, -1. */
MUST_USE long archive_read(struct archive_in *in, void *to, size_t room, struct err *err);
/* The same without a copy: 1: *bytes, valid until the next call, stand at *at of the content; what
 * lies between two blocks is a hole. 0 at its end, -1. Not to be mixed with archive_read. */
MUST_USE int archive_read_block(
	struct archive_in *in, struct span *bytes, int64_t *at, struct err *err);
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
