/* hold: packages that stay as they are, whatever else is asked for.
 *
 *	$ sudo fardel hold zoom --until 2026-12-24 --reason 'the new one has no sound'
 *	zoom: held at 6.2.10 until 2026-12-24 00:00
 *	$ fardel hold
 *	NAME   VERSION   SINCE              UNTIL              USER   REASON
 *	zoom   6.2.10    2026-11-22 05:20   2026-12-24 00:00   root   the new one has no sound
 */
#include <string.h>

#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/hold_print.h"
#include "cmd/sheet.h"
#include "engine/holds.h"

struct hold_options {
	const char *until, *reason;
};

static const struct opt opts[] = {
	{"until", .kind = OPT_TEXT, .at = offsetof(struct hold_options, until), .arg = "DATE",
		.help = "until that day begins, as 2026-12-24; or '2026-12-24 18:00'"},
	{"reason", .kind = OPT_TEXT, .at = offsetof(struct hold_options, reason), .arg = "TEXT",
		.help = "why: who is refused because of it reads this"},
};

static const struct column columns[] = {
	{.title = "NAME", .key = "name"},
	{.title = "VERSION", .key = "version", .trunc = true},
	{.title = "SINCE", .key = "since", .trunc = true},
	{.title = "UNTIL", .key = "until", .trunc = true},
	{.title = "USER", .key = "user"},
	{.title = "REASON", .key = "reason", .trunc = true},
};

static enum need need_hold(const struct run *run)
{
	return run->args.n ? need_change(run) : NEED_READ;
}

static int check_hold(const struct run *run, struct err *err)
{
	const struct hold_options *own = run->own;
	int64_t until;

	if (!run->args.n && (own->until || own->reason)) {
		err_set(err, ERR_USAGE, "which packages?");
		return err_next(err, "name them; without names those that are held are listed");
	}
	if (own->until && !text_time_parse(span_of(own->until), &until)) {
		err_set(err, ERR_USAGE, "--until %s: not a date", own->until);
		return err_next(err, "write it as 2026-12-24, or as '2026-12-24 18:00'");
	}
	if (own->reason &&
		(!text_is_line(span_of(own->reason)) || strlen(own->reason) > HOLD_REASON_MAX))
		return err_set(
			err, ERR_USAGE, "--reason: one line of at most %d bytes", HOLD_REASON_MAX);
	return 0;
}

static void add_row(const struct run *run, struct sheet *sheet, const struct hold *h)
{
	sheet_text(sheet, buf_span(&h->name));
	sheet_text(sheet, buf_span(&h->version));
	sheet_time(sheet, h->since);
	if (h->until || run_form(run) != FORM_TABLE)
		sheet_time(sheet, h->until);
	else
		sheet_text(sheet, SPAN("-"));
	sheet_text(sheet, buf_span(&h->user));
	sheet_text(sheet, buf_span(&h->reason));
}

static int list_holds(struct run *run, struct err *err)
{
	AUTO(holds) holds = HOLDS_INIT;
	struct sheet *sheet;

	if (engine_holds(run->engine, &holds, err) < 0)
		return -1;
	sheet = sheet_new(run, "holds", columns, COUNT(columns));
	VEC_FOR (const struct hold, h, &holds.of)
		add_row(run, sheet, h);
	sheet_end(sheet);
	if (!holds.of.n && run_form(run) == FORM_TABLE)
		progress_say(&run->progress, SAY_INFO, "No packages are held.");
	return 0;
}

static int run_hold(struct run *run, struct err *err)
{
	const struct hold_options *own = run->own;
	struct hold_order order = {.held = true, .reason = own->reason};

	if (!run->args.n)
		return list_holds(run, err);
	if (own->until && !text_time_parse(span_of(own->until), &order.until))
		return err_set(err, ERR_USAGE, "--until %s: not a date", own->until);
	return hold_change(run, &order, err);
}

const struct cmd cmd_hold = {
	.name = "hold",
	.args = "[NAME...]",
	.summary = "Keep packages as they are",
	.text = "No other version of a held package is taken into use, and it is not removed: what would "
		"do that is refused, and an upgrade of all passes it over. Without names those that "
		"are held are listed.",
	.group = GROUP_PACKAGES,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct hold_options),
	.need = need_hold,
	.check = check_hold,
	.called = CALLED_HERE,
	.run = run_hold,
};
