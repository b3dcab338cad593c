/* finalize.yaml of luet's packages: scripts that run when a package was installed, and when it was removed.
 *
 *	shell: [bash, -c]        # what a script is given to, as the last word; none: sh -c
 *	install:
 *	  - ldconfig
 *	uninstall:
 *	  - ldconfig
 *
 * It is a template over what the definition.yaml says (model/luet_template). */
#pragma once

#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"

/* The luet whose ways are followed: which shell is taken, what a template may say, what is in the environment and in which order scripts run. They
 * find it as LUET_VERSION there, as with luet, which tells them so that they are not run by hand, and what they may rely on. To be raised
 * with what docs/from-luet.md says of finalizers. */
#define LUET_FOLLOWED "0.40.1"

struct luet_finalize {
	struct texts shell; /* one word at least */
	struct texts install, uninstall;
};
void luet_finalize_drop(struct luet_finalize *f);

/* ERR_INSTALLER names the line of the template, or the key, and what is wrong. *out is empty before. */
MUST_USE int luet_finalize_parse(
	struct span finalize, struct span definition, struct luet_finalize *out, struct err *err);
