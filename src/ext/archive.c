/* Archives, by libarchive: tar in gzip or zstd is read, strictly up to its end; tar in gzip is
 * written. */
#include "ext/archive.h"

/* libarchive has a struct of the same name as ours. */
#define archive_entry libarchive_entry
#include <archive.h>
#include <archive_entry.h>
#undef archive_entry
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ext/gzip.h"

#define STREAM_MAX (128LL << 20) /* decompressed bytes of one installer */
#define BLOCK 65536
#define TIMESTAMP 946684800 /* 2000-01-01 00:00:00 UTC */

/* The file's bytes go through one of two decompressors, and then into libarchive's tar reader. */
struct archive_in {
	int fd;
	char raw[BLOCK]; /* compressed */
	struct span rest; /* of raw */
	struct gunzip *gzip; /* one of these two */
	struct archive *zstd;
	char block[BLOCK]; /* decompressed */
	int64_t total; /* decompressed bytes so far */
	int64_t filled; /* where the last byte that is not zero ends */
	struct archive *tar;
	bool ended;
	struct err cause; /* what a callback failed with */
};

/* Makes sure that something is in `rest`: 1; 0 at the end of the file. */
static int fill_raw(struct archive_in *in, struct err *err)
{
	ssize_t n;

	if (in->rest.n)
		return 1;
	do
		n = read(in->fd, in->raw, sizeof(in->raw));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "reading the archive");
	in->rest = (struct span){in->raw, (size_t)n};
	return n > 0;
}

static int refuse(struct archive *a, struct err *err)
{
	const char *why = archive_error_string(a);

	return err_set(err, ERR_INSTALLER, "damaged archive: %s", why ? why : "cannot be read");
}

/* A callback tells libarchive only that it failed; the reason is kept beside. */
static int refuse_for(struct archive_in *in, struct archive *a, struct err *err)
{
	if (in->cause.code == ERR_NONE)
		return refuse(a, err);
	*err = in->cause;
	return -1;
}

static la_ssize_t on_raw(struct archive *a, void *arg, const void **bytes)
{
	struct archive_in *in = arg;
	int rc = fill_raw(in, &in->cause);

	if (rc < 0) {
		archive_set_error(a, EIO, "cannot be read");
		return -1;
	}
	*bytes = in->rest.s;
	rc = (int)in->rest.n;
	in->rest.n = 0;
	return rc;
}

static long read_gzip(struct archive_in *in, struct err *err)
{
	for (;;) {
		long n = gunzip_run(in->gzip, &in->rest, in->block, sizeof(in->block), err);
		int more;

		if (n)
			return n;
		more = fill_raw(in, err);
		if (more < 0)
			return -1;
		if (!more && !gunzip_is_whole(in->gzip))
			return err_set(err, ERR_INSTALLER, "the archive is cut off");
		if (!more)
			return 0;
	}
}

static long read_zstd(struct archive_in *in, struct err *err)
{
	la_ssize_t n = archive_read_data(in->zstd, in->block, sizeof(in->block));

	return n < 0 ? refuse_for(in, in->zstd, err) : (long)n;
}

/* Puts the next decompressed bytes into `block`: the count, 0 at the end. */
static long fill_block(struct archive_in *in, struct err *err)
{
	long n = in->gzip ? read_gzip(in, err) : read_zstd(in, err);
	long last = n;

	if (n <= 0)
		return n;
	while (last && !in->block[last - 1])
		last--;
	if (last)
		in->filled = in->total + last;
	in->total += n;
	if (in->total > STREAM_MAX)
		return err_set(
			err, ERR_INSTALLER, "decompresses to more than %lld MiB", STREAM_MAX >> 20);
	return n;
}

static la_ssize_t on_block(struct archive *a, void *arg, const void **bytes)
{
	struct archive_in *in = arg;
	long n = fill_block(in, &in->cause);

	if (n < 0)
		archive_set_error(a, EIO, "cannot be read");
	*bytes = in->block;
	return n;
}

static struct archive *new_reader(void)
{
	struct archive *a = archive_read_new();

	if (!a)
		mem_panic("out of memory");
	return a;
}

/* No bidding: exactly this filter, once, so that nothing is unpacked in layers. */
static int open_zstd(struct archive_in *in, struct err *err)
{
	struct libarchive_entry *entry;
	struct archive *a = in->zstd = new_reader();

	if (archive_read_append_filter(a, ARCHIVE_FILTER_ZSTD) != ARCHIVE_OK ||
		archive_read_set_format(a, ARCHIVE_FORMAT_RAW) != ARCHIVE_OK ||
		archive_read_open(a, in, NULL, on_raw, NULL) != ARCHIVE_OK ||
		archive_read_next_header(a, &entry) != ARCHIVE_OK)
		return refuse_for(in, a, err);
	return 0;
}

