/* search: what repositories offer.
 *
 *	$ fardel search video calls
 *	NAME    VERSION   INSTALLED   REPOSITORY   SUMMARY
 *	zoom    6.2.11    6.2.10      main         Video calls and meetings
 *	webex   44.11                 vendors      Calls, meetings and video
 */
#include "cmd/cmd.h"
#include "cmd/sheet.h"

struct search_own {
	bool installed, hidden;
	struct texts labels;
	int64_t limit;
};

static const struct opt opts[] = {
	{"installed", .kind = OPT_FLAG, .at = offsetof(struct search_own, installed),
		.help = "only what is installed"},
	{"hidden", .kind = OPT_FLAG, .at = offsetof(struct search_own, hidden),
		.help = "also packages that their wagon hides"},
	{"label", .kind = OPT_LIST, .at = offsetof(struct search_own, labels), .arg = "KEY[=VALUE]",
		.help = "only packages that have this label; may be repeated"},
	{"limit", .kind = OPT_NUMBER, .at = offsetof(struct search_own, limit), .arg = "N",
		.min = 1, .max = 1000, .preset = 100,
		.help = "so many at most (default: 100; at most 1000)"},
};

static const struct column columns[] = {
	{.title = "NAME", .key = "name"},
	{.title = "VERSION", .key = "version", .trunc = true},
	{.title = "INSTALLED", .key = "installed", .trunc = true},
	{.title = "REPOSITORY", .key = "repository"},
	{.title = "SUMMARY", .key = "summary", .trunc = true},
};

static void print(struct run *run, const struct founds *founds)
{
	struct sheet *sheet = sheet_new(run, "packages", columns, COUNT(columns));

	VEC_FOR (const struct found, f, &founds->of) {
		sheet_text(sheet, buf_span(&f->name));
		sheet_text(sheet, buf_span(&f->version));
		sheet_text(sheet,
			f->in_use && !f->installed.n ? SPAN("unknown") : buf_span(&f->installed));
		sheet_text(sheet, buf_span(&f->repository));
		sheet_text(sheet, buf_span(&f->summary));
	}
	sheet_end(sheet);
}

static int check_search(const struct run *run, struct err *err)
{
	const struct search_own *own = run->own;

	if (run->args.n || own->labels.of.n)
		return 0;
	return err_set(
		err, ERR_USAGE, "something is missing: fardel search WORD..., or give --label");
}

static int run_search(struct run *run, struct err *err)
{
	const struct search_own *own = run->own;
	AUTO(texts) words = {0};
	AUTO(founds) founds = {0};
	struct search_options options = {.words = &words,
		.labels = &own->labels,
		.hidden = own->hidden,
		.installed = own->installed,
		.limit = own->limit};

	for (size_t i = 0; i < run->args.n; i++)
		texts_add(&words, span_of(run->args.v[i]));
	if (engine_search(run->engine, &options, &founds, err) < 0)
		return -1;
	print(run, &founds);
	if (founds.lack)
		progress_say(&run->progress, SAY_INFO, "Nothing was found: %s: %s",
			founds.lack->what, founds.lack->next);
	else if (!founds.of.n)
		progress_say(&run->progress, SAY_INFO, "Nothing was found.");
	return 0;
}

const struct cmd cmd_search = {
	.name = "search",
	.args = "[WORD...]",
	.summary = "Search what the repositories have",
	.text = "Packages with all the words in their name, summary or description; the last word may be the "
		"beginning of one. The best come first: those with the words in their name, then in their summary. "
		"Without words it is all packages that have the labels. Labels are luet's; what a wagon hides is left out. "
		"The repositories are searched as they were last synced.",
	.group = GROUP_REPOSITORIES,
	.most = ARGS_MANY,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct search_own),
	.need = need_read,
	.check = check_search,
	.run = run_search,
};
