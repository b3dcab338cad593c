/* What fardel and fardel-lua tell each other, as values and as JSON: the order that it is started with, what it asks, and what it is
 * answered. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/pack.h"

/* A folder or file that the script's functions may reach; of one in another the inner one counts. */
struct lua_place {
	const char *path; /* absolute; borrowed, as all texts here */
	bool write;
	bool system; /* all of the system: what only root may read of it is not read */
};

struct lua_limits {
	int64_t memory, output, file_size, total_size; /* bytes */
	int64_t cpu; /* seconds */
	int64_t files; /* that are made */
	int64_t open; /* descriptors */
};

struct lua_global {
	const char *name, *value;
};

/* The system that the package is for. */
struct lua_system {
	const char *architecture, *distribution, *release, *codename, *locale;
};

struct lua_order {
	const char *profile; /* "rules", "packets" */
	const char *phase;
	const char *script; /* its path */
	const char *name; /* what messages call it */
	const char *root; /* of the system that all paths but the script's are of; NULL: this one */
	const char *dir; /* where relative paths begin */
	const char *args[2]; /* NULL: none */
	bool direct; /* it works on the system itself, in no stage */
	bool check; /* it is compiled only, and nothing is run */
	VEC(struct lua_place) places;
	VEC(const char *) programs; /* that it may run */
	const char *package, *version, *id;
	struct lua_system system;
	struct lua_limits limits;
	VEC(struct lua_global) globals; /* of the profile packets */
};
void lua_order_drop(struct lua_order *o);
void lua_order_format(const struct lua_order *o, struct buf *out);

/* Reads a question: the file that is to be fetched, into what was initialised. ERR_WORKER: it is none; ERR_RULES, ERR_POLICY or
 * ERR_INSTALLER: the script wants what cannot be. */
MUST_USE int lua_question_parse(struct span text, struct pack *out, struct err *err);

/* Appends the answers: the file has come (its descriptor goes along), or why not. */
void lua_answer_file(int64_t size, const struct digest *sha256, struct buf *out);
void lua_answer_failure(const struct err *why, struct buf *out);
