/* A shell script as the commands that it has: enough of its grammar to tell what is called with what, and where. Nothing is
 * run or expanded. Whatever the text is, time and memory are in proportion to its length. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"

/* The phases of rules, as bits. */
enum shell_phase {
	SHELL_DOWNLOAD = 1,
	SHELL_UNPACK = 2,
	SHELL_CONFIGURE = 4,
	SHELL_UNCONFIGURE = 8,
	SHELL_ANY = 15,
};

enum shell_kind {
	SHELL_ARGUMENT, /* the first is the command's name */
	SHELL_ASSIGNMENT, /* NAME=VALUE before it */
	SHELL_INPUT, /* what stands behind < */
	SHELL_OUTPUT, /* behind > and its like */
	SHELL_HEREDOC, /* the lines of one */
};

struct shell_word {
	enum shell_kind kind;
	struct buf
		text; /* without quotes; ${name} as $name, what else is computed as it is written */
	bool quoted; /* some of it was in quotes */
	bool literal; /* nothing in it is computed */
	unsigned line;
};

/* A simple command; also what stands between `for` and `do`, with the name "for". */
struct shell_command {
	VEC(struct shell_word) words;
	unsigned line;
	unsigned
		arm; /* phases that it is done in, as the arms of `case` around it say; 0: they do not */
	size_t function; /* whose body it is in, from 1 on; 0: none's */
	unsigned phases; /* what both come to */
	bool guarded; /* somebody looks whether it failed: if, while, !, && or || */
	bool chained; /* && stands behind it: what follows is not done when it fails */
	bool piped; /* the next one reads what it prints */
	bool reads; /* it reads what the one before prints */
};

struct shell_function {
	struct buf name;
	unsigned phases; /* that it is called in */
};

/* Something that POSIX's sh does not know. */
struct shell_extra {
	const char *what; /* "[[ ]]" */
	unsigned line;
};

struct shell_script {
	VEC(struct shell_command) commands; /* a command behind those in its $( ) */
	VEC(struct shell_function) functions;
	VEC(struct shell_extra) extras;
};
#define SHELL_SCRIPT_INIT ((struct shell_script){0})
void shell_script_drop(struct shell_script *s);

void shell_parse(struct span text, struct shell_script *out);

/* The nth argument; NULL: there are not so many. The 0th is the name, as written. */
const struct shell_word *shell_argument(const struct shell_command *c, size_t nth);
/* The phase of that name, 0: there is none. */
unsigned shell_phase(struct span name);
