/* fardel-unpack PACK DIR: writes out a vendor's pack, for rules that call it. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "base/vec.h"
#include "ext/archive.h"
#include "model/entry.h"
#include "sys/file.h"
#include "work/worker.h"

#define USAGE 64
#define STRIP_MAX 64
#define DAY 86400

static const char help[] =
	"Usage: fardel-unpack [OPTION]... PACK DIR\n"
	"       fardel-unpack [OPTION]... --list PACK\n"
	"Unpacks PACK (-: its stdin, which is a file) into the folder DIR. PACK is a .deb, a tar (also in gzip, xz, zstd, bzip2,\n"
	"lzma) or a zip, whatever its name is.\n"
	"\n"
	"  --strip N         leave out the first N parts of each path\n"
	"  --include GLOB    only what matches, and what is in folders that match; may come again\n"
	"  --exclude GLOB    not what matches, nor what is in folders that match; may come again\n"
	"  --list            only prints the paths that would come out, one a line, escaped\n"
	"  --help            this\n"
	"\n"
	"A GLOB is for the path after --strip: * is anything but a slash, ** anything.\n";

/* A folder that the pack states: what it gets when all is in it. */
struct folder {
	size_t id;
	size_t turn; /* among those stated */
	unsigned mode;
	struct timespec mtime;
};

/* One pack on its way. */
struct unpacker {
	const char *pack;
	const char *dir;
	unsigned strip;
	bool list;
	VEC(const char *) include;
	VEC(const char *) exclude;
	int to;
	struct archive_in *in;
	struct entry_plan *plan;
	size_t made; /* paths numbered below this are there */
	struct buf parent; /* the folder last written to, open as: */
	int parent_fd;
	VEC(struct folder) folders;
	int64_t members;
	int64_t stripped;
	time_t now;
};

static void unpacker_drop(struct unpacker *u)
{
	vec_drop(&u->include);
	vec_drop(&u->exclude);
	vec_drop(&u->folders);
	archive_close(u->in);
	entry_plan_free(u->plan);
	buf_drop(&u->parent);
	fd_drop(&u->parent_fd);
	fd_drop(&u->to);
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

	for (; u->made < id; u->made++) {
		entry_plan_path(u->plan, u->made, &path);
		if (make_folder(u, path.s, 0755, err) < 0)
			return -1;
	}
	if (u->made == id)
		u->made++;
	return 0;
}

/* Counts the bytes at `at`, and the hole before them. */
static int count_content(struct unpacker *u, int64_t end, int64_t at, size_t n, struct err *err)
{
	if (at < end || at > INT64_MAX - (int64_t)n)
		return err_set(err, ERR_INSTALLER, "damaged archive: content out of order");
	entry_plan_read(u->plan, archive_bytes_read(u->in));
	return entry_plan_bytes(u->plan, (size_t)(at - end) + n, err);
}

static int copy_content(
	struct unpacker *u, const struct archive_entry *member, int fd, struct err *err)
{
	struct span bytes;
	int64_t at, end = 0;
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
	struct folder *folder = vec_push(&u->folders);

