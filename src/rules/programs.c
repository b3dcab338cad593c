/* Programs that a script runs. */
#include "rules/programs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/file.h"

#define FOLDERS "/usr/sbin:/usr/bin:/sbin:/bin"
#define LOOK_MS 20 /* from one look at whether it has ended to the next */
#define CHUNK 65536

void program_end_drop(struct program_end *e)
{
	buf_drop(&e->out);
	buf_drop(&e->err);
}

static bool find(const char *name, struct buf *path)
{
	struct span rest = SPAN(FOLDERS), folder;

	while (span_split(&rest, ':', &folder)) {
		buf_set(path, folder);
		buf_add_path(path, name);
		if (access(path->s, X_OK) == 0)
			return true;
	}
	return false;
}

/* --- In the child ----------------------------------------------------------------------------------------- */

struct start {
	const struct program *p;
	const char *path;
	const char *const *envp;
	const char *dir;
	int out, err;
};

/* The script's bounds that are no program's: those of its kind would not even start. */
static void reset(void)
{
	static const int signals[] = {SIGXCPU, SIGALRM, SIGXFSZ, SIGPIPE};
	struct rlimit now;

	for (size_t i = 0; i < COUNT(signals); i++)
		signal(signals[i], SIG_DFL);
	if (getrlimit(RLIMIT_AS, &now) == 0) {
		now.rlim_cur = now.rlim_max;
		setrlimit(RLIMIT_AS, &now);
	}
}

static NORETURN void become(const struct start *s)
{
	const struct program *p = s->p;
	int here = p->dir >= 0 ? fchdir(p->dir) : chdir(s->dir);

	reset();
	if (here < 0 || dup2(s->out, STDOUT_FILENO) < 0 || dup2(s->err, STDERR_FILENO) < 0 ||
		(p->in >= 0 && dup2(p->in, STDIN_FILENO) < 0)) {
		perror("start");
		_exit(127);
	}
	if (p->fd >= 0)
		syscall(SYS_execveat, p->fd, "", p->argv, s->envp, AT_EMPTY_PATH);
	else
		execve(s->path, (char *const *)(uintptr_t)p->argv,
			(char *const *)(uintptr_t)s->envp);
	perror(p->argv[0]);
	_exit(127);
}

/* --- What it says ----------------------------------------------------------------------------------------- */

struct stream {
	int fd;
	int to;
	bool keeps;
	struct buf *kept;
};

/* 1: there may be more; 0: it has ended, or there is none yet. */
static int take(struct lua_run *run, struct stream *s, struct err *err)
{
	char chunk[CHUNK];
	ssize_t n = read(s->fd, chunk, sizeof(chunk));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		fd_drop(&s->fd);
		return 0;
	}
	if (lua_run_count_output(run, n, err) < 0)
		return -1;
	if (s->keeps)
		buf_add(s->kept, chunk, (size_t)n);
	else
		lua_run_pass(s->to, (struct span){chunk, (size_t)n});
	return 1;
}

/* Reads both until the program has ended; what it left behind may hold them open. */
static int follow(
	struct lua_run *run, pid_t child, struct stream streams[2], int *status, struct err *err)
{
	bool ended = false;

	while (!ended) {
		struct pollfd fds[] = {{streams[0].fd, POLLIN, 0}, {streams[1].fd, POLLIN, 0}};
		bool open = streams[0].fd >= 0 || streams[1].fd >= 0;
		pid_t got;

		if (open)
			(void)!poll(fds, 2, LOOK_MS);
		got = waitpid(child, status, open ? WNOHANG : 0);
		ended = got == child || (got < 0 && errno != EINTR);
		for (size_t i = 0; i < 2; i++)
			while (streams[i].fd >= 0) {
				int rc = take(run, &streams[i], err);

				if (rc < 0)
					return -1;
				if (rc == 0)
					break;
			}
	}
	return 0;
}

static int make_pipe(int ends[2], struct err *err)
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "make a pipe");
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return 0;
}

static int start(struct lua_run *run, struct start *s, struct program_end *out, struct err *err)
{
	int to_out[2] = {-1, -1}, to_err[2] = {-1, -1}, status = 0, rc = -1;
	struct stream streams[2];
	pid_t child = -1;

	if (make_pipe(to_out, err) == 0 && make_pipe(to_err, err) == 0) {
		s->out = to_out[1];
		s->err = to_err[1];
		child = fork();
		if (child == 0)
			become(s);
		if (child < 0)
			err_sys(err, "start %s", s->p->argv[0]);
	}
	fd_drop(&to_out[1]);
	fd_drop(&to_err[1]);
	streams[0] = (struct stream){to_out[0], STDOUT_FILENO, s->p->keeps_out, &out->out};
	streams[1] = (struct stream){to_err[0], STDERR_FILENO, s->p->keeps_err, &out->err};
	if (child > 0)
		rc = follow(run, child, streams, &status, err);
	fd_drop(&streams[0].fd);
	fd_drop(&streams[1].fd);
	if (rc < 0)
		return -1;
	if (WIFSIGNALED(status))
		return err_set(err, ERR_FAILED, "%s was ended by signal %d (%s)", s->p->argv[0],
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	out->status = WEXITSTATUS(status);
	return 0;
}

int program_run(
	struct lua_run *run, const struct program *p, struct program_end *out, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	AUTO(buf) home = BUF_INIT;
	AUTO(buf) tmp = BUF_INIT;
	const char *envp[] = {"PATH=" FOLDERS, "LANG=C.UTF-8", NULL, NULL, NULL};
	struct start s = {.p = p, .envp = envp, .dir = run->order.root.n ? "/" : run->order.dir.s};

	buf_addf(&home, "HOME=%s", run->order.home.s);
	buf_addf(&tmp, "TMPDIR=%s", run->order.tmp.s);
	if (run->order.home.n)
		envp[2] = home.s;
	if (run->order.tmp.n)
		envp[run->order.home.n ? 3 : 2] = tmp.s;
	if (p->fd < 0 && run->order.root.n)
		return err_set(err, ERR_FAILED,
			"%s: no program of the system's is run: these rules work on %s from outside",
			p->argv[0], run->order.root.s);
	if (p->fd < 0 && !find(p->argv[0], &path))
		return err_set(
			err, ERR_FAILED, "%s: there is no such program in " FOLDERS, p->argv[0]);
	s.path = path.s;
	return start(run, &s, out, err);
}

int program_must(struct lua_run *run, const char *const *argv, struct err *err)
{
	AUTO(program_end) end = PROGRAM_END_INIT;
	const struct program p = {.argv = argv, .fd = -1, .in = -1, .dir = -1};

	if (program_run(run, &p, &end, err) < 0)
		return -1;
	if (end.status)
		return err_set(err, ERR_FAILED, "%s failed (exit status %d)", argv[0], end.status);
	return 0;
}
