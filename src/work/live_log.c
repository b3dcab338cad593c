/* What fardel-live does for all stand-ins: notes what was asked, reads it again, runs the real program. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/effects.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "work/live.h"

static int failed(const struct live *l, const char *what, int error)
{
	fprintf(stderr, "%s: cannot be asked of the running system: %s: %s\n", l->name, what,
		strerror(error));
	return 1;
}

/* The log, locked; -1 with errno. */
static int open_log(int flags, struct stat *st)
{
	AUTO_FD fd = open(EFFECTS_LOG, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || fstat(fd, st) < 0)
		return -1;
	if (!S_ISREG(st->st_mode)) {
		errno = EINVAL;
		return -1;
	}
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return -1;
	/* Its size, when it is ours. */
	return fstat(fd, st) < 0 ? -1 : fd_take(&fd);
}

/* All of it, or nothing. */
static int append(const struct live *l, const struct buf *record)
{
	struct stat st;
	AUTO_FD fd = open_log(O_WRONLY | O_APPEND, &st);
	ssize_t n;

	if (fd < 0)
		return failed(l, EFFECTS_LOG, errno);
	if (st.st_size + (off_t)record->n > EFFECTS_LOG_MAX)
		return failed(l, EFFECTS_LOG, EFBIG);
	n = write(fd, record->s, record->n);
	if (n == (ssize_t)record->n)
		return 0;
	if (n >= 0)
		errno = ENOSPC;
	failed(l, EFFECTS_LOG, errno);
	if (n > 0 && ftruncate(fd, st.st_size) < 0)
		failed(l, EFFECTS_LOG, errno);
	return 1;
}

int live_note(const struct live *l, const char *const *words, size_t count)
{
	AUTO(buf) record = BUF_INIT;
	struct span spans[EFFECT_ARGS_MAX];

	if (count > EFFECT_ARGS_MAX)
		return failed(l, "its arguments", E2BIG);
	for (size_t i = 0; i < count; i++) {
		spans[i] = span_of(words[i]);
		if (spans[i].n > EFFECT_ARG_MAX)
			return failed(l, "an argument", E2BIG);
	}
	effects_record(&record, spans, count);
	return append(l, &record);
}

int live_note_call(const struct live *l)
{
	const char *words[EFFECT_ARGS_MAX];
	size_t count = (size_t)l->argc;

	if (count > EFFECT_ARGS_MAX)
		return failed(l, "its arguments", E2BIG);
	words[0] = l->name;
	for (size_t i = 1; i < count; i++)
		words[i] = l->argv[i];
	return live_note(l, words, count);
}

static void read_log(struct effects *out)
{
	AUTO(buf) text = BUF_INIT;
	struct err ignored = ERR_INIT;
	struct stat st;
	AUTO_FD fd = open_log(O_RDONLY, &st);

	if (fd < 0 || file_read_fd(fd, EFFECTS_LOG_MAX, &text, &ignored) < 0 ||
		effects_parse(out, EFFECT_CONFIGURE, buf_span(&text), &ignored) < 0)
		effects_drop(out);
}

bool live_is_started(const char *unit)
{
	static const char *const starts[] = {"start", "restart", "reload-or-restart"};
	AUTO(effects) noted = EFFECTS_INIT;
	bool started = false;

	read_log(&noted);
	VEC_FOR (const struct effect, effect, &noted.of) {
		if (effect->words.n != 3 || strcmp(effect->words.v[0].s, "systemctl") != 0 ||
			strcmp(effect->words.v[2].s, unit) != 0)
			continue;
		for (size_t i = 0; i < COUNT(starts); i++)
			started = started || strcmp(effect->words.v[1].s, starts[i]) == 0;
		started = started && strcmp(effect->words.v[1].s, "stop") != 0;
	}
	return started;
}

int live_real(const struct live *l, const char *file, char *const *argv)
{
	AUTO(buf) path = buf_of(EFFECTS_REAL);

	buf_add_path(&path, file);
	execv(path.s, argv);
	fprintf(stderr, "%s: cannot be run: %s: %s\n", l->name, path.s, strerror(errno));
	return 127;
}

int live_real_wait(const struct live *l, const char *file, char *const *argv)
{
	int status;
	pid_t child = fork();

	if (child < 0) {
		fprintf(stderr, "%s: cannot be run: %s\n", l->name, strerror(errno));
		return 127;
	}
	if (child == 0)
		_exit(live_real(l, file, argv));
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
