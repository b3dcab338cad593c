/* The names beside, under which something waits to take a place (store/apply): recovery knows them and clears them away. */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define APPLY_BESIDE ".fardel-apply."
#define APPLY_BESIDE_BYTES (sizeof(APPLY_BESIDE) + 24)

/* That of the change with this number. */
static inline void apply_beside(size_t number, char name[APPLY_BESIDE_BYTES])
{
	snprintf(name, APPLY_BESIDE_BYTES, APPLY_BESIDE "%zu", number);
}

static inline bool apply_is_beside(const char *name)
{
	return !strncmp(name, APPLY_BESIDE, sizeof(APPLY_BESIDE) - 1);
}
