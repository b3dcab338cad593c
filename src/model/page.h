/* A repository as web pages: of one package, of all whose names begin with a letter, and the first page. They ask nothing of anybody but the repository's own server,
 * and need no script but to search. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"
#include "model/head.h"
#include "model/offer.h"

/* What a list says of a package: of its newest version. */
struct page_entry {
	struct buf name, version, summary;
};
struct page_entries {
	VEC(struct page_entry) of; /* by name */
};
void page_entries_drop(struct page_entries *e);
/* Which page has it: 'a' to 'z' in either case; '0' for all others. */
char page_letter(struct span name);

extern const char page_style[], page_script[]; /* web/style.css, web/search.js */

/* Each appends a whole page. Versions stand sorted, `offers` has one at least. */
void page_package(
	struct span repository, const struct offer *offers, size_t count, struct buf *out);
void page_list(
	struct span repository, char letter, const struct page_entries *all, struct buf *out);
void page_first(const struct root *root, const struct page_entries *all, struct buf *out);
/* What search.js reads: a list of [name, version, summary]. */
void page_json(const struct page_entries *all, struct buf *out);