static int open_decompressor(struct archive_in *in, struct err *err)
{
	static const char zstd[] = {'\x28', '\xb5', '\x2f', '\xfd'};
	static const char gzip[] = {'\x1f', '\x8b'};
	int rc = fill_raw(in, err);

	if (rc < 0)
		return -1;
	if (!rc)
		return err_set(err, ERR_INSTALLER, "the file is empty");
	if (in->rest.n >= sizeof(zstd) && !memcmp(in->rest.s, zstd, sizeof(zstd)))
		return open_zstd(in, err);
	if (in->rest.n < sizeof(gzip) || memcmp(in->rest.s, gzip, sizeof(gzip)) != 0)
		return err_set(err, ERR_INSTALLER,
			"neither gzip nor zstd: an installer is a tar in one of them");
	in->gzip = gunzip_new();
	return 0;
}

static int open_tar(struct archive_in *in, struct err *err)
{
	in->tar = new_reader();
	if (archive_read_support_format_tar(in->tar) != ARCHIVE_OK ||
		archive_read_open(in->tar, in, NULL, on_block, NULL) != ARCHIVE_OK)
		return refuse_for(in, in->tar, err);
	return 0;
}

int archive_open_tar(int fd, struct archive_in **out, struct err *err)
{
	struct archive_in *in = mem_zero(1, sizeof(*in));

	in->fd = fd;
	in->rest = SPAN("");
	if (open_decompressor(in, err) < 0 || open_tar(in, err) < 0) {
		archive_close(in);
		return -1;
	}
	*out = in;
	return 0;
}

void archive_close(struct archive_in *in)
{
	if (!in)
		return;
	archive_read_free(in->tar);
	archive_read_free(in->zstd);
	gunzip_free(in->gzip);
	free(in);
}

/* libarchive is content with any end. A whole tar has two blocks of zeros behind its last member,
 * and nothing but zeros behind them. */
static int check_end(struct archive_in *in, struct err *err)
{
	int64_t end = archive_read_header_position(in->tar);
	long n;

	do
		n = fill_block(in, err);
	while (n > 0);
	if (n < 0)
		return -1;
	if (in->filled > end)
		return err_set(err, ERR_INSTALLER, "something else stands behind the archive");
	if (in->total < end + 1024)
		return err_set(err, ERR_INSTALLER, "the archive is cut off");
	in->ended = true;
	return 0;
}

static void set_type(struct archive_entry *entry, unsigned type)
{
	static const struct {
		unsigned type;
		enum archive_type is;
		const char *kind;
	} rows[] = {
		{AE_IFREG, ARCHIVE_FILE, "file"},
		{AE_IFDIR, ARCHIVE_DIR, "folder"},
		{AE_IFLNK, ARCHIVE_SYMLINK, "symbolic link"},
		{AE_IFCHR, ARCHIVE_OTHER, "character device"},
		{AE_IFBLK, ARCHIVE_OTHER, "block device"},
		{AE_IFIFO, ARCHIVE_OTHER, "fifo"},
		{AE_IFSOCK, ARCHIVE_OTHER, "socket"},
	};

	entry->type = ARCHIVE_OTHER;
	entry->kind = "unknown kind";
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].type == type) {
			entry->type = rows[i].is;
			entry->kind = rows[i].kind;
		}
}

static void convert(struct libarchive_entry *from, struct archive_entry *to)
{
	*to = (struct archive_entry){.link = SPAN("")};
	to->path = span_of(archive_entry_pathname(from));
	to->mode = archive_entry_perm(from) & 07777;
	to->size = archive_entry_size_is_set(from) ? archive_entry_size(from) : -1;
	set_type(to, archive_entry_filetype(from));
	if (to->type == ARCHIVE_SYMLINK)
		to->link = span_of(archive_entry_symlink(from));
	if (archive_entry_hardlink(from)) {
		to->type = ARCHIVE_HARDLINK;
		to->kind = "hard link";
		to->link = span_of(archive_entry_hardlink(from));
	}
}

/* Names are bytes: that one is not of this locale is no damage (libarchive then gives it as it
 * stands). */
static bool is_harmless(struct archive *a)
{
	const char *why = archive_error_string(a);

	return why && strstr(why, "can't be converted from");
}

int archive_next(struct archive_in *in, struct archive_entry *entry, struct err *err)
{
	struct libarchive_entry *raw;
	int rc;

	if (in->ended)
		return 0;
	rc = archive_read_next_header(in->tar, &raw);
	if (rc == ARCHIVE_EOF)
		return check_end(in, err);
	if (rc != ARCHIVE_OK && !(rc == ARCHIVE_WARN && is_harmless(in->tar)))
		return refuse_for(in, in->tar, err);
	convert(raw, entry);
	if (entry->type == ARCHIVE_HARDLINK && entry->size > 0)
		return err_set(err, ERR_INSTALLER, "%.*s: a hard link with content",
			SPAN_ARG(entry->path));
	return 1;
}

long archive_read(struct archive_in *in, void *to, size_t room, struct err *err)
{
	la_ssize_t n = archive_read_data(in->tar, to, room);

	return n < 0 ? refuse_for(in, in->tar, err) : (long)n;
}

