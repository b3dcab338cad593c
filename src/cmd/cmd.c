/* The table of commands, and the way from a command line to the row that it means. */
#include "cmd/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const struct cmd *const cmd_table[] = {
	&cmd_autoremove,
	&cmd_build,
	&cmd_cache_gc,
	&cmd_cache_list,
	&cmd_cache_verify,
	&cmd_config_show,
	&cmd_doctor,
	&cmd_download,
	&cmd_files,
	&cmd_gc,
	&cmd_help,
	&cmd_history,
	&cmd_hold,
	&cmd_install,
	&cmd_license,
	&cmd_lint,
	&cmd_list,
	&cmd_log,
	&cmd_lua,
	&cmd_orphans,
	&cmd_owns,
	&cmd_prepare,
	&cmd_preview,
	&cmd_puavo_update,
	&cmd_reconfigure,
	&cmd_reinstall,
	&cmd_remove,
	&cmd_repo_add,
	&cmd_repo_build,
	&cmd_repo_disable,
	&cmd_repo_enable,
	&cmd_repo_export_tree,
	&cmd_repo_import,
	&cmd_repo_key,
	&cmd_repo_list,
	&cmd_repo_remove,
	&cmd_repo_rotate,
	&cmd_repo_show,
	&cmd_repo_sign,
	&cmd_repo_trust,
	&cmd_repo_update,
	&cmd_search,
	&cmd_selftest,
	&cmd_show,
	&cmd_switch,
	&cmd_unconfigure,
	&cmd_undo,
	&cmd_unhold,
	&cmd_upgrade,
	&cmd_verify,
	&cmd_why,
	NULL,
};

const char *const cmd_group_titles[GROUPS] = {
	[GROUP_PACKAGES] = "Packages",
	[GROUP_REPOSITORIES] = "Repositories",
	[GROUP_CACHE] = "Cache",
	[GROUP_SYSTEM] = "System",
};

enum need need_nothing(const struct run *run UNUSED)
{
	return NEED_NOTHING;
}

enum need need_read(const struct run *run UNUSED)
{
	return NEED_READ;
}

enum need need_change(const struct run *run)
{
	return run->globals.dry_run ? NEED_READ : NEED_LOCK;
}

void run_init(struct run *run, const char *language)
{
	*run = (struct run){.language = language, .group = BUF_INIT};
	globals_init(&run->globals);
}

void run_drop(struct run *run)
{
	globals_drop(&run->globals);
	progress_drop(&run->progress);
	vec_drop(&run->args);
	texts_drop(&run->called);
	buf_drop(&run->group);
	json_free(run->json);
	if (run->cmd && run->own)
		opt_drop(&(struct opt_table){run->cmd->opts, run->cmd->opt_count, run->own});
	free(run->own);
}

enum form run_form(const struct run *run)
{
	if (run->globals.json)
		return FORM_JSON;
	return run->globals.plain || !run->term.out ? FORM_PLAIN : FORM_TABLE;
}

static bool is_called(const struct cmd *cmd, struct span name)
{
	if (span_is_text(name, cmd->name))
		return true;
	for (size_t i = 0; cmd->aliases[i]; i++)
		if (span_is_text(name, cmd->aliases[i]))
			return true;
	return false;
}

/* Where they stand from then on. */
static void set_args(struct run *run)
{
	for (size_t i = 0; i < run->args.n; i++)
		run->args.v[i] = run->called.of.v[i].s;
}

int run_command(struct run *run, struct err *err)
{
	int status;

	for (size_t i = 0; run->cmd->called && i < run->args.n; i++) {
		AUTO(buf) called = BUF_INIT;

		if (engine_called(run->engine, run->args.v[i], run->cmd->called, &called, err) < 0)
			return -1;
		texts_add(&run->called, buf_span(&called));
	}
	if (run->cmd->called)
		set_args(run);
	status = run->cmd->run(run, err);
	if (status < 0 && run->cmd->called >= CALLED_SHOWN)
		engine_blame_missing(run->engine, &run->called, err);
	return status;
}

const struct cmd *cmd_find(struct span name)
{
	for (size_t i = 0; cmd_table[i]; i++)
		if (is_called(cmd_table[i], name))
			return cmd_table[i];
	return NULL;
}

/* What stands behind "WORD " in a name, or NULL. */
static const char *behind(const char *name, struct span word)
{
	if (strncmp(name, word.s, word.n) == 0 && name[word.n] == ' ')
		return name + word.n + 1;
	return NULL;
}

bool cmd_is_group(struct span word)
{
	for (size_t i = 0; cmd_table[i]; i++)
		if (word.n && behind(cmd_table[i]->name, word))
			return true;
	return false;
}

struct words {
	VEC(char *) of;
};

static void words_drop(struct words *w)
{
	vec_drop_each(&w->of, mem_drop);
}

