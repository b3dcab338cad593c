/* Other programs: started with a clean slate, watched, and ended with all that they started. */
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "sys/enclose.h"
#include "sys/family.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/keeper.h"
#include "sys/signals.h"
#include "sys/stage.h"

#define NEEDED (SANDBOX_PID | SANDBOX_MOUNT | SANDBOX_IPC | SANDBOX_UTS) /* by a stage */
#define KEEPER_GRACE 10000 /* ms that a keeper may take to end what it keeps */

/* What the child says: why it cannot begin, or (what is empty) that it goes without parts of the
 * sandbox. */
struct report {
	char what[56];
	int sys;
	unsigned missing;
	bool retry; /* it failed in its namespaces: without them it may work */
	enum err_code code; /* if not ERR_NONE, the text says all */
	char text[512], next[256];
};

/* A child on its way to exec, in this order:
 *   1. fork, into the sandbox's namespaces; there the maps of a user namespace, private mounts,
 *      /proc, /tmp (sandbox_fork, sandbox_enter_namespaces); or, instead of these, a stage (stage_enter)
 *   2. where there is a keeper, that is this child, and the program its child
 *   3. signals, umask, session; to die with the parent
 *   4. descriptors: from here on only those that are given, and the report
 *   5. binds and the root (enclose; not in a stage), then the folder: still with all rights
 *   6. the sandbox's rest: Landlock is prepared, limits, bounding set, groups, user, capabilities,
 *      no_new_privs; Landlock, and last seccomp, are put in force (sandbox_apply)
 *   7. to die with the parent, again: a change of user has made the kernel forget that
 *   8. exec: closes the report, which tells the parent that all went well */
struct child {
	const struct process_spec *spec;
	struct sandbox_spaces spaces;
	unsigned lost; /* namespaces that a first try has shown to be of no use */
	int report;
	int heard; /* the report's other end: the parent's alone once we have closed it */
	int lifeline; /* the keeper's end */
	int told; /* where the stage is told of; -1 */
};

static void report(int fd, const struct report *r)
{
	struct err ignored = ERR_INIT;

	if (file_write_all(fd, r, sizeof(*r), &ignored) < 0)
		_exit(126);
}

NORETURN static void tell(int fd, const struct report *r)
{
	report(fd, r);
	_exit(127);
}

NORETURN static void fail(int fd, const char *what)
{
	struct report r = {.sys = errno};

	snprintf(r.what, sizeof(r.what), "%s", what);
	tell(fd, &r);
}

/* What says all by itself. */
NORETURN static void fail_wholly(int fd, const struct err *err)
{
	struct report r = {.code = err->code, .sys = err->sys};

	snprintf(r.text, sizeof(r.text), "%s", err->text);
	snprintf(r.next, sizeof(r.next), "%s", err->next);
	tell(fd, &r);
}

/* The same descriptor from `least` on; closed by exec. */
static int move_up(int fd, int least, int report)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, least);

	if (moved < 0)
		fail(report, "move a descriptor");
	return moved;
}

/* stdin /dev/null, stdout and stderr as told, the given descriptors from 3 on, `report` and the program behind
 * them (closed by exec), nothing else. Returns where report is now. */
static int arrange(const struct process_spec *spec, int report)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int first = 3 + (int)spec->fd_count;
	int program = process_program_fd(spec->fd_count), safe[16], safe_program = -1;

	if (null < 0 || spec->fd_count > COUNT(safe))
		fail(report, "open /dev/null");
	/* All out of the way first, so that no dup2 hits one that is still needed. */
	report = move_up(report, program + 1, report);
	for (unsigned i = 0; i < spec->fd_count; i++)
		safe[i] = move_up(spec->fds[i], program + 1, report);
	if (spec->program_fd > 0)
		safe_program = move_up(spec->program_fd, program + 1, report);
	if (dup2(null, 0) < 0 || dup2(spec->output < 0 ? null : spec->output, 1) < 0 ||
		dup2(spec->errors > 0 ? spec->errors : 1, 2) < 0)
		fail(report, "set up stdin and stdout");
	for (unsigned i = 0; i < spec->fd_count; i++)
		if (dup2(safe[i], 3 + (int)i) < 0)
			fail(report, "pass a descriptor");
	if (safe_program >= 0 && dup3(safe_program, program, O_CLOEXEC) < 0)
		fail(report, "pass a descriptor");
	if (dup3(report, first, O_CLOEXEC) < 0)
		fail(report, "pass a descriptor");
	if (close_range((unsigned)program + (safe_program >= 0), ~0U, 0) < 0)
		fail(first, "close descriptors");
	return first;
}

