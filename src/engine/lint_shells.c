/* lint: what the shells themselves say of a script's syntax. sh -n reads and runs nothing; it is confined as a worker is. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/confine.h"
#include "engine/lint.h"
#include "engine/loop.h"
#include "sys/fd.h"
#include "sys/file.h"

#define TIMEOUT 20000 /* ms */
#define WORDS_MAX (64 << 10)
#define SCRIPTS_MAX 40 /* of one installer */

/* A script, and a place for what is said of it: files that are nowhere. */
struct asking {
	int fds[2];
};

static void asking_drop(struct asking *a)
{
	fd_drop(&a->fds[0]);
	fd_drop(&a->fds[1]);
}

static int make_files(struct span text, struct asking *a, struct err *err)
{
	for (size_t i = 0; i < COUNT(a->fds); i++) {
		a->fds[i] = memfd_create("fardel-lint", MFD_CLOEXEC);
		if (a->fds[i] < 0)
			return err_sys(err, "make a file in memory");
	}
	return file_write_all(a->fds[0], text.s, text.n, err);
}

static int start(struct engine *e, const char *program, const struct asking *a,
	struct process *process, struct err *err)
{
	const char *argv[] = {program, "-n", "/dev/fd/3", NULL};
	const char *envp[] = {"LANG=C.UTF-8", "PATH=/nonexistent", NULL};
	AUTO(readable) readable = {0};
	struct sandbox box;
	struct process_spec spec = {.program = program,
		.argv = argv,
		.envp = envp,
		.output = a->fds[1],
		.fds = a->fds,
		.fd_count = 1,
		.hold = -1,
		.sandbox = &box};

	confine(e, CONFINE_SYNTAX, &box);
	confine_readable(e, &readable);
	box.paths = readable.of.v;
	box.path_count = (unsigned)readable.of.n;
	if (process_start(&spec, process, err) < 0)
		return -1;
	confine_tell(e, process);
	return 0;
}

/* "/dev/fd/3: 12: Syntax error: …" of dash, "/dev/fd/3: line 12: …" of bash. */
static unsigned take_line(struct span *said)
{
	unsigned long long line = 0;
	struct span rest = *said, part;

	for (int i = 0; i < 3 && span_split(&rest, ':', &part); i++) {
		part = span_trim(part);
		if (span_starts(part, "line "))
			part = span_cut(part, 5, part.n);
		if (part.n && span_number(part, 100000000, &line)) {
			*said = span_trim(rest);
			return (unsigned)line;
		}
	}
	return 0;
}

static int judge(const struct task *task, const struct asking *a, const struct lint_file *f,
	const char *shell, struct lint *out, struct err *err)
{
	AUTO(buf) words = BUF_INIT;
	struct span rest, said = SPAN("");
	unsigned line;

	if (WIFEXITED(task->status) && WEXITSTATUS(task->status) == 0)
		return 0;
	if (lseek(a->fds[1], 0, SEEK_SET) < 0)
		return err_sys(err, "read what %s said", shell);
	if (file_read_fd(a->fds[1], WORDS_MAX, &words, err) < 0)
		return -1;
	rest = buf_span(&words);
	while (!said.n && span_split(&rest, '\n', &said))
		said = span_trim(said);
	line = take_line(&said);
	if (WIFSIGNALED(task->status))
		lint_add(out, "syntax", buf_span(&f->path), line, "%s ended by signal %d over it",
			shell, WTERMSIG(task->status));
	else
		lint_add(out, "syntax", buf_span(&f->path), line, "%s: %.*s", shell,
			SPAN_ARG(span_cut(said, 0, 300)));
	return 0;
}

static int ask(struct engine *e, const struct lint_file *f, const char *shell, struct lint *out,
	struct err *err)
{
	AUTO(asking) a = {{-1, -1}};
	AUTO(task) task = TASK_INIT;
	AUTO(buf) program = BUF_INIT;

	buf_addf(&program, "/bin/%s", shell);
	if (access(program.s, X_OK) < 0)
		return 0;
	if (make_files(buf_span(&f->text), &a, err) < 0 ||
		start(e, program.s, &a, &task.process, err) < 0)
		return -1;
	task.deadline = engine_ms() + TIMEOUT;
	task.running = true;
	if (loop_finish(&task, err) < 0) {
		if (task.err.code != ERR_TIMEOUT)
			return task.err.code == ERR_NONE ? -1 : err_copy(err, &task.err);
		lint_add(out, "not-looked-into", buf_span(&f->path), 0, "%s -n takes too long",
			shell);
		err_clear(err);
		return 0;
	}
	return judge(&task, &a, f, shell, out, err);
}

int lint_ask_shells(
	struct engine *e, const struct lint_files *files, struct lint *out, struct err *err)
{
	size_t asked = 0;

	/* Scripts in those are their vendor's. */
	if (lint_is_packets(files))
		return 0;
	VEC_FOR (const struct lint_file, f, &files->of) {
		const char *shell = f->type == LINT_FILE && f->read ? lint_shell(f) : NULL;

		if (!shell || memchr(f->text.s, 0, f->text.n) || asked++ >= SCRIPTS_MAX)
			continue;
		if (ask(e, f, shell, out, err) < 0)
			return err_at(err, "ask %s about %s", shell, f->path.s);
	}
	return 0;
}
