/* fardel: from argv to a command, and from its error to an exit status. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "cmd/ask.h"
#include "cmd/cmd.h"
#include "cmd/help.h"
#include "cmd/print.h"
#include "cmd/puavo.h"
#include "engine/engine.h"
#include "ext/json.h"

/* A file opened later must not become stdout by chance. What is written to a closed one fails, as
 * it should. */
static void open_standard_files(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (open("/dev/null", fd == 2 ? O_WRONLY : O_RDONLY) != fd)
			_exit(1);
	}
}

/* Where lines need not come one by one: few large writes, as a reader on the other side is woken by each. */
static void widen_output(void)
{
	static char buffer[1 << 16];

	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
}

/* What the caller ignored or blocked must not change what we do. A closed pipe and a file over its
 * limit are errors of the write, not a death in the middle of a change. */
static void reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The language of a person: the first of these that is set. */
static const char *language(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < COUNT(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return value;
	}
	return "";
}

static void look_at_terminal(struct run *run)
{
	const struct globals *g = &run->globals;
	const char *name = getenv("TERM");
	enum term_when color = g->plain ? TERM_NEVER : (enum term_when)g->color;
	struct progress *p = &run->progress;
	bool bars;

	run->term = term_look(color, getenv("NO_COLOR"), name);
	bars = run->term.err && name && *name && strcmp(name, "dumb") != 0 && !g->plain;
	p->term = run->term;
	p->may_ask = !g->no_input && !g->json && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	if (g->progress == PROGRESS_NEVER)
		p->style = PROGRESS_SILENT;
	else
		p->style = bars || g->progress == PROGRESS_ALWAYS ? PROGRESS_BARS : PROGRESS_LINES;
	if (g->quiet)
		p->level = g->quiet > 1 ? SAY_ERROR : SAY_WARN;
	else if (g->debug)
		p->level = SAY_DEBUG;
}

/* Appends an argument, without the user and password that a URL in it may hold. */
static void add_argument(struct buf *out, const char *argument)
{
	const char *host = strstr(argument, "://");
	const char *at = host ? strchr(host, '@') : NULL;

	if (at && host + 3 + strcspn(host + 3, "/?#") > at) {
		text_escape(out, (struct span){argument, (size_t)(host + 3 - argument)});
		argument = at + 1;
	}
	text_escape(out, span_of(argument));
}

/* What the fetch worker may know of the environment. */
struct proxies {
	struct buf texts[3];
	const char *list[4]; /* of those that are set, NULL-ended */
};

static void proxies_drop(struct proxies *p)
{
	for (size_t i = 0; i < COUNT(p->texts); i++)
		buf_drop(&p->texts[i]);
}

static void find_proxies(struct proxies *p)
{
	static const char *const names[] = {"http_proxy", "https_proxy", "no_proxy"};
	size_t n = 0;

	for (size_t i = 0; i < COUNT(names); i++) {
		const char *value = getenv(names[i]);

		p->texts[i] = BUF_INIT;
		if (!value || !*value)
			continue;
		buf_setf(&p->texts[i], "%s=%s", names[i], value);
		p->list[n++] = p->texts[i].s;
	}
	p->list[n] = NULL;
}

/* Puts the command's name in front of what went wrong, where the engine has not. */
static int name_command(const struct run *run, struct err *err)
{
	size_t n = strlen(run->cmd->name);
	bool is_named = strncmp(err->text, run->cmd->name, n) == 0 && strchr(": ", err->text[n]);

	if (err->code != ERR_FINDINGS && !is_named)
		err_at(err, "%s", run->cmd->name);
	return -1;
}

static int with_engine(struct run *run, const char *const *argv, struct err *err)
{
	AUTO(buf) command = BUF_INIT;
	AUTO(proxies) proxies;
	struct engine_options options = {
		.root = run->globals.root,
		.config_file = run->globals.config_file,
		.sets = &run->globals.sets,
		.proxies = proxies.list,
		.watch = &run->progress.watch,
	};
	int status;

	find_proxies(&proxies);
	buf_adds(&command, "fardel");
	for (; *argv; argv++) {
		buf_addc(&command, ' ');
		add_argument(&command, *argv);
	}
	options.command = command.s;
	if (engine_open(&options, run->cmd->need(run), &run->engine, err) < 0)
		return name_command(run, err);
	status = run_command(run, err);
	if (status < 0)
		name_command(run, err);
	engine_close(run->engine);
	run->engine = NULL;
	return status;
}

static int carry_out(struct run *run, const char *const *argv, struct err *err)
{
	if (run->globals.help || (!run->cmd && !run->globals.version)) {
		help_run(run);
		return 0;
	}
	if (run->globals.version) {
		if (run->json)
			json_put_text(run->json, "version", span_of(FARDEL_VERSION));
		else
			printf("fardel %s\n", FARDEL_VERSION);
		return 0;
	}
	if (run->cmd->need)
		return with_engine(run, argv, err);
	return run->cmd->run(run, err);
}

/* Where the command line could not be read: whether JSON was asked for. */
static bool asks_for_json(const char *const *argv)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++)
		if (strcmp(*argv, "--json") == 0)
			return true;
	return false;
}