/* The name's word behind the group's, or, without one, its first. */
static void add_near(struct words *words, const char *group, const char *name)
{
	const char *word = *group ? behind(name, span_of(group)) : name;

	if (word)
		*vec_push(&words->of) = mem_dupn(word, strcspn(word, " "));
}

/* The nearest word: of the group's, or, without one, of the first words of all. */
static void add_nearest(struct buf *out, const char *group, const char *name)
{
	AUTO(words) words = {0};
	const char *nearest;

	for (size_t i = 0; cmd_table[i]; i++) {
		add_near(&words, group, cmd_table[i]->name);
		for (size_t k = 0; cmd_table[i]->aliases[k]; k++)
			add_near(&words, group, cmd_table[i]->aliases[k]);
	}
	*vec_push(&words.of) = NULL;
	nearest = text_nearest(span_of(name), (const char *const *)words.of.v);
	buf_adds(out, nearest ? nearest : "");
}

int cmd_unknown(const char *group, const char *name, struct err *err)
{
	const char *blank = *group ? " " : "";
	AUTO(buf) nearest = BUF_INIT;

	add_nearest(&nearest, group, name);
	if (nearest.n)
		err_set(err, ERR_USAGE, "there is no command '%s%s%s'; the nearest is '%s%s%s'",
			group, blank, name, group, blank, nearest.s);
	else
		err_set(err, ERR_USAGE, "there is no command '%s%s%s'", group, blank, name);
	return err_next(err, "see: fardel help%s%s", blank, group);
}

/* The first word, or the second of a group. */
static int take_word(struct run *run, struct opt_reader *r, const char *word, struct err *err)
{
	AUTO(buf) name = buf_dup(&run->group);

	if (!run->group.n && cmd_is_group(span_of(word))) {
		buf_sets(&run->group, word);
		return 0;
	}
	if (name.n)
		buf_addc(&name, ' ');
	buf_adds(&name, word);
	run->cmd = cmd_find(buf_span(&name));
	if (!run->cmd)
		return cmd_unknown(run->group.s, word, err);
	run->own = mem_zero(1, run->cmd->opt_size ? run->cmd->opt_size : 1);
	r->tables[1] = (struct opt_table){run->cmd->opts, run->cmd->opt_count, run->own};
	r->count = 2;
	opt_preset(&r->tables[1]);
	return 0;
}

/* "list, verify or gc" */
static void words_of(struct span group, struct buf *out)
{
	const char *last = NULL;

	for (size_t i = 0; cmd_table[i]; i++) {
		const char *word = behind(cmd_table[i]->name, group);

		if (!word)
			continue;
		if (last)
			buf_addf(out, "%s%s", out->n ? ", " : "", last);
		last = word;
	}
	if (last)
		buf_addf(out, "%s%s", out->n ? " or " : "", last);
}

static int check_count(const struct run *run, struct err *err)
{
	const struct cmd *cmd = run->cmd;

	if (run->args.n < cmd->least)
		err_set(err, ERR_USAGE, "something is missing: fardel %s %s", cmd->name, cmd->args);
	else if (run->args.n > cmd->most)
		err_set(err, ERR_USAGE, "'%s' is one argument too many", run->args.v[cmd->most]);
	else
		return 0;
	return -1;
}

static int check(const struct run *run, struct err *err)
{
	if (!run->cmd && run->group.n) {
		AUTO(buf) words = BUF_INIT;

		words_of(buf_span(&run->group), &words);
		err_set(err, ERR_USAGE, "%s what? %s", run->group.s, words.s);
		return err_next(err, "see: fardel help %s", run->group.s);
	}
	if (!run->cmd)
		return 0;
	if (check_count(run, err) == 0 && (!run->cmd->check || run->cmd->check(run, err) == 0))
		return 0;
	return -1;
}

static int read_all(struct run *run, const char *const *argv, struct err *err)
{
	struct opt_reader r = {.argv = argv, .count = 1};
	const char *word;
	int got;

	r.tables[0] = (struct opt_table){globals_rows, globals_count, &run->globals};
	while ((got = opt_next(&r, &word, err)) > 0) {
		if (run->cmd) {
			*vec_push(&run->args) = word;
			r.ended = r.ended || run->cmd->rest;
		} else if (take_word(run, &r, word, err) < 0) {
			return -1;
		}
	}
	globals_finish(&run->globals);
	return got;
}

int cmd_parse(struct run *run, const char *const *argv, struct err *err)
{
	int status = read_all(run, argv, err);

	if (status == 0 && !run->globals.help && !run->globals.version)
		status = check(run, err);
	if (status < 0 && run->cmd) {
		err_at(err, "%s", run->cmd->name);
		if (!err->next[0])
			err_next(err, "see: fardel help %s", run->cmd->name);
	} else if (status < 0 && !err->next[0]) {
		err_next(err, "see: fardel help");
	}
	return status;
}
