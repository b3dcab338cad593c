/* puavo-pkg.
 *
 *	# puavo-pkg install zoom.tar.gz
 *	PUAVO-PKG INFO: zoom: prepared for configuration
 *	PUAVO-PKG INFO: zoom: installed successfully
 *	$ puavo-pkg list
 *	google-chrome    0b1c7c5c2f4be4d0bd2a7b8b3fd6e5c1
 *	zoom             5d41402abc4b2a76b9719d911017c592
 */
#include "cmd/puavo.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/puavo_ask.h"

/* --- What it says ---------------------------------------------------------------------------------------- */

/* A line that is escaped already. */
static void put(struct puavo *p, int level, struct span line)
{
	static const char *const words[] = {
		[LOG_ERR] = "ERROR", [LOG_WARNING] = "WARNING", [LOG_INFO] = "INFO"};

	if (level > p->level)
		return;
	fprintf(stderr, "PUAVO-PKG %s: %.*s\n", words[level], SPAN_ARG(line));
	if (access("/dev/log", W_OK) == 0)
		syslog(LOG_USER | level, "%.*s", SPAN_ARG(line));
}

static PRINTF(3, 4) void say(struct puavo *p, int level, const char *format, ...)
{
	AUTO(buf) raw = BUF_INIT;
	AUTO(buf) safe = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_addv(&raw, format, args);
	va_end(args);
	text_escape(&safe, buf_span(&raw));
	put(p, level, buf_span(&safe));
}

static void on_event(struct watch *watch, const struct event *e)
{
	struct puavo *p = (struct puavo *)watch;
	const char *colon = e->package.n ? ": " : "";

	switch (e->kind) {
	case WATCH_OUTPUT:
		/* Of what rules say, configure's data alone is meant for who called. */
		if (e->done == 2)
			fwrite(e->text.s, 1, e->text.n, stderr);
		else if (e->done == 1) {
			fwrite(e->text.s, 1, e->text.n, stdout);
			fflush(stdout);
		}
		break;
	case WATCH_WAIT: say(p, LOG_INFO, "waiting for %.*s", SPAN_ARG(e->text)); break;
	case WATCH_INFO:
		say(p, LOG_INFO, "%.*s%s%.*s", SPAN_ARG(e->package), colon, SPAN_ARG(e->text));
		break;
	case WATCH_WARN:
		say(p, LOG_WARNING, "%.*s%s%.*s", SPAN_ARG(e->package), colon, SPAN_ARG(e->text));
		break;
	default: break;
	}
}

static void say_error(struct puavo *p, const struct err *err)
{
	struct span rest = span_of(err->detail), line;
	const char *hint = err_hint(err);
	bool see = span_starts(span_of(hint), "see: ");
	AUTO(buf) next = BUF_INIT;

	put(p, LOG_ERR, span_of(err->text));
	while (span_split(&rest, '\n', &line))
		put(p, LOG_ERR, line);
	buf_addf(&next, "%s%s", see ? "" : "next: ", hint);
	if (*hint)
		put(p, LOG_ERR, buf_span(&next));
}

/* --- Packages come and go -------------------------------------------------------------------------------- */

static void put_undone(struct puavo *p, const char *name, const struct buf *why)
{
	AUTO(buf) line = BUF_INIT;

	buf_addf(&line, "%s: %s", name, why->n ? why->s : "not done");
	put(p, LOG_ERR, buf_span(&line));
}

/* What is said when it is done; the old version went with a new one's coming. */
static void say_done(struct puavo *p, const struct plan *plan, const char *done)
{
	VEC_FOR (const struct plan_item, item, &plan->of) {
		const char *name = item->to.name.n ? item->to.name.s : item->from.name.s;

		if (item->result == RESULT_DONE)
			say(p, LOG_INFO, "%s: %s successfully", name, done);
		else if (item->result != RESULT_OPEN && plan->of.n > 1)
			put_undone(p, name, &item->why);
		VEC_FOR (const struct buf, path, &item->left.of)
			say(p, LOG_WARNING, "%s: others have changed %s since: it stays", name,
				path->s);
	}
}

