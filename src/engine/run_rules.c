/* Rules at work: one phase as a task, its output in the transaction's log. */
#include "engine/run_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/confine.h"
#include "engine/fetch_order.h"
#include "engine/mime.h"
#include "engine/rules_lua.h"
#include "model/name.h"
#include "store/installation.h"
#include "store/stages.h"
#include "sys/fd.h"
#include "sys/file.h"

#define TAIL_MAX 2048

static void keep_tail(struct buf *tail, const char *bytes, size_t n)
{
	buf_add(tail, bytes, n);
	if (tail->n > TAIL_MAX) {
		memmove(tail->s, tail->s + (tail->n - TAIL_MAX), TAIL_MAX + 1);
		tail->n = TAIL_MAX;
	}
}

/* Where they are told apart, stream is 1 or 2, as of the descriptors; else 0. */
static void take_output(struct rules_task *t, int stream, const char *bytes, size_t n)
{
	struct engine *e = t->e;
	int64_t room = e->config.rules_output_max - t->printed;
	struct event event = {
		.kind = WATCH_OUTPUT, .package = buf_span(&t->bundle->name), .text = {bytes, n}};

	if (!t->quiet && (stream == 2 || t->phase == PHASE_CONFIGURE))
		event.done = stream;
	t->printed += (int64_t)n;
	keep_tail(&t->tail, bytes, n);
	engine_event(e, &event);
	if (room > 0)
		log_output(&e->log, bytes, (int64_t)n < room ? n : (size_t)room);
	if (room > 0 && (int64_t)n >= room)
		log_line(&e->log, "%s: more output is not kept (rules.output_max)",
			t->bundle->name.s);
}

static int read_stream(struct rules_task *t, int fd, int stream, struct err *err)
{
	char bytes[16384];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 1;
	if (n < 0)
		return err_sys(err, "read the rules' output");
	if (n > 0)
		take_output(t, stream, bytes, (size_t)n);
	return n > 0;
}

static int input(struct task *task, struct err *err)
{
	return read_stream((struct rules_task *)task, task->fd, 0, err);
}

/* The same of two: they end when both have. */
static int input_apart(struct task *task, struct err *err)
{
	struct rules_task *t = (struct rules_task *)task;

	for (int i = 0; i < 2; i++) {
		int more = t->streams[i] < 0 ? 0 : read_stream(t, t->streams[i], i + 1, err);

		if (more < 0)
			return -1;
		if (more == 0)
			fd_drop(&t->streams[i]); /* and epoll forgets it */
	}
	return t->streams[0] >= 0 || t->streams[1] >= 0;
}

/* The pipes that the rules write to, ends to be given away in `to`. */
static int open_streams(struct rules_task *t, int to[2], struct err *err)
{
	AUTO_FD both = -1;

	if (!t->e->as_puavo) {
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) < 0)
			return err_sys(err, "make a pipe");
		to[0] = ends[1];
		t->task.fd = ends[0];
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
		t->task.input = input;
		return 0;
	}
	both = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; both >= 0 && i < 2; i++) {
		struct epoll_event event = {.events = EPOLLIN};
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) < 0)
			return err_sys(err, "make a pipe");
		t->streams[i] = ends[0];
		to[i] = ends[1];
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
		if (epoll_ctl(both, EPOLL_CTL_ADD, ends[0], &event) < 0)
			return err_sys(err, "wait for a pipe");
	}
	if (both < 0)
		return err_sys(err, "wait for pipes");
	t->task.fd = fd_take(&both);
	t->task.input = input_apart;
	return 0;
}

static bool is_confined(enum phase phase)
{
	return phase == PHASE_DOWNLOAD || phase == PHASE_UNPACK;
}

/* A folder for whoever the rules run as. */
static int give_folder(struct rules_task *t, int dir, const char *name, struct err *err)
{
	AUTO_FD made = -1;

	if (file_make_dir(dir, name, 0700, err) < 0)
		return -1;
	if (!is_confined(t->phase))
		return 0;
	made = file_open(dir, name, O_RDONLY | O_DIRECTORY, 0, err);
	return made < 0 ? -1 : confine_give(t->e, made, err);
}

/* HOME and TMPDIR, gone when the phase has ended. */
static int make_private(struct rules_task *t, struct err *err)
{
	AUTO_FD dir = -1;

	buf_sets(&t->private, "run-");
	name_to_folder(buf_span(&t->bundle->name), &t->private);
	buf_addf(&t->private, "-%s", phase_name(t->phase));
	dir = stage_make(&t->e->place, t->private.s, err);
	if (dir < 0 || give_folder(t, dir, "home", err) < 0 || give_folder(t, dir, "tmp", err) < 0)
		return -1;
	return 0;
}

