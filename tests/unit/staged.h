/* A stage for tests, and programs in it. */
#pragma once

#include "confined.h"

#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "sys/overlay.h"

#define MEMORY (16 << 20)

/* A stage over a root, with its folder stage/, and how a program is run in it. */
struct show {
	struct run r;
	struct overlay o;
	struct buf root;
	int folder;
};

static inline void show_drop(struct show *v)
{
	overlay_drop(&v->o);
	buf_drop(&v->root);
	fd_drop(&v->folder);
	run_drop(&v->r);
}

/* `root` and `folder` below the test's folder; root NULL: the machine's. Nothing is started yet. */
static inline int plan_in(struct show *v, struct scratch *s, const char *root, const char *folder)
{
	*v = (struct show){.root = BUF_INIT, .folder = -1};
	prepare(&v->r, s, SECCOMP_STAGE_OFFLINE);
	v->r.sandbox = (struct sandbox){.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.namespaces = MOST,
		.capabilities = SANDBOX_STAGE_CAPABILITIES,
		.stage = true,
		.filter = seccomp_filter(SECCOMP_STAGE_OFFLINE)};
	v->r.spec.cwd = "/";
	v->r.envp[2] = "HOME=/tmp";
	v->r.envp[3] = NULL;
	v->r.spec.overlay = &v->o;
	if (root) {
		buf_adds(&v->root, s->path);
		buf_add_path(&v->root, root);
	}
	put_dir(s, folder, 0700);
	v->folder = file_open(s->fd, folder, O_RDONLY | O_DIRECTORY, 0, &s->err);
	if (v->folder < 0)
		return -1;
	return overlay_open(v->root.s, v->folder, MEMORY, &v->o, &s->err);
}

static inline int plan(struct show *v, struct scratch *s, const char *root)
{
	return plan_in(v, s, root, "stage");
}

/* The same, and that it works here: else the test is skipped. */
static inline void open_stage(struct show *v, struct scratch *s, const char *root)
{
	char why[600];

	if (plan(v, s, root) == 0 && process_try(&v->r.spec, &s->err) == 0)
		return;
	snprintf(why, sizeof(why), "no stage here: %s", s->err.text);
	show_drop(v);
	if (s->err.code != ERR_POLICY)
		fail_msg("%s", why);
	cannot(s, why);
}

/* A stage's struct must not move: the spec points into it. */
#define STAGE(name, scratch, root) \
	AUTO(show) name; \
	open_stage(&name, scratch, root)

static inline const struct overlay_layer *layer(const struct show *v, const char *place)
{
	VEC_FOR (struct overlay_layer, l, &v->o.of)
		if (strcmp(l->place.s, place) == 0)
			return l;
	fail_msg("no overlay over %s", place);
	return NULL;
}

static inline bool is_closed(const struct show *v, const char *place)
{
	VEC_FOR (struct overlay_closed, c, &v->o.closed)
		if (strcmp(c->place.s, place) == 0)
			return true;
	return false;
}

/* What stands at a path of an upper folder: 'f' file, 'd' folder, 'l' link, 'w' whiteout, '-' nothing, '?' else. */
static inline char in_upper(const struct show *v, const char *place, const char *path)
{
	struct stat st;

	if (fstatat(layer(v, place)->upper, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return '-';
	return S_ISREG(st.st_mode)                      ? 'f'
	       : S_ISDIR(st.st_mode)                    ? 'd'
	       : S_ISLNK(st.st_mode)                    ? 'l'
	       : S_ISCHR(st.st_mode) && st.st_rdev == 0 ? 'w'
							: '?';
}

/* A root with busybox, and all that a stage asks for. */
static inline void put_root(struct scratch *s)
{
	static const char *const folders[] = {"bin", "etc", "proc", "sys", "dev", "run", "tmp",
		"usr/lib", "usr/lib64", "opt", "var/tmp", "var/lib"};
	AUTO(buf) to = BUF_INIT;
	AUTO_FD from = open("/bin/busybox", O_RDONLY | O_CLOEXEC);
	AUTO_FD copy = -1;

	if (from < 0)
		cannot(s, "no busybox here");
	for (size_t i = 0; i < COUNT(folders); i++) {
		buf_setf(&to, "root/%s", folders[i]);
		put_dir(s, to.s, 0755);
	}
	copy = file_open(s->fd, "root/bin/busybox", O_WRONLY | O_CREAT | O_EXCL, 0755, &s->err);
	assert_true(copy >= 0 && file_copy(from, copy, &s->err) == 0);
	put_link(s, "root/bin/sh", "busybox");
	put_link(s, "root/lib", "usr/lib");
	put_link(s, "root/lib64", "usr/lib64");
}

/* The same program again, in another place of the machine's. */
static inline const char *own_program(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	assert_true(n > 0);
	path[n] = 0;
	return path;
}

/* This program in a stage with put_root's root, as /run/self, with the machine's libraries. */
static inline void show_self(struct show *v)
{
	static struct process_bind binds[] = {{.to = "/run/self"},
		{.from = "/usr/lib", .to = "/usr/lib"}, {.from = "/usr/lib64", .to = "/usr/lib64"}};

	binds[0].from = own_program();
	v->r.spec.binds = binds;
	v->r.spec.bind_count = COUNT(binds);
}

/* In there: a leak checker, which would run at the end, may not watch us. */
NORETURN static inline void end_here(void)
{
	fflush(stdout);
	_exit(0);
}

static inline int listen_at(struct scratch *s, const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/%s", s->path, path);
	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	assert_int_equal(listen(fd, 5), 0);
	return fd;
}
