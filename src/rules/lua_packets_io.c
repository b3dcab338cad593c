/* io of the hooks of Packets' packages: files of their places, and what they say. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rules/args.h"
#include "rules/deeds.h"
#include "rules/lua_modules.h"

#define READ_MAX (64 << 20)
#define NUMBER_MAX 200

/* A file, which loops over its lines hold as well. */
struct file {
	struct lua_run *run;
	FILE *of; /* NULL: closed */
	int says; /* STDERR_FILENO: it is no file, but what is said; 0: it is one */
	unsigned holders;
};

static void file_drop(void *of)
{
	struct file *f = of;

	if (--f->holders)
		return;
	if (f->of)
		fclose(f->of);
	free(f);
}

static int file_of(
	struct script_call *c, const struct value_class *class, struct file **out, struct err *err)
{
	if (!c->count || c->args[0].kind != VALUE_HANDLE || c->args[0].handle.of_class != class)
		return err_set(err, ERR_FAILED, "a file is needed");
	*out = c->args[0].handle.of;
	if (!(*out)->of && !(*out)->says)
		return err_set(err, ERR_FAILED, "attempt to use a closed file");
	return 0;
}

/* --- Reading ---------------------------------------------------------------------------------------------- */

static void give(struct script_call *c, bool got, struct buf *text)
{
	args_give(c, got ? value_take(text) : VALUE_INIT);
}

static int read_line(struct script_call *c, FILE *f, bool whole, struct err *err)
{
	AUTO(buf) line = BUF_INIT;
	bool got = false;
	int byte;

	while ((byte = getc(f)) != EOF) {
		got = true;
		if (byte != '\n' || whole)
			buf_addc(&line, (char)byte);
		if (byte == '\n')
			break;
		if (line.n > READ_MAX)
			return err_set(err, ERR_FAILED, "a line of more than %d bytes", READ_MAX);
	}
	give(c, got, &line);
	return 0;
}

static int read_bytes(struct script_call *c, FILE *f, int64_t count, bool all, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	char chunk[8192];
	size_t n = 1;

	if (count < 0 || count > READ_MAX)
		return err_set(err, ERR_FAILED, "0 to %d bytes can be read", READ_MAX);
	while (n && (int64_t)text.n < count) {
		size_t room = (size_t)(count - (int64_t)text.n);

		n = fread(chunk, 1, room < sizeof(chunk) ? room : sizeof(chunk), f);
		buf_add(&text, chunk, n);
	}
	if (!count && !all) {
		int byte = getc(f);

		ungetc(byte, f);
		give(c, byte != EOF, &text);
		return 0;
	}
	give(c, all || text.n, &text);
	return 0;
}

static int read_number(struct script_call *c, FILE *f)
{
	char word[NUMBER_MAX + 1], *end;
	size_t n = 0;
	int byte;
	long long integer;
	double number;

	while ((byte = getc(f)) != EOF && isspace(byte))
		continue;
	for (; byte != EOF && n < NUMBER_MAX && (isalnum(byte) || strchr("+-.", byte));
		byte = getc(f))
		word[n++] = (char)byte;
	ungetc(byte, f);
	word[n] = 0;
	errno = 0;
	integer = strtoll(word, &end, 10);
	if (n && !*end && !errno) {
		args_give(c, value_integer(integer));
		return 0;
	}
	number = strtod(word, &end);
	args_give(c, n && !*end ? value_number(number) : VALUE_INIT);
	return 0;
}

static int read_by(struct script_call *c, FILE *f, const struct value *format, struct err *err)
{
	const char *name;

	if (format->kind == VALUE_INTEGER)
		return read_bytes(c, f, format->integer, false, err);
	if (format->kind != VALUE_TEXT)
		return err_set(
			err, ERR_FAILED, "a format is needed, this is %s", value_name(format));
	name = format->text.s + (format->text.s[0] == '*');
	switch (*name) {
	case 'l': return read_line(c, f, false, err);
	case 'L': return read_line(c, f, true, err);
	case 'a': return read_bytes(c, f, READ_MAX, true, err);
	case 'n': return read_number(c, f);
	default: return err_set(err, ERR_FAILED, "%s: no format", format->text.s);
	}
}

/* What formats ask for, from argument 1 on; without any a line. Nothing comes behind what is not there. */
static int read_all(struct script_call *c, FILE *f, struct err *err)
{
	if (c->count < 2)
		return read_line(c, f, false, err);
	for (size_t i = 1; i < c->count; i++) {
		if (read_by(c, f, &c->args[i], err) < 0)
			return -1;
		if (c->results.v[c->results.n - 1].kind == VALUE_NIL)
			break;
	}
	return 0;
}

