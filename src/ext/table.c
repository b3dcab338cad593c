/* Aligned tables on a terminal, by libsmartcols. */
#include "ext/table.h"

#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>

#include "base/mem.h"

struct table {
	struct libscols_table *tb;
	struct libscols_line *last;
	size_t count;
};

static void check(int rc)
{
	if (rc)
		mem_none();
}

struct table *table_new(const struct table_column *columns, size_t count, bool color)
{
	struct table *t = mem_zero(1, sizeof(*t));

	t->count = count;
	t->tb = scols_new_table();
	check(!t->tb);
	check(scols_table_set_column_separator(t->tb, "   "));
	check(scols_table_enable_colors(t->tb, color));
	/* Cells come escaped; it would escape their backslashes once more. */
	check(scols_table_enable_noencoding(t->tb, 1));
	for (size_t i = 0; i < count; i++) {
		int flags = (columns[i].right ? SCOLS_FL_RIGHT : 0) |
			    (columns[i].trunc ? SCOLS_FL_TRUNC : 0);
		struct libscols_column *c =
			scols_table_new_column(t->tb, columns[i].title, 0, flags);

		check(!c);
		if (color)
			check(scols_cell_set_color(scols_column_get_header(c), "bold"));
	}
	return t;
}

void table_add(struct table *t, const struct span *cells)
{
	struct libscols_line *line = scols_table_new_line(t->tb, NULL);

	check(!line);
	for (size_t i = 0; i < t->count; i++)
		check(scols_line_refer_data(line, i, mem_dupn(cells[i].s, cells[i].n)));
	t->last = line;
}

void table_color(struct table *t, size_t column, const char *color)
{
	check(scols_cell_set_color(scols_line_get_cell(t->last, column), color));
}

/* In one piece: a terminal's stream would be flushed at each line. */
void table_print(struct table *t, FILE *to)
{
	char *text;

	check(scols_print_table_to_string(t->tb, &text));
	if (*text) {
		fputs(text, to);
		fputc('\n', to);
	}
	free(text);
}

void table_free(struct table *t)
{
	if (!t)
		return;
	scols_unref_table(t->tb);
	free(t);
}