/* A path as rules see it: inside the root, or from outside with the root in front. */
static void seen(const struct engine *e, bool chroot, const char *path, struct buf *out)
{
	buf_clear(out);
	if (chroot)
		buf_adds(out, path);
	else
		place_path(&e->place, path, out);
}

struct seen_paths {
	struct buf dir, args[2], home, tmp, bind_from, bind_to;
};

static void seen_paths_drop(struct seen_paths *s)
{
	buf_drop(&s->dir);
	buf_drop(&s->args[0]);
	buf_drop(&s->args[1]);
	buf_drop(&s->home);
	buf_drop(&s->tmp);
	buf_drop(&s->bind_from);
	buf_drop(&s->bind_to);
}

struct reach {
	VEC(struct landlock_path) of;
};

static void reach_drop(struct reach *r)
{
	vec_drop(&r->of);
}

static void allow(struct reach *r, const char *path, unsigned rights)
{
	*vec_push(&r->of) = (struct landlock_path){path, -1, rights};
}

/* What download and unpack may reach besides the system's programs: to read, the package's own files and what the admin
 * names; to write to, `target`, HOME and TMPDIR, and a /tmp where that is one of their own. */
static void list_reach(const struct engine *e, const struct seen_paths *s, const char *target,
	bool own_tmp, struct reach *out)
{
	const unsigned run = LANDLOCK_READ | LANDLOCK_EXECUTE, all = run | LANDLOCK_WRITE;

	allow(out, s->dir.s, run);
	allow(out, e->libexec.s, run);
	for (size_t i = 0; i < e->config.rules_read.of.n; i++)
		allow(out, e->config.rules_read.of.v[i].s, run);
	allow(out, target, all);
	allow(out, s->home.s, all);
	allow(out, s->tmp.s, all);
	if (own_tmp) {
		allow(out, "/tmp", all);
		allow(out, "/var/tmp", all);
	}
}

/* `tmp`, as seen from outside the root, becomes their /tmp; NULL: they have none. */
static int start_confined(struct engine *e, struct rules_task *t, const struct seen_paths *s,
	struct phase_spec *spec, const char *tmp, struct err *err)
{
	bool unpack = spec->phase == PHASE_UNPACK;
	AUTO(buf) packs = buf_dup(&s->dir);
	AUTO(reach) reach = {0};
	struct sandbox box;

	buf_add_path(&packs, INSTALLATION_PACKS);
	list_reach(e, s, unpack ? s->args[1].s : packs.s, tmp != NULL, &reach);
	confine(e, unpack || spec->lua ? CONFINE_UNPACK : CONFINE_DOWNLOAD, &box);
	box.tmp = tmp;
	box.paths = reach.of.v;
	box.path_count = (unsigned)reach.of.n;
	spec->sandbox = &box;
	if (phase_start(spec, &t->task.process, err) < 0)
		return -1;
	confine_tell(e, &t->task.process);
	return 0;
}

static int asked(struct task *task, struct err *err)
{
	struct rules_task *t = (struct rules_task *)task;

	return broker_input(&t->broker, task->side, &task->helper, err);
}

static int helped(struct task *task, struct err *err)
{
	struct rules_task *t = (struct rules_task *)task;

	return broker_go_on(&t->broker, task->side, &task->helper, err);
}

/* What runs rules.lua, and the socket by which that asks. */
static int give_lua(struct rules_task *t, const struct rules_order *o, struct phase_spec *spec,
	struct lua_run *out, struct err *err)
{
	AUTO(buf) tmp = BUF_INIT;
	struct lua_spec how = {.phase = spec->phase,
		.bundle = spec->bundle,
		.dir = o->dir,
		.args = {o->args[0], o->args[1]},
		.tmp = spec->tmp,
		.root = spec->root_told ? spec->root_told : "",
		.hook = o->hook,
		.direct = !spec->overlay && !is_confined(spec->phase)};

	if (t->private.n) {
		stage_path(&t->e->place, t->private.s, &tmp);
		buf_add_path(&tmp, "tmp");
		how.tmp = tmp.s;
	}
	if (lua_run_make(t->e, &how, out, err) < 0)
		return -1;
	spec->lua = &out->phase;
	t->task.side = fd_take(&out->socket);
	t->task.asked = asked;
	t->task.helped = helped;
	return 0;
}

/* What is shown to them, and what it must be. */
struct shown {
	struct process_bind bind;
	struct stat is;
};

