/* Rows of data, stated once and printed in each form. */
#include "cmd/sheet.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cmd/print.h"
#include "ext/table.h"

#define LINES_MOST 32768 /* bytes that wait to be printed */

struct sheet {
	struct run *run;
	enum form form;
	const char *key;
	const struct column *columns;
	size_t count, at; /* the column of the next cell */
	struct buf *cells; /* of the row so far: table, JSON */
	const char **colors; /* of the cells that have one */
	struct buf lines; /* not yet printed: plain */
	struct table *table;
	struct json *rows, *row;
};

static struct table *new_table(const struct sheet *s)
{
	VEC(struct table_column) shown = {0};
	struct table *table;

	for (size_t i = 0; i < s->count; i++)
		if (s->columns[i].title)
			*vec_push(&shown) = (struct table_column){.title = s->columns[i].title,
				.right = s->columns[i].right,
				.trunc = s->columns[i].trunc};
	table = table_new(shown.v, shown.n, s->run->term.color_out);
	vec_drop(&shown);
	return table;
}

struct sheet *sheet_new(
	struct run *run, const char *key, const struct column *columns, size_t count)
{
	struct sheet *s = mem_zero(1, sizeof(*s));

	s->run = run;
	s->form = run_form(run);
	s->key = key;
	s->columns = columns;
	s->count = count;
	s->lines = BUF_INIT;
	s->cells = mem_zero(count, sizeof(*s->cells));
	s->colors = mem_zero(count, sizeof(*s->colors));
	for (size_t i = 0; i < count; i++)
		s->cells[i] = BUF_INIT;
	if (s->form == FORM_JSON)
		s->rows = json_array();
	return s;
}

static void print_lines_so_far(struct sheet *s)
{
	fwrite(s->lines.s, 1, s->lines.n, stdout);
	buf_clear(&s->lines);
}

/* The cell at work; of plain lines, what stands before it is in the same text. */
static struct buf *cell(struct sheet *s)
{
	return s->form == FORM_PLAIN ? &s->lines : &s->cells[s->at];
}

static void end_table(struct sheet *s)
{
	VEC(struct span) shown = {0};

	if (!s->table)
		s->table = new_table(s);
	for (size_t i = 0; i < s->count; i++)
		if (s->columns[i].title)
			*vec_push(&shown) = buf_span(&s->cells[i]);
	table_add(s->table, shown.v);
	vec_drop(&shown);
	for (size_t i = 0, k = 0; i < s->count; i++) {
		if (s->columns[i].title && s->colors[i])
			table_color(s->table, k, s->colors[i]);
		k += s->columns[i].title != NULL;
		s->colors[i] = NULL;
	}
}

static void end_json(struct sheet *s)
{
	json_append(s->rows, s->row);
	s->row = NULL;
}

/* Behind each cell: on to the next column, or to the next row. */
static void next(struct sheet *s)
{
	bool last = ++s->at == s->count;

	if (s->form == FORM_PLAIN)
		buf_addc(&s->lines, last ? '\n' : '\t');
	if (!last)
		return;
	s->at = 0;
	if (s->form == FORM_PLAIN) {
		if (s->lines.n > LINES_MOST)
			print_lines_so_far(s);
		return;
	}
	if (s->form == FORM_TABLE)
		end_table(s);
	else
		end_json(s);
	for (size_t i = 0; i < s->count; i++)
		buf_clear(&s->cells[i]);
}

/* Takes the value, which is NULL where it is unknown. */
static void put_json(struct sheet *s, struct json *value)
{
	if (!s->row)
		s->row = json_object();
	json_put(s->row, s->columns[s->at].key, value ? value : json_null());
}

void sheet_text(struct sheet *s, struct span x)
{
	if (s->form == FORM_JSON)
		put_json(s, json_text(x));
	else
		text_escape(cell(s), x);
	next(s);
}

void sheet_id(struct sheet *s, struct span id)
{
	if (s->form == FORM_JSON)
		put_json(s, id.n ? json_text(id) : NULL);
	else
		text_escape(cell(s), s->form == FORM_TABLE ? span_cut(id, 0, 8) : id);
	next(s);
}

void sheet_version(struct sheet *s, struct span version, struct span id)
{
	if (s->form == FORM_JSON)
		put_json(s, version.n ? json_text(version) : NULL);
	else if (version.n)
		text_escape(cell(s), version);
	else if (s->form == FORM_TABLE && id.n)
		text_escape(cell(s), span_cut(id, 0, 8));
	else
		buf_adds(cell(s), "unknown");
	next(s);
}

void sheet_size(struct sheet *s, int64_t bytes)
{
	if (s->form == FORM_JSON)
		put_json(s, bytes >= 0 ? json_number(bytes) : NULL);
	else
		print_size(cell(s), s->form, bytes);
	next(s);
}

void sheet_number(struct sheet *s, int64_t number)
{
	if (s->form == FORM_JSON)
		put_json(s, json_number(number));
	else
		text_number(cell(s), number);
	next(s);
}

void sheet_time(struct sheet *s, int64_t seconds)
{
	print_time(cell(s), s->form, seconds);
	if (s->form == FORM_JSON)
		put_json(s, seconds > 0 ? json_text(buf_span(cell(s))) : NULL);
	next(s);
}

void sheet_bool(struct sheet *s, bool value)
{
	if (s->form == FORM_JSON)
		put_json(s, json_bool(value));
	else
		buf_adds(cell(s), value ? "yes" : "no");
	next(s);
}

void sheet_colored(struct sheet *s, struct span x, const char *color)
{
	s->colors[s->at] = color;
	sheet_text(s, x);
}

void sheet_list(struct sheet *s, const struct texts *list)
{
	struct json *items = s->form == FORM_JSON ? json_array() : NULL;

	for (size_t i = 0; i < list->of.n; i++) {
		struct span x = buf_span(&list->of.v[i]);

		if (items) {
			json_append(items, json_text(x));
		} else {
			buf_adds(cell(s), i ? " " : "");
			text_escape(cell(s), x);
		}
	}
	if (items)
		put_json(s, items);
	next(s);
}

void sheet_end(struct sheet *s)
{
	if (s->table) {
		table_print(s->table, stdout);
		table_free(s->table);
	}
	print_lines_so_far(s);
	buf_drop(&s->lines);
	fflush(stdout); /* before what is said of it on stderr */
	if (s->rows)
		json_put(s->run->json, s->key, s->rows);
	for (size_t i = 0; i < s->count; i++)
		buf_drop(&s->cells[i]);
	free(s->cells);
	free(s->colors);
	free(s);
}
