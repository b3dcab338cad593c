/* puavo-update: what a fleet wants of its packages, one line after the other. */
#include <fcntl.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/puavo_lines.h"
#include "engine/puavo_obtain.h"
#include "engine/session.h"
#include "sys/fd.h"
#include "sys/file.h"

static const char *const outcome_names[PUAVO_OUTCOMES] = {
	[PUAVO_OPEN] = "not-begun",
	[PUAVO_AS_IT_IS] = "as-it-is",
	[PUAVO_DONE] = "done",
	[PUAVO_KEPT] = "kept",
	[PUAVO_WOULD] = "would",
	[PUAVO_FAILED] = "failed",
};

const char *puavo_outcome_name(enum puavo_outcome outcome)
{
	return outcome_names[outcome];
}

static void result_drop(struct puavo_result *r)
{
	buf_drop(&r->name);
	buf_drop(&r->action);
	buf_drop(&r->from);
	buf_drop(&r->to);
	buf_drop(&r->why);
	buf_drop(&r->more);
}

void puavo_results_drop(struct puavo_results *r)
{
	vec_drop_each(&r->of, result_drop);
}

static void note_failure(struct puavo_result *out, const struct err *err)
{
	out->outcome = PUAVO_FAILED;
	out->code = err->code;
	buf_sets(&out->why, err->text);
	buf_sets(&out->more, err->detail);
	if (err_hint(err)[0])
		buf_addf(&out->more, "Next: %s\n", err_hint(err));
}

/* A line's failure is the line's. -1: no more of them can be done. */
static int take_line(struct update *u, struct err *first)
{
	struct err err = ERR_INIT;
	struct err ignored = ERR_INIT;
	int result;

	if (u->line->why.n)
		result = err_set(&err, ERR_CONFIG, "line %u: %s", u->line->number, u->line->why.s);
	else
		result = puavo_line_do(u, &err);
	if (!u->options->dry_run && puavo_forget(u->e, &ignored) < 0)
		engine_tell(u->e, WATCH_WARN, SPAN(""), "%s", ignored.text);
	if (result == 0)
		return 0;
	note_failure(u->out, &err);
	u->unfetched |= err_exit(err.code) == err_exit(ERR_NETWORK);
	/* What only the network did stands behind what else went wrong. */
	if (first->code == ERR_NONE || (err_exit(first->code) == 2 && err_exit(err.code) != 2) ||
		err.code == ERR_SIGNAL) {
		err_copy(first, &err);
		if (!u->line->why.n)
			err_at(first, "%s", u->line->name.s);
	}
	return u->stuck || err.code == ERR_SIGNAL ? -1 : 0;
}

static int read_spec(const struct puavo_options *options, struct puavo_spec *out, struct err *err)
{
	bool from_stdin = span_is_text(span_of(options->file), "-");
	AUTO_FD fd = from_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
				: open(options->file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	AUTO(buf) text = BUF_INIT;

	if (fd < 0)
		return err_sys(err, "open %s", options->file);
	if (file_read_fd(fd, PUAVO_SPEC_MAX, &text, err) < 0 ||
		puavo_spec_parse(buf_span(&text), out, err) < 0)
		return err_at(err, "%s", options->file);
	return 0;
}

static void make_results(const struct puavo_spec *spec, struct puavo_results *out)
{
	VEC_FOR (const struct puavo_line, line, &spec->of) {
		struct puavo_result *r = vec_push(&out->of);

		*r = (struct puavo_result){.line = line->number,
			.name = buf_dup(&line->name),
			.action = buf_of(line->why.n ? "" : puavo_action_name(line->action)),
			.from = BUF_INIT,
			.to = BUF_INIT,
			.why = BUF_INIT,
			.more = BUF_INIT};
		if (line->version.n)
			buf_addf(&r->action, ":%s", line->version.s);
	}
}

/* Old installations and packs. What broke off of a pack stays where a download failed: it is to be gone on with. */
static void collect(struct update *u)
{
	struct err ignored = ERR_INIT;
	AUTO(items) old = {0};
	AUTO(items) packs = {0};

	log_drop(&u->e->log);
	if (engine_puavo_gc(u->e, &old, &ignored) < 0 ||
		(!u->unfetched && engine_puavo_gc_packs(u->e, &packs, &ignored) < 0))
		engine_tell(u->e, WATCH_WARN, SPAN(""), "%s", ignored.text);
	if (old.of.n || packs.of.n)
		engine_tell(u->e, WATCH_INFO, SPAN(""),
			"%zu old installations and %zu packs that nothing needs deleted", old.of.n,
			packs.of.n);
}

static size_t count(const struct puavo_results *r, enum puavo_outcome outcome)
{
	size_t n = 0;

	VEC_FOR (const struct puavo_result, one, &r->of)
		n += one->outcome == outcome;
	return n;
}

int engine_puavo_update(struct engine *e, const struct puavo_options *options,
	struct puavo_results *out, struct err *err)
{
	__attribute__((cleanup(puavo_spec_drop))) struct puavo_spec spec = PUAVO_SPEC_INIT;
	struct update u = {.e = e, .options = options};
	struct err first = ERR_INIT;
	bool ended = false;

	*out = (struct puavo_results){0};
	e->offline = options->offline;
	if (read_spec(options, &spec, err) < 0)
		return -1;
	make_results(&spec, out);
	for (size_t i = 0; i < spec.of.n && !ended; i++) {
		u.line = &spec.of.v[i];
		u.out = &out->of.v[i];
		ended = take_line(&u, &first) < 0;
	}
	if (!ended && !options->dry_run)
		collect(&u);
	if (first.code == ERR_NONE)
		return 0;
	if (first.code == ERR_SIGNAL || count(out, PUAVO_FAILED) == spec.of.n)
		return err_copy(err, &first);
	err_set(err, ERR_PARTIAL, "%zu of %zu lines failed", count(out, PUAVO_FAILED), spec.of.n);
	return count(out, PUAVO_OPEN)
		       ? err_detail(err, "%zu were not begun", count(out, PUAVO_OPEN))
		       : -1;
}
