/* Checks and what came of them. */
#include "cmd/diagnoses_print.h"

#include "base/text.h"
#include "cmd/print.h"

#define TEXT_MOST 72 /* columns a text may widen the others to */

static const struct level {
	const char *name;
	enum print_color color;
} levels[] = {
	[DIAGNOSIS_OK] = {"ok", COLOR_GREEN},
	[DIAGNOSIS_WARN] = {"warn", COLOR_YELLOW},
	[DIAGNOSIS_FAIL] = {"fail", COLOR_RED},
};

static size_t widest(const struct diagnoses *diagnoses)
{
	size_t columns = 0;

	VEC_FOR (const struct diagnosis, f, &diagnoses->of) {
		AUTO(buf) safe = BUF_INIT;
		size_t width;

		text_escape(&safe, buf_span(&f->text));
		width = print_width(buf_span(&safe));
		if (f->mend.n && width > columns && width <= TEXT_MOST)
			columns = width;
	}
	return columns;
}

static void add_table_row(struct buf *out, const struct diagnosis *f, size_t columns, bool color)
{
	const struct level *level = &levels[f->level];
	AUTO(buf) safe = BUF_INIT;

	text_escape(&safe, buf_span(&f->text));
	buf_addf(out, "  %s", print_color(color, level->color));
	print_pad(out, span_of(level->name), 4);
	buf_addf(out, "%s   ", print_color(color, COLOR_NONE));
	print_pad(out, buf_span(&safe), f->mend.n ? columns : 0);
	if (f->mend.n) {
		buf_adds(out, "   ");
		text_escape(out, buf_span(&f->mend));
	}
	buf_addc(out, '\n');
}

static void add_plain_row(struct buf *out, const struct diagnosis *f)
{
	buf_addf(out, "%s\t", levels[f->level].name);
	text_escape(out, buf_span(&f->text));
	buf_addc(out, '\t');
	text_escape(out, buf_span(&f->mend));
	buf_addc(out, '\n');
}

static void print_text(const struct run *run, const struct diagnoses *diagnoses)
{
	AUTO(buf) text = BUF_INIT;
	size_t columns = widest(diagnoses);

	VEC_FOR (const struct diagnosis, f, &diagnoses->of) {
		if (run_form(run) == FORM_TABLE)
			add_table_row(&text, f, columns, run->term.color_out);
		else
			add_plain_row(&text, f);
	}
	print_out(&text);
}

static struct json *json_of(const struct diagnoses *diagnoses)
{
	struct json *rows = json_array();

	VEC_FOR (const struct diagnosis, f, &diagnoses->of) {
		struct json *row = json_object();

		json_put_text(row, "level", span_of(levels[f->level].name));
		json_put_text(row, "text", buf_span(&f->text));
		json_put(row, "mend", f->mend.n ? json_text(buf_span(&f->mend)) : json_null());
		json_append(rows, row);
	}
	return rows;
}

int diagnoses_print(struct run *run, const struct diagnoses *all, struct err *err)
{
	size_t failed = 0;

	VEC_FOR (const struct diagnosis, f, &all->of)
		failed += f->level == DIAGNOSIS_FAIL;
	if (run->json)
		json_put(run->json, "findings", json_of(all));
	else
		print_text(run, all);
	if (!failed)
		return 0;
	return err_set(err, ERR_FINDINGS, "%zu of %zu checks failed.", failed, all->of.n);
}