static int carry_out(struct puavo *p, struct request *request, const char *done, struct err *err)
{
	struct plan plan = PLAN_INIT;
	int status;

	request->puavo = true;
	request->yes = true; /* nobody is asked */
	status = engine_run(p->engine, request, &plan, err);
	say_done(p, &plan, done);
	plan_drop(&plan);
	request_drop(request);
	return status;
}

static struct request request_of(enum goal goal, const char *item)
{
	struct request request = {.goal = goal};

	request.all = strcmp(item, "--all") == 0;
	request.keep_going = request.all;
	if (!request.all)
		texts_add(&request.items, span_of(item));
	return request;
}

static bool is_installer(const char *argument)
{
	return span_ends(span_of(argument), ".tar.gz");
}

/* Whatever it is called, it is a file here. */
static int run_with_file(struct puavo *p, enum goal goal, const char *done, struct err *err)
{
	AUTO(buf) path = BUF_INIT;
	struct request request;

	if (access(p->args[0], F_OK) < 0)
		return err_set(err, ERR_FAILED, "installer '%s' does not exist", p->args[0]);
	buf_addf(&path, "%s%s", strchr(p->args[0], '/') ? "" : "./", p->args[0]);
	request = request_of(goal, path.s);
	return carry_out(p, &request, done, err);
}

static int run_install(struct puavo *p, struct err *err)
{
	return run_with_file(p, GOAL_INSTALL, "installed", err);
}

static int run_prepare(struct puavo *p, struct err *err)
{
	return run_with_file(p, GOAL_PREPARE, "prepared", err);
}

/* Borrows from the world. */
static const struct bundle *installed(const struct world *world, const char *name)
{
	return world_current(world, span_of(name));
}

static int run_reconfigure(struct puavo *p, struct err *err)
{
	struct request request = request_of(GOAL_RECONFIGURE, p->args[0]);

	return carry_out(p, &request, "configured", err);
}

static int run_unconfigure(struct puavo *p, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	struct request request;

	if (engine_world(p->engine, &world, err) < 0)
		return -1;
	if (!installed(&world, p->args[0]))
		return 0;
	request = request_of(GOAL_UNCONFIGURE, p->args[0]);
	return carry_out(p, &request, "unconfigured", err);
}

/* What fardel installed in a layout of its own goes whole, as nobody looks for its folder at puavo's place. */
static int remove_one(struct puavo *p, const struct bundle *b, struct err *err)
{
	struct request request = request_of(GOAL_REMOVE, b->name.s);

	request.strip = true;
	return carry_out(p, &request, "removed", err);
}

static int remove_all(struct puavo *p, const struct world *world, struct err *err)
{
	struct err first = ERR_INIT;

	VEC_FOR (const struct bundle, b, &world->of) {
		if (!bundle_in_use(b) || remove_one(p, b, err) == 0)
			continue;
		if (err->code == ERR_SIGNAL)
			return -1;
		if (first.code != ERR_NONE)
			say_error(p, &first);
		first = *err;
		err_clear(err);
	}
	return first.code == ERR_NONE ? 0 : err_copy(err, &first);
}

static int run_remove(struct puavo *p, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	const struct bundle *b;

	if (engine_world(p->engine, &world, err) < 0)
		return -1;
	if (strcmp(p->args[0], "--all") == 0)
		return remove_all(p, &world, err);
	b = installed(&world, p->args[0]);
	if (b)
		return remove_one(p, b, err);
	err_set(err, ERR_NO_PACKAGE, "package '%s' is not installed", p->args[0]);
	return err_next(err, "see: puavo-pkg list");
}

/* The installation of that name in a folder, by whatever way that is named. */
static const struct bundle *in_folder(
	struct puavo *p, const struct world *world, const char *name, const char *folder)
{
	struct stat wanted, st;

	if (stat(folder, &wanted) < 0)
		return NULL;
	for (const struct bundle *b = world_first(world, span_of(name)); b;
		b = world_next(world, b)) {
		AUTO(buf) path = BUF_INIT;

		engine_folder(p->engine, b, &path);
		if (stat(path.s, &st) == 0 && st.st_dev == wanted.st_dev &&
			st.st_ino == wanted.st_ino)
			return b;
	}
	return NULL;
}

