/* Reading a shell script's characters, for model/shell: tokens, and what stands in words. */
#pragma once

#include "model/shell.h"

#define SHELL_DEPTH 24 /* of $( ) in each other; what is deeper is not looked into */

struct shell_reader {
	struct span text;
	size_t at;
	unsigned line;
	unsigned depth;
	size_t skip_from, skip_to; /* where lines of here-documents stand; none: both 0 */
	unsigned skip_lines;
	struct shell_script *out;
	size_t function; /* the one that is being read, from 1 on; 0: none */
	unsigned arm;
	/* Reads commands to the closing parenthesis, and that; model/shell's. */
	void (*commands)(struct shell_reader *r);
};

enum shell_token { SHELL_END, SHELL_NEWLINE, SHELL_OPERATOR, SHELL_WORD };

/* The next one. Of an operator *op is its text; of a word *word is filled (with what its kind is left to say), and *raw what
 * was written. */
enum shell_token shell_next(
	struct shell_reader *r, struct span *op, struct shell_word *word, struct span *raw);
/* The lines of a here-document that ends by a line `end`: they are passed over when their place comes. */
struct span shell_heredoc(struct shell_reader *r, struct span end, bool tabs);
void shell_extra(struct shell_reader *r, const char *what);