/* Dies with its parent, and at once if that has gone already: a keeper is seen by its pid, the
 * parent outside of a PID namespace has none here, but hears what is reported. */
static void stay(const struct child *c, pid_t keeper, int report)
{
	struct pollfd parent = {.fd = report};

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		fail(report, "stay with its parent");
	if (c->spec->keep ? getppid() != keeper : poll(&parent, 1, 0) != 0)
		_exit(126);
}

/* Says what is missing, and goes no further where that is required. */
static void confine(const struct child *c, int to)
{
	const struct sandbox *s = c->spec->sandbox;
	struct report r = {.what = ""};
	struct err err = ERR_INIT;

	if (sandbox_apply(s, &c->spaces, &r.missing, &err) < 0) {
		errno = err.sys;
		fail(to, "be confined");
	}
	r.missing |= c->lost;
	if (r.missing & s->required) {
		r.missing &= s->required;
		snprintf(r.what, sizeof(r.what), "be confined");
		tell(to, &r);
	}
	if (r.missing)
		report(to, &r);
}

static void execute(const struct process_spec *spec, int program)
{
	if (spec->program_fd > 0) {
		syscall(SYS_execveat, process_program_fd(spec->fd_count), "", spec->argv,
			spec->envp, AT_EMPTY_PATH);
		return;
	}
	execve(spec->program, (char *const *)spec->argv, (char *const *)spec->envp);
	/* The user that it has become may not reach it, where it is below a private folder. */
	if (errno == EACCES && program >= 0) {
		syscall(SYS_execveat, program, "", spec->argv, spec->envp, AT_EMPTY_PATH);
		errno = EACCES;
	}
	if (errno == ENOEXEC) {
		/* A script without #!: shells have always run those. */
		const char *sh[64] = {"/bin/sh", spec->program};

		for (size_t i = 1; spec->argv[i - 1] && spec->argv[i] && i + 2 < COUNT(sh); i++)
			sh[i + 1] = spec->argv[i];
		execve(sh[0], (char *const *)sh, (char *const *)spec->envp);
	}
}

NORETURN static void run_program(const struct child *c, pid_t keeper)
{
	const struct process_spec *spec = c->spec;
	int report = c->report, program = -1;
	struct err err = ERR_INIT;

	stay(c, keeper, report);
	signals_reset();
	umask(022);
	setsid();
	report = arrange(spec, report);
	if (!spec->overlay && enclose(spec, c->spaces.inside & SANDBOX_MOUNT, &err) < 0) {
		if (err.code == ERR_UNSAFE)
			fail_wholly(report, &err);
		errno = err.sys;
		fail(report, "set up its surroundings");
	}
	if (chdir(spec->cwd ? spec->cwd : "/") < 0)
		fail(report, "enter its folder");
	if (spec->sandbox) {
		program = spec->program && !spec->program_fd
				  ? open(spec->program, O_PATH | O_CLOEXEC)
				  : -1;
		confine(c, report);
		stay(c, keeper, report);
	}
	if (!spec->program) /* tried */
		_exit(0);
	execute(spec, program);
	fail(report, "execute");
}

