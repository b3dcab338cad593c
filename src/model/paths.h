/* The tree of paths that an archive's members have taken. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"

#define PATHS_NONE SIZE_MAX /* no node; as a parent: above the parts at the top */

/* Only a path's last part is kept, so that memory is bounded by the number of nodes. */
struct paths_node {
	size_t parent; /* a node, or PATHS_NONE */
	size_t at, n; /* the last part, in names */
	uint64_t hash;
	int type; /* the caller's, as mode is */
	unsigned mode;
};

/* A node's number is its index: dense, parents before what is in them. slots holds, by open
 * addressing, numbers plus one; 0 is free. Its size is a power of two and at least twice the number
 * of nodes. */
struct paths {
	VEC(struct paths_node) nodes;
	struct buf names;
	size_t *slots;
	size_t size;
	uint64_t seed;
};

void paths_init(struct paths *p);
void paths_drop(struct paths *p);

/* The node of the name below parent, or PATHS_NONE. */
size_t paths_find(const struct paths *p, size_t parent, struct span name);

/* Adds one that is not there. */
size_t paths_add(struct paths *p, size_t parent, struct span name, int type);

/* The whole path of a node. */
void paths_format(const struct paths *p, size_t node, struct buf *out);
