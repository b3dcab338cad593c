/* What a -wal file holds, and which databases have one. */
#include "ext/sql_wal.h"

#include <endian.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"

#define HEADER 32
#define FRAME 24 /* before each page */

/* The versions of the format that a writer and a reader have to know, a byte each, in the first bytes of a database. */
#define VERSIONS_AT 18
#define HEAD_BYTES 100
enum { VERSION_JOURNAL = 1, VERSION_WAL = 2 };

/* Big-endian, all of them. */
static uint32_t number_at(const unsigned char *at)
{
	uint32_t number;

	memcpy(&number, at, sizeof(number));
	return be32toh(number);
}

/* A frame is of this file's present use if it has the salt of the header; the last one of a transaction has the size of the database. */
static bool has_commit(int fd, int64_t size)
{
	unsigned char header[HEADER], frame[FRAME];
	int64_t step;

	if (pread(fd, header, HEADER, 0) != HEADER)
		return false;
	step = FRAME + (int64_t)number_at(header + 8);
	for (int64_t at = HEADER; at + step <= size; at += step) {
		if (pread(fd, frame, FRAME, at) != FRAME || memcmp(frame + 8, header + 16, 8) != 0)
			return false;
		if (number_at(frame + 4))
			return true;
	}
	return false;
}

bool sql_wal_is_void(const char *path)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && !has_commit(fd, st.st_size);
}

void sql_wal_mark(char *bytes, size_t size, bool has_wal)
{
	char was = has_wal ? VERSION_JOURNAL : VERSION_WAL;

	if (size < HEAD_BYTES || bytes[VERSIONS_AT] != was || bytes[VERSIONS_AT + 1] != was)
		return;
	bytes[VERSIONS_AT] = bytes[VERSIONS_AT + 1] = has_wal ? VERSION_WAL : VERSION_JOURNAL;
}