/* The keeper's life: start the program, then keep. */
NORETURN static void run_keeper(const struct child *c)
{
	bool init = c->spaces.inside & SANDBOX_PID;
	pid_t self, program;

	setsid();
	self = getpid();
	if (!init && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		fail(c->report, "become the keeper");
	program = fork();
	if (program < 0)
		fail(c->report, "fork");
	if (program == 0)
		run_program(c, self);
	keeper_run(program, init, c->lifeline, c->spec->hold);
}

/* What the kernel does not want is a matter of policy; that it cannot just now is not. */
NORETURN static void fail_stage(const struct child *c, const struct err *err)
{
	struct report r = {.code = err->code, .sys = err->sys};

	if (err->code == ERR_SYSTEM && !err_may_pass(err))
		r.code = ERR_POLICY;
	snprintf(r.text, sizeof(r.text), "%s", err->text);
	tell(c->report, &r);
}

/* Nothing is run in a part of a stage. */
static void enter_stage(const struct child *c)
{
	const struct process_spec *spec = c->spec;
	struct report r = {.missing = c->spaces.wanted & ~c->spaces.inside};
	struct err err = ERR_INIT;

	if (r.missing) {
		snprintf(r.what, sizeof(r.what), "be confined");
		tell(c->report, &r);
	}
	if (stage_enter(spec->overlay->plan, spec, c->told, &err) < 0)
		fail_stage(c, &err);
	if (spec->prelude && spec->prelude(spec->prelude_arg, &err) < 0)
		fail_wholly(c->report, &err);
}

NORETURN static void run_child(struct child *c)
{
	const struct process_spec *spec = c->spec;
	struct err err = ERR_INIT;

	close(c->heard);
	if (spec->sandbox &&
		sandbox_enter_namespaces(spec->sandbox, &c->spaces, spec->root, &err) < 0) {
		struct report r = {.sys = err.sys, .what = "enter its namespaces", .retry = true};

		if (spec->overlay)
			fail_stage(c, &err);
		tell(c->report, &r);
	}
	if (spec->overlay)
		enter_stage(c);
	if (c->spec->keep)
		run_keeper(c);
	run_program(c, 0);
}

static int begin(struct child *c, unsigned namespaces, struct process *out, struct err *err)
{
	int net = c->spec->sandbox ? c->spec->sandbox->net : 0;
	pid_t pid = sandbox_fork(namespaces, net, &c->spaces);

	if (pid < 0)
		return err_sys(err, "fork");
	if (pid == 0)
		run_child(c);
	out->pid = pid;
	out->status_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (out->status_fd < 0) {
		err_sys(err, "watch a process");
		process_drop(out);
		return -1;
	}
	return 0;
}

static const char *name_of(const struct process_spec *spec)
{
	return spec->program ? spec->program : "a program";
}

#define LOOK "look at what this system has: fardel doctor"

static int failed(const struct report *r, const struct process_spec *spec, struct err *err)
{
	AUTO(buf) names = BUF_INIT;

	if (r->code != ERR_NONE) {
		err_set(err, r->code, "%.*s", (int)sizeof(r->text) - 1, r->text);
		err->sys = r->sys;
		if (*r->next)
			err_next(err, "%.*s", (int)sizeof(r->next) - 1, r->next);
		return -1;
	}
	if (r->missing) {
		sandbox_name_parts(r->missing, &names);
		err_set(err, ERR_POLICY, "%s%sthis system lacks %s",
			spec->overlay ? "" : name_of(spec),
			spec->overlay ? "" : " is not started, as it cannot be confined: ",
			names.s);
		return err_next(err, LOOK);
	}
	err_set(err, ERR_SYSTEM, "%s: %.*s: %s", name_of(spec), (int)sizeof(r->what) - 1, r->what,
		strerror(r->sys));
	err->sys = r->sys;
	if (r->sys == ENOENT && strcmp(r->what, "execute") == 0)
		err_detail(err,
			"It is not there%s%s, or the interpreter that its first line names is not.",
			spec->root ? " in " : "", spec->root ? spec->root : "");
	return -1;
}

/* A whole report, however it comes: its size; 0 at the end of all; else what came of one that was cut off. */
static size_t read_report(int fd, struct report *r)
{
	size_t n = 0;

	while (n < sizeof(*r)) {
		ssize_t more = read(fd, (char *)r + n, sizeof(*r) - n);

		if (more < 0 && errno == EINTR)
			continue;
		if (more <= 0)
			break;
		n += (size_t)more;
	}
	return n;
}

/* Listens until exec: 1 to be tried again without namespaces. */
static int hear(int fd, const struct process_spec *spec, struct process *out, struct err *err)
{
	struct report r;

	for (;;) {
		size_t n = read_report(fd, &r);

		if (n == 0)
			return 0;
		if (n != sizeof(r))
			return err_set(err, ERR_SYSTEM, "%s could not be started", name_of(spec));
		if (r.retry)
			return 1;
		if (r.what[0] || r.code != ERR_NONE)
			return failed(&r, spec, err);
		out->missing |= r.missing;
	}
}

/* What parent and child have of each other: the parent's end first. */
struct ends {
	int report[2], life[2], told[2];
};

static void ends_drop(struct ends *e)
{
	for (int i = 0; i < 2; i++) {
		fd_drop(&e->report[i]);
		fd_drop(&e->life[i]);
		fd_drop(&e->told[i]);
	}
}

static int make_ends(const struct process_spec *spec, struct ends *e, struct err *err)
{
	if (pipe2(e->report, O_CLOEXEC) < 0)
		return err_sys(err, "make a pipe");
	if ((spec->keep && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, e->life) < 0) ||
		(spec->overlay &&
			socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, e->told) < 0))
		return err_sys(err, "make a socket");
	return 0;
}

/* A stage's memory is in what is heard, also of a program that then could not be started. */
static int hear_stage(int result, const struct process_spec *spec, int told, struct err *err)
{
	struct err of_stage = ERR_INIT;

	if (overlay_heard(spec->overlay, told, &of_stage) < 0 && result == 0)
		return err_copy(err, &of_stage);
	return result;
}

