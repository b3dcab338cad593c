/* What hold and unhold share. */
#include "cmd/hold_print.h"

#include "base/text.h"

static void put_json(struct run *run, const struct hold_order *order, const struct holds *holds)
{
	struct json *list = json_array();

	VEC_FOR (const struct hold, h, &holds->of) {
		struct json *item = json_object();

		json_put_text(item, "name", buf_span(&h->name));
		json_put_bool(item, "held", order->held);
		json_put_bool(item, "changed", h->changed);
		json_append(list, item);
	}
	json_put(run->json, "packages", list);
	json_put_bool(run->json, "dry_run", order->dry_run);
}

static void add_held(const struct hold_order *order, const struct hold *h, struct buf *out)
{
	if (!h->changed)
		buf_adds(out, "is held already");
	else
		buf_adds(out, order->dry_run ? "would be held" : "held");
	if (h->version.n)
		buf_addf(out, " at %s", h->version.s);
	if (!h->until)
		return;
	buf_adds(out, " until ");
	text_time_local(out, h->until);
}

static void say(struct run *run, const struct hold_order *order, const struct hold *h)
{
	AUTO(buf) text = BUF_INIT;

	if (order->held)
		add_held(order, h, &text);
	else if (!h->changed)
		buf_adds(&text, "is not held");
	else
		buf_adds(
			&text, order->dry_run ? "would not be held any more" : "not held any more");
	progress_say(&run->progress, SAY_INFO, "%s: %s", h->name.s, text.s);
}

int hold_change(struct run *run, struct hold_order *order, struct err *err)
{
	AUTO(holds) holds = HOLDS_INIT;

	order->names = run->args.v;
	order->count = run->args.n;
	order->dry_run = run->globals.dry_run;
	if (engine_hold(run->engine, order, &holds, err) < 0)
		return err_at(err, order->held ? "hold" : "unhold");
	if (run->json) {
		put_json(run, order, &holds);
		return 0;
	}
	VEC_FOR (const struct hold, h, &holds.of)
		say(run, order, h);
	return 0;
}
