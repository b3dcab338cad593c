/* Errors: a code for machines, a path of causes for people. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#define TAIL_LINES 8

static const struct {
	int status;
	const char *name;
	const char *text;
	const char *hint;
} codes[] = {
#define ERR_ROW(id, status, name, text, hint) [id] = {status, name, text, hint},
	ERR_CODES(ERR_ROW)
#undef ERR_ROW
};

/* What may be wanting, and the way out; full file systems have a code of their own. */
static const struct {
	int sys;
	const char *hint;
} wants[] = {
	{ENOSPC, ""},
	{EDQUOT, ""},
	{EAGAIN,
		"end other programs, or raise the limit of processes; then run the same command again"},
	{ENOMEM, "free memory, then run the same command again"},
	{EMFILE, "raise the limit of open files (ulimit -n), then run the same command again"},
	{ENFILE,
		"raise the limit of open files (sysctl fs.file-max), then run the same command again"},
	{EROFS, "make that file system writable, then run the same command again"},
	{EIO, "see the kernel's log (dmesg): the disk or its file system fails"},
	{EINTR, "run the same command again"},
};

const struct exit_row exit_table[] = {
	{0, "done"},
	{1, "error; also findings of doctor and cache verify, and a question answered with no"},
	{2, "network failure"},
	{3, "no such package"},
	{4, "application in use"},
	{5, "verification failed (checksum, signature)"},
	{6, "some items failed, others done"},
	{7, "lock held"},
	{8, "changes pending (--check)"},
	{9, "licence not accepted"},
	{10, "refused by policy"},
	{11, "conflict or unsolvable"},
	{12, "input needed"},
	{64, "usage"},
};
const unsigned exit_count = COUNT(exit_table);

/* Formats, escapes what is not printable, and cuts to size at a whole character. */
static void put(char *to, size_t size, const char *format, va_list args)
{
	AUTO(buf) raw = BUF_INIT;
	AUTO(buf) safe = BUF_INIT;

	buf_addv(&raw, format, args);
	text_escape(&safe, buf_span(&raw));
	if (safe.n >= size) {
		size_t n = size - 4;

		while (n && ((unsigned char)safe.s[n] & 0xc0) == 0x80)
			n--;
		memcpy(to, safe.s, n);
		memcpy(to + n, "...", 4);
		return;
	}
	memcpy(to, safe.s, safe.n + 1);
}

int err_set(struct err *err, enum err_code code, const char *format, ...)
{
	va_list args;

	*err = (struct err){.code = code};
	va_start(args, format);
	put(err->text, sizeof(err->text), format, args);
	va_end(args);
	return -1;
}

int err_sys(struct err *err, const char *format, ...)
{
	int saved = errno;
	AUTO(buf) text = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	err_set(err, saved == ENOSPC || saved == EDQUOT ? ERR_NO_SPACE : ERR_SYSTEM, "%s: %s",
		text.s, strerror(saved));
	err->sys = saved;
	return -1;
}

int err_at(struct err *err, const char *format, ...)
{
	AUTO(buf) whole = BUF_INIT;
	char context[sizeof(err->text)];
	size_t room = sizeof(context) / 2, n = strlen(err->text), most;
	const char *text = err->text;
	va_list args;

	/* Long contexts are cut, so that the cause, which is the last, stays whole. */
	if (n < room)
		room = sizeof(context) - n - 2;
	va_start(args, format);
	put(context, room, format, args);
	va_end(args);
	most = sizeof(err->text) - strlen(context) - sizeof(": ");
	if (n > most)
		text += n - most + strlen("...");
	while (((unsigned char)*text & 0xc0) == 0x80)
		text++;
	buf_addf(&whole, "%s: %s%s", context, n > most ? "..." : "", text);
	memcpy(err->text, whole.s, whole.n + 1);
	return -1;
}

int err_detail(struct err *err, const char *format, ...)
{
	size_t n = strlen(err->detail);
	va_list args;

	if (n + 8 >= sizeof(err->detail))
		return -1;
	va_start(args, format);
	put(err->detail + n, sizeof(err->detail) - n - 1, format, args);
	va_end(args);
	strcat(err->detail, "\n");
	return -1;
}

void err_tail(struct err *err, const char *text, size_t n)
{
	struct span rest = {text, n}, line;
	size_t lines = 0, skip;

	while (rest.n && (rest.s[rest.n - 1] == '\n'))
		rest.n--;
	for (size_t i = 0; i < rest.n; i++)
		lines += rest.s[i] == '\n';
	skip = lines + 1 > TAIL_LINES ? lines + 1 - TAIL_LINES : 0;
	while (span_split(&rest, '\n', &line)) {
		if (skip)
			skip--;
		else
			err_detail(err, "| %.*s", SPAN_ARG(span_cut(line, 0, 400)));
	}
}

int err_next(struct err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put(err->next, sizeof(err->next), format, args);
	va_end(args);
	return -1;
}

struct err *err_keep(const struct err *err)
{
	struct err *kept = mem_alloc(sizeof(*kept));

	*kept = *err;
	return kept;
}

int err_copy(struct err *err, const struct err *from)
{
	*err = *from;
	return -1;
}

void err_clear(struct err *err)
{
	*err = ERR_INIT;
}

int err_exit(enum err_code code)
{
	return codes[code].status;
}

const char *err_name(enum err_code code)
{
	return codes[code].name;
}

/* Its place in the table, -1 if it is not there. */
static int find_want(const struct err *err)
{
	for (size_t i = 0; i < COUNT(wants) && err->code != ERR_SIGNAL; i++)
		if (err->sys == wants[i].sys)
			return (int)i;
	return -1;
}

const char *err_hint(const struct err *err)
{
	int want = find_want(err);

	if (err->next[0])
		return err->next;
	return want >= 0 && wants[want].hint[0] ? wants[want].hint : codes[err->code].hint;
}

bool err_may_pass(const struct err *err)
{
	return find_want(err) >= 0;
}
