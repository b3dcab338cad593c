/* The list of what a sparse file holds between its holes. It is right where it ascends, keeps within the
 * file, and has as many bytes as were stored: of others, readers make different files. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define HOLES_MAX 20000 /* pieces */

struct holes {
	int64_t real; /* the file's size */
	int64_t end, stored; /* of what came */
	int64_t count;
	bool closed; /* by a piece of no bytes */
	/* As text, a number a line: how many pieces there are, then where each is and how long. */
	int64_t left; /* numbers to come; -1: the first one is to come */
	int64_t number; /* as far as its digits came; -1: no digit came */
	int64_t at;
};

void holes_init(struct holes *h, int64_t real);

/* One more piece. */
bool holes_add(struct holes *h, int64_t at, int64_t n);

/* The next bytes of a list as text, which are taken off; with left 0 it has come to its end. */
bool holes_take(struct holes *h, struct span *bytes);
