/* A pack's members, written out. */
#include "work/unpack_members.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/file.h"

#define DAY 86400
#define WRITE_CHUNK (8 << 20) /* bytes */

void unpacker_init(struct unpacker *u)
{
	*u = (struct unpacker){.to = -1, .parent = BUF_INIT, .parent_fd = -1, .now = time(NULL)};
}

void unpacker_drop(struct unpacker *u)
{
	vec_drop(&u->folders);
	archive_close(u->in);
	entry_plan_free(u->plan);
	layers_free(u->layers);
	buf_drop(&u->parent);
	fd_drop(&u->parent_fd);
}

/* The folder that path is in, kept open for the next one; *name is path's last part. */
static int parent_of(struct unpacker *u, const char *path, const char **name, struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct span parent = slash ? (struct span){path, (size_t)(slash - path)} : SPAN("");

	*name = slash ? slash + 1 : path;
	if (!slash)
		return u->to;
	if (u->parent_fd >= 0 && span_is(buf_span(&u->parent), parent))
		return u->parent_fd;
	fd_drop(&u->parent_fd);
	buf_set(&u->parent, parent);
	u->parent_fd = file_open(u->to, u->parent.s, O_PATH | O_DIRECTORY, 0, err);
	return u->parent_fd;
}

/* No time before 1970, nor one that is to come. */
static struct timespec time_of(const struct unpacker *u, const struct archive_entry *member)
{
	if (!member->has_mtime)
		return (struct timespec){.tv_nsec = UTIME_OMIT};
	if (member->mtime < 0)
		return (struct timespec){0};
	if (member->mtime > u->now + DAY)
		return (struct timespec){.tv_sec = u->now + DAY};
	if (member->mtime_ns < 0 || member->mtime_ns > 999999999)
		return (struct timespec){.tv_sec = member->mtime};
	return (struct timespec){.tv_sec = member->mtime, .tv_nsec = member->mtime_ns};
}

static int set_time(int dirfd, const char *name, struct timespec mtime, struct err *err)
{
	struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, mtime};
	int rc = name ? utimensat(dirfd, name, times, AT_SYMLINK_NOFOLLOW) : futimens(dirfd, times);

	return rc < 0 ? err_sys(err, "set the time") : 0;
}

static int make_folder(struct unpacker *u, const char *path, unsigned mode, struct err *err)
{
	const char *name;
	int parent = parent_of(u, path, &name, err);

	/* It must be written into, whatever becomes of it. */
	return parent < 0 ? -1 : file_make_dir(parent, name, mode | 0700, err);
}

/* Makes the folders that a member implies: the numbers right before its own. */
static int make_implied(struct unpacker *u, size_t id, struct err *err)
{
	AUTO(buf) path = BUF_INIT;

	for (; u->done < id; u->done++) {
		entry_plan_path(u->plan, u->done, &path);
		if (make_folder(u, path.s, 0755, err) < 0)
			return -1;
	}
	if (u->done == id)
		u->done++;
	return 0;
}

/* Counts the bytes at `at`, and the hole before them. */
static int count_content(struct unpacker *u, int64_t end, int64_t at, size_t n, struct err *err)
{
	if (at < end || at > INT64_MAX - (int64_t)n)
		return err_set(err, ERR_INSTALLER, "damaged archive: content out of order");
	entry_plan_read(u->plan, u->read + archive_bytes_read(u->in));
	return entry_plan_bytes(u->plan, (size_t)(at - end) + n, err);
}

/* What is there of a large file begins its way to the disk, while the rest comes and all of it is hashed: whoever waits for the disk at last
 * waits less. That it cannot be begun does not matter. */
static void begin_writing(int fd, int64_t from, int64_t end)
{
	(void)!sync_file_range(fd, from, end - from, SYNC_FILE_RANGE_WRITE);
}

static int copy_content(
	struct unpacker *u, const struct archive_entry *member, int fd, struct err *err)
{
	struct span bytes;
	int64_t at, end = 0, begun = 0;
	int rc;

