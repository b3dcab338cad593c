/* The global options' rows. */
#include "cmd/globals.h"

#include "base/buf.h"

static const char *const whens[] = {"auto", "always", "never", NULL};

#define AT(field) .at = offsetof(struct globals, field)

const struct opt globals_rows[] = {
	{"quiet", .letter = 'q', .kind = OPT_COUNT, AT(quiet),
		.help = "say less: without notes; twice, without warnings"},
	{"verbose", .alias = "debug", .letter = 'v', .kind = OPT_FLAG, AT(debug),
		.help = "say more: each step, and what the rules print"},
	{"dry-run", .letter = 'n', .kind = OPT_FLAG, AT(dry_run),
		.help = "print what would be done; change nothing"},
	{"yes", .letter = 'y', .kind = OPT_FLAG, AT(yes), .help = "answer questions with yes"},
	{"no-input", .kind = OPT_FLAG, AT(no_input), .help = "never ask, even at a terminal"},
	{"json", .kind = OPT_FLAG, AT(json), .help = "print one JSON object on stdout"},
	{"plain", .kind = OPT_FLAG, AT(plain),
		.help = "tab-separated lines: no header, colours or bars"},
	{"color", .alias = "colour", .kind = OPT_CHOICE, AT(color), .arg = "WHEN", .choices = whens,
		.help = "colours: auto, always or never"},
	{"progress", .kind = OPT_CHOICE, AT(progress), .arg = "WHEN", .choices = whens,
		.help = "bars: auto (else lines), always or never"},
	{"offline", .kind = OPT_FLAG, AT(offline), .help = "take packs from the cache only"},
	{"keep-going", .kind = OPT_FLAG, AT(keep_going),
		.help = "when a package fails, go on with the others"},
	{"root", .kind = OPT_TEXT, AT(root), .arg = "DIR", .help = "work on the system below DIR"},
	{"config", .kind = OPT_TEXT, AT(config_file), .arg = "FILE",
		.help = "read FILE in place of the usual configuration"},
	{"set", .kind = OPT_LIST, AT(sets), .arg = "KEY=VALUE",
		.help = "set an option of the configuration"},
	{"lock-timeout", .kind = OPT_NUMBER, AT(lock_timeout), .arg = "SEC", .min = -1,
		.max = INT32_MAX, .preset = GLOBALS_UNSET,
		.help = "seconds to wait for another fardel (-1: for ever)"},
	{"jobs", .letter = 'j', .kind = OPT_NUMBER, AT(jobs), .arg = "N", .min = 1, .max = 64,
		.preset = GLOBALS_UNSET, .help = "packs to fetch and to unpack at once"},
	{"help", .letter = 'h', .kind = OPT_FLAG, AT(help), .help = "print help, and stop"},
	{"version", .kind = OPT_FLAG, AT(version), .help = "print fardel's version, and stop"},
};
const size_t globals_count = COUNT(globals_rows);

void globals_init(struct globals *g)
{
	*g = (struct globals){0};
	opt_preset(&(struct opt_table){globals_rows, globals_count, g});
}

void globals_drop(struct globals *g)
{
	texts_drop(&g->sets);
}

static void add_set(struct globals *g, const char *key, int64_t value)
{
	AUTO(buf) text = BUF_INIT;

	if (value == GLOBALS_UNSET)
		return;
	buf_setf(&text, "%s=%lld", key, (long long)value);
	texts_add(&g->sets, buf_span(&text));
}

void globals_finish(struct globals *g)
{
	add_set(g, "lock.timeout", g->lock_timeout);
	add_set(g, "fetch.jobs", g->jobs);
	add_set(g, "prepare.jobs", g->jobs);
}
