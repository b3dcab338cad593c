/* Rules, hooks and finalizers of installations at their places: configure and unconfigure. */
#include "engine/mime.h"
#include "engine/run_rules.h"
#include "store/installation.h"
#include "sys/fd.h"

/* Rules of a folder that is gone cannot run; configure needs all that was in it. */
int rules_check_folder(
	struct engine *e, enum phase phase, const struct bundle *bundle, struct err *err)
{
	AUTO(buf) dir = BUF_INIT;
	AUTO(buf) again = BUF_INIT;
	int there;

	installation_path(&e->place, bundle, &dir);
	if (phase == PHASE_CONFIGURE) {
		there = installation_is_whole(&e->place, bundle, err);
	} else {
		AUTO_FD fd = installation_open_if(&e->place, bundle, err);

		there = fd >= 0 ? 1 : err->code == ERR_NONE ? 0 : -1;
	}
	if (there)
		return there < 0 ? -1 : 0;
	installer_again(bundle->format, buf_span(&bundle->name), &again);
	err_set(err, ERR_BAD_STATE, "its folder %s%s is gone, or not whole any more",
		e->place.root.s, dir.s);
	return err_next(err,
		"its installer unpacks it anew: %s; a newer one goes on "
		"without it with --force, and so does remove",
		again.s);
}

static int run_at_its_place(struct engine *e, enum phase phase, const struct bundle *bundle,
	const struct rules_stage *stage, struct err *err)
{
	AUTO(buf) dir = BUF_INIT;
	AUTO(buf) upstream = BUF_INIT;
	struct rules_order order = {.phase = phase, .bundle = bundle, .stage = stage};
	struct event event = {
		.package = buf_span(&bundle->name), .text = span_of(phase_name(phase))};
	int result;

	installation_path(&e->place, bundle, &dir);
	upstream = buf_dup(&dir);
	buf_add_path(&upstream, INSTALLATION_UPSTREAM);
	order.dir = dir.s;
	order.args[0] = upstream.s;
	if (rules_check_folder(e, phase, bundle, err) < 0)
		return -1;
	event.kind = WATCH_STEP;
	if (!stage || !stage->quiet)
		engine_event(e, &event);
	result = rules_run(e, &order, err);
	process_end_orphans();
	event.kind = WATCH_STEP_END;
	event.done = result;
	if (!stage || !stage->quiet)
		engine_event(e, &event);
	return result;
}

int rules_switch(struct engine *e, enum phase phase, const struct bundle *bundle, struct err *err)
{
	int result;

	if (mime_prepare(e, err) < 0)
		return -1;
	result = run_at_its_place(e, phase, bundle, NULL, err);
	mime_settle(e);
	return result;
}

int rules_staged(struct engine *e, enum phase phase, const struct bundle *bundle,
	const struct rules_stage *stage, struct err *err)
{
	return run_at_its_place(e, phase, bundle, stage, err);
}

int rules_hook(struct engine *e, enum phase phase, const struct bundle *bundle,
	const struct rules_stage *stage, const struct packets_hook *hook, struct err *err)
{
	AUTO(buf) dir = BUF_INIT;
	struct rules_order order = {.phase = phase, .bundle = bundle, .stage = stage, .hook = hook};
	int result;

	installation_path(&e->place, bundle, &dir);
	order.dir = dir.s;
	result = rules_run(e, &order, err);
	process_end_orphans();
	return result;
}

int rules_script(struct engine *e, enum phase phase, const struct bundle *bundle,
	const struct rules_stage *stage, const struct phase_script *script, struct err *err)
{
	const struct rules_order order = {
		.phase = phase, .bundle = bundle, .dir = "/", .stage = stage, .script = script};
	int result = rules_run(e, &order, err);

	process_end_orphans();
	return result;
}
