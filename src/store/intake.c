/* An intake: bytes of a pack as they come, hashed while they are written. */
#include "store/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"

#define CHUNK (256 << 10)

/* The running hashes of what is wanted, and always sha256. */
struct hashes {
	struct hash *of[DIGEST_KINDS];
};

static void hashes_free(struct hash **of)
{
	for (int k = 0; k < DIGEST_KINDS; k++) {
		hash_free(of[k]);
		of[k] = NULL;
	}
}

static void hashes_drop(struct hashes *h)
{
	hashes_free(h->of);
}

static int hashes_new(const struct sums *want, struct hash **of, struct err *err)
{
	hashes_free(of);
	for (int k = 0; k < DIGEST_KINDS; k++) {
		if (k != DIGEST_SHA256 && !want->has[k])
			continue;
		if (hash_new(digest_name((enum digest_kind)k), &of[k], err) < 0)
			return -1;
	}
	return 0;
}

static void hashes_add(struct hash **of, const void *bytes, size_t n)
{
	for (int k = 0; k < DIGEST_KINDS; k++)
		if (of[k])
			hash_add(of[k], bytes, n);
}

static void hashes_end(struct hash **of, struct sums *have)
{
	*have = (struct sums){0};
	for (int k = 0; k < DIGEST_KINDS; k++) {
		if (!of[k])
			continue;
		have->has[k] = true;
		have->of[k].kind = (enum digest_kind)k;
		hash_end(of[k], have->of[k].bytes);
	}
	hashes_free(of);
}

/* Hashes the file from its start to its end. */
static int read_all(int fd, struct hash **of, int64_t *size, struct err *err)
{
	AUTO(buf) chunk = BUF_INIT;
	off_t at = 0;

	buf_reserve(&chunk, CHUNK);
	for (;;) {
		ssize_t n = pread(fd, chunk.s, CHUNK, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read a pack");
		if (n == 0)
			break;
		hashes_add(of, chunk.s, (size_t)n);
		at += n;
	}
	*size = at;
	return 0;
}

int intake_open(
	struct intake *in, int dir, const char *name, const struct sums *want, struct err *err)
{
	*in = (struct intake){.dir = dir, .name = buf_of(name), .fd = -1, .want = *want};
	if (file_remove(dir, name, err) < 0 || hashes_new(want, in->hashes, err) < 0)
		return -1;
	in->fd = file_open(dir, name, O_RDWR | O_CREAT | O_EXCL, 0600, err);
	return in->fd < 0 ? -1 : 0;
}

int intake_resume(struct intake *in, int dir, const char *name, int fd, const struct sums *want,
	struct err *err)
{
	*in = (struct intake){
		.dir = dir, .name = buf_of(name), .fd = fd, .keep = true, .want = *want};
	if (hashes_new(want, in->hashes, err) < 0 || read_all(fd, in->hashes, &in->size, err) < 0)
		return -1;
	if (lseek(fd, in->size, SEEK_SET) < 0)
		return err_sys(err, "go on with a download");
	return 0;
}

int intake_add(struct intake *in, const void *bytes, size_t n, struct err *err)
{
	hashes_add(in->hashes, bytes, n);
	in->size += (int64_t)n;
	return file_write_all(in->fd, bytes, n, err);
}

int intake_restart(struct intake *in, struct err *err)
{
	if (in->size == 0)
		return 0;
	if (ftruncate(in->fd, 0) < 0 || lseek(in->fd, 0, SEEK_SET) < 0)
		return err_sys(err, "start a download again");
	in->size = 0;
	return hashes_new(&in->want, in->hashes, err);
}

/* What was written can write to it as well: for others it is opened anew, by its name, and must be that file. */
static int open_to_read(const struct intake *in, struct err *err)
{
	AUTO_FD fd = file_open(in->dir, in->name.s, O_RDONLY | O_NONBLOCK, 0, err);
	struct stat written, opened;

	if (fd < 0)
		return -1;
	if (fstat(in->fd, &written) < 0 || fstat(fd, &opened) < 0)
		return err_sys(err, "look at a download");
	if (!file_is_one(&written, &opened))
		return err_set(
			err, ERR_UNSAFE, "another file has come in the place of %s", in->name.s);
	return fd_take(&fd);
}

int intake_end(struct intake *in, bool durable, struct sums *have, int *file, struct err *err)
{
	if (fchmod(in->fd, 0644) < 0)
		return err_sys(err, "set the mode of a download");
	if (durable && file_sync(in->fd, err) < 0)
		return -1;
	if (file) {
		*file = open_to_read(in, err);
		if (*file < 0)
			return -1;
	}
	hashes_end(in->hashes, have);
	fd_drop(&in->fd);
	return 0;
}

void intake_drop(struct intake *in)
{
	if (in->fd >= 0 && !in->keep)
		unlinkat(in->dir, in->name.s, 0);
	fd_drop(&in->fd);
	hashes_free(in->hashes);
	buf_drop(&in->name);
}

int intake_digest_fd(
	int fd, const struct sums *want, struct sums *have, int64_t *size, struct err *err)
{
	AUTO(hashes) h = {{0}};

	if (hashes_new(want, h.of, err) < 0 || read_all(fd, h.of, size, err) < 0)
		return -1;
	hashes_end(h.of, have);
	return 0;
}

int intake_compare(const struct sums *want, const struct sums *have, struct err *err)
{
	AUTO(buf) wanted = BUF_INIT;
	AUTO(buf) got = BUF_INIT;
	enum digest_kind bad;

	if (sums_hold(want, have, &bad))
		return 0;
	digest_format(&wanted, &want->of[bad]);
	digest_format(&got, &have->of[bad]);
	err_set(err, ERR_CHECKSUM, "checksum mismatch");
	err_detail(err, "wanted %s %s", digest_name(bad), wanted.s);
	return err_detail(err, "got    %s %s", digest_name(bad), got.s);
}