	while ((rc = archive_read_block(u->in, &bytes, &at, err)) > 0) {
		if (!bytes.n)
			continue;
		if (count_content(u, end, at, bytes.n, err) < 0)
			return -1;
		if (at != end && lseek(fd, at, SEEK_SET) < 0)
			return err_sys(err, "seek");
		if (file_write_all(fd, bytes.s, bytes.n, err) < 0)
			return -1;
		end = at + (int64_t)bytes.n;
		if (end - begun >= WRITE_CHUNK) {
			begin_writing(fd, begun, end);
			begun = end;
		}
	}
	if (rc < 0 || member->size <= end)
		return rc;
	if (!member->has_holes)
		return err_set(err, ERR_INSTALLER, "damaged archive: shorter than stated");
	if (count_content(u, end, member->size, 0, err) < 0)
		return -1;
	return ftruncate(fd, member->size) < 0 ? err_sys(err, "write") : 0;
}

static int take_file(struct unpacker *u, const struct archive_entry *member,
	const struct entry_act *act, const char *path, struct err *err)
{
	const char *name;
	int parent = parent_of(u, path, &name, err);
	AUTO_FD fd = -1;

	if (parent < 0 || (act->replaces && file_remove(parent, name, err) < 0))
		return -1;
	fd = file_open(parent, name, O_WRONLY | O_CREAT | O_EXCL, act->mode, err);
	if (fd < 0)
		return -1;
	if (copy_content(u, member, fd, err) < 0)
		return -1;
	return set_time(fd, NULL, time_of(u, member), err);
}

static int take_folder(struct unpacker *u, const struct archive_entry *member,
	const struct entry_act *act, const char *path, bool is_new, struct err *err)
{
	struct unpacker_folder *folder = vec_push(&u->folders);

	*folder = (struct unpacker_folder){.id = act->id,
		.turn = u->folders.n,
		.mode = act->mode,
		.mtime = time_of(u, member)};
	return is_new ? make_folder(u, path, act->mode, err) : 0;
}

static int take_symlink(struct unpacker *u, const struct archive_entry *member,
	const struct entry_act *act, const char *path, struct err *err)
{
	AUTO(buf) target = BUF_INIT;
	const char *name;
	int parent = parent_of(u, path, &name, err);

	buf_set(&target, act->link);
	if (parent < 0 || file_make_symlink(parent, name, target.s, err) < 0)
		return -1;
	return set_time(parent, name, time_of(u, member), err);
}

static int take_hardlink(
	struct unpacker *u, const struct entry_act *act, const char *path, struct err *err)
{
	AUTO(buf) from = BUF_INIT;

	buf_set(&from, act->link);
	return file_make_link(u->to, from.s, path, err);
}

static int plan(struct unpacker *u, const struct archive_entry *member, struct entry_act *act,
	struct err *err)
{
	static const enum entry_type types[] = {[ARCHIVE_FILE] = ENTRY_FILE,
		[ARCHIVE_DIR] = ENTRY_DIR,
		[ARCHIVE_SYMLINK] = ENTRY_SYMLINK,
		[ARCHIVE_HARDLINK] = ENTRY_HARDLINK};
	struct entry_raw raw = {.path = member->path, .link = member->link, .mode = member->mode};

	if (member->type == ARCHIVE_OTHER)
		return err_set(err, ERR_INSTALLER, "member %.*s is a %s",
			SPAN_ARG(span_cut(member->path, 0, 200)), member->kind);
	raw.type = types[member->type];
	raw.size = raw.type == ENTRY_FILE ? member->size : 0;
	return entry_plan_next(u->plan, &raw, act, err);
}

static int list(const struct entry_act *act, struct err *err)
{
	AUTO(buf) line = BUF_INIT;

	text_escape(&line, act->path);
	buf_addc(&line, '\n');
	return fwrite(line.s, 1, line.n, stdout) == line.n ? 0 : err_sys(err, "write");
}

