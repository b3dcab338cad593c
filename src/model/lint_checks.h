/* The checks of lint, by what they look at; for model/lint. */
#pragma once

#include "model/installer.h"
#include "model/lint.h"
#include "model/shell.h"

/* Formats 1 and 2: the facts. */
void lint_facts(const struct lint_files *files, struct lint *out);
/* Format 3: manifest.toml, and what rules.lua makes of it. */
void lint_manifest(const struct lint_files *files, struct lint *out);
void lint_lua(const struct lint_files *files, const struct lint_file *f, struct lint *out);
/* Packages of Packets. */
bool lint_is_hook(const struct lint_files *files, const struct lint_file *f);
void lint_packets(const struct lint_files *files, struct lint *out);
/* How the files of formats 1 to 3 are called, and those of all. */
void lint_names(const struct lint_files *files, struct lint *out);
void lint_leftovers(const struct lint_files *files, struct lint *out);
/* Reads the installer as install would, into *in, which was initialised; what is wrong with it is said. False: it is. */
bool lint_parse(const struct lint_files *files, struct installer *in, struct lint *out);
/* False: SPDX has no such id that is often met; *nearest is one that it has, or NULL. */
bool lint_is_licence(struct span id, const char **nearest);
/* A program's path that something makes. */
void lint_note(struct lint *out, struct span path, struct span file, unsigned line);
/* How the file begins, as the kernel and the shell see it. */
void lint_head(const struct lint_files *files, const struct lint_file *f, struct lint *out);
void lint_script(const struct lint_files *files, const struct lint_file *f, struct lint *out);

/* One script, as checks of commands see it. */
struct lint_shell {
	const struct lint_files *files;
	const struct lint_file *file;
	const struct shell_script *script;
	bool posix; /* for #!/bin/sh */
	bool is_rules;
	bool set_e, set_u;
	struct lint *out;
};
void lint_commands(const struct lint_shell *s);
/* Links that are made and not taken back, and what is made in /usr/bin. */
void lint_links(const struct lint_shell *s);

/* The last part of a path. */
struct span lint_base(struct span path);
bool lint_contains(struct span text, const char *part);
/* Whether an argument is that option: one letter among others ("-rf"), or a word ("--recursive"); either may be missing. */
bool lint_option(const struct shell_command *c, char letter, const char *word);
/* The command's name without its folder, past sudo, env, exec and the like; *first is the number of its argument. */
struct span lint_name(const struct shell_command *c, size_t *first);
