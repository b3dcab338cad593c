/* apt-get, asked and run. */
#include "engine/apt.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/confine.h"
#include "engine/loop.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/process.h"

#define PROGRAM "/usr/bin/apt-get"
#define PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define SIMULATION_MS 120000
#define OUTPUT_MAX (16 << 20)
#define GRACE_MS 10000 /* to end by itself */
#define HEAR_MS 100 /* between looks at what it says */

struct words {
	VEC(const char *) of;
};

static void words_drop(struct words *w)
{
	vec_drop(&w->of);
}

static void add_words(struct words *w, const char *const *words)
{
	for (; *words; words++)
		*vec_push(&w->of) = *words;
}

/* The names, and the end. */
static void add_names(struct words *w, const struct texts *names)
{
	VEC_FOR (const struct buf, name, &names->of)
		*vec_push(&w->of) = name->s;
	*vec_push(&w->of) = NULL;
}

bool apt_is_there(const struct engine *e)
{
	return !e->place.root.n && access(PROGRAM, X_OK) == 0;
}

/* A file that is nowhere: daemons that are started meanwhile may keep it open as long as they like. */
static int make_output(struct err *err)
{
	int fd = memfd_create("fardel-apt", MFD_CLOEXEC);

	return fd < 0 ? err_sys(err, "make a file in memory") : fd;
}

static int read_output(int fd, struct buf *out, struct err *err)
{
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "read what apt-get said");
	return file_read_fd(fd, OUTPUT_MAX, out, err);
}

static int fail(
	const char *what, int status, enum err_code code, const struct buf *said, struct err *err)
{
	if (WIFSIGNALED(status))
		err_set(err, ERR_WORKER, "%s: it was killed by signal %d", what, WTERMSIG(status));
	else
		err_set(err, code, "%s (exit status %d)", what, WEXITSTATUS(status));
	err_tail(err, said->s, said->n);
	return -1;
}

/* --- asked --- */

static int start_simulation(
	struct engine *e, const struct texts *names, int output, struct task *task, struct err *err)
{
	/* Where it is any quieter, it does not say who stands in for a name. */
	static const char *const first[] = {PROGRAM, "-s", "-y", "--no-remove", "-o", "quiet=0",
		"-o", "quiet::NoUpdate=true", "install", NULL};
	const char *envp[] = {"LANG=C.UTF-8", PATH, NULL};
	AUTO(words) argv = {0};
	struct sandbox box;
	struct process_spec spec = {
		.program = PROGRAM, .envp = envp, .output = output, .hold = -1, .sandbox = &box};

	add_words(&argv, first);
	add_names(&argv, names);
	spec.argv = argv.of.v;
	confine(e, CONFINE_APT, &box);
	if (process_start(&spec, &task->process, err) < 0)
		return -1;
	confine_tell(e, &task->process);
	task->deadline = engine_ms() + SIMULATION_MS;
	task->running = true;
	return 0;
}

int apt_simulate(
	struct engine *e, const struct texts *names, struct apt_answer *out, struct err *err)
{
	AUTO(task) task = TASK_INIT;
	AUTO(buf) said = BUF_INIT;
	AUTO_FD output = make_output(err);

	*out = APT_ANSWER_INIT;
	if (output < 0 || start_simulation(e, names, output, &task, err) < 0)
		return -1;
	if (loop_finish(&task, err) < 0)
		return task.err.code == ERR_NONE ? -1 : err_copy(err, &task.err);
	if (read_output(output, &said, err) < 0)
		return -1;
	if (task.status != 0)
		return fail("apt-get cannot install it", task.status, ERR_CONFLICT, &said, err);
	if (!apt_read(buf_span(&said), out))
		return err_set(err, ERR_WORKER, "apt-get says what cannot be understood");
	return 0;
}

/* --- run --- */

