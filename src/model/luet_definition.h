/* What a wagon says of one of its packages: definition.yaml, or the package in its metadata.json ("runtime", else "compilespec"."package"); also what `luet
 * database get` prints. Keys that are not known are passed over. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "base/texts.h"
#include "base/vec.h"
#include "ext/json.h"
#include "ext/yaml.h"
#include "model/luet_subsets.h"
#include "model/relation.h"

#define LUET_DEFINITION_MAX (1 << 20) /* bytes of a file */
#define LUET_LIST_MAX 4096 /* of each list */

struct luet_pair {
	struct buf key, value;
};
struct luet_pairs {
	VEC(struct luet_pair) of;
};
struct luet_definition {
	struct buf name; /* CATEGORY/NAME */
	struct buf version;
	struct relations requires, conflicts, provides;
	struct buf description, license, timestamp;
	struct texts uris, use_flags;
	struct luet_pairs labels,
		annotations; /* those whose value is a text, a number or a truth */
	struct luet_subsets subsets; /* of annotations.subsets */
	bool hidden;
};
void luet_definition_init(struct luet_definition *d);
void luet_definition_drop(struct luet_definition *d);

/* Into *out, which was initialised. ERR_INSTALLER names the key and what is wrong. A selector that is none (model/luet_selector) is no error: nothing meets
 * it where it is required, and everything does where it is a conflict. */
MUST_USE int luet_definition_parse(struct span yaml, struct luet_definition *out, struct err *err);
MUST_USE int luet_definition_of_yaml(
	const struct yaml *package, struct luet_definition *out, struct err *err);
MUST_USE int luet_definition_of_json(
	const struct json *package, struct luet_definition *out, struct err *err);

/* NULL: there is none. */
const struct buf *luet_definition_annotation(const struct luet_definition *d, const char *key);
