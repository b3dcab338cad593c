/* What the manual pages and the completions say of commands, options, exit statuses and keys: printed from the rows that the
 * program itself reads. */
#pragma once

#include "base/buf.h"
#include "cmd/cmd.h"

/* A command's page as scdoc. Of its prose (scdoc, too) what stands before the first heading belongs to the description; the
 * other sections follow those that the rows make. */
void page_command(const struct cmd *cmd, struct span prose, struct buf *out);

/* Pieces of other pages, as scdoc. */
void page_commands(struct buf *out);
void page_options(struct buf *out);
void page_exit_codes(struct buf *out);
void page_keys(struct buf *out);
void page_puavo(struct buf *out); /* the commands of puavo-pkg */

/* What can be completed, in words that the three scripts know: "file", "folder", "name", "repository", "transaction", "command", "policy",
 * "lint", "key", and "=WORD" for the word itself; a blank before each. Of an option's value, and of what may stand at the places of a
 * command's arguments, a slash between places: of "[show N]" " =show/ transaction". */
void words_of_option(const struct opt *o, struct buf *out);
void words_of_arguments(const struct cmd *cmd, struct buf *out);

/* The tables of a shell's completion. */
void bash_tables(struct buf *out);
void zsh_tables(struct buf *out);
void fish_tables(struct buf *out);

/* Lists of words, a blank between them: the keys of the configuration, and the policy's ids that --allow takes. */
void words_of_keys(struct buf *out);
void words_of_ids(struct buf *out);
void words_of_lint_ids(struct buf *out); /* what lint looks for */
