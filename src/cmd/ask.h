/* Questions at the terminal. */
#pragma once

#include "cmd/progress.h"

/* Has p's watch ask what the engine wants asked: what policy says, licences, and passwords. */
void ask_init(struct progress *p);

/* Prints the question, without a newline, and reads a line. Its first letter, small, 0: it is empty, or there is no more; -1:
 * nobody can be asked, and nothing was printed. */
int ask_letter(struct progress *p, const char *question);
/* 1 for y; 0 for all else; -1 as above. */
int ask_yes(struct progress *p, const char *question);
