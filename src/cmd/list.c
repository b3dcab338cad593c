/* list: what is installed.
 *
 *	$ fardel list
 *	NAME            VERSION          ID         STATE       SINCE                SIZE
 *	google-chrome   147.0.7727.101   4e725051   installed   2026-11-02 09:14   402 MB
 *	zoom            6.2.11           91ab03c2   prepared    2026-11-20 15:02   598 MB
 */
#include <stdlib.h>

#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/sheet.h"
#include "engine/holds.h"

struct list_options {
	bool all, upgradable;
};

static const struct opt opts[] = {
	{"all", .letter = 'a', .kind = OPT_FLAG, .at = offsetof(struct list_options, all),
		.help = "every installation, old ones too"},
	{"upgradable", .letter = 'u', .kind = OPT_FLAG,
		.at = offsetof(struct list_options, upgradable),
		.help = "what the repositories have a better version of"},
};

static const struct column columns[] = {
	{.title = "NAME", .key = "name"}, {.title = "VERSION", .key = "version", .trunc = true},
	{.title = "ID", .key = "id", .trunc = true}, {.title = "STATE", .key = "state"},
	{.title = "SINCE", .key = "since", .trunc = true},
	{.title = "SIZE", .key = "size", .right = true},
	{.key = "held"}, /* in the table it is said with the state */
};

struct listing {
	const struct run *run;
	struct sheet *sheet;
	struct holds holds;
	bool *found; /* of each argument, whether there is such a package */
	size_t rows;
	struct buf state; /* of the row at work */
};

/* Its index among the arguments; their count if it is none of them. */
static size_t argument_of(const struct run *run, const struct bundle *b)
{
	size_t i = 0;

	while (i < run->args.n && !span_is_text(buf_span(&b->name), run->args.v[i]))
		i++;
	return i;
}

static int find(void *arg, const struct bundle *b, struct err *err)
{
	struct listing *l = arg;

	(void)err;
	for (size_t i = 0; i < l->run->args.n; i++)
		l->found[i] |= span_is_text(buf_span(&b->name), l->run->args.v[i]);
	return 0;
}

/* Before anything is printed: the rows are, one by one. */
static int check_names(struct listing *l, struct err *err)
{
	const struct run *run = l->run;
	int result = 0;

	if (!run->args.n)
		return 0;
	l->found = mem_zero(run->args.n, sizeof(*l->found));
	result = engine_each(run->engine, false, find, l, err);
	for (size_t i = 0; result == 0 && i < run->args.n; i++)
		if (!l->found[i])
			result =
				err_set(err, ERR_NO_PACKAGE, "%s: no such package", run->args.v[i]);
	free(l->found);
	return result;
}

static int add_row(void *arg, const struct bundle *b, struct err *err)
{
	struct listing *l = arg;
	struct sheet *sheet = l->sheet;
	bool held = bundle_in_use(b) && holds_has(&l->holds, buf_span(&b->name));

	(void)err;
	if (l->run->args.n && argument_of(l->run, b) == l->run->args.n)
		return 0;
	l->rows++;
	sheet_text(sheet, buf_span(&b->name));
	sheet_version(sheet, buf_span(&b->version), buf_span(&b->id));
	sheet_id(sheet, buf_span(&b->id));
	buf_clear(&l->state);
	buf_adds(&l->state, bundle_state_name(b->state));
	if (held && run_form(l->run) == FORM_TABLE)
		buf_adds(&l->state, ", held");
	sheet_text(sheet, buf_span(&l->state));
	sheet_time(sheet, b->since);
	sheet_size(sheet, b->size);
	sheet_bool(sheet, held);
	return 0;
}

static const struct column upgrade_columns[] = {
	{.title = "NAME", .key = "name"},
	{.title = "VERSION", .key = "version", .trunc = true},
	{.title = "AVAILABLE", .key = "available", .trunc = true},
	{.title = "REPOSITORY", .key = "repository"},
	{.title = "TO FETCH", .key = "size", .right = true},
	{.key = "becomes"}, /* in the table it is said with what is available */
	{.key = "serial"},
};

static bool is_asked_for(const struct run *run, const struct found *f)
{
	for (size_t i = 0; i < run->args.n; i++)
		if (span_is_text(buf_span(&f->name), run->args.v[i]))
			return true;
	return !run->args.n;
}

static void add_available(const struct run *run, struct sheet *sheet, const struct found *f)
{
	AUTO(buf) text = BUF_INIT;

	if (f->becomes.n && run_form(run) == FORM_TABLE)
		buf_addf(&text, "%s %s, serial %lld", f->becomes.s, f->version.s,
			(long long)f->serial);
	else
		buf_set(&text, buf_span(&f->version));
	sheet_text(sheet, buf_span(&text));
}

static int list_upgradable(struct run *run, struct err *err)
{
	AUTO(founds) founds = {0};
	struct sheet *sheet;
	size_t rows = 0;

	if (engine_upgradable(run->engine, &founds, err) < 0)
		return -1;
	sheet = sheet_new(run, "packages", upgrade_columns, COUNT(upgrade_columns));
	VEC_FOR (const struct found, f, &founds.of) {
		if (!is_asked_for(run, f))
			continue;
		rows++;
		sheet_text(sheet, buf_span(&f->name));
		sheet_text(sheet, buf_span(&f->installed));
		add_available(run, sheet, f);
		sheet_text(sheet, buf_span(&f->repository));
		sheet_size(sheet, f->size);
		sheet_text(sheet, buf_span(&f->becomes));
		sheet_number(sheet, f->serial);
	}
	sheet_end(sheet);
	if (!rows && run_form(run) == FORM_TABLE)
		progress_say(&run->progress, SAY_INFO, "Nothing can be upgraded.");
	return 0;
}

static int run_list(struct run *run, struct err *err)
{
	const struct list_options *own = run->own;
	struct listing l = {.run = run, .state = BUF_INIT};
	int status;

	if (check_names(&l, err) < 0)
		return -1;
	if (own->upgradable)
		return list_upgradable(run, err);
	if (engine_holds(run->engine, &l.holds, err) < 0)
		return -1;
	l.sheet = sheet_new(run, "packages", columns, COUNT(columns));
	status = engine_each(run->engine, own->all, add_row, &l, err);
	sheet_end(l.sheet);
	holds_drop(&l.holds);
	buf_drop(&l.state);
	if (status == 0 && !l.rows && run_form(run) == FORM_TABLE)
		progress_say(&run->progress, SAY_INFO, "No packages are installed.");
	return status;
}

const struct cmd cmd_list = {
	.name = "list",
	.args = "[NAME...]",
	.summary = "List packages",
	.text = "A table at a terminal; elsewhere, and with --plain, a line for each package with tabs "
		"between its name, version, id, state, time, size in bytes, and whether it is held.",
	.group = GROUP_PACKAGES,
	.most = ARGS_MANY,
	.called = CALLED_SHOWN,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct list_options),
	.need = need_read,
	.run = run_list,
};
