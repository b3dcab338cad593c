/* Help, printed from the rows of commands and options. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "cmd/cmd.h"

/* What fardel prints without a command: the commands; with `full`, the global options too. */
void help_all(struct buf *out, bool full);
void help_command(struct buf *out, const struct cmd *cmd);
void help_group(struct buf *out, const char *group); /* the commands that begin with "GROUP " */

/* Help for what the run names (--help): its command, its group, or all; or, without a command, the
 * short one. */
void help_run(struct run *run);
/* Prints text as data: on stdout, or into the JSON answer. */
void help_print(struct run *run, const struct buf *text);
