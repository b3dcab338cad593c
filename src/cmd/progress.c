/* All that goes to stderr while a command runs. */
#include "cmd/progress.h"

#include <stdarg.h>
#include <time.h>

#include "base/text.h"
#include "cmd/bar.h"
#include "cmd/plan_print.h"
#include "cmd/print.h"

#define DRAW_EVERY 0.1 /* seconds */
#define SAMPLE_EVERY 0.5
#define LINE_LEAST 0.5 /* seconds between two lines of one transfer */
#define LINE_MOST 30.0
#define BLOCK_MOST 12 /* lines */

static double clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void transfer_drop(struct transfer *t)
{
	buf_drop(&t->package);
	buf_drop(&t->name);
}

static void working_drop(struct working *w)
{
	buf_drop(&w->package);
	buf_drop(&w->step);
}

void progress_clear(struct progress *p)
{
	if (p->drawn)
		fprintf(p->to, "\r\033[%uA\033[J", p->drawn);
	p->drawn = 0;
	p->drawn_at = -1;
}

static void put_line(struct progress *p, enum progress_level level, const struct buf *escaped)
{
	const char *off = print_color(p->term.color_err, COLOR_NONE);

	if (level > p->level)
		return;
	progress_clear(p);
	if (level == SAY_WARN)
		fprintf(p->to, "%swarning:%s ", print_color(p->term.color_err, COLOR_YELLOW), off);
	if (level == SAY_DEBUG)
		fprintf(p->to, "%s%s%s\n", print_color(p->term.color_err, COLOR_FAINT), escaped->s,
			off);
	else
		fprintf(p->to, "%s\n", escaped->s);
}

void progress_say(struct progress *p, enum progress_level level, const char *format, ...)
{
	AUTO(buf) raw = BUF_INIT;
	AUTO(buf) safe = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_addv(&raw, format, args);
	va_end(args);
	text_escape(&safe, buf_span(&raw));
	put_line(p, level, &safe);
}

void progress_text(struct progress *p, enum progress_level level, const struct buf *text)
{
	if (level > p->level || !text->n)
		return;
	progress_clear(p);
	fwrite(text->s, 1, text->n, p->to);
}

static struct transfer *transfer_of(struct progress *p, const struct event *e)
{
	VEC_FOR (struct transfer, t, &p->transfers)
		if (span_is(buf_span(&t->package), e->package) &&
			span_is(buf_span(&t->name), e->text))
			return t;
	return NULL;
}

static struct transfer *transfer_begin(struct progress *p, const struct event *e)
{
	struct transfer *t = vec_push(&p->transfers);

	*t = (struct transfer){.package = BUF_INIT, .name = BUF_INIT, .rate = -1};
	buf_set(&t->package, e->package);
	buf_set(&t->name, e->text);
	t->sample_done = e->done;
	t->sample_at = t->told_at = p->clock();
	return t;
}

static void transfer_measure(struct transfer *t, const struct event *e, double now)
{
	double seconds = now - t->sample_at;

	if (e->done < t->done) { /* a further try began anew */
		t->sample_done = e->done;
		t->sample_at = now;
		t->rate = -1;
		t->told = 0;
	} else if (seconds >= SAMPLE_EVERY) {
		double rate = (double)(e->done - t->sample_done) / seconds;

		t->rate = t->rate < 0 ? rate : 0.6 * t->rate + 0.4 * rate;
		t->sample_done = e->done;
		t->sample_at = now;
	} else if (t->rate < 0 && seconds > 0.2 && t->done == 0) {
		t->rate = (double)(e->done - t->sample_done) / seconds;
	}
	t->done = e->done;
	t->total = e->total;
}

static struct bar bar_of(const struct transfer *t, const struct buf *name)
{
	return (struct bar){
		.name = buf_span(name), .done = t->done, .total = t->total, .rate = t->rate};
}

