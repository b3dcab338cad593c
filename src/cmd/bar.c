/* One line of progress, as text. */
#include "cmd/bar.h"

#include <stdio.h>

#include "base/text.h"
#include "cmd/print.h"

#define BAR_MOST 30 /* columns */
#define BAR_LEAST 8

int bar_percent(const struct bar *b)
{
	if (b->total < 0)
		return -1;
	if (b->done >= b->total)
		return 100;
	return b->done <= 0 ? 0 : (int)((double)b->done * 100 / (double)b->total);
}

static void amount_part(struct buf *out, double value, bool fine, bool pad)
{
	buf_addf(out, "%*.*f", pad ? 3 : 0, fine ? 1 : 0, value);
}

void bar_amount(struct buf *out, const struct bar *b, bool pad)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	double total = (double)b->total, done = (double)b->done;
	size_t unit = 0;
	bool fine;

	if (b->total < 0) {
		text_size(out, b->done);
		return;
	}
	while (total >= 999.5) {
		total /= 1000;
		done /= 1000;
		unit++;
	}
	fine = unit && total < 9.95;
	amount_part(out, done, fine, pad);
	buf_adds(out, " of ");
	amount_part(out, total, fine, pad);
	buf_addf(out, " %s", units[unit]);
}

/* "0:01": what is left at this rate; nothing where that cannot be told. */
static void add_left(struct buf *out, const struct bar *b)
{
	double seconds;
	long whole;

	if (b->total < 0 || b->rate < 1 || b->done >= b->total)
		return;
	seconds = (double)(b->total - b->done) / b->rate;
	if (seconds > 359999)
		return;
	whole = (long)(seconds + 0.999);
	if (whole < 3600)
		buf_addf(out, "   %ld:%02ld", whole / 60, whole % 60);
	else
		buf_addf(out, "   %ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
}

static void add_rate(struct buf *out, const struct bar *b)
{
	AUTO(buf) rate = BUF_INIT;

	if (b->rate < 0)
		return;
	text_size(&rate, (int64_t)b->rate);
	buf_addf(out, "   %6s/s", rate.s);
}

/* Half columns where the locale has them: ━━━╸──; else ###>--. */
static void add_bar(struct buf *out, const struct bar *b, size_t columns, bool utf8)
{
	double part = b->total > 0 ? (double)b->done / (double)b->total : 1;
	size_t halves;

	if (part > 1)
		part = 1;
	halves = (size_t)(part * (double)columns * 2);
	for (size_t i = 0; i < columns; i++) {
		if (2 * i + 2 <= halves)
			buf_adds(out, utf8 ? "━" : "#");
		else if (2 * i + 1 == halves)
			buf_adds(out, utf8 ? "╸" : ">");
		else
			buf_adds(out, utf8 ? "─" : "-");
	}
}

/* "   74 %   136 of 184 MB   41 MB/s   0:01"; blanks stand for a percentage that is not known. */
static void add_numbers(struct buf *out, const struct bar *b)
{
	AUTO(buf) amount = BUF_INIT;

	if (b->total >= 0)
		buf_addf(out, "   %3d %%", bar_percent(b));
	else
		buf_adds(out, "        ");
	bar_amount(&amount, b, true);
	buf_addf(out, "   %13s", amount.s);
	add_rate(out, b);
	add_left(out, b);
}

void bar_format(struct buf *out, const struct bar *b, size_t name_width, size_t columns, bool utf8)
{
	/* The longest numbers are reserved, so that the bar keeps its length while they come and
	 * go. */
	size_t used =
		2 + name_width + 1 + sizeof("   100 %   123 of 123 MB   123 MB/s   12:34") - 1;
	size_t room = columns > used + 1 ? columns - used - 1 : 0;
	AUTO(buf) name = BUF_INIT;
	AUTO(buf) line = BUF_INIT;

	if (room > BAR_MOST)
		room = BAR_MOST;
	print_cut(&name, b->name, name_width, utf8);
	buf_adds(&line, "  ");
	print_pad(&line, buf_span(&name), name_width);
	if (room >= BAR_LEAST) {
		buf_addc(&line, ' ');
		if (b->total >= 0)
			add_bar(&line, b, room, utf8);
		else
			print_pad(&line, SPAN(""), room);
	}
	add_numbers(&line, b);
	print_cut(out, buf_span(&line), columns > 1 ? columns - 1 : 1, utf8);
}
