/* Roots of several file systems for tests, in a mount namespace of their own; an ordinary user's also in a user namespace. */
#pragma once

#include "staged.h"

#include <sched.h>

#include "sys/mounts.h"

static bool can_mount;

static inline void need_mounts(struct scratch *s)
{
	if (!can_mount)
		cannot(s, "nothing can be mounted here");
}

static inline void mount_at(struct scratch *s, const char *from, const char *path, const char *type,
	unsigned long flags, const char *options)
{
	AUTO(buf) source = buf_of(s->path);
	AUTO(buf) target = buf_of(s->path);

	buf_add_path(&source, from);
	buf_add_path(&target, path);
	if (mount(source.s, target.s, type, flags, options) < 0)
		fail_msg("mount %s: %s", path, strerror(errno));
}

static inline void put_memory(struct scratch *s, const char *path)
{
	put_dir(s, path, 0755);
	mount_at(s, "", path, "tmpfs", 0, "size=1m");
}

static inline void unmount(struct scratch *s, const char *path)
{
	AUTO(buf) target = buf_of(s->path);

	buf_add_path(&target, path);
	assert_int_equal(umount2(target.s, MNT_DETACH), 0);
}

/* What the test has mounted does not outlive it, however it ended: the uppermost first, with all that it hides. */
static inline int teardown(void **state)
{
	struct scratch *s = *state;
	AUTO(mounts) mounts = MOUNTS_INIT;
	size_t n = strlen(s->path);

	if (can_mount && mounts_read(&mounts, &s->err) == 0)
		VEC_FOR (struct mounted, m, &mounts.of)
			if (strncmp(m->place.s, s->path, n) == 0)
				umount2(m->place.s, MNT_DETACH);
	return scratch_teardown(state);
}

static inline void check_places(const struct show *v, const char *wanted)
{
	AUTO(buf) text = BUF_INIT;

	VEC_FOR (struct overlay_layer, l, &v->o.of)
		buf_addf(&text, "%s%s%s\n", l->place.s, l->same ? " same" : "",
			l->memory ? " memory" : "");
	VEC_FOR (struct overlay_closed, c, &v->o.closed)
		buf_addf(&text, "closed %s\n", c->place.s);
	assert_buf(&text, wanted);
}

static inline int enter_mounts(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	struct err err = ERR_INIT;

	if (unshare(uid == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -1;
	if (uid != 0 && sandbox_map_user(uid, gid, 0, 0, &err) < 0)
		return -1;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

#define STAGE_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, teardown)
