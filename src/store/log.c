/* The log of a transaction. */
#include "store/log.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/tree.h"

#define LOG_MAX (64 << 20)

int log_open(const struct place *p, int64_t number, bool more, struct log *out, struct err *err)
{
	AUTO(buf) name = BUF_INIT;
	AUTO_FD dir = place_make(p, PLACE_LOG, 0755, err);

	*out = LOG_INIT;
	if (dir < 0)
		return -1;
	buf_addf(&name, "%lld.log", (long long)number);
	out->fd = file_open(
		dir, name.s, O_WRONLY | O_CREAT | O_APPEND | (more ? 0 : O_TRUNC), 0644, err);
	return out->fd < 0 ? -1 : 0;
}

void log_drop(struct log *l)
{
	fd_drop(&l->fd);
}

static void write_text(struct log *l, const void *bytes, size_t n)
{
	struct err ignored = ERR_INIT;

	if (l->fd >= 0 && file_write_all(l->fd, bytes, n, &ignored) < 0)
		fd_drop(&l->fd); /* a full disk must not stop a removal */
}

void log_line(struct log *l, const char *format, ...)
{
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) line = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	text_time_iso(&line, (int64_t)time(NULL));
	buf_addc(&line, ' ');
	text_escape(&line, buf_span(&text));
	buf_addc(&line, '\n');
	write_text(l, line.s, line.n);
}

void log_output(struct log *l, const void *bytes, size_t n)
{
	write_text(l, bytes, n);
}

int log_read(const struct place *p, int64_t number, struct buf *out, struct err *err)
{
	AUTO(buf) name = BUF_INIT;
	AUTO_FD dir = place_open_if(p, PLACE_LOG, err);

	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	buf_addf(&name, "%lld.log", (long long)number);
	return file_read(dir, name.s, LOG_MAX, out, err);
}

static int trim_entry(void *arg, const struct tree_entry *e, struct err *err)
{
	const int64_t *first = arg;
	struct span name = span_of(e->name);
	unsigned long long number;

	(void)err;
	if (S_ISREG(e->st->st_mode) && span_ends(name, ".log") &&
		span_number(span_cut(name, 0, name.n - 4), INT64_MAX, &number) &&
		(int64_t)number < *first)
		unlinkat(e->parent, e->name, 0);
	return 1;
}

int log_trim(const struct place *p, int64_t first, struct err *err)
{
	AUTO_FD dir = place_open_if(p, PLACE_LOG, err);

	if (dir < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return tree_walk(dir, trim_entry, &first, err);
}
