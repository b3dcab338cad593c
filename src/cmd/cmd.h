/* A command: a row that says what it is called, what it takes, what it needs, and what it runs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/term.h"
#include "base/texts.h"
#include "base/vec.h"
#include "cmd/globals.h"
#include "cmd/opt.h"
#include "cmd/print.h"
#include "cmd/progress.h"
#include "engine/engine.h"
#include "ext/json.h"

/* One run of the program. */
struct run {
	const struct cmd *cmd; /* NULL: none was given */
	struct globals globals;
	void *own; /* the command's own options: its struct, filled by its rows */
	VEC(const char *) args;
	struct texts called; /* those that are packages, as the engine takes them */
	struct buf group; /* "cache", until the word behind it is known */
	const char *language; /* of the person: "fi_FI.UTF-8"; may be "" */
	struct term term;
	struct json *json; /* the answer with --json, else NULL; main prints it */
	struct progress progress; /* all that goes to stderr */
	struct engine *engine; /* NULL where the command has no `need` */
};

enum cmd_group { GROUP_PACKAGES, GROUP_REPOSITORIES, GROUP_CACHE, GROUP_SYSTEM, GROUPS };
extern const char *const cmd_group_titles[GROUPS];

#define ARGS_MANY 10000000U
#define ALIASES_MAX 2

struct cmd {
	const char *name; /* "install", "cache list" */
	/* Other names, in as many words as they like: "uninstall", "repo up". */
	const char *aliases[ALIASES_MAX + 1]; /* NULL-ended */
	const char *args; /* "FILE..."; "" : none */
	const char *summary; /* one line, with a capital, without a full stop */
	const char *text; /* a paragraph for help; may be NULL */
	enum cmd_group group;
	unsigned least, most; /* how many arguments */
	enum called called; /* its arguments, where they are packages */
	bool rest; /* behind the first one all are arguments, whatever they look like */
	const struct opt *opts;
	size_t opt_count;
	size_t opt_size; /* of the struct that the rows fill */
	/* What to open for it; NULL: nothing, not even the configuration. */
	enum need (*need)(const struct run *run);
	/* What rows cannot say about options and arguments (ERR_USAGE); may be NULL. */
	int (*check)(const struct run *run, struct err *err);
	int (*run)(struct run *run, struct err *err);
};

extern const struct cmd *const cmd_table[]; /* sorted by name, NULL-ended */

/* The usual needs. */
enum need need_nothing(const struct run *run);
enum need need_read(const struct run *run);
enum need need_change(const struct run *run); /* the lock; with --dry-run only reading */

void run_init(struct run *run, const char *language);
void run_drop(struct run *run);
enum form run_form(const struct run *run);
/* Runs its command, whose engine is open: its arguments may be typed as people do. */
MUST_USE int run_command(struct run *run, struct err *err);

/* By name or alias; NULL if there is none. */
const struct cmd *cmd_find(struct span name);
/* ERR_USAGE: there is no such command (or none of this name in the group), and the nearest. */
MUST_USE int cmd_unknown(const char *group, const char *name, struct err *err);
/* Whether there are commands of two words that begin with this one. */
bool cmd_is_group(struct span word);

/* Reads the command line (without the program's name) into *run, and checks what can be checked
 * without an engine. With --help or --version nothing is checked. */
MUST_USE int cmd_parse(struct run *run, const char *const *argv, struct err *err);

extern const struct cmd cmd_autoremove, cmd_build, cmd_cache_gc, cmd_cache_list, cmd_cache_verify,
	cmd_config_show, cmd_doctor, cmd_download, cmd_files, cmd_gc, cmd_help, cmd_history,
	cmd_hold, cmd_install, cmd_license, cmd_lint, cmd_list, cmd_log, cmd_lua, cmd_orphans,
	cmd_owns, cmd_prepare, cmd_preview, cmd_puavo_update, cmd_reconfigure, cmd_reinstall,
	cmd_remove, cmd_repo_add, cmd_repo_build, cmd_repo_disable, cmd_repo_enable,
	cmd_repo_export_tree, cmd_repo_import, cmd_repo_key, cmd_repo_list, cmd_repo_remove,
	cmd_repo_rotate, cmd_repo_show, cmd_repo_sign, cmd_repo_trust, cmd_repo_update, cmd_search,
	cmd_selftest, cmd_show, cmd_switch, cmd_unconfigure, cmd_undo, cmd_unhold, cmd_upgrade,
	cmd_verify, cmd_why;