/* What to do next; with another root, its commands are meant for that root. */
static void add_hint(const struct run *run, const struct err *err, struct buf *out)
{
	const char *at = err_hint(err), *found;

	for (; run->globals.root && (found = strstr(at, "fardel "));
		at = found + strlen("fardel ")) {
		buf_add(out, at, (size_t)(found - at));
		buf_adds(out, "fardel --root ");
		text_escape(out, span_of(run->globals.root));
		buf_addc(out, ' ');
	}
	buf_adds(out, at);
}

static struct json *json_of_error(const struct run *run, const struct err *err)
{
	AUTO(buf) hint = BUF_INIT;
	struct json *object = json_object(), *detail = json_array();
	struct span rest = span_of(err->detail), line;

	json_put_text(object, "code", span_of(err_name(err->code)));
	json_put_number(object, "exit", err_exit(err->code));
	json_put_text(object, "message", span_of(err->text));
	while (span_split(&rest, '\n', &line))
		json_append(detail, json_text(line));
	json_put(object, "detail", detail);
	add_hint(run, err, &hint);
	json_put(object, "next", hint.n ? json_text(buf_span(&hint)) : json_null());
	return object;
}

static void print_json(struct run *run, const struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	if (err->code != ERR_NONE)
		json_put(run->json, "error", json_of_error(run, err));
	json_format(run->json, &text);
	buf_addc(&text, '\n');
	print_out(&text);
}

/* "fardel: install zoom: fetch …: checksum mismatch", what stands below it, and what to do next. */
static void print_error(struct run *run, const struct err *err)
{
	bool color = run->term.color_err;
	AUTO(buf) hint = BUF_INIT;
	struct span rest = span_of(err->detail), line;

	progress_clear(&run->progress);
	if (err->code ==
		ERR_FINDINGS) { /* the findings are printed: only how many is left to say */
		fprintf(stderr, "%s\n", err->text);
		return;
	}
	fprintf(stderr, "%sfardel:%s %s\n", print_color(color, COLOR_RED),
		print_color(color, COLOR_NONE), err->text);
	while (span_split(&rest, '\n', &line))
		fprintf(stderr, "        %.*s\n", SPAN_ARG(line));
	add_hint(run, err, &hint);
	if (span_starts(buf_span(&hint), "see: "))
		fprintf(stderr, "        See: %s\n", hint.s + 5);
	else if (hint.n)
		fprintf(stderr, "        Next: %s\n", hint.s);
}

/* A full disk below stdout is an error like any other: -1, with why (ERR_NONE: the reader has gone, which needs no message). */
static int end_output(struct err *err)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

	err_clear(err);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	/* Which write failed, and why, is not known any more. */
	if (poll(&out, 1, 0) < 1 || !(out.revents & POLLERR))
		err_set(err, ERR_SYSTEM, "standard output could not be written to the end");
	return -1;
}

static int flush(struct run *run, int status)
{
	struct err err;

	if (end_output(&err) == 0)
		return status;
	if (err.code != ERR_NONE)
		print_error(run, &err);
	return status ? status : 1;
}

static int finish(struct run *run, const struct err *err)
{
	int status;

	progress_clear(&run->progress);
	if (run->json)
		print_json(run, err);
	status = flush(run, err_exit(err->code));
	if (err->code != ERR_NONE)
		print_error(run, err);
	return status;
}

static void die_of(int number)
{
	reset_signals();
	signal(number, SIG_DFL);
	raise(number);
}

static bool is_puavo(const char *program)
{
	const char *slash = program ? strrchr(program, '/') : NULL;

	return program && strcmp(slash ? slash + 1 : program, "puavo-pkg") == 0;
}

/* The program by its other name: what it says, it says itself. */
static int as_puavo(const char *const *arguments)
{
	struct err err = ERR_INIT, writing;
	AUTO(proxies) proxies;
	int status;

	find_proxies(&proxies);
	status = puavo_main(arguments, proxies.list, &err);
	if (end_output(&writing) < 0) {
		if (writing.code != ERR_NONE)
			fprintf(stderr, "PUAVO-PKG ERROR: %s\n", writing.text);
		status = status ? status : 1;
	}
	if (err.code == ERR_SIGNAL && err.sys > 0)
		die_of(err.sys);
	return status;
}

int main(int argc, char **argv)
{
	static const char *const none[] = {NULL};
	const char *const *arguments = argc > 0 ? (const char *const *)argv + 1 : none;
	struct err err = ERR_INIT;
	struct run run;
	int status;

	open_standard_files();
	widen_output();
	reset_signals();
	umask(022);
	setlocale(LC_CTYPE, ""); /* sizes and times read the same everywhere */
	if (is_puavo(argc > 0 ? argv[0] : NULL))
		return as_puavo(arguments);
	run_init(&run, language());
	progress_init(&run.progress, stderr);
	ask_init(&run.progress);
	status = cmd_parse(&run, arguments, &err);
	look_at_terminal(&run);
	if (run.globals.json || (status < 0 && asks_for_json(arguments))) {
		run.json = json_object();
		json_put_number(run.json, "schema", 1);
		json_put(run.json, "command",
			run.cmd ? json_text(span_of(run.cmd->name)) : json_null());
	}
	if (status == 0)
		status = carry_out(&run, arguments, &err);
	if (status == 0)
		err_clear(&err);
	status = finish(&run, &err);
	run_drop(&run);
	if (err.code == ERR_SIGNAL && err.sys > 0)
		die_of(err.sys);
	return status;
}
