/* Finalizers of luet's packages, in the stage. */
#include "engine/luet_finalize.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "engine/luet_conf.h"
#include "engine/luet_subsets.h"
#include "model/luet_finalize.h"
#include "model/luet_installer.h"
#include "sys/file.h"

/* --- Their shell ----------------------------------------------------------------------------------------- */

/* In the stage: in one of its layers, or in the root below. */
static bool is_there(const struct stage *s, const char *path)
{
	const char *root = s->e->place.root.s;
	int fd = file_open_within(root, path, O_PATH | O_CLOEXEC);

	VEC_FOR (const struct overlay_layer, l, &s->overlay.of) {
		size_t n = l->place.n == 1 ? 0 : l->place.n;

		if (fd < 0 && l->upper >= 0 && !strncmp(path, l->place.s, n) && path[n] == '/' &&
			faccessat(l->upper, path + n + 1, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	}
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* As PATH has it; it may have come with the package itself. */
static int find_shell(
	const struct stage *s, const struct buf *name, struct buf *out, struct err *err)
{
	static const char *const folders[] = {
		"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"};

	buf_set(out, buf_span(name));
	if (name->s[0] == '/')
		return 0;
	for (size_t i = 0; i < COUNT(folders) && !strchr(name->s, '/'); i++) {
		buf_setf(out, "%s/%s", folders[i], name->s);
		if (is_there(s, out->s))
			return 0;
	}
	err_set(err, ERR_RULES, "its finalizers are for %s, which is not there", name->s);
	return err_next(err, "install what has %s first", name->s);
}

/* --- One script ------------------------------------------------------------------------------------------ */

/* A shell and its words, and the script. */
struct call {
	struct buf program;
	VEC(const char *) argv;
	struct texts environment;
	struct buf what;
};
#define CALL_INIT ((struct call){.program = BUF_INIT, .what = BUF_INIT})

static void call_drop(struct call *c)
{
	buf_drop(&c->program);
	vec_drop(&c->argv);
	texts_drop(&c->environment);
	buf_drop(&c->what);
}

/* "ANISE_SUBSETS=devel portage" */
static int add_subsets(const struct engine *e, struct texts *out, struct err *err)
{
	AUTO(texts) enabled = {0};
	AUTO(buf) text = buf_of("ANISE_SUBSETS=");

	if (luet_subsets_enabled(e, &enabled, err) < 0)
		return -1;
	for (size_t i = 0; i < enabled.of.n; i++)
		buf_addf(&text, "%s%s", i ? " " : "", enabled.of.v[i].s);
	texts_add(out, buf_span(&text));
	return 0;
}

/* What luet's configuration gives them, where it is used. */
static int add_configured(const struct engine *e, struct texts *out, struct err *err)
{
	AUTO(luet_conf) conf;

	luet_conf_init(&conf);
	if (luet_conf_load(e, &conf, err) < 0)
		return -1;
	texts_add_all(&conf.finalizer_envs, out);
	return add_subsets(e, out, err);
}

static int prepare(
	const struct stage *s, const struct luet_finalize *f, struct call *c, struct err *err)
{
	if (find_shell(s, &f->shell.of.v[0], &c->program, err) < 0)
		return -1;
	texts_add(&c->environment, SPAN("LUET_VERSION=" LUET_FOLLOWED));
	if (add_configured(s->e, &c->environment, err) < 0)
		return -1;
	*vec_push(&c->argv) = c->program.s;
	for (size_t i = 1; i < f->shell.of.n; i++)
		*vec_push(&c->argv) = f->shell.of.v[i].s;
	*vec_push(&c->argv) = NULL; /* the script's place */
	*vec_push(&c->argv) = NULL;
	return 0;
}

static int run_all(struct stage *s, enum phase phase, const struct bundle *b,
	const struct luet_finalize *f, const struct rules_stage *shown, struct err *err)
{
	bool installs = phase == PHASE_CONFIGURE;
	const struct texts *scripts = installs ? &f->install : &f->uninstall;
	AUTO(call) c = CALL_INIT;

	if (!scripts->of.n)
		return 0;
	if (prepare(s, f, &c, err) < 0)
		return -1;
	for (size_t i = 0; i < scripts->of.n; i++) {
		struct phase_script script = {.argv = c.argv.v, .environment = &c.environment};

		c.argv.v[c.argv.n - 2] = scripts->of.v[i].s;
		buf_setf(
			&c.what, "its %s finalizer %zu", installs ? "install" : "uninstall", i + 1);
		script.what = c.what.s;
		if (rules_script(s->e, phase, b, shown, &script, err) < 0)
			return -1;
	}
	return 0;
}

int luet_finalize(struct stage *s, enum phase phase, const struct bundle *b,
	const struct installer *about, const struct rules_stage *shown, struct err *err)
{
	const struct fact *finalize = facts_get(&about->facts, LUET_FINALIZE);
	const struct fact *definition = facts_get(&about->facts, LUET_DEFINITION);
	AUTO(luet_finalize) f = {0};

	if (!finalize)
		return 0;
	if (luet_finalize_parse(buf_span(&finalize->value), buf_span(&definition->value), &f, err) <
		0)
		return err_at(err, LUET_FINALIZE);
	return run_all(s, phase, b, &f, shown, err);
}