static int take_into_use(struct puavo *p, const struct bundle *b, struct err *err)
{
	struct request request = request_of(GOAL_INSTALL, b->name.s);

	request.id = b->id.s;
	return carry_out(p, &request, "configured", err);
}

static int run_reconfigure_upgrade(struct puavo *p, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	const struct bundle *b;

	if (engine_world(p->engine, &world, err) < 0)
		return -1;
	b = in_folder(p, &world, p->args[0], p->args[1]);
	if (b)
		return take_into_use(p, b, err);
	return err_set(err, ERR_FAILED, "%s is no prepared installation of package '%s'",
		p->args[1], p->args[0]);
}

static int run_switch_to_system(struct puavo *p, struct err *err)
{
	AUTO(world) world = WORLD_INIT;
	const struct bundle *system, *current;

	if (engine_world(p->engine, &world, err) < 0)
		return -1;
	system = world_system(&world, span_of(p->args[0]));
	current = installed(&world, p->args[0]);
	if (!system)
		return run_unconfigure(p, err);
	return system == current ? 0 : take_into_use(p, system, err);
}

/* --- What is no more needed ------------------------------------------------------------------------------ */

static int collect(struct puavo *p, int (*gc)(struct engine *, struct items *, struct err *),
	const char *what, struct err *err)
{
	AUTO(items) items = {0};
	size_t left = 0;

	if (gc(p->engine, &items, err) < 0)
		return -1;
	VEC_FOR (const struct item, i, &items.of) {
		say(p, i->done ? LOG_INFO : LOG_ERR, "%s: %s %s %s", i->name.s,
			i->done ? "removed" : "could not remove", what, i->id.s);
		left += !i->done;
	}
	return left ? err_set(err, ERR_FAILED, "%zu of them are left", left) : 0;
}

static int run_gc_installations(struct puavo *p, struct err *err)
{
	return collect(p, engine_puavo_gc, "old installation", err);
}

static int run_gc_upstream_packs(struct puavo *p, struct err *err)
{
	return collect(p, engine_puavo_gc_packs, "old pack", err);
}

/* --- The command line ------------------------------------------------------------------------------------ */

static const struct command {
	const char *name, *args;
	int least, most; /* how many arguments */
	enum need need;
	int (*run)(struct puavo *p, struct err *err);
	const char *help;
} commands[] = {
	{"gc-installations", "", 0, 0, NEED_LOCK, run_gc_installations,
		"delete installations that no link leads to"},
	{"gc-upstream-packs", "", 0, 0, NEED_LOCK, run_gc_upstream_packs,
		"of each package's packs, keep the newest"},
	{"install", "INSTALLER", 1, 1, NEED_LOCK, run_install, "install a package, or a newer one"},
	{"license", "INSTALLER|PACKAGE", 1, 1, NEED_READ, puavo_license,
		"print the licence's address"},
	{"list", "", 0, 0, NEED_READ, puavo_list, "list what is installed"},
	{"prepare", "INSTALLER", 1, 1, NEED_LOCK, run_prepare,
		"do all of an install but configure"},
	{"reconfigure", "PACKAGE|--all", 1, 1, NEED_LOCK, run_reconfigure, "configure again"},
	{"reconfigure-upgrade", "PACKAGE DIR", 2, 2, NEED_LOCK, run_reconfigure_upgrade,
		"take the installation in DIR into use"},
	{"remove", "PACKAGE|--all", 1, 1, NEED_LOCK, run_remove, "remove a package"},
	{"show", "[-F FIELD] INSTALLER|PACKAGE", 1, 3, NEED_READ, puavo_show,
		"tell about a package, or one field (Name, Id, …)"},
	{"switch-to-system", "PACKAGE", 1, 1, NEED_LOCK, run_switch_to_system,
		"take the system image's own into use, else none"},
	{"unconfigure", "PACKAGE", 1, 1, NEED_LOCK, run_unconfigure, "take out of use"},
};

bool puavo_row(size_t i, struct puavo_row *row)
{
	if (i >= COUNT(commands))
		return false;
	*row = (struct puavo_row){commands[i].name, commands[i].args, commands[i].help};
	return true;
}

