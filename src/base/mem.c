/* Memory that never fails. */
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void mem_panic(const char *what)
{
	fprintf(stderr, "fardel: internal error: %s\n", what);
	abort();
}

static void (*none)(void);

void mem_when_none(void (*fn)(void))
{
	none = fn;
}

void mem_none(void)
{
	static const char text[] = "fardel: out of memory\n"
				   "        Next: free memory, then run the same command again\n";

	if (none)
		none();
	/* What is half done is settled by the next command, as after a kill. */
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	_exit(1);
}

static void *check(void *p)
{
	if (!p)
		mem_none();
	return p;
}

void *mem_alloc(size_t size)
{
	return check(malloc(size ? size : 1));
}

void *mem_zero(size_t count, size_t size)
{
	return check(calloc(count ? count : 1, size ? size : 1));
}

void *mem_grow(void *p, size_t size)
{
	return check(realloc(p, size ? size : 1));
}

char *mem_dup(const char *s)
{
	return check(strdup(s));
}

char *mem_dupn(const char *s, size_t n)
{
	return check(strndup(s, n));
}

void mem_drop(void *p)
{
	free(*(void **)p);
}
