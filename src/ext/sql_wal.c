/* What a -wal file holds. */
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
