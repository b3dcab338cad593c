/* Worker programs of libexec. */
#include "engine/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/confine.h"
#include "model/message.h"
#include "model/oci.h"
#include "sys/fd.h"
#include "sys/process.h"

#define FDS_MAX (OCI_LAYERS_MAX + 1)
#define WORDS_MAX (64 << 10) /* bytes: what fits into a pipe */

/* A sanitizer's report is for who builds with one, whole and as it is. */
#ifdef __SANITIZE_ADDRESS__
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

/* FAIL carries the worker's error: it is why the task ended, and the worker ends by itself. */
static int take_failure(const struct frame *frame, struct err *err)
{
	struct err said = ERR_INIT;

	if (!message_get_err(frame->payload, &said) || said.code == ERR_NONE)
		return err_set(err, ERR_WORKER, "a worker's error that cannot be read");
	*err = said;
	return -1;
}

static int input(struct task *task, struct err *err)
{
	struct worker *w = (struct worker *)task;
	struct frame frame;

	for (;;) {
		int got = frame_read(&w->reader, task->fd, &frame, err);

		if (got == 2)
			return 1;
		if (got <= 0)
			return got;
		if (w->finished)
			return err_set(
				err, ERR_WORKER, "fardel-%s spoke on after its end", w->name);
		if (frame.type == MESSAGE_FAIL)
			return take_failure(&frame, err);
		if (w->frame(w, &frame, err) < 0)
			return -1;
	}
}

static const struct {
	const char *name;
	int confine; /* enum confine_kind; -1: runs with the rights of who calls it */
	int folder; /* which of its descriptors is a folder that it writes below; 0: none */
} kinds[] = {
	[WORKER_LOOK] = {"extract", CONFINE_LOOK, 0},
	[WORKER_EXTRACT] = {"extract", CONFINE_EXTRACT, FRAME_FD + 2},
	[WORKER_LOOK_PACKETS] = {"extract", CONFINE_LOOK_PACKETS, 0},
	[WORKER_EXTRACT_PACKETS] = {"extract", CONFINE_EXTRACT_PACKETS, FRAME_FD + 2},
	[WORKER_FETCH] = {"fetch", CONFINE_FETCH, 0},
	[WORKER_TREE] = {"tree", CONFINE_TREE, FRAME_FD + 2},
	[WORKER_INDEX] = {"index", CONFINE_INDEX, 0},
	[WORKER_BUILD] = {"build", -1, 0},
};

/* Its own program may lie outside of what all programs may read. */
static int start_confined(struct engine *e, struct worker *w, enum worker_kind kind,
	struct process_spec *spec, struct err *err)
{
	struct landlock_path paths[] = {
		{spec->program, -1, LANDLOCK_READ | LANDLOCK_EXECUTE},
		{NULL, kinds[kind].folder, LANDLOCK_READ | LANDLOCK_WRITE},
	};
	struct sandbox box;

	if (kinds[kind].confine < 0)
		return process_start(spec, &w->task.process, err);
	confine(e, (enum confine_kind)kinds[kind].confine, &box);
	box.paths = paths;
	box.path_count = kinds[kind].folder ? 2 : 1;
	spec->sandbox = &box;
	if (process_start(spec, &w->task.process, err) < 0)
		return -1;
	confine_tell(e, &w->task.process);
	return 0;
}

static int start(struct engine *e, struct worker *w, enum worker_kind kind, int socket,
	const int *fds, unsigned fd_count, int words, struct err *err)
{
	AUTO(buf) program = buf_dup(&e->libexec);
	const char *argv[2] = {NULL, NULL};
	/* GnuTLS comes with libcurl's RTMP, which is never used: else it makes itself ready whenever it is loaded. */
	const char *tls = kind == WORKER_FETCH ? "GNUTLS_NO_IMPLICIT_INIT=1" : NULL;
	const char *envp[] = {"LANG=C.UTF-8", tls, NULL};
	int given[FDS_MAX + 1] = {socket};
	struct process_spec spec = {.argv = argv,
		.envp = envp,
		.output = words,
		.fds = given,
		.fd_count = fd_count + 1,
		.hold = -1};

	buf_addf(&program, "/fardel-%s", w->name);
	argv[0] = program.s;
	spec.program = program.s;
	for (unsigned i = 0; i < fd_count; i++)
		given[i + 1] = fds[i];
	return start_confined(e, w, kind, &spec, err);
}

/* Its stdout and stderr are no terminal of ours, that it could read. What does not fit into the pipe is lost to it: nobody
 * reads it meanwhile. */
