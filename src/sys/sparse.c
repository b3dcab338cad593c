/* Copies of files whose holes stay holes. */
#include "sys/sparse.h"

#include <errno.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

#define CHUNK ((size_t)1 << 20)

static int write_at(int fd, const char *bytes, size_t n, off_t at, struct err *err)
{
	while (n) {
		ssize_t done = pwrite(fd, bytes, n, at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return err_sys(err, "write");
		bytes += done;
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

static int copy_by_reading(int from, int to, off_t at, off_t end, struct err *err)
{
	AUTO(buf) chunk = BUF_INIT;

	buf_reserve(&chunk, CHUNK);
	while (at < end) {
		size_t most = (size_t)(end - at) < CHUNK ? (size_t)(end - at) : CHUNK;
		ssize_t n = pread(from, chunk.s, most, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		if (n == 0)
			return err_set(err, ERR_FAILED, "changed while it was copied");
		if (write_at(to, chunk.s, (size_t)n, at, err) < 0)
			return -1;
		at += n;
	}
	return 0;
}

static bool is_not_offered(int sys)
{
	return sys == EXDEV || sys == EINVAL || sys == ENOSYS || sys == EOPNOTSUPP;
}

static int copy_range(int from, int to, off_t at, off_t end, struct err *err)
{
	off_t behind = at;

	while (at < end) {
		ssize_t n = copy_file_range(from, &at, to, &behind, (size_t)(end - at), 0);

		if (n == 0 || (n < 0 && is_not_offered(errno)))
			return copy_by_reading(from, to, at, end, err);
		if (n < 0 && errno != EINTR)
			return err_sys(err, "copy");
	}
	return 0;
}

/* The next bytes that are no hole; without them *from is size. Where the file system does not tell, all of it is none. */
static void find_data(int fd, off_t size, off_t *from, off_t *end)
{
	off_t data = lseek(fd, *from, SEEK_DATA);

	*end = size;
	if (data < 0) {
		*from = errno == ENXIO ? size : *from;
		return;
	}
	*from = data;
	*end = lseek(fd, data, SEEK_HOLE);
	if (*end < 0 || *end > size)
		*end = size;
}

int sparse_copy(int from, int to, struct err *err)
{
	struct stat st;
	off_t end;

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	if (fstat(from, &st) < 0)
		return err_sys(err, "look at it");
	for (off_t at = 0; at < st.st_size; at = end) {
		find_data(from, st.st_size, &at, &end);
		if (at < end && copy_range(from, to, at, end, err) < 0)
			return -1;
	}
	if (ftruncate(to, st.st_size) < 0)
		return err_sys(err, "set its length");
	return 0;
}
