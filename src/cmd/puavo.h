/* The program as puavo-pkg: that tool's command line, streams and exit statuses over our engine. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* A command, as its manual page prints it; false: there is no i-th one. */
struct puavo_row {
	const char *name, *args, *help;
};
bool puavo_row(size_t i, struct puavo_row *row);

/* Does what the arguments (without the program's name, NULL-ended) ask for and says all that is to be said. Gives the exit
 * status; err->code is ERR_SIGNAL where the caller is to die of err->sys. `proxies` as in struct engine_options. */
int puavo_main(const char *const *arguments, const char *const *proxies, struct err *err);
