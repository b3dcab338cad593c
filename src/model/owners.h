/* Owners: to whom paths belong, as far as it is known. */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"

enum owner_kind {
	OWNER_PACKAGE, /* a package of fardel's, by its footprint */
	OWNER_DPKG, /* a Debian package */
	OWNER_CONFFILE, /* a Debian package, as a conffile */
	OWNER_DIVERTED_FROM, /* a Debian package, before the changes; they divert it elsewhere */
	OWNER_DIVERTED_TO, /* a Debian package, after the changes; they divert it to here, or back */
	OWNER_ALTERNATIVE, /* a link that update-alternatives keeps; name is that of its group */
	OWNER_KINDS
};
const char *owner_kind_name(enum owner_kind kind); /* "package", "dpkg", "conffile", … */

struct owner {
	struct buf path; /* absolute, as in struct changes */
	enum owner_kind kind;
	struct buf name;
};

/* Sorted by path (bytes), kind, name; each is there once. */
struct owners {
	VEC(struct owner) of;
};
#define OWNERS_INIT ((struct owners){0})
void owners_drop(struct owners *o);
void owners_add(struct owners *o, struct span path, enum owner_kind kind, struct span name);
/* Sorts, and drops what is there twice. */
void owners_sort(struct owners *o);
/* The first of the path's owners, *n of them; NULL and 0: nobody. o is sorted. */
const struct owner *owners_get(const struct owners *o, struct span path, size_t *n);
