/* Folders of work in progress. */
#include "store/stages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"
#include "sys/tree_copy.h"

#define STAGE_MODE 0710

/* Names of stages beside puavo's rootdir begin with this. */
#define BESIDE "puavo."

static const char *stage_folder(const struct place *p, const char *name)
{
	return span_starts(span_of(name), BESIDE) ? p->puavo_stage.s : PLACE_STAGE;
}

void stage_path(const struct place *p, const char *name, struct buf *out)
{
	buf_addf(out, "%s/%s", stage_folder(p, name), name);
}

/* Which mount it is in; 0: unknown, or not there. */
static uint64_t mount_of(const struct place *p, const char *path)
{
	AUTO(buf) full = BUF_INIT;
	struct statx st = {0};

	place_path(p, path, &full);
	return statx(AT_FDCWD, full.s, 0, STATX_MNT_ID, &st) == 0 ? st.stx_mnt_id : 0;
}

/* A rename from the one to the other is not possible. */
static bool is_apart(const struct place *p, const struct bundle *b)
{
	uint64_t stage, root;

	if (b->layout != LAYOUT_PUAVO)
		return false;
	stage = mount_of(p, PLACE_STAGE);
	root = mount_of(p, p->puavo.s);
	return stage && root && stage != root;
}

void stage_name(const struct place *p, const struct bundle *b, const char *name, struct buf *out)
{
	buf_setf(out, "%s%s", is_apart(p, b) ? BESIDE : "", name);
}

static int share(int stage, gid_t gid, struct err *err)
{
	struct stat st;

	if (fstat(stage, &st) < 0)
		return err_sys(err, "look at the stage");
	/* EINVAL: a user namespace has no such group; then nobody is in it either. */
	if (st.st_gid != gid && fchown(stage, (uid_t)-1, gid) < 0 && errno != EINVAL)
		return err_sys(err, "prepare the stage");
	if ((st.st_mode & 07777) != STAGE_MODE && fchmod(stage, STAGE_MODE) < 0)
		return err_sys(err, "prepare the stage");
	return 0;
}

int stage_share(const struct place *p, gid_t gid, struct err *err)
{
	AUTO_FD stage = place_make(p, PLACE_STAGE, STAGE_MODE, err);

	return stage < 0 ? -1 : share(stage, gid, err);
}

/* The one beside puavo's rootdir is shared with whom the other is. */
int stage_above(const struct place *p, const char *name, struct err *err)
{
	AUTO_FD stage = place_make(p, PLACE_STAGE, STAGE_MODE, err);
	AUTO_FD beside = -1;
	struct stat st;

	if (stage < 0 || !span_starts(span_of(name), BESIDE))
		return fd_take(&stage);
	beside = place_make(p, p->puavo_stage.s, STAGE_MODE, err);
	if (beside < 0)
		return -1;
	if (fstat(stage, &st) < 0)
		return err_sys(err, "look at the stage");
	return share(beside, st.st_gid, err) < 0 ? -1 : fd_take(&beside);
}

int stage_make(const struct place *p, const char *name, struct err *err)
{
	AUTO_FD stage = stage_above(p, name, err);

	if (stage < 0 || tree_remove(stage, name, err) < 0 ||
		file_make_dir(stage, name, 0755, err) < 0)
		return -1;
	return file_open(stage, name, O_RDONLY | O_DIRECTORY, 0, err);
}

static int take_across(
	const struct place *p, int stage, const char *from, const char *to, struct err *err)
{
	AUTO_FD old = file_open(stage, from, O_RDONLY | O_DIRECTORY, 0, err);
	AUTO_FD made = old < 0 ? -1 : stage_make(p, to, err);

	if (made < 0 || tree_copy(old, made, NULL, err) < 0 || tree_remove(stage, from, err) < 0)
		return -1;
	return fd_take(&made);
}

int stage_take(const struct place *p, const char *from, const char *to, struct err *err)
{
	AUTO_FD stage = stage_above(p, from, err);

	if (stage < 0)
		return -1;
	if (stage_folder(p, from) != stage_folder(p, to))
		return take_across(p, stage, from, to, err);
	if (renameat(stage, from, stage, to) < 0)
		return err_sys(err, "rename %s in the stage", from);
	return file_open(stage, to, O_RDONLY | O_DIRECTORY, 0, err);
}

int stage_remove(const struct place *p, const char *name, struct err *err)
{
	AUTO_FD stage = place_open_if(p, stage_folder(p, name), err);

	if (stage < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return tree_remove(stage, name, err);
}

static int clear_one(const struct place *p, const char *folder, struct err *err)
{
	AUTO_FD stage = place_open_if(p, folder, err);

	if (stage < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return tree_clear(stage, err);
}

int stage_clear(const struct place *p, struct err *err)
{
	return clear_one(p, PLACE_STAGE, err) < 0 ? -1 : clear_one(p, p->puavo_stage.s, err);
}

int stage_mark(const struct place *p, struct err *err)
{
	AUTO_FD stage = place_open_if(p, PLACE_STAGE, err);

	if (stage < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return file_make_dir(stage, "open", 0700, err);
}

static int is_clear(const struct place *p, const char *folder, struct err *err)
{
	AUTO_FD stage = place_open_if(p, folder, err);
	int64_t bytes, entries;

	if (stage < 0)
		return err->code == ERR_NONE ? 1 : -1;
	return tree_measure(stage, &bytes, &entries, err) < 0 ? -1 : entries == 0;
}

int stage_is_clear(const struct place *p, struct err *err)
{
	int clear = is_clear(p, PLACE_STAGE, err);

	return clear == 1 ? is_clear(p, p->puavo_stage.s, err) : clear;
}
