/* One run of a script. */
#include "rules/lua_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/text.h"
#include "rules/lua_bounds.h"
#include "rules/lua_modules.h"
#include "sys/fd.h"
#include "sys/file.h"

#define SCRIPT_MAX (1 << 20) /* bytes of a script */

static void lua_run_drop(struct lua_run *run)
{
	script_close(run->script);
	places_drop(&run->places);
	buf_drop(&run->network);
}

int lua_run_count_files(struct lua_run *run, int64_t n, struct err *err)
{
	int64_t most = run->order.limits.files;

	run->files += n;
	if (most && run->files > most)
		return err_set(err, ERR_POLICY, "more than %lld files are made (limit files)",
			(long long)most);
	return 0;
}

int lua_run_count_bytes(struct lua_run *run, int64_t n, struct err *err)
{
	const struct order_limits *most = &run->order.limits;

	if (most->file_size && n > most->file_size)
		return err_set(err, ERR_POLICY,
			"a file of more than %lld bytes is written (limit file_size)",
			(long long)most->file_size);
	if (__builtin_add_overflow(run->bytes, n, &run->bytes) ||
		(most->total_size && run->bytes > most->total_size))
		return err_set(err, ERR_POLICY,
			"more than %lld bytes are written (limit total_size)",
			(long long)most->total_size);
	return 0;
}

int lua_run_system(const struct lua_run *run, const char *folder, const char *name,
	const char *ending, struct buf *out, struct err *err)
{
	VEC_FOR (const struct place, place, &run->places.of)
		if (place->kind == PLACE_SYSTEM || place->kind == PLACE_ALL) {
			buf_add_span(out, buf_span(&place->path));
			buf_add_path(out, folder);
			buf_add_path(out, name);
			buf_adds(out, ending);
			return 0;
		}
	return err_set(err, ERR_FAILED, "only configure and unconfigure have the system");
}

/* --- What it says ----------------------------------------------------------------------------------------- */

/* A pipe that nobody reads any more is no reason to fail. */
void lua_run_pass(int fd, struct span text)
{
	struct err ignored = ERR_INIT;

	if (file_write_all(fd, text.s, text.n, &ignored) < 0)
		err_clear(&ignored);
}

static NORETURN void end_run(enum err_code code, const char *text)
{
	AUTO(buf) line = BUF_INIT;

	text_escape(&line, span_of(text));
	buf_addc(&line, '\n');
	lua_run_pass(STDERR_FILENO, buf_span(&line));
	_exit(code == ERR_IN_USE ? err_exit(code) : err_exit(ERR_FAILED));
}

static void end_script(void *context, enum err_code code, const char *text)
{
	(void)context;
	end_run(code, text);
}

int lua_run_count_output(struct lua_run *run, int64_t n, struct err *err)
{
	int64_t most = run->order.limits.output;

	run->output += n;
	if (most && run->output > most)
		return err_set(err, ERR_POLICY, "more than %lld bytes are said (limit output)",
			(long long)most);
	return 0;
}

void lua_run_say(struct lua_run *run, int fd, struct span text)
{
	AUTO(buf) line = BUF_INIT;
	struct err err = ERR_INIT;

	buf_add_span(&line, text);
	if (!line.n || line.s[line.n - 1] != '\n')
		buf_addc(&line, '\n');
	if (lua_run_count_output(run, (int64_t)line.n, &err) < 0) {
		AUTO(buf) why = BUF_INIT;
		char where[128];

		script_where(run->script, where, sizeof(where));
		buf_addf(&why, "%s: %s", where, err.text);
		end_run(ERR_POLICY, why.s);
	}
	lua_run_pass(fd, buf_span(&line));
}

static void say(void *context, struct span line)
{
	lua_run_say(context, STDOUT_FILENO, line);
}

