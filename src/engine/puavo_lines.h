/* What one line of puavo-update does. */
#pragma once

#include "base/err.h"
#include "engine/engine.h"
#include "engine/session.h"
#include "model/puavo_spec.h"

struct update {
	struct engine *e;
	const struct puavo_options *options;
	const struct puavo_line *line;
	struct puavo_result *out;
	struct world world; /* as it is before the line */
	const struct bundle *current; /* the one in use; NULL: none */
	bool stuck; /* the state could not be written: no line can be done any more */
	bool unfetched; /* a download failed */
};

/* Does what u->line asks for, which is well-formed, and says in *u->out what came of it; its failure is the caller's to note. */
MUST_USE int puavo_line_do(struct update *u, struct err *err);
