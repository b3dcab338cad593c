/* Owned text. */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SHORT_TEXT 31 /* what formatted text mostly fits into */

char buf_empty[1];

void buf_init(struct buf *b)
{
	*b = BUF_INIT;
}

void buf_drop(struct buf *b)
{
	if (b->cap)
		free(b->s);
	*b = BUF_INIT;
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	if (b->cap)
		b->s[0] = 0;
}

void buf_reserve(struct buf *b, size_t more)
{
	size_t need;

	if (more > SIZE_MAX / 4 || b->n > SIZE_MAX / 4)
		mem_panic("text too long");
	need = b->n + more + 1;
	if (need <= b->cap)
		return;
	if (need < b->cap * 2)
		need = b->cap * 2;
	if (need < 32)
		need = 32;
	b->s = mem_grow(b->cap ? b->s : NULL, need);
	b->cap = need;
	b->s[b->n] = 0;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (!n)
		return;
	buf_reserve(b, n);
	memcpy(b->s + b->n, bytes, n);
	b->n += n;
	b->s[b->n] = 0;
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_add_span(struct buf *b, struct span x)
{
	buf_add(b, x.s, x.n);
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addv(struct buf *b, const char *format, va_list args)
{
	va_list again;
	size_t room;
	int n;

	buf_reserve(b, SHORT_TEXT);
	room = b->cap - b->n;
	va_copy(again, args);
	n = vsnprintf(b->s + b->n, room, format, again);
	va_end(again);
	if (n < 0)
		mem_panic("text that cannot be formatted");
	if ((size_t)n >= room) {
		buf_reserve(b, (size_t)n);
		vsnprintf(b->s + b->n, (size_t)n + 1, format, args);
	}
	b->n += (size_t)n;
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_addv(b, format, args);
	va_end(args);
}

void buf_set(struct buf *b, struct span x)
{
	buf_clear(b);
	buf_add_span(b, x);
}

void buf_sets(struct buf *b, const char *s)
{
	buf_set(b, span_of(s));
}

void buf_setf(struct buf *b, const char *format, ...)
{
	va_list args;

	buf_clear(b);
	va_start(args, format);
	buf_addv(b, format, args);
	va_end(args);
}

void buf_add_path(struct buf *b, const char *part)
{
	while (*part == '/')
		part++;
	if (!b->n || b->s[b->n - 1] != '/')
		buf_addc(b, '/');
	buf_adds(b, part);
}

char *buf_take(struct buf *b)
{
	char *s = b->cap ? b->s : mem_dup("");

	*b = BUF_INIT;
	return s;
}

struct span buf_span(const struct buf *b)
{
	return (struct span){b->s, b->n};
}

struct buf buf_dup(const struct buf *b)
{
	struct buf copy = BUF_INIT;

	buf_add(&copy, b->s, b->n);
	return copy;
}

struct buf buf_of(const char *s)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, s);
	return b;
}
