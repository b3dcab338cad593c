/* Text for people: escaping, sizes, times, the nearest word; and hex. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* Appends x so that it is safe on a terminal and stays one line: control characters, DEL,
 * invalid UTF-8 and characters that turn the direction of text (U+200E, U+200F, U+202A-202E,
 * U+2066-2069, U+061C), line and paragraph separators, C1 controls, become \n, \t, \xHH or
 * \u{HHHH}; a backslash becomes \\. */
void text_escape(struct buf *out, struct span x);
/* Back from that: appends the bytes. False, and nothing is appended, where text_escape would not have written x just so. */
bool text_unescape(struct buf *out, struct span x);

/* Length in bytes of the well-formed UTF-8 character at x's start (RFC 3629), 0 if it is not
 * one; *point is the character. */
size_t text_character(struct span x, uint32_t *point);
bool text_is_utf8(struct span x);
/* Whether it is well-formed UTF-8 without any character that text_escape hides, as a newline. */
bool text_is_line(struct span x);

void text_number(struct buf *out, int64_t number); /* as of %lld, in a fifth of the time */

/* 1000-based as in SCREENS: "31 kB", "184 MB", "1.2 GB"; "unknown" below 0. */
void text_size(struct buf *out, int64_t bytes);

/* "0.4 s", "5.2 s", "3:07", "1:02:03". */
void text_duration(struct buf *out, double seconds);

/* Local "2026-11-02 09:14", and "2026-11-02T09:14:05Z" in UTC; seconds since 1970. */
void text_time_local(struct buf *out, int64_t seconds);
void text_time_iso(struct buf *out, int64_t seconds);
/* A local "2026-11-02" (its beginning) or "2026-11-02 09:14", just as it would be printed; false where it is none. */
bool text_time_parse(struct span x, int64_t *seconds);

/* Lower-case hex. decode: false unless x is exactly 2*n hex digits of either case. */
void text_hex(struct buf *out, const void *bytes, size_t n);
bool text_unhex(struct span x, unsigned char *bytes, size_t n);

/* How many letters must be added, left out, replaced or swapped with their neighbour. Words over
 * 63 bytes count as far apart. */
unsigned text_distance(struct span a, struct span b);

/* Which of the NULL-ended words is nearest to x and near enough to be meant (a distance of at
 * most a third of its length, at least 1, or x is its beginning with 3 letters or more); NULL if
 * none. */
const char *text_nearest(struct span x, const char *const *words);
