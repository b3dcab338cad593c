/* repo import: what another package manager has installed, taken over as it is.
 *
 *	$ sudo fardel repo import packets
 *	NAME     VERSION   PATHS   RESULT
 *	libx-1   1.2          12   taken over
 *	tool-1   1.0           9   taken over
 *	# luet database get --files $(luet search --installed --quiet) | fardel repo import luet
 *	NAME          VERSION   PATHS   RESULT
 *	app-x/hello   1.0           3   taken over
 */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/print.h"
#include "cmd/sheet.h"
#include "engine/import.h"

static int import_packets(
	struct engine *e, const char *file, bool dry_run, struct imports *out, struct err *err)
{
	(void)file;
	return engine_import_packets(e, dry_run, out, err);
}

static const struct {
	const char *name;
	bool by_file;
	int (*import)(struct engine *e, const char *file, bool dry_run, struct imports *out,
		struct err *err);
} sources[] = {{"luet", true, engine_import_luet}, {"packets", false, import_packets}};

static const struct column columns[] = {
	{.title = "NAME", .key = "name"},
	{.title = "VERSION", .key = "version", .trunc = true},
	{.title = "PATHS", .key = "paths", .right = true},
	{.key = "why"},
	{.title = "RESULT", .key = "result", .trunc = true},
};

static const char *result_of(const struct run *run, const struct imported *i)
{
	static const char *const words[IMPORT_OUTCOMES] = {[IMPORT_TAKEN] = "taken over",
		[IMPORT_THERE] = "there already",
		[IMPORT_FAILED] = "failed"};

	if (i->outcome == IMPORT_TAKEN && run->globals.dry_run)
		return "would be taken over";
	return words[i->outcome];
}

static void print(struct run *run, const struct imports *imports)
{
	struct sheet *sheet = sheet_new(run, "packages", columns, COUNT(columns));

	VEC_FOR (const struct imported, i, &imports->of) {
		sheet_text(sheet, buf_span(&i->name));
		sheet_text(sheet, buf_span(&i->version));
		sheet_number(sheet, i->paths);
		sheet_text(sheet, span_of(i->err.text));
		sheet_text(sheet, span_of(result_of(run, i)));
	}
	sheet_end(sheet);
}

static void tell(struct run *run, const struct imports *imports)
{
	VEC_FOR (const struct imported, i, &imports->of) {
		VEC_FOR (const struct buf, note, &i->notes.of)
			progress_say(&run->progress, SAY_WARN, "%s: %s", i->name.s, note->s);
		if (i->outcome != IMPORT_FAILED || imports->of.n == 1)
			continue;
		progress_say(&run->progress, SAY_WARN, "%s: %s", i->name.s, i->err.text);
		if (*err_hint(&i->err))
			progress_say(&run->progress, SAY_WARN, "  %s", err_hint(&i->err));
	}
}

static int run_repo_import(struct run *run, struct err *err)
{
	AUTO(imports) imports = {0};
	int status = -1;

	for (size_t i = 0; i < COUNT(sources); i++)
		if (strcmp(run->args.v[0], sources[i].name) == 0)
			status = sources[i].import(run->engine,
				run->args.n > 1 ? run->args.v[1] : "-", run->globals.dry_run,
				&imports, err);
	print(run, &imports);
	tell(run, &imports);
	return status;
}

static int check(const struct run *run, struct err *err)
{
	for (size_t i = 0; i < COUNT(sources); i++) {
		if (strcmp(run->args.v[0], sources[i].name) != 0)
			continue;
		if (run->args.n < 2 || sources[i].by_file)
			return 0;
		return err_set(err, ERR_USAGE, "'%s' is one argument too many", run->args.v[1]);
	}
	return err_set(err, ERR_USAGE,
		"%s: nothing can be taken over from that; from luet and packets it can",
		run->args.v[0]);
}

const struct cmd cmd_repo_import = {
	.name = "repo import",
	.args = "packets | luet [FILE]",
	.summary = "Take over what another package manager has installed",
	.text = "Of Packets (/etc/packets/installed.db): each package's folder, and the links to it in binDir, are fardel's from "
		"then on, as if it had installed them: list, verify, upgrade and remove know them. Nothing is installed anew, no hook runs, and "
		"Packets' own database stays as it is. Of luet, FILE (else stdin) is what `luet database get --files CATEGORY/NAME...` printed: each package is installed from then on "
		"with the files that it has as they are; sync its wagons first, as what they still have can be unpacked anew. "
		"What is there already is left alone.",
	.group = GROUP_REPOSITORIES,
	.least = 1,
	.most = 2,
	.need = need_change,
	.check = check,
	.run = run_repo_import,
};
