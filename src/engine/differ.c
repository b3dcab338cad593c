/* What changed in a text, as diff -u shows it. */
#include "engine/differ.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/confine.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/process.h"

#define PROGRAM "/usr/bin/diff"
#define OUTPUT_MAX \
	(1 << 20) /* two texts, each line with a sign before it: what is longer is cut off by the limit of files */

static bool is_text(struct span x)
{
	return x.n <= DIFFER_TEXT_MAX && !memchr(x.s, 0, x.n);
}

/* A file that is nowhere, with that in it. */
static int file_of(struct span content, struct err *err)
{
	AUTO_FD fd = memfd_create("fardel-text", MFD_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "make a file in memory");
	if (file_write_all(fd, content.s, content.n, err) < 0)
		return -1;
	return fd_take(&fd);
}

static int run_diff(struct engine *e, const int *fds, int output, struct err *err)
{
	const char *argv[] = {PROGRAM, "-u", "/dev/fd/3", "/dev/fd/4", NULL};
	const char *envp[] = {"LANG=C.UTF-8", NULL};
	AUTO(readable) readable = {0};
	struct sandbox box;
	struct process process = PROCESS_INIT;
	struct process_spec spec = {.program = PROGRAM,
		.argv = argv,
		.envp = envp,
		.output = output,
		.fds = fds,
		.fd_count = 2,
		.hold = -1,
		.sandbox = &box};
	int status;

	confine(e, CONFINE_LOOK, &box);
	confine_readable(e, &readable);
	box.paths = readable.of.v;
	box.path_count = (unsigned)readable.of.n;
	if (process_start(&spec, &process, err) < 0)
		return -1;
	status = process_end(&process);
	if (WIFEXITED(status) && WEXITSTATUS(status) <= 1)
		return 0;
	return err_set(err, ERR_WORKER, PROGRAM " failed (status %d)", status);
}

/* Without the two lines that name the files. */
static void add_hunks(struct buf *out, struct span text)
{
	struct span line;

	for (int i = 0; i < 2; i++)
		if (!span_split(&text, '\n', &line))
			return;
	buf_add_span(out, text);
}

int differ_texts(
	struct engine *e, struct span before, struct span after, struct buf *out, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO_FD a = -1;
	AUTO_FD b = -1;
	AUTO_FD output = -1;
	int fds[2];

	if (!is_text(before) || !is_text(after))
		return 0;
	a = file_of(before, err);
	b = a < 0 ? -1 : file_of(after, err);
	output = b < 0 ? -1 : file_of(SPAN(""), err);
	if (output < 0)
		return -1;
	fds[0] = a;
	fds[1] = b;
	if (run_diff(e, fds, output, err) < 0 || lseek(output, 0, SEEK_SET) < 0 ||
		file_read_fd(output, OUTPUT_MAX, &text, err) < 0)
		return err->code == ERR_NONE ? err_sys(err, "read the differences") : -1;
	add_hunks(out, buf_span(&text));
	return 0;
}
