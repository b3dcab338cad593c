/* What the commands that change repositories' files share. */
#include "cmd/repo_print.h"

struct repo_names repo_names(const struct run *run, size_t count)
{
	return (struct repo_names){run->args.v, count, run->globals.dry_run};
}

static struct json *json_of_texts(const struct texts *texts)
{
	struct json *list = json_array();

	VEC_FOR (const struct buf, x, &texts->of)
		json_append(list, json_text(buf_span(x)));
	return list;
}

static void put_json(struct run *run, const struct repo_changes *changes)
{
	struct json *list = json_array();

	VEC_FOR (const struct repo_change, c, &changes->of) {
		struct json *item = json_object();

		json_put_text(item, "name", buf_span(&c->name));
		json_put(item, "file", c->file.n ? json_text(buf_span(&c->file)) : json_null());
		json_put_bool(item, "changed", c->changed);
		if (c->after.of.n) {
			json_put(item, "keys_before", json_of_texts(&c->before));
			json_put(item, "keys", json_of_texts(&c->after));
		}
		json_append(list, item);
	}
	json_put(run->json, "repositories", list);
	json_put_bool(run->json, "dry_run", run->globals.dry_run);
}

void repo_print(struct run *run, const struct repo_changes *changes, const char *done)
{
	if (run->json) {
		put_json(run, changes);
		return;
	}
	VEC_FOR (const struct repo_change, c, &changes->of) {
		const char *copied =
			c->copied ? "; what the system brought stays as it is, the changed copy is "
				  : "";

		if (!c->changed)
			progress_say(
				&run->progress, SAY_INFO, "%s: is %s already", c->name.s, done);
		else
			progress_say(&run->progress, SAY_INFO, "%s: %s%s%s%s", c->name.s,
				run->globals.dry_run ? "would be " : "", done, copied,
				c->copied ? c->file.s : "");
	}
}

int repo_run_enable(struct run *run, bool enable, struct err *err)
{
	const struct repo_names names = repo_names(run, run->args.n);
	AUTO(repo_changes) changes = {0};
	int status = engine_repo_enable(run->engine, &names, enable, &changes, err);

	if (status == 0)
		repo_print(run, &changes, enable ? "enabled" : "disabled");
	return status;
}