/* Files of /etc that the admin has changed stay as they are; nobody is asked anything. */
static int start_install(struct engine *e, const struct texts *names, int output,
	struct process *process, struct err *err)
{
	static const char *const first[] = {PROGRAM, "-y", "-q", "--no-remove", "-o",
		"Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold", "-o",
		"Dpkg::Use-Pty=0", "-o", NULL};
	static const char *const environment[] = {
		"LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "HOME=/root", PATH, NULL};
	AUTO(buf) timeout = BUF_INIT;
	AUTO(words) argv = {0};
	AUTO(words) envp = {0};
	struct process_spec spec = {.program = PROGRAM, .output = output, .hold = -1};

	buf_addf(&timeout, "DPkg::Lock::Timeout=%" PRId64, e->config.lock_timeout);
	add_words(&argv, first);
	*vec_push(&argv.of) = timeout.s;
	if (e->offline)
		*vec_push(&argv.of) = "--no-download";
	*vec_push(&argv.of) = "install";
	add_names(&argv, names);
	add_words(&envp, environment);
	add_names(&envp, &e->proxies);
	spec.argv = argv.of.v;
	spec.envp = envp.of.v;
	return process_start(&spec, process, err);
}

/* What it says, as it says it. */
struct hearing {
	struct engine *e;
	int output;
	struct buf said; /* so far */
	size_t told; /* of it, by whole lines */
};

static void tell_line(struct hearing *h, size_t end)
{
	const struct event event = {.kind = WATCH_LIVE,
		.package = SPAN("apt-get"),
		.text = {h->said.s + h->told, end - h->told}};

	engine_event(h->e, &event);
	h->told = end + 1;
}

/* What is new of it goes to the log, and its lines to who watches. */
static void hear(struct hearing *h)
{
	char piece[4096];
	ssize_t n;

	while (h->said.n < OUTPUT_MAX &&
		(n = pread(h->output, piece, sizeof(piece), (off_t)h->said.n)) > 0) {
		log_output(&h->e->log, piece, (size_t)n);
		buf_add(&h->said, piece, (size_t)n);
	}
	for (size_t i = h->told; i < h->said.n; i++)
		if (h->said.s[i] == '\n')
			tell_line(h, i);
}

/* A last line may have no end. */
static void hear_out(struct hearing *h)
{
	hear(h);
	if (h->told < h->said.n)
		tell_line(h, h->said.n);
}

/* False: it still runs then. */
static bool ends_within(const struct process *process, int64_t ms, struct hearing *h)
{
	struct pollfd end = {.fd = process->status_fd, .events = POLLIN};
	int64_t until = engine_ms() + ms, left;

	while ((left = until - engine_ms()) > 0) {
		if (poll(&end, 1, left < HEAR_MS ? (int)left : HEAR_MS) > 0)
			return true;
		hear(h);
	}
	return false;
}

/* dpkg and what scripts of its packages wait for are of its process group; it is not reaped yet, so that is nobody else's. */
static void stop(const struct process *process, struct hearing *h)
{
	kill(-process->pid, SIGTERM);
	(void)ends_within(process, GRACE_MS, h);
	kill(-process->pid, SIGKILL);
}

static int fail_late(const struct engine *e, const struct buf *said, struct err *err)
{
	err_set(err, ERR_TIMEOUT,
		"apt-get could not install what it needs of Debian: it took more than %" PRId64
		" s, and was ended",
		e->config.apt_timeout);
	err_tail(err, said->s, said->n);
	return err_next(err,
		"see what it waited for, and let dpkg end what it began: dpkg --configure -a; "
		"more time: --set apt.timeout=SECONDS");
}

/* Daemons that its packages start are the system's: nobody ends them with what rules leave behind. */
static int run_install(
	struct hearing *h, const struct texts *names, int *status, bool *late, struct err *err)
{
	AUTO(process) process = PROCESS_INIT;
	int result;

	process_disown();
	result = start_install(h->e, names, h->output, &process, err);
	if (result == 0) {
		*late = !ends_within(&process, h->e->config.apt_timeout * 1000, h);
		if (*late)
			stop(&process, h);
		*status = process_end(&process);
		hear_out(h);
	}
	process_adopt();
	return result;
}

static int judge(const struct hearing *h, int status, bool late, struct err *err)
{
	if (late)
		return fail_late(h->e, &h->said, err);
	if (status == 0)
		return 0;
	return fail("apt-get could not install what it needs of Debian", status, ERR_FAILED,
		&h->said, err);
}

int apt_install(struct engine *e, const struct texts *names, struct err *err)
{
	AUTO_FD output = make_output(err);
	struct hearing h = {.e = e, .output = output, .said = BUF_INIT};
	int status = 0, result = -1;
	bool late = false;

	if (output >= 0 && run_install(&h, names, &status, &late, err) == 0)
		result = judge(&h, status, late, err);
	buf_drop(&h.said);
	return result;
}
