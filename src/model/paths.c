/* Paths by parent and name, in a hash table. */
#include "model/paths.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MIX 0x9e3779b97f4a7c15 /* 2^64 by the golden ratio */

void paths_init(struct paths *p)
{
	*p = (struct paths){.names = BUF_INIT, .size = 64};
	p->slots = mem_zero(p->size, sizeof(p->slots[0]));
	/* Addresses are random: names that are made to share a slot here do not there. */
	p->seed = (uint64_t)(uintptr_t)p->slots * MIX;
}

void paths_drop(struct paths *p)
{
	vec_drop(&p->nodes);
	buf_drop(&p->names);
	free(p->slots);
	p->slots = NULL;
}

static struct span name_of(const struct paths *p, const struct paths_node *node)
{
	return (struct span){p->names.s + node->at, node->n};
}

/* FNV-1a, begun with the seed. */
static uint64_t hash_of(const struct paths *p, size_t parent, struct span name)
{
	uint64_t hash = p->seed ^ (parent + 1) * MIX;

	for (size_t i = 0; i < name.n; i++)
		hash = (hash ^ (unsigned char)name.s[i]) * 0x100000001b3;
	return hash;
}

static size_t first_slot(const struct paths *p, uint64_t hash)
{
	return (size_t)(hash ^ hash >> 32) & (p->size - 1);
}

/* The slot that holds the name, or the free one where it belongs. */
static size_t find_slot(const struct paths *p, size_t parent, struct span name, uint64_t hash)
{
	size_t at = first_slot(p, hash);

	for (; p->slots[at]; at = (at + 1) & (p->size - 1)) {
		const struct paths_node *node = &p->nodes.v[p->slots[at] - 1];

		if (node->hash == hash && node->parent == parent && span_is(name_of(p, node), name))
			break;
	}
	return at;
}

size_t paths_find(const struct paths *p, size_t parent, struct span name)
{
	size_t slot = find_slot(p, parent, name, hash_of(p, parent, name));

	return p->slots[slot] ? p->slots[slot] - 1 : PATHS_NONE;
}

static void grow_slots(struct paths *p)
{
	free(p->slots);
	p->size *= 2;
	p->slots = mem_zero(p->size, sizeof(p->slots[0]));
	for (size_t i = 0; i < p->nodes.n; i++) {
		size_t at = first_slot(p, p->nodes.v[i].hash);

		while (p->slots[at])
			at = (at + 1) & (p->size - 1);
		p->slots[at] = i + 1;
	}
}

size_t paths_add(struct paths *p, size_t parent, struct span name, int type)
{
	struct paths_node *node;

	if (2 * (p->nodes.n + 1) > p->size)
		grow_slots(p);
	node = vec_push(&p->nodes);
	*node = (struct paths_node){
		.parent = parent, .at = p->names.n, .n = name.n, .type = type, .mode = 0755};
	node->hash = hash_of(p, parent, name);
	p->slots[find_slot(p, parent, name, node->hash)] = p->nodes.n;
	buf_add_span(&p->names, name);
	return p->nodes.n - 1;
}

void paths_format(const struct paths *p, size_t node, struct buf *out)
{
	size_t n = 0;

	for (size_t i = node; i != PATHS_NONE; i = p->nodes.v[i].parent)
		n += p->nodes.v[i].n + (i != node);
	buf_clear(out);
	buf_reserve(out, n);
	out->n = n;
	out->s[n] = 0;
	for (size_t i = node; i != PATHS_NONE; i = p->nodes.v[i].parent) {
		struct span name = name_of(p, &p->nodes.v[i]);

		n -= name.n;
		memcpy(out->s + n, name.s, name.n);
		if (n)
			out->s[--n] = '/';
	}
}
