/* puavo-update: makes a machine's packages what a file says.
 *
 *	$ sudo fardel puavo-update /etc/puavo/packages
 *	NAME            ACTION       FROM   TO   OUTCOME    WHY
 *	google-chrome   install      146    147  done       installed from images.example.org
 *	zoom            remove:12    14     14   as-it-is   14 is newer than 12
 */
#include "cmd/cmd.h"
#include "cmd/sheet.h"

static const struct column columns[] = {
	{.key = "line"},
	{.title = "NAME", .key = "name"},
	{.title = "ACTION", .key = "action", .trunc = true},
	{.title = "FROM", .key = "from"},
	{.title = "TO", .key = "to"},
	{.title = "OUTCOME", .key = "outcome"},
	{.title = "WHY", .key = "why", .trunc = true},
	{.key = "error"},
	{.key = "transaction"},
};

static void print(struct run *run, const struct puavo_results *results)
{
	struct sheet *sheet = sheet_new(run, "lines", columns, COUNT(columns));

	VEC_FOR (const struct puavo_result, r, &results->of) {
		sheet_number(sheet, r->line);
		sheet_text(sheet, buf_span(&r->name));
		sheet_text(sheet, buf_span(&r->action));
		sheet_text(sheet, buf_span(&r->from));
		sheet_text(sheet, buf_span(&r->to));
		sheet_text(sheet, span_of(puavo_outcome_name(r->outcome)));
		sheet_text(sheet, buf_span(&r->why));
		sheet_text(sheet, span_of(r->code ? err_name(r->code) : ""));
		sheet_number(sheet, r->transaction);
	}
	sheet_end(sheet);
}

/* The error's own line says only how many. */
static void say_failed(struct run *run, const struct puavo_results *results, const struct err *err)
{
	VEC_FOR (const struct puavo_result, r, &results->of) {
		struct span more = buf_span(&r->more), line;

		if (r->outcome != PUAVO_FAILED || (err->code != ERR_PARTIAL && results->of.n == 1))
			continue;
		progress_say(&run->progress, SAY_ERROR, "%s: %s", r->name.s, r->why.s);
		while (span_split(&more, '\n', &line))
			progress_say(&run->progress, SAY_ERROR, "  %.*s", SPAN_ARG(line));
	}
}

static int run_puavo_update(struct run *run, struct err *err)
{
	struct puavo_options options = {
		.file = run->args.v[0],
		.dry_run = run->globals.dry_run,
		.offline = run->globals.offline,
		.yes = run->globals.yes,
	};
	struct puavo_results results = {0};
	int status;

	run->progress.with_plan = false;
	status = engine_puavo_update(run->engine, &options, &results, err);
	progress_clear(&run->progress);
	if (results.of.n || run->json)
		print(run, &results);
	if (status < 0)
		say_failed(run, &results, err);
	puavo_results_drop(&results);
	return status;
}

const struct cmd cmd_puavo_update = {
	.name = "puavo-update",
	.args = "FILE",
	.summary = "Make packages what a fleet's file says",
	.text = "FILE (\"-\": stdin) has lines of NAME ACTION[:VERSION]: do-nothing, extract, install, latest, "
		"prepare, remove; a name alone goes back to what the system image has. VERSION is a number or a "
		"package-id. Installers come from puavo.servers in fardel.toml, signed by a key of "
		"/etc/fardel/keys/HOST.gpg. A line that fails does not stop the others.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = 1,
	.need = need_change,
	.run = run_puavo_update,
};
