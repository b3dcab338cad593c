/* Text on its way to a person: padding, wrapping, and the words for sizes and times. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/span.h"

/* How data is printed. */
enum form {
	FORM_TABLE, /* for a person at a terminal */
	FORM_PLAIN, /* tab-separated lines: piped, or --plain */
	FORM_JSON,
};

/* Columns that escaped text takes on the terminal. */
size_t print_width(struct span x);
/* Appends x and blanks up to so many columns. */
void print_pad(struct buf *out, struct span x, size_t columns);
/* Appends x cut to so many columns, the last one an ellipsis where it was cut. */
void print_cut(struct buf *out, struct span x, size_t columns, bool utf8);
/* Appends the words of text in lines of at most `width`, each indented and ended by a newline. */
void print_wrap(struct buf *out, const char *text, size_t indent, size_t width);

/* Human at a terminal; bytes, and ISO, elsewhere; "unknown" below 0 (times: at 0 and below). */
void print_size(struct buf *out, enum form form, int64_t bytes);
void print_time(struct buf *out, enum form form, int64_t seconds);

/* Appends each line of x escaped (but tabs), with `indent` in front, and an empty one as `empty`. */
void print_lines(struct buf *out, struct span x, const char *indent, const char *empty);

/* "1 pack", "3 packs". */
void print_count(struct buf *out, size_t n, const char *one, const char *many);

/* SGR codes, or "" without colour. */
enum print_color { COLOR_NONE, COLOR_BOLD, COLOR_RED, COLOR_GREEN, COLOR_YELLOW, COLOR_FAINT };
const char *print_color(bool on, enum print_color color);

void print_out(const struct buf *text); /* to stdout; main looks whether it could be written */
