/* repo list: the repositories that are configured, the preferred first.
 *
 *	$ fardel repo list
 *	NAME      STATE      PRIORITY   REVISION   PUBLISHED          SYNCED             DESCRIPTION
 *	main      enabled          10       1207   2026-11-22 04:00   2026-11-22 09:14   Our own packages
 *	vendors   disabled       9999                                                    https://vendors.example/fardel
 */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/sheet.h"
#include "engine/repo.h"
#include "model/pack.h"

enum kind { KIND_ALL, KIND_HTTP, KIND_DISK, KIND_DIR, KIND_DOCKER };
static const char *const kinds[] = {"all", "http", "disk", "dir", "docker", NULL};

struct repo_list_options {
	bool enabled, disabled, urls;
	unsigned kind;
};

#define AT(field) .at = offsetof(struct repo_list_options, field)
static const struct opt opts[] = {
	{"enabled", .kind = OPT_FLAG, AT(enabled), .help = "those that are enabled"},
	{"disabled", .kind = OPT_FLAG, AT(disabled), .help = "those that are disabled"},
	{"type", .letter = 't', .kind = OPT_CHOICE, AT(kind), .arg = "TYPE", .choices = kinds,
		.help = "those of a type: http, disk (or dir), docker; all"},
	{"urls", .letter = 'u', .kind = OPT_FLAG, AT(urls), .help = "show where each may be had"},
};

#define NARROW 100 /* columns of a terminal that are too few for both times */

enum { COLUMN_TYPE = 2, COLUMN_PUBLISHED = 5, COLUMN_URLS = 7, COLUMN_FORMAT = 10 };
static const struct column columns[] = {
	{.title = "NAME", .key = "name"},
	{.title = "STATE", .key = "state"},
	{.title = "TYPE", .key = "type"},
	{.title = "PRIORITY", .key = "priority", .right = true},
	{.title = "REVISION", .key = "revision", .right = true},
	{.title = "PUBLISHED", .key = "issued"},
	{.title = "SYNCED", .key = "synced"},
	{.title = "URLS", .key = "urls", .trunc = true},
	{.title = "DESCRIPTION", .key = "description", .trunc = true},
	{.key = "file"},
	{.title = "FORMAT", .key = "format"},
};

static bool is_wanted(const struct repo_list_options *own, const struct repository *r)
{
	static const enum repository_type types[] = {[KIND_HTTP] = REPOSITORY_HTTP,
		[KIND_DISK] = REPOSITORY_DISK,
		[KIND_DIR] = REPOSITORY_DISK,
		[KIND_DOCKER] = REPOSITORY_DOCKER};

	if (own->enabled != own->disabled && r->enable != own->enabled)
		return false;
	return own->kind == KIND_ALL || r->type == types[own->kind];
}

/* Of what was never synced nothing is known: in a table that is no word's worth. */
static void add_known(struct sheet *sheet, enum form form, const struct repo_known *known)
{
	if (known->revision) {
		sheet_number(sheet, known->revision);
		sheet_time(sheet, known->issued);
		sheet_time(sheet, known->synced);
		return;
	}
	if (form != FORM_TABLE) {
		sheet_version(sheet, SPAN(""), SPAN(""));
		sheet_time(sheet, known->issued);
		sheet_time(sheet, known->synced);
		return;
	}
	for (int i = 0; i < 3; i++)
		sheet_text(sheet, SPAN(""));
}