/* --- Methods ---------------------------------------------------------------------------------------------- */

static const struct value_class file_class, lines_class;

static int fail(struct script_call *c, const char *what)
{
	AUTO(buf) text = BUF_INIT;

	buf_addf(&text, "[packets] %s failed\n%s", what, strerror(errno));
	args_give(c, VALUE_INIT);
	args_give(c, value_take(&text));
	return 0;
}

static void give_again(struct script_call *c, struct file *f)
{
	f->holders++;
	args_give(c, (struct value){.kind = VALUE_HANDLE, .handle = {&file_class, f}});
}

static int file_read(struct script_call *c, struct err *err)
{
	struct file *f = NULL;

	if (file_of(c, &file_class, &f, err) < 0)
		return -1;
	if (f->of)
		return read_all(c, f->of, err);
	args_give(c, VALUE_INIT);
	return 0;
}

/* As Lua writes them. */
static int format_words(const struct script_call *c, size_t from, struct buf *out, struct err *err)
{
	for (size_t i = from; i < c->count; i++)
		switch (c->args[i].kind) {
		case VALUE_TEXT: buf_add_span(out, buf_span(&c->args[i].text)); break;
		case VALUE_INTEGER: buf_addf(out, "%lld", (long long)c->args[i].integer); break;
		case VALUE_NUMBER: buf_addf(out, "%.14g", c->args[i].number); break;
		default:
			return err_set(err, ERR_FAILED, "texts and numbers are written, this is %s",
				value_name(&c->args[i]));
		}
	return 0;
}

static int file_write(struct script_call *c, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	struct file *f = NULL;

	if (file_of(c, &file_class, &f, err) < 0 || format_words(c, 1, &text, err) < 0)
		return -1;
	if (f->says) {
		if (lua_run_count_output(f->run, (int64_t)text.n, err) < 0)
			return -1;
		lua_run_pass(f->says, buf_span(&text));
	} else {
		if (lua_run_count_bytes(f->run, (int64_t)text.n, err) < 0)
			return -1;
		if (fwrite(text.s, 1, text.n, f->of) != text.n || fflush(f->of) != 0)
			return fail(c, "write");
	}
	give_again(c, f);
	return 0;
}

static int file_seek(struct script_call *c, struct err *err)
{
	static const char *const names[] = {"set", "cur", "end"};
	static const int from[] = {SEEK_SET, SEEK_CUR, SEEK_END};
	struct span name = SPAN("cur");
	int64_t offset = 0;
	struct file *f = NULL;
	size_t i = 0;

	if (file_of(c, &file_class, &f, err) < 0 ||
		(args_given(c, 1) && args_text(c, 1, "whence", &name, err) < 0) ||
		(args_given(c, 2) && args_integer(c, 2, "offset", &offset, err) < 0))
		return -1;
	while (i < COUNT(names) && !span_is_text(name, names[i]))
		i++;
	if (i == COUNT(names) || !f->of)
		return err_set(err, ERR_FAILED, "whence is set, cur or end, of a file");
	if (fseeko(f->of, (off_t)offset, from[i]) < 0)
		return fail(c, "seek");
	args_give(c, value_integer(ftello(f->of)));
	return 0;
}

static int file_close(struct script_call *c, struct err *err)
{
	struct file *f = NULL;
	int rc;

	if (file_of(c, &file_class, &f, err) < 0)
		return -1;
	rc = f->of ? fclose(f->of) : 0;
	f->of = NULL;
	if (rc != 0)
		return fail(c, "close");
	args_give(c, value_bool(true));
	return 0;
}

static int file_leave(struct script_call *c, struct err *err)
{
	struct file *f = c->count && c->args[0].kind == VALUE_HANDLE ? c->args[0].handle.of : NULL;

	return f && f->of ? file_close(c, err) : 0;
}

static int file_flush(struct script_call *c, struct err *err)
{
	struct file *f = NULL;

	if (file_of(c, &file_class, &f, err) < 0)
		return -1;
	give_again(c, f);
	return 0;
}

static int file_lines(struct script_call *c, struct err *err)
{
	struct file *f = NULL;

	if (file_of(c, &file_class, &f, err) < 0)
		return -1;
	if (c->count > 1)
		return err_set(err, ERR_FAILED, "lines takes no formats here");
	f->holders++;
	args_give(c, (struct value){.kind = VALUE_HANDLE, .handle = {&lines_class, f}});
	return 0;
}

static int lines_next(struct script_call *c, struct err *err)
{
	struct file *f = NULL;

	if (file_of(c, &lines_class, &f, err) < 0)
		return -1;
	return f->of ? read_line(c, f->of, false, err) : 0;
}

