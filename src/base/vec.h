/* Growing arrays of any type: VEC(struct pack) packs = {0}; */
#pragma once

#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"

#define VEC(type) \
	struct { \
		type *v; \
		size_t n; \
		size_t cap; \
	}

/* Appends one zeroed element and gives its address, valid until the next push. */
#define vec_push(vec) \
	((vec)->v = vec_grow((vec)->v, &(vec)->cap, (vec)->n, sizeof((vec)->v[0])), \
		&(vec)->v[(vec)->n++])

/* Walks it: VEC_FOR(struct pack, p, &packs) … */
#define VEC_FOR(type, at, vec) for (type *at = (vec)->v; (vec)->n && at < (vec)->v + (vec)->n; at++)

/* Frees the array (not what the elements own); it is empty and usable again. */
#define vec_drop(vec) (free((vec)->v), (vec)->v = NULL, (vec)->n = (vec)->cap = 0)

/* Drops each element by its function, then the array. */
#define vec_drop_each(vec, drop) \
	do { \
		for (size_t vec_i = 0; vec_i < (vec)->n; vec_i++) \
			drop(&(vec)->v[vec_i]); \
		vec_drop(vec); \
	} while (0)

/* For vec_push: room for element n, zeroed. */
void *vec_grow(void *v, size_t *cap, size_t n, size_t size) __attribute__((returns_nonnull));