static int start_apart(struct engine *e, struct worker *w, enum worker_kind kind, int socket,
	const int *fds, unsigned fd_count, struct err *err)
{
	int words[2], result;

	if (pipe2(words, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(err, "make a pipe");
	w->task.words = words[0];
	result = start(e, w, kind, socket, fds, fd_count, words[1], err);
	fd_drop(&words[1]);
	return result;
}

/* The one that waits becomes *w: 1; 0: there is none. */
static int take_reserved(
	struct engine *e, struct worker *w, enum worker_kind kind, unsigned fd_count)
{
	struct worker had = *w;

	if (fd_count || !e->reserved[kind])
		return 0;
	*w = *e->reserved[kind];
	w->frame = had.frame;
	w->arg = had.arg;
	free(e->reserved[kind]);
	e->reserved[kind] = NULL;
	return 1;
}

int worker_spawn(struct engine *e, struct worker *w, enum worker_kind kind, const int *fds,
	unsigned fd_count, struct err *err)
{
	int pair[2];

	if (take_reserved(e, w, kind, fd_count))
		return 0;
	w->task = TASK_INIT;
	w->name = kinds[kind].name;
	w->reader = FRAME_READER_INIT;
	w->finished = false;
	if (fd_count > FDS_MAX)
		mem_panic("too many descriptors for a worker");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, "make a socket");
	fd_widen(pair[1]);
	if (start_apart(e, w, kind, pair[1], fds, fd_count, err) < 0) {
		fd_drop(&pair[0]);
		fd_drop(&pair[1]);
		task_drop(&w->task);
		return err_at(err, "fardel-%s", w->name);
	}
	fd_drop(&pair[1]);
	w->task.fd = pair[0];
	w->task.input = input;
	w->task.running = true;
	return 0;
}

int worker_order(struct worker *w, uint32_t type, struct span order, struct err *err)
{
	int sent = frame_send(w->task.fd, type, order, err);

	/* One that has ended already tells why by its end. */
	if (sent < 0 && (err->sys == EPIPE || err->sys == ECONNRESET)) {
		err_clear(err);
		sent = 0;
	}
	if (sent < 0) {
		task_drop(&w->task);
		return err_at(err, "fardel-%s", w->name);
	}
	fcntl(w->task.fd, F_SETFL, O_NONBLOCK);
	return 0;
}

int worker_start(struct engine *e, struct worker *w, enum worker_kind kind, const int *fds,
	unsigned fd_count, uint32_t type, struct span order, struct err *err)
{
	return worker_spawn(e, w, kind, fds, fd_count, err) < 0 ? -1
								: worker_order(w, type, order, err);
}

void worker_reserve(struct engine *e, enum worker_kind kind)
{
	struct worker *w;
	struct err ignored = ERR_INIT;

	if (e->reserved[kind])
		return;
	w = mem_zero(1, sizeof(*w));
	if (worker_spawn(e, w, kind, NULL, 0, &ignored) == 0)
		e->reserved[kind] = w;
	else
		free(w);
}

void worker_unreserve(struct engine *e)
{
	for (size_t i = 0; i < WORKER_KINDS; i++) {
		if (e->reserved[i])
			worker_drop(e->reserved[i]);
		free(e->reserved[i]);
		e->reserved[i] = NULL;
	}
}

/* What it said beside its frames: why it ended, where that was no end it planned. */
static void take_words(struct worker *w, struct buf *out)
{
	ssize_t n = 1;

	while (w->task.words >= 0 && n > 0 && out->n < WORDS_MAX) {
		buf_reserve(out, 4096);
		n = read(w->task.words, out->s + out->n, 4096);
		out->n += n > 0 ? (size_t)n : 0;
		out->s[out->n] = 0;
	}
	fd_drop(&w->task.words);
	if (sanitized && out->n && write(STDERR_FILENO, out->s, out->n) < 0)
		buf_clear(out);
}

static int judge(const struct worker *w, struct err *err)
{
	int status = w->task.status;

	if (w->task.err.code != ERR_NONE)
		return err_copy(err, &w->task.err);
	if (w->finished)
		return 0;
	if (WIFSIGNALED(status))
		return err_set(err, ERR_WORKER, "fardel-%s was killed by signal %d (%s)", w->name,
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	return err_set(err, ERR_WORKER, "fardel-%s ended before its work was done (exit status %d)",
		w->name, WEXITSTATUS(status));
}

int worker_result(struct worker *w, struct err *err)
{
	AUTO(buf) words = BUF_INIT;
	int result = judge(w, err);

	take_words(w, &words);
	if (result < 0 && words.n && err->code != ERR_SIGNAL)
		err_tail(err, words.s, words.n);
	return result;
}

int worker_finish(struct worker *w, struct err *err)
{
	if (loop_finish(&w->task, err) < 0 && w->task.err.code == ERR_NONE)
		return -1;
	return worker_result(w, err);
}

void worker_drop(struct worker *w)
{
	task_drop(&w->task);
	frame_reader_drop(&w->reader);
}
