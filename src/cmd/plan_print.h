/* A plan in words: before it is carried out, after it, and as JSON. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "ext/json.h"
#include "model/plan.h"

/* A line each: "  slack   4.41.105   upgrade from 4.40.128"; with its steps if asked. */
void plan_print_table(struct buf *out, const struct plan *plan, bool steps);
/* Tab-separated: action, name, version, version before, id, steps, cached; "debian", name, version of what apt would install. */
void plan_print_plain(struct buf *out, const struct plan *plan);
/* "To fetch: 262 MB in 2 packs (1 of 3 is in the cache)." Or nothing. */
void plan_print_fetch(struct buf *out, const struct plan *plan);
/* "From Debian: libgl1 1.6.0-1, libglvnd0 1.6.0-1 (2 packages)." Or nothing. */
void plan_print_debian(struct buf *out, const struct plan *plan);
/* What was done: "zoom 6.2.11 installed, slack 4.41.105 upgraded in 5.2 s." */
void plan_print_closing(struct buf *out, const struct plan *plan);
/* What was not, and why: a line each. */
void plan_print_undone(struct buf *out, const struct plan *plan);
/* An array; the caller owns it. */
struct json *plan_print_json(const struct plan *plan);
/* What is to be fetched: {packs, cached, bytes}, where bytes is null if it is not known of each pack; the same. */
struct json *plan_print_json_fetch(const struct plan *plan);
/* What apt would install, or has: an array of "libgl1 1.6.0-1"; the same. */
struct json *plan_print_json_debian(const struct plan *plan);
