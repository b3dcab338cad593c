/* Archives, by libarchive: tars, .debs and zips are read, tars strictly up to their end; tar in gzip
 * is written. */
#include "ext/archive.h"

/* libarchive has a struct of the same name as ours. */
#define archive_entry libarchive_entry
#include <archive.h>
#include <archive_entry.h>
#undef archive_entry
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ext/archive_type.h"
#include "ext/bzip2.h"
#include "ext/gzip.h"
#include "ext/magic.h"
#include "ext/raw.h"
#include "ext/tar.h"
#include "ext/xz.h"
#include "ext/zstd.h"

#define TIMESTAMP 946684800 /* 2000-01-01 00:00:00 UTC */

static const struct archive_limits installer_limits = {.stream = 128LL << 20, .window_log = 25};
static const struct archive_limits packets_limits = {
	.stream = 9LL << 30, .ratio = 1000, .slack = 64 << 20, .window_log = 27};

/* The file's bytes go through a decompressor, if need be, and then into libarchive's reader of tars.
 * A zip goes into its reader alone. */
struct archive_in {
	struct raw raw; /* decompresses, too */
	struct archive_limits limits;
	int64_t total; /* decompressed bytes so far */
	struct tar *tar; /* looks at them before libarchive does */
	struct archive *members;
	struct libarchive_entry *member; /* the current one */
	int64_t seen; /* of them */
	bool is_zip;
	locale_t utf8; /* of a zip: see read_header */
	bool ended;
	struct err cause; /* what a callback failed with */
};

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

static la_ssize_t failed(struct archive *a)
{
	archive_set_error(a, EIO, "cannot be read");
	return ARCHIVE_FATAL;
}

/* The file's bytes, for a decompressor, or for zip. */
static la_ssize_t on_raw(struct archive *a, void *arg, const void **bytes)
{
	struct archive_in *in = arg;
	struct span got;

	if (raw_take(&in->raw, &got, &in->cause) < 0)
		return failed(a);
	*bytes = got.s;
	return (la_ssize_t)got.n;
}

static la_int64_t on_seek(struct archive *a, void *arg, la_int64_t at, int whence)
{
	struct archive_in *in = arg;
	int64_t now = raw_seek(&in->raw, at, whence, &in->cause);

	return now < 0 ? failed(a) : now;
}

/* libarchive's own block, of any size. */
static int data_block(
	struct archive_in *in, struct archive *a, struct span *block, int64_t *at, struct err *err)
{
	const void *bytes = "";
	la_int64_t offset = 0;
	size_t n = 0;
	int rc = archive_read_data_block(a, &bytes, &n, &offset);

	if (rc == ARCHIVE_EOF)
		return 0;
	if (rc != ARCHIVE_OK)
		return refuse_for(in, a, err);
	*block = (struct span){bytes, n};
	*at = offset;
	return 1;
}

static int check_limits(const struct archive_in *in, struct err *err)
{
	const struct archive_limits *l = &in->limits;

	if (in->total > l->stream)
		return err_set(err, ERR_INSTALLER, "decompresses to more than %lld MiB",
			(long long)l->stream >> 20);
	if (l->ratio && (in->total - l->slack) / l->ratio > raw_bytes_read(&in->raw))
		return err_set(err, ERR_INSTALLER, "decompresses to more than %lld times its size",
			(long long)l->ratio);
	return 0;
}

/* The next decompressed bytes: 1; 0 at the end. */
static int next_block(struct archive_in *in, struct span *block, struct err *err)
{
	int rc = in->raw.stream ? raw_take_decompressed(&in->raw, block, err)
				: raw_take(&in->raw, block, err);

	if (rc <= 0)
		return rc;
	in->total += (int64_t)block->n;
	if (check_limits(in, err) < 0 || tar_look(in->tar, *block, err) < 0)
		return -1;
	return 1;
}

static la_ssize_t on_block(struct archive *a, void *arg, const void **bytes)
{
	struct archive_in *in = arg;
	struct span block = SPAN("");
	int rc = next_block(in, &block, &in->cause);

	if (rc < 0)
		return failed(a);
	*bytes = block.s;
	return rc ? (la_ssize_t)block.n : 0;
}

static struct archive *new_reader(void)
{
	struct archive *a = archive_read_new();

	if (!a)
		mem_none();
	return a;
}

static int open_tar(struct archive_in *in, struct err *err)
{
	in->members = new_reader();
	in->tar = tar_new(in->limits.holes);
	if (archive_read_support_format_tar(in->members) == ARCHIVE_OK &&
		archive_read_open(in->members, in, NULL, on_block, NULL) == ARCHIVE_OK)
		return 0;
	if (in->cause.code == ERR_NONE && in->total)
		return err_set(err, ERR_INSTALLER, "what is in it is no tar");
	return refuse_for(in, in->members, err);
}