/* Elsewhere than on a terminal: a line at each 10 %, or after 30 s. */
static void tell(struct progress *p, struct transfer *t, double now)
{
	AUTO(buf) line = BUF_INIT;
	AUTO(buf) rate = BUF_INIT;
	struct bar bar = bar_of(t, &t->name);
	int percent = bar_percent(&bar);
	double since = now - t->told_at;
	bool step = percent / 10 > t->told / 10 && (since >= LINE_LEAST || percent == 100);

	if (!step && since < LINE_MOST)
		return;
	text_escape(&line, buf_span(&t->name));
	buf_adds(&line, ": ");
	if (percent >= 0)
		buf_addf(&line, "%d %% (", percent);
	bar_amount(&line, &bar, false);
	if (t->rate >= 0) {
		text_size(&rate, (int64_t)t->rate);
		buf_addf(&line, "%s%s/s", percent >= 0 ? ", " : " (", rate.s);
	}
	buf_adds(&line, percent >= 0 || t->rate >= 0 ? ")" : "");
	t->told = percent < 0 ? 0 : percent;
	t->told_at = now;
	put_line(p, SAY_INFO, &line);
}

static void add_bars(struct progress *p, struct buf *block, unsigned *lines)
{
	size_t columns = (size_t)p->term.width, width = 0;

	VEC_FOR (struct transfer, t, &p->transfers) {
		size_t n = print_width(buf_span(&t->name));

		width = n > width ? n : width;
	}
	if (width > columns / 3)
		width = columns / 3;
	VEC_FOR (struct transfer, t, &p->transfers) {
		AUTO(buf) name = BUF_INIT;
		struct bar bar;

		if (*lines == BLOCK_MOST)
			return;
		text_escape(&name, buf_span(&t->name));
		bar = bar_of(t, &name);
		bar_format(block, &bar, width, columns, p->term.utf8);
		buf_adds(block, "\033[K\n");
		++*lines;
	}
}

static void add_steps(struct progress *p, struct buf *block, unsigned *lines)
{
	VEC_FOR (struct working, w, &p->steps) {
		AUTO(buf) line = BUF_INIT;

		if (*lines == BLOCK_MOST)
			return;
		buf_adds(&line, "  ");
		text_escape(&line, buf_span(&w->package));
		buf_addf(&line, "   %s %s", w->step.s, p->term.utf8 ? "…" : "...");
		print_cut(block, buf_span(&line), (size_t)p->term.width - 1, p->term.utf8);
		buf_adds(block, "\033[K\n");
		++*lines;
	}
}

/* Draws the block over the one that stands there. Lines never wrap, also when the window was made
 * narrower. */
static void draw(struct progress *p, bool now)
{
	AUTO(buf) block = BUF_INIT;
	unsigned lines = 0;
	double at = p->clock();

	if (p->style != PROGRESS_BARS || p->level < SAY_INFO)
		return;
	if (!now && p->drawn_at >= 0 && at - p->drawn_at < DRAW_EVERY)
		return;
	if (p->drawn)
		buf_addf(&block, "\r\033[%uA", p->drawn);
	buf_adds(&block, "\033[?7l");
	add_bars(p, &block, &lines);
	add_steps(p, &block, &lines);
	buf_adds(&block, "\033[J\033[?7h");
	fwrite(block.s, 1, block.n, p->to);
	fflush(p->to);
	p->drawn = lines;
	p->drawn_at = at;
}

static void on_plan(struct progress *p, const struct event *e)
{
	AUTO(buf) text = BUF_INIT;

	if (!p->with_plan || !e->plan)
		return;
	plan_print_table(&text, e->plan, false);
	plan_print_fetch(&text, e->plan);
	plan_print_debian(&text, e->plan);
	progress_text(p, SAY_INFO, &text);
}

static void on_wait(struct progress *p, const struct event *e)
{
	if (e->total < 0)
		progress_say(p, SAY_INFO, "waiting for %.*s", SPAN_ARG(e->text));
	else
		progress_say(p, SAY_INFO, "waiting for %.*s (at most %lld s)", SPAN_ARG(e->text),
			(long long)e->total);
}

static void on_transfer(struct progress *p, const struct event *e)
{
	double now = p->clock();
	struct transfer *t = transfer_of(p, e);

	if (!t)
		t = transfer_begin(p, e);
	transfer_measure(t, e, now);
	if (p->style == PROGRESS_LINES)
		tell(p, t, now);
	draw(p, false);
}

static void on_transfer_end(struct progress *p, const struct event *e)
{
	struct transfer *t = transfer_of(p, e);

	if (!t)
		return;
	transfer_drop(t);
	*t = p->transfers.v[--p->transfers.n];
	draw(p, true);
}

