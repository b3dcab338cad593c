/* One change's place in the root, while changes are committed (store/apply): what stands there, and whether it may be replaced. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/span.h"
#include "model/changes.h"
#include "model/config.h"
#include "store/beneath.h"
#include "store/kept.h"
#include "store/node.h"
#include "store/touched.h"

struct apply {
	int root;
	const struct changes *c;
	bool after; /* is wanted; else before */
	int kept; /* the files that are wanted */
	size_t *first; /* kept_first */
	bool *taken; /* stands there as it is to be: it came with the folder that was taken over (store/take) */
	bool *covered; /* beneath what is to be neither a folder nor nothing: went with the folder that was there */
	struct texts *left;
	struct touched *touched;
	struct beneath in; /* while what is beside is cleared */
	struct span gone; /* a folder that was found missing: nor is there anything beneath it */
};

static inline const struct node *apply_wanted(const struct apply *a, size_t i)
{
	return kept_node(&a->c->of.v[i], a->after);
}

static inline const struct node *apply_unwanted(const struct apply *a, size_t i)
{
	return kept_node(&a->c->of.v[i], !a->after);
}

bool apply_is_beneath(struct span path, struct span folder);
/* Beneath what was left alone. */
bool apply_is_left(const struct apply *a, size_t i);

#define LEAVE_FOREIGN \
	"it is neither as it was before nor as it was to become: somebody else changed it"
#define LEAVE_NOT_EMPTY "the folder holds what nobody knows of"
#define LEAVE_MISSING "it is not there any more"
#define LEAVE_NO_FOLDER "the folder that is to hold it has gone"
/* Somebody else's, since the changes were checked: 0, and noted in a->left; without that, ERR_CONFLICT. */
MUST_USE int apply_leave(struct apply *a, size_t i, const char *what, struct err *err);

/* Opened. */
struct spot {
	int folder;
	const char *name;
	struct node_at at;
};
#define SPOT_INIT ((struct spot){-1, NULL, NODE_AT_INIT})
void spot_drop(struct spot *s);
/* 1; 0: nor is there the folder that would hold it; -1. */
MUST_USE int spot_open(struct apply *a, size_t i, struct spot *out, struct err *err);

enum standing {
	STANDS_WANTED,
	STANDS_FREE, /* nothing, or what may be replaced */
	STANDS_FOREIGN,
	STANDS_ERROR
};
enum standing spot_judge(struct apply *a, size_t i, const struct spot *s, struct err *err);