struct archive_out {
	int fd;
	struct archive *a;
	int64_t left; /* content bytes of the current member that have not come yet */
	bool abandoned; /* libarchive frees all of its memory only where it may write the end */
	struct err cause; /* what writing failed with */
};

static la_ssize_t on_write(struct archive *a, void *arg, const void *bytes, size_t n)
{
	struct archive_out *out = arg;
	ssize_t done;

	if (out->abandoned)
		return (la_ssize_t)n;
	do
		done = write(out->fd, bytes, n);
	while (done < 0 && errno == EINTR);
	if (done >= 0)
		return done;
	err_sys(&out->cause, "writing the archive");
	archive_set_error(a, EIO, "cannot be written");
	return -1;
}

static int fail_out(struct archive_out *out, struct err *err)
{
	const char *why = archive_error_string(out->a);

	if (out->cause.code == ERR_NONE)
		return err_set(err, ERR_FAILED, "writing the archive: %s", why ? why : "failed");
	*err = out->cause;
	return -1;
}

int archive_create(int fd, struct archive_out **to, struct err *err)
{
	struct archive_out *out = mem_zero(1, sizeof(*out));

	out->fd = fd;
	out->a = archive_write_new();
	if (!out->a)
		mem_panic("out of memory");
	/* The last block is as long as it is, whatever kind of file fd is. */
	if (archive_write_set_format_gnutar(out->a) != ARCHIVE_OK ||
		archive_write_add_filter_gzip(out->a) != ARCHIVE_OK ||
		archive_write_set_options(out->a, "gzip:compression-level=9,gzip:!timestamp") !=
			ARCHIVE_OK ||
		archive_write_set_bytes_in_last_block(out->a, 1) != ARCHIVE_OK ||
		archive_write_open(out->a, out, NULL, on_write, NULL) != ARCHIVE_OK) {
		fail_out(out, err);
		archive_abandon(out);
		return -1;
	}
	*to = out;
	return 0;
}

static void fill_entry(struct libarchive_entry *raw, const struct archive_entry *entry)
{
	static const unsigned types[] = {
		[ARCHIVE_FILE] = AE_IFREG, [ARCHIVE_DIR] = AE_IFDIR, [ARCHIVE_SYMLINK] = AE_IFLNK};
	AUTO_FREE char *path = mem_dupn(entry->path.s, entry->path.n);
	AUTO_FREE char *link = mem_dupn(entry->link.s, entry->link.n);

	archive_entry_copy_pathname(raw, path);
	archive_entry_set_mtime(raw, TIMESTAMP, 0);
	archive_entry_set_uid(raw, 0);
	archive_entry_set_gid(raw, 0);
	archive_entry_set_perm(raw, entry->mode & 07777);
	archive_entry_set_size(raw, entry->type == ARCHIVE_FILE ? entry->size : 0);
	if (entry->type == ARCHIVE_HARDLINK) {
		archive_entry_set_filetype(raw, AE_IFREG);
		archive_entry_copy_hardlink(raw, link);
		return;
	}
	archive_entry_set_filetype(raw, types[entry->type]);
	if (entry->type == ARCHIVE_SYMLINK)
		archive_entry_copy_symlink(raw, link);
}

static int check_whole(const struct archive_out *out, struct err *err)
{
	if (out->left)
		return err_set(err, ERR_FAILED, "a member has %lld bytes less than stated",
			(long long)out->left);
	return 0;
}

int archive_add(struct archive_out *out, const struct archive_entry *entry, struct err *err)
{
	struct libarchive_entry *raw;
	int rc;

	if (check_whole(out, err) < 0)
		return -1;
	if (entry->type == ARCHIVE_OTHER || (entry->type == ARCHIVE_FILE && entry->size < 0))
		return err_set(err, ERR_FAILED, "%.*s: %s cannot be archived",
			SPAN_ARG(entry->path), entry->kind);
	raw = archive_entry_new();
	if (!raw)
		mem_panic("out of memory");
	fill_entry(raw, entry);
	rc = archive_write_header(out->a, raw);
	archive_entry_free(raw);
	if (rc != ARCHIVE_OK)
		return fail_out(out, err);
	out->left = entry->type == ARCHIVE_FILE ? entry->size : 0;
	return 0;
}

int archive_write(struct archive_out *out, const void *bytes, size_t n, struct err *err)
{
	if (n > (uint64_t)out->left)
		return err_set(err, ERR_FAILED, "a member has more bytes than stated");
	if (n && archive_write_data(out->a, bytes, n) != (la_ssize_t)n)
		return fail_out(out, err);
	out->left -= (int64_t)n;
	return 0;
}

int archive_finish(struct archive_out *out, struct err *err)
{
	int rc = check_whole(out, err);

	if (rc < 0) {
		archive_abandon(out);
		return -1;
	}
	if (archive_write_close(out->a) != ARCHIVE_OK)
		rc = fail_out(out, err);
	archive_write_free(out->a);
	free(out);
	return rc;
}

void archive_abandon(struct archive_out *out)
{
	if (!out)
		return;
	out->abandoned = true;
	archive_write_free(out->a);
	free(out);
}
