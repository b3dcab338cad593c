/* Effects carried out on the running system. */
#include "engine/carry.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/loop.h"
#include "sys/process.h"
#include "sys/signals.h"

#define PATIENCE 120000 /* ms that one may take */

/* What has to run for a program to have somebody to ask; NULL: nobody. */
static const struct asked {
	const char *program, *path, *who;
} asked[] = {
	{"systemctl", "/run/systemd/system", "systemd"},
	{"service", "/run", "a system"},
	{"invoke-rc.d", "/run", "a system"},
	{"udevadm", "/run/udev/control", "udev"},
	{"update-mime-database", NULL, NULL},
};

static const struct asked *find_asked(const char *program)
{
	for (size_t i = 0; i < COUNT(asked); i++)
		if (strcmp(asked[i].program, program) == 0)
			return &asked[i];
	return NULL;
}

/* Whether there is anybody to be asked; else why not. */
static bool is_possible(struct engine *e, const struct effect *effect,
	const struct effect_call *call, struct buf *why)
{
	const struct asked *who = find_asked(effect->words.v[0].s);
	AUTO(buf) program = BUF_INIT;

	if (!who)
		return false;
	if (who->path && e->place.root.n)
		buf_adds(why, "with another root there is no running system to ask");
	else if (who->path && access(who->path, F_OK) < 0)
		buf_addf(why, "%s is not running here", who->who);
	place_path(&e->place, call->program, &program);
	if (!why->n && access(program.s, X_OK) < 0)
		buf_addf(why, "%s is not there", call->program);
	return !why->n;
}

static int run(struct engine *e, const struct effect_call *call, int *status, struct err *err)
{
	static const char *const envp[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL};
	struct task task = TASK_INIT;
	struct process_spec spec = {.program = call->program,
		.argv = call->argv,
		.envp = envp,
		.output = -1,
		.hold = -1,
		.keep = true,
		.root = e->place.root.n ? e->place.root.s : NULL};
	int result;

	spec.means = spec.root ? engine_means(e) : 0;
	if (process_start(&spec, &task.process, err) < 0)
		return -1;
	task.deadline = engine_ms() + PATIENCE;
	task.running = true;
	result = loop_finish(&task, err);
	*status = task.status;
	task_drop(&task);
	return result;
}

static int carry_out(struct engine *e, struct span package, const struct effect *effect,
	const struct effect_call *call, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	AUTO(buf) why = BUF_INIT;
	struct err failure = ERR_INIT;
	int status = 0;

	effect_format(effect, &text);
	if (!is_possible(e, effect, call, &why)) {
		engine_tell(e, WATCH_DEBUG, package, "not asked: %s: %s", text.s, why.s);
		return 0;
	}
	if (run(e, call, &status, &failure) < 0) {
		if (failure.code == ERR_SIGNAL)
			return err_copy(err, &failure);
		engine_tell(e, WATCH_WARN, package, "%s: %s", text.s, failure.text);
	} else if (status) {
		engine_tell(e, WATCH_WARN, package, "%s failed (%s %d)", text.s,
			WIFEXITED(status) ? "exit status" : "signal",
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	} else {
		log_line(&e->log, "%.*s: %s", SPAN_ARG(package), text.s);
	}
	return 0;
}

int carry_out_effects(
	struct engine *e, struct span package, const struct effects *effects, struct err *err)
{
	VEC_FOR (const struct effect, effect, &effects->of) {
		struct effect_call call;

		if (!effect_call(effect, &call)) {
			AUTO(buf) text = BUF_INIT;

			effect_format(effect, &text);
			engine_tell(e, WATCH_INFO, package,
				"its rules asked for this, and it is not carried out: %s", text.s);
			continue;
		}
		if (carry_out(e, package, effect, &call, err) < 0)
			return -1;
	}
	return 0;
}