	*folder = (struct folder){.id = act->id,
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

static int take(struct unpacker *u, const struct archive_entry *member, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	struct entry_act act;
	bool is_new;
	int rc = -1;

	if (plan(u, member, &act, err) < 0)
		return -1;
	if (act.skip)
		return 0;
	if (u->list)
		return list(&act, err);
	u->stripped += act.stripped;
	is_new = act.id >= u->made;
	if (make_implied(u, act.id, err) < 0)
		return -1;
	buf_set(&path, act.path);
	switch (act.type) {
	case ENTRY_FILE: rc = take_file(u, member, &act, path.s, err); break;
	case ENTRY_DIR: rc = take_folder(u, member, &act, path.s, is_new, err); break;
	case ENTRY_SYMLINK: rc = take_symlink(u, member, &act, path.s, err); break;
	case ENTRY_HARDLINK: rc = take_hardlink(u, &act, path.s, err); break;
	}
	return rc < 0 ? err_at(err, "member %s", path.s) : 0;
}

/* The innermost first, as their numbers are higher; of one the last word first. */
static int by_depth(const void *a, const void *b)
{
	const struct folder *x = a, *y = b;

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
	VEC_FOR (const struct folder, folder, &u->folders) {
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

static int open_both(struct unpacker *u, int *pack, struct err *err)
{
	static const struct archive_limits limits = {.stream = 16LL << 30,
		.ratio = 1000,
		.slack = 64 << 20,
		.holes = true,
		.window_log = 27};
	struct stat st;

	*pack = !strcmp(u->pack, "-") ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
				      : open(u->pack, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*pack < 0 || fstat(*pack, &st) < 0)
		return err_sys(err, "open");
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_FAILED, "is no file");
	posix_fadvise(*pack, 0, 0, POSIX_FADV_SEQUENTIAL);
	u->to = u->list ? -1 : file_open_dir(u->dir, err);
	return u->to < 0 && !u->list ? -1 : archive_open_pack(*pack, &limits, &u->in, err);
}

static int run(struct unpacker *u, struct err *err)
{
	struct archive_entry member;
	const char *unmatched;
	AUTO_FD pack = -1;
	int rc;

	*vec_push(&u->include) = NULL;
	*vec_push(&u->exclude) = NULL;
	u->plan = entry_plan_new(&entry_limits_pack);
	entry_plan_choose(u->plan,
		&(struct entry_choice){
			.strip = u->strip, .include = u->include.v, .exclude = u->exclude.v});
	if (open_both(u, &pack, err) < 0)
		return -1;
	for (; (rc = archive_next(u->in, &member, err)) > 0; u->members++)
		if (take(u, &member, err) < 0)
			return -1;
	if (rc < 0 || settle_folders(u, err) < 0)
		return -1;
	if (!u->members)
		return err_set(err, ERR_INSTALLER, "there is nothing in it");
	unmatched = entry_plan_unmatched(u->plan);
	return unmatched ? err_set(err, ERR_FAILED, "nothing in it matches --include %s", unmatched)
			 : 0;
}

static int report(const struct unpacker *u, int rc, struct err *err)
{
	if (rc < 0) {
		err_at(err, "%s", u->pack);
		fprintf(stderr, "fardel-unpack: %s\n", err->text);
		return 1;
	}
	if (u->stripped) {
		struct err note = ERR_INIT; /* escapes the name */

		err_set(&note, ERR_NONE,
			"%s: took setuid, setgid, sticky, or write permission for group and "
			"others from %lld members",
			u->pack, (long long)u->stripped);
		fprintf(stderr, "fardel-unpack: %s\n", note.text);
	}
	return 0;
}

/* -1: go on; else the exit status. */
static int parse(struct unpacker *u, int argc, char **argv)
{
	static const struct option options[] = {
		{"strip", required_argument, NULL, 's'},
		{"include", required_argument, NULL, 'i'},
		{"exclude", required_argument, NULL, 'x'},
		{"list", no_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	unsigned long long strip;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (c) {
		case 's':
			if (!span_number(span_of(optarg), STRIP_MAX, &strip)) {
				fprintf(stderr, "fardel-unpack: --strip: a number up to %d\n",
					STRIP_MAX);
				return USAGE;
			}
			u->strip = (unsigned)strip;
			break;
		case 'i': *vec_push(&u->include) = optarg; break;
		case 'x': *vec_push(&u->exclude) = optarg; break;
		case 'l': u->list = true; break;
		case 'h': return fputs(help, stdout) < 0 || fflush(stdout) ? 1 : 0;
		default: return USAGE;
		}
	}
	if (argc - optind != (u->list ? 1 : 2)) {
		fprintf(stderr, "Usage: fardel-unpack [OPTION]... PACK DIR; see --help\n");
		return USAGE;
	}
	u->pack = argv[optind];
	u->dir = u->list ? NULL : argv[optind + 1];
	return -1;
}

int main(int argc, char **argv)
{
	AUTO(unpacker) u = {.to = -1, .parent = BUF_INIT, .parent_fd = -1, .now = time(NULL)};
	struct err err = ERR_INIT;
	int status = parse(&u, argc, argv);

	if (status >= 0)
		return status;
	signal(SIGXFSZ, SIG_IGN); /* a limit is an error of write's */
	umask(0);
	return report(&u, run(&u, &err), &err);
}
