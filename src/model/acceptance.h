/* That a licence was accepted: a file of licenses.d, in TOML. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "model/digest.h"

#define ACCEPTANCES "/etc/fardel/licenses.d" /* a file for each package, called by its name */
#define ACCEPTANCE_MAX 65536 /* bytes of one */

struct acceptance {
	struct buf name; /* of the package */
	struct digest sha256; /* of the text that was accepted */
	struct buf spdx, file; /* what the licence is, and which file of the installer has it */
	int64_t uid;
	struct buf user; /* who accepted it; may be empty: no user of that uid is known */
	int64_t at; /* seconds since 1970 */
	struct buf tool; /* "fardel 1.0" */
};
void acceptance_init(struct acceptance *a);
void acceptance_drop(struct acceptance *a);

void acceptance_format(const struct acceptance *a, struct buf *out);

/* The name and the sum of a file's text: what else stands there is for people. ERR_CONFIG with line and column: no TOML;
 * without a name or a sum it is ERR_CONFIG as well. */
MUST_USE int acceptance_parse(struct span text, struct acceptance *out, struct err *err);