/* Exactly this one, once: nothing is unpacked in layers. */
static void open_decompressor(struct archive_in *in, enum magic magic)
{
	unsigned window_log = in->limits.window_log;

	switch (magic) {
	case MAGIC_GZIP: in->raw.stream = gunzip_new(); break;
	case MAGIC_ZSTD: in->raw.stream = unzstd_new(window_log); break;
	case MAGIC_XZ: in->raw.stream = unxz_new(false, window_log); break;
	case MAGIC_LZMA: in->raw.stream = unxz_new(true, window_log); break;
	case MAGIC_BZIP2: in->raw.stream = bunzip2_new(); break;
	default: break;
	}
}

static int open_zip(struct archive_in *in, struct err *err)
{
	struct archive *a = in->members = new_reader();

	in->is_zip = true;
	in->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	/* By its directory at the end: what stands in front of the members has no modes. */
	if (archive_read_support_format_zip_seekable(a) != ARCHIVE_OK ||
		archive_read_set_seek_callback(a, on_seek) != ARCHIVE_OK ||
		archive_read_set_read_callback(a, on_raw) != ARCHIVE_OK ||
		archive_read_set_callback_data(a, in) != ARCHIVE_OK)
		return refuse(a, err);
	if (archive_read_open1(a) == ARCHIVE_OK)
		return 0;
	if (in->cause.code == ERR_NONE)
		return err_set(err, ERR_INSTALLER, "a zip without its end: it is cut off");
	return refuse_for(in, a, err);
}

static int no_tar(struct span start, struct err *err)
{
	const char *other = magic_other(start);

	if (other)
		return err_set(err, ERR_INSTALLER, "it looks like %s", other);
	return err_set(err, ERR_INSTALLER, "neither a .deb, nor a tar, nor a zip");
}

static int open_deb(struct archive_in *in, struct err *err)
{
	enum magic magic;

	if (raw_enter_deb(&in->raw, MAGIC_ENOUGH, err) < 0)
		return -1;
	magic = magic_of(in->raw.rest);
	if (magic == MAGIC_UNKNOWN || magic == MAGIC_ZIP || magic == MAGIC_AR)
		return err_set(err, ERR_INSTALLER, "its data.tar is no tar");
	open_decompressor(in, magic);
	return open_tar(in, err);
}

static int open_pack(struct archive_in *in, struct err *err)
{
	enum magic magic = magic_of(in->raw.rest);

	switch (magic) {
	case MAGIC_UNKNOWN: return no_tar(in->raw.rest, err);
	case MAGIC_ZIP: return open_zip(in, err);
	case MAGIC_AR: return open_deb(in, err);
	default: break;
	}
	open_decompressor(in, magic);
	return open_tar(in, err);
}

static int open_installer(struct archive_in *in, struct err *err)
{
	enum magic magic = magic_of(in->raw.rest);

	if (magic != MAGIC_GZIP && magic != MAGIC_ZSTD)
		return err_set(err, ERR_INSTALLER,
			"neither gzip nor zstd: an installer is a tar in one of them");
	open_decompressor(in, magic);
	return open_tar(in, err);
}

static int open_by(int fd, const struct archive_limits *limits,
	int (*fn)(struct archive_in *, struct err *), struct archive_in **out, struct err *err)
{
	struct archive_in *in = mem_zero(1, sizeof(*in));
	int rc;

	raw_init(&in->raw, fd);
	in->limits = *limits;
	rc = raw_fill(&in->raw, err);
	if (rc == 0)
		rc = err_set(err, ERR_INSTALLER, "the file is empty");
	if (rc < 0 || fn(in, err) < 0) {
		archive_close(in);
		return -1;
	}
	*out = in;
	return 0;
}

static int open_zstd(struct archive_in *in, struct err *err)
{
	enum magic magic = magic_of(in->raw.rest);

	if (magic != MAGIC_ZSTD)
		return err_set(err, ERR_INSTALLER, "no zstd: a package of Packets is a tar in it");
	open_decompressor(in, magic);
	return open_tar(in, err);
}

int archive_open_packets(int fd, struct archive_in **out, struct err *err)
{
	return open_by(fd, &packets_limits, open_zstd, out, err);
}

int archive_open_tar(int fd, struct archive_in **out, struct err *err)
{
	return open_by(fd, &installer_limits, open_installer, out, err);
}

int archive_open_pack(
	int fd, const struct archive_limits *limits, struct archive_in **out, struct err *err)
{
	return open_by(fd, limits, open_pack, out, err);
}

int64_t archive_bytes_read(const struct archive_in *in)
{
	return raw_bytes_read(&in->raw);
}

