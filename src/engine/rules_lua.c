/* rules.lua: what it is run by, what it is told, and what it may reach. */
#include "engine/rules_lua.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/architecture.h"
#include "model/installer.h"
#include "model/release.h"
#include "store/installation.h"
#include "sys/fd.h"
#include "sys/file.h"
#include "sys/sealed.h"

#define SCRIPT "rules.lua"
#define RELEASE_MAX 65536 /* bytes of /etc/os-release */

int rules_are_lua(struct engine *e, const char *dir, struct err *err)
{
	AUTO_FD fd = place_open_if(&e->place, dir, err);
	struct stat st;

	if (fd < 0)
		return err->code == ERR_NONE ? 0 : -1;
	return file_stat(fd, SCRIPT, &st, err);
}

void lua_run_drop(struct lua_run *r)
{
	fd_drop(&r->phase.program);
	fd_drop(&r->phase.broker);
	fd_drop(&r->phase.order);
	fd_drop(&r->phase.unpack);
	fd_drop(&r->socket);
}

int rules_lua_program(struct engine *e, enum lua_program which, struct err *err)
{
	static const char *const names[LUA_PROGRAMS] = {"fardel-lua", "fardel-unpack"};
	AUTO(buf) path = buf_dup(&e->libexec);
	AUTO_FD fd = -1;

	if (e->lua_programs[which] > 0)
		return sealed_again(e->lua_programs[which], err);
	buf_add_path(&path, names[which]);
	fd = open(path.s, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %s", path.s);
	fd = sealed_copy(fd, names[which], err);
	if (fd < 0)
		return -1;
	e->lua_programs[which] = fd_take(&fd);
	return sealed_again(e->lua_programs[which], err);
}

/* The folder that a path is in. */
static void parent_of(const char *path, struct buf *out)
{
	const char *slash = strrchr(path, '/');

	buf_set(out, (struct span){path, slash ? (size_t)(slash - path) : 0});
}

static void add_place(struct lua_order *o, const char *path, bool write, bool system)
{
	*vec_push(&o->places) = (struct lua_place){path, write, system};
}

static void add_global(struct lua_order *o, const char *name, const char *value)
{
	*vec_push(&o->globals) = (struct lua_global){name, value};
}

/* Packets lets a hook have all but a list of folders; here it has its own, and the programs'. */
static void be_hook(const struct packets_hook *h, struct lua_order *o)
{
	o->profile = "packets";
	o->script = h->script;
	o->name = h->name;
	o->args[0] = NULL;
	add_place(o, h->home, true, false);
	add_place(o, h->dirs->bin.s, true, false);
	add_global(o, "packets_package_dir", h->dirs->data.s);
	add_global(o, "packets_bin_dir", h->dirs->bin.s);
	add_global(o, "data_dir", h->data);
	add_global(o, "script", h->told);
}

/* `packs` is memory for a path. What a phase may write to besides its own temporary files, as CONTRACT.md has it. */
static void add_places(const struct lua_spec *s, struct buf *packs, struct lua_order *o)
{
	add_place(o, s->dir, false, false);
	if (s->tmp)
		add_place(o, s->tmp, true, false);
	switch (s->phase) {
	case PHASE_DOWNLOAD:
		parent_of(s->args[0], packs);
		add_place(o, packs->s, true, false);
		break;
	case PHASE_UNPACK: add_place(o, s->args[1], true, false); break;
	default: add_place(o, "/", true, true);
	}
}

/* What the system calls itself, where it says so. */
int rules_lua_release(struct engine *e, struct release *out, struct err *err)
{
	static const char *const files[] = {"/etc/os-release", "/usr/lib/os-release"};

	for (size_t i = 0; i < COUNT(files); i++) {
		AUTO(buf) text = BUF_INIT;
		AUTO_FD fd = file_open_within(
			e->place.root.n ? e->place.root.s : "/", files[i], O_RDONLY | O_NONBLOCK);
		struct stat st;

		if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
			st.st_size > RELEASE_MAX)
			continue;
		if (file_read_fd(fd, RELEASE_MAX, &text, err) < 0)
			return -1;
		release_read(buf_span(&text), out);
		break;
	}
	return 0;
}

static struct lua_limits limits_of(const struct config *c)
{
	return (struct lua_limits){.memory = c->lua_memory,
		.output = c->rules_output_max,
		.file_size = c->lua_file_size,
		.total_size = c->lua_total_size,
		.cpu = c->lua_cpu,
		.files = c->lua_files,
		.open = c->lua_open_files};
}

/* A file without a name, read from its beginning. */
int rules_lua_order(const struct lua_order *o, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO_FD fd = memfd_create("order", MFD_CLOEXEC);

	lua_order_format(o, &text);
	if (fd < 0)
		return err_sys(err, "make a file in memory");
	if (file_write_all(fd, text.s, text.n, err) < 0)
		return -1;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "write an order");
	return fd_take(&fd);
}

/* What the manifest says that its rules may do. */
static int read_needs(
	struct engine *e, const struct lua_spec *s, struct installer *in, struct err *err)
{
	AUTO(facts) facts = FACTS_INIT;
	AUTO_FD dir = place_open_if(&e->place, s->dir, err);

	if (dir < 0)
		return err->code == ERR_NONE ? err_set(err, ERR_BAD_STATE, "%s is gone", s->dir)
					     : -1;
	if (installation_facts(dir, &facts, err) < 0)
		return -1;
	return installer_parse(&facts, buf_span(&s->bundle->name), in, err);
}

static int make_order(struct engine *e, const struct lua_spec *s, struct err *err)
{
	AUTO(lua_order)
	o = {.profile = "rules",
		.phase = phase_name(s->phase),
		.name = SCRIPT,
		.root = s->root,
		.dir = s->dir,
		.args = {s->args[0], s->args[1]},
		.direct = s->direct,
		.package = s->bundle->name.s,
		.version = s->bundle->version.s,
		.id = s->bundle->id.s,
		.limits = limits_of(&e->config)};
	AUTO(buf) script = buf_of(s->root);
	AUTO(buf) packs = BUF_INIT;
	AUTO(release) release = RELEASE_INIT;
	AUTO(installer) in;
	struct span architecture;

	installer_init(&in);
	if (read_needs(e, s, &in, err) < 0)
		return -1;
	VEC_FOR (const struct buf, program, &in.needs.programs.of)
		*vec_push(&o.programs) = program->s;
	buf_adds(&script, s->dir);
	buf_add_path(&script, SCRIPT);
	o.script = script.s;
	if (s->hook)
		be_hook(s->hook, &o);
	else
		add_places(s, &packs, &o);
	if (rules_lua_release(e, &release, err) < 0 || architecture_get(e, &architecture, err) < 0)
		return -1;
	o.system = (struct lua_system){architecture.s, release.distribution.s, release.number.s,
		release.codename.s, "C.UTF-8"};
	return rules_lua_order(&o, err);
}

static int make_socket(struct lua_run *out, struct err *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, "make a socket");
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	out->socket = pair[0];
	out->phase.broker = pair[1];
	return 0;
}

int lua_run_make(
	struct engine *e, const struct lua_spec *spec, struct lua_run *out, struct err *err)
{
	*out = LUA_RUN_INIT;
	out->phase.program = rules_lua_program(e, LUA_PROGRAM, err);
	if (out->phase.program >= 0)
		out->phase.unpack = rules_lua_program(e, LUA_UNPACK_PROGRAM, err);
	if (out->phase.program < 0 || out->phase.unpack < 0)
		return -1;
	out->phase.order = make_order(e, spec, err);
	return out->phase.order < 0 ? -1 : make_socket(out, err);
}
