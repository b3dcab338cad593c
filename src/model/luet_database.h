/* What `luet database get --files CATEGORY/NAME…` prints: each package as YAML, one behind the other without anything between, its list of files behind it. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "model/luet_definition.h"

#define LUET_DATABASE_MAX (512 << 20) /* bytes of all of it */
#define LUET_DATABASE_ONE_MAX (64 << 20) /* and of one package */

struct luet_installed {
	struct luet_definition definition;
	struct span text; /* the package without its files, as it was printed; borrowed */
	struct texts files; /* absolute; what is no path of a file is left out */
	bool has_files; /* the list was printed */
};
void luet_installed_init(struct luet_installed *p);
void luet_installed_drop(struct luet_installed *p);

/* Cuts the next package's text off; false: no more. */
bool luet_database_next(struct span *rest, struct span *package);
/* Into *out, which was initialised. ERR_INSTALLER. */
MUST_USE int luet_database_parse(struct span package, struct luet_installed *out, struct err *err);
