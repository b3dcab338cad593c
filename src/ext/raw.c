/* Bytes of archives before libarchive sees them. */
#include "ext/raw.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AR_MAGIC 8 /* bytes in front of the first member */
#define AR_HEAD 60

void raw_init(struct raw *r, int fd)
{
	struct stat st;

	r->fd = fd;
	r->read = 0;
	r->left = -1;
	r->rest = SPAN("");
	r->stream = NULL;
	r->size = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : INT64_MAX;
}

void raw_drop(struct raw *r)
{
	if (r->stream)
		r->stream->free(r->stream);
	r->stream = NULL;
}

/* Reads up to n bytes to where the file's block is used up to: the count. */
static long read_some(struct raw *r, char *to, size_t n, struct err *err)
{
	ssize_t got;

	do
		got = read(r->fd, to, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(err, "reading the archive");
	r->read += got;
	return got;
}

int raw_fill(struct raw *r, struct err *err)
{
	size_t room = sizeof(r->file);
	long n;

	if (r->rest.n)
		return 1;
	if (r->left >= 0 && (uint64_t)r->left < room)
		room = (size_t)r->left;
	if (!room)
		return 0;
	n = read_some(r, r->file, room, err);
	if (n < 0)
		return -1;
	if (!n && r->left > 0)
		return err_set(err, ERR_INSTALLER, "the archive is cut off");
	if (r->left > 0)
		r->left -= n;
	r->rest = (struct span){r->file, (size_t)n};
	return n > 0;
}

int raw_take(struct raw *r, struct span *got, struct err *err)
{
	int rc = raw_fill(r, err);

	*got = r->rest;
	r->rest.n = 0;
	return rc;
}

int raw_take_decompressed(struct raw *r, struct span *got, struct err *err)
{
	struct stream *s = r->stream;
	long n = 0;
	int more = 1;

	while (!n && more > 0) {
		n = s->run(s, &r->rest, r->block, sizeof(r->block), err);
		if (n)
			break;
		more = raw_fill(r, err);
	}
	if (more == 0)
		n = s->end(s, r->block, sizeof(r->block), err);
	if (n < 0 || more < 0)
		return -1;
	*got = (struct span){r->block, (size_t)n};
	return n > 0;
}

/* Has at least n bytes in `rest`, or all that there are. */
static int gather(struct raw *r, size_t n, struct err *err)
{
	while (r->rest.n < n) {
		long got;

		memmove(r->file, r->rest.s, r->rest.n);
		r->rest.s = r->file;
		got = read_some(r, r->file + r->rest.n, sizeof(r->file) - r->rest.n, err);
		if (got < 0)
			return -1;
		if (!got)
			return 0;
		r->rest.n += (size_t)got;
	}
	return 0;
}

static int skip(struct raw *r, uint64_t n, struct err *err)
{
	while (n) {
		size_t some;

		if (gather(r, 1, err) < 0)
			return -1;
		if (!r->rest.n)
			return err_set(err, ERR_INSTALLER, "the archive is cut off");
		some = r->rest.n < n ? r->rest.n : (size_t)n;
		r->rest = span_cut(r->rest, some, r->rest.n);
		n -= some;
	}
	return 0;
}

/* The member's bytes in `rest`, and no others. */
static int enter(struct raw *r, uint64_t size, size_t enough, struct err *err)
{
	if (gather(r, enough < size ? enough : (size_t)size, err) < 0)
		return -1;
	if (r->rest.n > size)
		r->rest.n = (size_t)size;
	r->left = (int64_t)(size - r->rest.n);
	return 0;
}

int raw_enter_deb(struct raw *r, size_t enough, struct err *err)
{
	if (skip(r, AR_MAGIC, err) < 0)
		return -1;
	for (;;) {
		unsigned long long size;
		struct span head;

		if (gather(r, AR_HEAD, err) < 0)
			return -1;
		if (!r->rest.n)
			return err_set(err, ERR_INSTALLER, "no .deb: there is no data.tar in it");
		head = span_cut(r->rest, 0, AR_HEAD);
		if (head.n < AR_HEAD || memcmp(head.s + 58, "`\n", 2) != 0 ||
			!span_number(span_trim(span_cut(head, 48, 10)), INT64_MAX, &size))
			return err_set(err, ERR_INSTALLER, "damaged .deb: no member's header");
		r->rest = span_cut(r->rest, AR_HEAD, r->rest.n);
		if (span_starts(head, "data.tar"))
			return enter(r, size, enough, err);
		if (skip(r, size + size % 2, err) < 0)
			return -1;
	}
}

int64_t raw_seek(struct raw *r, int64_t at, int whence, struct err *err)
{
	off_t now = lseek(r->fd, at, whence);

	r->rest.n = 0;
	return now < 0 ? err_sys(err, "seeking in the archive") : now;
}

int64_t raw_bytes_read(const struct raw *r)
{
	return r->read < r->size ? r->read : r->size;
}
