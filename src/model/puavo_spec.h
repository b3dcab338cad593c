/* What a fleet wants of its packages: lines of NAME ACTION[:VERSION], as puavo-pkg-update has them. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

#define PUAVO_SPEC_MAX (1 << 20) /* bytes of all lines */

enum puavo_action {
	PUAVO_DO_NOTHING,
	PUAVO_EXTRACT,
	PUAVO_INSTALL, /* "latest", too */
	PUAVO_PREPARE,
	PUAVO_REMOVE,
	PUAVO_SWITCH, /* a name alone: what the system image has */
	PUAVO_ACTIONS,
};
const char *puavo_action_name(enum puavo_action action); /* "install" */

enum puavo_which {
	PUAVO_LATEST, /* of remove: whichever */
	PUAVO_NUMBER, /* `version` is a whole number */
	PUAVO_ID, /* `version` is a package-id: 32 hex digits, in small letters */
};

struct puavo_line {
	unsigned number; /* of the line, from 1 */
	struct buf name; /* or what stands in its place */
	enum puavo_action action;
	enum puavo_which which;
	struct buf version; /* empty: none */
	struct buf why; /* it is no such line; empty: it is one */
};

struct puavo_spec {
	VEC(struct puavo_line) of;
};
#define PUAVO_SPEC_INIT ((struct puavo_spec){0})
void puavo_spec_drop(struct puavo_spec *s);

/* Reads all lines; empty ones, and those that begin with #, are passed over. A line that is malformed, or whose name came
 * before, says why, and is no reason to leave the others. ERR_CONFIG: too many bytes, or lines (10,000). */
MUST_USE int puavo_spec_parse(struct span text, struct puavo_spec *out, struct err *err);