/* --- Modules ---------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	const struct script_function *rows;
} modules[] = {
	{"alternatives", lua_alternatives},
	{"archive", lua_archive},
	{"desktop", lua_desktop},
	{"fs", lua_fs},
	{"json", lua_json},
	{"log", lua_log},
	{"net", lua_net},
	{"path", lua_path},
	{"sys", lua_sys},
	{"text", lua_text},
	{"toml", lua_toml},
	{"unit", lua_unit},
	{"user", lua_user},
	{NULL, lua_process},
};

static void give_rules(struct lua_run *run)
{
	for (size_t i = 0; i < COUNT(modules); i++)
		script_define(run->script, modules[i].name, modules[i].rows);
	script_set(run->script, "json", "null", (struct value){.kind = VALUE_NULL});
	lua_sys_facts(run);
	for (size_t i = 0; i < COUNT(modules); i++)
		if (modules[i].name)
			script_seal(run->script, modules[i].name, NULL);
	script_seal(run->script, "sys", "package");
}

static int give_packets(struct lua_run *run, struct err *err)
{
	script_define(run->script, NULL, lua_packets);
	script_define(run->script, "os", lua_packets_os);
	script_define(run->script, "io", lua_packets_io);
	lua_packets_globals(run);
	lua_packets_streams(run);
	return script_run(run->script, span_of(lua_packets_prelude), NULL, 0, err);
}

static int give_modules(struct lua_run *run, struct err *err)
{
	if (run->order.profile == ORDER_PACKETS)
		return give_packets(run, err);
	give_rules(run);
	return 0;
}

/* --- Running ---------------------------------------------------------------------------------------------- */

static int open_places(struct lua_run *run, struct err *err)
{
	buf_set(&run->places.root, buf_span(&run->order.root));
	buf_set(&run->places.dir, buf_span(&run->order.dir));
	if (run->order.profile == ORDER_ADMIN)
		return places_add_all(&run->places, err);
	VEC_FOR (const struct order_place, p, &run->order.places)
		if (places_add(&run->places, p->path.s, p->write, p->system, err) < 0)
			return err_at(err, "a place of the order");
	return 0;
}

