/* What the commands share that make a plan and carry it out. */
#include "cmd/apply.h"

#include "cmd/plan_print.h"
#include "cmd/print.h"

int apply_check_names(const struct run *run, struct err *err)
{
	const struct apply_options *own = run->own;

	if (own->all && run->args.n)
		return err_set(err, ERR_USAGE, "--all and names exclude each other");
	if (!own->all && !run->args.n)
		return err_set(err, ERR_USAGE, "something is missing: give names, or --all");
	return 0;
}

static unsigned long long number_of(const struct run *run)
{
	unsigned long long number = 0;

	return run->args.n == 1 && span_number(span_of(run->args.v[0]), INT64_MAX, &number) ? number
											    : 0;
}

int apply_check_number(const struct run *run, struct err *err)
{
	if (number_of(run))
		return 0;
	return err_set(err, ERR_USAGE, "'%s' is not the number of a transaction", run->args.v[0]);
}

static struct request request_of(const struct run *run, enum goal goal)
{
	const struct apply_options *own = run->own;
	struct request request = {
		.goal = goal,
		.wish = own->cascade ? WISH_CASCADE : own->wish,
		.all = own->all,
		.force = own->force,
		.force_id = own->force_id,
		.direct = own->direct,
		.purge = own->purge,
		.previewed = own->previewed,
		.yes = run->globals.yes,
		.keep_going = run->globals.keep_going,
		.offline = run->globals.offline,
	};

	for (size_t i = 0; i < run->args.n; i++)
		texts_add(&request.items, span_of(run->args.v[i]));
	if (goal == GOAL_UNDO)
		request.number = (int64_t)number_of(run);
	for (size_t i = 0; i < own->allow.of.n; i++)
		texts_add(&request.allowed, buf_span(&own->allow.of.v[i]));
	for (size_t i = 0; i < own->licences.of.n; i++)
		texts_add(&request.licences, buf_span(&own->licences.of.v[i]));
	return request;
}

static struct json *notes_json(const struct plan *plan)
{
	struct json *list = json_array();

	VEC_FOR (const struct buf, note, &plan->notes.of)
		json_append(list, json_text(buf_span(note)));
	return list;
}

static void put_json(struct run *run, const struct plan *plan)
{
	json_put_bool(run->json, "dry_run", run->globals.dry_run);
	if (plan->transaction)
		json_put_number(run->json, "transaction", plan->transaction);
	if (!run->globals.dry_run)
		json_put_number(run->json, "milliseconds", (int64_t)(plan->seconds * 1000));
	json_put(run->json, "items", plan_print_json(plan));
	json_put(run->json, "fetch", plan_print_json_fetch(plan));
	if (plan->notes.of.n)
		json_put(run->json, "notes", notes_json(plan));
	if (plan->debian.of.n)
		json_put(run->json, "debian", plan_print_json_debian(plan));
}

/* The plan is the data here: stdout. */
static void print_dry(struct run *run, const struct plan *plan)
{
	AUTO(buf) text = BUF_INIT;

	if (run->globals.plain) {
		plan_print_plain(&text, plan);
	} else {
		plan_print_table(&text, plan, true);
		plan_print_fetch(&text, plan);
		plan_print_debian(&text, plan);
	}
	print_out(&text);
	if (!plan->of.n || plan_is_empty(plan))
		progress_say(&run->progress, SAY_INFO, "Nothing would change.");
}

static int dry_run(
	struct run *run, const struct request *request, struct plan *plan, struct err *err)
{
	run->progress.with_plan = false;
	if (engine_dry_run(run->engine, request, plan, err) < 0)
		return -1;
	if (run->json)
		put_json(run, plan);
	else
		print_dry(run, plan);
	if (plan->failed.code == ERR_NONE)
		return 0;
	return err_copy(err, &plan->failed);
}

/* A line for each that failed. Where others are done, these lines stand for the error's own. */
static void say_failed(struct run *run, const struct plan *plan, struct err *err)
{
	AUTO(buf) text = BUF_INIT;

	if (plan->of.n < 2 || (err->code != ERR_PARTIAL && !run->globals.keep_going))
		return;
	plan_print_undone(&text, plan);
	progress_text(&run->progress, SAY_ERROR, &text);
	if (err->code == ERR_PARTIAL && text.n)
		err->detail[0] = 0;
}

static int real_run(
	struct run *run, const struct request *request, struct plan *plan, struct err *err)
{
	AUTO(buf) text = BUF_INIT;
	int status;

	run->progress.with_plan = request->goal <= GOAL_EXTRACT;
	status = engine_run(run->engine, request, plan, err);
	progress_clear(&run->progress);
	if (run->json)
		put_json(run, plan);
	plan_print_closing(&text, plan);
	if (status == 0 && !plan->of.n)
		buf_adds(&text, "There is nothing to do.\n");
	progress_text(&run->progress, SAY_INFO, &text);
	if (status < 0)
		say_failed(run, plan, err);
	return status;
}

int apply_run(struct run *run, enum goal goal, struct err *err)
{
	struct request request = request_of(run, goal);
	struct plan plan = PLAN_INIT;
	int status;

	if (run->globals.dry_run)
		status = dry_run(run, &request, &plan, err);
	else
		status = real_run(run, &request, &plan, err);
	plan_drop(&plan);
	request_drop(&request);
	return status;
}