static int file_name(struct script_call *c, struct err *err)
{
	(void)err;
	args_give_text(c, SPAN("file"));
	return 0;
}

static const struct script_function file_functions[] = {{"close", file_close},
	{"flush", file_flush}, {"lines", file_lines}, {"read", file_read}, {"seek", file_seek},
	{"setvbuf", file_flush}, {"write", file_write}, {"__close", file_leave},
	{"__tostring", file_name}, {0}};
static const struct script_function lines_functions[] = {{"__call", lines_next}, {0}};
static const struct value_class file_class = {"file", file_functions, file_drop};
static const struct value_class lines_class = {"lines", lines_functions, file_drop};

/* --- io --------------------------------------------------------------------------------------------------- */

static const struct {
	const char *mode;
	int flags;
} modes[] = {
	{"r", O_RDONLY},
	{"w", O_WRONLY | O_CREAT | O_TRUNC},
	{"a", O_WRONLY | O_CREAT | O_APPEND},
	{"r+", O_RDWR},
	{"w+", O_RDWR | O_CREAT | O_TRUNC},
	{"a+", O_RDWR | O_CREAT | O_APPEND},
};

/* With a b in it or without. */
static bool is_mode(struct span word, const char *mode)
{
	AUTO(buf) plain = BUF_INIT;

	for (size_t i = 0; i < word.n; i++)
		if (word.s[i] != 'b' || i == 0)
			buf_addc(&plain, word.s[i]);
	return word.n < 4 && !strcmp(plain.s, mode);
}

static void give_file(struct script_call *c, FILE *of, int says)
{
	struct file *f = mem_zero(1, sizeof(*f));

	*f = (struct file){c->context, of, says, 1};
	args_give(c, (struct value){.kind = VALUE_HANDLE, .handle = {&file_class, f}});
}

static int refused(struct script_call *c, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	if (err->code == ERR_POLICY)
		return -1;
	if (err->code == ERR_UNSAFE)
		buf_adds(&text, "[packets] unsafe filepath");
	else
		buf_addf(&text, "[packets] open failed\n%s", err->text);
	err_clear(err);
	args_give(c, VALUE_INIT);
	args_give(c, value_take(&text));
	return 0;
}

static int io_open(struct script_call *c, struct err *err)
{
	struct span mode = SPAN("r");
	const char *path;
	size_t i = 0;
	FILE *of;
	int fd;

	if (args_given(c, 1) && args_text(c, 1, "mode", &mode, err) < 0)
		return -1;
	while (i < COUNT(modes) && !is_mode(mode, modes[i].mode))
		i++;
	if (i == COUNT(modes))
		return err_set(err, ERR_FAILED, "%.*s: no mode", SPAN_ARG(span_cut(mode, 0, 20)));
	if (args_path(c, 0, "path", &path, err) < 0)
		return refused(c, err);
	fd = deed_open(c->context, path, modes[i].flags, err);
	if (fd < 0)
		return refused(c, err);
	of = fdopen(fd, modes[i].mode);
	if (!of) {
		close(fd);
		return fail(c, "open");
	}
	give_file(c, of, 0);
	return 0;
}

static int io_write(struct script_call *c, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	if (format_words(c, 0, &text, err) < 0 ||
		lua_run_count_output(c->context, (int64_t)text.n, err) < 0)
		return -1;
	lua_run_pass(STDOUT_FILENO, buf_span(&text));
	give_file(c, NULL, STDOUT_FILENO);
	return 0;
}

/* There is no input. */
static int io_read(struct script_call *c, struct err *err)
{
	(void)err;
	args_give(c, VALUE_INIT);
	return 0;
}

static int io_type(struct script_call *c, struct err *err)
{
	const struct file *f;

	if (!c->count)
		return err_set(err, ERR_FAILED, "a value is needed");
	if (c->args[0].kind != VALUE_HANDLE || c->args[0].handle.of_class != &file_class) {
		args_give(c, VALUE_INIT);
		return 0;
	}
	f = c->args[0].handle.of;
	args_give_text(c, f->of || f->says ? SPAN("file") : SPAN("closed file"));
	return 0;
}

void lua_packets_streams(struct lua_run *run)
{
	struct file *f = mem_zero(1, sizeof(*f));

	*f = (struct file){run, NULL, STDERR_FILENO, 1};
	script_set(run->script, "io", "stderr",
		(struct value){.kind = VALUE_HANDLE, .handle = {&file_class, f}});
}

const struct script_function lua_packets_io[] = {
	{"open", io_open}, {"read", io_read}, {"type", io_type}, {"write", io_write}, {0}};
