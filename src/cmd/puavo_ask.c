/* What puavo-pkg's list, show and license print. */
#include "cmd/puavo_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/print.h"

static struct span id_of(const struct bundle *b)
{
	return buf_span(b->puavo_id.n ? &b->puavo_id : &b->id);
}

struct row {
	struct buf path; /* what they are sorted by */
	const struct bundle *bundle;
};
struct rows {
	VEC(struct row) of;
};

static void row_drop(struct row *r)
{
	buf_drop(&r->path);
}

static void rows_drop(struct rows *r)
{
	vec_drop_each(&r->of, row_drop);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->path.s, ((const struct row *)b)->path.s);
}

int puavo_list(struct puavo *p, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	AUTO(rows) rows = {0};
	size_t width = 0;

	if (engine_world(p->engine, &world, err) < 0)
		return -1;
	VEC_FOR (const struct bundle, b, &world.of) {
		struct row *row;

		if (!bundle_in_use(b))
			continue;
		row = vec_push(&rows.of);
		*row = (struct row){.path = BUF_INIT, .bundle = b};
		engine_folder(p->engine, b, &row->path);
		width = b->name.n > width ? b->name.n : width;
	}
	if (rows.of.n)
		qsort(rows.of.v, rows.of.n, sizeof(rows.of.v[0]), by_path);
	VEC_FOR (const struct row, row, &rows.of)
		printf("%-*s    %.*s\n", (int)width, row->bundle->name.s,
			SPAN_ARG(id_of(row->bundle)));
	return 0;
}

/* Scripts are given the bytes as they are, a terminal only what it cannot take for an order. */
static void put_text(struct buf *out, struct span text)
{
	if (isatty(STDOUT_FILENO))
		text_escape(out, text);
	else
		buf_add_span(out, text);
}

/* The old tool knows one language only. */
static struct span legend_of(const struct about *a)
{
	struct span rest = facts_text(&a->facts, "legend", ""), line;

	if (!facts_get(&a->facts, "legend"))
		return buf_span(&a->bundle.name);
	return span_split(&rest, '\n', &line) ? line : SPAN("");
}

static struct span description_of(const struct about *a)
{
	struct span text = facts_text(&a->facts, "description", "");

	while (span_ends(text, "\n"))
		text.n--;
	return text;
}

static struct span version_of(const struct about *a)
{
	return a->bundle.version.n ? buf_span(&a->bundle.version) : SPAN("?");
}

/* Name: value; a description's lines behind a blank, one without anything in it as " .". */
static void put_all(const struct about *a, const char *folder, struct buf *out)
{
	struct span rest = description_of(a), line;
	bool any = rest.n;

	buf_addf(out,
		"Name: %s\nId: %.*s\nVersion: %.*s\nDirectory: %s\nLegend: ", a->bundle.name.s,
		SPAN_ARG(id_of(&a->bundle)), SPAN_ARG(version_of(a)), folder);
	put_text(out, legend_of(a));
	buf_adds(out, "\nDescription:\n");
	while (span_split(&rest, '\n', &line)) {
		buf_addc(out, ' ');
		if (span_trim(line).n)
			put_text(out, line);
		else
			buf_addc(out, '.');
		buf_addc(out, '\n');
	}
	if (any)
		buf_adds(out, " .\n");
}

static int put_field(const struct about *a, const char *folder, const char *field, struct buf *out,
	struct err *err)
{
	const struct {
		const char *name;
		struct span value;
	} fields[] = {
		{"Name", buf_span(&a->bundle.name)},
		{"Id", id_of(&a->bundle)},
		{"Version", version_of(a)},
		{"Directory", span_of(folder)},
		{"Legend", legend_of(a)},
		{"Description", description_of(a)},
	};

	for (size_t i = 0; i < COUNT(fields); i++) {
		struct span rest = fields[i].value, line;

		if (strcmp(fields[i].name, field) != 0)
			continue;
		while (span_split(&rest, '\n', &line)) {
			put_text(out, line);
			buf_addc(out, '\n');
		}
		if (!fields[i].value.n)
			buf_addc(out, '\n');
		return 0;
	}
	return err_set(err, ERR_FAILED, "unknown field '%s'", field);
}

bool puavo_is_field_option(const char *argument)
{
	return strcmp(argument, "-F") == 0 || strcmp(argument, "--field") == 0;
}

int puavo_show(struct puavo *p, struct err *err)
{
	const char *field = puavo_is_field_option(p->args[0]) ? p->args[1] : NULL;
	const char *what = p->args[field ? 2 : 0];
	AUTO(about) a;
	AUTO(buf) folder = BUF_INIT;
	AUTO(buf) text = BUF_INIT;
	int status = 0;

	if (engine_about(p->engine, what, &a, err) < 0)
		return -1;
	if (a.is_file)
		a.bundle.layout = LAYOUT_PUAVO;
	engine_folder(p->engine, &a.bundle, &folder);
	if (field)
		status = put_field(&a, folder.s, field, &text, err);
	else
		put_all(&a, folder.s, &text);
	print_out(&text);
	return status;
}

int puavo_license(struct puavo *p, struct err *err)
{
	AUTO(buf) url = BUF_INIT;

	if (engine_licence(p->engine, p->args[0], &url, err) < 0)
		return -1;
	buf_addc(&url, '\n');
	print_out(&url);
	return 0;
}
