/* Changes as JSON, for previews and for state.db:
 *	{"schema": 1, "changes": [{"path": "/usr/bin/x", "kind": "replaced", "before": NODE, "after": NODE}, …]}
 * "before" is not there of what is created, "after" not of what is deleted; "own": true of what is in the package's own
 * folder. A NODE, with what its type has: {"type": "file", "mode": "0755", "uid": 0, "gid": 0, "size": 5, "sha256": HEX,
 * "target": "…", "device": 259, "inode": 1, "xattrs": [{"name": "user.a", "value": "…"}]}. Paths, targets, names and
 * values of attributes are bytes, escaped as text_escape does: a backslash, what is not UTF-8 and what would disturb a terminal. */
#pragma once

#include "base/err.h"
#include "base/span.h"
#include "ext/json.h"
#include "model/changes.h"

#define CHANGES_SCHEMA 1
#define CHANGES_JSON_MAX ((size_t)256 << 20) /* bytes of text that changes_parse reads */

void changes_format(const struct changes *c, struct buf *out); /* appends that, on one line */
struct json *changes_to_json(const struct changes *c); /* the caller frees, or puts it in another */

/* The value that changes_to_json makes; takes nothing. Refused with the path or number of the change: what is not so, another
 * schema, keys that are not known, paths that are not sorted or not plain, a change that is none.
 * ERR_FAILED; `out`, empty before, may hold some. */
MUST_USE int changes_from_json(const struct json *value, struct changes *out, struct err *err);
MUST_USE int changes_parse(struct span text, struct changes *out, struct err *err);
