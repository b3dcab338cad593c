/* What the terminal can do. */
#include "base/term.h"

#include <langinfo.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int width_of(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col < 20)
		return 0;
	return size.ws_col;
}

static bool has_color(enum term_when when, bool tty, const char *no_color, const char *name)
{
	if (when != TERM_AUTO)
		return when == TERM_ALWAYS;
	return tty && !(no_color && *no_color) && name && *name && strcmp(name, "dumb") != 0;
}

struct term term_look(enum term_when color, const char *no_color, const char *name)
{
	struct term t = {
		.in = isatty(STDIN_FILENO),
		.out = isatty(STDOUT_FILENO),
		.err = isatty(STDERR_FILENO),
		.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
	};

	t.color_out = has_color(color, t.out, no_color, name);
	t.color_err = has_color(color, t.err, no_color, name);
	t.width = width_of(STDERR_FILENO);
	if (!t.width)
		t.width = width_of(STDOUT_FILENO);
	if (!t.width)
		t.width = 80;
	return t;
}