static void add_row(struct sheet *sheet, enum form form, const struct repository *r,
	const struct repo_known *known)
{
	AUTO(texts) urls = {0};
	struct span description = buf_span(&r->description);

	VEC_FOR (const struct buf, url, &r->urls.of) {
		AUTO(buf) shown = BUF_INIT;

		pack_show_url(buf_span(url), &shown);
		texts_add(&urls, buf_span(&shown));
	}
	if (!description.n && form == FORM_TABLE)
		description = buf_span(&urls.of.v[0]);
	sheet_text(sheet, buf_span(&r->name));
	sheet_colored(
		sheet, r->enable ? SPAN("enabled") : SPAN("disabled"), r->enable ? "green" : "red");
	sheet_text(sheet, span_of(repository_type_name(r->type)));
	sheet_number(sheet, r->priority);
	add_known(sheet, form, known);
	sheet_list(sheet, &urls);
	sheet_text(sheet, description);
	sheet_text(sheet, buf_span(&r->file));
	sheet_text(sheet, span_of(repository_format_name(r->format)));
}

/* Where all are ours, their types are of little interest. */
static bool has_foreign(const struct repos *repos)
{
	VEC_FOR (const struct repository, r, &repos->of.of)
		if (r->format != REPOSITORY_FARDEL)
			return true;
	return false;
}

static size_t print_all(struct run *run, const struct repos *repos)
{
	const struct repo_list_options *own = run->own;
	struct column shown[COUNT(columns)];
	struct sheet *sheet;
	size_t rows = 0;

	memcpy(shown, columns, sizeof(columns));
	if (!own->urls)
		shown[COLUMN_URLS].title = NULL;
	/* When it was last up to date counts more than when that was published. */
	if (run->term.width < NARROW)
		shown[COLUMN_PUBLISHED].title = NULL;
	/* Who asks for them wants all of them. */
	shown[COLUMN_URLS].trunc = false;
	if (!has_foreign(repos))
		shown[COLUMN_TYPE].title = shown[COLUMN_FORMAT].title = NULL;
	sheet = sheet_new(run, "repositories", shown, COUNT(shown));
	for (size_t i = 0; i < repos->of.of.n; i++) {
		const struct repository *r = &repos->of.of.v[i];

		if (!is_wanted(own, r))
			continue;
		rows++;
		add_row(sheet, run_form(run), r, &repos->known.v[i]);
	}
	sheet_end(sheet);
	return rows;
}

/* With --quiet the names alone, a line each. */
static size_t print_names(const struct run *run, const struct repos *repos)
{
	AUTO(buf) out = BUF_INIT;
	size_t rows = 0;

	VEC_FOR (const struct repository, r, &repos->of.of) {
		if (!is_wanted(run->own, r))
			continue;
		rows++;
		buf_addf(&out, "%s\n", r->name.s);
	}
	print_out(&out);
	return rows;
}

static void put_faults(struct run *run, const struct repository_faults *faults)
{
	struct json *list = json_array();

	VEC_FOR (const struct repository_fault, f, &faults->of) {
		struct json *item = json_object();

		json_put_text(item, "file", buf_span(&f->file));
		json_put_text(item, "why", span_of(f->err.text));
		json_append(list, item);
	}
	json_put(run->json, "unusable", list);
}

static int run_repo_list(struct run *run, struct err *err)
{
	AUTO(repos) repos = {0};
	size_t rows;

	if (engine_repos(run->engine, &repos, err) < 0)
		return -1;
	rows = run->globals.quiet && !run->json ? print_names(run, &repos) : print_all(run, &repos);
	if (run->json)
		put_faults(run, &repos.faults);
	if (!rows && run_form(run) == FORM_TABLE)
		progress_say(&run->progress, SAY_INFO,
			repos.of.of.n
				? "None is like that."
				: "There are no repositories. Add one with: fardel repo add NAME URL --key KEY");
	return 0;
}

const struct cmd cmd_repo_list = {
	.name = "repo list",
	.args = "",
	.summary = "List repositories",
	.text = "A table at a terminal, the preferred first: green ones are enabled, red ones disabled. PUBLISHED is "
		"when the revision was published, SYNCED when it was last found to be the newest. Type and format are shown "
		"where there are wagons of luet's or repositories of Packets'. With --quiet only the names are printed.",
	.group = GROUP_REPOSITORIES,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct repo_list_options),
	.need = need_read,
	.run = run_repo_list,
};
