/* Memory that never fails: without it the program ends, as if killed (sizes from outside are
 * bounded by the caller). */
#pragma once

#include <stddef.h>

#include "base/attr.h"

/* As malloc, calloc, realloc, strdup and strndup; never NULL. The caller frees with free(). */
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));
void *mem_zero(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *mem_grow(void *p, size_t size) __attribute__((returns_nonnull));
char *mem_dup(const char *s) __attribute__((malloc, returns_nonnull));
char *mem_dupn(const char *s, size_t n) __attribute__((malloc, returns_nonnull));

/* For __attribute__((cleanup)): frees what *p points to. Use it as AUTO_FREE char *s = …; */
void mem_drop(void *p);
#define AUTO_FREE __attribute__((cleanup(mem_drop)))

/* Says that there is no memory, and ends the program with 1, as after an error. */
NORETURN void mem_none(void);

/* What mem_none is to do first, of a program that can say more; it may end it otherwise. */
void mem_when_none(void (*fn)(void));

/* Says what is broken on stderr and aborts: for invariants, never for input. */
NORETURN void mem_panic(const char *what);