/* 1 to be tried again without namespaces. */
static int start(const struct process_spec *spec, unsigned namespaces, unsigned lost,
	struct process *out, struct err *err)
{
	AUTO(ends) e = {{-1, -1}, {-1, -1}, {-1, -1}};
	struct child c = {.spec = spec, .lost = lost};
	int result;

	*out = PROCESS_INIT;
	if (make_ends(spec, &e, err) < 0)
		return -1;
	c.heard = e.report[0];
	c.report = e.report[1];
	c.lifeline = e.life[1];
	c.told = e.told[1];
	result = begin(&c, namespaces, out, err);
	fd_drop(&e.report[1]);
	fd_drop(&e.life[1]);
	out->lifeline = fd_take(&e.life[0]);
	if (result == 0)
		result = hear(e.report[0], spec, out, err);
	if (spec->overlay)
		result = hear_stage(result, spec, e.told[0], err);
	fd_drop(&e.report[0]);
	if (result != 0)
		process_drop(out); /* one that could not be heard waits for us */
	return result;
}

/* From a folder of outside, the way up leads everywhere. */
static int check_stage(const struct process_spec *spec, unsigned namespaces, struct err *err)
{
	struct stat st;

	if (!spec->sandbox || !spec->sandbox->stage || !spec->keep ||
		(namespaces & NEEDED) != NEEDED)
		mem_panic("a stage without its namespaces");
	for (unsigned i = 0; i < spec->fd_count; i++)
		if (fstat(spec->fds[i], &st) < 0 || S_ISDIR(st.st_mode))
			return err_set(err, ERR_FAILED,
				"a folder that is passed into a stage would be a way out");
	return 0;
}

int process_start(const struct process_spec *spec, struct process *out, struct err *err)
{
	const struct sandbox *s = spec->sandbox;
	unsigned namespaces = s ? s->namespaces & SANDBOX_NAMESPACES : 0;
	int result;

	*out = PROCESS_INIT;
	if (spec->overlay && check_stage(spec, namespaces, err) < 0)
		return -1;
	/* One mount namespace is enough for both. */
	if (s && !spec->overlay && (spec->means & MEANS_MOUNT) && (spec->root || spec->bind_count))
		namespaces |= SANDBOX_MOUNT;
	result = start(spec, namespaces, 0, out, err);
	return result > 0 ? start(spec, 0, namespaces, out, err) : result;
}

int process_try(const struct process_spec *spec, struct err *err)
{
	struct process_spec without = *spec;
	struct process p;
	int status;

	without.program = NULL;
	if (process_start(&without, &p, err) < 0)
		return -1;
	status = process_end(&p);
	return status == 0 ? 0 : err_set(err, ERR_SYSTEM, "a program could not be started");
}

int process_end(struct process *p)
{
	struct pollfd ended = {.fd = p->status_fd, .events = POLLIN};
	int status = 0, kept;

	/* A keeper that was told to end things does so at once: one that does not was tampered with. What could
	 * not be watched was killed itself. */
	if (p->pid && p->killed && p->status_fd >= 0 && poll(&ended, 1, KEEPER_GRACE) == 0) {
		kill(-p->pid, SIGKILL);
		kill(p->pid, SIGKILL);
	}
	while (p->pid && waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	/* The keeper passes the program's status on, unless it was killed itself. */
	if (p->lifeline >= 0 &&
		recv(p->lifeline, &kept, sizeof(kept), MSG_DONTWAIT) == sizeof(kept))
		status = kept;
	p->pid = 0;
	fd_drop(&p->status_fd);
	fd_drop(&p->lifeline);
	return status;
}

void process_kill(struct process *p)
{
	if (!p->pid)
		return;
	p->killed = true;
	if (p->lifeline < 0) {
		kill(p->pid, SIGKILL);
		return;
	}
	shutdown(p->lifeline, SHUT_WR); /* the keeper does the rest, */
	kill(p->pid, SIGCONT); /* even if what it keeps has stopped it */
}

void process_drop(struct process *p)
{
	process_kill(p);
	process_end(p);
}

/* Children are the whole process's, and so is what is known of them. */
static struct others others;

void process_adopt(void)
{
	others_drop(&others);
	others_note(&others);
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* where it fails, keepers are all there is */
}

void process_disown(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

void process_end_orphans(void)
{
	struct kept none = {.ended = true};

	family_end(&none, false, &others);
}

unsigned process_means(void)
{
	return enclose_means();
}
