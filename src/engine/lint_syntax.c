/* lint: what is said of a script's syntax by what runs it: a shell with -n, or fardel-lua, which then only compiles. It is confined as a
 * worker is. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/confine.h"
#include "engine/lint.h"
#include "engine/loop.h"
#include "engine/rules_lua.h"
#include "sys/fd.h"
#include "sys/file.h"

#define TIMEOUT 20000 /* ms */
#define WORDS_MAX 4096 /* of what is said: its first line is told */
#define SCRIPTS_MAX 40 /* of one installer */
#define SCRIPT "/dev/fd/5"
#define CALLED "script" /* by fardel-lua */
#define LUA_MEMORY (256 << 20)

/* Who is asked. */
struct reader {
	const char *shell; /* "sh"; NULL: fardel-lua */
	struct buf program;
};

static void reader_drop(struct reader *r)
{
	buf_drop(&r->program);
}

/* What is given as 3, 4 and 5, and a place for what is said: files that are nowhere. */
enum { GIVEN_SOCKET, GIVEN_ORDER, GIVEN_SCRIPT, GIVEN, SAID = GIVEN, FILES };
struct asking {
	int fds[FILES];
};
#define ASKING_INIT \
	{ \
		{ \
			-1, -1, -1, -1 \
		} \
	}

static void asking_drop(struct asking *a)
{
	for (size_t i = 0; i < COUNT(a->fds); i++)
		fd_drop(&a->fds[i]);
}

static int make_order(struct err *err)
{
	AUTO(lua_order)
	o = {.profile = "rules",
		.check = true,
		.script = SCRIPT,
		.name = CALLED,
		.dir = "/",
		.limits = {.memory = LUA_MEMORY}};

	return rules_lua_order(&o, err);
}

static int make_file(struct err *err)
{
	int fd = memfd_create("fardel-lint", MFD_CLOEXEC);

	return fd < 0 ? err_sys(err, "make a file in memory") : fd;
}

/* By it fardel-lua sees that it is run by fardel. Nobody is at its other end. */
static int make_socket(struct err *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, "make a socket");
	close(pair[0]);
	return pair[1];
}

static int make_files(const struct reader *r, struct span text, struct asking *a, struct err *err)
{
	a->fds[GIVEN_SOCKET] = make_socket(err);
	a->fds[GIVEN_ORDER] = r->shell ? make_file(err) : make_order(err);
	a->fds[GIVEN_SCRIPT] = make_file(err);
	a->fds[SAID] = make_file(err);
	for (size_t i = 0; i < COUNT(a->fds); i++)
		if (a->fds[i] < 0)
			return -1;
	return file_write_all(a->fds[GIVEN_SCRIPT], text.s, text.n, err);
}

static int start(struct engine *e, const struct reader *r, const struct asking *a,
	struct process *process, struct err *err)
{
	const char *argv[] = {r->program.s, r->shell ? "-n" : NULL, SCRIPT, NULL};
	const char *envp[] = {"LANG=C.UTF-8", "PATH=/nonexistent", NULL};
	AUTO(readable) readable = {0};
	struct sandbox box;
	struct process_spec spec = {.program = r->program.s,
		.argv = argv,
		.envp = envp,
		.output = a->fds[SAID],
		.fds = a->fds,
		.fd_count = GIVEN,
		.hold = -1,
		.sandbox = &box};

	confine(e, CONFINE_SYNTAX, &box);
	confine_readable(e, &readable);
	*vec_push(&readable.of) =
		(struct landlock_path){r->program.s, -1, LANDLOCK_READ | LANDLOCK_EXECUTE};
	box.paths = readable.of.v;
	box.path_count = (unsigned)readable.of.n;
	if (process_start(&spec, process, err) < 0)
		return -1;
	confine_tell(e, process);
	return 0;
}

/* "/dev/fd/5: 12: Syntax error: …" of dash, "/dev/fd/3: line 12: …" of bash, "script:12: …" of fardel-lua. */
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
	const char *name, struct lint *out, struct err *err)
{
	char words[WORDS_MAX];
	struct span rest, said = SPAN("");
	unsigned line;
	ssize_t n;

	if (WIFEXITED(task->status) && WEXITSTATUS(task->status) == 0)
		return 0;
	/* bash shows the line that it stumbles over, however long. */
	n = pread(a->fds[SAID], words, sizeof(words), 0);
	if (n < 0)
		return err_sys(err, "read what %s said", name);
	rest = (struct span){words, (size_t)n};
	while (!said.n && span_split(&rest, '\n', &said))
		said = span_trim(said);
	line = take_line(&said);
	/* At the bound of its output, it has said the beginning. */
	if (WIFSIGNALED(task->status) && !(WTERMSIG(task->status) == SIGXFSZ && said.n))
		lint_add(out, "syntax", buf_span(&f->path), line, "%s ended by signal %d over it",
			name, WTERMSIG(task->status));
	else
		lint_add(out, "syntax", buf_span(&f->path), line, "%s: %.*s", name,
			SPAN_ARG(span_cut(said, 0, 300)));
	return 0;
}

static int ask(struct engine *e, const struct lint_file *f, const char *shell, struct lint *out,
	struct err *err)
{
	AUTO(asking) a = ASKING_INIT;
	AUTO(task) task = TASK_INIT;
	AUTO(reader) r = {shell, BUF_INIT};
	const char *name = shell ? shell : "Lua";

	if (shell)
		buf_addf(&r.program, "/bin/%s", shell);
	else
		buf_addf(&r.program, "%s/fardel-lua", e->libexec.s);
	if (shell && access(r.program.s, X_OK) < 0)
		return 0;
	if (make_files(&r, buf_span(&f->text), &a, err) < 0 ||
		start(e, &r, &a, &task.process, err) < 0)
		return -1;
	task.deadline = engine_ms() + TIMEOUT;
	task.running = true;
	if (loop_finish(&task, err) < 0) {
		if (task.err.code != ERR_TIMEOUT)
			return task.err.code == ERR_NONE ? -1 : err_copy(err, &task.err);
		lint_add(out, "not-looked-into", buf_span(&f->path), 0, "%s takes too long over it",
			name);
		err_clear(err);
		return 0;
	}
	return judge(&task, &a, f, name, out, err);
}

/* The shell that is asked, and whether anybody is. */
static bool find_reader(
	const struct lint_files *files, const struct lint_file *f, const char **shell)
{
	*shell = NULL;
	if (f->type != LINT_FILE || !f->read)
		return false;
	if (lint_runs_lua(files, f))
		return true;
	/* Other scripts in packages of Packets are their vendor's. */
	*shell = lint_is_packets(files) ? NULL : lint_shell(f);
	return *shell && !memchr(f->text.s, 0, f->text.n);
}

int lint_ask_syntax(
	struct engine *e, const struct lint_files *files, struct lint *out, struct err *err)
{
	size_t asked = 0;

	VEC_FOR (const struct lint_file, f, &files->of) {
		const char *shell;

		if (asked >= SCRIPTS_MAX || !find_reader(files, f, &shell))
			continue;
		asked++;
		if (ask(e, f, shell, out, err) < 0)
			return err_at(err, "ask %s about %s", shell ? shell : "Lua", f->path.s);
	}
	return 0;
}