static int show_bind(struct engine *e, const struct rules_order *o, struct seen_paths *s,
	struct shown *shown, struct phase_spec *spec, struct err *err)
{
	if (!o->bind_from)
		return 0;
	if (fstat(o->bind_file, &shown->is) < 0)
		return err_sys(err, "look at %s", o->bind_from);
	seen(e, false, o->bind_from, &s->bind_from);
	seen(e, false, o->bind_to, &s->bind_to);
	shown->bind = (struct process_bind){s->bind_from.s, s->bind_to.s, &shown->is};
	spec->binds = &shown->bind;
	spec->bind_count = 1;
	return 0;
}

static int start(struct engine *e, struct rules_task *t, const struct rules_order *o, bool chroot,
	const int to[2], struct err *err)
{
	AUTO(seen_paths) s = {
		BUF_INIT, {BUF_INIT, BUF_INIT}, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
	AUTO(buf) own = BUF_INIT;
	AUTO(proxies) proxies = PROXIES_INIT;
	AUTO(lua_run) lua = LUA_RUN_INIT;
	struct shown shown;
	struct phase_spec spec = {.phase = o->phase,
		.bundle = o->bundle,
		.output = to[0],
		.errors = to[1],
		.hold = e->lock.fd,
		.root = chroot ? e->place.root.s : NULL,
		.root_told = chroot ? "" : e->place.root.s,
		.tools = chroot ? NULL : e->libexec.s};

	seen(e, chroot, o->dir, &s.dir);
	for (int i = 0; i < 2 && o->args[i]; i++) {
		seen(e, chroot, o->args[i], &s.args[i]);
		spec.args[i] = s.args[i].s;
	}
	stage_path(&t->e->place, t->private.s, &own);
	seen(e, chroot, own.s, &s.home);
	buf_adds(&s.home, "/home");
	seen(e, chroot, own.s, &s.tmp);
	buf_adds(&s.tmp, "/tmp");
	if (show_bind(e, o, &s, &shown, &spec, err) < 0)
		return -1;
	spec.dir = s.dir.s;
	spec.home = s.home.s;
	spec.tmp = s.tmp.s;
	if (o->phase == PHASE_DOWNLOAD) {
		fetch_proxies(e, &proxies);
		spec.proxies = &proxies;
	}
	spec.means = chroot || o->bind_from ? engine_means(e) : 0;
	if (t->lua && give_lua(t, o, &spec, &lua, err) < 0)
		return -1;
	if (!is_confined(o->phase))
		return phase_start(&spec, &t->task.process, err);
	buf_setf(&own, "%s%s", chroot ? e->place.root.s : "", s.tmp.s);
	return start_confined(e, t, &s, &spec, e->place.root.n && !chroot ? NULL : own.s, err);
}

/* Inside they are root of all that they see. */
static int start_staged(struct engine *e, struct rules_task *t, const struct rules_order *o,
	const int to[2], struct err *err)
{
	/* No devices, nothing outside by signals or sockets: scripts need neither. */
	const struct landlock_path all = {
		"/", -1, LANDLOCK_READ | LANDLOCK_EXECUTE | LANDLOCK_WRITE};
	AUTO(lua_run) lua = LUA_RUN_INIT;
	struct sandbox box;
	struct phase_spec spec = {.phase = o->phase,
		.bundle = o->bundle,
		.dir = o->dir,
		.script = o->script,
		.args = {o->args[0], o->args[1]},
		.home = "/tmp",
		.tmp = "/tmp",
		.tools = e->place.root.n ? NULL : e->libexec.s,
		.output = to[0],
		.errors = to[1],
		.hold = e->lock.fd,
		.sandbox = &box,
		.overlay = o->stage->overlay,
		.binds = o->stage->binds,
		.bind_count = o->stage->bind_count,
		.writable = o->stage->writable};

	confine(e, o->stage->network ? CONFINE_STAGE_NETWORK : CONFINE_STAGE, &box);
	if (t->lua) {
		box.paths = &all;
		box.path_count = 1;
	}
	if (t->lua && give_lua(t, o, &spec, &lua, err) < 0)
		return -1;
	if (phase_start(&spec, &t->task.process, err) < 0)
		return -1;
	confine_tell(e, &t->task.process);
	return 0;
}

static void drop_streams(struct rules_task *t)
{
	fd_drop(&t->task.fd);
	fd_drop(&t->streams[0]);
	fd_drop(&t->streams[1]);
}

void rules_task_init(struct rules_task *t, struct engine *e)
{
	*t = (struct rules_task){.task = TASK_INIT,
		.streams = {-1, -1},
		.e = e,
		.private = BUF_INIT,
		.tail = BUF_INIT};
	broker_init(&t->broker, e, SPAN(""), false);
}

/* For people: "rules configure". */
static const char *what_runs(const struct rules_task *t, struct buf *out)
{
	if (t->script)
		buf_sets(out, t->script->what);
	else
		buf_setf(out, "rules %s", phase_name(t->phase));
	return out->s;
}

int rules_begin(
	struct engine *e, struct rules_task *t, const struct rules_order *o, struct err *err)
{
	int to[2] = {-1, 0};
	bool chroot = false;
	AUTO(buf) what = BUF_INIT;
	int result;

	rules_task_init(t, e);
	t->quiet = o->stage && o->stage->quiet;
	t->phase = o->phase;
	t->bundle = o->bundle;
	t->script = o->script;
	t->lua = o->script ? 0 : o->hook ? 1 : rules_are_lua(e, o->dir, err);
	if (t->lua < 0)
		return -1;
	broker_init(&t->broker, e, buf_span(&o->bundle->name), o->phase == PHASE_DOWNLOAD);
	if (!o->stage && (engine_chroot(e, &chroot, err) < 0 || make_private(t, err) < 0))
		return -1;
	result = open_streams(t, to, err);
	log_line(&e->log, "%s: %s", o->bundle->name.s, what_runs(t, &what));
	if (result == 0)
		result =
			o->stage ? start_staged(e, t, o, to, err) : start(e, t, o, chroot, to, err);
	fd_drop(&to[0]);
	if (to[1] > 0)
		fd_drop(&to[1]);
	if (result < 0) {
		drop_streams(t);
		if (err->code == ERR_SYSTEM && !err_may_pass(err))
			err->code = ERR_RULES;
		return err_at(err, "%s", what_runs(t, &what));
	}
	t->task.deadline = engine_ms() + e->config.rules_timeout * 1000;
	t->task.running = true;
	return 0;
}

int rules_result(struct rules_task *t, struct err *err)
{
	struct engine *e = t->e;
	AUTO(buf) what = BUF_INIT;
	int result = 0;

	what_runs(t, &what);
	if (t->task.err.code == ERR_TIMEOUT)
		result = err_set(err, ERR_TIMEOUT,
			"%s took longer than %lld s (rules.timeout) and "
			"was ended",
			what.s, (long long)e->config.rules_timeout);
	else if (t->task.err.code != ERR_NONE)
		result = err_copy(err, &t->task.err);
	else if (t->script)
		result = phase_check_script(what.s, t->task.status, err);
	else
		result = phase_check(t->phase, t->task.status, err);
	log_line(&e->log, "%s: %s: %s", t->bundle->name.s, what.s, result < 0 ? err->text : "done");
	if (result < 0 && err->code != ERR_SIGNAL)
		err_tail(err, t->tail.s, t->tail.n);
	return result;
}

void rules_task_drop(struct rules_task *t)
{
	struct err ignored = ERR_INIT;

	drop_streams(t);
	task_drop(&t->task);
	broker_drop(&t->broker);
	if (t->private.n && stage_remove(&t->e->place, t->private.s, &ignored) < 0)
		log_line(&t->e->log, "%s: %s", t->private.s, ignored.text);
	buf_drop(&t->private);
	buf_drop(&t->tail);
}

/* What fails from here on is the rules' failure, whatever it was. */
static int was_begun(struct err *err)
{
	if (err->code == ERR_SYSTEM)
		err->code = ERR_RULES;
	return -1;
}

int rules_run(struct engine *e, const struct rules_order *order, struct err *err)
{
	AUTO(rules_task) t;

	rules_task_init(&t, e);
	if (rules_begin(e, &t, order, err) < 0)
		return -1;
	while (t.task.running)
		if (loop_wait((struct task *[]){&t.task}, 1, err) < 0)
			return was_begun(err);
	return rules_result(&t, err) < 0 ? was_begun(err) : 0;
}

bool rules_not_begun(const struct err *err)
{
	return (err->code == ERR_SYSTEM || err->code == ERR_NO_SPACE) && err_may_pass(err);
}

void rules_offer_force(const struct request *request, struct err *err)
{
	bool can = request->goal == GOAL_INSTALL || request->goal == GOAL_REMOVE;

	if (can && (err->code == ERR_RULES || err->code == ERR_TIMEOUT) && !err->next[0])
		err_next(err,
			"fardel log shows all of its output; with --force it goes on without unconfigure");
}
