/* Signed data, verified and unpacked by gpgv. */
#include "engine/signed.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/confine.h"
#include "engine/loop.h"
#include "model/signature.h"
#include "sys/fd.h"
#include "sys/file.h"

#define PROGRAM "/usr/bin/gpgv"
#define KEYRING_MAX (1 << 20)
#define STATUS_MAX (64 << 10)
#define TIMEOUT 60000 /* ms */

/* What gpgv is given, from descriptor 3 on. */
enum given { GIVEN_KEYRING, GIVEN_DATA, GIVEN_STATUS, GIVEN_WORDS, GIVENS };

struct given_files {
	int fds[GIVENS];
};

static void given_files_drop(struct given_files *g)
{
	for (size_t i = 0; i < GIVENS; i++)
		fd_drop(&g->fds[i]);
}

int signed_keyring(const struct engine *e, const char *path, struct buf *out, struct err *err)
{
	AUTO_FD fd = file_open_within(
		e->place.root.s, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		err_set(err, ERR_CONFIG, "the keyring %s is not there", path);
		return err_next(
			err, "put the server's public key there: gpg --export KEY >%s", path);
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "open the keyring %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_CONFIG, "the keyring %s is not a file", path);
	if (file_check_owner(fd, path, err) < 0 || file_read_fd(fd, KEYRING_MAX, out, err) < 0)
		return err_at(err, "the keyring %s", path);
	if (span_starts(buf_span(out), "-----BEGIN")) {
		err_set(err, ERR_CONFIG, "the keyring %s is text, which gpgv does not read", path);
		return err_next(err, "gpg --dearmor <%s >%s.gpg", path, path);
	}
	return 0;
}

/* A file that is nowhere, with that in it. */
static int make_file(struct span content, int *fd, struct err *err)
{
	*fd = memfd_create("fardel-signed", MFD_CLOEXEC);
	if (*fd < 0)
		return err_sys(err, "make a file in memory");
	return file_write_all(*fd, content.s, content.n, err);
}

static int make_files(struct span keyring, struct span data, struct given_files *g, struct err *err)
{
	struct span contents[GIVENS] = {keyring, data, SPAN(""), SPAN("")};

	for (size_t i = 0; i < GIVENS; i++)
		if (make_file(contents[i], &g->fds[i], err) < 0)
			return -1;
	return 0;
}

static int read_back(int fd, struct buf *out, struct err *err)
{
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "read what gpgv said");
	return file_read_fd(fd, STATUS_MAX, out, err);
}

static int start(struct engine *e, const struct given_files *g, int64_t max, int out,
	struct process *process, struct err *err)
{
	/* SHA-1 can be forged; so can what is signed by it. */
	const char *argv[] = {PROGRAM, "--status-fd", "5", "--logger-fd", "6", "--weak-digest",
		"SHA1", "--weak-digest", "RIPEMD160", "--keyring", "/dev/fd/3", "--output", "-",
		"--", "/dev/fd/4", NULL};
	const char *envp[] = {"LANG=C.UTF-8", "GNUPGHOME=/nonexistent", NULL};
	AUTO(readable) readable = {0};
	struct sandbox box;
	struct process_spec spec = {.program = PROGRAM,
		.argv = argv,
		.envp = envp,
		.output = out,
		.fds = g->fds,
		.fd_count = GIVENS,
		.hold = -1,
		.sandbox = &box};

	confine(e, CONFINE_VERIFY, &box);
	confine_readable(e, &readable);
	box.paths = readable.of.v;
	box.path_count = (unsigned)readable.of.n;
	box.limits.file_size = max;
	if (access(PROGRAM, X_OK) < 0 && errno == ENOENT) {
		err_set(err, ERR_FAILED, PROGRAM ", which verifies signatures, is not there");
		return err_next(err, "apt install gpgv");
	}
	if (process_start(&spec, process, err) < 0)
		return -1;
	confine_tell(e, process);
	return 0;
}

/* Only both count: how it ended, and what it said. */
static int judge(int status, const struct given_files *g, struct buf *key, struct err *err)
{
	AUTO(buf) said = BUF_INIT;
	AUTO(buf) words = BUF_INIT;

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
		return err_set(err, ERR_CHECKSUM, "what is signed is longer than is allowed");
	if (read_back(g->fds[GIVEN_STATUS], &said, err) < 0 ||
		read_back(g->fds[GIVEN_WORDS], &words, err) < 0)
		return -1;
	if (signature_judge(buf_span(&said), key, err) == 0) {
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			return 0;
		err_set(err, ERR_CHECKSUM, "gpgv failed (status %d)", status);
	}
	err_tail(err, words.s, words.n);
	return err_next(
		err, "ask who runs the server; the keys that are trusted are in the keyring");
}

int signed_unpack(struct engine *e, struct span keyring, struct span data, int64_t max, int out,
	struct buf *key, struct err *err)
{
	AUTO(given_files) g = {{-1, -1, -1, -1}};
	AUTO(task) task = TASK_INIT;

	if (make_files(keyring, data, &g, err) < 0 ||
		start(e, &g, max, out, &task.process, err) < 0)
		return -1;
	task.deadline = engine_ms() + TIMEOUT;
	task.running = true;
	if (loop_finish(&task, err) < 0)
		return task.err.code == ERR_NONE ? -1 : err_copy(err, &task.err);
	return judge(task.status, &g, key, err);
}
