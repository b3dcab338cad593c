/* A program in a sandbox of its own, for the tests of it: what it does, prints, and ends with. */
#pragma once

#include "scratch.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "sys/process.h"
#include "sys/sandbox.h"
#include "sys/seccomp.h"

#define OTHER 61234 /* a user that nobody is */
#define MOST (SANDBOX_PID | SANDBOX_MOUNT | SANDBOX_NET | SANDBOX_IPC | SANDBOX_UTS)

/* All that one confined run needs; its folder is work/, which is its cwd, HOME and TMPDIR. */
struct run {
	struct scratch *s;
	struct buf work, home, tmp, output;
	struct landlock_path path;
	struct sandbox sandbox;
	struct process_spec spec;
	const char *argv[8], *envp[5];
	unsigned missing;
	int status;
};

static inline void run_drop(struct run *r)
{
	buf_drop(&r->work);
	buf_drop(&r->home);
	buf_drop(&r->tmp);
	buf_drop(&r->output);
}

static inline void prepare(struct run *r, struct scratch *s, enum seccomp_profile profile)
{
	*r = (struct run){.s = s, .work = buf_of(s->path), .output = BUF_INIT};
	/* Root in name only, as in a user namespace, can give it to nobody, nor become another. */
	put_dir(s, "work", 0700);
	if (geteuid() == 0 && fchownat(s->fd, "work", OTHER, OTHER, 0) < 0)
		print_message("no other users here\n");
	buf_add_path(&r->work, "work");
	r->home = buf_of("HOME=");
	buf_adds(&r->home, r->work.s);
	r->tmp = buf_of("TMPDIR=");
	buf_adds(&r->tmp, r->work.s);
	r->path = (struct landlock_path){
		r->work.s, -1, LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_EXECUTE};
	r->sandbox = (struct sandbox){.uid = OTHER,
		.gid = OTHER,
		.namespaces = profile == SECCOMP_RULES || profile == SECCOMP_FETCH
				      ? MOST & ~(unsigned)SANDBOX_NET
				      : MOST,
		.network = profile == SECCOMP_RULES || profile == SECCOMP_FETCH,
		.programs = true,
		.paths = &r->path,
		.path_count = 1,
		.filter = seccomp_filter(profile)};
	r->envp[0] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	r->envp[1] = "LANG=C.UTF-8";
	r->envp[2] = r->home.s;
	r->envp[3] = r->tmp.s;
	r->spec = (struct process_spec){.program = "/bin/sh",
		.argv = r->argv,
		.envp = r->envp,
		.cwd = r->work.s,
		.keep = true,
		.hold = -1,
		.sandbox = &r->sandbox};
}

/* A run's struct must not move: the spec points into it. */
#define RUN(name, scratch, profile) \
	AUTO(run) name; \
	prepare(&name, scratch, profile)

static inline int begin(struct run *r, const char *script, struct process *p, int *output)
{
	int pipe_fds[2];
	int result;

	if (script) {
		r->argv[0] = "sh";
		r->argv[1] = "-c";
		r->argv[2] = script;
		r->argv[3] = NULL;
	}
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -1;
	r->spec.output = pipe_fds[1];
	result = process_start(&r->spec, p, &r->s->err);
	close(pipe_fds[1]);
	if (result < 0) {
		close(pipe_fds[0]);
		return -1;
	}
	r->missing = p->missing;
	*output = pipe_fds[0];
	return 0;
}

/* To its end; all that it printed. */
static inline void run(struct run *r, const char *script)
{
	struct process p;
	AUTO_FD output = -1;

	if (begin(r, script, &p, &output) < 0)
		fail_msg("%s", r->s->err.text);
	buf_clear(&r->output);
	assert_int_equal(file_read_fd(output, 1 << 20, &r->output, &r->s->err), 0);
	r->status = process_end(&p);
}

static inline void assert_run(struct run *r, const char *script, const char *wanted)
{
	run(r, script);
	if (!span_is_text(buf_span(&r->output), wanted))
		print_error("of: %s\n", script);
	assert_buf(&r->output, wanted);
	assert_int_equal(r->status, 0);
}

static inline void cannot_here(struct run *r, const char *why)
{
	run_drop(r);
	cannot(r->s, why);
}

/* Skips where this machine lacks one of these. */
static inline void need(struct run *r, unsigned parts)
{
	unsigned missing = sandbox_missing(&r->sandbox) & parts;
	AUTO(buf) text = BUF_INIT;
	char why[512];

	if (!missing)
		return;
	sandbox_name_parts(missing, &text);
	snprintf(why, sizeof(why), "this machine has no: %s", text.s);
	buf_drop(&text);
	cannot_here(r, why);
}

/* A listener on the loopback, and its port; the network must not reach it. */
static inline int listen_here(unsigned *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	*port = ntohs(at.sin_port);
	return fd;
}
