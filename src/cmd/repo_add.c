/* repo add: writes a new repository's file.
 *
 *	$ sudo fardel repo add main https://repo.example/main --key RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3
 *	main: added as /etc/fardel/repos.d/main.yml, trusting the key E7620F1842B4E81F
 *	Fetch its index with: fardel repo update main
 */
#include "cmd/repo_print.h"

enum kind { KIND_AUTO, KIND_HTTP, KIND_DISK, KIND_DIR, KIND_DOCKER };
static const char *const kinds[] = {"auto", "http", "disk", "dir", "docker", NULL};
/* "auto", then as REPOSITORY_… */
static const char *const formats[] = {"auto", [REPOSITORY_FARDEL + 1] = "fardel",
	[REPOSITORY_LUET + 1] = "luet", [REPOSITORY_PACKETS + 1] = "packets",
	[REPOSITORY_FORMATS + 1] = NULL};

struct repo_add_options {
	struct texts keys;
	unsigned kind, format;
	int64_t priority;
	const char *description;
	bool disabled, no_signature;
};

#define AT(field) .at = offsetof(struct repo_add_options, field)
static const struct opt opts[] = {
	{"key", .letter = 'k', .kind = OPT_LIST, AT(keys), .arg = "FILE",
		.help = "a key to trust: its line (RW...), or minisign's file of it; may be given again"},
	{"type", .letter = 't', .kind = OPT_CHOICE, AT(kind), .arg = "TYPE", .choices = kinds,
		.help = "http, disk (or dir), docker (images of a registry); auto: as the URL tells"},
	{"format", .letter = 'f', .kind = OPT_CHOICE, AT(format), .arg = "FORMAT",
		.choices = formats,
		.help = "what is there: fardel, luet, packets; auto: luet of docker, else fardel"},
	{"priority", .letter = 'p', .kind = OPT_NUMBER, AT(priority), .arg = "NUMBER",
		.min = INT32_MIN, .max = INT32_MAX, .preset = REPOSITORY_PRIORITY,
		.help = "the lowest is preferred (default: 9999)"},
	{"description", .letter = 'D', .kind = OPT_TEXT, AT(description), .arg = "TEXT",
		.help = "what it is, for people"},
	{"disabled", .kind = OPT_FLAG, AT(disabled), .help = "do not use it yet"},
	{"no-signature", .kind = OPT_FLAG, AT(no_signature),
		.help = "take what is not signed: whoever can change what arrives decides what root runs"},
};

static enum repository_type type_of(const struct run *run)
{
	const struct repo_add_options *own = run->own;
	static const enum repository_type types[] = {[KIND_HTTP] = REPOSITORY_HTTP,
		[KIND_DISK] = REPOSITORY_DISK,
		[KIND_DIR] = REPOSITORY_DISK,
		[KIND_DOCKER] = REPOSITORY_DOCKER};
	struct span url = span_of(run->args.v[1]);

	if (own->kind != KIND_AUTO)
		return types[own->kind];
	return span_starts(url, "/") || span_starts(url, "file:") ? REPOSITORY_DISK
								  : REPOSITORY_HTTP;
}

static enum repository_format format_of(
	const struct repo_add_options *own, enum repository_type type)
{
	if (own->format)
		return (enum repository_format)(own->format - 1);
	return type == REPOSITORY_DOCKER ? REPOSITORY_LUET : REPOSITORY_FARDEL;
}

static int check_format(const struct repository *r, struct err *err)
{
	if (r->type != REPOSITORY_DOCKER || r->format == REPOSITORY_LUET)
		return 0;
	return err_set(err, ERR_USAGE,
		"of --type docker there are only repositories of luet's: --format luet");
}

static void fill(const struct run *run, struct repository *r)
{
	const struct repo_add_options *own = run->own;

	repository_init(r);
	buf_sets(&r->name, run->args.v[0]);
	r->type = type_of(run);
	for (size_t i = 1; i < run->args.n; i++)
		texts_add(&r->urls, span_of(run->args.v[i]));
	buf_sets(&r->description, own->description ? own->description : "");
	r->priority = own->priority;
	r->enable = !own->disabled;
	r->format = format_of(own, r->type);
	/* Nobody signs those of others, but where there is a key. */
	r->require_signature =
		!own->no_signature && (r->format == REPOSITORY_FARDEL || own->keys.of.n);
	VEC_FOR (const struct buf, key, &own->keys.of)
		texts_add(&r->keys, buf_span(key));
}

static void say(struct run *run, const struct repository *r, const struct repo_change *c)
{
	AUTO(buf) keys = BUF_INIT;

	VEC_FOR (const struct buf, id, &c->after.of)
		buf_addf(&keys, "%s%s",
			keys.n              ? ", "
			: c->after.of.n > 1 ? ", trusting the keys "
					    : ", trusting the key ",
			id->s);
	progress_say(&run->progress, SAY_INFO, "%s: %sadded as %s%s", c->name.s,
		run->globals.dry_run ? "would be " : "", c->file.s, keys.s);
	if (!r->require_signature)
		progress_say(&run->progress, SAY_WARN, "%s: what is not signed is taken, too",
			c->name.s);
	else if (!c->after.of.n)
		progress_say(&run->progress, SAY_WARN,
			"%s: no key is trusted yet, so nothing of it counts: fardel repo trust %s KEY",
			c->name.s, c->name.s);
	else if (r->enable && !run->globals.dry_run)
		progress_say(&run->progress, SAY_INFO,
			"Fetch its index with: fardel repo update %s", c->name.s);
}

static int run_repo_add(struct run *run, struct err *err)
{
	AUTO(repository) new;
	AUTO(repo_changes) changes = {0};
	struct repo_change *change = vec_push(&changes.of);
	int status;

	fill(run, &new);
	if (check_format(&new, err) < 0)
		return -1;
	status = engine_repo_add(run->engine, &new, run->globals.dry_run, change, err);
	if (status == 0 && run->json)
		repo_print(run, &changes, "added");
	else if (status == 0)
		say(run, &new, change);
	return status;
}

const struct cmd cmd_repo_add = {
	.name = "repo add",
	.args = "NEW-NAME URL...",
	.summary = "Add a repository",
	.text = "Further URLs have the same files: the next is tried where one fails. A key, which the repository's "
		"owner makes known by another way than the repository itself, says whose signatures count.",
	.group = GROUP_REPOSITORIES,
	.least = 2,
	.most = 1 + REPOSITORY_URLS_MAX,
	.opts = opts,
	.opt_count = COUNT(opts),
	.opt_size = sizeof(struct repo_add_options),
	.need = need_nothing,
	.run = run_repo_add,
};