/* A member that is to come out. */
static int put(struct unpacker *u, const struct archive_entry *member, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	struct entry_act act;
	bool is_new;
	int rc = -1;

	if (plan(u, member, &act, err) < 0)
		return -1;
	if (act.skip)
		return 0;
	if (u->to < 0)
		return list(&act, err);
	u->stripped += act.stripped;
	is_new = act.id >= u->done;
	if (make_implied(u, act.id, err) < 0)
		return -1;
	buf_set(&path, act.path);
	switch (act.type) {
	case ENTRY_FILE: rc = take_file(u, member, &act, path.s, err); break;
	case ENTRY_DIR: rc = take_folder(u, member, &act, path.s, is_new, err); break;
	case ENTRY_SYMLINK: rc = take_symlink(u, member, &act, path.s, err); break;
	case ENTRY_HARDLINK: rc = take_hardlink(u, &act, path.s, err); break;
	}
	if (rc == 0 && u->made)
		rc = u->made(u->arg, u->in, member, &act, err);
	return rc < 0 ? err_at(err, "member %s", path.s) : 0;
}

static int take(struct unpacker *u, const struct archive_entry *member, struct err *err)
{
	struct span link = member->type == ARCHIVE_HARDLINK ? member->link : SPAN("");
	int shown = u->layers ? layers_show(u->layers, member->path, member->type == ARCHIVE_DIR,
					link, err)
			      : 1;

	return shown <= 0 ? shown : put(u, member, err);
}

/* What they lead to is there by now. */
static int take_links(struct unpacker *u, struct err *err)
{
	struct archive_entry member = {.type = ARCHIVE_HARDLINK};
	int more;

	while ((more = layers_link(u->layers, &member.path, &member.link, err)) == 1)
		if (put(u, &member, err) < 0)
			return -1;
	return more;
}

/* The innermost first, as their numbers are higher; of one the last word first. */
static int by_depth(const void *a, const void *b)
{
	const struct unpacker_folder *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? 1 : -1;
	return x->turn < y->turn ? 1 : -1;
}

/* Gives folders their modes and times, now that nothing more comes into them. */
static int settle_folders(struct unpacker *u, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	size_t last = SIZE_MAX;

	if (u->folders.n)
		qsort(u->folders.v, u->folders.n, sizeof(u->folders.v[0]), by_depth);
	VEC_FOR (const struct unpacker_folder, folder, &u->folders) {
		AUTO_FD fd = -1;

		if (folder->id == last)
			continue;
		last = folder->id;
		entry_plan_path(u->plan, last, &path);
		fd = file_open(u->to, path.s, O_RDONLY | O_DIRECTORY, 0, err);
		if (fd < 0)
			return -1;
		if (fchmod(fd, folder->mode) < 0)
			return err_sys(err, "set the mode of %s", path.s);
		if (set_time(fd, NULL, folder->mtime, err) < 0)
			return err_at(err, "%s", path.s);
	}
	return 0;
}

static int take_all(struct unpacker *u, int pack, struct err *err)
{
	static const struct archive_limits limits = {.stream = 16LL << 30,
		.ratio = 1000,
		.slack = 64 << 20,
		.holes = true,
		.window_log = 27};
	struct archive_entry member;
	int rc;

	posix_fadvise(pack, 0, 0, POSIX_FADV_SEQUENTIAL);
	if (archive_open_pack(pack, &limits, &u->in, err) < 0)
		return -1;
	for (; (rc = archive_next(u->in, &member, err)) > 0; u->members++)
		if (take(u, &member, err) < 0)
			return -1;
	return rc;
}

int unpacker_run(struct unpacker *u, int pack, const struct entry_choice *choice, struct err *err)
{
	u->plan = entry_plan_new(&entry_limits_pack);
	entry_plan_choose(u->plan, choice);
	return take_all(u, pack, err) < 0 ? -1 : settle_folders(u, err);
}

int unpacker_run_layers(struct unpacker *u, const int *layers, size_t count, struct err *err)
{
	u->plan = entry_plan_new(&entry_limits_pack);
	u->layers = layers_new();
	for (size_t i = 0; i < count; i++) {
		if (take_all(u, layers[i], err) < 0)
			return -1;
		u->read += archive_bytes_read(u->in);
		archive_close(u->in);
		u->in = NULL;
		layers_next(u->layers);
	}
	return take_links(u, err) < 0 ? -1 : settle_folders(u, err);
}