static int read_script(struct lua_run *run, struct buf *out, struct err *err)
{
	AUTO_FD fd = open(run->order.script.s, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return err_sys(err, "%s", run->order.name.s);
	if (file_read_fd(fd, SCRIPT_MAX, out, err) < 0)
		return err_at(err, "%s", run->order.name.s);
	return 0;
}

static void args_of(const struct order *o, struct value *out)
{
	for (size_t i = 0; i < o->args.n; i++)
		value_append(out, value_text(buf_span(&o->args.v[i])));
}

/* The pack goes where it is to go, whole. */
static int unpack(struct lua_run *run, struct err *err)
{
	struct value options = value_table();
	int rc;

	value_put(&options, "pack", value_text(buf_span(&run->order.args.v[0])));
	value_put(&options, "dir", value_text(buf_span(&run->order.args.v[1])));
	rc = lua_archive_extract(run, options.table, err);
	value_drop(&options);
	return rc;
}

/* A phase that the script has no function for. */
static int without(struct lua_run *run, struct err *err)
{
	const char *phase = run->order.phase.s;

	if (!strcmp(phase, "configure") || !strcmp(phase, "unconfigure"))
		return 0;
	if (!strcmp(phase, "unpack") && run->order.args.n == 2)
		return unpack(run, err);
	return err_set(err, ERR_FAILED, "%s: there is no function %s", run->order.name.s, phase);
}

static const char *const phases[] = {"download", "unpack", "configure", "unconfigure"};

/* The script's function that is nearest to one of them. */
static const char *find_slip(const struct lua_run *run, const char **meant)
{
	const char *slip = NULL;
	unsigned least = 0;

	for (size_t i = 0; i < COUNT(phases); i++) {
		const char *near = script_near(run->script, phases[i]);
		unsigned distance = near ? text_distance(span_of(near), span_of(phases[i])) : 0;

		if (near && (!slip || distance < least)) {
			slip = near;
			least = distance;
			*meant = phases[i];
		}
	}
	return slip;
}

/* A slip in its only name would be a package that does nothing, and of which all is said to be done. */
static int check_phases(const struct lua_run *run, struct err *err)
{
	const char *slip, *meant = NULL;

	for (size_t i = 0; i < COUNT(phases); i++)
		if (script_has(run->script, phases[i]))
			return 0;
	slip = find_slip(run, &meant);
	if (slip)
		return err_set(err, ERR_FAILED,
			"%s: there is no function of a phase in it; %s: is %s meant?",
			run->order.name.s, slip, meant);
	return err_set(err, ERR_FAILED,
		"%s: there is none of the functions download, unpack, configure and unconfigure in it",
		run->order.name.s);
}

static int run_phase(struct lua_run *run, struct err *err)
{
	const struct order *o = &run->order;
	struct value args;
	int rc;

	if (!o->phase.n || o->profile != ORDER_RULES)
		return 0;
	if (check_phases(run, err) < 0)
		return -1;
	if (o->direct && !strcmp(o->phase.s, "configure") && script_has(run->script, "configure") &&
		!script_has(run->script, "unconfigure"))
		return err_set(err, ERR_FAILED,
			"%s: configure without unconfigure cannot run on the system itself: "
			"nobody could take back what it did",
			o->name.s);
	if (!script_has(run->script, o->phase.s))
		return without(run, err);
	args = value_table();
	args_of(o, &args);
	rc = script_call(run->script, o->phase.s, args.table->list.v, args.table->list.n, err);
	value_drop(&args);
	return rc;
}

/* Its first line may say what is to run it. */
static struct span without_mark(struct span text)
{
	const char *end = span_starts(text, "#") ? memchr(text.s, '\n', text.n) : NULL;

	return end ? span_cut(text, (size_t)(end - text.s), text.n) : text;
}

/* With the arguments as lua(1) gives them, in no bounds. */
static int run_admins(struct lua_run *run, struct span text, struct err *err)
{
	struct value args = value_table();
	int rc;

	value_append(&args, value_text(buf_span(&run->order.name)));
	args_of(&run->order, &args);
	rc = script_run(run->script, SPAN("arg = {...} arg[0] = table.remove(arg, 1)"),
		args.table->list.v, args.table->list.n, err);
	if (rc == 0)
		rc = script_run(
			run->script, text, args.table->list.v + 1, args.table->list.n - 1, err);
	value_drop(&args);
	return rc;
}

static int run_script(struct lua_run *run, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	struct script_setup setup = {
		.name = run->order.name.s,
		.memory = (size_t)run->order.limits.memory,
		.check = run->order.check,
		.full = run->order.profile == ORDER_ADMIN,
		.context = run,
		.say = say,
		.end = end_script,
	};

	if (open_places(run, err) < 0 || read_script(run, &text, err) < 0)
		return -1;
	run->script = script_open(&setup);
	if (setup.check)
		return script_run(run->script, buf_span(&text), NULL, 0, err);
	if (give_modules(run, err) < 0)
		return -1;
	if (setup.full)
		return run_admins(run, without_mark(buf_span(&text)), err);
	if (lua_bounds_enter(run, err) < 0 ||
		script_run(run->script, buf_span(&text), NULL, 0, err) < 0)
		return -1;
	return run_phase(run, err);
}

/* That the network failed counts only where it was what ended the run. */
static int exit_status(const struct lua_run *run, const struct err *err)
{
	return run->is_network && strstr(err->text, run->network.s) ? 2 : err_exit(ERR_FAILED);
}

int lua_run_order(struct order *order)
{
	AUTO(lua_run) run = {.order = *order, .places = PLACES_INIT, .network = BUF_INIT};
	AUTO(buf) line = BUF_INIT;
	struct err err = ERR_INIT;

	if (run_script(&run, &err) == 0)
		return 0;
	buf_addf(&line, "%s\n", err.text);
	lua_run_pass(STDERR_FILENO, buf_span(&line));
	return exit_status(&run, &err);
}
