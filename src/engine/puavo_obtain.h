/* Installers from the servers of puavo.servers: fetched, verified, and only then looked into. */
#pragma once

#include "base/err.h"
#include "engine/installer_file.h"
#include "engine/session.h"
#include "model/puavo_spec.h"

struct obtained {
	struct looked looked;
	struct buf file; /* in the stage, with the root: NAME.tar.gz */
	struct buf server; /* where it is from */
};
void obtained_drop(struct obtained *o);

/* Appends the URL of what the line asks for. */
void puavo_url(struct span server, const struct puavo_line *line, struct buf *out);

/* Of the first server that has it, signed by its key, and that is what was asked for: the package's name, its version or
 * package-id. What is wrong with those before it is said. NEED_LOCK. */
MUST_USE int puavo_obtain(
	struct engine *e, const struct puavo_line *line, struct obtained *out, struct err *err);
/* Takes the file out of the stage again. */
MUST_USE int puavo_forget(struct engine *e, struct err *err);
