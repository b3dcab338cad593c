/* One phase of one package's rules. */
#include "rules/phase.h"

#include <string.h>
#include <sys/wait.h>

#include "model/pack.h"

static const char *const names[PHASES] = {"download", "unpack", "configure", "unconfigure"};

const char *phase_name(enum phase phase)
{
	return names[phase];
}

#define VARIABLES 96

struct environment {
	struct buf of[VARIABLES];
	const char *list[VARIABLES + 1];
	unsigned n;
};

static void environment_drop(struct environment *e)
{
	for (unsigned i = 0; i < e->n; i++)
		buf_drop(&e->of[i]);
}

static void put(struct environment *e, const char *name, const char *value)
{
	struct buf *b = &e->of[e->n];

	buf_init(b);
	buf_addf(b, "%s=%s", name, value);
	e->list[e->n++] = b->s;
	e->list[e->n] = NULL;
}

/* Without the user and password that it may hold: rules are a package's code, and what they print is logged for all. */
static void put_proxy(struct environment *e, const char *name, const struct buf *url)
{
	AUTO(buf) shown = BUF_INIT;

	pack_show_url(buf_span(url), &shown);
	if (shown.n)
		put(e, name, shown.s);
}

static void put_proxies(struct environment *e, const struct proxies *p)
{
	put_proxy(e, "http_proxy", &p->http);
	put_proxy(e, "https_proxy", &p->https);
	if (p->except.n)
		put(e, "no_proxy", p->except.s);
}

/* A variable that comes again takes the place of the one before: the C library's getenv finds the first. */
static void add(struct environment *e, const struct buf *variable)
{
	size_t n = strcspn(variable->s, "=") + 1;
	unsigned i = 0;

	while (i < e->n && strncmp(e->of[i].s, variable->s, n) != 0)
		i++;
	if (i == VARIABLES)
		return;
	if (i < e->n)
		buf_set(&e->of[i], buf_span(variable));
	else
		e->of[e->n++] = buf_dup(variable);
	e->list[i] = e->of[i].s;
	e->list[e->n] = NULL;
}

static void use_script(
	const struct phase_script *script, struct environment *env, struct process_spec *p)
{
	p->program = script->argv[0];
	p->argv = script->argv;
	p->cwd = NULL;
	VEC_FOR (const struct buf, variable, &script->environment->of)
		add(env, variable);
}

int phase_start(const struct phase_spec *spec, struct process *out, struct err *err)
{
	AUTO(environment) env = {.n = 0};
	AUTO(buf) program = buf_of(spec->dir);
	AUTO(buf) path = BUF_INIT;
	int given[PHASE_LUA_FDS];
	const char *argv[] = {NULL, names[spec->phase], spec->args[0], spec->args[1], NULL};
	struct process_spec p = {
		.argv = argv,
		.cwd = spec->dir,
		.output = spec->output,
		.errors = spec->errors,
		.means = spec->means,
		.root = spec->root,
		.binds = spec->binds,
		.bind_count = spec->bind_count,
		.sandbox = spec->sandbox,
		.overlay = spec->overlay,
		.writable = spec->writable,
		.keep = true,
		.hold = spec->hold,
	};

	buf_add_path(&program, spec->lua ? "rules.lua" : "rules");
	argv[0] = program.s;
	p.program = program.s;
	if (spec->lua) {
		given[0] = spec->lua->broker;
		given[1] = spec->lua->order;
		given[2] = spec->lua->unpack;
		p.fds = given;
		p.fd_count = PHASE_LUA_FDS;
		p.program_fd = spec->lua->program;
	}
	buf_adds(&path, "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	if (spec->tools)
		buf_addf(&path, ":%s", spec->tools);
	put(&env, "PATH", path.s);
	put(&env, "LANG", "C.UTF-8");
	put(&env, "HOME", spec->home);
	put(&env, "TMPDIR", spec->tmp);
	put(&env, "FARDEL_NAME", spec->bundle->name.s);
	put(&env, "FARDEL_VERSION", spec->bundle->version.s);
	put(&env, "FARDEL_ID", spec->bundle->id.s);
	put(&env, "FARDEL_PHASE", names[spec->phase]);
	put(&env, "FARDEL_ROOT", spec->root_told ? spec->root_told : "");
	put(&env, "FARDEL_RULES_API", "1");
	if (spec->proxies)
		put_proxies(&env, spec->proxies);
	if (spec->script)
		use_script(spec->script, &env, &p);
	p.envp = env.list;
	return process_start(&p, out, err);
}

int phase_check_script(const char *what, int status, struct err *err)
{
	if (WIFSIGNALED(status))
		return err_set(err, ERR_RULES, "%s was killed by signal %d (%s)", what,
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	return WEXITSTATUS(status) ? err_set(err, ERR_RULES, "%s failed (exit status %d)", what,
					     WEXITSTATUS(status))
				   : 0;
}

int phase_check(enum phase phase, int status, struct err *err)
{
	if (WIFSIGNALED(status))
		return err_set(err, ERR_RULES, "rules %s was killed by signal %d (%s)",
			names[phase], WTERMSIG(status), strsignal(WTERMSIG(status)));
	switch (WEXITSTATUS(status)) {
	case 0: return 0;
	case 2:
		if (phase == PHASE_DOWNLOAD)
			return err_set(err, ERR_NETWORK,
				"rules download: network failure (exit status 2)");
		break;
	case 4:
		return err_set(
			err, ERR_IN_USE, "rules %s: the application is in use", names[phase]);
	default: break;
	}
	return err_set(err, ERR_RULES, "rules %s failed (exit status %d)", names[phase],
		WEXITSTATUS(status));
}