void archive_close(struct archive_in *in)
{
	if (!in)
		return;
	archive_read_free(in->members);
	tar_free(in->tar);
	if (in->utf8)
		freelocale(in->utf8);
	raw_drop(&in->raw);
	free(in);
}

/* libarchive is content with any end. */
static int check_end(struct archive_in *in, struct err *err)
{
	struct span block;
	int rc;

	do
		rc = next_block(in, &block, err);
	while (rc > 0);
	if (rc < 0 || tar_end(in->tar, err) < 0)
		return -1;
	if (in->seen != tar_members(in->tar))
		return err_set(
			err, ERR_INSTALLER, "damaged archive: it can be understood in two ways");
	return 0;
}

static void convert(struct libarchive_entry *from, struct archive_entry *to)
{
	*to = (struct archive_entry){.link = SPAN("")};
	to->path = span_of(archive_entry_pathname(from));
	to->mode = archive_entry_perm(from) & 07777;
	to->uid = archive_entry_uid(from);
	to->gid = archive_entry_gid(from);
	to->size = archive_entry_size_is_set(from) ? archive_entry_size(from) : -1;
	to->has_mtime = archive_entry_mtime_is_set(from);
	to->mtime = archive_entry_mtime(from);
	to->mtime_ns = archive_entry_mtime_nsec(from);
	to->has_holes = archive_entry_sparse_count(from) > 0;
	archive_set_type(to, archive_entry_filetype(from));
	if (to->type == ARCHIVE_SYMLINK)
		to->link = span_of(archive_entry_symlink(from));
	if (archive_entry_hardlink(from)) {
		to->type = ARCHIVE_HARDLINK;
		to->kind = "hard link";
		to->link = span_of(archive_entry_hardlink(from));
	}
}

/* Other methods may ask for as much memory as they like; zippers use none of them unasked. */
static int check_zip(struct archive_in *in, struct libarchive_entry *raw, struct err *err)
{
	static const char *const methods[] = {"(uncompressed)", "(deflation)", "(bzip)"};
	const char *format = archive_format_name(in->members);

	for (size_t i = 0; format && i < COUNT(methods); i++)
		if (span_ends(span_of(format), methods[i]))
			return 0;
	return err_set(err, ERR_INSTALLER,
		"member %s: is compressed in a way that is not supported",
		archive_entry_pathname(raw) ? archive_entry_pathname(raw) : "");
}

/* Names are bytes: that one is not of this locale is no damage (libarchive then gives it as it
 * stands). */
static bool is_harmless(struct archive *a)
{
	const char *why = archive_error_string(a);

	return why &&
	       (strstr(why, "can't be converted from") || strstr(why, "cannot be converted from"));
}

/* What zips mark as UTF-8, libarchive drops unless the locale's names are in UTF-8, too. (There, it
 * composes letters and their accents. A tar's names it leaves alone where they are not.) */
static int read_header(struct archive_in *in, struct libarchive_entry **raw)
{
	locale_t before = in->utf8 ? uselocale(in->utf8) : (locale_t)0;
	int rc = archive_read_next_header(in->members, raw);

	if (in->utf8)
		uselocale(before);
	return rc;
}

int archive_next(struct archive_in *in, struct archive_entry *entry, struct err *err)
{
	int rc;

	if (in->ended)
		return 0;
	rc = read_header(in, &in->member);
	if (rc == ARCHIVE_EOF) {
		if (!in->is_zip && check_end(in, err) < 0)
			return -1;
		in->ended = true;
		return 0;
	}
	if (rc != ARCHIVE_OK && !(rc == ARCHIVE_WARN && is_harmless(in->members)))
		return refuse_for(in, in->members, err);
	if (in->is_zip && check_zip(in, in->member, err) < 0)
		return -1;
	convert(in->member, entry);
	archive_entry_xattr_reset(in->member);
	in->seen++;
	if (entry->type == ARCHIVE_HARDLINK && entry->size > 0)
		return err_set(err, ERR_INSTALLER, "%.*s: a hard link with content",
			SPAN_ARG(entry->path));
	return 1;
}

bool archive_next_attribute(struct archive_in *in, struct span *name, struct span *value)
{
	const char *key;
	const void *bytes;
	size_t n;

	if (archive_entry_xattr_next(in->member, &key, &bytes, &n) != ARCHIVE_OK)
		return false;
	*name = span_of(key);
	*value = (struct span){bytes, n};
	return true;
}

long archive_read(struct archive_in *in, void *to, size_t room, struct err *err)
{
	la_ssize_t n = archive_read_data(in->members, to, room);

	return n < 0 ? refuse_for(in, in->members, err) : (long)n;
}

int archive_read_block(struct archive_in *in, struct span *bytes, int64_t *at, struct err *err)
{
	return data_block(in, in->members, bytes, at, err);
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
		mem_none();
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
		mem_none();
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