static void on_step(struct progress *p, const struct event *e)
{
	struct working *w;

	progress_say(p, SAY_DEBUG, "%.*s: %.*s", SPAN_ARG(e->package), SPAN_ARG(e->text));
	if (span_is_text(e->text, "fetch")) /* it has a bar */
		return;
	w = vec_push(&p->steps);
	*w = (struct working){.package = BUF_INIT, .step = BUF_INIT};
	buf_set(&w->package, e->package);
	buf_set(&w->step, e->text);
	draw(p, true);
}

static void flush_output(struct progress *p)
{
	AUTO(buf) line = BUF_INIT;

	if (!p->output.n)
		return;
	buf_addf(&line, "%s| %s", p->output_of.s, p->output.s);
	buf_clear(&p->output);
	progress_say(p, SAY_DEBUG, "%s", line.s);
}

static void on_step_end(struct progress *p, const struct event *e)
{
	flush_output(p);
	VEC_FOR (struct working, w, &p->steps) {
		if (!span_is(buf_span(&w->package), e->package) ||
			!span_is(buf_span(&w->step), e->text))
			continue;
		working_drop(w);
		*w = p->steps.v[--p->steps.n];
		draw(p, true);
		break;
	}
}

/* What rules put tabs between reads as words. */
static void add_plain(struct buf *out, struct span line)
{
	for (size_t i = 0; i < line.n; i++)
		buf_addc(out, line.s[i] == '\t' ? ' ' : line.s[i]);
}

static void on_output(struct progress *p, const struct event *e)
{
	struct span rest = e->text, line;

	if (p->level < SAY_DEBUG)
		return;
	if (!span_is(buf_span(&p->output_of), e->package)) {
		flush_output(p);
		buf_set(&p->output_of, e->package);
	}
	while (span_split(&rest, '\n', &line)) {
		add_plain(&p->output, line);
		if (line.s + line.n < e->text.s + e->text.n || p->output.n > 4096)
			flush_output(p);
	}
}

static void on_live(struct progress *p, const struct event *e)
{
	bool is_seen = p->term.err && p->style != PROGRESS_SILENT;
	AUTO(buf) line = BUF_INIT;

	add_plain(&line, e->text);
	progress_say(p, is_seen ? SAY_INFO : SAY_DEBUG, "%.*s| %s", SPAN_ARG(e->package), line.s);
}

static void on_debug(struct progress *p, const struct event *e)
{
	progress_say(p, SAY_DEBUG, "%.*s%s%.*s", SPAN_ARG(e->package), e->package.n ? ": " : "",
		SPAN_ARG(e->text));
}

static void on_info(struct progress *p, const struct event *e)
{
	progress_say(p, SAY_INFO, "%.*s%s%.*s", SPAN_ARG(e->package), e->package.n ? ": " : "",
		SPAN_ARG(e->text));
}

static void on_warn(struct progress *p, const struct event *e)
{
	progress_say(p, SAY_WARN, "%.*s%s%.*s", SPAN_ARG(e->package), e->package.n ? ": " : "",
		SPAN_ARG(e->text));
}

static void on_event(struct watch *watch, const struct event *event)
{
	static void (*const handlers[])(struct progress *, const struct event *) = {
		[WATCH_PLAN] = on_plan,
		[WATCH_WAIT] = on_wait,
		[WATCH_TRANSFER] = on_transfer,
		[WATCH_TRANSFER_END] = on_transfer_end,
		[WATCH_STEP] = on_step,
		[WATCH_STEP_END] = on_step_end,
		[WATCH_OUTPUT] = on_output,
		[WATCH_LIVE] = on_live,
		[WATCH_DEBUG] = on_debug,
		[WATCH_INFO] = on_info,
		[WATCH_WARN] = on_warn,
	};
	struct progress *p = (struct progress *)watch;

	handlers[event->kind](p, event);
}

void progress_init(struct progress *p, FILE *to)
{
	*p = (struct progress){
		.watch = {.on = on_event},
		.to = to,
		.style = PROGRESS_LINES,
		.level = SAY_INFO,
		.with_plan = true,
		.clock = clock_now,
		.drawn_at = -1,
		.output = BUF_INIT,
		.output_of = BUF_INIT,
		.term = {.width = 80},
	};
}

void progress_drop(struct progress *p)
{
	flush_output(p);
	progress_clear(p);
	vec_drop_each(&p->transfers, transfer_drop);
	vec_drop_each(&p->steps, working_drop);
	buf_drop(&p->output);
	buf_drop(&p->output_of);
}
