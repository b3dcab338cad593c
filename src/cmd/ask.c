/* Questions at the terminal: on stderr, answered by a line on stdin.
 *
 *	vendor-viewer: its licence (LicenseRef-vendor-eula) has to be accepted: file:///var/cache/fardel/licences/…/EULA.txt
 *	Accept it? [y/N, r to read it here] y
 *	hello: which one is meant?
 *	  1  app-x/hello
 *	  2  dev-x/hello
 *	Its number (nothing: none): 2
 */
#include "cmd/ask.h"

#include <errno.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "model/findings.h"

#define PASSWORD_MAX 1024 /* as minisign */

/* One line, byte by byte: what is typed ahead is somebody else's. */
static int read_letter(void)
{
	int first = 0;
	char c;

	for (;;) {
		ssize_t n = read(STDIN_FILENO, &c, 1);

		/* A signal that asks us to stop is seen by who asked. */
		if (n <= 0)
			return n < 0 && errno == EINTR ? 0 : first;
		if (c == '\n')
			return first;
		if (!first && c != ' ' && c != '\t')
			first = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
	}
}

int ask_letter(struct progress *p, const char *question)
{
	if (!p->may_ask)
		return -1;
	progress_clear(p);
	fputs(question, p->to);
	fflush(p->to);
	return read_letter();
}

int ask_yes(struct progress *p, const char *question)
{
	int letter = ask_letter(p, question);

	return letter < 0 ? -1 : letter == 'y';
}

static int on_findings(struct watch *watch, struct span package, const struct findings *findings)
{
	struct progress *p = (struct progress *)watch;

	if (!p->may_ask)
		return -1;
	VEC_FOR (const struct finding, f, &findings->of) {
		AUTO(buf) text = BUF_INIT;

		if (f->severity != SEVERITY_ASK)
			continue;
		finding_format(f, &text);
		progress_say(p, SAY_ERROR, "%.*s: %s", SPAN_ARG(package), text.s);
	}
	return ask_yes(p, "Go on all the same? [y/N] ");
}

static void show_text(struct progress *p, struct span text)
{
	struct span line;

	while (span_split(&text, '\n', &line)) {
		AUTO(buf) safe = BUF_INIT;

		text_escape(&safe, line);
		fprintf(p->to, "%s\n", safe.s);
	}
}

static int on_licence(struct watch *watch, const struct watch_licence *l)
{
	struct progress *p = (struct progress *)watch;
	int letter;

	if (!p->may_ask)
		return -1;
	progress_say(p, SAY_ERROR, "%.*s: its licence%s%.*s%s has %s: %.*s", SPAN_ARG(l->package),
		l->spdx.n ? " (" : "", SPAN_ARG(l->spdx), l->spdx.n ? ")" : "",
		l->changed ? "changed, and has to be accepted again" : "to be accepted",
		SPAN_ARG(l->url));
	while ((letter = ask_letter(p, "Accept it? [y/N, r to read it here] ")) == 'r')
		show_text(p, l->text);
	return letter == 'y';
}

/* A line as it is; -1: there is no end of it, or it is longer than that. */
static int read_line(struct buf *out, size_t max)
{
	char c;

	buf_reserve(out, max); /* so that nothing of a password is left behind where it grows */
	for (;;) {
		ssize_t n = read(STDIN_FILENO, &c, 1);

		if (n <= 0 || out->n == max)
			return -1;
		if (c == '\n')
			return 0;
		buf_addc(out, c);
	}
}

static int on_password(struct watch *watch, struct span what, struct buf *out)
{
	struct progress *p = (struct progress *)watch;
	AUTO(buf) safe = BUF_INIT;
	struct termios before, hidden;
	int status;

	if (!p->may_ask || tcgetattr(STDIN_FILENO, &before) < 0)
		return -1;
	hidden = before;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	text_escape(&safe, what);
	progress_clear(p);
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) < 0)
		return -1;
	fprintf(p->to, "%s: ", safe.s);
	fflush(p->to);
	status = read_line(out, PASSWORD_MAX);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', p->to);
	return status;
}

#define ANSWER_MAX 16 /* bytes of a number */

static int on_choose(struct watch *watch, struct span what, const struct texts *of)
{
	struct progress *p = (struct progress *)watch;
	AUTO(buf) answer = BUF_INIT;
	unsigned long long number;

	if (!p->may_ask)
		return -1;
	progress_say(p, SAY_ERROR, "%.*s: which one is meant?", SPAN_ARG(what));
	for (size_t i = 0; i < of->of.n; i++)
		progress_say(p, SAY_ERROR, "  %zu  %s", i + 1, of->of.v[i].s);
	fputs("Its number (nothing: none): ", p->to);
	fflush(p->to);
	if (read_line(&answer, ANSWER_MAX) < 0 ||
		!span_number(span_trim(buf_span(&answer)), of->of.n, &number) || !number)
		return -1;
	return (int)number - 1;
}

void ask_init(struct progress *p)
{
	p->watch.choose = on_choose;
	p->watch.password = on_password;
	p->watch.ask = on_findings;
	p->watch.licence = on_licence;
}