static void print_help(void)
{
	printf("puavo-pkg [-q]... COMMAND [ARGUMENT]...\n\n"
	       "Installs vendors' software from puavo's installers. This is fardel by its other name:\n"
	       "see fardel(8) for what it can do besides.\n\nCommands\n");
	for (size_t i = 0; i < COUNT(commands); i++) {
		AUTO(buf) usage = BUF_INIT;

		buf_addf(&usage, "%s %s", commands[i].name, commands[i].args);
		printf("  %-36s%s%s\n", usage.s,
			usage.n > 35 ? "\n                                      " : "",
			commands[i].help);
	}
	printf("\nOptions\n"
	       "  -h, --help                          print this\n"
	       "  -q, --quiet                         say less; each one leaves out a level\n"
	       "\nConfiguration: /etc/puavo-pkg/config, then /etc/puavo-pkg/puavo-pkg.conf\n"
	       "\nExit status: 0 done, 1 error, 2 network failure, 3 no such package (remove),\n"
	       "4 the application is in use\n");
}

static int usage(struct puavo *p, struct err *err, const char *format, const char *word)
{
	err_set(err, ERR_USAGE, format, word);
	put(p, LOG_ERR, span_of(err->text));
	fprintf(stderr, "Try 'puavo-pkg --help'.\n");
	return 1;
}

/* Gives the arguments behind the options; NULL: help was asked for. */
static const char *const *read_options(
	struct puavo *p, const char *const *argument, const char **bad)
{
	*bad = NULL;
	for (; *argument && (*argument)[0] == '-'; argument++) {
		const char *word = *argument;

		if (strcmp(word, "--") == 0)
			return argument + 1;
		if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0)
			return NULL;
		if (strcmp(word, "-q") == 0 || strcmp(word, "--quiet") == 0) {
			p->level--;
			continue;
		}
		*bad = word;
		return argument;
	}
	return argument;
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static bool takes(const struct command *c, const struct puavo *p)
{
	bool field = c->run == puavo_show && p->count && puavo_is_field_option(p->args[0]);

	if (c->run == puavo_show)
		return p->count == (field ? 3 : 1);
	return p->count >= c->least && p->count <= c->most;
}

/* Of the statuses that fardel has, those that scripts of puavo's know. */
static int status_of(const struct command *c, const struct err *err)
{
	if (err->code == ERR_NETWORK || err->code == ERR_OFFLINE)
		return 2;
	if (err->code == ERR_NO_PACKAGE && c->run == run_remove)
		return 3;
	return err->code == ERR_IN_USE ? 4 : 1;
}

/* The licence of a file is copied to where it can be read. */
static enum need need_of(const struct command *c, const struct puavo *p)
{
	return c->run == puavo_license && is_installer(p->args[0]) ? NEED_LOCK : c->need;
}

static int run(struct puavo *p, const struct command *c, struct err *err)
{
	AUTO(buf) line = buf_of("puavo-pkg ");
	struct engine_options options = {
		.watch = &p->watch, .proxies = p->proxies, .as_puavo = true};
	int status;

	buf_adds(&line, c->name);
	for (int i = 0; i < p->count; i++) {
		buf_addc(&line, ' ');
		text_escape(&line, span_of(p->args[i]));
	}
	options.command = line.s;
	if (engine_open(&options, need_of(c, p), &p->engine, err) < 0)
		return -1;
	status = c->run(p, err);
	engine_close(p->engine);
	return status;
}

int puavo_main(const char *const *arguments, const char *const *proxies, struct err *err)
{
	struct puavo p = {.watch = {.on = on_event}, .level = LOG_INFO, .proxies = proxies};
	const struct command *c;
	const char *bad;

	openlog("puavo-pkg", 0, LOG_USER);
	arguments = read_options(&p, arguments, &bad);
	if (bad)
		return usage(&p, err, "invalid argument '%s'", bad);
	if (!arguments || !*arguments) {
		print_help();
		return 0;
	}
	c = find(*arguments);
	if (!c)
		return usage(&p, err, "unknown command '%s'", *arguments);
	p.args = arguments + 1;
	while (p.args[p.count])
		p.count++;
	if (!takes(c, &p))
		return usage(&p, err, "%s: wrong number of arguments", c->name);
	if (run(&p, c, err) == 0)
		return 0;
	fflush(stdout);
	say_error(&p, err);
	return status_of(c, err);
}
