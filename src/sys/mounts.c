/* What is mounted where, and new mounts. */
#include "sys/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"

#define TEXT_MAX (16 << 20)

static void mounted_drop(struct mounted *m)
{
	buf_drop(&m->place);
	buf_drop(&m->type);
}

void mounts_drop(struct mounts *m)
{
	vec_drop_each(&m->of, mounted_drop);
}

/* The kernel writes blanks, tabs, newlines and backslashes as \ooo. */
static void unescape(struct span x, struct buf *out)
{
	for (size_t i = 0; i < x.n; i++) {
		if (x.s[i] == '\\' && i + 3 < x.n) {
			buf_addc(out, (char)((x.s[i + 1] - '0') << 6 | (x.s[i + 2] - '0') << 3 |
					      (x.s[i + 3] - '0')));
			i += 3;
		} else {
			buf_addc(out, x.s[i]);
		}
	}
}

static bool has_word(struct span list, const char *word)
{
	struct span part;

	while (span_split(&list, ',', &part))
		if (span_is_text(part, word))
			return true;
	return false;
}

/* 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue */
static bool parse_line(struct span line, struct mounted *out)
{
	struct span word[6] = {{0}}, type, source, options;
	unsigned long long id;

	for (size_t i = 0; i < COUNT(word); i++)
		if (!span_split(&line, ' ', &word[i]))
			return false;
	do {
		if (!span_split(&line, ' ', &type))
			return false;
	} while (!span_is_text(type, "-"));
	if (!span_split(&line, ' ', &type) || !span_split(&line, ' ', &source) ||
		!span_split(&line, ' ', &options) || !span_number(word[0], INT64_MAX, &id) ||
		!span_starts(word[4], "/"))
		return false;
	out->id = (int64_t)id;
	out->system_read_only = has_word(options, "ro");
	out->read_only = out->system_read_only || has_word(word[5], "ro");
	unescape(word[4], &out->place);
	buf_add_span(&out->type, type);
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct mounted *x = a, *y = b;
	int order = strcmp(x->place.s, y->place.s);

	return order ? order : (x->id > y->id) - (x->id < y->id);
}

int mounts_parse(struct span text, struct mounts *out, struct err *err)
{
	struct span line;

	while (span_split(&text, '\n', &line)) {
		struct mounted *m;

		if (!line.n)
			continue;
		m = vec_push(&out->of);
		m->place = BUF_INIT;
		m->type = BUF_INIT;
		if (!parse_line(line, m))
			return err_set(err, ERR_FAILED,
				"/proc/self/mountinfo: not understood: %.*s", SPAN_ARG(line));
	}
	if (out->of.n)
		qsort(out->of.v, out->of.n, sizeof(out->of.v[0]), by_place);
	return 0;
}

int mounts_read(struct mounts *out, struct err *err)
{
	AUTO_FD fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	AUTO(buf) text = BUF_INIT;

	if (fd < 0)
		return err_sys(err, "open /proc/self/mountinfo");
	if (file_read_fd(fd, TEXT_MAX, &text, err) < 0)
		return err_at(err, "/proc/self/mountinfo");
	return mounts_parse(buf_span(&text), out, err);
}

int64_t mounts_id(int fd)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) < 0)
		return -1;
	if (!(st.stx_mask & STATX_MNT_ID)) {
		errno = ENOSYS;
		return -1;
	}
	return (int64_t)st.stx_mnt_id;
}

static int configure(int fs, const char *option)
{
	const char *value = strchr(option, '=');
	AUTO(buf) key = buf_of(option);

	if (!value)
		return fsconfig(fs, FSCONFIG_SET_FLAG, option, NULL, 0);
	key.s[value - option] = 0;
	return fsconfig(fs, FSCONFIG_SET_STRING, key.s, value + 1, 0);
}

int mounts_new(const char *type, const char *const *options, unsigned attributes)
{
	AUTO_FD fs = fsopen(type, FSOPEN_CLOEXEC);

	if (fs < 0)
		return -1;
	for (; *options; options++)
		if (configure(fs, *options) < 0)
			return -1;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return fsmount(fs, FSMOUNT_CLOEXEC, attributes);
}

int mounts_copy_writable(int fd)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC};
	AUTO_FD copy = open_tree(fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (copy < 0 || mount_setattr(copy, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		return -1;
	return fd_take(&copy);
}

int mounts_copy_read_only(int fd, bool all, bool devices)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
	unsigned depth = AT_EMPTY_PATH | (all ? AT_RECURSIVE : 0);
	AUTO_FD copy =
		open_tree(fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | depth);

	if (!devices)
		attr.attr_set |= MOUNT_ATTR_NODEV;
	if (copy < 0 || mount_setattr(copy, "", depth, &attr, sizeof(attr)) < 0)
		return -1;
	return fd_take(&copy);
}

int mounts_attach(int mount, int fd)
{
	return move_mount(mount, "", fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}
