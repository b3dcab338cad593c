/* A buf owns text: its pointer is never NULL and what it points to always ends in a NUL. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/span.h"

struct buf {
	char *s; /* s[n] is 0; points to a shared constant while cap is 0 */
	size_t n;
	size_t cap;
};

extern char buf_empty[1];
#define BUF_INIT ((struct buf){buf_empty, 0, 0})

void buf_init(struct buf *b);
void buf_drop(struct buf *b); /* frees; the buf is empty and usable again */
void buf_clear(struct buf *b); /* empties, keeps the memory */
void buf_reserve(struct buf *b, size_t more); /* room for so many more bytes and the NUL */
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_add_span(struct buf *b, struct span x);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) PRINTF(2, 3);
void buf_addv(struct buf *b, const char *format, va_list args) PRINTF(2, 0);

/* Replaces the content. */
void buf_set(struct buf *b, struct span x);
void buf_sets(struct buf *b, const char *s);
void buf_setf(struct buf *b, const char *format, ...) PRINTF(2, 3);

/* Appends "/" and the part, with exactly one slash between. */
void buf_add_path(struct buf *b, const char *part);

/* Moves the text out: the caller frees it; the buf is empty. */
char *buf_take(struct buf *b);

struct span buf_span(const struct buf *b); /* borrows */
struct buf buf_dup(const struct buf *b); /* copies */
struct buf buf_of(const char *s); /* copies */
