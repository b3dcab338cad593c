/* Lua 5.4, statically linked. Functions of ours are given values and give values: none of them sees a stack, and so none is left by
 * a jump while it holds something. Lua exports lua_…, so what is here is called script_…. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/span.h"
#include "base/value.h"

struct script; /* an interpreter with one program */

/* One call of a function of ours. */
struct script_call {
	void *context; /* script_setup's */
	const char *name; /* "fs.link", for errors */
	const struct value *args;
	size_t count;
	VEC(struct value) results; /* the script takes them */
};

/* What fails becomes an error of the script at the line that called it, which pcall can catch; but ERR_POLICY (a bound is broken) and
 * ERR_IN_USE end the run: script_setup's `end` is called. */
struct script_function {
	const char *name;
	int (*fn)(struct script_call *, struct err *);
};

/* Handles that scripts hold. A function whose name begins with "__" is what Lua does by itself. */
struct value_class {
	const char *name;
	const struct script_function *functions; /* the last one has no name */
	void (*drop)(void *of); /* when the script does not hold it any more */
};

struct script_setup {
	const char *name; /* what messages call it: "rules.lua" */
	size_t memory; /* bytes that it may take; 0: any */
	bool check; /* script_run only compiles, and nothing is run */
	bool full; /* all of the standard library, unconfined; else only what reaches nothing */
	void *context;
	/* What print and warn say. */
	void (*say)(void *context, struct span line);
	/* Ends the process: the text is "rules.lua:12: …". It must not return. */
	void (*end)(void *context, enum err_code code, const char *text);
};

/* The caller closes it; setup->name must outlive it. */
struct script *script_open(const struct script_setup *setup);
/* Runs finalizers, of a full one; what another one holds stays, for they might never end: the process is about to. NULL is fine. */
void script_close(struct script *s);

/* Adds functions to a module, which is made where there is none; NULL: to the globals. The last row has no name; rows outlive the
 * script. `module` is also what errors call them by. */
void script_define(struct script *s, const char *module, const struct script_function *rows);
/* Sets a field of a module, or a global; nil takes it away. Takes the value. */
void script_set(struct script *s, const char *module, const char *name, struct value v);

/* From now on what the module, or the table that it has by that name (NULL: the module), does not have is an error that names the nearest. */
void script_seal(struct script *s, const char *module, const char *table);

/* Compiles the text (never bytecode) and runs it with these arguments. What goes wrong is ERR_FAILED; the text begins with the
 * line, "rules.lua:12: ". */
MUST_USE int script_run(struct script *s, struct span text, const struct value *args, size_t count,
	struct err *err);
bool script_has(struct script *s, const char *function);
/* The script's own global function whose name is nearest to that, and near enough to be meant; NULL: none. It stays while that does. */
const char *script_near(struct script *s, const char *name);
MUST_USE int script_call(struct script *s, const char *function, const struct value *args,
	size_t count, struct err *err);

/* From a signal's handler: the next instruction calls `end` with the text. What is in a long function of Lua's own comes to
 * none for a long time; then script_where is all that can be had. */
void script_stop(struct script *s, const char *why);
/* "rules.lua:12" as far as it can be told, in a handler, too: reads only, but of what may be half changed. */
void script_where(struct script *s, char *out, size_t n);
