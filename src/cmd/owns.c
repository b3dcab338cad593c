/* owns: whose paths are.
 *
 *	$ fardel owns /usr/bin/zoom /usr/bin/ls /opt/thing
 *	/usr/bin/zoom   zoom 6.2.11 (transaction 42)
 *	/usr/bin/ls     coreutils, by dpkg
 *	/opt/thing      nobody
 *	1 of 3 paths is nobody's.
 *	$ echo $?
 *	1
 */
#include "cmd/owners_print.h"

#include "base/text.h"

static size_t widest(const struct paths_owners *all)
{
	size_t columns = 0;

	VEC_FOR (const struct path_owners, p, &all->of) {
		AUTO(buf) safe = BUF_INIT;

		text_escape(&safe, buf_span(&p->path));
		if (print_width(buf_span(&safe)) > columns)
			columns = print_width(buf_span(&safe));
	}
	return columns;
}

static void print_table(const struct paths_owners *all)
{
	size_t columns = widest(all);
	AUTO(buf) text = BUF_INIT;

	VEC_FOR (const struct path_owners, p, &all->of) {
		AUTO(buf) safe = BUF_INIT;

		text_escape(&safe, buf_span(&p->path));
		print_pad(&text, buf_span(&safe), columns);
		buf_adds(&text, "   ");
		owners_print(&text, p);
		buf_addc(&text, '\n');
	}
	print_out(&text);
}

static void print_plain(const struct paths_owners *all)
{
	AUTO(buf) text = BUF_INIT;

	VEC_FOR (const struct path_owners, p, &all->of) {
		owners_print_plain(&text, p);
	}
	print_out(&text);
}

static struct json *json_of(const struct paths_owners *all)
{
	struct json *paths = json_array();

	VEC_FOR (const struct path_owners, p, &all->of) {
		struct json *path = json_object();

		json_put_text(path, "path", buf_span(&p->path));
		json_put(path, "owners", owners_print_json(p));
		json_append(paths, path);
	}
	return paths;
}

static int judge(const struct paths_owners *all, struct err *err)
{
	AUTO(buf) count = BUF_INIT;
	size_t nobodys = 0;

	VEC_FOR (const struct path_owners, p, &all->of)
		nobodys += !p->of.n;
	if (!nobodys)
		return 0;
	print_count(&count, all->of.n, "path", "paths");
	return err_set(err, ERR_FINDINGS, "%zu of %s %s nobody's.", nobodys, count.s,
		nobodys == 1 ? "is" : "are");
}

static int run_owns(struct run *run, struct err *err)
{
	struct paths_owners all;
	int status = engine_owns(run->engine, run->args.v, run->args.n, &all, err);

	if (status == 0) {
		if (run->json)
			json_put(run->json, "paths", json_of(&all));
		else if (run_form(run) == FORM_PLAIN)
			print_plain(&all);
		else
			print_table(&all);
		status = judge(&all, err);
	}
	paths_owners_drop(&all);
	return status;
}

const struct cmd cmd_owns = {
	.name = "owns",
	.args = "PATH...",
	.summary = "Say whose paths are: a package's, dpkg's or nobody's",
	.text = "A path that is a link is asked for itself; links on the way to it are followed. Elsewhere "
		"than at a terminal, and with --plain, a line for each owner with tabs between path, kind, "
		"name, version and transaction. Ends with exit status 1 where a path is nobody's.",
	.group = GROUP_PACKAGES,
	.least = 1,
	.most = ARGS_MANY,
	.need = need_read,
	.run = run_owns,
};
