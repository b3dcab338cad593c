/* A real overlay of a test's own: lower/, upper/ and merged/ in its scratch folder, and what was read of it, as text. */
#pragma once

#include "scratch.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "base/text.h"
#include "store/scan.h"

static inline void write_to(const char *path, const char *text)
{
	AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
}

/* In a child: namespaces of its own, in which an ordinary user is root. */
static inline bool enter_namespaces(void)
{
	char map[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (uid == 0)
		return unshare(CLONE_NEWNS) == 0 &&
		       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)uid);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return false;
	write_to("/proc/self/setgroups", "deny");
	write_to("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)gid);
	write_to("/proc/self/gid_map", map);
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static inline void put_stage(struct scratch *s)
{
	static const char *const folders[] = {"lower", "upper", "work", "merged"};

	for (size_t i = 0; i < COUNT(folders); i++)
		put_dir(s, folders[i], 0755);
}

/* In a child that has namespaces. */
static inline bool mount_stage(const struct scratch *s, bool user, const char *index)
{
	AUTO(buf) options = BUF_INIT;
	AUTO(buf) merged = buf_of(s->path);

	buf_addf(&options,
		"lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work,metacopy=off,index=%s",
		s->path, s->path, s->path, index);
	/* With userxattr the kernel takes only nofollow, which is what it makes of off. */
	buf_adds(&options, user ? ",redirect_dir=nofollow,userxattr" : ",redirect_dir=off");
	buf_adds(&merged, "/merged");
	return mount("overlay", merged.s, "overlay", 0, options.s) == 0 && chdir(merged.s) == 0;
}

struct script {
	struct scratch *s;
	const char *text;
	bool user;
};

static inline int run_script(const struct script *script)
{
	if (!enter_namespaces() || !mount_stage(script->s, script->user, "on"))
		return CANNOT;
	execl("/bin/sh", "sh", "-euc", script->text, NULL);
	return 1;
}

/* Runs the script, as root (or what is root in a namespace), in the merged folder; skips the test where that cannot be. */
static inline void stage(struct scratch *s, bool user, const char *text)
{
	const struct script script = {s, text, user};
	pid_t pid;
	int status = -1;

	put_stage(s);
	if (!user && geteuid() != 0)
		cannot(s, "only root may mount an overlay that notes in trusted.*");
	pid = fork();
	if (pid == 0)
		_exit(run_script(&script));
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT)
		cannot(s, "no overlay can be mounted here");
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Adds what upper/ says of lower/. */
static inline int read_stage(
	struct scratch *s, bool user, const struct scan *how, struct changes *out)
{
	AUTO_FD upper = file_open(s->fd, "upper", O_RDONLY | O_DIRECTORY, 0, &s->err);
	AUTO_FD lower = file_open(s->fd, "lower", O_RDONLY | O_DIRECTORY, 0, &s->err);
	const struct scan_layer layer = {
		.upper = upper, .lower = lower, .place = "/", .user_xattr = user};

	err_clear(&s->err);
	return scan_layer(how, &layer, out, &s->err);
}

static inline void show_node(struct buf *out, const struct node *n)
{
	buf_addf(out, " %s %o", node_type_name(n->type), n->mode);
	if (n->type == NODE_FILE)
		buf_addf(out, " %lld", (long long)n->size);
	if (n->target.n)
		buf_addf(out, " -> %s", n->target.s);
	for (size_t i = 0; i < n->xattrs.n; i++) {
		buf_addf(out, " %s=", n->xattrs.v[i].name.s);
		text_escape(out, buf_span(&n->xattrs.v[i].value));
	}
	if (n->inode)
		buf_addf(out, " #%lld", (long long)n->inode);
}

/* A line a change: "replaced /a file 644 5 | link 777 -> b". */
static inline void show_changes(const struct changes *c, struct buf *out)
{
	for (size_t i = 0; i < c->of.n; i++) {
		const struct change *x = &c->of.v[i];

		buf_adds(out, change_kind_name(change_kind(x)));
		buf_addc(out, ' ');
		text_escape(out, buf_span(&x->path));
		if (x->before.type != NODE_NONE)
			show_node(out, &x->before);
		if (x->before.type != NODE_NONE && x->after.type != NODE_NONE)
			buf_adds(out, " |");
		if (x->after.type != NODE_NONE)
			show_node(out, &x->after);
		buf_adds(out, x->own ? " own\n" : "\n");
	}
}

static inline void unit_assert_changes(
	const struct changes *c, const char *want, const char *file, int line)
{
	AUTO(buf) text = BUF_INIT;

	show_changes(c, &text);
	if (span_is_text(buf_span(&text), want))
		return;
	print_error("these changes:\n%sare not\n%s", text.s, want);
	_fail(file, line);
}

#define assert_changes(c, want) unit_assert_changes(c, want, __FILE__, __LINE__)
